"""The failures of LINE that a test asks for."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

GROUPS = ("reply", "push", "loading", "menu", "link_token", "other")
OK = "ok"
NOT_ACCEPTED = ("error_500", "timeout", "rate_429")
ACCEPTED = ("error_500_accepted", "timeout_accepted")
FAULTS = (*NOT_ACCEPTED, *ACCEPTED)
HANGING = ("timeout", "timeout_accepted")

Chance = float | dict[str, float]


@dataclass
class Faults:
    """Each fault is a probability, for all endpoints or by their group.

    `Faults(error_500=0.1, timeout_accepted={"push": 1})`. `next` fixes what happens to
    the next calls, whatever the probabilities say: `{"push": ["error_500", "ok"]}`, with
    "all" for calls of any group; a plain list stands for "all".
    """

    latency: Chance = 0.0
    """Seconds before a request is looked at."""
    error_500: Chance = 0.0
    error_500_accepted: Chance = 0.0
    timeout: Chance = 0.0
    timeout_accepted: Chance = 0.0
    rate_429: Chance = 0.0
    next: dict[str, list[str]] | list[str] = field(default_factory=dict)
    hang_seconds: float = 15.0
    seed: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.next, list):
            self.next = {"all": self.next}
        # A misspelt one would make a test pass without the fault that it is about.
        groups = {*self.next}
        for chance in (self.latency, *(getattr(self, fault) for fault in FAULTS)):
            groups |= {*chance} if isinstance(chance, dict) else set()
        outcomes = {outcome for queue in self.next.values() for outcome in queue}
        if unknown := (groups - {*GROUPS, "all"}) | (outcomes - {OK, *FAULTS}):
            raise ValueError(f"no such group or outcome: {sorted(unknown)}")
        self._random = random.Random(self.seed)

    def draw(self, group: str) -> str:
        """What happens to a call of this group: "ok" or the name of a fault."""
        queues = self.next if isinstance(self.next, dict) else {"all": self.next}
        for key in (group, "all"):
            if queues.get(key):
                return queues[key].pop(0)
        for fault in FAULTS:
            if self._random.random() < self._of(getattr(self, fault), group):
                return fault
        return OK

    def latency_of(self, group: str) -> float:
        return self._of(self.latency, group)

    def _of(self, chance: Chance, group: str) -> float:
        if isinstance(chance, dict):
            return chance.get(group, chance.get("all", 0.0))
        return chance


def group_of(path: str) -> str:
    """The endpoint group that a path of LINE's API belongs to."""
    if path == "/v2/bot/message/reply":
        return "reply"
    if path == "/v2/bot/message/push":
        return "push"
    if path.startswith("/v2/bot/chat/loading"):
        return "loading"
    if "richmenu" in path:
        return "menu"
    return "link_token" if path.endswith("/linkToken") else "other"
