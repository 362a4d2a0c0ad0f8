"""What a review knows beyond catalogue and statistics: declared dependencies, and what rows show if they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from dbarchitect.engines.sqlite.rows import MOST_ROWS as MOST_SQLITE_ROWS
from dbarchitect.engines.sqlite.rows import look
from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.errors import InputError
from dbarchitect.model.facts import DeclaredDependency, Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.schema import Relational, Table
from dbarchitect.review.context import Context
from dbarchitect.review.references import candidates
from dbarchitect.sources import Source

if TYPE_CHECKING:
    from .schema import CheckOptions


def with_evidence(opened: Source | SqliteSource, options: CheckOptions) -> tuple[Relational, tuple[Gap, ...]]:
    """The source's schema for the review, and what of the evidence could not be had.

    Raises `InputError` where rows are to be read and the source has none.
    """
    schema = opened.schema
    facts = schema.facts or Facts(origin="declared")
    gaps: tuple[Gap, ...] = ()
    if options.dependencies:
        declared, gaps = _declared(schema, options.dependencies)
        facts = msgspec.structs.replace(facts, dependencies=declared)
    if isinstance(opened, SqliteSource):
        return _of_sqlite(opened, schema, facts, gaps, options)
    if options.read_rows is not None and not opened.is_live and not options.data:
        raise InputError(
            f"--read-rows reads rows, and {opened.name} has none here",
            hint="a server has rows; those of a script are loaded with --data",
        )
    if options.read_rows is not None or options.data:
        from dbarchitect.engines.postgres.samples import MOST_ROWS, Lookup, read_rows  # numpy takes its time to import

        context = Context(schema)
        lookups = [
            Lookup(one.table.name, one.column.name, one.target.name, one.key.name) for one in candidates(context)
        ]
        with opened.rows() as connection:
            read, unread = read_rows(
                connection,
                schema,
                context.tables,
                most=MOST_ROWS if options.read_rows is None else options.read_rows,
                lookups=lookups,
                progress=options.progress,
            )
        facts = msgspec.structs.replace(facts, read=read)
        gaps += unread
    if schema.facts is None and not facts.read and not facts.dependencies:
        return schema, gaps
    return msgspec.structs.replace(schema, facts=facts), gaps


def _of_sqlite(
    opened: SqliteSource, schema: Relational, facts: Facts, gaps: tuple[Gap, ...], options: CheckOptions
) -> tuple[Relational, tuple[Gap, ...]]:
    """A file has no server that reading its rows would burden: they are read unless `--read-rows 0` says no."""
    if not opened.has_rows:
        if options.read_rows is not None:
            raise InputError(
                f"--read-rows reads rows, and {opened.name} has none here",
                hint="those of a script are loaded with --data",
            )
        return (
            schema if schema.facts is None and not facts.dependencies else msgspec.structs.replace(schema, facts=facts)
        ), gaps
    with opened.rows() as connection:
        most = MOST_SQLITE_ROWS if options.read_rows is None else options.read_rows
        seen, unread = look(connection, schema, most=most, progress=options.progress)
    facts = msgspec.structs.replace(facts, sqlite=seen)
    return msgspec.structs.replace(schema, facts=facts), (*gaps, *unread)


def _declared(
    schema: Relational, dependencies: tuple[DeclaredDependency, ...]
) -> tuple[dict[str, tuple[DeclaredDependency, ...]], tuple[Gap, ...]]:
    """The dependencies by the table that they name; those that name none, or no column of it, are gaps."""
    by_name: dict[str, Table] = {}
    for table in schema.tables:
        plain = f"{table.name.schema}.{table.name.name}"
        for name in (str(table.name), plain, *([table.name.name] if table.name.schema == "public" else ())):
            by_name.setdefault(name, table)
    found: dict[str, tuple[DeclaredDependency, ...]] = {}
    gaps: list[Gap] = []
    for one in dependencies:
        table = by_name.get(one.table)
        missing = [name for name in (*one.left, *one.right) if table is not None and table.column(name) is None]
        if table is None or missing:
            what = "there is no such table" if table is None else f"it has no column {missing[0]}"
            gaps.append(Gap(kind="dependency", name=one.table, effect=f"not looked at: {what}"))
        else:
            key = str(table.name)
            found[key] = (*found.get(key, ()), one)
    return found, tuple(gaps)
