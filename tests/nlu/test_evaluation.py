"""The figures of an evaluation, its tables, and its command."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from helpdesk.nlu.evaluation.command import main
from helpdesk.nlu.evaluation.figures import report_of
from helpdesk.nlu.evaluation.labelled import BadData, Labelled
from helpdesk.nlu.evaluation.parsing import Parsed, parse, parse_all
from helpdesk.nlu.evaluation.tables import summary

FALLBACK, FOREIGN = "nlu_fallback", "out_of_scope"


def parsed(
    intent: str,
    likeliest: str,
    acted_on: str,
    *offered: str,
    seconds: float = 0.001,
    style: str = "polite",
    confidence: float | None = 0.51239,
    buttons: tuple[str, ...] = (),
) -> Parsed:
    """A message; its text says what was meant and what was done."""
    shown = (confidence, offered, buttons, seconds, style)
    return Parsed(f"{intent} {acted_on}", intent, likeliest, acted_on, *shown)


def basics(**figures: float | None) -> dict[str, float | None]:
    return {
        "accuracy": 0.0,
        "answered_correctly": 0.0,
        "confident_and_wrong": 0.0,
        "fallback": 0.0,
    } | figures


# --- Figures --------------------------------------------------------------------------


def test_report_gives_every_figure_of_a_list_that_can_be_checked_by_hand():
    asked_back = parsed(
        "unlink", "unlink", FALLBACK, "unlink", seconds=0.002, buttons=("unlink",)
    )

    report = report_of(
        [
            parsed("unlink", "unlink", "unlink", seconds=0.001, confidence=1.0),
            asked_back,
            parsed("unlink", "greet", "greet", seconds=0.003),
            parsed("greet", "greet", "greet", seconds=0.004, style="angry"),
            parsed("stop", "greet", FALLBACK, "greet", "thank", seconds=0.010),
        ]
    )

    calibration = report.pop("calibration")
    mistakes = [(each["text"], each["likeliest"]) for each in report.pop("mistakes")]
    assert report == {
        "messages": 5,
        "wishes": 5,
        "accuracy": 3 / 5,
        "macro_f1": pytest.approx((1 / 2 + 0.0 + 4 / 5) / 3),
        "answered_correctly": 2 / 5,
        "confident_and_wrong": 1 / 5,
        "fallback": 2 / 5,
        "offered_when_asking_back": 1 / 2,
        "buttons_when_asking_back": 1 / 2,
        "out_of_scope_recognised": None,
        "good_wishes_refused": 0.0,
        "expected_calibration_error": pytest.approx(4 / 5 * (0.51239 - 1 / 2)),
        "rubbish": {"messages": 0, "rightly_not_acted_on": None},
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
        "per_style": {
            "angry": basics(wishes=1, accuracy=1.0, answered_correctly=1.0),
            "polite": basics(
                wishes=4,
                accuracy=2 / 4,
                answered_correctly=1 / 4,
                confident_and_wrong=1 / 4,
                fallback=2 / 4,
            ),
        },
        "confusions": [
            {"intent": "unlink", "taken_for": "greet", "count": 1},
            {"intent": "stop", "taken_for": "greet", "count": 1},
        ],
    }
    assert mistakes == [
        ("unlink nlu_fallback", "unlink"),
        ("unlink greet", "greet"),
        ("stop nlu_fallback", "greet"),
    ]
    assert [each["messages"] for each in calibration] == [*[0] * 5, 4, *[0] * 3, 1]
    assert calibration[5] == {
        "above": 0.5,
        "up_to": 0.6,
        "messages": 4,
        "confidence": pytest.approx(0.51239),
        "accuracy": 2 / 4,
    }


@pytest.mark.parametrize(
    ("acted_on", "share"),
    [
        pytest.param(FALLBACK, 1.0, id="asked back"),
        pytest.param(FOREIGN, 1.0, id="refused"),
        pytest.param("greet", 0.0, id="taken for a wish"),
    ],
)
def test_rubbish_is_counted_apart(acted_on: str, share: float):
    wishes = [parsed("unlink", "unlink", "unlink"), parsed("greet", "thank", "thank")]

    report = report_of([*wishes, parsed(FALLBACK, "greet", acted_on, "greet")])

    assert report["rubbish"] == {"messages": 1, "rightly_not_acted_on": share}
    apart = ("messages", "rubbish", "mistakes")
    without = report_of(wishes)
    assert {key: value for key, value in report.items() if key not in apart} == {
        key: value for key, value in without.items() if key not in apart
    }
    assert len(report["mistakes"]) - len(without["mistakes"]) == 1 - share


def test_out_of_scope_is_counted_both_ways():
    report = report_of(
        [
            parsed(FOREIGN, FOREIGN, FOREIGN),
            parsed(FOREIGN, FOREIGN, FALLBACK),
            parsed(FOREIGN, "greet", "greet"),
            parsed("unlink", FOREIGN, FOREIGN),
            *[parsed("unlink", "unlink", "unlink")] * 4,
        ]
    )

    shown = ("out_of_scope_recognised", "good_wishes_refused", "accuracy")
    assert [report[key] for key in shown] == [1 / 3, 1 / 5, 6 / 8]


def test_nothing_but_rubbish_has_no_accuracy():
    report = report_of([parsed(FALLBACK, "greet", FALLBACK)])

    nothing = ("accuracy", "macro_f1", "fallback", "expected_calibration_error")
    assert [report[key] for key in nothing] == [None] * 4
    assert "rightly not acted on" in summary(report)


@pytest.mark.parametrize(
    ("confidence", "place"),
    [(0.0, 0), (0.1, 0), (0.10001, 1), (0.9, 8), (1.0, 9)],
)
def test_each_confidence_has_one_span(confidence: float, place: int):
    report = report_of([parsed("greet", "greet", "greet", confidence=confidence)])

    spans = [each["messages"] for each in report["calibration"]]
    assert (spans.index(1), sum(spans)) == (place, 1)


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


# --- One message ----------------------------------------------------------------------


class FakeAgent:
    """Ranks the same intents for every message; remembers what it was asked."""

    def __init__(self, *ranking: tuple[str, float]) -> None:
        self.asked: list[str] = []
        self._ranking = [{"name": name, "confidence": sure} for name, sure in ranking]

    async def parse_message(self, text: str) -> dict[str, Any]:
        self.asked.append(text)
        return {"intent": self._ranking[0], "intent_ranking": self._ranking}


def read(agent: FakeAgent, text: str, intent: str) -> Parsed:
    return asyncio.run(parse(agent, Labelled(text, intent, "polite")))  # type: ignore[arg-type] -- the part that is used


def test_unsure_message_offers_the_likeliest_wishes_and_the_buttons_that_have_a_label():
    """As actions/not_understood.py chooses them."""
    agent = FakeAgent(
        (FALLBACK, 0.7),
        ("out_of_scope", 0.3),
        ("unlink", 0.2),
        ("greet", 0.1),
        ("gift_data", 0.09),
        ("add_data", 0.08),
        ("change_plan", 0.07),
    )

    found = read(agent, "／データ", "gift_data")

    assert agent.asked == ["データ"]
    assert (found.acted_on, found.likeliest, found.confidence, found.style) == (
        *(FALLBACK, "out_of_scope", 0.3),
        "polite",
    )
    assert (found.offered, found.buttons) == (
        ["out_of_scope", "unlink", "greet"],
        ["unlink", "gift_data", "add_data"],
    )


@pytest.mark.parametrize(
    ("intent", "likeliest"),
    [(FOREIGN, FOREIGN), (FALLBACK, FALLBACK), ("greet", FALLBACK)],
)
def test_unreadable_message_asks_no_model(intent: str, likeliest: str):
    agent = FakeAgent(("greet", 0.9))

    found = read(agent, "🙇‍♀️！？", intent)

    assert (found.likeliest, found.acted_on) == (likeliest, FALLBACK)
    assert (found.confidence, found.offered, agent.asked) == (None, (), [])


def test_missing_model_is_named(tmp_path: Path):
    model = tmp_path / "helpdesk.tar.gz"

    with pytest.raises(BadData) as bad:
        asyncio.run(parse_all(model, []))

    assert str(bad.value) == f"{model}: there is no model; make train makes it"


# --- Tables ---------------------------------------------------------------------------


def line_of(text: str, start: str) -> list[str]:
    """The cells of the first line that begins so."""
    line = next(each for each in text.splitlines() if each.startswith(start))
    return line.removeprefix(start).split()


def test_peer_stands_beside_ours():
    report = report_of(
        [parsed("greet", "greet", "greet"), parsed("stop", "deny", FALLBACK)]
    )
    peer = report_of(
        [parsed("greet", "greet", "greet"), parsed("stop", "stop", "stop")]
    )
    report["peer"] = {
        "epochs": 7,
        "usual_epochs": 100,
        "sentences": 3000,
        "training_seconds": 60.4,
        **peer,
    }

    text = summary(report)

    assert line_of(text, "accuracy") == ["50.0", "%", "100.0", "%"]
    assert line_of(text, "polite")[0] == "2"
    assert line_of(text, "polite")[-4:] == ["100.0", "%", "0.0", "%"]
    assert "3,000 sentences; epochs: 7 (its template has 100), 60 s" in text


def test_worst_mistakes_come_first_and_are_ten():
    asked_back = [parsed("stop", "deny", FALLBACK, confidence=0.99)]
    wrong = [parsed("stop", "deny", "deny", confidence=n / 20) for n in range(8, 20)]
    silent = [parsed("stop", FALLBACK, FALLBACK, confidence=None)]

    text = summary(report_of([*asked_back, *silent, *wrong]))

    worst = text[text.index("The worst of 14") :].splitlines()[1:]
    assert [float(each.split()[0]) for each in worst] == [
        pytest.approx(n / 20) for n in range(19, 9, -1)
    ]


# --- The command ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param("", "{file}: there are no messages", id="empty"),
        pytest.param(
            "{", '{file}, line 1: not of the form {{"text", "intent"}}', id="JSON"
        ),
        pytest.param(
            '{"text": "飛びたい", "intent": "fly"}',
            '{file}, line 1: there is no intent "fly"',
            id="intent",
        ),
    ],
)
def test_data_that_cannot_be_used_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, sentence: str
):
    file, report = tmp_path / "messages.jsonl", tmp_path / "report.json"
    file.write_text(content, "utf-8")

    code = main([str(file), str(report)])

    said = capsys.readouterr()
    assert (code, said.out, said.err) == (2, "", sentence.format(file=file) + "\n")
    assert not report.exists()


def test_report_that_cannot_be_written_is_told_before_the_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "messages.jsonl"
    file.write_text('{"text": "はい", "intent": "affirm"}', "utf-8")

    code = main([str(file), str(tmp_path)])

    assert (code, capsys.readouterr().err) == (2, f"{tmp_path}: Is a directory\n")


@pytest.mark.parametrize("epochs", ["0", "-1", "many"])
def test_senseless_epochs_are_refused(tmp_path: Path, epochs: str):
    with pytest.raises(SystemExit) as refused:
        main(["messages.jsonl", str(tmp_path / "report.json"), "--epochs", epochs])

    assert refused.value.code == 2


def test_command_writes_the_report_and_the_pictures_in_a_new_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """With the trained model."""
    file, report = tmp_path / "messages.jsonl", tmp_path / "new" / "report.json"
    file.write_text(
        '{"text": "オペレーター", "intent": "request_operator", "style": "terse"}\n'
        '{"text": "???", "intent": "nlu_fallback"}\n',
        "utf-8",
    )

    code = main([str(file), str(report)])

    content = json.loads(report.read_text("utf-8"))
    assert (code, content["messages"], content["accuracy"]) == (0, 2, 1.0)
    assert content["rubbish"] == {"messages": 1, "rightly_not_acted_on": 1.0}
    assert sorted(each.name for each in report.parent.iterdir()) == [
        "report-calibration.png",
        "report-confusions.png",
        "report.json",
    ]
    assert line_of(capsys.readouterr().out, "accuracy") == ["100.0", "%"]
