"""Finding what must not travel in the clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.domain.privacy import (
    Secret,
    SecretFinder,
    SecretKind,
    replace_tokens,
)

CODE = "24681357902468131"
# The catalog's words, so that their order and overlaps are those of the product.
FINDER = SecretFinder(
    [
        "パスワード",
        "パスワ",
        "ぱすわーど",
        "暗証番号",
        "password",
        "passwd",
        "pass",
        "pwd",
        "pw",
        "パス",
    ]
)


def found(text: str, *, answers_login: bool = False) -> list[tuple[SecretKind, str]]:
    """The kinds and values, once each is known to stand where it says."""
    secrets = FINDER.find(text, answers_login=answers_login)
    assert [text[each.start : each.end] for each in secrets] == [
        each.value for each in secrets
    ]
    return [(each.kind, each.value) for each in secrets]


@pytest.mark.parametrize(
    ("text", "password"),
    [
        pytest.param("パスワードはAb12cd34です", "Ab12cd34", id="a particle"),
        pytest.param("パスワード：Ab12cd34", "Ab12cd34", id="a full-width colon"),
        pytest.param("パスワード Ab12cd34", "Ab12cd34", id="a space"),
        pytest.param("パスワード\nAb12cd34", "Ab12cd34", id="a new line"),
        pytest.param("password=Ab12cd34", "Ab12cd34", id="English"),
        pytest.param("PASSWORD: Ab12cd34", "Ab12cd34", id="capitals"),
        pytest.param("ＰＷ　Ａｂ１２ｃｄ３４", "Ａｂ１２ｃｄ３４", id="full-width"),
        pytest.param("pwはabcd1234です", "abcd1234", id="short word"),
        pytest.param("ﾊﾟｽﾜｰﾄﾞはAb12cd34です", "Ab12cd34", id="half-width kana"),
        pytest.param("暗証番号は1234です", "1234", id="four digits"),
        pytest.param("パスワードはSample-Eita-1", "Sample-Eita-1", id="the sample's"),
    ],
)
def test_password_is_found_after_its_word(text: str, password: str):
    assert found(text) == [(SecretKind.PASSWORD, password)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("パスワードがわかりません", id="forgotten"),
        pytest.param("パスワードを忘れた。", id="forgotten, with a full stop"),
        pytest.param(
            "パスワードはどこで変えますか？", id="F-CON-15: where to change it"
        ),
        pytest.param("passwordを忘れました", id="forgotten, in Latin letters"),
        pytest.param("ＰＡＳＳＷＯＲＤがわからない", id="forgotten, in wide letters"),
        pytest.param("passwdって何ですか", id="another Latin word"),
        pytest.param(
            "パスワードはLINEと同じですか", id="F-CON-18: LINE's own password"
        ),
        pytest.param("IDとパスワードを教えて", id="asked for"),
    ],
)
def test_talk_about_passwords_is_no_password(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ab12cd34", [(SecretKind.PASSWORD, "Ab12cd34")], id="a lone word"),
        pytest.param(
            "  Ab12cd34\n", [(SecretKind.PASSWORD, "  Ab12cd34\n")], id="spaces"
        ),
        pytest.param("Ab12c", [], id="five characters"),
        pytest.param("Ab12c3", [(SecretKind.PASSWORD, "Ab12c3")], id="six characters"),
        pytest.param("a1" * 32, [(SecretKind.PASSWORD, "a1" * 32)], id="sixty-four"),
        pytest.param("a1" * 32 + "a", [], id="sixty-five"),
        pytest.param("abcdefgh", [], id="letters only"),
        pytest.param("20261124", [], id="digits only"),
        pytest.param("できました", [], id="an answer in words"),
        pytest.param("はい できた1", [], id="words with a digit"),
        pytest.param("G-7KQ2-M9XD", [], id="the code of a gift"),
        pytest.param("Ｇ－７ｋｑ２－Ｍ９ｘｄ", [], id="the code of a gift, wide"),
    ],
)
def test_lone_word_is_a_password_at_the_login_step(
    text: str, expected: list[tuple[SecretKind, str]]
):
    assert found(text, answers_login=True) == expected


def test_lone_word_is_no_password_elsewhere():
    assert found("Ab12cd34") == []


@pytest.mark.parametrize(
    "number",
    [
        "09012345678",
        "090-1234-5678",
        "０９０－１２３４－５６７８",
        "090 1234 5678",
        "090−1234−5678",
        "090ー1234ー5678",
        "090‐1234‐5678",
        "0312345678",
        "03-1234-5678",
        "03(1234)5678",
        "0120-142-275",
    ],
)
def test_phone_number_is_found_in_any_dress(number: str):
    assert found(f"番号は{number}です") == [(SecretKind.PHONE, number)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1101", id="the last four digits"),
        pytest.param("10:00から19:00", id="hours"),
        pytest.param("2026-11-24", id="a date"),
        pytest.param("0.5GBを3回で1,500円", id="amounts"),
        pytest.param("012345678", id="nine digits"),
    ],
)
def test_other_numbers_are_no_secrets(text: str):
    assert found(text) == []


@pytest.mark.parametrize(
    "address",
    [
        "eita@example.com",
        "ei.ta+1@mail.example.co.jp",
        "ｅｉｔａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    ],
)
def test_mail_address_is_found(address: str):
    assert found(f"メールは{address}です") == [(SecretKind.MAIL, address)]


@pytest.mark.parametrize("address", ["eita@", "@eita", "eita@example", "a＠b"])
def test_half_a_mail_address_is_none(address: str):
    assert found(address) == []


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(CODE, id="plain"),
        pytest.param("２４６８１３５７９０２４６８１３１", id="full-width"),
        pytest.param("2468-1357-9024-68131", id="hyphens"),
        pytest.param("2468ー1357ー9024ー68131", id="long-vowel marks"),
        pytest.param(CODE[:16], id="one short"),
    ],
)
def test_user_code_is_found(code: str):
    assert found(f"コードは{code}です") == [(SecretKind.CODE, code)]


@pytest.mark.parametrize(
    "text", [f"LINE {CODE}", f"{CODE} LINE", f"{CODE} {CODE}", f"{CODE} 090-1234-5678"]
)
def test_user_code_leaves_no_digit_in_the_clear(text: str):
    """Design, section 3: no user code in Rasa's trackers, in logs or in events."""
    secrets = FINDER.find(text)

    hidden = {place for each in secrets for place in range(each.start, each.end)}
    shown = [char for place, char in enumerate(text) if place not in hidden]
    assert [char for char in shown if char.isdigit()] == []


def test_card_number_is_hidden_as_something():
    # Sixteen digits are a mistyped code as well; hidden they are in either case.
    assert [value for _, value in found("4111 1111 1111 1111")] == [
        "4111 1111 1111 1111"
    ]


def test_secrets_of_several_kinds_come_in_order_without_overlaps():
    text = (
        f"コード{CODE}、電話090-1234-5678、メールeita@example.com、パスワードはAb12cd34"
    )

    result = FINDER.find(text)

    assert result == [
        Secret(SecretKind.CODE, 3, 20, CODE),
        Secret(SecretKind.PHONE, 23, 36, "090-1234-5678"),
        Secret(SecretKind.MAIL, 40, 56, "eita@example.com"),
        Secret(SecretKind.PASSWORD, 63, 71, "Ab12cd34"),
    ]


def test_password_that_looks_like_a_code_is_a_password():
    assert found(f"パスワードは{CODE}") == [(SecretKind.PASSWORD, CODE)]


def test_token_in_the_text_is_left_alone():
    assert found("パスワードは[CODE:abcd2345]です") == []


@given(st.text(max_size=80), st.booleans())
def test_found_secrets_never_overlap(text: str, answers_login: bool):
    secrets = FINDER.find(text, answers_login=answers_login)

    ends = [place for each in secrets for place in (each.start, each.end)]
    assert ends == sorted(ends)
    assert [text[each.start : each.end] for each in secrets] == [
        each.value for each in secrets
    ]


def test_tokens_are_shown_as_words():
    words = {kind: f"<{kind.value}>" for kind in SecretKind}

    shown = replace_tokens(
        "コードは[CODE:k3f9a2c1]、電話は[PHONE:abcd2345]です[CODE:短い]", words
    )

    assert shown == "コードは<CODE>、電話は<PHONE>です[CODE:短い]"
