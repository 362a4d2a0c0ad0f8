"""What a statement does to the tables that exist before it: locks, rewrites, scans, builds of indexes.

`claims` says each effect with its reason; `effects` is the same as the value that an observation has too. Locks are
those of PostgreSQL 12 to 18 (AlterTableGetLockLevel and the commands' own sources), and every statement of
`tests/cases/locks` is compared with what a server really does. Where the outcome depends on what the picture does not
know, the claim is the dear one and says that it is not `sure`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from dbarchitect.model.names import Name
from dbarchitect.model.plan import LOCKS, Effects, Lock
from dbarchitect.model.value import Value
from dbarchitect.sql import bounds, expressions
from dbarchitect.sql import statements as s
from dbarchitect.sql.statements import Action, ColumnSpec, ConstraintSpec

from . import retype
from .picture import Column, Constrained, Indexed, Picture, Relation

What = Literal["lock", "rewrite", "scan", "build"]

_SUE: Lock = "SHARE UPDATE EXCLUSIVE"
_SRE: Lock = "SHARE ROW EXCLUSIVE"
_AEL: Lock = "ACCESS EXCLUSIVE"


class Cause(Value, frozen=True, kw_only=True):
    """One effect on one table. `command`: the number of the command of an ALTER TABLE that has it, -1: the statement
    itself; `sure`: False where it depends on what is not known, which `why` names."""

    what: What
    table: Name
    lock: Lock | None = None
    why: str = ""
    sure: bool = True
    command: int = -1


class Claims(Value, frozen=True, kw_only=True):
    """All effects of a statement."""

    causes: tuple[Cause, ...] = ()

    @property
    def effects(self) -> Effects:
        """Without the reasons."""
        locks: dict[str, Lock] = {}
        for one in self.causes:
            if one.lock and (str(one.table) not in locks or _stronger(one.lock, locks[str(one.table)])):
                locks[str(one.table)] = one.lock
        return Effects(
            locks=dict(sorted(locks.items())),
            rewrites=self._tables("rewrite"),
            scans=self._tables("scan"),
            builds=self._tables("build"),
        )

    def _tables(self, what: What) -> tuple[str, ...]:
        return tuple(sorted({str(one.table) for one in self.causes if one.what == what}))

    def of(self, *kinds: What, command: int | None = None) -> tuple[Cause, ...]:
        """The effects of these kinds, of one command where it is given."""
        return tuple(one for one in self.causes if one.what in kinds and command in (None, one.command))


def _stronger(one: Lock, other: Lock) -> bool:
    return LOCKS.index(one) > LOCKS.index(other)


def effects(action: Action, picture: Picture, version: int) -> Effects:
    """The effects of a statement on the schema in `picture`; `version` is the server's major."""
    return claims(action, picture, version).effects


def claims(action: Action, picture: Picture, version: int) -> Claims:
    """The effects of a statement with their reasons."""
    writer = _WRITERS.get(type(action))
    if writer is None:
        return _NONE
    book = _Book(picture, version)
    writer(book, action)
    return Claims(causes=tuple(dict.fromkeys(book.causes)))


_NONE = Claims()
_ANY = Column()
_STORED = ("table", "materialized view")


class _Book:
    """Where the effects of one statement are written down."""

    def __init__(self, picture: Picture, version: int) -> None:
        self.picture = picture
        self.version = version
        self.causes: list[Cause] = []
        self.command = -1

    def relation(self, name: Name) -> Relation:
        return self.picture.relation(name)

    def lock(self, table: Relation, lock: Lock, why: str = "", *, sure: bool = True) -> None:
        if table.kind not in ("view", "sequence"):
            self._note("lock", table, why, sure, lock)

    def scan(self, table: Relation, why: str, *, sure: bool = True) -> None:
        if table.kind in _STORED:
            self._note("scan", table, why, sure)

    def build(self, table: Relation, why: str, *, sure: bool = True) -> None:
        if table.kind in _STORED:
            self._note("build", table, why, sure)

    def rewrite(self, table: Relation, why: str, *, sure: bool = True, reads: bool = True) -> None:
        """A new file with all indexes; `reads`: the rows are read by a scan, beside what building indexes reads."""
        if table.kind in _STORED:
            self._note("rewrite", table, why, sure)
            if table.indexes or not table.known:
                # Of a table that is not known an index is likely (a primary key), not certain.
                self._note("build", table, "a rewrite builds all indexes anew", sure and table.known)
            if reads or table.indexes:
                self._note("scan", table, why, sure)

    def _note(self, what: What, table: Relation, why: str, sure: bool, lock: Lock | None = None) -> None:
        self.causes.append(Cause(what=what, table=table.name, lock=lock, why=why, sure=sure, command=self.command))

    def tree(self, table: Relation, *, only: bool = False) -> tuple[Relation, ...]:
        """A table with its partitions or heirs."""
        return (table,) if only else (table, *self.picture.descendants(table.name))


# --- ALTER TABLE ------------------------------------------------------------------------------------------------------


def _alter_table(book: _Book, action: s.AlterTable) -> None:
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
            book.lock(table, _AEL)
            continue
        writer(_Alteration(book, table, action.only, added), command)
    book.command = -1


class _Alteration:
    """One ALTER TABLE while its commands are looked at."""

    def __init__(self, book: _Book, table: Relation, only: bool, added: dict[str, ColumnSpec]) -> None:
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
    at.lock_tree(_AEL, "adds a column")
    if command.if_not_exists and spec.name in at.table.columns:
        return
    why, sure = rewrites_to_add(at.picture, spec)
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


def rewrites_to_add(picture: Picture, spec: ColumnSpec) -> tuple[str, bool]:
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
    at.lock_tree(_AEL, "drops a column")
    name = command.name
    for constraint in at.table.constraints.values():
        if constraint.kind == "foreign key" and name in constraint.columns and constraint.target:
            at.book.lock(at.book.relation(constraint.target), _AEL, "its foreign key goes with the column")
    for other, key, constraint in at.picture.references(at.table.name):
        if name in constraint.target_columns:
            at.book.lock(other, _AEL, f"its foreign key {key} goes with the column")


def _set_type(at: _Alteration, command: s.SetType) -> None:
    at.lock_tree(_AEL, "changes the type of a column")
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
            at.book.lock(parent, _AEL, f"the foreign key {label} is made anew")
            if same is False and constraint.validated and constraint.enforced:
                at.book.scan(at.table, f"the foreign key {label} is checked again")
                at.book.scan(parent, f"the foreign key {label} is checked again")
    for other, label, constraint in at.picture.references(at.table.name):
        if command.name in constraint.target_columns:
            at.book.lock(other, _AEL, f"its foreign key {label} is made anew")
            if same is False and constraint.validated and constraint.enforced:
                at.book.scan(other, f"its foreign key {label} is checked again")
                at.book.scan(at.table, f"the foreign key {label} of {other.name.short} is checked again")


def _exclusive(at: _Alteration, command: Any) -> None:
    at.book.lock(at.table, _AEL)


def _exclusive_tree(at: _Alteration, command: Any) -> None:
    at.lock_tree(_AEL)


def _set_not_null(at: _Alteration, command: s.SetNotNull) -> None:
    at.lock_tree(_AEL, "sets NOT NULL")
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
    at.lock_tree(_AEL)
    column = at.column(command.name)
    for one in at.tree():
        if column is None or column.generated != "virtual":
            at.book.rewrite(one, "the generated column is computed anew for every row", sure=column is not None)


def _column_option(at: _Alteration, command: s.SetColumnOption) -> None:
    # SET STORAGE and COMPRESSION change what is written from now on, and take the strong lock all the same.
    at.lock_tree(_AEL if command.option in ("storage", "compression") else _SUE)


def _add_constraint(at: _Alteration, command: s.AddConstraint) -> None:
    spec = command.constraint
    if spec.kind == "foreign key":
        _foreign_key(at, spec, validates=not spec.not_valid and spec.enforced)
        return
    tree = (at.table,) if spec.no_inherit and spec.kind == "check" else at.tree()
    # Since 18 a key looks for NOT NULL, and a CHECK for heirs, in the whole tree first.
    everywhere = at.tree() if at.book.version >= 18 or spec.kind in ("check", "not null") else (at.table,)
    for one in tree if at.book.version < 18 and spec.kind == "check" else everywhere:
        at.book.lock(one, _AEL, f"adds {_said(spec)}")
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
                at.book.lock(one, _AEL, "sets NOT NULL on the columns of its primary key")
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
        at.book.lock(one, _SRE, "adds a foreign key")
        if one is not at.table and _has_key(one, target, spec.columns):
            taken_over = True
        elif validates and one.kind != "partitioned":
            checked = True
            at.book.scan(one, "every row is looked up in the parent")
    # A column that comes with this statement holds nothing that would be looked up.
    filled = not at.table.new and not any(name in at.added and at.added[name].default is None for name in spec.columns)
    for one in at.book.tree(parent) if parent.kind == "partitioned" else (parent,):
        at.book.lock(one, _SRE, "is referenced by a new foreign key")
        if taken_over:
            at.book.lock(one, _AEL, "loses the triggers of a partition's own foreign key")
        if checked and filled:
            at.book.scan(one, "is searched for every row of the child")


def _has_key(partition: Relation, target: Name, columns: tuple[str, ...]) -> bool:
    """Whether a partition has a valid foreign key that becomes a part of its parent's."""
    return any(
        one.kind == "foreign key" and one.target == target and one.columns == columns and one.validated
        for one in partition.constraints.values()
    )


def _drop_constraint(at: _Alteration, command: s.DropConstraint) -> None:
    at.lock_tree(_AEL, "drops a constraint") if _inherited(at, command) else at.book.lock(at.table, _AEL)
    found = at.table.constraints.get(command.name)
    if found is None:
        return
    if found.kind == "foreign key" and found.target:
        for one in at.book.tree(at.book.relation(found.target)):
            at.book.lock(one, _AEL, "loses a foreign key that points at it")
    if found.kind in ("primary key", "unique") and command.cascade:
        for other, label, key in at.picture.references(at.table.name):
            if set(key.target_columns) == set(found.columns):
                at.book.lock(other, _AEL, f"loses its foreign key {label}")


def _inherited(at: _Alteration, command: s.DropConstraint) -> bool:
    found = at.table.constraints.get(command.name)
    return found is None or at.table.kind == "partitioned" or found.kind in ("check", "not null")


def _validate(at: _Alteration, command: s.ValidateConstraint) -> None:
    found = at.table.constraints.get(command.name)
    at.book.lock(at.table, _SUE, "validates a constraint")
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
            at.book.lock(one, _SUE, "validates a constraint")
            at.book.scan(one, f"{command.name} is checked in every row")
        return
    for one in at.tree():
        if one is not at.table and not _has_unvalidated(one, command.name):
            continue
        at.book.lock(one, _SUE, "validates a constraint")
        at.book.scan(one, f"{command.name} is checked in every row")


def _has_unvalidated(table: Relation, name: str) -> bool:
    found = table.constraints.get(name)
    return found is not None and not found.validated


def _alter_constraint(at: _Alteration, command: s.AlterConstraint) -> None:
    at.book.lock(at.table, _AEL)
    found = at.table.constraints.get(command.name)
    if found is None or command.enforced is None or found.target is None or found.enforced == command.enforced:
        return
    parent = at.book.relation(found.target)
    at.book.lock(parent, _AEL if not command.enforced else _SRE, "gets or loses the triggers of a foreign key")
    if command.enforced:
        at.book.scan(at.table, "the foreign key is checked in every row")
        at.book.scan(parent, "the foreign key is checked against it")


def _attach(at: _Alteration, command: s.AttachPartition) -> None:
    book, parent = at.book, at.table
    child = book.relation(command.partition)
    book.lock(parent, _SUE, "gets a partition")
    for one in book.tree(child):
        book.lock(one, _AEL, "becomes a partition")
        proof = _proves_bound(at, one, command.bound)
        if proof != "yes":
            doubt = "" if proof == "no" else ", unless a valid CHECK says it already"
            book.scan(one, f"every row is checked against the bound{doubt}", sure=proof == "no")
    default = at.picture.default_partition(parent.name)
    if default is not None and default.name != child.name and not (command.bound and command.bound.default):
        book.lock(default, _AEL, "is the DEFAULT partition")
        if not _excludes_bound(default, parent, command.bound):
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
            book.lock(target, _SRE, f"the foreign key {label} holds for the new partition too")
            if not _has_key(child, constraint.target, constraint.columns):
                book.scan(child, f"the foreign key {label} is checked")
                if not child.new:
                    book.scan(target, f"the foreign key {label} is checked against it")
    for other, label, _ in at.picture.references(parent.name):
        book.lock(other, _SRE, f"its foreign key {label} reaches the new partition")


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


def _excludes_bound(default: Relation, parent: Relation, bound: s.PartitionBound | None) -> bool:
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
        at.book.lock(at.table, _SUE, "loses a partition")
        at.book.lock(child, _AEL, "is detached")
        return
    at.book.lock(at.table, _AEL, "loses a partition")
    for one in at.book.tree(child):
        at.book.lock(one, _AEL, "is detached")
    default = at.picture.default_partition(at.table.name)
    if default is not None and default.name != child.name:
        at.book.lock(default, _AEL, "is the DEFAULT partition")
    for constraint in at.table.constraints.values():
        if constraint.kind == "foreign key" and constraint.target:
            at.book.lock(at.book.relation(constraint.target), _SRE, "its foreign key is made for the table alone")


def _toggle_trigger(at: _Alteration, command: s.ToggleTrigger) -> None:
    at.lock_tree(_SRE) if at.table.kind == "partitioned" else at.book.lock(at.table, _SRE)


def _set_logged(at: _Alteration, command: s.SetLogged) -> None:
    at.book.lock(at.table, _AEL)
    wanted = "permanent" if command.logged else "unlogged"
    if at.table.persistence != wanted:
        at.book.rewrite(at.table, f"SET {'LOGGED' if command.logged else 'UNLOGGED'} copies the table")


def _set_tablespace(at: _Alteration, command: s.SetTablespace) -> None:
    at.book.lock(at.table, _AEL)
    if at.table.kind in _STORED and command.tablespace != "pg_default":
        # The file is copied block by block: no row is read and no index built.
        at.book.causes.append(
            Cause(
                what="rewrite", table=at.table.name, why="the file is copied to another place", command=at.book.command
            )
        )


def _set_access_method(at: _Alteration, command: s.SetAccessMethod) -> None:
    at.book.lock(at.table, _AEL)
    method = command.method or "heap"
    if method != (at.table.access_method or ("heap" if not at.table.known else "")):
        at.book.rewrite(at.table, f"every row is written as {method} keeps it")


def _weak(at: _Alteration, command: Any) -> None:
    at.book.lock(at.table, _SUE)


def _inherit(at: _Alteration, command: s.ChangeInheritance) -> None:
    at.book.lock(at.table, _AEL)
    if command.inherit:
        at.book.lock(at.book.relation(command.parent), _SUE, "gets an heir")


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


def _alter_index(book: _Book, action: s.AlterTable) -> None:
    table = book.picture.table_of_index(action.table)
    if table is None:
        return
    for command in action.commands:
        if isinstance(command, s.SetTablespace):
            book.build(table, "the index is copied to another place")


# --- other statements -------------------------------------------------------------------------------------------------


def _create_index(book: _Book, action: s.CreateIndex) -> None:
    table = book.relation(action.table)
    lock: Lock = _SUE if action.concurrently else "SHARE"
    tree = book.tree(table, only=action.only) if table.kind == "partitioned" else (table,)
    exists = action.if_not_exists and action.name in table.indexes
    for one in (table,) if exists else tree:
        book.lock(one, lock, "gets an index")
        if exists or (one is not table and _serves(one, action)):
            continue
        book.build(one, "an index is built")
        book.scan(one, "an index is built")


def _serves(child: Relation, action: s.CreateIndex) -> bool:
    """Whether a partition has the index already, so that it is attached and not built."""
    keys = tuple(one.column for one in action.keys)
    return any(
        one.plain
        and one.valid
        and action.where is None
        and (one.keys, one.include, one.method, one.unique) == (keys, action.include, action.method, action.unique)
        for one in child.indexes.values()
    )


def _create_table(book: _Book, action: s.CreateTable) -> None:
    if action.if_not_exists and book.picture.get(action.table) is not None:
        return
    own = book.picture.full(action.table)
    for spec in (*(one for column in action.columns for one in column.constraints), *action.constraints):
        if spec.kind == "foreign key" and spec.target and book.picture.full(spec.target) != own:
            parent = book.relation(spec.target)
            for one in book.tree(parent) if parent.kind == "partitioned" else (parent,):
                book.lock(one, _SRE, "is referenced by the new table")
    for name in action.inherits:
        book.lock(book.relation(name), _SUE, "gets an heir")
    if action.partition_of is not None:
        _partition_of(book, action.partition_of, action.bound)


def _partition_of(book: _Book, name: Name, bound: s.PartitionBound | None) -> None:
    parent = book.relation(name)
    book.lock(parent, _AEL, "gets a partition")
    default = book.picture.default_partition(parent.name)
    if default is not None:
        book.lock(default, _AEL, "is the DEFAULT partition")
        if not _excludes_bound(default, parent, bound):
            book.scan(default, "the DEFAULT partition must hold no row of the new one")
    for constraint in parent.constraints.values():
        if constraint.kind == "foreign key" and constraint.target:
            book.lock(book.relation(constraint.target), _SRE, "is referenced by the new partition too")
    for other, label, _ in book.picture.references(parent.name):
        book.lock(other, _SRE, f"its foreign key {label} reaches the new partition")


def _create_table_as(book: _Book, action: s.CreateTableAs) -> None:
    if action.with_data:
        for name in action.reads:
            book.scan(book.relation(name), "its rows are read", sure=False)


def _drop(book: _Book, action: s.Drop) -> None:
    picture = book.picture
    if action.kind == "index":
        for name in action.names:
            table = picture.table_of_index(name)
            if table is not None:
                for one in book.tree(table) if table.kind == "partitioned" else (table,):
                    book.lock(one, _SUE if action.concurrently else _AEL, "loses an index")
    elif action.kind in ("table", "materialized view", "foreign table"):
        for name in action.names:
            if not action.if_exists or picture.get(name) is not None or not picture.complete:
                _drop_table(book, book.relation(name))
                for view in _views_over(picture, picture.full(name)) if action.cascade else ():
                    book.lock(view, _AEL, "goes with what it reads")
    elif action.kind in ("trigger", "rule", "policy") and action.on is not None:
        table = book.relation(action.on)
        for one in book.tree(table) if action.kind == "trigger" and table.kind == "partitioned" else (table,):
            book.lock(one, _AEL, f"loses a {action.kind}")
    elif action.kind == "schema" and action.cascade:
        lost = {one.name for one in action.names}
        names = {name for name in picture.relations if name.schema in lost}
        for name in sorted(names):
            if picture.relations[name].kind not in ("view", "sequence"):
                _drop_table(book, picture.relations[name])
    elif action.kind in ("type", "domain") and action.cascade:
        for relation in picture.relations.values():
            if any(_is_of(picture, one, action.names) for one in relation.columns.values()):
                book.lock(relation, _AEL, "loses the columns of that type")


def _views_over(picture: Picture, table: Name) -> tuple[Relation, ...]:
    """Views over a relation, and those over them."""
    direct = picture.views_over(table)
    return (*direct, *(further for view in direct for further in _views_over(picture, view.name)))


def _is_of(picture: Picture, column: Column, names: tuple[Name, ...]) -> bool:
    type_ = column.type
    if type_ is None:
        return False
    spelled = picture.in_path(Name(schema=type_.schema, name=type_.name))
    return any(full in spelled for one in names for full in picture.in_path(one))


def _drop_table(book: _Book, table: Relation) -> None:
    picture = book.picture
    for one in book.tree(table):
        if one is not table and not one.is_partition:
            continue
        book.lock(one, _AEL, "is dropped")
        for label, constraint in one.constraints.items():
            if constraint.inherited:  # the parent's goes on
                continue
            if constraint.kind == "foreign key" and constraint.target and constraint.target != one.name:
                book.lock(book.relation(constraint.target), _AEL, f"loses the foreign key {label} that points at it")
        for other, label, _ in picture.references(one.name):
            if other.name != one.name:
                book.lock(other, _AEL, f"loses its foreign key {label}")
    if table.is_partition:
        for name in table.parents:
            parent = book.relation(name)
            book.lock(parent, _AEL, "loses a partition")
            default = picture.default_partition(name)
            if default is not None and default.name != table.name:
                book.lock(default, _AEL, "is the DEFAULT partition")


def _reindex(book: _Book, action: s.Reindex) -> None:
    lock: Lock = _SUE if action.concurrently else "SHARE"
    tables: list[Relation] = []
    if action.kind == "index" and action.name:
        table = book.picture.table_of_index(action.name)
        tables = [table] if table else []
        if table and table.kind == "partitioned":
            tables = [one for one in book.tree(table) if one.kind != "partitioned"]
    elif action.kind == "table" and action.name:
        table = book.relation(action.name)
        tables = [one for one in book.tree(table) if one.kind != "partitioned"]
    elif action.kind == "schema" and action.name:
        tables = [one for name, one in book.picture.relations.items() if name.schema == action.name.name]
    elif action.kind in ("database", "system"):
        tables = list(book.picture.relations.values())
    if action.kind == "table" and action.name and not action.concurrently:
        book.lock(book.relation(action.name), lock, "its indexes are built anew")
    for one in tables:
        if one.kind in _STORED and (one.indexes or not one.known):
            book.lock(one, lock, "its indexes are built anew")
            book.build(one, "its indexes are built anew")
            book.scan(one, "its indexes are built anew")


def _rename(book: _Book, action: s.Rename) -> None:
    if action.kind in ("table", "materialized view", "foreign table"):
        book.lock(book.relation(action.name), _AEL, "is renamed")
    elif action.kind in ("column", "constraint", "trigger", "policy", "rule"):
        table = book.relation(action.name)
        if table.kind in ("view", "sequence"):
            return
        partitioned = action.kind == "trigger" and table.kind == "partitioned"
        inherited = action.kind == "column" or partitioned
        if action.kind == "constraint":
            found = table.constraints.get(action.sub)
            inherited = found is not None and found.kind in ("check", "not null")
        for one in book.tree(table) if inherited else (table,):
            book.lock(one, _AEL, f"its {action.kind} is renamed")


def _set_schema(book: _Book, action: s.SetSchema) -> None:
    if action.kind in ("table", "materialized view", "foreign table"):
        book.lock(book.relation(action.name), _AEL, "moves to another schema")


def _refresh(book: _Book, action: s.RefreshView) -> None:
    view = book.relation(action.name)
    if view.kind == "table":  # nobody said what it is
        view = Relation(name=view.name, kind="materialized view")
    book.lock(view, "EXCLUSIVE" if action.concurrently else _AEL, "is refreshed")
    if not action.with_data:
        return
    for name in view.reads:
        for one in book.tree(book.relation(name)):
            book.scan(one, "the view's query reads it", sure=False)
    if action.concurrently:
        book.scan(view, "old and new rows are compared")
    else:
        book.rewrite(view, "the view is filled anew", reads=False)


def _alter_domain(book: _Book, action: s.AlterDomain) -> None:
    spec = action.constraint
    scans = action.how in ("set not null", "validate") or (
        action.how == "add constraint" and spec is not None and not spec.not_valid
    )
    if not scans:
        return
    picture = book.picture
    full = next((one for one in picture.in_path(action.name) if one in picture.domains), None)
    if action.how == "validate" and full and picture.domains[full].constraints.get(action.constraint_name):
        return
    for relation in picture.relations.values():
        if relation.kind in _STORED and any(_is_of(picture, one, (action.name,)) for one in relation.columns.values()):
            book.lock(relation, "SHARE", f"has columns of the domain {action.name}")
            book.scan(relation, f"its columns of the domain {action.name} are checked")


def _create_trigger(book: _Book, action: s.CreateTrigger) -> None:
    table = book.relation(action.table)
    for one in book.tree(table) if table.kind == "partitioned" else (table,):
        book.lock(one, _SRE, "gets a trigger")


def _exclusive_on(book: _Book, action: s.CreatePolicy | s.CreateRule) -> None:
    book.lock(book.relation(action.table), _AEL)


def _create_statistics(book: _Book, action: s.CreateStatistics) -> None:
    if action.table is not None:
        book.lock(book.relation(action.table), _SUE)


def _comment(book: _Book, action: s.CommentOn) -> None:
    if action.kind in ("table", "column", "materialized view", "foreign table"):
        book.lock(book.relation(action.name), _SUE)


def _truncate(book: _Book, action: s.Truncate) -> None:
    seen: set[Name] = set()
    waiting = [book.relation(one) for one in action.tables]
    while waiting:
        table = waiting.pop()
        if table.name in seen:
            continue
        seen.add(table.name)
        book.lock(table, _AEL, "is emptied")
        waiting += book.picture.descendants(table.name)
        if action.cascade:
            waiting += [other for other, _, _ in book.picture.references(table.name)]


def _lock_tables(book: _Book, action: s.LockTables) -> None:
    if action.mode < 2:
        return
    for name in action.tables:
        for one in book.tree(book.relation(name)):
            book.lock(one, LOCKS[action.mode - 1], "is locked by name")


def _vacuum(book: _Book, action: s.Vacuum) -> None:
    named = [book.relation(one) for one in action.tables]
    tables = [part for one in named for part in book.tree(one)] or list(book.picture.relations.values())
    for one in tables:
        if one.kind not in _STORED:
            if one.kind == "partitioned" and action.analyze_only:
                book.lock(one, _SUE)
            continue
        book.lock(one, _AEL if action.full else _SUE, "is vacuumed")
        if action.full:
            book.rewrite(one, "VACUUM FULL copies the table")


def _cluster(book: _Book, action: s.Cluster) -> None:
    if action.table is not None:
        table = book.relation(action.table)
        for one in book.tree(table):
            if one.kind == "partitioned":
                continue
            book.lock(one, _AEL, "is clustered")
            book.rewrite(one, "CLUSTER copies the table in the order of an index", reads=False)


def _update(book: _Book, action: s.Update | s.Delete | s.Insert | s.Merge) -> None:
    table = book.relation(action.table)
    whole = isinstance(action, s.Update | s.Delete) and action.where is None
    tree = (table,) if isinstance(action, s.Insert) else book.tree(table)
    for one in tree:
        book.lock(one, "ROW EXCLUSIVE", "is written to")
        if whole:
            book.scan(one, "every row is written")
    if isinstance(action, s.Insert):
        for name in action.reads:
            for one in book.tree(book.relation(name)):
                book.scan(one, "its rows are read", sure=False)


def _copy(book: _Book, action: s.Copy) -> None:
    if action.table is None:
        return
    if action.into:
        book.lock(book.relation(action.table), "ROW EXCLUSIVE", "is written to")
    else:
        book.scan(book.relation(action.table), "its rows are read")


def _publication(book: _Book, action: s.ChangePublication) -> None:
    for name in action.tables:
        book.lock(book.relation(name), _SUE, "is published, or no longer")


_WRITERS: dict[type, Callable[[_Book, Any], None]] = {
    s.AlterTable: _alter_table,
    s.CreateIndex: _create_index,
    s.CreateTable: _create_table,
    s.CreateTableAs: _create_table_as,
    s.Drop: _drop,
    s.Reindex: _reindex,
    s.Rename: _rename,
    s.SetSchema: _set_schema,
    s.RefreshView: _refresh,
    s.AlterDomain: _alter_domain,
    s.CreateTrigger: _create_trigger,
    s.CreatePolicy: _exclusive_on,
    s.CreateRule: _exclusive_on,
    s.CreateStatistics: _create_statistics,
    s.CommentOn: _comment,
    s.Truncate: _truncate,
    s.LockTables: _lock_tables,
    s.Vacuum: _vacuum,
    s.Cluster: _cluster,
    s.Update: _update,
    s.Delete: _update,
    s.Insert: _update,
    s.Merge: _update,
    s.Copy: _copy,
    s.ChangePublication: _publication,
}

__all__ = ["Cause", "Claims", "Constrained", "Indexed", "claims", "effects", "rewrites_to_add"]
