"""Lint's rules over their cases: SQL in tests/cases/lint/<rule>/{fires,quiet}, linted as it is written.

Lines at a case's top say more:

    -- schema: shop       the schema that it meets: tests/cases/lint/shop.schema.sql; or a sibling <case>.schema.sql
    -- facts: {...}       sizes that the source knows (`model.facts`)
    -- pg: 15             the version, 18 without
    -- runs: managed      how the tool runs the script
    -- reversible: no     what the folder knows of it; `problem:` what is wrong with its history
    -- at: orders.total   one a finding, in order: the object it is about
    -- severity, says     of the first finding
    -- clean              a migration that is safe because of its schema: no rule at all may raise an alarm
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec
import psycopg
import pytest

from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.trace import observe
from dbarchitect.migrate.compare import differences
from dbarchitect.migrate.lint import Linted, again, chosen, lint
from dbarchitect.migrate.rewrite import cannot, rewritten
from dbarchitect.migrate.rule import Rule, rule_ids, rules
from dbarchitect.migrate.script import Script, read_units
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Severity
from dbarchitect.model.page import SECTIONS
from dbarchitect.model.rehearsal import Trace
from dbarchitect.model.schema import Relational
from dbarchitect.sql import statements as s
from dbarchitect.sql.script import split_script

CASES = Path(__file__).parent / "cases" / "lint"
RULES = {rule.id: rule for rule in rules()}


@dataclass(frozen=True)
class Case:
    path: Path

    @property
    def rule(self) -> str:
        return self.path.parent.parent.name

    @property
    def fires(self) -> bool:
        return self.path.parent.name == "fires"

    @property
    def id(self) -> str:
        return f"{self.rule}/{self.path.parent.name}/{self.path.stem}"

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    def header(self, key: str) -> list[str]:
        return re.findall(rf"^-- {key}(?:: (.*))?$", self.text, re.MULTILINE)

    def one(self, key: str, default: str = "") -> str:
        return next(iter(self.header(key)), default)

    @property
    def version(self) -> int:
        return int(self.one("pg", "18"))

    @property
    def script(self) -> Script:
        reversible = self.one("reversible")
        return Script(
            file=self.path.name,
            text=self.text,
            runs=self.one("runs", "plain"),
            reversible=None if not reversible else reversible == "yes",
            problems=tuple(self.header("problem")),
            pooler=self.one("pooler"),
        )

    @property
    def schema_file(self) -> Path | None:
        own = self.path.with_suffix(".schema.sql")
        if own.exists():
            return own
        shared = self.one("schema")
        return CASES / f"{shared}.schema.sql" if shared else None

    def lint(self, schema: Relational | None, run: tuple[Rule, ...]) -> Linted:
        if schema is not None and self.header("facts"):
            facts = msgspec.json.decode(self.one("facts"), type=Facts)
            schema = msgspec.structs.replace(schema, facts=facts)
        (linted,) = lint([self.script], schema=schema, version=self.version, run=run)
        return linted


def cases() -> list[Case]:
    return [Case(path) for path in sorted(CASES.glob("*/*/*.sql")) if not path.name.endswith(".schema.sql")]


CLEAN = [case for case in cases() if case.header("clean")]
MENDED = [case for case in cases() if case.fires and RULES[case.rule].fix and case.one("schema")]


@pytest.fixture(scope="module")
def schemas(old_server: Callable[[int], Server]) -> Iterator[Callable[[Path, int], Relational]]:
    """`schemas(file, major)`: the schema that a script makes on a server of that version, read once."""
    read: dict[tuple[Path, int], Relational] = {}

    def schema(file: Path, major: int) -> Relational:
        if (file, major) not in read:
            home = old_server(major)
            name = f"lint {file.name}"
            home.drop_database(name)
            home.create_database(name)
            with closing(psycopg.connect(home.url(name), autocommit=True)) as connection:
                connection.execute(file.read_text("utf-8"))
                read[file, major] = inspect(connection, facts=False)
        return read[file, major]

    yield schema
    for file, major in read:
        old_server(major).drop_database(f"lint {file.name}")


def met(case: Case, schemas: Callable[[Path, int], Relational]) -> Relational | None:
    return schemas(case.schema_file, case.version) if case.schema_file else None


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_case(case, schemas):
    findings = [one.finding for one in case.lint(met(case, schemas), (RULES[case.rule],)).found]
    assert [one.at.short for one in findings] == case.header("at"), [one.message for one in findings]
    assert bool(findings) == case.fires
    for finding in findings:
        assert finding.why and finding.unless and finding.position
        assert finding.position.line > 0
    for severity in case.header("severity"):
        assert findings[0].severity == severity
    for words in case.header("says"):
        assert words in findings[0].message


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_its_page_and_its_cases(rule):
    assert rule.title and len(rule.title) < 75
    for section in SECTIONS:
        assert len(rule.section(section)) > 15, f"{rule.id}: {section}"
    why = " ".join(rule.section("Why it matters").partition("\n\n")[0].split())
    assert len(why) < 260, f"{rule.id}: the first paragraph of 'Why it matters' travels with each finding"
    for kind in ("fires", "quiet"):
        assert list((CASES / rule.id / kind).glob("*.sql")), f"{rule.id}: {kind}"
    assert rule.check or rule.finish


def test_ids_are_those_of_the_files():
    assert rule_ids() == tuple(RULES)
    assert {case.rule for case in cases()} == set(RULES)


def test_clean_migrations_raise_no_alarm(schemas):
    """Of migrations that are safe because of what their schema has, under 5 % may get a warning or an error about
    locks, rewrites or failures. What is said of running code (a renamed table) is not about safety."""
    said = {case.id: alarms(case, schemas) for case in CLEAN}
    false = {name: found for name, found in said.items() if found}
    assert len(said) >= 45
    assert len(false) / len(said) < 0.05, false


OF_RUNNING_CODE = {"drop-constraint", "drop-column", "drop-table", "rename-table", "publication-impact", "drop-cascade"}


def alarms(case: Case, schemas: Callable[[Path, int], Relational]) -> list[str]:
    linted = case.lint(met(case, schemas), chosen((), OF_RUNNING_CODE))
    return [
        f"{one.finding.rule}: {one.finding.message}"
        for one in linted.found
        if one.finding.severity.rank >= Severity.WARNING.rank
    ]


# --- locks ----------------------------------------------------------------------------------------------------------

WITH_SCHEMA = [case for case in cases() if case.fires and case.schema_file and not case.header("pg")]


@pytest.mark.parametrize("major", [18, 15])
def test_the_lock_that_a_finding_names_is_the_one_that_is_taken(major, schemas, old_server):
    home, seen, unknown = old_server(major), 0, 0
    for case in WITH_SCHEMA:
        assert case.schema_file
        linted = case.lint(schemas(case.schema_file, 18), (RULES[case.rule],))
        for one in linted.found:
            if not {"lock", "table"} <= one.finding.facts.keys():
                continue
            trace = traced(home, case.schema_file, linted, one.statement)
            if trace.refused and trace.refused.sqlstate == "42601":  # a word that this version does not know
                unknown += 1
                continue
            facts = one.finding.facts
            assert trace.effects.locks.get(facts["table"]) == facts["lock"], (case.id, one.finding.message)
            seen += 1
    assert seen >= 40
    assert unknown <= (0 if major == 18 else 4)


def traced(home: Server, schema: Path, linted: Linted, number: int) -> Trace:
    """What a statement was seen to do, with those before it in its transaction."""
    with closing(psycopg.connect(stage(home, schema), autocommit=True)) as connection:
        block = linted.units[number].block
        together: list[str] = []
        for unit in linted.units[: number + 1]:
            if unit.block != block:
                connection.execute(unit.parsed.text.sql)
            elif not isinstance(unit.action, s.Transaction):
                together.append(unit.parsed.text.sql)
        return observe(
            connection,
            together,
            connect=lambda: home.connect("lint locks"),
            transactional=len(together) > 1,
        )


def stage(home: Server, schema: Path) -> str:
    """The URL of a new database `lint locks` with the schema in it."""
    home.drop_database("lint locks")
    home.create_database("lint locks")
    with closing(psycopg.connect(home.url("lint locks"), autocommit=True)) as connection:
        connection.execute(schema.read_text("utf-8"))
        connection.execute("ANALYZE")
    return home.url("lint locks")


# --- mending ----------------------------------------------------------------------------------------------------------


# PostgreSQL itself leaves a CHECK with the bound on a partition that was detached concurrently.
LEFT_BEHIND = {"detach-not-concurrent": r"tables\.public\.\w+\.constraints\.\w+_check: is missing"}


def mended(case: Case, schema: Relational | None) -> Linted:
    """The case with every finding of its rule mended."""
    run = (RULES[case.rule],)
    linted = case.lint(schema, run)
    for _ in range(10):
        found = next((one for one in linted.found if one.fix and not cannot(linted.script, one.fix)), None)
        if found is None:
            return linted
        text = rewritten(linted.script, linted.units, found.statement, found.fix)
        script = msgspec.structs.replace(linted.script, text=text)
        linted = again(linted, script, version=case.version, run=run)
    pytest.fail(f"{case.id} is never mended:\n{linted.script.text}")


@pytest.mark.parametrize("case", MENDED, ids=lambda case: case.id)
def test_mended_scripts_are_clean_and_make_the_same_schema(case, schemas, old_server, request):
    linted = mended(case, met(case, schemas))
    if all(one.fix is None for one in case.lint(met(case, schemas), (RULES[case.rule],)).found):
        assert linted.script.text == case.text
        return
    assert not linted.found, linted.script.text
    home = old_server(case.version)
    fails = case.rule in ("concurrently-in-transaction", "enum-value-in-transaction")
    after = [made(home, case, text) for text in ((linted.script.text,) if fails else (case.text, linted.script.text))]
    if fails:  # as it was written it fails; mended it ran
        return
    expected = LEFT_BEHIND.get(case.rule)
    assert [one for one in differences(*after) if not expected or not re.fullmatch(expected, one)] == []


def made(home: Server, case: Case, text: str) -> Relational:
    """The schema after a script."""
    name = "lint mended"
    home.drop_database(name)
    home.create_database(name)
    with closing(psycopg.connect(home.url(name), autocommit=True)) as connection:
        assert case.schema_file
        connection.execute(case.schema_file.read_text("utf-8"))
        for one in split_script(text, case.path.name):
            connection.execute(one.sql)
        schema = inspect(connection, facts=False)
    home.drop_database(name)
    return schema


def test_a_whole_script_is_drawn_into_transactions():
    text = """\
SET lock_timeout = '2s';
-- the first
ALTER TABLE a ADD COLUMN x integer;
ALTER TABLE b ADD COLUMN x integer;
-- the index
CREATE INDEX a_x ON a (x);
-- the last
COMMENT ON TABLE a IS 'x; y';
COMMENT ON TABLE b IS 'z';
"""
    (linted,) = lint([Script(file="f.sql", text=text)], run=(RULES["index-not-concurrent"],))
    (found,) = linted.found
    assert (
        rewritten(linted.script, linted.units, found.statement, found.fix)
        == """\
SET lock_timeout = '2s';
-- the first
BEGIN;
ALTER TABLE a ADD COLUMN x integer;
ALTER TABLE b ADD COLUMN x integer;
COMMIT;

-- the index
CREATE INDEX CONCURRENTLY a_x ON a (x);

BEGIN;
-- the last
COMMENT ON TABLE a IS 'x; y';
COMMENT ON TABLE b IS 'z';
COMMIT;
"""
    )


def test_transactions_of_scripts():
    def blocks(text: str, runs: str = "plain") -> list[tuple[int, bool]]:
        units = read_units(Script(file="f.sql", text=text, runs=runs))
        return [(one.block, one.shared) for one in units if not isinstance(one.action, s.Transaction)]

    assert blocks("SELECT 1; SELECT 2") == [(0, True), (0, True)]
    assert blocks("SELECT 1; VACUUM") == [(1, False), (2, False)]
    assert blocks("SELECT 1; VACUUM", "managed") == [(0, True), (0, True)]
    assert blocks("BEGIN; SELECT 1; COMMIT; SELECT 2; BEGIN; SELECT 3; SELECT 4; END") == [
        (1, False),
        (2, False),
        (3, True),
        (3, True),
    ]


def test_what_earlier_scripts_of_a_folder_made_is_known_but_may_have_rows():
    first = Script(
        file="1.sql",
        text="CREATE TABLE t (id bigint PRIMARY KEY, a int, CONSTRAINT a_set CHECK (a IS NOT NULL));"
        "CREATE INDEX t_a ON t (a);",
    )
    second = Script(file="2.sql", text="ALTER TABLE t ALTER COLUMN a SET NOT NULL; CREATE INDEX t_aa ON t (a);")
    run = tuple(RULES[one] for one in ("set-not-null-scan", "index-not-concurrent", "index-duplicate"))
    said = [[one.finding.rule for one in linted.found] for linted in lint([first, second], run=run)]
    assert said == [[], ["index-not-concurrent", "index-duplicate"]]


def test_line_ends_are_kept():
    text = "ALTER TABLE t ADD COLUMN a int;\r\nCREATE INDEX i ON t (a);\r\n"
    (linted,) = lint([Script(file="f.sql", text=text)], run=(RULES["index-not-concurrent"],))
    (found,) = linted.found
    assert rewritten(linted.script, linted.units, found.statement, found.fix) == (
        "ALTER TABLE t ADD COLUMN a int;\r\n\r\nCREATE INDEX CONCURRENTLY i ON t (a);\r\n"
    )


def test_set_local_ends_with_its_transaction():
    text = "BEGIN; SET LOCAL lock_timeout = '1s'; COMMIT; ALTER TABLE t ADD COLUMN a int;"
    (linted,) = lint([Script(file="f.sql", text=text)], run=(RULES["missing-lock-timeout"],))
    assert len(linted.found) == 1


def test_settings_and_locks_do_not_reach_the_next_script():
    first = Script(file="1.sql", text="SET search_path = app; SET lock_timeout = '1s'; ALTER TABLE t ADD COLUMN a int;")
    second = Script(file="2.sql", text="ALTER TABLE t ADD COLUMN b int;")
    run = (RULES["missing-lock-timeout"],)
    one, two = lint([first, second], run=run)
    assert not one.found
    assert [found.finding.at.short for found in two.found] == ["t"]
