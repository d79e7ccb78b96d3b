"""The reading of labelled messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.nlu.evaluation.labelled import (
    BadData,
    Labelled,
    known_intents,
    read_messages,
)

INTENTS = {"affirm", "deny", "thank"}
FORM = 'not of the form {"text", "intent"}'


def test_files_of_a_folder_are_read_in_order_and_give_the_style(tmp_path: Path):
    (tmp_path / "b.jsonl").write_text(
        '{"text": "はい", "intent": "affirm", "style": "polite"}\n', "utf-8"
    )
    (tmp_path / "a.jsonl").write_text(
        '{"text": "どうも", "intent": "thank"}\n\n{"intent": "deny", "text": "いや"}',
        "utf-8",
    )
    (tmp_path / "notes.txt").write_text("no messages", "utf-8")

    assert read_messages(tmp_path, INTENTS) == [
        Labelled("どうも", "thank", "a"),
        Labelled("いや", "deny", "a"),
        Labelled("はい", "affirm", "polite"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param("はい", FORM, id="no JSON"),
        pytest.param('["はい", "affirm"]', FORM, id="no object"),
        pytest.param('{"text": "はい"}', FORM, id="no intent"),
        pytest.param('{"intent": "affirm"}', FORM, id="no text"),
        pytest.param('{"text": 1, "intent": "affirm"}', FORM, id="text a number"),
        pytest.param('{"text": "はい", "intent": ["affirm"]}', FORM, id="many intents"),
        pytest.param(
            '{"text": "はい", "intent": "affirm", "style": 1}',
            FORM,
            id="style a number",
        ),
        pytest.param("1", FORM, id="a number"),
        pytest.param("[" * 100_000, FORM, id="too deep"),
        pytest.param(
            '{"text": "はい", "intent": "yes"}',
            'there is no intent "yes"',
            id="unknown",
        ),
    ],
)
def test_bad_line_is_named_by_file_and_line(tmp_path: Path, line: str, reason: str):
    file = tmp_path / "messages.jsonl"
    file.write_text(f'{{"text": "はい", "intent": "affirm"}}\n\n{line}\n', "utf-8")

    with pytest.raises(BadData) as bad:
        read_messages(file, INTENTS)

    assert str(bad.value) == f"{file}, line 3: {reason}"


@pytest.mark.parametrize(
    "content", ["", "\n\n", "\ufeff"], ids=["empty", "blank", "mark"]
)
def test_file_without_messages_is_named(tmp_path: Path, content: str):
    file = tmp_path / "messages.jsonl"
    file.write_text(content, "utf-8")

    with pytest.raises(BadData) as bad:
        read_messages(file, INTENTS)

    assert str(bad.value) == f"{file}: there are no messages"


def test_folder_without_files_is_named(tmp_path: Path):
    with pytest.raises(BadData) as bad:
        read_messages(tmp_path, INTENTS)

    assert str(bad.value) == f"{tmp_path}: there are no .jsonl files in this folder"


def test_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadData) as bad:
        read_messages(tmp_path / "none.jsonl", INTENTS)

    assert str(bad.value) == f"{tmp_path / 'none.jsonl'}: No such file or directory"


def test_file_in_another_encoding_is_named(tmp_path: Path):
    file = tmp_path / "messages.jsonl"
    file.write_text('{"text": "はい", "intent": "affirm"}', "cp932")

    with pytest.raises(BadData) as bad:
        read_messages(file, INTENTS)

    assert str(bad.value) == f"{file}: this is not UTF-8"


@pytest.mark.parametrize("text", ["一行\u2028二行", "a\x85b"], ids=["U+2028", "U+0085"])
def test_line_ends_of_other_kinds_belong_to_the_text(tmp_path: Path, text: str):
    file = tmp_path / "messages.jsonl"
    file.write_text(f'{{"text": "{text}", "intent": "affirm"}}', "utf-8")

    assert [each.text for each in read_messages(file, INTENTS)] == [text]


def test_intents_of_the_domain_are_known_without_what_the_product_says():
    intents = known_intents()

    assert (len(intents), "greet" in intents) == (28, True)
    assert not any(each.startswith("EXTERNAL") for each in intents)
