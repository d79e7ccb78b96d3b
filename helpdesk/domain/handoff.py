"""Who speaks with a customer, and how the word passes on (docs/decisions/0005)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Speaker(str, Enum):
    """Who answers. While waiting, the bot still does."""

    BOT = "bot"
    WAITING = "waiting"
    OPERATOR = "operator"


class HandoffMove(str, Enum):
    """The moves of a handoff."""

    REQUEST = "request"
    LEAVE = "leave"
    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"
    # An operator begins a talk that nobody waits for: a message was left.
    CALL_BACK = "call_back"


# Each move: the speaker it starts from, and the speaker it leads to.
HANDOFF_MOVES = {
    HandoffMove.REQUEST: (Speaker.BOT, Speaker.WAITING),
    HandoffMove.LEAVE: (Speaker.WAITING, Speaker.BOT),
    HandoffMove.CLAIM: (Speaker.WAITING, Speaker.OPERATOR),
    HandoffMove.RELEASE: (Speaker.OPERATOR, Speaker.WAITING),
    HandoffMove.RESOLVE: (Speaker.OPERATOR, Speaker.BOT),
    HandoffMove.CALL_BACK: (Speaker.BOT, Speaker.OPERATOR),
}


class RequestKind(str, Enum):
    """What waits for an operator: a customer, or a message left out of hours."""

    LIVE = "live"
    MESSAGE = "message"


class RequestState(str, Enum):
    """`withdrawn`: the customer left the queue."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class CloseReason(str, Enum):
    """How a request ended.

    `idle`: the customer did not write any more. `merged`: another request of the same
    customer was taken, and this one with it.
    """

    RESOLVED = "resolved"
    ENDED_BY_CUSTOMER = "ended_by_customer"
    IDLE = "idle"
    LEFT_QUEUE = "left_queue"
    MERGED = "merged"


@dataclass(frozen=True)
class HandoffRequest:
    """A request for a person; `text` is the message that was left, masked.

    `is_trouble`: something does not work; others are questions. `wish`: what the
    customer wanted of the bot. `assigned_to`: who is to take it, nobody else yet.
    `operator`: who has taken it, since `claimed_at`. `held_at`: the operator looks
    into it, and no clock runs. `desk_closed_at`: the customer waited when the desk
    closed, and keeps the place as a left message.
    """

    id: int
    customer: str
    kind: RequestKind
    state: RequestState
    reason: str
    requested_at: datetime
    text: str | None = None
    is_trouble: bool = False
    wish: str | None = None
    assigned_to: str | None = None
    assigned_at: datetime | None = None
    operator: str | None = None
    claimed_at: datetime | None = None
    closed_at: datetime | None = None
    close_reason: CloseReason | None = None
    held_at: datetime | None = None
    desk_closed_at: datetime | None = None
    estimate_seconds: int | None = None
    told_place: int | None = None
    told_minutes: int | None = None
    told_at: datetime | None = None
    alerted_at: datetime | None = None


class AlreadyMoved(RuntimeError):
    """Somebody else moved the conversation first: the conditional update hit no row."""


class QueueFull(RuntimeError):
    """As many wait as the operators at the desk can serve within a fair time."""


class LinkNeeded(RuntimeError):
    """Only customers with a link may ask for a person (`operators_for: linked`)."""


class OperatorsAway(RuntimeError):
    """Nobody is at the desk; `opens_at` (Japan time) is when somebody is."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"the desk opens at {opens_at:%Y-%m-%d %H:%M}")
        self.opens_at = opens_at
