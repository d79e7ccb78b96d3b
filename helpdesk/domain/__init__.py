"""The rules, free of frameworks: standard library only, Python 3.10."""
