"""Tests of what carries messages in and out."""
