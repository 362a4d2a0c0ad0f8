"""PostgreSQL's `log_line_prefix` as a regular expression, given or found out from the lines themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dbarchitect.errors import InputError

_ZONE = r"(?:[A-Za-z]{1,6}|[+-]\d\d(?::?\d\d){0,2})"
_SECOND = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_ANY = r"[^\n]{0,64}?"  # names are of 63 bytes at most, and so is application_name

# https://www.postgresql.org/docs/18/runtime-config-logging.html#GUC-LOG-LINE-PREFIX
_ESCAPES = {
    "a": _ANY,
    "u": _ANY,
    "d": _ANY,
    "r": r"[^\s()]{0,255}(?:\(\d+\))?",
    "h": r"[^\s(),]{0,255}",
    "L": r"[^\s,]{0,255}",
    "b": _ANY,
    "p": r"\d+",
    "P": r"\d*",
    "t": rf"{_SECOND} {_ZONE}",
    "m": rf"{_SECOND}\.\d{{3}} {_ZONE}",
    "n": r"\d+\.\d{3}",
    "i": _ANY,
    "e": r"[0-9A-Z]{5}",
    "c": r"[0-9a-f]+\.[0-9a-f]+",
    "l": r"\d+",
    "s": rf"{_SECOND} {_ZONE}",
    "v": r"(?:-?\d+/\d+)?",
    "x": r"\d+",
    "Q": r"-?\d+",
}
STARTS = "LOG|ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|DEBUG[1-5]?"  # what begins a record
EXTRAS = "DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|BACKTRACE"  # what goes on with the record before
_SEVERE = re.compile(rf"(?:{STARTS}|{EXTRAS}):  ")

# Prefixes that are in use: the defaults since 10 and before, Debian's, those of pgBadger's page, of Amazon RDS, Azure,
# Google Cloud SQL, Supabase, Heroku and CloudNativePG. The ones with more fields stand first.
KNOWN = (
    "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%m [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
    "%m [%p] user=%u,db=%d,app=%a,client=%h ",
    "%t [%p]: [%l-1] user=%u,db=%d,client=%h ",
    "%t [%p]: [%l-1] db=%d,user=%u,app=%a,client=%h ",
    "%m [%p]: [%l-1] db=%d,user=%u,app=%a,client=%h ",
    "%m [%p]: [%l-1] db=%d,user=%u,host=%h ",
    "%m [%p]: [%l-1] db=%d,user=%u ",
    "%t [%p]: [%l-1] db=%d,user=%u ",
    "%t [%p]: [%l-1] user=%u,db=%d ",
    "%t [%p]: [%l-1] ",
    "%t:%r:%u@%d:[%p]:",
    "%m:%r:%u@%d:[%p]:",
    "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",
    "%t-%c-",
    "%h %m [%p] %q%u@%d ",
    "%m [%p] %q[user=%u,db=%d,app=%a] ",
    "%m [%p] %q%u@%d/%a ",
    "%m [%p] %q%u@%d ",
    "%t [%p] %q%u@%d ",
    "%t [%p]: %q%u@%d ",
    "%m [%p] %c %v %x ",
    "%m %c %v ",
    "%m [%p] ",
    "%t [%p] ",
    "%t [%p]: ",
    "%t %p ",
    "%m %p ",
    "%n [%p] ",
    "%m ",
    "%t ",
    "%p ",
    "[%p] ",
    "",
)

# For a prefix of one's own: what each of its parts looks like, the surest first.
_PARTS = (
    (rf"{_SECOND}\.\d{{3}} {_ZONE}", "m"),
    (r"\b1\d{9}\.\d{3}\b", "n"),
    (rf"{_SECOND} {_ZONE}", "t"),
    (r"\b[0-9a-f]{8}\.[0-9a-f]+\b", "c"),
    (r"(?<![\w/.-])-?\d+/\d+(?![\w/.-])", "v"),
    (r"(?<=\buser=)[^\s,;|\])>]*|(?<=\bu=)[^\s,;|\])>]*", "u"),
    (r"(?<=\bdb=)[^\s,;|\])>]*|(?<=\bdatabase=)[^\s,;|\])>]*|(?<=\bd=)[^\s,;|\])>]*", "d"),
    (r"(?<=\bapp=)[^,;|\])>\n]*|(?<=\bapplication=)[^,;|\])>\n]*|(?<=\bapplication_name=)[^,;|\])>\n]*", "a"),
    (r"(?<=\bpid=)\d+|(?<=\bp=)\d+", "p"),
    (r"(?<=\btxid=)\d+|(?<=\bxid=)\d+|(?<=\btx=)\d+|(?<=\bx=)\d+", "x"),
    (r"(?<![\w@.-])[\w$-]+(?=@[\w$-])", "u"),
    (r"(?<=[\w$-]@)[\w$-]+", "d"),
    (r"(?<=\[)\d+(?=\])", "p"),
)
_TIMES = {"m", "n", "t"}
_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Prefix:
    """`text` is the setting's value; `pattern` matches one line's prefix, with groups named `f_` and the escape."""

    text: str
    pattern: str


def parse_prefix(text: str) -> Prefix:
    """The prefix of a server's `log_line_prefix`. Raises `InputError` for an escape that PostgreSQL does not know."""
    parts: list[str] = []
    named: set[str] = set()
    optional = False
    for match in re.finditer(r"%(-?\d+)?([A-Za-z%])|[^%]+|%", text):
        escape = match[2]
        follows = text[match.end() : match.end() + 1]
        if escape is None:
            parts.append(re.escape(match[0]))
        elif escape == "%":
            parts.append("%")
        elif escape == "q":
            if not optional:
                parts.append("(?:")
                optional = True
        elif escape not in _ESCAPES:
            raise InputError(
                f"--log-line-prefix {text}: PostgreSQL has no %{escape}", hint="psql -c 'SHOW log_line_prefix'"
            )
        else:
            body = _ESCAPES[escape]
            if body == _ANY and follows not in ("", "%"):  # the same as _ANY, and quick where names are ordinary
                sign = re.escape(follows)
                body = rf"[^{sign}\n]{{0,64}}(?:{sign}[^{sign}\n]{{0,64}}){{0,8}}?"
            body = f"(?:{body})" if escape in named else f"(?P<f_{escape}>{body})"
            named.add(escape)
            width = match[1] or ""
            parts.append(f" *{body}" if width and width[0] != "-" else f"{body} *" if width else body)
    return Prefix(text, "".join(parts) + (")?" if optional else ""))


def find_prefix(lines: Sequence[str]) -> Prefix | None:
    """The prefix of a log's lines (some hundred are enough); None where they are no log of PostgreSQL."""
    heads = [line[: found.start()] for line in lines if not line.startswith("\t") and (found := _SEVERE.search(line))]
    if not heads:
        return None
    for text in KNOWN:
        prefix = parse_prefix(text)
        expression = re.compile(prefix.pattern)
        if sum(1 for head in heads if expression.fullmatch(head)) >= 0.95 * len(heads):
            return prefix
    return _inferred([head for head in heads if head])


def _inferred(heads: Sequence[str]) -> Prefix:
    """A prefix made of the parts that most heads have in one order; what is between them is anything."""
    found: dict[tuple[str, ...], int] = {}
    for head in heads[:_LOOKED_AT]:
        order = _parts_of(head)
        found[order] = found.get(order, 0) + 1
    order = max(found, key=lambda one: (found[one], len(one)), default=())
    patterns = {one: "|".join(pattern for pattern, escape in _PARTS if escape == one) for one in order}
    between = rf"(?:(?!(?:{STARTS}|{EXTRAS}):  )[^\n])*?"
    parts = [f"(?>(?:{between}(?P<f_{escape}>{patterns[escape]}))?)" for escape in order]
    return Prefix("", "".join(parts) + between)


def _parts_of(head: str) -> tuple[str, ...]:
    """The escapes whose parts a head has, in its order."""
    taken: list[tuple[int, int, str]] = []
    for pattern, escape in _PARTS:
        known = {kind for *_, kind in taken}
        if escape in known or (escape in _TIMES and known & _TIMES):
            continue
        for match in re.finditer(pattern, head):
            if not any(start < match.end() and match.start() < end for start, end, _ in taken):
                taken.append((match.start(), match.end(), escape))
                break
    return tuple(escape for *_, escape in sorted(taken))
