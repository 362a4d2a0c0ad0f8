"""Any file that tells of statements, read as a stream: its kind is found out from its first bytes.

`read` gives batches, for what counts and for what goes on later; `executions` and `plans` give what is in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from dbarchitect.errors import InputError
from dbarchitect.model.execution import Execution
from dbarchitect.model.query import Workload
from dbarchitect.sql.script import decode_script
from dbarchitect.sql.workload import read_workload

from .entry import Logged, execution_of
from .files import LONGEST, SAMPLE, Mark, known_mark, mark_of, named_files, opened, pieces
from .lines import CSV_START, SYSLOG, CsvReader, JsonReader, StderrReader, SyslogReader
from .prefix import Prefix, find_prefix, parse_prefix
from .sessions import Sessions
from .spans import SpanReader

Kind = Literal["stderr", "syslog", "csvlog", "jsonlog", "spans", "span document", "workload"]

_PIPE = 1 << 30  # bytes of a document of spans, which is read whole
_COUNTERS = re.compile(r"(^|[,;\"])(query|calls)([,;\"]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """`prefix` is the server's log_line_prefix, found out if None. `whole`: a last line without an end is read too;
    who goes on later leaves it. `marks` are the places to go on from. `standard_input` is what `-` names."""

    prefix: str | None = None
    whole: bool = True
    marks: tuple[Mark, ...] = ()
    standard_input: BinaryIO | None = None


@dataclass(slots=True)
class Batch:
    """What a piece of a file told of. `mark` is the place behind it; `read` of `size` bytes of the file are done."""

    file: str
    kind: Kind
    logged: list[Logged] = field(default_factory=list[Logged])
    executions: list[Execution] = field(default_factory=list[Execution])
    workload: Workload | None = None
    mark: Mark | None = None
    read: int = 0
    size: int = 0


@dataclass(slots=True)
class Tally:
    """What was left out beside what `Sessions` counts: `errors` are spans that failed, `broken` lines that could not be
    read, `others` spans of other databases."""

    errors: int = 0
    broken: int = 0
    others: int = 0


def kind_of(sample: bytes, prefix: str | None = None) -> tuple[Kind, Prefix | None]:
    """What a file is that starts with `sample`, and for lines with a prefix which one."""
    text = sample.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if text.startswith("{"):
        start = text[:65536]
        if '"resourceSpans"' in start or '"traceID"' in start or '"resource_spans"' in start:
            line, newline, _ = text.partition("\n")
            complete = line.count("{") == line.count("}") and line.rstrip().endswith("}")
            return ("spans" if complete or not newline else "span document"), None
        return ("jsonlog" if '"error_severity"' in start else "workload"), None
    lines = text.splitlines()[:2000]
    whole = lines[:-1] if len(sample) >= SAMPLE else lines
    if any(CSV_START.match(line.encode("utf-8", "replace")) for line in whole[:20]):
        return "csvlog", None
    if lines and len(_COUNTERS.findall(lines[0])) >= 2:
        return "workload", None
    header = re.compile(f"{SYSLOG}(?:\\[\\d+-\\d+\\] )?")
    stripped = [line[found.end() :] for line in whole if (found := header.match(line))]
    if len(stripped) > len(whole) / 2:
        own = parse_prefix(prefix) if prefix is not None else find_prefix(stripped)
        return "syslog", own or parse_prefix("")
    if prefix is not None:
        return "stderr", parse_prefix(prefix)
    found = find_prefix(whole)
    if found is not None and _likely(whole, found):
        return "stderr", found
    return "workload", None


def _likely(lines: Sequence[str], prefix: Prefix) -> bool:
    """Whether these are lines of a log, and not a script that has such a word in it."""
    if prefix.text:
        return True
    severe = re.compile(rf"{prefix.pattern}(?:LOG|ERROR|FATAL|WARNING|DETAIL|STATEMENT|HINT|CONTEXT):  ")
    own = [line for line in lines if line.strip() and not line.startswith((" ", "\t"))]
    return sum(1 for line in own if severe.match(line)) > len(own) / 4


class Reading:
    """One pass over files. `batches` may be left at any batch; `sessions` and `tally` then say what is still open."""

    def __init__(self, names: Sequence[str], options: ReadOptions) -> None:
        self.files = named_files(names)
        self.options = options
        self.sessions = Sessions()
        self.tally = Tally()
        self.superseded: set[tuple[str, int]] = set()  # marks of files that were read on: head and its bytes
        self.size = sum(Path(name).stat().st_size for name in self.files if name != "-")

    def batches(self) -> Iterator[Batch]:
        """The batches of all files, in order; at the end what waited for a line that did not come."""
        done = 0
        last: Batch | None = None
        for name in self.files:
            for batch in self._of(name):
                batch.read, batch.size = done + batch.read, self.size
                last = batch
                yield batch
            done += 0 if name == "-" else Path(name).stat().st_size
        if self.options.whole and last is not None:
            self.sessions.finish()
            yield Batch(last.file, last.kind, logged=self._taken(), read=self.size, size=self.size)

    def _taken(self) -> list[Logged]:
        taken, self.sessions.out = self.sessions.out, []
        return taken

    def _of(self, name: str) -> Iterator[Batch]:
        with opened(name, self.options.standard_input) as (stream, position):
            first = _sample(stream)
            kind, prefix = kind_of(first, self.options.prefix)
            known = known_mark(first, self.options.marks)
            if known is not None:
                self.superseded.add((known.head, known.head_bytes))
            mark = known or mark_of(name, first)
            if kind in ("workload", "span document"):
                yield from self._document(name, kind, first, stream, mark)
                return
            reader: StderrReader | CsvReader | JsonReader | SpanReader
            longest = LONGEST
            if kind == "spans":
                reader, longest = SpanReader(mark.line, name), _PIPE
            elif kind == "csvlog":
                reader = CsvReader(self.sessions, mark.line)
            elif kind == "jsonlog":
                reader = JsonReader(self.sessions, mark.line)
            else:
                make = SyslogReader if kind == "syslog" else StderrReader
                reader = make(prefix or parse_prefix(""), self.sessions, mark.line)
            offset, whole = mark.offset, self.options.whole
            head = mark_of(name, first)

            def place() -> Mark:
                return Mark(file=name, head=head.head, head_bytes=head.head_bytes, offset=offset, line=reader.line)

            yield Batch(name, kind, mark=place())
            for piece in pieces(stream, first, reader.cut, skip=offset, whole=whole, longest=longest):
                offset += len(piece)
                reader.feed(piece)
                batch = Batch(name, kind, read=position())
                if isinstance(reader, SpanReader):
                    batch.executions = list(reader.take())
                else:
                    batch.logged = self._taken()
                batch.mark = place()
                yield batch
            self.tally.broken += reader.broken
            if isinstance(reader, SpanReader):
                self.tally.errors += reader.errors
                self.tally.others += reader.others

    def _document(self, name: str, kind: Kind, first: bytes, stream: BinaryIO, mark: Mark) -> Iterator[Batch]:
        """A file that is read whole: SQL, CSV and JSON of workloads, spans over several lines."""
        data = first + stream.read(_PIPE - len(first))
        if stream.read(1):
            raise InputError(f"{name} has more than {_PIPE >> 30} GB and is no log", hint="one JSON document a line")
        if not data.strip():
            raise InputError(f"{name} is empty", hint="a log of PostgreSQL, spans in JSON, SQL, or CSV")
        batch = Batch(name, kind, read=len(data))
        batch.mark = Mark(file=name, head=mark.head, head_bytes=mark.head_bytes, offset=len(data))
        if mark.offset:
            batch.mark = mark
            yield batch  # it has been counted
            return
        if kind == "workload":
            batch.workload = read_workload(decode_script(data, name), name)
        else:
            reader = SpanReader(0, name)
            reader.document(data)
            batch.executions = list(reader.take())
            self.tally.errors += reader.errors
            self.tally.others += reader.others
            if reader.broken:
                raise InputError(f"{name} is no JSON of spans", hint="OTLP (resourceSpans) or Jaeger (data)")
        yield batch


def _sample(stream: BinaryIO) -> bytes:
    """The first bytes, as many as there are up to the sample's size: a pipe gives them in parts."""
    parts: list[bytes] = []
    size = 0
    while size < SAMPLE:
        data = stream.read(SAMPLE - size)
        if not data:
            break
        parts.append(data)
        size += len(data)
    return b"".join(parts)


def executions(names: Sequence[str], options: ReadOptions) -> Iterator[Execution]:
    """Every statement that the files tell of, in their order. Raises `InputError` for what cannot be read."""
    for batch in Reading(names, options).batches():
        for logged in batch.logged:
            if logged.calls:
                yield execution_of(logged, batch.file)
        yield from batch.executions


def plans(names: Sequence[str], options: ReadOptions) -> Iterator[tuple[Execution, str]]:
    """The statements that auto_explain logged, each with its plan as text, or as JSON where it starts with `{`."""
    for batch in Reading(names, options).batches():
        for logged in batch.logged:
            if logged.plan:
                yield execution_of(logged, batch.file), logged.plan
