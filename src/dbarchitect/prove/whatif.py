"""The what-if side of index advice: a workload's plans on the twin, its candidates, and its costs with some of them.

Every candidate is made once, with the size that the size model gives it, and hidden; a question shows some of them and
asks for one plan. What a plan does not use does not change its cost: an answer holds for all sets that contain what it
used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from queue import SimpleQueue

from msgspec.structs import replace

from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin.sizes import IndexSize
from dbarchitect.engines.postgres.twin.twin import Switches
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Candidates, Limits
from dbarchitect.index.needs import Needs, needs_of
from dbarchitect.index.search import Known, explore
from dbarchitect.model.change import AddIndex
from dbarchitect.model.explain import QueryPlan
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Index
from dbarchitect.sql.parse import normalize, updated_columns

from .parameters import Filled, filled, said_of

_PAGE = 8192
_FEW, _SAMPLES = 500, 3  # a workload of so many queries is looked at whole; of a larger one so many of each kind,
_SIDE_BY_SIDE = 300  # queries from which on several twins are asked: each takes seconds to make
_DEAR = 0.999  # and those that this share of the cost comes from


class _Lane:
    """A twin with all candidates, hidden, and how many plans it was asked for. One question at a time."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.questions = 0
        self._switches: Switches | None = None

    def hide(self, names: Sequence[Name]) -> Switches:
        """Have these switched by `plan`, all hidden at first."""
        self._switches = self.twin.switches(names)
        return self._switches

    def plan(self, form: Filled, shown: Collection[Name]) -> tuple[float, frozenset[str]]:
        """(cost, names of the indexes that the plan uses) with these candidates."""
        assert self._switches is not None
        self.questions += 1
        self._switches.show(shown)
        plan = self.twin.explain(form.sql, form.parameters)
        names = {node.index for node in plan.root.walk() if node.index}
        return plan.cost, frozenset(map(self._switches.root_of, names))


class WhatIf:
    """Queries by number with their plans, and candidates by number with their sizes.

    plans, needs, tables   of each query: as it is planned now, what it asks of tables, which it reads
    indexes, sizes         of each candidate; bytes
    relevant               the candidates that are offered to a query; `too_large`: how many are not, by the budget
    known                  what each query costs, as far as was asked
    said, left_out         what there is to say of the workload, and what of it could not be planned
    forms                  of each query: how it is put to the planner
    """

    def __init__(
        self,
        twin: Twin,
        workload: Workload,
        *,
        limits: Limits,
        budget: int | None,
        stack: ExitStack,
        progress: Callable[[str], None],
    ) -> None:
        """Plan the workload and make its candidates, which `stack` removes. Raises `InputError` where none of it can be
        planned."""
        self.twin = twin
        self._stack = stack
        self._progress = progress
        self._lane = _Lane(twin)
        self._lanes = [self._lane]
        self.left_out = [
            Gap(kind="workload", name=where, effect=f"left out: {why}") for where, why in workload.rejected
        ]
        self.said: list[str] = []
        self.queries: list[Query] = []
        self.forms: list[Filled] = []
        self.plans: list[QueryPlan] = []
        self.needs: list[tuple[Needs, ...]] = []
        self.tables: list[frozenset[Name]] = []
        self.indexes: list[Index] = []
        self.sizes: dict[int, float] = {}
        self._placed: list[IndexSize] = []
        self.relevant: list[frozenset[int]] = []
        self.too_large: list[int] = []
        self.known: list[Known] = []
        self._by_name: dict[str, int] = {}
        self._answers: list[dict[frozenset[int], tuple[float, frozenset[int]]]] = []
        self._plan(workload)
        self._candidates = Candidates(twin.schema, limits)
        self._offer(budget)

    def _plan(self, workload: Workload) -> None:
        queries = self._representatives(workload.queries)
        for number, query in enumerate(queries):
            if number % 500 == 0:
                self._progress(f"planning {len(queries):,} queries" + (f": {number:,}" if number else ""))
            for one, plan in self._planned(query):
                for check in self._checks_of(one, plan):
                    self._planned(check)
        if not self.queries:
            first = self.left_out[0].effect if self.left_out else "it is empty"
            raise InputError(f"no query of the workload can be planned: {first}", hint="see what is left out of it")
        self.said += said_of(self.queries, self.forms)

    def _representatives(self, queries: Sequence[Query]) -> list[Query]:
        """Of queries that differ in their constants alone the most frequent ones stand for all, of large workloads."""
        if len(queries) <= _FEW:
            return list(queries)
        alike: dict[str, list[Query]] = {}
        for query in queries:
            alike.setdefault(normalize(query.sql), []).append(query)
        found: list[Query] = []
        for group in alike.values():
            some = sorted(group, key=lambda one: -one.calls)[:_SAMPLES]
            share = sum(one.calls for one in group) / (sum(one.calls for one in some) or 1.0)
            found += [replace(one, calls=one.calls * share) for one in some]
        if len(found) < len(queries):
            self.said.append(
                f"{len(queries):,} queries are {len(alike):,} that differ in more than constants: "
                f"{len(found):,} of them stand for all"
            )
        return found

    def _planned(self, query: Query) -> list[tuple[Query, QueryPlan]]:
        """The query with its plan, once for each set of values that its parameters get."""
        try:
            forms = filled(self.twin, query)
            plans = [self.twin.explain(one.sql, one.parameters, verbose=True) for one in forms]
        except InputError as err:
            shown = str(query.position or " ".join(query.sql.split())[:80])
            self.left_out.append(Gap(kind="workload", name=shown, effect=f"left out: {err.message}"))
            return []
        found: list[tuple[Query, QueryPlan]] = []
        for one, plan in zip(forms, plans, strict=True):
            self._lane.questions += 1
            self.queries.append(replace(query, calls=query.calls * one.weight))
            self.forms.append(one)
            self.plans.append(plan)
            self.needs.append(needs_of(plan, self.twin.schema))
            self.tables.append(frozenset(need.table for need in self.needs[-1]))
            self.known.append(Known(weight=self.queries[-1].calls, base=plan.cost))
            self._answers.append({})
            found.append((self.queries[-1], plan))
        return found

    def _checks_of(self, query: Query, plan: QueryPlan) -> Iterator[Query]:
        """The queries that foreign keys run for each row that a query deletes or gives another key (ri_triggers.c)."""
        for node in plan.root.walk():
            operation = node.detail.get("Operation", "")
            if node.type != "ModifyTable" or operation not in ("Delete", "Update"):
                continue
            changed = Name(schema=node.schema or "public", name=node.relation)
            rows = max((child.rows for child in node.children), default=1.0)
            columns = set(updated_columns(query.sql))
            for table in self.twin.schema.tables:
                for key in table.foreign_keys:
                    if key.target != changed or key.inherited:
                        continue
                    if operation == "Update" and not columns & set(key.target_columns):
                        continue
                    places = enumerate(key.columns, 1)
                    where = " AND ".join(f"{quote_identifier(column)} = ${number}" for number, column in places)
                    yield Query(
                        id=f"{query.id}/{key.name}",
                        sql=f"SELECT 1 FROM {table.name} WHERE {where} FOR KEY SHARE",
                        calls=query.calls * max(rows, 1.0),
                        source=f"foreign key {key.name}",
                        position=query.position,
                    )

    def _offer(self, budget: int | None) -> None:
        """Make every candidate, hidden."""
        made = self._candidates
        wanted: list[list[Index]] = []
        dear = self._dear()
        for number, (form, needs) in enumerate(zip(self.forms, self.needs, strict=True)):
            some = needs if number in dear else ()
            wanted.append([index for one in some for index in made.of(one, form.is_own)])
        listed = list({index.name: index for indexes in wanted for index in indexes}.values())
        self._progress(f"supposing {len(listed):,} indexes")
        for place, index in enumerate(listed):
            if place % 500 == 499:
                self._progress(f"supposing {len(listed):,} indexes: {place + 1:,}")
            try:
                size = self.twin.add_index(AddIndex(index=index))
            except InputError:
                continue  # an expression that is not immutable, an operator class that is not there
            self.until_closed(self.twin.drop_index, index.name)
            number = len(self.indexes)
            self.indexes.append(index)
            self._placed.append(size)
            self._by_name[index.name.name] = number
            self.sizes[number] = float(size.pages * _PAGE)
        numbers = {index.name: number for number, index in enumerate(self.indexes)}
        for indexes in wanted:
            found = {numbers[one.name] for one in indexes if one.name in numbers}
            fits = frozenset(n for n in found if budget is None or self.sizes[n] <= budget)
            self.relevant.append(fits)
            self.too_large.append(len(found) - len(fits))
        self.until_closed(self._lane.hide([one.name for one in self.indexes]).close)

    @property
    def questions(self) -> int:
        """How many plans were asked for."""
        return sum(lane.questions for lane in self._lanes)

    def until_closed(self, undo: Callable[..., object], *arguments: object) -> None:
        """Have something undone with the candidates."""
        self._stack.callback(undo, *arguments)

    def named(self, index: Index) -> Index:
        """An index with a name that is free."""
        return self._candidates.named(index)

    def adopted(self, index: Index, size: float) -> int:
        """The number of a candidate that was made on the twin apart from the others, and is not hidden there."""
        number = len(self.indexes)
        self.indexes.append(index)
        self.sizes[number] = float(size)
        self._by_name[index.name.name] = number
        self.until_closed(self.twin.drop_index, index.name)
        return number

    def _dear(self) -> set[int]:
        """The queries that get candidates: all of a small workload, of a large one those that its cost comes from."""
        if len(self.queries) <= _FEW:
            return set(range(len(self.queries)))
        order = sorted(range(len(self.queries)), key=lambda n: -self.known[n].weight * self.known[n].base)
        total = sum(one.weight * one.base for one in self.known)
        found: set[int] = set()
        spent = 0.0
        for number in order:
            if spent >= _DEAR * total:
                break
            found.add(number)
            spent += self.known[number].weight * self.known[number].base
        self.said.append(
            f"{len(found):,} of {len(order):,} queries make up {_DEAR:.1%} of the cost: the others are planned with "
            "what is advised for these, and get no indexes of their own"
        )
        return found

    # Questions

    def ask(self, query: int, shown: frozenset[int]) -> tuple[float, frozenset[int]]:
        """(cost of a query with these candidates, those that its plan uses), asked only if no answer says it already:
        what a plan leaves aside can be taken away without changing it."""
        return self._ask(self._lane, query, shown)

    def planned(self, query: int, shown: frozenset[int]) -> tuple[float, frozenset[int]]:
        """The same, asked in any case: where the indexes that are there are others than they were."""
        return self._plan_on(self._lane, query, shown)

    def _ask(self, lane: _Lane, query: int, shown: frozenset[int]) -> tuple[float, frozenset[int]]:
        for asked, (cost, used) in self._answers[query].items():
            if used <= shown <= asked:
                return cost, used
        self._answers[query][shown] = found = self._plan_on(lane, query, shown)
        return found

    def _plan_on(self, lane: _Lane, query: int, shown: frozenset[int]) -> tuple[float, frozenset[int]]:
        cost, names = lane.plan(self.forms[query], [self.indexes[one].name for one in shown])
        return cost, frozenset(self._by_name[name] for name in names if name in self._by_name) & shown

    def explore(self, most: int, more: Callable[[], Sequence[Twin]]) -> None:
        """Learn what each query costs with what: `most` questions for each. `more` gives further twins of the source,
        which large workloads ask side by side: each has a process of its own that plans."""
        order = sorted(range(len(self.queries)), key=lambda n: -self.known[n].weight * self.known[n].base)
        order = [query for query in order if self.relevant[query]]
        if len(order) >= _SIDE_BY_SIDE:
            self._widen(more())
        free: SimpleQueue[_Lane] = SimpleQueue()
        for lane in self._lanes:
            free.put(lane)

        def learn(query: int) -> None:
            lane = free.get()
            try:
                offered = self.relevant[query]
                ask = partial(self._ask, lane)
                explore(query, self.known[query], offered, ask, groups=list(self._groups(offered)), most=most)
            finally:
                free.put(lane)

        if len(self._lanes) == 1:
            for place, query in enumerate(order):
                self._say_where(place, len(order))
                learn(query)
            return
        with ThreadPoolExecutor(len(self._lanes)) as pool:
            try:
                for place, _ in enumerate(pool.map(learn, order)):
                    self._say_where(place, len(order))
            finally:
                pool.shutdown(cancel_futures=True)

    def _say_where(self, place: int, count: int) -> None:
        if place % 20 == 0:
            self._progress(f"asking for plans: {place:,} of {count:,} queries")

    def _widen(self, twins: Sequence[Twin]) -> None:
        """Make the candidates on more twins, in the same order: of two that cost the same the newer is taken."""
        self._progress(f"supposing {len(self.indexes):,} indexes on {len(twins)} more twins")
        lanes = [_Lane(twin) for twin in twins]

        def fill(lane: _Lane) -> None:
            for index, size in zip(self.indexes, self._placed, strict=True):
                lane.twin.add_index(AddIndex(index=index), size=size)
            lane.hide([one.name for one in self.indexes])

        if lanes:
            with ThreadPoolExecutor(len(lanes)) as pool:
                list(pool.map(fill, lanes))
        self._lanes += lanes

    def _groups(self, offered: frozenset[int]) -> Iterator[frozenset[int]]:
        plain = frozenset(one for one in offered if not self.indexes[one].include)
        yield plain
        yield frozenset(one for one in plain if len(self.indexes[one].keys) <= 2)
        yield frozenset(one for one in plain if len(self.indexes[one].keys) == 1)
        tables = {self.indexes[one].table for one in offered}
        if len(tables) > 1:
            for table in sorted(tables, key=str):
                yield frozenset(one for one in offered if self.indexes[one].table == table)
                yield frozenset(one for one in plain if self.indexes[one].table == table)

    def checked(self, chosen: frozenset[int]) -> tuple[list[float], list[frozenset[int]], bool]:
        """What each query costs with a choice and uses of it, asked; whether that was news."""
        costs: list[float] = []
        used: list[frozenset[int]] = []
        news = False
        by_table = self.by_table(chosen)
        for query, known in enumerate(self.known):
            shown = self.shown(query, by_table)
            if not shown:
                costs.append(known.base)
                used.append(frozenset())
                continue
            cost, taken = self.ask(query, shown)
            news = known.learn(taken, cost) or news
            costs.append(cost)
            used.append(taken)
        return costs, used, news

    def by_table(self, chosen: Collection[int]) -> dict[Name, frozenset[int]]:
        found: dict[Name, set[int]] = {}
        for one in chosen:
            found.setdefault(self.indexes[one].table, set()).add(one)
        return {table: frozenset(numbers) for table, numbers in found.items()}

    def shown(self, query: int, by_table: dict[Name, frozenset[int]]) -> frozenset[int]:
        """What of a choice the planner looks at for a query."""
        found = [by_table[table] for table in self.tables[query] if table in by_table]
        return frozenset[int]().union(*found)

    def planned_with(self, query: int, chosen: Collection[int]) -> tuple[float, frozenset[int]]:
        """What a query costs with a choice, and what of it its plan uses."""
        tables = self.tables[query]
        shown = frozenset(one for one in chosen if self.indexes[one].table in tables)
        return self.ask(query, shown) if shown else (self.known[query].base, frozenset())

    def cost_with(self, query: int, chosen: Collection[int]) -> float:
        return self.planned_with(query, chosen)[0]
