"""What is linked now, and unlinking, from the chat's side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.link_status import (
    ActionAskLinkChoice,
    ActionBeginUnlink,
    ActionFinishUnlink,
    ActionTellLinkMoved,
    ActionTellLinkStatus,
    ValidateUnlinkForm,
)
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import (
    begun,
    extract,
    forgotten,
    run,
    turn,
    utter,
    validate,
)

HOLDER, END_USER = "契約者連携", "利用者連携"


def ids(helpdesk: Helpdesk, customer: str) -> list[str]:
    return [str(link.id) for link, _ in helpdesk.linking.links_of(customer)]


def name(helpdesk: Helpdesk, role: str, last4: str) -> str:
    return helpdesk.catalog.wording.link_name.format(role=role, number_last4=last4)


def test_status_lists_the_links(helpdesk: Helpdesk):
    line = helpdesk.catalog.wording.link_line
    lines = [
        line.format(role=role, number_last4="5501", since="11月24日(火)")
        for role in (HOLDER, END_USER)
    ]

    assert run(ActionTellLinkStatus(helpdesk), turn("yuki")) == (
        [],
        [utter("utter_link_status", links="\n".join(lines))],
    )


def test_status_without_links_says_so(helpdesk: Helpdesk):
    assert run(ActionTellLinkStatus(helpdesk), turn()) == (
        [],
        [utter("utter_link_status_none")],
    )


@pytest.mark.parametrize(
    ("customer", "entities", "begins", "response"),
    [
        pytest.param("yuki", {}, True, None, id="linked"),
        pytest.param("aiko", {}, False, "utter_nothing_to_unlink", id="not linked"),
        pytest.param(
            "yuki", {"device_change": "phone"}, False, "utter_new_phone", id="phone"
        ),
        pytest.param(
            "yuki",
            {"device_change": "account"},
            False,
            "utter_new_account",
            id="account",
        ),
    ],
)
def test_begin_tells_a_new_phone_from_a_wish_to_unlink(
    helpdesk: Helpdesk,
    customer: str,
    entities: dict[str, str],
    begins: bool,
    response: str | None,
):
    tracker = turn(customer, entities=entities)

    assert run(ActionBeginUnlink(helpdesk), tracker) == (
        begun("unlink_form") if begins else [],
        [] if response is None else [utter(response)],
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("利用者連携のほう", 1, id="role"),
        pytest.param("1つ目", 0, id="place"),
        pytest.param("いちばん下のほう", 1, id="place in words"),
        pytest.param("5501の最初のほう", 0, id="place of a number that both have"),
        pytest.param("5501", None, id="a number that both have"),
        pytest.param("やめたい", None, id="neither"),
    ],
)
def test_one_of_several_is_chosen_in_words(
    helpdesk: Helpdesk, text: str, place: int | None
):
    expected = {} if place is None else {"link_choice": ids(helpdesk, "yuki")[place]}

    found = extract(ValidateUnlinkForm(helpdesk), "link_choice", turn("yuki", text))

    assert found == expected


def test_single_link_needs_no_question_and_is_found_once(helpdesk: Helpdesk):
    form, (only,) = ValidateUnlinkForm(helpdesk), ids(helpdesk, "hiro")

    found = [
        extract(form, "link_choice", turn("hiro", link_choice=chosen))
        for chosen in (None, only)
    ]

    assert found == [{"link_choice": only}, {}]


def test_choice_is_named_and_that_of_others_refused(helpdesk: Helpdesk):
    form, (mine,) = ValidateUnlinkForm(helpdesk), ids(helpdesk, "hiro")

    found = [
        validate(form, "link_choice", choice, turn("hiro"))
        for choice in (mine, ids(helpdesk, "yuki")[0])
    ]

    assert found == [
        ({"link_choice": mine, "link_name": name(helpdesk, END_USER, "6601")}, []),
        ({"link_choice": None}, []),
    ]


def test_question_has_a_button_for_each_link(helpdesk: Helpdesk):
    holder, end_user = ids(helpdesk, "yuki")
    buttons = [
        {
            "title": name(helpdesk, role, "5501"),
            "payload": f'/inform_order_channel{{"link_choice": "{link}"}}',
        }
        for role, link in ((HOLDER, holder), (END_USER, end_user))
    ]

    assert run(ActionAskLinkChoice(helpdesk), turn("yuki")) == (
        [],
        [utter("utter_ask_link_choice", buttons=buttons)],
    )


@pytest.mark.parametrize(
    ("confirmed", "said", "left"),
    [
        pytest.param("yes", utter("utter_unlinked", link_name="x"), [], id="yes"),
        pytest.param(
            "no", utter("utter_unlink_cancelled"), [("hiro.1", "end_user")], id="no"
        ),
    ],
)
def test_finish_unlinks_on_yes(
    helpdesk: Helpdesk,
    links: Callable[[str], list[tuple[str, str]]],
    confirmed: str,
    said: dict[str, Any],
    left: list[tuple[str, str]],
):
    (link,) = ids(helpdesk, "hiro")
    tracker = turn("hiro", unlink_confirmed=confirmed, link_choice=link, link_name="x")

    done = run(ActionFinishUnlink(helpdesk), tracker)

    assert (done, links("hiro")) == ((forgotten("unlink_form"), [said]), left)


def test_link_of_somebody_else_does_not_end(
    helpdesk: Helpdesk, links: Callable[[str], list[tuple[str, str]]]
):
    (link,) = ids(helpdesk, "hiro")
    tracker = turn("aiko", unlink_confirmed="yes", link_choice=link)

    _, said = run(ActionFinishUnlink(helpdesk), tracker)

    assert (said, links("hiro")) == (
        [utter("utter_nothing_to_unlink")],
        [("hiro.1", "end_user")],
    )


@pytest.mark.parametrize(("role", "word"), [("holder", HOLDER), ("end_user", END_USER)])
def test_former_account_hears_that_the_link_moved(
    helpdesk: Helpdesk, role: str, word: str
):
    tracker = turn(entities={"moved_role": role})

    assert run(ActionTellLinkMoved(helpdesk), tracker) == (
        [],
        [utter("utter_link_moved_away", role=word)],
    )
