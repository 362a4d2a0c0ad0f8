"""Indexes of references, as wide as the lists that are read along them need."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.names import quote_identifier

from .draft import Draft, Foreign, Index, Table
from .naming import plain
from .spec import Access, Spec


def add_indexes(draft: Draft, spec: Spec) -> None:
    """An index for every reference that no key begins with, and for the lists of what a tenant has.

    Where rows are listed by a reference, in an order and page by page, the index has the order too: a page then reads
    its own rows and no more, however many rows refer to the same one. A design is planned with the average number of
    these, and in production there is one customer who has a thousand times as many.
    """
    for table in draft.tables.values():
        accesses = [one for one in spec.access if draft.by_entity.get(one.entity) == table.name and _paged(one)]
        accesses.sort(key=lambda one: -(one.per_second or 0.0))
        for one in table.foreigns:
            if table.tenant and one.columns == (table.tenant,) and table.key[:1] == one.columns:
                continue
            columns = tuple(name for name in one.columns if name not in dict(one.fixed))
            if _covered(table, one.columns) or _covered(table, columns):
                continue
            listed = next((access for access in accesses if _along(spec, table, access) is one), None)
            order = _order(table, listed) if listed is not None else ()
            index = Index(
                name=_name(table, (*columns, *order)),
                keys=(*columns, *order),
                why=f"deleting a row of {one.target} looks for those that refer to it, and joins start here",
            )
            table.indexes.append(index)
            if listed is not None and order:
                _decide(draft, index, listed, one.role or one.entity)
        for access in accesses if table.tenant else ():
            if set(access.by) != {spec.surroundings.tenant}:
                continue
            keys = (table.tenant, *_order(table, access))
            if len(keys) == 1 or _begins(table, keys):
                continue
            index = Index(name=_name(table, keys), keys=keys, why=f"pages of: {access.text}")
            table.indexes.append(index)
            _decide(draft, index, access, spec.surroundings.tenant)


def _paged(access: Access) -> bool:
    """Whether a part of the rows is asked for, in an order that somebody said, whatever their states."""
    paged = bool(access.order or access.limit is not None)
    return access.verb == "list" and not access.sql and paged and not access.states


def _along(spec: Spec, table: Table, access: Access) -> Foreign | None:
    """The reference that an access lists rows by; None where it asks for more than that."""
    given = [name for name in access.by if not (table.tenant and name == spec.surroundings.tenant)]
    if len(given) != 1 or table.of(given[0]) is not None:
        return None
    return next((one for one in table.foreigns if given[0] in (one.role, one.entity)), None)


def _order(table: Table, access: Access) -> tuple[str, ...]:
    """What the rows are ordered by, and the rest of the key, as it stands in an index; () where the order goes up and
    down, or is by what is no column."""
    columns = [table.of(one.field) or table.column("_".join(one.field.split())) for one in access.order]
    if len({one.descending for one in access.order}) > 1 or any(one is None for one in columns):
        return ()
    names = [one.name for one in columns if one is not None]
    return (*names, *(name for name in table.key if name != table.tenant and name not in names))


def _decide(draft: Draft, index: Index, access: Access, owner: str) -> None:
    draft.decide(
        "index",
        index.name,
        f"({', '.join(map(quote_identifier, index.keys))})",
        f"{access.text}: a page reads its own rows from the index, in their order, however many a {owner} has",
        instead=f"an index on the reference alone: all rows of the {owner} are read and sorted for each page",
        unless=f"no {owner} ever has more rows than a page or two: the narrow index is smaller",
        line=access.line,
    )


def _name(table: Table, columns: tuple[str, ...]) -> str:
    told = [name for name in columns if name != table.tenant]
    if len(told) > 1 and told[-1:] == list(table.key[-1:]):
        told = told[:-1]  # the key makes an order total, and says nothing in a name
    return plain(table.name, *told, "idx")


def _wholes(table: Table) -> Iterator[tuple[str, ...]]:
    """The keys of indexes that hold all rows."""
    yield table.key
    yield from (one.columns for one in table.uniques if not one.is_index)
    yield from (one.keys for one in table.indexes if not one.predicate and one.method == "btree")


def _covered(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether a whole index begins with these columns, in any order among themselves."""
    return any(set(key[: len(columns)]) == set(columns) for key in _wholes(table))


def _begins(table: Table, columns: tuple[str, ...]) -> bool:
    return any(key[: len(columns)] == columns for key in _wholes(table))
