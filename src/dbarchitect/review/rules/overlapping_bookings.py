"""Bookings of one thing that may overlap

## What it says

A table of bookings, appointments or rentals has a start, an end and a reference to what is booked, and nothing keeps
two bookings of the same thing apart in time: no exclusion constraint and no key WITHOUT OVERLAPS (PostgreSQL 18). The
same for what is valid from and to a day for one thing (prices, contracts).

## Why it matters

The room is booked twice, however carefully the application looks first: two requests at once both find it free.

Only a constraint, or a lock on the thing that is booked, closes the gap between looking and writing; the documentation
shows the first under "Constraints on Ranges".

## What would make it false

Overlaps are allowed: the thing has several places, or bookings that were called off stay in the table.

## How to mend it

`EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&)`, with `btree_gist`; add
`WHERE (cancelled_at IS NULL)` for bookings that were called off. On PostgreSQL 18 a range column and
`UNIQUE (room_id, during WITHOUT OVERLAPS)` say the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import AddConstraint, Change, Create
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Exclude, Extension, ForeignKey, Index, IndexKey, PrimaryKey, Table, Unique
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.intervals import Interval, intervals
from dbarchitect.review.mending import free_name
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import SOFT_DELETE, is_event_like

RULE = Rule(__name__, __doc__, area="checks", certainty="possible", severity=Severity.INFO)

_BOOKINGS = frozenset(
    "booking reservation appointment rental lease tenancy stay hire allocation charter occupancy".split()  # noqa: SIM905
)
_VALID = frozenset({"valid", "effective"})
_PEOPLE = frozenset(
    """
    user customer client guest tenant organization organisation account created updated creator author owner booked
    by patient member person status type parent company order payment payer invoice agent contact applicant student
    """.split()  # noqa: SIM905
)
_CALLED_OFF = frozenset({"cancelled", "canceled", "revoked", "withdrawn", "void", "voided", "deleted"})
# Types whose equality btree_gist brings to GiST, on every version from 12 on.
_GIST = frozenset({"int2", "int4", "int8", "uuid", "text", "varchar", "bpchar", "numeric", "date"})


def check(review: Context) -> Iterator[Finding]:
    """Bookings without an exclusion."""
    for table in review.tables:
        name = words(table.name.name)
        booking = bool(name) and singular(name[-1]) in _BOOKINGS
        if is_event_like(table.name.name) or _kept_apart(table):
            continue
        for pair in intervals(table):
            validity = not _VALID.isdisjoint(words(pair.start.name))
            if not pair.range_type or not (booking or validity) or pair.start.inherited:
                continue
            thing = _thing(table)
            if thing is not None:
                yield _found(review, table, pair, thing, validity=validity and not booking)
            break


def _kept_apart(table: Table) -> bool:
    return any(
        isinstance(one, Exclude) or (isinstance(one, PrimaryKey | Unique) and one.without_overlaps)
        for one in table.constraints
    )


def _thing(table: Table) -> ForeignKey | None:
    """The reference to what is booked: the only one that is not to a person, an order or a tenant."""
    things = [
        key
        for key in table.foreign_keys
        if len(key.columns) == 1
        and key.target != table.name
        and _PEOPLE.isdisjoint((*words(key.columns[0]), *(singular(word) for word in words(key.target.name))))
    ]
    if len(things) != 1 or any(
        index.unique and index.predicate is None and {key.column for key in index.keys} <= set(things[0].columns)
        for index in table.indexes
    ):
        return None  # several, or one row for each thing
    return things[0]


def _found(review: Context, table: Table, pair: Interval, thing: ForeignKey, *, validity: bool) -> Finding:
    start, end, what = (quote_identifier(one) for one in (pair.start.name, pair.end.name, thing.columns[0]))
    fix, offenders = _apart(review, table, pair, thing)
    message = f"may two rows of {table.name.short} for the same {what} overlap between {start} and {end}?"
    return RULE.finding(
        table.ref,
        f"{message} Nothing keeps them apart" + (", so at one time two of them may be valid" if validity else ""),
        also=[column_ref(table, one) for one in (pair.start, pair.end, thing.columns[0])],
        facts={"thing": thing.columns[0], "start": pair.start.name, "end": pair.end.name},
        fix=fix,
        offenders=offenders,
        asks=True,
        experiment=_twice(review, table, pair, thing),
    )


def _apart(review: Context, table: Table, pair: Interval, thing: ForeignKey) -> tuple[tuple[Change, ...], str]:
    """The exclusion and the rows that it would refuse; nothing where a status tells which bookings still count (only
    a person knows which), or where the exclusion could not be built."""
    column = table.column(thing.columns[0])
    if column is None or base_type(column) not in _GIST or table.kind == "partitioned":
        return (), ""
    if any(words(one.name)[-1:] in (("status",), ("state",)) for one in table.columns):
        return (), ""
    conditions: list[str] = []
    for one in table.columns:
        name = quote_identifier(one.name)
        if one.name.lower() in SOFT_DELETE or not _CALLED_OFF.isdisjoint(words(one.name)):
            flag = base_type(one) == "bool"
            if flag or base_type(one) in ("timestamp", "timestamptz", "date"):
                conditions.append(f"({name} IS NOT TRUE)" if flag else f"({name} IS NULL)")
    living = " AND ".join(conditions) or None
    period = f"{pair.range_type}({quote_identifier(pair.start.name)}, {quote_identifier(pair.end.name)})"
    what = quote_identifier(column.name)
    name = free_name(review, table, (column.name, "overlap", "excl"))
    index = Index(
        name=Name(schema=table.name.schema, name=name),
        table=table.name,
        method="gist",
        keys=(IndexKey(column=column.name), IndexKey(expression=period)),
        predicate=living,
        constraint=name,
    )
    constraint = Exclude(name=name, columns=(column.name,), index=name, operators=("=", "&&"))
    changes: list[Change] = []
    if not any(one.name == "btree_gist" for one in review.schema.extensions):
        schemas = {one.name for one in review.schema.schemas}
        home = next((one for one in ("extensions", "public") if one in schemas), table.name.schema)
        changes.append(Create(object=Extension(name="btree_gist", schema=home)))
    changes.append(AddConstraint(table=table.name, constraint=constraint, index=index))
    among = f"({living})" if living else "true"
    rows = f"SELECT *, ctid AS place FROM {table.name} WHERE {among}"
    start, end = quote_identifier(pair.start.name), quote_identifier(pair.end.name)
    # The range by hand: it fails on a row that ends before it starts, and one that ends where it starts is empty.
    order = [("a", "b"), ("b", "a"), ("a", "a"), ("b", "b")]
    overlap = " AND ".join(f"coalesce({one}.{start} < {other}.{end}, true)" for one, other in order)
    offenders = (
        f"SELECT a.* FROM ({rows}) AS a WHERE a.{end} < a.{start} OR EXISTS (SELECT FROM ({rows}) AS b "
        f"WHERE a.place <> b.place AND a.{what} = b.{what} AND {overlap})"
    )
    return tuple(changes), offenders


def _twice(review: Context, table: Table, pair: Interval, thing: ForeignKey) -> Accepted | None:
    """The same thing for the same days, and for days that begin in the middle of these."""
    rows = Rows(review)
    first = {pair.start.name: "'2031-03-01'", pair.end.name: "'2031-03-11'"}
    second = {pair.start.name: "'2031-03-05'", pair.end.name: "'2031-03-15'"}
    what = thing.columns[0]
    one = rows.add(table, first, must=[what])
    if one is None or what not in one or rows.add(table, {**second, what: one[what]}) is None:
        return None
    quoted = quote_identifier(what)
    return Accepted(
        script=(*rows.statements, f"SELECT count(*) AS bookings, count(DISTINCT {quoted}) AS things FROM {table.name}"),
        shows="two rows for the same thing are accepted whose times overlap",
    )
