"""Plans of a workload on two sides: another schema, other statistics, another PostgreSQL."""

# ruff: noqa: E501 (SQL reads better unbroken)
from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

import postgres_servers
from dbarchitect.api import twin_create
from dbarchitect.cli import run
from dbarchitect.errors import InputError
from dbarchitect.model.plan_diff import ComparedQuery, PlanDiff
from dbarchitect.render.plan_diff import tree_diff

SCHEMA = """
CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, country text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customer, total integer NOT NULL, gone_at date);
CREATE INDEX orders_customer ON orders (customer);
INSERT INTO customer SELECT g, 'mail' || g, 'c' || g % 20 FROM generate_series(1, 5000) g;
INSERT INTO orders SELECT g, 1 + g % 5000, g % 1000, date '2024-01-01' + g % 300 FROM generate_series(1, 50000) g;
ANALYZE;
"""
AFTER = """
CREATE TABLE customer (id integer PRIMARY KEY, email text NOT NULL, country text NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, customer integer NOT NULL REFERENCES customer, total integer NOT NULL);
CREATE INDEX orders_total ON orders (total);
"""
WORKLOAD = """
-- calls: 100
SELECT id FROM orders WHERE customer = 7;
-- calls: 10
SELECT id FROM orders WHERE total = 7;
SELECT id FROM orders WHERE gone_at = '2024-03-01';
SELECT email FROM customer WHERE id = 5;
SELECT id FROM orders WHERE total > $1 AND customer = $2;
SELECT paid FROM orders;
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A twin with the statistics of rows."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "before.sql").write_text(SCHEMA)
    twin_create(
        str(folder / "before.sql"),
        folder / "before.twin",
        data=True,
        cache=postgres_servers.test_cache(),
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return folder / "before.twin"


@pytest.fixture
def sides(before: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with before.twin, after.sql and w.sql."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    Path("before.twin").write_bytes(before.read_bytes())
    Path("after.sql").write_text(AFTER)
    Path("w.sql").write_text(WORKLOAD)
    return tmp_path


def found(capsys: pytest.CaptureFixture[str], *words: str, code: int) -> dict[str, object]:
    capsys.readouterr()
    assert run(["query", "diff", *words, "--format", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_two_schemas(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = found(capsys, "before.twin", "after.sql", "--workload", "w.sql", code=1)
    assert result["schema"] == "dbarchitect.plan-diff/1"
    queries = {one["position"]["line"]: one for one in result["queries"]}
    assert {line: one["change"] for line, one in queries.items()} == {
        3: "worse", 5: "better", 6: "broken", 7: "same", 8: "worse",
    }  # fmt: skip
    assert queries[6]["broken"].endswith('column "gone_at" does not exist')
    assert any("orders_customer" in line for line in queries[3]["before_plan"])
    assert any("Seq Scan on orders" in line for line in queries[3]["after_plan"])
    assert any("orders_total" in line for line in queries[5]["after_plan"])  # an index whose size nobody has measured
    assert not {"before_plan", "after_plan"} & queries[7].keys()
    assert queries[8]["parameters"]
    assert "orders.customer" in queries[8]["values"]
    assert [one["name"] for one in result["left_out"]] == ["w.sql:9:1"]
    assert result["total_after"] > result["total_before"]
    assert "the second side has no statistics: it has those of the first, by name" in result["notes"]


def test_what_works_afterwards_only_is_listed(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("paid.sql").write_text(AFTER.replace("total integer NOT NULL)", "total integer NOT NULL, paid boolean)"))
    result = found(capsys, "before.twin", "paid.sql", "--workload", "w.sql", "--fail-on", "never", code=0)
    assert [one["name"] for one in result["only_after"]] == ["w.sql:9:1"]


def test_the_year_after_next(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = found(capsys, "before.twin", "--workload", "w.sql", "--scale", "orders=100x", code=1)
    worse = {one["position"]["line"]: one for one in result["queries"] if one["change"] == "worse"}
    assert worse[5]["after"] / worse[5]["before"] > 20
    assert 7 not in worse
    assert (
        run(["query", "diff", "before.twin", "--workload", "w.sql", "--scale", "orders=100x", "--fail-on", "500x"]) == 0
    )


def test_nothing_changes_on_the_same(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = found(capsys, "before.twin", "before.twin", "--workload", "w.sql", code=0)
    assert {one["change"] for one in result["queries"]} == {"same"}
    assert result["total_before"] == result["total_after"]
    assert run(["query", "diff", "before.twin", "before.twin", "--workload", "w.sql"]) == 0
    assert capsys.readouterr().out.startswith("no plan changes: 5 queries planned twice\n")


def test_another_postgresql(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older = str(postgres_servers.binaries(15).bin)
    result = found(capsys, "before.twin", "--workload", "w.sql", "--pg-bin-after", older, "--fail-on", "never", code=0)
    assert result["proof"]["environment"]["twin"].startswith("PostgreSQL 18")
    assert result["proof"]["environment"]["twin after"].startswith("PostgreSQL 15")
    assert len(result["queries"]) == 5


def test_accepted_changes_do_not_fail(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["query", "diff", "before.twin", "after.sql", "--workload", "w.sql"]
    assert run([*words, "--write-baseline", "ok.json"]) == 0
    assert capsys.readouterr().out == "dba: 3 queries accepted in ok.json\n"
    assert run([*words, "--baseline", "ok.json"]) == 0
    assert "worse" in capsys.readouterr().out
    assert run([*words, "--baseline", "ok.json", "--scale", "orders=10x"]) == 1
    Path("bad.json").write_text("[]")
    with pytest.raises(InputError, match="no list of accepted plans"):
        run([*words, "--baseline", "bad.json"])


def test_forms_for_a_pull_request(sides: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["query", "diff", "before.twin", "after.sql", "--workload", "w.sql", "--format"]
    assert run([*words, "markdown"]) == 1
    page = capsys.readouterr().out
    assert page.startswith("## Query plans: of 5 queries: 1 broken, 2 worse, 1 better")
    assert "```diff\n- " in page
    assert "+ Seq Scan on orders" in page
    assert run([*words, "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum(one.startswith("::error file=w.sql,line=") for one in lines) == 3
    assert lines[-1].startswith("dba: of 5 queries")
    assert run([*words, "github", "--fail-on", "never"]) == 0
    assert not [one for one in capsys.readouterr().out.splitlines() if one.startswith("::error")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["before.twin", "--workload", "w.sql"], "both sides are the same"),
        (["before.twin", "after.sql"], "there is no workload whose plans could be compared"),
        (["before.twin", "after.sql", "--workload", "w.sql", "--fail-on", "much"], "--fail-on much: no factor"),
        (["before.twin", "after.sql", "--workload", "w.sql", "--fail-on", "0.5x"], "--fail-on 0.5x: no factor"),
        (["before.twin", "--workload", "w.sql", "--scale", "nowhere=2x"], "there is no table nowhere"),
        (["before.twin", "after.sql", "--workload", "other.sql"], "no query of the workload can be planned"),
    ],
)
def test_what_is_wrong_is_said(sides: Path, words: list[str], message: str) -> None:
    Path("other.sql").write_text("SELECT * FROM nowhere;")
    with pytest.raises(InputError, match=message):
        run(["query", "diff", *words])


def test_trees_side_by_side():
    before = ["Limit  (cost 8, rows 1)", "  Index Scan using i on t  (cost 8, rows 1)"]
    after = ["Limit  (cost 99, rows 1)", "  Seq Scan on t  (cost 99, rows 1)"]
    assert tree_diff(before, after) == [
        "  Limit  (cost 99, rows 1), was (8, rows 1)",
        "-   Index Scan using i on t  (cost 8, rows 1)",
        "+   Seq Scan on t  (cost 99, rows 1)",
    ]
    assert tree_diff(before, before) == [f"  {one}" for one in before]


def test_small_differences_are_none():
    def of(before: float, after: float | None, *, plan: bool = False) -> str:
        return ComparedQuery(id="q", sql="", calls=1, before=before, after=after, plan_changed=plan).change

    assert [of(100, 105), of(0.2, 1.1), of(100, 120), of(120, 100), of(100, 101, plan=True), of(1, None)] == [
        "same", "same", "worse", "better", "other plan", "broken",
    ]  # fmt: skip
    one = ComparedQuery(id="q", sql="", calls=1, before=100, after=200)
    assert PlanDiff(before="", after="", queries=(one,)).worse_than(2.0) == (one,)
    assert PlanDiff(before="", after="", queries=(one,)).worse_than(2.1) == ()
