"""`dba workload`: counting, going on with a log that grew, top; spans, counters, tags; damaged logs."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import zstandard

import log_mutations
import postgres_servers
from dbarchitect.api.workload import WorkloadOptions, workload
from dbarchitect.cli import run
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.query import Workload
from dbarchitect.model.value import from_json
from dbarchitect.sql.outline import outline, shape
from dbarchitect.sql.workload import read_workload
from dbarchitect.workload.comments import site_of, tags_of, trace_of, without_tags
from dbarchitect.workload.entry import parameters_of
from dbarchitect.workload.fold import Fold
from dbarchitect.workload.prefix import find_prefix, parse_prefix
from dbarchitect.workload.reading import ReadOptions, executions, kind_of
from dbarchitect.workload.times import Clock
from log_servers import PREFIXES, log_server

STATEMENTS = {  # what is sent, and how often
    "SELECT name FROM customer WHERE id = {n}": 40,
    "SELECT name FROM customer WHERE id IN ({n}, {m})": 10,
    "SELECT name FROM customer WHERE id = ANY (ARRAY[{n}, {m}])": 7,
    "SELECT id FROM orders ORDER BY id LIMIT 5": 6,
    "SELECT id FROM orders ORDER BY id LIMIT 5 OFFSET {n}": 5,
    "INSERT INTO orders VALUES ({n}, 1)": 4,
    "INSERT INTO orders VALUES ({n}, 1), ({m}, 2)": 3,
    "SELECT pg_sleep(0.0{n})": 2,
}


@pytest.fixture(scope="module")
def shop():
    """A server that logs and the log of a known workload, in each kind, in two halves."""
    with log_server(18) as server:
        server.begin("shop", PREFIXES["pgbadger"])
        with psycopg.connect(server.server.url("shop"), autocommit=True, cursor_factory=psycopg.ClientCursor) as one:
            one.execute("SET log_min_duration_statement = 0")
            dice = random.Random(1)
            sent = [text for text, times in STATEMENTS.items() for _ in range(times)]
            dice.shuffle(sent)
            for text in sent:
                one.execute(text.replace("{n}", str(dice.randint(1, 9))).replace("{m}", str(dice.randint(10, 99))))
        yield server, server.files("shop")


def counted(*files: Path | str, **options) -> dict[str, int]:
    kept = workload([str(one) for one in files], WorkloadOptions(**options))
    return {re.sub(r"\d+", "#", query.sql): int(query.calls) for query in kept.queries}


EXPECTED = {re.sub(r"(\d|\{\w\})+", "#", text): times for text, times in STATEMENTS.items()}


@pytest.mark.parametrize("kind", ["log", "csv", "json"])
def test_what_was_sent_is_counted_by_query(shop, kind):
    _, files = shop
    kept = workload([str(files[kind])], WorkloadOptions())
    assert counted(files[kind]) == EXPECTED
    slowest = next(query for query in kept.queries if "pg_sleep" in query.sql)
    assert kept.queries[0] == slowest
    assert 20 <= slowest.total_ms < 5000
    texts = {slowest.sql, *(one.sql for one in slowest.examples)}
    assert all(re.fullmatch(r"SELECT pg_sleep\(0\.0\d\)", text) for text in texts)
    assert len({query.id for query in kept.queries}) == len(STATEMENTS)
    assert kept.window_seconds == pytest.approx(kept.last - kept.first)
    assert 0 < kept.window_seconds < 60
    assert all(name.startswith(("SET", "DO", "ALTER", "1 errors")) for name, _ in kept.rejected), kept.rejected


def test_the_written_workload_is_read_by_the_other_verbs(shop, tmp_path):
    _, files = shop
    target = tmp_path / "w.json"
    assert run(["workload", str(files["log"]), "-o", str(target)]) == 0
    plain = read_workload(target.read_text(), "w.json")
    assert type(plain) is Workload
    assert {re.sub(r"\d+", "#", one.sql): one.calls for one in plain.queries} == EXPECTED
    assert json.loads(target.read_text())["schema"] == "dbarchitect.workload/1"
    assert counted(target) == EXPECTED
    assert from_json(Workload, target.read_bytes()).rejected == workload([str(target)], WorkloadOptions()).rejected


def test_index_takes_a_log_and_a_workload(shop, tmp_path, capsys):
    server, files = shop
    target = tmp_path / "w.json"
    assert run(["workload", str(files["json"]), "-o", str(target)]) == 0
    advised = []
    for one in (files["csv"], target):
        capsys.readouterr()
        assert run(["index", server.server.url("shop"), "--workload", str(one), "--format", "json"]) == 0
        advised.append(json.loads(capsys.readouterr().out))
    first, second = ({re.sub(r"\d+", "#", q["sql"]): q["calls"] for q in one["queries"]} for one in advised)
    assert first == second
    assert set(EXPECTED) <= set(first)


# --- going on ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["log", "csv", "json"])
def test_a_log_that_grew_is_read_on(shop, tmp_path, kind):
    """Cut anywhere, even within a line: the two runs together are one run over the whole."""
    _, files = shop
    whole = files[kind].read_bytes()
    once = workload([str(files[kind])], WorkloadOptions(output=tmp_path / "once.json"))
    dice = random.Random(2)
    for number in range(12):
        log, target = tmp_path / f"{number}.{kind}", tmp_path / f"{number}.kept"
        cuts = sorted(dice.randint(2000, len(whole)) for _ in range(3))
        for cut in (*cuts, len(whole)):
            log.write_bytes(whole[:cut])
            kept = workload([str(log)], WorkloadOptions(resume=target if target.exists() else None, output=target))
        assert [(one.id, one.calls) for one in kept.queries] == [(one.id, one.calls) for one in once.queries]
        assert sum(one.total_ms for one in kept.queries) == pytest.approx(sum(one.total_ms for one in once.queries))
        assert kept.counts == once.counts
        assert kept.window_seconds == pytest.approx(once.window_seconds)
        again = workload([str(log)], WorkloadOptions(resume=target, output=target))
        assert again.queries == kept.queries


def test_a_statement_whose_duration_comes_after_the_cut(shop, tmp_path):
    server, _ = shop
    server.begin("pending", PREFIXES["default"])
    with psycopg.connect(server.server.url("shop"), autocommit=True, cursor_factory=psycopg.ClientCursor) as one:
        one.execute("SET log_statement = 'all'")
        one.execute("SET log_duration = on")
        for number in range(5):
            one.execute(f"SELECT {number} AS waits, pg_sleep(0.01)")
    lines = server.files("pending")["log"].read_bytes().splitlines(keepends=True)
    log, target = tmp_path / "log", tmp_path / "w.json"
    for cut in range(1, len(lines) + 1):
        log.write_bytes(b"".join(lines[:cut]))
        try:
            kept = workload([str(log)], WorkloadOptions(resume=target if target.exists() else None, output=target))
        except InputError as err:
            assert "no statement" in err.message and not target.exists()
    (waits,) = [one for one in kept.queries if "waits" in one.sql]
    assert waits.calls == 5
    assert waits.total_ms >= 50


def test_rotated_packed_and_replaced_logs(shop, tmp_path):
    _, files = shop
    whole = files["log"].read_bytes()
    middle = whole.rfind(b"\n2", 0, len(whole) // 2) + 1
    log, target = tmp_path / "postgresql.log", tmp_path / "w.json"
    log.write_bytes(whole[:middle])
    workload([str(log)], WorkloadOptions(output=target))
    # Renamed and packed, it is the same log; the one under its old name is another.
    with gzip.open(tmp_path / "postgresql.log.1.gz", "wb") as packed:
        packed.write(whole[:middle])
    log.write_bytes(whole[middle:])
    both = [str(tmp_path / "postgresql.log.1.gz"), str(log)]
    kept = workload(both, WorkloadOptions(resume=target, output=target))
    assert {re.sub(r"\d+", "#", query.sql): int(query.calls) for query in kept.queries} == EXPECTED
    assert len(kept.marks) == 2


def test_an_interrupted_run_goes_on(shop, tmp_path):
    """Killed at any moment, the file that it leaves is whole, and the next run comes to the same."""
    _, files = shop
    log, target = tmp_path / "big.log", tmp_path / "w.json"
    body = files["log"].read_bytes()
    log.write_bytes(body * 300)
    ticks = iter(range(0, 10**6, 20))  # each look at the clock is twenty seconds later: written after each piece

    class StopError(Exception):
        pass

    def stop(_: str) -> None:
        if target.exists():
            raise StopError

    with pytest.raises(StopError):
        workload([str(log)], WorkloadOptions(output=target, clock=lambda: next(ticks), progress=stop))
    partly = from_json(Workload, target.read_bytes())
    assert 0 < sum(one.calls for one in partly.queries) < 300 * sum(STATEMENTS.values())
    kept = workload([str(log)], WorkloadOptions(resume=target, output=target))
    assert sum(one.calls for one in kept.queries) == 300 * sum(STATEMENTS.values())


def test_packed_logs_patterns_and_standard_input(shop, tmp_path):
    _, files = shop
    data = files["log"].read_bytes()
    for name, packed in (("gz", gzip.compress(data)), ("xz", lzma.compress(data)), ("bz2", bz2.compress(data))):
        (tmp_path / f"log.{name}").write_bytes(packed)
        assert counted(tmp_path / f"log.{name}") == EXPECTED
    assert counted(tmp_path / "log.*") == {sql: 3 * calls for sql, calls in EXPECTED.items()}
    command = [str(Path(sys.executable).parent / "dba"), "workload", "top", "-", "--format", "json"]
    done = subprocess.run(command, input=data, capture_output=True)
    assert done.returncode == 0, done.stderr
    top = json.loads(done.stdout)
    assert {re.sub(r"\d+", "#", one["sql"]): one["calls"] for one in top["queries"]} == EXPECTED
    (tmp_path / "log.gz").write_bytes(gzip.compress(data)[:-500])
    with pytest.raises(InputError, match="is it whole"):
        counted(tmp_path / "log.gz")


def test_zstandard(shop, tmp_path, monkeypatch):
    _, files = shop
    packed = tmp_path / "log.zst"
    packed.write_bytes(zstandard.compress(files["log"].read_bytes()))
    assert counted(packed) == EXPECTED
    packed.write_bytes(packed.read_bytes()[:9] + b"damaged" * 100)
    with pytest.raises(InputError, match="is it whole"):
        counted(packed)
    monkeypatch.setitem(sys.modules, "zstandard", None)  # as where it is not installed
    with pytest.raises(SurroundingsError, match="packed with zstd"):
        counted(packed)


# --- top --------------------------------------------------------------------------------------------------------------


def test_top_orders_and_limits(shop, capsys):
    _, files = shop
    assert run(["workload", "top", str(files["log"]), "--by", "calls", "-n", "3", "--format", "json"]) == 0
    top = json.loads(capsys.readouterr().out)
    assert [one["calls"] for one in top["queries"]] == [40, 10, 7]
    assert top["of"] == len(STATEMENTS)
    assert run(["workload", "top", str(files["log"]), "--by", "mean", "-n", "1"]) == 0
    text = capsys.readouterr().out
    assert "pg_sleep" in text
    assert f"{len(STATEMENTS)} queries, 77 calls" in text
    assert "and 7 more" in text


def test_what_is_wrong_is_said(tmp_path):
    (tmp_path / "empty.log").write_text("2026-01-01 10:00:00.000 UTC [1] LOG:  database system is ready\n")
    with pytest.raises(InputError, match="no statement was found"):
        counted(tmp_path / "empty.log")
    with pytest.raises(InputError, match="there is no file"):
        counted(tmp_path / "missing.log")
    with pytest.raises(InputError, match="no file matches"):
        counted(tmp_path / "*.nothing")
    with pytest.raises(InputError, match="is a folder"):
        counted(tmp_path)
    with pytest.raises(InputError, match="PostgreSQL has no %y"):
        counted(tmp_path / "empty.log", prefix="%y")
    (tmp_path / "w.json").write_text('{"queries": []}')
    with pytest.raises(InputError, match="no workload to go on with"):
        counted(tmp_path / "empty.log", resume=tmp_path / "w.json")
    for arguments in (["workload"], ["workload", "top"], ["workload", "top", "x", "-n", "0"]):
        with pytest.raises(InputError):
            run(arguments)


def test_memory_is_bounded_by_queries_not_by_the_log():
    fold = Fold(most=50)
    for number in range(400):
        fold.add(f"SELECT c{number} FROM t", (), float(number), None, calls=2)
    kept = fold.workload("test")
    assert len(kept.queries) < 101
    assert kept.queries[0].sql == "SELECT c399 FROM t"
    known = sum(one.calls for one in kept.queries)
    (rest,) = [what for what, _ in kept.rejected if "more queries" in what]
    assert f"({800 - known:,.0f} calls" in rest


# --- other sources ----------------------------------------------------------------------------------------------------


def otlp(*spans: dict) -> dict:
    service = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    return {"resourceSpans": [{"resource": service, "scopeSpans": [{"spans": list(spans)}]}]}


def span(sql: str, number: int, **more) -> dict:
    attributes = {"db.system": "postgresql", "db.statement": sql, **more.pop("attributes", {})}
    return {
        "traceId": f"{number // 10:032x}",
        "spanId": f"{number:016x}",
        "parentSpanId": f"{number // 10:016x}",
        "startTimeUnixNano": str(1_700_000_000_000_000_000 + number * 1_000_000),
        "endTimeUnixNano": str(1_700_000_000_000_000_000 + number * 1_000_000 + 2_500_000),
        "attributes": [
            {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
            for key, value in attributes.items()
        ],
        **more,
    }


@pytest.mark.parametrize("form", ["lines", "document"])
def test_spans_of_opentelemetry(tmp_path, form):
    site = {"code.filepath": "shop/views.py", "code.lineno": 41, "code.function": "order"}
    spans = [
        span("SELECT * FROM orders WHERE id = $1", 11, attributes={"db.name": "shop", **site}),
        span("", 12, attributes={"db.query.text": "SELECT 2 /*route='a'*/", "db.response.returned_rows": 7}),
        span("GET key", 13, attributes={"db.system": "redis"}),
        span("SELECT 1 / 0", 14, status={"code": 2}),
        span("SELECT 3", 25),
        {"traceId": "1", "spanId": "2", "name": "GET /"},
    ]
    documents = [otlp(*spans[:3]), otlp(*spans[3:])]
    file = tmp_path / "spans.json"
    if form == "lines":
        file.write_text("".join(json.dumps(one) + "\n" for one in documents))
    else:
        file.write_text(json.dumps(otlp(*spans), indent=1))
    one, two, three = executions([str(file)], ReadOptions())
    assert (one.sql, one.database, one.application) == ("SELECT * FROM orders WHERE id = $1", "shop", "shop")
    assert one.site == "shop/views.py:41 in order"
    assert one.milliseconds == pytest.approx(2.5)
    assert one.at == pytest.approx(1_700_000_000.011)
    assert one.trace == two.trace != three.trace
    assert one.tags["parent"] == two.tags["parent"]
    assert (two.rows, two.tags["route"]) == (7, "a")
    kept = workload([str(file)], WorkloadOptions())
    assert (kept.counts.errors, kept.counts.others, kept.counts.statements) == (1, 1, 3)


def test_spans_of_jaeger(tmp_path):
    tags = [{"key": "db.statement", "type": "string", "value": "SELECT 1"}, {"key": "db.system", "value": "postgresql"}]
    reference = {"refType": "CHILD_OF", "traceID": "t", "spanID": "p"}
    spans = [{"traceID": "t", "spanID": "s", "references": [reference], "startTime": 1_700_000_000_000_000,
              "duration": 1500, "tags": tags, "processID": "p1"}]  # fmt: skip
    file = tmp_path / "jaeger.json"
    file.write_text(json.dumps({"data": [{"traceID": "t", "spans": spans, "processes": {"p1": {"serviceName": "s"}}}]}))
    (one,) = executions([str(file)], ReadOptions())
    assert (one.sql, one.trace, one.tags["parent"], one.milliseconds) == ("SELECT 1", "t", "p", 1.5)
    assert (one.at, one.application) == (1_700_000_000, "s")


def test_the_difference_of_two_exports(tmp_path, capsys):
    """Exports of a real server: what was run in between is what counts."""
    settings = {"shared_preload_libraries": "pg_stat_statements"}
    with private_server(
        postgres_servers.binaries(18), cache=postgres_servers.test_cache(), settings=settings
    ) as server:
        server.create_database("shop")
        with psycopg.connect(server.url("shop"), autocommit=True, cursor_factory=psycopg.ClientCursor) as one:
            one.execute("CREATE EXTENSION pg_stat_statements")

            def export(name: str) -> None:
                rows = one.execute("SELECT * FROM pg_stat_statements").fetchall()
                names = [column.name for column in one.execute("SELECT * FROM pg_stat_statements LIMIT 0").description]
                with (tmp_path / f"{name}.csv").open("w", newline="") as file:
                    csv.writer(file).writerows([names, *rows])
                objects = [
                    {key: value for key, value in zip(names, row, strict=True) if key != "stats_since"} for row in rows
                ]
                (tmp_path / f"{name}.json").write_text(json.dumps(objects, default=str))

            for number in range(3):
                one.execute(f"SELECT {number} AS before")
                one.execute(f"SELECT {number} AS both, 1")
            export("first")
            for number in range(5):
                one.execute(f"SELECT {number} AS both, 1")
            one.execute("SELECT pg_sleep(0.02) AS after")
            one.execute("CREATE TABLE made (id int)")
            export("second")
    for kind in ("csv", "json"):
        first, second = tmp_path / f"first.{kind}", tmp_path / f"second.{kind}"
        target = tmp_path / "w.json"
        assert run(["workload", str(second), "--since", str(first), "-o", str(target)]) == 0
        kept = from_json(Workload, target.read_bytes())
        calls = {query.sql: query.calls for query in kept.queries if "pg_stat_statements" not in query.sql}
        assert calls == {"SELECT $1 AS both, $2": 5, "SELECT pg_sleep($1) AS after": 1}
        assert kept.queries[0].total_ms >= 20
        assert ("CREATE TABLE made (id int)", "no query") in kept.rejected
        capsys.readouterr()
        # The other way round the counters went back, as after a reset: they count whole.
        back = workload([str(first)], WorkloadOptions(since=second))
        assert {query.sql: query.calls for query in back.queries}["SELECT $1 AS both, $2"] == 3
        assert any("went back" in what for what, _ in back.rejected)


def test_syslog_is_read_like_the_log_it_is_made_of(shop, tmp_path):
    """Headers, numbers and #011 as PostgreSQL's write_syslog and rsyslog make them: a line in parts of 900 bytes."""
    server, _ = shop
    server.begin("syslog", "%m [%p] %q%u@%d ")
    long = ", ".join(f"'value number {n}'" for n in range(200))
    with psycopg.connect(server.server.url("shop"), autocommit=True, cursor_factory=psycopg.ClientCursor) as one:
        one.execute("SET log_min_duration_statement = 0")
        one.execute(f"SELECT\n  1\nWHERE 'a' IN ({long})")
        one.execute("SELECT 2")
    with psycopg.connect(server.server.url("shop"), autocommit=True) as one:
        one.execute("SET log_min_duration_statement = 0")
        one.execute("SELECT 3 WHERE 1 = %s", (1,))
    log = server.files("syslog")["log"]
    expected = [(one.sql, one.parameters, one.user) for one in executions([str(log)], ReadOptions())]
    assert len(expected) > 3
    made: list[str] = []
    number = part = 0
    for line in log.read_text().splitlines():
        if not line.startswith("\t") and "DETAIL:  " not in line:
            number, part = number + 1, 0
        line = line.replace("\t", "#011")
        while line:
            part += 1
            made.append(f"Nov 26 15:50:29 db1 postgres[4711]: [{number}-{part}] {line[:900]}")
            line = line[900:]
    file = tmp_path / "syslog"
    file.write_text("\n".join(made) + "\n")
    found = [(one.sql, one.parameters, one.user) for one in executions([str(file)], ReadOptions())]
    assert found == expected


def test_lines_that_lost_their_tabs(shop, tmp_path):
    server, _ = shop
    server.begin("untabbed", PREFIXES["default"])
    with psycopg.connect(server.server.url("shop"), autocommit=True, cursor_factory=psycopg.ClientCursor) as one:
        one.execute("SET log_min_duration_statement = 0")
        one.execute("SELECT\nid\nFROM orders\nWHERE id = 1")
    log = server.files("untabbed")["log"]
    file = tmp_path / "log"
    file.write_text(log.read_text().replace("\n\t", "\n"))
    assert "SELECT\nid\nFROM orders\nWHERE id = 1" in [one.sql for one in executions([str(file)], ReadOptions())]


# --- parts ------------------------------------------------------------------------------------------------------------


def test_tags_of_comments():
    trace = "0af7651916cd43dd8448eb211c80319c"
    sql = f"SELECT 1 /*action='%2Fparam*d',controller='it\\'s',traceparent='00-{trace}-b7ad6b7169203331-01'*/"
    tags = tags_of(sql)
    assert tags["action"] == "/param*d"
    assert tags["controller"] == "it's"
    assert trace_of(tags) == trace
    old = tags_of("/*application:Shop,controller:users,line:/app/models/user.rb:3:in `load'*/ SELECT 1")
    assert (old["application"], old["controller"]) == ("Shop", "users")
    assert without_tags(sql) == without_tags("SELECT 1") == "SELECT 1"
    assert without_tags("SELECT /* a remark */ 1") == "SELECT /* a remark */ 1"
    assert site_of(old) == "/app/models/user.rb:3:in `load'"
    assert tags_of("SELECT 1 /* a remark: nothing */, 2 /* another */") == {}
    assert tags_of("SELECT 1") == {}


def test_parameters():
    assert parameters_of("Parameters: $1 = '42', $2 = NULL, $3 = 'it''s, $4 = ''x'''") == (
        "'42'",
        "NULL",
        "'it''s, $4 = ''x'''",
    )
    assert parameters_of("parameters: $1 = ''") == ("''",)
    assert parameters_of("") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select * from t where a = 1", "SELECT * FROM t WHERE a = 'x''y' -- note"),
        ("select * from t where a in (1, 2)", "select * from t where a in (1,2,3)"),
        ("select * from t where a = $1", "select * from t where a = 17"),
        ("insert into t values (1, 'a'), (2, 'b')", "insert into t values (1, 'a'), (2, 'b'), (3, $$c$$)"),
    ],
)
def test_the_same_query(one, other):
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select * from t where a = 1", "select * from t where a in (1, 2)"),
        ("select * from t where a = 1", "select * from t where a = any($1)"),
        ("select * from t limit 1", "select * from t limit 10 offset 1000"),
        ("insert into t values (1)", "insert into t values (1), (2)"),
        ('select * from "t 1"', 'select * from "t 2"'),
        ("select * from t1", "select * from t2"),
        ("select * from t where a = 1", "select * from t where b = 1"),
    ],
)
def test_other_queries(one, other):
    assert shape(one) != shape(other)
    assert outline(one) != outline(other)


def test_prefixes_are_found_out():
    line = "2026-11-26 15:50:29.100 UTC [11] app@shop LOG:  duration: 1.0 ms  statement: SELECT 1"
    assert find_prefix([line]).text == "%m [%p] %q%u@%d "
    assert find_prefix(["select 1", "from t"]) is None
    own = "<2026-11-26 15:50:29.100 UTC> <pid=77> <db=shop> >> LOG:  x"
    match = re.match(find_prefix([own] * 3).pattern + "LOG:  ", own)
    assert (match["f_p"], match["f_d"], match["f_m"]) == ("77", "shop", "2026-11-26 15:50:29.100 UTC")
    assert re.fullmatch(parse_prefix("%-8p%%%5u|%q%d ").pattern, "77      %  app|shop ")
    assert kind_of(b"-- LOG: in a comment\nselect 1;\n")[0] == "workload"


def test_times():
    clock = Clock()
    assert clock.read("2026-11-26 15:50:29.250 UTC") == 1795708229.25
    assert clock.read("2026-11-26 16:50:29 CET") == clock.read("2026-11-26 12:20:29 -03:30") == 1795708229
    assert clock.read("1795708229.250") == 1795708229.25
    assert clock.read("2026-13-26 15:50:29 UTC") is None
    assert clock.read("2026-11-26 15:50:29 XYZ") == 1795708229
    assert clock.unknown == {"XYZ"}


def test_a_lost_quote_takes_few_records_with_it(shop, tmp_path):
    _, files = shop
    whole = files["csv"].read_bytes() * 150
    at = whole.index(b'"duration', len(whole) // 2)
    file = tmp_path / "log.csv"
    file.write_bytes(whole[:at] + whole[at + 1 :])
    assert len(whole) > 3_000_000
    assert sum(counted(file).values()) >= 150 * sum(STATEMENTS.values()) - 5
    file.write_bytes(whole[: len(whole) // 2])  # and one that ends within a record
    assert counted(file)


def test_damaged_logs_are_read_without_a_traceback(shop, tmp_path):
    """A small and fixed part of benchmarks/log_fuzz.py, which mutates ten thousand lines."""
    _, files = shop
    for kind in ("log", "csv", "json"):
        for number in range(12):
            damaged = log_mutations.damaged(files[kind].read_bytes(), random.Random(number))
            file = tmp_path / f"{number}.{kind}"
            file.write_bytes(damaged)
            began = time.process_time()
            try:
                kept = workload([str(file)], WorkloadOptions(output=tmp_path / "out.json"))
            except InputError:
                continue
            from_json(Workload, (tmp_path / "out.json").read_bytes())
            assert kept.counts.statements > 0
            assert time.process_time() - began < 20
