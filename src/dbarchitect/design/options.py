"""The databases that a choice is made from, and how each serves what may be asked of one."""

from __future__ import annotations

from typing import Literal

from dbarchitect.model.value import Value

# native: made for it. enough: it serves it, with what the note says. work: it serves it with work of one's own.
# beside: another system must serve it. no: it cannot, and nothing beside it helps.
Grade = Literal["native", "enough", "work", "beside", "no"]
Family = Literal["postgresql", "sqlite", "mongodb", "redis"]


class Option(Value, frozen=True, kw_only=True):
    """A database, or a platform that hosts one.

    family       the engine, for ORMs and measurements
    hosted       it is had from its provider alone; `clouds` where, () anywhere
    http         it is asked over HTTP or WebSocket, as an edge runtime does
    pooled       connections of short-lived processes are pooled by it
    embedded     it is part of the program, on its own disk
    distributed  one database over several machines
    open_source  under a licence of the Open Source Initiative's list
    serves       need -> (grade, how)
    """

    id: str
    title: str
    family: Family
    hosted: bool = False
    clouds: tuple[str, ...] = ()
    http: bool = False
    pooled: bool = False
    embedded: bool = False
    distributed: bool = False
    open_source: bool = True
    serves: dict[str, tuple[Grade, str]] = {}

    def grade(self, need: str) -> tuple[Grade, str]:
        """How it serves a need, and by what."""
        return self.serves.get(need, ("no", ""))


_POSTGRESQL: dict[str, tuple[Grade, str]] = {
    "joins": ("native", "joins, foreign keys, one planner for both"),
    "transactions": ("native", "transactions with constraints, serializable where asked"),
    "full text": ("enough", "tsvector with a GIN index"),
    "documents": ("enough", "jsonb with GIN indexes"),
    "geo": ("enough", "PostGIS, or points with GiST"),
    "graph": ("enough", "WITH RECURSIVE"),
    "queue": ("enough", "FOR UPDATE SKIP LOCKED"),
    "cache": ("work", "an unlogged table, and a job that removes what has expired"),
    "time series": ("enough", "partitions by time, BRIN"),
    "branches": ("work", "CREATE DATABASE ... TEMPLATE: whole copies, nobody connected meanwhile"),
    "vectors": ("no", "no type for vectors without pgvector"),
    "auth": ("beside", "sign-in is another service's"),
    "realtime": ("beside", "changes are carried to clients by a service of your own"),
    "file storage": ("beside", "files are in an object store"),
    "offline": ("no", "a server that must be reached"),
    "sync": ("no", "a server that must be reached"),
    "raw sql": ("native", "SQL"),
}
_VECTORS: dict[str, tuple[Grade, str]] = {"vectors": ("native", "pgvector: HNSW beside the rows, filtered in SQL")}
_CROSSING: dict[str, tuple[Grade, str]] = {
    "joins": ("work", "joins are fast where both sides have the same distribution key"),
    "transactions": ("work", "transactions across machines wait for all of them, or are tried again"),
}
_DISTRIBUTED: dict[str, tuple[Grade, str]] = {**_POSTGRESQL, **_CROSSING}
_SQLITE: dict[str, tuple[Grade, str]] = {
    "joins": ("native", "joins and foreign keys, which each connection has to switch on"),
    "transactions": ("native", "transactions, one writer at a time"),
    "full text": ("enough", "FTS5"),
    "documents": ("enough", "JSON functions with indexes on expressions"),
    "geo": ("work", "R*Tree boxes; distances are yours"),
    "graph": ("enough", "WITH RECURSIVE"),
    "queue": ("enough", "UPDATE ... RETURNING under the one writer"),
    "cache": ("work", "a table, and a job that removes what has expired"),
    "time series": ("work", "a table per period, by hand"),
    "branches": ("enough", "a copy of the file"),
    "vectors": ("work", "an extension that is loaded into each process"),
    "auth": ("beside", "sign-in is another service's"),
    "realtime": ("beside", "changes are carried by a service of your own"),
    "file storage": ("beside", "files are in the file system"),
    "offline": ("native", "a file inside the program"),
    "sync": ("beside", "what devices share needs a server and a protocol of your own"),
    "raw sql": ("native", "SQL"),
}
_MONGODB: dict[str, tuple[Grade, str]] = {
    "joins": ("work", "$lookup; no foreign keys, the application keeps references right"),
    "transactions": ("work", "transactions over documents need a replica set and retries"),
    "full text": ("enough", "text indexes"),
    "documents": ("native", "documents with validators, compound and partial indexes"),
    "geo": ("native", "2dsphere indexes"),
    "graph": ("work", "$graphLookup"),
    "queue": ("enough", "findOneAndUpdate"),
    "cache": ("enough", "TTL indexes"),
    "time series": ("enough", "time series collections"),
    "branches": ("work", "copies by dump and restore"),
    "vectors": ("work", "vector search is Atlas's"),
    "auth": ("beside", "sign-in is another service's"),
    "realtime": ("beside", "change streams, carried by a service of your own"),
    "file storage": ("beside", "GridFS, or an object store"),
}
_REDIS: dict[str, tuple[Grade, str]] = {
    "cache": ("native", "expiry and eviction"),
    "queue": ("enough", "streams and lists"),
    "transactions": ("no", "no constraints, and MULTI does not roll back"),
    "joins": ("no", "no joins"),
}


def _with(*parts: dict[str, tuple[Grade, str]]) -> dict[str, tuple[Grade, str]]:
    whole: dict[str, tuple[Grade, str]] = {}
    for part in parts:
        whole |= part
    return whole


# In the order in which equals are taken: what every host and tool knows stands first, because leaving it is a dump.
OPTIONS: tuple[Option, ...] = (
    Option(id="postgresql", title="PostgreSQL", family="postgresql", serves=_POSTGRESQL),
    Option(id="pgvector", title="PostgreSQL with pgvector", family="postgresql", serves=_with(_POSTGRESQL, _VECTORS)),
    Option(
        id="neon",
        title="Neon (PostgreSQL)",
        family="postgresql",
        hosted=True,
        http=True,
        pooled=True,
        clouds=("aws", "azure", "vercel", "cloudflare", "netlify"),
        serves=_with(
            _POSTGRESQL,
            _VECTORS,
            {"branches": ("native", "branches that share storage"), "auth": ("enough", "Neon Auth")},
        ),
    ),
    Option(
        id="supabase",
        title="Supabase (PostgreSQL)",
        family="postgresql",
        hosted=True,
        pooled=True,
        clouds=("aws", "vercel", "cloudflare", "netlify"),
        serves=_with(
            _POSTGRESQL,
            _VECTORS,
            {
                "auth": ("native", "sign-in that row level security knows"),
                "realtime": ("native", "changes over WebSocket"),
                "file storage": ("native", "an object store with the same policies"),
                "branches": ("enough", "branches by migration"),
            },
        ),
    ),
    Option(
        id="timescaledb",
        title="TimescaleDB (PostgreSQL)",
        family="postgresql",
        serves=_with(
            _POSTGRESQL,
            _VECTORS,
            {"time series": ("native", "hypertables, columnstore, retention, continuous aggregates")},
        ),
    ),
    Option(id="sqlite", title="SQLite", family="sqlite", embedded=True, serves=_SQLITE),
    Option(
        id="turso",
        title="Turso (SQLite)",
        family="sqlite",
        hosted=True,
        http=True,
        pooled=True,
        clouds=("aws", "vercel", "cloudflare", "netlify"),
        serves=_with(
            _SQLITE,
            {
                "vectors": ("enough", "vectors are built into libSQL"),
                "sync": ("native", "replicas inside the program that are kept in step"),
                "offline": ("enough", "a replica inside the program"),
                "branches": ("native", "branches"),
            },
        ),
    ),
    Option(
        id="citus",
        title="Citus (PostgreSQL over several machines)",
        family="postgresql",
        distributed=True,
        serves=_with(_DISTRIBUTED, _VECTORS),
    ),
    Option(
        id="cockroachdb",
        title="CockroachDB",
        family="postgresql",
        distributed=True,
        open_source=False,
        serves=_with(_DISTRIBUTED, _VECTORS),
    ),
    Option(
        id="yugabytedb",
        title="YugabyteDB",
        family="postgresql",
        distributed=True,
        serves=_with(_DISTRIBUTED, _VECTORS),
    ),
    Option(
        id="aurora-dsql",
        title="Aurora DSQL",
        family="postgresql",
        hosted=True,
        pooled=True,
        distributed=True,
        open_source=False,
        clouds=("aws", "vercel"),
        serves=_with(
            _DISTRIBUTED,
            {
                "vectors": ("no", "no extensions, so no pgvector"),
                "geo": ("no", "no extensions, so no PostGIS"),
                "time series": ("work", "no partitions"),
                "full text": ("beside", "no GIN indexes"),
            },
        ),
    ),
    Option(id="mongodb", title="MongoDB", family="mongodb", distributed=True, open_source=False, serves=_MONGODB),
    Option(id="redis", title="Redis", family="redis", serves=_REDIS),
    Option(
        id="upstash",
        title="Upstash (Redis)",
        family="redis",
        hosted=True,
        http=True,
        pooled=True,
        open_source=False,
        clouds=("aws", "gcp", "google cloud", "vercel", "cloudflare", "netlify", "fly.io", "fly"),
        serves=_with(_REDIS, {"cache": ("native", "expiry; eviction is off by default and random")}),
    ),
)


def option(name: str) -> Option:
    """The option of that id."""
    return next(one for one in OPTIONS if one.id == name)
