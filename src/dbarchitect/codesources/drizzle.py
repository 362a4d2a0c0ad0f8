"""Drizzle: a `schema.ts`, a folder of such, or a project's `drizzle.config.ts`, through its own drizzle-kit."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.model.names import Position

from . import drizzle_text
from .node import RunNode, package_of, plain
from .read import Code, shown

CONFIGS = tuple(f"drizzle.config.{end}" for end in ("ts", "js", "mjs", "cjs", "mts", "cts"))
ENDS = (".ts", ".mts", ".cts", ".js", ".mjs", ".cjs")
_CASING = re.compile(r"\bcasing\s*:\s*[\"'](snake_case|camelCase)[\"']")
_DIALECT = re.compile(r"\bdialect\s*:\s*[\"'](\w+)[\"']")
_SCHEMA = re.compile(r"\bschema\s*:\s*(\[[^\]]*\]|[\"'][^\"']*[\"'])")
_FRAME = re.compile(r"\(?((?:/|[A-Za-z]:\\)[^\s():]+|file://[^\s():]+):(\d+):\d+\)?")
_MISSING = re.compile(r"Cannot find (?:module|package) '([^']+)'")
_INSTALL = "npm install drizzle-orm && npm install --save-dev drizzle-kit"


def config_of(path: Path) -> Path | None:
    """The configuration that a folder has."""
    return next((path / name for name in CONFIGS if (path / name).is_file()), None)


def read(given: str, home: Path, run: RunNode) -> Code:
    """The DDL of the tables that `given` exports.

    Raises `InputError` with the place for code that does not run, has no tables or is for another database,
    `SurroundingsError` without Node.js or the packages.
    """
    path = Path(given)
    if path.is_dir():
        path = config_of(path) or path
    package = package_of(path, "drizzle-kit", "Drizzle", _INSTALL)
    package_of(path, "drizzle-orm", "Drizzle", _INSTALL)
    is_config = path.name in CONFIGS or ".config." in path.name
    config = path if is_config else _config_above(path, package.home)
    settings = _masked(config) if config is not None else ""
    dialect = _DIALECT.search(settings)
    if is_config and dialect and dialect[1] != "postgresql":
        line = settings.count("\n", 0, dialect.start()) + 1
        raise InputError(
            f"{given}:{line}: it is for {dialect[1]}, and only postgresql is read so far", hint='dialect: "postgresql"'
        )
    casing = _CASING.search(settings)
    where = path.parent if is_config else package.home
    with tempfile.TemporaryDirectory(prefix="dba-") as folder:
        if casing:
            # `export` knows of no casing (drizzle-kit 0.31): a first migration, elsewhere, has it.
            theirs = json.dumps(str(path.resolve()))
            own = f"import theirs from {theirs};\nexport default {{ ...theirs, out: {json.dumps(f'{folder}/out')} }};\n"
            plainly = {"dialect": "postgresql", "schema": str(path.resolve()), "out": f"{folder}/out"}
            text = own if is_config else f"export default {json.dumps({**plainly, 'casing': casing[1]})};\n"
            Path(folder, "drizzle.config.ts").write_text(text, encoding="utf-8")
            arguments = ["generate", "--config", str(Path(folder, "drizzle.config.ts"))]
        elif is_config:
            arguments = ["export", "--config", str(path.resolve())]
        else:
            arguments = ["export", "--dialect", "postgresql", "--schema", str(path.resolve())]
        ran = run([str(package.program), *arguments], where, {"NO_COLOR": "1"})
        written = sorted(Path(folder, "out").glob("*.sql"))
        ddl = "\n".join(one.read_text(encoding="utf-8") for one in written) if casing else plain(ran.stdout)
    said = plain(ran.stderr)
    if ran.code or (not ddl.strip() and said.strip()):  # it ends with 0 where the code of a schema fails
        raise _error(given, said or plain(ran.stdout), home)
    if not ddl.strip():
        raise InputError(
            f"{given} exports no tables of PostgreSQL", hint="export the tables: `export const users = pgTable(...)`"
        )
    files = _files(path, settings if is_config else "", where)
    texts = {shown(one, home): one.read_text(encoding="utf-8", errors="replace") for one in files}
    return Code(
        framework="drizzle",
        ddl=ddl,
        marks=tuple(drizzle_text.marks(texts)),
        whole=drizzle_text.first(texts) if texts else Position(file=given, line=1),
        files=tuple(texts),
    )


def _masked(file: Path) -> str:
    """The text of a configuration with its comments blanked."""
    return drizzle_text.without_comments(file.read_text(encoding="utf-8", errors="replace"))


def _config_above(path: Path, home: Path) -> Path | None:
    """The configuration beside a schema, or between it and the folder with the packages."""
    for folder in (path.resolve(), *path.resolve().parents):
        if folder.is_dir() and (found := config_of(folder)):
            return found
        if folder == home:
            return None
    return None


def _files(path: Path, settings: str, where: Path) -> list[Path]:
    """The files whose tables are exported, and those that they may take them from: all beside a schema."""
    roots = [path]
    if settings:
        said = _SCHEMA.search(settings)
        names: Sequence[str] = re.findall(r"[\"']([^\"']+)[\"']", said[1]) if said else ()
        roots = [one for name in names for one in _globbed(where, name)]
    found: list[Path] = []
    for root in roots:
        if root.is_dir():
            found += sorted(one for one in root.rglob("*") if one.suffix in ENDS and "node_modules" not in one.parts)
        elif root.is_file():
            beside = sorted(one for one in root.parent.iterdir() if one.suffix in ENDS and one != root)
            found += [root, *(one for one in beside if ".config." not in one.name)]
    return list(dict.fromkeys(found))


def _globbed(where: Path, pattern: str) -> list[Path]:
    plainly = pattern.removeprefix("./")
    return sorted(where.glob(plainly)) if "*" in plainly else [where / plainly]


def _error(given: str, said: str, home: Path) -> InputError | SurroundingsError:
    lines = [one.rstrip() for one in said.splitlines() if one.strip()]
    first = next((one for one in lines if "Error" in one), lines[0] if lines else "nothing said")
    message = re.sub(r"^\s*(?:Error:?\s+)", "", first).strip()
    found = re.match(r"(.+?):(\d+):\d+: ERROR: (.*)", lines[1]) if len(lines) > 1 else None
    if found is not None:  # esbuild, before anything runs
        return InputError(f"{shown(found[1], home)}:{found[2]}: it is no TypeScript: {found[3]}", hint="tsc --noEmit")
    place = next(
        (
            f"{shown(file.removeprefix('file://'), home)}:{number}: "
            for file, number in _FRAME.findall(said)
            if "node_modules" not in file and "/node/" not in file and Path(file.removeprefix("file://")).is_file()
        ),
        "",
    )
    missing = _MISSING.search(said)
    if missing and not missing[1].startswith((".", "/")):
        return SurroundingsError(
            f"{place}{given} imports the package {missing[1]}, which is not installed",
            hint=f"npm install {missing[1]}",
        )
    return InputError(f"{place}{given} cannot be read: {message}", hint="`drizzle-kit export` there says more")
