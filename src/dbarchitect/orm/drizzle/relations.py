"""relations.ts, and exact.ts for nested reads that lose no digit.

Many to many is two relations by way of the junction, as Drizzle's relational queries before 1.0 have it; from 1.0 on it
is one besides, and exact.ts is not needed.
"""

from __future__ import annotations

from collections import defaultdict

from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.orm.blueprint import Blueprint, Relation, distinct

from .names import Names
from .types import Types
from .typescript import Array, Arrow, Call, Entry, Node, Object, declared, imported, string


def relations_text(blueprint: Blueprint, names: Names, header: str) -> str:
    """All of relations.ts; an empty module where there is no foreign key."""
    labels = _labels(blueprint, names)
    related = [one for one in blueprint.entities if names.relations[one.name]]
    consts = distinct(
        [(f"{names.tables[one.name]}Relations", _ref(one.name)) for one in related],
        taken={*names.tables.values(), *names.enums.values(), *names.schemas.values()},
    )
    parts: list[str] = []
    used: set[str] = set()
    for entity, const in zip(related, consts, strict=True):
        used.add(names.tables[entity.name])
        entries: list[Entry] = []
        helpers: set[str] = set()
        for one in blueprint.of(entity):
            if one.kind == "many to many":
                continue
            used.add(names.tables[one.to])
            made = _relation(one, names, labels)
            helpers.add(made.name)
            said = "At most one" if made.name == "many" and not one.many else ""
            entries.append(Entry(names.relation(one), made, said))
        head = f"({{ {', '.join(sorted(helpers, reverse=True))} }})"
        made = Call("relations", (names.tables[entity.name], Arrow(head, Object(tuple(entries), open=True))))
        parts.append(declared(f"export const {const}", made))
    if not parts:
        return f"{header}\nexport {{}};\n"
    heads = imported(["relations"], "drizzle-orm") + "\n" + imported(sorted(used), "./schema")
    return "\n".join([header, heads, *parts])


def defined_relations(blueprint: Blueprint, names: Names, header: str) -> str:
    """All of relations.ts for 1.0."""
    tables: list[Entry] = []
    for entity in blueprint.entities:
        found = [Entry(names.relation(one), _defined(one, names)) for one in blueprint.of(entity)]
        if found:
            tables.append(Entry(names.tables[entity.name], Object(tuple(found), open=True)))
    related: tuple[Node, ...] = (Arrow("(r)", Object(tuple(tables), open=True)),) if tables else ()
    made = declared("export const relations", Call("defineRelations", ("schema", *related)))
    heads = imported(["defineRelations"], "drizzle-orm") + '\nimport * as schema from "./schema";\n'
    return "\n".join([header, heads, made])


def _defined(one: Relation, names: Names) -> Call:
    """The relation with its columns at both ends, which says without an alias which foreign key it follows."""
    key, far = one.key, one.far_key
    if far is not None and one.through is not None:
        through = one.through
        here = [
            _by(names, one.at, there, through, by) for by, there in zip(key.columns, key.target_columns, strict=True)
        ]
        there = [
            _by(names, one.to, there, through, by) for by, there in zip(far.columns, far.target_columns, strict=True)
        ]
    else:
        refers = one.kind in ("many to one", "one to one")
        ends = (key.columns, key.target_columns) if refers else (key.target_columns, key.columns)
        here = [f"r.{names.column(one.at, name)}" for name in ends[0]]
        there = [f"r.{names.column(one.to, name)}" for name in ends[1]]
    entries = [Entry("from", _one_or_all(here)), Entry("to", _one_or_all(there))]
    if not one.many and not one.optional:
        entries.append(Entry("optional", "false"))
    kind = "many" if one.many else "one"
    return Call(f"r.{kind}.{names.tables[one.to]}", (Object(tuple(entries), open=True),))


def _by(names: Names, table: Name, column: str, through: Name, by: str) -> str:
    return f"r.{names.column(table, column)}.through(r.{names.column(through, by)})"


def _one_or_all(columns: list[str]) -> Node:
    return columns[0] if len(columns) == 1 else Array(tuple(columns))


def exact_text(blueprint: Blueprint, names: Names, types: Types, header: str) -> tuple[str, dict[Name, str]]:
    """All of exact.ts, and its constants by table: what to spread into `with` so that numbers keep their digits."""
    found: dict[Name, str] = {}
    parts: list[str] = []
    used: list[str] = []
    tables = [one for one in blueprint.entities if one.table is not None]
    wanted = distinct(
        [(f"exact{names.tables[one.name][:1].upper()}{names.tables[one.name][1:]}", _ref(one.name)) for one in tables],
        taken=names.tables.values(),
    )
    for entity, const in zip(tables, wanted, strict=True):
        inexact: list[tuple[str, str]] = []
        for attribute in entity.attributes:
            built = types.built(attribute.column, exact_time=True)
            if built.data in ("bigint", "numeric"):
                cast = "text[]" if built.array else "text"
                inexact.append((names.columns[entity.name][attribute.column.name], cast))
        if not inexact:
            continue
        table = names.tables[entity.name]
        used.append(table)
        found[entity.name] = const
        columns = Object(tuple(Entry(key, "false") for key, _ in inexact))
        extras = Object(
            tuple(Entry(key, Call("digits", (f"{table}.{key}", string(cast)))) for key, cast in inexact), open=True
        )
        made = declared(
            f"export const {const}", Object((Entry("columns", columns), Entry("extras", extras)), open=True)
        )
        parts.append(made.replace(";\n", " as const;\n") if made.endswith("};\n") else made)
    if not parts:
        return f"{header}\nexport {{}};\n", {}
    return "\n".join([header, _EXACT, imported(used, "./schema"), _DIGITS, *parts]), found


_EXACT = """\
// Relational queries nest rows as JSON, and JavaScript's numbers there lose the
// digits of bigint beyond 2^53 and the scale of numeric. Spread the constant of
// a table where it is nested: with: { orders: { ...exactOrders } }
import { sql, type AnyColumn, type GetColumnData, type SQL } from "drizzle-orm";"""

_DIGITS = """\
/** A bigint comes as text, since Drizzle does not decode what is nested. */
type Text<T> = T extends bigint
  ? string
  : T extends (infer E)[]
    ? Text<E>[]
    : T;

function digits<T extends AnyColumn>(
  column: T,
  as: "text" | "text[]",
): SQL.Aliased<Text<GetColumnData<T>>> {
  return sql<Text<GetColumnData<T>>>`${column}::${sql.raw(as)}`.as(column.name);
}
"""


def cyclic_tables(blueprint: Blueprint) -> frozenset[Name]:
    """Tables whose references lead back to them by way of others."""
    targets = {
        one.name: {key.target for key in (one.table.foreign_keys if one.table else ())} - {one.name}
        for one in blueprint.entities
    }

    def reaches(start: Name) -> bool:
        seen: set[Name] = set()
        waiting = list(targets[start])
        while waiting:
            one = waiting.pop()
            if one == start:
                return True
            if one not in seen:
                seen.add(one)
                waiting += targets.get(one, set())
        return False

    return frozenset(one for one in targets if reaches(one))


def _ref(name: Name) -> ObjectRef:
    return ObjectRef(kind="table", schema=name.schema, name=name.name)


def _labels(blueprint: Blueprint, names: Names) -> dict[tuple[Name, str], str]:
    """`relationName` by the referring table and foreign key, where two tables have more than one between them."""
    pairs: dict[frozenset[Name], list[Relation]] = defaultdict(list)
    for entity in blueprint.entities:
        for one in blueprint.of(entity):
            if one.kind in ("many to one", "one to one"):
                pairs[frozenset((one.at, one.to))].append(one)
    found: dict[tuple[Name, str], str] = {}
    for same in pairs.values():
        if len(same) == 1 and not same[0].to_self:
            continue
        for one in same:
            alike = sum(other.key.name == one.key.name for other in same) > 1
            found[one.at, one.key.name] = f"{names.tables[one.at]}.{one.key.name}" if alike else one.key.name
    return found


def _relation(one: Relation, names: Names, labels: dict[tuple[Name, str], str]) -> Call:
    refers = one.kind in ("many to one", "one to one")
    label = labels.get((one.at if refers else one.to, one.key.name))
    said = [Entry("relationName", string(label))] if label is not None else []
    if refers:
        fields = Array(tuple(names.column(one.at, name) for name in one.key.columns))
        there = Array(tuple(names.column(one.to, name) for name in one.key.target_columns))
        options = Object((Entry("fields", fields), Entry("references", there), *said), open=True)
        return Call("one", (names.tables[one.to], options))
    options = (Object(tuple(said)),) if said else ()
    # `one` takes a relationName only with its columns, and would then say that there always is a row.
    return Call("many" if one.many or said else "one", (names.tables[one.to], *options))
