"""NOT IN over a subquery as NOT EXISTS.

## What it does

`x NOT IN (SELECT y FROM ...)` becomes `NOT EXISTS (SELECT FROM ... WHERE y = x)`, which the planner can run as an
anti join.

## When it holds

Neither side can be NULL; where one can, the form has guards for it: a NULL among the y lets no row pass, and a NULL x
passes only where there is no y at all.

## What a careless form does

Without the guards it gives rows that NOT IN does not.

## Why it pays

NOT IN is never a join. As long as the subquery's result fits in `work_mem` it is hashed and cheap; where it does not,
it is read again for each row.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.query.rewrite import Offer
from dbarchitect.sql.layout import Edit
from dbarchitect.sql.nodes import negated, printed, sublink
from dbarchitect.sql.selects import Select, Statement

__all__ = ["offers"]


def offers(query: Statement) -> Iterator[Offer]:
    """The NOT INs among the terms of a WHERE."""
    for select in query.selects:
        for term in select.terms:
            link = negated(term.node)
            inner = query.select_of(sublink(link, "ANY_SUBLINK") or {}) if link else None
            if link is None or inner is None or not inner.plain or link["SubLink"].get("operName"):
                continue
            test = select.qualified(link["SubLink"]["testexpr"])
            if test is None or "ColumnRef" not in test or len(inner.targets) != 1:
                continue
            outer = select.find(link["SubLink"]["testexpr"])
            value = inner.targets[0].node
            if outer is None or outer.relation.alias in inner.relations or "A_Const" in value:
                continue
            shown = _form(inner, printed(value), outer.sql, (outer.nullable, inner.nullable(value)))
            said = f"{outer.sql} and {inner.targets[0].name or 'what the subquery gives'}"
            yield Offer(
                query.edited(Edit(term.span, shown)),
                f"{said} are never NULL"
                if not (outer.nullable or inner.nullable(value))
                else f"NULLs of {said} are kept",
            )


def _form(inner: Select, value: str, outer: str, nulls: tuple[bool, bool]) -> str:
    equal = _exists(inner, f"{value} = {outer}")
    guards: list[str] = []
    if nulls[0]:
        guards.append(f"({outer} IS NOT NULL OR {_exists(inner, '')})")
    if nulls[1]:
        guards.append(_exists(inner, f"{value} IS NULL"))
    return " AND ".join([equal, *guards])


def _exists(inner: Select, condition: str) -> str:
    source = inner.statement.slice(inner.clauses["from"].whole)
    where = inner.condition
    either = inner.fields.get("whereClause", {}).get("BoolExpr", {}).get("boolop") == "OR_EXPR"
    both = " AND ".join(one for one in (f"({where})" if either and condition else where, condition) if one)
    return f"NOT EXISTS (SELECT 1 {source}{f' WHERE {both}' if both else ''})"
