"""The report of `dba index`: what to create and drop, what a budget buys, and what becomes of each query."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.advice import IndexAdvice
from dbarchitect.model.figures import size_text
from dbarchitect.render.digest import cost_unit, plural
from dbarchitect.render.index import advice_verdict

from . import page
from .indexes import advice_view


def index_page(advice: IndexAdvice, source: str, *, written: Sequence[str], version: str) -> str:
    """The page. `written`: files of the migration that the advice was written into."""
    said = advice_verdict(advice)
    freed = sum(one.bytes or 0 for one in advice.drop)
    facts = [
        ("To create", f"{len(advice.create):,}", size_text(advice.bytes) if advice.create else ""),
        ("To drop", f"{len(advice.drop):,}", f"frees {size_text(freed)}" if freed else ""),
        ("Queries", f"{len(advice.queries):,}", ""),
    ]
    if advice.before:
        facts.append(
            (
                f"{cost_unit(advice.proof).name.capitalize()} of the workload",
                f"{advice.after / advice.before:.1%}",
                "of before",
            )
        )
    facts.append(("Considered", f"{advice.candidates:,}", plural(advice.questions, "plan") + " asked for"))
    return page(
        "index.html",
        verb="index",
        subject=source,
        title=f"{source}: dba index",
        heading="Indexes",
        mark="warn" if advice.create or advice.drop or advice.statistics else "good",
        verdict=f"{said[:1].upper()}{said[1:]}.",
        facts=facts,
        contents=[("advice", "Advice", None), ("again", "Again", None)],
        version=version,
        made_at="",
        view=advice_view(advice),
        written=written,
    )
