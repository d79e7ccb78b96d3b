"""Joins the reports and the teaching with the catalog."""

from __future__ import annotations

from helpdesk.services.handoffs import NO_WISHES
from helpdesk.services.lessons import LessonService
from helpdesk.services.ports import Clock
from helpdesk.services.reports import ReportService
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.database import Database
from helpdesk.storage.lessons import training_data


def report_service(database: Database, catalog: Catalog, clock: Clock) -> ReportService:
    """Customers come for the wishes of the catalog."""
    wishes = set(catalog.wishes.labels) - set(NO_WISHES)
    return ReportService(database, wishes, catalog.reports.longest_days, clock)


def lesson_service(database: Database, catalog: Catalog, clock: Clock) -> LessonService:
    """Whatever has a name may be taught, except that nothing was understood."""
    named = [*catalog.wishes.labels, *catalog.reports.intents]
    intents = [each for each in named if each != "nlu_fallback"]
    masked = catalog.wording.masked
    return LessonService(database, intents, masked, training_data, clock)
