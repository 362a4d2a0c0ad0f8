"""The report of `dba query`: one query with its plan, or all of a workload that could be better."""

from __future__ import annotations

from dbarchitect.model.query_advice import QueryReview, WorkloadReview
from dbarchitect.model.trial import QueryTrial
from dbarchitect.render.digest import amount, plural

from . import Site, page
from .indexes import advice_view
from .queries import query_view, query_views


def query_page(review: QueryReview, *, version: str, site: Site | None = None, trial: QueryTrial | None = None) -> str:
    """The page of one query. `trial`: what else came out where it was tried on a `site`."""
    view = query_view(review)
    plan = review.plan
    facts: list[tuple[str, str, str]] = []
    if plan is not None and review.timed:
        facts.append(("Took", amount(plan.execution_ms or review.total, "ms"), "once, as it was run"))
    if plan is not None:
        facts.append((view.cost.name.capitalize(), f"{plan.cost:,.0f}", view.cost.said))
        facts.append(("Nodes", f"{sum(1 for _ in plan.root.walk()):,}", ""))
    # A plan that came without a name has none of its own.
    subject = review.source if review.source != "-" else "a pasted plan" if site is not None else "standard input"
    off = max((max(one.off, 1 / one.off) for one in review.times if one.off > 0), default=1.0)
    if off > 1.0:
        facts.append(("Rows misjudged", f"{off:,.0f}x", "at the worst node"))
    facts.append(("To improve", f"{len(view.asking) + len(view.forms):,}", plural(len(view.forms), "other form")))
    return page(
        "query.html",
        site=site,
        trial=trial,
        advice=None if trial is None or trial.advice is None else advice_view(trial.advice),
        verb="query",
        subject=subject,
        title=f"{subject}: dba query",
        heading="Query" if review.proof.rerun or site is None else "Plan",
        mark="warn" if view.asking or view.forms else "good",
        verdict=f"{view.verdict[:1].upper()}{view.verdict[1:]}.",
        facts=facts,
        contents=[
            ("queries", "The query", None),
            *([("indexes", "Indexes", None)] if trial is not None else []),
            ("again", "Again", None),
        ],
        version=version,
        made_at="",
        one=view,
        many=[],
        proof=review.proof,
        notes=(),
        gaps=review.gaps,
    )


def queries_page(review: WorkloadReview, *, version: str) -> str:
    """The page of a workload: the queries that something is said of, those that would save most first."""
    found = len(review.reviews)
    fine = f"{plural(review.fine, 'query needs', 'queries need')} nothing"
    return page(
        "query.html",
        trial=None,
        advice=None,
        verb="query",
        subject=review.source,
        title=f"{review.source}: dba query",
        heading="Queries",
        mark="warn" if found else "good",
        verdict=f"{plural(found, 'query', 'queries')} of {found + review.fine:,} could be better; {fine}."
        if found
        else f"Nothing to improve: {fine}.",
        facts=[],
        contents=[("queries", "Queries", found), ("again", "Again", None)],
        version=version,
        made_at="",
        one=None,
        many=query_views(review.reviews),
        proof=review.proof,
        notes=review.notes,
        gaps=review.left_out,
    )
