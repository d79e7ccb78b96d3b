"""The action server: rasa_sdk's executor, with one edge for what nobody expects.

Run with `python -m actions.server`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from actions.edge import answer_to
from helpdesk.settings import BadSettings, Settings
from helpdesk.storage.catalog import BadCatalog

logger = logging.getLogger(__name__)


class ActionServer:
    """`POST /webhook` of Rasa's action protocol, and `GET /health`."""

    def __init__(self, executor: Callable[[], ActionExecutor]) -> None:
        """`executor` is asked for at each call, so that tests can change it."""
        self._executor = executor

    def starlette(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/webhook", self._run, methods=["POST"]),
                Route("/health", lambda request: JSONResponse({"status": "ok"})),
            ]
        )

    async def _run(self, request: Request) -> Response:
        call = await request.json()
        try:
            # Actions wait for the database: in a thread, they hold nobody else up.
            result = await run_in_threadpool(asyncio.run, self._executor().run(call))
        except ActionExecutionRejection as rejection:
            # How a form says that this message does not answer its question.
            body = {"error": rejection.message, "action_name": rejection.action_name}
            return JSONResponse(body, 400)
        except Exception as error:
            known = answer_to(error, call)
            if known is not None:
                logger.warning("Action %s: %r", call.get("next_action"), error)
                return JSONResponse(known)
            logger.exception("Action %s failed", call.get("next_action"))
            return JSONResponse(_SORRY)
        return JSONResponse(result.model_dump() if result else None)


_SORRY: dict[str, Any] = {
    "events": [],
    "responses": [{"response": "utter_system_error"}],
}


def executor() -> ActionExecutor:
    """The executor with every action of this package."""
    # It warns of every slot of a form that has nothing to be validated.
    logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
    found = ActionExecutor()
    found.register_package("actions")
    return found


def main() -> int:
    """Serve on loopback, at the port that HELPDESK_ACTIONS_URL names."""
    logging.basicConfig(level=logging.WARNING)
    try:
        settings = Settings.from_env()
        found = executor()
        app = ActionServer(lambda: found).starlette()
    except (BadSettings, BadCatalog) as error:
        print(error, file=sys.stderr)
        return 1
    address = urlsplit(settings.actions_url)
    uvicorn.run(
        app,
        host=address.hostname or "127.0.0.1",
        port=address.port or 5055,
        access_log=False,
        log_level="warning",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
