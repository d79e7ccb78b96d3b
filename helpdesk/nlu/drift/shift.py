"""How far a distribution has moved in a week, and whether that may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2_contingency

# The usual bounds of the population stability index: Siddiqi, Credit Risk Scorecards,
# 2006. Few messages make it large by chance, which the test tells apart.
MOVED_A_LITTLE, MOVED = 0.10, 0.25
CHANCE = 0.01
# Rarer kinds are counted together: the test is not for cells that are nearly empty.
_RAREST = 10
_BINS = 10
OTHERS = "others"


@dataclass(frozen=True)
class Shift:
    """`index`: population stability index. `p`: of a χ² test; small is no chance."""

    index: float
    p: float

    @property
    def judgement(self) -> str:
        if self.p >= CHANCE or self.index < MOVED_A_LITTLE:
            return "stable"
        return "moved a little" if self.index < MOVED else "moved"


def shift_of_kinds(recent: Sequence[str], before: Sequence[str]) -> Shift | None:
    """Of messages by kind; None if one of the weeks is empty."""
    kinds = [*recent, *before]
    frequent = sorted(kind for kind in {*kinds} if kinds.count(kind) >= _RAREST)
    names = [*frequent, OTHERS]

    def counts(week: Sequence[str]) -> list[int]:
        known = [kind if kind in frequent else OTHERS for kind in week]
        return [known.count(name) for name in names]

    return _shift(counts(recent), counts(before))


def shift_of_numbers(recent: Sequence[float], before: Sequence[float]) -> Shift | None:
    """Of numbers, cut at the deciles of the week before."""
    if not recent or not before:
        return None
    inner = np.linspace(0, 1, _BINS + 1)[1:-1]
    edges = np.unique(np.quantile(before, inner))

    def counts(week: Sequence[float]) -> list[int]:
        places = np.searchsorted(edges, week, side="right")
        return [int(each) for each in np.bincount(places, minlength=len(edges) + 1)]

    return _shift(counts(recent), counts(before))


def _shift(recent: Sequence[int], before: Sequence[int]) -> Shift | None:
    table = np.array([recent, before], dtype=float)
    table = table[:, table.sum(axis=0) > 0]
    if not table.sum(axis=1).all():
        return None
    # Half a message more in each: the logarithm of an empty cell has no value.
    shares = (table + 0.5) / (table + 0.5).sum(axis=1, keepdims=True)
    index = float(((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum())
    p = float(chi2_contingency(table)[1]) if table.shape[1] > 1 else 1.0
    return Shift(index, p)
