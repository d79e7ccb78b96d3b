"""One Rasa and one browser for all; a fresh world and a phone-wide page for each."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys

import httpx
import pytest
from playwright.sync_api import sync_playwright

from helpdesk.settings import ROOT
from tests.converse.cases import DEFAULT_CLOCK
from tests.converse.stage import Stage, free_port

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
_PHONE = {"width": 390, "height": 844}
_LAPTOP = {"width": 1366, "height": 768}
# What a browser says of an act that was refused: the page itself tells why.
_REFUSED = "status of 409"


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
            viewport=_PHONE,
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


@pytest.fixture
def console(browser, world):
    """Opens the console on a laptop as an operator; complains of any console error."""
    contexts, errors = [], []

    def note(message):
        if message.type == "error" and _REFUSED not in message.text:
            errors.append(message.text)

    def open_console(operator, **options):
        context = browser.new_context(
            **{"viewport": _LAPTOP, "locale": "ja-JP", "timezone_id": "Asia/Tokyo"}
            | options
        )
        contexts.append(context)
        context.on("console", note)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        page.goto(f"{world.staff_address}/login")
        page.locator("[name=operator_id]").fill(operator)
        page.locator("[name=password]").fill(f"Sample-{operator.capitalize()}-Desk")
        page.keyboard.press("Enter")
        page.wait_for_selector(".console")
        return page

    yield open_console
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def line(tmp_path_factory):
    """The address of LINE's stand-in, all started as `make run LINE=fake` does it."""
    folder = tmp_path_factory.mktemp("line")
    port = _port_below_a_free_one()
    environment = os.environ | {
        "HELPDESK_SECRET_KEY": "a key that is only good for these runs",
        "HELPDESK_DATABASE_URL": f"sqlite:///{folder / 'helpdesk.db'}",
        "HELPDESK_RASA_DATABASE_URL": f"sqlite:///{folder / 'rasa.db'}",
        "HELPDESK_PORT": str(port),
        "HELPDESK_STAFF_PORT": str(free_port()),
        "HELPDESK_RASA_URL": f"http://127.0.0.1:{free_port()}",
        "HELPDESK_ACTIONS_URL": f"http://127.0.0.1:{free_port()}/webhook",
        "PYTHONPATH": str(ROOT),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "helpdesk.launch", "--line", "fake"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as launcher:
        try:
            _read_until_ready(launcher.stdout)
            yield f"http://127.0.0.1:{port + 10}"
        finally:
            launcher.terminate()


@pytest.fixture
def line_phone(browser, line):
    """Opens the phone page as somebody; complains of what the page or LINE objects to."""
    contexts, errors = [], []

    def note(message):
        # LINE's own page, which follows the linking, has no icon.
        if message.type == "error" and "favicon" not in message.location["url"]:
            errors.append(message.text)

    def open_phone(person="", size=_PHONE):
        context = browser.new_context(
            viewport=size, locale="ja-JP", timezone_id="Asia/Tokyo"
        )
        contexts.append(context)
        context.on("console", note)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        page.goto(f"{line}/#{person}")
        return page

    yield open_phone
    for context in contexts:
        context.close()
    state = httpx.get(f"{line}/_/state", trust_env=False).json()
    assert (errors, state["problems"]) == ([], [])


def _port_below_a_free_one():
    """A free port; the one ten above it, where LINE's stand-in listens, is free too."""
    while True:
        port = free_port()
        with socket.socket() as above:
            try:
                above.bind(("127.0.0.1", port + 10))
            except (OSError, OverflowError):
                continue
        return port


def _read_until_ready(output):
    """Raises RuntimeError with all that was said, where the launcher ends instead."""
    said = ""
    for line in output:
        said += line
        if line.startswith("Press Ctrl-C"):
            return
    raise RuntimeError(said)
