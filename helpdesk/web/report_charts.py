"""The charts of a report, drawn as SVG: no script, no font, nothing to fetch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pygal
from pygal.style import Style

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.figures import Figures
from helpdesk.domain.reports import Grouping
from helpdesk.services.reports import PeriodReport
from helpdesk.web.report_tables import Names, rows_worth_showing

# pygal looks for plug-ins of its own at every later import of the process, in a form
# that Python no longer knows; we have none.
sys.meta_path[:] = [
    each for each in sys.meta_path if not isinstance(each, pygal.PluginImportFixer)
]

# Places are kept for Latin letters of the style's sizes; a kanji is as wide as one of
# these in a smaller size.
_SMALLER = (
    "inline:.axis text, .axis text.major { font-size: 12px !important }"
    " .legends .legend text { font-size: 13px !important }"
)
# Told apart without colour vision (Okabe and Ito), and on white paper.
_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#1b292e",
    foreground_strong="#1b292e",
    foreground_subtle="#c3d2d6",
    font_family="sans-serif",
    title_font_size=17,
    label_font_size=19,
    major_label_font_size=19,
    legend_font_size=15,
    no_data_font_size=18,
    opacity=1,
    opacity_hover=1,
    colors=("#0b6675", "#d55e00", "#8a99a0"),
)
_WIDTH, _HEIGHT = 900, 340
# So many characters of labels fit side by side; more are written aslant, and of more
# labels than this not all.
_STRAIGHT, _ALL_WRITTEN = 56, 24


@dataclass(frozen=True)
class _Series:
    """One colour; `key` is the column, or the catalog's word, that names it."""

    key: str
    value: Callable[[Figures], float | None]


@dataclass(frozen=True)
class _Chart:
    """`draw`: pygal's kind of chart. `range`: None if the figures decide."""

    draw: Callable[..., Any]
    series: Sequence[_Series]
    range: tuple[int, int] | None = None


def _per_cent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 1)


def _minutes(value: float | None) -> float | None:
    return None if value is None else round(value / 60, 1)


_RATES = (
    _Series("answer_rate", lambda each: _per_cent(each.bot.answer_rate)),
    _Series("solution_rate", lambda each: _per_cent(each.bot.solution_rate)),
    _Series("handoff_rate", lambda each: _per_cent(each.bot.handoff_rate)),
)
_CHARTS = {
    "volume": _Chart(
        pygal.StackedBar,
        (
            _Series("solved", lambda each: each.bot.solved),
            _Series("handed_over", lambda each: each.bot.handed_over),
            _Series("solved_otherwise", lambda each: each.bot.otherwise),
        ),
    ),
    "rates": _Chart(pygal.Bar, _RATES, (0, 100)),
    "queue": _Chart(
        pygal.StackedBar,
        (
            _Series("taken", lambda each: each.queue.taken),
            _Series("abandoned", lambda each: each.queue.abandoned),
            _Series("still_waiting", lambda each: each.queue.waiting),
        ),
    ),
    "wait": _Chart(
        pygal.Bar,
        (
            _Series("wait_mean", lambda each: _minutes(each.queue.wait.mean)),
            _Series("wait_p90", lambda each: _minutes(each.queue.wait.p90)),
        ),
    ),
    "scores": _Chart(
        pygal.Bar,
        (
            _Series("operator_mean", lambda each: each.operator_scores.mean),
            _Series("bot_mean", lambda each: each.bot_scores.mean),
        ),
        (0, 5),
    ),
    "load": _Chart(
        pygal.Bar,
        (
            _Series("busy", lambda each: _minutes(each.load.busy)),
            _Series("available", lambda each: _minutes(each.load.available)),
        ),
    ),
}
CHARTS: Mapping[Grouping, Sequence[str]] = {
    Grouping.HALF_HOUR: ("volume", "rates", "queue", "wait", "scores", "load"),
    Grouping.DAY: ("volume", "rates", "queue", "wait", "scores", "load"),
    Grouping.INTENT: ("volume", "rates", "queue", "wait", "scores"),
    Grouping.OPERATOR: ("queue", "wait", "scores", "load"),
}


class Charts:
    """Draws what the tables below the charts say in numbers."""

    def __init__(self, helpdesk: Helpdesk) -> None:
        self._words = helpdesk.catalog.reports
        self._names = Names(helpdesk)

    def draw(self, name: str, found: PeriodReport) -> bytes:
        """An SVG document. Raises KeyError if this report has no such chart."""
        if name not in CHARTS[found.grouping]:
            raise KeyError(name)
        chart = _CHARTS[name]
        rows = rows_worth_showing(found)
        labels = [self._names.short(found, row) for row in rows]
        figures = [row.figures for row in rows]
        lines = {
            self._name(each): [each.value(figure) for figure in figures]
            for each in chart.series
            if any(each.value(figure) is not None for figure in figures)
        }
        drawn = chart.draw(
            title=self._words.charts[name],
            no_data_text=self._words.no_data,
            range=chart.range,
            legend_at_bottom_columns=len(lines) or 1,
            **_config(labels),
        )
        drawn.x_labels = labels
        every = -(-len(rows) // _ALL_WRITTEN)
        drawn.x_labels_major = labels[:: max(1, every)]
        for label, values in lines.items():
            drawn.add(label, values)
        drawn.add_xml_filter(_without_scripts)
        return bytes(drawn.render())

    def _name(self, series: _Series) -> str:
        if series.key == "solved_otherwise":
            return self._words.solved_otherwise
        return self._words.columns[series.key]


def _config(labels: Sequence[str]) -> dict[str, Any]:
    return {
        "style": _STYLE,
        "css": (*pygal.Config.css.value, _SMALLER),
        # The default is a script from pygal's own site.
        "js": (),
        "width": _WIDTH,
        "height": _HEIGHT,
        "legend_at_bottom": True,
        "truncate_legend": -1,
        "truncate_label": -1,
        "show_minor_x_labels": False,
        "x_label_rotation": 25 if sum(map(len, labels)) > _STRAIGHT else 0,
        "max_scale": 6,
        "include_x_axis": True,
        "disable_xml_declaration": False,
    }


def _without_scripts(root: Any) -> Any:
    """Without the configuration for pygal's script, and the day of drawing."""
    for parent in root.iter():
        for child in list(parent):
            is_comment = not isinstance(child.tag, str)
            if is_comment or child.tag.rpartition("}")[2] == "script":
                parent.remove(child)
    return root
