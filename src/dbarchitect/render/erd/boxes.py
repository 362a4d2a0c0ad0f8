"""What a diagram shows of a schema: boxes with rows for tables, links for foreign keys. No places yet.

Partitions are not drawn, their root stands for them; what a key refers to and the schema does not hold is a box without
rows. Whether an end of a link is one or many, needed or not, follows from NOT NULL and uniqueness alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import ForeignKey, PrimaryKey, Relational, Table, Type, Unique
from dbarchitect.model.value import Value
from dbarchitect.review.enforcing import distinguishes

from ..digest import plural
from ..untrusted import line

Columns = Literal["all", "keys", "none"]

HEADER, ROW = 32, 22  # pixels
SMALL = 11  # the letters of what is said beside a name
_EDGE, _DOT, _BADGE, _BETWEEN = 12, 14, 24, 24
_LEAST_WIDTH, _MOST_NAME, _MOST_TYPE = 130, 240, 190
_LEGIBLE = 60  # tables with all their columns, on a large screen
_PORT = 7  # between two links that end at a box without rows

# What `format_type` prints, as people write it.
_SHORT = (
    (re.compile(r"\btimestamp(\(\d\))? with time zone"), r"timestamptz\1"),
    (re.compile(r"\b(time(?:stamp)?)(\(\d\))? without time zone"), r"\1\2"),
    (re.compile(r"\btime(\(\d\))? with time zone"), r"timetz\1"),
    (re.compile(r"\bcharacter varying\b"), "varchar"),
    (re.compile(r"\bcharacter\("), "char("),
    (re.compile(r"\bdouble precision\b"), "float8"),
    (re.compile(r"\bbit varying\b"), "varbit"),
)


class Implied(Value, frozen=True, kw_only=True):
    """A reference that names imply and no foreign key declares. `columns` of `table` are called like `target_columns`
    of `target`."""

    table: Name
    columns: tuple[str, ...]
    target: Name
    target_columns: tuple[str, ...]


class Row(Value, frozen=True, kw_only=True):
    """A column. `type` is as people write it; `note` is for who points at it. `away`: what it refers to by stubs."""

    name: str
    type: str
    primary: bool
    foreign: bool
    implied: bool  # it is in a reference that only names imply
    unique: bool
    not_null: bool
    note: str = ""
    away: tuple[str, ...] = ()


class Box(Value, frozen=True, kw_only=True):
    """A table. `hidden` columns are folded away; `known`: whether the schema holds it. Sizes are in pixels.

    `badges`: how many marks a row has at most. `away`: what it refers to by stubs, where it has no rows to say so;
    `inbound`: how many stubs lead to it.
    """

    name: Name
    rows: tuple[Row, ...]
    hidden: int
    width: int
    height: int
    badges: int
    known: bool
    note: str = ""
    away: tuple[str, ...] = ()
    inbound: int = 0


class Link(Value, frozen=True, kw_only=True):
    """A foreign key, or what looks like one: from the box `child` to the box `parent` (places in the list of boxes).

    one        a parent has at most one such child
    optional   a child may do without a parent
    name       of the constraint; "" for an implied one
    child_rows, parent_rows   rows of the columns, those that are shown
    stub       it is not drawn to its parent: the row of the child says where it leads
    """

    child: int
    parent: int
    columns: tuple[str, ...]
    parent_columns: tuple[str, ...]
    child_rows: tuple[int, ...]
    parent_rows: tuple[int, ...]
    one: bool
    optional: bool
    implied: bool
    name: str
    note: str
    stub: bool = False

    @property
    def end(self) -> tuple[int, tuple[str, ...], bool, bool]:
        """What its end at the parent looks like: those that have the same share it."""
        return self.parent, self.parent_columns, self.optional, self.implied


class Content(Value, frozen=True, kw_only=True):
    """Boxes by name, and the links between them. `several`: whether names need their schema."""

    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    several: bool


def content(schema: Relational, *, implied: Sequence[Implied] = (), columns: Columns = "all") -> Content:
    """What is to be drawn of a schema. `columns`: all of them, those of keys, or none."""
    roots = roots_of(schema)
    tables = {one.name: one for one in schema.tables if one.name == roots[one.name]}
    known = [
        (table.name, key, target)
        for table in schema.tables
        for key in table.foreign_keys
        if table.name in tables or not key.inherited
        for target in (roots.get(key.target, key.target),)
    ]
    names = sorted({*tables, *(target for _, _, target in known)})
    several = len({name.schema for name in names}) > 1
    place = {name: number for number, name in enumerate(names)}
    guessed = [one for one in implied if one.table in tables and one.target in tables]
    referring = {(roots[name], column) for name, key, _ in known for column in key.columns}
    meaning = {(one.table, column) for one in guessed for column in one.columns} - referring
    referred = {(target, column) for _, key, target in known for column in key.target_columns}
    referred |= {(one.target, column) for one in guessed for column in one.target_columns}

    rows = {name: _rows(table, columns, referring, meaning, referred) for name, table in tables.items()}
    links: list[Link] = []
    for name, key, target in known:
        links.append(_link(key, tables[roots[name]], place, rows, target))
    for one in guessed:
        key = ForeignKey(name="", columns=one.columns, target=one.target, target_columns=one.target_columns)
        links.append(_link(key, tables[one.table], place, rows, one.target, implied=True))
    ends = Counter(link.child for link in links)  # of wires at each box: links to the same end share one
    ends.update(link.parent for link in {one.end: one for one in links}.values())
    partitions = _partitions(schema, roots)
    boxes = [
        _box(name, tables.get(name), rows.get(name, ()), ends[number], partitions.get(name, 0))
        for number, name in enumerate(names)
    ]
    return Content(boxes=tuple(boxes), links=tuple(links), several=several)


def fitting(schema: Relational) -> Columns:
    """The columns that a diagram of the whole has room for."""
    drawn = sum(one.partition_of is None for one in schema.tables)
    return "all" if drawn <= _LEGIBLE else "keys"


def cardinality(link: Link) -> tuple[str, str]:
    """How many children a parent has, and how many parents a child, in words."""
    return (
        "zero or one" if link.one else "zero or many",
        "zero or one" if link.optional else "exactly one",
    )


def label(name: Name, several: bool) -> str:
    """A table's name as people read it, safe to show."""
    return line(f"{name.schema}.{name.name}" if several and name.schema else name.name) or " "


def width_of(text: str, size: float = 12) -> float:
    """About how wide a text is in a sans-serif font of `size` pixels. It errs to the wide side: fonts differ, and what
    is measured too narrow runs out of its box."""
    return sum(_advance(one) for one in text) * size


def cut(text: str, most: float, size: float = 12) -> str:
    """The text, or as much of its beginning as `most` pixels hold."""
    if width_of(text, size) <= most:
        return text
    room = most - width_of("…", size)
    for number, one in enumerate(text):
        room -= _advance(one) * size
        if room < 0:
            return text[:number] + "…"
    return text


def _advance(one: str) -> float:
    # After the widths of DejaVu Sans, the widest font that browsers fall back on.
    if one in "ijlI.,:;'|!":
        return 0.34
    if one in "frt()[]{}/\\- ":
        return 0.42
    if one in "mMWw@%—…" or ord(one) >= 0x1100:
        return 1.0
    return 0.72 if one.isupper() else 0.63


def roots_of(schema: Relational) -> dict[Name, Name]:
    """The table that stands for each: a partition's root, where the schema has it."""
    parents = {one.name: one.partition_of.parent for one in schema.tables if one.partition_of is not None}
    held = {one.name for one in schema.tables}
    found: dict[Name, Name] = {}
    for table in schema.tables:
        name = table.name
        seen = {name}
        while (parent := parents.get(name)) is not None and parent in held and parent not in seen:
            name = parent
            seen.add(name)
        found[table.name] = name
    return found


def _partitions(schema: Relational, roots: dict[Name, Name]) -> dict[Name, int]:
    found: dict[Name, int] = {}
    for table in schema.tables:
        if roots[table.name] != table.name:
            found[roots[table.name]] = found.get(roots[table.name], 0) + 1
    return found


def _rows(
    table: Table,
    columns: Columns,
    referring: set[tuple[Name, str]],
    meaning: set[tuple[Name, str]],
    referred: set[tuple[Name, str]],
) -> tuple[Row, ...]:
    if columns == "none":
        return ()
    primary = set(table.primary_key.columns) if table.primary_key else set[str]()
    alone = {one.columns[0] for one in _keys(table) if len(one.columns) == 1}
    together = {column for one in _keys(table) for column in one.columns}
    shown: list[Row] = []
    for column in table.columns:
        here = (table.name, column.name)
        foreign, implied = here in referring, here in meaning
        key = foreign or implied or here in referred or column.name in primary or column.name in together
        if columns == "keys" and not key:
            continue
        unique = column.name not in primary and (column.name in alone or distinguishes(table, (column.name,)))
        said = [column.type.sql, "not null" if column.not_null or column.name in primary else "may be null"]
        said += [f"default {column.default}"] if column.default else []
        said += ["generated"] if column.generated else ["identity"] if column.identity else []
        said += [column.comment] if column.comment else []
        shown.append(
            Row(
                name=column.name,
                type=short_type(column.type, table),
                primary=column.name in primary,
                foreign=foreign,
                implied=implied,
                unique=unique,
                not_null=column.not_null or column.name in primary,
                note=line(f"{column.name}: {', '.join(said)}"),
            )
        )
    return tuple(shown)


def _keys(table: Table) -> list[PrimaryKey | Unique]:
    return [one for one in table.constraints if isinstance(one, PrimaryKey | Unique)]


def shown(row: Row) -> tuple[str, str]:
    """Name and type of a column as there is room for them in a box. Where a stub leads stands instead of the type."""
    return cut(line(row.name) or " ", _MOST_NAME), towards(row.away) or cut(line(row.type), _MOST_TYPE)


def towards(away: Sequence[str]) -> str:
    """Where stubs lead, as there is room for it; "" without any."""
    return cut(f"→ {', '.join(away)}", _MOST_NAME, SMALL) if away else ""


def received(box: Box) -> str:
    """How many stubs lead to a box; "" without any."""
    return f"← {box.inbound:,}" if box.inbound else ""


def short_type(kind: Type, table: Table) -> str:
    """A type as people write it: `timestamptz` for `timestamp with time zone`, without the schema of its table."""
    sql = kind.sql.removeprefix(f"{quote_identifier(table.name.schema)}.")
    for long, short in _SHORT:
        sql = long.sub(short, sql)
    return sql


def _link(
    key: ForeignKey,
    child: Table,
    place: dict[Name, int],
    rows: dict[Name, tuple[Row, ...]],
    target: Name,
    *,
    implied: bool = False,
) -> Link:
    nullable = [column for name in key.columns if (column := child.column(name)) is not None and not column.not_null]
    primary = child.primary_key.columns if child.primary_key else ()
    # With MATCH SIMPLE one NULL is enough to refer to nothing, with MATCH FULL all must be.
    optional = any(column.name not in primary for column in nullable)
    if key.match == "FULL" and len(nullable) < len(key.columns):
        optional = False
    one = distinguishes(child, key.columns) or any(
        held.columns and set(held.columns) <= set(key.columns) and not held.without_overlaps for held in _keys(child)
    )
    said = "implied by its name, not declared" if implied else line(key.name)
    if not implied:
        said += f", on delete {key.on_delete.lower()}" if key.on_delete != "NO ACTION" else ""
        said += "" if key.enforced else ", not enforced"
        said += "" if key.validated else ", not validated"
    return Link(
        child=place[child.name],
        parent=place[target],
        columns=key.columns,
        parent_columns=key.target_columns,
        child_rows=_places(rows.get(child.name, ()), key.columns),
        parent_rows=_places(rows.get(target, ()), key.target_columns),
        one=one,
        optional=optional,
        implied=implied,
        name=key.name,
        note=said,
    )


def _places(rows: tuple[Row, ...], columns: Sequence[str]) -> tuple[int, ...]:
    numbers = {row.name: number for number, row in enumerate(rows)}
    return tuple(numbers[column] for column in columns if column in numbers)


def _box(name: Name, table: Table | None, rows: tuple[Row, ...], ends: int, partitions: int) -> Box:
    badges = max((one.primary + one.foreign + one.implied + one.unique for one in rows), default=0)
    hidden = len(table.columns) - len(rows) if table is not None else 0
    height = HEADER + ROW * (len(rows) + bool(hidden and rows)) + (4 if rows else 0)
    if not rows:
        height = max(height, _PORT * ends + 10)
    said: list[str] = []
    if table is None:
        said.append("not in this schema")
    else:
        said.append(plural(len(table.columns), "column"))
        if table.kind == "partitioned":
            said.append(f"partitioned, {plural(partitions, 'partition')}")
        if table.kind == "foreign":
            said.append("foreign table")
        if table.comment:
            said.append(table.comment)
    return fitted(
        Box(
            name=name,
            rows=rows,
            hidden=hidden,
            width=0,
            height=int(height),
            badges=badges,
            known=table is not None,
            note=line(", ".join(said)),
        )
    )


def fitted(box: Box) -> Box:
    """The box as wide as what it says."""
    title = cut(line(box.name.name), _MOST_NAME + 80, 13)
    texts = [width_of(name) + width_of(kind, SMALL) for name, kind in map(shown, box.rows)]
    widest = max(texts, default=0) + box.badges * _BADGE + _DOT + _BETWEEN
    head = width_of(title, 13) * 1.06 + (width_of(received(box), SMALL) + _DOT if box.inbound else 0)
    width = max(_LEAST_WIDTH, head + 2 * _EDGE, widest + 2 * _EDGE, width_of(towards(box.away), SMALL) + 2 * _EDGE)
    return replace(box, width=-(-int(width) // 4) * 4 + 4)
