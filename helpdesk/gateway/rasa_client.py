"""The client of Rasa's GatewayInput channel."""

from __future__ import annotations

import logging
from typing import Any

import httpx

from helpdesk.domain.card import Card, MalformedCard, card_of
from helpdesk.services.ports import InboxItem
from helpdesk.services.turns import Answer, BotMessage

logger = logging.getLogger(__name__)


class RasaAway(RuntimeError):
    """Rasa, or an action of the turn, does not answer: the turn was not made."""


class RasaClient:
    """One turn a call; a repeated event id gives the stored answer."""

    def __init__(self, url: str, secret: str, client: httpx.AsyncClient) -> None:
        self._turns = f"{url}/webhooks/gateway/turn"
        self._forgetting = f"{url}/webhooks/gateway/forget"
        self._health = f"{url}/webhooks/gateway/"
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._client = client

    async def turn(self, item: InboxItem) -> Answer:
        """The bot's answer to an inbox item. Raises RasaAway."""
        return answer_of(await self.ask(item))

    async def ask(self, item: InboxItem) -> dict[str, Any]:
        """GatewayInput's own answer, actions and slots included. Raises RasaAway."""
        body = {"customer": item.customer, "event_id": item.event_id}
        body |= {"payload": item.payload} if item.payload else {"text": item.text or ""}
        return await self._post(self._turns, body)

    async def forget(self, customer: str, event_id: str) -> None:
        """Erase what the customer said in this event. Raises RasaAway."""
        body = {"customer": customer, "event_id": event_id}
        await self._post(self._forgetting, body)

    async def _post(self, url: str, body: dict[str, str]) -> dict[str, Any]:
        try:
            response = await self._client.post(url, json=body, headers=self._headers)
            response.raise_for_status()
            content: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise RasaAway(type(error).__name__) from error
        return content

    async def is_ready(self) -> bool:
        """Whether Rasa answers, and keeps conversations in our own tracker store."""
        try:
            response = await self._client.get(self._health)
            content = response.raise_for_status().json()
        except (httpx.HTTPError, ValueError):
            return False
        return bool(content == {"tracker_store": "BoundedTrackerStore"})


def answer_of(content: dict[str, Any]) -> Answer:
    """What is said to the customer, from GatewayInput's answer."""
    messages = [
        BotMessage(
            message["text"],
            [(button["title"], button["payload"]) for button in message["buttons"]],
            _card(message.get("card")),
        )
        for message in content["messages"]
    ]
    return Answer(
        messages,
        content["awaits"],
        content.get("intent"),
        content.get("confidence", 0.0),
    )


def _card(value: object) -> Card | None:
    """The card of a message; None for a malformed one, since the text says it all."""
    try:
        return card_of(value)
    except MalformedCard as error:
        logger.warning("a message is said without its card: %s", error)
        return None
