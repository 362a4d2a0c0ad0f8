"""`check --fix` on real servers: every fix is run up and down before it is written, one migration each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import msgspec
import pytest

import postgres_servers
from dbarchitect import api
from dbarchitect.api.mend import mend
from dbarchitect.api.surroundings import open_workshop
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.errors import InputError
from dbarchitect.migrate.compare import differences
from dbarchitect.migrate.formats import format_of, plain
from dbarchitect.model.change import AddConstraint, DropColumn
from dbarchitect.model.finding import Finding, Mend, Review, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, Column, Type
from dbarchitect.prove import mend as prove_mend
from dbarchitect.prove.mend import Mender, MendOptions, NotMended, PostgresGround
from dbarchitect.render import FORMATS, Screen, render_review
from dbarchitect.review import review
from dbarchitect.sources import open_source
from dbarchitect.sql.script import split_script
from migration_tools import alembic, alembic_project

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SHOP = resources.files("dbarchitect.demo").joinpath("shop.sql").read_text("utf-8")
OPTIONS = api.CheckOptions(now=NOW, cache=postgres_servers.test_cache())
SMALL = """
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, price float8);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE);
CREATE INDEX twice_a ON customers (email);
CREATE INDEX twice_b ON customers (email);
"""


def fixed(tmp_path: Path, script: str, *select: str, **fix: object) -> Review:
    (tmp_path / "app.sql").write_text(script)
    options = replace(OPTIONS, select=select, fix=api.FixOptions(folder=tmp_path / "migrations", **fix))  # type: ignore[arg-type]
    return api.check(str(tmp_path / "app.sql"), options)


def outcomes(review_: Review) -> dict[str, str]:
    return {f"{one.rule} {one.at.short}": one.outcome for one in review_.mends}


def written(review_: Review) -> list[Mend]:
    return [one for one in review_.mends if one.outcome == "written"]


def run(copy, files: list[Path]) -> None:
    """The scripts with a client of their own, statement by statement."""
    for file in files:
        for statement in split_script(file.read_text(), file.name):
            copy.connection.execute(statement.sql)


def test_each_fix_is_a_migration_that_mends_and_can_be_taken_back(tmp_path, database):
    found = fixed(tmp_path, SHOP)
    done = written(found)
    assert len(done) >= 8
    assert len(done) == len({one.migration for one in done})
    assert {one.outcome for one in found.mends} == {"written", "left", "none"}
    assert len(found.mends) == len(found.findings)
    folder = tmp_path / "migrations"
    ups = sorted(folder.glob("*.up.sql"))
    assert [one.name[:4] for one in ups] == [one.migration for one in done]
    # What was written is run by somebody else: the findings are gone, and backwards the schema is what it was.
    copy = database(SHOP)
    before = inspect(copy.connection, facts=False)
    run(copy, ups)
    left = {one.key for one in review(inspect(copy.connection, facts=False))[0]}
    assert not left & {f"{one.rule} {one.at.key}" for one in done}
    run(copy, sorted(folder.glob("*.down.sql"), reverse=True))
    assert not differences(inspect(copy.connection, facts=False), before)


def test_what_was_written_says_why_and_is_lock_safe(tmp_path):
    found = fixed(tmp_path, SMALL, "fk-without-index")
    [one] = written(found)
    text = (tmp_path / "migrations" / "0001_fk_without_index_orders_orders_customer_id_fkey.up.sql").read_text()
    assert [Path(file).name for file in one.files][-1] == plain.SUM
    assert f"--   why: fk-without-index: {found.findings[0].message}" in text
    assert "CREATE INDEX CONCURRENTLY" in text


def test_a_finding_that_asks_is_mended_only_where_it_is_named(tmp_path):
    script = SHOP
    assert (
        outcomes(fixed(tmp_path, script, "nullable-in-unique"))["nullable-in-unique orders.orders_number_channel_key"]
        == "left"
    )
    assert not (tmp_path / "migrations").exists()
    for questions in ({"nullable-in-unique"}, {"*"}):
        folder = tmp_path / str(len(questions | {"x"})) / "-".join(questions).replace("*", "all")
        folder.mkdir(parents=True)
        found = fixed(folder, SHOP, "nullable-in-unique", questions=frozenset(questions))
        assert set(outcomes(found).values()) == {"written"}


def test_fixes_that_meet_are_made_on_top_of_each_other_or_left_with_the_reason(tmp_path, database):
    """Three equal indexes are two findings about one of them each; a prefix of one is redundant to both."""
    script = """
    CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL, b text NOT NULL);
    CREATE INDEX i1 ON t (a, b); CREATE INDEX i2 ON t (a, b); CREATE INDEX i3 ON t (a, b); CREATE INDEX p ON t (a);
    """
    found = fixed(tmp_path, script, "duplicate-index", "prefix-redundant-index")
    copy = database(script)
    run(copy, sorted((tmp_path / "migrations").glob("*.up.sql")))
    [table] = inspect(copy.connection, facts=False).tables
    columns = [[key.column for key in index.keys] for index in table.indexes if index.constraint is None]
    assert columns == [["a", "b"]]
    assert all(one.reason for one in found.mends if one.outcome == "left")


class Scene:
    """A database, and a mender over it whose rules are the test's own."""

    def __init__(self, database, script: str, said) -> None:
        self.copy = database()
        load(
            self.copy.server, self.copy.name, split_script(script, "app.sql")
        )  # by the role that owns everything there
        self.schema = inspect(self.copy.connection, facts=False)
        self.copy.connection.close()  # what is copied has nobody in it
        options = MendOptions(version=self.schema.version)
        self.mender = Mender(PostgresGround(self.copy.server, self.copy.name, options), said)


CHECK = AddConstraint(
    table=Name(schema="public", name="t"),
    constraint=Check(name="t_a_check", expression="(a > 0)", definition="CHECK ((a > 0))"),
)


INTEGER = Type(sql="integer", name="int4", base="int4", category="N", length=4)


def finding(*fix, severity: Severity = Severity.WARNING, rule: str = "x", sub: str = "a", **more) -> Finding:
    at = {"kind": "column", "schema": "public", "name": "t", "sub": sub}
    known = {"rule": rule, "severity": severity, "at": at, "message": "m", **more}
    return msgspec.structs.replace(msgspec.convert(known, Finding), fix=fix)


def constrained(schema) -> bool:
    return any(one.name == "t_a_check" for table in schema.tables for one in table.constraints)


@pytest.fixture
def scene(database):
    made: list[Scene] = []

    def start(said) -> Mender:
        made.append(Scene(database, "CREATE TABLE t (id bigint PRIMARY KEY, a integer)", said))
        return made[-1].mender

    yield start
    for one in made:
        one.mender.close()


def test_a_fix_that_does_not_mend_is_not_proved(scene):
    mender = scene(lambda schema: (finding(CHECK),))
    with pytest.raises(NotMended, match="says the same"):
        mender.try_out(finding(CHECK))


def test_a_fix_that_brings_something_worse_is_not_proved(scene):
    def said(schema):
        return (finding(rule="y", severity=severity),) if constrained(schema) else (finding(CHECK),)

    severity = Severity.WARNING
    with pytest.raises(NotMended, match=r"it would bring y on t\.a"):
        scene(said).try_out(finding(CHECK))
    severity = Severity.INFO  # worth a word, no reason to leave a worse one
    assert scene(said).try_out(finding(CHECK)).plan.steps


def test_what_a_fix_loses_is_told(scene):
    drop = DropColumn(table=Name(schema="public", name="t"), column=Column(name="a", type=INTEGER, position=2))

    def said(schema):
        return (finding(drop),) if schema.tables[0].column("a") else ()

    plan = scene(said).try_out(finding(drop)).plan
    assert any("t.a" in loss for loss in plan.loses)
    assert plan.down  # the column comes back, its values do not


def test_a_fix_that_the_server_refuses_says_so(scene):
    check = Check(name="t_a_check", expression="(nothing > 0)", definition="CHECK ((nothing > 0))")
    wrong = msgspec.structs.replace(CHECK, constraint=check)
    with pytest.raises(NotMended, match='the server refuses it: column "nothing" does not exist'):
        scene(lambda schema: (finding(wrong),)).try_out(finding(wrong))


def test_the_second_of_two_that_meet_is_told_which_was_first(scene):
    first, second = finding(CHECK), finding(CHECK, rule="y")
    mender = scene(lambda schema: () if constrained(schema) else (first, second))
    mender.keep(first, mender.try_out(first))
    with pytest.raises(NotMended, match=r"after the fix of x on t\.a there is nothing left to mend"):
        mender.try_out(second)
    with pytest.raises(NotMended, match="does not have it"):
        mender.try_out(finding(CHECK, rule="z"))


def test_a_systemic_fix_may_leave_what_it_said_it_leaves():
    members = [finding(sub=name).at for name in "abc"]
    whole = finding(facts={"found": 3, "of": 3, "mended": 2})
    whole = msgspec.structs.replace(
        whole, at=msgspec.convert({"kind": "database"}, type(whole.at)), also=tuple(members)
    )
    assert prove_mend._gone(whole, (finding(sub="c"),))
    assert not prove_mend._gone(whole, (finding(sub="b"), finding(sub="c")))
    assert prove_mend._gone(whole, ())


def test_rows_in_the_way_are_a_query_in_the_migration_and_the_report(tmp_path):
    query = "SELECT * FROM public.orders WHERE customer_id < 0"
    (tmp_path / "app.sql").write_text(SMALL)

    def said(schema):
        found, _ = review(schema, select=["fk-without-index"])
        return tuple(msgspec.structs.replace(one, offenders=query) for one in found)

    with open_workshop(None, OPTIONS.cache, lambda _: None) as workshop:
        opened = open_source(str(tmp_path / "app.sql"), workshop)
        options = api.FixOptions(folder=tmp_path / "migrations")
        [one] = mend(said(opened.schema), opened, None, said, options, now=NOW, progress=lambda _: None)
    assert (one.outcome, one.offenders) == ("written", query)
    [up] = (tmp_path / "migrations").glob("*.up.sql")
    assert f"--   offenders: {query}" in up.read_text()
    told = Review(source="app.sql", engine="", mends=(one,), tables=2)
    for form in FORMATS:
        if form in ("text", "json", "markdown"):
            text = render_review(told, form, screen=Screen(width=200), root=tmp_path, version="1")
            assert query in text, form


def test_a_second_run_goes_on_where_the_first_ended(tmp_path):
    fixed(tmp_path, SMALL, "fk-without-index")
    fixed(tmp_path, SMALL, "duplicate-index")
    names = sorted(one.name for one in (tmp_path / "migrations").glob("*.up.sql"))
    assert [name[:4] for name in names] == ["0001", "0002"]
    again = fixed(tmp_path, SMALL, "fk-without-index")
    assert [one.migration for one in written(again)] == ["0003"]


def test_a_folder_of_migrations_is_source_and_target(tmp_path):
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_init.up.sql").write_text(SMALL)
    options = replace(OPTIONS, fix=api.FixOptions(folder=folder))
    first = api.check(str(folder), options)
    assert written(first)
    second = api.check(str(folder), options)
    mended = {f"{one.rule} {one.at.key}" for one in written(first)}
    assert not mended & {one.key for one in second.findings}
    assert not written(second)


@pytest.mark.parametrize("form", ["prisma", "drizzle"])
def test_other_formats_are_written_as_they_are(tmp_path, form):
    folder = tmp_path / "migrations"
    if form == "prisma":
        (folder / "20260101000000_init").mkdir(parents=True)
        (folder / "20260101000000_init" / "migration.sql").write_text(SMALL)
    else:
        (folder / "meta").mkdir(parents=True)
        (folder / "0000_init.sql").write_text(SMALL)
        entry = '{"idx":0,"version":"7","when":1767225600000,"tag":"0000_init","breakpoints":true}'
        journal = f'{{"version":"7","dialect":"postgresql","entries":[{entry}]}}'
        (folder / "meta" / "_journal.json").write_text(journal)
    assert format_of(folder) == form
    found = fixed(tmp_path, SMALL, "float-or-money-amount", "fk-without-index")
    told = {one.rule: one for one in found.mends}
    assert told["float-or-money-amount"].outcome == "written"
    if form == "drizzle":  # which has no place for CONCURRENTLY
        assert told["fk-without-index"].outcome == "left"
        assert "transaction" in told["fk-without-index"].reason
    else:
        assert told["fk-without-index"].outcome == "written"


def test_a_history_that_is_not_in_order_is_told_before_anything_runs(tmp_path):
    fixed(tmp_path, SMALL, "fk-without-index")
    [up] = (tmp_path / "migrations").glob("*.up.sql")
    up.write_text(up.read_text() + "\n-- edited\n")
    with pytest.raises(InputError, match="was edited"):
        fixed(tmp_path, SMALL, "duplicate-index")


@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt, InputError("no")])
def test_an_interrupted_run_leaves_the_folder_as_it_was(tmp_path, monkeypatch, fresh, error):
    folder = tmp_path / "migrations"
    if not fresh:
        fixed(tmp_path, SMALL, "fk-without-index")
    before = {one: one.read_bytes() for one in folder.rglob("*")} if folder.exists() else None
    kept = Mender.keep
    times: list[int] = []

    def keep(self, *given):
        times.append(1)
        if len(times) == 2:
            raise error
        kept(self, *given)

    monkeypatch.setattr(Mender, "keep", keep)
    with pytest.raises(KeyboardInterrupt if error is KeyboardInterrupt else InputError):
        fixed(tmp_path, SMALL, "duplicate-index", "float-or-money-amount")
    assert len(times) == 2
    assert ({one: one.read_bytes() for one in folder.rglob("*")} if folder.exists() else None) == before


def test_hostile_names(tmp_path, database):
    script = """
    CREATE SCHEMA "a;b"; CREATE TABLE "a;b"."sel""ect --" ("ü 1" bigint PRIMARY KEY, "pri'ce" money);
    CREATE TABLE "a;b".kid (id bigint PRIMARY KEY, "$1" bigint NOT NULL
      REFERENCES "a;b"."sel""ect --" ON DELETE CASCADE);
    """
    found = fixed(tmp_path, script, "fk-without-index", "float-or-money-amount")
    assert set(outcomes(found).values()) == {"written"}
    copy = database(script)
    run(copy, sorted((tmp_path / "migrations").glob("*.up.sql")))
    assert not review(inspect(copy.connection, facts=False), select=["fk-without-index"])[0]


def test_a_live_server_of_an_older_version_gets_what_it_understands(tmp_path, database, old_server):
    live = database(SMALL, on=old_server(13))
    options = replace(OPTIONS, fix=api.FixOptions(folder=tmp_path / "migrations"))
    found = api.check(live.url, options)
    assert {one.rule for one in written(found)} >= {"fk-without-index", "duplicate-index", "float-or-money-amount"}
    before = inspect(live.connection, facts=False)
    run(live, sorted((tmp_path / "migrations").glob("*.up.sql")))
    run(live, sorted((tmp_path / "migrations").glob("*.down.sql"), reverse=True))
    assert not differences(inspect(live.connection, facts=False), before)


def test_a_partitioned_table_is_mended_partition_by_partition(tmp_path, database):
    script = """
    CREATE TABLE a (id bigint PRIMARY KEY);
    CREATE TABLE log (id bigint NOT NULL, a_id bigint NOT NULL REFERENCES a ON DELETE CASCADE, PRIMARY KEY (id))
      PARTITION BY RANGE (id);
    CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (1) TO (10);
    CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (10) TO (20);
    """
    found = fixed(tmp_path, script, "fk-without-index")
    assert set(outcomes(found).values()) == {"written"}
    [up] = (tmp_path / "migrations").glob("*.up.sql")
    assert up.read_text().count("CONCURRENTLY") == 2  # no lock on the whole tree
    copy = database(script)
    run(copy, [up])
    assert not review(inspect(copy.connection, facts=False), select=["fk-without-index"])[0]


def test_an_alembic_project_gets_revisions_that_alembic_runs(tmp_path, database):
    live = database(SMALL)
    url = live.url.replace("postgresql://", "postgresql+psycopg://")
    home = alembic_project(tmp_path / "app", url, "generic")
    options = replace(OPTIONS, select=("fk-without-index", "duplicate-index"), fix=api.FixOptions(folder=home))
    found = api.check(live.url, options)
    assert set(outcomes(found).values()) == {"written"}
    before = inspect(live.connection, facts=False)
    alembic(home, "upgrade", "head")
    after = inspect(live.connection, facts=False)
    assert not {one.rule for one in review(after)[0]} & {"fk-without-index", "duplicate-index"}
    alembic(home, "downgrade", "base")
    history = Name(schema="public", name="alembic_version")
    left = inspect(live.connection, facts=False)
    tables = tuple(one for one in left.tables if one.name != history)
    assert not differences(msgspec.structs.replace(left, tables=tables), before)
