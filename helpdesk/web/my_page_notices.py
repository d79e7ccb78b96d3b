"""My Page: which news the customer wants to be told (お知らせの設定)."""

from __future__ import annotations

from starlette.responses import Response

from helpdesk.domain.rights import Act
from helpdesk.web.my_page_room import Room, Visit
from helpdesk.web.pages import field


class NoticesRoom(Room):
    """Switches of a customer; who logged in by password has no chat to be told in."""

    page = "notices"
    act = Act.SEE_DATA

    def show(self, visit: Visit) -> Response:
        return self._list(visit)

    def do(self, visit: Visit) -> Response:
        customer, wanted = visit.viewer.customer, field(visit.form, "kind")
        if customer is None or visit.step != "choose":
            return self._list(visit)
        for choice in self.helpdesk.notices.choices(customer):
            if choice.kind.value == wanted:
                is_on = field(visit.form, "is_on") == "1"
                self.helpdesk.notices.choose(customer, choice.kind, is_on=is_on)
                words = self.words.notice_on if is_on else self.words.notice_off
                return self._list(visit, words.format(title=choice.title))
        return self._list(visit)

    def _list(self, visit: Visit, notice: str | None = None) -> Response:
        customer = visit.viewer.customer
        found = [] if customer is None else self.helpdesk.notices.choices(customer)
        return self.render(visit, "notices", choices=found, notice=notice)
