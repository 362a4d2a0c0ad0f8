"""Collections of documents moved to PostgreSQL: two designs, and what was measured of both."""

from __future__ import annotations

from typing import Literal

from .value import Value


class Constant(Value, frozen=True, kw_only=True):
    """A value of a query that JSON has no word for. `type`: objectid, timestamptz, uuid, bytea, regex, other."""

    type: str
    text: str = ""
    options: str = ""


class Slot(Value, frozen=True, kw_only=True):
    """Where a field goes: to a column, to columns of its own fields (`fields` alone), or to a table.

    type      objectid, text, bigint, double, numeric, boolean, timestamptz, uuid, bytea, json
    array     the column holds an array of `type`
    required  it was always there and never null
    table     rows of its own: one an element with `each`, with `value` where elements are scalars
    keys      the columns of the table that lead to its parent, and with `each` the position
    """

    column: str = ""
    type: str = ""
    array: bool = False
    required: bool = False
    table: str = ""
    each: bool = False
    keys: tuple[str, ...] = ()
    fields: dict[str, Slot] = {}
    value: Slot | None = None


class Mapping(Value, frozen=True, kw_only=True):
    """Where the fields of a collection go. `document`: the column that has the whole document, in the design with
    JSONB; `taken`: (path, column, type, required) of its generated columns."""

    collection: str
    table: str
    fields: dict[str, Slot] = {}
    document: str = ""
    taken: tuple[tuple[str, str, str, bool], ...] = ()


class Reference(Value, frozen=True, kw_only=True):
    """A field whose values are the `_id` of another collection: of `values` looked up `missing` are not there."""

    collection: str
    path: str
    target: str
    values: int
    missing: int = 0


class Choice(Value, frozen=True, kw_only=True):
    """What was decided of a path or an index, and why. `kind`: mixed, lost (what the design cannot say), or made."""

    at: str
    what: str
    why: str = ""
    kind: Literal["made", "mixed", "lost"] = "made"


class MoveDesign(Value, frozen=True, kw_only=True):
    """One design. `schema` makes the tables, `finish` indexes and foreign keys after loading, `down` undoes both."""

    name: Literal["tables", "jsonb"]
    mappings: tuple[Mapping, ...]
    schema: tuple[str, ...] = ()
    finish: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()


class Loaded(Value, frozen=True, kw_only=True):
    """What was loaded of a collection. Bytes: of the tables with TOAST, and of all their indexes. `refused`: (path,
    reason, documents)."""

    collection: str
    documents: int
    bytes: int = 0
    index_bytes: int = 0
    refused: tuple[tuple[str, str, int], ...] = ()


class Asked(Value, frozen=True, kw_only=True):
    """A query in one design. `refused`: why it is not translated. `equal`: whether the rows are the server's answer;
    `note`: what is not told apart, or the first difference. `ms`: the fastest of three runs; `blocks` of 8 kB."""

    sql: str = ""
    refused: str = ""
    equal: bool | None = None
    note: str = ""
    rows: int = 0
    ms: float | None = None
    blocks: int = 0
    plan: str = ""


class MovedQuery(Value, frozen=True, kw_only=True):
    """A query of the workload. `returned`: documents of the server's answer; `ms` and `examined` are its own figures,
    None where it tells none; `silent`: why there is no answer."""

    collection: str
    shown: str
    calls: int = 1
    origin: str = ""
    returned: int | None = None
    ms: float | None = None
    examined: int | None = None
    silent: str = ""
    tables: Asked = Asked()
    jsonb: Asked = Asked()

    def of(self, name: str) -> Asked:
        """What one design makes of it."""
        return self.tables if name == "tables" else self.jsonb


class SourceSize(Value, frozen=True, kw_only=True):
    """A collection as MongoDB has it, and what of it was looked at. `bytes` of BSON, `storage` as it is packed."""

    collection: str
    documents: int
    bytes: int
    storage: int
    index_bytes: int
    sampled: int
    sampled_bytes: int
    whole: bool


class Verdict(Value, frozen=True, kw_only=True):
    """Which design, the reasons, and what would change it. `design` is empty where nothing tells them apart."""

    design: str
    because: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class Move(Value, frozen=True, kw_only=True):
    """The move of a database. `loaded` by design; `postgres`: the version that it was measured on."""

    source: str
    server: str
    postgres: str
    designs: tuple[MoveDesign, ...]
    sizes: tuple[SourceSize, ...] = ()
    references: tuple[Reference, ...] = ()
    loaded: dict[str, tuple[Loaded, ...]] = {}
    queries: tuple[MovedQuery, ...] = ()
    verdict: Verdict = Verdict(design="")
    left_out: tuple[Choice, ...] = ()
