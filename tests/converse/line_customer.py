"""A customer on LINE: types, taps and opens pages as the app and its browser let one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpdesk.bootstrap import Helpdesk
from helpdesk.services.ports import Message
from helpdesk.services.sample_world import line_user_id
from tests.converse.arrivals import Arrivals
from tests.converse.cases import Step
from tests.converse.line_steps import CONTENTS, Doing, folded
from tests.converse.line_world import LineWorld
from tests.converse.pages import CannotDo, Pages
from tests.line_platform import taps
from tests.line_platform.events import envelope
from tests.line_platform.happening import Impossible, happening
from tests.line_platform.linking import LINK_TOKEN_LIFE
from tests.line_platform.records import Entry, Event, Json

_PROGRAM = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Line/15.9.0"
_HELLO = "こんにちは"


class LineCustomer:
    """One LINE account; a sample person's is known to the product already."""

    def __init__(
        self, world: LineWorld, helpdesk: Helpdesk, name: str, *, is_sample: bool
    ) -> None:
        self._world = world
        self._platform = world.platform
        self._helpdesk = helpdesk
        self.user_id = self._platform.add_user(
            name, line_user_id(name) if is_sample else None
        )
        self.browser = Pages(helpdesk.settings.pages_url, _PROGRAM)
        self._id = ""
        self._armed: str | None = None
        self._arrivals = Arrivals(helpdesk, self._platform, self.user_id)
        if is_sample:
            self._id = name
            # The sample's conversations begin on the web; this one goes on on LINE.
            with helpdesk.database.writing() as unit:
                unit.conversations.set_channel(name, "line")

    @property
    def id(self) -> str:
        """The product's id of the customer; empty before a stranger's first event."""
        if not self._id:
            user_hash = self._helpdesk.cipher.fingerprint(self.user_id)
            with self._helpdesk.database.reading() as unit:
                self._id = unit.line_accounts.customer_of(user_hash) or ""
        return self._id

    def say(self, text: str) -> None:
        self.perform([Doing("text", text)])

    def press(self, label: str) -> None:
        self.perform([Doing("tap", label)])

    def offered(self) -> list[str]:
        """The addresses behind all buttons in the talk, the newest last."""
        return [
            str(action["uri"])
            for entry in self._platform.chat(self.user_id)
            for action in taps._actions(entry.message)
            if entry.sender == "bot" and action["type"] == "uri"
        ]

    @contextmanager
    def on_page(self, later: Sequence[Step]) -> Iterator[None]:
        """Around what is done on a page, which may lead to LINE's own dialogue.

        `later`: the customer's further steps; one of them may say what comes of it.
        """
        stops = "account_link" in _doings_before_a_page(later)
        self.browser.stops_at_line = stops or self._armed is not None
        yield
        self.browser.stops_at_line = False
        if self._armed is not None and self.browser.held is not None:
            outcome, self._armed = self._armed, None
            self._finish_link(outcome, self.browser.held)

    def perform(self, doings: Sequence[Doing], later: Sequence[Step] = ()) -> None:
        """`later`: the customer's further steps. Raises CannotDo."""
        self._arrivals.note_block()
        try:
            if len(doings) > 1:
                self._all_at_once(doings)
            else:
                self._one(doings[0], later)
        except (Impossible, LookupError) as error:
            raise CannotDo(str(error)) from error

    def not_arrived(self, said: Sequence[Message]) -> str:
        """What of this LINE does not show, or shows differently; empty if nothing."""
        return self._arrivals.compare(said)

    def menu(self) -> str | None:
        """The variant of the rich menu that the customer sees."""
        return self._world.shown_menu(self.user_id)

    # --- What happens on LINE ---------------------------------------------------------

    def _one(self, doing: Doing, later: Sequence[Step]) -> None:
        if doing.kind == "redeliver":
            self._redeliver(**doing.value)
        elif doing.kind == "account_link":
            self._account_link(doing.value, later)
        elif doing.kind == "event":
            self._post_raw(doing.value)
        elif doing.kind == "join" and doing.value == "room":
            room = self._platform.add_group([self.user_id], "room")
            source = {"type": "room", "roomId": room, "userId": self.user_id}
            self._post_raw({"type": "join", "source": source})
        else:
            action = self._action(doing)
            if action is not None and action["type"] == "uri":
                self.browser.visit(action["uri"])
                return
            self._platform.post(self._happening(doing, action))

    def _all_at_once(self, doings: Sequence[Doing]) -> None:
        """One webhook: the product gets all of it before it can answer any of it."""
        with self._platform.lock:
            events = [self._happening(each, self._action(each)) for each in doings]
            self._platform._post(events)

    def _happening(self, doing: Doing, action: Json | None) -> Event:
        group = self._group() if doing.kind == "group" else None
        mode = "standby" if doing.kind == "standby" else "active"
        what = self._what(doing) if action is None else _what_of(action)
        return happening(self._platform, self.user_id, what, group_id=group, mode=mode)

    def _what(self, doing: Doing) -> Json:
        """In the platform's short form."""
        kind, value = doing.kind, doing.value
        if kind in ("says", "text", "group", "standby"):
            return {"type": "text", "text": _HELLO if value is None else value}
        if kind in (*CONTENTS, "sticker"):
            return {"type": kind, **value}
        if kind == "unsend":
            return {"type": "unsend", "message_id": self._own(value).message_id}
        if kind == "edit":
            entry = self._own(value["of"])
            message_id = entry.message_id
            return {"type": "edit", "message_id": message_id, "text": value["text"]}
        return {"type": kind}

    def _own(self, text: str | None) -> Entry:
        """The customer's newest message, or the newest that holds this text."""
        for entry in reversed(self._platform.chat(self.user_id)):
            is_own = entry.sender == "user" and not entry.unsent
            if is_own and (text is None or folded(text) in folded(entry.text)):
                return entry
        raise CannotDo(f"the customer has no message {text or ''!r}")

    def _group(self) -> str:
        groups = self._world.groups()
        return groups[-1] if groups else self._platform.add_group([self.user_id])

    def _redeliver(self, times: int, *, is_every: bool, is_shuffled: bool) -> None:
        if is_every:
            self._platform.redeliver_all(times, shuffle=is_shuffled)
            return
        for event in reversed(list(self._platform.events.values())):
            source = event.payload.get("source")
            if source is None or source.get("userId") == self.user_id:
                self._platform.redeliver(event.event_id, times)
                return
        raise CannotDo("nothing has been delivered yet")

    def _post_raw(self, fields: Json) -> None:
        now = self._platform.clock()
        source = fields.get("source", {"type": "user", "userId": self.user_id})
        mode = str(fields.get("mode", "active"))
        payload = envelope(fields["type"], source, now, mode, {}) | fields
        self._platform.post(Event(payload, self.user_id, self.user_id, now))

    # --- Buttons and the menu ---------------------------------------------------------

    def _action(self, doing: Doing) -> Json | None:
        """What is behind the button that this presses; None if it presses none."""
        if doing.kind == "says":
            return self._menu_item(doing.value, is_needed=False)
        if doing.kind == "menu":
            return self._menu_item(doing.value)
        if doing.kind == "tap":
            return self._button(doing.value)
        if doing.kind != "postback":
            return None
        if isinstance(doing.value, dict):
            return {"type": "postback", **doing.value}
        return self._button(doing.value)

    def _button(self, label: str) -> Json:
        """The newest that can be seen; else the menu's; else a quick reply that is gone.

        A quick reply goes when anything follows it, but a quick finger is quicker.
        """
        shown = taps.buttons(self._platform, self.user_id)
        for action in shown:
            if _is_called(action, label):
                return action
        item = self._menu_item(label, is_needed=False)
        if item is not None:
            return item
        for entry in reversed(self._platform.chat(self.user_id)):
            for each in entry.message.get("quickReply", {}).get("items", ()):
                if _is_called(each["action"], label):
                    return dict(each["action"])
        labels = ", ".join(str(action.get("label")) for action in shown[:8])
        raise CannotDo(f"no such button; the newest are: {labels or 'none'}")

    def _menu_item(self, label: str | int, *, is_needed: bool = True) -> Json | None:
        menu = self._platform.menu_of(self.user_id)
        actions: list[Json] = (
            [] if menu is None else [each["action"] for each in menu.menu["areas"]]
        )
        if isinstance(label, int) and label < len(actions):
            return actions[label]
        for action in actions:
            if _is_called(action, label):
                return action
        if not is_needed:
            return None
        for action in actions:
            if folded(label) in self._further_names(action):
                return action
        labels = ", ".join(str(action.get("label")) for action in actions)
        raise CannotDo(f"the menu has no {label!r}; it has: {labels or 'nothing'}")

    def _further_names(self, action: Json) -> list[str]:
        """The item's key in the catalog, and the words that mean the same."""
        key = str(action.get("data", "")).rpartition(":")[2]
        item = self._helpdesk.catalog.line.menu.items.get(key)
        return [key] if item is None else [key, *map(folded, item.typed)]

    # --- LINE's dialogue, in which an account is linked -------------------------------

    def _account_link(self, outcome: str, later: Sequence[Step]) -> None:
        """What comes of the dialogue to which the page has led, or will lead."""
        address = self.browser.held
        if address is None and any(step.kind == "page" for step in later):
            self._armed = outcome
            return
        address = address or self.browser.line_address
        if address is None:
            raise CannotDo("no page has led to LINE's dialogue")
        self._finish_link(outcome, address)

    def _finish_link(self, outcome: str, address: str) -> None:
        self.browser.held = None
        if outcome == "failed":
            query = parse_qs(urlsplit(address).query)
            nonce = query["nonce"][0]
            # LINE names neither the user nor a reply token.
            failed = {"type": "accountLink", "result": "failed", "nonce": nonce}
            self._platform.send(None, failed)
            return
        if outcome == "expired":
            self._world.move_clock(LINK_TOKEN_LIFE + timedelta(seconds=1))
        if outcome == "other":
            address += f"&as={self._platform.add_user('somebody else')}"
        self.browser.visit(address)


def _doings_before_a_page(later: Sequence[Step]) -> set[str]:
    steps = takewhile(lambda step: step.kind != "page", later)
    return {doing.kind for step in steps for doing in step.doings}


def _is_called(action: Json, label: str | int) -> bool:
    names = (action.get("label"), action.get("displayText"))
    return any(name is not None and folded(name) == folded(label) for name in names)


def _what_of(action: Json) -> Json:
    """What LINE does when this is pressed. Raises CannotDo for what opens a page."""
    if action["type"] == "message":
        return {"type": "text", "text": action["text"]}
    if action["type"] != "postback":
        raise CannotDo(f"a {action['type']} button cannot be pressed here")
    names = ("data", "displayText", "params")
    what: dict[str, Any] = {name: action[name] for name in names if name in action}
    return {"type": "postback", **what}
