"""Benchmarks of dbarchitect, run on demand: see README.md."""
