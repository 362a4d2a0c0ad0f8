"""DDL: a schema that was inspected, printed and run in an empty database is the same schema again."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.model.change import AddConstraint, AddFunction, AddIndex, AddTable, AddTrigger, AddType, Change
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.schema import BaseType, ForeignKey, Relational, Table
from dbarchitect.model.value import to_json
from everything import MAJORS, empty_database, everything


@pytest.fixture(scope="module", params=MAJORS)
def home(request: pytest.FixtureRequest, server: Server, old_server: Callable[[int], Server]) -> Server:
    return server if request.param == 18 else old_server(request.param)


@pytest.fixture(scope="module")
def source(home: Server) -> Iterator[Relational]:
    with everything(home) as connection:
        yield inspect(connection, facts=False)


def surroundings(schema: Relational) -> list[str]:
    """What tables need and no `Change` makes."""
    statements = [f"CREATE SCHEMA {quote_identifier(s.name)}" for s in schema.schemas if s.name != "public"]
    statements += [f"CREATE COLLATION {c.name} (locale = {quote_literal(c.locale)})" for c in schema.collations]
    for s in schema.sequences:
        if not s.internal:
            statements.append(
                f"CREATE SEQUENCE {s.name} AS {s.type} START {s.start} INCREMENT {s.increment} MINVALUE {s.minimum} "
                f"MAXVALUE {s.maximum} CACHE {s.cache} {'CYCLE' if s.cycle else 'NO CYCLE'}"
            )
    statements += [
        "CREATE FOREIGN DATA WRAPPER nowhere",
        "CREATE SERVER far FOREIGN DATA WRAPPER nowhere",
        "CREATE ACCESS METHOD heap_again TYPE TABLE HANDLER heap_tableam_handler",
        "CREATE OPERATOR CLASS shop.own_ops FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, "
        "OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer)",
    ]
    return statements


def apply(connection: psycopg.Connection, changes: Sequence[Change], version: int) -> None:
    """Run changes in the first order that works: ordering them is another room's task."""
    waiting = list(changes)
    connection.execute("SET check_function_bodies = off")
    while waiting:
        postponed: list[Change] = []
        errors: list[str] = []
        for change in waiting:
            try:
                with connection.transaction():
                    for statement in ddl(change, version=version):
                        connection.execute(statement)
            except psycopg.Error as err:
                errors.append(f"{err}: {change}")
                postponed.append(change)
        if len(postponed) == len(waiting):
            raise AssertionError("\n".join(errors))
        waiting = postponed


def whole(schema: Relational) -> list[Change]:
    changes: list[Change] = [AddType(type=t) for t in schema.types if not isinstance(t, BaseType)]
    changes += [AddFunction(function=f) for f in schema.functions]
    last: list[Change] = []
    for table in schema.tables:
        foreign = [c for c in table.constraints if isinstance(c, ForeignKey) and not c.inherited]
        others = tuple(c for c in table.constraints if not isinstance(c, ForeignKey))
        changes.append(AddTable(table=replace(table, constraints=others)))
        last += [AddConstraint(table=table.name, constraint=c) for c in foreign]
        last += [AddIndex(index=i) for i in table.indexes if i.constraint is None and i.parent is None]
        last += [AddTrigger(table=table.name, trigger=t) for t in table.triggers if not t.inherited]
    return changes + last


def printable(table: Table) -> Table:
    """A table without what its DDL leaves to others: owner, privileges, rules and policies."""
    return replace(table, owner="", grants=(), rules=(), policies=())


def difference(before: Sequence[object], after: Sequence[object]) -> str:
    """The lines of JSON that differ: whole schemas are too long to be read in a failed assertion."""
    texts = [
        b"\n".join(to_json(value, indent=1) for value in values).decode().splitlines() for values in (before, after)
    ]
    return "\n".join(difflib.unified_diff(*texts, "before", "after", lineterm="", n=12))


def test_the_printed_schema_is_the_schema(home: Server, source: Relational) -> None:
    with empty_database(home) as connection:
        for statement in surroundings(source):
            connection.execute(statement)
        apply(connection, whole(source), source.version)
        made = inspect(connection, facts=False)
    tables = [[printable(table) for table in schema.tables] for schema in (source, made)]
    types = [[replace(t, grants=()) for t in schema.types] for schema in (source, made)]
    functions = [[replace(f, grants=()) for f in schema.functions] for schema in (source, made)]
    sequences = [[replace(s, grants=()) for s in schema.sequences if s.internal] for schema in (source, made)]
    for before, after in (tables, types, functions, sequences):
        if before != after:
            pytest.fail(difference(before, after))
