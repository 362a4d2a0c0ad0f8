"""The protocol around `desk`: tools, resources and prompts of the Model Context Protocol, over stdio or HTTP.

Only this module imports the SDK (the extra `mcp`), and only `dba mcp` imports this module.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from dbarchitect import __version__
from dbarchitect.errors import DbaError, InputError

from .desk import Answer, Desk
from .prompts import PROMPTS, prompt

_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)
_AT_ONCE = 2  # calls that work side by side; each starts a server of its own

Source = Annotated[str, Field(description="A name from get_context.")]


def make_server(desk: Desk) -> MCPServer:
    """The server with all tools over a desk."""
    server = MCPServer(
        "dbarchitect",
        title="dbarchitect",
        version=__version__,
        instructions="A database architect that proves its advice on private copies of real engines. "
        + (
            f"apply_migration alone writes, to {desk.target.source}; call it when the user has seen the rehearsal and "
            "said so. "
            if desk.target is not None
            else "Nothing here writes to a user's database. "
        )
        + "Begin with get_context.",
        log_level="WARNING",
    )
    limiter = anyio.CapacityLimiter(_AT_ONCE)

    async def run(work: Callable[..., Answer], *given: Any) -> Answer:
        try:
            return await anyio.to_thread.run_sync(functools.partial(work, *given), limiter=limiter)
        except DbaError as err:
            raise ToolError(str(err)) from err

    @server.tool(annotations=_READS)
    async def get_context(source: str = "") -> Answer:
        """The sources there are; with one, its tables, columns, keys and rows."""
        return await run(desk.context, source)

    @server.tool(annotations=_READS)
    async def check_schema(source: str = "", sql: str = "", prove: bool = False) -> Answer:
        """Review a source, or a schema as PostgreSQL DDL in `sql`: findings with reasons, fixes as SQL, questions.
        `prove` shows each on a private copy (slower)."""
        return await run(desk.check, source, sql, prove)

    @server.tool(annotations=_READS)
    async def design_schema(brief: str) -> Answer:
        """Design a database from a brief in Markdown and prove it: tables, constraints, indexes, decisions. Plain
        sentences: "A customer has many orders. An order has a status (pending, paid) and a total in EUR. Email is
        unique. List a customer's orders, newest first, 20 at a time. 2M orders." What was not understood is listed."""
        return await run(desk.design, brief)

    @server.tool(annotations=_READS)
    async def choose(brief: str) -> Answer:
        """Choose database and ORM for a brief: one answer, the runner-up, what would change it, facts with dates."""
        return await run(desk.choose, brief)

    @server.tool(annotations=_READS)
    async def advise_indexes(source: Source, workload: str = "", budget_mb: int = 0) -> Answer:
        """Indexes for a workload: SQL statements, each after a line `-- calls: N`; empty: what the source has counted.
        Planned on a data-free twin; says too what to drop and which query no index helps."""
        return await run(desk.indexes, source, workload, budget_mb)

    @server.tool(annotations=_READS)
    async def tune_query(source: Source, sql: str) -> Answer:
        """Plan one query on the twin: where the cost goes, anti-patterns, and forms that were tested to be equal."""
        return await run(desk.query, source, sql)

    @server.tool(annotations=_READS)
    async def rehearse_migration(source: Source, up_sql: str, down_sql: str = "") -> Answer:
        """Run a migration up, down and up on private copies: locks, waits, failures, whether it leads back. Gives a
        plan id; applying is for a person (dba migrate apply)."""
        return await run(desk.rehearse, source, up_sql, down_sql)

    if desk.target is not None:

        @server.tool(annotations=_WRITES)
        async def apply_migration(plan: str) -> Answer:
            """WRITES to the user's database, after the user agreed to what the rehearsal showed: applies the plan of
            that id, rehearsed in this session, once. Refused where the schema has changed since."""
            return await run(desk.apply, plan)

    @server.tool(annotations=_READS)
    async def sandbox_sql(source: Source, sql: str) -> Answer:
        """One SQL statement on a private copy with made-up rows, thrown away afterwards. Never the real data."""
        return await run(desk.sandbox, source, sql)

    @server.tool(annotations=_READS)
    async def get_evidence(number: str) -> str:
        """The whole result behind an answer, as JSON; `number`: its evidence:// address."""
        try:
            return desk.evidence(number)
        except InputError as err:
            raise ToolError(str(err)) from err

    @server.resource("evidence://{kind}/{digest}", mime_type="application/json")
    def evidence(kind: str, digest: str) -> str:
        """The whole result behind an answer."""
        return _found(desk.evidence, f"{kind}/{digest}")

    @server.resource("rule://{name}", mime_type="text/markdown")
    def rule(name: str) -> str:
        """What a rule finds, why, and what would make it false."""
        return _found(desk.rule, name)

    @server.resource("schema://{source}", mime_type="text/plain")
    async def schema(source: str) -> str:
        """The schema of a source in short."""
        try:
            return (await run(desk.context, source)).report
        except ToolError as err:
            raise ResourceNotFoundError(str(err)) from err

    for name, (title, _) in PROMPTS.items():
        server.prompt(name=name, title=title, description=title)(_prompt(name))
    return server


def _found(look: Callable[[str], str], name: str) -> str:
    try:
        return look(name)
    except InputError as err:
        raise ResourceNotFoundError(str(err)) from err


def _prompt(name: str) -> Callable[[str], str]:
    def written(task: str) -> str:
        return prompt(name, task)

    return written


def serve_http(server: MCPServer, host: str, port: int, token: str) -> None:
    """Serve streamable HTTP on this machine, to whoever has the token."""
    import uvicorn

    uvicorn.run(http_app(server, token), host=host, port=port, log_level="warning")


def http_app(server: MCPServer, token: str) -> Any:
    """The ASGI application: a request without the token is refused before anything is read of it."""
    wanted = f"Bearer {token}".encode()
    inner = server.streamable_http_app()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            if not secrets.compare_digest(headers.get(b"authorization", b""), wanted):
                await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
                await send({"type": "http.response.body", "body": b""})
                return
        await inner(scope, receive, send)

    return guarded
