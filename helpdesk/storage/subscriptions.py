"""Subscriptions with their orders, logins and user codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.linking import CodeState, Subscription
from helpdesk.services.carrier_ports import Login, UserCodeRecord
from helpdesk.storage import tables

_subscriptions = tables.subscriptions
_codes = tables.user_codes


class SubscriptionTables:
    """The carrier's records, as far as the assistant needs them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, subscription: str) -> Subscription:
        query = select(_subscriptions).where(_subscriptions.c.id == subscription)
        return _as_subscription(self._connection.execute(query).one())

    def find(self, subscription: str) -> Subscription | None:
        query = select(_subscriptions).where(_subscriptions.c.id == subscription)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_subscription(row)

    def of_holder(self, contract_holder: str) -> list[Subscription]:
        query = (
            select(_subscriptions)
            .where(_subscriptions.c.contract_holder == contract_holder)
            .order_by(_subscriptions.c.id)
        )
        return [_as_subscription(row) for row in self._connection.execute(query)]

    def add(self, subscription: Subscription) -> None:
        order = subscription.order
        self._connection.execute(
            insert(_subscriptions).values(
                id=subscription.id,
                contract_holder=subscription.contract_holder,
                end_user_is_holder=subscription.end_user_is_holder,
                number_last4=subscription.number_last4,
                order_place=order.place.value,
                keeps_number=order.keeps_number,
                shipping_notice_on=order.shipping_notice_on,
                service_start_notice_on=order.service_start_notice_on,
                activated_on=order.activated_on,
            )
        )

    def login(self, login_id: str) -> Login | None:
        query = select(tables.logins).where(tables.logins.c.login_id == login_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Login(row.login_id, row.subscription, row.password_hash)

    def add_login(self, login: Login) -> None:
        self._connection.execute(
            insert(tables.logins).values(
                login_id=login.login_id,
                subscription=login.subscription,
                password_hash=login.password_hash,
            )
        )

    def active_code(self, subscription: str) -> UserCodeRecord:
        query = select(_codes).where(
            _codes.c.subscription == subscription,
            _codes.c.state == CodeState.ACTIVE.value,
        )
        return _as_code(self._connection.execute(query).one())

    def code_by_fingerprint(self, fingerprint: str) -> UserCodeRecord | None:
        query = select(_codes).where(_codes.c.fingerprint == fingerprint)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _as_code(row)

    def add_code(
        self,
        subscription: str,
        ciphertext: str,
        fingerprint: str,
        at: datetime,
        event_id: str | None,
    ) -> None:
        self._connection.execute(
            insert(_codes).values(
                subscription=subscription,
                state=CodeState.ACTIVE.value,
                ciphertext=ciphertext,
                fingerprint=fingerprint,
                issued_at=at,
                event_id=event_id,
            )
        )

    def revoke_code(self, code: int, at: datetime) -> bool:
        """False if somebody else revoked it first."""
        result = self._connection.execute(
            update(_codes)
            .where(_codes.c.id == code, _codes.c.state == CodeState.ACTIVE.value)
            .values(state=CodeState.REVOKED.value, revoked_at=at)
        )
        return result.rowcount == 1

    def reissued_at(self, subscription: str) -> list[datetime]:
        """The moments of all reissues; the first code is none."""
        query = select(_codes.c.issued_at).where(
            _codes.c.subscription == subscription, _codes.c.event_id.is_not(None)
        )
        return list(self._connection.scalars(query))


def _as_subscription(row: Row[tuple[object, ...]]) -> Subscription:
    order = Order(
        OrderPlace(row.order_place),
        row.keeps_number,
        row.shipping_notice_on,
        row.service_start_notice_on,
        row.activated_on,
    )
    return Subscription(
        row.id, row.contract_holder, row.end_user_is_holder, row.number_last4, order
    )


def _as_code(row: Row[tuple[object, ...]]) -> UserCodeRecord:
    return UserCodeRecord(
        row.id, row.subscription, CodeState(row.state), row.ciphertext
    )
