"""LINE's webhook bodies: signatures, every kind of event, and what is none.

The files in payloads/ follow LINE's reference ("Webhook event objects").
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from linebot.v3.webhook import WebhookParser
from linebot.v3.webhooks import Event

from helpdesk.gateway.line_payloads import Unparsable, encodable, is_signed, parse
from helpdesk.services.line_events import LineEvent
from tests.fakes import NOW
from tests.line_platform import signature

PAYLOADS = Path(__file__).parent / "payloads"
# LINE's own example of a signature ("Verify webhook signature").
SECRET = "8c570fa6dd201bb328f1c1eac23a96d8"
EMPTY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="

BOT = "U8e742f61d673b39c7fff3cecb7536ef0"
AIKO = "U4af4980629e54a2bb1d6e1a3c9d17f01"
EITA = "U91eeaf62d91c4a0f8b6b5a5f3f1f2c02"
SAORI = "Ubbd4f124aee5113d8e1b6a7c5d4e3f03"
GROUP = ("group", "Ca56f94637cc4347f90a25382909b24b9")
ROOM = ("room", "Ra8dbf4673c4c812cd491258042226c99")
EVENT_ID = "01FZ74A0TDDPYRVKNK77XKC3ZR"
TOKEN = "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA"
SENT_AT = datetime.fromtimestamp(1462629479, UTC)
NONCE = "X8rT0pQe5Zk1vYwB3nM7uHcJ2dLsA9fGiKo4tR6xVqE"

DEEP = 100_000


def payload(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


def details_of(body: bytes, key: str) -> list[Any]:
    """What each event of a body holds under this key."""
    return [event.get(key) for event in json.loads(body)["events"]]


def an_event(**changes: Any) -> dict[str, Any]:
    """A text of a user as LINE delivers it, changed."""
    event: dict[str, Any] = json.loads(payload("text"))["events"][0]
    return event | changes


def body_of(*events: Any, **more: Any) -> bytes:
    return json.dumps({"destination": BOT, "events": list(events)} | more).encode()


def read(body: bytes) -> list[LineEvent]:
    """The events as if read at NOW, their moments to the second.

    `parse` looks at the real clock a little after we did.
    """
    now = datetime.now(UTC)
    return [
        replace(
            event,
            sent_at=event.sent_at.replace(microsecond=0),
            since=NOW if event.since == now else event.since,
        )
        for event in parse(body, now).events
    ]


def active(kind: str, detail: Any, **more: Any) -> LineEvent:
    """What becomes of an event of the files, most of which are alike."""
    usual = {"user_id": AIKO, "reply_token": TOKEN}
    return LineEvent(EVENT_ID, kind, SENT_AT, NOW, detail=detail, **(usual | more))


# --- Signatures -----------------------------------------------------------------------


def test_signature_of_lines_own_example_is_believed():
    assert is_signed(EMPTY, SIGNATURE, [SECRET]) is True


@pytest.mark.parametrize(
    ("body", "given", "secrets"),
    [
        pytest.param(EMPTY + b" ", SIGNATURE, [SECRET], id="a byte more"),
        pytest.param(EMPTY[:-1], SIGNATURE, [SECRET], id="a byte less"),
        pytest.param(EMPTY.replace(b":", b": "), SIGNATURE, [SECRET], id="laid out"),
        pytest.param(EMPTY, SIGNATURE[:-1], [SECRET], id="cut signature"),
        pytest.param(EMPTY, SIGNATURE.lower(), [SECRET], id="another case"),
        pytest.param(EMPTY, f" {SIGNATURE}", [SECRET], id="a space before it"),
        pytest.param(EMPTY, "", [SECRET], id="no signature"),
        pytest.param(EMPTY, "é署名", [SECRET], id="not ASCII"),
        pytest.param(EMPTY, SIGNATURE, ["another"], id="another secret"),
        pytest.param(EMPTY, SIGNATURE, [], id="no secret"),
        pytest.param(EMPTY, signature("", EMPTY), [], id="signed with nothing"),
    ],
)
def test_signature_that_is_not_ours_is_not_believed(
    body: bytes, given: str, secrets: list[str]
):
    assert is_signed(body, given, secrets) is False


@pytest.mark.parametrize("by", ["old secret", "new secret"])
def test_each_of_two_secrets_is_believed_while_one_rotates(by: str):
    body = payload("text")

    assert is_signed(body, signature(by, body), ["old secret", "new secret"]) is True


# --- Every kind of event --------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(PAYLOADS.glob("*.json")), ids=lambda f: f.stem)
def test_files_are_what_lines_own_sdk_reads(file: Path):
    body = file.read_text()
    parser = WebhookParser(SECRET)

    events = parser.parse(body, signature(SECRET, body.encode()))

    wanted = json.loads(body)["events"]
    assert [type(event) is not Event for event in events] == [True] * len(wanted)
    assert [event.to_dict() for event in events] == wanted


@pytest.mark.parametrize(
    ("name", "kind", "key"),
    [
        pytest.param("text", "message", "message", id="text"),
        pytest.param("sticker", "message", "message", id="sticker"),
        pytest.param("sticker_with_text", "message", "message", id="message sticker"),
        pytest.param("image", "message", "message", id="image"),
        pytest.param("video", "message", "message", id="video"),
        pytest.param("audio", "message", "message", id="audio"),
        pytest.param("file", "message", "message", id="file"),
        pytest.param("location", "message", "message", id="location"),
        pytest.param("postback", "postback", "postback", id="postback"),
        pytest.param("postback_with_a_date", "postback", "postback", id="date"),
        pytest.param("postback_of_a_menu_switch", "postback", "postback", id="switch"),
        pytest.param("follow", "follow", "follow", id="follow"),
        pytest.param("account_link", "accountLink", "link", id="account link"),
        pytest.param("beacon", "beacon", "beacon", id="beacon"),
        pytest.param(
            "video_play_complete", "videoPlayComplete", "videoPlayComplete", id="viewed"
        ),
        pytest.param("membership", "membership", "membership", id="membership"),
    ],
)
def test_event_of_a_user_is_read_whole(name: str, kind: str, key: str):
    body = payload(name)

    assert read(body) == [active(kind, details_of(body, key)[0])]


def test_failed_link_is_read_without_a_user():
    detail = {"result": "failed", "nonce": NONCE}

    assert read(payload("account_link_failed")) == [
        active("accountLink", detail, user_id=None, reply_token=None)
    ]


def test_unsend_is_read_without_a_token():
    assert read(payload("unsend")) == [
        active("unsend", {"messageId": "325708"}, reply_token=None)
    ]


@pytest.mark.parametrize(
    ("name", "kind", "user_id", "token"),
    [
        pytest.param("unfollow", "unfollow", AIKO, None, id="unfollow"),
        pytest.param("join", "join", None, TOKEN, id="join"),
        pytest.param("leave", "leave", None, None, id="leave"),
        pytest.param("member_joined", "memberJoined", None, TOKEN, id="member"),
        pytest.param("member_left", "memberLeft", None, None, id="member gone"),
    ],
)
def test_event_without_an_object_of_its_own_is_its_detail(
    name: str, kind: str, user_id: str | None, token: str | None
):
    whole = json.loads(payload(name))["events"][0]

    assert read(payload(name)) == [
        active(kind, whole, user_id=user_id, reply_token=token)
    ]


def test_message_in_a_group_is_nobodys():
    events = read(payload("group_text")) + read(payload("room_text"))

    assert [(event.kind, event.user_id) for event in events] == [
        ("message", None),
        ("message", None),
    ]


def test_edited_message_is_read_like_a_message():
    body = payload("edited")

    assert read(body) == [
        active("messageEdited", details_of(body, "message")[0], user_id=None)
    ]


def test_standby_is_silent():
    body = payload("standby")

    assert read(body) == [
        active(
            "message",
            details_of(body, "message")[0],
            reply_token=None,
            is_silent=True,
        )
    ]


def test_customer_waits_since_the_message_only_if_it_was_redelivered():
    first, again = read(payload("text")), read(payload("redelivered"))

    waits = [event.since.replace(microsecond=0) for event in first + again]
    assert waits == [NOW, SENT_AT]


def test_redelivery_from_the_future_counts_as_now():
    later = round((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
    raw = an_event(timestamp=later, deliveryContext={"isRedelivery": True})

    (event,) = parse(body_of(raw), NOW).events

    assert event.since == NOW


def test_events_of_several_users_keep_their_order_moment_and_token():
    events = parse(payload("several_users"), datetime.now(UTC)).events

    steps = [event.sent_at - events[0].sent_at for event in events]
    assert steps == [timedelta(milliseconds=each) for each in (0, 3, 4)]
    assert [(event.user_id, event.kind, event.reply_token) for event in events] == [
        (AIKO, "message", "757913772c4646b784d4b7ce46d12671"),
        (EITA, "follow", "bb173f4d9cf64aed9d408ab4e36339ad"),
        (SAORI, "unfollow", None),
    ]


def test_destination_is_read_and_a_check_has_no_events():
    webhook = parse(payload("connection_check"), NOW)

    assert (webhook.destination, webhook.events, webhook.chats) == (BOT, [], [])


@pytest.mark.parametrize(
    ("name", "chats"),
    [
        pytest.param("join", [GROUP], id="joined"),
        pytest.param("member_joined", [GROUP], id="somebody joined"),
        pytest.param("member_left", [GROUP], id="somebody left"),
        pytest.param("group_text", [GROUP], id="text in a group"),
        pytest.param("edited", [GROUP], id="changed in a group"),
        pytest.param("room_text", [ROOM], id="text in a room"),
        pytest.param("leave", [], id="left already"),
        pytest.param("text", [], id="one to one"),
        pytest.param("account_link_failed", [], id="no source"),
    ],
)
def test_groups_and_rooms_are_named_to_leave_them(
    name: str, chats: list[tuple[str, str]]
):
    assert parse(payload(name), NOW).chats == chats


def test_group_of_another_module_is_not_left():
    body = payload("group_text").replace(b'"active"', b'"standby"')

    assert parse(body, NOW).chats == []


@pytest.mark.parametrize("own", [None, 1, "text", [1], {}], ids=repr)
def test_event_of_an_unknown_kind_keeps_all_that_it_says(own: object):
    raw = an_event(type="somethingNew", somethingNew=own, more=["新しい"])

    (event,) = parse(body_of(raw), NOW).events

    assert (event.kind, event.detail) == ("somethingNew", raw)


def test_kind_is_cut_to_what_can_be_stored():
    (event,) = parse(body_of(an_event(type="x" * 100)), NOW).events

    assert event.kind == "x" * 32


# --- Moments --------------------------------------------------------------------------


def test_moment_is_as_long_ago_on_our_clock_as_on_lines():
    sent = round((datetime.now(UTC) - timedelta(hours=2)).timestamp() * 1000)

    (event,) = parse(body_of(an_event(timestamp=sent)), NOW).events

    assert abs(event.sent_at - (NOW - timedelta(hours=2))) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "timestamp",
    [
        pytest.param("1462629479859", id="text"),
        pytest.param(1e30, id="1e30"),
        pytest.param(10**30, id="many digits"),
        pytest.param(-(10**30), id="many digits, negative"),
        pytest.param(float("nan"), id="NaN"),
        pytest.param(float("inf"), id="infinity"),
        pytest.param(1462629479859.5, id="half a millisecond"),
        pytest.param(None, id="null"),
        pytest.param([], id="list"),
    ],
)
def test_timestamp_that_is_none_counts_as_now(timestamp: object):
    (event,) = parse(body_of(an_event(timestamp=timestamp)), NOW).events

    assert event.sent_at == NOW


@pytest.mark.parametrize("timestamp", [-1, 0, True], ids=repr)
def test_timestamp_of_long_ago_is_kept(timestamp: int):
    (event,) = parse(body_of(an_event(timestamp=timestamp)), datetime.now(UTC)).events

    began = datetime.fromtimestamp(0, UTC)
    assert abs(event.sent_at - began) < timedelta(seconds=1)


# --- What is no event, or no webhook --------------------------------------------------


@pytest.mark.parametrize(
    "event_id",
    [
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
        pytest.param(17, id="number"),
        pytest.param(["01FZ74A0TDDPYRVKNK77XKC3ZR"], id="list"),
        pytest.param({}, id="object"),
        pytest.param("a" * 65, id="too long to be stored"),
        pytest.param("01FZ 4A0", id="with a space"),
        pytest.param("01FZ\n", id="with a new line"),
        pytest.param("イベント", id="not ASCII"),
    ],
)
def test_event_without_a_usable_id_is_passed_over(event_id: object):
    body = body_of(an_event(webhookEventId=event_id), an_event())

    assert [event.event_id for event in parse(body, NOW).events] == [EVENT_ID]


@pytest.mark.parametrize("none", [None, 1, "event", [], True], ids=repr)
def test_what_is_no_event_is_passed_over(none: object):
    assert len(parse(body_of(none, an_event()), NOW).events) == 1


@pytest.mark.parametrize("value", [None, 1, 1.5, True, "text", [], {}, [{}]], ids=repr)
@pytest.mark.parametrize(
    "key",
    [
        *("type", "mode", "timestamp", "source", "deliveryContext", "replyToken"),
        *("message", "somethingNew"),
    ],
)
def test_field_of_another_type_stops_nothing(key: str, value: object):
    body = body_of(an_event(**{key: value}), an_event(webhookEventId="second"))

    events = parse(body, NOW).events

    assert [event.event_id for event in events] == [EVENT_ID, "second"]


@pytest.mark.parametrize(
    ("source", "user_id"),
    [
        pytest.param({"type": "user", "userId": AIKO}, AIKO, id="user"),
        pytest.param({"type": "user"}, None, id="user without an id"),
        pytest.param({"type": "user", "userId": ""}, None, id="empty id"),
        pytest.param({"type": "user", "userId": 7}, None, id="number"),
        pytest.param({"userId": AIKO}, None, id="no type"),
        pytest.param({"type": "openchat", "userId": AIKO}, None, id="unknown type"),
        pytest.param({"type": ["user"], "userId": AIKO}, None, id="list as a type"),
        pytest.param({"type": "group", "groupId": 7}, None, id="group without an id"),
    ],
)
def test_customer_is_only_who_writes_one_to_one(
    source: dict[str, Any], user_id: str | None
):
    webhook = parse(body_of(an_event(source=source)), NOW)

    assert ([event.user_id for event in webhook.events], webhook.chats) == (
        [user_id],
        [],
    )


@pytest.mark.parametrize("mode", ["standby", "somethingNew", 1, None], ids=repr)
def test_any_mode_but_active_is_silent(mode: object):
    (event,) = parse(body_of(an_event(mode=mode)), NOW).events

    assert event.is_silent is True


def test_event_without_a_mode_is_active():
    raw = an_event()
    del raw["mode"]

    (event,) = parse(body_of(raw), NOW).events

    assert event.is_silent is False


@pytest.mark.parametrize("again", [None, "true", 1, {}], ids=repr)
def test_only_true_is_a_redelivery(again: object):
    body = body_of(an_event(timestamp=0, deliveryContext={"isRedelivery": again}))

    assert [event.since for event in parse(body, NOW).events] == [NOW]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b"\xff\xfe\x00", id="no UTF-8"),
        pytest.param(b'"events"', id="text"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"7", id="number"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no events"),
        pytest.param(b'{"events":null}', id="events null"),
        pytest.param(b'{"events":{"0":{}}}', id="events an object"),
        pytest.param(b'{"events":"[]"}', id="events a text"),
        pytest.param(b'{"events":[]', id="cut off"),
        pytest.param(b"[" * DEEP + b"]" * DEEP, id="lists within lists"),
        pytest.param(b'{"events":' * DEEP + b"[]" + b"}" * DEEP, id="deep objects"),
        pytest.param(b'{"events":[' + b"9" * 5000 + b"]}", id="a number too long"),
    ],
)
def test_body_that_is_no_webhook_is_unparsable(body: bytes):
    with pytest.raises(Unparsable):
        parse(body, NOW)


def test_event_is_read_up_to_the_depth_at_which_the_body_is_refused():
    read_at, refused_at = [], []
    for depth in range(900, 1001):
        deep = b'{"a":' * depth + b"1" + b"}" * depth
        body = body_of(an_event(more="DEEP")).replace(b'"DEEP"', deep)
        try:
            read_at.append((depth, len(parse(body, NOW).events)))
        except Unparsable:
            refused_at.append(depth)

    assert read_at == [(depth, 1) for depth in range(900, 900 + len(read_at))]
    assert refused_at == list(range(900 + len(read_at), 1001))


# --- What databases refuse ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("こんにちは", "こんにちは", id="plain"),
        pytest.param("👨‍👩‍👧𩸽", "👨‍👩‍👧𩸽", id="beyond 16 bits"),
        pytest.param("は\ud83dい", "はい", id="half an emoji"),
        pytest.param("は\x00い", "はい", id="NUL"),
        pytest.param("\udfff\x00", "", id="nothing left"),
    ],
)
def test_text_is_kept_without_what_databases_refuse(text: str, kept: str):
    assert encodable(text) == kept


def test_message_is_read_without_what_databases_refuse():
    message = {"id": "3\x00257", "type": "text", "text": "は\ud83dい\x00"}

    (event,) = parse(body_of(an_event(message=message)), NOW).events

    assert event.detail == {"id": "3257", "type": "text", "text": "はい"}


def test_envelope_is_read_without_what_databases_refuse():
    source = {"type": "user", "userId": f"{AIKO}\x00"}
    body = body_of(
        an_event(type="mess\ud83dage", replyToken=f"\udc00{TOKEN}", source=source)
    )

    (event,) = parse(body, NOW).events

    assert (event.kind, event.reply_token, event.user_id) == ("message", TOKEN, AIKO)


@pytest.mark.parametrize("none", ["\ud83d", "\x00", ""], ids=repr)
def test_text_of_which_nothing_is_left_is_none(none: str):
    source = {"type": "user", "userId": none}
    body = body_of(an_event(type=none, replyToken=none, source=source))

    (event,) = parse(body, NOW).events

    assert (event.kind, event.reply_token, event.user_id) == ("unknown", None, None)
