"""`dba check` of a Redis server."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.engines.redis.connection import connect, shown
from dbarchitect.engines.redis.inspect import inspect
from dbarchitect.keyspace.rule import BOOK
from dbarchitect.model.finding import Gap, Review
from dbarchitect.model.keyspace import Keyspace

from .choose import facts_of
from .read_only import planned, refuse, reviewed
from .schema import CheckOptions

__all__ = ["check_keyspace"]


def check_keyspace(url: str, options: CheckOptions) -> Review:
    """Review a Redis server: its settings, and a sample of its keys.

    Raises `InputError` for options that have no meaning there, `SurroundingsError` where it cannot be reached.
    """
    refuse(options, "a Redis server", workload=False)
    plan = planned(BOOK, options)
    facts = facts_of(options.facts)
    client = connect(url, options.token)
    try:
        space = inspect(client, url, progress=options.progress)
    finally:
        client.close()
    engine = f"Redis {space.version}"
    gaps = _gaps(space)
    if space.upstash:
        engine += f" at Upstash {space.info['upstash_version']}"
        space = replace(space, request=int(facts.number("upstash.request_max") * 1e6))
        old = (Gap(kind="fact", name="upstash.request_max", effect=one) for one in facts.old(options.now.date()))
        gaps = (*gaps, *old)
    review = reviewed(
        BOOK,
        space,
        plan,
        options,
        source=space.source,
        engine=engine,
        sample=_sample(space),
        gaps=gaps,
        command=["dba", "check", space.source, *(word for path in options.facts for word in ("--facts", str(path)))],
    )
    sent = {"sent": f"{space.sent:,} commands over REST"} if space.sent else {}
    return replace(review, keys=space.keys, environment=review.environment | sent)


def _sample(space: Keyspace) -> str:
    if space.whole:
        return f"all {space.sampled:,} keys"
    return f"{space.sampled:,} of {space.keys:,} keys in {space.seconds:.0f} s"


def _gaps(space: Keyspace) -> tuple[Gap, ...]:
    found = [Gap(kind="command", name=name, effect=lacks) for name, lacks in space.refused.items()]
    if space.unnamed:
        found.append(Gap(kind="keys", name=f"{space.unnamed:,} that are no UTF-8", effect="REST cannot name them"))
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
