"""Actions in an order in which each finds what it needs and takes away nothing that is still used.

A topological order (Kahn 1962), stable by rank and name. Actions of one group come together, as one unit, unless that
would make a circle; a default that closes a circle between a new table and a function is set apart.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from dbarchitect.migrate.actions import RANKS, Action
from dbarchitect.migrate.objects import part
from dbarchitect.model.change import AddTable, Alter, AlterColumn
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.schema import Dependency

Unit = tuple[Action, ...]


class CircleError(Exception):
    """Some actions need each other."""

    def __init__(self, actions: Sequence[Action]) -> None:
        super().__init__("actions that need each other")
        self.actions = actions


def in_order(actions: Iterable[Action], before: Iterable[Dependency], after: Iterable[Dependency]) -> tuple[Unit, ...]:
    """Units of actions; each unit is one transaction, or one action. `before` and `after` are the dependencies of the
    two schemas. Raises `CircleError`."""
    listed = list(actions)
    before, after = tuple(before), tuple(after)
    for attempt in range(2):
        for number, action in enumerate(listed):
            action.number = number
        edges = _edges(listed, before, after)
        try:
            return _units(listed, edges)
        except CircleError as err:
            apart = _defaults_apart(listed, err.actions, after) if attempt == 0 else None
            if apart is None:
                raise
            listed = apart
    raise AssertionError("unreachable")


def _edges(actions: Sequence[Action], before: Iterable[Dependency], after: Iterable[Dependency]) -> dict[int, set[int]]:
    """For each action the numbers of those that come before it."""
    makers: dict[ObjectRef, list[int]] = defaultdict(list)
    alterers: dict[ObjectRef, list[int]] = defaultdict(list)
    unmakers: dict[ObjectRef, list[int]] = defaultdict(list)
    for action in actions:
        for ref in action.makes:
            makers[ref].append(action.number)
        for ref in action.alters:
            alterers[ref].append(action.number)
        for ref in action.unmakes:
            unmakers[ref].append(action.number)
    wholes = {(ref.schema, ref.name, ref.kind): ref for ref in (*makers, *unmakers, *alterers) if not ref.sub}

    def resolve(ref: ObjectRef, among: dict[ObjectRef, list[int]]) -> list[int]:
        found = among.get(ref)
        if found or ref.kind not in ("column", "constraint", "index"):
            return found or []
        for kind in ("view", "type", "table", "domain") if ref.kind == "column" else ("domain",):
            whole = wholes.get((ref.schema, ref.name, kind))
            if whole is not None and (found := among.get(whole)):
                return found
        return []

    edges: dict[int, set[int]] = defaultdict(set)

    def comes_after(later: Iterable[int], earlier: Iterable[int]) -> None:
        for one in later:
            for other in earlier:
                if one != other:
                    edges[one].add(other)

    wanted = set(after)
    for ref, numbers in unmakers.items():
        comes_after(makers.get(ref, ()), numbers)
    # Relations share their names with each other, and with types.
    taken: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for ref, numbers in unmakers.items():
        for name in _names(ref):
            taken[name] += numbers
    for ref, numbers in makers.items():
        for name in _names(ref):
            comes_after(numbers, taken.get(name, ()))
    for one in wanted:
        users = [n for n in resolve(one.of, makers) + resolve(one.of, alterers) if one.on not in actions[n].spared]
        comes_after(users, resolve(one.on, makers) + resolve(one.on, alterers))
    for one in before:
        going = resolve(one.on, unmakers)
        leaving = resolve(one.of, unmakers)
        blocked = [n for n in resolve(one.on, alterers) if not isinstance(actions[n].change, Alter)]
        comes_after(going + blocked, leaving)
        if one not in wanted:
            comes_after(going, resolve(one.of, alterers))
    for action in actions:
        for ref in action.frees:
            comes_after(unmakers.get(ref, ()), (action.number,))
        for ref in action.awaits:
            comes_after((action.number,), unmakers.get(ref, ()))
        for ref in action.needs:
            comes_after((action.number,), makers.get(ref, ()))
            if ref.kind in ("column", "type", "domain", "table", "sequence", "constraint"):
                comes_after((action.number,), (n for n in alterers.get(ref, ()) if action.number not in edges[n]))
    _parts_first(actions, comes_after)
    return edges


def _names(ref: ObjectRef) -> list[tuple[str, str, str]]:
    """The names that an object takes up, by the catalogue that keeps them apart."""
    match ref.kind:
        case "table" | "view":
            return [("relation", ref.schema, ref.name), ("type", ref.schema, ref.name)]
        case "sequence":
            return [("relation", ref.schema, ref.name)]
        case "index" | "constraint":  # a key's index has its name
            return [("relation", ref.schema, ref.sub)]
        case "type" | "domain":
            return [("type", ref.schema, ref.name)]
        case "function":  # two of one name may both fit a call
            return [("function", ref.schema, ref.name.partition("(")[0])]
        case _:
            return []


def _parts_first(actions: Sequence[Action], comes_after: Callable[[Iterable[int], Iterable[int]], None]) -> None:
    """Parts of a table that go away do so before its columns change or go, and it itself goes."""
    parts: dict[tuple[str, str], list[int]] = defaultdict(list)
    for action in actions:
        for ref in action.unmakes:
            if ref.kind in ("constraint", "index", "trigger", "policy", "rule") and not _is_table(action):
                parts[ref.schema, ref.name].append(action.number)
    for action in actions:
        touched = {
            (ref.schema, ref.name)
            for ref in (*action.unmakes, *action.alters)
            if ref.kind == "column" or (ref.kind == "table" and ref in action.unmakes)
        }
        for key in touched:
            comes_after((action.number,), [n for n in parts.get(key, ()) if n != action.number])


def _is_table(action: Action) -> bool:
    return any(ref.kind == "table" for ref in action.unmakes)


def _units(actions: Sequence[Action], edges: dict[int, set[int]]) -> tuple[Unit, ...]:
    groups: dict[object, list[Action]] = defaultdict(list)
    for action in actions:
        groups[action.group if action.group is not None else action.number].append(action)
    apart: set[object] = set()
    while True:
        members = {
            key: part
            for name, part in groups.items()
            for key, part in (
                [(one.number, [one]) for one in part] if name in apart or len(part) == 1 else [(name, part)]
            )
        }
        try:
            ordered = _sorted(members, edges)
        except CircleError as err:
            mixed = {one.group for one in err.actions if one.group is not None} - apart
            if not mixed:
                raise
            apart.add(min(mixed, key=str))
            continue
        return tuple(tuple(_sorted_inside(part, edges)) for part in ordered)


def _sorted(members: dict[object, list[Action]], edges: dict[int, set[int]]) -> list[list[Action]]:
    home = {action.number: key for key, part in members.items() for action in part}
    waiting: dict[object, set[object]] = {key: set() for key in members}
    followers: dict[object, set[object]] = defaultdict(set)
    for number, earlier in edges.items():
        for other in earlier:
            one, before = home[number], home[other]
            if one != before:
                waiting[one].add(before)
                followers[before].add(one)
    ready = [(_rank(part), _label(part), part[0].number, key) for key, part in members.items() if not waiting[key]]
    heapq.heapify(ready)
    found: list[list[Action]] = []
    while ready:
        *_, key = heapq.heappop(ready)
        found.append(members[key])
        for one in followers[key]:
            waiting[one].discard(key)
            if not waiting[one]:
                part = members[one]
                heapq.heappush(ready, (_rank(part), _label(part), part[0].number, one))
    if len(found) < len(members):
        done = {id(part) for part in found}
        raise CircleError([action for part in members.values() if id(part) not in done for action in part])
    return found


def _sorted_inside(part: Sequence[Action], edges: dict[int, set[int]]) -> list[Action]:
    inside = {action.number for action in part}
    own = {number: edges.get(number, set()) & inside for number in inside}
    return [one for unit in _sorted({action.number: [action] for action in part}, own) for one in unit]


def _rank(part: Sequence[Action]) -> int:
    # A group stands where what it is made around stands: not with its drops.
    return (
        max(action.rank for action in part if action.rank < RANKS["owner"] or len(part) == 1)
        if any(action.rank < RANKS["owner"] for action in part)
        else max(action.rank for action in part)
    )


def _label(part: Sequence[Action]) -> str:
    refs = [ref for action in part for ref in (*action.makes, *action.alters, *action.unmakes, *action.needs)]
    return min((f"{ref.schema}.{ref.name}.{ref.sub}" for ref in refs), default="")


def _defaults_apart(
    actions: Sequence[Action], circle: Sequence[Action], dependencies: Iterable[Dependency]
) -> list[Action] | None:
    """New tables of a circle without the defaults of their columns, which are set once all is there."""
    stuck = {action.number for action in circle}
    needed: dict[ObjectRef, set[ObjectRef]] = defaultdict(set)
    for one in dependencies:
        if one.of.kind == "column" and one.on.kind in ("function", "sequence"):
            needed[one.of].add(one.on)
    found: list[Action] = []
    changed = False
    for action in actions:
        change = action.change
        if action.number not in stuck or not isinstance(change, AddTable):
            found.append(action)
            continue
        table = change.table
        moved = {
            one.name: needed[ref]
            for one in table.columns
            if one.default is not None and (ref := part("column", table.name, one.name)) in needed
        }
        if not moved:
            found.append(action)
            continue
        changed = True
        columns = tuple(replace(one, default=None) if one.name in moved else one for one in table.columns)
        found.append(
            Action(
                AddTable(table=replace(table, columns=columns)),
                action.rank,
                action.makes,
                needs=action.needs,
                spared=frozenset(ref for refs in moved.values() for ref in refs),
                group=action.group,
            )
        )
        for one in table.columns:
            if one.name in moved:
                alter = AlterColumn(table=table.name, before=replace(one, default=None), after=one)
                needs = frozenset((table.ref, *moved[one.name]))
                found.append(Action(alter, RANKS["sequence owner"], needs=needs, undo=()))
    return found if changed else None
