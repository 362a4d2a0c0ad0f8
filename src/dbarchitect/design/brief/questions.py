"""What is asked of the data, in a question or in a sentence about somebody who looks for it: `Which lessons does a teacher have
this week?`, `Users must be able to list all orders of a customer, and to search products by name`.

Such a sentence is an access pattern only where every word of it is accounted for: `which desks are free` asks for what no
field holds, and a query without `free` would be another question.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence

from dbarchitect.design.spec import Access, Entity, Relation
from dbarchitect.model import english

from .phrases import singular
from .trees import branch

_LOOK = r"(?:see|list|find|search(?: for)?|look (?:up|for|at)|view|browse|filter|count|retrieve|display)"
_MAY = (
    r"(?:(?:must|shall|should|will|can|may|need to|needs to|want to|wants to|like to|have to|often|usually|mostly|regularly|typically"
    r"|always|also|be able to|are able to|is able to) )"
)
_LOOKING = re.compile(
    rf"^(?:it (?:must|shall|should|has to|needs to) (?:also )?be (?:possible|easy) to|(?:as an? [\w -]+?,? i|(?:an?|the|every|each|our) [\w-]+(?: [\w-]+)?|[\w-]+(?: [\w-]+)?) {_MAY}*?)"
    rf" ?(?:to )?({_LOOK}) (?!only\b|to it\b)(.+)$",
    re.IGNORECASE,
)
_ONE_EACH = re.compile(rf",? and (?:to )?(?={_LOOK} )|,? and (?=all )|, (?=all )", re.IGNORECASE)
_ASKS = re.compile(r"^(?:and )?(?:which|how many|how much|what|show|list|find|count)\b", re.IGNORECASE)
_ASKS_FOR_MORE = re.compile(
    r"^(?:and )?what (?:do|does|will|would|can) (?:[\w ]{1,30}?) (?:look (?:at|for|up)|ask(?: for| about)?|want to (?:see|know|find)"
    r"|need(?: to (?:see|know|find))?|search(?: for)?|query)(?: most| most often| all day)?\?$",
    re.IGNORECASE,
)
_REFERENCES = 3  # that a query follows at most, as `design.queries` does
_PLAIN = frozenset(
    """
    which how many much what show list find count search see get look looked up at for all every each any an a the of in on to from by
    with within per and or is are was were be been do does did has have had their its his her our us we they it them that this these those given certain
    particular specific last next past current previous now today yesterday week month year day hour minute date time since between newest latest
    oldest recent first most least number total sum average highest lowest largest smallest biggest cheapest order ordered sorted
    page one two three four five ten twenty fifty hundred into than then grouped as there belong belonging belongs together not
    second seconds minutes hours days weeks months years
    """.split()  # noqa: SIM905
)


def looking(text: str, things: Iterable[str]) -> list[str]:
    """The accesses that a sentence tells of, where somebody looks for something; [] for anything else. `things`: the names of
    entities, one of which has to be among what is looked for."""
    match = _LOOKING.match(text.strip().rstrip("."))
    if match is None or re.search(
        r"\bonly\b|\bown (?:data|records|rows)\b|\bwe (?:record|keep|store|note|need)\b", text, re.IGNORECASE
    ):
        return []
    plain = re.match(rf"(?:an?|the|every|each|our)? ?[\w-]+(?: [\w-]+)? {re.escape(match[1])}s? ", text, re.IGNORECASE)
    if plain and re.match(r"see|view|display|retrieve", match[1], re.IGNORECASE) and not re.match(r"all\b", match[2]):
        return []  # `clients view properties` is a deed that may be kept
    names = {form for one in things for form in (one, _plural(one))}
    found: list[str] = []
    verb = match[1]
    for one in _ONE_EACH.split(match[2]):
        own = re.match(rf"^({_LOOK}) ", one, re.IGNORECASE)
        verb = own[1] if own else verb
        said = one if own else f"{verb} {one}"
        found.append(said.strip(" ,"))
    spoken = all(any(re.search(rf"\b{re.escape(name)}\b", one, re.IGNORECASE) for name in names) for one in found)
    return found if spoken else []


# What stands above a list of what is asked, or in front of it: `The main screens:`, `Typical queries: ...`
ASKED = re.compile(
    r"^\s*(?:we (?:need|ask|want to know|look for)|questions|(?:the )?(?:most )?(?:typical |common |main |important |frequent )?(?:queries|screens|pages|views|lookups|reports)|access patterns|what people (?:do|ask)"
    r"|people (?:ask|need|want)|what (?:we|people|users|they) (?:look (?:for|up|at)|ask|search)|(?:[a-z]+ ){0,2}(?:people|staff|users|managers|they) (?:ask|look up|look for|search for)|we look (?:up|for))\b[^:\n]*:\s*",
    re.IGNORECASE,
)


def unlabelled(text: str, things: Container[str]) -> str:
    """An item of such a list without the name of its screen: `catalogue: courses by topic`."""
    label, colon, rest = text.partition(": ")
    return rest if colon and rest and len(label.split()) <= 3 and singular(label) not in things else text


_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|can|may|must|should|shall|will|cannot|belongs?|contains?|consists?|keeps?|holds?|needs?)\b"
    r"|\b[a-z]+s (?:an?|the|one|many|several|its|their|exactly|at) ",
    re.IGNORECASE,
)


_OF_WHICH = "(?:of|for|in|by|at|with|without|whose|that|which|who|from|on|per|this|today|older|newer|created|due|over|under|near)"


_DEMANDED = re.compile(
    r"^(?:to )?(?:lists?|finds?|shows?|searches|search|counts?|looks? up|browses?|display|fetch) |^to (?:see|get|view|retrieve) "
    r"|^(?:an? |the )?(?:monthly |weekly |daily |yearly )?(?:report|overview|list|statistics?|summary|chart) (?:of|on|about|with|showing) ",
    re.IGNORECASE,
)


def demanded(text: str) -> re.Match[str] | None:
    """Whether a sentence begins as what is demanded of the application: `to show all events`, `a report of sales`."""
    return _DEMANDED.match(text)


def wants(text: str, things: Iterable[str]) -> bool:
    """Whether an item of a list, without a verb, is rows that somebody wants: `all jobs of a mechanic this month`."""
    several = {_plural(one) for one in things} | {english.plural(one.split()[-1]) for one in things}
    words = list(english.split(text))
    return (
        len(words) > 3
        and ":" not in text
        and not _FINITE.search(re.sub(r"\b(?:which|that|who) .*|\bwhose .*", "", text))
        and any(
            re.search(rf"^(?:[\w-]+ ){{0,3}}?{re.escape(one)}(?:,| {_OF_WHICH}\b)", text, re.IGNORECASE)
            for one in several
        )
    )


def asks(text: str) -> bool:
    """Whether a question asks for rows: `which orders ...?`, and not whoever wrote the brief."""
    return bool(_ASKS.match(text)) and not re.search(r"\b(?:you|your)\b", text, re.IGNORECASE)


def asks_for_more(text: str) -> bool:
    """Whether the sentences behind a question are what is asked: `What do people look at?`."""
    return bool(_ASKS_FOR_MORE.match(text))


def unaccounted(text: str, entities: Mapping[str, Entity], roles: Mapping[str, frozenset[str]]) -> set[str]:
    """The words of a question that are neither of an entity, a field, a value or a role, nor of the language of queries."""
    known: set[str] = set()
    for name, one in entities.items():
        phrases = [
            name,
            *(field.name for field in one.fields),
            *(value for field in one.fields for value in field.values),
        ]
        known |= {word for phrase in (*phrases, *roles.get(name, ())) for word in english.split(phrase)}
        if branch(text, name, roles.get(name, frozenset())):
            known |= {"all", "subtree", "below", "above", "descendants", "ancestors", "children", f"sub{_plural(name)}"}
    known |= {english.plural(one) for one in known}
    return {
        one
        for one in english.split(re.sub(r"\d[\d.,]*|['’]s?\b", " ", text))
        if one not in known and one not in _PLAIN and english.singular(one) not in known
    }


def left_out(text: str, found: Access, entities: Mapping[str, Entity]) -> set[str]:
    """The entities that a question names and its reading does not: it would be another question without them."""
    used = {found.entity, *found.by, *found.with_, *found.grouped}
    forms = {form: name for name in entities for form in (name, _plural(name))}
    pattern = "|".join(sorted(map(re.escape, forms), key=len, reverse=True)) or "(?!)"
    return {forms[one.lower()] for one in re.findall(rf"\b({pattern})\b", text, re.IGNORECASE)} - used


def unreachable(found: Access, entities: Mapping[str, Entity], relations: Sequence[Relation]) -> set[str]:
    """The entities that rows are asked by and that no three references lead to: no query could be made of it."""
    near: dict[str, dict[str, int]] = {}
    for one in relations:
        steps = 2 if one.first.most != 1 and one.second.most != 1 else 1  # by way of the table of pairs
        for here, there in ((one.first.entity, one.second.entity), (one.second.entity, one.first.entity)):
            near.setdefault(here, {})[there] = min(steps, near.get(here, {}).get(there, steps))
    far = {found.entity: 0}
    for _ in range(_REFERENCES):
        for here, steps in list(far.items()):
            for there, more in near.get(here, {}).items():
                far[there] = min(far.get(there, steps + more), steps + more)
    fields = {one.name for one in entities[found.entity].fields}
    return {
        one for one in found.by if one in entities and one not in fields and far.get(one, _REFERENCES + 1) > _REFERENCES
    }


def _plural(name: str) -> str:
    *words, last = name.split()
    return " ".join((*words, english.plural(last)))
