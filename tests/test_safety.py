"""A stranger's schema, snapshot and workload: their code runs, and gains nothing.

`schemas/evil.sql` plants a function wherever a schema can bring one; it writes what it runs as to the server's log and
tries to leave the database. So the tests also see that it did run.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psycopg
import pytest

import postgres_servers
from dbarchitect import api
from dbarchitect.engines.postgres import twin as twins
from dbarchitect.engines.postgres.inspect import for_major, inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server, private_server
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.errors import InputError
from dbarchitect.model.change import AddIndex
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Migration, Step
from dbarchitect.model.schema import Index, IndexKey, Relational
from dbarchitect.prove.rehearse import Options as RehearsalOptions
from dbarchitect.prove.rehearse import rehearse
from dbarchitect.prove.workbench import Workbench
from dbarchitect.sql.script import split_script

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = api.CheckOptions(now=NOW, cache=postgres_servers.test_cache())
WORKLOAD = """
-- calls: 5
SELECT count(*) FROM public.parent WHERE public.evil('query', 1) = id AND amount = 3;
-- calls: 5
SELECT * FROM public.child WHERE other = 'x';
-- calls: 5
SELECT * FROM public.looked, public.seen;
"""


@pytest.fixture
def outside() -> Iterator[Path]:
    """A folder that the server's account can write to: nothing may appear in it."""
    folder = Path(tempfile.mkdtemp(prefix="dbarchitect-outside-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def evil(outside: Path, tmp_path: Path) -> Path:
    """The script, and a workload beside it."""
    text = (Path(__file__).with_name("schemas") / "evil.sql").read_text(encoding="utf-8")
    (tmp_path / "evil.sql").write_text(text.replace("FOLDER", str(outside)))
    (tmp_path / "work.sql").write_text(WORKLOAD)
    return tmp_path / "evil.sql"


@pytest.fixture(params=[18, 15, 13])
def attacked(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of its own: its log and its roles are looked at."""
    with private_server(postgres_servers.binaries(request.param), cache=postgres_servers.test_cache()) as running:
        yield running


def places(server: Server) -> dict[str, set[str]]:
    """Where the script's code ran: the places by the role it ran as."""
    found: dict[str, set[str]] = {}
    for place, role, superuser in re.findall(r"EVIL (.+) as (\S+) superuser=(\w)", server.log.read_text()):
        assert superuser == "f", f"{place} ran as {role}"
        found.setdefault(role, set()).add(place)
    return found


def assert_unharmed(server: Server, database: str, outside: Path) -> None:
    assert list(outside.iterdir()) == []
    log = server.log.read_text()
    assert "EVIL read a file" not in log
    assert not re.search(r"superuser=t", log), re.findall(r"EVIL .*superuser=t", log)
    with server.connect(database) as admin:
        supers = admin.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
        assert supers == [("postgres",)]
        powers = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper AND (rolcreaterole OR rolcreatedb "
            "OR rolreplication OR pg_has_role(oid, 'pg_read_server_files', 'member'))"
        ).fetchall()
        assert powers == []
        owned = admin.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proowner = 10 AND proname IN "
            "('attempt', 'evil', 'fired', 'commanded', 'validate')"
        ).fetchall()
        assert owned == []
        given = admin.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname = 'pg_catalog' AND nspowner <> 10"
        ).fetchall()
        assert given == []
        assert admin.execute("SELECT proowner FROM pg_proc WHERE proname = 'pg_read_file'").fetchone() == (10,)


def test_check_of_a_strangers_script_runs_nothing_outside(evil: Path, outside: Path):
    review = api.check(str(evil), replace(OPTIONS, prove=True, rows={"*": 200}, workload=evil.with_name("work.sql")))
    assert list(outside.iterdir()) == []
    by_rule = {one.rule: one.proof.level for one in review.findings}
    assert by_rule["duplicate-index"] == "planned"
    assert sum(one.proof.level != "asserted" for one in review.findings) >= 3


def test_every_room_runs_the_schemas_code_as_an_ordinary_role(attacked: Server, evil: Path, outside: Path):
    text = for_major(evil.read_text(), attacked.binaries.major)
    attacked.create_database("source")
    load(attacked, "source", split_script(text, "evil.sql"))
    with attacked.connect("source") as admin:
        schema = inspect(admin, facts=False)
    assert_unharmed(attacked, "source", outside)
    snapshot = twins.take(schema, text, source="evil", now=NOW)
    bench = Workbench(attacked, snapshot, rows={"*": 300})
    try:
        twin = bench.twin()
        report = bench.lab_report
        assert report is not None
        assert report.rows > 300
        assert_unharmed(attacked, "lab", outside)
        assert twin.explain("SELECT * FROM public.child WHERE other = 'x'").cost > 0
        before = twin.explain("SELECT count(*) FROM public.parent WHERE public.evil('query', 1) = id")
        assert before.cost > 0
        key = IndexKey(expression="public.evil('supposed'::text, id)")
        index = Index(
            name=Name(schema="public", name="supposed"), table=Name(schema="public", name="parent"), keys=(key,),
            method="btree", predicate="public.evil('supposed predicate'::text)",
        )  # fmt: skip
        with twin.supposing([AddIndex(index=index)]):
            assert twin.explain("SELECT count(*) FROM public.parent").cost > 0
        _, guest = bench.lab()
        one_statement(guest, "SELECT looked.value FROM public.looked, public.seen")
        assert_unharmed(attacked, twin.database, outside)
    finally:
        bench.close()
    ran = places(attacked)
    assert set(ran) == {"dbarchitect", "dba_guest"}
    wanted = {"domain", "check", "generated", "index", "predicate", "materialised view", "trigger", "search path"}
    assert wanted <= ran["dbarchitect"]
    assert {"query", "view"} <= ran["dba_guest"]
    assert "supposed predicate" in ran["dbarchitect"] | ran["dba_guest"]


MIGRATION = """
ALTER DATABASE evil SET work_mem = '9MB';
SET search_path = public, pg_catalog;
CREATE FUNCTION public.bigint_is(a bigint, b bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM public.attempt('operator of the migration'); RETURN a::text OPERATOR(pg_catalog.=) b::text; END $$;
CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = public.bigint_is);
CREATE TABLE public.migrated (id integer PRIMARY KEY, value integer DEFAULT public.evil('default of the migration', 1));
INSERT INTO public.migrated (id) VALUES (1);
ALTER TABLE public.parent ADD COLUMN one public.positive NOT NULL DEFAULT 1;
CREATE INDEX migrated_index ON public.parent (public.evil('index of the migration'::text, id));
DO $$ BEGIN PERFORM public.attempt('block of the migration'); END $$;
SELECT 1::bigint = 2::bigint;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
DROP EXTENSION pg_trgm;
"""


def test_a_migration_is_rehearsed_as_an_ordinary_role(attacked: Server, evil: Path, outside: Path):
    text = for_major(evil.read_text(), attacked.binaries.major)
    attacked.create_database("source")
    load(attacked, "source", split_script(text, "evil.sql"))
    with attacked.connect("source") as admin:
        schema = inspect(admin, facts=False)
    snapshot = twins.take(schema, text, source="evil", now=NOW)
    up = (
        Step(sql=tuple(one.sql for one in split_script(MIGRATION, "up.sql"))),
        Step(
            sql=("CREATE INDEX CONCURRENTLY other ON public.parent (public.evil('concurrent'::text, id))",),
            transactional=False,
        ),
    )
    migration = Migration(id="0001", name="evil", up=up, down=(Step(sql=("DROP INDEX migrated_index",)),))
    found = rehearse([migration], snapshot, attacked, RehearsalOptions(data=True, rows={"*": 100}))
    assert found.verdict == "does not undo", found.stops
    assert_unharmed(attacked, "rehearsed", outside)
    ran = places(attacked)
    assert set(ran) <= {"dbarchitect", "dba_guest"}
    wanted = {"operator of the migration", "default of the migration", "index of the migration", "concurrent"}
    assert wanted | {"block of the migration"} <= ran["dbarchitect"]


def test_rows_that_the_script_reads_are_removed_as_its_role(attacked: Server, evil: Path, outside: Path):
    text = for_major(evil.read_text(), attacked.binaries.major) + (
        "INSERT INTO public.parent (id, amount) VALUES (1, 1);\n"
        "DO $$ BEGIN IF NOT EXISTS (SELECT FROM public.parent) THEN RAISE 'no rows'; END IF; END $$;\n"
    )
    attacked.create_database("source")
    gaps = load(attacked, "source", split_script(text, "evil.sql"))
    assert any(gap.kind == "rows" for gap in gaps)
    assert_unharmed(attacked, "source", outside)
    assert "trigger" in places(attacked)["dbarchitect"]


# --- snapshots that no database gave --------------------------------------------------------------------------------


@pytest.fixture
def crafted(evil: Path, tmp_path: Path):
    """`crafted(settings={...})`: a `.twin` of a small table, with these facts changed."""
    (tmp_path / "small.sql").write_text("CREATE TABLE public.t (id integer PRIMARY KEY, word text);")
    api.twin_create(str(tmp_path / "small.sql"), tmp_path / "small.twin", rows={"*": 100}, cache=OPTIONS.cache, now=NOW)

    def make(**changes: object) -> snapshots.Snapshot:
        snapshot = snapshots.read(tmp_path / "small.twin")
        facts = msgspec.structs.replace(snapshot.schema.facts or Facts(), **changes)
        return msgspec.structs.replace(snapshot, schema=msgspec.structs.replace(snapshot.schema, facts=facts))

    return make


def test_settings_that_are_not_the_planners_are_refused(crafted, server: Server, outside: Path):
    settings = {
        "session_preload_libraries": "evil", "local_preload_libraries": "evil", "log_statement": "all",
        "jit_dump_bitcode": "on", "role": "postgres", "random_page_cost": "1.5",
        "work_mem": f"1'; COPY (SELECT 1) TO PROGRAM 'touch {outside}/x'; --",
"search_path": "public, \"a'; SELECT 1 --\"",
    }  # fmt: skip
    twin = twins.build(server, crafted(settings=settings), database="evil settings")
    try:
        named = {gap.name for gap in twin.gaps if gap.kind == "setting"}
        assert named >= {"session_preload_libraries", "local_preload_libraries", "log_statement", "work_mem"}
        with psycopg.connect(twin.url, autocommit=True) as guest:
            assert guest.execute("SHOW random_page_cost").fetchone() == ("1.5",)
            path = guest.execute("SHOW search_path").fetchone()
            assert path == (settings["search_path"],)
        with server.connect(twin.database) as admin:
            kept = "SELECT unnest(setconfig) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase "
            kept += "WHERE setrole = 0 AND datname = current_database()"
            names = {row[0].partition("=")[0] for row in admin.execute(kept.encode())}
            assert names == {"random_page_cost", "search_path"}
    finally:
        twin.close()
    assert list(outside.iterdir()) == []


def test_an_index_of_a_snapshot_is_one_statement(crafted, server: Server, outside: Path):
    twin = twins.build(server, crafted(), database="evil index")
    attack = f"id); COPY (SELECT 1) TO PROGRAM 'touch {outside}/x'; SELECT (1"
    table, name = Name(schema="public", name="t"), Name(schema="public", name="i")
    try:
        for index in (
            Index(name=name, table=table, keys=(IndexKey(expression=attack),), method="btree"),
            Index(name=name, table=table, keys=(IndexKey(column="id"),), method=f"btree (id); {attack}"),
            Index(name=name, table=table, keys=(IndexKey(column="id"),), method="btree", predicate=f"true; {attack}"),
        ):
            with pytest.raises(InputError), twin.supposing([AddIndex(index=index)]):
                pass
        with pytest.raises(InputError, match="multiple commands"):
            twin.explain(f"SELECT 1; COPY (SELECT 1) TO PROGRAM 'touch {outside}/x'")
        with pytest.raises(InputError):
            twin.explain("SELECT $1; DROP TABLE public.t")
        assert twin.explain("SELECT * FROM public.t").cost > 0
    finally:
        twin.close()
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"pages": -2}, {"pages": 2**40}, {"rows": -5.0}, {"rows": 1e300}, {"all_visible_pages": -1},
        {"heap_bytes": -8192}, {"heap_bytes": 2**70},
    ],
)  # fmt: skip
def test_impossible_sizes_are_an_input_error(crafted, tmp_path: Path, changes: dict[str, object]):
    tables = {"public.t": msgspec.structs.replace(crafted().schema.facts.tables["public.t"], **changes)}
    with pytest.raises(InputError, match=r"public\.t"):
        snapshots.write(crafted(tables=tables), tmp_path / "bad.twin")
        snapshots.read(tmp_path / "bad.twin")


def test_a_twin_that_would_take_too_many_files_is_cut_and_says_so(crafted, server: Server):
    size = msgspec.structs.replace(crafted().schema.facts.tables["public.t"], pages=2**31 - 1, heap_bytes=None)
    schema = inspect_of("".join(f"CREATE TABLE t{i} (id integer);" for i in range(6)), server)
    facts = Facts(tables={f"public.t{i}": size for i in range(6)})
    snapshot = msgspec.structs.replace(crafted(), schema=msgspec.structs.replace(schema, facts=facts))
    script = "".join(f"CREATE TABLE public.t{i} (id integer);" for i in range(6))
    twin = twins.build(server, msgspec.structs.replace(snapshot, script=script), database="evil size")
    try:
        assert [gap.kind for gap in twin.gaps] == ["size"]
        assert twin.explain("SELECT * FROM public.t0").cost > 2e9
    finally:
        twin.close()


def inspect_of(script: str, server: Server) -> Relational:
    server.create_database("evil sizes")
    try:
        load(server, "evil sizes", split_script(script, "sizes.sql"))
        with server.connect("evil sizes") as admin:
            return inspect(admin, facts=False)
    finally:
        server.drop_database("evil sizes")
