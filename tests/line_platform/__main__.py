"""Serves the fake LINE platform until it is stopped."""

from __future__ import annotations

import argparse
import os
from types import FrameType

import uvicorn

from tests.line_platform.platform import LinePlatform
from tests.line_platform.server import configuration


class _Server(uvicorn.Server):
    """Lets go of open streams at once when it is told to stop."""

    def __init__(self, platform: LinePlatform, port: int) -> None:
        super().__init__(configuration(platform, port))
        self._platform = platform

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._platform.closed = True
        super().handle_exit(sig, frame)


def main() -> None:
    asked = _arguments()
    platform = LinePlatform(asked.secret, asked.token, asked.webhook)
    for person in filter(None, asked.people.split(",")):
        name, _, user_id = person.partition("=")
        platform.add_user(name, user_id or None)
    print(f"The fake LINE platform: http://127.0.0.1:{asked.port}/", flush=True)
    _Server(platform, asked.port).run()
    platform.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.line_platform")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument("--webhook", default="http://127.0.0.1:8000/line/webhook")
    parser.add_argument("--secret", default=os.environ.get("LINE_CHANNEL_SECRET"))
    parser.add_argument("--token", default=os.environ.get("LINE_CHANNEL_ACCESS_TOKEN"))
    parser.add_argument("--people", default="", help="name=U...,name=U...")
    asked = parser.parse_args()
    if not (asked.secret and asked.token):
        parser.error("--secret and --token, or the environment, must name both")
    return asked


if __name__ == "__main__":
    main()
