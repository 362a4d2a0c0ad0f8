"""What two rules would say about one object is said once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.facts import Facts
from dbarchitect.review import review
from dbarchitect.review.rule import rules

PAIRS = """
create table a (id bigint primary key);
create table b (id bigint primary key);
create table a_b (a_id bigint not null references a, b_id bigint not null references b);
"""
# (script, facts, rules that run, those that are heard)
CASES: dict[str, tuple[str, dict[str, Any] | None, str, str]] = {
    "a pair needs its key": (PAIRS, None, "junction-without-unique no-primary-key", "junction-without-unique"),
    "the other is not selected": (PAIRS, None, "no-primary-key", "no-primary-key"),
    "what is published is an error": (
        PAIRS + "create publication p for table a_b;",
        None,
        "junction-without-unique no-primary-key",
        "junction-without-unique no-primary-key",
    ),
    "another table": (
        PAIRS + "create table c (x int, y int);",
        None,
        "junction-without-unique no-primary-key",
        "junction-without-unique no-primary-key",
    ),
    "a column of the table": (
        "create table rule (id bigint primary key, name text, external_id text);",
        None,
        "identity-not-unique no-natural-key",
        "identity-not-unique",
    ),
    "no key at all": (
        "create table uses (a int, b int, c int, d int);",
        None,
        "all-columns-nullable no-primary-key",
        "no-primary-key",
    ),
    "an index that should go": (
        "create table t (id bigint primary key, tags int[], n int); create index on t (tags);"
        "create index on t (tags, n);",
        None,
        "btree-on-array prefix-redundant-index",
        "btree-on-array prefix-redundant-index",  # of the two indexes one stays
    ),
    "no foreign key at all": (
        "create table w (id bigint primary key); create table x (id bigint primary key, w_id bigint);"
        "create table y (id bigint primary key, w_id bigint); create table z (id bigint primary key, x_id bigint);"
        "create table v (id bigint primary key, y_id bigint);",
        None,
        "missing-foreign-key no-relations",
        "missing-foreign-key",
    ),
    "rows know more than names": (
        "create table shop (id bigint primary key); create table bill (id bigint primary key, shop_id bigint);",
        {
            "read": {
                "public.bill": {
                    "rows": 500,
                    "inclusions": [
                        {
                            "column": "shop_id",
                            "target": "public.shop",
                            "target_column": "id",
                            "values": 40,
                            "missing": 0,
                        }
                    ],
                }
            }
        },
        "missing-foreign-key reference-in-rows",
        "reference-in-rows",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_speaks(name, database):
    script, facts, run, heard = CASES[name]
    copy = database(script)
    schema = msgspec.structs.replace(
        inspect(copy.connection, facts=False), facts=msgspec.convert(facts, Facts) if facts else None
    )
    findings, silences = review(schema, select=run.split())
    assert not silences
    assert sorted({one.rule for one in findings}) == heard.split(), [one.message for one in findings]


def test_an_index_is_told_to_go_and_nothing_else(database):
    copy = database("create table t (id bigint primary key, tags int[], n int)", "create index gone on t (tags)")
    copy.connection.execute("create index stays on t (tags, n)")
    schema = inspect(copy.connection, facts=False)
    findings, _ = review(schema, select=["btree-on-array", "prefix-redundant-index"])
    assert [(one.rule, one.at.sub) for one in findings] == [
        ("btree-on-array", "stays"),
        ("prefix-redundant-index", "gone"),
    ]


def test_who_is_yielded_to_exists_and_yields_to_nobody_back():
    by_id = {rule.id: rule for rule in rules()}
    for rule in rules():
        for other in rule.yields_to:
            assert rule.id not in by_id[other].yields_to, (rule.id, other)
