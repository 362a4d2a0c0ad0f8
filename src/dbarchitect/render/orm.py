"""What `dba orm` wrote, for people and for tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.orm.project import Generated, Loss
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import plural
from dbarchitect.render.untrusted import json_document, line, without_passwords

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.orm/1"
Form = Literal["text", "json"]
_NAMED = 5
_MEANS = {
    "approximate": "near to it in the models, exact in the migration",
    "raw": "not in the models, made by the migration",
    "impossible": "neither in the models nor in the migration",
}


def render_generated(made: Generated, form: Form, *, screen: Screen, version: str) -> str:
    """The result as `form`."""
    if form == "json":
        body = {**msgspec.to_builtins(made), "source": without_passwords(made.source)}
        return json_document({"schema": SCHEMA, "version": version, **body})
    return printed(_parts(made), screen)


def _parts(made: Generated) -> Iterator[Part]:
    files = len(made.written)
    said = f"{plural(files, 'file')} written" if files else "nothing to write"
    if made.removed:
        said += f", {len(made.removed):,} removed"
    if made.unchanged:
        said += f", {made.unchanged:,} as they were"
    yield f"{line(made.folder)}: {plural(made.entities, 'entity', 'entities')} for {made.target}, {said}"
    for name in (*made.written, *made.removed):
        sign = "-" if name in made.removed else "+"
        yield Verbatim(Text(f"  {sign} {line(name)}"))
    if made.kept:
        yield f"kept as they are, because they are yours: {', '.join(map(line, made.kept))}"
    yield from _losses(made.losses)
    for gap in made.gaps:
        yield f"{line(gap.kind)} {line(gap.name)}: {line(gap.effect)}"
    if made.next:
        yield "next"
        for command in made.next:
            yield Verbatim(Text(f"  {line(command)}"))


def _losses(losses: tuple[Loss, ...]) -> Iterator[Part]:
    """Not in the model: by level and construct, with the places."""
    if not losses:
        yield "everything of the schema is in the models"
        return
    for level, means in _MEANS.items():
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for one in losses:
            if one.level == level:
                found[one.construct, one.note].append(one.at.short)
        if not found:
            continue
        yield f"{level}: {means}"
        for (construct, note), places in sorted(found.items()):
            more = f" and {len(places) - _NAMED:,} more" if len(places) > _NAMED else ""
            text = f"{construct} ({len(places):,}): {', '.join(places[:_NAMED])}{more}"
            yield Verbatim(Text(f"  {line(f'{text}; {note}' if note else text)}"))
