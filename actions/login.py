"""Logins that fail: My Page's own, or LINE's, which is often meant and is another."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.procedures import entity

_MY_PAGE, _LINE = "my_page", "line"


class ActionRecoverLogin(Action):
    """The way for the login that is meant; if that is not clear, ask which."""

    def name(self) -> str:
        return "action_recover_login"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        meant = {
            str(value) for value in tracker.get_latest_entity_values("login_of")
        } or _by_procedure(tracker)
        if meant == {_MY_PAGE}:
            dispatcher.utter_message(response="utter_recover_login")
        elif meant == {_LINE}:
            dispatcher.utter_message(response="utter_recover_line_login")
        else:
            dispatcher.utter_message(response="utter_which_login")
        return []


def _by_procedure(tracker: Tracker) -> set[str]:
    """Whoever was just sent to My Page's login means that one."""
    is_at_login = tracker.active_loop.get("name") == "holder_link_form"
    is_known_error = entity(tracker, "known_error") == "cannot_log_in"
    return {_MY_PAGE} if is_at_login or is_known_error else set()
