"""In which order results come: `newest first`, `by due date`, `lowest price first`, `soonest due first`."""

from __future__ import annotations

import re

from dbarchitect.design.spec import Entity, Order

from .phrases import named, singular

_DESCENDING = re.compile(
    r"\b(?:newest|latest|most recent|recent(?:ly)?|highest|largest|biggest|best|most|descending|desc|last(?! names?\b))\b",
    re.IGNORECASE,
)
_ASCENDING = re.compile(
    r"\b(?:oldest|earliest|lowest|smallest|cheapest|alphabetical(?:ly)?|ascending|asc|by name)\b", re.IGNORECASE
)
_ORDERED = re.compile(r"\b(?:ordered|sorted|order|sort) by ((?:[a-z]+ ?){1,3})", re.IGNORECASE)
# What stands in front, of values and of time: `highest score first`, `soonest due first`.
_FIRST = re.compile(
    r",\s*(?:with )?(?:the )?(?:ones? )?(?P<words>[a-z]+(?: [a-z]+){0,3}) first\b(?! name)|"
    r"^(?P<whole>[a-z]+(?: [a-z]+){0,2}) first$",
    re.IGNORECASE,
)
_GREATEST = frozenset(
    ("highest", "largest", "biggest", "best", "most", "greatest", "longest", "heaviest", "newest", "latest", "recent")
)
_LEAST = frozenset(
    (
        *("lowest", "smallest", "cheapest", "least", "fewest", "shortest", "lightest", "worst", "oldest", "earliest"),
        *("soonest", "next", "nearest", "closest"),
    )
)
_TO_COME = frozenset(("soonest", "next"))
_OF_TIME = _TO_COME | {"newest", "latest", "recent", "oldest", "earliest"}
# A field with such a word says when something is to be, not when it came.
_PLANNED = re.compile(
    r"\b(?:due|deadline|expir\w*|until|ends?|ending|scheduled|starts?|starting|birth|planned|renewal|delivery)\b",
    re.IGNORECASE,
)


def moment_of(entity: Entity, *, to_come: bool = False) -> str:
    """The field that says when a row came to be; `to_come`: when what it speaks of is to be."""
    moments = [field.name for field in entity.fields if field.kind in ("moment", "date")]
    planned = [one for one in moments if _PLANNED.search(one)]
    if to_come:
        return (planned or moments or ["created at"])[0]
    return next((one for one in moments if one not in planned), "created at")


_ANY_TIME = frozenset("date time day moment datetime slot at on".split())  # noqa: SIM905


def coming_of(entity: Entity) -> str | None:
    """The field that says when something is to be, None where no field does: what was paid on a day is not to come."""
    moments = [field.name for field in entity.fields if field.kind in ("moment", "date")]
    planned = [one for one in moments if _PLANNED.search(one) and "birth" not in one]
    plain = [
        one
        for one in moments
        if _ANY_TIME.issuperset(one.split()) or one in (f"{entity.name} date", f"{entity.name} time")
    ]
    return (planned or plain or [None])[0]


def field_named(entity: Entity, text: str) -> str | None:
    """The field that a phrase names, in the singular or as it stands."""
    name, one = named(text), singular(text)
    return next((field.name for field in entity.fields if field.name in (name, one)), None)


def order_of(text: str, entity: Entity, verb: str) -> tuple[tuple[Order, ...], str]:
    """The order that a text asks for, and the text without the words that say it."""
    if verb not in ("list", "search"):
        return (), text
    match = _ORDERED.search(text)
    descending = bool(_DESCENDING.search(text))
    if match is not None:
        words = re.sub(r"\b(?:descending|ascending|desc|asc|first)\b", "", match[1]).strip()
        found = field_named(entity, words)
        if found is not None:
            return (Order(field=found, descending=descending),), text.replace(match[0], " ")
    first = _FIRST.search(text)
    if first is not None:
        ahead = _in_front(first["words"] or first["whole"], entity)
        return ((ahead,), text.replace(first[0], " ")) if ahead else ((), text)
    if descending or re.search(r"\b(?:oldest|earliest)\b", text, re.IGNORECASE):
        ranked = re.search(r"\b(?:highest|largest|biggest|best|most) ([a-z]+)", text, re.IGNORECASE)
        field = field_named(entity, ranked[1]) if ranked else None
        if not descending:
            return (Order(field=moment_of(entity)),), _ASCENDING.sub(" ", text)
        return (Order(field=field or moment_of(entity), descending=True),), _DESCENDING.sub(" ", text)
    cheap = re.search(r"\bcheapest\b", text, re.IGNORECASE)
    if cheap is not None:
        price = next((field.name for field in entity.fields if field.kind == "money"), None)
        return ((Order(field=price),) if price else ()), text
    if re.search(r"\balphabetical(?:ly)?\b|\bby name\b", text, re.IGNORECASE) and (name := field_named(entity, "name")):
        return (Order(field=name),), text
    return (), text


def not_ordered(text: str, entity: Entity) -> str:
    """The words of a text that ask for an order which no field of the entity gives, "" where there are none."""
    first = _FIRST.search(text)
    if first is None or order_of(text, entity, "list")[0]:
        return ""
    return f"{first['words'] or first['whole']} first"


def _in_front(words: str, entity: Entity) -> Order | None:
    said = words.lower().split()
    ranks = [one for one in said if one in _GREATEST or one in _LEAST]
    rest = [one for one in said if one not in ranks]
    if singular(" ".join(rest)) in (entity.name, entity.name.split()[-1]):  # `newest orders first`
        rest = []
    if len(ranks) > 1 and ranks != ["most", "recent"]:
        return None
    descending = bool(ranks) and ranks[-1] in _GREATEST
    if not rest:
        if ranks and ranks[-1] in _OF_TIME:
            return Order(field=moment_of(entity, to_come=ranks[-1] in _TO_COME), descending=descending)
        amounts = [one.name for one in entity.fields if one.kind == "money"]
        return Order(field=amounts[0], descending=descending) if ranks and len(amounts) == 1 else None
    name = " ".join(rest)
    found = field_named(entity, name) or _only(entity, rest)
    return Order(field=found, descending=descending) if found and ranks else None


def _only(entity: Entity, words: list[str]) -> str | None:
    """The one field whose name holds these words: `due` of `due date`."""
    found = [field.name for field in entity.fields if set(words) <= set(field.name.split())]
    return found[0] if len(found) == 1 else None
