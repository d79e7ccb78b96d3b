"""What is counted of the channel on LINE, for /metrics."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

WEBHOOKS = Counter(
    "helpdesk_line_webhooks_total", "Webhook calls, by what came of them", ["result"]
)
ACKNOWLEDGED = Histogram(
    "helpdesk_line_acknowledge_seconds",
    "From a webhook call to our answer",
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2),
)
CALLS = Counter(
    "helpdesk_line_calls_total",
    "Attempts at LINE's Messaging API; a push that is accepted costs money",
    ["call", "outcome"],
)
SECONDS = Histogram(
    "helpdesk_line_call_seconds", "How long LINE takes to answer", ["call"]
)
DELIVERED = Counter(
    "helpdesk_line_delivered_total", "Calls that were closed", ["kind", "state"]
)
QUOTA = Gauge("helpdesk_line_push_quota", "Pushes that this month allows; -1: no limit")
QUOTA_USED = Gauge("helpdesk_line_push_quota_used", "Pushes that this month has used")
HOLDING = Gauge(
    "helpdesk_line_holding", "1 while pushes are held because the quota is used up"
)
