"""Plans read from what people paste: four formats, frames, logs, versions, and what is broken."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import psycopg
import pytest

from dbarchitect.errors import InputError
from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.query.findings import findings_of
from dbarchitect.query.selftime import self_times
from dbarchitect.sql.explained import read_plan, read_plans
from plan_cases import QUERIES, SCHEMA
from plan_mutations import mutated, tried

FORMATS = ("TEXT", "JSON", "YAML", "XML")

# What differs from run to run, or what the text leaves out where it says nothing.
PASSING = {
    "shared_hit", "shared_read", "shared_dirtied", "temp_read", "temp_written", "memory_kb", "sort_kb", "detail",
    "children", "workers", "heap_fetches", "schema", "alias",
}  # fmt: skip


@pytest.fixture(scope="module", params=[18, 15])
def cases(request, server, old_server) -> Iterator[psycopg.Connection]:
    """A database with the rows of `plan_cases`, on each of two majors."""
    home = server if request.param == 18 else old_server(request.param)
    name = "plan cases"
    home.create_database(name)
    try:
        with psycopg.connect(home.url(name), autocommit=True) as connection:
            for statement in SCHEMA.split(";\n"):
                if statement.strip():
                    connection.execute(statement.encode())
            yield connection
    finally:
        home.drop_database(name)


def explained(connection: psycopg.Connection, name: str, options: str, form: str, *, alone: bool = False) -> str:
    """`alone`: without workers, unless the case asks for them."""
    settings, query = QUERIES[name]
    connection.execute("RESET ALL")
    if alone:
        connection.execute("SET max_parallel_workers_per_gather = 0")
    for statement in settings.split(";"):
        if statement.strip():
            connection.execute(statement.encode())
    with connection.transaction(force_rollback=True):
        rows = connection.execute(f"EXPLAIN ({options}, FORMAT {form}) {query}".encode()).fetchall()
    return "\n".join(row[0] if isinstance(row[0], str) else json.dumps(row[0]) for row in rows)


def told(node: PlanNode) -> list[object]:
    """What a node says, without what passes; nothing and none are one."""
    fields = {name: getattr(node, name) or None for name in node.__struct_fields__ if name not in PASSING}
    if node.loops == 0:
        for name in ("actual_startup_ms", "actual_total_ms", "rows_removed"):
            fields[name] = None
    return [fields, [told(child) for child in node.children]]


@pytest.mark.parametrize("name", [name for name in QUERIES if "parallel" not in name])
def test_all_formats_say_the_same(cases, name):
    """Not those that run in parallel: how the workers shared the rows differs from run to run."""
    for options in ("COSTS", "COSTS OFF", "ANALYZE, TIMING OFF, BUFFERS", "ANALYZE, TIMING OFF, VERBOSE, SETTINGS"):
        if "ANALYZE" in options and name in ("update", "writing cte", "delete with trigger", "insert"):
            continue  # each run leaves dead rows behind, which the next one meets
        found = {form: read_plan(explained(cases, name, options, form, alone=True)) for form in FORMATS}
        for form in FORMATS:
            assert told(found[form].root) == told(found["JSON"].root), (options, form)
            assert found[form].executed == ("ANALYZE" in options)


@pytest.mark.parametrize("name", list(QUERIES))
def test_own_times_sum_to_the_whole_and_none_is_negative(cases, name):
    for options in ("ANALYZE, BUFFERS", "ANALYZE, VERBOSE"):
        plan = read_plan(explained(cases, name, options, "TEXT"))
        times = self_times(plan)
        nodes = list(plan.root.walk())
        assert times.measured
        assert sum(times.own) == pytest.approx(times.total)
        assert sum(times.raw) == pytest.approx(times.total)
        assert times.total >= times.whole[0]
        for node, raw in zip(nodes, times.raw, strict=True):
            # Times are printed to a thousandth of a millisecond, and that of each loop is rounded.
            loops = (node.loops or 0) + sum(child.loops or 0 for child in node.children)
            assert raw >= -0.0006 * loops - 0.01, (node.type, raw)
        assert min(times.own) >= 0


def test_a_real_server_compiles(cases):
    """Debian's 15 does; the embedded 18 comes without."""
    plan = read_plan(explained(cases, "compiled", "ANALYZE", "TEXT"))
    other = read_plan(explained(cases, "compiled", "ANALYZE", "JSON"))
    assert (plan.jit is None) == (other.jit is None)
    if plan.jit is not None and other.jit is not None:
        assert plan.jit.functions == other.jit.functions > 0
        assert plan.jit.total_ms > 0


def test_triggers_and_times_around_the_plan(cases):
    for form in FORMATS:
        plan = read_plan(explained(cases, "delete with trigger", "ANALYZE", form))
        assert [one.calls for one in plan.triggers] == [29]
        assert plan.triggers[0].constraint == "line_orders_fkey"
        assert plan.execution_ms is not None
        assert plan.planning_ms is not None
        assert plan.execution_ms > plan.triggers[0].ms > 0
        assert [one.rule for one in findings_of(plan)] == ["fk-trigger"]


# --- what stands around plans -----------------------------------------------------------------------------------------

SCAN = """ Seq Scan on t  (cost=0.00..1693.00 rows=50 width=8) (actual time=0.012..12.500 rows=60 loops=1)
   Filter: (a = 7)
   Rows Removed by Filter: 99940
 Planning Time: 0.100 ms
 Execution Time: 12.600 ms
"""


def framed(style: str) -> str:
    lines = SCAN.splitlines()
    width = max(map(len, lines)) + 1
    if style == "psql":
        return "\n".join(["QUERY PLAN".center(width), "-" * width, *lines, "(5 rows)", ""])
    if style == "psql border 2":
        bar = f"+{'-' * width}+"
        inner = [f"|{'QUERY PLAN'.center(width)}|", bar, *(f"|{one:{width}}|" for one in lines)]
        return "\n".join([bar, *inner, bar, "(5 rows)"])
    if style == "psql unicode":
        return "\n".join(["┌" + "─" * width + "┐", *(f"│{one:{width}}│" for one in lines), "└" + "─" * width + "┘"])
    if style == "pgAdmin":
        return "\n".join(f'"{one.strip() if number == 0 else one}"' for number, one in enumerate(lines))
    if style == "one cell":
        return "\n".join(f"{one:{width}}+" for one in lines[:-1]) + f"\n{lines[-1]}"
    if style == "first line cut":
        return SCAN.lstrip()
    if style == "comment":
        return "\n".join(f"-- {one}" for one in lines)
    if style == "quoted":
        return "\n".join(f"> {one}" for one in lines)
    if style == "fenced":
        return f"```sql\n{SCAN}```\n"
    if style == "windows":
        return SCAN.replace("\n", "\r\n")
    if style == "mail":
        return SCAN.replace("width=8) (actual", "width=8)\n(actual").replace("rows=50 width", "rows=50\nwidth")
    if style == "prompt":
        return f"app=# EXPLAIN ANALYZE SELECT * FROM t WHERE a = 7;\n{SCAN}\nTime: 13.1 ms\n"
    log = "2026-11-26 10:00:00 UTC [77] LOG:  duration: 12.600 ms  plan:"
    return "\n".join([log, "\tQuery Text: SELECT * FROM t", "\tWHERE a = 7", *(f"\t{one[1:]}" for one in lines[:3])])


@pytest.mark.parametrize(
    "style",
    ["psql", "psql border 2", "psql unicode", "pgAdmin", "one cell", "first line cut", "comment", "quoted", "fenced",
     "windows", "mail", "prompt", "log"],
)  # fmt: skip
def test_a_plan_in_its_frame(style):
    plan = read_plan(framed(style))
    node = plan.root
    assert (node.type, node.relation, node.filter) == ("Seq Scan", "t", "(a = 7)")
    assert (node.rows, node.width, node.actual_rows, node.rows_removed) == (50, 8, 60, 99940)
    assert node.actual_total_ms == 12.5
    assert not node.children
    if style == "log":
        assert plan.sql == "SELECT * FROM t WHERE a = 7"
    else:
        assert (plan.planning_ms, plan.execution_ms) == (0.1, 12.6)


def test_psql_marks_the_lines_of_one_cell():
    document = json.dumps([{"Plan": {"Node Type": "Result", "Plan Rows": 1}}], indent=2).splitlines()
    width = max(map(len, document))
    text = "\n".join(["QUERY PLAN", "-" * width, *(f" {one:{width}}+" for one in document[:-1]), f" {document[-1]}"])
    assert read_plan(text + "\n(1 row)\n").root.type == "Result"


def test_auto_explain_logs_json():
    body = json.dumps({"Query Text": "SELECT 1", "Plan": {"Node Type": "Result"}}, indent=2).replace("\n", "\n\t")
    text = f"2026-11-26 10:00:00 UTC [7] LOG:  duration: 1.0 ms  plan:\n\t{body}\n2026-11-26 10:00:01 UTC LOG:  bye\n"
    plan = read_plan(text)
    assert (plan.sql, plan.root.type) == ("SELECT 1", "Result")


def test_several_plans_in_one_text():
    assert [one.root.relation for one in read_plans(SCAN + "\n" + SCAN.replace(" on t ", " on u "))] == ["t", "u"]
    assert read_plan(SCAN * 3).others == 2
    one = json.dumps([{"Plan": {"Node Type": "Result"}}])
    assert read_plan(f"{one}\n{one}\n").others == 1


# --- versions and extensions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (
            "Append  (cost=0.00..5.00 rows=2 width=4) (actual time=0.1..0.2 rows=2 loops=1)\n"
            "  ->  Custom Scan (ChunkAppend) on metrics  (cost=1..4 rows=2 width=4) (actual rows=2 loops=1)\n"
            "        Order: metrics.at DESC\n"
            "        ->  Custom Scan (DecompressChunk) on _hyper_1_chunk  (cost=1..4 rows=2 width=4) (never executed)\n"
            "              ->  Index Scan using i on compress_hyper_2  (cost=0.1..4 rows=2 width=4) (never executed)\n",
            ["Append", "Custom Scan", "Custom Scan", "Index Scan"],
        ),
        (
            "Custom Scan (Citus Adaptive)  (cost=0..0 rows=100 width=8) (actual time=9.1..9.2 rows=5 loops=1)\n"
            "  Task Count: 32\n  Tuple data received from nodes: 40 bytes\n  Tasks Shown: One of 32\n"
            "  ->  Task\n        Tuple data received from node: 4 bytes\n        Node: host=db port=9701 dbname=d\n"
            "        ->  Aggregate  (cost=1.0..1.1 rows=1 width=8) (actual time=0.1..0.2 rows=1 loops=1)\n"
            "              ->  Seq Scan on orders_102008 orders  (cost=0..1 rows=1 width=0) (actual rows=1 loops=1)\n"
            "            Planning Time: 0.1 ms\n            Execution Time: 0.2 ms\n"
            "Planning Time: 1.0 ms\nExecution Time: 9.3 ms\n",
            ["Custom Scan", "Task", "Aggregate", "Seq Scan"],
        ),
        (
            "Gather  (cost=1..2 rows=1 width=8) (actual time=1.1..2.2 rows=1 loops=1)\n  Workers Planned: 2\n"
            "  Workers Launched: 2\n"
            "  ->  Parallel Seq Scan on public.t  (cost=1..2 rows=1 width=8) (actual time=1.1..2.2 rows=1 loops=3)\n"
            "        Output: a\n        Buffers: shared hit=30\n"
            "        Worker 0: actual time=1.0..2.0 rows=1 loops=1\n          Buffers: shared hit=9\n"
            "        Worker 1: actual time=1.0..2.0 rows=1 loops=1\n          Buffers: shared hit=8\n"
            "Total runtime: 3.000 ms\n",
            ["Gather", "Seq Scan"],
        ),
        ("Aurora Thing on x  (cost=1..2 rows=1 width=8)\n  ->  Seq Scan on t  (cost=1..2 rows=1 width=8)\n",
         ["Aurora Thing on x", "Seq Scan"]),
    ],
)  # fmt: skip
def test_nodes_of_others(text, kinds):
    plan = read_plan(text)
    assert [node.type for node in plan.root.walk()] == kinds
    assert sum(self_times(plan).own) == pytest.approx(self_times(plan).total)
    findings_of(plan)
    if "Worker 0" in text:
        scan = plan.root.children[0]
        assert (scan.shared_hit, [one.number for one in scan.workers], plan.execution_ms) == (30, [0, 1], 3.0)
        assert self_times(plan).whole == (pytest.approx(2.2), pytest.approx(2.2))


def test_a_subplan_stands_below_the_node_that_its_label_is_of():
    plan = read_plan(
        "Sort  (cost=1..9 rows=1 width=8)\n  Sort Key: t.a, (lower(t.b, 'x, y')) DESC\n  InitPlan 1 (returns $0)\n"
        "    ->  Result  (cost=1..2 rows=1 width=8)\n  CTE recent\n    ->  Seq Scan on s  (cost=1..2 rows=1 width=8)\n"
        "  ->  Seq Scan on t  (cost=1..2 rows=1 width=8)\n        Filter: (a > $0)\n        SubPlan 2\n"
        "          ->  Seq Scan on u  (cost=1..2 rows=1 width=8)\n"
    )
    assert plan.root.sort_key == ("t.a", "(lower(t.b, 'x, y')) DESC")
    assert [one.subplan for one in plan.root.walk()] == [
        "", "InitPlan 1 (returns $0)", "CTE recent", "", "SubPlan 2",
    ]  # fmt: skip
    assert [one.parent_relationship for one in plan.root.children] == ["InitPlan", "InitPlan", "Outer"]


# --- what is no plan --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("SELECT 1;", "no plan"),
        ("{}", "no plan"),
        ('[{"Plan": {"Node Type": "Result", "Plan Rows": "many"}}]', "Plan Rows is 'many', not a number"),
        ('[{"Plan": {"Node Type": "Result", "Total Cost": NaN}}]', "not a number"),
        ('[{"Plan": {"Plan Rows": 1, "Plans": []}}]', "no Node Type"),
        ('[{"Plan": {"Node Type": "Result", ', "breaks at line 1"),
        ("<explain><Query><Plan><Node-Type>x</Plan></Query></explain>", "XML is broken"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><explain><Query><Plan><Node-Type>&a;</Node-Type></Plan></Query></explain>',
         "declares entities"),
        ('[{"Plan": ' + '{"Node Type": "Append", "Plans": [' * 300 + "]}" * 300 + "}]", "nested more than 200 deep"),
        ("[" * 200000 + '"Plan":', "nested too deeply"),
        ("\n".join("  " * n + "->  Append  (cost=0..1 rows=1 width=1)" for n in range(400)), "200 deep"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_told(text, said):
    with pytest.raises(InputError) as caught:
        read_plans(text)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_root_with_a_plan_that_was_read_can_be_asked_for_its_shape():
    deep = '[{"Plan": ' + '{"Node Type": "Append", "Plans": [' * 190 + '{"Node Type": "Result"}' + "]}" * 190 + "}]"
    plan = read_plan(deep)
    assert plan.root.shape.count("Append") == 190
    assert sum(self_times(plan).own) == pytest.approx(self_times(plan).total)


def test_mutated_plans_are_read_or_refused(cases):
    """The script `benchmarks/plan_fuzz.py` tries ten thousand."""
    dice = random.Random(20261126)
    texts = [
        explained(cases, name, options, form)
        for name in ("hash to disk", "cte twice in parallel", "incremental sort")
        for options in ("ANALYZE, BUFFERS, VERBOSE", "COSTS")
        for form in FORMATS
    ]
    outcomes = [tried(mutated(dice.choice(texts), dice)) for _ in range(400)]
    assert outcomes.count("read") > 50
    assert outcomes.count("refused") > 20


def test_plans_of_both_majors_survive_their_own_json(cases):
    """What `dba query --format json` prints of a plan can be read back as a value."""
    from dbarchitect.model.value import from_json, to_json

    plan = read_plan(explained(cases, "cte twice in parallel", "ANALYZE, VERBOSE, BUFFERS", "JSON"))
    assert from_json(QueryPlan, to_json(plan)) == plan
