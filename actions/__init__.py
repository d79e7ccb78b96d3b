"""Rasa's custom actions, one module per topic: they ask and answer, they decide nothing."""
