"""SQLAlchemy and Tortoise: models that the project's own interpreter imports (`python_program`)."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from dbarchitect.errors import DbaError, InputError, SurroundingsError
from dbarchitect.model.names import Name, Position, quote_identifier

from .read import Code, Mark, RunPython, shown

PROGRAM = Path(__file__).with_name("python_program.py")
_NAMED = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*))?\Z")
_LISTED = 5


class _Mark(msgspec.Struct, kw_only=True):
    kind: str
    schema: str
    table: str
    name: str
    columns: list[str]
    file: str
    line: int


class _Answer(msgspec.Struct, kw_only=True):
    framework: str = ""
    ddl: list[str] = []
    schemas: list[str] = []
    marks: list[_Mark] = []
    trouble: str = ""
    error: str = ""
    file: str = ""
    line: int = 0
    names: list[str] = []


def named(given: str) -> tuple[str, str] | None:
    """The module and the attribute of `package.module:Base`, `package.module` or `package/module.py`; None for what is
    none of these."""
    path, colon, attribute = given.partition(":")
    if path.endswith(".py"):
        parts = Path(path).with_suffix("").parts
        if not all(part.isidentifier() for part in parts):
            return None
        parts = parts[1:] if parts[:1] == ("src",) else parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts), attribute
    found = _NAMED.match(given)
    if found is None or (not colon and not _is_here(found[1])):
        return None
    return found[1], found[2] or ""


def _is_here(module: str) -> bool:
    """Whether a module without an attribute is one of the folder: `dump.sql` may also be a file that is not there."""
    name = Path(*module.split("."))
    return any(
        (Path(root) / name).with_suffix(".py").is_file() or (Path(root) / name / "__init__.py").is_file()
        for root in (".", "src")
    )


def read(given: str, home: Path, run: RunPython) -> Code:
    """The DDL of the models that `given` names, in the project `home`.

    Raises `InputError` for code that does not import, has no such attribute or no tables, and for what PostgreSQL's
    dialect cannot say, with the place; `SurroundingsError` where the interpreter has no such package.
    """
    names = named(given)
    assert names is not None, given
    module, attribute = names
    request = {"module": module, "attribute": attribute, "home": str(home.resolve())}
    try:
        answer = msgspec.json.decode(run(PROGRAM, home, request), type=_Answer)
    except msgspec.DecodeError as err:
        raise SurroundingsError(
            f"{given}: the project's interpreter gave no answer: {err}",
            hint=f'check that `python -c "import {module}"`',
        ) from err
    if answer.trouble:
        raise _error(given, module, attribute, answer, home)
    marks = tuple(
        Mark(
            kind=one.kind,  # pyright: ignore[reportArgumentType]  the program's own kinds
            table=Name(schema=one.schema, name=one.table),
            name=one.name,
            position=Position(file=shown(one.file, home), line=one.line),
            columns=tuple(one.columns),
        )
        for one in answer.marks
    )
    schemas = [f"CREATE SCHEMA IF NOT EXISTS {quote_identifier(one)};" for one in answer.schemas]
    # An end of its own for each piece: the last line of one may be a comment.
    pieces = [f"{text.strip().removesuffix(';')}\n;" for text in answer.ddl]
    return Code(
        framework="tortoise" if answer.framework == "tortoise" else "sqlalchemy",
        ddl="\n".join((*schemas, *pieces)) + "\n",
        marks=marks,
        whole=next((one.position for one in marks), Position(file=given, line=1)),
        files=tuple(dict.fromkeys(one.position.file for one in marks)),
    )


def _error(given: str, module: str, attribute: str, answer: _Answer, home: Path) -> DbaError:
    place = f"{shown(answer.file, home)}:{answer.line}: " if answer.file else ""
    names = ", ".join(f"{module}:{name}" for name in answer.names[:_LISTED])
    match answer.trouble:
        case "module":
            return InputError(
                f"{given}: there is no module {module} to import from {home.resolve()}",
                hint="run it in the project's folder, which is where the import starts (its src folder too)",
            )
        case "attribute":
            return InputError(
                f"{given}: the module {module} has no {attribute}",
                hint=f"it has {names}" if names else "name a declarative base, a MetaData or Tortoise's settings",
            )
        case "several":
            return InputError(f"{given} has several sets of tables", hint=f"name one: {names}")
        case "kind":
            what = f"{attribute} is a {answer.error}" if attribute else "the module has no models of its own"
            return InputError(
                f"{given}: {what}, and no tables can be read from that",
                hint=f"it has {names}" if names else "name a declarative base, a MetaData or Tortoise's settings",
            )
        case "empty":
            return InputError(
                f"{given} has no tables",
                hint="the models must be imported along with it: name the module that imports them all",
            )
        case "package":
            missing = answer.error.rpartition("'")[0].rpartition("'")[2] or answer.error
            return SurroundingsError(
                f"{place}{given}: the interpreter that was asked has no package {missing}",
                hint="install it in the project's .venv, which is asked first",
            )
        case "unsupported":
            return InputError(
                f"{place}{given} cannot be made on PostgreSQL: {answer.error}",
                hint="`create_all` on PostgreSQL says the same: give the column a type that it has",
            )
        case "variable":
            return InputError(
                f"{place}{given} asks for the variable {answer.error}, which is not set",
                hint=f"{answer.error}=postgresql://localhost/any dba ...: it need not lead anywhere",
            )
        case "fails":
            return InputError(
                f"{place}{given} gives no schema: {answer.error}",
                hint="what it names must be there for the interpreter that was asked: the .venv's, else our own",
            )
        case _:
            return InputError(
                f"{place}{given} cannot be imported: {answer.error}", hint=f'`python -c "import {module}"` says more'
            )
