"""Other forms of a query that cost less: offered by the rewrites, planned on the twin, and shown only if the test of
equivalence found no difference.

The cheap question comes first: what does not gain by the planner's costs is not tested. Where there are rows to run
on, time has the last word. What helps is rewritten again, for a form that two rewrites make together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import psycopg
from msgspec.structs import replace

from dbarchitect.engines.postgres.ddl import create_index_sql
from dbarchitect.engines.postgres.explain import run_explained
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.index.candidates import Candidates, Limits
from dbarchitect.index.needs import needs_of
from dbarchitect.model.change import AddIndex
from dbarchitect.model.proof import Proof
from dbarchitect.model.rewrite import Cost, Equivalence, Rewritten
from dbarchitect.query.existence_idioms import existence_idioms
from dbarchitect.query.rewrite import Offer, Rewrite, offers

from .equivalence import Effort, equivalent

_GAINS = 1.1  # times cheaper: what saves less than a tenth is not worth another form (as in `measure`)
_PAYS = 2.0  # times: what needs an index besides must save half
_KEYS = 3
_ROUNDS = 3  # rewrites that are put together
_RUNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteOptions:
    """`every`: also what does not gain. `changing`: also what changes the meaning, labelled. `limit_s`: of one
    run where queries are run on rows."""

    test: Effort = field(default_factory=Effort)
    every: bool = False
    changing: bool = True
    limit_s: float = 60.0


def improve(
    twin: Twin,
    empty: psycopg.Connection[Any],
    sql: str,
    *,
    parameters: Sequence[str] = (),
    rows: psycopg.Connection[Any] | None = None,
    options: RewriteOptions = RewriteOptions(),
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Rewritten, ...]:
    """The forms of a SELECT that cost less, the best one first. `empty`: the owner's session on an empty copy of the
    twin's schema, for the test; `rows`: a session on a lab or a copy, where the queries are timed. `parameters`: SQL
    literals for `$1`, `$2`, ... Raises `InputError` where the query is no SELECT or is refused."""
    return _Improver(twin, empty, sql, parameters, rows, options, progress).found()


class _Improver:
    def __init__(
        self,
        twin: Twin,
        empty: psycopg.Connection[Any],
        sql: str,
        parameters: Sequence[str],
        rows: psycopg.Connection[Any] | None,
        options: RewriteOptions,
        progress: Callable[[str], None],
    ) -> None:
        self._twin = twin
        self._empty = empty
        self._sql = sql
        self._parameters = tuple(parameters)
        self._rows = rows
        self._options = options
        self._progress = progress
        self._before = self._cost(sql)
        self._seen: set[str] = {" ".join(sql.split())}

    def found(self) -> tuple[Rewritten, ...]:
        """All that helps."""
        kept = self._round(self._sql, None)
        best, last = kept, self._best(kept)
        for _ in range(_ROUNDS - 1):
            if last is None:
                break
            best = [one for one in self._round(last.sql, last) if self._further(one, last)]
            kept += best
            last = self._best(best)
        return tuple(sorted(kept, key=lambda one: (bool(one.caution), -(one.gain or 0.0), one.rule)))

    def _best(self, among: Sequence[Rewritten]) -> Rewritten | None:
        able = [one for one in among if not one.caution]
        return max(able, key=lambda one: one.gain or 0.0, default=None)

    def _further(self, one: Rewritten, last: Rewritten) -> bool:
        return self._options.every or (one.gain or 0.0) >= _GAINS * (last.gain or 0.0)

    def _round(self, sql: str, last: Rewritten | None) -> list[Rewritten]:
        """What the rewrites make of one form."""
        kept: list[Rewritten] = []
        for rewrite, offer in offers(sql, self._twin.schema):
            text = " ".join(offer.sql.split())
            if text in self._seen or (offer.caution and (last is not None or not self._options.changing)):
                continue
            self._seen.add(text)
            made = self._judged(rewrite, offer, last)
            if made is not None:
                kept.append(made)
        return kept

    def _judged(self, rewrite: Rewrite, offer: Offer, last: Rewritten | None) -> Rewritten | None:
        """The form with its costs and its proof; None for one that does not gain, or is not shown to be equal."""
        try:
            after = Cost(planned=self._twin.explain(offer.sql, self._parameters).cost)
        except InputError:
            return None
        made = Rewritten(
            rule=f"{last.rule} + {rewrite.id}" if last else rewrite.id,
            title=f"{last.title}; {rewrite.title}" if last else rewrite.title,
            original=self._sql,
            sql=offer.sql,
            because=f"{last.because}; {offer.because}" if last else offer.because,
            caution=offer.caution,
            idioms=existence_idioms(self._sql, offer.sql, self._twin.schema),
            before=Cost(planned=self._before.planned),
            after=after,
        )
        if made.gain is None or made.gain < _PAYS:  # what an index could do for it is worth more
            better = self._with_index(made)
            if better is None and not self._gains(made):
                return None
            made = better or made
        if offer.caution:
            return self._timed(replace(made, proof=self._planned(made)))
        self._progress(f"testing {made.rule}")
        test = equivalent(
            self._empty,
            self._twin.schema,
            self._sql,
            offer.sql,
            parameters=self._parameters,
            options=self._options.test,
        )
        return self._timed(replace(made, equivalence=test, proof=_proof(test, made))) if test.holds else None

    def _with_index(self, made: Rewritten) -> Rewritten | None:
        """The form with an index from which it gains more than the original does; None where there is none."""
        schema = self._twin.schema
        plan = self._twin.explain(made.sql, self._parameters, verbose=True)
        candidates = Candidates(schema, Limits(width=_KEYS, include=False))
        every = (index for needs in needs_of(plan, schema) for index in candidates.of(needs))
        offered = list({index.name: index for index in every}.values())  # a table that is read twice asks twice
        offered = [one for one in offered if one.method == "btree" and all(key.column for key in one.keys)]
        if not offered:
            return None
        with self._twin.supposing([AddIndex(index=one) for one in offered]):
            planned = self._twin.explain(made.sql, self._parameters)
        names = {node.index for node in planned.root.walk() if node.index}
        used = [one for one in offered if one.name.name in names]
        if not used:
            return None
        with self._twin.supposing([AddIndex(index=one) for one in used]):
            before = self._twin.explain(self._sql, self._parameters).cost
            after = self._twin.explain(made.sql, self._parameters).cost
        if before < _PAYS * after:
            return None
        return replace(
            made,
            before=Cost(planned=before),
            after=Cost(planned=after),
            indexes=tuple(create_index_sql(one, concurrently=True) for one in used),
        )

    def _gains(self, made: Rewritten) -> bool:
        return self._options.every or made.gain is None or made.gain >= _GAINS

    def _planned(self, made: Rewritten) -> Proof:
        return Proof(
            level="planned",
            method="planned on the twin; that the meaning changes is said",
            holds=True,
            before={"cost": made.before.planned},
            after={"cost": made.after.planned},
            environment=self._twin.environment,
            rerun=self._options.test.rerun,
        )

    # Costs

    def _cost(self, sql: str) -> Cost:
        planned = self._twin.explain(sql, self._parameters).cost
        return replace(self._time(sql), planned=planned)

    def _timed(self, made: Rewritten) -> Rewritten | None:
        if self._rows is None or self._before.milliseconds is None:
            return made
        self._progress(f"timing {made.rule}")
        try:
            with self._rows.transaction(force_rollback=True) if made.indexes else nullcontext():
                for statement in made.indexes:
                    one_statement(self._rows, statement.replace(" CONCURRENTLY", "", 1))
                was = replace(self._time(self._sql), planned=made.before.planned) if made.indexes else self._before
                took = replace(self._time(made.sql), planned=made.after.planned)
        except psycopg.Error:  # the session may not make indexes there
            return made
        found = replace(made, before=was, after=took)
        figures = ({"ms": one.milliseconds, "blocks": one.blocks} for one in (was, took))
        before, after = figures
        proof = replace(found.proof, before={**found.proof.before, **before}, after={**found.proof.after, **after})
        return replace(found, proof=proof) if self._gains(found) else None

    def _time(self, sql: str) -> Cost:
        """The fastest of some runs, and the blocks of that one."""
        best = Cost()
        if self._rows is None:
            return best
        for _ in range(_RUNS):
            try:
                plan = run_explained(
                    self._rows, sql, self._parameters, options="BUFFERS", limit_s=self._options.limit_s
                )
            except psycopg.Error:
                break
            taken = plan.execution_ms or 0.0
            if best.milliseconds is None or taken < best.milliseconds:
                best = Cost(milliseconds=taken, blocks=(plan.root.shared_hit or 0) + (plan.root.shared_read or 0))
            if taken > self._options.limit_s * 200:  # a fifth of the limit: the noise is small then
                break
        return best


def _proof(test: Equivalence, made: Rewritten) -> Proof:
    return replace(
        test.proof,
        before={"cost": made.before.planned},
        after={"cost": made.after.planned, **test.proof.after},
    )
