"""The diagnosis of a failed link: typing, timing, reissue, a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk.events import SlotSet

from actions.link_errors import (
    ActionAskLinkErrorFormUserCode,
    ActionBeginLinkError,
    ActionConcludeLinkError,
    ValidateLinkErrorForm,
)
from helpdesk.bootstrap import Helpdesk
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
ORDER = ["order_place", "number_kind", "notice_arrived"]


@pytest.mark.parametrize(
    ("form", "entities", "slots", "failed"),
    [
        pytest.param(None, {}, {}, None, id="nothing known"),
        pytest.param(None, {}, {"failed_link": "holder"}, "holder", id="told before"),
        pytest.param(
            "holder_link_form",
            {"known_error": "invalid_user_code"},
            {},
            "end_user",
            id="the error text decides",
        ),
        pytest.param(
            "holder_link_form", {}, {}, "holder", id="during the holder's link"
        ),
        pytest.param("user_link_form", {}, {}, "end_user", id="during the end user's"),
    ],
)
def test_begin_knows_which_link_failed(
    form: str | None,
    entities: dict[str, str],
    slots: dict[str, str],
    failed: str | None,
):
    tracker = turn(form=form, entities=entities, **slots)

    waiting = [] if form is None else [form]
    assert run(ActionBeginLinkError(), tracker) == (
        [*begun("link_error_form", *waiting), SlotSet("failed_link", failed)],
        [],
    )


@pytest.mark.parametrize(
    ("customer", "slots", "asked"),
    [
        pytest.param("aiko", {}, ["failed_link"], id="which link"),
        pytest.param("aiko", {"failed_link": "end_user"}, ["user_code"], id="the code"),
        pytest.param(
            "aiko", {"failed_link": "end_user", "code_at_hand": "no"}, ORDER, id="order"
        ),
        pytest.param("aiko", {"failed_link": "holder"}, ORDER, id="holder: the order"),
        pytest.param("yuki", {"failed_link": "holder"}, [], id="the record knows"),
        pytest.param("aiko", {"diagnosis": "replaced"}, [], id="cause known"),
    ],
)
def test_form_asks_in_the_order_of_the_diagnosis(
    helpdesk: Helpdesk, customer: str, slots: dict[str, str], asked: list[str]
):
    assert questions(ValidateLinkErrorForm(helpdesk), turn(customer, **slots)) == asked


@pytest.mark.parametrize(
    ("code", "slots", "said"),
    [
        pytest.param(
            EITA_2,
            {"user_code": EITA_2, "diagnosis": "usable", "failed_link": "end_user"},
            [],
            id="good",
        ),
        pytest.param(
            "86420975310000042",
            {
                "user_code": "86420975310000042",
                "diagnosis": "replaced",
                "failed_link": "end_user",
            },
            [utter("utter_code_replaced")],
            id="replaced",
        ),
        pytest.param(
            "1" * 16,
            {"user_code": None, "code_failed": True},
            [utter("utter_code_wrong_length", digits="16")],
            id="16 digits",
        ),
        pytest.param(
            "13579246801357924",
            {
                "user_code": "13579246801357924",
                "diagnosis": "too_early",
                "failed_link": "end_user",
            },
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
    ],
)
def test_typed_code_tells_the_cause(
    helpdesk: Helpdesk, code: str, slots: dict[str, Any], said: list[dict[str, Any]]
):
    form = ValidateLinkErrorForm(helpdesk)

    assert validate(form, "user_code", code, turn()) == (slots, said)


def test_second_failure_offers_a_person_and_goes_on_without_the_code(
    helpdesk: Helpdesk,
):
    form = ValidateLinkErrorForm(helpdesk)
    validate(form, "user_code", "1" * 16, turn())

    assert validate(form, "user_code", "1" * 17, turn()) == (
        {"user_code": None, "code_failed": True, "code_at_hand": "no"},
        [utter("utter_code_unknown"), utter("utter_offer_operator")],
    )


def test_locked_customer_hears_until_when(
    helpdesk: Helpdesk, lock: Callable[[str], None]
):
    lock("aiko")

    assert validate(ValidateLinkErrorForm(helpdesk), "user_code", EITA_2, turn()) == (
        {"user_code": None, "diagnosis": "locked", "requested_slot": None},
        [utter("utter_code_locked", until="11:15")],
    )


@pytest.mark.parametrize(
    ("failed", "response"),
    [(None, "utter_ask_failed_code"), (True, "utter_ask_user_code_again")],
)
def test_question_for_the_code_changes_after_a_failure(
    failed: bool | None, response: str
):
    assert run(ActionAskLinkErrorFormUserCode(), turn(code_failed=failed)) == (
        [],
        [utter(response)],
    )


def test_usable_code_goes_on_with_the_link(helpdesk: Helpdesk):
    tracker = turn(diagnosis="usable", user_code=EITA_2)

    assert run(ActionConcludeLinkError(helpdesk), tracker) == (
        [*begun("user_link_form"), SlotSet("user_code", EITA_2)],
        [utter("utter_diagnosis_usable")],
    )


@pytest.mark.parametrize(
    ("customer", "slots", "said"),
    [
        pytest.param("aiko", {"diagnosis": "replaced"}, [], id="said already"),
        pytest.param(
            "aiko",
            {"order_place": "shop", "failed_link": "holder"},
            [utter("utter_diagnosis_holder_login")],
            id="open, holder: the login",
        ),
        pytest.param(
            "aiko",
            {"order_place": "shop", "failed_link": "end_user"},
            [utter("utter_diagnosis_ask_holder_to_reissue")],
            id="open, end user: ask the holder",
        ),
        pytest.param(
            "yuki",
            {"failed_link": "end_user"},
            [utter("utter_diagnosis_reissue")],
            id="open, linked holder: reissue",
        ),
        pytest.param(
            "aiko",
            {"order_place": "web", "number_kind": "mnp", "failed_link": "end_user"},
            [utter("utter_timing_is_why"), utter("utter_timing_mnp_waiting")],
            id="too early, no mail",
        ),
    ],
)
def test_conclusion_is_a_fix_a_reissue_or_the_mail_that_is_waited_for(
    helpdesk: Helpdesk,
    customer: str,
    slots: dict[str, str],
    said: list[dict[str, Any]],
):
    assert run(ActionConcludeLinkError(helpdesk), turn(customer, **slots)) == (
        forgotten("link_error_form"),
        said,
    )


def test_conclusion_that_it_was_too_early_gives_the_day(helpdesk: Helpdesk):
    tracker = turn(
        order_place="web",
        number_kind="new",
        notice_day="2026-11-24",
        failed_link="end_user",
    )

    order = helpdesk.catalog.wording.order.web_new
    assert run(ActionConcludeLinkError(helpdesk), tracker)[1] == [
        utter("utter_timing_is_why"),
        utter(
            "utter_timing_opens_on",
            opens_on="11月25日(水)",
            order=order,
            buttons=reminder("2026-11-25"),
        ),
    ]
