"""Programs of other toolchains that a project brings along: its Python and its Node.js, with what they have there, and
commands of its own that make a copy of its database."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import DbaError, InputError, SurroundingsError

_TIMEOUT_S = 300
_COPY_S = 3600  # a copy of a large database is not made in a minute
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
                f"{project}: its code gave no answer within {_TIMEOUT_S} seconds",
                hint="check that `alembic upgrade head --sql`, or the import of the models, ends there",
            ) from err
        if not answer.exists():
            said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            raise SurroundingsError(
                f"{project}: {interpreter} ended with code {ran.returncode}: {said[-1] if said else 'nothing said'}",
                hint="check that `alembic history`, or the import of the models, works there; --python names another "
                "interpreter",
            )
        return answer.read_bytes()


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that has ended, and what it said."""

    code: int
    stdout: str
    stderr: str


def run_node(command: Sequence[str], project: Path, variables: Mapping[str, str]) -> Ran:
    """Run a program of JavaScript with its arguments in the folder `project`. `variables` are set beside our own.

    Raises `SurroundingsError` where there is no Node.js, or no end within five minutes; what the program itself
    refuses is for the caller to read.
    """
    node = shutil.which("node")
    if node is None:
        raise SurroundingsError(
            f"{command[0]} is a program of Node.js, and there is no `node` on the PATH",
            hint="install Node.js 20 or newer, from https://nodejs.org or with your package manager",
        )
    try:
        ran = subprocess.run(
            [node, *command],
            cwd=project,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except OSError as err:
        raise SurroundingsError(f"cannot run {node}: {err.strerror or err}", hint="see that `node -v` works") from err
    except subprocess.TimeoutExpired as err:
        raise SurroundingsError(
            f"{command[0]} gave no answer within {_TIMEOUT_S} seconds", hint=f"run it by hand in {project}"
        ) from err
    return Ran(ran.returncode, ran.stdout.decode("utf-8", "replace"), ran.stderr.decode("utf-8", "replace"))


@dataclass(slots=True)
class Copy:
    """A copy that a command made. `left`: after the end, why it could not be taken away; "" where it is gone."""

    url: str
    left: str = ""


@contextmanager
def copy_by_command(make: str, drop: str | None, *, name: str, progress: Callable[[str], None]) -> Generator[Copy]:
    """A copy of a database that the user's own command makes: a branch of a platform, a restored backup.

    `make` is run by the shell with the name of the copy in DBA_COPY; the last line that it writes to standard output is
    the copy's URL, which may be written to. `drop` is run at the end, whatever came between (also where `make` failed
    or was interrupted: it may have got as far as the copy), with DBA_COPY and DBA_COPY_URL. Raises `SurroundingsError`
    where `make` fails, `InputError` where there is no URL; where `drop` fails too, the error says that it is left.
    """
    progress(f"making a copy by the command of --copy-with, named {name}")
    copy = Copy(url="")
    try:
        said = _shell("--copy-with", make, {"DBA_COPY": name})
        copy.url = next((one.strip() for one in reversed(said.splitlines()) if one.strip()), "")
        _check_url(copy.url)
        yield copy
    except BaseException as err:
        made = bool(copy.url)
        left = _taken_away(drop, name, copy.url, progress)
        # A command that made nothing has nothing to take away: only what may be there is told.
        if left and (made or not isinstance(err, DbaError)):
            said = err.message if isinstance(err, DbaError) else "interrupted"
            raise SurroundingsError(f"{said}; and the copy {name} may still be there: {left}", hint=_BY_HAND) from err
        raise
    copy.left = _taken_away(drop, name, copy.url, progress)


def _check_url(printed: str) -> None:
    if not printed.startswith(("postgresql://", "postgres://")):
        raise InputError(
            "the last line that the command of --copy-with wrote is no postgresql:// URL",
            hint="let it print the URL of the copy, with a role that may write there",
        )


_BY_HAND = "take it away by hand: a branch that is left may cost money"


def _taken_away(drop: str | None, name: str, url: str, progress: Callable[[str], None]) -> str:
    """Run the command that takes a copy away; why that failed, "" where it did not."""
    if drop is None:
        return ""
    progress(f"taking the copy {name} away")
    try:
        _shell("--drop-copy-with", drop, {"DBA_COPY": name, "DBA_COPY_URL": url})
    except SurroundingsError as err:
        return err.message
    return ""


def _shell(option: str, command: str, environment: Mapping[str, str]) -> str:
    """Run a command of the user's in the shell; what it wrote to standard output. It has a session of its own, so that
    Ctrl-C comes to us alone; with us it ends, and what it has started."""
    running = subprocess.Popen(
        command,
        shell=True,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, errors = running.communicate(timeout=_COPY_S)
    except BaseException as err:
        if sys.platform == "win32":
            running.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        if isinstance(err, subprocess.TimeoutExpired):
            raise SurroundingsError(
                f"the command of {option} did not end within {_COPY_S // 60} minutes",
                hint="see how long it takes by itself: a branch or a snapshot is quicker than a dump",
            ) from err
        raise
    if running.returncode:
        said = errors.decode("utf-8", "replace").strip().splitlines()
        raise SurroundingsError(
            f"the command of {option} ended with code {running.returncode}: {said[-1] if said else 'nothing said'}",
            hint="run it by hand, with DBA_COPY set to a name",
        )
    return out.decode("utf-8", "replace")
