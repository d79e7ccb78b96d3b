"""Logins of the staff: who may be named how, good passwords, the life of a session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

# What NIST SP 800-63B-4 asks of a password that a second factor may be added to is 8;
# a desk that opens contracts does well with more.
SHORTEST_PASSWORD = 12
LONGEST_NAME = 32
# Lower case alone: nobody is refused for a capital that a phone has put there.
_OPERATOR_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")


class PasswordTooShort(ValueError):
    """Fewer characters than SHORTEST_PASSWORD."""


class PasswordUnchanged(ValueError):
    """The new password is the old one."""


class BadOperatorId(ValueError):
    """Not 1 to 32 of a-z, 0-9, dot, hyphen and underscore, a letter or digit first."""


class BadOperatorName(ValueError):
    """Empty, or longer than LONGEST_NAME."""


@dataclass(frozen=True)
class SessionLimit:
    """A session is over when it was idle for so long, or has lasted so long in all."""

    idle: timedelta
    whole: timedelta

    def is_over(self, begun_at: datetime, seen_at: datetime, now: datetime) -> bool:
        """At the limit itself it is over."""
        return now - seen_at >= self.idle or now - begun_at >= self.whole


# A lunch break fits, an evening does not; a shift fits, a second day does not.
COMPLETE = SessionLimit(timedelta(minutes=60), timedelta(hours=12))
# The password was right, the second factor is missing: time to fetch a phone.
INCOMPLETE = SessionLimit(timedelta(minutes=10), timedelta(minutes=10))
# How exactly idleness is known: not every request is worth a write.
SEEN_EVERY = timedelta(minutes=1)


def check_password(new: str, former: str | None = None) -> None:
    """Raises PasswordTooShort, PasswordUnchanged."""
    if len(new) < SHORTEST_PASSWORD:
        raise PasswordTooShort
    if new == former:
        raise PasswordUnchanged


def check_operator_id(operator: str) -> None:
    """Raises BadOperatorId."""
    if not _OPERATOR_ID.fullmatch(operator):
        raise BadOperatorId


def check_operator_name(name: str) -> None:
    """Raises BadOperatorName."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise BadOperatorName
