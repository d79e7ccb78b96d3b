"""Rich menus: which one a customer is to see, and when LINE has to be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.line_delivery import MenuChange
from helpdesk.services.sample_world import line_user_id
from tests.services.line_talk import (
    EITA,
    NEW_USER,
    accept,
    account_linked,
    ago,
    begin_link,
    event,
    next_turn,
    tap,
    text,
)

HOLDER, END_USER = LinkRole.HOLDER, LinkRole.END_USER
VARIANTS = ("none", "holder", "end_user", "both", "operator")
# LINE's ids of the menus, and those of the menus that replace them.
MENUS = {variant: f"richmenu-{variant}" for variant in VARIANTS}
NEW_MENUS = {variant: f"richmenu-new-{variant}" for variant in VARIANTS}


def due(helpdesk: Helpdesk) -> list[str]:
    return sorted(helpdesk.line_delivery.with_menu_due())


def variant(helpdesk: Helpdesk, customer: str = "eita") -> str | None:
    """The menu to change to; None if nothing is to be changed."""
    change = helpdesk.line_delivery.menu_change(customer, MENUS)
    return None if change is None else change.menu.removeprefix("richmenu-")


def show(
    helpdesk: Helpdesk, customer: str = "eita", menus: Mapping[str, str] = MENUS
) -> str | None:
    """Change the menu as LINE would; the one that was changed to."""
    change = helpdesk.line_delivery.menu_change(customer, menus)
    if change is None:
        return None
    helpdesk.line_delivery.menu_changed(change, menus)
    return change.menu.removeprefix("richmenu-")


@pytest.fixture
def _all_shown(helpdesk: Helpdesk) -> None:
    for customer in due(helpdesk):
        show(helpdesk, customer)


# --- Which menu -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("customer", "expected"),
    [("eita", "none"), ("hiro", "end_user"), ("yuki", "both")],
    ids=["none", "end user", "both"],
)
def test_first_menu_is_that_of_the_links(
    helpdesk: Helpdesk, customer: str, expected: str
):
    change = helpdesk.line_delivery.menu_change(customer, MENUS)

    assert change == MenuChange(customer, line_user_id(customer), MENUS[expected])


def test_menu_that_line_does_not_have_waits_for_it(helpdesk: Helpdesk):
    few = {name: menu for name, menu in MENUS.items() if name != "none"}

    changes = [
        helpdesk.line_delivery.menu_change(customer, few)
        for customer in ("eita", "hiro")
    ]

    assert [change and change.menu for change in changes] == [None, MENUS["end_user"]]
    assert (helpdesk.line_delivery.menu_change("eita", {}), show(helpdesk)) == (
        None,
        "none",
    )


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        pytest.param([("eita.1", HOLDER)], "holder", id="holder"),
        pytest.param([("eita.1", END_USER)], "end_user", id="end user"),
        pytest.param([("eita.1", HOLDER), ("eita.2", HOLDER)], "holder", id="twice"),
        pytest.param([("eita.1", HOLDER), ("eita.1", END_USER)], "both", id="both"),
        pytest.param(
            [("eita.1", HOLDER), ("eita.2", END_USER)], "both", id="of two lines"
        ),
    ],
)
def test_menu_follows_the_links(
    helpdesk: Helpdesk, roles: list[tuple[str, LinkRole]], expected: str
):
    for subscription, role in roles:
        helpdesk.linking.link("eita", subscription, role)

    assert variant(helpdesk) == expected


@pytest.mark.parametrize("claims", [False, True], ids=["waiting", "talking"])
def test_menu_of_who_is_with_an_operator_ends_it(helpdesk: Helpdesk, claims: bool):
    helpdesk.handoffs.request("yuki", "request")
    if claims:
        helpdesk.talks.claim("yuki", "op1")

    assert variant(helpdesk, "yuki") == "operator"


# --- When it is due -------------------------------------------------------------------


def test_everybody_on_line_gets_a_menu(helpdesk: Helpdesk, stranger: str):
    (customer,) = accept(helpdesk, text("e1", user=NEW_USER))

    assert due(helpdesk) == sorted([*helpdesk.sample_world.people(), customer])
    assert variant(helpdesk, customer) == "none"
    assert (variant(helpdesk, stranger), variant(helpdesk, "web-nobody")) == (
        None,
        None,
    )


@pytest.mark.usefixtures("_all_shown")
def test_shown_menus_are_not_due(helpdesk: Helpdesk):
    accept(helpdesk, text("e1"))

    assert (due(helpdesk), variant(helpdesk)) == ([], None)


def unlink(helpdesk: Helpdesk) -> None:
    (link, _), *_ = helpdesk.linking.links_of("hiro")
    helpdesk.linking.unlink("hiro", link.id)


def unlink_on_my_page(helpdesk: Helpdesk) -> None:
    (link,) = helpdesk.linking.links_on("hiro.1")
    helpdesk.linking.unlink_on("hiro.1", link.id)


CHANGES = [
    pytest.param(
        lambda it: it.linking.link("eita", "eita.1", HOLDER),
        {"eita": "holder"},
        id="linked",
    ),
    pytest.param(
        lambda it: accept(it, account_linked(begin_link(it))),
        {"eita": "holder"},
        id="linked on LINE",
    ),
    pytest.param(unlink, {"hiro": "none"}, id="unlinked"),
    pytest.param(unlink_on_my_page, {"hiro": "none"}, id="unlinked on My Page"),
    pytest.param(
        lambda it: it.linking.link("eita", "yuki.1", HOLDER, may_move=True),
        {"eita": "holder", "yuki": "end_user"},
        id="moved",
    ),
    pytest.param(
        lambda it: it.handoffs.request("eita", "request"),
        {"eita": "operator"},
        id="waiting",
    ),
]


@pytest.mark.usefixtures("_all_shown")
@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_change_makes_the_menu_due_once(
    helpdesk: Helpdesk, change: Callable[[Helpdesk], object], expected: dict[str, str]
):
    change(helpdesk)

    found = {customer: show(helpdesk, customer) for customer in due(helpdesk)}
    assert (found, due(helpdesk)) == (expected, [])


@pytest.mark.usefixtures("_all_shown")
def test_claim_and_resolve_make_the_menu_due(helpdesk: Helpdesk):
    helpdesk.handoffs.request("yuki", "request")
    steps = [show(helpdesk, "yuki")]

    helpdesk.talks.claim("yuki", "op1")
    steps += [*due(helpdesk), show(helpdesk, "yuki")]
    helpdesk.talks.resolve("yuki", "op1")
    steps += [*due(helpdesk), show(helpdesk, "yuki")]

    # While waiting and while talking, it is the same menu.
    assert steps == ["operator", "yuki", None, "yuki", "both"]
    assert due(helpdesk) == []


@pytest.mark.usefixtures("_all_shown")
def test_leaving_the_queue_makes_the_menu_due(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    show(helpdesk)

    helpdesk.handoffs.leave("eita")

    assert (due(helpdesk), show(helpdesk)) == (["eita"], "none")


@pytest.mark.usefixtures("_all_shown")
def test_end_of_a_talk_on_line_makes_the_menu_due(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.talks.claim("eita", "op1")
    show(helpdesk)

    accept(helpdesk, tap("e1", "1:menu:end_handoff"))
    next_turn(helpdesk)

    assert (due(helpdesk), show(helpdesk)) == (["eita"], "none")


@pytest.mark.usefixtures("_all_shown")
def test_change_and_back_changes_nothing(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.leave("eita")

    assert (due(helpdesk), variant(helpdesk), due(helpdesk)) == (["eita"], None, [])


# --- Between the look and LINE --------------------------------------------------------


def test_menu_that_line_did_not_take_stays_due(helpdesk: Helpdesk):
    changes = [helpdesk.line_delivery.menu_change("eita", MENUS) for _ in range(2)]

    assert changes == [MenuChange("eita", EITA, MENUS["none"])] * 2
    assert "eita" in due(helpdesk)


def test_change_while_line_is_told_is_seen_after_it(helpdesk: Helpdesk):
    change = helpdesk.line_delivery.menu_change("eita", MENUS)
    assert change is not None
    helpdesk.linking.link("eita", "eita.1", HOLDER)

    helpdesk.line_delivery.menu_changed(change, MENUS)

    assert (change.menu, "eita" in due(helpdesk), show(helpdesk)) == (
        MENUS["none"],
        True,
        "holder",
    )


def test_menu_of_who_blocked_us_waits_for_the_return(helpdesk: Helpdesk):
    show(helpdesk)
    helpdesk.linking.link("eita", "eita.1", HOLDER)
    accept(helpdesk, event("unfollow", "e1", sent_at=ago(minutes=1)))
    blocked = (variant(helpdesk), "eita" in due(helpdesk))

    accept(helpdesk, event("follow", "e2"))

    assert (blocked, show(helpdesk)) == ((None, False), "holder")


# --- New menus ------------------------------------------------------------------------


@pytest.mark.usefixtures("_all_shown")
def test_new_menus_are_shown_to_everybody(helpdesk: Helpdesk):
    helpdesk.line_delivery.look_at_menus(NEW_MENUS)

    found = {
        customer: show(helpdesk, customer, NEW_MENUS) for customer in due(helpdesk)
    }
    assert found == {
        **dict.fromkeys(helpdesk.sample_world.people(), "new-none"),
        "hiro": "new-end_user",
        "yuki": "new-both",
    }
    assert due(helpdesk) == []


@pytest.mark.usefixtures("_all_shown")
def test_same_menus_are_not_shown_again(helpdesk: Helpdesk):
    helpdesk.line_delivery.look_at_menus(MENUS)

    assert due(helpdesk) == []


@pytest.mark.usefixtures("_all_shown")
def test_one_new_menu_is_shown_to_those_who_see_the_old_one(helpdesk: Helpdesk):
    menus = MENUS | {"both": NEW_MENUS["both"]}

    helpdesk.line_delivery.look_at_menus(menus)

    assert (due(helpdesk), show(helpdesk, "yuki", menus)) == (["yuki"], "new-both")
    helpdesk.line_delivery.look_at_menus(menus)
    assert due(helpdesk) == []


def test_new_menu_that_comes_while_line_is_told_is_seen_after_it(helpdesk: Helpdesk):
    change = helpdesk.line_delivery.menu_change("eita", MENUS)
    assert change is not None

    helpdesk.line_delivery.menu_changed(change, NEW_MENUS)

    assert ("eita" in due(helpdesk), show(helpdesk, "eita", NEW_MENUS)) == (
        True,
        "new-none",
    )


@pytest.mark.usefixtures("_all_shown")
def test_new_menus_are_shown_on_the_return(helpdesk: Helpdesk):
    accept(helpdesk, event("unfollow", "e1", sent_at=ago(minutes=1)))
    helpdesk.line_delivery.look_at_menus(NEW_MENUS)
    blocked = "eita" in due(helpdesk)

    accept(helpdesk, text("e2"))

    assert (blocked, show(helpdesk, "eita", NEW_MENUS)) == (False, "new-none")


# --- Many -----------------------------------------------------------------------------


def write(helpdesk: Helpdesk, number: int) -> int:
    """So many new customers; how many customers there are."""
    for n in range(number):
        accept(helpdesk, text(f"e{n}", user=f"U{n:032x}"))
    return number + len(helpdesk.sample_world.people())


def test_few_menus_are_looked_at_at_once(helpdesk: Helpdesk):
    write(helpdesk, 60)

    assert len(set(due(helpdesk))) == 50


def test_new_menus_are_shown_in_the_end_however_many_there_are(helpdesk: Helpdesk):
    everybody = write(helpdesk, 60)

    shown = 0
    while customers := due(helpdesk):
        for customer in customers:
            shown += show(helpdesk, customer) is not None

    assert shown == everybody


def test_menus_that_line_does_not_take_hold_up_no_others(helpdesk: Helpdesk):
    everybody = write(helpdesk, 60)

    # Chosen at random: that one of them never comes is as likely as 10 to the -14.
    seen = {customer for _ in range(30) for customer in due(helpdesk)}

    assert len(seen) == everybody
