"""What linking is, for this customer."""

from __future__ import annotations

from typing import Any

import pytest

from actions.linking import ActionExplainLinking
from helpdesk.bootstrap import Helpdesk
from tests.actions.talk import run, turn, utter


@pytest.mark.parametrize(
    ("customer", "entities", "slots", "meant"),
    [
        pytest.param(
            "aiko", {}, {}, [utter("utter_about_linking_unknown")], id="unknown"
        ),
        pytest.param(
            "aiko",
            {"holder_is": "same"},
            {},
            [utter("utter_about_linking_same")],
            id="same person",
        ),
        pytest.param(
            "aiko",
            {},
            {"relation": "お子さま"},
            [utter("utter_about_linking_other", relation="お子さま")],
            id="another person",
        ),
        pytest.param(
            "yuki",
            {},
            {},
            [
                utter("utter_about_linking_done", roles="契約者連携と利用者連携"),
                utter("utter_about_linking_unknown"),
            ],
            id="both links made",
        ),
        pytest.param(
            "hiro",
            {},
            {},
            [
                utter("utter_about_linking_done", roles="利用者連携"),
                utter("utter_about_linking_unknown"),
            ],
            id="one link made",
        ),
    ],
)
def test_explanation_fits_the_customer(
    helpdesk: Helpdesk,
    customer: str,
    entities: dict[str, str],
    slots: dict[str, Any],
    meant: list[dict[str, Any]],
):
    done = run(
        ActionExplainLinking(helpdesk), turn(customer, entities=entities, **slots)
    )

    assert done == ([], [utter("utter_about_linking"), *meant])
