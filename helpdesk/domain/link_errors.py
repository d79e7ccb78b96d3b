"""Why linking failed, in the order of F-ERR-02: typing, timing, reissue, a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Cause(str, Enum):
    """What a diagnosis ends in."""

    MISTYPED = "mistyped"
    TOO_EARLY = "too_early"
    REPLACED = "replaced"
    NOT_FOUND = "not_found"
    USABLE = "usable"
    ALREADY_LINKED = "already_linked"
    NEEDS_REISSUE = "needs_reissue"
    NEEDS_PERSON = "needs_person"


@dataclass(frozen=True)
class Evidence:
    """What is known of a failed link; None where nothing is known.

    `code`: what the service found of a typed code. `is_open`: whether linking is
    already possible. `was_reissued`: a reissue has been tried and did not help.
    """

    code: Cause | None = None
    is_open: bool | None = None
    was_reissued: bool = False


def diagnose(evidence: Evidence) -> Cause:
    """The first cause, in the order of F-ERR-02, that the evidence does not exclude."""
    if evidence.code in (Cause.MISTYPED, Cause.REPLACED, Cause.ALREADY_LINKED):
        return evidence.code
    if evidence.is_open is False or evidence.code is Cause.TOO_EARLY:
        return Cause.TOO_EARLY
    if evidence.code is Cause.USABLE:
        return Cause.USABLE
    if evidence.was_reissued:
        return Cause.NEEDS_PERSON
    return Cause.NEEDS_REISSUE
