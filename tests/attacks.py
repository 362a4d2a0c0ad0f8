"""Attacks by an agent, each a call of one of its tools.

`{outside}` is a folder that everybody may write to, `{url}` the address of the user's database, `app` the name that it
was given.
"""

from __future__ import annotations

_READS_A_FILE = "pg_read_file('/etc/passwd')"

# One statement each, and the words of the server that refuses it.
DOORS: tuple[tuple[str, str], ...] = (
    ("SELECT * FROM far", "user mapping not found"),
    ("INSERT INTO far VALUES (-1, -1)", "user mapping not found"),
    ("SELECT * FROM passwd", "has no handler"),
    ("SELECT dblink_connect_u('dbname=isolation user=postgres')", "permission denied"),
    ("SELECT dblink_connect('x', 'dbname=postgres user=postgres')", "permission denied"),
    ("IMPORT FOREIGN SCHEMA public FROM SERVER self INTO public", "permission denied"),
    ("CREATE USER MAPPING FOR CURRENT_USER SERVER self OPTIONS (user 'postgres')", "permission denied"),
    ("ALTER SERVER self OPTIONS (SET host '/tmp')", "must be owner"),
    (f"SELECT 1 LIMIT length({_READS_A_FILE})", "permission denied"),
    (f"SELECT 1 GROUP BY {_READS_A_FILE}", "permission denied"),
    (f"SELECT 1 HAVING {_READS_A_FILE} <> ''", "permission denied"),
    (f"SELECT row_number() OVER (ORDER BY {_READS_A_FILE})", "permission denied"),
    (f"SELECT count(*) FILTER (WHERE {_READS_A_FILE} <> '') FROM orders", "permission denied"),
    (f"VALUES ({_READS_A_FILE})", "permission denied"),
    (f"WITH c AS MATERIALIZED (SELECT {_READS_A_FILE} AS t) SELECT * FROM orders, LATERAL (SELECT t FROM c) l",
     "permission denied"),
    (f"UPDATE orders SET total = 1 RETURNING {_READS_A_FILE}", "permission denied"),
    (f"INSERT INTO orders VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET total = length({_READS_A_FILE})",
     "permission denied"),
    (f"MERGE INTO orders USING (SELECT {_READS_A_FILE}) s ON false WHEN NOT MATCHED THEN INSERT VALUES (-1, 1)",
     "permission denied"),
    (f"DECLARE c CURSOR WITH HOLD FOR SELECT {_READS_A_FILE}", "permission denied"),
    (f"SELECT ts_stat('SELECT {_READS_A_FILE.replace(chr(39), chr(39) * 2)}::tsvector')", "permission denied"),
    ("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SECURITY DEFINER SET role = postgres AS 'SELECT 1'",
     "permission denied"),
    ("CREATE CAST (text AS bigint) WITHOUT FUNCTION", "must be owner"),
    ("CREATE OPERATOR = (leftarg = bigint, rightarg = numeric, function = int8pl)", "permission denied"),
    ("CREATE EVENT TRIGGER e ON login EXECUTE FUNCTION suppress_redundant_updates_trigger()", "permission denied"),
    ("CREATE TABLESPACE t LOCATION '/tmp'", "permission denied"),
    ("CREATE DATABASE mine", "permission denied"),
    ("ALTER DATABASE lab SET search_path = mine", "must be owner"),
    ("SELECT set_config('role', 'postgres', false)", "permission denied"),
    ("SELECT set_config('session_authorization', 'postgres', false)", "permission denied"),
    ("SELECT set_config('temp_file_limit', '-1', false)", "permission denied"),
    ("SELECT set_config('dynamic_library_path', '/tmp', false)", "permission denied"),
    ("SELECT pg_create_logical_replication_slot('x', 'test_decoding')", "permission denied"),
    ("SELECT pg_log_backend_memory_contexts(pg_backend_pid())", "permission denied"),
    ("SELECT pg_current_logfile()", "permission denied"),
    ("COMMENT ON TABLE orders IS 'call apply_migration'", "must be owner"),
    ("CREATE RULE r AS ON SELECT TO orders DO INSTEAD SELECT 1", "must be owner"),
)  # fmt: skip

# One statement each, to be refused in whatever words, but for those below.
STATEMENTS = (
    "SELECT 1; DELETE FROM orders",
    "COMMIT; UPDATE account SET secret = 'x'",
    "SELECT 1;;;DROP TABLE orders",
    "BEGIN; DELETE FROM orders; COMMIT",
    "COMMIT",
    "ROLLBACK",
    "END",
    "ABORT",
    "PREPARE TRANSACTION 'x'",
    "SET TRANSACTION READ WRITE",
    "SET SESSION AUTHORIZATION postgres",
    "SET ROLE postgres",
    "SET ROLE dba_owner",
    "RESET ROLE",
    "SET LOCAL statement_timeout = 0",
    "SET session_replication_role = replica",
    "SELECT set_config('statement_timeout', '0', false), pg_sleep(0.1)",
    "SELECT set_config('log_statement', 'all', false)",
    "ALTER SYSTEM SET archive_command = 'touch {outside}/x'",
    "ALTER ROLE dba_guest SUPERUSER",
    "CREATE ROLE mine SUPERUSER LOGIN",
    "GRANT postgres TO dba_guest",
    "GRANT pg_execute_server_program TO dba_guest",
    "COPY orders TO PROGRAM 'touch {outside}/x'",
    "COPY orders TO '{outside}/x'",
    "COPY orders FROM PROGRAM 'cat /etc/passwd'",
    "COPY account (email) FROM '/etc/passwd'",
    "COPY orders TO STDOUT",
    "COPY orders FROM STDIN",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_read_binary_file('/etc/passwd')",
    "SELECT 1 ORDER BY pg_read_file('/etc/passwd')",
    "SELECT 1 WHERE pg_stat_file('/etc/passwd') IS NOT NULL",
    "SELECT * FROM pg_ls_dir('/')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(lo_from_bytea(0, 'x'), '{outside}/x')",
    "SELECT pg_file_write('{outside}/x', 'x', false)",
    "SELECT query_to_xml('SELECT pg_read_file(''/etc/passwd'')', true, true, '')",
    "SELECT database_to_xml(true, true, '')",
    "SELECT dblink_exec('{url}', 'DELETE FROM orders')",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE EXTENSION plpython3u",
    "CREATE EXTENSION postgres_fdw",
    "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'x')",
    "CREATE SUBSCRIPTION s CONNECTION '{url}' PUBLICATION p",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'system'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "DO $$ BEGIN EXECUTE 'COPY orders TO PROGRAM ''touch {outside}/x'''; END $$",
    "DO $$ BEGIN PERFORM pg_read_file('/etc/passwd'); END $$",
    "DO $$ BEGIN COMMIT; DELETE FROM orders; COMMIT; END $$",
    "LOAD 'auto_explain'",
    "VACUUM FULL orders",
    "CHECKPOINT",
    "REINDEX SYSTEM template1",
    "DROP DATABASE postgres",
    "DROP TABLE orders",
    "DROP OWNED BY dba_owner CASCADE",
    "TRUNCATE orders, account",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
    "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()",
    "SELECT pg_switch_wal()",
    "SELECT pg_stat_reset()",
    "SELECT pg_import_system_collations('pg_catalog')",
    "SELECT * FROM pg_authid",
    "SELECT passwd FROM pg_shadow",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM peek()",
    "SELECT * FROM account",
    "SELECT most_common_vals FROM pg_stats WHERE attname = 'secret'",
    "UPDATE pg_class SET relname = 'x'",
    "INSERT INTO pg_proc SELECT * FROM pg_proc",
    "SELECT g FROM generate_series(1, 2000000) g",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE",
    "LISTEN x",
    "NOTIFY x, 'y'",
    "SELECT '\x1b]0;owned\x07' AS title",
)


# These the server lets pass: they change or read nothing but a copy that is thrown away.
HARMLESS = (
    "PREPARE TRANSACTION 'x'",  # a warning: there is none
    "VACUUM FULL orders",  # a warning: not the guest's
    "DO $$ BEGIN COMMIT; DELETE FROM orders; COMMIT; END $$",
    "COMMIT",
    "ROLLBACK",
    "END",
    "ABORT",
    "SET TRANSACTION READ WRITE",
    "SET LOCAL statement_timeout = 0",
    "RESET ROLE",
    "SELECT set_config('statement_timeout', '0', false), pg_sleep(0.1)",
    "TRUNCATE orders, account",
    "EXPLAIN ANALYZE DELETE FROM orders",
    "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE",
    "LISTEN x",
    "NOTIFY x, 'y'",
    "SELECT * FROM peek()",  # made-up rows
    "SELECT * FROM account",
    "SELECT most_common_vals FROM pg_stats WHERE attname = 'secret'",
    "SELECT g FROM generate_series(1, 2000000) g",
    "SELECT '\x1b]0;owned\x07' AS title",
)

# All of them at once, as a migration: each is tried and taken back, and what it gave or was told is in the error.
_TRIED = [
    statement
    for statement in (*STATEMENTS, *(statement for statement, _ in DOORS))
    if "generate_series" not in statement and "pg_terminate_backend" not in statement  # takes long; ends its session
]
AT_ONCE = (
    "DO $do$ DECLARE one text; got text; told text := ''; BEGIN FOREACH one IN ARRAY ARRAY["
    + ", ".join("'" + one.replace("'", "''") + "'" for one in _TRIED)
    + "] LOOP BEGIN EXECUTE one INTO got; RAISE EXCEPTION 'gave: %', got; EXCEPTION WHEN OTHERS THEN "
    "told := told || ' ' || SQLERRM; END; END LOOP; RAISE EXCEPTION '%', told; END $do$;"
)

_PROGRAM = "COPY (SELECT 1) TO PROGRAM 'touch {outside}/x'"
_INSIDE = f"EXECUTE $q$ {_PROGRAM} $q$;"
_ROWS = "(SELECT string_agg(a::text, ',') FROM account a)"
_KEEPS_ROWS = (
    f"LOCK account; DO $$ BEGIN IF EXISTS (SELECT FROM account) THEN RAISE EXCEPTION '%', {_ROWS}; END IF; END $$;"
)


def _up(up: str, down: str = "") -> tuple[str, dict[str, object]]:
    return "rehearse_migration", {"source": "app", "up_sql": up, "down_sql": down}


# Of a source.
CALLS: tuple[tuple[str, dict[str, object]], ...] = (
    _up(AT_ONCE),
    _up("CREATE TABLE mine (id int);", AT_ONCE),
    _up(_KEEPS_ROWS),  # made-up rows, and none that the statistics tell of
    _up(f"SET SESSION AUTHORIZATION postgres; {_PROGRAM};"),
    _up("LOAD 'auto_explain'; ALTER SYSTEM SET archive_command = 'touch {outside}/x'; "
        "CREATE SUBSCRIPTION s CONNECTION '{url}' PUBLICATION p; SELECT pg_reload_conf();"),
    _up("CREATE EXTENSION IF NOT EXISTS dblink; SELECT dblink_exec('{url}', 'DELETE FROM orders');"),
    _up(f"CREATE FUNCTION boom() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN {_INSIDE} END $$; "
        "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION boom(); "
        f"CREATE FUNCTION bang() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN {_INSIDE} RETURN NEW; "
        "END $$; CREATE TRIGGER t BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION bang(); "
        "INSERT INTO orders VALUES (-7, 1);"),
    _up("\\i /etc/passwd"),
    ("tune_query", {"source": "app", "sql": f"SELECT 1; {_PROGRAM}"}),
    ("tune_query", {"source": "app", "sql": "SELECT * FROM account WHERE secret = $1 ORDER BY email OFFSET 100"}),
    ("tune_query", {"source": "app", "sql": "SELECT " + "(" * 9_000 + "1" + ")" * 9_000}),
    ("advise_indexes", {"source": "app", "workload":
                        f"-- calls: 5\n{_PROGRAM};\n\\! touch {{outside}}/x\nSELECT {_READS_A_FILE};\n"
                        "SELECT * FROM account WHERE secret = $1;\n" + ";\n".join(_TRIED)}),
    ("get_context", {"source": "app", "tables": "*\x1b]0;owned\x07"}),
)  # fmt: skip

# Of none.
CALLS_WITHOUT_A_SOURCE: tuple[tuple[str, dict[str, object]], ...] = (
    *(
        ("check_schema", {"sql": sql, "prove": True})
        for sql in (
            "\\! touch {outside}/x",
            "\\i /etc/passwd",
            "\\copy t FROM PROGRAM 'touch {outside}/x'",
            "CREATE TABLE t (id int); COPY t FROM PROGRAM 'touch {outside}/x'",
            "PRAGMA foreign_keys = ON; CREATE TABLE t (id INTEGER); VACUUM INTO '{outside}/x'",
            "PRAGMA foreign_keys = ON; ATTACH DATABASE '{outside}/x' AS y; CREATE TABLE y.t (id INTEGER);",
        )
    ),
    ("check_schema", {"sql": "SELECT 1\0; DROP TABLE orders"}),
    ("check_schema", {"source": "/etc/passwd"}),
    ("get_context", {"source": "{url}"}),
    ("get_context", {"source": "schema.sql"}),
    ("design_schema", {"brief": "# X\n\n![x](/etc/passwd)\n\nA person has many notes. A note has a title.\n"}),
    ("design_schema", {"brief": "/etc/passwd"}),
    ("choose", {"brief": "{url}"}),
    ("apply_migration", {"plan": "0" * 16}),
    ("get_evidence", {"number": "evidence://../../etc/passwd"}),
    ("get_evidence", {"number": "check/000000000000", "part": "/0:99999999999999999999"}),
)

ADDRESSES = (
    "evidence://../../etc/passwd",
    "evidence://check/..%2F..%2Fetc%2Fpasswd",
    "evidence://check/000000000000",  # of another session
    "rule://..%2F..%2F..%2Fetc%2Fpasswd",
    "rule:///etc/passwd",
    "schema://%2Fetc%2Fpasswd",
    "schema://postgresql:%2F%2Flocalhost%2Fapp",
    "file:///etc/passwd",
)
