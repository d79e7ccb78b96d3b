"""Messages in and out: the web chat, the worker that answers, the way to Rasa."""
