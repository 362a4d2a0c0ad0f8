"""What sentences have said so far, and the words that they are told by."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Rule, Unread

HAS = "has|have|contains?|includes?|consists? of|(?:is|are) (?:made (?:up )?|composed )of|compris(?:es?|ing)|(?:is|are) (?:split|divided|cut|broken|segmented|chunked)(?: up| down)? into|keeps?|stores?|holds?|records?|comes? with|carry|carries|gets?|is described by|are described by|(?:is|are) (?:labelled|labeled|marked|characteri[sz]ed|equipped|fitted) (?:with|by)|owns?|tracks?|knows?|needs?|lists?(?= (?:an?|one|several|many|its|the) )|sets? out|names(?= (?:an?|the|its)\b)|(?:is|are) (?:assigned|given|allocated|granted)(?= an? )|takes place with|gathers?|groups?|states?|specif(?:y|ies)|indicates?|bears?|shows?|mentions?"
MAY = "(?:can|could|may|might|must|should|will|always|usually|also|optionally|at any time)"
NOUN = r"[\w'’`*\" -]+?"


@dataclass(frozen=True)
class Link:
    """One direction: for one `of`, `least` to `most` of `to`, called `role`. `owns`: said with a verb of having."""

    of: str
    to: str
    least: int
    most: int | None
    role: str
    owns: bool
    line: int
    ordered: bool = False
    vague: bool = False  # how many was not said: a bare plural stood there
    counts: bool = False  # said to tell how many: `one payment may settle several invoices`
    form: Literal["", "adjacency", "closure", "ltree"] = ""  # of a tree
    levels: int = 0


@dataclass
class Thing:
    """An entity as it is gathered."""

    name: str
    line: int
    plural: str = ""
    fields: dict[str, Field] = field(default_factory=dict[str, Field])
    flags: dict[str, bool] = field(default_factory=dict[str, bool])
    keys: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    kind_of: str = ""
    comment: str = ""
    parent: str = ""  # what it is known within, by `weak`
    weak: tuple[str, ...] = ()
    partitioned: Literal["", "month", "week", "day"] = ""
    several: dict[str, tuple[int, int | None]] = field(
        default_factory=dict[str, tuple[int, int | None]]
    )  # see several.py
    value: bool = False  # known only as what something has several of
    slight: bool = False  # known only by the part that it takes in something: no thing where that was not read


@dataclass
class Statements:
    """What has been said so far."""

    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    links: list[Link] = field(default_factory=list[Link])
    rules: list[Rule] = field(default_factory=list[Rule])
    unordered: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])  # (entity, start, end)
    unread: list[Unread] = field(default_factory=list[Unread])
    pairs: dict[tuple[str, str], list[Field]] = field(default_factory=dict[tuple[str, str], list[Field]])
    deeds: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # who does something with what
    tenant: str = ""
    everything: bool = False  # all data is said to be the tenants'
    isolation: str = ""  # what is to be each tenant's own: "schema", "database"
    last: str = ""  # the entity that `it` means

    def thing(self, name: str, line: int) -> Thing:
        """The entity called `name`, a new one if need be."""
        if name not in self.things:
            self.things[name] = Thing(name=name, line=line)
        return self.things[name]

    def put(self, name: str, new: Field, several: tuple[int, int | None] | None = None) -> None:
        """A field of an entity; what was said of it before stays. `several`: how many values of it there are."""
        thing = self.thing(name, new.line)
        old = thing.fields.get(new.name)
        if several is not None and (old is None or new.name in thing.several):
            thing.several[new.name] = several
        else:
            thing.several.pop(new.name, None)
        thing.fields[new.name] = new if old is None else _joined(old, new)


def _joined(old: Field, new: Field) -> Field:
    return replace(
        old,
        kind=new.kind if new.values or old.kind == "word" else old.kind,
        values=new.values or old.values,
        required=old.required and new.required,
        unique=old.unique or new.unique,
        within=new.within or old.within,
        currency=new.currency or old.currency,
        default=new.default or old.default,
        minimum=new.minimum or old.minimum,
        maximum=new.maximum or old.maximum,
        length=new.length or old.length,
        wide=new.wide or old.wide,
        dimensions=new.dimensions or old.dimensions,
    )


VERBAL = frozenset(
    """
    can cannot never may must should will has have is are was were be been keeps keep contains belongs works may takes uses where when
    that which who with from for in on at to by of and or not only same other
    """.split()  # noqa: SIM905
)
# Words in front of an entity that are no part of a name for it.
NO_ROLE = VERBAL | {
    "during",
    "a",
    "an",
    "the",
    "its",
    "their",
    "about",
    "exactly",
    "one",
    "many",
    "new",
    "own",
    "into",
    "between",
    "two",
    "three",
    "several",
    "all",
    "both",
    "most",
    "least",
    "up",
}
_CLAUSE = re.compile(
    r",? (?:and|but|while|whereas) (?=(?:an?|each|every|one|the) (?:(?!and\b|or\b)\w+ ){1,3}?(?:has|have|is|are|belongs?|can|may|must|contains?|consists?)\b)|,? (?:and|but) (?=(?:it|they) (?:also )?(?:has|have|is|are|belongs?|can|may|must|contains?|consists?)\b)|:\s+(?=(?:an?|each|every|one) \w+ (?:has|have|is|are|belongs?|can|may|must|takes|starts|stands)\b)|;\s+",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """The main clauses of a sentence: `a student has many courses, and a course has many students` are two."""
    return rejoined([one.strip() for one in _CLAUSE.split(text) if one.strip()])


_BARE_NOUN = re.compile(r"^(?:the|its|their|an?) [\w’'-]+(?: of (?:the |an? |its )?[\w-]+| [\w-]+)?$", re.IGNORECASE)


def rejoined(parts: list[str]) -> list[str]:
    """The clauses, where a noun alone goes with what follows: `the year of birth and the year of death can be missing`."""
    found: list[str] = []
    for one in parts:
        if found and _BARE_NOUN.match(found[-1]):
            found[-1] = f"{found[-1]} and {one}"
        else:
            found.append(one)
    return found


NO_THINGS = frozenset(
    """
    it they we there you system app data each end start what volume query screen number scale
    second minute hour day week month year metre meter kilometre mile gram litre euro dollar pound percent
    """.split()  # noqa: SIM905
)
