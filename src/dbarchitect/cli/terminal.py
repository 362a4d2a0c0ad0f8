"""What surrounds a command: the terminal, the environment, the disk. The one place that looks at them."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from dbarchitect.errors import InputError, unreadable
from dbarchitect.render import Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dbarchitect.progress import Progress

_WIDEST = 140  # longer lines of prose are hard to read
_PIPE_WIDTH = 100
_LONGEST_NAME = 1024  # of a file: what is longer is SQL
_OLDEST, _NEWEST = 12, 18  # versions that migrations are planned and linted for


def cache() -> Path | None:
    """Where ready clusters are kept: $DBA_CACHE, else None for this account's cache directory."""
    named = os.environ.get("DBA_CACHE")
    return Path(named).absolute() if named else None


def token(variables: Sequence[str]) -> str:
    """A token of a server over HTTP: the first of these variables that is set, "" for none."""
    return next((found for one in variables if (found := os.environ.get(one, "").strip())), "")


def account() -> str:
    """Who runs this, and where: `name@machine`."""
    import getpass
    import platform

    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        name = "unknown"
    return f"{name}@{platform.node()}"


def colored(stream: TextIO) -> bool:
    """Whether `stream` is to be written in colour."""
    # https://no-color.org: any value but the empty one counts.
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def screen(output: Path | None) -> Screen:
    """Where the result goes: the terminal, a pipe, or the file `output`."""
    if output is not None:
        return Screen(width=_PIPE_WIDTH)
    columns = shutil.get_terminal_size((_PIPE_WIDTH, 24)).columns
    return Screen(
        width=min(max(columns, 40), _WIDEST),
        color=colored(sys.stdout),
        unicode=(sys.stdout.encoding or "").lower().replace("-", "").startswith("utf"),
    )


def progress() -> Progress:
    """What shows on stderr what is being done."""
    from dbarchitect.progress import Progress

    return Progress(
        sys.stderr,
        terminal=sys.stderr.isatty() and os.environ.get("TERM") != "dumb",
        color=colored(sys.stderr),
    )


def note(text: str) -> None:
    """A remark beside the result."""
    sys.stderr.write(f"dba: {text}\n")


def interactive() -> bool:
    """Whether a person can be asked: both ends of the conversation are a terminal."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()  # closed: there is none


def asked(question: str) -> str | None:
    """What a person answers; None at the end of the input."""
    sys.stderr.write(f"dba: {question}")
    sys.stderr.flush()
    answer = sys.stdin.readline()
    return answer.strip() if answer else None


def agreed() -> bool:
    """Whether a person says yes to what was shown. Raises `InputError` where there is nobody to ask."""
    if not interactive():
        raise InputError(
            "this writes to a database, and there is no terminal to ask on",
            hint="add --yes where that is what you want",
        )
    return (asked("Go on? [y/N] ") or "").lower() in ("y", "yes")


def standard_input() -> BinaryIO | None:
    """Standard input as bytes; None where it is closed."""
    return sys.stdin.buffer if sys.stdin is not None else None


def given(name: str, what: str) -> bytes:
    """What stands in a file, or comes from stdin for "-". Raises `InputError` where it cannot be read."""
    if name == "-":
        if (stream := standard_input()) is None:
            raise InputError("- is standard input, and there is none", hint="name a file")
        return stream.read()
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as err:
        raise unreadable(name, err, what=f"the {what}") from err


def query_text(argument: str) -> tuple[str, str]:
    """(text, name) of the query that an argument is: SQL, a file that holds it, or stdin for "-". One word is a file.

    Raises `InputError` where it cannot be read.
    """
    from dbarchitect.sql.script import decode_script

    if argument == "-":
        return decode_script(given("-", "query"), "stdin"), "stdin"
    is_file = len(argument) <= _LONGEST_NAME and "\n" not in argument and Path(argument).is_file()
    if not is_file and any(one.isspace() for one in argument):
        return argument, "the query"
    if not is_file:
        raise InputError(
            f"cannot read the query {argument}: there is no file of this name",
            hint="SQL, a file that holds it, or - for stdin",
        )
    return decode_script(given(argument, "query"), argument), argument


def emit(text: str, output: Path | None) -> None:
    """Results go to stdout, or whole into a file."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()  # a reader that waits for a URL must get it now
        return
    from dbarchitect.files import write_whole

    write_whole(output, text)


def major(pg: int | None) -> int | None:
    """`--pg`, if it is a version that migrations are planned and linted for."""
    if pg is not None and not _OLDEST <= pg <= _NEWEST:
        raise InputError(f"--pg {pg}: not a version that this knows", hint=f"--pg {_OLDEST} to --pg {_NEWEST}")
    return pg
