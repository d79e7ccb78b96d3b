"""One Rasa and one browser for all; a fresh world and a phone-wide page for each."""

from __future__ import annotations

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.converse.cases import DEFAULT_CLOCK
from tests.converse.stage import Stage

# Playwright's own browser need not be downloaded: the system's serves as well.
_CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("stage"))
    with stage.running():
        yield stage


@pytest.fixture
def world(stage):
    with stage.world(DEFAULT_CLOCK) as world:
        yield world


@pytest.fixture(scope="session")
def browser():
    if _CHROMIUM is None:
        pytest.fail(
            "chromium is not installed: apt-get install chromium fonts-noto-cjk"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def phone(browser, world):
    """Opens the chat as a new customer on a phone; complains of any console error."""
    contexts, errors = [], []

    def open_chat():
        context = browser.new_context(
            viewport={"width": 390, "height": 844},
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: message.type == "error" and errors.append(message.text),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{world.address}/chat")
        return page

    yield open_chat
    for context in contexts:
        context.close()
    assert errors == []
