"""Rows that a design must accept, with the parents that they need, as INSERT statements.

A draft knows a sample of every column, so that a row is refused for the reason under test and for no other. A value
"=column" stands for that of another column of the row.
"""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.names import quote_identifier, quote_literal

from .draft import Column, Draft, Foreign, Table

_WITHIN = (
    "CREATE TEMPORARY TABLE within (statement text) ON COMMIT DROP",
    "CREATE FUNCTION pg_temp.run_within() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN EXECUTE NEW.statement; RETURN NEW; END$$",
    "CREATE TRIGGER run_within BEFORE INSERT ON within FOR EACH ROW EXECUTE FUNCTION pg_temp.run_within()",
)
_MARKS = frozenset(("deleted_at", "taken_at", "done_at"))  # NULL of what is new
MISSING = 987_654_321  # the number of a row that is not there


class Rows:
    """Writes rows. `statements` grow; every value differs from those of the rows before."""

    def __init__(self, draft: Draft, tenant: str = "", samples: Mapping[tuple[str, str], str] | None = None) -> None:
        self.draft = draft
        self.tenant = tenant  # the table of tenants, "" without
        self.samples = samples or {}  # values for what the draft does not know, by table and column
        self.statements: list[str] = []
        self._busy: dict[str, dict[str, str]] = {}
        self._above: dict[str, dict[str, str]] | None = None  # the rows above one parent of the row that is written
        self._number = 0

    def sample(self, table: Table, column: Column, number: int | None = None) -> str:
        """A valid value of a column."""
        known = self.samples.get((table.name, column.name))
        if known is not None:
            return known
        return column.sample.format(n=self._number if number is None else number)

    def add(
        self,
        table: Table,
        fixed: Mapping[str, str] | None = None,
        *,
        wrong: Mapping[str, str] | None = None,
        full: bool = False,
    ) -> dict[str, str]:
        """Write a row and the parents it needs; its values as SQL by column. `fixed`: values that are given, parents of
        which are there; `wrong`: values that parents do not get; `full`: optional columns too."""
        self._number += 1
        number = self._number
        bad = dict(wrong or {})
        given = dict(fixed or {}) | bad
        later = {name: value[1:] for name, value in given.items() if value.startswith("=")}
        values = {name: value for name, value in given.items() if name not in later}
        self._busy[table.name] = values
        linked = {name for one in table.foreigns for name in one.columns}
        if table.tenant and self.tenant and table.tenant not in linked and table.tenant not in given:
            tenants = self.draft.tables[self.tenant]
            values[table.tenant] = self.add(tenants)[tenants.key[0]]
        for name in table.key:
            column = table.column(name)
            if column is not None and (name not in linked or column.identity or column.default):
                values.setdefault(name, self.sample(table, column, number))
        barred = {name for group in table.alternatives for name in group[1:]}
        for foreign in sorted(table.foreigns, key=lambda one: len(one.columns)):
            self._parent(table, foreign, values, given, bad, barred, full=full)
        for column in table.columns:
            if (
                column.generated
                or column.kept
                or column.name in values
                or (column.name in linked and not _lonely(table, column))
            ):
                continue
            if (column.not_null and not column.default) or (full and column.name not in _MARKS | barred):
                values[column.name] = self.sample(table, column, number)
        for name, other in later.items():
            values[name] = values[other]
        if table.name == self.tenant:
            self.act_as(values[table.key[0]])
        self._write(table, values)
        self._busy.pop(table.name, None)
        return values

    def _write(self, table: Table, values: Mapping[str, str]) -> None:
        """Write a row; one that only triggers may write from within a trigger, so that what else refuses it is seen."""
        statement = insert(table, values)
        if table.what == "closure":
            if not any(one in self.statements for one in _WITHIN):
                self.statements += _WITHIN
            statement = f"INSERT INTO within VALUES ({quote_literal(statement)})"
        self.statements.append(statement)

    def act_as(self, tenant: str) -> None:
        """Be a session of a tenant from here on."""
        if self.draft.tenant_setting:
            setting = quote_literal(self.draft.tenant_setting)
            self.statements.append(f"SELECT set_config({setting}, ({tenant})::text, true)")

    def _parent(
        self,
        table: Table,
        foreign: Foreign,
        values: dict[str, str],
        given: Mapping[str, str],
        bad: Mapping[str, str],
        barred: set[str],
        *,
        full: bool,
    ) -> None:
        fixed = dict(foreign.fixed)
        own = [name for name in foreign.columns if name != table.tenant and name not in fixed]
        if all(name in given for name in (own or foreign.columns)):
            return
        columns = [table.column(name) for name in foreign.columns]
        required = all(column is not None and column.not_null for column in columns)
        alternative = any(group[0] in own for group in table.alternatives)
        if not (required or alternative or full) or (barred & set(own) and not required):
            return
        target = self.draft.tables[foreign.target]
        if target is table and not full:
            return
        if not required and target is not table and table.name in self._needed(target):
            return  # what it would refer to needs this row first
        pairs = list(zip(foreign.columns, foreign.target_columns, strict=True))
        known = {there: values[here] for here, there in pairs if here in values and here not in bad}
        known |= {there: fixed[here] for here, there in pairs if here in fixed}
        if target is table:
            known = {name: value for name, value in known.items() if name == table.tenant}
            parent = self.add(target, known)
            self._busy[table.name] = values
        elif foreign.target in self._busy:
            parent = self._busy[foreign.target]
            if any(there not in parent for _, there in pairs):
                return
        else:
            first = next(one for one in table.foreigns if one.target == foreign.target)
            parent = self._ancestor(target, known, alone=foreign is not first)
        for here, there in pairs:
            if here not in given:
                values[here] = parent[there]

    def _ancestor(self, table: Table, known: Mapping[str, str], *, alone: bool) -> dict[str, str]:
        """A row that is referred to. Above one parent of the row that is written each table has one row, however many
        ways lead to it; the parents themselves have nothing in common, so that one can go without another. `alone`:
        the second of two references to a table is to a row of its own."""
        shared = self._above
        there = shared.get(table.name) if shared is not None and not alone else None
        if there is not None and known.items() <= there.items():
            return there
        apart = shared is None or alone or there is not None
        self._above = {} if apart else shared
        row = self.add(table, known)
        self._above = shared
        if shared is not None and not apart:
            shared[table.name] = row
        return row

    def _needed(self, table: Table) -> set[str]:
        """The tables in which a row of `table` needs rows, all the way up."""
        found: set[str] = set()
        waiting = [table]
        while waiting:
            one = waiting.pop()
            for foreign in one.foreigns:
                columns = [one.column(name) for name in foreign.columns]
                if foreign.target not in found and all(column is not None and column.not_null for column in columns):
                    found.add(foreign.target)
                    waiting.append(self.draft.tables[foreign.target])
        return found


def _lonely(table: Table, column: Column) -> bool:
    """Whether a column of a reference has to have a value though the reference got none: a tenant's."""
    return column.name == table.tenant


def insert(table: Table, values: Mapping[str, str]) -> str:
    """INSERT of these values."""
    names = ", ".join(map(quote_identifier, values))
    identity = any(one.identity and one.name in values for one in table.columns)
    overriding = " OVERRIDING SYSTEM VALUE" if identity else ""
    return f"INSERT INTO {quote_identifier(table.name)} ({names}){overriding} VALUES ({', '.join(values.values())})"


def matching(table: Table, values: Mapping[str, str]) -> str:
    """The condition that finds a row again by its key."""
    return " AND ".join(f"{quote_identifier(name)} = {values[name]}" for name in table.key)
