"""One call to a carrier over HTTP: sent, tried again, and its answer judged."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import ValidationError

from helpdesk.carrier.http_answers import Answer, Problem
from helpdesk.carrier.http_circuit import Circuit
from helpdesk.domain.data_gift import GiftProblem, GiftRefused
from helpdesk.domain.plans import PlanProblem, PlanRefused
from helpdesk.domain.purchases import PurchaseProblem, PurchaseRefused
from helpdesk.services.carrier import (
    CarrierAway,
    KeyUsedTwice,
    NoReissueLeft,
    NoSuchSubscription,
    RevokedUserCode,
    UnknownUserCode,
)

logger = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(5.0, connect=2.0)
# A carrier that sends byte by byte never runs into the time-out between two of them.
_MOST_SECONDS = 10.0
_MOST_BYTES = 1_000_000
_TRIES = 2
_AWAY = frozenset({502, 503, 504})
_NOT_LET_IN = frozenset({401, 403})
_NO_CONTENT = 204

_Answer = TypeVar("_Answer", bound=Answer)

# By the last part of a problem's type: the error, made of its `problem`.
_REFUSALS: dict[str, Callable[[str | None], Exception]] = {
    "NoSuchSubscription": lambda _: NoSuchSubscription(),
    "UnknownUserCode": lambda _: UnknownUserCode(),
    "RevokedUserCode": lambda _: RevokedUserCode(),
    "NoReissueLeft": lambda _: NoReissueLeft(),
    "KeyUsedTwice": lambda _: KeyUsedTwice(),
    "GiftRefused": lambda problem: GiftRefused(GiftProblem(problem)),
    "PurchaseRefused": lambda problem: PurchaseRefused(PurchaseProblem(problem)),
    "PlanRefused": lambda problem: PlanRefused(PlanProblem(problem)),
}


@dataclass(frozen=True)
class Call:
    """What is asked. `name` stands in the log, where ids and codes never do.

    `refusals`: the problems that this call can end in; any other is a mistake.
    """

    name: str
    method: str
    path: str
    refusals: frozenset[str]
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    key: str | None = None


class _NotAsAgreed(ValueError):
    """The answer cannot be used; the text says why, without its content."""


class Caller:
    """Makes calls, from any thread. Everything but a refusal raises CarrierAway."""

    def __init__(
        self,
        url: str,
        token: str,
        client: httpx.Client,
        circuit: Circuit,
        seconds: Callable[[], float],
    ) -> None:
        """`seconds`: a clock that only goes forward."""
        self._url = url
        self._headers = {
            "Authorization": f"Bearer {token}",
            # What is packed small could unpack to more than memory holds.
            "Accept-Encoding": "identity",
        }
        self._client = client
        self._circuit = circuit
        self._seconds = seconds
        self._is_refused = False

    def ask(self, call: Call, answer: type[_Answer]) -> _Answer:
        """The answer, checked."""
        status, content = self._send(call)
        try:
            return _read(answer, content, status)
        except _NotAsAgreed as error:
            raise self._unusable(call, error) from None

    def tell(self, call: Call) -> None:
        """Ask for a change that has no answer but that it is done."""
        status, _ = self._send(call)
        if status != _NO_CONTENT:
            raise self._unusable(call, _NotAsAgreed(f"status {status}"))

    def _send(self, call: Call) -> tuple[int, bytes]:
        """Status and content of an answer that refuses nothing."""
        if not self._circuit.lets_through():
            raise CarrierAway("not asked: it has been away")
        try:
            status, content = self._try(call)
        except httpx.HTTPError as error:
            self._circuit.failed()
            raise _away(call, type(error).__name__) from None
        except _NotAsAgreed as error:
            self._circuit.answered()
            raise self._unusable(call, error) from None
        if status in _AWAY:
            self._circuit.failed()
            raise _away(call, f"status {status}")
        self._circuit.answered()
        if status in _NOT_LET_IN:
            raise self._not_let_in(status)
        self._is_refused = False
        if httpx.codes.is_client_error(status):
            raise self._refusal(call, status, content)
        return status, content

    def _try(self, call: Call) -> tuple[int, bytes]:
        """Twice, if the connection breaks: a change carries its key."""
        for tried in range(1, _TRIES + 1):
            try:
                return self._once(call)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if tried == _TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    def _once(self, call: Call) -> tuple[int, bytes]:
        headers = dict(self._headers)
        if call.key is not None:
            # The key may hold what a header cannot.
            headers["Idempotency-Key"] = quote(call.key, safe=":@+=")
        began, content = self._seconds(), bytearray()
        with self._client.stream(
            call.method,
            self._url + call.path,
            params=call.params or None,
            json=call.body,
            headers=headers,
        ) as response:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > _MOST_BYTES:
                    raise _NotAsAgreed("it is too long")
                if self._seconds() - began > _MOST_SECONDS:
                    raise httpx.ReadTimeout("the answer comes too slowly")
        return response.status_code, bytes(content)

    def _refusal(self, call: Call, status: int, content: bytes) -> Exception:
        refusal = _refusal_of(call, content)
        if refusal is None:
            return self._unusable(call, _NotAsAgreed(f"status {status}"))
        return refusal

    def _not_let_in(self, status: int) -> CarrierAway:
        if not self._is_refused:
            self._is_refused = True
            logger.error(
                "the carrier refuses HELPDESK_CARRIER_TOKEN (status %s)", status
            )
        return CarrierAway(f"status {status}")

    def _unusable(self, call: Call, error: _NotAsAgreed) -> CarrierAway:
        logger.error(
            "the carrier's answer to %s is not as agreed: %s", call.name, error
        )
        return CarrierAway(str(error))


def _away(call: Call, reason: str) -> CarrierAway:
    logger.warning("the carrier did not answer %s: %s", call.name, reason)
    return CarrierAway(reason)


def _refusal_of(call: Call, content: bytes) -> Exception | None:
    """None for a problem that this call cannot end in, or for an unknown reason."""
    try:
        problem = _read(Problem, content, httpx.codes.OK)
        known = problem.name in call.refusals
        return _REFUSALS[problem.name](problem.problem) if known else None
    except ValueError:
        return None


def _read(answer: type[_Answer], content: bytes, status: int) -> _Answer:
    """Raises _NotAsAgreed; its text names places, never values."""
    if status != httpx.codes.OK:
        raise _NotAsAgreed(f"status {status}")
    try:
        return answer.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "all of it"
    raise _NotAsAgreed(f"{place}: {first['type']}")
