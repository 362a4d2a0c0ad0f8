"""`dba documents`: counts of scans against brute force and a server's results, advice, and validators on a server."""

from __future__ import annotations

import datetime
import json
import random
from collections.abc import Generator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import bson
import pytest
from pymongo import MongoClient

from dbarchitect.cli import run
from dbarchitect.documents.advice import Sampled, advise, consolidated
from dbarchitect.documents.counting import Asked, Index, scan, walk
from dbarchitect.documents.matching import NotCountedError, conditions_of
from dbarchitect.engines.mongodb.explain import explained
from dbarchitect.engines.mongodb.order import order
from dbarchitect.model.documents import AskedQuery, DocumentIndex
from mongo_servers import mongo_client, mongo_server

NOW = datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def address() -> Generator[str]:
    with mongo_server() as found:
        yield found


@pytest.fixture(scope="module")
def client(address: str) -> Generator[MongoClient]:
    with mongo_client(address) as found:
        yield found


def documents(number: int, *, arrays: bool = False, sorts: bool = False) -> list[dict[str, Any]]:
    """`sorts`: no empty arrays, which the emulator puts first when descending; MongoDB has them below null."""
    draw = random.Random(7)
    made: list[dict[str, Any]] = []
    for one in range(number):
        a: Any = draw.randrange(6)
        b: Any = draw.choice([draw.randrange(40), draw.random() * 40, None, str(draw.randrange(9)), bson.Int64(5)])
        if arrays:
            b = [draw.randrange(40) for _ in range(draw.randrange(1 if sorts else 0, 4))]
        document = {"_id": one, "a": a, "b": b, "c": draw.randrange(30), "d": {"e": draw.randrange(5)}}
        if draw.random() < 0.1:
            del document["c"]
        made.append(document)
    return made


# --- matching and the order of values, against the server -------------------------------------------------------------

FILTERS: list[dict[str, Any]] = [
    {"a": 3}, {"a": {"$in": [1, 4, 9]}}, {"a": 2, "b": {"$gt": 10}}, {"b": {"$gte": 5, "$lt": 20}}, {"b": None},
    {"b": "3"}, {"b": {"$gt": "2"}}, {"c": {"$exists": False}}, {"c": {"$ne": 4}, "a": {"$lte": 2}}, {"d.e": 2},
    {"a": {"$nin": [1, 2]}, "d.e": {"$lt": 3}}, {"b": 5}, {"$and": [{"a": 1}, {"c": {"$gt": 3}}]}, {"d": {"e": 1}},
]  # fmt: skip
SORTS: list[dict[str, int]] = [{"c": 1, "_id": 1}, {"c": -1, "a": 1, "_id": 1}, {"b": 1, "_id": 1}, {"b": -1, "_id": 1}]


@pytest.mark.parametrize("arrays", [False, True])
def test_results_are_those_of_the_server(client: MongoClient, arrays: bool) -> None:
    """Filters and sorts give the documents that the server gives, in its order."""
    rows = documents(80, arrays=arrays, sorts=True)
    collection = client["matching"][f"c{arrays:d}"]
    collection.drop()
    collection.insert_many(rows)
    for number, found in enumerate(FILTERS):
        sort = SORTS[number % len(SORTS)]
        asked = Asked(conditions_of(found, order), tuple(sort.items()), 0)
        expected = [one["_id"] for one in collection.find(found).sort(list(sort.items()))]
        assert list(walk(rows, asked, order).found) == expected, (found, sort)


# --- scans against brute force ----------------------------------------------------------------------------------------

INDEXES = [
    (("a", 1), ("c", 1)), (("a", 1), ("c", -1), ("b", 1)), (("b", 1),), (("b", -1), ("a", 1)), (("d.e", 1), ("b", 1)),
    (("c", 1), ("a", 1)), (("a", 1), ("b", 1), ("c", 1)),
]  # fmt: skip


def brute_keys(document: Mapping[str, Any], path: str) -> list[Any]:
    value: Any = document
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, list):
        return sorted({order(one) for one in value}) or [(0, 0)]
    return [order(value)]


def brute_within(key: Any, path: str, found: Mapping[str, Any], many: bool) -> bool:
    """Whether one key lies in what a filter lets an index look at, said anew for the few forms of FILTERS."""
    conditions = [one for part in found.get("$and", [found]) for one in [part.get(path, ...)] if one is not ...]
    for one in conditions:
        if not isinstance(one, dict) or "e" in one:
            return key == order(one)
        if "$in" in one:
            return key in [order(each) for each in one["$in"]]
        ranges = [(name, order(value)) for name, value in one.items() if name in ("$gt", "$gte", "$lt", "$lte")]
        if many:  # of an array one bound alone can be used
            ranges = ranges[:1]
        for name, value in ranges:
            holds = {"$gt": key > value, "$gte": key >= value, "$lt": key < value, "$lte": key <= value}[name]
            if key[0] != value[0] or not holds:
                return False
    return True


@pytest.mark.parametrize("arrays", [False, True])
def test_scans_examine_what_brute_force_counts(arrays: bool) -> None:
    rows = documents(300, arrays=arrays)
    compared = 0
    for found, keys in product(FILTERS, INDEXES):
        index = Index(keys, rows, order)
        asked = Asked(conditions_of(found, order))
        counted = scan(index, rows, asked, order)
        within = [
            place
            for place, row in enumerate(rows)
            for key in product(*(brute_keys(row, path) for path, _ in keys))
            if all(
                brute_within(one, path, found, arrays and path == "b") for one, (path, _) in zip(key, keys, strict=True)
            )
        ]
        assert counted.documents == len(set(within)), (found, keys)
        assert set(counted.found) == set(walk(rows, asked, order).found), (found, keys)
        assert counted.keys >= len(within)
        # Each search that lands outside of the bounds costs one key: never more than there are keys or gaps.
        assert counted.keys <= len(index.entries)
        compared += 1
    assert compared == len(FILTERS) * len(INDEXES)


def test_one_stretch_of_an_index_is_looked_at_alone() -> None:
    rows = documents(300)
    for found, keys in (
        ({"a": 3}, (("a", 1), ("c", 1))),
        ({"a": 3, "c": {"$gte": 5, "$lt": 9}}, (("a", 1), ("c", -1), ("b", 1))),
    ):
        counted = scan(Index(keys, rows, order), rows, Asked(conditions_of(found, order)), order)
        assert counted.keys == counted.documents == len(counted.found) > 0


def test_an_index_that_gives_the_order_gives_the_order() -> None:
    """In either direction, with a limit, and merged for $in: the documents are the first ones of a sort."""
    rows = documents(300)
    for found, sort, keys in (
        ({"a": 3}, (("c", 1),), (("a", 1), ("c", 1))),
        ({"a": 3}, (("c", -1),), (("a", 1), ("c", 1))),
        ({"a": {"$in": [1, 4, 9]}}, (("c", 1),), (("a", 1), ("c", 1))),
        ({"a": {"$in": [1, 4]}}, (("c", -1),), (("a", 1), ("c", 1), ("b", 1))),
        ({}, (("c", -1), ("a", -1)), (("c", 1), ("a", 1))),
    ):
        index = Index(keys, rows, order)
        for limit in (0, 1, 7):
            asked = Asked(conditions_of(found, order), sort, limit)
            counted, plain = scan(index, rows, asked, order), walk(rows, asked, order)
            assert counted.sorted == 0

            def values(places: Sequence[int], sort: Any = sort) -> list[Any]:
                return [[order(rows[one].get(path)) for path, _ in sort] for one in places]

            assert values(counted.found) == values(plain.found), (found, sort, keys, limit)
            if limit and found != {}:
                branches = len(found["a"]["$in"]) if isinstance(found["a"], dict) else 1
                assert counted.documents <= limit + branches
    mixed = Asked((), (("c", 1), ("a", -1)), 5)
    assert scan(Index((("c", 1), ("a", 1)), rows, order), rows, mixed, order).sorted == 300


def test_what_is_not_counted_says_so() -> None:
    for found in ({"$or": [{"a": 1}]}, {"a": {"$elemMatch": {"b": 1}}}, {"a": {"$regex": "x"}}, {"$expr": {}}):
        with pytest.raises(NotCountedError):
            conditions_of(found, order)
    with pytest.raises(ValueError, match="arrays"):
        Index((("a", 1), ("b", 1)), [{"a": [1, 2], "b": [3, 4]}], order)


# --- the rule of equality, sort and range, and its exception ----------------------------------------------------------


def orders(number: int) -> list[dict[str, Any]]:
    draw = random.Random(3)
    return [
        {"_id": one, "status": one % 10, "at": draw.randrange(10_000), "total": draw.randrange(10_000)}
        for one in range(number)
    ]


def advised(found: dict[str, Any], sort: tuple[tuple[str, int], ...], limit: int = 0, times: int = 1) -> Any:
    rows = orders(2000)
    query = AskedQuery(collection="orders", operation="find", form="{}", sort=sort)
    there = (DocumentIndex(name="_id_", keys=(("_id", 1),)),)
    return advise(query, found, limit, Sampled(rows, len(rows) * times, there), order)


def test_sort_before_range_where_the_range_keeps_much() -> None:
    """Half of the documents are in the range and ten are wanted: in the order of the sort about twenty keys do."""
    found = advised({"status": 3, "total": {"$gt": 5000}}, (("at", -1),), limit=10)
    assert found.best.keys == (("status", 1), ("at", -1), ("total", 1))
    assert found.best.name == "ESR"
    assert found.best.sorted == 0
    assert found.best.keys_examined < 60
    other = next(one for one in found.tried if one.keys == (("status", 1), ("total", 1), ("at", -1)))
    assert other.sorted > 80
    assert found.now.documents_examined == 2000


def test_range_before_sort_where_the_range_keeps_little() -> None:
    found = advised({"status": 3, "total": {"$gt": 9900}}, (("at", -1),), limit=10)
    assert [path for path, _ in found.best.keys][:2] == ["status", "total"]
    assert found.best.keys_examined < 10
    esr = next(one for one in found.tried if one.keys == (("status", 1), ("at", -1), ("total", 1)))
    assert esr.keys_examined > 5 * found.best.keys_examined


def test_a_sample_stands_for_the_collection() -> None:
    small = advised({"status": 3}, ())
    large = advised({"status": 3}, (), times=50)
    assert large.best.documents_examined == 50 * small.best.documents_examined
    assert large.best.sampled_documents == small.best.sampled_documents
    stopped = advised({"status": 3}, (("at", 1),), limit=10, times=50)
    assert stopped.best.keys_examined == 10


def test_indexes_that_begin_others_are_not_made_twice() -> None:
    one = advised({"status": 3}, ())
    two = advised({"status": 3}, (("at", 1),), limit=5)
    assert consolidated([one, two]) == (("orders", (("status", 1), ("at", 1))),)


# --- explain: static, recorded as the manual has it -------------------------------------------------------------------


def test_explain_is_read_in_the_forms_of_the_server() -> None:
    stats = {"executionSuccess": True, "nReturned": 3, "executionTimeMillis": 4, "totalKeysExamined": 5,
             "totalDocsExamined": 3}  # fmt: skip
    classic = {"stage": "FETCH", "inputStage": {"stage": "IXSCAN", "indexName": "q_1"}}
    found = explained({"queryPlanner": {"winningPlan": classic}, "executionStats": stats})
    assert found is not None
    assert (found.stages, found.index, found.keys, found.documents) == (("FETCH", "IXSCAN"), "q_1", 5, 3)
    slots = {"queryPlan": classic, "slotBasedPlan": {}}
    assert explained({"queryPlanner": {"winningPlan": slots}, "executionStats": stats}) == found
    pipeline = {
        "stages": [{"$cursor": {"queryPlanner": {"winningPlan": classic}, "executionStats": stats}}, {"$group": {}}]
    }
    assert explained(pipeline) == found
    shards = {"stage": "SINGLE_SHARD", "shards": [{"winningPlan": classic}]}
    other = explained({"queryPlanner": {"winningPlan": shards}, "executionStats": stats})
    assert other is not None
    assert other.index == "q_1"
    assert explained({"engine": "memory", "strategy": "python"}) is None


# --- the verbs on a server --------------------------------------------------------------------------------------------


def shop(client: MongoClient, name: str, number: int = 120) -> None:
    client.drop_database(name)
    rows = [
        {**one, "note": None if one["_id"] % 2 else "n", "lines": [{"sku": "s", "n": 1}], "at": NOW}
        for one in orders(number)
    ]
    for at in range(0, number, 40):
        client[name].orders.insert_many(rows[at : at + 40])


def test_index_for_a_file_of_queries(
    client: MongoClient, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(client, "advice")
    queries = tmp_path / "queries.jsonl"
    lines: list[dict[str, Any]] = [
        {"find": "orders", "filter": {"status": 3, "total": {"$gt": 10}}, "sort": {"total": -1}, "limit": 5},
        {"aggregate": "orders", "pipeline": [{"$match": {"lines.sku": "secret"}}, {"$group": {"_id": "$status"}}]},
        {"find": "orders", "filter": {"_id": 5}},
        {"find": "orders", "filter": {"$or": [{"a": 1}, {"b": 2}]}},
    ]
    queries.write_text("".join(json.dumps(one) + "\n" for one in lines))
    before = client["advice"].orders.index_information()
    url = f"mongodb://{address}/advice?directConnection=true"
    assert run(["documents", "index", url, str(queries), "--explain"]) == 0
    said = capsys.readouterr().out
    assert 'db.getCollection("orders").createIndex({"status": 1, "total": -1})' in said
    assert 'createIndex({"lines.sku": 1})' in said
    assert "what is there serves it" in said
    assert "each branch wants an index of its own" in said
    assert "modelled" in said
    assert "gives no executionStats" in said
    assert "secret" not in said
    assert client["advice"].orders.index_information() == before
    assert run(["documents", "index", url, str(queries), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["create"][0][0] == "orders"
    assert run(["documents", "index", url, str(queries), "--format", "script"]) == 0
    assert capsys.readouterr().out.count("createIndex") == 2


def test_validators_hold_on_a_server_and_take_what_was_there(
    client: MongoClient, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shop(client, "valid", 40)
    url = f"mongodb://{address}/valid?directConnection=true"
    with mongo_server() as scratch, mongo_client(scratch) as ours:
        names = set(ours.list_database_names())
        given = ["documents", "validators", url, "--closed", "--server", f"mongodb://{scratch}/?directConnection=true"]
        assert run([*given, "--format", "json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)["validators"]
        assert set(ours.list_database_names()) == names  # the database of the probes is gone
    assert found["server"] == "mongoeco 7.0.0"
    assert all(one["held"] for one in found["probes"])
    about = {one["about"]: one["accepted"] for one in found["probes"]}
    assert about["no status"] is False
    assert about["note: null"] is True
    assert about["lines[].sku: bool"] is False
    assert about["unheardOf"] is False
    schema = json.loads(found["schema"])
    count = client["valid"].orders.count_documents({"$nor": [{"$jsonSchema": schema}]})
    assert count == 0
    assert client["valid"].orders.count_documents({"$jsonSchema": schema}) == 40
    assert client["valid"].orders.options() == {}


def test_a_validator_that_is_wrong_is_found_out(client: MongoClient, address: str) -> None:
    """Probes are a test that can fail: a schema that forgets a field takes what it should refuse."""
    from msgspec.structs import replace

    from dbarchitect.documents.validator import Field, validator
    from dbarchitect.engines.mongodb.probing import probe

    one = validator("c", Field(types=["object"], fields={"a": Field(types=["string"])}, required=["a"]))
    (good,) = probe(f"mongodb://{address}/?directConnection=true", "", (one,), lambda _: None)
    assert all(each.held for each in good.probes)
    wrong = replace(one, schema='{"bsonType": "object", "properties": {"a": {"bsonType": "string"}}}')
    (bad,) = probe(f"mongodb://{address}/?directConnection=true", "", (wrong,), lambda _: None)
    assert [each.about for each in bad.probes if not each.held] == ["no a"]


def test_the_server_of_the_source_is_never_probed(client: MongoClient, address: str) -> None:
    from dbarchitect.errors import InputError

    shop(client, "mine", 40)
    url = f"mongodb://{address}/mine?directConnection=true"
    with pytest.raises(InputError, match="only read"):
        run(["documents", "validators", url, "--server", url.replace("127.0.0.1", "localhost")])


BRIEF = """# Library

## Entities
- author: name (required)
- book: title (required), pages (integer, at least 1), format (one of: paper, audio), price (decimal)

## Relations
- an author has many books
"""


def test_validators_of_a_brief_hold_on_a_server(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brief = tmp_path / "brief.md"
    brief.write_text(BRIEF)
    scratch = f"mongodb://{address}/?directConnection=true"
    assert run(["documents", "validators", str(brief), "--server", scratch, "--format", "json"]) == 0
    found = {one["collection"]: one for one in json.loads(capsys.readouterr().out)["validators"]}
    assert set(found) == {"authors", "books"}
    assert json.loads(found["books"]["schema"])["properties"]["authorId"] == {"bsonType": "objectId"}
    assert "createCollection" in found["books"]["command"]
    assert all(one["held"] for each in found.values() for one in each["probes"])


def test_shapes_are_shown(client: MongoClient, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    shop(client, "shapes", 40)
    url = f"mongodb://{address}/shapes?directConnection=true"
    assert run(["documents", "shapes", url]) == 0
    said = capsys.readouterr().out
    assert "lines[].sku" in said
    assert "null 20, string 20" in said or "string 20, null 20" in said
