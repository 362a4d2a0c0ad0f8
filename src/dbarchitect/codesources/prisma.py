"""Prisma: a `schema.prisma`, or a folder of them, through the project's own `prisma migrate diff`."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dbarchitect.errors import InputError, SurroundingsError

from . import prisma_text
from .node import RunNode, package_of, plain
from .read import Code, shown

_PLACE = re.compile(r"-->\s+(?:\x1b\[\d+m)*([^\s\x1b]+\.prisma):(\d+)")
_ERROR = re.compile(r"^(?:error|Error):\s*(.*)$", re.MULTILINE)
_CODE = re.compile(r"P\d{4}")
_PROVIDER = re.compile(r'^\s*provider\s*=\s*"(\w+)"', re.MULTILINE)
_DATASOURCE = re.compile(r"^\s*datasource\s+\w+\s*\{(.*?)^\s*\}", re.MULTILINE | re.DOTALL)
_NO_ENGINE = re.compile(r"binaries\.prisma\.sh|schema[- ]engine binary|ENOENT", re.IGNORECASE)


def files_of(path: Path) -> list[Path]:
    """The `.prisma` files of a file or a folder, those of its folders too."""
    return (
        [path] if path.is_file() else sorted(one for one in path.rglob("*.prisma") if "node_modules" not in one.parts)
    )


def read(given: str, home: Path, run: RunNode, database: Callable[[], str]) -> Code:
    """The DDL of a schema. `database`: the URL of an empty database, which the engine built for WebAssembly wants to
    see although it asks nothing of it.

    Raises `InputError` with the place for what Prisma refuses, `SurroundingsError` without Node.js, Prisma or its
    engine.
    """
    path = Path(given)
    files = files_of(path)
    texts = {shown(one, home): one.read_text(encoding="utf-8", errors="replace") for one in files}
    _check_provider(given, texts)
    found = package_of(path, "prisma", "Prisma", "npm install --save-dev prisma")
    option = "--to-schema" if found.major >= 7 else "--to-schema-datamodel"
    with tempfile.TemporaryDirectory(prefix="dba-") as folder:
        # A configuration of its own: the project's may ask for variables that this has nothing to do with. An engine
        # that is a program of Node.js runs beside it, and finds its packages by the link.
        with suppress(OSError):
            Path(folder, "node_modules").symlink_to(found.home / "node_modules")
        config = Path(folder, "prisma.config.mjs")
        wanted = {"schema": str(path.resolve()), "datasource": {"url": database()}}
        config.write_text(f"export default {json.dumps(wanted)};\n", encoding="utf-8")
        arguments = ["migrate", "diff", "--from-empty", option, str(path.resolve()), "--script"]
        if found.major >= 7:
            arguments += ["--config", str(config)]
        ran = run(
            [str(found.program), *arguments],
            found.home,
            {"CHECKPOINT_DISABLE": "1", "PRISMA_HIDE_UPDATE_MESSAGE": "1", "NO_COLOR": "1"},
        )
    said = plain(ran.stderr)
    if ran.code or (not ran.stdout.strip() and _ERROR.search(said)):
        raise _error(given, said or plain(ran.stdout), home)
    if not ran.stdout.strip():
        raise SurroundingsError(
            f"{given}: `prisma migrate diff` wrote nothing, as if the schema had no models",
            hint="its schema engine does nothing: see PRISMA_SCHEMA_ENGINE_BINARY",
        )
    return Code(
        framework="prisma",
        ddl=ran.stdout,
        marks=tuple(prisma_text.marks(texts)),
        whole=prisma_text.first(texts),
        files=tuple(texts),
    )


def _check_provider(given: str, texts: dict[str, str]) -> None:
    models = False
    for file, text in texts.items():
        models = models or bool(re.search(r"^\s*model\s+\w+\s*\{", text, re.MULTILINE))
        for block in _DATASOURCE.finditer(text):
            provider = _PROVIDER.search(block[1])
            if provider and provider[1] not in ("postgresql", "postgres"):
                line = text.count("\n", 0, block.start(1) + provider.start(1)) + 1
                raise InputError(
                    f"{file}:{line}: {given} is for {provider[1]}, and only postgresql is read so far",
                    hint='provider = "postgresql"',
                )
    if not models:
        raise InputError(f"{given} has no models", hint="name the schema.prisma, or the folder that holds its files")


def _error(given: str, said: str, home: Path) -> InputError | SurroundingsError:
    errors = [one.strip() for one in _ERROR.findall(said) if one.strip() and not _CODE.fullmatch(one.strip())]
    place = _PLACE.search(said)
    if place:
        first = next((one for one in errors if "validation" not in one.lower()), errors[0] if errors else said)
        first = re.sub(r"^Error (?:validating|parsing)[^:]*: ", "", first)
        return InputError(f"{shown(place[1], home)}:{place[2]}: Prisma refuses it: {first}", hint="prisma validate")
    message = errors[-1] if errors else (said.strip().splitlines() or ["nothing said"])[-1]
    if _NO_ENGINE.search(said):
        return SurroundingsError(
            f"{given}: Prisma's schema engine is not there: {message}",
            hint="let `prisma -v` fetch it once, or name one in PRISMA_SCHEMA_ENGINE_BINARY",
        )
    return InputError(f"{given}: `prisma migrate diff` fails: {message}", hint="prisma validate")
