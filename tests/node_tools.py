"""Prisma and Drizzle as they come from npm, fetched once into the tests' cache."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from postgres_servers import test_cache

_PACKAGES = {
    "prisma": "7.10.1",
    "@prisma/client": "7.10.0",
    "@prisma/adapter-pg": "7.10.1",
    "@prisma/driver-adapter-utils": "7.10.1",
    # Prisma's migration engine, which it otherwise downloads when it is run.
    "@prisma/schema-engine-wasm": "8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323",
    "pg": "8.16.3",
    "drizzle-orm": "0.45.4",
    "drizzle-kit": "0.31.11",
}
ENGINE = Path(__file__).with_name("prisma_engine.mjs")


@cache
def packages() -> Path:
    """The folder with `node_modules`."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.fail("these tests run Prisma and Drizzle, and `npm` is not installed: install Node.js 20 or newer")
    home = test_cache() / "node"
    home.mkdir(parents=True, exist_ok=True)
    manifest = json.dumps({"private": True, "dependencies": _PACKAGES})
    done = home / hashlib.sha256(manifest.encode()).hexdigest()[:12]
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the workers of one test run want them at the same time
        if not done.exists():
            folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=home))
            (folder / "package.json").write_text(manifest)
            install = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            ran = subprocess.run(install, cwd=folder, capture_output=True, text=True)
            if ran.returncode:
                shutil.rmtree(folder)
                pytest.fail(f"`npm install` of Prisma and Drizzle failed: {ran.stderr.strip() or ran.stdout.strip()}")
            folder.rename(done)
    return done


def run(project: Path, *command: str) -> str:
    """Run a tool in a project folder (which gets a link to the packages); what it prints. Fails the test otherwise."""
    link = project / "node_modules"
    if not link.is_symlink():
        link.symlink_to(packages() / "node_modules")
    tool, *arguments = command
    environment = os.environ | {
        "PRISMA_SCHEMA_ENGINE_BINARY": str(ENGINE),
        "CHECKPOINT_DISABLE": "1",
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
        "NO_COLOR": "1",
    }
    program = [tool] if tool == "node" else [str(link / ".bin" / tool)]
    ran = subprocess.run([*program, *arguments], cwd=project, env=environment, capture_output=True, text=True)
    if ran.returncode:
        pytest.fail(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}", pytrace=False)
    return ran.stdout + ran.stderr
