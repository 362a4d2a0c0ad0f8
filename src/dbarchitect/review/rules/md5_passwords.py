"""Passwords of roles kept as MD5

## What it says

`password_encryption` is `md5` for this database or for the whole server: new passwords of roles are stored in that
form.

## Why it matters

What is stored is enough to log in with, and a good graphics card tries billions of such hashes in a second.

SCRAM-SHA-256 is the default since PostgreSQL 14; 18 warns that MD5 is deprecated and will be removed (release notes).

## What would make it false

A client that cannot do SCRAM (a driver from before 2018) still has to connect.

## How to mend it

`ALTER SYSTEM SET password_encryption = 'scram-sha-256'`, have every role set its password again, then `scram-sha-256`
in the place of `md5` in pg_hba.conf.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import SetSetting
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING, needs="live")

_SETTING = "password_encryption"
_OLD = frozenset({"md5", "on", "off", "plain"})  # before 10 it was a switch, and off meant plain text


def check(review: Context) -> Iterator[Finding]:
    """The setting, of the database or else of the server."""
    own = review.schema.settings.get(_SETTING)
    live = review.facts.settings.get(_SETTING) if review.facts else None
    if own in _OLD:
        yield RULE.finding(
            DATABASE,
            f"this database sets password_encryption to {own}: passwords that are set here are kept as MD5",
            facts={"setting": own},
            fix=(SetSetting(name=_SETTING, before=own, after=None),),
        )
    elif live in _OLD and own is None:
        yield RULE.finding(
            DATABASE, f"password_encryption is {live}: new passwords of roles are kept as MD5", facts={"setting": live}
        )
