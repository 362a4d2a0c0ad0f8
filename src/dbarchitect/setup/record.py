"""What was written where, kept so that it can be taken out again, and the changes of files that come of it.

The record lies in the project (`.dbarchitect/init.json`) and is written before anything else: whatever interrupts a
run, the next one goes on, and `--remove` undoes as much as is there.
"""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from dbarchitect.errors import DbaError, InputError, unreadable
from dbarchitect.files import write_whole
from dbarchitect.model.value import Value, from_json, to_json

from .edits import How, UnfitError, appended, in_yaml_list, member, present, section, with_key
from .parts import Part, Wish
from .skill import NAME

RECORD = ".dbarchitect/init.json"


class Entry(Value, frozen=True, kw_only=True):
    """What stands in one file. `inserted`: the text that came in; of a whole file its SHA-256. `created`: the file
    was not there before. `outer`: of a key the object that it is in."""

    part: Part
    path: str
    how: How
    inserted: str
    created: bool
    outer: str = ""


class Record(Value, frozen=True, kw_only=True):
    """All that `dba init` has written. `folders`: those that were made for it, the deepest last."""

    version: str
    entries: tuple[Entry, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file: what it holds and what it shall hold; None is no file. `note`: why nothing is done, "" where it is."""

    part: Part
    path: str
    before: bytes | None
    after: bytes | None
    entry: Entry | None = None
    note: str = ""

    @property
    def is_one(self) -> bool:
        """Whether there is something to do."""
        return not self.note and self.before != self.after


def read_record(root: Path) -> Record | None:
    """The record of a project, None where there is none. Raises `InputError` for one that is damaged."""
    path = root / RECORD
    if not path.is_file():
        return None
    try:
        return from_json(Record, path.read_bytes())
    except (OSError, ValueError) as err:
        raise InputError(f"{path} is not what dba init wrote: {err}", hint="restore it, or delete it") from err


def planned(root: Path, wishes: Sequence[Wish], record: Record | None) -> list[Change]:
    """What has to happen to each file so that it has what is wished."""
    known = {(one.path, one.how): one for one in record.entries} if record is not None else {}
    return [_planned(root, wish, known.get((wish.path, wish.how))) for wish in wishes]


def _planned(root: Path, wish: Wish, known: Entry | None) -> Change:
    before = _content(root, wish.path)
    keep = Change(part=wish.part, path=wish.path, before=before, after=before, entry=known)
    if wish.how == "file":
        return _whole(wish, before, known)
    try:
        if before is None:
            text = inserted = _begun(wish)
        else:
            found = (_section if wish.how == "section" else _key)(_text(before), wish, known)
            if found is None:
                return keep
            text, inserted = found
    except UnfitError as err:
        return replace(keep, note=f"kept as it is: {err}")
    created = known.created if known is not None and before is not None else before is None
    entry = Entry(part=wish.part, path=wish.path, how=wish.how, inserted=inserted, created=created, outer=wish.outer)
    return replace(keep, after=text.encode(), entry=entry)


def _whole(wish: Wish, before: bytes | None, known: Entry | None) -> Change:
    after = wish.content.encode()
    note = ""
    if before is not None and before != after and (known is None or known.inserted != digest(before)):
        note = "kept as it is: it was changed since it was written" if known is not None else "kept: it is not ours"
    entry = Entry(part=wish.part, path=wish.path, how="file", inserted=digest(after), created=True)
    if before == after and known is None:
        return Change(part=wish.part, path=wish.path, before=before, after=after)  # of somebody else, by chance
    return Change(part=wish.part, path=wish.path, before=before, after=after, entry=known if note else entry, note=note)


def _begun(wish: Wish) -> str:
    """A file that has nothing but what is wished."""
    if wish.how == "key":
        return with_key(wish.start, wish.outer, wish.name, wish.value).text
    block = section(wish.content, wish.comment)
    return wish.start + ("".join(f"  {line}\n" for line in block.splitlines()) if wish.under else block)


def _section(text: str, wish: Wish, known: Entry | None) -> tuple[str, str] | None:
    """(text, what came in); None where it stands there already. Raises `UnfitError`."""
    block = section(wish.content, wish.comment)
    there = present(text)
    if there is None:
        added = in_yaml_list(text, wish.under, block) if wish.under else appended(text, block)
        return added.text, added.inserted
    margin = there[: len(there) - len(there.lstrip(" "))]
    wanted = "".join(f"{margin}{line}\n" for line in block.splitlines())
    if "\r\n" in there:
        wanted = wanted.replace("\n", "\r\n")
    if there.rstrip() == wanted.rstrip():
        return None
    if known is None or there not in known.inserted:
        raise UnfitError("its section was changed since it was written")
    return text.replace(there, wanted), known.inserted.replace(there, wanted)


def _key(text: str, wish: Wish, known: Entry | None) -> tuple[str, str] | None:
    """The same of a member of JSON."""
    if member(text, wish.outer, wish.name) == wish.value:
        return None
    if known is not None and known.inserted in text:
        if known.created and text == known.inserted:
            begun = _begun(wish)
            return begun, begun
        text = text.replace(known.inserted, "", 1)
    added = with_key(text, wish.outer, wish.name, wish.value)
    return added.text, added.inserted


# --- and out again ----------------------------------------------------------------------------------------------------


def undone(root: Path, record: Record) -> list[Change]:
    """What has to happen to each file so that nothing of ours is left in it."""
    return [_undone(root, entry) for entry in record.entries]


def _undone(root: Path, entry: Entry) -> Change:
    before = _content(root, entry.path)
    keep = Change(part=entry.part, path=entry.path, before=before, after=before)
    if before is None:
        return keep  # somebody was quicker
    try:
        if entry.how == "file":
            if digest(before) == entry.inserted:
                return replace(keep, after=None)
            return replace(keep, note="kept as it is: it was changed since it was written")
        text = _text(before)
        if entry.created and text == entry.inserted:
            return replace(keep, after=None)
        if not entry.created and text.count(entry.inserted) == 1:
            return replace(keep, after=text.replace(entry.inserted, "").encode())
        there = present(text) if entry.how == "section" else None
        if there is None and (entry.how == "section" or member(text, entry.outer, NAME) is None):
            return keep  # taken out by hand, or a run was killed before it came in
        if there is None or there not in entry.inserted:
            return replace(keep, note="kept as it is: what was written there was changed since")
        return replace(keep, after=text.replace(there, "").encode())
    except UnfitError as err:
        return replace(keep, note=f"kept as it is: {err}")


# --- the disk ---------------------------------------------------------------------------------------------------------


def carry_out(root: Path, changes: Sequence[Change], left: Record) -> None:
    """Make the changes, and write first the record of what then stands there (`left`; without entries: none). What is
    raised or interrupts on the way puts every file back as it was.
    """
    record = root / RECORD
    before = _content(root, RECORD)
    wanted = [root / one.path for one in changes if one.after is not None] + ([record] if left.entries else [])
    made = [
        folder
        for folder in sorted({one for path in wanted for one in path.parents if one.is_relative_to(root)})
        if not folder.is_dir()
    ]
    folders = tuple(dict.fromkeys((*left.folders, *(one.relative_to(root).as_posix() for one in made))))
    done: list[Change] = []
    try:
        for folder in made:
            folder.mkdir()
        if left.entries:
            _put(record, to_json(msgspec.structs.replace(left, folders=folders), indent=1) + b"\n")
        for one in changes:
            done.append(one)
            _put(root / one.path, one.after)
        if not left.entries:
            _put(record, None)
    except BaseException:
        for path, content in (*((root / one.path, one.before) for one in reversed(done)), (record, before)):
            with suppress(OSError, DbaError):  # what cannot be put back must not keep the others from it
                _put(path, content)
        for folder in reversed(made):
            with suppress(OSError):
                _remove_if_empty(folder)
        raise
    if not left.entries:
        for name in sorted(folders, reverse=True):
            _remove_if_empty(root / name)


def _put(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    write_whole(path, content)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError as err:
        if err.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            raise


def _content(root: Path, name: str) -> bytes | None:
    path = root / name
    if not path.resolve().is_relative_to(root.resolve()):
        raise InputError(f"{path} is a link that leads out of {root}", hint="leave its part out: --only, --skip")
    try:
        return path.read_bytes() if path.exists() else None
    except OSError as err:
        raise unreadable(path, err) from err


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as err:
        raise UnfitError("it is no text in UTF-8") from err


def digest(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
