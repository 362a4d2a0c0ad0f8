"""The two designs of a database of documents, whole: schema, what follows loading, and the way back."""

from __future__ import annotations

from collections.abc import Collection as AnyOf
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from typing import Any, cast

from dbarchitect.model.documents import Collection
from dbarchitect.model.documents_move import Choice, MoveDesign, Reference

from .indexes import Indexed, foreign_key, translate
from .jsonb import MOMENT, MOMENT_DOWN, JsonbOf
from .shape import Names, Seen, quoted, tree_of
from .tables import TablesOf, foreign_keys

Partials = Dict[tuple[str, str], Dict[str, Any]]  # filters of partial indexes by collection and name


def tables_design(
    collections: Sequence[Collection], uuids: Dict[str, AnyOf[str]], references: Sequence[Reference], partials: Partials
) -> MoveDesign:
    """The design with tables. `uuids`: by collection, paths whose binary values are UUIDs."""
    names = Names(("dba_load_progress", "dba_load_refused"))
    made = [
        TablesOf(one, names, uuids.get(one.name, ()), [each for each in references if each.collection == one.name])
        for one in collections
    ]
    choices = [choice for one in made for choice in one.choices]
    indexed = Indexed(names)
    for one in made:
        seen = Seen(tree_of(one.collection))
        for index in one.collection.indexes:
            translate(index, one.mapping, seen, partials.get((one.collection.name, index.name)), indexed)
    keys: list[str] = []
    for reference, table, column, target, refused in foreign_keys([one.mapping for one in made], references):
        at = f"{reference.collection}.{reference.path}"
        if refused:
            choices.append(Choice(at=at, what=f"no foreign key to {target.table}", why=refused, kind="lost"))
            continue
        key = target.fields["_id"].column
        keys.append(foreign_key(indexed, names, table, column, target.table, key))
        what = f"foreign key {table}.{column} to {target.table}"
        choices.append(Choice(at=at, what=what, why=f"all {reference.values:,} values looked up are there"))
    tables = [table for one in made for table in one.tables]
    return MoveDesign(
        name="tables",
        mappings=tuple(one.mapping for one in made),
        schema=tuple(table.sql() for table in tables),
        finish=(*indexed.statements, *keys, *(f"ANALYZE {quoted(table.name)};" for table in tables)),
        down=tuple(f"DROP TABLE IF EXISTS {quoted(table.name)} CASCADE;" for table in reversed(tables)),
        choices=(*choices, *indexed.choices),
    )


def jsonb_design(
    collections: Sequence[Collection],
    uuids: Dict[str, AnyOf[str]],
    references: Sequence[Reference],
    asked: Dict[str, Sequence[str]],
    partials: Partials,
) -> MoveDesign:
    """The design with JSONB. `asked`: by collection, paths that queries filter or sort by."""
    names = Names(("dba_load_progress", "dba_load_refused"))
    made: list[JsonbOf] = []
    for one in collections:
        wanted = [path for index in one.indexes if not index.hidden for path, way in index.keys if isinstance(way, int)]
        wanted += [each.path for each in references if each.collection == one.name]
        made.append(JsonbOf(one, names, uuids.get(one.name, ()), [*wanted, *asked.get(one.name, ())]))
    indexed = Indexed(names)
    for one in made:
        seen = Seen(tree_of(one.collection))
        for index in one.collection.indexes:
            translate(index, one.mapping, seen, partials.get((one.collection.name, index.name)), indexed)
        taken = {path for path, *_ in one.taken}
        rest = [path for path in asked.get(one.collection.name, ()) if path not in taken and seen.known(path)]
        if rest:
            indexed.add("INDEX", one.table, "USING gin (doc jsonb_path_ops)", words=("doc",))
            at = f"{one.collection.name}.{rest[0]}"
            indexed.choices.append(
                Choice(at=at, what="a GIN index of the document", why="queries ask for paths that are no columns")
            )
    choices = [choice for one in made for choice in one.choices]
    keys: list[str] = []
    by_name = {one.collection.name: one for one in made}
    for one in references:
        source, target = by_name.get(one.collection), by_name.get(one.target)
        column = next((each for each in (source.taken if source else ()) if each[0] == one.path), None)
        at = f"{one.collection}.{one.path}"
        if source is None or target is None:
            continue
        if column is None or one.missing or column[2] != target.taken[0][2]:
            why = f"{one.missing:,} values are not there" if one.missing else "it is within an array or of another type"
            choices.append(Choice(at=at, what=f"no foreign key to {target.table}", why=why, kind="lost"))
            continue
        keys.append(foreign_key(indexed, names, source.table, column[1], target.table, "id"))
    moments = any(kind == "timestamptz" for one in made for _, _, kind, _ in one.taken)
    return MoveDesign(
        name="jsonb",
        mappings=tuple(one.mapping for one in made),
        schema=(*((MOMENT,) if moments else ()), *(one.sql() for one in made)),
        finish=(*indexed.statements, *keys, *(f"ANALYZE {quoted(one.table)};" for one in made)),
        down=(
            *(f"DROP TABLE IF EXISTS {quoted(one.table)} CASCADE;" for one in reversed(made)),
            *((MOMENT_DOWN,) if moments else ()),
        ),
        choices=(*choices, *indexed.choices),
    )


def asked_paths(found: Any) -> list[str]:
    """Paths of a filter, those of its branches too."""
    paths: list[str] = []
    for key, value in cast("Dict[str, Any]", found).items() if isinstance(found, Dict) else ():
        if key in ("$and", "$or", "$nor") and isinstance(value, list):
            for one in cast("list[Any]", value):
                paths += asked_paths(one)
        elif not key.startswith("$"):
            paths.append(key)
    return paths
