"""The texts of safe forms, made from the statement as it is written."""

from __future__ import annotations

import re

from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.sql.spans import command_spans
from dbarchitect.sql.statements import ConstraintSpec

from .follow import constraint_name
from .rule import Fix, Piece
from .site import Site

_ADD = re.compile(r"ADD\s+(?:CONSTRAINT\s+(?:\"(?:[^\"]|\"\")+\"|[\w$]+)\s+)?", re.I)
_PLACES = re.compile(r"\b(NULLS\s+NOT\s+DISTINCT|WITH\s*\(|TABLESPACE|WITHOUT\s+OVERLAPS)", re.I)


def head(site: Site) -> str:
    """`ALTER TABLE name`, as it is written."""
    spans = command_spans(site.sql)
    return site.sql[: spans[0][0]].rstrip()


def command_text(site: Site) -> str:
    """The command that the rule looks at, as it is written."""
    start, end = command_spans(site.sql)[site.command_number]
    return site.sql[start:end]


def in_place_of_command(site: Site, *pieces: Piece) -> Fix:
    """`pieces` instead of the command; the other commands of the ALTER TABLE stay, before them."""
    spans = command_spans(site.sql)
    others = [site.sql[start:end] for number, (start, end) in enumerate(spans) if number != site.command_number]
    if not others:
        return Fix(pieces)
    return Fix((Piece(f"{head(site)} {', '.join(others)}"), *pieces))


def named(site: Site, spec: ConstraintSpec) -> str:
    """The name of a constraint, quoted: its own, or the one that PostgreSQL would choose."""
    return quote_identifier(constraint_name(site.table, spec))


def validated_later(site: Site, spec: ConstraintSpec) -> Fix:
    """ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own."""
    name = named(site, spec)
    rest = _ADD.sub("", command_text(site), count=1)
    return in_place_of_command(
        site,
        Piece(f"{head(site)} ADD CONSTRAINT {name} {rest} NOT VALID"),
        Piece(f"{head(site)} VALIDATE CONSTRAINT {name}", apart=True),
    )


def not_null_later(site: Site, column: str, table: Name | None = None) -> tuple[Piece, ...]:
    """NOT NULL on a column without a scan under an exclusive lock."""
    start, quoted = head(site), quote_identifier(column)
    name = (table or site.table.name).name
    if site.version >= 18:
        spec = ConstraintSpec(kind="not null", columns=(column,))
        label = quote_identifier(constraint_name(site.table, spec))
        return (
            Piece(f"{start} ADD CONSTRAINT {label} NOT NULL {quoted} NOT VALID"),
            Piece(f"{start} VALIDATE CONSTRAINT {label}", apart=True),
        )
    label = quote_identifier(f"{name}_{column}_set"[:63])
    return (
        Piece(f"{start} ADD CONSTRAINT {label} CHECK ({quoted} IS NOT NULL) NOT VALID"),
        Piece(f"{start} VALIDATE CONSTRAINT {label}", apart=True),
        Piece(f"{start} ALTER COLUMN {quoted} SET NOT NULL", apart=True),
        Piece(f"{start} DROP CONSTRAINT {label}", apart=True),
    )


def key_from_index(site: Site, spec: ConstraintSpec) -> tuple[Piece, ...]:
    """UNIQUE or PRIMARY KEY from an index that was built without blocking; () where the text says more than that."""
    if _PLACES.search(command_text(site)) or not spec.columns:
        return ()
    name = named(site, spec)
    columns = ", ".join(quote_identifier(one) for one in spec.columns)
    include = f" INCLUDE ({', '.join(quote_identifier(one) for one in spec.include)})" if spec.include else ""
    table = re.sub(r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?", "", head(site), flags=re.I)
    written = re.search(r"\b(?:NOT\s+)?DEFERRABLE\b.*$|\bINITIALLY\b.*$", command_text(site), re.I | re.S)
    deferred = f" {written[0]}" if written else ""
    return (
        Piece(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns}){include}", apart=True),
        Piece(f"{head(site)} ADD CONSTRAINT {name} {spec.kind.upper()} USING INDEX {name}{deferred}", apart=True),
    )
