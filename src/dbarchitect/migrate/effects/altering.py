"""ALTER TABLE: what each of its commands does to the table, its partitions and heirs, and the tables it refers to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from dbarchitect.migrate import retype
from dbarchitect.migrate.picture import Column, Picture, Relation
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Lock
from dbarchitect.sql import bounds, expressions
from dbarchitect.sql import statements as s
from dbarchitect.sql.statements import ColumnSpec, ConstraintSpec

from .book import AEL, SRE, STORED, SUE, Book, Cause

_ANY = Column()


def alter_table(book: Book, action: s.AlterTable) -> None:
    """Its effects, command by command."""
    if action.kind == "index":
        _alter_index(book, action)
        return
    if action.kind in ("sequence", "type", "view"):
        return
    table = book.relation(action.table)
    if table.kind in ("view", "sequence"):
        return
    added = {
        one.column.name: one.column for one in action.commands if isinstance(one, s.AddColumn)
    }  # what comes with the statement itself
    for number, command in enumerate(action.commands):
        book.command = number
        writer = _COMMANDS.get(type(command))
        if writer is None:
            book.lock(table, AEL)
            continue
        writer(_Alteration(book, table, action.only, added), command)
    book.command = -1


class _Alteration:
    """One ALTER TABLE while its commands are looked at."""

    def __init__(self, book: Book, table: Relation, only: bool, added: dict[str, ColumnSpec]) -> None:
        self.book = book
        self.table = table
        self.only = only
        self.added = added
        self.picture = book.picture

    def tree(self) -> tuple[Relation, ...]:
        return self.book.tree(self.table, only=self.only)

    def lock_tree(self, lock: Lock, why: str = "") -> None:
        for one in self.tree():
            self.book.lock(one, lock, why)

    def column(self, name: str) -> Column | None:
        return self.table.columns.get(name)


def _add_column(at: _Alteration, command: s.AddColumn) -> None:
    spec = command.column
    at.lock_tree(AEL, "adds a column")
    if command.if_not_exists and spec.name in at.table.columns:
        return
    why, sure = _rewrites_to_add(at.picture, spec)
    for one in at.tree():
        if why:
            at.book.rewrite(one, why, sure=sure)
        kept = spec.default is not None and not expressions.is_null(spec.default) and not why
        inherits = one is at.table or not spec.constraints
        if not inherits and one is not at.table and not any(c.kind in ("check", "not null") for c in spec.constraints):
            continue
        if not why and spec.not_null and not kept:
            at.book.scan(one, f"NOT NULL of {spec.name} is checked in every row")
        if any(c.kind == "check" and c.enforced for c in spec.constraints):
            at.book.scan(one, f"the CHECK of {spec.name} is checked in every row")
    for constraint in spec.constraints:
        if constraint.kind in ("primary key", "unique"):
            for one in at.tree():
                at.book.build(one, f"{constraint.kind.upper()} builds an index")
                at.book.scan(one, f"{constraint.kind.upper()} builds an index")
        elif constraint.kind == "foreign key":
            checked = spec.default is not None or spec.type.is_serial
            _foreign_key(at, constraint, validates=checked and constraint.enforced)


def _rewrites_to_add(picture: Picture, spec: ColumnSpec) -> tuple[str, bool]:
    """Why adding a column rewrites the table ("" where it does not), and whether that is sure."""
    if spec.generated == "stored":
        return "a STORED generated column is computed for every row", True
    if spec.generated == "virtual":
        return "", True
    if spec.identity or spec.type.is_serial:
        return "every row gets a number of its own", True
    domain = picture.domain(spec.type) if not spec.type.arrays else None
    if domain is not None and domain.constrained:
        return f"the domain {spec.type} has constraints", True
    if spec.default is not None:
        for function in expressions.calls(spec.default):
            volatility = picture.volatility(function)
            if volatility == "volatile":
                return f"the default calls {function.name}(), which is volatile", True
            if not volatility:
                return f"the default calls {function.name}(), which is volatile unless declared otherwise", False
    return "", True


def _drop_column(at: _Alteration, command: s.DropColumn) -> None:
    at.lock_tree(AEL, "drops a column")
    name = command.name
    for constraint in at.table.constraints.values():
        if constraint.kind == "foreign key" and name in constraint.columns and constraint.target:
            at.book.lock(at.book.relation(constraint.target), AEL, "its foreign key goes with the column")
    for other, key, constraint in at.picture.references(at.table.name):
        if name in constraint.target_columns:
            at.book.lock(other, AEL, f"its foreign key {key} goes with the column")


def _set_type(at: _Alteration, command: s.SetType) -> None:
    at.lock_tree(AEL, "changes the type of a column")
    column = at.column(command.name)
    answer, why = retype.rewrites(at.picture, column, command)
    source = column.type if column else None
    same = retype.same_operators(at.picture, source, command.type)
    collation_before = column.collation if column else ""
    recollated = bool(command.collation) and command.collation != (collation_before or "default")
    recollated = recollated or (not command.collation and bool(collation_before))
    for one in at.tree():
        if answer != "no":
            at.book.rewrite(one, why, sure=answer == "yes")
        for index_of, index in one.indexes.items():
            named = command.name in (*index.mentions, *index.include)
            keyed = command.name in index.keys
            resorted = recollated and command.name not in index.collated
            if answer == "no" and named and (not index.plain or (keyed and (resorted or same is False))):
                reason = f"{index_of} is built anew: " + (
                    "its expression or predicate is bound to the type"
                    if not index.plain
                    else "it sorts by another collation"
                    if resorted
                    else "it compares by other operators"
                )
                at.book.build(one, reason)
                at.book.scan(one, reason)
        for label, constraint in one.constraints.items():
            if command.name in constraint.columns and constraint.kind == "check" and constraint.validated:
                at.book.scan(one, f"the CHECK {label} is checked again")
    _retype_keys(at, command, same)


def _retype_keys(at: _Alteration, command: s.SetType, same: bool | None) -> None:
    """Foreign keys on both sides of a column whose type changes: they are dropped and made anew."""
    for label, constraint in at.table.constraints.items():
        if constraint.kind == "foreign key" and command.name in constraint.columns and constraint.target:
            parent = at.book.relation(constraint.target)
            at.book.lock(parent, AEL, f"the foreign key {label} is made anew")
            if same is False and constraint.validated and constraint.enforced:
                at.book.scan(at.table, f"the foreign key {label} is checked again")
                at.book.scan(parent, f"the foreign key {label} is checked again")
    for other, label, constraint in at.picture.references(at.table.name):
        if command.name in constraint.target_columns:
            at.book.lock(other, AEL, f"its foreign key {label} is made anew")
            if same is False and constraint.validated and constraint.enforced:
                at.book.scan(other, f"its foreign key {label} is checked again")
                at.book.scan(at.table, f"the foreign key {label} of {other.name.short} is checked again")


def _exclusive(at: _Alteration, command: Any) -> None:
    at.book.lock(at.table, AEL)


def _exclusive_tree(at: _Alteration, command: Any) -> None:
    at.lock_tree(AEL)


def _set_not_null(at: _Alteration, command: s.SetNotNull) -> None:
    at.lock_tree(AEL, "sets NOT NULL")
    if command.name in at.added:
        return
    for one in at.tree():
        _check_not_null(at, one, (command.name,))


def _check_not_null(at: _Alteration, table: Relation, columns: tuple[str, ...]) -> None:
    # A constraint that another command of this statement adds is not valid yet when this one looks for it.
    missing = [name for name in columns if not table.proves_not_null(name)]
    if missing:
        doubt = "" if table.known else ", unless a valid CHECK says it already"
        at.book.scan(table, f"{', '.join(missing)} is checked for NULL in every row{doubt}", sure=table.known)


def _set_expression(at: _Alteration, command: s.SetExpression) -> None:
    at.lock_tree(AEL)
    column = at.column(command.name)
    for one in at.tree():
        if column is None or column.generated != "virtual":
            at.book.rewrite(one, "the generated column is computed anew for every row", sure=column is not None)


def _column_option(at: _Alteration, command: s.SetColumnOption) -> None:
    # SET STORAGE and COMPRESSION change what is written from now on, and take the strong lock all the same.
    at.lock_tree(AEL if command.option in ("storage", "compression") else SUE)


def _add_constraint(at: _Alteration, command: s.AddConstraint) -> None:
    spec = command.constraint
    if spec.kind == "foreign key":
        _foreign_key(at, spec, validates=not spec.not_valid and spec.enforced)
        return
    tree = (at.table,) if spec.no_inherit and spec.kind == "check" else at.tree()
    # Since 18 a key looks for NOT NULL, and a CHECK for heirs, in the whole tree first.
    everywhere = at.tree() if at.book.version >= 18 or spec.kind in ("check", "not null") else (at.table,)
    for one in tree if at.book.version < 18 and spec.kind == "check" else everywhere:
        at.book.lock(one, AEL, f"adds {_said(spec)}")
    if spec.kind == "check":
        if not spec.not_valid and spec.enforced:
            for one in tree:
                at.book.scan(one, f"{_said(spec)} is checked in every row")
        return
    if spec.kind == "not null":
        if not spec.not_valid:
            for one in tree:
                _check_not_null(at, one, spec.columns)
        return
    _key(at, spec, tree)


def _key(at: _Alteration, spec: ConstraintSpec, tree: tuple[Relation, ...]) -> None:
    columns = spec.columns
    if spec.using_index:
        used = at.table.indexes.get(spec.using_index)
        columns = used.keys if used else ()
    else:
        for one in tree:
            if one is not at.table and not one.is_partition:
                continue  # an heir has indexes of its own
            reason = f"{_said(spec)} builds an index"
            at.book.lock(one, "SHARE", reason)
            at.book.build(one, reason)
            at.book.scan(one, reason)
    if spec.kind == "primary key":
        known = [name for name in columns if name and name not in at.added]
        nullable = any(not at.table.columns.get(name, _ANY).not_null for name in known)
        for one in tree:
            if nullable:
                at.book.lock(one, AEL, "sets NOT NULL on the columns of its primary key")
            if spec.using_index and not columns:
                at.book.scan(one, "a column of the index that may hold NULL is checked in every row", sure=False)
            else:
                _check_not_null(at, one, tuple(known))


def _said(spec: ConstraintSpec) -> str:
    words = {"check": "CHECK", "not null": "NOT NULL", "exclude": "EXCLUDE"}.get(spec.kind, spec.kind.upper())
    return f"{words} {spec.name}".strip()


def _foreign_key(at: _Alteration, spec: ConstraintSpec, *, validates: bool) -> None:
    assert spec.target is not None
    parent = at.book.relation(spec.target)
    if at.table.name == parent.name:
        parent = at.table
    target = parent.name
    checked = taken_over = False
    for one in at.tree() if at.table.kind == "partitioned" else (at.table,):
        at.book.lock(one, SRE, "adds a foreign key")
        if one is not at.table and _has_key(one, target, spec.columns):
            taken_over = True
        elif validates and one.kind != "partitioned":
            checked = True
            at.book.scan(one, "every row is looked up in the parent")
    # A column that comes with this statement holds nothing that would be looked up.
    filled = not at.table.new and not any(name in at.added and at.added[name].default is None for name in spec.columns)
    for one in at.book.tree(parent) if parent.kind == "partitioned" else (parent,):
        at.book.lock(one, SRE, "is referenced by a new foreign key")
        if taken_over:
            at.book.lock(one, AEL, "loses the triggers of a partition's own foreign key")
        if checked and filled:
            at.book.scan(one, "is searched for every row of the child")


def _has_key(partition: Relation, target: Name, columns: tuple[str, ...]) -> bool:
    """Whether a partition has a valid foreign key that becomes a part of its parent's."""
    return any(
        one.kind == "foreign key" and one.target == target and one.columns == columns and one.validated
        for one in partition.constraints.values()
    )


def _drop_constraint(at: _Alteration, command: s.DropConstraint) -> None:
    at.lock_tree(AEL, "drops a constraint") if _inherited(at, command) else at.book.lock(at.table, AEL)
    found = at.table.constraints.get(command.name)
    if found is None:
        return
    if found.kind == "foreign key" and found.target:
        for one in at.book.tree(at.book.relation(found.target)):
            at.book.lock(one, AEL, "loses a foreign key that points at it")
    if found.kind in ("primary key", "unique") and command.cascade:
        for other, label, key in at.picture.references(at.table.name):
            if set(key.target_columns) == set(found.columns):
                at.book.lock(other, AEL, f"loses its foreign key {label}")


def _inherited(at: _Alteration, command: s.DropConstraint) -> bool:
    found = at.table.constraints.get(command.name)
    return found is None or at.table.kind == "partitioned" or found.kind in ("check", "not null")


def _validate(at: _Alteration, command: s.ValidateConstraint) -> None:
    found = at.table.constraints.get(command.name)
    at.book.lock(at.table, SUE, "validates a constraint")
    if found is None:
        at.book.scan(at.table, f"{command.name} is checked in every row", sure=False)
        return
    if found.validated:
        return
    if found.kind == "foreign key" and found.target:
        for one in at.book.tree(at.book.relation(found.target)):
            at.book.lock(one, "ROW SHARE", "is read to validate a foreign key")
            at.book.scan(one, f"{command.name} is checked against it")
        for one in at.tree():
            at.book.lock(one, SUE, "validates a constraint")
            at.book.scan(one, f"{command.name} is checked in every row")
        return
    for one in at.tree():
        if one is not at.table and not _has_unvalidated(one, command.name):
            continue
        at.book.lock(one, SUE, "validates a constraint")
        at.book.scan(one, f"{command.name} is checked in every row")


def _has_unvalidated(table: Relation, name: str) -> bool:
    found = table.constraints.get(name)
    return found is not None and not found.validated


def _alter_constraint(at: _Alteration, command: s.AlterConstraint) -> None:
    at.book.lock(at.table, AEL)
    found = at.table.constraints.get(command.name)
    if found is None or command.enforced is None or found.target is None or found.enforced == command.enforced:
        return
    parent = at.book.relation(found.target)
    at.book.lock(parent, AEL if not command.enforced else SRE, "gets or loses the triggers of a foreign key")
    if command.enforced:
        at.book.scan(at.table, "the foreign key is checked in every row")
        at.book.scan(parent, "the foreign key is checked against it")


def _attach(at: _Alteration, command: s.AttachPartition) -> None:
    book, parent = at.book, at.table
    child = book.relation(command.partition)
    book.lock(parent, SUE, "gets a partition")
    for one in book.tree(child):
        book.lock(one, AEL, "becomes a partition")
        proof = _proves_bound(at, one, command.bound)
        if proof != "yes":
            doubt = "" if proof == "no" else ", unless a valid CHECK says it already"
            book.scan(one, f"every row is checked against the bound{doubt}", sure=proof == "no")
    default = at.picture.default_partition(parent.name)
    if default is not None and default.name != child.name and not (command.bound and command.bound.default):
        book.lock(default, AEL, "is the DEFAULT partition")
        if not excludes_bound(default, parent, command.bound):
            book.scan(default, "the DEFAULT partition must hold no row of the new one")
    _attached_parts(at, child)


def _attached_parts(at: _Alteration, child: Relation) -> None:
    """Indexes and foreign keys of the parent that the new partition has to have."""
    book, parent = at.book, at.table
    for index_of, index in parent.indexes.items():
        if not any(one.signature == index.signature != "" and one.valid for one in child.indexes.values()):
            reason = f"an index like {index_of} is built"
            book.build(child, reason)
            book.scan(child, reason)
    for label, constraint in parent.constraints.items():
        if constraint.kind == "foreign key" and constraint.target:
            target = book.relation(constraint.target)
            book.lock(target, SRE, f"the foreign key {label} holds for the new partition too")
            if not _has_key(child, constraint.target, constraint.columns):
                book.scan(child, f"the foreign key {label} is checked")
                if not child.new:
                    book.scan(target, f"the foreign key {label} is checked against it")
    for other, label, _ in at.picture.references(parent.name):
        book.lock(other, SRE, f"its foreign key {label} reaches the new partition")


def _proves_bound(at: _Alteration, child: Relation, bound: s.PartitionBound | None) -> Literal["yes", "no", "unknown"]:
    """Whether a valid CHECK of a table says what a partition's bound asks, so that it is not scanned."""
    parent = at.table
    unknown: Literal["no", "unknown"] = "no" if child.known else "unknown"
    if bound is None or not parent.partition_columns:
        return unknown
    not_null = frozenset(name for name, column in child.columns.items() if column.not_null)
    others = [one.bound for one in at.picture.children(parent.name) if one.bound is not None]
    if bounds.inside(
        _valid_terms(child), bound, parent.partition_columns, parent.name, not_null=not_null, others=others
    ):
        return "yes"
    return unknown if len(parent.partition_columns) == 1 else "unknown"


def excludes_bound(default: Relation, parent: Relation, bound: s.PartitionBound | None) -> bool:
    """Whether a valid CHECK of the DEFAULT partition says that it has no row of a new one: it is not scanned then."""
    if bound is None or not parent.partition_columns:
        return False
    return bounds.outside(_valid_terms(default), bound, parent.partition_columns, parent.name)


def _valid_terms(table: Relation) -> list[s.Expression]:
    return [
        term
        for one in table.constraints.values()
        if one.kind == "check" and one.validated and one.enforced and one.expression is not None
        for term in expressions.terms(one.expression)
    ]


def _detach(at: _Alteration, command: s.DetachPartition) -> None:
    child = at.book.relation(command.partition)
    if command.concurrently or command.finalize:
        at.book.lock(at.table, SUE, "loses a partition")
        at.book.lock(child, AEL, "is detached")
        return
    at.book.lock(at.table, AEL, "loses a partition")
    for one in at.book.tree(child):
        at.book.lock(one, AEL, "is detached")
    default = at.picture.default_partition(at.table.name)
    if default is not None and default.name != child.name:
        at.book.lock(default, AEL, "is the DEFAULT partition")
    for constraint in at.table.constraints.values():
        if constraint.kind == "foreign key" and constraint.target:
            at.book.lock(at.book.relation(constraint.target), SRE, "its foreign key is made for the table alone")


def _toggle_trigger(at: _Alteration, command: s.ToggleTrigger) -> None:
    at.lock_tree(SRE) if at.table.kind == "partitioned" else at.book.lock(at.table, SRE)


def _set_logged(at: _Alteration, command: s.SetLogged) -> None:
    at.book.lock(at.table, AEL)
    wanted = "permanent" if command.logged else "unlogged"
    if at.table.persistence != wanted:
        at.book.rewrite(at.table, f"SET {'LOGGED' if command.logged else 'UNLOGGED'} copies the table")


def _set_tablespace(at: _Alteration, command: s.SetTablespace) -> None:
    at.book.lock(at.table, AEL)
    if at.table.kind in STORED and command.tablespace != "pg_default":
        # The file is copied block by block: no row is read and no index built.
        at.book.causes.append(
            Cause(
                what="rewrite", table=at.table.name, why="the file is copied to another place", command=at.book.command
            )
        )


def _set_access_method(at: _Alteration, command: s.SetAccessMethod) -> None:
    at.book.lock(at.table, AEL)
    method = command.method or "heap"
    if method != (at.table.access_method or ("heap" if not at.table.known else "")):
        at.book.rewrite(at.table, f"every row is written as {method} keeps it")


def _weak(at: _Alteration, command: Any) -> None:
    at.book.lock(at.table, SUE)


def _inherit(at: _Alteration, command: s.ChangeInheritance) -> None:
    at.book.lock(at.table, AEL)
    if command.inherit:
        at.book.lock(at.book.relation(command.parent), SUE, "gets an heir")


_COMMANDS: dict[type, Callable[[_Alteration, Any], None]] = {
    s.AddColumn: _add_column,
    s.DropColumn: _drop_column,
    s.SetType: _set_type,
    s.SetDefault: _exclusive_tree,
    s.SetNotNull: _set_not_null,
    s.DropNotNull: _exclusive_tree,
    s.SetExpression: _set_expression,
    s.DropExpression: _exclusive_tree,
    s.ChangeIdentity: _exclusive,
    s.SetColumnOption: _column_option,
    s.AddConstraint: _add_constraint,
    s.DropConstraint: _drop_constraint,
    s.ValidateConstraint: _validate,
    s.AlterConstraint: _alter_constraint,
    s.AttachPartition: _attach,
    s.DetachPartition: _detach,
    s.ToggleTrigger: _toggle_trigger,
    s.SetLogged: _set_logged,
    s.SetTablespace: _set_tablespace,
    s.SetAccessMethod: _set_access_method,
    s.SetOptions: _weak,
    s.ClusterOn: _weak,
    s.ChangeInheritance: _inherit,
}


def _alter_index(book: Book, action: s.AlterTable) -> None:
    table = book.picture.table_of_index(action.table)
    if table is None:
        return
    for command in action.commands:
        if isinstance(command, s.SetTablespace):
            book.build(table, "the index is copied to another place")
