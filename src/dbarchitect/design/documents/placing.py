"""Where each thing is kept: embedded in what it refers to, in documents of its own, in buckets; with the figures of
each alternative.

Work is modelled in documents fetched and written a second, and in pages: each document is one, and one more for each
32 KB of it (WiredTiger's `leaf_page_max`). Fewer documents win, as long as that is not paid for with more pages; it is
no time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.design.naming import an
from dbarchitect.design.shares import part_of
from dbarchitect.design.spec import Access, Field, Spec
from dbarchitect.model.documents_design import Alternative, Placement

from .kinds import OBJECT_ID, element, width
from .logical import Logical, Ref, Thing, named

PAGE = 32 * 1024  # https://source.wiredtiger.com/mongodb-6.0/tune_page_size_and_comp.html
LIMIT = 16 * 1024 * 1024  # https://www.mongodb.com/docs/manual/reference/limits/
LARGE = 2 * 1024 * 1024  # from which on `mongodb-document-near-limit` speaks
MOST = 200  # elements from which on `mongodb-unbounded-array` speaks
_LEAST_BOUND, _SPARE = 20, 10  # of an array that nobody bounded: ten times what is expected
_DEARER = (
    1.1  # times the pages that are borne, at most, for fewer documents and one write: less than rates are known to
)
_FEW_PAIRS = 20.0  # partners of one, on average, up to which a list of ids is kept in it
BUCKET = 100  # elements of a bucket: documents of some KB, as MongoDB's manual shows them
_PLAIN = ("word", "slug", "identifier", "choice")  # kinds that are copied: short, and nothing personal
_LIMIT = 50  # rows of a list whose length nobody said
_SPAN = re.compile(r"(\d+) (second|minute|hour|day|week|month|year)s?\Z")
_DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1, "week": 7, "month": 30, "year": 365}
READS = frozenset(("get", "list", "search", "nearest", "count", "sum"))


@dataclass(slots=True)
class Layout:
    """Where things are.

    inside   by the name of a thing the reference that it is embedded along; `buckets` likewise
    held     references whose target is embedded in what refers to it, by (thing, role); `copied` fields likewise
    most     elements of an array, by the name of what is in it
    """

    logical: Logical
    inside: dict[str, Ref] = field(default_factory=dict[str, Ref])
    held: dict[tuple[str, str], Ref] = field(default_factory=dict[tuple[str, str], Ref])
    buckets: dict[str, Ref] = field(default_factory=dict[str, Ref])
    copied: dict[tuple[str, str], tuple[Field, ...]] = field(default_factory=dict[tuple[str, str], tuple[Field, ...]])
    most: dict[str, int] = field(default_factory=dict[str, int])
    ancestors: set[str] = field(default_factory=set[str])
    placements: list[Placement] = field(default_factory=list[Placement])

    def embedded(self, thing: str) -> bool:
        """Whether a thing has no collection of its own."""
        return thing in self.inside or any(ref.target == thing for ref in self.held.values())

    def roots(self) -> Iterator[Thing]:
        """Things with a collection of their own."""
        for one in self.logical.things.values():
            if not self.embedded(one.name):
                yield one

    def children(self, thing: str) -> Iterator[Thing]:
        """Things that are embedded in one."""
        for name, ref in self.inside.items():
            if ref.target == thing:
                yield self.logical.things[name]

    def array(self, child: Thing) -> str:
        """The field of the parent that holds a child."""
        ref = self.inside[child.name]
        if child.pair:
            (other,) = (one for one in child.refs if one is not ref and not one.tenancy)
            return f"{other.role}Ids" if self.ids_only(child) else child.plural
        return named(child.name) if ref.one else child.plural

    def ids_only(self, child: Thing) -> bool:
        """Whether the array of a pair holds ids and nothing else."""
        return child.pair and not child.fields

    def size(self, thing: Thing, *, most: bool = False) -> float:
        """Bytes of a document with what is embedded in it, on average or at its bounds."""
        found = thing.bytes
        for (name, role), ref in self.held.items():
            if name == thing.name:
                found += element(role, self.logical.things[ref.target].bytes)
        for (name, role), fields in self.copied.items():
            if name == thing.name:
                found += element(role, 5 + sum(element(named(one.name), width(one)) for one in fields))
        for child in self.children(thing.name):
            count = self.most.get(child.name, 1) if most else per(child, self.inside[child.name], self.logical)
            found += element(self.array(child), 5 + count * _element(child, self.inside[child.name]))
        return found


def per(child: Thing, ref: Ref, known: Logical) -> float:
    """How many there are for each of what they refer to, in two years, on average."""
    if ref.one:
        return 1.0
    return child.later / max(known.things[ref.target].later, 1.0)


def _element(child: Thing, ref: Ref) -> float:
    if child.pair and not child.fields:
        return 1 + 3 + OBJECT_ID
    return 1 + 3 + child.bytes - element(ref.name, OBJECT_ID)


def placed(known: Logical, spec: Spec) -> Layout:
    """The layout of all things."""
    layout = Layout(known)
    maker = _Placer(known, spec, layout)
    maker.values()
    maker.buckets()
    maker.embeds()
    maker.copies()
    maker.trees()
    return layout


@dataclass(slots=True)
class _Placer:
    known: Logical
    spec: Spec
    layout: Layout

    # Values: what is nothing by itself

    def values(self) -> None:
        """A thing that nobody asks for, and that only one other thing refers to, is a value of that."""
        for thing in list(self.known.things.values()):
            near = list(self.known.children(thing.name))
            if (
                thing.pair
                or thing.refs
                or not near
                or len({child.name for child, _ in near}) > 1
                or any(ref.said[0] == thing.name and not ref.one for _, ref in near)
                or thing.said
                or thing.name == self.spec.surroundings.tenant
                or any(one.unique for one in thing.fields)
                or any(self._means(access, thing) for access in self.spec.access)
            ):
                continue
            for child, ref in near:
                self.layout.held[child.name, ref.role] = ref
                own, other = child.bytes + thing.bytes, child.bytes
                rates = self._rate(child, READS)
                embed = Alternative(
                    form="embed",
                    bytes=own,
                    most_bytes=own,
                    elements=1,
                    queries=rates,
                    documents=rates,
                    pages=rates * _pages(own),
                    rewritten=own,
                    atomic=True,
                )
                refer = Alternative(
                    form="reference",
                    bytes=other,
                    most_bytes=other,
                    elements=1,
                    queries=2 * rates,
                    documents=2 * rates,
                    pages=rates * (_pages(other) + _pages(thing.bytes)),
                    rewritten=thing.bytes,
                )
                self._record(child, ref, "embed", (embed, refer))

    # Series

    def buckets(self) -> None:
        for thing in self.known.things.values():
            entity = thing.entity
            clock = moment_of(thing)
            refs = [one for one in thing.refs if one.required and not one.tenancy]
            if (
                entity is None
                or not entity.by_time
                or clock is None
                or not refs
                or list(self.known.children(thing.name))
            ):
                continue
            asked = [access for access in self.spec.access if access.entity == thing.name and access.verb in READS]
            ref = max(refs, key=lambda one: sum(_often(a) for a in asked if any(one.called(n) for n in a.by)))
            odd = next((one for one in asked if not _bucketed(one, thing)), None)
            changed = next(
                (a for a in self.spec.access if a.entity == thing.name and a.verb in ("change", "remove")), None
            )
            size = _element(thing, ref) - element("_id", OBJECT_ID)
            reads, adds = self._rate(thing, READS), self._rate(thing, {"add"})
            taken = max((self._matching(thing, one) for one in asked), default=1.0)
            bucket = Alternative(
                form="bucket",
                bytes=150 + BUCKET * size,
                most_bytes=150 + BUCKET * size,
                elements=BUCKET,
                queries=reads + adds,
                documents=reads * math.ceil(taken / BUCKET + 1),
                pages=reads * math.ceil(taken / BUCKET + 1) * _pages(BUCKET * size) + adds * _pages(BUCKET * size / 2),
                rewritten=BUCKET * size / 2,
                refused=(
                    f"{odd.text!r} asks across buckets"
                    if odd
                    else f"{changed.text!r} rewrites buckets"
                    if changed
                    else ""
                ),
            )
            single = Alternative(
                form="reference",
                bytes=thing.bytes,
                most_bytes=thing.bytes,
                elements=1,
                queries=reads + adds,
                documents=reads * taken,
                pages=reads * taken * _pages(thing.bytes) + adds,
                rewritten=thing.bytes,
            )
            all_in = self._embed(thing, ref)
            chosen = "bucket" if not bucket.refused and bucket.pages < single.pages else "reference"
            if chosen == "bucket":
                self.layout.buckets[thing.name] = ref
                self.layout.most[thing.name] = BUCKET
            self._record(thing, ref, chosen, (bucket, single, all_in))

    # Arrays

    def embeds(self) -> None:
        """For each thing the parent it is embedded in, where that is less work; the cheapest one."""
        for thing in self.known.things.values():
            done = {(one.child, one.role) for one in self.layout.placements}
            refs = [one for one in thing.refs if (thing.name, one.role) not in done and one.target != thing.name]
            options = [(ref, self._embed(thing, ref), self._refer(thing, ref)) for ref in refs if not ref.tenancy]
            allowed = [one for one in options if not one[1].refused and self._better(thing, *one)]
            best = min(allowed, key=lambda one: (one[1].documents - one[2].documents, one[1].elements), default=None)
            if thing.pair and len(thing.refs) - sum(one.tenancy for one in thing.refs) != 2:
                best = None
            if best is not None and not self._home(self.known.things[best[0].target]):
                best = None
            for ref, embed, refer in options:
                chosen = best is not None and ref is best[0]
                if chosen:
                    self.layout.inside[thing.name] = ref
                    self.layout.most[thing.name] = self._most(thing, ref) or 1
                elif best is not None and not embed.refused:
                    embed = replace(embed, refused=f"it is embedded in {best[0].target}")
                self._record(thing, ref, "embed" if chosen else "reference", (embed, refer))

    def _better(self, child: Thing, ref: Ref, embed: Alternative, refer: Alternative) -> bool:
        """Whether embedding is less work; for a part of its parent, and a list of ids, no more work is enough."""
        part = child.pair or self._is_part(child, ref)
        less = embed.documents < refer.documents or (part and embed.documents <= refer.documents)
        return less and embed.pages <= _DEARER * refer.pages

    def _is_part(self, child: Thing, ref: Ref) -> bool:
        entity = child.entity
        return entity is not None and self.known.folded.get(entity.parent, entity.parent) == ref.target

    def _home(self, parent: Thing) -> bool:
        """Whether a thing can hold others: it has documents of its own."""
        return not self.layout.embedded(parent.name) and parent.name not in self.layout.buckets

    def _embed(self, child: Thing, ref: Ref) -> Alternative:
        parent = self.known.things[ref.target]
        count, size = per(child, ref, self.known), _element(child, ref)
        most = self._most(child, ref)
        whole = parent.bytes + count * size
        bounded = parent.bytes + most * size if most else None
        reason = self._unfit(child, ref, most, bounded)
        queries = documents = pages = 0.0
        for access in self.spec.access:
            rate = _often(access)
            cost = self._cost(access, child, ref, whole, embedded=True)
            if cost is not None:
                queries, documents, pages = queries + rate * cost[0], documents + rate * cost[1], pages + rate * cost[2]
        return Alternative(
            form="embed",
            bytes=whole,
            most_bytes=bounded,
            elements=count,
            queries=queries,
            documents=documents,
            pages=pages,
            rewritten=whole,
            atomic=True,
            refused=reason,
        )

    def _refer(self, child: Thing, ref: Ref) -> Alternative:
        queries = documents = pages = 0.0
        for access in self.spec.access:
            rate = _often(access)
            cost = self._cost(access, child, ref, 0.0, embedded=False)
            if cost is not None:
                queries, documents, pages = queries + rate * cost[0], documents + rate * cost[1], pages + rate * cost[2]
        return Alternative(
            form="reference",
            bytes=child.bytes,
            most_bytes=child.bytes,
            elements=1,
            queries=queries,
            documents=documents,
            pages=pages,
            rewritten=child.bytes,
        )

    def _unfit(self, child: Thing, ref: Ref, most: int | None, bounded: float | None) -> str:
        parent = self.known.things[ref.target]
        if not ref.required:
            return f"{an(child.name)} may be without {ref.role}"
        if child.name in self.layout.buckets or parent.name in self.layout.buckets:
            return "it is kept in buckets"
        if ref.target == self.spec.surroundings.tenant:
            return "all that a tenant has would be one document"
        if child.entity is not None and child.entity.queue:
            return "work that is taken once is a document of its own"
        if most is None:
            return "unbounded: nothing says how many there can be, and they come one by one"
        near = [one.name for one, _ in self.known.children(child.name)]
        if near:
            return f"{near[0]} refers to it"
        text = next(
            (a.text for a in self.spec.access if a.entity == child.name and a.verb in ("search", "nearest")), ""
        )
        if text:
            return f"{text!r} searches it by itself"
        if bounded is not None and bounded > LARGE:
            return f"{most:,} of them are {bounded / 1024 / 1024:.1f} MB of at most 16"
        return ""

    def _most(self, child: Thing, ref: Ref) -> int | None:
        """How many elements the array may have; None where that is unbounded."""
        if ref.most is not None:
            return ref.most
        count = per(child, ref, self.known)
        spare = min(MOST, max(_LEAST_BOUND, math.ceil(count * _SPARE)))
        if child.pair:
            other = next(
                (self.known.things[one.target] for one in child.refs if one is not ref and not one.tenancy), None
            )
            if other is not None and other.said and other.later <= MOST:
                return math.ceil(other.later)
            return spare if count <= _FEW_PAIRS else None
        alone = any(a.verb == "add" and a.entity == child.name for a in self.spec.access)
        comes = any(a.verb == "add" and a.entity == ref.target and child.name in a.with_ for a in self.spec.access)
        entity, weak = child.entity, self._is_part(child, ref)
        grows = entity is not None and (entity.appended or entity.by_time)
        if count > MOST or grows or alone:
            return None
        return spare if comes or weak else None

    # What an access costs

    def _cost(
        self, access: Access, child: Thing, ref: Ref, whole: float, *, embedded: bool
    ) -> tuple[float, float, float] | None:
        """(queries with searches of $lookup, documents, pages) of one access; None where it has to do with neither."""
        parent = self.known.things[ref.target]
        count, mine = per(child, ref, self.known), child.bytes
        near = child.name in access.with_ or (child.pair and self._partner(child, ref) in access.with_)
        if access.verb in READS and self._is(access, parent) and not (child.pair and self._by_pair(access, child)):
            found = self._matching(parent, access)
            if embedded:
                return 1, found, found * _pages(whole)
            if near:
                return 1 + found, found * (1 + count), found * (_pages(parent.bytes) + count * _pages(mine))
            return 1, found, found * _pages(parent.bytes)
        if access.verb == "add" and self._is(access, parent):
            if not near:
                return 1, 1, _pages(parent.bytes)
            return (1, 1, _pages(whole)) if embedded else (2, 1 + count, _pages(parent.bytes) + count * _pages(mine))
        if child.pair and access.verb in READS and self._by_pair(access, child):
            found = self._matching(self.known.things[access.entity], access)
            if self._is(access, parent):
                return (1, found, found * _pages(whole)) if embedded else (2, 2 * found, found * 2)
            return (2, 1 + found, _pages(whole) + found) if embedded else (2, 2 * found, found * 2)
        if not self._is(access, child):
            return None
        if access.verb in READS:
            found = self._matching(child, access)
            if not embedded:
                return 1, found, found * _pages(mine)
            if any(ref.called(one) for one in access.by):
                return 1, 1, _pages(whole)
            every = self._matching(child, access, capped=False)
            parents = max(1.0, min(every, parent.later))
            return 1, parents, parents * _pages(whole)
        return (1, 1, _pages(whole)) if embedded else (1, 1, _pages(mine))

    def _partner(self, child: Thing, ref: Ref) -> str:
        return next((one.target for one in child.refs if one is not ref), "")

    def _by_pair(self, access: Access, child: Thing) -> bool:
        """Whether one end of a pair is asked for by the other."""
        ends = {one.target for one in child.refs}
        return access.entity in ends and any(
            one.called(name) and one.target != access.entity for one in child.refs for name in access.by
        )

    def _matching(self, thing: Thing, access: Access, *, capped: bool = True) -> float:
        """Documents that an access finds of a thing in two years."""
        found = thing.later
        for name in access.by:
            field, ref = thing.field(name), thing.ref(name)
            if field is not None:
                found = 1.0 if field.unique else found / (len(field.values) or 10)
            elif ref is not None:
                found /= max(self.known.things[ref.target].later, 1.0)
            else:
                found /= 10
        if access.verb == "get":
            found = 1.0
        if access.since is not None:
            found *= share(access)
        found *= part_of(self.spec, access.entity, access.states)
        if capped and access.verb in ("list", "search", "nearest"):
            found = min(found, access.limit or _LIMIT)
        return max(found, 1.0)

    # Copies

    def copies(self) -> None:
        """Fields of what is referred to, kept with the reference, where that spares more reading than it costs."""
        for number, one in enumerate(self.layout.placements):
            child, ref = self.known.things[one.child], self._ref(one)
            if one.chosen != "reference" or ref is None or self.layout.embedded(child.name):
                continue
            reads = [a for a in self.spec.access if self._is(a, child) and ref.target in a.with_ and a.verb in READS]
            target = self.known.things[ref.target]
            fields = tuple(f for f in target.fields if f.kind in _PLAIN and f.required and not f.personal)[:3]
            if not reads or not fields:
                continue
            changes = self._rate(target, {"change"})
            count = per(child, ref, self.known)
            spared = sum(_often(a) * self._matching(child, a) for a in reads)
            more = sum(element(named(f.name), width(f)) for f in fields) + element(ref.role, 5)
            base = one.alternatives[-1]
            extended = Alternative(
                form="extended reference",
                bytes=base.bytes + more,
                most_bytes=base.bytes + more,
                elements=1,
                queries=base.queries - spared + changes,
                documents=base.documents - spared + changes * count,
                pages=base.pages - spared + changes * count,
                rewritten=base.rewritten + more,
                copies=count,
                refused="" if spared > changes * count else "changes write more than reads spare",
            )
            chosen = one.chosen if extended.refused else "extended reference"
            if not extended.refused:
                self.layout.copied[child.name, ref.role] = fields
            self.layout.placements[number] = replace(one, chosen=chosen, alternatives=(*one.alternatives, extended))

    def trees(self) -> None:
        """Where branches are asked for each document has the ids of all above it."""
        for thing in self.known.things.values():
            own = [one for one in thing.refs if one.target == thing.name and not thing.pair]
            if own and any(self._is(a, thing) and {"ancestor", "descendant"} & set(a.by) for a in self.spec.access):
                self.layout.ancestors.add(thing.name)

    # What is asked

    def _ref(self, one: Placement) -> Ref | None:
        return next((ref for ref in self.known.things[one.child].refs if ref.role == one.role), None)

    def _is(self, access: Access, thing: Thing) -> bool:
        return not access.sql and self.known.folded.get(access.entity, access.entity) == thing.name

    def _means(self, access: Access, thing: Thing) -> bool:
        return self._is(access, thing) or thing.name in access.by

    def _rate(self, thing: Thing, verbs: frozenset[str] | set[str]) -> float:
        return sum(_often(a) for a in self.spec.access if a.verb in verbs and self._is(a, thing))

    def _record(self, child: Thing, ref: Ref, chosen: str, alternatives: Sequence[Alternative]) -> None:
        asked: list[tuple[str, tuple[tuple[str, int], ...]]] = []
        for access in self.spec.access:
            if (child.name, ref.role) in self.layout.held:
                mine = self._is(access, child) and access.verb in READS
                forms = (("embed", 1), ("reference", 2)) if mine else ()
            else:
                costs = [
                    (f, self._cost(access, child, ref, 0.0, embedded=f == "embed")) for f in ("embed", "reference")
                ]
                forms = tuple((name, math.ceil(cost[0])) for name, cost in costs if cost is not None)
            if forms:
                asked.append((access.text, forms))
        self.layout.placements.append(
            Placement(
                child=child.name,
                parent=ref.target,
                role=ref.role,
                chosen=chosen,
                alternatives=tuple(alternatives),
                asked=tuple(asked),
                most=self.layout.most.get(child.name) if chosen in ("embed", "bucket") else None,
                held=(child.name, ref.role) in self.layout.held,
                line=ref.line,
            )
        )


def moment_of(thing: Thing) -> Field | None:
    """The field that orders a thing in time."""
    return next((one for one in thing.fields if one.kind == "moment" and one.required), None)


def _bucketed(access: Access, thing: Thing) -> bool:
    """Whether an access is one of spans of time, which buckets answer."""
    clock = moment_of(thing)
    known = {clock.name if clock else "", named(clock.name) if clock else ""}
    if access.with_ or access.verb not in ("get", "list", "count", "sum"):
        return False
    ordered = all(one.field in known for one in access.order)
    return ordered and (access.verb != "get" or bool(access.order))


def share(access: Access) -> float:
    """The part of two years that an access asks for; a tenth where it says no span."""
    span = _SPAN.match(access.since[1].strip()) if access.since is not None else None
    return min(1.0, int(span[1]) * _DAYS[span[2]] / 730) if span else 0.1


def _often(access: Access) -> float:
    return 1.0 if access.per_second is None else access.per_second


def _pages(size: float) -> float:
    return 1 + size / PAGE
