"""Findings on conditions that no index can answer as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.explain import PlanNode
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.sql.conditions import Term

from .design import terms_on
from .reading import Reading, Spot, quoted
from .rule import LEAST_SHARE, count, found, rule

_COMPARED = frozenset(("=", "in", "<", ">", "<=", ">="))
_ON_DATES = re.compile(r"^\(*(?:date_trunc|date_part|extract|to_char|date)\s*\(|^\(*\(?\w+\)?::date\b", re.IGNORECASE)
_CALL = re.compile(r"^\(*(?P<function>[a-z_][\w.]*)\s*\(", re.IGNORECASE)
_CAST = re.compile(
    r"^(?:CAST\()?\(*\"?(?P<column>\w+)\"?\)*(?:::| AS )"
    r"(?P<type>numeric|double precision|real|text|bigint|integer|float8)\b",
    re.IGNORECASE,
)
_SAME = re.compile(r"\(NOT \((?:[^()]|\([^()]*\))* IS DISTINCT FROM ")  # as EXPLAIN prints IS NOT DISTINCT FROM
_JSON = re.compile(r"^\(*\"?(?P<column>\w+)\"? ?->>? ?'(?P<key>[^']*)'")


def _wasteful(reading: Reading) -> Iterator[tuple[Spot, float]]:
    """Scans that throw most away by their filter, and take a good part of the time."""
    for spot in reading.of("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan"):
        if not spot.node.filter or spot.share < LEAST_SHARE:
            continue
        removed = spot.removed
        if not reading.executed:
            facts = reading.facts(spot.node)
            removed = (facts.rows or 0.0) - spot.rows if facts is not None and spot.node.type == "Seq Scan" else 0.0
        if removed >= 10_000 and removed >= 9 * spot.rows:
            yield spot, removed


def _saves(spot: Spot, removed: float) -> float:
    return spot.own * removed / max(removed + spot.rows, 1.0)


def _told(spot: Spot, removed: float, text: str) -> str:
    return f"{spot.at} tries {text} on {count(removed + spot.rows)} rows for {count(spot.rows)}"


def _others(reading: Reading, node: PlanNode, term: Term) -> bool:
    """Whether another condition of the same scan could be looked up as it stands."""
    for one in terms_on(reading, node, node.filter):
        if one is not term and one.text != term.text and one.operator in ("=", "in") and one.left and one.left.column:
            return True
    return False


@rule("func-on-column")
def func_on_column(reading: Reading) -> Iterator[QueryFinding]:
    """A function around the column.

    An index on the column does not know the function's values. Of a date, compare the column with a range; else index
    the expression.
    """
    for spot, removed in _wasteful(reading):
        for term in terms_on(reading, spot.node, spot.node.filter):
            left = term.left
            if term.operator not in _COMPARED or left is None or left.column or not left.aliases:
                continue
            if term.right is None or not term.right.constant or _others(reading, spot.node, term):
                continue
            call = _CALL.match(left.text)
            dates = _ON_DATES.match(left.text) is not None
            if (call is None and not dates) or _JSON.match(left.text) or (not dates and _CAST.match(left.text)):
                continue
            index = f"CREATE INDEX CONCURRENTLY ON {reading.name(spot.node)} (({left.text}))"
            yield found(
                reading,
                "func-on-column",
                spot,
                _told(spot, removed, left.text),
                "compare the bare column with a half-open range (col >= start AND col < end), with an index on it"
                if dates
                else f"an index on the expression, ({left.text}); ANALYZE then gathers its statistics too",
                saves=_saves(spot, removed),
                sql=() if dates else (index,),
                facts={"rows_removed": removed, "expression": left.text},
            )
            break


@rule("cast-defeats-index")
def cast_defeats_index(reading: Reading) -> Iterator[QueryFinding]:
    """A column that is cast before it is compared.

    The parameter came as another type (numeric for an integer, text for a number), and so the column is turned into
    that for each row. Cast the parameter.
    """
    for spot, removed in _wasteful(reading):
        for term in terms_on(reading, spot.node, spot.node.filter):
            left = term.left
            if term.operator not in _COMPARED or left is None or left.column or term.right is None:
                continue
            cast = _CAST.match(left.text)
            if cast is None or not term.right.constant or _others(reading, spot.node, term):
                continue
            yield found(
                reading,
                "cast-defeats-index",
                spot,
                _told(spot, removed, left.text),
                f"give the parameter in the column's own type: {quoted([cast['column']])} is cast to "
                f"{cast['type']} for each row, and its index is of no use",
                saves=_saves(spot, removed),
                facts={"rows_removed": removed, "column": cast["column"], "type": cast["type"]},
            )
            break


@rule("leading-wildcard")
def leading_wildcard(reading: Reading) -> Iterator[QueryFinding]:
    """LIKE with a pattern that begins with %, or ILIKE.

    A B-tree knows beginnings only. Trigrams (pg_trgm) find a text inside.
    """
    for spot, removed in _wasteful(reading):
        for term in terms_on(reading, spot.node, spot.node.filter):
            if term.operator not in ("~~", "~~*", "~*", "~") or term.left is None or not term.left.aliases:
                continue
            pattern = term.pattern
            if (
                pattern is None
                or (term.operator == "~~" and pattern[:1] not in "%_")
                or _others(reading, spot.node, term)
            ):
                continue
            if len(pattern.strip("%_^$.*")) < 3:
                continue  # no trigram in it
            key = quoted([term.left.column]) if term.left.column else f"({term.left.text})"
            yield found(
                reading,
                "leading-wildcard",
                spot,
                _told(spot, removed, f"{term.left.text} {term.operator} '{pattern}'"),
                "an index of trigrams (extension pg_trgm) finds a text inside",
                saves=_saves(spot, removed),
                sql=(
                    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                    f"CREATE INDEX CONCURRENTLY ON {reading.name(spot.node)} USING gin ({key} gin_trgm_ops)",
                ),
                facts={"rows_removed": removed, "pattern": pattern},
            )
            break


@rule("like-no-opclass")
def like_no_opclass(reading: Reading) -> Iterator[QueryFinding]:
    """LIKE 'x%' that an index of the column does not answer (needs the catalogue).

    In any collation but C the order of texts is not that of their beginnings; text_pattern_ops orders by bytes.
    """
    for spot, removed in _wasteful(reading):
        table = reading.table(spot.node)
        schema = reading.schema
        if table is None or schema is None or schema.collation in ("C", "POSIX") or schema.locale_provider == "builtin":
            continue
        for term in terms_on(reading, spot.node, spot.node.filter):
            pattern, left = term.pattern, term.left
            if term.operator != "~~" or left is None or not left.column or not pattern or pattern[0] in "%_":
                continue
            own = next((one.collation for one in table.columns if one.name == left.column), None)
            if own is not None and own.name in ("C", "POSIX"):
                continue  # a plain index keeps its beginnings together
            if _others(reading, spot.node, term):
                continue
            yield found(
                reading,
                "like-no-opclass",
                spot,
                _told(spot, removed, f"{left.column} LIKE '{pattern}'"),
                f"an index with text_pattern_ops: the collation {schema.collation} does not keep beginnings together",
                saves=_saves(spot, removed),
                sql=(
                    f"CREATE INDEX CONCURRENTLY ON {reading.name(spot.node)} "
                    f"({quoted([left.column])} text_pattern_ops)",
                ),
                facts={"rows_removed": removed, "pattern": pattern},
            )
            break


@rule("json-arrow")
def json_arrow(reading: Reading) -> Iterator[QueryFinding]:
    """A value taken out of JSON and compared.

    A GIN index on the document answers @> and ?, not ->>. An index on the expression does.
    """
    for spot, removed in _wasteful(reading):
        for term in terms_on(reading, spot.node, spot.node.filter):
            left = term.left
            if term.operator not in _COMPARED or left is None or term.right is None or not term.right.constant:
                continue
            match = _JSON.match(left.text)
            if match is None or _others(reading, spot.node, term):
                continue
            table = reading.table(spot.node)
            gin = table is not None and any(
                one.method == "gin" and any(key.column == match["column"] for key in one.keys) for one in table.indexes
            )
            other = f"; or write {match['column']} @> '{{...}}', which its GIN index answers" if gin else ""
            yield found(
                reading,
                "json-arrow",
                spot,
                _told(spot, removed, left.text),
                f"an index on the expression ({left.text}){other}",
                saves=_saves(spot, removed),
                sql=(f"CREATE INDEX CONCURRENTLY ON {reading.name(spot.node)} (({left.text}))",),
                facts={"rows_removed": removed, "expression": left.text},
            )
            break


@rule("not-distinct")
def not_distinct(reading: Reading) -> Iterator[QueryFinding]:
    """IS NOT DISTINCT FROM, which no index answers.

    Where the value is not null, = says the same.
    """
    for spot, removed in _wasteful(reading):
        if not _SAME.search(spot.node.filter):
            continue
        if not any(
            one.operator in ("=", "in") and one.left is not None and one.left.column
            for one in terms_on(reading, spot.node, spot.node.filter)
        ):
            yield found(
                reading,
                "not-distinct",
                spot,
                f"{spot.at} compares by IS NOT DISTINCT FROM on {count(removed + spot.rows)} rows",
                "write = where the value is not null, IS NULL where it is",
                saves=_saves(spot, removed),
                facts={"rows_removed": removed},
            )


@rule("no-pruning")
def no_pruning(reading: Reading) -> Iterator[QueryFinding]:
    """All partitions read, though the query compares their key (needs the catalogue).

    The key stands inside a function or a cast, so the planner cannot tell which partitions hold the rows.
    """
    if reading.schema is None:
        return
    for spot in reading.of("Append", "Merge Append"):
        scans = [one for one in spot.children if one.node.relation]
        tables = [reading.table(one.node) for one in scans]
        if len(scans) < 3 or spot.whole < LEAST_SHARE * reading.total:
            continue
        roots = {one.partition_of.parent for one in tables if one is not None and one.partition_of is not None}
        if len(roots) != 1:
            continue
        root = reading.schema.table(next(iter(roots)))
        children = [one for one in reading.schema.tables if one.partition_of and one.partition_of.parent in roots]
        if root is None or root.partition_key is None or len(scans) < len(children):
            continue
        keys = root.partition_key.columns
        wrapped = next(
            (
                term.left.text
                for one in scans[:1]
                for term in terms_on(reading, one.node, one.node.filter)
                if term.left is not None
                and not term.left.column
                and any(re.search(rf"\b{re.escape(key)}\b", term.left.text) for key in keys)
            ),
            "",
        )
        if wrapped and sum(one.rows == 0 for one in scans) >= len(scans) / 2:
            yield found(
                reading,
                "no-pruning",
                spot,
                f"all {len(scans)} partitions of {root.name.short} are read: the query compares {wrapped}",
                f"compare the bare key, {', '.join(keys)}, with a range",
                saves=sum(one.whole for one in scans if one.rows == 0),
                facts={"partitions": len(scans), "empty": sum(one.rows == 0 for one in scans)},
            )
