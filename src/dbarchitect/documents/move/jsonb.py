"""The design with one JSONB column: the document whole, and columns generated from it for what is asked for often."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Sequence

from dbarchitect.documents.paths import FEW
from dbarchitect.model.documents import Collection
from dbarchitect.model.documents_move import Choice, Mapping
from dbarchitect.model.names import quote_literal

from .shape import Names, Node, Seen, column_type, quoted, scalar_of, tree_of

DOCUMENT = "doc"
# A cast of text to a moment depends on settings unless the text has its zone, as these all have. So it may be
# immutable, which a generated column and an index ask for.
MOMENT = (
    "CREATE FUNCTION document_moment(text) RETURNS timestamptz\n"
    "  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE\n"
    "  AS $$ SELECT $1::timestamptz $$;"
)
MOMENT_DOWN = "DROP FUNCTION IF EXISTS document_moment(text);"
_STORED = {"objectid": "hex"}  # of a document it is the text of 24 digits


class JsonbOf:
    """The table of one collection. `wanted`: paths that indexes, queries and references look at."""

    def __init__(self, collection: Collection, names: Names, uuids: AnyOf[str], wanted: Sequence[str]) -> None:
        self.collection = collection
        self.choices: list[Choice] = []
        self.table = names.new(collection.name)
        root = tree_of(collection)
        seen = Seen(root)
        columns = Names((DOCUMENT,))
        sure = collection.sampled >= FEW
        taken: list[tuple[str, str, str, bool]] = []
        for path in dict.fromkeys(("_id", *wanted)):
            node = _at(root, path)
            kind = scalar_of(node, uuids) if node is not None and not seen.many(path) else ""
            kind = _STORED.get(kind, kind)
            if path == "_id":
                taken.append((path, columns.new("id"), kind if kind not in ("", "bytea") else "json", True))
            elif node is not None and kind not in ("", "bytea"):
                required = sure and _always(root, path)
                taken.append((path, columns.new(path), kind, required))
                self._chosen(path, f"generated column {taken[-1][1]}", "it is indexed, asked for or a reference")
            elif node is not None and len(set(node.types) - {"array"}) > 1:
                self._chosen(path, "stays in the document", "values of several types: no column has them", mixed=True)
        self.taken = tuple(taken)
        self.mapping = Mapping(collection=collection.name, table=self.table, document=DOCUMENT, taken=self.taken)

    def _chosen(self, path: str, what: str, why: str, *, mixed: bool = False) -> None:
        at = f"{self.collection.name}.{path}"
        self.choices.append(Choice(at=at, what=what, why=why, kind="mixed" if mixed else "made"))

    def sql(self) -> str:
        """CREATE TABLE."""
        parts = [f"{DOCUMENT} jsonb NOT NULL"]
        for path, column, kind, required in self.taken:
            made = (
                f"{quoted(column)} {column_type(kind)} GENERATED ALWAYS AS ({extracted(DOCUMENT, path, kind)}) STORED"
            )
            parts.append(made + (" NOT NULL" if required else ""))
        parts.append("PRIMARY KEY (id)")
        return f"CREATE TABLE {quoted(self.table)} (\n  " + ",\n  ".join(parts) + "\n);"


def extracted(document: str, path: str, kind: str) -> str:
    """The value at a path of objects as a column of this kind. null in the document is NULL."""
    parts = path.split(".")
    if kind == "json":
        return f"{document} {_arrow(parts, '->', '#>')}"
    text = f"{document} {_arrow(parts, '->>', '#>>')}"
    match kind:
        case "text" | "hex":
            return text
        case "timestamptz":
            return f"document_moment({text})"
        case "double":
            return f"({text})::double precision"
        case _:
            return f"({text})::{kind}"


def _arrow(parts: Sequence[str], one: str, many: str) -> str:
    if len(parts) == 1:
        return f"{one} {quote_literal(parts[0])}"
    elements = ",".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)
    return f"{many} {quote_literal('{' + elements + '}')}"


def _at(root: Node, path: str) -> Node | None:
    here: Node | None = root
    for part in path.split("."):
        here = here.fields.get(part) if here is not None else None
    return here


def _always(root: Node, path: str) -> bool:
    here = root
    for part in path.split("."):
        here = here.fields[part]
        if here.nullable:
            return False
    return True
