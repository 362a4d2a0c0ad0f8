"""Extensions that the DDL of models uses and does not make: their mappers leave that to a migration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from dbarchitect.sql import tree
from dbarchitect.sql.script import Statement

_TYPES = {
    "vector": "vector",
    "halfvec": "vector",
    "sparsevec": "vector",
    "citext": "citext",
    "hstore": "hstore",
    "ltree": "ltree",
    "lquery": "ltree",
    "cube": "cube",
    "geometry": "postgis",
    "geography": "postgis",
}
_FUNCTIONS = {
    "uuid_generate_v1": "uuid-ossp",
    "uuid_generate_v1mc": "uuid-ossp",
    "uuid_generate_v4": "uuid-ossp",
    "uuid_generate_v5": "uuid-ossp",
    "gen_salt": "pgcrypto",
    "gen_random_bytes": "pgcrypto",
    "unaccent": "unaccent",
    "similarity": "pg_trgm",
}
_CLASSES = {
    "gin_trgm_ops": "pg_trgm",
    "gist_trgm_ops": "pg_trgm",
    "vector_cosine_ops": "vector",
    "vector_l2_ops": "vector",
}


def used(statements: Iterable[Statement]) -> tuple[str, ...]:
    """The extensions that statements need, and no statement makes, by name."""
    wanted: set[str] = set()
    made: set[str] = set()
    for kind, fields in _parsed(statements):
        if kind == "CreateExtensionStmt":
            made.add(fields.get("extname", ""))
        elif kind in ("CreateEnumStmt", "CompositeTypeStmt", "CreateDomainStmt"):
            made |= {_TYPES[name] for name in _last(fields.get("typeName")) if name in _TYPES}
        wanted |= _needed(fields)
        if _compares_by_gist(fields):
            wanted.add("btree_gist")
    return tuple(sorted(wanted - made))


def _compares_by_gist(fields: tree.Node) -> bool:
    """Whether an exclusion constraint by GiST wants `=`, which plain types have there from btree_gist alone."""
    for kind, constraint in tree.walk(fields):
        if kind == "Constraint" and constraint.get("contype") == "CONSTR_EXCLUSION":
            operators = [one for kind_, one in tree.walk(constraint.get("exclusions")) if kind_ == "String"]
            if constraint.get("access_method") == "gist" and any(one.get("sval") == "=" for one in operators):
                return True
    return False


def named_types(statements: Iterable[Statement]) -> tuple[str, ...]:
    """The names of types that statements use and none of them makes, without a schema; the server's own too."""
    wanted: set[str] = set()
    made: set[str] = set()
    for _, fields in _parsed(statements):
        for one in tree.mappings(fields):
            wanted.update(_last(one.get("names")))
        made.update(_last(fields.get("typeName")), _last(fields.get("domainname")))
        made.add(fields.get("typevar", {}).get("relname", ""))
    return tuple(sorted(wanted - made))


def _parsed(statements: Iterable[Statement]) -> Iterator[tuple[str, tree.Node]]:
    """The kind and the fields of each statement that is SQL of PostgreSQL."""
    for statement in statements:
        with suppress(tree.ParserError):
            yield from tree.parse(statement.sql)


def _needed(fields: tree.Node) -> set[str]:
    found: set[str] = set()
    for fields_ in tree.mappings(fields):
        for key, known in (("names", _TYPES), ("funcname", _FUNCTIONS), ("opclass", _CLASSES)):
            found |= {known[name] for name in _last(fields_.get(key)) if name in known}
    return found


def _last(parts: object) -> list[str]:
    """The last part of a qualified name."""
    return tree.strings(parts)[-1:] if isinstance(parts, list) else []
