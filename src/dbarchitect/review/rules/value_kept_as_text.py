"""Address, date, number or yes/no kept as text

## What it says

The name of a text column says that it holds an IP address, a date, a moment, a number or a yes or no, and every value
that ANALYZE sampled is one. Dates count only in ISO order (year, month, day): others depend on a setting. Numbers
with leading zeros, and the numbers of phones, postcodes, accounts, cards and versions, are text and left out.

## Why it matters

Any text gets in, and text sorts and compares as text: '10' before '9', and two spellings of one address are two
values.

A native type also takes less room (`inet` 7 bytes where text has up to 16, `date` 4 where text has 11), has its
functions and operators, and gives the planner usable statistics.

## What would make it false

A value that the type refuses is expected, or another system wants back the very text that it gave.

## How to mend it

Change the type with USING; the change given fails, without harm, where a single value does not convert. It rewrites
the table, and queries that compare with text must follow.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from dbarchitect.model.change import Change
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table, Type
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.mending import BIGINT, NUMERIC, TIMESTAMPTZ, retype
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample
from dbarchitect.review.vocabulary import names_money

RULE = Rule(__name__, __doc__, area="types", certainty="likely", severity=Severity.WARNING, needs="statistics")

_INET = Type(sql="inet", name="inet", base="inet", category="I")
_DATE = Type(sql="date", name="date", base="date", category="D", length=4)
_TIMESTAMP = Type(sql="timestamp without time zone", name="timestamp", base="timestamp", category="D", length=8)
_BOOLEAN = Type(sql="boolean", name="bool", base="bool", category="B", length=1)

_ENOUGH = 5  # sampled values that differ; a yes and a no are enough for a yes or no

_DATES = frozenset(
    {"date", "at", "on", "dob", "birthday", "birthdate", "datetime", "timestamp", "since", "until", "time"}
)
_COUNTS = frozenset({"count", "quantity", "qty", "attempts", "retries", "bytes", "days", "hours", "minutes", "seconds"})
_MEASURES = frozenset(
    """
    total size age weight height width length duration score latitude longitude lat lng lon percent
    percentage rate ratio distance volume points rating
    """.split()  # noqa: SIM905
)
_NUMBERED = frozenset(
    """
    phone mobile fax zip zipcode postal postcode code number no nr num id ids key ref reference version account card
    iban isbn issn serial hash token sku series
    """.split()  # noqa: SIM905
)
_ASKS_YES_OR_NO = frozenset({"is", "has", "can", "was", "should", "allow", "allows"})
_SAYS_YES_OR_NO = frozenset({"flag", "enabled", "disabled", "active", "deleted", "visible", "verified", "required"})

_DAY = r"\d{4}-\d{2}-\d{2}"
_ZONE = r"(?:Z|[+-]\d{2}(?::?\d{2})?)"
_ISO_DAY = re.compile(_DAY)
_ISO_MOMENT = re.compile(rf"{_DAY}[T ]\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d{{1,6}})?)?({_ZONE})?")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_YES = frozenset({"t", "true", "y", "yes", "on", "1"})
_NO = frozenset({"f", "false", "n", "no", "off", "0"})


class _Native(NamedTuple):
    """What values are, the type that they belong in, and how its values print as the text that they were."""

    are: str
    type: Type
    back: str | None


def check(review: Context) -> Iterator[Finding]:
    """Text columns whose name and sample agree on a better type."""
    for table, column in review.columns():
        if base_type(column) not in ("text", "varchar", "bpchar", "citext") or column.type.is_array:
            continue
        reads = [read for named, read in _READERS if named(column.name)]
        statistics = review.facts.column(str(table.name), column.name) if reads and review.facts else None
        values = sample(statistics) if statistics else []
        native = next((native for read in reads if values and (native := read(values)) is not None), None)
        if native is not None:
            yield RULE.finding(
                column_ref(table, column),
                f"{table.name.short}.{column.name} is {column.type.sql}, and all {len(values)} sampled values are "
                f"{native.are}: {native.type.sql}",
                facts={"sampled": len(values), "type": native.type.sql},
                fix=_convert(review, table, column, native),
                experiment=_nonsense(review, table, column, native),
            )


def _is_address(name: str) -> bool:
    return not {"ip", "ipv", "ipaddress", "ipaddr", "inet"}.isdisjoint(words(name)) or words(name)[-2:] in (
        ("remote", "addr"),
        ("client", "addr"),
    )


def _is_date(name: str) -> bool:
    return words(name)[-1:] != () and (words(name)[-1] in _DATES or words(name)[0] == "date")


def _is_number(name: str) -> bool:
    named = words(name)
    return _NUMBERED.isdisjoint(named) and (names_money(name) or not (_MEASURES | _COUNTS).isdisjoint(named))


def _is_count(name: str) -> bool:
    return _is_number(name) and not _COUNTS.isdisjoint(words(name)) and not names_money(name)


def _is_yes_or_no(name: str) -> bool:
    named = words(name)
    return bool(named) and (named[0] in _ASKS_YES_OR_NO or named[-1] in _SAYS_YES_OR_NO)


def _addresses(values: list[str]) -> _Native | None:
    fits = len(values) >= _ENOUGH and all(_parses(ipaddress.ip_interface, value) for value in values)
    return _Native("IP addresses", _INET, "abbrev({})") if fits else None


def _dates(values: list[str]) -> _Native | None:
    if len(values) < _ENOUGH:
        return None
    if all(_ISO_DAY.fullmatch(value) and _parses(date.fromisoformat, value) for value in values):
        return _Native("dates", _DATE, "{}::text")
    found = [_ISO_MOMENT.fullmatch(value) for value in values]
    zones = {bool(one[1]) for one in found if one}
    if None in found or len(zones) != 1 or not all(_parses(datetime.fromisoformat, value) for value in values):
        return None
    return _Native("moments", TIMESTAMPTZ if zones == {True} else _TIMESTAMP, None)


def _numbers(values: list[str]) -> _Native | None:
    fits = len(values) >= _ENOUGH and all(_NUMBER.fullmatch(value) for value in values)
    return _Native("numbers", NUMERIC, "{}::text") if fits else None


def _counts(values: list[str]) -> _Native | None:
    fits = len(values) >= _ENOUGH and all(_WHOLE.fullmatch(value) for value in values)
    return _Native("whole numbers", BIGINT, "{}::text") if fits else None


def _yes_and_no(values: list[str]) -> _Native | None:
    said = {value.strip().lower() for value in values}
    fits = said <= _YES | _NO and said & _YES and said & _NO
    return _Native("a yes or a no", _BOOLEAN, None) if fits else None


_READERS: list[tuple[Callable[[str], bool], Callable[[list[str]], _Native | None]]] = [
    (_is_address, _addresses),
    (_is_date, _dates),
    (_is_count, _counts),
    (_is_number, _numbers),
    (_is_yes_or_no, _yes_and_no),
]


def _parses(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _convert(review: Context, table: Table, column: Column, native: _Native) -> tuple[Change, ...]:
    if column.default is not None or column.type.kind != "base" or review.in_foreign_key(table, column.name):
        return ()
    back = None if native.back is None else f"({native.back})::{column.type.sql}"
    return retype(review, table, column, native.type, using=f"{{}}::{native.type.sql}", back=back, checks=True)


def _nonsense(review: Context, table: Table, column: Column, native: _Native) -> Accepted | None:
    rows = Rows(review)
    if rows.add(table, {column.name: "'?'"}) is None:
        return None
    name = quote_identifier(column.name)
    return Accepted(
        script=(*rows.statements, f"SELECT {name} FROM {table.name} WHERE {name} = '?'"),
        shows=f"a question mark is accepted where all values are {native.are}",
    )
