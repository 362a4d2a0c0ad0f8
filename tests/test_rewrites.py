"""Every rewrite: its sound form survives the test of equivalence, its careless twin does not, and where the schema
does not allow it, it is not offered.

A case is a file in `cases/rewrites/<rewrite>/{sound,careless,quiet}/`: a query and, after `-- becomes`, the other
form. They are over the tables of `cases/rewrites/schema.sql`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server.host import owner_session
from dbarchitect.model.rewrite import Equivalence, Outcome
from dbarchitect.model.schema import Relational
from dbarchitect.prove.equivalence import Effort, equivalent
from dbarchitect.query.rewrite import SECTIONS, Offer, offers, rewrites
from dbarchitect.sql.script import split_script

CASES = Path(__file__).parent / "cases" / "rewrites"
RULES = {one.id: one for one in rewrites()}
CHANGING = {"capped-count", "random-order-to-sample"}  # they say that the meaning changes


@dataclass(frozen=True)
class Case:
    rule: str
    kind: str
    path: Path

    @property
    def query(self) -> str:
        return self.path.read_text().partition("-- becomes\n")[0].strip()

    @property
    def other(self) -> str:
        return self.path.read_text().partition("-- becomes\n")[2].strip()


def cases(kind: str) -> list[object]:
    found = [Case(path.parent.parent.name, kind, path) for path in sorted(CASES.glob(f"*/{kind}/*.sql"))]
    return [pytest.param(one, id=f"{one.rule}/{one.path.stem}") for one in found]


@dataclass
class Bench:
    schema: Relational
    owner: psycopg.Connection
    anybody: psycopg.Connection

    def compare(self, query: str, other: str, **options: int) -> Equivalence:
        return equivalent(self.owner, self.schema, query, other, options=Effort(**options))

    def offered(self, case: Case) -> list[Offer]:
        return [offer for rule, offer in offers(case.query, self.schema) if rule.id == case.rule]


@pytest.fixture(scope="module")
def bench(server) -> Iterator[Bench]:
    server.drop_database("rewrites")
    server.create_database("rewrites")
    load(server, "rewrites", split_script((CASES / "schema.sql").read_text(), "schema.sql"))
    with closing(server.connect("rewrites")) as admin:
        schema = inspect(admin, facts=False)
    anybody = psycopg.connect(server.url("rewrites"), autocommit=True)
    with closing(owner_session(server, "rewrites")) as owner, closing(anybody):
        yield Bench(schema, owner, anybody)
    server.drop_database("rewrites")


@pytest.mark.parametrize("case", cases("sound"))
def test_a_sound_form_is_offered_and_survives(case: Case, bench: Bench):
    offered = bench.offered(case)
    assert case.other in [one.sql for one in offered]
    if case.rule in CHANGING:
        assert all(one.caution for one in offered)
        return
    found = bench.compare(case.query, case.other, databases=120)
    assert found.holds, (found.why, found.counterexample)
    assert found.databases >= 120
    assert found.proof.level == "measured"


@pytest.mark.parametrize("case", cases("careless"))
def test_a_careless_form_is_refuted_and_not_offered(case: Case, bench: Bench):
    assert case.other not in [one.sql for one in bench.offered(case)]
    found = bench.compare(case.query, case.other, databases=4000)
    assert found.holds is False
    shown = found.counterexample
    if shown is None:
        assert "ordered" in found.why
        return
    assert sum(len(one.rows) for one in shown.tables) <= 6
    if "random" not in case.other:
        assert replayed(bench, shown.script) == [rows(shown.original), rows(shown.candidate)]


@pytest.mark.parametrize("case", cases("quiet"))
def test_it_is_not_offered_where_the_schema_does_not_allow_it(case: Case, bench: Bench):
    assert bench.offered(case) == []
    bench.owner.execute(f"EXPLAIN (GENERIC_PLAN) {case.query}".encode())  # the case itself is a query


@pytest.mark.parametrize("rule", RULES)
def test_a_rewrite_has_its_page_and_its_cases(rule: str):
    page = RULES[rule]
    assert page.title
    assert all(page.section(one) for one in SECTIONS)
    for kind in ("sound", "careless", "quiet"):
        assert list((CASES / rule / kind).glob("*.sql")), f"{rule} has no case in {kind}/"


def test_there_is_no_case_of_no_rewrite():
    assert {path.name for path in CASES.iterdir() if path.is_dir()} == set(RULES)


def rows(outcome: Outcome) -> list[tuple[str | None, ...]] | str:
    return outcome.error or sorted(outcome.rows, key=repr)


def replayed(bench: Bench, script: str) -> list[list[tuple[str | None, ...]] | str]:
    """What the two queries of a counterexample's script give when anybody runs it; the message of one that fails."""
    found: list[list[tuple[str | None, ...]] | str] = []
    with psycopg.ClientCursor(bench.anybody) as cursor:
        try:
            cursor.execute(script.encode())
        except psycopg.Error as err:
            bench.anybody.execute("ROLLBACK")
            return [str(err.diag.message_primary)]
        while True:
            result = cursor.pgresult
            if cursor.description is not None and result is not None:
                values = [
                    tuple(
                        None if (one := result.get_value(row, column)) is None else one.decode()
                        for column in range(result.nfields)
                    )
                    for row in range(result.ntuples)
                ]
                found.append(sorted(values, key=repr))
            if not cursor.nextset():
                break
    bench.anybody.execute("DEALLOCATE ALL")
    return found
