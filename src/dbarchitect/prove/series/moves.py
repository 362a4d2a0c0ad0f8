"""From a plain table to a hypertable or to partitions: steps that keep the table in use, each with its way back.

Rows are copied into a new table beside the old one, which a trigger keeps up with; names are swapped in a moment. After
the swap a trigger writes what comes back into the old table, so that the way back loses nothing. It is the course of
`dba migrate online` for a change that no ALTER TABLE makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from dbarchitect.model.chunks import DAY, length_text
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import ForeignKey, Index, Relational, Table
from dbarchitect.model.timeseries import ColumnstoreAdvice, Edition, Move, MoveStep, Target
from dbarchitect.review.series import Series, keys_without

_AHEAD = 7  # partitions that are made beyond now: somebody makes more
_BRIEF = "ACCESS EXCLUSIVE for a moment; lock_timeout gives up after 2 s, and the step is run again"


def moves(
    schema: Relational,
    series: Series,
    seconds: float,
    store: ColumnstoreAdvice,
    retention: Sequence[str],
) -> tuple[Move, ...]:
    """The steps to each target."""
    obstacles = _obstacles(schema, series)
    found: list[Move] = []
    for target in ("timescale", "timescale-apache", "partitions"):
        edition: Edition = {"timescale": "TSL", "timescale-apache": "Apache"}.get(target, "PostgreSQL")  # pyright: ignore[reportAssignmentType]
        steps = _steps(series, target, seconds, store if target == "timescale" else None, retention)
        found.append(Move(target=target, edition=edition, steps=tuple(steps), obstacles=tuple(obstacles)))
    return tuple(found)


def _obstacles(schema: Relational, series: Series) -> list[str]:
    table = series.table
    found: list[str] = []
    views = [one.name.short for one in schema.views if _names(one.definition, table.name)]
    if views:
        found.append(f"{', '.join(views[:3])} would go on reading the old table after the swap: make them anew")
    if series.changes:
        found.append(
            f"rows are changed now and then ({series.changes:,.0f}): the trigger here carries new rows only; stop "
            "changes while rows are copied"
        )
    if any(one.identity is not None for one in table.columns):
        found.append("its identity column gets a sequence of its own: the step that sets it on is part of the swap")
    if table.triggers:
        found.append(f"its {len(table.triggers)} triggers are not carried over by LIKE: make them on the new table")
    if table.row_security or table.policies:
        found.append("row security and its policies are not carried over by LIKE: make them on the new table")
    return found


def _names(definition: str, table: Name) -> bool:
    return f"{table.schema}.{table.name}" in definition or f" {table.name}" in definition


def keyed(table: Table, time: str) -> list[Index]:
    """The unique keys with the time in each: what a table that is cut by time may have."""
    return [one for one in table.indexes if one.unique and not one.predicate and all(key.column for key in one.keys)]


def index_statements(table: Table, on: str, time: str | None, *, suffix: str = "") -> list[str]:
    """The indexes of `table` on another one, the unique ones with `time` among their columns (None: as they are)."""
    found: list[str] = []
    primary = table.primary_key
    for index in table.indexes:
        keys = [
            _key(one.text, plain=one.column is not None) + (" DESC" if one.descending else "") for one in index.keys
        ]
        if index.unique and time is not None and time not in {one.column for one in index.keys}:
            keys.append(quote_identifier(time))
        listed = ", ".join(keys)
        if primary is not None and index.name.name == (primary.index or primary.name):
            found.append(f"ALTER TABLE {on} ADD PRIMARY KEY ({listed})")
            continue
        unique = "UNIQUE " if index.unique else ""
        name = quote_identifier((index.name.name.encode()[: 63 - len(suffix)].decode(errors="ignore")) + suffix)
        include = f" INCLUDE ({', '.join(map(quote_identifier, index.include))})" if index.include else ""
        where = f" WHERE {index.predicate}" if index.predicate else ""
        found.append(f"CREATE {unique}INDEX {name} ON {on} USING {index.method} ({listed}){include}{where}")
    return found


def _key(text: str, *, plain: bool) -> str:
    return quote_identifier(text) if plain else f"({text})"


_STEM = 40  # bytes of a table's name in those of its partitions


def _style(seconds: float) -> tuple[str, str]:
    """How partitions are named by their beginning, for to_char and for strftime."""
    return ("YYYYMMDD", "%Y%m%d") if seconds >= DAY else ("YYYYMMDD_HH24MI", "%Y%m%d_%H%M")


def partition_name(name: Name, seconds: float, start: datetime) -> str:
    """The name of the partition that begins at `start`."""
    stem = name.name.encode()[:_STEM].decode(errors="ignore")
    return f"{stem}_p{start.astimezone(UTC).strftime(_style(seconds)[1])}"


def partition_statements(name: Name, on: str, seconds: float, first: str, last: str) -> list[str]:
    """A block that makes the partitions from `first` to some beyond `last`, and a default one."""
    length = length_text(seconds)
    stem = quote_literal(name.name.encode()[:_STEM].decode(errors="ignore")).strip()
    style = _style(seconds)[0]
    prefix = f"{quote_identifier(name.schema)}." if name.schema else ""
    return [
        f"""DO $$
DECLARE
    width interval := {quote_literal(length).strip()};
    start timestamptz := date_bin(width, {first}, timestamptz '2000-01-03 00:00+00');
    part text;
BEGIN
    WHILE start < {last} + {_AHEAD} * width LOOP
        part := {stem} || '_p' || to_char(start AT TIME ZONE 'UTC', '{style}');
        EXECUTE format('CREATE TABLE IF NOT EXISTS {prefix}%I PARTITION OF {on} FOR VALUES FROM (%L) TO (%L)',
            part, start, start + width);
        start := start + width;
    END LOOP;
END $$""",
        f"CREATE TABLE IF NOT EXISTS {_beside(name, '_default')} PARTITION OF {on} DEFAULT",
    ]


def _beside(name: Name, suffix: str) -> str:
    return str(Name(schema=name.schema, name=name.name.encode()[: 63 - len(suffix)].decode(errors="ignore") + suffix))


def hypertable_statement(on: str, time: str, seconds: float) -> str:
    """`create_hypertable` by a range of the time."""
    return (
        f"SELECT create_hypertable({quote_literal(on).strip()}, by_range({quote_literal(time).strip()}, "
        f"INTERVAL {quote_literal(length_text(seconds)).strip()}), create_default_indexes => false)"
    )


def _steps(
    series: Series,
    target: Target,
    seconds: float,
    store: ColumnstoreAdvice | None,
    retention: Sequence[str],
) -> list[MoveStep]:
    table, time = series.table, series.time.name
    old, new, kept = str(table.name), _beside(table.name, "_new"), _beside(table.name, "_old")
    when = quote_identifier(time)
    columns = ", ".join(quote_identifier(one.name) for one in table.columns if one.generated is None)
    values = ", ".join(f"NEW.{quote_identifier(one.name)}" for one in table.columns if one.generated is None)
    overriding = " OVERRIDING SYSTEM VALUE" if any(one.identity is not None for one in table.columns) else ""
    carry, back = _beside(table.name, "_carry"), _beside(table.name, "_back")
    trigger = quote_identifier(f"dba_carry_{table.name.name}"[:63])
    partitioned = target == "partitions"
    like = "INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE"
    foreign = [f"ALTER TABLE {new} ADD {one.definition}" for one in table.constraints if isinstance(one, ForeignKey)]
    made = [f"CREATE TABLE {new} (LIKE {old} {like})" + (f" PARTITION BY RANGE ({when})" if partitioned else "")]
    if partitioned:
        first = f"(SELECT coalesce(min({when}), now()) FROM {old})::timestamptz"
        made += partition_statements(table.name, new, seconds, first, "now()")
    else:
        made.append(hypertable_statement(new, time, seconds))
    made += index_statements(table, new, time, suffix="_ts")
    grown = [one.name.name for one in keys_without(table, time)]
    steps = [
        MoveStep(
            title="a new table beside the old one",
            statements=(*made, *foreign),
            lock="none on the old table" + ("; SHARE ROW EXCLUSIVE on the tables that it refers to" if foreign else ""),
            undo=(f"DROP TABLE {new}",),
            note=f"{', '.join(grown)} takes in {time}: it no longer forbids one key at two times" if grown else "",
        ),
        MoveStep(
            title="new rows go into both",
            statements=(
                _function(carry, new, columns, values, overriding),
                f"CREATE TRIGGER {trigger} AFTER INSERT ON {old} FOR EACH ROW EXECUTE FUNCTION {carry}()",
            ),
            lock="SHARE ROW EXCLUSIVE on the old table for a moment",
            undo=(f"DROP TRIGGER {trigger} ON {old}", f"DROP FUNCTION {carry}()"),
        ),
        MoveStep(
            title="the rows that are there are copied, one chunk at a time, the newest first",
            statements=(_copy(old, new, when, columns, overriding, seconds, unique=_has_key(table)),),
            lock="none; each round is a transaction of its own. Run it outside a transaction",
            undo=(f"TRUNCATE {new}",),
            note="" if _has_key(table) else "it has no unique key: rows that came since the trigger are left out by it",
        ),
        MoveStep(
            title="equal on both sides",
            statements=(
                f"DO $$ BEGIN IF (SELECT count(*) FROM {old}) <> (SELECT count(*) FROM {new}) THEN RAISE EXCEPTION "
                f"'the copy differs in its number of rows'; END IF; END $$",
            ),
            lock="none; it reads both tables",
        ),
        MoveStep(
            title="the names are swapped",
            statements=(
                "BEGIN",
                "SET LOCAL lock_timeout = '2s'",
                f"LOCK TABLE {old} IN ACCESS EXCLUSIVE MODE",
                f"DROP TRIGGER {trigger} ON {old}",
                f"DROP FUNCTION {carry}()",
                f"ALTER TABLE {old} RENAME TO {quote_identifier(_bare(kept))}",
                f"ALTER TABLE {new} RENAME TO {quote_identifier(table.name.name)}",
                *_identities(table, old, kept),
                _function(back, kept, columns, values, overriding),
                f"CREATE TRIGGER {trigger} AFTER INSERT ON {old} FOR EACH ROW EXECUTE FUNCTION {back}()",
                "COMMIT",
            ),
            lock=_BRIEF,
            undo=(
                "BEGIN",
                "SET LOCAL lock_timeout = '2s'",
                f"LOCK TABLE {old} IN ACCESS EXCLUSIVE MODE",
                f"DROP TRIGGER {trigger} ON {old}",
                f"DROP FUNCTION {back}()",
                f"ALTER TABLE {old} RENAME TO {quote_identifier(_bare(new))}",
                f"ALTER TABLE {kept} RENAME TO {quote_identifier(table.name.name)}",
                *_identities(table, old, new),
                _function(carry, new, columns, values, overriding),
                f"CREATE TRIGGER {trigger} AFTER INSERT ON {old} FOR EACH ROW EXECUTE FUNCTION {carry}()",
                "COMMIT",
            ),
            note="the old table is kept up from now on: the way back loses no row. Grants are given anew",
        ),
    ]
    if store is not None and store.statements:
        steps.append(
            MoveStep(
                title="old chunks into the columnstore, by a policy",
                statements=store.statements,
                lock="a chunk that is converted is locked against writes for as long as it takes",
                undo=(
                    f"CALL remove_columnstore_policy({quote_literal(old).strip()}, if_exists => true)",
                    f"SELECT decompress_chunk(c, true) FROM show_chunks({quote_literal(old).strip()}) c",
                    f"ALTER TABLE {old} SET (timescaledb.enable_columnstore = false)",
                ),
            )
        )
    if target == "timescale" and retention:
        steps.append(
            MoveStep(
                title="old rows go, by a policy",
                statements=tuple(retention),
                lock="ACCESS EXCLUSIVE on each chunk that is dropped, for a moment",
                undo=(f"SELECT remove_retention_policy({quote_literal(old).strip()}, if_exists => true)",),
                note="what it has dropped does not come back: run it when the old table is no longer needed",
            )
        )
    steps.append(
        MoveStep(
            title="the old table goes, when nobody wants to go back",
            statements=(f"DROP TRIGGER {trigger} ON {old}", f"DROP FUNCTION {back}()", f"DROP TABLE {kept}"),
            lock="ACCESS EXCLUSIVE on the old table, which nobody uses",
            note="this is the one step without a way back",
        )
    )
    return steps


def _has_key(table: Table) -> bool:
    return bool(keyed(table, ""))


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('"')


def _identities(table: Table, now: str, before: str) -> list[str]:
    """Sequences of the table that is `now` in use go on where the one `before` was."""
    return [
        f"SELECT setval(pg_get_serial_sequence({quote_literal(now).strip()}, {quote_literal(one.name).strip()}), "
        f"(SELECT coalesce(max({quote_identifier(one.name)}), 0) + 1 FROM {before}), false)"
        for one in table.columns
        if one.identity is not None
    ]


def _function(name: str, into: str, columns: str, values: str, overriding: str) -> str:
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {into} ({columns})"
        f"{overriding} VALUES ({values}) ON CONFLICT DO NOTHING; RETURN NULL; END $$"
    )


def _copy(old: str, new: str, when: str, columns: str, overriding: str, seconds: float, *, unique: bool) -> str:
    """Rounds of one chunk each. Where no key forbids doubles, only rows that are not there yet are copied."""
    known = (
        ""
        if unique
        else f" AND NOT EXISTS (SELECT FROM {new} n WHERE n.{when} = o.{when} AND (n.*) IS NOT DISTINCT FROM (o.*))"
    )
    return f"""DO $$
DECLARE
    width interval := {quote_literal(length_text(seconds)).strip()};
    low timestamptz;
    high timestamptz;
BEGIN
    SELECT min({when}), max({when}) INTO low, high FROM {old};
    WHILE high >= low LOOP
        INSERT INTO {new} ({columns}){overriding}
        SELECT {columns} FROM {old} o WHERE o.{when} > high - width AND o.{when} <= high{known}
        ON CONFLICT DO NOTHING;
        COMMIT;
        high := high - width;
    END LOOP;
END $$"""
