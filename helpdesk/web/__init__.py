"""Pages: the chat, the link pages and My Page."""
