"""データプレゼント: an invitation that the other accepts; then the data move.

Whoever gives never learns who is a customer: a code is passed on by the people
themselves, and only who sends it to the chat, and is linked, can accept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta

from helpdesk.domain.changes import Change, ChangeKind, ChangeState
from helpdesk.domain.data_gift import (
    Gift,
    GiftProblem,
    GiftRefused,
    GiftRule,
    GiftState,
    gift_choices,
    gift_expires_at,
    new_gift_code,
)
from helpdesk.domain.rights import Act
from helpdesk.services.carrier import Carrier
from helpdesk.services.carrier_ports import GiftCode
from helpdesk.services.changes import ChangeService
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.ports import Cipher, Clock, Store, Unit
from helpdesk.services.rights import RightsService, Viewer

# How long a gift stays in the list.
_SHOWN_FOR = timedelta(days=60)


class UnknownGift(LookupError):
    """No gift has this code, or it is not this customer's to decide on."""


class GiftOver(RuntimeError):
    """The gift cannot be decided on any more; `state` says how it ended."""

    def __init__(self, state: GiftState) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True)
class GiftRoom:
    """What a subscription can give now, in MB: the least, the most, and the step.

    `most` is 0 if not even the least can be given.
    """

    least: int
    most: int
    step: int

    def check(self, megabytes: int) -> None:
        """Raises GiftRefused."""
        if megabytes < self.least:
            raise GiftRefused(GiftProblem.TOO_SMALL)
        if megabytes % self.step:
            raise GiftRefused(GiftProblem.NOT_IN_STEPS)
        if megabytes > self.most:
            raise GiftRefused(GiftProblem.NOT_ENOUGH)

    def choices(self) -> list[int]:
        """Some volumes that can be given, in MB; none if nothing can."""
        return gift_choices(self.least, self.most)


@dataclass(frozen=True)
class GiftLine:
    """A gift in the giver's list; `code` while it can still be accepted."""

    gift: Gift
    code: str | None


class GiftService:
    """All that a gift goes through."""

    def __init__(
        self,
        store: Store,
        carrier: Carrier,
        changes: ChangeService,
        rights: RightsService,
        tries: FailedTryCounter,
        rule: GiftRule,
        cipher: Cipher,
        clock: Clock,
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._changes = changes
        self._rights = rights
        self._tries = tries
        self._rule = rule
        self._cipher = cipher
        self._clock = clock
        changes.on_settled(ChangeKind.GIFT, self._settled)

    def room(self, customer: str, subscription: str) -> GiftRoom:
        """What can be given, open offers taken off. Raises NotAllowed, GiftRefused."""
        viewer = Viewer.of_customer(customer)
        self._rights.require(viewer, subscription, Act.GIVE_DATA)
        contract = self._carrier.contract(subscription)
        self._rule.check_network(contract.network.value)
        usage = self._carrier.usage(subscription)
        with self._store.reading() as unit:
            offered = self._offered(unit, subscription)
        # An offer that is not accepted yet keeps its data for 24 hours.
        free = max(usage.balance.basic - offered, 0)
        most = self._rule.most(free, usage.allowance)
        return GiftRoom(self._rule.smallest, most, self._rule.step)

    def offer(
        self, customer: str, subscription: str, megabytes: int, event_id: str
    ) -> tuple[Gift, str]:
        """The gift and its code; the same event offers once.

        Raises NotAllowed, GiftRefused, UnknownGift if the event is another's.
        """
        with self._store.reading() as unit:
            known = unit.gifts.of_event(event_id)
        if known is not None:
            return self._offered_before(known, customer)
        viewer = Viewer.of_customer(customer)
        self._rights.require(viewer, subscription, Act.GIVE_DATA)
        contract = self._carrier.contract(subscription)
        usage = self._carrier.usage(subscription)
        network, code = contract.network.value, new_gift_code()
        with self._store.writing() as unit:
            unit.locks.subscription(subscription)
            # Again: the same event may come twice at once.
            known = unit.gifts.of_event(event_id)
            if known is None:
                now = self._clock()
                offered = self._offered(unit, subscription)
                free = usage.balance.without_given(min(offered, usage.balance.basic))
                self._rule.check(megabytes, free, usage.allowance, network)
                gift = Gift(
                    *(0, customer, subscription, megabytes, GiftState.OFFERED, now),
                    gift_expires_at(now),
                )
                return self._add(unit, gift, code, event_id), code
        return self._offered_before(known, customer)

    def find(self, customer: str, code: str) -> Gift:
        """The gift of a code that was sent to the chat.

        Raises UnknownGift, GiftOver, TooManyTries; wrong codes count as tries.
        """
        return self._still_open(self._by_code(customer, code))

    def get(self, gift: int) -> Gift:
        """Raises UnknownGift."""
        with self._store.reading() as unit:
            found = unit.gifts.get(gift)
        if found is None:
            raise UnknownGift
        return found

    def accept(self, customer: str, code: str, subscription: str) -> Gift:
        """Take the gift for a subscription that the customer uses.

        Asked for again by who has taken it, it is answered alike. Raises NotAllowed,
        UnknownGift, GiftOver, TooManyTries, GiftRefused, ChangePending.
        """
        gift = self._by_code(customer, code)
        if (gift.receiver_customer, gift.receiver) == (customer, subscription):
            self._changes.settle(_change_key(gift))
            return self.get(gift.id)
        self._still_open(gift)
        viewer = Viewer.of_customer(customer)
        self._rights.require(viewer, subscription, Act.RECEIVE_DATA)
        if gift.giver == subscription:
            raise GiftRefused(GiftProblem.OWN_SUBSCRIPTION)
        self._rule.check_network(self._carrier.contract(subscription).network.value)
        self._require_giver(gift)
        change = Change(
            key=_change_key(gift),
            kind=ChangeKind.GIFT,
            actor=viewer.actor,
            customer=customer,
            subscription=gift.giver,
            detail={"receiver": subscription, "megabytes": gift.megabytes},
            asked_at=self._clock(),
        )
        with self._store.writing() as unit:
            # The carrier was asked meanwhile: its time may be over, and the month.
            self._still_open(gift)
            if not unit.gifts.accept(gift.id, customer, subscription):
                now_is = unit.gifts.get(gift.id)
                raise GiftOver(gift.state if now_is is None else now_is.state)
            self._changes.note(unit, change)
        self._changes.settle(change.key)
        return self.get(gift.id)

    def decline(self, customer: str, code: str) -> Gift:
        """Not wanted; the giver is told. Raises as `find`."""
        gift = self.find(customer, code)
        return self._end(gift, GiftState.DECLINED, f"customer:{customer}")

    def withdraw(self, customer: str, gift: int) -> Gift:
        """Take an offer back. Raises UnknownGift, GiftOver."""
        found = self.get(gift)
        if found.giver_customer != customer:
            raise UnknownGift
        still_open = self._still_open(found)
        return self._end(still_open, GiftState.WITHDRAWN, f"customer:{customer}")

    def given(self, customer: str, subscription: str) -> list[GiftLine]:
        """What the customer has offered from the subscription, the newest first."""
        with self._store.reading() as unit:
            since = self._clock() - _SHOWN_FOR
            gifts = unit.gifts.of_giver(subscription, since)
        return [
            GiftLine(gift, self._code(gift) if gift.is_open(self._clock()) else None)
            for gift in gifts
            if gift.giver_customer == customer
        ]

    def received(self, customer: str, subscription: str) -> list[Gift]:
        """What the customer accepted for the subscription, the newest first."""
        with self._store.reading() as unit:
            since = self._clock() - _SHOWN_FOR
            gifts = unit.gifts.of_receiver(subscription, since)
        return [gift for gift in gifts if gift.receiver_customer == customer]

    def expire(self) -> list[str]:
        """End the offers whose time is over; the givers, who are told."""
        with self._store.writing() as unit:
            over = [
                gift
                for gift in unit.gifts.over(self._clock())
                if unit.gifts.move(gift.id, GiftState.OFFERED, GiftState.EXPIRED)
            ]
            for gift in over:
                self._tell(unit, gift, GiftState.EXPIRED)
        return [gift.giver_customer for gift in over]

    def _still_open(self, gift: Gift) -> Gift:
        if gift.is_open(self._clock()):
            return gift
        is_offered = gift.state is GiftState.OFFERED
        raise GiftOver(GiftState.EXPIRED if is_offered else gift.state)

    def _by_code(self, customer: str, code: str) -> Gift:
        with self._store.writing() as unit:
            self._tries.check(unit, customer, None, "gift")
            found = unit.gifts.by_code(self._cipher.fingerprint(code))
            if found is None:
                self._tries.add(unit, customer, None, "gift")
        if found is None:
            raise UnknownGift
        return found

    def _require_giver(self, gift: Gift) -> None:
        """Who gives is linked too (F-GIFT-01); an offer ends with the link."""
        giver = Viewer.of_customer(gift.giver_customer)
        if not self._rights.may(giver, gift.giver, Act.GIVE_DATA):
            self._end(gift, GiftState.WITHDRAWN, "system")
            raise GiftOver(GiftState.WITHDRAWN)

    def _offered(self, unit: Unit, subscription: str) -> int:
        """MB that may still leave by offers."""
        now = self._clock()
        gifts = unit.gifts.of_giver(subscription, now - _SHOWN_FOR)
        return sum(gift.megabytes for gift in gifts if gift.keeps_data(now))

    def _offered_before(self, gift: Gift, customer: str) -> tuple[Gift, str]:
        if gift.giver_customer != customer:
            raise UnknownGift
        return gift, self._code(gift)

    def _add(self, unit: Unit, gift: Gift, code: str, event_id: str) -> Gift:
        stored = GiftCode(self._cipher.fingerprint(code), self._cipher.encrypt(code))
        number = unit.gifts.add(gift, stored, event_id)
        detail = {"gift": number, "megabytes": gift.megabytes}
        actor = f"customer:{gift.giver_customer}"
        unit.audit.add(gift.offered_at, actor, "gift_offered", gift.giver, **detail)
        return replace(gift, id=number)

    def _code(self, gift: Gift) -> str:
        with self._store.reading() as unit:
            return self._cipher.decrypt(unit.gifts.code(gift.id))

    def _end(self, gift: Gift, state: GiftState, actor: str) -> Gift:
        with self._store.writing() as unit:
            if not unit.gifts.move(gift.id, GiftState.OFFERED, state):
                now_is = unit.gifts.get(gift.id)
                raise GiftOver(state if now_is is None else now_is.state)
            detail = {"gift": gift.id}
            unit.audit.add(
                self._clock(), actor, f"gift_{state.value}", gift.giver, **detail
            )
            if state is GiftState.DECLINED:
                self._tell(unit, gift, state)
        return replace(gift, state=state)

    def _settled(self, unit: Unit, change: Change) -> None:
        """The carrier has moved the data, or refused: then the gift is taken back."""
        gift = unit.gifts.get(_gift_of(change))
        if gift is None:
            return
        if change.state is ChangeState.DONE:
            unit.gifts.moved(gift.id, self._clock())
            self._tell(unit, gift, GiftState.ACCEPTED)
        elif unit.gifts.move(gift.id, GiftState.ACCEPTED, GiftState.WITHDRAWN):
            self._tell(unit, gift, GiftState.WITHDRAWN)

    def _tell(self, unit: Unit, gift: Gift, state: GiftState) -> None:
        """Let the bot tell the giver how it ended."""
        about = json.dumps({"gift": str(gift.id), "gift_state": state.value})
        payload = f"/EXTERNAL_gift_ended{about}"
        event_id = f"gift_{state.value}:{gift.id}"
        unit.inbox.accept(gift.giver_customer, event_id, None, payload, self._clock())


def _change_key(gift: Gift) -> str:
    """The gift's own at any carrier: numbers alone begin anew with a new database."""
    return f"gift:{gift.id}:{gift.offered_at:%Y%m%d%H%M%S}"


def _gift_of(change: Change) -> int:
    return int(change.key.split(":")[1])
