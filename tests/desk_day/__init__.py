"""A working day at the desk, played fast: customers and operators at a real server."""
