"""EXPLAIN's text: nodes behind arrows, properties below them by their indentation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.errors import InputError
from dbarchitect.model.explain import QueryPlan

from .header import header_of
from .lines import Properties, worker_of
from .properties import plans_from_json

_ARROW = re.compile(r"^(?P<indent>\s*)->\s+(?P<rest>.*)$")
_SUBPLAN = re.compile(r"^\s*(?P<name>(?:InitPlan|SubPlan) \S+(?: \(returns [^)]*\))?(?: \(copy \d+\))?|CTE \S.*)$")
_PROPERTY = re.compile(r"^\s*(?P<key>[A-Z][\w/ .-]*?|\w[\w ]*Cond):(?:\s+(?P<value>.*))?$", re.DOTALL)
_COSTED = re.compile(r"\((?:cost=|actual |never executed)")
_OUTSIDE = re.compile(
    r"^(?:Planning(?: Time| time)?|Execution (?:Time|time)|Total runtime|Trigger .*|Settings|JIT|Query Identifier|"
    r"Serialization)$"
)
_MOST_LINES = 500_000
_DEEPEST = 200


@dataclass(slots=True)
class _Open:
    """A node whose properties and children may still follow. `indent`: where its arrow stands, -1 for the root."""

    indent: int
    raw: dict[str, Any]
    children: list[_Open] = field(default_factory=list["_Open"])
    subplan: str = ""


def plans_from_text(text: str) -> tuple[QueryPlan, ...]:
    """The plans in a text. Raises `InputError` where there is none."""
    lines = _logical(text)
    starts = [place for place, line in enumerate(lines) if _starts(line)]
    if not starts:
        raise InputError("there is no plan in this text")
    roots = [place for place in starts if _ARROW.match(lines[place]) is None] or starts[:1]
    ends = [*roots[1:], len(lines)]
    said = _query_text(lines[: roots[0]])
    documents = [_document(lines[start:end]) for start, end in zip(roots, ends, strict=True)]
    if said:
        documents[0]["Query Text"] = said
    return plans_from_json(documents)


def _starts(line: str) -> bool:
    arrow = _ARROW.match(line)
    text = arrow["rest"] if arrow else line.strip()
    if arrow is None and worker_of(line) is not None:
        return False
    header = header_of(text)
    if header is None or arrow is not None:
        return header is not None
    # "Sort Key: a" begins like a node does.
    return header.measured or (header.known and _PROPERTY.match(line) is None)


def _logical(text: str) -> list[str]:
    """The lines, with those that a mail program or a literal broke in two put together again."""
    found: list[str] = []
    raw = text.split("\n")
    if len(raw) > _MOST_LINES:
        raise InputError(f"this plan has more than {_MOST_LINES:,} lines")
    for line in raw:
        if not line.strip():
            continue
        own = _ARROW.match(line) or _SUBPLAN.match(line) or _PROPERTY.match(line) or _COSTED.search(line)
        torn = bool(found) and _torn(found[-1])
        more = line.lstrip().startswith(("(actual ", "(never executed)", "(cost="))
        if (
            found
            and (not own or more or (torn and not _ARROW.match(line)))
            and _may_continue(found[-1], line, torn=torn)
        ):
            literal = found[-1].count("'") % 2 == 1  # of which the line break is a part
            found[-1] = f"{found[-1]}\n{line}" if literal else f"{found[-1].rstrip()} {line.strip()}"
        else:
            found.append(line)
    return found


def _torn(line: str) -> bool:
    """Whether the costs or times of a header break off at the end of the line."""
    last = max(line.rfind("(cost="), line.rfind("(actual "))
    return last >= 0 and ")" not in line[last:]


def _may_continue(before: str, line: str, *, torn: bool) -> bool:
    if torn:
        return True
    if _COSTED.search(line):  # "(actual time=..." on a line of its own
        return line.lstrip().startswith("(") and header_of(before.strip()) is not None
    # A line that is nothing by itself goes on with the condition above it.
    return bool(_PROPERTY.match(before)) and not _starts(line)


class _Reader:
    """One plan, line by line."""

    def __init__(self) -> None:
        self.top: dict[str, Any] = {}
        self.root: _Open | None = None
        self.left = 0  # where the root stands
        self.stack: list[_Open] = []
        self.label: tuple[int, str] | None = None
        self.group: str | None = None  # of the whole plan, while its lines go on
        self.worker: int | None = None  # where a worker's line stands, while its lines go on

    def line(self, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        arrow = _ARROW.match(line)
        if self.root is None:
            self._begin(line, arrow)
        elif arrow is not None:
            if (header := header_of(arrow["rest"])) is not None:
                self._attach(_Open(indent=len(arrow["indent"]), raw=header.raw))
        elif (worker := worker_of(line)) is not None:
            self._owner(indent)
            worker.add_to(self.stack[-1].raw)
            self.worker = indent
        elif (match := _PROPERTY.match(line)) is not None:
            self._property(indent, match["key"].strip(), (match["value"] or "").strip())
        elif (named := _SUBPLAN.match(line)) is not None:
            self.label = (indent, named["name"].strip())

    def _begin(self, line: str, arrow: re.Match[str] | None) -> None:
        header = header_of(arrow["rest"] if arrow else line.strip())
        if header is None:
            raise InputError("there is no plan in this text")
        self.left = len(line) - len(line.lstrip())
        self.root = _Open(indent=-1, raw=header.raw)
        self.stack = [self.root]

    def _attach(self, node: _Open) -> None:
        """Put a node below the nearest one that stands further left; a subplan goes where its label stands."""
        self.worker = self.group = None
        at = node.indent if self.label is None else self.label[0]
        self._owner(at)
        if self.label is not None:
            node.subplan = self.label[1]
            self.label = None
        self.stack[-1].children.append(node)
        self.stack.append(node)
        if len(self.stack) > _DEEPEST:
            raise InputError(f"this plan is nested more than {_DEEPEST} deep")

    def _owner(self, indent: int) -> None:
        """Close the nodes that do not stand further left than this."""
        while len(self.stack) > 1 and self.stack[-1].indent >= indent:
            self.stack.pop()

    def _property(self, indent: int, key: str, value: str) -> None:
        # The first line of a paste often loses the blank that psql puts before each.
        if indent <= self.left + 1 and _OUTSIDE.match(key):
            self.group = key if key in ("Planning", "JIT") else None
            self.worker = None
            Properties(self.top).whole(key, value)
        elif self.group is not None:
            Properties(self.top).grouped(self.group, key, value)
        elif self.worker is None or indent <= self.worker:
            self.worker = None
            self._owner(indent)
            Properties(self.stack[-1].raw).node(key, value)

    def document(self) -> dict[str, Any]:
        """The plan as EXPLAIN's JSON has it."""
        assert self.root is not None
        return {**self.top, "Plan": _raw(self.root)}


def _document(lines: list[str]) -> dict[str, Any]:
    reader = _Reader()
    for line in lines:
        reader.line(line)
    return reader.document()


def _raw(node: _Open) -> dict[str, Any]:
    """Its properties by the names of EXPLAIN's JSON."""
    plain = [child for child in node.children if not child.subplan]
    for child in node.children:
        if child.subplan:
            child.raw["Subplan Name"] = child.subplan
            child.raw["Parent Relationship"] = "SubPlan" if child.subplan.startswith("SubPlan") else "InitPlan"
        else:
            child.raw.setdefault("Parent Relationship", _relationship(node.raw, plain, child))
    if node.children:
        node.raw["Plans"] = [_raw(child) for child in node.children]
    return node.raw


def _relationship(parent: dict[str, Any], plain: list[_Open], child: _Open) -> str:
    kind = str(parent.get("Node Type", ""))
    if kind in ("Append", "Merge Append", "BitmapAnd", "BitmapOr"):
        return "Member"
    if kind == "Subquery Scan":
        return "Subquery"
    return "Outer" if child is plain[0] else "Inner"


def _query_text(lines: list[str]) -> str:
    for place, line in enumerate(lines):
        match = re.match(r"^\s*Query Text:\s*(.*)$", line)
        if match:
            rest = [one.strip() for one in lines[place + 1 :]]
            return " ".join(part for part in (match[1], *rest) if part)
    return ""
