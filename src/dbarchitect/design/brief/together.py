"""What is known of two things together: `an order contains specified quantities of parts`, `the number of hours that an employee
works on each project`, `a reviewer gives a recommendation for each paper`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field

from .fields import field_of
from .phrases import DETERMINERS, counted, listed
from .statements import MAY, NOUN, Link

if TYPE_CHECKING:
    from .grammar import Reader

_KEEP = r"(?:keep|keep track of|store|record|track|know|note|need|register|log|see)"
_QUANTITIES = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<of>{NOUN}) (?:{MAY} )*(?:contains?|includes?|requests?|lists?|uses?|needs?|consists? of|comprises?|has|have|is made from|are made from) "
    rf"(?:(?:specified|certain|given|known|different|various|specific) )?(?:quantit(?:y|ies)|amounts?) of (?P<to>.+)$"
    rf"|^(?:{DETERMINERS}\s+)?(?P<of2>{NOUN}) (?:{MAY} )*(?:contains?|includes?|requests?|lists?|uses?|needs?|consists? of|comprises?|has|have) (?P<to2>{NOUN}) in (?:(?:specified|certain|given|known|different|various|specific) )?(?:quantities|amounts)$",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    rf"^(?:(?:we|they) (?:(?:also|must|want to|need to|have to) )*{_KEEP} )?(?P<what>(?:the|how (?:many|much)) [\w -]+?) (?:that |which |for which |during which |with which )?(?:an?|each|every|the) (?P<of>{NOUN}) [a-z]+"
    rf"(?: [a-z]+)??(?: (?:on|in|for|at|to|with|of|from|into))? (?:each|every) (?P<to>{NOUN})(?: (?:is|are|must be|has to be) (?:also )?(?:kept|recorded|stored|noted|tracked|registered))?$",
    re.IGNORECASE,
)
_GIVES = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<of>{NOUN}) (?:{MAY} )*(?:gives?|provides?|states?|records?|sets?|has|have|assigns?|keeps?|notes?|submits?|writes?|charges?) (?P<what>(?:an?|the|its|their|his|her) .+?) for (?:each|every) (?P<to>{NOUN})$",
    re.IGNORECASE,
)
_SCALED = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<of>{NOUN}) (?:{MAY} )*(?:rates?|scores?|grades?|judges?|assesses|assess|evaluates?) (?:an?|each|every|the|many|several)? ?(?P<to>{NOUN})(?: assigned to (?:him or her|them|it|him|her))?"
    r"(?:,? (?:on a scale (?:of|from) |from |between )(?P<low>\d+) (?:to|and) (?P<high>\d+))? (?:in|by|for|on|along) (?:\w+ )?(?:categories|criteria|aspects|respects|dimensions): (?P<what>.+)$",
    re.IGNORECASE,
)


def _of_the_two(reader: Reader, of: str, to: str, fields: list[Field], line: int, *, most: int | None = None) -> bool:
    """Fields of the pair; a relation of many to many where nothing was said of the two so far."""
    if not fields:
        return False
    if not any({one.of, one.to} == {of, to} for one in reader.said.links):
        reader.said.links += [
            Link(of, to, 0, most, "", False, line, vague=True),
            Link(to, of, 0, None, "", False, line, vague=True),
        ]
    reader.said.pairs.setdefault((of, to), []).extend(fields)
    reader.said.last = of
    return True


def _two(reader: Reader, of: str, to: str) -> tuple[str, str] | None:
    first, second = reader.entity(of), reader.entity(counted(to).text)
    return (first, second) if first is not None and second is not None and first != second else None


def quantities(reader: Reader, text: str, line: int) -> bool:
    """`each order contains specified quantities of one or more parts`."""
    match = _QUANTITIES.match(text)
    two = _two(reader, match["of"] or match["of2"], match["to"] or match["to2"]) if match else None
    return two is not None and _of_the_two(reader, *two, [Field(name="quantity", kind="decimal", line=line)], line)


def measure(reader: Reader, text: str, line: int) -> bool:
    """`we keep the number of hours per week that an employee works on each project`."""
    match = _MEASURE.match(text)
    two = _two(reader, match["of"], match["to"]) if match else None
    if match is None or two is None:
        return False
    made = field_of(re.sub(r"^how (?:many|much) ", "the number of ", match["what"], flags=re.IGNORECASE), line=line)
    if made is None or reader.entity(made.name) is not None:
        return False
    short = re.sub(r"^number of ", "", re.sub(r" (?:per|a) (?:day|week|month|year)$", "", made.name))
    kind = "decimal" if short != made.name and short.endswith(("hours", "hour")) else made.kind
    return _of_the_two(reader, *two, [replace(made, name=short, kind=kind)], line)


def gives(reader: Reader, text: str, line: int) -> bool:
    """`each reviewer provides an overall recommendation for each paper`."""
    match = _GIVES.match(text)
    two = _two(reader, match["of"], match["to"]) if match else None
    fields = [field_of(one, line=line) for one in listed(match["what"])] if match else []
    if two is None or not fields or any(one is None or reader.entity(one.name) is not None for one in fields):
        return False
    if any({one.of, one.to} == set(two) and one.most == 1 for one in reader.said.links):
        return False  # of one of the two, and nobody knows of which
    return _of_the_two(reader, *two, [one for one in fields if one is not None], line)


def scaled(reader: Reader, text: str, line: int) -> bool:
    """`a reviewer rates each paper on a scale of 1 to 10 in two categories: merit and relevance`."""
    match = _SCALED.match(text)
    two = _two(reader, match["of"], match["to"]) if match else None
    if match is None or two is None:
        return False
    fields = [
        replace(made, kind="integer", minimum=match["low"] or made.minimum, maximum=match["high"] or made.maximum)
        for one in listed(match["what"])
        if (made := field_of(one, line=line)) is not None
    ]
    return _of_the_two(reader, *two, fields, line)


FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (quantities, measure, scaled, gives)
