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


# Tables that stand alone by nature: nothing needs to refer to them.
STANDALONE = frozenset(
    """
    setting settings config configs configuration configurations option options preference preferences parameter
    parameters queue queues job jobs task tasks outbox inbox lock locks leader cache caches session sessions token
    tokens migration migrations version versions metadata meta schema feature features flag flags secret secrets
    template templates staging stage import imports tmp temp dead letter counter counters statistic statistics stats
    system info nonce nonces blacklist denylist property properties node nodes
    """.split()  # noqa: SIM905
)

# Copies on purpose: what a table with such a name repeats is meant to be repeated.
COPIES = frozenset(
    """
    history histories archive archives archived staging stage stg backup backups bak old new tmp temp copy latest
    snapshot snapshots log logs audit audits shadow import imports draft drafts deleted
    """.split()  # noqa: SIM905
)

# The owner of rows where many customers share one database.
TENANTS = frozenset(
    """
    tenant organization organisation org account workspace company team customer project site shop store
    """.split()  # noqa: SIM905
)

_MADE_AT = frozenset({"created", "inserted", "creation"})
_CHANGED_AT = frozenset({"updated", "modified", "changed"})
_MOMENT = frozenset({"at", "on", "date", "time", "ts", "timestamp", "datetime"})


def _is_moment(name: str, what: frozenset[str]) -> bool:
    """`created`, `created_at`, `date_created`: one word of `what`, beside it words for a moment alone."""
    parts = words(name)
    return sum(part in what for part in parts) == 1 and all(
        part in what or part in _MOMENT or part in ("last", "row") for part in parts
    )


def is_creation_time(column: str) -> bool:
    """Whether a column's name says when the row was made."""
    return _is_moment(column, _MADE_AT)


def is_change_time(column: str) -> bool:
    """Whether a column's name says when the row was last changed."""
    return _is_moment(column, _CHANGED_AT)
