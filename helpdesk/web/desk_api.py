"""One talk as JSON, for other programs of the centre; the lists are the console's."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Permission
from helpdesk.services.desk_view import TalkView, UnknownCustomer
from helpdesk.web.staff_pages import StaffPages, Visit


class DeskApi:
    """Reads with the permission, and the audit, of the console."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._helpdesk = helpdesk
        self._pages = pages

    def routes(self) -> list[Route]:
        talk = self._pages.guarded(self.talk, Permission.SEE_TALKS)
        return [Route("/api/talks/{customer}", talk)]

    async def talk(self, visit: Visit) -> Response:
        """Who speaks, and all lines; secrets stay tokens."""
        customer = str(visit.request.path_params["customer"])
        look = self._helpdesk.desk_view.look
        try:
            view = await run_in_threadpool(look, customer, visit.operator.id)
        except UnknownCustomer:
            return JSONResponse({"error": "customer"}, 404)
        return JSONResponse(_as_json(view))


def _as_json(view: TalkView) -> dict[str, Any]:
    return {
        "customer": view.conversation.customer,
        "speaker": view.conversation.speaker.value,
        "operator": view.conversation.operator,
        "lines": [
            {
                "id": each.id,
                "author": each.author,
                "operator": each.operator,
                "text": each.text,
                "at": each.at.isoformat(),
            }
            for each in view.messages
        ],
    }
