"""Tells what is to be told: at its time, to who may still know it, once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from helpdesk.domain.bills import Statement
from helpdesk.domain.data_balance import Usage
from helpdesk.domain.eligibility import linking_opens_on
from helpdesk.domain.handoff import Speaker
from helpdesk.domain.japan_time import JAPAN, japan_day
from helpdesk.domain.linking import Link, Subscription
from helpdesk.domain.months import Month
from helpdesk.domain.notices import (
    NEEDED,
    URGENT,
    Notice,
    NoticeKind,
    NoticeRules,
    NoticeState,
    ends_with_month,
)
from helpdesk.domain.rights import may
from helpdesk.services.carrier import Carrier, CarrierAway, NoSuchSubscription
from helpdesk.services.ports import Clock, Conversation, InboxItem, Store, Unit

_MOST_AT_ONCE = 50
_LINE = "line"
# How long to wait before looking again: somebody speaks; the carrier is away, or the
# customer cannot be reached, or there are no pushes.
_SOON = timedelta(minutes=5)
_WHILE_AWAY = timedelta(minutes=10)
_LATER = timedelta(hours=1)
# An answer of the bot that was not said so often is given up.
_MOST_TRIES = 5


@dataclass(frozen=True)
class News:
    """What a notice tells, as it is at this moment; None: its kind does not need it.

    `day`: the first on which linking works; `megabytes`: what ends with the month.
    """

    notice: Notice
    subscription: Subscription | None = None
    usage: Usage | None = None
    statement: Statement | None = None
    day: date | None = None

    @property
    def megabytes(self) -> int:
        return 0 if self.usage is None else ends_with_month(self.usage.balance)


@dataclass(frozen=True)
class Round:
    """`customers`: those to whom the bot has to speak. `sent`: what has been said."""

    customers: Sequence[str]
    sent: Counter[NoticeKind]


class NoticeSender:
    """Puts a notice into the inbox: there the bot speaks, and nobody else does."""

    def __init__(
        self, store: Store, carrier: Carrier, rules: NoticeRules, clock: Clock
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._rules = rules
        self._clock = clock

    # --- Each minute ------------------------------------------------------------------

    def send(self) -> Round:
        """Give up what is stale, and let the bot tell what is due."""
        now = self._clock()
        sent = self._settle(now)
        if self._rules.quiet.is_quiet(now):
            return Round([], sent)
        with self._store.reading() as unit:
            due = unit.notices.due(now, _MOST_AT_ONCE)
        return Round([each.customer for each in due if self._send(each, now)], sent)

    def _settle(self, now: datetime) -> Counter[NoticeKind]:
        """Note what was said; what was not, because a person took over, waits again."""
        sent: Counter[NoticeKind] = Counter()
        with self._store.writing() as unit:
            for finished in unit.notices.finished(_MOST_AT_ONCE):
                notice = finished.notice
                if finished.was_said and notice.told_at is not None:
                    sent[notice.kind] += unit.notices.sent(notice.id)
                elif notice.tries >= _MOST_TRIES:
                    unit.notices.drop(notice.id)
                else:
                    unit.notices.back(notice.id, now + _SOON)
            unit.notices.drop_stale(now)
        return sent

    def _send(self, notice: Notice, now: datetime) -> bool:
        """Whether the bot has to speak now."""
        try:
            day = self._opens_on(notice)
        except CarrierAway:
            day = now + _WHILE_AWAY
        except NoSuchSubscription:
            day = None
        with self._store.writing() as unit:
            unit.locks.notices()
            unit.locks.conversations(notice.customer)
            known = unit.notices.get(notice.id)
            if known is None or known.state is not NoticeState.WAITING:
                return False
            if day is None or not self._is_wanted(unit, notice):
                unit.notices.drop(notice.id)
                return False
            later = day if day > now else self._later(unit, notice, now)
            if later is not None:
                unit.notices.put_off(notice.id, later, self._stale_at(notice, day))
                return False
            return self._use_push(unit, notice, now)

    def _opens_on(self, notice: Notice) -> datetime | None:
        """When a reminder is to be told, by the record of this moment."""
        if notice.kind is not NoticeKind.LINKING_OPEN or notice.subscription is None:
            return notice.due_at
        with self._store.writing() as unit:
            # Whatever comes of this one, it does not stand before the others.
            again = self._clock() + _WHILE_AWAY
            unit.notices.put_off(notice.id, again, notice.stale_at)
        opens_on = linking_opens_on(
            self._carrier.subscription(notice.subscription).order
        )
        morning = self._rules.quiet.morning
        if opens_on is None:
            # The mail has not come: the record is looked at again tomorrow.
            return morning(japan_day(self._clock()) + timedelta(days=1))
        return morning(opens_on)

    def _stale_at(self, notice: Notice, day: datetime) -> datetime | None:
        """A reminder without a day of its own ends with the day that is known now."""
        if notice.kind is not NoticeKind.LINKING_OPEN or notice.day is not None:
            return notice.stale_at
        return None if day > self._clock() else day + self._rules.linking_lasts

    # --- What must hold ---------------------------------------------------------------

    def _is_wanted(self, unit: Unit, notice: Notice) -> bool:
        """Whether it is switched on, and the links of this moment allow it."""
        links = unit.links.of_customer(notice.customer)
        if notice.kind is NoticeKind.LINKING_OPEN:
            return not _is_linked(links, notice.subscription)
        roles = {
            each.role for each in links if each.subscription == notice.subscription
        }
        is_on = notice.kind in unit.notices.chosen(notice.customer)
        return is_on and may(roles, NEEDED[notice.kind])

    def _later(self, unit: Unit, notice: Notice, now: datetime) -> datetime | None:
        """When to look again; None if it can be told now."""
        customer = notice.customer
        conversation = unit.conversations.get(customer)
        is_busy = unit.inbox.pending(customer) is not None
        if conversation.speaker is not Speaker.BOT or is_busy:
            return now + _SOON
        newest = unit.conversations.newest_line(customer)
        for line in unit.conversations.messages(customer, newest - 1):
            if now < line.at + self._rules.idle:
                return line.at + self._rules.idle
        if self._has_had_enough(unit, notice, now):
            tomorrow = japan_day(now) + timedelta(days=1)
            return self._rules.quiet.morning(tomorrow)
        is_reached = self._is_reached(unit, conversation)
        return None if is_reached else now + _LATER

    def _has_had_enough(self, unit: Unit, notice: Notice, now: datetime) -> bool:
        if notice.kind in URGENT:
            return False
        today = _midnight(now)
        had = unit.notices.accepted_between(
            notice.customer, URGENT, today, today + timedelta(days=1)
        )
        return had >= self._rules.daily

    def _is_reached(self, unit: Unit, conversation: Conversation) -> bool:
        """Not who blocks us on LINE; on the web, it is there when they come back."""
        if conversation.channel != _LINE:
            return True
        account = unit.line_accounts.get(conversation.customer)
        return account is not None and account.is_friend

    def _use_push(self, unit: Unit, notice: Notice, now: datetime) -> bool:
        """On LINE it costs a push; without one it waits for the customer to write."""
        is_push = unit.conversations.get(notice.customer).channel == _LINE
        if is_push and not self._has_pushes(unit, now):
            unit.notices.hold(notice.id, now + _LATER)
            return False
        return self._accept(unit, notice, now, is_push=is_push)

    def _has_pushes(self, unit: Unit, now: datetime) -> bool:
        if unit.audit.last_action(_LINE, "push") == "push_limit_reached":
            return False
        month = Month.at(now)
        used = unit.notices.pushes(month.plus(-1).ends_at, month.ends_at)
        return used < self._rules.pushes

    def _accept(
        self, unit: Unit, notice: Notice, now: datetime, *, is_push: bool
    ) -> bool:
        payload = f"/EXTERNAL_notice{json.dumps({'notice_id': str(notice.id)})}"
        event_id = f"notice:{notice.id}:{notice.tries + 1}"
        item = unit.inbox.accept(notice.customer, event_id, None, payload, now)
        if item is None:
            return False
        return unit.notices.accept(notice.id, item, now, is_push=is_push)

    # --- With a reply -----------------------------------------------------------------

    def join(self, unit: Unit, item: InboxItem) -> None:
        """The bot has answered: what waits for that goes out with the answer."""
        now = self._clock()
        is_news = (item.payload or "").startswith("/EXTERNAL_")
        if is_news or self._rules.quiet.is_quiet(now):
            return
        conversation = unit.conversations.get(item.customer)
        is_in_question = conversation.awaits is not None
        if conversation.speaker is not Speaker.BOT or is_in_question:
            return
        for notice in unit.notices.held(item.customer):
            is_stale = notice.stale_at is not None and notice.stale_at <= now
            if is_stale or not self._is_wanted(unit, notice):
                unit.notices.drop(notice.id)
            elif not self._has_had_enough(unit, notice, now):
                self._accept(unit, notice, now, is_push=False)
                return

    # --- What the bot says ------------------------------------------------------------

    def news(self, customer: str, notice: int) -> News | None:
        """What to tell now; None if there is nothing (any more), or it has to wait."""
        with self._store.reading() as unit:
            found = unit.notices.get(notice)
            is_wanted = found is not None and self._is_wanted(unit, found)
        if found is None or found.customer != customer:
            return None
        now = self._clock()
        over_at = self._rules.quiet.over_at(now)
        try:
            facts = self._facts(found) if is_wanted else None
        except CarrierAway:
            over_at = max(over_at, now + _WHILE_AWAY)
        with self._store.writing() as unit:
            if over_at > now:
                unit.notices.back(found.id, over_at)
                return None
            if facts is None:
                unit.notices.drop(found.id)
                return None
            return facts if unit.notices.told(found.id, now) else None

    def _facts(self, notice: Notice) -> News | None:
        """None if what was found is so no more."""
        if notice.subscription is None:
            return News(notice, day=notice.day)
        try:
            subscription = self._carrier.subscription(notice.subscription)
            if notice.kind is NoticeKind.LINKING_OPEN:
                opens_on = linking_opens_on(subscription.order)
                return News(notice, subscription, day=opens_on)
            if notice.kind is NoticeKind.BILL_FIXED:
                return self._bill(notice, subscription)
            usage = self._carrier.usage(notice.subscription)
        except NoSuchSubscription:
            return None
        is_so = (
            self._rules.is_low(usage)
            if notice.kind is NoticeKind.LOW_DATA
            else self._rules.is_worth_telling(ends_with_month(usage.balance))
        )
        return News(notice, subscription, usage) if is_so else None

    def _bill(self, notice: Notice, subscription: Subscription) -> News | None:
        """The statement of the month before the notice (F-BILL-02, F-BILL-03)."""
        if notice.day is None:
            return None
        month = Month.of(notice.day).plus(-1)
        for statement in self._carrier.statements(subscription.id):
            if statement.month == month:
                return News(notice, subscription, statement=statement)
        return None


def _is_linked(links: Sequence[Link], subscription: str | None) -> bool:
    """Whether the link that a reminder was for has been made; None: any at all."""
    return any(subscription in (None, each.subscription) for each in links)


def _midnight(now: datetime) -> datetime:
    return datetime.combine(japan_day(now), time(), JAPAN)
