"""`dba query`: findings on plans, how many of known faults they find, how quiet they are, and the verb itself."""

from __future__ import annotations

import io
import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from dbarchitect.api.query import QueryOptions, query, query_plan
from dbarchitect.cli import run
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Severity
from dbarchitect.model.names import Name
from dbarchitect.model.query_advice import QueryFinding, QueryReview
from dbarchitect.model.schema import Column, Index, IndexKey, Relational, Table, Type
from dbarchitect.query.findings import RULES, findings_of
from dbarchitect.render import Screen
from dbarchitect.render.query import render_query
from dbarchitect.sql.explained import read_plan
from postgres_servers import test_cache

PAIRS = Path(__file__).parent / "cases" / "plans"
CACHE = test_cache()


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair of plans; `after` is "" where the source shows none."""

    name: str
    made: bool
    kind: str
    expect: frozenset[str]
    before: str
    after: str


def pairs() -> list[Pair]:
    found: list[Pair] = []
    for folder in sorted(PAIRS.iterdir()):
        told = tomllib.loads((folder / "source.toml").read_text())
        after = folder / "after.txt"
        found.append(
            Pair(
                name=folder.name,
                made=told["made"],
                kind=told["kind"],
                expect=frozenset(told["expect"]),
                before=(folder / "before.txt").read_text(),
                after=after.read_text() if after.exists() else "",
            )
        )
    return found


def asking(text: str) -> list[str]:
    """The rules of findings that ask for something."""
    return [one.rule for one in findings_of(read_plan(text)) if one.severity is not Severity.INFO]


# --- recall and quiet -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "faults", "hits", "indexes", "index_hits"),
    [(False, 53, 44, 42, 36), (True, 28, 28, 17, 17)],
    ids=["published", "made"],
)
def test_known_faults_are_found(made, faults, hits, indexes, index_hits):
    """The figures that were reached; a peer finds 15 of 28 where the fix was an index."""
    some = [one for one in pairs() if one.made == made and one.kind != "nothing"]
    found = [one for one in some if one.expect <= set(asking(one.before))]
    missed = sorted({one.name for one in some} - {one.name for one in found})
    assert len(some) == faults
    assert len(found) >= hits, missed
    assert sum(one.kind == "index" for one in some) == indexes
    assert sum(one.kind == "index" for one in found) >= index_hits, missed


@pytest.mark.parametrize(("made", "most"), [(False, 7), (True, 0)], ids=["published", "made"])
def test_plans_that_need_nothing_are_left_alone(made, most):
    """After the fix, and where there was nothing to mend; a peer speaks on 13 of 21."""
    quiet = [(one.name, one.after) for one in pairs() if one.made == made and one.after]
    quiet += [(one.name, one.before) for one in pairs() if one.made == made and one.kind == "nothing"]
    spoken = {name: found for name, text in quiet if (found := asking(text))}
    assert len(quiet) >= 17
    assert len(spoken) <= most, spoken


def test_what_is_found_first_would_save_most():
    for one in pairs():
        found = [each for each in findings_of(read_plan(one.before)) if each.severity is not Severity.INFO]
        assert [each.share for each in found] == sorted((each.share for each in found), reverse=True)
        assert all(0 < each.share <= 1 for each in found)


# --- single findings --------------------------------------------------------------------------------------------------


def finding(text: str, rule: str, schema: Relational | None = None) -> QueryFinding:
    found = [one for one in findings_of(read_plan(text), schema) if one.rule == rule]
    assert len(found) == 1, [one.rule for one in findings_of(read_plan(text), schema)]
    return found[0]


def scan(condition: str, *, removed: int = 99_940, rows: int = 60, above: str = "", relation: str = "t") -> str:
    """A sequential scan of 100,000 rows in 20 ms."""
    arrow = "  ->  " if above else ""
    return (
        f"{above}{arrow}Seq Scan on {relation}  (cost=0.00..1693.00 rows={rows} width=8) (actual time=0.01..20.0 "
        f"rows={rows} loops=1)\n{'':14}Filter: {condition}\n{'':14}Rows Removed by Filter: {removed}\n"
        "Execution Time: 20.1 ms\n"
    )


SORTED = (
    "Limit  (cost=1..2 rows=5 width=8) (actual time=20.05..20.06 rows=5 loops=1)\n"
    "  ->  Sort  (cost=1..2 rows=5 width=8) (actual time=20.04..20.05 rows=5 loops=1)\n        Sort Key: at DESC, id\n"
    "        Sort Method: top-N heapsort  Memory: 25kB\n      "
)


@pytest.mark.parametrize(
    ("condition", "above", "index"),
    [
        ("((a > 7) AND (b = 'x'::text))", "", "t (b, a)"),
        ("((a > 7) AND (b = 'x'::text))", SORTED, "t (b, a)"),
        ("((a = 7) AND (b = 'x'::text))", SORTED, "t (a, b, at DESC, id)"),
        ("((at < '2024-01-01'::date) AND (b = 3))", SORTED, "t (b, at DESC, id)"),
        ("((a = 7) AND (gone_at IS NULL))", "", "t (a) WHERE gone_at IS NULL"),
        ("((status <> 'done'::text) AND active)", "", "t (status) WHERE status <> 'done'::text AND active"),
        ("(doc @> '{\"a\": 1}'::jsonb)", "", "t USING gin (doc)"),
        ("(a = ANY ('{1,2}'::integer[]))", "", "t (a)"),
        ("((a = $1) AND (b > $2))", "", "t (a, b)"),
        ('("order" = 7)', "", 't ("order")'),
    ],
)
def test_an_index_has_equality_then_range_or_order(condition, above, index):
    found = finding(scan(condition, above=above), "seq-scan-filter")
    assert found.sql == (f"CREATE INDEX CONCURRENTLY ON {index}",)
    assert found.saves_ms == pytest.approx(20 * 0.9994, rel=0.01)


def test_each_arm_of_an_or_gets_its_index():
    found = finding(scan("((a = 7) OR (b = 'x'::text))"), "seq-scan-filter")
    assert found.sql == ("CREATE INDEX CONCURRENTLY ON t (a)", "CREATE INDEX CONCURRENTLY ON t (b)")


@pytest.mark.parametrize(
    "condition",
    ["(random() < '0.01'::double precision)", "(a <> b)", "((a)::text ~~ '%'::text)", "(NOT (hashed SubPlan 1))"],
)
def test_a_condition_that_no_index_answers_gets_none(condition):
    assert asking(scan(condition)) == []


@pytest.mark.parametrize(
    ("condition", "rule", "says"),
    [
        ("(lower(email) = 'x'::text)", "func-on-column", "((lower(email)))"),
        ("(date_trunc('day'::text, at) = '2024-01-01 00:00:00'::timestamp)", "func-on-column", "half-open range"),
        ("((at)::date = '2024-01-01'::date)", "func-on-column", "half-open range"),
        ("((id)::numeric = 7.0)", "cast-defeats-index", "id is cast to numeric"),
        ("(name ~~ '%smith%'::text)", "leading-wildcard", "gin_trgm_ops"),
        ("(name ~~* 'smith%'::text)", "leading-wildcard", "gin_trgm_ops"),
        ("((doc ->> 'k'::text) = 'v'::text)", "json-arrow", "((doc ->> 'k'::text))"),
        ("(NOT (a IS DISTINCT FROM 7))", "not-distinct", "IS NULL"),
    ],
)
def test_a_condition_that_defeats_the_index(condition, rule, says):
    found = findings_of(read_plan(scan(condition)))
    assert [one.rule for one in found] == [rule]
    assert says in " ".join((found[0].advice, *found[0].sql))


def test_a_varchar_that_is_relabelled_is_not_cast():
    assert asking(scan("((code)::text = 'k7'::text)")) == ["seq-scan-filter"]


def test_a_small_table_needs_no_index():
    assert asking(scan("(a = 7)", removed=5_000, rows=1)) == []


def test_a_scan_that_keeps_much_is_right():
    found = findings_of(read_plan(scan("(a > 7)", removed=40_000, rows=60_000)))
    assert [(one.rule, one.severity) for one in found] == [("seq-scan-justified", Severity.INFO)]


TABLE = Table(
    name=Name(schema="public", name="t"),
    columns=tuple(
        Column(name=one, position=number, type=Type(sql="integer", name="int4")) for number, one in enumerate("ab", 1)
    ),
    indexes=(
        Index(
            name=Name(schema="public", name="t_ab"),
            table=Name(schema="public", name="t"),
            keys=(IndexKey(column="a"), IndexKey(column="b")),
        ),
    ),
)


def test_an_index_that_exists_is_not_advised():
    schema = Relational(tables=(TABLE,))
    assert [one.rule for one in findings_of(read_plan(scan("((b = 7) AND (a = 3))")), schema)] == []
    assert [one.rule for one in findings_of(read_plan(scan("(b = 7)")), schema)] == ["seq-scan-filter"]


def test_compiling_that_takes_the_time():
    text = scan("(a > 7)", removed=10, rows=90_000) + (
        "JIT:\n  Functions: 12\n  Options: Inlining true, Optimization true, Expressions true, Deforming true\n"
        "  Timing: Generation 1.5 ms (Deform 0.5 ms), Inlining 3.0 ms, Optimization 4.0 ms, Emission 3.5 ms, "
        "Total 12.0 ms\n"
    )
    found = finding(text, "jit-overhead")
    assert (found.saves_ms, found.node) == (12.0, None)


def test_every_rule_has_a_page_and_a_name_of_its_own():
    assert len(RULES) >= 40
    for name, rule in RULES.items():
        assert rule.id == name
        assert len(rule.page) > 40, name


# --- the verb ---------------------------------------------------------------------------------------------------------

SHOP = """
CREATE TABLE orders (id integer PRIMARY KEY, customer integer, status text, at timestamptz);
INSERT INTO orders SELECT g, g % 9000, CASE WHEN g % 300 = 0 THEN 'open' ELSE 'done' END,
    timestamptz '2024-01-01' + g * interval '1 minute' FROM generate_series(1, 90000) g;
ANALYZE;
"""


@pytest.fixture
def shop(database):
    return database(*(one for one in SHOP.split(";\n") if one.strip()))


def options(**given) -> QueryOptions:
    return QueryOptions(cache=CACHE, **given)


def test_a_query_is_planned_on_the_twin(shop):
    found = query(shop.url, "SELECT * FROM orders WHERE customer = 77", "the query", options())
    assert (found.timed, found.proof.level) == (False, "planned")
    assert found.plan is not None
    assert not found.plan.executed
    assert [one.rule for one in found.findings] == ["seq-scan-filter"]
    assert found.findings[0].sql == ("CREATE INDEX CONCURRENTLY ON orders (customer)",)
    assert found.findings[0].saves_ms is None
    assert found.findings[0].share > 0.9


def test_a_query_runs_on_a_copy_and_changes_nothing(shop):
    text = "UPDATE orders SET status = 'gone' WHERE customer = 77"
    found = query(shop.url, text, "the query", options(copy=f"{shop.url}&application_name=copy"))
    assert (found.timed, found.proof.level) == (True, "measured")
    assert [one.rule for one in found.findings] == ["seq-scan-filter"]
    assert shop.connection.execute("SELECT count(*) FROM orders WHERE status = 'gone'").fetchone() == (0,)
    assert sum(one.own for one in found.times) == pytest.approx(found.total, abs=0.01)


def test_a_query_runs_on_made_up_rows(shop):
    found = query(shop.url, "SELECT * FROM orders WHERE id = 7", "the query", options(measure=True))
    assert found.proof.level == "measured"
    assert "made-up rows" in found.proof.method
    assert found.findings == ()


def test_a_query_runs_on_the_rows_of_a_script(tmp_path):
    file = tmp_path / "shop.sql"
    file.write_text(SHOP.replace("ANALYZE;\n", ""))
    text = "SELECT * FROM orders WHERE customer = 77"
    found = query(str(file), text, "the query", options(measure=True, data=True))
    assert found.plan is not None
    assert found.plan.root.actual_rows == 10
    assert [one.rule for one in found.findings] == ["seq-scan-filter"]


def test_parameters_are_filled_in(shop):
    text = "SELECT * FROM orders WHERE id = $1"
    found = query(shop.url, text, "the query", options(parameters=("7",), copy=f"{shop.url}&application_name=copy"))
    assert found.plan is not None
    assert found.plan.root.actual_rows == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELCT 1", "not SQL"),
        ("SELECT * FROM nowhere", "refuses to plan"),
    ],
)
def test_what_is_no_query_is_told(shop, text, said):
    with pytest.raises(InputError) as caught:
        query(shop.url, text, "the query", options())
    assert said in caught.value.message


def test_a_query_that_takes_too_long_is_ended(shop):
    with pytest.raises(InputError) as caught:
        query(shop.url, "SELECT pg_sleep(30)", "q", options(copy=f"{shop.url}&application_name=copy", limit_s=0.2))
    assert "took longer" in caught.value.message


def test_the_command_reads_a_plan_and_tells_by_its_code(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    slow = PAIRS / "lookup-by-id" / "before.txt"
    fast = PAIRS / "lookup-by-id" / "after.txt"
    assert run(["query", "--plan", str(slow)]) == 1
    shown = capsys.readouterr().out
    assert "1 finding (727 ms" in shown
    assert "CREATE INDEX CONCURRENTLY ON t1 (id);" in shown
    assert run(["query", "--plan", str(slow), "--fail-on", "never"]) == 0
    assert run(["query", "--plan", str(fast)]) == 0
    assert "nothing to improve" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(slow.read_bytes())))
    assert run(["query", "--plan", "-", "--format", "json", "-o", "out.json"]) == 1
    told = json.loads(Path("out.json").read_text())
    assert told["schema"] == "dbarchitect.query/1"
    assert told["findings"][0]["rule"] == "seq-scan-filter"
    assert told["times"][0]["own"] == pytest.approx(726.719)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["query"], "name a source and a query"),
        (["query", "shop.sql", "-x"], "name a source and a query"),
        (["query", "shop.sql", "SELECT 1", "--plan", "x"], "needs no source"),
        (["query", "--plan", "none.txt"], "cannot read the plan none.txt"),
        (["query", "shop.sql", "none.sql"], "cannot read the query none.sql"),
        (["query", "shop.sql", "SELECT 1", "--timeout", "0"], "not a time"),
        (["query", "shop.sql", "SELECT 1", "--copy", "shop.sql"], "the source itself"),
    ],
)
def test_wrong_usage(arguments, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        run(arguments)
    assert said in caught.value.message


def test_what_a_plan_says_is_shown_as_text_and_not_obeyed():
    text = scan("(a = 'x\x1b[31m'::text)").encode()
    shown = render_query(query_plan(text, "p.txt"), "text", screen=Screen(width=100), version="0")
    assert "\x1b" not in shown
    assert "\\x1b[31m" in shown


def test_findings_of_several_origins_are_shown_together():
    review = query_plan(scan("(a = 7)").encode(), "p.txt")
    pattern = QueryFinding(rule="select-star", origin="text", message="it asks for all columns", at="line 1", share=0.2)
    both = QueryReview(plan=review.plan, times=review.times, timed=True, total=review.total,
                       findings=review.findings, patterns=(pattern,))  # fmt: skip
    shown = render_query(both, "text", screen=Screen(width=100), version="0")
    assert shown.startswith("2 findings")
    assert shown.index("1. seq-scan-filter") < shown.index("2. select-star at line 1")
