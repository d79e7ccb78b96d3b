"""The training sentences: enough for each intent, none twice, none held out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import rasa.shared.utils.io
from rapidfuzz import fuzz, process

from helpdesk.domain.messages import folded
from helpdesk.nlu.lessons import NEARLY_THE_SAME
from tests.nlu.training import ROOT, examples, held_out

DOMAIN = rasa.shared.utils.io.read_yaml_file(ROOT / "domain.yml")
INTENTS = [each for each in DOMAIN["intents"] if not each.startswith("EXTERNAL_")]
FEWEST = 200
MOST_NEAR_DUPLICATES = 0.03


def test_every_intent_of_the_domain_is_trained_and_no_other():
    assert (sorted(examples()), len(INTENTS)) == (sorted(INTENTS), 28)


@pytest.mark.parametrize("intent", INTENTS)
def test_intent_has_enough_sentences(intent: str):
    assert len(examples()[intent]) >= FEWEST


def test_no_sentence_stands_twice():
    counts = Counter(folded(text) for texts in examples().values() for text in texts)

    assert [text for text, count in counts.items() if count > 1] == []


def test_no_held_out_sentence_is_trained():
    trained = {folded(text) for texts in examples().values() for text in texts}

    assert [entry for entry in held_out() if folded(entry[1]) in trained] == []


def test_every_intent_has_held_out_sentences():
    assert {intent for _, _, intent in held_out()} == {*INTENTS, "nlu_fallback"}


@pytest.mark.parametrize("intent", INTENTS)
def test_few_sentences_of_an_intent_are_nearly_the_same(intent: str):
    texts = [folded(text) for text in examples()[intent]]

    alike = process.cdist(texts, texts, scorer=fuzz.ratio) > NEARLY_THE_SAME
    np.fill_diagonal(alike, val=False)
    twins = [
        text
        for text, has_twin in zip(texts, alike.any(axis=1), strict=True)
        if has_twin
    ]

    assert len(twins) / len(texts) < MOST_NEAR_DUPLICATES, twins
