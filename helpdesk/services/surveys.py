"""Surveys: asked after a talk with an operator or after the bot's help, once each."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from helpdesk.domain.handoff import CloseReason, HandoffRequest
from helpdesk.services.desk_ports import Survey
from helpdesk.services.ports import Clock, Store, Unit


class SurveyService:
    """A customer answers only what that customer was asked."""

    def __init__(self, store: Store, pause: timedelta, clock: Clock) -> None:
        """`pause`: so long after any survey, the bot asks for nothing of its own."""
        self._store = store
        self._pause = pause
        self._clock = clock

    def ended(self, customer: str) -> HandoffRequest | None:
        """The customer's talk, or wait for one, that ended last; None if none did."""
        with self._store.reading() as unit:
            return _ended(unit, customer)

    def ask(self, customer: str, about: Literal["operator", "bot"]) -> int | None:
        """The survey to ask now; None if this is not the moment.

        After a talk with an operator, always, and the same one again until it has a
        score; about the bot, not within the pause.
        """
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            if about == "operator":
                return self._ask_about_talk(unit, customer)
            last = unit.surveys.last(customer)
            now = self._clock()
            if last is not None and now - last.asked_at < self._pause:
                return None
            return unit.surveys.add(customer, about, now)

    def score(self, customer: str, survey: int, score: int) -> bool:
        """Keep the score; False if there is one, which stays, or nothing was asked."""
        with self._store.writing() as unit:
            if _asked(unit, customer, survey) is None:
                return False
            return unit.surveys.score(survey, score, self._clock())

    def takes_comment(self, customer: str, survey: int) -> bool:
        """Whether a word may be added still."""
        with self._store.reading() as unit:
            asked = _asked(unit, customer, survey)
        return asked is not None and asked.comment is None

    def comment(self, customer: str, survey: int, text: str, event_id: str) -> None:
        """Keep the customer's first word, unless it was taken back meanwhile."""
        with self._store.writing() as unit:
            unit.locks.conversations(customer)
            if unit.erasures.is_requested(event_id):
                return
            if _asked(unit, customer, survey) is not None:
                unit.surveys.comment(survey, text, event_id)

    def _ask_about_talk(self, unit: Unit, customer: str) -> int | None:
        talk = _ended(unit, customer)
        if talk is None or talk.close_reason is CloseReason.LEFT_QUEUE:
            return None
        asked = unit.surveys.of_request(talk.id)
        if asked is not None:
            return asked.id if asked.score is None else None
        return unit.surveys.add(
            customer, "operator", self._clock(), talk.operator, talk.id
        )


def _ended(unit: Unit, customer: str) -> HandoffRequest | None:
    """Requests that were merged into another are no talk of their own."""
    closed = [
        (each.closed_at, each.id, each)
        for each in unit.handoffs.of_customer(customer)
        if each.closed_at is not None and each.close_reason is not CloseReason.MERGED
    ]
    return max(closed)[2] if closed else None


def _asked(unit: Unit, customer: str, survey: int) -> Survey | None:
    found = unit.surveys.get(survey)
    return found if found is not None and found.customer == customer else None
