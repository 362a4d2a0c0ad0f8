"""docs/rules/ is what docs/rule_pages.py writes: the text of every page, and for some of them what running gives."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

import postgres_servers

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("rule_pages", ROOT / "docs" / "rule_pages.py")
assert _spec is not None
assert _spec.loader is not None
rule_pages = importlib.util.module_from_spec(_spec)
sys.modules["rule_pages"] = rule_pages
_spec.loader.exec_module(rule_pages)

SUBJECTS = rule_pages.subjects()
AGAIN = "write them again: python docs/rule_pages.py"
START = len(SUBJECTS) % 10  # another sample each time that a rule is added
SAMPLE = [one for lints in (False, True) for one in [two for two in SUBJECTS if two.lints == lints][START::10]]


def written(name: str) -> str:
    path = rule_pages.PAGES / f"{name}.md"
    return path.read_text("utf-8") if path.exists() else ""


def test_every_rule_has_its_page_and_every_page_its_rule():
    assert {path.stem for path in rule_pages.PAGES.glob("*")} == {"index", *(one.id for one in SUBJECTS)}, AGAIN


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda one: one.id)
def test_a_page_says_what_the_rule_says(subject):
    text = written(subject.id)
    shown = rule_pages.shown_in(text)
    assert text == rule_pages.page(subject, shown), AGAIN
    assert shown.level in ("asserted", "planned", "rehearsed", "measured")
    assert subject.id in shown.text or not subject.cases[0].runs_here


def test_the_index_has_them_all():
    found = [(one, rule_pages.shown_in(written(one.id))) for one in SUBJECTS]
    text = written("index")
    assert text == rule_pages.index(found), AGAIN
    assert all(text.count(f"]({one.id}.md)") == 1 for one in SUBJECTS)


@pytest.fixture(scope="module")
def examples():
    with rule_pages.Examples(postgres_servers.test_cache()) as running:
        yield running


@pytest.mark.parametrize("subject", SAMPLE, ids=lambda one: one.id)
def test_a_page_shows_what_running_gives(examples, subject):
    assert rule_pages.shown_in(written(subject.id)) == examples.show(subject), AGAIN
