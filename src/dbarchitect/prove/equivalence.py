"""Whether two queries give the same: both are run on hundreds of small databases that are made to tell them apart.

The databases are made for the queries (`adversary`): a handful of rows a table, with NULLs, duplicates, equal sort
keys, boundary values of the types and the constants of the queries with their neighbours, in several time zones where
that can matter; the constraints of the schema hold. Rows are compared as the client would see them, as a multiset; an
ordered result by its sort keys in order, rows with equal keys in any. Of a result that a LIMIT cuts, the sort keys
must be the same and each row one of the uncut result: of rows with equal keys the server may take any.

That nothing was found is evidence and no proof; a difference is one, and comes with the rows that show it.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import psycopg

from dbarchitect.engines.postgres.server import version_name
from dbarchitect.engines.postgres.server.host import one_statement
from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier, quote_literal
from dbarchitect.model.proof import Proof
from dbarchitect.model.rewrite import Counterexample, Equivalence, Outcome, Row, TableRows
from dbarchitect.model.schema import Relational
from dbarchitect.sql.comparing import Comparable, comparable, stripped, with_small_limits
from dbarchitect.sql.parse import statement_kind

from .adversary import Database
from .boundaries import ZONES
from .made_tables import MadeTables

_REFUSED = 40  # databases in a row that the server does not take, or on which the original fails
_TELLING = 5  # databases on which the original must give a row for the agreement to mean anything
_SWEPT = 200  # databases after which the room of their rows is given back
_MORE = 5  # times as many databases where the original gives rows on too few
_SHRINKING_S = 3.0
_SETTINGS = (
    "SET statement_timeout = '2s'",
    "SET plan_cache_mode = force_generic_plan",  # planned once, not for each database
    "SET jit = off",
    "SET max_parallel_workers_per_gather = 0",
)
_TYPES = "SELECT parameter_types::text[] FROM pg_catalog.pg_prepared_statements WHERE name = 'dba_original'"

Answer = list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long and how much. `rerun`: the command that gives this again."""

    databases: int = 300
    seconds: float = 20.0
    seed: int = 0
    rerun: str = ""


class _UnfitError(Exception):
    """These queries cannot be tested here: why, in words."""


class _DifferentError(Exception):
    """They differ before any row is looked at: how, in words."""


def equivalent(
    connection: psycopg.Connection[Any],
    schema: Relational,
    original: str,
    candidate: str,
    *,
    parameters: Sequence[str] = (),
    options: Effort = Effort(),
) -> Equivalence:
    """Compare two SELECTs. `connection`: of the owner of an empty private copy of `schema` (`owner_session`), in
    autocommit; all that is done there is rolled back. `parameters`: examples for `$1`, `$2`, ... as SQL literals; they
    are varied. Raises `InputError` where the original is no SELECT, or is refused by the server."""
    begun = time.monotonic()
    found = Equivalence(holds=None, seed=options.seed)
    try:
        with _session(connection):
            found = _Comparison(connection, schema, original, candidate, parameters, options).run()
    except _UnfitError as err:
        found = Equivalence(holds=None, seed=options.seed, why=str(err))
    except _DifferentError as err:
        found = Equivalence(holds=False, seed=options.seed, why=str(err))
    method = (
        f"both forms run on {found.databases:,} small databases made for them (seed {found.seed}), and what they gave "
        "compared"
    )
    proof = Proof(
        level="measured" if found.databases else "asserted",
        method=method if found.databases else "",
        holds=found.holds,
        after={"databases": found.databases, "with_rows": found.telling} if found.databases else {},
        environment={"server": version_name(connection.info.server_version)},
        script=found.counterexample.script if found.counterexample else "",
        rerun=options.rerun,
    )
    return Equivalence(
        holds=found.holds,
        databases=found.databases,
        telling=found.telling,
        void=found.void,
        seed=found.seed,
        seconds=time.monotonic() - begun,
        why=found.why,
        counterexample=found.counterexample,
        proof=proof,
    )


@contextmanager
def _session(connection: psycopg.Connection[Any]) -> Generator[None]:
    before = dict(connection.execute("SELECT name, setting FROM pg_settings WHERE name = any(%s)",
                                     [["statement_timeout", "plan_cache_mode", "jit", "TimeZone",
                                       "max_parallel_workers_per_gather"]]).fetchall())  # fmt: skip
    try:
        for one in _SETTINGS:
            connection.execute(one.encode())
        yield
    finally:
        if not connection.broken:
            connection.execute("ROLLBACK")
            connection.execute("DEALLOCATE ALL")
            for name, value in before.items():
                connection.execute("SELECT set_config(%s, %s, false)", [name, value])


@dataclass(slots=True)
class _Ran:
    """What one database showed."""

    original: Answer | None = None
    candidate: Answer | None = None
    uncut: Answer | None = None
    error: str = ""  # of the candidate
    void: bool = False


@dataclass(slots=True)
class _Counts:
    databases: int = 0
    telling: int = 0
    void: int = 0
    columns: tuple[str, ...] = ()
    zone: str = ""
    arguments: tuple[str, ...] = ()
    refused: int = field(default=0)


class _Comparison:
    def __init__(
        self,
        connection: psycopg.Connection[Any],
        schema: Relational,
        original: str,
        candidate: str,
        parameters: Sequence[str],
        options: Effort,
    ) -> None:
        if statement_kind(original) != "select":
            raise InputError("only a SELECT can be compared with another", hint="give one SELECT")
        self._connection = connection
        self._options = options
        self._texts = (stripped(original), stripped(candidate))
        self._tested = list(self._texts)
        self._examples = tuple(parameters)
        self._dice = Random(options.seed)
        self._counts = _Counts()
        self._tables = MadeTables(connection, schema, self._texts)
        self._types: list[str] = []
        self._forms: tuple[Comparable, Comparable] = (comparable(self._texts[0]), comparable(self._texts[1]))

    # The course

    def run(self) -> Equivalence:
        """Compare on database after database until one tells them apart."""
        self._ready()
        try:
            return self._compared()
        finally:
            if not self._connection.broken:
                self._connection.execute("ROLLBACK")
                self._tables.swept()

    def _compared(self) -> Equivalence:
        options, counts = self._options, self._counts
        ends = time.monotonic() + options.seconds
        blocks = self._blocks()
        for number, (zone, small) in enumerate(blocks):
            counts.zone = zone
            self._prepare(zone, small=small)
            wanted = options.databases * (number + 1) // len(blocks)
            most = wanted if number + 1 < len(blocks) else wanted * _MORE
            while time.monotonic() < ends and counts.databases < (most if counts.telling < _TELLING else wanted):
                refuted = self._next()
                if refuted is not None:
                    return refuted
        fit = counts.telling >= min(_TELLING, options.databases)
        return Equivalence(
            holds=True if fit else None,
            databases=counts.databases,
            telling=counts.telling,
            void=counts.void,
            seed=options.seed,
            why="" if fit else f"the original gave rows on {counts.telling} of {counts.databases} databases only",
        )

    def _next(self) -> Equivalence | None:
        """One database more; the refutation, where it is one."""
        counts = self._counts
        database, counts.arguments = self._tables.drawn(self._dice)
        ran = self._ran(database)
        if ran is None or ran.void:
            counts.void += 1
            counts.refused += 1
            if counts.refused >= _REFUSED and counts.databases < _TELLING:
                raise _UnfitError("the original fails on nearly every database that is made for it")
            return None
        counts.databases += 1
        if counts.databases % _SWEPT == 0:
            self._tables.swept()
        counts.refused = 0
        counts.telling += bool(ran.original)
        return None if self._same(ran) else self._refuted(database)

    def _blocks(self) -> list[tuple[str, bool]]:
        """(time zone, whether LIMITs are made small): what both forms are prepared for in turn."""
        row = self._connection.execute("SELECT current_setting('TimeZone')").fetchone()
        assert row is not None
        zones = [str(row[0])]
        if self._tables.zoned:
            zones = [*(zone for zone in ZONES if zone not in zones), *zones]
        limited = any(with_small_limits(text) != text for text in self._texts)
        return [(zone, small) for zone in zones for small in ((False, True, True) if limited else (False,))]

    def _ready(self) -> None:
        """Find the parameters' types, compare the columns, and make the tables' statements."""
        try:
            one_statement(self._connection, f"PREPARE dba_original AS {self._texts[0]}")
        except psycopg.Error as err:
            raise InputError(
                f"the server refuses this query: {err.diag.message_primary or err}",
                hint="correct it, or name the SOURCE that it is for",
            ) from err
        row = self._connection.execute(_TYPES).fetchone()
        self._types = list(row[0]) if row else []
        self._connection.execute("DEALLOCATE dba_original")
        shapes = [self._shape(text) for text in self._texts]
        if shapes[0] != shapes[1]:
            raise _DifferentError("the columns of the two differ in their number, names or types")
        self._counts.columns = tuple(name for name, _ in shapes[0])
        if len(self._forms[0].keys) > len(self._forms[1].keys):
            raise _DifferentError("the original is ordered, and the candidate is not by the same keys")
        why = self._tables.prepare(self._types, self._examples)
        if why:
            raise _UnfitError(why)

    def _shape(self, text: str) -> list[tuple[str, int]]:
        try:
            self._prepare_one("dba_shape", text)
            nulls = f"({', '.join('NULL' for _ in self._types)})" if self._types else ""
            with self._connection.transaction(force_rollback=True):
                cursor = self._connection.execute(f"EXECUTE dba_shape{nulls}".encode())
                return [(one.name, one.type_code) for one in cursor.description or ()]
        except psycopg.errors.DataError:
            return []  # it fails even on empty tables: what it gives is compared later
        except psycopg.Error as err:
            raise _DifferentError(f"the server refuses it: {err.diag.message_primary or err}") from err
        finally:
            with suppress(psycopg.Error):
                self._connection.execute("DEALLOCATE dba_shape")

    def _prepare(self, zone: str, *, small: bool) -> None:
        connection = self._connection
        connection.execute("SELECT set_config('TimeZone', %s, false)", [zone])  # constants are read when it prepares
        forms = [comparable(with_small_limits(text) if small else text) for text in self._texts]
        self._forms = (forms[0], forms[1])
        self._tested = [with_small_limits(text) if small else text for text in self._texts]
        named = {"dba_original": forms[0].sql, "dba_candidate": forms[1].sql, "dba_uncut": forms[0].unlimited}
        for name, text in named.items():
            with suppress(psycopg.errors.InvalidSqlStatementName):
                connection.execute(f"DEALLOCATE {name}".encode())
            if text:
                try:
                    self._prepare_one(name, text)
                except psycopg.Error as err:
                    raise _UnfitError(f"it cannot be put into the form for comparing: {_said(err)}") from err
        self._tables.made_anew()

    def _prepare_one(self, name: str, text: str) -> None:
        types = f" ({', '.join(self._types)})" if self._types else ""
        one_statement(self._connection, f"PREPARE {name}{types} AS {text}")

    # One database

    def _ran(self, database: Mapping[Name, Sequence[Row]]) -> _Ran | None:
        """Both queries on a database; None where the server does not take its rows."""
        first = self._round(self._tables.inserts(database), candidate=True)
        if isinstance(first, _Ran):
            return first
        at, error = first
        if at == "insert":
            taken = self._tables.taken(database)
            if taken is None:
                return None
            for name, rows in taken.items():
                database[name][:] = rows  # type: ignore[index]
            first = self._round(self._tables.inserts(taken), candidate=True)
            if isinstance(first, _Ran):
                return first
            at, error = first
        if at == "candidate":
            alone = self._round(self._tables.inserts(database), candidate=False)
            if isinstance(alone, _Ran):
                alone.error = error
                return alone
        return _Ran(void=True)

    def _round(self, inserts: Sequence[str], *, candidate: bool) -> _Ran | tuple[str, str]:
        """All of it in one round trip; (where it failed, the message) where it did."""
        arguments = f"({', '.join(self._counts.arguments)})" if self._counts.arguments else ""
        names = ["dba_original"]
        if self._forms[0].unlimited:
            names.append("dba_uncut")
        if candidate:
            names.append("dba_candidate")
        script = ["BEGIN", *inserts, *(f"EXECUTE {name}{arguments}" for name in names), "ROLLBACK"]
        try:
            cursor = self._connection.execute("; ".join(script).encode())
        except psycopg.Error as err:
            if self._connection.broken:
                raise
            self._connection.execute("ROLLBACK")
            return self._place(inserts, candidate=candidate), _said(err)
        answers: list[Answer] = []
        for number in range(len(script)):
            if number > len(inserts) and number < len(script) - 1:
                answers.append(_answer(cursor))
            if not cursor.nextset():
                break
        found = dict(zip(names, answers, strict=True))
        return _Ran(found["dba_original"], found.get("dba_candidate"), found.get("dba_uncut"))

    def _place(self, inserts: Sequence[str], *, candidate: bool) -> str:
        """Which part of a failed round it was."""
        try:
            self._connection.execute("; ".join(["BEGIN", *inserts, "ROLLBACK"]).encode())
        except psycopg.Error:
            self._connection.execute("ROLLBACK")
            return "insert"
        return "candidate" if candidate else "original"

    # Judging

    def _same(self, ran: _Ran) -> bool:
        original, candidate = ran.original, ran.candidate
        if original is None or candidate is None or len(original) != len(candidate):
            return False
        first, second = self._forms
        if first.keys and _keys(original, first) != _keys(candidate, second):
            return False
        if ran.uncut is not None:  # of rows with equal keys any may be cut off
            return not Counter(_rows(candidate, first, second)) - Counter(_rows(ran.uncut, first, first))
        return Counter(_rows(original, first, first)) == Counter(_rows(candidate, first, second))

    def _refuted(self, database: Database) -> Equivalence:
        smallest = self._shrunk(database)
        ran = self._ran(smallest)
        if ran is None or ran.void or self._same(ran):  # the order of the rows mattered too
            smallest = self._tables.kept(database)
            ran = self._ran(database) or _Ran()
        tables = tuple(
            TableRows(table=one.table.name, columns=one.columns, rows=tuple(smallest[one.table.name]))
            for one in self._tables.used
        )
        shown = Counterexample(
            tables=tables,
            original=self._outcome(ran.original, "", self._forms[0]),
            candidate=self._outcome(ran.candidate, ran.error, self._forms[1]),
            parameters=self._counts.arguments,
            time_zone=self._counts.zone if self._tables.zoned else "",
            script=self._script(tables, self._tested),
        )
        counts = self._counts
        return Equivalence(
            holds=False,
            databases=counts.databases,
            telling=counts.telling,
            void=counts.void,
            seed=self._options.seed,
            why=ran.error or "they give different rows",
            counterexample=shown,
        )

    def _shrunk(self, database: Database) -> Database:
        """The database with rows taken out for as long as the two still differ on it."""
        ends = time.monotonic() + _SHRINKING_S
        rows = {name: list(of) for name, of in database.items()}
        left = True
        while left and time.monotonic() < ends:
            left = False
            for name in reversed(list(rows)):
                for number in reversed(range(len(rows[name]))):
                    fewer = {at: list(of) for at, of in rows.items()}
                    del fewer[name][number]
                    ran = self._ran(fewer)
                    if ran is not None and not ran.void and not self._same(ran):
                        rows, left = fewer, True
        return self._tables.kept(rows)

    def _outcome(self, answer: Answer | None, error: str, form: Comparable) -> Outcome:
        if answer is None:
            return Outcome(error=error or "it failed")
        rows = tuple(row[: len(row) - form.hidden] for row in answer)
        return Outcome(columns=self._counts.columns, rows=rows)

    def _script(self, tables: Sequence[TableRows], texts: Sequence[str]) -> str:
        lines = ["BEGIN;"]
        if self._tables.zoned:
            lines.append(f"SET LOCAL TimeZone = {quote_literal(self._counts.zone).strip()};")
        lines += [f"{one};" for one in self._tables.loosened()]
        for one in tables:
            if one.rows:
                columns = ", ".join(map(quote_identifier, one.columns))
                values = ",\n    ".join(f"({', '.join(map(_literal, row))})" for row in one.rows)
                always = " OVERRIDING SYSTEM VALUE" if self._tables.identity(one.table) else ""
                lines.append(f"INSERT INTO {one.table} ({columns}){always} VALUES\n    {values};")
        arguments = f"({', '.join(self._counts.arguments)})" if self._counts.arguments else ""
        types = f" ({', '.join(self._types)})" if self._types else ""
        for name, text in zip(("original", "candidate"), texts, strict=True):
            if arguments:
                lines.append(f"PREPARE {name}{types} AS {text};\nEXECUTE {name}{arguments};")
            else:
                lines.append(f"-- {name}\n{text};")
        return "\n".join([*lines, "ROLLBACK;"]) + "\n"


def _answer(cursor: psycopg.Cursor[Any]) -> Answer:
    """The rows as the server printed them."""
    result = cursor.pgresult
    assert result is not None
    found: Answer = []
    for row in range(result.ntuples):
        values = (result.get_value(row, column) for column in range(result.nfields))
        found.append(tuple(None if one is None else one.decode() for one in values))
    return found


def _keys(answer: Answer, form: Comparable) -> list[Row]:
    return [tuple(row[key] for key in form.keys) for row in answer]


def _rows(answer: Answer, original: Comparable, form: Comparable) -> list[Row]:
    """Rows without the keys that are theirs alone; with them where both forms have the same."""
    return [
        row[: len(row) - form.hidden] + tuple(row[key] for key in form.keys[: len(original.keys)]) for row in answer
    ]


def _literal(value: str | None) -> str:
    return "NULL" if value is None else quote_literal(value).strip()


def _said(err: psycopg.Error) -> str:
    return str(err.diag.message_primary or err)
