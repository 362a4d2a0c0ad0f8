"""Readers of PostgreSQL's three kinds of log: lines with a prefix (stderr, syslog), CSV, and JSON.

Each is made for one file, says where a piece of it may end (`cut`), and hands the records of a piece (`feed`) to
`Sessions`. What cannot be read is counted in `broken` and left out.
"""

from __future__ import annotations

import csv
import io
import re

import msgspec

from .prefix import EXTRAS, STARTS, Prefix
from .sessions import Sessions

_FIELDS = ("c", "p", "m", "t", "n", "u", "d", "a", "v", "x")
SYSLOG = r"(?:<\d+>(?:1 )?)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ [\w./-]+\[(\d+)\]: "
_NUMBER = r"(?:\[\d+-\d+\] )?"
_SEVERE = re.compile(rf"(?:{STARTS}|{EXTRAS}):  ")
_EXTRA = frozenset(EXTRAS.split("|"))
CSV_START = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [^,\n]{1,8},")
_PREPARING = ("parse ", "bind ")
_LONGEST_FIELD = 64 << 20
_BACK = 4096  # lines that are looked at, from the end, for the beginning of a record


class StderrReader:
    """Lines that start with `log_line_prefix`; messages over several lines go on after a tab, or without a prefix."""

    def __init__(self, prefix: Prefix, sessions: Sessions, line: int = 0) -> None:
        self.sessions = sessions
        self.line = line
        self.broken = 0
        severity = rf"(?P<severity>{STARTS}|{EXTRAS}):  (?:[0-9A-Z]{{5}}: )?"
        pattern = rf"^{prefix.pattern}{severity}(?P<message>[^\n]*(?:\n\t[^\n]*)*)"
        named = re.compile(pattern).groupindex
        for field in _FIELDS:
            if f"f_{field}" not in named:
                pattern += f"(?P<f_{field}>)"
        self._record = re.compile(pattern, re.MULTILINE)
        self._start = re.compile(rf"{prefix.pattern}(?:{STARTS}):  ".encode())
        index = self._record.groupindex
        session = "c" if "f_c" in named else "p"
        time = next((one for one in ("m", "t", "n") if f"f_{one}" in named), "m")
        vxid = "v" if "f_v" in named else "x"
        self._wanted = (
            index["severity"],
            index["message"],
            *(index[f"f_{one}"] for one in (session, time, "u", "d", "a", vxid)),
        )

    def cut(self, buffer: bytes) -> int:
        """Up to the last line that begins a record: what goes on with it may be still to come."""
        end = len(buffer)
        for _ in range(_BACK):
            at = buffer.rfind(b"\n", 0, end)
            if at < 0:
                return 0
            if buffer[at + 1 : at + 2] != b"\t" and self._start.match(buffer, at + 1):
                return at + 1
            end = at
        return 0

    def feed(self, piece: bytes) -> None:
        """The records of a piece."""
        text = piece.decode("utf-8", "replace")
        if "\r\n" in text:
            text = text.replace("\r\n", "\n")
        sessions, wanted = self.sessions, self._wanted
        line, counted, end = self.line + 1, 0, -1
        for match in self._record.finditer(text):
            start = match.start()
            if start > end + 1:
                self._unmatched(text[end + 1 : start])
            end = match.end()
            severity, message, session, time, user, database, application, vxid = match.group(*wanted)
            if "\n" in message:
                message = message.replace("\n\t", "\n")  # the server's own, one for each further line
            if severity == "LOG" or severity not in _EXTRA:
                line += text.count("\n", counted, start)
                counted = start
                sessions.line(
                    severity, message, session or "", time or "", user or "", database or "", application or "",
                    vxid or "", line,
                )  # fmt: skip
            else:
                sessions.extra(severity, message, session or "")
        if end + 1 < len(text):
            self._unmatched(text[end + 1 :])
        self.line = line - 1 + text.count("\n", counted)

    def _unmatched(self, text: str) -> None:
        """Lines without the prefix: a message that goes on, unless they are records of their own."""
        text = text.strip("\n")
        if _SEVERE.search(text):
            self.broken += text.count("\n") + 1
            self.sessions.more(None)
        elif text:
            self.sessions.more(text)


class SyslogReader(StderrReader):
    """What `log_destination = syslog` becomes in a file: a header before each line, long lines in several parts."""

    def __init__(self, prefix: Prefix, sessions: Sessions, line: int = 0) -> None:
        self._keep_pid = "(?P<f_p>" not in prefix.pattern and "(?P<f_c>" not in prefix.pattern
        whole = Prefix(prefix.text, rf"\[(?P<f_p>\d+)\] {prefix.pattern}") if self._keep_pid else prefix
        super().__init__(whole, sessions, line)
        own = re.compile(prefix.pattern).pattern
        self._part = re.compile(
            rf"\n{SYSLOG}\[\d+-(?:[2-9]|\d\d+)\] (?!{_unnamed(own)}(?:{STARTS}|{EXTRAS}):  )(#011)?"
        )
        self._header = re.compile(f"^{SYSLOG}{_NUMBER}", re.MULTILINE)
        self._start = re.compile(rf"{SYSLOG}(?:\[\d+-1\] )?{prefix.pattern}(?:{STARTS}):  ".encode())

    def feed(self, piece: bytes) -> None:
        """The records of a piece."""
        lines = self.line + piece.count(b"\n")
        text = self._part.sub(lambda part: "\n\t" if part[2] else "", piece.decode("utf-8", "replace"))
        text = (
            self._header.sub(r"[\1] " if self._keep_pid else "", text).replace("\n#011", "\n\t").replace("#011", "\t")
        )
        super().feed(text.encode())
        self.line = lines


def _unnamed(pattern: str) -> str:
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


def _only_prepares(message: str) -> bool:
    """Whether it tells of parsing or binding: its DETAIL is in the same record, so that it can be skipped."""
    at = message.find(" ms  ", 10, 30) + 5
    return at > 5 and message.startswith(_PREPARING, at) and message.startswith("duration: ")


class CsvReader:
    """`log_destination = csvlog`: 23 columns in PostgreSQL 12 and before, 26 in 14 and later."""

    def __init__(self, sessions: Sessions, line: int = 0) -> None:
        self.sessions = sessions
        self.line = line
        self.broken = 0

    def cut(self, buffer: bytes) -> int:
        """Up to the last line that begins a record with all quotes before it closed."""
        end = len(buffer)
        quotes, earliest = buffer.count(b'"'), 0
        while (at := buffer.rfind(b"\n", 0, end)) >= 0:
            quotes -= buffer.count(b'"', at, end)
            if CSV_START.match(buffer, at + 1):
                if quotes % 2 == 0:
                    return at + 1
                earliest = at + 1
            end = at
        return earliest  # a quote was lost in the first record: it goes alone, so that it takes no others with it

    def feed(self, piece: bytes) -> None:
        """The records of a piece."""
        text = piece.decode("utf-8", "replace").replace("\0", "")
        limit = csv.field_size_limit()
        if limit < _LONGEST_FIELD:
            csv.field_size_limit(_LONGEST_FIELD)
        rows = csv.reader(io.StringIO(text, newline="\n"))
        told, before = self.sessions.line, self.line
        start = 1
        try:
            for row in rows:
                number, start = before + start, rows.line_num + 1
                if len(row) < 23:
                    self.broken += bool(row)
                    continue
                message = row[13]
                # As `_only_prepares`: half of a log is this, so that a call for each row would be felt.
                if message[:10] == "duration: " and message.startswith(_PREPARING, message.find(" ms  ", 10, 30) + 5):
                    continue
                told(row[11], message, row[5], row[0], row[1], row[2], row[22], row[9], number, row[14])
        except csv.Error:
            self.broken += 1
        self.line = before + text.count("\n")


class _Line(msgspec.Struct, gc=False):
    """What is asked of a line of jsonlog."""

    timestamp: str = ""
    user: str = ""
    dbname: str = ""
    session_id: str = ""
    pid: int = 0
    vxid: str = ""
    error_severity: str = ""
    message: str = ""
    detail: str = ""
    application_name: str = ""


class JsonReader:
    """`log_destination = jsonlog` of PostgreSQL 15 and later: one object a line."""

    def __init__(self, sessions: Sessions, line: int = 0) -> None:
        self.sessions = sessions
        self.line = line
        self.broken = 0
        self._decoder = msgspec.json.Decoder(_Line)

    def cut(self, buffer: bytes) -> int:
        """Up to the last line's end."""
        return buffer.rfind(b"\n") + 1

    def feed(self, piece: bytes) -> None:
        """The records of a piece."""
        decode, sessions, number = self._decoder.decode, self.sessions, self.line
        for raw in piece.split(b"\n"):
            number += 1
            if not raw or raw.isspace():
                continue
            try:
                line = decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                try:
                    line = decode(raw.decode("utf-8", "replace").encode())
                except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                    self.broken += 1
                    continue
            if _only_prepares(line.message):
                continue
            sessions.line(
                line.error_severity, line.message, line.session_id or str(line.pid), line.timestamp, line.user,
                line.dbname, line.application_name, line.vxid, number, line.detail,
            )  # fmt: skip
        self.line = number - 1 if piece.endswith(b"\n") else number
