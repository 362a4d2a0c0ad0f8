"""What stands beside the database, only where it is asked for and the database alone would not do, and what is not
needed at all."""

from __future__ import annotations

from collections.abc import Iterator

from .constraints import beyond_one_machine, machine_writes
from .evidence import Statement, modelled, stated
from .factbook import Factbook
from .options import Option
from .profile import Profile


def beside(profile: Profile, option: Option, facts: Factbook) -> tuple[Statement, ...]:
    """A cache or a queue, where they are asked for: whether one is needed, and why."""
    return tuple(_beside(profile, option, facts))


def cache_pays(profile: Profile, facts: Factbook) -> bool:
    """Whether a cache that is asked for is worth a second system: reads beyond what a middling server answers."""
    return profile.asks("cache") and (profile.reads or 0.0) > facts.number("machine.reads")


def _beside(profile: Profile, option: Option, facts: Factbook) -> Iterator[Statement]:
    if option.family == "redis":
        return
    reads = facts["machine.reads"]
    if cache_pays(profile, facts):
        which = "Upstash" if profile.runs in ("edge", "serverless") else "Redis"
        yield modelled(
            f"a cache: {which}. {profile.reads:,.0f} reads a second are more than {reads.figure}; invalidate by what "
            "the database publishes, never by time alone",
            reads,
        )
    elif profile.asks("cache"):
        said = f"{profile.reads:,.0f} reads a second" if profile.reads is not None else "no read rate is said"
        yield modelled(
            f"a cache is asked for, and {option.title} alone would do: {said}, and a middling server answers "
            f"{reads.figure}. A table with an expiry (unlogged in PostgreSQL) keeps one system",
            reads,
        )
    if profile.asks("time series") and beyond_one_machine(profile, facts) is not None:
        yield stated(
            "a log of events before it (Kafka), and a column store for sums over all of them (ClickHouse): no database "
            f"that is compared here is one; {option.title} is for what is asked of single rows"
        )
    if profile.asks("queue"):
        grade, how = option.grade("queue")
        if grade in ("native", "enough") and (profile.writes or 0.0) <= machine_writes(facts):
            yield stated(f"a queue: {option.title} alone would do, with {how} ({profile.why('queue')})")
        else:
            yield stated(f"a queue of its own: {how or 'the database has none'}")


def not_needed(profile: Profile, option: Option, facts: Factbook) -> tuple[Statement, ...]:
    """What people often add and this brief does not ask for."""
    found: list[Statement] = []
    one = option.title
    beyond = beyond_one_machine(profile, facts)
    if option.family == "redis":
        return (stated("a relational database: nothing that is kept here has to outlive a restart"),)
    if not profile.asks("cache"):
        found.append(stated(f"a cache (Redis): nothing asks for one; {one} keeps hot pages in memory"))
    if not profile.asks("queue"):
        found.append(stated("a message queue: no work is taken from one"))
    if profile.asks("vectors") and option.grade("vectors")[0] in ("native", "enough"):
        found.append(stated("a vector database: vectors are beside the rows they belong to, filtered in one query"))
    if profile.asks("full text") and option.grade("full text")[0] in ("native", "enough"):
        found.append(stated(f"a search engine: {option.grade('full text')[1]} until ranking itself is the product"))
    if profile.asks("documents") and option.family != "mongodb":
        found.append(stated(f"a document database: {option.grade('documents')[1]}"))
    if profile.asks("time series") and option.id in ("postgresql", "neon", "supabase", "pgvector"):
        found.append(stated(f"a time series database: {option.grade('time series')[1]}"))
    if beyond is None:
        found.append(
            modelled(
                f"sharding: one {'file' if option.embedded else 'machine'} is enough", facts["machine.storage_max"]
            )
        )
        if len(profile.regions) < 2 and (profile.reads or 0.0) <= facts.number("machine.reads"):
            found.append(modelled("read replicas for load: one for failover is another matter", facts["machine.reads"]))
    return tuple(found)
