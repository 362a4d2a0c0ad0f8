"""The report's pages, live: over real HTTP against the server as it is started, and in a real browser."""

from __future__ import annotations

import html
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

import postgres_servers
from accessibility import faults, unseen
from conftest import Database
from dbarchitect.cli import run
from dbarchitect.errors import InputError, SurroundingsError
from test_report import ENDS, HANDLER, SCHEMA, SCRIPT, WORKLOAD

_PATIENCE_S = 150  # of a loaded machine
_AT_WORK = '<section id="work"'


@dataclass
class Served:
    """A server that was started as people start it."""

    process: subprocess.Popen[str]
    url: str
    cookie: str = ""

    @property
    def base(self) -> str:
        return self.url.partition("/enter")[0]

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, dict[str, str], str]:
        """What comes back. `headers`, by names with underscores, stand in place of what a browser of ours would send;
        an empty one is left out."""
        sent = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie}
        if method == "POST":
            sent |= {"Origin": self.base, "Content-Type": "application/x-www-form-urlencoded"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_S)
        try:
            connection.putrequest(method, path, skip_host=True)
            body = urllib.parse.urlencode(form).encode() if form is not None else b""
            for name, value in sent.items():
                if value:
                    connection.putheader(name, value)
            if method == "POST" and "Content_Length" not in headers:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def enter(self) -> None:
        """Get the cookie for the token."""
        status, headers, _ = self.ask("GET", self.url.removeprefix(self.base))
        assert status == 200
        assert "HttpOnly" in headers["set-cookie"] and "SameSite=Strict" in headers["set-cookie"]
        self.cookie = headers["set-cookie"].partition(";")[0]

    def page(self, path: str) -> str:
        """A page, when what it waits for is done."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            status, _, text = self.ask("GET", path)
            if status == 303:
                path = _["location"]
            elif _AT_WORK not in text:
                return text
            time.sleep(0.2)
        raise AssertionError(f"{path} is still at work: {text}")

    def start(self, path: str, **form: str) -> str:
        """Ask something; the address of the work."""
        status, headers, text = self.ask("POST", path, form)
        assert status == 303, text
        return headers["location"]

    def result(self, path: str, **form: str) -> str:
        """Ask something, and what comes of it."""
        return self.page(self.start(path, **form))

    def end(self) -> int:
        """Ctrl-C."""
        assert self.process.stdout is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(60)
        finally:
            self.process.stdout.close()
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


def started(folder: Path, *words: str) -> Served:
    with (folder / "stderr.txt").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "dbarchitect", "serve", *words, "--port", "0"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=os.environ | {"DBA_CACHE": str(postgres_servers.test_cache())},
        )
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    if not url:
        process.wait(30)
        raise AssertionError((folder / "stderr.txt").read_text())
    return Served(process, url)


def children(pid: int) -> set[int]:
    """All processes below one, wherever they live now in the tree of their own."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(stat.parent.name)
            found |= {child} | children(child)
    return found


def gone(pids: set[int]) -> bool:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if not any(_alive(one) for one in pids):
            return True
        time.sleep(0.1)
    return False


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of a source whose names mean harm."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "hostile.sql").write_text(SCHEMA)
    (folder / "workload.sql").write_text(WORKLOAD)
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001_note.up.sql").write_text("ALTER TABLE notes ADD COLUMN note text;")
    (folder / "migrations" / "0001_note.down.sql").write_text("ALTER TABLE notes DROP COLUMN note;")
    words = ("hostile.sql", "--workload", "workload.sql", "--rows", "5k", "--migrations", "migrations")
    found = started(folder, *words)
    try:
        found.enter()
        yield found
    finally:
        found.end()


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


# --- who may ask ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),  # a name that was pointed here: DNS rebinding
        ({"Host": "127.0.0.1.nip.io:{port}"}, 421),
        ({"Host": "localhost.evil.example:{port}"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Host": "192.0.2.1:{port}"}, 421),
        ({"Host": ""}, 400),
        ({"Host": "localhost:{port}"}, 200),
        ({"Cookie": ""}, 401),
        ({"Cookie": "dba-serve-{port}=wrong"}, 401),
        ({"Cookie": "dba-serve-{port}=\xe9"}, 401),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),  # another port of this machine
        ({"Sec_Fetch_Site": "same-origin"}, 200),
    ],
)
def test_who_is_refused(served: Served, headers: dict[str, str], status: int) -> None:
    given = {name: value.format(port=served.port) for name, value in headers.items()}
    assert served.ask("GET", "/plan", **given)[0] == status


@pytest.mark.parametrize(
    "headers",
    [{"Origin": ""}, {"Origin": "null"}, {"Origin": "http://evil.example"}, {"Origin": "https://127.0.0.1:{port}"}],
)
def test_nothing_is_started_from_elsewhere(served: Served, headers: dict[str, str]) -> None:
    given = {name: value.format(port=served.port) for name, value in headers.items()}
    for path in ("/query", "/refresh", "/jobs/0/cancel"):
        assert served.ask("POST", path, {"sql": "SELECT 1"}, **given)[0] == 403


def test_the_token_opens_and_nothing_else_does(served: Served) -> None:
    for wrong in ("/enter", "/enter?token=", "/enter?token=wrong", f"{served.url.removeprefix(served.base)}x"):
        status, headers, _ = served.ask("GET", wrong)
        assert status == 403 and "set-cookie" not in headers
    # What the cookie holds is not the token, which stands in histories.
    assert served.url.partition("token=")[2] not in served.cookie


def test_what_every_answer_says(served: Served) -> None:
    for path in ("/plan", "/nowhere", "/jobs/0"):
        _, headers, _ = served.ask("GET", path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_too_much_is_refused(served: Served) -> None:
    assert served.ask("POST", "/plan", {"text": ""}, Content_Length="9000000")[0] == 413
    status, _, text = served.ask("POST", "/query", {"sql": "x" * 200_001})
    assert status in (400, 409) and ("too many" in text or "not open" in text)
    assert served.ask("POST", "/plan", {"text": "x"}, Content_Type="text/plain")[0] == 415
    assert served.ask("GET", "/refresh")[0] == 405


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_source_is_browsed(served: Served) -> None:
    overview = served.page("/")
    assert "dba report hostile.sql" in overview and 'href="/findings/' in overview
    tables = served.page("/tables")
    assert html.escape(SCRIPT) in tables and SCRIPT not in tables
    numbers = {html.unescape(name): number for number, name in re.findall(r'<a href="/tables/(\d+)">(.*?)</a>', tables)}
    table = served.page(f"/tables/{numbers['users']}")
    assert "users_email_key" in table and "this table (id)" in table and "CREATE UNIQUE INDEX" in table
    findings = served.page("/findings")
    number = next(
        number for number in re.findall(r'href="/findings/(\d+)"', findings)
        if "float-or-money-amount" in served.page(f"/findings/{number}")
    )  # fmt: skip
    finding = served.page(f"/findings/{number}")
    assert "dba check hostile.sql --prove --select float-or-money-amount" in html.unescape(finding)
    assert "The experiment" in finding and "How to mend it" in finding
    for path in ("/tables/0", "/tables/999", "/findings/999", "/findings/0", "/elsewhere"):
        assert served.ask("GET", path)[0] == 404


def test_a_plan_is_read(served: Served) -> None:
    text = served.result("/plan", text="Seq Scan on big  (cost=0.00..10.00 rows=3 width=4)")
    assert "Seq Scan on big" in text
    assert 'role="alert"' in served.result("/plan", text=ENDS)
    assert served.ask("POST", "/plan", {"text": " "})[0] == 400


def test_a_query_is_tried(served: Served) -> None:
    served.page("/tables")
    text = served.result("/query", sql="SELECT * FROM notes WHERE users_id = 3 ORDER BY id DESC LIMIT 5")
    assert "Seq Scan" in text or "Index Scan" in text
    assert "CREATE INDEX" in text and "if this query were all that is asked" in text
    refused = served.result("/query", sql="SELECT nothing FROM notes")
    assert 'role="alert"' in refused and "nothing" in refused and "SELECT nothing FROM notes</textarea>" in refused
    assert "holds 2 statements" in served.result("/query", sql="SELECT 1; SELECT 2")


def test_an_index_is_tried(served: Served) -> None:
    served.page("/tables")
    index = "CREATE INDEX CONCURRENTLY ON notes (users_id, id)"
    text = served.result("/index", sql=index, queries="SELECT * FROM notes WHERE users_id = 3;")
    assert "1 query would use it" in text and "Seq Scan" in text and "notes_users_id_id_idx" in text
    # What was supposed is gone, so that the same can be supposed again: now with the source's workload.
    assert "notes_users_id_id_idx" in served.result("/index", sql=index)
    assert "no CREATE INDEX" in served.result("/index", sql="DROP TABLE notes", queries="SELECT 1;")
    assert "refuses the index" in served.result("/index", sql="CREATE INDEX ON nowhere (id)")


def test_rows_are_made_up_and_stay_private(served: Served, tmp_path: Path) -> None:
    served.page("/tables")
    text = served.result("/query", sql="SELECT count(*) FROM users", how="rows")
    assert re.search(r"count\n[1-9]", text)
    tmp_path.chmod(0o777)
    refused = served.result("/query", sql=f"COPY (SELECT 1) TO PROGRAM 'touch {tmp_path / 'made'}'", how="rows")
    assert "refused" in refused and not (tmp_path / "made").exists()


def test_a_migration_is_rehearsed(served: Served) -> None:
    text = served.result("/rehearse", up="ALTER TABLE notes ADD COLUMN more text", down="ALTER TABLE notes DROP more")
    assert "ACCESS EXCLUSIVE" in text and "undoes itself" in text and "/tmp" not in text
    folder = served.result("/rehearse", folder="1")
    assert "undoes itself" in folder and "dba migrate rehearse migrations --source hostile.sql" in folder
    for wrong in ("2", "0", "/etc", "../../etc"):
        assert served.ask("POST", "/rehearse", {"folder": wrong})[0] == 400


# --- work that is ended -----------------------------------------------------------------------------------------------


def test_work_is_cancelled_by_a_new_question(served: Served) -> None:
    served.page("/tables")
    slow = "SELECT count(*) FROM generate_series(1, 100000000000)"
    before = children(served.process.pid)
    first = served.start("/query", sql=slow, how="rows")
    stream = Events(served, first)
    try:
        stream.until("running the statement")
        at_work = children(served.process.pid) - before
        second = served.start("/query", sql="SELECT 1 AS one", how="rows")
        assert stream.until("event: ended").endswith('data: "cancelled"\n')
    finally:
        stream.close()
    assert gone(at_work), "what worked for the first question has ended, its private server too"
    assert "another question took its place" in served.page(first)
    assert "one\n1" in served.page(second)

    third = served.start("/query", sql=slow, how="rows")
    status, headers, _ = served.ask("POST", f"{third}/cancel", {})
    assert (status, headers["location"]) == (303, third)
    assert "cancelled" in served.page(third)


class Events:
    """A stream of server-sent events, as it comes."""

    def __init__(self, served: Served, job: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", served.port), timeout=_PATIENCE_S)
        head = f"GET {job}/events HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {served.cookie}\r\n\r\n"
        self._socket.sendall(head.encode())
        self._file = self._socket.makefile("r", newline="\n")

    def until(self, words: str) -> str:
        """The lines up to that which has the words, and the next one."""
        found = ""
        for line in self._file:
            found += line
            if words in line:
                return found + self._file.readline()
        raise AssertionError(found)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def test_the_end_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "shop.sql").write_text("CREATE TABLE a (id bigint PRIMARY KEY, price float8);")
    found = started(tmp_path, "shop.sql", "--no-prove")
    try:
        found.enter()
        found.page("/")
        job = found.start("/query", sql="SELECT count(*) FROM generate_series(1, 100000000000)", how="rows")
        stream = Events(found, job)
        stream.until("running the statement")
        below = children(found.process.pid)
        assert below
        ended: list[int] = []
        thread = threading.Thread(target=lambda: ended.append(found.end()))
        thread.start()
        assert "cancelled" in stream.until("event: ended"), "who watches is told"
        stream.close()
        thread.join(60)
        assert ended == [0]
        assert gone(below)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", found.port), timeout=5)
        assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
    finally:
        found.end()


def test_nothing_is_written_to_a_live_source(tmp_path: Path, database: Callable[..., Database]) -> None:
    live = database("CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint)", "INSERT INTO orders VALUES (1, 1)")
    found = started(tmp_path, live.url, "--no-prove")
    try:
        found.enter()
        assert "orders" in found.page("/tables")
        assert "DELETE" in found.result("/query", sql="DELETE FROM orders", how="rows")
        found.result("/query", sql="DELETE FROM orders WHERE customer = 1")
        found.result("/index", sql="CREATE INDEX made_here ON orders (customer)", queries="SELECT * FROM orders;")
        assert "1 migration" in found.result("/rehearse", up="DROP TABLE orders")
        with psycopg.connect(live.url) as connection:
            assert connection.execute("SELECT count(*), to_regclass('made_here') FROM orders").fetchone() == (1, None)
        # Looked at again, what is new is there.
        live.connection.execute("CREATE TABLE late (id bigint PRIMARY KEY)")
        assert found.ask("POST", "/refresh", {})[0] == 303
        assert "late" in found.page("/tables")
    finally:
        found.end()


# --- in a browser -----------------------------------------------------------------------------------------------------


def test_in_a_browser_nothing_acts_and_everybody_can_use_it(served: Served, browser: Browser) -> None:
    with _context(browser, viewport={"width": 390, "height": 800}) as seen:
        page, asked, said = seen.pages[0], [], []
        page.on("request", lambda one: asked.append(one.url))
        page.on("console", lambda one: said.append(one.text))
        page.on("pageerror", lambda one: said.append(str(one)))
        page.goto(served.url)
        page.wait_for_url(f"{served.base}/")
        page.wait_for_selector("#worst", timeout=_PATIENCE_S * 1000)
        job = served.start("/index", sql="CREATE INDEX ON notes (users_id)", queries=WORKLOAD)
        served.page(job)
        query = served.start("/query", sql=f"SELECT * FROM notes WHERE users_id = 1 AND '{ENDS}' <> '{HANDLER}'")
        served.page(query)
        rows = served.start("/query", sql="SELECT * FROM users LIMIT 3", how="rows")
        served.page(rows)
        rehearsal = served.start("/rehearse", folder="1")
        served.page(rehearsal)
        parts = (
            "/",
            "/diagram",
            "/tables",
            "/tables/1",
            "/findings",
            "/findings/1",
            "/query",
            "/index",
            "/plan",
            "/rehearse",
        )
        for path in (*parts, job, query, rows, rehearsal, "/nowhere"):
            page.goto(f"{served.base}{path}")
            assert page.evaluate("typeof pwned") == "undefined"
            assert page.locator("img, iframe, object, embed, link, base").count() == 0
            names = page.evaluate("[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())")
            assert [one for one in names if one.startswith("on") or one == "style"] == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
            assert unseen(page, 15) == [], path
            page.emulate_media(media="print")
            assert page.locator(".top:visible, button:visible:not([data-show]), input:visible").count() == 0, path
            page.emulate_media(media="screen")
            assert faults(page) == [], path
        assert all(one.startswith(f"{served.base}/") for one in asked), "nothing is fetched from elsewhere"
        assert [one for one in said if "404" not in one] == []


def test_a_query_is_asked_with_the_keyboard(served: Served, browser: Browser) -> None:
    served.page("/")
    with _context(browser) as seen:
        page = seen.pages[0]
        page.goto(served.url)
        page.wait_for_url(f"{served.base}/")
        page.goto(f"{served.base}/query")
        page.focus("[name=sql]")
        page.keyboard.type("SELECT * FROM notes WHERE users_id = 3")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#queries", timeout=_PATIENCE_S * 1000)
        assert page.inner_text("h1") == "Query"
        page.goto(f"{served.base}/tables")
        page.fill("[data-filter]", "email")
        assert page.locator("#tables-list tbody tr:visible").count() == 1
        assert page.inner_text("[data-filtered]") == "1 of 3"


def test_another_site_can_neither_ask_nor_read(served: Served, browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "evil.html").write_text(
        f'<form method="post" action="{served.base}/refresh"><button>go</button></form>'
        f'<iframe src="{served.base}/"></iframe>'
    )
    with _context(browser) as seen:
        page = seen.pages[0]
        page.goto(served.url)
        page.wait_for_url(f"{served.base}/")
        page.goto((tmp_path / "evil.html").as_uri())
        read = page.evaluate(
            f"fetch('{served.base}/', {{credentials: 'include'}}).then((one) => one.text(), () => 'no')"
        )
        assert read == "no"
        with page.expect_navigation() as waiting:
            page.click("button")
        assert waiting.value.status == 403


def _context(browser: Browser, **options: object) -> BrowserContext:
    context = browser.new_context(reduced_motion="reduce", color_scheme="light", **options)  # pyright: ignore
    context.new_page()
    return context


# --- wrong input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "others reach that address"),
        (["--host", "example.com"], "no address"),
        (["--port", "70000"], "no port"),
        (["--migrations", "gone"], "there is no such folder"),
        (["--workload", "gone.sql"], "there is no such file"),
        (["--select", "no-such-rule"], "no-such-rule"),
    ],
)
def test_wrong_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=said):
        run(["serve", "shop.sql", *words])


def test_a_port_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SurroundingsError, match="cannot listen"):
            run(["serve", "shop.sql", "--port", str(taken.getsockname()[1])])


def test_a_source_that_cannot_be_opened(tmp_path: Path) -> None:
    found = started(tmp_path, "nowhere.sql")
    try:
        found.enter()
        text = found.page("/")
        assert "there is no file or folder nowhere.sql" in text and "Look again" in text
        (tmp_path / "nowhere.sql").write_text("CREATE TABLE found (id bigint PRIMARY KEY);")
        assert found.ask("POST", "/refresh", {})[0] == 303
        assert "found" in found.page("/tables")
    finally:
        found.end()
