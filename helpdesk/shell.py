"""Talk with the assistant in the terminal, for `make shell`.

Speaks to the running product, or starts it for as long as the talk lasts.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Iterator

import httpx

from helpdesk import launch
from helpdesk.settings import BadSettings, Settings
from helpdesk.storage.catalog import BadCatalog


class Terminal:
    """Prints what is said; a number presses the button of that number."""

    def __init__(self, address: str) -> None:
        # No time limit: the stream of events is silent while nobody speaks.
        self._client = httpx.Client(
            base_url=address, trust_env=False, timeout=httpx.Timeout(None)
        )
        self._buttons: list[dict[str, str]] = []

    def talk(self) -> None:
        """Read lines until the end of input."""
        self._client.post("/chat/session", json={}).raise_for_status()
        threading.Thread(target=self._listen, daemon=True).start()
        print("Type a message, or the number of a button; Ctrl-D ends the talk.\n")
        for line in sys.stdin:
            self._send(line.rstrip("\n"))

    def _send(self, line: str) -> None:
        body = {"text": line}
        if line.isdecimal() and 1 <= int(line) <= len(self._buttons):
            body = {"data": self._buttons[int(line) - 1]["data"]}
        response = self._client.post("/chat/messages", json=body)
        if not response.is_success:
            print(response.json()["error"])

    def _listen(self) -> None:
        with self._client.stream("GET", "/chat/events") as events:
            for line in events.iter_lines():
                if line.startswith("data: "):
                    self._show(json.loads(line.removeprefix("data: ")))
        print("The product has stopped.")
        os._exit(1)

    def _show(self, event: dict[str, object]) -> None:
        if "text" not in event:
            return
        print(f"[{event['from']}] {event['text']}")
        buttons = event["buttons"]
        if isinstance(buttons, list) and buttons:
            self._buttons = buttons
            for number, button in enumerate(buttons, start=1):
                print(f"    {number}. {button['label']}")
        print(flush=True)


def main() -> int:
    """Talk until the end of input; 1 and one sentence if it cannot start."""
    try:
        settings = Settings.for_this_machine()
        with running(settings):
            Terminal(f"http://127.0.0.1:{settings.port}").talk()
    except KeyboardInterrupt:
        return 0
    except (launch.CannotStart, BadSettings, BadCatalog) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[None]:
    """The product, started here unless it runs already."""
    with contextlib.suppress(httpx.HTTPError):
        address = f"http://127.0.0.1:{settings.port}/readyz"
        if httpx.get(address, trust_env=False).is_success:
            yield
            return
    launch.check_ports(settings)
    launch.check_model(launch.MODEL)
    launch.prepare_database(settings)
    children = launch.start(settings)
    try:
        launch.wait_until_ready(children, settings)
        yield
    finally:
        launch.stop(children)


if __name__ == "__main__":
    sys.exit(main())
