"""`dba documents postgres`: both designs on a real PostgreSQL, queries against the answers of a server, the loader."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import bson
import psycopg
import pytest
from pymongo import MongoClient

import mongo_shop
from dbarchitect.cli import run
from dbarchitect.documents.move.conditions import filter_sql
from dbarchitect.documents.move.places import Aliases, NotTranslatedError, TableScope
from dbarchitect.documents.move.shape import Names, Seen, tree_of
from dbarchitect.documents.move.tables import TablesOf
from dbarchitect.engines.mongodb.shapes import Shapes
from dbarchitect.engines.mongodb.transfer import after, json_text, plain, rows_of
from dbarchitect.engines.postgres.server import Server
from dbarchitect.errors import InputError
from dbarchitect.model.documents import Collection
from dbarchitect.prove.documents_move import compared
from mongo_servers import mongo_client, mongo_server


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with mongo_server() as found:
        yield found


@pytest.fixture(scope="module")
def client(address: str) -> Generator[MongoClient]:
    with mongo_client(address) as found:
        yield found


@pytest.fixture(scope="module")
def moved(client: MongoClient, address: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of a move of the shop with its queries, and the result."""
    mongo_shop.fill(client, "shop")
    folder = tmp_path_factory.mktemp("moved")
    queries = mongo_shop.write_queries(folder / "queries.jsonl")
    before = client["shop"].orders.index_information()
    url = f"mongodb://{address}/shop?directConnection=true"
    assert run(["documents", "postgres", url, str(queries), "-o", str(folder / "out")]) == 0
    assert client["shop"].orders.index_information() == before
    return folder / "out", json.loads((folder / "out" / "result.json").read_text())


def test_each_translated_query_gives_the_answer_of_the_server(moved: tuple[Path, dict[str, Any]]) -> None:
    _, result = moved
    queries = result["queries"]
    assert len(queries) == len(mongo_shop.QUERIES)
    refused: dict[str, list[str]] = {"tables": [], "jsonb": []}
    for given, one in zip(mongo_shop.QUERIES, queries, strict=True):
        for name in ("tables", "jsonb"):
            found = one[name]
            if found.get("refused"):
                refused[name].append(found["refused"])
                continue
            assert found["equal"] is True, (given, found)
            assert found["plan"]
            assert found["ms"] >= 0
    assert refused["jsonb"] == ["the stage $lookup", "$expr in a filter"]
    assert refused["tables"] == [
        "coupon: $exists, where null stands too: a column does not tell them apart",
        *refused["jsonb"],
    ]
    answered = [one["tables"].get("rows", 0) for one in queries if not one["tables"].get("refused")]
    assert sum(rows > 0 for rows in answered) >= len(answered) - 2  # the answers are not empty


def test_the_tables_have_types_keys_and_references(moved: tuple[Path, dict[str, Any]]) -> None:
    folder, result = moved
    schema = (folder / "tables" / "schema.sql").read_text()
    for line in (
        "total numeric NOT NULL",
        'coupon text COLLATE "C",',
        'tags text[] COLLATE "C" NOT NULL',
        "code jsonb NOT NULL",
        "token uuid NOT NULL",
        "seal bytea NOT NULL",
        "meta_visits bigint NOT NULL",
        'FOREIGN KEY (order_id, orders_line_position) REFERENCES orders_lines (order_id, "position") ON DELETE CASCADE',
        "PRIMARY KEY (customer_id)",
    ):
        assert line in schema, line
    finish = (folder / "tables" / "finish.sql").read_text()
    assert "CREATE UNIQUE INDEX customers_email_key ON customers (email)" in finish
    assert "ON orders (status, at DESC)" in finish
    assert "ON orders (coupon NULLS FIRST) WHERE status = 'paid'" in finish
    assert "FOREIGN KEY (customer) REFERENCES customers (id)" in finish
    mixed = [one for one in result["designs"][0]["choices"] if one.get("kind") == "mixed"]
    assert [one["at"] for one in mixed] == ["orders.code"]
    report = (folder / "README.md").read_text()
    assert "deleted by a job of yours" in report
    assert "query 28: the stage $lookup" in report
    for name in ("tables", "jsonb"):
        assert all(not one.get("refused") for one in result["loaded"][name])
        assert all(one["bytes"] > 0 for one in result["loaded"][name])


def load(folder: Path, design: str, source: str, target: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(folder / "load.py"), str(folder / design), source, target, *more],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("design", ["tables", "jsonb"])
def test_the_loader_goes_on_and_says_what_it_refuses(
    design: str, moved: tuple[Path, dict[str, Any]], client: MongoClient, address: str, server: Server
) -> None:
    """Ended in the middle, begun again, then once more for documents that came later, two of which do not fit."""
    folder, _ = moved
    name = f"loader_{design}"
    mongo_shop.fill(client, name)
    source = f"mongodb://{address}/{name}?directConnection=true"
    server.create_database(name)
    try:
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute((folder / design / "schema.sql").read_bytes())
            ended = subprocess.Popen(
                [
                    sys.executable,
                    str(folder / "load.py"),
                    str(folder / design),
                    source,
                    server.url(name),
                    "--batch",
                    "3",
                ],
                stderr=subprocess.PIPE,
            )
            try:
                for _ in range(2_000):
                    there = connection.execute("SELECT to_regclass('dba_load_progress')").fetchone()
                    if there and there[0]:
                        (count,) = connection.execute("SELECT sum(loaded) FROM dba_load_progress").fetchone() or (0,)
                        if (count or 0) > 5:
                            break
                    if ended.poll() is not None:
                        break
                    time.sleep(0.005)
            finally:
                ended.kill()
                ended.communicate()
            again = load(folder, design, source, server.url(name))
            assert again.returncode == 0, again.stderr
            assert f"orders: {mongo_shop.ORDERS:,} loaded, 0 refused" in again.stderr
            assert counted(connection, "orders") == mongo_shop.ORDERS
            assert counted(connection, "customers") == mongo_shop.CUSTOMERS
            late = [{**one, "_id": bson.ObjectId(f"{0x67F000000000000000000000 + at:024x}")}
                    for at, one in enumerate(mongo_shop.orders()[1:4])]  # fmt: skip
            late[0]["status"] = "with \0 in it"
            late[1]["total"] = "twelve"
            client[name].orders.insert_many(late)
            more = load(folder, design, source, server.url(name))
            assert more.returncode == 1
            assert counted(connection, "orders") == mongo_shop.ORDERS + 1
            left = dict(connection.execute("SELECT path, reason FROM dba_load_refused").fetchall())
            assert len(left) == 2 or design == "jsonb"
            if design == "tables":
                assert left["total"] == "a str does not fit numeric"
                assert "character 0" in left["status"]
            connection.execute((folder / design / "finish.sql").read_bytes())
            connection.execute((folder / design / "down.sql").read_bytes())
            kept = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            ).fetchall()
            assert kept == []
    finally:
        server.drop_database(name)


def counted(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return row[0]


def test_without_queries_or_with_a_sample(
    client: MongoClient, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only a part of the documents is loaded, with those that they refer to; answers are over these."""
    mongo_shop.fill(client, "sample")
    url = f"mongodb://{address}/sample?directConnection=true"
    queries = tmp_path / "q.jsonl"
    queries.write_text('{"count": "orders", "query": {"status": "paid"}}\n{"find": "gone"}\n')
    given = ["documents", "postgres", url, str(queries), "-o", str(tmp_path / "out"), "--documents", "30", "--explain"]
    assert run([*given, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["collection"]: one["sampled"] for one in found["sizes"]}["orders"] == 30
    first, gone = found["queries"]
    assert first["tables"]["equal"] is True
    assert first["jsonb"]["equal"] is True
    assert "gives no executionStats" in first["silent"]
    assert gone["tables"]["refused"] == "its collection is not moved"
    assert any("not sampled" in one for one in found["verdict"]["unless"])
    assert not any("NOT VALID" in one["what"] for design in found["designs"] for one in design.get("choices", ()))


def test_wrong_input_is_told(client: MongoClient, address: str, tmp_path: Path) -> None:
    client.drop_database("nothing")
    url = f"mongodb://{address}/nothing?directConnection=true"
    for given in (
        [url, "-o", str(tmp_path / "o")],
        ["postgresql://h/d", "-o", str(tmp_path / "o")],
        [url, str(tmp_path / "none.jsonl"), "-o", str(tmp_path / "o")],
    ):
        with pytest.raises(InputError):
            run(["documents", "postgres", *given])
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="no folder"):
        run(["documents", "postgres", url, "-o", str(tmp_path / "file")])


# --- parts that need no server ----------------------------------------------------------------------------------------


def scope_of(*documents: dict[str, Any]) -> TableScope:
    shapes = Shapes()
    for one in documents:
        shapes.add(one)
    collection = Collection(name="c", sampled=shapes.sampled, paths=shapes.paths())
    made = TablesOf(collection, Names(), (), ())
    return TableScope(made.mapping, Seen(tree_of(collection)), "c", Aliases())


def test_what_no_condition_says_exactly_is_refused() -> None:
    scope = scope_of(*({"_id": one, "a": {"b": 1}, "t": [{"x": 1}], "s": "x"} for one in range(30)))
    for found in (
        {"a": {"b": 1}}, {"t.0.x": 1}, {"t.x": None}, {"t": {"$size": 1}}, {"$where": "1"}, {"s": {"$regex": "(?=x)"}},
        {"s": {"$type": "string"}}, {"$text": {"$search": "x"}},
    ):  # fmt: skip
        with pytest.raises(NotTranslatedError):
            filter_sql(found, scope)
    assert filter_sql({"s": "it's"}, scope) == "c.s = 'it''s'"
    assert filter_sql({"s": 5}, scope) == "false"
    assert filter_sql({"unheard": 5, "of": None}, scope) == "false AND true"


def test_differences_are_found() -> None:
    """The comparison is one that fails: other values, other rows, another order."""
    rows = [{"_id": 1, "a": 5}, {"_id": 2, "a": None}]
    assert compared(rows, [{"_id": 2, "a": None}, {"_id": 1, "a": 5.0}]) == (True, "")
    assert compared(rows, [{"_id": 1, "a": 5}, {"_id": 2}])[0] is True
    assert "one here" in compared(rows, [{"_id": 1, "a": 5}, {"_id": 2}])[1]
    assert compared(rows, [{"_id": 1, "a": 6}, {"_id": 2}])[0] is False
    assert compared(rows, rows[:1]) == (False, "1 rows for 2 documents")
    assert compared(rows, rows[::-1], ("_id",)) == (False, "the order by _id is another")
    assert compared([{"a": True}], [{"a": 1}])[0] is False


def test_values_keep_their_digits() -> None:
    value = {
        "d": bson.Decimal128("1.10"),
        "t": datetime.datetime(2026, 1, 2),
        "n": float("nan"),
        "o": bson.ObjectId("6" * 24),
    }
    assert json_text(plain(value)) == (
        '{"d":1.10,"t":"2026-01-02T00:00:00.000Z","n":{"$numberDouble":"NaN"},"o":"666666666666666666666666"}'
    )
    mapping = {
        "table": "c",
        "fields": {"_id": {"column": "id", "type": "bigint"}, "n": {"column": "n", "type": "double"}},
    }
    assert rows_of(mapping, {"_id": 1, "n": 2}) == {"c": [(1, 2.0)]}
    for wrong in ({"_id": 2**63}, {"_id": 1, "n": 2**60}, {"_id": 1, "x": 1}, {"_id": True}):
        with pytest.raises(ValueError, match=":"):
            rows_of(mapping, wrong)


def test_what_follows_an_id_of_another_type() -> None:
    assert after(5)["$or"][1]["_id"]["$type"][0] == "string"
    assert "objectId" not in after(bson.ObjectId())["$or"][1]["_id"]["$type"]
    assert after(True)["$or"][1]["_id"]["$type"] == ["date", "timestamp", "regex"]


def test_the_filter_of_a_partial_index_keeps_its_texts() -> None:
    from dbarchitect.documents.move.indexes import Indexed, translate
    from dbarchitect.model.documents import DocumentIndex

    scope = scope_of(*({"_id": one, "s": "x", "o": 1} for one in range(30)))
    indexed = Indexed(Names())
    index = DocumentIndex(name="s_1", keys=(("s", 1),), partial="{}")
    translate(index, scope.mapping, scope.seen, {"s": "c.o.c.", "o": {"$gt": 1}}, indexed)
    assert indexed.statements == ["CREATE INDEX c_s_idx ON c (s) WHERE s = 'c.o.c.' AND o > 1;"]
    for lost in (
        DocumentIndex(name="t", keys=(("s", "text"),)),
        DocumentIndex(name="g", keys=(("s", "2dsphere"),)),
        DocumentIndex(name="h", keys=(("s", 1),), hidden=True),
        DocumentIndex(name="c", keys=(("s", 1),), collation='{"locale": "de"}'),
        DocumentIndex(name="n", keys=(("nobody", 1),)),
    ):
        before = len(indexed.choices)
        translate(lost, scope.mapping, scope.seen, None, indexed)
        assert [one.kind for one in indexed.choices[before:]] == ["lost"], lost
    assert len(indexed.statements) == 1
