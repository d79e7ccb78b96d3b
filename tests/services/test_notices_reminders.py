"""連携できるようになりました: on the morning of its day, once, and only if it helps."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import update

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.linking import LinkRole
from helpdesk.storage import tables
from tests.fakes import FakeClock, UnsteadyCarrier, japan
from tests.services.notice_talk import OPEN, on_carrier, say, states, tell

DAY = date(2026, 11, 25)
TOLD = [("mika", "linking_open")]


def mail_comes(helpdesk: Helpdesk, subscription: str, day: date) -> None:
    """The service-start mail of a subscription."""
    with helpdesk.database.engine.begin() as connection:
        connection.execute(
            update(tables.subscriptions)
            .where(tables.subscriptions.c.id == subscription)
            .values(service_start_notice_on=day)
        )


@pytest.mark.parametrize(
    ("now", "told"),
    [
        pytest.param(japan(2026, 11, 24, 20, 59, 59), [], id="the day before"),
        pytest.param(japan(2026, 11, 25, 0, 0), [], id="at midnight"),
        pytest.param(japan(2026, 11, 25, 8, 59, 59), [], id="in the quiet hours"),
        pytest.param(japan(2026, 11, 25, 9), TOLD, id="when they end"),
        pytest.param(japan(2026, 11, 26, 12), TOLD, id="the day after"),
        pytest.param(japan(2026, 12, 2, 8, 59, 59), [], id="a week after, quiet"),
        pytest.param(japan(2026, 12, 2, 9), [], id="a week after"),
    ],
)
@pytest.mark.parametrize("subscription", [None, "mika.1"], ids=["said", "known"])
def test_reminder_comes_in_the_morning_of_its_day(
    helpdesk: Helpdesk,
    clock: FakeClock,
    now: datetime,
    told: list[tuple[str, str]],
    subscription: str | None,
):
    helpdesk.notices.remind("mika", day=DAY, subscription=subscription)

    clock.set(now)

    assert tell(helpdesk) == told


def test_reminder_comes_once(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.remind("mika", day=DAY, subscription="mika.1")
    clock.set(japan(2026, 11, 25, 9))

    told = tell(helpdesk)
    clock.set(japan(2026, 11, 26, 9))
    helpdesk.notices.remind("mika", day=DAY, subscription="mika.1")
    again = tell(helpdesk)

    assert (told, again) == (TOLD, [])
    assert states(helpdesk) == [("linking_open:mika:mika.1", "sent")]


def test_nothing_comes_if_the_link_was_made(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.remind("mika", day=DAY, subscription="mika.1")
    clock.set(japan(2026, 11, 25, 8))
    helpdesk.linking.link("mika", "mika.1", LinkRole.END_USER)

    clock.set(japan(2026, 11, 25, 9))

    assert tell(helpdesk) == []
    assert states(helpdesk) == [("linking_open:mika:mika.1", "dropped")]


def test_nothing_comes_if_it_was_stopped(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.remind("mika", day=DAY, subscription=None)
    helpdesk.notices.choose("mika", OPEN, is_on=False)

    clock.set(japan(2026, 11, 25, 9))

    assert tell(helpdesk) == []


def test_unknown_day_is_looked_for_each_morning(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.remind("kenji", day=None, subscription="kenji.1")

    told = []
    for day in (25, 26, 27):
        clock.set(japan(2026, 11, day, 9))
        told.append(tell(helpdesk))
    clock.set(japan(2026, 11, 27, 14))
    mail_comes(helpdesk, "kenji.1", date(2026, 11, 27))
    told.append(tell(helpdesk))
    clock.set(japan(2026, 11, 28, 9))
    told.append(tell(helpdesk))

    assert told == [[], [], [], [], [("kenji", "linking_open")]]


def test_unknown_day_waits_for_the_day_that_the_record_gives(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.notices.remind("mika", day=None, subscription="mika.1")
    with helpdesk.database.engine.begin() as connection:
        connection.execute(
            update(tables.subscriptions)
            .where(tables.subscriptions.c.id == "mika.1")
            .values(shipping_notice_on=date(2026, 11, 26))
        )

    told = []
    for day in (25, 26, 27):
        clock.set(japan(2026, 11, day, 9))
        told.append(tell(helpdesk))

    assert told == [[], [], TOLD]


def test_carrier_that_is_away_is_asked_again(helpdesk: Helpdesk, clock: FakeClock):
    helpdesk.notices.remind("mika", day=DAY, subscription="mika.1")
    carrier = UnsteadyCarrier(helpdesk.carrier)
    notices = on_carrier(helpdesk, carrier)
    clock.set(japan(2026, 11, 25, 9))
    carrier.fails_before = 1

    told = [tell(helpdesk, notices)]
    clock.set(japan(2026, 11, 25, 9, 9, 59))
    told.append(tell(helpdesk, notices))
    clock.set(japan(2026, 11, 25, 9, 10))
    told.append(tell(helpdesk, notices))

    assert told == [[], [], TOLD]


def test_carrier_away_while_the_bot_speaks_lets_it_wait(
    helpdesk: Helpdesk, clock: FakeClock
):
    helpdesk.notices.remind("mika", day=DAY, subscription="mika.1")
    carrier = UnsteadyCarrier(helpdesk.carrier)
    notices = on_carrier(helpdesk, carrier)
    clock.set(japan(2026, 11, 25, 9))
    woken = list(notices.look_after().customers)
    carrier.fails_before = 1

    said = say(helpdesk, "mika", notices)
    waits = states(helpdesk)
    clock.set(japan(2026, 11, 25, 9, 10))

    assert (woken, said) == (["mika"], None)
    assert waits == [("linking_open:mika:mika.1", "waiting")]
    assert tell(helpdesk, notices) == TOLD
