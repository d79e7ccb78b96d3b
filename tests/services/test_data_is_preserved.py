"""Whatever is done in whatever order, or at once: no data come out of nothing.

What all subscriptions have is what they had, and what was bought; a gift moves once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.changes import Change, ChangeKind
from helpdesk.domain.data_balance import DataBalance, DataPart, in_next_month
from helpdesk.domain.data_gift import GiftRefused, GiftState
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.months import Month
from helpdesk.domain.purchases import PurchaseRefused
from helpdesk.services.changes import ChangePending
from helpdesk.services.gifts import GiftOver
from helpdesk.services.rights import Viewer
from helpdesk.storage import tables
from tests.databases import Databases
from tests.fakes import NOW, FakeClock, japan
from tests.services.carrier_talk import (
    Unsteady,
    balance,
    link,
    set_balance,
    unsteady,
)
from tests.services.simultaneous import at_once

# Each customer uses, and holds, the subscription of the same name.
PEOPLE = ("yuki", "hiro", "emi")
PLANS = ("basic_3gb_voice", "basic_6gb_voice", "basic_500mb_voice")
# The carrier answers, or is away before or after it has done what is asked.
AWAY = st.sampled_from(["", "", "", "before", "after"])
BOTH = [LinkRole.HOLDER, LinkRole.END_USER]


def prepare(helpdesk: Helpdesk) -> dict[str, DataBalance]:
    """Link everybody; the balances."""
    for person in PEOPLE:
        for role in BOTH:
            current = {each.role for each in helpdesk.linking.links_on(f"{person}.1")}
            if role not in current:
                link(helpdesk, person, f"{person}.1", [role])
        left = DataBalance(carried=100, gifted=0, basic=2500, bought=0)
        set_balance(helpdesk, f"{person}.1", left)
    return balances(helpdesk)


def balances(helpdesk: Helpdesk) -> dict[str, DataBalance]:
    return {person: balance(helpdesk, f"{person}.1") for person in PEOPLE}


def total(found: dict[str, DataBalance]) -> int:
    return sum(each.total for each in found.values())


# --- In any order ---------------------------------------------------------------------


class Customers(RuleBasedStateMachine):
    """What people do, and a carrier that sometimes does not answer.

    Beside it runs a reckoning of what each has.
    """

    helpdesk: Helpdesk
    clock: FakeClock
    put_back: Callable[[], None]
    codes = Bundle("codes")

    @initialize()
    def begin(self) -> None:
        type(self).put_back()
        self.clock.set(NOW)
        self.expected = prepare(self.helpdesk)
        self.services: Unsteady = unsteady(self.helpdesk)
        self.month = Month.at(NOW)
        self.events = 0
        # Whoever got no answer asks again with the same event: the reckoning waits.
        self.pending: list[tuple[str, Callable[[], None]]] = []
        self.plans = {person: self._allowance(person) for person in PEOPLE}
        self.next_plans: dict[str, int] = {}

    def _allowance(self, person: str) -> int:
        return self.helpdesk.carrier.usage(f"{person}.1").allowance

    def _event(self) -> str:
        self.events += 1
        return f"event {self.events}"

    def _does(self, act: Callable[[], object], reckon: Callable[[], None]) -> bool:
        """Whether it was done or waits."""
        try:
            act()
        except ChangePending as waits:
            self.pending.append((waits.key, reckon))
        except (GiftRefused, GiftOver, PurchaseRefused):
            return False
        else:
            reckon()
        return True

    def _move(self, person: str, part: str, megabytes: int) -> None:
        left = self.expected[person]
        more = {part: getattr(left, part) + megabytes}
        self.expected[person] = DataBalance(**{**vars(left), **more})

    @rule(
        target=codes,
        giver=st.sampled_from(PEOPLE),
        megabytes=st.sampled_from([500, 600, 700, 1000]),
        is_repeated=st.booleans(),
    )
    def offer(self, giver: str, megabytes: int, is_repeated: bool) -> Any:
        event, gifts = self._event(), self.services.gifts
        try:
            gift, code = gifts.offer(giver, f"{giver}.1", megabytes, event)
        except GiftRefused:
            # More than is left.
            return ("yuki", 0, "")
        if is_repeated:
            assert gifts.offer(giver, f"{giver}.1", megabytes, event) == (gift, code)
        return (giver, megabytes, code)

    def _is_offer(self, code: tuple[str, int, str]) -> bool:
        return code[1] > 0

    @rule(code=codes, further=st.integers(1, 2), away=AWAY)
    def accept(self, code: tuple[str, int, str], further: int, away: str) -> None:
        giver, megabytes, number = code
        receiver = PEOPLE[(PEOPLE.index(giver) + further) % len(PEOPLE)]
        if not self._is_offer(code):
            return
        if self.services.gifts.get(self._id(number)).state is not GiftState.OFFERED:
            return

        def reckon() -> None:
            self._move(giver, "basic", -megabytes)
            self._move(receiver, "gifted", megabytes)

        self._away_at_the_change(away)
        self._does(
            lambda: self.services.gifts.accept(receiver, number, f"{receiver}.1"),
            reckon,
        )
        self._steady()

    @rule(code=consumes(codes), is_withdrawn=st.booleans())
    def end(self, code: tuple[str, int, str], is_withdrawn: bool) -> None:
        giver, _, number = code
        if not self._is_offer(code):
            return
        gifts = self.services.gifts
        try:
            if is_withdrawn:
                gifts.withdraw(giver, self._id(number))
            else:
                gifts.decline("mika", number)
        except GiftOver:
            pass

    @rule(
        buyer=st.sampled_from(PEOPLE),
        megabytes=st.sampled_from([500, 1000]),
        times=st.integers(1, 2),
        away=AWAY,
    )
    def buy(self, buyer: str, megabytes: int, times: int, away: str) -> None:
        viewer, event = Viewer.of_customer(buyer), self._event()
        self._away_now(away)
        done = self._does(
            lambda: self.services.contracts.buy(viewer, f"{buyer}.1", megabytes, event),
            lambda: self._move(buyer, "bought", megabytes),
        )
        self._steady()
        if done and not self.pending and times > 1:
            self.services.contracts.buy(viewer, f"{buyer}.1", megabytes, event)

    @rule(person=st.sampled_from(PEOPLE), plan=st.sampled_from(PLANS))
    def change_plan(self, person: str, plan: str) -> None:
        offered = self.services.contracts.possible_plans(
            Viewer.of_customer(person), f"{person}.1"
        )
        found = {each.id: each.megabytes for each in offered}
        if plan in found:
            self.services.contracts.change_plan(
                Viewer.of_customer(person), f"{person}.1", plan, self._event()
            )
            self.next_plans[person] = found[plan]

    @rule()
    def answer_what_waits(self) -> None:
        """The keeper asks again: each has been away once. No month ends so soon."""
        self.clock.forward(seconds=30)
        self.services.changes.retry()
        for key, reckon in self.pending:
            if self.services.changes.get(key).state.value == "done":
                reckon()
        self.pending = []

    @precondition(lambda self: not self.pending)
    @rule(hours=st.sampled_from([1, 12, 24, 24 * 7]))
    def let_time_pass(self, hours: int) -> None:
        self.clock.forward(hours=hours)
        self._turn_if_due()
        self.services.gifts.expire()

    def _turn_if_due(self) -> None:
        while self.month < Month.at(self.clock()):
            self.month = self.month.plus(1)
            self.plans.update(self.next_plans)
            self.next_plans = {}
            self.expected = {
                person: in_next_month(left, self.plans[person])
                for person, left in self.expected.items()
            }

    def _away_now(self, when: str) -> None:
        self.services.carrier.fails_before = when == "before"
        self.services.carrier.fails_after = when == "after"

    def _away_at_the_change(self, when: str) -> None:
        """Not when the receiver's network is asked for, which comes first."""
        carrier = self.services.carrier
        carrier.meanwhile = lambda: setattr(
            carrier, "meanwhile", lambda: self._away_now(when)
        )

    def _steady(self) -> None:
        self.services.carrier.meanwhile = None
        self._away_now("")

    def _id(self, code: str) -> int:
        with self.helpdesk.database.reading() as unit:
            found = unit.gifts.by_code(self.helpdesk.cipher.fingerprint(code))
        assert found is not None
        return found.id

    @invariant()
    def all_have_what_they_should(self) -> None:
        if hasattr(self, "expected") and not self.pending:
            assert balances(self.helpdesk) == self.expected
            assert min(min(vars(each).values()) for each in self.expected.values()) >= 0


def test_no_order_of_acts_makes_data(
    helpdesk: Helpdesk, clock: FakeClock, databases: Databases
):
    class Here(Customers):
        pass

    Here.helpdesk, Here.clock = helpdesk, clock
    Here.put_back = staticmethod(lambda: databases.put_back(helpdesk.database))

    run_state_machine_as_test(
        Here,
        settings=settings(
            database=None,
            deadline=None,
            derandomize=True,
            max_examples=40,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
        ),
    )


# --- At once --------------------------------------------------------------------------


def outcomes(*acts: Callable[[], Any]) -> Counter[Any]:
    """How often an act went well (None), or raised which class, all at once."""
    found = at_once(*acts)
    return Counter(each if isinstance(each, type) else None for each in found)


def moves(helpdesk: Helpdesk, action: str) -> list[str]:
    """The keys of what the audit log says was done, sorted."""
    with helpdesk.database.engine.connect() as connection:
        query = tables.audit.select().where(tables.audit.c.action == action)
        return sorted(row.detail["key"] for row in connection.execute(query))


@pytest.mark.parametrize("time", range(3))
def test_gifts_and_purchases_at_once_make_no_data(
    processes: list[Helpdesk], clock: FakeClock, time: int
):
    """Everybody gives to everybody, two at a time, and buys, and changes the plan."""
    one, other = processes
    before = prepare(one)
    pairs = [(giver, taker) for giver in PEOPLE for taker in PEOPLE if giver != taker]
    codes = {
        pair: one.gifts.offer(pair[0], f"{pair[0]}.1", 500, str(pair))[1]
        for pair in pairs
    }
    waiting = [
        Change(
            *(f"late:{person}", ChangeKind.PURCHASE, "x", None, f"{person}.1"),
            {"megabytes": 500},
            NOW,
        )
        for person in PEOPLE
    ]
    with one.database.writing() as unit:
        for change in waiting:
            one.changes.note(unit, change)
    clock.forward(seconds=30)

    def accept(each: Helpdesk, giver: str, taker: str) -> Callable[[], object]:
        return lambda: each.gifts.accept(taker, codes[giver, taker], f"{taker}.1")

    def buy(each: Helpdesk, person: str) -> Callable[[], object]:
        viewer = Viewer.of_customer(person)
        return lambda: each.contracts.buy(viewer, f"{person}.1", 500, person)

    def change_plan(person: str) -> Callable[[], object]:
        viewer, plan = Viewer.of_customer(person), "basic_500mb_voice"
        return lambda: one.contracts.change_plan(viewer, f"{person}.1", plan, person)

    results = outcomes(
        *(accept(one, *pair) for pair in pairs),
        # Once more: a turn that is made again.
        *(accept(other, *pair) for pair in pairs),
        *(buy(each, person) for each in processes for person in PEOPLE),
        *(change_plan(person) for person in PEOPLE),
        *(each.changes.retry for each in processes),
    )

    # Each has given twice 500 and got as much, and has bought twice 500.
    assert balances(one) == {
        person: DataBalance(carried=100, gifted=1000, basic=1500, bought=1000)
        for person in PEOPLE
    }
    assert total(balances(one)) == total(before) + 3000
    given = [key.rsplit(":", 1)[0] for key in moves(one, "data_given")]
    assert given == [f"gift:{number}" for number in range(1, 7)]
    assert len(moves(one, "data_bought")) == 6
    # Of two that take the same gift at once, one may come too late to be told.
    assert set(results) <= {None, GiftOver}
    assert results[GiftOver] <= len(pairs)


@pytest.mark.parametrize("time", range(3))
def test_gift_that_all_want_at_once_moves_once(processes: list[Helpdesk], time: int):
    one, other = processes
    before = prepare(one)
    code = one.gifts.offer("yuki", "yuki.1", 500, "event")[1]

    results = outcomes(
        lambda: one.gifts.accept("hiro", code, "hiro.1"),
        lambda: other.gifts.accept("emi", code, "emi.1"),
        lambda: one.gifts.withdraw("yuki", 1),
        lambda: other.gifts.decline("mika", code),
    )

    accepted = one.gifts.get(1).state is GiftState.ACCEPTED
    after = balances(one)
    assert (results, total(after)) == ({None: 1, GiftOver: 3}, total(before))
    assert after["hiro"].gifted + after["emi"].gifted == 500 * accepted
    assert after["yuki"].basic == 2500 - 500 * accepted


def test_offers_at_once_never_exceed_what_there_is(processes: list[Helpdesk]):
    prepare(processes[0])

    results = outcomes(
        *(
            lambda n=n: processes[n % 2].gifts.offer("yuki", "yuki.1", 500, f"e{n}")
            for n in range(8)
        )
    )

    assert results == {None: 5, GiftRefused: 3}


def test_event_offers_once_though_it_comes_at_once(processes: list[Helpdesk]):
    prepare(processes[0])
    found: list[object] = []

    results = outcomes(
        *(
            lambda n=n: found.append(
                processes[n % 2].gifts.offer("yuki", "yuki.1", 500, "event")
            )
            for n in range(6)
        )
    )

    assert (results, len(set(found))) == ({None: 6}, 1)


@pytest.mark.parametrize("time", range(3))
def test_month_turns_once_for_all_who_look_at_once(
    processes: list[Helpdesk], clock: FakeClock, time: int
):
    one, other = processes
    before = prepare(one)
    clock.set(japan(2026, 12, 1))
    viewers = {person: Viewer.of_customer(person) for person in PEOPLE}

    results = outcomes(
        *(
            lambda each=each, person=person: each.contracts.usage(
                viewers[person], f"{person}.1"
            )
            for each in processes
            for person in PEOPLE
        ),
        *(
            lambda person=person: other.contracts.buy(
                viewers[person], f"{person}.1", 500, person
            )
            for person in PEOPLE
        ),
        *(
            lambda person=person: one.contracts.statements(
                viewers[person], f"{person}.1"
            )
            for person in PEOPLE
        ),
    )

    allowances = {"yuki": 3000, "hiro": 3000, "emi": 5000}
    assert results == {None: 12}
    assert balances(one) == {
        person: in_next_month(left, allowances[person]).plus(DataPart.BOUGHT, 500)
        for person, left in before.items()
    }


def test_change_is_settled_once_by_many_retriers(
    processes: list[Helpdesk], clock: FakeClock
):
    one = processes[0]
    prepare(one)
    change = Change(
        *("late", ChangeKind.PURCHASE, "customer:yuki", "yuki", "yuki.1"),
        {"megabytes": 500},
        NOW,
    )
    with one.database.writing() as unit:
        one.changes.note(unit, change)
    clock.forward(seconds=30)

    results = outcomes(*(processes[n % 2].changes.retry for n in range(8)))

    with one.database.reading() as unit:
        told = unit.inbox.accepted("settled:late")
    assert (results, told is not None) == ({None: 8}, True)
    assert (moves(one, "data_bought"), balance(one, "yuki.1").bought) == (["late"], 500)
