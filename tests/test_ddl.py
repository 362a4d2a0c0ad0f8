"""DDL: a schema that was inspected, printed and run in an empty database is the same schema again."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import create_index_sql, ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.model.change import (
    AddColumn,
    AddConstraint,
    AddIndex,
    AddTable,
    AlterColumn,
    Change,
    Create,
    DropIndex,
    Reindex,
    ValidateConstraint,
)
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import (
    BaseType,
    Check,
    Column,
    ForeignKey,
    Generated,
    IdentityOptions,
    Index,
    IndexKey,
    NotNull,
    PrimaryKey,
    Relational,
    Table,
    Type,
    Unique,
)
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


def apply(
    connection: psycopg.Connection, changes: Sequence[Change], version: int, *, gone_is_dropped: bool = False
) -> None:
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
                if gone_is_dropped and isinstance(err, psycopg.errors.UndefinedObject | psycopg.errors.UndefinedTable):
                    continue
                errors.append(f"{err}: {change}")
                postponed.append(change)
        if len(postponed) == len(waiting):
            raise AssertionError("\n".join(errors))
        waiting = postponed


def whole(schema: Relational) -> list[Change]:
    changes: list[Change] = [Create(object=t) for t in schema.types if not isinstance(t, BaseType)]
    changes += [Create(object=f) for f in schema.functions]
    last: list[Change] = []
    for table in schema.tables:
        foreign = [c for c in table.constraints if isinstance(c, ForeignKey) and not c.inherited]
        others = tuple(c for c in table.constraints if not isinstance(c, ForeignKey))
        changes.append(AddTable(table=replace(table, constraints=others)))
        last += [AddConstraint(table=table.name, constraint=c) for c in foreign]
        last += [AddIndex(index=i) for i in table.indexes if i.constraint is None and i.parent is None]
        last += [Create(object=t, on=table.name) for t in table.triggers if not t.inherited]
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


def test_what_was_added_can_be_dropped_again(home: Server, source: Relational) -> None:
    with empty_database(home) as connection:
        for statement in surroundings(source):
            connection.execute(statement)
        changes = whole(source)
        apply(connection, changes, source.version)
        back = [change.reverse() for change in reversed(changes)]
        # Partitions, their clones and their keys go with what they belong to.
        apply(connection, [change for change in back if change is not None], source.version, gone_is_dropped=True)
        left = inspect(connection, facts=False)
    assert (left.tables, left.types, left.functions) == ((), (), ())


TEXT = Type(sql="text", name="text", base="text", category="S")
INTEGER = Type(sql="integer", name="int4", base="int4", category="N", length=4)
NUMERIC = Type(sql="numeric(10,2)", name="numeric", base="numeric", modifier=655366, category="N")
C = Name(schema="pg_catalog", name="C")
SEQUENCE = Name(schema="public", name="t_x_seq")


def column(type_: Type, **fields: Any) -> Column:
    return Column(name="x", position=2, type=type_, **fields)


@pytest.mark.parametrize(
    ("before", "after", "using", "oldest"),
    [
        (column(TEXT), column(INTEGER), "x::integer", 12),
        (column(TEXT, default="'1'::text"), column(INTEGER, default="7"), "x::integer", 12),
        (column(INTEGER, default="1"), column(INTEGER), "", 12),
        (column(INTEGER), column(INTEGER, not_null=True, default="5"), "", 12),
        (column(TEXT), column(TEXT, collation=C), "", 12),
        (column(TEXT), column(TEXT, storage="EXTERNAL"), "", 12),
        (column(NUMERIC), column(NUMERIC, storage="EXTENDED"), "", 12),
        (column(TEXT), column(TEXT, compression="pglz"), "", 14),
        (column(INTEGER), column(INTEGER, statistics_target=17), "", 12),
        (column(INTEGER, options={"n_distinct": "5"}), column(INTEGER, options={"n_distinct_inherited": "6"}), "", 12),
        (column(INTEGER), column(INTEGER, comment="It's"), "", 12),
        (
            column(INTEGER, not_null=True, default="1"),
            column(INTEGER, not_null=True, identity=IdentityOptions(always=True, sequence=SEQUENCE, start=9, cache=1)),
            "",
            12,
        ),
        (
            column(INTEGER, not_null=True, identity=IdentityOptions(always=True, sequence=SEQUENCE, start=9, cache=1)),
            column(
                INTEGER,
                not_null=True,
                identity=IdentityOptions(
                    always=False, sequence=SEQUENCE, increment=2, minimum=-4, maximum=99, cache=3, cycle=True
                ),
            ),
            "",
            12,
        ),
        (column(INTEGER, generated=Generated(expression="(id * 2)")), column(INTEGER), "", 12),
        (
            column(INTEGER, generated=Generated(expression="(id * 2)")),
            column(INTEGER, generated=Generated(expression="(id * 3)")),
            "",
            12,
        ),
        (
            column(INTEGER, generated=Generated(expression="(id * 2)")),
            column(INTEGER, generated=Generated(expression="(id * 2)", stored=False)),
            "",
            18,
        ),
        (
            column(INTEGER, generated=Generated(expression="(id * 2)", stored=False)),
            column(INTEGER, not_null=True),
            "",
            18,
        ),
    ],
)
def test_altering_a_column_and_back(home: Server, before: Column, after: Column, using: str, oldest: int) -> None:
    major = home.binaries.major
    if major < oldest:
        return  # that version has no such feature: nothing to print
    with empty_database(home) as connection:
        version = major * 10000
        identity = Column(name="id", position=1, type=INTEGER)
        made = Table(name=Name(schema="public", name="t"), columns=(identity, before))
        apply(connection, [AddTable(table=made)], version)
        written = "" if before.generated or (before.identity and before.identity.always) else "2"
        connection.execute(f"INSERT INTO t VALUES (1{', ' if written else ''}{written})")
        change = AlterColumn(table=made.name, before=before, after=after, using=using)
        apply(connection, [change], version)
        assert only_column(connection) == replace(after, position=only_column(connection).position)
        if before.generated is not None and after.generated is None:
            assert connection.execute("SELECT x FROM t").fetchall() == [(2,)]
        back = change.reverse()
        assert back is not None
        apply(connection, [back], version)
        assert only_column(connection) == replace(before, position=only_column(connection).position)


def only_column(connection: psycopg.Connection) -> Column:
    found = inspect(connection, facts=False).tables[0].column("x")
    assert found is not None
    return found


def test_a_rename_comes_first() -> None:
    name = Name(schema="public", name="t")
    after = replace(column(INTEGER, not_null=True), name="new name")
    assert ddl(AlterColumn(table=name, before=column(INTEGER), after=after), version=180000) == (
        'ALTER TABLE public.t RENAME COLUMN x TO "new name"',
        'ALTER TABLE public.t ALTER COLUMN "new name" SET NOT NULL',
    )


def test_columns_and_constraints_one_by_one(home: Server) -> None:
    """Constraints and indexes that were made by hand, without the server's definition, print and validate."""
    version = home.binaries.major * 10000
    t, u = Name(schema="public", name="t"), Name(schema="public", name="u")
    ident = Column(name="id", position=1, type=INTEGER, not_null=True)
    key = PrimaryKey(name="t_pkey", columns=("id",))
    late = ForeignKey(
        name="u_t", columns=("x",), target=t, target_columns=("id",), on_delete="CASCADE", validated=False
    )
    check = Check(name="positive", expression="x > 0", validated=False)
    unique = Unique(name="once", columns=("x", "id"), include=("note",))
    added = Column(name="note", position=3, type=TEXT, collation=C, default="'none'", statistics_target=5, comment="N")
    index = Index(
        name=Name(schema="public", name="by_note"),
        table=u,
        keys=(IndexKey(expression="lower(note)"), IndexKey(expression="x + 1", descending=True, nulls_first=True)),
        include=("id",),
        predicate="x > 5",
        comment="I",
    )
    changes: list[Change] = [
        AddTable(table=Table(name=t, columns=(ident,), constraints=(key,))),
        AddTable(table=Table(name=u, columns=(ident, column(INTEGER)))),
        AddColumn(table=u, column=added),
        AddConstraint(table=u, constraint=late),
        AddConstraint(table=u, constraint=check),
        AddConstraint(table=u, constraint=unique),
        AddConstraint(table=u, constraint=NotNull(name="x_there", columns=("x",))),
        ValidateConstraint(table=u, constraint=late),
        AddIndex(index=index),
        Reindex(index=index),
    ]
    with empty_database(home) as connection:
        apply(connection, changes, version)
        _, found = inspect(connection, facts=False).tables
        by_name = {c.name: c for c in found.constraints}
        assert by_name["u_t"].validated
        assert not by_name["positive"].validated
        assert isinstance(by_name["once"], Unique)
        assert by_name["once"].include == ("note",)
        assert [c.not_null for c in found.columns] == [True, True, False]
        assert ("x_there" in by_name) == (version >= 180000)
        assert found.columns[2] == replace(added, default="'none'::text")
        made = next(i for i in found.indexes if i.name == index.name)
        assert [k.text for k in made.keys] == ["lower(note)", "(x + 1)"]
        assert (made.predicate, made.include, made.comment) == ("(x > 5)", ("id",), "I")
        back = [change.reverse() for change in reversed(changes)]
        apply(connection, [change for change in back if change is not None], version)
        assert inspect(connection, facts=False).tables == ()


def test_indexes_without_blocking_writers(server: Server) -> None:
    table = Name(schema="public", name="t")
    index = Index(name=Name(schema="public", name="i"), table=table, keys=(IndexKey(column="x"),))
    with empty_database(server) as connection:
        connection.execute("CREATE TABLE t (x integer)")
        changes: list[Change] = [
            AddIndex(index=index, concurrently=True),
            Reindex(index=index, concurrently=True),
            DropIndex(index=index, concurrently=True),
        ]
        for change in changes:
            (statement,) = ddl(change, version=180000)
            assert "CONCURRENTLY" in statement
            connection.execute(statement)
        assert inspect(connection, facts=False).tables[0].indexes == ()


def test_what_comes_with_its_constraint() -> None:
    table = Name(schema="public", name="t")
    index = Index(name=Name(schema="public", name="i"), table=table, keys=(IndexKey(column="x"),), constraint="c")
    assert ddl(DropIndex(index=index), version=180000) == ("ALTER TABLE public.t DROP CONSTRAINT c",)
    with pytest.raises(ValueError, match="add the constraint"):
        ddl(AddIndex(index=index), version=180000)


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("lower(a)", "lower(a)"),
        ("a + b", "(a + b)"),
        ("(a + b)", "(a + b)"),
        ("(a) + (b)", "((a) + (b))"),
        ("f(a) || g(b)", "(f(a) || g(b))"),
        ("shop.net(a, ')')", "shop.net(a, ')')"),
        ("data ->> 'x'", "(data ->> 'x')"),
        ("(data ->> '(')", "(data ->> '(')"),
        ("a::text", "(a::text)"),
        ("tags[1]", "(tags[1])"),
    ],
)
def test_parentheses_of_an_expression_key(expression: str, printed: str) -> None:
    index = Index(
        name=Name(schema="", name=""),
        table=Name(schema="public", name="t"),
        method="gin",
        keys=(
            IndexKey(expression=expression, opclass=Name(schema="public", name="gin_trgm_ops"), opclass_default=False),
        ),
    )
    assert create_index_sql(index) == f"CREATE INDEX ON public.t USING gin ({printed} public.gin_trgm_ops)"


def test_a_type_in_c_is_refused() -> None:
    with pytest.raises(ValueError, match="in C"):
        ddl(Create(object=BaseType(name=Name(schema="public", name="vector"))), version=180000)
