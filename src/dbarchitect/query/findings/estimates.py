"""Findings on estimates: where the planner expected something else than what came."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.sql.conditions import columns_of, terms_of

from .design import terms_on
from .reading import SCANS, Reading, Spot, quoted
from .rule import count, found, rule

_OFF = 10.0  # times: the planner's own errors of a few times rarely change a plan (Leis et al., VLDB 2015)
_LEAST_ROWS = 1000  # over all loops: of fewer it does not matter
_LOOPS = 1000
_JOINS = ("Nested Loop", "Hash Join", "Merge Join")


def ratio_of(spot: Spot) -> float:
    """How many times more rows came than were expected; below 1 where fewer came."""
    actual = spot.node.actual_rows
    if actual is None or spot.loops == 0:
        return 1.0
    return max(actual, 1.0) / max(spot.node.rows, 1.0)


def misjudged(spot: Spot) -> float:
    """How many times more rows came than expected, 1 where it is less than ten times in either direction, or where what
    stands above may have stopped it."""
    ratio = ratio_of(spot)
    if ratio < 1 and (spot.cut_short or spot.node.type in ("Limit", "Gather", "Gather Merge")):
        return 1.0
    return ratio if ratio >= _OFF or ratio <= 1 / _OFF else 1.0


def _misjudged(spot: Spot) -> bool:
    """Whether far more rows came than expected, so many that it matters. Too few are harmless more often than not, and
    look so wherever something above stopped early."""
    return ratio_of(spot) >= _OFF and spot.rows >= _LEAST_ROWS


def _lowest(spot: Spot) -> Spot:
    """The lowest node below that is off by much, on the way of the largest error."""
    if spot.node.type in SCANS:
        return spot  # what stands below one has the same conditions, and no relation
    below = [one for one in spot.children if _misjudged(one) and not one.node.subplan]
    return _lowest(max(below, key=ratio_of)) if below else spot


def _suffers(reading: Reading, spot: Spot) -> Spot | None:
    """The nested loop above that runs its inner side once for each of rows that nobody expected."""
    child = spot
    for one in spot.above():
        if one.node.type == "Nested Loop" and child is one.children[0] and len(one.children) > 1:
            inner = one.children[-1]
            if inner.loops >= _LOOPS and one.own + inner.whole >= 0.3 * reading.total:
                return one
        if one.node.type in ("Aggregate", "SetOp", "Limit", "ModifyTable") or child.node.subplan:
            return None
        child = one
    return None


@rule("nl-misestimate")
def nl_misestimate(reading: Reading) -> Iterator[QueryFinding]:
    """A nested loop chosen for a few rows that got thousands.

    It runs its inner side once for each. With the right number the planner would have hashed. The source of the error
    is the lowest node that is off.
    """
    done: set[int] = set()
    for spot in reading.of(*SCANS, *_JOINS):
        if not _misjudged(spot):
            continue
        source = _lowest(spot)
        join = _suffers(reading, source)
        if join is None or source.number in done:
            continue
        done.add(source.number)
        inner = join.children[-1]
        yield found(
            reading,
            "nl-misestimate",
            source,
            f"{source.at} was expected to give {count(source.node.rows)} rows and gave "
            f"{count(source.node.actual_rows or 0)}; the nested loop above ran its inner side "
            f"{count(inner.loops)} times for that",
            _cure(reading, source),
            saves=(inner.whole + join.own) * 0.7,
            sql=_statements(reading, source),
            facts={"expected": source.node.rows, "actual": source.node.actual_rows, "loops": inner.loops},
        )


@rule("row-misestimate")
def row_misestimate(reading: Reading) -> Iterator[QueryFinding]:
    """Far more rows than the planner expected.

    Told of the lowest node that is off: the error grows upwards from there. It asks for something only where a part of
    the plan that takes time was chosen on it.
    """
    done: set[int] = set()
    for spot in reading.of(*SCANS, *_JOINS, "Aggregate", "CTE Scan", "Function Scan"):
        if not _misjudged(spot) or spot.cut_short:
            continue
        source = _lowest(spot)
        if source.number in done or ratio_of(source) < 100 or _suffers(reading, source) is not None:
            continue
        joins = [one for one in source.above() if one.node.type in _JOINS]
        done.add(source.number)
        if not joins or source.rows < 10_000:
            continue
        yield found(
            reading,
            "row-misestimate",
            source,
            f"{source.at} gave {count(source.node.actual_rows or 0)} rows, and {count(source.node.rows)} were expected",
            _cure(reading, source),
            saves=0.0,
            severity=Severity.INFO,
            sql=_statements(reading, source),
            facts={"expected": source.node.rows, "actual": source.node.actual_rows, "times": round(ratio_of(source))},
        )


@rule("correlated-columns")
def correlated_columns(reading: Reading) -> Iterator[QueryFinding]:
    """Conditions on columns that depend on each other.

    The planner multiplies their shares as if they did not: too few rows are expected. CREATE STATISTICS tells it.
    """
    for spot in reading.of("Seq Scan", "Index Scan", "Bitmap Heap Scan"):
        if not _misjudged(spot) or not any(one.node.type in _JOINS for one in spot.above()):
            continue  # where a nested loop suffers from it, nl-misestimate says it
        columns = _compared(reading, spot)
        if len(columns) < 2:
            continue
        yield found(
            reading,
            "correlated-columns",
            spot,
            f"{spot.at} gave {ratio_of(spot):,.0f} times the rows expected, by conditions on {quoted(columns)}",
            "extended statistics on these columns, then ANALYZE",
            saves=0.0,
            severity=Severity.INFO,
            sql=(
                f"CREATE STATISTICS (dependencies, mcv) ON {quoted(columns)} FROM {reading.name(spot.node)}",
                f"ANALYZE {reading.name(spot.node)}",
            ),
            facts={"expected": spot.node.rows, "actual": spot.node.actual_rows},
        )


@rule("stale-stats")
def stale_stats(reading: Reading) -> Iterator[QueryFinding]:
    """A table changed by more than a tenth since its last ANALYZE (needs the catalogue)."""
    seen: set[str] = set()
    for spot in reading.of(*SCANS):
        facts = reading.facts(spot.node)
        if facts is None or not facts.rows or facts.modified_since_analyze is None or not _misjudged(spot):
            continue
        share = facts.modified_since_analyze / facts.rows
        if share <= 0.1 or spot.node.relation in seen:  # autovacuum_analyze_scale_factor
            continue
        seen.add(spot.node.relation)
        yield found(
            reading,
            "stale-stats",
            spot,
            f"{count(facts.modified_since_analyze)} rows of {spot.node.relation} ({share:.0%}) changed since ANALYZE, "
            f"and {ratio_of(spot):,.0f} times the rows expected came",
            f"ANALYZE {reading.name(spot.node)}",
            saves=spot.whole * 0.5,
            sql=(f"ANALYZE {reading.name(spot.node)}",),
            facts={"modified": facts.modified_since_analyze, "rows": facts.rows},
        )


@rule("default-estimate")
def default_estimate(reading: Reading) -> Iterator[QueryFinding]:
    """An estimate that is a guess (needs the catalogue).

    Of an expression the planner has no statistics: it takes 0.5 % of the rows for =, a third for a range. Statistics on
    the expression, or an index on it, tell it.
    """
    for spot in reading.of("Seq Scan"):
        facts = reading.facts(spot.node)
        if facts is None or not facts.rows or facts.rows < 10_000 or spot.loops > 1 or not spot.node.filter:
            continue
        if misjudged(spot) == 1.0:
            continue
        guess = spot.node.rows / facts.rows
        terms = terms_on(reading, spot.node, spot.node.filter)
        expressions = [one.left for one in terms if one.left is not None and not one.left.column and one.left.aliases]
        if len(terms) != 1 or not expressions:
            continue
        if abs(guess - 0.005) < 0.0005 or abs(guess - 1 / 3) < 0.01:  # DEFAULT_EQ_SEL, DEFAULT_INEQ_SEL of selfuncs.h
            yield found(
                reading,
                "default-estimate",
                spot,
                f"of {expressions[0].text} the planner has no statistics: it guessed {guess:.1%} of the rows, and "
                f"{spot.rows / facts.rows:.1%} came",
                "statistics on the expression",
                saves=0.0,
                severity=Severity.INFO,
                sql=(
                    f"CREATE STATISTICS ON ({expressions[0].text}) FROM {reading.name(spot.node)}",
                    f"ANALYZE {reading.name(spot.node)}",
                ),
                facts={"guess": round(guess, 4), "actual": spot.rows},
            )


def _compared(reading: Reading, spot: Spot) -> list[str]:
    """The columns of this relation that are compared with constants."""
    own = reading.own_columns(spot.node)
    found_ = [
        column
        for text in (spot.node.condition, spot.node.filter)
        for term in (terms_of(text) if text else ())
        if term.operator in ("=", "in", "is null", "is not null", "true", "false") and term.left is not None
        and (term.right is None or term.right.constant)
        for alias, column in columns_of(term.text)
        if alias in own
    ]  # fmt: skip
    return list(dict.fromkeys(found_))


def _cure(reading: Reading, spot: Spot) -> str:
    node = spot.node
    if node.type in SCANS:
        columns = _compared(reading, spot)
        if len(columns) > 1:
            return f"ANALYZE {reading.name(node)}; then statistics on {quoted(columns)}, if they depend on each other"
        return f"ANALYZE {reading.name(node)}, with a higher statistics target for what it compares"
    if node.type == "Function Scan":
        return "tell the planner: ROWS of the function"
    if node.type == "CTE Scan":
        return "a CTE hides its rows from the planner: inline it, or put it into a temporary table and ANALYZE that"
    return "statistics of the join's keys: ANALYZE both sides, n_distinct where it is misjudged"


def _statements(reading: Reading, spot: Spot) -> tuple[str, ...]:
    if spot.node.type not in SCANS:
        return ()
    name = reading.name(spot.node)
    columns = _compared(reading, spot)
    if len(columns) > 1:
        return (f"ANALYZE {name}", f"CREATE STATISTICS ON {quoted(columns)} FROM {name}")
    return (f"ANALYZE {name}",)
