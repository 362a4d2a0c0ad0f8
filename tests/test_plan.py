"""Plans: what is asked, refused and kept, and which form a step has where."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import postgres_servers
from conftest import Database
from dbarchitect.api.diff import DiffOptions, LossError, Planned, migrate_diff
from dbarchitect.cli import run
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.migrate.compare import differences, schema_hash, steady
from dbarchitect.migrate.renames import Question
from dbarchitect.model.plan import Plan
from dbarchitect.model.schema import Relational
from dbarchitect.prove.arrive import UnansweredError, schema_of

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def planned(folder: Path, before: str, after: str, **options: Any) -> Plan:
    (folder / "before.sql").write_text(before)
    (folder / "after.sql").write_text(after)
    return between(str(folder / "before.sql"), str(folder / "after.sql"), **options).plan


def between(
    source: str, target: str, *, ask: Callable[[Question], str | None] | None = None, **options: Any
) -> Planned:
    return migrate_diff(source, target, DiffOptions(now=NOW, cache=postgres_servers.test_cache(), **options), ask=ask)


def statements(plan: Plan) -> str:
    return "\n".join(sql for step in plan.steps for sql in step.sql)


ONE = "CREATE TABLE t (id bigint PRIMARY KEY, note text);"


def test_nothing_to_do(tmp_path: Path) -> None:
    plan = planned(tmp_path, ONE, ONE)
    assert plan.steps == plan.down == ()
    assert plan.proof.level == "rehearsed"


def test_a_rename_that_only_a_person_can_tell_is_asked(tmp_path: Path) -> None:
    after = "CREATE TABLE t (id bigint PRIMARY KEY, remark text);"
    with pytest.raises(UnansweredError, match=r"is column t\.note now called t\.remark\?") as caught:
        planned(tmp_path, ONE, after)
    assert "--rename t.note=remark" in (caught.value.hint or "")
    asked: list[Question] = []

    def yes(question: Question) -> str | None:
        asked.append(question)
        return "remark"

    plan = planned(tmp_path, ONE, after, ask=yes)
    assert len(asked) == 1
    assert statements(plan) == "ALTER TABLE public.t RENAME COLUMN note TO remark"
    assert [step.sql for step in plan.down] == [("ALTER TABLE public.t RENAME COLUMN remark TO note",)]
    other = planned(tmp_path, ONE, after, ask=lambda _: "", allow_loss=True)
    assert "DROP COLUMN note" in statements(other)
    with pytest.raises(UnansweredError):
        planned(tmp_path, ONE, after, ask=lambda _: None)


def test_a_rename_with_evidence_is_not_asked(tmp_path: Path) -> None:
    before = "CREATE TABLE t (id bigint PRIMARY KEY, mail text CONSTRAINT mail_once UNIQUE);"
    after = "CREATE TABLE t (id bigint PRIMARY KEY, email text CONSTRAINT mail_once UNIQUE);"
    plan = planned(tmp_path, before, after)
    assert statements(plan) == "ALTER TABLE public.t RENAME COLUMN mail TO email"
    assert plan.renames == ("column t.mail is now email (same type, same keys or indexes)",)


def test_a_wrong_answer_names_what_there_is(tmp_path: Path) -> None:
    after = "CREATE TABLE t (id bigint PRIMARY KEY, remark text);"
    with pytest.raises(InputError, match=r"no new column remarks") as caught:
        planned(tmp_path, ONE, after, renames=("t.note=remarks",))
    assert "t.remark" in (caught.value.hint or "")
    with pytest.raises(InputError, match="not OLD=NEW"):
        planned(tmp_path, ONE, after, renames=("t.note",))


def test_loss_has_to_be_allowed_and_can_be_avoided(tmp_path: Path) -> None:
    after = "CREATE TABLE t (id bigint PRIMARY KEY);"
    with pytest.raises(LossError, match=r"the values of t\.note"):
        planned(tmp_path, ONE, after)
    lossy = planned(tmp_path, ONE, after, allow_loss=True)
    assert lossy.loses == ("the values of t.note",)
    assert lossy.remaining == lossy.loses
    kept = planned(tmp_path, ONE, after, keep=True)
    assert kept.loses == ()
    assert "RENAME COLUMN note TO dba_kept_note" in statements(kept)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (ONE, f"{ONE} CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);", "operator"),
        (
            "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);",
            "CREATE TABLE p (a int, b int) PARTITION BY RANGE (b);",
            "partition key",
        ),
        ("CREATE TABLE p (a int);", "CREATE TABLE p (a int) PARTITION BY RANGE (a);", "partitioned"),
        (
            "CREATE TABLE t (a point);",
            "CREATE TABLE t (a boolean);",
            "fails on a private copy: cannot cast type point to boolean",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(tmp_path: Path, before: str, after: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        planned(tmp_path, before, after)
    assert words in caught.value.message


def test_a_conversion_can_be_stated(tmp_path: Path) -> None:
    before, after = "CREATE TABLE t (a point);", "CREATE TABLE t (a boolean);"
    plan = planned(tmp_path, before, after, using={"t.a": "a[0] > 0"}, allow_loss=True)
    assert "USING a[0] > 0" in statements(plan)
    assert plan.down == ()
    assert "cannot cast type boolean to point" in plan.no_way_back


def test_rows_that_stand_in_the_way_stop_a_plan_with_data(tmp_path: Path) -> None:
    before = "CREATE TABLE t (a text); INSERT INTO t VALUES ('x');"
    with pytest.raises(InputError, match="invalid input syntax for type integer"):
        planned(tmp_path, before, "CREATE TABLE t (a integer);", data=True)
    assert planned(tmp_path, before, "CREATE TABLE t (a integer);").steps


WANTED = """
CREATE TABLE large (id bigint PRIMARY KEY, n int NOT NULL, c text CHECK (c <> ''), u int UNIQUE);
CREATE INDEX large_n ON large (n);
CREATE TABLE small (id bigint PRIMARY KEY, n int NOT NULL, p bigint REFERENCES large);
CREATE INDEX small_n ON small (n);
CREATE TABLE fresh (id bigint PRIMARY KEY, n bigint REFERENCES large);
CREATE INDEX fresh_n ON fresh (n);
"""


def two_sizes(on: Database) -> None:
    for statement in (
        "CREATE TABLE large (id bigint PRIMARY KEY, n int, c text, u int)",
        "CREATE TABLE small (id bigint PRIMARY KEY, n int, p bigint)",
        "INSERT INTO large SELECT i, i, repeat('x', 60), i FROM generate_series(1, 120000) i",
        "INSERT INTO small SELECT i, i FROM generate_series(1, 100) i",
        "ANALYZE",
    ):
        on.connection.execute(statement)


def wanted(folder: Path) -> str:
    path = folder / "wanted.sql"
    path.write_text(WANTED)
    return str(path)


def of_table(plan: Plan, table: str) -> str:
    return "\n".join(sql for step in plan.steps for sql in step.sql if f"public.{table}" in sql)


@pytest.mark.parametrize("major", [15, 18])
def test_forms_follow_version_and_size(
    tmp_path: Path,
    database: Callable[..., Database],
    server: Server,
    old_server: Callable[[int], Server],
    major: int,
) -> None:
    home = server if major == 18 else old_server(major)
    source = database(on=home)
    two_sizes(source)
    options = {} if major == 18 else {"pg_bin": home.binaries.bin}
    plan = between(source.url, wanted(tmp_path), **options).plan
    large, small = of_table(plan, "large"), of_table(plan, "small")
    assert "CREATE INDEX CONCURRENTLY large_n" in large
    assert "CREATE UNIQUE INDEX CONCURRENTLY large_u_key" in large
    assert "UNIQUE USING INDEX large_u_key" in large
    assert "CHECK ((c <> ''::text)) NOT VALID" in large
    assert "VALIDATE CONSTRAINT large_c_check" in large
    if major == 18:
        assert "ADD CONSTRAINT large_n_not_null NOT NULL n NOT VALID" in large
        assert "SET NOT NULL" not in large
    else:
        assert "ADD CONSTRAINT large_n_is_not_null CHECK (n IS NOT NULL) NOT VALID" in large
        assert "SET NOT NULL" in large
    assert "CONCURRENTLY" not in small
    assert "ALTER COLUMN n SET NOT NULL" in small
    assert "CONCURRENTLY" not in of_table(plan, "fresh")
    outside = [step for step in plan.steps if not step.transactional]
    assert {step.lock_timeout_ms for step in outside} == {0}
    assert all("large has " in step.why for step in outside)
    for step in plan.steps:  # nothing large is read or indexed under a lock that keeps others out
        for name in (*step.effects.scans, *step.effects.builds):
            lock = step.effects.locks[name]
            assert name != "public.large" or lock in ("SHARE UPDATE EXCLUSIVE", "ROW SHARE"), step


def test_unknown_sizes_count_as_large_unless_said(tmp_path: Path) -> None:
    after = f"{ONE} CREATE INDEX t_note ON t (note);"
    assert "CONCURRENTLY" in statements(planned(tmp_path, ONE, after))
    assert "CONCURRENTLY" not in statements(planned(tmp_path, ONE, after, small=True))


def test_owners_and_grants_count_where_the_wanted_schema_says_them(
    tmp_path: Path, database: Callable[..., Database], server: Server
) -> None:
    with server.connect() as admin:
        admin.execute("DO $$ BEGIN CREATE ROLE plan_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    source = database(ONE, "GRANT SELECT ON t TO plan_reader")
    silent = tmp_path / "silent.sql"
    silent.write_text(ONE)
    plan = between(source.url, str(silent)).plan
    assert plan.steps == ()
    assert plan.not_compared == ("owners and privileges: the wanted schema says nothing of them",)
    assert "REVOKE SELECT ON TABLE public.t FROM plan_reader" in statements(
        between(source.url, str(silent), privileges=True).plan
    )
    speaking = tmp_path / "speaking.sql"
    speaking.write_text(f"{ONE} GRANT INSERT ON t TO plan_reader;")
    plan = between(source.url, str(speaking)).plan
    assert statements(plan) == (
        "REVOKE SELECT ON TABLE public.t FROM plan_reader\nGRANT INSERT ON TABLE public.t TO plan_reader"
    )


def test_expressions_printed_twice_are_the_same(database: Callable[..., Database], server: Server) -> None:
    """`IN` over a varchar is printed otherwise once it was printed and read again."""
    written = database("CREATE TABLE t (s varchar CONSTRAINT c CHECK (s IN ('a', 'b')))")
    row = written.connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"
    ).fetchone()
    assert row is not None
    read = database("CREATE TABLE t (s varchar)", f"ALTER TABLE t ADD CONSTRAINT c {row[0]}")
    schemas = [schema_of(server, one.name) for one in (written, read)]
    assert differences(*schemas) == ()
    assert schema_hash(schemas[0]) == schema_hash(schemas[1])


def test_steady_leaves_other_text_alone() -> None:
    schema = Relational()
    assert steady(schema) is schema


@pytest.mark.parametrize("form", ["text", "json", "sql"])
def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    (tmp_path / "a.sql").write_text(ONE)
    (tmp_path / "b.sql").write_text(f"{ONE} CREATE INDEX t_note ON t (note);")
    code = run(["migrate", "diff", str(tmp_path / "a.sql"), str(tmp_path / "b.sql"), "--format", form])
    out = capsys.readouterr().out
    assert code == 0
    assert "CREATE INDEX CONCURRENTLY t_note ON public.t USING btree (note)" in out
    if form == "json":
        document = json.loads(out)
        assert document["schema"] == "dbarchitect.plan/1"
        assert [step["transactional"] for step in document["plan"]["steps"]] == [False]
    if form == "sql":
        assert out.startswith("-- dba: step 1 outside a transaction lock_timeout=0: create index t_note on t")


def test_a_conversion_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the wanted schema has no column t\.nothing"):
        planned(tmp_path, ONE, ONE, using={"t.nothing": "1"})


def test_a_column_that_rows_cannot_have_is_told(tmp_path: Path, database: Callable[..., Database]) -> None:
    (step,) = planned(tmp_path, ONE, f"{ONE} ALTER TABLE t ADD COLUMN code text NOT NULL;").steps
    assert "fails if t has rows: there is no value for code in them" in step.hazards
    for default in ("text NOT NULL DEFAULT ''", "bigint GENERATED ALWAYS AS IDENTITY", "text"):
        steps = planned(tmp_path, ONE, f"{ONE} ALTER TABLE t ADD COLUMN code {default};").steps
        assert not any("fails if" in words for step in steps for words in step.hazards)
    empty = between(database(ONE).url, str(tmp_path / "after.sql")).plan
    assert not any("fails if" in words for step in empty.steps for words in step.hazards)


def test_nobody_waits_for_a_table_that_is_new(tmp_path: Path) -> None:
    before = f"{ONE} CREATE TABLE p (id int, at date) PARTITION BY RANGE (at); CREATE INDEX p_id ON p (id);"
    after = f"{before} CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
    plan = planned(tmp_path, before, after)
    assert not any("public.p1" in words for step in plan.steps for words in step.hazards)


def test_text_shows_sql_as_it_is_indented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.sql").write_text("CREATE SCHEMA s;")
    (tmp_path / "b.sql").write_text(f"CREATE SCHEMA s; {ONE}")
    assert run(["migrate", "diff", str(tmp_path / "a.sql"), str(tmp_path / "b.sql")]) == 0
    assert "\n       id " in capsys.readouterr().out


def test_a_version_that_there_is_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(ONE)
    with pytest.raises(InputError, match="--pg 9: not a version that this knows"):
        run(["migrate", "diff", str(tmp_path / "a.sql"), str(tmp_path / "a.sql"), "--pg", "9"])
