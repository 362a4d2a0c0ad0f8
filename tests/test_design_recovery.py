"""`dba design --from`: the brief of a database, designed again, comes to the same tables, keys and references."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import dbarchitect.api.recover as api
from dbarchitect.api.design import read_spec
from dbarchitect.api.recover import RecoverOptions, recover_in
from dbarchitect.cli import run
from dbarchitect.design.brief import Brief, read_brief
from dbarchitect.design.recovery import Recovery
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.design.written import brief_of
from dbarchitect.errors import InputError
from dbarchitect.sources import Workshop

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent.name for path in ROOT.glob("examples/*/brief.md"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)


_numbers = iter(range(1, 1000))


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop()
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def again(workshop: Workshop) -> Callable[..., Recovery]:
    """`again(path)`: what comes of a script, in databases of its own."""

    def made(path: Path, **more: Any) -> Recovery:
        return recover_in(workshop, str(path), RecoverOptions(now=NOW, **more), name=f"r{next(_numbers)}")

    return made


def counted(found: Recovery, what: str) -> tuple[int, int, int, int, int]:
    one = next(one for one in found.kept.counts if one.what == what)
    return one.before, one.same, one.changed, one.lost, one.added


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_designed_schema_comes_back_as_it_was(name: str, tmp_path: Path, again: Any) -> None:
    spec = read_spec(ROOT / "examples" / name / "brief.md")
    draft, _ = designed(spec, now=NOW)
    path = tmp_path / f"{name}.sql"
    path.write_text(script(draft, name))
    found = again(path)
    assert found.missing == ()
    for what in ("table", "column", "key", "reference"):
        before, same, changed, lost, added = counted(found, what)
        assert before > 0
        assert (same, changed, lost, added) == (before, 0, 0, 0), found.kept.differences
    # What was written once is written again.
    back = read_brief(found.brief.encode(), "brief.md").spec
    assert read_brief(brief_of(back)[0].encode(), "brief.md").spec.relations == back.relations
    assert {one.name for one in back.entities} <= {one.name for one in spec.entities}


ODD = """
CREATE TYPE level AS ENUM ('low', 'high or so', 'unique');
CREATE TABLE "user" (id serial PRIMARY KEY, "unique device id" text, "value_as_number" numeric(10,2) NOT NULL);
CREATE TABLE queue (id text PRIMARY KEY, "offset" bigint NOT NULL CHECK ("offset" > 0), at timestamptz);
CREATE TABLE queues (code varchar(8) PRIMARY KEY, queue_id text REFERENCES queue ON DELETE CASCADE);
CREATE TABLE "teamMember" (
    "userId" int NOT NULL REFERENCES "user" ON DELETE CASCADE, team text NOT NULL, rank level DEFAULT 'low',
    customer_id uuid, PRIMARY KEY ("userId", team)
);
CREATE TABLE team (name text PRIMARY KEY);
CREATE TABLE customer (id bigint PRIMARY KEY, boss_id bigint REFERENCES customer, second_user int REFERENCES "user",
    starts date NOT NULL, ends date NOT NULL, CHECK (starts < ends), CHECK (ends - starts < 400),
    UNIQUE (starts, boss_id));
CREATE FUNCTION odd(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 % 2 = 1';
CREATE TABLE measured_value (id bigint PRIMARY KEY, a int CHECK (public.odd(a)), b int, UNIQUE (a, b));
CREATE UNIQUE INDEX only_some ON measured_value (b) WHERE a > 5;
CREATE VIEW seen AS SELECT 1 AS one;
"""


def test_odd_names_types_and_keys(tmp_path: Path, again: Any) -> None:
    path = tmp_path / "odd.sql"
    path.write_text(ODD)
    found = again(path)
    assert counted(found, "table")[0] == 7
    for what in ("table", "column", "key", "reference"):
        assert counted(found, what)[3] == 0, found.kept.differences
    back = read_brief(found.brief.encode(), "brief.md").spec
    assert back.unread == ()
    assert len(back.entities) == 7  # nothing that prose made up
    user = back.entity("user")
    assert user is not None
    assert [one.name for one in user.fields] == ["unique device id", "value as number"]
    member = back.entity("team member")
    assert member is not None
    assert member.parent == "user"
    assert member.weak == ("team",)
    fields = {one.name: one for one in member.fields}
    assert fields["rank"].values == ("low", "high or so", "unique")
    assert fields["customer id"].kind == "uuid"  # no reference was there, so none is made
    first = back.entity("queue")
    assert first is not None
    assert next(one for one in first.fields if one.name == "offset").minimum == ">0"
    rules = {(one.kind, one.fields) for one in back.rules}
    assert ("order", ("starts", "ends")) in rules
    assert any(one.kind == "check" and "400" in one.sql for one in back.rules)
    missing = {one.what for one in found.missing}
    assert any("odd(a)" in one for one in missing)
    assert any("only_some" in one for one in missing)
    assert "a view" in missing
    forms = {(one.about, one.form) for one in found.kept.differences}
    assert ('"user"', "the table has another name") in forms
    assert ("queues.queue_id", "the key that it points at is made up: text is bigint") in forms
    # A decision that the database took otherwise is to be revisited, with what it has.
    differ = {one.what: one for one in found.seen if not one.agrees}
    assert "integer is bigint" in differ["bigint GENERATED ALWAYS AS IDENTITY"].here
    assert {one.rule for one in found.findings} & {"missing-foreign-key", "missing-on-delete", "no-natural-key"}


def test_what_is_asked_goes_along_where_the_design_can_answer_it(tmp_path: Path, again: Any) -> None:
    path, workload = tmp_path / "shop.sql", tmp_path / "workload.sql"
    path.write_text(
        "CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text UNIQUE NOT NULL);"
        "CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint NOT NULL"
        " REFERENCES customers ON DELETE CASCADE, wrong varchar(3));"
        "INSERT INTO customers (email) SELECT 'a' || n FROM generate_series(1, 40) n;"
        "INSERT INTO orders (customer_id) SELECT 1 + n % 40 FROM generate_series(1, 500) n; ANALYZE;"
    )
    workload.write_text(
        "-- window: 86400\n-- calls: 864000\nSELECT id FROM orders WHERE customer_id = $1;\n"
        "-- calls: 5\nSELECT ctid, xmin, gone(wrong) FROM orders;\n"
    )
    found = again(path, data=True, workload=workload)
    spec = read_brief(found.brief.encode(), "brief.md").spec
    (asked,) = spec.access
    assert asked.per_second == 10
    assert asked.sql == "SELECT id FROM orders WHERE customer_id = $1"
    assert [(one.entity, one.rows) for one in spec.volumes] == [("customer", 40), ("order", 500)]
    assert [one.on_delete for one in spec.relations] == ["cascade"]
    assert any("gone" in one.what for one in found.missing)


def test_the_verb_writes_the_brief_and_its_decisions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, brief = tmp_path / "odd.sql", tmp_path / "out" / "brief.md"
    path.write_text(ODD)
    assert run(["design", "--from", str(path), "-o", str(brief)]) == 0
    said = capsys.readouterr().out
    assert "7 tables" in said
    assert "to revisit" in said
    page = brief.with_suffix(".decisions.md").read_text()
    assert "## To revisit" in page
    assert "`missing-on-delete`" in page
    assert "an enum is text" in page
    assert run(["design", "--from", str(path), "-o", str(brief), "--format", "json"]) == 0  # unchanged: no matter
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "dbarchitect.recovery/1"
    assert document["brief"] == brief.read_text()
    brief.write_text("mine")
    with pytest.raises(InputError, match="differs"):
        run(["design", "--from", str(path), "-o", str(brief)])
    assert brief.read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["brief.md", "--from", "x.sql"], "is one"),
        (["--from", "x.sql", "-o", "folder"], "no file for one"),
        ([], "needs a brief"),
        (["brief.md", "--data"], "are of --from"),
        (["--from", "/dev/null"], "has no tables"),
        (["--from", "nowhere.sql"], "no file or folder"),
    ],
)
def test_what_does_not_go_together_is_said(words: list[str], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        run(["design", *words])


def test_a_lost_column_is_counted(tmp_path: Path, again: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself: a design that leaves something out does not pass for equivalent."""

    path = tmp_path / "one.sql"
    path.write_text("CREATE TABLE pet (id int PRIMARY KEY, name text NOT NULL, age int UNIQUE);")
    read = api.read_brief

    def forgetful(data: bytes, name: str) -> Brief:
        brief = read(data, name)
        (pet,) = brief.spec.entities
        return Brief(spec=replace(brief.spec, entities=(replace(pet, fields=pet.fields[:1]),)))

    monkeypatch.setattr(api, "read_brief", forgetful)
    found = again(path)
    assert not found.kept.equivalent
    assert counted(found, "column")[3] == 1
    assert counted(found, "key")[3] == 1


HOSTILE = """
CREATE TYPE mood AS ENUM ('a`b', 'x | y', 'line
break');
CREATE TYPE fine AS ENUM ('x | y', 'optional', 'pk');
CREATE TABLE "or`der |
## Volumes" (id int PRIMARY KEY, "| a | b |" text DEFAULT E'one\\n| two', mood mood, fine fine, "<script>" int
    CHECK ("<script>" > 3), note text CHECK (note <> E'a\\nb'));
CREATE TABLE "---" (id int PRIMARY KEY, data text);
CREATE TABLE volumes (id int PRIMARY KEY, team text NOT NULL, answers int);
"""


def test_names_and_values_of_a_foreign_database_stay_what_they_are(tmp_path: Path, again: Any) -> None:
    path = tmp_path / "hostile.sql"
    path.write_text(HOSTILE)
    try:
        found = again(path)
    except InputError as err:  # a table without a letter in its name has none in a design
        assert "is no name" in str(err)
        path.write_text(HOSTILE.replace('"---"', "dashes"))
        found = again(path)
    back = read_brief(found.brief.encode(), "brief.md").spec
    assert len(back.entities) == 3
    order = next(one for one in back.entities if one.name.startswith("or der"))
    fields = {one.name: one for one in order.fields}
    assert set(fields) == {"a b", "mood", "fine", "script", "note"}
    assert fields["fine"].values == ("x | y", "optional", "pk")
    assert fields["mood"].kind == "text"
    assert fields["script"].minimum == ">3"
    assert counted(found, "column")[3] == 0
    assert any("one of" in one.what for one in found.missing)
    assert any("two" in one.what for one in found.missing)
