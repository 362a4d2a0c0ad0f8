"""The design with tables: scalar fields are typed columns, nested objects columns of their own or one row beside,
arrays of scalars arrays or tables, arrays of objects tables; references become foreign keys."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from dbarchitect.documents.paths import FEW
from dbarchitect.model.documents import Collection
from dbarchitect.model.documents_move import Choice, Mapping, Reference, Slot
from dbarchitect.model.english import singular, snake, split

from .shape import Names, Node, column_type, kinds_text, quoted, scalar_of, tree_of

# Elements of one array: what the rule mongodb-unbounded-array calls many. A row that holds them all is rewritten whole
# for each one that comes.
_MANY = 1_000
# A row of its own costs a header of 24 bytes, its key and an entry in an index (PostgreSQL's manual, Database Page
# Layout); for fewer fields, or where most documents have them, columns that may be null are smaller. Our own choice.
_APART_FIELDS = 4
_APART_SHARE = 0.5


@dataclass
class Table:
    """A table to make. `columns`: (name, type with NOT NULL); `parent`: (columns, table, columns) of the foreign key
    that cascades."""

    name: str
    columns: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    key: tuple[str, ...] = ()
    parent: tuple[tuple[str, ...], str, tuple[str, ...]] | None = None
    names: Names = field(default_factory=Names)

    def sql(self) -> str:
        """CREATE TABLE."""
        parts = [f"{quoted(name)} {kind}" for name, kind in self.columns]
        parts.append(f"PRIMARY KEY ({quoted(*self.key)})")
        if self.parent:
            columns, table, others = self.parent
            parts.append(
                f"FOREIGN KEY ({quoted(*columns)}) REFERENCES {quoted(table)} ({quoted(*others)}) ON DELETE CASCADE"
            )
        return f"CREATE TABLE {quoted(self.name)} (\n  " + ",\n  ".join(parts) + "\n);"


class TablesOf:
    """The tables of one collection. `names`: of all tables so far; `uuids`: paths whose binary values are UUIDs;
    `references`: paths whose elements refer to documents."""

    def __init__(
        self, collection: Collection, names: Names, uuids: AnyOf[str], references: Sequence[Reference]
    ) -> None:
        self.collection = collection
        self.choices: list[Choice] = []
        self.tables: list[Table] = []
        self._names = names
        self._uuids = uuids
        self._refer = {one.path for one in references}
        self._sure = collection.sampled >= FEW
        root = tree_of(collection)
        self.table = Table(names.new(collection.name))
        self.tables.append(self.table)
        identity = root.fields.pop("_id", Node(path="_id"))
        root.fields = {"_id": identity, **root.fields}
        fields = self._fields(root, self.table, (), sure=self._sure)
        self.table.key = (fields["_id"].column,)
        self.mapping = Mapping(collection=collection.name, table=self.table.name, fields=fields)

    # --- fields -----------------------------------------------------------------------------------------------------

    def _fields(self, node: Node, table: Table, prefix: tuple[str, ...], *, sure: bool) -> dict[str, Slot]:
        return {name: self._slot(name, one, table, prefix, sure=sure) for name, one in node.fields.items()}

    def _slot(self, name: str, node: Node, table: Table, prefix: tuple[str, ...], *, sure: bool) -> Slot:
        required = sure and not node.nullable
        is_key = node.path == "_id"
        kinds = set(node.types)
        if kinds == {"object"} and node.fields and node.any is None and not is_key:
            if self._apart(node):
                return self._beside(name, node, table, prefix)
            return Slot(fields=self._fields(node, table, (*prefix, name), sure=required))
        if kinds == {"array"} and node.items is not None and node.items.types:
            made = self._array(name, node, table, prefix, required=required)
            if made is not None:
                return made
        kind = scalar_of(node, self._uuids)
        if not kind:
            kind = "json"
            self._as_json(node)
        column = self._column(table, (*prefix, "id" if is_key else name), kind, required=required or is_key)
        return Slot(column=column, type=kind, required=required or is_key)

    def _column(self, table: Table, words: tuple[str, ...], kind: str, *, required: bool, array: bool = False) -> str:
        column = table.names.new(*words)
        check = ""
        if kind == "objectid" and not array:
            check = f" CHECK (octet_length({quoted(column)}) = 12)"
        table.columns.append((column, column_type(kind, array=array) + (" NOT NULL" if required else "") + check))
        return column

    def _as_json(self, node: Node) -> None:
        kinds = node.types
        if not kinds:
            what, why = "a jsonb column", "only null was seen: no type is known"
        elif node.any is not None:
            what, why = "a jsonb column", "names of its fields are data: a table of key and value would have them too"
        elif set(kinds) == {"object"}:
            what, why = "a jsonb column", "objects without a field"
        elif set(kinds) == {"array"}:
            what, why = (
                "a jsonb column",
                "arrays whose elements have no one form: "
                + (kinds_text(node.items) if node.items else "none was seen"),
            )
        elif len(kinds) > 1:
            odd = f", such as {', '.join(node.shape.odd)}" if node.shape and node.shape.odd else ""
            what = "a jsonb column that keeps each value as it is"
            why = f"values of several types: {kinds_text(node)}{odd}; made one in MongoDB first, it is a typed column"
        else:
            what, why = "a jsonb column, in extended JSON", f"PostgreSQL has no type for {kinds_text(node)}"
        self._chosen(node.path, what, why, mixed=len(kinds) > 1)

    def _chosen(self, path: str, what: str, why: str, *, mixed: bool = False) -> None:
        at = f"{self.collection.name}.{path}"
        self.choices.append(Choice(at=at, what=what, why=why, kind="mixed" if mixed else "made"))

    # --- rows of their own ------------------------------------------------------------------------------------------

    def _apart(self, node: Node) -> bool:
        shape = node.shape
        if shape is None or not shape.parents:
            return False
        return len(node.fields) >= _APART_FIELDS and shape.present < _APART_SHARE * shape.parents

    def _beside(self, name: str, node: Node, table: Table, prefix: tuple[str, ...]) -> Slot:
        made = self._below(table, (*prefix, name), each=False)
        assert node.shape is not None
        share = node.shape.present / max(1, node.shape.parents)
        self._chosen(
            node.path, f"table {made.name}, one row at most", f"{share:.0%} have it, with {len(node.fields)} fields"
        )
        return Slot(table=made.name, keys=made.key, fields=self._fields(node, made, (), sure=self._sure))

    def _array(self, name: str, node: Node, table: Table, prefix: tuple[str, ...], *, required: bool) -> Slot | None:
        items = node.items
        assert items is not None
        refers = f"{node.path}[]" in self._refer or node.path in self._refer
        if set(items.types) == {"object"} and items.fields and items.any is None and not self._has_null(items):
            made = self._below(table, (*prefix, name), each=True)
            self._chosen(node.path, f"table {made.name}, a row for each element", "elements are objects")
            return Slot(
                table=made.name, each=True, keys=made.key, fields=self._fields(items, made, (), sure=self._sure)
            )
        kind = scalar_of(items, self._uuids)
        if not kind:
            return None
        longest = node.shape.lengths[-1] if node.shape and node.shape.lengths else 0
        if refers or longest >= _MANY:
            made = self._below(table, (*prefix, name), each=True)
            whole = self._sure and not self._has_null(items)
            column = self._column(made, (singular(name) or "value",), kind, required=whole)
            why = (
                "elements refer to documents: an array has no foreign key" if refers else f"up to {longest:,} elements"
            )
            self._chosen(node.path, f"table {made.name}, a row for each element", why)
            value = Slot(column=column, type=kind, required=whole)
            return Slot(table=made.name, each=True, keys=made.key, value=value)
        column = self._column(table, (*prefix, name), kind, required=required, array=True)
        self._chosen(
            node.path, f"column {table.name}.{column} of {column_type(kind, array=True)}", "elements are scalars"
        )
        return Slot(column=column, type=kind, array=True, required=required)

    def _has_null(self, node: Node) -> bool:
        return node.shape is not None and any(name in ("null", "undefined") for name in node.shape.types)

    def _below(self, table: Table, words: tuple[str, ...], *, each: bool) -> Table:
        """A table under another: its key is that of its parent, with a position for each element."""
        made = Table(self._names.new(table.name, *words))
        self.tables.append(made)
        root = table is self.table
        keys: list[str] = []
        names = table.key or (table.columns[0][0],)  # that of the collection's table comes first
        for at, name in enumerate(names):
            kind = next(kind for column, kind in table.columns if column == name)
            plain = kind.partition(" NOT NULL")[0]
            shown = name if not root else f"{singular(snake(split(table.name)))}_{name}"
            if at and at == len(names) - 1 and name == "position":
                shown = f"{singular(table.name)}_position"
            column = made.names.new(shown)
            made.columns.append((column, plain + " NOT NULL"))
            keys.append(column)
        made.parent = (tuple(keys), table.name, names)
        if each:
            position = made.names.new("position")
            made.columns.append((position, "integer NOT NULL"))
            keys.append(position)
        made.key = tuple(keys)
        return made


def foreign_keys(
    mappings: Sequence[Mapping], references: Sequence[Reference]
) -> Iterator[tuple[Reference, str, str, Mapping, str]]:
    """(reference, table, column, target, why none can be) of each reference; "" where a foreign key can be."""
    by_name = {one.collection: one for one in mappings}
    for one in references:
        target, source = by_name.get(one.target), by_name.get(one.collection)
        if target is None or source is None:
            continue
        found = place_of(source, one.path)
        if found is None:
            continue
        table, slot = found
        kind = target.fields["_id"].type
        refused = ""
        if one.missing:
            refused = f"{one.missing:,} of {one.values:,} values looked up are no _id of {one.target}"
        elif slot.type != kind or slot.array:
            refused = f"{slot.type} is not the type of its _id, {kind}"
        yield one, table, slot.column, target, refused


def place_of(mapping: Mapping, path: str) -> tuple[str, Slot] | None:
    """(table, slot) of the column that has the values at a path, brackets or not."""
    table, fields = mapping.table, mapping.fields
    parts = path.replace("[]", "").split(".")
    for at, part in enumerate(parts):
        slot = fields.get(part)
        if slot is None:
            return None
        last = at == len(parts) - 1
        if slot.column:
            return (table, slot) if last else None
        if slot.table:
            table = slot.table
            if slot.value is not None:
                return (table, slot.value) if last else None
        fields = slot.fields
    return None
