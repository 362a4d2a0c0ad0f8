"""Types of SQLite's columns: SQLAlchemy's own where they compile to what was declared, else the declared text."""

from __future__ import annotations

import re

from dbarchitect.model import english
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import Column, DomainType, Type

from .python import Code, call, identifier, string
from .types import Types

_PARTS = re.compile(r"([^()]*?)\s*(?:\(\s*([\d\s,]+)\))?\Z")
# What compiles to exactly the key, and is read back as it.
_PLAIN: dict[str, tuple[str, str]] = {
    "INTEGER": ("sa.Integer", "int"), "BIGINT": ("sa.BigInteger", "int"), "SMALLINT": ("sa.SmallInteger", "int"),
    "TEXT": ("sa.Text", "str"), "REAL": ("sa.REAL", "float"), "FLOAT": ("sa.Float", "float"),
    "DOUBLE": ("sa.Double", "float"),
    "BLOB": ("sa.LargeBinary", "bytes"), "BOOLEAN": ("sa.Boolean", "bool"), "DATE": ("sa.Date", "datetime.date"),
    "DATETIME": ("sa.DateTime", "datetime.datetime"), "TIMESTAMP": ("sa.TIMESTAMP", "datetime.datetime"),
    "TIME": ("sa.Time", "datetime.time"),
}  # fmt: skip
_SIZED = {"VARCHAR": "sa.String", "CHAR": "sa.CHAR", "NVARCHAR": "sa.NVARCHAR", "NCHAR": "sa.NCHAR"}
_EXACT = {"NUMERIC": "sa.Numeric", "DECIMAL": "sa.DECIMAL"}
_MOMENTS = ("DATE", "DATETIME", "TIMESTAMP", "TIME")
_PYTHON = {"int8": "int", "float8": "float", "text": "str", "bytea": "bytes", "bool": "bool", "any": "Any"}
_COLLATED = ("sa.Text", "sa.String", "sa.CHAR", "sa.NVARCHAR", "sa.NCHAR")


class LiteTypes(Types):
    """The types of one SQLite schema. `raw` are the declared texts that SQLAlchemy has no type for, `truths` whether
    there are booleans among them."""

    truths = False

    def domain(self, column: Column) -> DomainType | None:
        """None: SQLite has none."""
        return None

    @staticmethod
    def _alias_name(type_: Type, python: str, collation: Name | None) -> str:
        words = [*english.split(type_.sql or "any"), *(english.split(collation.name) if collation is not None else ())]
        if type_.name == "bool" and "BOOL" not in type_.sql.upper():
            words.append("bool")
        if python in ("dict[str, Any]", "list[Any]"):
            words.append("object" if python.startswith("dict") else "list")
        return identifier(english.snake(words).lower(), "type")

    def _type(self, type_: Type, at: ObjectRef, collation: Name | None) -> tuple[str, Code]:
        found = _PARTS.match(" ".join(type_.sql.upper().split()))
        name, numbers = (found[1], [one.strip() for one in (found[2] or "").split(",") if one]) if found else ("", [])
        collate = string(collation.name) if collation is not None else None
        if not numbers and name in _PLAIN:
            head, python = _PLAIN[name]
            moment = name in _MOMENTS and type_.name not in ("timestamp", "date", "time")  # kept as a number
            if not moment and (type_.name != "bool" or name == "BOOLEAN") and (not collate or head in _COLLATED):
                return python, call(head, collation=collate)
        if name in _SIZED and len(numbers) < 2:
            return "str", call(_SIZED[name], *numbers, collation=collate)
        if name in _EXACT and not collate:
            return "float", call(_EXACT[name], *numbers, asdecimal="False")
        if name == "JSON" and not numbers and not collate:
            return "Any", call("sa.JSON", none_as_null="True")
        text = type_.sql + (f' COLLATE "{collation.name}"' if collation is not None else "")
        self.raw.add(text)
        if type_.name == "bool":
            self.truths = True
            return "bool", call("Truth", string(text))
        return _PYTHON.get(type_.name, "str"), call("Declared", string(text))
