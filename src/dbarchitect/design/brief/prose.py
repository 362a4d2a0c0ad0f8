"""Paragraphs and items: sentences, fields of the entity above, volumes, accesses, answers to questions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

from dbarchitect.design.spec import Noted, Unread
from dbarchitect.model import english

from .chapters import ANSWERS, NAMED_BLOCK, is_name, owner_above
from .exact import deleting, pairs, shared, told_exactly
from .fields import field_of
from .gathered import Gathered
from .markdown import Part
from .phrases import listed, named, sentences, singular
from .questions import ASKED, asks, asks_for_more, demanded, looking, unlabelled, wants
from .several import several
from .shares import told as told_of_states
from .statements import Link
from .subjects import subjects
from .surroundings import hinted, told
from .wording import asked_about, asserted, is_aside

FIGURES = re.compile(
    r"^\s*(?:volumes?|numbers|scale|size|about|around|roughly|currently|we have|[\w ]{3,20}:)?[^.]*?\d[\d,.]*\s?(?:k|m|million|billion|thousand)?\b [a-z ]*"
    r"(?:now|today|in (?:two|2|a|one|\d+) years?|(?:a|per) day|later)|^\s*(?:volumes?|numbers|scale|sizes?|about|around|roughly)\b:? [\d~]|^\s*(?:(?:volumes?|numbers|scale|load)\b:|we (?:expect|hope for|plan for|count on|have about)|expect(?:ed|ing)?) .*\d"
    r"|^\s*[~]?\d[\d,.]*\s?(?:k|m|million|billion|thousand)?\b [a-z ]+(?:/|per |a |each |every )(?:second|minute|hour|day|week|month|year|yr|s|h|d)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[~]?\d[\d.,]*\s?(?:k|m|bn|million|billion|thousand)?\s+([a-z][a-z -]+)", re.IGNORECASE)
_COUNTING = re.compile(
    r"^(?:[A-Z]\w+(?: \w+)?:|there (?:are|will be)|we (?:will )?(?:start|begin|go live) with|we (?:will )?(?:have|expect|keep|hold|store|plan for|count on|run|serve)|(?:the|our) [\w-]+ (?:will )?(?:have|has|hold|holds|contain|contains|keeps?|stores?))"
    r"(?: (?:at the (?:start|beginning)|initially|currently|today|now))? ((?:about |around |roughly |approximately |some |circa |~)?\d.*?)(?: (?:at the (?:start|beginning)|initially|currently|today|now|in total))?$",
    re.IGNORECASE,
)
_RATED = re.compile(
    r"^(?:about|around|roughly|approximately|some|circa) (?=\d)|,? (?:are |is )?(?:expected|planned|foreseen)$"
    r"|(?: are expected| expected)? (?:/|per|a|an|each|every) ?(?:second|minute|hour|day|week|month|year)$"
    r"|,? (?:in|within|during) the first (?:year|month|week)$",
    re.IGNORECASE,
)
_YES = ("yes", "no,", "exactly", "correct", "right,", "indeed", "of course")
_OF_SUCH = re.compile(r"\b[a-z]+s (?:that|which|who) (?:are|were|have|had|has|do|did)\b", re.IGNORECASE)
_PLACED = re.compile(r"^\s*(?:it )?(?:is )?(?:hosted|runs?|running|deployed|built|stack)\b", re.IGNORECASE)


def prose(brief: Gathered, part: Part, topic: str, before: Part | None) -> None:
    """One paragraph or item, by what the headings above say that it is about."""
    said = sentences(part.text)
    others = [one for one in said if not told_of_states(brief, one[0], part.line + one[1])]
    if len(others) < len(said):
        for text, lines in others:
            prose(brief, replace(part, text=f"{text}.", line=part.line + lines), topic, before)
        return
    if part.path and part.path[-1].lower() == ANSWERS:
        _answer(brief, part)
        return
    if part.path and told_exactly(part.text, singular(part.path[-1]), brief.said, part.line):
        return
    if (
        topic in ("access", "data")
        and FIGURES.search(part.text)
        and not re.match(r"^\s*(?:an?|each|every)\b", part.text, re.IGNORECASE)
    ):
        brief.volumes.append((part, None))
        for text, _ in said:
            if _PLACED.match(text):  # `3 million chunks now. Hosted at Supabase.`
                _hint(brief, text)
        return
    if topic == "access" and part.kind == "paragraph" and (hints := hinted(part.text)) and _PLACED.match(part.text):
        brief.around |= hints
        return
    if topic == "access":
        for text, lines in _access_texts(part):
            # A question has to be known to its last word; an item that begins with what it does is read as it stands.
            (brief.asked if text.endswith("?") or _OF_SUCH.search(text) else brief.later).append(
                (text, part.line + lines)
            )
        return
    if topic == "volume":
        brief.volumes.append((part, None))
        return
    if topic == "where":
        head, colon, tail = part.text.partition(":")
        found = told(head, tail) if colon else None
        hints = hinted(part.text)
        if found is None and not hints and FIGURES.search(part.text):
            brief.volumes.append((part, None))
        elif found is None and not hints:
            brief.said.unread.append(
                Unread(text=part.text, line=part.line, hint="runtime, runs, region, budget, team, tenancy")
            )
        brief.around |= hints | (found or {})
        return
    if topic == "about":
        brief.about.append(" ".join(part.text.split()))
        _hint(brief, part.text)
        return
    if part.kind == "item" and brief.asking:
        brief.later.append((unlabelled(" ".join(part.text.split()), brief.said.things), part.line))
        return
    brief.asking = False
    if part.line in brief.blocks:
        brief.block = brief.said.last = singular(part.text)
        return
    if part.kind != "item":
        brief.block = ""
    elif brief.block:
        _phrase(brief, brief.block, part.text, part.line)
        return
    elif _item(brief, part):
        return
    asked = ASKED.match(part.text)
    if asked is not None and not part.text[asked.end() :].strip():
        brief.asking = True
        return
    if part.kind == "paragraph" and (named_ := NAMED_BLOCK.fullmatch(part.text.strip())):
        brief.said.last = singular(named_[1])
        return
    if part.kind == "paragraph" and not part.path[1:] and not brief.said.last:
        # What stands below the title says what it is, and perhaps where it runs.
        for text, lines in sentences(part.text):
            if (
                brief.said.last
                or brief.question[0]
                or text.endswith("?")
                or (subjects(text)[0] and set(subjects(text)[0]) <= set(brief.said.things))
            ):
                _sentence(brief, text, part.line + lines)
            elif not brief.reader.read(text, part.line + lines, aside=True):
                brief.about.append(f"{text}.")
                _hint(brief, text)
        return
    if asked is not None:
        for one in re.split(r"[;\n]|(?<=\?)\s|(?<=[a-z])\.\s", part.text[asked.end() :]):
            if one.strip(" ."):
                said = " ".join(one.split())
                (brief.asked if said.endswith("?") or _OF_SUCH.search(said) else brief.later).append((said, part.line))
        return
    for text, lines in sentences(part.text):
        _sentence(brief, text, part.line + lines, part)
    brief.inquiring = False


def _sentence(brief: Gathered, text: str, line: int, part: Part | None = None) -> None:
    question, asked_on = brief.question
    brief.question = ("", 0)
    answers = text.lower().startswith(_YES) or (asked_about(question) == brief.said.last and _is_list(text))
    if question and not answers:
        _unanswered(brief, question, asked_on)
    if brief.inquiring and not text.endswith("?"):
        brief.asked.append((text, line))
    elif asks_for_more(text):
        brief.inquiring = True
    elif is_aside(text):
        brief.about.append(f"{text}.")
    elif text.endswith("?") and asks(text):
        brief.question = (text, line)
        about = asked_about(text) or ""
        brief.said.last = about if about in brief.said.things else brief.said.last
    elif text.endswith("?") and "," not in text and ":" not in text:
        brief.question = (text, line)
        about = asked_about(text)
        if about in brief.said.things:
            brief.said.last = about
    elif question and text.lower().startswith(_YES):
        claim = None if text.lower().startswith("no") else asserted(question)
        if claim is not None and brief.reader.read(claim, asked_on, aside=True):
            return
        brief.said.unread.append(Unread(text=f"{question} {text}", line=asked_on, hint="say it in one sentence"))
        if len(text.split()) > len(_YES):
            brief.reader.read(text, line)
    elif question and asked_about(question) == brief.said.last and _is_list(text):
        for one in listed(text):
            if not brief.reader.item(brief.said.last, one, line, optional=False):
                brief.said.unread.append(Unread(text=one, line=line, hint="a field: total in EUR, status (new, paid)"))
    elif (going := deleting(text, brief.said, line)) is not None:
        brief.deletions.append(going)
    elif (called := pairs(text, brief.said)) is not None:
        brief.pairs.append(called)
    elif _counts(brief, text) or (
        FIGURES.search(text) and not re.match(r"^\s*(?:an?|each|every)\b", text, re.IGNORECASE)
    ):
        brief.volumes.append((Part("paragraph", text, line, part.path if part else ()), None))
    elif (deed := demanded(text)) and singular(deed[0]) not in brief.said.things:
        brief.later.append((text, line))
    elif _PLACED.match(text) and hinted(text):
        _hint(brief, text)
    elif found := looking(text, brief.said.things):
        brief.asked += [(one, line) for one in found]
    elif part is not None and part.kind == "item" and wants(text, brief.said.things):
        brief.asked.append((text, line))
    else:
        brief.reader.read(text, line)


def unanswered(brief: Gathered) -> None:
    """The last question, if nobody answered it."""
    question, line = brief.question
    brief.question = ("", 0)
    if question:
        _unanswered(brief, question, line)


def _unanswered(brief: Gathered, question: str, line: int) -> None:
    if asks(question):
        brief.asked.append((question, line))
    elif re.search(r"\b(?:you|your)\b", question, re.IGNORECASE):
        brief.noted.append(Noted(text=question, why="question", line=line))
    else:
        brief.said.unread.append(Unread(text=question, line=line, hint="say it in one sentence"))


def _counts(brief: Gathered, text: str) -> bool:
    """Whether a sentence only counts things that are known: `20k customers, 3M rentals`, `the register will hold about 80,000
    trees`, `we start with 12 plants, 30 of them a month`."""
    if re.search(
        r"\b(?:no more than|at most|at least|exactly|between|minimum|maximum|must|may|can)\b", text, re.IGNORECASE
    ):
        return False  # a bound, and no volume
    counted_ = _COUNTING.match(text.strip(" ."))
    counts = [
        _COUNT.fullmatch(_RATED.sub("", one.strip()))
        for one in re.split(r",\s+(?:and )?|\s+and\s+|\s+with\s+", counted_[1] if counted_ else text.strip())
    ]
    return all(one is not None and brief.reader.entity(one[1]) is not None for one in counts)


def _answer(brief: Gathered, part: Part) -> None:
    """What was answered to a question: `ids: public`, `Deleting an order deletes its lines`, `5000 orders in two
    years`, `Several customers may have the same email`."""
    brief.answered = True
    head, colon, tail = part.text.partition(":")
    if colon and (found := told(head, tail)) is not None:
        brief.around |= found
    elif (settled := shared(part.text, brief.said)) is not None:
        brief.settled.append(settled)
    elif (going := deleting(part.text, brief.said, part.line)) is not None:
        brief.deletions.append(going)
    elif FIGURES.search(part.text):
        brief.volumes.append((part, None))
    else:
        brief.reader.read(part.text, part.line)


def _hint(brief: Gathered, text: str) -> None:
    for key, value in hinted(text).items():
        old = brief.around.get(key)
        if isinstance(old, tuple) and isinstance(value, tuple):
            brief.around[key] = tuple(dict.fromkeys((*cast("tuple[str, ...]", old), *cast("tuple[str, ...]", value))))
        else:
            brief.around[key] = old or value


def _item(brief: Gathered, part: Part) -> bool:
    """A bullet that is no sentence: an entity with its fields, or a field of the entity above."""
    head, colon, tail = part.text.partition(":")
    owner = owner_above(part, brief.said)
    if colon and singular(head) in brief.said.things and owner is None and is_name(head):
        brief.said.last = singular(head)
        (first, _), *others = sentences(tail) or [("", 0)]
        for one in listed(first):
            _phrase(brief, singular(head), one, part.line)
        for sentence, lines in others:
            _sentence(brief, sentence, part.line + lines, part)
        return True
    if singular(part.text) in brief.said.things and is_name(part.text):
        brief.said.last = singular(part.text)
        return True
    if owner is None and part.level > 1 and brief.said.last:
        owner = brief.said.last
    if owner is not None and not re.match(
        r"^(?:an?|each|every|the|no|all|one) \S+ .*\b(?:has|have|is|are|belongs?|can|may|must)\b",
        part.text,
        re.IGNORECASE,
    ):
        relation = re.match(r"^(?:belongs to|has|contains|references|refers to|->|→)\s+(.+)$", part.text, re.IGNORECASE)
        if relation:
            verb = "belongs to" if re.match(r"belongs|ref|-|→", part.text, re.IGNORECASE) else "has"
            brief.reader.read(f"a {owner} {verb} {relation[1]}", part.line)
        else:
            _phrase(brief, owner, part.text, part.line)
        return True
    return False


def _phrase(brief: Gathered, owner: str, text: str, line: int) -> None:
    """A field, or a reference where the phrase names an entity: `customer`, `many lines`, `author (user)`."""
    stripped = text.strip().rstrip(".")
    target = singular(re.split(r"[(:]", stripped)[0])
    inner = re.search(
        r"\((?:an? |references? |ref |-> |→ |fk to )?([\w ]+?)(?:,[^)]*)?\)|:\s*(?:an? |references? |ref |-> |→ )?([\w ]+)$",
        stripped,
    )
    named_in = singular(inner[1] or inner[2]) if inner else ""
    optional = bool(re.search(r"\boptional\b|\?$", stripped, re.IGNORECASE))
    if (several_ := re.match(r"^[\w ]+:\s*((?:many|several) [\w ]+)$", stripped)) is not None:
        brief.reader.read(f"a {owner} has {several_[1]}", line)
    elif re.match(r"^(?:many|several|multiple|one or more|zero or more|a list of)\s", stripped, re.IGNORECASE):
        brief.reader.read(f"a {owner} has {stripped}", line)
    elif named_in in brief.said.things and named_in != target and target not in brief.said.things:
        role = named(re.split(r"[(:]", stripped)[0])
        brief.said.links.append(Link(owner, named_in, 0 if optional else 1, 1, role, False, line))
    elif target in brief.said.things and target != owner:
        brief.said.links.append(Link(owner, target, 0 if optional else 1, 1, "", False, line))
    else:
        first, comma, more = stripped.partition(",")
        made = field_of(f"{first}: {more}" if comma and "(" not in first and ":" not in first else stripped, line=line)
        if made is None:
            brief.said.unread.append(Unread(text=text, line=line, hint="a field: total in EUR, status (new, paid)"))
        else:
            brief.said.put(owner, made, several(made, stripped))


def _is_list(text: str) -> bool:
    """Whether a sentence only lists nouns: `Name, email, and the date they joined`."""
    items = listed(text)
    return len(items) > 1 and all(len(english.split(one)) <= 5 for one in items)


def _access_texts(part: Part) -> list[tuple[str, int]]:
    if part.kind == "item":
        return [(" ".join(part.text.split()), 0)]
    return sentences(part.text)
