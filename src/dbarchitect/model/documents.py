"""A document database as it was looked at: collections with the shapes of sampled documents, indexes, and queries.

Of the documents only counts and sizes are kept, no values. Names of fields are; where they are data (keys of a map),
they stand as `*`.
"""

from __future__ import annotations

from typing import Literal

from .value import Value

NUMBERS = frozenset(("int", "long", "double", "decimal"))
NO_VALUE = frozenset(("null", "undefined"))


class PathShape(Value, frozen=True, kw_only=True):
    """What stands at one path of the sampled documents: `items[].price` is a field of the elements of an array.

    types      how many values have each BSON type, by the names that `$type` takes
    present    in how many of the `parents` (documents, or objects that hold the field) it is there
    documents  in how many documents it occurs at least once
    bytes      of all values, in BSON; `largest` of one
    lengths    least, median and most elements of its arrays; empty where it has none
    longest    the id, as text, of the document with the longest array or the largest value
    dates      how many of its strings are written like a date
    numerals   how many of its strings are written like a number
    odd        the ids, as text, of some documents whose value has not the most frequent type
    """

    path: str
    types: dict[str, int]
    present: int
    parents: int
    documents: int = 0
    bytes: int = 0
    largest: int = 0
    lengths: tuple[int, ...] = ()
    longest: str = ""
    dates: int = 0
    numerals: int = 0
    odd: tuple[str, ...] = ()

    @property
    def always(self) -> bool:
        """Whether it was there each time."""
        return self.present == self.parents

    @property
    def kinds(self) -> dict[str, int]:
        """Types that tell values apart: numbers are one, what stands for no value is none."""
        found: dict[str, int] = {}
        for name, count in self.types.items():
            if name not in NO_VALUE:
                kind = "number" if name in NUMBERS else name
                found[kind] = found.get(kind, 0) + count
        return found


class LargeDocument(Value, frozen=True, kw_only=True):
    """One of the largest documents of the sample; `id` as text."""

    id: str
    bytes: int


class DocumentIndex(Value, frozen=True, kw_only=True):
    """An index. `keys`: (path, 1 | -1 | "hashed" | "text" | "2dsphere" | ...) in order.

    partial  the filter of a partial index, as JSON; "" where it has none. `collation` the same
    ttl      seconds after which documents go, None where they stay
    uses     operations that took it since `days` ago, None where the server does not tell
    bytes    its size, None where the server does not tell
    """

    name: str
    keys: tuple[tuple[str, int | str], ...]
    unique: bool = False
    sparse: bool = False
    hidden: bool = False
    partial: str = ""
    collation: str = ""
    ttl: int | None = None
    uses: int | None = None
    days: float | None = None
    bytes: int | None = None

    @property
    def plain(self) -> bool:
        """Whether all its keys are ascending or descending."""
        return all(isinstance(way, int) for _, way in self.keys)


class Collection(Value, frozen=True, kw_only=True):
    """A collection. Amounts without `sampled` are of all of it, as the server estimates them.

    sampled    documents that were looked at; `whole`: that these are all; `drawn`: at random (else the first ones)
    validator  the validator as JSON, "" for none; `level` and `action` say how it is enforced
    shard_key  as in an index, empty where the collection is not sharded
    """

    name: str
    kind: Literal["collection", "view", "timeseries"] = "collection"
    documents: int = 0
    bytes: int = 0
    storage: int = 0
    sampled: int = 0
    whole: bool = False
    drawn: bool = True
    paths: tuple[PathShape, ...] = ()
    large: tuple[LargeDocument, ...] = ()
    indexes: tuple[DocumentIndex, ...] = ()
    validator: str = ""
    level: str = ""
    action: str = ""
    capped: bool = False
    shard_key: tuple[tuple[str, int | str], ...] = ()

    def path(self, name: str) -> PathShape | None:
        """The shape at a path, None where no sampled document has it."""
        return next((one for one in self.paths if one.path == name), None)


class AskedQuery(Value, frozen=True, kw_only=True):
    """A query of one form, without its values: what a profiler or a file of queries tells.

    form      the filter with `?` for values, as JSON; `sort` as in an index
    sent      the aggregation's other stages by name, in order
    calls     how often; `millis` of all calls, None where nobody measured
    keys, examined, returned   of all calls, None where unknown
    plan      COLLSCAN, IXSCAN, ...; "" where unknown
    longest_in   the most values of one $in
    regex     (path, what is wrong with it) of expressions that no index serves well
    origin    `profiler`, or where it stands in the file
    """

    collection: str
    operation: str
    form: str
    sort: tuple[tuple[str, int], ...] = ()
    stages: tuple[str, ...] = ()
    calls: int = 1
    millis: float | None = None
    keys: int | None = None
    examined: int | None = None
    returned: int | None = None
    plan: str = ""
    longest_in: tuple[str, int] | None = None
    regex: tuple[tuple[str, str], ...] = ()
    origin: str = ""


class Documents(Value, frozen=True, kw_only=True):
    """What was read of one database.

    server    what the server calls itself, with its version
    sharded   whether it is reached through a router of a sharded cluster
    open      whether it lets anybody in without a user; None where that is unknown
    profiler  its level: 0 off, 1 slow operations, 2 all; None where this may not be read
    refused   what this user may not do or the server does not know, with what is not known for that
    """

    source: str
    database: str
    server: str = ""
    version: str = ""
    sharded: bool = False
    open: bool | None = None
    profiler: int | None = None
    collections: tuple[Collection, ...] = ()
    queries: tuple[AskedQuery, ...] = ()
    refused: dict[str, str] = {}
    seconds: float = 0.0

    @property
    def documents(self) -> int:
        """In all collections."""
        return sum(one.documents for one in self.collections)

    def collection(self, name: str) -> Collection | None:
        """The collection of this name."""
        return next((one for one in self.collections if one.name == name), None)
