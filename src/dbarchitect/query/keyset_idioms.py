"""Keyset pages in the words of ORMs: a function that takes a program's own query and adds condition, order and limit.

A program knows which values of a cursor are NULL when it builds the query, so the condition needs no test of a
parameter: it is built from the last run of keys to the first. Columns are called as in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from dbarchitect.model.keyset import CursorColumn, Idiom, Keyset
from dbarchitect.query.keyset import parameter_name
from dbarchitect.query.keyset_conditions import Run, runs_of

_RUN, _NOT_RUN = "code of this form is run by the tests of dbarchitect", "not run"
_NO_ROWS = "it has no comparison of rows: terms joined with OR, which an index serves less well"
_DEFAULT_SIZE = 20


def idioms(keyset: Keyset) -> tuple[Idiom, ...]:
    """The next page of a keyset for each ORM; where one cannot say it, why."""
    if keyset.wrapped:
        why = "the keys exist only around the whole query: take the SQL as it is"
        return tuple(Idiom(orm=one, absent=why) for one in ("sqlalchemy", "tortoise", "prisma", "drizzle", "kysely"))
    return (_sqlalchemy(keyset), _tortoise(keyset), _prisma(keyset), _drizzle(keyset), _kysely(keyset))


class _Words(Protocol):
    """How one ORM says a condition."""

    def beyond(self, run: Run) -> str: ...
    def same(self, run: Run) -> str: ...
    def null(self, key: CursorColumn, *, negated: bool) -> str: ...
    def joined(self, word: str, parts: Sequence[str]) -> str: ...
    def nothing(self) -> str: ...
    def value(self, key: CursorColumn) -> str: ...


def _steps(keys: Sequence[CursorColumn], words: _Words) -> list[tuple[str, str, str]]:
    """(test, then, otherwise) for each run from the last to the first, each an expression over `after`, the one before;
    where there is no test, `then` is all."""
    found: list[tuple[str, str, str]] = []
    for run in reversed(runs_of(keys)):
        inner = ["after"] if found else []
        key = run.keys[0]
        same = [words.joined("and", [words.same(run), *inner])] if inner else []
        if not key.nullable:
            found.append(("", words.joined("or", [words.beyond(run), *same]), ""))
            continue
        here = [words.joined("and", [words.null(key, negated=False), *inner])] if inner else []
        if key.nulls_first:
            of_null = words.joined("or", [words.null(key, negated=True), *here])
            of_value = words.joined("or", [words.beyond(run), *same])
        else:
            of_null = here[0] if here else words.nothing()
            of_value = words.joined("or", [words.beyond(run), words.null(key, negated=False), *same])
        found.append((words.value(key), of_null, of_value))
    return found


def _sign(key: CursorColumn) -> str:
    return "<" if key.descending else ">"


def _name(key: CursorColumn) -> str:
    return parameter_name(f"after_{key.name}")


def _one_table(keyset: Keyset) -> str:
    """Why the keys are not the columns of one table; "" where they are."""
    strange = next((one.expression for one in keyset.keys if one.table is None), "")
    if strange:
        return f"{strange} is no column of a table"
    tables = {one.table for one in keyset.keys}
    return "" if len(tables) == 1 else "the keys are of several tables, and its names for relations are not known"


def _tables(keyset: Keyset) -> list[str]:
    return sorted({parameter_name(one.table.name) for one in keyset.keys if one.table is not None})


# --- SQLAlchemy -----------------------------------------------------------------------------------------------------


class _SqlAlchemy:
    @staticmethod
    def column(key: CursorColumn) -> str:
        if key.table is None:
            return f"literal_column({key.expression!r})"
        table = parameter_name(key.table.name)
        plain = key.column.isidentifier()
        return f"{table}.c.{key.column}" if plain else f"{table}.c[{key.column!r}]"

    def _bound(self, key: CursorColumn) -> str:
        if key.table is not None:
            return f"literal({_name(key)}, {self.column(key)}.type)"
        parameter = f"CAST(:{_name(key)} AS {key.type or 'text'})"
        return f"text({parameter!r}).bindparams({_name(key)}={_name(key)})"

    def beyond(self, run: Run) -> str:
        left, right = [self.column(one) for one in run.keys], [self._bound(one) for one in run.keys]
        if len(left) == 1:
            return f"{left[0]} {_sign(run.keys[0])} {right[0]}"
        return f"tuple_({', '.join(left)}) {_sign(run.keys[0])} tuple_({', '.join(right)})"

    def same(self, run: Run) -> str:
        return self.joined("and", [f"{self.column(one)} == {self._bound(one)}" for one in run.keys])

    def null(self, key: CursorColumn, *, negated: bool) -> str:
        return f"{self.column(key)}.{'is_not' if negated else 'is_'}(None)"

    def joined(self, word: str, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else f"{word}_({', '.join(parts)})"

    def nothing(self) -> str:
        return "false()"

    def value(self, key: CursorColumn) -> str:
        return f"{_name(key)} is None"

    def order(self, key: CursorColumn) -> str:
        text = self.column(key) + (".desc()" if key.descending else "")
        if key.nulls_first == key.descending:
            return text
        return f"{text}.{'nulls_first' if key.nulls_first else 'nulls_last'}()"


def _python(steps: Sequence[tuple[str, str, str]]) -> list[str]:
    lines: list[str] = []
    for test, then, otherwise in steps:
        if not test:
            lines.append(f"    after = {then}")
        else:
            lines += [f"    if {test}:", f"        after = {then}", "    else:", f"        after = {otherwise}"]
    return lines


def _sqlalchemy(keyset: Keyset) -> Idiom:
    words = _SqlAlchemy()
    steps = _python(_steps(keyset.keys, words))
    order = ", ".join(words.order(one) for one in keyset.keys)
    arguments = ", ".join(["query", *_tables(keyset), "*", *map(_name, keyset.keys), f"size={_size(keyset)}"])
    body = "\n".join(steps)
    known = ("and_", "false", "literal", "literal_column", "or_", "text", "tuple_")
    used = ", ".join(one for one in known if f"{one}(" in f"{body} {order}")
    lines = [f"from sqlalchemy import {used}", "", "", f"def next_page({arguments}):", body]
    lines.append(f"    return query.where(after).order_by(None).order_by({order}).limit(size)")
    tables = ", ".join(_tables(keyset))
    note = f"query: your select(); {tables}: a Table, or Model.__table__" if tables else "query: your select()"
    return Idiom(orm="sqlalchemy", code="\n".join(lines) + "\n", note=note, checked=_RUN)


# --- Tortoise -------------------------------------------------------------------------------------------------------


class _Tortoise:
    def _compared(self, key: CursorColumn) -> str:
        return f"Q({key.column}__{'lt' if key.descending else 'gt'}={_name(key)})"

    def beyond(self, run: Run) -> str:
        parts = [
            self.joined("and", [*(self._equal(one) for one in run.keys[:place]), self._compared(key)])
            for place, key in enumerate(run.keys)
        ]
        return self.joined("or", parts)

    def _equal(self, key: CursorColumn) -> str:
        return f"Q({key.column}={_name(key)})"

    def same(self, run: Run) -> str:
        return self.joined("and", [self._equal(one) for one in run.keys])

    def null(self, key: CursorColumn, *, negated: bool) -> str:
        return f"Q({key.column}__isnull={not negated})"

    def joined(self, word: str, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else f'Q({", ".join(parts)}, join_type="{word.upper()}")'

    def nothing(self) -> str:
        return "Q(pk__in=[])"

    def value(self, key: CursorColumn) -> str:
        return f"{_name(key)} is None"


def _tortoise(keyset: Keyset) -> Idiom:
    why = _one_table(keyset)
    turned = next((one for one in keyset.keys if one.nullable and one.nulls_first != one.descending), None)
    strange = next((one for one in keyset.keys if not one.column.isidentifier() or "__" in one.column), None)
    if not why and turned is not None:
        why = f"it cannot say NULLS {'FIRST' if turned.nulls_first else 'LAST'} for {turned.column}"
    if not why and strange is not None:
        why = f"{strange.column} is no name of a field"
    if why:
        return Idiom(orm="tortoise", absent=why)
    steps = _python(_steps(keyset.keys, _Tortoise()))
    arguments = ", ".join(["query", "*", *map(_name, keyset.keys), f"size={_size(keyset)}"])
    order = ", ".join(f'"{"-" if one.descending else ""}{one.column}"' for one in keyset.keys)
    lines = ["from tortoise.expressions import Q", "", "", f"def next_page({arguments}):", *steps]
    lines.append(f"    return query.filter(after).order_by({order}).limit(size)")
    note = f"query: your Model.filter(...). {_NO_ROWS}"
    return Idiom(orm="tortoise", code="\n".join(lines) + "\n", note=note, checked=_RUN)


# --- Prisma, Drizzle, Kysely ----------------------------------------------------------------------------------------


class _Prisma:
    def _compared(self, key: CursorColumn) -> str:
        return f"{{ {_property(key.column)}: {{ {'lt' if key.descending else 'gt'}: cursor.{_name(key)} }} }}"

    def _equal(self, key: CursorColumn) -> str:
        return f"{{ {_property(key.column)}: cursor.{_name(key)} }}"

    def beyond(self, run: Run) -> str:
        parts = [
            self.joined("and", [*(self._equal(one) for one in run.keys[:place]), self._compared(key)])
            for place, key in enumerate(run.keys)
        ]
        return self.joined("or", parts)

    def same(self, run: Run) -> str:
        return self.joined("and", [self._equal(one) for one in run.keys])

    def null(self, key: CursorColumn, *, negated: bool) -> str:
        return f"{{ {_property(key.column)}: {'{ not: null }' if negated else 'null'} }}"

    def joined(self, word: str, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else f"{{ {word.upper()}: [{', '.join(parts)}] }}"

    def nothing(self) -> str:
        return "{ OR: [] }"

    def value(self, key: CursorColumn) -> str:
        return f"cursor.{_name(key)} === null"


class _Drizzle:
    def column(self, key: CursorColumn) -> str:
        if key.table is None:
            return f"sql`{_escaped(key.expression)}`"
        return f"{parameter_name(key.table.name)}{_member(key.column)}"

    def _in_sql(self, key: CursorColumn) -> str:
        return _escaped(key.expression) if key.table is None else f"${{{self.column(key)}}}"

    def _bound(self, key: CursorColumn) -> str:
        value = f"${{cursor.{_name(key)}}}"
        return f"cast({value} as {key.type})" if key.type else value

    def beyond(self, run: Run) -> str:
        left, right = ", ".join(map(self._in_sql, run.keys)), ", ".join(map(self._bound, run.keys))
        return f"sql`({left}) {_sign(run.keys[0])} ({right})`"

    def same(self, run: Run) -> str:
        return self.joined("and", [f"sql`{self._in_sql(one)} = {self._bound(one)}`" for one in run.keys])

    def null(self, key: CursorColumn, *, negated: bool) -> str:
        return f"sql`{self._in_sql(key)} is {'not ' if negated else ''}null`"

    def joined(self, word: str, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else f"{word}({', '.join(parts)})"

    def nothing(self) -> str:
        return "sql`false`"

    def value(self, key: CursorColumn) -> str:
        return f"cursor.{_name(key)} === null"

    def order(self, key: CursorColumn) -> str:
        return f"sql`{self._in_sql(key)}{_direction(key)}`"


class _Kysely(_Drizzle):
    def _in_sql(self, key: CursorColumn) -> str:
        if key.table is None:
            return _escaped(key.expression)
        return f"${{sql.ref({_text(f'{key.table.name}.{key.column}')})}}"

    def joined(self, word: str, parts: Sequence[str]) -> str:
        return parts[0] if len(parts) == 1 else "sql`(" + f" {word} ".join(f"${{{one}}}" for one in parts) + ")`"


def _direction(key: CursorColumn) -> str:
    nulls = "" if key.nulls_first == key.descending else f" nulls {'first' if key.nulls_first else 'last'}"
    return f"{' desc' if key.descending else ''}{nulls}"


def _javascript(steps: Sequence[tuple[str, str, str]]) -> list[str]:
    lines: list[str] = []
    for place, (test, then, otherwise) in enumerate(steps):
        declared = "  let after = " if not place else "  after = "
        lines.append(f"{declared}{then};" if not test else f"{declared}{test}\n    ? {then}\n    : {otherwise};")
    return lines


def _size(keyset: Keyset) -> int:
    return keyset.page_size or _DEFAULT_SIZE


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")


def _property(name: str) -> str:
    return name if name.isascii() and name.isidentifier() else _text(name)


def _member(name: str) -> str:
    return f".{name}" if name.isascii() and name.isidentifier() else f"[{_text(name)}]"


def _prisma(keyset: Keyset) -> Idiom:
    why = _one_table(keyset)
    if why:
        return Idiom(orm="prisma", absent=f"{why}; $queryRaw takes the SQL")
    steps = _javascript(_steps(keyset.keys, _Prisma()))
    order: list[str] = []
    for key in keyset.keys:
        way = "'desc'" if key.descending else "'asc'"
        if key.nullable:
            way = f"{{ sort: {way}, nulls: '{'first' if key.nulls_first else 'last'}' }}"
        order.append(f"{{ {_property(key.column)}: {way} }}")
    (table,) = _tables(keyset)
    lines = [f"function nextPage(prisma, where, cursor, size = {_size(keyset)}) {{", *steps]
    lines.append(f"  return prisma.{table}.findMany({{")
    lines += [
        "    where: { AND: [where, after] },",
        f"    orderBy: [{', '.join(order)}],",
        "    take: size,",
        "  });",
        "}",
    ]
    note = (
        f"{_NO_ROWS}. Its own cursor with skip: 1 looks the cursor's row up by a unique field: it gives nothing once "
        "that row is deleted"
    )
    return Idiom(orm="prisma", code="\n".join(lines) + "\n", note=note, checked=_NOT_RUN)


def _drizzle(keyset: Keyset) -> Idiom:
    words = _Drizzle()
    steps = _javascript(_steps(keyset.keys, words))
    order = ", ".join(words.order(one) for one in keyset.keys)
    tables = "".join(f"{one}, " for one in _tables(keyset))
    body = "\n".join(steps)
    used = ", ".join(one for one in ("and", "or", "sql") if one != "or" or "or(" in body)
    lines = [
        f"import {{ {used} }} from 'drizzle-orm';",
        "",
        f"function nextPage(query, {tables}where, cursor, size = {_size(keyset)}) {{",
        body,
        f"  return query.where(and(where, after)).orderBy({order}).limit(size);",
        "}",
    ]
    note = "query: db.select().from(...); where: your condition, or undefined: a second where() replaces the first"
    return Idiom(orm="drizzle", code="\n".join(lines) + "\n", note=note, checked=_RUN)


def _kysely(keyset: Keyset) -> Idiom:
    words = _Kysely()
    steps = _javascript(_steps(keyset.keys, words))
    order = "".join(f".orderBy({words.order(one)})" for one in keyset.keys)
    lines = [
        "import { sql } from 'kysely';",
        "",
        f"function nextPage(query, cursor, size = {_size(keyset)}) {{",
        *steps,
        f"  return query.where(after){order}.limit(size);",
        "}",
    ]
    return Idiom(orm="kysely", code="\n".join(lines) + "\n", note="query: db.selectFrom(...)", checked=_RUN)
