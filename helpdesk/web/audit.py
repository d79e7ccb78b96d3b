"""The audit log, for supervisors: who did what to whom, the newest first."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.japan_time import in_japan
from helpdesk.domain.staff import Permission
from helpdesk.services.audit_trail import AuditQuestion
from helpdesk.services.staff_ports import AuditEntry
from helpdesk.web.staff_pages import StaffPages, Visit

_FIELDS = ("who", "whom", "act", "day")


class AuditPages:
    """One page; what is looked for stands in the address, so that it can be kept."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._trail = helpdesk.audit_trail
        self._pages = pages

    def routes(self) -> list[Route]:
        guarded = self._pages.guarded(self.audit, Permission.SEE_AUDIT)
        return [Route("/audit", guarded)]

    async def audit(self, visit: Visit) -> Response:
        return await run_in_threadpool(self._show, visit)

    def _show(self, visit: Visit) -> Response:
        query = visit.request.query_params
        asked = {name: query.get(name, "").strip() for name in _FIELDS}
        before = query.get("before", "")
        question = AuditQuestion(
            asked["who"], asked["whom"], asked["act"], _day(asked["day"])
        )
        page = self._trail.page(
            visit.operator, question, int(before) if _is_key(before) else None
        )
        kept = {name: value for name, value in asked.items() if value}
        older = None
        if page.older is not None:
            older = "/audit?" + urlencode(kept | {"before": page.older})
        return self._pages.render(
            *("audit.html", visit.session),
            entries=[_row(each) for each in page.entries],
            names=page.names,
            known_acts=page.acts,
            asked=asked,
            older=older,
            newest="/audit?" + urlencode(kept) if before else None,
        )


def _row(entry: AuditEntry) -> dict[str, Any]:
    """`kind` and `actor`: `operator` and `op1`; the kind is empty for a machine."""
    kind, _, actor = entry.actor.rpartition(":")
    return {
        "at": f"{in_japan(entry.at):%Y-%m-%d %H:%M:%S}",
        "kind": kind,
        "actor": actor,
        "action": entry.action,
        "subject": entry.subject,
        "detail": entry.detail,
    }


def _day(text: str) -> date | None:
    """None if it is empty, or no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_key(text: str) -> bool:
    """Whether this can be an entry's id; longer ones do not fit the column."""
    return text.isascii() and text.isdecimal() and len(text) < 10  # noqa: PLR2004 -- digits of a 32-bit id
