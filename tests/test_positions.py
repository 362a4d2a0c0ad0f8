"""Where scripts write their objects down, and the comments that silence rules there."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conftest import Database
from dbarchitect.engines.postgres.load import load
from dbarchitect.model.names import ObjectKind, ObjectRef
from dbarchitect.sql.ignores import Ignore, Misspelt, read_ignores
from dbarchitect.sql.positions import make_object_name, positions
from dbarchitect.sql.script import split_script


def ref(kind: ObjectKind, name: str = "", sub: str = "", schema: str = "public") -> ObjectRef:
    return ObjectRef(kind=kind, schema=schema, name=name, sub=sub)


def line(text: str, at: ObjectRef) -> int | None:
    found = positions(split_script(text, "a.sql")).exact(at)
    return found.line if found else None


SCRIPT = """CREATE TABLE parent (
    id serial PRIMARY KEY,
    code text UNIQUE,
    CHECK (id > 0),
    CHECK (length(code) > id)
);
CREATE TABLE child (
    id bigint GENERATED ALWAYS AS IDENTITY,
    parent_id int NOT NULL
        REFERENCES parent (id),
    other int CHECK (other > 0) CHECK (other < 9),
    span int4range,
    CONSTRAINT named UNIQUE (parent_id, other),
    UNIQUE (other, parent_id) INCLUDE (id),
    EXCLUDE USING gist (span WITH &&)
);
CREATE INDEX ON child (lower(span), parent_id);
CREATE INDEX ON child (lower(span), parent_id);
CREATE INDEX ON child ((other + 1), (other + 2)) INCLUDE (id);
ALTER TABLE child
    ADD COLUMN added text NOT NULL,
    ADD CONSTRAINT pk PRIMARY KEY (id),
    ADD FOREIGN KEY (other) REFERENCES parent;
CREATE TYPE mood AS ENUM ('a');
CREATE VIEW v AS SELECT 1 AS one;
CREATE FUNCTION f(a int, b varchar(5)[], OUT c timestamptz) LANGUAGE sql AS 'SELECT now()';
CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER tr BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION tf();
CREATE SEQUENCE seq;
CREATE TABLE a_table_with_a_name_that_is_long (a_column_with_a_name_that_is_long_as_well int UNIQUE);
CREATE SCHEMA s2 CREATE TABLE inner_table (a int);
SET search_path = s2, public;
CREATE TABLE unqualified (a int);
"""

_CATALOGUE = """
SELECT 'table', n.nspname, c.relname::text, ''::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'r'
UNION ALL SELECT 'column', n.nspname, c.relname, attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND attnum > 0
UNION ALL SELECT 'constraint', n.nspname, c.relname, conname FROM pg_constraint JOIN pg_class c ON c.oid = conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL SELECT 'index', n.nspname, t.relname, c.relname FROM pg_index JOIN pg_class c ON c.oid = indexrelid
    JOIN pg_class t ON t.oid = indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL SELECT 'sequence', n.nspname, relname, '' FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'S'
UNION ALL SELECT 'view', n.nspname, relname, '' FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind = 'v'
UNION ALL SELECT 'trigger', n.nspname, relname, tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
    JOIN pg_namespace n ON n.oid = relnamespace WHERE NOT tgisinternal
UNION ALL SELECT 'function', n.nspname, proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', ''
    FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
UNION ALL SELECT 'type', n.nspname, typname, '' FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
    WHERE typtype = 'e'
"""


def test_every_object_of_the_catalogue_has_its_place(database: Callable[..., Database]):
    statements = split_script(SCRIPT, "a.sql")
    home = database()
    load(home.server, home.name, statements)
    rows = home.connection.execute(
        f"SELECT * FROM ({_CATALOGUE}) x(kind, schema, name, sub) WHERE schema IN ('public', 's2')".encode()
    ).fetchall()
    found = positions(statements)
    missing = [
        row for row in rows if found.exact(ObjectRef(kind=row[0], schema=row[1], name=row[2], sub=row[3])) is None
    ]
    assert missing == []
    assert len(rows) >= 50


def test_places_of_unnamed_things():
    assert line(SCRIPT, ref("constraint", "parent", "parent_pkey")) == 2
    assert line(SCRIPT, ref("constraint", "parent", "parent_code_key")) == 3
    assert line(SCRIPT, ref("index", "parent", "parent_code_key")) == 3
    assert line(SCRIPT, ref("constraint", "parent", "parent_check")) == 5
    assert line(SCRIPT, ref("constraint", "child", "child_parent_id_fkey")) == 10
    assert line(SCRIPT, ref("column", "child", "parent_id")) == 9
    assert line(SCRIPT, ref("index", "child", "child_lower_parent_id_idx1")) == 18
    assert line(SCRIPT, ref("constraint", "child", "child_other_fkey")) == 23
    assert line(SCRIPT, ref("table", "unqualified", schema="s2")) == 33


def test_long_names_are_cut_as_postgresql_does():
    assert make_object_name("t" * 40, "c" * 40, "fkey") == f"{'t' * 29}_{'c' * 28}_fkey"
    assert make_object_name("t" * 80, "", "pkey") == f"{'t' * 58}_pkey"


def test_renames_and_drops_are_followed():
    text = """CREATE TABLE a (x int, y int UNIQUE);
CREATE INDEX i ON a (x);
ALTER TABLE a RENAME COLUMN x TO z;
ALTER TABLE a RENAME TO b;
ALTER INDEX i RENAME TO j;
ALTER TABLE b DROP COLUMN y;
CREATE TABLE gone (q int);
DROP TABLE gone;
CREATE TABLE gone (q int);
ALTER TABLE b SET SCHEMA other;
"""
    assert line(text, ref("column", "b", "z", schema="other")) == 1
    assert line(text, ref("index", "b", "j", schema="other")) == 2
    assert line(text, ref("column", "b", "y", schema="other")) is None
    assert line(text, ref("table", "a")) is None
    assert line(text, ref("table", "gone")) == 9


def test_finding_a_place_for_what_has_none_of_its_own():
    found = positions(
        split_script("CREATE TABLE t (a int);\nCREATE FUNCTION f(x int) RETURNS int AS '' LANGUAGE sql;", "a.sql")
    )
    for asked, expected in (
        (ref("constraint", "t", "made_elsewhere"), 1),
        (ref("function", "f(pg_catalog.int4)"), 2),
    ):
        place = found.find(asked)
        assert place is not None
        assert place.line == expected
    assert found.find(ref("table", "unknown")) is None


def test_set_config_of_a_dump_leaves_names_as_they_are():
    text = (
        "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE TABLE x.t (a int);\nCREATE INDEX i ON x.t (a);"
    )
    assert line(text, ref("index", "t", "i", schema="x")) == 3


RULES = {"no-primary-key", "nullable-fk", "int4-key"}


def ignores(text: str) -> tuple[tuple[Ignore, ...], tuple[Misspelt, ...]]:
    statements = split_script(text, "a.sql")
    return read_ignores(text, "a.sql", statements, positions(statements), RULES)


def test_above_a_table_covers_all_of_it():
    (one,), wrong = ignores(
        "-- dba: ignore no-primary-key, int4-key a log\nCREATE TABLE log (a int);\nCREATE TABLE t (a int);"
    )
    assert wrong == ()
    assert one.reason == "a log"
    assert one.covers("no-primary-key", ref("table", "log"))
    assert one.covers("int4-key", ref("index", "log", "made_later"))
    assert not one.covers("nullable-fk", ref("table", "log"))
    assert not one.covers("int4-key", ref("table", "t"))


def test_on_a_column_covers_what_that_line_writes():
    text = """CREATE TABLE t (
    a int PRIMARY KEY, -- dba: ignore int4-key small
    -- dba: ignore nullable-fk optional parent
    b int
        REFERENCES p (id),
    c int /* dba: ignore int4-key also small */
);"""
    (first, second, third), wrong = ignores(text)
    assert wrong == ()
    assert first.covers("int4-key", ref("column", "t", "a"))
    assert first.covers("int4-key", ref("constraint", "t", "t_pkey"))
    assert not first.covers("int4-key", ref("table", "t"))
    assert second.covers("nullable-fk", ref("column", "t", "b"))
    assert not second.covers("nullable-fk", ref("column", "t", "c"))
    assert third.covers("int4-key", ref("column", "t", "c"))


def test_at_the_end_of_a_statement_and_above_an_index():
    text = """CREATE TABLE a (x int); CREATE TABLE b (x int); -- dba: ignore no-primary-key scratch
-- dba: ignore int4-key why not
CREATE INDEX i ON a (x);"""
    (first, second), wrong = ignores(text)
    assert wrong == ()
    assert first.covers("no-primary-key", ref("table", "b"))
    assert not first.covers("no-primary-key", ref("table", "a"))
    assert second.covers("int4-key", ref("index", "a", "i"))
    assert not second.covers("int4-key", ref("table", "a"))


def test_a_whole_file():
    (one,), _ = ignores("/* dba: ignore-file int4-key generated code */\nCREATE TABLE t (a int);")
    assert one.covers("int4-key", ref("column", "elsewhere", "x"))


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("-- dba: ignore int4-key", "without a reason"),
        ("-- dba: ignore int4-kee why", "unknown rule 'int4-kee'"),
        ("-- dba: ignore", "without a rule"),
        ("-- dba: ignroe int4-key why", "is not known"),
    ],
)
def test_wrong_comments_are_named(comment: str, message: str):
    found, (one,) = ignores(f"SELECT 1;\n{comment}\nCREATE TABLE t (a int);")
    assert found == ()
    assert message in one.message
    assert (one.position.line, one.position.column) == (2, 1)


def test_comments_inside_strings_and_bodies_are_none():
    text = "CREATE TABLE t (a text DEFAULT '-- dba: ignore x');\nDO $$ -- dba: ignore y\n$$;\n"
    text += "COPY t FROM stdin;\n-- dba: ignore z\n\\.\n"
    assert ignores(text) == ((), ())
