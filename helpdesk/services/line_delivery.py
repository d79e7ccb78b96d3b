"""Delivering to LINE: the lines that a customer has not got yet, in calls made once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from helpdesk.domain.line_menu import menu_variant
from helpdesk.domain.line_sending import (
    MESSAGES_PER_CALL,
    SETTLED,
    CallKind,
    CallState,
    CallStatus,
    Doubt,
    Outcome,
    ReplyToken,
    Verdict,
    is_too_old,
    judge,
)
from helpdesk.services.line_ports import LineAccount, StoredCall
from helpdesk.services.ports import Cipher, Clock, Message, Store, Unit

logger = logging.getLogger(__name__)

_CHANNEL = "line"
_TOKENS_SINCE = timedelta(minutes=2)
# A turn takes less; if it does not, the answer goes without what would join it.
_JOINING = timedelta(seconds=5)

# How many of LINE's messages a line of the conversation makes.
MessagesIn = Callable[[Message], int]


@dataclass(frozen=True)
class Call:
    """What to send now: these lines, by this token or to this user.

    `has_more`: other lines follow in a call of their own.
    """

    id: str
    customer: str
    kind: CallKind
    user_id: str
    reply_token: str | None
    lines: Sequence[Message]
    has_more: bool


@dataclass(frozen=True)
class MenuChange:
    """The rich menu that this user is to see from now on."""

    customer: str
    user_id: str
    menu: str


@dataclass(frozen=True)
class NotYet:
    """There is something to send, but not before this moment."""

    until: datetime


class LineDeliveryService:
    """The outbox: a customer's lines after the last one that LINE has taken."""

    def __init__(self, store: Store, cipher: Cipher, clock: Clock) -> None:
        self._store = store
        self._cipher = cipher
        self._clock = clock

    def is_on_line(self, customer: str) -> bool:
        """Whether the customer writes on LINE, be it that we are blocked there."""
        with self._store.reading() as unit:
            return unit.conversations.get(customer).channel == _CHANNEL

    def user_id(self, customer: str) -> str | None:
        """LINE's id of the customer; None for whom we cannot reach on LINE now."""
        with self._store.reading() as unit:
            account = unit.line_accounts.get(customer)
            if account is None or not account.is_friend:
                return None
            if unit.conversations.get(customer).channel != _CHANNEL:
                return None
        return self._cipher.decrypt(account.user_id)

    def with_news(self, after: int) -> tuple[list[str], int]:
        """Who was told something in a line after this one, and the newest line."""
        with self._store.reading() as unit:
            return unit.line_accounts.with_news(after)

    def with_menu_due(self) -> list[str]:
        with self._store.reading() as unit:
            return unit.line_accounts.with_menu_due()

    def next_call(
        self, customer: str, messages_in: MessagesIn, *, may_push: bool
    ) -> Call | NotYet | None:
        """The call to make now: one that was begun, or a new one.

        Without `may_push` only a reply token carries anything; the rest is held.
        """
        if not self._has_work(customer):
            return None
        with self._store.writing() as unit:
            unit.locks.line_account(customer)
            account = unit.line_accounts.get(customer)
            if account is None:
                return None
            begun = unit.line_calls.open_call(customer)
            if begun is not None and not self._give_up(unit, begun):
                if self._clock() < begun.next_try_at:
                    return NotYet(begun.next_try_at)
                return self._attempt(unit, account, begun)
            if begun is not None:
                # It was given up: its lines are passed over.
                account = replace(account, delivered=begun.last_line)
            return self._new_call(unit, account, messages_in, may_push=may_push)

    def judge(self, call: Call, outcome: Outcome) -> Verdict | None:
        """Note what came of an attempt; None if the call was closed meanwhile."""
        with self._store.writing() as unit:
            unit.locks.line_account(call.customer)
            stored = unit.line_calls.open_call(call.customer)
            if stored is None or stored.id != call.id:
                return None
            now = self._clock()
            verdict = judge(self._status(unit, stored), outcome, now)
            is_open = verdict.state is CallState.OPEN
            unit.line_calls.end_attempt(
                stored.id,
                verdict.state,
                verdict.doubt,
                now + verdict.pause,
                None if is_open else now,
            )
            if verdict.state in SETTLED:
                unit.line_accounts.set_delivered(stored.customer, stored.last_line)
            return verdict

    def note_limit(self, *, reached: bool) -> None:
        """Write down for the staff that the month's pushes are used up, or are not."""
        action = "push_limit_reached" if reached else "push_limit_lifted"
        with self._store.writing() as unit:
            unit.audit.add(self._clock(), "line", action, "push")

    def menu_change(self, customer: str, menus: Mapping[str, str]) -> MenuChange | None:
        """The menu to show; None if the right one is shown already.

        `menus`: LINE's id of each variant.
        """
        with self._store.writing() as unit:
            unit.locks.line_account(customer)
            account = unit.line_accounts.get(customer)
            if account is None or not (account.is_friend and account.menu_due):
                return None
            menu = menus.get(self._variant(unit, customer))
            if menu is None:
                return None
            if menu == account.menu:
                unit.line_accounts.set_menu(customer, menu)
                return None
        return MenuChange(customer, self._cipher.decrypt(account.user_id), menu)

    def menu_changed(self, change: MenuChange, menus: Mapping[str, str]) -> None:
        """Note that LINE shows this menu; a change meanwhile is seen after it."""
        with self._store.writing() as unit:
            unit.locks.line_account(change.customer)
            unit.line_accounts.set_menu(change.customer, change.menu)
            if menus.get(self._variant(unit, change.customer)) != change.menu:
                unit.line_accounts.mark_menu(change.customer)

    def look_at_menus(self, menus: Mapping[str, str]) -> None:
        """Let those be set anew who see a menu that is none of these any more."""
        with self._store.writing() as unit:
            unit.line_accounts.mark_menus_other_than(sorted(menus.values()))

    def _variant(self, unit: Unit, customer: str) -> str:
        roles = {link.role for link in unit.links.of_customer(customer)}
        return menu_variant(roles, unit.conversations.get(customer).speaker)

    def _has_work(self, customer: str) -> bool:
        with self._store.reading() as unit:
            account = unit.line_accounts.get(customer)
            if account is None:
                return False
            begun = unit.line_calls.open_call(customer)
            return begun is not None or bool(
                unit.conversations.said_to(customer, account.delivered)
            )

    def _new_call(
        self,
        unit: Unit,
        account: LineAccount,
        messages_in: MessagesIn,
        *,
        may_push: bool,
    ) -> Call | NotYet | None:
        customer = account.customer
        lines = unit.conversations.said_to(customer, account.delivered)
        if not lines:
            return None
        is_here = unit.conversations.get(customer).channel == _CHANNEL
        if not (account.is_friend and is_here):
            newest = unit.conversations.newest_line(customer)
            unit.line_accounts.set_delivered(customer, newest)
            return None
        token = self._reply_token(unit, customer)
        if token is None and not may_push:
            return None
        if token is not None and self._is_joined_soon(unit, customer):
            return NotYet(self._clock())
        chosen = _that_fit(lines, messages_in)
        now = self._clock()
        call = StoredCall(
            id=str(uuid.uuid4()),
            customer=customer,
            kind=CallKind.PUSH if token is None else CallKind.REPLY,
            event=None if token is None else token.event,
            first_line=chosen[0].id,
            last_line=chosen[-1].id,
            has_more=len(chosen) < len(lines),
            state=CallState.OPEN,
            attempts=0,
            is_under_way=False,
            doubt=Doubt.NONE,
            begun_at=now,
            next_try_at=now,
        )
        unit.line_calls.add(call)
        if token is not None:
            unit.line_events.use_token(token.event)
        return self._attempt(unit, account, call)

    def _is_joined_soon(self, unit: Unit, customer: str) -> bool:
        """Whether a notice that has waited for this reply is about to be said."""
        since = self._clock() - _JOINING
        return unit.notices.is_about_to_be_said(customer, since)

    def _give_up(self, unit: Unit, call: StoredCall) -> bool:
        now = self._clock()
        if not is_too_old(call.kind, call.begun_at, now):
            return False
        logger.error("LINE call %s was given up after a day", call.id)
        unit.line_calls.end_attempt(call.id, CallState.FAILED, call.doubt, now, now)
        unit.line_accounts.set_delivered(call.customer, call.last_line)
        return True

    def _attempt(self, unit: Unit, account: LineAccount, call: StoredCall) -> Call:
        """Write the attempt down before it is made: whoever crashes in it is seen."""
        doubt = call.doubt
        if call.is_under_way:
            doubt = Doubt.CRASHED
        unit.line_calls.begin_attempt(call.id, call.attempts + 1, doubt)
        token = None
        if call.event is not None:
            stored = unit.line_events.token_of(call.event)
            token = None if stored is None else self._cipher.decrypt(stored.token)
        lines = unit.conversations.said_to(call.customer, call.first_line - 1)
        return Call(
            call.id,
            call.customer,
            call.kind,
            self._cipher.decrypt(account.user_id),
            token,
            [line for line in lines if line.id <= call.last_line],
            has_more=call.has_more,
        )

    def _status(self, unit: Unit, call: StoredCall) -> CallStatus:
        token = None if call.event is None else unit.line_events.token_of(call.event)
        is_alive = token is not None and token.is_alive(self._clock())
        return CallStatus(call.kind, call.attempts, call.doubt, call.begun_at, is_alive)

    def _reply_token(self, unit: Unit, customer: str) -> ReplyToken | None:
        """The token that dies first of those that leave enough time."""
        now = self._clock()
        tokens = unit.line_events.reply_tokens(customer, now - _TOKENS_SINCE)
        return next((token for token in tokens if token.can_begin(now)), None)


def _that_fit(lines: Sequence[Message], messages_in: MessagesIn) -> list[Message]:
    chosen: list[Message] = []
    room = MESSAGES_PER_CALL
    for line in lines:
        room -= messages_in(line)
        if room < 0 and chosen:
            break
        chosen.append(line)
    return chosen
