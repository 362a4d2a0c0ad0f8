"""What may not happen at the same time: `bookings of one room must not overlap`, `a dentist cannot have two appointments at
once`, `a room cannot be double-booked`. Said of the thing that takes the time, or of who has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dbarchitect.design.spec import Field, Rule

from .once import above
from .phrases import DETERMINERS, singular
from .statements import NOUN

if TYPE_CHECKING:
    from .grammar import Reader

_FORBIDS = re.compile(r"\bno(?:t|\b)|never|can't|cannot|don't", re.IGNORECASE)
_OVERLAP = re.compile(
    rf"^(?:no two |two |the )?({NOUN})(?: (?:of|in|for) (?:the same|one|a|an) ({NOUN}))? "
    r"(?:must not|may not|never|cannot|can not|can't|do not|don't|may|can|should not)? ?overlap(?:s|ping)?"
    r"(?: (?:per|for|in|on|of|within) (?:the same |a |an |one |each )?(.+))?$",
    re.IGNORECASE,
)
_NEVER = r"(?:can ?not|can't|must not|mustn't|may not|should not|never)"
_AT_ONCE = r"(?: at once| at (?:the same|one|a|any (?:one|given)) time| simultaneously| in parallel| that overlap| overlapping)"
_WHO = rf"^(?P<no>no )?(?:{DETERMINERS}\s+)?(?P<who>{NOUN})"
_TWICE = rf"(?:double[- ]booked|(?:booked|used|taken|reserved|assigned) twice(?:{_AT_ONCE}| for the same (?:time|slot|period)))"
_FORMS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WHO} (?:(?(no)(?:can|may|must|should) |{_NEVER} )(?:ever )?[a-z]+|(?(no)(?:has|have|gets|holds|gives)|(?!)))"
        rf"(?: in| at)? (?:(?:two|several|multiple|more than one)(?: different)? (?P<what>{NOUN}){_AT_ONCE}|(?:two )?overlapping (?P<overlapping>{NOUN}))$",
        rf"{_WHO} (?(no)(?!))(?:(?:can|may|must|should) (?:only )?)?[a-z]+(?: in| at)? (?:only |at most |just |exactly )*one (?P<what>{NOUN}){_AT_ONCE}$",
        rf"{_WHO} (?:(?(no)(?:can|may|must|should) |{_NEVER} )(?:ever )?be|(?(no)(?:is|are)|(?:is|are) never)) {_TWICE}$",
    )
)
_SPANS = re.compile(r"^In (?:seconds|minutes|hours|days|weeks)$")


def overlap(reader: Reader, text: str, line: int) -> bool:
    """`bookings of one room must not overlap`."""
    match = _OVERLAP.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None or not _FORBIDS.search(text):
        return False
    within = match[2] or match[3]
    _forbid(reader, owner, (singular(within),) if within else (), line)
    return True


def at_once(reader: Reader, text: str, line: int) -> bool:
    """`a dentist cannot have two appointments at once`, `no room is double-booked`: said of who has what takes the time."""
    match = next((found for form in _FORMS if (found := form.match(text)) is not None), None)
    who = reader.entity(match["who"]) if match else None
    if match is None or who is None:
        return False
    said = match.groupdict()
    taking = [
        one
        for one, thing in reader.said.things.items()
        if one != who and who in above(reader, one) and times(thing.fields)
    ]
    what = said.get("what") or said.get("overlapping")
    if what:
        taking = [one for one in taking if one == reader.entity(what)]
    if len(taking) != 1:
        return False
    _forbid(reader, taking[0], (who,), line)
    return True


def times(fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The fields that say when something is: a period, its beginning and its end, or its beginning and how long it lasts."""
    whole = [name for name, one in fields.items() if one.kind == "period"]
    ends = [name for name, one in fields.items() if one.kind in ("moment", "date")]
    long = [name for name, one in fields.items() if one.kind == "duration" or _SPANS.match(one.comment)]
    if whole:
        return (whole[0],)
    if len(ends) > 1:
        return (ends[0], ends[1])
    return (ends[0], long[0]) if ends and long else ()


def _forbid(reader: Reader, owner: str, within: tuple[str, ...], line: int) -> None:
    fields = reader.said.things[owner].fields
    found = times(fields) or tuple(name for name, one in fields.items() if one.kind in ("moment", "date"))
    reader.said.rules.append(Rule(entity=owner, kind="exclusive", fields=found, within=within, line=line))
