"""Between Starlette and the endpoints: plain functions of the platform and a request."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.line_platform.happening import Impossible
from tests.line_platform.platform import LinePlatform
from tests.line_platform.records import Json, Refused

REQUEST_ID = "x-line-request-id"


@dataclass(frozen=True)
class Asked:
    """A request whose body has arrived."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes
    request_id: str

    def json(self) -> Json:
        """Raises Refused where the body is no JSON object."""
        try:
            content = json.loads(self.content)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise Refused(400, "The request body could not be parsed as JSON")
        return content


@dataclass(frozen=True)
class Answer:
    """Other than 200 with a JSON object, which an endpoint returns as it is."""

    body: Json
    status: int = 200


Endpoint = Callable[[LinePlatform, Asked], Json | Answer | Response]


def route(platform: LinePlatform, path: str, method: str, endpoint: Endpoint) -> Route:
    """The endpoint runs while nobody else changes the platform."""
    return Route(path, _handler(platform, endpoint), methods=[method])


def _handler(
    platform: LinePlatform, endpoint: Endpoint
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        asked = Asked(
            request.path_params,
            request.query_params,
            request.headers,
            await request.body(),
            request.scope.get(REQUEST_ID, ""),
        )
        with platform.lock:
            try:
                answer = endpoint(platform, asked)
            except Refused as refused:
                return JSONResponse(refused.body, refused.status, refused.headers)
            except Impossible as impossible:
                return JSONResponse({"message": str(impossible)}, 400)
        if isinstance(answer, Response):
            return answer
        if isinstance(answer, Answer):
            return JSONResponse(answer.body, answer.status)
        return JSONResponse(answer)

    return handle
