"""Log files as pieces of bytes that end where a record ends, whatever the file's size, and places to go on from.

A place is an offset in the file as it is unpacked, with a digest of its first bytes: a log that was renamed, moved or
packed since is recognised by these, one that was replaced under its old name is not taken for the old one.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import importlib
import lzma
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from dbarchitect.errors import InputError, SurroundingsError, unreadable
from dbarchitect.model.value import Value

HEAD = 1024  # bytes that a file is recognised by
SAMPLE = 1 << 18  # bytes that the format is found out from
_PIECE = 1 << 20
LONGEST = 64 << 20  # bytes of one record; what is longer is cut
_SKIP = 1 << 22


class Mark(Value, frozen=True, kw_only=True):
    """How far a file was read: `offset` bytes of its content and `line` lines; `head` is the SHA-256 of the first
    `head_bytes` of it."""

    file: str
    head: str
    head_bytes: int
    offset: int = 0
    line: int = 0


def named_files(names: Sequence[str]) -> tuple[str, ...]:
    """The files that names and patterns stand for, in the order in which they are given; `-` is standard input.

    Raises `InputError` for what is not there.
    """
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name == "-" or path.is_file() or (path.exists() and not path.is_dir()):
            found.append(name)
        elif any(sign in name for sign in "*?["):
            root = Path(path.anchor or ".")
            try:
                matched = sorted(one for one in root.glob(str(path.relative_to(path.anchor))) if one.is_file())
            except (ValueError, OSError):
                matched = []
            if not matched:
                raise InputError(f"no file matches {name}", hint="quote the pattern, or name the files")
            found += [str(one) for one in sorted(matched, key=_age)]
        elif path.is_dir():
            raise InputError(f"{name} is a folder", hint=f"dba workload '{name}/*.log'")
        else:
            raise InputError(f"there is no file {name}", hint="a log of PostgreSQL, spans in JSON, SQL, or CSV")
    return tuple(dict.fromkeys(found))


def _age(path: Path) -> float:
    return path.stat().st_mtime


@contextmanager
def opened(name: str, standard_input: BinaryIO | None = None) -> Generator[tuple[BinaryIO, Callable[[], int]]]:
    """A file's content, unpacked where its first bytes say so, and what tells how many bytes of the file were read.

    Raises `InputError` where it cannot be opened, `SurroundingsError` where nothing here unpacks it.
    """
    if name == "-":
        if standard_input is None:
            raise InputError("- is standard input, and there is none", hint="name a file")
        yield standard_input, lambda: 0
        return
    try:
        raw = Path(name).open("rb")  # noqa: SIM115
    except OSError as err:
        raise unreadable(name, err) from err
    with raw:
        seekable = raw.seekable()
        magic = raw.read(6) if seekable else b""
        if seekable:
            raw.seek(0)
        stream, refusal = _unpacked(raw, magic, name)
        try:
            yield stream, (raw.tell if seekable else lambda: 0)
        except (OSError, EOFError, lzma.LZMAError, zlib.error, refusal) as err:
            raise InputError(f"cannot read {name}: {err}", hint="is it whole?") from err


def _unpacked(raw: BinaryIO, magic: bytes, name: str) -> tuple[BinaryIO, type[Exception]]:
    """What unpacks it, and the error of its own that this raises."""
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw)), OSError
    if magic.startswith(b"\xfd7zXZ"):
        return cast(BinaryIO, lzma.LZMAFile(raw)), OSError
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(raw)), OSError
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        for module in ("compression.zstd", "zstandard"):  # the first is Python 3.14's own
            try:
                zstd: Any = importlib.import_module(module)
            except ImportError:
                continue
            return cast(BinaryIO, zstd.open(raw, "rb")), zstd.ZstdError
        raise SurroundingsError(
            f"{name} is packed with zstd", hint="pip install 'dbarchitect[zstd]', or zstd -dc FILE | dba ..."
        )
    return raw, OSError


def mark_of(name: str, sample: bytes) -> Mark:
    """The mark of a file that starts with `sample`, at its beginning."""
    head = sample[:HEAD]
    return Mark(file=name, head=hashlib.sha256(head).hexdigest(), head_bytes=len(head))


def known_mark(sample: bytes, marks: Sequence[Mark]) -> Mark | None:
    """The mark of the file that starts so, under whatever name it was read then."""
    fitting = (
        mark
        for mark in marks
        if len(sample) >= mark.head_bytes > 0 and hashlib.sha256(sample[: mark.head_bytes]).hexdigest() == mark.head
    )
    return max(fitting, key=lambda mark: mark.offset, default=None)


def pieces(
    stream: IO[bytes],
    first: bytes,
    cut: Callable[[bytes], int],
    *,
    skip: int = 0,
    whole: bool = True,
    longest: int = LONGEST,
) -> Iterator[bytes]:
    """The content in pieces of about a megabyte that end where `cut` says that a record ends.

    `first` was read from the stream already; `skip` bytes are left out. `cut` is given a buffer and returns how much
    of it is whole records, 0 for nothing. A last line without an end is given only if `whole`.
    """
    buffer = first[skip:]
    left = max(skip - len(first), 0)
    while left:
        dropped = len(stream.read(min(left, _SKIP)))
        if not dropped:
            return
        left -= dropped
    wanted = _PIECE
    while True:
        data = stream.read(max(wanted - len(buffer), 1 << 16))
        if not data:
            break
        buffer = buffer + data if buffer else data
        if len(buffer) < wanted:
            continue
        end = cut(buffer)
        if end <= 0:
            if len(buffer) < longest:
                wanted = min(len(buffer) * 2, longest)
                continue
            end = buffer.rfind(b"\n") + 1 or len(buffer)
        yield buffer[:end]
        buffer = buffer[end:]
        wanted = max(_PIECE, len(buffer) + (1 << 18))
    end = len(buffer) if whole else buffer.rfind(b"\n") + 1
    if end:
        yield buffer[:end]
