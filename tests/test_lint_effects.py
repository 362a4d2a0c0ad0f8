"""What effects are claimed for a statement, against what servers are seen to do."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.trace import observe
from dbarchitect.migrate.effects import claims, effects
from dbarchitect.migrate.follow import follow
from dbarchitect.migrate.picture import Picture, from_schema
from dbarchitect.model.plan import LOCKS, Effects
from dbarchitect.sql.reading import read_statements

CASES = Path(__file__).with_name("cases") / "locks"
# What a text does not show: SQL that is put together at run time, and what hangs on functions and sequences.
UNSEEN = {"do_dynamic_alter", "do_update_in_batches", "drop_sequence_default", "drop_function_trigger"}


def strong(lock: str) -> bool:
    """Whether a lock blocks writers, or all."""
    return LOCKS.index(lock) >= LOCKS.index("SHARE")


def marks(one: Effects) -> set[tuple[str, ...]]:
    """What blocks or costs, as a set to compare."""
    found: set[tuple[str, ...]] = {("lock", table, lock) for table, lock in one.locks.items() if strong(lock)}
    for kind in ("rewrites", "scans", "builds"):
        found |= {(kind, table) for table in getattr(one, kind)}
    return found


@dataclass
class Tally:
    """How claims did against observations."""

    right: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    wrong_locks: list[str] = field(default_factory=list)
    statements: int = 0

    def add(self, name: str, claimed: Effects, observed: Effects) -> None:
        got, want = marks(claimed), marks(observed)
        self.statements += 1
        self.right += len(got & want)
        self.false += [f"{name}: {one}" for one in sorted(got - want)]
        self.missed += [f"{name}: {one}" for one in sorted(want - got)]
        self.wrong_locks += [
            f"{name}: {table} {lock}, seen {observed.locks.get(table)}"
            for table, lock in claimed.locks.items()
            if observed.locks.get(table) != lock
        ]

    def check(self) -> None:
        assert not self.wrong_locks, (self.false, self.missed)
        assert self.right / (self.right + len(self.false)) >= 0.99, self.false
        assert self.right / (self.right + len(self.missed)) >= 0.99, self.missed


def cases(file: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads((CASES / file).read_text("utf-8"))


def claimed(case: dict[str, Any], picture: Picture, major: int) -> Effects:
    for before in case.get("before", ()):
        for one in read_statements(before, "before"):
            picture = follow(picture, one.action)
    (one,) = read_statements(case["sql"], "statement")
    return effects(one.action, picture, major)


@pytest.fixture(scope="module", params=[18, 15])
def home(request, old_server: Callable[[int], Server]) -> Server:
    return old_server(request.param)


@pytest.fixture(scope="module")
def stage(home: Server) -> Iterator[Callable[[str], Picture]]:
    """`stage("schema.sql")`: the picture of the database `lint stage`, made by that script."""

    def make(file: str) -> Picture:
        home.drop_database("lint stage")
        home.create_database("lint stage")
        with closing(psycopg.connect(home.url("lint stage"), autocommit=True)) as connection:
            connection.execute((CASES / file).read_text("utf-8"))
            return msgspec.structs.replace(from_schema(inspect(connection, facts=False)), time_zone="UTC")

    yield make
    home.drop_database("lint stage")


def test_claims_equal_what_is_written_down(home, stage):
    """statements.toml, which servers confirm in test_trace."""
    picture, major, tally = stage("schema.sql"), home.binaries.major, Tally()

    def full(name: str) -> str:
        return name if "." in name else f"public.{name}"

    for name, case in cases("statements.toml").items():
        if major < case.get("from", 15) or name in UNSEEN:
            continue
        seen = Effects(
            locks={full(table): lock for table, lock in case.get("locks", {}).items()},
            rewrites=tuple(full(one) for one in case.get("rewrites", ())),
            scans=tuple(full(one) for one in case.get("scans", ())),
            builds=tuple(full(one) for one in case.get("builds", ())),
        )
        tally.add(name, claimed(case, picture, major), seen)
    assert tally.statements > 170
    tally.check()


def test_claims_equal_what_is_seen_where_the_catalogue_decides(home, stage):
    picture, major, tally = stage("catalogue.sql"), home.binaries.major, Tally()
    for name, case in cases("catalogue.toml").items():
        if major < case.get("from", 15) or name in UNSEEN:
            continue
        home.copy_database("lint stage", "lint play")
        try:
            with closing(psycopg.connect(home.url("lint play"), autocommit=True)) as connection:
                connection.execute("SET TimeZone = 'UTC'")
                for before in case.get("before", ()):
                    connection.execute(before)
                trace = observe(
                    connection, [case["sql"]], connect=lambda: home.connect("lint play"), transactional=False
                )
        finally:
            home.drop_database("lint play")
        assert trace.refused is None, (name, trace.refused)
        tally.add(name, claimed(case, picture, major), trace.effects)
    assert tally.statements > 170
    tally.check()


def test_without_a_catalogue_the_dear_outcome_is_claimed_and_not_sure():
    (one,) = read_statements("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "f")
    (lock, scan) = claims(one.action, Picture(), 18).causes
    assert (lock.what, lock.lock, lock.sure) == ("lock", "ACCESS EXCLUSIVE", True)
    assert (scan.what, scan.sure) == ("scan", False)


def test_what_the_statements_say_is_remembered():
    picture = Picture()
    script = """
        ALTER TABLE t ADD CONSTRAINT a_set CHECK (a IS NOT NULL) NOT VALID;
        ALTER TABLE t VALIDATE CONSTRAINT a_set;
        ALTER TABLE t ALTER COLUMN a SET NOT NULL;
    """
    seen = []
    for one in read_statements(script, "f"):
        seen.append(effects(one.action, picture, 18))
        picture = follow(picture, one.action)
    assert [one.scans for one in seen] == [(), ("public.t",), ()]
