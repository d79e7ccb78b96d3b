"""The figures as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpdesk.nlu.evaluation.labelled import FALLBACK

_LEFT, _COLUMN = 36, 12
_WORST, _LONGEST_TEXT = 10, 44

# What is shown, and under which name, of a report.
_SHARES = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "answered_correctly": "answered rightly",
    "confident_and_wrong": "confident and wrong",
    "fallback": "asked back",
    "offered_when_asking_back": "  right wish among the likeliest 3",
    "buttons_when_asking_back": "  right wish among the buttons",
    "out_of_scope_recognised": "out of scope recognised",
    "good_wishes_refused": "good wishes refused",
    "expected_calibration_error": "calibration error",
}
_STYLES = {
    "accuracy": "accuracy",
    "answered_correctly": "rightly",
    "confident_and_wrong": "wrong",
    "fallback": "asked back",
}
_NAMES = ("helpdesk", "Rasa's own")


def summary(report: dict[str, Any]) -> str:
    """All tables; the peer's column stands beside ours, if there is one."""
    reports = [report, *([report["peer"]] if "peer" in report else [])]
    parts = [_figures(reports), _styles(reports), _worst(report)]
    return "\n\n".join(part for part in parts if part)


def _figures(reports: Sequence[dict[str, Any]]) -> str:
    names = _NAMES if len(reports) > 1 else ("",)
    rows = [
        ("", *names),
        ("messages with a wish", *(str(each["wishes"]) for each in reports)),
        *(
            (name, *(_percent(each[key]) for each in reports))
            for key, name in _SHARES.items()
        ),
        ("rubbish", *(str(each["rubbish"]["messages"]) for each in reports)),
        (
            "  rightly not acted on",
            *(_percent(each["rubbish"]["rightly_not_acted_on"]) for each in reports),
        ),
        *(
            (f"parse {key}", *(f"{each['parse_ms'][key]:.1f} ms" for each in reports))
            for key in ("p50", "p95")
        ),
    ]
    lines = [_row(row[0], row[1:]) for row in rows if any(row)]
    if len(reports) > 1:
        peer = reports[1]
        lines.append(
            f"\nRasa's own: the pipeline of `rasa init`, trained on the same"
            f" {peer['sentences']:,} sentences; epochs: {peer['epochs']} (its template"
            f" has {peer['usual_epochs']}), {peer['training_seconds']:.0f} s"
        )
    return "\n".join(lines)


def _styles(reports: Sequence[dict[str, Any]]) -> str:
    """A row for each style; of the peer, accuracy and wrong answers."""
    ours, peers = reports[0]["per_style"], [each["per_style"] for each in reports[1:]]
    beside = [key for key in ("accuracy", "confident_and_wrong") if peers]
    names = ["messages", *_STYLES.values(), *(f"R {_STYLES[key]}" for key in beside)]
    lines = [_row("style", names)]
    for style, figures in ours.items():
        cells = [str(figures["wishes"])]
        cells += [_percent(figures[key]) for key in _STYLES]
        cells += [_percent(peer[style][key]) for peer in peers for key in beside]
        lines.append(_row(style, cells))
    return "\n".join(lines) if ours else ""


def _worst(report: dict[str, Any]) -> str:
    """Wrong acts by confidence, then wishes that were asked back with confidence."""
    worst = sorted(
        report["mistakes"],
        key=lambda each: (each["acted_on"] != FALLBACK, each["confidence"] or 0),
        reverse=True,
    )[:_WORST]
    lines = [f"The worst of {len(report['mistakes'])} mistakes: meant -> done"]
    for each in worst:
        text = " ".join(each["text"].split())
        if len(text) > _LONGEST_TEXT:
            text = text[:_LONGEST_TEXT] + "…"
        sure = "   –" if each["confidence"] is None else f"{each['confidence']:.2f}"
        lines.append(f"  {sure}  {each['intent']} -> {each['acted_on']}: {text}")
    return "\n".join(lines) if worst else "There are no mistakes."


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name:{_LEFT}}" + "".join(f"{cell:>{_COLUMN}}" for cell in cells)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
