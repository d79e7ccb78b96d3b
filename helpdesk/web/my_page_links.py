"""My Page: the links on a subscription, those that ended, and ending one."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.linking import Link, LinkRole
from helpdesk.domain.rights import Act
from helpdesk.services.linking import NoSuchLink
from helpdesk.web.my_page_room import Room, Visit
from helpdesk.web.pages import field


class LinksRoom(Room):
    """連携: both roles; whose the other account is, nobody learns here."""

    page = "links"
    act = Act.SEE_LINKS

    def show(self, visit: Visit) -> Response:
        return self._list(visit)

    def do(self, visit: Visit) -> Response:
        link = self._current(visit, field(visit.form, "link_id"))
        if link is None:
            return self._list(visit)
        if visit.step == "unlink":
            return self._list(visit, asked=link.id)
        if visit.step == "confirm_unlink":
            return self._unlink(visit, link)
        return self._list(visit)

    def _unlink(self, visit: Visit, link: Link) -> Response:
        actor = visit.viewer.actor
        try:
            self.helpdesk.linking.unlink_on(visit.id, link.id, actor)
        except NoSuchLink:
            return self._list(visit)
        if not self.helpdesk.rights.may(visit.viewer, visit.id, Act.SEE_LINKS):
            # It was the viewer's own way in.
            closed = self.words.holder_unlinked
            return self.pages.sorry(visit.request, closed, 200)
        words = self.helpdesk.catalog.wording
        notice = words.unlinked.format(role=words.roles[link.role])
        return self._list(visit, notice=notice)

    def _current(self, visit: Visit, link: str) -> Link | None:
        found = self.helpdesk.linking.links_on(visit.id)
        return next((each for each in found if str(each.id) == link), None)

    def _list(
        self, visit: Visit, asked: int | None = None, notice: str | None = None
    ) -> Response:
        current = {link.role: link for link in self.helpdesk.linking.links_on(visit.id)}
        past = self.helpdesk.linking.past_links_on(visit.id)
        return self.render(
            visit,
            "links",
            roles=[
                {
                    "key": role.value,
                    "name": self.helpdesk.catalog.wording.roles[role],
                    "link": self._entry(visit, current.get(role)),
                }
                for role in LinkRole
            ],
            past=[self._entry(visit, link) for link in past],
            asked=asked,
            notice=notice,
        )

    def _entry(self, visit: Visit, link: Link | None) -> dict[str, Any] | None:
        if link is None:
            return None
        ended_at = link.unlinked_at
        return {
            "id": link.id,
            "role": self.helpdesk.catalog.wording.roles[link.role],
            "since": self.shown.day(japan_day(link.linked_at)),
            "until": ended_at and self.shown.day(japan_day(ended_at)),
            "is_own": link.customer == visit.viewer.customer,
        }
