"""Who may do what with a subscription: one table, checked by the services."""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from helpdesk.domain.linking import LinkRole


class Act(str, Enum):
    """What can be done with a subscription."""

    SEE_DATA = "see_data"
    GIVE_DATA = "give_data"
    RECEIVE_DATA = "receive_data"
    BUY_DATA = "buy_data"
    SEE_BILLS = "see_bills"
    SEE_PLAN = "see_plan"
    CHANGE_PLAN = "change_plan"
    SEE_CONTRACT = "see_contract"
    SEE_CODE = "see_code"
    REISSUE_CODE = "reissue_code"
    SEE_LINKS = "see_links"


_HOLDER, _END_USER = LinkRole.HOLDER, LinkRole.END_USER

# Money, contract and code are the holder's alone; gifts go between those who use the
# lines (F-CON-08, F-CODE-05, F-USR-02, F-GIFT-01; the conflict F-CONF-03).
RIGHTS: dict[Act, frozenset[LinkRole]] = {
    Act.SEE_DATA: frozenset({_HOLDER, _END_USER}),
    Act.GIVE_DATA: frozenset({_END_USER}),
    Act.RECEIVE_DATA: frozenset({_END_USER}),
    Act.BUY_DATA: frozenset({_HOLDER}),
    Act.SEE_BILLS: frozenset({_HOLDER}),
    Act.SEE_PLAN: frozenset({_HOLDER}),
    Act.CHANGE_PLAN: frozenset({_HOLDER}),
    Act.SEE_CONTRACT: frozenset({_HOLDER}),
    Act.SEE_CODE: frozenset({_HOLDER}),
    Act.REISSUE_CODE: frozenset({_HOLDER}),
    Act.SEE_LINKS: frozenset({_HOLDER}),
}


class NotAllowed(PermissionError):
    """The act needs another role; `needed` are those who may."""

    def __init__(self, act: Act) -> None:
        super().__init__(act.value)
        self.act = act
        self.needed = RIGHTS[act]


def may(roles: Collection[LinkRole], act: Act) -> bool:
    """Whether somebody in these roles may do it."""
    return not RIGHTS[act].isdisjoint(roles)
