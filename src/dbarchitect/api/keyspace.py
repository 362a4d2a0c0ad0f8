"""`dba check` of a Redis server."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.engines.redis.connection import connect, shown
from dbarchitect.engines.redis.inspect import inspect
from dbarchitect.keyspace.rule import BOOK
from dbarchitect.model.finding import Gap, Review
from dbarchitect.model.keyspace import Keyspace

from .read_only import planned, refuse, reviewed
from .schema import CheckOptions

__all__ = ["check_keyspace"]


def check_keyspace(url: str, options: CheckOptions) -> Review:
    """Review a Redis server: its settings, and a sample of its keys.

    Raises `InputError` for options that have no meaning there, `SurroundingsError` where it cannot be reached.
    """
    refuse(options, "a Redis server", workload=False)
    plan = planned(BOOK, options)
    client = connect(url)
    try:
        space = inspect(client, url, progress=options.progress)
    finally:
        client.close()
    review = reviewed(
        BOOK,
        space,
        plan,
        options,
        source=space.source,
        engine=f"Redis {space.version}",
        sample=_sample(space),
        gaps=_gaps(space),
        command=["dba", "check", space.source],
    )
    return replace(review, keys=space.keys)


def _sample(space: Keyspace) -> str:
    if space.whole:
        return f"all {space.sampled:,} keys"
    return f"{space.sampled:,} of {space.keys:,} keys in {space.seconds:.0f} s"


def _gaps(space: Keyspace) -> tuple[Gap, ...]:
    found = [Gap(kind="command", name=name, effect=lacks) for name, lacks in space.refused.items()]
    if space.mode == "cluster" or space.info.get("cluster_enabled") == "1":
        found.append(Gap(kind="cluster", name=shown(space.source), effect="only this node was looked at"))
    if not space.keys:
        found.append(Gap(kind="database", name=space.source, effect="it has no keys: only the server was looked at"))
    others = {name: keys for name, keys in space.databases.items() if keys}
    here = space.source.rstrip("/").rpartition("/")[2]
    others.pop(here if here.isdecimal() else "0", None)
    if others:
        named = ", ".join(f"{name} ({keys:,} keys)" for name, keys in list(others.items())[:8])
        found.append(Gap(kind="database", name=named, effect="not looked at; name it at the end of the URL"))
    return tuple(found)
