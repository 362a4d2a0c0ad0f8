"""Relations: `relationship(...)` with everything that SQLAlchemy cannot tell by itself, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.names import Name
from dbarchitect.model.schema import ForeignKey
from dbarchitect.orm.blueprint import Relation

from .names import Named, other_side
from .python import Code, Item, call, string


def relationship(one: Named, relation: Relation, known: Mapping[Name, Named]) -> tuple[str, Code]:
    """The type inside `Mapped[...]`, and the call."""
    there = known[relation.to]
    annotation = there.symbol
    if relation.many:
        annotation = f"list[{there.symbol}]"
    elif relation.optional:
        annotation = f"{there.symbol} | None"
    named: list[Item] = []
    if relation.kind == "many to many":
        named += _secondary(one, relation, known)
    else:
        named += _join(one, relation, known)
    back = other_side(relation, there)
    if back is not None:
        named.append(Item("back_populates=", string(back)))
    if relation.kind in ("one to many", "one to one back"):
        named += _deletion(relation.key)
    if relation.kind in ("many to one", "one to one") and relation.key.name in one.late and relation.optional:
        named.append(Item("post_update=", "True"))
    shared = _overlaps(one, relation, known)
    if shared:
        named.append(Item("overlaps=", string(",".join(shared))))
    return annotation, call("relationship", *named)


def _deletion(key: ForeignKey) -> list[Item]:
    """What the database does with the rows that refer to a deleted one, the session leaves to it."""
    if key.on_delete == "CASCADE":
        return [Item("cascade=", '"all, delete"'), Item("passive_deletes=", "True")]
    if key.on_delete == "SET NULL":
        return [Item("passive_deletes=", "True")]
    return [Item("passive_deletes=", '"all"')]


def _secondary(one: Named, relation: Relation, known: Mapping[Name, Named]) -> list[Item]:
    assert relation.through is not None and relation.far_key is not None
    through = known[relation.through]
    link = through.form == "link"
    named = [Item("link_model=", through.symbol) if link else Item("secondary=", f"associations.{through.symbol}")]
    near, far = relation.key, relation.far_key
    if near.target == far.target:
        for lead, key in (("primaryjoin=", near), ("secondaryjoin=", far)):
            joined = _to_association(one, key, through)
            # A table in a string would be looked up by its name, which need not be an identifier; a class's is one.
            named.append(Item(lead, string(joined) if link else f"lambda: {joined}"))
    if near.on_delete == "CASCADE":
        named.append(Item("passive_deletes=", "True"))
    return named


def _to_association(one: Named, key: ForeignKey, through: Named) -> str:
    link = through.form == "link"
    parts: list[str] = []
    for here, there in zip(key.columns, key.target_columns, strict=True):
        column = through.attributes[here] if link else f"c[{string(here)}]"
        table = through.symbol if link else f"associations.{through.symbol}"
        parts.append(f"{one.symbol}.{one.attributes[there]} == {table}.{column}")
    return parts[0] if len(parts) == 1 else f"{'' if link else 'sa.'}and_({', '.join(parts)})"


def _join(one: Named, relation: Relation, known: Mapping[Name, Named]) -> list[Item]:
    key = relation.key
    forward = relation.kind in ("many to one", "one to one")
    holder = one if forward else known[relation.to]
    target = known[relation.to] if forward else one
    named: list[Item] = []
    if (relation.to_self and len(key.columns) > 1) or len(written(holder, key)) < len(key.columns):
        # A column that refers to itself (a tenant's) stands on both sides: which is which must be said at each.
        return [Item("primaryjoin=", string(_annotated(holder, target, key, forward=forward)))]
    if _ambiguous(holder, target):
        mine = [f"{holder.symbol}.{holder.attributes[name]}" for name in key.columns]
        if _mixed(holder, key):
            joined = [
                f"{left} == {target.symbol}.{target.attributes[name]}"
                for left, name in zip(mine, key.target_columns, strict=True)
            ]
            named.append(Item("primaryjoin=", string(joined[0] if len(joined) == 1 else f"and_({', '.join(joined)})")))
        named.append(Item("foreign_keys=", string(f"[{', '.join(mine)}]")))
    if relation.to_self:
        remote = key.target_columns if forward else key.columns
        columns = [f"{one.symbol}.{one.attributes[name]}" for name in remote]
        named.append(Item("remote_side=", string(f"[{', '.join(columns)}]")))
    return named


def written(holder: Named, key: ForeignKey) -> tuple[str, ...]:
    """The columns that the relation sets: where only some of them may be NULL, these, for a relation that is taken away
    leaves the others (a tenant's) as they are."""
    optional = tuple(name for name in key.columns if not holder.entity.attribute(name).column.not_null)
    return optional or key.columns


def _annotated(holder: Named, target: Named, key: ForeignKey, *, forward: bool) -> str:
    set_ = written(holder, key)
    parts: list[str] = []
    for here, there in zip(key.columns, key.target_columns, strict=True):
        left, right = f"{holder.symbol}.{holder.attributes[here]}", f"{target.symbol}.{target.attributes[there]}"
        left = f"foreign({left})" if here in set_ else left
        parts.append(f"{left} == remote({right})" if forward else f"{right} == remote({left})")
    return f"and_({', '.join(parts)})"


def _ambiguous(holder: Named, target: Named) -> bool:
    """Whether SQLAlchemy would find more than one way from the one table to the other."""
    count = sum(1 for key in _keys(holder) if key.target == target.entity.name)
    if holder is not target:
        count += sum(1 for key in _keys(target) if key.target == holder.entity.name)
    return count > 1


def _mixed(holder: Named, key: ForeignKey) -> bool:
    """Whether another foreign key to the same table shares a column with this one."""
    return any(
        other is not key and other.target == key.target and set(other.columns) & set(key.columns)
        for other in _keys(holder)
    )


def _keys(one: Named) -> tuple[ForeignKey, ...]:
    table = one.entity.table
    return table.foreign_keys if table is not None else ()


def _overlaps(one: Named, relation: Relation, known: Mapping[Name, Named]) -> list[str]:
    """Relations that write the same columns: both ends of other foreign keys that share a column with this one, and of
    the references of the table behind a many-to-many."""
    if relation.kind == "many to many":
        return []
    forward = relation.kind in ("many to one", "one to one")
    holder = one if forward else known[relation.to]
    found: list[str] = []
    for other, name in holder.relations:
        if other.kind not in ("many to one", "one to one") or other.key is relation.key:
            continue
        if set(written(holder, other.key)) & set(written(holder, relation.key)):
            back = other_side(other, known[other.to])
            found += [name, *([back] if back else [])]
    return sorted(set(found))
