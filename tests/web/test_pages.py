"""What all pages share: security headers, and forms that nobody can forge."""

from __future__ import annotations

import pytest

from helpdesk.bootstrap import Helpdesk
from tests.web.browser import Browser, Seen

PAGES = ["/chat", "/mypage", "/link/holder", "/link/end-user"]
EXPIRED_FORM = Seen(403, "message")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self' https://access.line.me; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        *((path, "no-store") for path in PAGES),
        ("/healthz", "no-store"),
        ("/nothing-here", "no-store"),
        ("/static/theme.css", "max-age=300"),
    ],
)
async def test_every_answer_carries_the_security_headers(
    browser: Browser, path: str, cache: str
):
    response = await browser.http.get(path)

    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert response.headers["cache-control"] == cache


@pytest.mark.parametrize("path", PAGES)
async def test_page_has_nothing_that_its_policy_forbids(browser: Browser, path: str):
    await browser.open(path)

    assert browser.page.select("style, [style], script:not([src]), [onclick]") == []
    assert [
        each["src"]
        for each in browser.page.select("script, img")
        if not str(each["src"]).startswith("/static/")
    ] == []


@pytest.mark.parametrize("path", ["/mypage", "/link/holder", "/link/end-user"])
@pytest.mark.parametrize("csrf", ["", "forged"], ids=["without token", "wrong token"])
async def test_forged_form_is_refused_in_a_sentence(
    browser: Browser, helpdesk: Helpdesk, path: str, csrf: str
):
    await browser.open("/mypage")

    seen = await browser.send(path, csrf=csrf, step="login", login_id="eita-1")

    words = helpdesk.catalog.wording.form_expired
    assert (seen, browser.text("h1"), browser.says(words.sentence)) == (
        EXPIRED_FORM,
        words.title,
        True,
    )


async def test_token_of_another_browser_is_refused(
    browser: Browser, other_browser: Browser
):
    await browser.open("/mypage")
    await other_browser.open("/mypage")
    stolen = browser.value("input[name=csrf]", "value")

    seen = await other_browser.send("/mypage", csrf=stolen, step="logout")

    assert seen == EXPIRED_FORM


async def test_form_of_a_browser_without_session_is_refused(browser: Browser):
    assert await browser.send("/mypage", step="logout") == EXPIRED_FORM


async def test_what_is_typed_is_shown_as_text(browser: Browser):
    await browser.open("/mypage")

    await browser.send(
        "/mypage", step="login", login_id='"><script>alert(1)</script>', password=""
    )

    assert browser.value("#login-id", "value") == '"><script>alert(1)</script>'
    assert [each.get("src") for each in browser.page.select("script")] == [
        "/static/page.js"
    ]
