"""What a plan says: findings with their node, figures, advice, and what it would save at most."""

from __future__ import annotations

from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.finding import Severity
from dbarchitect.model.query_advice import QueryFinding
from dbarchitect.model.schema import Relational

from . import conditions, estimates, joins, memory, order, scans, whole
from .estimates import misjudged
from .reading import Reading
from .rule import LEAST_MS, LEAST_SHARE, RULES, Rule

__all__ = ["MODULES", "RULES", "Reading", "Rule", "findings_of", "misjudged", "read"]

MODULES = (scans, conditions, joins, order, memory, estimates, whole)  # each registers its rules when it is imported

# Of two findings on the same node, the one that says more: key gives way to any of the values.
_GIVES_WAY = {
    "seq-scan-filter": ("func-on-column", "cast-defeats-index", "leading-wildcard", "like-no-opclass", "json-arrow",
                        "not-distinct", "nl-inner-seqscan"),
    "index-filter": ("wrong-index-order-by", "func-on-column", "cast-defeats-index", "leading-wildcard", "json-arrow"),
    "recheck-waste": ("bitmap-lossy",),
    "sort-spill": ("sort-for-topn",),
    "correlated-columns": ("nl-misestimate",),
    "row-misestimate": ("nl-misestimate", "stale-stats", "correlated-columns"),
    "index-searches": ("index-walk",),
    "temp-io": ("mat-spill", "cte-rescan"),
}  # fmt: skip


def findings_of(plan: QueryPlan, schema: Relational | None = None, sql: str = "") -> tuple[QueryFinding, ...]:
    """The findings on a plan, those that would save most first. `schema` with facts lets more be said.

    What would save less than a tenth, or less than a millisecond, is left out.
    """
    return read(Reading(plan, schema, sql))


def read(reading: Reading) -> tuple[QueryFinding, ...]:
    """The same for a plan that was read already."""
    made = [one for rule in RULES.values() for one in rule.check(reading) if _worth(one)]
    at = {(one.rule, one.node) for one in made}
    kept = [one for one in made if not any((better, one.node) in at for better in _GIVES_WAY.get(one.rule, ()))]
    return tuple(sorted(kept, key=lambda one: (one.severity is Severity.INFO, -one.share, one.rule, one.node or 0)))


def _worth(one: QueryFinding) -> bool:
    if one.severity is Severity.INFO:
        return True
    return one.share >= LEAST_SHARE * 0.5 and (one.saves_ms is None or one.saves_ms >= LEAST_MS)
