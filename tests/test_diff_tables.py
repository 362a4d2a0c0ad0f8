"""Plans between the pairs of `cases/diff` that are about one table: each arrives, keeps the rows, and comes back."""

from __future__ import annotations

import pytest

import plans
from dbarchitect.engines.postgres.server import Server

NAMES = [name for name in plans.NAMES if name.split("/")[0] in plans.OF_TABLES]


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_arrives_and_comes_back(server: Server, name: str) -> None:
    plans.check(server, plans.CASES / name)


@pytest.mark.parametrize(
    "name", [one for one in plans.NAMES if plans.settings_of(plans.CASES / one).get("blocks") is False]
)
def test_a_plan_that_stops_half_way_goes_back(server: Server, name: str) -> None:
    plans.check_half_way(server, plans.CASES / name)
