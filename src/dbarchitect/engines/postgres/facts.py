"""What a live server knows beyond the structure: sizes, counters, column statistics, settings, in constant queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import psycopg
from msgspec.structs import replace
from psycopg import sql

from dbarchitect.model.facts import (
    ColumnStatistics,
    ExtendedStatisticsFacts,
    Facts,
    IndexFacts,
    OutdatedCollation,
    RoleFacts,
    SequenceFacts,
    TableFacts,
    TimescaleFacts,
)
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational

Rows = list[tuple[Any, ...]]

_NAMED_AT_MOST = 5  # objects that a line of `unreadable` lists by name

# The extension may live in any schema; everything else is fixed.
_HEIGHTS = sql.SQL(
    """
select n.nspname, c.relname, meta.fastlevel
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_am am on am.oid = c.relam and am.amname = 'btree'
cross join lateral {}.bt_metap(format('%I.%I', n.nspname, c.relname)) meta
where c.relkind = 'i' and (c.relpersistence = 'p' or not pg_is_in_recovery())
and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
)

_TRUSTED = """
select concat_ws(' ', type, address) from pg_hba_file_rules() where auth_method = 'trust' order by line_number
"""


def read_facts(
    connection: psycopg.Connection[Any], schema: Relational, query: Callable[[str], Rows], unreadable: list[str]
) -> Facts:
    """Facts about the objects of `schema`. `query` runs a catalogue query by name; what is hidden from this role goes
    to `unreadable`, in words."""
    relations = {
        *(relation.name for relation in (*schema.tables, *schema.views)),
        *(index.name for relation in (*schema.tables, *schema.views) for index in relation.indexes),
    }
    keys = {(name.schema, name.name): str(name) for name in relations}
    tables: dict[str, TableFacts] = {}
    hidden: list[str] = []
    for owner, name, text, closed in query("facts_tables"):
        if key := keys.get((owner, name)):
            tables[key] = msgspec.json.decode(text, type=TableFacts)
            if closed:
                hidden.append(key)
    _note(unreadable, "column statistics of {} (no SELECT privilege, or row-level security)", hidden)

    columns: dict[str, list[ColumnStatistics]] = defaultdict(list)
    decoder = msgspec.json.Decoder(ColumnStatistics)
    for owner, name, text in query("facts_columns"):
        if key := keys.get((owner, name)):
            columns[key].append(decoder.decode(text))

    indexes: dict[str, IndexFacts] = {}
    for owner, name, text, _ in query("facts_indexes"):
        if key := keys.get((owner, name)):
            indexes[key] = msgspec.json.decode(text, type=IndexFacts)
    for owner, name, height in _heights(connection, schema):
        if key := keys.get((owner, name)):
            indexes[key] = replace(indexes[key], height=height)

    sequence_keys = {(s.name.schema, s.name.name): str(s.name) for s in schema.sequences}
    sequences: dict[str, SequenceFacts] = {}
    unread: dict[str, list[str]] = defaultdict(list)
    for owner, name, last_value, reason in query("facts_sequences"):
        if key := sequence_keys.get((owner, name)):
            sequences[key] = SequenceFacts(last_value=last_value)
            if reason:
                unread[reason].append(key)
    for reason, names in unread.items():
        _note(unreadable, f"last value of {{}} ({reason})", names)

    rows = query("facts_database")
    facts = msgspec.json.decode(rows[0][0], type=Facts) if rows else Facts()
    return replace(
        facts,
        tables=dict(sorted(tables.items())),
        indexes=dict(sorted(indexes.items())),
        sequences=dict(sorted(sequences.items())),
        columns={
            key: tuple(sorted(found, key=lambda c: (c.column, c.inherited))) for key, found in sorted(columns.items())
        },
        extended=tuple(_extended(schema, query("facts_extended"))),
        settings=dict(query("facts_settings")),
        roles={
            name: RoleFacts(superuser=superuser, bypasses_row_security=bypasses, logs_in=logs_in)
            for name, superuser, bypasses, logs_in in query("facts_roles")
        },
        available=dict(query("facts_available")),
        trusted=_trusted(connection),
        server=dict(query("facts_server")),
        outdated_collations=tuple(
            OutdatedCollation(name=str(Name(schema=owner, name=name)) if name else "", recorded=recorded, actual=actual)
            for owner, name, recorded, actual in query("facts_collations")
        ),
        timescale=_timescale(connection, schema, query, unreadable),
    )


def _timescale(
    connection: psycopg.Connection[Any], schema: Relational, query: Callable[[str], Rows], unreadable: list[str]
) -> TimescaleFacts | None:
    """TimescaleDB's views, where the extension itself is loaded and no stand-in; its setting tells."""
    if not any(one.name == "timescaledb" for one in schema.extensions):
        return None
    row = connection.execute("select current_setting('timescaledb.license', true)").fetchone()
    if row is None or not row[0]:
        return None
    try:
        with connection.transaction():  # views differ between its versions: what fails takes nothing else with it
            ((text,),) = query("facts_timescale")
    except psycopg.Error as err:
        unreadable.append(f"TimescaleDB's views ({(err.diag.message_primary or str(err)).strip()})")
        return None
    return msgspec.json.decode(text, type=TimescaleFacts)


def _trusted(connection: psycopg.Connection[Any]) -> tuple[str, ...] | None:
    """Lines of pg_hba.conf with `trust`; None where this role may not read the file."""
    # Asked first: the right to call it is checked whether or not a condition leads there.
    may = connection.execute("select has_function_privilege('pg_hba_file_rules()', 'execute')").fetchone()
    if may is None or not may[0]:
        return None
    return tuple(str(line) for (line,) in connection.execute(_TRUSTED))


def _heights(connection: psycopg.Connection[Any], schema: Relational) -> Rows:
    """B-tree heights, where pageinspect is installed and lets this role use it; else nothing."""
    extension = next((e for e in schema.extensions if e.name == "pageinspect"), None)
    if extension is None:
        return []
    try:
        with connection.transaction():
            return connection.execute(_HEIGHTS.format(sql.Identifier(extension.schema))).fetchall()
    except psycopg.Error:
        # Not a superuser, or an index that another session is changing: sizes are estimated then.
        return []


def _extended(schema: Relational, rows: Rows) -> Iterable[ExtendedStatisticsFacts]:
    objects = {(s.name.schema, s.name.name): s for s in schema.statistics}
    tables = {table.name: table for table in schema.tables} | {view.name: view for view in schema.views}
    found: list[ExtendedStatisticsFacts] = []
    for owner, name, inherited, n_distinct, dependencies, has_mcv, has_expressions in rows:
        statistics = objects.get((owner, name))
        if statistics is None or statistics.table not in tables:
            continue
        columns = {column.position: column.name for column in tables[statistics.table].columns}
        columns |= {-place: text for place, text in enumerate(statistics.expressions, start=1)}
        found.append(
            ExtendedStatisticsFacts(
                name=str(statistics.name),
                inherited=inherited,
                n_distinct=_by_name(n_distinct, columns),
                dependencies=_by_name(dependencies, columns),
                has_mcv=has_mcv,
                has_expressions=has_expressions,
            )
        )
    return sorted(found, key=lambda e: (e.name, e.inherited))


def _by_name(text: str | None, columns: Mapping[int, str]) -> dict[str, float]:
    """`{"1, 2 => 3": 0.5}` with the columns' names for their numbers; nothing for a NULL."""
    if text is None:
        return {}

    def named(numbers: str) -> str:
        return ", ".join(columns.get(int(number), number) for number in numbers.split(", "))

    figures = msgspec.json.decode(text, type=dict[str, float])
    return {" => ".join(named(side) for side in key.split(" => ")): figure for key, figure in figures.items()}


def _note(unreadable: list[str], sentence: str, names: list[str]) -> None:
    if names:
        listed = ", ".join(sorted(names)[:_NAMED_AT_MOST])
        more = f" and {len(names) - _NAMED_AT_MOST} more" if len(names) > _NAMED_AT_MOST else ""
        unreadable.append(sentence.format(listed + more))
