"""Who works at the desk, for administrators."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.staff import Permission, Role
from helpdesk.domain.staff_logins import (
    LONGEST_NAME,
    BadOperatorId,
    BadOperatorName,
)
from helpdesk.services.people import (
    LastAdministrator,
    OperatorExists,
    Person,
    StillTalking,
)
from helpdesk.services.talks import UnknownOperator
from helpdesk.web.audit import AuditPages
from helpdesk.web.pages import field
from helpdesk.web.staff_pages import StaffPages, Visit


class PeoplePages:
    """The list with the form for somebody new, a page for each, and the audit log."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._helpdesk = helpdesk
        self._people = helpdesk.people
        self._pages = pages
        self._steps = {
            "change": self._change,
            "reset_password": self._reset_password,
            "remove_second_factor": self._remove_second_factor,
            "lift_lock": self._lift_lock,
        }

    def routes(self) -> list[Route]:
        manage, both = Permission.MANAGE_STAFF, ["GET", "POST"]
        guarded = self._pages.guarded
        return [
            Route("/people", guarded(self.people, manage), methods=both),
            Route("/people/{operator}", guarded(self.person, manage), methods=both),
            *AuditPages(self._helpdesk, self._pages).routes(),
        ]

    async def people(self, visit: Visit) -> Response:
        does = self._add if visit.request.method == "POST" else self._show_all
        return await run_in_threadpool(does, visit)

    async def person(self, visit: Visit) -> Response:
        does = self._do if visit.request.method == "POST" else self._show
        return await run_in_threadpool(does, visit)

    def _show_all(self, visit: Visit, error: str | None = None) -> Response:
        typed = {name: field(visit.form, name) for name in ("id", "name", "role")}
        return self._pages.render(
            *("people.html", visit.session),
            people=[self._row(each) for each in self._people.all(visit.operator)],
            roles=list(Role),
            longest=LONGEST_NAME,
            typed=typed,
            error=error and (error, {}),
        )

    def _add(self, visit: Visit) -> Response:
        operator, role = field(visit.form, "id"), _role(visit) or Role.OPERATOR
        name = field(visit.form, "name")
        try:
            password = self._people.add(visit.operator, operator, name, role)
        except BadOperatorId:
            return self._show_all(visit, "bad_id")
        except BadOperatorName:
            return self._show_all(visit, "bad_name")
        except OperatorExists:
            return self._show_all(visit, "id_taken")
        return self._show_password(visit, operator, password)

    def _show(
        self, visit: Visit, error: tuple[str, dict[str, Any]] | None = None
    ) -> Response:
        try:
            person = self._people.get(visit.operator, _operator(visit))
        except UnknownOperator:
            return self._pages.sorry(visit.session, 404, "not_found")
        return self._pages.render(
            *("person.html", visit.session),
            person=self._row(person),
            roles=list(Role),
            longest=LONGEST_NAME,
            error=error,
            done=visit.request.query_params.get("done", ""),
        )

    def _do(self, visit: Visit) -> Response:
        does = self._steps.get(field(visit.form, "step"))
        if does is None:
            return self._show(visit)
        error: tuple[str, dict[str, Any]]
        try:
            return does(visit)
        except UnknownOperator:
            return self._pages.sorry(visit.session, 404, "not_found")
        except BadOperatorName:
            error = ("bad_name", {})
        except LastAdministrator:
            error = ("last_administrator", {})
        except StillTalking as still:
            error = ("still_talking", {"talks": still.talks})
        return self._show(visit, error)

    def _change(self, visit: Visit) -> Response:
        role = _role(visit)
        if role is None:
            return self._show(visit)
        self._people.change(
            *(visit.operator, _operator(visit)),
            name=field(visit.form, "name"),
            role=role,
            is_active=field(visit.form, "is_active") != "no",
        )
        return self._done(visit, "changed")

    def _reset_password(self, visit: Visit) -> Response:
        operator = _operator(visit)
        password = self._people.reset_password(visit.operator, operator)
        return self._show_password(visit, operator, password)

    def _remove_second_factor(self, visit: Visit) -> Response:
        self._people.remove_second_factor(visit.operator, _operator(visit))
        return self._done(visit, "second_factor_removed")

    def _lift_lock(self, visit: Visit) -> Response:
        self._people.lift_lock(visit.operator, _operator(visit))
        return self._done(visit, "lock_lifted")

    def _done(self, visit: Visit, what: str) -> Response:
        return RedirectResponse(f"/people/{_operator(visit)}?done={what}", 303)

    def _show_password(self, visit: Visit, operator: str, password: str) -> Response:
        """Not after a redirect: this is the one time that it is known."""
        person = self._people.get(visit.operator, operator)
        return self._pages.render(
            *("person_password.html", visit.session),
            person=self._row(person),
            password=password,
        )

    def _row(self, person: Person) -> dict[str, Any]:
        until = person.locked_until
        days = self._helpdesk.catalog.wording.as_day_format()
        return {
            "operator": person.operator,
            "locked_until": None if until is None else days.time(until),
        }


def _operator(visit: Visit) -> str:
    return str(visit.request.path_params["operator"])


def _role(visit: Visit) -> Role | None:
    """None if it is no role, which no form of ours sends."""
    wanted = field(visit.form, "role")
    return next((each for each in Role if each.value == wanted), None)
