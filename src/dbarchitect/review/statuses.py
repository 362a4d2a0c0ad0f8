"""Columns that by their name hold one of a few states or kinds of thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.facts import ColumnStatistics
from dbarchitect.model.names import quote_literal
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.checked import is_checked
from dbarchitect.review.context import Context, base_type
from dbarchitect.review.samples import array_items

# From about this number of values on a list is better kept in a table than in a CHECK or an enum.
MOST_VALUES = 12
LIST_ENDS = 4 * MOST_VALUES  # with more it is no status: nobody knows them by heart
# By the rule of three (Hanley and Lippman-Hand 1983) a value that 1 % of the rows have is among 300 in 95 of 100 cases.
ROWS_TO_TELL = 300
_ROUNDING = 1e-3  # shares are kept as float4

_STATES = frozenset({"status", "state", "stage", "phase", "visibility", "severity"})
_KINDS = frozenset({"type", "kind", "role", "priority", "mode"})

# Whose values another system, a standard or a programming language gives.
_FOREIGN = frozenset(
    """
    mime content media file http https response exit error external provider gateway stripe paypal github gitlab google
    facebook slack jira remote upstream source oauth grant token auth sso saml ldap vendor webhook raw original legacy
    organizational organisational job data column field object resource entity class model java sti blood event
    """.split()  # noqa: SIM905
)
_ADDRESS = frozenset(
    {"city", "zip", "zipcode", "postcode", "postal", "country", "street", "province", "county", "addr"}
)
_LOGIN = frozenset({"nonce", "verifier", "redirect", "pkce", "challenge"})
_RAILS = frozenset({"ar_internal_metadata"})


class Status(NamedTuple):
    """A status column. `named` says how much its name tells: `state` (a status) or `kind` (a type, a role)."""

    table: Table
    column: Column
    named: str
    checked: bool


def status_columns(review: Context, kinds: Collection[str], *, without: Collection[str] = ()) -> Iterator[Status]:
    """The status columns whose type is one of `kinds`, held to a list or not.

    Left out: keys of lists of codes, the type of a polymorphic reference, values that others give (MIME types, class
    names of an ORM, a provider's status), states of a country, and names that a table of the schema lists or is a list
    of.
    `without`: last words of names that say nothing for these types.
    """
    rails = any(table.name.name in _RAILS for table in review.schema.tables)
    listed = {singular("".join(words(one.name.name))) for one in review.tables if review.is_lookup(one)}
    for table, column in review.columns():
        name = words(column.name)
        if not name or name[-1] in without or column.generated is not None or column.type.is_array:
            continue
        last = singular("".join(words(table.name.name)[-1:]))
        named = "state" if name[-1] in _STATES else "kind" if name[-1] in _KINDS else ""
        if not named or not (base_type(column) in kinds or column.type.kind == "enum"):
            continue
        if not _FOREIGN.isdisjoint(name) or not _FOREIGN.isdisjoint(words(table.name.name)[-1:]):
            continue
        if _is_key(table, column) or _is_something_else(table, column, name, rails=rails):
            continue
        if last == name[-1]:
            continue  # the list itself
        if "".join(name) in listed or last + name[-1] in listed:
            continue
        yield Status(table, column, named, is_checked(review, table, column))


def _is_key(table: Table, column: Column) -> bool:
    """Whether the column tells rows apart by itself, as the key of a list of codes does."""
    return any(index.unique and [key.column for key in index.keys] == [column.name] for index in table.indexes)


def _is_something_else(table: Table, column: Column, name: tuple[str, ...], *, rails: bool) -> bool:
    siblings = {words(other.name) for other in table.columns if other is not column}
    if name[-1] == "type":
        stem = name[:-1]
        if stem and not siblings.isdisjoint([(*stem, "id"), (*stem, "uuid"), (stem[-1], "id")]):
            return True  # a polymorphic reference: the type names its table
        if name == ("type",) and rails and base_type(column) in ("text", "varchar"):
            return True  # the class name of single-table inheritance
    if name[-1] == "state":
        flat = {word for one in siblings for word in one}
        return not (_ADDRESS.isdisjoint(flat) and _LOGIN.isdisjoint(flat))
    return False


def values_seen(statistics: ColumnStatistics | None) -> list[str] | None:
    """All values that ANALYZE saw, sorted; [] if they are too many for a list; None where it did not see them all."""
    if statistics is None:
        return None
    common = list(array_items(statistics.most_common_values or ""))
    if statistics.histogram_bounds or len(common) > LIST_ENDS:
        return []
    shares = sum(statistics.most_common_frequencies or ()) + statistics.null_fraction
    return sorted(common) if common and shares > 1 - _ROUNDING else None


def usual_value(column: Column) -> str | None:
    """The text or number that the column's default gives; None for none, or one that is computed."""
    default = column.default or ""
    text = default.partition("::")[0].strip("()") if default.endswith(("text", "varying", "bpchar", ")")) else default
    if text.startswith("'") and text.endswith("'") and len(text) > 2:
        return text[1:-1].replace("''", "'")
    return text if text.lstrip("-").isdigit() else None


def among(quoted: str, values: Collection[str], *, numbers: bool = False) -> str:
    """The condition that a column holds one of the values."""
    return f"{quoted} IN ({', '.join(values if numbers else (quote_literal(value) for value in values))})"


def class_names(values: Collection[str]) -> bool:
    """Whether values look like the names of classes: `AdminUser`, `Billing::Invoice`."""
    return any("::" in one or "\\" in one or ("." in one and one[-1:].isalnum()) for one in values) or all(
        len(words(one)) > 1 and one[:1].isupper() and " " not in one and "_" not in one and not one.isupper()
        for one in values
    )
