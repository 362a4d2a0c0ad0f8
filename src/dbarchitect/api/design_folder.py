"""The folder that a design is written into: what the last run wrote is known by its sums, and what somebody else put
there or changed is theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.model.value import Value, from_json, to_json

MANIFEST = ".dba-design.json"
NAMED = 3  # files that a message names


class Manifest(Value, frozen=True, kw_only=True):
    """What the last run wrote: SHA-256 by path. `begun`: the day from which partitions count."""

    files: dict[str, str] = {}
    begun: str = ""


def manifest_of(folder: Path) -> Manifest | None:
    """What the last run wrote, None for none. Raises `InputError` for a folder that holds something else."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file, and a design is a folder of files", hint="choose another place with -o")
    file = folder / MANIFEST
    if not file.exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise InputError(f"{folder} holds something else", hint="choose an empty or a new folder with -o")
        return None
    try:
        found = from_json(Manifest, file.read_bytes())
    except ValueError as err:
        raise InputError(f"{file} is damaged: {err}", hint="remove the folder, or choose another with -o") from err
    # A folder that came from elsewhere must not name files outside of it.
    outside = next((one for one in found.files if Path(one).is_absolute() or ".." in Path(one).parts), None)
    if outside is not None:
        raise InputError(
            f"{file} is damaged: {outside} is no file of the folder",
            hint="remove the folder, or choose another with -o",
        )
    return found


def refuse_changed(folder: Path, before: Manifest | None, *, force: bool) -> None:
    """What is not as it was written is somebody's work. Migrations of others stay and are read with ours."""
    if before is None or force:
        return
    changed = [
        name
        for name, known in before.files.items()
        if (folder / name).is_file() and _sum((folder / name).read_bytes()) != known
    ]
    if changed:
        more = f" and {len(changed) - NAMED} more" if len(changed) > NAMED else ""
        raise InputError(
            f"{folder}: {', '.join(sorted(changed)[:NAMED])}{more} would be written anew, and somebody changed it",
            hint="change what the design is made of; --force writes them anew",
        )


def is_ours(name: str, path: Path, folder: Path, before: Manifest | None) -> bool:
    """Whether a file of the migrations is of this run or of one before: what somebody else put there stays theirs."""
    there = folder / name
    if before is not None and name in before.files:
        return True
    return not there.is_file() or there.read_bytes() != path.read_bytes()


def refuse_strange(folder: Path, pages: Mapping[str, bytes], before: Manifest | None, *, force: bool) -> None:
    """A file that is there, that no run has written and that differs is somebody's. Raises `InputError`."""
    known = before.files if before is not None else {}
    strange = [
        name
        for name, content in pages.items()
        if name not in known and (folder / name).is_file() and _sum((folder / name).read_bytes()) != _sum(content)
    ]
    if strange and not force:
        raise InputError(
            f"{folder}: {', '.join(sorted(strange)[:NAMED])} would be overwritten, and no design has written it",
            hint="move it; --force writes over it",
        )


def write_folder(
    folder: Path, pages: Mapping[str, bytes], before: Manifest | None, start: datetime
) -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Write what differs; (written, removed, number unchanged)."""
    written: list[str] = []
    unchanged = 0
    for name, text in pages.items():
        target = folder / name
        if target.is_file() and target.read_bytes() == text:
            unchanged += 1
            continue
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise SurroundingsError(
                f"cannot make the folder {target.parent}: {err.strerror or err}", hint="name another place: -o"
            ) from err
        write_whole(target, text)
        written.append(name)
    removed = [name for name in (before.files if before else {}) if name not in pages and (folder / name).is_file()]
    for name in removed:
        (folder / name).unlink()
    manifest = Manifest(files={name: _sum(text) for name, text in sorted(pages.items())}, begun=start.isoformat())
    if manifest != before:
        write_whole(folder / MANIFEST, to_json(manifest, indent=1) + b"\n")
    return tuple(written), tuple(removed), unchanged


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
