"""The business of the support assistant: one package, eight rooms (see README)."""
