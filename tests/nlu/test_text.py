"""Folding: what is compared, and where it stands."""

from __future__ import annotations

import pytest

from helpdesk.nlu.text import (
    fold,
    fold_keeping_positions,
    last_sentence,
    stand_ins,
)

CODE = "24681357902468131"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("ＡＢｃ　１２", "abc 12", id="full-width and capitals"),
        pytest.param("ｽﾏﾎ", "スマホ", id="half-width kana"),
        pytest.param("ﾃﾞｰﾀ", "テ゛ータ", id="a mark of its own stays a character"),
        pytest.param("㌔㈱", "㌔㈱", id="one sign for several stays"),
        pytest.param("Straße", "straße", id="a letter that folds to two stays"),
        pytest.param("", "", id="empty"),
    ],
)
def test_fold_keeping_positions_never_changes_the_length(text: str, expected: str):
    folded = fold_keeping_positions(text)

    assert (folded.replace("\u3099", "゛"), len(folded)) == (expected, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ｗｅｂ で ﾃﾞｰﾀ", "webでデータ", id="width, case and spaces"),
        pytest.param("㌔　\n\t㈱", "キロ(株)", id="one sign for several"),
        pytest.param(f"コード {CODE} です", "コードusercodeです", id="code"),
        pytest.param("[CODE:abcd2345]です", "usercodeです", id="token"),
    ],
)
def test_fold_makes_equal_what_means_the_same(text: str, expected: str):
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("コードがない", [], id="none"),
        pytest.param(f"{CODE}", [(0, 17, "usercode")], id="the whole"),
        pytest.param(f"は{CODE}です", [(1, 18, "usercode")], id="within"),
        pytest.param("[CODE:abcd2345]", [(0, 15, "usercode")], id="token"),
        pytest.param(
            f"{CODE}か[CODE:abcd2345]",
            [(0, 17, "usercode"), (18, 33, "usercode")],
            id="in order",
        ),
        pytest.param(
            "２４６８１３５７９０２４６８１３",
            [(0, 16, "usercode")],
            id="one too short",
        ),
        pytest.param("番号は[PHONE:abcd2345]です", [(3, 19, "")], id="another token"),
        pytest.param("<b>残量</b>", [(0, 3, ""), (5, 9, "")], id="markup"),
        pytest.param("a < b > c", [], id="signs that are no markup"),
        pytest.param("<b", [], id="markup that does not end"),
        pytest.param(
            f"<code x={CODE}>", [(8, 25, "usercode")], id="a code within markup"
        ),
    ],
)
def test_stand_ins_stand_where_they_were_typed(
    text: str, expected: list[tuple[int, int, str]]
):
    assert stand_ins(text) == expected


@pytest.mark.parametrize(
    ("text", "last"),
    [
        pytest.param("残量を知りたい", "残量を知りたい", id="one"),
        pytest.param("残量を知りたい。", "残量を知りたい。", id="one, closed"),
        pytest.param("娘です。残量は？", "残量は？", id="two"),
        pytest.param("娘です！？！残量は", "残量は", id="several signs"),
        pytest.param("一つ。二つ?三つ!四つ\n五つ", "五つ", id="every sign"),
        pytest.param("娘です。\n\n残量は\n", "残量は\n", id="line ends at the end"),
        pytest.param("残量は？？？😀", "残量は？？？😀", id="an emoji is no sentence"),
        pytest.param("残量は？\n。", "残量は？\n。", id="nothing but signs after it"),
        pytest.param("娘です、残量は", "娘です、残量は", id="comma"),
        pytest.param("。残量は", "残量は", id="sign at the start"),
        pytest.param("？", "？", id="sign alone"),
        pytest.param("", "", id="empty"),
    ],
)
def test_last_sentence_has_words(text: str, last: str):
    assert text[last_sentence(text) :] == last
