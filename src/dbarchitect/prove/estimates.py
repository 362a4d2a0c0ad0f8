"""Statistics that the planner lacks: where its estimates are far from the rows that come, what would mend them, tried.

A node is where an estimate goes wrong if it is off tenfold and nothing below it is. Each remedy (extended statistics,
a larger target, statistics of an expression) is made, the table analysed, and the query run again; what brings the
estimate much nearer is advised, and stays for the ones that are tried after it. All of it is in the caller's
transaction, which is rolled back.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import psycopg

from dbarchitect.model.advice import QueryVerdict, StatisticsAdvice
from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.sql.conditions import Operand, operand_of, terms_of

_OFF = 10.0  # times: the planner's plans are seldom others for less (Leis and others 2015, "How good are optimizers")
_ROWS = 100.0  # below so many rows nothing depends on them
_NEARER = 3.0  # a remedy brings the estimate nearer by this factor
_TARGET = 1000  # ten times the default
_COLUMNS = 4  # of extended statistics: their size grows with the combinations
_PREFIX = 40
_TRIES = 3
_RUNS = 3  # more, before a plan counts as slower

Explain = Callable[[QueryVerdict], QueryPlan | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Culprit:
    """A node with a wrong estimate: what of which table it is about. `texts`: of expressions."""

    table: Name
    alias: str
    type: str
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    grouped: bool
    estimated: float
    actual: float

    @property
    def off(self) -> float:
        return _off(self.estimated, self.actual)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remedy:
    table: Name
    sql: tuple[str, ...]
    undo: tuple[str, ...]
    why: str


def mended_estimates(
    run: Callable[[str], object],
    explain: Explain,
    queries: Mapping[int, QueryVerdict],
    plans: Mapping[int, QueryPlan],
    *,
    version: int,
    progress: Callable[[str], None],
) -> Iterator[StatisticsAdvice]:
    """Statistics that bring estimates nearer. `run` runs a statement in the caller's transaction, `explain` a query
    with EXPLAIN (ANALYZE, VERBOSE); `plans`: what it gave before, by the query's number."""
    now = dict(plans)
    tried: Counter[tuple[str, ...]] = Counter()  # what one query does not need another may
    for number in sorted(now):
        for culprit in list(_culprits(now[number])):
            for remedy in _remedies(culprit, version):
                if tried[remedy.sql] >= _TRIES:
                    continue
                tried[remedy.sql] += 1
                progress(f"trying statistics of {remedy.table.short}")
                found = _tried(run, explain, queries[number], culprit, remedy, now[number])
                if found is None:
                    continue
                advice, plan = found
                now[number] = plan
                tried[remedy.sql] = _TRIES
                yield StatisticsAdvice(
                    table=remedy.table,
                    sql=(*remedy.sql, f"ANALYZE {remedy.table}"),
                    undo=remedy.undo,
                    why=remedy.why,
                    query=number + 1,
                    estimated_before=culprit.estimated,
                    estimated_after=advice.estimated,
                    actual=culprit.actual,
                    before_ms=plans[number].execution_ms,
                    after_ms=plan.execution_ms,
                )
                break


def _tried(
    run: Callable[[str], object],
    explain: Explain,
    query: QueryVerdict,
    culprit: _Culprit,
    remedy: _Remedy,
    before: QueryPlan,
) -> tuple[_Culprit, QueryPlan] | None:
    """The node's new figures and the new plan, where the remedy helps; nothing of it stays where not."""
    run("SAVEPOINT dba_statistics")
    try:
        for statement in (*remedy.sql, f"ANALYZE {remedy.table}"):
            run(statement)
    except psycopg.Error:  # not immutable, no privilege, a kind that this version lacks
        run("ROLLBACK TO SAVEPOINT dba_statistics")
        return None
    plan = explain(query)
    again = next((one for one in _examined(plan) if _same(one, culprit)), None) if plan is not None else None
    if plan is None or again is None or again.off * _NEARER > culprit.off or _slower(explain, query, plan, before):
        run("ROLLBACK TO SAVEPOINT dba_statistics")
        return None
    run("RELEASE SAVEPOINT dba_statistics")
    return again, plan


def _slower(explain: Explain, query: QueryVerdict, plan: QueryPlan, before: QueryPlan) -> bool:
    """Whether the query has become slower. Whatever else the machine does makes one run slow, seldom all of them."""
    limit = 1.5 * (before.execution_ms or 0.0) + 5.0
    for _ in range(_RUNS):
        if (plan.execution_ms or 0.0) <= limit:
            return False
        repeated = explain(query)
        if repeated is None:
            return True
        plan = repeated
    return (plan.execution_ms or 0.0) > limit


def _same(one: _Culprit, other: _Culprit) -> bool:
    mine = (one.table, one.alias, one.grouped, set(one.columns), set(one.texts))
    return mine == (other.table, other.alias, other.grouped, set(other.columns), set(other.texts))


def _culprits(plan: QueryPlan) -> Iterator[_Culprit]:
    """Nodes whose estimate is far off while those below them are not."""
    wrong: set[int] = set()
    for node in reversed(list(plan.root.walk())):  # children before parents
        actual = node.actual_rows
        if actual is None or not node.loops:
            continue
        off = _off(node.rows, actual) >= _OFF and max(node.rows, actual) >= _ROWS
        # What an index gives a bitmap is a part of the same scan.
        below = any(id(child) in wrong for child in node.children if not child.type.startswith("Bitmap"))
        if off or below:
            wrong.add(id(node))
        if off and not below and (found := _examine(node)) is not None:
            yield found


def _examined(plan: QueryPlan) -> Iterator[_Culprit]:
    for node in plan.root.walk():
        if node.actual_rows is not None and node.loops and (found := _examine(node)) is not None:
            yield found


def _examine(node: PlanNode) -> _Culprit | None:
    """What a node's estimate is made of: conditions on one table alone, or groups of its columns."""
    assert node.actual_rows is not None
    if node.relation and node.type != "ModifyTable":
        terms = [term for text in (node.condition, node.filter) if text for term in terms_of(text)]
        alias = node.alias or node.relation
        own = [term for term in terms if set(term.aliases) <= {alias, ""}]
        if not own or len(own) < len(terms):
            return None  # what another table gives it is no matter of this table's statistics
        operands = [one for term in own for one in (term.left, *_of_arms(term.arms)) if one is not None]
        return _culprit(node, Name(schema=node.schema or "public", name=node.relation), alias, operands, grouped=False)
    if node.group_key:
        keys = [operand for text in node.group_key if (operand := operand_of(text)) is not None]
        scans = [one for one in node.walk() if one.relation]
        aliases = {alias for key in keys for alias in key.aliases}
        source = [one for one in scans if (one.alias or one.relation) in aliases or (len(scans) == 1 and "" in aliases)]
        if len(keys) == len(node.group_key) and len(source) == 1:
            scan = source[0]
            name = Name(schema=scan.schema or "public", name=scan.relation)
            return _culprit(node, name, scan.alias or scan.relation, keys, grouped=True)
    return None


def _culprit(
    node: PlanNode, table: Name, alias: str, operands: Iterable[Operand], *, grouped: bool
) -> _Culprit:  # fmt: skip
    used = [one for one in operands if not one.constant]
    return _Culprit(
        table=table,
        alias=alias,
        type=node.type,
        columns=tuple(sorted({one.column for one in used if one.column})),
        texts=tuple(sorted({one.text for one in used if not one.column})),
        grouped=grouped,
        estimated=node.rows,
        actual=node.actual_rows or 0.0,
    )


def _of_arms(arms: Sequence[Sequence[object]]) -> Iterator[Operand]:
    for arm in arms:
        for term in arm:
            left = getattr(term, "left", None)
            if isinstance(left, Operand):
                yield left


def _remedies(culprit: _Culprit, version: int) -> Iterator[_Remedy]:
    """What could mend an estimate, the likeliest first."""
    table, columns, texts = culprit.table, culprit.columns, culprit.texts
    parts = [quote_identifier(one) for one in columns] + [f"({text})" for text in texts]
    if 2 <= len(parts) <= _COLUMNS and (not texts or version >= 140000):
        kinds = "ndistinct" if culprit.grouped else "dependencies, mcv" if version >= 120000 else "dependencies"
        what = "groups of these columns" if culprit.grouped else "these columns go together"
        yield _extended(table, parts, f" ({kinds})", f"{what}: the planner multiplies what each says alone")
    if len(parts) == 1 and texts and version >= 140000:
        yield _extended(table, parts, "", "of an expression the planner knows nothing: it takes a fixed share")
    for column in columns:
        name = quote_identifier(column)
        yield _Remedy(
            table=table,
            sql=(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS {_TARGET}",),
            undo=(f"ALTER TABLE {table} ALTER COLUMN {name} SET STATISTICS -1",),
            why=f"{column} has more values that matter than its statistics hold",
        )


def _extended(table: Name, parts: Sequence[str], kinds: str, why: str) -> _Remedy:
    listed = ", ".join(parts)
    digest = hashlib.sha256(f"{table}{kinds}{listed}".encode()).hexdigest()[:6]
    name = Name(schema=table.schema, name=f"{table.name.encode()[:_PREFIX].decode(errors='ignore')}_stats_{digest}")
    return _Remedy(
        table=table,
        sql=(f"CREATE STATISTICS {name}{kinds} ON {listed} FROM {table}",),
        undo=(f"DROP STATISTICS {name}",),
        why=why,
    )


def _off(estimated: float, actual: float) -> float:
    """How many times too many or too few."""
    low, high = sorted((max(estimated, 1.0), max(actual, 1.0)))
    return high / low
