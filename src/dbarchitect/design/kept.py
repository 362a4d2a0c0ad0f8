"""Two schemas side by side, a database's and that of a design made of it: what came back, as what, and what did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, ForeignKey, PrimaryKey, Relational, Table, Unique
from dbarchitect.model.value import Value

from .as_designed import unique_columns
from .draft import Draft
from .naming import column_name
from .reverse import Parts

What = Literal["table", "column", "key", "reference"]
_ACTIONS = {"NO ACTION": "RESTRICT"}


class Count(Value, frozen=True, kw_only=True):
    """How many of a kind there were; `same` came back as they were, `changed` in another form, `lost` not at all;
    `added`: were not there before."""

    what: What
    before: int
    same: int
    changed: int
    lost: int
    added: int


class Difference(Value, frozen=True, kw_only=True):
    """One thing that is not as it was. `about` as the database calls it, `then` as the design does; "" for the one that
    has none. `form`: what kind of change it is, the same words for the same kind."""

    what: What
    about: str
    then: str
    form: str


class Kept(Value, frozen=True, kw_only=True):
    """What came of a database."""

    counts: tuple[Count, ...]
    differences: tuple[Difference, ...]

    @property
    def equivalent(self) -> bool:
        """Whether all that was there is there again, in its form or another, and nothing is lost."""
        return not any(one.lost for one in self.counts)


def kept(before: Relational, after: Relational, parts: Parts, draft: Draft) -> Kept:
    """Compare tables, columns, keys and references; `parts` was read from `before`, and the design `draft` made
    `after`."""
    return _Comparison(before, after, parts, draft).result()


class _Comparison:
    def __init__(self, before: Relational, after: Relational, parts: Parts, draft: Draft) -> None:
        self.before = [one for one in before.tables if one.partition_of is None]
        self.after = {one.name.name: one for one in after.tables if one.partition_of is None}
        self.parts = parts
        self.draft = draft
        self.found: list[Difference] = []
        self.counts: dict[What, dict[str, int]] = {
            what: dict.fromkeys(("before", "same", "changed", "lost", "added"), 0)
            for what in ("table", "column", "key", "reference")
        }
        self.tables: dict[Name, Table] = {}

    def result(self) -> Kept:
        for table in self.before:
            then = self._table(table)
            if then is not None:
                self.tables[table.name] = then
        used = {one.name.name for one in self.tables.values()}
        for table in self.before:
            then = self.tables.get(table.name)
            if then is None:
                self._lose(table)
                continue
            self._tell("table", table.name.short, then.name.name, "the table has another name",
                       same=then.name.name == table.name.name)  # fmt: skip
            self._inside(table, then)
        for name in self.after.keys() - used:
            self._add("table", name, "a table that the design adds")
        counts = tuple(Count(what=what, **numbers) for what, numbers in self.counts.items())
        return Kept(counts=counts, differences=tuple(self.found))

    def _tell(self, what: What, about: str, then: str, form: str, *, same: bool) -> None:
        self.counts[what]["before"] += 1
        self.counts[what]["same" if same else "changed"] += 1
        if not same:
            self.found.append(Difference(what=what, about=about, then=then, form=form))

    def _gone(self, what: What, about: str, form: str) -> None:
        self.counts[what]["before"] += 1
        self.counts[what]["lost"] += 1
        self.found.append(Difference(what=what, about=about, then="", form=form))

    def _add(self, what: What, then: str, form: str) -> None:
        self.counts[what]["added"] += 1
        self.found.append(Difference(what=what, about="", then=then, form=form))

    def _lose(self, table: Table) -> None:
        name = table.name.short
        self._gone("table", name, "the table did not come back")
        for column in table.columns:
            self._gone("column", f"{name}.{column.name}", "its table did not come back")
        for _ in _keys(table):
            self._gone("key", name, "its table did not come back")
        for key in table.foreign_keys:
            self._gone("reference", f"{name}.{key.name}", "its table did not come back")

    def _table(self, table: Table) -> Table | None:
        """The table that a table became."""
        pair = self.parts.pairs.get(table.name)
        if pair is not None:
            found = [
                one.name
                for one in self.draft.tables.values()
                if one.what == "junction" and {f.entity for f in one.foreigns} >= pair
            ]
            same = table.name.name in found
            return self.after.get(table.name.name if same else found[0]) if found else None
        of = self.parts.closures.get(table.name)
        if of is not None:
            rows = self.draft.by_entity.get(self.parts.entity_of.get(of, ""), "")
            return self.after.get(self.draft.tables[rows].closure) if rows else None
        name = self.draft.by_entity.get(self.parts.entity_of.get(table.name, ""), "")
        return self.after.get(name) or self.after.get(table.name.name)

    # Inside a table

    def _inside(self, table: Table, then: Table) -> None:
        references = dict(self._references(table, then))
        columns = self._columns(table, then, references)
        name = table.name.short
        for column in table.columns:
            new = then.column(columns.get(column.name, ""))
            where = f"{name}.{column.name}"
            if new is None:
                self._gone("column", where, "the column did not come back")
                continue
            changes = _changes(column, new, referring=any(column.name in key.columns for key in table.foreign_keys))
            here = f"{then.name.name}.{new.name}"
            form = "; ".join(changes) or ("another name" if new.name != column.name else "")
            self._tell("column", where, here, form, same=not form)
        for new in then.columns:
            if new.name not in columns.values():
                self._add("column", f"{then.name.name}.{new.name}", "a column that the design adds")
        self._compare_keys(table, then, columns)
        for key in table.foreign_keys:
            where = f"{name}.{key.name}"
            new = references.get(key.name)
            if new is None:
                self._gone("reference", where, "the reference did not come back")
                continue
            wanted = _ACTIONS.get(key.on_delete, key.on_delete)
            got = _ACTIONS.get(new.on_delete, new.on_delete)
            changes = [f"ON DELETE {wanted} is {got}"] if wanted != got else []
            if [columns.get(one) for one in key.columns] != list(new.columns):
                changes.append("by other columns")
            self._tell("reference", where, f"{then.name.name}.{new.name}", "; ".join(changes), same=not changes)
        matched = {one.name for one in references.values()}
        for new in then.foreign_keys:
            if new.name not in matched:
                self._add("reference", f"{then.name.name}.{new.name}", "a reference that the design adds")

    def _references(self, table: Table, then: Table) -> Iterator[tuple[str, ForeignKey]]:
        """The reference that each reference became: to the same, in the same role."""
        left = list(then.foreign_keys)
        drafted = {one.name: one for one in self.draft.tables[then.name.name].foreigns}
        for key in table.foreign_keys:
            target = self.tables.get(key.target)
            role = self.parts.roles.get((table.name, key.name), "")
            fitting = [one for one in left if target is not None and one.target == target.name]
            exact = [
                one
                for one in fitting
                if (drafted[one.name].role if one.name in drafted else "") in (role, *(("parent",) if not role else ()))
            ]
            same = [one for one in fitting if one.columns == key.columns]
            chosen = next(iter(same or exact or (fitting if len(fitting) == 1 else [])), None)
            if chosen is not None:
                left.remove(chosen)
                yield key.name, chosen

    def _columns(self, table: Table, then: Table, references: Mapping[str, ForeignKey]) -> dict[str, str]:
        """The column that each column became."""
        names = {one.name for one in then.columns}
        found: dict[str, str] = {}
        for key in sorted(table.foreign_keys, key=lambda one: len(one.columns)):
            new = references.get(key.name)
            if new is None:
                continue
            if len(new.columns) == len(key.columns):
                found |= {a: b for a, b in zip(key.columns, new.columns, strict=True) if a not in found}
            else:
                found |= {one: new.columns[-1] for one in key.columns if one not in names and one not in found}
        taken = set(found.values())
        for column in table.columns:
            entity = self.parts.entity_of.get(table.name, "")
            wanted = column_name(self.parts.called.get((table.name, column.name), column.name), entity or "row")
            new = next((one for one in (wanted, column.name) if one in names - taken), None)
            if column.name not in found and new is not None:
                found[column.name] = new
        primary = table.primary_key
        if primary and len(primary.columns) == 1 and primary.columns[0] not in found and "id" in names - taken:
            found[primary.columns[0]] = "id"
        return found

    def _compare_keys(self, table: Table, then: Table, columns: Mapping[str, str]) -> None:
        mine = _keys(table)
        theirs = _keys(then)
        left = dict(theirs)
        for key, what in mine.items():
            mapped = frozenset(columns.get(one, "") for one in key)
            shown = f"{table.name.short} ({', '.join(sorted(key))})"
            if mapped in theirs:
                left.pop(mapped, None)
                form = "" if theirs[mapped] == what else f"{what} is {theirs[mapped]}, and the key is made up"
                self._tell("key", shown, f"{then.name.name} ({', '.join(sorted(mapped))})", form, same=not form)
            elif wider := next(
                (one for one in theirs if one < mapped or (mapped < one and what == "PRIMARY KEY")), None
            ):
                left.pop(wider, None)
                self._tell("key", shown, f"{then.name.name} ({', '.join(sorted(wider))})",
                           f"{what} over other columns", same=False)  # fmt: skip
            else:
                self._gone("key", shown, f"{what} did not come back")
        for key, what in left.items():
            self._add("key", f"{then.name.name} ({', '.join(sorted(key))})", f"a {what} that the design adds")


def _keys(table: Table) -> dict[frozenset[str], str]:
    """The sets of columns that tell rows apart."""
    found: dict[frozenset[str], str] = {}
    for one in table.constraints:
        if isinstance(one, PrimaryKey | Unique) and frozenset(one.columns) not in found:
            found[frozenset(one.columns)] = "PRIMARY KEY" if isinstance(one, PrimaryKey) else "UNIQUE"
    for index in table.indexes:
        columns = frozenset(unique_columns(index, soft=table.column("deleted_at") is not None))
        if columns:
            found.setdefault(columns, "UNIQUE")
    return found


_WORDS = {
    "int2": "smallint", "int4": "integer", "int8": "bigint", "varchar": "character varying", "bpchar": "character",
    "float8": "double precision", "float4": "real", "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
}  # fmt: skip


def _changes(column: Column, new: Column, *, referring: bool) -> list[str]:
    found: list[str] = []
    if column.type.sql != new.type.sql:
        before, after = (_family(one) for one in (column, new))
        made = f"{before} is {after}" if before != after else f"{column.type.sql} is {new.type.sql}"
        found.append(f"the key that it points at is made up: {made}" if referring else made)
    if column.not_null != new.not_null:
        found.append("NULL is allowed" if column.not_null else "NULL is not allowed")
    if (column.generated is None) != (new.generated is None):
        found.append("it is no longer generated" if column.generated else "it is generated")
    return found


def _family(column: Column) -> str:
    if column.type.kind == "enum":
        return "an enum"
    base = column.type.base or column.type.name
    if column.type.element:
        return f"{_WORDS.get(column.type.element, column.type.element)}[]"
    return _WORDS.get(base, base)
