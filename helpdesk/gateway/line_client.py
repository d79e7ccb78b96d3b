"""LINE's Messaging API through its SDK: one method for each thing that we do there."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    Message,
    PushMessageRequest,
    ReplyMessageRequest,
    ShowLoadingAnimationRequest,
)
from linebot.v3.messaging.exceptions import ApiException

from helpdesk.domain.line_sending import Outcome
from helpdesk.gateway.line_menus import menu_ids
from helpdesk.gateway.line_metrics import CALLS, SECONDS
from helpdesk.services.account_link import LineAway

logger = logging.getLogger(__name__)

# Three attempts fit into a reply token's life. One number: the SDK's asynchronous
# client does not take a pair, and its own default is five minutes.
_TIMEOUT_SECONDS = 8
# Where somebody waits before a page, or a turn waits for the dots.
_SHORT_TIMEOUT_SECONDS = 4
_LOADING_SECONDS = 20


@dataclass(frozen=True)
class Quota:
    """Pushes of this month; `limit` None means without a limit."""

    limit: int | None
    used: int


class LineClient:
    """Made inside the running event loop; `close` ends its connections."""

    def __init__(self, token: str, url: str, data_url: str | None = None) -> None:
        """`data_url`: where contents are; only `content` needs it."""
        configuration = Configuration(access_token=token, host=url)
        self._client = AsyncApiClient(configuration)
        self._api = AsyncMessagingApi(self._client)
        data = Configuration(access_token=token, host=data_url or url)
        self._data_client = AsyncApiClient(data)
        self._data = AsyncMessagingApiBlob(self._data_client)

    async def close(self) -> None:
        await self._client.close()
        await self._data_client.close()

    async def content(self, content_id: str) -> tuple[str, bytes]:
        """Kind (as an HTTP content type) and bytes of an image or file.

        LINE keeps it for a while only. Raises LineAway.
        """
        asked = self._data.get_message_content_with_http_info(
            content_id, _request_timeout=_TIMEOUT_SECONDS
        )
        answer = await self._ask("content", asked)
        kind = (answer.headers or {}).get("Content-Type", "application/octet-stream")
        return str(kind), bytes(answer.data)

    async def reply(self, token: str, messages: Sequence[Message]) -> Outcome:
        """Say it by a reply token, free of charge."""
        request = ReplyMessageRequest(replyToken=token, messages=list(messages))
        return await self._send("reply", self._api.reply_message, request)

    async def push(
        self, user_id: str, messages: Sequence[Message], retry_key: str
    ) -> Outcome:
        """Say it at our expense; the same key is accepted once within a day."""
        request = PushMessageRequest(to=user_id, messages=list(messages))
        outcome = await self._send(
            "push", self._api.push_message, request, x_line_retry_key=retry_key
        )
        if outcome is Outcome.BUSY and await self.is_over_quota():
            return Outcome.OVER_LIMIT
        return outcome

    async def is_over_quota(self) -> bool:
        """Whether the month's pushes are used up: texts of errors are not stable."""
        try:
            quota = await self.quota()
        except LineAway:
            return False
        return quota.limit is not None and quota.used >= quota.limit

    async def quota(self) -> Quota:
        """Raises LineAway."""
        time = {"_request_timeout": _TIMEOUT_SECONDS}
        limit = await self._ask("quota", self._api.get_message_quota(**time))
        used = await self._ask("quota", self._api.get_message_quota_consumption(**time))
        return Quota(limit.value if limit.type == "limited" else None, used.total_usage)

    async def start_loading(self, user_id: str) -> None:
        """Show the dots until the next message, at most for twenty seconds."""
        request = ShowLoadingAnimationRequest(
            chatId=user_id, loadingSeconds=_LOADING_SECONDS
        )
        await self._try("loading", self._api.show_loading_animation, request)

    async def link_token(self, user_id: str) -> str:
        """A token for an account link: good once, for ten minutes. Raises LineAway."""
        asked = self._api.issue_link_token(
            user_id, _request_timeout=_SHORT_TIMEOUT_SECONDS
        )
        return str((await self._ask("link_token", asked)).link_token)

    async def bot_user_id(self) -> str:
        """What webhooks for us name as their destination. Raises LineAway."""
        asked = self._api.get_bot_info(_request_timeout=_TIMEOUT_SECONDS)
        return str((await self._ask("info", asked)).user_id)

    async def menus(self) -> dict[str, str]:
        """LINE's id of each variant of the rich menu, as set up. Raises LineAway."""
        ids: dict[str, str] = await self._ask("menu", menu_ids(self._api))
        return ids

    async def show_menu(self, user_id: str, menu: str) -> None:
        """Raises LineAway."""
        shown = self._api.link_rich_menu_id_to_user(
            user_id, menu, _request_timeout=_TIMEOUT_SECONDS
        )
        await self._ask("menu", shown)

    async def leave(self, kind: str, chat: str) -> None:
        """Leave a group or room; its next event makes us try again."""
        leave = self._api.leave_group if kind == "group" else self._api.leave_room
        await self._try("leave", leave, chat)

    async def _send(
        self, name: str, send: Any, request: object, **more: Any
    ) -> Outcome:
        began = time.monotonic()
        try:
            await send(request, _request_timeout=_TIMEOUT_SECONDS, **more)
        except ApiException as error:
            status = int(error.status or 0)
            outcome = _outcome(status)
            _log(name, status, error)
        except (TimeoutError, aiohttp.ClientError, OSError, UnicodeError) as error:
            # The SDK decodes an answer before it looks at its status.
            outcome = Outcome.UNKNOWN
            logger.warning("LINE %s: %s", name, type(error).__name__)
        except ValueError:
            # Accepted, with an answer that the SDK's models do not know.
            outcome = Outcome.ACCEPTED
        else:
            outcome = Outcome.ACCEPTED
        SECONDS.labels(name).observe(time.monotonic() - began)
        CALLS.labels(name, outcome.value).inc()
        return outcome

    async def _try(self, name: str, call: Any, argument: object) -> None:
        """What may fail without harm."""
        outcome = await self._send(name, call, argument)
        if outcome is not Outcome.ACCEPTED:
            logger.info("LINE %s was not done: %s", name, outcome.value)

    async def _ask(self, name: str, asked: Awaitable[Any]) -> Any:
        try:
            answer = await asked
        except ApiException as error:
            status = int(error.status or 0)
            _log(name, status, error)
            outcome = _outcome(status)
            CALLS.labels(name, outcome.value).inc()
            is_final = outcome is Outcome.REFUSED
            raise LineAway(f"{name}: {status}", is_final=is_final) from error
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            CALLS.labels(name, Outcome.UNKNOWN.value).inc()
            raise LineAway(f"{name}: {type(error).__name__}") from error
        CALLS.labels(name, Outcome.ACCEPTED.value).inc()
        return answer


def _outcome(status: int) -> Outcome:
    """What a status means; texts are not stable, so only the number counts."""
    known = {
        # A retry key that LINE has seen: it has the message already.
        409: Outcome.ACCEPTED,
        401: Outcome.UNAUTHORIZED,
        403: Outcome.UNAUTHORIZED,
        429: Outcome.BUSY,
    }
    is_clients_fault = 400 <= status < 500  # noqa: PLR2004 -- HTTP's classes
    return known.get(status, Outcome.REFUSED if is_clients_fault else Outcome.UNKNOWN)


def _log(name: str, status: int, error: ApiException) -> None:
    """LINE keeps no logs for us; its request id is what its support asks for."""
    request_id = (error.headers or {}).get("x-line-request-id", "none")
    logger.warning("LINE %s: status %d, request %s", name, status, request_id)
