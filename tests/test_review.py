"""Every rule on a real server: what it must say, what it must not, whether its fix mends and its experiment runs.

A case is a script in `cases/review/<rule-id>/{fires,quiet}/`. Comments at its head say what only a case can know:

    -- expect: column public.orders.total     one line a finding: kind and place; `fires/` only
    -- severity: warning                      of the findings, in the same order; optional
    -- facts: {"tables": {"public.orders": {"rows": 1e6}}}   live facts, merged line by line; without any: none
    -- one-way: reason                        why the fix's reverse cannot give the very same schema
    -- query: SELECT ... WHERE note = $1      one query of the workload a line; without any: no workload
    -- postgres: 15                           on that major instead of the embedded 18
    -- exposed: kiosk                         a role that strangers act as, besides the usual ones
    -- roles: anon, app                       roles that the script needs; they outlive it
    -- platform: supabase                     where it is to run
    -- encoding: SQL_ASCII                    in a database of that encoding, with the locale C
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.model.change import Change
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Finding
from dbarchitect.model.names import ObjectRef, quote_identifier, quote_literal
from dbarchitect.model.page import SECTIONS
from dbarchitect.model.proof import Accepted, Experiment, Refused, SamePlans, Shown, TimedWithout
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational
from dbarchitect.review import review
from dbarchitect.review.rule import Rule, rules

CASES = Path(__file__).parent / "cases" / "review"
RULES = {rule.id: rule for rule in rules() if "postgresql" in rule.engines}


@dataclass(frozen=True)
class Case:
    rule: str
    fires: bool
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text()

    def header(self, key: str) -> list[str]:
        return re.findall(rf"^-- {key}: (.*)$", self.text, re.MULTILINE)

    @property
    def facts(self) -> Facts | None:
        merged: dict[str, Any] = {}
        for line in self.header("facts"):
            for key, value in msgspec.json.decode(line).items():
                merged[key] = {**merged[key], **value} if isinstance(value, dict) and key in merged else value
        return msgspec.convert(merged, Facts) if merged else None

    @property
    def workload(self) -> Workload | None:
        queries = tuple(Query(id=str(n), sql=sql, calls=1000) for n, sql in enumerate(self.header("query")))
        return Workload(queries=queries) if queries else None

    def review(self, connection: psycopg.Connection) -> tuple[Relational, tuple[Finding, ...]]:
        schema = msgspec.structs.replace(inspect(connection, facts=False), facts=self.facts)
        findings, silences = review(
            schema,
            workload=self.workload,
            select=[self.rule],
            exposed_roles=self.header("exposed"),
            platform=next(iter(self.header("platform")), None),
        )
        assert not silences, silences
        return schema, findings


def cases() -> list[Case]:
    return [
        Case(rule=path.parent.parent.name, fires=path.parent.name == "fires", path=path)
        for path in sorted(CASES.glob("*/*/*.sql"))
    ]


def place(ref: ObjectRef) -> str:
    return f"{ref.kind} {ref}".strip()


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.rule}/{case.path.parent.name}/{case.path.stem}")
def test_case(case: Case, database: Callable[..., Any], old_server: Callable[[int], Any]) -> None:
    majors = case.header("postgres")
    roles = [role for line in case.header("roles") for role in line.split(", ")]
    encodings = case.header("encoding")
    copy = database(
        *map(with_role, roles),
        case.text,
        on=old_server(int(majors[0])) if majors else None,
        locale="C" if encodings else None,
        encoding=encodings[0] if encodings else "UTF8",
    )
    schema, findings = case.review(copy.connection)
    assert [place(one.at) for one in findings] == case.header("expect"), [one.message for one in findings]
    assert bool(findings) == case.fires
    for finding, severity in zip(findings, case.header("severity"), strict=False):
        assert finding.severity == severity
    for finding in findings:
        assert finding.why and finding.unless
        if finding.offenders:
            copy.connection.execute(finding.offenders)
        if finding.fix:
            check_fix(case, copy.connection, schema, finding)
        if finding.experiment is not None:
            check_experiment(copy.connection, schema, finding.experiment)


def with_role(role: str) -> str:
    found = f"SELECT FROM pg_roles WHERE rolname = {quote_literal(role)}"
    return f"DO $role$ BEGIN IF NOT EXISTS ({found}) THEN CREATE ROLE {quote_identifier(role)}; END IF; END $role$"


def apply(connection: psycopg.Connection, schema: Relational, changes: tuple[Change, ...]) -> None:
    for change in changes:
        for statement in ddl(change, version=schema.version):
            connection.execute(statement)


def check_fix(case: Case, connection: psycopg.Connection, schema: Relational, finding: Finding) -> None:
    """The fix clears the finding, and its reverse gives the schema back."""
    with connection.transaction(force_rollback=True):
        apply(connection, schema, finding.fix)
        _, findings = case.review(connection)
        assert finding.key not in {one.key for one in findings}, finding.message
        undo = [change.reverse() for change in reversed(finding.fix)]
        if None not in undo and not case.header("one-way"):
            apply(connection, schema, tuple(change for change in undo if change is not None))
            assert inspect(connection, facts=False) == msgspec.structs.replace(schema, facts=None)


def check_experiment(connection: psycopg.Connection, schema: Relational, experiment: Experiment) -> None:
    """The experiment as far as an empty copy shows it: its SQL runs, and says what it should."""
    with connection.transaction(force_rollback=True):
        match experiment:
            case Accepted(script=script):
                for statement in script:
                    connection.execute(statement)
            case Refused(script=script):
                for statement in script[:-1]:
                    connection.execute(statement)
                with pytest.raises(psycopg.Error), connection.transaction():
                    connection.execute(script[-1])
            case Shown(query=query, setup=setup):
                for statement in setup:
                    connection.execute(statement)
                row = connection.execute(query).fetchone()
                assert row is not None and row[0] is True, row
            case SamePlans(change=change, sql=sql):
                apply(connection, schema, change)
                for query in sql:
                    connection.execute(f"EXPLAIN {query}")
            case TimedWithout(setup=setup, sql=sql, change=change, keys=keys):
                apply(connection, schema, change)  # first: the setup may go on as another role
                for statement in setup:
                    connection.execute(statement)
                if keys:  # an empty copy has no such row
                    assert connection.execute(keys).fetchall() == []
                else:
                    assert connection.execute(sql).rowcount == 1


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_its_page_and_its_cases(rule: Rule) -> None:
    assert rule.title and len(rule.title) < 70
    for section in SECTIONS:
        assert len(rule.section(section)) > 40, f"{rule.id}: {section}"
    why = " ".join(rule.section("Why it matters").partition("\n\n")[0].split())
    assert len(why) < 260, f"{rule.id}: the first paragraph of 'Why it matters' travels with each finding"
    for kind in ("fires", "quiet"):
        assert len(list((CASES / rule.id / kind).glob("*.sql"))) >= 2, f"{rule.id}: {kind}"


def test_every_case_belongs_to_a_rule() -> None:
    assert {case.rule for case in cases()} == set(RULES)
