"""Documents of MongoDB as rows of PostgreSQL, as a mapping says: what loads the sample and, copied beside load.py, all.

Documents are read in order of `_id`, in batches; the rows of a batch and how far it came are one transaction, so that a
run that was ended goes on where it stopped, and none is loaded twice. A document of which a value does not fit is left
out whole, and stands in the table `dba_load_refused` with the field and the reason. Nothing of dbarchitect is imported.
"""

from __future__ import annotations

import base64
import datetime
import json
import math
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import bson
from bson import json_util

Rows = dict[str, list[tuple[Any, ...]]]
_UTC = datetime.UTC
_MISSING: Any = object()
_EXACT = 2**53  # whole numbers up to here are exact in a double
# In the order in which MongoDB sorts them: a filter with $gt finds values of one bracket only.
_BRACKETS = (
    ("null",), ("int", "long", "double", "decimal"), ("string",), ("object",), ("binData",), ("objectId",), ("bool",),
    ("date",), ("timestamp",), ("regex",),
)  # fmt: skip
_JOURNAL = """
CREATE TABLE IF NOT EXISTS dba_load_progress (
  collection text PRIMARY KEY, last_id text, loaded bigint NOT NULL DEFAULT 0, refused bigint NOT NULL DEFAULT 0,
  finished boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS dba_load_refused (
  collection text NOT NULL, id text NOT NULL, path text NOT NULL, reason text NOT NULL, PRIMARY KEY (collection, id)
);
"""


class RefusedError(ValueError):
    """A value does not fit: where it stands, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


# --- values ---------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """A BSON value as the JSON document has it: an ObjectId is its 24 digits, a date is UTC with milliseconds, a number
    keeps all its digits. What JSON has no word for is MongoDB's extended JSON."""
    match value:
        case None | bool() | str() if not isinstance(value, bson.Code):
            return value
        case float() if not math.isfinite(value):
            return {"$numberDouble": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
        case int() | float():
            return value
        case bson.ObjectId():
            return str(value)
        case datetime.datetime():
            return moment(value)
        case bson.Decimal128():
            number = value.to_decimal()
            return number if number.is_finite() else {"$numberDecimal": str(number)}
        case bson.Binary() if value.subtype == 4 and len(value) == 16:
            return str(uuid.UUID(bytes=bytes(value)))
        case uuid.UUID():
            return str(value)
        case bytes():
            subtype = f"{getattr(value, 'subtype', 0):02x}"
            return {"$binary": {"base64": base64.b64encode(value).decode(), "subType": subtype}}
        case bson.DBRef():
            return plain(value.as_doc())
        case Mapping():
            return {str(name): plain(one) for name, one in cast("Mapping[str, Any]", value).items()}
        case list() | tuple():
            return [plain(one) for one in cast("Sequence[Any]", value)]
        case _:
            return json.loads(json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS))


def moment(value: datetime.datetime) -> str:
    """`2026-01-31T10:00:00.000Z`: as text it sorts as it does as a date."""
    utc = value if value.tzinfo is None else value.astimezone(_UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='milliseconds')}Z"


def json_text(value: Any) -> str:
    """JSON of what `plain` gives; a Decimal as the number it is."""
    match value:
        case Decimal():
            return f"{value:f}"
        case dict():
            fields = cast("dict[str, Any]", value)
            return "{" + ",".join(f"{json.dumps(name)}:{json_text(one)}" for name, one in fields.items()) + "}"
        case list():
            return "[" + ",".join(json_text(one) for one in cast("list[Any]", value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def _text(value: str, path: str) -> str:
    if "\0" in value:
        raise RefusedError(path, "a text with the character 0, which PostgreSQL does not keep")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RefusedError(path, "a text that is not UTF-8") from None
    return value


def _number(value: Any, kind: str, path: str) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | bson.Decimal128):
        raise _unfit(value, kind, path)
    if kind == "bigint":
        if not isinstance(value, int) or not -(2**63) <= value < 2**63:
            raise _unfit(value, kind, path)
        return int(value)
    if kind == "double":
        if isinstance(value, bson.Decimal128) or (isinstance(value, int) and abs(value) > _EXACT):
            raise _unfit(value, kind, path)
        return float(value)
    return value.to_decimal() if isinstance(value, bson.Decimal128) else Decimal(repr(value))


def convert(value: Any, kind: str, path: str) -> Any:
    """A value as psycopg sends it to a column of this kind. Raises `RefusedError`."""
    if value is None:
        return None
    match kind:
        case "json":
            text = json_text(plain(value))
            if "\\u0000" in text:
                raise RefusedError(path, "a text with the character 0, which PostgreSQL does not keep")
            return _text(text, path)
        case "bigint" | "double" | "numeric":
            return _number(value, kind, path)
        case "text" if isinstance(value, str) and not isinstance(value, bson.Code):
            return _text(value, path)
        case "boolean" if isinstance(value, bool):
            return value
        case "objectid" if isinstance(value, bson.ObjectId):
            return value.binary
        case "timestamptz" if isinstance(value, datetime.datetime):
            return value.replace(tzinfo=_UTC) if value.tzinfo is None else value
        case "uuid" if isinstance(value, uuid.UUID):
            return value
        case "uuid" if isinstance(value, bytes) and getattr(value, "subtype", 0) == 4 and len(value) == 16:
            return uuid.UUID(bytes=bytes(value))
        case "bytea" if isinstance(value, bytes):
            return bytes(value)
        case _:
            raise _unfit(value, kind, path)


def _unfit(value: Any, kind: str, path: str) -> RefusedError:
    return RefusedError(path, f"a {type(value).__name__} does not fit {kind}")


# --- documents to rows ----------------------------------------------------------------------------------------------


def rows_of(mapping: Mapping[str, Any], document: Mapping[str, Any]) -> Rows:
    """The rows of one document by table, parents first. Raises `RefusedError`."""
    rows: Rows = {}
    if mapping.get("document"):
        rows[mapping["table"]] = [(convert(document, "json", "the document"),)]
    else:
        _row(mapping["table"], mapping["fields"], document, None, "", rows)
    return rows


def columns_of(mapping: Mapping[str, Any]) -> dict[str, list[str]]:
    """The columns that are written, by table, parents first."""
    if mapping.get("document"):
        return {mapping["table"]: [mapping["document"]]}
    found: dict[str, list[str]] = {}
    _columns(mapping["table"], mapping["fields"], [], found)
    return found


def _columns(table: str, fields: Mapping[str, Any], keys: Sequence[str], found: dict[str, list[str]]) -> None:
    found[table] = [*keys, *(slot["column"] for _, slot in _slots(fields) if "column" in slot)]
    for _, slot in _slots(fields):
        if "table" in slot:
            if "value" in slot:
                found[slot["table"]] = [*slot["keys"], slot["value"]["column"]]
            else:
                _columns(slot["table"], slot["fields"], slot["keys"], found)


def _slots(fields: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Columns and tables of a row, those of nested objects among them."""
    for name, slot in fields.items():
        if "column" in slot or "table" in slot:
            yield name, slot
        else:
            yield from _slots(slot["fields"])


def _row(
    table: str,
    fields: Mapping[str, Any],
    document: Mapping[str, Any],
    key: tuple[Any, ...] | None,
    path: str,
    rows: Rows,
) -> None:
    values: list[Any] = []
    children: list[tuple[Mapping[str, Any], Any, str]] = []
    _walk(fields, document, path, values, children)
    rows.setdefault(table, []).append((*(key or ()), *values))
    key = (values[0],) if key is None else key  # the first column of a collection's table is its _id
    for slot, value, at in children:
        _child(slot, value, key, at, rows)


def _walk(
    fields: Mapping[str, Any],
    document: Mapping[str, Any],
    path: str,
    values: list[Any],
    children: list[tuple[Mapping[str, Any], Any, str]],
) -> None:
    for name in document:
        if name not in fields:
            raise RefusedError(f"{path}{name}", "a field that the design does not have")
    for name, slot in fields.items():
        value, at = document.get(name, _MISSING), f"{path}{name}"
        if slot.get("required") and (value is _MISSING or value is None):
            raise RefusedError(at, "is missing" if value is _MISSING else "is null")
        value = None if value is _MISSING else value
        if "column" in slot:
            values.append(_items(value, slot["type"], at) if slot.get("array") else convert(value, slot["type"], at))
        elif "table" in slot:
            children.append((slot, value, at))
        else:
            _walk(slot["fields"], _object(value, at), f"{at}.", values, children)


def _items(value: Any, kind: str, path: str) -> list[Any] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise _unfit(value, "an array", path)
    return [convert(one, kind, f"{path}[]") for one in cast("Sequence[Any]", value)]


def _object(value: Any, path: str) -> Mapping[str, Any]:
    value = value.as_doc() if isinstance(value, bson.DBRef) else value
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _unfit(value, "an object", path)
    return cast("Mapping[str, Any]", value)


def _child(slot: Mapping[str, Any], value: Any, key: tuple[Any, ...], path: str, rows: Rows) -> None:
    if value is None:
        return
    if not slot.get("each"):
        _row(slot["table"], slot["fields"], _object(value, path), key, f"{path}.", rows)
        return
    if not isinstance(value, list | tuple):
        raise _unfit(value, "an array", path)
    for at, one in enumerate(cast("Sequence[Any]", value)):
        if "value" in slot:
            inner = slot["value"]
            if one is None and inner.get("required"):
                raise RefusedError(f"{path}[]", "is null")
            rows.setdefault(slot["table"], []).append((*key, at, convert(one, inner["type"], f"{path}[]")))
        elif one is None:
            raise _unfit(one, "an object", f"{path}[]")
        else:
            _row(slot["table"], slot["fields"], _object(one, f"{path}[]"), (*key, at), f"{path}[].", rows)


# --- rows into the database -----------------------------------------------------------------------------------------


def write(
    connection: Any, mapping: Mapping[str, Any], documents: Sequence[Mapping[str, Any]]
) -> list[tuple[str, RefusedError]]:
    """Write documents in the transaction of the caller: all at once, and where the server refuses one, one by one.
    (id in extended JSON, error) of those that were left out."""
    import psycopg

    made: list[tuple[str, Rows]] = []
    refused: list[tuple[str, RefusedError]] = []
    for one in documents:
        try:
            made.append((id_json(one.get("_id")), rows_of(mapping, one)))
        except RefusedError as err:
            refused.append((id_json(one.get("_id")), err))
    columns = columns_of(mapping)
    try:
        with connection.transaction():
            _copy(connection, columns, [rows for _, rows in made])
    except psycopg.Error:
        for key, rows in made:
            try:
                with connection.transaction():
                    _copy(connection, columns, [rows])
            except psycopg.Error as err:
                where = err.diag.column_name or err.diag.constraint_name or "the document"
                refused.append((key, RefusedError(where, str(err.diag.message_primary or err))))
    return refused


def id_json(value: Any) -> str:
    """An `_id` in canonical extended JSON."""
    return json_util.dumps(value, json_options=json_util.CANONICAL_JSON_OPTIONS)


def _copy(connection: Any, columns: Mapping[str, Sequence[str]], made: Sequence[Rows]) -> None:
    from psycopg import sql

    for table, names in columns.items():
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for rows in made:
                for row in rows.get(table, ()):
                    copy.write_row(row)


def load(
    collection: Any, connection: Any, mapping: Mapping[str, Any], batch: int, told: Callable[[str], None]
) -> tuple[int, int]:
    """Load one collection from where the last run stopped; (documents loaded, refused), of all runs together."""
    name = mapping["collection"]
    connection.execute(_JOURNAL)
    connection.execute("INSERT INTO dba_load_progress (collection) VALUES (%s) ON CONFLICT DO NOTHING", [name])
    connection.commit()
    find = "SELECT last_id, loaded, refused FROM dba_load_progress WHERE collection = %s FOR UPDATE"
    while True:
        with connection.transaction():
            last, loaded, refused = connection.execute(find, [name]).fetchone()
            found = {} if last is None else after(json_util.loads(last))
            documents = list(collection.find(found).sort("_id", 1).limit(batch))
            if not documents:
                connection.execute("UPDATE dba_load_progress SET finished = true WHERE collection = %s", [name])
                return loaded, refused
            left_out = write(connection, mapping, documents)
            for key, err in left_out:
                connection.execute(
                    "INSERT INTO dba_load_refused VALUES (%s, %s, %s, %s)", [name, key, err.path, err.reason]
                )
            connection.execute(
                "UPDATE dba_load_progress SET last_id = %s, loaded = loaded + %s, refused = refused + %s, "
                "finished = false WHERE collection = %s",
                [id_json(documents[-1].get("_id")), len(documents) - len(left_out), len(left_out), name],
            )
        told(f"{name}: {loaded + len(documents) - len(left_out):,} loaded, {refused + len(left_out):,} refused")


def after(last: Any) -> dict[str, Any]:
    """A filter for the documents that follow one in the order of `_id`, whatever types these have."""
    at = next(
        (
            place
            for place, kinds in enumerate(
                (type(None), (int, float, bson.Decimal128), str, Mapping, (bytes, uuid.UUID), bson.ObjectId, bool,
                 (datetime.datetime, bson.DatetimeMS), bson.Timestamp, bson.Regex)
            )
            if isinstance(last, cast(Any, kinds)) and not (isinstance(last, bool) and place == 1)
        ),
        len(_BRACKETS) - 1,
    )  # fmt: skip
    later = [name for names in _BRACKETS[at + 1 :] for name in names]
    same: dict[str, Any] = {"_id": {"$gt": last}}
    return {"$or": [same, {"_id": {"$type": later}}]} if later else same


def codec(kind: Any = dict) -> Any:
    """Nothing that a document holds stops its reading: dates out of Python's range, text that is not UTF-8."""
    from bson.codec_options import CodecOptions, DatetimeConversion

    return CodecOptions(
        document_class=kind,
        datetime_conversion=DatetimeConversion.DATETIME_AUTO,
        unicode_decode_error_handler="replace",
    )
