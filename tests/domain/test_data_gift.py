"""The rule of gifts, their end, and their codes."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.data_gift import (
    Gift,
    GiftProblem,
    GiftRefused,
    GiftRule,
    GiftState,
    find_gift_code,
    gift_choices,
    gift_expires_at,
    is_gift_code,
    is_nearly_gift_code,
    new_gift_code,
)
from tests.fakes import NOW, japan

RULE = GiftRule(smallest=500, step=100, networks_without={"au"})
CODE = "G-7K2M-Q4XZ"
GIFT = Gift(
    *(1, "yuki", "yuki.1", 500, GiftState.OFFERED, NOW),
    expires_at=NOW + timedelta(hours=24),
)


def problem_of(
    megabytes: int, basic: int = 3000, allowance: int = 3000, network: str = "docomo"
) -> GiftProblem | None:
    # The other parts are large: they do not count (F-GIFT-06).
    balance = DataBalance(carried=9000, gifted=9000, basic=basic, bought=9000)
    try:
        RULE.check(megabytes, balance, allowance, network)
    except GiftRefused as refused:
        return refused.problem
    return None


# --- Who may give how much ------------------------------------------------------------


@pytest.mark.parametrize(
    ("megabytes", "problem"),
    [
        (-500, GiftProblem.TOO_SMALL),
        (0, GiftProblem.TOO_SMALL),
        (499, GiftProblem.TOO_SMALL),
        (500, None),
        (501, GiftProblem.NOT_IN_STEPS),
        (599, GiftProblem.NOT_IN_STEPS),
        (600, None),
        (3000, None),
        (3100, GiftProblem.OVER_PLAN),
    ],
)
def test_gift_has_a_least_steps_and_a_most(megabytes: int, problem: GiftProblem | None):
    """F-GIFT-04, F-GIFT-05."""
    assert problem_of(megabytes, basic=9000) == problem


@pytest.mark.parametrize(
    ("basic", "problem"),
    [(799, GiftProblem.NOT_ENOUGH), (800, None), (801, None)],
)
def test_only_what_is_left_of_basic_data_can_be_given(
    basic: int, problem: GiftProblem | None
):
    """F-GIFT-06."""
    assert problem_of(800, basic=basic) == problem


@pytest.mark.parametrize(
    ("network", "problem"),
    [("docomo", None), ("softbank", None), ("au", GiftProblem.NETWORK)],
)
def test_some_networks_have_no_gifts(network: str, problem: GiftProblem | None):
    """F-GIFT-09, F-GIFT-10."""
    assert problem_of(500, network=network) == problem


def test_network_is_said_before_a_volume_is_corrected():
    assert problem_of(1, network="au") == GiftProblem.NETWORK


@pytest.mark.parametrize(
    ("basic", "allowance", "most"),
    [
        (0, 3000, 0),
        (499, 3000, 0),
        (500, 3000, 500),
        (599, 3000, 500),
        (600, 3000, 600),
        (3000, 3000, 3000),
        (9000, 3000, 3000),
        (500, 400, 0),
    ],
)
def test_most_is_what_the_rule_lets_through(basic: int, allowance: int, most: int):
    assert RULE.most(basic, allowance) == most


@given(st.integers(0, 20_000), st.integers(100, 20_000))
def test_most_can_be_given_and_more_cannot(basic: int, allowance: int):
    most = RULE.most(basic, allowance)

    assert problem_of(most or 500, basic, allowance) == (
        None if most else problem_of(500, basic, allowance)
    )
    assert problem_of(max(most, 400) + RULE.step, basic, allowance) is not None


@pytest.mark.parametrize(
    ("least", "most", "choices"),
    [
        (500, 0, []),
        (500, 499, []),
        (500, 500, [500]),
        (500, 800, [500, 800]),
        (500, 1000, [500, 1000]),
        (500, 3000, [500, 1000, 2000, 3000]),
        (500, 12000, [500, 1000, 2000, 12000]),
    ],
)
def test_some_volumes_are_offered(least: int, most: int, choices: list[int]):
    assert gift_choices(least, most) == choices


# --- How long -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "end"),
    [
        pytest.param(NOW, japan(2026, 11, 25, 11), id="24 hours"),
        pytest.param(
            japan(2026, 11, 29, 23, 59, 59),
            japan(2026, 11, 30, 23, 59, 59),
            id="24 hours within the month",
        ),
        pytest.param(
            japan(2026, 11, 30), japan(2026, 12, 1), id="24 hours to the month's end"
        ),
        pytest.param(
            japan(2026, 11, 30, 0, 0, 1), japan(2026, 12, 1), id="the month's end"
        ),
        pytest.param(
            japan(2026, 11, 30, 23, 59, 59), japan(2026, 12, 1), id="one second"
        ),
        pytest.param(japan(2026, 12, 31, 12), japan(2027, 1, 1), id="the year's end"),
        pytest.param(japan(2027, 2, 28, 12), japan(2027, 3, 1), id="February"),
    ],
)
def test_offer_ends_after_a_day_or_with_the_month(now: datetime, end: datetime):
    """F-GIFT-07."""
    assert gift_expires_at(now) == end


@pytest.mark.parametrize(
    ("after", "is_open"),
    [
        (timedelta(hours=24) - timedelta(seconds=1), True),
        (timedelta(hours=24), False),
        (timedelta(hours=24) + timedelta(seconds=1), False),
    ],
    ids=["before", "at", "after"],
)
def test_offer_is_open_until_its_end(after: timedelta, is_open: bool):
    assert GIFT.is_open(NOW + after) is is_open


@pytest.mark.parametrize("state", set(GiftState) - {GiftState.OFFERED}, ids=str)
def test_ended_gift_is_not_open(state: GiftState):
    assert replace(GIFT, state=state).is_open(NOW) is False


@pytest.mark.parametrize(
    ("gift", "keeps_data"),
    [
        pytest.param(GIFT, True, id="offered"),
        pytest.param(replace(GIFT, expires_at=NOW), False, id="offered, but over"),
        pytest.param(
            replace(GIFT, state=GiftState.ACCEPTED, expires_at=NOW),
            True,
            id="accepted, on its way",
        ),
        pytest.param(
            replace(GIFT, state=GiftState.ACCEPTED, moved_at=NOW), False, id="moved"
        ),
        pytest.param(replace(GIFT, state=GiftState.DECLINED), False, id="declined"),
        pytest.param(replace(GIFT, state=GiftState.WITHDRAWN), False, id="withdrawn"),
        pytest.param(replace(GIFT, state=GiftState.EXPIRED), False, id="expired"),
    ],
)
def test_gift_keeps_data_until_they_have_left(gift: Gift, keeps_data: bool):
    assert gift.keeps_data(NOW) is keeps_data


# --- Codes ----------------------------------------------------------------------------


def test_new_codes_can_be_read_out_and_are_found():
    codes = [new_gift_code() for _ in range(500)]

    # No 0 and O, no 1, I and L; and a digit, so that it is no word.
    form = re.compile(r"G-[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}")
    assert [code for code in codes if not form.fullmatch(code)] == []
    assert [code for code in codes if not re.search(r"[2-9]", code)] == []
    assert [find_gift_code(code) for code in codes] == codes
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("G-7K2M-Q4XZ", id="as issued"),
        pytest.param("g-7k2m-q4xz", id="small"),
        pytest.param("Ｇ－７Ｋ２Ｍ－Ｑ４ＸＺ", id="full-width"),
        pytest.param("ｇ－７ｋ２ｍ－ｑ４ｘｚ", id="small and full-width"),
        pytest.param("Gー7K2MーQ4XZ", id="long-vowel marks"),
        pytest.param("Gｰ7K2MｰQ4XZ", id="half-width long-vowel marks"),
        pytest.param("G‐7K2M‐Q4XZ", id="hyphens"),
        pytest.param("G–7K2M—Q4XZ", id="dashes"),
        pytest.param("G−7K2M−Q4XZ", id="minus signs"),
        pytest.param("G 7K2M Q4XZ", id="spaces"),
        pytest.param("G　7K2M　Q4XZ", id="full-width spaces"),
        pytest.param("G - 7K2M - Q4XZ", id="spaces and hyphens"),
        pytest.param("G7K2MQ4XZ", id="nothing between"),
        pytest.param("コードはG-7K2M-Q4XZです。", id="in a sentence"),
        pytest.param("「G-7K2M-Q4XZ」を受け取る", id="in brackets"),
        pytest.param("送って：\nG-7K2M-Q4XZ\n", id="on a line of its own"),
        pytest.param("GREEN TREE G-7K2M-Q4XZ", id="after words that look alike"),
    ],
)
def test_code_is_found_in_any_dress(text: str):
    assert find_gift_code(text) == CODE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "データをプレゼントしたい",
        "1GBを送りたい",
        "残り 12GB 2345 6789 です",
        "G",
        "GB",
        "5G-7K2M-Q4XZ",
        "AG-7K2M-Q4XZ",
        "G-7K2M",
        "G-7K2M-Q4X",
        "G-7K2M-Q4XZZ",
        "G-7K2M-Q4XZ9",
        "G-7K20-Q4XZ",
        "G-7K2M-QIXZ",
        "GUARANTEE",
        "GREATNESS",
        "green tree",
        "GREEN TREE 2345",
        "24681357902468249",
        "2468 1357 9024 68249",
        "G24681357902468249",
        "090-2345-6789",
        "https://example.com/GUARANTEE",
    ],
)
def test_ordinary_texts_hold_no_code(text: str):
    assert (find_gift_code(text), is_gift_code(text)) == (None, False)


@given(st.text(alphabet="0123456789 -－ー", max_size=40))
def test_digits_alone_hold_no_code(text: str):
    assert find_gift_code(text) is None


@given(st.text(), st.text())
def test_code_is_found_in_any_text(before: str, after: str):
    assert find_gift_code(f"{before}。{CODE}。{after}") is not None


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        (" g-7k2m-q4xz\n", True),
        ("コードはG-7K2M-Q4XZです", False),
        ("GUARANTEE", False),
    ],
)
def test_text_is_a_code_alone_or_not(text: str, is_code: bool):
    assert is_gift_code(text) is is_code


@pytest.mark.parametrize(
    ("text", "is_nearly"),
    [
        ("G-7K20-Q4XZ", True),
        ("g-7k2m-q4x", True),
        ("Ｇ－７Ｋ２Ｍ－Ｑ４ＸＺＺ", True),
        ("1GBを送りたい", False),
        ("G", False),
    ],
)
def test_code_that_was_copied_wrongly_is_noticed(text: str, is_nearly: bool):
    assert is_nearly_gift_code(text) is is_nearly
