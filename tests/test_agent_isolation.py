"""The sandbox for agents: a statement gains nothing from extensions, leaves nothing for the next one, and fills neither
disk nor memory; names and addresses that were made to deceive are seen as what they are."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

import postgres_servers
from attacks import ADDRESSES, CALLS, CALLS_WITHOUT_A_SOURCE, DOORS, HARMLESS, STATEMENTS
from dbarchitect.agent.desk import Desk
from dbarchitect.errors import InputError
from mcp_servers import environment, listening

SECRET = "s3cret-value"
FORGED = "x\norders (key: none)\u202e\U000e0041"


@pytest.fixture(scope="module")
def database(server) -> Iterator[dict[str, str]]:
    """The URLs of a database with every door that its extensions have: a superuser's, and that of a role that reads."""
    server.create_database("isolation")
    with closing(server.connect("isolation")) as admin:
        for statement in (
            "CREATE TABLE public.orders (id bigint PRIMARY KEY, total numeric)",
            "INSERT INTO public.orders SELECT g, g FROM generate_series(1, 500) g",
            "CREATE TABLE public.account (id bigint PRIMARY KEY, email text NOT NULL, secret text)",
            f"INSERT INTO public.account SELECT g, g || '@x.org', '{SECRET}' || g FROM generate_series(1, 200) g",
            "CREATE FUNCTION public.peek() RETURNS SETOF public.account LANGUAGE sql SECURITY DEFINER "
            "AS 'SELECT * FROM public.account'",
            "CREATE EXTENSION dblink SCHEMA public",
            "CREATE EXTENSION postgres_fdw SCHEMA public",
            "CREATE EXTENSION file_fdw SCHEMA public",
            "CREATE SERVER self FOREIGN DATA WRAPPER postgres_fdw "
            f"OPTIONS (host '{server.sockets}', dbname 'isolation')",
            "CREATE USER MAPPING FOR PUBLIC SERVER self OPTIONS (user 'postgres', password_required 'false')",
            "CREATE FOREIGN TABLE public.far (id bigint, total numeric) SERVER self OPTIONS (table_name 'orders')",
            "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
            "CREATE FOREIGN TABLE public.passwd (one text) SERVER files OPTIONS (filename '/etc/passwd')",
            f'CREATE TABLE public."{FORGED}" ("a\nb" text)',
            "CREATE ROLE isolation_reader LOGIN",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO isolation_reader",
            "ANALYZE",
        ):
            admin.execute(statement.encode())
    url = server.url("isolation")
    yield {"super": url, "reader": url.replace("postgres@", "isolation_reader@", 1)}
    server.drop_database("isolation")
    with closing(server.connect()) as admin:
        admin.execute("DROP ROLE isolation_reader")


@pytest.fixture(scope="module")
def desk(database) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        made = Desk(
            {"app": database["super"]},
            Path(folder),
            clock=lambda: datetime.now(UTC),
            cache=postgres_servers.test_cache(),
        )
        with closing(made):
            yield made


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER ROLE CURRENT_USER SET default_transaction_read_only = on",
        "ALTER ROLE CURRENT_USER SET search_path = nowhere",
        "ALTER ROLE dba_guest SET statement_timeout = 0",
        "ALTER ROLE CURRENT_USER RESET ALL",
        "ALTER ROLE CURRENT_USER PASSWORD 'mine'",
        "DO $$ BEGIN EXECUTE 'ALTER ROLE CURRENT_USER SET row_security = off'; PERFORM pg_advisory_lock(7); END $$",
        "SELECT pg_advisory_lock(7), pg_notify('x', 'y')",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user",
        "CREATE TEMP TABLE orders (id int)",
        "PREPARE p AS SELECT 1",
        "DISCARD ALL",
        "LISTEN x",
    ],
)
def test_the_next_statement_finds_nothing_of_it(sql: str, desk: Desk) -> None:
    look = (
        "SELECT current_setting('search_path'), current_setting('statement_timeout'), "
        "current_setting('default_transaction_read_only'), current_setting('row_security'), "
        "pg_try_advisory_lock(7), to_regclass('orders')::text, "
        "(SELECT count(*) FROM pg_prepared_statements WHERE from_sql), "
        "(SELECT count(*) FROM pg_stat_activity WHERE usename = current_user)"
    )
    before = desk.sandbox("app", look).report
    desk.sandbox("app", sql)
    assert desk.sandbox("app", look).report == before
    assert before.endswith('"$user", public | 1min | off | on | True | orders | 0 | 1')
    assert desk.sandbox("app", "INSERT INTO orders VALUES (-5, 1)").report.startswith("done, without rows")


def test_a_statement_fills_neither_disk_nor_memory(desk: Desk) -> None:
    desk.sandbox("app", "SELECT 1")
    log = desk._boxes["app"].log
    before = log.stat().st_size
    for level in ("LOG", "WARNING"):
        said = desk.sandbox(
            "app", f"DO $$ BEGIN FOR i IN 1..300 LOOP RAISE {level} '%', repeat('x', 100000); END LOOP; END $$"
        )
        assert said.report.startswith("done, without rows")
    assert log.stat().st_size - before < 200_000
    endless = "WITH RECURSIVE r AS (SELECT 1 n, repeat('x', 9999) t UNION ALL SELECT n + 1, t FROM r) "
    assert "the server refused" in desk.sandbox("app", endless + "SELECT count(*) FROM r").report
    assert "the server refused" in desk.sandbox("app", "SELECT repeat('x', 600000000)").report
    assert desk.sandbox("app", "SELECT 6 * 7").report.endswith("42")
    with pytest.raises(InputError, match="its plan has 20,000,"):  # what is computed to plan it, in our own memory
        desk.query("app", "SELECT * FROM orders WHERE total::text = repeat('x', 20000000)")
    told = desk.rehearse("app", "DO $$ BEGIN RAISE '%', repeat('x', 20000000); END $$", "")
    assert len(desk.evidence(told.evidence)) < 1_000_000


def test_a_name_stays_on_its_line(desk: Desk) -> None:
    lines = desk.context("app").report.splitlines()
    assert sum(one.startswith("orders (key") for one in lines) == 0
    assert any(r"x\norders (key: none)\u202e\U000e0041" in one for one in lines)
    assert r"  a\nb text" in lines


def served(transport: str, sources: dict[str, str], work: Callable[[Client], Any]) -> Any:
    """What `work` makes of a client of `dba mcp`, a process of its own, over stdio or streamable HTTP."""
    words = [f"--source={name}={url}" for name, url in sources.items()]
    if transport == "stdio":

        async def over_stdio() -> Any:
            command = ["-m", "dbarchitect", "mcp", *words]
            async with Client(StdioServerParameters(command=sys.executable, args=command, env=environment())) as client:
                return await work(client)

        return anyio.run(over_stdio)
    with listening(words) as (url, token):

        async def session() -> Any:
            async with (
                create_mcp_http_client(headers={"Authorization": f"Bearer {token}"}) as http,
                Client(streamable_http_client(url, http_client=http)) as client,
            ):
                return await work(client)

        return anyio.run(session)


@pytest.mark.parametrize("transport", ["stdio", "http"])
def test_nothing_that_an_agent_calls_gets_out(transport, database, server) -> None:
    """Every attack, from the URL of a superuser and from that of a role that may only read: nothing is changed, nothing
    is read but what is made up, and what is refused is told as what it is."""
    digest = (
        "SELECT (SELECT md5(string_agg(t::text, ',' ORDER BY t)) FROM public.orders t), "
        "(SELECT md5(string_agg(t::text, ',' ORDER BY t)) FROM public.account t), (SELECT count(*) FROM pg_roles), "
        "(SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_db_role_setting)"
    )
    said: dict[tuple[str, str, str], str] = {}

    async def attack(client: Client) -> None:
        async def ask(role: str, tool: str, given: dict[str, object]) -> str:
            put = {
                name: one.replace("{outside}", outside).replace("{url}", database[role] if role else database["super"])
                if isinstance(one, str)
                else one
                for name, one in given.items()
            }
            if put.get("source") == "app":
                put["source"] = role
            result = await client.call_tool(tool, put)
            text = "\n".join(one.text for one in result.content)
            if not result.is_error and tool not in ("sandbox_sql", "get_evidence"):
                text += (await client.read_resource(result.structured_content["evidence"])).contents[0].text
            said[role, tool, str(given)] = text
            return text if result.is_error else result.structured_content["report"]

        for role in database:
            for sql in STATEMENTS:
                report = await ask(role, "sandbox_sql", {"source": "app", "sql": sql})
                assert report.startswith("the server refused") or sql in HARMLESS, (sql, report)
            for sql, words in DOORS:
                report = await ask(role, "sandbox_sql", {"source": "app", "sql": sql})
                assert report.startswith("the server refused") and words in report, (sql, report)
            # Whatever was done to a copy, the next call finds a whole one.
            look = "SELECT count(*) > 0 AND current_setting('statement_timeout') <> '0' FROM orders"
            assert (await ask(role, "sandbox_sql", {"source": "app", "sql": look})).endswith("True")
            for tool, given in CALLS:
                await ask(role, tool, given)
        for tool, given in CALLS_WITHOUT_A_SOURCE:
            await ask("", tool, given)
        for address in ADDRESSES:
            with pytest.raises(MCPError, match=r"(?i)unknown|not found|there is no") as refused:
                await client.read_resource(address)
            said["", "resource", address] = str(refused.value)

    with tempfile.TemporaryDirectory() as outside, closing(server.connect("isolation")) as admin:
        Path(outside).chmod(0o777)
        before = admin.execute(digest.encode()).fetchone()
        served(transport, database, attack)
        assert list(Path(outside).iterdir()) == []
        assert admin.execute(digest.encode()).fetchone() == before
    for what, text in said.items():
        for unseen in (SECRET, "root:", "\x1b", "\0", "a fault of dbarchitect"):
            assert unseen not in text, (what, text)
    assert "permission denied" in said["super", *_key(CALLS[0])]  # what was tried inside is told


def _key(call: tuple[str, dict[str, object]]) -> tuple[str, str]:
    return call[0], str(call[1])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit a process's address space")
def test_no_process_of_a_private_server_fills_the_memory(server) -> None:
    """Constants are computed where a query is planned, gigabytes of them, outside of every limit of PostgreSQL's."""
    with closing(server.connect()) as session:
        limits = Path(f"/proc/{session.info.backend_pid}/limits").read_text()
    assert re.search(r"Max address space +4294967296 +4294967296 +bytes", limits), limits
