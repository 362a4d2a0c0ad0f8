"""What is to be done: from a folder's files and a database's history to the migrations to run, or to take back.

What must not go on without a person's word is a `Doubt`, which `--force` overrides and the history records. What
cannot go on at all is an `InputError`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from dbarchitect.errors import InputError
from dbarchitect.model.journal import Journal, Run, step_checksum
from dbarchitect.model.plan import Migration
from dbarchitect.model.value import Value

BASE = "base"  # in place of an id: before the first migration


class Doubt(Value, frozen=True, kw_only=True):
    """A reason not to go on, and what to try."""

    message: str
    hint: str = ""

    def error(self) -> InputError:
        """The same as an error, for who does not force it."""
        return InputError(self.message, hint=f"{self.hint}; or --force, which the history records".removeprefix("; "))


class Ahead(Value, frozen=True, kw_only=True):
    """The migrations to apply, in order.

    plan     the id of the plan that was begun and is gone on with; "" for a new one
    waiting  ids that come after a plan that is gone on with: not part of it
    """

    migrations: tuple[Migration, ...] = ()
    plan: str = ""
    waiting: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()


class Back(Value, frozen=True, kw_only=True):
    """One migration to take back: the run that applied it, whole or in part, and its file."""

    run: Run
    migration: Migration


class Behind(Value, frozen=True, kw_only=True):
    """What to take back, the last one first. `dropped`: runs that were planned and never begun."""

    legs: tuple[Back, ...] = ()
    dropped: tuple[Run, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def way_ahead(migrations: Sequence[Migration], journal: Journal, *, elsewhere: Collection[str] = ()) -> Ahead:
    """What `apply` has to do. `elsewhere`: ids that another tool's history says are applied.

    Raises `InputError` where a migration stopped half-way and cannot be gone on with.
    """
    if journal.returning is not None:
        raise InputError(
            f"{journal.returning.id} is half rolled back", hint="`dba migrate rollback` finishes that; then apply"
        )
    known = {one.id: one for one in migrations}
    doubts = list(_edited(known, journal))
    started = [one for one in journal.standing if one.state in ("running", "planned")]
    standing = {one.id for one in journal.standing} | set(elsewhere)
    if started:
        return Ahead(
            migrations=tuple(_unfinished(one, known) for one in started),
            plan=started[0].plan,
            waiting=tuple(one.id for one in migrations if one.id not in standing),
            doubts=tuple(doubts),
        )
    pending = tuple(one for one in migrations if one.id not in standing)
    places = {one.id: place for place, one in enumerate(migrations)}
    last = max((places[one] for one in standing if one in places), default=-1)
    late = [one.id for one in pending if places[one.id] < last]
    if late:
        doubts.append(
            Doubt(
                message=f"{', '.join(late)} would be applied after {migrations[last].id}, which comes later and was "
                "applied before",
                hint="give it a number after the last one that is applied",
            )
        )
    return Ahead(migrations=pending, doubts=tuple(doubts))


def way_back(migrations: Sequence[Migration], journal: Journal, *, steps: int = 1, to_id: str | None = None) -> Behind:
    """What `rollback` has to do: the last `steps` migrations, or all after `to_id` (`BASE`: all).

    One that stopped half-way counts as one, and so does a plan that was recorded and not begun. Raises `InputError` for
    an id that is not applied and for a migration without a way back.
    """
    known = {one.id: one for one in migrations}
    begun = [one for one in reversed(journal.standing) if one.state != "planned"]
    if to_id is not None and to_id != BASE:
        ids = [one.id for one in begun]
        if to_id not in ids:
            raise InputError(
                f"{to_id} is not applied",
                hint=f"applied are {', '.join(reversed(ids)) or 'none'}; {BASE} stands for before the first",
            )
        begun = begun[: ids.index(to_id)]
    elif to_id is None:
        # A plan none of whose migrations has begun is one thing to take back, and nothing of it is in the database.
        untouched = bool(journal.planned) and journal.begun is None
        begun = begun[: steps - untouched]
    legs = tuple(Back(run=run, migration=_with_way_back(run, known)) for run in begun)
    wanted = {leg.run.id for leg in legs}
    doubts = tuple(one for one in _edited({k: v for k, v in known.items() if k in wanted}, journal, only=wanted))
    return Behind(legs=legs, dropped=journal.planned, doubts=doubts)


def numbers_back(run: Run, migration: Migration) -> tuple[int, ...]:
    """Numbers of the down steps that take back what a run has done, in their order.

    Of a backfill that stopped half-way the rows that it changed count as done. Raises `InputError` where a run stopped
    half-way and its way back does not say which step undoes which.
    """
    down = migration.down or ()
    done = {
        one.number for one in run.records if one.state == "done" or (one.position is not None and one.position.rows)
    }
    if not done:
        return ()
    if done >= set(range(1, run.steps + 1)):
        return tuple(range(1, len(down) + 1))
    unmarked = [number for number, step in enumerate(down, 1) if step.undoes == 0]
    if unmarked:
        did = ", ".join(f"{one.number} ({one.does})" if one.does else str(one.number) for one in run.records)
        raise InputError(
            f"{run.id} stopped half-way (done: step {did} of {run.steps}), and its way back does not say which of "
            f"these its step {unmarked[0]} undoes",
            hint="finish it with `dba migrate apply` and roll back then; or undo these steps by hand and delete the "
            f"rows of run {run.number} from dbarchitect.steps; or mark the down file's steps: -- dba: undoes step N",
        )
    return tuple(number for number, step in enumerate(down, 1) if step.undoes in done)


def _unfinished(run: Run, known: dict[str, Migration]) -> Migration:
    """The file of a run that is to be gone on with: what is done must be what the file has."""
    migration = known.get(run.id)
    if migration is None:
        raise InputError(
            f"{run.id} was begun or planned, and the folder does not have it any more",
            hint="bring its files back (version control has them), then run the command again",
        )
    for record in run.records:
        step = migration.up[record.number - 1] if record.number <= len(migration.up) else None
        if step is None or step_checksum(step) != record.checksum:
            raise InputError(
                f"{run.id} was edited since its step {record.number} was {record.state}: the file has another one now",
                hint="bring back the file as it was, or roll back first: `dba migrate rollback`",
            )
    return migration


def _edited(known: dict[str, Migration], journal: Journal, only: set[str] | None = None) -> Iterator[Doubt]:
    for run in journal.standing:
        if only is not None and run.id not in only:
            continue
        migration = known.get(run.id)
        if migration is None:
            yield Doubt(
                message=f"{run.id} {run.name} is applied, and the folder does not have it",
                hint="bring its files back, or name the folder that this database was migrated with",
            )
        elif migration.checksum != run.checksum:
            yield Doubt(
                message=f"{run.id} {run.name} was edited since it was {'applied' if run.state == 'done' else 'begun'}",
                hint="bring back the files as they were, and write another migration for the change",
            )


def _with_way_back(run: Run, known: dict[str, Migration]) -> Migration:
    migration = known.get(run.id)
    if migration is None:
        raise InputError(
            f"{run.id} is applied, and the folder does not have it: its way back is not known",
            hint="bring its files back (version control has them), then run the command again",
        )
    if migration.down is None and run.records:
        does = "; ".join(f"{one.number}: {one.does or 'no description'}" for one in run.records)
        raise InputError(
            f"{run.id} {run.name} has no way back; done of its {run.steps} steps: {does}",
            hint="write its down file and check it with `dba migrate rehearse`, or write a migration that goes on from "
            "here, or restore the backup that was made before",
        )
    return migration
