"""The way out beyond one machine, step by step, and what of it is reached: replicas, partitions, a distribution key.

A distribution key is the entity whose rows and all that belongs to them stay on one machine. It is checked against the
access patterns: each is routed to one machine, or asks all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from dbarchitect.model.value import Value

from .constraints import beyond_one_machine, machine_writes
from .evidence import Statement, disk_text, modelled, stated
from .factbook import Factbook
from .profile import Profile
from .spec import Access, Spec

_REFERENCE_ROWS = 100_000  # a table that every machine may hold a copy of: writes go to all of them, so small and calm


class Step(Value, frozen=True, kw_only=True):
    """A step: `reached` says whether the brief needs it within two years."""

    step: Literal["one machine", "read replicas", "partitions", "distribution"]
    reached: bool
    said: Statement


class Routed(Value, frozen=True, kw_only=True):
    """How an access pattern is answered over several machines."""

    access: str
    goes: Literal["one machine", "any machine", "all machines"]
    why: str
    line: int = 0


class Scaling(Value, frozen=True, kw_only=True):
    """The steps, and what a distribution would be: `key` "" where no entity holds enough together.

    colocated   entities that are kept with their row of `key`
    everywhere  small ones that every machine has a copy of
    apart       the rest: joins with them cross machines
    changes     what the schema must change for it
    """

    steps: tuple[Step, ...] = ()
    key: str = ""
    colocated: tuple[str, ...] = ()
    everywhere: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    routed: tuple[Routed, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def share(self) -> float | None:
        """Of the access patterns, how many one machine answers."""
        if not self.routed:
            return None
        return sum(one.goes != "all machines" for one in self.routed) / len(self.routed)


def scaling(spec: Spec, profile: Profile, facts: Factbook) -> Scaling:
    """The way out for a spec."""
    steps = tuple(_steps(spec, profile, facts))
    parents = _parents(spec)
    candidates = _candidates(spec, parents)
    if not candidates:
        return Scaling(steps=steps)
    best = max(candidates, key=lambda key: _worth(spec, key, parents))
    return _distribution(spec, best, parents, steps)


def _steps(spec: Spec, profile: Profile, facts: Factbook) -> Iterator[Step]:
    beyond = beyond_one_machine(profile, facts)
    if beyond is not None:
        yield Step(step="one machine", reached=False, said=beyond)
    else:
        limit = facts["machine.storage_max"]
        share = profile.bytes_later / (float(limit.value) * 1024**4)
        writes = (profile.writes or 0.0) / machine_writes(facts)
        said = f"data after two years is {disk_text(profile.bytes_later)}, {share:.2%} of the largest volume"
        if profile.writes is not None:
            said += f"; {profile.writes:,.1f} writes a second are {writes:.2%} of what the fastest takes"
        if not profile.sized and profile.writes is None:
            said = "nothing is said of sizes and rates"
        yield Step(step="one machine", reached=True, said=modelled(f"one is enough: {said}", limit))
    reads, seen = facts["machine.reads"], facts["postgresql.replicas_seen"]
    many = (profile.reads or 0.0) > float(reads.value)
    spread = len(profile.regions) > 1 and profile.consistency != "strong"
    asked = "no read rate is said" if profile.reads is None else f"{profile.reads:,.0f} reads a second"
    said = f"{asked}, against {reads.figure} of a middling server ({reads.note}); {seen.figure} of one have been run"
    if spread:
        said = f"readers in {len(profile.regions)} regions: a replica in each, a moment behind"
    yield Step(step="read replicas", reached=many or spread, said=modelled(said, reads))
    memory, rule = facts["machine.memory"], facts["postgresql.partition_from"]
    large = profile.largest_bytes > float(memory.value) * 1e9 * float(rule.value)
    entity = spec.entity(profile.largest)
    how = "by time" if entity is not None and (entity.by_time or entity.appended) else "by hash of its key"
    what = f"{profile.largest}, {disk_text(profile.largest_bytes)}" if profile.largest else "no table"
    ends = facts["postgresql.relation_max"]
    told = f"{what}: {how}, from {memory.figure} on; one table ends at {ends.figure}"
    yield Step(
        step="partitions",
        reached=large,
        said=modelled(told if profile.largest else "nothing is known of sizes", rule),
    )
    yield Step(
        step="distribution",
        reached=beyond is not None,
        said=beyond or stated("not before one machine is full: it changes keys, constraints and transactions"),
    )


def _parents(spec: Spec) -> dict[str, set[str]]:
    """What each entity belongs to: the ones of which a row has exactly or at most one."""
    found: dict[str, set[str]] = {one.name: set() for one in spec.entities}
    for relation in spec.relations:
        one, many = relation.first, relation.second
        if one.entity == many.entity:
            continue
        if one.most == 1 and many.most != 1:
            found.setdefault(many.entity, set()).add(one.entity)
        elif many.most == 1 and one.most != 1:
            found.setdefault(one.entity, set()).add(many.entity)
        elif one.most == 1 and many.most == 1:
            found.setdefault(many.entity, set()).add(one.entity)
    for entity in spec.entities:
        if entity.parent and entity.parent != entity.name:
            found[entity.name].add(entity.parent)
    return found


def _below(key: str, parents: Mapping[str, set[str]]) -> set[str]:
    """Entities that belong to `key`, directly or through others."""
    found: set[str] = set()
    more = True
    while more:
        more = False
        for child, above in parents.items():
            if child != key and child not in found and (key in above or above & found):
                found.add(child)
                more = True
    return found


def _candidates(spec: Spec, parents: Mapping[str, set[str]]) -> list[str]:
    if spec.surroundings.tenant:
        return [spec.surroundings.tenant]
    return [one.name for one in spec.entities if _below(one.name, parents)]


def _rows(spec: Spec, name: str) -> float | None:
    volume = next((one for one in spec.volumes if one.entity == name), None)
    if volume is None:
        return None
    return volume.rows_later if volume.rows_later is not None else (volume.rows or 0) + 730 * (volume.a_day or 0)


def _worth(spec: Spec, key: str, parents: Mapping[str, set[str]]) -> tuple[float, float, int]:
    """How much one machine answers, then how many machines the key can fill, then how much it holds together."""
    below = _below(key, parents)
    everywhere = _small(spec, key, below)
    weights = [(one.per_second or 1.0, _route(spec, one, key, below, everywhere)) for one in spec.access]
    total = sum(weight for weight, _ in weights)
    answered = sum(weight for weight, (goes, _) in weights if goes != "all machines") / total if total else 0.0
    return answered, _rows(spec, key) or 0.0, len(below)


def _small(spec: Spec, key: str, below: set[str]) -> set[str]:
    rest = {one.name for one in spec.entities} - below - {key}
    return {name for name in rest if (rows := _rows(spec, name)) is not None and rows <= _REFERENCE_ROWS}


def _route(
    spec: Spec, access: Access, key: str, below: set[str], everywhere: set[str]
) -> tuple[Literal["one machine", "any machine", "all machines"], str]:
    touched = {access.entity, *access.with_} & {one.name for one in spec.entities}
    if access.sql:
        return "all machines", "written in SQL, so which keys it is given is not told"
    if touched and touched <= everywhere:
        return "any machine", "every machine has a copy"
    if access.verb == "add" and (access.entity == key or access.entity in below):
        return "one machine", f"a new row goes with its {key}"
    apart = touched - below - {key} - everywhere
    if apart:
        return "all machines", f"{', '.join(sorted(apart))} is not kept with a {key}"
    given = {one.lower() for one in access.by}
    roles = {key.lower()} | {
        relation.first.role.lower()
        for relation in spec.relations
        if relation.first.entity == key and relation.first.role
    }
    if given & roles or (access.entity == key and access.verb == "get" and not access.by):
        return "one machine", f"the {key} is given"
    if access.entity == key and access.verb in ("change", "remove", "get") and not access.by:
        return "one machine", f"the {key} is given"
    if access.entity in below and access.verb in ("get", "change", "remove") and not access.by:
        return "one machine", f"where the {key} is given too: pass it along with the key of the {access.entity}"
    return "all machines", f"no {key} is given"


def _distribution(spec: Spec, key: str, parents: Mapping[str, set[str]], steps: tuple[Step, ...]) -> Scaling:
    below = _below(key, parents)
    everywhere = _small(spec, key, below)
    apart = {one.name for one in spec.entities} - below - everywhere - {key}
    routed: list[Routed] = []
    for access in spec.access:
        goes, why = _route(spec, access, key, below, everywhere)
        text = access.text or f"{access.verb} {access.entity}".strip()
        routed.append(Routed(access=text, goes=goes, why=why, line=access.line))
    return Scaling(
        steps=steps,
        key=key,
        colocated=tuple(sorted(below)),
        everywhere=tuple(sorted(everywhere)),
        apart=tuple(sorted(apart)),
        routed=tuple(routed),
        changes=tuple(_changes(spec, key, below, parents)),
    )


def _changes(spec: Spec, key: str, below: set[str], parents: Mapping[str, set[str]]) -> Iterator[str]:
    indirect = sorted(one for one in below if key not in parents.get(one, set()))
    if indirect:
        yield f"{', '.join(indirect)}: a column for the {key}, which they reach only through others today"
    if below:
        yield f"primary and foreign keys of {', '.join(sorted(below))} begin with the {key}"
    for entity in spec.entities:
        if entity.name != key and entity.name not in below:
            continue
        for field in entity.fields:
            if field.unique and key not in field.within and entity.name != key:
                yield f"{entity.name}.{field.name} is unique within a {key} only, or moves to a table of its own"
            if field.unique and entity.name == key:
                yield f"{key}.{field.name} is unique over all machines: a table of its own that is kept by {field.name}"
    for rule in spec.rules:
        if rule.kind == "exclusive" and rule.entity in below:
            yield f"no two {rule.entity} overlap: held within a {key} only"
    yield "keys that count up are written to one machine: identity per machine, or UUID version 7 hashed"
