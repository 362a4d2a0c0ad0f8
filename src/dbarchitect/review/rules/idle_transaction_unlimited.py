"""Idle transactions may stay open for ever

## What it says

Sessions of this database start with `idle_in_transaction_session_timeout = 0`: a transaction that waits for its client
is never ended. The finding also says whether `statement_timeout` and `lock_timeout` are without a limit.

## Why it matters

One forgotten transaction keeps its locks and keeps VACUUM from removing rows that died since, in every table of the
database.

"even when no significant locks are held, an open transaction prevents vacuuming away recently-dead tuples that may be
visible only to this transaction" (documentation of the setting).

## What would make it false

The connection pooler or the application's framework ends such sessions.

## How to mend it

Set it for the database or the application's role, above the longest pause that the application needs (a minute is
much). Leave `statement_timeout` to roles: reports and backups need more than requests do.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.change import SetSetting
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.review.context import Context
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import DATABASE

RULE = Rule(__name__, __doc__, area="operations", severity=Severity.INFO, needs="server")

_IDLE = "idle_in_transaction_session_timeout"
_LIMIT = "5min"
_NONE = frozenset({"0", "0ms", "0s", "0min"})


def check(review: Context) -> Iterator[Finding]:
    """The database, where idle transactions have no limit."""
    if review.setting(_IDLE) not in _NONE:
        return
    others = [name for name in ("statement_timeout", "lock_timeout") if review.setting(name) in _NONE]
    also = f"; {' and '.join(others)} {'has' if len(others) == 1 else 'have'} none either" if others else ""
    yield RULE.finding(
        DATABASE,
        f"a transaction that waits for its client has no time limit ({_IDLE} = 0){also}",
        facts=dict.fromkeys((_IDLE, *others), "0"),
        fix=(SetSetting(name=_IDLE, before=review.schema.settings.get(_IDLE), after=_LIMIT),),
    )
