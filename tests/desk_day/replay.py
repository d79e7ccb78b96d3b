"""What the database remembers of the day, counted without the product's own code."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_PATIENCE = timedelta(minutes=15)
_TAKING = ("handoff_claim", "handoff_call_back")
_ENDING = ("handoff_resolve", "handoff_release")


@dataclass(frozen=True)
class Wait:
    """A stretch of waiting in the queue; `until` None if it never ended."""

    customer: str
    kind: str
    since: datetime
    asked_at: datetime
    until: datetime | None
    is_trouble: bool


class Replay:
    """The audit log and the messages, in order."""

    def __init__(self, database: Path) -> None:
        with sqlite3.connect(database) as connection:
            connection.row_factory = sqlite3.Row
            self.audit = _rows(connection, "SELECT * FROM audit ORDER BY id")
            self.messages = _rows(connection, "SELECT * FROM messages ORDER BY id")
            self.requests = _rows(
                connection, "SELECT * FROM handoff_requests ORDER BY id"
            )
            self.inbox = _rows(connection, "SELECT * FROM inbox ORDER BY id")

    def two_speakers(self) -> list[str]:
        """Lines of the bot while an operator had the word, and of operators without."""
        found = []
        for customer in {each["customer"] for each in self.messages}:
            phases = self._phases(customer)
            for line in self.messages:
                if line["customer"] != customer:
                    continue
                holder = next(
                    (who for who, begun, ended in phases if begun < line["at"] < ended),
                    None,
                )
                if line["author"] == "bot" and holder is not None:
                    found.append(f"{customer}: the bot speaks beside {holder}")
                if line["author"] == "operator" and holder != line["operator"]:
                    found.append(f"{customer}: {line['operator']} has not the word")
        return found

    def unanswered(self) -> list[str]:
        """Messages in the inbox that nobody has finished."""
        return [
            str(each["event_id"]) for each in self.inbox if each["finished_at"] is None
        ]

    def stints(self) -> int:
        """How often an operator got the word, also from a colleague."""
        getting = (*_TAKING, "handoff_pass")
        return sum(each["action"] in getting for each in self.audit)

    def place_of(self, customer: str) -> int | None:
        """The place that the customer's first request had when it was made."""
        waits = self._waits()
        mine = next(
            (
                each
                for each in waits
                if each.customer == customer and each.kind == "live"
            ),
            None,
        )
        if mine is None:
            return None
        now = mine.since
        waiting = [
            each
            for each in waits
            if each.since <= now and (each.until is None or each.until > now)
        ]
        ordered = _ordered(waiting, now, self._taken_before(now))
        return ordered.index(mine) + 1

    def _phases(self, customer: str) -> list[tuple[str, datetime, datetime]]:
        """Who of the operators had the word, from when to when."""
        phases, holder, begun = [], None, None
        for row in self.audit:
            if row["subject"] != customer:
                continue
            if holder is not None and row["action"] in (*_ENDING, "handoff_pass"):
                phases.append((holder, begun, row["at"]))
                holder = None
            if row["action"] in _TAKING:
                holder, begun = row["actor"].removeprefix("operator:"), row["at"]
            elif row["action"] == "handoff_pass":
                holder, begun = _detail(row, "to"), row["at"]
        if holder is not None:
            phases.append((holder, begun, datetime.max.replace(tzinfo=UTC)))
        return phases

    def _waits(self) -> list[Wait]:
        """Every stretch of waiting, by the audit log."""
        troubles = {each["customer"] for each in self.requests if each["is_trouble"]}
        open_: dict[str, tuple[str, datetime, datetime]] = {}
        first: dict[str, datetime] = {}
        waits = []
        for row in self.audit:
            customer, action, at = row["subject"], row["action"], row["at"]
            if (
                action in (*_TAKING, "handoff_leave", "desk_closed")
                and customer in open_
            ):
                kind, since, asked = open_.pop(customer)
                trouble = customer in troubles
                waits.append(Wait(customer, kind, since, asked, at, trouble))
            if action == "handoff_request":
                first[customer] = at
                open_[customer] = ("live", at, at)
            elif action == "message_left":
                first[customer] = at
                open_[customer] = ("message", at, at)
            elif action == "desk_closed":
                open_[customer] = ("message", at, first[customer])
            elif action == "handoff_release":
                open_[customer] = ("live", at, first[customer])
        waits += [
            Wait(customer, kind, since, asked, None, customer in troubles)
            for customer, (kind, since, asked) in open_.items()
        ]
        return waits

    def _taken_before(self, now: datetime) -> list[str]:
        """The kinds of what was taken before, the newest first."""
        ends = [each for each in self._waits() if each.until and each.until <= now]
        taken = {
            (row["subject"], row["at"])
            for row in self.audit
            if row["action"] in _TAKING
        }
        ends = [each for each in ends if (each.customer, each.until) in taken]
        ends.sort(key=lambda each: each.until or now, reverse=True)
        return [each.kind for each in ends]


def _ordered(waiting: list[Wait], now: datetime, taken: list[str]) -> list[Wait]:
    """Two who wait, then one message, and so on; troubles first in each."""

    def rank(each: Wait) -> tuple[bool, datetime]:
        return not (each.is_trouble or now - each.asked_at >= _PATIENCE), each.asked_at

    lanes = {
        kind: sorted((each for each in waiting if each.kind == kind), key=rank)
        for kind in ("live", "message")
    }
    run = 0
    while run < len(taken) and taken[run] == "live":
        run += 1
    turn = "message" if run >= 2 else "live"
    in_a_row, ordered = min(run, 2), []
    while lanes["live"] or lanes["message"]:
        turn = "message" if in_a_row >= 2 else "live"
        chosen = turn if lanes[turn] else ("message" if turn == "live" else "live")
        ordered.append(lanes[chosen].pop(0))
        in_a_row = 0 if turn == "message" else in_a_row + 1
    return ordered


def _rows(connection: sqlite3.Connection, query: str) -> list[dict[str, Any]]:
    return [
        {key: _value(key, row[key]) for key in row.keys()}  # noqa: SIM118 -- sqlite3.Row
        for row in connection.execute(query)
    ]


def _value(key: str, value: Any) -> Any:
    if value is not None and (key == "at" or key.endswith("_at")):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


def _detail(row: dict[str, Any], name: str) -> str:
    import json  # noqa: PLC0415 -- SQLite keeps it as text

    return str(json.loads(row["detail"])[name])
