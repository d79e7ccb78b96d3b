"""Plays one case: acts as the customer, the operator and the clock, then looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from helpdesk.services.ports import Message
from tests.converse.assertions import Looked, StepFailed, check
from tests.converse.cases import Case, Step, duration
from tests.converse.line_customer import LineCustomer
from tests.converse.line_steps import Doing
from tests.converse.operators import OperatorDesk, read_act
from tests.converse.sample_values import SampleValues
from tests.converse.stage import World
from tests.converse.web_customer import WebCustomer

# The desk looks each second; what it does depends on minutes.
_TICK = timedelta(minutes=1)
_QUESTIONS_BEFORE = ("reissue", "unlink")

Customer = WebCustomer | LineCustomer


class Player:
    """Keeps a browser, or an account on LINE, for each person of the case."""

    def __init__(self, world: World, case: Case) -> None:
        self._world = world
        self._case = case
        self._values = SampleValues(world.helpdesk)
        self._desk = OperatorDesk(world.helpdesk)
        # On LINE they are before the case begins: what is said to them arrives there.
        self._customers: dict[str, Customer] = {
            actor: self._on_line(actor)
            for actor in case.actors
            if case.is_on_line(actor)
        }
        self._seen: dict[str, int] = {}

    def play(self) -> None:
        """Raises StepFailed, naming the step."""
        self._world.settle()
        for number, step in enumerate(self._case.steps, start=1):
            try:
                self._play(step, self._case.steps[number:])
            except (AssertionError, TimeoutError, ValueError) as error:
                where = f"step {number} ({step.kind}: {str(step.value)[:60]})"
                raise StepFailed(f"{where}: {error}") from error
        for actor, customer in self._customers.items():
            wrong = customer.not_arrived(self._news(customer))
            if wrong:
                raise StepFailed(f"at the end, {actor}: {wrong}")

    def _play(self, step: Step, later: Sequence[Step]) -> None:
        own = [each for each in later if each.actor == step.actor]
        customer = self._customer(step.actor)
        turns = len(self._world.bot.turns)
        getattr(self, f"_do_{step.kind}")(customer, step, own)
        self._world.settle()
        # The app does this each second; now, whatever is news is heard in this step.
        if self._world.helpdesk.desk.look_after():
            self._world.settle()
        if self._world.helpdesk.notices.look_after().customers:
            self._world.settle()
        # The keeper's, too: an offer's time may be over.
        if self._world.helpdesk.gifts.expire():
            self._world.settle()
        said = self._news(customer)
        done = [
            turn
            for turned, turn in self._world.bot.turns[turns:]
            if turned == customer.id
        ]
        wrong = customer.not_arrived(said)
        if wrong:
            raise StepFailed(wrong)
        looked = Looked(self._world, customer, said, done)
        for name, expected in step.assertions:
            check(name, self._values.fill(expected), looked)

    def _customer(self, actor: str) -> Customer:
        if actor not in self._customers:
            sample = actor if self._is_sample(actor) else None
            self._customers[actor] = WebCustomer(self._world.helpdesk, sample)
        return self._customers[actor]

    def _on_line(self, actor: str) -> LineCustomer:
        if self._world.line is None:
            raise RuntimeError("the world has no LINE")
        return LineCustomer(
            self._world.line,
            self._world.helpdesk,
            actor,
            is_sample=self._is_sample(actor),
        )

    def _is_sample(self, actor: str) -> bool:
        return self._world.helpdesk.sample_world.is_person(actor)

    def _news(self, customer: Customer) -> list[Message]:
        after = self._seen.get(customer.id, 0)
        messages = self._world.helpdesk.conversations.messages(customer.id, after)
        if messages:
            self._seen[customer.id] = messages[-1].id
        return [message for message in messages if message.author != "customer"]

    # --- Steps ------------------------------------------------------------------------

    def _do_user(self, customer: Customer, step: Step, _: Sequence[Step]) -> None:
        customer.say(str(self._values.fill(step.value)))

    def _do_button(self, customer: Customer, step: Step, _: Sequence[Step]) -> None:
        customer.press(str(self._values.fill(step.value)))

    def _do_page(self, customer: Customer, step: Step, later: Sequence[Step]) -> None:
        value = self._values.fill(step.value)
        action, argument = (
            next(iter(value.items())) if isinstance(value, dict) else (value, None)
        )
        with customer.on_page(later):
            customer.browser.do(action, argument, customer.offered())
            if (
                action in _QUESTIONS_BEFORE
                and not _answers_page(later)
                and customer.browser.asks()
            ):
                # The case does not care for the page's question: the answer is yes.
                customer.browser.do("confirm", None, [])

    def _do_line(self, customer: Customer, step: Step, later: Sequence[Step]) -> None:
        if not isinstance(customer, LineCustomer):
            raise StepFailed("this customer is not on LINE")
        fill = self._values.fill
        doings = [Doing(each.kind, fill(each.value)) for each in step.doings]
        customer.perform(doings, later)

    def _do_operator(self, customer: Customer, step: Step, _: Sequence[Step]) -> None:
        name, rest = read_act(self._values.fill(step.value))
        self._desk.act(customer.id, name, rest)

    def _do_wait(self, customer: Customer, step: Step, _: Sequence[Step]) -> None:
        left = duration(step.value)
        # Nobody comes to the desk during a wait: where all is quiet it stays so.
        while left and self._is_desk_busy():
            part = min(left, _TICK)
            self._world.clock.move(part)
            left -= part
            if self._world.helpdesk.desk.look_after():
                self._world.settle()
        self._world.clock.move(left)

    def _is_desk_busy(self) -> bool:
        with self._world.helpdesk.database.reading() as unit:
            return bool(unit.handoffs.waiting() or unit.handoffs.claimed())


def _answers_page(later: Sequence[Step]) -> bool:
    return bool(later) and (
        later[0].kind == "page" and later[0].value in ("confirm", "cancel")
    )
