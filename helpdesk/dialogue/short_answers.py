"""What a short answer means after what was asked last (docs/decisions/0025)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from helpdesk.domain.messages import folded

YES, NO, STOP = "/affirm", "/deny", "/stop"
# Says goodbye if there is nothing to stop.
END = f"/stop{json.dumps({'bare_answer': 'end'})}"
ALL_WELL = "/EXTERNAL_all_well"
ASK_AGAIN = "/EXTERNAL_ask_again"
NONE_OF_THESE = "/EXTERNAL_none_of_these"
RESUME = "/EXTERNAL_resume"
WHICH = "/EXTERNAL_which"

# The likeliest wish stands on the first button, and the sentence asks for it.
_ASKS_FOR_FIRST = "utter_ask_back_likely"
# Buttons that are no wish of their own.
_NO_WISH = ("/EXTERNAL_", "/affirm", "/deny", "/inform_", STOP)
_PLACES = ("place:", "number:")
_MIDDLE = 0

# By what the form asks: the meaning of each kind; what is missing keeps its own.
_YES_OR_NO = dict.fromkeys(("yes", "that", "agree"), YES) | {"no": NO}
_IN_FORM: Mapping[str, Mapping[str, str]] = {
    "offer": _YES_OR_NO | {"fine": NO, "enough": NO, "end": NO},
    "check": _YES_OR_NO | {"fine": YES, "enough": NO, "end": END},
    "fact": _YES_OR_NO | {"fine": ASK_AGAIN, "enough": STOP, "end": END},
    "wait": {
        "yes": YES,
        "no": NO,
        "that": ASK_AGAIN,
        "agree": ALL_WELL,
        "fine": ALL_WELL,
        "enough": STOP,
        "end": END,
    },
    "message": {"fine": STOP, "enough": STOP, "end": END},
    "comment": {"end": END},
    "choice": {"fine": ASK_AGAIN, "enough": STOP, "end": END},
}
# While a question is open, a short message leaves it for what is out of scope only if
# that is as sure as this, and nothing in it answers.
_SURE = 0.9
_LONGEST_ANSWER = 30
_OUT_OF_SCOPE = "out_of_scope"
_FALLBACK = DEFAULT_NLU_FALLBACK_INTENT_NAME
_IN_ANY_FORM = {"resume": RESUME}
_TEXTS = ("message", "comment")


@dataclass(frozen=True)
class Asked:
    """What the customer answers.

    `slot`: the form's question; `payloads`: of the newest buttons, from above, and
    `labels` with them; `asks_for_first`: whether the first of them was asked as a
    question; `has_none`: whether there is a button for none of these.
    """

    slot: str | None = None
    payloads: Sequence[str] = ()
    labels: Sequence[str] = ()
    asks_for_first: bool = False
    has_none: bool = False

    @classmethod
    def by(cls, tracker: DialogueStateTracker) -> Asked:
        said: list[BotUttered] = []
        for event in reversed(tracker.events):
            if isinstance(event, UserUttered):
                break
            if isinstance(event, BotUttered):
                said.append(event)
        with_buttons = [each for each in said if _payloads(each)]
        newest = with_buttons[:1]
        return cls(
            tracker.get_slot("requested_slot") if tracker.active_loop_name else None,
            [payload for each in newest for payload in _payloads(each)],
            [str(each["title"]) for event in newest for each in _buttons(event)],
            any(
                each.metadata.get("utter_action") == _ASKS_FOR_FIRST for each in newest
            ),
            any(NONE_OF_THESE in _payloads(each) for each in with_buttons),
        )


class ShortAnswers:
    """The catalog's `questions`, and what short answers to them mean."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._questions = {
            slot: kind for kind, slots in content["questions"].items() for slot in slots
        }
        self._number_questions = set(content["number_questions"])
        self._answered_by = {
            slot: set(entities) for slot, entities in content["answered_by"].items()
        }

    def typed_label(self, text: str, asked: Asked) -> str | None:
        """The command of the button whose label was typed; None if none was."""
        if self._questions.get(asked.slot or "") in _TEXTS:
            return None
        labels = [folded(label) for label in asked.labels]
        typed = folded(text)
        return asked.payloads[labels.index(typed)] if typed in labels else None

    def meaning(self, kind: str, asked: Asked) -> str | None:
        """The command that a short answer of this kind is; None if it is none."""
        if asked.slot is None:
            return _place(kind, asked) or _without_form(kind, asked)
        question = self._questions.get(asked.slot, "choice")
        if question in _TEXTS:
            return _IN_FORM[question].get(kind)
        chosen = self._chosen(kind, question, asked)
        return chosen or _IN_ANY_FORM.get(kind) or _IN_FORM[question].get(kind)

    def may_answer(self, message: Message, asked: Asked) -> bool:
        """Whether the question stands, though the message looks out of scope."""
        intent = message.get(INTENT) or {}
        if (
            asked.slot is None
            or self._questions.get(asked.slot) in _TEXTS
            or intent.get(INTENT_NAME_KEY) != _OUT_OF_SCOPE
            or len(message.get(TEXT)) > _LONGEST_ANSWER
        ):
            return False
        named = {each["entity"] for each in message.get(ENTITIES, [])}
        answers = not named.isdisjoint(self._answered_by.get(asked.slot, ()))
        is_unsure = intent[PREDICTED_CONFIDENCE_KEY] < _SURE
        # Without Japanese it is rather a slip or an ID than another matter.
        return answers or is_unsure or message.get(TEXT).isascii()

    def _chosen(self, kind: str, question: str, asked: Asked) -> str | None:
        """The button that is meant by its place, by pointing, or as none of them."""
        is_number = kind.startswith("number:")
        if is_number and asked.slot in self._number_questions:
            return None
        if kind == "that" and question == "choice" and len(asked.payloads) == 1:
            return asked.payloads[0]
        if kind == "none" and asked.has_none:
            return NONE_OF_THESE
        return _place(kind, asked)


def _place(kind: str, asked: Asked) -> str | None:
    """The button of this place; the last one is no way out."""
    if not kind.startswith(_PLACES):
        return None
    place = int(kind.partition(":")[2])
    offered = list(asked.payloads)
    if place <= _MIDDLE:
        offered = [each for each in offered if each not in (STOP, NONE_OF_THESE)]
    if place == _MIDDLE:
        has_middle = len(offered) % 2 == 1
        return offered[len(offered) // 2] if has_middle else None
    at = place - 1 if place > 0 else len(offered) + place
    return offered[at] if 0 <= at < len(offered) else None


def _without_form(kind: str, asked: Asked) -> str | None:
    wishes = [each for each in asked.payloads if not each.startswith(_NO_WISH)]
    if kind in ("none", "no") and (asked.has_none or (kind == "none" and wishes)):
        return NONE_OF_THESE
    if kind == "enough" and asked.asks_for_first:
        return NONE_OF_THESE
    if kind in ("yes", "that", "agree", "fine") and asked.asks_for_first:
        return asked.payloads[0]
    if kind in ("yes", "that") and wishes:
        return wishes[0] if len(wishes) == 1 else WHICH
    return {
        "agree": YES,
        "no": NO,
        "fine": ALL_WELL,
        "enough": ALL_WELL,
        "end": END,
        "resume": RESUME,
    }.get(kind)


def _buttons(event: BotUttered) -> list[dict[str, Any]]:
    return list(event.data.get("buttons") or [])


def _payloads(event: BotUttered) -> list[str]:
    return [str(button["payload"]) for button in _buttons(event)]


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False
)
class ShortAnswersInContext(GraphComponent):
    """Turns a `bare_answer` into the command that a pressed button would be.

    Rasa reads commands after the pipeline; what the customer typed stays in the event.
    Outside a conversation, as when understanding is measured, nothing is turned.
    """

    def __init__(self, answers: ShortAnswers) -> None:
        self._answers = answers

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"file": "data/catalog/bare_answers.yml"}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShortAnswersInContext:
        return cls(ShortAnswers(rasa.shared.utils.io.read_yaml_file(config["file"])))

    def process(
        self, messages: list[Message], tracker: DialogueStateTracker
    ) -> list[Message]:
        for message in messages if tracker.events else []:
            asked = Asked.by(tracker)
            command = self._command(message, asked)
            if command is not None:
                message.set(TEXT, command)
            elif self._answers.may_answer(message, asked):
                unsure = {**message.get(INTENT), INTENT_NAME_KEY: _FALLBACK}
                message.set(INTENT, unsure, add_to_output=True)
        return messages

    def _command(self, message: Message, asked: Asked) -> str | None:
        kind = _kind(message)
        found = self._answers.typed_label(message.get(TEXT) or "", asked)
        return found or (self._answers.meaning(kind, asked) if kind else None)


def _kind(message: Message) -> str | None:
    kinds = (
        str(each["value"])
        for each in message.get(ENTITIES, [])
        if each["entity"] == "bare_answer"
    )
    return next(kinds, None)
