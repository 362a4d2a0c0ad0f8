"""What a query gives: too much of it, in no order, or made unique for want of a better join."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.sql.levels import (
    Item,
    Level,
    bare,
    comparison,
    function,
    is_null,
    number_of,
    set_operations,
    terms,
    text_of,
    unique_keys,
)
from dbarchitect.sql.tree import Node, strings, walk

from .pattern import Sight, base, found, pattern, shown

_LONG = frozenset(("json", "jsonb", "bytea", "xml", "tsvector"))
_TOASTED = 2000  # bytes: TOAST_TUPLE_THRESHOLD, past which values are stored out of line
_MANY_COLUMNS = 30  # of which a caller is unlikely to read all
_FAR = 1000  # rows that are read and thrown away before the first one is given


@pattern("select-star")
def select_star(sight: Sight) -> Iterator[QueryFinding]:
    """SELECT * of a wide table: values that are stored out of line are fetched and unpacked one by one, and no index
    alone can answer. With a schema it is said only of tables that are wide. Quiet for count(*), inside EXISTS, and of
    subqueries, whose columns are listed."""
    for level in sight.statement.levels:
        if level.kind != "select" or level.role not in ("top", "arm"):
            continue
        for target in level.fields.get("targetList", ()):
            reference = target.get("ResTarget", {}).get("val", {}).get("ColumnRef", {})
            if not any("A_Star" in one for one in reference.get("fields", ())):
                continue
            names = strings(reference.get("fields"))
            named = [one for one in level.items.values() if not names or one.alias == names[-1]]
            for item in named if sight.schema is not None else named[:1]:
                if item.named is not None:
                    yield from _star(sight, reference.get("location", 0), item)


def _star(sight: Sight, location: int, item: Item) -> Iterator[QueryFinding]:
    table = item.table
    if table is None:
        if sight.schema is None:
            yield found(
                sight, location, "every column is read, whichever are used", "name the columns",
                severity=Severity.INFO, unless="the table is narrow, or all of it is used",
            )  # fmt: skip
        return
    widths = {one.name: found_.average_width for one in table.columns if (found_ := sight.statistics(table, one.name))}
    long = [
        one.name
        for one in table.columns
        if (base(one) in _LONG and widths.get(one.name, _TOASTED) >= _TOASTED / 10)
        or widths.get(one.name, 0) >= _TOASTED / 2
    ]
    total = sum(widths.values())
    if not long and total < _TOASTED and len(table.columns) < _MANY_COLUMNS:
        return
    what = f"{len(table.columns)} columns" + (f", {total:,} bytes a row on average" if widths else "")
    rest = f", of them {', '.join(long[:3])}, which may be stored out of line" if long else ""
    yield found(
        sight, location, f"* reads {what} of {shown(table)}{rest}", "name the columns that are used",
        unless="all of them are used", columns=len(table.columns), bytes=total,
    )  # fmt: skip


@pattern("large-offset")
def large_offset(sight: Sight) -> Iterator[QueryFinding]:
    """OFFSET n reads n rows and throws them away. From the last row of the page before (keyset) the next one is found
    by an index. Quiet for small offsets and parameters."""
    for level in sight.statement.levels:
        count = number_of(level.fields.get("limitOffset"))
        if count is not None and count >= _FAR:
            yield found(
                sight, level.fields["limitOffset"], f"OFFSET reads {count:,.0f} rows and throws them away",
                "go on from the keys of the last row: `dba query keyset` writes such pages, with their index",
                rows=count,
            )  # fmt: skip


@pattern("order-by-random")
def order_by_random(sight: Sight) -> Iterator[QueryFinding]:
    """ORDER BY random() sorts the whole table to take a few rows of it. Quiet for small tables and for what TABLESAMPLE
    made small."""
    for level in sight.statement.levels:
        sampled = any(kind == "RangeTableSample" for kind, _ in level.nodes("fromClause"))
        tables = [one for one in level.items.values() if one.named is not None]
        if sampled or not tables or all(sight.small(one.table) for one in tables):
            continue
        for one in level.fields.get("sortClause", ()):
            name, _ = function(one.get("SortBy", {}).get("node"))
            if name in ("random", "gen_random_uuid", "uuid_generate_v4"):
                yield found(
                    sight, one["SortBy"]["node"], f"ORDER BY {name}() reads and sorts all of {tables[0].alias}",
                    "TABLESAMPLE, or a random key: WHERE id >= $random ORDER BY id LIMIT n",
                    unless="few rows pass the conditions",
                )  # fmt: skip


@pattern("limit-without-order")
def limit_without_order(sight: Sight) -> Iterator[QueryFinding]:
    """LIMIT without ORDER BY: which rows come is chance, and pages overlap. Quiet for a row by its key, for aggregates,
    for constants (does any row exist), inside EXISTS and over an ordered subquery."""
    for level in sight.statement.levels:
        limit, offset = level.fields.get("limitCount"), level.fields.get("limitOffset")
        if level.kind != "select" or (limit is None and offset is None) or level.fields.get("sortClause"):
            continue
        if limit is not None and is_null(limit) and offset is None:  # LIMIT ALL
            continue
        ordered = any(one.level is not None and one.level.fields.get("sortClause") for one in level.items.values())
        tables = [one for one in level.items.values() if one.named is not None]
        if not tables or ordered or level.role in ("exists", "in") or level.one_row or level.by_key():
            continue
        if _constants_only(level):
            continue
        what = (
            "pages overlap and leave rows out"
            if offset is not None and number_of(offset) != 0
            else "which rows come is chance"
        )
        yield found(
            sight, limit or offset or 0, f"LIMIT without ORDER BY: {what}", "ORDER BY a unique key",
            severity=Severity.WARNING if offset is not None else Severity.INFO, unless="any rows will do",
        )  # fmt: skip


def _constants_only(level: Level) -> bool:
    return all("A_Const" in bare(one) or "ParamRef" in bare(one) for one in level.targets)


@pattern("count-for-existence")
def count_for_existence(sight: Sight) -> Iterator[QueryFinding]:
    """`(SELECT count(*) ...) > 0` counts all rows to learn whether there is one. EXISTS stops at the first. Quiet for
    other numbers."""
    for level in sight.statement.levels:
        for kind, fields in level.nodes():
            made = comparison({kind: fields}) if kind == "A_Expr" else None
            for side, other, operator in (
                ((made[1], made[2], made[0]), (made[2], made[1], _FLIPPED.get(made[0], made[0]))) if made else ()
            ):
                link = bare(side).get("SubLink", {})
                if link.get("subLinkType") != "EXPR_SUBLINK" or (operator, number_of(other)) not in _EXISTENCE:
                    continue
                below = next((one for held, one in level.links if held is link), None)
                targets = below.targets if below is not None else []
                name, arguments = function(targets[0]) if len(targets) == 1 else ("", [])
                if name != "count" or below is None or below.fields.get("groupClause"):
                    continue
                negated = (operator, number_of(other)) in _ABSENCE
                some = " with that column not NULL" if arguments else ""
                yield found(
                    sight, {kind: fields}, "all rows are counted to learn whether there is one",
                    f"{'NOT ' if negated else ''}EXISTS (SELECT 1 ...){some}",
                )  # fmt: skip


_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_ABSENCE = frozenset((("=", 0.0), ("<", 1.0), ("<=", 0.0)))
_EXISTENCE = frozenset(((">", 0.0), (">=", 1.0), ("<>", 0.0), ("!=", 0.0))) | _ABSENCE


@pattern("distinct-over-join")
def distinct_over_join(sight: Sight) -> Iterator[QueryFinding]:
    """SELECT DISTINCT over a join with a table that gives no column: the join multiplies rows and DISTINCT sorts them
    away again; EXISTS does not make them. Quiet where the table is joined by its unique key, and for DISTINCT ON."""
    for level in sight.statement.levels:
        if level.fields.get("distinctClause") != [{}] or len(level.items) < 2:
            continue
        given = level.used([level.fields.get("targetList"), level.fields.get("sortClause")])
        stars = any(kind == "A_Star" for kind, _ in walk([level.fields.get("targetList")]))
        if given is None or stars:
            continue
        for item in level.items.values():
            if item.alias in given or item.named is None or _joined_by_key(level, item):
                continue
            yield found(
                sight, item.location, f"DISTINCT undoes what the join with {item.alias} multiplies: it gives no column",
                f"WHERE EXISTS (SELECT 1 FROM {item.named.short} ...) in place of the join",
                unless=f"at most one row of {item.alias} fits",
            )  # fmt: skip


def _joined_by_key(level: Level, item: Item) -> bool:
    if item.table is None:
        return False
    fixed: set[str] = set()
    for term in level.conditions:
        made = comparison(term)
        for side, other in ((made[1], made[2]), (made[2], made[1])) if made and made[0] == "=" else ():
            own = level.find(side)
            used = level.used(other)
            if own is not None and own[0] is item and used is not None and item.alias not in used:
                fixed.add(own[1])
    return any(set(key) <= fixed for key in unique_keys(item.table))


@pattern("union-for-union-all")
def union_for_union_all(sight: Sight) -> Iterator[QueryFinding]:
    """UNION of arms that differ in a constant column: no row of one equals a row of the other, and still all are sorted
    or hashed to find out. Quiet for arms that may give the same rows."""
    for one in set_operations(sight.statement.root):
        if one.get("op") != "SETOP_UNION" or one.get("all"):
            continue
        first, second = _constants(one["larg"]), _constants(one["rarg"])
        differing = [place for place in first.keys() & second.keys() if not first[place] & second[place]]
        if differing:
            yield found(
                sight, cast(Node, one["rarg"]),
                f"the arms of the UNION have constants that differ in column {min(differing) + 1}",
                "UNION ALL", severity=Severity.INFO, unless="an arm gives equal rows of its own that are to be one",
            )  # fmt: skip


def _constants(arm: Node) -> dict[int, set[str]]:
    """The constants that a column has in all arms, by its place."""
    if arm.get("op", "SETOP_NONE") != "SETOP_NONE":
        first, second = _constants(arm.get("larg", {})), _constants(arm.get("rarg", {}))
        return {place: first[place] | second[place] for place in first.keys() & second.keys()}
    found_: dict[int, set[str]] = {}
    listed = cast("list[Node]", arm.get("targetList", []))
    for place, one in enumerate(listed):
        value = one.get("ResTarget", {}).get("val")
        text = text_of(value)
        number = number_of(value)
        if text is not None or number is not None:
            found_[place] = {text if text is not None else str(number)}
    return found_


@pattern("subquery-per-row")
def subquery_per_row(sight: Sight) -> Iterator[QueryFinding]:
    """A subquery in the SELECT list that computes an aggregate for the row at hand runs once for each row. A join with
    the grouped table runs once. Quiet where LIMIT or a key leaves few rows, and for subqueries that do not depend on
    the row."""
    for level in sight.statement.levels:
        if level.kind != "select" or level.fields.get("limitCount") or level.by_key():
            continue
        if not any(one.named is not None and not sight.small(one.table) for one in level.items.values()):
            continue
        targets = [fields for kind, fields in level.nodes("targetList") if kind == "SubLink"]
        for link, below in level.links:
            if not any(link is one for one in targets) or below.role != "scalar" or not below.one_row:
                continue
            tables = [one for one in below.items.values() if one.named is not None]
            if not tables or all(sight.small(one.table) for one in tables) or not _depends(below, level):
                continue
            yield found(
                sight, link.get("location", 0), f"the subquery on {tables[0].alias} runs once for each row",
                "LEFT JOIN (SELECT key, aggregate ... GROUP BY key), with COALESCE(count, 0)",
                unless="few rows are given, and an index finds theirs",
            )  # fmt: skip


def _depends(below: Level, level: Level) -> bool:
    for term in terms(below.fields.get("whereClause")):
        for kind, fields in walk([term]):
            item = below.find({kind: fields}) if kind == "ColumnRef" else None
            if item is not None and level.items.get(item[0].alias) is item[0]:
                return True
    return False
