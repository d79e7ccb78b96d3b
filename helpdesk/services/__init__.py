"""Use cases: load, ask the domain, save; one transaction each."""
