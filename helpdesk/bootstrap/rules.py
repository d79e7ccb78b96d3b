"""The catalog's numbers and words, as the services take them."""

from __future__ import annotations

from datetime import datetime, timedelta

from helpdesk.domain.data_balance import DataBalance
from helpdesk.domain.eligibility import OrderPlace
from helpdesk.domain.messages import folded
from helpdesk.domain.queue import QueueRule
from helpdesk.services.conversation_rules import ConversationRules
from helpdesk.services.desk_ports import DeskRules
from helpdesk.services.desk_words import DeskWords
from helpdesk.services.line_events import LineMeanings
from helpdesk.services.sample_world import (
    SampleContract,
    SampleOperator,
    SampleWorld,
)
from helpdesk.storage.catalog import Catalog
from helpdesk.storage.catalog import SampleWorld as CatalogWorld


def conversation_rules(catalog: Catalog) -> ConversationRules:
    """What the catalog says of conversations."""
    wishes, words, items = catalog.wishes, catalog.wording, catalog.line.menu.items
    days = words.as_day_format()

    def late_words(since: datetime) -> str:
        return words.late.format(moment=days.moment(since))

    return ConversationRules(
        starters={wish: wishes.labels[wish] for wish in wishes.starters},
        typed={
            folded(text): f"/{item.wish}"
            for item in items.values()
            for text in item.typed
        },
        button_life=timedelta(days=catalog.policies.button_days),
        late_after=timedelta(minutes=catalog.policies.late_minutes),
        late_words=late_words,
        news=catalog.desk.says.news,
    )


def desk_rules(catalog: Catalog) -> DeskRules:
    """What the catalog says of the operators' desk."""
    queue, survey = catalog.desk.queue, catalog.desk.survey
    return DeskRules(
        needs_link=queue.operators_for == "linked",
        assigns=queue.assignment == "automatic",
        talks_per_operator=queue.talks_per_operator,
        waiting_per_operator=queue.waiting_per_operator,
        order=QueueRule(
            queue.live,
            queue.messages,
            timedelta(minutes=queue.question_patience_minutes),
        ),
        troubles=frozenset(catalog.desk.troubles),
        served=queue.served,
        handling=timedelta(minutes=queue.handling_minutes),
        tell_again=timedelta(seconds=queue.tell_again_seconds),
        take_within=timedelta(seconds=queue.take_within_seconds),
        alert_after=timedelta(minutes=queue.alert_minutes),
        warn_idle_after=timedelta(minutes=queue.warn_idle_minutes),
        close_idle_after=timedelta(minutes=queue.close_idle_minutes),
        survey_pause=timedelta(days=survey.pause_days),
    )


def desk_words(catalog: Catalog) -> DeskWords:
    """What the desk says, with the catalog's way to write days."""
    says = catalog.desk.says
    return DeskWords(
        soon=says.soon,
        about=says.about,
        place=says.place,
        place_soon=says.place_soon,
        joined_pattern=says.joined,
        passed_pattern=says.passed,
        released=says.released,
        warn_idle=says.warn_idle,
        closed_idle=says.closed_idle,
        desk_closed=says.desk_closed,
        days=catalog.wording.as_day_format(),
    )


def line_meanings(catalog: Catalog) -> LineMeanings:
    """What the catalog says of taps, stickers and contents on LINE."""
    line = catalog.line
    return LineMeanings(
        menu={
            key: (f"/{item.wish}", item.label) for key, item in line.menu.items.items()
        },
        stickers=line.stickers,
        shown=line.contents.model_dump(),
    )


def sample_world(world: CatalogWorld) -> SampleWorld:
    """The catalog's sample people as the service takes them."""
    contracts = [
        SampleContract(
            person=person,
            number=number,
            **each.model_dump(exclude={"place", "data"}),
            place=OrderPlace(each.place),
            data=DataBalance(**each.data.model_dump()),
        )
        for person, entry in world.people.items()
        for number, each in enumerate(entry.subscriptions, start=1)
    ]
    operators = [
        SampleOperator(key, **operator.model_dump())
        for key, operator in world.operators.items()
    ]
    return SampleWorld(list(world.people), contracts, operators)
