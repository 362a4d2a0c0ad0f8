"""The first rows of each group by one short search a group.

## What it does

`SELECT ... FROM (SELECT ..., row_number() OVER (PARTITION BY g ORDER BY s) AS rn FROM t) x WHERE rn <= 3`, or the same
with a CTE that is named once, becomes a join of the groups with `LATERAL (SELECT ... FROM t WHERE t.g = group.g ORDER
BY s LIMIT 3)`. The groups are the rows of the table to which a foreign key of g leads; without one, `SELECT DISTINCT
g`. The number stays where something else can see it, counted within its group.

## When it holds

Rows of one group are never equal in s: s and g hold a key, whose columns are NOT NULL. g is NOT NULL, or the subquery
asks for that. The bound is a constant. The foreign key is valid; a row that it leads to and that has no group gives
nothing, as the join is an inner one.

## What a careless form does

NULLs in g are one group, and equal to nothing in a join: its rows are lost. A LEFT JOIN gives a row for what has no
group. `rank()` keeps all rows that share the last place; LIMIT does not. A condition on the rows that are left is not
one on the rows that are counted. Of rows with equal s both forms take any, each as it happens to read them: on most
databases the same. The test tells them apart only where its plans read the rows in different orders; its silence would
mean little, so without a key nothing is offered.

## Why it pays

The window numbers every row of the table, which is sorted for it. With an index on g and s each group is read as far as
its bound. It pays where the groups are long; the groups that `SELECT DISTINCT` gives cost one reading of the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Table
from dbarchitect.query.rewrite import Offer
from dbarchitect.sql import tree
from dbarchitect.sql.keys import determined, sure_foreign_keys
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import compared, constant, fields_of, printed, steady, walked
from dbarchitect.sql.selects import Piece, Reference, Relation, Select, Statement
from dbarchitect.sql.tree import Node

__all__ = ["offers"]

_MOST = 2**31  # what a constant without a cast is as an integer
_OTHERS = ("limitCount", "limitOffset", "windowClause", "withClause", "sortClause")
_NAMED = ("name", "refname")  # of a window that is defined elsewhere


@dataclass(frozen=True, slots=True)
class _Ranking:
    """A subquery that numbers the rows of a table within groups. `rank`: the target that does; `groups`: the columns
    that make the groups; `order`: the sort keys as SQL, that tell the rows of a group apart."""

    select: Select
    rank: Piece
    table: Table
    groups: tuple[Reference, ...]
    order: str


def offers(query: Statement) -> Iterator[Offer]:
    """Bounds on a row_number() that a subquery or a CTE gives."""
    for select in query.selects:
        for term in select.terms:
            for relation, bound in _bounded(select, term.node):
                inner = _behind(query, relation)
                ranking = _ranking(inner) if inner is not None else None
                if ranking is None or ranking.rank.name != _name(term.node, relation, select):
                    continue
                made, why = _per_group(query, ranking, bound, shown=_is_seen(query, select, relation, ranking))
                yield Offer(query.edited(Edit(ranking.select.span, made), select.without_term(term)), why)


# What is there


def _bounded(select: Select, term: Node) -> Iterator[tuple[Relation, int]]:
    """(the subquery or CTE whose column it is, how many rows) of `rn <= 3`, `rn < 4` and `rn = 1`."""
    for operator, side, value in compared(term):
        number = constant(value)
        relation = _relation(select, side)
        if relation is None or isinstance(number, bool) or not isinstance(number, int) or number >= _MOST:
            continue
        most = {"<=": number, "<": number - 1, "=": 1 if number == 1 else 0}.get(operator, 0)
        if most > 0 and not relation.nullable and not relation.lateral and relation.table is None:
            yield relation, most


def _relation(select: Select, node: Node) -> Relation | None:
    """The relation of a column, which is also told where it is the only one and its columns are not known (`*`)."""
    names = tree.strings(fields_of(node, "ColumnRef").get("fields"))
    reference = select.find(node)
    if reference is not None:
        return reference.relation if reference.select is select else None
    return next(iter(select.relations.values())) if len(names) == 1 and len(select.relations) == 1 else None


def _name(term: Node, relation: Relation, select: Select) -> str:
    """The column of a relation that a comparison names."""
    for _, side, _ in compared(term):
        if _relation(select, side) is relation:
            return tree.strings(fields_of(side, "ColumnRef").get("fields"))[-1]
    return ""


def _behind(query: Statement, relation: Relation) -> Select | None:
    """The SELECT whose rows a relation is, where nothing else reads it."""
    if relation.node.get("alias", {}).get("colnames"):
        return None
    if "subquery" in relation.node:
        return query.select_of(fields_of(relation.node["subquery"], "SelectStmt"))
    name = relation.node.get("relname", "")
    found = [one["CommonTableExpr"] for one in walked(query.root, "CommonTableExpr")]
    ctes = [one for one in found if one.get("ctename") == name]
    named = [one for one in walked(query.root, "RangeVar") if one["RangeVar"].get("relname") == name]
    if relation.node.get("schemaname") or len(ctes) != 1 or len(named) != 1 or ctes[0].get("aliascolnames"):
        return None
    return query.select_of(fields_of(ctes[0].get("ctequery"), "SelectStmt"))


def _ranking(select: Select) -> _Ranking | None:
    """What a SELECT numbers, where its numbers do not depend on chance."""
    if not select.plain_but_limit or select.makes_rows or any(select.fields.get(one) for one in _OTHERS):
        return None
    relations = list(select.relations.values())
    windows = [one["FuncCall"] for one in walked(select.fields, "FuncCall") if one["FuncCall"].get("over")]
    ranks = [one for one in select.targets if _is_rank(one.node)]
    if len(relations) != 1 or relations[0].table is None or len(windows) != 1 or len(ranks) != 1:
        return None
    if not _of_itself(select) or not steady({"SelectStmt": select.fields}, select.statement.schema):
        return None
    over = ranks[0].node["FuncCall"]["over"]
    groups = [select.find(one) for one in over.get("partitionClause", ())]
    order = [_sort_key(select, one["SortBy"]) for one in over.get("orderClause", ())]
    known = [one for one in groups if one is not None and (not one.nullable or _asked_for(select, one))]
    if not groups or len(known) != len(groups) or None in order:
        return None
    sorts = [select.find(one["SortBy"]["node"]) for one in over.get("orderClause", ())]
    if not determined(select, [one.key for one in (*known, *sorts) if one is not None]):
        return None
    shown = ", ".join(one for one in order if one)
    distinct = tuple({one.name: one for one in known}.values())
    return _Ranking(select, ranks[0], relations[0].table, distinct, shown) if shown else None


def _is_rank(node: Node) -> bool:
    fields = fields_of(node, "FuncCall")
    over = fields_of(fields, "over")
    names = tree.strings(fields.get("funcname"))
    return (
        names in (["row_number"], ["pg_catalog", "row_number"])
        and bool(over)
        and not any(over.get(one) for one in _NAMED)
        and not fields.get("agg_filter")
    )


def _of_itself(select: Select) -> bool:
    """Whether all columns that it names are its own: what is around it is not there at its new place."""
    nodes = [one for one in select.fields.get("targetList", ()) if not _is_star(one["ResTarget"].get("val", {}))]
    found = select.references([*nodes, select.fields.get("whereClause")])
    return found is not None and all(one.select is select for one in found)


def _is_star(node: Node) -> bool:
    return any("A_Star" in one for one in fields_of(node, "ColumnRef").get("fields", ()))


def _sort_key(select: Select, fields: Node) -> str | None:
    """A sort key of a window as one of a query, where a bare name could be an output's and a number a position."""
    node = select.qualified(fields["node"])
    if node is None or "A_Const" in node or fields.get("useOp"):
        return None
    text = printed(node)
    text += " DESC" if fields.get("sortby_dir") == "SORTBY_DESC" else ""
    nulls = {"SORTBY_NULLS_FIRST": " NULLS FIRST", "SORTBY_NULLS_LAST": " NULLS LAST"}
    return text + nulls.get(fields.get("sortby_nulls", ""), "")


def _asked_for(select: Select, column: Reference) -> bool:
    """Whether a condition says that a column is not NULL."""
    for term in select.terms:
        test = fields_of(term.node, "NullTest")
        found = select.find(test.get("arg")) if test.get("nulltesttype") == "IS_NOT_NULL" else None
        if found is not None and found.key == column.key:
            return True
    return False


def _is_seen(query: Statement, select: Select, relation: Relation, ranking: _Ranking) -> bool:
    """Whether anything besides its bound may see the number."""
    if select.stars & {"", relation.alias}:
        return True
    count = 0
    for _, inner in query.columns_below(query.root, select):
        fields = inner.get("fields", ())
        names = tree.strings(fields)
        count += ranking.rank.name in names
        if relation.alias in names and (len(fields) == 1 or len(names) != len(fields)):
            return True  # the row as a whole
    joins = [one["JoinExpr"] for one in walked(query.root, "JoinExpr")]
    shared = any(
        one.get("isNatural") or one.get("alias") or ranking.rank.name in tree.strings(one.get("usingClause"))
        for one in joins
    )
    return shared or count != 1


# What becomes of it


def _per_group(query: Statement, ranking: _Ranking, bound: int, *, shown: bool) -> tuple[str, str]:
    """(the SELECT, why it is equal)"""
    select, each, top = ranking.select, query.fresh("each_group"), query.fresh("top_rows")
    source = query.slice(select.clauses["from"].whole)
    condition = select.condition
    parent = _parent(query, ranking)
    if parent is not None:
        groups, columns = parent
        groups = f"{groups} {each}"
    else:
        columns = {one.name: one.name for one in ranking.groups}
        where = f" WHERE {condition}" if condition else ""
        groups = f"(SELECT DISTINCT {', '.join(one.sql for one in ranking.groups)} {source}{where}) {each}"
    terms = [f"{one.sql} = {each}.{quote_identifier(columns[one.name])}" for one in ranking.groups]
    if condition:
        alone = select.fields["whereClause"].get("BoolExpr", {}).get("boolop") != "OR_EXPR"
        terms.append(condition if alone else f"({condition})")
    targets = [_target(query, ranking, one, shown=shown) for one in select.targets]
    kept = ", ".join(one for one in targets if one)
    text = (
        f"SELECT {top}.* FROM {groups} CROSS JOIN LATERAL (SELECT {kept} {source} WHERE {' AND '.join(terms)} "
        f"ORDER BY {ranking.order} LIMIT {bound}) {top}"
    )
    names = ", ".join(one.sql for one in ranking.groups)
    why = f"no two rows of a group are equal in ({ranking.order}), and {names} is never NULL there"
    return text, f"{why}; the foreign key finds each group once in {parent[0]}" if parent else why


def _parent(query: Statement, ranking: _Ranking) -> tuple[str, dict[str, str]] | None:
    """(a table that holds every group once, its column for each of the groups'), where a foreign key leads to it."""
    schema = query.schema
    for key in sure_foreign_keys(ranking.table):
        target = schema.table(key.target)
        if target is None or set(key.columns) != {one.name for one in ranking.groups} or target.row_security:
            continue
        if any(one.inherits == (target.name,) for one in schema.tables):
            continue
        columns = [ranking.table.column(one) for one in key.columns]
        columns += [target.column(one) for one in key.target_columns]
        if any(one is None or one.collation is not None for one in columns):  # what is equal there may differ here
            continue
        return _written(query, ranking, target), dict(zip(key.columns, key.target_columns, strict=True))
    return None


def _written(query: Statement, ranking: _Ranking, target: Table) -> str:
    """The name of a table: without its schema where the query finds the other table of that schema so."""
    (relation,) = ranking.select.relations.values()
    name = quote_identifier(target.name.name)
    others = [*(one.name for one in query.schema.tables), *(one.name for one in query.schema.views)]
    alone = sum(one.name == target.name.name for one in others) == 1 and target.name.name not in query.ctes
    if alone and not relation.node.get("schemaname") and target.name.schema == ranking.table.name.schema:
        return name
    return f"{quote_identifier(target.name.schema)}.{name}"


def _target(query: Statement, ranking: _Ranking, target: Piece, *, shown: bool) -> str:
    """A target within its group; "" for the number that nobody sees."""
    if target.span != ranking.rank.span:
        return query.slice(target.span)
    return f"row_number() OVER (ORDER BY {ranking.order}) AS {quote_identifier(target.name)}" if shown else ""
