"""What a statement does to the tables that exist before it: locks, rewrites, scans, builds of indexes.

`claims` says each effect with its reason; `effects` is the same as the value that an observation has too. Locks are
those of PostgreSQL 12 to 18 (AlterTableGetLockLevel and the commands' own sources), and every statement of
`tests/cases/locks` is compared with what a server really does. Where the outcome depends on what the picture does not
know, the claim is the dear one and says that it is not `sure`.
"""

from __future__ import annotations

from dbarchitect.migrate.picture import Picture
from dbarchitect.model.plan import Effects
from dbarchitect.sql import statements as s
from dbarchitect.sql.statements import Action

from .altering import alter_table
from .book import Book, Cause, Claims
from .others import WRITERS

__all__ = ["Cause", "Claims", "claims", "effects"]


def effects(action: Action, picture: Picture, version: int) -> Effects:
    """The effects of a statement on the schema in `picture`; `version` is the server's major."""
    return claims(action, picture, version).effects


def claims(action: Action, picture: Picture, version: int) -> Claims:
    """The effects of a statement with their reasons."""
    book = Book(picture, version)
    if isinstance(action, s.AlterTable):
        alter_table(book, action)
    elif writer := WRITERS.get(type(action)):
        writer(book, action)
    return Claims(causes=tuple(dict.fromkeys(book.causes)))
