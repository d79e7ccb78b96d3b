"""What several processes do at the same moment comes out as if one went first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import AlreadyMoved, QueueFull
from helpdesk.domain.linking import LinkRole
from helpdesk.domain.notices import NoticeKind
from helpdesk.domain.user_code import USER_CODE_LENGTH
from helpdesk.services.accounts import WrongLogin
from helpdesk.services.failed_tries import TooManyTries
from helpdesk.services.line_delivery import Call
from helpdesk.services.linking import LinkedElsewhere
from helpdesk.services.talks import DeskLimit
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.services.user_codes import NoReissueLeft, UnknownUserCode
from helpdesk.storage.database import Database
from tests.databases import Databases
from tests.services.line_talk import NEW_USER, say, text
from tests.services.simultaneous import at_once

# More than the connections that an engine keeps open.
MANY = 8
CUSTOMERS = ("eita", "aiko", "mika", "kenji", "saori", "yuki", "hiro", "emi")


def by_turns(
    processes: list[Helpdesk], act: Callable[[Helpdesk, int], Any], times: int = MANY
) -> list[Callable[[], Any]]:
    """The act with numbers from 0, in one process and the other."""
    return [lambda n=n: act(processes[n % 2], n) for n in range(times)]


def test_last_reissue_of_the_day_is_made_once(processes: list[Helpdesk]):
    for number in range(2):
        processes[0].user_codes.reissue_on("yuki.1", f"before {number}")

    results = at_once(
        *by_turns(
            processes,
            lambda each, n: each.user_codes.reissue_on("yuki.1", f"event {n}"),
        )
    )

    assert Counter(results) == {None: 1, NoReissueLeft: MANY - 1}


def test_event_reissues_once(processes: list[Helpdesk]):
    results = at_once(
        *by_turns(
            processes, lambda each, _: each.user_codes.reissue_on("yuki.1", "event")
        )
    )

    left = processes[0].user_codes.reissues_left("yuki.1")
    assert (Counter(results), left) == ({None: MANY}, 2)


def test_one_operator_takes_the_talk(processes: list[Helpdesk]):
    processes[0].handoffs.request("eita", "request")

    results = at_once(
        *by_turns(processes, lambda each, n: each.talks.claim("eita", f"op{1 + n % 2}"))
    )

    said = processes[0].conversations.messages("eita")
    joined = [line for line in said if line.author == "system"]
    assert (Counter(results), len(joined)) == ({None: 1, AlreadyMoved: MANY - 1}, 1)


def test_operator_takes_no_more_talks_than_one_may_have(processes: list[Helpdesk]):
    waiting = CUSTOMERS[:6]
    for customer in waiting:
        processes[0].handoffs.request(customer, "request")

    results = at_once(
        *by_turns(
            processes,
            lambda each, n: each.talks.claim(waiting[n], "op1", beyond_limit=False),
            len(waiting),
        )
    )

    assert Counter(results) == {None: 3, DeskLimit: 3}


def test_each_customer_has_a_place_of_the_queue(processes: list[Helpdesk]):
    results = at_once(
        *by_turns(
            processes,
            lambda each, n: each.handoffs.request(CUSTOMERS[n], "request").place,
        )
    )

    assert sorted(results) == list(range(1, MANY + 1))


def test_queue_grows_to_its_limit_and_no_further(processes: list[Helpdesk]):
    """Two operators are there: ten may wait."""
    strangers = [processes[0].conversations.begin("web") for _ in range(14)]

    results = at_once(
        *by_turns(
            processes,
            lambda each, n: type(each.handoffs.request(strangers[n], "request")),
            len(strangers),
        )
    )

    assert Counter(results)[QueueFull] == 4


def test_message_that_comes_twice_at_once_is_accepted_once(processes: list[Helpdesk]):
    items = at_once(
        *by_turns(
            processes,
            lambda each, _: each.conversations.accept_text("eita", "はい", "id"),
        )
    )

    said = [line.text for line in processes[0].conversations.messages("eita")]
    assert (len(set(items)), type(items[0]), said) == (1, int, ["はい"])


def test_subscription_is_linked_once(processes: list[Helpdesk]):
    results = at_once(
        *by_turns(
            processes,
            lambda each, n: (
                each.linking.link(CUSTOMERS[n], "emi.1", LinkRole.HOLDER).id
            ),
        )
    )

    assert Counter(results) == {"emi.1": 1, LinkedElsewhere: MANY - 1}


def test_guesses_at_once_are_counted(processes: list[Helpdesk]):
    guess = "9" * USER_CODE_LENGTH

    results = at_once(
        *by_turns(processes, lambda each, _: each.user_codes.find("eita", guess), 12)
    )

    assert Counter(results) == {UnknownUserCode: 5, TooManyTries: 7}


def test_guesses_from_one_address_at_once_are_counted(processes: list[Helpdesk]):
    """Each in another name."""
    results = at_once(
        *by_turns(
            processes,
            lambda each, n: each.accounts.log_in(f"visit {n}", "eita-1", "x", "::1"),
        )
    )

    assert Counter(results) == {WrongLogin: 5, TooManyTries: MANY - 5}


@pytest.mark.parametrize("time", range(5))
def test_bot_says_nothing_after_the_operator_has_joined(
    processes: list[Helpdesk], time: int
):
    bot, desk = processes
    bot.conversations.accept_text("eita", "はい", "id")
    turn = bot.conversations.next_turn("eita")
    assert turn is not None
    desk.handoffs.request("eita", "request")

    results = at_once(
        lambda: bot.conversations.answer(turn, Answer([BotMessage("お答え")], None)),
        lambda: desk.talks.claim("eita", "op1"),
    )

    authors = [line.author for line in bot.conversations.messages("eita")]
    after = authors[authors.index("system") :]
    assert (results, "bot" in after) == ([None, None], False)


def test_events_are_sorted_once_and_none_is_lost(processes: list[Helpdesk]):
    users = [NEW_USER[:-2] + f"{number:02}" for number in range(4)]
    events = [text(f"event {n}", f"{n}", user=users[n % 4]) for n in range(24)]
    at_once(
        *by_turns(processes, lambda each, n: each.line_events.store(events[n::4]), 4)
    )

    def sort(each: Helpdesk, _: int) -> list[str]:
        found: list[str] = []
        while some := each.line_events.sort():
            found += filter(None, some)
        return found

    sorted_for = Counter(chain(*at_once(*by_turns(processes, sort, 4))))

    said = [
        line.text
        for customer in sorted_for
        for line in processes[0].conversations.messages(customer)
    ]
    assert sorted(sorted_for.values()) == [6] * 4
    assert sorted(said, key=int) == [str(n) for n in range(24)]


def test_same_events_may_be_delivered_at_once(processes: list[Helpdesk]):
    events = [text(f"event {n}") for n in range(12)]
    orders = [events, events[::-1], [*events, *events]]

    results = at_once(
        *by_turns(processes, lambda each, n: each.line_events.store(orders[n % 3]))
    )

    with processes[0].database.reading() as unit:
        stored = len(unit.line_events.unsorted(100))
    assert (results, stored) == ([None] * MANY, 12)


def test_lines_leave_in_one_call(processes: list[Helpdesk]):
    processes[0].conversations.accept_text("eita", "はい", "id")
    with processes[0].database.writing() as unit:
        unit.conversations.set_channel("eita", "line")
    say(processes[0], "お答え")

    calls = at_once(
        *by_turns(
            processes,
            lambda each, _: each.line_delivery.next_call(
                "eita", lambda _: 1, may_push=True
            ),
        )
    )

    assert {type(each) for each in calls} == {Call}
    assert len({each.id for each in calls}) == 1


def test_who_reads_on_misses_no_line(processes: list[Helpdesk]):
    """A line is never seen before one with a smaller id."""
    seen: list[str] = []
    is_over = threading.Event()

    def read() -> None:
        last = 0
        while True:
            ends = is_over.is_set()
            for line in processes[0].conversations.messages("eita", last):
                seen.append(line.text)
                last = line.id
            if ends:
                return

    def write(each: Helpdesk, number: int) -> None:
        for time in range(10):
            say(each, f"{number} {time}")

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        at_once(*by_turns(processes, write))
        is_over.set()
        reader.result()

    assert len(seen) == len(set(seen)) == 10 * MANY


def test_reading_unit_sees_one_moment(processes: list[Helpdesk]):
    with processes[0].database.reading() as unit:
        before = unit.conversations.newest_line("eita")
        say(processes[1], "はい")

        assert unit.conversations.newest_line("eita") == before


def test_processes_that_start_at_once_migrate_once(databases: Databases):
    address = databases.empty()
    started = [Database(address) for _ in range(4)]

    results = at_once(*(each.migrate for each in started))

    answers = [each.answers() for each in started]
    for each in started:
        each.engine.dispose()
    assert (results, answers) == ([None] * 4, [True] * 4)


def test_notice_is_sent_once(processes: list[Helpdesk]):
    processes[0].notices.choose("hiro", NoticeKind.LOW_DATA, is_on=True)

    results = at_once(*by_turns(processes, lambda each, _: each.notices.look_after()))

    assert [customer for each in results for customer in each.customers] == ["hiro"]
