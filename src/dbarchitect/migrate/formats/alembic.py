"""Alembic: a revision file a migration, in the `versions` of a project with an alembic.ini.

Revisions are Python, so the project's own Alembic is asked (`alembic_program`, which its interpreter runs): the chain
from its script directory, the SQL of both ways from its offline mode. What is written goes through the project's own
template, file names and hooks. A step outside a transaction, or a backfill, stands in an autocommit block; between two
steps in transactions an empty one commits the first. Where a step begins is said in comments within the SQL, so that
they are also seen in `alembic upgrade --sql`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Position
from dbarchitect.model.plan import Migration, Step

from .folder import Folder, Problem, Written, checksum, read_bytes, slug, terminated
from .steps import heading, normal, read_steps

PROGRAM = Path(__file__).with_name("alembic_program.py")

# (program, folder of the project, request) -> answer. Runs a Python program in the interpreter of a project, with the
# request as JSON on its standard input; raises `SurroundingsError` where that cannot be.
RunPython = Callable[[Path, Path, dict[str, Any]], bytes]

_COMMITTED = "with op.get_context().autocommit_block():\n    pass  # commits what is above"
_MARKED = re.compile(r"\s*--\s*dba:\s*(?:step|undoes)\b")


class _Revision(msgspec.Struct, kw_only=True):
    id: str
    parents: list[str]
    depends: list[str]
    message: str
    file: str
    upgrade: list[tuple[str, int]] | None
    downgrade: list[tuple[str, int]] | None
    upgrade_error: str = ""
    downgrade_error: str = ""


class _Answer(msgspec.Struct, kw_only=True):
    revisions: list[_Revision] = []
    heads: list[str] = []
    location: str = ""
    file: str = ""
    error: str = ""
    missing: str = ""


class Project(NamedTuple):
    """Where Alembic's settings are, and its scripts where no settings say it."""

    home: Path
    ini: Path | None
    toml: Path | None
    location: Path | None


def find(path: Path) -> Project | None:
    """The project that `path` is, or lies in; None for no such. `path` may be the folder of alembic.ini, that with
    env.py, or its `versions`."""
    here = path.resolve()
    location = next((one for one in (here, here.parent) if (one / "env.py").is_file()), None)
    for place in (here, *here.parents) if location else (here,):
        ini, toml = place / "alembic.ini", place / "pyproject.toml"
        in_toml = toml.is_file() and b"[tool.alembic" in toml.read_bytes()
        if ini.is_file() or in_toml:
            return Project(place, ini if ini.is_file() else None, toml if in_toml else None, None)
    return Project(location, None, None, location) if location else None


def read(path: Path, run: RunPython) -> Folder:
    """The revisions of a project, parents first. Raises `InputError` for a project that Alembic cannot work with and
    for a revision whose SQL depends on a database, `SurroundingsError` where there is no Alembic."""
    answer = _ask(path, run, None)
    migrations: list[Migration] = []
    for one in answer.revisions:
        if one.upgrade is None:
            raise InputError(
                f"{one.file}: the SQL of revision {one.id} cannot be had without a database: {one.upgrade_error}",
                hint=f"`alembic upgrade {one.id} --sql` must work; guard what reads with context.is_offline_mode()",
            )
        migrations.append(
            Migration(
                id=one.id,
                name=one.message.splitlines()[0] if one.message else one.id,
                up=_steps(one.upgrade, one.file),
                down=_steps(one.downgrade, one.file, down=True) if one.downgrade is not None else None,
                parents=(*one.parents, *(other for other in one.depends if other not in one.parents)),
                files=(_relative(one.file, path),),
                checksum=checksum(read_bytes(Path(one.file))),
            )
        )
    problems: list[Problem] = []
    if len(answer.heads) > 1:
        problems.append(
            Problem(
                trouble="fork",
                where=", ".join(answer.heads),
                message=f"{path} has {len(answer.heads)} heads: {', '.join(answer.heads)}",
                hint="alembic merge heads",
            )
        )
    gaps = tuple(
        Gap(kind="migration", name=one.id, effect=f"no way back without a database: {one.downgrade_error}")
        for one in answer.revisions
        if one.downgrade is None and one.downgrade_error
    )
    return Folder(path=str(path), format="alembic", migrations=tuple(migrations), problems=tuple(problems), gaps=gaps)


def write(folder: Folder, migration: Migration, run: RunPython) -> Written:
    """Write the next revision, above the head."""
    path, name = Path(folder.path), slug(migration.name)
    up, down = normal(migration.up), None if migration.down is None else normal(migration.down)
    upgrade = _body(up)
    downgrade = 'raise NotImplementedError("there is no way back")' if down is None else _body(down, down=True)
    head = folder.heads[0] if folder.heads else ""
    revision = hashlib.sha256(f"{head}\n{name}\n{upgrade}".encode()).hexdigest()[:12]
    request = {
        "id": revision,
        "message": name.replace("_", " "),
        "imports": "from sqlalchemy import DDL",
        # The template indents the first line.
        "upgrade": upgrade.replace("\n", "\n    "),
        "downgrade": downgrade.replace("\n", "\n    "),
    }
    answer = _ask(path, run, request)
    written = Migration(
        id=revision,
        name=name.replace("_", " "),
        up=up,
        down=down,
        parents=(head,) if head else (),
        files=(_relative(answer.file, path),),
        checksum=checksum(read_bytes(Path(answer.file))),
    )
    notes = ""
    if "autocommit_block" in upgrade:
        notes = (
            "it commits between its steps, and Alembic records the revision as a whole: if a step fails, those before "
            "it stay done"
        )
    return Written(files=(answer.file,), migrations=(written,), notes=(notes,) if notes else ())


def _ask(path: Path, run: RunPython, write: dict[str, str] | None) -> _Answer:
    found = find(path)
    if found is None:
        raise InputError(
            f"there is no Alembic project in {path}",
            hint="`alembic init migrations` makes one; name the folder of its alembic.ini",
        )
    project = found.home
    request = {
        **{key: str(one) if one is not None else None for key, one in found._asdict().items() if key != "home"},
        "write": write,
    }
    try:
        answer = msgspec.json.decode(run(PROGRAM, project, request), type=_Answer)
    except msgspec.DecodeError as err:
        raise SurroundingsError(
            f"Alembic of the project {project} gave no answer: {err}", hint="check that `alembic history` works there"
        ) from err
    if answer.missing in ("alembic", "sqlalchemy"):
        raise SurroundingsError(
            f"{project} is an Alembic project, and the interpreter that was asked has no {answer.missing}",
            hint="pip install 'dbarchitect[alembic]', or name the project's interpreter: --python .venv/bin/python",
        )
    if answer.error:
        raise InputError(
            f"Alembic cannot work with {project}: {answer.error}",
            hint="`alembic history` and `alembic upgrade head --sql` must work there"
            + ("; or name the project's interpreter with --python" if answer.missing else ""),
        )
    return answer


def _relative(file: str, path: Path) -> str:
    try:
        return Path(file).relative_to(path.resolve()).as_posix()
    except ValueError:
        return file


# --- reading --------------------------------------------------------------------------------------------------------


def _steps(pieces: Sequence[tuple[str, int]], file: str, *, down: bool = False) -> tuple[Step, ...]:
    """Steps of what a function would run, with their places in its file."""
    marked = any(_MARKED.match(text) for text, _ in pieces)
    lines: list[int] = []  # of the file, by line of `text`
    text = ""
    for piece, line in pieces if marked else (("BEGIN", 0), *pieces, ("COMMIT", 0)):
        if marked and piece in ("BEGIN", "COMMIT"):
            continue
        more = terminated(piece.strip().removesuffix(";")) + "\n"
        text += more
        lines += [line] * more.count("\n")
    steps = read_steps(text, file, down=down)
    return tuple(_placed(step, lines, file) for step in steps)


def _placed(step: Step, lines: Sequence[int], file: str) -> Step:
    at = step.position
    line = lines[at.line - 1] if at is not None and at.line <= len(lines) else 0
    return replace(step, position=Position(file=file, line=line or 1))


# --- writing --------------------------------------------------------------------------------------------------------


def _body(steps: Sequence[Step], *, down: bool = False) -> str:
    """The body of a function that runs steps, its lines without indentation."""
    parts: list[str] = []
    open_ = False  # whether a transaction holds a step that must end with it
    for number, step in enumerate(steps, 1):
        if open_ and step.transactional:
            parts.append(_COMMITTED)
        open_ = step.transactional
        head = heading(number, step, down=down)
        # A step without statements is a comment alone, lest those after it lose their numbers.
        calls = [_call("\n".join(one)) for one in ((head, *step.sql[:1]), *((sql,) for sql in step.sql[1:]))]
        if step.transactional:
            parts += calls
        else:
            parts.append("with op.get_context().autocommit_block():\n" + _indented("\n".join(calls)))
    return "\n".join(parts) or "pass"


def _call(sql: str) -> str:
    """`op.execute(DDL(...))` of exactly this text, line by line. A plain string would be searched for parameters, and
    colons in it cannot all be kept from being taken for one; DDL has percent signs only, which are doubled."""
    *first, last = sql.replace("%", "%%").split("\n")
    lines = [*(f"{one}\n" for one in first), last]
    return "op.execute(\n    DDL(\n" + "\n".join(f"        {_quoted(line)}" for line in lines) + "\n    )\n)"


def _quoted(line: str) -> str:
    return json.dumps(line, ensure_ascii=False)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))
