"""What a report says of small worlds that were counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from helpdesk.domain.desk_load import Presence, WordPassed
from helpdesk.domain.dialogues import Said
from helpdesk.domain.figures import (
    BotFigures,
    Figures,
    LoadFigures,
    MessageFigures,
    QueueFigures,
    ScoreFigures,
    Spread,
)
from helpdesk.domain.handoff import (
    CloseReason,
    HandoffRequest,
    RequestKind,
    RequestState,
)
from helpdesk.domain.reports import (
    About,
    Facts,
    Grouping,
    Report,
    Row,
    Survey,
    report,
)
from helpdesk.domain.span import Span
from tests.fakes import japan

TUESDAY = Span.of_days(date(2026, 11, 24), date(2026, 11, 24))
EVENING = japan(2026, 11, 24, 20)
WISHES = ("unlink", "check_billing")
NOTHING = Figures()


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return japan(2026, 11, 24, hour, minute, second)


def request(requested_at: datetime, number: int = 1, **of: Any) -> HandoffRequest:
    """A live request that waits, unless told otherwise."""
    usual = {"customer": "eita", "kind": RequestKind.LIVE, "reason": "request"}
    usual["state"] = RequestState.WAITING
    return HandoffRequest(id=number, requested_at=requested_at, **(usual | of))


def taken(requested_at: datetime, seconds: float, number: int = 1, **of: Any) -> Any:
    claimed_at = requested_at + timedelta(seconds=seconds)
    usual = {"claimed_at": claimed_at, "operator": "op1", "state": RequestState.CLAIMED}
    return request(requested_at, number, **(usual | of))


def left_queue(requested_at: datetime, number: int = 1, **of: Any) -> HandoffRequest:
    return request(
        requested_at,
        number,
        state=RequestState.WITHDRAWN,
        closed_at=requested_at + timedelta(minutes=1),
        close_reason=CloseReason.LEFT_QUEUE,
        **of,
    )


def total(now: datetime = EVENING, **facts: Any) -> Figures:
    return report(Facts(**facts), TUESDAY, Grouping.DAY, now, WISHES).total


def rows(grouping: Grouping, span: Span = TUESDAY, **facts: Any) -> dict[Any, Figures]:
    """The rows that have figures."""
    found = report(Facts(**facts), span, grouping, EVENING, WISHES)
    return {row.key: row.figures for row in found.rows if row.figures != NOTHING}


# --- Nothing --------------------------------------------------------------------------


def test_empty_span_has_no_rates():
    figures = total()

    assert (
        figures,
        figures.bot.answer_rate,
        figures.bot.solution_rate,
        figures.bot.handoff_rate,
        figures.queue.taken_rate,
        figures.queue.abandonment_rate,
        figures.queue.wait,
        figures.operator_scores.mean,
        figures.operator_scores.good_share,
        figures.bot_scores.answer_share,
        figures.load.load,
        figures.load.talks_at_once,
    ) == (NOTHING, None, None, None, None, None, Spread(), None, None, None, None, None)


@pytest.mark.parametrize(
    ("grouping", "keys"),
    [
        pytest.param(
            Grouping.HALF_HOUR,
            [f"{hour:02}:{half}" for hour in range(24) for half in ("00", "30")],
            id="half-hours",
        ),
        pytest.param(Grouping.DAY, ["2026-11-24", "2026-11-25"], id="days"),
        pytest.param(Grouping.INTENT, [], id="intents"),
        pytest.param(Grouping.OPERATOR, [], id="operators"),
    ],
)
def test_empty_span_has_its_rows(grouping: Grouping, keys: list[str]):
    span = Span.of_days(date(2026, 11, 24), date(2026, 11, 25))

    found = report(Facts(), span, grouping, EVENING)

    assert found == Report(NOTHING, tuple(Row(key, NOTHING) for key in keys))


# --- The bot --------------------------------------------------------------------------


def test_answer_rate_is_that_of_typed_texts_that_the_bot_answered():
    said = [
        Said("eita", at(10), "unlink"),
        Said("eita", at(10, 1), "nlu_fallback"),
        Said("eita", at(10, 2), "out_of_scope"),
        Said("eita", at(10, 3)),
        Said("eita", at(10, 4), "affirm", is_text=False),
        Said("eita", at(10, 5), is_answered=False),
    ]

    figures = total(said=said)

    assert (figures.bot, figures.bot.answer_rate) == (BotFigures(4, 2, 1, 1, 0), 0.5)


@pytest.mark.parametrize(
    ("request_at", "handed_over"),
    [
        pytest.param(at(9, 59, 59), 0, id="before the dialogue"),
        pytest.param(at(10), 1, id="at its beginning"),
        pytest.param(at(10, 39, 59), 1, id="just within its pause"),
        pytest.param(at(10, 40), 0, id="after its pause"),
    ],
)
def test_dialogue_is_handed_over_by_a_request_in_it(
    request_at: datetime, handed_over: int
):
    said = [Said("eita", at(10), "unlink"), Said("eita", at(10, 10), "unlink")]

    figures = total(said=said, requests=[request(request_at)])

    assert figures.bot == BotFigures(2, 2, 1, 1 - handed_over, handed_over)


def test_message_that_is_left_hands_over():
    message = request(at(20, 1), kind=RequestKind.MESSAGE, text="電話をください")

    figures = total(said=[Said("eita", at(20), "request_operator")], requests=[message])

    assert figures.bot == BotFigures(1, 1, 1, 0, 1)


def test_request_of_somebody_else_does_not_count():
    others = request(at(10), customer="aiko")

    figures = total(said=[Said("eita", at(10), "unlink")], requests=[others])

    assert figures.bot.solution_rate == 1.0


def test_wish_for_a_person_that_nobody_heard_is_neither_solved_nor_handed_over():
    figures = total(said=[Said("eita", at(20), "request_operator", is_text=False)])

    assert (figures.bot, figures.bot.otherwise) == (BotFigures(0, 0, 1, 0, 0), 1)


def test_dialogue_without_the_bot_does_not_count():
    figures = total(said=[Said("eita", at(10), is_answered=False)])

    assert figures.bot == BotFigures()


def test_dialogue_that_begins_in_a_talk_does_not_count():
    """An operator has called back; a word to the bot at the end changes nothing."""
    said = [
        Said("eita", at(10, 1), is_answered=False),
        Said("eita", at(10, 20), "thank"),
    ]
    moves = [WordPassed("eita", at(10), "op1"), WordPassed("eita", at(10, 10), None)]

    assert total(said=said, moves=moves).bot == BotFigures(1, 1, 0, 0, 0)


def test_dialogue_counts_where_it_begins():
    said = [
        Said("eita", japan(2026, 11, 23, 23, 50), "unlink"),
        Said("eita", at(0, 5), "greet"),
        Said("aiko", at(23, 50), "greet"),
        Said("aiko", japan(2026, 11, 25, 0, 5), "unlink"),
    ]
    tomorrow = request(japan(2026, 11, 25, 0, 6), customer="aiko")
    facts = {"said": said, "requests": [tomorrow]}
    both = Span.of_days(date(2026, 11, 23), date(2026, 11, 24))

    assert rows(Grouping.DAY, both, **facts) == {
        "2026-11-23": Figures(bot=BotFigures(1, 1, 1, 1, 0)),
        "2026-11-24": Figures(bot=BotFigures(2, 2, 1, 0, 1)),
    }
    assert total(**facts).bot == BotFigures(2, 2, 1, 0, 1)
    # The wish was spoken after midnight, and yet is that of the dialogue.
    assert rows(Grouping.INTENT, **facts) == {
        "unlink": Figures(bot=BotFigures(2, 2, 1, 0, 1))
    }


@pytest.mark.parametrize(
    ("moment", "key"),
    [
        pytest.param(at(9, 59, 59), "09:30", id="a second before"),
        pytest.param(at(10), "10:00", id="at ten"),
        pytest.param(at(10, 29, 59), "10:00", id="before the half"),
        pytest.param(at(10, 30), "10:30", id="at the half"),
        pytest.param(at(0), "00:00", id="midnight"),
        pytest.param(at(23, 59, 59), "23:30", id="the last one"),
    ],
)
def test_half_hours_are_half_open(moment: datetime, key: str):
    found = rows(Grouping.HALF_HOUR, said=[Said("eita", moment, "unlink")])

    assert found == {key: Figures(bot=BotFigures(1, 1, 1, 1, 0))}


def test_half_hour_is_that_of_all_days():
    said = [Said("eita", japan(2026, 11, day, 10, 10), "unlink") for day in (24, 25)]
    span = Span.of_days(date(2026, 11, 24), date(2026, 11, 25))

    found = rows(Grouping.HALF_HOUR, span, said=said)

    assert found == {"10:00": Figures(bot=BotFigures(2, 2, 2, 2, 0))}


# --- The queue ------------------------------------------------------------------------


def test_requests_are_taken_abandoned_or_wait():
    """Merged ones were taken with their talk; the desk closes on some."""
    requests = [
        taken(at(10), 60, estimate_seconds=120),
        taken(at(10), 180, 2, estimate_seconds=120, state=RequestState.RESOLVED),
        taken(
            *(at(10), 240, 3),
            state=RequestState.RESOLVED,
            closed_at=at(10, 4),
            close_reason=CloseReason.MERGED,
        ),
        left_queue(at(11), 4),
        request(at(18, 50), 5, kind=RequestKind.MESSAGE, desk_closed_at=at(19)),
        request(at(19), 6),
    ]

    figures = total(requests=requests)

    assert figures == Figures(
        queue=QueueFigures(
            requests=6,
            taken=3,
            abandoned=2,
            wait=Spread(160.0, 180.0, 240.0, 240.0),
            estimates=2,
            estimate_error=0.0,
            estimate_miss=60.0,
        ),
        messages=MessageFigures(left=1),
    )
    assert (
        figures.queue.taken_rate,
        figures.queue.abandonment_rate,
        figures.queue.waiting,
    ) == (0.6, 0.4, 1)


def test_whoever_is_called_back_after_closing_was_abandoned_all_the_same():
    requested, closed = at(18, 50), at(19)
    kept = taken(
        *(requested, 54_600),
        kind=RequestKind.MESSAGE,
        desk_closed_at=closed,
        estimate_seconds=60,
    )

    figures = total(requests=[kept])

    assert figures == Figures(
        queue=QueueFigures(requests=1, abandoned=1),
        messages=MessageFigures(1, 1, Spread(*[54_000.0] * 4)),
    )


def test_message_that_was_called_back_and_returned_is_no_live_request():
    returned = request(at(8), text="電話をください")

    assert total(requests=[returned]) == Figures(messages=MessageFigures(left=1))


@pytest.mark.parametrize(
    ("waits", "spread"),
    [
        pytest.param([30], Spread(30.0, 30.0, 30.0, 30.0), id="one"),
        pytest.param([10, 40], Spread(25.0, 25.0, 40.0, 40.0), id="two"),
        pytest.param(
            [100, 20, 30, 40, 50, 60, 70, 80, 90, 10],
            Spread(55.0, 55.0, 90.0, 100.0),
            id="ten: the ninth",
        ),
        pytest.param(
            range(1, 12), Spread(6.0, 6.0, 10.0, 11.0), id="eleven: the tenth"
        ),
    ],
)
def test_waits_are_spread(waits: list[int], spread: Spread):
    requests = [taken(at(10), wait, number) for number, wait in enumerate(waits)]

    assert total(requests=requests).queue.wait == spread


def test_error_of_the_estimate_has_a_sign_and_a_size():
    requests = [
        taken(at(10), 300, estimate_seconds=120),
        taken(at(10), 60, 2, estimate_seconds=120),
        taken(at(10), 60, 3),
    ]

    figures = total(requests=requests).queue

    assert (figures.estimates, figures.estimate_error, figures.estimate_miss) == (
        2,
        -60.0,
        120.0,
    )


def test_requests_count_when_they_were_made():
    requests = [
        taken(at(10, 29, 59), 60),
        left_queue(at(10, 30), 2),
        taken(japan(2026, 11, 23, 23, 59, 59), 60, 3),
        taken(japan(2026, 11, 25), 60, 4),
    ]
    minute = Spread(60.0, 60.0, 60.0, 60.0)

    assert rows(Grouping.HALF_HOUR, requests=requests) == {
        "10:00": Figures(queue=QueueFigures(1, 1, 0, minute)),
        "10:30": Figures(queue=QueueFigures(1, 0, 1)),
    }


# --- Messages and scores --------------------------------------------------------------


def test_messages_wait_for_operators_of_the_next_day():
    left = {"kind": RequestKind.MESSAGE, "text": "電話をください"}
    messages = [taken(at(20), 50_400, **left), request(at(21), 2, **left)]

    assert total(requests=messages) == Figures(
        messages=MessageFigures(2, 1, Spread(*[50_400.0] * 4))
    )


def test_scores_of_operators_and_bot_are_apart():
    surveys = [
        Survey("eita", About.OPERATOR, at(10), "op1", 1, 5),
        Survey("aiko", About.OPERATOR, at(10), "op1", 2, 3),
        Survey("mika", About.OPERATOR, at(10), "op2", 3),
        Survey("kenji", About.BOT, at(11), score=4),
    ]

    figures = total(surveys=surveys)

    assert figures == Figures(
        operator_scores=ScoreFigures(asked=3, answered=2, points=8, good=1),
        bot_scores=ScoreFigures(1, 1, 4, 1),
    )
    scores = figures.operator_scores
    assert (scores.mean, scores.good_share, scores.answer_share) == (4.0, 0.5, 2 / 3)


def test_scores_belong_to_the_wish_of_request_or_dialogue():
    surveys = [
        Survey("eita", About.OPERATOR, at(10, 20), "op1", 1, 5),
        Survey("aiko", About.BOT, at(11, 1), score=2),
    ]
    facts = {
        "surveys": surveys,
        "requests": [taken(at(10), 60, wish="check_billing")],
        "said": [Said("aiko", at(11), "unlink")],
    }

    found = rows(Grouping.INTENT, **facts)

    assert (found["check_billing"].operator_scores, found["unlink"].bot_scores) == (
        ScoreFigures(1, 1, 5, 1),
        ScoreFigures(1, 1, 2, 0),
    )


# --- Load -----------------------------------------------------------------------------


def day_of_two() -> dict[str, Any]:
    """op1 has two talks at once and passes one on; op2 goes on after leaving."""
    return {
        "moves": [
            WordPassed("eita", at(10, 20), "op1"),
            WordPassed("aiko", at(10, 25), "op1"),
            WordPassed("eita", at(10, 35), "op2"),
            WordPassed("aiko", at(10, 40), None),
            WordPassed("eita", at(11), None),
        ],
        "presences": [
            Presence("op1", at(10), at(11)),
            Presence("op2", at(10, 30), at(10, 50)),
        ],
        "requests": [
            taken(at(10, 19), 60, wish="unlink", operator="op2"),
            taken(at(10, 24), 60, 2, customer="aiko", wish="check_billing"),
        ],
    }


def minutes(number: float) -> float:
    return 60 * number


def loads(found: dict[Any, Figures]) -> dict[Any, LoadFigures]:
    return {key: figures.load for key, figures in found.items()}


def test_load_of_operators():
    found = loads(rows(Grouping.OPERATOR, **day_of_two()))

    assert found == {
        "op1": LoadFigures(2, *map(minutes, (20, 30, 60, 15))),
        "op2": LoadFigures(1, *map(minutes, (25, 25, 20, 25))),
    }
    assert (found["op1"].load, found["op1"].talks_at_once, found["op2"].load) == (
        1 / 3,
        1.5,
        1.25,
    )


def test_load_is_cut_into_half_hours():
    assert loads(rows(Grouping.HALF_HOUR, **day_of_two())) == {
        "10:00": LoadFigures(2, *map(minutes, (10, 15, 30, 15))),
        "10:30": LoadFigures(1, *map(minutes, (35, 40, 50, 25))),
    }


def test_load_of_the_day_is_that_of_its_parts():
    facts = day_of_two()
    found = LoadFigures(3, *map(minutes, (45, 55, 80)), pytest.approx(minutes(55 / 3)))

    assert (total(**facts).load, loads(rows(Grouping.DAY, **facts))) == (
        found,
        {"2026-11-24": found},
    )


def test_load_by_wish_knows_no_time_at_the_desk():
    assert loads(rows(Grouping.INTENT, **day_of_two())) == {
        "unlink": LoadFigures(2, *map(minutes, (40, 40, 0, 20))),
        "check_billing": LoadFigures(1, *map(minutes, (15, 15, 0, 15))),
    }


@pytest.mark.parametrize(
    ("now", "busy"),
    [
        pytest.param(at(9), 0, id="before it all"),
        pytest.param(at(10, 20), 10, id="in the talk"),
        pytest.param(japan(2026, 11, 26, 10), 830, id="long after: till midnight"),
    ],
)
def test_what_goes_on_ends_now(now: datetime, busy: int):
    figures = total(
        now,
        moves=[WordPassed("eita", at(10, 10), "op1")],
        presences=[Presence("op1", at(10, 10), None)],
    )

    assert figures.load == LoadFigures(1, *[minutes(busy)] * 3, None)


def test_talk_of_the_day_before_counts_with_its_time_only():
    moves = [
        WordPassed("eita", japan(2026, 11, 23, 23, 50), "op1"),
        WordPassed("eita", at(0, 20), None),
    ]

    assert total(moves=moves).load == LoadFigures(0, minutes(20), minutes(20))


# --- By operator ----------------------------------------------------------------------


def test_operators_are_counted_with_what_is_theirs():
    facts = {
        "said": [Said("eita", at(10), "unlink")],
        "requests": [taken(at(10), 60), left_queue(at(11), 2)],
        "surveys": [
            Survey("eita", About.OPERATOR, at(10, 30), "op1", 1, 5),
            Survey("aiko", About.BOT, at(10, 30), score=1),
        ],
    }
    minute = Spread(60.0, 60.0, 60.0, 60.0)

    assert rows(Grouping.OPERATOR, **facts) == {
        "op1": Figures(
            queue=QueueFigures(1, 1, 0, minute),
            operator_scores=ScoreFigures(1, 1, 5, 1),
        ),
        None: Figures(queue=QueueFigures(1, 0, 1)),
    }


@pytest.mark.parametrize("grouping", list(Grouping))
def test_total_does_not_depend_on_the_grouping(grouping: Grouping):
    facts = day_of_two() | {"said": [Said("eita", at(10, 18), "unlink")]}

    found = report(Facts(**facts), TUESDAY, grouping, EVENING, WISHES)

    assert found.total == total(**facts)


def test_sum_of_the_rows_is_the_total():
    """Whoever adds up a column gets what stands below it."""
    said = [
        Said(f"customer-{number % 7}", at(9) + timedelta(minutes=13 * number), "unlink")
        for number in range(60)
    ]
    found = report(Facts(said=said), TUESDAY, Grouping.HALF_HOUR, EVENING, WISHES)

    assert (
        sum(row.figures.bot.texts for row in found.rows),
        sum(row.figures.bot.dialogues for row in found.rows),
    ) == (found.total.bot.texts, found.total.bot.dialogues)
