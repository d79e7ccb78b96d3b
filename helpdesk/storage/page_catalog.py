"""What My Page says, as data/catalog/my_page.yml says it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from pydantic import model_validator

from helpdesk.domain.bills import BillState
from helpdesk.domain.data_balance import DataPart
from helpdesk.domain.data_gift import GiftState
from helpdesk.domain.plans import Network, PlanProblem, ServiceType
from helpdesk.domain.purchases import PurchaseProblem
from helpdesk.services.carrier import NoticeKind
from helpdesk.storage.strict import Strict


class Sorry(Strict):
    """A page of one sentence, and the label of the way on."""

    title: str
    sentence: str
    next: str


class MyPageWords(Strict):
    """Patterns with {year}, {month}, {day}, {yen}, {number_last4}, {state}, {title}."""

    month: str
    chart_day: str
    with_tax: str
    without_tax: str
    ticket_over: str
    links_over: str
    away: str
    other_login: str
    nothing_chosen: str
    parts: dict[DataPart, str]
    networks: dict[Network, str]
    service_types: dict[ServiceType, str]
    bills: dict[BillState, str]
    notices: dict[NoticeKind, str]
    gifts: dict[GiftState, str]
    gift_moving: str
    gift_withdrawn: str
    gift_over: str
    gift_unknown: str
    gift_network: str
    purchase_problems: dict[PurchaseProblem, str]
    plan_problems: dict[PlanProblem, str]
    reissue_refused: str
    subscription_gone: str
    notice_on: str
    notice_off: str
    holder_only: Sorry
    end_user_only: Sorry
    other_subscription: Sorry
    carrier_away: Sorry
    holder_unlinked: Sorry

    @model_validator(mode="after")
    def _everything_has_a_name(self) -> MyPageWords:
        names: dict[type[Enum], Mapping[Any, str]] = {
            DataPart: self.parts,
            Network: self.networks,
            ServiceType: self.service_types,
            BillState: self.bills,
            NoticeKind: self.notices,
            GiftState: self.gifts,
            PurchaseProblem: self.purchase_problems,
            PlanProblem: self.plan_problems,
        }
        missing = [
            f"{kind.__name__}.{each.value}"
            for kind, given in names.items()
            for each in kind
            if each not in given
        ]
        if missing:
            raise ValueError(f"without a name: {', '.join(missing)}")
        return self
