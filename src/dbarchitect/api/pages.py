"""Which rules `check` has: those for tables, for the keys of Redis and for documents of MongoDB."""

from __future__ import annotations

from dbarchitect.documents.rule import BOOK as DOCUMENTS
from dbarchitect.engines.mongodb.connection import is_mongodb
from dbarchitect.engines.redis.connection import is_redis
from dbarchitect.keyspace.rule import BOOK as KEYSPACE
from dbarchitect.model.rulebook import Read, Rulebook

from .schema import RulePage, rule_pages


def check_pages() -> tuple[RulePage, ...]:
    """The pages of all rules of `check`, whatever a source is."""
    return (*rule_pages(), *_pages(KEYSPACE), *_pages(DOCUMENTS))


def pages_for(source: str) -> tuple[RulePage, ...]:
    """The pages of the rules that look at `source`, by id."""
    if is_redis(source):
        return _pages(KEYSPACE)
    return _pages(DOCUMENTS) if is_mongodb(source) else rule_pages()


def _pages(book: Rulebook[Read]) -> tuple[RulePage, ...]:
    return tuple(
        RulePage(id=rule.id, severity=rule.severity.value, needs=", ".join(rule.needs), text=rule.page or "")
        for rule in book.rules
    )
