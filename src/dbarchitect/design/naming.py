"""What things are called in SQL: lower case with underscores, tables in the plural, no name that needs quotes."""

from __future__ import annotations

import hashlib

from dbarchitect.errors import InputError
from dbarchitect.model.english import plural, singular, snake, split
from dbarchitect.model.names import RESERVED

_LONGEST = 63  # bytes of a name: https://www.postgresql.org/docs/18/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS


def words(name: str, *, line: int = 0) -> tuple[str, ...]:
    """The words of a name. Raises `InputError` where there is no letter or digit in it."""
    found = split(name)
    if not found:
        where = f"line {line}: " if line else ""
        raise InputError(
            f"{where}{repr(name) if name else 'what stands there'} is no name: it has no letter",
            hint="a word or several: order line",
        )
    return found


def plain(*parts: str) -> str:
    """A name of the parts: no longer than PostgreSQL keeps, nothing that would need quotes."""
    name = snake([word for part in parts for word in split(part)])
    if not name.isascii():
        name = "".join(letter if letter.isalnum() or letter == "_" else "_" for letter in name)
    if name[:1].isdigit():
        name = f"n_{name}"
    encoded = name.encode()
    if len(encoded) > _LONGEST:
        digest = hashlib.sha256(encoded).hexdigest()[:6]
        name = f"{encoded[: _LONGEST - 7].decode(errors='ignore').rstrip('_')}_{digest}"
    return name


def table_name(entity: str, plural_name: str = "", *, line: int = 0) -> str:
    """The table of an entity: its name in the plural."""
    found = words(plural_name or entity, line=line)
    *rest, last = found
    if plural_name:
        name = plain(*found)
    elif last.isdigit() and rest:  # `gate 7` is one of the gates
        *first, kept = rest
        name = plain(*first, plural(kept), last)
    else:
        name = plain(*rest, plural(last))
    return f"{name}_rows" if name in RESERVED or name.startswith("pg_") else name


def one_of(entity: str) -> str:
    """What a reference to an entity is called: its name in the singular."""
    found = words(entity)
    return plain(*found[:-1], singular(found[-1]))


def column_name(field: str, of: str, *, line: int = 0) -> str:
    """The column of a field of the entity `of`; a reserved word is told apart by that entity's name."""
    name = plain(*words(field, line=line))
    return plain(one_of(of), name) if name in RESERVED or name in _SYSTEM else name


# Columns that every table has: https://www.postgresql.org/docs/18/ddl-system-columns.html
_SYSTEM = frozenset(("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"))


def an(name: str) -> str:
    """`an order`, `a user`: the name with its article."""
    vowel = name[:1].lower() in "aeiou" and not name.lower().startswith(("use", "uni", "eu", "one"))
    return f"{'an' if vowel else 'a'} {name}"
