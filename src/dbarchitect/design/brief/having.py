"""What a thing has: `an order has a status (pending, paid) and a total in EUR`, `Payments: amount (USD), method`, `it starts at
a moment`. An item of such a list is a field, or a relation where it names an entity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dbarchitect.design.spec import Field, Rule
from dbarchitect.model import english

from .fields import field_of
from .phrases import DETERMINERS, Counted, counted, every, listed, named, singular, with_relatives
from .several import Plural, as_one, each_of, of_several, plural_of, several, together
from .statements import HAS, MAY, NO_THINGS, NOUN, Link

if TYPE_CHECKING:
    from .grammar import Reader

_PERFECT = re.compile(
    r"^(?:already |been )?[a-z]+(?:ed|en|n|t|id) (?:many|several|multiple|one|an?|\d+)\b", re.IGNORECASE
)

_NO_NAME = frozenset(
    "is are was were has have can may must will says gives which who that a an each every".split()  # noqa: SIM905
)
_ON_ONE = re.compile(
    r"^(?:an? |the )?([a-z]+) (?:on|of|for|at|in) (exactly one|at most one|one) ([\w -]+)$", re.IGNORECASE
)


def colon(reader: Reader, text: str, line: int) -> bool:
    """`Payments: amount (USD), paid at, method (card, transfer)`."""
    match = re.match(r"^([\w -]{2,40}): (.+)$", text)
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    reader.said.last = owner
    items = with_relatives(listed(match[2]))
    plural = plural_of("", items)
    return every([reader.item(owner, one, line, optional=False, plural=plural) for one in items])


def spans(reader: Reader, text: str, line: int) -> bool:
    """`it starts at a moment and ends at another`: two fields."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:starts?|begins?)(?: (at|on)(?: (?:an?|some) (?:given |certain )?(?:moment|date|time|day))?)?"
        r"(?:,? and (?:\w+ )?(?:ends?|stops?|expires?)(?: (?:at|on)(?: (?:an?|some|another) (?:given |certain )?(?:moment|date|time|day))?)?)?$",
        text,
        re.IGNORECASE,
    )
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return _ends(reader, text, line)
    kind = "date" if (match[2] or "").lower() == "on" else "moment"
    names = ("start", "end") if re.search(r"\b(?:ends?|stops?|expires?)\b", text, re.IGNORECASE) else ("start",)
    for name in names:
        reader.said.put(owner, Field(name=name, kind=kind, required=name == "start", line=line))
    if len(names) == 2:
        equal = kind == "date"  # what begins on a day may end on it
        reader.said.rules.append(Rule(entity=owner, kind="order", fields=names, equal=equal, line=line))
    return True


def _ends(reader: Reader, text: str, line: int) -> bool:
    """`it may end on a date`."""
    match = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) ((?:may|can|might) )?(?:ends?|stops?|expires?) (at|on)(?: (?:an?|some|another) (?:moment|date|time|day))?$",
        text,
        re.IGNORECASE,
    )
    owner = reader.entity(match[1]) if match else None
    if match is None or owner is None:
        return False
    kind = "date" if match[3].lower() == "on" else "moment"
    reader.said.put(owner, Field(name="end", kind=kind, required=not match[2], line=line))
    if "start" in reader.said.things[owner].fields:
        rule = Rule(entity=owner, kind="order", fields=("start", "end"), equal=kind == "date", line=line)
        reader.said.rules.append(rule)
    return True


def there(reader: Reader, text: str, line: int) -> bool:
    """`there can be several photos of a house`."""
    match = re.match(
        rf"^there (?:can|may|are|is|will|must)(?: be)? (.+?) (?:of|for|in|per|to) (?:{DETERMINERS}) ({NOUN})$",
        text,
        re.IGNORECASE,
    )
    owner = reader.entity(match[2]) if match else None
    if match is None or owner is None:
        return False
    return reader.item(owner, match[1], line, optional=True)


def has(reader: Reader, text: str, line: int) -> bool:
    """`an order has a status (pending, paid) and a total in EUR`, and the same of several things at once."""
    nested = re.match(
        rf"^(?:{DETERMINERS}\s+)?({NOUN}) (?:{MAY} )*(?:{HAS}) ((?:many |several |multiple )?[\w -]+s): (.+)$",
        text,
        re.IGNORECASE,
    )
    if (
        nested is not None
        and singular(nested[2]) != named(nested[2])
        and (owner := reader.entity(nested[1]))
        and (child := singular(re.sub(r"^(?:many|several|multiple) ", "", nested[2])))
    ):
        reader.said.thing(child, line)  # `an invoice contains invoice lines: description, quantity`
        reader.link(owner, child, 0, None, "", True, line)
        reader.said.last = child
        return every([reader.item(child, one, line, optional=False) for one in with_relatives(listed(nested[3]))])
    match = re.match(rf"^((?:{NOUN}, )*{NOUN},? and {NOUN}) (?:{MAY} )*(?:{HAS}) (.+)$", text, re.IGNORECASE)
    subjects = listed(match[1]) if match else []
    if (
        match is not None and len(subjects) > 1 and all(map(reader.entity, subjects))
    ):  # `students and lecturers have names`
        things = [singular(one) for one in subjects]
        return every(
            [reader.item(one, singular(item), line, optional=False) for one in things for item in listed(match[2])]
        )
    match = re.match(rf"^(?:for )?(?:{DETERMINERS}\s+)?({NOUN}),? (?:{MAY} )*(?:{HAS}):? (.+)$", text, re.IGNORECASE)
    if match is None:
        return False
    subject = singular(match[1])
    if not subject or len(subject.split()) > 3 or (subject in NO_THINGS and subject not in reader.said.things):
        return False
    optional = bool(re.search(r"\b(?:can|may|might|optionally)\b", text[: match.start(2)], re.IGNORECASE))
    gets = re.search(r" gets? $", text[: match.start(2)], re.IGNORECASE)  # `costumes get cleaned` have nothing by that
    if subject not in reader.said.things or _PERFECT.match(match[2]) or (gets and re.match(r"[a-z]+ed\b", match[2])):
        return False
    items = with_relatives(listed(match[2]))
    if not items:
        return False
    reader.said.last = subject
    plural = plural_of(match[1], items)
    return every([reader.item(subject, item, line, optional=optional, plural=plural) for item in items])


def item(reader: Reader, subject: str, item: str, line: int, *, optional: bool, plural: Plural = "") -> bool:
    """One item of what `subject` has: a relation where it names an entity, else a field. `plural`: what one without a quantity
    means there."""
    text = re.sub(r"^(?:and|also|its|their)\s+", "", item.strip(), flags=re.IGNORECASE)
    if re.match(r"no\s+", text, re.IGNORECASE):
        return False
    if re.match(r"the\s", text, re.IGNORECASE) and of_several(named(re.split(r"\s*[(:]", text)[0])):
        text = re.sub(r"^the\s+", "", text, flags=re.IGNORECASE)  # `the name and the phone numbers`
    number = counted(text)
    relative = re.match(r"^(.+?),? (?:who|which|that) (?:is|are|must be) (?:also )?(.+)$", number.text, re.IGNORECASE)
    if relative is not None:
        target = reader.entity(counted(relative[2]).text)
        if target is not None:  # `a head, who is a lecturer`
            role = singular(relative[1])
            most = (
                None if number.most != 1 or english.singular(role.split()[-1]) != named(relative[1]).split()[-1] else 1
            )
            reader.said.links.append(
                Link(subject, target, 0 if optional or most is None else number.least, most, role, False, line)
            )
            return True
        text = f"{relative[1]} ({relative[2]})"
        number = Counted(text, number.least, number.most, number.said, number.ordered)
    doing = re.match(
        r"^([\w -]+?),? (?:who|that|which) ([a-z]+?)(?:e?s) (?:it|them|the [\w -]+)$", number.text, re.IGNORECASE
    )
    if doing is not None and (doer := reader.entity(doing[1])) is not None:  # `an employee who manages the department`
        past = f"{doing[2].removesuffix('e')}ed by"
        reader.link(subject, doer, 0 if optional else number.least, number.most, past, False, line)
        return True
    on = _ON_ONE.match(text)
    if on is not None and (whole := reader.entity(on[3])) not in (None, subject) and reader.entity(on[1]) is None:
        least = 0 if optional or on[2].lower() == "at most one" else 1
        reader.link(subject, whole or "", least, 1, "", False, line)  # `repair: job on one bike`
        return True
    if (asked := re.match(r"^which (.+)$", number.text, re.IGNORECASE)) and (one := reader.entity(asked[1])):
        reader.link(subject, one, 0 if optional else 1, 1, "", False, line)  # `rentals: which customer, which van`
        return True
    both = _ONE_AT_ONE.match(text)
    ends = [reader.entity(one) for one in both.groups()] if both else []
    if len(ends) == 2 and None not in ends and subject not in ends:  # `a screening: one film on one screen`
        for one in ends:
            reader.link(subject, one or "", 0 if optional else 1, 1, "", False, line)
        return True
    if (
        (joint := _JOINT.match(text)) is not None
        and reader.entity(counted(joint[1]).text) is None
        and reader.entity(joint[2]) is None
    ):
        whole = named(joint[1])  # `an emergency contact with a phone`
        return every(
            [
                _item_of(reader, subject, one, line, optional=optional)
                for one in (joint[1], f"{joint[1]} {joint[2]}")
                if whole
            ]
        )
    if re.match(r"(?:of )?(?:them|it|these|those|us|you)\b", number.text, re.IGNORECASE):
        return False  # `at least one of them`: of whom is not said here
    head = re.split(r"[(:]", number.text)[0]
    head = re.sub(r"\s+(?:in|that|which|who|with|of|per|for|as)\s.*$", "", head)
    target = reader.entity(head)
    if target is not None and together(text) and as_one(reader.said, subject, target):
        target = None
    bare = target is None and not number.said and number.most is None
    if target is None and not number.said:  # `photos` is a field with several values, not a thing
        text = each_of(text) if bare and plural == "each" else text
        number = Counted(text if bare else number.text, 1, 1, False)
    many = number.most != 1
    role = ""
    if many and target is None and re.match(r"(?:a |the )?number of\b", text, re.IGNORECASE):
        made = field_of(re.sub(r"^(?:a |the )?number of ", "", text, flags=re.IGNORECASE), line=line)
        if made is not None:
            reader.said.put(subject, replace(made, kind="integer", required=not optional))
            return True
    if target is None and (ended := reader.ending(head)) is not None:
        role, target = ended
        if bare and plural != "each":  # `a film has lead actors`
            number, many = Counted(number.text, 0, None, False), True
    if target is not None and not (target == subject and not number.said):
        least = 0 if optional else number.least
        reader.link(
            subject, target, least, number.most, role, True, line,
            ordered=number.ordered, vague=many and not number.said,
        )  # fmt: skip
        return True
    name = singular(head)
    if many and name and "(" not in number.text and name not in ("tag", "label", "keyword"):
        # Many of something that nothing else is said of: a thing of its own.
        if name not in reader.said.things:
            reader.said.thing(name, line).value = True
        reader.link(subject, name, 0 if optional else number.least, number.most, "", True, line, ordered=number.ordered)
        return True
    made = field_of(number.text if number.said else text, line=line)
    if made is None or not _is_a_name(made.name):
        return False
    many_values = None
    if many:
        made = replace(made, kind="tags" if made.kind == "word" else made.kind, name=named(head))
        many_values = several(made, text, 0 if optional else number.least, number.most)
    elif bare and plural == "several":
        many_values = several(made, text)
    if optional or number.least == 0:
        made = replace(made, required=False)
    reader.said.put(subject, made, many_values)
    return True


_ONE_AT_ONE = re.compile(
    r"^(?:exactly )?(?:one|an?) ([\w-]+(?: [\w-]+)?) (?:on|in|at|of|for|to|by|from) (?:exactly )?(?:one|an?) ([\w-]+(?: [\w-]+)?)$",
    re.IGNORECASE,
)
_JOINT = re.compile(r"^((?:an? |the |its )?[\w-]+(?: [\w-]+)?) with (?:an?|the|its|their) ([\w-]+)$", re.IGNORECASE)


def _item_of(reader: Reader, subject: str, text: str, line: int, *, optional: bool) -> bool:
    return item(reader, subject, text, line, optional=optional)


def _is_a_name(name: str) -> bool:
    """Whether words can be a field's name, and are no sentence that was not understood."""
    first, *others = name.split()
    if (
        first in ("who", "whom", "says", "gives", "takes", "what", "how")
        or len(others) > 5
        or _NO_NAME.intersection(others)
    ):
        return False
    return not (
        first in ("in", "on", "at", "by", "for", "with", "from", "to") and others[:1] in (["a"], ["an"], ["the"])
    )
