"""Rights: from links at this moment or from a login, checked by every service."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.rights import Act, NotAllowed
from helpdesk.services.rights import Viewer
from helpdesk.storage import carrier_tables
from tests.services.carrier_talk import link

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
# The subscription that is asked for; nobody of the sample is linked to it.
ASKED = "emi.1"

# Who asks: the links of a customer, or the subscription of a login.
CUSTOMERS: dict[str, list[tuple[str, LinkRole]]] = {
    "nobody": [],
    "holder": [(ASKED, HOLDER)],
    "end user": [(ASKED, END_USER)],
    "both": [(ASKED, HOLDER), (ASKED, END_USER)],
    "linked to another": [("saori.1", HOLDER), ("saori.1", END_USER)],
}
LOGINS = {"login": ASKED, "login of another": "saori.1"}
VIEWERS = [*CUSTOMERS, *LOGINS]


def viewer(helpdesk: Helpdesk, who: str) -> Viewer:
    if who in LOGINS:
        return Viewer.of_login(LOGINS[who])
    customer = helpdesk.conversations.begin("web")
    for subscription, role in CUSTOMERS[who]:
        link(helpdesk, customer, subscription, [role])
    return Viewer.of_customer(customer)


# --- The services' own check ----------------------------------------------------------

# Written out: who may, of VIEWERS.
HOLDERS = {"holder", "both", "login"}
USERS = {"end user", "both"}
ALLOWED = {
    Act.SEE_DATA: HOLDERS | USERS,
    Act.GIVE_DATA: USERS,
    Act.RECEIVE_DATA: USERS,
    Act.BUY_DATA: HOLDERS,
    Act.SEE_BILLS: HOLDERS,
    Act.SEE_PLAN: HOLDERS,
    Act.CHANGE_PLAN: HOLDERS,
    Act.SEE_CONTRACT: HOLDERS,
    Act.SEE_CODE: HOLDERS,
    Act.REISSUE_CODE: HOLDERS,
    Act.SEE_LINKS: HOLDERS,
}


@pytest.mark.parametrize("who", VIEWERS)
def test_rights_of_each_viewer_cell_by_cell(helpdesk: Helpdesk, who: str):
    asking = viewer(helpdesk, who)

    found = {act: helpdesk.rights.may(asking, ASKED, act) for act in Act}

    assert found == {act: who in ALLOWED[act] for act in Act}


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("act", Act, ids=str)
def test_what_is_not_allowed_is_refused(helpdesk: Helpdesk, who: str, act: Act):
    asking = viewer(helpdesk, who)

    try:
        helpdesk.rights.require(asking, ASKED, act)
        refused = None
    except NotAllowed as error:
        refused = error.act

    assert refused == (None if who in ALLOWED[act] else act)


Asks = Callable[[Helpdesk, Viewer], object]
METHODS: dict[str, tuple[Asks, set[str]]] = {
    "usage": (lambda h, v: h.contracts.usage(v, ASKED), HOLDERS | USERS),
    "purchase_offer": (lambda h, v: h.contracts.purchase_offer(v, ASKED), HOLDERS),
    "buy": (lambda h, v: h.contracts.buy(v, ASKED, 500, "e1"), HOLDERS),
    "contract": (lambda h, v: h.contracts.contract(v, ASKED), HOLDERS),
    "possible_plans": (lambda h, v: h.contracts.possible_plans(v, ASKED), HOLDERS),
    "change_plan": (
        lambda h, v: h.contracts.change_plan(v, ASKED, "basic_500mb_voice", "e1"),
        HOLDERS,
    ),
    "withdraw_plan_change": (
        lambda h, v: h.contracts.withdraw_plan_change(v, ASKED, "e2"),
        HOLDERS,
    ),
    "statements": (lambda h, v: h.contracts.statements(v, ASKED), HOLDERS),
    "notices": (lambda h, v: h.contracts.notices(v, ASKED), HOLDERS),
}


@pytest.mark.parametrize("who", VIEWERS)
@pytest.mark.parametrize("method", METHODS)
def test_contract_service_checks_every_act(helpdesk: Helpdesk, who: str, method: str):
    ask, allowed = METHODS[method]
    # There is something to withdraw.
    helpdesk.carrier.change_plan(ASKED, "basic_500mb_voice", "before")
    asking = viewer(helpdesk, who)

    try:
        ask(helpdesk, asking)
        refused = False
    except NotAllowed:
        refused = True

    assert refused == (who not in allowed)


def test_refused_change_leaves_nothing_behind(helpdesk: Helpdesk):
    asking = viewer(helpdesk, "end user")

    with pytest.raises(NotAllowed):
        helpdesk.contracts.buy(asking, ASKED, 500, "e1")

    with helpdesk.database.engine.connect() as connection:
        found = connection.execute(carrier_tables.changes.select()).all()
    assert (found, helpdesk.carrier.usage(ASKED).balance.bought) == ([], 0)


def accept(helpdesk: Helpdesk, customer: str) -> None:
    _, code = helpdesk.gifts.offer("yuki", "yuki.1", 500, "e0")
    helpdesk.gifts.accept(customer, code, ASKED)


Gives = Callable[[Helpdesk, str], object]
GIFT_METHODS: dict[str, Gives] = {
    "room": lambda h, c: h.gifts.room(c, ASKED),
    "offer": lambda h, c: h.gifts.offer(c, ASKED, 500, "e1"),
    "accept": accept,
}


@pytest.mark.parametrize("who", CUSTOMERS)
@pytest.mark.parametrize("method", GIFT_METHODS)
def test_gifts_are_between_end_users(helpdesk: Helpdesk, who: str, method: str):
    """F-GIFT-01: the holder alone neither gives nor takes."""
    customer = str(viewer(helpdesk, who).customer)

    try:
        GIFT_METHODS[method](helpdesk, customer)
        refused = False
    except NotAllowed:
        refused = True

    assert refused == (who not in USERS)


# --- Whose rights ---------------------------------------------------------------------


def test_roles_come_with_the_subscriptions_the_oldest_link_first(helpdesk: Helpdesk):
    link(helpdesk, "yuki", "emi.1", [END_USER])

    found = helpdesk.rights.roles(Viewer.of_customer("yuki"))

    assert list(found.items()) == [
        ("yuki.1", {HOLDER, END_USER}),
        ("emi.1", {END_USER}),
    ]


def test_login_is_for_its_subscription_alone(helpdesk: Helpdesk):
    """F-CON-10: of the same holder's others there is nothing to see."""
    assert helpdesk.rights.roles(Viewer.of_login("eita.1")) == {"eita.1": {HOLDER}}


def test_viewers_stand_in_the_audit_log_by_how_they_came():
    assert [Viewer.of_customer("yuki").actor, Viewer.of_login("yuki.1").actor] == [
        "customer:yuki",
        "my_page:yuki.1",
    ]


def test_right_ends_with_the_link(helpdesk: Helpdesk):
    yuki = Viewer.of_customer("yuki")
    for each in helpdesk.linking.links_on("yuki.1"):
        helpdesk.linking.unlink("yuki", each.id)

    assert [act for act in Act if helpdesk.rights.may(yuki, "yuki.1", act)] == []


def test_right_moves_with_the_link(helpdesk: Helpdesk, stranger: str):
    link(helpdesk, stranger, "yuki.1", [HOLDER])

    found = [
        helpdesk.rights.may(Viewer.of_customer(customer), "yuki.1", Act.SEE_BILLS)
        for customer in ("yuki", stranger)
    ]

    assert found == [False, True]


@pytest.mark.parametrize(
    ("act", "subscriptions"),
    [
        (Act.SEE_DATA, ["yuki.1", "emi.1", "saori.1"]),
        (Act.GIVE_DATA, ["yuki.1", "emi.1"]),
        (Act.SEE_BILLS, ["yuki.1", "saori.1"]),
    ],
    ids=str,
)
def test_subscriptions_are_those_for_which_it_is_allowed(
    helpdesk: Helpdesk, act: Act, subscriptions: list[str]
):
    link(helpdesk, "yuki", "emi.1", [END_USER])
    link(helpdesk, "yuki", "saori.1", [HOLDER])

    found = helpdesk.rights.subscriptions(Viewer.of_customer("yuki"), act)

    assert found == [helpdesk.carrier.subscription(each) for each in subscriptions]


def test_contract_that_has_ended_at_the_carrier_is_left_out(helpdesk: Helpdesk):
    with helpdesk.database.writing() as unit:
        unit.links.add("yuki", "ended.1", HOLDER, helpdesk.clock())

    found = helpdesk.rights.subscriptions(Viewer.of_customer("yuki"), Act.SEE_DATA)

    assert [each.id for each in found] == ["yuki.1"]
