"""My Page: data gifts that were given and received; they are made in the chat."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from helpdesk.domain.data_gift import Gift, GiftRefused, GiftState
from helpdesk.domain.rights import Act
from helpdesk.services.gifts import GiftOver, GiftRoom, UnknownGift
from helpdesk.web.my_page_room import Room, Visit
from helpdesk.web.pages import field

# As large as a database's key gets.
_NUMBER = re.compile(r"[0-9]{1,9}")


class GiftsRoom(Room):
    """データプレゼント: lists, and taking back what nobody has accepted (F-GIFT)."""

    page = "gifts"
    act = Act.SEE_DATA

    def show(self, visit: Visit) -> Response:
        return self._lists(visit)

    def do(self, visit: Visit) -> Response:
        customer, gift = visit.viewer.customer, field(visit.form, "gift")
        if customer is None or visit.step not in ("withdraw", "confirm_withdraw"):
            return self._lists(visit)
        self.helpdesk.rights.require(visit.viewer, visit.id, Act.GIVE_DATA)
        if not _NUMBER.fullmatch(gift):
            return self._lists(visit, error=self.words.gift_unknown)
        if visit.step == "withdraw":
            return self._lists(visit, asked=int(gift))
        try:
            self.helpdesk.gifts.withdraw(customer, int(gift))
        except UnknownGift:
            return self._lists(visit, error=self.words.gift_unknown)
        except GiftOver as over:
            if over.state is not GiftState.WITHDRAWN:
                state = self.words.gifts[over.state]
                said = self.words.gift_over.format(state=state)
                return self._lists(visit, error=said)
        return self._lists(visit, notice=self.words.gift_withdrawn)

    def _lists(
        self, visit: Visit, asked: int | None = None, **context: Any
    ) -> Response:
        customer, gifts = visit.viewer.customer, self.helpdesk.gifts
        given: list[dict[str, Any]] = []
        received: list[dict[str, Any]] = []
        room, refused = None, None
        if customer is not None and Act.GIVE_DATA in visit.acts:
            room, refused = self._room(customer, visit.id)
            given = [
                self._entry(line.gift) | {"code": line.code}
                for line in gifts.given(customer, visit.id)
            ]
            received = [
                self._entry(gift) for gift in gifts.received(customer, visit.id)
            ]
        return self.render(
            visit,
            "gifts",
            **(
                {
                    "room": room,
                    "refused": refused,
                    "given": given,
                    "received": received,
                    "asked": asked,
                    "error": None,
                }
                | context
            ),
        )

    def _room(
        self, customer: str, subscription: str
    ) -> tuple[GiftRoom | None, str | None]:
        try:
            return self.helpdesk.gifts.room(customer, subscription), None
        except GiftRefused:
            return None, self.words.gift_network

    def _entry(self, gift: Gift) -> dict[str, Any]:
        is_moving = gift.state is GiftState.ACCEPTED and gift.moved_at is None
        words, now = self.words, self.helpdesk.clock()
        # Nobody has looked since its time was over.
        is_over = gift.state is GiftState.OFFERED and not gift.is_open(now)
        state = GiftState.EXPIRED if is_over else gift.state
        return {
            "id": gift.id,
            "megabytes": gift.megabytes,
            "state": words.gift_moving if is_moving else words.gifts[state],
            "offered_at": self.shown.moment(gift.offered_at),
            "expires_at": self.shown.moment(gift.expires_at),
            "is_open": gift.is_open(now),
        }
