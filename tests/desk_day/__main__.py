"""`make day`: customers and operators through a working day, fast, at a real server.

No conversation may have two speakers or none, no message may be lost, places must be
right, and the reports must say what the day itself has counted. Exit code 1 if not.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml

from helpdesk.settings import ROOT
from tests.desk_day.customers import live
from tests.desk_day.day import CLOSES, OPENS, Day, Diary
from tests.desk_day.operators import Operator, Shift
from tests.desk_day.replay import Replay
from tests.desk_day.reported import differences
from tests.faults.product import Product, product
from tests.line_platform import LinePlatform

_CLOCK = OPENS - timedelta(minutes=30)
# Starting Rasa takes this long; the clock shows an earlier time meanwhile.
_STARTS_IN_SECONDS = 90.0
_PASSWORD = "Sample-Day-Desk"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=200)
    parser.add_argument("--operators", type=int, default=10)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--think", type=float, default=0, help="minutes per answer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where to leave the database")
    options = parser.parse_args()
    began = time.time() + _STARTS_IN_SECONDS
    with tempfile.TemporaryDirectory(prefix="day-") as name:
        folder = Path(name)
        more = {
            "HELPDESK_CATALOG": str(_catalog(folder / "catalog", options.operators)),
            "HELPDESK_CLOCK": _CLOCK.isoformat(),
            "HELPDESK_CLOCK_SET_AT": str(began),
            "HELPDESK_CLOCK_SPEED": str(options.speed),
        }
        with product(folder, LinePlatform("secret", "token"), **more) as started:
            day = Day(_CLOCK, began, options.speed)
            diaries, shifts, report = asyncio.run(_play(started, day, options))
        if options.keep:
            shutil.copy(folder / "helpdesk.db", options.keep)
        wrong = _judge(diaries, shifts, Replay(folder / "helpdesk.db"), report)
    for each in wrong[:40]:
        print(f"  {each}")
    print(f"{len(wrong)} wrong")
    return 1 if wrong else 0


def _catalog(folder: Path, operators: int) -> Path:
    """The product's catalog with more operators, who have a little longer to take."""
    shutil.copytree(ROOT / "data" / "catalog", folder)
    world = yaml.safe_load((folder / "sample_world.yml").read_text("utf-8"))
    for number in range(1, operators + 1):
        world["operators"][f"op{number}"] = {
            "name": f"担当{number}",
            "password": _PASSWORD,
            "role": "operator",
            "status": "available",
        }
    _write(folder / "sample_world.yml", world)
    desk = yaml.safe_load((folder / "desk.yml").read_text("utf-8"))
    # A second of ours is a minute there: our operators look once in a minute.
    desk["queue"] |= {"take_within_seconds": 300, "tell_again_seconds": 120}
    _write(folder / "desk.yml", desk)
    return folder


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")


async def _play(
    started: Product, day: Day, options: argparse.Namespace
) -> tuple[list[Diary], list[Shift], dict[str, Any]]:
    chance = random.Random(options.seed)
    limits = httpx.Limits(max_connections=None)
    clients: list[httpx.AsyncClient] = []

    def client(address: str) -> httpx.AsyncClient:
        made = httpx.AsyncClient(
            base_url=address, timeout=60, limits=limits, trust_env=False
        )
        clients.append(made)
        return made

    shifts = [Shift(f"op{number}") for number in range(1, options.operators + 1)]
    operators = [
        Operator(client(started.staff), day, shift, random.Random(options.seed + at))
        for at, shift in enumerate(shifts)
    ]
    for operator in operators:
        operator.think_minutes = options.think
    plans = chance.choices(
        ["person", "leaves", "bot"], [70, 15, 15], k=options.customers
    )
    diaries = [Diary("", plan) for plan in plans]
    working = [
        operator.work(_PASSWORD, OPENS + timedelta(minutes=120 + 40 * (at % 5)))
        for at, operator in enumerate(operators)
    ]
    living = [
        live(
            *(client(started.address), day, diary, _arrival(chance)),
            random.Random(f"{options.seed} {number}"),
        )
        for number, diary in enumerate(diaries)
    ]
    telling = asyncio.create_task(_tell(day, diaries))
    await asyncio.gather(*working, *living)
    telling.cancel()
    report = await _report(client(started.staff))
    for each in clients:
        await each.aclose()
    return diaries, shifts, report


def _arrival(chance: random.Random) -> datetime:
    """From half an hour before opening to half an hour after closing; two peaks."""
    peak = chance.choice(
        [OPENS + timedelta(minutes=40), CLOSES - timedelta(minutes=90)]
    )
    spread = chance.gauss(0, 45) if chance.random() < 0.4 else chance.uniform(-300, 300)
    moment = peak + timedelta(minutes=spread)
    earliest, latest = OPENS - timedelta(minutes=25), CLOSES + timedelta(minutes=10)
    return min(max(moment, earliest), latest)


async def _tell(day: Day, diaries: list[Diary]) -> None:
    while True:
        await day.pass_minutes(30)
        outcomes = Counter(each.outcome or "under way" for each in diaries)
        print(f"{day.now():%H:%M} UTC {dict(outcomes)}", flush=True)


async def _report(http: httpx.AsyncClient) -> dict[str, Any]:
    """The day's report, as the supervisor reads it."""
    from tests.desk_day.operators import Operator  # noqa: PLC0415 -- only for its login

    chief = Operator(
        http, Day(_CLOCK, time.time(), 1), Shift("chief"), random.Random(0)
    )
    await chief.log_in("Sample-Chief-Desk")
    day = OPENS.date().isoformat()
    answer = await http.get(
        "/api/reports", params={"from": day, "to": day, "group": "day"}
    )
    answer.raise_for_status()
    report: dict[str, Any] = answer.json()
    return report


def _judge(
    diaries: list[Diary], shifts: list[Shift], replay: Replay, report: dict[str, Any]
) -> list[str]:
    """Everything that was not as it should be; the figures are printed."""
    outcomes = Counter(each.outcome or "unfinished" for each in diaries)
    waits = [
        (each.taken_at - each.requested_at).total_seconds() / 60
        for each in diaries
        if each.taken_at and each.requested_at
    ]
    print(f"outcomes {dict(outcomes)}")
    print(
        f"taken {sum(each.taken for each in shifts)}, called back"
        f" {sum(each.called_back for each in shifts)}, passed on"
        f" {sum(each.passed for each in shifts)}, returned"
        f" {sum(each.returned for each in shifts)}, refused"
        f" {dict(sum((each.refused for each in shifts), Counter()))}"
    )
    if waits:
        print(
            f"waits in minutes: mean {sum(waits) / len(waits):.1f}, most {max(waits):.1f}"
        )
    wrong = [f"{each.customer}: {what}" for each in diaries for what in each.problems]
    wrong += [f"{each.operator}: {what}" for each in shifts for what in each.problems]
    speakers, lost = replay.two_speakers(), replay.unanswered()
    print(f"two speakers or the wrong one {len(speakers)}, lost messages {len(lost)}")
    wrong += speakers + [f"{each}: never finished" for each in lost]
    told = [each for each in diaries if each.place is not None]
    places = [
        f"{each.customer}: told place {each.place}, was {replay.place_of(each.customer)}"
        for each in told
        if each.place != replay.place_of(each.customer)
    ]
    print(f"places told {len(told)}, wrong {len(places)}")
    wrong += places
    found = differences(diaries, shifts, replay, report)
    print(f"differences to the report {len(found)}")
    return wrong + found


if __name__ == "__main__":
    sys.exit(main())
