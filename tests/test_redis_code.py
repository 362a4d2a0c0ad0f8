"""The modules that `dba cache --client` writes, run against a real server by redis-py, node-redis and ioredis.

Upstash has no server to run here: its modules are held against the types of its own clients.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, get_args

import pytest
import redis

import migration_tools
from dbarchitect.cache.clients import Client, written
from dbarchitect.model.cache import CacheDesign, CacheEntry
from redis_servers import redis_server, url_of

DESIGN = CacheDesign(
    source="shop.sql",
    workload="shop.log",
    window_seconds=60,
    entries=(
        CacheEntry(
            name="customer_by_email",
            query="1",
            sql='SELECT * FROM customers WHERE email = $1 -- */ """ \n \'',
            keeps="row",
            key="shop:customer_by_email:{email}",
            parameters=("email",),
            versions=("shop:v:customers:email:{email}",),
            ttl_seconds=300,
        ),
        CacheEntry(
            name="totals",
            query="2",
            sql="SELECT count(*) FROM orders",
            keeps="aggregate",
            key="shop:totals",
            versions=("shop:v:orders",),
            ttl_seconds=60,
        ),
        CacheEntry(
            name="newest_orders",
            query="3",
            sql="SELECT 1",
            keeps="list",
            key="shop:newest_orders:{page}",
            parameters=("page",),
            ttl_seconds=2.5,
            invalidation="ttl",
        ),
    ),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[redis.Redis]:
    with redis_server(tmp_path_factory.mktemp("redis")) as client:
        yield client


@pytest.fixture
def module(tmp_path: Path, server: redis.Redis) -> Any:
    server.flushall()
    name, text = written(DESIGN, "redis-py")
    path = tmp_path / name
    path.write_text(text)
    spec = importlib.util.spec_from_file_location("written_cache", path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["written_cache"] = made
    spec.loader.exec_module(made)
    return made


class Loader:
    """Counts its calls."""

    def __init__(self, value: object = "v", seconds: float = 0.0) -> None:
        self.calls, self.value, self.seconds = 0, value, seconds

    def __call__(self) -> object:
        self.calls += 1
        value = self.value
        time.sleep(self.seconds)
        return value


def test_an_answer_is_loaded_once_and_until_it_is_written(module, server):
    cache, load = module.Cache(server), Loader([{"id": 1, "name": "Ada"}])
    ada, bob = {"email": "ada@x:y"}, {"email": "bob"}
    for _ in range(3):
        assert cache.get_or_load(module.CUSTOMER_BY_EMAIL, ada, load) == [{"id": 1, "name": "Ada"}]
    assert load.calls == 1
    cache.get_or_load(module.CUSTOMER_BY_EMAIL, bob, load)
    assert load.calls == 2
    cache.invalidate(module.CUSTOMER_BY_EMAIL, ada)
    load.value = [{"id": 1, "name": "Ada L."}]
    assert cache.get_or_load(module.CUSTOMER_BY_EMAIL, ada, load) == [{"id": 1, "name": "Ada L."}]
    cache.get_or_load(module.CUSTOMER_BY_EMAIL, bob, load)
    assert load.calls == 3
    assert server.exists("shop:customer_by_email:ada%40x%3Ay")
    assert 268_000 < server.pttl("shop:customer_by_email:bob") <= 300_000
    # A version outlives what was loaded before it.
    assert server.pttl("shop:v:customers:email:ada%40x%3Ay") > 500_000


def test_callers_at_once_load_once(module, server):
    cache, load = module.Cache(server), Loader(seconds=0.3)
    found: list[object] = []
    callers = [
        threading.Thread(target=lambda: found.append(cache.get_or_load(module.TOTALS, {}, load))) for _ in range(18)
    ]
    for one in callers:
        one.start()
    for one in callers:
        one.join(30)
    assert found == ["v"] * 18
    assert load.calls == 1
    assert not server.exists("shop:totals:lock")


def test_a_load_that_began_before_a_write_is_never_served(module, server):
    cache = module.Cache(server)
    begun, written_ = threading.Event(), threading.Event()

    def slow() -> str:
        begun.set()
        assert written_.wait(30)
        return "old"

    loading = threading.Thread(target=lambda: cache.get_or_load(module.TOTALS, {}, slow))
    loading.start()
    assert begun.wait(30)
    cache.invalidate(module.TOTALS, {})
    written_.set()
    loading.join(30)
    assert b"old" in server.get("shop:totals")  # it is there
    assert cache.get_or_load(module.TOTALS, {}, lambda: "new") == "new"
    assert cache.get_or_load(module.TOTALS, {}, lambda: "newer") == "new"


def test_entries_near_their_end_are_loaded_early(module, server):
    cache, load = module.Cache(server), Loader("first")
    cache.get_or_load(module.NEWEST_ORDERS, {"page": 1}, load)
    kept = json.loads(server.get("shop:newest_orders:1"))
    assert time.time() < kept["ends"] <= time.time() + 2.5
    # It took an hour to load and ends in a second: all but certainly now.
    server.set("shop:newest_orders:1", json.dumps(kept | {"took": 3600, "ends": time.time() + 1}))
    load.value = "second"
    found = [cache.get_or_load(module.NEWEST_ORDERS, {"page": 1}, load) for _ in range(3)]
    assert "second" in found


def test_a_cache_that_fails_is_no_failure(module, tmp_path):
    gone = redis.Redis(port=1, socket_connect_timeout=0.2, retry=None)
    load = Loader({"total": 1})
    assert module.Cache(gone).get_or_load(module.TOTALS, {}, load) == {"total": 1}
    with pytest.raises(redis.ConnectionError):
        module.Cache(gone).invalidate(module.TOTALS, {})


def test_what_is_wrong_is_said_and_locks_are_given_back(module, server):
    cache = module.Cache(server)
    with pytest.raises(ValueError, match="needs email"):
        cache.get_or_load(module.CUSTOMER_BY_EMAIL, {}, Loader())
    with pytest.raises(ValueError, match="only ages"):
        cache.invalidate(module.NEWEST_ORDERS, {"page": 1})

    def broken() -> str:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError, match="no database"):
        cache.get_or_load(module.TOTALS, {}, broken)
    assert not server.exists("shop:totals:lock")
    server.set("shop:totals", "no JSON")
    assert cache.get_or_load(module.TOTALS, {}, Loader("good")) == "good"


def test_python_modules_are_typed(tmp_path):
    for client in ("redis-py", "upstash-py"):
        (tmp_path / client.replace("-", "_")).with_suffix(".py").write_text(written(DESIGN, client)[1])
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout


# --- Node.js ----------------------------------------------------------------------------------------------------------

CHECKS = """
import assert from "node:assert/strict";
import { Cache, customerByEmail, newestOrders, totals } from "./cache";
const client = await CONNECT;
const cache = new Cache(client);
let calls = 0;
const load = (value: unknown, ms = 0) => async () => {
  calls += 1;
  await new Promise((go) => setTimeout(go, ms));
  return value;
};
const ada = { email: "ada@x:y" };
for (let n = 0; n < 3; n++) {
  assert.deepEqual(await cache.getOrLoad(customerByEmail, ada, load({ id: 1n })), { id: "1" });
}
assert.equal(calls, 1);
await cache.invalidate(customerByEmail, ada);
assert.equal(await cache.getOrLoad(customerByEmail, ada, load("new")), "new");
assert.equal(calls, 2);
const found = await Promise.all(Array.from({ length: 18 }, () => cache.getOrLoad(totals, {}, load("t", 300))));
assert.deepEqual([...new Set(found)], ["t"]);
assert.equal(calls, 3);
let go = () => {};
const waiting = new Promise<void>((done) => (go = done));
await cache.invalidate(totals, {});
const old = cache.getOrLoad(totals, {}, async () => { await waiting; return "old"; });
await new Promise((done) => setTimeout(done, 200));
await cache.invalidate(totals, {});
go();
assert.equal(await old, "old");
assert.equal(await cache.getOrLoad(totals, {}, load("new")), "new");
await assert.rejects(cache.invalidate(newestOrders, { page: 1 }), /only ages/);
const broken = async () => { throw new Error("no database"); };
await assert.rejects(cache.getOrLoad(newestOrders, { page: 9 }, broken), /no database/);
assert.deepEqual(await cache.getOrLoad(newestOrders, { page: 2 }, load([1, 2])), [1, 2]);
await CLOSE;
console.log("good");
"""
CONNECT = {
    "node-redis": ('import { createClient } from "redis";', "createClient({ url: URL_ }).connect()", "client.close()"),
    "ioredis": ('import { Redis } from "ioredis";', "new Redis(URL_)", "client.quit()"),
}


def project(path: Path, client: Any) -> Path:
    path.mkdir()
    (path / "package.json").write_text('{"type": "module"}')
    name, text = written(DESIGN, client)
    (path / name).write_text(text)
    options = {"strict": True, "noEmit": True, "skipLibCheck": True, "target": "es2022", "module": "es2022"}
    options |= {"moduleResolution": "bundler", "types": ["node"], "noUncheckedIndexedAccess": True}
    (path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "include": ["*.ts"]}))
    return path


@pytest.mark.parametrize("client", ["node-redis", "ioredis"])
def test_modules_for_node_do_the_same(client, tmp_path, server):
    server.flushall()
    folder = project(tmp_path / "project", client)
    imports, connect, close = CONNECT[client]
    checks = CHECKS.replace("CONNECT", connect.replace("URL_", json.dumps(url_of(server)))).replace("CLOSE", close)
    (folder / "check.ts").write_text(imports + checks)
    assert "good" in migration_tools.run(folder, "tsx", "check.ts")
    migration_tools.run(folder, "tsc", "-p", ".")


def test_the_module_for_upstash_is_typed(tmp_path):
    migration_tools.run(project(tmp_path / "project", "upstash-js"), "tsc", "-p", ".")


def test_hostile_names_stay_text():
    entry = CacheEntry(
        name="x",
        query="1",
        sql="SELECT 1 */\u2028 import os",
        keeps="list",
        key='a":{p"',
        parameters=('p"\n',),
        ttl_seconds=1,
    )
    for client in get_args(Client):
        text = written(CacheDesign(source="", workload="", window_seconds=1, entries=(entry,)), client)[1]
        assert "\u2028" not in text
        assert '"p\\"\\n"' in text
    assert shutil.which("npm")
