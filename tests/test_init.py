"""`dba init`: what it writes runs, what was there stays to the byte, and all of it comes out again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import postgres_servers
from dbarchitect.cli import run
from dbarchitect.config import read_configuration
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.setup.edits import UnfitError, in_yaml_list, with_key
from dbarchitect.setup.record import RECORD

FILES = {
    "migrations/0001_base.up.sql": "CREATE TABLE t (id bigint PRIMARY KEY);\n",
    "pyproject.toml": '[project]\nname = "shop"  # kept\n',
    "package.json": '{"name": "shop"}\n',
    ".pre-commit-config.yaml": "# ours\nrepos:\n  - repo: local\n    hooks: []\n\n# the end\nfail_fast: true\n",
    "AGENTS.md": "# Rules\n\nBe kind.",
    ".mcp.json": '{\n    "mcpServers": {\n        "mine": {"command": "x"}\n    }\n}\n',
    ".vscode/mcp.json": '{"servers": {}}',
    ".github/workflows/ci.yml": "on: push\n",
}


def tree(root: Path) -> dict[str, bytes]:
    """All files, and folders as empty ones."""
    found: dict[str, bytes] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(".git/"):
            found[name] = b"" if path.is_dir() else path.read_bytes()
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache() or ""))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "base")
    return tmp_path


def git(*words: str) -> None:
    subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words], check=True)


def test_it_comes_goes_and_changes_nothing_else(project: Path, capsys: pytest.CaptureFixture[str]):
    before = tree(project)
    assert run(["init", "--yes"]) == 0
    after = tree(project)
    for name, text in FILES.items():  # what was there is there, around what came in
        lines = iter(after[name].decode().splitlines())
        assert all(any(line == have for have in lines) for line in text.splitlines() if name != ".vscode/mcp.json"), (
            name
        )
    assert read_configuration(project).path == project / "pyproject.toml"
    assert json.loads(after[".mcp.json"])["mcpServers"] == {
        "mine": {"command": "x"},
        "dbarchitect": {"command": "dba", "args": ["mcp", "--source", "app=migrations"]},
    }
    assert "dbarchitect" in json.loads(after[".vscode/mcp.json"])["servers"]
    for home in (".claude/skills", ".agents/skills"):
        assert b"## dba migrate apply" in after[f"{home}/dbarchitect/references/commands.md"]
        assert after[f"{home}/dbarchitect/SKILL.md"].startswith(b"---\nname: dbarchitect\n")
    assert "migrations (plain): migrations" in capsys.readouterr().out

    assert run(["init", "--yes"]) == 0  # again: nothing
    assert tree(project) == after and "nothing was changed" in capsys.readouterr().out

    assert run(["init", "--remove", "--yes"]) == 0
    assert tree(project) == before
    with pytest.raises(InputError, match="has written nothing"):
        run(["init", "--remove", "--yes"])


def test_in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--yes"]) == 0
    assert "no hook and no action" in capsys.readouterr().out
    assert read_configuration(tmp_path).fail_on == "warning"
    assert not (tmp_path / ".github").exists() and not (tmp_path / ".pre-commit-config.yaml").exists()
    assert run(["init", "--remove", "--yes"]) == 0
    assert tree(tmp_path) == {}


def test_without_a_terminal_nothing_is_written_but_the_diff(project: Path, capsys: pytest.CaptureFixture[str]):
    before = tree(project)
    with pytest.raises(InputError, match="nothing was written"):
        run(["init"])
    out = capsys.readouterr().out
    assert "+++ b/AGENTS.md" in out and "+    - id: dba-check" in out.replace("+  ", "+")
    assert run(["init", "--dry-run"]) == 0
    assert run(["init", "--dry-run", "--format", "json"]) == 0
    assert tree(project) == before


def test_parts_are_chosen(project: Path):
    assert run(["init", "--yes", "--only", "hook,config", "--skip", "config"]) == 0
    changed = {name for name, content in tree(project).items() if content and FILES.get(name, "").encode() != content}
    assert changed == {".pre-commit-config.yaml", RECORD}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "everything"], "is no part"),
        (["--source", "postgresql://u:p@h/db"], "a URL may hold a password"),
        (["--source", "nothing.sql"], "there is no such file"),
        (["--remove", "--only", "hook"], "takes out everything"),
        (["--format", "json"], "is of --dry-run"),
    ],
)
def test_wrong_options(words: list[str], said: str, project: Path):
    before = tree(project)
    with pytest.raises(InputError, match=said):
        run(["init", "--yes", *words])
    assert tree(project) == before


def test_what_people_changed_is_kept(project: Path, capsys: pytest.CaptureFixture[str]):
    run(["init", "--yes"])
    mine = {
        "AGENTS.md": lambda text: text.replace("Database work", "My words"),
        ".claude/skills/dbarchitect/SKILL.md": lambda text: text + "mine\n",
        ".pre-commit-config.yaml": lambda text: text + "exclude: x\n",  # outside the section
    }
    for name, change in mine.items():
        (project / name).write_text(change((project / name).read_text()))
    changed = tree(project)
    assert run(["init", "--yes"]) == 0
    assert tree(project) == changed
    out = capsys.readouterr().out
    assert out.count("it was changed since it was written") == 1 and "its section was changed" in out
    assert run(["init", "--remove", "--yes"]) == 0
    left = tree(project)
    assert left["AGENTS.md"] == changed["AGENTS.md"]
    assert left[".claude/skills/dbarchitect/SKILL.md"] == changed[".claude/skills/dbarchitect/SKILL.md"]
    assert left[".pre-commit-config.yaml"].decode() == FILES[".pre-commit-config.yaml"] + "exclude: x\n"
    assert RECORD in left and ".mcp.json" not in json.loads(left[RECORD])["entries"]


@pytest.mark.parametrize("at", range(1, 12, 2))
def test_an_interrupted_run_leaves_everything_as_it_was(at: int, project: Path, monkeypatch: pytest.MonkeyPatch):
    from dbarchitect.setup import record

    before, count, whole = tree(project), 0, record.write_whole

    def interrupted(path: Path, content: str | bytes) -> None:
        nonlocal count
        count += 1
        if count == at:
            raise KeyboardInterrupt
        whole(path, content)

    monkeypatch.setattr(record, "write_whole", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(["init", "--yes"])
    assert tree(project) == before


def test_a_run_that_was_killed_is_gone_on_with_or_taken_back(project: Path):
    """Killed between two files: the record came first, so that both ways are open."""
    before = tree(project)
    program = (
        "import os, sys\n"
        "from dbarchitect.setup import record\n"
        "whole, count = record.write_whole, [0]\n"
        "def killed(path, content):\n"
        "    count[0] += 1\n"
        "    if count[0] == 6: os._exit(9)\n"
        "    whole(path, content)\n"
        "record.write_whole = killed\n"
        "from dbarchitect.cli import run\n"
        "run(['init', '--yes'])\n"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 9
    half = tree(project)
    assert RECORD in half and "AGENTS.md" in half and half["AGENTS.md"] == before["AGENTS.md"]
    assert run(["init", "--remove", "--yes"]) == 0
    assert {name: content for name, content in tree(project).items() if content} == {
        name: content for name, content in before.items() if content
    }
    assert run(["init", "--yes"]) == 0
    assert b"Database work" in (project / "AGENTS.md").read_bytes()


def test_a_folder_that_cannot_be_written_to_is_one_message(project: Path):
    (project / ".agents").write_text("a file where a folder has to be")
    before = tree(project)
    with pytest.raises((InputError, SurroundingsError, OSError)):
        run(["init", "--yes"])
    assert tree(project) == before


def test_a_link_that_leads_out_is_not_followed(project: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside") / "AGENTS.md"
    outside.write_text("theirs")
    (project / "AGENTS.md").unlink()
    (project / "AGENTS.md").symlink_to(outside)
    with pytest.raises(InputError, match="leads out"):
        run(["init", "--yes"])
    assert outside.read_text() == "theirs"


# --- what is written runs ---------------------------------------------------------------------------------------------


def shell(command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["bash", "-ec", command], capture_output=True, text=True, env=environment)


def test_the_hook_and_the_action_run_and_fail_on_what_is_new(project: Path):
    run(["init", "--yes"])
    hooks = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"][-1]["hooks"]
    assert {one["id"] for one in hooks} == {"dba-check", "dba-migrate-lint"}
    git("add", "-A")
    git("commit", "-qm", "init")
    git("branch", "-q", "start")
    for hook in hooks:
        ran = shell(hook["entry"])
        assert ran.returncode == 0, ran.stderr
    (project / "migrations/0002_more.up.sql").write_text("CREATE TABLE no_key (x int);\n")
    ran = shell(hooks[0]["entry"])
    assert ran.returncode == 1 and "no_key" in ran.stdout

    steps = yaml.safe_load((project / ".github/workflows/dba.yml").read_text())["jobs"]["schema"]["steps"]
    checks = [one["run"] for one in steps if "dba " in one.get("run", "") and "pip" not in one["run"]]
    assert len(checks) == 2
    git("update-ref", "refs/remotes/origin/start", "start")
    ran = shell(checks[0], GITHUB_BASE_REF="start")
    assert ran.returncode == 1 and "::" in ran.stdout and "no_key" in ran.stdout
    assert shell(checks[1]).returncode in (0, 1)
    server = json.loads((project / ".mcp.json").read_text())["mcpServers"]["dbarchitect"]
    assert shell(" ".join([server["command"], *server["args"]]) + " < /dev/null").returncode == 0


def test_pre_commit_itself_stops_a_commit(project: Path):
    """The hook as pre-commit runs it: what is staged is looked at, with what is not put aside."""
    run(["init", "--yes"])
    git("add", "-A")
    git("commit", "-qm", "init")
    home = {"PRE_COMMIT_HOME": str(project.parent / "pre-commit")}
    assert shell("pre-commit install", **home).returncode == 0
    more = project / "migrations/0002_more.up.sql"
    more.write_text("CREATE TABLE no_key (x int);\n")
    more.with_name("0002_more.down.sql").write_text("DROP TABLE no_key;\n")
    git("add", "-A")
    more.write_text("CREATE TABLE no_key (x int PRIMARY KEY);\n")
    commit = "git -c user.name=t -c user.email=t@x.org commit -m more"
    ran = shell(commit, **home)
    assert ran.returncode == 1 and "no_key has no primary key" in ran.stdout + ran.stderr
    git("add", "-A")
    ran = shell(commit, **home)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stderr.count("Passed") == 2


# --- foreign files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["repos: []\n", "other: 1\n", "repos:\n", "repos: {a: 1}\n", "repos:\n  a: 1\n"])
def test_yaml_of_another_form_is_refused(text: str):
    with pytest.raises(UnfitError):
        in_yaml_list(text, "repos", "- repo: x\n")


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n- repo: a\n",
        "repos:\n- repo: a",
        "repos:\n    - repo: a\n      hooks:\n\n        - id: b\n# end\n",
        "x: 1\nrepos: # all\n  # first\n  - repo: a\n\ny: 2\n",
        "repos:\r\n  - repo: a\r\nz: 1\r\n",
    ],
)
def test_an_item_joins_a_list_of_yaml(text: str):
    added = in_yaml_list(text, "repos", "- repo: new\n  rev: 1\n")
    document = yaml.safe_load(added.text)
    assert document["repos"][-1] == {"repo": "new", "rev": 1} and document["repos"][0]["repo"] == "a"
    assert added.text.replace(added.inserted, "") == text
    assert ("\r\n" in text) == ("\r\n" in added.inserted)


@pytest.mark.parametrize(
    "text",
    ["{}", "{ }\n", '{"a": 1}', '{"s": {}}', '{"s": {"x": 1}, "b": "\\"s\\": {"}', '{\n\t"s": {\n\t\t"x": {}\n\t}\n}'],
)
def test_a_key_joins_a_document(text: str):
    added = with_key(text, "s", "n", {"command": "dba"})
    before = json.loads(text)
    assert json.loads(added.text) == {**before, "s": {**before.get("s", {}), "n": {"command": "dba"}}}
    assert added.text.replace(added.inserted, "", 1) == text


@pytest.mark.parametrize("text", ["[]", "// c\n{}", '{"s": 1}', '{"s": {"n": 1}}', ""])
def test_a_document_of_another_form_is_refused(text: str):
    with pytest.raises(UnfitError):
        with_key(text, "s", "n", {"command": "dba"})


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"prisma/schema.prisma": "model A {id Int @id}"}, "prisma/schema.prisma"),
        ({"src/app/db.py": "class Base(DeclarativeBase):\n    pass\n"}, "app.db:Base"),
        ({"db/schema.sql": "create table t (id int);", "db/seed.sql": "INSERT INTO t VALUES (1);"}, "db/schema.sql"),
        (
            {"drizzle/meta/_journal.json": '{"entries": []}', "drizzle/0000_a.sql": "CREATE TABLE t (id int);"},
            "drizzle",
        ),
        ({"app.db": "SQLite format 3\x00"}, "app.db"),
        ({"node_modules/x/schema.sql": "CREATE TABLE t (id int);"}, ""),
    ],
)
def test_what_a_folder_has(files: dict[str, str], source: str, tmp_path: Path):
    from dbarchitect.api.init import candidates

    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert [one.source for one in candidates(tmp_path)][:1] == ([source] if source else [])
