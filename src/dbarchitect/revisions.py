"""A file or folder as it was in a commit of its git repository."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError, SurroundingsError

_TIMEOUT_S = 60
_FILE = b"100"  # the modes of files: 100644, 100755; links and submodules are no scripts


@contextmanager
def at_revision(path: Path, revision: str) -> Generator[Path | None]:
    """What `path` was in `revision` (a branch, a tag, a commit, `HEAD~3`), in a folder that lives as long as the
    context; None where that had no such path.

    Nothing is checked out. Raises `InputError` where `path` is in no repository or nothing is called `revision`, and
    `SurroundingsError` where there is no git.
    """
    here = path.resolve()
    home = here if here.is_dir() else here.parent
    if not home.is_dir():
        raise InputError(f"there is no file or folder {path}", hint="check its name")
    try:
        top = Path(_git(home, "rev-parse", "--show-toplevel").decode().rstrip("\n")).resolve()
    except _RefusedError as err:
        raise InputError(
            f"{path} is in no git repository: {err}", hint="--against takes another source too: a URL, a file, a folder"
        ) from err
    try:
        commit = _git(home, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except _RefusedError as err:
        raise InputError(
            f"--against {revision}: no source, and no branch, tag or commit of {top}",
            hint=f"git fetch origin {revision}, or name a commit that `git log` shows",
        ) from err
    inside = here.relative_to(top).as_posix()

    def asked(*arguments: str) -> bytes:
        try:
            return _git(top, *arguments)
        except _RefusedError as err:  # a clone without all objects, say
            raise SurroundingsError(
                f"git cannot read {path} of {revision}: {err}", hint=f"git fetch origin {revision}"
            ) from err

    # `-z`: names as they are. A path that is not there gives nothing.
    listed = asked("ls-tree", "-r", "-z", commit.decode().strip(), "--", inside)
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry.startswith(_FILE)]
    if not entries:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="dba-revision-") as folder:
        for about, _, name in entries:
            relative = Path(name.decode("utf-8", "surrogateescape"))
            target = Path(folder, here.name, relative.relative_to(inside)) if inside != "." else Path(folder, relative)
            target = target if relative.as_posix() != inside else Path(folder, here.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(asked("cat-file", "blob", about.split()[2].decode()))
        yield Path(folder, here.name) if inside != "." else Path(folder)


class _RefusedError(Exception):
    pass


# What a hook is told of its repository (`git rev-parse --local-env-vars`): it would be asked in place of ours.
_LOCAL = frozenset(
    ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG")
)


def _git(home: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", "-C", str(home), *arguments],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_TIMEOUT_S,
            check=False,
            env={name: value for name, value in os.environ.items() if name not in _LOCAL},
        )
    except FileNotFoundError as err:
        raise SurroundingsError("there is no git here", hint="install git, or name another source") from err
    except subprocess.TimeoutExpired as err:
        raise SurroundingsError(
            f"git did not answer within {_TIMEOUT_S} seconds", hint="try git status there: it may wait for something"
        ) from err
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise _RefusedError(said[-1].removeprefix("fatal: ") if said else "no such revision")
    return done.stdout
