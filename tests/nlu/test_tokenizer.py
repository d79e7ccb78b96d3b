"""The tokenizer: short units, normalised forms, positions as typed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu import tokenizer as module
from helpdesk.nlu.tokenizer import READING, SudachiTokenizer

CODE = "24681357902468131"


@pytest.fixture(scope="module")
def tokenizer() -> SudachiTokenizer:
    return SudachiTokenizer(SudachiTokenizer.get_default_config())


def tokens(tokenizer: SudachiTokenizer, text: str) -> list[tuple[str, int, int, str]]:
    """Text, start, end and lemma of each token."""
    found = tokenizer.tokenize(Message({TEXT: text}), TEXT)
    return [(token.text, token.start, token.end, token.lemma) for token in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "契約者連携",
            [("契約", 0, 2, "契約"), ("者", 2, 3, "者"), ("連携", 3, 5, "連携")],
            id="short units",
        ),
        pytest.param(
            "引っ越し 引越し",
            [("引っ越し", 0, 4, "引っ越し"), ("引越し", 5, 8, "引っ越し")],
            id="two spellings, one lemma",
        ),
        pytest.param(
            "ＬＩＮＥとＷｅｂ",
            [
                ("ＬＩＮＥ", 0, 4, "line"),
                ("と", 4, 5, "と"),
                ("Ｗｅｂ", 5, 8, "ウェブ"),
            ],
            id="full-width",
        ),
        pytest.param(
            "ﾃﾞｰﾀ残量",
            [("ﾃﾞｰﾀ", 0, 4, "データ"), ("残量", 4, 6, "残量")],
            id="half-width kana",
        ),
        pytest.param(
            "㌔😀です",
            [("㌔", 0, 1, "キロ"), ("😀", 1, 2, "😀"), ("です", 2, 4, "です")],
            id="one sign for several, and an emoji",
        ),
        pytest.param(
            " 連携　 残量\n",
            [("連携", 1, 3, "連携"), ("残量", 5, 7, "残量")],
            id="no tokens of white space",
        ),
        pytest.param(
            f"コード{CODE}です",
            [
                ("コード", 0, 3, "コード"),
                (CODE, 3, 20, "usercode"),
                ("です", 20, 22, "です"),
            ],
            id="code",
        ),
        pytest.param(
            "は２４６８ １３５７ ９０２４ ６８１３ １",
            [
                ("は", 0, 1, "は"),
                ("２４６８ １３５７ ９０２４ ６８１３ １", 1, 22, "usercode"),
            ],
            id="code in groups, full-width",
        ),
        pytest.param(
            "[CODE:abcd2345]😀",
            [("[CODE:abcd2345]", 0, 15, "usercode"), ("😀", 15, 16, "😀")],
            id="vault token",
        ),
        pytest.param(
            "紐付けと連系",
            [("紐付け", 0, 3, "連携"), ("と", 3, 4, "と"), ("連系", 4, 6, "連携")],
            id="synonyms at both ends",
        ),
        pytest.param(
            "名義人紐付け",
            [
                ("名義人", 0, 3, "契約"),
                ("名義人", 0, 3, "者"),
                ("紐付け", 3, 6, "連携"),
            ],
            id="synonym of two words, and one beside it",
        ),
        pytest.param(
            f"ひもづけ{CODE}ひもづけ",
            [
                ("ひもづけ", 0, 4, "連携"),
                (CODE, 4, 21, "usercode"),
                ("ひもづけ", 21, 25, "連携"),
            ],
            id="synonyms beside a code",
        ),
        pytest.param("", [], id="empty"),
    ],
)
def test_tokenizer_gives_normal_forms_at_the_positions_as_typed(
    tokenizer: SudachiTokenizer, text: str, expected: list[tuple[str, int, int, str]]
):
    assert tokens(tokenizer, text) == expected


@pytest.mark.parametrize("mode", ["A", "C"])
def test_tokens_stand_in_the_text_where_they_say(mode: str):
    config = SudachiTokenizer.get_default_config() | {"split_mode": mode}
    text = "１１月２０日、㈱㌔さんから、ﾃﾞｰﾀﾌﾟﾚｾﾞﾝﾄ😀が届きません。𠮷田"

    found = tokens(SudachiTokenizer(config), text)

    assert [text[start:end] for _, start, end, _ in found] == [
        word for word, *_ in found
    ]


def test_split_mode_decides_on_the_length_of_the_units():
    config = SudachiTokenizer.get_default_config() | {"split_mode": "C"}

    found = tokens(SudachiTokenizer(config), "選挙管理委員会")

    assert found == [("選挙管理委員会", 0, 7, "選挙管理委員会")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("連携", "れんけい", id="kanji"),
        pytest.param("レンケー", "れんけい", id="synonym"),
        pytest.param("renkei", "れんけい", id="romaji"),
        pytest.param("ﾃﾞｰﾀ残量", "でーたざんりょう", id="half-width kana"),
        pytest.param("ざんりょう", "ざんりょう", id="kana"),
        pytest.param("😀", "😀", id="emoji"),
    ],
)
def test_tokens_carry_their_reading(
    tokenizer: SudachiTokenizer, text: str, expected: str
):
    found = tokenizer.tokenize(Message({TEXT: text}), TEXT)

    assert "".join(token.get(READING) for token in found) == expected


def test_all_codes_are_read_alike(tokenizer: SudachiTokenizer):
    codes = [CODE, "97531864209753186", "[CODE:zyxw9876]"]

    found = [tokenizer.tokenize(Message({TEXT: code}), TEXT) for code in codes]

    assert len({token.get(READING) for tokens in found for token in tokens}) == 1


PIECES = [
    *("連携", "紐付け", "ﾋﾓ付け", "スマホ", "名義人", "オペレーター", "パスワ"),
    *("ＬＩＮＥ", "ﾃﾞｰﾀ", "㌔", "㈱", "😀", "👨‍👩‍👧", "𠮷田", "が", "ー", "は"),
    *(CODE, "[CODE:abcd2345]", "２４６８ １３５７ ９０２４ ６８１３ １", "12"),
    *(" ", "　", "\n", "。", "-", "login", "Straße"),
]


@pytest.mark.parametrize("seed", range(20))
def test_tokens_of_any_text_stand_where_they_were_typed(
    tokenizer: SudachiTokenizer, seed: int
):
    draw = random.Random(seed)
    for _ in range(50):
        text = "".join(draw.choices(PIECES, k=draw.randrange(1, 9)))

        found = tokenizer.tokenize(Message({TEXT: text}), TEXT)

        spans = [(token.start, token.end) for token in found]
        assert [text[start:end] for start, end in spans] == [t.text for t in found]
        assert spans == sorted(spans)
        # Whatever is not white space belongs to a token.
        covered = {at for start, end in spans for at in range(start, end)}
        left = {each for at, each in enumerate(text) if at not in covered}
        assert "".join(left).strip() == "", text


def test_synonyms_are_those_of_the_file(tmp_path: Path):
    file = tmp_path / "synonyms.yml"
    file.write_text("連携: [つなぐやつ]", "utf-8")
    config = SudachiTokenizer.get_default_config() | {"file": str(file)}

    found = tokens(SudachiTokenizer(config), "つなぐやつの紐付け")

    assert found[0] == ("つなぐやつ", 0, 5, "連携")
    assert "連携" not in [lemma for *_, lemma in found[1:]]


def test_code_stays_whole_whatever_the_synonyms(tmp_path: Path):
    file = tmp_path / "synonyms.yml"
    file.write_text('連携: ["2468"]', "utf-8")
    config = SudachiTokenizer.get_default_config() | {"file": str(file)}

    found = tokens(SudachiTokenizer(config), f"2468と{CODE}")

    assert found == [
        ("2468", 0, 4, "連携"),
        ("と", 4, 5, "と"),
        (CODE, 5, 22, "usercode"),
    ]


def test_fingerprint_changes_with_the_file(tmp_path: Path):
    file = tmp_path / "synonyms.yml"
    prints = []
    for content in ("a: []", "a: []", "a: [b]"):
        file.write_text(content, "utf-8")
        prints.append(SudachiTokenizer.fingerprint_addon({"file": str(file)}))

    assert [prints[0] == prints[1], prints[1] == prints[2]] == [True, False]


def test_fingerprint_is_of_the_catalog_unless_told_otherwise():
    file = SudachiTokenizer.get_default_config()["file"]

    plain = SudachiTokenizer.fingerprint_addon({})

    assert plain == SudachiTokenizer.fingerprint_addon({"file": file})


@pytest.mark.parametrize(
    "called", ["text", "reading", "rewriting", "privacy", "user_code"]
)
def test_fingerprint_changes_with_each_module_called(
    monkeypatch: pytest.MonkeyPatch, called: str
):
    before = SudachiTokenizer.fingerprint_addon({})

    # Any other source stands for an edited one.
    monkeypatch.setattr(module, called, json)

    assert SudachiTokenizer.fingerprint_addon({}) != before
