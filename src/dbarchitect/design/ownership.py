"""How entities hang together: which end of a relation refers to the other, what is a tenant's, what comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .spec import End, Entity, Relation, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A relation that one column (or several) of `child` keeps. `one`: no two children share a parent."""

    relation: Relation
    parent: End
    child: End
    one: bool

    @property
    def required(self) -> bool:
        """Whether every child has a parent. The top of a tree has none, whatever was said."""
        return self.parent.least >= 1 and self.parent.entity != self.child.entity


def reference(relation: Relation) -> Reference | None:
    """The relation as a reference; None where it is many-to-many."""
    first, second = relation.first, relation.second
    if first.most == 1 and second.most == 1:
        # The end that cannot be without the other one refers to it.
        if second.least >= 1 and first.least == 0:
            return Reference(relation=relation, parent=second, child=first, one=True)
        return Reference(relation=relation, parent=first, child=second, one=True)
    if first.most == 1:
        return Reference(relation=relation, parent=first, child=second, one=False)
    if second.most == 1:
        return Reference(relation=relation, parent=second, child=first, one=False)
    return None


def owned(spec: Spec) -> frozenset[str]:
    """The entities whose rows belong to one tenant each: those that refer to it, and what refers to those."""
    tenant = spec.surroundings.tenant
    if spec.surroundings.tenancy != "shared" or not tenant:
        return frozenset()
    pairs = [(one.parent.entity, one.child.entity) for one in map(reference, spec.relations) if one is not None]
    pairs += [(one.parent or one.kind_of, one.name) for one in spec.entities if one.parent or one.kind_of]
    return reached((tenant,), pairs) - {tenant}


def reached(starts: Iterable[str], pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """`starts` and all that pairs (from, to) lead to."""
    following: dict[str, list[str]] = {}
    for one, other in pairs:
        following.setdefault(one, []).append(other)
    found = set(starts)
    waiting = list(found)
    while waiting:
        more = [one for one in following.get(waiting.pop(), ()) if one not in found]
        found.update(more)
        waiting += more
    return frozenset(found)


def ordered(spec: Spec) -> list[Entity]:
    """Entities so that the parent of a weak one and the general kind come first."""
    done: list[Entity] = []
    names: set[str] = set()

    def place(one: Entity) -> None:
        if one.name in names:
            return
        above = spec.entity(one.parent or one.kind_of)
        if above is not None:
            place(above)
        names.add(one.name)
        done.append(one)

    for one in spec.entities:
        place(one)
    return done


def circles(edges: Sequence[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Groups of nodes that can be reached from one another by edges (from, to), by Tarjan's algorithm (1972), without
    recursion; only groups of several."""
    following: dict[str, list[str]] = {}
    for one, other in edges:
        following.setdefault(one, []).append(other)
        following.setdefault(other, [])
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: list[str] = []
    found: list[tuple[str, ...]] = []
    for root in following:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        on_stack.append(root)
        work = [(root, iter(following[root]))]
        while work:
            node, rest = work[-1]
            for one in rest:
                if one not in index:
                    index[one] = low[one] = len(index)
                    on_stack.append(one)
                    work.append((one, iter(following[one])))
                    break
                if one in on_stack:
                    low[node] = min(low[node], index[one])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = on_stack.index(node)
                    group, on_stack[at:] = tuple(on_stack[at:]), []
                    if len(group) > 1:
                        found.append(group)
    return found
