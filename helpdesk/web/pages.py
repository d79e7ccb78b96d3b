"""What all pages share: templates, security headers, the token against forged forms."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from helpdesk.bootstrap import Helpdesk

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
    " connect-src 'self'; form-action 'self' {forms_lead_to}; base-uri 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


class PageWords(Protocol):
    """What a page of one sentence says."""

    @property
    def title(self) -> str: ...
    @property
    def sentence(self) -> str: ...
    @property
    def next(self) -> str: ...


class SecurityHeaders:
    """Adds the headers that every answer carries; pages are not kept in caches."""

    def __init__(self, app: ASGIApp, forms_lead_to: str) -> None:
        """`forms_lead_to`: the other host on which a form may end, LINE's."""
        self._app = app
        policy = _POLICY.format(forms_lead_to=forms_lead_to)
        headers = _HEADERS | {"content-security-policy": policy}
        self._headers = [
            (key.encode(), value.encode()) for key, value in headers.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                # What an answer says itself is not said twice, and stricter.
                own = {name for name, _ in headers}
                headers += [each for each in self._headers if each[0] not in own]
                if b"cache-control" not in own:
                    kept = "/static/" in scope["path"]
                    value = b"max-age=300" if kept else b"no-store"
                    headers.append((b"cache-control", value))
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Pages:
    """Renders templates with what they all need."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._helpdesk = helpdesk
        # StrictUndefined: a forgotten value is an error here, not a gap in a page.
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
        )

    def render(
        self, request: Request, template: str, status: int = 200, **context: Any
    ) -> Response:
        catalog = self._helpdesk.catalog
        brand = {
            "name": catalog.brand.name,
            "carrier": catalog.brand.carrier,
            "hours": catalog.business_hours.shown,
        }
        shared = {
            "brand": brand,
            "csrf": csrf_token(request),
            "error": None,
            "sample": not self._helpdesk.settings.is_production,
        }
        content = self._templates.get_template(template).render(shared | context)
        return HTMLResponse(content, status)

    def sorry(
        self,
        request: Request,
        words: PageWords,
        status: int,
        next_url: str = "/chat",
    ) -> Response:
        """A page that says in one sentence what is wrong, and where to go on."""
        return self.render(
            request,
            "error.html",
            status,
            title=words.title,
            sentence=words.sentence,
            next_label=words.next,
            next_url=next_url,
        )


def csrf_token(request: Request) -> str:
    """The session's token, which every form must send back."""
    token = request.session.setdefault("csrf", secrets.token_urlsafe(24))
    return str(token)


def is_forged(request: Request, form: FormData) -> bool:
    """Whether the form lacks the session's token."""
    return not secrets.compare_digest(
        str(form.get("csrf", "")).encode(), csrf_token(request).encode()
    )


def field(form: FormData, name: str) -> str:
    """A text field; empty if it is absent or a file."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""


def address_of(request: Request) -> str | None:
    """The network address of the caller, for the limit on tries."""
    return request.client.host if request.client else None
