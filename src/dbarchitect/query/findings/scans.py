"""Findings on scans: rows that are read and thrown away, pages that are fetched in vain."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.sql.conditions import columns_of, terms_of

from .design import Design, designs, served, terms_on
from .reading import PASSING, Reading, Spot, quoted
from .rule import LEAST_SHARE, count, found, ms, rule

_MOST_KEPT = 0.1  # of the rows read: above it PostgreSQL itself often prefers the table to the index
_LEAST_REMOVED = 10_000  # rows: fewer are read in about a millisecond
_WASTE = 10  # rows thrown away for each one kept, past which an index filters badly
_LOOKED_UP = frozenset(("=", "in", "<", ">", "<=", ">=", "is null", "is not null"))
_JUSTIFIED = 0.3  # of the rows kept: no index beats reading all


def _read(spot: Spot) -> float:
    return spot.rows + spot.removed


@rule("seq-scan-filter")
def seq_scan_filter(reading: Reading) -> Iterator[QueryFinding]:
    """A sequential scan that throws nearly everything away.

    The scan reads the whole table for a tenth of its rows or fewer. An index finds them: first the columns that are
    compared with =, then the one with a range or the order.

    False where the table is about to shrink, where the query runs once, or where writes matter more than this read.
    """
    for spot in reading.of("Seq Scan"):
        if not spot.node.filter or spot.share < LEAST_SHARE:
            continue
        kept, read = spot.rows, _read(spot)
        if not reading.executed or spot.node.rows_removed is None:
            facts = reading.facts(spot.node)
            if reading.executed or facts is None or not facts.rows:
                continue
            read = facts.rows
        if read - kept < _LEAST_REMOVED or kept / read > _MOST_KEPT:
            continue
        if spot.inner is not None and spot.loops > 1:
            continue  # what the join needs is another index
        made = designs(reading, spot)
        if not made or all(served(reading, spot.node, one) for one in made):
            continue
        verb = "reads" if reading.executed else "would read"
        yield found(
            reading,
            "seq-scan-filter",
            spot,
            f"{spot.at} {verb} {count(read)} rows and keeps {count(kept)} ({kept / read:.2%})",
            f"an index on {' and on '.join(one.words for one in made)} finds them",
            saves=spot.own * (read - kept) / read,
            sql=[one.sql for one in made],
            facts={"rows_read": read, "rows_kept": kept, "own": round(spot.own, 3)},
            unless="the table is small, or most of its rows qualify for other values",
        )


@rule("seq-scan-justified")
def seq_scan_justified(reading: Reading) -> Iterator[QueryFinding]:
    """A sequential scan that is right.

    It keeps so many of the rows that it reads that no index would be faster. What helps is to ask for fewer rows, or
    fewer columns.
    """
    for spot in reading.of("Seq Scan"):
        read = _read(spot)
        if not reading.executed or not spot.node.filter or spot.share < 0.3 or read < _LEAST_REMOVED:
            continue
        if spot.rows / read > _JUSTIFIED and not spot.cut_short:
            yield found(
                reading,
                "seq-scan-justified",
                spot,
                f"{spot.at} keeps {count(spot.rows)} of {count(read)} rows ({spot.rows / read:.0%}): no index helps",
                "leave it",
                saves=0.0,
                severity=Severity.INFO,
                facts={"rows_read": read, "rows_kept": spot.rows},
            )


def _limit_over(spot: Spot) -> Spot | None:
    """The Limit that rows of a scan go to as they come, in the order of the scan."""
    for one in spot.above():
        if one.node.type == "Limit":
            return one
        if one.node.type not in (*PASSING, "Nested Loop", "Incremental Sort", "Unique"):
            return None
        if one.node.type == "Nested Loop" and spot.number >= one.children[-1].number:
            return None
    return None


@rule("wrong-index-order-by")
def wrong_index_order_by(reading: Reading) -> Iterator[QueryFinding]:
    """An index taken for its order, that wades through rows of no interest.

    For ORDER BY ... LIMIT the planner walks an index of the right order and hopes to meet matching rows soon. They come
    late, or never. An index of the compared columns first and the order behind gives them at once.
    """
    for spot in reading.of("Index Scan", "Index Only Scan"):
        if spot.share < LEAST_SHARE or not spot.node.filter or _limit_over(spot) is None:
            continue
        compared = [one for one in terms_of(spot.node.index_condition) if one.operator in ("=", "in")]
        if compared or spot.removed < 1000 or spot.removed < _WASTE * max(spot.rows, 1.0):
            continue
        made = [one for one in designs(reading, spot) if one.equal or one.where or one.method]
        if not made or all(served(reading, spot.node, one) for one in made):
            continue
        made = [_with_order(reading, spot, one) for one in made]
        yield found(
            reading,
            "wrong-index-order-by",
            spot,
            f"{spot.at} walks {spot.node.index} for its order and throws {count(spot.removed)} rows away for "
            f"{count(spot.rows)}",
            f"an index on {' and on '.join(one.words for one in made)} gives the rows in that order at once",
            saves=spot.own * spot.removed / max(_read(spot), 1.0),
            sql=[one.sql for one in made],
            facts={"rows_removed": spot.removed, "rows_kept": spot.rows},
        )


def _with_order(reading: Reading, spot: Spot, design: Design) -> Design:
    """The keys of the index that gave the order, behind those of the equality."""
    table = reading.table(spot.node)
    index = None
    if table is not None:
        index = next((one for one in table.indexes if one.name.name == spot.node.index), None)
    if index is not None and not design.ordered and not design.method:
        for key in index.keys:
            text = quoted([key.column]) if key.column else f"({key.expression})"
            if text not in design.keys:
                design.keys.append(text)
    return design


@rule("index-filter")
def index_filter(reading: Reading) -> Iterator[QueryFinding]:
    """An index that finds ten times too much.

    The index narrows the rows by some of the conditions, the filter throws most of them away after they were fetched
    from the table. The filtered columns belong into the index, or into the condition of a partial one.
    """
    for spot in reading.of("Index Scan", "Index Only Scan", "Bitmap Heap Scan"):
        if spot.share < LEAST_SHARE or not spot.node.filter:
            continue
        if spot.removed < 1000 or spot.removed < _WASTE * max(spot.rows, 1.0):
            continue
        made = designs(reading, spot, sort=False)
        before = {column for _, column in columns_of(spot.node.index_condition or spot.node.condition)}
        made = [one for one in made if one.where or one.method or set(filter(None, one.columns)) - before or
                _ranges_more(reading, spot, one, before)]  # fmt: skip
        if not made or all(served(reading, spot.node, one) for one in made):
            continue
        through = f" by {spot.node.index}" if spot.node.index else ""
        yield found(
            reading,
            "index-filter",
            spot,
            f"{spot.at} fetches {count(_read(spot))} rows{through} and throws {count(spot.removed)} of them away",
            f"an index on {' and on '.join(one.words for one in made)} finds only those that are kept",
            saves=spot.own * spot.removed / _read(spot),
            sql=[one.sql for one in made],
            facts={"rows_removed": spot.removed, "rows_kept": spot.rows, "loops": spot.loops},
        )


def _ranges_more(reading: Reading, spot: Spot, design: Design, before: set[str]) -> bool:
    names = {one.left.column for one in terms_on(reading, spot.node, spot.node.filter) if one.left is not None}
    last = design.keys[-1].strip('"') if design.keys else ""
    return last in names and last not in before and len(design.keys) > 1


@rule("low-selectivity-index")
def low_selectivity_index(reading: Reading) -> Iterator[QueryFinding]:
    """An index that gives more than half of the table (needs the catalogue).

    Reading the table in its own order would be cheaper. The planner thinks otherwise because it expects fewer rows, or
    because random_page_cost says that the table is in memory.
    """
    for spot in reading.of("Index Scan", "Bitmap Heap Scan"):
        facts = reading.facts(spot.node)
        if facts is None or not facts.rows or spot.loops > 1 or spot.share < 0.3 or _limit_over(spot):
            continue
        if spot.node.type == "Index Scan" and (not spot.node.index_condition or any(map(_ordered, spot.above()))):
            continue  # taken for its order
        read = _read(spot)
        if reading.executed and read > 0.5 * facts.rows and read > _LEAST_REMOVED:
            yield found(
                reading,
                "low-selectivity-index",
                spot,
                f"{spot.at} fetches {count(read)} of about {count(facts.rows)} rows one by one",
                "ANALYZE the table; if the plan stays, raise random_page_cost or drop the index",
                saves=spot.own * 0.5,
                facts={"rows_read": read, "table_rows": facts.rows},
                unless="the query asks for the rows in the order of that index",
            )


def _ordered(spot: Spot) -> bool:
    """Whether a node takes its rows in order."""
    kind = spot.node.type
    return kind in ("Merge Join", "WindowAgg", "Unique", "Incremental Sort", "Merge Append", "Gather Merge") or (
        kind in ("Aggregate", "SetOp") and spot.node.strategy not in ("Plain", "Hashed")
    )


@rule("bitmap-lossy")
def bitmap_lossy(reading: Reading) -> Iterator[QueryFinding]:
    """A bitmap that did not fit into work_mem.

    It keeps pages instead of rows then, and each row on those pages is checked again.
    """
    for spot in reading.of("Bitmap Heap Scan"):
        lossy, exact = spot.node.lossy_blocks or 0.0, spot.node.exact_blocks or 0.0
        checked = (spot.node.removed_by_recheck or 0.0) * spot.loops
        if lossy <= exact or lossy < 100 or spot.share < LEAST_SHARE or exact == 0:
            continue  # without an exact one the index itself knows pages only: BRIN
        yield found(
            reading,
            "bitmap-lossy",
            spot,
            f"the bitmap of {spot.at} did not fit into work_mem: of {count(lossy)} pages only the number was kept, and "
            f"{count(checked)} rows were checked in vain",
            f"a work_mem larger by about {_bitmap_kb(lossy + exact):,.0f} kB keeps the rows",
            saves=spot.own * checked / max(checked + _read(spot), 1.0),
            facts={"lossy_blocks": lossy, "exact_blocks": exact, "rows_rechecked": checked},
        )


def _bitmap_kb(blocks: float) -> float:
    """What a bitmap of that many pages needs: some 50 bytes a page (nodes/tidbitmap.c)."""
    return max(blocks * 56 / 1024, 64)


@rule("recheck-waste")
def recheck_waste(reading: Reading) -> Iterator[QueryFinding]:
    """An index whose answers are mostly wrong.

    Its kind or operator class keeps less than the condition asks for (trigrams of short patterns, BRIN of a column that
    is not in order, default GIN of hstore), so that rows are fetched, checked and thrown away.
    """
    for spot in reading.of("Bitmap Heap Scan", "Index Scan"):
        checked = (spot.node.removed_by_recheck or 0.0) * spot.loops
        lossy, exact = spot.node.lossy_blocks or 0.0, spot.node.exact_blocks or 0.0
        if lossy > exact > 0 or checked < 1000 or checked < max(spot.rows, 1.0) or spot.share < LEAST_SHARE:
            continue
        yield found(
            reading,
            "recheck-waste",
            spot,
            f"{spot.at} fetches {count(checked)} rows that its index wrongly gives, for {count(spot.rows)} right ones",
            "an index that keeps the condition itself: another operator class, a B-tree, or a narrower one "
            "(pages_per_range of BRIN)",
            saves=spot.own * checked / max(checked + spot.rows, 1.0),
            facts={"rows_rechecked": checked, "rows_kept": spot.rows},
        )


@rule("heap-fetches")
def heap_fetches(reading: Reading) -> Iterator[QueryFinding]:
    """An index-only scan that visits the table after all.

    The visibility map does not say of the pages that all see them: they were changed since the last VACUUM.
    """
    for spot in reading.of("Index Only Scan"):
        fetches = spot.node.heap_fetches or 0.0
        if fetches < 1000 or spot.share < LEAST_SHARE or fetches < 0.1 * max(spot.rows, 1.0):
            continue
        yield found(
            reading,
            "heap-fetches",
            spot,
            f"{spot.at} visits the table {count(fetches)} times for {count(spot.rows)} rows, though its index has all",
            f"VACUUM {reading.name(spot.node)}; a lower autovacuum_vacuum_scale_factor keeps it so",
            saves=spot.own * min(fetches / max(spot.rows + spot.removed, 1.0), 1.0) * 0.5,
            sql=[f"VACUUM {reading.name(spot.node)}"],
            facts={"heap_fetches": fetches, "rows": spot.rows},
        )


@rule("ios-candidate")
def ios_candidate(reading: Reading) -> Iterator[QueryFinding]:
    """An index scan that a few more columns in the index would free from the table (needs VERBOSE and the catalogue).

    False where the table is changed much: the visibility map has to say that all see the pages.
    """
    for spot in reading.of("Index Scan"):
        table = reading.table(spot.node)
        blocks = spot.pages
        if table is None or not spot.node.output or spot.share < 0.3 or spot.rows < 1000 or spot.node.filter:
            continue
        index = next((one for one in table.indexes if one.name.name == spot.node.index), None)
        if index is None or index.method != "btree" or blocks < 0.5 * spot.rows:
            continue
        have = {one.column for one in index.keys} | set(index.include)
        needed = {column for text in spot.node.output for _, column in columns_of(text)}
        more = sorted(needed - have)
        if not more or len(more) > 2 or len(needed) == len(table.columns):
            continue
        keys = ", ".join(quoted([one.column]) if one.column else f"({one.expression})" for one in index.keys)
        yield found(
            reading,
            "ios-candidate",
            spot,
            f"{spot.at} reads {count(blocks)} pages for {count(spot.rows)} rows: its index lacks {quoted(more)}",
            f"INCLUDE ({quoted(more)}) in {spot.node.index}: the table is not read then",
            saves=spot.own * 0.5,
            sql=[f"CREATE INDEX CONCURRENTLY ON {reading.name(spot.node)} ({keys}) INCLUDE ({quoted(more)})"],
            facts={"pages": blocks, "rows": spot.rows},
            unless="the table is changed too often for its visibility map to hold",
        )


@rule("index-walk")
def index_walk(reading: Reading) -> Iterator[QueryFinding]:
    """An index that is walked along instead of looked up (needs BUFFERS).

    It reads far more pages than it gives rows. Either its first column is not compared with =, so that a long stretch
    is read for entries here and there; or its entries are of rows that are gone, and VACUUM has not been.
    """
    for spot in reading.of("Bitmap Index Scan", "Index Scan", "Index Only Scan"):
        pages = spot.pages
        kept = spot.rows + spot.removed + (spot.node.removed_by_recheck or 0.0) * spot.loops
        terms = terms_of(spot.node.index_condition) if spot.node.index_condition else ()
        if spot.share < LEAST_SHARE or any(one.operator not in _LOOKED_UP for one in terms):
            continue
        descents = 5 * max(spot.loops, spot.node.index_searches or 0.0)
        if pages < 100 + descents or pages - descents < (1 if spot.node.type == "Bitmap Index Scan" else 10) * kept:
            continue
        table = spot.parent if spot.node.type == "Bitmap Index Scan" and spot.parent is not None else spot
        made = designs(reading, table, sort=False) if terms and table.node.relation else []
        made = [one for one in made if one.equal and not one.method and not served(reading, table.node, one)]
        vacuum = f"VACUUM {reading.name(table.node)}" if table.node.relation else "VACUUM"
        advice = f"{vacuum}, if its rows were changed or deleted in bulk"
        if made:
            advice = f"an index on {made[0].words}, with the compared column first; if there is one, {vacuum}"
        yield found(
            reading,
            "index-walk",
            spot,
            f"{spot.node.index} is walked along: {count(pages)} pages read for {count(kept)} rows",
            advice,
            saves=spot.own * 0.9,
            sql=[made[0].sql] if made else [vacuum],
            facts={"pages": pages, "rows": kept},
        )


@rule("index-searches")
def index_searches(reading: Reading) -> Iterator[QueryFinding]:
    """One scan that descends the index again and again (PostgreSQL 18).

    A skip scan tries each value of a leading column that the query does not compare. Not told of an IN, which has to
    look each of its values up.
    """
    for spot in reading.of("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
        searches = (spot.node.index_searches or 0.0) / max(spot.loops, 1.0)
        share = spot.share if spot.node.type != "Bitmap Index Scan" else spot.whole / max(reading.total, 1e-9)
        if searches <= 100 or share < LEAST_SHARE or searches < 0.2 * spot.rows / max(spot.loops, 1.0):
            continue
        if any(one.operator == "in" for one in terms_of(spot.node.index_condition)):
            continue
        yield found(
            reading,
            "index-searches",
            spot,
            f"{spot.at if spot.node.relation else spot.node.index} descends its index {count(searches)} times a scan "
            f"for {count(spot.rows / max(spot.loops, 1.0))} rows",
            "an index that begins with the compared column: this one's first column is skipped over value by value",
            saves=spot.own * 0.8,
            facts={"index_searches": searches, "took": ms(spot.own)},
        )
