"""Cards, and the form in which they travel."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpdesk.domain.card import Card, CardRow, MalformedCard, as_json, card_of

DATA = Card(
    "Data",
    "1.3 GB left",
    (CardRow("Used", "1.7 GB", 0.57), CardRow("Plan", "3 GB")),
    "As of noon",
)
FORM = {
    "title": "Data",
    "lead": "1.3 GB left",
    "rows": [
        {"label": "Used", "value": "1.7 GB", "share": 0.57},
        {"label": "Plan", "value": "3 GB", "share": None},
    ],
    "note": "As of noon",
}
ROW = {"label": "Used", "value": "1.7 GB"}


def test_card_has_one_form_to_travel_in():
    assert as_json(DATA) == FORM


@pytest.mark.parametrize(
    "card",
    [
        pytest.param(DATA, id="full"),
        pytest.param(Card("Data", None, ()), id="title only"),
        pytest.param(Card("Data", None, (CardRow("a", "b", 0.0),)), id="empty bar"),
        pytest.param(Card("Data", None, (CardRow("a", "b", 1.0),)), id="full bar"),
    ],
)
def test_card_comes_back_as_it_went(card: Card):
    assert card_of(json.loads(json.dumps(as_json(card)))) == card


def test_what_may_be_left_out_may_be_missing():
    assert card_of({"title": "Data", "rows": [ROW]}) == Card(
        "Data", None, (CardRow("Used", "1.7 GB"),)
    )


def test_nothing_is_no_card():
    assert card_of(None) is None


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        pytest.param("Data", "card is no object", id="text"),
        pytest.param([], "card is no object", id="list"),
        pytest.param({}, "rows are no list", id="empty"),
        pytest.param({"title": "Data", "rows": "none"}, "rows are no list", id="rows"),
        pytest.param({"rows": []}, "title has no words", id="no title"),
        pytest.param({"title": " ", "rows": []}, "title has no words", id="blank"),
        pytest.param({**FORM, "lead": ""}, "lead has no words", id="empty lead"),
        pytest.param({**FORM, "lead": 1.3}, "lead has no words", id="number as lead"),
        pytest.param({**FORM, "note": ["a"]}, "note has no words", id="list as note"),
        pytest.param({**FORM, "rows": ["Used"]}, "row is no object", id="text as row"),
        pytest.param(
            {**FORM, "rows": [{"value": "1"}]}, "label has no words", id="no label"
        ),
        pytest.param(
            {**FORM, "rows": [{"label": "a", "value": 1}]},
            "value has no words",
            id="number as value",
        ),
    ],
)
def test_malformed_card_is_refused(value: Any, fact: str):
    with pytest.raises(MalformedCard, match=f"{fact}$"):
        card_of(value)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan"), float("inf"), "1", True])
def test_share_is_a_number_from_0_to_1(share: object):
    with pytest.raises(MalformedCard, match="share"):
        card_of({**FORM, "rows": [{**ROW, "share": share}]})
