"""Sentences that the bot had no answer to: a supervisor says what they mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Permission
from helpdesk.services.lessons import UNANSWERED, UnknownIntent, UnknownSentence
from helpdesk.web.pages import field
from helpdesk.web.staff_pages import StaffPages, Visit

_ADDRESS = "/unanswered"
# The form's values that are no intents.
_IGNORE, _UNDO = "-", "undo"
_SHOWN = ("open", "done")
_LONGEST_ID = 18


@dataclass(frozen=True)
class _Place:
    """Which list, and where in it. `done`: the sentence that was decided last."""

    kind: str
    show: str
    page: int
    done: int | None = None

    def address(self, **changed: object) -> str:
        query = {"kind": self.kind, "show": self.show, "page": self.page} | changed
        return f"{_ADDRESS}?{urlencode(query)}"


class UnansweredPages:
    """The list, the decisions, and the file for Rasa."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._helpdesk = helpdesk
        self._pages = pages
        labels = helpdesk.catalog.reports.intents | helpdesk.catalog.wishes.labels
        self._labels = labels
        # A wish has a label that customers read; the rest is named technically too.
        self._choices = [
            (intent, labels[intent], intent in helpdesk.catalog.wishes.labels)
            for intent in helpdesk.lessons.intents
        ]

    def routes(self) -> list[Route]:
        guarded, may = self._pages.guarded, Permission.TEACH
        return [
            Route(_ADDRESS, guarded(self.page, may), methods=["GET"]),
            Route(_ADDRESS, guarded(self.decide, may), methods=["POST"]),
            Route(f"{_ADDRESS}.yml", guarded(self.file, may)),
        ]

    async def page(self, visit: Visit) -> Response:
        """The sentences, equal ones together, the newest first."""
        query = visit.request.query_params
        place = _Place(
            _one_of(UNANSWERED, query.get("kind")),
            _one_of(_SHOWN, query.get("show")),
            _number(query.get("page")) or 1,
            _number(query.get("done")),
        )
        everything = await run_in_threadpool(
            self._helpdesk.lessons.unanswered, place.kind
        )
        wants_done = place.show == "done"
        listed = [each for each in everything if bool(each.lesson) == wants_done]
        size = self._helpdesk.catalog.reports.page_size
        pages = max(1, math.ceil(len(listed) / size))
        place = _Place(place.kind, place.show, min(place.page, pages), place.done)
        first = (place.page - 1) * size
        done = next((each for each in everything if each.item == place.done), None)
        return self._pages.render(
            "unanswered.html",
            visit.session,
            place=place,
            kinds=UNANSWERED,
            sentences=listed[first : first + size],
            count=len(listed),
            left=sum(each.lesson is None for each in everything),
            taught=sum(bool(each.lesson and each.lesson.intent) for each in everything),
            pages=pages,
            done=done if done and done.lesson else None,
            choices=self._choices,
            labels=self._labels,
            days=self._helpdesk.catalog.wording.as_day_format(),
        )

    async def decide(self, visit: Visit) -> Response:
        """Assign an intent, none, or take the decision back; then the list again."""
        place = _Place(
            _one_of(UNANSWERED, field(visit.form, "kind")),
            _one_of(_SHOWN, field(visit.form, "show")),
            _number(field(visit.form, "page")) or 1,
        )
        item, intent = _number(field(visit.form, "item")), field(visit.form, "intent")
        if not item or not intent:
            return RedirectResponse(place.address(), 303)
        lessons = self._helpdesk.lessons
        try:
            if intent == _UNDO:
                await run_in_threadpool(lessons.undo, item, visit.operator)
                return RedirectResponse(place.address(), 303)
            meaning = None if intent == _IGNORE else intent
            decided = await run_in_threadpool(
                lessons.teach, item, meaning, visit.operator
            )
        except (UnknownSentence, UnknownIntent):
            return self._pages.sorry(visit.session, 404, "not_found")
        return RedirectResponse(place.address(done=decided), 303)

    async def file(self, visit: Visit) -> Response:
        """What was taught, as a file for data/nlu."""
        write = self._helpdesk.lessons.training_data
        text = await run_in_threadpool(write, visit.operator)
        headers = {"content-disposition": 'attachment; filename="lessons.yml"'}
        return Response(text, media_type="application/yaml", headers=headers)


def _one_of(known: tuple[str, ...], asked: str | None) -> str:
    """The first one is usual."""
    return asked if asked in known else known[0]


def _number(text: str | None) -> int | None:
    """A number from 1; None for anything else."""
    is_number = text is not None and text.isascii() and text.isdigit()
    if text is None or not is_number or len(text) > _LONGEST_ID:
        return None
    return int(text) or None
