"""What was taught at the desk goes into the training data, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.nlu.evaluation.labelled import BadData
from helpdesk.nlu.lessons import Judged, learn, main

BILLING = """version: "3.1"

nlu:
  - intent: check_billing
    examples: |
      - 料金を確認したい
      - 請求額

  - intent: change_plan
    examples: |
      - プランを変えたい
"""
STATUS = """version: "3.1"
nlu:
  - intent: unlink
    examples: |
      - 連携を解除したい
"""


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    """Training data of two topics."""
    folder = tmp_path / "nlu"
    folder.mkdir()
    (folder / "billing.yml").write_text(BILLING, "utf-8")
    (folder / "link_status.yml").write_text(STATUS, "utf-8")
    return folder


def contents(nlu: Path) -> tuple[str, str]:
    return (
        (nlu / "billing.yml").read_text("utf-8"),
        (nlu / "link_status.yml").read_text("utf-8"),
    )


def test_sentences_go_to_the_end_of_their_intent_in_its_topic(nlu: Path):
    judged = learn(
        {"check_billing": ["今月なんぼ", "高いわ"], "unlink": ["もうつながない"]},
        nlu,
        set(),
    )

    assert contents(nlu) == (
        BILLING.replace(
            "      - 請求額\n", "      - 請求額\n      - 今月なんぼ\n      - 高いわ\n"
        ),
        STATUS + "      - もうつながない\n",
    )
    assert judged == [
        Judged("check_billing", "今月なんぼ", nlu / "billing.yml"),
        Judged("check_billing", "高いわ", nlu / "billing.yml"),
        Judged("unlink", "もうつながない", nlu / "link_status.yml"),
    ]


@pytest.mark.parametrize(
    ("intent", "text", "reason"),
    [
        pytest.param(
            "unlink",
            "[CODE:abcd1234]を外して",
            "it holds what stands for a secret",
            id="token",
        ),
        pytest.param(
            "unlink", "ＬＩＮＥを切る", "it is held out for measuring", id="held out"
        ),
        pytest.param(
            "unlink", "連携を解除したい ", "it is there already, as unlink", id="twice"
        ),
        pytest.param(
            "unlink",
            "請求額",
            "it is there already, as check_billing",
            id="another intent's",
        ),
        pytest.param(
            "check_billing",
            "料金を確認したいよ",
            "it is nearly 「料金を確認したい」",
            id="nearly the same",
        ),
    ],
)
def test_what_must_not_be_learnt_is_left_out_with_the_reason(
    nlu: Path, intent: str, text: str, reason: str
):
    judged = learn({intent: [text]}, nlu, {"lineを切る"})

    assert judged == [Judged(intent, text, None, reason)]
    assert contents(nlu) == (BILLING, STATUS)


def test_sentence_that_was_taught_twice_is_learnt_once(nlu: Path):
    judged = learn(
        {"unlink": ["外して", "外して"], "change_plan": ["外して"]}, nlu, set()
    )

    assert [each.reason for each in judged] == [
        "",
        "it is there already, as unlink",
        "it is there already, as unlink",
    ]
    assert contents(nlu) == (BILLING, STATUS + "      - 外して\n")


@pytest.mark.parametrize(
    "text",
    ["a: b # c", '- "はい" | > & * ! %', "'", "絵文字👨‍👩‍👧で🙏", "%YAML"],
)
def test_whatever_a_sentence_holds_is_read_as_it_is(nlu: Path, text: str):
    learn({"unlink": [text]}, nlu, set())
    again = learn({"unlink": [text]}, nlu, set())

    assert [each.reason for each in again] == ["it is there already, as unlink"]


def test_unknown_intent_changes_nothing(nlu: Path):
    with pytest.raises(BadData) as bad:
        learn({"unlink": ["外して"], "fly": ["飛びたい"]}, nlu, set())

    assert str(bad.value) == f'{nlu}: no file has an intent "fly"'
    assert contents(nlu) == (BILLING, STATUS)


def test_sentence_that_would_be_read_otherwise_changes_nothing(nlu: Path):
    """A file of lessons has one line for each; a text of two lines is somebody's own."""
    with pytest.raises(BadData):
        learn({"unlink": ["外して\n      - 料金"]}, nlu, set())

    assert contents(nlu) == (BILLING, STATUS)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("nlu:", id="nothing"),
        pytest.param("nlu: [1]", id="a number"),
        pytest.param("version: '3.1'\nnlu:\n  - intent: unlink\n", id="no examples"),
        pytest.param("nlu:\n  - intent: unlink\n    examples: 外して\n", id="no lines"),
        pytest.param("{", id="no YAML"),
    ],
)
def test_file_of_another_form_is_refused_in_a_sentence(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "lessons.yml"
    file.write_text(content, "utf-8")

    code = main([str(file)])

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err == (f'{file}: not of the form that "学習データを書き出す" gives\n')


def test_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "lessons.yml"

    code = main([str(file)])

    assert (code, capsys.readouterr().err) == (
        2,
        f"{file}: there is no such file\n",
    )


def test_command_without_a_file_says_how_it_is_used(
    capsys: pytest.CaptureFixture[str],
):
    assert (main([""]), capsys.readouterr().err) == (2, "make learn FILE=lessons.yml\n")


def test_command_learns_nothing_from_an_export_without_lessons(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """As the desk writes it when nothing was taught."""
    file = tmp_path / "lessons.yml"
    file.write_text('version: "3.1"\nnlu: []\n', "utf-8")

    code = main([str(file)])

    assert (code, capsys.readouterr().out) == (0, "Learnt: 0; left out: 0.\n")
