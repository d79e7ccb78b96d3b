"""Who had which talk, and how the operators' time adds up."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from helpdesk.domain.desk_load import (
    Stint,
    Stretch,
    WordPassed,
    covered,
    stints,
    summed,
)
from helpdesk.domain.span import Span
from tests.fakes import japan

TEN = japan(2026, 11, 24, 10)


def minute(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def stretch(start: float, end: float, operator: str = "op1") -> Stretch:
    return Stretch(operator, Span(minute(start), minute(end)))


def test_talk_is_split_between_those_who_had_it():
    moves = [
        WordPassed("eita", minute(0), "op1"),
        WordPassed("aiko", minute(1), "op1"),
        WordPassed("eita", minute(5), "op2"),
        WordPassed("eita", minute(8), None),
        WordPassed("eita", minute(20), "op1"),
    ]

    assert stints(moves) == [
        Stint("op1", "eita", minute(0), minute(5)),
        Stint("op1", "aiko", minute(1), None),
        Stint("op2", "eita", minute(5), minute(8)),
        Stint("op1", "eita", minute(20), None),
    ]


def test_end_of_a_talk_whose_beginning_is_unknown_is_passed_over():
    assert stints([WordPassed("eita", minute(0), None)]) == []


@pytest.mark.parametrize(
    ("stretches", "at_once", "in_all"),
    [
        pytest.param([], 0, 0, id="nothing"),
        pytest.param([stretch(0, 5), stretch(10, 12)], 7, 7, id="apart"),
        pytest.param([stretch(0, 5), stretch(5, 8)], 8, 8, id="touching"),
        pytest.param([stretch(3, 8), stretch(0, 5)], 8, 10, id="overlapping"),
        pytest.param(
            [stretch(0, 9), stretch(2, 3), stretch(8, 10)], 10, 12, id="inside"
        ),
        pytest.param([stretch(0, 5), stretch(0, 5, "op2")], 10, 10, id="two people"),
    ],
)
def test_time_at_work_is_counted_once_for_each_person(
    stretches: list[Stretch], at_once: int, in_all: int
):
    assert (covered(stretches), summed(stretches)) == (
        timedelta(minutes=at_once),
        timedelta(minutes=in_all),
    )


@pytest.mark.parametrize(
    ("moment", "is_covered"),
    [(-1, False), (0, True), (4.99, True), (5, False)],
)
def test_stint_is_half_open(moment: float, is_covered: bool):
    assert (
        Stint("op1", "eita", minute(0), minute(5)).covers(minute(moment)) == is_covered
    )


def test_stint_that_goes_on_covers_all_that_comes():
    assert Stint("op1", "eita", minute(0), None).covers(minute(9999))
