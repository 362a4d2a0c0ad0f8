"""What does getting and starting it cost? Sizes of what is packed; of each Python here: the wheel in an environment of
its own, its first command, the time of `import dbarchitect` and of `dba --help`.

python -m benchmarks.packaging
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import report

ROOT = Path(__file__).resolve().parents[1]
_TIMES = 10
_IMPORT = "import time; t = time.perf_counter(); import dbarchitect; print(time.perf_counter() - t)"


def pythons() -> dict[str, str]:
    """The interpreters of this machine that the package is for, by version: on the path, and pyenv's."""
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    paths = [sys.executable, *map(str, sorted(home.glob("3.1[123].*/bin/python")))]
    paths += [found for minor in (11, 12, 13) if (found := shutil.which(f"python3.{minor}"))]
    by_version: dict[str, str] = {}
    for path in paths:
        done = subprocess.run([path, "-VV"], check=False, capture_output=True, text=True)
        version = re.match(r"Python (3\.1[123])\.", done.stdout)
        if not done.returncode and version:
            by_version.setdefault(version[1], path)
    return by_version


def packed(folder: Path) -> tuple[Path, Path]:
    """(the source archive, the wheel), built in `folder`."""
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT], check=True)
    code = f"import hatchling.build as backend; backend.build_sdist({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))


def _size(folder: Path) -> float:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file() and not one.is_symlink()) / 1e6


def _measured(python: str, wheel: Path, work: Path) -> tuple[str, ...]:
    home = work / "venv"
    began = time.monotonic()
    subprocess.run([python, "-m", "venv", home], check=True)
    bare = _size(home)
    command = [home / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel]
    subprocess.run(command, check=True, capture_output=True)
    installed, size = time.monotonic() - began, _size(home) - bare
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    began = time.monotonic()
    ran = subprocess.run(
        [home / "bin" / "dba", "demo"], check=False, cwd=work, env=environment, capture_output=True, text=True
    )
    first = time.monotonic() - began
    if ran.returncode not in (0, 1):
        raise SystemExit(ran.stdout + ran.stderr)
    imports = [
        float(
            subprocess.run([home / "bin" / "python", "-c", _IMPORT], capture_output=True, text=True, check=True).stdout
        )
        for _ in range(_TIMES)
    ]
    helps: list[float] = []
    for _ in range(_TIMES):
        began = time.monotonic()
        subprocess.run([home / "bin" / "dba", "--help"], check=True, stdout=subprocess.DEVNULL)
        helps.append(time.monotonic() - began)
    shutil.rmtree(home)
    return (
        f"{installed:.0f}",
        f"{size:.0f}",
        f"{first:.1f}",
        f"{statistics.median(imports) * 1000:.1f}",
        f"{statistics.median(helps) * 1000:.0f}",
    )


def main() -> None:
    """Measure and publish."""
    options = report.parser("packaging", __doc__).parse_args()
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sdist, wheel = packed(work)
        sizes = f"wheel {wheel.stat().st_size / 1e6:.2f} MB, source archive {sdist.stat().st_size / 1e6:.2f} MB"
        for version, python in sorted(pythons().items()):
            rows.append((version, *_measured(python, wheel, work)))
    columns = ("Python", "to install, s", "with what it needs, MB", "`dba demo`, s", "import, ms", "`dba --help`, ms")
    report.publish(
        "Packaging", f"{sizes}; medians of {_TIMES} fresh processes.\n\n{report.table(columns, rows)}", options
    )


if __name__ == "__main__":
    main()
