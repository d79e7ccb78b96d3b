"""User codes: their form, and finding them in what customers type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.user_code import (
    FoundUserCode,
    InvalidUserCode,
    find_code_tokens,
    find_user_codes,
    is_user_code,
    parse_user_code,
)

CODE = "24681357902468131"
OTHER = "24681357902468249"
WIDE = "２４６８１３５７９０２４６８１３１"

codes = st.text("0123456789", min_size=17, max_size=17)
# What phones and keyboards put between groups of digits, in either width.
separators = st.sampled_from(
    ["", "", "", " ", "　", "-", "－", "‐", "–", "―", "−", "・", "_"]
)


@st.composite
def dressed_codes(draw: st.DrawFn) -> tuple[str, str]:
    """A code, and the same code in any mixture of widths and separators."""
    code = draw(codes)
    typed = "".join(
        (chr(ord(digit) + 0xFEE0) if draw(st.booleans()) else digit)
        + (draw(separators) if place < 16 else "")
        for place, digit in enumerate(code)
    )
    return code, typed


@pytest.mark.parametrize(
    ("text", "is_code"),
    [
        pytest.param(CODE, True, id="F-CODE-01: seventeen digits"),
        pytest.param("0" * 17, True, id="zeros"),
        pytest.param(CODE[:16], False, id="sixteen digits: F-CONF-01"),
        pytest.param(CODE + "0", False, id="eighteen digits"),
        pytest.param("", False, id="empty"),
        pytest.param(WIDE, False, id="full-width"),
        pytest.param(CODE[:16] + "O", False, id="a letter"),
        pytest.param(CODE[:16] + "²", False, id="a superscript"),
        pytest.param(CODE[:16] + "٣", False, id="an Arabic digit"),
        pytest.param(CODE[:16] + "\n", False, id="a newline"),
        pytest.param(" " + CODE[:16], False, id="a space"),
    ],
)
def test_user_code_is_seventeen_half_width_digits(text: str, is_code: bool):
    assert is_user_code(text) == is_code


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(CODE, id="plain"),
        pytest.param(WIDE, id="full-width"),
        pytest.param("2468 1357 9024 68131", id="spaces"),
        pytest.param(
            "２４６８　１３５７　９０２４　６８１３１", id="full-width spaces"
        ),
        pytest.param("2468-1357-9024-68131", id="hyphens"),
        pytest.param(
            "２４６８－１３５７－９０２４－６８１３１", id="full-width hyphens"
        ),
        pytest.param("2468−1357−9024−68131", id="minus signs"),
        pytest.param("2468ー1357ー9024ー68131", id="long-vowel marks"),
        pytest.param("2468ｰ1357ｰ9024ｰ68131", id="half-width long-vowel marks"),
        pytest.param(f"\t{CODE}\n", id="white space around"),
        pytest.param(f"「{CODE}」", id="in brackets"),
        pytest.param("二四六八一三五七九〇二四六八一三一", id="kanji"),
        pytest.param("②④⑥⑧①③⑤⑦⑨⓪②④⑥⑧①③①", id="circled"),
        pytest.param("24681357\n902468131", id="broken over two lines"),
    ],
)
def test_user_code_is_parsed_in_any_dress(typed: str):
    assert parse_user_code(typed) == CODE


@pytest.mark.parametrize(
    ("typed", "digits", "letters"),
    [
        pytest.param("", 0, 0, id="empty"),
        pytest.param(CODE[:16], 16, 0, id="one short: F-CONF-01"),
        pytest.param(CODE + "0", 18, 0, id="one too many"),
        pytest.param(CODE[:16] + "O", 16, 1, id="the letter O for a zero"),
        pytest.param("ABC" + CODE, 17, 3, id="a prefix"),
        pytest.param("これは" + CODE, 17, 3, id="words"),
        pytest.param("2468○357902468131", 16, 1, id="a circle for a zero"),
    ],
)
def test_malformed_user_code_is_refused_with_its_counts(
    typed: str, digits: int, letters: int
):
    with pytest.raises(InvalidUserCode) as refused:
        parse_user_code(typed)

    assert (refused.value.digits, refused.value.letters) == (digits, letters)


@given(dressed_codes())
def test_dress_does_not_change_a_user_code(dressed: tuple[str, str]):
    code, typed = dressed

    assert parse_user_code(typed) == code


@given(
    dressed_codes(),
    st.text("あア漢。、\n", max_size=5),
    st.text("あア漢。、\n", max_size=5),
)
def test_dressed_user_code_is_found_where_it_was_typed(
    dressed: tuple[str, str], before: str, after: str
):
    code, typed = dressed

    found = find_user_codes(before + typed + after)

    start = len(before)
    assert found == [FoundUserCode(code, start, start + len(typed))]


@given(
    st.text("0123456789", min_size=16, max_size=18),
    st.text(st.characters(categories=["Nd", "Zs", "Pd", "Lu"]), max_size=3),
)
def test_whatever_is_parsed_is_a_user_code(digits: str, noise: str):
    typed = digits + noise

    try:
        parsed = parse_user_code(typed)
    except InvalidUserCode:
        return

    assert is_user_code(parsed)


def test_digits_of_other_scripts_are_no_part_of_a_user_code():
    assert parse_user_code(CODE + "٣") == CODE


@given(st.text(max_size=60))
def test_found_places_lie_in_the_text_in_order(text: str):
    found = find_user_codes(text)

    ends = [place for code in found for place in (code.start, code.end)]
    assert ends == sorted(ends)
    assert all(0 <= place <= len(text) for place in ends)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="empty"),
        pytest.param("こんにちは", [], id="words"),
        pytest.param("24681357902", [], id="eleven digits: a phone number"),
        pytest.param(
            "246813579024", [FoundUserCode("246813579024", 0, 12)], id="twelve"
        ),
        pytest.param(
            CODE[:16], [FoundUserCode(CODE[:16], 0, 16)], id="sixteen: F-CONF-01"
        ),
        pytest.param(CODE + "0", [FoundUserCode(CODE + "0", 0, 18)], id="eighteen"),
        pytest.param("1" * 24, [FoundUserCode("1" * 24, 0, 24)], id="twenty-four"),
        pytest.param("1" * 25, [], id="twenty-five: no slip any more"),
        pytest.param(
            "2468135790246813O",
            [FoundUserCode("2468135790246813O", 0, 17)],
            id="a letter",
        ),
        pytest.param(
            "24681357902468lOO",
            [FoundUserCode("24681357902468lOO", 0, 17)],
            id="letters that look like digits, in any number",
        ),
        pytest.param("24681357902468ABC", [], id="three other letters: no code"),
        pytest.param(
            "2468○35790246813",
            [FoundUserCode("2468O35790246813", 0, 16)],
            id="a circle for a zero",
        ),
        pytest.param(
            f"コードは{WIDE}です",
            [FoundUserCode(CODE, 4, 21)],
            id="F-CODE-06: in a sentence",
        ),
        pytest.param(
            "㌔" + CODE, [FoundUserCode(CODE, 1, 18)], id="after a wide character"
        ),
        pytest.param(
            "👨‍👩‍👧" + CODE, [FoundUserCode(CODE, 5, 22)], id="after an emoji"
        ),
        pytest.param(
            f"{CODE}\n{OTHER}",
            [FoundUserCode(CODE, 0, 17), FoundUserCode(OTHER, 18, 35)],
            id="two codes on two lines: F-CON-11",
        ),
        pytest.param(
            f"{CODE}と{OTHER}",
            [FoundUserCode(CODE, 0, 17), FoundUserCode(OTHER, 18, 35)],
            id="two codes and a word",
        ),
        pytest.param(
            "2468 1357 90  24681-31", [FoundUserCode(CODE, 0, 22)], id="groups"
        ),
        pytest.param(
            "2468ー1357ー9024ー68131", [FoundUserCode(CODE, 0, 20)], id="long vowels"
        ),
    ],
)
def test_user_codes_are_found_right_and_wrong_lengths_alike(
    text: str, found: list[FoundUserCode]
):
    assert find_user_codes(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(f"LINE {CODE}", [FoundUserCode(CODE, 5, 22)], id="a word before"),
        pytest.param(f"{CODE} LINE", [FoundUserCode(CODE, 0, 17)], id="a word after"),
        pytest.param(
            f"{CODE} OK", [FoundUserCode(CODE, 0, 17)], id="two letters after"
        ),
        pytest.param(
            f"{CODE} {OTHER}",
            [FoundUserCode(CODE, 0, 17), FoundUserCode(OTHER, 18, 35)],
            id="another code after: F-CON-11",
        ),
        pytest.param(
            f"{CODE} 090-1234-5678",
            [FoundUserCode(CODE, 0, 17)],
            id="a phone number after",
        ),
    ],
)
def test_whole_user_code_is_found_beside_other_words(
    text: str, found: list[FoundUserCode]
):
    """What is not found is not masked, and travels in the clear."""
    assert find_user_codes(text) == found


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("24681357\n902468131", id="two lines"),
        pytest.param("24681357\r\n902468131", id="two lines of Windows"),
        pytest.param("24681357902468\n131", id="an attempt and the rest of it"),
        pytest.param("2468\n1357\n9024\n6813\n1", id="five lines"),
        pytest.param("2468 1357-\n9024 6813 1", id="lines of groups"),
        pytest.param("2468~1357~9024~6813~1", id="tildes"),
        pytest.param("２４６８～１３５７～９０２４～６８１３～１", id="wide tildes"),
        pytest.param("2468〜1357〜9024〜68131", id="wave dashes"),
        pytest.param("2468.1357.9024.68131", id="dots"),
        pytest.param("２４６８．１３５７．９０２４．６８１３１", id="wide dots"),
        pytest.param("2468―1357‐9024－68131", id="hyphens of several kinds"),
        pytest.param("二四六八一三五七九〇二四六八一三一", id="kanji"),
        pytest.param("二四六八一三五七九零二四六八一三一", id="kanji with 零"),
        pytest.param("②④⑥⑧①③⑤⑦⑨⓪②④⑥⑧①③①", id="circled"),
        pytest.param("2468\u200b1357\u200b9024\u200b68131", id="invisible spaces"),
        pytest.param(
            "".join(f"{digit}\ufe0f\u20e3" for digit in CODE[:-1]) + "1", id="keycaps"
        ),
    ],
)
def test_whole_user_code_is_found_in_any_dress(typed: str):
    text = f"コードは{typed}です"

    assert find_user_codes(text) == [FoundUserCode(CODE, 4, 4 + len(typed))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            f"{CODE[:16]}\n{CODE[:15]}",
            [FoundUserCode(CODE[:16], 0, 16), FoundUserCode(CODE[:15], 17, 32)],
            id="two attempts on two lines",
        ),
        pytest.param("24681357\n90246813", [], id="halves of a wrong length"),
        pytest.param(
            f"1234\n2468 1357 9024 6 {CODE[13:]}",
            [FoundUserCode(CODE, 5, 26)],
            id="a code on its line is no part of another",
        ),
        pytest.param("二四六八一三五七九〇二四六八一三", [], id="sixteen kanji"),
        pytest.param("二四六八一三五七九〇二四六八一三一一", [], id="eighteen kanji"),
    ],
)
def test_only_a_whole_code_is_broken_over_lines(text: str, found: list[FoundUserCode]):
    assert find_user_codes(text) == found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("090-1234-5678", id="a phone number"),
        pytest.param("09012345678", id="without signs"),
        pytest.param("090-1234-5678 080-1234-5678", id="two phone numbers"),
        pytest.param("090-1234-5678 03-1234-5678", id="of two lengths"),
        pytest.param("09012345678\n123456", id="a line of six digits after it"),
        pytest.param("0120-123-456 2026-11-20", id="and a date"),
        pytest.param("2026-11-20", id="a date"),
        pytest.param("2026-11-20 2026-11-21", id="two dates"),
        pytest.param("2026年11月20日 10:00 2026年11月21日", id="dates and a time"),
        pytest.param("1,078円と3,520円", id="prices"),
    ],
)
def test_numbers_of_other_kinds_are_no_user_code(text: str):
    assert find_user_codes(text) == []


def test_found_user_code_knows_whether_it_is_well_formed():
    found = find_user_codes(f"{CODE}と{CODE[:16]}")

    assert [code.is_well_formed for code in found] == [True, False]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", [], id="empty"),
        pytest.param(
            "コードは[CODE:abcd2345]です",
            [FoundUserCode("[CODE:abcd2345]", 4, 19)],
            id="in a sentence",
        ),
        pytest.param(
            "[CODE:abcd2345][CODE:wxyz6789]",
            [
                FoundUserCode("[CODE:abcd2345]", 0, 15),
                FoundUserCode("[CODE:wxyz6789]", 15, 30),
            ],
            id="two",
        ),
        pytest.param("[CODE:abcd234]", [], id="too short"),
        pytest.param("[CODE:ABCD2345]", [], id="capitals"),
        pytest.param("[PHONE:abcd2345]", [], id="another kind"),
    ],
)
def test_code_tokens_are_found(text: str, found: list[FoundUserCode]):
    assert find_code_tokens(text) == found


@pytest.mark.parametrize("text", [f"コードは{CODE}です", "[CODE:24681357]"])
def test_vault_token_is_no_user_code(text: str):
    tokens = {token.value for token in find_code_tokens(text)}
    found = {code.value for code in find_user_codes(text)}

    assert tokens & found == set()
