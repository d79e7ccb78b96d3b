"""Where a turn would end, the other wishes of a message come first."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.generator import TrainingDataGenerator
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.core.training_data.story_reader.yaml_story_reader import (
    YAMLStoryReader,
)
from rasa.shared.core.training_data.structures import StoryGraph

from helpdesk.dialogue.other_wishes import RulesThenOtherWishes

OFFER, LISTEN = "action_offer_other_wishes", "action_listen"
CUSTOM = {"influence_conversation": False, "mappings": [{"type": "custom"}]}
DOMAIN = Domain.from_dict(
    {
        "version": "3.1",
        "intents": ["check_data_balance", "greet"],
        "slots": {
            name: {"type": kind, **CUSTOM}
            for name, kind in (
                ("other_wishes", "list"),
                ("paused_procedures", "list"),
                ("order_place", "text"),
            )
        },
        "forms": {"order_form": {"required_slots": ["order_place"]}},
        "actions": ["action_comfort", "action_tell", OFFER],
        "responses": {"utter_ask_order_place": [{"text": "どちらで？"}]},
    }
)
RULES = """
version: "3.1"
rules:
  - rule: check data balance
    steps:
      - intent: check_data_balance
      - action: action_comfort
      - action: action_tell
"""
WISHES = SlotSet("other_wishes", ["check_billing"])
SAID = UserUttered(
    "ギガの残りと請求", {"name": "check_data_balance", "confidence": 1.0}
)
TOLD = [ActionExecuted("action_comfort"), ActionExecuted("action_tell")]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> RulesThenOtherWishes:
    folder: Path = tmp_path_factory.mktemp("policy")
    storage = LocalModelStorage.create(folder)
    config = {
        **RulesThenOtherWishes.get_default_config(),
        "enable_fallback_prediction": False,
    }
    context = ExecutionContext(GraphSchema({}))
    made = RulesThenOtherWishes.create(config, storage, Resource("policy"), context)
    steps = YAMLStoryReader(DOMAIN).read_from_string(RULES)
    trackers = TrainingDataGenerator(StoryGraph(steps), DOMAIN).generate()
    made.train(trackers, DOMAIN)
    return made


def next_action(policy: RulesThenOtherWishes, *events: Event) -> str:
    begun = [ActionExecuted(LISTEN)]
    tracker = DialogueStateTracker.from_events(
        "yuki", [*begun, *events], DOMAIN.slots, domain=DOMAIN
    )
    prediction = policy.predict_action_probabilities(tracker, DOMAIN)
    at = prediction.probabilities.index(prediction.max_confidence)
    return str(DOMAIN.action_names_or_texts[at])


@pytest.mark.parametrize(
    ("events", "action"),
    [
        pytest.param([SAID], "action_comfort", id="the rule comes first"),
        pytest.param([SAID, WISHES], "action_comfort", id="also with wishes"),
        pytest.param([SAID, WISHES, TOLD[0]], "action_tell", id="to its end"),
        pytest.param([SAID, *TOLD], LISTEN, id="without wishes the turn ends"),
        pytest.param([SAID, WISHES, *TOLD], OFFER, id="with wishes they are offered"),
        pytest.param(
            [
                SAID,
                WISHES,
                *TOLD,
                ActionExecuted(OFFER),
                SlotSet("other_wishes", None),
            ],
            LISTEN,
            id="then the turn ends",
        ),
        pytest.param(
            [SAID, WISHES, *TOLD, ActionExecuted(OFFER)],
            LISTEN,
            id="even if they could not be offered",
        ),
        pytest.param(
            [
                ActionExecuted("order_form"),
                ActiveLoop("order_form"),
                ActionExecuted(LISTEN),
                SAID,
                WISHES,
                *TOLD,
            ],
            "order_form",
            id="a procedure that runs goes on",
        ),
        pytest.param(
            [SAID, WISHES, SlotSet("paused_procedures", ["order_form"]), *TOLD],
            LISTEN,
            id="one that waits comes before them",
        ),
        pytest.param(
            [UserUttered("?", {"name": "greet", "confidence": 1.0}), WISHES],
            OFFER,
            id="where no rule leads on the turn ends too",
        ),
    ],
)
def test_next_action(policy: RulesThenOtherWishes, events: list[Event], action: str):
    assert next_action(policy, *events) == action
