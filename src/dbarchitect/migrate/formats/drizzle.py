"""Drizzle: `NNNN_name.sql` a migration, in the order of `meta/_journal.json`, with a snapshot of the schema each.

drizzle-orm's migrator (and `drizzle-kit migrate`) reads the journal and the scripts, cuts these at `--> statement-
breakpoint`, and runs everything that is new in *one* transaction, so that no step can stand outside one. Those at the
end of a migration may be kept in a file of their own, `NNNN_name.apart.sql`, for psql or `dba migrate apply`.
The way back stands in `NNNN_name.down.sql`. Drizzle looks at neither.

The snapshot is for `drizzle-kit generate`, which compares the schema.ts with it. Only drizzle-kit can make one of
schema.ts, so what is written here is the one before, as `drizzle-kit generate --custom` does it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import msgspec

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Migration, Step
from dbarchitect.sql.script import decode_script

from .folder import Folder, Problem, Written, checksum, read_bytes, slug, write_together
from .steps import normal, read_steps, write_steps

JOURNAL = "meta/_journal.json"
_BREAKPOINT = "--> statement-breakpoint"
_NUMBERED = re.compile(r"(\d+)_(.*)")
_NOBODY = "00000000-0000-0000-0000-000000000000"


class Entry(msgspec.Struct, kw_only=True):
    """A migration in Drizzle's journal; `when` is milliseconds since 1970, by which the migrator knows what is new."""

    idx: int
    version: str = "7"
    when: int
    tag: str
    breakpoints: bool = True


class Journal(msgspec.Struct, kw_only=True):
    """`meta/_journal.json`."""

    version: str = "7"
    dialect: str = "postgresql"
    entries: list[Entry] = []


def journal(path: Path) -> Journal:
    """The journal of a folder. Raises `InputError` where it is another database's or cannot be read."""
    file = path / JOURNAL
    if not file.exists():
        return Journal()
    try:
        found = msgspec.json.decode(read_bytes(file), type=Journal)
    except (msgspec.DecodeError, UnicodeDecodeError) as err:
        raise InputError(f"{file} is no journal of Drizzle: {err}", hint="put it back as drizzle-kit wrote it") from err
    if found.dialect not in ("postgresql", "pg"):
        raise InputError(f"{file} is of {found.dialect}", hint="PostgreSQL's migrations are supported")
    return found


def read(path: Path) -> Folder:
    """The migrations of a folder in the journal's order. Raises `InputError`."""
    migrations: list[Migration] = []
    problems: list[Problem] = []
    known: set[str] = set()
    latest: Entry | None = None
    for entry in journal(path).entries:
        up, apart, down = (path / f"{entry.tag}{end}.sql" for end in ("", ".apart", ".down"))
        known.update(one.name for one in (up, apart, down))
        if not up.exists():
            message = f"{up} is missing, and {path / JOURNAL} has it"
            problems.append(Problem(trouble="missing", where=entry.tag, message=message, hint="bring it back"))
            continue
        if latest is not None and entry.when <= latest.when:
            problems.append(
                Problem(
                    trouble="out of order",
                    where=entry.tag,
                    message=f"{entry.tag} is dated before {latest.tag}, which stands before it in {path / JOURNAL}: "
                    "Drizzle will not run it where that one was run",
                    hint="make its `when` the greater one",
                )
            )
        latest = entry
        content = read_bytes(up)
        named = _NUMBERED.fullmatch(entry.tag)
        migrations.append(
            Migration(
                id=entry.tag,
                name=named[2] if named else entry.tag,
                up=(*_steps(up), *_outside(apart)),
                down=_steps(down, down=True) if down.exists() else None,
                parents=(migrations[-1].id,) if migrations else (),
                files=tuple(one.name for one in (up, apart, down) if one.exists()),
                checksum=checksum(content),
            )
        )
    gaps = [
        Gap(kind="migration", name=one.name, effect=f"left out: {JOURNAL} does not have it")
        for one in sorted(path.glob("*.sql"))
        if one.name not in known
    ]
    return Folder(
        path=str(path), format="drizzle", migrations=tuple(migrations), problems=tuple(problems), gaps=tuple(gaps)
    )


def write(folder: Folder, migration: Migration, *, now: datetime, apart: bool = False) -> Written:
    """Write the next migration; the journal comes last, so that what was interrupted is no part of the history.

    `apart`: steps at its end that stand outside transactions go into a file of their own. Raises `InputError` for
    such steps without it, and where others come after them.
    """
    path, name = Path(folder.path), slug(migration.name)
    up, down = normal(migration.up), None if migration.down is None else normal(migration.down)
    inside = _inside(up, folder.path, apart=apart)
    entries = journal(path)
    last = entries.entries[-1] if entries.entries else None
    number = last.idx + 1 if last else 0
    tag = f"{number:04d}_{name}"
    when = max(int(now.timestamp() * 1000), last.when + 1 if last else 0)
    scripts = {f"{tag}.sql": write_steps(up[:inside], blocks="none", between=_BREAKPOINT)}
    if inside < len(up):
        scripts[f"{tag}.apart.sql"] = write_steps(up[inside:])
    if down is not None:
        scripts[f"{tag}.down.sql"] = write_steps(down, down=True)
    snapshot, copied = _snapshot(path, last, tag, scripts[f"{tag}.sql"])
    texts: dict[str, Callable[[], str | bytes]] = {
        **{file: (lambda text=text: text) for file, text in scripts.items()},
        f"meta/{number:04d}_snapshot.json": lambda: snapshot,
    }
    entries.entries.append(Entry(idx=number, when=when, tag=tag))
    texts[JOURNAL] = lambda: msgspec.json.format(msgspec.json.encode(entries), indent=2)
    try:
        (path / "meta").mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise SurroundingsError(
            f"cannot make {path / 'meta'}: {err.strerror or err}", hint="make the folder writable"
        ) from err
    write_together(path, texts, fresh=scripts)
    written = Migration(
        id=tag,
        name=name,
        up=up,
        down=down,
        parents=(last.tag,) if last else (),
        files=tuple(scripts),
        checksum=checksum(scripts[f"{tag}.sql"].encode()),
    )
    notes = [
        "Drizzle runs all its steps, and all other new migrations, in one transaction: their locks are held to its end"
        if inside > 1
        else "",
        f"{tag}.apart.sql is not Drizzle's: run it after `drizzle-kit migrate`, with psql or `dba migrate apply`"
        if inside < len(up)
        else "",
        f"{tag}.down.sql is not Drizzle's: `dba migrate rollback` runs it" if down is not None else "",
        "drizzle-kit's snapshot is "
        + ("the one of the migration before" if copied else "that of an empty schema")
        + ": what this changes, `drizzle-kit generate` still sees as a difference to schema.ts, if that has it",
    ]
    return Written(
        files=tuple(str(path / file) for file in texts),
        migrations=(written,),
        notes=tuple(note for note in notes if note),
    )


def _steps(path: Path, *, down: bool = False) -> tuple[Step, ...]:
    return read_steps(decode_script(read_bytes(path), str(path)), str(path), down=down)


def _outside(path: Path) -> tuple[Step, ...]:
    return _steps(path) if path.exists() else ()


def _inside(steps: tuple[Step, ...], path: str, *, apart: bool) -> int:
    """How many of the steps, from the first, Drizzle's migrator can run."""
    inside = next((number for number, step in enumerate(steps) if not step.transactional), len(steps))
    if inside == len(steps):
        return inside
    what = f"step {inside + 1} ({steps[inside].does or ' '.join(steps[inside].sql[0].split())[:60]})"
    refused = f"Drizzle runs migrations in one transaction, and {what} must stand outside one"
    if any(step.transactional for step in steps[inside:]):
        raise InputError(
            f"{refused}, with steps after it",
            hint=f"keep this migration as plain SQL in a folder of its own (--format plain), not in {path}",
        )
    if not apart:
        raise InputError(
            refused, hint="--apart writes it to a file of its own, for psql; or use --format plain in another folder"
        )
    return inside


def _snapshot(path: Path, last: Entry | None, tag: str, script: str) -> tuple[bytes, bool]:
    """A copy of the snapshot before with an id of its own, and whether there was one."""
    digest = hashlib.sha256(f"{tag}\n{script}".encode()).digest()
    own = str(UUID(bytes=digest[:16], version=4))
    before = path / f"meta/{last.idx:04d}_snapshot.json" if last else None
    if before is not None and before.exists():
        try:
            found = cast("dict[str, Any]", json.loads(read_bytes(before)))
        except ValueError as err:
            raise InputError(f"{before} is not JSON: {err}", hint="put it back as drizzle-kit wrote it") from err
        found = {**found, "id": own, "prevId": found.get("id", _NOBODY)}
        return json.dumps(found, indent=2, ensure_ascii=False).encode(), True
    empty: dict[str, Any] = {
        "id": own,
        "prevId": _NOBODY,
        "version": "7",
        "dialect": "postgresql",
        **{key: {} for key in ("tables", "enums", "schemas", "sequences", "roles", "policies", "views")},
        "_meta": {"columns": {}, "schemas": {}, "tables": {}},
    }
    return json.dumps(empty, indent=2).encode(), False
