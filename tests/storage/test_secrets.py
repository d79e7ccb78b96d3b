"""Encryption, keyed hashes, password hashes and one-time codes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import InvalidToken

from helpdesk.storage.secrets import Argon2Hasher, AuthenticatorCodes, KeyedCipher

KEY = "the first key of at least 32 characters"
OTHER_KEY = "another key, of at least 32 characters"
CODE = "24681357902468131"


@pytest.fixture(scope="module")
def hasher() -> Argon2Hasher:
    return Argon2Hasher()


@pytest.mark.parametrize("text", [CODE, "", "２４６８　１３５７", "パスワード\n👨‍👩‍👧"])
def test_encrypted_text_comes_back(text: str):
    ciphertext = KeyedCipher(KEY).encrypt(text)

    assert KeyedCipher(KEY).decrypt(ciphertext) == text


def test_ciphertext_hides_the_text_and_differs_each_time():
    cipher = KeyedCipher(KEY)

    first, second = cipher.encrypt(CODE), cipher.encrypt(CODE)

    assert (first == second, CODE in first) == (False, False)


def test_another_key_decrypts_nothing():
    ciphertext = KeyedCipher(KEY).encrypt(CODE)

    with pytest.raises(InvalidToken):
        KeyedCipher(OTHER_KEY).decrypt(ciphertext)


def test_changed_ciphertext_is_refused():
    ciphertext = KeyedCipher(KEY).encrypt(CODE)
    changed = (
        ciphertext[:20] + ("A" if ciphertext[20] != "A" else "B") + ciphertext[21:]
    )

    with pytest.raises(InvalidToken):
        KeyedCipher(KEY).decrypt(changed)


def test_fingerprint_is_the_same_for_the_same_text_and_key():
    prints = [
        KeyedCipher(key).fingerprint(text)
        for key, text in [(KEY, CODE), (KEY, CODE), (OTHER_KEY, CODE), (KEY, CODE[:16])]
    ]

    assert [each == prints[0] for each in prints] == [True, True, False, False]
    assert re.fullmatch("[0-9a-f]{64}", prints[0]) is not None


@pytest.mark.parametrize(
    ("typed", "is_right"),
    [("Sample-Eita-1", True), ("sample-eita-1", False), ("", False)],
    ids=["right", "another case", "empty"],
)
def test_password_is_verified(hasher: Argon2Hasher, typed: str, is_right: bool):
    password_hash = hasher.hash("Sample-Eita-1")

    assert hasher.verify(password_hash, typed) == is_right


def test_password_hash_is_argon2id_with_a_salt_of_its_own(hasher: Argon2Hasher):
    first, second = hasher.hash("Sample-Eita-1"), hasher.hash("Sample-Eita-1")

    assert (first == second, first.startswith("$argon2id$")) == (False, True)


@pytest.mark.parametrize("password_hash", ["", "Sample-Eita-1", "$argon2id$broken"])
def test_broken_password_hash_verifies_nothing(
    hasher: Argon2Hasher, password_hash: str
):
    assert hasher.verify(password_hash, "Sample-Eita-1") is False


# RFC 6238, appendix B: the secret "12345678901234567890" at these seconds; the last
# six of its eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
    ],
)
def test_one_time_codes_are_those_of_the_standard(seconds: int, code: str):
    at = datetime.fromtimestamp(seconds, UTC)

    assert AuthenticatorCodes().step_of(RFC_SECRET, code, at) == seconds // 30


@pytest.mark.parametrize(
    ("late", "is_good"),
    [(-31, False), (-30, True), (0, True), (29, True), (59, True), (60, False)],
    ids=str,
)
def test_one_time_code_is_good_half_a_minute_before_and_after(
    late: int, *, is_good: bool
):
    step = 66666666
    begun = datetime.fromtimestamp(step * 30, UTC)

    found = AuthenticatorCodes().step_of(
        RFC_SECRET, "279037", begun + timedelta(seconds=late)
    )

    assert found == (step if is_good else None)
