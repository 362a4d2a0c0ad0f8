"""Indexes that are there: which of them another does the work of, and which nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.index.candidates import identity, keys_of
from dbarchitect.model.facts import Facts
from dbarchitect.model.schema import ForeignKey, Index, Relational, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Superfluous:
    """An index that may go. `instead` does its work, None where nobody asks for it."""

    index: Index
    why: str
    instead: Index | None = None


def superfluous(schema: Relational, *, counters: bool) -> Iterator[Superfluous]:
    """Indexes that may go, by what the catalogue says: nothing in the schema needs them. `counters`: the source's are
    old enough to say that an index is never read."""
    facts = schema.facts or Facts()
    needed = {
        (one.target, one.target_index)
        for table in schema.tables
        for one in table.constraints
        if isinstance(one, ForeignKey)
    }
    for relation in (*schema.tables, *schema.views):
        gone: set[str] = set()
        for index in sorted(relation.indexes, key=lambda one: (len(one.keys) + len(one.include), str(one.name))):
            if not _free(index) or (relation.name, index.name.name) in needed:
                continue
            others = [one for one in relation.indexes if one is not index and one.name.name not in gone and one.valid]
            twin = next((one for one in others if _serves(one, index)), None)
            if twin is not None:
                gone.add(index.name.name)
                same = identity(twin) == identity(index)
                why = "the same index as" if same else "its keys are the first of those of"
                yield Superfluous(index=index, why=f"{why} {twin.name.name}", instead=twin)
                continue
            found = facts.indexes.get(str(index.name))
            if counters and not index.unique and found is not None and found.scans == 0:
                partitioned = isinstance(relation, Table) and relation.kind == "partitioned"
                if not partitioned and index.parent is None:
                    yield Superfluous(index=index, why=f"not read since the counters began ({facts.stats_reset or ''})")


def _free(index: Index) -> bool:
    """Whether nothing but queries needs it: no constraint, no replica identity, no parent, no order of rows."""
    return (
        index.constraint is None
        and not index.replica_identity
        and not index.clustered
        and index.parent is None
        and index.valid
    )


def _serves(other: Index, index: Index) -> bool:
    """Whether `other` answers whatever `index` does."""
    if other.method != index.method or other.predicate != index.predicate:
        return False
    if index.unique and not (other.unique and identity(other) == identity(index)):
        return False
    if identity(index) == identity(other) and other.unique >= index.unique:
        # Of two alike the one with a constraint, or else the first by name, stays.
        return other.constraint is not None or other.unique > index.unique or str(other.name) < str(index.name)
    if index.method != "btree":
        return False
    keys, more = keys_of(index), keys_of(other)
    carried = {key.text for key in other.keys} | set(other.include)
    return len(keys) < len(more) and more[: len(keys)] == keys and set(index.include) <= carried
