"""A change at the carrier: what was asked, for whom, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any


class ChangeKind(str, Enum):
    """What is changed at the carrier."""

    REISSUE = "code_reissued"
    GIFT = "data_given"
    PURCHASE = "data_bought"
    PLAN = "plan_changed"
    PLAN_WITHDRAWAL = "plan_change_withdrawn"


class ChangeState(str, Enum):
    """`pending` until the carrier has answered."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class Change:
    """`key` is the change's own; `actor` stands in the audit log.

    `customer` hears of it if the answer came late; None for a change on a page.
    `detail` is what the carrier is asked, `result` what it answered.
    """

    key: str
    kind: ChangeKind
    actor: str
    customer: str | None
    subscription: str
    detail: Mapping[str, Any]
    asked_at: datetime
    state: ChangeState = ChangeState.PENDING
    result: Mapping[str, Any] | None = None
    tries: int = 0
