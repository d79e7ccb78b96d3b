"""The carrier as the services see it: contracts, codes, data, bills and plans.

The embedded carrier keeps them in our own tables; another one is reached over HTTP
(docs/carrier-api.yml). No database transaction of ours is open while it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from helpdesk.domain.bills import Statement
from helpdesk.domain.data_balance import Usage
from helpdesk.domain.linking import Subscription
from helpdesk.domain.plans import Contract, Plan, Price
from helpdesk.domain.purchases import PurchaseOffer


class CarrierAway(RuntimeError):
    """The carrier did not answer in time, or not as agreed.

    What was asked may have been done or not: a change is asked for again with the
    same key, until there is an answer.
    """


class NoSuchSubscription(LookupError):
    """The carrier does not know the subscription (any more)."""


class UnknownUserCode(LookupError):
    """Seventeen digits, but no subscription has them."""


class RevokedUserCode(LookupError):
    """The code was replaced by a reissue."""


class NoReissueLeft(RuntimeError):
    """The day's reissues of this subscription are used up."""


class KeyUsedTwice(ValueError):
    """The key of a change came before, with another change."""


class NoticeKind(StrEnum):
    """What the carrier writes to the contract holder by mail."""

    SHIPPED = "shipped"
    SERVICE_STARTED = "service_started"
    BILL_FIXED = "bill_fixed"
    PAYMENT_FAILED = "payment_failed"


@dataclass(frozen=True)
class CarrierNotice:
    """A notice and its day in Japan; a subscription has one of a kind on a day."""

    subscription: str
    kind: NoticeKind
    on: date


@dataclass(frozen=True)
class PurchaseReceipt:
    """What was bought: MB, its price, and the last day of its use."""

    megabytes: int
    price: Price
    expires_on: date


class Carrier(Protocol):
    """What a carrier offers.

    Everything raises CarrierAway; what names a subscription raises
    NoSuchSubscription. A change carries a key: asked for again with the same key, it
    is made once and answered alike. With the same key and another change, it raises
    KeyUsedTwice.
    """

    # --- Subscriptions, logins, codes -------------------------------------------------

    def subscription(self, subscription: str) -> Subscription: ...

    def subscriptions_of(self, contract_holder: str) -> list[Subscription]:
        """All that a holder has, by id."""
        ...

    def log_in(self, login_id: str, password: str) -> Subscription | None:
        """The subscription of a login (F-CON-10); None if ID or password is wrong."""
        ...

    def user_code(self, subscription: str) -> str:
        """The active code: 17 digits, as text."""
        ...

    def subscription_of_code(self, code: str) -> Subscription:
        """Raises UnknownUserCode, RevokedUserCode."""
        ...

    def reissues_left(self, subscription: str) -> int:
        """How often the code can be reissued today (Japan)."""
        ...

    def reissue_code(self, subscription: str, key: str) -> None:
        """Revoke the code and issue another (F-CODE-10). Raises NoReissueLeft."""
        ...

    # --- Data -------------------------------------------------------------------------

    def usage(self, subscription: str) -> Usage: ...

    def give_data(self, giver: str, receiver: str, megabytes: int, key: str) -> None:
        """Move basic data of this month to the receiver's gifted part.

        Raises GiftRefused.
        """
        ...

    def purchase_offer(self, subscription: str) -> PurchaseOffer:
        """What can be bought. Raises PurchaseRefused."""
        ...

    def buy_data(self, subscription: str, megabytes: int, key: str) -> PurchaseReceipt:
        """Raises PurchaseRefused."""
        ...

    # --- Contract and bills -----------------------------------------------------------

    def contract(self, subscription: str) -> Contract: ...

    def possible_plans(self, subscription: str) -> list[Plan]:
        """What the plan can be changed to. Raises PlanRefused."""
        ...

    def change_plan(self, subscription: str, plan: str, key: str) -> date:
        """The day on which the plan takes effect; a change that waits is replaced.

        Raises PlanRefused.
        """
        ...

    def withdraw_plan_change(self, subscription: str, key: str) -> None:
        """Give up a change that waits. Raises PlanRefused."""
        ...

    def statements(self, subscription: str) -> list[Statement]:
        """The newest first; this month's, which is open, included."""
        ...

    def notices(self, subscription: str) -> list[CarrierNotice]:
        """The newest first."""
        ...
