"""`dba cache`: what is cached, what is not and why, from workloads whose answer is known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dbarchitect.api.cache import CacheOptions, cache
from dbarchitect.cache.design import Wishes, steady_hits
from dbarchitect.cache.memory import Memory
from dbarchitect.cache.simulate import Settings, simulate
from dbarchitect.cache.traffic import Stream, drawn
from dbarchitect.cli import run
from dbarchitect.errors import InputError
from dbarchitect.model.cache import CacheDesign
from dbarchitect.render import Screen
from dbarchitect.render.cache import render_cache

SCHEMA = """
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL, seen timestamptz);
CREATE TABLE products (id bigint PRIMARY KEY, category_id int NOT NULL, name text NOT NULL, price numeric(10,2));
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
  status text NOT NULL, total numeric(10,2), created_at timestamptz NOT NULL);
CREATE TABLE secrets (id bigint PRIMARY KEY, owner text NOT NULL, body text);
ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;
CREATE VIEW shelf AS SELECT id, name FROM products WHERE price > 0;
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    (folder / "shop.sql").write_text(SCHEMA)
    assert run(["twin", "create", str(folder / "shop.sql"), "-o", str(folder / "shop.twin")]) == 0
    return folder


def designed(files: Path, rows: list[tuple[str, int, float]], **wishes: object) -> CacheDesign:
    """The design for (query, calls, milliseconds each) in a day."""
    path = files / "workload.csv"
    lines = [f'"{sql}",{calls},{calls * each}' for sql, calls, each in rows]
    path.write_text("query,calls,total_exec_time\n" + "\n".join(lines) + "\n")
    options = CacheOptions(
        workload=path,
        wishes=Wishes(window=86_400, requests=15_000, **wishes),
        now=datetime(2026, 11, 26, tzinfo=UTC),  # pyright: ignore[reportArgumentType]
    )
    return cache(str(files / "shop.twin"), options)


BY_KEY = "SELECT id, name, price FROM products WHERE id = $1"


def test_what_is_read_often_and_written_seldom_is_kept(files):
    made = designed(
        files, [(BY_KEY, 2_000_000, 4.0), ("UPDATE products SET price = $1 WHERE id = $2", 100, 1.0)], keys=1_000
    )
    (entry,) = made.entries
    assert (entry.name, entry.keeps, entry.invalidation) == ("product", "row", "version")
    assert entry.key == "app:product:{id}"
    assert entry.versions == ("app:v:products:id:{id}",)
    assert entry.writes[0].precise
    assert entry.hit_ratio > 0.85 > entry.break_even
    assert entry.share is not None
    assert entry.share > 0.5
    assert made.policy in ("allkeys-lru", "allkeys-lfu")
    # Enough for all thousand entries, and not ten times that.
    assert 900_000 < made.maxmemory < 4 * 2**20
    assert abs(made.hit_ratio - entry.hit_ratio) < 0.05


@pytest.mark.parametrize(
    ("sql", "each", "reason"),
    [
        ("SELECT id FROM orders WHERE id = $1 FOR UPDATE", 5.0, "locks rows"),
        ("SELECT id, random() FROM orders WHERE id = $1", 5.0, "random()"),
        ("SELECT body FROM secrets WHERE id = $1", 5.0, "row security"),
        ("SELECT id FROM orders WHERE status = current_user", 5.0, "who asks"),
        ("SELECT id FROM orders WHERE status = current_setting('app.user')", 5.0, "who asks"),
        ("SELECT 1", 5.0, "reads no table"),
        ("SELECT relname FROM pg_class WHERE oid = $1", 5.0, "the catalogue"),
        ("SELECT * FROM elsewhere WHERE id = $1", 5.0, "has no elsewhere"),
        (BY_KEY, 0.1, "the database is the faster cache"),
        ("SELECT * FROM orders LIMIT 100000", 500.0, "1 Gbit/s"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_is_not_kept_says_why(files, sql, each, reason):
    made = designed(files, [(sql, 100_000, each)])
    assert not made.entries
    assert reason in made.left_out[0].reason


def test_writes_that_come_as_often_as_reads_leave_nothing(files):
    made = designed(
        files,
        [(BY_KEY, 50_000, 2.0), ("UPDATE products SET price = $1 WHERE id = $2", 5_000_000, 0.1)],
        keys=10,
        staleness=86_400,
        staleness_of={"products": 1.0},
    )
    assert not made.entries
    assert "hits" in made.left_out[0].reason


def test_what_a_write_leaves_alone_is_not_made_stale(files):
    """The time a customer was last seen is written all the time, and no answer here depends on it."""
    rows = [
        ("SELECT name FROM customers WHERE id = $1", 1_000_000, 3.0),
        ("UPDATE customers SET seen = now() WHERE id = $1", 1_000_000, 1.0),
    ]
    (entry,) = designed(files, rows, keys=500).entries
    assert not entry.writes
    whole = designed(files, [("SELECT * FROM customers WHERE id = $1", 1_000_000, 3.0), rows[1]], keys=500)
    assert all(one.writes for one in whole.entries)


def test_a_delete_that_cascades_makes_the_children_stale(files):
    rows = [
        ("SELECT id, status FROM orders WHERE customer_id = $1 LIMIT 20", 1_000_000, 3.0),
        ("DELETE FROM customers WHERE id = $1", 50, 3.0),
    ]
    (entry,) = designed(files, rows, keys=500).entries
    assert [(one.table, one.precise, one.column) for one in entry.writes] == [("orders", True, "customer_id")]


def test_a_condition_below_or_narrows_nothing_down(files):
    rows = [
        ("SELECT id, status FROM orders WHERE customer_id = $1 OR status = $2 LIMIT 20", 1_000_000, 3.0),
        ("UPDATE orders SET status = $1 WHERE id = $2", 10, 1.0),
    ]
    (entry,) = designed(files, rows, keys=500).entries
    assert entry.versions == ("app:v:orders",)
    assert not entry.writes[0].precise


def test_every_value_stands_in_the_key(files):
    """Also one that no column is compared with: answers of different values are never one entry."""
    rows = [
        ("SELECT name FROM customers WHERE lower(email) = lower($1) AND seen > now() - $2::interval", 1_000_000, 3.0),
        ("SELECT id FROM orders WHERE customer_id = $1 AND status IN ($2, $3) LIMIT $4", 1_000_000, 3.0),
        ("SELECT name FROM products WHERE upper(name) = 'A' AND category_id = 7", 1_000_000, 3.0),
    ]
    made = designed(files, rows, keys=50)
    assert {one.key.partition(":{")[2] for one in made.entries} == {
        "p1}:{p2}",
        "customer_id}:{p2}:{p3}:{p4}",
        "p1}:{category_id}",
    }


def test_a_view_is_made_stale_by_its_tables(files):
    rows = [("SELECT name FROM shelf WHERE id = $1", 1_000_000, 3.0), ("DELETE FROM products WHERE id = $1", 5, 1.0)]
    (entry,) = designed(files, rows, keys=500).entries
    assert entry.versions == ("app:v:products",)
    assert [one.table for one in entry.writes] == ["products"]


def test_staleness_bounds_the_ttl_and_none_is_none(files):
    (entry,) = designed(files, [(BY_KEY, 1_000_000, 3.0)], keys=100, staleness_of={"products": 20.0}).entries
    assert entry.ttl_seconds == 20
    made = designed(files, [(BY_KEY, 1_000_000, 3.0)], staleness=0.0)
    assert "allow no staleness" in made.left_out[0].reason
    with pytest.raises(InputError, match="no table nowhere"):
        designed(files, [(BY_KEY, 10, 3.0)], staleness_of={"nowhere": 1.0})


def test_upstash_has_its_own_limits_and_prices(files):
    made = designed(files, [(BY_KEY, 10_000_000, 4.0)], keys=100, upstash=True)
    assert {one.policy for one in made.sizes} == {"allkeys-random"}
    assert any("USD" in one and "upstash.com" in one for one in made.warnings)
    assert any("off by default" in one for one in made.warnings)


# --- figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stream",
    [
        Stream(reads=50, keys=200, zipf=0.99),
        Stream(reads=50, keys=200, zipf=0.99, one=5.0),
        Stream(reads=50, keys=200, zipf=0.5, every=2.0),
        Stream(reads=5, keys=1, zipf=0.0, every=1.0),
    ],
    ids=["ttl", "one key each", "all keys", "a single key"],
)
def test_the_formula_and_the_simulation_agree(stream):
    found = simulate(
        drawn([stream], requests=60_000, seed=3), lambda _: 300, Settings(), ttls=lambda _: 20.0, warm=20_000
    )
    assert abs(found.hit_ratio - steady_hits(stream, 20.0)) < 0.02


@pytest.mark.parametrize(
    ("size", "classes"),
    [(1, (8, 8)), (9, (16, 16)), (20, (24, 32)), (65, (80, 80)), (129, (160, 160)), (5000, (5120, 5120))],
)
def test_size_classes_of_jemalloc(size, classes):
    assert (Memory(8).usable(size), Memory(16).usable(size)) == classes


# --- from a log ------------------------------------------------------------------------------------------------------


def log_of(lines: list[tuple[float, str, float]]) -> str:
    """A server's log with (seconds, statement, milliseconds)."""
    out = []
    for at, sql, took in lines:
        minute, second = divmod(at, 60)
        stamp = f"2026-11-26 10:{int(minute):02d}:{second:06.3f} UTC"
        out.append(f"{stamp} [77] LOG:  duration: {took:.3f} ms  statement: {sql}")
    return "\n".join(out) + "\n"


def test_a_log_is_run_with_its_own_times_and_values(files, tmp_path):
    """Ten keys, each asked for every ten seconds; key 3 is written each time before it is asked for."""
    lines: list[tuple[float, str, float]] = []
    for turn in range(100):
        for key in range(10):
            at = turn * 10 + key
            if key == 3:
                lines.append((at - 0.5 if at > 1 else at, f"UPDATE products SET price = {turn} WHERE id = 3", 0.2))
            lines.append((at, f"SELECT id, name, price FROM products WHERE id = {key}", 20.0))
    path = tmp_path / "server.log"
    path.write_text(log_of(lines))
    made = cache(str(files / "shop.twin"), CacheOptions(workload=path, wishes=Wishes(staleness=100_000, jitter=0.0)))
    assert made.trace == "log"
    (entry,) = made.entries
    assert entry.keys == 10
    # Of 1,000 reads the first of nine keys, and all hundred of key 3, are loaded.
    assert entry.hit_ratio == pytest.approx((1000 - 9 - 100) / 1000, abs=0.002)
    short = cache(str(files / "shop.twin"), CacheOptions(workload=path, wishes=Wishes(staleness=9.0, jitter=0.0)))
    assert not short.entries  # nothing is asked for again within its TTL


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_shows_the_design_and_writes_code(files, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    workload = tmp_path / "w.csv"
    workload.write_text(f'query,calls,total_exec_time\n"{BY_KEY}",2000000,8000000\n"SELECT 1",5,1\n')
    words = ["cache", str(files / "shop.twin"), "--workload", str(workload), "--keys", "500", "--window", "1d"]
    assert run([*words, "--client", "redis-py", "--code", "code"]) == 0
    text = capsys.readouterr().out
    for said in ("app:product:{id}", "maxmemory-policy", "Not cached", "reads no table", "--keys 500", "LISTEN/NOTIFY"):
        assert said in text
    assert "PRODUCT = Entry(" in (tmp_path / "code" / "cache.py").read_text()
    (tmp_path / "code" / "cache.py").write_text("mine")
    options = CacheOptions(workload=workload, wishes=Wishes(requests=5_000), client="redis-py", code=tmp_path / "code")
    with pytest.raises(InputError, match="there already"):
        cache(str(files / "shop.twin"), options)
    assert (tmp_path / "code" / "cache.py").read_text() == "mine"
    made = designed(files, [(BY_KEY, 2_000_000, 4.0)])
    document = json.loads(render_cache(made, "json", screen=Screen(), version="1"))
    assert document["schema"] == "dbarchitect.cache/1"
    assert document["entries"][0]["name"] == "product"


def test_nothing_to_cache_is_an_answer(files, tmp_path, capsys):
    workload = tmp_path / "w.csv"
    workload.write_text("query,calls,total_exec_time\nSELECT 1,5,1\n")
    assert run(["cache", str(files / "shop.twin"), "--workload", str(workload)]) == 0
    assert "nothing to cache" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--workload", "missing.csv"],
        ["--workload", "w.csv", "--staleness", "soon"],
        ["--workload", "w.csv", "--staleness", "orders=never"],
        ["--workload", "w.csv", "--round-trip", "0"],
        ["--workload", "w.csv", "--zipf", "9"],
        ["--workload", "w.csv", "--prefix", "a:b"],
        ["--workload", "w.csv", "--client", "redis-py"],
        ["--workload", "w.csv", "--keys", "0"],
        ["--workload", "w.csv", "--least", "2"],
    ],
    ids=lambda one: " ".join(one) or "no workload",
)
def test_wrong_usage_is_said(files, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "w.csv").write_text("query,calls\nSELECT 1,5\n")
    with pytest.raises(InputError) as err:
        run(["cache", str(files / "shop.twin"), *words])
    assert err.value.hint or "missing.csv" in err.value.message
