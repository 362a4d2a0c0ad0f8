"""What the form of a step depends on: the server's version, and what is known of the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dbarchitect.migrate.objects import tables
from dbarchitect.migrate.words import describe
from dbarchitect.model.change import AddConstraint, AddIndex, AlterColumn, Change, DropIndex, Reindex
from dbarchitect.model.facts import Facts
from dbarchitect.model.figures import size_text
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Relational, Table, View

SMALL_BYTES = 8 << 20  # read or indexed in some ten milliseconds: no longer than a lock that is waited for anyway
NO_TIMEOUT = 0  # a statement that waits for others without holding anybody up


@dataclass(frozen=True, slots=True, kw_only=True)
class Online:
    """Expand and contract on one schema.

    steps     (up, down) of a change; None where it has nothing to say
    carried   the objects that these steps drop and make again by themselves
    obstacle  why a change that blocks has no such steps, in words; "" for others
    """

    steps: Callable[[Change], tuple[tuple[Step, ...], tuple[Step, ...]] | None]
    carried: Callable[[Change], tuple[ObjectRef, ...]]
    obstacle: Callable[[Change], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """What the form of a step depends on.

    ddl      prints a change
    version  of the server that the steps are for, 180006 style
    facts    its sizes; None: not known
    large    how tables count whose size is not known
    online   expand and contract for what no plain form does without blocking; None where it has nothing to say
    """

    ddl: Callable[[Change], tuple[str, ...]]
    version: int
    before: Relational
    after: Relational
    facts: Facts | None = None
    large: bool = True
    online: Online | None = None

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    def plain(self, *changes: Change, why: str = "", undoes: int = 0) -> Step:
        """One transaction with the statements of changes, described by the first."""
        first, *_ = changes
        sql = tuple(statement for change in changes for statement in self.ddl(change))
        return Step(sql=sql, does=describe(first), why=why, change=first, undoes=undoes)

    def outside(self, change: Change, why: str = "", undoes: int = 0) -> Step:
        """A change outside a transaction, that waits for others as long as it takes."""
        return Step(
            sql=self.ddl(change),
            does=describe(change),
            why=why,
            change=change,
            transactional=False,
            lock_timeout_ms=NO_TIMEOUT,
            undoes=undoes,
        )


@dataclass(slots=True, kw_only=True)
class Form:
    """The steps that make one change.

    undo  what takes each of them back, in order, each with the number of its step; None: what takes the change back
    main  the number of the step that the change itself is in
    tidy  what takes the steps before that one back, once it is undone or where it never came
    """

    steps: list[Step]
    undo: list[Step] | None = None
    main: int = 1
    tidy: list[Step] = field(default_factory=list[Step])


class Known:
    """The tables of both schemas, with how large and how new they are."""

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self.before, self.after = tables(forms.before), tables(forms.after)
        self.tables: dict[Name, Table] = {**self.after, **self.before}
        self._fresh = set(self.after) - set(self.before)
        self._views: dict[Name, View] = {view.name: view for view in (*forms.after.views, *forms.before.views)}
        self._partitions: dict[Name, dict[Name, Table]] = {}
        for table in (*self.after.values(), *self.before.values()):
            if table.partition_of is not None:
                self._partitions.setdefault(table.partition_of.parent, {})[table.name] = table

    def fresh(self, table: Name) -> bool:
        """Whether the plan itself makes the table: nobody uses it."""
        return table in self._fresh

    def counts(self, table: Name) -> bool:
        """Whether it matters how the table is locked: it existed before and is not known to be small."""
        if table in self._fresh:
            return False
        if table in self._views and table not in self.tables:
            return self._large(table)
        return self._large(table) or any(self.counts(child.name) for child in self.partitions(table))

    def partitions(self, parent: Name) -> Sequence[Table]:
        """The partitions of a table, before or after."""
        return tuple(self._partitions.get(parent, {}).values())

    def default_partition(self, parent: Name) -> Table | None:
        """The DEFAULT partition of a table."""
        found = (one for one in self.partitions(parent) if one.partition_of and one.partition_of.bound == "DEFAULT")
        return next(found, None)

    def stays_partition(self, table: Table) -> bool:
        """Whether a table is a partition of the same parent before and after."""
        both = self.before.get(table.name), self.after.get(table.name)
        parents = [one.partition_of.parent for one in both if one is not None and one.partition_of is not None]
        return len(parents) == 2 and parents[0] == parents[1]

    def partitioned(self, table: Name) -> bool:
        """Whether a table is divided into partitions."""
        return table in self.tables and self.tables[table].kind == "partitioned"

    def foreign(self, table: Name) -> bool:
        """Whether a table's rows are on another server."""
        return table in self.tables and self.tables[table].kind == "foreign"

    def bytes(self, table: Name) -> int | None:
        """The size of a table's heap; None where it is not known."""
        facts = self.forms.facts
        found = facts.tables.get(str(table)) if facts is not None else None
        if found is None:
            return None
        if found.heap_bytes is not None:
            return found.heap_bytes
        if found.rows is None and found.pages <= 0:
            return None  # nobody has looked yet
        return max(found.pages, 0) * 8192

    def _large(self, table: Name) -> bool:
        size = self.bytes(table)
        return self.forms.large if size is None else size >= SMALL_BYTES

    def why(self, table: Name, why: str) -> str:
        """A reason with the size that it comes from."""
        size = self.bytes(table)
        if size is None:
            return f"the size of {table.short} is not known: {why}"
        return f"{table.short} has {size_text(size)}: {why}"

    def why_plain(self, change: Change) -> str:
        """Why a change that could block is made in the plain form."""
        table = _locked(change)
        if table is None:
            return ""
        if table in self._fresh:
            return "the table is new: nobody uses it"
        size = self.bytes(table)
        if size is not None and size < SMALL_BYTES:
            return f"{table.short} has {size_text(size)}: done at once"
        return ""


def _locked(change: Change) -> Name | None:
    """The table that a change would scan, build on or rewrite, where it does."""
    match change:
        case AddIndex(index=index) | DropIndex(index=index) | Reindex(index=index):
            return index.table
        case AddConstraint(table=table):
            return table
        case AlterColumn(table=table, before=before, after=after):
            return table if after.not_null and not before.not_null else None
        case _:
            return None
