"""Japanese NLU components for Rasa (Python 3.10)."""
