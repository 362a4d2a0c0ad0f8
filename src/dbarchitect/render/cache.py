"""The design of a cache, for people and for tools."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.table import Table
from rich.text import Text

from dbarchitect.model.cache import CacheDesign, CacheEntry, LeftOut
from dbarchitect.model.figures import duration_text, size_text
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import plural
from dbarchitect.render.nplusone import milliseconds
from dbarchitect.render.untrusted import json_document, line

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.cache/1"
_LEFT = 20  # queries without an entry that are named
_SQL = 110


def render_cache(design: CacheDesign, form: Literal["text", "json"], *, screen: Screen, version: str) -> str:
    """The design as `form`, ending in a newline."""
    if form == "json":
        return json_document({"schema": SCHEMA, "version": version, **msgspec.to_builtins(design)})
    return printed(_parts(design), screen)


def _parts(design: CacheDesign) -> Iterator[Part]:
    yield Text.assemble(("dba cache ", "dim"), (line(design.source), "bold"))
    if not design.entries:
        yield Text("nothing to cache", style="bold green")
    else:
        head = (
            f"{plural(len(design.entries), 'query', 'queries')} to cache in {size_text(design.maxmemory)}: "
            f"{design.hit_ratio:.1%} hits"
        )
        share = [one.share for one in design.entries]
        if all(one is not None for one in share):
            head += f", {sum(one or 0.0 for one in share):.0%} of the database's time saved"
        yield Text(head, style="bold")
    for number, one in enumerate(design.entries, 1):
        yield Text("")
        yield from _entry(number, one)
    if design.entries:
        yield from _memory(design)
        yield Text("")
        yield Text("For all of them", style="bold")
        for what, why in design.decisions:
            yield Text(f"  {line(what)}")
            yield Text(f"    because {line(why)}", style="dim")
    yield from _left(design)
    if design.assumed:
        yield Text("")
        yield Text("Assumed", style="bold")
        for said in design.assumed:
            yield Text(f"  {line(said)}")
    for said in design.warnings:
        yield Text("")
        yield Text(f"note: {line(said)}", style="yellow")
    yield Text("")
    yield Verbatim(Text(f"again: {shlex.join(line(one) for one in design.command)}", style="dim"))


def _entry(number: int, one: CacheEntry) -> Iterator[Part]:
    yield Text(f"{number}. {line(one.name)}: {one.hit_ratio:.1%} hits", style="bold")
    yield Verbatim(Text(f"   {_sql(one.sql)}"))
    yield Verbatim(Text(f"   key      {line(one.key)}"))
    for version in one.versions:
        yield Verbatim(Text(f"   version  {line(version)}"))
    ttl = f"   ttl      {duration_text(one.ttl_seconds)}, each up to {one.jitter:.0%} shorter"
    yield Text(f"{ttl}; {'new versions by writes' if one.invalidation == 'version' else 'by age alone'}")
    mean = f" of {milliseconds(one.mean_ms)}" if one.mean_ms is not None else ""
    yield Text(
        f"   reads    {one.calls:,.0f} calls{mean}, {one.reads_a_second:,.3g} a second over "
        f"{plural(one.keys, 'key')}, {size_text(one.entry_bytes)} each"
    )
    for write in one.writes:
        what = f"the entries of its {write.column}" if write.precise else "all entries"
        yield Text(f"   writes   {write.a_second:,.3g} a second on {line(write.table)} make stale {line(what)}")
    share = f", {one.share:.1%} of all" if one.share is not None else ""
    saved = f"   saves    {duration_text(one.saved_ms / 1000)} of the database's time{share}"
    yield Text(f"{saved} (from {one.break_even:.0%} hits on it pays)")
    for said in one.notes:
        yield Text(f"   note     {line(said)}", style="yellow")
    if one.assumed:
        yield Text(f"   assumed  {line('; '.join(one.assumed))}", style="dim")


def _memory(design: CacheDesign) -> Iterator[Part]:
    yield Text("")
    whence = "of the log, with its own times" if design.trace == "log" else "drawn from the rates (Zipf)"
    yield Text(f"Memory, predicted by running {design.requests:,} requests {whence}", style="bold")
    policies = list(dict.fromkeys(one.policy for one in design.sizes))
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    table.add_column("  maxmemory", justify="right")
    for policy in policies:
        table.add_column(line(policy), justify="right")
    for size in dict.fromkeys(one.maxmemory for one in design.sizes):
        row = {one.policy: f"{one.hit_ratio:.1%}" for one in design.sizes if one.maxmemory == size}
        table.add_row(f"  {size_text(size)}", *(row.get(policy, "") for policy in policies))
    yield table
    if design.target == "redis":
        yield Verbatim(Text(f"  maxmemory {design.maxmemory}"))
        yield Verbatim(Text(f"  maxmemory-policy {design.policy}"))
    else:
        yield Text(f"  eviction on: {line(design.policy)}; a plan of {size_text(design.maxmemory)} at least")
    yield Text(f"  the process then takes about {size_text(design.memory_bytes)}")


def _left(design: CacheDesign) -> Iterator[Part]:
    if not design.left_out:
        return
    yield Text("")
    yield Text(f"Not cached: {plural(len(design.left_out), 'query', 'queries')}", style="bold")
    for one in design.left_out[:_LEFT]:
        yield Verbatim(Text(f"  {_sql(one.sql)}"))
        yield Text(f"    {line(one.reason)}{_calls(one)}", style="dim")
    if len(design.left_out) > _LEFT:
        yield Text(f"  and {len(design.left_out) - _LEFT:,} more (--format json has all)", style="dim")


def _calls(one: LeftOut) -> str:
    mean = f" of {milliseconds(one.mean_ms)}" if one.mean_ms is not None else ""
    return f" ({one.calls:,.0f} calls{mean})"


def _sql(sql: str) -> str:
    text = line(" ".join(sql.split()))
    return text if len(text) <= _SQL else f"{text[: _SQL - 4]} ..."
