"""`dba choose`: a database and an ORM for a brief, a spec, or a database that is there."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import cast

import msgspec

from dbarchitect.design.brief import read_brief
from dbarchitect.design.choose import Choice
from dbarchitect.design.choose import choose as decide
from dbarchitect.design.factbook import Factbook, read_facts
from dbarchitect.design.from_schema import spec_of
from dbarchitect.design.spec import Spec, Surroundings
from dbarchitect.engines.postgres.connection import redacted_url
from dbarchitect.engines.sqlite.source import open_sqlite, sqlite_given
from dbarchitect.errors import InputError, unreadable
from dbarchitect.model.value import from_json
from dbarchitect.orm.targets import targets
from dbarchitect.prove.choose import measure
from dbarchitect.review.platforms import ExtensionLists, read_extensions
from dbarchitect.sources import Workshop, open_source

from .kinds import admit
from .surroundings import WorkOptions, open_workshop, workload_of

__all__ = ["ChooseOptions", "choose", "facts_of", "lists_of"]

_BRIEFS = (".md", ".markdown")
_MOST_ROWS = 1_000_000  # of a table when measuring: they are made in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOptions(WorkOptions):
    """`workload` of a source. `facts`: files whose facts replace ours. `measure`: run access patterns here, on at most
    `size` rows of each entity. `runtime`, `runs`, `platform` and `needs` say what a catalogue does not, and replace
    what a brief says."""

    workload: Path | None = None
    facts: tuple[Path, ...] = ()
    measure: bool = False
    size: int = 20_000
    runtime: str = ""
    runs: str = ""
    platform: str = ""
    needs: tuple[str, ...] = ()


def facts_of(over: tuple[Path, ...] = ()) -> Factbook:
    """The facts of the package, those of files in their place. Raises `InputError`."""
    folder = resources.files("dbarchitect.design") / "facts"
    ours = [(one.name, one.read_bytes()) for one in folder.iterdir() if one.name.endswith(".toml")]
    return read_facts(sorted(ours), over=[(str(path), _read(path)) for path in over])


def lists_of(over: tuple[Path, ...] = ()) -> ExtensionLists:
    """What platforms have of extensions, as the package says it and files change it. Raises `InputError`."""
    facts_of(over)  # such a file may hold facts too: what is wrong with these is told
    return read_extensions((str(path), _read(path)) for path in over)


def choose(given: str, options: ChooseOptions) -> Choice:
    """A database and an ORM for `given`: a brief (.md), a spec (.json) or a SOURCE.

    Raises `InputError` for what cannot be read, says nothing, or contradicts itself.
    """
    admit("choose", given)
    facts = facts_of(options.facts)
    if not 1 <= options.size <= _MOST_ROWS:
        raise InputError(f"--size {options.size:,} rows", hint=f"1 to {_MOST_ROWS:,}")
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        size: float | None = None
        untold: tuple[str, ...] = ()
        suffix = Path(given).suffix.lower()
        if suffix in (*_BRIEFS, ".json"):
            if options.workload is not None:
                raise InputError(
                    "--workload is of a SOURCE; a brief says its access patterns itself",
                    hint="list a customer's orders, newest first (50 a second)",
                )
            spec = _spec(Path(given), suffix)
            spec = msgspec.structs.replace(spec, surroundings=_told(spec.surroundings, options))
            name = given
        else:
            if options.measure:
                raise InputError(
                    "--measure runs the access patterns of a brief or a spec",
                    hint="dba query measures the queries of a SOURCE",
                )
            spec, size, name, untold = _of_source(given, workshop, options)
        found = decide(spec, facts, source=name, measured_bytes=size, capabilities=_capabilities())
        measured = None
        if options.measure:
            options.progress("measuring")
            measured = measure(spec, workshop.host, rows=options.size, seed=options.seed, progress=options.progress)
        unread = tuple(f"line {one.line}, {one.said}: {one.text}" for one in spec.unread)
        return msgspec.structs.replace(
            found,
            measured=measured,
            warnings=(*facts.old(options.now.date()), *untold, *unread),
            rerun=_rerun(given, options),
        )


def _of_source(
    given: str, workshop: Workshop, options: ChooseOptions
) -> tuple[Spec, float | None, str, tuple[str, ...]]:
    """(spec, measured bytes, name, what is not known) of a database that is there."""
    counted = workload_of(options.workload)
    untold: tuple[str, ...] = ()
    if sqlite_given(given, options.engine):
        file = open_sqlite(given, engine=options.engine, now=options.now, progress=options.progress)
        spec, size = spec_of(file.schema, counted, _told(Surroundings(), options))
        name, size = file.name, size if file.has_rows else None
    else:
        opened = open_source(given, workshop, data=options.data)
        if counted is None:
            try:
                counted = opened.counted()
            except InputError as err:  # a server that counts nothing: sizes alone decide, which is told
                untold = (f"what is asked of it is not known: {err.message}",)
        spec, size = spec_of(opened.schema, counted, _told(Surroundings(), options))
        name = opened.name
        if not opened.is_live and opened.stored is None and not options.data:
            size = None  # an empty database takes some pages, which say nothing
    if not spec.entities:
        raise InputError(
            f"{name} has no tables to choose for", hint="name another SOURCE, or say in a brief what is built"
        )
    return spec, size, name, untold


def _spec(path: Path, suffix: str) -> Spec:
    data = _read(path)
    if suffix in _BRIEFS:
        return read_brief(data, str(path)).spec
    if not data.strip():
        raise InputError(f"{path} is empty", hint="dba design --spec prints a spec")
    try:
        document = msgspec.json.decode(data)
    except msgspec.DecodeError as err:
        raise InputError(f"{path} is no spec: {err}", hint="dba design --spec prints one") from err
    if not isinstance(document, dict):
        raise InputError(f"{path} is no spec: a {type(document).__name__}", hint="dba design --spec prints one")
    parts = cast("dict[str, object]", document)
    parts.pop("schema", None)
    unknown = set(parts) - set(Spec.__struct_fields__)
    if unknown:
        raise InputError(
            f"{path} is no spec: it has {', '.join(sorted(unknown))}",
            hint=", ".join(Spec.__struct_fields__),
        )
    try:
        return from_json(Spec, msgspec.json.encode(parts))
    except ValueError as err:
        raise InputError(f"{path} is no spec: {err}", hint="dba design --spec prints one") from err


def _told(around: Surroundings, options: ChooseOptions) -> Surroundings:
    changes = {
        name: value
        for name, value in (
            ("runtime", options.runtime), ("runs", options.runs), ("platform", options.platform),
            ("needs", tuple(dict.fromkeys((*around.needs, *options.needs))) if options.needs else ()),
        )
        if value
    }  # fmt: skip
    return msgspec.structs.replace(around, **changes)


def _capabilities() -> Mapping[str, Mapping[str, str]]:
    return {
        name: {construct: level for construct, (level, _) in target.capabilities.items()}
        for name, target in targets().items()
    }


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise unreadable(path, err) from err


def _rerun(given: str, options: ChooseOptions) -> str:
    words = ["dba", "choose", redacted_url(given) if "://" in given else given]
    words += ["--workload", str(options.workload)] if options.workload is not None else []
    for path in options.facts:
        words += ["--facts", str(path)]
    for name in ("runtime", "runs", "platform"):
        value = getattr(options, name)
        words += [f"--{name}", value] if value else []
    words += ["--needs", ",".join(options.needs)] if options.needs else []
    words += ["--measure", "--size", str(options.size)] if options.measure else []
    return shlex.join(words)
