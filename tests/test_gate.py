"""`dba check` as a gate: what is new beside a base, answers, the action and the hook, run as their hosts run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

import postgres_servers
from dbarchitect import api
from dbarchitect.__main__ import main
from dbarchitect.config import answer, read_configuration
from dbarchitect.errors import InputError
from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.model.names import ObjectKind, ObjectRef
from dbarchitect.review.novelty import novel
from dbarchitect.revisions import at_revision
from dbarchitect.suppression import ConfiguredIgnore

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = api.CheckOptions(now=NOW, cache=postgres_servers.test_cache())
OLD = """
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL, price float8);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE);
"""
MORE = "CREATE TABLE items (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders ON DELETE CASCADE);\n"


def git(folder: Path, *words: str) -> str:
    known = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *name, *words], cwd=folder, capture_output=True, text=True, env=os.environ | known)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    """A repository with a schema and a folder of migrations in its first commit, which is the branch `main`."""
    folder = tmp_path / "project"
    (folder / "db" / "migrations").mkdir(parents=True)
    (folder / "dbarchitect.toml").write_text("")
    (folder / "db" / "schema.sql").write_text(OLD)
    (folder / "db" / "migrations" / "0001_init.sql").write_text(OLD)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    monkeypatch.chdir(folder)
    return folder


def said(review: Review) -> set[str]:
    return {f"{one.rule} {one.at.short}" for one in review.findings}


# What is new


def finding(rule: str, table: str, *also: str, kind: ObjectKind = "table") -> Finding:
    refs = tuple(ObjectRef(kind="table", schema="public", name=name) for name in also)
    at = ObjectRef(kind=kind, schema="" if kind == "database" else "public", name=table)
    return Finding(rule=rule, severity=Severity.WARNING, at=at, message=f"{rule} on {table}", also=refs)


def test_known_is_what_has_rule_and_object():
    base = [finding("a", "t"), finding("b", "t")]
    assert novel([finding("a", "t"), finding("a", "u"), finding("c", "t")], base) == (
        finding("a", "u"),
        finding("c", "t"),
    )
    twice = [finding("a", "t"), finding("a", "t")]
    assert novel(twice, base) == (finding("a", "t"),)
    assert novel(twice, twice) == ()


def test_systemic_findings_are_compared_by_their_members():
    whole = finding("a", "", "t", "u", "v", kind="database")
    larger = finding("a", "", "t", "u", "v", "w", kind="database")
    assert novel([whole], [whole]) == ()
    # Grown past the share, or shrunk below it: the same objects are the same news.
    assert novel([whole], [finding("a", name) for name in "tuv"]) == ()
    assert novel([finding("a", "t"), finding("a", "x")], [whole]) == (finding("a", "x"),)
    [grown] = novel([larger], [whole])
    assert [ref.name for ref in grown.also] == ["w"]
    assert grown.message.endswith("; new among them: w")
    assert grown.key == whole.key
    assert novel([whole], []) == (whole,)


def test_a_branch_is_the_base_of_a_file(repository):
    (repository / "db" / "schema.sql").write_text(OLD + MORE)
    source = "db/schema.sql"
    whole = api.check(source, OPTIONS)
    new = api.check(source, replace(OPTIONS, against="main"))
    assert said(new) == {"fk-without-index items.items_order_id_fkey"}
    assert len(whole.findings) == len(new.findings) + sum(one.by == "the base" for one in new.suppressed)
    assert {one.reason for one in new.suppressed} == {"known in main"}
    assert new.findings[0].position is not None
    assert new.findings[0].position.file == source
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "second")
    assert not api.check(source, replace(OPTIONS, against="HEAD")).findings
    assert said(api.check(source, replace(OPTIONS, against="HEAD~1"))) == said(new)


def test_a_hook_s_variables_do_not_mislead(repository, monkeypatch):
    (repository / "db" / "schema.sql").write_text(OLD + MORE)
    monkeypatch.setenv("GIT_DIR", str(repository / ".git"))  # as git sets it for hooks of linked work trees
    found = api.check("db/schema.sql", replace(OPTIONS, against="main"))
    assert said(found) == {"fk-without-index items.items_order_id_fkey"}


def test_models_have_no_past_to_be_held_against(repository):
    with pytest.raises(InputError, match="no such file or folder"):
        api.check("app.models:Base", replace(OPTIONS, against="main"))


def test_a_commit_is_the_base_of_a_folder(repository):
    (repository / "db" / "migrations" / "0002_items.sql").write_text(MORE)
    commit = git(repository, "rev-parse", "--short", "HEAD").strip()
    new = api.check("db/migrations", replace(OPTIONS, against=commit))
    assert said(new) == {"fk-without-index items.items_order_id_fkey"}
    assert new.findings[0].position is not None
    assert new.findings[0].position.file == "db/migrations/0002_items.sql"
    assert new.file == "db/migrations/0002_items.sql"


def test_another_source_is_the_base(repository, database):
    live = database(OLD)
    (repository / "new.sql").write_text(OLD + MORE)
    expected = {"fk-without-index items.items_order_id_fkey"}
    for base in (live.url, "db/schema.sql", "db/migrations"):
        assert said(api.check("new.sql", replace(OPTIONS, against=base))) == expected
    # What the base no longer has is none of our business, and a live source may have one too.
    # (Of its server only a live source has settings.)
    schema_alone = replace(OPTIONS, select=("fk-without-index", "no-primary-key"), against="new.sql")
    assert not api.check(live.url, schema_alone).findings


def test_a_source_that_the_base_does_not_have_is_all_new(repository):
    (repository / "other.sql").write_text(OLD)
    found = api.check("other.sql", replace(OPTIONS, against="main"))
    assert said(found) == said(api.check("other.sql", OPTIONS)) != set()
    assert any(one.kind == "base" and "all that is found is new" in one.effect for one in found.gaps)


def test_what_was_ignored_in_the_base_and_no_longer_is_counts_as_new(repository):
    ignored = OLD.replace("customer_id bigint", "-- dba: ignore fk-without-index: small\n customer_id bigint")
    (repository / "ignored.sql").write_text(ignored)
    found = api.check("db/schema.sql", replace(OPTIONS, against="ignored.sql", select=("fk-without-index",)))
    assert said(found) == {"fk-without-index orders.orders_customer_id_fkey"}


@pytest.mark.parametrize(
    ("source", "against", "message"),
    [
        ("db/schema.sql", "nowhere", "no branch, tag or commit"),
        ("db/schema.sql", "--upload-pack=x", "no branch, tag or commit"),
        ("none.sql", "main", "none.sql"),
        ("postgresql://localhost/x", "main", "no such file or folder"),
        ("db/schema.sql", "broken.sql", "the base broken.sql: "),
    ],
)
def test_a_base_that_is_none(repository, source, against, message):
    (repository / "broken.sql").write_text("CREATE TABLE t (")
    with pytest.raises(InputError, match=message):
        api.check(source, replace(OPTIONS, against=against))


def test_outside_a_repository_a_base_is_a_source(tmp_path):
    (tmp_path / "a.sql").write_text(OLD)
    with pytest.raises(InputError, match="in no git repository"):
        api.check(str(tmp_path / "a.sql"), replace(OPTIONS, against="main"))


def test_files_of_a_revision_are_what_was_committed(repository):
    names = ["ü b.sql", "new\nline.sql", 'quo"te.sql']
    for name in names:
        (repository / "db" / "migrations" / name).write_bytes(b"a\r\n\xff")
    (repository / "db" / "migrations" / "deep" / "er").mkdir(parents=True)
    (repository / "db" / "migrations" / "deep" / "er" / "x.sql").write_text("x")
    (repository / "db" / "migrations" / "link.sql").symlink_to("/etc/passwd")
    (repository / ".gitattributes").write_text("*.sql export-ignore\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "names")
    with at_revision(Path("db/migrations"), "HEAD") as folder:
        assert folder is not None
        found = sorted(one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
        assert found == sorted([*names, "0001_init.sql", "deep/er/x.sql"])  # no link leads out of it
        assert (folder / names[0]).read_bytes() == b"a\r\n\xff"
        assert folder.name == "migrations"
    assert not folder.exists()
    with at_revision(Path("db/migrations"), "HEAD~1") as folder:
        assert folder is not None
        assert [one.name for one in folder.iterdir()] == ["0001_init.sql"]
    with at_revision(Path(), "HEAD") as folder:
        assert folder is not None
        assert (folder / "db" / "schema.sql").read_text() == OLD


def test_the_command_fails_on_what_is_new_alone(repository, capsys):
    assert main(["check", "db/schema.sql", "--new-only", "--against", "main"]) == 0
    assert "suppressed: " in capsys.readouterr().out
    (repository / "db" / "schema.sql").write_text(OLD + MORE)
    assert main(["check", "db/schema.sql", "--against", "main", "--format", "junit"]) == 1
    assert 'failures="1"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--new-only"], "--new-only: new beside what?"),
        (["--fix"], "no folder is named"),
        (["--online"], "are for --fix"),
        (["--include-questions"], "are for --fix"),
        (["--fix", "-o", "m", "--write-baseline", "b.json"], "--write-baseline"),
    ],
)
def test_options_that_need_each_other(repository, capsys, arguments, message):
    assert main(["check", "db/schema.sql", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_fixes_of_what_is_new_go_into_the_folder(repository, capsys):
    folder = repository / "db" / "migrations"
    (folder / "0001_init.sql").rename(folder / "0001_init.up.sql")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "renamed")
    (folder / "0002_items.up.sql").write_text(MORE)
    words = ["check", "db/migrations", "--new-only", "--against", "HEAD", "--fix", "-o", "db/migrations"]
    assert main([*words, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)["mends"]
    assert [(one["outcome"], one["rule"], one["migration"]) for one in told] == [
        ("written", "fk-without-index", "0003")
    ]
    assert main(words[:-3]) == 0


# Rules that do not run by default


def test_opt_in_rules_run_where_they_are_named(monkeypatch, repository, capsys):
    from dbarchitect.review import rule as mechanism

    quiet = tuple(replace(one, default=False) if one.id == "fk-without-index" else one for one in mechanism.rules())
    monkeypatch.setattr(mechanism, "rules", lambda: quiet)

    def found(*words: str) -> bool:
        main(["check", "db/schema.sql", "--format", "json", *words])
        rules = {one["rule"] for one in json.loads(capsys.readouterr().out).get("findings", [])}
        assert "float-or-money-amount" in rules or "--select" in words
        return "fk-without-index" in rules

    assert not found()
    assert found("--extend-select", "fk-*")
    assert found("--select", "fk-without-index")
    assert not found("--extend-select", "fk-*", "--ignore", "fk-without-index")
    (repository / "dbarchitect.toml").write_text('extend-select = ["fk-without-*"]\n')
    assert found()
    (repository / "dbarchitect.toml").write_text('extend-select = ["nope"]\n')
    assert main(["check", "db/schema.sql"]) == 2
    assert "extend-select: there is no rule 'nope'" in capsys.readouterr().err


# Answers


def test_an_answer_is_kept_with_its_reason(repository, capsys):
    words = ["answer", "fk-without-index", "orders", "--reason", 'It is "small"\nand stays so']
    assert main([*words, "--until", "2099-12-31"]) == 0
    assert "fk-without-index is silent about orders until 2099-12-31" in capsys.readouterr().out
    [ignore] = read_configuration(repository).ignores
    assert (ignore.rule, ignore.object, ignore.until) == ("fk-without-index", "orders", date(2099, 12, 31))
    assert ignore.reason == 'It is "small"\nand stays so'
    main(["check", "db/schema.sql", "--format", "json", "--select", "fk-without-index"])
    told = json.loads(capsys.readouterr().out)
    assert "findings" not in told
    assert [one["reason"] for one in told["suppressed"]] == [ignore.reason]


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("dbarchitect.toml", ""),
        ("dbarchitect.toml", '# ours\nfail-on = "error"  # strict'),
        ("dbarchitect.toml", 'fail-on = "error"\r\n\r\n[n-plus-one]\r\nignore = []\r\n'),
        ("dbarchitect.toml", '[[ignore]]\nrule = "char-n"  # kept\nreason = "r"\n'),
        (
            "pyproject.toml",
            '[project]  # here\n\n[tool.dbarchitect]\nfail-on = "info"\n\n[tool.other]\na = 1\n',
        ),
        ("pyproject.toml", '[tool.dbarchitect]\n[[tool.dbarchitect.ignore]]\nrule = "char-n"\nreason = "r"\n'),
    ],
)
def test_everything_in_the_file_stays(tmp_path, name, before):
    path = tmp_path / name
    path.write_bytes(before.encode())
    known = read_configuration(tmp_path)
    wanted = ConfiguredIgnore(rule="a-rule", object='x.[y"\x7f]', reason="ü\t\\ 'r'", until=date(2030, 1, 2))
    assert answer(tmp_path / "", wanted) == path
    text = path.read_bytes().decode()
    assert text.startswith(before)
    assert ("\r\n" in text) == ("\r\n" in before)
    found = read_configuration(tmp_path)
    assert found.ignores == (*known.ignores, replace(wanted, origin=str(path)))
    assert replace(found, ignores=(), path=None) == replace(known, ignores=(), path=None)


def test_the_first_answer_makes_the_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')  # not ours
    wanted = ConfiguredIgnore(rule="a-rule", object="*", reason="r")
    assert answer(tmp_path, wanted) == tmp_path / "dbarchitect.toml"
    assert (tmp_path / "dbarchitect.toml").read_text() == '[[ignore]]\nrule = "a-rule"\nobject = "*"\nreason = "r"\n'
    with pytest.raises(InputError, match="has this answer already"):
        answer(tmp_path, wanted)


@pytest.mark.parametrize("name", ["dbarchitect.toml", "pyproject.toml"])
def test_a_list_of_ignores_is_left_to_its_owner(tmp_path, name):
    text = 'ignore = ["char-n"]\n' if name == "dbarchitect.toml" else '[tool.dbarchitect]\nignore = ["char-n"]\n'
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        answer(tmp_path, ConfiguredIgnore(rule="a", object="t", reason="r"))
    assert '{ rule = "a", object = "t", reason = "r" }' in caught.value.hint
    assert (tmp_path / name).read_text() == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope", "t", "--reason", "r"], "there is no rule 'nope'"),
        (["char-n", " ", "--reason", "r"], "which object?"),
        (["char-n", "t", "--reason", " "], "--reason is empty"),
        (["char-n", "t"], "--reason"),
        (["char-n", "t", "--reason", "r", "--until", "soon"], "not a date"),
        (["char-n", "t", "--reason", "r", "--until", "2020-01-01"], "this is over"),
    ],
)
def test_answers_that_are_none(repository, capsys, arguments, message):
    assert main(["answer", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert (repository / "dbarchitect.toml").read_text() == ""


def test_a_question_names_the_command_that_answers_it(repository, capsys):
    (repository / "a.sql").write_text("CREATE TABLE t (id bigint PRIMARY KEY, a text NOT NULL, b text, UNIQUE (a, b));")
    main(["check", "a.sql", "--select", "nullable-in-unique"])
    assert "dba answer nullable-in-unique t.t_a_b_key --reason TEXT" in capsys.readouterr().out


# Where it runs


@pytest.fixture
def shell(repository):
    """Runs commands as a host would: a shell, `dba` on the path, nothing of ours but the cache."""

    def run(script: str, **variables: str) -> tuple[int, str]:
        known = {"PATH": f"{BIN}:{os.environ['PATH']}", "DBA_CACHE": os.environ["DBA_CACHE"], "HOME": str(repository)}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
            cwd=repository,
            capture_output=True,
            text=True,
            env=known | variables,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_the_action_reviews_what_is_new(repository, shell, tmp_path):
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    assert set(action) == {"name", "description", "branding", "inputs", "outputs", "runs"}
    inputs = {name: one.get("default", "") for name, one in action["inputs"].items()}
    [step] = [one for one in action["runs"]["steps"] if one.get("id") == "check"]
    # No expression is put into a script: a branch may be called like a command.
    assert all("${{" not in one.get("run", "") for one in action["runs"]["steps"])
    named = {value.split(".")[1].removesuffix(" }}") for value in step["env"].values() if "{{ inputs." in value}
    assert named <= set(inputs)

    # A pull request: the checkout has the base only at its remote.
    remote = tmp_path / "remote"
    git(repository, "clone", "-q", "--bare", ".", str(remote))
    git(repository, "remote", "add", "origin", str(remote))
    (repository / "db" / "schema.sql").write_text(OLD + MORE)
    given = dict.fromkeys(step["env"], "") | {
        "DBA_SOURCE": "db/schema.sql",
        "DBA_AGAINST": "origin/main",
        "DBA_BASE_REF": "main",
        "DBA_SARIF": "out.sarif",
        "DBA_MARKDOWN": "comment.md",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }
    code, told = shell(step["run"], **given)
    assert code == 1, told
    [annotation] = [one for one in told.splitlines() if one.startswith("::warning")]
    assert "file=db/schema.sql,line=4" in annotation
    assert (tmp_path / "output").read_text() == "exit-code=1\n"
    assert "fk-without-index" in (tmp_path / "summary").read_text()
    assert (repository / "comment.md").read_text() == (tmp_path / "summary").read_text()
    results = json.loads((repository / "out.sarif").read_text())["runs"][0]["results"]
    [result] = [one for one in results if "suppressions" not in one]
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
    assert shell(step["run"], **given | {"DBA_FAIL_ON": "error"})[0] == 0
    assert shell(step["run"], **given | {"DBA_SOURCE": "$(touch hacked)"})[0] == 2
    assert not (repository / "hacked").exists()


def test_the_hooks_entries_run(repository, shell):
    hooks = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    check, lint = hooks["dba-check"], hooks["dba-migrate-lint"]
    assert all(one["language"] == "python" for one in hooks.values())
    (repository / "db" / "migrations" / "0002_items.sql").write_text(MORE)
    code, told = shell(f"{check['entry']} db/migrations")
    assert code == 1, told
    assert "items_order_id_fkey" in told
    assert "orders_customer_id_fkey" not in told
    assert shell(f"{check['entry']} db/schema.sql")[0] == 0
    bad = repository / "db" / "migrations" / "0003_index.sql"
    bad.write_text("CREATE INDEX orders_customer_id_idx ON orders (customer_id);\n")
    code, told = shell(f"{lint['entry']} db/migrations/0003_index.sql")
    assert code == 1, told
    assert "index-not-concurrent" in told
