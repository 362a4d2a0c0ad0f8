"""Write docs/rules/: a page for every rule of `dba check` and `dba migrate lint`, and their index.

    python docs/rule_pages.py

A page is the rule's docstring, its first firing case, and what the rule says about that on the embedded server. The
test suite compares what is there with what would be written.
"""

from __future__ import annotations

import re
import sqlite3
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import msgspec
import psycopg

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.sqlite.ddl import ddl as sqlite_ddl
from dbarchitect.engines.sqlite.rows import look
from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.migrate import rule as lint_rule
from dbarchitect.migrate.lint import lint
from dbarchitect.migrate.script import Script
from dbarchitect.model.facts import Facts
from dbarchitect.model.finding import Finding, Review
from dbarchitect.model.names import quote_identifier
from dbarchitect.model.proof import LEVELS, SamePlans, TimedWithout
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational
from dbarchitect.render import Screen
from dbarchitect.render.console import printed
from dbarchitect.render.text import ReviewPage
from dbarchitect.review import rule as check_rule
from dbarchitect.sources import Workshop
from dbarchitect.sql.positions import positions
from dbarchitect.sql.script import split_script
from dbarchitect.sql.sqlite import split_sqlite, sqlite_positions

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "rules"
CASES = ROOT / "tests" / "cases"
EXAMPLE = "example.sql"
SERVER = 18  # the embedded one, on which examples are run

_HEADER = re.compile(
    r"^-- (expect|severity|facts|one-way|postgres|schema|pg|runs|reversible|problem|at|says|clean|query|roles|exposed"
    r"|encoding|platform|pooler)(?:: (.*))?\n",
    re.M,
)
_MADE = "<!-- Written by docs/rule_pages.py from the rule and its cases. -->"
_SHOWN = re.compile(r" says[^\n]*:\n\n```text\n(.*?)```\n", re.S)
_LEVEL = re.compile(r"^\| proof reached \| (\w+) \|$", re.M)
_AREAS = get_args(check_rule.Area)
LINT = "migrations"


@dataclass(frozen=True)
class Shown:
    """What running gave: the text of the finding, and the level of proof that the rule's experiments reach."""

    text: str = ""
    level: str = "asserted"


@dataclass(frozen=True)
class Case:
    """A firing case: its SQL without the lines at its head, which are for the tests."""

    path: Path

    @property
    def headers(self) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for key, value in _HEADER.findall(self.path.read_text("utf-8")):
            found[key].append(value)
        return found

    @property
    def sql(self) -> str:
        return _HEADER.sub("", self.path.read_text("utf-8")).strip() + "\n"

    @property
    def facts(self) -> Facts | None:
        merged: dict[str, Any] = {}
        for text in self.headers.get("facts", ()):
            for key, value in msgspec.json.decode(text).items():
                merged[key] = {**merged[key], **value} if isinstance(value, dict) and key in merged else value
        return msgspec.convert(merged, Facts) if merged else None

    @property
    def workload(self) -> Workload | None:
        queries = self.headers.get("query", [])
        found = tuple(Query(id=str(number), sql=sql, calls=1000) for number, sql in enumerate(queries))
        return Workload(queries=found) if found else None

    @property
    def roles(self) -> list[str]:
        return [role for line in self.headers.get("roles", []) for role in line.split(", ")]

    @property
    def encoding(self) -> str | None:
        return next(iter(self.headers.get("encoding", [])), None)

    @property
    def platform(self) -> Any:
        return next(iter(self.headers.get("platform", [])), None)

    @property
    def pooler(self) -> str:
        return next(iter(self.headers.get("pooler", [])), "")

    @property
    def schema(self) -> Path | None:
        own = self.path.with_suffix(".schema.sql")
        shared = self.headers.get("schema", [""])[0]
        return own if own.exists() else CASES / "lint" / f"{shared}.schema.sql" if shared else None

    @property
    def runs_here(self) -> bool:
        return all(int(one) == SERVER for key in ("postgres", "pg") for one in self.headers.get(key, ()))


@dataclass(frozen=True)
class Subject:
    """A rule of either command."""

    rule: Any
    lints: bool

    @property
    def id(self) -> str:
        return self.rule.id

    @property
    def area(self) -> str:
        return LINT if self.lints else self.rule.area

    @property
    def command(self) -> str:
        return "dba migrate lint" if self.lints else "dba check"

    @property
    def cases(self) -> list[Case]:
        """The firing cases, those that need the least first."""
        folder = CASES / ("lint" if self.lints else "sqlite" if self.of_sqlite else "review") / self.id / "fires"
        found = [Case(path) for path in sorted(folder.glob("*.sql")) if not path.name.endswith(".schema.sql")]
        return sorted(found, key=lambda one: (not one.runs_here, one.facts is not None, one.path.stem != "plain"))

    @property
    def of_sqlite(self) -> bool:
        """Whether it speaks about SQLite alone."""
        return not self.lints and "postgresql" not in self.rule.engines

    @property
    def certainty(self) -> str:
        return "certain" if self.lints else self.rule.certainty


def subjects() -> list[Subject]:
    """All rules, by id. No two may have the same: their pages would."""
    found = [Subject(one, lints=False) for one in check_rule.rules()]
    found += [Subject(one, lints=True) for one in lint_rule.rules()]
    twice = {one.id for one in found if sum(one.id == other.id for other in found) > 1}
    if twice:
        raise ValueError(f"rules of both commands: {', '.join(sorted(twice))}")
    return sorted(found, key=lambda one: one.id)


# --- text -----------------------------------------------------------------------------------------------------------


def page(subject: Subject, shown: Shown) -> str:
    """The page of one rule, with what running its example gave."""
    title, _, body = subject.rule.page.partition("\n")
    case = subject.cases[0]
    lines = [_MADE, "", f"# {title.rstrip('.')}", "", "| | |", "|---|---|", *_table(subject, shown), ""]
    lines += [body.strip(), ""]
    lines += ["## Example", "", "```sql", case.sql.rstrip(), "```", ""]
    if case.schema is not None:
        place = f"../../{case.schema.relative_to(ROOT).as_posix()}"
        lines += [f"on the schema of [{case.schema.name}]({place}).", ""]
    if case.facts is not None:
        known = "\n".join(case.headers["facts"])
        lines += ["with what a live server knows:", "", "```json", known, "```", ""]
    if case.workload is not None:
        asked = "\n".join(f"{one.sql};" for one in case.workload.queries)
        lines += ["with a workload that asks, a thousand times each:", "", "```sql", asked, "```", ""]
    if case.roles:
        lines += [f"where the roles {', '.join(f'`{one}`' for one in case.roles)} exist.", ""]
    if case.platform is not None:
        lines += [f"with `--platform {case.platform}`.", ""]
    if case.pooler:
        how = "with a `--source` that is a pooler's URL" if case.pooler == "named" else "for a platform with a pooler"
        lines += [f"{how}.", ""]
    if case.encoding is not None:
        lines += [f"in a database in the encoding `{case.encoding}`.", ""]
    if shown.text:
        lines += [f"{_command(subject)}:", "", "```text", shown.text.rstrip("\n"), "```", ""]
    else:
        major = next(one for key in ("postgres", "pg") for one in case.headers.get(key, ()))
        lines += [f"It speaks on PostgreSQL {major}.", ""]
    return "\n".join(lines)


def _command(subject: Subject) -> str:
    if subject.lints:
        return f"`{subject.command} {EXAMPLE} --select {subject.id}` says"
    made = "a file" if subject.of_sqlite else "a database"
    return f"`{subject.command} --select {subject.id}` says of {made} that is made so"


def _table(subject: Subject, shown: Shown) -> Iterator[str]:
    rule = subject.rule
    rows = {
        "rule": f"`{rule.id}` of `{subject.command}`",
        "area": subject.area,
        "severity": rule.severity.value,
        "certainty": subject.certainty,
        "proof reached": shown.level,
        "PostgreSQL": _versions(rule),
        "runs": "by default" if rule.default else "where it is selected",
    }
    if not subject.lints:
        rows["needs"] = {
            "structure": "the schema alone",
            "live": "a live server, or a snapshot of one",
            "statistics": "what ANALYZE gathered",
            "counters": "counters of a live server, old enough to mean something",
            "authentication": "pg_hba.conf as a live server has read it",
            "server": "the settings of a live server",
            "rows": "rows that were read on request (`--data`, `--read-rows`)",
        }[rule.needs]
        if rule.harms_by:
            rows["harm grows with"] = rule.harms_by
    return (f"| {key} | {value} |" for key, value in rows.items())


def _versions(rule: Any) -> str:
    engines = getattr(rule, "engines", ("postgresql",))
    if "postgresql" not in engines:
        return "SQLite alone"
    return (f"from {rule.since} on" if rule.since else "12 to 18") + (", and SQLite" if "sqlite" in engines else "")


def index(found: Sequence[tuple[Subject, Shown]]) -> str:
    """The index of all pages, by area."""
    groups: defaultdict[str, list[tuple[Subject, Shown]]] = defaultdict(list)
    for subject, shown in found:
        groups[subject.area].append((subject, shown))
    lines = [
        *(_MADE, "", "# Rules", ""),
        f"{len(found)} rules: those of `dba check` by area, then those of `dba migrate lint`. `dba explain RULE`",
        "shows a page too. *Proof* is how far the rule's own experiment goes (`dba check --prove`): *asserted*: a",
        "rule matched, nothing can be run; *planned*: by the planner on a twin; *rehearsed*: run on a private copy;",
        "*measured*: timed on rows.",
    ]
    for area in (*_AREAS, LINT):
        if area not in groups:
            continue
        heading = "Migrations: `dba migrate lint`" if area == LINT else area.capitalize()
        columns = ("rule", "", "severity", "certainty", "proof", "PostgreSQL", "")
        lines += ["", f"## {heading}", "", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
        for subject, shown in groups[area]:
            rule = subject.rule
            cells = [
                f"[{rule.id}]({rule.id}.md)",
                rule.title,
                rule.severity.value,
                subject.certainty,
                shown.level,
                _versions(rule),
                "" if rule.default else "opt-in",
            ]
            lines.append(f"| {' | '.join(one.replace('|', chr(92) + '|') for one in cells)} |")
    return "\n".join(lines) + "\n"


def shown_in(text: str) -> Shown:
    """What a page that was written says that running gave."""
    output, level = _SHOWN.search(text), _LEVEL.search(text)
    return Shown(text=output[1] if output else "", level=level[1] if level else "")


# --- running --------------------------------------------------------------------------------------------------------


class Examples:
    """Runs examples on one private server."""

    def __init__(self, cache: Path | None = None) -> None:
        self._workshop = Workshop(cache=cache)
        self._schemas: dict[Path, Relational] = {}

    def __enter__(self) -> Examples:
        return self

    def __exit__(self, *_: object) -> None:
        self._workshop.close()

    def show(self, subject: Subject) -> Shown:
        """Run a rule's firing cases: the text of the first, and the highest level of all."""
        cases = [one for one in subject.cases if one.runs_here]
        found = [self._lint(subject, one) if subject.lints else self._check(subject, one) for one in cases]
        levels = {_level(finding) for review in found for finding in review.findings}
        level = max(levels, key=LEVELS.index, default="asserted")
        return Shown(text=_text(found[0]) if found else "", level=level)

    def _check(self, subject: Subject, case: Case) -> Review:
        if subject.of_sqlite:
            return self._check_sqlite(subject, case)
        made = self._made(case.sql, roles=case.roles, encoding=case.encoding)
        schema = msgspec.structs.replace(made, facts=case.facts)
        places = positions(split_script(case.sql, EXAMPLE))
        found, _ = check_rule.review(
            schema,
            workload=case.workload,
            select=[subject.id],
            exposed_roles=case.headers.get("exposed", []),
            platform=case.platform,
        )
        findings = tuple(
            msgspec.structs.replace(
                one,
                ddl=tuple(sql for change in one.fix for sql in ddl(change, version=schema.version)),
                position=places.find(one.at),
            )
            for one in found
        )
        return _review(findings, tables=len(schema.tables))

    def _check_sqlite(self, subject: Subject, case: Case) -> Review:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "example.db"
            with closing(sqlite3.connect(file)) as connection:
                connection.executescript(case.sql)
            source = open_sqlite(str(file), now=datetime(2026, 1, 1, tzinfo=UTC))
            with source.rows() as rows:
                seen, _ = look(rows, source.schema)
        facts = source.schema.facts
        schema = msgspec.structs.replace(
            source.schema, facts=None if facts is None else msgspec.structs.replace(facts, sqlite=seen)
        )
        places = sqlite_positions(split_sqlite(case.sql, EXAMPLE))
        found, _ = check_rule.review(schema, select=[subject.id])
        findings = tuple(
            msgspec.structs.replace(
                one, ddl=tuple(sql for change in one.fix for sql in sqlite_ddl(change)), position=places.find(one.at)
            )
            for one in found
        )
        return _review(findings, tables=len(schema.tables))

    def _lint(self, subject: Subject, case: Case) -> Review:
        schema = self._schema(case.schema)
        if schema is not None:
            schema = msgspec.structs.replace(schema, facts=case.facts)
        reversible = case.headers.get("reversible")
        script = Script(
            file=EXAMPLE,
            text=case.sql,
            runs=case.headers.get("runs", ["plain"])[0],  # pyright: ignore[reportArgumentType]
            reversible=None if not reversible else reversible[0] == "yes",
            problems=tuple(case.headers.get("problem", ())),
            pooler=case.pooler,
        )
        (linted,) = lint([script], schema=schema, version=SERVER, run=(subject.rule,))
        return _review(tuple(one.finding for one in linted.found), files=1)

    def _schema(self, path: Path | None) -> Relational | None:
        if path is None:
            return None
        if path not in self._schemas:
            self._schemas[path] = self._made(path.read_text("utf-8"))
        return self._schemas[path]

    def _made(self, sql: str, *, roles: Sequence[str] = (), encoding: str | None = None) -> Relational:
        """The schema that a script makes, run as the test suite runs it: by a superuser."""
        host = self._workshop.server
        host.create_database(EXAMPLE, locale="C" if encoding else None, encoding=encoding or "UTF8")
        try:
            with closing(psycopg.connect(host.url(EXAMPLE), autocommit=True)) as connection:
                for role in roles:
                    there = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
                    if there is None:
                        connection.execute(f"CREATE ROLE {quote_identifier(role)}".encode())
                connection.execute(sql.encode())
                return inspect(connection, facts=False)
        finally:
            host.drop_database(EXAMPLE)


def _review(findings: tuple[Finding, ...], *, tables: int = 0, files: int = 0) -> Review:
    return Review(source=EXAMPLE, engine="", findings=findings, tables=tables, files=files, rules_run=1)


def _level(finding: Finding) -> str:
    if finding.experiment is None:
        return finding.proof.level
    if isinstance(finding.experiment, TimedWithout):
        return "measured"
    return "planned" if isinstance(finding.experiment, SamePlans) else "rehearsed"


def _text(review: Review) -> str:
    """What a terminal shows, without the first line, which names the server's version."""
    screen = Screen(width=100)
    return printed(ReviewPage(screen).parts(review, closing=False)[2:], screen)


def main() -> None:
    """Write all pages, and remove those of rules that are gone."""
    PAGES.mkdir(exist_ok=True)
    found: list[tuple[Subject, Shown]] = []
    with Examples() as examples:
        for subject in subjects():
            sys.stderr.write(f"{subject.id}\n")
            found.append((subject, examples.show(subject)))
    for subject, shown in found:
        (PAGES / f"{subject.id}.md").write_text(page(subject, shown), "utf-8")
    (PAGES / "index.md").write_text(index(found), "utf-8")
    for path in PAGES.glob("*.md"):
        if path.stem not in {"index", *(subject.id for subject, _ in found)}:
            path.unlink()


if __name__ == "__main__":
    main()
