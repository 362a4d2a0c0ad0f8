"""The brief: Markdown that a person likes to write, read into a `Spec`.

Front matter or headings say what a part is about; things are described in plain sentences, lists, tables of fields, or as
samples in CSV and JSON. Blocks of SQL, Prisma and DBML are handed out as `Embedded`: an engine reads them, not this room.
What was not understood is listed with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as replace_
from itertools import pairwise
from typing import Any, cast

from msgspec.structs import replace

from dbarchitect.design.spec import Access, Assumed, Entity, Relation, Spec, Surroundings, Unread, Volume
from dbarchitect.design.tenancy import resolved
from dbarchitect.errors import InputError
from dbarchitect.model import english

from . import notes
from .access import access_of
from .definitions import define, term
from .exact import Deleting, Pairs, deleted, deleting, paired, pairs, referred, shared, told_exactly
from .fields import field_of, field_of_row, heads, kind_by_name
from .grammar import Reader
from .markdown import Part, parts_of
from .offices import undressed
from .phrases import bare, listed, named, sentences, singular
from .relations import relations_of, with_fields
from .samples import entities_of_json, entity_of_csv
from .statements import Link, Statements
from .subjects import subjects
from .surroundings import hinted, told, volume_columns, volume_of_row, volumes_of
from .wording import asked_about, asserted, is_aside, without_actors

_ABOUT = re.compile(
    r"\b(?:about|what it is|what|overview|summary|purpose|idea|introduction|background|goals?|why|problem|motivation|status)\b",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"\b(?:entit|data|model|what we (?:store|keep|have|know)|things|objects|domain|schema|tables|nouns|concepts|rules|constraints|relations?)",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"\b(?:access|quer(?:y|ies)|pattern|screens?|use cases?|what (?:it|users|people|the app) do|endpoints?|operations|reads|features|pages|usage)",
    re.IGNORECASE,
)
_VOLUME = re.compile(
    r"\b(?:volumes?|numbers|size|sizes|scale|load|traffic|growth|amounts|how much|capacity)\b", re.IGNORECASE
)
_WHERE = re.compile(
    r"\b(?:where|runtime|surroundings|environment|hosting|deployment|stack|operations|infrastructure|constraints|running|installing|installation|setup|non[- ]functional|context|budget|compliance|team)\b",
    re.IGNORECASE,
)
_VALUES = frozenset(
    ("email", "phone", "url", "money", "percentage", "boolean", "date", "moment")
)  # no things of their own
_SHORT = 3  # words of a title that may as well name a chapter
_ANSWERS = "answers to questions"  # the heading below which answers to questions stand
_FILES = ("data", "schema", "samples")  # keys of the front matter that name files
_FILE = re.compile(r"\.[A-Za-z]{2,6}$")
_LARGEST = 2 << 20  # bytes of a brief: what is larger is data, not a description


@dataclass(frozen=True)
class Embedded:
    """A block of a schema in another language: `kind` is sql, prisma or dbml."""

    kind: str
    text: str
    line: int


@dataclass(frozen=True)
class Brief:
    """What was read: the spec, and the blocks that an engine has to read."""

    spec: Spec
    embedded: tuple[Embedded, ...] = ()


def files_of(data: bytes) -> tuple[str, ...]:
    """The files that a brief's front matter names (`data: schema.dbml, customers.csv`), as they are written there."""
    if len(data) > _LARGEST:
        return ()
    parts = parts_of(data.decode("utf-8-sig", "replace").replace("\r\n", "\n"))
    return tuple(file for part in parts for file in _named_files(part))


def _named_files(part: Part) -> list[str]:
    if part.kind != "meta" or part.cells[0].lower() not in _FILES:
        return []
    return [one for one in re.split(r"\s*,\s*", part.cells[1].strip("[] ")) if _FILE.search(one)]


def read_brief(data: bytes, name: str, *, files: Mapping[str, str] | None = None) -> Brief:
    """A brief, with the text of the `files` that it names. Raises `InputError` where it is empty, no text, too large, or
    contradicts itself."""
    if len(data) > _LARGEST:
        raise InputError(f"{name} has {len(data):,} bytes", hint="a brief is a description; sample a few rows of data")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise InputError(f"{name} is no text in UTF-8 (byte {err.start:,})", hint="a brief is Markdown") from err
    if "\0" in text:
        raise InputError(f"{name} is no text", hint="a brief is Markdown")
    if not text.strip():
        raise InputError(
            f"{name} is empty", hint="say what you build: A customer has many orders. An order has a total in EUR."
        )
    parts = list(undressed(parts_of(text.replace("\r\n", "\n"))))
    return _Brief(name).read([*parts, *_beside(parts, files or {})])


def _beside(parts: list[Part], files: Mapping[str, str]) -> Iterator[Part]:
    """The files that a brief names as blocks in it, on the line that names them."""
    for part in parts:
        for file in [part.cells[1]] if part.kind == "meta" and part.cells[1] in files else _named_files(part):
            stem, _, kind = file.rpartition("/")[2].rpartition(".")
            if file in files:
                title = "_".join(english.split(stem)) or "row"
                yield Part("code", files[file], part.line, ("Data",), info=f"{kind.lower()} {title}")


class _Brief:
    def __init__(self, name: str) -> None:
        self.name = name
        self.said = Statements()
        self.reader = Reader(self.said)
        self.title = ""
        self.about: list[str] = []
        self.around: dict[str, Any] = {}
        self.later: list[tuple[str, int]] = []  # access patterns, once all entities are known
        self.volumes: list[tuple[Part, dict[str, int] | None]] = []
        self.embedded: list[Embedded] = []
        self.blocks: set[int] = set()  # lines of names that a list of fields stands below
        self.answered = False
        self.settled: list[str] = []
        self.guessed: list[Assumed] = []  # from samples
        self.deletions: list[Deleting] = []
        self.pairs: list[Pairs] = []
        self.headed: set[str] = set()  # headings right above a table of fields: entities, whatever they are called
        self.asking = False  # a list of what is asked stands below
        self.block = ""  # the entity of such a list
        self.columns: dict[int, dict[str, int] | None] = {}
        self.counted: dict[int, dict[str, int] | None] = {}
        self.related: dict[int, dict[str, int] | None] = {}
        self.question: tuple[str, int] = ("", 0)  # one that waits for its answer

    def read(self, parts: list[Part]) -> Brief:
        self._look(parts)
        for at, part in enumerate(parts):
            self._part(part, parts[at - 1] if at else None)
        self._fields_that_are_things()
        same = self._same()
        relations, assumed = relations_of(self.said.links)
        relations, left = with_fields(relations, self.said.pairs)
        for owner, fields in left.items():
            for field in fields:
                self.said.put(owner, field)
        valueless = self._valueless()
        entities = self._entities()
        known = {one.name: one for one in entities}
        relations, astray = deleted(paired(relations, self.pairs), self.deletions)
        self.said.unread += [
            Unread(text=f"deleting a {one.parent}", line=one.line, hint=f"a {one.child} has no such {one.parent}")
            for one in astray
        ]
        roles = {name: frozenset(_roles(relations, name)) for name in known}
        access: list[Access] = []
        for text, line in self.later:
            found = access_of(text, known, line=line, roles=roles)
            if found is None:
                self.said.unread.append(
                    Unread(text=text, line=line, hint="such as: list a customer's orders, newest first, 20 at a time")
                )
            else:
                access.append(found)
        spec = Spec(
            title=self.title, about=" ".join(self.about), surroundings=self._surroundings(), entities=entities,
            relations=relations, rules=tuple(self.said.rules), access=tuple(access), volumes=tuple(self._volumes(known)),
            unread=tuple(sorted(self.said.unread, key=lambda one: one.line)), assumed=(*same, *assumed, *valueless, *self.guessed, *self._decided(known)),
            answered=self.answered, settled=tuple(self.settled),
        )  # fmt: skip
        spec = resolved(spec)
        if not spec.entities and not self.embedded:
            raise InputError(
                f"{self.name} names no thing that is kept",
                hint="A customer has many orders. An order has a total in EUR.",
            )
        return Brief(spec=spec, embedded=tuple(self.embedded))

    # ---- first look: which words are entities

    def _look(self, parts: list[Part]) -> None:
        maybes: list[tuple[str, int]] = []
        pointing: list[tuple[str, str, int]] = []
        self.title = next((bare(one.text) for one in parts if one.kind == "heading" and one.level == 1), self.title)
        for above, part in pairwise(parts):
            if above.kind == "heading" and part.kind == "head" and above.path and heads(part.cells):
                self.headed.add(above.text)
                self.said.thing(singular(above.text), above.line)
        for at, part in enumerate(parts):
            if (part.text if part.kind == "heading" else part.path[-1] if part.path else "").lower() == _ANSWERS:
                continue
            topic = self._topic(part)
            if part.kind == "code":
                for found in _TABLES.finditer(
                    part.text if part.info.split()[:1] in (["sql"], ["prisma"], ["dbml"]) else ""
                ):
                    self.said.thing(singular(found[1] or found[2]), part.line)
            if part.kind == "heading" and topic == "data" and _names_a_thing(part):
                self.said.thing(singular(part.text), part.line)
            elif part.kind in ("paragraph", "item") and (entry := term(part.text)) is not None:
                self.said.thing(entry[0], part.line)
            elif part.kind in ("paragraph", "item") and topic == "data":
                head, colon, tail = part.text.partition(":")
                if (
                    part.kind == "paragraph"
                    and _is_name(part.text)
                    and parts[at + 1 : at + 2]
                    and parts[at + 1].kind == "item"
                ):
                    self.said.thing(singular(part.text), part.line)
                    self.blocks.add(part.line)
                elif (
                    part.kind == "item"
                    and not self._in_block(parts, at)
                    and colon
                    and _is_name(head)
                    and not _under_entity(part, self.said)
                    and _holds_fields(tail)
                ):
                    self.said.thing(singular(head), part.line)
                elif (
                    part.kind == "item"
                    and _is_name(part.text)
                    and at + 1 < len(parts)
                    and parts[at + 1].level > part.level
                    and parts[at + 1].kind == "item"
                ):
                    self.said.thing(singular(part.text), part.line)
                elif part.kind == "paragraph" and (found := _NAMED_BLOCK.fullmatch(part.text.strip())):
                    self.said.thing(singular(found[1]), part.line)
                for sentence, _ in sentences(part.text):
                    sure, maybe = subjects(sentence)
                    for one in sure:
                        if not self._begins(one, sentence):
                            self.said.thing(one, part.line)
                    maybes += [(one, part.line) for one in maybe]
                    pointing += [(*ends, part.line) for ends in notes.pointing(sentence)]
        # A plural at the head of a sentence is a thing if one of it is spoken of anywhere.
        for one, target, line in pointing:
            if target in self.said.things:
                self.said.thing(one, line)
        text = without_actors(" ".join(one.text for one in parts if one.kind in ("paragraph", "item")))
        named_ = set(map(singular, self.headed))
        for short in [one for one in self.said.things if " " not in one and one not in named_]:
            longer = [one for one in self.said.things if one.endswith(f" {short}")]
            if len(longer) == 1 and not re.search(
                rf"\b(?:an?|each|every|one) {re.escape(short)}\b", text, re.IGNORECASE
            ):
                del self.said.things[short]  # `movements` are the stock movements
        for one, line in maybes:
            if (
                one not in self.said.things
                and kind_by_name(one) not in _VALUES
                and not re.search(r" (?:number|code|id)$", one)
                and re.search(rf"\b(?:an?|each|every|one) {re.escape(one)}\b", text, re.IGNORECASE)
            ):
                self.said.thing(one, line)

    def _begins(self, one: str, sentence: str) -> bool:
        """Whether a word is but the beginning of an entity that has a table of fields: `order` of `no two order lines`."""
        longer = [name for name in map(singular, self.headed) if name.startswith(f"{one} ")]
        words = " ".join(english.split(sentence))
        return any(re.search(rf"\b{re.escape(name[:-1])}", words) for name in longer) and one not in map(
            singular, self.headed
        )

    def _in_block(self, parts: list[Part], at: int) -> bool:
        """Whether the list that an item is of stands right below the name of an entity."""
        while at and parts[at].kind == "item":
            at -= 1
        return parts[at].line in self.blocks

    def _topic(self, part: Part) -> str:
        """What the headings above a part are about, the innermost that says something first."""
        for heading in reversed((*part.path, part.text) if part.kind == "heading" else part.path):
            if heading in self.headed:
                return "data"
            if heading == self.title and len(heading.split()) > _SHORT:
                continue  # a title tells what it is all about in its own words
            for topic, pattern in (
                ("access", _ACCESS),
                ("volume", _VOLUME),
                ("data", _DATA),
                ("about", _ABOUT),
                ("where", _WHERE),
            ):
                if pattern.search(heading) and not (topic == "about" and part.kind == "heading"):
                    return topic
        return "data"

    # ---- second look

    def _part(self, part: Part, before: Part | None) -> None:
        topic = self._topic(part)
        if part.kind in ("paragraph", "item") and (entry := term(part.text)) is not None:
            define(self.reader, *entry, part.line)
            return
        if part.kind == "paragraph" and is_aside(part.text):
            self.about.append(" ".join(part.text.split()))
            return
        match part.kind:
            case "meta" if _named_files(part):
                pass
            case "meta":
                found = told(*part.cells)
                if found is None:
                    self.said.unread.append(
                        Unread(text=part.text, line=part.line, hint="runtime, runs, region, budget, team, tenancy")
                    )
                else:
                    self.title = found.pop("title", self.title)
                    self.around |= found
            case "heading" if part.text.lower() == _ANSWERS:
                self.answered = True
            case "heading":
                if part.level == 1 and not self.title:
                    self.title = bare(part.text)
                elif (owner := singular(part.text)) in self.said.things:
                    self.said.last = owner
            case "code":
                self._code(part)
            case "head":
                self.related[part.table] = notes.relation_columns(part.cells)
                self.columns[part.table] = (
                    heads(part.cells) if topic != "volume" and not self.related[part.table] else None
                )
                self.counted[part.table] = None if self.columns[part.table] else volume_columns(part.cells)
            case "row":
                self._row(part)
            case "paragraph" | "item":
                self._prose(part, topic, before)

    def _prose(self, part: Part, topic: str, before: Part | None) -> None:
        if part.path and part.path[-1].lower() == _ANSWERS:
            self._answer(part)
            return
        if part.path and told_exactly(part.text, singular(part.path[-1]), self.said, part.line):
            return
        if (
            topic in ("access", "data")
            and _FIGURES.search(part.text)
            and not re.match(r"^\s*(?:an?|each|every)\b", part.text, re.IGNORECASE)
        ):
            self.volumes.append((part, None))
            return
        if topic == "access" and part.kind == "paragraph" and (hints := hinted(part.text)) and _PLACED.match(part.text):
            self.around |= hints
            return
        if topic == "access":
            for text, lines in _access_texts(part):
                self.later.append((text, part.line + lines))
            return
        if topic == "volume":
            self.volumes.append((part, None))
            return
        if topic == "where":
            head, colon, tail = part.text.partition(":")
            found = told(head, tail) if colon else None
            hints = hinted(part.text)
            if found is None and not hints:
                self.said.unread.append(
                    Unread(text=part.text, line=part.line, hint="runtime, runs, region, budget, team, tenancy")
                )
            self.around |= hints | (found or {})
            return
        if topic == "about":
            self.about.append(" ".join(part.text.split()))
            self._hint(part.text)
            return
        if part.kind == "item" and self.asking:
            self.later.append((" ".join(part.text.split()), part.line))
            return
        self.asking = False
        if part.line in self.blocks:
            self.block = self.said.last = singular(part.text)
            return
        if part.kind != "item":
            self.block = ""
        elif self.block:
            self._phrase(self.block, part.text, part.line)
            return
        elif self._item(part, before):
            return
        if part.kind == "paragraph" and (named_ := _NAMED_BLOCK.fullmatch(part.text.strip())):
            self.said.last = singular(named_[1])
            return
        if part.kind == "paragraph" and not part.path[1:] and not self.said.last:
            # What stands below the title says what it is, and perhaps where it runs.
            for text, lines in sentences(part.text):
                if (
                    self.said.last
                    or self.question[0]
                    or text.endswith("?")
                    or (subjects(text)[0] and set(subjects(text)[0]) <= set(self.said.things))
                ):
                    self._sentence(text, part.line + lines)
                elif not self.reader.read(text, part.line + lines, aside=True):
                    self.about.append(f"{text}.")
                    self._hint(text)
            return
        asked = _ASKED.match(part.text)
        if asked is not None and not part.text[asked.end() :].strip():
            self.asking = True
            return
        if asked is not None:
            for one in re.split(r"[;?\n]|(?<=[a-z])\.\s", part.text[asked.end() :]):
                if one.strip(" ."):
                    self.later.append((" ".join(one.split()), part.line))
            return
        for text, lines in sentences(part.text):
            self._sentence(text, part.line + lines, part)

    def _sentence(self, text: str, line: int, part: Part | None = None) -> None:
        question, asked_on = self.question
        self.question = ("", 0)
        if is_aside(text):
            self.about.append(f"{text}.")
        elif text.endswith("?") and "," not in text and ":" not in text:
            self.question = (text, line)
            about = asked_about(text)
            if about in self.said.things:
                self.said.last = about
        elif question and text.lower().startswith(_YES):
            claim = None if text.lower().startswith("no") else asserted(question)
            if claim is not None and self.reader.read(claim, asked_on, aside=True):
                return
            self.said.unread.append(Unread(text=f"{question} {text}", line=asked_on, hint="say it in one sentence"))
            if len(text.split()) > len(_YES):
                self.reader.read(text, line)
        elif question and asked_about(question) == self.said.last and _is_list(text):
            for one in listed(text):
                if not self.reader.item(self.said.last, one, line, optional=False):
                    self.said.unread.append(
                        Unread(text=one, line=line, hint="a field: total in EUR, status (new, paid)")
                    )
        elif (going := deleting(text, self.said, line)) is not None:
            self.deletions.append(going)
        elif (called := pairs(text, self.said)) is not None:
            self.pairs.append(called)
        elif self._counts(text) or (
            _FIGURES.search(text) and not re.match(r"^\s*(?:an?|each|every)\b", text, re.IGNORECASE)
        ):
            self.volumes.append((Part("paragraph", text, line, part.path if part else ()), None))
        elif re.match(r"^(?:lists?|finds?|shows?|searches|search|counts?|looks? up|browses?) ", text, re.IGNORECASE):
            self.later.append((text, line))
        else:
            self.reader.read(text, line)

    def _counts(self, text: str) -> bool:
        """Whether a sentence only counts things that are known: `20k customers, 3M rentals`."""
        counts = [_COUNT.fullmatch(one.strip()) for one in re.split(r",\s+|\s+and\s+", text.strip())]
        return all(one is not None and singular(one[1]) in self.said.things for one in counts)

    def _answer(self, part: Part) -> None:
        """What was answered to a question: `ids: public`, `Deleting an order deletes its lines`, `5000 orders in two
        years`, `Several customers may have the same email`."""
        self.answered = True
        head, colon, tail = part.text.partition(":")
        if colon and (found := told(head, tail)) is not None:
            self.around |= found
        elif (settled := shared(part.text, self.said)) is not None:
            self.settled.append(settled)
        elif (going := deleting(part.text, self.said, part.line)) is not None:
            self.deletions.append(going)
        elif _FIGURES.search(part.text):
            self.volumes.append((part, None))
        else:
            self.reader.read(part.text, part.line)

    def _hint(self, text: str) -> None:
        for key, value in hinted(text).items():
            old = self.around.get(key)
            if isinstance(old, tuple) and isinstance(value, tuple):
                self.around[key] = tuple(
                    dict.fromkeys((*cast("tuple[str, ...]", old), *cast("tuple[str, ...]", value)))
                )
            else:
                self.around[key] = old or value

    def _item(self, part: Part, before: Part | None) -> bool:
        """A bullet that is no sentence: an entity with its fields, or a field of the entity above."""
        head, colon, tail = part.text.partition(":")
        owner = _owner_above(part, self.said)
        if colon and singular(head) in self.said.things and owner is None and _is_name(head):
            self.said.last = singular(head)
            for one in listed(tail):
                self._phrase(singular(head), one, part.line)
            return True
        if singular(part.text) in self.said.things and _is_name(part.text):
            self.said.last = singular(part.text)
            return True
        if owner is None and part.level > 1 and self.said.last:
            owner = self.said.last
        if owner is not None and not re.match(
            r"^(?:an?|each|every|the|no|all|one) \S+ .*\b(?:has|have|is|are|belongs?|can|may|must)\b",
            part.text,
            re.IGNORECASE,
        ):
            relation = re.match(
                r"^(?:belongs to|has|contains|references|refers to|->|→)\s+(.+)$", part.text, re.IGNORECASE
            )
            if relation:
                verb = "belongs to" if re.match(r"belongs|ref|-|→", part.text, re.IGNORECASE) else "has"
                self.reader.read(f"a {owner} {verb} {relation[1]}", part.line)
            else:
                self._phrase(owner, part.text, part.line)
            return True
        return False

    def _phrase(self, owner: str, text: str, line: int) -> None:
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
            self.reader.read(f"a {owner} has {several_[1]}", line)
        elif re.match(r"^(?:many|several|multiple|one or more|zero or more|a list of)\s", stripped, re.IGNORECASE):
            self.reader.read(f"a {owner} has {stripped}", line)
        elif named_in in self.said.things and named_in != target and target not in self.said.things:
            role = named(re.split(r"[(:]", stripped)[0])
            self.said.links.append(Link(owner, named_in, 0 if optional else 1, 1, role, False, line))
        elif target in self.said.things and target != owner:
            self.said.links.append(Link(owner, target, 0 if optional else 1, 1, "", False, line))
        else:
            first, comma, more = stripped.partition(",")
            made = field_of(
                f"{first}: {more}" if comma and "(" not in first and ":" not in first else stripped, line=line
            )
            if made is None:
                self.said.unread.append(Unread(text=text, line=line, hint="a field: total in EUR, status (new, paid)"))
            else:
                self.said.put(owner, made)

    def _row(self, part: Part) -> None:
        related = self.related.get(part.table)
        if related is not None:
            if not notes.relation_of_row(self.said, part.cells, related, line=part.line):
                self.said.unread.append(Unread(text=part.text, line=part.line, hint="such as: station | sensor | 1:n"))
            return
        columns = self.columns.get(part.table)
        if columns is not None:
            owner = next(
                (one for heading in reversed(part.path) if (one := singular(heading)) in self.said.things),
                self.said.last,
            )
            told = _NO_REFERENCE.search(part.text) is not None
            cells = tuple(_NO_REFERENCE.sub("", one) for one in part.cells)
            made = field_of_row(cells, columns, line=part.line) if owner else None
            kind = part.cells[columns["type"]] if "type" in columns and columns["type"] < len(part.cells) else ""
            if made is not None and owner and (to := referred(kind, self.said)) is not None:
                role = made.name.removesuffix(" id")
                self.said.links.append(
                    Link(owner, to, int(made.required), 1, "" if role == to else role, False, part.line)
                )
                if made.unique:
                    self.said.links.append(Link(to, owner, 0, 1, "" if role == to else role, True, part.line))
                return
            if made is None or not owner:
                self.said.unread.append(
                    Unread(text=part.text, line=part.line, hint="a table of fields stands below its entity's heading")
                )
                return
            target = singular(made.name.removesuffix(" id"))
            if (
                target in self.said.things
                and target != owner
                and not told
                and (made.name.endswith(" id") or made.kind == "word")
            ):
                self.said.links.append(Link(owner, target, int(made.required), 1, "", False, part.line))
            else:
                self.said.put(owner, made)
            return
        self.volumes.append((part, self.counted.get(part.table)))

    def _code(self, part: Part) -> None:
        kind = part.info.split()[0] if part.info else ""
        title = part.info.split()[1] if len(part.info.split()) > 1 else (part.path[-1] if part.path else "row")
        if kind in ("sql", "postgresql", "postgres", "psql") and self._topic(part) == "access":
            self.later += [(one, part.line) for one in re.split(r";\s*(?:\n|$)", part.text) if one.strip()]
        elif kind in ("sql", "postgresql", "postgres", "psql", "prisma", "dbml"):
            self.embedded.append(
                Embedded("sql" if kind.startswith(("p", "s")) and kind != "prisma" else kind, part.text, part.line)
            )
        elif kind == "csv":
            sampled = entity_of_csv(part.text, title, line=part.line)
            self._sampled([sampled[0]] if sampled else [], [], sampled[1] if sampled else [], part)
        elif kind in ("json", "jsonc"):
            try:
                entities, nested, assumed = entities_of_json(part.text, title, line=part.line)
            except ValueError as err:
                self.said.unread.append(Unread(text=f"a block of JSON: {err}", line=part.line))
                return
            self._sampled(entities, nested, assumed, part)
        else:
            self.said.unread.append(
                Unread(text=f"a block of {kind or 'code'}", line=part.line, hint="sql, prisma, dbml, csv or json")
            )

    def _sampled(
        self, entities: list[Entity], nested: list[tuple[str, str, bool]], assumed: list[Assumed], part: Part
    ) -> None:
        self.guessed += assumed
        if not entities:
            self.said.unread.append(Unread(text="a block without rows", line=part.line))
        for one in entities:
            self.said.thing(one.name, part.line)
        for one in entities:
            for field in one.fields:
                target = singular(field.name.removesuffix(" id"))
                if field.name.endswith(" id") and target in self.said.things and target != one.name:
                    self.said.links.append(Link(one.name, target, int(field.required), 1, "", False, part.line))
                elif field.name != "id":
                    self.said.put(one.name, field)
        for parent, child, many in nested:
            self.said.links.append(Link(parent, child, 0, None if many else 1, "", True, part.line))

    # ---- the end

    def _fields_that_are_things(self) -> None:
        """`a user has one car`, said before anybody knew that cars are things: a relation after all."""
        for owner, thing in self.said.things.items():
            for name, one in list(thing.fields.items()):
                if name in self.said.things and name != owner and one.kind == "word" and not one.values:
                    del thing.fields[name]
                    self.said.links.append(Link(owner, name, int(one.required), 1, "", True, one.line))

    def _same(self) -> list[Assumed]:
        """Two names of one thing: `a flight has flight legs`, and of a leg everything is said that is known of either."""
        found: list[Assumed] = []
        said = self.said
        for longer in [one for one in said.things if " " in one]:
            short = longer.split()[-1]
            thing = said.things[longer]
            others = [one for one in said.things if one.endswith(f" {short}")]
            kinds = {one.kind_of for one in said.things.values()}
            if (
                short not in said.things
                or len(others) > 1
                or thing.fields
                or thing.keys
                or thing.kind_of
                or longer in kinds
            ):
                continue
            if any({one.of, one.to} == {short, longer} for one in said.links) or not said.things[short].fields:
                continue
            del said.things[longer]
            said.links = [
                replace_(one, of=short if one.of == longer else one.of, to=short if one.to == longer else one.to)
                for one in said.links
            ]
            said.rules = [replace(one, entity=short) if one.entity == longer else one for one in said.rules]
            found.append(
                Assumed(
                    what=f"a {longer} is a {short}",
                    because="of the former nothing of its own is said",
                    say=f"A {longer} has a ...",
                    line=thing.line,
                )
            )
        return found

    def _valueless(self) -> list[Assumed]:
        """A status whose values nobody said is a word: `a city and a state` are of an address."""
        found: list[Assumed] = []
        for thing in self.said.things.values():
            for name, one in thing.fields.items():
                if one.kind == "choice" and not one.values:
                    thing.fields[name] = replace(one, kind="word")
                    found.append(
                        Assumed(
                            what=f"the {name} of a {thing.name} is any short text",
                            because="its values are not said",
                            say=f"A {thing.name} has a {name} (one, another).",
                            line=one.line,
                        )
                    )
        return found

    def _entities(self) -> tuple[Entity, ...]:
        return tuple(
            Entity(
                name=thing.name,
                fields=tuple(thing.fields.values()),
                key=tuple(thing.keys),
                kind_of=thing.kind_of,
                plural=thing.plural,
                parent=thing.parent,
                weak=thing.weak,
                appended=thing.flags.get("appended", False),
                by_time=thing.flags.get("by_time", False),
                soft_delete=thing.flags.get("soft_delete", False),
                history=thing.flags.get("history", False),
                audit=thing.flags.get("audit", False),
                queue=thing.flags.get("queue", False),
                partitioned=thing.partitioned,
                comment=thing.comment,
                line=thing.line,
            )
            for thing in self.said.things.values()
        )

    def _surroundings(self) -> Surroundings:
        around = dict(self.around)
        many = around.pop("many_tenants", False)
        if self.said.tenant:
            around |= {"tenant": self.said.tenant, "isolation": self.said.isolation or around.get("isolation", "")}
        elif many and not around.get("tenant") and not around.get("tenancy"):
            around["tenancy"] = "shared"
        return Surroundings(**{key: value for key, value in around.items() if value is not None})

    def _volumes(self, known: dict[str, Entity]) -> list[Volume]:
        found: list[Volume] = []
        for part, columns in self.volumes:
            if part.kind == "row":
                made = volume_of_row(part.cells, columns, known, line=part.line) if columns else None
                got = [made] if made is not None else []
            else:
                got = volumes_of(part.text, known, line=part.line)
            if not got:
                self.said.unread.append(
                    Unread(text=part.text, line=part.line, hint="such as: 2 million orders, 50k orders a day")
                )
            found += got
        return found

    def _decided(self, known: dict[str, Entity]) -> list[Assumed]:
        found: list[Assumed] = []
        for name, one in known.items():
            if not one.fields and not one.kind_of:
                found.append(
                    Assumed(
                        what=f"a {name} has a name",
                        because="nothing else is said of it",
                        say=f"A {name} has a ...",
                        line=one.line,
                    )
                )
        return found


_ASKED = re.compile(
    r"^\s*(?:we (?:need|ask|want to know|look for)|questions|(?:the )?(?:most )?(?:typical |common |main |important |frequent )?(?:queries|screens|pages|views|lookups|reports)|access patterns|what people (?:do|ask)"
    r"|people (?:ask|need|want))\b[^:\n]*:\s*",
    re.IGNORECASE,
)
_FIGURES = re.compile(
    r"^\s*(?:volumes?|numbers|scale|size|about|around|roughly|currently|we have|[\w ]{3,20}:)?[^.]*?\d[\d,.]*\s?(?:k|m|million|billion|thousand)?\b [a-z ]*"
    r"(?:now|today|in (?:two|2|a|one|\d+) years?|(?:a|per) day|later)|^\s*(?:volumes?|numbers|scale|about|around|roughly)\b:? [\d~]|^\s*(?:(?:volumes?|numbers|scale|load)\b:|we (?:expect|hope for|plan for|count on|have about)|expect(?:ed|ing)?) .*\d"
    r"|^\s*[~]?\d[\d,.]*\s?(?:k|m|million|billion|thousand)?\b [a-z ]+(?:/|per |a |each |every )(?:second|minute|hour|day|week|month|year|yr|s|h|d)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[~]?\d[\d.,]*\s?(?:k|m|bn|million|billion|thousand)?\s+([a-z][a-z -]+)", re.IGNORECASE)
_YES = ("yes", "no,", "exactly", "correct", "right,", "indeed", "of course")
_PLACED = re.compile(r"^\s*(?:it )?(?:is )?(?:hosted|runs?|running|deployed|built|stack)\b", re.IGNORECASE)
_TABLES = re.compile(
    r"\bcreate table (?:if not exists )?(?:\w+\.)?\"?(\w+)|^\s*(?:model|table)\s+\"?(\w+)\"?[^\n]*\{",
    re.IGNORECASE | re.MULTILINE,
)
_NO_REFERENCE = re.compile(r",?\s*\bnot a reference\b", re.IGNORECASE)  # whatever it is called
_NAMED_BLOCK = re.compile(r"\*\*([\w -]{2,40})\*\*:?|__([\w -]{2,40})__:?")


def _is_list(text: str) -> bool:
    """Whether a sentence only lists nouns: `Name, email, and the date they joined`."""
    items = listed(text)
    return len(items) > 1 and all(len(english.split(one)) <= 5 for one in items)


def _is_name(text: str) -> bool:
    words = english.split(bare(text))
    return 0 < len(words) <= 3 and bool(re.fullmatch(r"[\w*`\"’' -]+", text.strip()))


def _names_a_thing(part: Part) -> bool:
    """Whether a heading is an entity's: it stands below another, and is no title of a chapter."""
    chapter = any(pattern.search(part.text) for pattern in (_DATA, _ACCESS, _VOLUME, _ABOUT, _WHERE))
    return bool(part.path) and not chapter and _is_name(part.text)


def _holds_fields(text: str) -> bool:
    return len(listed(text)) >= 1 and not re.search(
        r"\b(?:has|have|is|are|can|must)\b", text.split(",")[0], re.IGNORECASE
    )


def _under_entity(part: Part, said: Statements) -> bool:
    return _owner_above(part, said) is not None


def _owner_above(part: Part, said: Statements) -> str | None:
    """The entity whose heading stands right above."""
    if part.path and (name := singular(part.path[-1])) in said.things:
        return name
    return None


def _access_texts(part: Part) -> list[tuple[str, int]]:
    if part.kind == "item":
        return [(" ".join(part.text.split()), 0)]
    return [(one.rstrip("?"), lines) for one, lines in sentences(part.text)]


def _roles(relations: tuple[Relation, ...], name: str) -> set[str]:
    found: set[str] = set()
    for one in relations:
        for here, there in ((one.first, one.second), (one.second, one.first)):
            if there.entity == name:
                found |= {here.entity, here.role} - {""}
    return found


__all__ = ["Brief", "Embedded", "files_of", "read_brief"]
