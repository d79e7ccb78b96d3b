"""Rasa's side of the gateway: the channel and the tracker store (Python 3.10)."""
