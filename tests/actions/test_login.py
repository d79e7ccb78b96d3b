"""Logins that fail: which one is meant."""

from __future__ import annotations

from typing import Any

import pytest

from actions.login import ActionRecoverLogin
from tests.actions.talk import run, turn, utter


@pytest.mark.parametrize(
    ("said", "response"),
    [
        pytest.param({}, "utter_which_login", id="not said"),
        pytest.param(
            {"entities": {"login_of": "my_page"}}, "utter_recover_login", id="My Page's"
        ),
        pytest.param(
            {"entities": {"login_of": "line"}}, "utter_recover_line_login", id="LINE's"
        ),
        pytest.param(
            {"form": "holder_link_form"}, "utter_recover_login", id="at the login"
        ),
        pytest.param(
            {"form": "holder_link_form", "entities": {"login_of": "line"}},
            "utter_recover_line_login",
            id="at the login, and LINE's",
        ),
        pytest.param(
            {"entities": {"known_error": "cannot_log_in"}},
            "utter_recover_login",
            id="by My Page's error",
        ),
        pytest.param({"form": "unlink_form"}, "utter_which_login", id="elsewhere"),
    ],
)
def test_login_that_is_meant(said: dict[str, Any], response: str):
    assert run(ActionRecoverLogin(), turn(**said)) == ([], [utter(response)])


def test_both_logins_are_asked_about():
    tracker = turn()
    tracker.latest_message["entities"] = [
        {"entity": "login_of", "value": value} for value in ("line", "my_page")
    ]

    assert run(ActionRecoverLogin(), tracker) == ([], [utter("utter_which_login")])
