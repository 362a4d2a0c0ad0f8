"""Conditions that an index cannot serve although the column has, or could have, one."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.model.schema import Column, Table
from dbarchitect.sql.conditions import unqualified
from dbarchitect.sql.levels import Level, bare, comparison, function, has_columns, number_of, text_of
from dbarchitect.sql.parse import expression_tree, printed_tree
from dbarchitect.sql.tree import Node, strings, walk

from .pattern import FRACTIONS, INTEGERS, TEXTS, Sight, base, column_name, found, pattern, shown

_COMPARED = frozenset(("=", "<", ">", "<=", ">=", "BETWEEN", "~~", "~~*"))
_SILENT_CASTS = frozenset(("text", "varchar", "bpchar"))  # of a text column, where they change nothing


def _conditions(sight: Sight) -> Iterator[tuple[Level, Node]]:
    """Every condition of WHERE and ON, also inside OR; not those that are negated as a whole."""
    for level in sight.statement.levels:
        stack = list(reversed(level.conditions))
        while stack:
            one = stack.pop()
            boolean = one.get("BoolExpr", {})
            if boolean.get("boolop") in ("OR_EXPR", "AND_EXPR"):
                stack += reversed(boolean.get("args", []))
            elif not boolean:
                yield level, one


@pattern("leading-wildcard")
def leading_wildcard(sight: Sight) -> Iterator[QueryFinding]:
    """LIKE '%x': no B-tree finds a text by its middle or its end. A trigram index does (pg_trgm), or for whole words a
    text search. Quiet where such an index is there, and for small tables."""
    for level, term in _conditions(sight):
        made = comparison(term)
        if made is None or made[0] not in ("~~", "~~*"):
            continue
        head = _first_text(made[2])
        if head is None or head[:1] not in ("%", "_") or not column_name(made[1]):
            continue
        known = level.column(bare(made[1]))
        if known is not None and (sight.small(known[0]) or _has_trigrams(known[0], known[1].name)):
            continue
        name = column_name(made[1])
        table = shown(known[0]) if known else "the table"
        sql = (f"CREATE INDEX CONCURRENTLY ON {known[0].name} USING gin ({name} gin_trgm_ops)",) if known else ()
        yield found(
            sight, term, f"{name} is searched for {head!r}: all of {table} is read, no B-tree starts in the middle",
            "a trigram index (pg_trgm) serves it; for whole words a text search, for ends an index on reverse()",
            unless="other conditions leave few rows", sql=sql,
        )  # fmt: skip


def _first_text(node: Node) -> str | None:
    """The text that a pattern begins with, as far as it stands in the query."""
    made = bare(node)
    while made.get("A_Expr", {}).get("kind") == "AEXPR_OP" and strings(made["A_Expr"].get("name")) == ["||"]:
        made = bare(made["A_Expr"].get("lexpr", {}))
    name, arguments = function(made)
    return _first_text(arguments[0]) if name == "concat" and arguments else text_of(made)


def _has_trigrams(table: Table, column: str) -> bool:
    return any(
        key.opclass is not None
        and key.opclass.name in ("gin_trgm_ops", "gist_trgm_ops")
        and column in (key.column, *(key.expression or "").replace("(", " ").replace(")", " ").split())
        for index in table.indexes
        for key in index.keys
    )


@pattern("function-on-column")
def function_on_column(sight: Sight) -> Iterator[QueryFinding]:
    """`date_trunc('day', at) = x`, `at::date = x`, `price * 2 > x`: an index on the column holds other values than the
    condition asks for, and the planner guesses how many rows it lets through. Quiet where an index is on that very
    expression, where both sides have columns (a join), and for small tables."""
    for level, term in _conditions(sight):
        made = comparison(term)
        if made is None or made[0] not in _COMPARED or term["A_Expr"].get("kind") == "AEXPR_DISTINCT":
            continue
        for side, other in ((made[1], made[2]), (made[2], made[1])):
            if has_columns(other) or not has_columns(side):
                continue
            computed = _computed(level, side)
            if computed is None:
                continue
            known, column, what = computed
            table = known[0] if known else None
            if table is not None and (sight.small(table) or sight.indexed(table, side)):
                continue
            name = column_name(column)
            there = [one.name.name for one in sight.indexes_on(table, name)] if table is not None else []
            expression = printed_tree(unqualified(side))
            rest = f": its index {there[0]} is of no use here" if there else ""
            yield found(
                sight, side, f"{name} is compared through {what}, {expression}{rest}",
                _without(what, side), severity=Severity.WARNING if there or table is None else Severity.INFO,
                sql=_index_on(known, expression),
                unless="other conditions leave few rows", indexed_column=name,
            )  # fmt: skip


def _computed(level: Level, side: Node) -> tuple[tuple[Table, Column] | None, Node, str] | None:
    """(the column as the schema has it, as it is written, what is done to it) of an expression over one column; None
    for what an index could serve."""
    columns = [{kind: fields} for kind, fields in walk([side]) if kind == "ColumnRef"]
    if len(columns) != 1 or any(kind == "SubLink" for kind, _ in walk([side])):
        return None
    item = level.find(columns[0])
    if item is None or item[0].named is None or level.items.get(item[0].alias) is not item[0]:
        return None
    known = level.column(columns[0])
    name, arguments = function(side)
    if name:
        if not any(column_name(one) for one in arguments) and not any(has_columns(one) for one in arguments):
            return None
        return known, columns[0], f"{name}()"
    if "TypeCast" in side:
        kind = (strings(side["TypeCast"].get("typeName", {}).get("names")) or [""])[-1]
        if kind in _SILENT_CASTS and (known is None or base(known[1]) in TEXTS) and _is_plain(side):
            return None  # a varchar that is read as text
        return known, columns[0], f"a cast to {kind}"
    if "CoalesceExpr" in side:
        return known, columns[0], "COALESCE"
    operator = (strings(side.get("A_Expr", {}).get("name")) or [""])[-1]
    if operator in ("+", "-", "*", "/", "%", "||") and side["A_Expr"].get("kind") == "AEXPR_OP":
        return known, columns[0], f"the operator {operator}"
    return None


# What gives the same always, whatever the session's settings: an index can be on it.
_IMMUTABLE = frozenset((
    "lower", "upper", "left", "right", "abs", "length", "char_length", "btrim", "ltrim", "rtrim", "substr", "substring",
    "replace", "reverse", "md5", "round", "floor", "ceil", "trunc", "date_trunc", "date_part", "extract",
))  # fmt: skip


def _index_on(known: tuple[Table, Column] | None, expression: str) -> tuple[str, ...]:
    """The index that serves the expression as it is; none where the server may not take it."""
    if known is None:
        return ()
    table, column = known
    node = expression_tree(expression)
    names = {(strings(fields.get("funcname")) or [""])[-1] for kind, fields in walk([node]) if kind == "FuncCall"}
    others = any(kind in ("TypeCast", "SQLValueFunction", "ParamRef") for kind, _ in walk([node]))
    number = base(column) in INTEGERS | FRACTIONS
    timed = base(column) in ("timestamptz", "timetz") or (
        not number and base(column) not in (*TEXTS, "timestamp", "date")
    )
    if others or timed or not names <= _IMMUTABLE:
        return ()
    return (f"CREATE INDEX CONCURRENTLY ON {table.name} (({expression}))",)


def _is_plain(side: Node) -> bool:
    return "ColumnRef" in bare(side)


def _without(what: str, side: Node) -> str:
    name, _ = function(side)
    if name in ("date_trunc", "date_part", "extract", "to_char") or what in ("a cast to date", "date()"):
        return "compare the column itself with both ends: at >= start AND at < end; else index the expression"
    if name in ("lower", "upper"):
        return f"an index on {name}() of the column, or the type citext or a nondeterministic collation"
    if what == "COALESCE":
        return "write the NULL case as a condition of its own (OR column IS NULL), or index the expression"
    if what in ("the operator +", "the operator -", "the operator *", "the operator /"):
        return "take the arithmetic to the other side, away from the column"
    if what.startswith("a cast"):
        return "cast the value, not the column; else index the expression"
    return "compare the column itself, or index the expression"


@pattern("other-type")
def other_type(sight: Sight) -> Iterator[QueryFinding]:
    """`id = 5.0` of an integer column, or a join of an integer with a numeric column: the integer is cast for each row,
    and its index is not used. Text constants take the column's type and do no harm."""
    for level, term in _conditions(sight):
        made = comparison(term)
        if made is None or made[0] not in ("=", "<", ">", "<=", ">="):
            continue
        for side, other in ((made[1], made[2]), (made[2], made[1])):
            known = level.column(side)
            if known is None or base(known[1]) not in INTEGERS or sight.small(known[0]):
                continue
            kind = _type_of(level, other)
            if kind not in FRACTIONS:
                continue
            there = [one.name.name for one in sight.indexes_on(known[0], known[1].name)]
            rest = f": the index {there[0]} is not used" if there else ""
            yield found(
                sight, side, f"{known[1].name} is {known[1].type.sql} and is compared with {kind}{rest}",
                f"give a value of type {known[1].type.sql}, or cast the other side to it",
                severity=Severity.WARNING if there else Severity.INFO, unless="fractions have to be compared",
            )  # fmt: skip


def _type_of(level: Level, node: Node) -> str:
    known = level.column(node)
    if known is not None:
        return base(known[1])
    if "TypeCast" in node:
        return (strings(node["TypeCast"].get("typeName", {}).get("names")) or [""])[-1]
    if number_of(node) is not None and "fval" in node.get("A_Const", {}):
        return "" if "." not in node["A_Const"]["fval"].get("fval", "") else "numeric"
    return ""


@pattern("json-arrow")
def json_arrow(sight: Sight) -> Iterator[QueryFinding]:
    """`doc ->> 'k' = 'v'` where a GIN index is on doc: that index answers `@>`, not `->>`. Quiet without such an index
    and with an index on the expression."""
    for level, term in _conditions(sight):
        made = comparison(term)
        if made is None or made[0] != "=" or has_columns(made[2]):
            continue
        inner = comparison(bare(made[1]))
        known = level.column(inner[1]) if inner is not None and inner[0] == "->>" else None
        if inner is None or known is None or sight.indexed(known[0], made[1]):
            continue
        gin = [one for one in sight.indexes_on(known[0], known[1].name) if one.method == "gin"]
        key, value = text_of(inner[2]), text_of(made[2])
        if not gin or key is None:
            continue
        contained = f'{{"{key}": "{value}"}}' if value is not None else f'{{"{key}": ...}}'
        yield found(
            sight, term, f"{known[1].name} ->> {key!r} is compared, and the index {gin[0].name.name} serves only @>",
            f"{known[1].name} @> '{contained}' uses it; else an index on the expression",
            unless="the value is a number or boolean in the document: then @> needs it without quotes",
            sql=(f"CREATE INDEX CONCURRENTLY ON {known[0].name} (({printed_tree(unqualified(bare(made[1])))}))",),
        )  # fmt: skip


@pattern("not-distinct")
def not_distinct(sight: Sight) -> Iterator[QueryFinding]:
    """`a IS NOT DISTINCT FROM x` on an indexed column: no index serves it. With a value that is not NULL it is `=`.
    Quiet without an index, and between two columns of joined tables only where neither has one."""
    for level, term in _conditions(sight):
        if term.get("A_Expr", {}).get("kind") != "AEXPR_NOT_DISTINCT":
            continue
        made = comparison(term)
        for side in (made[1], made[2]) if made else ():
            known = level.column(side)
            if known is None or sight.small(known[0]):
                continue
            there = sight.indexes_on(known[0], known[1].name)
            if there:
                yield found(
                    sight, term, f"IS NOT DISTINCT FROM on {known[1].name} does not use its index {there[0].name.name}",
                    f"{known[1].name} = x where x is not NULL, {known[1].name} IS NULL where it is",
                )  # fmt: skip
                break


@pattern("naive-now")
def naive_now(sight: Sight) -> Iterator[QueryFinding]:
    """A timestamp without time zone that is compared with now(): what it means depends on the session's TimeZone, and
    differs by hours between two clients. Quiet for timestamptz, localtimestamp, and now() AT TIME ZONE."""
    for level, term in _conditions(sight):
        made = comparison(term)
        for side, other in ((made[1], made[2]), (made[2], made[1])) if made else ():
            known = level.column(side)
            if known is None or base(known[1]) != "timestamp" or not _now(other):
                continue
            yield found(
                sight, term, f"{known[1].name} has no time zone and is compared with now(): the session's zone decides",
                f"make {known[1].name} timestamptz, or compare with now() AT TIME ZONE 'UTC' if it holds UTC",
                severity=Severity.INFO, unless="all sessions have the zone that the values are in",
            )  # fmt: skip


_MOMENTS = frozenset(("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp"))


def _now(node: Node) -> bool:
    """Whether a moment with a time zone is in it, and none that was given a zone."""
    zoned = any(kind == "FuncCall" and strings(f.get("funcname"))[-1:] == ["timezone"] for kind, f in walk([node]))
    if zoned:
        return False
    return any(
        (kind == "FuncCall" and strings(fields.get("funcname"))[-1] in _MOMENTS)
        or (kind == "SQLValueFunction" and fields.get("op", "").startswith("SVFOP_CURRENT_TIMESTAMP"))
        for kind, fields in walk([node])
    )  # fmt: skip


@pattern("between-timestamps")
def between_timestamps(sight: Sight) -> Iterator[QueryFinding]:
    """BETWEEN two days on a timestamp: the last day counts only up to midnight, or with 23:59:59 loses its last second.
    A half-open range says it. Quiet for dates and numbers."""
    for level, term in _conditions(sight):
        made = comparison(term)
        if made is None or term["A_Expr"].get("kind") != "AEXPR_BETWEEN":
            continue
        ends = made[2].get("List", {}).get("items", [])
        last = text_of(ends[1]) if len(ends) == 2 else None
        if last is None:
            continue
        column = level.column(made[1])
        day, _, time = last.strip().replace("T", " ").partition(" ")
        dated = len(day) == 10 and day[4] == day[7] == "-"
        if not dated or not (_is_moment(column) if column else "23:59:59" in time):
            continue
        if time and not time.startswith(("00:00", "23:59")):
            continue
        what = f"up to midnight of {day}" if not time.startswith("23:59") else "but not what falls in its last second"
        yield found(
            sight, term, f"BETWEEN on a timestamp takes the last day {what}",
            "write >= the first day AND < the day after the last", unless="exactly that moment is meant",
        )  # fmt: skip


def _is_moment(known: tuple[Table, Column]) -> bool:
    return base(known[1]) in ("timestamp", "timestamptz")
