"""The first migration as drizzle-kit keeps one: script with breakpoints, journal and snapshot; and the way back."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from dbarchitect.errors import InputError
from dbarchitect.model.plan import Step

TAG = "0000_init"
FOLDER = "20250101000000_init"  # of 1.0, which reads the moment in it
_BREAKPOINT = "--> statement-breakpoint"
_NOBODY = "00000000-0000-0000-0000-000000000000"
# A date before any that drizzle-kit will write: the migrator knows by it what is new, and it must not change.
_WHEN = 1_735_689_600_000
_ROUTINE = re.compile(r"CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b")
_EXTENSION = re.compile(r"CREATE EXTENSION (?!IF NOT EXISTS)")


def script(steps: Sequence[Step], *, down: bool = False) -> str:
    """The script of steps in the form that `dba migrate` reads too. Raises `InputError` for what cannot be cut up."""
    # Bodies may call what comes after them; the server looks at them when they are run.
    unchecked = any(_ROUTINE.match(one.strip()) for step in steps for one in step.sql)
    parts: list[str] = []
    for number, step in enumerate(steps, 1):
        words = f"undoes step {step.undoes}" if down and step.undoes else "undoes all" if down else f"step {number}"
        if not step.transactional:
            words += " outside a transaction"
        said = step.does.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
        statements = [_statement(one, step) for one in step.sql]
        if unchecked and number == 1:
            statements.insert(0, "SET LOCAL check_function_bodies = off;")
        parts.append(f"-- dba: {words}: {said}\n" + f"\n{_BREAKPOINT}\n".join(statements))
    return f"\n{_BREAKPOINT}\n".join(parts) + "\n"


def inside(steps: Sequence[Step]) -> tuple[Sequence[Step], Sequence[Step]]:
    """Steps that Drizzle's migrator can run, which has one transaction for all; and those from the first it cannot."""
    count = next((number for number, step in enumerate(steps) if not step.transactional), len(steps))
    return steps[:count], steps[count:]


def journal(dialect: str = "postgresql") -> str:
    """meta/_journal.json."""
    version = {"postgresql": "7", "sqlite": "6", "turso": "6"}[dialect]
    entry = {"idx": 0, "version": version, "when": _WHEN, "tag": TAG, "breakpoints": True}
    return json.dumps({"version": "7", "dialect": dialect, "entries": [entry]}, indent=2)


def snapshot(seen: dict[str, Any]) -> str:
    """meta/0000_snapshot.json; its id comes from what it holds."""
    digest = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).digest()
    own = str(UUID(bytes=digest[:16], version=4))
    return json.dumps({"id": own, "prevId": _NOBODY, **seen}, indent=2, ensure_ascii=False)


def _statement(text: str, step: Step) -> str:
    if _BREAKPOINT in text:
        raise InputError(
            f"Drizzle cuts its scripts at {_BREAKPOINT!r}, which stands in what would {step.does}",
            hint="write it otherwise in the schema",
        )
    # Hosts have some extensions from the start.
    return _EXTENSION.sub("CREATE EXTENSION IF NOT EXISTS ", text.strip().removesuffix(";"), count=1) + ";"
