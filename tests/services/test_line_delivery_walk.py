"""A long random walk: whatever happens, LINE gets every line once and in order.

LINE is a model that knows what it has taken: it honours reply tokens and retry keys.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.line_sending import (
    MESSAGES_PER_CALL,
    CallKind,
    CallState,
    Outcome,
)
from helpdesk.services.line_delivery import Call, NotYet
from helpdesk.services.ports import Message
from tests.fakes import FakeClock
from tests.services.line_talk import accept, say, text

STEPS = 90
FIRST = "e0"


@dataclass
class Token:
    """A reply token as LINE sees it."""

    at: datetime
    delivered_at: datetime
    is_used: bool = False


@dataclass
class Line:
    """Takes calls; `accepted` are the lines that the customer has seen."""

    clock: FakeClock
    tokens: dict[str, Token] = field(default_factory=dict)
    keys: dict[str, datetime] = field(default_factory=dict)
    accepted: list[int] = field(default_factory=list)
    is_over_limit: bool = False

    def take(self, call: Call) -> Outcome:
        by_reply = call.kind is CallKind.REPLY
        outcome = self._by_token(call) if by_reply else self._by_key(call)
        if outcome is Outcome.ACCEPTED:
            self.accepted += [line.id for line in call.lines]
        return Outcome.ACCEPTED if outcome is None else outcome

    def _by_token(self, call: Call) -> Outcome:
        token, now = self.tokens[call.reply_token or ""], self.clock()
        is_alive = (
            not token.is_used
            and now - token.delivered_at <= timedelta(minutes=1)
            and now - token.at <= timedelta(minutes=20)
        )
        token.is_used = token.is_used or is_alive
        return Outcome.ACCEPTED if is_alive else Outcome.REFUSED

    def _by_key(self, call: Call) -> Outcome | None:
        """None: a retry key that was accepted, LINE's 409."""
        taken_at = self.keys.get(call.id)
        if taken_at and self.clock() - taken_at <= timedelta(hours=24):
            return None
        if self.is_over_limit:
            return Outcome.OVER_LIMIT
        self.keys[call.id] = self.clock()
        return Outcome.ACCEPTED


def size_of(line: Message) -> int:
    return line.id % 4


class Walk:
    """Random steps of the customer, the bot, the clock, LINE and ourselves.

    `is_careful`: the two cases that no one can decide are left out. In both nobody
    hears of a reply until its token is dead: it was taken, and LINE answers nothing;
    it was not, and we had crashed.
    """

    def __init__(
        self, helpdesk: Helpdesk, clock: FakeClock, seed: int, *, is_careful: bool
    ) -> None:
        self.line = Line(clock)
        self.said: list[int] = []
        self._helpdesk = helpdesk
        self._clock = clock
        self._random = random.Random(seed)
        self._is_careful = is_careful
        self._events = 0
        # When the token of a reply was delivered, as it was when the reply was begun.
        self._delivered_at: dict[str, datetime] = {}
        # Of the reply that is under way: was it taken, did we crash in it?
        self._is_taken = self._has_crashed = False
        accept(helpdesk, text(FIRST))

    def run(self) -> None:
        steps: list[Callable[[], None]] = [
            *[self._attempt] * 6,
            *[self._say] * 2,
            *[self._write] * 2,
            *[self._wait] * 2,
            self._redeliver,
            self._change_limit,
        ]
        for _ in range(STEPS):
            self._random.choice(steps)()
            self._check()

    def finish(self) -> None:
        """LINE is well again, and everything comes to its end."""
        self.line.is_over_limit = False
        while (call := self._next_call(may_push=True)) is not None:
            if isinstance(call, NotYet):
                self._clock.set(call.until)
            else:
                self._judge(call, self.line.take(call))
        self._check()

    def _check(self) -> None:
        """In order and without gaps; when careful, also without repetitions."""
        taken = self.line.accepted
        once = taken if self._is_careful else list(dict.fromkeys(taken))
        assert once == self.said[: len(once)]

    # --- Steps ------------------------------------------------------------------------

    def _say(self) -> None:
        number = self._random.randint(1, 4)
        self.said += say(self._helpdesk, *("はい" for _ in range(number)))

    def _write(self) -> None:
        self._events += 1
        self._deliver(f"e{self._events}")

    def _redeliver(self) -> None:
        if self._events:
            self._deliver(f"e{self._random.randint(1, self._events)}")

    def _deliver(self, event_id: str) -> None:
        now = self._clock()
        token = self.line.tokens.setdefault(event_id, Token(now, now))
        token.delivered_at = now
        accept(self._helpdesk, text(event_id, reply_token=event_id, sent_at=token.at))

    def _wait(self) -> None:
        is_open = self._is_taken != self._has_crashed
        if not (self._is_careful and is_open):
            self._clock.forward(seconds=self._random.choice([0.1, 1, 5, 20, 60, 600]))

    def _change_limit(self) -> None:
        self.line.is_over_limit = not self.line.is_over_limit

    def _attempt(self) -> None:
        call = self._next_call(may_push=self._random.random() > 0.2)
        if isinstance(call, NotYet):
            self._clock.set(call.until)
        elif call is not None:
            self._make(call)

    def _next_call(self, *, may_push: bool) -> Call | NotYet | None:
        call = self._helpdesk.line_delivery.next_call(
            "eita", size_of, may_push=may_push
        )
        if isinstance(call, Call):
            room = MESSAGES_PER_CALL
            assert len(call.lines) == 1 or sum(map(size_of, call.lines)) <= room
        return call

    def _make(self, call: Call) -> None:
        faults = ["none", "request lost", "answer lost", "busy", "unauthorized"]
        if self._is_careful:
            faults += ["crash before", "crash after"]
        fault = self._random.choice(faults) if self._may_fail(call) else "none"
        is_reached = fault in ("none", "answer lost", "crash after")
        outcome = self.line.take(call) if is_reached else Outcome.UNKNOWN
        if call.kind is CallKind.REPLY:
            self._is_taken |= outcome is Outcome.ACCEPTED
            self._has_crashed |= fault.startswith("crash")
        if not fault.startswith("crash"):
            told = {"busy": Outcome.BUSY, "unauthorized": Outcome.UNAUTHORIZED}
            lost = Outcome.UNKNOWN if fault.endswith("lost") else outcome
            self._judge(call, told.get(fault, lost))

    def _may_fail(self, call: Call) -> bool:
        if call.kind is CallKind.PUSH or not self._is_careful:
            return True
        token = self.line.tokens[call.reply_token or ""]
        # A redelivery gives no other minute to a token that was used.
        delivered_at = self._delivered_at.setdefault(call.id, token.delivered_at)
        return self._clock() - delivered_at < timedelta(seconds=45)

    def _judge(self, call: Call, outcome: Outcome) -> None:
        verdict = self._helpdesk.line_delivery.judge(call, outcome)
        assert verdict is not None
        if verdict.state is not CallState.OPEN:
            self._is_taken = self._has_crashed = False


@pytest.mark.parametrize("seed", range(20))
def test_every_line_is_accepted_once_and_in_order(
    helpdesk: Helpdesk, clock: FakeClock, seed: int
):
    walk = Walk(helpdesk, clock, seed, is_careful=True)

    walk.run()
    walk.finish()

    assert walk.line.accepted == walk.said


@pytest.mark.parametrize("seed", range(10))
def test_no_line_is_lost_when_line_fails_at_any_time(
    helpdesk: Helpdesk, clock: FakeClock, seed: int
):
    walk = Walk(helpdesk, clock, seed, is_careful=False)

    walk.run()
    walk.finish()

    assert list(dict.fromkeys(walk.line.accepted)) == walk.said
