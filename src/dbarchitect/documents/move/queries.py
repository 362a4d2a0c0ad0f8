"""Commands of MongoDB as one statement of SQL each, for either design: find, count, distinct, and pipelines of $match,
$unwind, $group, $project, $sort, $skip, $limit, $count and $sortByCount."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.model.documents_move import Mapping, Slot
from dbarchitect.model.names import quote_identifier, quote_literal

from .answers import Tree, json_columns, projection_of, table_columns
from .conditions import filter_sql
from .jsonb import DOCUMENT
from .places import Aliases, JsonScope, NotTranslatedError, Place, RowScope, Scope, TableScope, join, json_path
from .shape import Seen, quoted, sql_type
from .values import expression, number, order_by, scalar

_FIND = {
    "find",
    "filter",
    "sort",
    "projection",
    "limit",
    "skip",
    "batchSize",
    "calls",
    "hint",
    "singleBatch",
    "maxTimeMS",
}
_MERGED = ("$limit", "$skip")


def settled(command: Dict[str, Any]) -> dict[str, Any]:
    """The command with `_id` as the last key of each sort that a limit cuts: which of two equal documents comes is then
    the same everywhere."""
    made = dict(command)
    if "find" in made and (made.get("limit") or made.get("skip")):
        made["sort"] = _by_id(made.get("sort"))
    pipeline: Any = made.get("pipeline")
    if isinstance(pipeline, list):
        stages: list[Any] = []
        for one in cast("list[Any]", pipeline):
            if isinstance(one, Dict) and any(name in one for name in _MERGED):
                before: Any = stages[-1] if stages else None
                if isinstance(before, Dict) and "$sort" in before:
                    stages[-1] = {"$sort": _by_id(cast("Any", before)["$sort"])}
                elif not (isinstance(before, Dict) and any(name in before for name in _MERGED)):
                    stages.append({"$sort": {"_id": 1}})
            stages.append(one)
        made["pipeline"] = stages
    return made


def _by_id(sort: Any) -> dict[str, Any]:
    keys = dict(cast("Dict[str, Any]", sort)) if isinstance(sort, Dict) else {}
    keys.setdefault("_id", 1)
    return keys


def restricted(command: Dict[str, Any], ids: Sequence[Any]) -> dict[str, Any]:
    """The command over documents with these ids only."""
    made = dict(command)
    only = {"_id": {"$in": list(ids)}}
    if isinstance(made.get("pipeline"), list):
        made["pipeline"] = [{"$match": only}, *made["pipeline"]]
        return made
    key = "filter" if "find" in made else "query"
    made[key] = {"$and": [only, made[key]]} if made.get(key) else only
    return made


def translated(command: Dict[str, Any], mapping: Mapping, seen: Seen) -> str:
    """One statement. Raises `NotTranslatedError` with what is not translated."""
    if command.get("collation"):
        raise NotTranslatedError("a collation: PostgreSQL has them for columns and indexes")
    query = _Query(mapping, seen)
    if "find" in command:
        unknown = [key for key in command if key not in _FIND and not key.startswith("$")]
        if unknown:
            raise NotTranslatedError(f"find with {unknown[0]}")
        query.match(command.get("filter") or {})
        query.projection = projection_of(command.get("projection"))
        query.sort(command.get("sort") or {})
        query.skip(command.get("skip") or 0)
        query.limit(abs(int(command.get("limit") or 0)))
    elif "count" in command:
        query.match(command.get("query") or {})
        if command.get("limit") or command.get("skip"):
            raise NotTranslatedError("count with a limit")
        query.select = {"n": "count(*)"}
    elif "distinct" in command:
        query.match(command.get("query") or {})
        query.distinct(str(command.get("key")))
    elif "aggregate" in command:
        for one in cast("list[Dict[str, Any]]", command.get("pipeline") or []):
            query.stage(one)
    else:
        raise NotTranslatedError("a command that is no find, aggregate, count or distinct")
    return query.sql()


@dataclass
class _Query:
    mapping: Mapping
    seen: Seen
    aliases: Aliases = field(default_factory=Aliases)
    where: list[str] = field(default_factory=list[str])
    select: dict[str, str] = field(default_factory=dict[str, str])  # made fields; empty: documents
    grouped: list[str] = field(default_factory=list[str])
    having: str = ""
    order: list[str] = field(default_factory=list[str])
    limited: int = 0
    skipped: int = 0
    projection: tuple[Tree, bool] = field(default_factory=lambda: (dict[str, Any](), False))
    unique: bool = False

    def __post_init__(self) -> None:
        alias = self.aliases.new(self.mapping.table)
        self.frm = [f"{quoted(self.mapping.table)} AS {alias}"]
        kind = JsonScope if self.mapping.document else TableScope
        self.documents: TableScope | JsonScope = kind(self.mapping, self.seen, alias, self.aliases)
        self.scope: Scope = self.documents

    def sql(self) -> str:
        """The statement."""
        if self.select:
            columns = [f"{sql} AS {quote_identifier(name)}" for name, sql in self.select.items()]
        elif isinstance(self.documents, JsonScope):
            columns = json_columns(self.documents, self.projection)
        else:
            columns = table_columns(self.documents, self.projection)
        parts = [f"SELECT {'DISTINCT ' if self.unique else ''}{', '.join(columns)}", "FROM " + " ".join(self.frm)]
        if self.where:
            parts.append("WHERE " + " AND ".join(self.where))
        if self.grouped:
            parts.append("GROUP BY " + ", ".join(self.grouped))
        if self.having:
            parts.append(f"HAVING {self.having}")
        if self.order:
            parts.append("ORDER BY " + ", ".join(self.order))
        if self.limited:
            parts.append(f"LIMIT {self.limited}")
        if self.skipped:
            parts.append(f"OFFSET {self.skipped}")
        return "\n".join(parts)

    # --- stages -----------------------------------------------------------------------------------------------------

    def stage(self, one: Dict[str, Any]) -> None:
        """Add one stage of a pipeline."""
        name, asked = next(iter(one.items()))
        if self.projection[0] and name not in ("$sort", *_MERGED):
            raise NotTranslatedError(f"{name} after $project")
        match name:
            case "$match":
                self.match(asked)
            case "$sort":
                self.sort(asked)
            case "$limit":
                self.limit(int(asked))
            case "$skip":
                self.skip(int(asked))
            case "$unwind":
                self.unwind(asked)
            case "$group":
                self.group(asked)
            case "$sortByCount":
                self.group({"_id": asked, "count": {"$sum": 1}})
                self.sort({"count": -1})
            case "$count":
                self.counted(str(asked))
            case "$project":
                self.project(asked)
            case _:
                raise NotTranslatedError(f"the stage {name}")

    def match(self, found: Dict[str, Any]) -> None:
        """$match, or the filter of a find."""
        if self.select or self.limited or self.skipped:
            self._nested()
        condition = filter_sql(found, self.scope)
        if condition:
            self.where.append(f"({condition})" if " OR " in condition else condition)

    def sort(self, keys: Dict[str, Any]) -> None:
        """$sort: a later one counts, unless a limit came before."""
        if not keys:
            return
        if self.limited or self.skipped:
            self._nested()
        wanted = dict(keys)
        if "_id" in wanted and isinstance(self.scope, RowScope) and "_id" not in self.scope.fields:
            way = wanted.pop("_id")  # a key of several fields sorts by each
            wanted |= {name: way for name in self.scope.fields if name.startswith("_id.")}
        self.order = order_by(wanted, self.scope)

    def limit(self, most: int) -> None:
        """$limit."""
        if self.limited:
            self._nested()
        self.limited = most

    def skip(self, first: int) -> None:
        """$skip: what is skipped is before a limit."""
        if self.limited and first:
            self._nested()
        self.skipped += first

    def project(self, asked: Dict[str, Any]) -> None:
        """$project: fields kept, left out, or by another name."""
        if not isinstance(self.scope, RowScope):
            self.projection = projection_of(asked)
            return
        scope = self.scope
        names = (
            [name for name in scope.fields if name == "_id" or name.startswith("_id.")] if asked.get("_id", 1) else []
        )
        made = {name: (self.select[name], scope.fields[name].kind) for name in names}
        for name, value in asked.items():
            if name == "_id" and value in (0, 1, True, False):
                continue
            if value in (1, True) or (isinstance(value, str) and value.startswith("$")):
                place = scope.place(value[1:] if isinstance(value, str) else name)
                made[name] = (self.select[place.path], place.kind)
            else:
                raise NotTranslatedError(f"$project of {name} by an expression")
        if self.order or self.limited:
            raise NotTranslatedError("$project after $sort")
        self._rows(made)

    def counted(self, name: str) -> None:
        """$count."""
        if self.select or self.limited or self.skipped:
            self._nested()
        self._rows({name: ("count(*)", "numeric")})
        self.order, self.having = [], "count(*) > 0"

    def group(self, asked: Dict[str, Any]) -> None:
        """$group."""
        if self.select or self.limited or self.skipped:
            self._nested()
        self.order = []
        made: dict[str, tuple[str, str]] = {}
        keys = asked.get("_id")
        if keys is None:
            made["_id"], self.having = ("NULL::text", "text"), "count(*) > 0"
        elif isinstance(keys, Dict) and not any(str(key).startswith("$") for key in cast("Any", keys)):
            for name, value in cast("Dict[str, Any]", keys).items():
                made[f"_id.{name}"] = self._key(value)
        else:
            made["_id"] = self._key(keys)
        for name, accumulator in asked.items():
            if name != "_id":
                made[name] = self._accumulated(name, accumulator)
        self._rows(made)

    def _key(self, value: Any) -> tuple[str, str]:
        sql, kind = expression(value, self.scope)
        self.grouped.append(sql)
        return sql, kind

    def _accumulated(self, name: str, accumulator: Any) -> tuple[str, str]:
        if not isinstance(accumulator, Dict) or len(cast("Dict[str, Any]", accumulator)) != 1:
            raise NotTranslatedError(f"{name} of $group")
        operator, value = next(iter(cast("Dict[str, Any]", accumulator).items()))
        match operator:
            case "$count":
                return "count(*)", "numeric"
            case "$sum" if isinstance(value, int | float) and not isinstance(value, bool):
                return ("count(*)" if value == 1 else f"{value!r} * count(*)"), "numeric"
            case "$sum":
                return f"COALESCE(sum({number(value, self.scope)}), 0)", "numeric"
            case "$avg":
                return f"avg({number(value, self.scope)})", "numeric"
            case "$min" | "$max":
                sql, kind = expression(value, self.scope)
                if kind in ("boolean", "uuid", "json"):
                    raise NotTranslatedError(f"{operator} of {kind}")
                return f"{operator[1:]}({sql})", kind
            case _:
                raise NotTranslatedError(f"the accumulator {operator}")

    def unwind(self, asked: Any) -> None:
        """$unwind."""
        options = dict(cast("Dict[str, Any]", asked)) if isinstance(asked, Dict) else {"path": asked}
        if options.get("includeArrayIndex"):
            raise NotTranslatedError("$unwind with the position")
        if self.select or self.limited or self.skipped:
            raise NotTranslatedError("$unwind after another stage than $match")
        path = str(options["path"]).removeprefix("$")
        self._unwound(path, keep=bool(options.get("preserveNullAndEmptyArrays")))

    def _unwound(self, path: str, *, keep: bool) -> None:
        kinds = {name for node, _ in self.seen.nodes(path) for name in node.types if node.items is not None}
        if kinds - {"array"} or not kinds:
            raise NotTranslatedError(f"$unwind of {path}, which is not always an array")
        side = "LEFT JOIN" if keep else "JOIN"
        if isinstance(self.documents, JsonScope):
            place = self.documents.place(path)
            if place.how != "json":
                raise NotTranslatedError(f"$unwind of {path}")
            inner = place.sql + "".join(f" -> {quote_literal(part)}" for part in place.rest)
            alias = self.aliases.new("u")
            elements = f"CASE jsonb_typeof({inner}) WHEN 'array' THEN {inner} END"
            self.frm.append(f"{side} LATERAL jsonb_array_elements({elements}) AS {alias}(value) ON true")
            self.documents.unwound[path] = alias
            return
        scope = self.documents
        slot, alias, keys = self._slot(path)
        if slot.table and slot.each:
            inner = self.aliases.new(slot.table)
            self.frm.append(f"{side} {quoted(slot.table)} AS {inner} ON {join(slot, inner, alias, keys)}")
            scope.unwound[path] = inner
        elif slot.array:
            inner = self.aliases.new("u")
            column = f"{alias}.{quote_identifier(slot.column)}"
            self.frm.append(f"{side} LATERAL unnest({column}) AS {inner}(value) ON true")
            scope.elements[path] = Place("column", f"{inner}.value", slot.type, path=path)
        else:
            raise NotTranslatedError(f"$unwind of {path}, which is a {sql_type(slot.type)} column")

    def _slot(self, path: str) -> tuple[Slot, str, tuple[str, ...]]:
        """(where the path goes, the alias and the key of what holds it); arrays before it must be unwound."""
        assert isinstance(self.documents, TableScope)
        fields, alias = self.mapping.fields, self.documents.alias
        keys = (fields["_id"].column,)
        parts = path.split(".")
        for at, part in enumerate(parts):
            slot = fields.get(part)
            if slot is None:
                break
            if at == len(parts) - 1:
                return slot, alias, keys
            here = ".".join(parts[: at + 1])
            if slot.table:
                if here not in self.documents.unwound:
                    break
                alias, keys = self.documents.unwound[here], slot.keys
            fields = slot.fields
        raise NotTranslatedError(f"$unwind of {path}: what holds it is not unwound")

    def distinct(self, key: str) -> None:
        """The values at a path, each once; elements of arrays each."""
        self.unique = True
        if isinstance(self.documents, JsonScope) and self.documents.place(key).how == "json":
            alias = self.aliases.new("u")
            path = json_path(tuple(key.split("."))) + "[*]"
            values = f"jsonb_path_query({self.documents.alias}.{DOCUMENT}, {quote_literal(path)})"
            self.frm.append(f"JOIN LATERAL {values} AS {alias}(value) ON true")
            self.select = {"value": f"{alias}.value"}
            return
        parts = key.split(".")
        for at in range(1, len(parts) + 1):
            path = ".".join(parts[:at])
            if any(node.items is not None for node, _ in self.seen.nodes(path)):
                self._unwound(path, keep=False)
        sql, _, nullable = scalar(self.scope.place(key), self.scope)
        self.select = {"value": sql}
        if nullable:
            self.where.append(f"{sql} IS NOT NULL")

    # --- rows -------------------------------------------------------------------------------------------------------

    def _rows(self, made: Dict[str, tuple[str, str]]) -> None:
        """From here on there are rows with these fields: (SQL, type)."""
        self.select = {name: sql for name, (sql, _) in made.items()}
        self.scope = RowScope(
            {name: Place("column", quote_identifier(name), kind, path=name) for name, (_, kind) in made.items()}
        )

    def _nested(self) -> None:
        """Take what was made so far as the table of the next stages."""
        if not self.select:
            raise NotTranslatedError("$match, $group or $sort after $limit on documents")
        inner, alias = self.sql().replace("\n", " "), self.aliases.new("g")
        scope = cast("RowScope", self.scope)
        fields = {
            name: Place("column", f"{alias}.{quote_identifier(name)}", place.kind, path=name)
            for name, place in scope.fields.items()
        }
        self.frm, self.where, self.grouped, self.having, self.order = [f"({inner}) AS {alias}"], [], [], "", []
        self.limited = self.skipped = 0
        self.select = {name: place.sql for name, place in fields.items()}
        self.scope = RowScope(fields)
