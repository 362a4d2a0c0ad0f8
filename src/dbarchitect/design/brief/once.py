"""What may happen once only, and what tells things of one whole apart: keys that are said of a deed or of a number.

`A guest cannot book the same room twice for the same date`, `The section number distinguishes sections of the same course
that are taught in the same year`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .fields import field_of, names_a_value
from .phrases import DETERMINERS, listed, named, singular
from .rules import key
from .statements import NOUN

if TYPE_CHECKING:
    from .grammar import Reader

_ONCE = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<who>{NOUN}) (?:can|may|must|should|could)(?P<never>not| not| never)? (?P<deed>[a-z]+(?: [a-z]+)?) "
    rf"(?:an?|the same|the|one|each|any) (?P<what>{NOUN}) (?P<times>twice|again|more than once|only once|at most once|just once|once)"
    r"(?: (?:with|for|on|in|at|by|per|to) (?P<rest>(?:the same|an?|each|one|any|the) .+))?$",
    re.IGNORECASE,
)
# `no member may get two payouts for the same plant and period`
_NO_TWO_FOR = re.compile(
    rf"^no (?P<who>{NOUN}) (?:can|may|must|should|could) [a-z]+(?: [a-z]+)? (?:two|several|more than one) (?P<what>{NOUN}) (?:with|for|on|in|at|of|to) (?:the same|one|an?) (?P<rest>.+)$",
    re.IGNORECASE,
)
# `no seat may be sold twice for the same event`, `a seat cannot be booked twice for one event`
_SUFFERED = re.compile(
    rf"^(?P<no>no )?(?:{DETERMINERS}\s+)?(?P<what>{NOUN}) (?(no)(?:can|may|must|should)|(?:can ?not|can't|must not|may not|should not|never)) (?:ever )?be [a-z]+"
    r" (?:twice|more than once|again) (?:with|for|on|in|at|by|to|per) (?P<rest>(?:the same|one|an?|each|any) .+)$",
    re.IGNORECASE,
)
_DISTINGUISHES = re.compile(
    rf"^(?:the|a|its|their) (?P<by>.+?) (?:distinguishes|tells apart) (?:the )?(?P<of>{NOUN}) (?:of|within|in) (?:the same|one|an?) "
    r"(?P<whole>.+?)(?: (?:that|which|who) (?:are|is|were|was|take) [a-z]+ (?:in|on|at|for|during) (?:the same|one) (?P<rest>.+))?$",
    re.IGNORECASE,
)


def once(reader: Reader, text: str, line: int) -> bool:
    """A deed that somebody does to the same thing but once: the entity that is the deed has one row of both."""
    match = _ONCE.match(text)
    if match is None or bool(match["never"]) != (match["times"].lower() in ("twice", "again", "more than once")):
        return False
    who, what = reader.entity(match["who"]), reader.entity(match["what"])
    if who is None or what is None or who == what:
        return False
    deeds = [one for one in reader.said.things if one not in (who, what) and {who, what} <= above(reader, one)]
    if len(deeds) != 1:
        return False
    rest = _parts(reader, deeds[0], match["rest"] or "")
    if rest is None:
        return False
    key(reader, deeds[0], (who, what, *rest), (), line)
    return True


def suffered_once(reader: Reader, text: str, line: int) -> bool:
    """What is done to a thing but once for the same other things: of what belongs to all of them, there is one row."""
    match = _SUFFERED.match(text)
    what = reader.entity(match["what"]) if match else None
    if match is None or what is None:
        return False
    found = [
        (one, parts)
        for one in reader.said.things
        if one != what and what in above(reader, one) and (parts := _parts(reader, one, match["rest"])) is not None
    ]
    if len(found) != 1:
        return False
    owner, parts = found[0]
    key(reader, owner, (what, *parts), (), line)
    return True


def no_two_for(reader: Reader, text: str, line: int) -> bool:
    """What somebody gets once only for the same other things."""
    match = _NO_TWO_FOR.match(text)
    who, what = (reader.entity(match["who"]), reader.entity(match["what"])) if match else (None, None)
    if match is None or who is None or what is None or who == what:
        return False
    for one in listed(match["rest"]):
        other = reader.entity(one)
        if other is not None and other not in above(reader, what):
            reader.link(what, other, 1, 1, "", False, line)
        elif other is None and named(one) not in reader.said.things[what].fields:
            made = field_of(one, line=line)
            if made is None or not names_a_value(made.name):
                return False
            reader.said.put(what, made)
    if who not in above(reader, what):
        reader.link(what, who, 1, 1, "", False, line)
    rest = _parts(reader, what, match["rest"])
    if rest is None:
        return False
    key(reader, what, (who, *rest), (), line)
    return True


def distinguishes(reader: Reader, text: str, line: int) -> bool:
    """A field that tells things of one whole apart, alone or among those that share more."""
    match = _DISTINGUISHES.match(text)
    of = reader.entity(match["of"]) if match else None
    whole = reader.entity(match["whole"]) if match else None
    if match is None or of is None or whole is None or whole not in above(reader, of):
        return False
    names = _parts(reader, of, f"{match['by']} and {match['rest']}" if match["rest"] else match["by"])
    if not names:
        return False
    key(reader, of, names, (whole,), line)
    return True


def above(reader: Reader, name: str) -> set[str]:
    """What each `name` has one of."""
    links = reader.said.links
    return {one.to for one in links if one.of == name and one.most == 1} | {
        one.of for one in links if one.to == name and one.most is None
    }


def _parts(reader: Reader, owner: str, text: str) -> tuple[str, ...] | None:
    """The fields and entities that a list names; None where one of them is neither."""
    found: list[str] = []
    for one in listed(text):
        plain = re.sub(r"^(?:the same|an?|each|one|any|the|same) ", "", one.strip(), flags=re.IGNORECASE)
        if named(plain) in reader.said.things[owner].fields:
            found.append(named(plain))
        elif singular(plain) in above(reader, owner):
            found.append(singular(plain))
        else:
            return None
    return tuple(found)


FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (once, suffered_once, no_two_for, distinguishes)
