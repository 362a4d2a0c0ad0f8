"""A draft as pictures in text: Mermaid's entity-relationship diagram, and DBML."""

from __future__ import annotations

import re

from .draft import Draft, Foreign, Table

_MOST = 60  # tables that a picture is drawn for in full: with more nobody sees anything


def mermaid(draft: Draft) -> str:
    """An `erDiagram` (https://mermaid.js.org/syntax/entityRelationshipDiagram.html); a large one has no columns."""
    lines = ["erDiagram"]
    for table in draft.tables.values():
        lines += [
            f"    {_word(one.target)} {_ends(table, one)} {_word(table.name)} : "
            f"{_word(one.role or one.entity or 'has')}"
            for one in table.foreigns
        ]
    if len(draft.tables) <= _MOST:
        for table in draft.tables.values():
            lines.append(f"    {_word(table.name)} {{")
            foreign = {name for one in table.foreigns for name in one.columns}
            for column in table.columns:
                marks = [
                    mark for mark, here in (("PK", column.name in table.key), ("FK", column.name in foreign)) if here
                ]
                lines.append(f"        {_word(column.type)} {_word(column.name)} {', '.join(marks)}".rstrip())
            lines.append("    }")
    return "\n".join(lines) + "\n"


def _word(text: str) -> str:
    return re.sub(r"[^\w-]+", "_", text).strip("_") or "x"


def _ends(table: Table, one: Foreign) -> str:
    columns = [table.column(name) for name in one.columns]
    parent = "||" if all(column is not None and column.not_null for column in columns) else "|o"
    return f"{parent}--{'o|' if one.one else 'o{'}"


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
