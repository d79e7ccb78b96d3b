"""Tests of the actions: what they ask the services, and what they say."""
