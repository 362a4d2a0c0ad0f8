"""What conditions can come to: the reading in three-valued logic, and PostgreSQL's own over all the values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dbarchitect.sql.expressions import expression_of
from dbarchitect.sql.statements import Expression
from dbarchitect.sql.truth import Condition, always_passes, opened_by_null, without_nulls_in_lists

# Over x integer, y text, z boolean.
CONDITIONS = """
x > 0
x > 0 OR x <= 0
x > 0 OR x < 0
NOT (x > 0 AND x < 1)
x IS NULL OR x >= 0
x IS NOT NULL OR true
x IS NOT NULL AND true
x = NULL
x = 1 OR NULL
NULL::boolean
false
1 = 1
1 > 2 OR x = x
x <> x
NOT (x = x)
(x = x) IS NOT NULL
x <= x AND y = y
5 < x
x = ANY (ARRAY[1, NULL])
x <> ALL (ARRAY[1, NULL])
x <> ALL (ARRAY[1, 2])
x <> ANY (ARRAY[1, 2])
x = ALL (ARRAY[1, 1])
y = ANY (ARRAY['a'::text, 'b'::text])
y = ANY (ARRAY['a'::text, NULL::text])
NOT (y = ANY (ARRAY['a'::text, NULL::text]))
y <> 'a'::text OR y <> 'b'::text
y = 'a'::text OR y <> 'a'::text
(y = 'a'::text) IS TRUE
(y = 'a'::text) IS NOT TRUE
(y = 'a'::text) IS NOT FALSE
(y = 'a'::text OR x > 3) IS UNKNOWN
z
NOT z
z OR NOT z
z IS TRUE OR z IS NOT TRUE
z IS NULL OR z IS FALSE
z AND x > 0 OR NOT z AND y = 'a'::text
y IS NULL OR x > 0
(y <> 'a'::text) OR (z IS NOT NULL)
(x > '-1'::integer) OR (x < (-1))
x::numeric > 0.5 OR x < 1
""".strip().splitlines()

VALUES = """
(SELECT * FROM (VALUES (NULL), (-2), (-1), (0), (1), (2), (3), (4), (5), (6)) AS a (x),
    (VALUES (NULL), ('a'), ('b'), ('c')) AS b (y), (VALUES (NULL), (true), (false)) AS c (z)) AS row
"""


def read(text: str) -> Expression:
    expression = expression_of(text)
    assert expression is not None
    return expression


@pytest.fixture
def connection(database: Callable[..., Any]) -> Any:
    return database().connection


def test_it_reads_conditions_as_the_server_does(connection: Any) -> None:
    for text in CONDITIONS:
        said = Condition(read(text)).outcomes()
        rows = connection.execute(f"SELECT DISTINCT ({text})::boolean FROM {VALUES}").fetchall()
        found = {row[0] for row in rows}
        # Between two whole numbers there is none: there the reading may allow for more than the server finds.
        assert said is not None and said >= found, text
        if "AND x < 1" not in text and "::numeric" not in text:
            assert said == found, text


@pytest.mark.parametrize(
    "text",
    [
        "length(y) > 2",
        "length(y) > 2 OR length(y) < 2",
        "y < 'a'::text OR y >= 'a'::text",  # the order is the collation's
        "y = 'a'::citext OR y <> 'A'::citext",
        "x > 0 OR other > 0",
        "EXISTS (SELECT 1)",
        "NOT x::text = '1'::text OR x > 5",
        "NOT z::text = 'true'::text OR NOT z",
    ],
)
def test_what_is_not_understood_may_come_to_anything(text: str) -> None:
    assert not always_passes(read(text))


def test_the_same_unknown_is_the_same() -> None:
    assert always_passes(read("length(y) > 2 OR NOT length(y) > 2"))


def test_a_column_that_is_never_null_is_not_tried_as_null() -> None:
    assert always_passes(read("x IS NOT NULL"), {"x"})
    assert not always_passes(read("x IS NOT NULL"))


def test_too_many_combinations_are_not_judged() -> None:
    text = " OR ".join(f"c{number} > 0" for number in range(12))
    assert Condition(read(text)).outcomes() is None
    assert not always_passes(read(text))


def test_nulls_are_taken_out_of_lists() -> None:
    assert without_nulls_in_lists("y = ANY (ARRAY['a'::text, NULL::text])") == "y = ANY(ARRAY['a'::text])"
    assert without_nulls_in_lists("y = ANY (ARRAY['a'::text])") == ""
    assert without_nulls_in_lists("y = ANY (ARRAY[NULL::text])") == ""
    assert without_nulls_in_lists("x IS NULL OR x IS NOT NULL OR y = ANY (ARRAY['a', NULL])") == ""


def test_which_null_opens_a_condition() -> None:
    opened = opened_by_null(read("x IS NULL OR y = 'a'::text"))
    assert opened is not None and opened.column == "y" and opened.others["x"] is not None
    assert opened_by_null(read("x IS NULL OR y = 'a'::text"), {"y"}) is None
    assert opened_by_null(read("y = 'a'::text")) is None  # nobody thought of NULL
    assert opened_by_null(read("x IS NULL OR length(y) > 0")) is None  # not understood
    assert opened_by_null(read("x IS NULL OR y IS NOT NULL AND y = 'a'::text")) is None  # said
