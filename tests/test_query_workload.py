"""`dba query` over a workload, with what the text says and the forms that cost less; loops in logs by the verb."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import postgres_servers
from dbarchitect.api import query as api
from dbarchitect.cli import run
from dbarchitect.errors import InputError

SCHEMA = """
CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (id integer PRIMARY KEY, customer integer NOT NULL REFERENCES customer, at timestamp NOT NULL);
CREATE INDEX orders_customer ON orders (customer);
INSERT INTO customer SELECT g, g || '@x.org' FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, g % 5000 + 1, timestamp '2025-01-01' + g * interval '1 minute'
FROM generate_series(1, 60000) g;
"""
WORKLOAD = """
-- calls: 10
SELECT c.id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer = c.id) > 0;
-- calls: 1000
SELECT email FROM customer WHERE id = $1;
-- calls: 5
SELECT id FROM orders ORDER BY at LIMIT 20 OFFSET 40000;
SELECT nothing FROM nowhere;
"""
LINES = "".join(
    f"2026-11-26 10:00:0{n // 10}.{n % 10}00 UTC [77] LOG:  duration: 0.5 ms  statement: "
    f"SELECT email FROM customer WHERE id = {n}\n"
    for n in range(8)
)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    Path("app.sql").write_text(SCHEMA)
    Path("w.sql").write_text(WORKLOAD)
    Path("loop.log").write_text(LINES)
    return tmp_path


OPTIONS = api.QueryOptions(
    data=True, cache=postgres_servers.test_cache(), now=datetime(2026, 1, 1, tzinfo=UTC)
)  # fmt: skip


def test_each_query_of_a_workload_is_looked_at_the_dearest_first(shop: Path) -> None:
    found = api.queries("app.sql", Path("w.sql"), OPTIONS)
    assert [one.calls for one in found.reviews] == [10, 5]
    first, second = found.reviews
    assert first.saves > second.saves
    assert {one.rule for one in first.patterns} >= {"count-for-existence"}
    best = first.rewrites[0]
    assert best.sql.startswith("SELECT c.id FROM customer c WHERE EXISTS (SELECT 1 FROM orders o")
    assert best.equivalence is not None
    assert best.equivalence.holds
    assert best.gain is not None
    assert best.gain > 5
    assert "large-offset" in {one.rule for one in (*second.findings, *second.patterns)}
    assert found.fine == 1  # the lookup by key needs nothing, with a value for its $1
    assert any("nowhere" in gap.effect for gap in found.left_out)


def test_without_rewrites_none_are_looked_for(shop: Path) -> None:
    from dataclasses import replace

    found = api.queries("app.sql", Path("w.sql"), replace(OPTIONS, rewrites=False))
    assert all(one.rewrites == () for one in found.reviews)


def test_the_verb_over_a_workload(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "app.sql", "--data", "--workload", "w.sql"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("2 queries of 3 could be better; 1 query needs nothing")
    assert "measured: no difference on 300 small databases" in out
    assert "again: dba query app.sql --workload w.sql --data" in out
    assert run(["query", "app.sql", "--data", "--workload", "w.sql", "--format", "json", "--fail-on", "never"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "dbarchitect.queries/1"
    assert found["reviews"][0]["rewrites"][0]["equivalence"]["holds"] is True


def test_one_query_with_its_other_form(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT c.id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer = c.id) > 0"
    assert run(["query", "app.sql", sql, "--data"]) == 1
    out = capsys.readouterr().out
    assert "other forms" in out
    assert "+SELECT c.id FROM customer c WHERE EXISTS" in out
    assert run(["query", "app.sql", "SELECT email FROM customer WHERE id = $1", "--data"]) == 0
    assert "nothing to improve" in capsys.readouterr().out


def test_a_form_that_pays_with_an_index_brings_it(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dataclasses import replace

    sql = "SELECT id FROM orders WHERE date_trunc('day', at) = '2025-01-20'"
    found = api.query("app.sql", sql, "the query", OPTIONS)
    best = found.rewrites[0]
    assert best.sql == "SELECT id FROM orders WHERE at >= '2025-01-20' AND at < '2025-01-21'"
    (index,) = best.indexes
    assert index.startswith("CREATE INDEX CONCURRENTLY")
    assert index.endswith("(at)")
    assert best.before.planned is not None
    assert best.before.planned >= found.total * 0.99  # the original cannot use it
    assert [one.rule for one in found.patterns] == []  # the plan says it, with figures
    timed = api.query("app.sql", sql, "the query", replace(OPTIONS, measure=True)).rewrites[0]
    assert timed.indexes == best.indexes
    assert timed.before.milliseconds is not None
    assert timed.after.milliseconds is not None
    assert timed.after.milliseconds < timed.before.milliseconds


def test_forms_are_timed_where_there_are_rows(shop: Path) -> None:
    from dataclasses import replace

    sql = "SELECT c.id FROM customer c WHERE (SELECT count(*) FROM orders o WHERE o.customer = c.id) > 0"
    found = api.query("app.sql", sql, "the query", replace(OPTIONS, measure=True))
    assert found.timed
    best = found.rewrites[0]
    assert best.before.milliseconds is not None
    assert best.after.milliseconds is not None
    assert best.after.milliseconds < best.before.milliseconds
    assert best.proof.level == "measured"


def test_loops_in_a_log(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["query", "n+1", "loop.log", "--orm", "sqlalchemy"]) == 1
    out = capsys.readouterr().out
    assert "1 N+1 query in 8 statements" in out
    assert run(["query", "n+1", "loop.log", "--write-baseline", "b.json"]) == 0
    assert run(["query", "n+1", "loop.log", "--baseline", "b.json"]) == 0
    assert "no repeated statements" in capsys.readouterr().out.splitlines()[-1]
    assert run(["query", "n+1", "loop.log", "--source", "app.sql", "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["count"] == 8


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["query"], "name a source and a query, or a plan"),
        (["query", "app.sql"], "there is neither a query nor a workload"),
        (["query", "app.sql", "SELECT 1", "--workload", "w.sql"], "a query and a workload are two questions"),
        (["query", "app.sql", "--workload", "none.sql"], "cannot read the workload none.sql"),
        (["query", "n+1"], "needs a log, or spans"),
        (["query", "n+1", "none.log"], "none.log"),
        (["query", "n+1", "w.sql", "--count", "1"], "one execution is no loop"),
        (["query", "n+1", "loop.log", "--orm", "django"], "--orm django: not known"),
        (["query", "n+1", "loop.log", "--baseline", "none.json"], "cannot read the baseline none.json"),
    ],
)
def test_what_is_wrong_is_said(shop: Path, words: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("+", r"\+")):
        run(words)
