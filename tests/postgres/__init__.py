"""What only PostgreSQL can show: `pytest --postgres`, in make test-services."""
