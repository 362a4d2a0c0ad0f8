"""`seeds/0001_example.ts`: a row in each table, parents first, with values that fit types and simple checks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, Column, DomainType, EnumType, Table, Type
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity

from .columns import Types, in_database, table_key
from .typescript import WIDTH, bracketed, chain, identifier, imported, key, member, text

_LISTED = r"\(*{}\)*(?:::\w[\w ]*)?\)? = ANY \(\(?ARRAY\['((?:[^']|'')*)'"
_ONE_OF = r"(?<!\w){}\s+IN\s*\(\s*'((?:[^']|'')*)'"  # as SQLite keeps it
_LEAST = r"\(*{}\)*(?:::\w+)?\)? (>=|>) \(?'?(-?\d+(?:\.\d+)?)"
_TEXTS = {
    "email": "ada@example.com",
    "mail": "ada@example.com",
    "url": "https://example.com/",
    "phone": "+491701234567",
}
_VALUES = {
    "bool": "true", "int2": "1", "int4": "1", "int8": "1n", "oid": "1", "float4": "1", "float8": "1", "numeric": '"1"',
    "money": '"1"', "date": '"2026-01-01"', "time": '"12:00"', "timetz": '"12:00+00"', "interval": '"1 day"',
    "timestamp": '"2026-01-01 12:00"', "timestamptz": 'new Date("2026-01-01T12:00:00Z")', "bytea": "Buffer.from([1])",
    "json": 'JSON.stringify({})', "jsonb": 'JSON.stringify({})', "inet": '"192.0.2.1"', "cidr": '"192.0.2.0/24"',
    "macaddr": '"08:00:2b:01:02:03"', "macaddr8": '"08:00:2b:01:02:03:04:05"', "point": '"(1,1)"', "xml": '"<a/>"',
    "uuid": '"0198c1a0-0000-7000-8000-000000000001"', "tsvector": '"example"', "tsquery": '"example"',
    "int4range": '"[1,2)"', "int8range": '"[1,2)"', "numrange": '"[1,2)"', "daterange": '"[2026-01-01,2026-01-02)"',
    "tsrange": '"[2026-01-01,2026-01-02)"', "tstzrange": '"[2026-01-01 00:00Z,2026-01-02 00:00Z)"',
    "line": '"{1,1,1}"', "lseg": '"[(0,0),(1,1)]"', "box": '"(1,1),(0,0)"', "path": '"[(0,0),(1,1)]"',
    "polygon": '"((0,0),(1,1),(1,0))"', "circle": '"<(0,0),1>"', "pg_lsn": '"0/1"', "jsonpath": '"$.a"',
}  # fmt: skip
_CHARACTERS = frozenset(("text", "varchar", "bpchar", "char", "name", "citext"))


class Seed:
    """The rows that can be made. `left_out` are tables with the reason."""

    def __init__(self, blueprint: Blueprint, types: Types) -> None:
        self.blueprint, self.types = blueprint, types
        self.left_out: dict[Name, str] = {}
        self.variables: dict[Name, str] = {}
        self._taken = {"db", "text", "Database", "Kysely", "JSON", "Buffer", "Date"}
        self._lines: list[tuple[Entity, list[str]]] = []
        for entity in _in_order(blueprint):
            self._add(entity)

    def _add(self, entity: Entity) -> None:
        table = entity.table
        assert table is not None
        if not in_database(entity.name):
            self.left_out[entity.name] = "its name cannot be said in a query"
            return
        if table.kind == "foreign":
            self.left_out[entity.name] = "it is another server's"
            return
        if table.kind == "partitioned" and not _takes_any(table, self.blueprint):
            self.left_out[entity.name] = "it takes only what its partitions take"
            return
        if entity.guarded:
            self.left_out[entity.name] = "a trigger stands before all that is written to it"
            return
        if entity.computed:
            self.left_out[entity.name] = "columns are computed from values that are yours to choose"
            return
        fields: list[str] = []
        given = {one.column.name: self._value(entity, one) for one in entity.attributes}
        for attribute in entity.attributes:
            name = attribute.column.name
            if not self._needed(entity, attribute):
                continue
            value = given[name]
            if value is None:
                self.left_out[entity.name] = f"{name} needs a value that is yours to choose"
                return
            fields.append(f"{key(name)}: {value}")
        self.variables[entity.name] = self._variable(entity)
        self._lines.append((entity, fields))

    def _needed(self, entity: Entity, attribute: Attribute) -> bool:
        """Whether a row must give it: also references that can be kept, so that relations lead somewhere."""
        if not attribute.writable:
            return False
        if self._referred(entity, attribute.column.name) is not None:
            return True
        return not self.types.defaulted(attribute) and self.types.not_null(attribute.column)

    def _referred(self, entity: Entity, column: str) -> str | None:
        """The value of a column that refers to a row made before."""
        table = entity.table
        assert table is not None
        for one in table.foreign_keys:
            if column in one.columns and one.target in self.variables and len(one.columns) == len(one.target_columns):
                place = one.columns.index(column)
                target = self.blueprint.entity(one.target)
                mine, theirs = entity.attribute(column), target.attribute(one.target_columns[place])
                value = member(self.variables[one.target], one.target_columns[place])
                return self._converted(mine, theirs, value)
        return None

    def _converted(self, mine: Attribute, theirs: Attribute, value: str) -> str:
        """A reference may be of another type than what it refers to: integer to bigint."""
        wanted, had = (self.types.reading(one.column.type).select for one in (mine, theirs))
        if wanted == "number" and had == "bigint":
            return f"Number({value})"
        if wanted == "bigint" and had == "number":
            return f"BigInt({value})"
        if had == "string" and wanted not in ("string", "number", "bigint", "boolean"):
            return f"{value} as never"
        return value

    def _value(self, entity: Entity, attribute: Attribute) -> str | None:
        table, column = entity.table, attribute.column
        assert table is not None
        referred = self._referred(entity, column.name)
        if referred is not None:
            return referred
        if any(column.name in one.columns for one in table.foreign_keys):
            return None
        return self._fitting(column, column.type, [one for one in table.constraints if isinstance(one, Check)])

    def _fitting(self, column: Column, kind: Type, checks: Sequence[Check], name: str = "") -> str | None:
        known = self.types.user.get(Name(schema=kind.schema, name=kind.name))
        if kind.is_array:
            return "[]"
        if isinstance(known, DomainType):
            rules = [one for one in known.constraints if isinstance(one, Check)]
            return self._fitting(column, known.type, [*checks, *rules], "VALUE")
        if isinstance(known, EnumType):
            return text(known.labels[0]) if known.labels else None
        reference = "|".join(re.escape(one) for one in (column.name, f'"{column.name}"', *([name] if name else [])))
        reference = f"(?:{reference})"
        for one in checks:
            if found := re.search(f"{_LISTED}|{_ONE_OF}".format(reference, reference), one.expression):
                return text((found[1] or found[2] or "").replace("''", "'"))
        if kind.name in _CHARACTERS:
            return text(_words(column, kind))
        if kind.name in ("bit", "varbit"):
            return text("1" * max(kind.modifier, 1))
        if kind.schema != "pg_catalog":
            return None
        value = self.types.sample(kind) or _VALUES.get(kind.name)
        least = [found for one in checks if (found := re.search(_LEAST.format(reference), one.expression))]
        if least and kind.name in ("int2", "int4", "int8", "numeric", "float4", "float8"):
            number = max(int(float(found[2])) + 1 for found in least)
            value = {"int8": f"{number}n" if value == "1n" else str(number), "numeric": f'"{number}"'}.get(
                kind.name, str(number)
            )
        return value

    def _variable(self, entity: Entity) -> str:
        wanted = identifier(english.camel(entity.words)) or "row"
        wanted = f"{wanted}Row" if wanted in _WORDS else wanted
        candidate, number = wanted, 1
        while candidate in self._taken:
            number += 1
            candidate = f"{wanted}{number}"
        self._taken.add(candidate)
        return candidate

    def text(self) -> str:
        """The file."""
        body = "".join(self._statements())
        said = "".join(f"  // {name.short}: {why}\n" for name, why in sorted(self.left_out.items()))
        used = "db" if body else "_db"
        return (
            "// A row in each table, to begin with. This file is yours: it is written once.\n\n"
            + imported(["Kysely"], "kysely", types=True)
            + "\n"
            + imported(["Database"], "../src/db/types.js", types=True)
            + f"\nexport async function seed({used}: Kysely<Database>): Promise<void> {{\n{body}"
            + (f"\n  // Left out:\n{said}" if said else "")
            + "}\n"
        )

    def _statements(self) -> Iterator[str]:
        said = [" ".join(fields) for _, fields in self._lines]
        for number, (entity, fields) in enumerate(self._lines):
            variable = self.variables[entity.name]
            uses = re.compile(rf"(?<![\w$]){re.escape(variable)}[.\[]")
            kept = any(map(uses.search, said[number + 1 :]))
            yield self._statement(entity, fields, variable if kept else "")

    def _statement(self, entity: Entity, fields: Sequence[str], variable: str) -> str:
        calls = [f"insertInto({text(table_key(entity.name))})"]
        calls.append(bracketed("values(", fields, ")", pair="{}") if fields else "defaultValues()")
        if fields and len(calls[1]) + 5 > WIDTH:
            calls[1] = "values({\n" + "".join(f"  {one},\n" for one in fields) + "})"
        calls += ["returningAll()", "executeTakeFirstOrThrow()"] if variable else ["execute()"]
        return chain(f"  {f'const {variable} = ' if variable else ''}await db", calls)


# Words that TypeScript keeps for itself, as far as names of things may be such.
_WORDS = frozenset(
    """
    await break case catch class const continue debugger default delete do else enum export extends false finally for
    function if implements import in instanceof interface let new null package private protected public return static
    super switch this throw true try typeof undefined var void while with yield arguments eval seed
    """.split()  # noqa: SIM905
)


def _words(column: Column, kind: Type) -> str:
    words = english.split(column.name)
    found = next((_TEXTS[one] for one in words if one in _TEXTS), "example")
    longest = kind.modifier - 4 if kind.name in ("varchar", "bpchar") and kind.modifier > 4 else 60
    if kind.name == "char":
        longest = 1
    return found[:longest]


def _takes_any(table: Table, blueprint: Blueprint) -> bool:
    return any(
        one.partition_of is not None and one.partition_of.parent == table.name and one.partition_of.bound == "DEFAULT"
        for one in blueprint.schema.tables
    )


def _in_order(blueprint: Blueprint) -> list[Entity]:
    """Tables, those that are referred to first; what is left of a circle in the order of names."""
    rest: dict[Name, Entity] = {one.name: one for one in blueprint.entities if one.table is not None}
    done: list[Entity] = []
    while rest:
        free = [one for one in rest.values() if not _waits(one, rest, strictly=False)]
        free = free or [one for one in rest.values() if not _waits(one, rest, strictly=True)]
        chosen = free[0] if free else next(iter(rest.values()))
        done.append(rest.pop(chosen.name))
    return done


def _waits(entity: Entity, rest: Mapping[Name, Entity], *, strictly: bool) -> bool:
    """Whether it refers to a table that is still to come; `strictly`: and no row could do without."""
    table = entity.table
    assert table is not None
    return any(
        one.target in rest
        and one.target != entity.name
        and (not strictly or all(entity.attribute(name).column.not_null for name in one.columns))
        for one in table.foreign_keys
    )
