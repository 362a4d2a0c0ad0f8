"""`dba orm`: a project for an object-relational mapper, from any source."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.engines.sqlite.source import sqlite_given
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.migrate.formats.steps import normal, write_steps
from dbarchitect.migrate.renames import answers_of
from dbarchitect.model.bookkeeping import without_histories
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value, from_json, to_json
from dbarchitect.orm.blueprint import Naming, draw
from dbarchitect.orm.planting import planted
from dbarchitect.orm.project import Ddl, File, Generated, Project, Settings, Since, TargetName
from dbarchitect.orm.targets import target, targets
from dbarchitect.progress import nothing
from dbarchitect.prove.arrive import Journey, PlanOptions, schema_of
from dbarchitect.sources import Source, Workshop, open_source

from .kinds import admit
from .orm_sqlite import read_sqlite, since_sqlite
from .surroundings import open_workshop

MANIFEST = ".dba-orm.json"
_NOTHING = "/dev/null"  # the empty schema, as a source
_NAMED = 3
_ADD_VALUE = re.compile(r"ALTER TYPE .* ADD VALUE (?:IF NOT EXISTS )?'((?:[^']|'')*)'", re.S)
_NUMBER = re.compile(r"\d+")
_SNAPSHOT = "-- The schema that the migrations beside it make. `dba orm` reckons the next one from it: do not edit.\n"
_CREATE_FUNCTION = re.compile(r"\ACREATE (OR REPLACE )?(FUNCTION|PROCEDURE)\b", re.I)
_CREATE_EXTENSION = re.compile(r"\ACREATE EXTENSION (?!IF NOT EXISTS)")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrmOptions:
    """Options of `orm`.

    `engine`: of a script, where its text does not say it; `names`: see `Naming`; `force`: files that were changed by
    hand are written anew; `renames` ("old=new") and `distinct`: what was renamed since the last run, and what was not;
    `rows`: statements that the project's seed command runs in place of rows that it makes up.
    """

    settings: Settings = field(default_factory=Settings)
    engine: str | None = None
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    keep_names: bool = False
    renames: tuple[str, ...] = ()
    distinct: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    force: bool = False
    pg_bin: Path | None = None
    server: str | None = None
    python: Path | None = None
    cache: Path | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


class Manifest(Value, frozen=True, kw_only=True):
    """What the last run wrote: SHA-256 of the generated files by path, and the names of those that were begun.
    `others`: migrations that somebody else had written by then."""

    target: str
    variant: str = ""
    files: dict[str, str] = {}
    begun: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def orm(source: str, to: TargetName, folder: Path, options: OrmOptions) -> Generated:
    """Write the project of `source` for `to` into `folder`; a second run brings it up to date.

    Raises `InputError` where files of the folder are not ours to write, or a name cannot be.
    """
    admit("orm", source, engine=options.engine)
    chosen = target(to)
    before = _manifest(folder)
    if before is not None and (before.target, before.variant) != (to, options.settings.variant):
        held = " ".join(filter(None, (before.target, before.variant)))
        again = f"--to {before.target}" + (f" --variant {before.variant}" if before.variant else "")
        raise InputError(f"{folder} holds a project of {held}", hint=f"{again}, or choose another folder with -o")
    lite = sqlite_given(source, options.engine)
    snapshot = chosen.sqlite_snapshot if lite else chosen.snapshot
    others = _others(folder, snapshot, before)
    if lite:
        if not chosen.sqlite:
            offered = [one.name for one in targets().values() if one.sqlite]
            raise InputError(f"{chosen.title} is not offered for SQLite", hint=f"--to {', '.join(offered)}")
        name = source
        opened, schema, ddl, gaps = read_sqlite(source, options.engine, options.now, options.progress)
        if before is not None and snapshot and options.settings.scaffold:
            told = _hidden(folder, snapshot, others, before)
            if not told:
                number, answers = (
                    _number(snapshot, others, before),
                    answers_of(options.renames, options.distinct),
                )
                kept = folder / snapshot
                since = since_sqlite(kept, opened, number, answers, options.now, options.progress)
                ddl = dataclasses.replace(ddl, since=since)
            gaps = (*gaps, *told)
    else:
        name, schema, ddl, gaps = _read(source, folder, snapshot, others, before, options)
    blueprint = draw(schema, Naming(names=options.names, keep=options.keep_names))
    options.progress(f"writing {len(blueprint.entities):,} entities for {chosen.title}")
    project = chosen.generate(blueprint, ddl, options.settings)
    if options.rows and options.settings.scaffold:
        project = planted(project, to, options.settings.package, options.rows)
    if snapshot and options.settings.scaffold:
        file = File(path=snapshot, text=_kept(folder / snapshot, ddl, others, before))
        project = replace(project, files=(*project.files, file))
    manifest = Manifest(target=to, variant=options.settings.variant, others=others)
    written, removed, kept, unchanged = _bring_up(folder, project, manifest, before, force=options.force)
    return Generated(
        source=name,
        target=to,
        folder=str(folder),
        written=written,
        removed=removed,
        kept=kept,
        unchanged=unchanged,
        entities=len(blueprint.entities),
        losses=project.losses,
        next=project.next,
        gaps=tuple(dict.fromkeys(gaps)),
    )


def _read(
    source: str, folder: Path, snapshot: str, others: tuple[str, ...], before: Manifest | None, options: OrmOptions
) -> tuple[str, Relational, Ddl, tuple[Gap, ...]]:
    """The name of a source that becomes real on a server of PostgreSQL, its schema, its steps, and what is not so."""
    with open_workshop(
        options.pg_bin, options.cache, options.progress, scratch=options.server, python=options.python
    ) as workshop:
        opened = open_source(source, workshop, database="wanted")
        ddl, schema, gaps = _ddl(opened, workshop, options)
        if before is not None and snapshot and options.settings.scaffold:
            since, told = _since(folder, snapshot, others, before, schema, workshop, options)
            ddl, gaps = dataclasses.replace(ddl, since=since), (*gaps, *told)
    return opened.name, schema, ddl, (*opened.gaps, *gaps)


def _ddl(opened: Source, workshop: Workshop, options: OrmOptions) -> tuple[Ddl, Relational, tuple[Gap, ...]]:
    """The whole schema as steps from nothing, run up and down on private copies; and the schema that they make."""
    nothing_yet = open_source(_NOTHING, workshop, database="from")
    start, _ = nothing_yet.private("start", now=options.now)
    aim, gaps = opened.private("wanted", now=options.now)
    wanted = opened.schema if opened.database is not None else schema_of(workshop.host, aim)
    wanted, histories = without_histories(wanted)  # the project's tool makes its own
    # A copy without rows leaves materialised views unfilled, and nobody can read one that is.
    filled = {one.name for one in opened.schema.views if one.populated}
    views = tuple(replace(one, populated=one.populated or one.name in filled) for one in wanted.views)
    wanted = replace(wanted, views=views)
    journey = Journey(
        workshop.host,
        start,
        wanted,
        PlanOptions(version=opened.schema.version, large=False, privileges=False, using={}),
        before=nothing_yet.schema,
        progress=options.progress,
    )
    try:
        plan = journey.plan(answers_of((), ()))
    finally:
        journey.close()
    up, down = (_functions_in_any_order(steps) for steps in (plan.steps, plan.down))
    return Ddl(up=tuple(map(_extension_perhaps, up)), down=down), wanted, (*gaps, *map(_left_out, histories))


def _left_out(history: Name) -> Gap:
    return Gap(kind="table", name=history.short, effect="the history of a tool for migrations: left out")


def _others(folder: Path, snapshot: str, before: Manifest | None) -> tuple[str, ...]:
    """The migrations beside the snapshot that are not ours."""
    ours = set(before.begun if before is not None else ())
    home = (folder / snapshot).parent
    beside = list(home.iterdir()) if snapshot and home.is_dir() else []
    files = [one for one in beside if one.suffix == ".ts"]
    files += [one / "migration.sql" for one in beside if (one / "migration.sql").is_file()]
    return tuple(sorted(name for one in files if (name := one.relative_to(folder).as_posix()) not in ours))


def _since(
    folder: Path,
    snapshot: str,
    others: tuple[str, ...],
    before: Manifest,
    wanted: Relational,
    workshop: Workshop,
    options: OrmOptions,
) -> tuple[Since | None, tuple[Gap, ...]]:
    """What leads from the schema that the last run kept to the wanted one; None where nothing does, or where somebody
    has written it. Raises `InputError` for renames that have to be asked."""
    if told := _hidden(folder, snapshot, others, before):
        return None, told
    opened = open_source(str(folder / snapshot), workshop, database="kept")
    start, _ = opened.private("kept", now=options.now)
    # Rows are not known, so that every table counts as small; the forms are those that one transaction can have.
    settings = PlanOptions(version=opened.schema.version, large=False, privileges=False, using={})
    journey = Journey(workshop.host, start, wanted, settings, progress=options.progress)
    try:
        plan = journey.plan(answers_of(options.renames, options.distinct))
    finally:
        journey.close()
    if not plan.steps:
        return None, ()
    number = _number(snapshot, others, before)
    up, down = (_functions_in_any_order(_labels_apart(normal(steps))) for steps in (plan.steps, plan.down))
    return Since(number=number, up=tuple(map(_extension_perhaps, up)), down=down, no_way_back=plan.no_way_back), ()


def _hidden(folder: Path, snapshot: str, others: tuple[str, ...], before: Manifest) -> tuple[Gap, ...]:
    """Why what has changed since the last run is not known, or already written; () where neither is so."""
    if new := [one for one in others if one not in before.others]:
        effect = "somebody else's: taken for what has changed since the last run, no other migration was written"
        return tuple(Gap(kind="migration", name=one, effect=effect) for one in new)
    if not (folder / snapshot).is_file():
        effect = "not there, so that what has changed since the last run is not known: no migration was written"
        return (Gap(kind="file", name=snapshot, effect=effect),)
    return ()


def _number(snapshot: str, others: tuple[str, ...], before: Manifest) -> int:
    """Of the next migration."""
    home = Path(snapshot).parent
    paths = [Path(one) for one in (*before.begun, *others)]
    beside = {one.relative_to(home).parts[0] for one in paths if one.is_relative_to(home)}
    return max((int(found[0]) for one in beside if (found := _NUMBER.match(one))), default=0) + 1


def _labels_apart(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """A label of an enumeration cannot be used in the transaction that adds it: where a later step may, it is added
    outside of one."""
    found: list[Step] = []
    for number, step in enumerate(steps):
        labels = [label[1] for one in step.sql if (label := _ADD_VALUE.match(one))]
        later = [one for other in steps[number + 1 :] for one in other.sql]
        used = len(step.sql) == 1 and any(f"'{label}'" in one for label in labels for one in later)
        found.append(replace(step, transactional=False) if used else step)
    return tuple(found)


def _kept(file: Path, ddl: Ddl, others: tuple[str, ...], before: Manifest | None) -> str:
    """The text of the snapshot; as it is where nothing has changed, however the DDL would be put now."""
    if ddl.since is None and before is not None and file.is_file() and not set(others) - set(before.others):
        return file.read_bytes().decode()  # whatever its line ends
    if ddl.of is not None:  # SQLite's
        return _SNAPSHOT + "".join(f"{sql};\n" for step in ddl.up for sql in step.sql)
    return _SNAPSHOT + write_steps(normal(ddl.up), blocks="none")


def _functions_in_any_order(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """A function in SQL may call one that is made after it, so bodies are not checked; they were proved together."""
    if not any(_CREATE_FUNCTION.match(sql) for step in steps for sql in step.sql):
        return steps
    first = Step(sql=("SET check_function_bodies = off",), does="functions may call those that come later")
    return (first, *steps, Step(sql=("RESET check_function_bodies",), does="check functions again"))


def _extension_perhaps(step: Step) -> Step:
    """Hosts install extensions beforehand, and only their superuser may: one that is there is enough."""
    return replace(step, sql=tuple(_CREATE_EXTENSION.sub("CREATE EXTENSION IF NOT EXISTS ", one) for one in step.sql))


def _manifest(folder: Path) -> Manifest | None:
    file = folder / MANIFEST
    if not file.exists():
        return None
    try:
        found = from_json(Manifest, file.read_bytes())
    except ValueError as err:
        raise InputError(f"{file} is damaged: {err}", hint="remove it; --force then writes the files anew") from err
    # A folder that came from elsewhere must not name files outside of it.
    outside = next((one for one in found.files if Path(one).is_absolute() or ".." in Path(one).parts), None)
    if outside is not None:
        raise InputError(
            f"{file} is damaged: {outside} is no file of the folder",
            hint="remove it; --force then writes the files anew",
        )
    return found


def _bring_up(
    folder: Path, project: Project, manifest: Manifest, before: Manifest | None, *, force: bool
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], int]:
    """Write what differs, and `manifest` of it; (written, removed, kept, number unchanged). What is not ours is looked
    for first, so that nothing is half done."""
    known = before.files if before is not None else {}
    begun = set(before.begun if before is not None else ())
    changed = [
        name
        for name, now in _present(folder, {*known, *(one.path for one in project.files if one.owned)}).items()
        if now != known.get(name) and now != _sum(next((f.text for f in project.files if f.path == name), ""))
    ]
    if changed and not force:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        raise InputError(
            f"{folder}: {', '.join(sorted(changed)[:_NAMED])}{more} would be written anew, and somebody changed it",
            hint="move what was written by hand into a file of its own; --force writes them anew",
        )
    written: list[str] = []
    kept: list[str] = []
    unchanged = 0
    for one in project.files:
        target = folder / one.path
        if not one.owned and (target.exists() or (one.path in begun and not force)):
            kept.append(one.path)
            continue
        if target.exists() and target.read_bytes() == one.text.encode():
            unchanged += 1
            continue
        _make(target.parent)
        write_whole(target, one.text)
        written.append(one.path)
    owned = {one.path: _sum(one.text) for one in project.files if one.owned}
    removed = [name for name in known if name not in owned and (folder / name).is_file()]
    for name in removed:
        (folder / name).unlink()
    begun |= {one.path for one in project.files if not one.owned}
    manifest = replace(manifest, files=dict(sorted(owned.items())), begun=tuple(sorted(begun)))
    if manifest != before:
        _make(folder)
        write_whole(folder / MANIFEST, to_json(manifest) + b"\n")
    return tuple(written), tuple(removed), tuple(kept), unchanged


def _present(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The checksums of the files that are there."""
    return {name: _sum((folder / name).read_bytes()) for name in sorted(names) if (folder / name).is_file()}


def _sum(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise SurroundingsError(
            f"cannot make the folder {folder}: {err.strerror or err}", hint="name another place: -o"
        ) from err
