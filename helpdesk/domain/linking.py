"""Subscriptions, links and link attempts: what they are and how they may move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from helpdesk.domain.eligibility import Order

# LINE's link token lives ten minutes; the web page's address does the same.
LINK_PAGE_LIFETIME = timedelta(minutes=10)


class LinkRole(str, Enum):
    """As whom a customer is linked: 契約者連携 or 利用者連携 (F-CON-01, F-USR-01)."""

    HOLDER = "holder"
    END_USER = "end_user"


@dataclass(frozen=True)
class Subscription:
    """One 回線: one holder, one end user, one login, one code (F-CON-10, F-CODE-02)."""

    id: str
    contract_holder: str
    end_user_is_holder: bool
    number_last4: str
    order: Order


@dataclass(frozen=True)
class Link:
    """A customer tied to a subscription in a role; `unlinked_at` None if current."""

    id: int
    customer: str
    subscription: str
    role: LinkRole
    linked_at: datetime
    unlinked_at: datetime | None = None


class AttemptState(str, Enum):
    """Where a link attempt stands; the last three are final."""

    OFFERED = "offered"
    PAGE_OPENED = "page_opened"
    AUTHENTICATED = "authenticated"
    LINKED = "linked"
    FAILED = "failed"
    EXPIRED = "expired"


# Whoever stands in one of these can take up the next step, again and again.
OPEN_ATTEMPT_STATES = frozenset(
    {AttemptState.OFFERED, AttemptState.PAGE_OPENED, AttemptState.AUTHENTICATED}
)


@dataclass(frozen=True)
class LinkAttempt:
    """A personal one-time page; `subscription` is None until authenticated.

    `may_move`: the customer agreed that another account loses the link.
    """

    id: int
    customer: str
    role: LinkRole
    state: AttemptState
    expires_at: datetime
    subscription: str | None = None
    may_move: bool = False

    def is_usable(self, now: datetime) -> bool:
        """Whether its page still works; at `expires_at` itself it does not."""
        return self.state in OPEN_ATTEMPT_STATES and now < self.expires_at


class CodeState(str, Enum):
    """A user code's life: exactly one is active per subscription."""

    ACTIVE = "active"
    REVOKED = "revoked"
