"""The tables, the catalog and the secrets."""
