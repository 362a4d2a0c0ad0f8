"""Wrong input of every kind, over the verbs: one message that ends with what to try next, exit code 2 or 3."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from dbarchitect.__main__ import main

NOBODY = "postgresql://nobody@127.0.0.1:1/none"
PROGRESS = ("dba: starting", "dba: loading", "dba: running", "dba: asking")
WRONG = """
check | wants SOURCE
check missing.sql | there is no file or folder
check folder | has no .sql migrations
check empty.sql | is empty
check binary.sql | is a binary file
check broken.sql | syntax error
check ftp://x/y | not read
check NOBODY | no server answers
check redis://127.0.0.1:1/0 | no server answers
check postgresql://shop.invalid/db | the host of postgresql://shop.invalid/db is unknown
check shop.sql --server postgresql://shop.invalid/db | the host of postgresql://shop.invalid/db is unknown
check redis://shop.invalid | the host of redis://shop.invalid is unknown
check rediss://shop.invalid | the host of rediss://shop.invalid is unknown
check http://shop.invalid | the host of shop.invalid is unknown
check libsql://shop.invalid | the host of libsql://shop.invalid is unknown
documents shapes mongodb+srv://shop.invalid/x | the host of mongodb+srv://shop.invalid/x is unknown
documents shapes mongodb://shop.invalid/x?serverSelectionTimeoutMS=300 | the host of mongodb://shop.invalid/x
check damaged.twin | damaged or not a twin
check shop.sql shop.sql | has no use for 'shop.sql'
check shop.sql --nosuch | Unknown option
check shop.sql --select nonsense | there is no rule
check shop.sql --fail-on huge | Choose from
check shop.sql --rows t=-5 --prove | not a number of rows
check shop.sql --rows t=1e30 --prove | more than a trillion
check shop.sql --workload missing.sql | cannot read the workload
check shop.sql --format json -o folder | cannot write
check shop.sql --pg-bin /nowhere | no initdb
explain nope-rule | there is no rule
answer nope t --reason x | there is no rule
twin create shop.sql | wants --output
twin open missing.twin | there is no file
index shop.sql --workload q.sql --budget abc | not a size
index shop.sql --workload junk.log | is not a workload
index shop.sql --workload empty.sql | is empty
query shop.sql | neither a query nor a workload
query --plan missing.json | cannot read the plan
query --plan junk.log | no plan
query keyset shop.sql missing.sql | cannot read the query
query n+1 missing.log | no file
query diff shop.sql | both sides are the same
workload junk.log | is not a workload
workload top empty.sql | is empty
workload top junk.log -n -3 | less than one
choose missing.md | cannot read missing.md
design missing.md -o out | cannot read the brief
design empty.md -o out | is empty
design brief.md -o shop.sql | is a file
query shop.sql - | there is none
design brief.md -o out --orm nope | Choose from: "sqlalchemy"
erd shop.sql -o x.doc | no kind of diagram
report shop.sql | no file is named
vectors shop.sql | no column of vectors
timeseries shop.sql --memory lots | not a size
documents shapes shop.sql | mongodb://USER:PASSWORD@HOST
documents index mongodb://127.0.0.1:1/x missing.jsonl | cannot read the queries
migrate diff shop.sql | wants TARGET
migrate lint folder | has no migrations
migrate apply missing --to NOBODY | there is no folder
migrate apply migrations --to NOBODY | no server answers
migrate rollback missing --to NOBODY | there is no folder
migrate adopt migrations --to NOBODY | no server answers
migrate adopt migrations --to shop.sql | PostgreSQL server
migrate apply migrations --to NOBODY --retries 5000 | not a number from 0 to 1000
migrate status missing --to NOBODY | there is no folder
orm shop.sql --to hibernate -o p | Choose from
orm shop.sql --to sqlalchemy -o shop.sql | cannot make the folder
platform mars | neither
init --only nothing | is no part
mcp --source x | no name
chek shop.sql | Unknown command
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "shop.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY, a text);\n")
    (tmp_path / "q.sql").write_text("SELECT a FROM t WHERE a = 'x';\n")
    (tmp_path / "broken.sql").write_text("CREATE TABEL x (id int);\n")
    (tmp_path / "brief.md").write_text("# Shop\n\nA customer has many orders. An order has a total in EUR.\n")
    (tmp_path / "junk.log").write_text("hello\nworld\n")
    for name in ("empty.sql", "empty.md"):
        (tmp_path / name).touch()
    for name in ("binary.sql", "damaged.twin"):
        (tmp_path / name).write_bytes(bytes(range(256)))
    (tmp_path / "folder").mkdir()
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_begin.up.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY);\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    monkeypatch.setenv("UPSTASH_REDIS_REST_TOKEN", "token")
    return tmp_path


@pytest.mark.parametrize("case", WRONG.strip().splitlines())
def test_wrong_input_is_one_message_with_what_to_try(case: str, project: Path, capsys: pytest.CaptureFixture[str]):
    given, said = (one.strip() for one in case.split(" | "))
    code = main(shlex.split(given.replace("NOBODY", NOBODY)))
    out = capsys.readouterr()
    told = [one for one in out.err.splitlines() if not one.startswith(PROGRESS)]
    assert code in (2, 3) and not out.out
    assert said in told[0] or said in told[1]
    assert len(told) == 2 and told[0].startswith("dba: ") and told[1].startswith("  try: ")
