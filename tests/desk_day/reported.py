"""The report against the day's own count: what customers and operators lived through."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from tests.desk_day.day import Diary
from tests.desk_day.operators import Shift
from tests.desk_day.replay import Replay

# The day's people read the clock when an answer has come, the product when it acts;
# a second of theirs is a minute of the day.
_SAME_SECONDS = 150.0


def differences(
    diaries: Sequence[Diary],
    shifts: Sequence[Shift],
    replay: Replay,
    report: dict[str, Any],
) -> list[str]:
    """Each figure on which the two do not agree."""
    total = report["total"]
    served = [each for each in diaries if each.taken_at and each.requested_at]
    waits = [
        (each.taken_at - each.requested_at).total_seconds()
        for each in served
        if each.taken_at and each.requested_at
    ]
    told = [each for each in served if each.minutes is not None]
    misses = [
        abs(
            (each.minutes or 0) * 60
            - (each.taken_at - each.requested_at).total_seconds()
        )
        for each in told
        if each.taken_at and each.requested_at
    ]
    scores = [each.score for each in diaries if each.score is not None]
    outcomes = [each.outcome for each in diaries]
    expected = {
        "requests": sum(each.is_queued for each in diaries),
        "abandoned": outcomes.count("left") + outcomes.count("desk_closed"),
        "taken": len(served),
        "operator_answered": len(scores),
        "talks": replay.stints(),
    }
    found = [
        f"{name}: the report says {total.get(name)}, the day {count}"
        for name, count in expected.items()
        if total.get(name) != count
    ]
    near = {
        "operator_mean": (fmean(scores) if scores else None, 1e-6),
        "wait_mean": (fmean(waits) if waits else None, _SAME_SECONDS),
        "estimate_miss": (fmean(misses) if misses else None, _SAME_SECONDS),
    }
    for name, (count, most) in near.items():
        told_by = total.get(name)
        print(f"{name}: report {told_by}, day {count}")
        if (told_by is None) != (count is None) or (
            count is not None and abs(told_by - count) > most
        ):
            found.append(f"{name}: the report says {told_by}, the day {count}")
    return found
