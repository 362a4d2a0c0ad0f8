"""What does `dba mcp` cost a model's context? Tokens of the tool list as it is sent, and of every tool's answer about a
small and about a large schema; with two tokenizers whose vocabularies come with their npm packages.

    python -m benchmarks.mcp_tokens [--tables 300]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from mcp import Client

from dbarchitect.agent.desk import Desk
from dbarchitect.agent.plans import Target
from dbarchitect.agent.server import make_server

from . import report
from .generated import statements

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from postgres_servers import test_cache
from tokens import counted

_SMALL = """
CREATE TABLE customers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL, name text);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    status text NOT NULL, total double precision NOT NULL, placed_at timestamptz NOT NULL);
CREATE TABLE order_items (order_id bigint NOT NULL REFERENCES orders, product_id bigint, quantity int NOT NULL);
"""
_BRIEF = """# Shop

A customer has many orders. A customer has a name and an email. Email is unique.
An order has many items. An order has a status (pending, paid, shipped) and a total in EUR.
List a customer's orders, newest first, 20 at a time. 2M orders.
"""


def listed(desk: Desk) -> list[dict[str, Any]]:
    """The tools as they are sent."""

    async def work() -> list[dict[str, Any]]:
        async with Client(make_server(desk)) as client:
            tools = (await client.list_tools()).tools
            return [one.model_dump(mode="json", by_alias=True, exclude_none=True) for one in tools]

    return anyio.run(work)


def _answers(desk: Desk) -> dict[str, str]:
    first = {"shop": "orders", "large": "module_001.order_line_1"}
    calls: list[tuple[str, dict[str, Any]]] = [("get_context", {})]
    for source, table in first.items():
        column = "customer_id" if source == "shop" else "code"
        query = f"SELECT * FROM {table} WHERE {column} = '7' LIMIT 20 OFFSET 4000"
        calls += [
            ("get_context", {"source": source}),
            ("get_context", {"source": source, "tables": table}),
            ("check_schema", {"source": source}),
            ("tune_query", {"source": source, "sql": query}),
            ("advise_indexes", {"source": source, "workload": f"-- calls: 9\n{query};"}),
            ("rehearse_migration", {"source": source, "up_sql": f"ALTER TABLE {table} ADD fresh text;"}),
            ("sandbox_sql", {"source": source, "sql": f"SELECT * FROM {table}"}),
        ]
    calls += [("choose", {"brief": _BRIEF}), ("design_schema", {"brief": _BRIEF})]
    said: dict[str, str] = {}

    async def work() -> None:
        async with Client(make_server(desk)) as client:
            for name, given in calls:
                result = await client.call_tool(name, given)
                assert not result.is_error, (name, result.content)
                title = f"{name}{' of ' + given['source'] if 'source' in given else ''}"
                title += f", tables: {given['tables']}" if "tables" in given else ""
                said[title] = _text(result)
                address = (result.structured_content or {}).get("evidence")
                if address and name in ("check_schema", "design_schema"):
                    said[f"get_evidence of that ({title})"] = _text(
                        await client.call_tool("get_evidence", {"number": address})
                    )

    anyio.run(work)
    return said


def _text(result: Any) -> str:
    return "\n".join(one.text for one in result.content)


def _rows(texts: Mapping[str, str]) -> list[tuple[str, int, int, int]]:
    counts = counted(list(texts.values()))
    return [(title, len(text), *count) for (title, text), count in zip(texts.items(), counts, strict=True)]


def main() -> None:
    """Count and publish."""
    parser = report.parser("mcp_tokens", __doc__)
    parser.add_argument("--tables", type=int, default=300, help="of the large schema")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "shop.sql").write_text(_SMALL)
        (folder / "large.sql").write_text("\n".join(statements(options.tables)))
        sources = {one: str(folder / f"{one}.sql") for one in ("shop", "large")}
        target = Target(source="shop", url="postgresql:///shop", folder=folder)
        lists: dict[str, str] = {}
        for title, given in (("", None), (", with apply_migration", target)):
            with closing(Desk(sources, folder, clock=lambda: datetime.now(UTC), target=given)) as desk:
                tools = listed(desk)
            lists[f"names and descriptions{title}"] = "\n".join(f"{one['name']}: {one['description']}" for one in tools)
            lists[f"the whole list, schemas too{title}"] = json.dumps(tools, separators=(",", ":"))
        with closing(Desk(sources, folder, clock=lambda: datetime.now(UTC), cache=test_cache())) as desk:
            answers = _answers(desk)
    header = ("text", "characters", "Claude's tokenizer", "o200k_base")
    body = (
        f"{report.table(header, _rows(lists))}\n\nAnswers as they are sent (`large`: {options.tables} tables):\n\n"
        f"{report.table(header, _rows(answers))}"
    )
    report.publish("Tokens of dba mcp", body, options)


if __name__ == "__main__":
    main()
