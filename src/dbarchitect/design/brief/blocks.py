"""Tables and blocks of code: fields, relations, volumes, samples, schemas."""

from __future__ import annotations

import re

from dbarchitect.design.spec import Assumed, Entity, Unread

from . import notes
from .chapters import topic_of
from .exact import referred
from .fields import field_of_row
from .gathered import Embedded, Gathered
from .markdown import Part
from .phrases import singular
from .samples import entities_of_json, entity_of_csv
from .statements import Link

_NO_REFERENCE = re.compile(r",?\s*\bnot a reference\b", re.IGNORECASE)  # whatever it is called


def row(brief: Gathered, part: Part) -> None:
    """A row of a table: a relation, a field or a volume."""
    related = brief.related.get(part.table)
    if related is not None:
        if not notes.relation_of_row(brief.said, part.cells, related, line=part.line):
            brief.said.unread.append(Unread(text=part.text, line=part.line, hint="such as: station | sensor | 1:n"))
        return
    columns = brief.columns.get(part.table)
    if columns is not None:
        owner = next(
            (one for heading in reversed(part.path) if (one := singular(heading)) in brief.said.things),
            brief.said.last,
        )
        told = _NO_REFERENCE.search(part.text) is not None
        cells = tuple(_NO_REFERENCE.sub("", one) for one in part.cells)
        made = field_of_row(cells, columns, line=part.line) if owner else None
        kind = part.cells[columns["type"]] if "type" in columns and columns["type"] < len(part.cells) else ""
        if made is not None and owner and (to := referred(kind, brief.said)) is not None:
            role = made.name.removesuffix(" id")
            brief.said.links.append(
                Link(owner, to, int(made.required), 1, "" if role == to else role, False, part.line)
            )
            if made.unique:
                brief.said.links.append(Link(to, owner, 0, 1, "" if role == to else role, True, part.line))
            return
        if made is None or not owner:
            brief.said.unread.append(
                Unread(text=part.text, line=part.line, hint="a table of fields stands below its entity's heading")
            )
            return
        target = singular(made.name.removesuffix(" id"))
        if (
            target in brief.said.things
            and target != owner
            and not told
            and (made.name.endswith(" id") or made.kind == "word")
        ):
            brief.said.links.append(Link(owner, target, int(made.required), 1, "", False, part.line))
        else:
            brief.said.put(owner, made)
        return
    brief.volumes.append((part, brief.counted.get(part.table)))


def code(brief: Gathered, part: Part) -> None:
    """A block of code by its language."""
    kind = part.info.split()[0] if part.info else ""
    title = part.info.split()[1] if len(part.info.split()) > 1 else (part.path[-1] if part.path else "row")
    if kind in ("sql", "postgresql", "postgres", "psql") and topic_of(brief, part) == "access":
        brief.later += [(one, part.line) for one in re.split(r";\s*(?:\n|$)", part.text) if one.strip()]
    elif kind in ("sql", "postgresql", "postgres", "psql", "prisma", "dbml"):
        brief.embedded.append(
            Embedded("sql" if kind.startswith(("p", "s")) and kind != "prisma" else kind, part.text, part.line)
        )
    elif kind == "csv":
        sampled = entity_of_csv(part.text, title, line=part.line)
        _sampled(brief, [sampled[0]] if sampled else [], [], sampled[1] if sampled else [], part)
    elif kind in ("json", "jsonc"):
        try:
            entities, nested, assumed = entities_of_json(part.text, title, line=part.line)
        except ValueError as err:
            brief.said.unread.append(Unread(text=f"a block of JSON: {err}", line=part.line))
            return
        _sampled(brief, entities, nested, assumed, part)
    else:
        brief.said.unread.append(
            Unread(text=f"a block of {kind or 'code'}", line=part.line, hint="sql, prisma, dbml, csv or json")
        )


def _sampled(
    brief: Gathered, entities: list[Entity], nested: list[tuple[str, str, bool]], assumed: list[Assumed], part: Part
) -> None:
    brief.guessed += assumed
    if not entities:
        brief.said.unread.append(Unread(text="a block without rows", line=part.line))
    for one in entities:
        brief.said.thing(one.name, part.line)
    for one in entities:
        for field in one.fields:
            target = singular(field.name.removesuffix(" id"))
            if field.name.endswith(" id") and target in brief.said.things and target != one.name:
                brief.said.links.append(Link(one.name, target, int(field.required), 1, "", False, part.line))
            elif field.name != "id":
                brief.said.put(one.name, field)
    for parent, child, many in nested:
        brief.said.links.append(Link(parent, child, 0, None if many else 1, "", True, part.line))
