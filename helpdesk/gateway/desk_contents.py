"""Images and files that customers sent on LINE, fetched when an operator looks."""

from __future__ import annotations

from starlette.responses import Response

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway.line_client import LineClient
from helpdesk.services.account_link import LineAway

# Shown in the page; everything else is only ever saved to disk.
_SHOWN = {"image/jpeg", "image/png", "image/gif", "image/webp"}


class DeskContents:
    """Made inside the running event loop; `close` ends its connections."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        settings = helpdesk.settings
        self._client: LineClient | None = None
        if settings.line_channel_access_token:
            self._client = LineClient(
                settings.line_channel_access_token,
                settings.line_api_url,
                settings.line_api_data_url,
            )

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def fetch(self, content_id: str) -> Response:
        """The content; 404 if LINE does not have it (any more)."""
        if self._client is None:
            return Response(status_code=404)
        try:
            kind, content = await self._client.content(content_id)
        except LineAway as away:
            return Response(status_code=404 if away.is_final else 503)
        kind = kind.partition(";")[0].strip().lower()
        headers = {"cache-control": "private, no-store"}
        if kind not in _SHOWN:
            kind = "application/octet-stream"
            headers["content-disposition"] = "attachment"
        return Response(content, media_type=kind, headers=headers)
