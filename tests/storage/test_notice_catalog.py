"""data/catalog/notices.yml: what is refused, and the rules that come of it."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from helpdesk.domain.notices import NoticeRules, QuietHours
from helpdesk.settings import ROOT
from helpdesk.storage.notice_catalog import NoticeCatalog


def content() -> dict[str, Any]:
    path = ROOT / "data" / "catalog" / "notices.yml"
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return found


def test_file_becomes_rules():
    assert NoticeCatalog(**content()).as_rules() == NoticeRules(
        quiet=QuietHours(time(21), time(9)),
        low_percent=20,
        expiring_megabytes=500,
        expiring_days=3,
        linking_lasts=timedelta(days=7),
        bill_lasts=timedelta(days=3),
        look_again=timedelta(minutes=30),
        idle=timedelta(minutes=10),
        daily=1,
        pushes=200,
    )


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"quiet": {"begins": 1260, "ends": "09:00"}}, "in quotes"),
        ({"low_data": {"percent": 100}}, "less than or equal to 99"),
        ({"expiring": {"megabytes": 500, "days_before": 28}}, "less than or equal"),
        ({"pushes_per_month": -1}, "greater than or equal to 0"),
        ({"choices": {}}, "words are missing: bill_fixed, expiring, low_data"),
        ({"nights": True}, "Extra inputs"),
    ],
    ids=["time", "percent", "days", "pushes", "words", "unknown"],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], reason: str):
    with pytest.raises(ValidationError, match=reason):
        NoticeCatalog(**(content() | wrong))
