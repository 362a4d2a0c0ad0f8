"""The documentation as a site: it builds without a warning, has every page, and asks nothing of any other host."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright

from accessibility import faults

ROOT = Path(__file__).resolve().parents[1]
_spec = importlib.util.spec_from_file_location("documentation_site", ROOT / "docs" / "site.py")
assert _spec is not None
assert _spec.loader is not None
builder = importlib.util.module_from_spec(_spec)
sys.modules["documentation_site"] = builder
_spec.loader.exec_module(builder)

# What a browser fetches by itself when it shows a page; a link is followed by a person.
FETCHED = {
    ("link", "href"),
    ("script", "src"),
    ("img", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("object", "data"),
    ("use", "href"),
}


class Page(HTMLParser):
    """What a page fetches, where its links go, and its anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        for name, value in attrs:
            if (
                value
                and (tag, name) in FETCHED
                and not (tag == "link" and given.get("rel") in ("canonical", "alternate"))
            ):
                self.fetched.append(value)
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built strictly: a warning ends the build."""
    folder = tmp_path_factory.mktemp("site") / "site"
    builder.build(folder)
    return folder


@pytest.fixture(scope="module")
def parsed(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_is_built_and_in_the_navigation(site):
    assert not (site / "404.html").exists()  # its links are from a host's root
    missing = [one for one in builder.pages() if not (site / one).with_suffix(".html").exists()]
    assert not missing
    assert set(builder.pages()) <= set(builder.named(builder.configuration()["nav"]))


def test_the_navigation_names_only_what_is_there(site):
    named = [*builder.named(builder.configuration()["nav"])]
    assert len(named) == len(set(named))
    assert [one for one in named if not (site / one).with_suffix(".html").exists()] == []


def test_a_page_that_nobody_placed_is_under_more(tmp_path, monkeypatch):
    monkeypatch.setattr(builder, "pages", lambda: ["index.md", "fresh.md"])
    assert builder.configuration()["nav"][-1] == {"More": ["fresh.md"]}


def test_a_link_that_leads_nowhere_ends_the_build(tmp_path, monkeypatch):
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    monkeypatch.setattr(builder, "DOCS", tmp_path / "docs")
    monkeypatch.setattr(builder, "BESIDE", ())
    (tmp_path / "docs" / "index.md").write_text("# One\n\n[two](two.md)\n")
    with pytest.raises(SystemExit, match=r"index\.md: a link leads nowhere: two\.md"):
        builder.build(tmp_path / "site")
    (tmp_path / "docs" / "index.md").write_text("# One\n\n[two](#there)\n")
    with pytest.raises(SystemExit, match="anchor does not exist"):
        builder.build(tmp_path / "site")


def test_links_and_anchors_lead_somewhere(site, parsed):
    wrong: list[str] = []
    for path, page in parsed.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            fragment = unquote(parts.fragment)
            if not target.exists() or (fragment and target in parsed and fragment not in parsed[target].anchors):
                wrong.append(f"{path.relative_to(site)}: {link}")
    assert not wrong


def test_nothing_is_fetched_from_another_host(site, parsed):
    asked = {one for page in parsed.values() for one in page.fetched if urlsplit(one).netloc}
    assert not asked
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert not [found for text in styles for found in re.findall(r"url\(['\"]?(?:https?:)?//[^)]+|@import[^;]+", text)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("pages are looked at in Chromium, and none is installed: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


def test_a_browser_asks_nobody_else(site, browser):
    """From the disk: every request, and what the console says, of a start page, a guide and a rule's page."""
    asked: list[str] = []
    said: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text))
    for name in ("index", "check", "rules/char-n"):
        page.goto((site / f"{name}.html").as_uri(), wait_until="load")
        assert page.locator("h1").count() == 1
    page.close()
    assert asked
    assert not said
    assert {urlsplit(one).scheme for one in asked} <= {"file", "data", "blob"}


def test_the_search_finds_without_a_server(site, browser):
    page = browser.new_page()
    page.goto((site / "rules" / "char-n.html").as_uri())
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search").fill("rehearse")
    page.get_by_text(re.compile(r"^\d+ results$")).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rehearsal.html*")
    page.close()


@pytest.mark.parametrize("name", ["index", "engines", "rules/char-n"])
def test_everybody_can_read_it(site, browser, name):
    """A start page, one with a table that is wider than any screen, one with code; wide and narrow."""
    for width in (1440, 390):
        page = browser.new_page(viewport={"width": width, "height": 900}, reduced_motion="reduce", color_scheme="light")
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        edge = page.locator(".md-header__inner").bounding_box()
        last = page.locator(".md-header__inner > :visible").last.bounding_box()
        assert edge is not None and last is not None
        assert edge["x"] + edge["width"] - last["x"] - last["width"] < 30, "the head of the page ends before its edge"
        assert faults(page, "serious") == []
        page.close()
