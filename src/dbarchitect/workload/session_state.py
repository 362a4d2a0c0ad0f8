"""Statements that count on keeping their session, as behind a pooler in transaction mode nobody does.

Which those are: "SQL feature map for pooling modes" of PgBouncer's documentation (https://www.pgbouncer.org/features.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from dbarchitect.model.names import Position
from dbarchitect.model.pooler import Habit, PoolerReport, SessionHabit
from dbarchitect.sql.outline import outline

_KINDS: tuple[tuple[Habit, str], ...] = (
    ("prepared statement", r"^(?:PREPARE(?!\s+TRANSACTION)|EXECUTE|DEALLOCATE)\b"),
    (
        "temporary table",
        r"^CREATE\s+(?:(?:LOCAL|GLOBAL)\s+)?TEMP(?:ORARY)?\s(?!.*\bON\s+COMMIT\s+DROP\b)"
        r"|\bINTO\s+(?:(?:LOCAL|GLOBAL)\s+)?TEMP(?:ORARY)?\s",
    ),
    ("held cursor", r"^DECLARE\b.*\bWITH\s+HOLD\b"),
    ("listen", r"^(?:UN)?LISTEN\b"),
    ("session lock", r"\bpg_(?:try_)?advisory_(?:un)?lock(?:_shared|_all)?\s*\("),
    (
        "session setting",
        r"^SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)|^(?:RESET|DISCARD)\b|\bset_config\s*\([^()]*,\s*false\s*\)",
    ),
    ("session value", r"\b(?:currval|lastval)\s*\("),
)
_PATTERNS: tuple[tuple[Habit, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for kind, pattern in _KINDS
)
_QUICK = re.compile("|".join(f"(?:{pattern})" for _, pattern in _KINDS), re.IGNORECASE | re.DOTALL)

# What comes of each (silent, what happens, what to write instead).
_SAID: dict[Habit, tuple[bool, str, str]] = {
    "prepared statement": (
        False,
        "EXECUTE reaches a server that never saw the PREPARE, and fails",
        "let the driver prepare by the protocol, with max_prepared_statements set in PgBouncer 1.21 or newer",
    ),
    "temporary table": (
        False,
        "the next transaction is on another server, where the table is not; where it is, it is somebody else's",
        "ON COMMIT DROP and one transaction for all that uses it, or an unlogged table with a key for the run",
    ),
    "held cursor": (
        False,
        "FETCH after the COMMIT reaches a server without that cursor, and fails",
        "read it within one transaction, or in pages by the keys (dba query keyset)",
    ),
    "listen": (
        True,
        "notifications come to whichever client holds that server then; the listener gets none and no error",
        "listen on a connection of its own, by the server's direct URL",
    ),
    "session lock": (
        True,
        "the lock stays with the server: another client that gets this server holds it too, and it is never given back",
        "pg_advisory_xact_lock within the transaction that it guards",
    ),
    "session setting": (
        True,
        "the setting stays on the server for whoever comes next; this client's own next transaction may be without it",
        "SET LOCAL within the transaction, or ALTER ROLE ... SET for all of the application",
    ),
    "session value": (
        False,
        "the sequence's last value is that of a session: it fails, or is another client's",
        "INSERT ... RETURNING",
    ),
}
_SHOWN = 3  # statements of a kind that are shown
_REMEMBERED = 20_000  # texts


def habits(sql: str) -> tuple[Habit, ...]:
    """What kinds of session state a statement counts on."""
    if not _QUICK.search(sql.lstrip()) and "--" not in sql and "/*" not in sql:
        return ()
    text = outline(sql).strip()
    return tuple(kind for kind, pattern in _PATTERNS if pattern.search(text))


def consequence(kind: Habit) -> tuple[bool, str, str]:
    """(whether nothing fails, what comes of it behind a pooler, what to write instead)."""
    return _SAID[kind]


@dataclass(slots=True)
class _Seen:
    calls: float
    statements: dict[str, None]
    first: Position | None


class SessionState:
    """Counts what is added to it."""

    def __init__(self) -> None:
        self.statements = 0.0
        self._known: dict[str, tuple[Habit, ...]] = {}
        self._seen: dict[Habit, _Seen] = {}

    def add(self, sql: str, *, calls: float = 1, at: Position | None = None) -> None:
        """Count a statement that ran `calls` times."""
        self.statements += calls
        kinds = self._known.get(sql)
        if kinds is None:
            kinds = habits(sql)
            if len(self._known) < _REMEMBERED:
                self._known[sql] = kinds
        for kind in kinds:
            seen = self._seen.setdefault(kind, _Seen(0.0, {}, at))
            seen.calls += calls
            if len(seen.statements) < _SHOWN:
                seen.statements[" ".join(outline(sql).split())] = None

    def report(self, origin: str) -> PoolerReport:
        """What was found."""
        found: list[SessionHabit] = []
        for kind, seen in self._seen.items():
            silent, happens, instead = _SAID[kind]
            found.append(
                SessionHabit(
                    kind=kind,
                    calls=seen.calls,
                    statements=tuple(seen.statements),
                    silent=silent,
                    happens=happens,
                    instead=instead,
                    first=seen.first,
                )
            )
        found.sort(key=lambda one: (not one.silent, -one.calls, one.kind))
        return PoolerReport(origin=origin, statements=self.statements, habits=tuple(found))
