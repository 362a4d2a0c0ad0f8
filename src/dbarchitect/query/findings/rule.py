"""The mechanism of findings on plans: a rule is one function whose docstring is its page."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.model.finding import Severity
from dbarchitect.model.proof import Scalar
from dbarchitect.model.query_advice import QueryFinding

from .reading import Reading, Spot

Check = Callable[[Reading], Iterator[QueryFinding]]

# Of a query's time, below which a finding is not worth its reading. A tenth is what Tuning guides and pgMustard's
# scores treat as the least that one notices; a millisecond is what EXPLAIN's own clock may cost.
LEAST_SHARE = 0.1
LEAST_MS = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One finding that a plan may have. `page`: what it means, when it is false."""

    id: str
    page: str
    check: Check


RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Check], Check]:
    """Register a check under its id."""

    def register(check: Check) -> Check:
        RULES[name] = Rule(id=name, page=inspect.cleandoc(check.__doc__ or ""), check=check)
        return check

    return register


def found(
    reading: Reading,
    name: str,
    spot: Spot | None,
    message: str,
    advice: str,
    *,
    saves: float,
    sql: Sequence[str] = (),
    facts: dict[str, Scalar] | None = None,
    unless: str = "",
    severity: Severity = Severity.WARNING,
) -> QueryFinding:
    """A finding; `saves` in milliseconds (costs of a plan that was not timed), at most what the plan takes."""
    base = max(reading.total, reading.plan.execution_ms or 0.0) if reading.timed else reading.total
    saves = max(min(saves, base), 0.0)
    return QueryFinding(
        rule=name,
        severity=severity,
        message=message,
        advice=advice,
        unless=unless,
        node=None if spot is None else spot.number + 1,
        at="" if spot is None else spot.at,
        sql=tuple(sql),
        facts=facts or {},
        saves_ms=round(saves, 3) if reading.timed else None,
        share=round(saves / base, 4) if base > 0 else 0.0,
    )


def count(number: float) -> str:
    """Rows for people."""
    return f"{number:,.0f}" if number >= 10 or float(number).is_integer() else f"{number:,.1f}"


def ms(milliseconds: float) -> str:
    """A time for people."""
    if milliseconds >= 10_000:
        return f"{milliseconds / 1000:,.1f} s"
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.2g} ms"
