"""A database that is there as a brief, and the decisions that it seems to have made: what `dba design --from` tells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from dbarchitect.model.finding import Finding
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value

from .decision import Decision, Topic
from .from_schema import volume_of
from .kept import Difference, Kept
from .practices import Practice
from .reverse import Parts
from .spec import Access, Spec, Surroundings, Volume
from .written import listing, many, without_the_usual

# Told as `practices`, of which a comparison of tables and columns knows too little.
_PRACTICES = ("state", "history", "search", "queue", "tenancy", "partitioning")
SCHEMA = "dbarchitect.recovery/1"


class Missing(Value, frozen=True, kw_only=True):
    """Something that the database has and the brief does not say."""

    about: str
    what: str


class Seen(Value, frozen=True, kw_only=True):
    """A decision of the design, about the same objects of the database. `agrees`: the database decided the same; else
    `here` is what it has instead."""

    topic: Topic
    what: str
    why: str
    unless: str
    about: tuple[str, ...]
    agrees: bool
    here: tuple[str, ...] = ()


class Recovery(Value, frozen=True, kw_only=True):
    """What `dba design --from` found.

    brief     the text; `entities`, `relations`, `rules`, `queries` count what is in it
    kept      what came back where the brief was designed again, on a server
    missing   what the brief does not say
    seen      decisions that agree, and those to revisit
    practices how the database does what applications need again and again
    findings  what the review says; `rules_run`: how many rules spoke or could have
    """

    source: str
    brief: str
    entities: int
    relations: int
    rules: int
    queries: int
    kept: Kept
    missing: tuple[Missing, ...] = ()
    seen: tuple[Seen, ...] = ()
    practices: tuple[Practice, ...] = ()
    findings: tuple[Finding, ...] = ()
    rules_run: int = 0
    written: tuple[str, ...] = ()


def spec_of_parts(parts: Parts, schema: Relational, workload: Workload | None, *, title: str) -> Spec:
    """The spec that the brief of a database says: what its tables say, how many rows they have, what is asked."""
    shared = bool(parts.tenant)
    spec = Spec(
        title=title,
        surroundings=Surroundings(
            tenant=parts.tenant, tenancy="shared" if shared else "", ids="" if shared else parts.ids
        ),
        entities=parts.entities,
        relations=parts.relations,
        rules=parts.rules,
        access=tuple(_asked(parts, workload)),
        volumes=tuple(_volumes(parts, schema)),
    )
    return without_the_usual(spec)


def _volumes(parts: Parts, schema: Relational) -> Iterator[Volume]:
    facts = schema.facts
    names = {one.name for one in parts.entities}
    for table, entity in parts.entity_of.items():
        known = facts.tables.get(str(table)) if facts is not None else None
        if known is not None and known.rows and entity in names:
            yield volume_of(entity, known, facts.counted_seconds if facts else None)


def _asked(parts: Parts, workload: Workload | None) -> Iterator[Access]:
    for entity, words in parts.searched:
        yield Access(
            text=f"search {many(entity)} by {listing(words or ('words',))}", verb="search", entity=entity, by=words
        )
    for entity in parts.near:
        yield Access(text=f"find the {many(entity)} nearest to a place", verb="nearest", entity=entity)
    for query in workload.queries if workload is not None else ():
        if "```" in query.sql or not "".join(query.sql.split()).isprintable():
            continue  # it could end the block that it stands in
        rate = query.calls / workload.window_seconds if workload is not None and workload.window_seconds else None
        yield Access(text=query.sql, sql=query.sql, per_second=round(rate, 6) if rate else None)


def seen(decisions: Sequence[Decision], kept: Kept, mine: Sequence[str]) -> Iterator[Seen]:
    """The decisions of a design beside what the database has: those about what came back as it was agree. `mine`: the
    tables of the design that the database has too."""
    changed: dict[str, list[Difference]] = {}
    for one in kept.differences:
        if one.then:
            changed.setdefault(one.then.partition(" (")[0], []).append(one)
    added = {one.then.partition(" (")[0] for one in kept.differences if not one.about}
    groups: dict[tuple[str, str, bool], list[tuple[Decision, list[Difference]]]] = {}
    for one in decisions:
        table = one.about.partition(".")[0]
        if one.topic in ("volume", "not enforced", "optional", "name", "hierarchy") or (table and table not in mine):
            continue
        if one.about in added:
            continue
        here = [two for two in changed.get(one.about, ()) if two.about and _speaks_of(one, two) and _said(one, two)]
        if one.topic == "key" and not one.about:
            here = [two for two in kept.differences if two.what == "column" and two.then.endswith(".id") and two.about]
            here = [two for two in here if " is " in two.form]
        if here or one.topic not in _PRACTICES:
            alike = re.sub(r"\bits \d+ values", "its values", one.what)
            groups.setdefault((one.topic, alike, not here), []).append((one, here))
    for (_, what, agrees), group in groups.items():
        first = group[0][0]
        forms = dict.fromkeys(part for decision, here in group for two in here for part in _said(decision, two))
        yield Seen(
            topic=first.topic, what=what, why=first.why, unless=first.unless, agrees=agrees,
            about=tuple(dict.fromkeys(one.about for one, _ in group if one.about)), here=tuple(forms),
        )  # fmt: skip


def _speaks_of(decision: Decision, difference: Difference) -> bool:
    kinds = {"type": "column", "key": "key", "deletion": "reference", "state": "column", "constraint": "column"}
    return kinds.get(decision.topic, difference.what) == difference.what


def _said(decision: Decision, difference: Difference) -> list[str]:
    """What of a difference the decision is about: of a type nothing but the type."""
    parts = difference.form.split("; ")
    if decision.topic != "type":
        return parts
    return [one for one in parts if " is " in one and not one.startswith(("NULL is", "it is"))]


def without(spec: Spec, refused: Sequence[str]) -> Spec:
    """The spec without conditions and queries that the server refuses."""
    gone = {_spelt(one) for one in refused}
    return replace(
        spec,
        rules=tuple(one for one in spec.rules if not one.sql or _spelt(one.sql) not in gone),
        access=tuple(one for one in spec.access if not one.sql or _spelt(one.sql) not in gone),
    )


def _spelt(sql: str) -> str:
    return " ".join(sql.split()).rstrip("; .")
