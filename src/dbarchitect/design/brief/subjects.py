"""A first look at a brief: which words are things."""

from __future__ import annotations

import re

from dbarchitect.model import english

from .deeds import headed, made, maker
from .fields import kind_by_name
from .notes import heads_of_notes
from .phrases import bare, listed, named, singular
from .statements import HAS, MAY, NO_THINGS, NOUN, VERBAL, clauses
from .wording import afterwards, plainly

_SUBJECT = re.compile(
    rf"^(?:for )?(?:an?|each|every|one|all|some|most|no two) ({NOUN}),? (?:{HAS}|[a-z]+(?<!s)s(?= \S)|is|are|we|can|may|must|might|should|will)\b",
    re.IGNORECASE,
)
_HAVING = re.compile(
    rf"^((?:the )?(?!application\b|many\b|several\b|most\b|some\b|few\b|more\b|both\b|software\b|question\b|who\b|which\b|what\b|that\b|this\b|these\b|those\b|nobody\b|everyone\b|everything\b)[\w-]+(?: [\w-]+)?)"
    rf" (?:{MAY} )*(?:has|have|contains?|consists? of|includes?|is identified by|are identified by|is described by|are described by) ",
    re.IGNORECASE,
)
_REMARK = re.compile(
    rf"^(?:an?|the) {NOUN} (?:is|are|may be|can be) (?:optional|required|mandatory|not required|unique|empty|missing|unknown|left (?:out|blank|empty)|blank)$",
    re.IGNORECASE,
)
# `a member of staff` is a noun; `the email of a customer` and `a number of orders` are more than one.
_OF_WHAT = re.compile(
    r" of (?:an?|the|each|every|any|all|its|their|one)\b|\b(?:number|set|list|lot|group|kind|type|sort|pair|each|one|some|any) of ",
    re.IGNORECASE,
)
_PLURAL = re.compile(rf"^((?:[a-z]+ )?[a-z]+s|people|children) (?:of .+? )?(?:{MAY} )*(?:[a-z]+)\b", re.IGNORECASE)


def subjects(text: str) -> tuple[list[str], list[str]]:
    """The entities that a sentence is about, for a first look at all of them: (those that it says so of for certain, those
    that it only may: a bare plural at its head)."""
    sure: list[str] = []
    maybe: list[str] = []
    for clause in (one for said in plainly(re.sub(r"[*`]", "", text)) for one in clauses(said)):
        for one in (clause, afterwards(clause) or ""):
            sure += [*heads_of_notes(one), made(one), maker(one), headed(one)]
            having = _HAVING.match(one)
            plain_ = having is not None and not having[1].lower().startswith("the ")
            if having is not None and plain_ and (having[1][:1].islower() or singular(having[1]) != named(having[1])):
                sure.append(_subject(having[1]))
            elif having is not None:  # `the library has branches`: a thing, if there is one of several
                maybe.append(_subject(re.sub(r"^the ", "", having[1], flags=re.IGNORECASE)))
        stripped = re.sub(
            r"^(?:and|but|there (?:is|are|can be|may be)|we (?:keep|store|have|need|sell|track|record)) ",
            "",
            clause.strip(),
            flags=re.IGNORECASE,
        )
        match = _SUBJECT.match(stripped)
        remark = _REMARK.match(stripped)  # `an email address is optional` tells of a field
        if (
            match is not None
            and remark is None
            and not _OF_WHAT.search(match[1])
            and "'" not in match[1]
            and "’" not in match[1]
        ):
            subject = _subject(match[1])
            if subject:
                sure.append(subject)
        both = re.match(
            r"^([a-z]+s) and ([a-z]+(?: [a-z]+)?s) (?:have|has|are identified by) an? ", stripped, re.IGNORECASE
        )
        if both is not None:
            sure += [singular(both[1]), singular(both[2])]
        labelled = re.match(r"^([A-Z][\w-]*(?: [a-z]+)?s): (?![~\d]).*,", stripped)
        if labelled is not None:
            sure.append(singular(labelled[1]))
        among = re.match(
            r"^(?:several|many|multiple) ([a-z]+(?: [a-z]+)?) of (?:an?|each|every|one) ([a-z]+)\b",
            stripped,
            re.IGNORECASE,
        )
        if among is not None:
            sure += [singular(among[1]), singular(among[2])]
    sure += [singular(one) for one in stored(text)]
    theirs = re.match(
        r"^((?:[a-z]+ )?[a-z]+s) belong to (?:an?|one|exactly one|one or more|several|many) [a-z]", text, re.IGNORECASE
    )
    if theirs is not None:  # `deals belong to an agency`
        sure.append(_subject(theirs[1]))
    flagged = re.match(
        r"^([a-z]+(?: [a-z]+)?s) are (?:a |an )?(?:queue|time series|never|append|audited|soft|versioned|archived|immutable)",
        text,
        re.IGNORECASE,
    )
    if flagged is not None:
        sure.append(singular(flagged[1]))
    maybe += [_subject(plain[1]) for one in plainly(text) if (plain := _PLURAL.match(one)) is not None]
    # `a screen has seats`: what else is a word of chapters, here it is a thing.
    having = re.match(r"(?:an?|each|every) (.+?) (?:has|have|belongs)\b", text, re.IGNORECASE)
    said = having[1].lower() if having else ""
    return [one for one in sure if one and (one not in NO_THINGS or one == said)], [
        one for one in maybe if one and one not in NO_THINGS
    ]


def stored(text: str) -> list[str]:
    """The things that `we store shows, episodes and listeners` names; [] where it lists fields or says more."""
    match = _STORED.match(text.strip())
    items = listed(match[1]) if match else []
    several = [one for one in items if singular(one) != named(one) and len(one.split()) <= 2]
    values = any(kind_by_name(singular(one)) != "word" or singular(one).split()[-1] in _OF_ALL for one in several)
    return several if len(items) > 1 and len(several) == len(items) and not values else []


_STORED = re.compile(
    r"^(?:the (?:system|app|application|software|platform) (?:must |shall |should |will )?|we )(?:store|keep|keep track of|track|manage|record|administer|handle)s? ([\w ,-]+)$",
    re.IGNORECASE,
)
_OF_ALL = frozenset(
    (
        "name",
        "title",
        "type",
        "kind",
        "size",
        "colour",
        "color",
        "category",
        "language",
        "detail",
        "information",
        "thing",
    )
)


def _subject(text: str) -> str:
    """The noun that a subject is; "" where it runs into a verb (`user can react to a message`)."""
    words = english.split(bare(text))
    inner = {one for at, one in enumerate(words) if one != "of" or at in (0, len(words) - 1)}
    return singular(text) if 0 < len(words) <= 3 and not VERBAL.intersection(inner) else ""
