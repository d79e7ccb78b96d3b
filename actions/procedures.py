"""How procedures begin, wait for one another, and end; what is read of a turn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

_PAUSED = "paused_procedures"

# Slots that a form fills beside those that it asks for.
_NOTES = {
    "user_link_form": ["code_failed", "link_moves", "subscription", "number_last4"],
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

# What the customer writes to people: a link that is made meanwhile does not end it.
_WRITTEN = {"message_form", "survey_form"}

# What the customer has said of the contract stays true for the next procedure.
_KEPT_SLOTS = {"order_place", "number_kind"}


def event_id(tracker: Tracker) -> str:
    """The event of this turn: the same when the turn is run again."""
    metadata = tracker.latest_message.get("metadata") or {}
    return str(metadata.get("event_id", f"{tracker.sender_id}:{len(tracker.events)}"))


def entity(tracker: Tracker, name: str) -> str | None:
    """The first value of this entity in the latest message."""
    value = next(tracker.get_latest_entity_values(name), None)
    return None if value is None else str(value)


def said(tracker: Tracker) -> str:
    """What the customer typed; empty for a pressed button and for the gateway's news.

    Their payloads hold digits, which would be taken for an answer.
    """
    text = str(tracker.latest_message.get("text") or "")
    return "" if text.startswith("/") else text


def typed(tracker: Tracker, slot: str) -> dict[str, str]:
    """The slot with the text that answers its question, whatever it says.

    Empty for a pressed button and for やめる: their wish is met, and the form, which
    rejects the turn then, asks again.
    """
    text = said(tracker)
    intent = (tracker.latest_message.get("intent") or {}).get("name")
    is_asked = tracker.get_slot("requested_slot") == slot
    if not is_asked or not text or intent == "stop":
        return {}
    return {slot: text}


def begin(tracker: Tracker, domain: DomainDict, form: str) -> list[EventType]:
    """Start the form afresh; one that is running waits until it has ended.

    What this message says is read again when the form is activated.
    """
    paused = [each for each in tracker.get_slot(_PAUSED) or [] if each != form]
    running = _active_form(tracker)
    if running not in (None, form):
        paused = [each for each in paused if each != running] + [running]
    return [
        *_forget(domain, form),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet(_PAUSED, paused),
        FollowupAction(form),
    ]


def pause(tracker: Tracker) -> list[EventType]:
    """Let the running form wait, without starting another."""
    running = _active_form(tracker)
    if running is None:
        return []
    paused = [each for each in tracker.get_slot(_PAUSED) or [] if each != running]
    return [
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet(_PAUSED, [*paused, running]),
    ]


def finish(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict, form: str
) -> list[EventType]:
    """Forget the form's slots, and go back to the procedure that waits, if any."""
    return _forget(domain, form) + resume(dispatcher, tracker, domain)


def go_on_with(domain: DomainDict, form: str, action: str) -> list[EventType]:
    """Forget the form's slots; what waits goes on after this action."""
    return [*_forget(domain, form), FollowupAction(action)]


def resume(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
) -> list[EventType]:
    """Go back to the procedure that waits, if any."""
    paused = list(tracker.get_slot(_PAUSED) or [])
    if not paused:
        return []
    dispatcher.utter_message(response="utter_back_to_procedure")
    form = paused.pop()
    return [SlotSet(_PAUSED, paused), FollowupAction(form)]


def end(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: DomainDict,
    forms: Collection[str],
) -> list[EventType]:
    """Give up these procedures, running or waiting; what is left goes on."""
    waiting = list(tracker.get_slot(_PAUSED) or [])
    running = _active_form(tracker)
    over = [form for form in [*waiting, running] if form in forms]
    left = [form for form in waiting if form not in forms]
    events = [event for form in over for event in _forget(domain, str(form))]
    if over:
        events.append(SlotSet(_PAUSED, left))
    if running is not None and running not in forms:
        # It asks again by itself.
        return events
    if over:
        events += [ActiveLoop(None), SlotSet("requested_slot", None)]
    if not left:
        return events
    dispatcher.utter_message(response="utter_back_to_procedure")
    return [*events, SlotSet(_PAUSED, left[:-1]), FollowupAction(left[-1])]


def end_procedures(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
) -> list[EventType]:
    """All procedures end, but what is being written to people goes on."""
    return end(dispatcher, tracker, domain, set(domain["forms"]) - _WRITTEN)


def end_running(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
) -> list[EventType]:
    """The procedure of this turn ends; one that waits goes on."""
    running = _active_form(tracker)
    if running is None:
        return resume(dispatcher, tracker, domain)
    return end(dispatcher, tracker, domain, {running})


def is_writing(tracker: Tracker) -> bool:
    """Whether the customer writes to people, or will go back to it."""
    waiting = set(tracker.get_slot(_PAUSED) or [])
    return not _WRITTEN.isdisjoint({*waiting, _active_form(tracker)})


def is_idle(tracker: Tracker) -> bool:
    """Whether no procedure runs or waits."""
    return _active_form(tracker) is None and not tracker.get_slot(_PAUSED)


def drop(tracker: Tracker, domain: DomainDict) -> list[EventType]:
    """Give up the running procedure and all that wait; empty if there is none."""
    forms = list(tracker.get_slot(_PAUSED) or [])
    running = _active_form(tracker)
    if running is not None:
        forms.append(running)
    if not forms:
        return []
    forgotten = [event for form in forms for event in _forget(domain, form)]
    return [
        *forgotten,
        SlotSet(_PAUSED, []),
        ActiveLoop(None),
        SlotSet("requested_slot", None),
    ]


def end_form() -> dict[str, Any]:
    """The slots a validation returns to end its form early."""
    return {"requested_slot": None}


def page_has_expired(tracker: Tracker) -> bool:
    """Whether the customer says so of the login page that the bot waits for."""
    is_waiting = _active_form(tracker) == "holder_link_form"
    return is_waiting and entity(tracker, "page_expired") is not None


def _active_form(tracker: Tracker) -> str | None:
    name = tracker.active_loop.get("name")
    return None if name is None else str(name)


def _forget(domain: DomainDict, form: str) -> list[EventType]:
    slots = domain["forms"][form]["required_slots"] + _NOTES.get(form, [])
    return [SlotSet(slot, None) for slot in slots if slot not in _KEPT_SLOTS]
