"""Gifts of data, and the one-time addresses of My Page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from helpdesk.domain.data_gift import Gift, GiftState
from helpdesk.services.carrier_ports import GiftCode, Ticket
from helpdesk.storage.carrier_tables import gifts as _gifts
from helpdesk.storage.carrier_tables import tickets as _tickets


class GiftTable:
    """A gift is found by its code's fingerprint; it moves by conditional updates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, gift: Gift, code: GiftCode, event_id: str) -> int:
        """The id; that of `gift` says nothing yet."""
        result = self._connection.execute(
            insert(_gifts).values(
                giver_customer=gift.giver_customer,
                giver=gift.giver,
                megabytes=gift.megabytes,
                state=gift.state.value,
                code_fingerprint=code.fingerprint,
                code_ciphertext=code.ciphertext,
                event_id=event_id,
                offered_at=gift.offered_at,
                expires_at=gift.expires_at,
            )
        )
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # always there

    def get(self, gift: int) -> Gift | None:
        return self._one(_gifts.c.id == gift)

    def of_event(self, event_id: str) -> Gift | None:
        """What this event offered."""
        return self._one(_gifts.c.event_id == event_id)

    def by_code(self, code_fingerprint: str) -> Gift | None:
        return self._one(_gifts.c.code_fingerprint == code_fingerprint)

    def code(self, gift: int) -> str:
        """The code's ciphertext."""
        query = select(_gifts.c.code_ciphertext).where(_gifts.c.id == gift)
        return str(self._connection.scalar(query))

    def of_giver(self, subscription: str, since: datetime) -> list[Gift]:
        """What was offered since then, the newest first."""
        return self._all(_gifts.c.giver == subscription, _gifts.c.offered_at >= since)

    def of_receiver(self, subscription: str, since: datetime) -> list[Gift]:
        """What was accepted of the offers since then, the newest first."""
        return self._all(
            _gifts.c.receiver == subscription,
            _gifts.c.offered_at >= since,
            _gifts.c.state == GiftState.ACCEPTED.value,
        )

    def move(self, gift: int, start: GiftState, end: GiftState) -> bool:
        """False if it is no longer in `start`."""
        result = self._connection.execute(
            update(_gifts)
            .where(_gifts.c.id == gift, _gifts.c.state == start.value)
            .values(state=end.value)
        )
        return result.rowcount == 1

    def accept(self, gift: int, customer: str, subscription: str) -> bool:
        """False if it is no longer offered."""
        result = self._connection.execute(
            update(_gifts)
            .where(_gifts.c.id == gift, _gifts.c.state == GiftState.OFFERED.value)
            .values(
                state=GiftState.ACCEPTED.value,
                receiver_customer=customer,
                receiver=subscription,
            )
        )
        return result.rowcount == 1

    def moved(self, gift: int, at: datetime) -> None:
        """The carrier has moved the data."""
        self._connection.execute(
            update(_gifts).where(_gifts.c.id == gift).values(moved_at=at)
        )

    def over(self, now: datetime) -> list[Gift]:
        """Those that are still offered though their time is over."""
        is_open = _gifts.c.state == GiftState.OFFERED.value
        return self._all(is_open, _gifts.c.expires_at <= now)

    def _one(self, which: ColumnElement[bool]) -> Gift | None:
        row = self._connection.execute(select(_gifts).where(which)).one_or_none()
        return None if row is None else _as_gift(row)

    def _all(self, *which: ColumnElement[bool]) -> list[Gift]:
        query = select(_gifts).where(*which).order_by(_gifts.c.id.desc())
        return [_as_gift(row) for row in self._connection.execute(query)]


class TicketTable:
    """An address is found by its token's hash, and opens My Page once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token_hash: str, customer: str, expires_at: datetime) -> None:
        self._connection.execute(
            insert(_tickets).values(
                token_hash=token_hash, customer=customer, expires_at=expires_at
            )
        )

    def get(self, token_hash: str) -> Ticket | None:
        query = select(_tickets).where(_tickets.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        return (
            None if row is None else Ticket(row.customer, row.expires_at, row.used_at)
        )

    def use(self, token_hash: str, at: datetime) -> bool:
        """False if it was used before."""
        result = self._connection.execute(
            update(_tickets)
            .where(_tickets.c.token_hash == token_hash, _tickets.c.used_at.is_(None))
            .values(used_at=at)
        )
        return result.rowcount == 1

    def forget(self, now: datetime) -> int:
        """Delete those whose time is over; how many."""
        result = self._connection.execute(
            delete(_tickets).where(_tickets.c.expires_at <= now)
        )
        return result.rowcount


def _as_gift(row: Row[tuple[object, ...]]) -> Gift:
    return Gift(
        row.id,
        row.giver_customer,
        row.giver,
        row.megabytes,
        GiftState(row.state),
        row.offered_at,
        row.expires_at,
        row.receiver_customer,
        row.receiver,
        row.moved_at,
    )
