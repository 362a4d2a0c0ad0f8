"""mongoeco behind MongoDB's wire protocol, as a process: python3.13 mongo_emulator.py [USER PASSWORD]

It prints its address, and ends when its standard input does. mongoeco 4.11 enforces validators and knows hidden
indexes, but has no command to change them: `collMod` is added here, over what it keeps of collections and indexes.
"""

import asyncio
import dataclasses
import sys

from mongoeco.errors import OperationFailure
from mongoeco.wire import AsyncMongoEcoProxyServer, WireAuthUser

_SETTINGS = ("validator", "validationLevel", "validationAction")


def add_collmod(server: AsyncMongoEcoProxyServer) -> None:
    """Let the server change validators and hide indexes."""
    executor, engine = server._executor, server._client._engine
    object.__setattr__(executor._surface, "supported_commands", (*executor._surface.supported_commands, "collMod"))
    commands = executor._handlers._handlers
    plain = commands["passthrough"]

    async def passthrough(context: object) -> dict[str, object]:
        asked = context.command_document
        if next(iter(asked)) != "collMod":
            return await plain(context)
        database, name = context.db_name, asked["collMod"]
        if name not in engine._collections.get(database, ()):
            raise OperationFailure(f"ns does not exist: {database}.{name}", code=26)
        kept = engine._collection_options.setdefault(database, {}).setdefault(name, {})
        kept.update({key: asked[key] for key in _SETTINGS if key in asked})
        if "index" in asked:
            records = engine._indexes.get(database, {}).get(name, [])
            at = next((at for at, one in enumerate(records) if one.name == asked["index"]["name"]), None)
            if at is None:
                raise OperationFailure(f"cannot find index {asked['index']['name']}", code=27)
            records[at] = dataclasses.replace(records[at], hidden=asked["index"]["hidden"])
        return {"ok": 1.0}

    commands["passthrough"] = passthrough


async def main() -> None:
    users = (WireAuthUser(sys.argv[1], sys.argv[2]),) if len(sys.argv) > 2 else ()
    async with AsyncMongoEcoProxyServer(port=0, auth_users=users) as server:
        add_collmod(server)
        sys.stdout.write(f"{server.address.port}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
