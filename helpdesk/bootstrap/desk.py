"""The operators' desk, built: its parts share the hours and the rules."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk.bootstrap.rules import desk_rules, desk_words
from helpdesk.services.carrier import Carrier
from helpdesk.services.desk import DeskService
from helpdesk.services.desk_view import DeskViewService
from helpdesk.services.desk_words import DeskWords
from helpdesk.services.failed_tries import FailedTryCounter
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.ports import Clock
from helpdesk.services.surveys import SurveyService
from helpdesk.services.talks import TalkService
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.database import Database


@dataclass(frozen=True)
class DeskParts:
    """The parts of the desk; `itself` is what it does without being asked."""

    words: DeskWords
    handoffs: HandoffService
    talks: TalkService
    surveys: SurveyService
    itself: DeskService
    view: DeskViewService


def build_desk(
    database: Database,
    catalog: Catalog,
    tries: FailedTryCounter,
    carrier: Carrier,
    clock: Clock,
) -> DeskParts:
    """The parts, on one set of rules."""
    hours = catalog.business_hours.as_business_hours()
    rules, words = desk_rules(catalog), desk_words(catalog)
    handoffs = HandoffService(database, hours, rules, clock)
    talks = TalkService(database, handoffs, rules, words, clock)
    return DeskParts(
        words,
        handoffs,
        talks,
        SurveyService(database, rules.survey_pause, clock),
        DeskService(database, handoffs, talks, hours, rules, words, clock),
        DeskViewService(database, handoffs, tries, carrier, clock),
    )
