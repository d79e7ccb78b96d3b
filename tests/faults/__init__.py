"""Breaks the product on purpose, and counts what customers got: `python -m tests.faults`."""
