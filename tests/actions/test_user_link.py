"""The end user's link, from the chat's side; and codes typed into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.events import SlotSet

from actions.user_link import (
    ActionAskUserCode,
    ActionBeginUserLink,
    ActionFinishUserLink,
    ActionTellEndUserLinked,
    ActionTellTooEarly,
    ValidateUserLinkForm,
)
from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from tests.actions.notice_buttons import reminder
from tests.actions.talk import (
    begun,
    forgotten,
    questions,
    run,
    turn,
    utter,
    validate,
)

EITA_2 = "24681357902468249"
CODE = ["user_code", "link_confirmed"]
FAILED = {"user_code": None, "code_failed": True}


def test_begin_forgets_a_relation_told_earlier():
    tracker = turn(form="unlink_form", relation="お子さま")

    assert run(ActionBeginUserLink(), tracker) == (
        [SlotSet("relation", None), *begun("user_link_form", "unlink_form")],
        [],
    )


@pytest.mark.parametrize(
    ("customer", "slots", "asked"),
    [
        pytest.param("aiko", {}, ["same_person", *CODE], id="stranger"),
        pytest.param("aiko", {"user_code": EITA_2}, CODE, id="a code settles all"),
        pytest.param("aiko", {"same_person": "same"}, CODE, id="same person"),
        pytest.param(
            "aiko", {"same_person": "other"}, ["writer_role", *CODE], id="other person"
        ),
        pytest.param(
            "aiko", {"relation": "奥さま"}, ["writer_role", *CODE], id="relation"
        ),
        pytest.param("aiko", {"writer_role": "end_user"}, CODE, id="end user"),
        pytest.param("aiko", {"writer_role": "holder"}, [], id="holder"),
        pytest.param("yuki", {}, CODE, id="the record says: same"),
        pytest.param("yuki", {"same_person": "other"}, [], id="linked holder, other"),
    ],
)
def test_form_asks_only_what_is_missing(
    helpdesk: Helpdesk, customer: str, slots: dict[str, str], asked: list[str]
):
    assert questions(ValidateUserLinkForm(helpdesk), turn(customer, **slots)) == asked


@pytest.mark.parametrize(
    ("customer", "code", "slots", "said"),
    [
        pytest.param(
            "aiko",
            EITA_2,
            {
                "user_code": EITA_2,
                "link_moves": False,
                "subscription": "eita.2",
                "number_last4": "1102",
            },
            [],
            id="good",
        ),
        pytest.param(
            "emi",
            "27182818284590452",
            {
                "user_code": "27182818284590452",
                "link_moves": True,
                "subscription": "hiro.1",
                "number_last4": "6601",
            },
            [utter("utter_link_moves")],
            id="linked elsewhere",
        ),
        pytest.param(
            "aiko",
            "1" * 16,
            FAILED,
            [utter("utter_code_wrong_length", digits="16")],
            id="16 digits",
        ),
        pytest.param(
            "aiko",
            "1" * 16 + "O",
            FAILED,
            [utter("utter_code_has_letters", digits="16")],
            id="letter",
        ),
        pytest.param(
            "aiko", "1" * 17, FAILED, [utter("utter_code_unknown")], id="none"
        ),
        pytest.param(
            "aiko",
            "86420975310000042",
            FAILED,
            [utter("utter_code_replaced")],
            id="replaced",
        ),
        pytest.param(
            "aiko",
            "[CODE:q7m2x9ab]",
            FAILED,
            [utter("utter_code_too_old_to_read")],
            id="forgotten token",
        ),
        pytest.param(
            "mika",
            "13579246801357924",
            FAILED | {"requested_slot": None},
            [
                utter(
                    "utter_too_early",
                    number_last4="2201",
                    opens_on="11月25日(水)",
                    buttons=reminder("2026-11-25", "mika.1"),
                )
            ],
            id="too early",
        ),
        pytest.param(
            "kenji",
            "97531864209753186",
            FAILED | {"requested_slot": None},
            [
                utter(
                    "utter_too_early_unknown",
                    number_last4="3301",
                    buttons=reminder(about="kenji.1"),
                )
            ],
            id="too early, day unknown",
        ),
        pytest.param(
            "yuki",
            "31415926535897932",
            FAILED | {"requested_slot": None},
            [utter("utter_already_linked", number_last4="5501")],
            id="already linked",
        ),
    ],
)
def test_typed_code_is_looked_up(
    helpdesk: Helpdesk,
    customer: str,
    code: str,
    slots: dict[str, Any],
    said: list[dict[str, Any]],
):
    form = ValidateUserLinkForm(helpdesk)

    assert validate(form, "user_code", code, turn(customer)) == (slots, said)


def test_token_stands_for_the_code_of_its_own_customer_only(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        token, _ = helpdesk.vault.mask(unit, "aiko", EITA_2, answers_login=False)
    form = ValidateUserLinkForm(helpdesk)

    found = [
        validate(form, "user_code", token, turn(customer))[0]["user_code"]
        for customer in ("aiko", "emi")
    ]

    assert found == [token, None]


def test_second_failure_offers_a_person(helpdesk: Helpdesk):
    form = ValidateUserLinkForm(helpdesk)
    validate(form, "user_code", "1" * 16, turn())

    assert validate(form, "user_code", "1" * 17, turn()) == (
        FAILED,
        [utter("utter_code_unknown"), utter("utter_offer_operator")],
    )


def test_locked_customer_hears_until_when(
    helpdesk: Helpdesk, lock: Callable[[str], None]
):
    lock("aiko")

    assert validate(ValidateUserLinkForm(helpdesk), "user_code", EITA_2, turn()) == (
        FAILED | {"requested_slot": None},
        [utter("utter_code_locked", until="11:15")],
    )


@pytest.mark.parametrize(
    ("slots", "response"),
    [
        pytest.param({"code_failed": True}, "utter_ask_user_code_again", id="again"),
        pytest.param(
            {"writer_role": "end_user"},
            "utter_ask_user_code_as_end_user",
            id="end user",
        ),
        pytest.param({}, "utter_ask_user_code_as_holder", id="holder"),
    ],
)
def test_question_for_the_code_fits_whoever_is_asked(
    slots: dict[str, Any], response: str
):
    assert run(ActionAskUserCode(), turn(**slots)) == ([], [utter(response)])


@pytest.mark.parametrize(
    ("slots", "said", "linked"),
    [
        pytest.param(
            {"link_confirmed": "yes"},
            [utter("utter_end_user_linked", number_last4="1102")],
            [("eita.2", "end_user")],
            id="yes",
        ),
        pytest.param(
            {"link_confirmed": "no"}, [utter("utter_user_link_not_made")], [], id="no"
        ),
        pytest.param(
            {"relation": "奥さま"},
            [
                utter("utter_forward_user_code", relation="奥さま"),
                utter("utter_forward_text"),
            ],
            [],
            id="for the holder: a message to forward",
        ),
        pytest.param({"code_failed": True}, [], [], id="ended by a failure"),
    ],
)
def test_finish_makes_the_link_or_gives_a_message_to_forward(
    helpdesk: Helpdesk,
    links: Callable[[str], list[tuple[str, str]]],
    slots: dict[str, Any],
    said: list[dict[str, Any]],
    linked: list[tuple[str, str]],
):
    tracker = turn("aiko", subscription="eita.2", number_last4="1102", **slots)

    done = run(ActionFinishUserLink(helpdesk), tracker)

    assert (done, links("aiko")) == ((forgotten("user_link_form"), said), linked)


def test_link_that_became_anothers_is_asked_about_again(
    helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    helpdesk.linking.link("hiro", "eita.2", LinkRole.END_USER)
    tracker = turn(
        "aiko", subscription="eita.2", user_code=EITA_2, link_confirmed="yes"
    )

    done = run(ActionFinishUserLink(helpdesk), tracker)

    asked_again = [*begun("user_link_form"), SlotSet("user_code", EITA_2)]
    assert (done, links("aiko")) == ((asked_again, []), [])


def test_finish_twice_links_once(
    helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    tracker = turn(subscription="eita.2", number_last4="1102", link_confirmed="yes")
    run(ActionFinishUserLink(helpdesk), tracker)

    _, said = run(ActionFinishUserLink(helpdesk), tracker)

    assert (said, links("aiko")) == (
        [utter("utter_already_linked", number_last4="1102")],
        [("eita.2", "end_user")],
    )


def test_link_made_on_the_page_is_told(helpdesk: Helpdesk):
    helpdesk.linking.link("aiko", "eita.2", LinkRole.END_USER)

    assert run(ActionTellEndUserLinked(helpdesk), turn()) == (
        [],
        [utter("utter_end_user_linked", number_last4="1102")],
    )


@pytest.mark.parametrize(
    ("subscription", "said"),
    [
        pytest.param(
            "mika.1",
            utter(
                "utter_too_early",
                number_last4="2201",
                opens_on="11月25日(水)",
                buttons=reminder("2026-11-25", "mika.1"),
            ),
            id="day known",
        ),
        pytest.param(
            "kenji.1",
            utter(
                "utter_too_early_unknown",
                number_last4="3301",
                buttons=reminder(about="kenji.1"),
            ),
            id="unknown",
        ),
    ],
)
def test_page_that_was_too_early_is_told_with_the_day(
    helpdesk: Helpdesk, subscription: str, said: dict[str, Any]
):
    tracker = turn(entities={"subscription": subscription})

    assert run(ActionTellTooEarly(helpdesk), tracker) == ([], [said])
