"""Exactly one speaker: a random walk of customers, operators, the bot and the desk.

The model beside the real services knows who has the word, by the moves alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import (
    AlreadyMoved,
    HandoffRequest,
    OperatorsAway,
    RequestKind,
    RequestState,
    Speaker,
)
from helpdesk.domain.japan_time import in_japan
from helpdesk.domain.staff import NotPermitted, Status
from helpdesk.services.talks import UnknownOperator
from helpdesk.services.turns import Answer, BotMessage, Turn
from helpdesk.storage import tables
from tests.databases import Databases
from tests.fakes import NOW, FakeClock
from tests.services.desk_talk import operator

CUSTOMERS = ("eita", "aiko")
OPERATORS = ("op1", "op2", "chief")
ANSWER = "お答えします"
END = "/EXTERNAL_end_handoff"

customers = st.sampled_from(CUSTOMERS)
operators = st.sampled_from(OPERATORS)


@dataclass
class Talk:
    """What the model knows of one customer.

    `word`: the operator who has it; `takings`: how often one has taken it so far.
    `written`: the takings when each item came in, and whether it came to an operator.
    """

    speaker: Speaker = Speaker.BOT
    word: str | None = None
    takings: int = 0
    turns: list[tuple[Turn, int]] = field(default_factory=list)
    written: dict[int, tuple[int, bool]] = field(default_factory=dict)
    last_line: int = 0

    def give(self, speaker: Speaker, word: str | None = None) -> None:
        self.speaker, self.word = speaker, word
        self.takings += word is not None


class Walk(RuleBasedStateMachine):
    """Each rule says what must come of a step, by the model as it was before."""

    def __init__(
        self, helpdesk: Helpdesk, clock: FakeClock, databases: Databases
    ) -> None:
        super().__init__()
        self.helpdesk, self.clock = helpdesk, clock
        self.hours = helpdesk.catalog.business_hours.as_business_hours()
        self.talks = {customer: Talk() for customer in CUSTOMERS}
        self.available = {"op1", "op2"}
        self.off: set[str] = set()
        self.count = 0
        clock.set(NOW)
        databases.put_back(helpdesk.database)

    # --- What the database says -------------------------------------------------------

    def of_state(self, customer: str, state: RequestState) -> list[HandoffRequest]:
        with self.helpdesk.database.reading() as unit:
            requests = unit.handoffs.of_customer(customer)
        return [each for each in requests if each.state is state]

    def waiting(self, customer: str) -> list[HandoffRequest]:
        return self.of_state(customer, RequestState.WAITING)

    def items(self, customer: str) -> list[dict[str, Any]]:
        """The customer's inbox, in the order in which it is answered."""
        inbox = tables.inbox.c
        query = (
            select(tables.inbox)
            .where(inbox.customer == customer)
            .order_by(inbox.sent_at, inbox.id)
        )
        with self.helpdesk.database.engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def new_lines(self, customer: str) -> list[dict[str, Any]]:
        """What has been said since the last time that somebody asked."""
        messages, talk = tables.messages.c, self.talks[customer]
        query = (
            select(tables.messages)
            .where(messages.customer == customer, messages.id > talk.last_line)
            .order_by(messages.id)
        )
        with self.helpdesk.database.engine.connect() as connection:
            rows = [dict(row._mapping) for row in connection.execute(query)]
        if rows:
            talk.last_line = rows[-1]["id"]
        return rows

    # --- The customer and the bot -----------------------------------------------------

    def name(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def those(self, *speakers: Speaker) -> list[str]:
        return [each for each, talk in self.talks.items() if talk.speaker in speakers]

    @rule(customer=customers, begins=st.booleans())
    def write(self, customer: str, begins: bool) -> None:
        name = self.name()
        self.helpdesk.conversations.accept_text(customer, f"質問{name}", name)
        if begins:
            self.begin_turn(customer)

    @precondition(lambda self: self.those(Speaker.WAITING, Speaker.OPERATOR))
    @rule(data=st.data())
    def write_to_end(self, data: st.DataObject) -> None:
        """The customer ends the talk or the waiting by a word of the menu."""
        found = self.those(Speaker.WAITING, Speaker.OPERATOR)
        customer = data.draw(st.sampled_from(found))
        self.helpdesk.conversations.accept_text(customer, "有人対応を終了", self.name())

    @rule(customer=customers)
    def begin_turn(self, customer: str) -> None:
        talk, expected = self.talks[customer], None
        for item in self.items(customer):
            if item["finished_at"] is not None:
                continue
            if talk.speaker is not Speaker.BOT and item["payload"] == END:
                talk.give(Speaker.BOT)
            if talk.speaker is not Speaker.OPERATOR:
                expected = item["id"]
                break

        turn = self.helpdesk.conversations.next_turn(customer)

        assert (turn and turn.item.id) == expected
        if turn is not None:
            talk.turns.append((turn, talk.takings))

    @precondition(lambda self: any(talk.turns for talk in self.talks.values()))
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """A turn that was taken twice is answered twice, and said once."""
        busy = [customer for customer in CUSTOMERS if self.talks[customer].turns]
        customer = data.draw(st.sampled_from(busy))
        talk = self.talks[customer]
        turn, takings = talk.turns.pop(0)
        is_open = self.helpdesk.conversations.is_open(turn.item)
        self.new_lines(customer)

        answer = Answer([BotMessage(ANSWER)], None, "ask_about_linking", 0.9)
        self.helpdesk.conversations.answer(turn, answer)

        # An apology may come before it when it is late.
        said = {line["turn"] for line in self.new_lines(customer)}
        is_wanted = is_open and takings == talk.takings
        assert said == ({turn.item.id} if is_wanted else set())
        assert not (said and talk.speaker is Speaker.OPERATOR)
        assert not self.helpdesk.conversations.is_open(turn.item)

    @rule(customer=customers)
    def request(self, customer: str) -> None:
        talk, handoffs = self.talks[customer], self.helpdesk.handoffs
        is_there = bool(self.available) and self.hours.is_open(self.clock())
        if talk.speaker is Speaker.BOT and not is_there:
            with pytest.raises(OperatorsAway):
                handoffs.request(customer, "request")
            return

        place = handoffs.request(customer, "request").place

        assert (place == 0) == (talk.speaker is Speaker.OPERATOR)
        if talk.speaker is Speaker.BOT:
            talk.give(Speaker.WAITING)

    @rule(customer=customers)
    def leave(self, customer: str) -> None:
        talk = self.talks[customer]

        assert self.helpdesk.handoffs.leave(customer) == (
            talk.speaker is Speaker.WAITING
        )

        if talk.speaker is Speaker.WAITING:
            talk.give(Speaker.BOT)

    @rule(customer=customers)
    def leave_message(self, customer: str) -> None:
        before = len(self.waiting(customer))

        self.helpdesk.handoffs.leave_message(customer, "電話", "request", self.name())

        assert len(self.waiting(customer)) == before + 1

    # --- The operators ----------------------------------------------------------------

    @rule(customer=customers, who=operators)
    def claim(self, customer: str, who: str) -> None:
        talk = self.talks[customer]
        can_be_taken = talk.speaker is Speaker.WAITING or (
            talk.speaker is Speaker.BOT and self.waiting(customer) != []
        )
        if not can_be_taken:
            with pytest.raises(AlreadyMoved):
                self.helpdesk.talks.claim(customer, who)
            return

        self.helpdesk.talks.claim(customer, who)

        talk.give(Speaker.OPERATOR, who)
        assert self.waiting(customer) == []

    @rule(customer=customers)
    def take_over(self, customer: str) -> None:
        talk, take_over = self.talks[customer], self.helpdesk.talks.take_over
        with pytest.raises(NotPermitted):
            take_over(customer, operator(self.helpdesk, "op1"))
        chief = operator(self.helpdesk, "chief")
        if talk.word == "chief":
            with pytest.raises(AlreadyMoved):
                take_over(customer, chief)
        else:
            take_over(customer, chief)
            talk.give(Speaker.OPERATOR, "chief")

    @rule(customer=customers)
    def others_are_silent(self, customer: str) -> None:
        """Whoever has not the word moves nothing and says nothing."""
        talks = self.helpdesk.talks
        self.new_lines(customer)
        for who in OPERATORS:
            if who == self.talks[customer].word:
                continue
            for move in (
                partial(talks.say, customer, who, "拝見します"),
                partial(talks.release, customer, who),
                partial(talks.resolve, customer, who),
                partial(talks.hold, customer, who, on=True),
            ):
                with pytest.raises(AlreadyMoved):
                    move()
            colleagues = {*OPERATORS} - {who}
            for colleague in colleagues:
                is_off = colleague in self.off
                with pytest.raises(UnknownOperator if is_off else AlreadyMoved):
                    talks.pass_on(customer, who, colleague)

        assert self.new_lines(customer) == []

    @precondition(lambda self: self.those(Speaker.OPERATOR))
    @rule(data=st.data(), colleague=operators)
    def speak(self, data: st.DataObject, colleague: str) -> None:
        """Whoever has the word does something with it."""
        customer = data.draw(st.sampled_from(self.those(Speaker.OPERATOR)))
        what = data.draw(st.sampled_from(["say", "say", "hold", "pass_on"]))
        talk, talks = self.talks[customer], self.helpdesk.talks
        who = talk.word
        assert who is not None
        self.new_lines(customer)
        if what == "say":
            talks.say(customer, who, "拝見します")
        elif what == "hold":
            talks.hold(customer, who, on=data.draw(st.booleans()))
        elif colleague == who or colleague in self.off:
            with pytest.raises(UnknownOperator):
                talks.pass_on(customer, who, colleague)
        else:
            talks.pass_on(customer, who, colleague)
            talk.give(Speaker.OPERATOR, colleague)

        said = [
            line["operator"]
            for line in self.new_lines(customer)
            if line["author"] == "operator"
        ]
        assert said == [who] * (what == "say")

    @precondition(lambda self: self.those(Speaker.OPERATOR))
    @rule(data=st.data(), is_over=st.booleans())
    def give_back(self, data: st.DataObject, is_over: bool) -> None:
        customer = data.draw(st.sampled_from(self.those(Speaker.OPERATOR)))
        talk = self.talks[customer]
        assert talk.word is not None
        (before,) = self.of_state(customer, RequestState.CLAIMED)
        if is_over:
            self.helpdesk.talks.resolve(customer, talk.word)
            talk.give(Speaker.BOT)
            return

        self.helpdesk.talks.release(customer, talk.word)

        talk.give(Speaker.WAITING)
        after = [(each.id, each.requested_at) for each in self.waiting(customer)]
        assert (before.id, before.requested_at) in after

    @rule(who=operators, status=st.sampled_from(Status))
    def set_status(self, who: str, status: Status) -> None:
        self.helpdesk.talks.set_status(who, status, who)

        self.available.discard(who)
        self.off.discard(who)
        if status is Status.AVAILABLE:
            self.available.add(who)
        elif status is Status.OFF:
            self.off.add(who)

    # --- The desk and the clock -------------------------------------------------------

    @rule()
    def look_after(self) -> None:
        """Only closing time ends a wait, and only the words of closing end a talk."""
        for customer in CUSTOMERS:
            self.new_lines(customer)

        news = self.helpdesk.desk.look_after()

        idle = self.helpdesk.desk_words.closed_idle
        is_over = self.hours.is_over_for_today(self.clock())
        for customer, talk in self.talks.items():
            said = self.new_lines(customer)
            is_idle = talk.speaker is Speaker.OPERATOR and idle in [
                line["text"] for line in said
            ]
            assert {line["author"] for line in said} <= {"system"}
            assert not said or customer in news
            if is_idle or (talk.speaker is Speaker.WAITING and is_over):
                talk.give(Speaker.BOT)
        lines = [self.new_lines(customer) for customer in CUSTOMERS]
        assert (self.helpdesk.desk.look_after(), lines) == (set(), [[], []])

    @rule(seconds=st.sampled_from([1, 59, 60, 180, 300, 600, 900]))
    def wait(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)

    @rule(hour=st.sampled_from([10, 19]), looks=st.booleans())
    def wait_until(self, hour: int, looks: bool) -> None:
        """To the next time that the clock strikes."""
        now = in_japan(self.clock())
        strikes = now.replace(hour=hour, minute=0, second=0, microsecond=0)
        if strikes <= now:
            strikes += timedelta(days=1)
        self.clock.set(strikes)
        if looks:
            self.look_after()

    # --- What always holds ------------------------------------------------------------

    @invariant()
    def one_speaks(self) -> None:
        """Conversation, requests and queue agree with the model, and so do all items."""
        with self.helpdesk.database.reading() as unit:
            found = {
                customer: unit.conversations.get(customer) for customer in CUSTOMERS
            }
            requests = [*unit.handoffs.waiting(), *unit.handoffs.claimed()]
            queue = self.helpdesk.handoffs.queue(unit)
        for customer, talk in self.talks.items():
            mine = [each for each in requests if each.customer == customer]
            live = [
                each
                for each in mine
                if (each.state, each.kind) == (RequestState.WAITING, RequestKind.LIVE)
            ]
            holders = [
                each.operator for each in mine if each.state is RequestState.CLAIMED
            ]
            conversation = found[customer]
            assert (conversation.speaker, conversation.operator) == (
                talk.speaker,
                talk.word,
            )
            assert len(live) == (talk.speaker is Speaker.WAITING)
            assert holders == [talk.word] * (talk.speaker is Speaker.OPERATOR)
            self.check_items(customer, talk)
        assert [place.place for _, place in queue] == [*range(1, len(queue) + 1)]
        assert sorted(request.customer for request, _ in queue) == sorted(
            {each.customer for each in requests if each.state is RequestState.WAITING}
        )

    def check_items(self, customer: str, talk: Talk) -> None:
        """Each is answered once, was seen by an operator, or still waits."""
        answers = self.answers(customer)
        for item in self.items(customer):
            came = (talk.takings, talk.speaker is Speaker.OPERATOR)
            takings, to_operator = talk.written.setdefault(item["id"], came)
            was_seen = to_operator or talk.takings > takings
            if item["finished_at"] is None:
                assert answers[item["id"]] == 0
            else:
                assert answers[item["id"]] == 1 or (
                    answers[item["id"]] == 0 and was_seen
                )

    def answers(self, customer: str) -> Counter[int]:
        """How often the bot has answered each item; apologies are not counted."""
        messages = tables.messages.c
        query = select(messages.turn).where(
            messages.customer == customer,
            messages.author == "bot",
            messages.text == ANSWER,
        )
        with self.helpdesk.database.engine.connect() as connection:
            return Counter(connection.scalars(query).all())


# Long enough for a failing walk to be made short.
@pytest.mark.timeout(600)
def test_exactly_one_speaks(built: tuple[Helpdesk, FakeClock], databases: Databases):
    helpdesk, clock = built

    run_state_machine_as_test(
        lambda: Walk(helpdesk, clock, databases),
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
