"""Plays conversation tests against the real dialogue, the real actions and real pages."""
