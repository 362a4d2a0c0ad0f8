"""A column as a field: what its type, default and conditions say, and how a design would have named its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, Function, Table

from .as_designed import is_amount
from .checks import Checked
from .columns import cents
from .naming import plain
from .spec import Field, Kind

_KINDS: dict[str, Kind] = {
    "int2": "integer", "int4": "integer", "int8": "integer", "numeric": "decimal", "float4": "decimal",
    "float8": "decimal", "money": "money", "bool": "boolean", "date": "date", "time": "time", "timetz": "time",
    "timestamp": "moment", "timestamptz": "moment", "interval": "duration", "uuid": "uuid", "json": "json",
    "jsonb": "json", "bytea": "file", "inet": "ip", "cidr": "ip", "point": "location", "vector": "vector",
    "halfvec": "vector", "tstzrange": "period", "tsrange": "period", "daterange": "period", "text": "text",
    "varchar": "word", "bpchar": "word", "citext": "email",
}  # fmt: skip
_AMOUNTS = frozenset("price total subtotal amount fee cost balance salary".split())  # noqa: SIM905
_PLACE = re.compile(r"Latitude of the (.+), WGS 84, degrees$")
_PAIR = re.compile(r"\('((?:[^']|'')*)'(?:::text)?, '((?:[^']|'')*)'(?:::text)?\)")
_BEGINS = re.compile(r"it begins as %, not as %', '((?:[^']|'')*)'")
_CURRENCY = re.compile(r", in ([A-Z]{3})\b")
_TEXT_DEFAULT = re.compile(r"^'((?:[^']|'')*)'::(?:text|character varying|bpchar|citext|[\w.\"]+)(?:\(\d+\))?$")
_ARITHMETIC = re.compile(r"[\w\s.+*/()-]+")  # what the design takes for a column that follows from others


class Columns:
    """Reads columns. `exact`: nothing is added that the column does not have; `lost` gathers what a field cannot say,
    as (about, what)."""

    def __init__(
        self,
        enums: Mapping[Name, tuple[str, ...]],
        functions: Mapping[str, Function],
        lost: list[tuple[str, str]],
        *,
        line: int,
        exact: bool,
    ) -> None:
        self.enums = enums
        self.functions = functions
        self.lost = lost
        self.line = line
        self.exact = exact

    def read(self, table: Table, column: Column, checks: Checked, *, unique: bool) -> Field | None:
        """The field of a column; None for one that another brings along."""
        base = column.type.base or column.type.name
        words = english.split(column.name) or (column.name,)
        labels = self.enums.get(Name(schema=column.type.schema, name=column.type.name), ())
        kind: Kind = "choice" if labels else _KINDS.get(base, "word")
        if self.exact and base in ("varchar", "bpchar", "citext", "bytea") and not labels:
            kind = "text"
        currency = _CURRENCY.search(column.comment or "")
        named_so = currency is not None and base == "numeric" if self.exact else words[-1] in _AMOUNTS
        if kind == "decimal" and named_so:
            kind = "money"
        if column.type.category == "A":
            kind = "tags"
        scale = (column.type.modifier - 4) & 0x3FF if base == "numeric" and column.type.modifier >= 4 else 0
        made = Field(
            name=" ".join(words),
            kind=kind,
            required=column.not_null,
            unique=unique,
            values=labels,
            wide=base == "int8",
            scale=scale if self.exact else 0,
            currency=currency[1] if currency and kind == "money" else "",
            length=max(column.type.modifier - 4, 0) if base in ("varchar", "bpchar") else 0,
            dimensions=max(column.type.modifier, 0) if kind == "vector" else 0,
            comment=column.comment or "",
            line=self.line,
        )
        if not self.exact:
            return made
        changes = dict(checks.fields.get(column.name, {}))
        if changes.pop("currency", False):
            made = replace(made, kind="text", length=0)
            if any(_CURRENCY.search(one.comment or "") is None and is_amount(one) for one in table.columns):
                return None  # the amounts of the row bring it
        made = replace(made, **changes)
        if any("`" in one or not one.isprintable() or one != one.strip() for one in made.values):
            self.lost.append((f"{table.name.short}.{column.name}", f"one of {', '.join(made.values)}"))
            made = replace(made, kind="text", values=())
        if column.generated is not None:
            expression = _derived(column.generated.expression)
            if not _ARITHMETIC.fullmatch(expression):
                self.lost.append((f"{table.name.short}.{column.name}", f"GENERATED ALWAYS AS ({expression})"))
                return replace(made, kind="text" if made.kind == "choice" else made.kind, values=(), required=False)
            made = replace(made, derived=expression)
        elif column.default is not None:
            made = self._default(table, column, made)
        if made.kind == "decimal" and is_amount(column) and checks.fields.get("currency", {}).get("currency"):
            made = replace(made, kind="money")
        of_hundred = bool(scale) and column.type.modifier - 4 == (3 + scale) << 16 | scale
        if made.kind == "decimal" and of_hundred and (made.minimum, made.maximum) == ("0", "100"):
            made = replace(made, kind="percentage", minimum="", maximum="", scale=0 if scale == 2 else scale)
        if made.kind == "money":
            made = replace(made, scale=0 if scale == cents(made.currency) else scale)
            if made.minimum == "0":
                made = replace(made, minimum="")  # what is usual of money
        return self._states(table, column, made)

    def _default(self, table: Table, column: Column, made: Field) -> Field:
        text = column.default or ""
        string = _TEXT_DEFAULT.match(text)
        if text in ("now()", "CURRENT_TIMESTAMP", "CURRENT_DATE"):
            return replace(made, default="now" if made.kind == "moment" else "today")
        if text in ("true", "false") or re.fullmatch(r"-?\d+(?:\.\d+)?", text):
            return replace(made, default=text)
        plain_text = string is not None and string[1].strip() and string[1].isprintable()
        if string is not None and plain_text and made.kind in ("text", "word", "choice", "slug", "identifier"):
            return replace(made, default=string[1].replace("''", "'"))
        if not (made.kind == "tags" and text.startswith("'{}'")):
            self.lost.append((f"{table.name.short}.{column.name}", f"DEFAULT {text}"))
        return made

    def _states(self, table: Table, column: Column, made: Field) -> Field:
        """With the allowed ways of a state, where a design's own triggers keep them."""
        stem = plain(table.name.name, column.name)
        moves, begins = self.functions.get(f"{stem}_moves"), self.functions.get(f"{stem}_begins")
        triggers = {one.name for one in table.triggers}
        if made.kind != "choice" or not isinstance(moves, Function) or moves.name.name not in triggers:
            return made
        pairs = tuple((a.replace("''", "'"), b.replace("''", "'")) for a, b in _PAIR.findall(moves.body))
        first = _BEGINS.search(begins.body) if begins is not None else None
        initial = first[1].replace("''", "'") if first else ""
        if initial:  # the reader of briefs takes the first value for the one that it begins as
            made = replace(made, values=(initial, *(one for one in made.values if one != initial)))
        default = "" if made.default == initial else made.default
        return replace(made, transitions=pairs, initial=initial, default=default)


def _derived(expression: str) -> str:
    text = re.sub(r"::\w+(?:\(\d+(?:,\d+)?\))?", "", expression)
    while text.startswith("(") and text.endswith(")") and "(" not in text[1:-1]:
        text = text[1:-1]
    return text.strip()


def placed(table: Table, fields: Sequence[Field]) -> list[Field]:
    """With latitude and longitude as one field, where both are degrees by their CHECKs."""
    found = list(fields)
    for one in fields:
        if not one.name.endswith("latitude") or (one.minimum, one.maximum) != ("-90", "90"):
            continue
        stem = one.name.removesuffix("latitude").strip()
        other = next((two for two in fields if two.name == f"{stem} longitude".strip()), None)
        if other is not None and (other.minimum, other.maximum) == ("-180", "180"):
            said = _PLACE.match(one.comment)
            at = found.index(one)
            found[at] = Field(name=stem or (said[1] if said else "location"), kind="location", required=one.required)
            found.remove(other)
    return found
