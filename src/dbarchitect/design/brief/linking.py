"""How two things stand to each other: of a kind, in a tree, belonging, or by any verb between two that are known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Rule

from .fields import field_of, kind_by_name
from .phrases import DETERMINERS, counted, every, listed, singular
from .statements import MAY, NO_THINGS, NOUN, Link
from .trees import tree_form

if TYPE_CHECKING:
    from .grammar import Reader

_PREPOSITIONS = re.compile(
    r"\s+(?:as (?:the |a )?(?:result|consequence|part) of|into or out of|into|out of|in|from|to|at|for|with|on|by)\s+(?=(?:an?|one|the|each|many|several|exactly|at most|at least|up to)\b)",
    re.IGNORECASE,
)

_ARE = re.compile(
    rf"^(?:(?:all|an?|every|each) )?({NOUN}) (?:is|are) (?:also )?(?:all |an? )?([\w-]+(?: [\w-]+)?)$", re.IGNORECASE
)
_TO = r"(?:to|for|of|on|about|in|at|by|from|with)"
_ONE_OF = re.compile(
    rf"^(?:{DETERMINERS}\s+)?(?P<who>{NOUN}) (?:belongs? to|refers? to|concerns?|(?:(?:is|are|must be) (?:always )?)(?:[a-z]+(?:ed|en|de|t) )?{_TO}|has|have|needs?)"
    rf" (?:either |exactly one of )?(?P<targets>(?:an?|one) {NOUN}(?:, (?:{_TO} )?(?:an?|one) {NOUN})*,? or (?:{_TO} )?(?:an?|one) {NOUN})$",
    re.IGNORECASE,
)
_LIGHT = r"(?:do|does|take|takes|make|makes|give|gives|pay|pays|keep|keeps|get|gets|lend|lends) (?!place\b)[a-z]+"
_OF_VALUES = frozenset(("date", "moment", "money", "percentage", "email", "phone", "url", "decimal", "duration"))


def kind_of(reader: Reader, text: str, line: int) -> bool:
    """`a car is a kind of vehicle`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:is|are) (?:an? )?(?:special )?(?:kind|type|sort|form|subtype)s? of ({NOUN})$",
        text, re.IGNORECASE,
    )  # fmt: skip
    if match is None:
        sorts = _ARE.match(text)  # `pilots are employees`, where both are known
        names = [reader.entity(one) for one in sorts.groups()] if sorts else []
        if len(names) != 2 or None in names or names[0] == names[1]:
            return False
        special, whole = (one or "" for one in names)
        reader.said.things[special].kind_of = reader.said.things[special].kind_of or whole
        return True
    general = singular(match[2])
    reader.said.thing(general, line)
    for one in listed(match[1]):
        reader.said.thing(singular(one), line).kind_of = general
    return True


def one_of(reader: Reader, text: str, line: int) -> bool:
    """`a note belongs to a deal or to a contact`: a reference to each, of which exactly one is there."""
    match = _ONE_OF.match(text)
    subject = reader.entity(match["who"]) if match else None
    if match is None or subject is None:
        return False
    parts = re.split(rf",? or (?:{_TO} )?|, (?:{_TO} )?", match["targets"])
    targets = [reader.entity(one) for one in parts]
    if None in targets or subject in targets or len(set(targets)) < len(targets):
        return False
    names = tuple(one for one in targets if one)
    for one in names:
        reader.link(subject, one, 0, 1, "", False, line)
    reader.said.rules.append(Rule(entity=subject, kind="either", fields=names, line=line))
    reader.said.last = subject
    return True


def tree(reader: Reader, text: str, line: int) -> bool:
    """`categories form a tree`."""
    text, form, levels = tree_form(text)
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:form|forms|are organi[sz]ed in|are arranged in|make) (?:a |an )?(?:tree|hierarchy|trees)$"
        rf"|^(?:{DETERMINERS}\s+)?({NOUN}) (?:can be|may be|are|is) nested$",
        text, re.IGNORECASE,
    )  # fmt: skip
    owner = reader.entity(match[1] or match[2]) if match else None
    if owner is None:
        return False
    reader.said.links.append(
        Link(
            of=owner, to=owner, least=0, most=1, role="parent", owns=False, line=line, form=form, levels=levels
        )
    )  # fmt: skip
    return True


_SHARED = re.compile(
    rf"^(?:several|many|multiple|various|(?:more than|at least) (?:one|two)|two or more) ({NOUN}) (?:{MAY} )*"
    r"(?!(?:is|are|be|has|have)\b)[a-z]+(?: (?:to|in|into|for|from|on|at|with|by|as))? (?:one and the same|the same|a single|one|an?) ([\w -]+)$",
    re.IGNORECASE,
)


def shared(reader: Reader, text: str, line: int) -> bool:
    """`several students may share one locker`: for one locker many students, whatever was said of how many lockers one has."""
    match = _SHARED.match(text)
    many, one = (reader.entity(match[1]), reader.entity(match[2])) if match else (None, None)
    if many is None or one is None or many == one:
        return False
    there = [link for link in reader.said.links if (link.of, link.to) == (many, one)]
    role = there[0].role if len(there) == 1 else ""
    reader.link(one, many, 0, None, role, True, line)
    reader.said.last = many
    return True


def both_many(reader: Reader, text: str, line: int) -> bool:
    """`students and courses are many-to-many`."""
    match = re.match(
        rf"^({NOUN}) and ({NOUN}) (?:are|have a|is a|stand in a) many[- ]to[- ]many(?: relation(?:ship)?)?$",
        text,
        re.IGNORECASE,
    )
    if match is None:
        return False
    first, second = singular(match[1]), singular(match[2])
    for one in (first, second):
        reader.said.thing(one, line)
    reader.link(first, second, 0, None, "", True, line)
    reader.link(second, first, 0, None, "", True, line)
    return True


def belongs(reader: Reader, text: str, line: int) -> bool:
    """`a comment belongs to a post`, `a seat is in a room`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*(?:belongs? to|is part of|are part of|is one of|be part of|be in|belong|is for|are for|is of|are of|is about|are about|is in|are in|takes? place in|takes? place at|happens? in|happens? at|is from|comes? from|stands? (?:in|at|on)|sits? (?:in|on)|stays? (?:in|at|on)|hangs? (?:in|at|on)|(?:is|are) on|lies? (?:in|at|on)|lives? (?:in|at)|(?:is|are) (?:located|kept|stored|placed|held) (?:in|at|on)|refers? to|references|points? to|concerns?) (.+)$",
        text, re.IGNORECASE,
    )  # fmt: skip
    subject = reader.entity(match[1]) if match else None
    if match is None or subject is None:
        return False
    optional = bool(re.search(r"\b(?:can|may|might|optionally)\b", text[: match.start(2)], re.IGNORECASE))
    reader.said.last = subject
    # `comments belong to posts`: each of them to one.
    parts = [
        one
        for item in listed(match[2])
        for one in _PREPOSITIONS.split(re.sub(r"^(?:[a-z]+ed )?(?:by|for|with|to|in|at) ", "", item))
    ]
    if any(re.search(r"['’]s? ", one) and reader.entity(one) is None for one in parts):
        return False  # what is somebody's is not yet a thing of the brief
    return every(
        [
            _to(
                reader, subject, one if counted(one).said else f"one {singular(one)}", line,
                optional=optional, verb="", vague=not counted(one).said,
            )
            for one in parts
        ]
    )  # fmt: skip


def _to(reader: Reader, subject: str, item: str, line: int, *, optional: bool, verb: str, vague: bool = False) -> bool:
    number = counted(item)
    if (another := re.match(r"^other ([\w -]+)$", number.text, re.IGNORECASE)) and reader.entity(another[1]) == subject:
        reader.link(subject, subject, 0, None, f"other {subject}", False, line)
        return True
    target = reader.entity(number.text)
    role = ""
    if target is None and (ended := reader.ending(number.text)) is not None:
        role, target = ended
    if target is None and "(" in item:  # `is about one language and one level (A1, B1)`
        return reader.item(subject, item, line, optional=optional)
    if target is None:
        name = singular(number.text)
        if not number.said or not name or len(name.split()) > 2 or name in NO_THINGS:
            return False
        if _of_a_value(item, name):
            reader.said.put(subject, replace(field_of(name, line=line) or Field(name=name), required=not optional))
            return True
        target = name
        reader.said.thing(name, line)
    least = 0 if optional else number.least
    reader.link(subject, target, least, number.most, role or verb, False, line, vague=vague)
    return True


def verb(reader: Reader, text: str, line: int) -> bool:
    """Any verb between two things that are known: `a student enrols in many courses`, `an order is placed by a user`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({reader.nouns()}) (?:{MAY} )*((?:(?:is|are) an? )?(?:is |are |be |was |were )?(?:{_LIGHT}(?= (?:in|with|on|at|to|for|from|of) )|[a-z]+(?:ed|en|s|t|e|d|n|y|w|k|h|p|m|r)?(?: (?:up|out|off|over|down|back))?)(?: (?:by|to|in|into|for|from|on|at|with|as|of|up|under|over|between(?! \w+ and )))?) (.+)$",
        text,
        re.IGNORECASE,
    )
    subject = reader.entity(match[1]) if match else None
    if match is None or subject is None:
        return False
    optional = bool(re.search(r"\b(?:can|may|might|optionally)\b", text[: match.start(3)], re.IGNORECASE))
    items = [one for item in listed(match[3]) for one in _PREPOSITIONS.split(item)]
    passive = bool(
        re.match(r"(?:is|are|be|was|were) ", match[2], re.IGNORECASE)
    )  # `is carried out by an inspector on a date`
    if not items or not all(
        _known_or_many(reader, one)
        or (passive and (at > 0 or len(items) == 1) and _of_a_value(one, singular(counted(one).text)))
        for at, one in enumerate(items)
    ):
        return False
    reader.said.last = subject
    role = _role(match[2])
    if len(items) == 1 and not _known_or_many(reader, items[0]):  # `was commissioned on a date`
        kind = kind_by_name(singular(counted(items[0]).text))
        done = re.match(r"(?:is|are|was|were) ([a-z]+) (on|at)$", match[2], re.IGNORECASE)
        if kind not in ("date", "moment") or done is None or done[1].lower() in ("held", "carried", "made", "done"):
            return _to(reader, subject, items[0], line, optional=optional, verb=role)
        reader.said.put(
            subject, Field(name=f"{done[1].lower()} {done[2].lower()}", kind=kind, required=not optional, line=line)
        )
        return True
    parts = _PREPOSITIONS.split(match[3])
    if (
        not passive
        and len(parts) == 2
        and len(items) == 2
        and (many := counted(parts[0])).most != 1
        and counted(parts[1]).most == 1
    ):
        first, second = reader.entity(many.text), reader.entity(counted(parts[1]).text)
        if first is not None and second is not None and len({subject, first, second}) == 3:
            # `an actor plays several roles in a production`: it is the roles that are in it
            told = _to(reader, subject, parts[0], line, optional=optional, verb=role)
            return _to(reader, first, parts[1], line, optional=False, verb="") and told
    return every(
        [
            _to(reader, subject, one, line, optional=optional, verb=role, vague=number.most != 1 and not number.said)
            for one, number in zip(items, map(counted, items), strict=True)
        ]
    )


def _known_or_many(reader: Reader, item: str) -> bool:
    """Whether an object of a verb is an entity: one that is known, or something of which there are several."""
    number = counted(item)
    if reader.entity(number.text) or reader.ending(number.text):
        return True
    name = singular(number.text)
    return number.said and number.most != 1 and 0 < len(name.split()) <= 2 and name not in NO_THINGS


def _of_a_value(item: str, name: str) -> bool:
    """Whether `for a period`, `in a building` tell of a value rather than of a thing with rows of its own."""
    values = (
        "period",
        "date",
        "day",
        "time",
        "building",
        "city",
        "country",
        "town",
        "place",
        "street",
        "price",
        "amount",
        "position",
    )
    return bool(re.match(r"^(?:an?|one) ", item, re.IGNORECASE)) and (
        name in values or kind_by_name(name) in _OF_VALUES
    )


def _role(verb: str) -> str:
    """`is placed by` is `placed by`; plain verbs name no role."""
    match = re.match(r"^(?:is|are|be|was|were) (\w+ (?:by|to|from|for|with|at|in|on))$", verb, re.IGNORECASE)
    return match[1].lower() if match else ""
