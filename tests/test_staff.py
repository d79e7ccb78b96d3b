"""The staff application: the counters of the channel on LINE, and no customers' pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from helpdesk.bootstrap import Helpdesk
from helpdesk.gateway import line_metrics
from helpdesk.staff import StaffApplication

SERIES = {
    "helpdesk_line_webhooks",
    "helpdesk_line_acknowledge_seconds",
    "helpdesk_line_calls",
    "helpdesk_line_call_seconds",
    "helpdesk_line_delivered",
    "helpdesk_line_push_quota",
    "helpdesk_line_push_quota_used",
    "helpdesk_line_holding",
}


@pytest.fixture
async def staff(helpdesk: Helpdesk) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(StaffApplication(helpdesk).starlette())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://staff.example"
    ) as client:
        yield client


async def test_metrics_name_all_series_of_line(staff: httpx.AsyncClient):
    response = await staff.get("/metrics")

    families = text_string_to_metric_families(response.text)
    ours = {each.name for each in families if each.name.startswith("helpdesk_line_")}
    # Each counter also tells since when it counts.
    named = {name for name in ours if not name.endswith("_created")}
    assert (response.status_code, named) == (200, SERIES)


async def test_metrics_are_plain_text_that_prometheus_reads(staff: httpx.AsyncClient):
    response = await staff.get("/metrics")

    assert response.headers["content-type"].startswith("text/plain; version=")


async def test_metrics_show_what_was_counted(staff: httpx.AsyncClient):
    line_metrics.HOLDING.set(1)
    line_metrics.WEBHOOKS.labels("stored").inc()

    told = (await staff.get("/metrics")).text
    line_metrics.HOLDING.set(0)

    assert "\nhelpdesk_line_holding 1.0\n" in told
    assert '\nhelpdesk_line_webhooks_total{result="stored"}' in told


@pytest.mark.parametrize("path", ["/chat", "/line/webhook", "/healthz"])
async def test_pages_of_customers_are_elsewhere(staff: httpx.AsyncClient, path: str):
    response = await staff.get(path)

    assert response.status_code == 404
