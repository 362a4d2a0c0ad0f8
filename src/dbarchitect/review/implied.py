"""Which table a column means by its name: `customer_id` is a row of `customers`, whatever the style of the names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context
from dbarchitect.review.enforcing import comparable, is_target

# First words of ids that other systems give (`stripe_customer_id`).
ELSEWHERE = frozenset(
    """
    external ext remote foreign upstream third legacy global stripe paypal github gitlab google facebook twitter slack
    apple azure aws oauth saml ldap sso correlation trace span native public
    """.split()  # noqa: SIM905
)
_IRREGULAR = {"people": "person", "children": "child", "indices": "index", "men": "man", "women": "woman"}

_SHORTEST = 3  # letters of a table's name before an ending that is grown onto it
_ROLES_OF_THEMSELVES = frozenset({"parent", "root", "ancestor", "predecessor", "successor"})
_TYPES = ("type", "kind", "class", "table")  # of what a polymorphic id refers to
_PASSING = frozenset({"staging", "stage", "tmp", "temp", "import", "imports", "backup", "archive", "archived", "bak"})


class Meant(NamedTuple):
    """The table that a column means, the column of it that is referred to, and whether the whole name says so (else
    only its end: `billing_address_id`)."""

    table: Table
    column: str
    whole: bool


class Undeclared(NamedTuple):
    """A column that means another table, and no foreign key that says so."""

    table: Table
    column: Column
    meant: Meant


def undeclared(review: Context) -> Iterator[Undeclared]:
    """The references that names imply and no foreign key declares, by table and in the order of its columns."""
    names = Names(review)
    for table in review.tables:
        if not _PASSING.isdisjoint(words(table.name.name)):
            continue
        referring = {name for key in table.foreign_keys for name in key.columns}
        called = {words(column.name) for column in table.columns}
        key = table.primary_key.columns if table.primary_key else ()
        for column in table.columns:
            if column.inherited or column.generated or column.name in referring or key == (column.name,):
                continue
            if column.identity is not None or review.sequence(table, column) is not None:
                continue
            meant = names.meant(table, column)
            if meant is None or not comparable(table, column.name, meant.table, meant.column):
                continue
            stem = words(column.name)[:-1]  # of the id, and so of the type beside it
            if any((*stem[start:], kind) in called for start in range(len(stem)) for kind in _TYPES):
                continue
            yield Undeclared(table, column, meant)


class Names:
    """The tables of a schema by their names, as columns use them: singular, without style."""

    def __init__(self, review: Context) -> None:
        self._tables: dict[str, list[Table]] = defaultdict(list)
        for table in review.tables:
            self._tables[_joined(words(table.name.name))].append(table)

    def meant(self, table: Table, column: Column, endings: frozenset[str] = frozenset({"id", "uuid"})) -> Meant | None:
        """The one table that `column` of `table` means, which has a key of one column to refer to; None where there is
        none or several, or where the id is likely another system's."""
        stem = _stem(words(column.name), endings)
        if not stem:
            return None
        for start in range(len(stem) if ELSEWHERE.isdisjoint(stem[:1]) else 1):
            found = self._of(table, stem[start:])
            if found is not None:
                return None if found is table and start == 0 else self._key(table, column, found, whole=start == 0)
        if stem[0] in _ROLES_OF_THEMSELVES and len(stem) == 1:
            return self._key(table, column, table, whole=False)
        return None

    def _of(self, table: Table, stem: tuple[str, ...]) -> Table | None:
        """The table of that name, or of that name behind the first word of the own one (`shop_product`)."""
        for name in (stem, (*words(table.name.name)[:1], *stem)):
            found = self._tables.get(_joined(name), [])
            near = [one for one in found if one.name.schema == table.name.schema] or found
            if len(near) == 1:
                return near[0]
        return None

    @staticmethod
    def _key(table: Table, column: Column, found: Table, *, whole: bool) -> Meant | None:
        if found is not table and is_target(found, (column.name,)):
            return Meant(found, column.name, whole)
        key = found.primary_key
        if key is None or len(key.columns) != 1 or key.columns == (column.name,) or not is_target(found, key.columns):
            return None
        return Meant(found, key.columns[0], whole)


def _stem(name: tuple[str, ...], endings: frozenset[str]) -> tuple[str, ...]:
    """The words of a column's name before the ending, which may be grown onto the last one (`customerid`)."""
    if len(name) > 1 and name[-1] in endings:
        return name[:-1]
    for ending in endings:
        if name and name[-1].endswith(ending) and len(name[-1]) >= len(ending) + _SHORTEST:
            return (*name[:-1], name[-1].removesuffix(ending))
    return ()


def _joined(name: tuple[str, ...]) -> str:
    return "".join(_IRREGULAR.get(word) or singular(word) for word in name)
