"""Keyset pages for people and for tools: the queries, what a cursor carries, the index, and what it saves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.model.keyset import CursorColumn, Keyset, PagePlans, PageQuery
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import cost_unit
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.keyset/1"
Form = Literal["text", "json", "sql"]
ORMS = ("sqlalchemy", "tortoise", "prisma", "drizzle", "kysely")


def render_keyset(found: Keyset, form: Form, *, orms: Sequence[str] = (), screen: Screen, version: str) -> str:
    """The pages as `form`; `orms`: those whose words are shown too, or "all"."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    if form == "sql":
        return _script(found)
    return printed(_parts(found, orms), screen)


def _script(found: Keyset) -> str:
    if found.refused:
        return f"-- no keyset pages: {line(found.refused)}\n"
    index = f"{line(found.index_sql)};\n\n" if found.index_sql else ""
    return index + "\n".join(f"-- {name}\n{block(page.sql)};\n" for name, page in _pages(found))


def _pages(found: Keyset) -> Iterator[tuple[str, PageQuery]]:
    for name, page in (("first page", found.first), ("next page", found.next), ("previous page", found.previous)):
        if page is not None:
            yield name, page


def _parts(found: Keyset, orms: Sequence[str]) -> Iterator[Part]:
    if found.refused:
        yield Text(f"no keyset pages: {line(found.refused)}", style="bold yellow")
        if found.hint:
            yield Text(f"try: {line(found.hint)}", style="dim")
        return
    yield Text(_verdict(found), style="bold green")
    yield Text(
        f"{found.proof.level}: {line(found.proof.method)} "
        f"({', '.join(f'{line(key)} {line(value)}' for key, value in found.proof.environment.items())})",
        style="dim",
    )
    yield Text("")
    yield Text("the cursor: of the page's last row for the next page, of its first for the previous", style="bold")
    for key in found.keys:
        yield Text(f"  {_key(key)}")
    for name, page in _pages(found):
        yield Text("")
        yield Text(name, style="bold")
        for row in block(page.named).splitlines():
            yield Verbatim(Text(f"  {row}"))
        mark = "?" if found.engine == "sqlite" else "$"
        numbered = ", ".join(f"{mark}{number} {line(one.name)}" for number, one in enumerate(page.parameters, 1))
        if numbered:
            yield Text(f"  as {mark}n: {numbered}", style="dim")
    yield Text("")
    yield from _index(found)
    if found.plans is not None:
        yield from _plans(found.plans, cost_unit(found.proof).name)
    for note in found.notes:
        yield Text(f"note: {line(note)}", style="dim")
    for idiom in found.idioms:
        if idiom.orm not in orms and "all" not in orms:
            continue
        yield Text("")
        said = f" ({line(idiom.checked)})" if idiom.checked else ""
        yield Text(f"{idiom.orm}{said}", style="bold")
        if idiom.absent:
            yield Text(f"  absent: {line(idiom.absent)}")
        for row in block(idiom.code).splitlines():
            yield Verbatim(Text(f"  {row}"))
        if idiom.note:
            yield Text(f"  note: {line(idiom.note)}", style="dim")
    yield Text("")
    yield Verbatim(Text(f"again: {line(found.proof.rerun)}", style="dim"))


def _verdict(found: Keyset) -> str:
    form = {
        "row": "one comparison of rows",
        "or": "terms joined with OR",
        "union": "one branch for each prefix of the keys",
    }[found.form]
    skipped = f"; in place of OFFSET {line(found.offset)}" if found.offset else ""
    around = ", around the whole query" if found.wrapped else ""
    return f"pages by {', '.join(line(one.expression) for one in found.keys)}: {form}{around}{skipped}"


def _key(key: CursorColumn) -> str:
    order = "DESC" if key.descending else "ASC"
    if key.nullable:
        order += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    said = [line(key.type) or "type not known", order, "" if key.nullable else "never NULL"]
    said += ["added so that no two rows are equal"] if key.tie_break else []
    said += ["added to the output"] if key.hidden else []
    return f"{line(key.name)}: {', '.join(one for one in said if one)}"


def _index(found: Keyset) -> Iterator[Part]:
    if found.existing:
        yield Text(f"the index for it is there: {line(found.existing)}", style="bold")
    elif found.index_sql:
        yield Text("the index for it", style="bold")
        yield Verbatim(Text(f"  {line(found.index_sql)};"))
    else:
        yield Text(f"no index for it: {line(found.index_why)}", style="bold yellow")


def _plans(plans: PagePlans, cost: str) -> Iterator[Part]:
    page = f"page {plans.page:,} of {plans.size} rows"
    if plans.keyset is not None:
        costs = f"{cost} {plans.offset_before:,.0f} by OFFSET"
        if plans.offset_after != plans.offset_before:
            costs += f" ({plans.offset_after:,.0f} with the index)"
        yield Text(f"  {page}: {costs}, {plans.keyset:,.1f} by the keys")
    if plans.used:
        yield Text(f"  its plan takes {line(plans.used)}", style="dim")
        if plans.condition:
            yield Verbatim(Text(f"  Index Cond: {line(plans.condition)}", style="dim"))
        if plans.filter:
            yield Verbatim(Text(f"  Filter: {line(plans.filter)}", style="dim"))
    if plans.sorts:
        yield Text("  its plan sorts all rows that are left for each page", style="yellow")
    if plans.offset_ms is not None and plans.keyset_ms is not None:
        equal = "the same rows" if plans.equal else "OTHER ROWS"
        times = f"{plans.offset_ms:,.2f} ms by OFFSET, {plans.keyset_ms:,.2f} ms by the keys"
        both = ", the index there for both" if plans.used else ""
        yield Text(f"  measured on {plans.rows or 0:,} rows, page {plans.page:,}{both}: {times}, {equal}")
