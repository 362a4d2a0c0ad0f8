"""What can go wrong, as one small tree. Findings are returned; only errors are raised.

::

    DbaError                  base: every message says what, where, and what to try next
    ├── InputError    exit 2  the user's input: usage, SQL, a file, a name
    └── SurroundingsError  exit 3  the surroundings: no connection, no server, no disk

They are caught once, at the edge (`__main__`), which prints the message and exits with the code.
"""

from __future__ import annotations

import re


class DbaError(Exception):
    """Base of all errors raised on purpose.

    `message` is one sentence that says what happened and where; `hint` says what to try next.
    """

    exit_code = 2

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  try: {self.hint}" if self.hint else self.message


class InputError(DbaError):
    """Something the user gave is wrong: a flag, a file, SQL, a name."""

    exit_code = 2


class SurroundingsError(DbaError):
    """Something around us is missing or refuses: a server, a network, a disk, a platform."""

    exit_code = 3


# What systems, resolvers and drivers say where no connection comes about -> what that is, and what to try.
_NO_WAY: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), message, hint)
    for pattern, message, hint in (
        (r"refused", "no server answers at {}: connection refused", "check host and port, and that it runs"),
        (
            r"name or service|nodename nor servname|name resolution|getaddrinfo|no address associated|"
            r"resolve host|translate host name|DNS (query name|operation)|resolution lifetime",
            "the host of {} is unknown",
            "check its spelling",
        ),
        (
            r"network is unreachable|no route to host",
            "there is no way to {} from here",
            "check the network, the VPN or the tunnel",
        ),
    )
)


def unreachable(name: str, said: object) -> SurroundingsError | None:
    """The error for a server that is not reached at all, from what was said of it; None where that says nothing of the
    way there. One message for every engine."""
    found = (one for one in _NO_WAY if one[0].search(str(said)))
    return next((SurroundingsError(message.format(name), hint=hint) for _, message, hint in found), None)


def unreadable(name: object, err: Exception, *, what: str = "", hint: str = "") -> InputError:
    """The error for a file that cannot be opened or read; `what` it should be, such as "the plan"."""
    kind = f"{what} " if what else ""
    reason = getattr(err, "strerror", None) or err
    return InputError(
        f"cannot read {kind}{name}: {reason}", hint=hint or "check its name, and that this account may read it"
    )
