"""A plan that arrives: made from two schemas, run on a private copy of the first, and compared with the second.

What a plan does is never believed: it is run up, the catalogue it leaves must be the wanted one, a second plan from
there must be empty, tables and columns must be the same ones physically unless the plan says that it makes them anew,
rows must have kept their values; then it is run down, and must give back the schema that it started from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.inspect import inspect
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.engines.postgres.server.host import OWNER, Host, one_statement, owner_session
from dbarchitect.engines.postgres.trace import refusal
from dbarchitect.errors import InputError
from dbarchitect.migrate.actions import Action
from dbarchitect.migrate.claimed import with_effects
from dbarchitect.migrate.compare import differences, schema_hash, steady, unowned
from dbarchitect.migrate.diff import Difference, diff
from dbarchitect.migrate.forms import Forms, Online, write
from dbarchitect.migrate.objects import part
from dbarchitect.migrate.offenders import expected
from dbarchitect.migrate.order import CircleError, Unit, in_order
from dbarchitect.migrate.renames import Answers, Question, find
from dbarchitect.migrate.words import describe
from dbarchitect.model.change import AddTable, Change, Create, DropConstraint, Rename, SetSetting
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.plan import Plan, Step
from dbarchitect.model.proof import Proof
from dbarchitect.model.schema import Column, Constraint, NotNull, Relational, Table
from dbarchitect.sql.script import command_tag, split_script

from .ownership import speak_for_all, with_rights
from .stage import Ran, Stage

_ROUNDS = 4  # of renames that show others, and of differences that a first plan leaves

# What only a superuser may do, and what runs no code of the schema's: done as the loader of scripts does it.
_LOADED = frozenset(
    (
        *("CREATE EXTENSION", "CREATE EVENT TRIGGER", "ALTER EVENT TRIGGER", "DROP EVENT TRIGGER"),
        *("CREATE SERVER", "ALTER SERVER", "DROP SERVER", "CREATE PUBLICATION", "ALTER PUBLICATION"),
        *("CREATE FOREIGN TABLE", "DROP EXTENSION"),
    )
)

_IDENTITIES = """
select n.nspname, c.relname, c.oid::bigint, a.attname, a.attnum
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
"""
_FILLED = """
select n.nspname, c.relname from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
and pg_catalog.pg_relation_size(c.oid) > 0
"""
_SETTINGS = """
select unnest(s.setconfig) from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_database d on d.oid = s.setdatabase
where s.setrole = 0 and d.datname = pg_catalog.current_database()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a plan may do, and what it is for.

    version     of the server that it will run on, 180006 style; facts: its sizes, None: not known
    large       how tables count whose size is not known
    privileges  whether owners and grants are compared
    keep        dropped tables and columns are moved aside
    using       expressions that convert a column, by its name
    """

    version: int
    facts: Facts | None = None
    large: bool = True
    privileges: bool = True
    keep: bool = False
    using: Mapping[str, str]
    online: Callable[[Relational], Online] | None = None
    rerun: str = ""


class UnansweredError(InputError):
    """Renames that only a person can tell from a drop and an addition."""

    def __init__(self, questions: Sequence[Question]) -> None:
        first = questions[0]
        more = f" (and {len(questions) - 1} more such questions)" if len(questions) > 1 else ""
        super().__init__(
            f"{first}{more}",
            hint=f"say so: --rename {first.old.short}={first.candidates[0].sub or first.candidates[0].name}, or "
            f"--distinct {first.old.short}",
        )
        self.questions = tuple(questions)


_NO_CONVERSION = ("42804", "42846")  # datatype_mismatch, cannot_coerce


class NoConversionError(InputError):
    """A column changes to a type for which the server knows no cast, and no expression was stated."""


class Journey:
    """From the database `start` of `host` to the schema `wanted`. Makes databases of its own and drops them again."""

    def __init__(
        self,
        host: Host,
        start: str,
        wanted: Relational,
        options: PlanOptions,
        *,
        before: Relational | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._host = host
        self._start = start
        self._options = options
        self._wanted = self._own(wanted)
        self._progress = progress
        self._before = before  # the schema of `start`, where it has been read already
        self._made: list[str] = []
        self._stages: list[Ground] = []
        self._distinct: frozenset[str] = frozenset()
        self._no_way_back = ""

    # --- databases --------------------------------------------------------------------------------------------------

    def _copy(self, name: str) -> Ground:
        self._host.drop_database(name)
        self._host.copy_database(self._start, name)
        self._made.append(name)
        copy_settings(self._host, self._start, name)
        self._stages.append(stage(self._host, name))
        return self._stages[-1]

    def _schema(self, of: Stage) -> Relational:
        """The schema on a stage, without a word of the role that runs everything there."""
        return self._own(of.schema())

    def _own(self, schema: Relational) -> Relational:
        return known_to(self._options.version, unowned(steady(schema), OWNER))

    def close(self) -> None:
        """End the sessions, and drop what was made."""
        for one in self._stages:
            one.close()
        self._stages.clear()
        for name in self._made:
            self._host.drop_database(name)
        self._made.clear()

    def _run(self, on: Stage, steps: Iterable[Step], what: str) -> None:
        for number, step in enumerate(steps, 1):
            ran = on.repeat(step)
            if ran.refusal is not None:
                message = (
                    f"no plan that arrives: step {number} {what} ({step.does}) fails on a private copy: "
                    f"{ran.refusal.message}"
                )
                if ran.refusal.sqlstate in _NO_CONVERSION:
                    raise NoConversionError(message, hint="state one: --using TABLE.COLUMN=EXPRESSION")
                raise InputError(message, hint=_help(step))

    # --- the plan ---------------------------------------------------------------------------------------------------

    def plan(self, answers: Answers) -> Plan:
        """The plan, run up and down. Raises `UnansweredError` for renames that have to be asked, `InputError` with the
        names of what is not supported or of the step that fails."""
        self._distinct = answers.distinct
        _columns_exist(self._options.using, self._wanted)
        known = self._before if self._before is not None else schema_of(self._host, self._start)
        if nothing := answers.of_nothing(known):
            raise InputError(
                f"--rename {nothing}={answers.renamed[nothing]}: nothing is called {nothing}",
                hint="name it as it is there: --rename TABLE.COLUMN=NEW, with the schema if that is not public",
            )
        self._progress("looking for renames")
        before = self._own(known)
        here, renames, words = self._renamed(before, answers)
        self._progress("planning")
        units, difference = self._units(here)
        steps, down = self._written(here, self._wanted, units)
        if renames:
            first: tuple[Step, ...] = ()
            last: tuple[Step, ...] = ()
            for change, schema in renames:
                up, back = self._written(schema, schema, [(Action(change, 0),)])
                last = (*(replace(one, undoes=one.undoes + len(first)) for one in back), *last)
                first = (*first, *up)
            down = (*(replace(one, undoes=one.undoes + len(first)) for one in down), *last)
            steps = (*first, *steps)
        plan = self._arrives(before, steps, down)
        demands = expected(before, self._wanted) if not renames else ()
        return replace(plan, renames=tuple(words), not_compared=difference.not_compared, demands=demands)

    def plan_of(self, changes: Sequence[Change]) -> Plan:
        """The plan of exactly these changes, in this order, which lead to the wanted schema; run up and down as every
        other. Raises `InputError` as `plan` does."""
        before = self._own(self._before if self._before is not None else schema_of(self._host, self._start))
        steps, down = self._written(before, self._wanted, [(Action(change, 0),) for change in changes])
        return self._arrives(before, steps, down)

    def _arrives(self, before: Relational, steps: tuple[Step, ...], down: tuple[Step, ...]) -> Plan:
        """The plan of steps that were run up and down, with what they claim to do."""
        method = "run up, compared with the wanted catalogue, run down, compared with the first"
        if steps or down:
            steps, down = self._arrived(before, steps, down)
        else:  # nothing is to be run, and so no copy is made
            method = "the two catalogues say the same"
            if left := differences(before, self._wanted, privileges=self._options.privileges):
                raise _gap("plan", _several(left))
        steps = with_effects(steps, before, version=self._options.version, facts=self._options.facts)
        down = with_effects(down, self._wanted, version=self._options.version, facts=self._options.facts)
        return Plan(
            engine=self._wanted.engine,
            from_hash=schema_hash(before),
            to_hash=schema_hash(self._wanted),
            steps=steps,
            down=down,
            remaining=tuple(dict.fromkeys(loss for step in steps for loss in step.loses)),
            no_way_back=self._no_way_back,
            proof=Proof(
                level="rehearsed",
                method=method,
                holds=True,
                environment={
                    "server": version_name(self._host.version),
                    "planned for": version_name(self._options.version),
                },
                rerun=self._options.rerun,
            ),
        )

    def _renamed(
        self, before: Relational, answers: Answers
    ) -> tuple[Relational, list[tuple[Change, Relational]], list[str]]:
        """Make the renames on a copy, where the server carries them into everything that names the object. Each comes
        with the schema that it met."""
        here = before
        work: Stage | None = None
        made: list[tuple[Change, Relational]] = []
        words: list[str] = []
        for _ in range(_ROUNDS):
            found = find(here, self._wanted, answers)
            if found.questions:
                raise UnansweredError(found.questions)
            if not found.changes:
                break
            schemas = {one.name for one in here.schemas}
            first: list[Change] = [
                Create(object=one)
                for one in self._wanted.schemas
                if one.name not in schemas
                and any(isinstance(c, Rename) and c.to.schema == one.name for c in found.changes)
            ]
            changes = [*first, *found.changes]
            work = work or self._copy("journey")
            self._run(work, map(_rename_step, changes), "of the renames")
            answers = answers.after(changes)
            made += [(change, here) for change in changes]
            words += found.words
            here = self._schema(work)
        if work is not None:
            work.close()
        return here, made, words

    def _units(
        self, here: Relational, first: Relational | None = None, *, wanted: Relational | None = None
    ) -> tuple[tuple[Unit, ...], Difference]:
        """`first`: the schema at the start, where this is the rest of a plan: what is not of it need not come back."""
        options = self._options
        wanted = wanted or self._wanted
        difference = diff(
            here,
            wanted,
            privileges=options.privileges,
            keep=options.keep,
            using=dict(options.using),
            distinct=self._distinct,
        )
        if difference.refused:
            raise InputError(
                f"not supported: {'; '.join(difference.refused)}",
                hint="write the migration of these by hand; the rest is planned once they are alike on both sides",
            )
        for action in difference.actions if first is not None else ():
            change = action.change
            if isinstance(change, DropConstraint) and not _has_constraint(first, change):
                action.undo = ()  # the server made it on the way: DETACH CONCURRENTLY leaves a check behind
        try:
            return in_order(difference.actions, here.dependencies, wanted.dependencies), difference
        except CircleError as err:
            names = ", ".join(describe(action.change) for action in err.actions[:4])
            raise InputError(
                f"not supported: these changes need each other: {names}", hint="make them in two migrations"
            ) from err

    def _written(
        self, here: Relational, wanted: Relational, units: Sequence[Unit]
    ) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        options = self._options
        forms = Forms(
            ddl=self._ddl,
            version=options.version,
            before=here,
            after=wanted,
            facts=options.facts,
            large=options.large,
            online=options.online(here) if options.online is not None else None,
        )
        return write(units, forms)

    def _ddl(self, change: Change) -> tuple[str, ...]:
        try:
            return ddl(change, version=self._options.version)
        except ValueError as err:
            raise InputError(f"not supported: {err}", hint="write this migration by hand") from err

    def _arrived(
        self, before: Relational, steps: tuple[Step, ...], down: tuple[Step, ...]
    ) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        """Run it up and down and compare; what a first plan leaves over is planned once more, if that loses nothing."""
        options = self._options
        for attempt in range(_ROUNDS):
            self._progress("running the plan on a private copy")
            work = self._copy("journey")
            identity = _Identity.of(self._host, "journey")
            filled = self._filled("journey")
            comparable = [_comparable(t, before, self._wanted, steps) for t in before.tables if t.name in filled]
            rows = work.fingerprints(comparable, before)
            self._run(work, steps, "of the plan")
            made = self._schema(work)
            left = differences(made, self._wanted, privileges=options.privileges)
            if left and attempt < _ROUNDS - 1:
                units, _ = self._units(made, before)
                more, back = self._written(made, self._wanted, units)
                if more and not any(step.loses for step in more) and not _tables_made(units):
                    down = (*(replace(one, undoes=one.undoes + len(steps)) for one in back), *down)
                    steps = (*steps, *more)
                    continue
            if left:
                raise _gap("plan", _several(left))
            self._physically_the_same(identity, steps)
            self._rows_kept(work, rows, comparable, made)
            self._progress("running it back")
            if any(step.loses for step in steps) and filled:
                # What is lost does not come back with its constraints: the way back is that of the schema alone.
                work.close()
                work = self._copy("journey")
                _empty(work, before)
                self._run(work, steps, "of the plan")
            try:
                self._run(work, down, "of the way back")
            except NoConversionError as err:
                self._no_way_back = err.message
                work.close()
                return steps, ()
            back_again = differences(self._schema(work), before, privileges=options.privileges)
            if back_again:
                down = self._tidied(work, before, down)
                back_again = differences(self._schema(work), before, privileges=options.privileges)
            if back_again:
                raise _gap("way back", _several(back_again))
            work.close()
            return steps, down
        raise AssertionError("unreachable")

    def _tidied(self, work: Stage, before: Relational, down: tuple[Step, ...]) -> tuple[Step, ...]:
        """The way back with constraints dropped that the server left behind: those of a partition that leaves its table
        stay with it."""
        units, _ = self._units(self._schema(work), before, wanted=before)
        more: list[Step] = []
        for change in (action.change for unit in units for action in unit):
            if isinstance(change, DropConstraint):
                (statement,) = self._ddl(change)
                sql = statement.replace(" DROP CONSTRAINT ", " DROP CONSTRAINT IF EXISTS ", 1)
                more.append(Step(sql=(sql,), does=describe(change), change=change, undoes=1))
        self._run(work, more, "of the way back")
        return (*down, *more)

    def _filled(self, database: str) -> set[Name]:
        with closing(self._host.connect(database)) as admin:
            return {Name(schema=s, name=n) for s, n in admin.execute(_FILLED).fetchall()}

    def _physically_the_same(self, before: _Identity, steps: Sequence[Step]) -> None:
        after = _Identity.of(self._host, "journey")
        declared = " ".join(text for step in steps for text in step.hazards)
        # Expand and contract puts another column in the place of one, which is what it says it does.
        swapped = {step.backfill.table for step in steps if step.backfill is not None}
        renamed: dict[tuple[str, str], tuple[str, str]] = {}
        columns: dict[tuple[str, str, str], str] = {}
        for step in steps:
            if isinstance(step.change, Rename):
                at, to = step.change.at, step.change.to
                if at.kind == "table":
                    renamed[at.schema, at.name] = (to.schema, to.name)
                elif at.kind == "column":
                    columns[at.schema, at.name, at.sub] = to.name
        for (schema, table, column), (oid, number) in before.columns.items():
            at = renamed.get((schema, table), (schema, table))
            name = columns.get((*at, column), columns.get((schema, table, column), column))
            found = after.columns.get((*at, name))
            if found is None or found == (oid, number) or Name(schema=at[0], name=at[1]) in swapped:
                continue
            label = f"{quote_identifier(table)}.{quote_identifier(column)}"
            if f"{table}.{column}" in declared or label in declared or f"made anew: table {table}" in declared:
                continue
            what = "table" if found[0] != oid else "column"
            raise _gap("plan", f"{what} {label} would be dropped and made again")

    def _rows_kept(
        self,
        work: Stage,
        rows: Mapping[str, tuple[int, str, str] | None],
        comparable: Sequence[Table],
        made: Relational,
    ) -> None:
        """Rows must be what they were, as far as their columns are."""
        untouched = [table for table in comparable if made.table(table.name) is not None]
        after = work.fingerprints(untouched, made)
        for table in untouched:
            if rows[str(table.name)] != after[str(table.name)]:
                raise _gap("plan", f"rows of {table.name.short} would not be what they were")


@dataclass(frozen=True, slots=True)
class _Identity:
    """What tables and columns are to the server: (oid, number) by schema, table and column."""

    columns: Mapping[tuple[str, str, str], tuple[int, int]]

    @classmethod
    def of(cls, host: Host, database: str) -> _Identity:
        with closing(host.connect(database)) as admin:
            rows = admin.execute(_IDENTITIES).fetchall()
        return cls({(schema, table, column): (oid, number) for schema, table, oid, column, number in rows})


def _has_constraint(schema: Relational | None, change: DropConstraint) -> bool:
    table = schema.table(change.table) if schema is not None else None
    return table is not None and any(one.name == change.constraint.name for one in table.constraints)


def _columns_exist(using: Mapping[str, str], wanted: Relational) -> None:
    known = {
        name
        for table in wanted.tables
        for column in table.columns
        for name in (str(part("column", table.name, column.name)), f"{table.name.short}.{column.name}")
    }
    for column, expression in using.items():
        if column not in known:
            raise InputError(
                f"--using {column}={expression}: the wanted schema has no column {column}",
                hint="TABLE.COLUMN=EXPRESSION, with the table's schema if that is not public",
            )


def known_to(version: int, schema: Relational) -> Relational:
    """The schema as a server of `version` has it: before 18 a plain NOT NULL is a column's alone and has no name."""
    if version < 180000:
        tables = tuple(
            replace(table, constraints=tuple(one for one in table.constraints if not _is_plain_not_null(one)))
            for table in schema.tables
        )
        schema = replace(schema, tables=tables)
    return replace(schema, version=version)


def _is_plain_not_null(one: Constraint) -> bool:
    return isinstance(one, NotNull) and one.validated and not one.no_inherit and one.comment is None


def _empty(work: Stage, schema: Relational) -> None:
    names = ", ".join(str(table.name) for table in schema.tables if table.kind != "foreign")
    if names:
        work.session.execute(f"TRUNCATE {names} CASCADE".encode())


def _tables_made(units: Sequence[Unit]) -> bool:
    return any(isinstance(action.change, AddTable) for unit in units for action in unit)


def _comparable(table: Table, before: Relational, wanted: Relational, steps: Sequence[Step]) -> Table:
    """The table with the columns whose values shall stay: no computed ones, none of a type that changes."""
    after = wanted.table(table.name)
    types = {column.name: column.type.sql for column in after.columns} if after is not None else {}
    changed = {one.name for one in before.types} - {
        one.name for one in before.types if any(one == other for other in wanted.types)
    }

    renamed: set[str] = set()
    for step in steps:
        if isinstance(step.change, Rename):
            at, to = step.change.at, step.change.to
            renamed |= {str(at), f"{at.schema}.{at.name}.{to.name}" if at.sub else f"{to.schema}.{to.name}"}

    def same(column: Column) -> bool:
        if {str(table.ref), f"{table.ref}.{column.name}"} & renamed:
            return False  # another one may have its name now
        own = Name(schema=column.type.schema, name=column.type.element or column.type.name)
        if column.type.kind == "composite":
            return False  # a row within a row is printed with the attributes that it has now
        return column.generated is None and types.get(column.name) == column.type.sql and own not in changed

    return replace(table, columns=tuple(filter(same, table.columns)))


def _rename_step(change: Change) -> Step:
    # Renames hold for a moment a lock that keeps everybody out.
    return Step(sql=ddl(change, version=180000), does=describe(change), change=change)


def _gap(what: str, why: str) -> InputError:
    return InputError(
        f"no {what} that arrives: {why}",
        hint="this is a gap of ours: please report it; until then write this part by hand",
    )


def _several(lines: Sequence[str]) -> str:
    more = f" (and {len(lines) - 3} more)" if len(lines) > 3 else ""
    return "; ".join(lines[:3]) + more


def _help(step: Step) -> str:
    return f"the statement: {' '.join(step.sql[-1].split())[:200]}" if step.sql else "report it"


# --- where plans are run ----------------------------------------------------------------------------------------------


class Ground(Stage):
    """A private database as the place where a plan is run: by the role that owns it, which speaks for all roles that
    own parts of it; what only a superuser may do is done as the loader of scripts does it, in the plan's order."""

    def __init__(self, host: Host, database: str) -> None:
        if host.superuser:
            speak_for_all(host, database, host.ordinary_role(OWNER))
        self._host = host
        self._database = database

        def session() -> psycopg.Connection[Any]:
            opened = owner_session(host, database)
            opened.execute("SET check_function_bodies = off")
            return opened

        super().__init__(session=session, watch=lambda: host.connect(database), owners=host.superuser)

    def repeat(self, step: Step) -> Ran:
        """Run a step; one with statements for a superuser is no transaction here, where nobody looks."""
        if step.backfill is not None or not self._host.superuser or not any(map(_for_superuser, step.sql)):
            return super().repeat(step)
        for statement in step.sql:
            try:
                if not _for_superuser(statement):
                    for one in with_rights(self.session, statement):
                        one_statement(self.session, one)
                elif statement.endswith(" OWNER TO CURRENT_USER"):
                    continue  # it would be the superuser's
                elif command_tag(statement) in _LOADED and not statement.startswith("DROP "):
                    load(self._host, self._database, split_script(statement, "the plan"))
                else:
                    with closing(self._host.connect(self._database)) as admin:
                        admin.execute(statement.encode())
            except psycopg.Error as err:
                return Ran(refusal=refusal(err))
        return Ran()


def _for_superuser(statement: str) -> bool:
    tag = command_tag(statement)
    if tag in _LOADED or tag in ("ALTER EXTENSION", "DROP PUBLICATION"):
        return True
    if tag == "COMMENT":
        return statement.startswith("COMMENT ON EVENT TRIGGER ")
    return tag.split()[-1] in ("TRIGGER", "SERVER", "PUBLICATION") and " OWNER TO " in statement


def stage(host: Host, database: str) -> Ground:
    """Where a plan is run: a private database."""
    return Ground(host, database)


def copy_settings(host: Host, original: str, copy: str) -> None:
    """ALTER DATABASE ... SET is of a database, not in it: a copy has none of it."""
    with closing(host.connect(original)) as admin:
        settings = [str(one).partition("=")[::2] for (one,) in admin.execute(_SETTINGS).fetchall()]
    with closing(host.connect(copy)) as admin:
        for name, value in settings:
            for statement in ddl(SetSetting(name=name, after=value), version=host.version):
                admin.execute(statement.encode())


def schema_of(host: Host, database: str) -> Relational:
    """The schema of a private database."""
    with closing(host.connect(database)) as admin:
        return steady(inspect(admin, facts=False))
