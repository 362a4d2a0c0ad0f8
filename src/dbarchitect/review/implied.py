"""Which table a column means by its name: `customer_id` is a row of `customers`, whatever the style of the names."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from dbarchitect.model.schema import Column, Table
from dbarchitect.review.context import Context
from dbarchitect.review.enforcing import is_target
from dbarchitect.review.vocabulary import singular, words

# First words of ids that other systems give, or that are no rows of a table.
ELSEWHERE = frozenset(
    """
    external ext remote foreign provider upstream third legacy old previous original source origin global stripe paypal
    github gitlab google facebook twitter slack apple azure aws oauth saml ldap sso vendor gateway correlation trace
    span request transaction message job process thread native public client
    """.split()  # noqa: SIM905
)

_ROLES_OF_THEMSELVES = frozenset({"parent", "root", "ancestor", "predecessor", "successor"})


class Meant(NamedTuple):
    """The table that a column means, the column of it that is referred to, and whether the whole name says so (else
    only its end: `billing_address_id`)."""

    table: Table
    column: str
    whole: bool


class Names:
    """The tables of a schema by their names, as columns use them: singular, without style."""

    def __init__(self, review: Context) -> None:
        self._tables: dict[str, list[Table]] = defaultdict(list)
        for table in review.tables:
            self._tables[_joined(words(table.name.name))].append(table)

    def meant(self, table: Table, column: Column, endings: frozenset[str] = frozenset({"id", "uuid"})) -> Meant | None:
        """The one table that `column` of `table` means, which has a key of one column to refer to; None where there is
        none or several, or where the id is likely another system's."""
        name = words(column.name)
        if len(name) < 2 or name[-1] not in endings or not ELSEWHERE.isdisjoint(name[:1]):
            return None
        stem = name[:-1]
        if stem[0] in _ROLES_OF_THEMSELVES and len(stem) == 1:
            return self._key(table, column, table, whole=False)
        for start in range(len(stem)):
            found = self._of(table, stem[start:])
            if found is not None:
                return None if found is table and start == 0 else self._key(table, column, found, whole=start == 0)
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


def _joined(name: tuple[str, ...]) -> str:
    return "".join(singular(word) for word in name)
