"""What names tell: identifiers as words. Names are hints, so a rule that has nothing else to go by asks."""

from __future__ import annotations

import itertools
from functools import lru_cache

from dbarchitect.model.english import split as words

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


def is_event_like(table: str) -> bool:
    """Whether a table's name says that it records what happened."""
    return not EVENTS.isdisjoint(words(table))


# Amounts of money, by a word of the column's name or by the whole of it.
_AMOUNTS = frozenset(
    """
    price prices amount cost costs fee fees salary wage wages revenue balance payment paid refund subtotal freight
    budget income expense expenses profit charge charges deposit msrp rent invoice invoiced payable receivable turnover
    """.split()  # noqa: SIM905
)
_AMOUNTS_ALONE = frozenset(
    {("total",), ("grand", "total"), ("order", "total"), ("tax",), ("total", "tax"), ("credit",), ("debit",)}
)
_NO_AMOUNTS = frozenset(
    """
    rate ratio percent pct percentage factor discount score weight share multiplier coefficient seconds second ms
    minutes hours days bytes count kg km tokens points quantity qty index estimate estimated unit units dose distance
    """.split()  # noqa: SIM905
)
_PRICES = frozenset({"price", "cost", "fee"})


@lru_cache(maxsize=65536)
def names_money(column: str) -> bool:
    """Whether a column's name says that it holds an amount of money: no rate, no quantity, but a unit price."""
    name = words(column)
    if name in _AMOUNTS_ALONE:
        return True
    strange = _NO_AMOUNTS.intersection(name)
    if strange and not (strange <= {"unit", "units"} and _PRICES.intersection(name)):
        return False
    return not _AMOUNTS.isdisjoint(name)


# Tables whose rows are meant to be lost: they can be made again, or are of no use after a restart.
TRANSIENT = frozenset(
    """
    cache caches cached leader leaders lock locks lease leases session sessions heartbeat heartbeats presence staging
    stage stg tmp temp temporary scratch import imports load buffer node nodes peer peers limiter ratelimit rate
    throttle unlogged volatile
    """.split()  # noqa: SIM905
)
# Columns that hold what lets somebody in. A pair is two words that follow each other.
SECRETS = frozenset(
    {
        *("password", "passwd", "pwd", "passphrase", "passcode", "secret", "apikey", "privatekey", "jwt", "otp"),
        *(("api", "key"), ("private", "key"), ("secret", "key"), ("access", "key"), ("signing", "key")),
        *(("access", "token"), ("refresh", "token"), ("auth", "token"), ("bearer", "token"), ("session", "token")),
        *(("reset", "token"), ("api", "token"), ("bot", "token"), ("login", "token"), ("remember", "token")),
        *(("activate", "token"), ("activation", "token"), ("webhook", "token"), ("personal", "token")),
        *(("recovery", "code"), ("backup", "code")),
    }
)

# What such a column holds instead where it is kept safe, or what only describes a secret.
NOT_A_SECRET = frozenset(
    """
    hash hashed hashes digest digested encrypted enc encr cipher ciphered ciphertext crypted crypt salt salted
    bcrypt argon scrypt pbkdf sha md checksum fingerprint masked redacted public expires expiry expiration expire at
    on date time type kind count length name hint question policy strategy algorithm version status state url uri
    endpoint path set is has can ref reference id ids uuid guid prefix suffix last start enabled required used
    changed updated created valid issued verified format arn provider field label ttl lifetime usage limit max min
    scope scopes attempts
    """.split()  # noqa: SIM905
)

# Columns that say something about a person.
PERSONAL = frozenset(
    {
        *("email", "mail", "phone", "mobile", "telephone", "ssn", "birthday", "birthdate", "dob", "passport", "iban"),
        *("salary", "nationality", "ethnicity", "religion", "diagnosis"),
        *(
            ("e", "mail"),
            ("birth", "date"),
            ("date", "birth"),
            ("social", "security"),
            ("tax", "id"),
            ("card", "number"),
        ),
        *(("national", "id"), ("bank", "account"), ("street", "address"), ("home", "address")),
        *(("license", "number"), ("credit", "card"), ("account", "number")),
    }
)


def holds(name: str, vocabulary: frozenset[str | tuple[str, ...]] | frozenset[str]) -> bool:
    """Whether an identifier has one of the words, or two of its words that follow each other are one of the pairs."""
    found = [word for word in words(name) if word != "of"]
    return any(word in vocabulary for word in found) or any(pair in vocabulary for pair in itertools.pairwise(found))


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
TENANTS = frozenset({"tenant", "organization", "organisation", "org", "workspace", "company"})
# What may own rows in that way, and as often is only one more thing that has some.
OWNERS = TENANTS | {"account", "team", "customer", "project", "site", "shop", "store"}

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


# Columns that say when or by which system a row came and went, or in which order rows stand.
BOOKKEEPING = frozenset(
    """
    created updated inserted modified deleted added joined assigned granted linked timestamp createdat updatedat
    position order ordinal sort rank seq sequence sorting priority weight version
    """.split()  # noqa: SIM905
)

# Columns that say to whom a row belongs, where one database serves several; `tenant` needs no more evidence.
