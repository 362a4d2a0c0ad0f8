"""What holds for fields: unique, optional, within bounds, one before another, how long."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Rule

from .fields import bounded, field_of, lasting
from .phrases import DETERMINERS, bare, listed, named, singular, with_relatives
from .statements import HAS, NOUN

if TYPE_CHECKING:
    from .grammar import Reader

_STATES = re.compile(r"(?:ed|ing|en|open|new|done|paid|draft|active|void|sent|closed|lost)$", re.IGNORECASE)


def either(reader: Reader, text: str, line: int) -> bool:
    """`a payment is either a card payment or a transfer`: kinds of it, or the values of its status."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are|can be|may be) (?:either|one of:?) (.+)$", text, re.IGNORECASE
    )
    if match is None or reader.entity(match[1]) is None:
        return _states(reader, text, line)
    general = singular(match[1])
    parts = [re.sub(r"^or\s+", "", one) for one in re.split(r",\s*|\s+or\s+", match[2]) if one.strip()]
    if all(re.match(r"an?\b", one, re.IGNORECASE) for one in parts):
        for one in parts:
            reader.said.thing(singular(one), line).kind_of = general
        return True
    name = "status" if sum(bool(_STATES.search(one)) for one in parts) > len(parts) / 2 else "kind"
    reader.change(general, name, line, kind="choice", values=tuple(bare(one) for one in parts))
    return True


def _states(reader: Reader, text: str, line: int) -> bool:
    """`an episode can be a draft, scheduled or published`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:(?:can|may) be|is|are) ((?!(?:to|in|on|at|of|for|by|with|from)\b)[^,]+(?:, [^,]+)*,? or [^,]+)$",
        text,
        re.IGNORECASE,
    )
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    values = [bare(re.sub(r"^or\s+", "", one)) for one in re.split(r",\s*|\s+or\s+", match[2]) if one.strip()]
    if any(len(one.split()) > 3 or reader.entity(one) is not None for one in values):
        return False
    states = all(len(one.split()) <= 2 and _STATES.search(one) for one in values)
    sorts = re.match(rf"an? .+ or an? .+ {re.escape(owner.split()[-1])}$", match[2], re.IGNORECASE)
    if not states and not sorts and len(values) < 3:
        return False
    if sorts:  # `a word mark, a figurative mark or a sound mark`
        values = [re.sub(rf" {re.escape(owner.split()[-1])}$", "", one) for one in values]
    reader.change(owner, "status" if states else "kind", line, kind="choice", values=tuple(values))
    return True


def unique(reader: Reader, text: str, line: int) -> bool:
    """`the email of a customer is unique`, `order and position are unique`, `a code is unique per shop`."""
    match = re.match(
        r"^(.+?) (?:is|are|must be|has to be|have to be|should be) (?:globally |always )?unique(?: together)?"
        r"(?: (?:per|within|for each|for every|in each|inside|across|for|in|among) (.+))?$",
        text, re.IGNORECASE,
    )  # fmt: skip
    if match is None or re.search(rf"\b(?:{HAS}|which|that|who|is|are|can|may|must) ", f"{match[1]} ", re.IGNORECASE):
        return False
    subject = re.sub(r"^the (?:combination|pair) of | together$", "", match[1], flags=re.IGNORECASE)
    within = tuple(singular(one) for one in listed(match[2])) if match[2] else ()
    parts = listed(subject)
    if len(parts) > 1:
        owners = [reader.owner(one) for one in parts]
        first = next((one for one in owners if one), None)
        if first is None:
            return False
        names = [one[1] if one else named(part) for one, part in zip(owners, parts, strict=True)]
        reader.said.things[first[0]].keys.append((*names, *within))
        return True
    found = reader.owner(subject)
    if found is None:
        return False
    reader.change(*found, line, unique=True, within=within if within != (found[0],) else ())
    return True


def no_two(reader: Reader, text: str, line: int) -> bool:
    """`no two rooms in the same building have the same number`."""
    match = re.match(
        rf"^(?:no )?two ({NOUN})(?: (?:of|in|within) (?:the same|one|a) ({NOUN}))? (?:can |may |should |must |cannot |(?:can|must)['’]t |mustn['’]t )?(?:(?:never|not) )?(?:have|share|with|use|be for|be of|be on|be in|be at|stand in|stand on|lie in|lie on|concern|be held in|refer to) "
        r"the same (.+?)(?: (?:in|within|of|per|for) (?:the same |a |one |each )?(.+))?$",
        text, re.IGNORECASE,
    )  # fmt: skip
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None or not re.search(r"\bno\b|never|\bnot\b|cannot|n['’]t\b", text, re.IGNORECASE):
        return False
    within = match[2] or match[4]
    names = tuple(named(re.sub(r"^the same ", "", one, flags=re.IGNORECASE)) for one in listed(match[3]))
    scope = (singular(within),) if within else ()
    if len(names) == 1:
        reader.change(owner, names[0], line, unique=True, within=scope)
    else:
        reader.said.things[owner].keys.append((*names, *scope))
    return True


def identified(reader: Reader, text: str, line: int) -> bool:
    """`a student is identified by a number`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:uniquely )?(?:identified|known|keyed) by (.+?)"
        rf"(?: (?:within|per|in|inside) (?:{DETERMINERS}\s+)?(.+))?$",
        text, re.IGNORECASE,
    )  # fmt: skip
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return _identifies(reader, text, line)
    reader.said.last = owner
    names = tuple(
        named(re.sub(r"^(?:an?|the|its|their)? ?unique ", "", one.partition(", ")[0], flags=re.IGNORECASE))
        for one in with_relatives(listed(match[2]))
    )
    key(reader, owner, names, (singular(match[3]),) if match[3] else (), line)
    return True


def _identifies(reader: Reader, text: str, line: int) -> bool:
    """`the patient number identifies the patient`, `a code identifies a station within its network`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?(.+?) (?:uniquely )?identif(?:y|ies) (?:an?|the|each|every|one) ({NOUN})(?: (?:within|in|inside|per) (?:its|the|an?|each) (.+))?$",
        text, re.IGNORECASE,
    )  # fmt: skip
    owner = reader.entity(match[2]) if match else None
    names = [named(one) for one in listed(match[1])] if match else []
    if match is None or owner is None or any(len(one.split()) > 4 for one in names):
        return False
    own = [reader.owner(one) for one in listed(match[1])]
    names = [known[1] if known and known[0] == owner else one for known, one in zip(own, names, strict=True)]
    key(reader, owner, tuple(names), (singular(match[3]),) if match[3] else (), line)
    return True


def key(reader: Reader, owner: str, names: tuple[str, ...], within: tuple[str, ...], line: int) -> None:
    """What tells one from another: one field, or several together; `within` is the entity inside which that holds."""
    if len(names) == 1:
        reader.change(owner, names[0], line, unique=True, within=within)
        return
    fields = reader.said.things[owner].fields
    for name in names:
        if name not in fields and reader.entity(name) is None and (made := field_of(name, line=line)) is not None:
            fields[name] = made
    reader.said.things[owner].keys.append((*names, *within))


def lasts(reader: Reader, text: str, line: int) -> bool:
    """`an appointment lasts 15 to 120 minutes`, `a lesson takes at most 3 hours`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:(?:can|may|must|will|should|always|usually) )*(?:lasts?|takes?|runs? for|goes on for) (.+)$",
        text, re.IGNORECASE,
    )  # fmt: skip
    owner = reader.entity(match[1]) if match else None
    made = lasting(match[2], line=line) if match else None
    if owner is None or made is None:
        return False
    reader.said.put(owner, made)
    reader.said.last = owner
    return True


def before(reader: Reader, text: str, line: int) -> bool:
    """`the start of a booking is before its end`."""
    match = re.match(
        r"^(.+?) (?:is|are|must be|has to be|comes|must come|should be|lies) (?:always )?"
        r"(before|after|earlier than|later than|not after|not before|no later than|on or after|smaller than|larger than) (.+)$",
        text, re.IGNORECASE,
    )  # fmt: skip
    first = reader.owner(match[1]) if match else None
    if match is None or first is None:
        return False
    other = named(match[3])
    second = other if other in reader.said.things[first[0]].fields else (reader.owner(match[3]) or ("", ""))[1]
    if not second or second not in reader.said.things[first[0]].fields:
        return False
    backwards = match[2].lower() in ("after", "later than", "on or after", "not before", "larger than")
    equal = match[2].lower() in ("not after", "not before", "no later than", "on or after")
    pair = (second, first[1]) if backwards else (first[1], second)
    reader.said.rules.append(Rule(entity=first[0], kind="order", fields=pair, equal=equal, line=line))
    return True


def optional(reader: Reader, text: str, line: int) -> bool:
    """`the email is optional`, `the end may be empty`."""
    match = re.match(
        r"^(.+?) (?:is|are) (optional|required|mandatory|not required|always (?:there|given|known|present))$"
        r"|^(.+?) (?:may|can) be (empty|missing|unknown|left out|left blank|left empty|blank)$",
        text, re.IGNORECASE,
    )  # fmt: skip
    if match is None:
        return False
    needed = (match[2] or "").lower().startswith(("required", "mandatory", "always"))
    names = listed(match[1] or match[3])
    found = [reader.owner(one) for one in names]
    if len(names) == 1 and not found[0] and reader.said.last and re.match(r"an? [\w -]+$", names[0], re.IGNORECASE):
        new = field_of(names[0], line=line)  # `an email address is optional`, of what was spoken of
        if new is None:
            return False
        reader.said.put(reader.said.last, replace(new, required=needed))
        return True
    if not found or not all(found):
        return False
    for one in found:
        if one is not None:
            reader.change(*one, line, required=needed)
    return True


def bounds(reader: Reader, text: str, line: int) -> bool:
    """`a rating is between 1 and 5`, `the price is never negative`."""
    match = re.match(
        r"^(.+?) (?:is|are|must be|has to be|have to be|lies|lie|should be|can be|ranges?|may be|cannot be|can not be|must not be|has) "
        r"(?:always |from )?(.+)$",
        text, re.IGNORECASE,
    )  # fmt: skip
    found = reader.owner(match[1]) if match else None
    if match is None or found is None:
        return False
    words = match[2]
    if re.search(r"\b(?:cannot|can not|must not) be negative$", text, re.IGNORECASE) or re.match(
        r"(?:never|not) negative", words, re.IGNORECASE
    ):
        words = "not negative"
    known = reader.said.things[found[0]].fields.get(found[1])
    if known is None:
        return False
    changed = bounded(known, words)
    if changed is None and (listed_ := re.match(r"(?:one of|either):? (.+)$", words, re.IGNORECASE)):
        values = [bare(re.sub(r"^or\s+", "", one)) for one in re.split(r",\s*|\s+or\s+", listed_[1]) if one.strip()]
        changed = replace(known, kind="choice", values=tuple(values))
    if changed is None:
        return False
    reader.said.things[found[0]].fields[found[1]] = changed
    return True
