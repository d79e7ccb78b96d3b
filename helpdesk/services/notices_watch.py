"""Looks for what is to be told: asks the carrier for those who want to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.months import Month
from helpdesk.domain.notices import (
    NEEDED,
    Notice,
    NoticeKind,
    NoticeRules,
    ends_with_month,
    key_of,
)
from helpdesk.domain.rights import may
from helpdesk.services import carrier as carriers
from helpdesk.services.carrier import Carrier, CarrierAway, NoSuchSubscription
from helpdesk.services.notice_ports import ChosenNotice
from helpdesk.services.ports import Clock, Store, Unit
from helpdesk.services.rights import RightsService, Viewer

# So many choices in one look, so that a long list holds nothing up.
_MOST_AT_ONCE = 50
_WHILE_AWAY = timedelta(minutes=10)
_OF_BILLS = (carriers.NoticeKind.BILL_FIXED, carriers.NoticeKind.PAYMENT_FAILED)


@dataclass(frozen=True)
class _Found:
    """`lasting`: told once, until it is `over`; each by the beginning of its key."""

    next_look_at: datetime
    notices: Sequence[Notice] = ()
    lasting: Sequence[Notice] = ()
    over: Sequence[str] = ()


class NoticeWatch:
    """Two that look at the same choice write the same keys, and so each once."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        rights: RightsService,
        rules: NoticeRules,
        clock: Clock,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._rights = rights
        self._rules = rules
        self._clock = clock
        self._looks: dict[NoticeKind, Callable[[ChosenNotice, datetime], _Found]] = {
            NoticeKind.LOW_DATA: self._low_data,
            NoticeKind.EXPIRING: self._expiring,
            NoticeKind.BILL_FIXED: self._bills,
        }

    def look(self) -> None:
        """Look at the choices that are due; not while nothing may be told anyway."""
        now = self._clock()
        if self._rules.quiet.is_quiet(now):
            return
        with self._store.reading() as unit:
            due = unit.notices.to_look_at(now, _MOST_AT_ONCE)
        for chosen in due:
            with self._store.writing() as unit:
                # Whatever comes of this one, it does not stand before the others.
                again = now + _WHILE_AWAY
                unit.notices.look_again(chosen.customer, chosen.kind, again)
            try:
                found = self._looks[chosen.kind](chosen, now)
            except CarrierAway:
                # It would not answer for the others either.
                return
            with self._store.writing() as unit:
                self._note(unit, chosen, found, now)

    def _note(
        self, unit: Unit, chosen: ChosenNotice, found: _Found, now: datetime
    ) -> None:
        customer = chosen.customer
        # The switch, and what is found of it, are one thing: it may be off by now.
        unit.locks.conversations(customer)
        if chosen.kind not in unit.notices.chosen(customer):
            return
        for key in found.over:
            unit.notices.end_lasting(customer, key, now)
        for notice in found.lasting:
            if not unit.notices.has_lasting(customer, notice.key):
                told = unit.notices.count_like(customer, notice.key)
                unit.notices.add(replace(notice, key=f"{notice.key}:{told + 1}"))
        for notice in found.notices:
            unit.notices.add(notice)
        unit.notices.look_again(customer, chosen.kind, found.next_look_at)

    def _subscriptions(self, chosen: ChosenNotice) -> list[str]:
        """Those of which the customer may know this, by the links of this moment."""
        roles = self._rights.roles(Viewer.of_customer(chosen.customer))
        needed = NEEDED[chosen.kind]
        return [key for key, held in roles.items() if may(held, needed)]

    def _low_data(self, chosen: ChosenNotice, now: datetime) -> _Found:
        month = Month.at(now)
        low, over = [], []
        for subscription in self._subscriptions(chosen):
            key = key_of(chosen.kind, chosen.customer, subscription, month)
            with suppress(NoSuchSubscription):
                if not self._rules.is_low(self._carrier.usage(subscription)):
                    over.append(key)
                    continue
                low.append(
                    Notice(
                        *(key, chosen.customer, chosen.kind, subscription, None, None),
                        now,
                        month.ends_at,
                    )
                )
        return _Found(now + self._rules.look_again, lasting=low, over=over)

    def _expiring(self, chosen: ChosenNotice, now: datetime) -> _Found:
        month, morning = Month.at(now), self._rules.quiet.morning
        told_from = self._rules.expiring_from(month)
        if japan_day(now) < told_from:
            return _Found(morning(told_from))
        found = []
        for subscription in self._subscriptions(chosen):
            with suppress(NoSuchSubscription):
                balance = self._carrier.usage(subscription).balance
                if self._rules.is_worth_telling(ends_with_month(balance)):
                    key = key_of(chosen.kind, chosen.customer, subscription, month)
                    found.append(
                        Notice(
                            *(key, chosen.customer, chosen.kind, subscription, None),
                            month.last_day,
                            now,
                            month.ends_at,
                        )
                    )
        return _Found(morning(self._rules.expiring_from(month.plus(1))), found)

    def _bills(self, chosen: ChosenNotice, now: datetime) -> _Found:
        found = []
        since = japan_day(chosen.since)
        for subscription in self._subscriptions(chosen):
            with suppress(NoSuchSubscription):
                for each in self._carrier.notices(subscription):
                    morning = self._rules.quiet.morning(each.on)
                    stale_at = morning + self._rules.bill_lasts
                    is_wanted = each.kind in _OF_BILLS and each.on >= since
                    if not is_wanted or stale_at <= now:
                        continue
                    about = each.kind.value
                    key = key_of(
                        *(chosen.kind, chosen.customer, subscription, about, each.on)
                    )
                    found.append(
                        Notice(
                            *(key, chosen.customer, chosen.kind, subscription, about),
                            each.on,
                            now,
                            stale_at,
                        )
                    )
        return _Found(now + self._rules.look_again, found)
