"""data/catalog/notices.yml: the limits of what is sent by itself, and its words."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import Field, model_validator

from helpdesk.domain.notices import NoticeRules, QuietHours
from helpdesk.storage.strict import QuotedTime, Strict

Switch = Literal["low_data", "expiring", "bill_fixed"]


class Quiet(Strict):
    """Half-open, over midnight or not; Japan time."""

    begins: QuotedTime
    ends: QuotedTime


class LowData(Strict):
    percent: int = Field(ge=1, le=99)


class Expiring(Strict):
    megabytes: int = Field(ge=1)
    days_before: int = Field(ge=0, le=27)


class Lasting(Strict):
    told_for_days: int = Field(ge=1)


class ChoiceWords(Strict):
    """`note` may hold {percent}, {volume} and {days}."""

    title: str
    note: str


class NoticeButtons(Strict):
    turn_on: dict[Switch, str]
    turn_off: str
    remind_on_day: str
    remind_when_open: str


class NoticeCatalog(Strict):
    """All of the file."""

    quiet: Quiet
    low_data: LowData
    expiring: Expiring
    linking_open: Lasting
    bill_fixed: Lasting
    look_minutes: int = Field(ge=1)
    idle_minutes: int = Field(ge=0)
    daily_limit: int = Field(ge=1)
    pushes_per_month: int = Field(ge=0)
    choices: dict[Switch, ChoiceWords]
    buttons: NoticeButtons

    @model_validator(mode="after")
    def _every_switch_has_words(self) -> NoticeCatalog:
        for words in (self.choices, self.buttons.turn_on):
            missing = set(Switch.__args__) - words.keys()  # type: ignore[attr-defined]  # Literal's arguments
            if missing:
                raise ValueError(f"words are missing: {', '.join(sorted(missing))}")
        return self

    def as_rules(self) -> NoticeRules:
        return NoticeRules(
            quiet=QuietHours(self.quiet.begins, self.quiet.ends),
            low_percent=self.low_data.percent,
            expiring_megabytes=self.expiring.megabytes,
            expiring_days=self.expiring.days_before,
            linking_lasts=timedelta(days=self.linking_open.told_for_days),
            bill_lasts=timedelta(days=self.bill_fixed.told_for_days),
            look_again=timedelta(minutes=self.look_minutes),
            idle=timedelta(minutes=self.idle_minutes),
            daily=self.daily_limit,
            pushes=self.pushes_per_month,
        )
