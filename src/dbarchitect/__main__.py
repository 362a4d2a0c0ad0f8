"""`python -m dbarchitect`."""
