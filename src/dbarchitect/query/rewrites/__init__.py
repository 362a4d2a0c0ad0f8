"""One file a rewrite; see `query/rewrite.py`."""
