"""Brings what supervisors have taught into the training data, for `make learn`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import rasa.shared.utils.io
from rapidfuzz import fuzz, process
from rasa.shared.exceptions import RasaException

from helpdesk.domain.messages import folded
from helpdesk.domain.privacy import find_tokens
from helpdesk.nlu.evaluation.labelled import (
    ROOT,
    BadData,
    known_intents,
    read_messages,
)

_NLU = ROOT / "data" / "nlu"
_HELD_OUT = ROOT / "tests" / "nlu" / "sentences"
# Sentences that are more alike teach nothing more.
NEARLY_THE_SAME = 92


@dataclass(frozen=True)
class Judged:
    """A sentence with the file that it went to, or the reason why it did not."""

    intent: str
    text: str
    file: Path | None
    reason: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all is judged; 2 and one sentence if something cannot be read."""
    given = [each for each in arguments or sys.argv[1:] if each]
    if len(given) != 1:
        print("make learn FILE=lessons.yml", file=sys.stderr)
        return 2
    try:
        held_out = _held_out(_HELD_OUT)
        judged = learn(_read(Path(given[0])), _NLU, held_out)
    except BadData as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    learnt = [each for each in judged if each.file is not None]
    for each in judged:
        where = f"left out, {each.reason}" if each.file is None else each.file.name
        print(f"  {each.intent}: {each.text} ({where})")
    print(f"Learnt: {len(learnt)}; left out: {len(judged) - len(learnt)}.")
    if learnt:
        print("Look at the change, then: make train evaluate")
    return 0


def learn(
    lessons: Mapping[str, Sequence[str]], nlu: Path, held_out: Collection[str]
) -> list[Judged]:
    """Add what is new to the files of the topics; nothing is written if one is wrong.

    `held_out`: folded texts that measure the model. Raises BadData for an intent that
    no file has.
    """
    files = {file: file.read_text("utf-8") for file in sorted(nlu.glob("*.yml"))}
    places, trained = _trained(files)
    if unknown := sorted(lessons.keys() - places.keys()):
        raise BadData(f'{nlu}: no file has an intent "{unknown[0]}"')
    judged = []
    for intent, texts in lessons.items():
        for text in texts:
            reason = _reason_against(text, intent, trained, held_out)
            judged.append(
                Judged(intent, text, None if reason else places[intent], reason)
            )
            if not reason:
                trained[folded(text)] = intent
    for file in {each.file for each in judged} - {None}:
        taken = [each for each in judged if each.file == file]
        files[file] = _extended(files[file], taken)
        _check(file, files[file], taken, trained)
    for file in {each.file for each in judged} - {None}:
        _replace(file, files[file])
    return judged


def _reason_against(
    text: str, intent: str, trained: Mapping[str, str], held_out: Collection[str]
) -> str:
    """Why the sentence is not learnt; empty if it is."""
    same = folded(text)
    if find_tokens(text):
        return "it holds what stands for a secret"
    if same in held_out:
        return "it is held out for measuring"
    if same in trained:
        return f"it is there already, as {trained[same]}"
    alike = [each for each, other in trained.items() if other == intent]
    near = process.extractOne(
        same, alike, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME
    )
    return f"it is nearly 「{near[0]}」" if near else ""


def _read(file: Path) -> dict[str, list[str]]:
    """The sentences of a file that /unanswered.yml gave. Raises BadData."""
    if not file.is_file():
        raise BadData(f"{file}: there is no such file")
    form = f'{file}: not of the form that "学習データを書き出す" gives'
    try:
        entries = rasa.shared.utils.io.read_yaml_file(file)["nlu"]
        found: dict[str, list[str]] = {}
        for entry in entries:
            found.setdefault(entry["intent"], []).extend(_examples(entry))
    except (RasaException, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadData(form) from error
    return found


def _trained(files: Mapping[Path, str]) -> tuple[dict[str, Path], dict[str, str]]:
    """The file of each intent, and the intent of each sentence, folded."""
    places: dict[str, Path] = {}
    trained: dict[str, str] = {}
    for file, content in files.items():
        for entry in rasa.shared.utils.io.read_yaml(content)["nlu"]:
            if "intent" in entry:
                places.setdefault(entry["intent"], file)
                trained |= {folded(each): entry["intent"] for each in _examples(entry)}
    return places, trained


def _examples(entry: Mapping[str, str]) -> list[str]:
    """Raises ValueError for a line that is no example."""
    lines = [line.strip() for line in entry["examples"].splitlines() if line.strip()]
    if not all(line.startswith("- ") for line in lines):
        raise ValueError(lines)
    return [line[2:].strip() for line in lines]


def _extended(content: str, taken: Sequence[Judged]) -> str:
    """The file with each sentence behind the last one of its intent."""
    lines = content.split("\n")
    for each in taken:
        end = lines.index(f"  - intent: {each.intent}") + 1
        while end < len(lines) and lines[end].startswith("    "):
            end += 1
        lines.insert(end, f"      - {each.text}")
    return "\n".join(lines)


def _check(
    file: Path, content: str, taken: Sequence[Judged], trained: Mapping[str, str]
) -> None:
    """What will be written must be read as it is meant. Raises BadData."""
    _, found = _trained({file: content})
    new = {folded(each.text): each.intent for each in taken}
    if not new.items() <= found.items() <= trained.items():
        raise BadData(f"{file}: the new sentences would not be read as they are")


def _replace(file: Path, content: str) -> None:
    """In one step: an interruption leaves the old file or the new one."""
    beside = file.with_suffix(".new")
    beside.write_text(content, "utf-8")
    beside.replace(file)


def _held_out(folder: Path) -> set[str]:
    """None where the tests are not installed."""
    if not folder.is_dir():
        return set()
    return {folded(each.text) for each in read_messages(folder, known_intents())}


if __name__ == "__main__":
    sys.exit(main())
