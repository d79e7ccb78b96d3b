"""The desk as the templates show it: lists, names, marks, ready answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import HandoffRequest
from helpdesk.domain.messages import folded
from helpdesk.domain.ng_words import ng_words_in
from helpdesk.domain.privacy import replace_tokens
from helpdesk.domain.staff import Operator, Status
from helpdesk.services.desk_view import DeskLine, Overview
from helpdesk.services.ports import Message

_SPACES = re.compile(r"\s+")
_PREVIEW = 60
_LONGEST_NAME = 12
_GOOD_MATCH = 60
# A word in the text of a ready answer counts for less than in its title.
_IN_TEXT = 0.9
# A link page opens for whoever has its address: that is the customer alone.
_ONE_TIME = re.compile(r"(/link/[a-z-]+\?t=)[\w-]+")


class ConsoleWords:
    """Everything that is read from the catalog for the lists, and for both."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._catalog = helpdesk.catalog
        self._says = self._catalog.desk.console
        self._days = self._catalog.wording.as_day_format()
        self.statuses = {each.value: self._says.statuses[each] for each in Status}

    def refused(self, why: str, **gaps: str) -> str:
        """The sentence for an act that was not done."""
        return self._says.refused[why].format(**gaps)

    def listed(self, words: Sequence[str]) -> str:
        return self._catalog.wording.list_separator.join(words)

    def canned(self, words: str, operator: Operator) -> list[dict[str, str]]:
        """The ready answers, the best match first; all of them for no words."""
        gaps = {
            "name": operator.name,
            "hours": self._catalog.business_hours.shown,
        }
        answers = [
            {"title": each.title, "text": each.text.format(**gaps)}
            for each in self._catalog.canned_answers.values()
        ]
        asked = folded(words).split()
        ranked = [(_fit(asked, each["title"], each["text"]), each) for each in answers]
        ranked.sort(key=lambda pair: -pair[0])
        return [each for fit, each in ranked if fit >= _GOOD_MATCH]

    def desk(self, overview: Overview, operator: Operator) -> dict[str, Any]:
        """The lists, as this operator sees them."""
        lines = [self._line(each, overview) for each in overview.talks]
        waiting = [
            self._line(each, overview)
            | {"is_mine": each.request.assigned_to == operator.id}
            for each in overview.waiting
        ]
        return {
            "now": overview.now.isoformat(),
            "pushes_held": overview.pushes_held,
            "is_open": overview.hours.is_open,
            "opens_at": self._days.moment(overview.hours.opens_at),
            "mine": [each for each in lines if each["operator"] == operator.id],
            "waiting": waiting,
            "others": [each for each in lines if each["operator"] != operator.id],
            "ended": [self._ended(each, overview) for each in overview.ended],
            "bot_talks": [
                {"customer": each, "name": self.name_of(each)}
                for each in overview.bot_talks
            ],
            "operators": self._operators(overview),
            "me": next(
                (
                    each.status.value
                    for each in overview.operators
                    if each.id == operator.id
                ),
                operator.status.value,
            ),
        }

    def _operators(self, overview: Overview) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "name": each.name,
                "status": each.status.value,
                "talks": overview.loads.get(each.id, 0),
            }
            for each in overview.operators
        ]

    def _line(self, line: DeskLine, overview: Overview) -> dict[str, Any]:
        request, since = line.request, line.waits_since
        return {
            "customer": request.customer,
            "name": self.name_of(request.customer),
            "channel": self.channel(line.channel),
            "kind": request.kind.value,
            "reason": self.reason(request.reason),
            "wish": self.wish(request.wish),
            "is_trouble": request.is_trouble,
            "place": line.place.place if line.place else None,
            "since": since.isoformat() if since else None,
            "waited": _minutes(since, overview.now),
            "is_mine": False,
            "is_alert": request.alerted_at is not None,
            "is_held": request.held_at is not None,
            "operator": request.operator,
            "operator_name": _name_in(overview, request.operator),
            "labels": line.labels,
            "preview": self.preview(line.last),
            "has_ng_words": bool(self.ng_words(line.last)),
        }

    def _ended(
        self, request: HandoffRequest, overview: Overview
    ) -> dict[str, str | None]:
        closed_at = request.closed_at
        return {
            "customer": request.customer,
            "name": self.name_of(request.customer),
            "operator": _name_in(overview, request.operator),
            "at": None if closed_at is None else self._days.moment(closed_at),
        }

    def as_json(self, overview: Overview) -> dict[str, Any]:
        """The lists for other programs: keys, no texts of customers."""
        return {
            "is_open": overview.hours.is_open,
            "opens_at": overview.hours.opens_at.isoformat(),
            "waiting": [_json_line(each) for each in overview.waiting],
            "talks": [_json_line(each) for each in overview.talks],
            "operators": [
                {
                    "id": each.id,
                    "status": each.status.value,
                    "talks": overview.loads.get(each.id, 0),
                }
                for each in overview.operators
            ],
        }

    # --- Names and marks, for the lists and the talk ----------------------------------

    def name_of(self, customer: str) -> str:
        """A short name: the end of a key that nobody could read out."""
        return customer if len(customer) <= _LONGEST_NAME else f"…{customer[-6:]}"

    def channel(self, channel: str) -> str:
        return self._says.channels.get(channel, channel)

    def reason(self, reason: str) -> str:
        return self._catalog.desk.reasons.get(reason, reason)

    def wish(self, wish: str | None) -> str | None:
        return wish and self._catalog.wishes.labels.get(wish, wish)

    def preview(self, line: Message | None) -> str:
        """The beginning of what was said, on one line, secrets by their kind."""
        if line is None:
            return ""
        text = replace_tokens(line.text, self._catalog.wording.masked)
        return _SPACES.sub(" ", shown(text))[:_PREVIEW]

    def ng_words(self, line: Message | None) -> list[str]:
        """The words that a customer's line is marked for."""
        if line is None or line.author != "customer":
            return []
        return ng_words_in(line.text, self._catalog.desk.ng_words.customer)


def _fit(asked: Sequence[str], title: str, text: str) -> float:
    """How well a ready answer fits all words, up to 100; for no words it does."""
    fits = [
        max(
            fuzz.partial_ratio(word, folded(title)),
            _IN_TEXT * fuzz.partial_ratio(word, folded(text)),
        )
        for word in asked
    ]
    return sum(fits) / len(fits) if fits else 100.0


def shown(text: str) -> str:
    """The text without what opens a customer's one-time page."""
    return _ONE_TIME.sub(r"\1…", text)


def _name_in(overview: Overview, operator: str | None) -> str | None:
    names = {each.id: each.name for each in overview.operators}
    return names.get(operator or "", operator)


def _minutes(since: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds() // 60))


def _json_line(line: DeskLine) -> dict[str, Any]:
    request = line.request
    return {
        "customer": request.customer,
        "kind": request.kind.value,
        "reason": request.reason,
        "wish": request.wish,
        "place": line.place.place if line.place else None,
        "minutes": line.place.minutes if line.place else None,
        "assigned_to": request.assigned_to,
        "operator": request.operator,
        "since": request.requested_at.isoformat(),
    }
