"""A draft as pictures in text: Mermaid's entity-relationship diagram, and DBML."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from dbarchitect.model.value import Value

from .draft import Draft, Table

_MOST = 60  # tables that a picture is drawn for in full: with more nobody sees anything


class Box(Value, frozen=True, kw_only=True):
    """A table of a picture. `columns`: type, name, marks; `references`: the table that is referred to, what for,
    whether each row must have one, whether at most one row refers to the same."""

    name: str
    columns: tuple[tuple[str, str, tuple[str, ...]], ...]
    references: tuple[tuple[str, str, bool, bool], ...]


def mermaid(draft: Draft) -> str:
    """An `erDiagram` of a draft."""
    return er_diagram([_box(table) for table in draft.tables.values()])


def er_diagram(boxes: Sequence[Box]) -> str:
    """Mermaid: https://mermaid.js.org/syntax/entityRelationshipDiagram.html; a large one has no columns."""
    lines = ["erDiagram"]
    for box in boxes:
        for target, label, needed, one in box.references:
            ends = f"{'||' if needed else '|o'}--{'o|' if one else 'o{'}"
            lines.append(f"    {_word(target)} {ends} {_word(box.name)} : {_word(label)}")
    for box in boxes if len(boxes) <= _MOST else ():
        lines.append(f"    {_word(box.name)} {{")
        for kind, name, marks in box.columns:
            lines.append(f"        {_word(kind)} {_word(name)} {', '.join(marks)}".rstrip())
        lines.append("    }")
    return "\n".join(lines) + "\n"


def _box(table: Table) -> Box:
    foreign = {name for one in table.foreigns for name in one.columns}
    references: list[tuple[str, str, bool, bool]] = []
    for one in table.foreigns:
        columns = [table.column(name) for name in one.columns]
        needed = all(column is not None and column.not_null for column in columns)
        references.append((one.target, one.role or one.entity or "has", needed, one.one))
    return Box(
        name=table.name,
        columns=tuple((one.type, one.name, marks(one.name, table.key, foreign)) for one in table.columns),
        references=tuple(references),
    )


def marks(name: str, key: Collection[str], foreign: Collection[str]) -> tuple[str, ...]:
    """What a column is of: PK, FK."""
    return tuple(mark for mark, here in (("PK", name in key), ("FK", name in foreign)) if here)


def _word(text: str) -> str:
    return re.sub(r"[^\w-]+", "_", text).strip("_") or "x"


def dbml(draft: Draft) -> str:
    """DBML: https://dbml.dbdiagram.io/docs/. What it cannot say (policies, triggers, exclusions) is in the script."""
    parts: list[str] = []
    for table in draft.tables.values():
        lines = [f"Table {_quoted(table.name)} {{"]
        for column in table.columns:
            notes = ["not null"] if column.not_null else []
            notes += ["increment"] if column.identity else []
            notes += [f"default: `{column.default}`"] if column.default and "`" not in column.default else []
            if column.comment:
                comment = column.comment.replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
                notes.append(f"note: '{comment}'")
            kind = column.type if re.fullmatch(r"[\w()\[\],]+", column.type) else f'"{column.type}"'
            lines.append(f"  {_quoted(column.name)} {kind}" + (f" [{', '.join(notes)}]" if notes else ""))
        lines += ["", "  indexes {", f"    ({', '.join(map(_quoted, table.key))}) [pk]"]
        for unique in table.uniques:
            if not unique.is_index:
                lines.append(f"    ({', '.join(map(_quoted, unique.columns))}) [unique, name: '{unique.name}']")
        lines += ["  }", "}"]
        parts.append("\n".join(lines))
    for table in draft.tables.values():
        for one in table.foreigns:
            here, there = (", ".join(map(_quoted, names)) for names in (one.columns, one.target_columns))
            sign = "-" if one.one else ">"
            action = one.on_delete.lower()
            parts.append(
                f"Ref: {_quoted(table.name)}.({here}) {sign} {_quoted(one.target)}.({there}) [delete: {action}]"
            )
    return "\n\n".join(parts) + "\n"


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"\w+", name) else '"' + name.replace('"', "") + '"'
