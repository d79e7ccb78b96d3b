"""The catalog of the reports: data/catalog/reports.yml."""

from __future__ import annotations

from pydantic import Field

from helpdesk.domain.reports import Grouping
from helpdesk.storage.strict import Strict


class ReportCatalog(Strict):
    """The words of the reports; what the keys stand for is in web/report_tables.py."""

    longest_days: int = Field(ge=31, le=366)
    page_size: int = Field(ge=1)
    tables: dict[str, str]
    rows: dict[Grouping, str]
    total: str
    half_hour: str
    no_intent: str
    no_operator: str
    with_unit: str
    units: dict[str, str]
    columns: dict[str, str]
    charts: dict[str, str]
    solved_otherwise: str
    no_data: str
    intents: dict[str, str]
