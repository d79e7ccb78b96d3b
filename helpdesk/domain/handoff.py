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


# Each move: the speaker it starts from, and the speaker it leads to.
HANDOFF_MOVES = {
    HandoffMove.REQUEST: (Speaker.BOT, Speaker.WAITING),
    HandoffMove.LEAVE: (Speaker.WAITING, Speaker.BOT),
    HandoffMove.CLAIM: (Speaker.WAITING, Speaker.OPERATOR),
    HandoffMove.RELEASE: (Speaker.OPERATOR, Speaker.WAITING),
    HandoffMove.RESOLVE: (Speaker.OPERATOR, Speaker.BOT),
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


@dataclass(frozen=True)
class HandoffRequest:
    """A request for a person; `text` is the message that was left, masked."""

    id: int
    customer: str
    kind: RequestKind
    state: RequestState
    reason: str
    requested_at: datetime
    text: str | None = None


class AlreadyMoved(RuntimeError):
    """Somebody else moved the conversation first: the conditional update hit no row."""


class OperatorsAway(RuntimeError):
    """Nobody is at the desk; `opens_at` (Japan time) is when somebody is."""

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(f"the desk opens at {opens_at:%Y-%m-%d %H:%M}")
        self.opens_at = opens_at
