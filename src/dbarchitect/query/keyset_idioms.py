"""Placeholder."""

from dbarchitect.model.keyset import Idiom, Keyset
from dbarchitect.model.schema import Relational


def idioms(keyset: Keyset, schema: Relational) -> tuple[Idiom, ...]:
    """None yet."""
    return ()
