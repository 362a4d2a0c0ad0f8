"""A move to PostgreSQL: the report, and the files of each design."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from dbarchitect.model.documents_move import Asked, Move, MoveDesign, MovedQuery
from dbarchitect.model.figures import size_text

from .untrusted import block, line

LOADER = '''\
"""Load collections of MongoDB into PostgreSQL: python load.py tables|jsonb MONGODB POSTGRESQL [--batch N]

Run schema.sql of the folder before, finish.sql after. A run that was ended goes on. It exits with 1 where documents
were refused. Needs Python 3.11, pymongo and psycopg.
"""

import argparse
import json
import sys
from pathlib import Path

import psycopg
from pymongo import MongoClient

from transfer import codec, load


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\\n")[0])
    parser.add_argument("folder", type=Path, help="tables or jsonb: the folder with mapping.json")
    parser.add_argument("mongodb", help="mongodb://USER:PASSWORD@HOST/DATABASE; it is only read")
    parser.add_argument("postgresql", help="postgresql://USER@HOST/DATABASE, where schema.sql was run")
    parser.add_argument("--batch", type=int, default=1000, metavar="N", help="documents of one transaction")
    given = parser.parse_args()
    mappings = json.loads((given.folder / "mapping.json").read_text("utf-8"))
    wrong = 0
    with MongoClient(given.mongodb) as client, psycopg.connect(given.postgresql) as connection:
        database = client.get_default_database().with_options(codec_options=codec())
        for mapping in mappings:
            name = mapping["collection"]
            loaded, refused = load(database[name], connection, mapping, given.batch, lambda text: say(text, "\\r"))
            wrong += refused
            say(f"{name}: {loaded:,} loaded, {refused:,} refused", "\\n")
    if wrong:
        say("what was refused: SELECT path, reason, count(*) FROM dba_load_refused GROUP BY 1, 2", "\\n")
    return int(wrong > 0)


def say(text: str, end: str) -> None:
    sys.stderr.write(text + end)
    sys.stderr.flush()


sys.exit(main())
'''


def design_files(move: Move, design: MoveDesign) -> dict[str, str]:
    """schema.sql, finish.sql, down.sql, queries.sql and mapping.json of one design."""
    head = f"-- {line(move.source)} in {design.name}"
    queries = [f"{head}. {_PROVEN}\n"]
    for at, one in enumerate(move.queries, 1):
        found = one.of(design.name)
        told = f"-- {at}. {line(one.shown)}\n-- {line(_outcome(found))}"
        queries.append(f"{told}\n{block(found.sql)};\n" if found.sql else f"{told}\n")
    bookkeeping = "DROP TABLE IF EXISTS dba_load_progress, dba_load_refused;"
    return {
        "schema.sql": f"{head}: before load.py\n\nBEGIN;\n\n"
        + "\n\n".join(map(block, design.schema))
        + "\n\nCOMMIT;\n",
        "finish.sql": f"{head}: after load.py\n\n" + "\n".join(map(block, design.finish)) + "\n",
        "down.sql": f"{head}: undoes schema.sql, load.py and finish.sql\n\nBEGIN;\n\n"
        + "\n".join([*map(block, design.down), bookkeeping])
        + "\n\nCOMMIT;\n",
        "queries.sql": "\n".join(queries),
        "mapping.json": json.dumps(msgspec.to_builtins(list(design.mappings)), indent=1, ensure_ascii=False) + "\n",
    }


_TYPES = (
    "ObjectId is `bytea` of 12 bytes in tables and its 24 digits in JSON; a date is `timestamptz` (milliseconds); "
    "Decimal128 is `numeric`; int and long are `bigint`, with doubles among them `double precision`; binary data is "
    '`bytea`, a UUID `uuid`. Texts have the collation "C": they compare by bytes, as in MongoDB.'
)
_PROVEN = "Values are those of the workload; a tie is broken by the _id"


def _outcome(one: Asked) -> str:
    if one.refused:
        return f"not translated: {one.refused}"
    answer = {True: "the server's answer", False: "NOT the server's answer", None: "not compared"}[one.equal]
    note = f" ({one.note})" if one.note else ""
    took = f"; {one.ms:,.2f} ms, {one.blocks:,} blocks" if one.ms is not None else ""
    return f"{one.rows:,} rows, {answer}{note}{took}; {one.plan}"


def summary(move: Move) -> str:
    """What to tell on a terminal."""
    parts = [f"{line(move.source)}: {line(move.server)}, measured on PostgreSQL {move.postgres}"]
    parts += _sizes(move)
    if move.queries:
        parts.append(f"\n{len(move.queries):,} queries")
        for at, one in enumerate(move.queries, 1):
            parts.append(f"{at}. {line(one.shown)} of {line(one.collection)}")
            parts += [f"   {name:<7} {line(_outcome(one.of(name)))}" for name in ("tables", "jsonb")]
    parts.append("")
    parts += _verdict(move)
    return "\n".join(parts) + "\n"


def _sizes(move: Move) -> Iterator[str]:
    for one in move.sizes:
        how = "all" if one.whole else f"{one.sampled:,} of"
        yield f"\n{line(one.collection)}: {how} {one.documents:,} documents, {size_text(one.sampled_bytes)} of BSON"
        for name, some in move.loaded.items():
            found = next(each for each in some if each.collection == one.collection)
            left = sum(n for _, _, n in found.refused)
            refused = f"; {left:,} refused" if left else ""
            size = f"{size_text(found.bytes)}, indexes {size_text(found.index_bytes)}"
            yield f"   {name:<7} {found.documents:,} loaded, {size}{refused}"
            for path, reason, n in found.refused[:5]:
                yield f"           {n:,}: {line(path)}: {line(reason)}"


def _verdict(move: Move) -> Iterator[str]:
    yield f"verdict: {move.verdict.design}"
    yield from (f"   because {line(one)}" for one in move.verdict.because)
    yield from (f"   unless {line(one)}" for one in move.verdict.unless)


def readme(move: Move) -> str:
    """The report in Markdown: how to run it, what was decided and why, sizes, queries, and what is not translated."""
    parts = [
        f"# {line(move.source)} to PostgreSQL",
        "",
        f"From {line(move.server)}; loaded and measured on PostgreSQL {move.postgres}, embedded, with fsync off. "
        "`result.json` has all of it.",
        "",
        f"**Verdict: {move.verdict.design}**",
        "",
        *(f"- {_cell(one)}" for one in move.verdict.because),
        *(f"- unless {_cell(one)}" for one in move.verdict.unless),
        "",
        "## Run it",
        "",
        "    pip install pymongo 'psycopg[binary]'",
        f"    psql TARGET -f {move.verdict.design}/schema.sql",
        f"    python load.py {move.verdict.design} mongodb://... TARGET     # again after an interruption: it goes on",
        f"    psql TARGET -f {move.verdict.design}/finish.sql               # indexes, foreign keys, ANALYZE",
        f"    psql TARGET -f {move.verdict.design}/down.sql                 # the way back",
        "",
        "The loader reads in order of `_id`, each batch one transaction with its progress. A document with a value "
        "that does not fit is left out whole and stands in `dba_load_refused` with field and reason; the exit code is "
        "then 1. Writes that come meanwhile to what was already read are not seen: stop them, or load again.",
        "",
        "## Sizes",
        "",
        "| collection | documents | MongoDB: BSON, stored, indexes | taken | BSON of these | tables + indexes | "
        "jsonb + indexes |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in move.sizes:
        cells = [
            _cell(one.collection),
            f"{one.documents:,}",
            f"{size_text(one.bytes)}, {size_text(one.storage)}, {size_text(one.index_bytes)}",
            f"{one.sampled:,}",
            size_text(one.sampled_bytes),
        ]
        for name in ("tables", "jsonb"):
            found = next(each for each in move.loaded[name] if each.collection == one.collection)
            cells.append(f"{size_text(found.bytes)} + {size_text(found.index_bytes)}")
        parts.append(f"| {' | '.join(cells)} |")
    parts += ["", "What would not fit, of the documents loaded:", ""]
    refused = [
        f"- {name}: {_cell(one.collection)}.{_cell(path)}: {_cell(reason)}: {n:,} documents"
        for name, some in move.loaded.items()
        for one in some
        for path, reason, n in one.refused
    ]
    parts += refused or ["- nothing: each document is in both designs"]
    parts += ["", "## Queries", ""]
    if not move.queries:
        parts.append("None was given, and the profiler has none: only shapes and sizes were compared.")
    for at, query in enumerate(move.queries, 1):
        parts += _query(at, query)
    parts += ["", "## Decisions", ""]
    parts.append(_TYPES)
    for design in move.designs:
        parts += ["", f"### {design.name}", ""]
        made = [one for one in design.choices if one.kind != "lost"]
        parts += [f"- {_cell(one.at)}: {_cell(one.what)} ({_cell(one.why)})" for one in made] or ["- nothing to decide"]
    parts += ["", "## Not carried over", ""]
    lost = [("both", one) for one in move.left_out]
    lost += [(design.name, one) for design in move.designs for one in design.choices if one.kind == "lost"]
    parts += [f"- {name}: {_cell(one.at)}: {_cell(one.what)} ({_cell(one.why)})" for name, one in lost]
    parts += [
        f"- {name}: query {at}: {_cell(one.of(name).refused)}"
        for name in ("tables", "jsonb")
        for at, one in enumerate(move.queries, 1)
        if one.of(name).refused
    ]
    return "\n".join(parts) + "\n"


def _query(at: int, one: MovedQuery) -> Iterator[str]:
    yield f"{at}. `{_cell(one.shown).replace('`', '')}` of {_cell(one.collection)}, {one.calls:,} calls"
    if one.ms is not None:
        yield f"   - MongoDB: {one.ms:,.0f} ms, {one.examined or 0:,} documents examined"
    elif one.silent:
        yield f"   - MongoDB: no figures ({_cell(one.silent)})"
    for name in ("tables", "jsonb"):
        yield f"   - {name}: {_cell(_outcome(one.of(name)))}"


def _cell(text: str) -> str:
    """Text of a database within Markdown."""
    shown = line(text)
    for mark in "\\|<>*_[]":
        shown = shown.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return shown
