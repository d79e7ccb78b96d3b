"""Surveys: each is asked once, and takes one score and one comment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from helpdesk.services.desk_ports import Survey
from helpdesk.storage import desk_tables

_surveys = desk_tables.surveys


class SurveyTable:
    """What customers were asked after a talk, and what they answered."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(
        self,
        customer: str,
        about: str,
        at: datetime,
        operator: str | None = None,
        request: int | None = None,
    ) -> int:
        """The survey's id."""
        result = self._connection.execute(
            insert(_surveys).values(
                customer=customer,
                about=about,
                asked_at=at,
                operator=operator,
                request=request,
            )
        )
        key = result.inserted_primary_key
        return 0 if key is None else int(key[0])

    def get(self, survey: int) -> Survey | None:
        return self._first(select(_surveys).where(_surveys.c.id == survey))

    def last(self, customer: str) -> Survey | None:
        """What the customer was asked last."""
        query = select(_surveys).where(_surveys.c.customer == customer)
        return self._first(query.order_by(_surveys.c.id.desc()))

    def of_request(self, request: int) -> Survey | None:
        return self._first(select(_surveys).where(_surveys.c.request == request))

    def score(self, survey: int, score: int, at: datetime) -> bool:
        """False if it has a score already: the first one stays."""
        is_open = (_surveys.c.id == survey, _surveys.c.score.is_(None))
        return self._update(is_open, {"score": score, "answered_at": at})

    def comment(self, survey: int, text: str, event_id: str) -> bool:
        """False if it has a comment already: the first one stays."""
        is_open = (_surveys.c.id == survey, _surveys.c.comment.is_(None))
        return self._update(is_open, {"comment": text, "event_id": event_id})

    def erase(self, event_id: str, shown: str) -> None:
        """Take back the comment that this event brought."""
        self._update((_surveys.c.event_id == event_id,), {"comment": shown})

    def _update(self, chosen: tuple[Any, ...], values: dict[str, Any]) -> bool:
        statement = update(_surveys).where(*chosen).values(**values)
        return self._connection.execute(statement).rowcount > 0

    def _first(self, query: Select[Any]) -> Survey | None:
        row = self._connection.execute(query.limit(1)).one_or_none()
        return None if row is None else _as_survey(row)


def _as_survey(row: Row[Any]) -> Survey:
    return Survey(
        row.id,
        row.customer,
        row.about,
        row.operator,
        row.request,
        row.asked_at,
        row.score,
        row.comment,
    )
