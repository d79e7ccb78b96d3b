"""Links with their history, and link attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from helpdesk.domain.linking import (
    OPEN_ATTEMPT_STATES,
    AttemptState,
    Link,
    LinkAttempt,
    LinkRole,
)
from helpdesk.storage import tables

_links = tables.links
_attempts = tables.link_attempts
_OPEN_STATES = sorted(state.value for state in OPEN_ATTEMPT_STATES)


class LinkTables:
    """A link that ended keeps its row; an attempt is found by its token's hash."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_customer(self, customer: str) -> list[Link]:
        """The customer's current links, the oldest first."""
        query = (
            select(_links)
            .where(_links.c.customer == customer, _links.c.unlinked_at.is_(None))
            .order_by(_links.c.id)
        )
        return [_as_link(row) for row in self._connection.execute(query)]

    def of_subscription(self, subscription: str, role: LinkRole) -> Link | None:
        """The subscription's current link in this role."""
        query = select(_links).where(
            _links.c.subscription == subscription,
            _links.c.role == role.value,
            _links.c.unlinked_at.is_(None),
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_link(row)

    def past(self, subscription: str) -> list[Link]:
        """The subscription's links that have ended, the newest end first."""
        query = (
            select(_links)
            .where(
                _links.c.subscription == subscription, _links.c.unlinked_at.is_not(None)
            )
            .order_by(_links.c.unlinked_at.desc(), _links.c.id.desc())
        )
        return [_as_link(row) for row in self._connection.execute(query)]

    def get(self, link: int) -> Link | None:
        row = self._connection.execute(
            select(_links).where(_links.c.id == link)
        ).one_or_none()
        return None if row is None else _as_link(row)

    def add(
        self, customer: str, subscription: str, role: LinkRole, at: datetime
    ) -> None:
        self._connection.execute(
            insert(_links).values(
                customer=customer,
                subscription=subscription,
                role=role.value,
                linked_at=at,
            )
        )

    def end(self, link: int, at: datetime) -> bool:
        """False if it had ended already."""
        result = self._connection.execute(
            update(_links)
            .where(_links.c.id == link, _links.c.unlinked_at.is_(None))
            .values(unlinked_at=at)
        )
        return result.rowcount == 1

    def add_attempt(
        self,
        customer: str,
        role: LinkRole,
        token_hash: str,
        now: datetime,
        expires_at: datetime,
    ) -> None:
        self._connection.execute(
            insert(_attempts).values(
                customer=customer,
                role=role.value,
                token_hash=token_hash,
                state=AttemptState.OFFERED.value,
                created_at=now,
                expires_at=expires_at,
            )
        )

    def attempt(self, token_hash: str) -> LinkAttempt | None:
        query = select(_attempts).where(_attempts.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_attempt(row)

    def attempt_of_nonce(self, nonce_hash: str) -> LinkAttempt | None:
        query = select(_attempts).where(_attempts.c.nonce_hash == nonce_hash)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_attempt(row)

    def set_nonce(
        self, attempt: int, nonce_hash: str, expires_at: datetime, *, may_move: bool
    ) -> bool:
        """False if the attempt is not authenticated (any more)."""
        result = self._connection.execute(
            update(_attempts)
            .where(
                _attempts.c.id == attempt,
                _attempts.c.state == AttemptState.AUTHENTICATED.value,
            )
            .values(nonce_hash=nonce_hash, expires_at=expires_at, may_move=may_move)
        )
        return result.rowcount == 1

    def move_attempt(
        self,
        attempt: int,
        start: AttemptState,
        end: AttemptState,
        subscription: str | None,
    ) -> bool:
        """False if the attempt is no longer in `start`."""
        values: dict[str, object] = {"state": end.value, "subscription": subscription}
        if end is AttemptState.AUTHENTICATED:
            # What was agreed before was about another subscription, perhaps.
            values |= {"nonce_hash": None, "may_move": None}
        result = self._connection.execute(
            update(_attempts)
            .where(_attempts.c.id == attempt, _attempts.c.state == start.value)
            .values(**values)
        )
        return result.rowcount == 1

    def expire_attempts(self, now: datetime) -> int:
        """Close those whose time is over; the number closed."""
        return self._close(_attempts.c.expires_at <= now, AttemptState.EXPIRED)

    def close_attempts(self, customer: str) -> int:
        """Close the customer's open pages: a newer one, or やめる, replaces them."""
        return self._close(_attempts.c.customer == customer, AttemptState.EXPIRED)

    def _close(self, which: object, end: AttemptState) -> int:
        result = self._connection.execute(
            update(_attempts)
            .where(which, _attempts.c.state.in_(_OPEN_STATES))  # type: ignore[arg-type]  # a column expression, typed loosely
            .values(state=end.value)
        )
        return result.rowcount


def _as_link(row: Row[tuple[object, ...]]) -> Link:
    return Link(
        row.id,
        row.customer,
        row.subscription,
        LinkRole(row.role),
        row.linked_at,
        row.unlinked_at,
    )


def _as_attempt(row: Row[tuple[object, ...]]) -> LinkAttempt:
    return LinkAttempt(
        row.id,
        row.customer,
        LinkRole(row.role),
        AttemptState(row.state),
        row.expires_at,
        row.subscription,
        may_move=bool(row.may_move),
    )
