"""SARIF against its JSON schema, 2.1.0, as Microsoft ships it for testing: of made-up reviews and of the commands'."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import msgspec
import pytest

from dbarchitect.cli import run
from migration_tools import fetched
from test_render import FINDINGS, HOSTILE, REVIEW, at, render

SCHEMA = 'CREATE TABLE t (id int PRIMARY KEY, other int REFERENCES t);\nCREATE TABLE "a\'b c/#%41" (x float);\n'


@cache
def validator() -> jsonschema.Draft4Validator:
    package = fetched((("@microsoft/jest-sarif", "1.0.0-beta.0"),)) / "node_modules" / "@microsoft" / "jest-sarif"
    schema = json.loads((package / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
    jsonschema.Draft4Validator.check_schema(schema)
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())


def faults(text: str) -> list[str]:
    """What the schema does not allow in a SARIF file."""
    body = json.loads(text)
    assert body["version"] == "2.1.0" and body["runs"]
    return [f"{one.json_path}: {one.message[:200]}" for one in validator().iter_errors(body)]


def test_the_schema_would_tell():
    body = json.loads(render(REVIEW, "sarif"))
    result = body["runs"][0]["results"][0]
    result["level"] = "severe"
    result["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b"
    assert {one.partition(":")[0].rpartition(".")[2] for one in faults(json.dumps(body))} == {
        "level",
        "startLine",
        "uri",
    }


def test_reviews_of_every_kind_are_sarif():
    hostile = msgspec.structs.replace(FINDINGS[0], at=at(HOSTILE), message=HOSTILE)
    for review in (
        REVIEW,
        msgspec.structs.replace(REVIEW, findings=(), suppressed=()),
        msgspec.structs.replace(REVIEW, findings=(hostile,), source=f"postgresql://x/{HOSTILE}"),
        msgspec.structs.replace(REVIEW, findings=FINDINGS[1:2], source="postgresql://bob:hunter2@db:5433/app"),
    ):
        assert faults(render(review, "sarif")) == []


@pytest.mark.parametrize("proved", [[], ["--prove"]])
def test_what_dba_check_writes_is_sarif(proved: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s c.sql").write_text(SCHEMA)
    assert run(["check", "s c.sql", "--format", "sarif", "-o", "found.sarif", *proved]) == 1
    text = (tmp_path / "found.sarif").read_text()
    assert faults(text) == [] and "fk-without-index" in text


def test_what_dba_migrate_lint_writes_is_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "0001_all.up.sql").write_text(SCHEMA)
    (tmp_path / "0002_more.up.sql").write_text("CREATE INDEX t_other ON t (other);\nALTER TABLE t DROP COLUMN other;\n")
    capsys.readouterr()
    assert run(["migrate", "lint", str(tmp_path), "--format", "sarif"]) == 1
    text = capsys.readouterr().out
    assert faults(text) == [] and json.loads(text)["runs"][0]["results"]
