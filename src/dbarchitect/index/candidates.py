"""Indexes that could help a query: of every kind that its conditions, orders and outputs allow."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from dbarchitect.index.needs import Needs
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Index, IndexKey, Relational, Table, View
from dbarchitect.sql.conditions import Operand, SortKey, Term

_FEW_VALUES = 64  # a column of so few values is a status: one of its values can be a predicate
_VECTORS = ("hnsw", "ivfflat")
_COMPARED = frozenset(("=", "in", "<>", "<> array"))
_TOGETHER = 3  # conditions of one predicate: of more a query is the only one
_LONG = 40  # bytes of a value from which a hash of it is smaller than itself
_INCLUDED, _INCLUDED_BYTES = 8, 120
_BRIN_PAGES, _BRIN_CORRELATION = 1000, 0.9
_SMALL_PAGES = 4  # a table that one reading of a few blocks answers
_NAME = 63

Key = tuple[IndexKey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How far candidates go: columns of a key, and whether indexes may carry columns along."""

    width: int = 4
    include: bool = True


class Candidates:
    """Proposes indexes for the needs of queries on one schema; equal ones are one."""

    def __init__(self, schema: Relational, limits: Limits) -> None:
        self._limits = limits
        self._facts = schema.facts or Facts()
        self._relations: dict[Name, Table | View] = {one.name: one for one in (*schema.views, *schema.tables)}
        self._extensions = {one.name: one.schema for one in schema.extensions}
        self._known = {identity(index) for one in self._relations.values() for index in one.indexes if index.valid}
        self._names = {one.name.name for one in self._relations.values()} | {
            index.name.name for one in self._relations.values() for index in one.indexes
        }
        self.found: dict[object, Index] = {}

    def of(self, needs: Needs, own: Callable[[Term], bool] = lambda _: False) -> tuple[Index, ...]:
        """Candidates for a query's needs of a table. `own`: whether a condition's values are the same in every call."""
        relation = self._relations.get(needs.table)
        if relation is None or self._pages(needs.table) < _SMALL_PAGES or not relation.columns:
            return ()
        made: dict[object, Index] = {}
        for index in (
            *self._btrees(needs, relation, own),
            *self._others(needs, relation),
        ):
            key = identity(index)
            if key not in self._known:
                made[key] = self.found.setdefault(key, index)
        return tuple(made.values())

    # B-trees

    def _btrees(self, needs: Needs, relation: Table | View, own: Callable[[Term], bool]) -> Iterator[Index]:
        equal = [key for one in self._sorted(needs.equal.values(), needs.table) if (key := _key(one))]
        joined = [key for one in needs.joined.values() if (key := _key(one))]
        ranged = [key for one in needs.ranged.values() if (key := _key(one))]
        orders = [order for one in needs.orders if (order := _order(one))]
        groups = [tuple(key for one in group if (key := _key(one))) for group in needs.groups]
        predicates = list(self._predicates(needs, relation, own))
        keys = _unique(self._keys(equal, joined, ranged, orders, groups, limited=needs.limited))
        for arm in needs.arms:
            for term in arm:
                if term.left is not None and term.operator in ("=", "in", "<", ">", "<=", ">=") and _key(term.left):
                    keys = _unique((*keys, (_sure(_key(term.left)),)))
        for key in keys:
            yield self._btree(relation, key)
            if (include := self._include(needs, relation, key)) is not None:
                yield self._btree(relation, key, include=include)
        for predicate, fixed in predicates:
            kept = _unique(tuple(one for one in key if one.column not in fixed) for key in keys)
            some = [key for key in kept if key][:8] or [(IndexKey(column=fixed[0]),)]
            for key in some:
                yield self._btree(relation, key, predicate=predicate)
                include = self._include(needs, relation, key)
                if include is not None:
                    yield self._btree(relation, key, predicate=predicate, include=include)

    def _keys(
        self,
        equal: Sequence[IndexKey],
        joined: Sequence[IndexKey],
        ranged: Sequence[IndexKey],
        orders: Sequence[Key],
        groups: Sequence[Key],
        *,
        limited: bool,
    ) -> Iterator[Key]:
        """Keys in the order that serves: what is equal, what is joined, then one sort or one range."""
        width = self._limits.width
        head = tuple(equal[: width - 1])
        for one in (*equal, *joined, *ranged):
            yield (one,)
        if len(equal) > 1:
            yield tuple(equal[:width])
        for pair in itertools.permutations(joined[:4], 2):
            yield pair
        for join in joined:
            if head:
                yield _distinct((*head, join))[:width]
                yield _distinct((join, *head))[:width]
            for one in ranged[:3]:
                yield _distinct((join, one))
                yield _distinct((*head, join, one))[:width]
        for one in ranged[:4]:
            if head:
                yield _distinct((*head, one))[:width]
        for pair in itertools.permutations(ranged[:3], 2):
            yield pair
        for order in orders:
            if head:
                yield _distinct((*head, *order))[:width]
            if limited or not head:
                yield order[:width]
            for join in joined[:2]:
                yield _distinct((join, *order))[:width]
        for group in groups:
            if group:
                yield _distinct((*head, *group))[:width]
                yield group[:width]

    def _predicates(
        self, needs: Needs, relation: Table | View, own: Callable[[Term], bool]
    ) -> Iterator[tuple[str, list[str]]]:
        """Conditions that can be an index's own, with their columns: the same in every call, and true of a part of the
        rows; each by itself, and all together."""
        found: dict[str, str] = {}
        for term in needs.terms:
            left = term.left
            if left is None or not left.column or _column(relation, left.column) is None or not own(term):
                continue
            few = term.operator in _COMPARED and self._few(needs.table, left.column)
            if few or term.operator in ("is null", "is not null", "true", "false"):
                found[term.text] = left.column
        for text, column in found.items():
            yield text, [column]
        if 1 < len(found) <= _TOGETHER:
            yield " AND ".join(f"({text})" for text in found), list(found.values())

    def _include(self, needs: Needs, relation: Table | View, key: Key) -> tuple[str, ...] | None:
        """The other columns that a query uses, for an index that answers it alone; None where that is too much."""
        if not self._limits.include or needs.written or any(one.column is None for one in key):
            return None
        rest = sorted(needs.used - {one.column for one in key})
        columns = [_column(relation, name) for name in rest]
        if not rest or len(rest) > _INCLUDED or any(column is None for column in columns):
            return None
        widths = [one.average_width if (one := self._statistics(needs.table, name)) else 16 for name in rest]
        return tuple(rest) if sum(widths) <= _INCLUDED_BYTES else None

    def _btree(
        self, relation: Table | View, key: Key, *, predicate: str | None = None, include: Sequence[str] = ()
    ) -> Index:
        return self.named(Index(name=relation.name, table=relation.name, keys=key, predicate=predicate,
                                 include=tuple(include)))  # fmt: skip

    # Other methods

    def _others(self, needs: Needs, relation: Table | View) -> Iterator[Index]:
        for term in (*needs.terms, *(term for arm in needs.arms for term in arm)):
            left = term.left
            if left is None or left.constant:
                continue
            column = _column(relation, left.column) if left.column else None
            yield from self._special(term, left, column, relation)
        for term in needs.nearest:
            left = term.left
            if left is not None and left.column and (column := _column(relation, left.column)):
                yield from self._nearest(term.operator, left, column, relation)
        for name in {one.column for one in needs.ranged.values() if one.column}:
            one = self._statistics(needs.table, name)
            correlated = one is not None and abs(one.correlation or 0.0) >= _BRIN_CORRELATION
            if correlated and self._pages(needs.table) >= _BRIN_PAGES:
                yield self._made(relation, "brin", IndexKey(column=name))
        for one in needs.equal.values():
            found = self._statistics(needs.table, one.column) if one.column else None
            if found is not None and found.average_width >= _LONG:
                yield self._made(relation, "hash", IndexKey(column=one.column))

    def _special(self, term: Term, left: Operand, column: Column | None, relation: Table | View) -> Iterator[Index]:
        kind = column.type.name if column is not None else ""
        operator = term.operator
        key = _key(left)
        if key is None:
            return
        if kind == "jsonb":
            if operator in ("@>", "@?", "@@"):
                yield self._made(relation, "gin", self._classed(key, "jsonb_path_ops", "pg_catalog"))
            if operator in ("@>", "?", "?|", "?&", "@?", "@@"):
                yield self._made(relation, "gin", key)
        elif _has_elements(operator, left, column):
            yield self._made(relation, "gin", key)
        elif operator in ("~~", "~~*", "~", "~*", "%", "%>", "<%"):
            prefix = operator == "~~" and (term.pattern or "%")[0] not in "%_"
            if prefix and column is not None:
                yield self._made(relation, "btree", self._classed(key, _pattern_class(kind), "pg_catalog"))
            elif "pg_trgm" in self._extensions:
                yield self._made(relation, "gin", self._classed(key, "gin_trgm_ops", self._extensions["pg_trgm"]))
                yield self._made(relation, "gist", self._classed(key, "gist_trgm_ops", self._extensions["pg_trgm"]))
        elif operator in ("&&", "@>", "<@", "<<", ">>", "-|-", "~=", "<<|", "|>>", "&<", "&>"):
            if kind.endswith("range"):
                yield self._made(relation, "gist", key)
                yield self._made(relation, "spgist", key)
            elif kind in ("box", "polygon", "circle", "point"):
                yield self._made(relation, "gist", key)
        elif kind in ("inet", "cidr") and operator in ("<<=", ">>=", "&&", "<<", ">>"):
            yield self._made(relation, "gist", self._classed(key, "inet_ops", "pg_catalog"))
            yield self._made(relation, "spgist", key)

    def _nearest(self, operator: str, left: Operand, column: Column, relation: Table | View) -> Iterator[Index]:
        key = IndexKey(column=left.column)
        if column.type.name in ("point", "box", "circle", "polygon"):
            yield self._made(relation, "gist", key)
        elif column.type.name in ("vector", "halfvec") and "vector" in self._extensions:
            kind = {"<->": "l2", "<=>": "cosine", "<#>": "ip", "<+>": "l1"}[operator]
            key = self._classed(key, f"{column.type.name}_{kind}_ops", self._extensions["vector"])
            if any(one.method in _VECTORS and _same_class(one.keys[0], key) for one in relation.indexes):
                return  # which of the two is better is a matter of recall, of which costs know nothing
            for method in _VECTORS:
                yield self._made(relation, method, key)
        elif column.type.name in ("text", "varchar") and operator == "<->" and "pg_trgm" in self._extensions:
            yield self._made(relation, "gist", self._classed(key, "gist_trgm_ops", self._extensions["pg_trgm"]))

    @staticmethod
    def _classed(key: IndexKey, opclass: str, schema: str) -> IndexKey:
        return replace(key, opclass=Name(schema=schema, name=opclass), opclass_default=False)

    def _made(self, relation: Table | View, method: str, key: IndexKey) -> Index:
        return self.named(Index(name=relation.name, table=relation.name, method=method, keys=(key,)))

    def named(self, index: Index) -> Index:
        """The index with a name that says what it is and is free; the same index gets the same name."""
        if (known := self.found.get(identity(index))) is not None:
            return known
        words = [key.column or "expr" for key in index.keys]
        kind = "" if index.method == "btree" else f"_{index.method}"
        more = f"{'_incl' if index.include else ''}{'_part' if index.predicate else ''}"
        base = f"{index.table.name}_{'_'.join(words)}{kind}{more}"
        name = f"{base}_idx" if len(base) <= _NAME - 4 else f"{base[: _NAME - 13]}_{_digest(index)}_idx"
        if name in self._names:
            name = f"{base[: _NAME - 13]}_{_digest(index)}_idx"
        self._names.add(name)
        return replace(index, name=Name(schema=index.table.schema, name=name))

    # What is known

    def _statistics(self, table: Name, column: str) -> ColumnStatistics | None:
        found = [one for one in self._facts.columns.get(str(table), ()) if one.column == column]
        return min(found, key=lambda one: one.inherited, default=None)

    def _pages(self, table: Name) -> float:
        relation = self._relations.get(table)
        if isinstance(relation, Table) and relation.kind == "partitioned":
            below = [one for one in self._relations.values() if isinstance(one, Table) and one.partition_of]
            return sum(self._pages(one.name) for one in below if one.partition_of and one.partition_of.parent == table)
        found = self._facts.tables.get(str(table))
        if found is None:
            return _BRIN_PAGES  # unknown: it may be large
        return max(found.pages, (found.heap_bytes or 0) // 8192)

    def _distinct(self, table: Name, column: str) -> float:
        found = self._statistics(table, column)
        if found is None:
            return 0.0
        if found.n_distinct >= 0:
            return found.n_distinct
        facts = self._facts.tables.get(str(table))
        return -found.n_distinct * ((facts.rows if facts else None) or 1.0)

    def _few(self, table: Name, column: str) -> bool:
        return 0 < self._distinct(table, column) <= _FEW_VALUES

    def _sorted(self, operands: Iterable[Operand], table: Name) -> list[Operand]:
        """The most telling columns first."""
        return sorted(operands, key=lambda one: -self._distinct(table, one.column) if one.column else -1.0)


def keys_of(index: Index) -> tuple[tuple[object, ...], ...]:
    """What makes the keys of two indexes the same."""
    return tuple(map(_said, index.keys))


def identity(index: Index) -> tuple[object, ...]:
    """What makes two indexes one, whatever their names."""
    return (index.table, index.method, keys_of(index), tuple(sorted(index.include)), index.predicate)


def _column(relation: Table | View, name: str) -> Column | None:
    return next((one for one in relation.columns if one.name == name), None)


def _digest(index: Index) -> str:
    return hashlib.sha256(repr(identity(index)).encode()).hexdigest()[:8]


def _unique(keys: Iterable[Key]) -> list[Key]:
    return list({tuple(map(_said, key)): key for key in keys}.values())


def _said(key: IndexKey) -> tuple[object, ...]:
    return (key.text, None if key.opclass_default else key.opclass, key.collation, key.descending, key.nulls_first)


def _key(operand: Operand) -> IndexKey | None:
    if operand.column:
        return IndexKey(column=operand.column)
    return IndexKey(expression=operand.text) if len(operand.aliases) == 1 else None


def _sure(key: IndexKey | None) -> IndexKey:
    assert key is not None
    return key


def _order(order: Sequence[SortKey]) -> Key:
    """Keys of an index in an order; one that is the other way round throughout is read backwards."""
    keys: list[IndexKey] = []
    turned = bool(order) and order[0].descending
    for one in order:
        key = _key(one.key)
        if key is None:
            break
        down, first = one.descending, one.nulls_first
        if turned:
            down, first = not down, not first
        keys.append(replace(key, descending=down, nulls_first=first))
    return tuple(keys)


def _distinct(keys: Iterable[IndexKey]) -> Key:
    found: dict[str, IndexKey] = {}
    for key in keys:
        found.setdefault(key.text, key)
    return tuple(found.values())


def _has_elements(operator: str, left: Operand, column: Column | None) -> bool:
    """Whether a condition asks for elements of arrays or words of texts."""
    if column is not None and column.type.element:
        return operator in ("@>", "&&", "<@", "=")
    vector = (column is not None and column.type.name == "tsvector") or "to_tsvector" in left.text
    return operator == "@@" and vector


def _pattern_class(kind: str) -> str:
    return {"varchar": "varchar_pattern_ops", "bpchar": "bpchar_pattern_ops"}.get(kind, "text_pattern_ops")


def _same_class(one: IndexKey, other: IndexKey) -> bool:
    classes = [key.opclass.name if key.opclass is not None else "" for key in (one, other)]
    return one.column == other.column and classes[0] == classes[1]
