"""My Page: the months' bills, and one month by its items."""

from __future__ import annotations

from starlette.responses import Response

from helpdesk.domain.rights import Act
from helpdesk.web.my_page_room import Room, Visit


class BillsRoom(Room):
    """料金明細: what was charged, when, and what to do if that failed (F-BILL)."""

    page = "bills"
    act = Act.SEE_BILLS

    def show(self, visit: Visit) -> Response:
        statements = self.helpdesk.contracts.statements(visit.viewer, visit.id)
        wanted = visit.request.query_params.get("m")
        if wanted is None:
            return self.render(
                visit, "bills", statements=statements, states=self.words.bills
            )
        found = next((each for each in statements if str(each.month) == wanted), None)
        if found is None:
            sorry = self.helpdesk.catalog.wording.not_found
            return self.pages.sorry(visit.request, sorry, 404)
        return self.render(
            visit, "bill", statement=found, state=self.words.bills[found.state]
        )
