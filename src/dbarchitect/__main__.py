"""`dba` and `python -m dbarchitect`: where errors end. Nothing below catches what it cannot mend."""

from __future__ import annotations

import errno
import gc
import io
import os
import select
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

from . import __version__

# Exit codes beyond those of the verbs (0 to 3), as shells know them.
INTERRUPTED = 130
BROKEN_PIPE = 141
BUG = 70  # EX_SOFTWARE of sysexits.h

_WHENCE = "run it with --debug to see where this came from"
_CLOSED = "make it writable for this account, or run this where it is"
_FULL = "free some space on the disk of the output and of the cache, or name another cache directory in DBA_CACHE"
_HINTS = {errno.ENOSPC: _FULL, errno.EDQUOT: _FULL} | dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), _CLOSED)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = bool(os.environ.get("DBA_DEBUG")) or "--debug" in arguments
    arguments = [one for one in arguments if one != "--debug"]
    _end_on_sigterm()
    _open_what_is_closed()
    _print_anything()
    # A catalogue is some 100,000 objects without circles: looking for circles among them again and again is in vain.
    gc.set_threshold(200_000, 20, 100)
    try:
        return _run(arguments, debug=debug)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader left (`| head`)
        return BROKEN_PIPE
    except SystemExit as err:
        if err.code == 1:  # how rich ends when the reader of the help has left; no verb of ours exits like this
            return BROKEN_PIPE
        raise


def _run(arguments: Sequence[str], *, debug: bool) -> int:
    from .errors import DbaError, SurroundingsError

    try:
        if arguments == ["--version"]:  # before anything else is imported: scripts ask this often
            sys.stdout.write(f"dba {__version__}\n")
            code = 0
        else:
            from .cli import run

            code = run(arguments)
        sys.stdout.flush()
        return code
    except DbaError as err:
        return _told(err, debug=debug)
    except OSError as err:
        lost = _output_is_lost()
        if lost and isinstance(err, BrokenPipeError):
            raise
        # A full disk, no permission, no memory for a process: none of it is a bug of ours.
        if _adrift():
            gone = SurroundingsError("the folder that this was started in is gone", hint="cd to one that is there")
            return _told(gone, debug=debug)
        where = f"{err.filename}: " if err.filename else "standard output: " if lost else ""
        hint = _HINTS.get(err.errno or 0, _WHENCE)
        return _told(SurroundingsError(f"{where}{err.strerror or err}", hint=hint), debug=debug)
    except Exception as err:  # noqa: BLE001 - the last line before the user: a bug must not greet them with a traceback
        if type(err).__name__ in ("DiskFull", "OutOfMemory"):  # psycopg's: what surrounds the private server
            words = " ".join(str(err).split())
            return _told(SurroundingsError(f"the private server: {words}", hint=_FULL), debug=debug)
        return _bug(err, debug=debug)


def _output_is_lost() -> bool:
    """Whether stdout takes nothing any more. What it did not take is then given up: Python would try it once more at
    exit, and complain."""
    try:
        sys.stdout.flush()
        # Without a buffer (PYTHONUNBUFFERED) nothing is left to be tried: a pipe says itself that its reader has left.
        watch = select.poll()
        watch.register(sys.stdout.fileno(), 0)
        return bool(watch.poll(0))
    except io.UnsupportedOperation:  # stdout is no file here, but something of a program that calls us
        return False
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True


def _adrift() -> bool:
    """Whether the current folder was removed."""
    try:
        os.getcwd()  # noqa: PTH109 - what fails is the call itself
    except FileNotFoundError:
        return True
    return False


def _told(err: Exception, *, debug: bool) -> int:
    from .errors import DbaError
    from .render.untrusted import line

    assert isinstance(err, DbaError)
    if debug:
        import traceback

        traceback.print_exc()
    sys.stderr.write(f"dba: {line(' '.join(err.message.split()))}\n")
    if err.hint:
        sys.stderr.write(f"  try: {line(' '.join(err.hint.split()))}\n")
    return err.exit_code


def _bug(err: Exception, *, debug: bool) -> int:
    import tempfile
    import traceback

    from .render.untrusted import block, line, without_passwords

    told = line(f"{type(err).__name__}: {err}".splitlines()[0])
    trace = block(without_passwords("".join(traceback.format_exception(err)))) + "\n"
    if debug:
        sys.stderr.write(trace)
        saved = "above"
    else:
        try:
            with tempfile.NamedTemporaryFile(
                "w", prefix="dba-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
            ) as file:
                file.write(f"dba {__version__}, Python {sys.version}, {sys.platform}\n{trace}")
            saved = f"in {file.name}"
        except OSError:
            saved = "shown by --debug"
    sys.stderr.write(f"dba: this is a bug in dba ({told}); please report it with the traceback {saved}\n")
    return BUG


def _end_on_sigterm() -> None:
    """Let `kill` and a closed terminal unwind like Ctrl-C does, so that no server is left behind."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            # nohup has told us to ignore SIGHUP: then it stays ignored.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, leave)


def _open_what_is_closed() -> None:
    """A stream that was closed before we began (`>&-`) leads nowhere: the next file or socket that is opened would else
    get its number, and what a child prints would go there."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the life of the process
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


class _Unminded(io.FileIO):
    """A file that swallows what it cannot take."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def _print_anything() -> None:
    """A name that the terminal's encoding lacks is written as an escape instead of ending the program; a remark that
    nobody takes (stderr is full, or its reader has left) is no reason to end either."""
    if sys.stderr is sys.__stderr__ and sys.stderr.fileno() == 2:
        raw = _Unminded(2, "w", closefd=False)
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(raw), encoding=sys.stderr.encoding, line_buffering=True)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
