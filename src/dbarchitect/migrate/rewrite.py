"""Mending a script: a statement is replaced by its safe form, and transactions are drawn around what is left.

Only the text of the statement changes, and BEGIN and COMMIT where the safe form must leave a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.sql import statements as s

from .rule import Fix
from .script import Script, Unit, is_marked
from .site import any_outside

_OUTSIDE = re.compile(r"\bCONCURRENTLY\b|^VACUUM\b|^ALTER\s+SYSTEM\b|^(?:CREATE|DROP)\s+DATABASE\b", re.I)


def cannot(script: Script, fix: Fix) -> str:
    """Why a fix cannot be written into a script; "" where it can."""
    if script.lines:
        return "its SQL stands in a program"
    if is_marked(script.text):
        return "its steps are numbered, and the way back names them: plan it anew with `dba migrate new`"
    if script.runs != "plain" and any(piece.apart for piece in fix.pieces):
        return "the tool runs the whole file in one transaction: the safe form needs a migration of its own"
    return ""


def rewritten(script: Script, units: Sequence[Unit], number: int, fix: Fix) -> str:
    """The text of `script` with `fix` in the place of statement `number`; its line ends are kept."""
    text = _rewritten(script.text, units, number, fix)
    if "\r\n" in script.text and script.text.count("\n") == script.text.count("\r\n"):
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text


def _rewritten(text: str, units: Sequence[Unit], number: int, fix: Fix) -> str:
    spans = _spans(text, units)
    number = fix.statement if fix.statement >= 0 else number
    unit = units[number]
    apart = any(piece.apart for piece in fix.pieces)
    acting = [one for one in units if not isinstance(one.action, s.SetVariable)]
    whole = len({one.block for one in acting}) <= 1 and not any_outside(units)
    if not apart or not (unit.explicit or whole):
        joined = "\n".join(f"{piece.sql};" for piece in fix.pieces)
        start, end = spans[number]
        return text[:start] + joined + text[end:]
    if unit.explicit:
        first, last = _block(units, number)
        begins = sum(isinstance(one.action, s.Transaction) and one.action.kind == "begin" for one in units)
        return _redrawn(
            text, spans, number, fix, first + 1, last, begin=spans[first], commit=spans[last], drawn=begins > 1
        )
    first = next((n for n, one in enumerate(units) if not isinstance(one.action, s.SetVariable)), 0)
    return _redrawn(text, spans, number, fix, first, len(units), begin=None, commit=None)


def _spans(text: str, units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Where each statement stands in the text, its semicolon included."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found: list[tuple[int, int]] = []
    for unit in units:
        at = unit.parsed.text.position
        start = starts[at.line - 1] + at.column - 1
        end = start + len(unit.parsed.text.sql)
        closing = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*;", re.S).match(text, end)
        found.append((start, closing.end() if closing else end))
    return found


def _block(units: Sequence[Unit], number: int) -> tuple[int, int]:
    """The BEGIN before a statement and the COMMIT after it."""
    kinds = [unit.action.kind if isinstance(unit.action, s.Transaction) else "" for unit in units]
    first = max(n for n in range(number) if kinds[n] == "begin")
    last = next((n for n in range(number, len(units)) if kinds[n] in ("commit", "rollback")), len(units) - 1)
    return first, last


def _redrawn(
    text: str,
    spans: Sequence[tuple[int, int]],
    number: int,
    fix: Fix,
    first: int,
    last: int,
    *,
    begin: tuple[int, int] | None,
    commit: tuple[int, int] | None,
    drawn: bool = False,
) -> str:
    """The text with statements `first` to `last` (exclusive) in transactions that leave out what stands apart.

    drawn  the script has other transactions, which say already how it is meant
    """
    before, after = range(first, number), range(number + 1, last)
    head = text[: begin[0] if begin else spans[first][0]]
    tail = text[commit[1] :] if commit else text[spans[last - 1][1] :]
    # Comments between statements stay with the statement below them.
    leading = [
        text[spans[n - 1][1] if n > first else (begin[1] if begin else spans[n][0]) : spans[n][0]]
        for n in range(first, last)
    ]
    body = {n: text[spans[n][0] : spans[n][1]] for n in range(first, last)}
    groups: list[tuple[bool, list[str]]] = []  # (in a transaction, statements)

    def put(sql: str, apart: bool) -> None:
        if groups and not apart and groups[-1][0]:
            groups[-1][1].append(sql)
        else:
            groups.append((not apart, [sql]))

    for n in before:
        put(leading[n - first].strip("\n") + "\n" + body[n] if leading[n - first].strip() else body[n], False)
    lead = leading[number - first].strip()
    for place, piece in enumerate(fix.pieces):
        put(f"{lead}\n{piece.sql};" if lead and place == 0 else f"{piece.sql};", piece.apart)
    for n in after:
        put(leading[n - first].strip("\n") + "\n" + body[n] if leading[n - first].strip() else body[n], False)
    # Without a BEGIN, and without a statement that refuses one, a script is one transaction.
    drawn = drawn or any(inside and len(statements) > 1 for inside, statements in groups)
    drawn = drawn or any(_OUTSIDE.search(piece.sql) for piece in fix.pieces)
    written: list[str] = []
    for inside, statements in groups:
        joined = "\n".join(statements)
        if (inside and len(statements) > 1) or not drawn:
            joined = f"BEGIN;\n{joined}\nCOMMIT;"
        written.append(joined)
    return head + "\n\n".join(written) + tail
