"""The reports: a page with tables and charts, a CSV file, and the figures as JSON."""

from __future__ import annotations

import csv
import io
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.reports import Grouping
from helpdesk.domain.staff import Permission
from helpdesk.services.reports import BadPeriod, PeriodReport
from helpdesk.web.report_charts import CHARTS, Charts
from helpdesk.web.report_tables import (
    TABLES,
    Names,
    columns_of,
    csv_rows,
    rows_worth_showing,
)
from helpdesk.web.staff_pages import StaffPages, Visit

# Excel takes a CSV file for UTF-8 by its first bytes only.
_BYTE_ORDER_MARK = "\ufeff"
_CHART_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_PERIODS = ("today", "yesterday", "week", "month", "days")
# So many pages' reports are kept for the charts that they ask for.
_KEPT = 32


@dataclass(frozen=True)
class Wanted:
    """Whole days of Japan, both included; `period` names how they were chosen."""

    period: str
    first: date
    last: date
    grouping: Grouping

    def query(self, **changed: str) -> str:
        """An address with these days, whatever the day is when it is opened."""
        fixed = {
            "period": self.period,
            "from": self.first.isoformat(),
            "to": self.last.isoformat(),
            "group": self.grouping.value,
        }
        return urlencode(fixed | changed)


def wanted(query: Mapping[str, str], today: date) -> Wanted:
    """What the address asks for. Raises BadPeriod.

    Days that are given win over the period's name: a page's links keep its days.
    """
    period = query.get("period", "today")
    try:
        first, last = _days(query, period, today)
        default = Grouping.HALF_HOUR if first == last else Grouping.DAY
        grouping = Grouping(query.get("group") or default)
    except ValueError as error:
        raise BadPeriod from error
    return Wanted(period, first, last, grouping)


def _days(query: Mapping[str, str], period: str, today: date) -> tuple[date, date]:
    if query.get("from") or query.get("to") or period == "days":
        first = date.fromisoformat(query.get("from") or query.get("to", ""))
        return first, date.fromisoformat(query.get("to") or first.isoformat())
    days = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "week": (today - timedelta(days=6), today),
        "month": (today.replace(day=1), today),
    }
    if period not in days:
        raise BadPeriod
    return days[period]


class ReportPages:
    """Supervisors look at what the bot and the desk have done."""

    def __init__(self, helpdesk: Helpdesk, pages: StaffPages) -> None:
        self._helpdesk = helpdesk
        self._pages = pages
        self._names = Names(helpdesk)
        self._charts = Charts(helpdesk)
        # The page's charts show what its tables show: the same report, read once.
        self._shown: OrderedDict[str, PeriodReport] = OrderedDict()

    def routes(self) -> list[Route]:
        guarded, may = self._pages.guarded, Permission.SEE_REPORTS
        return [
            Route("/reports", guarded(self.page, may)),
            Route("/reports/chart/{name}.svg", guarded(self.chart, may)),
            Route("/reports.csv", guarded(self.file, may)),
            Route("/api/reports", guarded(self.figures, may)),
        ]

    async def page(self, visit: Visit) -> Response:
        """Tables, and charts above them."""
        today = self._helpdesk.reports.today()
        is_wrong = False
        try:
            asked = wanted(visit.request.query_params, today)
            found = await self._read(asked)
        except BadPeriod:
            is_wrong = True
            asked = Wanted("today", today, today, Grouping.HALF_HOUR)
            found = await self._read(asked)
        rows = rows_worth_showing(found)
        return self._pages.render(
            "reports.html",
            visit.session,
            400 if is_wrong else 200,
            asked=asked,
            is_wrong=is_wrong,
            periods=_PERIODS[:-1],
            groupings=list(Grouping),
            words=self._helpdesk.catalog.reports,
            tables=TABLES[asked.grouping],
            rows=[(self._names.row(found, row), row.figures) for row in rows],
            total=found.report.total,
            charts=CHARTS[asked.grouping],
            view=self._keep(found),
            days=self._helpdesk.catalog.wording.as_day_format(),
            made_at=self._helpdesk.clock(),
        )

    async def chart(self, visit: Visit) -> Response:
        """One chart of the report that a page shows; drawn anew if it is gone."""
        query = visit.request.query_params
        found = self._shown.get(query.get("view", ""))
        if found is None:
            try:
                asked = wanted(query, self._helpdesk.reports.today())
                found = await self._read(asked)
            except BadPeriod:
                return _bad_period()
        try:
            name = visit.request.path_params["name"]
            image = await run_in_threadpool(self._charts.draw, name, found)
        except KeyError:
            return JSONResponse({"error": "chart"}, 404)
        headers = {"content-security-policy": _CHART_POLICY}
        return Response(image, media_type="image/svg+xml", headers=headers)

    async def file(self, visit: Visit) -> Response:
        """The figures for a spreadsheet."""
        try:
            asked = wanted(visit.request.query_params, self._helpdesk.reports.today())
            found = await self._read(asked)
        except BadPeriod:
            return _bad_period()
        text = io.StringIO(newline="")
        rows = csv_rows(found, self._names)
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        name = f"reports-{asked.first}-{asked.last}-{asked.grouping.value}.csv"
        return Response(
            (_BYTE_ORDER_MARK + text.getvalue()).encode(),
            media_type="text/csv; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    async def figures(self, visit: Visit) -> Response:
        """The figures for programs: shares from 0 to 1, durations in seconds."""
        try:
            asked = wanted(visit.request.query_params, self._helpdesk.reports.today())
            found = await self._read(asked)
        except BadPeriod:
            return _bad_period()
        return JSONResponse(self._as_json(found))

    def _as_json(self, found: PeriodReport) -> dict[str, Any]:
        columns = columns_of(found.grouping)
        report = found.report
        return {
            "from": found.first.isoformat(),
            "to": found.last.isoformat(),
            "group": found.grouping.value,
            "rows": [
                {
                    "key": row.key,
                    "name": self._names.plain(found, row),
                    "figures": {each.key: each.value(row.figures) for each in columns},
                }
                for row in report.rows
            ],
            "total": {each.key: each.value(report.total) for each in columns},
        }

    async def _read(self, asked: Wanted) -> PeriodReport:
        read = self._helpdesk.reports.of_days
        return await run_in_threadpool(read, asked.first, asked.last, asked.grouping)

    def _keep(self, found: PeriodReport) -> str:
        view = secrets.token_urlsafe(12)
        self._shown[view] = found
        while len(self._shown) > _KEPT:
            self._shown.popitem(last=False)
        return view


def _bad_period() -> Response:
    return JSONResponse({"error": "period"}, 400)
