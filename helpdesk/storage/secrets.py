"""Secrets: encryption, keyed hashes, password hashes, and one-time codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from functools import cache

import pyotp
from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class KeyedCipher:
    """Encrypts with Fernet and fingerprints with HMAC-SHA256, keys apart.

    Both keys come from the secret key by HKDF (RFC 5869).
    """

    def __init__(self, secret_key: str) -> None:
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(secret_key, b"encrypt")))
        self._fingerprint_key = _derive(secret_key, b"fingerprint")

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, ciphertext: str) -> str:
        return self._fernet.decrypt(ciphertext.encode()).decode()

    def fingerprint(self, text: str) -> str:
        """64 hexadecimal characters; equal for equal texts under the same key."""
        return hmac.new(
            self._fingerprint_key, text.encode(), hashlib.sha256
        ).hexdigest()


class Argon2Hasher:
    """argon2id with the library's current parameters (RFC 9106, low memory)."""

    def __init__(self) -> None:
        self._argon2 = Argon2()

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def of_nobody(self) -> str:
        """A hash that no password is known for; made once, as it takes long."""
        return _hash_of_nobody()

    def verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class AuthenticatorCodes:
    """Six digits for thirty seconds, as authenticator apps make them (RFC 6238)."""

    # Phones' clocks differ: a code of the half minute before or after is good too.
    _NEIGHBOURS = 1

    def new_secret(self) -> str:
        return pyotp.random_base32()

    def address(self, secret: str, operator: str, issuer: str) -> str:
        """What the QR code holds; an app shows issuer and operator beside the code."""
        return pyotp.TOTP(secret).provisioning_uri(name=operator, issuer_name=issuer)

    def step_of(self, secret: str, code: str, at: datetime) -> int | None:
        """The number of the half minute whose code this is; None if it is wrong."""
        totp = pyotp.TOTP(secret)
        if not (code.isascii() and code.isdecimal()):
            return None
        for offset in range(-self._NEIGHBOURS, self._NEIGHBOURS + 1):
            if hmac.compare_digest(totp.at(at, counter_offset=offset), code):
                return totp.timecode(at) + offset
        return None


@cache
def _hash_of_nobody() -> str:
    return Argon2().hash(secrets.token_urlsafe(32))


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(
        secret_key.encode()
    )
