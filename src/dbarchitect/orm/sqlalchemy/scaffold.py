"""The project around the models: connection, repositories, seed, test, settings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dbarchitect.model.schema import Check, Column, Exclude, Table, Unique
from dbarchitect.orm.project import Host

from .names import Named
from .python import Call, Item, call, docstring, imported, lines, sequence

_OF_ITS_OWN = re.compile(r"nextval\(|uuid", re.IGNORECASE)  # defaults that differ from row to row
_PRECISION = re.compile(r"\((\d+),(-?\d+)\)")
_TEMPLATES = Path(__file__).with_name("templates")

_HOSTS: dict[Host, dict[str, str]] = {
    "server": {
        "host": "A plain server. Connections are kept, and tried before they are used.",
        "connect_args": "{}",
        "pool": '{"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True}',
        "pooled": "",
        "database_url": "postgresql://postgres:postgres@localhost:5432/{package}",
        "direct_url": "postgresql://postgres:postgres@localhost:5432/{package}",
    },
    "neon": {
        "host": "Neon: the application connects through its pooler, which keeps no prepared statements of a session.\n"
        "A database that slept has closed its connections: they are tried before they are used, and given up after\n"
        "five minutes.",
        "connect_args": '{"prepare_threshold": None}',
        "pool": '{"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True, "pool_recycle": 300}',
        "pooled": ": the pooled host, with -pooler in its name",
        "database_url": "postgresql://USER:PASSWORD@ep-NAME-pooler.REGION.aws.neon.tech/{package}?sslmode=require",
        "direct_url": "postgresql://USER:PASSWORD@ep-NAME.REGION.aws.neon.tech/{package}?sslmode=require",
    },
    "supabase": {
        "host": "Supabase: the application connects through its pooler in transaction mode (port 6543), which keeps\n"
        "no prepared statements of a session.",
        "connect_args": '{"prepare_threshold": None}',
        "pool": '{"pool_size": 5, "max_overflow": 10, "pool_pre_ping": True}',
        "pooled": ": the pooler in transaction mode",
        "database_url": "postgresql://postgres.PROJECT:PASSWORD@aws-0-REGION.pooler.supabase.com:6543/postgres",
        "direct_url": "postgresql://postgres:PASSWORD@db.PROJECT.supabase.co:5432/postgres",
    },
}  # fmt: skip
HOSTS: tuple[Host, ...] = ("server", "neon", "supabase")


@dataclass(frozen=True)
class Words:
    """What the project says of its library.

    session, repository  what the templates of these are filled with
    sessions             the import of AsyncSession
    attribute            what is called with a class's attribute for SQLAlchemy's own; "" where it is that already
    requires             as pyproject.toml lists it
    """

    title: str
    requires: str
    sessions: str
    attribute: str
    session: Mapping[str, str]
    repository: Mapping[str, str]

    def of(self, attribute: str) -> str:
        """`Order.id`, as the repositories need it."""
        return f"{self.attribute}({attribute})" if self.attribute else attribute


_PLAIN = Words(
    title="SQLAlchemy 2",
    requires='"sqlalchemy[asyncio]>=2.1,<3"',
    sessions="from sqlalchemy.ext.asyncio import AsyncSession",
    attribute="",
    session={
        "async_session": "AsyncSession, ", "session": "Session, ", "from": "", "sessions": "",
        "async_class": "", "sync_class": "",
    },
    repository={
        "sessions": "from sqlalchemy.ext.asyncio import AsyncSession\n"
        "from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute\n"
        "from sqlalchemy.orm.interfaces import ORMOption\n",
        "bound": "DeclarativeBase", "cast": "", "attribute": "", "select": "sa.select", "scalars": "scalars",
    },
)  # fmt: skip
_SQLMODEL = Words(
    title="SQLModel (pydantic and SQLAlchemy 2)",
    requires='"sqlalchemy[asyncio]>=2.1,<3",\n    "sqlmodel>=0.0.50,<0.1"',
    sessions="from sqlmodel.ext.asyncio.session import AsyncSession",
    attribute="attribute",
    session={
        "async_session": "", "session": "",
        "sessions": "from sqlmodel.ext.asyncio.session import AsyncSession\n", "from": "from sqlmodel import Session\n",
        "async_class": "class_=AsyncSession, ", "sync_class": "class_=Session, ",
    },
    repository={
        "sessions": "from sqlalchemy.orm import InstrumentedAttribute\n"
        "from sqlalchemy.orm.interfaces import ORMOption\n"
        "from sqlmodel import SQLModel, select\n"
        "from sqlmodel.ext.asyncio.session import AsyncSession\n",
        "bound": "SQLModel", "cast": ", cast", "select": "select", "scalars": "exec",
        "attribute": '''

def attribute(of: Any) -> InstrumentedAttribute[Any]:
    """An attribute of a class as what it is for SQLAlchemy; a type checker sees the type of its values."""
    return cast("InstrumentedAttribute[Any]", of)
''',
    },
)  # fmt: skip


def words(*, sqlmodel: bool) -> Words:
    """Those of SQLModel or of SQLAlchemy alone."""
    return _SQLMODEL if sqlmodel else _PLAIN


@cache
def template(name: str) -> str:
    """A template's text."""
    return (_TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")


def filled(name: str, **values: str) -> str:
    """A template with `{key}` replaced; other braces are its own."""
    text = template(name)
    for key, value in values.items():
        text = text.replace("{" + key + "}", value)
    return text


def host_values(host: Host, package: str) -> dict[str, str]:
    """What templates say of a host."""
    return {key: value.replace("{package}", package) for key, value in _HOSTS[host].items()}


def repositories(classes: Sequence[Named], package: str, said: Words) -> str:
    """`repositories.py` below its header."""
    members = [one for one in classes if one.entity.table is not None]
    parts: list[str] = []
    used: set[str] = set()
    for one in members:
        body: list[str] = [f"    model = {one.symbol}"]
        key = sequence((said.of(f"{one.symbol}.{one.attributes[name]}") for name in one.identity), "()")
        body += lines(key, before="key = ", indent=4)
        references = [
            call("joinedload", said.of(f"{one.symbol}.{name}"), innerjoin=None if relation.optional else "True")
            for relation, name in one.relations
            if not relation.many
        ]
        collections = [
            call("selectinload", said.of(f"{one.symbol}.{name}")) for relation, name in one.relations if relation.many
        ]
        used |= {"joinedload"} if references else set()
        used |= {"selectinload"} if collections else set()
        rest = call("raiseload", '"*"')
        body += lines(sequence([*references, *collections, rest], "()"), before="one = ", indent=4)
        body += lines(sequence([*references, rest], "()"), before="many = ", indent=4)
        head = f"class {one.symbol}Repository(Repository[{one.symbol}]):"
        parts.append("\n".join([head, f"    {docstring(f'Rows of `{one.table}`.')}", "", *body]))
    if not members:
        return f"from {package}.db.repository import Repository\n\nREPOSITORIES: tuple[type[Repository[Any]], ...] = ()"
    listed = lines(
        sequence((f"{one.symbol}Repository" for one in members), "()"),
        before="REPOSITORIES: tuple[type[Repository[Any]], ...] = ",
    )
    names = ", ".join(sorted([*used, "raiseload"]))
    imports = [
        "from __future__ import annotations",
        "",
        "from typing import Any",
        "",
        f"from sqlalchemy.orm import {names}",
        "",
        f"from {package}.db.repository import {', '.join(('Repository', *filter(None, [said.attribute])))}",
        *imported(f"{package}.models", [one.symbol for one in members]),
    ]
    return "\n".join(imports) + "\n\n\n" + "\n\n\n".join(parts) + "\n\n\n" + "\n".join(listed)


# --- seed -----------------------------------------------------------------------------------------------------------

_SAMPLES = {
    "int2": "number", "int4": "number", "int8": "number", "float4": "number + 0.5", "float8": "number + 0.5",
    "text": 'f"{0} {{number}}"', "bool": "True", "numeric": "Decimal(number)", "jsonb": "{{}}", "json": "{{}}",
}  # fmt: skip


def seed(classes: Sequence[Named], package: str, said: Words) -> str:
    """`seed.py` below its header: rows of a table that needs no other, and of one that refers to it."""
    first, second = _chosen(classes)
    head = ["from __future__ import annotations", "", "import asyncio"]
    values: list[str] = []
    if first is not None:
        row = _row(first)
        if second is not None:
            child, relation = second
            key = next(relation_.key for relation_, name in first.relations if name == relation)
            row = call(row.head[:-1], *row.items, Item(f"{relation}=", sequence([_row(child, frozenset(key.columns))])))
        values += [
            f"    if await session.scalar(sa.select(sa.exists().select_from({first.symbol}))):",
            "        return",
            "    for number in range(1, 4):",
            *lines(call("session.add", row), indent=8),
            "    await session.flush()",
        ]
    symbols = [one.symbol for one in (first, second[0] if second else None) if one is not None]
    if any("Decimal(" in one for one in values):
        head.append("from decimal import Decimal")
    head.append("")
    if values:
        head.append("import sqlalchemy as sa")
    head += [
        said.sessions,
        "",
        f"from {package}.db.session import engine, transaction",
    ]
    if symbols:
        head += imported(f"{package}.models", symbols)
    body = [
        "async def seed(session: AsyncSession) -> None:",
        '    """Add rows to begin with, once."""',
        *(values or ["    # Every table of this schema needs values that only you know: session.add_all([...])."]),
    ]
    main = [
        "async def main() -> None:",
        '    """Seed the database of DATABASE_URL."""',
        "    async with transaction() as session:",
        "        await seed(session)",
        "    await engine().dispose()",
    ]
    tail = ['if __name__ == "__main__":', "    asyncio.run(main())"]
    return "\n\n\n".join("\n".join(one) for one in (head, body, main, tail))


def _chosen(classes: Sequence[Named]) -> tuple[Named | None, tuple[Named, str] | None]:
    """A class whose rows need no other's, and one that refers to it with its relation there; the pair if there is."""
    known = {one.entity.name: one for one in classes}
    alone = [one for one in classes if _needed(one) and not any(each.references for each in one.entity.attributes)]
    for one in alone:
        for relation, name in one.relations:
            child = known.get(relation.to)
            if (
                relation.kind == "one to many"
                and child is not None
                and child.entity.table is not None
                and len(child.entity.table.foreign_keys) == 1
                and _needed(child, frozenset(relation.key.columns))
            ):
                return one, (child, name)
    return (alone[0] if alone else None), None


def _row(one: Named, covered: frozenset[str] = frozenset()) -> Call:
    needed = _needed(one, covered) or []
    return call(
        one.symbol,
        *(Item(f"{one.attributes[c.name]}=", _sample(c, one.attributes[c.name])) for c in needed),
    )


def _needed(one: Named, covered: frozenset[str] = frozenset()) -> list[Column] | None:
    """The columns that a row must be given, where plain values will do for all of them; None where not. What is
    `covered` comes from a relation."""
    table = one.entity.table
    if table is None or _judged(table) or _repeats(table) or one.entity.computed or one.entity.guarded:
        return None
    found: list[Column] = []
    for attribute in one.entity.attributes:
        if attribute.defaulted or attribute.column.name in covered:
            continue
        column = attribute.column
        length = column.type.modifier - 4 if column.type.name in ("varchar", "bpchar") else 0
        known = column.type.name in _SAMPLES or (column.type.name == "varchar" and (length < 0 or length > 20))
        if column.type.element or not known or attribute.references or not _holds_number(column):
            return None
        found.append(column)
    return found


def _holds_number(column: Column) -> bool:
    """Whether a numeric has a digit before its point; True for other types."""
    found = _PRECISION.search(column.type.sql)
    return column.type.name != "numeric" or found is None or int(found[1]) > int(found[2])


def _judged(table: Table) -> bool:
    return (
        any(isinstance(one, Check | Exclude) for one in table.constraints)
        or bool(table.triggers)
        or (table.partition_key is not None or table.row_security)
        or any(one.generated is not None and one.not_null for one in table.columns)  # made of values that it may refuse
    )


def _repeats(table: Table) -> bool:
    """Whether two rows that leave out what has a default would have the same values in a unique key."""
    keys = [one.columns for one in table.constraints if isinstance(one, Unique)]
    keys += [tuple(key.column or "" for key in one.keys) for one in table.indexes if one.unique]
    same = {one.name for one in table.columns if one.default is not None and not _OF_ITS_OWN.search(one.default)}
    return any(same.issuperset(key) for key in keys)


def _sample(column: Column, name: str) -> str:
    if column.type.name == "varchar":
        return f'f"{name[:12]} {{number}}"'
    return _SAMPLES[column.type.name].format(name[:40])
