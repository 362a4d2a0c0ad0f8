"""Files that a brief names, or is: schemas and rows that lie beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import msgspec

from dbarchitect.errors import InputError, unreadable
from dbarchitect.sql.script import decode_script

INPUTS = (".dbml", ".sql", ".prisma", ".csv", ".json")  # what a brief may name, or be
_SAMPLE = 8 << 20  # bytes of a file that are read
_ROWS = 2_000  # rows of a sample: more say no more of kinds and keys


def is_sample(data: bytes) -> bool:
    """Whether JSON is rows rather than a spec."""
    try:
        document = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return False
    return isinstance(document, list) or (
        isinstance(document, dict)
        and "entities" not in document
        and bool(cast("dict[str, Any]", document))
        and all(isinstance(one, list) for one in cast("dict[str, Any]", document).values())
    )


def texts(names: tuple[str, ...], folder: Path) -> dict[str, str]:
    """The texts of files beside a brief; of rows the first ones. Raises `InputError`."""
    found: dict[str, str] = {}
    for name in names:
        path = folder / name
        if path.suffix not in INPUTS:
            raise InputError(f"{path} is no input of a design", hint=f"a file that ends with {', '.join(INPUTS)}")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InputError(f"{name} is outside of the brief's folder", hint="copy it beside the brief")
        try:
            with path.open("rb") as file:
                text = decode_script(file.read(_SAMPLE), str(path))
        except OSError as err:
            raise unreadable(path, err, what="what the brief names,") from err
        found[name] = text if path.suffix != ".csv" else "\n".join(text.splitlines()[:_ROWS])
    return found
