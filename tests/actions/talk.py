"""Turns made by hand, and what an action makes of them."""

from __future__ import annotations

import asyncio
import inspect
from functools import cache
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from helpdesk.settings import ROOT

# What an action leaves behind: its events, and the responses with their arguments.
Done = tuple[list[EventType], list[dict[str, Any]]]


@cache
def domain() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text("utf-8"))
    return content


def turn(
    customer: str = "aiko",
    text: str = "",
    *,
    entities: dict[str, str] | None = None,
    form: str | None = None,
    intent: str | None = None,
    ranking: list[str] | None = None,
    earlier: list[str] | None = None,
    event_id: str | None = "event-1",
    **slots: Any,
) -> Tracker:
    """A tracker: `earlier` are the intents of the messages up to this one."""
    named = [
        {"entity": name, "value": value} for name, value in (entities or {}).items()
    ]
    message = {
        "text": text,
        "entities": named,
        "intent": {"name": intent},
        "intent_ranking": [{"name": name} for name in ranking or []],
        "metadata": {} if event_id is None else {"event_id": event_id},
    }
    events = [
        {"event": "user", "parse_data": {"intent": {"name": intent}}}
        for intent in earlier or []
    ]
    loop = {} if form is None else {"name": form}
    return Tracker(customer, slots, message, events, False, None, loop, None)


def run(action: Action, tracker: Tracker) -> Done:
    dispatcher = CollectingDispatcher()
    result = action.run(dispatcher, tracker, domain())
    events = asyncio.run(result) if inspect.isawaitable(result) else result
    return events, said(dispatcher)


def validate(
    form: Action, slot: str, value: Any, tracker: Tracker
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The slots that the form's check of a value gives, and what is said."""
    dispatcher = CollectingDispatcher()
    check = getattr(form, f"validate_{slot}")
    return check(value, dispatcher, tracker, domain()), said(dispatcher)


def extract(form: Action, slot: str, tracker: Tracker) -> dict[str, Any]:
    found: dict[str, Any] = getattr(form, f"extract_{slot}")(
        CollectingDispatcher(), tracker, domain()
    )
    return found


def questions(form: Any, tracker: Tracker) -> list[str]:
    """The slots that the form wants filled."""
    asked: list[str] = asyncio.run(
        form.required_slots([], CollectingDispatcher(), tracker, domain())
    )
    return asked


def said(dispatcher: CollectingDispatcher) -> list[dict[str, Any]]:
    """Response and arguments of each message; texts of its own would stand out."""
    return [
        {
            name: value
            for name, value in message.items()
            if name != "template" and value not in (None, [], {})
        }
        for message in dispatcher.messages
    ]


def utter(response: str, **arguments: Any) -> dict[str, Any]:
    return {"response": response, **arguments}


def begun(form: str, *paused: str) -> list[EventType]:
    """The events that start a form afresh."""
    return [
        *forgotten(form),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet("paused_procedures", [*paused]),
        FollowupAction(form),
    ]


def forgotten(form: str) -> list[EventType]:
    """The events that empty a form's slots; what is true of the contract stays."""
    notes = {
        "user_link_form": [
            "code_failed",
            "link_moves",
            "subscription",
            "number_last4",
        ],
        "link_error_form": ["code_failed", "diagnosis", "notice"],
        "eligibility_form": ["notice"],
        "reissue_form": ["number_last4", "reissues_left"],
        "unlink_form": ["link_name"],
        "plan_form": ["plan_replaces"],
        "operator_offer_form": ["handoff_reason"],
        "message_form": ["message_reason"],
        "survey_form": ["survey"],
        "gift_answer_form": ["gift_code", "gift_giver"],
    }
    slots = domain()["forms"][form]["required_slots"] + notes.get(form, [])
    return [
        SlotSet(slot, None)
        for slot in slots
        if slot not in ("order_place", "number_kind")
    ]
