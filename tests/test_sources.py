"""What a SOURCE is made of: migration folders in both directions, dumps among them, and rows on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import postgres_servers
from dbarchitect import api
from dbarchitect.errors import InputError
from dbarchitect.sources import Source, Workshop, open_source

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CACHE = postgres_servers.test_cache()


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    one = Workshop(cache=CACHE)
    yield one
    one.close()


def written(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.sql").write_text(text)
    return str(folder)


def tables(source: Source) -> list[str]:
    return sorted(table.name.name for table in source.schema.tables)


def test_what_stands_below_a_marker_of_the_way_down_is_not_run(tmp_path, workshop):
    folder = written(
        tmp_path,
        **{
            "001_goose": "-- +goose Up\n-- +goose StatementBegin\nCREATE TABLE a (id int);\n-- +goose StatementEnd\n\n"
            "-- +goose Down\nDROP TABLE a;\n",
            "002_dbmate": "-- migrate:up transaction:false\nCREATE TABLE b (id int);\n\n-- migrate:down\nDROP TABLE b;",
            "003_sql_migrate": "-- +migrate Down\r\nDROP TABLE c;\r\n-- +migrate Up\r\nCREATE TABLE c (id int);\r\n",
        },
    )
    source = open_source(folder, workshop)
    assert tables(source) == ["a", "b", "c"]
    assert source.gaps == ()
    lines = {ref.name: place.position.line for ref, place in source.places.items() if ref.kind == "table"}
    assert lines == {"a": 3, "b": 2, "c": 4}


def test_only_files_that_undo_are_left_out_and_they_are_named(tmp_path, workshop):
    run = ("001_init", "002_add_undo_log", "003_break_down_costs", "004_rollback.of_orders", "U_turns", "uploads")
    undo = ("001_init.down", "002_x_down", "003_x-down", "004.undo", "005_x_undo", "006.rollback", "007_x_rollback")
    undo += ("undo_8", "down_9", "rollback_10", "U11__x", "U1.2__y")
    made = {name: f"CREATE TABLE t{number} (id int);" for number, name in enumerate(run)}
    source = open_source(written(tmp_path, **made, **dict.fromkeys(undo, "DROP TABLE t0;")), workshop)
    assert tables(source) == [f"t{number}" for number in range(len(run))]
    [gap] = source.gaps
    assert gap.kind == "migration"
    assert "001_init.down.sql" in gap.name
    assert gap.name.endswith(" and 2 more")


def test_a_dump_as_first_migration_does_not_take_the_search_path_from_the_next(tmp_path, workshop):
    folder = written(
        tmp_path,
        **{
            "001_baseline": "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE public.a (id int);",
            "002_more": "-- dba: ignore no-primary-key a log\nCREATE TABLE b (id int);",
            "003_other": "CREATE SCHEMA other;\nSET search_path = other;\nCREATE TABLE c (id int);",
            "004_again": "CREATE TABLE d (id int);",
        },
    )
    source = open_source(folder, workshop)
    assert {str(table.name) for table in source.schema.tables} == {"public.a", "public.b", "other.c", "public.d"}
    [ignore], misspelt = source.ignores({"no-primary-key"})
    assert misspelt == ()
    assert {str(ref) for ref in ignore.wholes} == {
        str(ref) for ref, _ in source.places.items() if (ref.kind, ref.name) == ("table", "b")
    }
    assert {place.position.file for ref, place in source.places.items() if ref.name == "d"} == {
        str(tmp_path / "004_again.sql")
    }


ROWS = """CREATE TABLE a (id int PRIMARY KEY, kind text);
CREATE INDEX ON a (kind);
COPY a (id, kind) FROM stdin;
1\tx
2\tx
3\ty
\\.
"""


def test_rows_of_a_script_are_loaded_on_request(tmp_path, workshop):
    (tmp_path / "a.sql").write_text(ROWS)
    schema = open_source(str(tmp_path / "a.sql"), workshop, data=True).schema
    assert schema.facts is not None
    assert schema.facts.tables["public.a"].rows == 3
    kind = schema.facts.column("public.a", "kind")
    assert kind is not None
    assert kind.n_distinct is not None
    options = api.CheckOptions(now=NOW, cache=CACHE)
    with_rows = api.check(str(tmp_path / "a.sql"), api.CheckOptions(now=NOW, cache=CACHE, data=True))
    without = api.check(str(tmp_path / "a.sql"), options)
    silent = {one.rule: one.reason for one in with_rows.silent}
    assert "0.0 days old" in silent["unused-index"]
    assert set(silent) < {one.rule for one in without.silent}
    assert with_rows.command[3:] == ("--data",)
    summary = api.twin_create(str(tmp_path / "a.sql"), tmp_path / "a.twin", data=True, cache=CACHE, now=NOW)
    assert (summary.rows, summary.columns_with_statistics) == (3, 2)


@pytest.mark.parametrize("source", ["postgresql://u:hunter2@h/d", "a.twin"])
def test_only_scripts_have_rows_to_load(source, workshop):
    with pytest.raises(InputError, match="--data loads the rows of a script") as raised:
        open_source(source, workshop, data=True)
    assert "hunter2" not in raised.value.message
