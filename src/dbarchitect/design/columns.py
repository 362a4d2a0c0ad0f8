"""Fields as columns: the type that a kind of value has, and the CHECKs that come with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from dbarchitect.model.names import quote_identifier, quote_literal

from .draft import Check, Column, Draft, Foreign, Table
from .kinds import OTHERS, TEXTS
from .naming import column_name, plain
from .spec import Entity, Field

_NO_CENTS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)  # ISO 4217
_MILLS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
_SIGNED = frozenset(
    ["balance", "delta", "difference", "adjustment", "change", "profit", "loss", "credit", "debit", "net", "movement"]
)
_LONG_CHOICE = 20  # values from which the list lives in rows: the rule `long-enum` draws the line there


def add_field(draft: Draft, table: Table, entity: Entity, field: Field) -> Column:
    """Add the column of a field with its CHECKs and decisions; several where one value takes several."""
    name = column_name(field.name, entity.name, line=field.line)
    if field.kind == "secret" and not name.endswith(("_hash", "_digest")):
        name = plain(name, "hash")
        draft.decide(
            "type",
            f"{table.name}.{name}",
            "a hash is kept, by argon2id or the like",
            "what nobody can read nobody steals",
            instead="encryption with a key outside the database, where the secret itself is needed again",
            line=field.line,
        )
    if field.kind == "location":
        return _location(draft, table, field, name)
    if name == "currency" and (there := table.column(name)) is not None and not there.source:
        there.source = field.name  # an amount of which nobody said the currency has brought it along
        return there
    column = Column(name=name, type="text", sample="''", source=field.name, not_null=field.required)
    column.comment = _comment(entity, field)
    _CARRIERS.get(field.kind, _plain)(draft, table, field, column)
    table.columns.append(column)
    _default(draft, table, field, column)
    if not field.required and not field.derived:
        draft.decide(
            "optional",
            f"{table.name}.{name}",
            "may be NULL",
            "not every row has it, by what was said",
            instead="a table of its own for the rows that have it",
            unless="every row has it: NOT NULL",
            line=field.line,
        )
    if name != plain(field.name):
        draft.decide(
            "name",
            f"{table.name}.{name}",
            f"{field.name!r} is called {name}",
            "the plain name is a keyword of SQL or would not say what is kept",
            line=field.line,
        )
    return column


def _comment(entity: Entity, field: Field) -> str:
    text = field.comment or f"{field.name} of the {entity.name}"
    if field.kind == "money" and field.currency:
        text += f", in {field.currency}"
    if field.kind == "secret":
        text += ", as a hash"
    if field.personal or field.kind in ("email", "phone"):
        text += " (personal data)"
    return text[:1].upper() + text[1:]


def check(table: Table, column: str, what: str, sql: str, bad: str = "", why: str = "") -> None:
    """Add a CHECK of one column."""
    name = plain(table.name, column, what)
    taken = {one.name for one in table.checks}
    while name in taken:
        name = plain(name, "too")
    table.checks.append(Check(name=name, sql=sql, bad=((column, bad),) if bad else (), why=why))


def _plain(draft: Draft, table: Table, field: Field, column: Column) -> None:
    shape = TEXTS.get(field.kind) or OTHERS[field.kind]
    column.type, column.sample, column.width = shape.type, shape.sample, shape.width
    name = quote_identifier(column.name)
    if shape.pattern:
        check(table, column.name, "valid", shape.pattern.format(c=name), shape.bad, shape.why)
    if shape.type == "text":
        if field.kind == "text":
            draft.decide(
                "type",
                f"{table.name}.{column.name}",
                "text without a limit",
                "what people write has no length",
                instead="CHECK (char_length(...) <= n)",
                unless="a form has a limit: say it",
                line=field.line,
            )
        if field.length:
            check(
                table,
                column.name,
                "length",
                f"char_length({name}) <= {field.length}",
                f"repeat('a', {field.length + 1})" if field.kind in ("word", "text", "identifier", "file") else "",
                "the limit that was asked for; a CHECK is changed without rewriting the table",
            )
            if field.kind in ("word", "text", "identifier", "file"):
                digits = min(field.length, 6)
                column.sample = "lpad(({n} % " + str(10**digits) + ")::text, " + str(digits) + ", '1')"
    if shape.type in ("date", "timestamptz"):
        _times(draft, table, field, column)


def _times(draft: Draft, table: Table, field: Field, column: Column) -> None:
    today = "CURRENT_DATE" if column.type == "date" else "now()"
    name = quote_identifier(column.name)
    if field.kind == "moment":
        draft.decide(
            "type",
            f"{table.name}.{column.name}",
            "timestamptz",
            "a point in time is one whatever clock shows it",
            instead="timestamp, for what stands on a calendar wherever one is",
            line=field.line,
        )
    for bound, sign, text in ((field.minimum, ">=", "minimum"), (field.maximum, "<=", "maximum")):
        if not bound:
            continue
        if bound.lower() in ("today", "now"):
            if sign == ">=":
                draft.decide(
                    "not enforced",
                    f"{table.name}.{column.name}",
                    f"not before {bound}: the application's to keep",
                    "what is so when a row is written is not so when a backup is restored: a CHECK would refuse "
                    "the row",
                    instead="a trigger on INSERT alone",
                    line=field.line,
                )
            else:
                check(
                    table,
                    column.name,
                    text,
                    f"{name} <= {today}",
                    f"{today} + interval '2 days'",
                    "what is past stays past, so that the condition holds for ever",
                )
            continue
        moment = _moment(bound)
        if moment is None:
            draft.decide(
                "not enforced",
                f"{table.name}.{column.name}",
                f"{sign} {bound}",
                "no date that could be compared",
                line=field.line,
            )
            continue
        bad = moment + timedelta(days=1 if sign == "<=" else -1)
        check(
            table,
            column.name,
            text,
            f"{name} {sign} {_time_literal(column.type, moment)}",
            _time_literal(column.type, bad),
            "the bound that was said",
        )
        if sign == "<=" or moment.year >= 2024:
            column.sample = _time_literal(column.type, moment)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _time_literal(kind: str, moment: datetime) -> str:
    if kind == "date":
        return f"date {quote_literal(date(moment.year, moment.month, moment.day).isoformat())}"
    return f"timestamptz {quote_literal(moment.isoformat(sep=' ') + ('' if moment.tzinfo else '+00'))}"


def _number(draft: Draft, table: Table, field: Field, column: Column) -> None:
    low, above = _limit(field.minimum)
    high, below = _limit(field.maximum)
    scale = field.scale
    if field.kind == "integer":
        big = field.wide or max(abs(low or 0), abs(high or 0)) > 2**31 - 1
        column.type, column.width = ("bigint", 8) if big else ("integer", 4)
    elif field.kind == "percentage":
        column.type, column.width, scale = f"numeric({3 + (scale or 2)},{scale or 2})", 6, scale or 2
        low, high = 0 if low is None else low, 100 if high is None else high
    elif field.kind == "money":
        scale, low = _money(draft, table, field, column, low)
    elif field.kind == "number":
        column.type, column.width = "numeric", 8
        draft.decide(
            "type",
            f"{table.name}.{column.name}",
            "numeric",
            "a number of which nobody said whether it has digits behind the point: numeric keeps both exactly",
            unless="it is a whole number: integer",
            line=field.line,
        )
    else:
        column.type, column.width = (f"numeric(18,{scale})", 8) if scale else ("numeric", 8)
    step = "1" if field.kind == "integer" or not scale else f"0.{'0' * (scale - 1)}1"
    name = quote_identifier(column.name)
    if low is not None:
        bad = _digits(low) if above else f"{_digits(low)} - {step}"
        sign = ">" if above else ">="
        check(
            table,
            column.name,
            "minimum",
            f"{name} {sign} {_digits(low)}",
            bad,
            "the least that was said or makes sense",
        )
    if high is not None:
        check(
            table,
            column.name,
            "maximum",
            f"{name} {'<' if below else '<='} {_digits(high)}",
            _digits(high) if below else f"{_digits(high)} + {step}",
            "the most that it can be",
        )
    unit = float(step)
    column.sample = _sample(
        low + unit if low is not None and above else low,
        high - unit if high is not None and below else high,
        whole=field.kind == "integer" or not scale,
    )


def _sample(low: float | None, high: float | None, *, whole: bool) -> str:
    if low is not None and high is not None:
        span = int(high - low) + 1 if whole else int(high - low)
        return f"{_digits(low)} + {{n}} % {span}" if span > 1 else _digits(low)
    if low is not None:
        return f"{_digits(low)} + {{n}} % 1000"
    return f"{_digits(high)} - {{n}} % 1000" if high is not None else "{n}"


def _money(draft: Draft, table: Table, field: Field, column: Column, low: float | None) -> tuple[int, float | None]:
    currency = field.currency.upper()
    scale = field.scale or cents(currency)
    column.type, column.width = f"numeric({14 + scale},{scale})", 7
    draft.decide(
        "type",
        f"{table.name}.{column.name}",
        column.type,
        "money is counted exactly: binary floating point is not exact, and "
        "the type money has the currency of whoever looks",
        instead="bigint of the smallest unit",
        unless="parts of a cent are kept (rates, usage): say how many digits",
        line=field.line,
    )
    if not currency:
        _currency(draft, table, field)
    if low is None and not field.minimum and not _SIGNED & set(plain(field.name).split("_")):
        low = 0
        draft.decide(
            "constraint",
            f"{table.name}.{column.name}",
            "not below 0",
            "nobody said that it may be, and a price or an amount seldom is",
            unless="credits are kept in it: say a minimum",
            line=field.line,
        )
    return scale, low


def cents(currency: str) -> int:
    """Digits behind the point that a currency has."""
    return 0 if currency in _NO_CENTS else 3 if currency in _MILLS else 2


def _currency(draft: Draft, table: Table, field: Field) -> None:
    if table.column("currency") is not None:
        return
    table.columns.append(
        Column(
            name="currency",
            type="text",
            sample="'EUR'",
            width=4,
            not_null=field.required,
            comment="Currency of the amounts of the row, ISO 4217",
        )
    )
    check(table, "currency", "valid", "currency ~ '^[A-Z]{3}$'", "'euro'", "three letters of ISO 4217")
    draft.decide(
        "type",
        f"{table.name}.currency",
        "each row says its currency",
        "no currency was named, and an amount without one is no amount",
        instead="one currency for the whole column",
        unless="there is but one: say it",
        line=field.line,
    )


def _choice(draft: Draft, table: Table, field: Field, column: Column) -> None:
    values = field.values
    column.width = sum(map(len, values)) / len(values) + 1
    first = field.initial or field.default or values[0]
    ordered = (first, *(one for one in values if one != first))
    column.sample = quote_literal(first).replace("{", "{{").replace("}", "}}")
    if not field.initial and len(ordered) > 1 and not field.transitions:
        column.sample = _one_of(ordered)
    listed = ", ".join(map(quote_literal, values))
    if len(values) <= _LONG_CHOICE:
        check(
            table,
            column.name,
            "known",
            f"{quote_identifier(column.name)} IN ({listed})",
            "'no such value'",
            "the values that there are",
        )
        draft.decide(
            "type",
            f"{table.name}.{column.name}",
            f"text and a CHECK with its {len(values)} values",
            "the list is short and of the code; a CHECK is changed in one statement, and a value can be taken "
            "out again",
            instead="an enum (a value never goes away), a table of values",
            unless="people edit the list: a table of values",
            line=field.line,
        )
        return
    lookup = plain(table.name, column.name, "values")
    values_table = Table(name=lookup, entity="", key=("value",), comment=f"Values of {table.name}.{column.name}")
    values_table.columns.append(
        Column(name="value", type="text", sample=column.sample, comment="The value", width=column.width)
    )
    values_table.columns.append(
        Column(name="created_at", type="timestamptz", sample="now()", default="now()", comment="When it was added")
    )
    check(values_table, "value", "valid", "btrim(value) <> ''", "''", "an empty value is none")
    draft.tables[lookup] = values_table
    rows = ", ".join(f"({quote_literal(one)})" for one in values)
    values_table.triggers.append(f"INSERT INTO {quote_identifier(lookup)} (value) VALUES {rows}")
    table.foreigns.append(
        Foreign(
            name=plain(table.name, column.name, "fkey"),
            columns=(column.name,),
            target=lookup,
            target_columns=("value",),
            on_delete="RESTRICT",
            role=field.name,
        )
    )
    draft.decide(
        "type",
        f"{table.name}.{column.name}",
        f"a table {lookup} of its {len(values)} values",
        "so long a list changes, and rows are changed without a migration",
        instead="a CHECK",
        line=field.line,
    )


def _one_of(values: tuple[str, ...]) -> str:
    listed = ", ".join(quote_literal(one) for one in values).replace("{", "{{").replace("}", "}}")
    return f"(ARRAY[{listed}])[1 + {{n}} % {len(values)}]"


def _vector(draft: Draft, table: Table, field: Field, column: Column) -> None:
    half = field.dimensions > 2_000  # what an index on `vector` takes: pgvector's README, "HNSW"
    column.type = f"{'halfvec' if half else 'vector'}({field.dimensions})"
    column.sample = f"array_fill((1 + {{n}} % 97) / 97.0, ARRAY[{field.dimensions}])::real[]::{column.type}"
    column.width = (2 if half else 4) * field.dimensions + 8
    draft.extensions.add("vector")
    draft.decide(
        "type",
        f"{table.name}.{column.name}",
        column.type,
        "the vector beside its row: filters, rights and transactions are those of the row"
        + ("; halfvec, because an index on vector takes 2,000 dimensions at most" if half else ""),
        instead="a vector database, to be kept in step",
        unless="hundreds of millions of vectors",
        line=field.line,
    )


def _location(draft: Draft, table: Table, field: Field, name: str) -> Column:
    stem = "" if name in ("location", "position", "place", "coordinates") else name
    first: Column | None = None
    for part, most in (("latitude", 90), ("longitude", 180)):
        column = Column(
            name=plain(stem, part),
            type="double precision",
            sample=f"{{n}} % {most}",
            source=field.name,
            not_null=field.required,
            comment=f"{part.title()} of the {field.name}, WGS 84, degrees",
        )
        check(
            table,
            column.name,
            "on_earth",
            f"{quote_identifier(column.name)} BETWEEN -{most} AND {most}",
            f"{most + 1}",
            "degrees of the globe",
        )
        table.columns.append(column)
        first = first or column
    if not field.required:
        lat, lon = plain(stem, "latitude"), plain(stem, "longitude")
        table.checks.append(
            Check(
                name=plain(table.name, name, "whole"),
                sql=f"num_nonnulls({lat}, {lon}) IN (0, 2)",
                bad=((lat, "1"), (lon, "NULL")),
                why="half a place is none",
            )
        )
    draft.decide(
        "type",
        f"{table.name}.{name}",
        "two columns of degrees",
        "they need no extension, and an index on point() finds the nearest",
        instead="geography of PostGIS",
        unless="areas, routes or exact distances: PostGIS",
        line=field.line,
    )
    assert first is not None
    return first


def _default(draft: Draft, table: Table, field: Field, column: Column) -> None:
    said = field.default or field.initial
    if not said:
        if field.kind == "boolean" and field.required:
            column.default = "false"
        if field.kind == "tags" and field.required:
            column.default = "'{}'"
        return
    if column.type in ("timestamptz", "date") and said.lower() in ("now", "today"):
        column.default = "now()" if column.type == "timestamptz" else "CURRENT_DATE"
    elif field.kind == "boolean":
        column.default = "true" if said.lower() in ("true", "yes", "on", "1") else "false"
    elif column.type.startswith(("numeric", "integer", "bigint")):
        value = number(said)
        if value is None:
            draft.decide(
                "not enforced",
                f"{table.name}.{column.name}",
                f"no default {said!r}",
                "it is no number",
                line=field.line,
            )
        else:
            column.default = _digits(value)
    elif column.type == "text":
        column.default = quote_literal(said)
    else:
        draft.decide(
            "not enforced",
            f"{table.name}.{column.name}",
            f"no default {said!r}",
            f"a default of {column.type} is set in SQL",
            line=field.line,
        )


def _limit(text: str) -> tuple[float | None, bool]:
    """(the number of a bound, whether it is itself outside): `0`, `>0`, `<100`."""
    return number(text.lstrip("<>= ")), text.startswith((">", "<")) and not text.startswith((">=", "<="))


def number(text: str) -> float | None:
    """The number that a text is, None where it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


_CARRIERS: dict[str, Callable[[Draft, Table, Field, Column], None]] = {
    "integer": _number,
    "decimal": _number,
    "number": _number,
    "money": _number,
    "percentage": _number,
    "choice": _choice,
    "vector": _vector,
}
