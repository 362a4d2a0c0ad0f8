"""Columns: their definitions, and what turns one into another."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl.clauses import comment_on, foreign_changes, foreign_options, options
from dbarchitect.model.change import AlterColumn
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.schema import Column, IdentityOptions, NotNull

# Types whose values are not EXTENDED by themselves; SET STORAGE DEFAULT came with PostgreSQL 16.
_OWN_STORAGE = {"numeric": "MAIN", "inet": "MAIN", "cidr": "MAIN", "tsquery": "PLAIN"}


def column_definition(
    column: Column, *, major: int = 18, not_null: NotNull | None = None, table: Name | None = None
) -> str:
    """A column as it stands in CREATE TABLE or ADD COLUMN. `not_null` gives its NOT NULL a name where that says more
    than the server would choose by itself for `table`; a NOT NULL that is not valid is left out."""
    words = [quote_identifier(column.name), column.type.sql]
    if column.storage is not None and major >= 16:
        words.append(f"STORAGE {column.storage}")
    if column.compression is not None and major >= 14:
        words.append(f"COMPRESSION {column.compression}")
    if column.foreign_options:
        words.append(f"OPTIONS ({foreign_options(column.foreign_options)})")
    if column.collation is not None:
        words.append(f"COLLATE {column.collation}")
    if rest := column_constraints(column, major, not_null, table):
        words.append(rest)
    return " ".join(words)


def column_constraints(column: Column, major: int, not_null: NotNull | None, table: Name | None) -> str:
    """What follows name and type: generation, identity or default, and NOT NULL."""
    words: list[str] = []
    if column.generated is not None:
        kind = "STORED" if column.generated.stored else "VIRTUAL"
        words.append(f"GENERATED ALWAYS AS ({column.generated.expression}) {kind}")
    elif column.identity is not None:
        words.append(identity_clause(column, column.identity, table))
    elif column.default is not None:
        words.append(f"DEFAULT {column.default}")
    if not_null is not None and major >= 18:
        if not_null.validated:
            usual = f"{table.name}_{column.name}_not_null" if table else ""
            if not_null.name not in ("", usual):
                words.append(f"CONSTRAINT {quote_identifier(not_null.name)}")
            words.append("NOT NULL NO INHERIT" if not_null.no_inherit else "NOT NULL")
    elif column.not_null:
        words.append("NOT NULL")
    return " ".join(words)


def identity_clause(column: Column, identity: IdentityOptions, table: Name | None) -> str:
    """`GENERATED ... AS IDENTITY` with its options."""
    options = [
        f"{word} {value}"
        for word, value in (
            ("START WITH", identity.start),
            ("INCREMENT BY", identity.increment),
            ("MINVALUE", identity.minimum),
            ("MAXVALUE", identity.maximum),
            ("CACHE", None if identity.cache == 1 else identity.cache),
        )
        if value is not None
    ]
    if identity.cycle:
        options.append("CYCLE")
    if table is not None and identity.sequence.name not in ("", f"{table.name}_{column.name}_seq"):
        options.insert(0, f"SEQUENCE NAME {identity.sequence}")
    text = f"GENERATED {'ALWAYS' if identity.always else 'BY DEFAULT'} AS IDENTITY"
    return f"{text} ({' '.join(options)})" if options else text


def column_settings(table: Name, column: Column, major: int) -> Iterable[str]:
    """What a column definition has no room for."""
    target = f"ALTER TABLE ONLY {table} ALTER COLUMN {quote_identifier(column.name)}"
    if column.storage is not None and major < 16:
        yield f"{target} SET STORAGE {column.storage}"
    if column.statistics_target is not None:
        yield f"{target} SET STATISTICS {column.statistics_target}"
    if column.options:
        yield f"{target} SET ({options(column.options)})"
    yield from comment_on(f"COLUMN {table}.{quote_identifier(column.name)}", column.comment)


def alter_column(change: AlterColumn, major: int) -> Iterable[str]:
    """Statements for what differs; a column that cannot be altered into the other is made anew, at the end."""
    before, after, table = change.before, change.after, change.table
    if before.name != after.name:
        yield f"ALTER TABLE {table} RENAME COLUMN {quote_identifier(before.name)} TO {quote_identifier(after.name)}"
    if before.generated != after.generated and not _generated_in_place(before, after, major):
        yield from _replace_column(table, after, major)
        return
    target = f"ALTER TABLE {table} ALTER COLUMN {quote_identifier(after.name)}"
    retyped = (before.type.sql, before.collation) != (after.type.sql, after.collation)

    # First what would stand in the way of another type, then the type, then what needs it.
    if before.generated is not None and after.generated is None:
        yield f"{target} DROP EXPRESSION"
    if before.identity is not None and after.identity is None:
        yield f"{target} DROP IDENTITY"
    if before.default is not None and before.default != after.default and (retyped or after.default is None):
        yield f"{target} DROP DEFAULT"
    narrower = retyped and _narrower(before, after)
    if narrower and before.identity is not None and after.identity is not None and before.identity != after.identity:
        yield from _alter_identity(target, before.identity, after.identity)
        before = replace(before, identity=after.identity)
    if retyped:
        collate = f" COLLATE {after.collation}" if after.collation is not None else ""
        using = f" USING {change.using}" if change.using else ""
        yield f"{target} TYPE {after.type.sql}{collate}{using}"
    if after.generated is not None and before.generated != after.generated:
        yield f"{target} SET EXPRESSION AS ({after.generated.expression})"
    if before.not_null != after.not_null:
        yield f"{target} {'SET' if after.not_null else 'DROP'} NOT NULL"
    if after.default is not None and before.default != after.default:
        yield f"{target} SET DEFAULT {after.default}"
    if after.identity is not None and before.identity != after.identity:
        if before.identity is None:
            yield f"{target} ADD {identity_clause(after, after.identity, table)}"
            yield _count_on(table, after, after.identity)
        else:
            yield from _alter_identity(target, before.identity, after.identity)
    if before.storage != after.storage:
        yield f"{target} SET STORAGE {after.storage or own_storage(after, major)}"
    if before.compression != after.compression:
        yield f"{target} SET COMPRESSION {after.compression or 'default'}"
    if before.statistics_target != after.statistics_target:
        yield f"{target} SET STATISTICS {-1 if after.statistics_target is None else after.statistics_target}"
    if changed := {key: value for key, value in after.options.items() if before.options.get(key) != value}:
        yield f"{target} SET ({options(changed)})"
    if gone := sorted(before.options.keys() - after.options.keys()):
        yield f"{target} RESET ({', '.join(map(quote_identifier, gone))})"
    if before.foreign_options != after.foreign_options:
        yield f"{target} OPTIONS ({foreign_changes(before.foreign_options, after.foreign_options)})"
    if before.comment != after.comment:
        text = "NULL" if after.comment is None else quote_literal(after.comment)
        yield f"COMMENT ON COLUMN {table}.{quote_identifier(after.name)} IS {text}"


def conversion(column: Column, *, through_text: bool = False) -> str:
    """`USING ...` that casts a column to the type of `column`."""
    name = quote_identifier(column.name)
    middle = ("::text[]" if column.type.is_array else "::text") if through_text else ""
    return f"USING {name}{middle}::{column.type.sql}"


def _count_on(table: Name, column: Column, identity: IdentityOptions) -> str:
    """What makes a new sequence go on where the rows have come to."""
    furthest = "min" if (identity.increment or 1) < 0 else "max"
    name = quote_identifier(column.name)
    sequence = f"pg_catalog.pg_get_serial_sequence({quote_literal(str(table))}, {quote_literal(column.name)})"
    found = f"{furthest}({name})"
    return f"SELECT pg_catalog.setval({sequence}, {found}) FROM {table} HAVING {found} IS NOT NULL"


_INTEGERS = ("int2", "int4", "int8")


def _narrower(before: Column, after: Column) -> bool:
    """Whether an integer becomes a smaller one, whose sequence must fit before."""
    old, new = before.type.base, after.type.base
    return old in _INTEGERS and new in _INTEGERS and _INTEGERS.index(new) < _INTEGERS.index(old)


def _generated_in_place(before: Column, after: Column, major: int) -> bool:
    """Whether ALTER COLUMN can turn the one into the other; else the column must be made anew."""
    if before.generated is None or (after.generated is None and not before.generated.stored):
        return False
    if after.generated is None:
        return major >= 13
    return before.generated.stored == after.generated.stored and major >= 17


def _replace_column(table: Name, after: Column, major: int) -> Iterable[str]:
    old = quote_identifier(after.name)  # renamed already where the name changes
    if after.generated is not None:
        yield f"ALTER TABLE {table} DROP COLUMN {old}"
        yield f"ALTER TABLE {table} ADD COLUMN {column_definition(after, major=major, table=table)}"
    else:
        # The values of a generated column are kept, in a column that takes its place.
        made = replace(after, name=f"{after.name}_new", not_null=False)
        new = quote_identifier(made.name)
        yield f"ALTER TABLE {table} ADD COLUMN {column_definition(made, major=major)}"
        yield f"UPDATE {table} SET {new} = {old}"
        yield f"ALTER TABLE {table} DROP COLUMN {old}"
        yield f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}"
        if after.not_null:
            yield f"ALTER TABLE {table} ALTER COLUMN {old} SET NOT NULL"
    yield from column_settings(table, after, major)


def _alter_identity(target: str, before: IdentityOptions, after: IdentityOptions) -> Iterable[str]:
    words: list[str] = []
    if before.always != after.always:
        words.append(f"SET GENERATED {'ALWAYS' if after.always else 'BY DEFAULT'}")
    if before.increment != after.increment:
        words.append(f"SET INCREMENT BY {1 if after.increment is None else after.increment}")
    if before.minimum != after.minimum:
        words.append("SET NO MINVALUE" if after.minimum is None else f"SET MINVALUE {after.minimum}")
    if before.maximum != after.maximum:
        words.append("SET NO MAXVALUE" if after.maximum is None else f"SET MAXVALUE {after.maximum}")
    if before.start != after.start:
        words.append(f"SET START WITH {1 if after.start is None else after.start}")
    if before.cache != after.cache:
        words.append(f"SET CACHE {1 if after.cache is None else after.cache}")
    if before.cycle != after.cycle:
        words.append("SET CYCLE" if after.cycle else "SET NO CYCLE")
    if words:
        yield f"{target} {' '.join(words)}"
    if before.sequence != after.sequence:
        yield f"ALTER SEQUENCE {before.sequence} RENAME TO {quote_identifier(after.sequence.name)}"


def own_storage(column: Column, major: int) -> str:
    """How values of the column's type are stored where nothing else was said."""
    if major >= 16:
        return "DEFAULT"
    if column.type.length >= 0:
        return "PLAIN"
    return _OWN_STORAGE.get(column.type.base or column.type.name, "EXTENDED")
