"""Sentences about one field of what was spoken of last: `its code has three letters`, `the closing date stays empty`, `the
phase is P or S`, `latitude and longitude are given in degrees`. A field that nobody named so far is one from then on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field

from .fields import field_of, names_a_value
from .phrases import DETERMINERS, bare, every, listed, named
from .quantities import number
from .statements import NOUN, VERBAL

if TYPE_CHECKING:
    from .grammar import Reader

_IS = r"(?:is|are|must be|has to be|have to be|should be|shall be|will be)"
_ABOUT = re.compile(
    r"^(?P<of>(?:the|its|their|an?) [\w ,’'-]+?|[\w-]+ and [\w-]+) "
    r"(?P<said>(?:is|are|must|has|have|may|can|stays?|remains?|takes?|consists?|lies|should|shall|will|ranges?) .+)$",
    re.IGNORECASE,
)
# What is said of the field, and what becomes of it.
_EMPTY = re.compile(
    r"^(?:(?:may|can|might) be (?:missing|empty|unknown|blank|open|absent|left (?:out|empty|blank|open))|(?:stays?|remains?|is|are|may stay|may remain) (?:empty|blank|open|unknown|null)|is not (?:always |yet )?(?:known|required|mandatory))"
    r"(?: (?:until|while|as long as|if|when|before|till|for|in) .+)?$"
    rf"|^{_IS} optional$",
    re.IGNORECASE,
)
_NEEDED = re.compile(rf"^{_IS} (?:mandatory|required|obligatory|always (?:given|known|there|present))$", re.IGNORECASE)
_UNIQUE = re.compile(
    rf"^{_IS} unique(?: worldwide)?$|^(?:(?:is|are) (?:never|not)|can ?not be|can['’]t be|must (?:not|never) be|may (?:not|never) be) (?:re-?used|shared|given twice|used (?:twice|again)|repeated|assigned twice)(?: for .+)?$"
    r"|^is assigned once and never reused$",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    rf"^{_IS} unique (?:within|in|inside|per|for|among|on|at)(?: (?:the same|a given|an?|the|its|each|every|one))? ([\w-]+(?: [\w-]+)?)$",
    re.IGNORECASE,
)
_IN_UNITS = re.compile(
    r"^(?:is|are) (?:given|expressed|measured|stated|recorded|kept|held) (in [\w ]+?)(?: above .+)?$", re.IGNORECASE
)
_LETTERS = re.compile(
    r"^(?:has|have|is made of|consists? of|is|are) (?P<most>up to |at most |no more than )?(?P<count>\d+|one|two|three|four|five|six|seven|eight|nine|ten)"
    r"[ -](?:letters?|characters?|digits?)(?: long)?$",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    rf"^(?:{_IS}|can be|may be|takes?|has|have) (?:(?:always |either |one of (?:the values )?:? ?)+(?P<some>.+)|(?P<few>[\w-]+(?:, [\w-]+)*,? or [\w-]+))$",
    re.IGNORECASE,
)
_PRECISE = re.compile(
    r"^(?:is|are) (?:precise|accurate|exact|given|rounded) to (?:the |a |one )?[\w ]+$", re.IGNORECASE
)


def about_fields(reader: Reader, text: str, line: int) -> bool:
    """What a sentence says of a field, or of two at once."""
    match = _ABOUT.match(text)
    if match is None:
        return False
    said = match["said"]
    subjects = listed(match["of"])
    form = _mean(said)
    if form is None or (len(subjects) > 1 and form in (_UNIQUE, _WITHIN)):
        return False
    found = [_holder(reader, one, line) for one in subjects]
    if not all(found):
        return False
    return every([_tell(reader, *one, said, line) for one in found if one is not None])


_FORMS_OF_SAYING = (_EMPTY, _NEEDED, _UNIQUE, _WITHIN, _IN_UNITS, _LETTERS, _CHOICE, _PRECISE)


def _mean(said: str) -> re.Pattern[str] | None:
    return next((one for one in _FORMS_OF_SAYING if one.match(said)), None)


def _holder(reader: Reader, text: str, line: int) -> tuple[str, Field] | None:
    """The entity and the field that are meant: a known one, else a new one of what was spoken of last."""
    plain = re.sub(r" in (?:[a-z]+)$", "", text, flags=re.IGNORECASE)
    if reader.entity(plain) is not None:
        return None
    known = reader.owner(plain)
    if known is not None and known[1] in reader.said.things[known[0]].fields:
        return known[0], reader.said.things[known[0]].fields[known[1]]
    owner, name = known or (reader.said.last, named(plain))
    if not owner or owner not in reader.said.things or VERBAL.intersection(name.split()) or len(name.split()) > 3:
        return None
    its = bool(re.match(r"(?:its|their) ", text, re.IGNORECASE))
    if not its and known is None and not names_a_value(name):
        return None
    if not its and known is None and re.match(r"an? ", text, re.IGNORECASE):
        return None
    made = field_of(name if known else bare(text), line=line)
    return (owner, made) if made is not None else None


def _tell(reader: Reader, owner: str, known: Field, said: str, line: int) -> bool:
    changed = known
    form = _mean(said)
    if form is _EMPTY:
        changed = replace(known, required=False)
    elif form is _NEEDED:
        changed = replace(known, required=True)
    elif form is _UNIQUE:
        changed = replace(known, unique=True)
    elif form is _WITHIN and (match := _WITHIN.match(said)):
        within = reader.entity(match[1]) or named(match[1])
        if within == owner:
            above = _whole_of(reader, owner, known.name)
            if above is None:
                return False
            owner = above
        changed = replace(known, unique=True, within=(within,))
    elif form is _IN_UNITS and (match := _IN_UNITS.match(said)):
        told = field_of(f"{known.name} {match[1]}", line=line)
        if told is not None and told.name == known.name:
            changed = replace(known, kind=told.kind if known.kind == "word" else known.kind, comment=told.comment)
    elif form is _LETTERS and (match := _LETTERS.match(said)):
        changed = replace(known, length=int(number(match["count"]) or 0))
    elif form is _CHOICE and (match := _CHOICE.match(said)):
        values = [bare(one) for one in re.split(r",\s*(?:or )?|\s+or\s+", match["some"] or match["few"]) if one.strip()]
        if len(values) < 2 or any(len(one.split()) > 3 for one in values):
            return False
        changed = replace(known, kind="choice", values=tuple(values))
    reader.said.things[owner].fields[changed.name] = (
        changed  # said of it now: not to be joined with what was said before
    )
    return True


def _whole_of(reader: Reader, within: str, name: str) -> str | None:
    """What has a number `within` the entity that was spoken of last: the only thing that has one of that."""
    below = {
        one.of
        for one in reader.said.links
        if one.to == within and one.most == 1 and not one.role.endswith(f" {within}")
    } | {one.to for one in reader.said.links if one.of == within and one.most is None and one.owns}
    having = [one for one in below if name in reader.said.things[one].fields]
    return having[0] if len(having) == 1 else next(iter(below)) if len(below) == 1 else None


_MARKED = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:can|may|might) (?:also )?be (?:marked|flagged|tagged|ticked|labelled) as (.+)$",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    rf"^(?:{DETERMINERS}\s+)?({NOUN}) without (?:an?|any) ([\w-]+(?: [\w-]+)?) [a-z]+.*$", re.IGNORECASE
)


def marked(reader: Reader, text: str, line: int) -> bool:
    """`a product can be marked as halal, vegetarian or containing nuts`: each of them holds or not."""
    match = _MARKED.match(text)
    owner = reader.entity(match[1]) if match else None
    marks = [one for one in re.split(r",\s*(?:or |and )?|\s+(?:or|and)\s+", match[2]) if one.strip()] if match else []
    if owner is None or not marks or any(len(one.split()) > 3 for one in marks):
        return False
    reader.said.last = owner
    for one in marks:
        reader.said.put(owner, Field(name=named(one), kind="boolean", line=line))
    return True


def without(reader: Reader, text: str, line: int) -> bool:
    """`a licence without an end date runs until it is terminated`: there are such."""
    match = _WITHOUT.match(text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    fields, name = reader.said.things[owner].fields, named(match[2])
    alike = [one for one in fields if one == name or (name == "end date" and re.match(r"ends?(?: on| at)?$", one))]
    if len(alike) != 1:
        return False
    fields[alike[0]] = replace(fields[alike[0]], required=False)
    return True


FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (marked, without, about_fields)
