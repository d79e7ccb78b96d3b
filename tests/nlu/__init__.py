"""Tests of the Japanese NLU components; they run in Rasa's environment."""
