"""Every constraint of a design tried on the server: a row that it must accept, a row that it must refuse.

A refusal counts only with the constraint's own name (or column) and the error code of its kind: a row that is refused
for another reason shows nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import psycopg
from psycopg import sql

from dbarchitect.design.draft import Bound, Check, Draft, Foreign, States, Table, Unique
from dbarchitect.design.hierarchies import strays
from dbarchitect.design.rows import MISSING, Rows, matching
from dbarchitect.engines.postgres.server import Server
from dbarchitect.engines.postgres.server.host import GUEST
from dbarchitect.model.architecture import Kind, Probe
from dbarchitect.model.names import quote_identifier as q

_PAIRS = 40  # of states that are tried for one column
_TRIES = 400  # of values for a condition that was written by hand


TENANT_ROLE = "dba_tenant"  # whom row security binds: our own roles pass it


def make_tenant_role(server: Server, database: str) -> None:
    """A role as an application has one: it may use all tables, owns none, and row security binds it."""
    role, guest = sql.Identifier(TENANT_ROLE), sql.Identifier(server.ordinary_role(GUEST))
    with server.connect(database) as admin:
        if admin.execute("SELECT FROM pg_catalog.pg_roles WHERE rolname = %s", [TENANT_ROLE]).fetchone() is None:
            admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        admin.execute(sql.SQL("GRANT {} TO {}").format(role, guest))
        admin.execute(sql.SQL("GRANT ALL ON ALL TABLES IN SCHEMA public TO {}").format(role))
        admin.execute(sql.SQL("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))


@dataclass(slots=True)
class _Outcome:
    failed: bool
    at: int = -1  # the number of the statement that failed
    code: str = ""
    name: str = ""
    column: str = ""
    message: str = ""
    value: object = None


class Prober:
    """Tries the constraints of a draft on an empty copy; nothing stays there.

    connection  of an ordinary role, for which triggers fire; where tenants share tables it may become `TENANT_ROLE`
    tenant      the table of tenants, "" where they do not share tables
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        draft: Draft,
        tenant: str,
        progress: Callable[[str], None],
    ) -> None:
        self.connection = connection
        self.draft = draft
        self.tenant = tenant
        self.progress = progress
        self.samples: dict[tuple[str, str], str] = {}
        self.untried: list[str] = []
        self._done: list[str] = []  # what the open transaction has run, each followed by a savepoint
        self._parts = {
            part: table.name
            for table in draft.tables.values()
            if table.partitions
            for part in (f"{table.name}_default", *(one[0] for one in table.partitions))
        }

    def probes(self) -> list[Probe]:
        """All trials, table by table."""
        found: list[Probe] = []
        tables = self.draft.in_order()
        for number, table in enumerate(tables, 1):
            self.progress(f"trying the constraints of {table.name} ({number} of {len(tables)})")
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(f"SAVEPOINT {_mark(0)}".encode())
                self._done = []
                self._satisfy(table)
                found += self._of(table)
        return found

    def rows(self) -> Rows:
        """A writer of rows."""
        return Rows(self.draft, self.tenant, self.samples)

    def _of(self, table: Table) -> Iterator[Probe]:
        for full in (False, True):
            rows = self.rows()
            rows.add(table, full=full)
            what = "a row with everything" if full else "a row with what it must have"
            yield self._accepted(table, f"{table.name}", "row", what, rows.statements)
        yield from self._not_null(table)
        key = Unique(name=f"{table.name}_pkey"[:63], keys=table.key, columns=table.key)
        for unique in (key, *table.uniques):
            yield from self._unique(table, unique)
        for foreign in table.foreigns:
            yield from self._foreign(table, foreign)
        for check in table.checks:
            yield from self._check(table, check)
        for one in table.excludes:
            rows = self.rows()
            first = rows.add(table)
            rows.add(table, {name: first[name] for name in (*one.same, *one.columns)})
            yield self._refused(
                table, one.name, "exclusion", "a second row over the same time", rows.statements, "23P01"
            )
        for states in table.states:
            yield from self._states(table, states)
        for bound in table.bounds:
            yield from self._bounds(table, bound)
        if table.guard:
            yield from self._tree(table)
        if table.history:
            yield self._history(table)
        if table.tenant and self.tenant:
            yield from self._tenants(table)

    # Kinds of constraints

    def _not_null(self, table: Table) -> Iterator[Probe]:
        for column in table.columns:
            if not column.not_null or column.generated or column.identity:
                continue
            rows = self.rows()
            rows.add(table, wrong={column.name: "NULL"})
            if column.kept:
                what = f"{column.name} is NULL, and a trigger sets it"
                yield self._accepted(table, f"{table.name}.{column.name}", "not null", what, rows.statements)
                continue
            others = {one.trigger.replace("_moves", "_begins") for one in table.states if one.column == column.name}
            yield self._refused(
                table,
                f"{table.name}.{column.name}",
                "not null",
                f"{column.name} is NULL",
                rows.statements,
                "23502",
                "42501" if column.name == table.tenant or table.name == self.tenant else "",
                names={"", *others},
                column=column.name,
            )

    def _unique(self, table: Table, unique: Unique) -> Iterator[Probe]:
        rows = self.rows()
        first = rows.add(table, full=True)
        if any(name not in first for name in unique.columns):
            self.untried.append(unique.name)
            return
        same = {name: first[name] for name in unique.columns}
        mine = set(unique.columns)
        narrower = {one.name for one in table.uniques if mine <= set(one.columns) or set(one.columns) <= mine}
        if set(table.key) <= mine:
            narrower.add(f"{table.name}_pkey"[:63])
        before = len(rows.statements)
        rows.add(table, same, full=True)
        statements = [*rows.statements, *([_now(unique.name)] if unique.deferred else [])]
        yield self._refused(
            table,
            unique.name,
            "key",
            f"the same {', '.join(unique.columns)} twice",
            statements,
            "23505",
            names={unique.name, *narrower},
        )
        if unique.predicate and table.soft_delete:
            gone = f"UPDATE {q(table.name)} SET deleted_at = now() WHERE {matching(table, first)}"
            again = [*statements[:before], gone, *statements[before:]]
            yield self._accepted(table, unique.name, "key", "the same again, after the first was deleted", again)

    def _foreign(self, table: Table, foreign: Foreign) -> Iterator[Probe]:
        fixed = dict(foreign.fixed)
        own = [name for name in foreign.columns if name != table.tenant and name not in fixed] or list(foreign.columns)
        rows = self.rows()
        nowhere: dict[str, str] = {}
        for name in own:
            column = table.column(name)
            assert column is not None
            nowhere[name] = self._nowhere(column.type, column.sample)
        if table.tenant in own and self.tenant:
            rows.act_as(nowhere[table.tenant])
        rows.add(table, wrong=nowhere)
        statements = [*rows.statements, *([_now(foreign.name)] if foreign.deferred else [])]
        others = {one.name for one in table.foreigns if set(own) & set(one.columns)}
        yield self._refused(
            table,
            foreign.name,
            "reference",
            f"{', '.join(own)} of no {foreign.target}",
            statements,
            "23503",
            names={foreign.name, *others, *(one.name for one in table.checks if set(own) & {c for c, _ in one.bad})},
            codes={"23514"},
        )
        if foreign.carried:
            yield self._another(table, foreign)
        if foreign.target != table.name and not foreign.deferred and foreign.target != self.tenant:
            yield from self._deletion(table, foreign)

    def _another(self, table: Table, foreign: Foreign) -> Probe:
        """What is carried down is that of the row referred to: another one, that is there, is refused."""
        rows = self.rows()
        above = self.draft.table_of(foreign.carried)
        other = rows.add(above)[next(name for name in above.key if name != above.tenant)]
        rows.add(table, wrong={foreign.columns[-1]: other})
        what = f"another {foreign.carried} than that of its {foreign.role or foreign.entity}"
        return self._refused(table, foreign.name, "reference", what, rows.statements, "23503", names={foreign.name})

    def _nowhere(self, kind: str, sample: str) -> str:
        if kind.startswith("text"):
            return "'nowhere'"
        return sample.format(n=MISSING)

    def _deletion(self, table: Table, foreign: Foreign) -> Iterator[Probe]:
        rows = self.rows()
        target = self.draft.tables[foreign.target]
        values = rows.add(table, full=True)
        if any(name not in values for name in foreign.columns):
            return
        there = " AND ".join(
            f"{q(theirs)} = {values[ours]}"
            for ours, theirs in zip(foreign.columns, foreign.target_columns, strict=True)
        )
        delete = f"DELETE FROM {q(target.name)} WHERE {there}"
        found = f"SELECT count(*) FROM {q(table.name)} WHERE {matching(table, values)}"
        if foreign.on_delete == "RESTRICT":
            yield self._refused(
                table,
                foreign.name,
                "deletion",
                f"deleting the {foreign.target} that it refers to",
                [*rows.statements, delete],
                "23001",
                names=set(),
                codes={"23503"},
            )
            return
        if any(
            one is not foreign and one.on_delete == "RESTRICT" and one.target == foreign.target
            for one in table.foreigns
        ):
            return  # another reference to the same row forbids it
        wanted = 0 if foreign.on_delete == "CASCADE" else 1
        if foreign.on_delete == "SET NULL":
            emptied = [name for name in foreign.columns if name in (foreign.set_columns or foreign.columns)]
            found += "".join(f" AND {q(name)} IS NULL" for name in emptied)
        what = "and it goes too" if wanted == 0 else "and it stays without it"
        yield self._counted(
            table,
            foreign.name,
            "deletion",
            f"deleting the {foreign.target} that it refers to, {what}",
            [*rows.statements, delete],
            found,
            wanted,
        )

    def _check(self, table: Table, check: Check) -> Iterator[Probe]:
        if not check.bad:
            yield from self._hand_written(table, check)
            return
        rows = self.rows()
        rows.add(table, wrong={name: value.format(n=7) for name, value in check.bad})
        what = ", ".join(f"{name} is {value.lstrip('=').format(n=7)}" for name, value in check.bad)
        others = {one.trigger.replace("_moves", "_begins") for one in table.states}
        if table.guard:
            others.add(f"{table.name}_{table.guard}_guard")  # it speaks before a CHECK does
        yield self._refused(table, check.name, "check", what, rows.statements, "23514", names={check.name, *others})

    def _states(self, table: Table, states: States) -> Iterator[Probe]:
        name = q(states.column)
        pairs = [(a, b) for a in states.values for b in states.values if a != b]
        ways = _ways(states)
        for before, after in pairs[:_PAIRS]:
            if before not in ways:
                continue  # no row is ever there
            rows = self.rows()
            start, *steps = ways[before]
            values = rows.add(table, {states.column: _text(start)})
            found = matching(table, values)
            moves = [f"UPDATE {q(table.name)} SET {name} = {_text(one)} WHERE {found}" for one in (*steps, after)]
            what = f"{before} becomes {after}"
            if (before, after) in states.allowed:
                yield self._accepted(table, states.trigger, "state", what, [*rows.statements, *moves])
            else:
                yield self._refused(table, states.trigger, "state", what, [*rows.statements, *moves], "23514")

    def _bounds(self, table: Table, bound: Bound) -> Iterator[Probe]:
        """As many as there must be, one less, as many as there may be, one more."""
        foreign = next(one for one in table.foreigns if one.name == bound.foreign)
        rows = self.rows()
        parent = rows.add(self.draft.tables[foreign.target])
        fixed = {ours: parent[theirs] for ours, theirs in zip(foreign.columns, foreign.target_columns, strict=True)}
        alone = list(rows.statements)
        children = [rows.add(table, fixed) for _ in range(bound.most or max(bound.least, 1))]
        enough = list(rows.statements)
        if bound.least:
            both = f"{_now(bound.lacking)}; {_now(bound.leaving)}"
            yield self._refused(
                table, bound.lacking, "count", f"none, where {bound.said}", [*alone, _now(bound.lacking)], "23514"
            )
            yield self._accepted(table, bound.lacking, "count", bound.said, [*enough, *both.split("; ")])
            gone = children[bound.least - 1 :]
            deletes = [f"DELETE FROM {q(table.name)} WHERE {matching(table, one)}" for one in gone]
            yield self._refused(
                table, bound.leaving, "count", f"one too few is left, where {bound.said}",
                [*enough, _now(bound.lacking), *deletes, _now(bound.leaving)], "23514",
            )  # fmt: skip
        if bound.most is not None:
            yield self._accepted(
                table, bound.exceeding, "count", f"{bound.most}, where {bound.said}", [*enough, _now(bound.exceeding)]
            )
            rows.add(table, fixed)
            yield self._refused(
                table, bound.exceeding, "count", f"one more, where {bound.said}",
                [*rows.statements, _now(bound.exceeding)], "23514",
            )  # fmt: skip

    def _tree(self, table: Table) -> Iterator[Probe]:
        """A branch is moved and cut; a row gets below its own child, and below what is two levels below it. What is
        kept beside has to follow each time."""
        rows = self.rows()
        first = rows.add(table)
        same = {name: first[name] for name in table.key if name == table.tenant}
        key = next(name for name in table.key if name != table.tenant)
        second = rows.add(table, {**same, table.guard: first[key]})
        third = rows.add(table, {**same, table.guard: second[key]})
        fourth = rows.add(table, same)

        def below(row: dict[str, str], above: str) -> str:
            return f"UPDATE {q(table.name)} SET {q(table.guard)} = {above} WHERE {matching(table, row)}"

        guard = f"{table.name}_{table.guard}_guard"
        for what, other in (("a row below its own child", second), ("a row below a child of its child", third)):
            statements = [*rows.statements, below(first, other[key])]
            yield self._refused(table, guard, "tree", what, statements, "23514", names=set())
        moves = [
            ("a branch below another row", [below(second, fourth[key])]),
            ("a branch to the top, and back", [below(second, "NULL"), below(second, first[key])]),
            ("what was above, below what was under it", [below(second, "NULL"), below(first, third[key])]),
            ("the last row of a branch removed", [f"DELETE FROM {q(table.name)} WHERE {matching(table, third)}"]),
        ]
        question = strays(self.draft, table)
        for what, statements in moves:
            if table.soft_delete and statements[0].startswith("DELETE"):
                continue
            yield self._counted(table, guard, "tree", what, [*rows.statements, *statements], question, 0)
        if table.closure:
            pairs = self.draft.tables[table.closure]
            kept = f"{pairs.name}_by_triggers"
            write = f"UPDATE {q(pairs.name)} SET depth = depth + 1"
            yield self._refused(pairs, kept, "tree", "pairs written by hand", [*rows.statements, write], "23514")

    def _history(self, table: Table) -> Probe:
        rows = self.rows()
        values = rows.add(table)
        column = next(one for one in table.columns if not one.generated and one.name not in table.key)
        change = f"UPDATE {q(table.name)} SET {q(column.name)} = {q(column.name)} WHERE {matching(table, values)}"
        delete = f"DELETE FROM {q(table.name)} WHERE {matching(table, values)}"
        return self._counted(
            table,
            f"{table.name}_keep_history",
            "history",
            "a change and a deletion, each kept",
            [*rows.statements, change, delete],
            f"SELECT count(*) FROM {q(table.history)}",
            2,
        )

    def _tenants(self, table: Table) -> Iterator[Probe]:
        rows = self.rows()
        values = rows.add(table)
        tenants = self.draft.tables[self.tenant]
        rows.add(tenants)  # and acts as that one
        policy = f"{table.name}_of_tenant"
        count = f"SELECT count(*) FROM {q(table.name)} WHERE {matching(table, values)}"
        yield self._counted(table, policy, "tenant", "another tenant does not see the row", rows.statements, count, 0)
        steal = f"UPDATE {q(table.name)} SET {q(table.tenant)} = {q(table.tenant)} WHERE {matching(table, values)}"
        yield self._counted(
            table, policy, "tenant", "another tenant does not change the row", [*rows.statements, steal], count, 0
        )
        rows = self.rows()
        rows.add(tenants)
        other = self.rows()
        other._number = 500  # pyright: ignore[reportPrivateUsage] - values of another tenant
        theirs = other.add(tenants)
        mine = rows.add(table)
        del mine
        at = len(rows.statements) - 1
        statements = [*rows.statements[:at], *other.statements, rows.statements[at]]
        del theirs
        yield self._refused(
            table, policy, "tenant", "another tenant writes a row in its name", statements, "42501", names={"", policy}
        )

    # Conditions written by hand

    def _satisfy(self, table: Table) -> None:
        """Find values that a condition of unknown content accepts, where the samples do not."""
        written = [one for one in table.checks if not one.bad]
        if not written or not self._tried(table, {}).failed:
            return
        for values in _candidates(table, written):
            if not self._tried(table, values).failed:
                self.samples |= {(table.name, name): value for name, value in values.items()}
                return

    def _hand_written(self, table: Table, check: Check) -> Iterator[Probe]:
        for values in _candidates(table, [check]):
            outcome = self._tried(table, values)
            if outcome.failed and outcome.code == "23514" and outcome.name == check.name:
                rows = self.rows()
                rows.add(table, values)
                what = ", ".join(f"{name} is {value}" for name, value in values.items())
                yield self._refused(table, check.name, "check", what, rows.statements, "23514")
                return
        self.untried.append(check.name)

    def _tried(self, table: Table, values: dict[str, str]) -> _Outcome:
        rows = self.rows()
        rows.add(table, values)
        return self._run(rows.statements)

    # Trials

    def _run(self, statements: Sequence[str], question: str = "", *, tenants: bool = False) -> _Outcome:
        """Run statements where nothing else is, and ask what came of them. What the trial before began with stays: only
        what differs is undone and run, all in one round trip."""
        first = [f"SET LOCAL ROLE {q(TENANT_ROLE)}"] if tenants else []
        wanted = [*first, *statements]
        same = 0
        while same < min(len(wanted), len(self._done)) and wanted[same] == self._done[same]:
            same += 1
        news = wanted[same:]
        texts = [f"ROLLBACK TO SAVEPOINT {_mark(same)}"]
        for number, one in enumerate(news, same + 1):
            texts += [one, f"SAVEPOINT {_mark(number)}"]
        cursors: list[psycopg.Cursor[Any]] = []
        refused: psycopg.Error | None = None
        with self.connection.pipeline() as pipeline:  # the extended protocol: a text is one statement in any case
            try:
                for one in (*texts, question) if question else texts:
                    cursors.append(self.connection.cursor())
                    cursors[-1].execute(one.encode(), prepare=False)
                pipeline.sync()
            except psycopg.Error as err:
                if self.connection.closed:
                    raise
                refused = err
                with suppress(psycopg.Error):  # of what was sent behind it
                    pipeline.sync()
        if refused is not None:
            ran = sum(one.pgresult is not None for one in cursors)
            del self._done[same:]
            self._done += news[: ran // 2]
            diag = refused.diag
            return _Outcome(
                failed=True,
                at=max(same + ran // 2 - len(first), 0),
                code=refused.sqlstate or "",
                name=self._named(diag),
                column=diag.column_name or "",
                message=diag.message_primary or str(refused),
            )
        self._done = wanted
        row = cast("tuple[object, ...] | None", cursors[-1].fetchone()) if question else None
        return _Outcome(failed=False, value=row[0] if row else None)

    def _named(self, diag: psycopg.errors.Diagnostic) -> str:
        """The constraint that refused; that of a partition as its table's."""
        name, where = diag.constraint_name or "", diag.table_name or ""
        table = self._parts.get(where)
        return name if table is None or not name.startswith(where) else table + name.removeprefix(where)

    def _accepted(self, table: Table, constraint: str, kind: Kind, what: str, statements: Sequence[str]) -> Probe:
        outcome = self._run(statements)
        return Probe(
            table=table.name,
            constraint=constraint,
            kind=kind,
            what=what,
            must="accepted",
            did="refused" if outcome.failed else "accepted",
            holds=not outcome.failed,
            statements=tuple(statements),
            why=outcome.message,
        )

    def _refused(
        self,
        table: Table,
        constraint: str,
        kind: Kind,
        what: str,
        statements: Sequence[str],
        code: str,
        more: str = "",
        *,
        names: Collection[str] | None = None,
        codes: Collection[str] = (),
        column: str = "",
    ) -> Probe:
        """`names`: of the constraints whose refusal counts, the constraint's own by default; empty: any."""
        outcome = self._run(statements, tenants=kind == "tenant")
        wanted = {constraint} if names is None else names
        right = outcome.failed and outcome.code in {code, more, *codes, *(["23514"] if column else [])} - {""}
        right = right and (not wanted or outcome.name in wanted)
        if column and outcome.code == "23502":
            right = right and outcome.column == column
        right = right and outcome.at >= len(statements) - 2  # not a row that only prepares the trial
        return Probe(
            table=table.name,
            constraint=constraint,
            kind=kind,
            what=what,
            must="refused",
            did="refused" if outcome.failed else "accepted",
            holds=right,
            statements=tuple(statements),
            why=outcome.message,
        )

    def _counted(
        self,
        table: Table,
        constraint: str,
        kind: Kind,
        what: str,
        statements: Sequence[str],
        question: str,
        wanted: int,
    ) -> Probe:
        outcome = self._run(statements, question, tenants=kind == "tenant")
        holds = not outcome.failed and outcome.value == wanted
        return Probe(
            table=table.name,
            constraint=constraint,
            kind=kind,
            what=what,
            must="accepted",
            did="refused" if outcome.failed else "accepted",
            holds=holds,
            statements=(*statements, question),
            why=outcome.message or ("" if holds else f"{outcome.value} rows, not {wanted}"),
        )


def _mark(number: int) -> str:
    """The savepoint after so many statements."""
    return f"after_{number}"


def _now(constraint: str) -> str:
    """What checks a deferred constraint at once; ALL would check those too of which the trial is not."""
    return f"SET CONSTRAINTS {q(constraint)} IMMEDIATE"


def _ways(states: States) -> dict[str, list[str]]:
    """How each state is reached from where rows begin."""
    starts = [states.initial] if states.initial else list(states.values)
    found = {one: [one] for one in starts}
    waiting = list(starts)
    while waiting:
        at = waiting.pop(0)
        for before, after in states.allowed:
            if before == at and after not in found:
                found[after] = [*found[at], after]
                waiting.append(after)
    return found


def _candidates(table: Table, checks: Sequence[Check]) -> Iterator[dict[str, str]]:
    """Values for the columns that conditions name, the likely ones first."""
    named = [one for one in table.columns if any(one.name in check.sql for check in checks) and not one.generated]
    choices = [_values(one.type) for one in named[:4]]
    for number, values in enumerate(product(*choices)):
        if number >= _TRIES:
            return
        yield {one.name: value for one, value in zip(named, values, strict=False)}


def _values(kind: str) -> list[str]:
    if kind.startswith(("numeric", "integer", "bigint", "double")):
        return ["1", "0", "-1", "2", "10", "100", "1000", "1000000", "10000000", "-1000000"]
    if kind == "boolean":
        return ["true", "false"]
    if kind == "date" or kind == "timestamptz":
        return [f"{kind} '2024-06-01'", f"{kind} '1900-01-01'", f"{kind} '2999-01-01'", "now()"]
    if kind == "text":
        return ["'a'", "''", "'Some text'", "'12345'", "'AB-123'", "repeat('x', 300)"]
    return ["NULL"]


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
