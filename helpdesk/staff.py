"""The staff application on port 8001: what those who run the product look at."""

from __future__ import annotations

from prometheus_client import make_asgi_app
from starlette.applications import Starlette
from starlette.routing import Mount


class StaffApplication:
    """Never reached from the internet: it listens on this machine alone."""

    def starlette(self) -> Starlette:
        return Starlette(routes=[Mount("/metrics", make_asgi_app())])
