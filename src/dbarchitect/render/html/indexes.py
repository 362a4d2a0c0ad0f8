"""Advice on indexes, ready for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from dbarchitect.model.advice import IndexAdvice, QueryVerdict
from dbarchitect.model.figures import size_text
from dbarchitect.render.curve import draw_curve, knee
from dbarchitect.render.digest import CostUnit, cost_unit, plural
from dbarchitect.render.index import advice_statements, advice_verdict, built_words, choice_words


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceView:
    """`changed`: queries whose cost changes, most saved first, `unhelped`: those that get no index, dearest first;
    `checks`: how many are of foreign keys; `method`: what was done for it; `unit`: what is said of queries before and
    after."""

    advice: IndexAdvice
    verdict: str
    method: str
    cost: CostUnit
    unit: str
    curve: Markup
    knee: str
    built: tuple[str, ...]
    changed: tuple[QueryVerdict, ...]
    unhelped: tuple[QueryVerdict, ...]
    checks: int
    statements: str


def advice_view(advice: IndexAdvice) -> AdviceView:
    """The view of an advice."""
    sizes = {point.bytes: size_text(point.bytes) for point in advice.curve}
    cost = cost_unit(advice.proof)
    bend = knee(advice.curve)
    considered = plural(advice.candidates, "index", "indexes")
    return AdviceView(
        advice=advice,
        verdict=advice_verdict(advice),
        method=f"{advice.proof.method}; {considered} considered, {advice.questions:,} plans asked for"
        f"{choice_words(advice)}",
        cost=cost,
        unit=_unit(advice.queries, cost),
        curve=Markup(draw_curve(advice.curve, sizes, cost.name, alone=False)) if len(advice.curve) > 1 else Markup(),
        knee="" if bend is None else f"{size_text(bend.bytes)} for {plural(bend.indexes, 'index', 'indexes')}",
        built=tuple(built_words(one).lstrip(", ") for one in advice.create),
        changed=tuple(
            sorted(
                (one for one in advice.queries if abs(one.change - 1.0) >= 0.005),
                key=lambda one: one.calls * (one.after - one.before),
            )
        ),
        unhelped=tuple(sorted((one for one in advice.queries if one.why), key=lambda one: -one.calls * one.before)),
        checks=sum(one.source.startswith("foreign key ") for one in advice.queries),
        statements="".join(f"{one};\n" for one in advice_statements(advice)),
    )


def _unit(queries: Sequence[QueryVerdict], cost: CostUnit) -> str:
    timed = [_timed(one) for one in queries]
    return "time" if timed and all(timed) else f"time or {cost.name}" if any(timed) else cost.name


def _timed(query: QueryVerdict) -> bool:
    return query.before_ms is not None and query.after_ms is not None
