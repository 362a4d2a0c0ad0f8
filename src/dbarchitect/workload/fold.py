"""From a stream of statements to a workload: what is the same query is counted together, within bounded memory."""

from __future__ import annotations

from collections.abc import Iterable

from dbarchitect.errors import InputError
from dbarchitect.model.execution import Execution
from dbarchitect.model.names import Position
from dbarchitect.model.query import Example, Query, Workload
from dbarchitect.model.value import Value
from dbarchitect.sql.outline import is_query, outline, shape
from dbarchitect.sql.script import split_script

from .comments import without_tags
from .entry import Logged, resolved

MOST_QUERIES = 10_000  # that are told apart; of more, those that took least are counted together
_TEXTS = 1 << 26  # characters of statements whose query is remembered
_LONGEST_TEXT = 1 << 14  # longer texts are not remembered
_LONGEST_KEPT = 1 << 16  # of longer ones only the first of a query is kept
_COMMON = 4  # texts with parameters of a query that are counted to know a frequent one
_REJECTED = 50  # kinds of statements that are named as left out


class Rest(Value, frozen=True, kw_only=True):
    """Queries that were not kept apart: how many, how often they ran, and how long that took."""

    queries: int = 0
    calls: float = 0
    total_ms: float = 0


class _Counted:
    """One query as it is counted. `common` are frequent texts with their parameters (Misra and Gries 1982)."""

    __slots__ = (
        "calls",
        "common",
        "id",
        "milliseconds",
        "place",
        "rejected",
        "rows",
        "sample",
        "slow",
        "slowest",
        "timed",
    )

    def __init__(self, name: str, sql: str, rejected: str = "") -> None:
        self.id = name
        self.rejected = rejected
        self.calls = 0.0
        self.milliseconds = 0.0
        self.timed = False
        self.rows: float | None = None
        self.slowest = -1.0
        self.sample = (sql, "")
        self.slow: tuple[str, str | tuple[str, ...]] = self.sample
        self.place: tuple[str, int] = ("", 0)
        self.common: dict[tuple[str, str | tuple[str, ...]], float] = {}


class Fold:
    """Add statements, then ask for the `workload`. Memory is bounded by `MOST_QUERIES`, not by what is added."""

    def __init__(self, *, most: int = MOST_QUERIES) -> None:
        self._most = most
        self._by_text: dict[str, tuple[_Counted, ...]] = {}
        self._characters = 0
        self._by_outline: dict[str, tuple[_Counted, ...]] = {}
        self._by_id: dict[str, _Counted] = {}
        self.rest = Rest()
        self.noted: list[tuple[str, str]] = []  # what other workloads had left out
        self.first: float | None = None
        self.last: float | None = None
        self.window: float | None = None
        self.statements = 0

    def add_logged(self, batch: Iterable[Logged], file: str) -> None:
        """Add statements of a log."""
        by_text = self._by_text
        first = last = None
        for one in batch:
            sql, detail = one.sql, one.detail
            if detail.startswith("prepare: "):
                sql, values = resolved(sql, detail)
                self.add(sql, values, one.milliseconds, one.rows, calls=one.calls, place=(file, one.line))
                continue
            counted = by_text.get(sql)
            if counted is None:
                counted = self._look_up(sql)
            if len(counted) != 1:
                self._share(counted, sql, one.milliseconds, one.calls)
            else:
                (query,) = counted
                if len(sql) + len(detail) > _LONGEST_KEPT:
                    sql, detail = query.sample  # one such text of a query is enough
                calls = one.calls
                query.calls += calls
                spent = one.milliseconds
                if spent is not None:
                    query.milliseconds += spent
                    query.timed = True
                    if spent > query.slowest:
                        query.slowest = spent
                        query.slow = (sql, detail)
                        query.place = (file, one.line)
                elif not query.place[0]:
                    query.place = (file, one.line)
                if one.rows is not None:
                    query.rows = (query.rows or 0.0) + one.rows
                common = query.common
                key = (sql, detail)
                if key in common:
                    common[key] += calls
                elif len(common) < _COMMON:
                    common[key] = calls
                else:
                    self._decay(common)
            at = one.at
            if at is not None:
                if first is None or at < first:
                    first = at
                if last is None or at > last:
                    last = at
            self.statements += one.calls
        self.span(first, last)

    def add_executions(self, executions: Iterable[Execution]) -> None:
        """Add statements from any other source."""
        for one in executions:
            place = (one.position.file, one.position.line) if one.position else ("", 0)
            self.add(one.sql, one.parameters, one.milliseconds, one.rows, place=place)
            self.span(one.at, one.at)

    def add(
        self,
        sql: str,
        parameters: tuple[str, ...],
        milliseconds: float | None,
        rows: float | None,
        *,
        calls: float = 1,
        place: tuple[str, int] = ("", 0),
        slowest: float | None = None,
    ) -> None:
        """Add `calls` runs of one statement; `slowest` is the longest of them, where that is known."""
        counted = self._by_text.get(sql) or self._look_up(sql)
        self.statements += int(calls)
        if len(counted) != 1:
            self._share(counted, sql, milliseconds, calls)
            return
        (query,) = counted
        if len(sql) + sum(map(len, parameters)) > _LONGEST_KEPT:
            sql, parameters = query.sample[0], ()
        query.calls += calls
        if milliseconds is not None:
            query.milliseconds += milliseconds
            query.timed = True
            worst = slowest if slowest is not None else milliseconds / max(calls, 1)
            if worst > query.slowest:
                query.slowest, query.slow, query.place = worst, (sql, parameters), place
        elif query.place == ("", 0):
            query.place = place
        if rows is not None:
            query.rows = (query.rows or 0.0) + rows
        key = (sql, parameters)
        if key in query.common or len(query.common) < _COMMON:
            query.common[key] = query.common.get(key, 0) + calls
        else:
            self._decay(query.common)

    def add_workload(self, workload: Workload) -> None:
        """Add what another workload has counted."""
        for query in workload.queries:
            place = (query.position.file, query.position.line) if query.position else (query.source, 0)
            self.add(query.sql, query.parameters, query.total_ms, query.rows, calls=query.calls, place=place)
            counted = self._by_text.get(query.sql) or self._look_up(query.sql)
            for one, example in ((one, example) for one in counted for example in query.examples):
                if example.milliseconds is not None and example.milliseconds > one.slowest:
                    one.slowest, one.place = example.milliseconds, place
                    one.slow = (example.sql, example.parameters)
        self.noted += workload.rejected
        if workload.window_seconds is not None:
            self.window = max(self.window or 0.0, workload.window_seconds)

    def refused(self) -> tuple[tuple[str, str, float], ...]:
        """What was no query: a text of its kind, the reason, how often."""
        return tuple(
            (one.slow[0][:_LONGEST_TEXT], one.rejected, one.calls) for one in self._by_id.values() if one.rejected
        )

    def span(self, first: float | None, last: float | None) -> None:
        """Widen the time that the statements are from."""
        if first is not None and (self.first is None or first < self.first):
            self.first = first
        if last is not None and (self.last is None or last > self.last):
            self.last = last

    def workload(self, origin: str, notes: Iterable[tuple[str, str]] = ()) -> Workload:
        """What was counted, the queries that took most first; what is no query is listed as rejected."""
        known = [one for one in self._by_id.values() if one.calls or one.milliseconds]
        queries = [one for one in known if not one.rejected]
        queries.sort(key=lambda one: (-one.milliseconds, -one.calls, one.id))
        refused = sorted((one for one in known if one.rejected), key=lambda one: (-one.calls, one.id))
        rejected = [(_named(one), one.rejected) for one in refused[:_REJECTED]]
        if len(refused) > _REJECTED:
            more = sum(one.calls for one in refused[_REJECTED:])
            rejected.append(
                (f"{len(refused) - _REJECTED:,} more kinds of statements ({more:,.0f} times)", "no queries")
            )
        if self.rest.queries:
            rejected.append(
                (
                    f"{self.rest.queries:,} more queries ({self.rest.calls:,.0f} calls, {self.rest.total_ms:,.0f} ms)",
                    f"not kept apart: only the {self._most:,} that took most are",
                )
            )
        window = self.window
        if self.first is not None and self.last is not None and self.last > self.first:
            window = self.last - self.first
        return Workload(
            queries=tuple(_query(one) for one in queries),
            window_seconds=window,
            origin=origin,
            rejected=(*self.noted, *rejected, *notes),
        )

    def _look_up(self, sql: str) -> tuple[_Counted, ...]:
        outlined = outline(sql)
        counted = self._by_outline.get(outlined)
        if counted is None:
            counted = self._found(sql, outlined)
            if len(self._by_outline) > 8 * self._most:
                self._by_outline.clear()
            self._by_outline[outlined] = counted
        if len(sql) <= _LONGEST_TEXT:
            if self._characters > _TEXTS:
                self._by_text.clear()
                self._characters = 0
            self._by_text[sql] = counted
            self._characters += len(sql) + 100
        return counted

    def _found(self, sql: str, outlined: str) -> tuple[_Counted, ...]:
        if not is_query(outlined) and ";" not in outlined:
            word = outlined.split(None, 1)[0].upper() if outlined.strip() else "an empty text"
            return (self._counted(outlined[:200], sql, f"{word[:40]} is no query"),)
        if ";" in outlined:
            try:
                several = [one.sql for one in split_script(sql, "")]
            except InputError as err:
                return (self._counted(outlined[:200], sql, _reason(err)),)
            if len(several) > 1:
                return tuple(part for one in several for part in self._look_up(one))
        try:
            return (self._counted(shape(sql, outlined), sql),)
        except InputError as err:
            return (self._counted(outlined[:200], sql, _reason(err)),)

    def _counted(self, name: str, sql: str, rejected: str = "") -> _Counted:
        known = self._by_id.get(name)
        if known is None:
            if len(self._by_id) >= 2 * self._most:
                self._forget()
            known = self._by_id[name] = _Counted(name, sql, rejected)
        return known

    def _forget(self) -> None:
        """Count those that took least together: of twice as many as are kept, half."""
        ranked = sorted(self._by_id.values(), key=lambda one: (bool(one.rejected), -one.milliseconds, -one.calls))
        dropped = ranked[self._most :]
        self._by_id = {one.id: one for one in ranked[: self._most]}
        queries = [one for one in dropped if not one.rejected]
        self.rest = Rest(
            queries=self.rest.queries + len(queries),
            calls=self.rest.calls + sum(one.calls for one in queries),
            total_ms=self.rest.total_ms + sum(one.milliseconds for one in queries),
        )
        self._by_text.clear()
        self._by_outline.clear()
        self._characters = 0

    def _share(self, counted: tuple[_Counted, ...], sql: str, milliseconds: float | None, calls: float) -> None:
        """Several statements in one text: each is a call; their time, which is told as one, is shared evenly."""
        for query in counted:
            query.calls += calls
            if milliseconds is not None:
                query.milliseconds += milliseconds / len(counted)
                query.timed = True
        if any(not query.common for query in counted):
            for query, one in zip(counted, split_script(sql, ""), strict=False):
                query.common.setdefault((one.sql, ()), calls)

    @staticmethod
    def _decay(common: dict[tuple[str, str | tuple[str, ...]], float]) -> None:
        for key in tuple(common):
            common[key] -= 1
            if common[key] <= 0:
                del common[key]


def _query(one: _Counted) -> Query:
    frequent = max(one.common, key=lambda key: one.common[key]) if one.common else one.slow
    sql, values = frequent
    sql, parameters = resolved(sql, values) if isinstance(values, str) else (sql, values)
    sql = without_tags(sql).strip().rstrip(";")
    examples: list[Example] = []
    if one.slowest >= 0:
        text, values = one.slow
        text, bound = resolved(text, values) if isinstance(values, str) else (text, values)
        text = without_tags(text).strip().rstrip(";")
        if (text, bound) != (sql, parameters):
            examples.append(Example(sql=text, parameters=bound, milliseconds=one.slowest))
    file, line = one.place
    return Query(
        id=one.id,
        sql=sql,
        calls=one.calls,
        total_ms=one.milliseconds if one.timed else None,
        rows=one.rows,
        parameters=parameters,
        source=file,
        position=Position(file=file, line=line) if file and line else None,
        examples=tuple(examples),
    )


def _reason(err: InputError) -> str:
    return err.message.partition("\n")[0][:200]


def _named(one: _Counted) -> str:
    text = one.slow[0]
    text = " ".join(text.split())
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    return f"{shown} ({one.calls:,.0f} times)" if one.calls > 1 else shown
