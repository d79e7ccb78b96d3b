"""Rules, and after them the other wishes of a message that held several."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class RulesThenOtherWishes(RulePolicy):
    """Rasa's rules; where a turn would end, `action` comes first if wishes are left.

    A rule of its own cannot say so: any rule may be the last one of a turn.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **RulePolicy.get_default_config(),
            "action": "action_offer_other_wishes",
        }

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        offer = self.config["action"]
        if tracker.latest_action_name == offer:
            return self._certain(ACTION_LISTEN_NAME, domain)
        prediction = super().predict_action_probabilities(
            tracker, domain, rule_only_data, **kwargs
        )
        listens = prediction.probabilities[domain.index_for_action(ACTION_LISTEN_NAME)]
        # Where no rule leads on, Rasa listens too.
        is_over = listens > 0 or prediction.max_confidence == 0
        if is_over and _wishes_are_left(tracker):
            return self._certain(offer, domain)
        return prediction

    def _certain(self, action: str, domain: Domain) -> PolicyPrediction:
        probabilities = [0.0] * domain.num_actions
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities)


def _wishes_are_left(tracker: DialogueStateTracker) -> bool:
    """Whether some wait, and no procedure runs or waits before them."""
    is_idle = tracker.active_loop_name is None
    is_idle = is_idle and not tracker.get_slot("paused_procedures")
    return is_idle and bool(tracker.get_slot("other_wishes"))
