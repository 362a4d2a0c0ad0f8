"""The report of `dba report`: the verdict, the worst findings, the diagram, queries, indexes, and what is no pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.model.query import Workload
from dbarchitect.model.report import Report
from dbarchitect.render.digest import (
    by_object,
    counts,
    next_commands,
    plural,
    silent_by_reason,
    standing,
    suppressed_by,
    verdict,
    worst,
)
from dbarchitect.render.erd import Implied

from . import Site, page
from .drawing import drawn
from .indexes import advice_view
from .queries import query_views

_QUERIES = 40  # of a workload: the first of them take nearly all of its time


def report_page(
    report: Report, implied: Sequence[Implied], *, made_at: str, version: str, site: Site | None = None
) -> str:
    """The page. `implied`: references that only names imply, which the diagram shows. A `site` has the diagram and the
    findings on pages of their own."""
    review = report.review
    top = worst(review.findings)
    chosen = {id(one) for one in top}
    rest = () if site else by_object([one for one in review.findings if id(one) not in chosen])
    drawing = None if site else drawn(report.schema, implied)
    queries = [] if report.queries is None else query_views(report.queries.reviews[:_QUERIES])
    advice = None if report.advice is None else advice_view(report.advice)
    found = counts(review.findings)
    gaps = tuple(dict.fromkeys((*report.missing, *review.gaps)))
    if report.queries is not None:
        gaps = tuple(dict.fromkeys((*gaps, *report.queries.left_out)))
    if report.advice is not None:
        gaps = tuple(dict.fromkeys((*gaps, *report.advice.left_out)))
    said = len(review.silent) + len(review.suppressed) + len(gaps)
    advised = () if report.advice is None else (*report.advice.create, *report.advice.drop)
    contents = [
        ("worst", "The worst" if rest or site else "Findings", len(top)),
        ("diagram", "Diagram", len(drawing.tables)) if drawing else None,
        ("findings", "By object", sum(len(one) for _, one in rest)) if rest else None,
        ("queries", "Queries", len(queries)) if report.queries is not None else None,
        ("indexes", "Indexes", len(advised)) if report.advice is not None else None,
        ("workload", "Workload", len(report.workload.queries)) if report.workload is not None else None,
        ("silent", "Not checked", said) if said else None,
        ("again", "Again", None),
    ]
    return page(
        "report.html",
        site=site,
        verb="report",
        subject=report.source,
        title=f"{report.source}: dba report",
        heading=_name(report.source),
        mark="bad" if found[Severity.ERROR] else "warn" if found[Severity.WARNING] else "good",
        verdict=f"{verdict(review)[:1].upper()}{verdict(review)[1:]}.",
        facts=_facts(report),
        contents=[one for one in contents if one is not None],
        version=version,
        made_at=made_at,
        report=report,
        review=review,
        standing=standing(review),
        suppressed=suppressed_by(review),
        worst=top,
        numbers=numbers_of(review) if site else Numbers({}),
        rest=rest,
        drawing=drawing,
        implied=len(implied),
        queries=queries,
        advice=advice,
        workload=None if report.workload is None else _workload(report.workload),
        silent=silent_by_reason(review.silent),
        gaps=gaps,
        commands=next_commands(review),
    )


def numbers_of(review: Review) -> Numbers:
    """Under which number a site shows a finding."""
    return Numbers({id(one): number for number, one in enumerate(review.findings, 1)})


class Numbers:
    """Numbers from 1 by finding: the very value, since two that are alike stand on two pages."""

    def __init__(self, numbers: Mapping[int, int]) -> None:
        self._numbers = numbers

    def __contains__(self, finding: Finding) -> bool:
        return id(finding) in self._numbers

    def __getitem__(self, finding: Finding) -> int:
        return self._numbers[id(finding)]


def _name(source: str) -> str:
    """The last part of a path or a URL: what a source is called among people."""
    return source.partition("?")[0].rstrip("/").rpartition("/")[2] or source


def _facts(report: Report) -> list[tuple[str, str, str]]:
    review = report.review
    tables = [one for one in report.schema.tables if one.partition_of is None]
    keys = sum(len(one.foreign_keys) for one in tables)
    levels = Counter(one.proof.level for one in review.findings)
    proved = len(review.findings) - levels["asserted"]
    partitions = len(report.schema.tables) - len(tables)
    parted = f"{partitions:,} of them partitions; " if partitions else ""
    found = [
        ("Engine", review.engine, ""),
        ("Tables", f"{len(report.schema.tables):,}", parted + plural(keys, "foreign key")),
        ("Indexes", f"{review.indexes:,}", ""),
        ("Findings", f"{len(review.findings):,}", f"{proved:,} proved; {plural(review.rules_run, 'rule')} run"),
    ]
    sizes = report.schema.facts.tables if report.schema.facts is not None else {}
    size = sum(one.total_bytes or one.heap_bytes or 0 for one in sizes.values())
    if size:
        found.append(("Size", size_text(size), ""))
    if report.advice is not None and report.advice.create and report.advice.before:
        share = report.advice.after / report.advice.before
        found.append(("Workload", f"{share:.0%}", "of today's cost, with the advised indexes"))
    return found


def _workload(workload: Workload) -> dict[str, object]:
    """The queries as rows, those that take the most time first; by calls where no time is known."""
    spent = sum(one.total_ms or 0.0 for one in workload.queries)
    ranked = sorted(workload.queries, key=lambda one: (-(one.total_ms or 0.0), -one.calls))
    calls = max((one.calls for one in ranked), default=0.0)
    rows = [(one, (one.total_ms or 0.0) / spent if spent else one.calls / calls if calls else 0.0) for one in ranked]
    return {
        "origin": workload.origin,
        "rows": rows[:200],
        "more": max(len(rows) - 200, 0),
        "timed": spent > 0,
        "spent": spent,
        "calls": sum(one.calls for one in workload.queries),
    }
