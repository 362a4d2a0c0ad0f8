"""`dba documents migrate`: plan from the state of a database to a wanted one, scripts, and runs with a journal."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from dbarchitect.documents.migration import identity, scripts, steps_of
from dbarchitect.documents.shell import wanted_of
from dbarchitect.engines.mongodb.connection import connect, is_mongodb, refusal, shown
from dbarchitect.engines.mongodb.inspect import server_of
from dbarchitect.engines.mongodb.migrator import (
    begin,
    carry,
    offenders,
    refuse_unfinished,
    rehearsed,
    state_of,
    to_resume,
    to_undo,
)
from dbarchitect.engines.mongodb.probing import refuse_same_server
from dbarchitect.errors import InputError
from dbarchitect.files import write_whole
from dbarchitect.model.documents_migration import DocumentMigration, DocumentProspect, DocumentRun, DocumentStep

from .kinds import admit

Told = Callable[[str], None]
Agree = Callable[[DocumentProspect], bool]


@contextmanager
def _database(url: str) -> Generator[tuple[Any, Any, str]]:
    """(client, database, its name); errors of the server as ours."""
    from pymongo import errors

    admit("documents migrate", url)
    if not is_mongodb(url):
        raise InputError(f"{url} is no MongoDB URL", hint="mongodb://USER:PASSWORD@HOST:PORT/DATABASE")
    client, name = connect(url)
    try:
        if not name:
            raise InputError(f"{shown(url)} names no database", hint="mongodb://HOST:PORT/DATABASE")
        yield client, client[name], name
    except errors.PyMongoError as err:
        raise refusal(err, url) from None
    finally:
        client.close()


def plan(
    url: str, files: Sequence[Path], told: Told, *, drop_others: bool = False, server: str = ""
) -> DocumentMigration:
    """The migration to what the files ask for; documents that a validator would refuse are counted, which reads all of
    its collection. `server`: a scratch one, where it is run up and down. Raises `InputError` for files that ask for
    nothing or are not understood, and where the rehearsal does not arrive."""
    try:
        wanted = wanted_of({str(one): one.read_text("utf-8") for one in files})
    except (OSError, UnicodeDecodeError) as err:
        raise InputError(
            f"cannot read what is wanted: {err}", hint="dba documents validators --format script -o FILE"
        ) from None
    with _database(url) as (client, database, name):
        before = state_of(database, wanted.collections)
        steps, notes = steps_of(before, wanted, drop_others=drop_others)
        counted: list[DocumentStep] = []
        for one in steps:
            if one.kind == "count":
                told(f"counting what the validator of {one.collection} would refuse")
                one = offenders(database, one)
            counted.append(one)
        build = client.admin.command("buildInfo")
    made = DocumentMigration(
        id=identity(shown(url), before, steps),
        source=shown(url),
        server=" ".join(server_of(build)).strip(),
        database=name,
        before=before,
        steps=tuple(counted),
        notes=notes,
    )
    return _rehearse(made, url, server, told) if server and steps else made


def _rehearse(made: DocumentMigration, url: str, server: str, told: Told) -> DocumentMigration:
    from pymongo import errors

    refuse_same_server(server, url)
    client, _ = connect(server)
    scratch = f"dba_scratch_{secrets.token_hex(6)}"
    try:
        told("running it up and down on the scratch server")
        try:
            why = rehearsed(client[scratch], made)
            name = " ".join(server_of(client.admin.command("buildInfo"))).strip()
        finally:
            client.drop_database(scratch)
    except errors.PyMongoError as err:
        raise refusal(err, server) from None
    finally:
        client.close()
    if why:
        raise InputError(
            f"the migration does not arrive on {shown(server)}: {why}", hint="nothing was changed in the source"
        )
    return replace(made, rehearsed=name)


def write_migration(made: DocumentMigration, folder: Path) -> tuple[Path, ...]:
    """Write the scripts, and the plan with the state before."""
    up, down = scripts(made.database, made.source, made.steps)
    plan_text = msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    files = {"up.js": up, "down.js": down, "migration.json": plan_text}
    for name, text in files.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in files)


def apply(url: str, made: DocumentMigration, told: Told, agree: Callable[[], bool]) -> DocumentRun | None:
    """Run a plan up, with a journal; None where nobody agrees. That is asked once nothing else is in the way."""
    with _database(url) as (_, database, _):
        if state_of(database, [one.name for one in made.before]) != made.before:
            raise InputError("the database has changed since the plan was made", hint="run it again")
        refuse_unfinished(database)
        return begin(database, made, told) if agree() else None


def go_on(url: str, told: Told, agree: Agree) -> DocumentRun | None:
    """Go on with a run that was ended, once somebody agrees."""
    with _database(url) as (_, database, _):
        found = to_resume(database)
        return carry(database, found, told) if agree(found) else None


def go_back(url: str, told: Told, agree: Agree) -> DocumentRun | None:
    """Undo a run that was ended, or the last one, once somebody agrees."""
    with _database(url) as (_, database, _):
        found = to_undo(database)
        return carry(database, found, told) if agree(found) else None
