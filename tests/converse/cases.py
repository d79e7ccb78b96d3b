"""Conversation tests as data: reads the YAML files and says clearly what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.converse.line_steps import Doing, read_doings
from tests.converse.operators import read_act

STEP_KINDS = ("user", "button", "page", "line", "operator", "wait")
_ASSERTIONS = {
    "action_executed",
    "slot_was_set",
    "slot_was_not_set",
    "bot_uttered",
    "bot_did_not_utter",
    "state",
}
_SETTINGS = ("channel", "clock", "customer")
_CHANNELS = ("web", "line")
_STRANGER = "stranger"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

# The moment at which the sample world is described in the README.
DEFAULT_CLOCK = datetime.fromisoformat("2026-11-24T11:00:00+09:00")


class BadCase(ValueError):
    """A case that cannot be read: file, case and reason in one line."""


@dataclass(frozen=True)
class Step:
    """One step; `actor` is the name of whoever acts.

    `doings`: what a `line:` step does, else nothing.
    """

    kind: str
    value: Any
    actor: str
    assertions: list[tuple[str, Any]] = field(default_factory=list)
    doings: list[Doing] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """`channel`: where everybody is who is not seen on LINE by a step of the case."""

    file: Path
    name: str
    clock: datetime
    steps: list[Step] = field(default_factory=list)
    channel: str = "web"

    @property
    def actors(self) -> list[str]:
        """All who act, in the order of their first steps."""
        return list(dict.fromkeys(step.actor for step in self.steps))

    def is_on_line(self, actor: str) -> bool:
        """Whoever does one thing on LINE is there for the whole case."""
        return self.channel == "line" or any(
            step.kind == "line" and step.actor == actor for step in self.steps
        )

    @property
    def needs_line(self) -> bool:
        return any(map(self.is_on_line, self.actors))


def read_cases(folder: Path) -> list[Case]:
    """All cases of the folder's YAML files, in order. Raises BadCase."""
    files = sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")])
    if folder.is_file():
        files = [folder]
    cases = [case for file in files for case in _read_file(file)]
    if not cases:
        raise BadCase(f"{folder}: there is no test case")
    return cases


def duration(text: str) -> timedelta:
    """`90s`, `15m`, `2h` or `1d`. Raises ValueError."""
    match = re.fullmatch(r"(\d+)\s*([smhd])", str(text).strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration such as 90s, 15m, 2h or 1d")
    return timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})


def _read_file(file: Path) -> list[Case]:
    try:
        content = yaml.safe_load(file.read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        raise BadCase(f"{file}: {' '.join(str(error).split())}") from error
    fixtures = {
        name: _settings(value)
        for fixture in content.get("fixtures") or []
        for name, value in fixture.items()
    }
    return [
        _read_case(file, case, fixtures) for case in content.get("test_cases") or []
    ]


def _read_case(
    file: Path, case: dict[str, Any], fixtures: dict[str, dict[str, Any]]
) -> Case:
    name = str(case.get("test_case", "?"))
    settings: dict[str, Any] = {}
    for fixture in case.get("fixtures") or []:
        if fixture not in fixtures:
            raise BadCase(f"{file}: {name}: there is no fixture {fixture!r}")
        settings |= fixtures[fixture]
    settings |= {key: case[key] for key in _SETTINGS if key in case}
    unknown = settings.keys() - {*_SETTINGS}
    if unknown:
        raise BadCase(f"{file}: {name}: a fixture may not set {', '.join(unknown)}")
    customer = settings.get("customer") or _STRANGER
    try:
        steps = [_read_step(step, customer) for step in case.get("steps") or []]
        clock = _moment(settings.get("clock", DEFAULT_CLOCK))
        channel = _channel(settings.get("channel", "web"))
    except ValueError as error:
        raise BadCase(f"{file}: {name}: {error}") from error
    return Case(file, name, clock, steps, channel)


def _settings(value: Any) -> dict[str, Any]:
    """A fixture is a mapping, or Rasa's list of mappings with one key each."""
    parts = value if isinstance(value, list) else [value]
    return {key: entry for part in parts for key, entry in (part or {}).items()}


def _moment(value: Any) -> datetime:
    moment = (
        value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    )
    if moment.tzinfo is None:
        # The carrier is in Japan: a clock without a zone means Japan time.
        moment = moment.replace(tzinfo=DEFAULT_CLOCK.tzinfo)
    return moment


def _channel(value: Any) -> str:
    channel = str(value).casefold()
    if channel not in _CHANNELS:
        raise ValueError(f"a channel is {' or '.join(_CHANNELS)}, not {value!r}")
    return channel


def _read_step(step: dict[str, Any], customer: str) -> Step:
    kinds = [kind for kind in STEP_KINDS if kind in step]
    if len(kinds) != 1:
        raise ValueError(f"a step is one of {', '.join(STEP_KINDS)}: {step}")
    unknown = step.keys() - {*STEP_KINDS, "as", "assertions"}
    if unknown:
        raise ValueError(f"unknown key {', '.join(map(str, unknown))} in a step")
    assertions = [
        (name, value)
        for assertion in step.get("assertions") or []
        for name, value in assertion.items()
    ]
    for name, _ in assertions:
        if name not in _ASSERTIONS:
            raise ValueError(f"there is no assertion {name!r}")
    kind, value = kinds[0], step[kinds[0]]
    if kind == "operator":
        read_act(value)
    return Step(
        kind,
        "" if value is None else value,
        step.get("as") or customer,
        assertions,
        read_doings(value) if kind == "line" else [],
    )
