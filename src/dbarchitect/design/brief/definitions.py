"""Glossaries: `**Loan**: the lending of an artefact to another institution, from a start date until a return date`.

A definition stays with its thing as a comment, whole; what it says of parts, fields and other things is read from it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field
from dbarchitect.model import english

from .fields import field_of
from .phrases import bare, listed, named, sentences, singular
from .rules import key
from .statements import Link

if TYPE_CHECKING:
    from .grammar import Reader

_TERM = re.compile(r"^(?:\*\*|__)([\w ’'-]{2,40}?)[:.]?(?:\*\*|__)\s*(?::|–|—|-|=)?\s+(.+)$", re.DOTALL)
_GENUS = re.compile(
    r"^(?:an?|the|one|any|somebody|someone|something|everyone|whoever)\b[^,]* (?:of|that|who|which|with|where|done|in|by|to|for|from)\b"
    r"|^(?:somebody|someone|something|whoever)\b",
    re.IGNORECASE,
)  # fmt: skip
_GROUP = re.compile(r"\b(?:group|set|list|collection|bundle|series|sequence|family) of ([\w-]+s)\b", re.IGNORECASE)
_SPAN = re.compile(
    r"\bfrom (an? [\w ]+?) (?:until|till|to) (an? [\w ]+?)(?:,? (?:which|that) (?:may|can) be [\w ]+)?(?=,|$)",
    re.IGNORECASE,
)
_DATED = re.compile(r"\bon an? (?:given |certain |particular )?(date|day)\b", re.IGNORECASE)
_WITH = re.compile(r"(?:,|\b) ?with ((?:an?|the|its|their) .+)$", re.IGNORECASE)
_KNOWN_BY = re.compile(
    r",? (?:which is )?(?:identified|known|distinguished) by (?:its |their |an? |the )?(.+)$", re.IGNORECASE
)
_UNKNOWN = re.compile(r"\b(?:may|can|might) be (?:unknown|empty|missing|open|left out)\b", re.IGNORECASE)


def term(text: str) -> tuple[str, str] | None:
    """The term and the definition of an entry of a glossary."""
    match = _TERM.match(text.strip())
    if match is None or not (is_definition(match[2]) or re.match(r"(?:\*\*|__)[^*_]+\.(?:\*\*|__)", text.strip())):
        return None
    words = english.split(bare(match[1]))
    return (singular(match[1]), " ".join(match[2].split())) if 0 < len(words) <= 3 else None


def is_definition(text: str) -> bool:
    """Whether a text says what sort of thing something is: `the lending of an artefact`."""
    return bool(_GENUS.match(text))


def define(reader: Reader, name: str, text: str, line: int) -> None:
    """What a definition says of its thing; the sentences after it are about the same."""
    thing = reader.said.thing(name, line)
    first, *others = sentences(text)
    if not is_definition(first[0]) and re.match(
        r"^(?:an?|each|every|the|its) .+\b(?:has|have|is|are|can|may|must)\b", first[0], re.IGNORECASE
    ):
        reader.said.last = name
        for sentence, lines in (first, *others):
            reader.read(sentence, line + lines)
        return
    thing.comment = f"{first[0][:1].upper()}{first[0][1:]}"
    reader.said.last = name
    rest, *fields = re.split(r"(?<=\w): |; ", first[0], maxsplit=0)
    for pattern, read in ((_KNOWN_BY, _known_by), (_SPAN, _span), (_WITH, _with)):
        match = pattern.search(rest)
        if match is not None and read(reader, name, match, line):
            rest = rest[: match.start()] + rest[match.end() :]
    if (match := _DATED.search(rest)) is not None:
        reader.said.put(name, Field(name="date", kind="date", line=line))
    if (match := _GROUP.search(rest)) is not None and (many := reader.entity(match[1])) not in (None, name):
        reader.said.links.append(Link(name, many or "", 0, None, "", True, line))
        rest = rest[: match.start()] + rest[match.end() :]
    for found in re.finditer(
        rf"\b(?:by|on|of|for|to|in|at|from|between|against|^)(?:^| )(?:exactly )?(?:an?|another|one|the|each) ({reader.nouns()})\b", rest, re.IGNORECASE
    ):  # fmt: skip
        target = reader.entity(found[1])
        if target is not None and target != name:
            reader.said.links.append(Link(name, target, 1, 1, "", False, line))
    for one in (part for text_ in fields for part in listed(text_)):
        if not reader.item(name, one, line, optional=False):
            reader.read(f"each {name} is {one}" if re.match(r"^[a-z]+ed ", one) else one, line)
    for sentence, lines in others:
        reader.read(sentence, line + lines)


def _known_by(reader: Reader, name: str, match: re.Match[str], line: int) -> bool:
    key(reader, name, tuple(named(re.sub(r"^(?:its|their) ", "", one)) for one in listed(match[1])), (), line)
    return True


def _span(reader: Reader, name: str, match: re.Match[str], line: int) -> bool:
    low, high = field_of(match[1], line=line), field_of(match[2], line=line)
    if low is None or high is None:
        return False
    reader.said.put(name, low)
    reader.said.put(name, replace(high, required=not _UNKNOWN.search(match[0])))
    return True


def _with(reader: Reader, name: str, match: re.Match[str], line: int) -> bool:
    done = [reader.item(name, one, line, optional=False) for one in listed(match[1])]
    return all(done)
