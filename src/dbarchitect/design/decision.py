"""What was decided in a design: about which object, why, what else could have been done, and what would change it."""

from __future__ import annotations

from typing import Literal

from dbarchitect.model.value import Value

Topic = Literal[
    "key", "type", "optional", "relation", "deletion", "constraint", "state", "tenancy", "history", "inheritance",
    "hierarchy", "partitioning", "search", "queue", "name", "volume", "index", "normal form", "not enforced",
]  # fmt: skip


class Decision(Value, frozen=True, kw_only=True):
    """One entry of the record.

    about    the table, or table and column, as they are called in SQL; "" for the whole design
    instead  what else would have been possible
    unless   what would change it
    line     of the brief, 0 where it follows from no single line
    """

    topic: Topic
    about: str
    what: str
    why: str
    instead: str = ""
    unless: str = ""
    line: int = 0
