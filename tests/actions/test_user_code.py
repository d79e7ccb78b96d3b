"""Reissue, from the chat's side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actions.user_code import (
    ActionAskSubscription,
    ActionBeginReissue,
    ActionFinishReissue,
    ValidateReissueForm,
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

YUKI = {"subscription": "yuki.1", "number_last4": "5501"}
LIMIT = utter("utter_reissue_limit", number_last4="5501", limit="3")


@pytest.fixture
def reissue(helpdesk: Helpdesk) -> Callable[[int], None]:
    """Reissues Yuki's code so many times today."""

    def make(times: int) -> None:
        for number in range(times):
            helpdesk.user_codes.reissue_on("yuki.1", f"earlier-{number}")

    return make


def test_begin_is_for_the_linked_holder(helpdesk: Helpdesk):
    action = ActionBeginReissue(helpdesk)

    assert [run(action, turn(customer)) for customer in ("yuki", "hiro")] == [
        (begun("reissue_form"), []),
        ([], [utter("utter_reissue_holder_only")]),
    ]


@pytest.mark.parametrize(
    ("text", "slots", "found"),
    [
        pytest.param(
            "1102です", {"requested_slot": "subscription"}, "eita.2", id="last4"
        ),
        pytest.param(
            "２番目", {"requested_slot": "subscription"}, "eita.2", id="place"
        ),
        pytest.param(
            "下のほう", {"requested_slot": "subscription"}, "eita.2", id="in words"
        ),
        pytest.param(
            "どれでも", {"requested_slot": "subscription"}, None, id="neither"
        ),
        pytest.param("1102です", {}, None, id="not asked"),
        pytest.param("1102", {"subscription": "eita.1"}, None, id="chosen already"),
    ],
)
def test_one_of_several_is_chosen_in_words(
    helpdesk: Helpdesk,
    hold: Callable[..., None],
    text: str,
    slots: dict[str, str],
    found: str | None,
):
    hold("eita", "eita.1", "eita.2")
    form = ValidateReissueForm(helpdesk)

    assert extract(form, "subscription", turn("eita", text, **slots)) == (
        {} if found is None else {"subscription": found}
    )


def test_single_one_needs_no_question(helpdesk: Helpdesk):
    form = ValidateReissueForm(helpdesk)

    assert extract(form, "subscription", turn("yuki")) == {"subscription": "yuki.1"}


@pytest.mark.parametrize(
    ("value", "earlier", "slots", "said"),
    [
        pytest.param("yuki.1", 0, YUKI | {"reissues_left": 3}, [], id="three left"),
        pytest.param("yuki.1", 2, YUKI | {"reissues_left": 1}, [], id="one left"),
        pytest.param(
            "yuki.1",
            3,
            {"subscription": None, "reissue_confirmed": None, "requested_slot": None},
            [LIMIT],
            id="none left",
        ),
        pytest.param("eita.1", 0, {"subscription": None}, [], id="somebody else's"),
    ],
)
def test_limit_is_told_before_any_confirmation(
    helpdesk: Helpdesk,
    reissue: Callable[[int], None],
    value: str,
    earlier: int,
    slots: dict[str, Any],
    said: list[dict[str, Any]],
):
    reissue(earlier)
    form = ValidateReissueForm(helpdesk)

    assert validate(form, "subscription", value, turn("yuki")) == (slots, said)


def test_question_has_a_button_for_each_subscription(
    helpdesk: Helpdesk, hold: Callable[..., None]
):
    hold("eita", "eita.1", "eita.2")

    name = helpdesk.catalog.wording.subscription_name
    buttons = [
        {
            "title": name.format(number_last4=last4),
            "payload": f'/inform_order_channel{{"subscription": "{key}"}}',
        }
        for key, last4 in (("eita.1", "1101"), ("eita.2", "1102"))
    ]
    assert run(ActionAskSubscription(helpdesk), turn("eita")) == (
        [],
        [utter("utter_ask_subscription", buttons=buttons)],
    )


@pytest.mark.parametrize(
    ("confirmed", "earlier", "said", "left"),
    [
        pytest.param(
            "yes", 0, [utter("utter_reissued", number_last4="5501")], 2, id="yes"
        ),
        pytest.param("yes", 3, [LIMIT], 0, id="limit reached meanwhile"),
        pytest.param("no", 0, [utter("utter_reissue_cancelled")], 3, id="no"),
        pytest.param(None, 3, [], 0, id="ended early"),
    ],
)
def test_finish_reissues_on_yes(
    helpdesk: Helpdesk,
    reissue: Callable[[int], None],
    confirmed: str | None,
    earlier: int,
    said: list[dict[str, Any]],
    left: int,
):
    reissue(earlier)
    tracker = turn("yuki", reissue_confirmed=confirmed, **YUKI)

    done = run(ActionFinishReissue(helpdesk), tracker)

    assert (done, helpdesk.user_codes.reissues_left("yuki.1")) == (
        (forgotten("reissue_form"), said),
        left,
    )


def test_same_event_reissues_once(helpdesk: Helpdesk):
    tracker = turn("yuki", reissue_confirmed="yes", event_id="yuki:c1", **YUKI)

    done = [run(ActionFinishReissue(helpdesk), tracker) for _ in range(2)]

    assert (done[0], helpdesk.user_codes.reissues_left("yuki.1")) == (done[1], 2)


def test_whoever_is_no_holder_any_more_reissues_nothing(helpdesk: Helpdesk):
    tracker = turn("eita", reissue_confirmed="yes", **YUKI)

    assert run(ActionFinishReissue(helpdesk), tracker) == (
        forgotten("reissue_form"),
        [utter("utter_reissue_holder_only")],
    )
