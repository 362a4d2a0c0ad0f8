"""Index advice on the twin: the choice that costs a workload least, what it does to each query, and why not more."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.index.candidates import Limits, keys_of
from dbarchitect.index.existing import Superfluous, superfluous
from dbarchitect.index.search import Bounds, Choice, Known, choose
from dbarchitect.index.upkeep import Write
from dbarchitect.index.upkeep import upkeep as upkeep_of
from dbarchitect.model.advice import AdvisedIndex, BudgetPoint, DroppedIndex, IndexAdvice, QueryVerdict
from dbarchitect.model.facts import Facts
from dbarchitect.model.names import Name
from dbarchitect.model.proof import Proof
from dbarchitect.model.query import Workload
from dbarchitect.model.schema import Index, Relational
from dbarchitect.sql.parse import updated_columns

from .whatif import WhatIf

_ROUNDS = 6  # of choosing and looking whether the choice costs what was thought
_WORSE = 1.001  # a cost above this share is a regression, not a difference of rounding
_PAYS = 0.002  # an index pays that saves this share of what the workload costs with all of them,
_PAYS_SLOW, _PAYS_QUERY = 1000.0, 0.5  # or takes a query as dear as this (10 ms or more) below this share of its cost;
_BUSY, _UNIT_S = 1e-4, 1e-5  # where it is known how often queries run: this share of a processor; seconds of a unit
_CARRIED = 0.002  # columns that an index only carries along save at least this share of it
_CHEAP = 100.0  # what a lookup by an index costs, and some more
_BETTER = 0.95  # a plan that is worth a word
_MUCH = 0.1  # of a table's rows: reading them by an index costs as much as reading the table
_CURVE = (0.1, 0.25, 0.5, 0.75)


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
    twin: Twin, workload: Workload, options: AdviceOptions, progress: Callable[[str], None] = lambda _: None
) -> IndexAdvice:
    """Which indexes to make and to drop for a workload. Raises `InputError` where no query of it can be planned."""
    with ExitStack() as stack:
        return _Adviser(twin, workload, options, progress, stack).advice()


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
        self._begun = time.monotonic()
        self._what = WhatIf(
            twin, workload, limits=options.limits, budget=options.budget, stack=stack, progress=progress
        )

    def advice(self) -> IndexAdvice:
        """The whole of it."""
        self._what.explore(self._options.questions)
        upkeep = upkeep_of(self._writes(), self._what.indexes, self._twin.schema)
        bounds = Bounds(budget=self._options.budget, most=self._options.most, seconds=self._options.seconds)
        choice, costs, used = self._choice(upkeep, bounds)
        total = sum(one.weight * one.base for one in self._what.known) or 1.0
        after = sum(one.weight * cost for one, cost in zip(self._what.known, costs, strict=True))
        created = [self._advised(one, choice.indexes, costs, used, upkeep, total) for one in sorted(choice.indexes)]
        shares = [cost / one.base for one, cost in zip(self._what.known, costs, strict=True) if one.base > 0]
        dropped = list(self._dropped(choice.indexes, costs))
        spent = round(sum(self._what.sizes[one] for one in choice.indexes))
        return IndexAdvice(
            create=tuple(sorted(created, key=lambda one: -one.saves)),
            drop=tuple(dropped),
            queries=tuple(self._verdicts(choice.indexes, costs, used)),
            before=total,
            after=after,
            geometric=math.exp(sum(math.log(max(one, 1e-12)) for one in shares) / len(shares)) if shares else 1.0,
            bytes=spent,
            budget=self._options.budget,
            curve=tuple(self._curve(upkeep, spent)),
            candidates=len(self._what.indexes),
            questions=self._what.questions,
            seconds=time.monotonic() - self._begun,
            gap=choice.gap,
            left_out=(*self._what.left_out, *self._twin.gaps),
            notes=tuple(self._notes()),
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
            worse = [n for n, cost in enumerate(costs) if cost > self._what.known[n].base * _WORSE]
            if worse and not self._options.regression:
                barred |= {index for n in worse for index in used[n]}
                continue
            if not news:
                break
        choice = self._trimmed(choice, costs, used, upkeep)
        choice = self._plainer(choice, *self._what.checked(choice.indexes)[:2])
        costs, used, _ = self._what.checked(choice.indexes)
        while not self._options.regression and (
            worse := [n for n, cost in enumerate(costs) if cost > self._what.known[n].base * _WORSE and used[n]]
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
            total = sum(one.weight * cost for one, cost in zip(self._what.known, costs, strict=True))
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
        total = sum(one.weight * cost for one, cost in zip(self._what.known, costs, strict=True))
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

    def _curve(self, upkeep: dict[int, float], spent: int) -> Iterator[BudgetPoint]:
        """What smaller budgets would buy, by the answers that are there."""
        total = sum(one.weight * one.base for one in self._what.known) or 1.0
        for share in (*_CURVE, 1.0) if spent else ():
            budget = round(spent * share)
            found = choose(
                self._what.known, self._what.sizes, upkeep, Bounds(budget=budget, seconds=self._options.seconds / 4)
            )
            cost = sum(one.weight * one.cost(found.indexes) for one in self._what.known) / total
            size = round(sum(self._what.sizes[one] for one in found.indexes))
            yield BudgetPoint(budget=budget, bytes=size, indexes=len(found.indexes), cost=cost)

    def _writes(self) -> Iterator[Write]:
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
            sql=create_index_sql(index, concurrently=True),
            bytes=round(self._what.sizes[number]),
            queries=tuple(n + 1 for n in helped),
            saves=saved / total,
            upkeep=upkeep[number] / total,
        )

    def _dropped(self, chosen: frozenset[int], costs: Sequence[float]) -> Iterator[DroppedIndex]:
        """Indexes that may go, if no plan of the workload becomes dearer without them."""
        facts = self._twin.schema.facts or Facts()
        gone: list[Name] = []
        for one in self._replaceable(chosen):
            if not self._as_good_without((*gone, one.index.name), chosen, costs):
                continue
            gone.append(one.index.name)
            size = facts.indexes.get(str(one.index.name))
            yield DroppedIndex(
                index=one.index,
                sql=f"DROP INDEX CONCURRENTLY {one.index.name}",
                bytes=size.bytes if size is not None else None,
                why=one.why,
                instead="" if one.instead is None else one.instead.name.name,
            )

    def _replaceable(self, chosen: frozenset[int]) -> list[Superfluous]:
        """By the schema as it will be: a new index may do the work of an old one."""
        schema = self._twin.schema
        new: dict[Name, list[Index]] = {}
        for one in chosen:
            new.setdefault(self._what.indexes[one].table, []).append(self._what.indexes[one])
        tables = tuple(replace(t, indexes=(*t.indexes, *new.get(t.name, ()))) for t in schema.tables)
        names = {self._what.indexes[one].name for one in chosen}
        later: Relational = replace(schema, tables=tables)
        return [one for one in superfluous(later, counters=self._options.counters) if one.index.name not in names]

    def _as_good_without(self, hidden: Sequence[Name], chosen: frozenset[int], costs: Sequence[float]) -> bool:
        tables = {index.table for t in self._twin.schema.tables for index in t.indexes if index.name in hidden}
        with self._twin.only([], hidden):
            by_table = self._what.by_table(chosen)
            for query, read in enumerate(self._what.tables):
                if tables & read:
                    shown = self._what.shown(query, by_table)
                    if self._what.planned(query, shown)[0] > costs[query] * _WORSE:
                        return False
        return True

    def _verdicts(
        self, chosen: frozenset[int], costs: Sequence[float], used: Sequence[frozenset[int]]
    ) -> Iterator[QueryVerdict]:
        for number, query in enumerate(self._what.queries):
            known = self._what.known[number]
            names = tuple(sorted(self._what.indexes[one].name.name for one in used[number]))
            yield QueryVerdict(
                id=query.id,
                sql=query.sql,
                parameters=query.parameters,
                source=query.source,
                calls=query.calls,
                before=known.base,
                after=costs[number],
                used=names,
                why="" if names else self._why_none(number),
                position=query.position,
            )

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

    def _notes(self) -> Iterator[str]:
        yield from self._what.said
        facts = self._twin.schema.facts or Facts()
        read = {str(one.table) for needs in self._what.needs for one in needs}
        blind = sorted(name for name in read if name in facts.tables and facts.tables[name].rows is None)
        if blind:
            yield f"never analysed: {', '.join(blind[:5])}: ANALYZE them and ask again"


def _narrowed(choice: Choice, indexes: frozenset[int]) -> Choice:
    """Another choice, of which nothing is proved unless it is the same."""
    return Choice(indexes=indexes, gap=choice.gap if indexes == choice.indexes else None)
