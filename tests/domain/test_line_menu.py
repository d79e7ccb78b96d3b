"""Which rich menu is shown: one for each state of the links and the talk."""

from __future__ import annotations

import pytest

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.line_menu import menu_variant
from helpdesk.domain.linking import LinkRole

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
STATES = [
    pytest.param(set(), "none", id="none"),
    pytest.param({HOLDER}, "holder", id="holder"),
    pytest.param({END_USER}, "end_user", id="end user"),
    pytest.param({HOLDER, END_USER}, "both", id="both"),
]


@pytest.mark.parametrize(("roles", "variant"), STATES)
def test_menu_follows_the_links_while_the_bot_speaks(
    roles: set[LinkRole], variant: str
):
    assert menu_variant(roles, Speaker.BOT) == variant


@pytest.mark.parametrize("speaker", [Speaker.WAITING, Speaker.OPERATOR], ids=str)
@pytest.mark.parametrize(("roles", "variant"), STATES)
def test_menu_ends_the_handoff_whatever_the_links(
    roles: set[LinkRole], variant: str, speaker: Speaker
):
    assert menu_variant(roles, speaker) == "operator"


def test_menu_takes_roles_that_cannot_change():
    assert menu_variant(frozenset(LinkRole), Speaker.BOT) == "both"
