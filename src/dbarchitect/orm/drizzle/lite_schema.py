"""schema.ts of an SQLite schema, and the snapshot that drizzle-kit 0.31 would make of it (`generateSqliteSnapshot`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique, View
from dbarchitect.orm.blueprint import Attribute, Blueprint, Entity
from dbarchitect.orm.sqlite import collates, default_text
from dbarchitect.sql.sqlite import quoted

from .lite_types import LiteTypes
from .names import Names
from .types import Built
from .typescript import (
    Array,
    Arrow,
    Call,
    Chain,
    Entry,
    Node,
    Object,
    alias,
    declared,
    imported,
    show,
    string,
    template,
)

Json = dict[str, Any]


@dataclass
class LiteWriter:
    """Writes schema.ts. After `text`, `snapshot` is complete. `cyclic`: tables whose references form a ring, for which
    TypeScript has to be told a type."""

    blueprint: Blueprint
    names: Names
    types: LiteTypes
    cyclic: frozenset[Name]
    imports: set[str] = field(default_factory=set[str])
    snapshot: Json = field(default_factory=dict[str, Any])
    json_keys: list[str] = field(default_factory=list[str])

    def text(self, header: str) -> str:
        """The whole file."""
        self.snapshot = {
            "version": "6", "dialect": "sqlite", "tables": {}, "views": {}, "enums": {},
            "_meta": {"schemas": {}, "tables": {}, "columns": {}}, "internal": {"indexes": {}},
        }  # fmt: skip
        entities = [
            self._table(e, e.relation) if isinstance(e.relation, Table) else "" for e in self.blueprint.entities
        ]
        entities += [self._view(e, e.relation) if isinstance(e.relation, View) else "" for e in self.blueprint.entities]
        customs = [one.text() for one in self.types.customs.values()]
        return "\n".join(part for part in (header, self._imported(), *customs, *entities) if part)

    def _imported(self) -> str:
        text = imported(["sql"], "drizzle-orm") if "sql" in self.imports else ""
        text += imported(sorted((self.imports | self.types.imports) - {"sql"}), "drizzle-orm/sqlite-core")
        local = ["JsonOf"] if self.json_keys else []
        local += ["JsonValue"] if any(one.data == "json" for one in self.types.customs.values()) else []
        return text + ("\n" + imported(local, "./json", types=True) if local else "")

    def _sql(self, text: str) -> str:
        self.imports.add("sql")
        return template(text)

    def _table(self, entity: Entity, table: Table) -> str:
        const = self.names.tables[table.name]
        columns: Json = {}
        entries: list[Entry] = []
        for attribute in entity.attributes:
            chain, columns[attribute.column.name] = self._column(table, attribute)
            entries.append(Entry(self.names.columns[table.name][attribute.column.name], chain))
        extra, seen = self._extra(table)
        self.snapshot["tables"][table.name.name] = {"name": table.name.name, "columns": columns, **seen}
        args: list[Node] = [string(table.name.name), Object(tuple(entries), open=True)]
        if extra:
            head = "(table)" if any("table." in show(one, "", 0, 0) for one in extra) else "()"
            if table.name in self.cyclic:
                head += ": SQLiteTableExtraConfigValue[]"
                self.imports.add("type SQLiteTableExtraConfigValue")
            args.append(Arrow(head, Array(tuple(extra))))
        self.imports.add("sqliteTable")
        row, new = self.names.rows[table.name]
        return (
            declared(f"export const {const}", Call("sqliteTable", tuple(args)))
            + "\n"
            + alias(row, f"typeof {const}.$inferSelect")
            + alias(new, f"typeof {const}.$inferInsert")
        )

    def _typed(self, relation: Table | View, column: Column) -> tuple[Built, list[Call]]:
        """The type of a column, and what it is told besides."""
        built = self.types.built(column, exact_time=False)
        if built.data != "json":
            return built, []
        key = f"{self.names.tables[relation.name]}.{self.names.columns[relation.name][column.name]}"
        self.json_keys.append(key)
        return built, [Call(f"$type<JsonOf<{string(key)}>>")]

    def _column(self, table: Table, attribute: Attribute) -> tuple[Node, Json]:
        column = attribute.column
        built, calls = self._typed(table, column)
        key = table.primary_key
        primary = key is not None and key.columns == (column.name,)
        counts = table.sqlite is not None and table.sqlite.autoincrement and column.identity is not None
        seen: Json = {
            "name": column.name, "type": built.sql, "primaryKey": primary, "notNull": column.not_null,
            "autoincrement": counts and built.builder == "integer",
        }  # fmt: skip
        if primary:
            calls.append(Call("primaryKey", (Object((Entry("autoIncrement", "true"),)),) if counts else ()))
        elif column.not_null:
            calls.append(Call("notNull"))
        if column.generated is not None:
            mode = "stored" if column.generated.stored else "virtual"
            options = Object((Entry("mode", string(mode)),))
            calls.append(Call("generatedAlwaysAs", (self._sql(column.generated.expression), options)))
            seen["generated"] = {"as": f"({column.generated.expression})", "type": mode}
        elif column.default is not None:
            code, seen["default"] = self._default(column.default, built)
            calls.append(Call("default", (code,)))
        return Chain(built.call(self._name(table, column)), tuple(calls)), seen

    def _default(self, text: str, built: Built) -> tuple[str, Any]:
        """A default as a value of the column where it is one, else as SQL; and how drizzle-kit sees it."""
        bare = text.strip()
        if built.data == "boolean" and bare.lower() in ("0", "1", "true", "false"):
            value = bare.lower() in ("1", "true")
            return str(value).lower(), value
        if built.data == "number" and bare.lstrip("-").isdigit() and str(int(bare)) == bare and abs(int(bare)) < 2**53:
            return bare, int(bare)
        if built.data == "string" and bare.startswith("'") and "\\" not in bare and bare.isprintable():
            return string(bare[1:-1].replace("''", "'")), bare
        said = default_text(text)
        return self._sql(said), said

    def _name(self, relation: Table | View, column: Column) -> str | None:
        """The column's name in SQL, where it is not its key in code."""
        return None if self.names.columns[relation.name][column.name] == column.name else column.name

    def _extra(self, table: Table) -> tuple[list[Node], Json]:
        """What stands below the columns, and the snapshot of it."""
        seen: Json = {
            "indexes": {}, "foreignKeys": {}, "compositePrimaryKeys": {}, "uniqueConstraints": {},
            "checkConstraints": {},
        }  # fmt: skip
        own = self.names.columns[table.name]
        extra: list[Node] = []
        for one in table.constraints:
            if isinstance(one, PrimaryKey) and len(one.columns) > 1:
                self.imports.add("primaryKey")
                columns = Array(tuple(f"table.{own[name]}" for name in one.columns))
                options = Object((Entry("name", string(one.name)), Entry("columns", columns)))
                extra.append(Call("primaryKey", (options,)))
                seen["compositePrimaryKeys"][one.name] = {"name": one.name, "columns": list(one.columns)}
            elif isinstance(one, Unique):
                self.imports.add("unique")
                on = Call("on", tuple(f"table.{own[name]}" for name in one.columns))
                extra.append(Chain(Call("unique", (string(one.name),)), (on,)))
                seen["indexes"][one.name] = {"name": one.name, "columns": list(one.columns), "isUnique": True}
            elif isinstance(one, ForeignKey) and one.target in self.names.tables and all(one.target_columns):
                extra.append(self._foreign_key(table, one))
                seen["foreignKeys"][one.name] = {
                    "name": one.name, "tableFrom": table.name.name, "tableTo": one.target.name,
                    "columnsFrom": list(one.columns), "columnsTo": list(one.target_columns),
                    "onDelete": one.on_delete.lower(), "onUpdate": one.on_update.lower(),
                }  # fmt: skip
            elif isinstance(one, Check):
                self.imports.add("check")
                extra.append(Call("check", (string(one.name), self._sql(one.expression))))
                seen["checkConstraints"][one.name] = {"name": one.name, "value": one.expression}
        for one in table.indexes:
            if one.constraint is None:
                made, seen["indexes"][one.name.name] = self._index(table, one)
                extra.append(made)
        return extra, seen

    def _foreign_key(self, table: Table, key: ForeignKey) -> Node:
        self.imports.add("foreignKey")
        own, there = self.names.columns[table.name], self.names.columns[key.target]
        target = "table" if key.target == table.name else self.names.tables[key.target]
        entries = (
            Entry("name", string(key.name)),
            Entry("columns", Array(tuple(f"table.{own[name]}" for name in key.columns))),
            Entry("foreignColumns", Array(tuple(f"{target}.{there[name]}" for name in key.target_columns))),
        )
        actions = (("onUpdate", key.on_update), ("onDelete", key.on_delete))
        rest = tuple(Call(name, (string(what.lower()),)) for name, what in actions if what != "NO ACTION")
        return Chain(Call("foreignKey", (Object(entries, open=True),)), rest)

    def _index(self, table: Table, one: Index) -> tuple[Node, Json]:
        maker = "uniqueIndex" if one.unique else "index"
        self.imports.add(maker)
        own = self.names.columns[table.name]
        keys: list[Node] = []
        columns: list[str] = []
        for key in one.keys:
            if key.column is not None and not key.descending and not collates(table, key):
                keys.append(f"table.{own[key.column]}")
                columns.append(key.column)
                continue
            text = quoted(key.column) if key.column is not None else key.expression or ""
            if collates(table, key) and key.collation is not None:
                text += f" COLLATE {quoted(key.collation.name)}"
            text += " DESC" if key.descending else ""
            keys.append(self._sql(text))
            columns.append(text)
            expressions = self.snapshot["internal"]["indexes"].setdefault(one.name.name, {"columns": {}})["columns"]
            expressions[text] = {"isExpression": True}
        calls = [Call("on", tuple(keys))]
        seen: Json = {"name": one.name.name, "columns": columns, "isUnique": one.unique}
        if one.predicate is not None:
            calls.append(Call("where", (self._sql(one.predicate),)))
            seen["where"] = one.predicate
        return Chain(Call(maker, (string(one.name.name),)), tuple(calls)), seen

    def _view(self, entity: Entity, view: View) -> str:
        const = self.names.tables[view.name]
        entries: list[Entry] = []
        columns: Json = {}
        for attribute in entity.attributes:
            column = attribute.column
            built, calls = self._typed(view, column)
            columns[column.name] = {
                "name": column.name, "type": built.sql, "primaryKey": False, "notNull": False, "autoincrement": False,
            }  # fmt: skip
            chain = Chain(built.call(self._name(view, column)), tuple(calls))
            entries.append(Entry(self.names.columns[view.name][column.name], chain))
        self.snapshot["views"][view.name.name] = {"columns": columns, "name": view.name.name, "isExisting": True}
        self.imports.add("sqliteView")
        made = Call("sqliteView", (string(view.name.name), Object(tuple(entries), open=True)))
        row, _ = self.names.rows[view.name]
        whole = Chain(made, (Call("existing"),))
        return declared(f"export const {const}", whole) + "\n" + alias(row, f"typeof {const}.$inferSelect")
