"""`make bench`: how long a turn takes early and late in a talk, and the acknowledgement.

Figures of one run on one machine; compare the ratios, not the milliseconds.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.converse.browser import Browser
from tests.converse.cases import DEFAULT_CLOCK
from tests.converse.stage import Stage, World

_TURNS = 400
_WINDOW = 20
_AT_ONCE = 50


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        stage = Stage(Path(folder))
        with stage.running(), stage.world(DEFAULT_CLOCK) as world:
            turns(world)
            acknowledgements(world)


def turns(world: World) -> None:
    """From the sent message to the stored answer, with an action on each turn."""
    browser = Browser(world.address, None)
    times = []
    for number in range(_TURNS):
        text = ("連携って何ですか", "オペレーターは何時までですか")[number % 2]
        times.append(
            seconds(lambda text=text: (browser.send({"text": text}), world.settle()))
        )
    early, late = times[10 : 10 + _WINDOW], times[-_WINDOW:]
    print(f"turn, median of {_WINDOW}: early {ms(early)}, at turn {_TURNS} {ms(late)}")
    print(f"late / early: {statistics.median(late) / statistics.median(early):.2f}")


def acknowledgements(world: World) -> None:
    """POST /chat/messages while fifty customers write at once and the bot is busy."""
    browsers = [Browser(world.address, None) for _ in range(_AT_ONCE)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        times = list(
            pool.map(
                lambda browser: seconds(lambda: browser.send({"text": "連携って何"})),
                browsers,
            )
        )
    slowest = sorted(times)[int(0.99 * (len(times) - 1))]
    print(
        f"acknowledged, {_AT_ONCE} at once: median {ms(times)}, p99 {1000 * slowest:.0f} ms"
    )
    print(f"all answered after {seconds(world.settle):.1f} s more")


def seconds(call) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def ms(times: list[float]) -> str:
    return f"{1000 * statistics.median(times):.0f} ms"


if __name__ == "__main__":
    main()
