"""From a spec to tables: each entity a table, each fact of it a column, each relation a reference or a junction.

Third normal form follows by construction: a table holds what is known of one entity (or of one pair), by its key, and
nothing of the entities that it refers to; what follows from other fields is generated or computed, never kept by hand.
"""

from __future__ import annotations

import re
from datetime import datetime

from msgspec.structs import replace as msgspec_replace

from dbarchitect.model.names import RESERVED, quote_identifier

from .behaviour import Behaviour
from .columns import add_field
from .conditions import add_rules
from .draft import Check, Column, Draft, Foreign, Table, Unique
from .listings import add_indexes
from .naming import an, column_name, one_of, plain, table_name
from .ownership import circles, ordered, owned, reference
from .problems import refuse_problems
from .redundancy import note_redundancy
from .references import Referrer
from .spec import Entity, Field, Spec
from .states import decide_spreads
from .tenancy import tenancy
from .volumes import Rows, rows_of

_UUIDV7 = 18  # the version that has uuidv7()


def designed(spec: Spec, *, now: datetime, version: int = 18) -> tuple[Draft, dict[str, Rows]]:
    """The tables of a spec with the record of what was decided, and the rows that each will have.

    now      partitions begin with its month
    version  of the server, as a number: 18

    Raises `InputError` for a spec that contradicts itself.
    """
    refuse_problems(spec)
    designer = _Designer(spec, version)
    designer.entities()
    designer.references()
    note_redundancy(designer.draft, spec)
    designer.keys_and_rules()
    rows = rows_of(designer.draft, spec)
    Behaviour(designer.draft, spec, rows, now).add()
    rows = rows_of(designer.draft, spec, record=True)
    add_indexes(designer.draft, spec)
    decide_spreads(designer.draft, spec)
    return designer.draft, rows


class _Designer:
    def __init__(self, spec: Spec, version: int) -> None:
        self.spec = spec
        self.draft = Draft()
        self.owned = owned(spec)
        around = spec.surroundings
        self.distributed = around.runs in ("edge", "device") or "offline" in around.needs or len(around.regions) > 1
        self.shared = around.tenancy == "shared"
        self.public = around.ids == "public"
        self.uuids = self.distributed or self.shared or self.public
        self.uuid_default = "uuidv7()" if version >= _UUIDV7 else "gen_random_uuid()"
        self.version = version
        self.refer = Referrer(self.draft, spec, self.owned)
        self.single: dict[str, list[Entity]] = {}  # kinds without a table of their own, by that of their parent

    # Tables

    def entities(self) -> None:
        """A table with its key and fields for each entity."""
        self._key_decisions()
        for entity in ordered(self.spec):
            if entity.kind_of and self._is_plain_kind(entity):
                self.draft.by_entity[entity.name] = self.draft.by_entity[entity.kind_of]
                self.single.setdefault(entity.kind_of, []).append(entity)
                continue
            table = Table(
                name=table_name(entity.name, entity.plural, line=entity.line),
                entity=entity.name,
                soft_delete=entity.soft_delete,
                comment=entity.comment or f"One row for each {entity.name}",
            )
            self.draft.tables[table.name] = table
            self.draft.by_entity[entity.name] = table.name
            if entity.name in self.owned:
                self._tenant(table)
            self._key(table, entity)
            for field in entity.fields:
                if table.of(field.name) is None and not self._derived(table, entity, field):
                    add_field(self.draft, table, entity, field)
        for entity in self.spec.entities:
            self._kinds(entity)

    def _key_decisions(self) -> None:
        if self.uuids:
            why = (
                "rows are made in several places that cannot ask one sequence"
                if self.distributed
                else "keys are seen outside, as was said, and consecutive ones tell how many there are"
                if self.public
                else "keys are seen outside, and consecutive ones tell every tenant how many the others have"
            )
            what = "uuid by uuidv7()"
            if self.version < _UUIDV7:
                what = (
                    "uuid by gen_random_uuid(), until the server is 18: then uuidv7(), or an application that makes it"
                )
            self.draft.decide(
                "key",
                "",
                what,
                why + "; version 7 grows with time, so that an index is filled at its end",
                instead="bigint identity (half as wide); ULID (the same order, no type of its own)",
                unless="rows are made in one place and keys stay inside: bigint",
            )
        else:
            self.draft.decide(
                "key",
                "",
                "bigint GENERATED ALWAYS AS IDENTITY",
                "rows are made in one database; eight bytes that never run out, in the order in which rows come",
                instead="uuid by uuidv7(), twice as wide",
                unless="clients make keys offline, or keys are public: uuidv7()",
            )
        tenant = self.spec.surroundings.tenant
        form = tenancy(self.spec)
        same = form.kept == self.spec.surroundings.tenancy
        unless = form.unless if same else f"it follows what is asked for, which is {form.kept}: {form.why}"
        if self.shared:
            setting = self.draft.tenant_setting = f"app.{self.refer.tenant_column}"
            self.draft.decide(
                "tenancy",
                "",
                f"tables are shared; keys and references begin with {self.refer.tenant_column}",
                f"a row of one {tenant} cannot refer to another's: the foreign key itself refuses it; row "
                f"security shows a "
                f"session only the rows of {setting}; {form.why if same else 'as was said'}",
                instead="a schema or a database for each",
                unless=unless,
            )
        elif self.spec.surroundings.tenancy in ("schema", "database"):
            kind = self.spec.surroundings.tenancy
            self.draft.decide(
                "tenancy",
                "",
                f"one {kind} for each {tenant or 'tenant'}: this design is what each holds",
                f"{form.why if same else 'as was said'}: tenants/provision.sql makes one with a role that sees no "
                f"other; migrations run once a {kind}",
                instead="shared tables with row security; a schema or a database for each",
                unless=unless,
            )

    def _tenant(self, table: Table) -> None:
        table.tenant = self.refer.tenant_column
        table.columns.append(
            Column(
                name=table.tenant,
                type="uuid",
                sample=_UUID,
                width=16,
                comment=f"The {self.spec.surroundings.tenant} whose row it is",
            )
        )

    def _key(self, table: Table, entity: Entity) -> None:
        if entity.kind_of:
            self._inherit(table, entity)
            return
        if entity.parent and entity.weak:
            foreign = self.refer.add(table, entity.parent, required=True, on_delete="CASCADE")
            fields = {one.name: one for one in entity.fields}
            columns = [
                add_field(self.draft, table, entity, fields[name]).name for name in entity.weak if name in fields
            ]
            for name in entity.weak:
                column = table.of(name)
                if column is not None:
                    column.not_null = True
            table.key = tuple(dict.fromkeys((*((table.tenant,) if table.tenant else ()), *foreign.columns, *columns)))
            self.draft.decide(
                "key",
                table.name,
                f"PRIMARY KEY ({', '.join(table.key)})",
                f"{an(entity.name)} is known only within its {entity.parent}; rows of one lie side by side in "
                f"the key's index",
                instead="a key of its own and this as UNIQUE",
                unless="others refer to it often: a key of its own",
                line=entity.line,
            )
            return
        column = Column(name="id", type="bigint", sample="{n}", identity=True, comment=f"Key of the {entity.name}")
        if self.uuids and not (entity.by_time and not self.distributed):
            column = Column(
                name="id",
                type="uuid",
                sample=_UUID,
                default=self.uuid_default,
                width=16,
                comment=f"Key of the {entity.name}",
            )
        table.columns.append(column)
        table.key = (table.tenant, "id") if table.tenant else ("id",)
        if entity.parent:
            self.refer.add(table, entity.parent, required=True, on_delete="CASCADE")

    # Kinds

    def _is_plain_kind(self, entity: Entity) -> bool:
        """Whether a kind has nothing of its own, so that it is but a value of the discriminator."""
        related = any(entity.name in (one.first.entity, one.second.entity) for one in self.spec.relations)
        parent_of = any(entity.name in (one.parent, one.kind_of) for one in self.spec.entities)
        return not (entity.fields or entity.key or related or parent_of)

    def _inherit(self, table: Table, entity: Entity) -> None:
        """The table of a kind: its key is the general row's, and the pair (key, kind) keeps the two in step."""
        general = self.draft.table_of(entity.kind_of)
        kind = self._kind_column(entity.kind_of)
        for name in general.key:
            if table.column(name) is None:
                original = general.column(name)
                assert original is not None
                table.columns.append(
                    Column(
                        name=name,
                        type=original.type,
                        sample=original.sample,
                        width=original.width,
                        comment=f"The {entity.kind_of} that it is",
                    )
                )
        table.key = general.key
        value = f"'{plain(entity.name)}'"
        table.columns.append(
            Column(
                name=kind,
                type="text",
                sample=value,
                default=value,
                width=10,
                comment=f"What kind of {entity.kind_of} it is",
            )
        )
        table.checks.append(
            Check(
                name=plain(table.name, kind, "fixed"),
                sql=f"{kind} = {value}",
                bad=((kind, "'other'"),),
                why="the row of a kind is of that kind",
            )
        )
        table.foreigns.append(
            Foreign(
                name=plain(table.name, entity.kind_of, "fkey"),
                columns=(*general.key, kind),
                target=general.name,
                target_columns=(*general.key, kind),
                on_delete="CASCADE",
                fixed=((kind, value),),
                role=entity.kind_of,
                entity=entity.kind_of,
                one=True,
            )
        )

    def _kind_column(self, general: str) -> str:
        return plain(one_of(general), "kind")

    def _kinds(self, general: Entity) -> None:
        """The discriminator of an entity that others are kinds of."""
        kinds = [one for one in self.spec.entities if one.kind_of == general.name]
        if not kinds:
            return
        table = self.draft.table_of(general.name)
        kind = self._kind_column(general.name)
        values = ", ".join(f"'{plain(one.name)}'" for one in kinds)
        first = f"'{plain(kinds[0].name)}'"
        if table.column(kind) is None:
            table.columns.append(
                Column(name=kind, type="text", sample=first, width=10, comment=f"What kind of {general.name}")
            )
        table.checks.append(
            Check(
                name=plain(table.name, kind, "known"),
                sql=f"{kind} IN ({values})",
                bad=((kind, "'no such kind'"),),
                why="the kinds that there are",
            )
        )
        own = [one for one in kinds if one not in self.single.get(general.name, ())]
        if own:
            columns = (*table.key, kind)
            table.uniques.append(Unique(name=plain(table.name, kind, "key"), keys=columns, columns=columns))
        self.draft.decide(
            "inheritance",
            table.name,
            f"{kind} says which kind; "
            + (f"{', '.join(one.name for one in own)} in tables of their own" if own else "one table"),
            "a kind's own fields are mandatory where they belong and absent elsewhere; the pair of key and kind "
            "makes a row "
            "of the wrong kind impossible"
            if own
            else "the kinds have no fields of their own",
            instead="one table with optional columns" if own else "a table for each",
            unless="kinds are always read together and differ little: one table"
            if own
            else "a kind gets fields of its own",
            line=general.line,
        )

    # Fields

    def _derived(self, table: Table, entity: Entity, field: Field) -> bool:
        """Record what follows from other fields; True where it is not a column that is filled."""
        if not field.derived:
            return False
        expression = _expression(field.derived, entity)
        about = f"{table.name}.{plain(field.name)}"
        if expression is None:
            self.draft.decide(
                "normal form",
                about,
                "not kept: it is computed when it is asked for",
                f"it follows from other rows or in a way that is not SQL over this one: {field.derived}",
                instead="a column that triggers keep",
                unless="it is read far more often than it changes",
                line=field.line,
            )
            return True
        column = add_field(self.draft, table, entity, msgspec_replace(field, derived=""))
        table.checks = [one for one in table.checks if all(name != column.name for name, _ in one.bad)]
        column.generated, column.default, column.not_null = expression, "", False
        self.draft.decide(
            "normal form",
            about,
            f"generated: {expression}",
            "it follows from the row itself, and can never disagree with it",
            instead="computing it in every query",
            line=field.line,
        )
        return True

    # Relations

    def references(self) -> None:
        """References and junctions for the relations."""
        for relation in self.spec.relations:
            if relation.through:
                continue
            found = reference(relation)
            if found is None:
                self.refer.junction(relation)
            else:
                self.refer.relate(found)
        for relation in self.spec.relations:
            if relation.through:
                self.refer.carry(relation)
        for table in self.draft.tables.values():
            self._tenant_reference(table)
        self._break_circles()

    def _tenant_reference(self, table: Table) -> None:
        if not table.tenant:
            return
        tenant = self.draft.table_of(self.spec.surroundings.tenant)
        direct = any(one.target == tenant.name and one.columns == (table.tenant,) for one in table.foreigns)
        through = any(
            table.tenant in one.columns and all(self._not_null(table, name) for name in one.columns)
            for one in table.foreigns
        )
        if not direct and not through:
            table.foreigns.insert(
                0,
                Foreign(
                    name=plain(table.name, self.spec.surroundings.tenant, "fkey"),
                    columns=(table.tenant,),
                    target=tenant.name,
                    target_columns=tenant.key,
                    on_delete="RESTRICT",
                    role=self.spec.surroundings.tenant,
                    entity=self.spec.surroundings.tenant,
                ),
            )

    def _not_null(self, table: Table, name: str) -> bool:
        column = table.column(name)
        return column is not None and column.not_null

    def _break_circles(self) -> None:
        """Where rows need one another, one reference of the circle is checked at the end of the transaction."""
        edges = [
            (table.name, one.target)
            for table in self.draft.tables.values()
            for one in table.foreigns
            if one.target != table.name and all(self._not_null(table, name) for name in one.columns)
        ]
        for group in circles(edges):
            last = self.draft.tables[group[0]]
            for table in (self.draft.tables[name] for name in group):
                inside = [one for one in table.foreigns if one.target in group and one.target != table.name]
                for one in inside:
                    one.deferred = True
            self.draft.decide(
                "relation",
                last.name,
                f"the references among {', '.join(sorted(group))} are checked at COMMIT",
                "each of these rows needs another first: none could ever be the first",
                instead="making one of them optional",
                unless=(
                    "one of the relations need not hold from the start: then it is optional, and nothing is deferred"
                ),
            )

    # Keys and rules

    def keys_and_rules(self) -> None:
        """Natural keys, unique fields and the rules of the brief."""
        for entity in self.spec.entities:
            table = self.draft.table_of(entity.name)
            for key in entity.key:
                self._unique(table, entity, key, line=entity.line)
            for field in entity.fields:
                if field.unique and table.of(field.name) is not None:
                    self._unique(table, entity, (field.name,), within=field.within, line=field.line)
        add_rules(self.draft, self.spec, self.refer)

    def _unique(
        self, table: Table, entity: Entity, fields: tuple[str, ...], *, within: tuple[str, ...] = (), line: int
    ) -> None:
        columns: list[str] = [table.tenant] if table.tenant else []
        for name in (*within, *fields):
            columns += [one for one in self.refer.columns_for(table, name) if one not in columns]
        keys = [quote_identifier(name) for name in columns]
        lowered = False
        for field in entity.fields:
            column = table.of(field.name)
            if field.kind == "email" and column is not None and column.name in columns:
                keys[columns.index(column.name)] = f"lower({quote_identifier(column.name)})"
                lowered = True
        if set(columns) == set(table.key):
            return
        predicate = "deleted_at IS NULL" if table.soft_delete else ""
        if not lowered:
            keys = list(columns)
        unique = Unique(
            name=plain(table.name, *(c for c in columns if c != table.tenant), "key"),
            keys=tuple(keys),
            columns=tuple(columns),
            predicate=predicate,
        )
        if any(one.columns == unique.columns for one in table.uniques):
            return
        table.uniques.append(unique)
        shown = ", ".join(keys)
        self.draft.decide(
            "key",
            table.name,
            f"UNIQUE ({shown})" + (f" WHERE {predicate}" if predicate else ""),
            f"people tell one {entity.name} from another by it"
            + (", whatever case they write" if lowered else "")
            + ("; what is deleted does not keep its name from the living" if predicate else "")
            + (
                f"; within one {self.spec.surroundings.tenant}, so that nobody learns what others have"
                if table.tenant
                else ""
            ),
            instead="as the primary key: it would be in every reference, and it may change",
            line=line,
        )


_UUID = "'00000000-0000-4000-8000-{n:012x}'::uuid"
_WORD = re.compile(r"[a-zA-Z_][\w]*")
_ARITHMETIC = re.compile(r"[\w\s.+*/()-]+\Z")


def _expression(text: str, entity: Entity) -> str | None:
    """SQL for what is said of a derived field, where it is arithmetic over fields of the same entity."""
    cleaned = text.replace("×", "*").replace("·", "*")
    for field in sorted(entity.fields, key=lambda one: -len(one.name)):
        cleaned = re.sub(rf"\b{re.escape(field.name)}\b", column_name(field.name, entity.name), cleaned)
    cleaned = re.sub(r"\btimes\b", "*", re.sub(r"\bplus\b", "+", re.sub(r"\bminus\b", "-", cleaned)))
    columns = {column_name(one.name, entity.name) for one in entity.fields if not one.derived}
    used = set(_WORD.findall(cleaned))
    if not used or not used <= columns or not _ARITHMETIC.match(cleaned) or used & RESERVED:
        return None
    if not re.search(r"[-+*/]", cleaned) and len(used) > 1:
        return None
    return cleaned.strip()
