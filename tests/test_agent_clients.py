"""`dba mcp` as clients of others meet it: the official SDK for TypeScript, which checks every answer against the schema
that its tool declares, and the official inspector; each over standard input and output and over HTTP."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dbarchitect.agent.prompts import PROMPTS
from mcp_servers import environment, listening
from migration_tools import fetched

PACKAGES = (
    ("@modelcontextprotocol/sdk", "1.32.2"),
    ("@modelcontextprotocol/inspector-cli", "0.15.0"),  # the last one for Node.js 20
)
SCHEMA = "CREATE TABLE orders (id bigint PRIMARY KEY, placed_on date, total float NOT NULL);"
BRIEF = "# Notes\n\nA person has many notes. A note has a title and a body.\n"
CALLS: dict[str, dict[str, Any]] = {
    "get_context": {"source": "app", "tables": "orders"},
    "check_schema": {"source": "app"},
    "design_schema": {"brief": BRIEF},
    "choose": {"brief": BRIEF},
    "advise_indexes": {"source": "app", "workload": "SELECT * FROM orders WHERE placed_on = '2026-01-01';"},
    "tune_query": {"source": "app", "sql": "SELECT * FROM orders WHERE placed_on = '2026-01-01'"},
    "rehearse_migration": {"source": "app", "up_sql": "ALTER TABLE orders ADD note text;"},
    "sandbox_sql": {"source": "app", "sql": "SELECT count(*) FROM orders"},
}


@pytest.fixture(params=["stdio", "http"])
def address(request, tmp_path) -> Iterator[list[str]]:
    """How a client gets to a server: `stdio` and its command, or `http`, its URL and its token."""
    source = tmp_path / "schema.sql"
    source.write_text(SCHEMA)
    command = [sys.executable, "-m", "dbarchitect", "mcp", "--source", f"app={source}"]
    if request.param == "stdio":
        yield ["stdio", *command]
        return
    with listening(["--source", f"app={source}"]) as (url, token):
        yield ["http", url, token]


def test_the_sdk_for_typescript_takes_every_tool_prompt_and_resource(address, tmp_path):
    folder = tmp_path / "client"
    folder.mkdir()
    (folder / "node_modules").symlink_to(fetched(PACKAGES) / "node_modules")
    shutil.copy(Path(__file__).with_name("mcp_client.mjs"), folder)
    with subprocess.Popen(
        ["node", "mcp_client.mjs", *address],
        cwd=folder,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:

        def ask(method: str, **given: Any) -> dict[str, Any]:
            assert client.stdin is not None and client.stdout is not None
            client.stdin.write(json.dumps({"method": method, **given}) + "\n")
            client.stdin.flush()
            said = json.loads(client.stdout.readline())
            assert "error" not in said, (method, given, said)
            return said

        try:
            tools = {one["name"]: one for one in ask("tools")["tools"]}  # from now on it validates
            assert tools.keys() == CALLS.keys() | {"get_evidence"}
            assert all(one["outputSchema"] for one in tools.values())
            for name, given in CALLS.items():
                answer = ask("call", name=name, arguments=given)
                assert not answer.get("isError"), (name, answer)
                report, address_ = answer["structuredContent"]["report"], answer["structuredContent"]["evidence"]
                assert report and address_.startswith("evidence://")
                whole = ask("read", uri=address_)["contents"][0]
                assert whole["mimeType"] == "application/json" and json.loads(whole["text"])
                part = ask("call", name="get_evidence", arguments={"number": address_})
                assert json.loads(part["structuredContent"]["result"])
            refused = ask("call", name="rehearse_migration", arguments={**CALLS["rehearse_migration"], "down": "x"})
            assert refused["isError"] and "no argument 'down'" in refused["content"][0]["text"]
            assert {one["name"] for one in ask("prompts")["prompts"]} == PROMPTS.keys()
            for name in PROMPTS:
                assert ask("prompt", name=name, task="mine")["messages"][0]["content"]["text"].endswith("mine")
            templates = {one["uriTemplate"] for one in ask("templates")["resourceTemplates"]}
            assert templates == {"evidence://{kind}/{digest}", "rule://{name}", "schema://{source}"}
            assert "orders" in ask("read", uri="schema://app")["contents"][0]["text"]
            assert "Foreign key" in ask("read", uri="rule://fk-without-index")["contents"][0]["text"]
        finally:
            client.kill()


def test_the_inspector_lists_and_calls(tmp_path):
    """Over standard input and output; over HTTP the one for this Node.js sends no header, and so no token."""
    (tmp_path / "schema.sql").write_text(SCHEMA)
    program = fetched(PACKAGES) / "node_modules" / ".bin" / "mcp-inspector-cli"
    server = (sys.executable, "-m", "dbarchitect", "mcp", "--source", f"app={tmp_path / 'schema.sql'}")

    def inspect(*words: str) -> dict[str, Any]:
        ran = subprocess.run([program, "--cli", *server, *words], env=environment(), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(ran.stdout)

    assert {one["name"] for one in inspect("--method", "tools/list")["tools"]} == CALLS.keys() | {"get_evidence"}
    called = inspect("--method", "tools/call", "--tool-name", "get_context", "--tool-arg", "source=app")
    assert "public.orders" in called["structuredContent"]["report"]
