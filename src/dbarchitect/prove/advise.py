"""Index advice on the twin: the choice that costs a workload least, what it does to each query, and why not more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import ddl
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Limits, keys_of
from dbarchitect.index.search import Bounds, Choice, Known, choose
from dbarchitect.index.upkeep import Write, counted_writes
from dbarchitect.index.upkeep import upkeep as upkeep_of
from dbarchitect.migrate.durations import of_build
from dbarchitect.migrate.indexing import Indexing
from dbarchitect.model.advice import AdvisedIndex, BudgetPoint, DroppedIndex, IndexAdvice, QueryVerdict
from dbarchitect.model.change import AddIndex
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name
from dbarchitect.model.plan import Step
from dbarchitect.model.proof import Proof
from dbarchitect.model.query import Workload
from dbarchitect.query.patterns import patterns
from dbarchitect.sql.parse import updated_columns

from .replaced import WORSE, Replaced, Room
from .whatif import WhatIf

_ROUNDS = 6  # of choosing and looking whether the choice costs what was thought
_PAYS = 0.002  # an index pays that saves this share of what the workload costs with all of them,
_PAYS_SLOW, _PAYS_QUERY = 1000.0, 0.5  # or takes a query as dear as this (10 ms or more) below this share of its cost;
_BUSY, _UNIT_S = 1e-4, 1e-5  # where it is known how often queries run: this share of a processor; seconds of a unit
_CARRIED = 0.002  # columns that an index only carries along save at least this share of it
_CHEAP = 100.0  # what a lookup by an index costs, and some more
_BETTER = 0.95  # a plan that is worth a word
_MUCH = 0.1  # of a table's rows: reading them by an index costs as much as reading the table
# Patterns of a text for which no index, or only one on an expression, helps.
_BLOCKING = frozenset(
    ("leading-wildcard", "function-on-column", "other-type", "json-arrow", "not-distinct", "or-across-tables",
     "order-by-random", "not-in-nullable", "large-offset")
)  # fmt: skip
_STALE = 0.2  # of a table's rows: twice what autovacuum waits for
_CURVE = (0.05, 0.1, 0.25, 0.5, 0.75)
_ALL_PLANNED = 500  # queries; of more the points of the curve are by the answers that are there


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceOptions:
    """What the advice keeps to.

    budget       bytes of new indexes; None: as many as pay
    most         new indexes
    questions    plans to ask for each query that matters
    seconds      of the solver
    counters     whether the source's counters are old enough to be believed
    regression   let a query become dearer, if the workload gains
    rerun        the command that gives this again
    """

    budget: int | None = None
    most: int | None = None
    limits: Limits = field(default_factory=Limits)
    questions: int = 40
    seconds: float = 30.0
    counters: bool = False
    regression: bool = False
    rerun: str = ""


def advise(
    twin: Twin,
    workload: Workload,
    options: AdviceOptions,
    progress: Callable[[str], None] = lambda _: None,
    more: Callable[[], Sequence[Twin]] = tuple,
) -> IndexAdvice:
    """Which indexes to make and to drop for a workload. `more` makes further twins of the source, for large workloads;
    they are left with candidates. Raises `InputError` where no query of it can be planned."""
    with ExitStack() as stack:
        return _Adviser(twin, workload, options, progress, stack).advice(more)


class _Adviser:
    def __init__(
        self,
        twin: Twin,
        workload: Workload,
        options: AdviceOptions,
        progress: Callable[[str], None],
        stack: ExitStack,
    ) -> None:
        self._twin = twin
        self._options = options
        self._progress = progress
        self._window = workload.window_seconds
        version = twin.schema.version
        self._indexing = Indexing(twin.schema, ddl=partial(ddl, version=version), version=version)
        self._begun = time.monotonic()
        self._what = WhatIf(
            twin, workload, limits=options.limits, budget=options.budget, stack=stack, progress=progress
        )

    def advice(self, more: Callable[[], Sequence[Twin]]) -> IndexAdvice:
        """The whole of it."""
        self._what.explore(self._options.questions, more)
        upkeep = upkeep_of(self._writes(), self._what.indexes, self._twin.schema)
        bounds = Bounds(budget=self._options.budget, most=self._options.most, seconds=self._options.seconds)
        choice, costs, used = self._choice(upkeep, bounds)
        total = sum(one.weight * one.base for one in self._what.known) or 1.0
        curve = tuple(self._curve(upkeep, choice, self._weighted(costs) / total))
        room = self._room(self._bytes(choice.indexes), len(choice.indexes))
        with Replaced(self._what, choice.indexes, costs, counters=self._options.counters) as replaced:
            dropped = list(replaced.dropped())
            merged = dict(replaced.merged(self._options.limits.width, room))
        chosen = choice.indexes | merged.keys()
        created = [self._advised(one, choice.indexes, costs, used, upkeep, total) for one in sorted(choice.indexes)]
        if merged:
            with self._twin.only([], replaced.gone):
                costs, used, _ = self._what.checked(chosen)
        for number, olds in merged.items():
            created.append(self._merged(number, olds, used))
            dropped += olds
        shares = [cost / one.base for one, cost in zip(self._what.known, costs, strict=True) if one.base > 0]
        return IndexAdvice(
            create=tuple(map(self._with_steps, sorted(created, key=lambda one: -one.saves))),
            drop=tuple(map(self._without_steps, dropped)),
            queries=tuple(self._verdicts(costs, used)),
            before=total,
            after=self._weighted(costs),
            geometric=math.exp(sum(math.log(max(one, 1e-12)) for one in shares) / len(shares)) if shares else 1.0,
            bytes=self._bytes(chosen),
            budget=self._options.budget,
            curve=curve,
            candidates=len(self._what.indexes),
            questions=self._what.questions,
            seconds=time.monotonic() - self._begun,
            gap=choice.gap,
            left_out=(*self._what.left_out, *self._twin.gaps),
            notes=(*self._notes(), *self._questions_about(dropped)),
            proof=Proof(
                level="planned",
                method="each query planned on the twin without and with the advised indexes",
                holds=True,
                environment=self._twin.environment,
                rerun=self._options.rerun,
            ),
        )

    # The choice

    def _choice(self, upkeep: dict[int, float], bounds: Bounds) -> tuple[Choice, list[float], list[frozenset[int]]]:
        """The choice, what each query costs with it, and what its plan uses then."""
        self._progress("choosing")
        barred: set[int] = set()
        choice = Choice(indexes=frozenset(), gap=None)
        costs, used, _ = self._what.checked(choice.indexes)
        for _ in range(_ROUNDS):
            known = [self._without(one, barred) for one in self._what.known]
            choice = choose(known, self._what.sizes, upkeep, bounds)
            costs, used, news = self._what.checked(choice.indexes)
            worse = [n for n, cost in enumerate(costs) if cost > self._what.known[n].base * WORSE]
            if worse and not self._options.regression:
                barred |= {index for n in worse for index in used[n]}
                continue
            if not news:
                break
        choice = self._trimmed(choice, costs, used, upkeep)
        choice = self._plainer(choice, *self._what.checked(choice.indexes)[:2])
        costs, used, _ = self._what.checked(choice.indexes)
        while not self._options.regression and (
            worse := [n for n, cost in enumerate(costs) if cost > self._what.known[n].base * WORSE and used[n]]
        ):
            choice = _narrowed(choice, choice.indexes - {index for n in worse for index in used[n]})
            costs, used, _ = self._what.checked(choice.indexes)
        return choice, costs, used

    @staticmethod
    def _without(one: Known, barred: Collection[int]) -> Known:
        if not barred:
            return one
        return Known(one.weight, one.base, {atom: cost for atom, cost in one.atoms.items() if not atom & set(barred)})

    def _trimmed(
        self, choice: Choice, costs: Sequence[float], used: Sequence[frozenset[int]], upkeep: dict[int, float]
    ) -> Choice:
        """Without what does not pay: what no plan takes, and what saves next to nothing."""
        chosen = choice.indexes & frozenset(index for one in used for index in one)
        while True:
            worth: dict[int, tuple[float, bool]] = {}
            users: dict[int, set[int]] = {index: set() for index in chosen}
            instead: dict[int, set[int]] = {index: set() for index in chosen}
            for query, taken in enumerate(used):
                for index in taken & chosen:
                    users[index].add(query)
            for index in chosen:
                saved, helps = -upkeep[index], False
                for query in users[index]:
                    known = self._what.known[query]
                    without, taken = self._what.planned_with(query, chosen - {index})
                    instead[index] |= taken
                    saved += known.weight * (without - costs[query])
                    helps = helps or (without >= _PAYS_SLOW and costs[query] < _PAYS_QUERY * without)
                worth[index] = (saved, helps)
            total = self._weighted(costs)
            idle = [one for one, (saved, helps) in worth.items() if not self._pays(saved, total, helps=helps)]
            if not idle:
                return _narrowed(choice, chosen)
            # Those at once that no query uses together, or one in place of another: one may be worth more when another
            # is gone.
            touched: set[int] = set()
            needed: set[int] = set()
            gone: set[int] = set()
            for index in sorted(idle, key=lambda one: worth[one][0]):
                if not users[index] & touched and index not in needed and not instead[index] & gone:
                    gone.add(index)
                    touched |= users[index]
                    needed |= instead[index]
            chosen -= gone
            costs, used, _ = self._what.checked(chosen)

    def _plainer(self, choice: Choice, costs: Sequence[float], used: Sequence[frozenset[int]]) -> Choice:
        """Without columns that an index carries along for next to nothing: each makes every entry longer. What does not
        use it can only become cheaper by the plain one."""
        total = self._weighted(costs)
        now = list(used)
        plain = {
            (one.table, one.method, keys_of(one), one.predicate): number
            for number, one in enumerate(self._what.indexes)
            if not one.include
        }
        for number in sorted(choice.indexes):
            index = self._what.indexes[number]
            other = plain.get((index.table, index.method, keys_of(index), index.predicate)) if index.include else None
            if other is None or self._what.sizes[other] > self._what.sizes[number]:
                continue
            swapped = choice.indexes - {number} | {other}
            dearer = sum(
                self._what.known[query].weight
                * (self._what.cost_with(query, swapped) - self._what.cost_with(query, choice.indexes))
                for query, taken in enumerate(now)
                if number in taken
            )
            if dearer <= _CARRIED * total:
                choice = _narrowed(choice, swapped)
                now = [self._what.planned_with(query, swapped)[1] if number in taken else taken
                       for query, taken in enumerate(now)]  # fmt: skip
        return choice

    def _pays(self, saved: float, total: float, *, helps: bool) -> bool:
        """Whether an index that saves so much of a workload of that cost is worth having."""
        if self._window is not None:
            return saved * _UNIT_S >= _BUSY * self._window
        return saved >= _PAYS * total or (saved > 0 and helps)

    def _room(self, spent: int, count: int) -> Room:
        budget, most = self._options.budget, self._options.most
        return Room(
            bytes=None if budget is None else budget - spent, count=None if most is None else most - count
        )  # fmt: skip

    def _curve(self, upkeep: dict[int, float], choice: Choice, cost: float) -> Iterator[BudgetPoint]:
        """What smaller budgets would buy; each is planned, but for large workloads."""
        total = sum(one.weight * one.base for one in self._what.known) or 1.0
        spent = self._bytes(choice.indexes)
        for share in _CURVE if spent else ():
            bounds = Bounds(budget=round(spent * share), most=self._options.most, seconds=self._options.seconds / 4)
            found = choose(self._what.known, self._what.sizes, upkeep, bounds).indexes
            planned = len(self._what.known) <= _ALL_PLANNED
            if planned:
                costs = self._what.checked(found)[0]
            else:
                costs = [one.cost(found) for one in self._what.known]
            yield BudgetPoint(
                budget=round(spent * share),
                bytes=self._bytes(found),
                indexes=len(found),
                cost=self._weighted(costs) / total,
                planned=planned,
            )
        if spent:
            yield BudgetPoint(budget=spent, bytes=spent, indexes=len(choice.indexes), cost=cost)

    def _weighted(self, costs: Sequence[float]) -> float:
        return sum(one.weight * cost for one, cost in zip(self._what.known, costs, strict=True))

    def _bytes(self, indexes: Collection[int]) -> int:
        return round(sum(self._what.sizes[one] for one in indexes))

    def _writes(self) -> Iterator[Write]:
        yield from self._written()
        if self._window is None or not self._options.counters:
            return
        known = {one.table for one in self._written()}
        read = frozenset[Name]().union(*self._what.tables)
        counted = [one for one in counted_writes(self._twin.schema, self._window) if one.table in read - known]
        if counted:
            names = ", ".join(sorted(one.table.short for one in counted)[:5])
            self._what.said.append(f"no query of the workload writes {names}: the source's counters say how many do")
        yield from counted

    def _written(self) -> Iterator[Write]:
        for query, plan in zip(self._what.queries, self._what.plans, strict=True):
            for node in plan.root.walk():
                if node.type != "ModifyTable" or not node.relation:
                    continue
                rows = max((child.rows for child in node.children), default=1.0) or 1.0
                update = node.detail.get("Operation", "") == "Update"
                yield Write(
                    table=Name(schema=node.schema or "public", name=node.relation),
                    rows=query.calls * rows,
                    columns=frozenset(updated_columns(query.sql)) if update else None,
                )

    # What is said of it

    def _with_steps(self, one: AdvisedIndex) -> AdvisedIndex:
        steps, undo = self._indexing.make(one.index)
        facts = (self._twin.schema.facts or Facts()).tables
        trees = {step.change.index.table for step in steps if isinstance(step.change, AddIndex)}
        sizes = [facts[str(table)] for table in trees if str(table) in facts]
        seconds = sum(map(of_build, sizes)) if sizes else None
        return replace(one, sql=_script(steps), steps=steps, undo=undo, build_s=seconds)

    def _without_steps(self, one: DroppedIndex) -> DroppedIndex:
        steps, undo = self._indexing.drop(one.index)
        return replace(one, sql=_script(steps), steps=steps, undo=undo)

    def _advised(
        self,
        number: int,
        chosen: frozenset[int],
        costs: Sequence[float],
        used: Sequence[frozenset[int]],
        upkeep: dict[int, float],
        total: float,
    ) -> AdvisedIndex:
        index = self._what.indexes[number]
        helped = [n for n, taken in enumerate(used) if number in taken]
        saved = sum(
            self._what.known[n].weight * (self._what.cost_with(n, chosen - {number}) - costs[n]) for n in helped
        )
        return AdvisedIndex(
            index=index,
            sql="",
            bytes=round(self._what.sizes[number]),
            queries=tuple(n + 1 for n in helped),
            saves=saved / total,
            upkeep=upkeep[number] / total,
        )

    def _merged(self, number: int, olds: Sequence[DroppedIndex], used: Sequence[frozenset[int]]) -> AdvisedIndex:
        return AdvisedIndex(
            index=self._what.indexes[number],
            sql="",
            bytes=round(self._what.sizes[number]),
            queries=tuple(n + 1 for n, taken in enumerate(used) if number in taken),
            replaces=tuple(one.index.name.name for one in olds),
        )

    def _verdicts(self, costs: Sequence[float], used: Sequence[frozenset[int]]) -> Iterator[QueryVerdict]:
        for number, query in enumerate(self._what.queries):
            known, form = self._what.known[number], self._what.forms[number]
            names = tuple(sorted(self._what.indexes[one].name.name for one in used[number]))
            yield QueryVerdict(
                id=query.id,
                sql=query.sql,
                planned=form.sql if form.sql != query.sql else "",
                parameters=form.parameters,
                values=form.how,
                source=query.source,
                calls=query.calls,
                before=known.base,
                after=costs[number],
                used=names,
                why="" if names else self._why_none(number),
                blocks="" if names or known.base < _CHEAP else self._blocks(query.sql),
                position=query.position,
            )

    def _blocks(self, sql: str) -> str:
        """What in the text of a query keeps an index from helping."""
        try:
            found = [one for one in patterns(sql, self._twin.schema) if one.rule in _BLOCKING]
        except InputError:
            return ""
        return "; ".join(f"{one.message}: {one.advice}" for one in found[:2])

    def _why_none(self, number: int) -> str:
        """Why a query gets no index."""
        known, plan, offered = self._what.known[number], self._what.plans[number], self._what.relevant[number]
        facts = self._twin.schema.facts or Facts()
        scans = [node for node in plan.root.walk() if node.type == "Seq Scan" and node.relation]
        best = min(known.atoms.values(), default=known.base)
        if best < known.base * _BETTER and (scans or known.base >= _CHEAP):
            seconds = known.weight * (known.base - best) * _UNIT_S
            if self._window is not None and seconds < _BUSY * self._window:
                return f"rarely run: an index would save about {seconds:,.1f} s in {self._window:,.0f} s"
            share = known.weight * (known.base - best) / (sum(k.weight * k.base for k in self._what.known) or 1.0)
            return (
                f"the best index for it would take its cost from {known.base:,.0f} to {best:,.0f}, "
                f"{share:.2%} of the workload: not worth its size or upkeep"
            )
        if not scans:
            reads = any(node.index for node in plan.root.walk())
            return "the indexes that are there serve it" if reads else "it reads no table that an index could help with"
        for node in sorted(scans, key=lambda one: -one.total_cost):
            found = facts.tables.get(str(Name(schema=node.schema or "public", name=node.relation)))
            whole = found.rows if found is not None else None
            if whole and node.rows > _MUCH * whole:
                share = node.rows / whole
                return f"it reads {share:.0%} of {node.relation} ({node.rows:,.0f} rows): an index reads no less"
        if not offered and self._what.too_large[number]:
            return f"none of {self._what.too_large[number]:,} indexes that could help fits the budget"
        if not offered:
            return "its tables are small: one reading of a few blocks answers it"
        return f"none of {len(offered):,} indexes that were tried makes it cheaper"

    def _questions_about(self, dropped: Sequence[DroppedIndex]) -> Iterator[str]:
        """What only a person can tell of indexes that go because nobody reads them."""
        standbys = (self._twin.schema.facts or Facts()).replicas
        unread = [one.index.name.short for one in dropped if not one.instead]
        if unread and standbys != 0:
            who = "standbys, if there are any," if standbys is None else f"the {standbys} standby servers"
            yield f"do the queries of {who} read {', '.join(unread)}? Their counters are their own: ask them first"

    def _notes(self) -> Iterator[str]:
        yield from self._what.said
        facts = self._twin.schema.facts or Facts()
        read = {str(one.table) for needs in self._what.needs for one in needs}
        blind = sorted(name for name in read if name in facts.tables and facts.tables[name].rows is None)
        if blind:
            yield f"never analysed: {', '.join(blind[:5])}: ANALYZE them and ask again"
        for name in sorted(read):
            one = facts.tables.get(name)
            if one is not None and one.rows and (one.modified_since_analyze or 0) > _STALE * one.rows:
                share = (one.modified_since_analyze or 0) / one.rows
                yield f"{share:.0%} of {name} changed since its last ANALYZE: ANALYZE it, and ask again"


def _script(steps: Sequence[Step]) -> str:
    return ";\n".join(statement for step in steps for statement in step.sql)


def _narrowed(choice: Choice, indexes: frozenset[int]) -> Choice:
    """Another choice, of which nothing is proved unless it is the same."""
    return Choice(indexes=indexes, gap=choice.gap if indexes == choice.indexes else None)
