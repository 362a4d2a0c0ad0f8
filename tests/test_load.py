"""Scripts made real: what is adapted, what is made up, what is refused, and what an untrusted script cannot do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import Database
from dbarchitect.engines.postgres import standins
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap
from dbarchitect.sql.script import split_script

Loader = Callable[..., tuple[Gap, ...]]


class Loaded:
    """A fresh database with a script loaded, and what was said about it."""

    def __init__(self, database: Database, script: str, *, data: bool = False) -> None:
        self.database = database
        self.gaps = load(database.server, database.name, split_script(script, "a.sql"), data=data)

    def one(self, query: str) -> object:
        with psycopg.connect(self.database.url, autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def gap(self, kind: str, name: str = "") -> Gap:
        return next(gap for gap in self.gaps if gap.kind == kind and name in gap.name)


@pytest.fixture
def loaded(database: Callable[..., Database]) -> Callable[..., Loaded]:
    def make(script: str, *, data: bool = False, on: Server | None = None) -> Loaded:
        return Loaded(database(on=on), script, data=data)

    return make


MAJORS = (13, 14, 15, 16, 17)


@pytest.fixture(params=(*MAJORS, 18))
def any_server(request: pytest.FixtureRequest, server: Server, old_server: Callable[[int], Server]) -> Server:
    return server if request.param == 18 else old_server(request.param)


# --- what is made up ------------------------------------------------------------------------------------------------


def test_every_stub_is_an_extension_whose_objects_are_all_its_members(
    any_server: Server, database: Callable[..., Database]
):
    stubs = sorted(path.stem for path in (Path(standins.__file__).parent / "stubs").glob("*.sql"))
    assert len(stubs) > 20
    for stub in stubs:
        home = database(on=any_server)
        connection = home.connection
        connection.execute("SET allow_system_table_mods = on")
        made = standins.StandIns(connection, "postgres", superuser=True)
        made._stand_in(stub, "public", "")  # pyright: ignore[reportPrivateUsage]
        assert ("extension", stub) in [(gap.kind, gap.name) for gap in made.gaps]
        strangers = connection.execute(
            """SELECT classid::regclass, objid FROM pg_depend d WHERE refclassid = 'pg_namespace'::regclass
            AND deptype = 'n' AND objid >= 16384 AND classid <> 'pg_extension'::regclass AND NOT EXISTS (SELECT
            FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid AND e.deptype IN ('e', 'i'))"""
        ).fetchall()
        assert (stub, strangers) == (stub, [])


def test_a_schema_over_missing_extensions_loads(any_server: Server, loaded: Callable[..., Loaded]):
    script = """
    CREATE EXTENSION postgis; CREATE EXTENSION timescaledb; CREATE EXTENSION pg_cron; CREATE EXTENSION "of_nobody";
    CREATE TABLE place (id int PRIMARY KEY, at geometry(Point, 4326) NOT NULL, area geography, odd strange_type(3));
    CREATE INDEX place_at ON place USING gist (at);
    CREATE VIEW near AS SELECT id FROM place
        WHERE ST_DWithin(at, ST_MakePoint(1, 2), 5) AND at && ST_MakeEnvelope(0, 0, 1, 1);
    CREATE TABLE metric (time timestamptz NOT NULL, v float);
    SELECT create_hypertable('metric', 'time');
    ALTER TABLE metric SET (timescaledb.compress, timescaledb.compress_segmentby = 'v');
    SELECT add_retention_policy('metric', interval '1 year');
    SELECT cron.schedule('nightly', '0 3 * * *', 'VACUUM');
    CREATE FUNCTION f() RETURNS int LANGUAGE plv8 AS $$ return 1 $$;
    CREATE VIEW odd AS SELECT function_of_nobody(1);
    """
    result = loaded(script, on=any_server)
    assert {gap.name for gap in result.gaps if gap.kind == "extension"} == {
        *("postgis", "timescaledb", "pg_cron", "of_nobody", "plv8")
    }
    assert "function_of_nobody" in result.gap("statement", "CREATE VIEW odd").effect
    assert (
        result.one(
            "SELECT string_agg(indexname, ', ' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'public'"
            " AND tablename IN ('place', 'metric')"
        )
        == "metric_time_idx, place_at, place_pkey"
    )
    assert (
        result.one("SELECT atttypmod FROM pg_attribute WHERE attrelid = 'place'::regclass AND attname = 'at'")
        == (4326 << 8) + 4
    )
    assert (
        result.one("SELECT lanname FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE proname = 'f'") == "plv8"
    )
    outside = """SELECT count(*) FROM pg_class c WHERE c.oid >= 16384 AND relkind IN ('r', 'v') AND NOT EXISTS (SELECT
        FROM pg_depend d WHERE d.objid = c.oid AND deptype = 'e')"""
    assert result.one(outside) == 3  # place, near, metric


def test_without_a_missing_extension_a_missing_name_is_the_users_mistake(loaded: Callable[..., Loaded]):
    with pytest.raises(InputError) as caught:
        loaded('CREATE EXTENSION "uuid-ossp";\nCREATE TABLE t (\n  a int,\n  é nosuch\n);')
    assert caught.value.message == 'a.sql:4:5: type "nosuch" does not exist'


def test_roles_collations_tablespaces_and_settings(any_server: Server, loaded: Callable[..., Loaded]):
    script = """
    SET transaction_timeout = 0; SET default_with_oids = false; SET my.thing = 'x'; SET nosuch_setting = 1;
    CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE t (a text COLLATE ci, b text COLLATE "en-US-x-icu", c text COLLATE pg_catalog."de-x-icu")
        TABLESPACE fast;
    CREATE ROLE app LOGIN SUPERUSER; CREATE ROLE boss IN ROLE postgres;
    ALTER TABLE t OWNER TO app; GRANT SELECT ON t TO "Reader", PUBLIC; ALTER SCHEMA public OWNER TO boss;
    CREATE SCHEMA private AUTHORIZATION "Other";
    CREATE POLICY p ON t TO viewer USING (true);
    ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public GRANT SELECT ON TABLES TO app;
    """
    result = loaded(script, on=any_server)
    assert result.one("SELECT tableowner FROM pg_tables WHERE tablename = 't'") == "app"
    assert result.one("SELECT tablespace FROM pg_tables WHERE tablename = 't'") == "fast"
    assert result.one("SELECT bool_or(rolsuper OR rolcanlogin) FROM pg_roles WHERE rolname IN ('app', 'boss')") is False
    assert result.one("SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'private'") == "Other"
    assert {gap.name for gap in result.gaps} <= {"ci", "en-US-x-icu", "de-x-icu"}


# --- what is adapted ------------------------------------------------------------------------------------------------


def test_the_stamp_of_a_columns_last_change_is_left_out(loaded: Callable[..., Loaded]):
    found = loaded(
        "CREATE TABLE t (a integer, b integer, c integer);"
        "ALTER TABLE ONLY t ALTER COLUMN a SET (pg_attver=6393376);"
        "ALTER TABLE ONLY t ALTER COLUMN b SET (n_distinct=5, pg_attver='6393376');"
        "ALTER TABLE ONLY t ALTER COLUMN c SET (pg_attver=6393376, n_distinct=7);"
    )
    options = "SELECT array_agg(attoptions::text ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass"
    assert found.one(f"{options} AND attnum > 0") == [None, "{n_distinct=5}", "{n_distinct=7}"]
    assert found.gaps == ()


def test_databases_transactions_and_concurrency_of_the_script(loaded: Callable[..., Loaded]):
    result = loaded("""
    CREATE DATABASE app; \\connect app
    BEGIN; CREATE TABLE kept (a int); SAVEPOINT s; CREATE TABLE gone (a int); ROLLBACK TO s; COMMIT;
    BEGIN; CREATE TABLE gone2 (a int); ROLLBACK;
    BEGIN; SET LOCAL search_path = pg_temp; COMMIT;
    CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE 'b'; CREATE TABLE m (x mood DEFAULT 'b');
    CREATE INDEX CONCURRENTLY i ON kept (a);
    ALTER DATABASE app SET work_mem = '8MB';
    DROP TABLE never_was; ALTER TABLE ONLY never_was DROP CONSTRAINT x;
    VACUUM; CREATE SCHEMA public;
    """)
    assert result.gaps == ()
    assert (
        result.one(
            "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE oid >= 16384 AND relkind IN "
            "('r', 'i') AND relnamespace = 'public'::regnamespace"
        )
        == "i kept m"
    )
    assert (
        result.one(
            "SELECT setconfig[1] FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database "
            "WHERE datname = current_database())"
        )
        == "work_mem=8MB"
    )


ROWS = """
CREATE TABLE t (id serial PRIMARY KEY, a text);
INSERT INTO t (a) VALUES ('x');
COPY t (id, a) FROM stdin;
5\té
6\t\\N
\\.
SELECT pg_catalog.setval('t_id_seq', 6);
UPDATE t SET a = 'none' WHERE a IS NULL;
ALTER TABLE t ALTER a SET NOT NULL;
"""


def test_rows_are_loaded_on_request_only(loaded: Callable[..., Loaded]):
    without = loaded(ROWS)
    assert (without.one("SELECT count(*) FROM t"), without.one("SELECT last_value FROM t_id_seq"), without.gaps) == (
        0,
        6,
        (),
    )
    with_rows = loaded(ROWS, data=True)
    assert with_rows.one("SELECT string_agg(a, ' ' ORDER BY id) FROM t") == "x é none"


def test_a_script_that_reads_its_own_rows_is_loaded_with_them_and_emptied(loaded: Callable[..., Loaded]):
    result = loaded("""
    CREATE TABLE names (n text); INSERT INTO names VALUES ('made');
    DO $$ DECLARE x text; BEGIN SELECT n INTO STRICT x FROM names; EXECUTE format('CREATE TABLE %I (a int)', x); END $$;
    CREATE INDEX ON made (a);
    """)
    assert result.one("SELECT to_regclass('made')::text") == "made"
    assert result.one("SELECT count(*) FROM names") == 0
    assert result.gap("rows")


# --- what an untrusted script cannot do -----------------------------------------------------------------------------


def test_a_script_cannot_leave_its_database(any_server: Server, loaded: Callable[..., Loaded], tmp_path: Path):
    target = Path("/tmp") / f"dbarchitect-{tmp_path.name}"
    program = f"touch {target}"
    tricks = (
        f"COPY (SELECT 1) TO PROGRAM '{program}'",
        f"DO $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM ''{program}'''; END $$",
        f"DO $$ BEGIN EXECUTE 'RESET SESSION AUTHORIZATION'; "
        f"EXECUTE 'COPY (SELECT 1) TO PROGRAM ''{program}'''; END $$",
        f"DO $$ BEGIN EXECUTE 'SET SESSION AUTHORIZATION postgres'; EXECUTE 'COPY (SELECT 1) TO ''{target}'''; END $$",
        "SET SESSION AUTHORIZATION postgres",
        "SET ROLE postgres",
        "DO $$ BEGIN EXECUTE 'SET ROLE postgres'; END $$",
        "GRANT postgres TO dbarchitect",
        "GRANT pg_execute_server_program TO dbarchitect",
        "DO $$ BEGIN EXECUTE 'GRANT pg_execute_server_program TO dbarchitect'; END $$",
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO PUBLIC",
        f"ALTER SYSTEM SET archive_command = '{program}'",
        "LOAD 'auto_explain'",
        "CREATE FUNCTION c() RETURNS int LANGUAGE c AS 'libc.so.6', 'system'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "COPY pwned FROM '/etc/passwd'",
        "CREATE EXTENSION dblink; SELECT dblink_connect('host=127.0.0.1 password=x')",
        "CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1'); "
        "CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'a', password 'b'); CREATE FOREIGN TABLE far (a int) "
        "SERVER s; DO $$ BEGIN PERFORM * FROM far; END $$",
        "CREATE EXTENSION file_fdw; CREATE SERVER s FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN TABLE run (a text) "
        f"SERVER s OPTIONS (program '{program}'); DO $$ BEGIN PERFORM * FROM run; END $$",
        "CREATE EXTENSION file_fdw; CREATE FOREIGN DATA WRAPPER postgres_fdw HANDLER file_fdw_handler; CREATE SERVER s "
        "FOREIGN DATA WRAPPER postgres_fdw; CREATE FOREIGN TABLE run (a text) SERVER s "
        f"OPTIONS (program '{program}'); DO $$ BEGIN PERFORM * FROM run; END $$",
        f"CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'COPY (SELECT 1) TO PROGRAM "
        f"''{program}'''; END $$; CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e(); "
        "CREATE EXTENSION citext; ALTER FUNCTION e() OWNER TO postgres; CREATE TABLE fires (a int)",
        f"CREATE FUNCTION i(int) RETURNS int IMMUTABLE SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN "
        f"EXECUTE 'COPY (SELECT 1) "
        f"TO PROGRAM ''{program}'''; RETURN 1; END $$; ALTER FUNCTION i(int) OWNER TO postgres; CREATE TABLE x (a int "
        "DEFAULT i(1)); CREATE INDEX ON x (i(a)); ALTER TABLE x OWNER TO postgres; SELECT i(1)",
    )  # fmt: skip
    for trick in tricks:
        try:
            result = loaded(trick, on=any_server, data=True)
        except InputError:
            pass
        else:
            assert (
                result.one(
                    "SELECT count(*) FROM pg_proc WHERE proname IN ('i', 'e') AND pg_get_userbyid(proowner) "
                    "= 'postgres'"
                )
                == 0
            )
        assert not target.exists(), trick
    home = loaded("SELECT 1", on=any_server)
    assert (
        home.one("SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles WHERE rolname = 'dbarchitect'") is False
    )
    assert (
        home.one(
            "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = "
            "member WHERE u.rolname = 'dbarchitect' AND (r.rolsuper OR r.rolname LIKE 'pg\\_%')"
        )
        == 0
    )


def test_what_was_refused_is_named(loaded: Callable[..., Loaded]):
    result = loaded(
        "CREATE TABLE t (a int); COPY t FROM '/etc/passwd'; ALTER SYSTEM SET work_mem = '1GB'; CREATE "
        "SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p;"
    )
    assert len(result.gaps) == 3
    assert all(gap.effect.startswith("not run") for gap in result.gaps)


# --- mistakes of the user's -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("CREATE TABLE t (a int);\nCREATE TABLE t (a int);", 'a.sql:2:1: relation "t" already exists'),
        ("CREATE TABLE t (a int);\nCREATE INDEX i\n  ON t (é);", 'a.sql:2:1: column "é" does not exist'),
        ("CREATE VIEW v AS\n  SELECT 'é', x FROM nowhere;", 'a.sql:2:22: relation "nowhere" does not exist'),
        ("CREATE TABLE t (a int REFERENCES u);", 'a.sql:1:1: relation "u" does not exist'),
    ],
)
def test_a_failing_statement_is_named_with_its_place(loaded: Callable[..., Loaded], script: str, message: str):
    with pytest.raises(InputError) as caught:
        loaded(script)
    assert caught.value.message == message
    assert caught.value.hint


def test_a_dump_of_18_loads_into_older_servers(loaded: Callable[..., Loaded], any_server: Server):
    script = """\\restrict k
SET transaction_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
SET default_table_access_method = heap;
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';
CREATE TABLE public.t (id bigint NOT NULL, secret bytea DEFAULT public.digest('x'::text, 'sha256'::text));
ALTER TABLE public.t OWNER TO postgres;
ALTER TABLE public.t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME public.t_id_seq START WITH 1);
COPY public.t (id, secret) FROM stdin;
1\t\\\\x00
\\.
SELECT pg_catalog.setval('public.t_id_seq', 1, true);
ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON FUNCTION public.digest(text, text) TO service;
\\unrestrict k
"""
    result = loaded(script, on=any_server)
    assert result.one("SELECT count(*) FROM pg_indexes WHERE indexname = 't_pkey'") == 1
    assert {gap.kind for gap in result.gaps} <= {"extension", "grant"}


VALID = """CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood DEFAULT 'ok');
CREATE TABLE b (id int REFERENCES a ON DELETE CASCADE, t text CHECK (t <> ''), UNIQUE (id, t));
CREATE INDEX ON b (lower(t)) WHERE id > 3;
CREATE VIEW v AS SELECT a.id, count(*) FROM a JOIN b USING (id) GROUP BY 1;
CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS $$ SELECT x + 1 $$;
GRANT SELECT ON v TO reader;
DO $$ BEGIN PERFORM f(1); END $$;
"""


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(VALID)), st.integers(0, len(VALID)))
def test_cuts_of_a_script_load_or_are_refused(server: Server, start: int, end: int):
    text = VALID[: min(start, end)] + VALID[max(start, end) :]
    server.create_database("cut")
    try:
        load(server, "cut", split_script(text, "a.sql", allow_empty=True))
    except InputError as err:
        assert "a.sql" in err.message
    finally:
        server.drop_database("cut")


def test_a_rollback_to_a_savepoint_takes_back_all_that_came_after_it(loaded: Callable[..., Loaded]):
    made = loaded(
        'BEGIN; CREATE TABLE kept (); SAVEPOINT a; CREATE TABLE gone (); SAVEPOINT "B"; CREATE TABLE gone_too ();'
        "ROLLBACK TO a; CREATE TABLE gone_as_well (); ROLLBACK TO SAVEPOINT A; CREATE TABLE stays (); COMMIT;"
    )
    tables = made.one(
        "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relkind = 'r' AND oid > 16383"
    )
    assert tables == "kept stays"
