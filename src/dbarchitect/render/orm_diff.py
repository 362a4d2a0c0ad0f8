"""What `dba orm diff` found, for people, pull requests, logs and tools."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec
from rich.text import Text

from dbarchitect.migrate.drift import mends, told
from dbarchitect.model.drift import Drift, DriftReport
from dbarchitect.render.console import Part, Verbatim, printed
from dbarchitect.render.digest import plural
from dbarchitect.render.github import command
from dbarchitect.render.markdown import prose
from dbarchitect.render.untrusted import json_document, line, without_passwords

if TYPE_CHECKING:
    from dbarchitect.render import Screen

SCHEMA = "dbarchitect.orm-diff/1"
Form = Literal["text", "json", "markdown", "github"]


def render_orm_diff(made: DriftReport, form: Form, *, screen: Screen, version: str) -> str:
    """The comparison as `form`."""
    if form == "json":
        body = {**msgspec.to_builtins(made), "source": without_passwords(made.source)}
        lists = {kind: [_told(one, made.mapper) for one in getattr(made, kind)] for kind in ("drifts", "blind")}
        return json_document({"schema": SCHEMA, "version": version, **body, **lists})
    if form == "github":
        return _github(made)
    if form == "markdown":
        return _markdown(made)
    return printed(_parts(made), screen)


def _told(one: Drift, mapper: str) -> dict[str, object]:
    in_code, in_database = mends(one)
    return {**msgspec.to_builtins(one), "says": says(one, mapper), "mend": {"code": in_code, "database": in_database}}


def says(one: Drift, mapper: str) -> str:
    """One difference in a sentence."""
    what = "the database" if one.at.kind == "database" else f"{one.at.kind} {one.at.short}"
    if one.found == "only in the code":
        return told(f"{what}: {mapper} has it, the database does not", one.code if one.code != one.at.kind else "")
    if one.found == "only in the database":
        words = one.database if one.database != one.at.kind else ""
        return told(f"{what}: the database has it, {mapper} does not", words)
    return f"{what}: {mapper} says {one.code or 'nothing'}, the database says {one.database or 'nothing'}"


def verdict(made: DriftReport) -> str:
    """The result in a line."""
    if not made.drifts:
        said = f"{made.code} says what {made.source} has"
        return f"{said}, but for {plural(len(made.blind), 'thing')} that it cannot say" if made.blind else said
    sides = f"{made.code} and {made.source}"
    tables = {(one.at.schema, one.at.name) for one in made.drifts}
    return f"{sides} differ in {plural(len(made.drifts), 'point')}, on {plural(len(tables), 'object')}"


def _by_object(found: Iterable[Drift]) -> dict[str, list[Drift]]:
    groups: dict[str, list[Drift]] = defaultdict(list)
    for one in found:
        whole = one.at.name if one.at.schema in ("", "public") else f"{one.at.schema}.{one.at.name}"
        groups[whole or "database"].append(one)
    return groups


def _parts(made: DriftReport) -> Iterator[Part]:
    yield line(verdict(made))
    for name, found in _by_object(made.drifts).items():
        yield ""
        yield line(name)
        for one in found:
            yield f"  {line(says(one, made.mapper))}"
            in_code, in_database = mends(one)
            place = f"{one.place}: " if one.place is not None else ""
            ways = [f"code      {place}{in_code}", f"database  {in_database}"]
            for way in ways if one.found == "only in the database" else ways[::-1]:
                yield Verbatim(Text(f"    {line(way)}"))
    if made.blind:
        yield ""
        yield f"not drift: the database has it and {made.mapper} models cannot say it"
        for one in made.blind:
            yield Verbatim(Text(f"  {line(says(one, made.mapper))}"))
            yield Verbatim(Text(f"    {line(one.blind)}"))
    for one in made.left_out:
        yield f"not compared: {line(one)}"
    for gap in made.gaps:
        yield f"{line(gap.kind)} {line(gap.name)}: {line(gap.effect)}"
    if made.drifts:
        yield ""
        yield "to give the database what the code says"
        yield Verbatim(Text(f"  {line(made.migrate)}"))
        if made.blind:
            yield "  its plan leaves alone what the code cannot say"


def _markdown(made: DriftReport) -> str:
    lines = [f"## dba orm diff: {prose(line(verdict(made)))}"]
    for name, found in _by_object(made.drifts).items():
        lines += ["", f"### {prose(line(name))}", ""]
        for one in found:
            in_code, in_database = mends(one)
            place = f"{prose(line(str(one.place)))}: " if one.place is not None else ""
            lines.append(f"- {prose(line(says(one, made.mapper)))}")
            lines.append(f"  - in the code: {place}{prose(line(in_code))}")
            lines.append(f"  - in the database: {prose(line(in_database))}")
    if made.blind:
        title = f"{plural(len(made.blind), 'thing')} that {made.mapper} models cannot say"
        lines += ["", "<details>", f"<summary>Not drift: {prose(line(title))}</summary>", ""]
        lines += [f"- {prose(line(says(one, made.mapper)))} ({prose(line(one.blind))})" for one in made.blind]
        lines += ["", "</details>"]
    if made.left_out:
        lines += ["", *(f"- not compared: {prose(line(one))}" for one in made.left_out)]
    if made.drifts:
        lines += ["", "To give the database what the code says:", "", f"    {line(made.migrate)}"]
    return "\n".join(lines) + "\n"


def _github(made: DriftReport) -> str:
    lines: list[str] = []
    for one in made.drifts:
        properties: dict[str, str] = {}
        if one.place is not None:
            properties = {"file": line(one.place.file), "line": str(one.place.line)}
        properties["title"] = f"drift on {line(one.at.short)}"
        in_code, in_database = mends(one)
        message = "\n".join((line(says(one, made.mapper)), f"code: {line(in_code)}", f"database: {line(in_database)}"))
        lines.append(command("error", properties, message))
    lines.append(f"dba: {line(verdict(made))}")
    return "\n".join(lines) + "\n"
