"""Documents loaded in both designs on a private PostgreSQL, sizes compared, and each query run: its rows against the
server's answer, its plan, its time."""

from __future__ import annotations

import datetime
import math
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import msgspec
import psycopg
from msgspec.structs import replace

from dbarchitect.engines.mongodb.transfer import columns_of, id_json, moment, plain, write
from dbarchitect.engines.postgres.explain import run_explained
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import DbaError
from dbarchitect.model.documents_move import Asked, Choice, Loaded, MoveDesign
from dbarchitect.model.explain import PlanNode

_BATCH = 1_000
_RUNS = 3
_LIMIT_S = 30.0
# Sums and means are exact in numeric and rounded in double: 15 digits of a double, less what a long sum loses.
_CLOSE = 1e-9


@dataclass
class Bench:
    """A database with one design, loaded. `out`: by collection, the ids in extended JSON that were left out."""

    design: MoveDesign
    connection: psycopg.Connection[Any]
    loaded: tuple[Loaded, ...] = ()
    out: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    choices: list[Choice] = field(default_factory=list[Choice])


def loaded(
    design: MoveDesign,
    connection: psycopg.Connection[Any],
    documents: Mapping[str, Sequence[Mapping[str, Any]]],
    progress: Callable[[str], None],
) -> Bench:
    """Make the schema, load the documents as the loader does it, make indexes and foreign keys. `connection` of an
    empty database, autocommit. Raises `DbaError` where the schema is refused: a fault of the design."""
    bench = Bench(design, connection)
    connection.execute("SET search_path = public")  # as a user's session has it
    for statement in design.schema:
        _made(connection, statement)
    refused: dict[str, Counter[tuple[str, str]]] = {}
    counts: dict[str, int] = {}
    for mapping in design.mappings:
        name = mapping.collection
        progress(f"loading {name} ({design.name})")
        some = documents.get(name, ())
        wanted = msgspec.to_builtins(mapping)
        left = Counter[tuple[str, str]]()
        out: set[str] = set()
        for at in range(0, len(some), _BATCH):
            for key, err in write(connection, wanted, some[at : at + _BATCH]):
                left[err.path, err.reason] += 1
                out.add(key)
        counts[name], refused[name], bench.out[name] = len(some) - len(out), left, out
    for statement in design.finish:
        try:
            _made(connection, statement)
        except DbaError as err:
            what = "not made over the documents that were loaded"
            if "FOREIGN KEY" in statement:
                # A sample does not have every document that others refer to.
                _made(connection, statement.rstrip().rstrip(";") + " NOT VALID;")
                what = "not checked over the documents that were loaded"
            bench.choices.append(Choice(at=" ".join(statement.split())[:90], what=what, why=err.message, kind="lost"))
    bench.loaded = tuple(
        Loaded(
            collection=one.collection,
            documents=counts[one.collection],
            bytes=_size(connection, "pg_table_size", columns_of(msgspec.to_builtins(one))),
            index_bytes=_size(connection, "pg_indexes_size", columns_of(msgspec.to_builtins(one))),
            refused=tuple((path, reason, n) for (path, reason), n in refused[one.collection].most_common()),
        )
        for one in design.mappings
    )
    return bench


def _made(connection: psycopg.Connection[Any], statement: str) -> None:
    try:
        one_statement(connection, statement)
    except psycopg.Error as err:
        raise DbaError(
            f"PostgreSQL refuses {' '.join(statement.split())[:80]}: {err.diag.message_primary or err}"
        ) from err


def _size(connection: psycopg.Connection[Any], function: str, tables: Iterable[str]) -> int:
    rows = [
        connection.execute(f"SELECT {function}(quote_ident(%s)::regclass)".encode(), [one]).fetchone() for one in tables
    ]
    return sum(int(row[0]) for row in rows if row)


# --- queries ----------------------------------------------------------------------------------------------------------


def asked(bench: Bench, sql: str, expected: Sequence[Any] | None, *, ordered: Sequence[str] = ()) -> Asked:
    """Run a translated query. `expected`: the server's documents, None where it gave none; `ordered`: paths that it is
    sorted by."""
    try:
        with bench.connection.transaction(force_rollback=True):
            bench.connection.execute(f"SET LOCAL statement_timeout = {round(_LIMIT_S * 1000)}".encode())
            cursor = one_statement(bench.connection, sql)
            names = [one.name for one in cursor.description or ()]
            rows = [_document(names, row) for row in cursor.fetchall()]
        plans = [run_explained(bench.connection, sql, (), options="BUFFERS", limit_s=_LIMIT_S) for _ in range(_RUNS)]
    except psycopg.Error as err:
        return Asked(sql=sql, refused=f"PostgreSQL does not run it: {err.diag.message_primary or err}")
    best = min(plans, key=lambda one: one.execution_ms or 0.0)
    found = Asked(sql=sql, rows=len(rows), ms=best.execution_ms, blocks=_blocks(best.root), plan=_told(best.root))
    if expected is None:
        return found
    equal, note = compared([comparable(one) for one in expected], rows, ordered)
    return replace(found, equal=equal, note=note)


def _blocks(root: PlanNode) -> int:
    return (root.shared_hit or 0) + (root.shared_read or 0)


def _told(root: PlanNode) -> str:
    """`Limit < Index Scan orders_status_idx`: nodes from the top, with what they read."""
    told: list[str] = []
    for node in root.walk():
        name = " ".join(part for part in (node.type, node.index or node.relation) if part)
        if name not in told:
            told.append(name)
    return " < ".join(told[:6])


def _document(names: Sequence[str], row: Sequence[Any]) -> Any:
    """A row as the document that it stands for."""
    if names == ["doc"]:
        return comparable(row[0])
    made: dict[str, Any] = {}
    for name, value in zip(names, row, strict=True):
        if name.startswith("_id."):
            made.setdefault("_id", {})[name[4:]] = comparable(value)
        else:
            made[name] = comparable(value)
    return made


def comparable(value: Any) -> Any:
    """A value of either side in one form: numbers as they are, dates and ids as text, binary data in digits."""
    match value:
        case None | bool() | int() | float():
            return value
        case datetime.datetime():
            return moment(value)
        case uuid.UUID():
            return str(value)
        case Decimal():
            return value if value.is_finite() else float(value)
        case memoryview():
            return bytes(cast("Any", value)).hex()
        case bytes() if getattr(value, "subtype", 0) != 4:
            return value.hex()
        case dict():
            fields = cast("dict[str, Any]", value)
            if set(fields) == {"$binary"}:
                import base64

                return base64.b64decode(fields["$binary"]["base64"]).hex()
            return {name: comparable(one) for name, one in fields.items()}
        case list():
            return [comparable(one) for one in cast("list[Any]", value)]
        case str() if type(value) is str:
            return value
        case _:
            return comparable(plain(value))


def compared(expected: Sequence[Any], rows: Sequence[Any], ordered: Sequence[str] = ()) -> tuple[bool, str]:
    """(whether these are the same documents, what is not told apart or the first difference). Where the query sorts,
    the keys must come in the same order."""
    if len(expected) != len(rows):
        return False, f"{len(rows):,} rows for {len(expected):,} documents"
    for strict in (True, False):
        left = sorted(expected, key=lambda one: _form(one, strict))
        right = sorted(rows, key=lambda one: _form(one, strict))
        wrong = next(((a, b) for a, b in zip(left, right, strict=True) if not _same(a, b, strict)), None)
        if wrong is None:
            for path in ordered:
                if [_at(one, path) for one in expected] != [_at(one, path) for one in rows] and not _close(
                    [_at(one, path) for one in expected], [_at(one, path) for one in rows]
                ):
                    return False, f"the order by {path} is another"
            return True, "" if strict else "null, what is missing and what is empty are one here"
    assert wrong is not None
    return False, f"for {_short(wrong[0])} there is {_short(wrong[1])}"


def _close(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return all(_same(a, b, False) for a, b in zip(left, right, strict=True))


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = cast("dict[str, Any]", document).get(part) if isinstance(document, dict) else None
    return document


def _empty(value: Any) -> bool:
    return value is None or value == [] or value == {} or (
        isinstance(value, dict) and all(_empty(one) for one in cast("dict[str, Any]", value).values())
    )  # fmt: skip


def _form(value: Any, strict: bool) -> str:
    """A text to sort by, equal for what is the same; numbers by 9 digits."""
    match value:
        case bool():
            return str(value)
        case int() | float() | Decimal():
            return f"{float(value):.9e}" if value == value else "NaN"
        case dict():
            fields = cast("dict[str, Any]", value)
            kept = sorted((name, _form(one, strict)) for name, one in fields.items() if strict or not _empty(one))
            return str(kept)
        case list():
            return str([_form(one, strict) for one in cast("list[Any]", value)])
        case _:
            return repr(value)


def _same(left: Any, right: Any, strict: bool) -> bool:
    if not strict and _empty(left) and _empty(right):
        return True
    if isinstance(left, dict) and isinstance(right, dict):
        one, other = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        names = set(one) | set(other)
        if strict and (set(one) != names or set(other) != names):
            return False
        return all(_same(one.get(name), other.get(name), strict) for name in names)
    if isinstance(left, list) and isinstance(right, list):
        some, others = cast("list[Any]", left), cast("list[Any]", right)
        return len(some) == len(others) and all(_same(a, b, strict) for a, b in zip(some, others, strict=True))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, int | float | Decimal) and isinstance(right, int | float | Decimal):
        if left == right or (left != left and right != right):
            return True
        # Whole numbers are exact on both sides; only fractions are rounded.
        if isinstance(left, int) and isinstance(right, int):
            return False
        return math.isclose(float(left), float(right), rel_tol=_CLOSE, abs_tol=1e-12)
    return left == right


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 160 else text[:157] + "..."


def ids_of(bench: Bench, collection: str, documents: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The ids of the documents that are loaded."""
    out = bench.out.get(collection, set())
    return [one.get("_id") for one in documents if id_json(one.get("_id")) not in out]
