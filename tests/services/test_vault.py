"""The privacy vault: tokens instead of secrets, for half an hour, for one customer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.privacy import SecretKind
from tests.fakes import FakeClock

CODE = "24681357902468249"
TOKEN = r"\[(CODE|PASSWORD|PHONE|MAIL|CARD):[a-z2-9]{8}\]"


def mask(
    helpdesk: Helpdesk, customer: str, text: str, *, answers_login: bool = False
) -> tuple[str, set[SecretKind]]:
    with helpdesk.database.writing() as unit:
        return helpdesk.vault.mask(unit, customer, text, answers_login=answers_login)


@pytest.mark.parametrize(
    ("text", "shape", "kinds"),
    [
        pytest.param("こんにちは", "こんにちは", set(), id="no secret"),
        pytest.param("", "", set(), id="empty"),
        pytest.param(
            f"コードは{CODE}です", "コードは[CODE]です", {SecretKind.CODE}, id="code"
        ),
        pytest.param(
            "090-1234-5678かeita@example.comへ",
            "[PHONE]か[MAIL]へ",
            {SecretKind.PHONE, SecretKind.MAIL},
            id="phone and mail",
        ),
        pytest.param(
            "パスワードはAb12cd34です",
            "パスワードは[PASSWORD]です",
            {SecretKind.PASSWORD},
            id="password",
        ),
        pytest.param(
            f"{CODE}\n{CODE}", "[CODE]\n[CODE]", {SecretKind.CODE}, id="twice"
        ),
    ],
)
def test_secrets_leave_the_text(
    helpdesk: Helpdesk, text: str, shape: str, kinds: set[SecretKind]
):
    masked, found = mask(helpdesk, "eita", text)

    assert (re.sub(TOKEN, r"[\1]", masked), found) == (shape, kinds)


def test_secret_comes_back_as_it_was_typed(helpdesk: Helpdesk):
    token, _ = mask(helpdesk, "eita", "２４６８　１３５７　９０２４　６８２４９")

    assert (
        helpdesk.vault.open("eita", token) == "２４６８　１３５７　９０２４　６８２４９"
    )


def test_each_secret_has_a_token_of_its_own(helpdesk: Helpdesk):
    masked, _ = mask(helpdesk, "eita", f"{CODE}\n{CODE}")

    first, second = masked.split("\n")
    assert first != second


@pytest.mark.parametrize(
    ("customer", "token"),
    [
        pytest.param("aiko", None, id="another customer"),
        pytest.param("eita", "[CODE:aaaaaaaa]", id="unknown token"),
        pytest.param("eita", "", id="no token"),
    ],
)
def test_vault_opens_for_nobody_else(
    helpdesk: Helpdesk, customer: str, token: str | None
):
    kept, _ = mask(helpdesk, "eita", CODE)

    assert helpdesk.vault.open(customer, kept if token is None else token) is None


@pytest.mark.parametrize(
    ("age", "is_kept"),
    [(1799, True), (1800, False), (1801, False)],
    ids=["a second before", "at thirty minutes", "a second after"],
)
def test_secret_is_kept_for_thirty_minutes(
    helpdesk: Helpdesk, clock: FakeClock, age: int, is_kept: bool
):
    token, _ = mask(helpdesk, "eita", CODE)
    clock.forward(seconds=age)

    assert helpdesk.vault.open("eita", token) == (CODE if is_kept else None)


@pytest.mark.parametrize(
    ("age", "deleted"),
    [(1799, 0), (1800, 1), (1801, 1)],
    ids=["a second before", "at thirty minutes", "a second after"],
)
def test_expired_secrets_are_deleted_once(
    helpdesk: Helpdesk, clock: FakeClock, age: int, deleted: int
):
    mask(helpdesk, "eita", CODE)
    clock.forward(seconds=age)

    counts = [helpdesk.vault.forget_expired() for _ in range(2)]

    assert counts == [deleted, 0]


def test_secrets_are_stored_encrypted(
    helpdesk: Helpdesk, everything_stored: Callable[[], str]
):
    secrets = [CODE, "090-1234-5678", "eita@example.com"]

    mask(helpdesk, "eita", "、".join(secrets))

    assert [secret for secret in secrets if secret in everything_stored()] == []


def test_token_that_is_masked_again_stays(helpdesk: Helpdesk):
    token, _ = mask(helpdesk, "eita", CODE)

    assert mask(helpdesk, "eita", f"コードは{token}") == (f"コードは{token}", set())


def test_lone_password_is_masked_at_the_login_step(helpdesk: Helpdesk):
    masked, kinds = mask(helpdesk, "eita", "Ab12cd34", answers_login=True)

    assert (re.sub(TOKEN, r"[\1]", masked), kinds) == (
        "[PASSWORD]",
        {SecretKind.PASSWORD},
    )
