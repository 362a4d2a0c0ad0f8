"""Plain SQL: `0001_name.up.sql` and `0001_name.down.sql`, and `dba.sum`, which holds their history.

`dba.sum` has the SHA-256 of every file in the order in which they run, as `sha256sum -c dba.sum` reads it, below a
first line with the total, which chains them all: `# dba.sum 1 TOTAL`. So an edited, missing or squeezed-in file is
noticed, and two branches that each add a migration meet in a conflict in its first line. Line ends do not count.

Folders of other tools are read as well, without such a history: one script a migration (`001_init.sql`), Flyway's
`V1__x.sql` with `U1__x.sql`, diesel's `x/up.sql` with `x/down.sql`, and files that hold both directions below the
markers of goose, sql-migrate or dbmate. What a script means is said in `steps`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.files import write_whole
from dbarchitect.migrate.sqlite_script import is_script, script_of, steps_of
from dbarchitect.model.finding import Gap
from dbarchitect.model.plan import Migration, Step
from dbarchitect.sql.script import decode_script

from .folder import Folder, Problem, Written, checksum, natural, read_bytes, slug, write_together
from .steps import normal, read_steps, write_steps

SUM = "dba.sum"
# Files that undo, by their stem; `U1__x` is Flyway's.
UNDOES = re.compile(
    r"(?i:(?P<end>(?:^|[._-])(?:down|undo|rollback))$|^(?P<start>(?:down|undo|rollback)_))|^(?=U\d[\d._]*__)"
)
_UP = re.compile(r"(?i:(?:^|[._-])up$)")
_NUMBER = re.compile(r"V?(\d+(?:[._-]\d+)*)(?:_+|[.-])?(.*)", re.S)
# goose, sql-migrate and dbmate keep both directions in one file, each below its marker.
_DIRECTION = re.compile(r"\s*--\s*(?:\+(?:goose|migrate)\s+(up|down)|migrate:(up|down))\b", re.IGNORECASE)
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_FIRST = re.compile(r"# dba\.sum 1 ([0-9a-f]{64})")


def read(path: Path, *, sqlite: bool = False) -> Folder:
    """The migrations of a folder in order; `sqlite`: all are SQLite's. Raises `InputError` for what cannot be read."""
    pairs, gaps = _pairs(path)
    migrations: list[Migration] = []
    contents: dict[str, bytes] = {}
    for up, down in pairs:
        files = [one.relative_to(path).as_posix() for one in (up, down) if one is not None]
        held = [_unix(read_bytes(path / name)) for name in files]
        contents.update(zip(files, held, strict=True))
        text = decode_script(held[0], str(up))
        forth, back = directions(text)
        way_up = _steps(forth, str(up), sqlite=sqlite)
        way_down: tuple[Step, ...] | None = None
        if down is not None:
            way_down = _steps(decode_script(held[1], str(down)), str(down), down=True, sqlite=sqlite)
        elif back is not None:
            way_down = _steps(back, str(up), down=True, sqlite=sqlite)
        id_, name = _identity(up)
        migrations.append(
            Migration(
                id=id_,
                name=name,
                up=way_up,
                down=way_down,
                parents=(migrations[-1].id,) if migrations else (),
                files=tuple(files),
                checksum=checksum(*held),
            )
        )
    problems = [*_forks(migrations), *_history(path, contents)]
    if not (path / SUM).exists() and migrations:
        gaps.append(Gap(kind="history", name=SUM, effect="is missing: edits of migrations go unnoticed"))
    return Folder(
        path=str(path), format="plain", migrations=tuple(migrations), problems=tuple(problems), gaps=tuple(gaps)
    )


def scripts(path: Path) -> list[Path]:
    """All scripts of a folder, of both ways."""
    return [one for one in (*path.glob("*.sql"), *path.glob("*/up.sql"), *path.glob("*/down.sql")) if one.is_file()]


def _steps(text: str, file: str, *, down: bool = False, sqlite: bool = False) -> tuple[Step, ...]:
    return steps_of(text, file) if sqlite or is_script(text) else read_steps(text, file, down=down)


def write(folder: Folder, migration: Migration, *, sqlite: bool = False) -> Written:
    """Write the next migration (its id and parents are given here) and the history with it. `sqlite`: as scripts for
    the sqlite3 shell.

    Nothing is left behind where it fails; where it is killed, what is left is no part of the history yet.
    """
    path = Path(folder.path)
    last = folder.migrations[-1] if folder.migrations else None
    if last and not last.files[0].endswith(".up.sql"):
        raise InputError(
            f"{folder.path} has its migrations in another tool's form ({last.files[0]}), in which none can be written",
            hint="rename them to 0001_name.up.sql and 0001_name.down.sql, or start a folder of its own",
        )
    id_, name = _next_id(folder), slug(migration.name)
    up, down = normal(migration.up), None if migration.down is None else normal(migration.down)
    runs = "sqlite3 FILE <" if sqlite else "psql -v ON_ERROR_STOP=1 -f"
    head = f"-- {id_} {name}, {{}}. As it is with: {runs}\n\n"
    scripts = {f"{id_}_{name}.up.sql": head.format("the way up") + (script_of(up) if sqlite else write_steps(up))}
    if down is not None:
        back = script_of(down) if sqlite else write_steps(down, down=True)
        scripts[f"{id_}_{name}.down.sql"] = head.format("the way back") + back
    written = replace(
        migration,
        id=id_,
        name=name,
        up=up,
        down=down,
        parents=(last.id,) if last else (),
        files=tuple(scripts),
        checksum=checksum(*(text.encode() for text in scripts.values())),
    )
    # Backwards: what stands alone after a kill is a way back without a way up, which is never run.
    files: dict[str, Callable[[], str | bytes]] = {
        file: (lambda text=text: text) for file, text in reversed(scripts.items())
    }
    write_together(path, {**files, SUM: lambda: _sum(path, (*folder.migrations, written))}, fresh=scripts)
    return Written(files=(*(str(path / one) for one in scripts), str(path / SUM)), migrations=(written,))


def accept(folder: Folder) -> Path:
    """Write the history anew from the files as they are."""
    forks = [one for one in folder.problems if one.trouble in ("fork", "left over")]
    if forks:
        raise forks[0].error()
    path = Path(folder.path)
    write_whole(path / SUM, _sum(path, folder.migrations))
    return path / SUM


# --- files ----------------------------------------------------------------------------------------------------------


def _pairs(path: Path) -> tuple[list[tuple[Path, Path | None]], list[Gap]]:
    """Ways up in order, each with its way back, and what has none to go with."""
    files = sorted(scripts(path), key=lambda one: _order(one.relative_to(path)))
    backs = {_key(one): one for one in files if UNDOES.search(one.stem)}
    ups = [one for one in files if not UNDOES.search(one.stem)]
    pairs = [(one, backs.pop(_key(one), None)) for one in ups]
    return pairs, [
        Gap(kind="migration", name=one.relative_to(path).as_posix(), effect="left out: it undoes nothing that is here")
        for one in backs.values()
    ]


def _order(path: Path) -> tuple[bool, list[tuple[int, int, str]]]:
    return path.name.startswith("R__"), natural(path.as_posix())  # Flyway's repeatable ones come last


def _key(path: Path) -> str:
    """The same for a way up and its way back."""
    stem = _UP.sub("", UNDOES.sub("", path.stem))
    return f"{path.parent}/{re.sub(r'^[UV](?=[0-9])', '', stem)}"


def _identity(path: Path) -> tuple[str, str]:
    stem = _UP.sub("", path.stem) or path.parent.name
    numbered = _NUMBER.fullmatch(stem)
    return (numbered[1], numbered[2] or stem) if numbered else (stem, stem)


def directions(text: str) -> tuple[str, str | None]:
    """The way up and the way back of one text, each with the lines of the other emptied; None without a marker."""
    lines = text.splitlines(keepends=True)
    found = [_DIRECTION.match(line) for line in lines]
    if not any(found):
        return text, None
    up, down = list(lines), list(lines)
    backwards = False
    for number, (line, marker) in enumerate(zip(lines, found, strict=True)):
        if marker:
            backwards = (marker[1] or marker[2]).lower() == "down"
        other = up if backwards else down
        other[number] = line[len(line.rstrip("\r\n")) :]
    return "".join(up), "".join(down) if any(one and "down" in one[0].lower() for one in found) else None


def _next_id(folder: Folder) -> str:
    if not folder.migrations:
        return "0001"
    last = folder.migrations[-1].id
    if not last.isdigit():
        raise InputError(
            f"the migrations of {folder.path} are not numbered ({last} is the last), so that there is no next number",
            hint="name them 0001_name.up.sql, 0002_name.up.sql, ...",
        )
    return str(int(last) + 1).zfill(len(last))


def _unix(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


# --- history --------------------------------------------------------------------------------------------------------


def _forks(migrations: Sequence[Migration]) -> list[Problem]:
    seen: dict[str, Migration] = {}
    found: list[Problem] = []
    for one in migrations:
        other = seen.setdefault(one.id, one)
        if other is not one:
            found.append(
                Problem(
                    trouble="fork",
                    where=one.id,
                    message=f"two migrations are number {one.id}: {other.files[0]} and {one.files[0]}",
                    hint="give the later one the next free number",
                )
            )
    return found


def _total(lines: Sequence[tuple[str, str]]) -> str:
    total = ""
    for digest, name in lines:
        total = hashlib.sha256(f"{total}{digest}  {name}\n".encode()).hexdigest()
    return total


def _sum(path: Path, migrations: Sequence[Migration]) -> bytes:
    lines = [(checksum(_unix(read_bytes(path / file))), file) for one in migrations for file in one.files]
    text = "".join(f"{digest}  {name}\n" for digest, name in lines)
    return f"# dba.sum 1 {_total(lines)}\n{text}".encode()


def _history(path: Path, contents: dict[str, bytes]) -> list[Problem]:
    if not (path / SUM).exists():
        return []
    anew = f"where this is meant, take the files as they are: dba migrate status {path} --accept"
    first, *rest = read_bytes(path / SUM).decode("utf-8", "replace").splitlines() or [""]
    head = _FIRST.fullmatch(first)
    lines = [(entry[1], entry[2]) for line in rest if (entry := _LINE.fullmatch(line))]
    if head is None or len(lines) != len(rest) or _total(lines) != head[1]:
        return [
            Problem(
                trouble="edited",
                where=SUM,
                message=f"{path / SUM} was changed by hand or by a merge",
                hint=f"put the migrations of both branches into one order, then: dba migrate status {path} --accept",
            )
        ]
    recorded = {name: digest for digest, name in lines}
    found: list[Problem] = []
    for name, digest in recorded.items():
        if name not in contents:
            message = f"{path / name} is missing, and {SUM} has it"
            found.append(Problem(trouble="missing", where=name, message=message, hint=f"bring it back; {anew}"))
        elif checksum(contents[name]) != digest:
            message = f"{path / name} was edited after it was written"
            found.append(Problem(trouble="edited", where=name, message=message, hint=f"put it back; {anew}"))
    names = list(contents)
    last = max((names.index(name) for name in recorded if name in contents), default=-1)
    for number, name in enumerate(names):
        if name in recorded:
            continue
        if number < last:
            message = f"{path / name} stands before migrations that are older: the history is not linear"
            found.append(
                Problem(trouble="out of order", where=name, message=message, hint=f"give it the next number; {anew}")
            )
        else:
            message = f"{path / name} is not in {SUM}: it was written by hand, or its writing was interrupted"
            found.append(Problem(trouble="unrecorded", where=name, message=message, hint=f"check it; {anew}"))
    return found
