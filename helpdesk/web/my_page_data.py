"""My Page: the home, and what is left of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from helpdesk.domain.bills import BillState, Statement
from helpdesk.domain.data_balance import DailyUse, DataBalance, Usage, expires_on
from helpdesk.domain.japan_time import japan_day
from helpdesk.domain.months import Month
from helpdesk.domain.rights import Act
from helpdesk.services.carrier import CarrierNotice, NoticeKind
from helpdesk.web.my_page_room import Room, Visit

# The bar's width in the units of its picture.
_BAR = 1000
# The chart of thirty days: its size, and the room for a day.
_HEIGHT, _PER_DAY, _GAP = 96, 10, 2
_NOTICES_SHOWN = 3


@dataclass(frozen=True)
class Piece:
    """A part's piece of the bar."""

    part: str
    x: int
    width: int


@dataclass(frozen=True)
class Bar:
    """A day of the chart; y from its top."""

    use: DailyUse
    x: int
    y: float
    height: float


class DataRoom(Room):
    """データ残量: the four parts, and the last thirty days (F-DATA-02, F-DATA-03)."""

    page = "data"
    act = Act.SEE_DATA

    def show(self, visit: Visit) -> Response:
        usage = self.helpdesk.contracts.usage(visit.viewer, visit.id)
        most = max((use.megabytes for use in usage.days), default=0)
        return self.render(
            visit,
            "data",
            **left(self, usage),
            bars=bars(usage.days, most),
            chart={"width": _PER_DAY * len(usage.days), "height": _HEIGHT},
            most=most,
            days=list(reversed(usage.days)),
        )


class HomeRoom(Room):
    """The first page: what is left, and for the holder plan, charge and notices."""

    page = ""
    act = Act.SEE_DATA

    def show(self, visit: Visit) -> Response:
        contracts, viewer, chosen = self.helpdesk.contracts, visit.viewer, visit.id
        usage = contracts.usage(viewer, chosen)
        contract, charge, failed = None, None, None
        notices: list[CarrierNotice] = []
        if Act.SEE_PLAN in visit.acts:
            contract = contracts.contract(viewer, chosen)
        if Act.SEE_BILLS in visit.acts:
            statements = contracts.statements(viewer, chosen)
            month = Month.at(self.helpdesk.clock())
            charge = next((each for each in statements if each.month == month), None)
            failed = last_failed(statements)
        if Act.SEE_CONTRACT in visit.acts:
            notices = self._notices(visit, failed)
        return self.render(
            visit,
            "home",
            **left(self, usage),
            contract=contract,
            charge=charge,
            failed=failed,
            notices=notices[:_NOTICES_SHOWN],
            titles=self.words.notices,
            today=japan_day(self.helpdesk.clock()),
        )

    def _notices(self, visit: Visit, failed: Statement | None) -> list[CarrierNotice]:
        """The newest first; a failed payment is told only while it is the last."""
        found = self.helpdesk.contracts.notices(visit.viewer, visit.id)
        return [
            notice
            for notice in found
            if failed is not None or notice.kind is not NoticeKind.PAYMENT_FAILED
        ]


def last_failed(statements: Sequence[Statement]) -> Statement | None:
    """The newest statement that is charged by now, if that went wrong."""
    charged = [
        each
        for each in statements
        if each.state not in (BillState.OPEN, BillState.FIXED)
    ]
    last = charged[0] if charged else None
    return last if last is not None and last.state is BillState.FAILED else None


def left(room: Room, usage: Usage) -> dict[str, Any]:
    """What the templates say of what is left."""
    return {
        "usage": usage,
        "pieces": pieces(usage.balance, usage.allowance),
        "bar_width": _BAR,
        "parts": [
            {
                "key": part.value,
                "name": room.words.parts[part],
                "megabytes": megabytes,
                "expires_on": expires_on(part, usage.month),
            }
            for part, megabytes in usage.balance.parts()
        ],
    }


def pieces(balance: DataBalance, allowance: int) -> list[Piece]:
    """The parts side by side, in the order of use; the whole is the month's volume."""
    whole = max(balance.total, allowance, 1)
    found, before = [], 0
    for part, megabytes in balance.parts():
        x = round(_BAR * before / whole)
        before += megabytes
        width = round(_BAR * before / whole) - x
        if width:
            found.append(Piece(part.value, x, width))
    return found


def bars(days: Sequence[DailyUse], most: int) -> list[Bar]:
    """A bar for each day, the highest as high as the chart; none for no use."""
    found = []
    for number, use in enumerate(days):
        if use.megabytes == 0:
            continue
        height = max(round(_HEIGHT * use.megabytes / most, 1), 1.0)
        x = number * _PER_DAY + _GAP // 2
        found.append(Bar(use, x, round(_HEIGHT - height, 1), height))
    return found
