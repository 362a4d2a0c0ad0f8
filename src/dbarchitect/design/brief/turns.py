"""Turns of phrase that say several things at once: `a student can take one exam per course`, `a student can't enrol twice in the
same course`, `if a student misses a lesson, we note the reason`, `a contractor is a company with a name`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from dbarchitect.design.spec import Field, Rule

from .deeds import NO_FIELD, nouns_of
from .fields import field_of
from .once import above
from .phrases import DETERMINERS, every, listed, singular, with_relatives
from .statements import MAY, NOUN, Link
from .subjects import stored

if TYPE_CHECKING:
    from .grammar import Reader

_KEPT = r"(?:kept|recorded|stored|noted|written down|entered|logged|registered)"
_NOT = r"(?:can ?not|can['’]t|may not|must not|never|should not|shall not)"
_TWICE = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) {_NOT} (?:be )?([a-z]+?)(?:ed)? twice (?:in|for|at|on|with|to|into)? ?(?:the same|an?|one) ({NOUN})$"
    rf"|^(?:{DETERMINERS}\s+)?({NOUN}) {_NOT} (?:be )?([a-z]+?)(?:ed)? (?:in|for|at|on|with|to|into)? ?(?:the same|an?|one) ({NOUN}) (?:twice|more than once)$",
    re.IGNORECASE,
)
_ONE_PER = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*[a-z]+ (?:only |at most |exactly |just )?one ({NOUN}) (?:per|for each|for every|in each) ({NOUN})$",
    re.IGNORECASE,
)
_SORT_WITH = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:an? )?([\w-]+(?: [\w-]+)?) (?:with|that has|which has|who has|having) ((?:an?|the|its|their) .+)$",
    re.IGNORECASE,
)
_ON_EVENT = re.compile(
    rf"^(?:if|when|whenever|each time|every time|once) (?:{DETERMINERS}\s+)?({NOUN}) ([a-z]+)(?: (?:up|out|in|for|to|on|at|by))? (?:{DETERMINERS}\s+)?({NOUN}),"
    rf" (?:we (?:also )?(?:keep|store|record|note|log|write down|need) (.+)|((?:the|an?|its) .+) (?:is|are|must be) (?:also )?{_KEPT})$",
    re.IGNORECASE,
)
_ON_DEED = re.compile(
    rf"^(?:if|when|whenever|each time|every time|once|as soon as) (?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|gets?) ([a-z]+),"
    rf" (?:we (?:also )?(?:keep|store|record|note|log|write down|need) (.+)|((?:the|an?|its) .+) (?:is|are|must be) (?:also )?{_KEPT})$",
    re.IGNORECASE,
)
_RATING = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*rates? (?:{DETERMINERS}\s+)?({NOUN})(?: (?:with|by))? \(?(?:from |between |with )?(\d+) ?(?:to|and|-) ?(\d+)(?: stars?| points?)?"
    rf"(?:, (?:only )?once (?:per|for each|for every) {NOUN})?\)?(?:,? (?:and|with) (?:(?:can |may )?(?:leave|write|add|give) )?an? (optional )?(comment|note|review))?(?:,? (?:only )?once (?:per|for each|for every) {NOUN})?$",
    re.IGNORECASE,
)
_ENDS_AFTER = re.compile(rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*(?:always )?ends? (?:only )?after it (?:starts|begins|has started|has begun)$", re.IGNORECASE)  # fmt: skip
_OTHERS = re.compile(r"^(?:all|any|the) (?:the )?(?:other|remaining) (?:fields|values|attributes|columns) (?:are|must be) (?:required|mandatory|not empty)$", re.IGNORECASE)  # fmt: skip
_NUMBERED = re.compile(rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) numbered$", re.IGNORECASE)


def twice(reader: Reader, text: str, line: int) -> bool:
    """`a student can't enrol twice in the same course`: an enrolment is one of either, a pair of them is there once anyway."""
    match = _TWICE.match(text)
    if match is None:
        return False
    who, verb, what = match.groups()[:3] if match[1] else match.groups()[3:]
    first, second = reader.entity(who), reader.entity(what)
    if first is None or second is None or first == second:
        return False
    deed = next((one for one in nouns_of(verb.lower()) if one in reader.said.things), None)
    if deed is not None:
        _of_both(reader, deed, first, second, line)
        return True
    deeds = [one for one in reader.said.things if one not in (first, second) and {first, second} <= above(reader, one)]
    if len(deeds) == 1:  # `a seat can't be sold twice for the same screening`, where tickets are of one of either
        reader.said.things[deeds[0]].keys.append((first, second))
        return True
    return any({one.of, one.to} == {first, second} and one.most is None for one in reader.said.links)


def _of_both(reader: Reader, deed: str, first: str, second: str, line: int) -> None:
    """A deed is of one of either, and no two are of both the same."""
    for one in (first, second):
        if not any({link.of, link.to} == {deed, one} for link in reader.said.links):
            reader.said.links.append(Link(deed, one, 1, 1, "", False, line))
    reader.said.things[deed].keys.append((first, second))


def one_each(reader: Reader, text: str, line: int) -> bool:
    """`a student can take one exam per course`: an exam is of one student and one course, and no two are of both the same."""
    match = _ONE_PER.match(text)
    names = [reader.entity(one) for one in match.groups()] if match else []
    if match is None or not all(names) or len(set(names)) < 3:
        return False
    who, what, each = (one or "" for one in names)
    _of_both(reader, what, who, each, line)
    reader.said.last = what
    return True


def sort_with(reader: Reader, text: str, line: int) -> bool:
    """`a contractor is a company with a name and a number`, where companies are no things of the brief."""
    match = _SORT_WITH.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None or reader.entity(match[2]) is not None:
        return False
    reader.said.last = owner
    return every([reader.item(owner, one, line, optional=False) for one in with_relatives(listed(match[3]))])


def on_event(reader: Reader, text: str, line: int) -> bool:
    """`if a student misses a lesson, we note the reason`: what is known of the two together."""
    match = _ON_EVENT.match(text)
    first, second = (reader.entity(match[1]), reader.entity(match[3])) if match else (None, None)
    if match is None or first is None or second is None or first == second:
        return False
    fields = [field_of(one, line=line) for one in listed(match[4] or match[5])]
    if any(one is None for one in fields):
        return False
    deed = next((one for one in nouns_of(match[2].lower()) if one in reader.said.things), None)
    if deed is not None:
        for one in fields:
            if one is not None:
                reader.said.put(deed, one)
        return True
    if any({one.of, one.to} == {first, second} and one.most == 1 for one in reader.said.links):
        return False  # of one of the two, and nobody knows of which
    reader.said.links += [
        Link(first, second, 0, None, "", False, line, vague=True),
        Link(second, first, 0, None, "", False, line, vague=True),
    ]
    reader.said.pairs.setdefault((first, second), []).extend(one for one in fields if one is not None)
    return True


def on_deed(reader: Reader, text: str, line: int) -> bool:
    """`when a tape is lent, the lending date is written down`, where tapes are lent to researchers: it is of the two."""
    match = _ON_DEED.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    deeds = [
        one for one in reader.said.links if owner in (one.of, one.to) and one.role.split()[:1] == [match[2].lower()]
    ]
    fields = [field_of(one, line=line) for one in listed(match[3] or match[4])]
    if len(deeds) != 1 or any(one is None or NO_FIELD.match(one.name) for one in fields):
        return False
    reader.said.pairs.setdefault((deeds[0].of, deeds[0].to), []).extend(one for one in fields if one is not None)
    return True


def rating(reader: Reader, text: str, line: int) -> bool:
    """`listeners rate episodes from 1 to 5 stars, once per episode`: a rating is of one of either."""
    match = _RATING.match(text)
    who, what = (reader.entity(match[1]), reader.entity(match[2])) if match else (None, None)
    if match is None or who is None or what is None or who == what:
        return False
    fields = [Field(name="rating", kind="integer", minimum=match[3], maximum=match[4], line=line)]
    if match[6]:
        fields.append(Field(name=match[6].lower(), kind="text", required=not match[5], line=line))
    name = "rating" if not any(one.of == "rating" and one.to not in (who, what) for one in reader.said.links) else ""
    name = reader.said.thing(name or f"{what} rating", line).name
    _of_both(reader, name, who, what, line)
    for one in fields:
        reader.said.put(name, one)
    return True


def ends_after(reader: Reader, text: str, line: int) -> bool:
    """`a shift ends after it starts`, where both are fields."""
    match = _ENDS_AFTER.match(text)
    owner = reader.entity(match[1]) if match else None
    fields = list(reader.said.things[owner].fields) if owner else []
    low = [one for one in fields if re.match(r"(?:start|begin)s?\b", one)]
    high = [one for one in fields if re.match(r"ends?\b", one)]
    if owner is None or len(low) != 1 or len(high) != 1:
        return False
    reader.said.rules.append(Rule(entity=owner, kind="order", fields=(low[0], high[0]), line=line))
    return True


def others(reader: Reader, text: str, line: int) -> bool:
    """`all other fields are required`, as they are where nothing else is said."""
    return bool(_OTHERS.match(text))


def stored_things(reader: Reader, text: str, line: int) -> bool:
    """`we store shows, episodes and listeners`."""
    names = stored(text)
    for one in names:
        reader.said.thing(singular(one), line)
    return bool(names)


def numbered(reader: Reader, text: str, line: int) -> bool:
    """`racks are numbered`."""
    match = _NUMBERED.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    reader.said.last = owner
    reader.said.put(owner, Field(name="number", kind="integer", unique=True, line=line))
    return True


_OF_ITS = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) [a-z]+ (?:to|by|for|from|with) the ({NOUN}) of (?:the|its|their|an?|each) ({NOUN})$",
    re.IGNORECASE,
)


def of_its(reader: Reader, text: str, line: int) -> bool:
    """`invoices are sent to the employer of the participant`: participants have one employer each."""
    match = _OF_ITS.match(text)
    target, owner = (reader.entity(match[2]), reader.entity(match[3])) if match else (None, None)
    if match is None or target is None or owner is None or target == owner:
        return False
    if not any({one.of, one.to} == {target, owner} for one in reader.said.links):
        reader.said.links.append(Link(owner, target, 1, 1, "", False, line))
    return True


FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (
    twice, one_each, sort_with, on_event, on_deed, rating, ends_after, others, numbered, stored_things, of_its,
)  # fmt: skip
