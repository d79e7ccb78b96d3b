"""お知らせ: what the product sends by itself, to whom, when, and when no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from helpdesk.domain.data_balance import DataBalance, Usage
from helpdesk.domain.japan_time import JAPAN, in_japan, japan_day
from helpdesk.domain.months import Month
from helpdesk.domain.rights import Act

_PERCENT = 100


class NoticeKind(str, Enum):
    """What can be asked for; `linking_open` once, the others until they are stopped."""

    LOW_DATA = "low_data"
    EXPIRING = "expiring"
    BILL_FIXED = "bill_fixed"
    LINKING_OPEN = "linking_open"


# What one must be allowed to do with a subscription to be told this of it.
NEEDED: dict[NoticeKind, Act] = {
    NoticeKind.LOW_DATA: Act.SEE_DATA,
    NoticeKind.EXPIRING: Act.SEE_DATA,
    NoticeKind.BILL_FIXED: Act.SEE_BILLS,
}

# These are waited for or matter at once: they come besides the one of the day.
URGENT = frozenset({NoticeKind.BILL_FIXED, NoticeKind.LINKING_OPEN})


class NoticeState(str, Enum):
    """`waiting → in_inbox → sent`; until then it may wait again, or be dropped."""

    WAITING = "waiting"
    IN_INBOX = "in_inbox"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Notice:
    """Something to tell a customer, once for each `key`.

    `about`: what the carrier calls it, where a kind has several. `day`: the day that
    it is about. Not before `due_at`, and not from `stale_at` on; None: no end yet.
    """

    key: str
    customer: str
    kind: NoticeKind
    subscription: str | None
    about: str | None
    day: date | None
    due_at: datetime
    stale_at: datetime | None
    id: int = 0
    state: NoticeState = NoticeState.WAITING
    item: int | None = None
    told_at: datetime | None = None
    tries: int = 0


@dataclass(frozen=True)
class QuietHours:
    """Half-open, in Japan: from `begins` to `ends`, over midnight or not."""

    begins: time
    ends: time

    def is_quiet(self, now: datetime) -> bool:
        at = in_japan(now).time()
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def over_at(self, now: datetime) -> datetime:
        """The first moment from now on that is not quiet."""
        if not self.is_quiet(now):
            return now
        today = self.morning(japan_day(now))
        return today if now < today else today + timedelta(days=1)

    def morning(self, day: date) -> datetime:
        """When the quiet hours of this day end."""
        return datetime.combine(day, self.ends, JAPAN)


@dataclass(frozen=True)
class NoticeRules:
    """The catalog's limits.

    `idle`: so long must nobody have said anything. `daily`: so many a day and
    customer, besides the urgent ones. `pushes`: so many a month on LINE, for all.
    """

    quiet: QuietHours
    low_percent: int
    expiring_megabytes: int
    expiring_days: int
    linking_lasts: timedelta
    bill_lasts: timedelta
    look_again: timedelta
    idle: timedelta
    daily: int
    pushes: int

    def is_low(self, usage: Usage) -> bool:
        """Whether no more than this share of the month's allowance is left."""
        limit = usage.allowance * self.low_percent
        return usage.balance.total * _PERCENT <= limit

    def expiring_from(self, month: Month) -> date:
        """The day on which is told what ends with the month."""
        return month.last_day - timedelta(days=self.expiring_days)

    def is_worth_telling(self, megabytes: int) -> bool:
        """Whether so much data that ends with the month is told."""
        return megabytes >= self.expiring_megabytes


def ends_with_month(balance: DataBalance) -> int:
    """MB that cannot be used next month (F-DATA-06, F-DATA-07)."""
    return balance.carried + balance.gifted


def key_of(kind: NoticeKind, *parts: object) -> str:
    """One notice for each of these."""
    return ":".join([kind.value, *map(str, parts)])
