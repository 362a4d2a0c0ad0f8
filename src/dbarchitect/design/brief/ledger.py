"""What a spec keeps, as the words that tell of it: by the entity that it belongs to, and by the line that it was read from.

A field `signed up at` is kept under those words, a unique one also under `unique`, `same`, `twice`; money also under `price` and
`cost`. So many wordings of one fact are found again without a second grammar.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations
from math import isclose

from dbarchitect.design.hierarchies import ABOVE, BELOW
from dbarchitect.design.spec import Access, Entity, Field, Relation, Spec, State, Volume
from dbarchitect.model import english

from .access import words_of_verb
from .fields import words_of_kind
from .quantities import numbers
from .states import vocabulary

# Forms of irregular verbs, to the one that names come from: `paid` is told of by `payment`.
_IRREGULAR = {
    "paid": "pay", "sold": "sell", "bought": "buy", "sent": "send", "given": "give", "gave": "give", "taken": "take",
    "took": "take", "written": "write", "wrote": "write", "held": "hold", "lent": "lend", "born": "birth", "left": "leave",
    "met": "meet", "won": "win", "winner": "win", "done": "do", "made": "make", "begun": "begin", "began": "begin",
    "driven": "drive", "drove": "drive", "driver": "drive", "chosen": "choose", "spoken": "speak", "worn": "wear",
    "drawn": "draw", "grown": "grow", "broken": "break", "lost": "lose", "spent": "spend", "built": "build",
    "taught": "teach", "caught": "catch", "brought": "bring", "came": "come", "went": "go", "sung": "sing", "ran": "run",
    "flown": "fly", "flight": "fly", "shown": "show", "seen": "see", "found": "find", "felled": "fell", "dead": "death",
    "died": "death", "die": "death", "choice": "choose", "sale": "sell", "loan": "lend", "proof": "prove", "heavy": "weight",
    "high": "height", "long": "length", "wide": "width", "old": "age", "hot": "temperature", "warm": "temperature",
}  # fmt: skip
# What may follow a stem without making another word of it.
_ENDINGS = (
    "", "al", "ment", "er", "or", "ion", "ation", "ition", "ing", "ance", "ence", "ship", "ly", "able", "i", "ee", "abl",
    "ur", "ive", "ist", "d", "t", "s",
)  # fmt: skip


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A word without what its number and tense add: `booked`, `bookings` and `booking` are `book`."""
    one = english.singular(word.lower())
    one = _IRREGULAR.get(one, one)
    for ending in ("ing", "ed"):
        if one.endswith(ending) and len(one) > len(ending) + 2 and re.search(r"[aeiouy]", one[: -len(ending)]):
            one = one.removesuffix(ending)
            if one[-1:] == one[-2:-1] and one[-1:] not in "lsz":
                one = one[:-1]
            break
    one = one.removesuffix("e") if len(one) > 3 else one
    return f"{one[:-1]}i" if one.endswith("y") else one


def stems(*texts: str) -> Iterator[str]:
    """The stems of all words of some texts."""
    for text in texts:
        for word in english.split(text):
            yield stem(word)


def akin(one: str, other: str) -> bool:
    """Whether two stems are of one word: `deliver` and `deliveri`, `pay` and `payment`."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if short.endswith("i") and long.startswith(f"{short[:-1]}y"):  # `pay` and `payment`
        return long[len(short) :] in _ENDINGS
    if len(short) < 3 or not long.startswith(short[:-1] if short[-1] == "i" and len(short) > 4 else short):
        return False
    return long.removeprefix(short) in _ENDINGS or long.removeprefix(short[:-1]) in ("ication", "ier", "ion", "ian")


@dataclass
class Words:
    """Stems that tell of something kept, the numbers that are in it, and what it forbids: `unique`, `together` (unique in
    some pair), `exclusive`, `bounded`, `flow` (of states), `lasting` (not deleted), `isolated`, `one A of B` (a B has no second A)."""

    stems: set[str] = field(default_factory=set[str])
    numbers: set[float] = field(default_factory=set[float])
    marks: set[str] = field(default_factory=set[str])

    def add(self, *texts: str, counts: Iterable[float | None] = ()) -> None:
        """Words, and the numbers in them."""
        for text in texts:
            self.stems.update(stems(text))
            self.numbers.update(numbers(text))
        self.numbers.update(one for one in counts if one is not None)

    def join(self, other: Words) -> None:
        """The words of another too."""
        self.stems |= other.stems
        self.numbers |= other.numbers
        self.marks |= other.marks

    def tell(self, word: str) -> bool:
        """Whether a stem is one of them, or akin to one."""
        return word in self.stems or any(akin(word, one) for one in self.stems)

    def count(self, number: float) -> bool:
        """Whether a number is one of them, whatever stands behind it for thousands and millions."""
        return any(isclose(number * scale, one, rel_tol=_ROUNDED) for one in self.numbers for scale in _SCALES)


_ROUNDED = 0.02  # `about 2,500` of a rate that was kept per day
_SCALES = (1, 1e3, 1e6, 1e9)
# The words by which the grammar knows what a part of the spec says, beside its own name.
_UNIQUE = "unique uniquely uniqueness distinct same share duplicate twice identify identifier tell apart distinguish once reuse repeat double else other another different key known by serial more than one two"
_OPTIONAL = "optional optionally empty blank missing unknown known applicable perhaps possibly sometimes maybe null nullable missing none without not always everybody everyone some until while least zero leave out yet set open given"
_REQUIRED = "required mandatory always must needed never empty without null least"
_CHOICE = "status state type kind either values one choice stage phase"
_ORDERED = "order ordered position sequence sorted sort place fixed rank number"
_TREE = "tree parent child children nested sub hierarchy reply level inside within contain below above under top root branch itself"
_OVERLAP = "overlap overlapping double book conflict clash same time twice once parallel"
_BEFORE = "before after earlier later than precede follow end start begin never cannot not"
_EITHER = "either or exactly one both not never"
_BOUND = "minimum maximum min max least most limit between up range from positive negative never more less fewer greater than zero below above larger smaller longer cannot character"
_FLOW = "go become move change flow pending transition start initial initially then after next only can cannot step go back new"
_ACCESS = "page time newest latest oldest recent first last order sort by descend ascend alphabetical most top highest lowest soonest next nearest closest largest smallest longest shortest cheapest best worst"
_VOLUME = "start begin now today currently year two month week day hour minute second growth grow expect about around approximately later roughly volume number quantity scale size per average each total million thousand hundred k m row record new read write hold"
_DELETED = "delete deleted deletion removed remove cascade gone go erase along together leave keep stay remain archive restore mark soft"
_HISTORY = "history version past previous earlier change changes audit log trail who when old track keep kept"
_TIMES = "append only never change changed series time point event log later immutable edit update correct"


@dataclass(frozen=True)
class Asked:
    """An access pattern, which keeps of its sentence what it names itself: an entity has many fields, and asks by few."""

    text: str
    line: int
    entities: frozenset[str]
    words: Words
    by: tuple[str, ...] = ()


# The words that rules of a kind are told by, and what is unique.
OF_RULES = {
    "order": _BEFORE, "exclusive": _OVERLAP, "either": _EITHER, "check": _BOUND, "dependency": "determine depend",
    "unique": _UNIQUE,
}  # fmt: skip


class Ledger:
    """What a spec keeps. `by_entity`, `by_line`: the words; `related`: the pairs of entities that something connects."""

    def __init__(self, spec: Spec) -> None:
        self.by_entity: dict[str, Words] = defaultdict(Words)
        self.by_line: dict[int, Words] = defaultdict(Words)
        self._related: dict[str, set[str]] = defaultdict(set)  # the others that something connects an entity with
        self.everywhere = Words()
        self.asked: list[Asked] = []
        self.names: dict[tuple[str, ...], str] = {}
        self._kinds = {one.name: one.kind_of for one in spec.entities if one.kind_of}
        self._fields = {one.name: one.fields for one in spec.entities}
        for entity in spec.entities:
            self._entity(entity)
        for relation in spec.relations:
            self._relation(relation)
        for rule in spec.rules:
            self._put(
                rule.line, (rule.entity,), *rule.fields, *rule.within, rule.sql, rule.comment, OF_RULES[rule.kind],
                marks={"exclusive": rule.kind == "exclusive", "bounded": rule.kind != "exclusive"},
            )  # fmt: skip
            for one in rule.within:
                self._relate(rule.entity, one)
        meant: dict[str, dict[str, State]] = defaultdict(dict)
        for term in spec.terms:
            meant[term.entity][term.word] = term.state
        self._states = {one.name: vocabulary(one, meant.get(one.name)) for one in spec.entities}
        for term in spec.terms:
            self._put(term.line, (term.entity,), term.word, *self._words(term.entity, term.state))
        for share in spec.shares:
            self._put(
                share.line, (share.entity,), *self._words(share.entity, share.state), "percent part share rest other",
                counts=(share.part, share.part * 100),
            )  # fmt: skip
        for access in spec.access:
            self._access(access)
        for volume in spec.volumes:
            self._volume(volume, spec.volumes)
        for assumed in spec.assumed:
            self._put(assumed.line, (), assumed.what, assumed.because)
        self._surroundings(spec)
        self._abbreviations()
        self._joined(spec.relations)

    def of(self, entities: Iterable[str], lines: Iterable[int]) -> Words:
        """The words of some entities, of what is more general than they are and of what joins them, and of some lines."""
        words = Words()
        words.join(self.everywhere)
        near = set(entities)
        for one in list(near):
            while (one := self._kinds.get(one, "")) and one not in near:
                near.add(one)
        joined = Counter(one for other in near for one in self._related.get(other, ()) if one != other)
        for one in near | {one for one, times in joined.items() if times > 1}:
            words.join(self.by_entity.get(one, Words()))
        for line in lines:
            words.join(self.by_line.get(line, Words()))
        return words

    @cached_property
    def longest(self) -> int:
        """The most words that a name has."""
        return max(map(len, self.names), default=0)

    def relates(self, one: str, other: str) -> bool:
        """Whether two entities are related, or joined by a third."""
        return other in self._related.get(one, ())

    def bearers(self, text: str) -> list[str]:
        """The entities that alone have a field which a text names: what is unique, or at least 1, without saying of what."""
        said = f" {' '.join(map(english.singular, english.split(text)))} "
        having: dict[str, list[str]] = defaultdict(list)
        for owner, fields in self._fields.items():
            for one in fields:
                having[" ".join(map(english.singular, english.split(one.name)))].append(owner)
        return [owners[0] for name, owners in having.items() if len(owners) == 1 and f" {name} " in said]

    def asks(self, asked: Iterable[Asked]) -> Words:
        """The words of some access patterns."""
        words = Words()
        for one in (self.everywhere, *(each.words for each in asked)):
            words.join(one)
        return words

    def _put(
        self,
        line: int,
        owners: Iterable[str],
        *texts: str,
        counts: Iterable[float | None] = (),
        marks: Mapping[str, object] | None = None,
    ) -> None:
        words = Words(marks={mark for mark, holds in (marks or {}).items() if holds})
        words.add(*texts, counts=counts)
        for owner in owners:
            self.by_entity[owner].join(words)
        if line:
            self.by_line[line].join(words)

    def _relate(self, one: str, other: str) -> None:
        self._related[one].add(other)
        self._related[other].add(one)

    def _entity(self, entity: Entity) -> None:
        name = entity.name
        self.names[tuple(map(english.singular, english.split(name)))] = name
        flags = {
            _DELETED: entity.soft_delete, _HISTORY: entity.history or entity.audit, _TIMES: entity.appended or entity.by_time,
            f"queue work job take once pending {_FLOW}": entity.queue, _UNIQUE: bool(entity.key or entity.weak),
            f"partition per {entity.partitioned}": bool(entity.partitioned), "kind type either can be sort": bool(entity.kind_of),
        }  # fmt: skip
        self._put(
            entity.line, (name,), name, entity.plural, entity.comment, entity.parent, entity.kind_of,
            *(one for key in (*entity.key, entity.weak) for one in key), *(words for words, told in flags.items() if told),
            marks={
                "unique": entity.key or entity.weak, "together": entity.weak or any(len(key) > 1 for key in entity.key), "lasting": entity.soft_delete or entity.history or entity.appended,
                "flow": entity.queue,
            },
        )  # fmt: skip
        for other in (entity.parent, entity.kind_of):
            if other:
                self._relate(name, other)
        if entity.kind_of:
            self._put(0, (entity.kind_of,), name, "kind type either can be sort")
        for one in entity.fields:
            self._field(one, (name,))

    def _field(self, one: Field, owners: tuple[str, ...]) -> None:
        flow = _FLOW if one.transitions or one.initial else ""
        bound = _BOUND if one.minimum or one.maximum or one.length else ""
        self._put(
            0, owners, one.name, *one.values, *(step for pair in one.transitions for step in pair), one.initial,
            one.default, one.derived, one.currency, one.comment, one.minimum, one.maximum, *one.within, flow, bound,
            _UNIQUE if one.unique else "", _REQUIRED if one.required else _OPTIONAL, _CHOICE if one.values else "",
            "default by unless" if one.default else "", "personal data private" if one.personal else "",
            "compute derive calculate follow sum automatic" if one.derived else "", " ".join(words_of_kind(one.kind)),
            counts=(one.length or None, one.scale or None, one.dimensions or None),
            marks={
                "unique": one.unique, "together": one.within, "bounded": bound or one.values or one.default or one.derived,
                "flow": one.transitions,
            },
        )  # fmt: skip

    def _relation(self, one: Relation) -> None:
        ends = (one.first.entity, one.second.entity)
        junction = (one.name,) if one.name else ()
        self._relate(*ends)
        for end in ends if junction else ():
            self._relate(end, one.name)
        if junction:
            self.names[tuple(map(english.singular, english.split(one.name)))] = one.name
        owners = (*ends, *junction)
        self._put(
            0, owners, one.first.role, one.second.role, one.name, *ends,
            _ORDERED if one.ordered else "", _DELETED if one.on_delete else "", _TREE if len(set(ends)) == 1 else "",
            _UNIQUE if 1 == one.first.most == one.second.most or (one.first.most is None and one.second.most is None) else "",
            _OPTIONAL if not (one.first.least and one.second.least) else "", f"{one.hierarchy} table path pair" if one.hierarchy else "",
            counts=(one.first.least, one.first.most, one.second.least, one.second.most, one.depth or None),
            marks={
                f"one {ends[0]} of {ends[1]}": one.first.most == 1, f"one {ends[1]} of {ends[0]}": one.second.most == 1, "unique": one.first.most == one.second.most == 1,
                "together": one.first.most is None and one.second.most is None,
                "bounded": one.first.least > 1 or one.second.least > 1 or (one.second.most or 1) > 1 or (one.first.most or 1) > 1,
                "lasting": one.on_delete,
            },
        )  # fmt: skip
        for each in one.fields:
            self._field(each, owners)

    def _access(self, one: Access) -> None:
        rate, wait = one.per_second, one.latency_ms
        near = "near nearest similar similarity close most question query vector it place point location"
        words = Words()
        words.add(
            one.sql, words_of_verb(one.verb), *one.fields, *one.by, *one.grouped, *(each.field for each in one.order), *(one.since or ()),
            *(value for each in self._fields.get(one.entity, ()) if each.name in one.by for value in each.values),
            *(word for state in one.states for word in self._words(one.entity, state)), *(one.until or ()),
            "before until older than ago due overdue over late due expired" if one.until else "",
            *(f"{_TREE} sub{name}" for name in one.by if {BELOW, ABOVE} & {*one.by}),
            "history overview current", _ACCESS if one.order else "",
            "page time at most row result" if one.limit else "",
            "last past since previous this today week month year day" if one.since else "",
            "upcoming future coming next" if one.since and one.since[1] == "now" else "",
            "word text full keyword match" if one.verb == "search" else "", near if one.verb == "nearest" else "",
            "per second minute hour day often most" if rate else "", "under within ms second faster p95 p99 latency" if wait else "",
            counts=(one.limit, wait, wait and wait / 1000, *_rates(rate)),
        )  # fmt: skip
        theirs = self._related.get(one.entity, ()) if one.verb == "add" else ()
        above = [name.rpartition(" of ")[2] for name in one.by]  # `city of venue`
        entities = frozenset((one.entity, *one.by, *one.with_, *one.grouped, *one.fields, *theirs, *above))
        self.asked.append(Asked(one.text, one.line, entities, words, one.by))

    def _words(self, entity: str, state: State) -> Iterator[str]:
        """What a state is called: by its values, and by all words that the grammar knows it by."""
        yield from (state.field, *state.values)
        for word, states in self._states.get(entity, {}).items():
            if any(one.field == state.field for one in states):
                yield from (word, f"un{word}", f"non{word}")

    def _volume(self, one: Volume, others: Sequence[Volume]) -> None:
        rates = (
            each for rate in (one.reads_a_second, one.writes_a_second, _a_second(one.a_day)) for each in _rates(rate)
        )
        # `8 jobs for each pipeline` is kept as so many jobs
        each = [
            mine / theirs
            for other in others
            for mine, theirs in ((one.rows, other.rows), (one.rows_later, other.rows_later), (one.a_day, other.a_day))
            if other.entity != one.entity and mine and theirs
        ]
        self._put(one.line, (), one.entity, _VOLUME, counts=(one.rows, one.rows_later, *each, *rates))

    def _surroundings(self, spec: Spec) -> None:
        around = spec.surroundings
        self.everywhere.add(
            spec.title, around.runtime, around.runs, around.consistency, around.currency, *around.regions, *around.compliance,
            *around.skills, around.tenancy, around.tenant, around.isolation, around.ids, *around.needs, around.platform, around.licence,
            counts=(around.latency_ms, around.budget_a_month, around.team, around.disk_gb),
        )  # fmt: skip
        if around.runtime:
            self.everywhere.add("runtime")
        if around.budget_a_month is not None:
            self.everywhere.add("budget a month" if around.budget_a_month else "budget a month free")
        if around.tenancy not in ("", "none"):
            self.everywhere.add("tenant multi isolate separate own apart data visible see")
            self.everywhere.marks.add("isolated")

    def _joined(self, relations: Iterable[Relation]) -> None:
        """Doctors and drugs, where a prescription is of one doctor and of one drug: it relates them."""
        parents: dict[str, set[str]] = defaultdict(set)
        for one in relations:
            for child, parent in ((one.second, one.first), (one.first, one.second)):
                if parent.most == 1 != child.most:
                    parents[child.entity].add(parent.entity)
        for each in parents.values():
            for pair in combinations(each, 2):
                self._relate(*pair)

    def _abbreviations(self) -> None:
        """`movements`, where only one entity ends so: `stock movement`."""
        tails: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for words, name in self.names.items():
            if len(words) > 1:
                tails[words[-1:]].append(name)
        for tail, names in tails.items():
            if len(names) == 1:
                self.names.setdefault(tail, names[0])


def _a_second(a_day: float | None) -> float | None:
    return None if a_day is None else a_day / 86400


def _rates(a_second: float | None) -> Iterator[float]:
    """A rate as the numbers that it may have been written with."""
    if a_second is not None:
        for seconds in (1, 60, 3600, 86400, 604800, 2629800, 31557600):
            yield a_second * seconds
