"""Dialogues: which messages belong together, and what they are about."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.domain.dialogues import Dialogue, Dialogues, Said
from tests.fakes import japan

TEN = japan(2026, 11, 24, 10)
WISHES = ("unlink", "check_billing")


def said(
    minutes: float, intent: str | None = "unlink", customer: str = "eita", **of: bool
) -> Said:
    return Said(customer, TEN + timedelta(minutes=minutes), intent, **of)


@pytest.mark.parametrize(
    ("pause", "count"),
    [
        pytest.param(timedelta(minutes=29, seconds=59), 1, id="just before the limit"),
        pytest.param(timedelta(minutes=30), 2, id="at the limit"),
        pytest.param(timedelta(minutes=30, seconds=1), 2, id="just after the limit"),
    ],
)
def test_pause_of_thirty_minutes_begins_another_dialogue(pause: timedelta, count: int):
    messages = [Said("eita", TEN), Said("eita", TEN + pause)]

    assert len(list(Dialogues(messages))) == count


def test_pause_is_counted_from_the_last_message():
    messages = [said(0), said(20), said(40), said(60), said(90)]

    assert list(Dialogues(messages)) == [
        Dialogue(tuple(messages[:4])),
        Dialogue((messages[4],)),
    ]


def test_customers_have_dialogues_of_their_own():
    messages = [said(2, customer="aiko"), said(0), said(1, customer="aiko"), said(3)]

    assert set(Dialogues(messages)) == {
        Dialogue((messages[1], messages[3])),
        Dialogue((messages[2], messages[0])),
    }


@pytest.mark.parametrize(
    ("moment", "is_found"),
    [
        pytest.param(TEN - timedelta(seconds=1), False, id="before it"),
        pytest.param(TEN, True, id="at its beginning"),
        pytest.param(TEN + timedelta(minutes=39, seconds=59), True, id="within"),
        pytest.param(TEN + timedelta(minutes=40), False, id="after its pause"),
    ],
)
def test_dialogue_is_found_by_moment(moment: datetime, is_found: bool):
    messages = (said(0), said(10))
    dialogues = Dialogues([*messages, said(200), said(-200)])

    found = dialogues.at("eita", moment)

    assert found == (Dialogue(messages) if is_found else None)


def test_stranger_has_no_dialogue():
    assert Dialogues([said(0)]).at("aiko", TEN) is None


@pytest.mark.parametrize(
    ("intents", "wish"),
    [
        pytest.param(["greet", "unlink", "check_billing"], "unlink", id="the first"),
        pytest.param(["greet", "nlu_fallback", None], None, id="none"),
    ],
)
def test_dialogue_is_about_the_first_wish(intents: list[str | None], wish: str | None):
    dialogue = Dialogue(tuple(said(at, each) for at, each in enumerate(intents)))

    assert dialogue.wish(WISHES) == wish


@pytest.mark.parametrize(
    ("intent", "is_understood"),
    [("unlink", True), ("out_of_scope", True), ("nlu_fallback", False), (None, False)],
)
def test_text_is_understood_if_an_intent_was_found(
    intent: str | None, is_understood: bool
):
    assert said(0, intent).is_understood == is_understood


def test_bot_turn_and_the_wish_for_a_person_are_seen():
    by_bot = Dialogue((said(0, is_answered=False), said(1, "request_operator")))
    by_nobody = Dialogue((said(0, is_answered=False),))

    assert [
        (each.has_bot_turn, each.asks_for_person) for each in (by_bot, by_nobody)
    ] == [
        (True, True),
        (False, False),
    ]
