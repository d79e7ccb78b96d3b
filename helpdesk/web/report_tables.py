"""The tables of a report: their columns, and how page, CSV and JSON show a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.figures import Figures
from helpdesk.domain.reports import Grouping, Row
from helpdesk.domain.span import HALF_HOUR
from helpdesk.services.reports import PeriodReport

# What stands for a share or a mean of nothing.
_NONE = "–"
# What a spreadsheet takes for the beginning of a formula, full width included.
_FORMULAS = tuple("=+-@＝＋－＠")
_CONTROLS = ("\t", "\r", "\n")


class Kind(StrEnum):
    """How a figure is written. `error` has a sign."""

    COUNT = "count"
    SHARE = "share"
    DURATION = "duration"
    ERROR = "error"
    SCORE = "score"
    RATIO = "ratio"


@dataclass(frozen=True)
class Column:
    """A figure of each row; its heading stands in the catalog under `key`."""

    key: str
    kind: Kind
    value: Callable[[Figures], float | None]

    def shown(self, figures: Figures) -> str:
        """The figure for people's eyes."""
        value = self.value(figures)
        return _NONE if value is None else _SHOWN[self.kind](value)

    def number(self, figures: Figures) -> float | None:
        """The figure for a spreadsheet: whole seconds, per cent with one decimal."""
        value = self.value(figures)
        if value is None:
            return None
        if self.kind is Kind.SHARE:
            return round(100 * value, 1)
        whole = self.kind in (Kind.COUNT, Kind.DURATION, Kind.ERROR)
        return round(value) if whole else round(value, 2)


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _with_sign(seconds: float) -> str:
    rounded = round(seconds)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + _minutes(abs(rounded))


_SHOWN: Mapping[Kind, Callable[[float], str]] = {
    Kind.COUNT: "{:,}".format,
    Kind.SHARE: "{:.1%}".format,
    Kind.DURATION: _minutes,
    Kind.ERROR: _with_sign,
    Kind.SCORE: "{:.2f}".format,
    Kind.RATIO: "{:.1f}".format,
}

_BOT = (
    Column("dialogues", Kind.COUNT, lambda each: each.bot.dialogues),
    Column("solved", Kind.COUNT, lambda each: each.bot.solved),
    Column("solution_rate", Kind.SHARE, lambda each: each.bot.solution_rate),
    Column("handed_over", Kind.COUNT, lambda each: each.bot.handed_over),
    Column("handoff_rate", Kind.SHARE, lambda each: each.bot.handoff_rate),
    Column("texts", Kind.COUNT, lambda each: each.bot.texts),
    Column("understood", Kind.COUNT, lambda each: each.bot.understood),
    Column("answer_rate", Kind.SHARE, lambda each: each.bot.answer_rate),
)
_QUEUE = (
    Column("requests", Kind.COUNT, lambda each: each.queue.requests),
    Column("taken", Kind.COUNT, lambda each: each.queue.taken),
    Column("abandoned", Kind.COUNT, lambda each: each.queue.abandoned),
    Column("still_waiting", Kind.COUNT, lambda each: each.queue.waiting),
    Column("taken_rate", Kind.SHARE, lambda each: each.queue.taken_rate),
    Column("abandonment_rate", Kind.SHARE, lambda each: each.queue.abandonment_rate),
    Column("wait_mean", Kind.DURATION, lambda each: each.queue.wait.mean),
    Column("wait_median", Kind.DURATION, lambda each: each.queue.wait.median),
    Column("wait_p90", Kind.DURATION, lambda each: each.queue.wait.p90),
    Column("wait_longest", Kind.DURATION, lambda each: each.queue.wait.longest),
    Column("estimate_error", Kind.ERROR, lambda each: each.queue.estimate_error),
    Column("estimate_miss", Kind.DURATION, lambda each: each.queue.estimate_miss),
)
_MESSAGES = (
    Column("messages_left", Kind.COUNT, lambda each: each.messages.left),
    Column("messages_taken", Kind.COUNT, lambda each: each.messages.taken),
    Column("messages_mean", Kind.DURATION, lambda each: each.messages.until_taken.mean),
    Column(
        "messages_longest",
        Kind.DURATION,
        lambda each: each.messages.until_taken.longest,
    ),
)
_OPERATOR_SCORES = (
    Column("operator_mean", Kind.SCORE, lambda each: each.operator_scores.mean),
    Column("operator_good", Kind.SHARE, lambda each: each.operator_scores.good_share),
    Column("operator_answered", Kind.COUNT, lambda each: each.operator_scores.answered),
    Column(
        "operator_answer_share",
        Kind.SHARE,
        lambda each: each.operator_scores.answer_share,
    ),
)
_BOT_SCORES = (
    Column("bot_mean", Kind.SCORE, lambda each: each.bot_scores.mean),
    Column("bot_good", Kind.SHARE, lambda each: each.bot_scores.good_share),
    Column("bot_answered", Kind.COUNT, lambda each: each.bot_scores.answered),
    Column("bot_answer_share", Kind.SHARE, lambda each: each.bot_scores.answer_share),
)
_AVAILABLE = (
    Column("available", Kind.DURATION, lambda each: each.load.available),
    Column("load", Kind.SHARE, lambda each: each.load.load),
)
_LOAD = (
    Column("talks", Kind.COUNT, lambda each: each.load.talks),
    Column("handling", Kind.DURATION, lambda each: each.load.handling),
    Column("busy", Kind.DURATION, lambda each: each.load.busy),
    Column("talks_at_once", Kind.RATIO, lambda each: each.load.talks_at_once),
)
_ALL = {
    "bot": _BOT,
    "queue": _QUEUE,
    "messages": _MESSAGES,
    "scores": _OPERATOR_SCORES + _BOT_SCORES,
    "load": _LOAD + _AVAILABLE,
}
TABLES: Mapping[Grouping, Mapping[str, Sequence[Column]]] = {
    Grouping.HALF_HOUR: _ALL,
    Grouping.DAY: _ALL,
    # Nobody is at the desk for one wish.
    Grouping.INTENT: _ALL | {"load": _LOAD},
    # What the bot does alone is no operator's.
    Grouping.OPERATOR: {
        key: columns for key, columns in _ALL.items() if key not in ("bot", "scores")
    }
    | {"scores": _OPERATOR_SCORES},
}


def columns_of(grouping: Grouping) -> list[Column]:
    """All columns, as the CSV file has them side by side."""
    return [each for columns in TABLES[grouping].values() for each in columns]


class Names:
    """How the rows of a report are named, in the catalog's words."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._words = helpdesk.catalog.reports
        self._days = helpdesk.catalog.wording.as_day_format()
        self._intents = self._words.intents | helpdesk.catalog.wishes.labels

    def intent(self, intent: str) -> str:
        """The label; the technical name if there is none."""
        return self._intents.get(intent, intent)

    @property
    def total(self) -> str:
        return self._words.total

    def first_column(self, found: PeriodReport) -> str:
        return self._words.rows[found.grouping]

    def heading(self, column: Column) -> str:
        """With its unit, for a file in which numbers have none."""
        name = self._words.columns[column.key]
        unit = self._words.units.get(column.kind.value)
        return self._words.with_unit.format(name=name, unit=unit) if unit else name

    def short(self, found: PeriodReport, row: Row) -> str:
        """For the axis of a chart."""
        if found.grouping is Grouping.HALF_HOUR and row.key is not None:
            return row.key
        return self.row(found, row)

    def row(self, found: PeriodReport, row: Row) -> str:
        """For people; days of the year are not repeated."""
        if found.grouping is Grouping.DAY and row.key is not None:
            return self._days.day(date.fromisoformat(row.key))
        return self.plain(found, row)

    def plain(self, found: PeriodReport, row: Row) -> str:
        """For a spreadsheet: days as it knows them."""
        if row.key is None:
            is_intent = found.grouping is Grouping.INTENT
            return self._words.no_intent if is_intent else self._words.no_operator
        if found.grouping is Grouping.HALF_HOUR:
            start = datetime.fromisoformat(f"{found.first.isoformat()} {row.key}")
            end = start + HALF_HOUR
            return self._words.half_hour.format(start=row.key, end=f"{end:%H:%M}")
        if found.grouping is Grouping.OPERATOR:
            return found.names.get(row.key, row.key)
        return row.key if found.grouping is Grouping.DAY else self.intent(row.key)


def rows_worth_showing(found: PeriodReport) -> list[Row]:
    """None if nothing happened; half-hours from the first to the last with figures."""
    if found.report.total == Figures():
        return []
    rows = list(found.report.rows)
    if found.grouping is not Grouping.HALF_HOUR:
        return rows
    full = [place for place, row in enumerate(rows) if row.figures != Figures()]
    return rows[full[0] : full[-1] + 1] if full else []


def csv_rows(found: PeriodReport, names: Names) -> Iterator[list[object]]:
    """Headings with their units, the rows, and the total at the end."""
    columns = columns_of(found.grouping)
    yield [names.first_column(found), *map(names.heading, columns)]
    for row in found.report.rows:
        yield [
            guarded(names.plain(found, row)),
            *(each.number(row.figures) for each in columns),
        ]
    total = found.report.total
    yield [names.total, *(each.number(total) for each in columns)]


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    is_formula = text[:1] in _CONTROLS or text.lstrip()[:1] in _FORMULAS
    return f"'{text}" if is_formula else text
