"""Shapes of documents, advice on their indexes and validators, for people and for tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.documents import Collection, Documents
from dbarchitect.model.documents_advice import Candidate, IndexAdvice, IndexPlan, Validator
from dbarchitect.model.figures import size_text
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.untrusted import block, json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.documents/1"
Form = Literal["text", "json", "script"]


def render_shapes(found: Documents, form: Form, *, screen: Screen, version: str) -> str:
    """What a database has, as text or JSON."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    return printed(_shapes(found), screen)


def _shapes(found: Documents) -> Iterator[Part]:
    yield Text(f"{line(found.source)}: {line(found.server)} {line(found.version)}", style="bold")
    for one in found.collections:
        yield Text("")
        looked = _looked(one)
        size = f", {size_text(one.bytes)}" if one.bytes else ""
        yield Text(f"{line(one.name)}: {one.documents:,} documents{size}; looked at {looked}", style="bold")
        table = Table(box=None, pad_edge=False, show_edge=False)
        for name in ("path", "there", "types", "bytes", "elements"):
            table.add_column(name, style="dim" if name == "bytes" else None, overflow="fold")
        for path in one.paths:
            table.add_row(
                line(path.path),
                f"{path.present / path.parents:.0%}" if path.parents else "",
                ", ".join(f"{line(name)} {count:,}" for name, count in path.types.items()),
                f"{path.bytes / path.present:,.0f}, at most {path.largest:,}" if path.present else "",
                "-".join(f"{length:,}" for length in path.lengths),
            )
        yield table
        for index in one.indexes:
            uses = "" if index.uses is None else f", {index.uses:,} uses in {index.days or 0:,.0f} days"
            more = "".join(
                f", {name}"
                for name, holds in (("unique", index.unique), ("sparse", index.sparse), ("hidden", index.hidden))
                if holds
            )
            yield Text(f"index {line(index.name)} {_keys(index.keys)}{more}{uses}", style="dim")
        if one.validator:
            yield Text(f"validator ({one.level}, {one.action}): {line(one.validator)}", style="dim")
    for name, lacks in found.refused.items():
        yield Text(f"not known: {line(name)}: {line(lacks)}", style="yellow")


def render_index_plan(found: IndexPlan, form: Form, *, screen: Screen, version: str) -> str:
    """Advice on indexes: text, JSON, or commands for mongosh."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(found)})
    if form == "script":
        return "".join(f"{one}\n" for one in _creates(found)) or "// no index to make\n"
    return printed(_plan(found), screen)


def _creates(found: IndexPlan) -> list[str]:
    return [
        f"db.getCollection({json.dumps(line(collection), ensure_ascii=False)}).createIndex({_keys(keys)})"
        for collection, keys in found.create
    ]


def _plan(found: IndexPlan) -> Iterator[Part]:
    made = len(found.create)
    head = f"{made:,} {'index' if made == 1 else 'indexes'} to make" if made else "no index to make"
    yield Text(f"{head} for {len(found.queries):,} queries", style="bold green")
    yield Text(
        f"modelled: the scan of each index was counted over documents sampled from {line(found.server)}; none was made",
        style="dim",
    )
    for at, one in enumerate(found.queries, 1):
        yield Text("")
        sort = f" sort {_keys(one.query.sort)}" if one.query.sort else ""
        query = one.query
        calls = f"{query.calls:,} {'call' if query.calls == 1 else 'calls'}"
        yield Text(f"{at}. {query.operation} {line(query.form)}{sort} of {line(query.collection)}, {calls}")
        yield from _advice(one)
    if made:
        yield Text("")
        yield Verbatim(Text("\n".join(_creates(found))))


def _advice(one: IndexAdvice) -> Iterator[Part]:
    if one.refused or one.now is None:
        yield Text(f"   not counted: {line(one.refused)}", style="yellow")
    else:
        whole = "all" if one.sampled >= one.documents else f"{one.sampled:,} of"
        yield Text(f"   {one.returned:,} returned; counted over {whole} {one.documents:,} documents", style="dim")
        table = Table(box=None, pad_edge=False, show_edge=False)
        for name in ("", "index", "keys", "documents", "sorted"):
            table.add_column(name, justify="right" if name in ("keys", "documents", "sorted") else "left")
        rows = [("now", one.now), *(("best" if each is one.best else "", each) for each in one.tried[:4])]
        for mark, each in rows:
            table.add_row(f"   {mark}", _named(each), *(f"{n:,}" for n in _figures(each)))
        yield table
        if one.best is None:
            yield Text("   what is there serves it")
    if one.explained is not None:
        said = one.explained
        yield Text(
            f"   measured by the server now: {line(' < '.join(said.stages))} {line(said.index)}: {said.keys:,} keys, "
            f"{said.documents:,} documents, {said.returned:,} returned, {said.millis:,} ms"
        )
    elif one.silent:
        yield Text(f"   the server did not measure it: {line(one.silent)}", style="dim")


def _figures(one: Candidate) -> tuple[int, int, int]:
    return one.keys_examined, one.documents_examined, one.sorted


def _named(one: Candidate) -> str:
    return f"{_keys(one.keys)} ({line(one.name)})" if one.keys else "none: the whole collection"


def _keys(keys: Sequence[tuple[str, int | str]]) -> str:
    return (
        "{" + ", ".join(f"{json.dumps(line(path), ensure_ascii=False)}: {json.dumps(way)}" for path, way in keys) + "}"
    )


def render_validators(found: Sequence[Validator], form: Form, *, screen: Screen, version: str) -> str:
    """Validators with their probes: text, JSON, or commands for mongosh."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, "validators": msgspec.to_builtins(list(found))})
    if form == "script":
        return "".join(f"{block(one.command)}\n" for one in found)
    return printed(_validators(found), screen)


def _validators(found: Sequence[Validator]) -> Iterator[Part]:
    for one in found:
        taken = sum(probe.accepted for probe in one.probes)
        wrong = [probe for probe in one.probes if probe.held is False]
        if not one.server:
            proof = "asserted: no scratch server was named (--server)"
        elif wrong:
            proof = f"{len(wrong):,} of {len(one.probes):,} probes did not hold on {line(one.server)}"
        else:
            proof = f"measured: {line(one.server)} took and refused them so"
        yield Text(f"{line(one.collection)}" + (f" ({line(one.sample)})" if one.sample else ""), style="bold")
        yield Text(
            f"{taken:,} documents that it takes, {len(one.probes) - taken:,} that it refuses; {proof}",
            style="bold red" if wrong else "dim",
        )
        for probe in wrong:
            expected = "taken" if probe.accepted else "refused"
            yield Text(f"   {line(probe.about)}: should be {expected}: {line(probe.said)}", style="red")
        yield Verbatim(Text(block(one.command)))
        if one.count:
            yield Text("how many are there already that it would refuse:", style="dim")
            yield Verbatim(Text(block(one.count)))
        yield Text("")


def _looked(one: Collection) -> str:
    if one.kind == "view":
        return "none: it is a view"
    how = "all" if one.whole else f"{one.sampled:,}, {'drawn at random' if one.drawn else 'the first ones'}"
    return how if one.sampled else "none"
