"""The use cases, on the sample world in a database in memory."""
