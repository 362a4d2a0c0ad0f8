"""What a project's folder has that `dba` can read, told by names and first lines; nothing is run."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

_DEPTH = 5  # folders below the project's
_FILES = 20_000  # that are looked at: a project, not a disk
_HEAD = 200_000  # bytes of a file that are read
_SKIPPED = {"node_modules", "venv", "env", "dist", "build", "target", "vendor", "site-packages", "__pycache__"}
_SQLITE = b"SQLite format 3\x00"
_SQLITE_NAMES = (".db", ".sqlite", ".sqlite3")
_CREATES = re.compile(rb"^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\b", re.IGNORECASE | re.MULTILINE)
_CLASS = re.compile(r"^class\s+(\w+)\s*\([^)]*\bDeclarativeBase\b", re.MULTILINE)
_CALLED = re.compile(r"^(\w+)(?:\s*:\s*\w+)?\s*=\s*(?:\w+\.)*declarative_base\(", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Something that is a SOURCE: its word for the command line, and what it is, for people."""

    source: str
    what: str
    path: str
    migrations: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a folder has. `candidates`: the likeliest source first."""

    candidates: tuple[Candidate, ...] = ()
    pyproject: bool = False
    package_json: bool = False
    git: bool = False
    vscode: bool = False
    cursor: bool = False

    def words(self) -> list[str]:
        """What was found, for people."""
        named = [f"{one.what}: {one.source}" for one in self.candidates]
        marks = (
            ("pyproject.toml", self.pyproject),
            ("package.json", self.package_json),
            ("a git repository", self.git),
        )
        return [*named, *(name for name, there in marks if there)]


def look(root: Path, format_of: Callable[[Path], str]) -> Found:
    """What the folder `root` has. `format_of` tells whose migrations a folder holds."""
    folders: dict[str, Candidate] = {}
    models: list[Candidate] = []
    scripts: list[Candidate] = []
    databases: list[Candidate] = []
    schemas: list[Candidate] = []
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        home = _migrations(path, root)
        if home is not None:
            shown = home.relative_to(root).as_posix()
            if shown not in folders:
                folders[shown] = Candidate(
                    source=shown, what=f"migrations ({format_of(home)})", path=shown, migrations=True
                )
        elif path.name == "schema.prisma":
            schemas.append(Candidate(source=name, what="models of Prisma", path=name))
        elif re.fullmatch(r"drizzle\.config\.(?:ts|js|mjs)", path.name):
            schemas.append(Candidate(source=name, what="models of Drizzle", path=name))
        elif path.suffix == ".sql" and _CREATES.search(_head(path)):
            scripts.append(Candidate(source=name, what="a schema in SQL", path=name))
        elif path.suffix in _SQLITE_NAMES and _head(path).startswith(_SQLITE):
            databases.append(Candidate(source=name, what="an SQLite file", path=name))
        elif path.suffix == ".py" and (base := _base(path)):
            module = _module(path.relative_to(root))
            models.append(Candidate(source=f"{module}:{base}", what="models of SQLAlchemy", path=name))
    # A dump called schema.sql is likelier the schema than a seed; what lies nearer to the top is likelier the
    # project's.
    scripts.sort(key=lambda one: ("schema" not in one.source, one.source.count("/"), one.source))
    inside = {one.source for one in folders.values()}
    scripts = [one for one in scripts if not any(one.source.startswith(f"{home}/") for home in inside)]
    return Found(
        candidates=(*folders.values(), *scripts, *schemas, *models, *databases),
        pyproject=(root / "pyproject.toml").is_file(),
        package_json=(root / "package.json").is_file(),
        git=(root / ".git").exists(),
        vscode=(root / ".vscode").is_dir(),
        cursor=(root / ".cursor").is_dir(),
    )


def _files(root: Path) -> Iterator[Path]:
    left = _FILES
    for folder, below, names in os.walk(root):
        here = Path(folder)
        deep = len(here.relative_to(root).parts) >= _DEPTH
        below[:] = [] if deep else sorted(one for one in below if one[0] != "." and one not in _SKIPPED)
        for name in sorted(names):
            left -= 1
            if left < 0:
                return
            yield here / name


def _migrations(path: Path, root: Path) -> Path | None:
    """The folder of migrations that this file makes one, and None where it makes none."""
    if path.name == "migration.sql" and path.parent.parent != root:
        return path.parent.parent
    if path.name == "_journal.json" and path.parent.name == "meta" and path.parent.parent != root:
        return path.parent.parent
    if path.name == "alembic.ini":
        return path.parent if path.parent != root else None
    if path.name == "env.py" and (path.parent / "versions").is_dir():
        return path.parent
    if path.name.lower().endswith(".up.sql") and path.parent != root:
        return path.parent
    return None


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def _base(path: Path) -> str | None:
    text = _head(path).decode("utf-8", "replace")
    match = _CLASS.search(text) or _CALLED.search(text)
    return match[1] if match else None


def _module(path: Path) -> str:
    parts = list(path.with_suffix("").parts)
    if parts[0] == "src" and len(parts) > 1:
        del parts[0]
    if parts[-1] == "__init__" and len(parts) > 1:
        del parts[-1]
    return ".".join(parts)
