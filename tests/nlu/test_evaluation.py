"""The figures of an evaluation, and the reading of its messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.nlu.evaluation import BadData, Parsed, read_messages, report_of

FALLBACK = "nlu_fallback"


def parsed(
    intent: str, likeliest: str, acted_on: str, *offered: str, seconds: float = 0.001
) -> Parsed:
    """A message; its text says what was meant and what was done."""
    text = f"{intent} {acted_on}"
    return Parsed(text, intent, likeliest, acted_on, 0.51239, [*offered], seconds)


def test_report_gives_every_figure_of_a_list_that_can_be_checked_by_hand():
    report = report_of(
        [
            parsed("unlink", "unlink", "unlink", seconds=0.001),
            parsed("unlink", "unlink", FALLBACK, "unlink", seconds=0.002),
            parsed("unlink", "greet", "greet", seconds=0.003),
            parsed("greet", "greet", "greet", seconds=0.004),
            parsed("stop", "greet", FALLBACK, "greet", "thank", seconds=0.010),
        ]
    )

    assert report == {
        "messages": 5,
        "accuracy": 3 / 5,
        "macro_f1": pytest.approx((2 * (1 / 3) / (4 / 3) + 0.0 + 4 / 5) / 3),
        "answered_correctly": 2 / 5,
        "confident_and_wrong": 1 / 5,
        "fallback": 2 / 5,
        "offered_when_asking_back": 1 / 2,
        "parse_ms": {"p50": 3.0, "p95": 4.0},
        "per_intent": {
            "greet": {"precision": 1 / 3, "recall": 1.0, "f1": 0.5, "support": 1},
            "stop": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1},
            "unlink": {
                "precision": 1.0,
                "recall": 2 / 3,
                "f1": pytest.approx(0.8),
                "support": 3,
            },
        },
        "confusions": [
            {"intent": "unlink", "taken_for": "greet", "count": 1},
            {"intent": "stop", "taken_for": "greet", "count": 1},
        ],
        "mistakes": [
            {
                "text": "unlink nlu_fallback",
                "intent": "unlink",
                "likeliest": "unlink",
                "acted_on": FALLBACK,
                "confidence": 0.512,
            },
            {
                "text": "unlink greet",
                "intent": "unlink",
                "likeliest": "greet",
                "acted_on": "greet",
                "confidence": 0.512,
            },
            {
                "text": "stop nlu_fallback",
                "intent": "stop",
                "likeliest": "greet",
                "acted_on": FALLBACK,
                "confidence": 0.512,
            },
        ],
    }


def test_rubbish_that_is_asked_back_is_right_and_no_wish_is_missed():
    report = report_of([parsed(FALLBACK, "greet", FALLBACK, "greet")])

    shown = ("answered_correctly", "confident_and_wrong", "offered_when_asking_back")
    assert [report[key] for key in shown] == [1.0, 0.0, 1.0]


def test_confusions_are_counted_and_the_most_frequent_comes_first():
    report = report_of(
        [
            parsed("stop", "deny", "deny"),
            parsed("greet", "thank", "thank"),
            parsed("greet", "thank", FALLBACK),
        ]
    )

    assert report["confusions"] == [
        {"intent": "greet", "taken_for": "thank", "count": 2},
        {"intent": "stop", "taken_for": "deny", "count": 1},
    ]


def test_read_messages_reads_the_files_of_a_folder_in_order(tmp_path: Path):
    (tmp_path / "b.jsonl").write_text('{"text": "はい", "intent": "affirm"}\n', "utf-8")
    (tmp_path / "a.jsonl").write_text(
        '{"text": "どうも", "intent": "thank"}\n\n{"intent": "deny", "text": "いや"}',
        "utf-8",
    )
    (tmp_path / "notes.txt").write_text("no messages", "utf-8")

    assert read_messages(tmp_path) == [
        ("どうも", "thank"),
        ("いや", "deny"),
        ("はい", "affirm"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("はい", id="no JSON"),
        pytest.param('["はい", "affirm"]', id="no object"),
        pytest.param('{"text": "はい"}', id="no intent"),
        pytest.param('{"intent": "affirm"}', id="no text"),
        pytest.param("1", id="a number"),
    ],
)
def test_bad_line_is_named_by_file_and_line(tmp_path: Path, line: str):
    file = tmp_path / "messages.jsonl"
    file.write_text(f'{{"text": "はい", "intent": "affirm"}}\n\n{line}\n', "utf-8")

    with pytest.raises(BadData) as bad:
        read_messages(file)

    assert str(bad.value) == f'{file}, line 3: not of the form {{"text", "intent"}}'


@pytest.mark.parametrize("content", ["", "\n\n"], ids=["empty", "blank lines"])
def test_file_without_messages_is_named(tmp_path: Path, content: str):
    file = tmp_path / "messages.jsonl"
    file.write_text(content, "utf-8")

    with pytest.raises(BadData) as bad:
        read_messages(file)

    assert str(bad.value) == f"{file}: there are no messages"
