"""Secrets on disk: encryption, keyed hashes, and password hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac

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

    def verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _derive(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(
        secret_key.encode()
    )
