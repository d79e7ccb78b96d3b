"""The way to My Page: one tap for who is linked, the login for everybody else."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions.services import UsesHelpdesk
from actions.subscriptions import viewer
from helpdesk.domain.linking import LinkRole


class ActionOpenMyPage(UsesHelpdesk, Action):
    """The sentence for the customer's roles; the address is filled in when it goes."""

    def name(self) -> str:
        return "action_open_my_page"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        of_each = self._helpdesk.rights.roles(viewer(tracker)).values()
        roles = {role for roles in of_each for role in roles}
        response = "utter_open_my_page"
        if LinkRole.HOLDER in roles:
            response = "utter_open_my_page_holder"
        elif roles:
            response = "utter_open_my_page_end_user"
        dispatcher.utter_message(response=response)
        return []
