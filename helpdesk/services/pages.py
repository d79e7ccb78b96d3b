"""Addresses of personal pages, made at the moment a message is really sent."""

from __future__ import annotations

import re

from helpdesk.domain.linking import LinkRole
from helpdesk.services.linking import LinkingService
from helpdesk.services.my_page_access import MyPageAccess
from helpdesk.services.ports import Unit

# The bot writes a placeholder: a one-time address never passes through Rasa.
_PLACEHOLDER = re.compile(r"\[PAGE:(holder|end_user|my_page)\]")
_PATHS = {LinkRole.HOLDER: "/link/holder", LinkRole.END_USER: "/link/end-user"}


class PageAddresses:
    """Fills placeholders in bot texts. `public_url` has no slash at its end."""

    def __init__(
        self, public_url: str, linking: LinkingService, my_page: MyPageAccess
    ) -> None:
        self._public_url = public_url
        self._linking = linking
        self._my_page = my_page

    def fill(self, unit: Unit, customer: str, text: str) -> str:
        """The text with an address for each placeholder, with a token that is new."""
        return _PLACEHOLDER.sub(
            lambda found: self._address(unit, customer, found.group(1)), text
        )

    def _address(self, unit: Unit, customer: str, page: str) -> str:
        if page == "my_page":
            ticket = self._my_page.offer(unit, customer)
            address = f"{self._public_url}/mypage"
            return address if ticket is None else f"{address}?t={ticket}"
        role = LinkRole(page)
        token = self._linking.offer_page(unit, customer, role)
        return f"{self._public_url}{_PATHS[role]}?t={token}"
