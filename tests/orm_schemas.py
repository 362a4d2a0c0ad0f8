"""Random schemas that use what PostgreSQL has: for tests that must hold for any schema.

`random_schema(seed)` is a script; the same seed gives the same one, on every Python version.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from dbarchitect.model.names import quote_identifier as quoted
from dbarchitect.model.names import quote_literal

_NOUNS = """
account address agent album answer author badge bill book branch budget camera category channel city claim comment
company contact contract country course device document driver employee event file folder game group hotel house image
index invoice item job key label lesson level library line list location machine match member message model note offer
option order page part person phase photo plan player policy price product project question quote rating region report
review role room route rule school season seat session shift store table tag task team test theme ticket topic track
transfer tree type unit user value vehicle version video visit vote wallet warehouse worker
""".split()  # noqa: SIM905
_WORDS = """
active amount author body class code color comment count data date default description display email end flag from
height internal key kind label level limit model name new note number old order owner position price primary quantity
rank rate ratio reference score size source start state status table text title total type url user value weight year
""".split()  # noqa: SIM905

_NOT_ORDERED = frozenset(("json", "point"))  # without an operator class for B-trees


@dataclass
class _Table:
    schema: str
    name: str
    key: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])  # column, type of a reference to it
    columns: list[str] = field(default_factory=list[str])
    types: dict[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return quoted(self.name) if self.schema == "public" else f"{quoted(self.schema)}.{quoted(self.name)}"


class _Writer:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.lines: list[str] = []
        self.tables: list[_Table] = []
        self.enums: list[str] = []
        self.domains: list[str] = []
        self.relations: set[tuple[str, str]] = set()

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def styled(self, words: Sequence[str]) -> str:
        """A name: mostly snake case, sometimes mixed case, capitals or with a blank in it."""
        style = self.dice.random()
        if style < 0.8:
            return "_".join(words)
        if style < 0.92:
            return words[0] + "".join(word.capitalize() for word in words[1:])
        return "".join(word.capitalize() for word in words) if style < 0.97 else " ".join(words)

    def name_of_table(self, schema: str) -> str:
        while True:
            words = [self.dice.choice(_NOUNS) for _ in range(self.dice.choice((1, 1, 1, 2)))]
            if self.chance(0.4):
                words[-1] += "s"
            name = self.styled(words)
            if (schema, name) not in self.relations:
                self.relations.add((schema, name))
                return name

    def name_of_column(self, table: _Table) -> str:
        while True:
            name = self.styled([self.dice.choice(_WORDS) for _ in range(self.dice.choice((1, 1, 2)))])
            if name not in table.columns:
                return name

    def script(self) -> str:
        schemas = ["public"]
        if self.chance(0.3):
            schemas.append(self.dice.choice(("billing", "Archive", "crm")))
            self.lines.append(f"CREATE SCHEMA {quoted(schemas[1])};")
        for number in range(self.dice.randint(0, 2)):
            labels = self.dice.sample(("new", "in-progress", "Done", "on hold", "n/a", "2nd", "class", "it's"), 3)
            name = f"{self.dice.choice(_WORDS)}_enum{number}"
            self.enums.append(name)
            self.lines.append(f"CREATE TYPE {quoted(name)} AS ENUM ({', '.join(map(quote_literal, labels))});")
        if self.chance(0.4):
            self.domains.append("short_code")
            self.lines.append("CREATE DOMAIN short_code AS varchar(12) CHECK (VALUE <> '');")
        for _ in range(self.dice.randint(3, 8)):
            self.table(self.dice.choice(schemas))
        if len(self.tables) > 2 and self.chance(0.6):
            self.junction()
        if self.chance(0.4):
            one = self.dice.choice(self.tables)
            name = f"{one.name}_view"
            shown = ", ".join(quoted(column) for column in one.columns[:3])
            self.lines.append(f"CREATE VIEW {quoted(name)} AS SELECT {shown} FROM {one};")
        return "\n".join(self.lines) + "\n"

    def table(self, schema: str) -> None:
        one = _Table(schema=schema, name=self.name_of_table(schema))
        parts: list[str] = []
        self.key(one, parts)
        for _ in range(self.dice.randint(1, 6)):
            self.column(one, parts)
        numbers = [part.split()[0] for part in parts if " numeric(10,2)" in part and '"' not in part.split()[0]]
        if numbers and self.chance(0.5):
            parts.append(f"CHECK ({numbers[0]} >= 0)")
        if numbers and self.chance(0.4):
            one.columns.append("doubled")
            parts.append(f"doubled numeric GENERATED ALWAYS AS ({numbers[0]} * 2) STORED")
        self.references(one, parts)
        self.lines.append(f"CREATE TABLE {one} (\n  " + ",\n  ".join(parts) + "\n);")
        self.tables.append(one)
        self.indexes(one)
        if self.chance(0.3):
            said = f"What a {one.name} is; it's kept"
            self.lines.append(f"COMMENT ON TABLE {one} IS {quote_literal(said)};")
        if self.chance(0.3):
            self.lines.append(f"COMMENT ON COLUMN {one}.{quoted(one.columns[-1])} IS 'One line\n and another';")

    def key(self, one: _Table, parts: list[str]) -> None:
        kind = self.dice.randrange(7)
        if kind == 6 and self.tables:
            names = ["tenant", "number"]
            parts += ["tenant integer NOT NULL", "number bigint NOT NULL", "PRIMARY KEY (tenant, number)"]
            one.key = [("tenant", "integer"), ("number", "bigint")]
            one.columns += names
            return
        definition, kind_of_reference = (
            ("integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "integer"),
            ("bigint GENERATED BY DEFAULT AS IDENTITY (START WITH 100 INCREMENT BY 5) PRIMARY KEY", "bigint"),
            ("serial PRIMARY KEY", "integer"),
            ("uuid PRIMARY KEY DEFAULT gen_random_uuid()", "uuid"),
            ("text PRIMARY KEY", "text"),
            ("bigserial PRIMARY KEY", "bigint"),
            ("varchar(20) PRIMARY KEY", "varchar(20)"),
        )[kind]
        name = self.dice.choice(("id", "id", "id", "ID", "code"))
        parts.append(f"{quoted(name)} {definition}")
        one.key = [(name, kind_of_reference)]
        one.columns.append(name)

    def column(self, one: _Table, parts: list[str]) -> None:
        name = self.name_of_column(one)
        one.columns.append(name)
        kinds: list[tuple[str, str]] = [
            ("text", "''"), ("varchar(80)", "'x'"), ("integer", "0"), ("smallint", "1"), ("bigint", "9007199254740993"),
            ("numeric(10,2)", "0.10"), ("boolean", "false"), ("timestamptz", "now()"), ("timestamp(3)", "now()"),
            ("date", "CURRENT_DATE"), ("time", "'12:00'"), ("jsonb", "'{}'"), ("json", "'[]'"),
            ("uuid", "gen_random_uuid()"),
            ("double precision", "0.5"), ("real", "1"), ("bytea", "'\\x00'"), ("inet", "'127.0.0.1'"),
            ("text[]", "'{}'"), ("integer[]", "'{1,2}'"), ("interval", "'1 day'"), ("char(2)", "'DE'"),
            ("tstzrange", "'empty'"),
            ("int4range", "'[1,5)'"), ("tsvector", "''"), ("cidr", "'10.0.0.0/8'"), ("macaddr", "'08:00:2b:01:02:03'"),
            ("bit(4)", "B'0000'"), ("numeric", "1"), ("point", "'(0,0)'"),
        ]  # fmt: skip
        kinds += [(quoted(enum), "") for enum in self.enums] * 2 + [(domain, "'a'") for domain in self.domains] * 2
        kind, default = self.dice.choice(kinds)
        one.types[name] = kind
        text = f"{quoted(name)} {kind}"
        if default and self.chance(0.4):
            text += f" DEFAULT {default}"
        if self.chance(0.6):
            text += " NOT NULL"
        if kind in ("text", "varchar(80)", "integer", "uuid") and self.chance(0.15):
            text += " UNIQUE"
        if kind == "text" and self.chance(0.15):
            text += f" CHECK (char_length({quoted(name)}) < 500)"
        parts.append(text)

    def references(self, one: _Table, parts: list[str]) -> None:
        targets = [table for table in self.tables if table.key]
        for number in range(self.dice.choice((0, 1, 1, 2))):
            if not targets:
                return
            target = self.dice.choice(targets)
            columns = [f"{target.name.lower().replace(' ', '_')}_{number}_{column.lower()}" for column, _ in target.key]
            if any(column in one.columns for column in columns):
                continue
            not_null = " NOT NULL" if self.chance(0.5) else ""
            for column, (_, kind) in zip(columns, target.key, strict=True):
                parts.append(f"{quoted(column)} {kind}{not_null}")
                one.columns.append(column)
            action = self.dice.choice(
                ("", "ON DELETE CASCADE", "ON DELETE RESTRICT", "" if not_null else "ON DELETE SET NULL")
            )
            deferred = self.dice.choice(("", "", "", " DEFERRABLE INITIALLY DEFERRED"))
            parts.append(
                f"FOREIGN KEY ({', '.join(map(quoted, columns))}) REFERENCES {target} "
                f"({', '.join(quoted(column) for column, _ in target.key)}) {action}{deferred}"
            )
        if len(one.key) == 1 and self.chance(0.25):
            name, kind = one.key[0]
            if "parent_id" not in one.columns:
                parts.append(f"parent_id {kind} REFERENCES {one} ({quoted(name)})")
                one.columns.append("parent_id")

    def indexes(self, one: _Table) -> None:
        for column in self.dice.sample(one.columns, min(2, len(one.columns))):
            kind = one.types.get(column, "")
            if kind in _NOT_ORDERED:
                continue
            form = self.dice.randrange(5)
            if form == 0:
                self.lines.append(f"CREATE INDEX ON {one} ({quoted(column)} DESC);")
            elif form == 1:
                self.lines.append(f"CREATE INDEX ON {one} ({quoted(column)}) WHERE {quoted(column)} IS NOT NULL;")
            elif form == 2 and kind in ("text", "varchar(80)"):
                self.lines.append(f"CREATE INDEX ON {one} (lower({quoted(column)}));")
            elif form == 3 and one.key and one.key[0][0] != column:
                self.lines.append(f"CREATE INDEX ON {one} ({quoted(column)}) INCLUDE ({quoted(one.key[0][0])});")
            else:
                self.lines.append(f"CREATE INDEX ON {one} ({quoted(column)});")

    def junction(self) -> None:
        simple = [one for one in self.tables if len(one.key) == 1]
        if len(simple) < 2:
            return
        first, second = self.dice.sample(simple, 2)
        name = f"{first.name}_{second.name}"[:50].lower().replace(" ", "_")
        if ("public", name) in self.relations:
            return
        self.relations.add(("public", name))
        left, right = f"{first.name.lower().replace(' ', '_')}_id", f"{second.name.lower().replace(' ', '_')}_id"
        if left == right:
            right = f"other_{right}"
        self.lines.append(
            f"CREATE TABLE {quoted(name)} (\n"
            f"  {quoted(left)} {first.key[0][1]} REFERENCES {first} ON DELETE CASCADE,\n"
            f"  {quoted(right)} {second.key[0][1]} REFERENCES {second} ON DELETE CASCADE,\n"
            f"  PRIMARY KEY ({quoted(left)}, {quoted(right)})\n);"
        )


def random_schema(seed: int) -> str:
    """A script of 3 to 9 tables that a server of any supported version accepts."""
    return _Writer(seed).script()
