"""The command line on real files and a real private server: results, exit codes, messages, signals, pipes."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

import postgres_servers
from dbarchitect import __version__
from dbarchitect.__main__ import main
from dbarchitect.model.finding import Review
from dbarchitect.model.value import from_json
from dbarchitect.progress import Progress

SHOP = """\
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE
);
CREATE INDEX twice_a ON customers (name);
CREATE INDEX twice_b ON customers (name);
"""


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """A folder of its own without configuration above it that counts, the tests' clusters, no terminal habits."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "DBA_DEBUG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "dbarchitect.toml").write_text("")
    (folder / "shop.sql").write_text(SHOP)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def dba(capsys):
    """`dba("check", "shop.sql")`: exit code, stdout, stderr. No traceback may ever be seen."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out, err

    return run


def started(*arguments: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "dbarchitect", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        **options,  # type: ignore[call-overload]
    )


# What needs no server


def test_version(dba):
    assert dba("--version") == (0, f"dba {__version__}\n", "")


# What takes long to import, and cyclopts, which --version does without.
HEAVY = {"psycopg", "postgast", "msgspec", "dbarchitect.api", "dbarchitect.model.schema", "rich.markdown"}


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        (["--version"], HEAVY | {"cyclopts", "rich", "dbarchitect.cli"}),
        (["--help"], HEAVY),
        (["check", "--help"], HEAVY),
    ],
)
def test_help_and_version_import_only_what_they_need(arguments, without):
    code = (
        f"import sys; from dbarchitect.__main__ import main; main({arguments!r}); "
        f"print(sorted({without!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "dba" in done.stdout
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("chek",), 'Unknown command "chek". Did you mean "check"?'),
        (("check",), "SOURCE"),
        (("check", "a.sql", "b.sql"), "b.sql"),
        (("check", "shop.sql", "--formt", "json"), "--formt"),
        (("check", "shop.sql", "--format", "xml"), "xml"),
        (("check", "shop.sql", "--fail-on", "sometimes"), "sometimes"),
        (("check", "shop.sql", "--seed", "x"), "x"),
        (("check", "shop.sql", "--rows", "many"), "--rows many"),
        (("check", "shop.sql", "--rows", "=5"), "--rows =5"),
        (("check", "shop.sql", "--rows", "orders=9999g"), "trillion"),
        (("check", "shop.sql", "--select", "nope"), "--select: there is no rule 'nope'"),
        (("check", "shop.sql", "--ignore", "fk-without-indx"), "--ignore: there is no rule 'fk-without-indx'"),
        (("check", "nowhere.sql"), "nowhere.sql"),
        (("check", "shop.sql", "--baseline", "none.json"), "none.json"),
        (("check", "shop.sql", "--workload", "none.sql"), "none.sql"),
        (("explain", "nope"), "nope"),
        (("twin", "create", "shop.sql"), "--output"),
        (("twin", "info", "none.twin"), "none.twin"),
        (("twin", "scale", "none.twin", "orders", "-o", "x.twin"), "orders"),
        (("twin", "scale", "none.twin", "orders=0x", "-o", "x.twin"), "orders=0x"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_exit_2(dba, arguments, said):
    code, out, err = dba(*arguments)
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert lines[0].startswith("dba: ")
    assert said in lines[0]
    assert len(lines) <= 2
    assert all(one.startswith("  try: ") for one in lines[1:])


def test_wrong_configuration_names_file_and_key(dba, surroundings):
    path = surroundings / "dbarchitect.toml"
    path.write_text('select = ["fk-without-indx"]')
    code, _, err = dba("check", "shop.sql")
    assert code == 2
    assert f"{path}: select: there is no rule 'fk-without-indx'" in err
    path.write_text('[[ignore]]\nrule = "nope"\nreason = "r"')
    code, _, err = dba("check", "shop.sql")
    assert code == 2
    assert str(path) in err and "nope" in err


def test_explain_shows_a_page_and_the_index(dba):
    code, out, err = dba("explain", "fk-without-index")
    assert (code, err) == (0, "")
    assert out.startswith("fk-without-index | ")
    assert "## Why it matters" in out
    code, index, _ = dba("explain")
    assert code == 0
    assert "fk-without-index" in [one.split()[0] for one in index.splitlines()]


def test_a_bug_is_told_in_one_line_with_its_traceback_kept(dba, monkeypatch, tmp_path):
    import dbarchitect.cli

    def broken(_):
        raise KeyError("postgresql://u:hunter2@h/d \x1b[2J")

    monkeypatch.setattr(dbarchitect.cli, "run", broken)
    code, out, err = dba("check", "shop.sql")
    assert (code, out) == (70, "")
    assert len(err.splitlines()) == 1
    assert "hunter2" not in err and "\x1b" not in err
    saved = Path(re.search(r"in (\S+\.txt)$", err.strip())[1])  # type: ignore[index]
    text = saved.read_text()
    saved.unlink()
    assert "KeyError" in text and "Traceback" in text and "hunter2" not in text
    assert main(["--debug", "check"]) == 70


def test_a_full_disk_is_no_bug(dba, monkeypatch):
    import dbarchitect.cli

    def full(_):
        with Path("/dev/full").open("w") as file:
            file.write("x")

    monkeypatch.setattr(dbarchitect.cli, "run", full)
    code, _, err = dba("check", "shop.sql")
    assert code == 3
    assert "No space left on device" in err


# Checks


def test_check_finds_and_exits_with_1(dba):
    code, out, err = dba("check", "shop.sql")
    assert code == 1
    assert set(err.splitlines()) <= {"dba: starting a private PostgreSQL"}  # where that takes more than a second
    assert "fk-without-index" in out and "duplicate-index" in out
    assert "shop.sql:4:" in out or "shop.sql:2" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--fail-on", "never"), 0),
        (("--fail-on", "info"), 1),
        (("--select", "invalid-index"), 0),
        (("--select", "fk-*,duplicate-index", "--ignore", "fk-without-index", "--ignore", "duplicate-*"), 0),
    ],
)
def test_exit_codes_follow_fail_on(dba, arguments, code):
    assert dba("check", "shop.sql", *arguments)[0] == code


def test_every_format_agrees_on_what_was_found(dba, surroundings):
    code, out, _ = dba("check", "shop.sql", "--format", "json")
    assert code == 1
    review = from_json(Review, out)
    rules = sorted(one.rule for one in review.findings)
    assert {"fk-without-index", "duplicate-index"} <= set(rules)
    sarif = json.loads(dba("check", "shop.sql", "--format", "sarif")[1])
    assert sorted(one["ruleId"] for one in sarif["runs"][0]["results"]) == rules
    github = dba("check", "shop.sql", "--format", "github")[1]
    titles = re.findall(r"^::(?:error|warning|notice) .*?title=([a-z0-9-]+) ", github, re.MULTILINE)
    assert sorted(titles) == rules
    assert "file=shop.sql,line=" in github
    markdown = dba("check", "shop.sql", "--format", "markdown")[1]
    text = dba("check", "shop.sql")[1]
    assert all(rule in markdown and rule in text for rule in rules)


def test_output_goes_to_a_file_whole(dba, surroundings):
    code, out, _ = dba("check", "shop.sql", "--format", "json", "-o", "review.json")
    assert (code, out) == (1, "")
    assert from_json(Review, (surroundings / "review.json").read_text()).tables == 2
    code, out, err = dba("check", "shop.sql", "-o", "no/such/folder.txt")
    assert (code, out) == (3, "")
    assert "cannot write" in err and "no/such/folder.txt" in err


def test_a_baseline_accepts_what_is_there_and_only_that(dba, surroundings):
    code, out, _ = dba("check", "shop.sql", "--write-baseline", "base.json")
    assert code == 0
    assert "findings accepted in base.json" in out
    code, out, _ = dba("check", "shop.sql", "--baseline", "base.json")
    assert code == 0
    assert re.search(r"\d+ suppressed: \d+ by baseline", out)
    (surroundings / "shop.sql").write_text(SHOP + "CREATE INDEX twice_c ON customers (name);\n")
    (surroundings / "dbarchitect.toml").write_text('baseline = "base.json"\n')
    code, out, _ = dba("check", "shop.sql")
    assert code == 1
    assert "duplicate-index" in out
    (surroundings / "shop.sql").write_text("CREATE TABLE one (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);\n")
    _, out, _ = dba("check", "shop.sql")
    assert "write the baseline again" in " ".join(out.split())


def test_a_choice_of_rules_neither_ages_a_baseline_nor_counts_for_all(dba):
    dba("check", "shop.sql", "--write-baseline", "base.json")
    chosen = ("--select", "fk-without-index,no-primary-key,unused-index", "--format", "json")
    _, out, _ = dba("check", "shop.sql", "--baseline", "base.json", *chosen)
    review = json.loads(out)
    assert "duplicate-index" in Path("base.json").read_text()
    assert "gaps" not in review
    assert review["rules_run"] == 2  # unused-index has no counters here
    _, out, _ = dba("check", "shop.sql", "--ignore", "fk-without-index", *chosen)
    assert json.loads(out)["rules_run"] == 1


def test_configured_and_inline_ignores_suppress_with_their_reason(dba, surroundings):
    (surroundings / "dbarchitect.toml").write_text(
        'ignore = [{rule = "duplicate-index", object = "customers*", reason = "being replaced"}]\n'
    )
    body = json.loads(dba("check", "shop.sql", "--select", "duplicate-index", "--format", "json")[1])
    assert [(one["by"], one["reason"]) for one in body["suppressed"]] == [("configuration", "being replaced")]
    (surroundings / "shop.sql").write_text(
        SHOP.replace(
            "CREATE TABLE orders", "-- dba: ignore fk-without-index parents are never deleted\nCREATE TABLE orders"
        )
    )
    body = json.loads(dba("check", "shop.sql", "--select", "fk-without-index", "--format", "json")[1])
    assert "findings" not in body
    assert body["suppressed"][0]["reason"] == "parents are never deleted"


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("syntax.sql", b"CREATE TABLE a (id int);\nCREATE TABEL b (id int);\n", 2, ["syntax.sql:2:8"]),
        ("empty.sql", b"", 2, ["empty.sql"]),
        ("noise.sql", bytes(range(256)) * 8, 2, ["noise.sql"]),
        ("text.sql", b"Dear all, this is a letter.\n", 2, ["text.sql", "line 1, column 1"]),
        ("short.twin", b"PK\x03\x04", 2, ["short.twin"]),
        ("noise.twin", bytes(range(256)) * 8, 2, ["noise.twin"]),
    ],
)
def test_wrong_input_is_one_clear_line(dba, surroundings, name, content, code, said):
    (surroundings / name).write_bytes(content)
    got, out, err = dba("check", name)
    assert (got, out) == (code, "")
    assert err.startswith("dba: ")
    assert len(err.splitlines()) <= 2
    for part in said:
        assert part in err


def test_a_server_that_is_not_there(dba):
    code, out, err = dba("check", "postgresql://u:hunter2@127.0.0.1:1/none")
    assert (code, out) == (3, "")
    assert "hunter2" not in err
    assert len(err.splitlines()) <= 2


def test_proof_raises_the_level(dba):
    code, out, _ = dba(
        "check", "shop.sql", "--prove", "--rows", "150k", "--select", "fk-without-index", "--format", "json"
    )
    assert code == 1
    proof = json.loads(out)["findings"][0]["proof"]
    assert proof["level"] in ("planned", "rehearsed", "measured")
    assert proof["method"]
    assert proof["rerun"].startswith("dba check shop.sql --prove")


def test_a_proof_names_the_command_that_repeats_it_whole(dba, surroundings):
    (surroundings / "my shop.sql").write_text(SHOP)
    (surroundings / "work.sql").write_text("SELECT 1;")
    given = ("--workload", "work.sql", "--rows", "20k,orders=150000", "--seed", "7")
    _, out, _ = dba("check", "my shop.sql", "--prove", *given, "--select", "fk-without-index", "--format", "json")
    repeated = shlex.split(json.loads(out)["findings"][0]["proof"]["rerun"])
    assert repeated[:6] == ["dba", "check", "my shop.sql", "--prove", "--select", "fk-without-index"]
    said = ["--workload", "work.sql", "--rows", "20000", "--rows", "orders=150000", "--seed", "7"]
    assert repeated[6:] == said
    assert dba(*repeated[1:])[0] == 1
    _, out, _ = dba("check", "my shop.sql", *given[:2])
    assert "dba check 'my shop.sql' --workload work.sql --prove" in " ".join(out.split())


# Twins


def test_a_twin_is_made_read_scaled_and_checked(dba, surroundings):
    code, out, err = dba("twin", "create", "shop.sql", "-o", "shop.twin", "--rows", "1000")
    assert code == 0, err
    assert "shop.twin" in out and "2 tables" in out
    code, out, _ = dba("twin", "scale", "shop.twin", "orders=100x", "-o", "large.twin")
    assert code == 0
    assert "orders 100x" in out
    code, info, _ = dba("twin", "info", "large.twin")
    assert code == 0
    assert info == out
    code, out, _ = dba("check", "shop.twin", "--format", "json", "--select", "fk-without-index,duplicate-index")
    assert code == 1
    assert sorted(one["rule"] for one in json.loads(out)["findings"]) == ["duplicate-index", "fk-without-index"]


def test_an_open_twin_answers_until_it_is_interrupted(dba, surroundings):
    assert dba("twin", "create", "shop.sql", "-o", "shop.twin")[0] == 0
    with started("twin", "open", "shop.twin") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            row = connection.execute("explain select * from orders where customer_id = 1").fetchone()
            assert row is not None and "orders" in row[0]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert (out, "Ctrl-C" in err, "Traceback" in err) == ("", True, False)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


# The demonstration


def test_the_demo_runs_everything_and_keeps_what_it_is_told_to(dba, surroundings):
    code, out, err = dba("demo", "--keep", "kept")
    assert code == 0, err
    for part in ("measured", "planned", "rehearsed", "kept/shop.twin", "What if", "Next"):
        assert part in out
    assert sorted(one.name for one in (surroundings / "kept").iterdir()) == ["shop.sql", "shop.twin", "workload.sql"]
    again = re.search(r"again +(dba check kept/shop\.twin --prove --select [a-z0-9-]+)", out)
    assert again is not None
    assert dba(*again[1].split()[1:])[0] in (0, 1)
    assert not {"stale-statistics", "dead-rows"} & set(re.findall(r"[a-z-]+", out)), "its rows were just analysed"


def test_the_demo_spoils_no_folder(dba, surroundings):
    code, _, err = dba("demo", "--keep", ".")
    assert code == 2
    assert "not empty" in err
    code, _, err = dba("demo", "--keep", "shop.sql")
    assert code == 2
    assert "shop.sql" in err


# Processes: signals, pipes, terminals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGHUP, 129), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_quietly_and_stops_its_server(surroundings, number, code):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("nohup: what is started ignores the signal too")
    with started("twin", "open", "shop.sql") as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        psycopg.connect(url).close()
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode == code
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_an_interrupted_check_exits_with_130(surroundings):
    pipe = surroundings / "slow.sql"
    os.mkfifo(pipe)
    with started("check", "slow.sql") as process, pipe.open("w"):  # opens when it reads, and leaves it waiting
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    # CPython ends itself with the signal if it was ever raised inside `exec` of a text, as dataclasses do it on import:
    # a shell says 130 for both.
    assert process.returncode in (130, -signal.SIGINT)
    assert out == ""
    assert "Traceback" not in err


def test_a_reader_that_leaves_is_no_error(surroundings):
    script = f"{sys.executable} -m dbarchitect explain; echo $? >&2"
    done = subprocess.run(["bash", "-c", f"({script}) | head -n 0"], capture_output=True, text=True)
    assert done.stderr.strip().splitlines()[-1:] in (["141"], ["0"])
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


def test_names_that_the_terminal_cannot_show(surroundings):
    (surroundings / "shop.sql").write_text('CREATE TABLE "表" (a int);', encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    with started("check", "shop.sql", "--select", "no-primary-key", env=environment) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert out.isascii()
    assert "\\u8868" in out


def test_progress_without_a_terminal_is_plain_lines_of_what_takes_long():
    stream = io.StringIO()
    with Progress(stream, terminal=False) as progress:
        progress("quick \x1b[31m")
        progress("slow \x1b[31m")
        deadline = time.monotonic() + 30
        while not stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
        progress("never printed")
    assert stream.getvalue() == "dba: slow \\x1b[31m\n"


def test_progress_on_a_terminal_leaves_nothing_behind():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    with Progress(stream, terminal=True) as progress:
        progress("one")
        progress("two [red] \x1b[31m")
    shown = stream.getvalue()
    assert "two [red] \\x1b[31m" in shown
    assert "\x1b[31m" not in shown
    assert shown.endswith(("\x1b[?25h", "\x1b[2K", "\r"))  # the cursor is back, the line is erased


def test_colour_is_for_terminals_and_for_who_wants_it(surroundings, monkeypatch):
    def explained(**variables: str) -> str:
        script = f"{sys.executable} -m dbarchitect explain"
        command = ["script", "-qec", script, "/dev/null"]
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **variables}
        return subprocess.run(command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL).stdout

    assert "\x1b[1m" in explained()
    assert "\x1b" not in explained(NO_COLOR="1")
    assert "\x1b" not in explained(TERM="dumb")
    piped = [sys.executable, "-m", "dbarchitect", "explain"]
    assert "\x1b" not in subprocess.run(piped, capture_output=True, text=True).stdout
    forced = subprocess.run(piped, capture_output=True, text=True, env=os.environ | {"FORCE_COLOR": "1"}).stdout
    assert "\x1b[1m" in forced


@pytest.mark.parametrize(("name", "start"), [("q.html", "<!doctype html>"), ("q.JSON", "{"), ("q.txt", "")])
def test_a_result_has_the_format_that_its_file_is_named_for(name, start, tmp_path, dba):
    (tmp_path / "plan.txt").write_text("Seq Scan on orders  (cost=0.00..10.00 rows=1 width=4)\n")
    code, _, said = dba("query", "--plan", str(tmp_path / "plan.txt"), "-o", str(tmp_path / name))
    assert code in (0, 1), said
    text = (tmp_path / name).read_text()
    assert text.startswith(start)
    assert ("<html" in text) == (name == "q.html")
