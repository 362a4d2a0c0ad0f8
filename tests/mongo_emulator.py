"""mongoeco behind MongoDB's wire protocol, as a process: python3.13 mongo_emulator.py [USER PASSWORD]

It prints its address, and ends when its standard input does.
"""

import asyncio
import sys

from mongoeco.wire import AsyncMongoEcoProxyServer, WireAuthUser


async def main() -> None:
    users = (WireAuthUser(sys.argv[1], sys.argv[2]),) if len(sys.argv) > 2 else ()
    async with AsyncMongoEcoProxyServer(port=0, auth_users=users) as server:
        sys.stdout.write(f"{server.address.port}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
