"""The fake LINE platform: what the product is told, in which order, how often."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.line.conftest import SECRET, Webhook
from tests.line_platform import LinePlatform, signature
from tests.line_platform.delivery import Pace
from tests.line_platform.happening import Impossible


def texts(webhook: Webhook) -> list[str]:
    return [event["message"]["text"] for event in webhook.events]


def test_signature_is_that_of_lines_documentation():
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'

    assert signature(SECRET, body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_webhook_is_signed_over_its_raw_body(line, webhook, aiko):
    line.deliver(aiko, "ｶﾞｷﾞ 😀")

    (request,) = webhook.requests

    assert request.headers["x-line-signature"] == signature(SECRET, request.content)
    assert "ｶﾞｷﾞ 😀".encode() in request.content
    assert webhook.bodies[0]["destination"] == line.bot_user_id


def test_text_event_has_all_that_lines_have(line, webhook, aiko, line_clock):
    sent = line.deliver(aiko, "もしもし")

    event = webhook.last
    message = event.pop("message")
    assert re.fullmatch("[0-9a-f]{32}", event.pop("replyToken"))
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{26}", event["webhookEventId"])
    assert event == {
        "type": "message",
        "mode": "active",
        "timestamp": round(line_clock().timestamp() * 1000),
        "webhookEventId": sent.event_id,
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": aiko},
    }
    assert message.keys() == {"id", "type", "quoteToken", "markAsReadToken", "text"}
    assert (message["id"], message["text"]) == (sent.message_id, "もしもし")


def test_untaken_event_comes_again_before_the_next(line, webhook, aiko):
    webhook.statuses = [500, 500]

    line.say(aiko, "一")
    line.say(aiko, "二")
    line.settle()

    first, again, last, following = webhook.events
    assert texts(webhook) == ["一", "一", "一", "二"]
    assert [each["deliveryContext"]["isRedelivery"] for each in webhook.events] == [
        *(False, True, True, False)
    ]
    for each in (again, last):
        assert each | {"deliveryContext": None} == first | {"deliveryContext": None}
    assert following["webhookEventId"] != first["webhookEventId"]
    assert [each.status for each in line.deliveries] == [500, 500, 200, 200]


def test_event_is_given_up_after_the_last_try(line, webhook, aiko):
    line.pace = Pace(pause=0.001, tries=2)
    webhook.statuses = [500, 500]

    sent = line.deliver(aiko, "もしもし")

    assert len(webhook.requests) == 2
    assert line.lost == [sent.event_id]


def test_product_that_is_not_there_is_tried_again(line, aiko):
    line.webhook_url = None

    line.say(aiko, "もしもし")
    line.wait_for(lambda: len(line.deliveries) > 1)
    line.webhook_url = "http://product.test/line/webhook"
    line.settle()

    assert [each.status for each in line.deliveries][:1] == [None]
    assert line.deliveries[-1].status == 200


def test_untaken_event_holds_up_nobody_else(line, webhook, aiko):
    line.pace.pause = line.pace.longest_pause = 60
    webhook.statuses = [500]
    eita = line.add_user("エイタ")

    stuck = line.say(aiko, "一")
    line.wait_for(lambda: line.deliveries)
    line.say(eita, "二")

    line.wait_for(lambda: texts(webhook) == ["一", "二"])
    assert line.pending_deliveries() == [stuck.event_id]


def test_disorder_lets_later_events_overtake(line, webhook, aiko):
    line.pace = Pace(pause=0.02, disorder=True, jitter=0)
    webhook.statuses = [500]

    line.say(aiko, "一")
    line.wait_for(lambda: line.deliveries)
    line.say(aiko, "二")
    line.settle()

    assert texts(webhook) == ["一", "二", "一"]


def test_delivered_event_can_come_again(line, webhook, aiko):
    sent = line.deliver(aiko, "もしもし")

    line.redeliver(sent.event_id, times=2)
    line.settle()

    assert {event["webhookEventId"] for event in webhook.events} == {sent.event_id}
    again = [event["deliveryContext"]["isRedelivery"] for event in webhook.events]
    assert again == [False, True, True]


def test_everything_can_come_again(line, webhook, aiko):
    line.say(aiko, "一")
    line.deliver(aiko, "二")

    line.redeliver_all(3, shuffle=True)
    line.settle()

    assert sorted(texts(webhook)) == ["一"] * 4 + ["二"] * 4


def test_batch_is_one_webhook_for_several_users(line, webhook, aiko):
    eita = line.add_user("エイタ")
    hello = {"type": "text", "text": "もしもし"}

    line.deliver_batch([(aiko, hello), (eita, hello), (aiko, {"type": "unknown"})])
    line.settle()

    (body,) = webhook.bodies
    users = [event["source"]["userId"] for event in body["events"]]
    assert users == [aiko, eita, aiko]


def test_connection_check_has_no_events(line, webhook):
    line.check_connection()
    line.settle()

    assert webhook.bodies == [{"destination": line.bot_user_id, "events": []}]


@pytest.mark.parametrize(
    ("what", "kind", "detail"),
    [
        ({"type": "sticker", "keywords": ["OK"]}, "message", "message"),
        ({"type": "location"}, "message", "message"),
        ({"type": "video"}, "message", "message"),
        ({"type": "postback", "data": "x"}, "postback", "postback"),
        ({"type": "follow"}, "follow", "follow"),
        ({"type": "unknown"}, "somethingNew", "brandNew"),
        ({"type": "accountLink", "nonce": "n" * 10}, "accountLink", "link"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_other_events_can_be_answered(line, webhook, aiko, what, kind, detail):
    line.send(aiko, what)
    line.settle()

    assert webhook.last["type"] == kind
    assert webhook.last.keys() >= {"replyToken", detail}


def test_standby_brings_no_reply_token(line, webhook, aiko):
    line.send(aiko, {"type": "text", "text": "もしもし"}, mode="standby")
    line.settle()

    assert webhook.last["mode"] == "standby"
    assert "replyToken" not in webhook.last


def test_unsent_message_leaves_the_chat(line, webhook, aiko):
    sent = line.say(aiko, "12345678901234567")

    line.send(aiko, {"type": "unsend", "message_id": sent.message_id})
    line.settle()

    (entry,) = line.chat(aiko)
    assert (entry.unsent, entry.text) == (True, "")
    assert webhook.last["unsend"] == {"messageId": sent.message_id}
    assert "replyToken" not in webhook.last


def test_edited_message_changes_in_the_chat(line, webhook, aiko):
    sent = line.say(aiko, "いち")

    line.send(aiko, {"type": "edit", "message_id": sent.message_id, "text": "に"})
    line.settle()

    assert [entry.text for entry in line.chat(aiko)] == ["に"]
    assert webhook.last["type"] == "messageEdited"
    assert webhook.last["message"]["id"] == sent.message_id
    assert webhook.last["message"]["text"] == "に"


def test_who_has_blocked_the_account_cannot_write(line, webhook, aiko):
    line.send(aiko, {"type": "unfollow"})

    with pytest.raises(Impossible):
        line.say(aiko, "もしもし")
    line.send(aiko, {"type": "follow"})
    line.deliver(aiko, "もしもし")

    follow = webhook.events[1]
    assert follow["follow"] == {"isUnblocked": True}


def test_group_is_joined_written_in_and_left(
    line: LinePlatform, webhook, bot: httpx.Client, aiko
):
    group = line.send(aiko, {"type": "join"}).chat_id
    line.send(aiko, {"type": "text", "text": "だれ？"}, group_id=group)
    statuses = [bot.post(f"/v2/bot/group/{group}/leave").status_code for _ in range(2)]
    line.settle()

    source = {"type": "group", "groupId": group, "userId": aiko}
    assert [event["type"] for event in webhook.events] == ["join", "message", "leave"]
    assert [event["source"] for event in webhook.events[:2]] == [source, source]
    assert [entry.text for entry in line.chat(group)] == ["だれ？"]
    assert line.chat(aiko) == []
    assert statuses == [200, 404]


def test_settle_tells_when_the_product_stays_away(line, aiko):
    line.webhook_url = None
    line.say(aiko, "もしもし")

    with pytest.raises(TimeoutError):
        line.settle(0.001)
