"""The permission table, cell by cell."""

from __future__ import annotations

import pytest

from helpdesk.domain.linking import LinkRole
from helpdesk.domain.rights import RIGHTS, Act, NotAllowed, may

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
ROLES: dict[str, set[LinkRole]] = {
    "nobody": set(),
    "holder": {HOLDER},
    "end user": {END_USER},
    "both": {HOLDER, END_USER},
}
# Written out from the facts, not read from the table that is tested: F-CON-08,
# F-CODE-05, F-CODE-12, F-USR-02, F-GIFT-01. Nobody, holder, end user, both.
EXPECTED = {
    Act.SEE_DATA: (False, True, True, True),
    Act.GIVE_DATA: (False, False, True, True),
    Act.RECEIVE_DATA: (False, False, True, True),
    Act.BUY_DATA: (False, True, False, True),
    Act.SEE_BILLS: (False, True, False, True),
    Act.SEE_PLAN: (False, True, False, True),
    Act.CHANGE_PLAN: (False, True, False, True),
    Act.SEE_CONTRACT: (False, True, False, True),
    Act.SEE_CODE: (False, True, False, True),
    Act.REISSUE_CODE: (False, True, False, True),
    Act.SEE_LINKS: (False, True, False, True),
}


@pytest.mark.parametrize("act", Act, ids=str)
@pytest.mark.parametrize("who", ROLES)
def test_right_follows_from_the_role(act: Act, who: str):
    expected = dict(zip(ROLES, EXPECTED[act], strict=True))

    assert may(ROLES[who], act) is expected[who]


def test_every_act_has_a_row():
    assert (set(EXPECTED), set(RIGHTS)) == (set(Act), set(Act))


@pytest.mark.parametrize(
    ("act", "needed"),
    [
        pytest.param(Act.SEE_DATA, {HOLDER, END_USER}, id="both"),
        pytest.param(Act.GIVE_DATA, {END_USER}, id="end user"),
        pytest.param(Act.SEE_BILLS, {HOLDER}, id="holder"),
    ],
)
def test_refusal_names_who_may(act: Act, needed: set[LinkRole]):
    refused = NotAllowed(act)

    assert (refused.act, refused.needed) == (act, needed)
