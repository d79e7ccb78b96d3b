"""What has to be kept still while a unit reads it first and then writes."""

from __future__ import annotations

from typing import Protocol


class Interrupted(RuntimeError):
    """The database has given the transaction up: another attempt may succeed."""


class Locks(Protocol):
    """Each is kept until the unit ends; who only reads takes none.

    To never wait in a circle, they are taken in the order in which they stand here,
    and before the rows that they stand for are written.
    """

    def desk(self) -> None:
        """Who is at the desk, who waits, and who has which talk."""
        ...

    def sorting(self) -> None:
        """The order of LINE's events."""
        ...

    def notices(self) -> None:
        """How many pushes the notices of this month may still use."""
        ...

    def conversations(self, *customers: str) -> None:
        """What is said to these customers, by whom, and what waits for the bot.

        Several are named at once: so they are taken in one order by all.
        """
        ...

    def subscription(self, subscription: str) -> None:
        """Its user codes and its links."""
        ...

    def line_account(self, customer: str) -> None:
        """What LINE has been told for this customer; nothing if not on LINE."""
        ...

    def tries(self, *whose: str | None) -> None:
        """The failed tries counted under these keys."""
        ...
