"""What one condition of a partial index proves of another, beside what the server itself proves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Relational, Table, Type
from dbarchitect.sql.asked import asked_columns
from dbarchitect.sql.implication import always_true, implied, without

CONDITIONS = (
    "a IS NOT NULL", "a > 5", "a >= 5", "a = 7", "a < 9", "a <= 3", "a <> 3", "a IS NULL", "b", "NOT b", "b IS TRUE",
    "b IS NOT NULL", "t = 'x'", "t IN ('x', 'y')", "t IN ('x', 'y', 'z')", "t IS NOT NULL AND a > 5",
    "a > 5 AND a < 9", "t = 'x' AND b", "a > 5 OR b", "lower(t) = 'x'", "a = 5", "a = ANY (ARRAY[1, 5])", "a > 10",
)  # fmt: skip


@pytest.mark.parametrize("given", CONDITIONS)
def test_nothing_is_implied_that_a_row_refutes(database: Callable[..., Any], given: str) -> None:
    """Over all rows of small values: what is said to be implied holds wherever the given condition does."""
    connection = database(
        "CREATE TABLE r AS SELECT a, b, t FROM unnest(ARRAY[NULL, 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]) AS one(a), "
        "unnest(ARRAY[NULL, true, false]) AS two(b), unnest(ARRAY[NULL, 'x', 'y', 'z', 'X']) AS three(t);"
    ).connection
    for number, wanted in enumerate((given, *CONDITIONS)):
        connection.execute(f"DROP INDEX IF EXISTS g, w; CREATE INDEX g ON r (a) WHERE {given}")
        connection.execute(f"CREATE INDEX w ON r (a) WHERE {wanted}")
        texts = dict(
            connection.execute(
                "SELECT indexrelid::regclass::text, pg_get_expr(indpred, indrelid) FROM pg_index "
                "WHERE indrelid = 'r'::regclass"
            ).fetchall()
        )
        said = implied(texts["w"], by=texts["g"])
        refuted = connection.execute(f"SELECT count(*) FROM r WHERE ({given}) AND ({wanted}) IS NOT TRUE").fetchone()
        assert not (said and refuted[0]), f"{given} does not imply {wanted}"
        if number == 0:
            assert said


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a = 7", "a > 5"), ("a > 5", "a >= 5"), ("a > 10", "a > 5"), ("a > 5", "a IS NOT NULL"),
        ("t = 'x'", "t = ANY (ARRAY['x'::text, 'y'::text])"), ("(a > 5) AND (t = 'x')", "t = 'x'"),
        ("a < 3", "a <> 3"), ("a = 5", "a = ANY (ARRAY[1, 5])"),
    ],
)  # fmt: skip
def test_what_the_planner_proves_is_proved(given: str, wanted: str) -> None:
    assert implied(wanted, by=given)
    assert implied(None, by=given)
    assert not implied(wanted, by=None)


def test_terms_that_say_nothing() -> None:
    predicate = "((a IS NOT NULL) AND (b > 3))"
    assert always_true(predicate, {"a"}) == ("a IS NOT NULL",)
    assert always_true(predicate, {"b"}) == ()
    assert without(predicate, always_true(predicate, {"a"})) == "b > 3"
    assert without("(a IS NOT NULL)", ("a IS NOT NULL",)) is None
    assert always_true("((a IS NOT NULL) OR b)", {"a"}) == ()
    assert implied("a IS NOT NULL", by=None, not_null={"a"})


def test_operators_beside_columns() -> None:
    int4 = Type(sql="integer", name="int4")
    table = Table(
        name=Name(schema="public", name="t"),
        columns=tuple(Column(name=one, position=n, type=int4) for n, one in enumerate("abcdefg", start=1)),
    )
    found = list(
        asked_columns(
            "SELECT a FROM t WHERE a = $1 AND 5 < b AND c IS NULL AND d IN (1, 2) AND e @> $2 AND f ->> 'x' = 'y' "
            "AND (g BETWEEN 1 AND 2 OR NOT a > 3) ORDER BY b DESC",
            Relational(version=180000, tables=(table,)),
        )
    )
    assert found == [
        (
            table.name,
            {
                "a": frozenset(("=", ">")),
                "b": frozenset((">", "order")),
                "c": frozenset(("is null",)),
                "d": frozenset(("in",)),
                "e": frozenset(("@>",)),
                "f": frozenset(("->>",)),
                "g": frozenset(("between",)),
            },
        )
    ]
    (written,) = asked_columns("UPDATE t SET a = 1 WHERE b = 2", Relational(version=180000, tables=(table,)))
    assert written[1] == {"a": frozenset(("set",)), "b": frozenset(("=",))}
