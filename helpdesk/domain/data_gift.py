"""データプレゼント: who may give how much, and how a gift moves (F-GIFT)."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.months import Month

# Between the offer and its end, unless the month ends before (F-GIFT-07).
GIFT_LIFETIME = timedelta(hours=24)

# Without letters and digits that look alike.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUP_LENGTH = 4
_GROUP = rf"([{_ALPHABET}]{{{_GROUP_LENGTH}}})"
_CODE = re.compile(rf"(?<![0-9A-Z])G[ -]{{0,3}}{_GROUP}[ -]{{0,3}}{_GROUP}(?![0-9A-Z])")
# The form of a code, with signs that no code has, or too few or too many.
_NEARLY = re.compile(r"(?<![0-9A-Z])G-[0-9A-Z]{2,6}-[0-9A-Z]{2,6}(?![0-9A-Z])")
# Hyphens as keyboards and apps write them.
_HYPHENS = re.compile(r"[\u2010-\u2015\u2212\u30fc\uff70]")

# Offered between the least and the most, in MB.
_ROUND = (1000, 2000, 3000, 5000)
_MOST_BETWEEN = 2


class GiftState(str, Enum):
    """`offered` moves once, to one of the others; `accepted` moves the data."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class GiftProblem(str, Enum):
    """Why a volume cannot be given."""

    TOO_SMALL = "too_small"
    NOT_IN_STEPS = "not_in_steps"
    OVER_PLAN = "over_plan"
    NOT_ENOUGH = "not_enough"
    NETWORK = "network"
    OWN_SUBSCRIPTION = "own_subscription"


class GiftRefused(ValueError):
    """This gift cannot be made; `problem` says why."""

    def __init__(self, problem: GiftProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True)
class Gift:
    """An offer of data. `receiver_customer` and `receiver` are None until accepted."""

    id: int
    giver_customer: str
    giver: str
    megabytes: int
    state: GiftState
    offered_at: datetime
    expires_at: datetime
    receiver_customer: str | None = None
    receiver: str | None = None
    moved_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it can still be accepted; at `expires_at` itself it cannot."""
        return self.state is GiftState.OFFERED and now < self.expires_at

    def keeps_data(self, now: datetime) -> bool:
        """Whether the giver still has data that may leave by it."""
        is_on_its_way = self.state is GiftState.ACCEPTED and self.moved_at is None
        return is_on_its_way or self.is_open(now)


@dataclass(frozen=True)
class GiftRule:
    """Smallest gift and steps in MB (F-GIFT-04); networks that cannot (F-GIFT-10)."""

    smallest: int
    step: int
    networks_without: Container[str]

    def check(
        self, megabytes: int, balance: DataBalance, allowance: int, network: str
    ) -> None:
        """Raises GiftRefused. `allowance`: the giver's monthly MB (F-GIFT-05)."""
        self.check_network(network)
        if megabytes < self.smallest:
            raise GiftRefused(GiftProblem.TOO_SMALL)
        if megabytes % self.step:
            raise GiftRefused(GiftProblem.NOT_IN_STEPS)
        if megabytes > allowance:
            raise GiftRefused(GiftProblem.OVER_PLAN)
        if megabytes > balance.basic:
            raise GiftRefused(GiftProblem.NOT_ENOUGH)

    def check_network(self, network: str) -> None:
        """Raises GiftRefused; neither to nor from such a network (F-GIFT-10)."""
        if network in self.networks_without:
            raise GiftRefused(GiftProblem.NETWORK)

    def most(self, basic: int, allowance: int) -> int:
        """The largest gift of so much basic data, in MB; 0 if it is too little."""
        most = min(basic, allowance) // self.step * self.step
        return most if most >= self.smallest else 0


def gift_expires_at(now: datetime) -> datetime:
    """24 hours later, or at the end of the month in Japan if that is sooner."""
    return min(now + GIFT_LIFETIME, Month.at(now).ends_at)


def new_gift_code() -> str:
    """What the receiver sends to the chat: unguessable, and easy to read out."""
    while True:
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(2 * _GROUP_LENGTH))
        if _has_digit(letters):
            return f"G-{letters[:_GROUP_LENGTH]}-{letters[_GROUP_LENGTH:]}"


def find_gift_code(text: str) -> str | None:
    """The code in a typed text, as it was issued; None if there is none."""
    for first, second in _CODE.findall(_plain(text)):
        if _has_digit(first + second):
            return f"G-{first}-{second}"
    return None


def is_gift_code(text: str) -> bool:
    """Whether the text is a code and nothing else."""
    plain = _plain(text).strip()
    return _CODE.fullmatch(plain) is not None and _has_digit(plain)


def is_nearly_gift_code(text: str) -> bool:
    """Whether a code was copied wrongly into the text."""
    return _NEARLY.search(_plain(text)) is not None


def gift_choices(least: int, most: int) -> list[int]:
    """What is offered: the least, some round volumes in between, and the most, in MB.

    Empty if `most` is less than `least`.
    """
    if most < least:
        return []
    between = [each for each in _ROUND if least < each < most]
    # The smaller ones are given more often, and buttons are few.
    return sorted({least, *between[:_MOST_BETWEEN], most})


def _has_digit(letters: str) -> bool:
    """Every code has one: GUARANTEE and GREEN TREE are words."""
    return any(each.isdigit() for each in letters)


def _plain(text: str) -> str:
    return _HYPHENS.sub("-", unicodedata.normalize("NFKC", text).upper())
