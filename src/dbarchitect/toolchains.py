"""Programs of other toolchains that a project brings along: its Python, with what is installed there."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .errors import SurroundingsError

_TIMEOUT_S = 300
_INTERPRETERS = (".venv/bin/python", "venv/bin/python", ".venv/Scripts/python.exe", "venv/Scripts/python.exe")


def run_python(program: Path, project: Path, request: dict[str, Any], *, python: Path | None = None) -> bytes:
    """Run `program` in the folder `project`, `request` as JSON on its standard input; what it writes to the file that
    the request then has as `answer`.

    The interpreter is `python`, else that of the project's virtual environment (`.venv`, `venv`), else our own.
    Raises `SurroundingsError` where it cannot be run or ends without an answer.
    """
    interpreter = python or next(
        (one for name in _INTERPRETERS if (one := project / name).exists()), Path(sys.executable)
    )
    with tempfile.TemporaryDirectory(prefix="dba-") as folder:
        answer = Path(folder, "answer.json")
        try:
            ran = subprocess.run(
                [interpreter, program],
                input=json.dumps({**request, "answer": str(answer)}).encode(),
                cwd=project,
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except OSError as err:
            raise SurroundingsError(
                f"cannot run the Python interpreter {interpreter}: {err.strerror or err}",
                hint="name the project's: --python .venv/bin/python",
            ) from err
        except subprocess.TimeoutExpired as err:
            raise SurroundingsError(
                f"{project}: its migrations gave no answer within {_TIMEOUT_S} seconds",
                hint="check that `alembic upgrade head --sql` ends there",
            ) from err
        if not answer.exists():
            said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            raise SurroundingsError(
                f"{project}: {interpreter} ended with code {ran.returncode}: {said[-1] if said else 'nothing said'}",
                hint="check that `alembic history` works there, or name another interpreter: --python",
            )
        return answer.read_bytes()
