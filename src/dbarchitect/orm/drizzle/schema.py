"""schema.ts, and the snapshot that drizzle-kit would make of it: both from one reading of the blueprint.

The snapshot follows drizzle-kit 0.31's `generatePgSnapshot`; absent keys are those that it leaves undefined.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dbarchitect.model.names import Name
from dbarchitect.model.schema import (
    Check,
    Column,
    EnumType,
    ForeignKey,
    Policy,
    PrimaryKey,
    Sequence,
    Table,
    Unique,
    View,
)
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity

from .defaults import default_of
from .indexes import index_of
from .names import Names
from .sequences import SERIALS, identity_of, number
from .types import Built, Types
from .typescript import (
    Array,
    Arrow,
    Call,
    Chain,
    Entry,
    Node,
    Object,
    alias,
    comment,
    declared,
    imported,
    show,
    string,
    template,
)

Json = dict[str, Any]
_VIEW_OPTIONS = {
    "check_option": "checkOption",
    "security_barrier": "securityBarrier",
    "security_invoker": "securityInvoker",
}


@dataclass
class Writer:
    """Writes schema.ts. After `text`, `snapshot` is complete.

    serials  the columns that are `serial`, with nothing else to say of their sequences
    cyclic   tables whose references form a ring, for which TypeScript has to be told a type
    """

    blueprint: Blueprint
    names: Names
    serials: frozenset[tuple[Name, str]]
    sequences: tuple[Sequence, ...]
    types: Types
    cyclic: frozenset[Name]
    imports: set[str] = field(default_factory=set[str])
    snapshot: Json = field(default_factory=dict[str, Any])
    json_keys: list[str] = field(default_factory=list[str])

    def text(self, header: str) -> str:
        """The whole file."""
        schema = self.blueprint.schema
        self.snapshot = {
            "version": "7", "dialect": "postgresql", "tables": {}, "enums": {},
            "schemas": {name: name for name in self.names.schemas}, "sequences": {}, "roles": {}, "policies": {},
            "views": {}, "_meta": {"columns": {}, "schemas": {}, "tables": {}},
        }  # fmt: skip
        parts = [declared(f"export const {const}", Call("pgSchema", (string(name),))) for name, const in self._spaces()]
        parts += [self._enum(one) for one in schema.types if isinstance(one, EnumType)]
        parts += [self._sequence(one) for one in self.sequences]
        entities = [
            self._table(e, e.relation) if isinstance(e.relation, Table) else "" for e in self.blueprint.entities
        ]
        entities += [self._view(e, e.relation) if isinstance(e.relation, View) else "" for e in self.blueprint.entities]
        customs = [(comment(one.comment) + one.text()) for one in self.types.customs.values()]
        return "\n".join(part for part in (header, self._imported(), *customs, *parts, *entities) if part)

    def _spaces(self) -> list[tuple[str, str]]:
        if self.names.schemas:
            self.imports.add("pgSchema")
        return list(self.names.schemas.items())

    def _imported(self) -> str:
        uses_sql = "sql" in self.imports
        found = (self.imports | self.types.imports) - {"sql"}
        text = imported(["sql"], "drizzle-orm") if uses_sql else ""
        text += imported(sorted(found), "drizzle-orm/pg-core")
        local = (["JsonOf"] if self.json_keys else []) + (
            ["JsonValue"] if any(one.data == "json" for one in self.types.customs.values()) else []
        )
        return text + ("\n" + imported(local, "./json", types=True) if local else "")

    def _maker(self, schema: str, function: str, method: str) -> str:
        """What makes a thing in a schema: `pgTable` in public, `billingSchema.table` elsewhere."""
        if schema in self.names.schemas:
            return f"{self.names.schemas[schema]}.{method}"
        self.imports.add(function)
        return function

    def _sql(self, text: str) -> str:
        self.imports.add("sql")
        return template(text)

    # --- types and sequences ------------------------------------------------------------------------------------------

    def _enum(self, one: EnumType) -> str:
        self.snapshot["enums"][str_key(one.name)] = {
            "name": one.name.name, "schema": one.name.schema, "values": list(one.labels),
        }  # fmt: skip
        maker = self._maker(one.name.schema, "pgEnum", "enum")
        labels = Array(tuple(map(string, one.labels))) if one.labels else Object()
        made = Call(maker, (string(one.name.name), labels))
        return comment(one.comment) + declared(f"export const {self.names.enums[one.name]}", made)

    def _sequence(self, one: Sequence) -> str:
        numbers = {
            "increment": one.increment, "startWith": one.start, "minValue": one.minimum, "maxValue": one.maximum,
            "cache": one.cache,
        }  # fmt: skip
        self.snapshot["sequences"][str_key(one.name)] = {
            "name": one.name.name, "schema": one.name.schema, "cycle": one.cycle,
            **{key: str(value) for key, value in numbers.items()},
        }  # fmt: skip
        options = tuple(Entry(key, number(value)) for key, value in numbers.items())
        options += (Entry("cycle", "true"),) if one.cycle else ()
        maker = self._maker(one.name.schema, "pgSequence", "sequence")
        made = Call(maker, (string(one.name.name), Object(options)))
        return comment(one.comment) + declared(f"export const {self.names.sequences[one.name]}", made)

    # --- tables -------------------------------------------------------------------------------------------------------

    def _table(self, entity: Entity, table: Table) -> str:
        const = self.names.tables[table.name]
        columns: Json = {}
        uniques: Json = {}
        entries: list[Entry] = []
        alone = _alone(table)
        for attribute in entity.attributes:
            column = attribute.column
            chain, seen = self._column(table, attribute, alone.get(column.name))
            columns[column.name] = seen
            if unique := alone.get(column.name):
                uniques[unique.name] = _unique_seen(unique)
            entries.append(Entry(self.names.columns[table.name][column.name], chain, column.comment or ""))
        extra, seen_extra = self._extra(entity, table, {one.name for one in alone.values()})
        uniques |= seen_extra.pop("uniqueConstraints")
        space = table.name.schema
        self.snapshot["tables"][str_key(table.name)] = {
            "name": table.name.name,
            "schema": "" if space == "public" else space,
            "columns": columns,
            **seen_extra,
            "uniqueConstraints": uniques,
            "isRLSEnabled": table.row_security,
        }
        args: list[Node] = [string(table.name.name), Object(tuple(entries), open=True)]
        if extra:
            uses = any("table." in show(one, "", 0, 0) for one in extra)
            head = "(table)" if uses else "()"
            if table.name in self.cyclic:
                head += ": PgTableExtraConfigValue[]"
                self.imports.add("type PgTableExtraConfigValue")
            args.append(Arrow(head, Array(tuple(extra))))
        made = Call(self._maker(space, "pgTable", "table"), tuple(args))
        whole = _chained(made, [Call("enableRLS")]) if table.row_security else made
        row, new = self.names.rows[table.name]
        return (
            comment(table.comment)
            + declared(f"export const {const}", whole)
            + "\n"
            + alias(row, f"typeof {const}.$inferSelect")
            + alias(new, f"typeof {const}.$inferInsert")
        )

    def _column(self, table: Table, attribute: Attribute, unique: Unique | None) -> tuple[Node, Json]:
        column = attribute.column
        if (table.name, column.name) in self.serials:
            return self._serial(table, attribute, unique)
        built = self.types.built(column, exact_time=attribute.in_key or attribute.references)
        primary = _is_primary(table, column)
        calls = [Call("array")] if built.array else []
        if built.data == "json":
            key = f"{self.names.tables[table.name]}.{self.names.columns[table.name][column.name]}"
            self.json_keys.append(key)
            calls.insert(0, Call(f"$type<JsonOf<{string(key)}>>"))
        seen = _seen(column, built, primary=primary)
        if primary:
            calls.append(Call("primaryKey"))
        elif column.not_null and column.identity is None:
            calls.append(Call("notNull"))
        if column.identity is not None:
            call, seen["identity"] = identity_of(table, column, built)
            calls.append(call)
            seen["notNull"] = True
        elif column.generated is not None:
            calls.append(Call("generatedAlwaysAs", (self._sql(column.generated.expression),)))
            seen["generated"] = {"as": column.generated.expression, "type": "stored"}
        elif column.default is not None:
            call, seen["default"] = default_of(column.default, built, column.type.sql)
            if any(isinstance(arg, str) and arg.endswith("`") for arg in call.args):
                self.imports.add("sql")
            calls.append(call)
        if unique is not None:
            calls.append(_unique_call(unique))
        return Chain(built.call(self._name(table, column)), tuple(calls)), seen

    def _serial(self, table: Table, attribute: Attribute, unique: Unique | None) -> tuple[Node, Json]:
        column = attribute.column
        builder = SERIALS[column.type.sql]
        self.imports.add(builder)
        options = (Entry("mode", '"bigint"'),) if builder == "bigserial" else ()
        built = Built(builder=builder, sql=builder, data="number", options=options)
        primary = _is_primary(table, column)
        calls = [Call("primaryKey")] if primary else [Call("notNull")] if builder == "bigserial" else []
        calls += [_unique_call(unique)] if unique is not None else []
        return Chain(built.call(self._name(table, column)), tuple(calls)), _seen(column, built, primary=primary)

    def _name(self, relation: Table | View, column: Column) -> str | None:
        """The column's name in SQL, where it is not its key in code."""
        return None if self.names.columns[relation.name][column.name] == column.name else column.name

    def _extra(self, entity: Entity, table: Table, done: set[str]) -> tuple[list[Node], Json]:
        """What stands below the columns, and the snapshot of it."""
        seen: Json = {
            "indexes": {}, "foreignKeys": {}, "compositePrimaryKeys": {}, "uniqueConstraints": {}, "policies": {},
            "checkConstraints": {},
        }  # fmt: skip
        key = table.primary_key
        extra: list[Node] = []
        own = self.names.columns[table.name]
        if key is not None and not _inline(table, key):
            self.imports.add("primaryKey")
            columns = Array(tuple(f"table.{own[name]}" for name in key.columns))
            extra.append(Call("primaryKey", (Object((Entry("name", string(key.name)), Entry("columns", columns))),)))
            seen["compositePrimaryKeys"][key.name] = {"name": key.name, "columns": list(key.columns)}
        for one in table.constraints:
            if isinstance(one, Unique) and one.name not in done:
                self.imports.add("unique")
                on = Call("on", tuple(f"table.{own[name]}" for name in one.columns))
                rest = (on, Call("nullsNotDistinct")) if one.nulls_not_distinct else (on,)
                extra.append(Chain(Call("unique", (string(one.name),)), rest))
                seen["uniqueConstraints"][one.name] = _unique_seen(one)
        for one in table.foreign_keys:
            if one.target in self.names.tables:
                extra.append(self._foreign_key(table, one))
                seen["foreignKeys"][one.name] = _foreign_key_seen(table, one)
        for one in table.indexes:
            if one.constraint is None:
                made, found = index_of(one, own, entity, self._sql)
                self.imports.add("uniqueIndex" if one.unique else "index")
                extra.append(made)
                seen["indexes"][one.name.name] = found
        for one in table.constraints:
            if isinstance(one, Check):
                self.imports.add("check")
                extra.append(Call("check", (string(one.name), self._sql(one.expression))))
                seen["checkConstraints"][one.name] = {"name": one.name, "value": one.expression}
        for one in table.policies:
            self.imports.add("pgPolicy")
            extra.append(self._policy(one))
            seen["policies"][one.name] = _policy_seen(one)
        return extra, seen

    def _foreign_key(self, table: Table, key: ForeignKey) -> Node:
        self.imports.add("foreignKey")
        own = self.names.columns[table.name]
        target = "table" if key.target == table.name else self.names.tables[key.target]
        there = self.names.columns[key.target]
        made = Call(
            "foreignKey",
            (
                Object(
                    (
                        Entry("name", string(key.name)),
                        Entry("columns", Array(tuple(f"table.{own[name]}" for name in key.columns))),
                        Entry("foreignColumns", Array(tuple(f"{target}.{there[name]}" for name in key.target_columns))),
                    ),
                    open=True,
                ),
            ),
        )
        actions = (("onUpdate", key.on_update), ("onDelete", key.on_delete))
        rest = tuple(Call(name, (string(what.lower()),)) for name, what in actions if what != "NO ACTION")
        return Chain(made, rest)

    def _policy(self, one: Policy) -> Node:
        roles = sorted(_roles(one))
        to: Node = string(roles[0]) if len(roles) == 1 else Array(tuple(map(string, roles)))
        entries = [Entry("as", string("permissive" if one.permissive else "restrictive"))]
        entries += [Entry("for", string(one.command.lower())), Entry("to", to)]
        entries += [Entry("using", self._sql(one.using))] if one.using is not None else []
        entries += [Entry("withCheck", self._sql(one.check))] if one.check is not None else []
        return Call("pgPolicy", (string(one.name), Object(tuple(entries), open=True)))

    # --- views --------------------------------------------------------------------------------------------------------

    def _view(self, entity: Entity, view: View) -> str:
        const = self.names.tables[view.name]
        columns: Json = {}
        entries: list[Entry] = []
        for attribute in entity.attributes:
            column = attribute.column
            built = self.types.built(column, exact_time=False)
            calls = [Call("array")] if built.array else []
            if built.data == "json":
                self.json_keys.append(f"{const}.{self.names.columns[view.name][column.name]}")
                calls.insert(0, Call(f"$type<JsonOf<{string(self.json_keys[-1])}>>"))
            seen = _seen(column, built, primary=False)
            if built.array:
                seen.pop("typeSchema", None)  # drizzle-kit looks for it in a view's columns only at the top
            columns[column.name] = seen
            made = Chain(built.call(self._name(view, column)), tuple(calls))
            entries.append(Entry(self.names.columns[view.name][column.name], made, column.comment or ""))
        definition = view.definition.strip().removesuffix(";")
        seen_view: Json = {
            "columns": columns, "definition": definition, "name": view.name.name, "schema": view.name.schema,
            "isExisting": False, "materialized": view.materialized,
        }  # fmt: skip
        rest: list[Call] = []
        if view.materialized:
            maker = self._maker(view.name.schema, "pgMaterializedView", "materializedView")
            if not view.populated:
                rest.append(Call("withNoData"))
                seen_view["withNoData"] = True
        else:
            maker = self._maker(view.name.schema, "pgView", "view")
            options = {
                code: view.options[name] for name, code in _VIEW_OPTIONS.items() if name in view.options
            }  # fmt: skip
            if options:
                seen_view["with"] = {
                    name: value if name == "checkOption" else value in ("true", "on", "1", "yes")
                    for name, value in options.items()
                }
                shown = tuple(
                    Entry(name, string(value) if isinstance(value, str) else str(value).lower())
                    for name, value in seen_view["with"].items()
                )
                rest.append(Call("with", (Object(shown),)))
        rest.append(Call("as", (self._sql(definition),)))
        self.snapshot["views"][str_key(view.name)] = seen_view
        made = _chained(Call(maker, (string(view.name.name), Object(tuple(entries), open=True))), rest)
        row, _ = self.names.rows[view.name]
        text = comment(view.comment) + declared(f"export const {const}", made)
        return text + "\n" + alias(row, f"typeof {const}.$inferSelect")


def _chained(first: Call, rest: list[Call]) -> Chain:
    """Calls upon the result of the first; a schema before that is where the chain begins."""
    space, _, method = first.name.rpartition(".")
    return Chain(space, (Call(method, first.args), *rest)) if space else Chain(first, tuple(rest))


def str_key(name: Name) -> str:
    """The key of an object in the snapshot."""
    return f"{name.schema}.{name.name}"


def _alone(table: Table) -> dict[str, Unique]:
    """A UNIQUE of one column by its column, with which it stands; only the first of several."""
    found: dict[str, Unique] = {}
    for one in table.constraints:
        if isinstance(one, Unique) and len(one.columns) == 1:
            found.setdefault(one.columns[0], one)
    return found


def _inline(table: Table, key: PrimaryKey) -> bool:
    """Whether the key stands with its column: there it cannot be named."""
    return len(key.columns) == 1 and key.name == f"{table.name.name}_pkey"


def _is_primary(table: Table, column: Column) -> bool:
    key = table.primary_key
    return key is not None and _inline(table, key) and key.columns == (column.name,)


def _seen(column: Column, built: Built, *, primary: bool) -> Json:
    seen: Json = {"name": column.name, "type": built.sql, "primaryKey": primary, "notNull": column.not_null or primary}
    if built.enum_schema is not None:
        seen["typeSchema"] = built.enum_schema
    return seen


def _unique_call(one: Unique) -> Call:
    options: tuple[Node, ...] = (Object((Entry("nulls", '"not distinct"'),)),) if one.nulls_not_distinct else ()
    return Call("unique", (string(one.name), *options))


def _unique_seen(one: Unique) -> Json:
    return {"name": one.name, "nullsNotDistinct": one.nulls_not_distinct, "columns": list(one.columns)}


def _foreign_key_seen(table: Table, key: ForeignKey) -> Json:
    seen: Json = {
        "name": key.name, "tableFrom": table.name.name, "tableTo": key.target.name, "columnsFrom": list(key.columns),
        "columnsTo": list(key.target_columns), "onDelete": key.on_delete.lower(), "onUpdate": key.on_update.lower(),
    }  # fmt: skip
    if key.target.schema != "public":
        seen["schemaTo"] = key.target.schema
    return seen


def _roles(one: Policy) -> list[str]:
    return ["public" if role == "PUBLIC" else role for role in one.roles]


def _policy_seen(one: Policy) -> Json:
    seen: Json = {
        "name": one.name, "as": "PERMISSIVE" if one.permissive else "RESTRICTIVE", "for": one.command,
        "to": sorted(_roles(one)),
    }  # fmt: skip
    if one.using is not None:
        seen["using"] = one.using
    if one.check is not None:
        seen["withCheck"] = one.check
    return seen
