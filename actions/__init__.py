"""Rasa's custom actions, one module per topic: they decide nothing."""
