"""A diagram as Mermaid's `erDiagram`: https://mermaid.js.org/syntax/entityRelationshipDiagram.html."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.model.schema import Relational

from ..untrusted import line
from .boxes import Columns, Content, Implied, Row, content, label


def mermaid(schema: Relational, *, implied: Sequence[Implied] = (), columns: Columns = "all") -> str:
    """The diagram, ending in a newline. What Mermaid does not take as a word is named in words and told in quotes;
    references that only names imply are dotted."""
    shown = content(schema, implied=implied, columns=columns)
    words = _words(shown)
    lines = ["erDiagram"]
    for link in shown.links:
        ends = ("|o" if link.optional else "||") + (".." if link.implied else "--") + ("o|" if link.one else "o{")
        told = _told(", ".join(link.columns))
        lines.append(f'    {words[link.parent]} {ends} {words[link.child]} : "{told}"')
    for box, word in zip(shown.boxes, words, strict=True):
        name = label(box.name, shown.several)
        head = f"    {word}" if word == name else f'    {word}["{_told(name)}"]'
        lines += [f"{head} {{", *map(_attribute, box.rows), "    }"] if box.rows else [head]
    return "\n".join(lines) + "\n"


def _words(shown: Content) -> list[str]:
    """A word for each box that no other has."""
    taken: set[str] = set()
    found: list[str] = []
    for box in shown.boxes:
        word = first = _word(label(box.name, shown.several), "t")
        number = 2
        while word.lower() in taken:
            word = f"{first}_{number}"
            number += 1
        taken.add(word.lower())
        found.append(word)
    return found


def _attribute(row: Row) -> str:
    marks = [mark for mark, here in (("PK", row.primary), ("FK", row.foreign), ("UK", row.unique)) if here]
    name = _word(row.name, "c")
    told = "" if name == row.name else f' "{_told(row.name)}"'
    return f"        {_word(row.type, 'x', also='()[]')} {name} {', '.join(marks)}".rstrip() + told


def _word(text: str, letter: str, *, also: str = "") -> str:
    """What Mermaid takes as one word: ASCII letters, digits, underscores (and `also`), a letter first."""
    word = re.sub(f"[^A-Za-z0-9_{re.escape(also)}]+", "_", text).strip("_")
    return word if word[:1].isalpha() else f"{letter}_{word}".rstrip("_")


def _told(text: str) -> str:
    return line(text).replace('"', "'") or " "
