"""`dba` and `python -m dbarchitect`: where errors end. Nothing below catches what it cannot mend."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from . import __version__

# Exit codes beyond those of the verbs (0 to 3), as shells know them.
INTERRUPTED = 130
BROKEN_PIPE = 141
BUG = 70  # EX_SOFTWARE of sysexits.h


_WHENCE = "run it with --debug to see where this came from"
_FULL = "free some space on the disk of the output and of the cache, or name another cache directory in DBA_CACHE"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments == ["--version"]:  # before anything is imported: scripts ask this often
        sys.stdout.write(f"dba {__version__}\n")
        return 0
    debug = bool(os.environ.get("DBA_DEBUG")) or "--debug" in arguments
    arguments = [one for one in arguments if one != "--debug"]
    _end_on_sigterm()
    _print_anything()
    # A catalogue is some 100,000 objects without circles: looking for circles among them again and again is in vain.
    gc.set_threshold(200_000, 20, 100)
    try:
        return _run(arguments, debug=debug)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader left (`| head`). Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except SystemExit as err:
        if err.code == 1:  # how rich ends when the reader of the help has left; no verb of ours exits like this
            return BROKEN_PIPE
        raise


def _run(arguments: Sequence[str], *, debug: bool) -> int:
    from .errors import DbaError, SurroundingsError

    try:
        from .cli import run

        code = run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        raise
    except DbaError as err:
        return _told(err, debug=debug)
    except OSError as err:
        # A full disk, no permission, no memory for a process: none of it is a bug of ours.
        if _adrift():
            gone = SurroundingsError("the folder that this was started in is gone", hint="cd to one that is there")
            return _told(gone, debug=debug)
        where = f"{err.filename}: " if err.filename else ""
        full = err.errno == errno.ENOSPC
        return _told(
            SurroundingsError(f"{where}{err.strerror or err}", hint=_FULL if full else _WHENCE),
            debug=debug,
        )
    except Exception as err:  # noqa: BLE001 - the last line before the user: a bug must not greet them with a traceback
        if type(err).__name__ in ("DiskFull", "OutOfMemory"):  # psycopg's: what surrounds the private server
            words = " ".join(str(err).split())
            return _told(SurroundingsError(f"the private server: {words}", hint=_FULL), debug=debug)
        return _bug(err, debug=debug)


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


def _print_anything() -> None:
    """A name that the terminal's encoding lacks is written as an escape instead of ending the program.

    A stream that was closed before we began (`>&-`) is nowhere.
    """
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for the life of the process
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison]
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
