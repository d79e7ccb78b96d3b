"""What is done at the console: each act by its name in the address."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import AlreadyMoved
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.ng_words import ng_words_in
from helpdesk.domain.staff import NotPermitted, Operator
from helpdesk.services.carrier import CarrierAway
from helpdesk.services.changes import ChangePending
from helpdesk.services.conversations import LONGEST_TEXT
from helpdesk.services.desk_view import UnknownCustomer
from helpdesk.services.linking import NoSuchLink
from helpdesk.services.staff_acts import NoReason
from helpdesk.services.talks import DeskLimit, UnknownOperator
from helpdesk.services.user_codes import NoReissueLeft, NotTheHolder
from helpdesk.web.console_words import ConsoleWords
from helpdesk.web.pages import field
from helpdesk.web.staff_pages import Visit

_LONGEST_NOTE = 2000
_LONGEST_KEY = 17


class Refused(Exception):
    """An act that was not done: the key of a sentence in the catalog, and its gaps."""

    def __init__(self, why: str, **gaps: str) -> None:
        super().__init__(why)
        self.why = why
        self.gaps = gaps


@dataclass(frozen=True)
class Act:
    """What is asked for: of whom, by whom, with which fields."""

    customer: str
    visit: Visit

    @property
    def operator(self) -> Operator:
        return self.visit.operator

    def field(self, name: str) -> str:
        return field(self.visit.form, name)

    def number(self, name: str) -> int | None:
        """A key among the fields; None if it is none."""
        value = self.field(name)
        is_key = value.isascii() and value.isdecimal() and len(value) <= _LONGEST_KEY
        return int(value) if is_key else None


# The sentence for each error that an act may end in.
_WHY: dict[type[Exception], str] = {
    AlreadyMoved: "moved",
    DeskLimit: "limit",
    UnknownOperator: "no_colleague",
    NotPermitted: "forbidden",
    NoReason: "no_reason",
    NotTheHolder: "not_the_holder",
    NoReissueLeft: "no_reissue_left",
    NoSuchLink: "no_such_link",
    UnknownCustomer: "unknown_customer",
    CarrierAway: "carrier_away",
    ChangePending: "change_pending",
}


class ConsoleActs:
    """Reads the fields of an act and calls the service that does it."""

    def __init__(self, helpdesk: Helpdesk, words: ConsoleWords) -> None:
        self._helpdesk = helpdesk
        self._words = words
        self._acts: dict[str, Callable[[Act], object]] = {
            "claim": self._claim,
            "say": self._say,
            "resolve": self._resolve,
            "release": self._release,
            "pass": self._pass,
            "take-over": self._take_over,
            "hold": self._hold,
            "note": self._note,
            "delete-note": self._delete_note,
            "label": self._label,
            "check": self._check,
            "reissue": self._reissue,
            "unlock": self._unlock,
            "unlink": self._unlink,
            "send-page": self._send_page,
        }

    def __contains__(self, name: object) -> bool:
        return name in self._acts

    def do(self, name: str, act: Act) -> None:
        """Raises Refused."""
        if not self._helpdesk.conversations.exists(act.customer):
            raise Refused("unknown_customer")
        try:
            self._acts[name](act)
        except tuple(_WHY) as error:
            raise Refused(_WHY[type(error)]) from error

    # --- The word ---------------------------------------------------------------------

    def _claim(self, act: Act) -> None:
        self._helpdesk.talks.claim(act.customer, act.operator.id, beyond_limit=False)

    def _say(self, act: Act) -> None:
        text = act.field("text")
        if not text:
            raise Refused("empty")
        if len(text) > LONGEST_TEXT:
            raise Refused("too_long")
        found = ng_words_in(text, self._helpdesk.catalog.desk.ng_words.operator)
        if found and act.field("anyway") != "yes":
            raise Refused("ng_words", words=self._words.listed(found))
        self._helpdesk.talks.say(
            act.customer, act.operator.id, text, act.number("quotes")
        )
        if found:
            self._helpdesk.staff_acts.note_ng_words(act.customer, act.operator, found)

    def _resolve(self, act: Act) -> None:
        self._helpdesk.talks.resolve(act.customer, act.operator.id)

    def _release(self, act: Act) -> None:
        self._helpdesk.talks.release(act.customer, act.operator.id)

    def _pass(self, act: Act) -> None:
        to = act.field("to")
        self._helpdesk.talks.pass_on(act.customer, act.operator.id, to)

    def _take_over(self, act: Act) -> None:
        self._helpdesk.talks.take_over(act.customer, act.operator)

    def _hold(self, act: Act) -> None:
        is_on = act.field("on") == "yes"
        self._helpdesk.talks.hold(act.customer, act.operator.id, on=is_on)

    # --- For colleagues ---------------------------------------------------------------

    def _note(self, act: Act) -> None:
        text = act.field("text")
        if not text:
            raise Refused("empty")
        if len(text) > _LONGEST_NOTE:
            raise Refused("too_long")
        self._helpdesk.staff_acts.add_note(act.customer, act.operator, text)

    def _delete_note(self, act: Act) -> None:
        note = act.number("note")
        delete = self._helpdesk.staff_acts.delete_note
        if note is None or not delete(act.operator, note):
            raise Refused("not_your_note")

    def _label(self, act: Act) -> None:
        label, is_on = act.field("label"), act.field("on") == "yes"
        if label not in self._helpdesk.catalog.desk.labels:
            raise Refused("unknown_label")
        self._helpdesk.staff_acts.set_label(act.customer, act.operator, label, on=is_on)

    # --- On behalf of the customer ----------------------------------------------------

    def _check(self, act: Act) -> None:
        self._helpdesk.staff_acts.check_eligibility(act.customer, act.operator)

    def _reissue(self, act: Act) -> None:
        once = act.field("once") or secrets.token_hex(8)
        self._helpdesk.staff_acts.reissue(
            *(act.customer, act.operator, act.field("subscription")),
            act.field("reason"),
            f"desk:{once}",
        )

    def _unlock(self, act: Act) -> None:
        reason = act.field("reason")
        self._helpdesk.staff_acts.lift_lock(act.customer, act.operator, reason)

    def _unlink(self, act: Act) -> None:
        link, reason = act.number("link"), act.field("reason")
        if link is None:
            raise NoSuchLink
        self._helpdesk.staff_acts.unlink(act.customer, act.operator, link, reason)

    def _send_page(self, act: Act) -> None:
        try:
            role = LinkRole(act.field("role"))
        except ValueError:
            raise Refused("unknown_page") from None
        self._helpdesk.staff_acts.send_page(act.customer, act.operator, role)
