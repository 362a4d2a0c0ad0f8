"""A spec from a database that is there: its tables, foreign keys and sizes, and what its workload asks."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from dbarchitect.model.facts import TableFacts
from dbarchitect.model.names import Name
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Relational, Table, Unique
from dbarchitect.sql.parse import tables_of

from .spec import Access, End, Entity, Field, Kind, Relation, Spec, Surroundings, Volume

_INTEGERS = ("smallint", "integer", "bigint")
_TYPES: dict[str, Kind] = {
    "text": "text", "character varying": "word", "character": "word", "citext": "word", "boolean": "boolean",
    "date": "date", "time without time zone": "time", "timestamp without time zone": "moment",
    "timestamp with time zone": "moment", "interval": "duration", "uuid": "uuid", "json": "json", "jsonb": "json",
    "inet": "ip", "cidr": "ip", "point": "location", "geometry": "location", "geography": "location",
    "vector": "vector", "halfvec": "vector", "numeric": "decimal", "real": "decimal", "double precision": "decimal",
    "money": "money", "bytea": "text", "tsvector": "text",
}  # fmt: skip
_PARAMETERS = re.compile(r"\(.*\)")
_DIMENSIONS = re.compile(r"\((\d+)\)")
_WRITES = re.compile(r"^\s*(insert|update|delete|merge)\b", re.IGNORECASE)
_SKIP_LOCKED = re.compile(r"\bskip\s+locked\b", re.IGNORECASE)
_TEXT_SEARCH = re.compile(r"@@|\bto_tsvector\b", re.IGNORECASE)
_NEAREST = re.compile(r"<->|<=>|<#>|<\+>")
_DAY_S = 86_400.0
_HYPERTABLE = "_timescaledb"


def spec_of(schema: Relational, workload: Workload | None, around: Surroundings) -> tuple[Spec, float | None]:
    """(the spec, bytes of the data with its indexes, None where they are not known).

    Entities keep the names of their tables. Rates need a workload whose time is known; `around` is what a catalogue
    does not tell: where the program runs, and in which language.
    """
    tables = [
        one for one in schema.tables
        if one.partition_of is None and not one.name.schema.startswith(_HYPERTABLE) and one.kind != "foreign"
    ]  # fmt: skip
    names = {one.name: one.name.short for one in tables}
    facts = schema.facts.tables if schema.facts is not None else {}
    entities = tuple(_entity(one) for one in tables)
    relations: list[Relation] = []
    volumes: list[Volume] = []
    for table in tables:
        relations += _relations(table, names)
        known = facts.get(str(table.name))
        if known is not None and known.rows is not None and known.rows >= 0:
            volumes.append(volume_of(names[table.name], known, schema.facts.counted_seconds if schema.facts else None))
    needs = [*around.needs]
    if any(one.name == "timescaledb" for one in schema.extensions) and "time series" not in needs:
        needs.append("time series")
    access = _access(workload, {name.name: short for name, short in names.items()})
    spec = Spec(
        title=schema.database,
        surroundings=_with_needs(around, tuple(needs)),
        entities=entities,
        relations=tuple(relations),
        access=access,
        volumes=tuple(volumes),
    )
    sizes = [known.total_bytes for known in facts.values() if known.total_bytes is not None]
    return spec, float(sum(sizes)) if sizes and sum(sizes) > 0 else None


def volume_of(name: str, known: TableFacts, seconds: float | None) -> Volume:
    """Rows as they are; growth and writes from the counters, where these have run for a day at least: a busy hour says
    nothing of two years."""
    rows = known.rows or 0.0
    if seconds is None or seconds < _DAY_S or known.inserted is None:
        return Volume(entity=name, rows=rows, rows_later=rows)
    grown = max(known.inserted - (known.deleted or 0), 0) / seconds
    written = (known.inserted + (known.updated or 0) + (known.deleted or 0)) / seconds
    return Volume(entity=name, rows=rows, rows_later=rows + grown * _DAY_S * 730, writes_a_second=written)


def _with_needs(around: Surroundings, needs: tuple[str, ...]) -> Surroundings:
    return msgspec.structs.replace(around, needs=needs)


def _entity(table: Table) -> Entity:
    keys = {one.columns for one in table.constraints if isinstance(one, PrimaryKey)}
    unique = {one.columns[0] for one in table.constraints if isinstance(one, Unique) and len(one.columns) == 1}
    referring = {column for one in table.constraints if isinstance(one, ForeignKey) for column in one.columns}
    fields = tuple(
        _field(one, one.name in unique)
        for one in table.columns
        if one.name not in referring and (one.name,) not in keys
    )
    return Entity(name=table.name.short, fields=fields)


def _field(column: Column, unique: bool) -> Field:
    spelled = column.type.sql.lower()
    bare = _PARAMETERS.sub("", spelled.rpartition(".")[2] if "." in spelled else spelled).strip()
    dimensions = 0
    kind: Kind = _TYPES.get(bare, "integer" if bare in _INTEGERS else "word")
    if bare.endswith("[]"):
        kind = "tags"
    elif column.type.kind == "enum":
        kind = "choice"
    elif column.type.kind == "range":
        kind = "period"
    if kind == "vector" and (match := _DIMENSIONS.search(spelled)):
        dimensions = int(match[1])
    return Field(name=column.name, kind=kind, required=column.not_null, unique=unique, dimensions=dimensions)


def _relations(table: Table, names: Mapping[Name, str]) -> list[Relation]:
    found: list[Relation] = []
    required = {one.name for one in table.columns if one.not_null}
    single = {one.columns for one in table.constraints if isinstance(one, PrimaryKey | Unique)}
    for key in table.constraints:
        if not isinstance(key, ForeignKey) or key.target not in names:
            continue
        least = int(all(one in required for one in key.columns))
        role = key.columns[0].removesuffix("_id")
        found.append(
            Relation(
                first=End(entity=names[key.target], least=least, most=1, role=role),
                second=End(entity=table.name.short, most=1 if key.columns in single else None),
            )
        )
    return found


def _access(workload: Workload | None, names: dict[str, str]) -> tuple[Access, ...]:
    """What a workload asks. The text stays; the entity is the first table that it names."""
    if workload is None:
        return ()
    found: list[Access] = []
    for query in workload.queries:
        uses = [names[use.name.name] for use in tables_of(query.sql) if use.name.name in names]
        if not uses:
            continue
        rate = query.calls / workload.window_seconds if workload.window_seconds else None
        verb = "list"
        if match := _WRITES.match(query.sql):
            verb = {"insert": "add", "update": "change", "delete": "remove", "merge": "change"}[match[1].lower()]
        if _SKIP_LOCKED.search(query.sql):
            verb = "take"
        elif _TEXT_SEARCH.search(query.sql):
            verb = "search"
        elif _NEAREST.search(query.sql):
            verb = "nearest"
        text = " ".join(query.sql.split())
        found.append(
            Access(
                text=text if len(text) <= 80 else f"{text[:77]}...",
                verb=verb,  # type: ignore[arg-type]
                entity=uses[0],
                with_=tuple(dict.fromkeys(uses[1:])) if verb not in ("add", "change", "remove") else (),
                per_second=rate,
                sql=query.sql,
            )
        )
    return tuple(found)
