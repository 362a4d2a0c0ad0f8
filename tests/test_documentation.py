"""What the documentation says to type works: every command of every page is run, or held against the command line."""

from __future__ import annotations

import itertools
import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import pytest

import postgres_servers
from documentation import ROOT, commands, expected_codes, is_run, missing, pages, unknown_words
from documentation_stage import theatre

PAGES = {page.name: commands(page) for page in pages()}
ALL = [one for page in PAGES.values() for one in page]
# What this machine cannot do, by the marks in the pages. More of them need a reason that is as good.
NOT_RUN, NOT_COMPARED = 8, 0


@pytest.fixture(scope="module")
def shared():
    folder = Path(tempfile.mkdtemp(prefix="dba-docs-"))
    folder.chmod(0o755)
    try:
        with theatre(folder) as made:
            yield made
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def surroundings(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "DBA_DEBUG", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBA_CACHE", str(postgres_servers.test_cache()))
    monkeypatch.setenv("COLUMNS", "100")


def scene(one):
    """What finds the folder as the one before left it: a section, or a command by itself."""
    return one.line if one.mark == "each by itself" else -one.section


@pytest.mark.parametrize("page", [name for name, found in PAGES.items() if any(map(is_run, found))])
def test_the_commands_of_a_page_do_what_it_says(page, shared, surroundings, tmp_path, monkeypatch):
    for name, value in shared.environment.items():
        monkeypatch.setenv(name, value)
    wrong: list[str] = []
    run = [one for one in PAGES[page] if is_run(one)]
    for section, found in itertools.groupby(run, key=scene):
        with shared.stage(tmp_path / str(section), page) as stage:
            for one in found:
                code, printed = stage.run(one)
                if code not in expected_codes(one):
                    wrong.append(f"{one.where}\n  exit code {code}\n{printed[-1500:]}")
                elif one.said is not None and (left := missing(one.said, printed)):
                    wrong.append(f"{one.where}\n  does not print\n{left}\n  but\n{printed[:6000]}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("page", [name for name, found in PAGES.items() if found])
def test_what_a_page_shows_is_there_in_the_program(page):
    wrong = [f"{one.where}: {', '.join(left)}" for one in PAGES[page] if (left := unknown_words(one.text))]
    assert not wrong


def test_few_commands_are_not_run_and_each_says_why():
    assert sum(one.mark == "not run" for one in ALL) == NOT_RUN
    assert sum(one.mark == "not compared" for one in ALL) == NOT_COMPARED


def test_extras_that_pages_install_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    told = {one for page in pages() for one in re.findall(r"dbarchitect\[([\w,-]+)\]", page.read_text("utf-8"))}
    assert {one for names in told for one in names.split(",")} <= set(extras)
    listed = set(re.findall(r"^\| `dbarchitect\[([\w-]+)\]`", (ROOT / "docs" / "install.md").read_text("utf-8"), re.M))
    assert listed == set(extras) - {"test", "docs"}  # those two are for whoever works on it
