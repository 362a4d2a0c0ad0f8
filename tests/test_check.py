"""`check` end to end: one database as a server, a script and a snapshot; and a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources

import pytest

import postgres_servers
from dbarchitect import api
from dbarchitect.engines.postgres.dump import dump_schema
from dbarchitect.model.finding import Finding
from dbarchitect.review.rule import rules

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# What a dump carries: who may create in `public` by default depends on the server that it is loaded into.
STRUCTURE = {rule.id for rule in rules() if rule.needs == "structure"} - {"schema-open-to-public"}
SHOP = resources.files("dbarchitect.demo").joinpath("shop.sql").read_text("utf-8")
OPTIONS = api.CheckOptions(now=NOW, cache=postgres_servers.test_cache())


def said(finding: Finding) -> tuple[object, ...]:
    """What a finding says whatever it was read from: all but its place in a file."""
    return (finding.rule, finding.severity, finding.at, finding.message, finding.ddl, finding.asks)


@pytest.mark.parametrize("major", [12, 15, 18])
def test_a_server_its_dump_and_its_snapshot_give_the_same_findings(major, database, old_server, server, tmp_path):
    source = database(SHOP, on=server if major == 18 else old_server(major))
    pg_dump = server.binaries.pg_dump
    assert pg_dump is not None
    script, _ = dump_schema(pg_dump, source.connection)
    (tmp_path / "shop.sql").write_text(script)
    api.twin_create(source.url, tmp_path / "shop.twin", cache=OPTIONS.cache, now=NOW)
    live = api.check(source.url, OPTIONS)
    twin = api.check(str(tmp_path / "shop.twin"), OPTIONS)
    text = api.check(str(tmp_path / "shop.sql"), OPTIONS)
    assert [said(one) for one in twin.findings] == [said(one) for one in live.findings]
    assert twin.silent == live.silent
    # A script has no sizes, so messages and severities that name them differ; rules and objects do not. The script
    # was loaded into 18, where NOT NULL has names and more can be advised.
    assert {(one.rule, one.at) for one in text.findings if one.rule in STRUCTURE} == {
        (one.rule, one.at) for one in live.findings if one.rule in STRUCTURE
    }
    assert len(live.findings) >= 10
    assert all(
        one.position is not None and one.position.file.endswith("shop.sql") for one in text.findings if one.at.name
    )


def test_proofs_say_what_was_run_and_how_to_repeat_it(tmp_path):
    (tmp_path / "shop.sql").write_text(SHOP)
    (tmp_path / "work.sql").write_text("-- calls: 9\nSELECT * FROM products WHERE category_id = 3;\n")
    options = replace(OPTIONS, prove=True, rows={"*": 100_000}, workload=tmp_path / "work.sql")
    review = api.check(str(tmp_path / "shop.sql"), options)
    by_rule = {one.rule: one for one in review.findings}
    timed = by_rule["fk-without-index"].proof
    assert (timed.level, timed.holds) == ("measured", True)
    assert timed.after["ms"] < timed.before["ms"]
    same = by_rule["duplicate-index"].proof
    assert (same.level, same.holds) == ("planned", True)
    assert same.before["cost"] == pytest.approx(same.after["cost"], rel=0.1)
    shown = by_rule["timestamp-without-time-zone"].proof
    assert (shown.level, shown.holds) == ("rehearsed", True)
    for finding in review.findings:
        proof = finding.proof
        if proof.level == "asserted":
            assert proof.holds is None
            assert not proof.rerun
        else:
            assert proof.method
            assert proof.script
            assert proof.rerun.startswith("dba check ")
            assert proof.environment["server"].startswith("PostgreSQL 18")
    assert sum(one.proof.level != "asserted" for one in review.findings) >= 8


def test_queries_that_are_left_out_are_gaps(tmp_path):
    (tmp_path / "a.sql").write_text("CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);")
    (tmp_path / "work.sql").write_text(
        "CREATE TABLE b (id int);\nSELECT * FROM a;\nSELECT nothing FROM a;\n" + "SET a.b = 1;\n" * 12
    )
    options = replace(OPTIONS, workload=tmp_path / "work.sql")
    said = [one for one in api.check(str(tmp_path / "a.sql"), options).gaps if one.kind == "workload"]
    assert said[0].name == f"{tmp_path / 'work.sql'}:1:1"
    assert "CREATE TABLE is no query" in said[0].effect
    assert len(said) == 11
    assert said[-1].name == "and 3 more"
    proved = api.check(str(tmp_path / "a.sql"), replace(options, prove=True)).gaps
    [refused] = [one for one in proved if one.kind == "workload" and one not in said]
    assert refused.name == f"{tmp_path / 'work.sql'}:3:1"
    assert 'column "nothing" does not exist' in refused.effect


def test_the_same_seed_gives_the_same_review(tmp_path):
    (tmp_path / "shop.sql").write_text(SHOP)
    first, second = (api.check(str(tmp_path / "shop.sql"), OPTIONS) for _ in range(2))
    assert first == second


def test_the_demo_finds_every_planted_fault(tmp_path):
    shown = api.demo(tmp_path, OPTIONS)
    found = {one.rule for one in shown.review.findings}
    planted = {
        "char-n", "comma-list", "duplicate-index", "fk-type-mismatch", "fk-without-index", "float-or-money-amount",
        "json-not-jsonb", "missing-on-delete", "no-primary-key", "nullable-in-unique", "polymorphic-association",
        "prefix-redundant-index", "serial-not-identity", "soft-delete-unique", "timestamp-without-time-zone",
    }  # fmt: skip
    assert planted <= found
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop.sql", "shop.twin", "workload.sql"]
    assert [one.calls for one in shown.what_if] == [60000, 4000]
    assert all(one.after < one.before / 10 for one in shown.what_if)


def alive(marker: str) -> list[str]:
    """Command lines of processes that name `marker`, without ours."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if marker in line and "ps -ww" not in line]


def test_a_killed_check_leaves_no_server_and_the_next_one_works(tmp_path, fresh_cache):
    script = "".join(f"CREATE TABLE t{i} (id bigint PRIMARY KEY, other bigint REFERENCES t0);\n" for i in range(1, 800))
    (tmp_path / "big.sql").write_text("CREATE TABLE t0 (id bigint PRIMARY KEY);\n" + script)
    command = [sys.executable, "-m", "dbarchitect", "check", str(tmp_path / "big.sql"), "--prove"]
    environment = {**os.environ, "DBA_CACHE": str(fresh_cache)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not any("postgres" in line for line in alive(str(fresh_cache))):
        assert time.monotonic() < deadline, "its server never ran"
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    while alive(str(fresh_cache)):
        assert time.monotonic() < deadline, alive(str(fresh_cache))
        time.sleep(0.05)
    (tmp_path / "small.sql").write_text("CREATE TABLE a (id bigint PRIMARY KEY);")
    command[4:] = [str(tmp_path / "small.sql")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert alive(str(fresh_cache)) == []
    assert list((fresh_cache / "instances").iterdir()) == []
