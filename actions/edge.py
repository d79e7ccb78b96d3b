"""What is said when an action could not end: what is known, and what happens now."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.procedures import end_procedures, end_running
from helpdesk.domain.rights import NotAllowed
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.changes import ChangePending


def answer_to(error: Exception, call: dict[str, Any]) -> dict[str, Any] | None:
    """The answer in Rasa's form; None for an error that nobody has foreseen."""
    tracker = Tracker.from_dict(call["tracker"])
    domain = {"forms": {}} | (call.get("domain") or {})
    dispatcher = CollectingDispatcher()
    if isinstance(error, CarrierAway):
        dispatcher.utter_message(response="utter_carrier_away")
        # Every procedure asks the carrier: it would fail at its next question.
        events = end_procedures(dispatcher, tracker, domain)
    elif isinstance(error, ChangePending):
        dispatcher.utter_message(response="utter_change_pending")
        events = end_running(dispatcher, tracker, domain)
    elif isinstance(error, NotAllowed):
        who = "either" if len(error.needed) > 1 else next(iter(error.needed)).value
        dispatcher.utter_message(response=f"utter_not_allowed_{who}")
        events = end_running(dispatcher, tracker, domain)
    else:
        return None
    has_ended = tracker.active_loop.get("name") is not None
    if has_ended and not any(event["event"] == "followup" for event in events):
        # Else the rule for a form that is done would conclude what was not asked.
        events = [*events, FollowupAction("action_listen")]
    return {"events": events, "responses": dispatcher.messages}
