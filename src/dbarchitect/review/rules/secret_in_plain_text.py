"""Secret that looks as if it were kept in plain text

## What it says

A text column is named like a password, key or token, and nothing says that it holds a hash or a ciphertext: neither
its name nor its comment, no column beside it (a salt, `..._encrypted`, `..._hash`), no length that only a hash has, no
CHECK on its form and, where ANALYZE saw values, not their shape. As `password` often holds a hash, the rule asks; more
than three such columns are one question. Columns that only describe a secret (when it expires, its type, its
identifier) are left out.

## Why it matters

Whoever reads a backup, a replica, a log of statements or one query too many has the secret itself, and people use
the same one elsewhere.

OWASP's Password Storage Cheat Sheet has Argon2id, scrypt or bcrypt for what is only compared; what must be read back
is encrypted with a key that is not in the database. Of 42 real schemas 29 had such columns, and for most of them only
their owners know.

## What would make it false

The application hashes or encrypts before it writes, or the value is no secret.

## How to mend it

Hash what is only compared, encrypt what must be read back, and name the column after what it holds
(`password_hash`): the next reader, and this rule, then know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Check, Column, Table
from dbarchitect.review.context import TEXTS, Context, base_type, column_ref, mentions
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.samples import sample
from dbarchitect.review.systemic import roll_up
from dbarchitect.review.vocabulary import NOT_A_SECRET, SECRETS, holds

RULE = Rule(
    __name__,
    __doc__,
    area="security",
    certainty="possible",
    severity=Severity.WARNING,
    engines=("postgresql", "sqlite"),
)

_SAFE = frozenset({"hash", "hashed", "digest", "encrypted", "enc", "cipher", "ciphertext", "salt", "nonce", "iv"})
_SAID = re.compile(r"hash|bcrypt|argon|scrypt|pbkdf|digest|encrypt|cipher|\bsha|\bmd5", re.IGNORECASE)
# bcrypt and the modular crypt formats, PBKDF2 of Django, PHC strings, plain digests in hexadecimal; a sealed token.
_HASHED = re.compile(
    r"\$\w{1,12}\$|pbkdf2_|bcrypt|argon2|sha\d+[$:]|\{\w+\}|[0-9a-f]{32,128}\Z|gAAAA|enc:|v\d+:", re.IGNORECASE
)
_HASH_LENGTHS = frozenset({32, 40, 56, 60, 64, 96, 128})  # MD5, SHA-1, -224, bcrypt, SHA-256, -384, -512
_MANY = 3


def check(review: Context) -> Iterator[Finding]:
    """Columns whose name promises a secret and whose neighbours promise no care."""
    found = [
        RULE.finding(
            column_ref(table, column),
            f"{table.name.short}.{quote_identifier(column.name)}: is that a hash, a ciphertext or the secret itself?",
            asks=True,
            experiment=_plain(review, table, column),
        )
        for table, column in review.columns()
        if _is_secret(table, column) and not _is_safe(review, table, column)
    ]
    message = f"{len(found)} columns are named like secrets: are they kept as hashes or ciphertexts, or in plain text?"
    yield from roll_up(found, message, of=len(found), many=_MANY)


def _is_secret(table: Table, column: Column) -> bool:
    named = words(column.name)
    if base_type(column) not in TEXTS or column.type.is_array or not NOT_A_SECRET.isdisjoint(named):
        return False
    if named == ("token",):  # of a language or a currency elsewhere
        return not _LETS_IN.isdisjoint(words(table.name.name))
    return holds(column.name, SECRETS)


_LETS_IN = frozenset(
    """
    access account accounts api auth authentication client credential credentials key keys login logins oauth password
    refresh reset session sessions token tokens user users verification
    """.split()  # noqa: SIM905
)


def _is_safe(review: Context, table: Table, column: Column) -> bool:
    named = words(column.name)
    for other in table.columns:
        others = words(other.name)
        if other is not column and not _SAFE.isdisjoint(others) and (len(others) == 1 or set(named) & set(others)):
            return True
    length = column.type.modifier - 4
    if length in _HASH_LENGTHS or _SAID.search(f"{column.comment or ''} {table.comment or ''} {column.type.name}"):
        return True
    if column.generated or any(
        isinstance(one, Check) and mentions(one.definition, column.name) for one in table.constraints
    ):
        return True
    facts = review.facts.column(str(table.name), column.name) if review.facts else None
    seen = [value for value in sample(facts) if value] if facts is not None else []
    return bool(seen) and all(_HASHED.match(value) for value in seen)


def _plain(review: Context, table: Table, column: Column) -> Accepted | None:
    rows = Rows(review)
    longest = column.type.modifier - 4
    value = "open sesame" if longest < 0 else "open sesame"[:longest]
    if rows.add(table, {column.name: quote_literal(value)}) is None:
        return None
    return Accepted(script=tuple(rows.statements), shows="the database accepts words in plain text there")
