"""Changes as SQLite's statements, as far as it can make them in place."""

from __future__ import annotations

from dbarchitect.model.change import AddIndex, Change, DropIndex, Statements
from dbarchitect.model.schema import Index, IndexKey
from dbarchitect.sql.sqlite import quoted


def ddl(change: Change) -> tuple[str, ...]:
    """The statements of a change; none for what takes a rebuild of the table (`migrate` writes those)."""
    match change:
        case AddIndex(index=index):
            return (create_index(index),)
        case DropIndex(index=index) if index.constraint is None:
            return (f"DROP INDEX {quoted(index.name.name)}",)
        case Statements(sql=sql):
            return sql
        case _:
            return ()


def create_index(index: Index) -> str:
    """CREATE INDEX."""
    unique = "UNIQUE " if index.unique else ""
    keys = ", ".join(_key(key) for key in index.keys)
    where = f" WHERE {index.predicate}" if index.predicate else ""
    return f"CREATE {unique}INDEX {quoted(index.name.name)} ON {quoted(index.table.name)} ({keys}){where}"


def _key(key: IndexKey) -> str:
    text = quoted(key.column) if key.column is not None else key.expression or ""
    collation = f" COLLATE {quoted(key.collation.name)}" if key.collation is not None else ""
    return f"{text}{collation}{' DESC' if key.descending else ''}"
