"""What `dba design --target documents` hands over: pages, the setup for mongosh and for pymongo, queries, seeds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import msgspec
from rich.text import Text

from dbarchitect.design.documents.logical import many, named
from dbarchitect.model.documents_design import DesignedQuery, DocumentsArchitecture, Placement
from dbarchitect.model.figures import size_text
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.design import decisions_page, holding
from dbarchitect.render.digest import plural
from dbarchitect.render.markdown import code, fence, prose
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.design.decision import Decision
    from dbarchitect.design.spec import Spec
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.documents-architecture/1"
_SHOWN = 12


def verdict(made: DocumentsArchitecture) -> str:
    """One line: whether it holds, and how that is known."""
    if made.failures:
        return f"it does not hold yet: {plural(len(made.failures), 'trial')} went wrong"
    collections = plural(len(made.collections), "collection")
    if not made.server:
        return f"static: {collections}; no server was at hand, so that nothing was run"
    tried = sum(len(one.probes) for one in made.collections)
    same = sum(one.outcome == "same" for one in made.queries)
    return (
        f"{holding(made.unread)}: {collections}; measured on {made.server}: {tried:,} documents taken and refused "
        f"as designed, {same} of {plural(len(made.queries), 'access pattern')} answered as a search by brute force does"
    )


def render_documents_design(
    made: DocumentsArchitecture, form: Literal["text", "json"], *, screen: Screen, version: str
) -> str:
    """The result for people or tools."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(made)})
    return printed(_parts(made), screen)


def _parts(made: DocumentsArchitecture) -> Iterator[Part]:
    yield f"{line(made.title)}: {verdict(made)}"
    for one in made.placements:
        yield Verbatim(Text(f"  {line(_relation(one))}: {one.chosen}"))
    for one in _open(made):
        yield Verbatim(Text(f"  {line(one)}"))
    for one in made.failures[:_SHOWN]:
        yield Verbatim(Text(f"  wrong: {line(one)}"))
    if made.standin:
        for one in made.limits:
            yield Verbatim(Text(f"  stand-in: {one}"))
    if not made.server:
        yield Verbatim(Text(f"  {_NO_SERVER}"))
    said = f"{plural(len(made.written), 'file')} written" if made.written else "nothing to write"
    if made.removed:
        said += f", {len(made.removed):,} removed"
    if made.unchanged:
        said += f", {made.unchanged:,} as they were"
    yield f"{line(made.folder)}: {said}"


def _relation(one: Placement) -> str:
    if one.held:
        return f"{one.role} in {one.child}"
    return f"{one.child} of {one.parent}" + (f" ({one.role})" if one.role != named(one.parent) else "")


_NO_SERVER = (
    "nothing was run: pip install 'dbarchitect[mongodb-proof]' on Python 3.13 or later brings a stand-in; or --server "
    "mongodb://... names a scratch server"
)


def _open(made: DocumentsArchitecture) -> Iterator[str]:
    for one in made.queries:
        if one.refused:
            yield f"no command: {one.text}: {one.refused}"
        elif one.outcome == "not run" and made.server:
            yield f"not run: {one.text}: {one.said}"


def documents_pages(
    made: DocumentsArchitecture,
    decisions: Sequence[Decision],
    seeds: Mapping[str, Sequence[Any]],
    *,
    spec: Spec,
    command: str,
) -> dict[str, str]:
    """All files of the folder, by path."""
    setup = _setup(made)
    return {
        "README.md": _readme(made, decisions, spec, command),
        "decisions.md": decisions_page(decisions),
        "collections.md": _collections(made, command),
        "queries.md": _queries(made, command),
        "setup.json": json.dumps(setup, indent=1, ensure_ascii=False) + "\n",
        "setup.js": _setup_js(setup),
        "setup.py": _SETUP_PY,
        "queries.js": _queries_js(made),
        "queries.json": json.dumps(
            [{"text": q.text, "parameters": q.parameters, "commands": [json.loads(c) for c in q.commands]}
             for q in made.queries if not q.refused], indent=1, ensure_ascii=False) + "\n",
        "integrity.js": _integrity(made, spec),
        "trials.json": json_document([msgspec.to_builtins(one) for one in made.collections]),
        **{f"seed/{name}.jsonl": "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found)
           for name, found in seeds.items()},
    }  # fmt: skip


def _setup(made: DocumentsArchitecture) -> list[dict[str, Any]]:
    """What setup.js and setup.py make: each collection with its validator and its indexes."""
    return [
        {
            "collection": one.name,
            "validator": json.loads(one.validator),
            "indexes": [
                {"name": each.name, "key": dict(each.keys)}
                | ({"unique": True} if each.unique else {})
                | ({"partialFilterExpression": json.loads(each.partial)} if each.partial else {})
                for each in one.indexes
            ],
        }
        for one in made.collections
    ]


def _setup_js(setup: Sequence[Mapping[str, Any]]) -> str:
    return _SETUP_JS.replace("COLLECTIONS", json.dumps(setup, indent=1, ensure_ascii=True))


_SETUP_JS = """// mongosh mongodb://HOST:PORT/DATABASE setup.js; the way down, which loses all documents:
// mongosh mongodb://HOST:PORT/DATABASE --eval "var way='down'" setup.js
const collections = COLLECTIONS;
const there = new Set(db.getCollectionNames());
if (typeof way !== "undefined" && way === "down") {
  for (const one of collections.slice().reverse()) db.getCollection(one.collection).drop();
} else {
  for (const one of collections) {
    const options = { validator: one.validator, validationLevel: "strict", validationAction: "error" };
    if (there.has(one.collection)) db.runCommand({ collMod: one.collection, ...options });
    else db.createCollection(one.collection, options);
    for (const { key, ...more } of one.indexes) db.getCollection(one.collection).createIndex(key, more);
  }
}
"""

_SETUP_PY = '''"""Make the collections of setup.json, or remove them: python setup.py up|down [--database NAME] [--seed]

The server is that of MONGODB_URL. `down` loses all documents of these collections. `--seed` fills them from seed/.
"""

import argparse
import json
import os
from pathlib import Path

from bson import json_util
from pymongo import MongoClient

HERE = Path(__file__).parent


def up(database, collections):
    there = set(database.list_collection_names())
    for one in collections:
        options = {"validator": one["validator"], "validationLevel": "strict", "validationAction": "error"}
        if one["collection"] in there:
            database.command("collMod", one["collection"], **options)
        else:
            database.create_collection(one["collection"], **options)
        for index in one["indexes"]:
            more = {key: value for key, value in index.items() if key != "key"}
            database[one["collection"]].create_index(list(index["key"].items()), **more)


def down(database, collections):
    for one in reversed(collections):
        database.drop_collection(one["collection"])


def seed(database, collections):
    for one in collections:
        lines = (HERE / "seed" / f"{one['collection']}.jsonl").read_text("utf-8").splitlines()
        if lines:
            database[one["collection"]].insert_many([json_util.loads(line) for line in lines])


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("way", choices=("up", "down"))
    asked.add_argument("--database", help="else that of the URL")
    asked.add_argument("--seed", action="store_true")
    given = asked.parse_args()
    client = MongoClient(os.environ["MONGODB_URL"])
    try:
        database = client[given.database] if given.database else client.get_default_database()
        collections = json.loads((HERE / "setup.json").read_text("utf-8"))
        if given.way == "down":
            down(database, collections)
        else:
            up(database, collections)
            if given.seed:
                seed(database, collections)
    finally:
        client.close()


if __name__ == "__main__":
    main()
'''


def _js(value: Any) -> str:
    """A command as JavaScript: what is given is a field of `p`."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if set(fields) == {"?"}:
            return f"p[{json.dumps(fields['?'])}]"
        return "{" + ", ".join(f"{json.dumps(key)}: {_js(one)}" for key, one in fields.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_js, cast("list[Any]", value))) + "]"
    return json.dumps(value)


def _queries_js(made: DocumentsArchitecture) -> str:
    lines = [
        "// Every access pattern: load('queries.js'); queries['NAME']({PARAMETER: VALUE, ...})",
        "// Where there are several commands, run them in one transaction: db.getMongo().startSession().",
        "const queries = {",
    ]
    for one in made.queries:
        if one.refused:
            lines.append(f"  // {' '.join(one.text.split())}: {' '.join(one.refused.split())}")
            continue
        commands = ", ".join(f"db.runCommand({_js(json.loads(each))})" for each in one.commands)
        lines += [
            f"  // given: {', '.join(one.parameters) or 'nothing'}",
            f"  {json.dumps(one.text)}: (p) => [{commands}],",
        ]
    return "\n".join([*lines, "};", ""])


def _integrity(made: DocumentsArchitecture, spec: Spec) -> str:
    """Counts what refers to nothing, for the references that nobody enforces."""
    names = {one.name: many(one.name, one.plural) for one in spec.entities}
    there = {one.name: one for one in made.collections}
    homes = {child: one for one in made.collections for child in one.holds}
    lines = [
        "// Counts of documents that refer to what is not there. mongosh mongodb://HOST:PORT/DATABASE integrity.js"
    ]
    for one in made.placements:
        target, home = names.get(one.parent, ""), homes.get(one.child)
        if one.chosen not in ("reference", "extended reference") or target not in there or home is None:
            continue
        path = _path_to(json.loads(home.validator)["$jsonSchema"], one, at_root=home.holds[0] == one.child)
        if path is None:
            continue
        pipeline = [
            {"$match": {path: {"$exists": True}}},
            {"$unwind": f"${path.split('.')[0]}"},
            {"$match": {path: {"$exists": True}}},
            {"$lookup": {"from": target, "localField": path, "foreignField": "_id", "as": "there"}},
            {"$match": {"there": {"$size": 0}}},
            {"$count": "missing"},
        ]
        lines.append(
            f"print({json.dumps(f'{home.name}.{path}')}, "
            f"db.getCollection({json.dumps(home.name)}).aggregate({_js(pipeline)}).toArray()[0]?.missing ?? 0);"
        )
    return "\n".join([*lines, ""])


def _path_to(schema: Mapping[str, Any], one: Any, *, at_root: bool) -> str | None:
    name = f"{one.role}Id"
    if at_root:
        return name if name in schema["properties"] else None
    for field, inner in schema["properties"].items():
        items = inner.get("items", inner)
        if field == f"{one.role}Ids":
            return field
        if name in items.get("properties", {}):
            return f"{field}.{name}"
    return None


# ---- pages


def _readme(made: DocumentsArchitecture, decisions: Sequence[Decision], spec: Spec, command: str) -> str:
    lines = [f"# {prose(line(made.title))}: documents", "", f"**{prose(verdict(made))}**", "", fence(command, "sh"), ""]
    lines += [
        "| what | how it is known |",
        "|---|---|",
        f"| validators, unique indexes, answers, setup up and down | {_measured(made)} |",
        f"| which index serves what, keys and documents examined | {_indexed(made)} |",
        "| sizes, queries and pages a second of each alternative | modelled from the brief's volumes and rates |",
        "| setup.js, queries.js, integrity.js | static: the same values as setup.json and queries.json, not run |",
        "",
    ]
    if made.standin:
        lines += [f"{prose(made.server)} stands in for MongoDB:", "", *(f"- {prose(one)}" for one in made.limits), ""]
    if not made.server:
        lines += [prose(_NO_SERVER), ""]
    if made.failures:
        lines += ["## What went wrong", "", *(f"- {prose(line(one))}" for one in made.failures), ""]
    lines += ["## Relations", "", "| relation | kept as | at most |", "|---|---|--:|"]
    for one in made.placements:
        most = f"{one.most:,}" if one.most else ""
        lines.append(f"| {prose(line(_relation(one)))} | {one.chosen} | {most} |")
    lines += [
        "",
        "## Collections",
        "",
        "| collection | documents in two years | bytes each, modelled | made up | at most | indexes |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for one in made.collections:
        most = f"{one.most:,.0f}" if one.most is not None else ""
        said = "" if one.said else " (assumed)"
        lines.append(
            f"| {prose(one.name)} | {one.later:,.0f}{said} | {one.bytes:,.0f} | {one.measured:,.0f} | {most} "
            f"| {len(one.indexes)} |"
        )
    total = sum(one.later * one.bytes for one in made.collections)
    lines += ["", f"In all about {size_text(total)} in two years, before compression and without indexes.", ""]
    gaps = [one for one in decisions if one.topic in ("not enforced", "tenancy", "state", "history")]
    lines += ["## What documents do not enforce", ""]
    lines += [f"- {prose(line(one.about))}{': ' if one.about else ''}{prose(line(one.what))}" for one in gaps] or [
        "nothing"
    ]
    lines += ["", *(f"- {prose(line(one))}" for one in _open(made)), ""]
    if spec.unread or spec.assumed:
        lines += ["## Assumed, not understood", ""]
        lines += [f"- assumed: {prose(line(one.what))}" for one in spec.assumed]
        lines += [f"- {one.said} (line {one.line}): {prose(line(one.text))}" for one in spec.unread]
        lines.append("")
    lines += [
        "## Files",
        "",
        "- [decisions.md](decisions.md): each decision, why, what else, what would change it",
        "- [collections.md](collections.md): an example of each document, indexes, trials",
        "- [queries.md](queries.md), queries.js, queries.json: the command of each access pattern",
        "- setup.js (mongosh), setup.py (pymongo, reads setup.json): up and down; `setup.py up --seed` fills seed/ in",
        "- integrity.js: counts what refers to nothing",
        "",
    ]
    return "\n".join(lines)


def _measured(made: DocumentsArchitecture) -> str:
    return f"measured on {prose(made.server)}" if made.server else "static: not run"


def _indexed(made: DocumentsArchitecture) -> str:
    explained = sum(one.explained is not None for one in made.queries)
    if explained:
        return f"modelled; measured by explain for {explained} of {len(made.queries)}"
    return "modelled: counted over made-up documents; no explain"


def _collections(made: DocumentsArchitecture, command: str) -> str:
    lines = ["# Collections", "", fence(command, "sh"), ""]
    for one in made.collections:
        lines += [f"## {prose(one.name)}", "", f"Holds: {prose(', '.join(one.holds))}.", ""]
        lines += [fence(block(json.dumps(json.loads(one.example), indent=2, ensure_ascii=False)), "json"), ""]
        for index in one.indexes:
            more = ", unique" if index.unique else ""
            more += f", where {index.partial}" if index.partial else ""
            why = f" ({index.rule}): {'; '.join(index.queries)}" if index.queries else ""
            lines.append(f"- {code(json.dumps(dict(index.keys)))}{prose(more)}{prose(line(why))}")
        taken = [each for each in one.probes if each.accepted]
        refused = [each for each in one.probes if not each.accepted]
        state = "as the server did" if made.server else "not run"
        lines += ["", f"Trials ({state}): {len(taken)} documents that it takes, {len(refused)} that it refuses:", ""]
        lines += [f"- {prose(line(each.about))}{'' if each.held is not False else ' **wrong**'}" for each in refused]
        lines.append("")
    return "\n".join(lines)


def _queries(made: DocumentsArchitecture, command: str) -> str:
    lines = ["# Queries", "", fence(command, "sh"), ""]
    for one in made.queries:
        lines += [f"## {prose(line(one.text))}", ""]
        if one.refused:
            lines += [f"No command: {prose(line(one.refused))}.", ""]
            continue
        lines += [fence(block("\n".join(one.commands)), "json"), ""]
        lines += [f"- {each}" for each in _facts(one)]
        lines.append("")
    return "\n".join(lines)


def _facts(one: DesignedQuery) -> Iterator[str]:
    count = plural(one.queries, "command")
    if one.lookups:
        count += f" with {plural(one.lookups, 'search', 'searches')} of other collections"
    if one.transaction:
        count += ", in one transaction"
    yield f"{count}; {one.per_second:,.1f} a second"
    if one.counted is not None:
        walked = f", {one.walked.documents_examined:,} without" if one.walked is not None else ""
        sorts = f", {one.counted.sorted:,} sorted in memory" if one.counted.sorted else ""
        yield (
            f"modelled: {prose(one.index) or 'no index'}: {one.counted.keys_examined:,} keys, "
            f"{one.counted.documents_examined:,} documents{sorts}{walked}; {one.counted.returned:,} found"
        )
    elif one.uncounted:
        yield f"not counted: {prose(line(one.uncounted))}"
    if one.explained is not None:
        yield (
            f"measured by explain: {prose(' '.join(one.explained.stages))} {prose(one.explained.index)}, "
            f"{one.explained.keys:,} keys, {one.explained.documents:,} documents"
        )
    outcome = {"same": "measured: the answer is that of a search by brute force", "differs": "**the answer differs**"}
    yield f"{outcome.get(one.outcome, 'not run')}{': ' + prose(line(one.said)) if one.said else ''}"
    if one.note:
        yield prose(line(one.note))
