"""The fake LINE platform: pushes, their retry keys and the quota."""

from __future__ import annotations

import pytest

from tests.line.conftest import KEY
from tests.line_platform import Faults


@pytest.mark.parametrize(
    ("hours", "status"), [(23.9, 409), (24, 409), (24.1, 200)], ids=str
)
def test_accepted_retry_key_is_refused_for_a_day(
    line, bot, aiko, line_clock, hours, status
):
    bot.push(aiko, KEY)

    line_clock.forward(hours=hours)

    assert bot.push(aiko, KEY).status_code == status


def test_conflict_tells_the_accepted_request(line, bot, aiko):
    first = bot.push(aiko, KEY)

    second = bot.push(aiko, KEY)

    accepted = second.headers["x-line-accepted-request-id"]
    assert accepted == first.headers["x-line-request-id"]
    assert second.json()["sentMessages"] == first.json()["sentMessages"]
    assert line.said(aiko) == ["こんにちは"]
    assert line.problems == []


def test_retry_key_with_another_body_is_a_problem(line, bot, aiko):
    bot.push(aiko, KEY)

    assert bot.push(aiko, KEY, {"type": "text", "text": "別のこと"}).status_code == 409
    assert len(line.problems) == 1


@pytest.mark.parametrize("key", ["1", KEY.replace("-", ""), f"{{{KEY}}}"])
def test_retry_key_is_a_uuid(line, bot, aiko, key):
    assert bot.push(aiko, key).status_code == 400
    assert len(line.problems) == 1


def test_failed_push_does_not_use_up_its_retry_key(line, bot, aiko):
    line.faults = Faults(next={"push": ["error_500"]})

    assert bot.push(aiko, KEY).status_code == 500
    assert bot.push(aiko, KEY).status_code == 200
    assert line.said(aiko) == ["こんにちは"]


def test_push_of_an_error_may_have_been_accepted(line, bot, aiko):
    line.faults = Faults(next={"push": ["error_500_accepted"]})

    assert bot.push(aiko, KEY).status_code == 500
    assert bot.push(aiko, KEY).status_code == 409
    assert line.said(aiko) == ["こんにちは"]


def test_quota_ends_pushes_and_not_replies(line, webhook, bot, aiko):
    line.quota.limit = 1
    line.deliver(aiko, "もしもし")
    bot.push(aiko)

    refused = bot.push(aiko)

    limit = {"message": "You have reached your monthly limit."}
    assert (refused.status_code, refused.json()) == (429, limit)
    assert bot.reply(webhook.last["replyToken"]).status_code == 200
    assert bot.get("/v2/bot/message/quota").json() == {"type": "limited", "value": 1}
    consumption = bot.get("/v2/bot/message/quota/consumption").json()
    assert consumption == {"totalUsage": 1}


def test_push_to_who_blocked_the_account_is_seen_by_nobody(line, bot, aiko):
    line.send(aiko, {"type": "unfollow"})

    answer = bot.push(aiko)

    assert answer.status_code == 200
    assert line.said(aiko) == []
    assert [each.to for each in line.undelivered] == [aiko]
    assert (line.pushes, line.quota.used) == (1, 0)
