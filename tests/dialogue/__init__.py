"""Tests of the channel and the tracker store; they run in Rasa's environment."""
