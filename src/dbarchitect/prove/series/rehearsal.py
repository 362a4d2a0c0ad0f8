"""The steps of a move, run on rows that were made for it: there, with rows that come in between, and back."""

from __future__ import annotations

from dataclasses import replace as with_

import psycopg
from msgspec.structs import replace

from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import ForeignKey, Relational
from dbarchitect.model.timeseries import ColumnstoreAdvice, MoveStep, Target
from dbarchitect.review.series import Series

from .moves import moves
from .trial import Bench, Rows, value_of

_ROWS = 10_000  # enough for many chunks, and soon done
_MORE = 3  # rows that come between the steps


def rehearsed(
    bench: Bench, series: Series, rows: Rows, target: Target, seconds: float, store: ColumnstoreAdvice
) -> str:
    """What running every step but the last showed, and taking each back again; the server's words where one fails."""
    table = series.table
    name = Name(schema=bench.schema, name=table.name.name)
    # What it refers to is not there; generated columns and sequences are ordinary columns in a trial.
    bare = replace(
        table,
        name=name,
        constraints=tuple(one for one in table.constraints if not isinstance(one, ForeignKey)),
        columns=tuple(replace(one, identity=None, generated=None) for one in table.columns),
    )
    series = with_(series, table=bare)
    rows = with_(rows, count=min(rows.count, _ROWS))
    store = replace(store, statements=tuple(one.replace(str(table.name), str(name)) for one in store.statements))
    steps = next(one.steps for one in moves(Relational(), series, seconds, store, ()) if one.target == target)[:-1]
    own = quote_identifier(table.name.name)
    count = rows.count
    done: list[MoveStep] = []
    try:
        bench.make(series, rows, "plain", 0.0)
        for step in steps:
            bench.run(*step.statements)
            done.append(step)
            count += _insert(bench, series, rows, own, count)
        if int(bench.one(f"SELECT count(*) FROM {own}")) != count:
            return f"failed on {bench.engine}: rows were lost on the way"
        for step in reversed(done):
            bench.run(*step.undo)
            count += _insert(bench, series, rows, own, count)
        if int(bench.one(f"SELECT count(*) FROM {own}")) != count:
            return f"failed on {bench.engine}: rows were lost on the way back"
        bench.run(f"DROP TABLE {own}")
    except psycopg.Error as err:
        bench.connection.rollback()
        at = steps[len(done)].title if len(done) < len(steps) else "the way back"
        return f"failed on {bench.engine} at: {at}: {(err.diag.message_primary or str(err)).strip()}"
    return (
        f"{len(done)} steps there and back on {bench.engine} with {rows.count:,} rows and {count - rows.count} that "
        "came in between: none was lost"
    )


def _insert(bench: Bench, series: Series, rows: Rows, own: str, count: int) -> int:
    """Some rows more, later than all others."""
    values = ", ".join(value_of(series, one.name, "(-i)", rows) for one in series.table.columns)
    bench.run(f"INSERT INTO {own} SELECT {values} FROM generate_series({count}, {count + _MORE - 1}) i")
    return _MORE
