"""How fast LINE gets its 200: fifty webhook calls at once, while the bot is busy.

`python -m tests.bench.acknowledge`; the goal is 99 of 100 within 200 ms.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.faults.product import product
from tests.line_platform import LinePlatform

_AT_ONCE = 50
_ROUNDS = 20
_PAUSE = 1.0
_BUSY_CUSTOMERS = 10


def main() -> None:
    platform = LinePlatform("a channel secret", "an access token")
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        product(Path(folder), platform),
    ):
        is_over = threading.Event()
        talk = threading.Thread(target=keep_busy, args=(platform, is_over))
        talk.start()
        try:
            times = measured_apart(platform)
        finally:
            is_over.set()
            talk.join()
    times.sort()
    print(
        f"{len(times)} calls, {_AT_ONCE} at once, the bot busy with"
        f" {_BUSY_CUSTOMERS} customers: p50 {1000 * statistics.median(times):.0f} ms,"
        f" p99 {1000 * times[int(0.99 * len(times))]:.0f} ms,"
        f" slowest {1000 * times[-1]:.0f} ms"
    )


def keep_busy(platform: LinePlatform, is_over: threading.Event) -> None:
    """Each customer asks again as soon as the answer is there."""
    customers = [platform.add_user(f"客{n}") for n in range(_BUSY_CUSTOMERS)]
    heard = dict.fromkeys(customers, -1)
    while not is_over.is_set():
        for customer in customers:
            said = len(platform.said(customer))
            if said > heard[customer]:
                heard[customer] = said
                platform.say(customer, "連携って何ですか")
        time.sleep(0.02)


def measured_apart(platform: LinePlatform) -> list[float]:
    """Measured in a process of its own: this one plays LINE and the customers."""
    arguments = [str(platform.webhook_url), platform.bot_user_id]
    found = subprocess.run(
        [sys.executable, "-m", __spec__.name, *arguments, platform.channel_secret],
        check=True,
        capture_output=True,
    )
    times: list[float] = json.loads(found.stdout)
    return times


async def measure(url: str, destination: str, secret: str) -> list[float]:
    """Seconds from the call to its 200, as LINE would see them.

    Plain sockets and requests made beforehand: a client library would take longer for
    fifty calls than the product does, and its time would be counted as ours.
    """
    address = urlsplit(url)
    lines = [
        await asyncio.open_connection(address.hostname, address.port)
        for _ in range(_AT_ONCE)
    ]
    times: list[float] = []
    # The first round warms everything up, and is not counted.
    for number in range(_ROUNDS + 1):
        requests = [a_request(address.path, destination, secret) for _ in lines]
        pairs = zip(lines, requests, strict=True)
        found = await asyncio.gather(*(call(*line, each) for line, each in pairs))
        times += found if number else []
        await asyncio.sleep(_PAUSE)
    return times


async def call(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> float:
    began = time.perf_counter()
    writer.write(request)
    answer = await reader.readuntil(b"\r\n\r\n")
    seconds = time.perf_counter() - began
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer.decode())
    length = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
    await reader.readexactly(int(length.group(1)) if length else 0)
    return seconds


def a_request(path: str, destination: str, secret: str) -> bytes:
    body = json.dumps({"destination": destination, "events": [a_text()]}).encode()
    digest = hmac.digest(secret.encode(), body, hashlib.sha256)
    head = (
        f"POST {path} HTTP/1.1\r\nhost: helpdesk\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n"
        f"x-line-signature: {base64.b64encode(digest).decode()}\r\n\r\n"
    )
    return head.encode() + body


def a_text() -> dict[str, object]:
    """A message of a customer whom nobody has seen before."""
    return {
        "type": "message",
        "mode": "active",
        "timestamp": int(1000 * time.time()),
        "source": {"type": "user", "userId": f"U{secrets.token_hex(16)}"},
        "webhookEventId": secrets.token_hex(13).upper(),
        "deliveryContext": {"isRedelivery": False},
        "replyToken": secrets.token_hex(16),
        "message": {
            "type": "text",
            "id": str(secrets.randbits(60)),
            "text": "連携とは",
        },
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(asyncio.run(measure(*sys.argv[1:]))))
    else:
        main()
