"""Folding: what is compared, and where it stands."""

from __future__ import annotations

import pytest

from helpdesk.nlu.text import fold, fold_keeping_positions, replace_codes

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
        pytest.param("コードがない", "コードがない", id="none"),
        pytest.param(f"「{CODE}」です", "「usercode」です", id="code"),
        pytest.param(
            "２４６８ １３５７ ９０２４ ６８１３ １", "usercode", id="wide, spaced"
        ),
        pytest.param(
            f"[CODE:abcd2345]か{CODE}か[CODE:zyxw9876]",
            "usercodeかusercodeかusercode",
            id="several, in order",
        ),
        pytest.param(
            "[PHONE:abcd2345]", "[PHONE:abcd2345]", id="token of another kind"
        ),
    ],
)
def test_replace_codes_leaves_everything_else(text: str, expected: str):
    assert replace_codes(text) == expected
