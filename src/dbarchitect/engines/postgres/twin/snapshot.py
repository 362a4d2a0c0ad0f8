"""The `.twin` file: all that a planner needs of a database, and no rows.

Format 1 is a ZIP archive (each member carries its CRC, so damage is noticed) of

    manifest.json   `Manifest`: {"format": 1, "product": "dbarchitect 0.1.0", "taken_at": ..., "source": ..., ...}
    schema.sql      what pg_dump --schema-only prints: restored to build the twin
    schema.json     the model's `Relational` with its live facts: sizes, counters, column statistics, settings
    workload.json   the model's `Workload`, where one was given

A reader refuses formats newer than its own. Members that it does not know are ignored.
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from dbarchitect import __version__
from dbarchitect.errors import InputError, unreadable
from dbarchitect.files import write_whole
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Gap
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value, from_json, to_json

FORMAT = 1
_MAX_MEMBER_BYTES = 4 << 30  # a member that claims more is not one of ours


class Manifest(Value, frozen=True, kw_only=True):
    """What a snapshot says of itself. `scale` are factors by table that were applied to its sizes."""

    format: int
    product: str = ""
    taken_at: str = ""  # ISO 8601
    source: str = ""  # where it was taken, without password
    redacted: bool = False
    scale: dict[str, float] = {}
    gaps: tuple[Gap, ...] = ()


class Snapshot(Value, frozen=True, kw_only=True):
    """A database without its rows: structure, live facts, the script that makes it, perhaps a workload."""

    manifest: Manifest
    schema: Relational
    script: str
    workload: Workload | None = None


def new_manifest(*, source: str, taken_at: str, gaps: tuple[Gap, ...] = ()) -> Manifest:
    """A manifest of this product and format."""
    return Manifest(format=FORMAT, product=f"dbarchitect {__version__}", taken_at=taken_at, source=source, gaps=gaps)


def write(snapshot: Snapshot, path: Path) -> int:
    """Write the file, whole or not at all. Returns its size in bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr("manifest.json", to_json(snapshot.manifest, indent=2))
        archive.writestr("schema.sql", snapshot.script)
        archive.writestr("schema.json", to_json(snapshot.schema))
        if snapshot.workload is not None:
            archive.writestr("workload.json", to_json(snapshot.workload))
    write_whole(path, buffer.getvalue())
    return path.stat().st_size


def read(path: Path) -> Snapshot:
    """The snapshot in a file. Raises `InputError` where it is missing, damaged, newer, or something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "manifest.json" not in names:
                raise InputError(f"{path} is a ZIP archive but not a twin: it has no manifest.json", hint=_HINT)
            manifest = from_json(Manifest, _member(archive, "manifest.json", path))
            if manifest.format > FORMAT:
                raise InputError(
                    f"{path} has twin format {manifest.format} (written by {manifest.product}); this is dbarchitect "
                    f"{__version__}, which reads up to format {FORMAT}",
                    hint="pip install --upgrade dbarchitect",
                )
            workload = _member(archive, "workload.json", path) if "workload.json" in names else None
            schema = from_json(Relational, _member(archive, "schema.json", path))
            refuse_impossible(schema.facts or Facts(), str(path))
            return Snapshot(
                manifest=manifest,
                schema=schema,
                script=_member(archive, "schema.sql", path).decode(),
                workload=None if workload is None else from_json(Workload, workload),
            )
    except FileNotFoundError as err:
        raise InputError(f"there is no file {path}", hint="dba twin create SOURCE -o FILE.twin makes one") from err
    except (IsADirectoryError, PermissionError) as err:
        raise unreadable(path, err) from err
    except (zipfile.BadZipFile, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError, OSError) as err:
        # zipfile raises any of these for damaged archives, zlib's errors included
        raise InputError(f"{path} is damaged or not a twin ({err})", hint=_HINT) from err


# What no size or count reaches.
MOST_BYTES = 2**31 * 8192  # 16 TiB: what a relation's relpages counts to
MOST_TOTAL_BYTES = 64 * MOST_BYTES  # of a table with its indexes and TOAST, which are relations of their own
MOST_ROWS = 1e13  # more than fit into that many bytes


def refuse_impossible(facts: Facts, where: str) -> None:
    """Raise `InputError` for sizes and statistics that no server has: files are made by them, and lists."""
    for key, table in facts.tables.items():
        pages = 0 if table.pages == -1 else table.pages  # -1: a partitioned table that was analysed
        sizes = (pages * 8192, table.all_visible_pages * 8192, table.heap_bytes or 0)
        if not all(0 <= one < MOST_BYTES for one in sizes) or not 0 <= (table.total_bytes or 0) < MOST_TOTAL_BYTES:
            raise _impossible(where, key, "its size")
        if table.rows is not None and not 0 <= table.rows < MOST_ROWS:
            raise _impossible(where, key, "its number of rows")
    for key, index in facts.indexes.items():
        if not 0 <= index.pages * 8192 < MOST_BYTES or not 0 <= (index.bytes or 0) < MOST_BYTES:
            raise _impossible(where, key, "its size")
        if not -1 <= (index.rows or 0) < MOST_ROWS or not 0 <= (index.height or 0) < 64:
            raise _impossible(where, key, "its number of rows or its height")
    for key, columns in facts.columns.items():
        for one in columns:
            shares = (one.null_fraction, *(one.most_common_frequencies or ()), one.range_empty_fraction or 0.0)
            shares += tuple(one.most_common_element_frequencies or ())
            if not all(0 <= share <= 1.001 for share in shares) or sum(one.most_common_frequencies or ()) > 1.1:
                raise _impossible(where, f"{key}.{one.column}", "the frequencies of its values")
            if not 0 <= one.average_width < 2**31 or not -1.001 <= one.n_distinct < MOST_ROWS:
                raise _impossible(where, f"{key}.{one.column}", "its width or the number of its values")


def _impossible(where: str, name: str, what: str) -> InputError:
    return InputError(f"{where}: {what} is nothing that a server says of {name}", hint=_HINT)


_HINT = "make it again with: dba twin create SOURCE -o FILE.twin"


# A NUL, or JSON's escape of one; an escaped backslash before `u0000` makes it plain text.
_NUL = re.compile(rb"\0|(?<!\\)(?:\\\\)*\\u0000")


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    import zlib

    if archive.getinfo(name).file_size > _MAX_MEMBER_BYTES:
        raise InputError(f"{path} is not a twin: its {name} claims {archive.getinfo(name).file_size} bytes", hint=_HINT)
    try:
        data = archive.read(name)
    except zlib.error as err:
        raise ValueError(str(err)) from err
    if _NUL.search(data):
        raise ValueError(f"{name} holds a NUL character, which no name or text of PostgreSQL can")
    return data
