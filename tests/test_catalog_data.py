"""The data of the product: catalog, domain, rules and actions agree with each other."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CATALOG = sorted((ROOT / "data" / "catalog").glob("*.yml"))
ACTIONS = sorted((ROOT / "actions").glob("*.py"))
RULES = sorted((ROOT / "data" / "rules").glob("*.yml"))
STORIES = sorted((ROOT / "data" / "stories").glob("*.yml"))

RASA_KEYS = {"nlu", "responses", "rules", "stories"}
# Rasa's own, beside the ones that a domain names.
RASA_ACTIONS = {"action_listen", "action_restart", "action_default_fallback"}
# Filled beside the questions, never asked for.
UNASKED = {"link_error_form: code_at_hand"}
# Said by the edges of the product, where no action is left to say it.
SAID_AT_THE_EDGE = {"utter_system_error"}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


DOMAIN: dict[str, Any] = read(ROOT / "domain.yml")
RESPONSES = set(DOMAIN["responses"])
FORMS: dict[str, Any] = DOMAIN["forms"]


def steps() -> Iterator[dict[str, Any]]:
    for path in RULES:
        for rule in read(path)["rules"]:
            yield from rule["steps"]
    for path in STORIES:
        for story in read(path)["stories"]:
            yield from story["steps"]


def actions_of_rules() -> set[str]:
    return {step["action"] for step in steps() if "action" in step}


def actions_in_code() -> list[str]:
    """What the classes' `name()` returns."""
    return [
        constant.value
        for path in ACTIONS
        for each in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(each, ast.ClassDef)
        for function in each.body
        if isinstance(function, ast.FunctionDef) and function.name == "name"
        for constant in ast.walk(function)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    ]


def responses_in_code() -> set[tuple[str, str]]:
    """Patterns of the response names in the actions; each with its place."""
    found = set()
    for path in ACTIONS:
        tree = ast.parse(path.read_text("utf-8"))
        inside = {
            part
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in ast.walk(tree):
            pattern = None
            if isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(str(part.value))
                    if isinstance(part, ast.Constant)
                    else r"\w+"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and node not in inside:
                pattern = re.escape(node.value) if isinstance(node.value, str) else None
            if pattern is not None and re.match(r"utter_[\w\\+]+$", pattern):
                found.add((pattern, f"{path.name}:{node.lineno}"))
    return found


def asked_by_forms() -> set[str]:
    """Rasa looks these up by itself when a form asks for a slot."""
    return {
        name
        for form, entry in FORMS.items()
        for slot in entry["required_slots"]
        for name in (f"utter_ask_{slot}", f"utter_ask_{form}_{slot}")
    }


@pytest.mark.parametrize("path", CATALOG, ids=lambda path: path.name)
def test_catalog_uses_no_key_of_rasa(path: Path):
    """Rasa would take the file for training data."""
    assert set(read(path)) & RASA_KEYS == set()


def test_every_response_of_the_actions_exists():
    missing = [
        f"{place}: {pattern}"
        for pattern, place in sorted(responses_in_code())
        if not any(re.fullmatch(pattern, response) for response in RESPONSES)
    ]

    assert missing == []


def test_every_response_of_the_rules_exists():
    said = {action for action in actions_of_rules() if action.startswith("utter_")}

    assert said - RESPONSES == set()


def test_every_response_is_used():
    patterns = {pattern for pattern, _ in responses_in_code()}
    used = {
        response
        for response in RESPONSES
        if any(re.fullmatch(pattern, response) for pattern in patterns)
    }

    unused = RESPONSES - used - actions_of_rules() - asked_by_forms() - SAID_AT_THE_EDGE

    assert sorted(unused) == []


def test_every_question_of_a_form_can_be_asked():
    known = RESPONSES | set(DOMAIN["actions"])

    silent = [
        f"{form}: {slot}"
        for form, entry in FORMS.items()
        for slot in entry["required_slots"]
        if not {
            f"{kind}_ask_{name}"
            for kind in ("utter", "action")
            for name in (slot, f"{form}_{slot}")
        }
        & known
    ]

    assert set(silent) == UNASKED


def test_actions_of_the_domain_are_those_of_the_code():
    assert (sorted(set(DOMAIN["actions"])), len(DOMAIN["actions"])) == (
        sorted(set(actions_in_code())),
        len(set(DOMAIN["actions"])),
    )


def test_no_two_actions_share_a_name():
    assert [
        name for name, count in Counter(actions_in_code()).items() if count > 1
    ] == []


def test_actions_of_the_rules_exist():
    known = {*actions_in_code(), *RESPONSES, *FORMS, *RASA_ACTIONS}

    assert actions_of_rules() - known == set()


def test_every_action_is_called():
    """By a rule, by a form that asks or validates, or by another action's follow-up."""
    followed = {
        node.value
        for path in ACTIONS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    counts = Counter(actions_in_code())
    asked = {name.replace("utter_", "action_", 1) for name in asked_by_forms()}
    validated = {f"validate_{form}" for form in FORMS}

    called = actions_of_rules() | asked | validated | (followed - counts.keys())

    configured = set(
        re.findall(r"action_\w+", (ROOT / "config.yml").read_text("utf-8"))
    )
    assert sorted(set(counts) - called - configured) == []


def test_intents_of_the_rules_exist():
    intents = {
        next(iter(intent)) if isinstance(intent, dict) else intent
        for intent in DOMAIN["intents"]
    }
    used = {step["intent"] for step in steps() if "intent" in step}

    assert used - intents - {"nlu_fallback"} == set()


def test_labels_of_wishes_are_intents():
    wishes = read(ROOT / "data" / "catalog" / "wishes.yml")["labels"]

    assert set(wishes) - set(map(str, DOMAIN["intents"])) == set()


def test_labels_of_wishes_differ():
    labels = list(read(ROOT / "data" / "catalog" / "wishes.yml")["labels"].values())

    assert sorted(labels) == sorted(set(labels))


def test_wishes_of_known_errors_are_intents():
    errors = read(ROOT / "data" / "catalog" / "errors.yml")

    assert {error["wish"] for error in errors.values()} - set(
        map(str, DOMAIN["intents"])
    ) == set()


def test_troubles_of_the_desk_are_intents():
    troubles = read(ROOT / "data" / "catalog" / "desk.yml")["troubles"]

    assert set(troubles) - set(map(str, DOMAIN["intents"])) == set()


def test_gaps_of_the_desk_s_sentences_are_those_that_are_filled():
    """A sentence may do without a value, but cannot have one that nobody gives."""
    known = {
        "about": {"minutes"},
        "place": {"place", "wait"},
        "joined": {"name"},
        "passed": {"name"},
        "warn_idle": {"minutes"},
        "desk_closed": {"opens_at"},
        "link_page": {"role"},
    }
    says = read(ROOT / "data" / "catalog" / "desk.yml")["says"]
    news = says.pop("news")

    wrong = {
        key: sorted(gaps)
        for key, sentence in (says | news).items()
        if (gaps := set(re.findall(r"{(.*?)}", sentence)) - known.get(key, set()))
    }

    assert wrong == {}


def words_of_choices() -> list[str]:
    lists = read(ROOT / "data" / "catalog" / "wording.yml")["choice_words"]
    places = lists.pop("places")
    return [word for words in (*lists.values(), *places) for word in words]


def test_words_of_choices_are_folded_as_texts_are():
    wrong = [
        word
        for word in words_of_choices()
        if unicodedata.normalize("NFKC", word).casefold() != word
    ]

    assert wrong == []


def test_each_word_of_choices_means_one_thing():
    counts = Counter(words_of_choices())

    assert [word for word, count in counts.items() if count > 1] == []


def test_payloads_of_buttons_are_intents():
    intents = {str(intent) for intent in DOMAIN["intents"]}
    payloads = {
        (response, button["payload"])
        for response, variations in DOMAIN["responses"].items()
        for variation in variations
        for button in variation.get("buttons", [])
    }

    unknown = [
        (response, payload)
        for response, payload in sorted(payloads)
        if re.match(r"/(\w+)", payload).group(1) not in intents  # type: ignore[union-attr]  # no payload fails as well
    ]

    assert unknown == []


@pytest.mark.parametrize("key", ["number_last4", "login", "password", "code"])
def test_sample_values_are_unique(key: str):
    people = read(ROOT / "data" / "catalog" / "sample_world.yml")["people"]
    values = [
        contract[name]
        for person in people.values()
        for contract in person.get("subscriptions", [])
        for name in ((key, "old_code") if key == "code" else (key,))
        if name in contract
    ]

    assert sorted(values) == sorted(set(values))
