"""Seed data of a design: the server takes it, every table has some, and it says so where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbarchitect.api.design import read_spec
from dbarchitect.design.seeds import seed
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.sql.script import split_script
from test_design import NOW

ROOT = Path(__file__).parents[1]
BRIEFS = [*sorted(ROOT.glob("examples/*/brief.md")), *sorted(ROOT.glob("tests/cases/briefs/*.md"))]
SPECS = [*BRIEFS, *sorted((ROOT / "tests" / "designs").glob("*.json"))]
_numbers = iter(range(1, 1000))


def seeded(path: Path, server: Server, change: tuple[str, str] = ("", "")) -> tuple[str, dict[str, int], set[str]]:
    """(the database, rows that the seed says by table, tables that must have some)."""
    spec = read_spec(path)
    draft, _ = designed(spec, now=NOW)
    tenant = draft.by_entity[spec.surroundings.tenant] if draft.tenant_setting else ""
    text, counted = seed(draft, spec, tenant)
    name = f"seeded_{next(_numbers)}"
    server.create_database(name)
    sql = script(draft, spec.title)
    assert change[0] in sql
    load(server, name, split_script(sql.replace(*change) if change[0] else sql, "schema.sql"))
    load(server, name, split_script(text, "seed.sql"), data=True)
    wanted = {one.name for one in draft.tables.values() if one.what != "history"}
    return name, counted, wanted


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem if path.stem != "brief" else path.parent.name)
def test_every_table_has_rows_that_every_constraint_takes(path: Path, server: Server) -> None:
    name, counted, wanted = seeded(path, server)
    with server.connect(name) as connection:
        for table in wanted:
            row = connection.execute(f'SELECT count(*) FROM public."{table}"'.encode()).fetchone()
            assert row is not None
            assert row[0] >= max(counted.get(table, 1), 1), table
    assert set(counted) <= wanted


def test_the_next_number_is_free(server: Server) -> None:
    name, counted, _ = seeded(ROOT / "examples" / "shop" / "brief.md", server)
    with server.connect(name) as connection:
        made = connection.execute(
            "INSERT INTO public.addresses (street, city, zip_code, country) VALUES ('a', 'b', 'c', 'd') RETURNING id"
        ).fetchone()
        emails = connection.execute("SELECT count(DISTINCT lower(email)), count(*) FROM public.customers").fetchone()
    assert made is not None
    assert made[0] > counted["addresses"]
    assert emails == (counted["customers"], counted["customers"])


def test_tenants_have_rows_of_their_own(server: Server) -> None:
    name, _, _ = seeded(ROOT / "examples" / "chat" / "brief.md", server)
    with server.connect(name) as connection:
        rows = connection.execute("SELECT count(DISTINCT workspace_id) FROM public.messages").fetchone()
    assert rows == (2,)


def test_what_a_constraint_refuses_is_not_passed_over(server: Server) -> None:
    with pytest.raises(InputError, match="products_price_minimum"):
        seeded(ROOT / "examples" / "shop" / "brief.md", server, ("price >= 0", "price >= 1000"))
