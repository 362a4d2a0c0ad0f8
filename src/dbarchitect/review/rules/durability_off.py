"""Server that may lose or damage data

## What it says

The server runs with `fsync = off`, `full_page_writes = off` or `zero_damaged_pages = on`. On Neon, whose storage is
elsewhere and which always runs with `fsync = off`, that one is left out.

## Why it matters

After a crash of the machine the database may be damaged beyond repair, and may look sound.

The documentation says of `fsync`: "turning this off can result in unrecoverable data corruption in the event of a
power failure or system crash"; of `full_page_writes`: it "might lead to either unrecoverable data corruption, or
silent data corruption".

## What would make it false

The data can be thrown away, as in tests, or, for `full_page_writes` alone, the file system never writes half a page
(ZFS).

## How to mend it

Switch them back in the server's configuration. Who needs speed and can lose the last moments, but not the database,
sets `synchronous_commit = off` instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.ERROR, needs="server")

_HARMFUL = {"fsync": "off", "full_page_writes": "off", "zero_damaged_pages": "on"}


def check(review: Context) -> Iterator[Finding]:
    """The server, where it is set to run without its safety."""
    found = {name: value for name, value in _HARMFUL.items() if review.setting(name) == value}
    if review.platform == "neon":
        found.pop("fsync", None)
    if found:
        said = " and ".join(f"{name} = {value}" for name, value in found.items())
        yield RULE.finding(DATABASE, f"the server runs with {said}: a crash may damage data", facts=dict(found))
