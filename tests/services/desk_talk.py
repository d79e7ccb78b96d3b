"""What tests of the operators' desk say, read and look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any

from sqlalchemy import select, update

from helpdesk.bootstrap import Helpdesk
from helpdesk.bootstrap.rules import desk_rules
from helpdesk.domain.business_hours import BusinessHours, OpenSpan
from helpdesk.domain.handoff import HandoffRequest, RequestState, Speaker
from helpdesk.domain.staff import Operator, Role, Status
from helpdesk.services.desk import DeskService
from helpdesk.services.handoffs import HandoffService
from helpdesk.services.talks import TalkService
from helpdesk.storage import desk_tables, tables
from helpdesk.storage.database import Database

# What is said when op1 takes a talk; the sample's op1 is 佐藤, op2 鈴木.
JOINED = ("system", "オペレーターの佐藤が承ります。")
RESOLVED = "/EXTERNAL_handoff_resolved"
SOON = "順番が来ました。まもなくオペレーターがお返事します。"
WITH_LUNCH = [OpenSpan(time(10), time(12)), OpenSpan(time(13), time(19))]
LUNCH = BusinessHours(dict.fromkeys(range(7), WITH_LUNCH))


@dataclass(frozen=True)
class OtherDesk:
    """The desk's services by other rules or hours, on the same database."""

    handoffs: HandoffService
    talks: TalkService
    desk: DeskService


def other_desk(
    helpdesk: Helpdesk,
    hours: BusinessHours | None = None,
    database: Database | None = None,
    **rules: Any,
) -> OtherDesk:
    """`rules`: what differs from the catalog's."""
    store, clock, words = (
        database or helpdesk.database,
        helpdesk.clock,
        helpdesk.desk_words,
    )
    hours = hours or helpdesk.catalog.business_hours.as_business_hours()
    changed = replace(desk_rules(helpdesk.catalog), **rules)
    handoffs = HandoffService(store, hours, changed, clock)
    talks = TalkService(store, handoffs, changed, words, clock)
    desk = DeskService(store, handoffs, talks, hours, changed, words, clock)
    return OtherDesk(handoffs, talks, desk)


def by_hand(helpdesk: Helpdesk, **rules: Any) -> OtherDesk:
    """A desk where operators choose; nobody is given anything."""
    return other_desk(helpdesk, assigns=False, **rules)


def said(helpdesk: Helpdesk, customer: str = "eita") -> list[tuple[str, str]]:
    return [
        (each.author, each.text) for each in helpdesk.conversations.messages(customer)
    ]


def notices(helpdesk: Helpdesk, customer: str = "eita") -> list[str]:
    """What the desk has said."""
    return [text for author, text in said(helpdesk, customer) if author == "system"]


def speakers(helpdesk: Helpdesk, *customers: str) -> list[Speaker]:
    return [helpdesk.conversations.speaker(customer) for customer in customers]


def talk(helpdesk: Helpdesk, customer: str = "eita", operator: str = "op1") -> None:
    """Let the operator take the talk of a customer who asks for it."""
    helpdesk.handoffs.request(customer, "request")
    helpdesk.talks.claim(customer, operator)


def write(helpdesk: Helpdesk, customer: str, text: str, client_id: str) -> None:
    """Let the customer write to whoever has the word; no turn of the bot comes of it."""
    helpdesk.conversations.accept_text(customer, text, client_id)
    helpdesk.conversations.next_turn(customer)


def requests_of(helpdesk: Helpdesk, customer: str = "eita") -> list[HandoffRequest]:
    with helpdesk.database.reading() as unit:
        return unit.handoffs.of_customer(customer)


def request_of(helpdesk: Helpdesk, customer: str = "eita") -> HandoffRequest:
    """The customer's last request."""
    return requests_of(helpdesk, customer)[-1]


def queue(helpdesk: Helpdesk) -> list[tuple[str, int, int]]:
    """Who waits, at which place, and for how many minutes as it is told."""
    with helpdesk.database.reading() as unit:
        return [
            (request.customer, place.place, place.minutes)
            for request, place in helpdesk.handoffs.queue(unit)
        ]


def assigned(helpdesk: Helpdesk) -> dict[str, str | None]:
    """Whom each of those who wait was given to."""
    with helpdesk.database.reading() as unit:
        return {each.customer: each.assigned_to for each in unit.handoffs.waiting()}


def set_all(helpdesk: Helpdesk, status: Status) -> None:
    with helpdesk.database.engine.begin() as connection:
        connection.execute(update(desk_tables.operators).values(status=status.value))


def only(helpdesk: Helpdesk, *available: str) -> None:
    """Let these be available, and all others be away."""
    set_all(helpdesk, Status.AWAY)
    operators = desk_tables.operators
    with helpdesk.database.engine.begin() as connection:
        connection.execute(
            update(operators)
            .where(operators.c.id.in_(available))
            .values(status=Status.AVAILABLE.value)
        )


def wish(helpdesk: Helpdesk, customer: str, intent: str) -> None:
    """Let the bot have understood this wish of the customer."""
    with helpdesk.database.writing() as unit:
        at = helpdesk.clock()
        name = f"{customer}:{intent}:{at.isoformat()}"
        item = unit.inbox.accept(customer, name, "…", None, at)
        assert item is not None
        unit.inbox.finish(item, at)
        unit.meanings.note(item, intent, 0.9)


def operator(helpdesk: Helpdesk, key: str) -> Operator:
    with helpdesk.database.reading() as unit:
        found = unit.operators.get(key)
    assert found is not None
    return found


def add_operator(
    helpdesk: Helpdesk, key: str, status: Status = Status.AVAILABLE
) -> None:
    with helpdesk.database.writing() as unit:
        at = helpdesk.clock()
        unit.operators.add(Operator(key, key, Role.OPERATOR, status, at), None)


def add_customers(helpdesk: Helpdesk, count: int) -> list[str]:
    return [helpdesk.conversations.begin("web") for _ in range(count)]


def serve(
    helpdesk: Helpdesk, customer: str, begun: datetime, ended: datetime | None
) -> None:
    """Write a talk of the past, on which estimates are built, into the table."""
    with helpdesk.database.engine.begin() as connection:
        connection.execute(
            tables.handoff_requests.insert().values(
                customer=customer,
                kind="live",
                state=(
                    RequestState.CLAIMED if ended is None else RequestState.RESOLVED
                ).value,
                reason="request",
                requested_at=begun,
                operator="op1",
                claimed_at=begun,
                closed_at=ended,
                close_reason=None if ended is None else "resolved",
            )
        )


def everything(helpdesk: Helpdesk) -> str:
    """All that the database holds, to see whether anything changes."""
    with helpdesk.database.engine.connect() as connection:
        return "\n".join(
            str(connection.execute(select(table)).all())
            for table in tables.metadata.sorted_tables
        )
