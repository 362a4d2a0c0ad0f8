"""Sets a validator on a scratch server, in a database of its own that is dropped again, and sends it the probes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.documents_advice import Probe, Validator

from .connection import Client, connect, refusal, shown
from .inspect import server_of

_VALIDATION_FAILED = 121


def probe(
    url: str, source: str, validators: tuple[Validator, ...], progress: Callable[[str], None]
) -> tuple[Validator, ...]:
    """The validators with what the server at `url` did. `source`: the URL that was looked at, "" for none; a server
    that is the same is refused with `InputError`."""
    from pymongo import errors

    client, _ = connect(url)
    try:
        if source:
            refuse_same_server(url, source)
        database = f"dba_scratch_{secrets.token_hex(6)}"
        try:
            name = " ".join(server_of(client.admin.command("buildInfo"))).strip()
            found: list[Validator] = []
            for at, one in enumerate(validators):
                progress(f"probing {one.collection}")
                probes = _probed(client, database, f"probe{at}", one)
                found.append(replace(one, probes=probes, server=name))
            return tuple(found)
        finally:
            client.drop_database(database)
    except errors.PyMongoError as err:
        raise refusal(err, url) from None
    finally:
        client.close()


def refuse_same_server(url: str, source: str) -> None:
    """Raise `InputError` where a scratch server is the one that was looked at."""
    if _hosts(url) & _hosts(source):
        raise InputError(
            f"{shown(url)} is the server of the source, which is only read", hint="--server names one that is scratch"
        )


def _hosts(url: str) -> set[tuple[str, int | None]]:
    from pymongo.uri_parser import parse_uri

    return {("127.0.0.1" if host == "localhost" else host, port) for host, port in parse_uri(url)["nodelist"]}


def _probed(client: Client, database: str, name: str, one: Validator) -> tuple[Probe, ...]:
    from bson import json_util
    from pymongo import errors

    schema: dict[str, Any] = json.loads(one.schema)
    collection = client[database].create_collection(
        name, validator={"$jsonSchema": schema}, validationLevel="strict", validationAction="error"
    )
    found: list[Probe] = []
    for each in one.probes:
        said = ""
        try:
            collection.insert_one(json_util.loads(each.document))
            accepted = True
            collection.delete_many({})  # the next one may have the same _id
        except errors.WriteError as err:
            if err.code != _VALIDATION_FAILED and "failed validation" not in str(err):
                raise
            accepted, said = False, "Document failed validation"
        found.append(
            replace(each, held=accepted == each.accepted, said="" if accepted == each.accepted else said or "taken")
        )
    return tuple(found)
