"""The fake LINE platform: the API by which other processes play its users."""

from __future__ import annotations

import itertools
from dataclasses import asdict

import httpx

from tests.line_platform import Faults, LinePlatform, running

HELLO = {"type": "text", "text": "こんにちは"}


def test_user_is_added_and_writes(line, webhook, bot):
    user = bot.post("/_/users", json={"name": "アイコ"}).json()["user_id"]

    sent = bot.post(f"/_/users/{user}/events", json=HELLO).json()
    line.settle()

    assert bot.get("/_/users").json() == [
        {"user_id": user, "name": "アイコ", "blocked": False}
    ]
    assert sent == {
        "event_id": webhook.last["webhookEventId"],
        "message_id": webhook.last["message"]["id"],
    }


def test_chat_is_told_from_an_entry_on(line, bot, aiko, line_clock):
    line.say(aiko, "一")
    named = HELLO | {"sender": {"name": "担当 高橋"}}
    bot.post("/v2/bot/message/push", json={"to": aiko, "messages": [named]})

    told = bot.get(f"/_/users/{aiko}/chat", params={"after": 1}).json()

    assert told == {
        "entries": [
            {
                "n": 2,
                "from": "bot",
                "message": named,
                "sender": "担当 高橋",
                "how": "push",
                "at": round(line_clock().timestamp() * 1000),
                "unsent": False,
            }
        ],
        "loading": False,
        "menu": None,
        "blocked": False,
    }


def test_faults_and_quota_are_set_and_reset(line, bot, aiko):
    body = {"to": aiko, "messages": [HELLO]}

    bot.post("/_/faults", json={"error_500": 1})
    failed = bot.post("/v2/bot/message/push", json=body)
    bot.post("/_/faults", json={})
    bot.post("/_/quota", json={"value": 0})
    limited = bot.post("/v2/bot/message/push", json=body)
    bot.post("/_/quota", json={"value": None})
    taken = bot.post("/v2/bot/message/push", json=body)

    assert [failed.status_code, limited.status_code, taken.status_code] == [
        *(500, 429, 200)
    ]
    assert bot.post("/_/faults", json={"error_600": 1}).status_code == 400
    assert bot.get("/_/state").json() == {
        "problems": [],
        "calls": 3,
        "pushes": 1,
        "replies": 0,
        "pending": 0,
        "faults": asdict(Faults()),
        "quota": {"limit": None, "used": 1},
    }


def test_state_tells_the_faults_and_the_quota_of_now(bot):
    bot.post("/_/faults", json={"latency": 2, "error_500": {"push": 0.1}})
    bot.post("/_/quota", json={"value": 10})

    told = bot.get("/_/state").json()

    assert (told["faults"], told["quota"]) == (
        asdict(Faults(latency=2, error_500={"push": 0.1})),
        {"limit": 10, "used": 0},
    )


def test_events_are_redelivered_on_demand(line, webhook, bot, aiko):
    sent = line.deliver(aiko, "もしもし")

    bot.post("/_/redeliver", json={"event_id": sent.event_id, "times": 2})
    bot.post("/_/redeliver", json={"all": True, "times": 1, "shuffle": True})
    line.settle()

    assert len(webhook.events) == 4


def test_mistakes_are_answered(line, bot, aiko):
    path = f"/_/users/{aiko}/events"
    line.send(aiko, {"type": "unfollow"})

    assert bot.post(path, json=HELLO).status_code == 400
    assert bot.post(path, json={"type": "nonsense"}).status_code == 400
    assert bot.post("/_/users/Unobody/events", json=HELLO).status_code == 404
    assert bot.post("/_/redeliver", json={"event_id": "no"}).status_code == 404


def test_changes_are_told_at_once(line: LinePlatform, aiko):
    with (
        running(line) as address,
        httpx.stream("GET", f"{address}/_/users/{aiko}/events", timeout=5) as stream,
    ):
        lines = stream.iter_lines()
        first = list(itertools.islice(lines, 2))
        line.say(aiko, "もしもし")
        second = list(itertools.islice(lines, 2))

    assert first == second == ["data: {}", ""]
