"""Which rich menu a customer sees: one for each state of the links and the talk."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.linking import LinkRole


def menu_variant(roles: AbstractSet[LinkRole], speaker: Speaker) -> str:
    """`none`, `holder`, `end_user`, `both`; `operator` while waiting or talking."""
    if speaker is not Speaker.BOT:
        return "operator"
    if roles == {LinkRole.HOLDER, LinkRole.END_USER}:
        return "both"
    return next((role.value for role in roles), "none")
