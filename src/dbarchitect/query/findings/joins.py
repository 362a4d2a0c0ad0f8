"""Findings on joins and subqueries: work that is repeated for each row of something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.sql.conditions import terms_of

from .design import designs, served
from .reading import SCANS, Reading, Spot
from .rule import LEAST_SHARE, count, found, ms, rule

# Of a table's rows, those that an index may fetch before most pages are read anyway: with a hundred rows a page, one in
# a hundred is one a page.
_SCATTERED = 0.01


def _part(reading: Reading, spot: Spot) -> float:
    return spot.whole / reading.total if reading.total > 0 else 0.0


@rule("nl-inner-seqscan")
def nl_inner_seqscan(reading: Reading) -> Iterator[QueryFinding]:
    """A table read whole for each row of the other side.

    A nested loop runs its inner side once a row. A sequential scan there reads the table that often; an index on the
    join's columns finds the few rows at once.
    """
    for spot in reading.of("Seq Scan"):
        join = spot.inner
        subplan = _subplan(spot)
        if (join is None and subplan is None) or (reading.executed and spot.loops <= 1 and not _kept(spot)):
            continue
        kept = _kept(spot)
        if not reading.executed and subplan is not None and _runs(subplan) < 100:
            continue
        part = _part(reading, spot) + (kept.share if kept else 0.0) + (join.share if kept and join else 0.0)
        if part < LEAST_SHARE and (reading.executed or subplan is None):
            continue
        condition = join.node.join_filter if join is not None else ""
        per_loop = (spot.rows + spot.removed) / max(spot.loops, 1.0)
        times = kept.loops if kept else spot.loops
        if not reading.executed and subplan is not None:
            times = _runs(subplan)
            per_loop = spot.node.total_cost * 100  # a row costs a hundredth (cpu_tuple_cost), and a page one
        if reading.executed and per_loop * times < 10_000:
            continue
        if (
            not reading.executed
            and subplan is None
            and (join is None or spot.node.rows * join.children[0].node.rows < 100_000)
        ):
            continue
        made = designs(reading, spot, extra=condition, sort=False)
        made = [one for one in made if one.equal or one.method]
        joined = (
            any(
                one.operator in ("=", "in")
                and one.right is not None
                and one.left is not None
                and not one.right.constant
                for one in terms_of(condition or spot.node.filter)
            )
            or "$" in spot.node.filter
        )
        if not made or not (joined or times > 1) or all(served(reading, spot.node, one) for one in made):
            continue
        saves = spot.whole + (join.own if join is not None else 0.0) + (kept.own if kept else 0.0)
        if not reading.executed and subplan is not None and subplan.parent is not None:
            saves = subplan.parent.whole
        yield found(
            reading,
            "nl-inner-seqscan",
            spot,
            f"{spot.at} is gone through {count(times)} times, {count(per_loop)} rows each"
            if reading.executed
            else f"{spot.at} would be gone through about {count(times)} times",
            f"an index on {' and on '.join(one.words for one in made)} finds the rows of each",
            saves=saves * 0.95,
            sql=[one.sql for one in made],
            facts={"loops": times, "rows_each": per_loop},
        )


@rule("join-reads-all")
def join_reads_all(reading: Reading) -> Iterator[QueryFinding]:
    """A whole table read to join a few rows with it.

    A hash join has to read both sides. Where one side is few rows, an index on the other's join column lets a nested
    loop look them up.
    """
    for spot in reading.of("Seq Scan"):
        join, side = _hash_join(spot)
        if join is None or side is None or not reading.executed or spot.node.filter or spot.share < 0.2:
            continue
        other = next(one for one in join.children if one is not side)
        read = spot.rows
        if read < 10_000 or other.rows > 0.01 * read or other.cut_short or join.rows > _SCATTERED * read:
            continue
        if _preserves(join, side):
            continue
        made = designs(reading, spot, extra=join.node.condition, sort=False)
        made = [one for one in made if one.equal]
        if not made or all(served(reading, spot.node, one) for one in made):
            continue
        yield found(
            reading,
            "join-reads-all",
            spot,
            f"{spot.at} reads {count(read)} rows to join {count(other.rows)} rows with them",
            f"an index on {' and on '.join(one.words for one in made)} finds those that join",
            saves=(spot.own + join.own) * (1 - min((join.rows + other.rows) / read, 1.0)),
            sql=[one.sql for one in made],
            facts={"rows_read": read, "rows_joined": join.rows, "rows_other": other.rows},
        )


def _hash_join(spot: Spot) -> tuple[Spot | None, Spot | None]:
    """(the hash join that a scan feeds directly, the side of it that the scan is)."""
    side = spot
    if spot.parent is not None and spot.parent.node.type == "Hash":
        side = spot.parent
    join = side.parent
    if join is None or join.node.type not in ("Hash Join", "Merge Join") or len(join.children) != 2:
        return None, None
    return join, side


def _preserves(join: Spot, side: Spot) -> bool:
    """Whether all rows of that side come out, joined or not."""
    outer = side is join.children[0]
    kept = {"Left": outer, "Anti": outer, "Right": not outer, "Right Anti": not outer, "Full": True}
    return kept.get(join.node.join, False)


def _runs(subplan: Spot) -> float:
    """How often the planner expects a subplan to run: its cost is in that of the node that it is attached to."""
    parent = subplan.parent
    if parent is None or subplan.node.total_cost <= 0:
        return 1.0
    return max(parent.node.total_cost / subplan.node.total_cost, 1.0)


def _kept(spot: Spot) -> Spot | None:
    parent = spot.parent
    return parent if parent is not None and parent.node.type == "Materialize" and parent.loops > 1 else None


def _subplan(spot: Spot) -> Spot | None:
    one: Spot | None = spot
    while one is not None:
        if one.node.subplan.startswith("SubPlan"):
            return one
        if one.parent is not None and one.parent.node.type not in (
            "Aggregate",
            "Limit",
            "Sort",
            "Result",
            "Materialize",
        ):
            return None
        one = one.parent if one.parent is not None and one.number else None
    return None


@rule("subplan-per-row")
def subplan_per_row(reading: Reading) -> Iterator[QueryFinding]:
    """A subquery that runs once for each row.

    More than a thousand runs that take a good part of the time: as a join, or LATERAL, it is one pass.
    """
    for spot in reading.spots:
        if not spot.node.subplan.startswith("SubPlan") or spot.loops <= 1000:
            continue
        part = _part(reading, spot)
        scans = [one for one in spot.below() if one.node.type == "Seq Scan"]
        if part < 0.3 or scans:  # what reads a table whole each time lacks an index first
            continue
        yield found(
            reading,
            "subplan-per-row",
            spot,
            f"{spot.node.subplan.split(' (')[0]} runs {count(spot.loops)} times, {ms(spot.whole)} in all"
            if reading.timed
            else f"{spot.node.subplan.split(' (')[0]} runs {count(spot.loops)} times",
            "write it as a join on a grouped subquery, so that it runs once; or LATERAL, where it has a LIMIT",
            saves=spot.whole * 0.8,
            facts={"loops": spot.loops},
            unless="few of the rows need it: then filter before it",
        )


_NOT_IN = re.compile(r"\bNOT \((?:ANY \(.*?= \()?(?P<hashed>hashed )?SubPlan|<> ALL \((?P<all>hashed )?SubPlan")


@rule("not-in-unhashed")
def not_in_unhashed(reading: Reading) -> Iterator[QueryFinding]:
    """NOT IN with a subquery that does not fit into memory.

    PostgreSQL then goes through the subquery's rows for each row. NOT EXISTS is an anti join.
    """
    for spot in reading.spots:
        text = spot.node.filter
        match = _NOT_IN.search(text) if "SubPlan" in text else None
        if match is None or match["hashed"] or match["all"] or "hashed SubPlan" in text:
            continue
        # Before 17 NOT EXISTS was printed alike; only the rows of NOT IN are kept, as they are the same for each row.
        kinds = ("Materialize", "Seq Scan") if "ANY (" in text else ("Materialize",)
        inner = [one for one in spot.children if one.node.subplan.startswith("SubPlan") and one.node.type in kinds]
        walked = sum(one.rows for one in inner)
        cost = sum(one.whole for one in inner) + spot.own
        if not inner or "EXISTS(" in text or cost < LEAST_SHARE * reading.total:
            continue
        if reading.executed and walked < 10_000:
            continue
        yield found(
            reading,
            "not-in-unhashed",
            spot,
            f"{spot.at} compares each row with the rows of a subquery one by one ({count(walked)} comparisons)",
            "NOT EXISTS (SELECT ... WHERE inner = outer); with nulls on either side it gives other rows, so guard them",
            saves=cost * 0.95,
            facts={"comparisons": walked},
            unless="the compared column can be NULL: NOT IN then gives no row at all",
        )


@rule("join-filter-waste")
def join_filter_waste(reading: Reading) -> Iterator[QueryFinding]:
    """Pairs of rows that are made and thrown away.

    The join has no equality that it could look up, or has one that is far from enough.
    """
    for spot in reading.of("Nested Loop", "Hash Join", "Merge Join"):
        removed = (spot.node.removed_by_join or 0.0) * spot.loops
        if removed < 100_000 or removed < 10 * max(spot.rows, 1.0) or " OR " in spot.node.join_filter:
            continue
        below = sum(one.own for one in spot.below() if one.node.type == "Materialize")
        if (spot.own + below) < LEAST_SHARE * reading.total:
            continue
        equal = [one for one in terms_of(spot.node.join_filter) if one.operator == "=" and len(one.aliases) > 1]
        scan = next((one for one in spot.children[-1].below() if one.node.type in SCANS), None)
        if equal and spot.node.type == "Nested Loop" and scan is not None and scan.node.type == "Seq Scan":
            continue  # nl-inner-seqscan says it
        advice = (
            "the planner expected few rows and looped: ANALYZE both tables; a hash join does this by itself"
            if equal and spot.node.type == "Nested Loop"
            else "join on an equality as well (a day, a bucket of the range), or keep ranges in a GiST index"
        )
        yield found(
            reading,
            "join-filter-waste",
            spot,
            f"{spot.at} makes {count(removed + spot.rows)} pairs and keeps {count(spot.rows)}: {spot.node.join_filter}",
            advice,
            saves=(spot.own + below) * removed / (removed + spot.rows),
            facts={"pairs_removed": removed, "rows": spot.rows},
        )


@rule("or-across-tables")
def or_across_tables(reading: Reading) -> Iterator[QueryFinding]:
    """An OR over two tables.

    Neither table's index answers it, so the join makes all pairs and filters them. A UNION of the two halves lets each
    use its index.
    """
    for spot in reading.of("Nested Loop", "Hash Join", "Merge Join"):
        terms = [one for one in terms_of(spot.node.join_filter) if one.operator == "or" and len(one.aliases) > 1]
        removed = (spot.node.removed_by_join or 0.0) * spot.loops
        whole = _part(reading, spot)
        if not terms or whole < 0.3 or removed < 10_000 or removed < 10 * max(spot.rows, 1.0):
            continue
        if all(len({alias for term in arm for alias in term.aliases}) > 1 for arm in terms[0].arms):
            continue  # each half is a condition of the join
        yield found(
            reading,
            "or-across-tables",
            spot,
            f"{spot.at} throws {count(removed)} pairs away for {count(spot.rows)}, by an OR over two tables: "
            f"{terms[0].text}",
            "a UNION of two queries, one for each side of the OR; the key in the output keeps the rows apart",
            saves=spot.whole * 0.9,
            facts={"pairs_removed": removed, "rows": spot.rows},
        )


@rule("materialize-loops")
def materialize_loops(reading: Reading) -> Iterator[QueryFinding]:
    """A kept result that is walked through thousands of times.

    A hash join would look its rows up. The planner expected a small outer side.
    """
    for spot in reading.of("Materialize"):
        join = spot.inner
        if join is None or spot.loops <= 1000 or spot.rows < 1_000_000:
            continue
        scan = next((one for one in spot.below() if one is not spot and one.node.type == "Seq Scan"), None)
        made = [] if scan is None else designs(reading, scan, extra=join.node.join_filter, sort=False)
        if scan is not None and scan.parent is spot and any(one.equal or one.method for one in made):
            continue  # nl-inner-seqscan says it
        if (join.node.removed_by_join or 0.0) * join.loops >= 10 * max(join.rows, 1.0):
            continue  # join-filter-waste or or-across-tables says it
        if spot.share + join.share < 0.3:
            continue
        yield found(
            reading,
            "materialize-loops",
            spot,
            f"a kept result of {count(spot.rows / spot.loops)} rows is walked through {count(spot.loops)} times",
            "a hash join: it needs an equality, and an estimate of the outer side that is near the truth",
            saves=spot.own + join.own,
            facts={"loops": spot.loops, "rows": spot.rows},
        )


@rule("memoize-thrash")
def memoize_thrash(reading: Reading) -> Iterator[QueryFinding]:
    """A cache that does not help.

    Memoize keeps the inner rows by key; with fewer hits than misses, or with evictions, it costs more than it gives.
    """
    for spot in reading.of("Memoize"):
        hits, misses = spot.node.cache_hits or 0.0, spot.node.cache_misses or 0.0
        evictions = spot.node.cache_evictions or 0.0
        if hits + misses < 1000 or spot.share < LEAST_SHARE or (hits >= misses and evictions < hits * 0.1):
            continue
        yield found(
            reading,
            "memoize-thrash",
            spot,
            f"Memoize found {count(hits)} of {count(hits + misses)} keys and evicted {count(evictions)}",
            "more work_mem" if evictions else "statistics of the key that say how distinct it is: ANALYZE, n_distinct",
            saves=spot.own,
            facts={"hits": hits, "misses": misses, "evictions": evictions},
        )
