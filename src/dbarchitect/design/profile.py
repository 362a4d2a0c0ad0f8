"""What a choice of database depends on, gathered from a spec: sizes, rates, what is asked of a database, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from dbarchitect.errors import InputError
from dbarchitect.model.value import Value

from .draft import Draft
from .spec import Entity, Field, Spec, Surroundings
from .storage import size_of
from .tables import designed
from .volumes import rows_of

# What a value takes on a page, in bytes; of texts what they are on average. From the sizes of PostgreSQL's types
# (its manual, chapter "Data Types") and, for texts, free ones: they are modelled and said to be.
_WIDTH = {
    "text": 200, "word": 20, "slug": 24, "email": 26, "phone": 14, "url": 60, "integer": 8, "decimal": 8, "money": 8,
    "percentage": 8, "boolean": 1, "date": 4, "time": 8, "moment": 8, "period": 24, "duration": 16, "choice": 10,
    "identifier": 16, "uuid": 16, "json": 300, "file": 60, "ip": 8, "location": 16, "tags": 40, "number": 8,
    "secret": 64,
}  # fmt: skip
_ROW = 28  # header and line pointer of a row (PostgreSQL, "Database Page Layout")
_KEY = 8 + 24  # a bigint key, and its entry in an index
_REFERENCE = 8 + 24
_DAYS = 730  # two years, as `Volume.rows_later`
_DAY_S = 86_400.0
_JOIN = re.compile(r"\bjoin\b", re.IGNORECASE)
_CHANGES = re.compile(r"^\s*(?:insert|update|delete|merge)\b", re.IGNORECASE)

# Needs by other names that people write.
_SAME = {
    "vector": "vectors", "embeddings": "vectors", "semantic search": "vectors", "timeseries": "time series",
    "time-series": "time series", "document": "documents", "caching": "cache", "queues": "queue", "jobs": "queue",
    "search": "full text", "full-text": "full text", "full text search": "full text", "geospatial": "geo",
    "acid": "transactions", "transaction": "transactions", "join": "joins", "branch": "branches",
    "branching": "branches", "local-first": "offline", "authentication": "auth", "storage": "file storage",
    "files": "file storage", "replication to devices": "sync", "raw sql": "raw sql",
}  # fmt: skip
NEEDS = (
    "full text", "vectors", "time series", "documents", "cache", "queue", "geo", "graph", "offline", "sync",
    "transactions", "joins", "branches", "auth", "realtime", "file storage", "raw sql",
)  # fmt: skip

CLOUDS = (
    "aws", "azure", "gcp", "google cloud", "vercel", "cloudflare", "netlify", "fly.io", "fly", "deno", "heroku",
    "railway", "render", "digitalocean", "hetzner", "ovh", "scaleway", "linode", "kubernetes", "docker",
)  # fmt: skip
OWN = ("on-premises", "on premises", "on-prem", "own servers", "self-hosted", "bare metal", "air-gapped")
HOSTS = {
    "supabase": "supabase", "neon": "neon", "turso": "turso", "upstash": "upstash", "mongodb": "mongodb",
    "mongodb atlas": "mongodb", "atlas": "mongodb", "redis": "redis", "timescale": "timescaledb",
    "tiger cloud": "timescaledb", "cockroachdb": "cockroachdb", "aurora dsql": "aurora-dsql", "citus": "citus",
    "yugabytedb": "yugabytedb", "postgresql": "postgresql", "sqlite": "sqlite",
}  # fmt: skip


class Because(Value, frozen=True, kw_only=True):
    """Something that the profile holds, and where it comes from: `line` of the brief, 0 where it is not of one."""

    what: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.what} (line {self.line})" if self.line else self.what


class Profile(Value, frozen=True, kw_only=True):
    """A spec as the choice sees it.

    bytes_now, bytes_later  of the data with its indexes; `sized` says how that is known: "measured" (of a source),
                            "stated" (the brief says it), "modelled" (rows and types), "" where nobody said anything
    series_bytes            of them, what is a time series after two years
    reads, writes           a second, on average, None where nobody said; `rated` likewise
    needs                   what is asked of a database, each with its reasons
    entities                how many; `relations` between them
    """

    bytes_now: float = 0
    bytes_later: float = 0
    largest: str = ""
    largest_bytes: float = 0
    sized: str = ""
    series_bytes: float = 0
    reads: float | None = None
    writes: float | None = None
    rated: str = ""
    needs: dict[str, tuple[Because, ...]] = {}
    entities: int = 0
    relations: int = 0
    money: bool = False
    dimensions: int = 0
    runtime: str = ""
    runs: str = ""
    regions: tuple[str, ...] = ()
    consistency: str = ""
    compliance: tuple[str, ...] = ()
    platform: str = ""
    host: str = ""  # the option that the platform is, where it is one
    licence: str = ""
    tenancy: str = ""
    tenant: str = ""
    tenants: float | None = None
    latency_ms: float | None = None
    budget: float | None = None
    currency: str = ""
    team: int | None = None
    skills: tuple[str, ...] = ()

    def asks(self, need: str) -> bool:
        """Whether it is asked for."""
        return need in self.needs

    def why(self, need: str) -> str:
        """Why it is, in words."""
        return "; ".join(str(one) for one in self.needs.get(need, ())[:2])

    @property
    def only_cache(self) -> bool:
        """Whether all that is kept may be lost and is fetched by its key: a cache, sessions, counters of a limit."""
        return (
            self.asks("cache") and not self.relations and not (set(self.needs) - {"cache"}) and not self.money
            and self.consistency != "strong"
        )  # fmt: skip


def profile_of(spec: Spec, *, measured_bytes: float | None = None) -> Profile:
    """Gather a profile. `measured_bytes`: of the source that the spec was read from.

    Raises `InputError` for a spec of which nothing is said, and for words that mean nothing here.
    """
    around = spec.surroundings
    if not spec.entities and not spec.access and not around.needs and around.disk_gb is None:
        raise InputError(
            "nothing is said of what is kept, so there is nothing to choose for",
            hint="say what is kept and asked: A customer has many orders. List a customer's orders, newest first.",
        )
    _refuse_nonsense(spec)
    now, later, parts = _sizes(spec)
    sized = "modelled" if later else ""
    if measured_bytes is not None and measured_bytes > 0:
        # Growth is as the volumes say; what is there is as it was found.
        now, later, sized = measured_bytes, measured_bytes * (later / now if now else 1.0), "measured"
    if around.disk_gb is not None:
        now, later, sized = around.disk_gb * 1e9, around.disk_gb * 1e9, "stated"
    known = sum(parts.values())
    scale = later / known if known else 1.0
    largest = max(parts, key=lambda one: parts[one], default="")
    series = {one.name for one in spec.entities if one.by_time}
    # A disk that nobody divided is the series' where there is one.
    series_bytes = scale * sum(parts.get(one, 0.0) for one in series) if known else (later if series else 0.0)
    reads, writes = _rates(spec)
    platform = around.platform.strip().lower()
    needs = _needs(spec)
    if "time series" in needs and not series:
        series_bytes = later
    tenants = next((one.rows_later or one.rows for one in spec.volumes if one.entity == around.tenant), None)
    return Profile(
        bytes_now=now,
        bytes_later=later,
        largest=largest,
        largest_bytes=scale * parts.get(largest, 0.0),
        sized=sized,
        series_bytes=series_bytes,
        reads=reads,
        writes=writes,
        rated="stated" if reads is not None or writes is not None else "",
        needs=needs,
        entities=len(spec.entities),
        relations=len(spec.relations) + sum(bool(one.parent) for one in spec.entities),
        money=any(field.kind == "money" for _, field in _fields(spec)),
        dimensions=max((field.dimensions for _, field in _fields(spec)), default=0),
        runtime=around.runtime or ("node" if around.runs == "edge" else ""),
        runs=around.runs,
        regions=tuple(dict.fromkeys(one.strip() for one in around.regions if one.strip())),
        consistency=around.consistency,
        compliance=tuple(one.upper() for one in around.compliance),
        platform=platform,
        host=HOSTS.get(platform, ""),
        licence="open source" if "open" in around.licence.lower() else around.licence,
        tenancy=around.tenancy,
        tenant=around.tenant,
        tenants=tenants,
        latency_ms=around.latency_ms,
        budget=around.budget_a_month,
        currency=around.currency,
        team=around.team,
        skills=tuple(one.lower() for one in around.skills),
    )


def _refuse_nonsense(spec: Spec) -> None:
    around = spec.surroundings
    platform = around.platform.strip().lower()
    if platform and platform not in (*CLOUDS, *OWN, *HOSTS):
        raise InputError(
            f"the platform {around.platform!r} is not one that this knows",
            hint=", ".join(sorted({*CLOUDS, *OWN, *HOSTS})),
        )
    for need in around.needs:
        if _SAME.get(need.lower(), need.lower()) not in NEEDS:
            raise InputError(f"the need {need!r} is not one that this knows", hint=", ".join(NEEDS))
    names = {one.name for one in spec.entities}
    if around.tenant and names and around.tenant not in names:
        raise InputError(f"the tenant {around.tenant!r} is no entity", hint=", ".join(sorted(names)))
    for what, value in (
        ("the disk", around.disk_gb), ("the budget", around.budget_a_month), ("the latency", around.latency_ms),
    ):  # fmt: skip
        if value is not None and not 0 <= value < 1e12:
            raise InputError(f"{what} is {value:g}", hint="a number from 0 on")
    for one in spec.volumes:
        for value in (one.rows, one.rows_later, one.a_day, one.reads_a_second, one.writes_a_second):
            if value is not None and not 0 <= value < 1e18:
                raise InputError(f"a volume of {one.entity} is {value:g}", hint="a number from 0 on")
    if around.runs == "device" and len(around.regions) > 1 and "sync" not in _named(around.needs):
        raise InputError(
            f"it runs on a device, and in {len(around.regions)} regions",
            hint="what is kept on the device, and what is shared? needs: offline, sync for both",
        )


def _named(needs: Iterable[str]) -> set[str]:
    return {_SAME.get(one.lower(), one.lower()) for one in needs}


def _fields(spec: Spec) -> Iterable[tuple[Entity, Field]]:
    for entity in spec.entities:
        for field in entity.fields:
            yield entity, field


def row_bytes(entity: Entity, references: int) -> float:
    """A row of an entity with its keys in indexes, in bytes: modelled."""
    width = sum(8 + 4 * one.dimensions if one.kind == "vector" else _WIDTH[one.kind] for one in entity.fields)
    return _ROW + _KEY + width + references * _REFERENCE


@lru_cache(maxsize=64)
def _drafted(spec: Spec) -> Draft | None:
    """The tables of a spec, None where it contradicts itself: the design says so, the choice need not."""
    try:
        return designed(spec, now=datetime(2000, 1, 1, tzinfo=UTC))[0]
    except InputError:
        return None


def _sizes(spec: Spec) -> tuple[float, float, dict[str, float]]:
    """(bytes now, bytes after two years, the latter by entity): of the entities whose volumes are said, and of those
    that hang on them, with as many rows as the design assumes."""
    if not spec.volumes:
        return 0.0, 0.0, {}
    around = spec.surroundings
    plain = Spec(
        surroundings=Surroundings(runs=around.runs, tenancy=around.tenancy, tenant=around.tenant),
        entities=spec.entities, relations=spec.relations, rules=spec.rules,
    )  # fmt: skip
    draft = _drafted(plain)
    known = tuple(one for one in spec.volumes if spec.entity(one.entity) is not None)
    parts: dict[str, float] = {}
    now = 0.0
    if draft is not None:
        rows = rows_of(draft, msgspec.structs.replace(plain, volumes=known))
        entities = {table: entity for entity, table in draft.by_entity.items()}
        for name, one in rows.items():
            table = draft.tables[name]
            entity = entities.get(name, name)
            now += size_of(draft, table, {name: one.now}).total if one.now else 0.0
            parts[entity] = parts.get(entity, 0.0) + size_of(draft, table, {name: max(one.later, one.now)}).total
        return now, sum(parts.values()), parts
    for volume in known:
        entity = spec.entity(volume.entity)
        assert entity is not None
        references = sum(one.second.entity == entity.name for one in spec.relations) + bool(entity.parent)
        each = row_bytes(entity, references)
        start = volume.rows or 0.0
        later = volume.rows_later if volume.rows_later is not None else start + _DAYS * (volume.a_day or 0.0)
        now += start * each
        parts[entity.name] = parts.get(entity.name, 0.0) + max(later, start) * each
    return now, sum(parts.values()), parts


def _rates(spec: Spec) -> tuple[float | None, float | None]:
    """Reads and writes a second: the larger of what accesses and volumes say, each on its own, because they may say
    the same twice."""
    reads: list[float] = []
    writes: list[float] = []
    asked = [one for one in spec.access if one.per_second is not None]
    changes = {"add", "change", "remove", "take"}
    for one in asked:
        is_change = bool(_CHANGES.match(one.sql)) if one.sql else one.verb in changes
        rows = 1 + len(one.with_) if is_change else 1
        (writes if is_change else reads).append((one.per_second or 0.0) * rows)
    volume_reads = [one.reads_a_second for one in spec.volumes if one.reads_a_second is not None]
    volume_writes = [
        max(one.writes_a_second or 0.0, (one.a_day or 0.0) / _DAY_S)
        for one in spec.volumes
        if one.writes_a_second is not None or one.a_day is not None
    ]
    read = max(sum(reads), sum(volume_reads)) if reads or volume_reads else None
    write = max(sum(writes), sum(volume_writes)) if writes or volume_writes else None
    return read, write


def _needs(spec: Spec) -> dict[str, tuple[Because, ...]]:
    found: dict[str, list[Because]] = {}

    def add(need: str, what: str, line: int = 0) -> None:
        found.setdefault(need, []).append(Because(what=what, line=line))

    for need in spec.surroundings.needs:
        add(_SAME.get(need.lower(), need.lower()), "it is asked for")
    for entity, field in _fields(spec):
        if field.kind == "vector":
            add("vectors", f"{entity.name} has the vector {field.name}", field.line)
        if field.kind == "money":
            add("transactions", f"{entity.name} has money in {field.name}", field.line)
    for entity in spec.entities:
        if entity.by_time:
            add("time series", f"{entity.name} is a time series", entity.line)
        if entity.queue:
            add("queue", f"{entity.name} is work that is taken once", entity.line)
    for relation in spec.relations:
        add("joins", f"{relation.first.entity} and {relation.second.entity} are related", relation.line)
    for entity in spec.entities:
        if entity.parent:
            add("joins", f"{entity.name} belongs to {entity.parent}", entity.line)
    for rule in spec.rules:
        if rule.kind == "exclusive":
            add("transactions", f"no two {rule.entity} overlap", rule.line)
    for access in spec.access:
        if access.verb == "search":
            add("full text", access.text or f"search {access.entity}", access.line)
        if access.verb == "nearest" and "vectors" not in found:
            add("geo", access.text or f"the nearest {access.entity}", access.line)
        if access.verb == "take":
            add("queue", access.text or f"take {access.entity}", access.line)
        if access.verb == "add" and access.with_:
            add("transactions", access.text or f"add {access.entity} with {access.with_[0]}", access.line)
        if access.sql and _JOIN.search(access.sql):
            add("joins", "a query joins", access.line)
    if spec.surroundings.consistency == "strong":
        add("transactions", "strong consistency is asked for")
    return {need: tuple(reasons) for need, reasons in found.items()}
