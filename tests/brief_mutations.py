"""Briefs with invented clauses put into them, and what became of these: `python tests/brief_mutations.py BRIEF...`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec

from dbarchitect.design.brief import read_brief
from dbarchitect.design.spec import Access, Spec
from dbarchitect.model import english

# What is put behind a sentence's last word, and the words of it that have to be found again.
CLAUSES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (" and every one is blessed by a wizard of rank 7", ("wizard", "rank", "7")),
    (", which is guarded by a dragon", ("dragon",)),
    (" unless the moon is full", ("moon",)),
    (", except on sundays", ("sunday",)),
    (" (weighed in stones)", ("stone",)),
    (", but never more than 37 of them per sorcerer", ("37", "sorcerer")),
    (", together with a pedigree", ("pedigree",)),
    (" if a herald has announced it", ("herald",)),
    ("; only a bishop may see it", ("bishop",)),
    (" within 91 minutes", ("91",)),
)
SENTENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Only a bishop may change it.", ("bishop",)),
    ("After 91 days it turns into a pumpkin.", ("91", "pumpkin")),
    ("Nobody may own more than 37 of them.", ("37",)),
    ("A falcon brings it at midnight.", ("falcon", "midnight")),
)


@dataclass(frozen=True)
class Mutant:
    """A brief with something put in, on which line, and the words that have to be accounted for."""

    text: str
    line: int
    put: str
    words: tuple[str, ...]


def mutants(text: str, first: int = 0) -> Iterator[Mutant]:
    """A brief with something put into each of its sentences and items. They take turns from clause `first` on."""
    lines = text.split("\n")
    number = first
    fenced = False
    for at, line in enumerate(lines):
        fenced ^= line.startswith("```")
        if fenced or not line.strip() or re.match(r"^\s*(?:#|\||>|```|---|[\w-]+: \S+$)", line):
            continue
        for end in re.finditer(r"(?<=[a-z)])(?:[.](?= |$)|$)", line):
            put, words = CLAUSES[number % len(CLAUSES)]
            number += 1
            new = line[: end.start()] + put + line[end.start() :]
            yield Mutant("\n".join((*lines[:at], new, *lines[at + 1 :])), at + 1, put, words)
            if end[0]:
                put, words = SENTENCES[number % len(SENTENCES)]
                new = f"{line[: end.end()]} {put}{line[end.end() :]}"
                yield Mutant("\n".join((*lines[:at], new, *lines[at + 1 :])), at + 1, put, words)


def silent(mutant: Mutant) -> list[str]:
    """The invented words that are neither kept in the spec nor listed."""
    spec = read_brief(mutant.text.encode(), "brief.md").spec
    said = _words(spec)
    return [one for one in mutant.words if one not in said]


def _words(spec: Spec) -> set[str]:
    """All words and numbers that a spec keeps or lists, without introductions and the text of access patterns."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.update(english.singular(one) for one in english.split(value))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found.add(f"{value:g}")
        elif isinstance(value, msgspec.Struct):
            skipped = {"line", "hint", "about"} | ({"text"} if isinstance(value, Access) else set[str]())
            for name in set(value.__struct_fields__) - skipped:
                walk(getattr(value, name))
        elif isinstance(value, tuple):
            for each in cast("tuple[object, ...]", value):
                walk(each)

    walk(spec)
    return found


def main(paths: list[Path]) -> None:
    """Print how many mutants of each brief are accounted for, and those that are not."""
    say = sys.stdout.write
    every = lost = 0
    for path in paths:
        text = path.read_text("utf-8")
        for one in (each for first in range(len(CLAUSES)) for each in mutants(text, first)):
            every += 1
            if missing := silent(one):
                lost += 1
                where = one.text.splitlines()[one.line - 1][-160:]
                say(f"{path.stem}:{one.line}: {one.put!r} lost {missing}: {where}\n")
    say(f"{lost} of {every} silently lost\n")


if __name__ == "__main__":
    main([Path(one) for one in sys.argv[1:]])
