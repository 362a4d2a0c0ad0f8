"""The first look at a brief: which of its words are entities."""

from __future__ import annotations

import re
from itertools import pairwise

from dbarchitect.model import english

from . import notes
from .agents import acted_on, taking_part
from .chapters import ANSWERS, NAMED_BLOCK, is_name, names_a_thing, owner_above, topic_of
from .deeds import deeds_named
from .definitions import term
from .fields import heads, kind_by_name, names_a_value
from .gathered import Gathered
from .markdown import Part
from .phrases import bare, listed, sentences, singular
from .questions import ASKED, demanded
from .shares import of_states
from .subjects import subjects
from .wording import without_actors

_VALUES = frozenset(
    ("email", "phone", "url", "money", "percentage", "boolean", "date", "moment")
)  # no things of their own
_RECORDS = frozenset(
    ("text", "file", "decimal", "integer", "location", "json", "tags")
)  # values or things: messages, photos, scores
_ALSO = re.compile(
    r"\b([a-z]+),? (?:who|which|that) (?:is|are|must be) (?:also |itself |themselves )?(?:an?|another|one of the) ([a-z]+(?: [a-z]+)?)\b",
    re.IGNORECASE,
)
_TABLES = re.compile(
    r"\bcreate table (?:if not exists )?(?:\w+\.)?\"?(\w+)|^\s*(?:model|table)\s+\"?(\w+)\"?[^\n]*\{",
    re.IGNORECASE | re.MULTILINE,
)


def look(brief: Gathered, parts: list[Part]) -> None:
    """Note the entities that all of the parts speak of."""
    maybes: list[tuple[str, int]] = []
    slight: list[tuple[str, int]] = []
    pointing: list[tuple[str, str, int]] = []
    brief.title = next((bare(one.text) for one in parts if one.kind == "heading" and one.level == 1), brief.title)
    for above, part in pairwise(parts):
        if above.kind == "heading" and part.kind == "head" and above.path and heads(part.cells):
            brief.headed.add(above.text)
            brief.said.thing(singular(above.text), above.line)
    everything = without_actors(" ".join(one.text for one in parts if one.kind in ("paragraph", "item")))
    for at, part in enumerate(parts):
        if (part.text if part.kind == "heading" else part.path[-1] if part.path else "").lower() == ANSWERS:
            continue
        topic = "access" if _in_questions(parts, at) else topic_of(brief, part)
        if part.kind == "code":
            for found in _TABLES.finditer(
                part.text if part.info.split()[:1] in (["sql"], ["prisma"], ["dbml"]) else ""
            ):
                brief.scripted.add(brief.said.thing(singular(found[1] or found[2]), part.line).name)
        if part.kind == "heading" and topic == "data" and names_a_thing(part):
            brief.said.thing(singular(part.text), part.line)
        elif part.kind in ("paragraph", "item") and (entry := term(part.text)) is not None:
            brief.said.thing(entry[0], part.line)
        elif part.kind in ("paragraph", "item") and topic == "data":
            head, colon, tail = part.text.partition(":")
            if (
                part.kind == "paragraph"
                and is_name(part.text)
                and parts[at + 1 : at + 2]
                and parts[at + 1].kind == "item"
            ):
                brief.said.thing(singular(part.text), part.line)
                brief.blocks.add(part.line)
            elif (
                part.kind == "item"
                and not _in_block(brief, parts, at)
                and colon
                and is_name(head)
                and not owner_above(part, brief.said) is not None
                and _holds_fields(tail)
            ):
                brief.said.thing(singular(head), part.line)
            elif (
                part.kind == "item"
                and is_name(part.text)
                and at + 1 < len(parts)
                and parts[at + 1].level > part.level
                and parts[at + 1].kind == "item"
            ):
                brief.said.thing(singular(part.text), part.line)
            elif part.kind == "paragraph" and (found := NAMED_BLOCK.fullmatch(part.text.strip())):
                brief.said.thing(singular(found[1]), part.line)
            for sentence, _ in sentences(part.text):
                if of_states(sentence) or (part.kind == "item" and demanded(sentence)):
                    continue
                sure, maybe = subjects(sentence)
                if colon and part.kind == "item" and _in_block(brief, parts, at):
                    sure = [one for one in sure if one != singular(head)]  # `pinned: boolean` in the list of a note
                slight += [(one, part.line) for one in taking_part(sentence)]
                for one in sure:
                    if not _begins(brief, one, sentence) and not _is_a_value(one, everything):
                        brief.said.thing(one, part.line)
                maybes += [(one, part.line) for one in maybe]
                pointing += [(*ends, part.line) for ends in notes.pointing(sentence)]
    # A plural at the head of a sentence is a thing if one of it is spoken of anywhere.
    for one, target, line in pointing:
        if target in brief.said.things:
            brief.said.thing(one, line)
    text = everything
    named_ = set(map(singular, brief.headed))
    for short in [one for one in brief.said.things if " " not in one and one not in named_]:
        longer = [one for one in brief.said.things if one.endswith(f" {short}")]
        if len(longer) == 1 and not re.search(rf"\b(?:an?|each|every|one) {re.escape(short)}\b", text, re.IGNORECASE):
            del brief.said.things[short]  # `movements` are the stock movements
        elif len([one for one in brief.said.things if one.startswith(f"{short} of ")]) == 1:
            del brief.said.things[short]  # `each piece`, of a piece of equipment
    # `one manager, who is also an employee`: what employees are to one another, and no thing.
    roles = {
        singular(one[1])
        for one in _ALSO.finditer(text)
        if {singular(one[2]), singular(one[2].split()[0])} & set(brief.said.things)
    }
    for one, line in maybes:
        if (
            one not in roles
            and one not in brief.said.things
            and kind_by_name(one) not in _VALUES
            and not re.search(r" (?:number|code|id)$", one)
            and re.search(rf"\b(?:an?|each|every|one) {re.escape(one)}\b", text, re.IGNORECASE)
        ):
            brief.said.thing(one, line)
    for sentence, line in [
        (one[0], part.line) for part in parts if part.kind in ("paragraph", "item") for one in sentences(part.text)
    ]:
        slight += [(one, line) for one in acted_on(sentence, brief.said.things)]
    words = frozenset(re.findall(r"\w+", everything.lower()))
    for part in parts:
        for sentence, _ in sentences(part.text) if part.kind in ("paragraph", "item") else ():
            slight += [(one, part.line) for one in deeds_named(sentence, brief.said.things, everything, words)]
    for one, line in slight:
        if (
            one not in roles
            and one not in brief.said.things
            and not any(name.endswith(f" {one}") for name in brief.said.things)
        ):
            brief.said.thing(one, line).slight = True


def _is_a_value(name: str, text: str) -> bool:
    """Whether a noun names a value, and nothing says what it has: `each result must be validated`."""
    return (
        names_a_value(name)
        and kind_by_name(name) not in _RECORDS
        and not re.search(
            rf"\b(?:an?|each|every) {re.escape(name)} (?:has(?! to\b)|have(?! to\b)|contains|consists|belongs|lists|is identified by)\b|\b{re.escape(english.plural(name))} (?:have|contain|consist|belong|:|[—–(-])"
            rf"|(?:^|\n|\. )(?:\*\*)?{re.escape(english.plural(name))}(?:\*\*)?:",
            text,
            re.IGNORECASE,
        )
    )


def _begins(brief: Gathered, one: str, sentence: str) -> bool:
    """Whether a word is but the beginning of an entity that has a table of fields: `order` of `no two order lines`."""
    longer = [name for name in map(singular, brief.headed) if name.startswith(f"{one} ")]
    words = " ".join(english.split(sentence))
    return any(re.search(rf"\b{re.escape(name[:-1])}", words) for name in longer) and one not in map(
        singular, brief.headed
    )


def _in_block(brief: Gathered, parts: list[Part], at: int) -> bool:
    """Whether the list that an item is of stands right below the name of an entity."""
    while at and parts[at].kind == "item":
        at -= 1
    return parts[at].line in brief.blocks


def _in_questions(parts: list[Part], at: int) -> bool:
    """Whether the list that an item is of stands right below a line such as `The main screens:`."""
    if parts[at].kind != "item":
        return False
    while at and parts[at].kind == "item":
        at -= 1
    above = parts[at]
    found = ASKED.match(above.text) if above.kind == "paragraph" else None
    return found is not None and not above.text[found.end() :].strip()


def _holds_fields(text: str) -> bool:
    return len(listed(text)) >= 1 and not re.search(
        r"\b(?:has|have|is|are|can|must)\b", text.split(",")[0], re.IGNORECASE
    )
