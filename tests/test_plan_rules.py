"""Every rule that reads plans speaks on a plan of its fault, and is quiet on the traps near it."""

from __future__ import annotations

import pytest

import rule_cases_rows
import rule_cases_whole
from dbarchitect.query.findings import RULES, findings_of
from dbarchitect.sql.explained import read_plan
from rule_plans import CASES, Case, catalogue, node, plan, table

assert rule_cases_rows and rule_cases_whole  # each adds its cases when it is imported


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.rule}: {one.why or 'fires'}")
def test_a_rule_speaks_on_its_fault_and_not_on_its_trap(case: Case):
    spoken = [one.rule for one in findings_of(read_plan(case.plan), case.schema)]
    assert (case.rule in spoken) == case.fires, (spoken, case.plan)


def test_every_rule_has_a_plan_on_which_it_speaks_and_a_trap():
    assert {one.rule for one in CASES if one.fires} == set(RULES)
    assert {one.rule for one in CASES if not one.fires} == set(RULES)


def test_the_error_of_a_bitmap_is_told_of_its_table():
    """The scan of the index below has the same error, and neither a relation nor columns to advise on."""
    below = (node("Bitmap Index Scan on t_a", "Index Cond: (a = 7)", rows=50_000, expected=9, ms=1),)
    heap = node("Bitmap Heap Scan on t", "Recheck Cond: (a = 7)", rows=50_000, expected=9, ms=20, below=below)
    lookup = node("Index Scan using o_id on o", "Index Cond: (id = t.a)", rows=1, ms=0.01, loops=50_000)
    text = plan(node("Nested Loop", rows=50_000, ms=600, below=(heap, lookup)))
    found = [one for one in findings_of(read_plan(text)) if one.rule == "nl-misestimate"]
    assert [(one.at, one.sql) for one in found] == [("Bitmap Heap Scan on t", ("ANALYZE t",))]


def test_a_finding_gives_way_only_to_one_that_is_told():
    """What ANALYZE saves of the scan itself is too little to be told, so it may not hide the error of the estimate."""
    read = node("Seq Scan on t", "Filter: (a > 7)", rows=50_000, expected=9, ms=8)
    few = node("Hash", rows=900, ms=1, below=(node("Seq Scan on o", rows=900, ms=1),))
    text = plan(node("Hash Join", "Hash Cond: (t.a = o.id)", rows=50_000, ms=600, below=(read, few)))
    stale = catalogue(table(), modified=60_000)
    assert [one.rule for one in findings_of(read_plan(text), stale)] == ["row-misestimate"]
