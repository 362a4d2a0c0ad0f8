"""The way back: what the tables of a schema say of the things that they keep, as parts of a spec."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace

from dbarchitect.model import english
from dbarchitect.model.names import Name
from dbarchitect.model.schema import (
    Column,
    EnumType,
    Exclude,
    ForeignKey,
    PrimaryKey,
    Relational,
    Table,
    Unique,
)

from .as_designed import (
    MARK,
    TIMES,
    is_made_up,
    is_mark,
    is_near,
    is_of_place,
    is_queue,
    is_time_of,
    unique_columns,
)
from .checks import Checked, checked
from .hierarchies import ABOVE, BELOW, PATH
from .naming import column_name, one_of, plain, table_name
from .recovered_fields import Columns, placed
from .recovered_shapes import (
    behind_trees,
    beyond,
    closures,
    is_fixed,
    is_history,
    kinds,
    parts_by_time,
    path_column,
)
from .spec import End, Entity, Field, Relation, Rule

_ADDED = re.compile(r"(?:, in [A-Z]{3}\b)?(?:, as a hash)?(?: \(personal data\))?$")
_SETTING = re.compile(r"\(?\"?(\w+)\"? = .*current_setting\('([\w.]+)'", re.DOTALL)
_SEARCHED = re.compile(r"COALESCE\((?:\()?\"?(\w+)\"?", re.IGNORECASE)
_OF_SERVER = re.compile(r"tsvector_update_trigger\('(\w+)', '[^']*'((?:, '\w+')+)\)")
_FOREIGN = re.compile(r"(?<!pg_catalog)\.\"?\w+\"?(?:\(|\b)(?<!\d)", re.ASCII)  # a function or type of a schema


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What was read, and what a spec cannot hold: (about what, what it is). `entity_of`: names of entities by table;
    `pairs`: the two that a table joins; `roles`: of references, by table and name;
    `called`: fields that are not called as their columns; `closures`: the table of rows by that of their pairs."""

    entities: tuple[Entity, ...]
    relations: tuple[Relation, ...]
    rules: tuple[Rule, ...] = ()
    tenant: str = ""
    ids: Literal["", "public"] = ""
    searched: tuple[tuple[str, tuple[str, ...]], ...] = ()
    near: tuple[str, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    entity_of: dict[Name, str] = field(default_factory=dict[Name, str])
    pairs: dict[Name, frozenset[str]] = field(default_factory=dict[Name, frozenset[str]])
    roles: dict[tuple[Name, str], str] = field(default_factory=dict[tuple[Name, str], str])
    called: dict[tuple[Name, str], str] = field(default_factory=dict[tuple[Name, str], str])
    closures: dict[Name, Name] = field(default_factory=dict[Name, Name])


def parts_of(schema: Relational, *, line: int = 0) -> tuple[tuple[Entity, ...], tuple[Relation, ...]]:
    """The entities and relations of the tables; a table that only joins two others is a relation."""
    parts = _Reader(schema, line=line, exact=False).read()
    return parts.entities, parts.relations


def recovered(schema: Relational) -> Parts:
    """All that the tables of a database say, so that a design of it comes to the same tables again; and what it cannot
    say."""
    return _Reader(schema, line=0, exact=True).read()


class _Reader:
    """`exact`: nothing is added that the tables do not have; else a block in a brief, which may be meant loosely."""

    def __init__(self, schema: Relational, *, line: int, exact: bool) -> None:
        self.schema = schema
        self.line = line
        self.exact = exact
        enums = {one.name: one.labels for one in schema.types if isinstance(one, EnumType)}
        functions = {one.name.name: one for one in schema.functions}
        tables = [one for one in schema.tables if one.partition_of is None]
        histories = {one.name for one in tables if exact and is_history(one, tables)}
        self.closures = closures(tables) if exact else {}
        self.tables = [one for one in tables if one.name not in histories and one.name not in self.closures]
        self.known = {one.name: one for one in self.tables}
        self.entity_of = self._names()
        self.kinds = kinds(self.tables, self.entity_of) if exact else {}
        self.paths = {one.name: path for one in self.tables if exact and (path := path_column(one))}
        self.tenant, self.tenant_columns = self._tenants() if exact else ("", {})
        self.lost: list[tuple[str, str]] = []
        self.columns = Columns(enums, functions, self.lost, line=line, exact=exact)
        self.rules: list[Rule] = []
        self.pairs: dict[Name, frozenset[str]] = {}
        self.roles: dict[tuple[Name, str], str] = {}
        self.called: dict[tuple[Name, str], str] = {}
        self.carried: dict[tuple[Name, str], str] = {}  # columns that only say what a reference's target refers to
        self.searched: list[tuple[str, tuple[str, ...]]] = []

    def read(self) -> Parts:
        entities: list[Entity] = []
        relations: list[Relation] = []
        for table in self.tables:
            keys = self._keys(table)
            pair = self._pair(table, keys)
            if pair is not None:
                relations.append(pair)
                self.pairs[table.name] = frozenset((pair.first.entity, pair.second.entity))
                continue
            self.roles |= {(table.name, key.name): self._role(key) for key in keys}
            checks = checked(table)
            entities.append(self._entity(table, keys, checks))
            if self.exact:
                self._rules(table, checks)
            weak = entities[-1].parent
            kind = self.kinds.get(table.name)
            for key in keys:
                if kind is not None and key.name == kind.key:
                    continue
                made = self._relation(table, key)
                if weak and made.first.entity == weak and set(key.columns) <= self._primary(table):
                    made = replace(made, on_delete="")
                relations.append(made)
        if self.exact:
            self._pairs_of_trees()
            tenants = {*self.tenant_columns, *((self.tenant,) if isinstance(self.tenant, Name) else ())}
            own = behind_trees(self.schema, self.closures, self.paths)
            self.lost += beyond(self.schema, self.tables, tenants, own)
            entities = [*(one for one in entities if not one.kind_of), *self._in_order_of_kinds(entities)]
        return Parts(
            entities=tuple(entities),
            relations=tuple(relations),
            rules=tuple(self.rules),
            tenant=self.entity_of.get(self.tenant, "") if isinstance(self.tenant, Name) else "",
            ids="public" if self._by_uuid() else "",
            searched=tuple(self.searched),
            near=tuple(self.entity_of[one.name] for one in self.tables if self.exact and is_near(one)),
            lost=tuple(self.lost),
            entity_of=self.entity_of,
            pairs=self.pairs,
            roles=self.roles,
            called=self.called,
            closures={name: one.of for name, one in self.closures.items()},
        )

    def _by_uuid(self) -> bool:
        """Whether most keys that mean nothing are UUIDs."""
        kinds = [
            table.column(one.columns[-1])
            for table in self.tables
            if (one := table.primary_key) is not None
            and len(_without(one.columns, self.tenant_columns.get(table.name, ""))) == 1
        ]
        made_up = [one.type.base or one.type.name for one in kinds if one is not None and is_made_up(one)]
        return made_up.count("uuid") * 2 > len(made_up)

    # Trees and kinds

    def _pairs_of_trees(self) -> None:
        """What becomes of the columns of closures and paths."""
        for name, one in self.closures.items():
            self.roles |= {(name, one.above.name): BELOW, (name, one.below.name): ABOVE}
            if one.depth:
                self.called[name, one.depth] = "depth"
        self.called |= dict.fromkeys(self.paths.items(), PATH)

    def _in_order_of_kinds(self, entities: Sequence[Entity]) -> Iterator[Entity]:
        """The kinds as the CHECK of the general rows names them, also those that have no table."""
        known = {one.name: one for one in entities}
        for general, column in dict.fromkeys((one.general, one.column) for one in self.kinds.values()):
            values = checked(self.known[general]).fields.get(column, {}).get("values", ())
            own = {
                one.value: known[self.entity_of[table]] for table, one in self.kinds.items() if one.general == general
            }
            for value in dict.fromkeys((*values, *own)):
                yield own.get(value) or Entity(name=" ".join(english.split(value)), kind_of=self.entity_of[general])

    # Names

    def _names(self) -> dict[Name, str]:
        """The entity of each table; tables of one name are told apart by their schemas."""
        found: dict[Name, str] = {}
        for one in self.tables:
            name = _name(one.name.name)
            if name in found.values():
                name = f"{_name(one.name.schema)} {name}"
            if name in found.values():  # `queue` and `queues` of one schema
                name = f"{' '.join(english.split(one.name.name))} record"
            found[one.name] = name
        return found

    # Roles of tables

    def _tenants(self) -> tuple[Name | str, dict[Name, str]]:
        """The table of tenants and, by table, the column that says whose a row is: from policies that compare a column
        with a setting of the session."""
        columns: dict[Name, str] = {}
        own: list[Name] = []
        for table in self.tables:
            for policy in table.policies:
                match = _SETTING.match(policy.using or "")
                if match is None or not policy.permissive or not table.row_security:
                    continue
                if table.primary_key and table.primary_key.columns == (match[1],):
                    own.append(table.name)
                else:
                    columns[table.name] = match[1]
        if not columns:
            return "", {}
        targets = [
            key.target for name in columns for key in self.known[name].foreign_keys if columns[name] == key.columns[0]
        ]
        found = own[0] if len(own) == 1 else max(targets, key=targets.count) if targets else None
        if found is None or found not in self.known:
            return "", {}
        for table in self.tables:  # pairs have the column and no policy of their own
            if table.column(f"{one_of(self.entity_of[found])}_id") and table.name not in columns:
                columns[table.name] = f"{one_of(self.entity_of[found])}_id"
        return found, columns

    def _keys(self, table: Table) -> list[ForeignKey]:
        """The references to tables that are read; the one to the tenant is left out where another carries it."""
        mine = self.tenant_columns.get(table.name)
        carried = any(
            one.columns[:1] == (mine,) and len(one.columns) > 1 and one.target != table.name
            for one in table.foreign_keys
        )
        found: list[ForeignKey] = []
        for one in table.foreign_keys:
            if one.target in self.known and not (carried and one.columns == (mine,) and one.target == self.tenant):
                found.append(self._without_carried(table, one) if self.exact else one)
            elif one.target not in self.known and self.exact:
                self.lost.append((f"{table.name.short}.{one.name}", "a reference to a table that is not kept here"))
        return found

    def _without_carried(self, table: Table, key: ForeignKey) -> ForeignKey:
        """The reference without the column that says again what its target refers to: of `(appointment_id, clinic_id)`
        the former, where the appointment has the clinic."""
        target = self.known[key.target]
        whole = self._primary(target)
        pairs = list(zip(key.columns, key.target_columns, strict=True))
        more = [(here, there) for here, there in pairs if there not in whole]
        above = self._refers_to(target, more[0][1]) if len(more) == 1 and target.name != table.name else None
        if above is None or not whole <= set(key.target_columns):
            return key
        self.carried[table.name, more[0][0]] = self.entity_of[above]
        kept = [pair for pair in pairs if pair not in more]
        return replace(key, columns=tuple(here for here, _ in kept), target_columns=tuple(there for _, there in kept))

    def _refers_to(self, table: Table, column: str) -> Name | None:
        """What a column refers to, by itself or through what it is carried down from."""
        mine = self.tenant_columns.get(table.name, "")
        for one in table.foreign_keys:
            if one.target not in self.known or column not in one.columns:
                continue
            if set(one.columns) <= {column, mine}:
                return one.target
            there = dict(zip(one.columns, one.target_columns, strict=True))[column]
            if one.target != table.name and there not in self._primary(self.known[one.target]):
                return self._refers_to(self.known[one.target], there)
        return None

    def _primary(self, table: Table) -> set[str]:
        return set(table.primary_key.columns) if table.primary_key else set()

    def _pair(self, table: Table, keys: Sequence[ForeignKey]) -> Relation | None:
        """The relation of a table that only says which rows go together."""
        names = {one.name for one in table.columns}
        mine = self.tenant_columns.get(table.name)
        joined = [one for one in keys if not (mine and one.columns == (mine,))]
        if len(joined) != 2:
            return None
        referring = {name for key in joined for name in key.columns} | _only(mine)
        if self.exact:
            roles = [self._role(key) for key in joined]
            added = {"created_at"} if is_time_of(table, "created_at") else set[str]()
            uniques = [one for one in table.constraints if isinstance(one, Unique)]
            checks = [one for one in table.constraints if one.definition.startswith("CHECK")]
            if (
                names - added != referring
                or any(roles)
                or joined[0].target == joined[1].target
                or self._primary(table) != referring
                or uniques
                or checks
            ):
                return None
        elif names != referring:
            return None
        if self.exact and self._order(table)[0] == joined[1].columns[-1]:
            joined = joined[::-1]
        first, second = (self.entity_of[key.target] for key in joined)
        name = _name(table.name.name)
        if self.exact and table_name(f"{one_of(first)} {second}") == table.name.name:
            name = ""
        return Relation(
            first=End(entity=first),
            second=End(entity=second),
            name=name,
            line=self.line,
        )

    def _order(self, table: Table) -> list[str]:
        mine = self.tenant_columns.get(table.name)
        return [one for one in (table.primary_key.columns if table.primary_key else ()) if one != mine] or [""]

    # Entities

    def _entity(self, table: Table, keys: Sequence[ForeignKey], checks: Checked) -> Entity:
        name = self.entity_of[table.name]
        mine = self.tenant_columns.get(table.name, "")
        carried = {column for owner, column in self.carried if owner == table.name}
        referring = {column for key in keys for column in key.columns} | _only(mine) | carried
        primary = tuple(one for one in (table.primary_key.columns if table.primary_key else ()) if one != mine)
        soft = self.exact and is_mark(table)
        when, unit, unsaid = parts_by_time(table, self.schema.tables) if self.exact else ("", "", "")
        by_time = _only(when)
        if unsaid:
            self.lost.append((table.name.short, unsaid))
        kind = self.kinds.get(table.name)
        primary = tuple(one for one in primary if one not in by_time or len(primary) == 1)
        uniques = list(self._uniques(table, mine, soft=soft))
        dropped = self._dropped(table, soft=soft)
        fields: list[Field] = []
        numbered = len(primary) == 1 and any(one.name in primary and is_made_up(one) for one in table.columns)
        for column in table.columns:
            made_up = primary == (column.name,) and is_made_up(column)
            if not self.exact:
                own = [one for one in primary if one not in referring]
                made_up = own == [column.name] and is_made_up(column)
            if column.name in referring or made_up or column.name in dropped:
                continue
            one = self.columns.read(
                table, column, checks, unique=(column.name,) in uniques or primary == (column.name,)
            )
            if one is not None and self.exact and one.name == "id":  # the name of the key that the design makes
                one = replace(one, name=f"{name} id")
                self.called[table.name, column.name] = one.name
            if one is not None:
                one = self._plainly(one, name)
                if plain(one.name) != column.name:
                    self.called[table.name, column.name] = one.name
                fields.append(one)
        if self.exact:
            fields = placed(table, fields)
            self._behind(table, checks)
        parent, weak = self._weak(table, keys, primary, referring)
        said: list[tuple[str, ...]] = []
        several = [one for one in uniques if len(one) > 1 and not (numbered and set(primary) <= set(one))]
        if len(primary) > 1 and not weak:
            several.insert(0, primary)
        for columns in dict.fromkeys(several):
            if not self.exact:
                if not referring & set(columns):
                    said.append(tuple(" ".join(english.split(one)) for one in columns))
                continue
            names = self._named(table, columns, keys, mine)
            if names is None:
                self.lost.append((table.name.short, f"UNIQUE ({', '.join(columns)}): a part of a reference"))
            elif not any(set(names) == set(one) for one in said):
                said.append(names)
        triggers = {one.name for one in table.triggers}
        spelt = table.name.name if re.fullmatch(r"\w+", table.name.name) else plain(table.name.name)
        return Entity(
            name=name,
            plural=spelt if self.exact and table_name(name) != spelt else "",
            fields=tuple(fields),
            key=tuple(said),
            parent=parent,
            weak=weak,
            kind_of=self.entity_of[kind.general] if kind is not None else "",
            soft_delete=soft,
            audit=self.exact and any(one.endswith("_keep_history") for one in triggers),
            appended=self.exact and self._is_appended(table, fields),
            by_time=bool(by_time),
            partitioned=unit,
            queue=self.exact and is_queue(table),
            comment="" if table.comment == f"One row for each {name}" else table.comment or "",
            line=self.line,
        )

    def _field(self, table: Table, column: str) -> str:
        """What a brief calls a column."""
        return self.called.get((table.name, column)) or " ".join(english.split(column))

    def _plainly(self, field: Field, entity: str) -> Field:
        """A field as a brief would say it: without what the design adds to names and comments by itself."""
        if not self.exact:
            return field
        stem = one_of(entity)
        inner = field.name.removeprefix(" ".join(english.split(stem)) + " ")
        taken = inner in self.entity_of.values()
        if inner != field.name and not taken and column_name(inner, entity) == plain(field.name):
            field = replace(field, name=inner)
        if field.kind == "secret" and field.name.endswith(" hash"):
            field = replace(field, name=field.name.removesuffix(" hash"))
        comment = _ADDED.sub("", field.comment)
        return replace(field, comment="" if comment.lower() == f"{field.name} of the {entity}" else comment)

    def _is_appended(self, table: Table, fields: Sequence[Field]) -> bool:
        """Whether a design took its rows for points in time that are never changed."""
        when = any(one.kind == "moment" and one.required for one in fields)
        brin = any(one.method == "brin" for one in table.indexes)
        return when and table.column("updated_at") is None and (table.partition_key is not None or brin)

    def _dropped(self, table: Table, *, soft: bool) -> set[str]:
        """Columns that the design adds by itself."""
        if not self.exact:
            return set()
        found = {one for one, said in TIMES.items() if is_time_of(table, one) and _is_said(table, one, said)}
        if table.column("updated_at") is None and not self.schema.tables:
            found.discard("created_at")
        if soft:
            found.add(MARK)
        found |= _only(self.paths.get(table.name))
        found |= {one.column for one in self.kinds.values() if one.general == table.name}
        if is_queue(table):
            found |= {"available_at", "taken_at", "done_at", "attempts"}
        for column in table.columns:
            if column.type.name == "tsvector":
                found.add(column.name)
                self.called[table.name, column.name] = "search document"
                words = tuple(one for one in _searched(table, column) if table.column(one) is not None)
                self.searched.append((self.entity_of[table.name], tuple(" ".join(english.split(w)) for w in words)))
        return found

    def _weak(
        self, table: Table, keys: Sequence[ForeignKey], primary: tuple[str, ...], referring: set[str]
    ) -> tuple[str, tuple[str, ...]]:
        """(the entity within which it is known, by which fields), where the primary key says so."""
        mine = {self.tenant_columns.get(table.name, "")}
        inside = [key for key in keys if set(key.columns) - mine and set(key.columns) - mine <= set(primary)]
        rest = [one for one in primary if one not in referring]
        if not self.exact or len(inside) != 1 or not rest or inside[0].target == table.name:
            return "", ()
        if self._role(inside[0]) or set(primary) - set(rest) != set(inside[0].columns) - mine:
            return "", ()
        return self.entity_of[inside[0].target], tuple(self._field(table, one) for one in rest)

    def _uniques(self, table: Table, mine: str, *, soft: bool) -> Iterator[tuple[str, ...]]:
        """Columns that are not shared, by constraints and by indexes; those of a tenant without its column."""
        for one in table.constraints:
            if isinstance(one, Unique):
                yield _without(one.columns, mine)
        for one in table.indexes if self.exact else ():
            columns = unique_columns(one, soft=soft)
            if columns:
                yield _without(columns, mine)
            elif one.unique and one.constraint is None:
                self.lost.append((f"{table.name.short}.{one.name.name}", f"a unique index: {one.definition}"))

    def _named(
        self, table: Table, columns: Sequence[str], keys: Sequence[ForeignKey], mine: str
    ) -> tuple[str, ...] | None:
        """What a brief calls these columns, in their order: fields by names, references by roles; None where
        a reference is there in part."""
        called = {column: above for (owner, column), above in self.carried.items() if owner == table.name}
        for key in keys:
            own = [one for one in key.columns if one != mine]
            if own and set(own) <= set(columns):
                called |= dict.fromkeys(own, self._role(key) or self.entity_of[key.target])
        referring = {one for key in keys for one in key.columns}
        if any(one in referring and one not in called for one in columns):
            return None
        return tuple(dict.fromkeys(called.get(one) or self._field(table, one) for one in columns))

    # Rules

    def _rules(self, table: Table, checks: Checked) -> None:
        name = self.entity_of[table.name]
        for low, high, equal in checks.orders:
            pair = tuple(self._field(table, one) for one in (low, high))
            if not any(one.entity == name and one.kind == "exclusive" and one.fields == pair for one in self.rules):
                self.rules.append(Rule(entity=name, kind="order", fields=pair, equal=equal))
        for one in table.constraints:
            if isinstance(one, Exclude):
                self._excluded(table, one)

    def _excluded(self, table: Table, one: Exclude) -> None:
        index = next((other for other in table.indexes if other.name.name == one.index), None)
        same: list[str] = []
        ranges: tuple[str, ...] = ()
        for key, operator in zip(index.keys if index else (), one.operators, strict=False):
            if operator.endswith("&&") or operator == "&&":
                own = {column.name for column in table.columns}
                inner = [one for one in re.findall(r"\w+", key.text) if one in own] if "range(" in key.text else []
                ranges = tuple(dict.fromkeys(inner))[:2] or ((key.column,) if key.column else ())
            elif key.column:
                same.append(key.column)
        within = self._named(table, _without(same, self.tenant_columns.get(table.name, "")), self._keys(table), "")
        if not ranges or within is None:
            self.lost.append((f"{table.name.short}.{one.name}", one.definition))
            return
        fields = tuple(self._field(table, name) for name in ranges)
        self.rules.append(Rule(entity=self.entity_of[table.name], kind="exclusive", fields=fields, within=within))

    def _behind(self, table: Table, checks: Checked) -> None:
        """CHECKs that no word of a brief says: as SQL where their columns keep their names."""
        for one in checks.left:
            if is_fixed(one, self.kinds.get(table.name)):
                continue
            columns = re.findall(r"\"?([A-Za-z_]\w*)\"?", one.expression)
            renamed = [
                column.name for column in table.columns if column.name in columns and plain(column.name) != column.name
            ]
            if is_of_place(one.expression):
                continue
            if (targets := self._alternatives(table, one.expression)) is not None:
                self.rules.append(Rule(entity=self.entity_of[table.name], kind="either", fields=targets))
                continue
            written = one.expression.isprintable() and "`" not in one.expression
            if renamed or not written or _FOREIGN.search(one.expression):
                self.lost.append((f"{table.name.short}.{one.name}", f"CHECK {one.expression}"))
                continue
            self.rules.append(Rule(entity=self.entity_of[table.name], kind="check", sql=one.expression))

    def _alternatives(self, table: Table, expression: str) -> tuple[str, ...] | None:
        """The entities of which exactly one is referred to, each by the one reference there is to it."""
        match = re.fullmatch(r"\(?num_nonnulls\(([\w\", ]+)\) = 1\)?", expression)
        named = [one.strip(' "') for one in match[1].split(",")] if match else []
        keys = [[key for key in self._keys(table) if one in key.columns] for one in named]
        if not named or any(len(one) != 1 or self._role(one[0]) for one in keys):
            return None
        found = tuple(self.entity_of[one[0].target] for one in keys)
        return found if len(set(found)) == len(found) > 1 else None

    # Relations

    def _role(self, key: ForeignKey) -> str:
        mine = self.tenant_columns.get(key.target, "")
        own = [one for one in key.columns if one != mine] or list(key.columns)
        words = english.split(own[-1])
        role = " ".join(words[:-1] if words[-1:] in (("id",), ("uuid",)) and len(words) > 1 else words)
        target = self.entity_of[key.target]
        if self.exact:
            return "" if plain(role) == one_of(target) else role
        return "" if role in (target, target.split()[-1]) else role

    def _form(self, table: Table, key: ForeignKey) -> Literal["", "closure", "ltree"]:
        """What is kept of a tree beside the row above."""
        if key.target != table.name:
            return ""
        if any(one.of == table.name for one in self.closures.values()):
            return "closure"
        return "ltree" if table.name in self.paths else ""

    def _relation(self, table: Table, key: ForeignKey) -> Relation:
        """A reference: the one that is referred to stands first."""
        mine = self.tenant_columns.get(table.name, "")
        own = set(key.columns) - {mine} or set(key.columns)
        singles = [set(one.columns) for one in table.constraints if isinstance(one, PrimaryKey | Unique)]
        singles += [set(unique_columns(one, soft=is_mark(table))) for one in table.indexes if self.exact]
        alone = any(one and one - {mine} and one - {mine} <= own for one in singles)
        columns = [column for column in table.columns if column.name in own]
        target = self.entity_of[key.target]
        action = _action(key)
        if self.exact and key.on_delete == "NO ACTION":
            action = "restrict"
        return Relation(
            first=End(entity=target, least=int(all(one.not_null for one in columns)), most=1, role=self._role(key)),
            second=End(entity=self.entity_of[table.name], most=1 if alone else None),
            hierarchy=self._form(table, key),
            on_delete=action,  # pyright: ignore[reportArgumentType] - one of the four
            line=self.line,
        )


def _name(text: str) -> str:
    words = english.split(text)
    return " ".join((*words[:-1], english.singular(words[-1]))) if words else text


def _searched(table: Table, column: Column) -> tuple[str, ...]:
    """The columns whose words a tsvector holds, where its expression or the server's own trigger names them."""
    if column.generated is not None:
        return tuple(dict.fromkeys(_SEARCHED.findall(column.generated.expression)))
    for one in table.triggers:
        found = _OF_SERVER.search(one.definition)
        if found is not None and found[1] == column.name:
            return tuple(re.findall(r"'(\w+)'", found[2]))
    return ()


def _is_said(table: Table, name: str, usual: str) -> bool:
    """Whether nobody has commented a column otherwise than a design does."""
    column = table.column(name)
    return column is not None and column.comment in (None, usual)


def _only(name: str | None) -> set[str]:
    return {name} if name else set()


def _without(columns: Sequence[str], mine: str) -> tuple[str, ...]:
    return tuple(one for one in columns if one != mine)


def _action(key: ForeignKey) -> str:
    return {"CASCADE": "cascade", "RESTRICT": "restrict", "SET NULL": "set null"}.get(key.on_delete, "")
