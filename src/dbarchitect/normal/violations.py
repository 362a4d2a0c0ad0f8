"""A table with its dependencies: the normal form that it violates, the decomposition with its proof, the changes.

The decomposition leaves the table as it is but for the columns that something else than a key determines: each such
left side becomes the key of a new table. That is Bernstein's synthesis with all candidate keys in one part, so that
what refers to the table and what its keys enforce stays. Both proofs are made anew for each table, not assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from dbarchitect.model.change import AddConstraint, AddTable, AlterColumn, Change, DropColumn, DropIndex, Statements
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import Check, Column, ForeignKey, Index, NotNull, PrimaryKey, Table, Unique
from dbarchitect.normal.chase import is_lossless, lost_dependencies
from dbarchitect.normal.dependencies import Attributes, Dependency, candidate_keys, is_superkey
from dbarchitect.normal.synthesis import Group, NormalForm, groups, split, violated

_ORDER: tuple[NormalForm, ...] = ("2NF", "3NF", "BCNF")

# Types without an equality that DISTINCT could use.
_INCOMPARABLE = frozenset({"json", "xml", "point", "line", "path", "polygon", "box", "circle", "lseg"})


class Judgement(NamedTuple):
    """What dependencies say about a table.

    violations  each with the lowest normal form that forbids it; never empty
    extracted   left sides with what they determine, each a table of its own; empty where only BCNF is violated
    rest        the columns that stay
    lossless    that the join of the parts gives the table back (chase)
    lost        dependencies that no part could enforce any more: of `extracted` and `rest`, or of a split into BCNF
                where nothing is extracted
    """

    violations: tuple[tuple[Dependency, NormalForm], ...]
    extracted: tuple[Group, ...]
    rest: Attributes
    lossless: bool
    lost: tuple[Dependency, ...]

    @property
    def form(self) -> NormalForm:
        """The lowest normal form that the table is not in."""
        forms = {form for _, form in self.violations}
        return next(form for form in _ORDER if form in forms)

    @property
    def proved(self) -> bool:
        """Whether the decomposition loses neither rows nor dependencies."""
        return bool(self.extracted) and self.lossless and not self.lost


def enforced_keys(table: Table) -> tuple[Attributes, ...]:
    """The column sets that the database keeps unique and not null."""
    mandatory = {column.name for column in table.columns if column.not_null}
    found: list[Attributes] = []
    for index in table.indexes:
        if not index.unique or not index.valid or index.predicate is not None or not index.keys:
            continue
        names = [key.column for key in index.keys]
        columns = frozenset(name for name in names if name is not None)
        if None not in names and columns <= mandatory:
            found.append(columns)
    for constraint in table.constraints:
        plain = isinstance(constraint, PrimaryKey | Unique) and not constraint.without_overlaps
        if plain and frozenset(constraint.columns) <= mandatory:
            found.append(frozenset(constraint.columns))
    return tuple(dict.fromkeys(found))


def dependencies_of(table: Table, more: Collection[Dependency]) -> tuple[Dependency, ...]:
    """Those of the keys, and `more` as far as the table has the columns."""
    everything = frozenset(column.name for column in table.columns)
    own = [Dependency(key, everything) for key in enforced_keys(table)]
    own += [
        Dependency(one.left, one.right & everything)
        for one in more
        if one.left <= everything and one.right & everything
    ]
    return tuple(own)


def judge(table: Table, more: Collection[Dependency]) -> Judgement | None:
    """The normal form that `table` violates with its keys and the dependencies `more`; None where none is."""
    everything = frozenset(column.name for column in table.columns)
    dependencies = dependencies_of(table, more)
    violations = violated(everything, dependencies)
    if not violations:
        return None
    prime = frozenset[str]().union(*candidate_keys(everything, dependencies))
    extracted: list[Group] = []
    gone: set[str] = set()
    for group in groups(dependencies):
        moved = group.right - prime
        if moved and not is_superkey(group.key, everything, dependencies):
            extracted.append(group)
            gone |= moved
    rest = everything - gone
    if not extracted:
        try:
            parts = split(everything, dependencies)
        except OverflowError:
            parts = (everything,)
        return Judgement(violations, (), everything, True, lost_dependencies(parts, dependencies))
    parts = (rest, *(group.attributes for group in extracted))
    return Judgement(
        violations,
        tuple(extracted),
        rest,
        is_lossless(everything, parts, dependencies),
        lost_dependencies(parts, dependencies),
    )


def hindrance(table: Table, judgement: Judgement) -> str:
    """Why the decomposition cannot be written as changes, in words; "" where it can.

    What depends on the columns from outside the table (views, policies, functions) is the caller's to look for.
    """
    if not judgement.proved:
        return "the decomposition would lose a dependency"
    if table.inherits or table.of_type is not None or table.partition_of is not None:
        return "its columns come from a parent"
    if table.row_security:
        return "row-level security would not follow the columns"
    if len(_referred_first(judgement)) < len(judgement.extracted):
        return "a key of the new tables would be spread over two of them"
    keys = frozenset[str]().union(*(left for group in judgement.extracted for left in group.lefts))
    for column in table.columns:
        if column.name in keys and not column.not_null:
            return f"{quote_identifier(column.name)} may be NULL, and what it determines would be lost there"
    gone = frozenset(column.name for column in table.columns) - judgement.rest
    moved = gone.union(*(group.attributes for group in judgement.extracted))
    for column in table.columns:
        if column.name in moved and (column.type.base or column.type.name) in _INCOMPARABLE:
            return f"{quote_identifier(column.name)} has a type that cannot be compared"
        if column.name in gone and (column.identity or column.generated):
            return f"{quote_identifier(column.name)} gets its values from the table itself"
    if any(grant.column in gone for grant in table.grants):
        return "privileges are granted on the columns"
    for constraint in table.constraints:
        if not isinstance(constraint, NotNull) and gone & frozenset(constraint.columns):
            return f"constraint {quote_identifier(constraint.name)} is on the columns"
        if isinstance(constraint, Check) and not constraint.columns:
            return f"constraint {quote_identifier(constraint.name)} may be on the columns"
    for index in table.indexes:
        named = {key.column for key in index.keys} | set(index.include)
        plain = index.predicate is None and None not in named and index.parent is None
        if gone & named and (index.unique or not plain or table.kind == "partitioned"):
            return f"index {quote_identifier(index.name.name)} is on the columns"
    return ""


def contradictions(table: Table, judgement: Judgement) -> str:
    """A query that lists the values whose rows contradict each other, which stop the change: the determining columns,
    their values as a row and the number of rows."""
    return " UNION ALL ".join(
        f"SELECT {quote_literal(', '.join(_names(table, group.key)))} AS determined_by,"
        f" ROW({_list(table, group.key)})::text AS value, count(*) AS rows"
        f" FROM {table.name} GROUP BY {_list(table, group.key)}"
        f" HAVING count(DISTINCT ROW({_list(table, group.right)})) > 1"
        for group in judgement.extracted
    )


def changes(
    table: Table, judgement: Judgement, named: Mapping[Attributes, Name], free: Callable[[Name, str], str]
) -> tuple[Change, ...]:
    """The decomposition with the rows carried over. `named`: the new tables by the key of their group; `free`: a name
    for a constraint of a table that nothing else has, given its ending.

    A row that contradicts a dependency makes the INSERT fail on the new table's key: nothing is lost. Taken back, the
    columns are filled from the new tables before these are dropped.
    """
    ordered = _referred_first(judgement)
    gone = [column for column in table.columns if column.name not in judgement.rest]
    made: list[Change] = [AddTable(table=_new_table(table, group, named[group.key], free)) for group in ordered]
    made += [DropIndex(index=index) for index in table.indexes if _indexes(index, gone)]
    for column in gone:
        if column.not_null:
            made.append(AlterColumn(table=table.name, before=column, after=replace(column, not_null=False)))
    made += [_carried(table, group, named[group.key]) for group in ordered]
    parts = [(table.name, judgement.rest), *((named[group.key], group.attributes) for group in ordered)]
    for name, columns in parts:
        made += [
            AddConstraint(table=name, constraint=_reference(table, name, group, named[group.key], free))
            for group in ordered
            if named[group.key] != name and group.key <= columns
        ]
    made += [DropColumn(table=table.name, column=replace(column, not_null=False)) for column in gone]
    return tuple(made)


def _referred_first(judgement: Judgement) -> list[Group]:
    """The groups in an order in which each comes after those that its columns refer to; without those whose key no
    part has whole, so that nothing could refer to them."""
    parts, waiting, found = [judgement.rest], list(judgement.extracted), list[Group]()
    while ready := [one for one in waiting if any(one.key <= part for part in parts)]:
        found += ready
        parts += [one.attributes for one in ready]
        waiting = [one for one in waiting if one not in ready]
    return found[::-1]


def _new_table(table: Table, group: Group, name: Name, free: Callable[[Name, str], str]) -> Table:
    every = frozenset[str]().union(*group.lefts)
    columns = tuple(
        replace(
            column,
            position=position,
            not_null=column.not_null or column.name in every,
            default=None,
            identity=None,
            statistics_target=None,
            comment=None,
        )
        for position, column in enumerate(_columns(table, group.attributes), start=1)
    )
    constraints: list[PrimaryKey | Unique] = [
        PrimaryKey(name=free(name, "pkey"), columns=_names(table, group.key)),
        *(
            Unique(name=free(name, "_".join((*_names(table, left), "key"))), columns=_names(table, left))
            for left in group.lefts[1:]
        ),
    ]
    return Table(
        name=name, columns=columns, constraints=tuple(constraints), owner=table.owner, persistence=table.persistence
    )


def _carried(table: Table, group: Group, name: Name) -> Statements:
    columns = _list(table, group.attributes)
    pairs = [f"{quote_identifier(column)} = new.{quote_identifier(column)}" for column in _names(table, group.right)]
    joined = " AND ".join(
        f"{table.name}.{quote_identifier(column)} = new.{quote_identifier(column)}"
        for column in _names(table, group.key)
    )
    return Statements(
        sql=(f"INSERT INTO {name} ({columns}) SELECT DISTINCT {columns} FROM {table.name}",),
        undo=(f"UPDATE {table.name} SET {', '.join(pairs)} FROM {name} AS new WHERE {joined}",),
    )


def _reference(table: Table, at: Name, group: Group, target: Name, free: Callable[[Name, str], str]) -> ForeignKey:
    columns = _names(table, group.key)
    return ForeignKey(
        name=free(at, "_".join((*columns, "fkey"))), columns=columns, target=target, target_columns=columns
    )


def _indexes(index: Index, gone: Sequence[Column]) -> bool:
    named = {key.column for key in index.keys} | set(index.include)
    return any(column.name in named for column in gone)


def _columns(table: Table, names: Collection[str]) -> Iterator[Column]:
    return (column for column in table.columns if column.name in names)


def _names(table: Table, names: Collection[str]) -> tuple[str, ...]:
    return tuple(column.name for column in _columns(table, names))


def _list(table: Table, names: Collection[str]) -> str:
    return ", ".join(map(quote_identifier, _names(table, names)))
