"""The reference server lets in who has the token, and checks what it is asked."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from helpdesk.carrier.server import CarrierServer
from helpdesk.services.carrier import CarrierAway
from tests.carrier.conftest import TOKEN

CODE = "31415926535897932"
GIFT = "/subscriptions/yuki.1/data-gifts"
KEY = {"Idempotency-Key": "gift:1"}


def ask(
    address: str,
    method: str,
    path: str,
    token: str | None = f"Bearer {TOKEN}",
    **more: Any,
) -> httpx.Response:
    headers = more.pop("headers", {}) | ({"Authorization": token} if token else {})
    # No certificates to read: there is no TLS.
    with httpx.Client(verify=False, trust_env=False) as client:
        return client.request(method, address + path, headers=headers, **more)


@pytest.mark.parametrize(
    "token",
    [
        None,
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        "Bearer",
        f"Basic {TOKEN}",
    ],
    ids=["none", "bare", "too long", "too short", "empty", "another scheme"],
)
def test_who_has_no_token_is_not_let_in(address: str, token: str | None):
    answer = ask(address, "GET", "/subscriptions/yuki.1/user-code", token)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {
        "type": "/problems/Unauthorized",
        "title": "Unauthorized",
        "status": 401,
    }
    assert answer.headers["content-type"] == "application/problem+json"


def test_answers_are_not_kept_on_the_way(address: str):
    answer = ask(address, "GET", "/subscriptions/yuki.1/user-code")

    assert answer.json() == {"user_code": CODE}
    assert answer.headers["cache-control"] == "no-store"


def test_unknown_subscription_is_a_problem(address: str):
    answer = ask(address, "GET", "/subscriptions/nobody.1/usage")

    assert (answer.status_code, answer.json()) == (
        404,
        {
            "type": "/problems/NoSuchSubscription",
            "title": "NoSuchSubscription",
            "status": 404,
        },
    )


def test_refusal_says_why(address: str):
    body = {"receiver": "hiro.1", "megabytes": 900}

    answer = ask(address, "POST", GIFT, json=body, headers=KEY)

    assert (answer.status_code, answer.json()) == (
        409,
        {
            "type": "/problems/GiftRefused",
            "title": "GiftRefused",
            "status": 409,
            "problem": "not_enough",
        },
    )


@pytest.mark.parametrize(
    ("path", "more", "detail"),
    [
        (GIFT, {"content": b"", "headers": KEY}, "wrong: body"),
        (GIFT, {"content": b"{", "headers": KEY}, "wrong: body"),
        (GIFT, {"json": [], "headers": KEY}, "wrong: body"),
        (GIFT, {"json": {"megabytes": 500}, "headers": KEY}, "wrong: receiver"),
        (
            GIFT,
            {"json": {"receiver": "hiro.1", "megabytes": "500"}, "headers": KEY},
            "wrong: megabytes",
        ),
        (
            GIFT,
            {"json": {"receiver": "hiro.1", "megabytes": True}, "headers": KEY},
            "wrong: megabytes",
        ),
        (
            GIFT,
            {"json": {"receiver": "", "megabytes": 1e400, "b": 1}, "headers": KEY},
            None,
        ),
        (
            GIFT,
            {"json": {"receiver": "hiro.1", "megabytes": 500}},
            "Idempotency-Key is missing or too long",
        ),
        (
            GIFT,
            {
                "json": {"receiver": "hiro.1", "megabytes": 500},
                "headers": {"Idempotency-Key": "x" * 161},
            },
            "Idempotency-Key is missing or too long",
        ),
        (GIFT, {"content": b" " * 10_001, "headers": KEY}, "the body is too long"),
        ("/user-codes/find", {"json": {"user_code": CODE + "1"}}, "wrong: user_code"),
        ("/user-codes/find", {"json": {"user_code": int(CODE)}}, "wrong: user_code"),
        ("/logins/check", {"json": {"login_id": "yuki-1"}}, "wrong: password"),
        (
            "/subscriptions/yuki.1/reissues",
            {"json": {"code": CODE}, "headers": KEY},
            "wrong: code",
        ),
    ],
    ids=[
        *("no body", "broken body", "list", "no receiver", "number as text", "truth"),
        *("infinite", "no key", "long key", "long body", "long code", "code as number"),
        *("no password", "too much"),
    ],
)
def test_input_that_is_not_as_agreed_is_refused(
    address: str, path: str, more: dict[str, Any], detail: str | None
):
    if detail is None:
        more = {"content": b'{"receiver": "", "megabytes": 1e400}', "headers": KEY}
        detail = "wrong: megabytes, receiver"

    answer = ask(address, "POST", path, **more)

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "type": "/problems/BadRequest",
            "title": "BadRequest",
            "status": 400,
            "detail": detail,
        },
    )
    assert CODE not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/subscriptions/yuki.1/data-gifts", 405),
        ("DELETE", "/subscriptions/yuki.1", 405),
        ("GET", "/subscriptions", 400),
        ("GET", "/docs", 404),
    ],
)
def test_what_is_not_offered_is_a_problem(
    address: str, method: str, path: str, status: int
):
    answer = ask(address, method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


class Broken:
    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any) -> Any:
            raise self._error

        return fail


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (CarrierAway("secret"), 503, "CarrierAway"),
        (RuntimeError("secret"), 500, "InternalServerError"),
    ],
    ids=["away", "mistake"],
)
async def test_what_fails_behind_is_a_problem(
    error: Exception, status: int, title: str
):
    app = CarrierServer(Broken(error), TOKEN).asgi()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://c") as client:
        answer = await client.get(
            "/subscriptions/yuki.1", headers={"Authorization": f"Bearer {TOKEN}"}
        )

    assert (answer.status_code, answer.json()) == (
        status,
        {"type": f"/problems/{title}", "title": title, "status": status},
    )
