"""What a carrier answers over HTTP (docs/carrier-api.yml), checked before use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from helpdesk.domain.bills import BillItem, BillState, Statement
from helpdesk.domain.data_balance import DailyUse, DataBalance, Usage
from helpdesk.domain.eligibility import Order, OrderPlace
from helpdesk.domain.linking import Subscription
from helpdesk.domain.months import Month
from helpdesk.domain.plans import Contract, Network, Option, Plan, Price, ServiceType
from helpdesk.domain.purchases import PurchaseOffer, PurchaseUnit
from helpdesk.domain.user_code import USER_CODE_LENGTH
from helpdesk.services.carrier import CarrierNotice, NoticeKind, PurchaseReceipt

_Read = TypeVar("_Read")
_As = TypeVar("_As")

_Text = Annotated[str, Field(min_length=1, max_length=200)]
# A balance below nothing, or of a petabyte, is a mistake and not shown to anybody.
_Megabytes = Annotated[int, Field(ge=0, le=1_000_000_000)]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]
_Yen = Annotated[int, Field(ge=-10_000_000, le=10_000_000)]
# `2026-11`; the server gives it from a Month.
_MonthText = Annotated[
    str,
    BeforeValidator(lambda month: str(month) if isinstance(month, Month) else month),
    Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$"),
]


class Answer(BaseModel):
    """What a carrier adds is passed over; `from_attributes` serves our own server."""

    model_config = ConfigDict(strict=True, frozen=True, from_attributes=True)


class OrderAnswer(Answer):
    place: OrderPlace
    keeps_number: bool
    shipping_notice_on: date | None = None
    service_start_notice_on: date | None = None
    activated_on: date | None = None


class SubscriptionAnswer(Answer):
    id: _Text
    contract_holder: _Text
    end_user_is_holder: bool
    number_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    order: OrderAnswer

    def read(self) -> Subscription:
        plain = self.model_dump() | {"order": Order(**self.order.model_dump())}
        return Subscription(**plain)


class SubscriptionsAnswer(Answer):
    subscriptions: list[SubscriptionAnswer]


class LoginAnswer(Answer):
    """None: ID or password is wrong."""

    subscription: SubscriptionAnswer | None


class UserCodeAnswer(Answer):
    user_code: Annotated[str, Field(pattern=rf"^[0-9]{{{USER_CODE_LENGTH}}}$")]


class ReissuesLeftAnswer(Answer):
    left: _Count


class BalanceAnswer(Answer):
    carried: _Megabytes
    gifted: _Megabytes
    basic: _Megabytes
    bought: _Megabytes


class DailyUseAnswer(Answer):
    day: date
    megabytes: _Megabytes


class UsageAnswer(Answer):
    month: _MonthText
    balance: BalanceAnswer
    allowance: _Megabytes
    used_this_month: _Megabytes
    days: Annotated[tuple[DailyUseAnswer, ...], Field(min_length=30, max_length=30)]

    def read(self) -> Usage:
        return Usage(
            Month.read(self.month),
            DataBalance(**self.balance.model_dump()),
            self.allowance,
            self.used_this_month,
            tuple(DailyUse(use.day, use.megabytes) for use in self.days),
        )


class PriceAnswer(Answer):
    yen: _Yen
    with_tax: bool

    def read(self) -> Price:
        return Price(self.yen, self.with_tax)


class PurchaseUnitAnswer(Answer):
    megabytes: _Megabytes
    price: PriceAnswer


class PurchaseOfferAnswer(Answer):
    units: Annotated[tuple[PurchaseUnitAnswer, ...], Field(min_length=1)]
    left: _Count

    def read(self) -> PurchaseOffer:
        units = [PurchaseUnit(each.megabytes, each.price.read()) for each in self.units]
        return PurchaseOffer(tuple(units), self.left)


class PurchaseReceiptAnswer(Answer):
    megabytes: _Megabytes
    price: PriceAnswer
    expires_on: date

    def read(self) -> PurchaseReceipt:
        return PurchaseReceipt(self.megabytes, self.price.read(), self.expires_on)


class PlanAnswer(Answer):
    id: _Text
    name: _Text
    megabytes: _Megabytes
    service_type: ServiceType
    price: PriceAnswer
    options: tuple[str, ...] = ()

    def read(self) -> Plan:
        return Plan(**self.model_dump() | {"price": self.price.read()})


class OptionAnswer(Answer):
    id: _Text
    name: _Text
    price: PriceAnswer

    def read(self) -> Option:
        return Option(self.id, self.name, self.price.read())


class ContractAnswer(Answer):
    subscription: _Text
    network: Network
    plan: PlanAnswer
    option: OptionAnswer | None = None
    started_on: date | None = None
    next_plan: PlanAnswer | None = None
    next_plan_from: date | None = None

    def read(self) -> Contract:
        return Contract(
            self.subscription,
            self.network,
            self.plan.read(),
            _if_there(self.option, OptionAnswer.read),
            self.started_on,
            _if_there(self.next_plan, PlanAnswer.read),
            self.next_plan_from,
        )


class PlansAnswer(Answer):
    plans: Annotated[list[PlanAnswer], Field(min_length=1)]


class PlanChangeAnswer(Answer):
    takes_effect_on: date


class BillItemAnswer(Answer):
    label: _Text
    yen: _Yen


class StatementAnswer(Answer):
    month: _MonthText
    items: list[BillItemAnswer]
    state: BillState

    def read(self) -> Statement:
        items = [BillItem(item.label, item.yen) for item in self.items]
        return Statement(Month.read(self.month), items, self.state)


class StatementsAnswer(Answer):
    statements: list[StatementAnswer]


class NoticeAnswer(Answer):
    subscription: _Text
    kind: NoticeKind
    on: date

    def read(self) -> CarrierNotice:
        return CarrierNotice(self.subscription, self.kind, self.on)


class NoticesAnswer(Answer):
    notices: list[NoticeAnswer]


class Problem(Answer):
    """`type` ends in the name of an error; `problem` says why, where there is a why."""

    type: _Text
    problem: _Text | None = None

    @property
    def name(self) -> str:
        return self.type.rpartition("/")[2]


def _if_there(answer: _Read | None, read: Callable[[_Read], _As]) -> _As | None:
    return None if answer is None else read(answer)
