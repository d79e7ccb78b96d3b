"""The reference server: any carrier, offered over HTTP as docs/carrier-api.yml says."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from helpdesk.carrier import http_answers as answers
from helpdesk.domain.data_gift import GiftRefused
from helpdesk.domain.plans import PlanRefused
from helpdesk.domain.purchases import PurchaseRefused
from helpdesk.domain.user_code import USER_CODE_LENGTH
from helpdesk.services.carrier import (
    Carrier,
    CarrierAway,
    KeyUsedTwice,
    NoReissueLeft,
    NoSuchSubscription,
    RevokedUserCode,
    UnknownUserCode,
)

_MOST_BYTES = 10_000
_LONGEST_KEY = 160
_STATUS: dict[type[Exception], int] = {
    NoSuchSubscription: 404,
    UnknownUserCode: 404,
    RevokedUserCode: 410,
    NoReissueLeft: 409,
    GiftRefused: 409,
    PurchaseRefused: 409,
    PlanRefused: 409,
    KeyUsedTwice: 422,
    CarrierAway: 503,
}


class _Asked(BaseModel):
    """What is asked for; what is not known is refused, for it may be mistyped."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class _Nothing(_Asked):
    pass


class _Login(_Asked):
    login_id: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


class _UserCode(_Asked):
    user_code: Annotated[str, Field(pattern=rf"^[0-9]{{{USER_CODE_LENGTH}}}$")]


_Megabytes = Annotated[int, Field(ge=-1_000_000_000, le=1_000_000_000)]


class _Gift(_Asked):
    receiver: Annotated[str, Field(min_length=1, max_length=64)]
    megabytes: _Megabytes


class _Purchase(_Asked):
    megabytes: _Megabytes


class _PlanChange(_Asked):
    plan: Annotated[str, Field(max_length=64)]


_A = TypeVar("_A", bound=_Asked)
_Answer = type[answers.Answer]
# What is asked about: a subscription, or in a list of them, a contract holder.
_Look = Callable[[str], object]


class CarrierServer:
    """Builds the Starlette application."""

    def __init__(self, carrier: Carrier, token: str) -> None:
        self._carrier = carrier
        self._token = token

    def asgi(self) -> ASGIApp:
        handlers: dict[Any, Any] = dict.fromkeys(_STATUS, _refused)
        handlers |= {HTTPException: _not_so, Exception: _failed}
        app = Starlette(
            routes=[*self._readings(), *self._changes()], exception_handlers=handlers
        )
        return _Door(app, self._token)

    def _readings(self) -> list[Route]:
        carrier = self._carrier
        each = "/subscriptions/{subscription}"
        return [
            _list("/subscriptions", "contract_holder", carrier.subscriptions_of),
            _read(each, answers.SubscriptionAnswer, carrier.subscription),
            _read(
                f"{each}/user-code",
                answers.UserCodeAnswer,
                lambda of: {"user_code": carrier.user_code(of)},
            ),
            _read(
                f"{each}/reissues-left",
                answers.ReissuesLeftAnswer,
                lambda of: {"left": carrier.reissues_left(of)},
            ),
            _read(f"{each}/usage", answers.UsageAnswer, carrier.usage),
            _read(
                f"{each}/purchase-offer",
                answers.PurchaseOfferAnswer,
                carrier.purchase_offer,
            ),
            _read(f"{each}/contract", answers.ContractAnswer, carrier.contract),
            _read(
                f"{each}/possible-plans",
                answers.PlansAnswer,
                lambda of: {"plans": carrier.possible_plans(of)},
            ),
            _read(
                f"{each}/statements",
                answers.StatementsAnswer,
                lambda of: {"statements": carrier.statements(of)},
            ),
            _read(
                f"{each}/notices",
                answers.NoticesAnswer,
                lambda of: {"notices": carrier.notices(of)},
            ),
        ]

    def _changes(self) -> list[Route]:
        carrier = self._carrier
        each = "/subscriptions/{subscription}"
        return [
            _ask(
                *("/logins/check", _Login, answers.LoginAnswer),
                lambda asked: {
                    "subscription": carrier.log_in(asked.login_id, asked.password)
                },
            ),
            _ask(
                *("/user-codes/find", _UserCode, answers.SubscriptionAnswer),
                lambda asked: carrier.subscription_of_code(asked.user_code),
            ),
            _change(
                *(f"{each}/reissues", _Nothing, None),
                lambda of, _, key: carrier.reissue_code(of, key),
            ),
            _change(
                *(f"{each}/data-gifts", _Gift, None),
                lambda of, asked, key: carrier.give_data(
                    of, asked.receiver, asked.megabytes, key
                ),
            ),
            _change(
                *(f"{each}/purchases", _Purchase, answers.PurchaseReceiptAnswer),
                lambda of, asked, key: carrier.buy_data(of, asked.megabytes, key),
            ),
            _change(
                *(f"{each}/plan-changes", _PlanChange, answers.PlanChangeAnswer),
                lambda of, asked, key: {
                    "takes_effect_on": carrier.change_plan(of, asked.plan, key)
                },
            ),
            _change(
                *(f"{each}/plan-change-withdrawals", _Nothing, None),
                lambda of, _, key: carrier.withdraw_plan_change(of, key),
            ),
        ]


class _Door:
    """Lets in who knows the token."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            # Takes as long however much of it is right.
            if not secrets.compare_digest(given, self._expected):
                answer = _problem(401, "Unauthorized")
                answer.headers["WWW-Authenticate"] = "Bearer"
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _read(path: str, answer: _Answer, look: _Look) -> Route:
    async def endpoint(request: Request) -> Response:
        of = request.path_params["subscription"]
        return _answer(answer, await run_in_threadpool(look, of))

    return Route(path, endpoint, methods=["GET"])


def _list(path: str, param: str, look: _Look) -> Route:
    async def endpoint(request: Request) -> Response:
        of = request.query_params.get(param)
        if not of:
            raise HTTPException(400, f"{param} is missing")
        found = {"subscriptions": await run_in_threadpool(look, of)}
        return _answer(answers.SubscriptionsAnswer, found)

    return Route(path, endpoint, methods=["GET"])


def _ask(
    path: str, asked: type[_A], answer: _Answer, look: Callable[[_A], object]
) -> Route:
    """A question whose words must not stand in an address."""

    async def endpoint(request: Request) -> Response:
        body = await _body(request, asked)
        return _answer(answer, await run_in_threadpool(look, body))

    return Route(path, endpoint, methods=["POST"])


def _change(
    path: str,
    asked: type[_A],
    answer: _Answer | None,
    change: Callable[[str, _A, str], object],
) -> Route:
    async def endpoint(request: Request) -> Response:
        key = unquote(request.headers.get("idempotency-key", ""))
        if not 0 < len(key) <= _LONGEST_KEY:
            raise HTTPException(400, "Idempotency-Key is missing or too long")
        of, body = request.path_params["subscription"], await _body(request, asked)
        return _answer(answer, await run_in_threadpool(change, of, body, key))

    return Route(path, endpoint, methods=["POST"])


async def _body(request: Request, asked: type[_A]) -> _A:
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > _MOST_BYTES:
            raise HTTPException(400, "the body is too long")
    try:
        return asked.model_validate_json(bytes(content))
    except ValidationError as error:
        # Names places, not values: those may be secret.
        places = {".".join(map(str, each["loc"])) or "body" for each in error.errors()}
        raise HTTPException(400, f"wrong: {', '.join(sorted(places))}") from None


def _answer(answer: _Answer | None, found: object) -> Response:
    headers = {"Cache-Control": "no-store"}
    if answer is None:
        return Response(status_code=204, headers=headers)
    content = answer.model_validate(found).model_dump_json()
    return Response(content, media_type="application/json", headers=headers)


def _problem(status: int, name: str, **more: str) -> Response:
    fields: Mapping[str, Any] = {"title": name, "status": status, **more}
    return Response(
        _ProblemAnswer(type=f"/problems/{name}", **fields).model_dump_json(
            exclude_none=True
        ),
        status,
        media_type="application/problem+json",
    )


class _ProblemAnswer(answers.Problem):
    title: str
    status: int
    detail: str | None = None


async def _refused(request: Request, error: Exception) -> Response:
    name = type(error).__name__
    problem = getattr(error, "problem", None)
    more = {} if problem is None else {"problem": problem.value}
    return _problem(_STATUS[type(error)], name, **more)


async def _not_so(request: Request, error: HTTPException) -> Response:
    """An unknown path, a wrong method, or input that is not as agreed."""
    name = HTTPStatus(error.status_code).phrase.replace(" ", "")
    return _problem(error.status_code, name, detail=error.detail)


async def _failed(request: Request, error: Exception) -> Response:
    # Starlette raises it again: the server logs it with its traceback.
    return _problem(500, "InternalServerError")
