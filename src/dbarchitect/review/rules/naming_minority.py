"""Names in another style than the rest

## What it says

At least four fifths of a schema's names follow one style, and a few do not: tables in the plural among singular ones
(or the other way round), `camelCase` among `snake_case`, `id_user` or `user_fk` among foreign keys called `user_id`.
Only the few are named. Words whose number cannot be seen (`data`, `news`), junction tables, columns named for a role
(`owner`, `created_by`) or like the key that they refer to (`country_code`) are left out.

## Why it matters

Who writes a query guesses the name from the others, and guesses wrong; generators and mappers that go by a convention
need an exception for each.

The four fifths are those from which this review takes any trait for a schema's own; at least five names must follow
it.

## What would make it false

The tables belong to another application or a library that lives in the same schema.

## How to mend it

Rename in a release of its own: a view with the old name can stand in for a table meanwhile. A rename is given for
styles of writing and for foreign keys, where no function names the thing; views follow by themselves, the application
does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from dbarchitect.model.change import Change, Rename
from dbarchitect.model.english import singular
from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import Name, ObjectRef, quote_identifier
from dbarchitect.model.schema import ForeignKey, Table
from dbarchitect.review.context import Context, column_ref
from dbarchitect.review.naming import number
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import MANY, SHARE, roll_up

RULE = Rule(__name__, __doc__, area="naming", certainty="likely", severity=Severity.INFO)


class _Named(NamedTuple):
    """A thing whose name follows `style`; `table` owns it."""

    ref: ObjectRef
    table: Table
    name: str
    style: str


class _Few(NamedTuple):
    """Names that are not like `times` of the `of` that show a style, which is `usual`."""

    named: list[_Named]
    usual: str
    times: int
    of: int


_Respell = Callable[[_Named, str], str]


def check(review: Context) -> Iterator[Finding]:
    """The few of every kind of convention."""
    tables = [table for table in review.tables if not table.name.name.startswith("_")]
    numbers = [
        _Named(table.ref, table, table.name.name, number((words(table.name.name) or ("",))[-1]))
        for table in tables
        if not _is_junction(table)
    ]
    yield from _told(review, "tables are named in the {}", _few(numbers), None)
    styled = [_Named(table.ref, table, table.name.name, _style(table.name.name)) for table in tables]
    yield from _told(review, "tables are written in {}", _few(styled), _respelled)
    columns = [
        _Named(column_ref(table, column), table, column.name, _style(column.name))
        for table in tables
        for column in table.columns
        if not column.inherited
    ]
    written = _few(columns)
    keys = {
        (table.name, key.columns[0]): _Named(column_ref(table, key.columns[0]), table, key.columns[0], _affix(key))
        for table in tables
        for key in table.foreign_keys
        if len(key.columns) == 1
    }
    affixes = _few(list(keys.values()))
    yield from _told(
        review, "foreign keys are named like {}", affixes, lambda one, to: _affixed(one, to, written.usual)
    )
    known = {one.ref for one in affixes.named}
    columns = written._replace(named=[one for one in written.named if one.ref not in known])
    yield from _told(review, "columns are written in {}", columns, _respelled)


def _few(named: Sequence[_Named]) -> _Few:
    """Those that most others are not like; none where there are not enough others."""
    counts = Counter(one.style for one in named if one.style and one.style != _WORD)
    if not counts:
        return _Few([], "", 0, 0)
    usual, times = counts.most_common(1)[0]
    few = [one for one in named if _differs(one.style, usual)]
    of = times + len(few)
    if times < MANY or times < SHARE * of:
        return _Few([], "", times, of)
    return _Few(few, usual, times, of)


def _told(review: Context, rest: str, few: _Few, respell: _Respell | None) -> Iterator[Finding]:
    """A finding for each of the few; `respell` gives the name that it should have."""
    if not few.named:
        return
    rest = f"{few.times} of {few.of} {rest.format(few.usual)}, as far as names show it"
    found: list[Finding] = []
    for one in few.named:
        fix = _rename(review, one, respell(one, few.usual)) if respell is not None else ()
        found.append(
            RULE.finding(
                one.ref,
                f"{_shown(one)} is not like the rest: {rest}",
                facts={"style": one.style, "usual": few.usual, "times": few.times, "of": few.of},
                fix=fix,
                asks=not fix,
            )
        )
    shown = ", ".join(_shown(one) for one in few.named[:3]) + (", ..." if len(few.named) > 3 else "")
    yield from roll_up(found, f"{rest}; {len(found)} are not: {shown}", of=few.of, share=0, at=few.named[0].ref)


def _differs(style: str, usual: str) -> bool:
    if style == _WORD:
        return usual in ("PascalCase", "UPPER_CASE")
    return bool(style) and style != usual


def _shown(one: _Named) -> str:
    owner = one.table.name.short
    return f"{owner}.{quote_identifier(one.name)}" if one.ref.sub else owner


# ---- how a name is written

_WORD = "one word"  # in lower case, which is as right in snake_case as in camelCase


def _style(name: str) -> str:
    if not name.isascii() or not name.replace("_", "a").isalnum() or name.startswith("_") or not name[0].isalpha():
        return ""
    if name == name.lower():
        return "snake_case" if "_" in name.strip("_") else _WORD
    if name == name.upper():
        return "UPPER_CASE"
    if "_" in name:
        return "Mixed_Case"
    return "camelCase" if name[0].islower() else "PascalCase"


def _respelled(one: _Named, style: str) -> str:
    parts = words(one.name)
    if "".join(parts) != one.name.replace("_", "").lower():
        return ""
    if style == "snake_case":
        return "_".join(parts)
    if style == "UPPER_CASE":
        return "_".join(parts).upper()
    capitals = "".join(part.capitalize() for part in parts)
    if style == "PascalCase":
        return capitals
    return capitals[:1].lower() + capitals[1:] if style == "camelCase" else ""


# ---- how foreign keys are named


def _affix(key: ForeignKey) -> str:
    """How a column says that it refers to something; "" where its name comes from elsewhere."""
    name, target = words(key.columns[0]), words(key.target.name)
    if name and tuple(map(singular, name)) == tuple(map(singular, target)):
        return "the table"
    if len(name) < 2:
        return ""
    for word in ("id", "fk", "ref"):
        if name[-1] == word:
            return f"thing_{word}"
        if name[0] == word:
            return f"{word}_thing"
    return ""


def _affixed(one: _Named, style: str, written: str) -> str:
    """The name with the usual affix in place of its own, written like the columns of the schema, or else as it is."""
    written = written or _style(one.name)
    parts = list(words(one.name))
    if style == "the table" or written not in ("snake_case", "camelCase", _WORD):
        return ""
    if one.style.endswith("_thing"):
        parts = parts[1:]
    elif one.style.startswith("thing_"):
        parts = parts[:-1]
    word = style.replace("thing", "").strip("_")
    parts = [word, *parts] if style.endswith("_thing") else [*parts, word]
    return _respelled(one._replace(name="_".join(parts)), "snake_case" if written == _WORD else written)


# ---- the rename


def _is_junction(table: Table) -> bool:
    references = {name for key in table.foreign_keys for name in key.columns}
    key = table.primary_key
    return key is not None and len(key.columns) > 1 and set(key.columns) <= references


def _rename(review: Context, one: _Named, to: str) -> tuple[Change, ...]:
    """RENAME, where it breaks nothing inside the database and the name is free."""
    table = one.table
    if not to or to == one.name or len(to.encode()) > 63 or review.named_in_functions(one.name):
        return ()
    if table.inherits or table.of_type is not None or review.partitions.get(table.name):
        return ()
    if one.ref.sub:
        taken = any(column.name == to for column in table.columns)
        return () if taken else (Rename(at=one.ref, to=Name(schema="", name=to)),)
    new = Name(schema=table.name.schema, name=to)
    if new in review.relation_names or review.type(new.schema, new.name) is not None:
        return ()
    return (Rename(at=one.ref, to=new),)
