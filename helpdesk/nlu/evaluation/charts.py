"""The figures as pictures: which wish is taken for which, and whether to trust it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

_DARK = 0.5


def draw_charts(report: dict[str, Any], beside: Path, name: str = "") -> list[Path]:
    """Write two PNG files beside the report, and give their paths; none of nothing.

    `name` stands in the files' names and in the titles, to tell models apart.
    """
    if not report["wishes"]:
        return []
    stem = f"{beside.stem}-{name}" if name else beside.stem
    charts = {"confusions": _confusions, "calibration": _calibration}
    paths = []
    for kind, draw in charts.items():
        path = beside.with_name(f"{stem}-{kind}.png")
        draw(report, name).savefig(path, dpi=130)
        paths.append(path)
    return paths


def _confusions(report: dict[str, Any], name: str) -> Figure:
    """A row for each meant intent; the colour is the share of the row."""
    scores = report["per_intent"]
    rows = list(scores)
    taken = {each["taken_for"] for each in report["confusions"]}
    columns = [*rows, *sorted(taken - set(rows))]
    counts = np.zeros((len(rows), len(columns)))
    for place, intent in enumerate(rows):
        counts[place, place] = scores[intent]["recall"] * scores[intent]["support"]
    for each in report["confusions"]:
        place = (rows.index(each["intent"]), columns.index(each["taken_for"]))
        counts[place] = each["count"]
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = Figure(figsize=(13, 12), layout="constrained")
    axes = figure.add_subplot()
    # The square root lets a single mistake be seen beside a full diagonal.
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts.round().astype(int)):
        if count:
            is_dark = shares[row, column] > _DARK
            ink = "white" if is_dark else "black" if row == column else "firebrick"
            at = {"ha": "center", "va": "center", "fontsize": 8}
            axes.text(column, row, str(count), color=ink, **at)
    axes.set_xticks(range(len(columns)), columns, rotation=90)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(np.arange(len(columns)) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(rows)) - 0.5, minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.5)
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("taken for (likeliest wish)", labelpad=10)
    axes.set_ylabel("meant")
    wrong = sum(each["count"] for each in report["confusions"])
    axes.set_title(_title(f"{wrong} of {report['wishes']} messages misread", name))
    return figure


def _calibration(report: dict[str, Any], name: str) -> Figure:
    """Above, how often the likeliest wish is right; below, how many messages."""
    bins = [each for each in report["calibration"] if each["messages"]]
    figure = Figure(figsize=(7, 8), layout="constrained")
    above, below = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1]}
    )
    above.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="what it says is so")
    xs = [each["confidence"] for each in bins]
    ys = [each["accuracy"] for each in bins]
    above.plot(xs, ys, marker="o", color="tab:blue", label="likeliest wish")
    above.set_ylabel("share that is right")
    above.set_ylim(-0.02, 1.04)
    above.grid(color="0.92")
    above.legend(loc="upper left")
    error = report["expected_calibration_error"]
    said = "no messages" if error is None else f"calibration error {100 * error:.1f} %"
    above.set_title(_title(said, name))
    middles = [(each["above"] + each["up_to"]) / 2 for each in bins]
    bars = below.bar(
        middles, [each["messages"] for each in bins], width=0.09, color="0.7"
    )
    below.bar_label(bars, padding=2, fontsize=9)
    below.margins(y=0.25)
    below.set_xlim(0, 1)
    below.set_xticks(np.linspace(0, 1, 11))
    below.set_xlabel("confidence in the likeliest wish")
    below.set_ylabel("messages")
    return figure


def _title(said: str, name: str) -> str:
    return f"{said} ({name})" if name else said
