"""Carriers: the embedded one, and the way to another one over HTTP."""
