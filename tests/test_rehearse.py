"""Migrations rehearsed on real servers: what is seen, what is refused, what the verdict is."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect.api import rehearse as api
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate.identity import plan_id
from dbarchitect.model.rehearsal import Rehearsal
from dbarchitect.model.value import from_json, to_json
from dbarchitect.render import Screen
from dbarchitect.render.html.rehearsal import rehearsal_page
from dbarchitect.render.rehearsal import render_rehearsal

CACHE = postgres_servers.test_cache()
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHOP = """
CREATE TYPE state AS ENUM ('new', 'paid');
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL,
    total numeric(10, 2) NOT NULL DEFAULT 0,
    state state NOT NULL DEFAULT 'new',
    note text
);
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE FUNCTION total_of(which bigint) RETURNS numeric LANGUAGE sql AS 'SELECT total FROM orders WHERE id = which';
CREATE FUNCTION totals() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET total = 0; END $$;
"""


class Project:
    """A folder of migrations beside the schema that they are for."""

    def __init__(self, path: Path) -> None:
        self.folder = path / "migrations"
        self.folder.mkdir()
        self.source = path / "shop.sql"
        self.source.write_text(SHOP)
        self._count = 0

    def write(self, up: str, down: str | None = None) -> Path:
        self._count += 1
        file = self.folder / f"{self._count:04}_change.up.sql"
        file.write_text(up)
        if down is not None:
            (self.folder / f"{self._count:04}_change.down.sql").write_text(down)
        return file

    def rehearse(self, source: str = "", **options: object) -> Rehearsal:
        given = api.RehearseOptions(cache=CACHE, now=NOW, **options)  # type: ignore[arg-type]
        return api.rehearse([self.folder], source or str(self.source), given)


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(tmp_path)


ADD_DISCOUNT = """-- dba: step 1: add orders.discount
ALTER TABLE orders ADD COLUMN discount numeric DEFAULT 0;
-- dba: step 2 outside a transaction: index orders by customer
CREATE INDEX CONCURRENTLY orders_customer ON orders (customer_id);
-- dba: step 3: check totals
BEGIN;
ALTER TABLE orders ADD CONSTRAINT positive CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT positive;
COMMIT;
"""
DROP_DISCOUNT = """-- dba: undoes step 3: no check
ALTER TABLE orders DROP CONSTRAINT positive;
-- dba: undoes step 2 outside a transaction: no index
DROP INDEX CONCURRENTLY orders_customer;
-- dba: undoes step 1: no discount
ALTER TABLE orders DROP COLUMN discount;
"""


def test_what_the_steps_of_a_good_migration_do(project):
    project.write(ADD_DISCOUNT, DROP_DISCOUNT)
    found = project.rehearse()
    assert (found.verdict, found.reasons, found.stops) == ("good", (), ())
    first, second, third = found.of("up")
    assert first.effects.locks == {"public.orders": "ACCESS EXCLUSIVE"}
    assert not first.effects.rewrites and not first.effects.scans
    assert (second.transactional, second.effects.locks) == (False, {"public.orders": "SHARE UPDATE EXCLUSIVE"})
    assert second.effects.builds == ("public.orders",)
    assert third.effects.scans == ("public.orders",)
    assert [(one.lock, one.since) for one in third.held] == [("ACCESS EXCLUSIVE", 1)]
    assert [one.does for one in found.of("down")] == ["no check", "no index", "no discount"]
    assert (found.not_undone, found.not_restored) == ((), ())
    assert found.checked_rows > 0
    assert "tables.public.orders.columns.discount: is missing" in found.changes
    assert found.rows == "made up"
    assert found.environment["server"].startswith("PostgreSQL 18")


def test_what_it_is_known_by(project):
    file = project.write(ADD_DISCOUNT, DROP_DISCOUNT)
    found = project.rehearse()
    steps = api.rehearse([file], str(project.source), api.RehearseOptions(cache=CACHE, now=NOW)).plan
    assert found.plan == steps  # as a folder and as a file
    path = api.write_rehearsal(found, api.rehearsals_folder([project.folder]))
    assert path == project.folder / "rehearsals" / f"{found.plan}.json"
    assert api.read_rehearsal(found.plan, path.parent) == found
    assert from_json(Rehearsal, to_json(found)) == found
    path.write_text("{}")
    with pytest.raises(InputError, match="is not a rehearsal"):
        api.read_rehearsal(found.plan, path.parent)
    assert api.read_rehearsal(plan_id([], ""), path.parent) is None


@pytest.mark.parametrize("state", ["", " WITH NO DATA"])
def test_a_materialised_view_of_the_source_is_no_difference(state, project, database):
    """Copies are made without its rows and filled with them; neither is what the migration does."""
    source = database(
        "CREATE TABLE orders (id int PRIMARY KEY, total int)",
        "INSERT INTO orders SELECT g, g FROM generate_series(1, 50) g",
        f"CREATE MATERIALIZED VIEW a_sum AS SELECT sum(total) FROM orders{state}",
        "CREATE MATERIALIZED VIEW a_view_of_it AS SELECT * FROM a_sum" if not state else "SELECT 1",
        "ANALYZE",
    )
    project.write("ALTER TABLE orders ADD note text;", "ALTER TABLE orders DROP COLUMN note;")
    found = project.rehearse(source.server.url(source.name))
    assert (found.verdict, found.not_undone) == ("good", ())
    assert [one.kind for one in found.gaps] == ["history"]  # and no word of a schema that is not the source's
    assert found.changes == ("tables.public.orders.columns.note: is missing",)
    assert found.rows == "statistics"


def test_a_migration_that_ends_its_session_is_told(project):
    project.write("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user;")
    with pytest.raises(SurroundingsError, match="the session ended while it ran: SELECT pg_terminate_backend"):
        project.rehearse()


def test_a_statement_that_fails_is_named_with_what_was_done(project):
    project.write("ALTER TABLE customers ADD COLUMN a integer;", "ALTER TABLE customers DROP COLUMN a;")
    project.write("-- dba: step 1: nonsense\nBEGIN;\nSELECT 1;\nALTER TABLE nowhere ADD COLUMN a int;\nCOMMIT;\n")
    found = project.rehearse()
    (stop,) = found.stops
    assert found.verdict == "fails"
    assert (stop.migration, stop.number, stop.statement) == ("0002", 1, "ALTER TABLE nowhere ADD COLUMN a int")
    assert stop.refusal.message == 'relation "nowhere" does not exist'
    assert stop.done == ("0001 step 1",)
    assert (stop.left, stop.of_rows, found.result_hash) == ("", False, "")


def test_a_concurrent_build_that_fails_leaves_an_index(project):
    project.write("-- dba: step 1 outside a transaction: x\nCREATE UNIQUE INDEX CONCURRENTLY one ON customers ((1));\n")
    found = project.rehearse()
    (stop,) = found.stops
    assert (found.verdict, stop.refusal.sqlstate) == ("depends", "23505")
    assert "public.one" in stop.left


REFUSED_ROWS = {
    "ALTER TABLE customers ALTER COLUMN name SET NOT NULL;": "SELECT * FROM public.customers WHERE name IS NULL",
    "ALTER TABLE customers ADD COLUMN must integer NOT NULL;": "SELECT * FROM public.customers",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total < 1);": "SELECT * FROM public.orders WHERE"
    " ((total < (1)::numeric)) IS FALSE",
    "ALTER TABLE orders ADD CONSTRAINT u UNIQUE (state);": "SELECT state, count(*) AS rows FROM public.orders WHERE"
    " state IS NOT NULL GROUP BY state HAVING count(*) > 1",
    "ALTER TABLE orders ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers;": "SELECT c.* FROM"
    " public.orders c WHERE c.customer_id IS NOT NULL AND NOT EXISTS"
    " (SELECT FROM public.customers p WHERE p.id = c.customer_id)",
    "ALTER TABLE customers ALTER COLUMN email TYPE varchar(1);": "SELECT * FROM public.customers WHERE"
    " NOT pg_input_is_valid(email::text, 'character varying(1)')",
    "ALTER TABLE customers ALTER COLUMN email TYPE integer USING email::integer;": "SELECT * FROM public.customers"
    " WHERE NOT pg_input_is_valid(email::text, 'integer')",
    "ALTER TABLE orders ADD CONSTRAINT x EXCLUDE USING btree (state WITH =);": "SELECT a.* FROM public.orders a WHERE"
    " EXISTS (SELECT FROM public.orders b WHERE (a.tableoid, a.ctid) <> (b.tableoid, b.ctid) AND a.state = b.state)",
    "DO $$ BEGIN EXECUTE 'ALTER TABLE customers ALTER name SET NOT NULL'; END $$;": "SELECT * FROM public.customers"
    " WHERE name IS NULL",
}


@pytest.mark.parametrize("sql", REFUSED_ROWS)
def test_rows_in_the_way_are_listed(project, sql, database):
    copy = database(
        SHOP,
        "INSERT INTO customers (email, name) VALUES ('first', NULL), ('second', 'x'), ('third', NULL)",
        "INSERT INTO orders (customer_id, total) VALUES (1, 0), (2, 5), (77, 6)",
        "INSERT INTO events VALUES (1, '2025-05-05')",
    )
    project.write(f"CREATE TABLE first (id int);\n{sql}")
    found = project.rehearse(copy=copy.url)
    (stop,) = found.stops
    assert (found.verdict, found.rows, stop.of_rows) == ("fails", "copy", False)
    assert stop.offenders == REFUSED_ROWS[sql]
    rows = copy.connection.execute(stop.offenders).fetchall()  # the step was rolled back: it runs as it is
    assert stop.offending == len(rows) > 0
    assert len(stop.examples) == len(rows)


def test_made_up_rows_do_not_decide(project):
    project.write(
        "ALTER TABLE customers ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE customers ALTER COLUMN name DROP NOT NULL;",
    )
    found = project.rehearse()
    (stop,) = found.stops
    assert (found.verdict, found.rows, stop.of_rows) == ("depends", "made up", True)
    assert stop.offenders == "SELECT * FROM public.customers WHERE name IS NULL"
    (step,) = found.of("up")
    assert step.effects.scans == ("public.customers",)  # the rows that are left are read


def test_what_made_up_rows_cannot_show_is_to_be_asked_of_the_source(project):
    project.write(
        "CREATE UNIQUE INDEX one_name ON customers (name);\n"
        "UPDATE orders SET note = '' WHERE note IS NULL;\nALTER TABLE orders ALTER COLUMN note SET NOT NULL;\n"
        "ALTER TABLE orders ADD CONSTRAINT below CHECK (total < 1e9), ADD COLUMN more integer NOT NULL DEFAULT 1;\n"
        "ALTER TABLE customers ALTER COLUMN email TYPE varchar(900);\n"
    )
    found = project.rehearse()
    # The NULLs in note, which there are, are dealt with.
    assert [one.partition(" WHERE ")[0] for one in found.expected if "HAVING" not in one] == [
        "SELECT * FROM public.orders",
        "SELECT * FROM public.customers",
    ]
    assert "total < '1000000000'" in found.expected[-2] and "character varying(900)" in found.expected[-1]
    assert "none of these may give a row" in render_rehearsal(found, "text", screen=Screen(), version="1")


def test_rows_from_statistics_do(project, database):
    source = database(SHOP, "INSERT INTO customers (email) SELECT g FROM generate_series(1, 500) g", "ANALYZE")
    project.write("ALTER TABLE customers ALTER COLUMN name SET NOT NULL;")
    found = project.rehearse(source.url)
    assert (found.verdict, found.rows) == ("fails", "statistics")
    assert found.stops[0].offending == 500


def test_a_way_back_that_does_not_lead_back(project):
    project.write("ALTER TABLE orders ADD COLUMN a int, ADD COLUMN b int;", "ALTER TABLE orders DROP COLUMN a;")
    found = project.rehearse()
    assert found.verdict == "does not undo"
    assert found.not_undone == ("tables.public.orders.columns.b: is there and should not be",)


def test_a_way_back_that_leads_back_only_as_a_whole(project):
    project.write(
        "-- dba: step 1: a\nALTER TABLE orders ADD COLUMN a int;\n"
        "-- dba: step 2: b\nALTER TABLE orders ADD COLUMN b int;\n",
        "-- dba: undoes step 2: all\nALTER TABLE orders DROP COLUMN a, DROP COLUMN b;\n"
        "-- dba: undoes step 1: nothing is left\nSELECT 1;\n",
    )
    found = project.rehearse()
    assert (found.verdict, found.not_undone) == ("good", ())
    assert found.remarks == (
        "a way back that stops before 0001 step 2 does not leave what was there: "
        "tables.public.orders.columns.a: is missing",
    )


def test_a_way_back_that_fails(project):
    project.write("ALTER TABLE orders ADD COLUMN a int;", "ALTER TABLE orders DROP COLUMN b;")
    found = project.rehearse()
    assert found.verdict == "does not undo"
    assert [(one.phase, one.migration) for one in found.stops] == [("down", "0001")]


def test_rows_that_the_way_back_does_not_restore(project):
    project.write("ALTER TABLE orders DROP COLUMN note;", "ALTER TABLE orders ADD COLUMN note text;")
    found = project.rehearse()
    assert (found.verdict, found.not_undone, found.not_restored) == ("does not undo", (), ("public.orders",))


def test_a_loss_that_is_declared_is_no_surprise(project):
    project.write(
        "-- dba: step 1: drop orders.note\n--   loses: the notes\nALTER TABLE orders DROP COLUMN note;\n",
        "-- dba: undoes step 1: add it\nALTER TABLE orders ADD COLUMN note text;\n",
    )
    found = project.rehearse()
    assert (found.verdict, found.not_restored) == ("good", ("public.orders",))


def test_without_a_way_back(project):
    project.write("ALTER TYPE state ADD VALUE 'lost';\n")
    found = project.rehearse()
    assert (found.verdict, found.reversible, found.of("down"), found.of("again")) == ("good", False, (), ())
    assert "there is no way back" in render_rehearsal(found, "text", screen=Screen(), version="1")


def test_a_backfill_runs_in_its_batches(project):
    project.write(
        "-- dba: step 1: add orders.cents\nALTER TABLE orders ADD COLUMN cents bigint;\n"
        '-- dba: step 2 backfill {"table": {"schema": "public", "name": "orders"}, "key": ["id"],'
        ' "assignments": {"cents": "total * 100"}, "batch": 300}: fill it\nUPDATE orders SET cents = total * 100;\n',
        "-- dba: undoes step 2: nothing\nSELECT 1;\n"
        "-- dba: undoes step 1: no cents\nALTER TABLE orders DROP COLUMN cents;\n",
    )
    found = project.rehearse(rows={"*": 1000})
    assert found.verdict == "good"
    _, backfill = found.of("up")
    assert (backfill.batches, backfill.rows) == (4, 1000)
    assert backfill.effects.locks == {"public.orders": "ROW EXCLUSIVE"}


def test_partitions_and_what_a_block_builds_at_run_time(project):
    project.write(
        "ALTER TABLE events ADD COLUMN what text NOT NULL DEFAULT '';\n"
        "DO $$ BEGIN EXECUTE 'CREATE INDEX events_at ON ' || 'events (at)'; END $$;\n",
        "DROP INDEX events_at;\nALTER TABLE events DROP COLUMN what;\n",
    )
    found = project.rehearse()
    assert found.verdict == "good"
    added, built = found.of("up")[0].statements
    assert added.effects.locks == dict.fromkeys(("public.events", "public.events_2025"), "ACCESS EXCLUSIVE")
    assert built.effects.builds == ("public.events_2025",)


def test_what_becomes_of_the_workload(project, tmp_path):
    queries = tmp_path / "queries.sql"
    queries.write_text(
        "SELECT * FROM orders WHERE customer_id = 7;\nSELECT note FROM orders;\nSELECT name FROM customers;\n"
        "SELECT remark FROM orders;\nSELECT nothing FROM nowhere;\n"
    )
    project.write(
        "CREATE INDEX orders_customer ON orders (customer_id);\nALTER TABLE orders RENAME note TO remark;\n",
        "ALTER TABLE orders RENAME remark TO note;\nDROP INDEX orders_customer;\n",
    )
    found = project.rehearse(workload=queries)
    broken, faster = found.queries
    assert (found.verdict, found.planned) == ("fails", 3)
    assert broken.sql == "SELECT note FROM orders"
    assert broken.broken.endswith('column "note" does not exist')
    afterwards, never = (gap.effect for gap in found.gaps if gap.kind == "workload")
    assert afterwards.startswith("not compared: it works only afterwards")
    assert never.startswith("left out:")
    assert faster.plan_changed and faster.after is not None and faster.after < faster.before


def test_functions_that_break(project):
    project.write(
        "ALTER TABLE orders DROP COLUMN total;",
        "ALTER TABLE orders ADD COLUMN total numeric(10, 2) NOT NULL DEFAULT 0;",
    )
    found = project.rehearse()
    assert found.verdict == "fails"
    assert [(one.routine, one.certain) for one in found.routines] == [
        ("total_of(which bigint)", True),
        ("totals()", False),
    ]


def test_time_and_waits_are_measured(project):
    project.write(ADD_DISCOUNT, DROP_DISCOUNT)
    found = project.rehearse(data=True, rows={"*": 2000})
    assert found.verdict == "good"
    for step in found.of("again"):
        assert step.milliseconds is not None
        assert {(one.table, one.kind) for one in step.waits} == {("public.orders", "read"), ("public.orders", "write")}


def test_how_long_it_blocks_on_the_source(project, database):
    source = database(SHOP, "INSERT INTO orders (customer_id) SELECT g FROM generate_series(1, 20000) g", "ANALYZE")
    project.write(
        "ALTER TABLE orders ALTER COLUMN customer_id TYPE numeric;",
        "ALTER TABLE orders ALTER COLUMN customer_id TYPE bigint;",
    )
    found = project.rehearse(source.url, max_block_s=0.02)
    assert found.verdict == "blocks"
    (held,) = found.of("up")[0].held
    assert (held.lock, found.of("up")[0].effects.rewrites) == ("ACCESS EXCLUSIVE", ("public.orders",))
    assert held.seconds is not None and held.seconds > 0.02
    assert project.rehearse(source.url, max_block_s=60).verdict == "good"


def test_only_what_a_database_lacks_is_rehearsed(project, database):
    source = database(SHOP)
    project.write("ALTER TABLE orders ADD COLUMN a int;", "ALTER TABLE orders DROP COLUMN a;")
    project.write("ALTER TABLE orders ADD COLUMN b int;", "ALTER TABLE orders DROP COLUMN b;")
    source.connection.execute("ALTER TABLE orders ADD COLUMN a int")
    assert project.rehearse(source.url, after="0001").migrations == ("0002",)
    with pytest.raises(InputError, match="nothing to rehearse"):
        project.rehearse(source.url, after="0002")
    with pytest.raises(InputError, match="there is no such migration"):
        project.rehearse(source.url, after="0009")


def test_on_the_version_of_the_source(project, postgres15, database):
    source = database(SHOP, on=postgres15)
    project.write("ALTER TABLE orders ADD COLUMN a int;", "ALTER TABLE orders DROP COLUMN a;")
    other = project.rehearse(source.url)
    assert other.environment["source"].startswith("PostgreSQL 15")
    assert "--pg-bin" in other.environment["caution"]
    same = project.rehearse(source.url, pg_bin=postgres15.binaries.bin)
    assert same.environment["server"].startswith("PostgreSQL 15")
    assert "caution" not in same.environment
    assert same.plan == other.plan


def test_what_belongs_to_the_server_is_left_out_and_said(project):
    project.write(
        "CREATE ROLE auditor;\nGRANT SELECT ON orders TO auditor;\nCREATE EXTENSION pg_trgm;\n"
        "CREATE INDEX customers_name ON customers USING gin (name gin_trgm_ops);\nALTER SYSTEM SET work_mem = '1GB';\n"
    )
    found = project.rehearse()
    left_out = ("ALTER SYSTEM SET work_mem = '1GB'",)
    assert (found.verdict, found.not_run) == ("not all run", left_out)
    assert tuple(gap.name for gap in found.gaps if gap.kind == "statement") == left_out


def test_what_was_not_run_is_said_before_all_else(project):
    project.write("ALTER TABLE orders ADD COLUMN discount numeric;", "ALTER TABLE orders DROP COLUMN discount;")
    project.write("ALTER ROLE CURRENT_USER SET work_mem = '1GB';", "ALTER ROLE CURRENT_USER RESET work_mem;")
    run = dba(project.folder, "--source", project.source, cwd=project.folder.parent, cache=CACHE)
    text = run.communicate(timeout=120)[0]
    said = "2 statements were not run: nothing is known of them; the rest runs, undoes"
    assert run.returncode == 0 and " ".join(text.split()).startswith(said)
    *_, left_out = text.partition("0002 step 1")
    assert "an instant" not in left_out and "locks no table" not in left_out
    (kept,) = (project.folder / "rehearsals").iterdir()
    found = from_json(Rehearsal, kept.read_bytes())
    markdown = render_rehearsal(found, "markdown", screen=Screen(), version="1")
    assert markdown.startswith(f"## dba migrate rehearse: {said}")
    page = rehearsal_page(found, kept="", then="", version="1")
    assert said in re.search(r'<p class="verdict warn">.*?</p>', page, re.DOTALL)[0]
    document = json.loads(render_rehearsal(found, "json", screen=Screen(), version="1"))
    assert document["verdict"] == "not all run" and document["reasons"][0].startswith(
        "nothing is known of what was not"
    )
    assert document["not_run"] == [
        "ALTER ROLE CURRENT_USER SET work_mem = '1GB'",
        "ALTER ROLE CURRENT_USER RESET work_mem",
    ]


def test_a_superuser_s_rights_are_not_to_be_had(project):
    project.write("CREATE FUNCTION f() RETURNS void LANGUAGE c AS 'libc.so.6', 'abort';")
    found = project.rehearse()
    assert found.verdict == "fails"
    assert "permission denied" in found.stops[0].refusal.message


def test_on_the_rows_of_a_copy(project, database):
    copy = database(SHOP, "INSERT INTO orders (customer_id, total) SELECT g, g FROM generate_series(1, 300) g")
    project.write(ADD_DISCOUNT, DROP_DISCOUNT)
    found = project.rehearse(copy=copy.url)
    assert (found.verdict, found.rows, found.row_count, found.checked_rows) == ("good", "copy", 300, 300)
    assert all(step.milliseconds is not None for step in found.of("again"))
    assert found.remarks == ("the copy is left as the migrations made it",)
    assert copy.connection.execute("SELECT count(discount), sum(total) FROM orders").fetchone() == (300, 45150)


def test_a_history_from_nothing(project):
    project.write("CREATE TABLE a (id int PRIMARY KEY);", "DROP TABLE a;")
    project.write("CREATE TABLE b (id int REFERENCES a);", "DROP TABLE b;")
    found = project.rehearse(os.devnull)
    assert (found.verdict, found.migrations) == ("good", ("0001", "0002"))
    assert [step.effects.locks for step in found.of("up")] == [{}, {"public.a": "SHARE ROW EXCLUSIVE"}]


def test_a_copy_of_something_else_is_refused(project, database):
    project.write("ALTER TABLE orders ADD COLUMN a int;")
    copy = database(SHOP, "ALTER TABLE orders ADD COLUMN other int")
    with pytest.raises(InputError, match="another schema than the source"):
        project.rehearse(copy=copy.url)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["nowhere"], "cannot read"),
        (["migrations/0001_change.down.sql"], "is a way back"),
        (["migrations", "migrations/0001_change.up.sql"], "a folder among files"),
    ],
)
def test_what_cannot_be_rehearsed(project, files, message):
    project.write("SELECT 1;", "SELECT 1;")
    paths = [project.folder.parent / one for one in files]
    with pytest.raises(InputError, match=message):
        api.rehearse(paths, str(project.source), api.RehearseOptions(cache=CACHE, now=NOW))


def test_an_empty_folder_and_an_edited_file(project):
    with pytest.raises(InputError, match="has no migrations"):
        project.rehearse()
    project.write("-- nothing\n")
    with pytest.raises(InputError, match="nothing to rehearse"):
        project.rehearse()


def dba(*arguments: object, cwd: Path, cache: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "DBA_CACHE": str(cache), "NO_COLOR": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", "migrate", "rehearse", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_command_says_it_and_keeps_it(project):
    project.write(ADD_DISCOUNT, DROP_DISCOUNT)
    run = dba(project.folder, "--source", project.source, cwd=project.folder.parent, cache=CACHE)
    out, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    assert out.startswith("runs, undoes itself, blocks nobody for long: 1 migration on")
    assert "ACCESS EXCLUSIVE" in out and "blocks reads and writes" in out
    (kept,) = (project.folder / "rehearsals").iterdir()
    assert from_json(Rehearsal, kept.read_bytes()).verdict == "good"


def test_a_copy_made_by_a_command_is_used_and_taken_away(project, database, tmp_path):
    original = database(SHOP, "INSERT INTO customers (email) SELECT g || '@x.org' FROM generate_series(1, 50) g")
    project.write("ALTER TABLE customers ADD COLUMN note text;", "ALTER TABLE customers DROP COLUMN note;")
    original.connection.close()
    programs, server = original.server.binaries.bin, original.server.url("postgres")
    make = f"{programs}/createdb --maintenance-db='{server}' -T '{original.name}' $DBA_COPY && "
    url = original.server.url("COPY").replace("COPY", "$DBA_COPY", 1)
    drop = f"{programs}/dropdb --maintenance-db='{server}' $DBA_COPY && echo $DBA_COPY_URL > {tmp_path}/dropped"
    found = project.rehearse(copy_with=f'{make} echo made && echo "{url}"', drop_copy_with=drop)
    assert found.verdict == "good"
    assert "made up" not in found.rows
    assert "dba-rehearsal-" in (tmp_path / "dropped").read_text()
    with psycopg.connect(original.server.url("postgres")) as admin:
        assert admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'dba-rehearsal%'").fetchall() == []
    assert "--copy-with" in found.command


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        ("exit 3", SurroundingsError, "ended with code 3: nothing said"),
        ("echo no such project >&2; false", SurroundingsError, "ended with code 1: no such project"),
        ("echo done", InputError, "no postgresql:// URL"),
    ],
)
def test_a_command_that_makes_no_copy(project, tmp_path, make, error, said):
    project.write("SELECT 1;")
    with pytest.raises(error, match=said):
        project.rehearse(copy_with=make, drop_copy_with=f"touch {tmp_path}/dropped")
    assert (tmp_path / "dropped").exists()  # it may have got as far as the copy


@pytest.mark.parametrize(
    "arguments",
    [
        ["--max-block", "soon"],
        ["--copy", "x", "--rows", "5"],
        ["--copy", "x", "--copy-with", "y"],
        ["--drop-copy-with", "x"],
        ["--data"],
    ],
)
def test_wrong_options_are_wrong_usage(project, arguments):
    project.write("SELECT 1;")
    source = [] if arguments == ["--data"] else ["--source", project.source]
    run = dba(project.folder, *source, *arguments, cwd=project.folder.parent, cache=CACHE)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 2
    assert "try:" in said


@pytest.mark.parametrize(
    "sql",
    ["SELECT pg_sleep(300);", "DO $$ BEGIN COMMIT; PERFORM pg_sleep(300); END $$;"],
    ids=["inside a transaction", "outside"],
)
def test_an_interrupted_run_leaves_no_server(project, fresh_cache, sql):
    project.write(sql)
    run = dba(project.folder, "--source", project.source, cwd=project.folder.parent, cache=fresh_cache)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (asleep := sleeping(servers_in(fresh_cache))):
            time.sleep(0.05)
        assert asleep
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=60)
    finally:
        run.kill()  # whatever went wrong here, it does not go on beside the other tests
        run.communicate()
    assert run.returncode != 0
    assert not servers_in(fresh_cache)
    assert not (project.folder / "rehearsals").exists()


def servers_in(cache: Path) -> list[Path]:
    """The files of process numbers. Not `rglob`: that one fails where a folder goes away while it looks."""
    return [Path(folder, "postmaster.pid") for folder, _, files in os.walk(cache) if "postmaster.pid" in files]


def sleeping(pid_files: list[Path]) -> bool:
    """Whether the statement runs on one of these servers."""
    for file in pid_files:
        try:
            lines = file.read_text().splitlines()
            with psycopg.connect(host=lines[4], port=lines[3], user="postgres", dbname="postgres") as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
                ).fetchone()
                if row and row[0]:
                    return True
        except (OSError, IndexError, psycopg.Error):
            continue
    return False


def test_every_form_says_the_same(project):
    project.write(ADD_DISCOUNT, "ALTER TABLE orders DROP COLUMN discount;")
    found = project.rehearse()
    text = render_rehearsal(found, "text", screen=Screen(unicode=False), version="1", kept="x.json", then="dba")
    markdown = render_rehearsal(found, "markdown", screen=Screen(), version="1", kept="x.json", then="dba")
    document = render_rehearsal(found, "json", screen=Screen(), version="1")
    for one in (text, markdown):
        assert "its way back does not lead back" in " ".join(one.split())
        assert "public.orders" in one and "SHARE UPDATE EXCLUSIVE" in one and "x.json" in one
    assert '"verdict": "does not undo"' in document
    assert '"schema": "dbarchitect.rehearsal/1"' in document
    assert text.isascii()
