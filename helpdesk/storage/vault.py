"""The vault: encrypted secrets under tokens, bound to one customer, short-lived."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from helpdesk.domain.privacy import SecretKind
from helpdesk.storage import tables

_vault = tables.vault


class VaultTable:
    """Tokens mean nothing to anybody but the customer who typed the secret."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self,
        token: str,
        customer: str,
        kind: SecretKind,
        ciphertext: str,
        at: datetime,
        expires_at: datetime,
    ) -> None:
        self._connection.execute(
            insert(_vault).values(
                token=token,
                customer=customer,
                kind=kind.value,
                ciphertext=ciphertext,
                created_at=at,
                expires_at=expires_at,
            )
        )

    def get(self, token: str, customer: str, now: datetime) -> str | None:
        """The ciphertext; None if unknown, expired, or another customer's."""
        query = select(_vault.c.ciphertext).where(
            _vault.c.token == token,
            _vault.c.customer == customer,
            _vault.c.expires_at > now,
        )
        return self._connection.scalar(query)

    def forget(self, tokens: Sequence[str]) -> None:
        self._connection.execute(delete(_vault).where(_vault.c.token.in_(tokens)))

    def forget_expired(self, now: datetime) -> int:
        result = self._connection.execute(
            delete(_vault).where(_vault.c.expires_at <= now)
        )
        return result.rowcount
