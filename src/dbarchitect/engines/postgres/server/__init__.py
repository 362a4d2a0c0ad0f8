"""Servers that are ours: private ones (`server.py`), or databases of ours on a scratch server of the user's."""

from dbarchitect.engines.postgres.server.binaries import Binaries, find_binaries, version_name
from dbarchitect.engines.postgres.server.server import Server, private_server

__all__ = ["Binaries", "Server", "find_binaries", "private_server", "version_name"]
