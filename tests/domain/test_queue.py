"""The operators' queue: its order, the estimate, and how the wait is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.domain.handoff import HandoffRequest, RequestKind, RequestState
from helpdesk.domain.queue import (
    Desk,
    QueueRule,
    Served,
    estimate,
    in_order,
    mean_handling,
    told_minutes,
)
from tests.fakes import NOW

RULE = QueueRule(live=2, messages=1, question_patience=timedelta(minutes=15))
EIGHT = timedelta(minutes=8)
LIVE, MESSAGE = RequestKind.LIVE, RequestKind.MESSAGE


def request(
    number: int,
    kind: RequestKind = LIVE,
    *,
    waited: timedelta = timedelta(),
    is_trouble: bool = False,
) -> HandoffRequest:
    return HandoffRequest(
        id=number,
        customer=f"customer-{number}",
        kind=kind,
        state=RequestState.WAITING,
        reason="request",
        requested_at=NOW - waited,
        is_trouble=is_trouble,
    )


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def order(
    waiting: list[HandoffRequest],
    served: list[Served] | None = None,
    rule: QueueRule = RULE,
    now: datetime = NOW,
) -> list[int]:
    return [each.id for each in in_order(waiting, rule, now, served or [])]


def served(kinds: str) -> list[Served]:
    """The newest first: L for a live customer, M for a message."""
    return [Served(LIVE if each == "L" else MESSAGE, NOW) for each in kinds]


def test_nobody_waits():
    assert order([]) == []


def test_who_waits_longer_comes_first():
    waiting = [
        request(1, waited=minutes(1)),
        request(2, waited=minutes(3)),
        request(3, waited=minutes(2)),
    ]

    assert order(waiting) == [2, 3, 1]


def test_of_the_same_moment_the_first_comes_first():
    assert order([request(2), request(1), request(3)]) == [1, 2, 3]


@pytest.mark.parametrize("kind", RequestKind)
def test_troubles_come_before_questions(kind: RequestKind):
    waiting = [
        request(1, kind, waited=minutes(10)),
        request(2, kind, waited=minutes(2), is_trouble=True),
        request(3, kind, waited=minutes(5)),
        request(4, kind, waited=minutes(3), is_trouble=True),
    ]

    assert order(waiting) == [4, 2, 1, 3]


@pytest.mark.parametrize(
    ("waited", "ordered"),
    [
        pytest.param(minutes(15) - timedelta.resolution, [2, 1], id="before"),
        pytest.param(minutes(15), [1, 2], id="at"),
        pytest.param(minutes(15) + timedelta.resolution, [1, 2], id="after"),
    ],
)
def test_question_that_has_waited_long_counts_as_a_trouble(
    waited: timedelta, ordered: list[int]
):
    waiting = [request(1, waited=waited), request(2, is_trouble=True)]

    assert order(waiting) == ordered


def test_trouble_that_waits_longer_stays_before_a_patient_question():
    waiting = [
        request(1, waited=minutes(16)),
        request(2, waited=minutes(20), is_trouble=True),
    ]

    assert order(waiting) == [2, 1]


def test_a_trouble_does_not_jump_from_one_kind_to_the_other():
    """Messages take turns with live customers, whatever they are about."""
    waiting = [
        request(1),
        request(2),
        request(3, MESSAGE, waited=minutes(600), is_trouble=True),
    ]

    assert order(waiting) == [1, 2, 3]


@pytest.mark.parametrize(
    ("rule", "ordered"),
    [
        pytest.param((2, 1), [1, 2, 11, 3, 4, 12, 5, 13, 14], id="two and one"),
        pytest.param((1, 1), [1, 11, 2, 12, 3, 13, 4, 14, 5], id="one and one"),
        pytest.param((1, 3), [1, 11, 12, 13, 2, 14, 3, 4, 5], id="one and three"),
        pytest.param((9, 1), [1, 2, 3, 4, 5, 11, 12, 13, 14], id="nine and one"),
    ],
)
def test_live_customers_and_messages_take_turns(
    rule: tuple[int, int], ordered: list[int]
):
    waiting = [request(number) for number in range(1, 6)]
    waiting += [request(number, MESSAGE) for number in range(11, 15)]

    assert order(waiting, rule=QueueRule(*rule, EIGHT)) == ordered


@pytest.mark.parametrize(
    ("kinds", "ordered"),
    [
        pytest.param("", [1, 2, 11, 3, 12], id="the desk opens"),
        pytest.param("L", [1, 11, 2, 3, 12], id="one live"),
        pytest.param("LL", [11, 1, 2, 12, 3], id="two live"),
        pytest.param("LLLL", [11, 1, 2, 12, 3], id="only live ones had been there"),
        pytest.param("M", [1, 2, 11, 3, 12], id="a message"),
        pytest.param("MMM", [1, 2, 11, 3, 12], id="only messages had been there"),
        pytest.param("LMLL", [1, 11, 2, 3, 12], id="one live after a message"),
        pytest.param("LLM", [11, 1, 2, 12, 3], id="two live after a message"),
    ],
)
def test_turns_go_on_where_the_desk_stands(kinds: str, ordered: list[int]):
    waiting = [request(number) for number in (1, 2, 3)]
    waiting += [request(number, MESSAGE) for number in (11, 12)]

    assert order(waiting, served(kinds)) == ordered


@pytest.mark.parametrize(
    ("kinds", "ordered"),
    [
        pytest.param("M", [11, 1, 12, 2], id="the first of two"),
        pytest.param("MM", [1, 11, 12, 2], id="the second of two"),
        pytest.param("ML", [11, 1, 12, 2], id="the first after a live one"),
    ],
)
def test_several_messages_have_their_turn(kinds: str, ordered: list[int]):
    waiting = [request(1), request(2), request(11, MESSAGE), request(12, MESSAGE)]

    result = order(waiting, served(kinds), QueueRule(1, 2, EIGHT))

    assert result == ordered


requests = st.lists(
    st.tuples(
        st.sampled_from(RequestKind),
        st.integers(0, 3600),
        st.booleans(),
    ),
    max_size=12,
).map(
    lambda found: [
        request(number, kind, waited=timedelta(seconds=waited), is_trouble=is_trouble)
        for number, (kind, waited, is_trouble) in enumerate(found, start=1)
    ]
)
rules = st.builds(
    QueueRule,
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 60).map(lambda number: timedelta(minutes=number)),
)


@settings(deadline=None, derandomize=True)
@given(requests, rules, st.text("LM", max_size=8), st.randoms())
def test_order_holds_everybody_once_however_they_are_given(waiting, rule, kinds, dice):
    expected = order(waiting, served(kinds), rule)
    dice.shuffle(waiting)

    assert order(waiting, served(kinds), rule) == expected
    assert sorted(expected) == sorted(each.id for each in waiting)


@settings(deadline=None, derandomize=True)
@given(requests, rules, st.text("LM", max_size=8))
def test_taking_the_first_moves_all_others_up(waiting, rule, kinds):
    """Otherwise a place that was told would grow though nobody came."""
    ordered = in_order(waiting, rule, NOW, served(kinds))
    if not ordered:
        return
    first, *others = ordered
    taken = [Served(first.kind, NOW), *served(kinds)]

    assert in_order(others, rule, NOW, taken) == others


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    rules,
    st.sampled_from(RequestKind),
    st.lists(st.tuples(st.sampled_from(RequestKind), st.booleans()), min_size=1),
)
def test_nobody_starves_however_many_come(rule, kind, others):
    """A question waits while more urgent ones come each minute, one taken each minute."""
    waiting = [request(0, kind)]
    past: list[Served] = []
    # Until the patience ends; then those of its kind that had come before it, each in
    # a whole turn of both kinds.
    patience = int(rule.question_patience.total_seconds() // 60) + 1
    limit = (patience + 1) * (rule.live + rule.messages) * 2
    for minute in range(limit):
        now = NOW + minutes(minute)
        new_kind, is_trouble = others[minute % len(others)]
        waiting.append(
            request(
                minute + 1, new_kind, waited=-minutes(minute), is_trouble=is_trouble
            )
        )
        first = in_order(waiting, rule, now, past)[0]
        if first.id == 0:
            return
        waiting.remove(first)
        past.insert(0, Served(first.kind, now))
    pytest.fail(f"it still waits after {limit} have been taken")


# --- The estimate ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "desk", "wait"),
    [
        pytest.param(1, Desk(6, 0, EIGHT), minutes(0), id="all are free"),
        pytest.param(6, Desk(6, 0, EIGHT), minutes(0), id="the last free place"),
        pytest.param(7, Desk(6, 0, EIGHT), minutes(8) / 6, id="one too many"),
        pytest.param(1, Desk(6, 5, EIGHT), minutes(0), id="one is free"),
        pytest.param(1, Desk(6, 6, EIGHT), minutes(8) / 6, id="none is free"),
        pytest.param(6, Desk(6, 6, EIGHT), minutes(8), id="once round"),
        pytest.param(12, Desk(6, 6, EIGHT), minutes(16), id="twice round"),
        pytest.param(1, Desk(6, 9, EIGHT), minutes(8) / 6, id="more talks than places"),
        pytest.param(1, Desk(1, 1, EIGHT), minutes(8), id="one place"),
        pytest.param(2, Desk(0, 0, EIGHT), minutes(16), id="everybody is away"),
    ],
)
def test_estimate_counts_the_talks_that_must_end(
    place: int, desk: Desk, wait: timedelta
):
    assert estimate(place, desk) == wait


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 50), st.integers(0, 30), st.integers(0, 40))
def test_estimate_grows_with_the_place(place, places, busy):
    desk = Desk(places, busy, EIGHT)

    assert timedelta() <= estimate(place, desk) <= estimate(place + 1, desk)


@pytest.mark.parametrize(
    ("talks", "mean"),
    [
        pytest.param([], EIGHT, id="none"),
        pytest.param([minutes(1), minutes(2)], EIGHT, id="too few"),
        pytest.param([minutes(1), minutes(2), minutes(6)], minutes(3), id="three"),
    ],
)
def test_handling_is_the_mean_of_the_talks_that_are_over(
    talks: list[timedelta], mean: timedelta
):
    assert mean_handling(talks, EIGHT) == mean


@pytest.mark.parametrize(
    ("wait", "told"),
    [
        pytest.param(timedelta(), 0, id="now"),
        pytest.param(timedelta.resolution, 1, id="a moment"),
        pytest.param(minutes(1), 1, id="a minute"),
        *(
            pytest.param(wait, told, id=f"{step} minutes, {when}")
            for step, above in zip(
                (2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120),
                (3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 120),
                strict=True,
            )
            for when, wait, told in (
                ("before", minutes(step) - timedelta.resolution, step),
                ("at", minutes(step), step),
                ("after", minutes(step) + timedelta.resolution, above),
            )
        ),
        pytest.param(timedelta(days=1), 120, id="a day"),
    ],
)
def test_wait_is_told_in_steps(wait: timedelta, told: int):
    assert told_minutes(wait) == told
