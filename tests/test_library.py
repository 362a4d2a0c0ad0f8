"""The verbs for Python: their examples run, their errors are exceptions, and nothing is imported before it is used."""

from __future__ import annotations

import doctest
import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dbarchitect
import dbarchitect as dba
import postgres_servers
from dbarchitect import library
from dbarchitect.model.finding import Review
from dbarchitect.model.value import from_json

STAGE = Path(__file__).parent / "cases" / "documentation"
VERBS = [name for name in library.__all__ if name != "to_json"]


@pytest.fixture
def stage(tmp_path, monkeypatch):
    """A copy of the folder that the documentation's examples run in."""
    folder = tmp_path / "stage"
    shutil.copytree(STAGE, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", VERBS)
def test_the_examples_of_a_verb_run(name, stage, monkeypatch):
    verb = getattr(library, name)
    cache = postgres_servers.test_cache()  # the examples name no folder for it
    monkeypatch.setattr("platformdirs.site_cache_path", lambda *_, **__: cache)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: cache)
    failures: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for test in doctest.DocTestFinder(recurse=False).find(verb, name, globs=vars(library).copy()):
        runner.run(test, out=failures.append)
    assert not runner.failures, "".join(failures)


def test_most_verbs_show_an_example():
    without = [name for name in VERBS if ">>>" not in (getattr(library, name).__doc__ or "")]
    assert without == ["cache", "queries", "report", "vectors"]


def test_the_package_has_every_verb_typed_and_explained():
    assert set(library.__all__) < set(dba.__all__) <= set(dir(dba))
    for name in VERBS:
        verb = getattr(library, name)
        assert verb.__doc__, name
        hints = {one.name for one in inspect.signature(verb).parameters.values() if one.annotation is one.empty}
        assert not hints, name
        assert inspect.signature(verb).return_annotation not in (inspect.Signature.empty, "Any"), name


@pytest.mark.parametrize("order", ["verb first", "room first"])
def test_a_verb_and_the_room_of_its_name_live_together(order):
    first = {"verb first": "dba.index", "room first": "import dbarchitect.index.search"}[order]
    code = (
        f"import dbarchitect as dba; {first}\n"
        "import dbarchitect.index.search as search, dbarchitect.query, dbarchitect.design.spec\n"
        "from dbarchitect.index.candidates import __name__ as inner\n"
        "from dbarchitect import index, InputError\n"
        "assert index is dba.index and callable(index) and index.search is search\n"
        "for verb in (dba.index, dba.query):\n"
        "    try: verb('nowhere.sql', *(['SELECT 1'] if verb is dba.query else []))\n"
        "    except InputError as err: assert 'nowhere.sql' in err.message\n"
        "    else: raise SystemExit('nothing was raised')\n"
    )
    environment = os.environ | {"DBA_CACHE": str(postgres_servers.test_cache())}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert not done.returncode, done.stderr


def test_importing_the_package_imports_next_to_nothing():
    code = "import sys; before = set(sys.modules); import dbarchitect; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"],
                          capture_output=True, text=True)  # fmt: skip
    assert [one for one in eval(done.stdout) if one.startswith("dbarchitect")] == ["dbarchitect"]
    assert not {"msgspec", "psycopg", "cyclopts", "rich", "numpy"} & set(eval(done.stdout))


def test_a_result_is_the_json_of_the_command_line(stage):
    found = dba.check("shop.sql", select=["fk-without-index"], cache_dir=postgres_servers.test_cache())
    assert from_json(Review, dba.to_json(found)) == found


def test_errors_are_exceptions_that_say_what_to_try(stage):
    cache = postgres_servers.test_cache()
    with pytest.raises(dba.InputError, match=r"nowhere\.sql"):
        dba.check("nowhere.sql", cache_dir=cache)
    with pytest.raises(dba.InputError, match="there is no rule 'nope'") as caught:
        dba.check("shop.sql", select=["nope"], cache_dir=cache)
    assert caught.value.hint
    with pytest.raises(dba.SurroundingsError):
        dba.check("postgresql://nobody@127.0.0.1:9/none", cache_dir=cache)
    with pytest.raises(dba.InputError, match="there is no keyword cache"):
        dba.check("shop.sql", cache=cache)  # pyright: ignore
    with pytest.raises(AttributeError):
        _ = dbarchitect.nothing_of_this_name


def test_a_type_checker_knows_the_verbs(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import dbarchitect as dba\n"
        "from typing import assert_type\n"
        "from dbarchitect.model.finding import Review\n"
        "from dbarchitect.model.advice import IndexAdvice\n"
        'assert_type(dba.check("a.sql", prove=True), Review)\n'
        'assert_type(dba.index("a.sql", budget=10), IndexAdvice)\n'
        'dba.check("a.sql", proof=True)  # pyright: ignore[reportCallIssue]\n'
    )
    strict = '{"typeCheckingMode": "strict", "reportUnnecessaryTypeIgnoreComment": true}'
    (tmp_path / "pyrightconfig.json").write_text(strict)
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", tmp_path],
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stdout
