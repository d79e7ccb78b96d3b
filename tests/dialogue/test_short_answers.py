"""What short answers mean after the last question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rasa.shared.utils.io
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from helpdesk.dialogue.short_answers import (
    ALL_WELL,
    ASK_AGAIN,
    END,
    NO,
    NONE_OF_THESE,
    RESUME,
    STOP,
    WHICH,
    YES,
    Asked,
    ShortAnswers,
    ShortAnswersInContext,
)

ROOT = Path(__file__).parents[2]
CONTENT: dict[str, Any] = rasa.shared.utils.io.read_yaml_file(
    str(ROOT / "data" / "catalog" / "bare_answers.yml")
)
ANSWERS = ShortAnswers(CONTENT)
DOMAIN = Domain.load(str(ROOT / "domain.yml"))

NOTHING = Asked()
ONE = Asked(payloads=["/unlink"])
SEVERAL = Asked(payloads=["/unlink", "/add_data", '/gift_data{"gift_wish": "x"}'])
ASKED_BACK = Asked(payloads=["/unlink", "/add_data", NONE_OF_THESE], has_none=True)
ASKED_FOR_ONE = Asked(
    payloads=["/unlink", "/add_data", NONE_OF_THESE], asks_for_first=True, has_none=True
)
SURVEY = Asked(payloads=['/EXTERNAL_survey_scored{"survey": "1"}'] * 2)
OFFER = Asked("reissue_confirmed", [YES, NO])
CHECK = Asked("link_confirmed", [YES, NO])
FACT = Asked("same_person", ['/affirm{"holder_is": "same"}', NO])
PAGE = Asked("holder_page_done", ["/report_link_error", STOP])
CHOICE = Asked("data_subscription", ["/inform_a", "/inform_b", "/inform_c", STOP])
AMOUNT = Asked("purchase_amount", ["/inform_a", "/inform_b", STOP])
MESSAGE = Asked("message_text")
COMMENT = Asked("survey_comment")


@pytest.mark.parametrize(
    ("kind", "asked", "command"),
    [
        # After an offer
        ("yes", OFFER, YES),
        ("agree", OFFER, YES),
        ("that", OFFER, YES),
        ("no", OFFER, NO),
        ("fine", OFFER, NO),
        ("enough", OFFER, NO),
        ("end", OFFER, NO),
        # After a check
        ("yes", CHECK, YES),
        ("agree", CHECK, YES),
        ("fine", CHECK, YES),
        ("no", CHECK, NO),
        ("enough", CHECK, NO),
        ("end", CHECK, END),
        # After a question of fact
        ("yes", FACT, YES),
        ("no", FACT, NO),
        ("fine", FACT, ASK_AGAIN),
        ("enough", FACT, STOP),
        ("end", FACT, END),
        ("place:1", FACT, '/affirm{"holder_is": "same"}'),
        # While the bot waits for a page
        ("agree", PAGE, ALL_WELL),
        ("fine", PAGE, ALL_WELL),
        ("no", PAGE, NO),
        ("end", PAGE, END),
        # After a choice
        ("yes", CHOICE, None),
        ("that", CHOICE, None),
        ("that", Asked("data_subscription", ["/inform_a"]), "/inform_a"),
        ("fine", CHOICE, ASK_AGAIN),
        ("enough", CHOICE, STOP),
        ("place:2", CHOICE, "/inform_b"),
        ("number:2", CHOICE, "/inform_b"),
        ("place:-1", CHOICE, "/inform_c"),
        ("place:-3", CHOICE, "/inform_a"),
        ("place:0", CHOICE, "/inform_b"),
        ("place:5", CHOICE, None),
        ("none", CHOICE, None),
        # A number alone is an amount where one is asked for
        ("number:1", AMOUNT, None),
        ("place:1", AMOUNT, "/inform_a"),
        # What is written to people
        ("yes", MESSAGE, None),
        ("fine", MESSAGE, STOP),
        ("enough", MESSAGE, STOP),
        ("end", MESSAGE, END),
        ("resume", MESSAGE, None),
        ("fine", COMMENT, None),
        ("enough", COMMENT, None),
        ("end", COMMENT, END),
        # After buttons
        ("yes", ONE, "/unlink"),
        ("that", ONE, "/unlink"),
        ("agree", ONE, YES),
        ("fine", ONE, ALL_WELL),
        ("enough", ONE, ALL_WELL),
        ("no", ONE, NO),
        ("none", ONE, NONE_OF_THESE),
        ("yes", SEVERAL, WHICH),
        ("that", SEVERAL, WHICH),
        ("place:3", SEVERAL, '/gift_data{"gift_wish": "x"}'),
        ("number:2", SEVERAL, "/add_data"),
        ("place:0", SEVERAL, "/add_data"),
        ("place:0", Asked(payloads=["/unlink", "/add_data"]), None),
        ("no", ASKED_BACK, NONE_OF_THESE),
        ("none", ASKED_BACK, NONE_OF_THESE),
        ("place:-1", ASKED_BACK, "/add_data"),
        ("place:3", ASKED_BACK, NONE_OF_THESE),
        ("yes", ASKED_BACK, WHICH),
        ("yes", ASKED_FOR_ONE, "/unlink"),
        ("that", ASKED_FOR_ONE, "/unlink"),
        ("agree", ASKED_FOR_ONE, "/unlink"),
        ("fine", ASKED_FOR_ONE, "/unlink"),
        ("no", ASKED_FOR_ONE, NONE_OF_THESE),
        ("enough", ASKED_FOR_ONE, NONE_OF_THESE),
        ("place:2", ASKED_FOR_ONE, "/add_data"),
        ("yes", SURVEY, None),
        # Asked back in the middle of a procedure
        (
            "none",
            Asked("same_person", [YES, NO], has_none=True),
            NONE_OF_THESE,
        ),
        # After nothing
        ("yes", NOTHING, None),
        ("that", NOTHING, None),
        ("none", NOTHING, None),
        ("place:1", NOTHING, None),
        ("agree", NOTHING, YES),
        ("no", NOTHING, NO),
        ("fine", NOTHING, ALL_WELL),
        ("enough", NOTHING, ALL_WELL),
        ("end", NOTHING, END),
        ("resume", NOTHING, RESUME),
        ("resume", CHOICE, RESUME),
    ],
)
def test_meaning(kind: str, asked: Asked, command: str | None):
    assert ANSWERS.meaning(kind, asked) == command


@pytest.mark.parametrize(
    ("text", "slot", "command"),
    [
        ("データ量を追加したい", None, "/add_data"),
        ("はい ", "link_confirmed", "/affirm"),
        ("ＬＩＮＥのこと", None, "/recover_login"),
        ("データ量", None, None),
        ("はい", "message_text", None),
    ],
)
def test_typed_label_is_its_button(text: str, slot: str | None, command: str | None):
    asked = Asked(
        slot,
        ["/add_data", "/affirm", "/recover_login"],
        ["データ量を追加したい", "はい", "LINEのこと"],
    )

    assert ANSWERS.typed_label(text, asked) == command


def test_every_yes_or_no_of_the_domain_has_its_place():
    asked = {
        condition["requested_slot"]
        for slot in DOMAIN.slots
        for mapping in slot.mappings
        if mapping.get("intent") in ("affirm", "deny")
        for condition in mapping["conditions"]
    }

    listed = [slot for slots in CONTENT["questions"].values() for slot in slots]

    assert (asked - set(listed), len(listed)) == (set(), len(set(listed)))


def test_places_of_the_table_are_questions_of_the_forms():
    questions = {
        slot for form in DOMAIN.forms.values() for slot in form["required_slots"]
    }
    listed = {slot for slots in CONTENT["questions"].values() for slot in slots}

    assert (listed | set(CONTENT["number_questions"])) - questions == set()


def said(text: str, *payloads: str, response: str = "utter_greet") -> BotUttered:
    buttons = [{"title": f"button {at}", "payload": p} for at, p in enumerate(payloads)]
    return BotUttered(text, {"buttons": buttons}, {"utter_action": response})


def talk(*events: Event) -> DialogueStateTracker:
    return DialogueStateTracker.from_events(
        "aiko", [ActionExecuted("action_listen"), *events], DOMAIN.slots
    )


@pytest.mark.parametrize(
    ("events", "asked"),
    [
        pytest.param([], Asked(None, [], []), id="nothing was said"),
        pytest.param(
            [said("a", "/unlink"), UserUttered("b"), said("c")],
            Asked(None, [], []),
            id="buttons of the turn before",
        ),
        pytest.param(
            [UserUttered("a"), said("b", "/unlink"), said("c", "/add_data"), said("d")],
            Asked(None, ["/add_data"], ["button 0"]),
            id="the last buttons of the turn",
        ),
        pytest.param(
            [
                UserUttered("a"),
                said("b", "/unlink", NONE_OF_THESE, response="utter_ask_back"),
                ActiveLoop("unlink_form"),
                SlotSet("requested_slot", "unlink_confirmed"),
                said("c", YES, NO),
            ],
            Asked("unlink_confirmed", [YES, NO], ["button 0", "button 1"], False, True),
            id="asked back in a procedure",
        ),
        pytest.param(
            [UserUttered("a"), said("b", "/unlink", response="utter_ask_back_likely")],
            Asked(None, ["/unlink"], ["button 0"], True),
            id="asked as a question",
        ),
    ],
)
def test_what_was_asked_is_read_of_the_newest_turn(events: list[Event], asked: Asked):
    assert Asked.by(talk(*events)) == asked


@pytest.mark.parametrize(
    ("text", "kind", "events", "expected"),
    [
        pytest.param("二番目", "place:2", [said("a", "/b", "/c")], "/c", id="a place"),
        pytest.param("Button 1", None, [said("a", "/b", "/c")], "/c", id="a label"),
        pytest.param("二番目", "place:2", [said("a")], "二番目", id="no such place"),
        pytest.param("何ギガ", None, [said("a", "/b")], "何ギガ", id="a sentence"),
    ],
)
def test_message_becomes_the_command(
    text: str, kind: str | None, events: list[Event], expected: str
):
    entities = [] if kind is None else [{"entity": "bare_answer", "value": kind}]
    message = Message({TEXT: text, ENTITIES: entities})
    component = ShortAnswersInContext(ANSWERS)

    [done] = component.process([message], talk(*events))

    assert done.get(TEXT) == expected


@pytest.mark.parametrize(
    ("text", "entity", "confidence", "slot", "expected"),
    [
        pytest.param("11/22に届きました", "day", 0.99, "notice_day", True, id="a day"),
        pytest.param("11/22に届きました", "day", 0.99, "user_code", False, id="no day"),
        pytest.param("とんかつが好き", "-", 0.8, "same_person", True, id="not so sure"),
        pytest.param("restart", "-", 0.97, "same_person", True, id="no Japanese"),
        pytest.param("解約したい", "-", 0.97, "same_person", False, id="sure"),
        pytest.param(
            "先月に旅行で海外へ行ったのですが、あちらで使えずに困りました。なぜですか",
            *("day", 0.8, "notice_day", False),
            id="longer than an answer",
        ),
        pytest.param("解約は昨日", "day", 0.8, None, False, id="nothing asked"),
        pytest.param("解約は昨日", "day", 0.8, "message_text", False, id="a message"),
    ],
)
def test_open_question_stands_against_what_is_out_of_scope(
    text: str, entity: str, confidence: float, slot: str | None, expected: bool
):
    intent = {"name": "out_of_scope", "confidence": confidence}
    entities = [{"entity": entity, "value": "x"}]
    message = Message({TEXT: text, INTENT: intent, ENTITIES: entities})

    assert ANSWERS.may_answer(message, Asked(slot)) == expected


def test_wish_of_ours_leaves_the_question():
    intent = {"name": "check_billing", "confidence": 0.7}
    message = Message({TEXT: "昨日の請求は", INTENT: intent})

    assert not ANSWERS.may_answer(message, Asked("notice_day"))


def test_answer_that_looks_out_of_scope_is_left_to_the_form():
    intent = {"name": "out_of_scope", "confidence": 0.7}
    message = Message({TEXT: "22日です", INTENT: intent})
    running = talk(
        ActiveLoop("eligibility_form"), SlotSet("requested_slot", "notice_day")
    )

    [done] = ShortAnswersInContext(ANSWERS).process([message], running)

    assert done.get(INTENT) == {"name": "nlu_fallback", "confidence": 0.7}


def test_outside_a_conversation_nothing_is_turned():
    message = Message(
        {TEXT: "終了", ENTITIES: [{"entity": "bare_answer", "value": "end"}]}
    )
    nowhere = DialogueStateTracker.from_events("measuring", [])

    [done] = ShortAnswersInContext(ANSWERS).process([message], nowhere)

    assert done.get(TEXT) == "終了"
