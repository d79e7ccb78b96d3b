"""The fake LINE platform: link tokens, and the page to which a browser brings them."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

NONCE = "n" * 43


def link_token(bot: httpx.Client, user: str) -> str:
    return str(bot.post(f"/v2/bot/user/{user}/linkToken").json()["linkToken"])


def visit(bot: httpx.Client, token: str, nonce: str = NONCE, **more) -> httpx.Response:
    """What the browser shows after our page has sent it on."""
    query = {"linkToken": token, "nonce": nonce} | more
    return bot.get(
        "/dialog/bot/accountLink", params=query, headers={"authorization": ""}
    )


def test_linking_tells_user_and_nonce(line, webhook, bot, aiko):
    page = visit(bot, link_token(bot, aiko))
    line.settle()

    assert "連携が完了しました" in page.text
    assert f'href="/#{quote("アイコ")}"' in page.text
    assert webhook.last["link"] == {"result": "ok", "nonce": NONCE}
    assert webhook.last["source"] == {"type": "user", "userId": aiko}
    assert "replyToken" in webhook.last


def test_somebody_else_in_the_browser_fails_without_source(line, webhook, bot, aiko):
    eita = line.add_user("エイタ")

    page = visit(bot, link_token(bot, aiko), **{"as": eita})
    line.settle()

    assert "連携できませんでした" in page.text
    assert webhook.last["link"] == {"result": "failed", "nonce": NONCE}
    assert webhook.last.keys().isdisjoint({"source", "replyToken"})


@pytest.mark.parametrize(("minutes", "status"), [(10, 200), (10.01, 400)], ids=str)
def test_link_token_lives_ten_minutes(
    line, webhook, bot, aiko, line_clock, minutes, status
):
    token = link_token(bot, aiko)

    line_clock.forward(minutes=minutes)

    assert visit(bot, token).status_code == status
    line.settle()
    assert len(webhook.events) == (1 if status == 200 else 0)


def test_link_token_is_good_once(line, webhook, bot, aiko):
    token = link_token(bot, aiko)

    statuses = [visit(bot, token).status_code for _ in range(2)]
    line.settle()

    assert statuses == [200, 400]
    assert len(webhook.events) == 1


@pytest.mark.parametrize(
    ("length", "status"), [(9, 400), (10, 200), (255, 200), (256, 400)]
)
def test_nonce_has_10_to_255_characters(bot, aiko, length, status):
    token = link_token(bot, aiko)

    assert visit(bot, token, "n" * length).status_code == status


def test_unknown_link_token_shows_an_error_only(line, webhook, bot):
    page = visit(bot, "unknown")

    assert (page.status_code, line.pending_deliveries()) == (400, [])
    assert "エラー" in page.text


def test_link_token_is_for_friends(line, bot, aiko):
    line.send(aiko, {"type": "unfollow"})

    assert bot.post(f"/v2/bot/user/{aiko}/linkToken").status_code == 404
