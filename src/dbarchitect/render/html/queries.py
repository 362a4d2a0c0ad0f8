"""What is said of queries, ready for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding, QueryReview
from dbarchitect.model.rewrite import Rewritten
from dbarchitect.render.digest import CostUnit, amount, cost_unit
from dbarchitect.render.query import query_verdict, where
from dbarchitect.render.rewrite import changed_lines, gain_words, tested_words

from .plans import PlanTable, plan_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding about a query: where in the plan, and what it saves at most, in words."""

    finding: QueryFinding
    at: str
    saves: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Another form of a query. `lines`: the difference, each with "+", "-" or "" before."""

    rewritten: Rewritten
    gain: str
    tested: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryView:
    """A query: its verdict, plan, findings that ask for something, and those that are worth knowing. `share`: of what
    could be saved over all queries, "" where it stands alone."""

    id: str
    review: QueryReview
    verdict: str
    cost: CostUnit
    plan: PlanTable | None
    asking: tuple[Said, ...]
    rest: tuple[Said, ...]
    forms: tuple[Form, ...]
    share: str


def query_view(review: QueryReview, number: int = 1, whole: float = 0.0) -> QueryView:
    """The view of a review; `number` makes its id, `whole` is what could be saved over all queries."""
    said = [_said(one) for one in sorted((*review.findings, *review.patterns), key=lambda one: -one.share)]
    marked = {one.node for one in review.to_improve if one.node is not None}
    plan = review.plan
    return QueryView(
        id=f"query-{number}",
        review=review,
        verdict=query_verdict(review),
        cost=cost_unit(review.proof),
        plan=None if plan is None else plan_table(plan, review.times, review.total, timed=review.timed, marked=marked),
        asking=tuple(one for one in said if one.finding.severity is not Severity.INFO),
        rest=tuple(one for one in said if one.finding.severity is Severity.INFO),
        forms=tuple(
            Form(
                rewritten=one,
                gain=gain_words(one),
                tested=tested_words(one),
                lines=tuple((text[:1].strip(), text[1:]) for text, _ in changed_lines(one.original, one.sql)),
            )
            for one in review.rewrites
        ),
        share=f"{review.saves / whole:.0%}" if whole > 0 and review.saves > 0 else "",
    )


def query_views(reviews: Sequence[QueryReview]) -> list[QueryView]:
    """The views of many, in their order."""
    whole = sum(one.saves for one in reviews)
    return [query_view(one, number, whole) for number, one in enumerate(reviews, 1)]


def _said(one: QueryFinding) -> Said:
    saves = ""
    if one.saves_ms is not None and one.saves_ms > 0:
        saves = f"saves up to {amount(one.saves_ms, 'ms')} ({one.share:.0%})"
    elif one.share > 0:
        saves = f"saves up to {one.share:.0%} of the cost"
    return Said(finding=one, at=where(one).strip(), saves=saves)
