"""The front door: which verb a task in words gets, what is asked for, and that nothing is changed on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pydantic_ai")

from pydantic_ai import models
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

import postgres_servers
from dbarchitect.agent.router import Route, route
from dbarchitect.cli import run
from dbarchitect.cli.front import by_model
from dbarchitect.cli.reference import verbs
from dbarchitect.errors import InputError
from front_door import HELD, LATER, PHRASES, STRANGERS, UNSEEN, VOICES

models.ALLOW_MODEL_REQUESTS = False
SCHEMA = "CREATE TABLE customers (id bigint, note text);\n"


def routed(task: str) -> Route:
    return route(task, rules=("fk-without-index", "char-n"), is_folder=lambda word: word.startswith("migrations"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "schema.sql").write_text(SCHEMA)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache() or ""))
    return tmp_path


SETS = (PHRASES, HELD, STRANGERS, VOICES, LATER, UNSEEN)


def test_there_are_enough_phrasings():
    assert [len(one) for one in SETS] == [70, 20, 20, 40, 40, 20]
    assert len({text for one in SETS for text, _ in one}) == 210


@pytest.mark.parametrize(
    ("phrases", "reached"), [(PHRASES, 70), (HELD, 20), (STRANGERS, 18), (VOICES, 40), (LATER, 37), (UNSEEN, 11)]
)
def test_what_people_say_reaches_its_verb_or_is_asked(phrases: tuple[tuple[str, str], ...], reached: int):
    answers = [(routed(text).verb, verb, text) for text, verb in phrases]
    assert [one for one in answers if one[0] and one[0] != one[1]] == []
    assert sum(said == verb for said, verb, _ in answers) >= reached


def test_every_verb_of_the_router_is_one_of_the_command_line():
    known = {" ".join(words[1:]) for words, _ in verbs()}
    assert {verb for one in SETS for _, verb in one if verb} <= known


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("review schema.sql", ["check", "schema.sql"]),
        ("tune slow.sql for app.twin", ["query", "app.twin", "slow.sql"]),
        ("speed up the queries in queries.sql on app.twin", ["query", "app.twin", "--workload", "queries.sql"]),
        ("why is this slow on app.twin: \"SELECT 'a b' FROM t\"", ["query", "app.twin", "SELECT 'a b' FROM t"]),
        (
            "optimize select id from t where x = 1; on schema.sql",
            ["query", "schema.sql", "select id from t where x = 1"],
        ),
        ("recommend indexes for app.twin with queries.sql", ["index", "app.twin", "--workload", "queries.sql"]),
        ("how does wanted.sql differ from schema.sql", ["migrate", "diff", "wanted.sql", "schema.sql"]),
        ("review postgresql://u:p@h/db?x=1", ["check", "postgresql://u:p@h/db?x=1"]),
        ("generate a prisma project from schema.sql", ["orm", "schema.sql", "--to", "prisma", "-o", "project"]),
        ("SELECT * FROM orders does a seq scan on app.twin, why?", ["query", "app.twin", "SELECT * FROM orders"]),
        (
            "explain SELECT a FROM t ORDER BY a desc on app.twin",
            ["query", "app.twin", "SELECT a FROM t ORDER BY a desc"],
        ),
        ("fix everything in schema.sql", ["check", "schema.sql", "--fix", "-o", "fixes"]),
        ("we want off mongodb://h/shop", ["documents", "postgres", "mongodb://h/shop", "-o", "moved"]),
        ("indexes of mongodb://h/shop for q.jsonl", ["documents", "index", "mongodb://h/shop", "q.jsonl"]),
        ("let claude ask app.twin", ["mcp", "--source", "app=app.twin"]),
        ("how many connections does neon allow", ["platform", "neon"]),
        ("hnsw or ivfflat for doc.embedding in app.twin", ["vectors", "app.twin", "doc.embedding"]),
    ],
)
def test_what_a_task_names_fills_the_command(task: str, words: list[str]):
    found = routed(task)
    assert list(found.words) == words and not found.missing


@pytest.mark.parametrize("task", ["review it", "which indexes do I need", "speed up SELECT 1 FROM t", "draw a diagram"])
def test_a_source_is_never_guessed(task: str, project: Path):
    with pytest.raises(InputError, match="which database or schema") as caught:
        run([task])
    assert "schema.sql" in caught.value.hint  # told that it is there, and not taken


def test_a_task_that_reads_is_run(project: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["is schema.sql any good?"]) == run(["check", "schema.sql"])
    out = capsys.readouterr()
    assert "no primary key" in out.out
    assert out.err.splitlines()[0] == 'dba: dba check, because it says "any good"'
    assert out.err.splitlines()[1] == "dba: dba check schema.sql"


@pytest.mark.parametrize(
    ("task", "command"),
    [
        ("apply migrations/ to production", "dba migrate apply migrations/ --to URL"),
        ("roll back the last migration in migrations/", "dba migrate rollback migrations/ --to URL"),
        ("set up sqlalchemy models for schema.sql", "dba orm schema.sql --to sqlalchemy -o project"),
        ("browse schema.sql", "dba serve schema.sql"),
        ("adopt migrations/", "dba migrate adopt migrations/ --to URL"),
        ("take a snapshot of schema.sql", "dba twin create schema.sql -o app.twin"),
        ("set up dba in this project", "dba init"),
    ],
)
def test_what_would_change_something_is_only_told(
    task: str, command: str, project: Path, capsys: pytest.CaptureFixture[str]
):
    assert run([task]) == 0
    assert capsys.readouterr().out == f"{command}\n"
    assert [one.name for one in project.iterdir()] == ["schema.sql"]


def test_wrong_input_is_one_message(project: Path):
    for words, said in ((["make it better"], "not sure"), (["review schema.sql", "--what"], "Unknown option")):
        with pytest.raises(InputError, match=said):
            run(words)
    with pytest.raises(InputError, match="not sure"):
        run(["x" * 50_000 + " y"])


def test_a_password_is_not_repeated(project: Path, capsys: pytest.CaptureFixture[str]):
    assert run(["review postgresql://me:s3cret@h/app", "--dry-run"]) == 0
    out = capsys.readouterr()
    assert "s3cret" not in out.out + out.err and "dba check postgresql://me:***@h/app" in out.out


def test_the_door_costs_the_other_verbs_nothing():
    """Neither its modules nor a library of models is imported by a verb, nor the library by a task without a model."""
    program = (
        "import sys; from dbarchitect.__main__ import main\n"
        "main(['--help']); assert 'dbarchitect.agent.router' not in sys.modules\n"
        "assert 'dbarchitect.cli.front' not in sys.modules and 'dbarchitect.cli.reference' not in sys.modules\n"
        "assert 'dbarchitect.setup' not in sys.modules\n"
        "main(['review schema.sql', '--dry-run']); assert 'pydantic_ai' not in sys.modules\n"
        "assert not {'psycopg', 'mcp', 'numpy'} & set(sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env={**os.environ})
    assert ran.returncode == 0, ran.stderr


# --- with a language model --------------------------------------------------------------------------------------------


def answers(messages: list[ModelMessage]) -> list[str]:
    return [str(part.content) for one in messages for part in one.parts if isinstance(part, ToolReturnPart)]


def test_a_model_works_with_the_tools_over_the_sources_that_were_named(
    project: Path, capsys: pytest.CaptureFixture[str]
):
    seen: list[str] = []

    def scripted(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        names = {one.name for one in info.function_tools}
        assert "check_schema" in names and not names & {"apply_migration", "apply"}
        seen[:] = answers(messages)
        steps = [
            ToolCallPart("get_context", {}),
            ToolCallPart("get_context", {"source": "other"}),
            ToolCallPart("check_schema", {"source": "schema"}),
            ToolCallPart("sandbox_sql", {"source": "schema", "sql": "SELECT 6 * 7"}),
        ]
        if len(seen) < len(steps):
            return ModelResponse(parts=[steps[len(seen)]])
        return ModelResponse(parts=[TextPart("one table repeats a column\x1b[31m")])

    assert by_model("review schema.sql", (), FunctionModel(scripted)) == 0
    assert "sources: schema" in seen[0]
    assert seen[1].startswith("refused: there is no source 'other'")
    assert "no primary key" in seen[2] and "evidence://" in seen[2]
    assert "42" in seen[3]
    out = capsys.readouterr()
    assert "one table repeats a column" in out.out and "\x1b" not in out.out
    assert "again: dba check" in out.out
    assert "goes to the model's provider" in out.err


def test_a_model_that_never_ends_is_ended(project: Path):
    def endless(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse(parts=[ToolCallPart("get_context", {})])

    from dbarchitect.errors import SurroundingsError

    with pytest.raises(SurroundingsError, match="did not answer"):
        by_model("review schema.sql", (), FunctionModel(endless))


def test_a_model_that_is_none_is_one_message(project: Path):
    with pytest.raises(InputError, match="no model that is known"):
        run(["review schema.sql", "--model", "nobody"])
