"""Hypothesis, the same on every run: no clock, no memory of earlier runs."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("helpdesk", database=None, deadline=None, derandomize=True)
settings.load_profile("helpdesk")
