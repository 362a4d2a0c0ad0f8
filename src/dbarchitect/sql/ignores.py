"""Inline comments that silence rules: `-- dba: ignore rule-id[, rule-id] reason`, and `-- dba: ignore-file ...`.

A comment on lines of its own speaks for what is written next: above a statement for everything that the statement
makes (above CREATE TABLE: the table and all of it, now and later), above a column for that column and the constraints
and indexes written with it. A comment at the end of a line speaks for what that line writes, and where it writes
nothing for what was begun last. `/* dba: ignore ... */` means the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
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
    for comment in comments(text, file):
        directive = _DIRECTIVE.match(comment.text)
        if not directive:
            continue
        action, rest = directive[1], directive[2]
        if action in ("step", "undoes"):  # where a step of a migration begins
            continue
        if action not in ("ignore", "ignore-file"):
            wrong.append(
                Misspelt(comment.position, f"`dba: {action}` is not known: write `dba: ignore rule-id reason`")
            )
            continue
        named = _RULES.match(rest)
        ids = tuple(dict.fromkeys(part.strip() for part in named[0].split(","))) if named else ()
        reason = " ".join(rest[named.end() :].split()).lstrip(":- ") if named else ""
        unknown = [one for one in ids if one not in rules]
        if unknown or not ids:
            wrong.append(
                Misspelt(
                    comment.position, f"unknown rule {unknown[0]!r}" if unknown else "`dba: ignore` without a rule"
                )
            )
            continue
        if not reason:
            wrong.append(Misspelt(comment.position, f"`dba: {action} {', '.join(ids)}` without a reason: say why"))
            continue
        if action == "ignore-file":
            found.append(Ignore(rules=ids, reason=reason, position=comment.position, everywhere=True))
            continue
        alone = not lines[comment.position.line - 1][: comment.position.column - 1].strip()
        objects, wholes = _covered(comment.position, comment.last_line, alone, own, statements)
        if not objects:
            wrong.append(
                Misspelt(comment.position, f"`dba: ignore {', '.join(ids)}` stands beside nothing that is created")
            )
            continue
        found.append(
            Ignore(
                rules=ids,
                reason=reason,
                position=comment.position,
                objects=frozenset(objects),
                wholes=frozenset(wholes),
            )
        )
    return tuple(found), tuple(wrong)


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
