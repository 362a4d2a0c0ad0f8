"""Words that are things by the part that they take: who does something (`is taken by a nurse`), who has a role (`its dean is a
professor`), what is counted per two others (`one rating per member and route`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dbarchitect.model import english

from .deeds import MAKES
from .fields import names_a_value
from .phrases import DETERMINERS, singular
from .statements import NO_THINGS, NOUN, VERBAL
from .wording import plainly

if TYPE_CHECKING:
    from .grammar import Reader

# What is done by means of something, and by nobody.
_MEANS = frozenset(
    """
    identified known described keyed labelled labeled marked recognised recognized distinguished told designated denoted replaced followed
    preceded caused determined sorted ordered grouped separated divided multiplied increased reduced limited measured expressed paid sent
    addressed given indicated represented referenced driven joined linked connected triggered protected covered accompanied
    """.split()  # noqa: SIM905
)
_ONE = r"(?:an?|one|exactly one|at most one|only one|a single|another)"
_NAME = r"[a-z][\w-]*(?: (?!(?:on|in|at|for|to|with|from|of|and|or|who|which|that|by|per|as|is|are|has|have|via|through|during|within|under)\b)[a-z][\w-]*)?"
_BY = re.compile(
    rf"\b(?:is|are|was|were|be|been) (?:\w+ly )?([a-z]+)(?: (?:out|up|off|over|down|after|on))?(?: (?:from|to|for|in|on|at|with) (?:an?|one|the|its|their|each) [\w-]+(?: [\w-]+)?)? by {_ONE} ({_NAME})(?=$|[ ,.;])(?! of\b)(?!,? (?:who|which|that) (?:is|are) )",
    re.IGNORECASE,
)
_PER_TWO = re.compile(
    r"^(?:only |at most |exactly )?one ([a-z]+(?: [a-z]+)?) (?:per|for each|for every) [a-z]+(?: [a-z]+)? and (?:per |for each )?[a-z]+",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^([a-z]+(?: [a-z]+)?s) (?:work|belong|live|sit|stand|report|start|depart|refer|apply|serve|cover|attend|teach|visit|use|own|hold|run)(?: (?:for|to|in|at|on|from))? (?:exactly one|at most one|only one|one or more|one|several|many)\b",
    re.IGNORECASE,
)


_MADE = re.compile(
    rf"^(?:an?|each|every) [\w-]+(?: [\w-]+)? (?:(?:can|may|must|will) )?(?:{'|'.join(sorted(MAKES))})s? (?:an?|one) ([a-z]+(?: [a-z]+)?)$",
    re.IGNORECASE,
)


def taking_part(text: str) -> list[str]:
    """The things of a sentence that are some by the part that they take."""
    found: list[str] = []
    counted: list[str] = []
    for clause in plainly(text):
        found += [one[2] for one in _BY.finditer(clause) if one[1].lower() not in _MEANS]
        found += [match[1] for pattern in (_COUNTED, _MADE) if (match := pattern.match(clause)) is not None]
        counted += [singular(match[1])] if (match := _PER_TWO.match(clause)) is not None else []
    return [*counted, *(name for one in found if (name := singular(one)) and is_thing(name))]


_PLURAL_PASSIVE = re.compile(
    r"^([a-z]+(?: [a-z]+)?s) (?:(?:can|may|must|will) be|are) (?:[a-z]+(?:ed|en)|sold|made|kept|held|sent|built|bought|paid|taught) (?:for|to|in|at|on|from|under|into) (?:(?:an?|the|one|several|many|its|their) )?([a-z]+(?: [a-z]+)?)\b",
    re.IGNORECASE,
)


def acted_on(text: str, things: Mapping[str, object]) -> list[str]:
    """The plural at the head of `tickets are sold for a screening`, where a screening is a thing."""
    found: list[str] = []
    for clause in plainly(text):
        match = _PLURAL_PASSIVE.match(clause)
        targets = {singular(match[2]), singular(match[2].split()[0])} if match else set[str]()
        if match is not None and targets & set(things) and is_thing(singular(match[1])):
            found.append(singular(match[1]))
    return found


def is_thing(name: str) -> bool:
    """Whether a noun can have rows of its own."""
    words = english.split(name)
    return bool(words) and not names_a_value(name) and name not in NO_THINGS and not VERBAL.intersection(words)


_ROLE_OF = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<who>{NOUN}) (?P<may>can|may|must|should|is|are)(?: be)? the (?P<role>[\w-]+(?: [\w-]+)?) of (?:only|at most|exactly|just|no more than)? ?one (?P<of>{NOUN})$",
    re.IGNORECASE,
)


def role_of(reader: Reader, text: str, line: int) -> bool:
    """`a professor can be the dean of only one school`."""
    match = _ROLE_OF.match(text)
    who, of = (reader.entity(match["who"]), reader.entity(match["of"])) if match else (None, None)
    if match is None or who is None or of is None or who == of or reader.entity(match["role"]) is not None:
        return False
    role = singular(match["role"])
    reader.link(who, of, 0, 1, role, False, line)
    if not any((one.of, one.to, one.role) == (of, who, role) for one in reader.said.links):
        reader.link(of, who, 0, 1, role, False, line)
    return True


FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (role_of,)
