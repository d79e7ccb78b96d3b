"""The product in a real browser; `make test-services` runs these."""
