"""A shop in documents: references, arrays, nested objects, mixed types, and queries over them, for the tests."""

from __future__ import annotations

import datetime
import json
import random
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bson
from bson import json_util
from pymongo import MongoClient

CUSTOMERS, ORDERS = 24, 100
_EPOCH = datetime.datetime(2026, 1, 1, 12)


def customer_id(number: int) -> bson.ObjectId:
    return bson.ObjectId(f"{0x65F000000000000000000000 + number:024x}")


def customers() -> list[dict[str, Any]]:
    draw = random.Random(5)
    made: list[dict[str, Any]] = []
    for one in range(CUSTOMERS):
        found: dict[str, Any] = {
            "_id": customer_id(one),
            "email": f"c{one}@example.org",
            "address": {"city": draw.choice(["Oslo", "Ålesund", "Bergen"]), "zip": f"{one:04}"},
            "token": bson.Binary.from_uuid(uuid.UUID(int=one + 1)),
            "seal": bson.Binary(bytes([one, 1])),
        }
        if one % 4 == 0:
            found["company"] = {"name": f"n{one}", "vat": f"v{one}", "employees": one, "since": _EPOCH}
        made.append(found)
    return made


def orders() -> list[dict[str, Any]]:
    draw = random.Random(9)
    made: list[dict[str, Any]] = []
    for one in range(ORDERS):
        found: dict[str, Any] = {
            "_id": bson.ObjectId(f"{0x66F000000000000000000000 + one:024x}"),
            "customer": customer_id(draw.randrange(CUSTOMERS)),
            "status": draw.choice(["new", "paid", "shipped"]),
            "at": _EPOCH + datetime.timedelta(hours=one * 7, milliseconds=one),
            "total": bson.Decimal128(f"{draw.randrange(100_000) / 100:.2f}"),
            "weight": draw.choice([1, 2.5, 4]),
            "tags": draw.sample(["red", "blue", "big", "gift"], draw.randrange(4)),
            "lines": [
                {
                    "sku": f"s{draw.randrange(12)}",
                    "qty": draw.randrange(1, 9),
                    "price": draw.choice([1.5, 2.25, 9.75]),
                    "notes": [{"by": "a", "text": "t"}] if draw.random() < 0.3 else [],
                }
                for _ in range(draw.randrange(1, 4))
            ],
            "code": one if one % 30 else f"x{one}",
            "meta": {"source": draw.choice(["web", "app"]), "visits": draw.randrange(50)},
        }
        if draw.random() < 0.5:
            found["coupon"] = None if draw.random() < 0.3 else f"k{one % 5}"
        made.append(found)
    return made


def fill(client: MongoClient, name: str) -> None:
    """A database with the shop and its indexes."""
    client.drop_database(name)
    database = client[name]
    for some, collection in ((customers(), database.customers), (orders(), database.orders)):
        for at in range(0, len(some), 60):
            collection.insert_many(some[at : at + 60])
    database.customers.create_index("email", unique=True)
    database.orders.create_index([("status", 1), ("at", -1)])
    database.orders.create_index("lines.sku")
    database.orders.create_index("tags")
    database.orders.create_index([("coupon", 1)], partialFilterExpression={"status": "paid"}, name="coupons")
    database.orders.create_index("at", expireAfterSeconds=10**9, name="old")


# A lone $gt on values of several types is not tried: the emulator then compares texts with numbers, MongoDB does not.
QUERIES: list[dict[str, Any]] = [
    {"find": "orders", "filter": {"status": "paid", "at": {"$gte": datetime.datetime(2026, 1, 20)}}, "sort": {"at": -1},
     "limit": 7, "calls": 100},
    {"find": "orders", "filter": {"customer": customer_id(3)}, "projection": {"status": 1, "total": 1, "lines.sku": 1}},
    {"find": "orders", "filter": {"lines.sku": "s3", "lines.qty": {"$gt": 6}}},
    {"find": "orders", "filter": {"lines": {"$elemMatch": {"sku": "s3", "qty": {"$gt": 4}}}}, "sort": {"_id": -1}},
    {"find": "orders", "filter": {"tags": {"$in": ["red", "gift"]}, "status": {"$ne": "new"}}},
    {"find": "orders", "filter": {"tags": {"$all": ["red", "big"]}}},
    {"find": "orders", "filter": {"tags": {"$nin": ["red"]}, "weight": {"$gt": 2}}},
    {"find": "orders", "filter": {"coupon": None}, "projection": {"_id": 1}},
    {"find": "orders", "filter": {"coupon": {"$ne": "k1"}, "$or": [{"total": {"$lt": 50}}, {"meta.visits": 7}]}},
    {"find": "orders", "filter": {"code": "x30"}},
    {"find": "orders", "filter": {"code": {"$gt": 60, "$lt": 10**6}}},
    {"find": "orders", "filter": {"status": 5}},
    {"find": "orders", "filter": {"status": {"$not": {"$in": ["new", "paid"]}}, "tags": {"$size": 2}}},
    {"find": "orders", "filter": {"coupon": {"$exists": False}}},
    {"find": "orders", "filter": {"nothing": None, "status": "paid"}, "projection": {"lines": 0, "meta.visits": 0}},
    {"find": "customers", "filter": {"email": {"$regex": "^c1"}}, "sort": {"address.city": -1, "_id": 1}, "skip": 2,
     "limit": 4},
    {"find": "customers", "filter": {"company.employees": {"$gte": 8}}},
    {"find": "customers", "filter": {"token": bson.Binary.from_uuid(uuid.UUID(int=7))}},
    {"count": "orders", "query": {"status": "paid", "meta.source": "web"}},
    {"distinct": "orders", "key": "lines.sku", "query": {"status": "new"}},
    {"distinct": "orders", "key": "status"},
    {"aggregate": "orders", "pipeline": [
        {"$match": {"status": {"$in": ["paid", "shipped"]}}}, {"$unwind": "$lines"},
        {"$group": {"_id": "$lines.sku", "n": {"$sum": 1}, "qty": {"$sum": "$lines.qty"},
                    "value": {"$sum": {"$multiply": ["$lines.qty", "$lines.price"]}}, "mean": {"$avg": "$lines.qty"}}},
        {"$match": {"n": {"$gte": 5}}}, {"$sort": {"value": -1}}, {"$limit": 5}]},
    {"aggregate": "orders", "pipeline": [
        {"$group": {"_id": {"s": "$status", "m": {"$month": "$at"}}, "t": {"$min": "$at"}, "sum": {"$sum": "$total"}}},
        {"$sort": {"sum": -1}}]},
    {"aggregate": "orders", "pipeline": [{"$unwind": "$tags"}, {"$sortByCount": "$tags"}]},
    {"aggregate": "orders", "pipeline": [{"$match": {"tags": "red"}}, {"$count": "red"}]},
    {"aggregate": "orders", "pipeline": [{"$match": {"status": "paid"}}, {"$unwind": "$lines"},
                                         {"$match": {"lines.qty": {"$gt": 6}}}]},
    {"aggregate": "orders", "pipeline": [
        {"$group": {"_id": "$customer", "n": {"$sum": 1}}}, {"$project": {"_id": 0, "who": "$_id", "n": 1}}]},
    {"aggregate": "orders", "pipeline": [{"$lookup": {"from": "customers", "localField": "customer",
                                                      "foreignField": "_id", "as": "c"}}]},
    {"find": "orders", "filter": {"$expr": {"$gt": ["$total", 5]}}},
]  # fmt: skip


def write_queries(path: Path, which: Sequence[int] = range(len(QUERIES))) -> Path:
    """The queries as a file, or those of them that are named."""
    path.write_text("".join(json.dumps(json.loads(json_util.dumps(QUERIES[one]))) + "\n" for one in which))
    return path
