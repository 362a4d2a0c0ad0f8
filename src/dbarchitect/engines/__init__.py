"""Engines: each folder reads, runs and copies one database; none knows another."""
