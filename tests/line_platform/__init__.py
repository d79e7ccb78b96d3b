"""A stateful fake of LINE, which the product talks to instead of LINE's hosts.

In a test, in this process or against a product in another one:

    platform = LinePlatform("channel secret", "access token", webhook_url)
    with running(platform) as address:          # instead of https://api.line.me
        aiko = platform.add_user("アイコ")
        platform.deliver(aiko, "こんにちは")      # returns once the webhook got its 200
        platform.wait_for(lambda: platform.said(aiko))
        platform.tap(aiko, "利用コードを入力")
        assert platform.problems == []

`channel secret` and `access token` are whatever the product is given. By itself, with the
phone page at `/`: `python -m tests.line_platform --help`. `control.py` is the same for
other processes.
"""

from tests.line_platform.delivery import Pace, signature
from tests.line_platform.faults import Faults
from tests.line_platform.platform import LinePlatform
from tests.line_platform.server import application, running

__all__ = ["Faults", "LinePlatform", "Pace", "application", "running", "signature"]
