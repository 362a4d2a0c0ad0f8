"""docs/engines.md and docs/orm-targets.md are what docs/capability_pages.py writes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from dbarchitect.orm.project import CONSTRUCTS
from dbarchitect.orm.targets import targets

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("capability_pages", ROOT / "docs" / "capability_pages.py")
assert _spec is not None
assert _spec.loader is not None
capability_pages = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(capability_pages)


@pytest.mark.parametrize("name", capability_pages.PAGES)
def test_a_page_is_what_the_code_declares(name: str) -> None:
    written = (capability_pages.DOCS / name).read_text("utf-8")
    assert written == capability_pages.PAGES[name](), "write them again: python docs/capability_pages.py"


def test_every_target_says_how_each_construct_stands() -> None:
    for one in targets().values():
        assert not set(CONSTRUCTS) - set(one.capabilities), one.name
        assert all(how for _, how in one.capabilities.values()), one.name
