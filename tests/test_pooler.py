"""What a pooler in transaction mode breaks: found in texts, and seen behind a real PgBouncer."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import psycopg
import pytest

import postgres_servers
from dbarchitect.api.pooler import PoolerOptions, pooler
from dbarchitect.engines.postgres.pooler import private_pooler
from dbarchitect.errors import InputError
from dbarchitect.model.pooler import Habit
from dbarchitect.prove.pooler import around, tried
from dbarchitect.render import Screen
from dbarchitect.render.pooler import render_pooler
from dbarchitect.workload.session_state import habits

PROTOCOL = "statements that a driver prepares by the protocol"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("PREPARE p AS SELECT 1", ("prepared statement",)),
        ("execute p(1)", ("prepared statement",)),
        ("PREPARE TRANSACTION 'x'", ()),
        ("CREATE TEMP TABLE t (a int)", ("temporary table",)),
        ("create temporary table t on commit drop as select 1", ()),
        ("SELECT * INTO TEMP t FROM o", ("temporary table",)),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", ("held cursor",)),
        ("DECLARE c CURSOR FOR SELECT 1", ()),
        ("LISTEN jobs", ("listen",)),
        ("NOTIFY jobs", ()),
        ("SELECT pg_advisory_lock(3)", ("session lock",)),
        ("SELECT pg_try_advisory_lock_shared(3, 4)", ("session lock",)),
        ("SELECT pg_advisory_xact_lock(3)", ()),
        ("SET statement_timeout = '5s'", ("session setting",)),
        ("SET search_path TO a", ("session setting",)),
        ("SET LOCAL search_path TO a", ()),
        ("SET TRANSACTION READ ONLY", ()),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", ("session setting",)),
        ("SET CONSTRAINTS ALL DEFERRED", ()),
        ("SELECT set_config('a.b', $1, false)", ("session setting",)),
        ("SELECT set_config('a.b', $1, true)", ()),
        ("/* app */ -- x\n DISCARD ALL", ("session setting",)),
        ("SELECT currval('s')", ("session value",)),
        ("SELECT 'LISTEN; currval(1)' FROM t -- SET x", ()),
        ("UPDATE t SET a = 1", ()),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", ()),
    ],
)
def test_what_counts_on_its_session(sql, found):
    assert habits(sql) == found


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_each_kind_breaks_behind_a_pooler_and_only_in_transaction_mode(mode, database):
    app = database()
    with private_pooler(app.server, app.name, mode) as url:
        for kind in get_args(Habit):
            proof = tried(url, kind)
            assert (kind, proof.holds) == (kind, mode == "transaction"), proof


@pytest.mark.parametrize("mode", ["transaction", "session"])
def test_what_no_text_shows_and_what_is_written_instead(mode, database):
    """Rows of the table of docs/pooler.md. Protocol-level preparing is kept up by PgBouncer 1.21 with
    max_prepared_statements, which is 0 before 1.24; settings at the start are refused in every mode."""
    app = database()
    with private_pooler(app.server, app.name, mode) as url:
        seen = {what.partition(" (")[0]: proof for what, proof in around(url)}
    broken = {what for what, proof in seen.items() if proof.holds}
    assert broken - {PROTOCOL} == {"settings in the URL"}
    assert "unsupported startup parameter" in str(seen["settings in the URL"].after)
    if mode == "session":
        assert PROTOCOL not in broken
    elif pooler_version() < (1, 21):
        assert "does not exist" in str(seen[PROTOCOL].after)


@pytest.mark.parametrize("setting", ["statement_timeout", "lock_timeout", "search_path"])
def test_what_a_migration_sets_for_its_session_is_set_for_others(setting, database):
    """Why `SET lock_timeout` at the top of a script is not for a pooler in transaction mode, and SET LOCAL is."""
    app = database("CREATE SCHEMA other")
    value = "other" if setting == "search_path" else "77s"
    with (
        private_pooler(app.server, app.name, "transaction") as url,
        psycopg.connect(url, autocommit=True, prepare_threshold=None) as mine,
        psycopg.connect(url, autocommit=True, prepare_threshold=None) as other,
    ):
        mine.execute(f"BEGIN; SET LOCAL {setting} = '{value}'; COMMIT")
        assert other.execute(f"SHOW {setting}").fetchone() != (value,)
        if setting == "search_path" and pooler_version() >= (1, 20):
            return  # PgBouncer may track it (track_extra_parameters)
        mine.execute(f"SET {setting} = '{value}'")
        assert other.execute(f"SHOW {setting}").fetchone() == (value,)


def pooler_version() -> tuple[int, ...]:
    path = os.pathsep.join((os.environ["PATH"], "/usr/sbin", "/usr/local/sbin"))
    said = subprocess.run([shutil.which("pgbouncer", path=path), "--version"], capture_output=True, text=True).stdout
    return tuple(int(one) for one in re.findall(r"\d+", said)[:2])


def test_a_script_and_a_log(tmp_path: Path):
    script = tmp_path / "app.sql"
    script.write_text("SELECT 1;\n\nSET statement_timeout = 0;\nSET work_mem = '8MB';\nSELECT pg_advisory_lock(42);\n")
    log = tmp_path / "postgresql.log"
    log.write_text(
        "2026-11-01 10:00:00.000 UTC [77] LOG:  duration: 0.1 ms  statement: LISTEN jobs\n"
        "2026-11-01 10:00:01.000 UTC [77] LOG:  duration: 0.1 ms  statement: LISTEN jobs\n"
        "2026-11-01 10:00:02.000 UTC [77] LOG:  duration: 0.1 ms  statement: SELECT 1\n"
    )
    found = pooler([str(script), str(log)], PoolerOptions(prove=True, cache=postgres_servers.test_cache()))
    assert found.statements == 7
    assert [(one.kind, one.calls) for one in found.habits] == [
        ("listen", 2),
        ("session setting", 2),
        ("session lock", 1),
    ]
    assert all(one.silent and one.proof.holds and one.proof.level == "rehearsed" for one in found.habits)
    assert [(one.first.line if one.first else None) for one in found.habits] == [1, 3, 5]
    assert found.habits[2].statements == ("SELECT pg_advisory_lock(?)",)
    text = " ".join(render_pooler(found, "text", screen=Screen(), version="1").split())
    assert "3 kinds of statements break behind a pooler in transaction mode, of 7 statements" in text
    assert "the other client holds it too: True" in text
    assert "SET LOCAL: works" in text and "CREATE INDEX CONCURRENTLY, as a statement of its own: works" in text
    assert '"schema": "dbarchitect.pooler/1"' in render_pooler(found, "json", screen=Screen(), version="1")


def test_nothing_and_no_statement(tmp_path: Path):
    script = tmp_path / "app.sql"
    script.write_text("SELECT 1;")
    found = pooler([str(script)], PoolerOptions())
    assert found.habits == ()
    assert "nothing among 1 statement counts" in render_pooler(found, "text", screen=Screen(), version="1")
    script.write_text("-- nothing")
    with pytest.raises(InputError, match="no statement was found"):
        pooler([str(script)], PoolerOptions())
    with pytest.raises(InputError, match="cannot read"):
        pooler([str(tmp_path / "none.sql")], PoolerOptions())
