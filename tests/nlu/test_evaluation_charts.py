"""The pictures beside a report show its figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from helpdesk.nlu.evaluation.charts import _calibration, _confusions, draw_charts
from helpdesk.nlu.evaluation.figures import report_of
from helpdesk.nlu.evaluation.parsing import Parsed

FALLBACK = "nlu_fallback"


def parsed(intent: str, likeliest: str, confidence: float | None = 0.95) -> Parsed:
    return Parsed("はい", intent, likeliest, likeliest, confidence, [], [], 0.001)


SOME = [
    parsed("greet", "greet"),
    parsed("greet", "greet"),
    parsed("greet", "thank", 0.35),
    parsed("thank", FALLBACK, None),
]


def written(figure: Figure) -> list[tuple[int, int, str]]:
    """Column, row and text of each number in the matrix."""
    texts = figure.axes[0].texts
    return sorted((*each.get_position(), each.get_text()) for each in texts)


def test_matrix_has_a_number_in_each_cell_that_occurs():
    figure = _confusions(report_of(SOME), "")

    axes = figure.axes[0]
    rows = [each.get_text() for each in axes.get_yticklabels()]
    columns = [each.get_text() for each in axes.get_xticklabels()]
    assert (rows, columns) == (["greet", "thank"], ["greet", "thank", FALLBACK])
    assert written(figure) == [(0, 0, "2"), (1, 0, "1"), (2, 1, "1")]
    assert axes.get_title() == "2 of 4 messages misread"


def test_calibration_shows_spans_with_messages_only():
    figure = _calibration(report_of(SOME), "peer")

    above, below = figure.axes
    curve = above.lines[1]
    assert curve.get_xydata().tolist() == [[0.35, 0.0], [pytest.approx(0.95), 1.0]]
    assert [each.get_height() for each in below.patches] == [1, 2]
    # (1 × 0.35 + 2 × 0.05) / 3
    assert above.get_title() == "calibration error 15.0 % (peer)"


def test_pictures_stand_beside_the_report(tmp_path: Path):
    paths = draw_charts(report_of(SOME), tmp_path / "out.json", "peer")

    assert [each.name for each in paths] == [
        "out-peer-confusions.png",
        "out-peer-calibration.png",
    ]
    assert all(each.read_bytes().startswith(b"\x89PNG") for each in paths)


def test_rubbish_alone_has_no_pictures(tmp_path: Path):
    assert (
        draw_charts(report_of([parsed(FALLBACK, "greet")]), tmp_path / "out.json") == []
    )
