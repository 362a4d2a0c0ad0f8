"""A database architect that proves its advice on a real engine."""

__version__ = "0.1.0"
