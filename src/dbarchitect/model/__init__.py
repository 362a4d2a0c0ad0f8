"""The values that every room speaks: frozen, comparable, and JSON both ways (see `value.py`)."""
