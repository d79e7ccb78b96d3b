"""The reports of a span of days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.reports import Grouping, Report, report
from helpdesk.domain.span import Span
from helpdesk.services.ports import Clock, Store


class BadPeriod(ValueError):
    """The last day comes before the first, or there are too many days."""


@dataclass(frozen=True)
class PeriodReport:
    """A report on whole days, both included. `names`: of operators, by id."""

    first: date
    last: date
    grouping: Grouping
    report: Report
    names: Mapping[str, str]


class ReportService:
    """Reads once and counts in memory; call it in a thread."""

    def __init__(
        self, store: Store, wishes: Collection[str], longest_days: int, clock: Clock
    ) -> None:
        """`wishes`: the intents that customers come for."""
        self._store = store
        self._wishes = wishes
        self._longest_days = longest_days
        self._clock = clock

    def today(self) -> date:
        """The day in Japan."""
        return japan_day(self._clock())

    def of_days(self, first: date, last: date, grouping: Grouping) -> PeriodReport:
        """The report on these days of Japan, both included. Raises BadPeriod."""
        if not 0 <= (last - first).days < self._longest_days:
            raise BadPeriod
        span = Span.of_days(first, last)
        with self._store.reading() as unit:
            facts = unit.reports.facts(span)
            names = {each.id: each.name for each in unit.operators.all()}
        found = report(facts, span, grouping, self._clock(), self._wishes)
        return PeriodReport(first, last, grouping, found, names)
