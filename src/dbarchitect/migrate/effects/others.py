"""Every statement but ALTER TABLE: what it does to the tables that are there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbarchitect.migrate.picture import Column, Picture, Relation
from dbarchitect.model.names import Name
from dbarchitect.model.plan import LOCKS, Lock
from dbarchitect.sql import statements as s

from .altering import excludes_bound
from .book import AEL, SRE, STORED, SUE, Book


def _create_index(book: Book, action: s.CreateIndex) -> None:
    table = book.relation(action.table)
    lock: Lock = SUE if action.concurrently else "SHARE"
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


def _create_table(book: Book, action: s.CreateTable) -> None:
    if action.if_not_exists and book.picture.get(action.table) is not None:
        return
    own = book.picture.full(action.table)
    for spec in (*(one for column in action.columns for one in column.constraints), *action.constraints):
        if spec.kind == "foreign key" and spec.target and book.picture.full(spec.target) != own:
            parent = book.relation(spec.target)
            for one in book.tree(parent) if parent.kind == "partitioned" else (parent,):
                book.lock(one, SRE, "is referenced by the new table")
    for name in action.inherits:
        book.lock(book.relation(name), SUE, "gets an heir")
    if action.partition_of is not None:
        _partition_of(book, action.partition_of, action.bound)


def _partition_of(book: Book, name: Name, bound: s.PartitionBound | None) -> None:
    parent = book.relation(name)
    book.lock(parent, AEL, "gets a partition")
    default = book.picture.default_partition(parent.name)
    if default is not None:
        book.lock(default, AEL, "is the DEFAULT partition")
        if not excludes_bound(default, parent, bound):
            book.scan(default, "the DEFAULT partition must hold no row of the new one")
    for constraint in parent.constraints.values():
        if constraint.kind == "foreign key" and constraint.target:
            book.lock(book.relation(constraint.target), SRE, "is referenced by the new partition too")
    for other, label, _ in book.picture.references(parent.name):
        book.lock(other, SRE, f"its foreign key {label} reaches the new partition")


def _create_table_as(book: Book, action: s.CreateTableAs) -> None:
    if action.with_data:
        for name in action.reads:
            book.scan(book.relation(name), "its rows are read", sure=False)


def _drop(book: Book, action: s.Drop) -> None:
    picture = book.picture
    if action.kind == "index":
        for name in action.names:
            table = picture.table_of_index(name)
            if table is not None:
                for one in book.tree(table) if table.kind == "partitioned" else (table,):
                    book.lock(one, SUE if action.concurrently else AEL, "loses an index")
    elif action.kind in ("table", "materialized view", "foreign table"):
        for name in action.names:
            if not action.if_exists or picture.get(name) is not None or not picture.complete:
                _drop_table(book, book.relation(name))
                for view in _views_over(picture, picture.full(name)) if action.cascade else ():
                    book.lock(view, AEL, "goes with what it reads")
    elif action.kind in ("trigger", "rule", "policy") and action.on is not None:
        table = book.relation(action.on)
        for one in book.tree(table) if action.kind == "trigger" and table.kind == "partitioned" else (table,):
            book.lock(one, AEL, f"loses a {action.kind}")
    elif action.kind == "schema" and action.cascade:
        lost = {one.name for one in action.names}
        names = {name for name in picture.relations if name.schema in lost}
        for name in sorted(names):
            if picture.relations[name].kind not in ("view", "sequence"):
                _drop_table(book, picture.relations[name])
    elif action.kind in ("type", "domain") and action.cascade:
        for relation in picture.relations.values():
            if any(_is_of(picture, one, action.names) for one in relation.columns.values()):
                book.lock(relation, AEL, "loses the columns of that type")


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


def _drop_table(book: Book, table: Relation) -> None:
    picture = book.picture
    for one in book.tree(table):
        if one is not table and not one.is_partition:
            continue
        book.lock(one, AEL, "is dropped")
        for label, constraint in one.constraints.items():
            if constraint.inherited:  # the parent's goes on
                continue
            if constraint.kind == "foreign key" and constraint.target and constraint.target != one.name:
                book.lock(book.relation(constraint.target), AEL, f"loses the foreign key {label} that points at it")
        for other, label, _ in picture.references(one.name):
            if other.name != one.name:
                book.lock(other, AEL, f"loses its foreign key {label}")
    if table.is_partition:
        for name in table.parents:
            parent = book.relation(name)
            book.lock(parent, AEL, "loses a partition")
            default = picture.default_partition(name)
            if default is not None and default.name != table.name:
                book.lock(default, AEL, "is the DEFAULT partition")


def _reindex(book: Book, action: s.Reindex) -> None:
    lock: Lock = SUE if action.concurrently else "SHARE"
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
        if one.kind in STORED and (one.indexes or not one.known):
            book.lock(one, lock, "its indexes are built anew")
            book.build(one, "its indexes are built anew")
            book.scan(one, "its indexes are built anew")


def _rename(book: Book, action: s.Rename) -> None:
    if action.kind in ("table", "materialized view", "foreign table"):
        book.lock(book.relation(action.name), AEL, "is renamed")
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
            book.lock(one, AEL, f"its {action.kind} is renamed")


def _set_schema(book: Book, action: s.SetSchema) -> None:
    if action.kind in ("table", "materialized view", "foreign table"):
        book.lock(book.relation(action.name), AEL, "moves to another schema")


def _refresh(book: Book, action: s.RefreshView) -> None:
    view = book.relation(action.name)
    if view.kind == "table":  # nobody said what it is
        view = Relation(name=view.name, kind="materialized view")
    book.lock(view, "EXCLUSIVE" if action.concurrently else AEL, "is refreshed")
    if not action.with_data:
        return
    for name in view.reads:
        for one in book.tree(book.relation(name)):
            book.scan(one, "the view's query reads it", sure=False)
    if action.concurrently:
        book.scan(view, "old and new rows are compared")
    else:
        book.rewrite(view, "the view is filled anew", reads=False)


def _alter_domain(book: Book, action: s.AlterDomain) -> None:
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
        if relation.kind in STORED and any(_is_of(picture, one, (action.name,)) for one in relation.columns.values()):
            book.lock(relation, "SHARE", f"has columns of the domain {action.name}")
            book.scan(relation, f"its columns of the domain {action.name} are checked")


def _create_trigger(book: Book, action: s.CreateTrigger) -> None:
    table = book.relation(action.table)
    for one in book.tree(table) if table.kind == "partitioned" else (table,):
        book.lock(one, SRE, "gets a trigger")


def _exclusive_on(book: Book, action: s.CreatePolicy | s.CreateRule) -> None:
    book.lock(book.relation(action.table), AEL)


def _create_statistics(book: Book, action: s.CreateStatistics) -> None:
    if action.table is not None:
        book.lock(book.relation(action.table), SUE)


def _comment(book: Book, action: s.CommentOn) -> None:
    if action.kind in ("table", "column", "materialized view", "foreign table"):
        book.lock(book.relation(action.name), SUE)


def _truncate(book: Book, action: s.Truncate) -> None:
    seen: set[Name] = set()
    waiting = [book.relation(one) for one in action.tables]
    while waiting:
        table = waiting.pop()
        if table.name in seen:
            continue
        seen.add(table.name)
        book.lock(table, AEL, "is emptied")
        waiting += book.picture.descendants(table.name)
        if action.cascade:
            waiting += [other for other, _, _ in book.picture.references(table.name)]


def _lock_tables(book: Book, action: s.LockTables) -> None:
    if action.mode < 2:
        return
    for name in action.tables:
        for one in book.tree(book.relation(name)):
            book.lock(one, LOCKS[action.mode - 1], "is locked by name")


def _vacuum(book: Book, action: s.Vacuum) -> None:
    named = [book.relation(one) for one in action.tables]
    tables = [part for one in named for part in book.tree(one)] or list(book.picture.relations.values())
    for one in tables:
        if one.kind not in STORED:
            if one.kind == "partitioned" and action.analyze_only:
                book.lock(one, SUE)
            continue
        book.lock(one, AEL if action.full else SUE, "is vacuumed")
        if action.full:
            book.rewrite(one, "VACUUM FULL copies the table")


def _cluster(book: Book, action: s.Cluster) -> None:
    if action.table is not None:
        table = book.relation(action.table)
        for one in book.tree(table):
            if one.kind == "partitioned":
                continue
            book.lock(one, AEL, "is clustered")
            book.rewrite(one, "CLUSTER copies the table in the order of an index", reads=False)


def _update(book: Book, action: s.Update | s.Delete | s.Insert | s.Merge) -> None:
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


def _copy(book: Book, action: s.Copy) -> None:
    if action.table is None:
        return
    if action.into:
        book.lock(book.relation(action.table), "ROW EXCLUSIVE", "is written to")
    else:
        book.scan(book.relation(action.table), "its rows are read")


def _publication(book: Book, action: s.ChangePublication) -> None:
    for name in action.tables:
        book.lock(book.relation(name), SUE, "is published, or no longer")


WRITERS: dict[type, Callable[[Book, Any], None]] = {
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
