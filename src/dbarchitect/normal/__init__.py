"""Functional dependencies and normal forms: theory, discovery in data, and the decomposition as changes."""
