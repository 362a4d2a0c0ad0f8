"""Inline comments that silence rules: `-- dba: ignore rule-id[, rule-id] reason`, and `-- dba: ignore-file ...`.

A comment on lines of its own speaks for what is written next: above a statement for everything that the statement
makes (above CREATE TABLE: the table and all of it, now and later), above a column for that column and the constraints
and indexes written with it. A comment at the end of a line speaks for what that line writes, and where it writes
nothing for what was begun last. `/* dba: ignore ... */` means the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from dbarchitect.model.names import ObjectRef, Position

from .positions import Positions, Written
from .script import Statement, comments


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """One comment: it silences `rules` at `objects`, at all of the tables and views in `wholes`, or, for
    `ignore-file`, everywhere (`everywhere`)."""

    rules: tuple[str, ...]
    reason: str
    position: Position
    objects: frozenset[ObjectRef] = frozenset()
    wholes: frozenset[ObjectRef] = frozenset()
    everywhere: bool = False

    def covers(self, rule: str, at: ObjectRef) -> bool:
        """Whether a finding of `rule` about `at` is silenced."""
        if rule not in self.rules:
            return False
        if self.everywhere or at in self.objects:
            return True
        return any((at.schema, at.name) == (whole.schema, whole.name) for whole in self.wholes)


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A comment that silences nothing because it is wrong, and why."""

    position: Position
    message: str


_DIRECTIVE = re.compile(r"\s*dba:\s*(\S*)\s*(.*?)\s*$", re.S)
_RULES = re.compile(r"[a-z0-9_*-]+(?:\s*,\s*[a-z0-9_*-]+)*")


def read_ignores(
    text: str, file: str, statements: Sequence[Statement], places: Positions, rules: Collection[str]
) -> tuple[tuple[Ignore, ...], tuple[Misspelt, ...]]:
    """The ignore comments of one script with what they cover, and those that are wrong: an unknown rule, no reason.

    `statements` are those that `places` was made from (of this file or of several); `rules` are the known ids.
    """
    found: list[Ignore] = []
    wrong: list[Misspelt] = []
    if "dba:" not in text:
        return (), ()
    own = [(ref, one) for ref, one in places.items() if one.position.file == file]
    lines = text.split("\n")
    for one in _directives(text, file, rules):
        if isinstance(one, Misspelt):
            wrong.append(one)
            continue
        if one.everywhere:
            found.append(Ignore(rules=one.rules, reason=one.reason, position=one.position, everywhere=True))
            continue
        alone = not lines[one.position.line - 1][: one.position.column - 1].strip()
        objects, wholes = _covered(one.position, one.last_line, alone, own, statements)
        if not objects:
            message = f"`dba: ignore {', '.join(one.rules)}` stands beside nothing that is created"
            wrong.append(Misspelt(one.position, message))
            continue
        found.append(
            Ignore(
                rules=one.rules,
                reason=one.reason,
                position=one.position,
                objects=frozenset(objects),
                wholes=frozenset(wholes),
            )
        )
    return tuple(found), tuple(wrong)


def read_all_ignores(
    texts: Iterable[tuple[str, str]], statements: Sequence[Statement], places: Positions, rules: Collection[str]
) -> tuple[tuple[Ignore, ...], tuple[Misspelt, ...]]:
    """The same of several scripts. `texts`: (file, text) of each."""
    read = [read_ignores(text, file, statements, places, rules) for file, text in texts]
    return tuple(one for found, _ in read for one in found), tuple(one for _, wrong in read for one in wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineIgnore:
    """One comment in a migration: it silences `rules` for findings on the lines `first` to `last`."""

    rules: tuple[str, ...]
    reason: str
    position: Position
    first: int
    last: int

    def covers(self, rule: str, line: int) -> bool:
        """Whether a finding of `rule` on a line is silenced."""
        return rule in self.rules and self.first <= line <= self.last


def read_line_ignores(
    text: str, file: str, statements: Sequence[Statement], rules: Collection[str]
) -> tuple[tuple[LineIgnore, ...], tuple[Misspelt, ...]]:
    """The ignore comments of a script by the lines that they speak for: above a statement, or at the end of its first
    or last line, the whole statement; within it above a line that line, at the end of a line that line."""
    found: list[LineIgnore] = []
    wrong: list[Misspelt] = []
    if "dba:" not in text:
        return (), ()
    lines = text.split("\n")
    for one in _directives(text, file, rules):
        if isinstance(one, Misspelt):
            wrong.append(one)
            continue
        at = one.position
        alone = not lines[at.line - 1][: at.column - 1].strip()
        if one.everywhere:
            span: tuple[int, int] | None = (0, len(lines))
        else:
            span = _lines(at, one.last_line, alone, statements)
        if span is None:
            message = f"`dba: ignore {', '.join(one.rules)}` stands beside no statement"
            wrong.append(Misspelt(at, message))
        else:
            found.append(LineIgnore(rules=one.rules, reason=one.reason, position=at, first=span[0], last=span[1]))
    return tuple(found), tuple(wrong)


def _lines(at: Position, last_line: int, alone: bool, statements: Sequence[Statement]) -> tuple[int, int] | None:
    inside = next((s for s in statements if s.position <= at and at.line <= s.last_line), None)
    if alone and inside is not None:
        return last_line + 1, last_line + 1
    if alone:
        below = next((s for s in statements if s.position > at), None)
        return (below.position.line, below.last_line) if below else None
    beside = [s for s in statements if at.line in (s.position.line, s.last_line)]
    if beside:
        return beside[-1].position.line, beside[-1].last_line
    return (at.line, at.line) if inside is not None else None


@dataclass(frozen=True, slots=True)
class _Directive:
    rules: tuple[str, ...]
    reason: str
    position: Position
    last_line: int
    everywhere: bool


def _directives(text: str, file: str, rules: Collection[str]) -> Iterator[_Directive | Misspelt]:
    """The comments that begin with `dba:`, read; those that mark the steps of a migration are none of ours."""
    for comment in comments(text, file):
        directive = _DIRECTIVE.match(comment.text)
        if not directive or directive[1] in ("step", "undoes"):
            continue
        action, rest = directive[1], directive[2]
        if action not in ("ignore", "ignore-file"):
            yield Misspelt(comment.position, f"`dba: {action}` is not known: write `dba: ignore rule-id reason`")
            continue
        named = _RULES.match(rest)
        ids = tuple(dict.fromkeys(part.strip() for part in named[0].split(","))) if named else ()
        reason = " ".join(rest[named.end() :].split()).lstrip(":- ") if named else ""
        unknown = [one for one in ids if one not in rules]
        if unknown or not ids:
            yield Misspelt(
                comment.position, f"unknown rule {unknown[0]!r}" if unknown else "`dba: ignore` without a rule"
            )
        elif not reason:
            yield Misspelt(comment.position, f"`dba: {action} {', '.join(ids)}` without a reason: say why")
        else:
            yield _Directive(ids, reason, comment.position, comment.last_line, action == "ignore-file")


def _covered(
    at: Position,
    last_line: int,
    alone: bool,
    own: Sequence[tuple[ObjectRef, Written]],
    statements: Sequence[Statement],
) -> tuple[set[ObjectRef], set[ObjectRef]]:
    mine = [(number, one) for number, one in enumerate(statements) if one.position.file == at.file]
    inside = next((n for n, one in reversed(mine) if one.position <= at and at.line <= one.last_line), None)
    if inside is None:  # above a statement
        number = next((n for n, one in mine if one.position > at), None)
        return _of_statement(number, own) if number is not None else (set(), set())
    if not alone and statements[inside].position.line == at.line:
        return _of_statement(inside, own)
    here = [(ref, one.position) for ref, one in own if one.statement == inside]
    if alone:
        later = sorted({place for _, place in here if place > at and place.line > last_line})
        line = later[0].line if later else 0
    else:
        line = max((place.line for _, place in here if place.line <= at.line), default=0)
    return {ref for ref, place in here if place.line == line}, set()


def _of_statement(number: int, own: Sequence[tuple[ObjectRef, Written]]) -> tuple[set[ObjectRef], set[ObjectRef]]:
    objects = {ref for ref, one in own if one.statement == number}
    wholes = {ref for ref in objects if ref.kind in ("table", "view") and not ref.sub}
    return objects, wholes
