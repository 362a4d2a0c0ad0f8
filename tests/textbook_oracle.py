"""Designed schemas beside the reference schemas of textbooks: `python tests/textbook_oracle.py [-v] [CASE ...]`.

A case is a text of requirements in our own words, with tables, keys, references and pairs as its source gives them
(tests/cases/briefs/textbook). Names are compared in the singular and may be one of several; a surrogate key is good
where the natural one is UNIQUE. Scored are tables, keys, references, and how many and whether at all (cardinalities).
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dbarchitect.design.brief import read_brief
from dbarchitect.design.draft import Draft, Foreign, Table
from dbarchitect.design.tables import designed
from dbarchitect.errors import InputError
from dbarchitect.model import english

FOLDER = Path(__file__).parent / "cases" / "briefs" / "textbook"
ASPECTS = ("tables", "keys", "references", "cardinalities")


@dataclass
class Verdict:
    """Of one case: by aspect what is as in the reference, and what is not."""

    right: dict[str, list[str]] = field(default_factory=lambda: {one: [] for one in ASPECTS})
    wrong: dict[str, list[str]] = field(default_factory=lambda: {one: [] for one in ASPECTS})
    strange: list[str] = field(default_factory=list[str])  # tables that the reference does not know
    unread: list[str] = field(default_factory=list[str])

    @property
    def share(self) -> float:
        """Of all that the reference has."""
        right = sum(map(len, self.right.values()))
        return right / (right + sum(map(len, self.wrong.values())))

    def say(self, aspect: str, holds: bool, what: str) -> bool:
        """Note one fact of the reference."""
        (self.right if holds else self.wrong)[aspect].append(what)
        return holds


def normal(name: str) -> str:
    """A name for comparing."""
    return " ".join(english.singular(one) for one in english.split(name))


def judged(case: Path) -> Verdict:
    """The design of a case's text beside its reference."""
    reference = tomllib.loads(case.read_text("utf-8"))
    spec = read_brief(reference["text"].encode(), case.name).spec
    verdict = Verdict(unread=[one.text for one in spec.unread])
    try:
        draft, _ = designed(spec, now=datetime(2026, 1, 1, tzinfo=UTC))
    except InputError as err:
        verdict.unread.append(f"refused: {err.message}")
        draft = Draft()
    _Oracle(draft, reference, verdict).judge()
    return verdict


class _Oracle:
    def __init__(self, draft: Draft, reference: dict[str, Any], verdict: Verdict) -> None:
        self.draft = draft
        self.reference = reference
        self.verdict = verdict
        self.have = {normal(one.name): one for one in draft.tables.values()}
        for entity, table in draft.by_entity.items():  # kinds that share a table
            self.have.setdefault(normal(entity), draft.tables[table])
        self.meant: dict[str, Table] = {}

    def judge(self) -> None:
        reference = self.reference
        for names in reference["tables"]:
            table = next((self.have[one] for one in map(normal, names.split("|")) if one in self.have), None)
            if self.verdict.say("tables", table is not None, names) and table is not None:
                for one in map(normal, names.split("|")):
                    self.meant[one] = table
        known = {id(table) for table in self.meant.values()}
        for one in reference.get("pairs", ()):
            joint = self._joint(*one["of"])
            what = f"{one['of'][0]} n:m {one['of'][1]}"
            if self.verdict.say("references", joint is not None, what) and joint is not None:
                known.add(id(joint))
                for names in one.get("fields", ()):
                    self.verdict.say("references", self._columns(joint, names) is not None, f"{what} has {names}")
        used: set[int] = set()
        for one in reference.get("foreign", ()):
            self._reference(one, used)
        for names, told in reference["tables"].items():
            for key in told["keys"]:
                self._key(names, key)
        self.verdict.strange = sorted(one.name for one in self.draft.tables.values() if id(one) not in known)

    def _table(self, names: str) -> Table | None:
        return next((self.meant[one] for one in map(normal, names.split("|")) if one in self.meant), None)

    def _columns(self, table: Table, names: str) -> tuple[str, ...] | None:
        """The columns that a word of a key stands for: a field's, or those of a reference."""
        for name in map(normal, names.split("|")):
            for column in table.columns:
                if name in (normal(column.name), normal(column.source)):
                    return (column.name,)
            for one in table.foreigns:
                if (
                    name in (normal(one.entity), normal(one.role))
                    or self.meant.get(name) is self.draft.tables[one.target]
                ):
                    return one.columns
        return None

    def _key(self, names: str, key: list[str]) -> None:
        what = f"{names} ({', '.join(key)})"
        table = self._table(names)
        if table is None:
            self.verdict.say("keys", False, what)
            return
        parts = [self._columns(table, one) for one in key]
        wanted = {column for part in parts if part for column in part}
        keys = [set(table.key), *(set(one.columns) for one in table.uniques)]
        self.verdict.say("keys", all(parts) and wanted in keys, what)

    def _reference(self, told: dict[str, Any], used: set[int]) -> None:
        table, target = self._table(told["of"]), self._table(told["to"])
        role = normal(told.get("role", ""))
        what = f"{told['of']} -> {told['to']}{f' ({role})' if role else ''}"
        found: list[Foreign] = []
        if table is not None and target is not None:
            found = [one for one in table.foreigns if one.target == target.name and id(one) not in used]
            named = [one for one in found if role and role in normal(one.role)]
            plain = [one for one in found if not role and not one.role]
            found = named or plain or found
        if not self.verdict.say("references", bool(found), what) or table is None:
            self.verdict.say("cardinalities", False, what)
            return
        one = found[0]
        used.add(id(one))
        optional = any(not column.not_null for column in table.columns if column.name in one.columns)
        single = any(set(key.columns) <= set(one.columns) for key in table.uniques if not key.predicate)
        fits = optional == told.get("optional", False) and single == told.get("one", False)
        self.verdict.say("cardinalities", fits, what)

    def _joint(self, first: str, second: str) -> Table | None:
        """The table whose rows are pairs of two others."""
        ends = [self._table(first), self._table(second)]
        for table in self.draft.tables.values():
            targets = [one.target for one in table.foreigns]
            if None in ends or table in ends:
                continue
            wanted = [one.name for one in ends if one is not None]
            enough = targets.count(wanted[0]) > 1 if wanted[0] == wanted[1] else set(wanted) <= set(targets)
            if enough and (table.what == "junction" or normal(table.name) not in self.meant):
                return table
        return None


def main(names: list[str], *, all_of_it: bool) -> None:
    """Print a line for every case."""
    say = sys.stdout.write
    sums = Verdict()
    for case in sorted(FOLDER.glob("*.toml")):
        if names and case.stem not in names:
            continue
        verdict = judged(case)
        say(f"{case.stem}: {figures(verdict)}\n")
        for aspect in ASPECTS:
            sums.right[aspect] += verdict.right[aspect]
            sums.wrong[aspect] += verdict.wrong[aspect]
            if all_of_it and verdict.wrong[aspect]:
                say(f"    {aspect}: {'; '.join(verdict.wrong[aspect])}\n")
        sums.strange += verdict.strange
        sums.unread += verdict.unread
        if all_of_it and verdict.strange:
            say(f"    not in the reference: {', '.join(verdict.strange)}\n")
        for one in verdict.unread if all_of_it else ():
            say(f"    unread: {one}\n")
    say(f"all: {figures(sums)}\n")


def figures(verdict: Verdict) -> str:
    """One line."""
    parts = [f"{one} {len(verdict.right[one])}/{len(verdict.right[one]) + len(verdict.wrong[one])}" for one in ASPECTS]
    return f"{', '.join(parts)} ({verdict.share:.0%}); {len(verdict.strange)} strange, {len(verdict.unread)} unread"


if __name__ == "__main__":
    main([one for one in sys.argv[1:] if not one.startswith("-")], all_of_it="-v" in sys.argv)
