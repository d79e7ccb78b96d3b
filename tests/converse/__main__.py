"""`python -m tests.converse FOLDER [--only WORDS]`: plays all cases of the folder.

`--on-line` plays cases written for the web chat with everybody on LINE.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tests.converse.cases import BadCase, Case, read_cases
from tests.converse.player import Player
from tests.converse.stage import Stage


def main() -> int:
    """0 if every case passes, 1 if one fails, 2 if the cases cannot be read."""
    parser = argparse.ArgumentParser(description="Plays conversation tests.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", default="1/1", help="2/3: the second third of them")
    parser.add_argument("--only", default="", help="cases whose name holds these words")
    parser.add_argument(
        "--on-line", action="store_true", help="play every case with everybody on LINE"
    )
    arguments = parser.parse_args()
    try:
        cases = read_cases(arguments.folder)
    except BadCase as error:
        print(error, file=sys.stderr)
        return 2
    cases = [case for case in cases if arguments.only in case.name]
    part, parts = map(int, arguments.part.split("/"))
    cases = cases[part - 1 :: parts]
    if arguments.on_line:
        cases = [replace(case, channel="line") for case in cases]
    with tempfile.TemporaryDirectory(prefix="converse-") as folder:
        stage = Stage(Path(folder))
        print(f"Starting Rasa for {len(cases)} cases ...", flush=True)
        with stage.running():
            failed = [case for case in cases if not passes(stage, case)]
    print(f"{len(cases) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not cases else 0


def passes(stage: Stage, case: Case) -> bool:
    """Play one case in a world of its own, and print how it went."""
    began = time.monotonic()
    try:
        with stage.world(case.clock, with_line=case.needs_line) as world:
            Player(world, case).play()
    except AssertionError as failure:
        print(f"FAILED {case.file.name}: {case.name}\n  {failure}", flush=True)
        return False
    seconds = time.monotonic() - began
    print(f"passed {case.file.name}: {case.name} ({seconds:.1f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
