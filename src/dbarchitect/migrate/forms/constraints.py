"""Constraints that are added without a scan, and checked while others read and write."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dbarchitect.migrate.forms.known import Form, Known
from dbarchitect.migrate.objects import own_constraints
from dbarchitect.migrate.words import describe
from dbarchitect.model.change import AddConstraint, Alter, AlterColumn, DropConstraint, ValidateConstraint
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Check, Constraint, DomainType, ForeignKey, NotNull


def can_wait(known: Known, table: Name, constraint: Constraint) -> bool:
    """Whether a constraint is better added NOT VALID and validated later, and the server lets it."""
    counts = known.counts(table)
    if isinstance(constraint, ForeignKey) and not known.fresh(table):
        counts = counts or known.counts(constraint.target)  # which is locked, and looked into, as well
    if not (constraint.validated and constraint.enforced and counts) or known.foreign(table):
        return False
    return not (isinstance(constraint, ForeignKey) and known.partitioned(table) and known.forms.major < 18)


def not_valid(known: Known, change: AddConstraint) -> Form:
    """NOT VALID, then VALIDATE."""
    table, constraint = change.table, change.constraint
    later = replace(change, constraint=replace(constraint, validated=False))
    why = known.why(table, "added without a scan, validated while others read and write")
    steps = [known.forms.plain(later, why=why), validation(known, table, constraint)]
    return Form(steps=steps, undo=[known.forms.plain(DropConstraint(table=table, constraint=constraint))])


def foreign_key_of_partitions(known: Known, change: AddConstraint, key: ForeignKey) -> Form:
    """A foreign key of a partitioned table. Before 18 it cannot be NOT VALID: the partitions get theirs one by one, and
    it takes them over unchecked. Its way back drops theirs too; those that were there before are made again."""
    forms, table = known.forms, change.table
    below = list(_keys_below(known, table, key))
    steps: list[Step] = []
    tidy: list[Step] = []
    if can_wait(known, table, key):
        steps = not_valid(known, change).steps
        main = 1
    else:
        for name, one, had in below if known.counts(table) or known.counts(key.target) else ():
            if had is None and not known.partitioned(name):
                steps += not_valid(known, AddConstraint(table=name, constraint=one)).steps
                tidy.append(dropped_if_there(name, one.name, undoes=len(steps) - 1))
        steps.append(forms.plain(change, why="takes over what the partitions have: no scan" if steps else ""))
        main = len(steps)
    undo = [forms.plain(DropConstraint(table=table, constraint=key), undoes=main)]
    for name, _, had in below:
        if had is not None:
            again = AddConstraint(table=name, constraint=had)
            made = not_valid(known, again).steps if can_wait(known, name, had) else [forms.plain(again)]
            undo += [replace(step, undoes=main) for step in made]
    return Form(steps=steps, undo=[*undo, *tidy])


def _keys_below(known: Known, parent: Name, key: ForeignKey) -> Iterator[tuple[Name, ForeignKey, ForeignKey | None]]:
    """The foreign keys of partitions that come with their parent's, and what a partition had in their places."""
    for table in known.partitions(parent):
        after = known.after.get(table.name)
        if after is None or not known.stays_partition(after):
            continue
        for one in after.constraints:
            if isinstance(one, ForeignKey) and one.inherited and _alike(one, key):
                own = own_constraints(known.before[table.name]).get(one.name)
                had = own if isinstance(own, ForeignKey) and _alike(own, key) else None
                yield table.name, replace(one, inherited=False), had
                if had is None:
                    yield from _keys_below(known, table.name, key)


def _alike(one: ForeignKey, other: ForeignKey) -> bool:
    return (one.columns, one.target, one.target_columns) == (other.columns, other.target, other.target_columns)


def validation(known: Known, table: Name, constraint: Constraint) -> Step:
    """VALIDATE CONSTRAINT, which waits for no more than others of its kind."""
    return known.forms.plain(ValidateConstraint(table=table, constraint=constraint))


def dropped_if_there(table: Name, name: str, undoes: int) -> Step:
    """DROP CONSTRAINT of one that another step may have dropped."""
    sql = f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {quote_identifier(name)}"
    return Step(sql=(sql,), does=f"drop constraint {name}", undoes=undoes)


def set_not_null(known: Known, change: AlterColumn) -> Form:
    """NOT NULL of a column whose other settings are as they shall be, proved by a constraint that is validated."""
    forms, table, after = known.forms, change.table, change.after
    why = known.why(table, "checked while others read and write")
    if forms.major >= 18:
        name = f"{table.name}_{after.name}_not_null"
        constraint: Constraint = NotNull(name=name, columns=(after.name,), validated=False)
        steps = [
            forms.plain(AddConstraint(table=table, constraint=constraint), why=why),
            validation(known, table, constraint),
        ]
        return Form(steps=steps, undo=[forms.plain(DropConstraint(table=table, constraint=constraint), undoes=1)])
    name = f"{table.name}_{after.name}_is_not_null"[:63]
    check = Check(name=name, expression=f"{quote_identifier(after.name)} IS NOT NULL", validated=False)
    last = replace(change, before=replace(after, not_null=False), using="", using_back="")
    dropped = forms.ddl(DropConstraint(table=table, constraint=check))
    steps = [
        forms.plain(AddConstraint(table=table, constraint=check), why=why),
        validation(known, table, check),
        Step(
            sql=(*forms.ddl(last), *dropped),
            does=describe(last),
            why="proved by the constraint: no scan",
            change=last,
        ),
    ]
    back = last.reverse()
    assert back is not None
    return Form(steps=steps, undo=[forms.plain(back, undoes=3), dropped_if_there(table, name, undoes=1)])


def domain(known: Known, change: Alter, old: DomainType, new: DomainType) -> Form:
    """New checks of a domain, NOT VALID first."""
    names = {one.name for one in old.constraints}
    late = tuple(
        replace(one, validated=False) if isinstance(one, Check) and one.name not in names else one
        for one in new.constraints
    )
    if late == new.constraints:
        return Form(steps=[known.forms.plain(change)])
    middle = replace(new, constraints=late)
    first = known.forms.plain(
        replace(change, after=middle), why="added without a scan, validated while others read and write"
    )
    back = known.forms.plain(Alter(before=new, after=old))
    return Form(steps=[first, known.forms.plain(replace(change, before=middle))], undo=[back])
