"""Looks at a MongoDB database: collections, indexes and their use, the profiler, and a sample of the documents.

Only commands that read are sent. Bounded: so many documents and bytes of a collection, so many seconds in all.
Documents are folded into shapes one by one as they come.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.documents import AskedQuery, Collection, DocumentIndex, Documents

from .commands import command_of, fields_of
from .connection import Client, refusal, shown
from .shapes import Shapes
from .transfer import codec

MOST_DOCUMENTS = 1_000  # of a collection
MOST_BYTES = 64 * 2**20  # of a collection
MOST_SECONDS = 60.0
_SECONDS_EACH = 10.0
_BATCH_BYTES = 4 * 2**20
_MOST_COLLECTIONS = 500
_MOST_PROFILED = 2_000
_KINDS = {"view": "view", "timeseries": "timeseries"}
_OURS = "dbarchitect"
_LOOKING = {"$indexStats", "$collStats", "$sample", "$listSessions", "$currentOp"}  # of tools, not of applications


@dataclass(frozen=True, kw_only=True)
class LookOptions:
    """`collections`: only these, all where empty. `keep` gets each sampled document: (collection, document)."""

    documents: int = MOST_DOCUMENTS
    seconds: float = MOST_SECONDS
    collections: Sequence[str] = ()
    keep: Callable[[str, Mapping[str, Any]], None] | None = None
    clock: Callable[[], float] = time.monotonic
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    progress: Callable[[str], None] = lambda _: None


def inspect(client: Client, url: str, database: str, options: LookOptions | None = None) -> Documents:
    """What the database has. Raises `InputError` where none of this name or no such collection is there,
    `SurroundingsError` where the connection is lost or nothing may be read."""
    from pymongo import errors

    try:
        return _Look(client, url, database, options or LookOptions()).documents()
    except errors.PyMongoError as err:
        raise refusal(err, url) from None


def server_of(build: Mapping[str, Any]) -> tuple[str, str]:
    """(what a server calls itself, its version) by its answer to buildInfo. What only speaks MongoDB's protocol says so
    there; a build of MongoDB has the 40 digits of a commit."""
    version = str(build.get("version", ""))
    commit = str(build.get("gitVersion", ""))
    named = next(
        (name for name in ("ferretdb", "documentdb", "cosmos") if any(name in key.lower() for key in build)), ""
    )
    if named:
        return {"ferretdb": "FerretDB", "documentdb": "DocumentDB", "cosmos": "Cosmos DB"}[named], version
    if commit and (len(commit) != 40 or any(one not in "0123456789abcdef" for one in commit)):
        return commit, version
    return "MongoDB", version


class _Look:
    def __init__(self, client: Client, url: str, database: str, options: LookOptions) -> None:
        from bson.raw_bson import RawBSONDocument

        self.client = client
        self.url = url
        self.options = options
        self.name = database
        self.database = client[database]
        self.raw = client.get_database(database, codec_options=codec(RawBSONDocument))
        self.refused: dict[str, str] = {}

    def documents(self) -> Documents:
        clock = self.options.clock
        began = clock()
        name, version = server_of(self._ask("what it is, is not known", "buildInfo") or {})
        hello = self._ask("whether it is sharded is not known", "hello") or {}
        sharded = hello.get("msg") == "isdbgrid"
        listed = sorted(self._listed(), key=lambda one: str(one["name"]))
        keys = self._shard_keys() if sharded else {}
        found: list[Collection] = []
        for at, one in enumerate(listed):
            self.options.progress(f"looking at {one['name']} ({at + 1:,} of {len(listed):,})")
            left = self.options.seconds - (clock() - began)
            found.append(self._collection(one, keys.get(str(one["name"]), ()), left))
        profiler, queries = self._profiled()
        return Documents(
            source=shown(self.url),
            database=self.name,
            server=name,
            version=version,
            sharded=sharded,
            open=self._open(),
            profiler=profiler,
            collections=tuple(found),
            queries=queries,
            refused=self.refused,
            seconds=clock() - began,
        )

    # --- the server -------------------------------------------------------------------------------------------------

    def _ask(self, lacks: str, command: str, /, **options: Any) -> Mapping[str, Any] | None:
        """The answer to a command of the admin database, None where the server knows it not or the user may not."""
        from pymongo import errors

        try:
            return self.client.admin.command(command, **options)
        except errors.OperationFailure as err:
            self._lacks(command, lacks, err)
            return None

    def _lacks(self, what: str, lacks: str, err: Exception) -> None:
        said = " ".join(str(err).partition(", full error:")[0].split())[:120]
        self.refused.setdefault(what, f"{lacks} ({said})")

    def _open(self) -> bool | None:
        """Whether this connection was let in without a user."""
        answer = self._ask("who is let in is not known", "connectionStatus")
        if answer is None:
            return None
        return not fields_of(answer.get("authInfo")).get("authenticatedUsers")

    def _shard_keys(self) -> dict[str, tuple[tuple[str, int | str], ...]]:
        from pymongo import errors

        try:
            rows = list(
                self.client["config"]["collections"].find(
                    {"_id": {"$gt": f"{self.name}.", "$lt": f"{self.name}/"}}, max_time_ms=5_000
                )
            )
        except errors.PyMongoError as err:
            self._lacks("config.collections", "shard keys are not known", err)
            return {}
        return shard_keys(rows, self.name)

    def _listed(self) -> list[Mapping[str, Any]]:
        every = [one for one in self.database.list_collections() if not str(one["name"]).startswith("system.")]
        wanted = self.options.collections
        missing = [one for one in wanted if all(one != other["name"] for other in every)]
        if missing:
            there = ", ".join(sorted(str(one["name"]) for one in every)[:8]) or "none"
            raise InputError(f"{shown(self.url)} has no collection {missing[0]}", hint=f"it has: {there}")
        if not every:
            self._no_collections()
        if wanted:
            return [one for one in every if one["name"] in wanted]
        if len(every) > _MOST_COLLECTIONS:
            effect = f"only {_MOST_COLLECTIONS:,} of {len(every):,} were looked at"
            self.refused["collections"] = effect
        return every[:_MOST_COLLECTIONS]

    def _no_collections(self) -> None:
        from pymongo import errors

        try:
            others = [one for one in self.client.list_database_names() if one not in ("admin", "config", "local")]
        except errors.OperationFailure:
            others = []
        raise InputError(
            f"the database {self.name} has no collections",
            hint=f"the server has {', '.join(sorted(others)[:8])}" if others else "name a database that has some",
        )

    # --- collections ------------------------------------------------------------------------------------------------

    def _collection(
        self, listed: Mapping[str, Any], shard_key: tuple[tuple[str, int | str], ...], left: float
    ) -> Collection:
        name = str(listed["name"])
        settings: Mapping[str, Any] = listed.get("options") or {}
        kind: Any = _KINDS.get(str(listed.get("type")), "collection")
        found = Collection(
            name=name,
            kind=kind,
            validator=_json(settings["validator"]) if settings.get("validator") else "",
            level=str(settings.get("validationLevel", "strict")) if settings.get("validator") else "",
            action=str(settings.get("validationAction", "error")) if settings.get("validator") else "",
            capped=bool(settings.get("capped")),
            shard_key=shard_key,
        )
        if kind == "view":
            return found
        documents, size, storage, sizes = self._sizes(name)
        found = replace(found, documents=documents, bytes=size, storage=storage, indexes=self._indexes(name, sizes))
        if left <= 0:
            self.refused.setdefault(f"{name} and what follows", "not sampled: the time was over")
            return found
        return self._sampled(found, min(left, _SECONDS_EACH))

    def _sizes(self, name: str) -> tuple[int, int, int, Mapping[str, Any]]:
        from pymongo import errors

        try:
            rows = list(self.database[name].aggregate([{"$collStats": {"storageStats": {}}}], maxTimeMS=10_000))
            stats = [fields_of(one.get("storageStats")) for one in rows]  # one a shard
            sizes: dict[str, Any] = {}
            for one in stats:
                for index, size in fields_of(one.get("indexSizes")).items():
                    sizes[index] = sizes.get(index, 0) + size
            return (
                sum(int(one.get("count") or 0) for one in stats),
                sum(int(one.get("size") or 0) for one in stats),
                sum(int(one.get("storageSize") or 0) for one in stats),
                sizes,
            )
        except errors.OperationFailure as err:
            self._lacks("$collStats", "sizes are not known", err)
        try:
            return int(self.database[name].estimated_document_count(maxTimeMS=10_000)), 0, 0, {}
        except errors.OperationFailure as err:
            self._lacks("count", "the number of documents is not known", err)
            return 0, 0, 0, {}

    def _indexes(self, name: str, sizes: Mapping[str, Any]) -> tuple[DocumentIndex, ...]:
        from pymongo import errors

        try:
            listed = list(self.database[name].list_indexes())
        except errors.OperationFailure as err:
            self._lacks("listIndexes", "indexes are not known", err)
            return ()
        uses: dict[str, tuple[int, float]] = {}
        try:
            for one in self.database[name].aggregate([{"$indexStats": {}}], maxTimeMS=10_000):
                accesses = fields_of(one.get("accesses"))
                since = accesses.get("since")
                days = _days(since, self.options.now) if isinstance(since, datetime) else 0.0
                before = uses.get(str(one["name"]))
                ops = int(accesses.get("ops") or 0) + (before[0] if before else 0)  # shards and members add up
                uses[str(one["name"])] = (ops, min(days, before[1]) if before else days)
        except errors.OperationFailure as err:
            self._lacks("$indexStats", "how often indexes are used is not known", err)
        return tuple(index_of(one, uses.get(str(one["name"])), sizes.get(str(one["name"]))) for one in listed)

    def _sampled(self, found: Collection, seconds: float) -> Collection:
        from pymongo import errors

        mean = found.bytes / found.documents if found.documents else 0
        most = max(1, min(self.options.documents, int(MOST_BYTES / mean) if mean else self.options.documents))
        batch = max(2, min(most, int(_BATCH_BYTES / mean) if mean else 100))
        whole = found.documents <= most
        limits = {"batchSize": batch, "maxTimeMS": int(seconds * 1000)}
        collection = self.raw[found.name]
        drawn = True
        try:
            if whole:
                cursor = collection.find({}, limit=most, batch_size=batch, max_time_ms=int(seconds * 1000))
            else:
                cursor = collection.aggregate([{"$sample": {"size": most}}], **limits)
            shapes = self._fold(found.name, cursor, seconds)
        except (errors.OperationFailure, errors.NetworkTimeout) as err:
            if whole:
                self._lacks(f"find in {found.name}", "its documents were not looked at", err)
                return found
            drawn = False
            try:
                cursor = collection.find({}, limit=most, batch_size=batch, max_time_ms=int(seconds * 1000))
                shapes = self._fold(found.name, cursor, seconds)
            except (errors.OperationFailure, errors.NetworkTimeout):
                self._lacks(f"$sample of {found.name}", "its documents were not looked at", err)
                return found
        return replace(
            found,
            documents=max(found.documents, shapes.sampled),
            sampled=shapes.sampled,
            # Where the number is not known, less than the limit shows that these were all.
            whole=whole and shapes.sampled >= found.documents and (shapes.sampled < most or found.documents == most),
            drawn=drawn,
            paths=shapes.paths(),
            large=shapes.large(),
        )

    def _fold(self, name: str, cursor: Any, seconds: float) -> Shapes:
        import bson

        shapes = Shapes()
        decoding = codec(dict)
        until = self.options.clock() + seconds
        with cursor:
            for raw in cursor:
                document: dict[str, Any] = cast(Any, bson).decode(raw.raw, decoding)
                shapes.add(document)
                if self.options.keep is not None:
                    self.options.keep(name, document)
                if self.options.clock() > until:
                    break
        return shapes

    # --- queries ----------------------------------------------------------------------------------------------------

    def _profiled(self) -> tuple[int | None, tuple[AskedQuery, ...]]:
        from pymongo import errors

        level: int | None = None
        try:
            level = int(self.database.command("profile", -1)["was"])
        except (errors.OperationFailure, KeyError, TypeError, ValueError) as err:
            self._lacks("profile", "the profiler's level is not known", err)
        try:
            rows = list(
                self.database["system.profile"]
                .find({}, max_time_ms=5_000, batch_size=200)
                .sort("ts", -1)
                .limit(_MOST_PROFILED)
            )
        except errors.OperationFailure as err:
            self._lacks("system.profile", "queries of the profiler are not known", err)
            return level, ()
        return level, tuple(profiled(rows))


def shard_keys(rows: Sequence[Mapping[str, Any]], database: str) -> dict[str, tuple[tuple[str, int | str], ...]]:
    """Shard keys by collection, of what config.collections says."""
    found: dict[str, tuple[tuple[str, int | str], ...]] = {}
    for one in rows:
        name, key = str(one["_id"]), fields_of(one.get("key"))
        if name.startswith(f"{database}.") and key and not one.get("dropped"):
            found[name[len(database) + 1 :]] = tuple((path, _way(way)) for path, way in key.items())
    return found


def profiled(rows: Sequence[Mapping[str, Any]]) -> Iterator[AskedQuery]:
    """What entries of system.profile come to, one for each form of a query, the dearest first. Ours are left out."""
    found: dict[tuple[str, str, str, Any, Any], AskedQuery] = {}
    for one in rows:
        command = fields_of(one.get("command"))
        if not command or one.get("appName") == _OURS:
            continue
        read = command_of(command, "profiler")
        if read is None or read.asked.collection.startswith("system.") or set(read.asked.stages[:1]) & _LOOKING:
            continue
        asked = replace(
            read.asked,
            millis=float(one.get("millis") or 0),
            keys=_whole(one.get("keysExamined")),
            examined=_whole(one.get("docsExamined")),
            returned=_whole(one.get("nreturned")),
            plan=str(one.get("planSummary") or "").partition(" ")[0],
        )
        same = (asked.collection, asked.operation, asked.form, asked.sort, asked.plan)
        before = found.get(same)
        found[same] = asked if before is None else _added(before, asked)
    yield from sorted(found.values(), key=lambda one: -(one.millis or 0))


def _added(one: AskedQuery, more: AskedQuery) -> AskedQuery:
    def total(left: int | None, right: int | None) -> int | None:
        return None if left is None or right is None else left + right

    return replace(
        one,
        calls=one.calls + more.calls,
        millis=(one.millis or 0) + (more.millis or 0),
        keys=total(one.keys, more.keys),
        examined=total(one.examined, more.examined),
        returned=total(one.returned, more.returned),
        longest_in=max(one.longest_in or ("", 0), more.longest_in or ("", 0), key=lambda each: each[1])
        if one.longest_in
        else None,
    )


def index_of(listed: Mapping[str, Any], uses: tuple[int, float] | None, size: Any) -> DocumentIndex:
    """An index of what listIndexes says of it."""
    return DocumentIndex(
        name=str(listed["name"]),
        keys=tuple((str(path), _way(way)) for path, way in listed["key"].items()),
        unique=bool(listed.get("unique")),
        sparse=bool(listed.get("sparse")),
        hidden=bool(listed.get("hidden")),
        partial=_json(listed["partialFilterExpression"]) if listed.get("partialFilterExpression") else "",
        collation=_json(listed["collation"]) if listed.get("collation") else "",
        ttl=_whole(listed.get("expireAfterSeconds")),
        uses=uses[0] if uses else None,
        days=uses[1] if uses else None,
        bytes=_whole(size),
    )


def _way(way: Any) -> int | str:
    return (1 if way > 0 else -1) if isinstance(way, int | float) else str(way)


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) else None


def _json(value: Any) -> str:
    from bson import json_util

    return json.dumps(json.loads(json_util.dumps(value)), ensure_ascii=False)


def _days(since: datetime, now: datetime) -> float:
    since = since if since.tzinfo else since.replace(tzinfo=UTC)
    return max(0.0, (now - since).total_seconds() / 86_400)
