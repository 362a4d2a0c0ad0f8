"""A server of libSQL as a source: on a real `sqld`, and on a stand-in for what a server may answer that goes wrong.

The service of Turso itself was never asked: nothing here has an account there.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dbarchitect.cli import run
from dbarchitect.engines.sqlite.login import TOKEN
from dbarchitect.engines.sqlite.remote import Remote
from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.errors import DbaError, InputError, SurroundingsError
from libsql_servers import Server, sqld

NOW = datetime(2026, 11, 27, tzinfo=UTC)
SECRET = "s3cret-token"
SHOP = """
CREATE TABLE customer (id INT PRIMARY KEY, ref STRING);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer, total REAL);
CREATE VIEW large AS SELECT * FROM orders WHERE total > 100;
INSERT INTO customer VALUES (1, 'a'), (2, 'b');
INSERT INTO orders (customer_id, total) VALUES (1, 2.5), (2, 3.5), (1, NULL);
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sqld(tmp_path_factory.mktemp("sqld"), SHOP) as found:
        yield found


@pytest.fixture
def let_in(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setenv("TURSO_AUTH_TOKEN", server.token)
    return server


def test_the_schema_the_rows_and_the_sizes_of_a_server(server: Server):
    before = TOKEN.set(server.token)
    try:
        found = open_sqlite(server.url, now=NOW)
    finally:
        TOKEN.reset(before)
    assert [one.name.name for one in found.schema.tables] == ["customer", "orders"]
    assert [one.name.name for one in found.schema.views] == ["large"]
    assert found.schema.engine == "libsql"
    assert found.schema.facts is not None
    assert {name: one.rows for name, one in found.schema.facts.tables.items()} == {"customer": 2.0, "orders": 3.0}
    assert not found.has_rows, "no row comes here"
    assert server.token not in repr(found)


def test_the_verbs_take_it(let_in: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    url = let_in.url
    assert run(["check", url, "--prove"]) == 1
    assert "customer.id is INT PRIMARY KEY and not the rowid" in capsys.readouterr().out
    assert run(["query", url, "SELECT * FROM orders WHERE customer_id = 1"]) in (0, 1)
    assert "Scan on orders" in capsys.readouterr().out
    (tmp_path / "workload.sql").write_text("-- calls: 10\nSELECT * FROM orders WHERE customer_id = 1;\n")
    run(["index", url, "--workload", str(tmp_path / "workload.sql")])
    run(["query", "keyset", url, "SELECT * FROM orders ORDER BY total"])
    run(["erd", url, "-o", str(tmp_path / "erd.svg")])
    assert "orders" in (tmp_path / "erd.svg").read_text()
    (tmp_path / "wanted.sql").write_text(SHOP.partition("INSERT")[0] + "CREATE TABLE more (id INTEGER PRIMARY KEY);")
    capsys.readouterr()
    run(["migrate", "diff", url, str(tmp_path / "wanted.sql"), "--engine", "libsql"])
    assert "create table more" in capsys.readouterr().out
    with pytest.raises(InputError, match="a server is only read"):
        run(["migrate", "diff", url, str(tmp_path / "wanted.sql"), "--engine", "libsql", "--apply"])
    run(["check", url, "--fix", "-o", str(tmp_path / "fixes"), "--select", "integer-key-not-rowid"])
    assert "INTEGER PRIMARY KEY" in next((tmp_path / "fixes").glob("*.up.sql")).read_text()


def test_a_token_that_is_wrong_or_missing_is_one_message(let_in: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TURSO_AUTH_TOKEN", f"{let_in.token[:-6]}AAAAAA")
    with pytest.raises(SurroundingsError, match=r"refuses the token \(HTTP 401\)"):
        run(["check", let_in.url])
    monkeypatch.delenv("TURSO_AUTH_TOKEN")
    with pytest.raises(SurroundingsError, match=r"wants a token \(HTTP 401\)"):
        run(["check", let_in.url])


@pytest.mark.parametrize("sql", ["DELETE FROM orders", "PRAGMA user_version = 7", "WITH a AS (SELECT 1) DELETE FROM t"])
def test_nothing_that_writes_is_ever_sent(server: Server, sql: str):
    with pytest.raises(AssertionError, match="only read"):
        Remote(server.url).execute(sql)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"libsql://shop.turso.io?authToken={SECRET}", "stands in the URL"),
        (f"libsql://me:{SECRET}@shop.turso.io", "stands in the URL"),
        ("libsql://", "names no server"),
        ("libsql://shop.turso.io:many", "no URL"),
        ("libsql://shop.example.org?tls=0", "without TLS"),
        ("libsql://127.0.0.1:1?tls=0", "no server answers at libsql://127.0.0.1:1: "),
        ("libsql://127.0.0.1:1", "no server answers at libsql://127.0.0.1:1: "),
        ("libsql://nowhere.invalid", "the host of libsql://nowhere.invalid is unknown"),
    ],
)
def test_a_url_that_is_wrong_is_one_message(url: str, said: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TURSO_AUTH_TOKEN", SECRET)
    with pytest.raises(DbaError, match=said) as caught:
        run(["check", url])
    assert SECRET not in f"{caught.value} {caught.value.hint}"


def test_a_refusal_of_a_verb_shows_no_token(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(InputError) as caught:
        run(["design", "--from", f"libsql://shop.turso.io?authToken={SECRET}"])
    assert SECRET not in f"{caught.value} {caught.value.hint}"


# ---- what a server may answer that goes wrong: a stand-in, which is no libSQL


@contextmanager
def stand_in(answer: Callable[[BaseHTTPRequestHandler], None]) -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"libsql://127.0.0.1:{found.server_address[1]}?tls=0"
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


def says(status: int, body: str = "", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body.encode())

    return answer


def fails(code: str, message: str) -> str:
    return json.dumps({"results": [{"type": "error", "error": {"code": code, "message": message}}]})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says(302, Location="https://elsewhere.example/v2/pipeline"), "sends on to elsewhere.example"),
        (says(404), "HTTP 404"),
        (says(500, "secret words of a proxy"), "answers with HTTP 500"),
        (says(504), "Turso gives a request 5 seconds"),
        (says(200, fails("STREAM_EXPIRED", "the stream has expired")), "Turso gives a request 5 seconds"),
        (says(200, fails("BLOCKED", "reads are blocked")), "lets nobody read"),
        (says(200, fails("SQLITE_ERROR", "no such table: x")), "does not say what it has"),
        (says(200, "<html>hello</html>"), "does not speak Hrana"),
        (says(200, "[]"), "does not speak Hrana"),
        (says(200, '{"results": []}'), "does not speak Hrana"),
        (says(200, '{"results": [{"type": "ok", "response": {"result": {"rows": [[{}]]}}}]}'), "does not speak Hrana"),
    ],
)
def test_what_goes_wrong_is_one_message(
    answer: Callable[[BaseHTTPRequestHandler], None], said: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TURSO_AUTH_TOKEN", SECRET)
    with stand_in(answer) as url, pytest.raises(DbaError, match=said) as caught:
        run(["check", url])
    assert SECRET not in f"{caught.value} {caught.value.hint}"
