"""Files are written whole: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .errors import SurroundingsError


def write_whole(path: Path, content: str | bytes) -> None:
    """Write `content` (text as UTF-8) to `path` through a temporary neighbour and a rename.

    Raises `SurroundingsError` where the folder is missing, read-only or full; an existing file is then untouched.
    A file that exists keeps its permissions.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    path = path.resolve()  # a symbolic link stays one: its target is replaced
    temporary: Path | None = None
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(data)  # a device or a pipe (/dev/null, /dev/stdout) is written to, never replaced
            return
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(
            prefix=".dba-", dir=path.parent
        )  # a name as long as may be has no room for more
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
        temporary = None
    except OSError as err:
        raise SurroundingsError(
            f"cannot write {path}: {err.strerror or err}",
            hint="make this place writable, or name another",
        ) from err
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    # There is no way to read it without setting it.
    current = os.umask(0o077)
    os.umask(current)
    return current
