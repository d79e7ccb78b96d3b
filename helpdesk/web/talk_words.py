"""One talk as the templates show it: what was said, and the context card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import HandoffRequest, RequestState, Speaker
from helpdesk.domain.japan_time import in_japan
from helpdesk.domain.privacy import SecretKind, find_tokens, replace_tokens
from helpdesk.domain.staff import Operator, Status
from helpdesk.services.desk_view import KnownSubscription, TalkView
from helpdesk.services.ports import Message
from helpdesk.web.console_words import ConsoleWords, shown

# Passwords are not kept at all: there is nothing to show.
_NOT_KEPT = f"[{SecretKind.PASSWORD.value}:"


class TalkWords:
    """Everything that is read from the catalog for an open talk."""

    def __init__(self, helpdesk: Helpdesk, words: ConsoleWords) -> None:
        self._catalog = helpdesk.catalog
        self._says = self._catalog.desk.console
        self._days = self._catalog.wording.as_day_format()
        self._words = words

    def talk(
        self,
        view: TalkView,
        colleagues: Sequence[Operator],
        operator: Operator,
        quotes: str = "",
    ) -> dict[str, Any]:
        """A conversation with its context card; `quotes`: the line to be answered."""
        conversation, request = view.conversation, view.request
        names = {each.id: each.name for each in [*colleagues, operator]}
        is_open = request is not None and request.closed_at is None
        return {
            "customer": conversation.customer,
            "name": self._words.name_of(conversation.customer),
            "channel": self._words.channel(conversation.channel),
            "speaker": conversation.speaker.value,
            "speaker_name": names.get(conversation.operator or "", ""),
            "may_write": view.may_write,
            "may_take": is_open and conversation.speaker is not Speaker.OPERATOR,
            "is_held": is_open and request is not None and request.held_at is not None,
            "request": self._request(request) if is_open and request else None,
            "requests": [self._past(each, names) for each in view.requests],
            "place": view.place,
            "lines": self._lines(view.messages, names),
            "quoting": self._quoting(view.messages, quotes),
            "notes": self._notes(view, names, operator),
            "labels": {
                label: label in view.labels for label in self._catalog.desk.labels
            },
            "subscriptions": [self._known(each) for each in view.subscriptions],
            "is_carrier_away": view.is_carrier_away,
            "last_failure": self._failure(view),
            "locked_until": view.locked_until and self._days.time(view.locked_until),
            "colleagues": _present(colleagues),
            "statuses": self._words.statuses,
            "roles": {
                role.value: name for role, name in self._catalog.wording.roles.items()
            },
        }

    def _notes(
        self, view: TalkView, names: dict[str, str], operator: Operator
    ) -> list[dict[str, Any]]:
        return [
            {
                "id": each.id,
                "by": names.get(each.operator, each.operator),
                "is_mine": each.operator == operator.id,
                "text": each.text,
                "at": self._days.moment(each.at),
            }
            for each in view.notes
        ]

    def _request(self, request: HandoffRequest) -> dict[str, Any]:
        return {
            "kind": request.kind.value,
            "reason": self._words.reason(request.reason),
            "wish": self._words.wish(request.wish),
            "is_trouble": request.is_trouble,
            "at": self._days.moment(request.requested_at),
            "text": request.text and self._masked(request.text),
        }

    def _past(self, request: HandoffRequest, names: dict[str, str]) -> dict[str, Any]:
        """Any request, as a line of the customer's history."""
        ended = request.state.value
        if request.state is RequestState.RESOLVED and request.close_reason:
            ended = request.close_reason.value
        return self._request(request) | {
            "state": self._says.requests.get(ended, ended),
            "operator": names.get(request.operator or "", request.operator),
        }

    def _failure(self, view: TalkView) -> dict[str, str] | None:
        if view.last_failure is None:
            return None
        kind, at = view.last_failure
        what = self._says.failures.get(kind, kind)
        return {"what": what, "at": self._days.moment(at)}

    def _lines(
        self, messages: Sequence[Message], names: dict[str, str]
    ) -> list[dict[str, Any]]:
        by_id = {each.id: each for each in messages}
        return [
            {
                "id": each.id,
                "author": each.author,
                "who": names.get(each.operator or "", "")
                or self._says.authors.get(each.author, each.author),
                "parts": self._parts(each.text),
                "preview": self._words.preview(each),
                "day": self._days.day(in_japan(each.at).date()),
                "time": self._days.time(each.at),
                "at": each.at.isoformat(),
                "buttons": [button.label for button in each.buttons],
                "content": each.content and each.content[0],
                "quoted": self._words.preview(by_id.get(each.quotes or 0)),
                "ng_words": self._words.ng_words(each),
            }
            for each in messages
        ]

    def _quoting(
        self, messages: Sequence[Message], quotes: str
    ) -> dict[str, Any] | None:
        for each in messages:
            if str(each.id) == quotes and each.author == "customer":
                return {"id": each.id, "text": self._words.preview(each)}
        return None

    def _known(self, known: KnownSubscription) -> dict[str, Any]:
        found, opens = known.subscription, known.eligibility
        if opens.is_open:
            eligible = self._says.eligible
        elif opens.opens_on is None:
            eligible = self._says.no_date
        else:
            day = self._days.day(opens.opens_on)
            eligible = self._says.eligible_from.format(day=day)
        return {
            "id": found.id,
            "last4": found.number_last4,
            "order": self._catalog.wording.order.of(found.order),
            "eligible": eligible,
            "end_user": self._says.end_user_is_holder
            if found.end_user_is_holder
            else self._says.end_user_is_other,
            "reissues_left": known.reissues_left,
            "links": [
                {
                    "id": link.id,
                    "role": link.role.value,
                    "name": self._catalog.wording.roles[link.role],
                    "since": self._days.moment(link.linked_at),
                }
                for link in known.links
            ],
        }

    def _masked(self, text: str) -> str:
        return shown(replace_tokens(text, self._catalog.wording.masked))

    def _parts(self, text: str) -> list[dict[str, str | None]]:
        """The text in parts; a part that the vault keeps has its `token`."""
        parts: list[dict[str, str | None]] = []
        rest = text
        for token in find_tokens(text):
            before, _, rest = rest.partition(token)
            parts += [{"text": shown(before), "token": None}]
            is_kept = not token.startswith(_NOT_KEPT)
            parts += [
                {"text": self._masked(token), "token": token if is_kept else None}
            ]
        parts += [{"text": shown(rest), "token": None}]
        return [each for each in parts if each["text"]]


def _present(colleagues: Sequence[Operator]) -> list[dict[str, str]]:
    """Those to whom a talk can be passed, the available ones first."""
    return [
        {"id": each.id, "name": each.name, "status": each.status.value}
        for status in (Status.AVAILABLE, Status.AWAY)
        for each in colleagues
        if each.status is status
    ]
