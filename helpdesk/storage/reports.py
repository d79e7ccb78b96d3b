"""The rows that a report is made of, read for a span at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from helpdesk.domain.desk_load import Presence, WordPassed
from helpdesk.domain.dialogues import Said
from helpdesk.domain.handoff import HandoffMove, HandoffRequest
from helpdesk.domain.reports import REACH, About, Facts, Survey
from helpdesk.domain.span import Span
from helpdesk.domain.staff import Status
from helpdesk.storage import desk_tables, tables
from helpdesk.storage.handoffs import as_request
from helpdesk.storage.lessons import is_for_bot

_inbox = tables.inbox
_messages = tables.messages
_requests = tables.handoff_requests
_audit = tables.audit
_presences = desk_tables.presences
_surveys = desk_tables.surveys

_OPERATOR = "operator:"
_TAKEN = {
    f"handoff_{move.value}" for move in (HandoffMove.CLAIM, HandoffMove.CALL_BACK)
}
_GIVEN_BACK = {
    f"handoff_{move.value}" for move in (HandoffMove.RELEASE, HandoffMove.RESOLVE)
}
_PASSED = "handoff_pass"

# Of the gateway's own payloads, those that a customer's act has caused; the others are
# news from a page or from the desk.
_NEWS = "/EXTERNAL_%"
_ACTS = tuple(
    f"/EXTERNAL_{act}"
    for act in (
        *("password_typed", "empty_message", "no_words", "other_language"),
        *("button_expired", "sticker", "content", "end_handoff"),
    )
)


class ReportTables:
    """Reads only. It goes through the rows once, whatever their number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def facts(self, span: Span) -> Facts:
        """What happened in the span and within REACH of it."""
        wide = Span(span.start - REACH, span.end + REACH)
        return Facts(
            list(self._said(wide)),
            self._handoffs(wide),
            list(self._moves(wide)),
            self._presence(span),
            self._survey(span),
        )

    def _said(self, wide: Span) -> Iterator[Said]:
        payload = _inbox.c.payload
        is_theirs = or_(payload.is_(None), payload.not_like(_NEWS), payload.in_(_ACTS))
        columns = (_inbox.c.id, _inbox.c.customer, _inbox.c.received_at)
        query = select(
            *columns,
            _inbox.c.intent,
            and_(_inbox.c.text.is_not(None), is_for_bot()).label("is_text"),
        ).where(_in(_inbox.c.received_at, wide), is_theirs)
        rows = self._connection.execute(query).all()
        answered = self._answered([row.id for row in rows])
        for row in rows:
            yield Said(
                row.customer,
                row.received_at,
                row.intent,
                bool(row.is_text),
                row.id in answered,
            )

    def _answered(self, items: Sequence[int]) -> set[int]:
        """Those to which the bot has said something."""
        if not items:
            return set()
        turn = _messages.c.turn
        query = select(turn).where(
            _messages.c.author == "bot", turn >= min(items), turn <= max(items)
        )
        return set(self._connection.scalars(query.distinct()))

    def _handoffs(self, wide: Span) -> list[HandoffRequest]:
        touches = or_(
            _in(_requests.c.requested_at, wide),
            _in(_requests.c.claimed_at, wide),
            _in(_requests.c.desk_closed_at, wide),
        )
        query = select(_requests).where(touches).order_by(_requests.c.id)
        return [as_request(row) for row in self._connection.execute(query)]

    def _moves(self, wide: Span) -> Iterator[WordPassed]:
        """From the log, which keeps what a request forgets when a talk moves on."""
        query = (
            select(_audit)
            .where(
                _in(_audit.c.at, wide),
                _audit.c.action.in_({*_TAKEN, *_GIVEN_BACK, _PASSED}),
            )
            .order_by(_audit.c.id)
        )
        for row in self._connection.execute(query):
            operator = None
            if row.action in _TAKEN:
                operator = row.actor.removeprefix(_OPERATOR)
            elif row.action == _PASSED:
                operator = row.detail["to"]
            yield WordPassed(row.subject, row.at, operator)

    def _presence(self, span: Span) -> list[Presence]:
        until = _presences.c.until
        query = select(_presences).where(
            _presences.c.status == Status.AVAILABLE.value,
            _presences.c.since < span.end,
            or_(until.is_(None), until > span.start),
        )
        return [
            Presence(row.operator, row.since, row.until)
            for row in self._connection.execute(query.order_by(_presences.c.id))
        ]

    def _survey(self, span: Span) -> list[Survey]:
        query = select(_surveys).where(_in(_surveys.c.asked_at, span))
        return [
            Survey(
                row.customer,
                About(row.about),
                row.asked_at,
                row.operator,
                row.request,
                row.score,
            )
            for row in self._connection.execute(query.order_by(_surveys.c.id))
        ]


def _in(column: ColumnElement[object], span: Span) -> ColumnElement[bool]:
    return and_(column >= span.start, column < span.end)
