"""The peer is Rasa's own pipeline, trained once for the same sentences."""

from __future__ import annotations

import importlib.resources
from pathlib import Path
from typing import Any

import pytest
import rasa.shared.utils.io
import yaml

from helpdesk.nlu.evaluation.peer import CONFIG, trained_peer

SENTENCES = """version: "3.1"
nlu:
  - intent: greet
    examples: |
      - こんにちは
      - おはようございます
  - intent: thank
    examples: |
      - ありがとう
      - 助かりました
"""


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    folder = tmp_path / "nlu"
    folder.mkdir()
    (folder / "small_talk.yml").write_text(SENTENCES, "utf-8")
    return folder


def template() -> list[dict[str, Any]]:
    """The pipeline that `rasa init` writes: as comments, which Rasa fills in."""
    file = importlib.resources.files("rasa.cli.initial_project") / "config.yml"
    text = file.read_text("utf-8")
    lines = text[text.index("pipeline:") : text.index("# Configuration for Rasa Core")]
    commented = [each for each in lines.splitlines()[1:] if each.startswith("#   ")]
    return yaml.safe_load("\n".join(each[1:] for each in commented))


def test_peer_is_what_rasa_init_writes_without_answers_of_its_own():
    pipeline = rasa.shared.utils.io.read_config_file(CONFIG)["pipeline"]

    ours = [
        {key: value for key, value in each.items() if key != "random_seed"}
        for each in pipeline
    ]
    assert ours == [each for each in template() if each["name"] != "ResponseSelector"]


# Rasa warns of its own defaults, and the peer is what they are.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_peer_is_trained_once_for_the_same_sentences(
    tmp_path: Path, nlu: Path, capsys: pytest.CaptureFixture[str]
):
    cache = tmp_path / "peer"

    model, training = trained_peer(1, cache, nlu)
    news = capsys.readouterr().err
    again = trained_peer(1, cache, nlu)

    assert (training.epochs, training.usual_epochs, training.sentences) == (1, 100, 4)
    assert model.is_file()
    assert "Training Rasa's own pipeline on 4 sentences; epochs: 1" in news
    assert (again, capsys.readouterr().err) == ((model, training), "")
    assert sorted(each.suffix for each in cache.iterdir()) == [".gz", ".json"]
