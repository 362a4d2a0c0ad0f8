"""A workload on two twins: each query planned on both with the same values, and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan_diff import ComparedQuery
from dbarchitect.model.query import Query

from .parameters import Filled, filled


@dataclass(frozen=True, slots=True)
class Planned:
    """A query with the forms in which it is planned, and its plans on the first side."""

    query: Query
    forms: tuple[Filled, ...]
    plans: tuple[QueryPlan, ...]


def planned(twin: Twin, queries: Iterable[Query]) -> tuple[list[Planned], list[tuple[Query, str]]]:
    """The plans of queries, and those that cannot be planned with the reason."""
    found: list[Planned] = []
    refused: list[tuple[Query, str]] = []
    for query in queries:
        try:
            forms = filled(twin, query)
            plans = tuple(twin.explain(one.sql, one.parameters) for one in forms)
        except InputError as err:
            refused.append((query, err.message))
        else:
            found.append(Planned(query, forms, plans))
    return found, refused


def compared(one: Planned, after: Twin) -> ComparedQuery:
    """What becomes of a query on the second side."""
    query = one.query
    weights = [form.weight for form in one.forms]
    before = sum(weight * plan.cost for weight, plan in zip(weights, one.plans, strict=True))
    try:
        now = [after.explain(form.sql, form.parameters) for form in one.forms]
    except InputError as err:
        return ComparedQuery(
            id=query.id, sql=query.sql, calls=query.calls, before=before, broken=err.message, position=query.position
        )
    pairs = list(zip(one.forms, one.plans, now, strict=True))
    form, old, new = max(pairs, key=lambda pair: (pair[1].root.shape != pair[2].root.shape, _moved(pair[1], pair[2])))
    changed = old.root.shape != new.root.shape
    found = ComparedQuery(
        id=query.id,
        sql=query.sql,
        calls=query.calls,
        before=round(before, 2),
        after=round(sum(weight * plan.cost for weight, plan in zip(weights, now, strict=True)), 2),
        plan_changed=changed,
        before_plan=tuple(_lines(old.root)),
        after_plan=tuple(_lines(new.root)),
        parameters=form.parameters,
        values=form.how,
        position=query.position,
    )
    if found.change != "same":
        return found
    return ComparedQuery(
        id=found.id, sql=found.sql, calls=found.calls, before=found.before, after=found.after, position=found.position
    )


def left_out(refused: Sequence[tuple[Query, str]], after: Twin) -> tuple[list[Gap], list[Gap]]:
    """Of queries that cannot be planned on the first side those that work on the second, and the others."""
    working: list[Gap] = []
    others: list[Gap] = []
    for query, reason in refused:
        shown = str(query.position or " ".join(query.sql.split())[:80])
        try:
            for form in filled(after, query):
                after.explain(form.sql, form.parameters)
        except InputError:
            others.append(Gap(kind="workload", name=shown, effect=f"left out: {reason}"))
        else:
            effect = f"not compared: it works only afterwards ({reason})"
            working.append(Gap(kind="workload", name=shown, effect=effect))
    return working, others


def badness(one: ComparedQuery) -> tuple[bool, float]:
    """Sorts broken queries first, then those that cost the workload most."""
    return (not one.broken, -((one.after or 0.0) - one.before) * one.calls)


def _moved(old: QueryPlan, new: QueryPlan) -> float:
    return max(old.cost, new.cost) / max(min(old.cost, new.cost), 1e-9)


def _lines(node: PlanNode, depth: int = 0) -> Iterator[str]:
    words = [f"{node.strategy} {node.type}" if node.type == "Aggregate" and node.strategy else node.type]
    if node.join and node.join != "Inner":
        words.append(node.join)
    if node.index:
        words.append(f"using {node.index}")
    if node.relation:
        words.append(f"on {node.relation}" + (f" {node.alias}" if node.alias not in ("", node.relation) else ""))
    yield f"{'  ' * depth}{' '.join(words)}  (cost {node.total_cost:,.0f}, rows {node.rows:,.0f})"
    for child in node.children:
        yield from _lines(child, depth + 1)
