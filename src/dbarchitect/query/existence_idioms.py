"""A test for related rows, `EXISTS (SELECT ... WHERE child.key = parent.key)`, in the words of ORMs.

What a program writes is the condition alone: it stands in a query that the program has already. Only plain tests are
said: one table inside, compared with one outside by equalities of columns.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbarchitect.errors import InputError
from dbarchitect.model.keyset import Idiom
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational
from dbarchitect.query.keyset import parameter_name
from dbarchitect.sql.nodes import equality, negated, sublink
from dbarchitect.sql.scopes import read
from dbarchitect.sql.selects import Relation, Select

_RUN, _NOT_RUN = "code of this form is run by the tests of dbarchitect", "not run"
ORMS = ("sqlalchemy", "tortoise", "prisma", "drizzle", "kysely")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    """`pairs`: (column inside, column outside)."""

    inside: Name
    outside: Name
    pairs: tuple[tuple[str, str], ...]
    negated: bool


def existence_idioms(original: str, sql: str, schema: Relational) -> tuple[Idiom, ...]:
    """The tests for related rows that `sql` has and `original` has not, for each ORM; nothing where there are none, or
    where they are not plain."""
    try:
        before, after = _tests(original, schema), _tests(sql, schema)
    except InputError:
        return ()
    new = [one for one in after if one not in before]
    return _idioms(new[0], schema) if len(new) == 1 else ()


def _tests(sql: str, schema: Relational) -> list[_Test]:
    query = read(sql, schema)
    found: list[_Test] = []
    for outer in query.selects:
        for term in outer.terms:
            node, denied = term.node, False
            if (inner := negated(node)) is not None:
                node, denied = inner, True
            select = query.select_of(sublink(node, "EXISTS_SUBLINK") or {})
            if select is not None and (test := _test(select, outer, denied)) is not None:
                found.append(test)
    return found


def _test(inner: Select, outer: Select, denied: bool) -> _Test | None:
    if len(inner.relations) != 1:
        return None
    pairs: list[tuple[str, str]] = []
    around: list[Relation] = []
    for term in inner.terms:
        sides = equality(term.node)
        references = [inner.find(side) for side in sides] if sides else []
        own = [one for one in references if one is not None and one.select is inner]
        others = [one for one in references if one is not None and one.select is outer]
        if len(own) != 1 or len(others) != 1:
            return None
        pairs.append((own[0].name, others[0].name))
        around.append(others[0].relation)
    relation = next(iter(inner.relations.values()))
    outside = around[0] if around and all(one is around[0] for one in around) else None
    if relation.table is None or outside is None or outside.table is None or relation.table is outside.table:
        return None
    return _Test(inside=relation.table.name, outside=outside.table.name, pairs=tuple(pairs), negated=denied)


def _idioms(test: _Test, schema: Relational) -> tuple[Idiom, ...]:
    child, parent = parameter_name(test.inside.name), parameter_name(test.outside.name)
    alchemy = ", ".join(f"{_attribute(child, one)} == {_attribute(parent, other)}" for one, other in test.pairs)
    exists = f"exists(select(1).select_from({child}).where({alchemy}))"
    drizzle = ", ".join(f"eq({child}.{one}, {parent}.{other})" for one, other in test.pairs)
    drizzle = drizzle if len(test.pairs) == 1 else f"and({drizzle})"
    inside = f"db.select({{ one: sql`1` }}).from({child}).where({drizzle})"
    wheres = "".join(
        f".whereRef('{test.inside.name}.{one}', '=', '{test.outside.name}.{other}')" for one, other in test.pairs
    )
    kysely = f"eb.exists(eb.selectFrom('{test.inside.name}').select(eb.lit(1).as('one')){wheres})"
    return (
        Idiom(orm="sqlalchemy", code=f"stmt.where({'~' if test.negated else ''}{exists})", checked=_RUN),
        Idiom(orm="tortoise", absent="its filters have no EXISTS; `RawSQL` in an annotation holds the SQL"),
        _prisma(test, schema),
        Idiom(orm="drizzle", code=f".where({'notExists' if test.negated else 'exists'}({inside}))", checked=_NOT_RUN),
        Idiom(
            orm="kysely",
            code=f".where((eb) => {f'eb.not({kysely})' if test.negated else kysely})",
            checked=_NOT_RUN,
        ),
    )


def _prisma(test: _Test, schema: Relational) -> Idiom:
    """A relation filter, which follows a foreign key in one of its directions."""
    tables = {table.name: table for table in schema.tables}
    keys = [
        key
        for key in tables[test.inside].foreign_keys
        if key.target == test.outside and set(zip(key.columns, key.target_columns, strict=True)) == set(test.pairs)
    ]
    if len(keys) != 1:
        return Idiom(orm="prisma", absent="no one foreign key is what the tables are joined by, so it has no relation")
    word = "none" if test.negated else "some"
    code = f"where: {{ {parameter_name(test.inside.name)}: {{ {word}: {{}} }} }}"
    return Idiom(orm="prisma", code=code, note="the relation is called as the schema.prisma calls it", checked=_NOT_RUN)


def _attribute(table: str, column: str) -> str:
    return f"{table}.c.{column}" if column.isidentifier() else f"{table}.c[{column!r}]"
