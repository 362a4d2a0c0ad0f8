"""The twin: a private database that plans like the source and has no rows (`twin.py`), and its file (`snapshot.py`)."""

from dbarchitect.engines.postgres.twin.twin import Twin, build, dress, restore, take

__all__ = ["Twin", "build", "dress", "restore", "take"]
