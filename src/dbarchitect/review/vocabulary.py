"""What names tell: identifiers as words. Names are hints, so a rule that has nothing else to go by asks."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Tables that only grow: one row for something that happened.
EVENTS = frozenset(
    """
    log logs logging event events audit audits history histories message messages notification notifications metric
    metrics measurement measurements reading readings click clicks visit visits pageview pageviews request requests
    impression impressions activity activities trace traces span spans heartbeat heartbeats telemetry occurrence
    occurrences
    """.split()  # noqa: SIM905
)

# Columns that say a row is deleted without deleting it.
SOFT_DELETE = frozenset({"deleted_at", "deletedat", "is_deleted", "isdeleted", "deleted", "deleted_on", "deletedon"})


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case, whatever its style: `orderItemID` is order, item, id."""
    return tuple(word.lower() for word in _WORD.findall(name))


def is_event_like(table: str) -> bool:
    """Whether a table's name says that it records what happened."""
    return not EVENTS.isdisjoint(words(table))


@lru_cache(maxsize=65536)
def singular(word: str) -> str:
    """A plain English singular: enough to match `companies` with `company_id`, not a dictionary."""
    for ending, replacement, shortest in (("ies", "y", 5), ("sses", "ss", 5), ("xes", "x", 4), ("ses", "s", 5)):
        if word.endswith(ending) and len(word) >= shortest:
            return word.removesuffix(ending) + replacement
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


# Columns that say when or by which system a row came and went, or in which order rows stand.
BOOKKEEPING = frozenset(
    """
    created updated inserted modified deleted added joined assigned granted linked timestamp createdat updatedat
    position order ordinal sort rank seq sequence sorting priority weight version
    """.split()  # noqa: SIM905
)

# Columns that say to whom a row belongs, where one database serves several; `tenant` needs no more evidence.
TENANTS = frozenset({"tenant", "organization", "organisation", "org", "workspace", "company"})
