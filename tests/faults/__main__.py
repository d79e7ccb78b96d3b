"""`make faults`: many customers write while everything is killed and LINE misbehaves.

Each customer must get every answer once, and in the order of the questions. Exit code 1
if one is lost, doubled or misplaced.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.product import PROCESSES, Product, product
from tests.line_platform import Faults, LinePlatform

# Wishes whose first bubble is always the same, whatever was said before.
QUESTIONS = [
    "オペレーターは何時までですか",
    "マイページを開きたい",
    "プランを変更したい",
    "データを追加で買いたい",
    "請求額を確認したい",
    "ありがとう",
    "こんにちは",
    "ログインIDを忘れました",
]
# LINE's own troubles: 500 and time-outs, accepted or not, and too many calls.
TROUBLES = Faults(
    error_500=0.03,
    error_500_accepted=0.02,
    timeout=0.01,
    timeout_accepted=0.01,
    rate_429=0.03,
    hang_seconds=9,
)
_QUIET_SECONDS = 30
_LONGEST_SECONDS = 900


@dataclass
class Count:
    """What came of it."""

    lost: int = 0
    doubled: int = 0
    misplaced: int = 0
    repeated: int = 0
    strange: list[str] = field(default_factory=list)

    def is_clean(self) -> bool:
        wrong = self.lost + self.doubled + self.misplaced + self.repeated
        return not (wrong or self.strange)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--customers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=150, help="of writing")
    parser.add_argument("--kills", type=int, default=4, help="of each process")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    platform = LinePlatform("a channel secret", "an access token")
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as folder,
        product(Path(folder), platform) as started,
    ):
        expected = learn_answers(platform)
        count = run(platform, started, expected, options, chance)
    print(
        f"lost {count.lost}, doubled {count.doubled}, misplaced {count.misplaced};"
        f" answers to {3 * len(platform.events)} redeliveries: {count.repeated}"
    )
    for line in [*count.strange[:100], *platform.problems[:5]]:
        print(f"  {line}")
    return 0 if count.is_clean() and not platform.problems else 1


def run(
    platform: LinePlatform,
    started: Product,
    expected: dict[str, str],
    options: argparse.Namespace,
    chance: random.Random,
) -> Count:
    customers = [platform.add_user(f"客{n}") for n in range(options.customers)]
    asked: dict[str, list[str]] = {customer: [] for customer in customers}
    before = platform.replies, platform.pushes
    killing = threading.Event()
    kills = [
        threading.Thread(
            target=kill,
            args=(started, name, options.kills, options.seconds, chance, killing),
        )
        for name in (() if options.calm else PROCESSES)
    ]
    began = time.monotonic()
    platform.faults = Faults() if options.calm else TROUBLES
    for thread in kills:
        thread.start()
    for number in range(options.messages):
        customer = customers[number % len(customers)]
        question = chance.choice(QUESTIONS)
        asked[customer].append(question)
        platform.say(customer, question)
        time.sleep(chance.uniform(0, 2 * options.seconds / options.messages))
    killing.set()
    for thread in kills:
        thread.join()
    wait_until_quiet(platform, customers, options.messages)
    platform.faults = Faults()
    report(platform, began, before)
    count = Count()
    count.repeated = redeliver_everything(platform)
    for customer in customers:
        compare(platform, customer, [expected[each] for each in asked[customer]], count)
    return count


def learn_answers(platform: LinePlatform) -> dict[str, str]:
    """The first bubble of each answer, asked in calm by somebody else."""
    somebody = platform.add_user("下調べ")
    answers = {}
    for question in QUESTIONS:
        before = len(platform.said(somebody))
        platform.deliver(somebody, question)
        platform.wait_for(lambda n=before: len(platform.said(somebody)) > n, 60)
        time.sleep(1)
        answers[question] = platform.said(somebody)[before]
    assert len(set(answers.values())) == len(QUESTIONS)
    return answers


def kill(
    started: Product,
    name: str,
    times: int,
    seconds: float,
    chance: random.Random,
    is_over: threading.Event,
) -> None:
    """Kill the process at random moments, at most as often as it is started again."""
    for _ in range(times):
        if is_over.wait(chance.uniform(0.2, 1.6) * seconds / (times + 1)):
            return
        print(f"  kill -9 {name}: {started.kill(name)}", flush=True)


def wait_until_quiet(
    platform: LinePlatform, customers: list[str], messages: int
) -> None:
    """Until all answers are there, or nothing has come for a while."""
    began = heard = time.monotonic()
    most = 0
    while time.monotonic() - began < _LONGEST_SECONDS:
        said = sum(len(platform.said(customer)) for customer in customers)
        if said > most:
            most, heard = said, time.monotonic()
        quiet = time.monotonic() - heard
        if quiet > _QUIET_SECONDS or (said >= messages and quiet > 5):
            return
        time.sleep(0.5)


def compare(
    platform: LinePlatform, customer: str, expected: list[str], count: Count
) -> None:
    """Look for the first bubbles of the answers, in order; the others are let by."""
    firsts = set(expected)
    said = [text for text in platform.said(customer) if text in firsts]
    if said == expected:
        return
    for text in firsts:
        difference = said.count(text) - expected.count(text)
        count.lost += max(0, -difference)
        count.doubled += max(0, difference)
    if sorted(said) == sorted(expected):
        count.misplaced += sum(a != b for a, b in zip(said, expected, strict=True))
    for entry in platform.chat(customer):
        if entry.sender == "bot":
            how = f"{entry.how} {entry.event_id} {entry.request_id}"
            text = (entry.text or "")[:20]
            count.strange.append(f"{customer[:6]} {entry.at} {how} {text}")
    count.strange.append(f"{customer[:6]}: {len(expected)} asked, {len(said)} answered")


def redeliver_everything(platform: LinePlatform) -> int:
    """Every event three times more, shuffled; the number of answers that this brings."""
    before = platform.replies + platform.pushes
    platform.redeliver_all(3, shuffle=True)
    platform.settle(300)
    time.sleep(5)
    return platform.replies + platform.pushes - before


def report(platform: LinePlatform, began: float, before: tuple[int, int]) -> None:
    replies, pushes = platform.replies - before[0], platform.pushes - before[1]
    times = [1000 * each.seconds for each in platform.deliveries if each.status == 200]
    print(f"{time.monotonic() - began:.0f} s; acknowledged in ms: p50", end=" ")
    print(
        f"{statistics.median(times):.0f}, p99 {sorted(times)[int(0.99 * len(times))]:.0f}"
    )
    share = replies / max(1, replies + pushes)
    print(f"replies {replies}, pushes {pushes}: {100 * share:.1f} % on reply tokens")


if __name__ == "__main__":
    sys.exit(main())
