"""The privacy vault: secrets leave the text, tokens travel in their place."""

from __future__ import annotations

import secrets
from datetime import timedelta

from helpdesk.domain.privacy import SecretFinder, SecretKind
from helpdesk.services.ports import Cipher, Clock, Store, Unit

# Long enough for a dialogue to come back to a code; design page privacy (0003).
_LIFETIME = timedelta(minutes=30)
_KEY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class VaultService:
    """Puts secrets away and gives them back to the conversation they came from."""

    def __init__(
        self, store: Store, cipher: Cipher, finder: SecretFinder, clock: Clock
    ) -> None:
        self._store = store
        self._cipher = cipher
        self._finder = finder
        self._clock = clock

    def mask(
        self, unit: Unit, customer: str, text: str, *, answers_login: bool
    ) -> tuple[str, set[SecretKind]]:
        """The text with a token for each secret, and the kinds that were found."""
        masked, kinds, end = [], set(), 0
        for secret in self._finder.find(text, answers_login=answers_login):
            token = f"[{secret.kind.value}:{_new_key()}]"
            if secret.kind is not SecretKind.PASSWORD:
                # Nobody has a use for a password typed here: it is not kept at all.
                self._put(unit, customer, token, secret.kind, secret.value)
            masked += [text[end : secret.start], token]
            kinds.add(secret.kind)
            end = secret.end
        return "".join([*masked, text[end:]]), kinds

    def open(self, customer: str, token: str) -> str | None:
        """The secret as typed; None if it is not this customer's, or is too old."""
        with self._store.reading() as unit:
            ciphertext = unit.vault.get(token, customer, self._clock())
        return None if ciphertext is None else self._cipher.decrypt(ciphertext)

    def forget_expired(self) -> int:
        """Delete what has outlived its time; the number deleted."""
        with self._store.writing() as unit:
            return unit.vault.forget_expired(self._clock())

    def _put(
        self, unit: Unit, customer: str, token: str, kind: SecretKind, value: str
    ) -> None:
        now = self._clock()
        ciphertext = self._cipher.encrypt(value)
        unit.vault.put(token, customer, kind, ciphertext, now, now + _LIFETIME)


def _new_key() -> str:
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(8))
