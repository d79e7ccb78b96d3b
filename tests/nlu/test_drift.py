"""Whether customers write otherwise: shifts, what is new, and the verdict."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from helpdesk.nlu.drift.command import main
from helpdesk.nlu.drift.figures import FEWEST, Week, drift_report
from helpdesk.nlu.drift.newness import NewWord, TrainingSentences
from helpdesk.nlu.drift.shift import Shift, shift_of_kinds, shift_of_numbers
from helpdesk.nlu.drift.tables import summary
from helpdesk.nlu.evaluation.parsing import Parsed

FALLBACK = "nlu_fallback"
DAYS = {"first": "2026-11-18", "last": "2026-11-24", "days": 7}
TRAINED = ["料金を確認したい", "連携を解除したい", "データ残量を知りたい"]


def week(*messages: tuple[str, str, float], then: str = "unlink") -> Week:
    """Text, what the present model makes of it, and how sure it is."""
    return Week(
        [
            Parsed(text, then, acted_on, acted_on, sure, [], [], 0.001)
            for text, acted_on, sure in messages
        ]
    )


USUAL = [
    ("連携を解除したい", "unlink", 0.9),
    ("料金を確認したい", "check_billing", 0.8),
] * 50
NEW = [("ｅＳＩＭを再発行したい", FALLBACK, 0.2)] * 60


@pytest.fixture(scope="module")
def training() -> TrainingSentences:
    return TrainingSentences(TRAINED)


# --- Shifts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recent", "before", "judgement"),
    [
        pytest.param("a" * 500 + "b" * 500, "a" * 500 + "b" * 500, "stable", id="same"),
        pytest.param(
            "a" * 60 + "b" * 940, "a" * 30 + "b" * 970, "stable", id="real, small"
        ),
        pytest.param(
            "a" * 650 + "b" * 350, "a" * 500 + "b" * 500, "stable", id="below 0.1"
        ),
        pytest.param(
            "a" * 700 + "b" * 300,
            "a" * 500 + "b" * 500,
            "moved a little",
            id="above 0.1",
        ),
        pytest.param(
            "a" * 800 + "b" * 200, "a" * 500 + "b" * 500, "moved", id="above 0.25"
        ),
        pytest.param("a" * 8 + "b" * 2, "a" * 5 + "b" * 5, "stable", id="chance"),
        pytest.param("a" * 100, "b" * 100, "moved", id="nothing in common"),
    ],
)
def test_shift_of_kinds_is_judged_by_size_and_chance(
    recent: str, before: str, judgement: str
):
    shift = shift_of_kinds([*recent], [*before])

    assert shift is not None
    assert shift.judgement == judgement


def test_index_is_that_of_the_definition():
    shift = shift_of_kinds(["a"] * 8000 + ["b"] * 2000, ["a"] * 5000 + ["b"] * 5000)

    # (0.8 - 0.5) ln(0.8 / 0.5) + (0.2 - 0.5) ln(0.2 / 0.5)
    assert shift is not None
    assert shift.index == pytest.approx(0.4159, abs=0.0005)


def test_rare_kinds_are_counted_together():
    """Fifteen wishes, of which each occurs twice, are no shift."""
    rare = [f"kind {n}" for n in range(15)]

    shift = shift_of_kinds(
        [*"a" * 200, *rare, *rare], [*"a" * 200, *rare[:1] * 9, *rare]
    )

    assert shift is not None
    assert shift.judgement == "stable"


@pytest.mark.parametrize(("recent", "before"), [([], ["a"]), (["a"], []), ([], [])])
def test_empty_week_has_no_shift(recent: list[str], before: list[str]):
    assert shift_of_kinds(recent, before) is None
    assert shift_of_numbers([0.5] * len(recent), [0.5] * len(before)) is None


def test_numbers_are_cut_at_the_tenths_of_the_week_before():
    before = [n / 100 for n in range(100)]

    same = shift_of_numbers(before, before)
    lower = shift_of_numbers([n / 3 for n in before], before)
    equal = shift_of_numbers([0.5] * 100, [0.5] * 100)

    assert same == Shift(0.0, 1.0)
    assert lower is not None
    assert lower.judgement == "moved"
    assert equal == Shift(0.0, 1.0)


# --- What is new ----------------------------------------------------------------------


def test_new_words_are_counted_by_message_the_most_frequent_first(
    training: TrainingSentences,
):
    recent = ["eSIM eSIM", "ＥＳＩＭを解除したい", "テザリングを確認したい"]

    found = training.new_words(recent, ["テザリングしたい"])

    assert found[:2] == [
        NewWord("esim", 2, 0, "ＥＳＩＭを解除したい"),
        NewWord("テザリング", 1, 1, "テザリングを確認したい"),
    ]


def test_share_of_what_training_lacks(training: TrainingSentences):
    shares = [
        (training.unseen_words(texts), training.unseen_ngrams(texts))
        for texts in (["連携を解除したい"], ["zzzz"], [])
    ]

    assert shares == [(0.0, 0.0), (1.0, 1.0), (None, None)]


def test_width_and_spaces_are_not_new(training: TrainingSentences):
    assert training.unseen_ngrams(["デ ータ残量を　知りたい"]) == 0.0


def test_what_stands_for_a_secret_is_no_word(training: TrainingSentences):
    texts = ["[MAIL:abcd1234] 料金を確認したい [CODE:abcd1234]"]

    assert training.new_words(texts, []) == []


def test_farthest_message_comes_first_and_each_stands_once(training: TrainingSentences):
    texts = [
        "連携を解除したいです",
        "zzz",
        "料金を確認したい",
        "zzz",
        "[CODE:abcd1234]",
    ]

    far = training.nearest(texts)

    assert [each.text for each in far] == [
        "zzz",
        "連携を解除したいです",
        "料金を確認したい",
    ]
    assert (far[1].nearest, far[0].similarity) == ("連携を解除したい", 0.0)
    assert far[2].similarity == pytest.approx(1.0)


# --- The report -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recent", "before", "verdict"),
    [
        pytest.param(USUAL, USUAL, "stable", id="stable"),
        pytest.param([*USUAL, *NEW], USUAL, "moved", id="moved"),
        pytest.param(USUAL[: FEWEST - 1], USUAL, "too few messages", id="few now"),
        pytest.param(USUAL[:FEWEST], USUAL[:FEWEST], "stable", id="just enough"),
        pytest.param(USUAL, NEW[:9], "nothing to compare with", id="few before"),
        pytest.param(USUAL, [], "nothing to compare with", id="none before"),
        pytest.param([], USUAL, "too few messages", id="none now"),
    ],
)
def test_verdict(
    training: TrainingSentences,
    recent: list[tuple[str, str, float]],
    before: list[tuple[str, str, float]],
    verdict: str,
):
    report = drift_report(week(*recent), week(*before), training)

    assert report["verdict"] == verdict
    assert summary({"days": DAYS, **report}).splitlines()[-1].startswith("Verdict: ")


def test_report_compares_the_weeks(training: TrainingSentences):
    recent = week(*USUAL, *NEW, then=FALLBACK)

    report = drift_report(recent, week(*USUAL), training)

    assert report["messages"] == {"recent": 160, "before": 100}
    assert report["not_understood"] == {"recent": 60 / 160, "before": 0.0}
    assert report["not_understood_then"] == {"recent": 1.0, "before": 0.0}
    assert report["wishes"]["shares"][0] == {
        "intent": FALLBACK,
        "recent": 60 / 160,
        "before": 0.0,
    }
    assert report["confidence"]["median"]["before"] == pytest.approx(0.85)
    assert report["new_words"][0]["messages"] == 60
    assert report["farthest"][0]["text"] == "ｅＳＩＭを再発行したい"


# --- The command ----------------------------------------------------------------------


def lines(*messages: tuple[str, bool]) -> io.StringIO:
    """What helpdesk.recent_messages prints."""
    rows = [
        {"text": text, "intent": "unlink", "is_recent": is_recent}
        for text, is_recent in messages
    ]
    return io.StringIO("".join(f"{json.dumps(each)}\n" for each in [DAYS, *rows]))


def test_no_messages_are_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    report = tmp_path / "drift.json"

    code = main([str(report)], lines())

    assert code == 0
    assert capsys.readouterr().out == (
        "2026-11-18 to 2026-11-24, and the 7 days before\n"
        "Verdict: customers have written nothing in these days.\n"
    )
    assert json.loads(report.read_text("utf-8"))["verdict"] == "no messages"


def test_nothing_to_read_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code = main([str(tmp_path / "drift.json")], io.StringIO())

    assert (code, capsys.readouterr().err) == (2, "There is nothing to compare.\n")


def test_messages_are_read_by_the_present_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """With the trained model; a token stands for what a customer typed."""
    report = tmp_path / "drift.json"
    messages = [
        ("オペレーター", True),
        ("[CODE:abcd1234] を登録", True),
        ("zzz", False),
    ]

    code = main([str(report)], lines(*messages))

    content = json.loads(report.read_text("utf-8"))
    printed = capsys.readouterr().out
    assert (code, content["messages"]) == (0, {"recent": 2, "before": 1})
    wishes = [each["intent"] for each in content["wishes"]["shares"] if each["recent"]]
    assert "request_operator" in wishes
    assert ("<code> を登録" in printed, "[CODE" in printed) == (True, False)
