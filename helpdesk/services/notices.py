"""お知らせ: what customers want to be told, and what there is to tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.notices import (
    NEEDED,
    Notice,
    NoticeKind,
    NoticeRules,
    key_of,
)
from helpdesk.domain.rights import NotAllowed, may
from helpdesk.services.notices_sending import NoticeSender, Round
from helpdesk.services.notices_watch import NoticeWatch
from helpdesk.services.ports import Clock, Store
from helpdesk.services.rights import RightsService, Viewer


@dataclass(frozen=True)
class NoticeWords:
    """How a switch is named, and what it means."""

    title: str
    note: str


@dataclass(frozen=True)
class NoticeChoice:
    """A switch as the customer sees it."""

    kind: NoticeKind
    title: str
    note: str
    is_on: bool


class NoticeService:
    """The switches and the reminders; off until the customer wants them."""

    def __init__(
        self,
        store: Store,
        rights: RightsService,
        rules: NoticeRules,
        words: dict[NoticeKind, NoticeWords],
        watch: NoticeWatch,
        sender: NoticeSender,
        clock: Clock,
    ) -> None:
        self._store = store
        self._watch = watch
        self._sender = sender
        self.news = sender.news
        self._rights = rights
        self._rules = rules
        self._words = words
        self._clock = clock

    def choices(self, customer: str) -> list[NoticeChoice]:
        """What the customer's links allow, in the order of the catalog."""
        with self._store.reading() as unit:
            chosen = unit.notices.chosen(customer)
        return [
            NoticeChoice(kind, words.title, words.note, kind in chosen)
            for kind, words in self._words.items()
            if self._may(customer, kind)
        ]

    def choose(self, customer: str, kind: NoticeKind, *, is_on: bool) -> None:
        """Switch it on or off; off is always possible, also for reminders.

        Raises NotAllowed, and ValueError for a reminder: it is for a day.
        """
        if is_on and kind not in NEEDED:
            raise ValueError(f"{kind.value} is no switch")
        if is_on and not self._may(customer, kind):
            raise NotAllowed(NEEDED[kind])
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            now = self._clock()
            was_on = kind in unit.notices.chosen(customer)
            if kind in NEEDED and is_on != was_on:
                unit.notices.choose(customer, kind, now, is_on=is_on)
                action = "notice_chosen" if is_on else "notice_stopped"
                actor = f"customer:{customer}"
                unit.audit.add(now, actor, action, customer, kind=kind.value)
            if not is_on:
                unit.notices.forget_open(customer, kind)

    def remind(
        self, customer: str, *, day: date | None, subscription: str | None
    ) -> None:
        """Tell the customer in the morning of the day on which linking opens.

        `day` None: the subscription's record is looked at each morning until it says
        one. Asked for again, it is told once. Raises ValueError if neither is known.
        """
        if day is None and subscription is None:
            raise ValueError("neither the day nor the subscription is known")
        now, quiet = self._clock(), self._rules.quiet
        due_at, stale_at = quiet.morning(japan_day(now) + timedelta(days=1)), None
        if day is not None:
            due_at = max(now, quiet.morning(day))
            stale_at = quiet.morning(day) + self._rules.linking_lasts
        key = key_of(NoticeKind.LINKING_OPEN, customer, subscription or day)
        notice = Notice(
            *(key, customer, NoticeKind.LINKING_OPEN, subscription, None, day),
            due_at,
            stale_at,
        )
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            unit.notices.add(notice)
            unit.audit.add(now, f"customer:{customer}", "reminder_wanted", customer)

    def look_after(self) -> Round:
        """Find what is to be told and let it be told; safe for two at once."""
        self._watch.look()
        return self._sender.send()

    def _may(self, customer: str, kind: NoticeKind) -> bool:
        roles = self._rights.roles(Viewer.of_customer(customer)).values()
        return any(may(each, NEEDED[kind]) for each in roles)
