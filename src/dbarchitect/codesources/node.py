"""Packages of npm that a project has."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.errors import SurroundingsError
from dbarchitect.toolchains import Ran

# (program and arguments, folder that it runs in, variables beside those of the surroundings): `toolchains.run_node`.
RunNode = Callable[[Sequence[str], Path, Mapping[str, str]], Ran]

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Package:
    """A package with a program. `home` is the folder whose node_modules has it."""

    home: Path
    program: Path
    version: str

    @property
    def major(self) -> int:
        """The first number of its version."""
        number = self.version.partition(".")[0]
        return int(number) if number.isdigit() else 0


def package_of(path: Path, name: str, title: str, install: str) -> Package:
    """The package `name` as Node.js finds it from `path`: in node_modules beside it, else further up.

    Raises `SurroundingsError` where there is none; `install` is the command that changes this.
    """
    start = path.resolve()
    for home in (start, *start.parents) if start.is_dir() else start.parents:
        folder = home / "node_modules" / name
        manifest = folder / "package.json"
        if manifest.is_file():
            try:
                said = json.loads(manifest.read_text(encoding="utf-8"))
            except ValueError as err:
                raise SurroundingsError(f"{manifest} is damaged: {err}", hint=install) from err
            programs = said.get("bin", {})
            program = programs if isinstance(programs, str) else programs.get(name, "")
            return Package(home=home, program=folder / program, version=str(said.get("version", "")))
    raise SurroundingsError(
        f"{path} is read by {title}, and no node_modules beside it or above has the package {name}", hint=install
    )


def plain(text: str) -> str:
    """What a program said, without colours."""
    return _COLOURS.sub("", text)
