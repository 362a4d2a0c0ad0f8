"""Indexes that are there: which of them another does the work of, and which nobody reads."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.index.candidates import identity, keys_of
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name
from dbarchitect.model.schema import ForeignKey, Index, Relational, Table

_MERGED = 4  # indexes that one could replace: all combinations of so many are looked at


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
        # Of two alike the one with a constraint, or else the last by name, stays (as the review has it).
        return other.constraint is not None or other.unique > index.unique or str(other.name) > str(index.name)
    if index.method != "btree":
        return False
    keys, more = keys_of(index), keys_of(other)
    carried = {key.text for key in other.keys} | set(other.include)
    return len(keys) < len(more) and more[: len(keys)] == keys and set(index.include) <= carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Merger:
    """One index, not there yet and without a name of its own, that could do the work of several."""

    index: Index
    replaces: tuple[Index, ...]


def mergers(schema: Relational, *, width: int, without: Collection[Name] = ()) -> Iterator[Merger]:
    """Indexes of one table that begin alike, as one with the keys of all; the larger groups first. `without`: indexes
    that go anyway."""
    needed = {
        (one.target, one.target_index) for table in schema.tables for one in table.constraints
        if isinstance(one, ForeignKey)
    }  # fmt: skip
    for table in schema.tables:
        if table.kind == "partitioned" or table.partition_of is not None:
            continue
        alike: dict[tuple[object, ...], list[Index]] = {}
        for index in table.indexes:
            plain = index.method == "btree" and not index.unique and _free(index)
            if plain and index.name not in without and (table.name, index.name.name) not in needed:
                alike.setdefault((keys_of(index)[0], index.predicate), []).append(index)
        for group in alike.values():
            for count in range(min(len(group), _MERGED), 1, -1):
                for some in itertools.combinations(group, count):
                    if (merged := _merged(some, width)) is not None:
                        yield Merger(index=merged, replaces=some)


def _merged(indexes: Sequence[Index], width: int) -> Index | None:
    """The keys of the longest, then those that the others have besides, and all columns that they carry along."""
    longest, *others = sorted(indexes, key=lambda one: -len(one.keys))
    keys = list(longest.keys)
    for other in others:
        texts = {key.text for key in keys}
        keys += [key for key in other.keys if key.text not in texts]
    if len(keys) > width:
        return None
    texts = {key.text for key in keys}
    carried = tuple(dict.fromkeys(name for one in indexes for name in one.include if name not in texts))
    return replace(longest, keys=tuple(keys), include=carried, comment=None)
