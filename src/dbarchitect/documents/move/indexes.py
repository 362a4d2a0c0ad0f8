"""Indexes of a collection as those of a design. What has none there is told with the reason."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dbarchitect.model.documents import DocumentIndex
from dbarchitect.model.documents_move import Choice, Mapping
from dbarchitect.model.names import quote_identifier

from .conditions import filter_sql
from .jsonb import DOCUMENT
from .places import Aliases, JsonScope, NotTranslatedError, TableScope
from .shape import Names, Seen, quoted
from .tables import place_of


@dataclass
class Indexed:
    """Statements, and what was decided. `names`: of all indexes so far."""

    names: Names
    statements: list[str] = field(default_factory=list[str])
    choices: list[Choice] = field(default_factory=list[Choice])
    made: set[str] = field(default_factory=set[str])

    def add(self, kind: str, table: str, keys: str, *, rest: str = "", words: Sequence[str] = ()) -> None:
        """CREATE INDEX, once for the same keys."""
        body = f"ON {quoted(table)} {keys}{rest}"
        if f"{kind} {body}" in self.made:
            return
        self.made.add(f"{kind} {body}")
        name = self.names.new(table, *words, "key" if kind == "UNIQUE INDEX" else "idx")
        self.statements.append(f"CREATE {kind} {quoted(name)} {body};")

    def lost(self, at: str, why: str) -> None:
        """An index that has no counterpart."""
        self.choices.append(Choice(at=at, what="no index", why=why, kind="lost"))


def translate(
    index: DocumentIndex, mapping: Mapping, seen: Seen, partial: Dict[str, Any] | None, indexed: Indexed
) -> None:
    """Add what one index of MongoDB is in this design. `partial`: its filter."""
    at = f"{mapping.collection}.{index.name}"
    if index.name == "_id_":
        return
    if index.hidden:
        indexed.lost(at, "it is hidden: no query uses it")
        return
    if index.ttl is not None:
        path = index.keys[0][0]
        indexed.choices.append(
            Choice(
                at=at,
                what=f"rows older than {index.ttl:,} s by {path} are deleted by a job of yours (pg_cron, a service)",
                why="PostgreSQL deletes nothing by time; partitions by time are dropped whole",
                kind="lost",
            )
        )
    if index.collation:
        indexed.lost(at, f"its collation {index.collation}: a column with an ICU collation has it for its queries too")
        return
    special = {str(way) for _, way in index.keys if not isinstance(way, int)}
    if special - {"hashed"} or any("$**" in path for path, _ in index.keys):
        kinds = ", ".join(sorted(special)) or "wildcard"
        if not special and mapping.document:
            _gin(mapping, indexed)
            indexed.choices.append(Choice(at=at, what="the GIN index of the document", why="a wildcard of paths"))
            return
        why = {"text": "tsvector and GIN search texts by other rules", "2dsphere": "PostGIS has geography"}
        indexed.lost(at, f"{kinds}: {why.get(kinds, 'nothing the same')}")
        return
    alias = "\0"  # taken out again; no constant of SQL has it
    scope: TableScope | JsonScope = (JsonScope if mapping.document else TableScope)(mapping, seen, alias, Aliases())
    where = ""
    if partial:
        try:
            condition = filter_sql(partial, scope)
        except NotTranslatedError as err:
            indexed.lost(at, f"its filter: {err}")
            return
        if "EXISTS" in condition:
            indexed.lost(at, "its filter looks into arrays: an index has no subquery")
            return
        where = " WHERE " + condition.replace(f"{alias}.", "")
    if mapping.document:
        _of_document(index, mapping, where, at, indexed)
    else:
        _of_tables(index, mapping, scope, where, at, indexed)


def _gin(mapping: Mapping, indexed: Indexed) -> None:
    indexed.add("INDEX", mapping.table, f"USING gin ({DOCUMENT} jsonb_path_ops)", words=(DOCUMENT,))


def _of_document(index: DocumentIndex, mapping: Mapping, where: str, at: str, indexed: Indexed) -> None:
    taken = {path: (column, required) for path, column, kind, required in mapping.taken if kind != "json"}
    missing = [path for path, _ in index.keys if path not in taken]
    if missing:
        _gin(mapping, indexed)
        indexed.choices.append(
            Choice(
                at=at,
                what="the GIN index of the document, for equality",
                why=f"{', '.join(missing)}: several values or types; it gives no order and no range",
            )
        )
        if index.unique:
            indexed.lost(at, "it is unique: the GIN index does not check that")
        return
    keys = [(taken[path][0], way, not taken[path][1]) for path, way in index.keys]
    _btree(index, mapping.table, keys, where, indexed)


def _of_tables(
    index: DocumentIndex, mapping: Mapping, scope: TableScope | JsonScope, where: str, at: str, indexed: Indexed
) -> None:
    by_table: dict[str, list[tuple[str, int | str, bool]]] = {}
    for path, way in index.keys:
        found = place_of(mapping, path)
        if found is None:
            column = next((slot.column for name, slot in mapping.fields.items() if path.startswith(f"{name}.")), "")
            if column and mapping.fields[path.split(".")[0]].type == "json":
                indexed.add(
                    "INDEX", mapping.table, f"USING gin ({quote_identifier(column)} jsonb_path_ops)", words=(column,)
                )
                indexed.choices.append(Choice(at=at, what=f"a GIN index of {column}", why="it is a jsonb column"))
            else:
                indexed.lost(at, f"no document has {path}")
            continue
        table, slot = found
        if slot.array or slot.type == "json":
            ops = " jsonb_path_ops" if slot.type == "json" and not slot.array else ""
            indexed.add("INDEX", table, f"USING gin ({quote_identifier(slot.column)}{ops})", words=(slot.column,))
            if len(index.keys) > 1:
                what = f"a GIN index of {slot.column} beside"
                indexed.choices.append(Choice(at=at, what=what, why="several values a row: B-tree has one"))
            continue
        nullable = scope.place(path).nullable
        by_table.setdefault(table, []).append((slot.column, way, nullable))
    if len(by_table) > 1:
        what = f"an index in each of {', '.join(by_table)}"
        indexed.choices.append(Choice(at=at, what=what, why="its paths are in several tables"))
    for table, keys in by_table.items():
        own = table == mapping.table
        if index.unique and (not own or len(keys) < len(index.keys)):
            indexed.lost(at, f"it is unique: over the documents, not over rows of {table}")
        _btree(
            index,
            table,
            keys,
            where if own else "",
            indexed,
            unique=index.unique and len(keys) == len(index.keys) and own,
        )


def _btree(
    index: DocumentIndex, table: str, keys: Sequence[tuple[str, int | str, bool]], where: str, indexed: Indexed,
    *, unique: bool | None = None,
) -> None:  # fmt: skip
    unique = index.unique if unique is None else unique
    parts = [
        quote_identifier(column)
        + (" DESC" if way == -1 else "")
        + ("" if not nullable else " NULLS LAST" if way == -1 else " NULLS FIRST")
        for column, way, nullable in keys
    ]
    if index.sparse and not where:
        where = " WHERE " + " OR ".join(f"{quote_identifier(column)} IS NOT NULL" for column, _, _ in keys)
    nulls = ""
    if unique and not index.sparse and any(nullable for _, _, nullable in keys):
        nulls = " NULLS NOT DISTINCT"  # MongoDB has one document at most without a value
    words = [column for column, _, _ in keys]
    indexed.add(
        "UNIQUE INDEX" if unique else "INDEX", table, f"({', '.join(parts)})", rest=f"{nulls}{where}", words=words
    )


def foreign_key(indexed: Indexed, names: Names, table: str, column: str, target: str, key: str) -> str:
    """ALTER TABLE with the foreign key, and an index for the way back."""
    if not any(f"ON {quoted(table)} ({quote_identifier(column)}" in one for one in indexed.made):
        indexed.add("INDEX", table, f"({quote_identifier(column)})", words=(column,))
    name = names.new(table, column, "fkey")
    return (
        f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {quoted(name)}\n"
        f"  FOREIGN KEY ({quoted(column)}) REFERENCES {quoted(target)} ({quoted(key)});"
    )
