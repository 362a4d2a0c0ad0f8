"""Types of SQLite's columns: Drizzle's builders where they say what was declared, else types of the project's own."""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.model import english
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.schema import Column
from dbarchitect.orm.blueprint import distinct

from .types import Built, Custom, Data, Types, identifier
from .typescript import IMPORTED, RESERVED, Entry, string

_DATA: dict[str, Data] = {
    "int8": "number", "float8": "float", "text": "string", "bool": "boolean", "json": "json", "bytea": "bytes",
    "timestamp": "string", "date": "string", "time": "string",
}  # fmt: skip
_BUILDERS: dict[str, tuple[str, tuple[Data, ...]]] = {
    "INTEGER": ("integer", ("number", "boolean")), "TEXT": ("text", ("string",)), "REAL": ("real", ("float",)),
    "BLOB": ("blob", ("bytes",)),
}  # fmt: skip
# The values of a custom type in TypeScript, what the driver has for them, and the way to and from it.
_CUSTOM: dict[Data, tuple[str, str, str, str]] = {
    "number": ("number", "", "", ""),
    "float": ("number", "", "", ""),
    "boolean": ("boolean", "number", "(value) => (value ? 1 : 0)", "(value) => Boolean(value)"),
    "json": (
        "JsonValue", "string", "(value) => JSON.stringify(value)",
        # Nested in another row it has been read already.
        '(value) =>\n    typeof value === "string"\n      ? (JSON.parse(value) as JsonValue)\n'
        "      : (value as JsonValue)",
    ),
    "bytes": (
        "Buffer", "ArrayBuffer | Buffer", "", "(value) =>\n    Buffer.isBuffer(value) ? value : Buffer.from(value)",
    ),
    "other": ("string | number | Buffer", "", "", ""),
}  # fmt: skip


@dataclass
class LiteCustom(Custom):
    """A declared type that Drizzle has no builder for."""

    def text(self) -> str:
        """Its declaration."""
        typed, driver, writes, reads = _CUSTOM.get(self.data, ("string", "", "", ""))
        between = f"; driverData: {driver}" if driver else ""
        found = [f"const {self.const} = customType<{{ data: {typed}{between} }}>({{"]
        found.append(f"  dataType: () => {string(self.sql)},")
        found += [f"  toDriver: {writes},"] if writes else []
        found += [f"  fromDriver: {reads},"] if reads else []
        return "\n".join([*found, "});\n"])


@dataclass
class LiteTypes(Types):
    """The types of one SQLite schema."""

    def built(self, column: Column, *, exact_time: bool) -> Built:
        """The type of a column; moments are texts or numbers, as they were."""
        one = column.type
        data = _DATA.get(one.name, "other")
        builder, fits = _BUILDERS.get(one.sql.upper(), ("", ()))
        if data in fits and column.collation is None:
            self.imports.add(builder)
            options = (Entry("mode", '"boolean"'),) if data == "boolean" else ()
            options = (Entry("mode", '"buffer"'),) if data == "bytes" else options
            return Built(builder=builder, sql=builder, data=data, options=options)
        sql = one.sql + (f" COLLATE {column.collation.name}" if column.collation is not None else "")
        self.imports.add("customType")
        known = self.customs.get(f"{sql} {data}")
        if known is None:
            words = english.split(sql) or ("untyped",)
            words = (*words, "flag") if data == "boolean" and "BOOL" not in sql.upper() else words
            name = identifier(english.camel(tuple(word.lower() for word in words)))
            ref = ObjectRef(kind="column", name=column.name)
            const = distinct([(name, ref)], taken=self.taken, reserved=RESERVED | IMPORTED, suffix="Type")[0]
            self.taken.add(const)
            known = self.customs[f"{sql} {data}"] = LiteCustom(const=const, sql=sql, data=data, comment=None)
        return Built(builder=known.const, sql=known.sql, data=data, native=False)
