"""`dba check` of a Redis server."""

from __future__ import annotations

import shlex

from msgspec.structs import replace

from dbarchitect.engines.redis.connection import connect, is_redis, shown
from dbarchitect.engines.redis.inspect import inspect
from dbarchitect.errors import InputError
from dbarchitect.keyspace.rule import look, rules
from dbarchitect.model.finding import Gap, Review
from dbarchitect.model.keyspace import Keyspace
from dbarchitect.suppression import read_baseline, suppress

from .choose import facts_of
from .schema import CheckOptions, RulePage

__all__ = ["check_keyspace", "is_redis", "keyspace_pages"]


def keyspace_pages() -> tuple[RulePage, ...]:
    """The pages of the rules for Redis, by id."""
    return tuple(
        RulePage(id=rule.id, severity=rule.severity.value, needs=", ".join(rule.needs), text=rule.page or "")
        for rule in rules()
    )


def check_keyspace(url: str, options: CheckOptions) -> Review:
    """Review a Redis server: its settings, and a sample of its keys.

    Raises `InputError` for options that have no meaning there, `SurroundingsError` where it cannot be reached.
    """
    _refuse(options)
    known = [rule.id for rule in rules()]
    asked = [one for one in options.select if one in known]
    run = {one for one in (asked if options.select else known) if one not in options.ignore}
    baseline = read_baseline(options.baseline) if options.baseline else None
    facts = facts_of(options.facts)
    client = connect(url, options.token)
    try:
        space = inspect(client, url, progress=options.progress)
    finally:
        client.close()
    if space.upstash:
        space = replace(space, request=int(facts.number("upstash.request_max") * 1e6))
    findings, silent = look(space, run)
    rerun = ["dba", "check", space.source, *(word for path in options.facts for word in ("--facts", str(path)))]
    findings = tuple(
        replace(
            one,
            proof=replace(
                one.proof,
                rerun=shlex.join([*rerun, "--select", one.rule]),
                environment={"server": _engine(space)},
            ),
        )
        for one in findings
    )
    findings, suppressed, stale = suppress(
        findings,
        ignores=options.ignores,
        baseline=baseline,
        not_run=set(known) - run,
        today=options.now.date(),
    )
    old = (Gap(kind="fact", name="upstash.request_max", effect=one) for one in facts.old(options.now.date()))
    return Review(
        source=space.source,
        engine=_engine(space),
        findings=findings,
        silent=silent,
        suppressed=suppressed,
        gaps=(*_gaps(space), *stale, *old),
        keys=space.keys,
        rules_run=len(run),
        environment={"source": _engine(space), "sample": _sample(space)}
        | ({"sent": f"{space.sent:,} commands over REST"} if space.sent else {}),
        command=tuple(rerun),
    )


def _engine(space: Keyspace) -> str:
    return f"Redis {space.version}" + (f" at Upstash {space.info['upstash_version']}" if space.upstash else "")


def _refuse(options: CheckOptions) -> None:
    wrong = {
        "--prove": options.prove, "--fix": options.fix is not None, "--against": options.against is not None,
        "--workload": options.workload is not None, "--data": options.data, "--rows": bool(options.rows),
        "--read-rows": options.read_rows is not None, "--server": options.server is not None,
    }  # fmt: skip
    given = next((name for name, is_given in wrong.items() if is_given), None)
    if given is not None:
        raise InputError(f"{given} is for relational sources: a Redis server is only read", hint=f"leave {given} out")


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
