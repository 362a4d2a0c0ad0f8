"""A plan between two SQLite schemas that was run, up and back, on a private copy with the source's rows.

What must hold: the catalogue says what the target's says, foreign keys are broken by no more rows than before, tables
that stay have as many rows, and the columns that stay hold what they held. Then the way back, with the same questions.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from dbarchitect.engines.sqlite.connection import guard, understood
from dbarchitect.engines.sqlite.copies import make, size_of, with_rows
from dbarchitect.engines.sqlite.source import SqliteSource
from dbarchitect.errors import InputError, SurroundingsError
from dbarchitect.migrate.renames import Answers
from dbarchitect.migrate.sqlite import Catalogue, Differences, Entry, differences
from dbarchitect.model.plan import Plan, Step
from dbarchitect.model.proof import Proof
from dbarchitect.prove.arrive import UnansweredError
from dbarchitect.sql.sqlite import quoted, read_table

_MOST_HASHED = 64 << 20  # bytes of a file whose every value is compared; of a larger one the counts are


class SqliteJourney:
    """From the schema of `source` to that of `target`."""

    def __init__(
        self,
        source: SqliteSource,
        target: SqliteSource,
        *,
        using: Mapping[str, str] | None = None,
        rerun: str = "",
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._source, self._target = source, target
        self._using = using or {}
        self._rerun = rerun
        self._progress = progress
        self._first, self._last = _catalogue_of(source), _catalogue_of(target)

    def plan(self, answers: Answers) -> Plan:
        """The plan. Raises `UnansweredError` for renames that nobody stated, `InputError` where it does not arrive."""
        self._progress("planning")
        up = differences(self._first, self._last, _player(self._source.ddl), answers, self._using)
        if up.questions:
            raise UnansweredError(up.questions)
        down = self._back(answers)
        self._analyse_again(up, down)
        plan = Plan(
            engine=self._source.schema.engine,
            from_hash=_digest(self._first),
            to_hash=_digest(self._last),
            steps=tuple(up.steps),
            down=tuple(down.steps) if down is not None else (),
            renames=tuple(up.renames),
            demands=tuple(up.demands),
            no_way_back="" if down is not None else "a column that must have a value would come back without one",
            remaining=tuple(loss for step in up.steps for loss in step.loses),
        )
        if not plan.steps:
            return replace(plan, proof=self._proof("the two catalogues say the same", {}))
        return self._rehearsed(plan, down)

    def _back(self, answers: Answers) -> Differences | None:
        """The way back: the same question the other way round."""
        renamed: dict[str, str] = {}
        for old, new in answers.renamed.items():
            table, dot, column = old.rpartition(".")
            place = answers.renamed.get(table, table)
            renamed[f"{place}.{new.rpartition('.')[2]}" if dot else new] = column if dot else old
        found = differences(
            self._last, self._first, _player(self._target.ddl), Answers(renamed=renamed, distinct=frozenset(("*",)))
        )
        return found if not found.questions else None

    def _analyse_again(self, up: Differences, down: Differences | None) -> None:
        """End each way with an ANALYZE of the tables that were analysed, and have indexes now that are not: what is
        dropped to be made again, a table or an index, takes its rows of `sqlite_stat1` with it."""
        analysed = {tbl.lower() for tbl, _, _ in self._source.statistics.stat1}
        for way, ddl in ((up, self._source.ddl), (down, self._target.ddl)):
            if way is None or not analysed:
                return
            if names := _unanalysed(ddl, analysed, way):
                sql = tuple(f"ANALYZE {quoted(one)}" for one in names)
                why = "it was analysed, and what was made anew has no statistics to be planned by"
                way.steps.append(Step(sql=sql, does=f"analyse {', '.join(names)}", why=why))
            analysed = _renamed_tables(way, analysed)

    def _rehearsed(self, plan: Plan, down: Differences | None) -> Plan:
        self._progress("running it up and back on a private copy")
        with _copy(self._source) as (copy, whole):
            before = _state(copy, whole)
            try:
                run(copy, plan.steps)
            except sqlite3.Error as err:
                rows = _offending(copy, plan.demands)
                raise InputError(
                    f"the plan does not arrive on a copy: {err}{rows}",
                    hint="mend these rows first, or say how a value is converted: --using TABLE.COLUMN=EXPR",
                ) from err
            if _said(_catalogue(copy)) != _said(self._last):
                raise InputError(
                    "the plan ends in another schema than the one that is wanted: " + _other(copy, self._last),
                    hint="this is a fault of dba: please report it with both schemas",
                )
            kept = _kept(
                before, _state(copy, whole), plan, self._first, self._last, {one.lower() for one in self._using}
            )
            figures: dict[str, str | int] = {"tables": kept, "rows": sum(count for count, _ in before.values())}
            no_way_back = plan.no_way_back
            if down is not None:
                try:
                    run(copy, plan.down)
                    if _said(_catalogue(copy)) != _said(self._first):
                        no_way_back = "it would not end in the schema that it started from"
                except sqlite3.Error as err:
                    no_way_back = f"on the rows of the source it fails: {err}"
        if no_way_back:
            plan = replace(plan, down=(), no_way_back=no_way_back)
        how = "every value" if whole else "the number of rows"
        rows = (
            f"with the source's {figures['rows']:,} rows, {how} compared" if self._source.has_rows else "without rows"
        )
        return replace(
            plan, proof=self._proof(f"run up{'' if no_way_back else ' and back'} on a private copy {rows}", figures)
        )

    def _proof(self, method: str, figures: Mapping[str, str | int]) -> Proof:
        return Proof(
            level="rehearsed",
            method=method,
            holds=True,
            after=dict(figures),
            environment={"source": self._source.engine, "copy": f"SQLite {sqlite3.sqlite_version}"},
            rerun=self._rerun,
        )


def run(connection: sqlite3.Connection, steps: Sequence[Step]) -> None:
    """Run steps in one transaction, with foreign keys off as a rebuild wants it; all or nothing.

    Raises `sqlite3.Error` where one fails, or where more rows than before break foreign keys.
    """
    (was,) = connection.execute("PRAGMA foreign_keys").fetchone()
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA legacy_alter_table = OFF")
    try:
        connection.execute("BEGIN IMMEDIATE")
        broken = _broken(connection)
        for step in steps:
            for sql in step.sql:
                connection.execute(sql)
        now = _broken(connection)
        _no_more(broken, now)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    finally:
        connection.execute(f"PRAGMA foreign_keys = {was}")


def _no_more(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    if sum(after.values()) > sum(before.values()):
        where = next(table for table, count in after.items() if count > before.get(table, 0))
        raise sqlite3.IntegrityError(f"rows of {where} would refer to nothing")


def apply(source: SqliteSource, plan: Plan, *, now: datetime, backup: Path | None = None) -> Path:
    """Run a plan on the source's own file, which is backed up first; returns the backup's path.

    Raises `InputError` where it fails, and nothing changed then; `SurroundingsError` where the file is locked.
    """
    if source.path is None:
        raise InputError(
            f"{source.name} is a script: there is no file to change", hint="the first of the two is changed"
        )
    path = backup or source.path.with_name(f"{source.path.name}.{now:%Y%m%d-%H%M%S}.backup")
    if path.exists():
        raise InputError(f"{path} is there already", hint="--backup FILE names another one")
    changed = False
    try:
        with closing(sqlite3.connect(source.path, timeout=5.0, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(path),))
            changed = _digest(_catalogue(connection)) != plan.from_hash
            if not changed:
                run(connection, plan.steps)
    except sqlite3.Error as err:
        found = understood(err, source.path)
        if isinstance(found, SurroundingsError):
            raise found from err
        raise InputError(f"it failed, and nothing was changed: {err}", hint="the rows decide: mend them") from err
    if changed:
        raise InputError(f"{source.name} changed since the plan was made", hint="run it once more")
    return path


# ---- catalogues


def _catalogue(connection: sqlite3.Connection) -> Catalogue:
    rows = connection.execute(
        """
        SELECT type, name, tbl_name, sql FROM sqlite_master
        WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
          AND name NOT IN (SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow')
        ORDER BY rowid
        """
    )
    return tuple(Entry(*row) for row in rows)


def _catalogue_of(source: SqliteSource) -> Catalogue:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        gaps = make(connection, source.ddl)
        if gaps:
            raise InputError(f"{source.name}: {gaps[0].name}: {gaps[0].effect}", hint="it cannot be made here")
        return _catalogue(connection)


def _said(catalogue: Catalogue) -> set[tuple[str, str, object]]:
    return {(one.kind, one.name.lower(), one.said) for one in catalogue}


def _other(copy: sqlite3.Connection, wanted: Catalogue) -> str:
    return ", ".join(f"{kind} {name}" for kind, name, _ in sorted(_said(_catalogue(copy)) ^ _said(wanted), key=str)[:3])


def _digest(catalogue: Catalogue) -> str:
    return hashlib.sha256(repr(sorted(_said(catalogue), key=repr)).encode()).hexdigest()


def _player(ddl: Sequence[str]) -> Callable[[Sequence[str]], Catalogue]:
    def play(statements: Sequence[str]) -> Catalogue:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            guard(connection)
            make(connection, ddl)
            _play(connection, statements)
            return _catalogue(connection)

    return play


def _play(connection: sqlite3.Connection, statements: Sequence[str]) -> None:
    connection.execute("PRAGMA legacy_alter_table = OFF")
    for sql in statements:
        try:
            connection.execute(sql)
        except sqlite3.Error as err:
            raise InputError(f"SQLite does not take {' '.join(sql.split())[:80]}: {err}", hint="see the plan") from err


def _unanalysed(ddl: Sequence[str], analysed: Collection[str], way: Differences) -> tuple[str, ...]:
    """The tables that have indexes without statistics after the steps of a way, where those that are `analysed` have
    them for all before: what PRAGMA optimize asks, too (sqlite.org/pragma.html#pragma_optimize)."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        make(connection, ddl)
        connection.execute("ANALYZE")  # makes sqlite_stat1
        for table, index in _indexes(connection):
            if table.lower() in analysed:
                connection.execute("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, '1')", (table, index))
        _play(connection, [sql for step in way.steps for sql in step.sql])
        known = {(tbl.lower(), idx) for tbl, idx in connection.execute("SELECT tbl, idx FROM sqlite_stat1")}
        names = _renamed_tables(way, analysed)
        lacking = (t for t, index in _indexes(connection) if t.lower() in names and (t.lower(), index) not in known)
        return tuple(dict.fromkeys(lacking))


def _indexes(connection: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """Each table with each of its indexes and, as ANALYZE counts the rows of one that has none, without."""
    found: list[tuple[str, str | None]] = []
    for one in _catalogue(connection):
        if one.kind == "table":
            names = connection.execute("SELECT name FROM pragma_index_list(?)", (one.name,))
            found += [(one.name, None), *((one.name, name) for (name,) in names)]
    return found


def _renamed_tables(way: Differences, tables: Collection[str]) -> set[str]:
    names = _renamed(way.renames, "table")
    return {names.get(one, one).lower() for one in tables}


def _renamed(said: Sequence[str], kind: str) -> dict[str, str]:
    """New name by old name, in lower case, of what a plan renames."""
    pairs = (one.removeprefix(f"{kind} ").split(" is ") for one in said if one.startswith(f"{kind} "))
    return {old.lower(): new for old, new in pairs}


# ---- what rows must keep


@contextmanager
def _copy(source: SqliteSource) -> Generator[tuple[sqlite3.Connection, bool]]:
    """A copy with the source's rows where it has any, and whether every value is compared."""
    with with_rows(source) as copy, closing(sqlite3.connect(":memory:", isolation_level=None)) as own:
        if copy is None:
            make(own, source.ddl)
        yield copy or own, size_of(source) <= _MOST_HASHED


State = dict[str, tuple[int, dict[str, str]]]


def _state(connection: sqlite3.Connection, whole: bool) -> State:
    """Rows of each table, and a digest of each column's values, whatever their order."""
    found: State = {}
    for one in _catalogue(connection):
        if one.kind != "table" or read_table(one.sql).module:
            continue
        count = int(connection.execute(f"SELECT count(*) FROM {quoted(one.name)}").fetchone()[0])
        digests: dict[str, str] = {}
        if whole:
            for column in read_table(one.sql).columns:
                if column.generated is None:
                    digests[column.name.lower()] = _column_digest(connection, one.name, column.name)
        found[one.name.lower()] = (count, digests)
    return found


def _column_digest(connection: sqlite3.Connection, table: str, column: str) -> str:
    """Numbers that are equal count as equal, and as the text that says them: a new affinity may convert them."""
    name = quoted(column)
    total = 0
    for (value,) in connection.execute(f"SELECT {name} FROM {quoted(table)}"):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, str):
            for number in (int, float):  # '007' is no 7: it would not come back
                with suppress(ValueError):
                    if str(number(value)) == value:
                        value = number(value)
        digest = hashlib.blake2b(f"{type(value) is bytes}{value!r}".encode(), digest_size=8).digest()
        total = (total + int.from_bytes(digest)) % 2**64
    return f"{total:x}"


def _kept(before: State, after: State, plan: Plan, first: Catalogue, last: Catalogue, stated: Collection[str]) -> int:
    """How many tables kept all of their rows and values, but for columns whose conversion was `stated`. Raises
    `InputError` where one did not."""
    tables, columns = _renamed(plan.renames, "table"), _renamed(plan.renames, "column")
    virtual = {one.name.lower() for one in (*first, *last) if one.kind == "table" and read_table(one.sql).module}
    kept = 0
    for name, (count, digests) in before.items():
        to = tables.get(name, name).lower()
        if to not in after or name in virtual:
            continue
        rows, values = after[to]
        if rows != count:
            raise InputError(f"the plan loses rows of {name}: {count:,} before, {rows:,} after", hint="report this")
        for column, digest in digests.items():
            new = columns.get(f"{name}.{column}", column).lower()
            if new in values and values[new] != digest and f"{to}.{new}" not in stated:
                raise InputError(
                    f"values of {name}.{column} are others after the plan: its new type converts them",
                    hint="say how: --using TABLE.COLUMN=EXPR, or keep the type",
                )
        kept += 1
    return kept


def _broken(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows by table that refer to nothing; of a key whose target is none, nothing is said."""
    found: dict[str, int] = {}
    for (name,) in connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).fetchall():
        try:
            count = sum(1 for _ in connection.execute(f"PRAGMA foreign_key_check({quoted(name)})"))
        except sqlite3.OperationalError:
            continue
        if count:
            found[name] = count
    return found


def _offending(copy: sqlite3.Connection, demands: Sequence[str]) -> str:
    for sql in demands:
        try:
            row = copy.execute(f"SELECT count(*) FROM ({sql})").fetchone()
        except sqlite3.Error:
            continue
        if row[0]:
            return f"; {row[0]:,} rows are in the way: {sql}"
    return ""
