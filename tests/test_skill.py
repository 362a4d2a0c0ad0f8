"""The skill for coding agents: of the format that agents read, and every command in it runs as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import postgres_servers
from conftest import Database
from dbarchitect.cli import run
from dbarchitect.cli.reference import reference, verbs
from dbarchitect.setup.skill import NAME, skill_files

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`(dba [a-z][^`]*)`")
FILES = {**skill_files(), "references/commands.md": reference()}

SCHEMA = """CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    placed_at timestamptz NOT NULL,
    total numeric(10, 2) NOT NULL
);
"""
WANTED = SCHEMA + "ALTER TABLE orders ADD note text;\n"
QUERIES = """-- window: 86400

-- calls: 90000
SELECT id, total FROM orders WHERE customer_id = 7 ORDER BY placed_at DESC LIMIT 20;
"""
LOG = """2026-11-20 10:00:00.000 UTC [7] LOG:  duration: 0.1 ms  statement: SELECT * FROM customers WHERE id = 1
2026-11-20 10:00:00.010 UTC [7] LOG:  duration: 0.1 ms  statement: SELECT * FROM customers WHERE id = 2
"""
MODELS = """from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "customers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""


def commands() -> list[str]:
    """The commands of the blocks, without the remarks behind them, in the order in which they stand."""
    found: list[str] = []
    for name in ("SKILL.md", *sorted(one for one in FILES if one not in ("SKILL.md", "references/commands.md"))):
        for block in BLOCK.findall(FILES[name]):
            found += [re.sub(r"\s+# .*$", "", line) for line in block.splitlines() if line.startswith("dba ")]
    return found


def test_the_front_matter_is_as_the_format_wants_it():
    _, head, body = FILES["SKILL.md"].split("---\n", 2)
    fields = yaml.safe_load(head)
    assert set(fields) <= {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert fields["name"] == NAME and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", NAME) and len(NAME) <= 64
    assert 1 <= len(fields["description"]) <= 1024 and "Use it when" in fields["description"]
    assert 1 <= len(fields["compatibility"]) <= 500
    assert len(FILES["SKILL.md"].splitlines()) < 500
    assert len(body) / 3 < 5_000  # tokens that the format recommends at most


def test_what_it_points_to_is_there_and_nothing_lies_unmentioned():
    linked = set(re.findall(r"\]\(([^)#]+)\)", FILES["SKILL.md"]))
    assert linked == set(FILES) - {"SKILL.md"}


def test_the_skill_is_in_the_wheel():
    """What a wheel takes is what lies in the package; no pattern of the build leaves the skill out."""
    import tomllib

    settings = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert settings["targets"]["wheel"] == {"packages": ["src/dbarchitect"]}
    assert (Path(__file__).parents[1] / "src/dbarchitect/skill/SKILL.md").is_file()


def test_every_verb_and_option_that_is_named_exists():
    known = {" ".join(words[1:]): verb for words, verb in verbs()}
    page = FILES["references/commands.md"]
    for words, verb in known.items():
        assert verb.default_command is None or f"## dba {words}" in page
    text = "\n".join(FILES[one] for one in FILES if one != "references/commands.md")
    named = [*commands(), *INLINE.findall(text)]
    assert len(named) > 40
    for command in named:
        words = shlex.split(command)[1:]
        verb = " ".join(words[:2]) if " ".join(words[:2]) in known else words[0]
        assert verb in known, command
        options = {name for one in known[verb].assemble_argument_collection() for name in one.names}
        for word in words:
            assert not re.match(r"--?[a-z]", word) or word in options, command


def test_every_command_runs(
    database: Callable[..., Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    """In their order, in a project that has what they name; 0 and 1 are answers, 2 and 3 are failures."""
    there = database(*SCHEMA.split(";\n")[:-1])
    monkeypatch.setenv("DATABASE_URL", there.url)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache() or ""))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "app").mkdir()
    brief = re.search(r"```markdown\n(.*?)```", FILES["references/briefs.md"], re.DOTALL)
    assert brief is not None
    for name, text in {
        "schema.sql": SCHEMA, "wanted.sql": WANTED, "queries.sql": QUERIES, "postgresql.log": LOG,
        "brief.md": brief[1], "app/__init__.py": "", "app/models.py": MODELS,
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    run(["migrate", "new", "base", "--in", "migrations", "--to", "schema.sql"])
    run(["migrate", "adopt", "migrations", "--to", there.url, "--yes"])
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        subprocess.run([*git, *words], check=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull})
    ran = commands()
    assert len(ran) >= 25
    for command in ran:
        words = [word.replace("$DATABASE_URL", there.url) for word in shlex.split(command)[1:]]
        code = run(words)  # raises what is a failure
        assert code in (0, 1), command
        capsys.readouterr()
