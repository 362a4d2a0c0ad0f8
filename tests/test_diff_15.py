"""A part of the pairs of `cases/diff` on PostgreSQL 15: other forms, another catalogue."""

from __future__ import annotations

import pytest

import plans
from dbarchitect.engines.postgres.server import Server

NAMES = [name for name in plans.NAMES if plans.settings_of(plans.CASES / name).get("min-version", 12) <= 15][::6]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_arrives_and_comes_back(postgres15: Server, name: str) -> None:
    plans.check(postgres15, plans.CASES / name)
