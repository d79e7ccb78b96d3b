"""Surveys: when they are asked, and that each takes one score and one word."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import CloseReason, HandoffRequest
from helpdesk.services.turns import Answer, BotMessage
from helpdesk.storage import desk_tables
from tests.fakes import NOW, FakeClock
from tests.services.conftest import Rows


def talk(helpdesk: Helpdesk, customer: str, operator: str = "op1") -> None:
    """A talk that the operator has closed."""
    helpdesk.handoffs.request(customer, "request")
    helpdesk.talks.claim(customer, operator)
    helpdesk.talks.resolve(customer, operator)


def how(ended: HandoffRequest | None) -> tuple[int, CloseReason | None] | None:
    return None if ended is None else (ended.id, ended.close_reason)


def test_survey_about_a_talk_names_operator_and_request(helpdesk: Helpdesk, rows: Rows):
    talk(helpdesk, "eita", "op2")

    survey = helpdesk.surveys.ask("eita", "operator")

    assert (survey, rows(desk_tables.surveys)) == (
        1,
        [
            {
                "id": 1,
                "customer": "eita",
                "about": "operator",
                "operator": "op2",
                "request": 1,
                "asked_at": NOW,
                "score": None,
                "answered_at": None,
                "comment": None,
                "event_id": None,
            }
        ],
    )


def test_each_talk_is_judged_even_within_the_pause(helpdesk: Helpdesk):
    surveys = []
    for _ in range(2):
        talk(helpdesk, "eita")
        surveys.append(helpdesk.surveys.ask("eita", "operator"))

    assert surveys == [1, 2]


def test_same_talk_has_one_survey(helpdesk: Helpdesk):
    """A turn that is run again asks the same; after the score nothing."""
    talk(helpdesk, "eita")

    surveys = [helpdesk.surveys.ask("eita", "operator") for _ in range(2)]
    helpdesk.surveys.score("eita", 1, 5)

    assert (surveys, helpdesk.surveys.ask("eita", "operator")) == ([1, 1], None)


@pytest.mark.parametrize("has_waited", [False, True], ids=["nothing", "only waited"])
def test_without_a_talk_no_operator_is_judged(helpdesk: Helpdesk, has_waited: bool):
    if has_waited:
        talk(helpdesk, "eita")
        helpdesk.handoffs.request("eita", "request")
        helpdesk.handoffs.leave("eita")

    assert helpdesk.surveys.ask("eita", "operator") is None


def test_bot_asks_again_after_the_pause(helpdesk: Helpdesk, clock: FakeClock):
    asked = [helpdesk.surveys.ask("eita", "bot")]
    clock.forward(days=7, seconds=-1)
    asked.append(helpdesk.surveys.ask("eita", "bot"))
    clock.forward(seconds=1)
    asked.append(helpdesk.surveys.ask("eita", "bot"))

    assert asked == [1, None, 2]


def test_bot_does_not_ask_after_an_operator_was_judged(helpdesk: Helpdesk):
    talk(helpdesk, "eita")
    helpdesk.surveys.ask("eita", "operator")

    asked = [helpdesk.surveys.ask(each, "bot") for each in ("eita", "aiko")]

    assert asked == [None, 2]


def test_first_score_stays(helpdesk: Helpdesk, clock: FakeClock, rows: Rows):
    helpdesk.surveys.ask("eita", "bot")
    clock.forward(minutes=1)

    kept = [helpdesk.surveys.score("eita", 1, score) for score in (4, 1)]

    [row] = rows(desk_tables.surveys)
    assert (kept, row["score"], row["answered_at"]) == ([True, False], 4, clock())


def test_first_word_stays(helpdesk: Helpdesk, rows: Rows):
    helpdesk.surveys.ask("eita", "bot")
    before = helpdesk.surveys.takes_comment("eita", 1)

    for text, event in (("親切", "eita:1"), ("親切", "eita:1"), ("別の言葉", "eita:2")):
        helpdesk.surveys.comment("eita", 1, text, event)

    [row] = rows(desk_tables.surveys)
    assert (row["comment"], row["event_id"]) == ("親切", "eita:1")
    assert (before, helpdesk.surveys.takes_comment("eita", 1)) == (True, False)


def test_nobody_answers_for_another(helpdesk: Helpdesk, rows: Rows):
    helpdesk.surveys.ask("eita", "bot")

    kept = helpdesk.surveys.score("aiko", 1, 1)
    helpdesk.surveys.comment("aiko", 1, "悪口", "aiko:1")

    [row] = rows(desk_tables.surveys)
    assert (kept, row["score"], row["comment"]) == (False, None, None)
    assert helpdesk.surveys.takes_comment("aiko", 1) is False


def test_unknown_survey_takes_nothing(helpdesk: Helpdesk):
    assert helpdesk.surveys.score("eita", 99, 5) is False


def test_word_that_was_taken_back_is_not_kept(helpdesk: Helpdesk, rows: Rows):
    helpdesk.surveys.ask("eita", "bot")
    with helpdesk.database.writing() as unit:
        unit.erasures.request("eita:1", "eita", NOW)

    helpdesk.surveys.comment("eita", 1, "まちがい", "eita:1")

    assert [row["comment"] for row in rows(desk_tables.surveys)] == [None]


def test_word_is_erased_with_its_event(helpdesk: Helpdesk, rows: Rows):
    helpdesk.surveys.ask("eita", "bot")
    helpdesk.surveys.comment("eita", 1, "まちがい", "eita:1")

    with helpdesk.database.writing() as unit:
        unit.surveys.erase("eita:2", "（取り消し）")
        before = unit.surveys.get(1)
        unit.surveys.erase("eita:1", "（取り消し）")
        after = unit.surveys.get(1)

    assert [each and each.comment for each in (before, after)] == [
        *("まちがい", "（取り消し）")
    ]


def test_the_last_end_counts(helpdesk: Helpdesk):
    found = [how(helpdesk.surveys.ended("eita"))]
    talk(helpdesk, "eita")
    found.append(how(helpdesk.surveys.ended("eita")))
    helpdesk.handoffs.request("eita", "request")
    found.append(how(helpdesk.surveys.ended("eita")))
    helpdesk.handoffs.leave("eita")
    found.append(how(helpdesk.surveys.ended("eita")))

    assert found == [
        None,
        (1, CloseReason.RESOLVED),
        (1, CloseReason.RESOLVED),
        (2, CloseReason.LEFT_QUEUE),
    ]


def test_merged_message_is_no_talk_of_its_own(helpdesk: Helpdesk):
    helpdesk.handoffs.request("eita", "request")
    helpdesk.handoffs.leave_message("eita", "電話をください", "full", "eita:1")
    helpdesk.talks.claim("eita", "op1")
    merged = how(helpdesk.surveys.ended("eita"))
    helpdesk.talks.resolve("eita", "op1")

    assert (merged, how(helpdesk.surveys.ended("eita"))) == (
        None,
        (1, CloseReason.RESOLVED),
    )


# --- The score, typed -----------------------------------------------------------------

BUTTONS = [
    (f"{score} {label}", f'/EXTERNAL_survey_scored{{"survey_score": "{score}"}}')
    for score, label in ((5, "とても満足"), (4, "満足"))
]


def asked_by_bot(
    helpdesk: Helpdesk, *messages: BotMessage, awaits: str | None = None
) -> None:
    helpdesk.conversations.accept_text("eita", "ありがとう", "1")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    helpdesk.conversations.answer(turn, Answer(messages, awaits))


def typed(helpdesk: Helpdesk, text: str) -> tuple[str | None, str | None]:
    helpdesk.conversations.accept_text("eita", text, "2")
    turn = helpdesk.conversations.next_turn("eita")
    assert turn is not None
    return turn.item.text, turn.item.payload


@pytest.mark.parametrize("text", ["4", "４", " 4 "], ids=["half", "full", "spaces"])
def test_typed_score_counts_right_after_the_question(helpdesk: Helpdesk, text: str):
    asked_by_bot(helpdesk, BotMessage("どういたしまして"), BotMessage("評価", BUTTONS))

    assert typed(helpdesk, text) == (None, BUTTONS[1][1])


@pytest.mark.parametrize("text", ["3", "44", "4点", "満足"])
def test_other_words_are_no_score(helpdesk: Helpdesk, text: str):
    asked_by_bot(helpdesk, BotMessage("評価", BUTTONS))

    assert typed(helpdesk, text) == (text, None)


@pytest.mark.parametrize(
    ("messages", "awaits"),
    [
        pytest.param([BotMessage("評価", BUTTONS), BotMessage("次")], None, id="later"),
        pytest.param([BotMessage("評価", BUTTONS)], "notice_day", id="a question"),
        pytest.param(
            [BotMessage("近いもの", [("4 件", "/unlink")])], None, id="others"
        ),
    ],
)
def test_number_is_a_score_only_after_the_survey(
    helpdesk: Helpdesk, messages: list[BotMessage], awaits: str | None
):
    asked_by_bot(helpdesk, *messages, awaits=awaits)

    assert typed(helpdesk, "4") == ("4", None)


def test_number_in_an_empty_conversation_is_text(helpdesk: Helpdesk):
    assert typed(helpdesk, "4") == ("4", None)
