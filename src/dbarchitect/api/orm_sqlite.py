"""An SQLite source for `dba orm`: its schema as mappers have it, and the statements that make it, run up and down."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace as with_fields
from datetime import datetime
from pathlib import Path

from dbarchitect.engines.sqlite.facts import Statistics
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite
from dbarchitect.migrate.renames import Answers, answers_of
from dbarchitect.model.bookkeeping import without_histories
from dbarchitect.model.finding import Gap
from dbarchitect.model.schema import Relational
from dbarchitect.orm.project import Ddl, Since
from dbarchitect.orm.sqlite import as_mapped
from dbarchitect.prove.sqlite_arrive import SqliteJourney
from dbarchitect.sql.sqlite import read_index, read_table, tokens


def read_sqlite(
    given: str, engine: str | None, now: datetime, progress: Callable[[str], None]
) -> tuple[SqliteSource, Relational, Ddl, tuple[Gap, ...]]:
    """The source without the histories of tools, its schema as mappers have it, the steps, and what is not as it was.
    Raises `InputError` for what is no source."""
    opened = open_sqlite(given, engine=engine, facts=False, now=now, progress=progress)
    schema, histories = without_histories(opened.schema)
    gone = {one.name for one in histories}
    ddl = tuple(one for one in opened.ddl if not _makes(one, gone))
    wanted = with_fields(opened, schema=schema, ddl=ddl)
    plan = SqliteJourney(_nothing(opened), wanted, progress=progress).plan(answers_of((), ()))
    effect = "the history of a tool for migrations: left out"
    gaps = (*opened.gaps, *(Gap(kind="table", name=one.name, effect=effect) for one in histories))
    return wanted, as_mapped(schema), Ddl(up=plan.steps, down=plan.down, of=schema), gaps


def since_sqlite(
    kept: Path, wanted: SqliteSource, number: int, answers: Answers, now: datetime, progress: Callable[[str], None]
) -> Since | None:
    """What leads from the schema that the last run kept to the wanted one; None where nothing does. Raises `InputError`
    for renames that have to be asked."""
    before = open_sqlite(str(kept), engine=wanted.schema.engine, facts=False, now=now, progress=progress)
    plan = SqliteJourney(before, wanted, progress=progress).plan(answers)
    return Since(number=number, up=plan.steps, down=plan.down, no_way_back=plan.no_way_back) if plan.steps else None


def _nothing(like: SqliteSource) -> SqliteSource:
    """An empty source of the same dialect."""
    schema = Relational(engine=like.schema.engine, version=like.schema.version, version_text=like.schema.version_text)
    return SqliteSource(name="nothing", given="", schema=schema, ddl=(), statistics=Statistics())


def _makes(sql: str, names: Collection[str]) -> bool:
    """Whether a statement makes one of these tables, or an index of one."""
    words = [one.upper for one in tokens(sql)[:3]]
    if "TABLE" in words:
        return read_table(sql).name in names
    return "INDEX" in words and read_index(sql).table in names
