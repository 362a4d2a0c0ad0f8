"""The report of `dba design`: the verdict, what to watch, the diagram, what is asked, decisions, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dbarchitect.model.architecture import Architecture, AskedPlan, Probe
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Severity
from dbarchitect.model.proof import Proof
from dbarchitect.model.schema import Relational
from dbarchitect.render.design import MS_OF_COST, SLOW_COST, missing, pages, verdict
from dbarchitect.render.digest import PLANNER_COST, amount, listed, plural

from . import page
from .drawing import drawn
from .plans import PlanTable, planned_table

if TYPE_CHECKING:
    from dbarchitect.design.decision import Decision
    from dbarchitect.design.spec import Assumed, Noted, Spec, Unread

_WORST = 3
_NAMED = 3  # indexes or tables of one query


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Something to look at first. `proof` has the figures before and after; `now_later`: of today and in two years."""

    severity: Severity
    said: str
    where: str = ""
    why: str = ""
    proof: Proof | None = None
    now_later: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A query with what its plan comes to. `then_ms`: about how long in two years, by its cost; `meets`: its target,
    "" where it has none; `plan`: of two years."""

    asked: AskedPlan
    id: str
    by: str
    then_ms: float | None
    meets: Literal["", "within", "over"]
    plan: PlanTable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """A query that takes longer with more data: about how long today and in two years, by its costs."""

    access: Access
    now: str
    then: str
    times: str


def folder_pages(
    made: Architecture,
    decisions: Sequence[Decision],
    probes: Sequence[Probe],
    plans: Sequence[QueryPlan | None],
    schema: Relational,
    *,
    spec: Spec,
    command: str,
    version: str,
) -> dict[str, str]:
    """All pages of the folder by path: those of `pages`, and the report for a browser."""
    told = pages(
        made,
        decisions,
        probes,
        assumed=spec.assumed,
        unread=spec.unread,
        noted=spec.noted,
        schema=schema,
        command=command,
    )
    report = design_page(
        made,
        decisions,
        probes,
        plans,
        schema,
        assumed=spec.assumed,
        unread=spec.unread,
        noted=spec.noted,
        command=command,
        version=version,
    )
    return told | {"report.html": report}


def design_page(
    made: Architecture,
    decisions: Sequence[Decision],
    probes: Sequence[Probe],
    plans: Sequence[QueryPlan | None],
    schema: Relational,
    *,
    assumed: Sequence[Assumed],
    unread: Sequence[Unread],
    noted: Sequence[Noted] = (),
    command: str,
    version: str,
) -> str:
    """The page. `plans`: of the queries in their order, at the volumes of two years; None where one was refused."""
    accesses = [
        _access(one, number, plan)
        for number, (one, plan) in enumerate(zip(made.queries, [*plans, *([None] * len(made.queries))]), 1)  # noqa: B905
    ]
    watched = [*_wrong(made, accesses, command)]
    worst, open_ = watched[:_WORST], bool(watched)
    growing = () if open_ else [*_growing(accesses)][:_WORST]
    drawing = drawn(schema)
    topics = {
        topic: [one for one in decisions if one.topic == topic]
        for topic in dict.fromkeys(one.topic for one in decisions)
    }
    tables = {name: [one for one in probes if one.table == name] for name in dict.fromkeys(one.table for one in probes)}
    kinds = (("assumed", assumed), ("not understood", unread), ("says nothing about data", noted))
    heard = listed([name for name, found in kinds if found])
    heard = f"{heard[:1].upper()}{heard[1:]}"
    contents = [
        ("first", "What is open" if open_ else "What to watch", len(watched) if open_ else None),
        ("diagram", "Diagram", len(drawing.tables)),
        ("asked", "What is asked", len(accesses)) if accesses else None,
        ("decisions", "Decisions", len(decisions)),
        ("storage", "Storage", None),
        ("constraints", "Constraints, tried", len(probes)),
        ("review", "Review", len(made.left)),
        ("migrations", "Migrations", None) if made.migration else None,
        ("assumed", heard, len(assumed) + len(unread) + len(noted)) if heard else None,
        ("again", "Again", None),
    ]
    return page(
        "design.html",
        verb="design",
        subject=made.title,
        title=f"{made.title}: dba design",
        cost=PLANNER_COST,
        heading=made.title,
        mark="bad" if not made.holds else "warn" if open_ or made.unread else "good",
        verdict=_verdict(made, watched),
        facts=_facts(made),
        contents=[one for one in contents if one is not None],
        version=version,
        made_at="",
        made=made,
        worst=worst,
        growing=growing,
        more=watched[_WORST:],
        open_=open_,
        drawing=drawing,
        accesses=accesses,
        topics=topics,
        tables=tables,
        wrong=[one for one in probes if not one.holds],
        assumed=assumed,
        unread=unread,
        missing=missing(made.unread),
        noted=noted,
        heard=heard,
        command=command,
        largest=max((one.bytes_later for one in made.sizes), default=0.0),
        total_now=sum(one.bytes_now for one in made.sizes),
        total_later=sum(one.bytes_later for one in made.sizes),
        lab_rows=sum(one.lab_rows for one in made.sizes),
        workload=Proof(before={"cost": made.workload_before}, after={"cost": made.workload_after}),
    )


def _facts(made: Architecture) -> list[tuple[str, str, str]]:
    tried = sum(one.accepted + one.refused + one.failed for one in made.trials)
    now, later = sum(one.bytes_now for one in made.sizes), sum(one.bytes_later for one in made.sizes)
    found = [
        ("Created on", made.engine, ""),
        ("Tables", f"{made.tables:,}", plural(made.columns, "column")),
        ("Constraints", f"{made.constraints:,}", f"{plural(tried, 'trial')}, {len(made.failures):,} wrong"),
        ("Indexes", f"{made.indexes:,}", f"{len(made.advised):,} chosen by planner cost" if made.advised else ""),
    ]
    timed = [one.lab_ms for one in made.queries if one.lab_ms is not None]
    if made.queries:
        slowest = f"slowest {amount(max(timed), 'ms')} in the lab" if timed else "none was run"
        found.append(("Queries", f"{len(made.queries):,}", slowest))
    found.append(("Size in two years", size_text(later), f"{size_text(now)} at the start"))
    return found


def _access(one: AskedPlan, number: int, plan: QueryPlan | None) -> Access:
    then = None if one.cost_later is None else one.cost_later * MS_OF_COST
    meets: Literal["", "within", "over"] = ""
    if one.latency_ms is not None and (one.lab_ms is not None or then is not None):
        meets = "over" if max(one.lab_ms or 0.0, then or 0.0) > one.latency_ms else "within"
    by = _some(one.indexes) or one.without_index
    if one.reads:
        by = "the whole of " + _some([f"{name} ({rows:,.0f} rows)" for name, rows in one.reads])
    return Access(
        asked=one,
        id=f"query-{number}",
        by=by,
        then_ms=then,
        meets=meets,
        plan=None if plan is None or one.refused else planned_table(plan),
    )


def _some(names: Sequence[str]) -> str:
    """Names in a cell of a table; a query of a partitioned table reads by hundreds."""
    more = len(names) - _NAMED
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_NAMED])} and {more:,} more"


def _verdict(made: Architecture, watched: Sequence[Watched]) -> str:
    said = verdict(made)
    slow = sum(one.now_later for one in watched) if made.holds else 0
    dear = f"; {plural(slow, 'query is', 'queries are')} dear" if slow else ""
    return f"{said[:1].upper()}{said[1:]}{dear}."


def _wrong(made: Architecture, accesses: Sequence[Access], command: str) -> Iterator[Watched]:
    """What does not hold or is dear, the worst first."""
    for one in made.failures:
        yield Watched(severity=Severity.ERROR, said=one, where="a trial of a constraint")
    for one in accesses:
        if one.asked.refused:
            yield Watched(
                severity=Severity.ERROR, said=f"{one.asked.text}: {one.asked.refused}", where="cannot be planned"
            )
    for one in accesses:
        if one.meets == "over":
            said = f"{one.asked.text}: over its target of {amount(one.asked.latency_ms, 'ms')}"
            yield Watched(
                severity=Severity.ERROR, said=said, where=one.by, proof=_costs(one.asked, command), now_later=True
            )
    for one in sorted(made.left, key=lambda left: -left.finding.severity.rank):
        finding = one.finding
        if not one.answer and finding.severity is not Severity.INFO:
            yield Watched(
                severity=finding.severity,
                said=finding.message,
                where=finding.rule,
                why=finding.why,
                proof=finding.proof,
            )
    for one in sorted(accesses, key=lambda access: -(access.asked.cost_later or 0.0)):
        if (one.asked.cost_later or 0.0) >= SLOW_COST and one.meets != "over":
            said = f"{one.asked.text}: about {amount(one.then_ms, 'ms')} in two years"
            yield Watched(
                severity=Severity.WARNING, said=said, where=one.by, proof=_costs(one.asked, command), now_later=True
            )


def _growing(accesses: Sequence[Access]) -> Iterator[Growing]:
    """The queries that grow with the data, the dearest then first."""
    for one in sorted(accesses, key=lambda access: -(access.asked.cost_later or 0.0)):
        now, then = one.asked.cost_now, one.asked.cost_later
        if now and then is not None and then > now * 1.05:
            times = then / now
            yield Growing(
                access=one,
                now=amount(now * MS_OF_COST, "ms"),
                then=amount(then * MS_OF_COST, "ms"),
                times=f"{times:,.0f}x" if times >= 10 else f"{times:.1f}x",
            )


def _costs(one: AskedPlan, command: str) -> Proof:
    return Proof(
        level="planned",
        method="on twins with the declared volumes of today and of two years",
        before={"cost": one.cost_now},
        after={"cost": one.cost_later},
        script=one.sql,
        rerun=command,
    )
