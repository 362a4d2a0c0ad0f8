"""Tries a design of documents on a server, in a database of its own that is dropped again: its setup script up and
down, documents that validators must take and refuse, and commands with the answers that must come."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from dbarchitect.errors import SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.model.documents_advice import Probe
from dbarchitect.model.documents_design import Outcome

from .connection import Client, connect, refusal
from .inspect import server_of
from .standin import NAME

_REFUSED = (121, 11000)  # DocumentValidationFailure, DuplicateKey


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Commands in extended JSON, and what must come: `found` all that meets the conditions, `order` and `limit` of the
    answer; or `after`, the documents of each collection. `anonymous`: collections whose ids the server makes."""

    commands: Sequence[Mapping[str, Any]]
    found: Sequence[Mapping[str, Any]] = ()
    order: Sequence[tuple[str, int]] = ()
    limit: int = 0
    after: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    anonymous: frozenset[str] = frozenset()


class Trial:
    """A database on a server, with the files that set it up."""

    def __init__(self, client: Client, database: str, url: str, files: Mapping[str, str], server: str) -> None:
        self.client = client
        self.database = client[database]
        self.server = server
        self.standin = server.startswith(NAME)
        self._url = url
        self._files = files

    def setup(self, way: str) -> tuple[str, ...]:
        """Run setup.py `up` or `down`; what went wrong. It reads the files of the design, as a user would."""
        with tempfile.TemporaryDirectory(prefix="dba-documents-") as folder:
            for name, text in self._files.items():
                Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
                write_whole(Path(folder, name), text)
            ran = subprocess.run(
                [sys.executable, str(Path(folder, "setup.py")), way, "--database", self.database.name],
                capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "MONGODB_URL": self._url},
            )  # fmt: skip
        if ran.returncode:
            said = ran.stderr.strip().splitlines()[-1:] or ["no word"]
            return (f"setup.py {way} fails: {said[0][:300]}",)
        return ()

    def collections(self) -> frozenset[str]:
        """What is there."""
        return frozenset(self.database.list_collection_names())

    def probed(self, collection: str, probes: Sequence[Probe]) -> tuple[Probe, ...]:
        """The probes with what the server did. A probe of two documents is about the second one."""
        from bson import json_util
        from pymongo import errors

        found: list[Probe] = []
        there = self.database[collection]
        for one in probes:
            given: Any = json_util.loads(one.document)
            documents = cast("list[Any]", given if isinstance(given, list) else [given])
            said = ""
            try:
                for document in documents[:-1]:
                    there.insert_one(document)
                try:
                    there.insert_one(documents[-1])
                    accepted = True
                except errors.WriteError as err:
                    accepted, said = False, _said(err)
                    if err.code not in _REFUSED and "failed validation" not in str(err):
                        raise
            except errors.WriteError as err:
                accepted, said = not one.accepted, f"the first document: {_said(err)}"
            there.delete_many({})
            held = accepted == one.accepted
            found.append(replace(one, held=held, said="" if held else said or "taken"))
        return tuple(found)

    def fill(self, collection: str, documents: Sequence[Mapping[str, Any]]) -> str:
        """Insert documents; why one was refused, "" for none."""
        from pymongo import errors

        try:
            for one in documents:
                self.database[collection].insert_one(_loaded(one))
        except errors.WriteError as err:
            return f"{collection}: a document of the seed is refused: {_said(err)}"
        return ""

    def asked(self, one: Expected) -> tuple[Outcome, str, int]:
        """(whether the answer is as it must be, how it differs, documents returned)."""
        from pymongo import errors

        answer: list[Any] = []
        try:
            for command in one.commands:
                said = self.database.command(_loaded(command))
                if said.get("writeErrors"):
                    return "differs", f"refused: {str(said['writeErrors'][0].get('errmsg'))[:200]}", 0
                if "cursor" in said:
                    answer = list(said["cursor"]["firstBatch"])
                    if said["cursor"]["id"]:
                        return "differs", "the answer has a second batch", len(answer)
        except errors.OperationFailure as err:
            return "differs", f"refused: {_said(err)}", 0
        if one.after is not None:
            return self._states(one)
        return (*_compared(answer, one), len(answer))

    def _states(self, one: Expected) -> tuple[Outcome, str, int]:
        assert one.after is not None
        for name, wanted in one.after.items():
            skip = "_id" if name in one.anonymous else ""
            there = sorted(repr(_plain(_but(each, skip))) for each in self.database[name].find())
            must = sorted(repr(_plain(_but(_loaded(each), skip))) for each in wanted)
            if there != must:
                odd = next(
                    iter([each for each in there if each not in must] or [each for each in must if each not in there])
                )
                return "differs", f"{name} has other documents than it must: {odd[:300]}", 0
        return "same", "", 0


@contextmanager
def trial(url: str, files: Mapping[str, str], progress: Callable[[str], None]) -> Generator[Trial]:
    """A trial on the server at `url`: its database has a name of chance, and is dropped whatever happens."""
    from pymongo import errors

    client, _ = connect(url)
    database = f"dba_scratch_{secrets.token_hex(6)}"
    try:
        name = " ".join(server_of(client.admin.command("buildInfo"))).strip()
        progress(f"trying the design on {name}")
        try:
            yield Trial(client, database, url, files, name)
        finally:
            client.drop_database(database)
    except errors.PyMongoError as err:
        raise refusal(err, url) from None
    except subprocess.TimeoutExpired as err:
        raise SurroundingsError("setup.py took more than 5 minutes", hint="a server that is nearer") from err
    finally:
        client.close()


def _loaded(value: Any) -> Any:
    """Extended JSON as values."""
    import json

    from bson import json_util

    return json_util.loads(json.dumps(value))


def loaded(value: Any) -> Any:
    """Extended JSON as the values that a driver has."""
    return _naive(_loaded(value))


def _naive(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dict):
        return {key: _naive(one) for key, one in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_naive(one) for one in cast("list[Any]", value)]
    return value


def encoded(document: Any) -> int:
    """Bytes of a document of extended JSON, as BSON."""
    import bson

    return len(bson.encode(_loaded(document)))


def _but(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def _compared(answer: Sequence[Mapping[str, Any]], one: Expected) -> tuple[Outcome, str]:
    wanted = [_plain(_loaded(each)) for each in one.found]
    got = [_plain(each) for each in answer]
    count = min(len(wanted), one.limit) if one.limit else len(wanted)
    if len(got) != count:
        return "differs", f"{len(got)} came, {count} must"
    left = list(wanted)
    for each in got:
        if each not in left:
            return "differs", f"this must not come: {str(each)[:300]}"
        left.remove(each)
    if one.order:
        keys = [_key(_loaded(each), one.order) for each in one.found]
        for at in reversed(range(len(one.order))):
            keys.sort(key=lambda key, at=at: key[at], reverse=one.order[at][1] < 0)
        if [_key(each, one.order) for each in answer] != keys[:count]:
            return "differs", "the order is another"
    return "same", ""


def _key(document: Mapping[str, Any], order: Sequence[tuple[str, int]]) -> tuple[Any, ...]:
    return tuple(_sortable(document.get(path)) for path, _ in order)


def _sortable(value: Any) -> Any:
    plain = _plain(value)
    return (plain is not None, plain if plain is not None else 0)


def _plain(value: Any) -> Any:
    """A value that is equal where MongoDB's are: numbers by value, moments without a zone, arrays of documents in any
    order."""
    import bson

    match value:
        case bool() | None | str():
            return value
        case bson.Decimal128():
            return value.to_decimal().normalize()
        case int() | float():
            return Decimal(repr(value)).normalize()
        case datetime():
            return value.replace(tzinfo=None)
        case dict():
            return tuple(sorted((key, _plain(one)) for key, one in cast("dict[str, Any]", value).items()))
        case list():
            made = [_plain(one) for one in cast("list[Any]", value)]
            return tuple(sorted(made, key=repr))
        case _:
            return str(value)


def _said(err: Exception) -> str:
    return " ".join(str(err).partition(", full error:")[0].split())[:200]
