"""Conditions that mean something else than what their author is likely to have meant."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.model.schema import Column, NotNull, PrimaryKey, Table
from dbarchitect.sql.levels import Item, Level, comparison, has_aggregate, is_null, terms
from dbarchitect.sql.tree import Node, strings, walk

from .pattern import Sight, column_name, found, pattern, shown

_LONG_LIST = 100  # MAX_SAOP_ARRAY_SIZE (predtest.c): of longer lists the planner proves nothing


@pattern("null-comparison")
def null_comparison(sight: Sight) -> Iterator[QueryFinding]:
    """`x = NULL` and `x <> NULL` are never true. Quiet for `SET x = NULL` and IS NULL."""
    for level in sight.statement.levels:
        for kind, fields in level.nodes():
            if kind != "A_Expr" or fields.get("kind") != "AEXPR_OP":
                continue
            operator = (strings(fields.get("name")) or [""])[-1]
            sides = (fields.get("lexpr"), fields.get("rexpr"))
            if operator in ("=", "<>", "!=") and any(one and is_null(one) for one in sides):
                better = "IS NULL" if operator == "=" else "IS NOT NULL"
                yield found(
                    sight, {kind: fields}, f"{operator} NULL is never true: no row passes", better,
                    severity=Severity.ERROR,
                )  # fmt: skip


@pattern("not-in-nullable")
def not_in_nullable(sight: Sight) -> Iterator[QueryFinding]:
    """`NOT IN (SELECT c ...)`: one NULL among the c, and no row passes at all. Quiet where c is declared NOT NULL
    or the subquery asks for `c IS NOT NULL`."""
    for level in sight.statement.levels:
        for kind, fields in level.nodes():
            inner = fields.get("args", [{}])[0].get("SubLink") if fields.get("boolop") == "NOT_EXPR" else None
            if kind != "BoolExpr" or not inner or inner.get("subLinkType") != "ANY_SUBLINK":
                continue
            if inner.get("operName"):  # NOT (x > ANY (...))
                continue
            below = next((one for link, one in level.links if link is inner), None)
            targets = below.targets if below is not None else []
            target = targets[0] if targets else None
            if below is None or target is None or _never_null(below, target):
                continue
            name = column_name(target) or "what it gives"
            yield found(
                sight, inner.get("testexpr") or {kind: fields},
                f"NOT IN gives no row at all as soon as {name} of the subquery is NULL once",
                "NOT EXISTS (SELECT 1 FROM ... WHERE inner = outer), or WHERE ... IS NOT NULL in the subquery",
                unless=f"{name} is never NULL",
            )  # fmt: skip


def _never_null(level: Level, node: Node) -> bool:
    if "A_Const" in node:
        return not is_null(node)
    if has_aggregate(node) and column_name(node) == "":
        name = (strings(node.get("FuncCall", {}).get("funcname")) or [""])[-1]
        return name == "count"
    known = level.column(node)
    if known is not None and not _optional(level, level.find(node)) and _not_null(*known):
        return True
    name = column_name(node)
    for term in terms(level.fields.get("whereClause")):
        test = term.get("NullTest", {})
        if test.get("nulltesttype") == "IS_NOT_NULL" and column_name(test.get("arg", {})) == name != "":
            return True
    return False


def _optional(level: Level, item: tuple[Item, str] | None) -> bool:
    """Whether an outer join may leave a column without a value: any outer join counts."""
    return item is None or any(
        kind == "JoinExpr" and fields.get("jointype", "JOIN_INNER") != "JOIN_INNER"
        for kind, fields in level.nodes("fromClause")
    )


def _not_null(table: Table, column: Column) -> bool:
    return column.not_null or any(
        isinstance(one, NotNull | PrimaryKey) and column.name in one.columns for one in table.constraints
    )


@pattern("cross-join")
def cross_join(sight: Sight) -> Iterator[QueryFinding]:
    """Tables with a comma between that no condition joins: every row of the one with every row of the other. Quiet for
    CROSS JOIN, which says so, for LATERAL and functions, and for what gives a single row."""
    for level in sight.statement.levels:
        listed = [*level.fields.get("fromClause", []), *level.fields.get("usingClause", [])]
        names = [_names(one) for one in listed]
        if level.kind != "select":
            names.insert(0, [next(iter(level.items), "")])
        if len(names) < 2:
            continue
        groups: list[set[str]] = [set(one) for one in names]
        sure = True
        for term in _all_terms(level):
            used = level.used(term)
            if used is None:
                sure = False
                break
            groups = _joined(groups, used)
        if not sure:
            continue
        apart = [group for group in groups if not all(_single(level.items.get(name)) for name in group)]
        if len(apart) > 1:
            shown_names = sorted(next(iter(sorted(group))) for group in apart)
            item = level.items.get(shown_names[-1])
            yield found(
                sight, item.location if item else 0,
                f"no condition joins {shown_names[0]} and {shown_names[1]}: each row of one meets each of the other",
                "add the condition that joins them; CROSS JOIN says that it is meant", severity=Severity.WARNING,
            )  # fmt: skip


def _names(item: Node) -> list[str]:
    kind, fields = next(iter(item.items()))
    if kind == "JoinExpr":
        return [*_names(fields["larg"]), *_names(fields["rarg"])]
    return [fields.get("alias", {}).get("aliasname", "") or fields.get("relname", "") or f"?{id(fields)}"]


def _all_terms(level: Level) -> Iterator[Node]:
    yield from level.conditions
    for name, item in level.items.items():
        if item.within and item.level is not None:  # what a LATERAL uses it is joined with
            own: Node = {"ColumnRef": {"fields": [{"String": {"sval": name}}, _STAR]}}
            yield {"List": {"items": [item.level.fields, own]}}


_STAR: Node = {"String": {"sval": "*"}}


def _joined(groups: list[set[str]], used: set[str]) -> list[set[str]]:
    touched = [one for one in groups if one & used]
    rest = [one for one in groups if not one & used]
    return [*rest, set[str]().union(*touched)] if touched else rest


def _single(item: Item | None) -> bool:
    """Whether an item gives one row, or as many as what stands before it says."""
    if item is None or item.within:
        return True
    return item.level is not None and item.level.one_row


@pattern("or-across-tables")
def or_across_tables(sight: Sight) -> Iterator[QueryFinding]:
    """OR between conditions on different tables: neither can be used before the tables are joined, so all of both are
    read. Quiet for an OR over one table."""
    for level in sight.statement.levels:
        for term in level.conditions:
            boolean = term.get("BoolExpr", {})
            if boolean.get("boolop") != "OR_EXPR":
                continue
            arms = [level.used(one) for one in boolean.get("args", ())]
            known = [one for one in arms if one is not None and len(one) == 1]
            if len(known) != len(arms) or len(set[str]().union(*known)) < 2:
                continue
            tables = [level.items[name].table for one in known for name in one]
            if any(table is not None and sight.small(table) for table in tables):
                continue
            names = sorted(set[str]().union(*known))
            yield found(
                sight, term, f"OR between conditions on {' and '.join(names)}: neither narrows its table",
                "a UNION of two queries, one with each condition, lets each use its index",
                unless="the tables are small, or few rows are joined",
            )  # fmt: skip


@pattern("long-list")
def long_list(sight: Sight) -> Iterator[QueryFinding]:
    """IN with more than a hundred constants: each length is a statement of its own to pg_stat_statements and to caches
    of plans, and the planner proves nothing from it. One array parameter says the same."""
    for level in sight.statement.levels:
        for kind, fields in level.nodes():
            if kind == "A_Expr" and fields.get("kind") == "AEXPR_IN":
                count = len(fields.get("rexpr", {}).get("List", {}).get("items", ()))
                if count > _LONG_LIST:
                    yield found(
                        sight, {kind: fields}, f"IN with {count:,} values: every length is another statement",
                        "= ANY ($1) with one array as parameter", severity=Severity.INFO, values=count,
                    )  # fmt: skip


@pattern("having-for-where")
def having_for_where(sight: Sight) -> Iterator[QueryFinding]:
    """A condition in HAVING without an aggregate belongs into WHERE: rows are dropped before they are grouped.
    PostgreSQL moves most by itself, not those with volatile functions or grouping sets."""
    for level in sight.statement.levels:
        for term in terms(level.fields.get("havingClause")):
            asks = any(kind in ("SubLink", "GroupingFunc") for kind, _ in walk([term]))
            if not asks and not has_aggregate(term) and any(kind == "ColumnRef" for kind, _ in walk([term])):
                yield found(
                    sight, term, "HAVING asks something of single rows, after all of them were grouped",
                    "move the condition into WHERE", severity=Severity.INFO,
                )  # fmt: skip


@pattern("write-without-where")
def write_without_where(sight: Sight) -> Iterator[QueryFinding]:
    """UPDATE or DELETE without WHERE changes every row. Quiet with any condition."""
    for level in sight.statement.levels:
        if level.kind == "select" or level.fields.get("whereClause"):
            continue
        item = next(iter(level.items.values()))
        rows = sight.rows(item.table)
        count = f" ({rows:,.0f} rows)" if rows else ""
        name = shown(item.table) if item.table is not None else item.alias
        advice = "TRUNCATE is meant" if level.kind == "delete" else "every row is meant: then in batches"
        yield found(
            sight, item.location, f"{level.kind.upper()} without WHERE: all of {name}{count}",
            f"add the condition, unless {advice}", severity=Severity.ERROR,
        )  # fmt: skip


@pattern("text-as-interval")
def text_as_interval(sight: Sight) -> Iterator[QueryFinding]:
    """`(n || ' days')::interval`, `(y || '-01-01')::date`: text is made and read again for each row, fails on what is
    not a date, and depends on DateStyle. Quiet for constants and for n * interval '1 day'."""
    for level in sight.statement.levels:
        for kind, fields in level.nodes():
            if kind != "TypeCast":
                continue
            target = (strings(fields.get("typeName", {}).get("names")) or [""])[-1]
            made = comparison(fields.get("arg", {}))
            if target not in ("interval", "date", "timestamp", "timestamptz") or made is None or made[0] != "||":
                continue
            better = (
                "n * interval '1 day', or make_interval(days => n)" if target == "interval" else "make_date(y, m, d)"
            )
            yield found(
                sight, {kind: fields}, f"{target} is read from text that is put together for it",
                better, severity=Severity.INFO,
            )  # fmt: skip
