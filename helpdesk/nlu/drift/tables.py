"""The drift report for the terminal."""

from __future__ import annotations

from typing import Any

from helpdesk.domain.privacy import SecretKind, replace_tokens

_WORDS, _MESSAGES, _WISHES, _LONGEST_TEXT = 15, 10, 5, 50
_MASKED = {kind: f"<{kind.value.lower()}>" for kind in SecretKind}
_ADVICE = {
    "no messages": "customers have written nothing in these days.",
    "too few messages": "too few messages this week to judge.",
    "nothing to compare with": "too few messages the week before to compare with.",
    "stable": "stable; nothing to do.",
    "moved a little": "moved a little; look at the new words and messages above.",
    "moved": "moved; say what the unanswered sentences mean, then make learn train.",
}


def summary(report: dict[str, Any]) -> str:
    """Figures of both weeks, what is new, and last the verdict in one line."""
    verdict = f"Verdict: {_ADVICE[report['verdict']]}"
    days = report["days"]
    title = f"{days['first']} to {days['last']}, and the {days['days']} days before"
    if report["verdict"] == "no messages":
        return f"{title}\n{verdict}"
    parts = [title, _figures(report), _wishes(report), _new(report), verdict]
    return "\n\n".join(part for part in parts if part)


def _figures(report: dict[str, Any]) -> str:
    shares = {
        "not understood, by the present model": "not_understood",
        "not understood, at that time": "not_understood_then",
        "words that training lacks": "unseen_words",
        "three characters that training lacks": "unseen_ngrams",
    }
    numbers = {
        "confidence (median)": report["confidence"]["median"],
        "likeness to training (median)": report["similarity"],
    }
    lines = [_row("", "this week", "week before")]
    lines.append(_row("messages", *(f"{each:,}" for each in _two(report["messages"]))))
    lines += [
        _row(name, *map(_percent, _two(report[key]))) for name, key in shares.items()
    ]
    lines += [_row(name, *map(_number, _two(both))) for name, both in numbers.items()]
    for key in ("wishes", "confidence"):
        if report[key]["index"] is not None:
            lines.append(
                f"shift of {key:29}{report[key]['judgement']} (stability index"
                f" {report[key]['index']:.2f}, p {report[key]['p']:.3f})"
            )
    return "\n".join(lines)


def _wishes(report: dict[str, Any]) -> str:
    if report["wishes"]["index"] is None:
        return ""
    lines = ["Wishes that changed most"]
    lines += [
        _row(f"  {each['intent']}", *map(_percent, _two(each)))
        for each in report["wishes"]["shares"][:_WISHES]
    ]
    return "\n".join(lines)


def _new(report: dict[str, Any]) -> str:
    lines = ["Words that training lacks: messages this week, the week before"]
    lines += [
        f"  {each['messages']:4} {each['messages_before']:4}  {each['word']}:"
        f" {_short(each['example'])}"
        for each in report["new_words"][:_WORDS]
    ]
    lines += ["", "Messages least like training: likeness, message, nearest sentence"]
    lines += [
        f"  {each['similarity']:.2f}  {_short(each['text'])}"
        f" | {_short(each['nearest'])}"
        for each in report["farthest"][:_MESSAGES]
    ]
    return "\n".join(lines)


def _two(both: dict[str, Any]) -> tuple[Any, Any]:
    return both["recent"], both["before"]


def _row(name: str, recent: str, before: str) -> str:
    return f"{name:38}{recent:>12}{before:>14}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _number(number: float | None) -> str:
    return "–" if number is None else f"{number:.2f}"


def _short(text: str) -> str:
    line = " ".join(replace_tokens(text, _MASKED).split())
    return line if len(line) <= _LONGEST_TEXT else line[:_LONGEST_TEXT] + "…"
