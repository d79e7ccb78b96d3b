"""The host access.line.me: the page to which a browser brings a link token and a nonce."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.line_platform.asked import Asked, route
from tests.line_platform.linking import LinkRefused
from tests.line_platform.platform import LinePlatform

_PAGE = """<!doctype html>
<html lang="ja"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.7 sans-serif; max-width: 26rem; margin: 4rem auto;
padding: 0 1rem }} a {{ color: #06793c }}</style>
<h1>{title}</h1>
<p>{sentence}</p>
<p><a href="{talk}">トークに戻る</a></p>
</html>
"""


def account_link(platform: LinePlatform, asked: Asked) -> HTMLResponse:
    """`as` is who uses the browser; without it, whoever asked for the link token."""
    token, nonce = asked.query.get("linkToken", ""), asked.query.get("nonce", "")
    visitor = asked.query.get("as")
    try:
        owner = platform.link_tokens.redeem(token, nonce, platform.clock())
    except LinkRefused as refused:
        sentence = "連携できませんでした。もう一度はじめからお試しください。"
        page = _page("エラーが発生しました", sentence, _talk(platform, visitor), 400)
        # For whoever looks for the cause; LINE's own page does not say.
        page.headers["x-reason"] = str(refused)
        return page
    talk = _talk(platform, visitor or owner)
    if visitor not in {None, owner}:
        # LINE names neither a user nor a reply token when the wrong person came.
        failed = {"type": "accountLink", "result": "failed", "nonce": nonce}
        platform.send(None, failed)
        return _page("連携できませんでした", "別のアカウントで開かれています。", talk)
    platform.send(owner, {"type": "accountLink", "result": "ok", "nonce": nonce})
    return _page("連携が完了しました", "LINEのトークに戻ってください。", talk)


def routes(platform: LinePlatform) -> list[Route]:
    return [route(platform, "/dialog/bot/accountLink", "GET", account_link)]


def _talk(platform: LinePlatform, user_id: str | None) -> str:
    """Where the phone shows this user's chat."""
    user = platform.chats.get(user_id or "")
    return f"/#{quote(user.name)}" if user else "/"


def _page(title: str, sentence: str, talk: str, status: int = 200) -> HTMLResponse:
    page = _PAGE.format(title=title, sentence=sentence, talk=escape(talk))
    return HTMLResponse(page, status)
