"""Where the tables of SQLAlchemy and Tortoise stand in the code. Runs in the interpreter of a project, beside
`python_program`.

Classes are asked for their attributes, and their text for the lines: what a mapper knows has no line, what the text
says has no certain name. A mark has a kind:

    table   of a class or a `Table(...)`
    column  `name` is the column's
    type    `name` is the type's, in `schema`
    named   something of the table with a name of its own: a constraint, an index
    over    something of the table over `columns` whose name only the database knows; `foreign`: a foreign key
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any

_OVER = ("UniqueConstraint", "ForeignKeyConstraint", "PrimaryKeyConstraint", "Index", "ExcludeConstraint")


def mark(kind: str, table: tuple[str, str], name: str, file: str, line: int, columns: tuple[str, ...] = ()) -> Any:
    """A mark as the answer has it."""
    return {
        "kind": kind,
        "schema": table[0],
        "table": table[1],
        "name": name,
        "columns": list(columns),
        "file": file,
        "line": line,
    }


@cache
def tree_of(file: str) -> ast.Module:
    """The parsed text of a file; empty where it cannot be read."""
    try:
        with open(file, encoding="utf-8") as text:  # noqa: PTH123
            return ast.parse(text.read())
    except (OSError, SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


@cache
def classes_of(file: str) -> dict[str, ast.ClassDef]:
    """The classes of a file by qualified name."""
    found: dict[str, ast.ClassDef] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for one in ast.iter_child_nodes(node):
            if isinstance(one, ast.ClassDef):
                found[prefix + one.name] = one
                visit(one, f"{prefix}{one.name}.")
            elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                visit(one, f"{prefix}{one.name}.<locals>.")
            else:
                visit(one, prefix)

    visit(tree_of(file), "")
    return found


def definition(cls: type) -> tuple[str, ast.ClassDef] | None:
    """The file and the text of a class."""
    try:
        file = inspect.getsourcefile(cls)
    except TypeError:  # made at run time
        return None
    found = classes_of(file).get(cls.__qualname__) if file else None
    return (file, found) if file and found else None


def attributes(cls: type) -> dict[str, tuple[str, int]]:
    """The place of each attribute that a class or one before it in its order states."""
    found: dict[str, tuple[str, int]] = {}
    for one in cls.__mro__:
        stated = definition(one)
        for name, line in lines(stated[1]) if stated else ():
            found.setdefault(name, (stated[0] if stated else "", line))
    return found


def lines(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    """The names that the body of a class gives, with their lines."""
    for one in node.body:
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            yield one.target.id, one.lineno
        elif isinstance(one, ast.Assign):
            for target in one.targets:
                if isinstance(target, ast.Name):
                    yield target.id, one.lineno
        elif isinstance(one, ast.FunctionDef):
            yield one.name, one.lineno


def called(node: ast.Call) -> str:
    """The last name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def words(nodes: list[ast.expr]) -> list[str]:
    """The texts among arguments, those of a list too."""
    found: list[str] = []
    for one in nodes:
        if isinstance(one, ast.List | ast.Tuple):
            found += words(one.elts)
        elif isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.append(one.value)
    return found


def parts(node: ast.AST, table: tuple[str, str], file: str, names: dict[str, str]) -> Iterator[Any]:
    """The constraints and indexes that a text states. `names`: columns by attribute."""
    for one in ast.walk(node):
        if not isinstance(one, ast.Call):
            continue
        said = called(one)
        given = {key.arg: key.value for key in one.keywords if key.arg}
        named = words([given["name"]]) if "name" in given else []
        if said == "Index" and one.args:  # the first argument of SQLAlchemy's is the name
            named = named or words(one.args[:1])
        if named and (said.endswith(("Constraint", "Index")) or said == "ForeignKey"):
            yield mark("named", table, named[0], file, one.lineno)
        if said in _OVER:
            over = one.args[:1] if said == "ForeignKeyConstraint" else one.args
            columns = words([*over, *([given["fields"]] if "fields" in given else [])])
            if columns:
                kind = "foreign" if said == "ForeignKeyConstraint" else "over"
                yield mark(kind, table, "", file, one.lineno, tuple(names.get(name, name) for name in columns))


def class_marks(cls: type, table: tuple[str, str], columns: dict[str, str]) -> Iterator[Any]:
    """The marks of a class. `columns`: by attribute."""
    stated = definition(cls)
    if stated is None:
        return
    file, node = stated
    yield mark("table", table, table[1], file, node.lineno)
    places = attributes(cls)
    for attribute, column in columns.items():
        if attribute in places:
            yield mark("column", table, column, *places[attribute])
    for one in cls.__mro__:
        inherited = definition(one)
        if inherited is not None:
            yield from parts(inherited[1], table, inherited[0], columns)


# --- SQLAlchemy -----------------------------------------------------------------------------------------------------


def sqlalchemy_marks(metadata: Any, files: list[str]) -> list[Any]:
    """The marks of all tables of a MetaData. `files`: those of the project's modules."""
    found: list[Any] = enum_marks(metadata)
    for mapper in mappers():
        table = mapper.local_table
        if getattr(table, "metadata", None) is not metadata or not hasattr(table, "schema"):
            continue
        columns = {prop.key: prop.columns[0].name for prop in mapper.column_attrs if prop.columns[0].table is table}
        found += class_marks(mapper.class_, (table.schema or "public", table.name), columns)
    rest = {table.name: table for table in metadata.tables.values()}
    for file in files:
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and called(node) == "Table" and words(node.args[:1]):
                table = rest.get(words(node.args[:1])[0])
                if table is not None:
                    found += table_marks(node, (table.schema or "public", table.name), file)
        found += type_marks(tree_of(file), file)
    return found


def mappers() -> list[Any]:
    """Every mapper of every registry, base classes first."""
    from sqlalchemy.orm import mapperlib

    known: Any = mapperlib
    groups = [one.mappers for one in known._all_registries()]
    return [one for group in groups for one in sorted(group, key=lambda mapper: len(mapper.class_.__mro__))]


def table_marks(node: ast.Call, table: tuple[str, str], file: str) -> Iterator[Any]:
    """The marks of a `Table(...)`."""
    yield mark("table", table, table[1], file, node.lineno)
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and called(one) == "Column" and words(one.args[:1]):
            yield mark("column", table, words(one.args[:1])[0], file, one.lineno)
    yield from parts(node, table, file, {})


def type_marks(tree: ast.Module, file: str) -> Iterator[Any]:
    """Types that a module states with a name of their own."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and called(one) in ("Enum", "ENUM", "DOMAIN"):
            given = {key.arg: key.value for key in one.keywords if key.arg}
            named = words([given["name"]]) if "name" in given else words(one.args[:1])
            schema = words([given["schema"]]) if "schema" in given else []
            if named:
                yield mark("type", (schema[0] if schema else "public", ""), named[0], file, one.lineno)


def enum_marks(metadata: Any) -> list[Any]:
    """Enumerations that a class of Python gives their name to."""
    found: list[Any] = []
    for table in metadata.tables.values():
        for column in table.columns:
            kind = getattr(column.type, "item_type", column.type)
            cls, name = getattr(kind, "enum_class", None), getattr(kind, "name", None)
            stated = definition(cls) if isinstance(cls, type) else None
            if stated is not None and name:
                found.append(mark("type", (kind.schema or "public", ""), name, stated[0], stated[1].lineno))
    return found


# --- Tortoise -------------------------------------------------------------------------------------------------------


def tortoise_marks(models: list[Any]) -> list[Any]:
    """The marks of all models."""
    found: list[Any] = []
    for model in models:
        meta = model._meta
        table = (getattr(meta, "schema", None) or "public", meta.db_table)
        columns = dict(meta.fields_db_projection)
        for name in meta.fk_fields | meta.o2o_fields:  # the column stands where its relation is stated
            source = meta.fields_map[name].source_field
            if source:
                columns[name] = columns.get(source, source)
        found += class_marks(model, table, columns)
        places = attributes(model)
        for name in meta.m2m_fields:
            through = getattr(meta.fields_map[name], "through", None)
            if through and name in places:
                found.append(mark("table", (table[0], through), through, *places[name]))
    return found
