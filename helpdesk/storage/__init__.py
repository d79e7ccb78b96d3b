"""Tables, repositories, secrets on disk and the reader of the catalog."""
