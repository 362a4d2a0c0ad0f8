"""Plans for a server of another version than the private one that they are run on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import postgres_servers
from dbarchitect.api.diff import DiffOptions, migrate_diff
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.prove.arrive import schema_of, stage
from dbarchitect.sql.script import split_script

BEFORE = "create table kind (id integer primary key, label text not null); create table note (id integer);"
AFTER = "create table sort (id integer primary key, name text not null); create table note (id integer not null);"


def test_a_rename_on_18_is_no_rename_of_not_null_constraints_before(postgres15: Server, tmp_path: Path) -> None:
    before, after = tmp_path / "before.sql", tmp_path / "after.sql"
    before.write_text(BEFORE)
    after.write_text(AFTER)
    renames = ("kind=sort", "sort.label=name")
    options = DiffOptions(
        now=datetime(2026, 11, 26, tzinfo=UTC), cache=postgres_servers.test_cache(), renames=renames, pg=15
    )
    plan = migrate_diff(str(before), str(after), options).plan
    assert not any("not_null" in sql for step in (*plan.steps, *plan.down) for sql in step.sql if "RENAME" in sql)
    postgres15.drop_database("versions")
    postgres15.create_database("versions")
    load(postgres15, "versions", split_script(BEFORE, "before.sql"))
    work = stage(postgres15, "versions")
    for step in (*plan.steps, *plan.down):
        ran = work.repeat(step)
        assert ran.refusal is None, f"{step.does}: {ran.refusal}"
    work.close()
    table = schema_of(postgres15, "versions").tables[0]
    assert [column.not_null for column in table.columns] == [True, True]
    postgres15.drop_database("versions")
