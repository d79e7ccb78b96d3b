"""Plays one case: acts as the customer, the operator and the clock, then looks."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from helpdesk.domain.handoff import Speaker
from helpdesk.domain.linking import LinkRole
from helpdesk.services.ports import Message
from tests.converse.browser import Browser
from tests.converse.cases import Case, Step, duration
from tests.converse.stage import World

_OPERATOR = "op1"
_STRANGER = "stranger"
_VALUE = re.compile(r"\$\{(\w+)\.(\d+)\.(\w+)(?::(\w+))?\}")
_QUESTIONS_BEFORE = ("reissue", "unlink")


class StepFailed(AssertionError):
    """What was expected, and what happened instead."""


class Player:
    """Keeps a browser for each person of the case."""

    def __init__(self, world: World, case: Case) -> None:
        self._world = world
        self._case = case
        self._browsers: dict[str, Browser] = {}
        self._seen: dict[str, int] = {}

    def play(self) -> None:
        """Raises StepFailed, naming the step."""
        for number, step in enumerate(self._case.steps, start=1):
            following = self._case.steps[number : number + 1]
            try:
                self._play(step, following[0] if following else None)
            except (AssertionError, TimeoutError, ValueError) as error:
                where = f"step {number} ({step.kind}: {str(step.value)[:60]})"
                raise StepFailed(f"{where}: {error}") from error

    def _play(self, step: Step, following: Step | None) -> None:
        actor = step.actor or self._case.customer or _STRANGER
        browser = self._browser(actor)
        turns = len(self._world.bot.turns)
        getattr(self, f"_do_{step.kind}")(browser, self._filled(step.value), following)
        self._world.settle()
        said = self._news(browser)
        done = [
            turn
            for customer, turn in self._world.bot.turns[turns:]
            if customer == browser.customer
        ]
        for name, expected in step.assertions:
            getattr(self, f"_check_{name}")(self._filled(expected), said, done, browser)

    def _browser(self, actor: str) -> Browser:
        if actor not in self._browsers:
            sample = self._world.helpdesk.sample_world.is_person(actor)
            browser = Browser(self._world.address, actor if sample else None)
            self._browsers[actor] = browser
        return self._browsers[actor]

    def _news(self, browser: Browser) -> list[Message]:
        after = self._seen.get(browser.customer, 0)
        messages = self._world.helpdesk.conversations.messages(browser.customer, after)
        if messages:
            self._seen[browser.customer] = messages[-1].id
        return [message for message in messages if message.author != "customer"]

    # --- Steps ------------------------------------------------------------------------

    def _do_user(self, browser: Browser, text: Any, _: Step | None) -> None:
        response = browser.send({"text": str(text)})
        if response.status_code >= 500:
            raise StepFailed(f"the message was answered {response.status_code}")

    def _do_button(self, browser: Browser, label: Any, _: Step | None) -> None:
        messages = self._world.helpdesk.conversations.messages(browser.customer)
        starters = self._world.helpdesk.conversations.starters()
        offered = [button for message in messages for button in message.buttons]
        for button in reversed([*starters, *offered]):
            if _folded(button.label) == _folded(label):
                browser.send({"data": button.id})
                return
        labels = ", ".join(button.label for button in offered[-6:])
        raise StepFailed(f"no such button; offered were: {labels or 'none'}")

    def _do_page(self, browser: Browser, value: Any, following: Step | None) -> None:
        action, argument = (
            next(iter(value.items())) if isinstance(value, dict) else (value, None)
        )
        messages = self._world.helpdesk.conversations.messages(browser.customer)
        browser.do(action, argument, [message.text for message in messages])
        if (
            action in _QUESTIONS_BEFORE
            and not _answers_page(following)
            and browser.asks()
        ):
            # The case does not care for the page's question: it is answered with yes.
            browser.do("confirm", None, [])

    def _do_line(self, browser: Browser, value: Any, _: Step | None) -> None:
        raise StepFailed("this product has no LINE channel yet")

    def _do_operator(self, browser: Browser, text: Any, _: Step | None) -> None:
        handoffs = self._world.helpdesk.handoffs
        if handoffs.is_waiting(browser.customer):
            handoffs.claim(browser.customer, _OPERATOR)
        handoffs.say(browser.customer, _OPERATOR, str(text))

    def _do_wait(self, browser: Browser, value: Any, _: Step | None) -> None:
        self._world.clock.move(duration(value))

    # --- Assertions -------------------------------------------------------------------

    def _check_action_executed(
        self, name: Any, said: list[Message], done: list[Any], _: Browser
    ) -> None:
        actions = [action for turn in done for action in turn["actions"]]
        if name not in actions:
            raise StepFailed(f"{name} did not run; these did: {', '.join(actions)}")

    def _check_slot_was_set(
        self, slots: Any, said: list[Message], done: list[Any], _: Browser
    ) -> None:
        values = {name: value for turn in done for name, value in turn["slots"].items()}
        for name, expected in _slots(slots):
            if name not in values or (expected is not ... and values[name] != expected):
                raise StepFailed(
                    f"slot {name} is {values.get(name)!r}, not {expected!r}"
                )

    def _check_slot_was_not_set(
        self, slots: Any, said: list[Message], done: list[Any], _: Browser
    ) -> None:
        values = {name: value for turn in done for name, value in turn["slots"].items()}
        for name, unwanted in _slots(slots):
            if name in values and unwanted in (..., values[name]):
                raise StepFailed(f"slot {name} was set to {values[name]!r}")

    def _check_bot_uttered(
        self, expected: Any, said: list[Message], done: list[Any], _: Browser
    ) -> None:
        missing = _not_uttered(expected, said, done)
        if missing:
            raise StepFailed(f"{missing}; the bot said:\n{_shown(said)}")

    def _check_bot_did_not_utter(
        self, unwanted: Any, said: list[Message], done: list[Any], _: Browser
    ) -> None:
        if not _not_uttered(unwanted, said, done):
            raise StepFailed(f"the bot uttered {unwanted}:\n{_shown(said)}")

    def _check_state(
        self, expected: Any, said: list[Message], done: list[Any], browser: Browser
    ) -> None:
        actual = self._state(browser.customer)
        for key, value in expected.items():
            if key not in actual:
                raise StepFailed(f"there is no state {key!r}")
            wanted = sorted(value or []) if key.endswith("_links") else value
            if actual[key] != wanted:
                raise StepFailed(f"{key} is {actual[key]}, not {wanted}")

    def _state(self, customer: str) -> dict[str, Any]:
        helpdesk = self._world.helpdesk
        links: dict[LinkRole, list[str]] = {role: [] for role in LinkRole}
        for link, subscription in helpdesk.linking.links_of(customer):
            links[link.role].append(subscription.id)
        return {
            "speaker": Speaker(helpdesk.conversations.speaker(customer)).value,
            "holder_links": sorted(links[LinkRole.HOLDER]),
            "user_links": sorted(links[LinkRole.END_USER]),
            "left_message": helpdesk.handoffs.has_left_message(customer),
        }

    # --- Values of the sample world ---------------------------------------------------

    def _filled(self, value: Any) -> Any:
        if isinstance(value, str):
            return _VALUE.sub(lambda found: self._value(*found.groups()), value)
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        return value

    def _value(self, person: str, number: str, name: str, dress: str | None) -> str:
        key = f"{person}.{number}"
        helpdesk = self._world.helpdesk
        contracts = {each.id: each for each in helpdesk.sample_world.contracts()}
        if key not in contracts:
            raise ValueError(f"the sample world has no {key}")
        contract = contracts[key]
        values = {
            "login": contract.login,
            "password": contract.password,
            "last4": contract.number_last4,
            "old_code": contract.old_code,
        }
        value = (
            helpdesk.user_codes.show(key, "test")
            if name == "code"
            else values.get(name)
        )
        if value is None:
            raise ValueError(f"{key} has no {name}")
        return _dressed(value, dress)


def _dressed(value: str, dress: str | None) -> str:
    groups = [value[at : at + 4] for at in range(0, len(value), 4)]
    dresses = {
        None: value,
        "wide": "".join(chr(ord(character) + 0xFEE0) for character in value),
        "spaced": " ".join(groups),
        "hyphens": "-".join(groups),
        "short": value[:-1],
        "long": value + "0",
    }
    if dress not in dresses:
        raise ValueError(f"a code cannot be dressed {dress!r}")
    return dresses[dress]


def _answers_page(step: Step | None) -> bool:
    return (
        step is not None and step.kind == "page" and step.value in ("confirm", "cancel")
    )


def _not_uttered(expected: dict[str, Any], said: list[Message], done: list[Any]) -> str:
    """What is missing of the expected; empty if nothing is."""
    bot = [message for message in said if message.author in ("bot", "system")]
    name = expected.get("utter_name")
    if name and name not in [
        each["response"] for turn in done for each in turn["messages"]
    ]:
        return f"{name} was not uttered"
    pattern = expected.get("text_matches")
    if pattern and not re.search(pattern, "\n".join(message.text for message in bot)):
        return f"nothing matches {pattern!r}"
    offered = {_folded(button.label) for message in bot for button in message.buttons}
    for button in expected.get("buttons") or []:
        label = button.get("title") if isinstance(button, dict) else button
        if _folded(label) not in offered:
            return f"there is no button {label!r} among {sorted(offered)}"
    return "" if bot or expected else "nothing was said"


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


def _folded(label: object) -> str:
    return unicodedata.normalize("NFKC", str(label)).strip()


def _shown(said: list[Message]) -> str:
    lines = [f"    [{message.author}] {message.text}" for message in said]
    return "\n".join(lines) or "    (nothing)"
