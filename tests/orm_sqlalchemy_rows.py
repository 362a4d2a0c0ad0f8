"""A program that a generated project runs: a row in every model, each with the rows that it refers to, then read back
through the repositories with the relations that these load. Prints how many rows and relations it saw, as JSON.

What it cannot make up (a value for a check or a domain) is counted as refused by the database, per table, by name.
"""

from __future__ import annotations

import asyncio
import datetime
import enum
import importlib
import json
import sys
import uuid
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import configure_mappers

session_module = importlib.import_module("app.db.session")
repositories = importlib.import_module("app.repositories")
base = importlib.import_module("app.db.base")
MOMENT = datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)


def value(type_, number: int):
    """A value for a column of this type."""
    if isinstance(type_, postgresql.DOMAIN):
        found = value(type_.data_type, number) if "@" not in str(type_.check) else f"a{number}@example.com"
        return found.value if isinstance(found, enum.Enum) else found
    if isinstance(type_, postgresql.ARRAY):
        return [value(type_.item_type, number)]
    if isinstance(type_, sa.Enum):
        return type_.enum_class(type_.enums[0])
    name = type(type_).__name__
    if name == "PgType":
        return {"xml": None, "name": "x"}.get(type_.name, "{}" if "[" in type_.name else "(1,2)")
    if name == "Vector":
        return [float(number)] * (type_.dimensions or 3)
    fixed = {
        "BIT": "0" * (getattr(type_, "length", 1) or 1), "INET": "127.0.0.1", "CIDR": "10.0.0.0/8", "OID": number,
        "MACADDR": f"08:00:2b:01:02:{number % 90 + 10}", "TSVECTOR": "a", "MONEY": "1.00", "INT4RANGE": Range(1, 5),
        "INT8RANGE": Range(1, 5), "NUMRANGE": Range(Decimal(1), Decimal(5)), "CITEXT": f"x{number}",
        "TSTZRANGE": Range(MOMENT + datetime.timedelta(days=number), MOMENT + datetime.timedelta(days=number, hours=1)),
        "DATERANGE": Range(MOMENT.date(), MOMENT.date() + datetime.timedelta(days=2)), "HSTORE": {"a": "b"},
        "INT4MULTIRANGE": [Range(1, 5)], "TSTZMULTIRANGE": [Range(MOMENT, MOMENT + datetime.timedelta(days=1))],
    }  # fmt: skip
    if name in fixed:
        return fixed[name]
    if isinstance(type_, sa.Uuid):
        return uuid.UUID(int=number)
    if isinstance(type_, sa.DateTime):
        moment = MOMENT + datetime.timedelta(minutes=number)
        return moment if type_.timezone else moment.replace(tzinfo=None)
    if isinstance(type_, sa.Date):
        return MOMENT.date()
    if isinstance(type_, sa.Time):
        return MOMENT.time()
    if isinstance(type_, sa.Interval | postgresql.INTERVAL):
        return datetime.timedelta(days=1)
    if isinstance(type_, sa.Boolean):
        return True
    if isinstance(type_, sa.Numeric):
        return Decimal(1) if type_.asdecimal else 1.0
    if isinstance(type_, sa.Float):
        return 1.5
    if isinstance(type_, sa.Integer):
        return number
    if isinstance(type_, sa.LargeBinary):
        return b"\\x00"
    if isinstance(type_, sa.JSON):
        return {"a": 1}
    if isinstance(type_, sa.String):
        return f"x{number}"[: type_.length or 20]
    raise LookupError(repr(type_))


async def main() -> None:
    configure_mappers()
    seen = {"rows": 0, "references": 0, "collections": 0, "refused": []}
    known = getattr(base.Base, "registry", None) or base.Base._sa_registry  # of SQLModel
    mappers = list(known.mappers)
    order = {table: number for number, table in enumerate(base.Base.metadata.sorted_tables)}
    mappers.sort(key=lambda one: order[one.local_table])
    made = {}
    engine = session_module.engine()
    async with (
        engine.connect() as connection,
        session_module.AsyncSession(connection, expire_on_commit=False) as session,
    ):
        for number, mapper in enumerate(mappers, 1):
            row = mapper.class_()
            referring = {column for key in mapper.local_table.foreign_keys for column in [key.parent]}
            if not mapper.relationships and referring >= set(mapper.local_table.primary_key):
                continue  # the link of a many-to-many: its rows come with that
            for column in mapper.local_table.columns:
                if column.computed is not None or column.identity is not None or column in referring:
                    continue
                attribute = mapper.get_property_by_column(column).key
                if column.server_default is not None and number % 2:
                    continue
                if column is column.table._autoincrement_column:
                    continue
                given = value(column.type, number)
                if isinstance(column.type, sa.JSON) and "'[" in str(getattr(column.server_default, "arg", "")):
                    given = [given]  # a document that starts as a list is one
                setattr(row, attribute, given)
            try:
                async with session.begin_nested():
                    session.add(row)
                    with session.no_autoflush:
                        for relation in mapper.relationships:
                            target = made.get(relation.mapper)
                            if relation.direction.name == "MANYTOONE" and target is not None:
                                setattr(row, relation.key, target)
                    await session.flush()
            except sa.exc.DBAPIError as err:
                seen["refused"].append(f"{mapper.local_table.fullname}: {err.orig}".splitlines()[0])
                continue
            made[mapper] = row
            seen["rows"] += 1
        # A pair in every many-to-many.
        for mapper, row in made.items():
            for relation in mapper.relationships:
                if relation.direction.name == "MANYTOMANY" and (target := made.get(relation.mapper)) is not None:
                    await session.refresh(row, [relation.key])
                    if not any(one is target for one in getattr(row, relation.key)):  # SQLModel's are equal by value
                        getattr(row, relation.key).append(target)
        await session.flush()
        session.expunge_all()
        for repository in repositories.REPOSITORIES:
            rows = repository(session)
            if (mapper := sa.inspect(repository.model)) not in made:
                continue
            key = [getattr(made[mapper], column.key) for column in rows.key]
            session.expunge_all()
            row = await rows.get(*key)
            assert row is not None, (repository, key)
            for relation in mapper.relationships:
                related = getattr(row, relation.key)  # raises where it was not loaded
                if relation.direction.name == "MANYTOONE":
                    assert (related is not None) == (relation.mapper in made and order[mapper.local_table] is not None
                        and all(getattr(row, mapper.get_property_by_column(c).key) is not None
                                for c in relation.local_columns)), (repository, relation)  # fmt: skip
                    seen["references"] += related is not None
                elif relation.uselist:
                    seen["collections"] += len(related)
            if hasattr(row, "model_dump_json"):  # of SQLModel: through JSON and back
                again = type(row).model_validate(json.loads(row.model_dump_json()))
                assert again.model_dump() == row.model_dump(), row
            page = await rows.page(size=1)
            assert len(page.items) == 1
            await rows.page(after=tuple(key), size=1)
        await session.rollback()
    await engine.dispose()
    json.dump(seen, sys.stdout)


asyncio.run(main())
