"""The rules that speak about SQLite, on real files: what each must say, must not say, and what its experiment shows.

A case is a script in `cases/sqlite/<rule-id>/{fires,quiet}/`, made into a file by SQLite. Comments at its head:

    -- expect: column orders.total     one line a finding: kind and place; `fires/` only
    -- severity: warning               of the findings, in the same order; optional
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from dbarchitect.engines.sqlite.ddl import ddl
from dbarchitect.engines.sqlite.rows import look
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite
from dbarchitect.model.finding import Finding
from dbarchitect.prove.sqlite import SqliteBench, demonstrate
from dbarchitect.review import review
from dbarchitect.review.rule import rules

CASES = Path(__file__).parent / "cases" / "sqlite"
NOW = datetime(2026, 11, 26, tzinfo=UTC)
SPEAKING = {rule.id: rule for rule in rules() if "sqlite" in rule.engines}


def made(script: str, path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def reviewed(path: Path, rule: str) -> tuple[SqliteSource, tuple[Finding, ...]]:
    source = open_sqlite(str(path), now=NOW)
    with source.rows() as connection:
        seen, _ = look(connection, source.schema)
    schema = replace(source.schema, facts=replace(source.schema.facts, sqlite=seen))
    findings, silences = review(schema, select=[rule])
    assert not silences, silences
    return source, findings


def cases() -> list[tuple[str, str, Path]]:
    return [(path.parent.parent.name, path.parent.name, path) for path in sorted(CASES.glob("*/*/*.sql"))]


@pytest.mark.parametrize(("rule", "kind", "path"), cases(), ids=lambda one: one.stem if isinstance(one, Path) else one)
def test_case(rule: str, kind: str, path: Path, tmp_path: Path):
    text = path.read_text()
    file = made(text, tmp_path / "case.db")
    source, findings = reviewed(file, rule)
    assert [f"{one.at.kind} {one.at}".strip() for one in findings] == re.findall(r"^-- expect: (.*)$", text, re.M)
    assert bool(findings) == (kind == "fires")
    for finding, severity in zip(findings, re.findall(r"^-- severity: (.*)$", text, re.M), strict=False):
        assert finding.severity == severity
    with closing(SqliteBench(source)) as bench:
        for finding in findings:
            proof = demonstrate(finding, bench, rerun="again")
            if finding.experiment is not None:
                assert proof.level != "asserted" and proof.holds is True, proof
            if finding.offenders:
                with source.rows() as rows:
                    rows.execute(finding.offenders).fetchall()
    fixes = [sql for finding in findings for change in finding.fix for sql in ddl(change)]
    if fixes:  # what it says mends it
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            for sql in fixes:
                connection.execute(sql).fetchall()
        assert not reviewed(file, rule)[1]


@pytest.mark.parametrize("rule", SPEAKING)
def test_every_rule_that_speaks_about_sqlite_was_tried_on_it(rule: str):
    most = 1 if "postgresql" in SPEAKING[rule].engines else 2
    for kind in ("fires", "quiet"):
        assert len(list((CASES / rule / kind).glob("*.sql"))) >= most, kind


def test_every_case_belongs_to_a_rule():
    assert {rule for rule, _, _ in cases()} == set(SPEAKING)
