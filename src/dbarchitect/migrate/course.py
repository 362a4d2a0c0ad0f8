"""What is to be done: from a folder's files and a database's history to the migrations to run, or to take back.

What must not go on without a person's word is a `Doubt`, which `--force` overrides and the history records. What
cannot go on at all is an `InputError`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from dbarchitect.errors import InputError
from dbarchitect.model.journal import Journal, Run, step_checksum
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Migration
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value
from dbarchitect.sql.reading import read_statements
from dbarchitect.sql.statements import CreateTable

BASE = "base"  # in place of an id: before the first migration
_SHOWN = 5  # ids that a message names


class Doubt(Value, frozen=True, kw_only=True):
    """A reason not to go on, and what to try."""

    message: str
    hint: str = ""

    def error(self) -> InputError:
        """The same as an error, for who does not force it."""
        return InputError(self.message, hint=f"{self.hint}; or --force, which the history records".removeprefix("; "))


class Ahead(Value, frozen=True, kw_only=True):
    """The migrations to apply or to adopt, in order.

    plan     the id of the plan that was begun and is gone on with; "" for a new one
    waiting  ids that come after these: not part of a plan that is gone on with, or of what is adopted
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


def way_ahead(
    migrations: Sequence[Migration], journal: Journal, *, elsewhere: Collection[str] = (), part: bool = False
) -> Ahead:
    """What `apply` has to do. `elsewhere`: ids that another tool's history says are applied; `part`: the migrations
    are a part of the history, so that what else it has is not missed.

    Raises `InputError` where a migration stopped half-way and cannot be gone on with.
    """
    if journal.returning is not None:
        raise InputError(
            f"{journal.returning.id} is half rolled back", hint="`dba migrate rollback` finishes that; then apply"
        )
    known = {one.id: one for one in migrations}
    doubts = list(_edited(known, journal, known if part else None))
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


def way_in(
    migrations: Sequence[Migration], journal: Journal, *, upto: str | None = None, elsewhere: Collection[str] = ()
) -> Ahead:
    """What `adopt` has to record: all migrations of a folder, or up to `upto`.

    Raises `InputError` for an id that is not there, and where the history has any of the folder's already.
    """
    ids = [one.id for one in migrations]
    if upto is not None and upto not in ids:
        raise InputError(f"--upto {upto}: there is no such migration", hint=f"there are {_few(ids) or 'none'}")
    if not ids:
        raise InputError(
            "the folder has no migrations", hint="`dba migrate new` writes the first one: what makes this database"
        )
    standing = {one.id for one in journal.standing} | set(elsewhere)
    if had := [one for one in ids if one in standing]:
        raise InputError(
            f"the database has a history of this folder: {_few(had)}",
            hint="`dba migrate status` shows how they stand, and `dba migrate apply` goes on from there",
        )
    end = len(ids) if upto is None else ids.index(upto) + 1
    known = {one.id: one for one in migrations}
    return Ahead(migrations=tuple(migrations[:end]), waiting=tuple(ids[end:]), doubts=tuple(_edited(known, journal)))


def there_already(migration: Migration, schema: Relational) -> tuple[Name, ...]:
    """The tables that a migration would create, where all of them are there; () where it would create none."""
    created: list[Name] = []
    for sql in (sql for step in migration.up for sql in step.sql):
        try:
            actions = [one.action for one in read_statements(sql, "")]
        except InputError:
            continue  # the server will say what is wrong with it
        created += [
            Name(schema=one.table.schema or "public", name=one.table.name)
            for one in actions
            if isinstance(one, CreateTable) and not one.temporary and not one.if_not_exists
        ]
    return tuple(created) if all(schema.table(name) is not None for name in created) else ()


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
    doubts = [*_adopted(legs), *_edited({k: v for k, v in known.items() if k in wanted}, journal, only=wanted)]
    return Behind(legs=legs, dropped=journal.planned, doubts=tuple(doubts))


def numbers_back(run: Run, migration: Migration) -> tuple[int, ...]:
    """Numbers of the down steps that take back what a run has done, in their order.

    Of a backfill that stopped half-way the rows that it changed count as done. Raises `InputError` where a run stopped
    half-way and its way back does not say which step undoes which.
    """
    down = migration.down or ()
    if run.adopted:
        return tuple(range(1, len(down) + 1))
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


def _adopted(legs: Sequence[Back]) -> Iterator[Doubt]:
    """A way back was written for what its way up makes, and this was there before: with all its rows."""
    adopted = [leg.run for leg in reversed(legs) if leg.run.adopted]
    if not adopted:
        return
    if len(adopted) < len(legs):
        hint = f"--to-id {adopted[-1].id} takes back what was run here, and stops there"
    else:
        runs = ", ".join(str(one.number) for one in adopted)
        hint = (
            "to take back only that it was adopted: "
            f"UPDATE dbarchitect.migrations SET state = 'undone' WHERE run IN ({runs})"
        )
    yield Doubt(
        message=f"{_few([one.id for one in adopted])} never ran here: the database had it when it was adopted, and the "
        "way back would drop what was there before",
        hint=hint,
    )


def _few(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more


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


def _edited(known: dict[str, Migration], journal: Journal, only: Collection[str] | None = None) -> Iterator[Doubt]:
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
    if migration.down is None and (run.records or run.adopted):
        done = "; ".join(f"{one.number}: {one.does or 'no description'}" for one in run.records)
        does = "all, before it was adopted" if run.adopted else done
        raise InputError(
            f"{run.id} {run.name} has no way back; done of its {run.steps} steps: {does}",
            hint="write its down file and check it with `dba migrate rehearse`, or write a migration that goes on from "
            "here, or restore the backup that was made before",
        )
    return migration
