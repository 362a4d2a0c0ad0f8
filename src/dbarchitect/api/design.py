"""`dba design`: from what somebody builds to a database architecture that has been run."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from dbarchitect.design.answers import answer
from dbarchitect.design.asked import workload
from dbarchitect.design.brief import Brief, accounted, files_of, read_brief
from dbarchitect.design.draft import Draft
from dbarchitect.design.provision import MIGRATE, PROVISION, TEMPLATE, migrating, provisioning
from dbarchitect.design.queries import asked
from dbarchitect.design.questions import with_answers
from dbarchitect.design.reverse import parts_of
from dbarchitect.design.seeds import seed
from dbarchitect.design.spec import Access, Spec, Unread
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.design.tenancy import resolved
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.errors import InputError, SurroundingsError, unreadable
from dbarchitect.files import write_whole
from dbarchitect.migrate.compare import differences
from dbarchitect.migrate.formats import read_folder
from dbarchitect.model.architecture import Architecture, Left
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Position, quote_identifier
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import NotNull, Relational
from dbarchitect.model.value import from_json, to_json
from dbarchitect.orm.targets import target
from dbarchitect.progress import nothing
from dbarchitect.prove.architecture import Evidence, prove, trials
from dbarchitect.prove.provision import prove_migrating, prove_provisioning
from dbarchitect.review.rule import chosen
from dbarchitect.sources import Source, Workshop, open_source
from dbarchitect.sql.script import Statement, command_tag, decode_script, split_script
from dbarchitect.sql.workload import read_workload
from dbarchitect.toolchains import run_python

from .design_folder import NAMED, is_ours, manifest_of, refuse_changed, refuse_strange, write_folder
from .diff import DiffOptions, LossError
from .folder import new
from .inputs import INPUTS, is_sample, texts
from .kinds import admit, as_given
from .schema import CheckOptions, reviewed
from .surroundings import open_workshop

_JOURNEY = "journey"  # the database that migrations are run in
LAB_ROWS = 150_000
# They tell of a server that runs, or of rows that are there: made-up ones say nothing.
_NOT_OF_DESIGNS = (
    "server-at-defaults", "bloated-index", "bloated-table", "dead-rows", "stale-statistics", "not-null-candidate",
    "index-mostly-null", "low-cardinality-index", "empty-table", "unused-index", "value-kept-as-text",
)  # fmt: skip

Render = Callable[[Architecture, Draft, Evidence, Relational], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignOptions:
    """Options of `design`.

    orm         a target of `dba orm`, whose project is written beside, "" for none
    lab_rows    made-up rows over all tables
    force       files that were changed by hand are written anew
    fresh       the folder of migrations begins anew: nobody has run them yet
    allow_loss  a migration may lose data; `renames`: OLD=NEW, what was renamed since the last time
    command     how it is asked for again
    """

    orm: str = ""
    lab_rows: int = LAB_ROWS
    seed: int = 0
    force: bool = False
    fresh: bool = False
    allow_loss: bool = False
    renames: tuple[str, ...] = ()
    command: str = "dba design"
    pg_bin: Path | None = None
    cache: Path | None = None
    now: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    progress: Callable[[str], None] = nothing


def read_spec(
    path: Path,
    *,
    model: str = "",
    pg_bin: Path | None = None,
    cache: Path | None = None,
    progress: Callable[[str], None] = nothing,
) -> Spec:
    """The spec that a brief or a JSON file holds; blocks of SQL and Prisma in a brief are made real and read back. With
    `model` a language model reads the text, which is sent to its provider.

    Raises `InputError` where it is none, or contradicts itself.
    """
    admit("design", as_given(path))
    try:
        data = path.read_bytes()
    except OSError as err:
        raise unreadable(
            path,
            err,
            what="the brief",
            hint="a brief is Markdown that says what is built; dba design --from SOURCE -o brief.md writes one",
        ) from err
    if model:
        from .language import spec_by_model

        return _answerable(spec_by_model(data, str(path), model, progress=progress))
    if path.suffix != ".json" or is_sample(data):
        folder = path.parent
        if path.suffix in INPUTS:  # a file by itself is a brief that names it
            brief = read_brief(f"---\ndata: {path.name}\n---\n".encode(), str(path), files=texts((path.name,), folder))
        else:
            brief = read_brief(data, str(path), files=texts(files_of(data), folder))
        if not brief.embedded:
            return _answerable(brief.spec)
        with open_workshop(pg_bin, cache, progress) as workshop:
            return _answerable(_with_embedded(brief, workshop))
    try:
        return resolved(from_json(Spec, data))
    except ValueError as err:
        raise InputError(f"{path} is no spec: {err}", hint="a JSON object with `entities` and `relations`") from err


def write_answers(path: Path, sentences: list[str]) -> None:
    """Write answers into a brief, so that the next run asks nothing."""
    text = decode_script(path.read_bytes(), str(path))
    write_whole(path, with_answers(text, sentences))


def _answerable(spec: Spec) -> Spec:
    """The spec without what it asks and its tables cannot answer, which is then listed as unread: a sentence that was
    half understood shall not end the whole design."""
    draft, _ = designed(spec, now=datetime(2000, 1, 1, tzinfo=UTC))
    kept: list[Access] = []
    unread = list(spec.unread)
    for one in spec.access:
        try:
            asked(draft, msgspec.structs.replace(spec, access=(one,)))
        except InputError as err:
            unread.append(Unread(text=one.text, line=one.line, hint=err.message))
        else:
            kept.append(one)
    return msgspec.structs.replace(spec, access=tuple(kept), unread=tuple(sorted(unread, key=lambda one: one.line)))


def _with_embedded(brief: Brief, workshop: Workshop) -> Spec:
    """The spec of a brief with what its blocks of other languages say; what none can read is listed as unread."""
    entities = {one.name: one for one in brief.spec.entities}
    relations = list(brief.spec.relations)
    unread = list(brief.spec.unread)
    joined: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="dba-brief-") as folder:
        for number, block in enumerate(brief.embedded):
            if block.kind not in ("sql", "prisma", "dbml"):
                hint = "sql, prisma and dbml are read"
                unread.append(Unread(text=f"a block of {block.kind}", line=block.line, hint=hint))
                continue
            file = Path(folder, f"block{number}.{block.kind}")
            write_whole(file, block.text)
            try:
                schema = open_source(str(file), workshop, database=f"block{number}").schema
            except (InputError, SurroundingsError) as err:
                said = err.message.replace(str(file), f"the block of {block.kind}")
                unread.append(Unread(text=f"a block of {block.kind}", line=block.line, hint=said))
                continue
            found, known = parts_of(schema, line=block.line)
            for one in found:
                said = entities.get(one.name)
                entities[one.name] = (
                    one
                    if said is None
                    else msgspec.structs.replace(
                        said, fields=(*one.fields, *said.fields), key=tuple(dict.fromkeys((*one.key, *said.key)))
                    )
                )
            for one in known:  # a table that only joins two others is a relation, and was taken for a thing by its name
                said = entities.get(one.name)
                if one.name and said is not None and not said.fields and one.first.most is None:
                    del entities[one.name]
                    joined.add(one.name)
            pairs = {(one.first.entity, one.second.entity) for one in relations}
            relations += [one for one in known if (one.first.entity, one.second.entity) not in pairs]
    assumed = tuple(
        one
        for one in brief.spec.assumed
        if one.what not in {f"a {name} has a name" for name in (*joined, *entities)}
        or any(one.what == f"a {name} has a name" and not entities[name].fields for name in entities)
    )
    spec = msgspec.structs.replace(
        brief.spec, entities=tuple(entities.values()), relations=tuple(relations), unread=tuple(unread), assumed=assumed
    )
    return accounted(spec, brief.parts)


def design(spec: Spec, folder: Path, options: DesignOptions, render: Render) -> Architecture:
    """Design, prove and write the architecture of a spec into `folder`; run again it is brought up to date.

    `render` makes the pages. Raises `InputError` for a spec that contradicts itself, for files that somebody changed,
    and for a change of which only a person can say what it means.
    """
    begun = time.monotonic()
    if options.orm:
        target(options.orm)  # pyright: ignore[reportArgumentType] - refused now rather than after a minute
    before = manifest_of(folder)
    start = datetime.fromisoformat(before.begun) if before is not None and before.begun else options.now
    draft, rows = designed(spec, now=start)
    queries = asked(draft, spec)
    refuse_changed(folder, before, force=options.force)
    tenant = draft.by_entity[spec.surroundings.tenant] if draft.tenant_setting else ""
    title = spec.title or "Design"
    with tempfile.TemporaryDirectory(prefix="dba-design-") as temporary:
        work = Path(temporary)
        with open_workshop(options.pg_bin, options.cache, options.progress) as workshop:
            source = _made(work / "schema.sql", script(draft, title), workshop, "draft")
            text = workload(queries)
            asking = read_workload(text, "workload.sql") if queries else None
            evidence = prove(
                workshop.server,
                source.snapshot(now=options.now),
                draft,
                title,
                rows,
                queries,
                asking,
                tenant=tenant,
                budget_rows=options.lab_rows,
                seed=options.seed,
                rerun=options.command,
                progress=options.progress,
            )
            final = _made(work / "schema.sql", evidence.schema, workshop, "final")
            seeds, counted = seed(draft, spec, tenant)
            moved = _migrations(folder, work, options, fresh=options.fresh or before is None)
            ways = {one.name: one.read_text("utf-8") for one in sorted((work / "migrations").glob("*.sql"))}
            done = [name.removesuffix(".up.sql") for name in ways if name.endswith(".up.sql")]
            scripts = provisioning(draft, spec, [one.sql for one in evidence.advised], done)
            if TEMPLATE in scripts:
                scripts |= migrating(ways)
            if scripts:
                _provisioned(work, scripts, seeds, spec, draft, evidence, workshop, options)
            made = _told(title, len(spec.unread), draft, final, evidence, folder)
            made = _reviewed(made, final, evidence, draft, text, options)
            made = msgspec.structs.replace(
                made, migration=moved, journey=_journey(work / "migrations", final.schema, workshop, options)
            )
            made = _seeded(made, seeds, counted, workshop, options)
        pages: dict[str, str | bytes] = {
            "schema.sql": evidence.schema,
            "workload.sql": text,
            "seed/seed.sql": seeds,
            **scripts,
            "spec.json": to_json(spec, indent=2).decode() + "\n",
            **render(made, draft, evidence, final.schema),
        }
        pages |= {
            name: path.read_bytes()
            for path in sorted((work / "migrations").rglob("*"))
            if path.is_file()
            and is_ours(name := f"migrations/{path.relative_to(work / 'migrations')}", path, folder, before)
        }
    contents = {name: one if isinstance(one, bytes) else one.encode() for name, one in pages.items()}
    refuse_strange(folder, contents, before, force=options.force)
    written, removed, unchanged = write_folder(folder, contents, before, start)
    made = msgspec.structs.replace(
        made, written=written, removed=removed, unchanged=unchanged, seconds=time.monotonic() - begun
    )
    return _with_orm(made, folder, seeds, options) if options.orm else made


def _made(path: Path, text: str, workshop: Workshop, database: str) -> Source:
    """The schema of a script, made real. What the server refuses of it is said with what it was."""
    path.write_text(text, "utf-8")
    try:
        return open_source(str(path), workshop, database=database)
    except InputError as err:
        said = err.message.removeprefix(str(path.parent) + os.sep)
        raise InputError(f"the server refuses the design: {said}", hint="a rule that was written as SQL?") from err


def _told(
    title: str,
    unread: int,
    draft: Draft,
    final: Source,
    evidence: Evidence,
    folder: Path,
) -> Architecture:
    """The result without the review and the migrations."""
    schema = final.schema
    failures = [
        f"{one.constraint}: {one.what}: must be {one.must}, was {one.did}{f' ({one.why})' if one.why else ''}"
        for one in evidence.probes
        if not one.holds
    ]
    failures += [f"{name} is in the schema and was not tried" for name in _forgotten(schema, draft, evidence)]
    advice = evidence.advice
    return Architecture(
        title=title,
        unread=unread,
        folder=str(folder),
        engine=version_name(schema.version),
        tables=len(draft.tables),
        columns=sum(len(one.columns) for one in draft.tables.values()),
        constraints=sum(len(one.constraints) for one in schema.tables if one.partition_of is None),
        indexes=sum(len(one.indexes) for one in schema.tables if one.partition_of is None),
        trials=trials(evidence.probes),
        untried=tuple(evidence.untried),
        failures=tuple(failures),
        queries=tuple(evidence.plans),
        advised=tuple(evidence.advised),
        workload_before=advice.before if advice is not None else 0.0,
        workload_after=advice.after if advice is not None else 0.0,
        sizes=tuple(evidence.sizes),
        gaps=tuple(dict.fromkeys(evidence.gaps)),
        notes=tuple(evidence.notes),
    )


def _forgotten(schema: Relational, draft: Draft, evidence: Evidence) -> list[str]:
    """Constraints that the server has and no trial named."""
    tried = {one.constraint for one in evidence.probes} | set(evidence.untried)
    found: list[str] = []
    for table in schema.tables:
        if table.partition_of is not None or table.name.name not in draft.tables:
            continue
        found += [one.name for one in table.constraints if not isinstance(one, NotNull) and one.name not in tried]
        identity = {column.name for column in table.columns if column.identity is not None}
        found += [
            f"{table.name.name}.{column.name}"
            for column in table.columns
            if column.not_null and column.name not in identity and f"{table.name.name}.{column.name}" not in tried
        ]
    return found


def _reviewed(
    made: Architecture, final: Source, evidence: Evidence, draft: Draft, text: str, options: DesignOptions
) -> Architecture:
    """The rules' findings at the volumes of two years, each with the design's answer."""
    options.progress("reviewing the design at the volumes of two years")
    facts = evidence.later.schema.facts or Facts()
    facts = msgspec.structs.replace(facts, server={}, stats_reset=None, roles={}, outdated_collations=(), trusted=None)
    schema = msgspec.structs.replace(final.schema, facts=facts)
    check = CheckOptions(ignore=_NOT_OF_DESIGNS)
    asking = read_workload(text, "workload.sql") if made.queries else None
    findings, silent = reviewed(schema, asking, check)
    run = {rule.id for rule in chosen(check.select, check.ignore, check.extend)} - {one.rule for one in silent}
    left = tuple(
        Left(finding=msgspec.structs.replace(one, fix=()), answer=answer(one.rule, one.at.name, draft))
        for one in findings
    )
    return msgspec.structs.replace(made, left=left, rules_run=len(run))


# ---- migrations


def _migrations(folder: Path, work: Path, options: DesignOptions, *, fresh: bool) -> str:
    """Write the next migration into a copy of the folder's migrations; what was done, in words."""
    target, present = work / "migrations", folder / "migrations"
    if present.is_dir() and not fresh:
        shutil.copytree(present, target)
    before = len(list(target.glob("*.up.sql"))) if target.exists() else 0
    options.progress("writing the migration, and running it up and down")
    asked_for = DiffOptions(
        renames=options.renames,
        allow_loss=options.allow_loss,
        small=True,
        privileges=False,
        pg_bin=options.pg_bin,
        cache=options.cache,
        now=options.now,
        progress=options.progress,
    )
    try:
        made = new(f"design change {before}" if before else "initial", target, str(work / "schema.sql"), asked_for)
    except LossError as err:
        raise InputError(
            f"{err.message}; nothing was written",
            hint="--allow-loss lets it, --rename OLD=NEW states a new name; --fresh begins the migrations anew",
        ) from err
    except InputError as err:
        said = err.message.replace(str(work), str(folder))
        raise InputError(said, hint=f"{err.hint}; --fresh begins the migrations anew" if before else err.hint) from err
    if made.written is None:
        return "the migrations already make this schema"
    name = Path(made.written.files[0]).name
    return f"{'the next' if before else 'the first'} migration is {name}: {len(made.plan.steps)} steps"


def _journey(migrations: Path, wanted: Relational, workshop: Workshop, options: DesignOptions) -> tuple[str, ...]:
    """Run all migrations up, all down, all up again on a database of their own; what each came to."""
    options.progress("running all migrations up, down and up")
    folder = read_folder(migrations, run=partial(run_python, python=None))
    host = workshop.host
    host.create_database(_JOURNEY)
    up = [step for one in folder.migrations for step in one.up]
    ways = [one.down for one in folder.migrations]
    said: list[str] = []
    for number, way in enumerate(("up", "down", "up again")):
        if way == "down":
            if any(one is None for one in ways):
                return (*said, "there is no way back, so it was not run down")
            steps = [step for one in reversed(ways) for step in one or ()]
        else:
            steps = up
        load(host, _JOURNEY, _statements(steps, f"{number}"))
        with host.connect(_JOURNEY) as connection:
            schema = inspect(connection)
        if way == "down":
            left = len(schema.tables)
            said.append("down to nothing" if not left else f"down leaves {left} tables")
        else:
            wrong = differences(schema, wanted, privileges=False)
            said.append(f"{way} to the same schema" if not wrong else f"{way} differs: {'; '.join(wrong[:NAMED])}")
    return tuple(said)


def _provisioned(
    work: Path,
    scripts: Mapping[str, str],
    seeds: str,
    spec: Spec,
    draft: Draft,
    evidence: Evidence,
    workshop: Workshop,
    options: DesignOptions,
) -> None:
    """Run the scripts of tenants for two of them; what was tried is evidence too."""
    options.progress("making two tenants, and trying what each sees of the other")
    for name, text in scripts.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    kind = spec.surroundings.tenancy
    assert kind in ("schema", "database")
    rows = [one.sql for one in split_script(seeds, "seed.sql") if one.kind.startswith("INSERT")]
    evidence.probes += prove_provisioning(workshop.server, work / PROVISION, draft, kind, rows)
    if MIGRATE in scripts:
        evidence.probes += prove_migrating(workshop.server, work, draft)


def _seeded(
    made: Architecture, text: str, counted: Mapping[str, int], workshop: Workshop, options: DesignOptions
) -> Architecture:
    """Load the seed into the database that the migrations made, and count what is there."""
    options.progress("loading the seed into what the migrations made")
    try:
        load(workshop.host, _JOURNEY, split_script(text, "seed/seed.sql"), data=True)
    except InputError as err:
        return msgspec.structs.replace(made, failures=(*made.failures, f"the seed is refused: {err.message}"))
    with workshop.host.connect(_JOURNEY) as connection:
        missing = [
            name
            for name in counted
            if connection.execute(f"SELECT FROM public.{quote_identifier(name)} LIMIT 1".encode()).fetchone() is None
        ]
    failures = tuple(f"the seed leaves {name} empty" for name in missing)
    rows = sum(counted.values())
    said = (
        f"the seed puts {rows} rows into {len(counted)} tables of what the migrations made: no constraint refuses one"
    )
    return msgspec.structs.replace(made, seed="" if failures else said, failures=(*made.failures, *failures))


def _statements(steps: list[Step], file: str) -> list[Statement]:
    return [
        Statement(sql=sql, position=step.position or Position(file=file, line=1), kind=command_tag(sql))
        for step in steps
        for sql in step.sql
    ]


def _with_orm(made: Architecture, folder: Path, seeds: str, options: DesignOptions) -> Architecture:
    """The project of an object-relational mapper beside the schema, with the rows of the design as its seed."""
    from .orm import OrmOptions, orm

    to, _, variant = options.orm.partition(":")
    rows = tuple(one.sql for one in split_script(seeds, "seed.sql") if one.kind.startswith(("INSERT", "SELECT")))
    base = OrmOptions(
        rows=rows,
        force=options.force,
        pg_bin=options.pg_bin,
        cache=options.cache,
        now=options.now,
        progress=options.progress,
    )
    settings = replace(base.settings, variant=variant)
    project = orm(str(folder / "schema.sql"), to, folder / "app", replace(base, settings=settings))  # pyright: ignore[reportArgumentType]
    said = f"a project for {project.target} in {shlex.quote(str(folder / 'app'))}: {project.entities} entities"
    return msgspec.structs.replace(made, orm=said)
