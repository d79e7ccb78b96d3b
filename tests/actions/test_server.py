"""The action server: Rasa's protocol, and one edge for what nobody expects."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from rasa_sdk import Action
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from actions.server import ActionServer, executor
from helpdesk.bootstrap import Helpdesk, install
from tests.actions.talk import domain


class Speaks(Action):
    def name(self) -> str:
        return "speaks"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        dispatcher.utter_message(response="utter_greet")
        return [{"event": "slot", "name": "who", "value": tracker.sender_id}]


class Fails(Action):
    def name(self) -> str:
        return "fails"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ZeroDivisionError


class Declines(Action):
    def name(self) -> str:
        return "declines"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
        raise ActionExecutionRejection("declines", "no answer to the question")


@pytest.fixture
def app() -> Any:
    actions = ActionExecutor()
    for action in (Speaks(), Fails(), Declines()):
        actions.register_action(action)
    return ActionServer(lambda: actions).starlette()


async def call(app: Any, action: str) -> tuple[int, Any]:
    transport = httpx.ASGITransport(app)
    tracker = {"sender_id": "aiko", "slots": {}, "latest_message": {}, "events": []}
    body = {
        "next_action": action,
        "sender_id": "aiko",
        "tracker": tracker | {"paused": False, "active_loop": {}},
        "domain": {},
    }
    async with httpx.AsyncClient(
        transport=transport, base_url="http://actions"
    ) as http:
        response = await http.post("/webhook", json=body)
    return response.status_code, response.json()


async def test_action_gives_events_and_responses(app: Any):
    status, done = await call(app, "speaks")

    assert (
        status,
        done["events"],
        [each["response"] for each in done["responses"]],
    ) == (
        200,
        [{"event": "slot", "name": "who", "value": "aiko"}],
        ["utter_greet"],
    )


async def test_form_that_declines_is_no_failure(app: Any):
    assert await call(app, "declines") == (
        400,
        {"error": "no answer to the question", "action_name": "declines"},
    )


@pytest.mark.parametrize("action", ["fails", "unknown"])
async def test_failure_is_logged_and_answered_in_a_sentence(
    app: Any, caplog: pytest.LogCaptureFixture, action: str
):
    with caplog.at_level(logging.ERROR, "actions"):
        done = await call(app, action)

    logged = [
        (record.getMessage(), record.exc_info is not None)
        for record in caplog.records
        if record.name == "actions.server"
    ]
    assert (done, logged) == (
        (200, {"events": [], "responses": [{"response": "utter_system_error"}]}),
        [(f"Action {action} failed", True)],
    )


async def test_health_answers(app: Any):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://actions"
    ) as http:
        response = await http.get("/health")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_executor_knows_every_action_of_the_domain(helpdesk: Helpdesk):
    install(helpdesk)

    # The executor takes every action that is imported: those of this file too.
    known = set(executor().actions) - {"speaks", "fails", "declines"}
    assert sorted(known) == sorted(domain()["actions"])
