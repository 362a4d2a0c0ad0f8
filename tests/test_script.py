"""Splitting scripts: places, psql's own language, and one clear line for what is not SQL."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dbarchitect.errors import InputError
from dbarchitect.sql import parse
from dbarchitect.sql.script import Statement, command_tag, decode_script, split_script


def split(text: str) -> tuple[Statement, ...]:
    return split_script(text, "a.sql")


def places(text: str) -> list[tuple[str, int, int]]:
    return [(s.sql, s.position.line, s.position.column) for s in split(text)]


def test_places_are_those_of_the_first_token():
    text = "-- head\nSELECT 1; /* c */ SELECT\n 2;\n\n  SELECT 'é;', 3; SELECT 4"
    assert places(text) == [
        ("SELECT 1", 2, 1),
        ("SELECT\n 2", 2, 19),
        ("SELECT 'é;', 3", 5, 3),
        ("SELECT 4", 5, 19),
    ]


def test_semicolons_inside_do_not_split():
    text = """CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END;
CREATE FUNCTION g() RETURNS void LANGUAGE plpgsql AS $b$ BEGIN PERFORM 1; END; $b$;
CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b);
SELECT E'it\\'s;', "a;b", $$;$$ /* ; /* nested ; */ ; */;"""
    assert [s.kind for s in split(text)] == ["CREATE FUNCTION", "CREATE FUNCTION", "CREATE RULE", "SELECT"]


def test_crlf_and_places_within_a_statement():
    (one,) = split("CREATE TABLE t (\r\n  aé int,\r\n  b int\r\n);\r\n")
    offset = one.sql.encode().index(b"b int")
    assert (one.at(offset).line, one.at(offset).column) == (3, 3)
    assert one.last_line == 4


def test_a_dump_with_data_and_restrict():
    text = (
        "\\restrict abc\n\nSET x = 1;\nCOPY public.t (a, b) FROM stdin;\n1\tSELECT 'x\n\\\\.\t;\n\\.\n\n"
        "COPY u FROM stdin;\n\\.\nSELECT 2;\n\\unrestrict abc\n"
    )
    statements = split(text)
    assert [(s.kind, s.position.line, s.copy_data) for s in statements] == [
        ("SET", 3, None),
        ("COPY", 4, "1\tSELECT 'x\n\\\\.\t;\n"),
        ("COPY", 9, ""),
        ("SELECT", 11, None),
    ]


def test_meta_commands_end_statements_or_are_kept_by_name():
    text = "\\set x 1\n\\connect other\nSELECT 'CREATE DATABASE a' \\gexec\n"
    text += "SELECT 1 \\g\n\\copy t from 'f.csv' csv\nSELECT 2;"
    assert [(s.kind, s.sql) for s in split(text)] == [
        ("META", "\\connect other"),
        ("SELECT", "SELECT 'CREATE DATABASE a'"),
        ("META", "\\gexec"),
        ("SELECT", "SELECT 1"),
        ("META", "\\copy t from 'f.csv' csv"),
        ("SELECT", "SELECT 2"),
    ]


def test_branches_of_if():
    text = "\\set on true\n\\if :on\nSELECT 1;\n\\else\nSELECT 2;\n\\endif\n"
    text += "\\if false\nnot sql;\n\\elif :{?on}\nSELECT 3;\n\\endif\n"
    assert [s.sql for s in split(text)] == ["SELECT 1", "SELECT 3"]
    assert [s.position.line for s in split(text)] == [3, 10]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("SELECT 1;\nSELECT é FORM t WHERE;", 'a.sql:2:15: syntax error at or near "t"', "correct the statement"),
        ("SELECT 1;\n  CREATE TABLE t (a int", "a.sql:2:23: syntax error at end of input", "correct the statement"),
        ("SELECT 1;\nSELECT 'abc", "a.sql:2:8: unterminated quoted string", "correct"),
        ("COPY t FROM stdin;\n1\t'\n\\.\nSELEC 1;", 'a.sql:4:1: syntax error at or near "SELEC"', "correct"),
        ("SELECT * FROM t WHERE a = :id;", "a.sql:1:27: syntax error", "psql variables"),
        ("CREATE TABLE t (a int {{ x }});", 'a.sql:1:23: syntax error at or near "{"', "template"),
        ("CREATE TABLE `t` (a int);", "a.sql:1:14: syntax error", "MySQL"),
        ("CREATE TABLE t (a int PRIMARY KEY AUTOINCREMENT);", "a.sql:1:35: syntax error", "SQLite"),
        ("SELECT 1;\n\\i other.sql\n", "a.sql:2:1: \\i other.sql: included files are not followed", "join the files"),
        ("\\if :what\nSELECT 1;\n\\endif", "a.sql:1:1: \\if :what", "keep the branch"),
        ("SELECT 1;\n\\endif", "a.sql:2:1: \\endif without \\if", "remove it"),
        ("import os\nprint(1)\n", "a.sql is not an SQL script", "give a .sql script"),
        ("", "a.sql is empty", "give a script"),
        ("-- nothing\n/* here */\n;", "a.sql has no SQL statement, only comments", "give a script"),
        ("SELECT 1\0;", "a.sql is a binary file", ".sql"),
    ],
)
def test_wrong_input_has_one_clear_line(text: str, message: str, hint: str):
    with pytest.raises(InputError) as caught:
        split(text)
    assert caught.value.message.startswith(message)
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message


def test_an_empty_migration_is_allowed_where_the_caller_says_so():
    assert split_script("-- nothing yet\n", "1.sql", allow_empty=True) == ()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfSELECT 1", "SELECT 1"),
        ("SELECT 'é'".encode("utf-16"), "SELECT 'é'"),
        (
            "SET client_encoding = 'LATIN1';\nSELECT 'é'".encode("latin-1"),
            "SET client_encoding = 'LATIN1';\nSELECT 'é'",
        ),
    ],
)
def test_encodings(data: bytes, text: str):
    assert decode_script(data, "a.sql") == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PGDMP\x01", "a.sql is a pg_dump archive"),
        (b"\x1f\x8b\x08", "a.sql is compressed with gzip"),
        (b"\x7fELF\0\0", "a.sql is a binary file"),
        (b"SELECT 1;\nSELECT '\xe9'", "a.sql:2:9: byte 0xe9 is not UTF-8"),
        (b"\xff\xfeS", "a.sql begins like UTF-16"),
    ],
)
def test_files_that_are_no_text(data: bytes, message: str):
    with pytest.raises(InputError) as caught:
        decode_script(data, "a.sql")
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("sql", "tag"),
    [
        ("create or replace function f()", "CREATE FUNCTION"),
        ("CREATE UNLOGGED TABLE t ()", "CREATE TABLE"),
        ("CREATE /* x */ UNIQUE INDEX i", "CREATE INDEX"),
        ("CREATE MATERIALIZED VIEW v", "CREATE MATERIALIZED VIEW"),
        ("CREATE CONSTRAINT TRIGGER t", "CREATE TRIGGER"),
        ("create event trigger e", "CREATE EVENT TRIGGER"),
        ("(SELECT 1)", "SELECT"),
        ("VALUES (1)", "SELECT"),
        ("with x as (select 1) select 1", "WITH"),
    ],
)
def test_command_tags(sql: str, tag: str):
    assert command_tag(sql) == tag


def test_a_long_chain_is_split_and_read():
    text = "SELECT " + " || ".join(["a"] * 300)
    assert len(split(text)) == 1
    assert [str(use.name) for use in parse.tables_of(text + " FROM t")] == ["t"]
    deep = "SELECT " + " || ".join(["a"] * 60_000) + " FROM t"
    with pytest.raises(InputError, match="nests too deeply"):
        parse.tables_of(deep)
    assert len(parse.fingerprint(deep)) == 16


_SCRIPT = """\\restrict x
CREATE TABLE "é" (id int DEFAULT 'a;b'::text, -- c
  b text); /* d */ COPY t FROM stdin;
1\\t2
\\.
DO $a$ BEGIN; END $a$; \\if true
SELECT E'\\''; \\else
SELECT 1 \\g
\\endif
CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END;
"""


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(_SCRIPT)), st.integers(0, len(_SCRIPT)), st.text("'\"$\\;-/*(é\n\x00\ud800", max_size=3))
def test_cuts_of_a_script_are_split_or_refused(start: int, end: int, inserted: str):
    text = _SCRIPT[:start] + inserted + _SCRIPT[end:]
    try:
        statements = split(text)
    except InputError as err:
        assert "a.sql" in err.message
    else:
        lines = text.split("\n")
        for one in statements:
            assert lines[one.position.line - 1][one.position.column - 1 :].startswith(one.sql.split("\n")[0][:1])


# --- questions about one statement ----------------------------------------------------------------------------------


def test_fingerprints_and_normal_forms():
    assert parse.fingerprint("SELECT * FROM t WHERE a = 1") == parse.fingerprint("select *  from t where a=2")
    assert parse.fingerprint("SELECT * FROM t WHERE a = 1") != parse.fingerprint("SELECT * FROM t WHERE b = 1")
    assert parse.normalize("SELECT * FROM t WHERE a = 'x' LIMIT 5") == "SELECT * FROM t WHERE a = $1 LIMIT $2"


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT 1", "select"),
        ("WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "delete"),
        ("INSERT INTO t SELECT 1", "insert"),
        ("MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE", "merge"),
        ("CREATE TABLE t ()", "utility"),
    ],
)
def test_statement_kinds(sql: str, kind: str):
    assert parse.statement_kind(sql) == kind


def test_tables_of_a_query():
    sql = "WITH c AS (SELECT * FROM s.a) UPDATE b SET x = 1 FROM c JOIN d USING (i) WHERE EXISTS (SELECT FROM b)"
    assert {(str(use.name), use.written) for use in parse.tables_of(sql)} == {("s.a", False), ("b", True), ("d", False)}


def test_conjuncts():
    assert parse.conjuncts("(a > 1) AND (b IS NOT NULL AND (c OR d))") == ("a > 1", "b IS NOT NULL", "c OR d")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("((deleted_at IS NULL))", "deleted_at is null", True),
        ("(status = 'x'::text)", "status = 'x'", True),
        ("a AND b AND c", "(c AND a) AND b", True),
        ("a = 1", "a = 2", False),
        ("a OR b", "a AND b", False),
        ("a IS NULL", "a IS NOT NULL", False),
    ],
)
def test_equivalent_predicates(first: str, second: str, same: bool):
    assert parse.equivalent(first, second) is same


@pytest.mark.parametrize(
    ("predicate", "implied"),
    [
        ("a IS NOT NULL", True),
        ("t.a IS NOT NULL AND b", True),
        ("a = 1", True),
        ("a IN (1, 2)", True),
        ("NOT (a = 1)", True),
        ("a > 0 OR a < -5", True),
        ("a::text = 'x'", True),
        ("a > 0 OR b", False),
        ("a IS NULL", False),
        ("a IS DISTINCT FROM 1", False),
        ("coalesce(a, 1) = 1", False),
        ("a || b = c", False),
    ],
)
def test_predicates_that_imply_a_value(predicate: str, implied: bool):
    assert parse.implies_not_null(predicate, "a") is implied


def test_a_wrong_expression_is_refused():
    with pytest.raises(InputError, match="is not one expression"):
        parse.conjuncts("a; DROP TABLE t")
    with pytest.raises(InputError, match=r"syntax error .* \(character 5\)"):
        parse.conjuncts("a = = 1")


def test_rows_of_copy_after_a_command_of_psql_are_no_statements():
    statements = split_script("\\set x 1\n-- rows\nCOPY t FROM stdin;\n1;\n\\.\nSELECT 1;\n", "f.sql")
    assert [(one.kind, one.copy_data) for one in statements] == [("COPY", "1;\n"), ("SELECT", None)]
