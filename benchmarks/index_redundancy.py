"""Which indexes of a schema could really go, decided by brute force, beside what the rules of `dba check` say?

For every index a family of queries is generated that it could serve: equality on every beginning of its keys (rows, and
count alone), a range and an order on the next key, pages in its order forward and back, the least and the greatest, IS
NULL, the checks of foreign keys; of other access methods the operator that they are made for. All are planned on a twin
with the statistics of a lab, its tables made `--times` larger. An index can go if without it no query of its family has
a dearer plan (a tenth and one unit, as in `dba check --prove`) and no guarantee is lost (uniqueness, a foreign key's
target, the replica identity).

The rules judged: duplicate-index, prefix-redundant-index, partial-index-shadowed. All indexes that they name go at
once; each must be missed by nobody. Then every index that is left goes by itself: one that nobody misses was not found,
with the reason why.

    python -m benchmarks.index_redundancy SCHEMA.sql ... [--times 100] [--budget 200000] [--details]
"""

from __future__ import annotations

import collections
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from dbarchitect.engines.postgres.twin import Twin, dress
from dbarchitect.engines.postgres.twin.scale import scale
from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Index, IndexKey, PrimaryKey, Relational, Table, Unique
from dbarchitect.prove.workbench import Workbench
from dbarchitect.review import review
from dbarchitect.sources import Workshop, open_source

from . import report

RULES = ("duplicate-index", "prefix-redundant-index", "partial-index-shadowed")
DEARER, DEARER_BY = 1.1, 1.0
MUCH = 2.0
SMALL_PAGES = 10


_HUNDREDTH = """
with part as (
    select {key} as k, row_number() over (order by {key}) as n, count(*) over () as c from {table} where {where}
)
select quote_literal((array_agg(k order by n))[1]::text) || '::' || pg_typeof((array_agg(k))[1])::text,
    quote_literal((array_agg(k order by n desc))[1]::text) || '::' || pg_typeof((array_agg(k))[1])::text
from part where n between c / 2 and c / 2 + greatest(c / 100, 1)
"""


@dataclass(slots=True)
class Judged:
    """An index with the queries of its family, their costs with all indexes, and which indexes served them."""

    table: Table
    index: Index
    queries: list[str] = field(default_factory=list[str])
    costs: list[float] = field(default_factory=list[float])
    used: int = 0
    undecided: str = ""

    @property
    def reading(self) -> str:
        """How the query begins that reads the whole index in its order."""
        listed = ", ".join([*map(key_text, self.index.keys), *map(quote_identifier, self.index.include)])
        return f"SELECT {listed} FROM"


def typed(owner: psycopg.Connection[Any], table: Table, index: Index) -> list[list[tuple[str, str, str]]]:
    """For up to two rows of the lab and each key: the value, and the ends of one hundredth of all values, as SQL."""
    keys = [key_text(key) for key in index.keys]
    where = " AND ".join([f"{key} IS NOT NULL" for key in keys] + ([f"({index.predicate})"] if index.predicate else []))
    fields = ", ".join(f"quote_literal(({key})::text) || '::' || pg_typeof({key})::text" for key in keys)
    rows = owner.execute(
        f"SELECT {fields} FROM {table.name} WHERE {where} ORDER BY md5(ctid::text) LIMIT 2".encode()
    ).fetchall()
    if not rows:
        return []
    ends: list[tuple[str, str]] = []
    for key in keys:
        try:
            with owner.transaction():
                row = owner.execute(_HUNDREDTH.format(key=key, table=table.name, where=where).encode()).fetchone()
        except psycopg.Error:
            row = None
        ends.append((str(row[0]), str(row[1])) if row and row[0] else ("", ""))
    return [[(str(value), *end) for value, end in zip(row, ends, strict=True)] for row in rows]


def key_text(key: IndexKey) -> str:
    return quote_identifier(key.column) if key.column is not None else f"({key.expression})"


def order_text(key: IndexKey, *, back: bool) -> str:
    down, first = key.descending != back, key.nulls_first != back
    collation = f" COLLATE {key.collation}" if key.collation else ""
    return f"{key_text(key)}{collation}{' DESC' if down else ''} NULLS {'FIRST' if first else 'LAST'}"


def family(owner: psycopg.Connection[Any], table: Table, index: Index) -> Iterator[str]:
    """The queries that an index could serve. Nothing for a method or operator class that is not known here."""
    only = f" AND ({index.predicate})" if index.predicate else ""
    if index.method in ("gin", "gist", "brin", "spgist"):
        yield from _by_operator(owner, table, index, only)
        return
    keys = index.keys
    samples = typed(owner, table, index)
    for row in samples:
        for count in range(1, len(keys) + 1):
            points = [_equal(key, value[0]) for key, value in zip(keys[:count], row, strict=False)]
            yield f"SELECT * FROM {table.name} WHERE {' AND '.join(points)}{only}"
            yield f"SELECT count(*) FROM {table.name} WHERE {' AND '.join(points)}{only}"
    if index.method != "btree":
        return
    for row in samples[:1]:
        for count, key in enumerate(keys):
            head = [_equal(one, value[0]) for one, value in zip(keys[:count], row, strict=False)]
            low, high = row[count][1:]
            where = " AND ".join([*head, f"{_key(key)} BETWEEN {low} AND {high}"]) if low else ""
            if where:
                yield f"SELECT * FROM {table.name} WHERE {where}{only}"
                yield f"SELECT * FROM {table.name} WHERE {' AND '.join([*head, f'{_key(key)} > {low}'])}{only} " + (
                    f"ORDER BY {order_text(key, back=False)} LIMIT 20"
                )
            if head:
                yield f"SELECT * FROM {table.name} WHERE {' AND '.join(head)}{only} ORDER BY " + (
                    f"{order_text(key, back=True)} LIMIT 20"
                )
    for count, back in itertools.product(range(1, len(keys) + 1), (False, True)):
        order = ", ".join(order_text(key, back=back) for key in keys[:count])
        yield f"SELECT * FROM {table.name} WHERE true{only} ORDER BY {order} LIMIT 20"
    listed = ", ".join([*map(key_text, keys), *map(quote_identifier, index.include)])
    yield f"SELECT {listed} FROM {table.name} WHERE true{only} ORDER BY " + ", ".join(
        order_text(key, back=False) for key in keys
    )
    first = keys[0]
    column = table.column(first.column) if first.column else None
    if column is None or not column.not_null:
        yield f"SELECT * FROM {table.name} WHERE {key_text(first)} IS NULL{only} LIMIT 20"
        yield f"SELECT count(*) FROM {table.name} WHERE {key_text(first)} IS NULL{only}"
    if not index.predicate:
        yield from _foreign_keys(owner, table, index)


def _key(key: IndexKey) -> str:
    return f"{key_text(key)} COLLATE {key.collation}" if key.collation else key_text(key)


def _equal(key: IndexKey, value: str) -> str:
    return f"{_key(key)} = {value}"


def _foreign_keys(owner: psycopg.Connection[Any], table: Table, index: Index) -> Iterator[str]:
    """The look-up of children that DELETE of a parent does (ri_triggers.c), for the foreign keys that the index
    begins with."""
    for foreign in table.foreign_keys:
        if {key.column for key in index.keys[: len(foreign.columns)]} != set(foreign.columns):
            continue
        columns = ", ".join(f"quote_literal({quote_identifier(one)}::text)" for one in foreign.columns)
        some = " AND ".join(f"{quote_identifier(one)} IS NOT NULL" for one in foreign.columns)
        for row in owner.execute(f"SELECT {columns} FROM {table.name} WHERE {some} LIMIT 1".encode()).fetchall():
            where = " AND ".join(f"{quote_identifier(c)} = {v}" for c, v in zip(foreign.columns, row, strict=True))
            yield f"SELECT 1 FROM ONLY {table.name} x WHERE {where}"


def _by_operator(owner: psycopg.Connection[Any], table: Table, index: Index, only: str) -> Iterator[str]:
    for key in index.keys:
        column = table.column(key.column) if key.column else None
        classes = key.opclass.name if key.opclass else ""
        name = key_text(key)
        if index.method in ("gin", "gist") and "trgm" in classes:
            yield f"SELECT * FROM {table.name} WHERE {name} LIKE '%dbarch%'{only}"
        elif index.method == "gin" and column is not None and column.type.is_array:
            row = owner.execute(
                f"SELECT quote_literal({name}::text) FROM {table.name} WHERE {name} <> '{{}}' LIMIT 1".encode()
            ).fetchone()
            if row:
                yield f"SELECT * FROM {table.name} WHERE {name} @> {row[0]}{only}"
        elif index.method == "gin" and column is not None and column.type.name == "jsonb":
            yield f"SELECT * FROM {table.name} WHERE {name} @> '{{\"a\": 1}}'{only}"
        elif index.method == "gin" and "tsvector" in classes:
            yield f"SELECT * FROM {table.name} WHERE {name} @@ to_tsquery('simple', 'dbarch'){only}"
        elif index.method == "brin" and column is not None:
            row = owner.execute(
                f"SELECT quote_literal(min({name})::text), quote_literal(max({name})::text) FROM "
                f"(SELECT {name} FROM {table.name} WHERE {name} IS NOT NULL ORDER BY 1 LIMIT 100) AS low".encode()
            ).fetchone()
            if row and row[0]:
                yield f"SELECT * FROM {table.name} WHERE {name} BETWEEN {row[0]} AND {row[1]}{only}"


def guarantee(schema: Relational, table: Table, index: Index, gone: frozenset[Name]) -> str:
    """What is lost with an index whatever the plans say, in words; "" where nothing is."""
    if index.replica_identity or index.clustered:
        return "the replica identity, or the table's order"
    for other in schema.tables:
        for key in other.foreign_keys:
            if key.target == table.name and key.target_index == index.name.name:
                return "the target of a foreign key"
    if index.constraint is not None:
        kind = next((one for one in table.constraints if one.name == index.constraint), None)
        if isinstance(kind, PrimaryKey):
            return "the primary key"
        if not isinstance(kind, Unique):
            return "an exclusion constraint"
    if not index.unique:
        return ""
    own = {(key.column, key.expression, str(key.collation or "")) for key in index.keys}
    for one in table.indexes:
        constraint = next((c for c in table.constraints if c.name == one.constraint), None) if one.constraint else None
        same = {(key.column, key.expression, str(key.collation or "")) for key in one.keys} <= own
        whole = one.predicate is None or one.predicate == index.predicate
        late = constraint is not None and constraint.deferrable
        nulls = one.nulls_not_distinct >= index.nulls_not_distinct
        if one is not index and one.name not in gone and one.unique and same and whole and nulls and not late:
            return ""
    return "uniqueness"


def costs(twin: Twin, queries: Sequence[str]) -> list[float]:
    """The planner's cost of each query."""
    return [twin.explain(one).cost for one in queries]


def worst(before: Sequence[float], after: Sequence[float]) -> float:
    """By how much the query that suffers most gets dearer; 1 where none does."""
    factors = [
        new / max(old, 0.01) for old, new in zip(before, after, strict=True) if new > max(old * DEARER, old + DEARER_BY)
    ]
    return max(factors, default=1.0)


@dataclass(slots=True)
class Outcome:
    """What came of one schema. `lines`: what is worth reading, in words."""

    name: str
    judged: int = 0
    undecided: int = 0
    told: int = 0
    right: int = 0
    whole: int = 0
    slower: int = 0
    wrong: int = 0
    wrong_whole: int = 0
    left: int = 0
    missed: collections.Counter[str] = field(default_factory=collections.Counter[str])
    questions: int = 0
    seconds: float = 0.0
    lines: list[str] = field(default_factory=list[str])


def judge(path: Path, *, times: float, budget: int) -> Outcome:
    """Decide every index of the schema in a file."""
    started = time.monotonic()
    found = Outcome(path.stem)
    with closing(Workshop()) as workshop:
        source = open_source(str(path), workshop)
        bench = Workbench(workshop.host, source.snapshot(now=datetime.now(tz=UTC)), budget_rows=budget)
        with closing(bench):
            owner, _ = bench.lab()
            snapshot = scale(bench.with_facts(), {"*": times})
            gaps = bench.copy("large")
            with closing(dress(workshop.server, snapshot, database="large", gaps=gaps)) as twin:
                _judge(found, snapshot.schema, owner, twin)
    found.seconds = time.monotonic() - started
    return found


def _judge(found: Outcome, schema: Relational, owner: psycopg.Connection[Any], twin: Twin) -> None:
    every = [
        _prepared(schema, owner, twin, table, index)
        for table in schema.tables
        for index in table.indexes
        if index.parent is None and index.valid and table.kind != "foreign"
    ]
    found.judged, found.undecided = len(every), sum(bool(one.undecided) for one in every)
    findings, _ = review(schema, select=RULES)
    told = {finding.at.sub: f"{finding.rule} ({finding.severity})" for finding in findings}
    gone = frozenset(one.index.name for one in every if one.index.name.name in told)
    found.told = len(gone)
    found.questions = sum(len(one.queries) for one in every)
    with twin.only(shown=[], hidden=sorted(gone)):
        for one in every:
            if one.index.name in gone and not one.undecided:
                _told(found, schema, twin, one, gone, told[one.index.name.name])
        # What is dear already without them is not the fault of one more that goes.
        for one in every:
            if one.index.name in gone or one.undecided:
                continue
            found.left += 1
            one.costs = costs(twin, one.queries)
            if guarantee(schema, one.table, one.index, gone | {one.index.name}):
                continue
            with twin.only(shown=[], hidden=[one.index.name]):
                after = costs(twin, one.queries)
                if worst(one.costs, after) > 1.0:
                    continue
                reason = _reason(schema, twin, one)
            found.missed[reason] += 1
            found.lines.append(f"not told: {one.index.name.name} on {one.table.name.short}: {reason}")


def _prepared(schema: Relational, owner: psycopg.Connection[Any], twin: Twin, table: Table, index: Index) -> Judged:
    one = Judged(table, index)
    if not owner.execute(f"SELECT EXISTS (SELECT FROM {table.name})".encode()).fetchall()[0][0]:
        one.undecided = "no rows in the lab"
        return one
    try:
        with owner.transaction():
            queries = list(dict.fromkeys(family(owner, table, index)))
    except psycopg.Error as err:
        one.undecided = str(err).partition("\n")[0]
        return one
    for query in queries:
        try:
            plan = twin.explain(query)
        except InputError:
            continue  # a type without the operator
        one.queries.append(query)
        one.costs.append(plan.cost)
        one.used += any(node.index == index.name.name for node in plan.root.walk())
    if not one.queries:
        one.undecided = "no query is known that it serves"
    return one


def _told(found: Outcome, schema: Relational, twin: Twin, one: Judged, gone: frozenset[Name], rule: str) -> None:
    lost = guarantee(schema, one.table, one.index, gone)
    after = costs(twin, one.queries)
    factor = worst(one.costs, after)
    pieces = [at for at, query in enumerate(one.queries) if not query.startswith(one.reading)]
    in_pieces = worst([one.costs[at] for at in pieces], [after[at] for at in pieces])
    if lost:
        found.wrong += 1
        found.lines.append(f"WRONG: {rule}: {one.index.name.name} on {one.table.name.short}: lost is {lost}")
    elif factor > MUCH:
        found.wrong += 1
        found.wrong_whole += in_pieces <= MUCH
    elif in_pieces > 1.0:
        found.slower += 1
    elif factor > 1.0:
        found.whole += 1
    else:
        found.right += 1
    if not lost and factor > 1.0:
        place = max(range(len(after)), key=lambda at: after[at] / max(one.costs[at], 0.01))
        word = "WRONG" if factor > MUCH else "dearer"
        found.lines.append(
            f"{word}: {rule}: {one.index.name.name} on {one.table.name.short}: {factor:.2f} times, "
            f"{one.costs[place]:.1f} to {after[place]:.1f}: {one.queries[place]}"
        )


def _reason(schema: Relational, twin: Twin, one: Judged) -> str:
    """Why nobody misses an index that no rule named."""
    facts = schema.facts.tables.get(str(one.table.name)) if schema.facts else None
    if not one.used:
        if facts is not None and 0 < facts.pages <= SMALL_PAGES:
            return "a small table, read whole"
        return "the planner never takes it at these statistics"
    columns = {key.column for key in one.index.keys}
    keys = [
        other
        for other in one.table.indexes
        if other is not one.index and other.unique and not other.predicate and {k.column for k in other.keys} <= columns
    ]
    if any(key.keys and key.keys[0].column == one.index.keys[0].column for key in keys):
        return "begins with a unique key: one row, whatever follows"
    taken: set[str] = set()
    for query in one.queries:
        taken |= {node.index for node in twin.explain(query).root.walk() if node.index}
    first = one.index.keys[0]
    same = [
        other
        for other in one.table.indexes
        if other.name.name in taken and other.keys and (other.keys[0].column, other.keys[0].expression) == (
            first.column, first.expression
        )
    ]  # fmt: skip
    if same:
        return "another index begins with the same column, in other words or another order"
    if any(
        other.name.name in taken and first.column is not None and first.column in {key.column for key in other.keys[1:]}
        for other in one.table.indexes
    ):
        return "a skip scan of another index is as cheap, at so few values of its first key (PostgreSQL 18)"
    return "another plan is as cheap at these statistics"


def main() -> None:
    """Judge the schemas and print what came of it."""
    parser = report.parser("index_redundancy", __doc__)
    parser.add_argument("schemas", nargs="+", type=Path)
    parser.add_argument("--times", type=float, default=100.0, help="how much larger than the lab's the tables are")
    parser.add_argument("--budget", type=int, default=200_000, help="rows of the lab over all tables")
    parser.add_argument("--details", action="store_true", help="print each index that was judged otherwise")
    options = parser.parse_args()
    outcomes: list[Outcome] = []
    for path in options.schemas:
        outcomes.append(judge(path, times=options.times, budget=options.budget))
        if options.details:
            print(f"{path.stem}: {outcomes[-1].seconds:.0f} s", *outcomes[-1].lines, sep="\n  ", flush=True)
    header = (
        "schema", "indexes", "undecided", "told", "missed by no query", "dearer where all of it is read",
        "dearer up to 2x", "wrong", "of these where all of it is read", "left", "left, missed by no query",
    )  # fmt: skip
    rows = [
        (
            o.name, o.judged, o.undecided, o.told, o.right, o.whole, o.slower, o.wrong, o.wrong_whole, o.left,
            o.missed.total(),
        )
        for o in outcomes
    ]  # fmt: skip
    total = ("all", *(sum(int(row[at]) for row in rows) for at in range(1, len(header))))
    reasons: collections.Counter[str] = collections.Counter()
    for one in outcomes:
        reasons.update(one.missed)
    body = report.table(header, [*rows, total])
    body += "\n\nNot told, though no query misses them:\n\n"
    body += report.table(("reason", "indexes"), [(reason, count) for reason, count in reasons.most_common()])
    questions = sum(one.questions for one in outcomes)
    body += f"\n\n{questions:,} queries, each planned with and without; {sum(o.seconds for o in outcomes):,.0f} s."
    report.publish("Redundant indexes", body, options)


if __name__ == "__main__":
    main()
