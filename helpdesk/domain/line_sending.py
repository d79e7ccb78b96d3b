"""How a message gets to LINE once: reply tokens, retries, and what an answer means.

Sources: LINE's reference, "Send reply message", "Retry failed API requests" and
"Rate limits" (https://developers.line.biz/en/reference/messaging-api/).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# LINE takes at most this many messages in one call.
MESSAGES_PER_CALL = 5
# A token lives a minute from the delivery of its event, and twenty minutes from the
# event itself however often that is delivered; both with a margin for the way.
_TOKEN_LIFE = timedelta(seconds=57)
_TOKEN_END = timedelta(minutes=19)
# A reply is begun early enough to be tried again while the token lives: that is how an
# attempt whose outcome is unknown is told from one that failed.
_TOKEN_BEGIN = timedelta(seconds=30)
# LINE remembers a retry key for a day; an hour before that, trying again ends.
_PUSH_LIFE = timedelta(hours=23)
_LONGEST_PAUSE = {"reply": timedelta(seconds=8), "push": timedelta(minutes=1)}


class CallKind(str, Enum):
    """A reply is free and needs a token; a push is counted and has a retry key."""

    REPLY = "reply"
    PUSH = "push"


class CallState(str, Enum):
    """All but `open` are final; `uncertain` and `sent` count as said.

    `replaced`: the token was no good, a push follows. `held`: the month's pushes are
    used up, the lines wait for a token.
    """

    OPEN = "open"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    REPLACED = "replaced"
    HELD = "held"


# The lines of a call in one of these need not be sent again.
SETTLED = frozenset({CallState.SENT, CallState.UNCERTAIN, CallState.FAILED})


class Outcome(str, Enum):
    """What came of one attempt. `unknown`: a time-out or 5xx, it may have got there."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    BUSY = "busy"
    OVER_LIMIT = "over_limit"
    UNAUTHORIZED = "unauthorized"
    REFUSED = "refused"


class Doubt(str, Enum):
    """Whether an earlier attempt may have been accepted, and why we don't know.

    `failed`: LINE did not say. `crashed`: we ended before it could.
    """

    NONE = "none"
    FAILED = "failed"
    CRASHED = "crashed"


@dataclass(frozen=True)
class ReplyToken:
    """`delivered_at`: the event's last delivery; `received_at`: its first."""

    event: str
    token: str
    received_at: datetime
    delivered_at: datetime

    def can_begin(self, now: datetime) -> bool:
        """Whether there is time for a reply, and for trying it again."""
        return self.is_alive(now) and now - self.delivered_at < _TOKEN_BEGIN

    def is_alive(self, now: datetime) -> bool:
        """Whether LINE refuses it only if it has been used."""
        return (
            now - self.delivered_at < _TOKEN_LIFE
            and now - self.received_at < _TOKEN_END
        )


@dataclass(frozen=True)
class CallStatus:
    """Where a call stands before its attempt is judged; `attempts` includes it."""

    kind: CallKind
    attempts: int
    doubt: Doubt
    begun_at: datetime
    is_token_alive: bool


@dataclass(frozen=True)
class Verdict:
    """The state of the call after an attempt; `pause` before the next, if open."""

    state: CallState
    doubt: Doubt
    pause: timedelta = timedelta(0)


def judge(call: CallStatus, outcome: Outcome, now: datetime) -> Verdict:
    """What one attempt's outcome means for the call."""
    if outcome is Outcome.ACCEPTED:
        return Verdict(CallState.SENT, call.doubt)
    doubt = call.doubt
    if outcome is Outcome.UNKNOWN and doubt is Doubt.NONE:
        doubt = Doubt.FAILED
    state = (
        _reply(call, outcome) if call.kind is CallKind.REPLY else _push(call, outcome)
    )
    if state is CallState.OPEN and is_too_old(call.kind, call.begun_at, now):
        state = CallState.FAILED
    return Verdict(state, doubt, _pause(call))


def is_too_old(kind: CallKind, begun_at: datetime, now: datetime) -> bool:
    """Whether LINE may have forgotten the retry key: then trying again could double."""
    return kind is CallKind.PUSH and now - begun_at >= _PUSH_LIFE


def _reply(call: CallStatus, outcome: Outcome) -> CallState:
    if call.is_token_alive:
        if outcome is not Outcome.REFUSED:
            # The same reply again: a token's single use keeps it from being said twice.
            return CallState.OPEN
        # Refused although it lives: an earlier attempt has used it, if there was one.
        return CallState.REPLACED if call.doubt is Doubt.NONE else CallState.SENT
    # Used, or only too old? LINE was away for all of the token's life, or we were
    # away just after the call: the former hardly arrived, the latter hardly did not.
    return CallState.UNCERTAIN if call.doubt is Doubt.CRASHED else CallState.REPLACED


def _push(call: CallStatus, outcome: Outcome) -> CallState:
    if outcome is Outcome.REFUSED:
        return CallState.FAILED
    # One that may have been accepted keeps its key, whatever the month's pushes.
    is_held = outcome is Outcome.OVER_LIMIT and call.doubt is Doubt.NONE
    return CallState.HELD if is_held else CallState.OPEN


def _pause(call: CallStatus) -> timedelta:
    doubled = timedelta(seconds=0.5 * 2 ** min(call.attempts - 1, 10))
    return min(doubled, _LONGEST_PAUSE[call.kind.value])
