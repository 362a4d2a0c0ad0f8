"""How long `dba check` takes for schemas that have everything wrong that schemas have wrong, and which rules take it.

    python -m benchmarks.review_speed --tables 100 1000
    python -m benchmarks.review_speed --schemas some.sql other.sql

A made-up table draws its key, its columns and its faults: references without a foreign key or an
index, floats for money, times without a zone, texts for states, checks that NULL passes, repeated and nested indexes,
pairs without a key. The same number of tables always gives the same text. A run is a process of its own, from the
command to the JSON on disk, start of the interpreter and loading on the private server included; "review" is the CPU
time of the rules alone, in one process.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dbarchitect.api.surroundings import WorkOptions, open_workshop
from dbarchitect.progress import nothing
from dbarchitect.review.context import Context
from dbarchitect.review.rule import chosen
from dbarchitect.sources import open_source

from . import report

_COLUMNS = (
    "email varchar(255)", "name varchar(255)", "slug text", "status text DEFAULT 'new'", "kind integer",
    "price double precision", "amount numeric", "quantity integer", "unit_price numeric(10, 2)", "is_active boolean",
    "is_paid boolean DEFAULT false", "is_closed boolean NOT NULL DEFAULT false", "created_at timestamp",
    "updated_at timestamp DEFAULT now()", "deleted_at timestamptz", "starts_at timestamptz", "ends_at timestamptz",
    "settings json", "payload jsonb", "tag_ids integer[]", "tags text", "country char(2)", "code char(12)",
    "password text", "api_key varchar(64)", "session_uuid varchar(36)", "owner_type text", "owner_id bigint",
    "phone1 text", "phone2 text", "phone3 text", '"order" integer', '"userName" text', "ip_address text",
    "external_id text", "first_name text", "last_name text", "full_name text", "rating real", "parent_id bigint",
    "tenant_id bigint", "opened timetz", "avatar bytea", "total money", "ordered_on text",
)  # fmt: skip
_KEYS = (
    "id serial PRIMARY KEY", "id bigserial PRIMARY KEY", "id integer PRIMARY KEY", "id bigint UNIQUE NOT NULL",
    "id uuid DEFAULT gen_random_uuid() PRIMARY KEY",
)  # fmt: skip
_CHECKS = (
    ("quantity", "{0} >= 0"), ("amount", "{0} >= 0"), ("price", "{0} > 0"), ("email", "{0} LIKE '%@%'"),
    ("name", "length({0}) BETWEEN 1 AND 80"), ("phone", "{0} <> ''"), ("slug", "{0} = lower({0})"),
    ("_at", "{0} > '2000-01-01'"),
    ("status", "{0} IN ('new', 'open', 'done')"), ("_id", "{0} IS NOT NULL OR {0} IS NULL"),
)  # fmt: skip
_SUBJECTS = (
    "account", "invoice", "order", "shipment", "product", "ticket", "message", "campaign", "contract", "employee",
    "device", "payment", "booking", "category", "event", "tag", "audit_log", "setting", "user_profile", "reading",
)  # fmt: skip


def statements(count: int) -> Iterator[str]:
    """The schema of `count` tables, one statement each."""
    dice = random.Random(count)
    numbered: list[str] = []  # tables that a number can refer to
    for number in range(count):
        name = f"{_SUBJECTS[number % len(_SUBJECTS)]}_{number // len(_SUBJECTS) + 1}"
        if numbered and dice.random() < 0.1:
            yield _pairs(dice, name, numbered)
            continue
        key = dice.choice(_KEYS)
        yield from _table(dice, name, key, numbered)
        if "uuid" not in key:
            numbered.append(name)


def _pairs(dice: random.Random, name: str, earlier: list[str]) -> str:
    one, other = dice.choice(earlier), dice.choice(earlier)
    return f"CREATE TABLE {name} ({one}_id bigint REFERENCES {one}(id), other_{other}_id bigint REFERENCES {other}(id))"


def _table(dice: random.Random, name: str, key: str, earlier: list[str]) -> Iterator[str]:
    parents = list(dict.fromkeys(dice.choice(earlier) for _ in range(dice.randrange(4)) if earlier))
    columns = [*dice.sample(_COLUMNS, dice.randrange(6, 16)), *(f"{parent}_id bigint" for parent in parents)]
    yield f"CREATE TABLE {name} ({', '.join([key, *columns])})"
    for parent in parents:
        if dice.random() < 0.6:
            action = dice.choice(["", " ON DELETE CASCADE", " ON DELETE SET NULL"])
            yield f"ALTER TABLE {name} ADD FOREIGN KEY ({parent}_id) REFERENCES {parent} (id){action}"
    named = [column.split()[0] for column in columns if " json " not in f"{column} "]
    for number in range(dice.randrange(4)):
        of = dice.sample(named, 3)
        yield f"CREATE {'UNIQUE ' if dice.random() < 0.3 else ''}INDEX {name}_{number}_idx ON {name} ({', '.join(of)})"
        yield f"CREATE INDEX {name}_{number}_again_idx ON {name} ({', '.join(of[: dice.randrange(1, 3)])})"
    for column in named:
        for word, condition in _CHECKS:
            if word in column and dice.random() < 0.7:
                yield f"ALTER TABLE {name} ADD CHECK ({condition.format(column)})"


def _whole(source: Path) -> float:
    """Seconds of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "findings.json"
        command = [sys.executable, "-m", "dbarchitect", "check", str(source), "--format", "json"]
        begun = time.perf_counter()
        subprocess.run([*command, "--fail-on", "never", "-o", str(out)], check=True, capture_output=True)
        return time.perf_counter() - begun


def _rules(source: Path) -> tuple[int, dict[str, tuple[float, int]]]:
    """(tables, {rule: (seconds of CPU of its check, its findings)})."""
    options = WorkOptions()
    with open_workshop(options.pg_bin, options.cache, nothing) as workshop:
        schema = open_source(str(source), workshop).schema
    context = Context(schema, None)
    taken: dict[str, tuple[float, int]] = {}
    for rule in chosen((), ()):
        begun = time.process_time()
        found = len(list(rule.check(context))) if rule.needs == "structure" else 0
        taken[rule.id] = (time.process_time() - begun, found)
    return len(schema.tables), taken


def main() -> None:
    """Time the review."""
    parser = report.parser("review_speed", __doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tables", type=int, nargs="*", default=[], help="tables of a made-up schema")
    parser.add_argument("--schemas", type=Path, nargs="*", default=[])
    parser.add_argument("--worst", type=int, default=5, help="rules that are named")
    options = parser.parse_args()
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        made = [Path(folder) / f"made_up_{count}.sql" for count in options.tables]
        for path, count in zip(made, options.tables, strict=True):
            path.write_text(";\n".join(statements(count)) + ";\n", encoding="utf-8")
        for path in (*options.schemas, *made):
            whole = _whole(path)
            tables, taken = _rules(path)
            worst = sorted(taken, key=lambda rule: -taken[rule][0])[: options.worst]
            named = ", ".join(f"{rule} {taken[rule][0]:.2f}" for rule in worst)
            review = sum(seconds for seconds, _ in taken.values())
            rows.append((path.stem, tables, sum(found for _, found in taken.values()), whole, review, named))
    header = ("schema", "tables", "findings", "whole s", "review CPU s", "of it, CPU s")
    report.publish("Speed of the review", report.table(header, rows), options)


if __name__ == "__main__":
    main()
