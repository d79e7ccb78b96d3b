"""Reading the audit log: the newest first, by who, whom, act and day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from helpdesk.domain.japan_time import JAPAN
from helpdesk.domain.staff import Operator, Permission
from helpdesk.services.ports import Store
from helpdesk.services.staff_ports import AuditEntry, AuditFilter

_PAGE = 50


@dataclass(frozen=True)
class AuditQuestion:
    """What is looked for; empty is anything. `day` is a day in Japan.

    `who` and `whom`: an operator's id or name, or a customer's id.
    """

    who: str = ""
    whom: str = ""
    act: str = ""
    day: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """`older`: the `before` of the next page, None if this is the last.

    `names`: how operators are called, by id.
    """

    entries: Sequence[AuditEntry]
    older: int | None
    acts: Sequence[str]
    names: Mapping[str, str]


class AuditTrail:
    """For those who may see it; looking changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self, actor: Operator, question: AuditQuestion, before: int | None = None
    ) -> AuditPage:
        """Raises NotPermitted."""
        actor.require(Permission.SEE_AUDIT)
        with self._store.reading() as unit:
            names = {each.id: each.name for each in unit.operators.all()}
            wanted = _filter(question, names)
            found = unit.audit.find(wanted, before, _PAGE + 1)
            acts = unit.audit.actions()
        entries = found[:_PAGE]
        older = entries[-1].id if len(found) > _PAGE else None
        return AuditPage(entries, older, acts, names)


def _filter(question: AuditQuestion, names: Mapping[str, str]) -> AuditFilter:
    start = end = None
    if question.day is not None:
        start = datetime.combine(question.day, time(), JAPAN)
        end = start + timedelta(days=1)
    return AuditFilter(
        actors=_actors(question.who, names),
        subjects=_subjects(question.whom, names),
        action=question.act or None,
        start=start,
        end=end,
    )


def _subjects(whom: str, names: Mapping[str, str]) -> tuple[str, ...] | None:
    if not whom:
        return None
    return (whom, *(key for key, name in names.items() if name == whom))


def _actors(who: str, names: Mapping[str, str]) -> tuple[str, ...] | None:
    found = _subjects(who, names)
    if found is None:
        return None
    kinds = ("operator", "customer")
    return (who, *(f"{kind}:{each}" for each in found for kind in kinds))
