"""What to type: examples of every verb, shown under its `--help`. The tests run them, in this order, in one folder."""

from __future__ import annotations

from collections.abc import Mapping

from cyclopts import App

# The words of the verb: its command lines. `postgresql://localhost/NAME` and `mongodb://localhost/NAME` stand
# for the reader's own databases.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo": ("dba demo", "dba demo --keep example"),
    "check": (
        "dba check shop.sql",
        "dba check postgresql://localhost/shop --workload workload.sql --prove",
        "dba check shop.sql --fix -o fixes",
        "dba check app.db --fix -o app-fixes",
    ),
    "explain": ("dba explain fk-without-index",),
    "answer": ('dba answer fk-without-index orders --reason "ten rows, read whole"',),
    "twin": ("dba twin create postgresql://localhost/shop -o shop.twin", "dba twin open shop.twin"),
    "twin create": ("dba twin create postgresql://localhost/shop --redact -o shop.twin",),
    "twin info": ("dba twin info shop.twin",),
    "twin scale": ("dba twin scale shop.twin orders=100x -o grown.twin",),
    "twin open": ("dba twin open shop.twin",),
    "index": (
        "dba index postgresql://localhost/shop --workload workload.sql",
        "dba index shop.twin --workload workload.sql --budget 500MB --measure",
    ),
    "query": (
        'dba query shop.twin "SELECT * FROM orders WHERE customer_id = 7"',
        "dba query postgresql://localhost/shop --workload workload.sql",
        "dba query --plan plan.json",
    ),
    "query keyset": (
        'dba query keyset shop.twin "SELECT * FROM orders ORDER BY created_at DESC LIMIT 20 OFFSET 2000"',
        'dba query keyset app.db "SELECT * FROM orders ORDER BY created_at DESC LIMIT 20" --measure',
    ),
    "query n+1": ("dba query n+1 postgresql.log --source postgresql://localhost/shop",),
    "query diff": ("dba query diff shop.twin --scale 'orders=100x' --workload workload.sql",),
    "workload": ("dba workload postgresql.log -o w.json",),
    "workload top": ("dba workload top postgresql.log --by calls -n 10",),
    "workload pooler": ("dba workload pooler postgresql.log",),
    "cache": ("dba cache shop.twin --workload workload.sql",),
    "erd": ("dba erd shop.sql -o erd.svg", "dba erd shop.sql -o erd.mmd --columns keys"),
    "report": (
        "dba report postgresql://localhost/shop --workload workload.sql -o report.html",
        "dba report app.db -o report.html",
    ),
    "choose": ("dba choose brief.md", "dba choose shop.twin --workload workload.sql"),
    "design": (
        "dba design brief.md -o architecture",
        "dba design brief.md --target documents -o documents",
        "dba design --from shop.sql -o found.md",
    ),
    "migrate": (
        "dba migrate new initial --in migrations --to shop.sql",
        "dba migrate rehearse migrations --source postgresql://localhost/shop_before",
        "dba migrate apply migrations --to postgresql://localhost/shop_before --yes",
    ),
    "migrate diff": (
        "dba migrate diff postgresql://localhost/shop_before shop.sql",
        "dba migrate diff shop.sql wanted.sql --format sql -o change.sql",
    ),
    "migrate new": ("dba migrate new order_notes --in migrations --to wanted.sql",),
    "migrate lint": ("dba migrate lint migrations --source postgresql://localhost/shop",),
    "migrate rehearse": ("dba migrate rehearse migrations --source postgresql://localhost/shop_before --measure",),
    "migrate apply": ("dba migrate apply migrations --to postgresql://localhost/shop_before --yes",),
    "migrate status": ("dba migrate status migrations --to postgresql://localhost/shop_before",),
    "migrate rollback": ("dba migrate rollback migrations --to postgresql://localhost/shop_before --yes",),
    "migrate adopt": ("dba migrate adopt migrations --to postgresql://localhost/shop --upto 0001 --yes",),
    "orm": (
        "dba orm shop.sql --to sqlalchemy -o app",
        "dba orm postgresql://localhost/shop --to drizzle --host neon -o web",
    ),
    "orm diff": ("dba orm diff postgresql://localhost/shop app.models:Base",),
    "vectors": ("dba vectors embeddings.npy",),
    "timeseries": ("dba timeseries telemetry.sql --workload telemetry-workload.sql --memory 16GB",),
    "documents": (
        "dba documents shapes mongodb://localhost/shop",
        "dba documents index mongodb://localhost/shop queries.jsonl",
    ),
    "documents shapes": ("dba documents shapes mongodb://localhost/shop",),
    "documents index": ("dba documents index mongodb://localhost/shop queries.jsonl",),
    "documents validators": (
        "dba documents validators mongodb://localhost/shop --format script -o validators.js",
        "dba documents validators brief.md",
    ),
    "documents migrate": (
        "dba documents migrate mongodb://localhost/shop validators.js -o migration",
        "dba documents migrate mongodb://localhost/shop validators.js --apply --yes",
        "dba documents migrate mongodb://localhost/shop --undo --yes",
    ),
    "documents postgres": ("dba documents postgres mongodb://localhost/shop queries.jsonl -o moved",),
    "platform": ("dba platform neon",),
    "init": ("dba init --dry-run", "dba init --only config,hook --source shop.sql --yes"),
    "serve": ("dba serve shop.sql --workload workload.sql",),
    "mcp": ("dba mcp --source shop=postgresql://localhost/shop",),
}


def show_examples(app: App) -> None:
    """Put the examples of each verb under its help, before what its parent says there: the exit codes, where the verb
    does not tell its own."""
    for verb, lines in EXAMPLES.items():
        one = app
        for word in verb.split():
            one = one[word]
        after = "" if "Exit codes:" in one.help else app.help_epilogue or ""
        head = "Example:" if len(lines) == 1 else "Examples:"
        one.help_epilogue = "\n".join((head, *(f"    {line}" for line in lines), "", after)).rstrip()
