"""What sentences have said so far, and a first look at which words are things."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Rule, Unread
from dbarchitect.model import english

from .phrases import bare, singular

HAS = "has|have|contains?|includes?|consists? of|is made (?:up )?of|are made of|keeps?|stores?|holds?|records?|comes? with|carry|carries|gets?|is described by|are described by|owns?|tracks?|knows?|needs?|takes place with|gathers?|groups?"
MAY = "(?:can|may|might|must|should|will|always|usually|also|optionally|at any time)"
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


@dataclass
class Statements:
    """What has been said so far."""

    things: dict[str, Thing] = field(default_factory=dict[str, Thing])
    links: list[Link] = field(default_factory=list[Link])
    rules: list[Rule] = field(default_factory=list[Rule])
    unread: list[Unread] = field(default_factory=list[Unread])
    tenant: str = ""
    last: str = ""  # the entity that `it` means

    def thing(self, name: str, line: int) -> Thing:
        """The entity called `name`, a new one if need be."""
        if name not in self.things:
            self.things[name] = Thing(name=name, line=line)
        return self.things[name]

    def put(self, name: str, new: Field) -> None:
        """A field of an entity; what was said of it before stays."""
        thing = self.thing(name, new.line)
        old = thing.fields.get(new.name)
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


_SUBJECT = re.compile(
    rf"^(?:for )?(?:an?|each|every|one|all|some|most|no two) ({NOUN}),? (?:{HAS}|[a-z]+s|is|are|we|can|may|must|might|should|will)\b",
    re.IGNORECASE,
)
_PLURAL = re.compile(rf"^((?:[a-z]+ )?[a-z]+s|people|children) (?:of .+? )?(?:{MAY} )*(?:[a-z]+)\b", re.IGNORECASE)


def subjects(text: str) -> tuple[list[str], list[str]]:
    """The entities that a sentence is about, for a first look at all of them: (those that it says so of for certain, those
    that it only may: a bare plural at its head)."""
    sure: list[str] = []
    for clause in clauses(text):
        stripped = re.sub(
            r"^(?:and|but|there (?:is|are|can be|may be)|we (?:keep|store|have|need|sell|track|record)) ",
            "",
            clause.strip(),
            flags=re.IGNORECASE,
        )
        match = _SUBJECT.match(stripped)
        if match is not None and " of " not in match[1] and "'" not in match[1] and "’" not in match[1]:
            subject = _subject(match[1])
            if subject:
                sure.append(subject)
        labelled = re.match(r"^([A-Z][\w-]*(?: [a-z]+)?s): .*,", stripped)
        if labelled is not None:
            sure.append(singular(labelled[1]))
        among = re.match(
            r"^(?:several|many|multiple) ([a-z]+(?: [a-z]+)?) of (?:an?|each|every|one) ([a-z]+)\b",
            stripped,
            re.IGNORECASE,
        )
        if among is not None:
            sure += [singular(among[1]), singular(among[2])]
    flagged = re.match(
        r"^([a-z]+(?: [a-z]+)?s) are (?:a |an )?(?:queue|time series|never|append|audited|soft|versioned|archived|immutable)",
        text,
        re.IGNORECASE,
    )
    if flagged is not None:
        sure.append(singular(flagged[1]))
    plain = _PLURAL.match(text)
    maybe = [_subject(plain[1])] if plain is not None else []
    return [one for one in sure if one and one not in NO_THINGS], [one for one in maybe if one and one not in NO_THINGS]


def _subject(text: str) -> str:
    """The noun that a subject is; "" where it runs into a verb (`user can react to a message`)."""
    words = english.split(bare(text))
    return singular(text) if 0 < len(words) <= 3 and not _VERBAL.intersection(words) else ""


_VERBAL = frozenset(
    """
    can may must should will has have is are was were be been keeps keep contains belongs works may takes uses where when
    that which who with from for in on at to by of and or not only same other
    """.split()  # noqa: SIM905
)
# Words in front of an entity that are no part of a name for it.
NO_ROLE = _VERBAL | {
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
}
_CLAUSE = re.compile(
    r",? (?:and|but|while|whereas) (?=(?:an?|each|every|one|the) [\w ]+? (?:has|have|is|are|belongs?|can|may|must|contains?|consists?)\b)|:\s+(?=(?:an?|each|every|one) \w+ (?:has|have)\b)|;\s+",
    re.IGNORECASE,
)


def clauses(text: str) -> list[str]:
    """The main clauses of a sentence: `a student has many courses, and a course has many students` are two."""
    return [one.strip() for one in _CLAUSE.split(text) if one.strip()]


NO_THINGS = frozenset(
    """
    it they we there you system app application data each end start what volume question query screen number scale
    """.split()  # noqa: SIM905
)
