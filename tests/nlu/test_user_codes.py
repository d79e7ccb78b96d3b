"""User codes in a message: value, role and exact place."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.nlu.user_codes import UserCodeExtractor

CODE = "24681357902468131"


def extracted(text: str) -> list[dict[str, Any]]:
    message = Message({TEXT: text})

    UserCodeExtractor().process([message])

    return message.get(ENTITIES)


def entity(value: str, start: int, end: int, **role: str) -> dict[str, Any]:
    return {
        "entity": "user_code",
        "value": value,
        "start": start,
        "end": end,
        "extractor": "UserCodeExtractor",
        **role,
    }


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        pytest.param(CODE, 0, 17, id="bare"),
        pytest.param(f"コードは{CODE}です", 4, 21, id="in a sentence"),
        pytest.param("２４６８１３５７９０２４６８１３１", 0, 17, id="full-width"),
        pytest.param("2468 1357 9024 6813 1", 0, 21, id="spaces"),
        pytest.param(
            "２４６８　１３５７　９０２４　６８１３　１", 0, 21, id="wide spaces"
        ),
        pytest.param("2468-1357-9024-6813-1", 0, 21, id="hyphens"),
        pytest.param("2468ー1357ー9024ー6813ー1", 0, 21, id="long-vowel marks"),
        pytest.param("2468 - 1357 - 9024 - 6813 - 1", 0, 29, id="spaced hyphens"),
        pytest.param("2468‐1357–9024−6813―1", 0, 21, id="dashes of every kind"),
        pytest.param("😀㌔「2468-1357902468131」", 3, 21, id="after an emoji"),
        pytest.param(
            "㌔２４６８１３５７\n９０２４６８１３１", 1, 19, id="two wide lines"
        ),
        pytest.param("㌔二四六八一三五七九〇二四六八一三一", 1, 18, id="kanji"),
    ],
)
def test_code_is_found_however_it_is_dressed(text: str, start: int, end: int):
    assert extracted(text) == [entity(CODE, start, end, role="well_formed")]


@pytest.mark.parametrize(
    ("code", "role"),
    [
        pytest.param("1" * 11, None, id="11 digits are no try"),
        pytest.param("1" * 12, "malformed", id="12"),
        pytest.param("1" * 16, "malformed", id="16"),
        pytest.param("1" * 17, "well_formed", id="17"),
        pytest.param("1" * 18, "malformed", id="18"),
        pytest.param("1" * 24, "malformed", id="24"),
        pytest.param("1" * 25, None, id="25 digits are no try"),
        pytest.param("2468135790246813O", "malformed", id="O for 0"),
        pytest.param("2468135790246Oll1", "malformed", id="letters like digits"),
        pytest.param("2468135790246ABC1", None, id="three letters are no slip"),
    ],
)
def test_role_tells_the_right_length_from_wrong_ones(code: str, role: str | None):
    expected = [] if role is None else [entity(code, 0, len(code), role=role)]

    assert extracted(code) == expected


def test_vault_token_has_no_role():
    assert extracted("これ [CODE:q7m2x9ab] です") == [entity("[CODE:q7m2x9ab]", 3, 18)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[PHONE:q7m2x9ab]", id="another kind"),
        pytest.param("[CODE:q7m2]", id="too short"),
        pytest.param("090-1234-5678です", id="phone number"),
        pytest.param("2026年11月20日 10:00", id="date"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_no_code_is_left_alone(text: str):
    assert extracted(text) == []


def test_several_codes_are_found_beside_what_others_have_marked():
    text = f"{CODE}と{CODE}"
    other = {"entity": "day", "value": "day-1", "start": 0, "end": 2}
    message = Message({TEXT: text, ENTITIES: [other]})

    UserCodeExtractor().process([message])

    assert message.get(ENTITIES) == [
        other,
        entity(CODE, 0, 17, role="well_formed"),
        entity(CODE, 18, 35, role="well_formed"),
    ]
