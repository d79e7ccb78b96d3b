"""The fake LINE platform: replies, and what the bot can ask for."""

from __future__ import annotations

import pytest

from tests.fakes import FakeClock
from tests.line.conftest import HELLO, KEY, TOKEN, Webhook
from tests.line_platform import LinePlatform


def asked(line: LinePlatform, webhook: Webhook, user: str) -> str:
    """The reply token of a message that was just delivered."""
    line.deliver(user, "もしもし")
    return str(webhook.last["replyToken"])


def test_reply_is_shown_with_the_event_it_answers(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)

    answer = bot.reply(token)

    shown = line.chat(aiko)[-1]
    assert answer.status_code == 200
    assert answer.json()["sentMessages"][0]["id"] == shown.message_id
    assert (shown.sender, shown.how, shown.text) == ("bot", "reply", "こんにちは")
    assert shown.event_id == webhook.last["webhookEventId"]
    assert shown.request_id == answer.headers["x-line-request-id"]
    assert (line.replies, line.pushes, line.quota.used) == (1, 0, 0)


def test_reply_token_is_good_once(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)
    bot.reply(token)

    again = bot.reply(token)

    assert (again.status_code, again.json()) == (
        400,
        {"message": "Invalid reply token"},
    )
    assert line.said(aiko) == ["こんにちは"]


@pytest.mark.parametrize(
    ("seconds", "status"), [(59, 200), (60, 200), (60.001, 400)], ids=str
)
def test_reply_token_lives_a_minute(
    line, webhook, bot, aiko, line_clock: FakeClock, seconds, status
):
    token = asked(line, webhook, aiko)

    line_clock.forward(seconds=seconds)

    assert bot.reply(token).status_code == status


@pytest.mark.parametrize(
    ("minutes", "status"), [(19, 200), (20, 200), (20.01, 400)], ids=str
)
def test_redelivery_renews_the_token_up_to_20_minutes(
    line, webhook, bot, aiko, line_clock, minutes, status
):
    token = asked(line, webhook, aiko)
    line_clock.forward(minutes=minutes)

    line.redeliver(webhook.last["webhookEventId"])
    line.settle()

    assert webhook.last["replyToken"] == token
    assert bot.reply(token).status_code == status


def test_redelivery_does_not_renew_a_used_token(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)
    bot.reply(token)

    line.redeliver(webhook.last["webhookEventId"])
    line.settle()

    assert bot.reply(token).status_code == 400


def test_reply_refused_for_its_form_leaves_the_token(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)

    refused = bot.post(
        "/v2/bot/message/reply",
        json={"replyToken": token, "messages": [{"type": "text", "text": ""}]},
    )

    assert refused.json() == {
        "message": "The request body has 1 error(s)",
        "details": [{"message": "May not be empty", "property": "messages[0].text"}],
    }
    assert line.problems == ["ReplyMessageRequest: messages[0].text: May not be empty"]
    assert bot.reply(token).status_code == 200


def test_retry_key_is_refused_with_a_reply(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)
    body = {"replyToken": token, "messages": [HELLO]}

    refused = bot.post(
        "/v2/bot/message/reply", json=body, headers={"x-line-retry-key": KEY}
    )

    assert refused.status_code == 400
    assert len(line.problems) == 1


def test_wrong_access_token_is_refused(line, bot, aiko):
    bot.headers["authorization"] = f"Bearer {TOKEN}x"

    refused = bot.push(aiko)

    assert refused.status_code == 401
    assert "x-line-request-id" in refused.headers
    assert line.said(aiko) == []


def test_calls_are_logged(line, bot, aiko):
    bot.push(aiko, KEY)

    (call,) = line.calls

    assert (call.method, call.path, call.status, call.retry_key, call.fault) == (
        *("POST", "/v2/bot/message/push", 200, KEY, None),
    )


def test_unknown_endpoint_is_a_problem(line, bot):
    assert bot.post("/v2/bot/message/pusch", json={}).status_code == 404
    assert line.problems == ["LINE has no POST /v2/bot/message/pusch"]


@pytest.mark.parametrize("seconds", [4, 7, 65])
def test_loading_refuses_other_times(line, bot, aiko, seconds):
    body = {"chatId": aiko, "loadingSeconds": seconds}

    assert bot.post("/v2/bot/chat/loading/start", json=body).status_code == 400


def test_loading_ends_with_the_time_and_with_a_message(line, bot, aiko, line_clock):
    path = "/v2/bot/chat/loading/start"

    assert bot.post(path, json={"chatId": aiko, "loadingSeconds": 5}).status_code == 202
    assert line.loading(aiko)
    line_clock.forward(seconds=5)
    assert not line.loading(aiko)
    bot.post(path, json={"chatId": aiko})
    bot.push(aiko)
    assert not line.loading(aiko)


def test_content_is_found_until_it_expires_or_is_unsent(line, bot, aiko):
    kept = line.send(aiko, {"type": "image", "content": b"picture"}).message_id
    gone = line.send(aiko, {"type": "file"}).message_id
    unsent = line.send(aiko, {"type": "audio"}).message_id

    line.expire(gone)
    line.send(aiko, {"type": "unsend", "message_id": unsent})

    answers = [
        bot.get(f"/v2/bot/message/{message_id}/content")
        for message_id in (kept, gone, unsent, "1")
    ]
    assert [each.status_code for each in answers] == [200, 410, 404, 404]
    assert answers[0].content == b"picture"


def test_profile_is_of_friends_only(line, bot, aiko):
    answer = bot.get(f"/v2/bot/profile/{aiko}")
    line.send(aiko, {"type": "unfollow"})

    assert answer.json()["displayName"] == "アイコ"
    assert bot.get(f"/v2/bot/profile/{aiko}").status_code == 404


def test_quote_token_is_good_in_its_own_chat(line, bot, aiko):
    line.say(aiko, "これのこと")
    token = line.chat(aiko)[0].message["quoteToken"]
    quoting = HELLO | {"quoteToken": token}
    eita = line.add_user("エイタ")

    statuses = [bot.push(to, message=quoting).status_code for to in (aiko, eita)]

    assert statuses == [200, 400]
