"""Rewritten queries for people and for tools: what changes in the text, why it is equal, what was tested, what it
gains."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from rich.text import Text

from dbarchitect.model.rewrite import Equivalence, Rewritten
from dbarchitect.render.console import Part, Verbatim
from dbarchitect.render.digest import cost_unit, plural
from dbarchitect.render.untrusted import block, line


def rewrite_parts(
    found: Sequence[Rewritten], *, numbered: bool = True, orms: Sequence[str] = ()
) -> Iterator[Part]:  # fmt: skip
    """Each form below the other, the best one first; one line where there is none. `orms`: in whose words too."""
    if not found:
        yield Text("no other form of this query is known to cost less", style="dim")
    for number, one in enumerate(found, 1):
        if number > 1:
            yield Text("")
        yield Text(f"{f'{number}. ' if numbered else '   '}{line(one.title)}: {gain_words(one)}", style="bold")
        if one.caution:
            yield Text(f"   the meaning changes: {line(one.caution)}", style="bold yellow")
        yield from (Verbatim(Text(f"   {text}", style=style)) for text, style in changed_lines(one.original, one.sql))
        for statement in one.indexes:
            yield Verbatim(Text(f"   {line(statement)};"))
        if one.indexes:
            yield Text("   both figures are with this index", style="dim")
        for idiom in one.idioms:
            if idiom.orm in orms:
                said = f": {line(idiom.absent)}" if idiom.absent else f" ({line(idiom.checked)})"
                yield Text(f"   {idiom.orm}{said}", style="dim")
                yield from (Verbatim(Text(f"      {text}")) for text in block(idiom.code).splitlines())
        yield Text(f"   why: {line(one.because)}")
        yield Text(f"   {one.proof.level}: {tested_words(one)}", style="dim")


def gain_words(one: Rewritten) -> str:
    """What a form gains, in words."""
    if one.gain is None:
        return "what it gains is not known"
    return f"{one.gain:,.1f} times cheaper ({_costs(one)})"


def _costs(one: Rewritten) -> str:
    before, after = one.before, one.after
    parts: list[str] = []
    if before.milliseconds is not None and after.milliseconds is not None:
        parts.append(f"{before.milliseconds:,.2f} -> {after.milliseconds:,.2f} ms")
    if before.blocks is not None and after.blocks is not None:
        parts.append(f"{before.blocks:,} -> {after.blocks:,} blocks")
    if before.planned is not None and after.planned is not None:
        parts.append(f"{cost_unit(one.proof).name} {before.planned:,.0f} -> {after.planned:,.0f}")
    return ", ".join(parts)


def tested_words(one: Rewritten) -> str:
    """How it was shown that both forms give the same."""
    if one.equivalence is None:
        return "not compared, because the meaning changes"
    return f"no difference on {_databases(one.equivalence)}"


def _databases(test: Equivalence) -> str:
    databases = plural(test.databases, "small database")
    told = f"{test.telling:,} with rows in the result"
    return f"{databases} made for the two ({told}; seed {test.seed}, {test.seconds:.1f} s)"


def changed_lines(before: str, after: str) -> Iterator[tuple[str, str]]:
    """The lines of a unified diff where lines stay, else both texts."""
    old, new = block(before).splitlines(), block(after).splitlines()
    for text in difflib.unified_diff(old, new, lineterm="", n=2):
        if not text.startswith(("---", "+++", "@@")):
            yield text, {"-": "red", "+": "green"}.get(text[:1], "")
