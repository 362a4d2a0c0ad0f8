"""The snapshot of drizzle-kit 1.0: a list of entities, from what 0.31 has of the same schema.ts.

It follows drizzle-kit 1.0.0-rc.5's `drizzleToDDL`. `footprints`, by which it finds branches of migrations that collide,
may be empty.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

Json = dict[str, Any]

_VERSION = "9"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_OF_VIEWS = (
    "checkOption", "securityBarrier", "securityInvoker", "autovacuumEnabled", "autovacuumFreezeMaxAge",
    "autovacuumFreezeMinAge", "autovacuumFreezeTableAge", "autovacuumMultixactFreezeMaxAge",
    "autovacuumMultixactFreezeMinAge", "autovacuumMultixactFreezeTableAge", "autovacuumVacuumCostDelay",
    "autovacuumVacuumCostLimit", "autovacuumVacuumScaleFactor", "autovacuumVacuumThreshold", "fillfactor",
    "logAutovacuumMinDuration", "parallelWorkers", "toastTupleTarget", "userCatalogTable", "vacuumIndexCleanup",
    "vacuumTruncate",
)  # fmt: skip
_VALUE = re.compile(r"'(?:[^']|'')*'", re.S)
# The casts at the end of an expression, which it takes away: its `trimDefaultValueSuffix`.
_CASTS = re.compile(r'(::["\w.\s-]+(?:\([^)]*\))?(?:\swith(?:out)?\stime\szone)?(?:\[\])?)+\Z', re.I | re.A)


def base_snapshot(seen: Json) -> str:
    """snapshot.json of the first migration; its id comes from what it holds."""
    found = list(_entities(seen))
    digest = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).digest()
    whole = {
        "type": "base", "version": _VERSION, "dialect": "postgres", "id": str(UUID(bytes=digest[:16], version=4)),
        "prevIds": [_NOBODY], "footprints": [], "ddl": found,
    }  # fmt: skip
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _entities(seen: Json) -> Iterator[Json]:
    for name in seen["schemas"]:
        yield {"name": name, "entityType": "schemas"}
    for one in seen["enums"].values():
        yield {"schema": one["schema"], "name": one["name"], "values": one["values"], "entityType": "enums"}
    for one in seen["sequences"].values():
        yield {
            "schema": one["schema"], "name": one["name"], "incrementBy": one["increment"], "minValue": one["minValue"],
            "maxValue": one["maxValue"], "startWith": one["startWith"], "cacheSize": int(one["cache"]),
            "cycle": one["cycle"], "entityType": "sequences",
        }  # fmt: skip
    for one in seen["tables"].values():
        yield from _of_table(one)
    for one in seen["views"].values():
        yield _view(one)


def _of_table(table: Json) -> Iterator[Json]:
    schema = table["schema"] or "public"
    at = {"schema": schema, "table": table["name"]}
    yield {"schema": schema, "name": table["name"], "isRlsEnabled": table["isRLSEnabled"], "entityType": "tables"}
    for one in table["columns"].values():
        yield {**at, **_column(one), "entityType": "columns"}
        if one["primaryKey"]:
            yield {
                **at, "name": f"{table['name']}_pkey", "columns": [one["name"]], "nameExplicit": False,
                "entityType": "pks",
            }  # fmt: skip
    for one in table["compositePrimaryKeys"].values():
        yield {**at, "name": one["name"], "columns": one["columns"], "nameExplicit": True, "entityType": "pks"}
    for one in table["indexes"].values():
        yield {**at, **_index(one), "entityType": "indexes"}
    for one in table["foreignKeys"].values():
        yield {
            **at, "name": one["name"], "nameExplicit": True, "columns": one["columnsFrom"],
            "schemaTo": one.get("schemaTo") or "public", "tableTo": one["tableTo"], "columnsTo": one["columnsTo"],
            "onUpdate": one["onUpdate"].upper(), "onDelete": one["onDelete"].upper(), "entityType": "fks",
        }  # fmt: skip
    for one in table["uniqueConstraints"].values():
        yield {
            **at, "name": one["name"], "nameExplicit": True, "columns": one["columns"],
            "nullsNotDistinct": one["nullsNotDistinct"], "entityType": "uniques",
        }  # fmt: skip
    for one in table["checkConstraints"].values():
        yield {**at, "name": one["name"], "value": one["value"], "entityType": "checks"}
    for one in table["policies"].values():
        yield {
            **at, "name": one["name"], "as": one["as"], "for": one["for"], "roles": one["to"],
            "using": one.get("using"), "withCheck": one.get("withCheck"), "entityType": "policies",
        }  # fmt: skip


def _column(one: Json) -> Json:
    bare = one["type"]
    dimensions = 0
    while bare.endswith("[]"):
        bare, dimensions = bare.removesuffix("[]"), dimensions + 1
    identity = one.get("identity")
    if identity is not None:
        identity = {
            "type": identity["type"], "name": identity["name"], "increment": identity["increment"],
            "startWith": identity["startWith"], "minValue": identity["minValue"], "maxValue": identity["maxValue"],
            "cache": int(identity["cache"]), "cycle": identity["cycle"],
        }  # fmt: skip
    return {
        "name": one["name"],
        # The modifiers without the blanks that 0.31 has in some.
        "type": re.sub(r" ?\((\d+), ?(-?\d+)\)| \((\d+)\)", _modifier, bare),
        "typeSchema": one.get("typeSchema"),
        "notNull": one["notNull"],
        "dimensions": dimensions,
        "default": _default(one.get("default")),
        "generated": one.get("generated"),
        "identity": identity,
    }


def _modifier(found: re.Match[str]) -> str:
    return f"({found[1]},{found[2]})" if found[1] is not None else f"({found[3]})"


def _default(value: str | int | float | bool | None) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    if _VALUE.fullmatch(value):
        return value.replace("\\", "\\\\")  # those of an expression are not escaped
    return _CASTS.sub("", value.removesuffix("[]"))


def _index(one: Json) -> Json:
    return {
        "name": one["name"],
        "nameExplicit": True,
        "columns": [
            {
                "value": key["expression"], "isExpression": key["isExpression"], "asc": key["asc"],
                "nullsFirst": key["nulls"] == "first",
                "opclass": {"name": key["opclass"], "default": False} if "opclass" in key else None,
            }
            for key in one["columns"]
        ],
        "isUnique": one["isUnique"],
        "where": one.get("where"),
        "with": ", ".join(f"{key}={value}" for key, value in one["with"].items()),
        "method": one["method"],
        "concurrently": one["concurrently"],
    }  # fmt: skip


def _view(one: Json) -> Json:
    given = one.get("with")
    return {
        "schema": one["schema"],
        "name": one["name"],
        "definition": one["definition"],
        "with": {key: given.get(key) for key in _OF_VIEWS} if given else None,
        "withNoData": one.get("withNoData"),
        "using": one.get("using"),
        "tablespace": one.get("tablespace"),
        "materialized": one["materialized"],
        "entityType": "views",
    }
