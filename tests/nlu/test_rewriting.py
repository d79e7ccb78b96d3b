"""Rewritten texts: what is replaced, and where everything was typed."""

from __future__ import annotations

import random

import pytest

from helpdesk.nlu.rewriting import Replacement, Rewritten, Synonyms

ALPHABET = "連携ﾃﾞスＡa 😀𠮷㌔\n"


@pytest.mark.parametrize(
    ("typed", "replacements", "text"),
    [
        pytest.param("連係したい", [], "連係したい", id="nothing"),
        pytest.param("連係したい", [(0, 2, "連携")], "連携したい", id="at the start"),
        pytest.param("次は連係", [(2, 4, "連携")], "次は連携", id="at the end"),
        pytest.param("連係", [(0, 2, "連携")], "連携", id="the whole"),
        pytest.param("ab", [(0, 1, "xyz"), (1, 2, "")], "xyz", id="next to each other"),
        pytest.param("a-b", [(2, 3, "Y"), (0, 1, "X")], "X-Y", id="in any order"),
        pytest.param("", [], "", id="empty"),
    ],
)
def test_each_part_is_replaced(typed: str, replacements: list[Replacement], text: str):
    rewritten = Rewritten(typed, replacements)

    assert (rewritten.text, rewritten.typed) == (text, typed)


LONGER = Rewritten("😀紐付けとコード", [(1, 4, "連携設定"), (5, 8, "利用コード")])


@pytest.mark.parametrize(
    ("part", "typed"),
    [
        pytest.param("😀", "😀", id="before the first"),
        pytest.param("連携設定", "紐付け", id="a replacement"),
        pytest.param("連携", "紐付け", id="its beginning"),
        pytest.param("携設", "紐付け", id="its middle"),
        pytest.param("設定", "紐付け", id="its end"),
        pytest.param("と", "と", id="between two"),
        pytest.param("定と", "紐付けと", id="its end and what follows"),
        pytest.param("😀連", "😀紐付け", id="what stands before and its beginning"),
        pytest.param("定と利", "紐付けとコード", id="from one into the other"),
        pytest.param("ド", "コード", id="the last character"),
        pytest.param("😀連携設定と利用コード", "😀紐付けとコード", id="everything"),
    ],
)
def test_part_of_the_text_stands_where_it_was_typed(part: str, typed: str):
    start = LONGER.text.index(part)

    first, last = LONGER.as_typed(start, start + len(part))

    assert LONGER.typed[first:last] == typed


@pytest.mark.parametrize(
    "replacements",
    [
        pytest.param([(0, 2, "x"), (2, 4, "y")], id="shorter"),
        pytest.param([(0, 2, "xxxx"), (2, 4, "yyyy")], id="longer"),
        pytest.param([(0, 2, ""), (2, 4, "y")], id="one left out"),
    ],
)
def test_replacements_next_to_each_other_are_told_apart(
    replacements: list[Replacement],
):
    rewritten = Rewritten("abcdef", replacements)
    new = [each for _, _, each in replacements]

    found = {
        rewritten.as_typed(rewritten.text.index(each), rewritten.text.index(each) + 1)
        for each in [*filter(None, new), "e"]
    }

    assert found == {
        *((start, end) for start, end, each in replacements if each),
        (4, 5),
    }


def some_replacements(draw: random.Random, typed: str) -> list[Replacement]:
    """Up to four, which may touch one another and the ends of the text."""
    cuts = sorted(draw.sample(range(len(typed) + 1), k=min(8, len(typed) + 1)))
    spans = [(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    return [
        (start, end, "".join(draw.choices("uvw", k=draw.randrange(5))))
        for start, end in spans
    ]


@pytest.mark.parametrize("seed", range(20))
def test_every_character_of_any_text_keeps_its_place(seed: int):
    draw = random.Random(seed)
    for _ in range(100):
        typed = "".join(draw.choices(ALPHABET, k=draw.randrange(1, 16)))
        replacements = some_replacements(draw, typed)

        rewritten = Rewritten(typed, replacements)

        expected = []
        for at, character in enumerate(typed):
            inside = [each for each in replacements if each[0] <= at < each[1]]
            if not inside:
                expected.append((character, (at, at + 1)))
            elif inside[0][0] == at:
                start, end, new = inside[0]
                expected += [(each, (start, end)) for each in new]
        assert [
            (character, rewritten.as_typed(at, at + 1))
            for at, character in enumerate(rewritten.text)
        ] == expected


@pytest.mark.parametrize("seed", range(5))
def test_parts_of_any_text_follow_one_another_as_typed(seed: int):
    draw = random.Random(seed)
    for _ in range(100):
        typed = "".join(draw.choices(ALPHABET, k=draw.randrange(1, 16)))
        rewritten = Rewritten(typed, some_replacements(draw, typed))
        start, end = sorted(draw.choices(range(len(rewritten.text) + 1), k=2))

        if start < end:
            first, last = rewritten.as_typed(start, end)

            single = [rewritten.as_typed(at, at + 1) for at in range(start, end)]
            assert (first, last) == (single[0][0], single[-1][1])


SYNONYMS = {
    "連携": ["連係", "ひもづけ", "ひもづけ設定"],
    "オペレーター": ["オペレータ", "オペさん"],
    "マイページ": ["my page"],
    "データ": ["ギガ", "data"],
    "LINE": ["ライン"],
    "オンライン": [],
}


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        pytest.param("連係したい", "連携したい", id="another spelling"),
        pytest.param("連係と連係", "連携と連携", id="twice"),
        pytest.param("連係連係", "連携連携", id="twice, side by side"),
        pytest.param("ひもづけ設定の画面", "連携の画面", id="the longest"),
        pytest.param("MY　PAGEは", "マイページは", id="wide space and capitals"),
        pytest.param("ＤＡＴＡ", "データ", id="full-width"),
        pytest.param("ﾗｲﾝで", "LINEで", id="half-width kana"),
        pytest.param("ｷﾞｶﾞが", "データが", id="half-width kana with voicing marks"),
        pytest.param("オペレーター", "オペレーター", id="part of the word itself"),
        pytest.param("ｵﾍﾟﾚｰﾀｰ", "ｵﾍﾟﾚｰﾀｰ", id="part of the word, half-width"),
        pytest.param(
            "オペレータとオペレーター", "オペレーターとオペレーター", id="both"
        ),
        pytest.param("オンラインで", "オンラインで", id="part of a word that stays"),
        pytest.param("オンラインのライン", "オンラインのLINE", id="stays and does not"),
        pytest.param("LINE", "LINE", id="the word itself"),
        pytest.param("line", "line", id="the word itself in other letters"),
        pytest.param("つなぎたい", "つなぎたい", id="no synonym"),
        pytest.param("", "", id="empty"),
    ],
)
def test_synonyms_become_the_word_that_they_stand_for(typed: str, text: str):
    found = Synonyms(SYNONYMS).find(typed, beside=[])

    assert Rewritten(typed, found).text == text


@pytest.mark.parametrize(
    ("beside", "text"),
    [
        pytest.param([(0, 2, "X")], "Xと連携", id="the first is taken"),
        pytest.param([(1, 2, "X")], "連Xと連携", id="a part of it is taken"),
        pytest.param([(2, 3, "X")], "連携X連携", id="what stands between is taken"),
        pytest.param([(0, 5, "X")], "X", id="everything is taken"),
    ],
)
def test_synonyms_leave_what_is_replaced_already(beside: list[Replacement], text: str):
    typed = "連係と連係"

    found = Synonyms(SYNONYMS).find(typed, beside=beside)

    assert Rewritten(typed, found + beside).text == text


@pytest.mark.parametrize("seed", range(10))
def test_synonyms_never_overlap_in_any_text(seed: int):
    draw = random.Random(seed)
    synonyms = Synonyms(SYNONYMS)
    words = [other for others in SYNONYMS.values() for other in others]
    pieces = [*words, *SYNONYMS, "連", "ー", "ン", "設定", "😀", " "]
    for _ in range(100):
        typed = "".join(draw.choices(pieces, k=draw.randrange(1, 8)))
        beside = [(0, 1, "X")] if draw.random() < 0.5 else []

        found = sorted(synonyms.find(typed, beside) + beside)

        ends = [0, *(end for _, end, _ in found)]
        assert all(
            end <= start < stop
            for end, (start, stop, _) in zip(ends, found, strict=False)
        ), typed
