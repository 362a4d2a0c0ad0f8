"""One name, several types

## What it says

Columns of the same name have types of different families in several tables: a number here, a text there. Names that
say nothing by themselves (`id`, `type`, `value`, `status`, `data`, ...) are left out, and so are types of one family
(`varchar` and `text`, `integer` and `bigint`, `json` and `jsonb`, the two timestamps). The finding stands at the
column of the rarer type. Where there are more than a handful of names it is one finding.

## Why it matters

A join or a comparison of the two columns is refused, or converts every row and passes by the index; who knows one
table guesses wrong about the next.

Of 42 real schemas 36 had such names, 297 in all, so it is `info`.

## What would make it false

The columns mean different things and only share a word.

## How to mend it

Give the columns one type, or the one that means something else a name of its own. Which, only a person knows, so no
change is given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Refused, Shown
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.INFO)

_GENERIC = frozenset(
    """
    id ids uid uuid guid pk oid type types kind class category value values val default default_value name title
    label code number num no nr key keys status state flag flags data date time timestamp datetime day month year
    period interval duration start end begin from to first last min max min_value max_value position pos index idx
    order rank sort level depth size length width height weight count total amount version revision hash token
    content contents body text message note notes comment comments description details info params parameters args
    payload result results response request source target owner parent children path url uri ref reference score
    rating priority action event context scope tag active enabled disabled deleted visible public private locked
    image icon logo file color colour format language locale unit units code_type object entity item items resource
    subject user role group member author created updated modified expires parameter property attribute field fields
    column row old new old_value new_value external_id
    """.split()  # noqa: SIM905
)
_FAMILIES = {
    "whole number": "int2 int4 int8 oid",
    "number": "numeric money",
    "float": "float4 float8",
    "text": "text varchar bpchar citext name",
    "boolean": "bool",
    "uuid": "uuid",
    "moment": "timestamp timestamptz",
    "date": "date",
    "time of day": "time timetz",
    "document": "json jsonb",
    "bytes": "bytea",
    "address": "inet cidr",
}
_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names.split()}
_COMPARABLE = [{"whole number", "number", "float"}, {"moment", "date"}]


# Comparisons that PostgreSQL accepts, by the types of their sides.
_COMPARED = {
    frozenset({"date", "timestamptz"}): Shown(
        query="SELECT (moment AT TIME ZONE 'Europe/Berlin')::date <> (moment AT TIME ZONE 'America/New_York')::date, "
        "(moment AT TIME ZONE 'Europe/Berlin')::date AS berlin, "
        "(moment AT TIME ZONE 'America/New_York')::date AS new_york "
        "FROM (SELECT timestamptz '2026-07-01 23:30+00' AS moment) AS compared",
        shows="which date a moment has, and so whether the two are equal, depends on the zone of the session",
    ),
    frozenset({"numeric", "float4"}): Shown(
        query="SELECT one <> other, one, other FROM (SELECT 0.1::numeric AS one, 0.1::real AS other) AS compared",
        shows="0.1 in the one type is not equal to 0.1 in the other",
    ),
}


class _Place(NamedTuple):
    table: Table
    column: Column


def check(review: Context) -> Iterator[Finding]:
    """Names whose columns are of several families."""
    named: dict[str, dict[str, list[_Place]]] = defaultdict(lambda: defaultdict(list))
    for table, column in review.columns():
        family = _FAMILY.get(column.type.element or base_type(column))
        if family is not None and column.name.lower() not in _GENERIC:
            named[column.name][f"list of {family}" if column.type.is_array else family].append(_Place(table, column))
    shared = {name: families for name, families in named.items() if sum(map(len, families.values())) > 1}
    found = [_found(name, families) for name, families in sorted(shared.items()) if len(families) > 1]
    message = f"{len(found)} of {len(shared)} names that several tables use have types of different families"
    yield from roll_up(found, message, of=len(shared), share=0)


def _found(name: str, families: dict[str, list[_Place]]) -> Finding:
    by_size = sorted(families.items(), key=lambda one: (-len(one[1]), one[0]))
    (_, usual), (_, rare) = by_size[0], by_size[-1]
    rest = [place for _, places in by_size for place in places if place is not rare[0]]
    parts = [
        f"{places[0].column.type.sql} in {places[0].table.name.short}"
        + (f" and {len(places) - 1} more" if len(places) > 1 else "")
        for _, places in by_size
    ]
    return RULE.finding(
        column_ref(*rare[0]),
        f"{quote_identifier(name)} is {', '.join(parts)}",
        also=[column_ref(*place) for place in rest],
        facts={family: len(places) for family, places in by_size},
        experiment=_unequal(usual[0].column, rare[0].column)
        or _no_operator(usual[0], rare[0], {by_size[0][0], by_size[-1][0]}),
    )


def _unequal(one: Column, other: Column) -> Shown | None:
    """What comparing the columns does where PostgreSQL lets it pass."""
    return _COMPARED.get(frozenset({base_type(one), base_type(other)}))


def _no_operator(one: _Place, other: _Place, families: set[str]) -> Refused | None:
    """A join of the two columns, where PostgreSQL has no operator for them."""
    if any(families <= comparable for comparable in _COMPARABLE) or one.column.type.kind != "base":
        return None
    if other.column.type.kind != "base" or any("citext" in (place.column.type.name) for place in (one, other)):
        return None
    name = quote_identifier(one.column.name)
    tables = f"{one.table.name} AS one CROSS JOIN {other.table.name} AS other"
    return Refused(
        script=(
            f"SELECT one.{name}, other.{name} FROM {tables}",
            f"SELECT one.{name}, other.{name} FROM {tables} WHERE one.{name} = other.{name}",
        ),
        shows="the columns of one name cannot be compared",
    )
