"""The brief: Markdown that a person likes to write, read into a `Spec`.

Front matter or headings say what a part is about; things are described in plain sentences, lists, tables of fields, or as
samples in CSV and JSON. Blocks of SQL, Prisma and DBML are handed out as `Embedded`: an engine reads them, not this room.
What was not understood is listed with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from dbarchitect.design.hierarchies import BELOW
from dbarchitect.design.naming import an
from dbarchitect.design.spec import Access, Spec, Unread
from dbarchitect.design.tenancy import resolved
from dbarchitect.errors import InputError
from dbarchitect.model import english

from . import notes, whole
from .access import Known, Read, access_of, alternatives, spoken_names
from .accounting import accounted
from .blocks import code, row
from .carried import carried_down
from .chapters import ANSWERS, topic_of
from .definitions import define, term
from .exact import deleted, paired
from .fields import heads
from .first import look
from .gathered import Embedded, Gathered
from .markdown import FILES, Part, parts_of
from .offices import undressed
from .ordering import not_ordered
from .periods import in_order
from .phrases import bare, singular
from .prose import prose, unanswered
from .questions import left_out, unaccounted, unreachable
from .relations import relations_of, with_fields
from .several import kept_apart
from .shares import shares, terms
from .surroundings import told, volume_columns
from .tenants import of_tenants
from .trees import branch_of_another
from .wording import is_aside

_FILE = re.compile(r"\.[A-Za-z]{2,6}$")
_LARGEST = 2 << 20  # bytes of a brief: what is larger is data, not a description


@dataclass(frozen=True)
class Brief:
    """What was read: the spec, and the blocks that an engine has to read. What these say belongs to the spec as well, so it
    is `accounted` for by whoever adds it, from the `parts`; without such blocks it is already."""

    spec: Spec
    embedded: tuple[Embedded, ...] = ()
    parts: tuple[Part, ...] = ()


def files_of(data: bytes) -> tuple[str, ...]:
    """The files that a brief's front matter names (`data: schema.dbml, customers.csv`), as they are written there."""
    if len(data) > _LARGEST:
        return ()
    parts = parts_of(data.decode("utf-8-sig", "replace").replace("\r\n", "\n"))
    return tuple(file for part in parts for file in _named_files(part))


def _named_files(part: Part) -> list[str]:
    if part.kind != "meta" or part.cells[0].lower() not in FILES:
        return []
    return [one for one in re.split(r"\s*,\s*", part.cells[1].strip("[] ")) if _FILE.search(one)]


def read_brief(data: bytes, name: str, *, files: Mapping[str, str] | None = None) -> Brief:
    """A brief, with the text of the `files` that it names. Raises `InputError` where it is empty, no text, too large, or
    contradicts itbrief."""
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
    return _read(Gathered(name), [*parts, *_beside(parts, files or {})])


def _beside(parts: list[Part], files: Mapping[str, str]) -> Iterator[Part]:
    """The files that a brief names as blocks in it, on the line that names them."""
    for part in parts:
        for file in [part.cells[1]] if part.kind == "meta" and part.cells[1] in files else _named_files(part):
            stem, _, kind = file.rpartition("/")[2].rpartition(".")
            if file in files:
                title = "_".join(english.split(stem)) or "row"
                yield Part("code", files[file], part.line, ("Data",), info=f"{kind.lower()} {title}")


def _read(brief: Gathered, parts: list[Part]) -> Brief:
    look(brief, parts)
    for at, part in enumerate(parts):
        _part(brief, part, parts[at - 1] if at else None)
    unanswered(brief)
    whole.fields_that_are_things(brief)
    whole.without_slight(brief)
    whole.names_are_shared(brief)
    same = whole.same_things(brief)
    whole.used_by_many(brief)
    whole.within_their_whole(brief)
    apart = kept_apart(brief.said, frozenset(brief.scripted))
    relations, assumed = relations_of(brief.said.links)
    relations, theirs = of_tenants(brief, relations)
    relations, left = with_fields(relations, brief.said.pairs)
    for owner, fields in left.items():
        for field in fields:
            brief.said.put(owner, field)
    relations, carried = carried_down(brief.said, relations)
    rules = whole.apart_by_what_is_there(brief, relations)
    worded = whole.valueless(brief)
    entities = whole.entities_of(brief)
    periods = in_order(brief, entities, rules)
    known = {one.name: one for one in entities}
    relations, astray = deleted(paired(relations, brief.pairs), brief.deletions)
    brief.said.unread += [
        Unread(text=f"deleting a {one.parent}", line=one.line, hint=f"a {one.child} has no such {one.parent}")
        for one in astray
    ]
    roles = whole.roles_of(relations, known)
    said = Known(known, roles, whole.optional_of(relations, known), spoken=spoken_names(known))
    own = tuple(terms(brief, said))
    said = said.speaking(own)
    shared = tuple(shares(brief, said))
    access: list[Access] = []

    def keep(read: Read, line: int) -> None:
        if read.other:
            hint = "; ".join(hint for _, hint in read.doubts)
            brief.said.unread.append(Unread(text=read.access.text, line=line, hint=hint))
            return
        access.append(read.access)
        brief.said.unread += [Unread(text=words, line=line, hint=hint) for words, hint in read.doubts]

    for text, line in [(one, at) for said_, at in brief.later for one in alternatives(said_, said, line=at)]:
        read = access_of(text, said, line=line)
        if read is None:
            hint = "such as: list a customer's orders, newest first, 20 at a time"
            brief.said.unread.append(Unread(text=text, line=line, hint=hint))
        elif BELOW not in read.access.by and (tree := branch_of_another(text, read.access.entity, roles)):
            hint = f"list the {tree} rows below one, or what belongs to one {tree}: not both in one"
            brief.said.unread.append(Unread(text=text, line=line, hint=hint))
        else:
            keep(read, line)
            entity = read.access.entity
            if entity in known and (order := not_ordered(text, known[entity])):
                hint = f"no field of {an(entity)} is known by that: ordered by FIELD, or newest first"
                brief.said.unread.append(Unread(text=order, line=line, hint=hint))
    for text, line in brief.asked:
        read = access_of(text.rstrip("?"), said, line=line)
        strange = sorted(unaccounted(read.plain if read else text, known, roles))
        if read is not None:
            strange += sorted(left_out(text, read.access, known) | unreachable(read.access, known, relations))
        if read is None or strange:
            hint = (
                f"by what is known: nothing says what {', '.join(strange)} is to it"
                if strange
                else "such as: list a customer's orders"
            )
            brief.said.unread.append(Unread(text=text, line=line, hint=hint))
        else:
            keep(read, line)
    unread = whole.without_context(brief, known)
    spec = Spec(
        title=brief.title, about=" ".join(brief.about), surroundings=whole.surroundings_of(brief), entities=entities,
        relations=relations, rules=tuple(rules), access=tuple(access), volumes=tuple(whole.all_volumes(brief, known)), shares=shared, terms=own,
        unread=tuple(sorted(unread, key=lambda one: one.line)), noted=tuple(sorted(brief.noted, key=lambda one: one.line)), assumed=(*same, *apart, *assumed, *carried, *theirs, *worded, *periods, *brief.guessed, *whole.decided(brief, known)),
        answered=brief.answered, settled=tuple(brief.settled),
    )  # fmt: skip
    spec = resolved(spec)
    if not spec.entities and not brief.embedded:
        raise InputError(
            f"{brief.name} names no thing that is kept",
            hint="A customer has many orders. An order has a total in EUR.",
        )
    if brief.embedded:
        return Brief(spec=spec, embedded=tuple(brief.embedded), parts=tuple(parts))
    return Brief(spec=accounted(spec, parts), parts=tuple(parts))


def _part(brief: Gathered, part: Part, before: Part | None) -> None:
    topic = topic_of(brief, part)
    if part.kind in ("paragraph", "item") and (entry := term(part.text)) is not None:
        define(brief.reader, *entry, part.line)
        return
    if part.kind == "paragraph" and is_aside(part.text):
        brief.about.append(" ".join(part.text.split()))
        return
    match part.kind:
        case "meta" if _named_files(part):
            pass
        case "meta":
            found = told(*part.cells)
            if found is None:
                brief.said.unread.append(
                    Unread(text=part.text, line=part.line, hint="runtime, runs, region, budget, team, tenancy")
                )
            else:
                brief.title = found.pop("title", brief.title)
                brief.around |= found
        case "heading" if part.text.lower() == ANSWERS:
            brief.answered = True
        case "heading":
            if part.level == 1 and not brief.title:
                brief.title = bare(part.text)
            elif (owner := singular(part.text)) in brief.said.things:
                brief.said.last = owner
        case "code":
            code(brief, part)
        case "head":
            brief.related[part.table] = notes.relation_columns(part.cells)
            brief.columns[part.table] = (
                heads(part.cells) if topic != "volume" and not brief.related[part.table] else None
            )
            brief.counted[part.table] = None if brief.columns[part.table] else volume_columns(part.cells)
        case "row":
            row(brief, part)
        case "paragraph" | "item":
            prose(brief, part, topic, before)


__all__ = ["Brief", "Embedded", "accounted", "files_of", "read_brief"]
