"""Findings on order, limits and CTEs: rows that are made only to be skipped or sorted away."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.query_advice import QueryFinding

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
        scan = _one_scan(spot)
        read = sum(one.rows for one in spot.children) if spot.children else 0.0
        if scan is None or spot.loops > 8 or not reading.executed:
            continue
        if scan.node.type == "Seq Scan" and scan.rows < 0.1 * (scan.rows + scan.removed):
            continue  # seq-scan-filter says it, with the order in its index
        limit = next((one for one in spot.above() if one.node.type == "Limit"), None)
        kept = limit.rows if limit is not None else kept
        together = spot.own + scan.own
        if read < 10_000 or read < 100 * max(kept, 1.0) or together < 0.3 * reading.total:
            continue
        made = [one for one in designs(reading, scan) if one.ordered or not one.equal] or _bare(reading, spot, scan)
        made = [one for one in made if not one.method and one.ordered]
        if not made or served(reading, scan.node, made[0]):
            continue
        yield found(
            reading,
            "sort-for-topn",
            spot,
            f"{count(read)} rows of {scan.node.relation} are read and sorted for the first {count(kept)}",
            f"an index on {made[0].words} gives them in order, and the query stops there",
            saves=together * (1 - kept / read),
            sql=(made[0].sql,),
            facts={"rows_sorted": read, "rows_kept": kept},
        )


def _bare(reading: Reading, spot: Spot, scan: Spot) -> list[Design]:
    """An index of the order alone, where the scan has no conditions or such that the index cannot take."""
    own = reading.own_columns(scan.node)
    from dbarchitect.sql.conditions import sort_keys_of

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
