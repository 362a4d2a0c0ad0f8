"""What hangs on a column by its number, and so would follow the old column through a swap of names: it is dropped and
made again, each object from its own value, in the transaction of the swap."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from dbarchitect.migrate.online.steps import Ddl
from dbarchitect.model.change import Create, Drop, SetGrants, SetOwner
from dbarchitect.model.names import Name, ObjectRef
from dbarchitect.model.schema import (
    ExtendedStatistics,
    Function,
    Policy,
    Relational,
    Rule,
    Table,
    Trigger,
    View,
)

_Part = Policy | Rule | Trigger
_KINDS = {"policy": Policy, "rule": Rule, "trigger": Trigger}


class Dependents:
    """What needs `column` of `table`, directly or by way of views."""

    def __init__(self, schema: Relational, table: Name, column: str) -> None:
        self._schema = schema
        self._table = table
        self._users: dict[tuple[str, str], list[ObjectRef]] = {}
        direct: list[ObjectRef] = []
        for one in schema.dependencies:
            on = one.on
            if on.kind == "column" and (on.schema, on.name, on.sub) == (table.schema, table.name, column):
                direct.append(one.of)
            elif on.kind in ("view", "column"):
                self._users.setdefault((on.schema, on.name), []).append(one.of)
        self.views: list[View] = []  # a view before those that read it
        self.parts: list[tuple[Name, _Part]] = []
        self.statistics: list[ExtendedStatistics] = []
        self.functions: list[Function] = []
        self.obstacles: list[str] = []
        for ref in direct:
            self._take(ref)
        self.views = self._sorted(self.views)

    @property
    def relations(self) -> tuple[Name, ...]:
        """Relations besides the table that lose and get back something, in the order in which a reader locks them:
        views before what they read."""
        others = [on for on, _ in self.parts if on != self._table]
        return tuple(dict.fromkeys([*(one.name for one in reversed(self.views)), *others]))

    @property
    def refs(self) -> tuple[ObjectRef, ...]:
        """All that is dropped and made again."""
        kinds = {Policy: "policy", Rule: "rule", Trigger: "trigger"}
        return (
            *(ObjectRef(kind="view", schema=one.name.schema, name=one.name.name) for one in self.views),
            *(
                ObjectRef(kind=kinds[type(one)], schema=on.schema, name=on.name, sub=one.name)  # pyright: ignore[reportArgumentType]
                for on, one in self.parts
            ),
            *(ObjectRef(kind="statistics", schema=one.name.schema, name=one.name.name) for one in self.statistics),
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The same for people."""
        return tuple(f"{ref.kind} {ref.short}" for ref in self.refs)

    def drops(self, ddl: Ddl) -> Iterable[str]:
        """DROP of all, what reads a view before the view."""
        for one in reversed(self.views):
            yield from ddl(Drop(object=one))
        for on, one in self.parts:
            yield from ddl(Drop(object=one, on=on))
        for one in self.statistics:
            yield from ddl(Drop(object=one))

    def creates(self, ddl: Ddl) -> Iterable[str]:
        """All of it again, with owners, privileges and comments. Functions are replaced: their body is read anew."""
        for one in self.statistics:
            yield from ddl(Create(object=one))
            yield from self._owned(ddl, "statistics", one)
        for on, one in self.parts:
            yield from ddl(Create(object=one, on=on))
        for one in self.functions:
            yield from ddl(Create(object=replace(one, comment=None)))
        for view in self.views:
            yield from ddl(Create(object=view))
            yield from self._owned(ddl, "view", view)
            if view.grants:
                at = ObjectRef(kind="view", schema=view.name.schema, name=view.name.name)
                yield from ddl(SetGrants(at=at, owner=view.owner, after=view.grants))
            for part in (*view.triggers, *view.rules):
                yield from ddl(Create(object=part, on=view.name))

    def _owned(self, ddl: Ddl, kind: str, one: ExtendedStatistics | View) -> Iterable[str]:
        table = self._schema.table(self._table)
        if one.owner and table is not None and one.owner != table.owner:
            at = ObjectRef(kind=kind, schema=one.name.schema, name=one.name.name)  # pyright: ignore[reportArgumentType]
            yield from ddl(SetOwner(at=at, before=table.owner, after=one.owner))

    def _take(self, ref: ObjectRef) -> None:
        name = Name(schema=ref.schema, name=ref.name)
        match ref.kind:
            case "view":
                self._take_view(name, ref)
            case "policy" | "rule" | "trigger":
                owner = next((one for one in self._relations() if one.name == name), None)
                parts = () if owner is None else _parts(owner, ref)
                if not parts:
                    self.obstacles.append(f"{ref.kind} {ref.short} reads it")
                elif not any(one.name == name for one in self.views):  # a view's own come with it
                    self.parts += [(name, part) for part in parts if (name, part) not in self.parts]
            case "statistics":
                self.statistics += [one for one in self._schema.statistics if one.name == name]
            case "function":
                found = [one for one in self._schema.functions if _is(one, ref)]
                if not found:
                    self.obstacles.append(f"function {ref.short} reads it")
                self.functions += found
            case "constraint" | "index":
                pass  # the table's own, and foreign keys, have forms of their own
            case "column":
                self.obstacles.append(f"generated column {ref.short} is computed from it")
            case _:
                self.obstacles.append(f"{ref.kind} {ref.short} depends on it")

    def _take_view(self, name: Name, ref: ObjectRef) -> None:
        view = next((one for one in self._schema.views if one.name == name), None)
        if view is None or view.materialized:
            # It would have to be filled again while everybody waits.
            self.obstacles.append(f"materialized view {ref.short} reads it")
        elif view not in self.views:
            self.views.append(view)
            for user in self._users.get((name.schema, name.name), ()):
                if (user.schema, user.name) == (name.schema, name.name):
                    continue
                if user.kind == "function":
                    self.obstacles.append(f"function {user.short} reads view {name.short}, which reads it")
                else:
                    self._take(user)

    def _sorted(self, views: list[View]) -> list[View]:
        """Views after those that they read."""
        found: list[View] = []

        def visit(view: View) -> None:
            for one in self._schema.dependencies:
                if (one.of.kind, one.of.schema, one.of.name) == ("view", view.name.schema, view.name.name):
                    for other in views:
                        if (other.name.schema, other.name.name) == (one.on.schema, one.on.name) and other != view:
                            visit(other)
            if view not in found:
                found.append(view)

        for view in views:
            visit(view)
        return found

    def _relations(self) -> tuple[Table | View, ...]:
        return (*self._schema.tables, *self._schema.views)


def _parts(owner: Table | View, ref: ObjectRef) -> tuple[_Part, ...]:
    found: list[_Part] = [*owner.triggers, *owner.rules, *(owner.policies if isinstance(owner, Table) else ())]
    return tuple(one for one in found if type(one) is _KINDS[ref.kind] and one.name == ref.sub)


def _is(function: Function, ref: ObjectRef) -> bool:
    return function.name.schema == ref.schema and f"{function.name.name}({function.identity})" == ref.name
