"""How much of a brief is understood, beside what a reader expects of it: `python tests/brief_expectations.py [FOLDER]`.

An expectation is a TOML file beside the brief (tests/cases/briefs/unseen/README.md). What is expected and neither found
nor told of as unread is silently missing; what is found and not expected is listed for a person to judge.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbarchitect.design.brief import read_brief
from dbarchitect.design.brief.ledger import stem, stems
from dbarchitect.design.brief.phrases import sentences
from dbarchitect.design.spec import Relation, Spec, Unread
from dbarchitect.errors import InputError
from dbarchitect.model import english

FOLDER = Path(__file__).parent / "cases" / "briefs" / "unseen"


@dataclass
class Score:
    """What became of one brief."""

    sentences: int = 0
    unread: int = 0
    overlooked: int = 0  # pieces of which nothing is kept, in sentences that were read
    about: int = 0  # sentences that only say what it is all about
    found: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    silent: list[str] = field(default_factory=list[str])  # of the missing: nothing that is listed speaks of it
    wrong: list[str] = field(default_factory=list[str])  # entities that are none
    extra: list[str] = field(default_factory=list[str])  # found, and nothing was expected there

    @property
    def share(self) -> float:
        """Of what was expected."""
        return len(self.found) / (len(self.found) + len(self.missing))


def normal(name: str) -> str:
    """A name for comparing: singular words with blanks."""
    return " ".join(english.singular(one) for one in english.split(name))


def told(text: str) -> int:
    """How many sentences, items and rows a text has."""
    body = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    paragraphs = re.sub(r"(?<=[^\n])\n(?=[^\n|#>*\-\d])", " ", body)
    return sum(
        len(sentences(line.lstrip("> ")))
        for line in paragraphs.splitlines()
        if line.strip(" -|#*=>\t") and "|--" not in line and not line.startswith("#")
    )


def scored(brief: Path) -> Score:
    """The score of a brief against the TOML beside it."""
    expected = tomllib.loads(brief.with_suffix(".toml").read_text("utf-8"))
    text = brief.read_text("utf-8")
    try:
        spec = read_brief(brief.read_bytes(), brief.name).spec
    except InputError as err:
        sys.stderr.write(f"{brief.stem} is refused: {err.message}\n")
        spec = Spec(unread=tuple(Unread(text=one, line=1) for one in text.splitlines() if one.strip()))
    score = Score(
        sentences=told(text), unread=sum(not one.overlooked for one in spec.unread),
        overlooked=sum(one.overlooked for one in spec.unread), about=len(sentences(spec.about)),
    )  # fmt: skip
    _Against(spec, expected, score, text).compare()
    return score


class _Against:
    def __init__(self, spec: Spec, expected: dict[str, Any], score: Score, text: str) -> None:
        self.spec = spec
        self.lines = text.split("\n")
        self.expected = expected
        self.score = score
        self.have = {normal(one.name): one for one in spec.entities}
        for one in spec.relations:
            if one.name:
                self.have.setdefault(normal(one.name), spec.entity(one.name))  # pyright: ignore[reportArgumentType]
        self.names: dict[str, str] = {}  # as expected (each of its names): the entity's

    def compare(self) -> None:
        meant: set[str] = set()
        for one in self.expected["entities"]:
            options = [normal(name) for name in one.split("|")]
            hit = next((name for name in options if name in self.have), "")
            self._say(bool(hit), f"entity {options[0]}", options)
            meant |= set(options)
            for name in options:
                self.names[name] = hit
        self.score.wrong = [name for name in map(normal, self.expected.get("absent", ())) if name in self.have]
        pairs = {self._junction(one) for one in self.expected.get("relation", ()) if "both" in one}
        self.score.extra = sorted(set(self.have) - meant - set(self.score.wrong) - pairs)
        for owner, fields in self.expected.get("attributes", {}).items():
            for one in fields:
                self._field(owner, one)
        for owner, keys in self.expected.get("unique", {}).items():
            for key in keys:
                self._key(owner, key)
        for owner, fields in self.expected.get("optional", {}).items():
            for one in fields:
                known = self._known(owner, one)
                self._say(known is not None and not known.required, f"{owner}.{one} is optional", one.split("|"))
        for one in self.expected.get("relation", ()):
            self._relation(one)

    def _say(self, right: bool, what: str, words: list[str]) -> None:
        if right:
            self.score.found.append(what)
            return
        self.score.missing.append(what)
        if not any(self._told(name) for name in words):
            self.score.silent.append(what)

    def _told(self, name: str) -> bool:
        """Whether an entry of what is unread speaks of a name: it has a word of it, its line has them all."""
        wanted = {stem(part) for part in normal(name).split() if len(part) > 2} or {stem(name)}
        return any(
            wanted <= self._line(one.line) | set(stems(one.text)) and wanted & set(stems(one.text))
            for one in self.spec.unread
        )

    def _line(self, number: int) -> set[str]:
        return set(stems(self.lines[number - 1])) if number <= len(self.lines) else set()

    def _entity(self, name: str) -> str:
        return self.names.get(normal(name), normal(name))

    def _known(self, owner: str, names: str) -> Any:
        entity = self.have.get(self._entity(owner))
        fields = {normal(one.name): one for one in (entity.fields if entity else ())}
        return next((fields[one] for one in map(normal, names.split("|")) if one in fields), None)

    def _field(self, owner: str, names: str) -> None:
        self._say(self._known(owner, names) is not None, f"{owner}.{names}", names.split("|"))

    def _key(self, owner: str, key: list[str]) -> None:
        entity = self.have.get(self._entity(owner))
        wanted = [{self._entity(one), *map(normal, one.split("|"))} for one in key]
        keys: list[set[str]] = []
        if entity is not None:
            keys = [{normal(one.name), *map(normal, one.within)} for one in entity.fields if one.unique] + [
                set(map(normal, one)) for one in entity.key
            ]
            keys += [{normal(entity.parent), *map(normal, entity.weak)}] if entity.weak else []
            for one in self.spec.relations:
                for near, far in ((one.first, one.second), (one.second, one.first)):
                    if normal(far.entity) == normal(entity.name) and far.most == 1:
                        keys.append({normal(near.entity)})
                if one.name and normal(one.name) == normal(entity.name):
                    keys.append({normal(one.first.entity), normal(one.second.entity)})
        right = any(len(one) == len(wanted) and all(one & want for want in wanted) for one in keys)
        words = [part for one in key for part in one.split("|")]
        self._say(right, f"{owner} is unique by {', '.join(key)}", words)

    def _of(self, one: str, other: str) -> list[tuple[Relation, bool]]:
        """The relations between two entities, and whether `one` is their `first`."""
        a, b = self._entity(one), self._entity(other)
        found: list[tuple[Relation, bool]] = []
        for relation in self.spec.relations:
            pair = (normal(relation.first.entity), normal(relation.second.entity))
            if pair == (a, b):
                found.append((relation, True))
            if a == b == pair[0] == pair[1] or pair == (b, a):
                found.append((relation, False))
        return found

    def _junction(self, one: dict[str, Any]) -> str:
        """The entity that joins two others, where one does."""
        first, second = one["both"]
        for relation, _ in self._of(first, second):
            if relation.first.most is None and relation.second.most is None and relation.name:
                return normal(relation.name)
        for name in self.have:
            ends = {
                normal(near.entity)
                for relation in self.spec.relations
                for near, far in ((relation.first, relation.second), (relation.second, relation.first))
                if normal(far.entity) == name and far.most is None and near.most == 1
            }
            if {self._entity(first), self._entity(second)} <= ends:
                return name
        return ""

    def _relation(self, one: dict[str, Any]) -> None:
        if "both" in one:
            first, second = one["both"]
            direct = [
                relation
                for relation, _ in self._of(first, second)
                if relation.first.most != 1 and relation.second.most != 1
            ]
            junction = self._junction(one)
            self._say(bool(direct or junction), f"{first} n:m {second}", [first, second])
            fields = {normal(known.name) for relation in direct for known in relation.fields}
            if junction and self.have.get(junction) is not None:
                fields |= {normal(known.name) for known in self.have[junction].fields}
            for names in one.get("attributes", ()):
                self._say(
                    any(normal(name) in fields for name in names.split("|")),
                    f"{first} n:m {second} has {names}", names.split("|"),
                )  # fmt: skip
            return
        child, parent = one.get("many", one.get("single", "")), one["one"]
        many = "many" in one
        role = normal(one.get("role", ""))
        right = False
        for relation, first in self._of(child, parent):
            near, far = (relation.second, relation.first) if first else (relation.first, relation.second)
            fits = near.most == 1 and (far.most != 1 if many else far.most == 1)
            named_so = not role or role in (normal(near.role), normal(far.role))
            lax = "optional" not in one or (near.least == 0) == one["optional"]
            right = right or (fits and named_so and lax)
        sign = "n:1" if many else "1:1"
        self._say(right, f"{child} {sign} {parent}{f' ({role})' if role else ''}", [role] if role else [child, parent])


def main(folder: Path) -> None:
    """Print the figures of every brief of a folder; with -v what is missing, wrong and more than was expected."""
    say = sys.stdout.write
    sums = Score()
    for brief in sorted(folder.glob("*.md")):
        if not brief.with_suffix(".toml").exists():
            continue
        score = scored(brief)
        say(f"{brief.stem}: {figures(score)}\n")
        parts = {"missing": score.missing, "silent": score.silent, "wrong": score.wrong, "extra": score.extra}
        for what, items in parts.items():
            if items and "-v" in sys.argv:
                say(f"    {what}: {'; '.join(items)}\n")
        for name in ("sentences", "unread", "overlooked", "about"):
            setattr(sums, name, getattr(sums, name) + getattr(score, name))
        for name in ("found", *parts):
            getattr(sums, name).extend(getattr(score, name))
    say(f"all: {figures(sums)}\n")


def figures(score: Score) -> str:
    """One line."""
    every = len(score.found) + len(score.missing)
    return (
        f"{score.sentences} sentences, {score.unread} listed as unread, {score.overlooked} overlooked, "
        f"{score.about} set aside as about; "
        f"{len(score.found)} of {every} expected ({score.share:.0%}), {len(score.silent)} silently missing, "
        f"{len(score.wrong)} wrong, {len(score.extra)} extra"
    )


if __name__ == "__main__":
    arguments = [one for one in sys.argv[1:] if not one.startswith("-")]
    main(Path(arguments[0]) if arguments else FOLDER)
