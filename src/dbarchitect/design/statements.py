"""A draft as DDL: plain statements, in an order in which they run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dbarchitect.model.names import quote_identifier as q
from dbarchitect.model.names import quote_literal

from .draft import Column, Draft, Foreign, Index, Table


def statements(draft: Draft, more: Sequence[str] = ()) -> list[str]:
    """The statements without semicolons; `more` are further indexes, as statements."""
    return list(_statements(draft, more))


def script(draft: Draft, title: str, more: Sequence[str] = ()) -> str:
    """The statements as a script."""
    head = " ".join(title.split()) or "Schema"
    return f"-- {head}\n\n" + "".join(f"{one};\n\n" for one in _statements(draft, more)).rstrip("\n") + "\n"


def _statements(draft: Draft, more: Sequence[str]) -> Iterator[str]:
    ordered = draft.in_order()
    for name in sorted(draft.extensions):
        yield f"CREATE EXTENSION IF NOT EXISTS {name}"
    yield from draft.functions.values()
    made: set[str] = set()
    late: list[tuple[Table, Foreign]] = []
    for table in ordered:
        here = [one for one in table.foreigns if one.target in made or one.target == table.name]
        late += [(table, one) for one in table.foreigns if one not in here]
        yield _create(table, here)
        made.add(table.name)
        yield from _partitions(table)
    for table, foreign in late:
        yield f"ALTER TABLE {q(table.name)} ADD {_foreign(foreign)}"
    for table in ordered:
        for unique in table.uniques:
            if unique.is_index:
                where = f" WHERE {unique.predicate}" if unique.predicate else ""
                yield f"CREATE UNIQUE INDEX {q(unique.name)} ON {q(table.name)} ({', '.join(unique.keys)}){where}"
        for index in table.indexes:
            yield create_index(table, index)
    yield from more
    for table in ordered:
        yield from table.triggers
    for table in ordered:
        yield f"COMMENT ON TABLE {q(table.name)} IS {quote_literal(table.comment)}"
        for column in table.columns:
            if column.comment:
                yield f"COMMENT ON COLUMN {q(table.name)}.{q(column.name)} IS {quote_literal(column.comment)}"
        for name, start, end in table.partitions:
            yield f"COMMENT ON TABLE {q(name)} IS {quote_literal(f'{table.name} from {start[:10]} to {end[:10]}')}"
        if table.partitions:
            yield (
                f"COMMENT ON TABLE {q(f'{table.name}_default')} IS "
                f"{quote_literal(f'{table.name} beyond its partitions')}"
            )


def create_index(table: Table, index: Index) -> str:
    """CREATE INDEX."""
    using = "" if index.method == "btree" else f" USING {index.method}"
    options = f" WITH ({index.options})" if index.options else ""
    where = f" WHERE {index.predicate}" if index.predicate else ""
    keys = ", ".join(q(one) if one.isidentifier() else one for one in index.keys)
    return f"CREATE INDEX {q(index.name)} ON {q(table.name)}{using} ({keys}){options}{where}"


def _create(table: Table, foreigns: Sequence[Foreign]) -> str:
    lines = [_column(one) for one in _laid_out(table.columns)]
    lines.append(f"CONSTRAINT {q(f'{table.name}_pkey'[:63])} PRIMARY KEY ({_list(table.key)})")
    for unique in table.uniques:
        if not unique.is_index:
            deferred = " DEFERRABLE INITIALLY DEFERRED" if unique.deferred else ""
            nulls = " NULLS NOT DISTINCT" if unique.nulls_equal else ""
            lines.append(f"CONSTRAINT {q(unique.name)} UNIQUE{nulls} ({_list(unique.columns)}){deferred}")
    lines += [_foreign(one) for one in foreigns]
    lines += [f"CONSTRAINT {q(one.name)} CHECK ({one.sql})" for one in table.checks]
    for one in table.excludes:
        where = f" WHERE ({one.predicate})" if one.predicate else ""
        parts = ", ".join([*(f"{q(name)} WITH =" for name in one.same), f"{one.ranges} WITH &&"])
        lines.append(f"CONSTRAINT {q(one.name)} EXCLUDE USING gist ({parts}){where}")
    by = f" PARTITION BY RANGE ({q(table.partitioned)})" if table.partitioned else ""
    return f"CREATE TABLE {q(table.name)} (\n    " + ",\n    ".join(lines) + f"\n){by}"


def _laid_out(columns: Sequence[Column]) -> list[Column]:
    """Keys and wide fixed columns first, so that none is padded: https://www.postgresql.org/docs/18/storage-page-layout.html"""
    return sorted(columns, key=lambda one: (_alignment(one), bool(one.generated)))


def _alignment(column: Column) -> int:
    kind = column.type.partition("(")[0]
    if kind in ("bigint", "timestamptz", "double precision", "time", "interval"):
        return 0
    if kind == "uuid":
        return 1  # of any alignment, and sixteen bytes: it leaves the next one where it was
    if kind in ("integer", "date"):
        return 2
    return 3 if kind == "boolean" else 4


def _column(column: Column) -> str:
    text = f"{q(column.name)} {column.type}"
    if column.identity:
        return f"{text} GENERATED ALWAYS AS IDENTITY"
    if column.generated:
        return f"{text} GENERATED ALWAYS AS ({column.generated}) STORED"
    if column.default:
        text += f" DEFAULT {column.default}"
    return text + (" NOT NULL" if column.not_null else "")


def _foreign(one: Foreign) -> str:
    set_columns = f" ({_list(one.set_columns)})" if one.set_columns else ""
    deferred = " DEFERRABLE INITIALLY DEFERRED" if one.deferred else ""
    return (
        f"CONSTRAINT {q(one.name)} FOREIGN KEY ({_list(one.columns)}) REFERENCES {q(one.target)} "
        f"({_list(one.target_columns)}) ON DELETE {one.on_delete}{set_columns}{deferred}"
    )


def _partitions(table: Table) -> Iterator[str]:
    for name, start, end in table.partitions:
        yield f"CREATE TABLE {q(name)} PARTITION OF {q(table.name)} FOR VALUES FROM ('{start}') TO ('{end}')"
    if table.partitions:
        yield f"CREATE TABLE {q(f'{table.name}_default')} PARTITION OF {q(table.name)} DEFAULT"


def _list(columns: Sequence[str]) -> str:
    return ", ".join(map(q, columns))
