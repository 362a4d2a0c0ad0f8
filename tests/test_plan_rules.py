"""Every rule that reads plans speaks on a plan of its fault, and is quiet on the traps near it."""

from __future__ import annotations

import pytest

import rule_cases_rows
import rule_cases_whole
from dbarchitect.query.findings import RULES, findings_of
from dbarchitect.sql.explained import read_plan
from rule_plans import CASES, Case

assert rule_cases_rows and rule_cases_whole  # each adds its cases when it is imported


@pytest.mark.parametrize("case", CASES, ids=lambda one: f"{one.rule}: {one.why or 'fires'}")
def test_a_rule_speaks_on_its_fault_and_not_on_its_trap(case: Case):
    spoken = [one.rule for one in findings_of(read_plan(case.plan), case.schema)]
    assert (case.rule in spoken) == case.fires, (spoken, case.plan)


def test_every_rule_has_a_plan_on_which_it_speaks_and_a_trap():
    assert {one.rule for one in CASES if one.fires} == set(RULES)
    assert {one.rule for one in CASES if not one.fires} == set(RULES)
