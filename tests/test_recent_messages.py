"""Two weeks of messages, as make drift reads them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.recent_messages import lines, main
from tests.fakes import FakeClock, japan
from tests.web.report_browser import type_in

HEADER = {"first": "2026-11-18", "last": "2026-11-24", "days": 7}


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A product whose database does not exist yet, at a moment of its own."""
    with patch.dict(os.environ) as variables:
        variables |= {
            "HELPDESK_SECRET_KEY": "a key that is only good for tests",
            "HELPDESK_DATABASE_URL": f"sqlite:///{tmp_path / 'helpdesk.db'}",
            "HELPDESK_CLOCK": "2026-11-24T00:30:00+09:00",
        }
        yield variables


def read(helpdesk: Helpdesk) -> list[dict[str, Any]]:
    with helpdesk.database.engine.connect() as connection:
        return [json.loads(line) for line in lines(connection, helpdesk.clock())]


def test_weeks_are_whole_days_of_japan_and_today_belongs_to_the_recent_one(
    helpdesk: Helpdesk, clock: FakeClock
):
    for text, moment in [
        ("十五日前", japan(2026, 11, 10, 23, 59)),
        ("前の週の初め", japan(2026, 11, 11, 0, 0)),
        ("前の週の終わり", japan(2026, 11, 17, 23, 59)),
        ("今週の初め", japan(2026, 11, 18, 0, 0)),
        ("いま", japan(2026, 11, 24, 0, 30)),
    ]:
        clock.set(moment)
        type_in(helpdesk, text, "nlu_fallback")

    header, *messages = read(helpdesk)

    assert header == HEADER
    assert [(each["text"], each["is_recent"]) for each in messages] == [
        ("前の週の初め", False),
        ("前の週の終わり", False),
        ("今週の初め", True),
        ("いま", True),
    ]
    assert {each["intent"] for each in messages} == {"nlu_fallback"}


def test_product_that_never_ran_has_no_messages(
    variables: dict[str, str], capsys: pytest.CaptureFixture[str]
):
    """The day is that of HELPDESK_CLOCK."""
    code = main()

    assert (code, json.loads(capsys.readouterr().out)) == (0, HEADER)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        pytest.param(
            "HELPDESK_DATABASE_URL",
            "sqlite:////dev/null/helpdesk.db",
            "The database of HELPDESK_DATABASE_URL cannot be read: ",
            id="database",
        ),
        pytest.param("HELPDESK_CLOCK", "noon", "HELPDESK_CLOCK: ", id="setting"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    variables: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    sentence: str,
):
    variables[name] = value

    code = main()

    said = capsys.readouterr()
    assert (code, said.out, said.err.startswith(sentence)) == (1, "", True)
    assert said.err.count("\n") == 1
