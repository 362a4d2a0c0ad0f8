"""Planner statistics written into a private database, so that its planner estimates like the source's.

`pg_statistic` is filled directly, on every version alike: PostgreSQL 18's `pg_restore_attribute_stats` does the same,
but only there. The slots and their operators are those that ANALYZE would choose (src/backend/commands/analyze.c,
utils/adt/array_typanalyze.c, rangetypes_typanalyze.c, tsearch/ts_typanalyze.c).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.model.facts import ColumnStatistics, ExtendedStatisticsFacts, Facts, TableFacts
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational

# pg_statistic.stakindN (src/include/catalog/pg_statistic.h)
_MCV, _HISTOGRAM, _CORRELATION, _MCELEM, _DECHIST, _RANGE_LENGTH, _BOUNDS = range(1, 8)
_SLOTS = 5
_NAMED_AT_MOST = 5  # objects that one gap lists by name
_TEXT, _FLOAT8, _TSVECTOR, _FLOAT8_LESS = 25, 701, 3614, 672
_DEFAULT_COLLATION = 100  # DEFAULT_COLLATION_OID

_COLUMNS = """
select c.oid::bigint, n.nspname, c.relname, a.attname, a.attnum::int, a.atttypid::bigint, a.attcollation::bigint
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'm', 'i', 'I', 'f')
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
"""

_TYPES = """
select t.oid::bigint, t.typtype, t.typbasetype::bigint, case when t.typcategory = 'A' then t.typelem::bigint else 0 end,
       t.typname
from pg_catalog.pg_type t
"""

# Equality and less-than of each type's default B-tree operator class: what ANALYZE compares with.
_OPERATORS = """
select o.opcintype::bigint, max(m.amopopr::bigint) filter (where m.amopstrategy = 3),
       max(m.amopopr::bigint) filter (where m.amopstrategy = 1)
from pg_catalog.pg_opclass o
join pg_catalog.pg_am a on a.oid = o.opcmethod and a.amname = 'btree'
join pg_catalog.pg_amop m on m.amopfamily = o.opcfamily
     and m.amoplefttype = o.opcintype and m.amoprighttype = o.opcintype
where o.opcdefault
group by o.opcintype
"""

# Types that borrow another type's operators because they are stored alike (varchar as text, cidr as inet).
_COERCIBLE = """
select k.castsource::bigint, k.casttarget::bigint
from pg_catalog.pg_cast k join pg_catalog.pg_type t on t.oid = k.casttarget
where k.castmethod = 'b' and k.castcontext = 'i' order by t.typispreferred, k.casttarget desc
"""

_RANGE_OF_MULTIRANGE = "select rngmultitypid::bigint, rngtypid::bigint from pg_catalog.pg_range"

# What reading a value of a type runs: functions in C, or (domain checks, canonical functions) the schema's own.
_SAFE_INPUT = """
select t.oid::bigint
from pg_catalog.pg_type t join pg_catalog.pg_proc p on p.oid = t.typinput
join pg_catalog.pg_language l on l.oid = p.prolang
where t.typtype = 'b' and l.lanname in ('internal', 'c')
"""
_CHECKED_DOMAINS = "select contypid::bigint from pg_catalog.pg_constraint where contypid <> 0 and contype = 'c'"
_FIELDS = """
select t.oid::bigint, a.atttypid::bigint from pg_catalog.pg_type t
join pg_catalog.pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
where t.typtype = 'c'
"""
_RANGES = """
select r.rngtypid::bigint, r.rngsubtype::bigint, l.lanname is null or l.lanname in ('internal', 'c')
from pg_catalog.pg_range r left join pg_catalog.pg_proc p on p.oid = r.rngcanonical
left join pg_catalog.pg_language l on l.oid = p.prolang
"""

_POLYMORPHIC = {"e": "anyenum", "r": "anyrange", "m": "anymultirange"}

# One statement for all rows; arrays travel as text, because arrays of arrays do not unnest.
_ROWS = """
insert into pg_catalog.pg_statistic (starelid, staattnum, stainherit, stanullfrac, stawidth, stadistinct,
  stakind1, stakind2, stakind3, stakind4, stakind5, staop1, staop2, staop3, staop4, staop5,
  stacoll1, stacoll2, stacoll3, stacoll4, stacoll5,
  stanumbers1, stanumbers2, stanumbers3, stanumbers4, stanumbers5,
  stavalues1, stavalues2, stavalues3, stavalues4, stavalues5)
select relation::oid, attribute, inherited, nulls, width, n_distinct,
  k1, k2, k3, k4, k5, o1::oid, o2::oid, o3::oid, o4::oid, o5::oid, c1::oid, c2::oid, c3::oid, c4::oid, c5::oid,
  n1::float4[], n2::float4[], n3::float4[], n4::float4[], n5::float4[],
  pg_catalog.array_in(v1::cstring, t1::oid, -1), pg_catalog.array_in(v2::cstring, t2::oid, -1),
  pg_catalog.array_in(v3::cstring, t3::oid, -1), pg_catalog.array_in(v4::cstring, t4::oid, -1),
  pg_catalog.array_in(v5::cstring, t5::oid, -1)
from unnest(
  %s::bigint[], %s::int2[], %s::bool[], %s::float4[], %s::int4[], %s::float4[],
  %s::int2[], %s::int2[], %s::int2[], %s::int2[], %s::int2[],
  %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
  %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
  %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
  %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
as u(relation, attribute, inherited, nulls, width, n_distinct, k1, k2, k3, k4, k5, o1, o2, o3, o4, o5,
     c1, c2, c3, c4, c5, n1, n2, n3, n4, n5, v1, v2, v3, v4, v5, t1, t2, t3, t4, t5)
"""


@dataclass(frozen=True, slots=True)
class _Slot:
    kind: int
    operator: int = 0
    collation: int = 0
    numbers: tuple[float, ...] | None = None
    values: str | None = None
    value_type: int = 0


_EMPTY_SLOT = _Slot(0)


class _TypeOperators:
    """Which operators ANALYZE uses for a type, resolved like `get_sort_group_operators`."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        types = connection.execute(_TYPES).fetchall()
        self._types = {row[0]: row for row in types}
        self._by_name = {row[4]: row[0] for row in types}
        self._operators = {row[0]: (row[1] or 0, row[2] or 0) for row in connection.execute(_OPERATORS).fetchall()}
        multiranges = connection.info.server_version >= 140000
        self._range_of = dict(connection.execute(_RANGE_OF_MULTIRANGE).fetchall()) if multiranges else {}
        self._plain = {row[0] for row in connection.execute(_SAFE_INPUT).fetchall()}
        self._checked = {row[0] for row in connection.execute(_CHECKED_DOMAINS).fetchall()}
        self._ranges = {row[0]: (row[1], row[2]) for row in connection.execute(_RANGES).fetchall()}
        self._fields: dict[int, list[int]] = {}
        for composite, field in connection.execute(_FIELDS).fetchall():
            self._fields.setdefault(composite, []).append(field)
        self._coercible: dict[int, list[int]] = {}
        for source, target in connection.execute(_COERCIBLE).fetchall():
            self._coercible.setdefault(source, []).append(target)

    def base(self, type_: int) -> int:
        """The type below all domains."""
        while type_ in self._types and self._types[type_][1] == "d":
            type_ = self._types[type_][2]
        return type_

    def is_safe(self, type_: int) -> bool:
        """Whether reading a value of the type runs no function of the schema: the reader here is a superuser."""
        _, kind, base, element, _ = self._types[type_]
        match kind:
            case "b":
                return type_ in self._plain and (not element or self.is_safe(element))
            case "e":
                return True
            case "d":
                return type_ not in self._checked and self.is_safe(base)
            case "c":
                return all(map(self.is_safe, self._fields.get(type_, ())))
            case "r":
                subtype, own = self._ranges[type_]
                return own and self.is_safe(subtype)
            case "m":
                return self.is_safe(self._range_of[type_])
            case _:
                return False

    def is_tsvector(self, type_: int) -> bool:
        """Whether ANALYZE counts lexemes."""
        return self.base(type_) == _TSVECTOR

    def element(self, type_: int) -> int:
        """The element type of an array, lexeme text for a tsvector, else 0."""
        base = self.base(type_)
        if self.is_tsvector(base):
            return _TEXT
        element = self._types[base][3]
        return self.base(element) if element else 0

    def of(self, type_: int) -> tuple[int, int]:
        """(equality, less-than) operators of a type; 0 where it has none."""
        base = self.base(type_)
        if base in self._operators:
            return self._operators[base]
        for target in reversed(self._coercible.get(base, [])):
            if target in self._operators:
                return self._operators[target]
        _, kind, _, element, _ = self._types[base]
        generic = "anyarray" if element else _POLYMORPHIC.get(kind, "record" if kind == "c" else "")
        return self._operators.get(self._by_name.get(generic, 0), (0, 0))

    def range(self, type_: int) -> int:
        """The type of a range column's bounds: the range type; of a multirange its range's."""
        base = self.base(type_)
        return self._range_of.get(base, base)


def _slots(one: ColumnStatistics, type_: int, collation: int, operators: _TypeOperators) -> list[_Slot]:
    equal, less = operators.of(type_)
    type_ = operators.base(type_)  # a domain's values are of the type below; its checks must not run here
    slots: list[_Slot] = []
    if one.most_common_values is not None:
        frequencies = one.most_common_frequencies
        slots.append(_Slot(_MCV, equal, collation, frequencies, one.most_common_values, type_))
    if one.histogram_bounds is not None:
        slots.append(_Slot(_HISTOGRAM, less, collation, None, one.histogram_bounds, type_))
    if one.correlation is not None:
        slots.append(_Slot(_CORRELATION, less, collation, (one.correlation,)))
    element = operators.element(type_)
    if element and one.most_common_elements is not None:
        element_equal, _ = operators.of(element)
        numbers = one.most_common_element_frequencies
        # A tsvector has no collation; its lexemes are counted in the database's own.
        of_elements = _DEFAULT_COLLATION if operators.is_tsvector(type_) else collation
        slots.append(_Slot(_MCELEM, element_equal, of_elements, numbers, one.most_common_elements, element))
    if element and one.element_count_histogram is not None:
        element_equal, _ = operators.of(element)
        slots.append(_Slot(_DECHIST, element_equal, collation, one.element_count_histogram))
    if one.range_bounds_histogram is not None:
        slots.append(_Slot(_BOUNDS, 0, 0, None, one.range_bounds_histogram, operators.range(type_)))
    # Where all ranges are empty there are no lengths, only the share of the empty ones.
    if one.range_length_histogram is not None or one.range_empty_fraction is not None:
        empty = (one.range_empty_fraction or 0.0,)
        slots.append(_Slot(_RANGE_LENGTH, _FLOAT8_LESS, 0, empty, one.range_length_histogram, _FLOAT8))
    return (slots + [_EMPTY_SLOT] * _SLOTS)[:_SLOTS]


def _parameters(relation: int, attribute: int, one: ColumnStatistics, slots: Iterable[_Slot]) -> tuple[object, ...]:
    slots = list(slots)
    return (
        relation, attribute, one.inherited, one.null_fraction, one.average_width, one.n_distinct,
        *(s.kind for s in slots), *(s.operator for s in slots), *(s.collation for s in slots),
        *(None if s.numbers is None else "{" + ",".join(map(repr, s.numbers)) + "}" for s in slots),
        *(s.values for s in slots), *(s.value_type for s in slots),
    )  # fmt: skip


def write_columns(
    connection: psycopg.Connection[Any], columns: Mapping[str, tuple[ColumnStatistics, ...]]
) -> list[Gap]:
    """Replace `pg_statistic` for these relations (keyed by `schema.name`, quoted as in `Name`).

    What no longer fits (a column or type that is missing here, a value that its type refuses) is skipped and named.
    """
    operators = _TypeOperators(connection)
    known = {
        (schema, relation, column): (oid, number, type_, collation)
        for oid, schema, relation, column, number, type_, collation in connection.execute(_COLUMNS).fetchall()
    }
    relations = {(schema, relation): oid for (schema, relation, _), (oid, *_) in known.items()}
    quoted = _quoted_names(relations)
    rows: list[tuple[str, tuple[object, ...]]] = []
    missing: list[str] = []
    unsafe: list[str] = []
    touched: set[int] = set()
    for key, statistics in columns.items():
        if key not in quoted:
            missing.append(key)
            continue
        schema, relation = quoted[key]
        touched.add(relations[schema, relation])
        for one in statistics:
            found = known.get((schema, relation, one.column))
            if found is None:
                missing.append(f"{key}.{one.column}")
                continue
            oid, number, type_, collation = found
            if not operators.is_safe(operators.base(type_)):
                one = replace(one, most_common_values=None, histogram_bounds=None, range_bounds_histogram=None)
                unsafe.append(f"{key}.{one.column}")
            slots = _slots(one, type_, collation, operators)
            rows.append((f"{key}.{one.column}", _parameters(oid, number, one, slots)))
    gaps = [Gap(kind="statistics", name=name, effect="not in the private database: ignored") for name in missing]
    gaps += [
        Gap(
            kind="statistics", name=name, effect="without common values and bounds: reading them runs the schema's code"
        )
        for name in unsafe
    ]
    with connection.transaction():
        connection.execute("delete from pg_catalog.pg_statistic where starelid = any(%s::oid[])", [list(touched)])
        gaps += _insert(connection, rows)
    return gaps


def _insert(connection: psycopg.Connection[Any], rows: list[tuple[str, tuple[object, ...]]]) -> list[Gap]:
    if not rows:
        return []
    try:
        with connection.transaction():
            connection.execute(_ROWS, [list(column) for column in zip(*(values for _, values in rows), strict=True)])
    except psycopg.Error as err:
        if len(rows) == 1:  # this is the one that does not fit
            reason = err.diag.message_primary or str(err)
            return [Gap(kind="statistics", name=rows[0][0], effect=f"its values cannot be read here: {reason}")]
        middle = len(rows) // 2
        return _insert(connection, rows[:middle]) + _insert(connection, rows[middle:])
    return []


def _quoted_names(relations: Iterable[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {str(Name(schema=schema, name=name)): (schema, name) for schema, name in relations}


def current_pages(facts: TableFacts) -> int:
    """How many blocks the table has now: the file's size where it is known, else as of its last VACUUM or ANALYZE."""
    return facts.pages if facts.heap_bytes is None else facts.heap_bytes // 8192


_MOST_COLUMNS = 8  # STATS_MAX_DIMENSIONS
_MAGIC_NDISTINCT, _MAGIC_DEPENDENCIES = 0xA352BFA4, 0xB4549A2C  # src/include/statistics/statistics.h


def ndistinct_bytes(items: Mapping[tuple[int, ...], float]) -> bytes:
    """`pg_ndistinct` in its stored form: attribute numbers to distinct counts."""
    out = [struct.pack("=III", _MAGIC_NDISTINCT, 1, len(items))]
    for attributes, value in items.items():
        out.append(struct.pack(f"=di{len(attributes)}h", value, len(attributes), *attributes))
    return b"".join(out)


def dependencies_bytes(items: Mapping[tuple[int, ...], float]) -> bytes:
    """`pg_dependencies` in its stored form: (determinants..., dependent) attribute numbers to degrees."""
    out = [struct.pack("=III", _MAGIC_DEPENDENCIES, 1, len(items))]
    for attributes, value in items.items():
        out.append(struct.pack(f"=dh{len(attributes)}h", value, len(attributes), *attributes))
    return b"".join(out)


_EXTENDED = """
select s.oid::bigint, n.nspname, s.stxname,
       (select jsonb_object_agg(a.attname, a.attnum) from pg_catalog.pg_attribute a
        where a.attrelid = s.stxrelid and a.attnum > 0 and not a.attisdropped)
from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
"""


def write_extended(connection: psycopg.Connection[Any], extended: tuple[ExtendedStatisticsFacts, ...]) -> list[Gap]:
    """Fill the CREATE STATISTICS objects: distinct counts and dependencies; common values cannot be carried."""
    if not extended:
        return []
    gaps: list[Gap] = []
    found = {
        str(Name(schema=schema, name=name)): (oid, numbers)
        for oid, schema, name, numbers in connection.execute(_EXTENDED).fetchall()
    }
    inherits = connection.info.server_version >= 150000
    with connection.transaction():
        for kind in ("pg_ndistinct", "pg_dependencies"):
            connection.execute(f"create cast (bytea as pg_catalog.{kind}) without function")
        # Before 15, CREATE STATISTICS leaves an empty row.
        connection.execute("delete from pg_catalog.pg_statistic_ext_data")
        for one in extended:
            if one.has_mcv or one.has_expressions:
                what = " and ".join(
                    part
                    for part, there in (("common values", one.has_mcv), ("expressions", one.has_expressions))
                    if there
                )
                gaps.append(Gap(kind="extended statistics", name=one.name, effect=f"its {what} are not carried over"))
            if one.name not in found:
                gaps.append(Gap(kind="extended statistics", name=one.name, effect="not in the private database"))
                continue
            oid, numbers = found[one.name]

            def attributes(
                values: Mapping[str, float], numbers: Mapping[str, int] = numbers
            ) -> dict[tuple[int, ...], float]:
                split = {tuple(key.replace(" => ", ", ").split(", ")): value for key, value in values.items()}
                return {
                    tuple(numbers[column] for column in key): value
                    for key, value in split.items()
                    if 2 <= len(key) <= _MOST_COLUMNS and all(column in numbers for column in key)
                }

            distinct, dependencies = attributes(one.n_distinct), attributes(one.dependencies)
            connection.execute(
                f"""insert into pg_catalog.pg_statistic_ext_data
                    (stxoid, {"stxdinherit," if inherits else ""} stxdndistinct, stxddependencies)
                    values (%s, {"%s," if inherits else ""} %s::bytea::pg_catalog.pg_ndistinct,
                            %s::bytea::pg_catalog.pg_dependencies)""",
                [
                    oid,
                    *([one.inherited] if inherits else []),
                    ndistinct_bytes(distinct) if distinct else None,
                    dependencies_bytes(dependencies) if dependencies else None,
                ],
            )
        for kind in ("pg_ndistinct", "pg_dependencies"):
            connection.execute(f"drop cast (bytea as pg_catalog.{kind})")
    return gaps


def write(connection: psycopg.Connection[Any], schema: Relational) -> list[Gap]:
    """All statistics of `schema.facts`. `connection`: a superuser's, autocommit. Sizes are written by the twin."""
    facts = schema.facts or Facts()
    return (
        write_columns(connection, facts.columns)
        + write_extended(connection, facts.extended)
        + _unreadable_ranges(schema, facts)
        + _invisible(schema, facts)
    )


def _unreadable_ranges(schema: Relational, facts: Facts) -> list[Gap]:
    """Statistics of range columns, which `pg_stats` shows from PostgreSQL 17 on."""
    if schema.major >= 17:
        return []
    return [
        Gap(
            kind="statistics",
            name=f"{table.name}.{column.name}",
            effect=f"PostgreSQL {schema.major} does not show statistics of ranges: && and @> have default estimates",
        )
        for table in schema.tables
        for column in table.columns
        if column.type.kind in ("range", "multirange")
        and (one := facts.column(str(table.name), column.name)) is not None
        and one.range_bounds_histogram is None
    ]


def _invisible(schema: Relational, facts: Facts) -> list[Gap]:
    """Statistics that an ordinary role is not shown though its tables were analysed: those of index expressions (the
    index has no privileges of its own), of tables under row security, and of CREATE STATISTICS."""
    analysed = {str(table.name) for table in schema.tables if facts.columns.get(str(table.name))}
    sized = {key for key, one in facts.tables.items() if one.rows}
    secured = [
        str(table.name)
        for table in schema.tables
        if table.row_security and str(table.name) in sized and str(table.name) not in analysed
    ]
    expressions = [
        str(index.name)
        for table in schema.tables
        for index in table.indexes
        if index.parent is None
        and any(key.column is None for key in index.keys)
        and str(table.name) in analysed
        and str(index.name) not in facts.columns
    ]
    known = {one.name for one in facts.extended}
    extended = [str(one.name) for one in schema.statistics if str(one.name) not in known and str(one.table) in analysed]
    alone = "shown to the owner alone, or not analysed since"
    return [
        Gap(kind="statistics", name=_named(names), effect=effect)
        for names, effect in (
            (secured, "hidden from this role by row security"),
            (expressions, f"of the expressions of an index: {alone} it was built"),
            (extended, f"of CREATE STATISTICS: {alone} it was made"),
        )
        if names
    ]


def _named(names: Sequence[str]) -> str:
    """A few names, and how many more."""
    more = len(names) - _NAMED_AT_MOST
    return ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
