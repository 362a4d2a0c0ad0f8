"""References between tables: foreign keys with what happens on deletion, and junctions for many-to-many."""

from __future__ import annotations

from dbarchitect.model import english

from .bounds import bound
from .columns import add_field
from .draft import Check, Column, Deletion, Draft, Foreign, Table, Unique
from .hierarchies import decide
from .naming import an, one_of, plain, table_name
from .ownership import Reference
from .spec import End, Entity, Relation, Spec

_SAID: dict[str, Deletion] = {"cascade": "CASCADE", "restrict": "RESTRICT", "set null": "SET NULL"}


def usual_deletion(spec: Spec, found: Reference) -> tuple[Deletion, str]:
    """What happens to children when their parent goes, and why: as was said, else what is safe."""
    said = found.relation.on_delete
    parent = spec.entity(found.parent.entity)
    if said:
        return _SAID[said], "as was said"
    if parent is not None and parent.soft_delete:
        return "RESTRICT", f"{an(parent.name)} is marked and stays; removing it for good is a decision of its own"
    if found.parent.entity == spec.surroundings.tenant:
        return "RESTRICT", "nobody removes a whole tenant by mistake"
    if not found.required:
        if found.parent.entity == found.child.entity:
            return "RESTRICT", "who removes an inner node decides first what becomes of those below it"
        return "SET NULL", "the row makes sense without it"
    return (
        "RESTRICT",
        f"{an(found.child.entity)} is a fact of its own: it does not vanish with its {found.parent.entity}",
    )


class Referrer:
    """Adds references to the tables of a draft."""

    def __init__(self, draft: Draft, spec: Spec, owned: frozenset[str]) -> None:
        self.draft = draft
        self.spec = spec
        self.owned = owned
        tenant = spec.surroundings.tenant
        self.tenant_column = plain(one_of(tenant), "id") if tenant else ""

    def columns_for(self, table: Table, name: str) -> tuple[str, ...]:
        """The columns of a field, or of the reference that a role or an entity names."""
        column = table.of(name)
        if column is not None:
            return (column.name,)
        if name == self.spec.surroundings.tenant and table.tenant:
            return (table.tenant,)
        for one in table.foreigns:
            if name in (one.role, one.entity):
                return one.columns
        return next((one.columns[-1:] for one in table.foreigns if one.carried == name), ())

    def add(
        self, table: Table, entity: str, *, required: bool, on_delete: Deletion, role: str = "", one: bool = False
    ) -> Foreign:
        """Add the columns that refer to an entity, and the foreign key."""
        target = self.draft.table_of(entity)
        role_name = plain(role) if role else one_of(entity)
        columns: list[str] = []
        own: list[str] = []
        for name in target.key:
            if name == target.tenant and table.tenant:
                columns.append(table.tenant)
                continue
            if name == target.tenant and table.entity == self.spec.surroundings.tenant:
                columns.append("id")
                continue
            if entity == self.spec.surroundings.tenant and table.tenant and not role:
                columns.append(table.tenant)
                continue
            original = target.column(name)
            assert original is not None
            wanted = plain(role_name, name) if name == "id" or not name.startswith(f"{role_name}_") else name
            number = 2
            while table.column(wanted) is not None:
                wanted, number = plain(role_name, str(number), name), number + 1
            table.columns.append(
                Column(
                    name=wanted,
                    type=original.type,
                    sample=original.sample,
                    not_null=required,
                    width=original.width,
                    comment=f"The {role or entity} of it",
                )
            )
            columns.append(wanted)
            own.append(wanted)
        foreign = Foreign(
            name=plain(table.name, role or entity, "fkey"),
            columns=tuple(columns),
            target=target.name,
            target_columns=target.key,
            on_delete=on_delete,
            role=role,
            entity=entity,
            one=one,
        )
        taken = {other.name for other in table.foreigns}
        number = 2
        while foreign.name in taken:
            foreign.name, number = plain(table.name, role or entity, str(number), "fkey"), number + 1
        if on_delete == "SET NULL" and len(own) < len(columns):
            foreign.set_columns = tuple(own)
        table.foreigns.append(foreign)
        return foreign

    def relate(self, found: Reference) -> None:
        """Keep a relation as a reference from its child to its parent."""
        relation, child, parent = found.relation, found.child, found.parent
        table = self.draft.table_of(child.entity)
        entity = self.spec.entity(child.entity)
        assert entity is not None
        if parent.entity == entity.parent and not parent.role:
            foreign = next(one for one in table.foreigns if one.entity == parent.entity)
            self._decide_deletion(table, foreign, found, "a part goes with its whole")
        elif table.tenant and parent.entity == self.spec.surroundings.tenant and not parent.role:
            return  # the tenant's column is there, and its reference comes with it
        else:
            role = parent.role or ("parent" if parent.entity == child.entity else "")
            deletion, why = usual_deletion(self.spec, found)
            foreign = self.add(
                table, parent.entity, required=found.required, on_delete=deletion, role=role, one=found.one
            )
            self._decide_deletion(table, foreign, found, why)
        if found.one:
            unique = Unique(
                name=plain(table.name, foreign.role or foreign.entity, "key"),
                keys=foreign.columns,
                columns=foreign.columns,
                predicate="deleted_at IS NULL" if table.soft_delete else "",
            )
            if not set(unique.columns) >= set(table.key):
                table.uniques.append(unique)
        if child.entity == parent.entity:
            decide(self.draft, self.spec, table, foreign, relation)
        if relation.ordered:
            self._ordered(table, foreign, relation)
        for field in relation.fields:
            add_field(self.draft, table, entity, field)
        self._bounded(found, table, foreign)

    def carry(self, relation: Relation) -> None:
        """Carry a reference of what a row refers to down to the row: an invoice has the clinic of its appointment,
        because both are in one foreign key. A key cannot reach over a reference otherwise."""
        table, above = self.draft.table_of(relation.second.entity), relation.first.entity
        via = next(one for one in table.foreigns if relation.through in (one.role, one.entity))
        middle = self.draft.tables[via.target]
        (there,) = (one for one in self.columns_for(middle, above) if one != middle.tenant)
        original = middle.column(there)
        assert original is not None
        column = table.add(
            Column(
                name=there, type=original.type, sample=original.sample, width=original.width,
                comment=f"The {above} of its {relation.through}",
            )
        )  # fmt: skip
        via.columns, via.target_columns = (*via.columns, column.name), (*via.target_columns, there)
        via.carried = above
        if all(one.columns != via.target_columns for one in middle.uniques):
            name = plain(middle.name, *(one for one in via.target_columns if one != middle.tenant), "key")
            middle.uniques.append(Unique(name=name, keys=via.target_columns, columns=via.target_columns))
        self.draft.decide(
            "key",
            f"{table.name}.{column.name}",
            f"FOREIGN KEY ({', '.join(via.columns)}) REFERENCES {middle.name} ({', '.join(via.target_columns)})",
            f"what is unique within {an(above)} needs its column, as no key reaches over a reference; in one foreign "
            f"key with the {relation.through} it cannot differ from that one's",
            instead="a trigger that looks it up, and sees no row of another transaction",
            unless=f"{an(relation.second.entity)} may be of another {above} than its {relation.through}: a reference "
            "of its own",
            line=relation.line,
        )

    def _decide_deletion(self, table: Table, foreign: Foreign, found: Reference, why: str) -> None:
        others = {"CASCADE": "RESTRICT", "RESTRICT": "CASCADE", "SET NULL": "RESTRICT"}
        self.draft.decide(
            "deletion",
            f"{table.name}.{foreign.name}",
            f"ON DELETE {foreign.on_delete}",
            why,
            instead=others[foreign.on_delete],
            unless="say what happens when it is deleted",
            line=found.relation.line,
        )

    def _ordered(self, table: Table, foreign: Foreign, relation: Relation) -> None:
        table.add(Column(name="place", type="integer", sample="{n}", width=4, comment="Its place among its siblings"))
        table.checks.append(
            Check(
                name=plain(table.name, "place_minimum"),
                sql="place >= 0",
                bad=(("place", "-1"),),
                why="places count up",
            )
        )
        columns = (*foreign.columns, "place")
        table.uniques.append(
            Unique(
                name=plain(table.name, foreign.role or foreign.entity, "place_key"),
                keys=columns,
                columns=columns,
                deferred=True,
                nulls_equal=any(not one.not_null for one in table.columns if one.name in foreign.columns),
            )
        )
        self.draft.decide(
            "constraint",
            f"{table.name}.place",
            "UNIQUE within the row above, checked at COMMIT",
            "two rows may change places in one transaction",
            instead="fractions between neighbours (one row changes)",
            unless="thousands of siblings are moved about",
            line=relation.line,
        )

    def _bounded(self, found: Reference, table: Table, foreign: Foreign) -> None:
        """How many children one parent has. That there is one and only one is the unique key's affair."""
        child = found.child
        if not found.one:
            bound(
                self.draft, table, foreign, least=child.least, most=child.most, one=found.parent.entity,
                other=child.entity, line=found.relation.line,
            )  # fmt: skip

    # Many-to-many

    def junction(self, relation: Relation) -> None:
        """Keep a many-to-many relation as a table of pairs, or in the entity that has the relation's name."""
        first, second = relation.first, relation.second
        existing = self.spec.entity(relation.name) if relation.name else None
        if existing is not None:
            self._pairs_in(self.draft.table_of(existing.name), relation)
            return
        name = relation.name or f"{one_of(first.entity)} {second.entity}"
        number, chosen = 2, table_name(name)
        while chosen in self.draft.tables:
            chosen, number = f"{table_name(name)}_{number}", number + 1
        table = Table(
            name=chosen,
            entity=relation.name,
            what="junction",
            comment=f"Which {first.entity} goes with which {second.entity}",
        )
        if first.entity in self.owned or second.entity in self.owned:
            table.tenant = self.tenant_column
            table.columns.append(
                Column(
                    name=table.tenant,
                    type="uuid",
                    sample="'00000000-0000-4000-8000-{n:012x}'::uuid",
                    width=16,
                    comment=f"The {self.spec.surroundings.tenant} whose row it is",
                )
            )
        self.draft.tables[chosen] = table
        if relation.name:
            self.draft.by_entity.setdefault(relation.name, chosen)
        ends = self._ends(table, relation)
        table.key = tuple(dict.fromkeys(name for one in ends for name in one.columns))
        if first.entity == second.entity:
            pairs = list(zip(ends[0].columns, ends[1].columns, strict=True))
            same = " AND ".join(f"{one} = {other}" for one, other in pairs if one != other)
            table.checks.append(
                Check(
                    name=plain(chosen, "other"),
                    sql=f"NOT ({same})",
                    bad=tuple((b, f"={a}") for a, b in pairs if a != b),
                    why="nothing is paired with itself",
                )
            )
        for field in relation.fields:
            add_field(self.draft, table, Entity(name=relation.name or name), field)
        if relation.ordered:
            self._ordered(table, ends[0], relation)
        self.draft.decide(
            "relation",
            chosen,
            f"a table of pairs, PRIMARY KEY ({', '.join(table.key)})",
            f"{an(first.entity)} has several {english.plural(second.entity)} and the other way round; a pair is there "
            "once",
            instead="an array of keys: no reference is checked in it",
            line=relation.line,
        )
        for end, other, foreign in ((first, second, ends[1]), (second, first, ends[0])):
            bound(
                self.draft, table, foreign, least=end.least, most=end.most, one=other.entity, other=end.entity,
                line=relation.line,
            )  # fmt: skip

    def _ends(self, table: Table, relation: Relation) -> list[Foreign]:
        found: list[Foreign] = []
        same = relation.first.entity == relation.second.entity
        for number, end in enumerate((relation.first, relation.second)):
            role = end.role or (f"other {end.entity}" if same and number else "")
            found.append(
                self.add(table, end.entity, required=True, on_delete=self._end_deletion(end, relation), role=role)
            )
        self.draft.decide(
            "deletion",
            table.name,
            f"ON DELETE {found[0].on_delete} and {found[1].on_delete}",
            "as was said" if relation.on_delete else "a pair says nothing without both of its ends",
            instead="RESTRICT",
            line=relation.line,
        )
        return found

    def _end_deletion(self, end: End, relation: Relation) -> Deletion:
        if relation.on_delete and end is relation.first and relation.on_delete != "set null":
            return _SAID[relation.on_delete]
        entity = self.spec.entity(end.entity)
        return "RESTRICT" if entity is not None and entity.soft_delete else "CASCADE"

    def _pairs_in(self, table: Table, relation: Relation) -> None:
        columns: list[str] = [table.tenant] if table.tenant else []
        for end in (relation.first, relation.second):
            if not self.columns_for(table, end.role or end.entity):
                self.add(table, end.entity, required=True, on_delete=self._end_deletion(end, relation), role=end.role)
            columns += [one for one in self.columns_for(table, end.role or end.entity) if one not in columns]
        table.uniques.append(
            Unique(
                name=plain(table.name, relation.first.entity, relation.second.entity, "key"),
                keys=tuple(columns),
                columns=tuple(columns),
                predicate="deleted_at IS NULL" if table.soft_delete else "",
            )
        )
        self.draft.decide(
            "relation",
            table.name,
            f"UNIQUE ({', '.join(columns)})",
            f"{an(table.entity)} is the pair of {an(relation.first.entity)} and {an(relation.second.entity)}, "
            f"and is there once",
            unless="the same pair can be there several times (enrolled again): then without it",
            line=relation.line,
        )
