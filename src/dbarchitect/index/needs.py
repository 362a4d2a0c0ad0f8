"""What a query asks of each table, read from its plan: comparisons, joins, orders, groups, and the columns it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql.conditions import (
    Operand,
    SortKey,
    Term,
    columns_of,
    extremes_of,
    operand_of,
    sort_keys_of,
    terms_of,
)

_PASSING = frozenset(("Gather", "Gather Merge", "Limit", "Append", "Merge Append", "LockRows", "Materialize"))
_DISTANCES = frozenset(("<->", "<=>", "<#>", "<+>"))  # of GiST, pg_trgm and pgvector: an order, not a condition


@dataclass(slots=True)
class Needs:
    """What one query asks of one table.

    equal    what is compared with a value: `=` and `in`
    joined   what is compared with another table
    ranged   what is compared with `<`, `>`...
    terms    all conditions on the table alone, whose constants are of the query
    arms     conditions on the table alone inside an OR, one list an arm
    orders   keys of sorts that are of the table alone; `limited`: of the first rows only
    groups   keys of groups that are of the table alone
    nearest  operands of an order by distance
    used     columns that the query needs at all
    written  the query changes rows of the table
    """

    table: Name
    equal: dict[str, Operand] = field(default_factory=dict[str, Operand])
    joined: dict[str, Operand] = field(default_factory=dict[str, Operand])
    ranged: dict[str, Operand] = field(default_factory=dict[str, Operand])
    terms: list[Term] = field(default_factory=list[Term])
    arms: list[tuple[Term, ...]] = field(default_factory=list[tuple[Term, ...]])
    orders: list[tuple[SortKey, ...]] = field(default_factory=list[tuple[SortKey, ...]])
    groups: list[tuple[Operand, ...]] = field(default_factory=list[tuple[Operand, ...]])
    nearest: list[Term] = field(default_factory=list[Term])
    used: set[str] = field(default_factory=set[str])
    written: bool = False
    limited: bool = False


def needs_of(plan: QueryPlan, schema: Relational) -> tuple[Needs, ...]:
    """The needs of a query whose plan is verbose, by table; those of partitions are their root's."""
    tables = {table.name: table for table in schema.tables}
    views = {view.name for view in schema.views if view.materialized}
    roots: dict[str, Name] = {}
    for node in plan.root.walk():
        if node.relation and node.type != "ModifyTable":
            name = Name(schema=node.schema or "public", name=node.relation)
            if name in tables or name in views:
                roots[node.alias or node.relation] = _root(name, tables)
    found: dict[str, Needs] = {alias: Needs(table=table) for alias, table in roots.items()}
    if len(found) == 1:  # whose outputs are printed without it
        found[""] = next(iter(found.values()))
    for node in plan.root.walk():
        _read(node, found)
    _use(plan.root, found, top=True)
    _limits(plan.root, found, limited=False)
    for node in plan.root.walk():
        if node.type == "ModifyTable" and node.relation:
            changed = _root(Name(schema=node.schema or "public", name=node.relation), tables)
            for one in found.values():
                one.written = one.written or one.table == changed
    return tuple({id(one): one for one in found.values()}.values())


def _root(name: Name, tables: Mapping[Name, Table]) -> Name:
    table = tables.get(name)
    return name if table is None or table.partition_of is None else _root(table.partition_of.parent, tables)


def _read(node: PlanNode, found: Mapping[str, Needs]) -> None:
    for text in (node.condition, node.filter):
        for term in terms_of(text) if text else ():
            _term(term, found)
    nearest = [term for text in node.sort_key[:1] for term in terms_of(text) if term.operator in _DISTANCES]
    for term in nearest:
        _term(term, found)
    order = () if nearest else sort_keys_of(node.sort_key)
    if order and (own := _of_one(tuple(one.key for one in order))) in found:
        found[own].orders.append(order)
    elif order:
        # The first keys may be of one table, and the rest of others.
        first = order[0].key.alias
        head = tuple(_while_of(order, first))
        if first in found and head:
            found[first].orders.append(head)
    keys = tuple(one for text in node.group_key if (one := operand_of(text)) is not None)
    for alias in {one.alias for one in keys} & found.keys():
        found[alias].groups.append(tuple(one for one in keys if one.alias == alias))
    if node.type == "Aggregate" and not node.group_key:
        for text in node.output:
            for _, alias, column in extremes_of(text):
                if alias in found:
                    operand = Operand(text=column, alias=alias, column=column, aliases=(alias,))
                    found[alias].orders.append((SortKey(key=operand),))
                    found[alias].limited = True


def _while_of(order: tuple[SortKey, ...], alias: str) -> Iterator[SortKey]:
    for one in order:
        if one.key.alias != alias:
            return
        yield one


def _of_one(keys: tuple[Operand, ...]) -> str:
    aliases = {one.alias for one in keys}
    return aliases.pop() if len(aliases) == 1 else ""


def _term(term: Term, found: Mapping[str, Needs]) -> None:
    if term.operator == "or":
        if len(term.aliases) == 1 and term.aliases[0] in found:
            found[term.aliases[0]].arms += term.arms
        # What holds in every arm is known outside of them as well; the planner says that by itself.
        return
    left, right = term.left, term.right
    if left is None:
        return
    if len(term.aliases) == 1 and (alias := term.aliases[0]) in found:
        one = found[alias]
        if right is not None and not right.constant and not left.constant:
            one.terms.append(term)  # two columns of one table
            return
        one.terms.append(term)
        if term.operator in _DISTANCES:
            one.nearest.append(term)
        elif term.operator in ("=", "in"):
            one.equal[left.text] = left
        elif term.operator in ("<", ">", "<=", ">=") or _prefix(term):
            one.ranged[left.text] = left
    elif right is not None and left.alias != right.alias:
        for side in (left, right):
            if side.alias not in found or len(side.aliases) != 1:
                continue
            if term.operator in ("=", "in"):
                found[side.alias].joined[side.text] = side
            elif term.operator in ("<", ">", "<=", ">="):
                found[side.alias].ranged[side.text] = side


def _prefix(term: Term) -> bool:
    return term.operator in ("~~", "^@") and (term.pattern or "%")[0] not in "%_"


def _use(node: PlanNode, found: Mapping[str, Needs], *, top: bool) -> None:
    """Columns that are used: a scan may give on all that the table has, what is above it names what is needed."""
    texts = [node.condition, node.filter, *node.sort_key, *node.group_key]
    if top or node.children:
        texts += node.output
    for text in texts:
        for alias, column in columns_of(text) if text else ():
            if alias in found:
                found[alias].used.add(column)
    for child in node.children:
        _use(child, found, top=top and node.type in _PASSING)


def _limits(node: PlanNode, found: Mapping[str, Needs], *, limited: bool) -> None:
    if node.type == "Limit":
        limited = True
    elif node.type in ("Aggregate", "Hash", "WindowAgg", "SetOp"):
        limited = False
    if limited and node.sort_key:
        for one in sort_keys_of(node.sort_key)[:1]:
            if one.key.alias in found:
                found[one.key.alias].limited = True
    for child in node.children:
        _limits(child, found, limited=limited)
