"""Plans that were rehearsed in this session, and the one way in which an agent may have one applied.

An agent hands in an id and no SQL. What runs is the text that was rehearsed, kept here in memory, on the database that
the person who started the server named, if its schema is still the one that the rehearsal began from: the migrator
computes the id again, from that text and the live schema, and refuses where it is another.
"""

from __future__ import annotations

import random
import shlex
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dbarchitect.api.apply import ApplyOptions, Conduct, apply
from dbarchitect.api.rehearse import REHEARSALS, write_rehearsal
from dbarchitect.engines.postgres.connection import connect_readonly
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.model.journal import Applied, Prospect
from dbarchitect.model.rehearsal import Rehearsal

from .limits import beyond_an_owner, for_a_person

_KEPT = 50  # plans that a session remembers
A_PERSON = "mend the migration and rehearse it again; a person may decide otherwise: dba migrate apply"
GOOD = ("good", "depends")  # verdicts; what blocks others, fails or cannot be undone is for a person to decide


@dataclass(frozen=True, kw_only=True)
class Target:
    """What may be applied to: the source of that name, a URL. `folder`: where what was applied and backups are kept;
    `client`: the account and machine of whoever started the server, for the database's history."""

    source: str
    url: str
    folder: Path
    client: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A rehearsed migration with the texts that were rehearsed."""

    source: str
    up: str
    down: str
    rehearsal: Rehearsal

    @property
    def texts(self) -> tuple[str, str]:
        """What runs, up and down."""
        return self.up, self.down

    @property
    def obstacle(self) -> str:
        """Why it is not for an agent to have it applied, in words; "" where nothing is in the way."""
        if self.rehearsal.verdict not in GOOD:
            return f"{self.rehearsal.verdict} ({'; '.join(self.rehearsal.reasons)})"
        return for_a_person(self.texts, self.rehearsal)


class Plans:
    """The plans of a session, by id and source."""

    def __init__(self) -> None:
        self._plans: dict[tuple[str, str], Plan] = {}
        self._lock = threading.Lock()

    def keep(self, plan: Plan) -> None:
        """Remember a rehearsal that just ended; of the same id the last one counts."""
        with self._lock:
            key = (plan.rehearsal.plan, plan.source)
            self._plans.pop(key, None)
            self._plans[key] = plan
            while len(self._plans) > _KEPT:
                del self._plans[next(iter(self._plans))]

    def take(self, number: str, target: Target) -> Plan:
        """The plan of that id, which is forgotten with this: it is applied once. Raises `InputError` where there is
        none for the target, or where its rehearsal was not good."""
        with self._lock:
            plan = self._plans.get((number, target.source))
            if plan is None:
                others = sorted(source for known, source in self._plans if known == number)
                if others:
                    raise InputError(
                        f"the plan {number} was rehearsed on {others[0]}, and only {target.source} may be written to",
                        hint=f"rehearse it on {target.source}",
                    )
                raise InputError(
                    f"no plan {number[:40]!r} was rehearsed in this session",
                    hint="rehearse_migration gives the id, for the database as it is now",
                )
            if plan.obstacle:
                raise InputError(f"the plan {number} is not for an agent to apply: {plan.obstacle}", hint=A_PERSON)
            return self._plans.pop((number, target.source))


def apply_plan(
    plan: Plan, target: Target, *, clock: Callable[[], datetime], pg_bin: Path | None = None, cache: Path | None = None
) -> tuple[Applied, str]:
    """Apply a plan as `dba migrate apply` does: journal, backup, comparison with the rehearsed schema; and the command
    that takes it back. The files are kept in a folder of the plan's own, which that command needs.

    Raises `InputError` where the schema has changed since the rehearsal, `SurroundingsError` where the database
    cannot be reached.
    """
    with closing(connect_readonly(target.url)) as connection:
        if why := beyond_an_owner(plan.texts, connection):
            raise InputError(
                why, hint="a source whose role owns the tables and is no superuser; or a person applies it"
            )
    now = clock()
    folder = target.folder / plan.rehearsal.plan
    name = f"{now:%Y%m%d%H%M%S%f}_by_agent"
    try:
        (folder / REHEARSALS).mkdir(parents=True, exist_ok=False)
    except FileExistsError as err:
        raise InputError(
            f"{folder} is there: this plan was applied before, or its run stopped half-way",
            hint=f"a person looks at it: dba migrate status {folder} --to URL",
        ) from err
    except OSError as err:
        raise SurroundingsError(
            f"cannot make the folder {folder}: {err.strerror or err}", hint="--applied-dir names another"
        ) from err
    write_whole(folder / f"{name}.up.sql", plan.up)
    if plan.down:
        write_whole(folder / f"{name}.down.sql", plan.down)
    write_rehearsal(plan.rehearsal, folder / REHEARSALS)
    agreed = False

    def agree(prospect: Prospect) -> bool:
        nonlocal agreed
        agreed = not prospect.overridden and not prospect.resumes
        return agreed

    options = ApplyOptions(
        conduct=Conduct(random=random.SystemRandom().random),
        agree=agree,
        part=True,  # a folder of this plan alone, whatever else the database's history has
        backup_dir=target.folder / "backups",
        client=f"{target.client}, by an agent".removeprefix(", "),
        pg_bin=pg_bin,
        cache=cache,
        now=now,
    )
    try:
        applied = apply(folder, target.url, options)
    finally:
        if not agreed:  # nothing was begun, so that nothing has to be kept
            for path in sorted(folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            folder.rmdir()
    back = shlex.join(["dba", "migrate", "rollback", str(folder), "--to", applied.to])
    return applied, back if plan.down else ""
