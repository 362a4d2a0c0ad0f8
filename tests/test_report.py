"""Pages for people, in a real browser: nothing hostile acts, nothing is fetched, everybody can read and use them."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, sync_playwright

import postgres_servers
from accessibility import faults, unseen
from dbarchitect.api.erd import implied
from dbarchitect.api.report import ReportOptions, report
from dbarchitect.api.schema import CheckOptions
from dbarchitect.cli import run
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.model.plan import Effects
from dbarchitect.model.rehearsal import Held, Observed, QueryChange, Refusal, Rehearsal, Rehearsed, Stop
from dbarchitect.render.html import Site
from dbarchitect.render.html.browse import diagram_page
from dbarchitect.render.html.index import index_page
from dbarchitect.render.html.query import queries_page, query_page
from dbarchitect.render.html.rehearsal import rehearsal_page
from dbarchitect.render.html.report import report_page
from modular import modular

# What a name, a comment, a literal can be; each would act if it were not escaped where it stands.
SCRIPT = "<script>pwned=1</script>"
HANDLER = '"><img src=x onerror=pwned=1>'
ENDS = "</title></style></template></script><svg onload=pwned=1>"

SCHEMA = f"""
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE "{SCRIPT}" (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES users,
    price double precision NOT NULL,
    "{HANDLER.replace('"', '""')}" text DEFAULT '{ENDS}'
);
CREATE TABLE notes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, users_id bigint NOT NULL,
    "javascript:pwned=1" json);
COMMENT ON TABLE notes IS '{ENDS}';
COMMENT ON COLUMN "{SCRIPT}".price IS '{SCRIPT}';
"""
WORKLOAD = f"""
-- calls: 1000
SELECT * FROM "{SCRIPT}" WHERE user_id = 7;
-- calls: 10
SELECT * FROM notes WHERE users_id = 3 AND '{ENDS}' <> '{HANDLER}' ORDER BY id DESC LIMIT 5;
"""
BRIEF = f"""# Shop {ENDS}

A customer has a name and an email, unique.
A customer has many orders. An order has a total (money).

- list a customer's orders, newest first, 20 at a time (50 a second, 20 ms)
- {SCRIPT}
"""


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


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every kind of page, of things whose names mean harm."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "hostile.sql").write_text(SCHEMA)
    (folder / "workload.sql").write_text(WORKLOAD)
    found = report(
        str(folder / "hostile.sql"),
        ReportOptions(
            check=CheckOptions(
                workload=folder / "workload.sql",
                rows={"*": 30_000},
                cache=postgres_servers.test_cache(),
                now=datetime(2026, 11, 1, tzinfo=UTC),
            ),
        ),
    )
    assert found.queries is not None and found.queries.reviews and found.advice is not None and found.advice.create
    review = replace(found.queries.reviews[0], source=ENDS)
    made = {
        "report": report_page(found, implied(found.schema), made_at="today", version="0"),
        "index": index_page(found.advice, f"postgresql://me:s3cret@host/{ENDS}", written=(HANDLER,), version="0"),
        "query": query_page(review, version="0"),
        "queries": queries_page(found.queries, version="0"),
        "rehearsal": rehearsal_page(_rehearsal(), kept=HANDLER, then=SCRIPT, version="0"),
    }
    for name, text in made.items():
        (folder / f"{name}.html").write_text(text)
    (folder / "brief.md").write_text(BRIEF)
    run(["design", str(folder / "brief.md"), "-o", str(folder / "design"), "--lab-rows", "1000"])
    return {name: folder / f"{name}.html" for name in made} | {"design": folder / "design" / "report.html"}


def _rehearsal() -> Rehearsal:
    statement = Observed(
        sql=f'ALTER TABLE "{SCRIPT}" ADD COLUMN x text', effects=Effects(locks={SCRIPT: "ACCESS EXCLUSIVE"})
    )
    held = (
        Held(table=SCRIPT, lock="ACCESS EXCLUSIVE", since=1, seconds=4.0),
        Held(table=HANDLER, lock="SHARE", since=2, seconds=1.0),
    )
    return Rehearsal(
        plan="0123456789abcdef",
        source=ENDS,
        migrations=(SCRIPT, ENDS),
        base_hash="",
        verdict="blocks",
        reasons=(ENDS,),
        rows="made up",
        row_count=1000,
        steps=(
            Rehearsed(
                migration=SCRIPT, phase="up", number=1, statements=(statement, statement), held=held, seconds=4.0
            ),
            Rehearsed(migration=ENDS, phase="up", number=1, statements=(statement,), seconds=0.0),
        ),
        stops=(
            Stop(
                migration=SCRIPT, phase="up", number=1, statement=ENDS, offenders=SCRIPT, examples=({HANDLER: ENDS},),
                refusal=Refusal(sqlstate="23505", message=HANDLER, detail=ENDS),
            ),
        ),
        not_undone=(SCRIPT,),
        changes=(f"{SCRIPT}: is missing",),
        queries=(QueryChange(sql=ENDS, calls=3.0, before=1.0, broken=HANDLER),),
        planned=1,
        command=("dba", "migrate", "rehearse", ENDS),
    )  # fmt: skip


class Seen:
    """A page in a browser, with all that it tried."""

    def __init__(self, browser: Browser, path: Path, **context: object) -> None:
        self.context = browser.new_context(reduced_motion="reduce", **context)  # pyright: ignore[reportArgumentType]
        self.page: Page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda one: self.asked.append(one.url))
        self.page.on("console", lambda one: self.said.append(one.text))
        self.page.on("pageerror", lambda one: self.said.append(str(one)))
        self.page.on("dialog", lambda one: self.said.append(one.message))
        self.page.goto(path.as_uri())

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


KINDS = ("report", "design", "rehearsal", "index", "query", "queries")


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_acts_and_everybody_can_read_it(browser: Browser, pages: dict[str, Path], kind: str) -> None:
    with Seen(browser, pages[kind], color_scheme="light", viewport={"width": 390, "height": 800}) as seen:
        page = seen.page
        assert page.evaluate("typeof pwned") == "undefined"
        assert page.locator("img, iframe, object, embed, form, link, base").count() == 0
        assert page.locator("script").count() == 1
        # No text became an attribute that acts, nor a link to somewhere else.
        names = page.evaluate("[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())")
        assert [one for one in names if one.startswith("on") or one == "style"] == []
        links = page.evaluate("[...document.querySelectorAll('a')].map((one) => one.getAttribute('href'))")
        assert all(one.startswith("#") for one in links)
        assert "pwned=1" in page.inner_text("body"), "what was hostile is shown as text"
        assert "s3cret" not in page.content()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than a telephone"

        assert faults(page) == []

        assert seen.asked == [pages[kind].as_uri()]
        assert seen.said == []
        # The policy holds on its own too: what got in would not run.
        page.evaluate("""() => {
            const script = document.createElement('script');
            script.textContent = 'pwned = 2';
            document.body.append(script);
        }""")
        assert page.evaluate("typeof pwned") == "undefined"
        assert any("Content Security Policy" in one for one in seen.said)


def test_the_diagram_is_moved_searched_and_thinned(browser: Browser, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["report"], accept_downloads=True) as seen:
        page = seen.page
        canvas = page.locator("[data-canvas]")
        canvas.scroll_into_view_if_needed()

        def view() -> list[float]:
            text = page.evaluate("document.querySelector('[data-canvas] > svg:not([hidden])').getAttribute('viewBox')")
            return [float(one) for one in text.split()]

        def away() -> set[str]:
            faint = page.locator("[data-canvas] > svg:not([hidden]) [data-table].away")
            return {one.get_attribute("data-table") or "" for one in faint.all()}

        whole = view()
        page.click("[data-zoom=in]")
        assert view()[2] < whole[2]
        box = canvas.bounding_box()
        assert box is not None
        before = view()
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 70, steps=4)
        page.mouse.up()
        assert view()[0] < before[0] and view()[1] < before[1], "what is dragged to the right shows what was left of it"
        page.click("[data-zoom=fit]")
        assert view() == pytest.approx(whole)

        page.fill("[data-find]", "email")
        assert away() == {"public.notes", f'public."{SCRIPT}"'}
        page.fill("[data-find]", "no such thing")
        assert page.inner_text("[data-found]") == "no tables"
        page.fill("[data-find]", "")
        assert away() == set()

        page.locator(f"[data-canvas] > svg:not([hidden]) [data-table='public.\"{SCRIPT}\"'] .erd-name").click()
        assert away() == {"public.notes"}, "only its neighbour stays"
        page.get_by_role("button", name="Keys").click()
        assert away() == {"public.notes"}, "and stays when columns go"
        canvas.press("Escape")
        assert away() == set()
        before = view()
        canvas.press("ArrowRight")
        assert view()[0] > before[0]
        # Who does not see the picture finds its tables in words, and from there in the picture.
        page.get_by_text("The same in words").click()
        page.locator("[data-show='public.users']").click()
        assert "public.users" not in away() and page.inner_text("[data-found]").startswith("public.users: ")

        with page.expect_download() as waiting:
            page.click("[data-save=svg]")
        svg = Path(waiting.value.path()).read_text()
        assert ElementTree.fromstring(svg).get("viewBox") and "away" not in svg
        with page.expect_download() as waiting:
            page.click("[data-save=mermaid]")
        mermaid = Path(waiting.value.path()).read_text()
        assert mermaid.startswith("erDiagram\n") and 'users ||--o{ script_pwned_1_script : "user_id"' in mermaid
        assert seen.said == []


def test_a_large_diagram_opens_as_its_map(browser: Browser, tmp_path: Path) -> None:
    schema = modular(150)
    path = tmp_path / "large.html"
    path.write_text(diagram_page(Site(here="/", links=()), "large", schema, (), version="0"))
    with Seen(browser, path, accept_downloads=True) as seen:
        page = seen.page
        shown = "[data-canvas] > svg:not([hidden])"
        canvas = page.locator("[data-canvas]")
        canvas.scroll_into_view_if_needed()

        def places() -> dict[str, str]:
            return page.evaluate(
                f"Object.fromEntries([...document.querySelectorAll('{shown} [data-table]')]"
                ".map((one) => [one.dataset.table, one.getAttribute('transform')]))"
            )

        def near() -> set[str]:
            """The tables of which any part is seen in the frame of the diagram."""
            return set(
                page.evaluate(
                    f"""() => {{
                    const frame = document.querySelector('[data-canvas]').getBoundingClientRect();
                    return [...document.querySelectorAll('{shown} [data-table]')].filter((one) => {{
                        const box = one.getBoundingClientRect();
                        return getComputedStyle(one).visibility === 'visible' && box.right > frame.left
                            && box.left < frame.right && box.bottom > frame.top && box.top < frame.bottom;
                    }}).map((one) => one.dataset.table);
                    }}"""
                )
            )

        nodes = page.locator(f"{shown} [data-node]")
        assert nodes.count() > 5 and page.locator(f"{shown} [data-table]").count() == 0
        assert faults(page) == []
        page.emulate_media(color_scheme="dark")
        assert faults(page) == []

        # A search says in which groups; the group with the keyboard; from there back out to the map.
        page.fill("[data-find]", "billing_order")
        assert 0 < page.locator(f"{shown} [data-node]:not(.away)").count() < nodes.count()
        assert page.inner_text("[data-found]").endswith(("groups", "1 group"))
        page.fill("[data-find]", "")
        assert page.locator(f"{shown} .away").count() == 0
        nodes.nth(1).focus()
        page.keyboard.press("Enter")
        members = page.evaluate(
            f"[...document.querySelectorAll('{shown} [data-group=\"1\"][data-table]')].map((one) => one.dataset.table)"
        )
        assert members and set(members) <= near() and len(near()) < 150
        for _ in range(20):
            page.click("[data-zoom=out]")
        assert page.locator(f"{shown} [data-node]").count() == nodes.count()

        # The neighbours of a table come to it from wherever they stand, and go back.
        page.get_by_role("button", name="Keys").click()
        before = places()
        page.fill("[data-find]", "crm_order")
        page.keyboard.press("Enter")
        name = page.inner_text("[data-found]").split(":")[0]
        (table,) = [one for one in schema.tables if str(one.name) == name]
        wanted = {name, *(str(key.target) for key in table.foreign_keys)}
        wanted |= {str(one.name) for one in schema.tables for key in one.foreign_keys if key.target == table.name}
        assert near() == wanted
        links = [key for one in schema.tables for key in one.foreign_keys if table.name in (one.name, key.target)]
        assert page.locator(f"{shown} .erd-near .erd-edge").count() == len(links)
        with page.expect_download() as waiting:
            page.click("[data-save=svg]")
        saved = Path(waiting.value.path()).read_text()
        assert "erd-near" not in saved and all(f'transform="{one}"' in saved for one in before.values())
        page.get_by_role("button", name="Show all").click()
        assert places() == before and page.locator(f"{shown} .erd-near").count() == 0

        # Those of a hub are there by name, all at once and large enough; each leads to its own neighbours.
        page.fill("[data-find]", "public.users")
        page.keyboard.press("Enter")
        assert page.inner_text("[data-found]").startswith("public.users: 1")
        names = page.locator(f"{shown} .erd-near [data-table]")
        referring = {str(one.name) for one in schema.tables for key in one.foreign_keys if key.target.name == "users"}
        assert near() == {"public.users", "public.tenants"} | referring and names.count() == len(referring)
        heights = [one["height"] for name in names.all() if (one := name.bounding_box()) is not None]
        assert min(heights) > 12
        last = names.last.get_attribute("data-table")
        names.last.click()
        assert page.inner_text("[data-found]").startswith(f"{last}: ") and "public.users" in near()
        page.get_by_role("button", name="Show all").click()
        assert places() == before and page.locator(f"{shown} .away").count() == 0
        assert seen.said == []


def test_colours_follow_the_system_and_the_button(browser: Browser, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["report"], color_scheme="dark") as seen:
        page = seen.page

        def light() -> tuple[bool, bool]:
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            box = page.evaluate("getComputedStyle(document.querySelector('.erd-box')).fill")
            return _is_light(paper), _is_light(box)

        assert light() == (False, False)
        page.click("[data-theme-button]")
        assert light() == (True, True)
        page.click("[data-theme-button]")
        assert light() == (False, False)


def _is_light(colour: str) -> bool:
    """Of `rgb(18, 21, 25)`."""
    return sum(map(int, colour[4:-1].split(","))) > 600


def test_on_paper_everything_is_open_and_light(browser: Browser, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["design"], color_scheme="dark") as seen:
        page = seen.page
        folded = page.locator("details:not([open])").count()
        assert folded > 3
        page.emulate_media(media="print", color_scheme="dark")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        assert page.locator(".top").is_hidden() and page.locator(".diagram-tools").is_hidden()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() == folded


PAPER = 718  # pixels between margins of 10 mm on A4, at 96 an inch


@pytest.mark.parametrize("kind", KINDS)
def test_on_paper_nothing_is_cut_off(browser: Browser, pages: dict[str, Path], kind: str) -> None:
    with Seen(browser, pages[kind], color_scheme="light", viewport={"width": PAPER, "height": 1000}) as seen:
        page = seen.page
        for _ in range(2):  # to Light, to Dark: paper stays white
            page.click("[data-theme-button]")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        hidden = "[...document.querySelectorAll('details > :not(summary)')].filter((one) => !one.checkVisibility())"
        assert page.evaluate(f"{hidden}.length") == 0
        assert page.locator("button:visible:not([data-show]), input:visible, nav:visible").count() == 0
        larger = "[...document.querySelectorAll('.canvas > svg:not([hidden])')].map((one) => one.getScreenCTM().a)"
        assert all(scale <= 1.01 for scale in page.evaluate(larger)), "a drawing is larger than it was drawn"
        # What has a colour of its own as its ground keeps it: browsers leave grounds out if they are not told.
        assert page.evaluate("getComputedStyle(document.querySelector('.verdict .mark')).printColorAdjust") == "exact"
        wider = page.evaluate(
            """[...document.querySelectorAll('main *')]
            .filter((one) => !one.closest('svg, template') && one.getBoundingClientRect().right > innerWidth + .5
                || one.matches('.wide, pre') && one.scrollWidth > one.clientWidth + 1)
            .map((one) => `${one.tagName} ${one.className}: ${one.textContent.trim().slice(0, 60)}`)"""
        )
        assert wider == []


@pytest.mark.parametrize("size", [(1280, 900), (640, 450), (320, 256)], ids=("whole", "enlarged", "most"))
def test_what_has_the_focus_is_seen(browser: Browser, pages: dict[str, Path], size: tuple[int, int]) -> None:
    """Twice and four times enlarged too, which is half and a quarter of the window: WCAG 1.4.4, 1.4.10, 2.4.11."""
    for kind in ("report", "design"):
        with Seen(browser, pages[kind], viewport={"width": size[0], "height": size[1]}) as seen:
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert unseen(seen.page, 40) == []


def test_without_a_mouse(browser: Browser, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["report"]) as seen:
        page = seen.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.focus("[data-canvas]")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.hasAttribute('data-find')")
        page.keyboard.type("users")
        page.keyboard.press("Enter")
        assert page.inner_text("[data-found]").startswith("public.users: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["shop.sql"], "no file is named"),
        (["shop.sql", "-o", "report.pdf"], "a page for a browser"),
        (["shop.sql", "-o", "gone/report.html"], "there is no folder gone"),
        (["nowhere.sql", "-o", "report.html"], "nowhere.sql"),
    ],
)
def test_wrong_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said):
        run(["report", *words])
    assert not (tmp_path / "report.html").exists()


def test_chosen_rules_on_a_scratch_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    """`--select` and `--ignore` narrow the page, `--server` stands in for a private one and is left as it was."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.sql").write_text(
        "CREATE TABLE one (id int PRIMARY KEY, other int REFERENCES one, price float); CREATE TABLE no_key (x int);"
    )

    def databases() -> list[str]:
        with server.connect() as connection:
            return sorted(row[0] for row in connection.execute("SELECT datname FROM pg_database"))

    before = databases()
    chosen = ["--select", "fk-without-index,no-primary-key", "--ignore", "no-primary-key"]
    assert run(["report", "shop.sql", "-o", "report.html", "--server", server.url(), *chosen]) == 0
    assert databases() == before
    page = (tmp_path / "report.html").read_text()
    assert "has no index that serves it" in page and ">measured<" in page
    assert "has no primary key" not in page
    assert "--select fk-without-index" in page, "how it is made again"
    assert run(["report", "shop.sql", "-o", "every.html", "--server", server.url(), "--no-prove"]) == 0
    page = (tmp_path / "every.html").read_text()
    assert "has no primary key" in page and ">measured<" not in page
