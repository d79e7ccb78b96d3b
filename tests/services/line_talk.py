"""What tests of the channel on LINE say, read and look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import inspect

from helpdesk.bootstrap import Helpdesk
from helpdesk.domain.handoff import Speaker
from helpdesk.domain.line_sending import CallState, Outcome
from helpdesk.domain.linking import LinkRole
from helpdesk.services.line_delivery import Call, MessagesIn, NotYet
from helpdesk.services.line_events import LineEvent
from helpdesk.services.sample_world import line_user_id
from helpdesk.services.turns import Answer, BotMessage, Turn
from tests.fakes import NOW

EITA, AIKO = line_user_id("eita"), line_user_id("aiko")
# Somebody who has never written.
NEW_USER = "U0123456789abcdef0123456789abcdef"


def event(
    kind: str,
    event_id: str,
    user: str | None = EITA,
    sent_at: datetime = NOW,
    *,
    since: datetime = NOW,
    reply_token: str | None = None,
    is_silent: bool = False,
    **detail: Any,
) -> LineEvent:
    """An event as the webhook hands it over; what is left over is LINE's own object."""
    return LineEvent(
        event_id=event_id,
        kind=kind,
        sent_at=sent_at,
        since=since,
        user_id=user,
        detail=detail,
        reply_token=reply_token,
        is_silent=is_silent,
    )


def text(event_id: str, words: Any = "こんにちは", **more: Any) -> LineEvent:
    """A typed message; LINE's id of it is `id of` the event's."""
    return event(
        "message", event_id, type="text", id=f"id of {event_id}", text=words, **more
    )


def content(event_id: str, kind: Any, **more: Any) -> LineEvent:
    """A message without text: an image, a sticker …"""
    return event("message", event_id, type=kind, id=f"id of {event_id}", **more)


def edit(event_id: str, of: str, words: Any, **more: Any) -> LineEvent:
    """The message of an earlier event, changed."""
    return event(
        "messageEdited", event_id, type="text", id=f"id of {of}", text=words, **more
    )


def unsend(event_id: str, of: str, **more: Any) -> LineEvent:
    """The message of an earlier event, taken back."""
    return event("unsend", event_id, messageId=f"id of {of}", **more)


def tap(event_id: str, data: Any, **more: Any) -> LineEvent:
    """A tapped button or tile."""
    return event("postback", event_id, data=data, **more)


def account_linked(
    nonce: Any, event_id: str = "e1", user: str | None = EITA, result: str = "ok"
) -> LineEvent:
    """What LINE says of a link; of a failure it does not say whose it was."""
    user = user if result == "ok" else None
    return event("accountLink", event_id, user, nonce=nonce, result=result)


def authenticated_page(
    helpdesk: Helpdesk, customer: str, role: LinkRole, subscription: str
) -> str:
    """The token of a page on which the customer has proved the subscription."""
    with helpdesk.database.writing() as unit:
        token = helpdesk.linking.offer_page(unit, customer, role)
    helpdesk.linking.open_page(token, role)
    helpdesk.linking.authenticate(token, role, subscription)
    return token


def begin_link(
    helpdesk: Helpdesk,
    customer: str = "eita",
    role: LinkRole = LinkRole.HOLDER,
    subscription: str = "eita.1",
    *,
    may_move: bool = False,
) -> str:
    """Take a customer through the page; the nonce that goes to LINE."""
    token = authenticated_page(helpdesk, customer, role, subscription)
    return helpdesk.account_link.begin(token, role, may_move=may_move)


def links(helpdesk: Helpdesk, customer: str = "eita") -> list[tuple[str, LinkRole]]:
    return [
        (link.subscription, link.role)
        for link, _ in helpdesk.linking.links_of(customer)
    ]


def accept(helpdesk: Helpdesk, *events: LineEvent) -> set[str]:
    """Store these events at once and sort all there are; whom to look after."""
    helpdesk.line_events.store(events)
    found: set[str] = set()
    while sorted_events := helpdesk.line_events.sort():
        found |= {customer for customer in sorted_events if customer is not None}
    return found


def next_turn(helpdesk: Helpdesk, customer: str = "eita") -> Turn:
    turn = helpdesk.conversations.next_turn(customer)
    assert turn is not None
    return turn


def answer(
    helpdesk: Helpdesk, *texts: str, customer: str = "eita", awaits: str | None = None
) -> None:
    """Let the bot answer the next turn."""
    messages = [BotMessage(each) for each in texts]
    helpdesk.conversations.answer(
        next_turn(helpdesk, customer), Answer(messages, awaits)
    )


def answered_in_order(helpdesk: Helpdesk, customer: str = "eita") -> list[str | None]:
    """What waits, in the order in which the bot answers it."""
    found = []
    while (turn := helpdesk.conversations.next_turn(customer)) is not None:
        found.append(turn.item.payload or turn.item.text)
        answer(helpdesk, customer=customer)
    return found


def offer_buttons(helpdesk: Helpdesk, *buttons: tuple[str, str]) -> list[str]:
    """Let the bot offer these buttons, by label and payload; their ids."""
    messages = [BotMessage("どうしますか", buttons)]
    helpdesk.conversations.answer(next_turn(helpdesk), Answer(messages, None))
    return [each.id for each in helpdesk.conversations.messages("eita")[-1].buttons]


def next_call(
    helpdesk: Helpdesk,
    customer: str = "eita",
    messages_in: MessagesIn = lambda _: 1,
    *,
    may_push: bool = True,
) -> Call:
    """The call to make now; there has to be one."""
    call = helpdesk.line_delivery.next_call(customer, messages_in, may_push=may_push)
    assert isinstance(call, Call)
    return call


def look(
    helpdesk: Helpdesk, customer: str = "eita", *, may_push: bool = True
) -> Call | NotYet | None:
    """What there is to send now, if anything."""
    return helpdesk.line_delivery.next_call(customer, lambda _: 1, may_push=may_push)


def judge(helpdesk: Helpdesk, call: Call, outcome: Outcome) -> CallState | None:
    """The state of the call after this; None if it was closed before."""
    verdict = helpdesk.line_delivery.judge(call, outcome)
    return None if verdict is None else verdict.state


def calls_in_turn(helpdesk: Helpdesk, messages_in: MessagesIn) -> list[Call]:
    """All calls, each of them accepted."""
    found = []
    next_one = helpdesk.line_delivery.next_call
    while isinstance(call := next_one("eita", messages_in, may_push=True), Call):
        judge(helpdesk, call, Outcome.ACCEPTED)
        found.append(call)
    return found


def words(call: Call) -> list[str]:
    """What a call says."""
    return [line.text for line in call.lines]


def say(
    helpdesk: Helpdesk, *texts: str, customer: str = "eita", author: str = "bot"
) -> list[int]:
    """Lines that nobody asked for; their ids."""
    with helpdesk.database.writing() as unit:
        return [
            unit.conversations.say(customer, author, each, helpdesk.clock())
            for each in texts
        ]


def said(helpdesk: Helpdesk, customer: str = "eita") -> list[tuple[str, str]]:
    """The transcript: authors and texts."""
    return [
        (line.author, line.text) for line in helpdesk.conversations.messages(customer)
    ]


def speaker(helpdesk: Helpdesk, customer: str = "eita") -> Speaker:
    return helpdesk.conversations.speaker(customer)


def dump(helpdesk: Helpdesk) -> str:
    """All rows of all tables, as the database keeps them."""
    engine = helpdesk.database.engine
    with engine.connect() as connection:
        return "\n".join(
            str(value)
            for table in inspect(engine).get_table_names()
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
            for value in row
        )


def ago(**amount: float) -> datetime:
    """So long before the hour at which tests begin."""
    return NOW - timedelta(**amount)
