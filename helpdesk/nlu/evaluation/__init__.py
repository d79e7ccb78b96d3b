"""Measures the understanding of a model on labelled messages: `make evaluate`."""
