"""Notes without verbs: `pipeline 1:n job`, `users <-> repos m:n with role`, `artifact -> job, size`, `Lots (name, address)`,
`Spaces in lots, numbered per lot`. Which words are things is known by then."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from dbarchitect.design.spec import Field
from dbarchitect.model import english

from .fields import field_of
from .phrases import counted, listed, named, singular
from .statements import NO_THINGS, Link, Statements

if TYPE_CHECKING:
    from .grammar import Reader

_NAME = r"[A-Za-z][\w -]{0,38}?"
_END = r"(?:0\.\.1|1\.\.1|[01]\.\.[nm*]|\d+\.\.\d+|1|n|m|\*|one|many|0)"
_CARDINAL = rf"({_END})(?: ?: ?|[- ]to[- ]|/)({_END})"
_PAIR = re.compile(
    rf"^(?:(?P<a>{_NAME}) {_CARDINAL} (?P<b>{_NAME})|(?P<c>{_NAME}) ?(?:<-+>|↔|<=>) ?(?P<d>{_NAME})(?:,? \(?{_CARDINAL}\)?)?)"
    r"(?:[,;:]? (?:with )?(?P<more>.+))?$",
    re.IGNORECASE,
)  # fmt: skip
_ARROW = re.compile(rf"^({_NAME}) ?(?:-+>|→|=>) ?([\w -]+?)(\?|,? optional)?(?:(?:[,:]|,? with) (.+))?$", re.IGNORECASE)
_BRACKETED = re.compile(rf"^({_NAME}) ?\(([^()]+(?:\([^()]*\)[^()]*)*)\)$")
_VERBLESS = re.compile(
    rf"^({_NAME}) (?:in|for|of|per|on|under|to|at|from|against) ({_NAME})(?:: (.+)|, (.+))?$", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"^numbered (?:per|within|in|inside) (?:each |every |an? |the |its |their )?(.+)$", re.IGNORECASE
)
_LABELS = frozenset(
    """
    note notes todo fixme acceptance example examples important numbers volumes nb warning hint later remark
    path problem goal idea present attendees participants author authors subject context screens screen queries query rules rule data entities entity stack runtime hosting
    """.split()  # noqa: SIM905
)
_CELLS = {
    "from": "from", "parent": "from", "left": "from", "entity a": "from", "source": "from", "a": "from", "first": "from",
    "to": "to", "child": "to", "right": "to", "entity b": "to", "target": "to", "b": "to", "second": "to",
    "cardinality": "how", "multiplicity": "how", "kind": "how", "type": "how", "relation": "how", "relationship": "how",
    "role": "role",
}  # fmt: skip


def heads_of_notes(text: str) -> list[str]:
    """The things that a line of notes is about: `repo: slug (unique), private?`, `Lots (name, address)`, `a 1:n b`."""
    stripped = text.strip()
    pair = _PAIR.match(stripped)
    if pair is not None and (pair[2] or pair["c"]):
        return [singular(pair["a"] or pair["c"]), singular(pair["b"] or _left(pair["d"]))]
    verbless_ = _VERBLESS.match(stripped)
    if verbless_ is not None and (verbless_[3] or _NUMBERED.match(verbless_[4] or "")):
        words = english.split(verbless_[1])
        if 0 < len(words) <= 2 and words[-1] != english.singular(words[-1]) and not _LABELS.intersection(words):
            return [singular(verbless_[1])]
    match = _BRACKETED.match(stripped) or re.match(rf"^({_NAME}): (.+)$", stripped)
    if match is None or match[2].count("->") or "→" in match[2]:
        return []
    items = listed(match[2])
    words = english.split(match[1])
    plain = len(items) > 1 and all(_is_field(one) for one in items)
    return [singular(match[1])] if plain and 0 < len(words) <= 2 and not _LABELS.intersection(words) else []


def pointing(text: str) -> list[tuple[str, str]]:
    """`artifact -> job, size`: a thing, if what it points at is one."""
    match = _ARROW.match(text.strip())
    return [(singular(match[1]), singular(match[2]))] if match and len(english.split(match[1])) <= 3 else []


def _is_field(text: str) -> bool:
    words = english.split(re.sub(r"\([^)]*\)|/[\w -]+", "", text))
    return (
        0 < len(words) <= 4
        and not re.match(r"\s*[~\d]", text)
        and not re.search(
            r"\b(?:has|have|is|are|can|must|may|will|we|not|ordered|by|now|then|next)\b",
            text.split("(")[0],
            re.IGNORECASE,
        )
    )


def _left(text: str) -> str:
    """`repos m:n` without its cardinality."""
    return re.sub(rf"\s*\(?{_CARDINAL}\)?$", "", text, flags=re.IGNORECASE)


def pair(reader: Reader, text: str, line: int) -> bool:
    """`pipeline 1:n job`, `users <-> repos m:n with role (read, write)`."""
    match = _PAIR.match(text)
    if match is None or not (match[2] or match["c"]):
        return False
    first, second = reader.entity(match["a"] or match["c"]), reader.entity(match["b"] or match["d"])
    if first is None or second is None:
        return False
    low, high = (match[2], match[3]) if match["a"] else (match[7] or "n", match[8] or "m")
    joined(reader.said, first, second, low, high, line)
    if not match["more"]:
        return True
    fields = [field_of(one, line=line) for one in listed(match["more"])]
    reader.said.pairs.setdefault((first, second), []).extend(one for one in fields if one is not None)
    return all(one is not None for one in fields)


def joined(said: Statements, first: str, second: str, low: str, high: str, line: int, role: str = "") -> None:
    """Both directions of a relation with cardinalities as they are written: `1`, `n`, `0..1`."""
    for of, to, text in ((first, second, high), (second, first, low)):
        lowest, dots, highest = text.lower().partition("..")
        end = highest if dots else lowest
        most = None if end in ("n", "m", "*", "many") else 1 if end == "one" else int(end)
        least = int(lowest) if dots and lowest.isdigit() else 1 if most == 1 else 0
        said.links.append(Link(of, to, least, most, role if most == 1 else "", True, line))


def arrow(reader: Reader, text: str, line: int) -> bool:
    """`pipeline -> repo`, `artifact -> job, file name, size`: a reference, and what is known beside it."""
    match = _ARROW.match(text)
    if match is None or (owner := reader.entity(match[1])) is None or (target := reader.entity(match[2])) is None:
        return False
    reader.said.last = owner
    reader.said.links.append(Link(owner, target, 0 if match[3] else 1, 1, "", False, line))
    return _items(reader, owner, match[4] or "", line)


def bracketed(reader: Reader, text: str, line: int) -> bool:
    """`Lots (name, address, capacity)`."""
    match = _BRACKETED.match(text)
    if match is None or (owner := reader.entity(match[1])) is None:
        return False
    reader.said.last = owner
    return _items(reader, owner, match[2], line)


def verbless(reader: Reader, text: str, line: int) -> bool:
    """`Spaces in lots, numbered per lot`, `Tickets for vehicles: issued at, amount`."""
    match = _VERBLESS.match(text)
    if match is None or (owner := reader.entity(match[1])) is None or (target := reader.entity(match[2])) is None:
        return False
    if owner == target or counted(match[1]).said:
        return False
    reader.said.last = owner
    reader.said.links.append(Link(owner, target, 1, 1, "", False, line))
    return _items(reader, owner, match[3] or match[4] or "", line)


def numbered(reader: Reader, text: str, line: int) -> bool:
    """`numbered per lot`: a number that is unique within it."""
    match = _NUMBERED.match(text)
    if match is None or not reader.said.last:
        return False
    reader.said.put(
        reader.said.last,
        Field(name="number", kind="integer", unique=True, within=(singular(match[1]),), line=line),
    )  # fmt: skip
    return True


_NUMBERED_THINGS = re.compile(
    rf"^(?:the )?({_NAME}) (?:is|are) numbered (?:per|within|in|inside) (?:each |every |an? |the |its |their )?(.+)$",
    re.IGNORECASE,
)


def numbered_things(reader: Reader, text: str, line: int) -> bool:
    """`plots are numbered within their site`."""
    match = _NUMBERED_THINGS.match(text)
    owner, target = (reader.entity(match[1]), reader.entity(match[2])) if match else (None, None)
    if match is None or owner is None or target is None:
        return False
    reader.said.last = owner
    if not any((one.of, one.to) in ((owner, target), (target, owner)) for one in reader.said.links):
        reader.said.links.append(Link(owner, target, 1, 1, "", False, line))
    return numbered(reader, f"numbered within {match[2]}", line)


def _items(reader: Reader, owner: str, text: str, line: int) -> bool:
    done = [numbered(reader, one, line) or reader.item(owner, one, line, optional=False) for one in listed(text)]
    return all(done)


def relation_columns(cells: tuple[str, ...]) -> dict[str, int] | None:
    """Which column of a table of relations holds what; None where it is none."""
    found = {_CELLS[name]: at for at, cell in enumerate(cells) if (name := named(cell)) in _CELLS}
    return found if {"from", "to", "how"} <= set(found) else None


def relation_of_row(said: Statements, cells: tuple[str, ...], columns: dict[str, int], *, line: int) -> bool:
    """A row of such a table: `Station | Sensor | 1:n`."""
    first, second, how = (cells[columns[one]] if columns[one] < len(cells) else "" for one in ("from", "to", "how"))
    match = re.fullmatch(_CARDINAL, how.strip(), re.IGNORECASE)
    names = (singular(first), singular(second))
    if match is None or not all(names) or any(len(one.split()) > 3 or one in NO_THINGS for one in names):
        return False
    for one in names:
        said.thing(one, line)
    role = named(cells[columns["role"]]) if "role" in columns and columns["role"] < len(cells) else ""
    joined(said, *names, match[1], match[2], line, role)
    return True


FORMS: tuple[Callable[[Reader, str, int], bool], ...] = (pair, arrow, bracketed, verbless, numbered_things)
