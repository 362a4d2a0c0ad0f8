"""How many rows each table of a lab gets, and in which order tables are filled."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.engines.postgres.lab.keys import is_not_null, source_rows
from dbarchitect.model.schema import Relational, Table

_DEFAULT_ROWS = 1_000  # of a table of which nothing is known
_KEEP_WHOLE = 1_000  # tables up to this size are not scaled down


def volumes(
    schema: Relational, *, rows: Mapping[str, int] | None = None, budget_rows: int = 1_000_000
) -> tuple[dict[str, int], dict[str, float], str]:
    """Rows by table key, what the facts say of them, and in words what was scaled down.

    Tables without facts get 1,000 rows: tables that only link others twice that, small tables that others refer to a
    tenth. What exceeds the budget is taken from the tables of more than 1,000 rows, all by the same factor.
    """
    rows = rows or {}
    wanted: dict[str, int] = {}
    sources: dict[str, float] = {}
    free: dict[str, float] = {}
    referenced = {fk.target for t in schema.tables for fk in t.foreign_keys}
    for table in schema.tables:
        key = str(table.name)
        source = source_rows(schema, table)
        if source is not None:
            sources[key] = source
        if key in rows or "*" in rows:
            wanted[key] = max(rows.get(key, rows.get("*", 0)), 0)
        elif source is not None:
            free[key] = source
        else:
            linked = {c for fk in table.foreign_keys for c in fk.columns}
            own = [c for c in table.columns if c.name not in linked]
            if len(table.foreign_keys) >= 2 and len(own) <= 3:
                free[key] = 2 * _DEFAULT_ROWS
            elif table.name in referenced and not linked and len(table.columns) <= 3:
                free[key] = _DEFAULT_ROWS // 10
            else:
                free[key] = _DEFAULT_ROWS
    roots = {str(t.name) for t in schema.tables if t.partition_of is None and t.kind != "foreign"}
    total = sum(n for k, n in free.items() if k in roots)
    scaled = ""
    factor = 1.0
    if total > budget_rows:
        large = sorted((n for k, n in free.items() if k in roots and n > _KEEP_WHOLE), reverse=True)
        small = total - sum(large)
        factor = max(budget_rows - small, 0) / sum(large) if large else 1.0
        # Scaled tables keep a floor; what the floor costs comes off the others.
        for _ in range(20):
            floored = sum(_KEEP_WHOLE for n in large if n * factor < _KEEP_WHOLE)
            above = sum(n for n in large if n * factor >= _KEEP_WHOLE)
            better = max(budget_rows - small - floored, 0) / above if above else factor
            if abs(better - factor) < 1e-9:
                break
            factor = better
        scaled = (
            f"{len(large)} of {len(roots)} tables are scaled down, to {factor:.3g} of their rows, "
            f"to stay within {budget_rows:,} rows"
        )
    for key, n in free.items():
        whole = n <= _KEEP_WHOLE or factor >= 1.0
        wanted[key] = round(n) if whole else max(round(n * factor), _KEEP_WHOLE)
    return wanted, sources, scaled


def in_order(schema: Relational) -> list[Table]:
    """The tables, parents before children as far as cycles allow (the smallest number of open parents goes first)."""
    left = {t.name: t for t in sorted(schema.tables, key=lambda t: t.name) if t.partition_of is None}
    needs = {n: {fk.target for fk in t.foreign_keys if fk.target in left} - {n} for n, t in left.items()}
    # A key that may be null can wait, so such an edge counts less where a cycle must be cut.
    hard = {
        n: {fk.target for fk in t.foreign_keys if all(is_not_null(t, c) for c in fk.columns)} for n, t in left.items()
    }
    result: list[Table] = []
    while left:
        name = min(left, key=lambda n: (len(needs[n] & hard[n] & left.keys()), len(needs[n] & left.keys()), n))
        ready = [n for n in left if not needs[n] & left.keys()]
        name = ready[0] if ready else name
        result.append(left.pop(name))
    return result
