"""`dba check mongodb://`: each rule on a server that speaks MongoDB's protocol, where it speaks and is quiet."""

from __future__ import annotations

import datetime
import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import bson
import pytest
from msgspec.structs import replace
from pymongo import MongoClient

from dbarchitect.api import CheckOptions, check
from dbarchitect.cli import run
from dbarchitect.documents.rule import BOOK
from dbarchitect.engines.mongodb.commands import read_commands
from dbarchitect.engines.mongodb.connection import connect, shown
from dbarchitect.engines.mongodb.inspect import inspect, profiled, server_of, shard_keys
from dbarchitect.engines.mongodb.shapes import Shapes, id_text
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.documents import Collection, DocumentIndex, Documents, PathShape
from dbarchitect.model.page import SECTIONS
from mongo_servers import mongo_client, mongo_server

NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)
OPEN = "mongodb-open-to-all"  # of all these servers


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with mongo_server() as found:
        yield found


@pytest.fixture(scope="module")
def client(address: str) -> Generator[MongoClient]:
    with mongo_client(address) as found:
        yield found


@pytest.fixture
def database(client: MongoClient, request: pytest.FixtureRequest) -> Generator[str]:
    name = f"t{abs(hash(request.node.name)) % 10**8}"
    try:
        yield name
    finally:
        client.drop_database(name)


def url(address: str, database: str) -> str:
    return f"mongodb://{address}/{database}?directConnection=true"


def fill(client: MongoClient, database: str, documents: list[dict[str, Any]], name: str = "things") -> Any:
    collection = client[database][name]
    for at in range(0, len(documents), 50):  # the emulator takes far longer for all at once
        collection.insert_many(documents[at : at + 50])
    return collection


def said(address: str, database: str, workload: Path | None = None) -> dict[str, list[str]]:
    """Messages by rule; each finding says how to repeat it."""
    review = check(url(address, database), CheckOptions(now=NOW, workload=workload))
    found: dict[str, list[str]] = {}
    for one in review.findings:
        found.setdefault(one.rule, []).append(one.message)
        assert one.proof.rerun.endswith(f"--select {one.rule}")
        assert one.proof.script
        assert one.proof.environment == {"server": "mongoeco 7.0.0"}
    found.pop(OPEN, None)
    return found


def test_a_sound_collection_is_quiet(client: MongoClient, address: str, database: str) -> None:
    client[database].create_collection("things", validator={"$jsonSchema": {"required": ["name"]}})
    fill(client, database, [{"name": f"n{one}", "tags": ["a", "b"], "at": NOW, "n": one} for one in range(30)])
    client[database].things.create_index([("name", 1), ("at", -1)])
    assert said(address, database) == {}


def test_each_rule_about_documents_speaks(client: MongoClient, address: str, database: str) -> None:
    fill(
        client,
        database,
        [
            {
                "_id": one,
                "price": one if one % 10 else str(one),
                "born": "2024-01-31",
                "userId": 1,
                **({"userid": 2} if one == 7 else {}),
                "log": [one] * (1200 if one == 3 else 2),
                "counts": {f"day{one}-{more}": 1 for more in range(8)},
                "blob": b"x" * (3 * 2**20) if one == 5 else b"",
            }
            for one in range(30)
        ],
    )
    things = client[database].things
    things.create_index([("price", 1)])
    things.create_index([("price", -1), ("born", 1)])
    found = said(address, database)
    assert set(found) == {
        "mongodb-document-near-limit", "mongodb-mixed-types", "mongodb-date-as-string", "mongodb-field-case",
        "mongodb-unbounded-array", "mongodb-keys-as-values", "mongodb-redundant-index",
    }  # fmt: skip
    assert found["mongodb-mixed-types"] == [
        "things.price has values of several types: int 27, string 3, such as 0, 10, 20 (all 30 documents)"
    ]
    assert "the document 5 of things takes 3.0 MB of 16 MB" in found["mongodb-document-near-limit"][0]
    assert "up to 1,200 elements (document 3), 2 in the middle" in found["mongodb-unbounded-array"][0]
    assert found["mongodb-field-case"] == [
        "fields of things differ by their writing alone: userId 30, userid 1 (all 30 documents)"
    ]
    assert 'price_1 {"price": 1} of things is the beginning of price_-1_born_1' in found["mongodb-redundant-index"][0]
    # What the finding says can be asked of the server, which says the same.
    rows = list(things.aggregate([{"$group": {"_id": {"$type": "$price"}, "n": {"$sum": 1}}}]))
    assert {one["_id"]: one["n"] for one in rows} == {"int": 27, "string": 3}


def test_fixes_mend_what_they_are_for(client: MongoClient, address: str, database: str) -> None:
    """What the fixes of mixed types, dates and names say, done on the server: the findings are gone."""
    things = fill(
        client,
        database,
        [
            {
                "_id": one,
                "n": one if one else "0",
                "at": "2024-01-31T10:00:00Z",
                **({"Name": 1} if one else {"name": 1}),
            }
            for one in range(10)
        ],
    )
    before = said(address, database)
    assert set(before) == {"mongodb-mixed-types", "mongodb-date-as-string", "mongodb-field-case"}
    convert = {"$convert": {"input": "$n", "to": "int", "onError": "$n"}}
    things.update_many({"n": {"$type": ["string"]}}, [{"$set": {"n": convert}}])
    convert = {"$convert": {"input": "$at", "to": "date", "onError": "$at"}}
    things.update_many({"at": {"$type": "string"}}, [{"$set": {"at": convert}}])
    things.update_many({"name": {"$exists": True}, "Name": {"$exists": False}}, {"$rename": {"name": "Name"}})
    assert said(address, database) == {}


def test_rules_about_queries_of_a_file(client: MongoClient, address: str, database: str, tmp_path: Path) -> None:
    fill(client, database, [{"_id": one, "a": one} for one in range(30)])
    client[database].things.create_index([("a", 1)])
    queries = tmp_path / "queries.jsonl"
    lines: list[dict[str, Any]] = [
        {"find": "things", "filter": {"b": "a secret"}, "calls": 7},
        {"find": "things", "filter": {"a": {"$in": list(range(201))}}, "sort": {"a": 1}},
        {"find": "things", "filter": {"a": {"$in": list(range(200))}}},
        {"aggregate": "things", "pipeline": [{"$match": {"a": {"$regex": "^x", "$options": "i"}}}, {"$count": "n"}]},
        {"find": "things", "filter": {"a": {"$regex": "^abc"}}},
        {"find": "things", "filter": {"a": {"$regex": "abc$"}}},
    ]
    queries.write_text("".join(json.dumps(one) + "\n" for one in lines))
    found = said(address, database, queries)
    found.pop("mongodb-no-validator")
    assert set(found) == {"mongodb-large-in", "mongodb-case-insensitive-regex"}  # few documents need no index
    reader, name = connect(url(address, database))
    with reader:
        looked = inspect(reader, url(address, database), name)
    asked = tuple(one.asked for one in read_commands(queries))
    large = replace(looked, collections=(replace(looked.collections[0], documents=1000),), queries=asked)
    (finding,) = BOOK.look(large, {"mongodb-unindexed-query"})[0]
    assert '{"b": "?"} of things (7 calls, ' in finding.message
    assert "has no index that begins with a path of it, of 1,000 documents" in finding.message
    assert len(found["mongodb-large-in"]) == 1
    assert "without regard to case" in found["mongodb-case-insensitive-regex"][0]
    assert "not from the beginning" in found["mongodb-case-insensitive-regex"][1]
    assert "secret" not in str(found)


def test_the_profiler_is_read_without_values(client: MongoClient, address: str, database: str) -> None:
    things = fill(client, database, [{"a": one} for one in range(5)])
    client[database].command("profile", 2)
    try:
        list(things.find({"a": {"$gt": 2}, "b": "a secret"}).sort("a", -1))
        reader, name = connect(url(address, database))
        with reader:
            found = inspect(reader, url(address, database), name)
    finally:
        client[database].command("profile", 0)
    assert found.profiler == 2
    asked = [one for one in found.queries if one.form == '{"a": {"$gt": "?"}, "b": "?"}']
    assert asked
    assert "secret" not in str(found)


# --- what no server here has: rules on values, readers on answers as the manual has them ------------------------------


def test_an_index_that_nothing_takes_is_named_when_the_counters_are_old() -> None:
    def index(name: str, **more: Any) -> DocumentIndex:
        return DocumentIndex(name=name, keys=((name, 1),), **{"uses": 0, "days": 30.0, **more})

    one = Collection(
        name="c",
        indexes=(
            index("_id_"), index("old"), index("young", days=13.0), index("used", uses=1), index("only", unique=True),
            index("ttl", ttl=5), index("hidden", hidden=True), index("shard"), index("unknown", uses=None),
        ),
        shard_key=(("shard", 1),),
    )  # fmt: skip
    findings, _ = BOOK.look(Documents(source="", database="d", collections=(one,)), {"mongodb-unused-index"})
    assert [finding.at.sub for finding in findings] == ["old"]


def test_shard_keys_are_judged() -> None:
    shape = PathShape(path="_id", types={"objectId": 3}, present=3, parents=3)
    large = 2 * 2**30
    found = Documents(
        source="",
        database="d",
        sharded=True,
        collections=(
            Collection(name="large", bytes=large),
            Collection(name="small", bytes=5),
            Collection(name="grows", bytes=large, paths=(shape,), shard_key=(("_id", 1),)),
            Collection(name="hashed", bytes=large, paths=(shape,), shard_key=(("_id", "hashed"),)),
        ),
    )
    findings, silent = BOOK.look(found, {"mongodb-shard-key"})
    assert [one.at.name for one in findings] == ["large", "grows"]
    assert not silent
    _, silent = BOOK.look(Documents(source="", database="d"), {"mongodb-shard-key"})
    assert [one.reason for one in silent] == ["this is no sharded cluster"]


def test_recorded_answers_are_read() -> None:
    """As the manual shows them (static: no server here answers so)."""
    rows = [
        {"_id": "d.orders", "key": {"customer": 1, "_id": "hashed"}, "dropped": False},
        {"_id": "d.gone", "key": {"a": 1}, "dropped": True},
        {"_id": "dd.other", "key": {"a": 1}},
    ]
    assert shard_keys(rows, "d") == {"orders": (("customer", 1), ("_id", "hashed"))}
    entry = {
        "op": "query", "ns": "d.orders",
        "command": {"find": "orders", "filter": {"status": "A"}, "lsid": {}, "$db": "d"},
        "keysExamined": 0, "docsExamined": 5000, "nreturned": 2, "millis": 12, "planSummary": "COLLSCAN",
    }  # fmt: skip
    (asked,) = profiled([entry, entry, {**entry, "appName": "dbarchitect"}])
    assert (asked.calls, asked.examined, asked.returned, asked.plan) == (2, 10000, 4, "COLLSCAN")
    found = Documents(
        source="", database="d", collections=(Collection(name="orders", documents=5000),), queries=(asked,)
    )
    findings, _ = BOOK.look(found, {"mongodb-unindexed-query"})
    assert "walked through all of it (COLLSCAN), of 5,000 documents" in findings[0].message
    commit = "37d84072b5c5b9fd723db5fa133fb202ad2317f1"
    assert server_of({"version": "7.0.8", "gitVersion": commit}) == ("MongoDB", "7.0.8")
    assert server_of({"version": "7.0.42", "gitVersion": commit, "ferretdb": {}}) == ("FerretDB", "7.0.42")
    assert server_of({"version": "7.0.0", "gitVersion": "mongoeco"}) == ("mongoeco", "7.0.0")


# --- shapes -----------------------------------------------------------------------------------------------------------


def test_sizes_are_those_of_bson() -> None:
    for document in (
        {},
        {"_id": bson.ObjectId(), "a": [1, 2.5, bson.Int64(3), None, True, "ä€", {"b": [[]]}, b"xy"]},
        {str(one): one for one in range(12)} | {"list": list(range(120))},
        {"d": bson.Decimal128("1.5"), "t": bson.Timestamp(1, 2), "at": NOW, "r": bson.Regex("a+", "i"), "big": 2**40},
    ):
        size = Shapes().add(document)
        assert abs(size - len(bson.encode(document))) <= (1 if "r" in document else 0)  # the option of the expression


def test_memory_is_bounded_whatever_the_names_are() -> None:
    shapes = Shapes()
    for one in range(3000):
        shapes.add({f"top{one}": 1, "m": {f"k{one}": {"x": one}}})
    paths = shapes.paths()
    assert len(paths) < 5_100
    assert "m.*.x" in {one.path for one in paths}
    assert next(one for one in paths if one.path == "m.*").present == 3000


def test_ids_of_text_are_not_shown_whole() -> None:
    assert id_text("a-session-token-of-somebody") == "'a-se'... (27 characters)"
    assert id_text(bson.ObjectId("65f000000000000000000001")) == 'ObjectId("65f000000000000000000001")'


def test_every_rule_has_a_whole_page() -> None:
    for rule in BOOK.rules:
        assert all(rule.section(name) for name in SECTIONS), rule.id
        assert rule.id.startswith("mongodb-")


# --- bad input --------------------------------------------------------------------------------------------------------


def test_what_cannot_be_reached_or_read_says_so() -> None:
    with mongo_server("reader", "p@ss") as closed:
        cases = [
            (f"mongodb://{closed}/shop?directConnection=true", SurroundingsError, "wants a user who may read"),
            (
                f"mongodb://reader:wrong@{closed}/shop?directConnection=true",
                SurroundingsError,
                "does not accept this user",
            ),
            ("mongodb://127.0.0.1:1/shop?serverSelectionTimeoutMS=300", SurroundingsError, "no server answers"),
            ("mongodb://no.such.host.invalid/shop?serverSelectionTimeoutMS=300", SurroundingsError, "is unknown"),
            ("mongodb://us er:p/", InputError, "is no MongoDB URL"),
            ("mongodb://127.0.0.1:99999/shop", InputError, "is no MongoDB URL"),
            ("mongodb://127.0.0.1/shop?noSuchOption=%zz&authMechanism=nonsense", InputError, "is no MongoDB URL"),
        ]
        for source, kind, message in cases:
            with pytest.raises(kind, match=message) as caught:
                check(source, CheckOptions(now=NOW))
            assert "wrong" not in str(caught.value)
        let_in = f"mongodb://reader:p%40ss@{closed}/shop?directConnection=true&authMechanism=SCRAM-SHA-256"
        reader, name = connect(let_in)
        with reader:
            reader[name].orders.insert_one({"a": 1})
        review = check(let_in, CheckOptions(now=NOW))
        assert OPEN not in {one.rule for one in review.findings}
        assert review.documents == 1
        assert "p%40ss" not in str(review)
        assert "p@ss" not in str(review)


def test_databases_that_are_empty_or_not_named(address: str, client: MongoClient, database: str) -> None:
    fill(client, database, [{"a": 1}])
    with pytest.raises(InputError, match="names no database"):
        check(f"mongodb://{address}/?directConnection=true", CheckOptions(now=NOW))
    with pytest.raises(InputError, match="nothing_here has no collections") as caught:
        check(url(address, "nothing_here"), CheckOptions(now=NOW))
    assert database in caught.value.hint


def test_options_and_files_that_make_no_sense(address: str, client: MongoClient, database: str, tmp_path: Path) -> None:
    fill(client, database, [{"a": 1}])
    with pytest.raises(InputError, match="--prove is for relational sources"):
        check(url(address, database), CheckOptions(now=NOW, prove=True))
    file = tmp_path / "q.jsonl"
    for text, message in (
        ("", "has no queries"),
        ("{\n", "q.jsonl:1 is no JSON"),
        ("\n[1]\n", "q.jsonl:2 is no find"),
        ('{"insert": "a"}\n', "is no find"),
        ('{"find": "a", "calls": 0}\n', "calls is how often"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=message):
            check(url(address, database), CheckOptions(now=NOW, workload=file))
    with pytest.raises(InputError, match="documents and no tables"):
        run(["erd", url(address, database)])


def test_the_command_prints_and_explains(
    address: str, client: MongoClient, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(client, database, [{"a": 1}])
    assert run(["check", url(address, database)]) == 1
    assert "in 1 document" in capsys.readouterr().out
    assert run(["explain", "mongodb-unbounded-array"]) == 0
    assert "Arrays that grow without bound" in capsys.readouterr().out


def test_passwords_and_tokens_are_not_shown() -> None:
    given = "mongodb+srv://me:s3cret@a.example.org/db?authSource=admin&authMechanismProperties=AWS_SESSION_TOKEN:tok"
    assert shown(given) == "mongodb+srv://me:***@a.example.org/db?authSource=admin"
