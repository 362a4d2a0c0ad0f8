"""`dba migrate lint` from the command line: formats, sources, silencing, mending, and folders of other tools."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect.__main__ import main
from dbarchitect.errors import SurroundingsError
from dbarchitect.sources import Workshop

RISKY = """\
ALTER TABLE orders ADD COLUMN a integer;
CREATE INDEX orders_a ON orders (a);
"""


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "DBA_DEBUG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    (tmp_path / "dbarchitect.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def dba(capsys):
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def rules_in(out: str) -> list[str]:
    return [one["rule"] for one in json.loads(out).get("findings", ())]


def test_text_has_the_findings_and_the_diff_and_the_file_stays(dba):
    Path("1.sql").write_text(RISKY)
    code, out, _ = dba("migrate", "lint", "1.sql")
    assert code == 1
    assert "dba migrate lint 1.sql" in out
    assert "1.sql:2:1" in out
    assert "+CREATE INDEX CONCURRENTLY orders_a ON orders (a);" in out
    assert "dba migrate rehearse 1.sql --source SOURCE" in out
    assert Path("1.sql").read_text() == RISKY


def test_fix_writes_and_what_it_wrote_is_clean(dba):
    Path("1.sql").write_text(RISKY)
    code, out, err = dba("migrate", "lint", "1.sql", "--fix", "--format", "json")
    assert code == 1
    assert "1.sql: mended" in err
    assert Path("1.sql").read_text() == (
        "SET lock_timeout = '2s';\nALTER TABLE orders ADD COLUMN a integer;\n\n"
        "CREATE INDEX CONCURRENTLY orders_a ON orders (a);\n"
    )
    assert "index-not-concurrent" in rules_in(out)
    assert dba("migrate", "lint", "1.sql", "--format", "json", "--fail-on", "info")[0] == 0


def test_fix_leaves_the_way_down_of_a_file_alone(dba):
    Path("1.sql").write_text(f"-- +goose Up\n{RISKY}-- +goose Down\nDROP INDEX orders_a;\n")
    code, out, _ = dba("migrate", "lint", "1.sql", "--fix", "--format", "json", "--select", "index-*")
    assert (code, rules_in(out)) == (1, ["index-not-concurrent"])
    text = Path("1.sql").read_text()
    assert "CREATE INDEX CONCURRENTLY orders_a" in text
    assert text.endswith("-- +goose Down\nDROP INDEX orders_a;\n")


def test_a_script_of_ours_is_not_mended_by_hand(dba):
    Path("1.up.sql").write_text(f"-- dba: step 1: all\nBEGIN;\n{RISKY}COMMIT;\n")
    _, _, err = dba("migrate", "lint", "1.up.sql", "--fix", "--select", "index-not-concurrent")
    assert "not mended" in err
    assert "plan it anew" in err


def test_no_server_is_started_without_a_source(dba, monkeypatch):
    asked: list[Workshop] = []

    def host(self: Workshop) -> None:
        asked.append(self)
        raise SurroundingsError("no server here")

    monkeypatch.setattr(Workshop, "host", property(host))
    Path("1.sql").write_text(RISKY)
    assert dba("migrate", "lint", "1.sql")[0] == 1
    assert not asked
    assert dba("migrate", "lint", "1.sql", "--source", "1.sql")[0] == 3
    assert asked


def test_a_source_says_what_there_is_and_how_much(dba, user_server):
    with psycopg.connect(user_server.server.url("app"), autocommit=True) as connection:
        connection.execute("CREATE TABLE lint_rows (id bigint PRIMARY KEY, a integer)")
        connection.execute("INSERT INTO lint_rows SELECT g, g FROM generate_series(1, 1000) g")
        connection.execute("ANALYZE lint_rows")
        connection.execute("GRANT SELECT ON lint_rows TO reader")
        try:
            Path("1.sql").write_text(
                "ALTER TABLE lint_rows ALTER COLUMN a SET NOT NULL;\nALTER TABLE nothing ADD COLUMN a integer;\n"
            )
            _, out, _ = dba("migrate", "lint", "1.sql", "--source", user_server.url(), "--format", "json")
        finally:
            connection.execute("DROP TABLE lint_rows")
    found = {one["rule"]: one for one in json.loads(out)["findings"]}
    assert found["object-missing"]["message"] == "nothing does not exist"
    scan = found["set-not-null-scan"]
    assert scan["severity"] == "info"
    assert "the table is small" in scan["message"]
    assert scan["facts"]["rows"] == 1000
    assert scan["facts"]["lock"] == "ACCESS EXCLUSIVE"
    assert user_server.PASSWORD not in out
    assert "s3cret" not in out


def test_what_a_database_has_of_a_folder_is_not_looked_at_again(dba, database):
    Path("m").mkdir()
    Path("m/0001_a.up.sql").write_text("CREATE TABLE orders (id bigint PRIMARY KEY, a integer);\n")
    Path("m/0001_a.down.sql").write_text("DROP TABLE orders;\n")
    there = database()
    code, _, err = dba("migrate", "apply", "m", "--to", there.url, "--yes", "--force")
    assert code == 0, err
    code, out, _ = dba("migrate", "lint", "m", "--source", there.url)
    assert code == 0
    assert "1 of 1 in m: not looked at: the source has them" in out
    Path("m/0002_b.up.sql").write_text("CREATE INDEX orders_a ON orders (a);\n")
    _, out, _ = dba("migrate", "lint", "m", "--source", there.url, "--format", "json", "--select", "*")
    found = {(one["rule"], Path(one["position"]["file"]).name) for one in json.loads(out)["findings"]}
    assert ("index-not-concurrent", "0002_b.up.sql") in found
    assert "object-missing" not in {rule for rule, _ in found}


def test_a_schema_file_is_a_source_too(dba):
    Path("schema.sql").write_text("CREATE TABLE orders (id bigint PRIMARY KEY, a integer NOT NULL);")
    Path("1.sql").write_text("ALTER TABLE orders ALTER COLUMN a SET NOT NULL;")
    code, out, _ = dba("migrate", "lint", "1.sql", "--source", "schema.sql", "--format", "json", "--fail-on", "warning")
    assert code == 0
    assert "set-not-null-scan" not in rules_in(out)


def test_versions(dba):
    Path("1.sql").write_text("ALTER TABLE p DETACH PARTITION q;")
    assert rules_in(dba("migrate", "lint", "1.sql", "--pg", "13", "--format", "json", "--select", "detach*")[1]) == []
    assert rules_in(dba("migrate", "lint", "1.sql", "--pg", "14", "--format", "json", "--select", "detach*")[1]) == [
        "detach-not-concurrent"
    ]
    code, _, err = dba("migrate", "lint", "1.sql", "--pg", "9")
    assert code == 2
    assert "--pg 12" in err


def test_every_format(dba):
    Path("1.sql").write_text(RISKY)
    sarif = json.loads(dba("migrate", "lint", "1.sql", "--format", "sarif")[1])
    run = sarif["runs"][0]
    assert {one["ruleId"] for one in run["results"]} >= {"index-not-concurrent"}
    assert len(run["tool"]["driver"]["rules"]) > 80
    assert "::warning file=1.sql,line=2,col=1" in dba("migrate", "lint", "1.sql", "--format", "github")[1]
    assert dba("migrate", "lint", "1.sql", "--format", "markdown")[1].startswith("## dba migrate lint: ")


def test_comments_silence_and_wrong_ones_are_told(dba):
    Path("1.sql").write_text(
        "ALTER TABLE orders ADD COLUMN a integer; -- dba: ignore missing-lock-timeout the role has one\n"
        "-- dba: ignore index-not-concurrent, statement-after-exclusive-lock at night\n"
        "CREATE INDEX orders_a\n    ON orders (a);\n"
        "-- dba: ignore char-n a rule of dba check\n"
        "ALTER TABLE orders\n    ADD COLUMN b integer,\n"
        "    -- dba: ignore drop-column nobody reads it\n"
        "    DROP COLUMN c,\n    DROP COLUMN d;\n"
        "-- dba: ignore nothing-like-it because\n"
        "SELECT 1;\n"
    )
    code, out, _ = dba("migrate", "lint", "1.sql", "--format", "json")
    result = json.loads(out)
    assert code == 1
    assert [(one["rule"], one["position"]["line"]) for one in result["findings"]] == [("drop-column", 10)]
    assert {one["finding"]["rule"] for one in result["suppressed"]} == {
        "missing-lock-timeout",
        "index-not-concurrent",
        "statement-after-exclusive-lock",
        "drop-column",
    }
    assert ["nothing-like-it" in one["effect"] for one in result["gaps"]] == [True]


def test_baseline_and_configuration(dba):
    Path("1.sql").write_text(RISKY)
    assert dba("migrate", "lint", "1.sql", "--write-baseline", "base.json")[0] == 0
    assert dba("migrate", "lint", "1.sql", "--baseline", "base.json", "--fail-on", "info")[0] == 0
    Path("2.sql").write_text("DROP TABLE orders;")
    _, out, _ = dba("migrate", "lint", "2.sql", "--baseline", "base.json", "--format", "json")
    assert "drop-table" in rules_in(out)
    Path("dbarchitect.toml").write_text(
        'ignore = ["missing-*", "char-n", {rule = "drop-table", object = "public.ord*", reason = "empty"}]\n'
    )
    _, out, _ = dba("migrate", "lint", "2.sql", "--format", "json")
    assert rules_in(out) == []
    Path("schema.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY);")
    assert dba("check", "schema.sql", "--fail-on", "never")[0] == 0  # the same file speaks of the rules of both


def test_explain_knows_the_rules(dba):
    code, out, _ = dba("explain", "set-not-null-scan")
    assert code == 0
    assert "## How to mend it" in out
    index = dba("explain")[1]
    assert "fk-without-index" in index
    assert "index-not-concurrent" in index


def test_wrong_input(dba):
    assert dba("migrate", "lint")[0] == 2
    code, _, err = dba("migrate", "lint", "none.sql")
    assert code == 2
    assert "there is no file or folder none.sql" in err
    Path("1.sql").write_text("SELECT 1;\nALTER TABEL t;\n")
    code, _, err = dba("migrate", "lint", "1.sql")
    assert code == 2
    assert "1.sql:2:7" in err
    Path("r.py").write_text("revision = 'a'\n")
    code, out, _ = dba("migrate", "lint", "r.py", "--format", "json")
    assert "not read" in json.loads(out)["gaps"][0]["effect"]
    code, _, err = dba("migrate", "lint", "1.sql", "--select", "set-not-nul-scan")
    assert code == 2
    assert "set-not-null-scan" in err


def test_a_folder_of_ours_with_its_history(dba):
    Path("m").mkdir()
    Path("m/0001_a.up.sql").write_text("-- dba: step 1: a\nCREATE TABLE orders (id bigint PRIMARY KEY, a integer);\n")
    Path("m/0001_a.down.sql").write_text("-- dba: undoes step 1\nDROP TABLE orders;\n")
    Path("m/0002_b.up.sql").write_text("CREATE INDEX orders_a ON orders (a);\n")
    Path("m/dba.sum").write_text("# dba.sum 1 " + "0" * 64 + "\n" + "0" * 64 + "  0001_a.up.sql\n")
    _, out, _ = dba("migrate", "lint", "m", "--format", "json", "--select", "*")
    found = [(one["rule"], Path(one["position"]["file"]).name) for one in json.loads(out)["findings"]]
    assert ("index-not-concurrent", "0002_b.up.sql") in found
    assert ("irreversible", "0002_b.up.sql") in found
    assert ("irreversible", "0001_a.up.sql") not in found
    assert "history-edited" in {rule for rule, _ in found}


def test_prisma_sends_a_file_whole(dba):
    home = Path("prisma/migrations/20240101000000_a")
    home.mkdir(parents=True)
    Path("prisma/migrations/migration_lock.toml").write_text('provider = "postgresql"\n')
    (home / "migration.sql").write_text(
        "CREATE INDEX CONCURRENTLY a ON t (a);\nCREATE INDEX CONCURRENTLY b ON t (b);\n"
    )
    _, out, _ = dba("migrate", "lint", "prisma/migrations", "--format", "json")
    assert rules_in(out).count("concurrently-in-transaction") == 2
    _, _, err = dba("migrate", "lint", str(home / "migration.sql"), "--fix")
    assert "not mended" in err
    assert "a migration of its own" in err


def test_drizzle_opens_a_transaction_itself(dba):
    Path("drizzle/meta").mkdir(parents=True)
    entry = {"idx": 0, "version": "7", "when": 1700000000000, "tag": "0000_a", "breakpoints": True}
    journal = {"version": "7", "dialect": "postgresql", "entries": [entry]}
    Path("drizzle/meta/_journal.json").write_text(json.dumps(journal))
    Path("drizzle/0000_a.sql").write_text(
        'CREATE INDEX CONCURRENTLY "a" ON "t" ("a");--> statement-breakpoint\nALTER TABLE "t" ADD COLUMN "b" json;\n'
    )
    _, out, _ = dba("migrate", "lint", "drizzle", "--format", "json")
    assert {"concurrently-in-transaction", "json-column"} <= set(rules_in(out))


def test_alembic_revisions_are_read_by_alembic(dba):
    Path("versions").mkdir()
    Path("alembic.ini").write_text("[alembic]\nscript_location = .\nsqlalchemy.url = postgresql://\n")
    Path("env.py").write_text(
        "from alembic import context\n"
        "context.configure(dialect_name='postgresql', literal_binds=True)\n"
        "with context.begin_transaction():\n    context.run_migrations()\n"
    )
    Path("script.py.mako").write_text("")
    Path("versions/a.py").write_text(
        "from alembic import op\n\nrevision = 'a'\ndown_revision = None\n\n\ndef upgrade():\n"
        "    op.execute('CREATE INDEX orders_a ON orders (a)')\n\n\ndef downgrade():\n    pass\n"
    )
    _, out, err = dba("migrate", "lint", "versions", "--format", "json")
    (found,) = [one for one in json.loads(out)["findings"] if one["rule"] == "index-not-concurrent"]
    assert re.search(r"a\.py$", found["position"]["file"]), err
    assert found["position"]["line"] == 8
