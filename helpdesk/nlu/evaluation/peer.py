"""The peer: Rasa's own pipeline, trained on the sentences that our model learns."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import rasa
import rasa.shared.utils.io
from rasa.model_training import train_nlu

from helpdesk.nlu.evaluation.labelled import ROOT, BadData

CONFIG = ROOT / "tests" / "nlu" / "peer" / "config.yml"
CACHE = ROOT / "var" / "peer"
_NLU = ROOT / "data" / "nlu"
_DOMAIN = ROOT / "domain.yml"
_TRAINED = "DIETClassifier"


@dataclass(frozen=True)
class Training:
    """What is told of a training beside the peer's figures.

    `usual_epochs`: those of Rasa's template.
    """

    epochs: int
    usual_epochs: int
    sentences: int
    training_seconds: float


def trained_peer(
    epochs: int | None, cache: Path = CACHE, nlu: Path = _NLU
) -> tuple[Path, Training]:
    """The peer's model, from the cache if the same was trained before.

    `epochs`: None means those of its configuration. Raises BadData if Rasa does not
    train.
    """
    config, epochs, usual = _configuration(epochs)
    sentences, fingerprint = _fingerprint(config, nlu)
    model, notes = cache / f"{fingerprint}.tar.gz", cache / f"{fingerprint}.json"
    if not notes.exists():
        news = f"Training Rasa's own pipeline on {sentences:,} sentences"
        print(f"{news}; epochs: {epochs}", file=sys.stderr, flush=True)
        began = time.monotonic()
        _train(config, nlu, model)
        training = Training(epochs, usual, sentences, time.monotonic() - began)
        # Last: a training that was interrupted has no notes, and begins again.
        notes.write_text(json.dumps(asdict(training)), "utf-8")
    return model, Training(**json.loads(notes.read_text("utf-8")))


def _configuration(epochs: int | None) -> tuple[str, int, int]:
    """The configuration with these epochs, as JSON, which is YAML; them; the usual."""
    config = rasa.shared.utils.io.read_config_file(CONFIG)
    (trained,) = (each for each in config["pipeline"] if each["name"] == _TRAINED)
    usual = trained["epochs"]
    trained["epochs"] = epochs = usual if epochs is None else epochs
    return json.dumps(config), epochs, usual


def _fingerprint(config: str, nlu: Path) -> tuple[int, str]:
    """How many sentences there are, and what changes when the training would."""
    files = [file.read_text("utf-8") for file in sorted(nlu.glob("*.yml"))]
    everything = "\0".join([rasa.__version__, config, *files])
    count = sum(
        line.lstrip().startswith("- ")
        for file in files
        for entry in rasa.shared.utils.io.read_yaml(file)["nlu"]
        for line in entry.get("examples", "").splitlines()
    )
    return count, hashlib.sha256(everything.encode()).hexdigest()[:16]


def _train(config: str, nlu: Path, model: Path) -> None:
    model.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model.parent) as folder:
        file = Path(folder) / "config.yml"
        file.write_text(config, "utf-8")
        trained = train_nlu(
            str(file), str(nlu), folder, fixed_model_name="peer", domain=str(_DOMAIN)
        )
        if trained is None:
            raise BadData(f"{nlu}: Rasa finds nothing to train its own pipeline on")
        Path(trained).replace(model)
