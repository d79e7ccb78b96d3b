"""Addresses of personal pages in the bot's texts."""

from __future__ import annotations

import re

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.services.pages import PageAddresses
from helpdesk.storage import carrier_tables, tables
from tests.services.conftest import Rows


@pytest.fixture
def pages(helpdesk: Helpdesk) -> PageAddresses:
    return PageAddresses(
        "https://help.example", helpdesk.linking, helpdesk.my_page_access
    )


@pytest.mark.parametrize(
    ("placeholder", "path", "role"),
    [
        ("[PAGE:holder]", "/link/holder", LinkRole.HOLDER),
        ("[PAGE:end_user]", "/link/end-user", LinkRole.END_USER),
    ],
    ids=str,
)
def test_placeholder_becomes_the_address_of_a_new_page(
    helpdesk: Helpdesk,
    pages: PageAddresses,
    placeholder: str,
    path: str,
    role: LinkRole,
):
    with helpdesk.database.writing() as unit:
        text = pages.fill(unit, "eita", f"こちら：{placeholder}（10分間）")

    address = re.fullmatch(
        rf"こちら：https://help\.example{path}\?t=([\w-]{{32}})（10分間）", text
    )
    assert address is not None
    assert helpdesk.linking.open_page(address.group(1), role).customer == "eita"


def test_my_page_asks_who_is_not_linked_to_log_in(
    helpdesk: Helpdesk, pages: PageAddresses, rows: Rows
):
    with helpdesk.database.writing() as unit:
        text = pages.fill(unit, "eita", "[PAGE:my_page]をご覧ください")

    assert (text, rows(tables.link_attempts), rows(carrier_tables.tickets)) == (
        "https://help.example/mypageをご覧ください",
        [],
        [],
    )


@pytest.mark.parametrize("customer", ["yuki", "hiro"])
def test_my_page_opens_by_one_tap_for_who_is_linked(
    helpdesk: Helpdesk, pages: PageAddresses, customer: str
):
    """F-CON-06; an end user too, for whom it shows the data."""
    with helpdesk.database.writing() as unit:
        text = pages.fill(unit, customer, "[PAGE:my_page]（5分間）")

    address = re.fullmatch(
        r"https://help\.example/mypage\?t=([\w-]{32})（5分間）", text
    )
    assert address is not None
    assert helpdesk.my_page_access.open(address.group(1)) == customer


def test_each_placeholder_has_a_page_of_its_own(
    helpdesk: Helpdesk, pages: PageAddresses, rows: Rows
):
    with helpdesk.database.writing() as unit:
        text = pages.fill(unit, "eita", "[PAGE:holder]\n[PAGE:holder]")

    first, second = text.split("\n")
    assert (first == second, len(rows(tables.link_attempts))) == (False, 2)


@pytest.mark.parametrize(
    "text", ["", "こんにちは", "[PAGE:other]", "[PAGE:holder", "PAGE:holder]"]
)
def test_other_text_stays(helpdesk: Helpdesk, pages: PageAddresses, text: str):
    with helpdesk.database.writing() as unit:
        filled = pages.fill(unit, "eita", text)

    assert filled == text
