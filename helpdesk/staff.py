"""The staff application on port 8001: what those who run the product look at."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


class StaffApplication:
    """Never reached from the internet: it listens on this machine alone."""

    def starlette(self) -> Starlette:
        return Starlette(routes=[Route("/metrics", self.metrics)])

    async def metrics(self, _: Request) -> Response:
        """All counters, in the form that Prometheus reads."""
        return Response(
            generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST}
        )
