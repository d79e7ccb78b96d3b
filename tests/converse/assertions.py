"""The assertions of a step: each looks at what the step did, and says what is amiss."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.linking import LinkRole
from helpdesk.services.ports import Message
from tests.converse.line_customer import LineCustomer
from tests.converse.line_steps import folded
from tests.converse.stage import World
from tests.converse.web_customer import WebCustomer


class StepFailed(AssertionError):
    """What was expected, and what happened instead."""


@dataclass(frozen=True)
class Looked:
    """What the step did: the lines said to the customer, and the bot's turns."""

    world: World
    customer: WebCustomer | LineCustomer
    said: Sequence[Message]
    done: Sequence[dict[str, Any]]

    @property
    def slots(self) -> dict[str, Any]:
        return {
            name: value for turn in self.done for name, value in turn["slots"].items()
        }

    def __str__(self) -> str:
        lines = [f"    [{message.author}] {message.text}" for message in self.said]
        return "\n".join(lines) or "    (nothing)"


def check(name: str, expected: Any, looked: Looked) -> None:
    """Raises StepFailed."""
    {
        "action_executed": _action_executed,
        "slot_was_set": _slot_was_set,
        "slot_was_not_set": _slot_was_not_set,
        "bot_uttered": _bot_uttered,
        "bot_did_not_utter": _bot_did_not_utter,
        "state": _state,
    }[name](expected, looked)


def _action_executed(name: Any, looked: Looked) -> None:
    actions = [action for turn in looked.done for action in turn["actions"]]
    if name not in actions:
        raise StepFailed(f"{name} did not run; these did: {', '.join(actions)}")


def _slot_was_set(slots: Any, looked: Looked) -> None:
    values = looked.slots
    for name, expected in _slots(slots):
        if name not in values or (expected is not ... and values[name] != expected):
            raise StepFailed(f"slot {name} is {values.get(name)!r}, not {expected!r}")


def _slot_was_not_set(slots: Any, looked: Looked) -> None:
    values = looked.slots
    for name, unwanted in _slots(slots):
        if name in values and unwanted in (..., values[name]):
            raise StepFailed(f"slot {name} was set to {values[name]!r}")


def _bot_uttered(expected: Any, looked: Looked) -> None:
    missing = _not_uttered(expected, looked)
    if missing:
        raise StepFailed(f"{missing}; the bot said:\n{looked}")


def _bot_did_not_utter(unwanted: Any, looked: Looked) -> None:
    if not _not_uttered(unwanted, looked):
        raise StepFailed(f"the bot uttered {unwanted}:\n{looked}")


def _state(expected: Any, looked: Looked) -> None:
    actual = _actual_state(looked)
    for key, value in expected.items():
        if key not in actual:
            raise StepFailed(f"there is no state {key!r} for this customer")
        wanted, found = value, actual[key]
        if key.endswith("_links"):
            wanted = sorted(value or [])
        elif key == "line":
            found = {name: found.get(name) for name in value}
        elif key == "menu":
            wanted = value or "none"
        if found != wanted:
            raise StepFailed(f"{key} is {found}, not {wanted}")


def _actual_state(looked: Looked) -> dict[str, Any]:
    helpdesk, customer = looked.world.helpdesk, looked.customer
    links: dict[LinkRole, list[str]] = {role: [] for role in LinkRole}
    for link, subscription in helpdesk.linking.links_of(customer.id):
        links[link.role].append(subscription.id)
    speaker = Speaker.BOT
    if helpdesk.conversations.exists(customer.id):
        speaker = Speaker(helpdesk.conversations.speaker(customer.id))
    state: dict[str, Any] = {
        "speaker": speaker.value,
        "holder_links": sorted(links[LinkRole.HOLDER]),
        "user_links": sorted(links[LinkRole.END_USER]),
        "left_message": helpdesk.handoffs.has_left_message(customer.id),
    }
    line = looked.world.line
    if line is not None and isinstance(customer, LineCustomer):
        platform = line.platform
        state["menu"] = customer.menu()
        state["line"] = {"pushes": platform.pushes, "replies": platform.replies}
    return state


def _not_uttered(expected: dict[str, Any], looked: Looked) -> str:
    """What is missing of the expected; empty if nothing is.

    Where nothing is named, only the bot's own words count, not the desk's.
    """
    bot = [message for message in looked.said if message.author in ("bot", "system")]
    name = expected.get("utter_name")
    if name and name not in [
        each["response"] for turn in looked.done for each in turn["messages"]
    ]:
        return f"{name} was not uttered"
    pattern = expected.get("text_matches")
    if pattern and not re.search(pattern, "\n".join(message.text for message in bot)):
        return f"nothing matches {pattern!r}"
    offered = {folded(button.label) for message in bot for button in message.buttons}
    for button in expected.get("buttons") or []:
        label = button.get("title") if isinstance(button, dict) else button
        if folded(label) not in offered:
            return f"there is no button {label!r} among {sorted(offered)}"
    has_spoken = any(message.author == "bot" for message in bot)
    return "" if has_spoken or expected else "nothing was said"


def _slots(slots: Any) -> list[tuple[str, Any]]:
    """Rasa's form (`- name: …, value: …`), or a plain mapping."""
    if isinstance(slots, dict):
        return list(slots.items())
    pairs = []
    for slot in slots:
        if isinstance(slot, str):
            pairs.append((slot, ...))
        elif "name" in slot:
            pairs.append((slot["name"], slot.get("value", ...)))
        else:
            pairs += list(slot.items())
    return pairs
