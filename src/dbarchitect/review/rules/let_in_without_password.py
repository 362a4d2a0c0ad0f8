"""Connections that are let in without a password

## What it says

A line of pg_hba.conf has the method `trust`: whoever comes by that way is let in as any role that the line names. It
is `error` for networks beyond this machine, and `info` for the machine itself and its sockets. Only a superuser can
read the file through the server; for other roles the rule is silent.

## Why it matters

Anybody who reaches the port from there is whoever they say they are, the superuser included.

"trust authentication is only appropriate for TCP/IP connections if you trust every user on every machine that is
allowed to connect" ("Trust Authentication"). Container images have it for the machine itself.

## What would make it false

Nobody else can reach that address: a network of one container, a machine with one user.

## How to mend it

`scram-sha-256` in the place of `trust` (`peer` for sockets), then `SELECT pg_reload_conf()`.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="security", severity=Severity.ERROR, needs="authentication")

_HERE = frozenset({"127.0.0.1", "::1", "localhost", "samehost"})


def check(review: Context) -> Iterator[Finding]:
    """Lines with `trust`: those from elsewhere, then those from here."""
    trusted = (review.facts.trusted if review.facts else None) or ()
    here = [one for one in trusted if _is_here(one)]
    elsewhere = [one for one in trusted if not _is_here(one)]
    if elsewhere:
        lines = ", ".join(dict.fromkeys(elsewhere))
        yield RULE.finding(
            DATABASE,
            f"pg_hba.conf lets in without a password from beyond this machine: {lines}",
            facts={"lines": len(elsewhere)},
        )
    elif here:
        lines = ", ".join(dict.fromkeys(here))
        yield RULE.finding(
            DATABASE,
            f"pg_hba.conf lets in whoever is on the server's machine without a password: {lines}",
            severity=Severity.INFO,
            facts={"lines": len(here)},
        )


def _is_here(line: str) -> bool:
    kind, _, address = line.partition(" ")
    return kind == "local" or address.partition("/")[0] in _HERE
