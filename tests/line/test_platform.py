"""The fake LINE platform: replies, pushes, faults, and what the bot can ask for."""

from __future__ import annotations

import httpx
import pytest

from tests.fakes import FakeClock
from tests.line.conftest import TOKEN, Webhook
from tests.line_platform import Faults, LinePlatform, running

KEY = "123e4567-e89b-12d3-a456-426614174000"
HELLO = {"type": "text", "text": "こんにちは"}


def reply(bot: httpx.Client, token: str) -> httpx.Response:
    body = {"replyToken": token, "messages": [HELLO]}
    return bot.post("/v2/bot/message/reply", json=body)


def push(
    bot: httpx.Client, to: str, key: str | None = None, text: str = "こんにちは"
) -> httpx.Response:
    return bot.post(
        "/v2/bot/message/push",
        json={"to": to, "messages": [{"type": "text", "text": text}]},
        headers={"x-line-retry-key": key} if key else {},
    )


def asked(line: LinePlatform, webhook: Webhook, user: str) -> str:
    """The reply token of a message that was just delivered."""
    line.deliver(user, "もしもし")
    return str(webhook.last["replyToken"])


def test_reply_is_shown_with_the_event_it_answers(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)

    answer = reply(bot, token)

    shown = line.chat(aiko)[-1]
    assert answer.status_code == 200
    assert answer.json()["sentMessages"][0]["id"] == shown.message_id
    assert (shown.sender, shown.how, shown.text) == ("bot", "reply", "こんにちは")
    assert shown.event_id == webhook.last["webhookEventId"]
    assert shown.request_id == answer.headers["x-line-request-id"]
    assert (line.replies, line.pushes, line.quota.used) == (1, 0, 0)


def test_reply_token_is_good_once(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)
    reply(bot, token)

    again = reply(bot, token)

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

    assert reply(bot, token).status_code == status


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
    assert reply(bot, token).status_code == status


def test_redelivery_does_not_renew_a_used_token(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)
    reply(bot, token)

    line.redeliver(webhook.last["webhookEventId"])
    line.settle()

    assert reply(bot, token).status_code == 400


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
    assert reply(bot, token).status_code == 200


def test_retry_key_is_refused_with_a_reply(line, webhook, bot, aiko):
    token = asked(line, webhook, aiko)
    body = {"replyToken": token, "messages": [HELLO]}

    refused = bot.post(
        "/v2/bot/message/reply", json=body, headers={"x-line-retry-key": KEY}
    )

    assert refused.status_code == 400
    assert len(line.problems) == 1


@pytest.mark.parametrize(
    ("hours", "status"), [(23.9, 409), (24, 409), (24.1, 200)], ids=str
)
def test_accepted_retry_key_is_refused_for_a_day(
    line, bot, aiko, line_clock, hours, status
):
    push(bot, aiko, KEY)

    line_clock.forward(hours=hours)

    assert push(bot, aiko, KEY).status_code == status


def test_conflict_tells_the_accepted_request(line, bot, aiko):
    first = push(bot, aiko, KEY)

    second = push(bot, aiko, KEY)

    accepted = second.headers["x-line-accepted-request-id"]
    assert accepted == first.headers["x-line-request-id"]
    assert second.json()["sentMessages"] == first.json()["sentMessages"]
    assert line.said(aiko) == ["こんにちは"]
    assert line.problems == []


def test_retry_key_with_another_body_is_a_problem(line, bot, aiko):
    push(bot, aiko, KEY)

    assert push(bot, aiko, KEY, text="別のこと").status_code == 409
    assert len(line.problems) == 1


@pytest.mark.parametrize("key", ["1", KEY.replace("-", ""), f"{{{KEY}}}"])
def test_retry_key_is_a_uuid(line, bot, aiko, key):
    assert push(bot, aiko, key).status_code == 400
    assert len(line.problems) == 1


def test_failed_push_does_not_use_up_its_retry_key(line, bot, aiko):
    line.faults = Faults(next={"push": ["error_500"]})

    assert push(bot, aiko, KEY).status_code == 500
    assert push(bot, aiko, KEY).status_code == 200
    assert line.said(aiko) == ["こんにちは"]


def test_push_of_an_error_may_have_been_accepted(line, bot, aiko):
    line.faults = Faults(next={"push": ["error_500_accepted"]})

    assert push(bot, aiko, KEY).status_code == 500
    assert push(bot, aiko, KEY).status_code == 409
    assert line.said(aiko) == ["こんにちは"]


def test_quota_ends_pushes_and_not_replies(line, webhook, bot, aiko):
    line.quota.limit = 1
    push(bot, aiko)

    refused = push(bot, aiko)

    limit = {"message": "You have reached your monthly limit."}
    assert (refused.status_code, refused.json()) == (429, limit)
    assert reply(bot, asked(line, webhook, aiko)).status_code == 200
    assert bot.get("/v2/bot/message/quota").json() == {"type": "limited", "value": 1}
    consumption = bot.get("/v2/bot/message/quota/consumption").json()
    assert consumption == {"totalUsage": 1}


def test_rate_limit_has_another_text_than_the_quota(line, bot, aiko):
    line.faults = Faults(rate_429={"push": 1})

    refused = push(bot, aiko)

    assert refused.status_code == 429
    assert refused.json()["message"].startswith("The API rate limit")
    assert bot.get("/v2/bot/info").status_code == 200


def test_push_to_who_blocked_the_account_is_seen_by_nobody(line, bot, aiko):
    line.send(aiko, {"type": "unfollow"})

    answer = push(bot, aiko)

    assert answer.status_code == 200
    assert line.said(aiko) == []
    assert [each.to for each in line.undelivered] == [aiko]
    assert (line.pushes, line.quota.used) == (1, 0)


def test_wrong_access_token_is_refused(line, bot, aiko):
    bot.headers["authorization"] = f"Bearer {TOKEN}x"

    refused = push(bot, aiko)

    assert refused.status_code == 401
    assert "x-line-request-id" in refused.headers
    assert line.said(aiko) == []


def test_calls_are_logged(line, bot, aiko):
    push(bot, aiko, KEY)

    (call,) = line.calls

    assert (call.method, call.path, call.status, call.retry_key, call.fault) == (
        *("POST", "/v2/bot/message/push", 200, KEY, None),
    )


def test_unknown_endpoint_is_a_problem(line, bot):
    assert bot.post("/v2/bot/message/pusch", json={}).status_code == 404
    assert line.problems == ["LINE has no POST /v2/bot/message/pusch"]


@pytest.mark.parametrize(
    ("fault", "said"), [("timeout", []), ("timeout_accepted", ["こんにちは"])]
)
def test_timeout_closes_the_connection(line, aiko, fault, said):
    line.faults = Faults(next=[fault], hang_seconds=0.001)
    body = {"to": aiko, "messages": [HELLO]}

    with (
        running(line) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.post(
            "/v2/bot/message/push",
            json=body,
            headers={"authorization": f"Bearer {TOKEN}"},
        )

    assert line.said(aiko) == said
    assert line.calls[-1].status is None


def test_client_that_waits_less_sees_its_own_timeout(line, aiko):
    line.faults = Faults(timeout=1, hang_seconds=10)

    with (
        running(line) as address,
        httpx.Client(base_url=address, timeout=0.05, trust_env=False) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get("/v2/bot/info", headers={"authorization": f"Bearer {TOKEN}"})


def test_same_seed_brings_the_same_faults():
    draws = [
        [faults.draw("push") for _ in range(50)]
        for faults in (Faults(error_500=0.3, seed=7), Faults(error_500=0.3, seed=7))
    ]

    assert draws[0] == draws[1]
    assert set(draws[0]) == {"ok", "error_500"}


@pytest.mark.parametrize(
    "misspelt", [{"next": ["error"]}, {"next": {"pusch": []}}, {"latency": {"x": 1}}]
)
def test_misspelt_fault_is_refused(misspelt):
    with pytest.raises(ValueError, match="no such"):
        Faults(**misspelt)


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
    push(bot, aiko)
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

    statuses = [
        bot.post(
            "/v2/bot/message/push", json={"to": to, "messages": [quoting]}
        ).status_code
        for to in (aiko, line.add_user("エイタ"))
    ]

    assert statuses == [200, 400]
