"""`dba design --from`: the brief of a database that is there, designed again to see what came back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import psycopg

from dbarchitect.design.brief import read_brief
from dbarchitect.design.kept import kept
from dbarchitect.design.practices import practices
from dbarchitect.design.queries import asked
from dbarchitect.design.recovery import Missing, Recovery, seen, spec_of_parts, without
from dbarchitect.design.reverse import Parts, recovered
from dbarchitect.design.spec import Access, Rule, Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.design.written import brief_of
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.files import write_whole
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Relational
from dbarchitect.review.rule import chosen
from dbarchitect.sources import Source, Workshop, open_source

from .kinds import admit
from .schema import CheckOptions, reviewed
from .surroundings import WorkOptions, open_workshop, workload_of

__all__ = ["RecoverOptions", "recover", "recover_in", "written"]

# They tell of a server that runs, not of what was designed.
_OF_SERVERS = (
    "server-at-defaults", "bloated-index", "bloated-table", "dead-rows", "stale-statistics", "unused-index",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverOptions(WorkOptions):
    """`workload`: a file with what is asked of the database; else what a live one has counted."""

    workload: Path | None = None


def recover(given: str, options: RecoverOptions) -> Recovery:
    """The brief of the SOURCE `given`, what came back of it, and what the database seems to have decided.

    Raises `InputError` for what is no source, or has no tables.
    """
    admit("design --from", given)
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        return recover_in(workshop, given, options)


def recover_in(workshop: Workshop, given: str, options: RecoverOptions, *, name: str = "recovered") -> Recovery:
    """As `recover`, in a workshop that is there; `name`: what its databases begin with."""
    source = open_source(given, workshop, data=options.data, database=f"{name}_source")
    if not source.schema.tables:
        raise InputError(f"{source.name} has no tables", hint="a SOURCE with tables: a URL, a .sql file, a folder")
    asking = _workload(source, options)
    parts = recovered(source.schema)
    title = " ".join(Path(given).stem.replace("_", " ").split()) if not source.is_live else source.schema.database
    spec = spec_of_parts(parts, source.schema, asking, title=title or "Database")
    missing = [Missing(about=about, what=what) for about, what in parts.lost]
    return _told(source, parts, spec, missing, asking, _Tried(workshop, options, name))


def written(found: Recovery, pages: Mapping[Path, str], *, force: bool) -> Recovery:
    """Write the pages. Raises `InputError` where a file is there that differs, unless `force`."""
    for path, text in pages.items():
        if path.exists() and not force and path.read_bytes() != text.encode():
            raise InputError(f"{path} is there, and differs", hint="another file: -o, or --force to write over it")
    for path, text in pages.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise SurroundingsError(
                f"cannot make the folder {path.parent}: {err.strerror or err}", hint="name another place: -o"
            ) from err
        write_whole(path, text)
    return msgspec.structs.replace(found, written=tuple(map(str, pages)))


def _workload(source: Source, options: RecoverOptions) -> Workload | None:
    found = workload_of(options.workload)
    if found is not None:
        return found
    try:
        return source.counted()
    except InputError:  # a server that counts nothing
        return None


def _told(
    source: Source,
    parts: Parts,
    spec: Spec,
    missing: list[Missing],
    asking: Workload | None,
    tried: _Tried,
) -> Recovery:
    tried.options.progress("writing the brief, and designing it again")
    text, unsaid = brief_of(spec)
    refused = tried.refused(_read(text))
    if refused:
        missing += [Missing(about=about, what=what) for about, what in refused]
        spec = without(spec, [what for _, what in refused])
        text, unsaid = brief_of(spec)
    back = _read(text)
    draft, _ = designed(back, now=tried.options.now)
    made = tried.made(back, "again")
    missing += [Missing(about=about, what=what) for about, what in unsaid]
    missing += [Missing(about=f"line {one.line}", what=one.text) for one in back.unread]
    came = kept(source.schema, made, parts, draft)
    findings, silent = reviewed(source.schema, asking, CheckOptions(ignore=_OF_SERVERS))
    run = {rule.id for rule in chosen((), _OF_SERVERS, ())} - {one.rule for one in silent}
    extra = {one.then for one in came.differences if one.what == "table" and not one.about}
    return Recovery(
        source=source.name,
        brief=text,
        entities=len(back.entities),
        relations=len(back.relations),
        rules=len(back.rules),
        queries=len(back.access),
        kept=came,
        missing=tuple(dict.fromkeys(missing)),
        seen=tuple(seen(draft.decisions, came, [one for one in draft.tables if one not in extra])),
        practices=practices(source.schema),
        findings=tuple(msgspec.structs.replace(one, fix=()) for one in findings),
        rules_run=len(run),
    )


def _read(text: str) -> Spec:
    return read_brief(text.encode(), "the brief").spec


@dataclass(frozen=True)
class _Tried:
    """Designs made real, and what a server refuses of them."""

    workshop: Workshop
    options: RecoverOptions
    name: str

    def made(self, spec: Spec, database: str) -> Relational:
        """The schema of the design of a spec. Raises `InputError` with what the server says."""
        draft, _ = designed(spec, now=self.options.now)
        with tempfile.TemporaryDirectory(prefix="dba-recover-") as folder:
            file = Path(folder, "schema.sql")
            write_whole(file, script(draft, spec.title))
            return open_source(str(file), self.workshop, database=f"{self.name}_{database}").schema

    def refused(self, spec: Spec) -> list[tuple[str, str]]:
        """Conditions and queries of a spec that its design cannot have, as (about, SQL): their functions or types are
        not there, or their columns have other names."""
        checks = [one for one in spec.rules if one.kind == "check"]
        queries = [one for one in spec.access if one.sql]
        if not checks and not queries:
            return []
        plain = msgspec.structs.replace(spec, rules=tuple(one for one in spec.rules if one.kind != "check"), access=())
        self.made(plain, "tried")
        draft, _ = designed(plain, now=self.options.now)
        found: list[tuple[str, str]] = []
        with self.workshop.host.connect(f"{self.name}_tried") as connection:
            connection.execute("SET search_path = public")

            def takes(sql: str) -> bool:
                try:
                    with connection.transaction(force_rollback=True):
                        connection.execute(sql.encode())
                except psycopg.Error:
                    return False
                return True

            found += [(one.entity, one.sql) for one in checks if not _fits(one, draft.by_entity, takes)]
            found += [("a query", one.sql) for one in queries if not _runs(one, plain, self.options, takes)]
        return found


def _fits(rule: Rule, tables: dict[str, str], takes: Callable[[str], bool]) -> bool:
    table = tables.get(rule.entity)
    return table is not None and takes(f"ALTER TABLE {quote_identifier(table)} ADD CHECK ({rule.sql})")


def _runs(access: Access, spec: Spec, options: RecoverOptions, takes: Callable[[str], bool]) -> bool:
    if not takes(f"PREPARE tried AS {access.sql}"):
        return False
    draft, _ = designed(spec, now=options.now)
    try:
        asked(draft, msgspec.structs.replace(spec, access=(access,)))
    except InputError:
        return False
    return True
