"""Findings on order, limits and CTEs: rows that are made only to be skipped or sorted away."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.sql.conditions import extremes_of, sort_keys_of

from .design import Design, designs, served
from .reading import PASSING, SCANS, Reading, Spot, quoted
from .rule import LEAST_SHARE, count, found, rule


@rule("large-offset")
def large_offset(reading: Reading) -> Iterator[QueryFinding]:
    """OFFSET that skips thousands of rows.

    They are all made, sorted and thrown away, on each page more. A condition on the last key seen (keyset) begins where
    the page before ended.
    """
    for spot in reading.of("Limit"):
        if not spot.children or not reading.executed:
            continue
        child = next((one for one in spot.children if not one.node.subplan), None)
        if child is None:
            continue
        skipped = child.rows - spot.rows
        if skipped < 10_000 or spot.loops > 1 or spot.whole < LEAST_SHARE * reading.total:
            continue
        yield found(
            reading,
            "large-offset",
            spot,
            f"OFFSET skips {count(skipped)} rows to give {count(spot.rows)}",
            "keyset pages: WHERE (key, id) > (last key, last id) ORDER BY key, id LIMIT n, with an index on (key, id)",
            saves=spot.whole * skipped / max(child.rows, 1.0),
            facts={"rows_skipped": skipped, "rows": spot.rows},
            unless="the reader needs page numbers: then defer the join, and page over keys alone",
        )


def _ordering_scan(spot: Spot) -> Spot | None:
    """The scan that all keys of a sort are of, past joins that keep its rows: in the order of an index on it, the join
    could stop after the first rows."""
    keys = sort_keys_of(spot.node.sort_key)
    aliases = {one.key.alias for one in keys}
    if len(keys) != len(spot.node.sort_key) or len(aliases) != 1:
        return None
    one = spot
    while True:
        scans = [child for child in one.children if not child.node.subplan]
        one = next(
            (
                child
                for child in scans
                if any(below.node.alias in aliases and below.node.alias for below in child.below())
            ),
            spot,
        )
        if one is spot:
            return None
        if one.node.type in SCANS:
            break
        if one.node.type not in ("Hash Join", "Nested Loop", "Merge Join", "Hash", *PASSING):
            return None
        if one.node.join in ("Full", "Anti", "Semi") or one.node.type == "Append":
            return None
    read = sum(child.rows for child in spot.children)
    return one if read >= 0.5 * one.rows else None


def _one_scan(spot: Spot) -> Spot | None:
    """The only scan below, where nothing but passing nodes stands between."""
    one = spot
    while True:
        children = [child for child in one.children if not child.node.subplan.startswith("InitPlan")]
        if len(children) != 1:
            return None
        one = children[0]
        if one.node.type in SCANS:
            return one
        if one.node.type not in PASSING or one.node.type in ("Append", "Merge Append"):
            return None


@rule("sort-for-topn")
def sort_for_topn(reading: Reading) -> Iterator[QueryFinding]:
    """All rows read and sorted for the first few.

    An index in the order of the query, behind the columns that it compares with =, gives the first rows and stops.
    """
    for spot in reading.of("Sort"):
        kept = spot.rows
        if "top-N" not in spot.node.sort_method and (spot.parent is None or spot.parent.node.type != "Limit"):
            continue
        scan = _one_scan(spot) or _ordering_scan(spot)
        joined = scan is not None and scan is not _one_scan(spot)
        read = sum(one.rows for one in spot.children) if spot.children else 0.0
        if scan is None or spot.loops > 8 or not reading.executed:
            continue
        if not joined and scan.node.type == "Seq Scan" and scan.rows < 0.1 * (scan.rows + scan.removed):
            continue  # seq-scan-filter says it, with the order in its index
        limit = next((one for one in spot.above() if one.node.type == "Limit"), None)
        kept = limit.rows if limit is not None else kept
        together = spot.whole if joined else spot.own + scan.own
        if read < 10_000 or read < 100 * max(kept, 1.0) or together < 0.3 * reading.total:
            continue
        made = [one for one in designs(reading, scan, order=spot.node.sort_key) if one.ordered or not one.equal]
        made = made or _bare(reading, spot, scan)
        made = [one for one in made if not one.method and one.ordered]
        if not made or served(reading, scan.node, made[0]):
            continue
        yield found(
            reading,
            "sort-for-topn",
            spot,
            f"{count(read)} rows of {scan.node.relation} are read{', joined' if joined else ''} and sorted for the "
            f"first {count(kept)}",
            f"an index on {made[0].words} gives them in order, and the query stops there",
            saves=together * (1 - kept / read),
            sql=(made[0].sql,),
            facts={"rows_sorted": read, "rows_kept": kept},
        )


def _bare(reading: Reading, spot: Spot, scan: Spot) -> list[Design]:
    """An index of the order alone, where the scan has no conditions or such that the index cannot take."""
    own = reading.own_columns(scan.node)
    keys = sort_keys_of(spot.node.sort_key)
    if len(keys) != len(spot.node.sort_key) or not all(one.key.column and one.key.alias in own for one in keys):
        return []
    if scan.removed > 9 * scan.rows:
        return []
    texts: list[str] = []
    for one in keys:
        name = quoted([one.key.column])
        if one.descending:
            texts.append(f"{name} DESC" if one.nulls_first else f"{name} DESC NULLS LAST")
        else:
            texts.append(f"{name} NULLS FIRST" if one.nulls_first else name)
    return [Design(table=reading.name(scan.node), keys=texts, ordered=True)]


@rule("incremental-sort-groups")
def incremental_sort_groups(reading: Reading) -> Iterator[QueryFinding]:
    """An order that an index gives in part, with many groups to sort.

    An index with the missing keys behind gives it whole.
    """
    for spot in reading.of("Incremental Sort"):
        groups = spot.node.sort_groups or 0.0
        if groups < 1000 or spot.share < 0.3:
            continue
        yield found(
            reading,
            "incremental-sort-groups",
            spot,
            f"rows in order of {', '.join(spot.node.presorted_key)} are sorted in {count(groups)} groups by "
            f"{', '.join(spot.node.sort_key)}",
            f"an index on all of ({', '.join(spot.node.sort_key)})",
            saves=spot.own,
            facts={"groups": groups},
        )


@rule("cte-fence")
def cte_fence(reading: Reading) -> Iterator[QueryFinding]:
    """A CTE that is made whole and filtered afterwards.

    Its condition does not reach the tables inside. NOT MATERIALIZED (from 12 on), or a subquery, lets it through.
    """
    for spot in reading.of("CTE Scan"):
        if not spot.node.filter or spot.removed < 10_000 or spot.removed < 9 * spot.rows:
            continue
        inside = next((one for one in reading.spots if one.node.subplan == f"CTE {spot.node.cte}"), None)
        if inside is None or any(one.node.type == "Recursive Union" for one in inside.below()):
            continue
        scans = [one for one in reading.spots if one.node.type == "CTE Scan" and one.node.cte == spot.node.cte]
        cost = inside.whole + spot.own
        if len(scans) > 1 or cost < LEAST_SHARE * reading.total:
            continue
        yield found(
            reading,
            "cte-fence",
            spot,
            f"the CTE {spot.node.cte} makes {count(spot.rows + spot.removed)} rows; {count(spot.rows)} are used",
            f"WITH {quoted([spot.node.cte])} AS NOT MATERIALIZED (...), so that the condition reaches its tables",
            saves=cost * spot.removed / max(spot.rows + spot.removed, 1.0),
            facts={"rows_removed": spot.removed, "rows": spot.rows},
        )


@rule("cte-rescan")
def cte_rescan(reading: Reading) -> Iterator[QueryFinding]:
    """A CTE that is walked through for each row of something else.

    It has no index, and the planner knows little of its size: it loops where it should hash.
    """
    for spot in reading.of("CTE Scan"):
        walked = (spot.rows + spot.removed) if spot.loops > 100 else 0.0
        join = spot.inner
        if walked < 100_000 or spot.share + (join.share if join else 0.0) < LEAST_SHARE:
            continue
        yield found(
            reading,
            "cte-rescan",
            spot,
            f"the CTE {spot.node.cte} is walked through {count(spot.loops)} times ({count(walked)} rows in all)",
            "join it on an equality, so that it is hashed once; or a temporary table with an index, and ANALYZE",
            saves=(spot.own + (join.own if join else 0.0)) * 0.9,
            facts={"loops": spot.loops, "rows": walked},
        )


@rule("extreme-without-index")
def extreme_without_index(reading: Reading) -> Iterator[QueryFinding]:
    """min() or max() that reads all rows (needs VERBOSE).

    An index on the column has the least value at one end and the greatest at the other.
    """
    for spot in reading.of("Aggregate"):
        if spot.node.group_key or not spot.node.output:
            continue
        scan = _one_scan(spot)
        final = spot.node.detail.get("Partial Mode", "Simple") in ("Simple", "Partial")
        if scan is None or not final or scan.node.filter or scan.rows < 10_000 or scan.node.type != "Seq Scan":
            continue
        found_ = [one for text in spot.node.output for one in extremes_of(text)]
        if not found_ or len(found_) < len(spot.node.output):
            continue
        columns = list(dict.fromkeys(column for _, _, column in found_))
        if columns and all(served(reading, scan.node, _on(reading, scan, column)) for column in columns):
            continue
        yield found(
            reading,
            "extreme-without-index",
            spot,
            f"{', '.join(f'{name}({column})' for name, _, column in found_)} reads all {count(scan.rows)} rows of "
            f"{scan.node.relation}",
            f"an index on ({quoted(columns)}) has them at its ends",
            saves=spot.own + scan.own,
            sql=tuple(_on(reading, scan, column).sql for column in columns),
            facts={"rows": scan.rows},
        )


def _on(reading: Reading, scan: Spot, column: str) -> Design:
    return Design(table=reading.name(scan.node), keys=[quoted([column])], equal=1)
