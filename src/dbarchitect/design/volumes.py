"""How many rows each table has at the start and in two years: as declared, else by what it hangs on."""

from __future__ import annotations

from collections.abc import Mapping

from dbarchitect.model.value import Value

from .draft import Draft, Table
from .spec import Spec, Volume

_DAYS = 730.0  # two years
_UNSAID = 1_000.0  # rows of what nobody says anything about: small, so that nothing is built for its size
_CHILDREN = 10.0  # rows for each row of what they hang on, where nobody says how many
_FEW = 2.0  # where what they hang on is assumed too
_BEGINNING = 30.0  # days of what comes in that are there at the start, where only the rate is known
MOST = 1e12  # rows beyond which no single table of a server is planned for: 32 TB of pages hold about as many


class Rows(Value, frozen=True, kw_only=True):
    """Rows of a table. `said`: by the brief, else assumed."""

    now: float
    later: float
    said: bool


def rows_of(draft: Draft, spec: Spec, *, record: bool = False) -> dict[str, Rows]:
    """Rows by table. With `record` what was assumed, and what exceeds any server, is written down as a decision."""
    declared: dict[str, Volume] = {draft.by_entity[one.entity]: one for one in spec.volumes}
    found: dict[str, Rows] = {}
    for table in draft.in_order():
        volume = declared.get(table.name)
        if table.what in ("history", "closure"):
            continue
        found[table.name] = _said(volume) if volume is not None and _speaks(volume) else _assumed(table, found)
    for table in draft.tables.values():
        if table.history in draft.tables:  # one change of each row
            found[table.history] = Rows(now=found[table.name].now, later=found[table.name].later, said=False)
        if table.closure in draft.tables:  # each row with all above it and itself
            one = found[table.name]
            found[table.closure] = Rows(now=one.now * table.levels, later=one.later * table.levels, said=one.said)
    for name, one in found.items():
        if max(one.now, one.later) > MOST:
            found[name] = Rows(now=min(one.now, MOST), later=MOST, said=one.said)
            if not record:
                continue
            draft.decide(
                "volume",
                name,
                f"planned as if it had {MOST:.0e} rows",
                f"{one.later:.3g} rows are more than one table of one server holds (32 TB)",
                instead="sharding by the leading key (Citus), or an analytical store for what is old",
                unless="old rows are folded into sums and removed",
            )
    unsaid = [name for name, one in found.items() if not one.said]
    if unsaid and record:
        shown = ", ".join(unsaid[:8]) + (f" and {len(unsaid) - 8} more" if len(unsaid) > 8 else "")
        draft.decide(
            "volume",
            "",
            f"the rows of {shown} are assumed",
            f"nobody said how many: {_CHILDREN:.0f} for each row of what they hang on ({_FEW:.0f} where that is "
            f"assumed too), one "
            f"in a history for each row, else {_UNSAID:,.0f}",
            unless="a volume is said: rows, rows after two years, rows a day",
        )
    return found


def _speaks(volume: Volume) -> bool:
    return volume.rows is not None or volume.rows_later is not None or volume.a_day is not None


def _said(volume: Volume) -> Rows:
    rate = volume.a_day or 0.0
    if volume.rows is not None:
        now = volume.rows
    elif volume.a_day is not None:
        now = rate * _BEGINNING
    else:
        now = (volume.rows_later or 0.0) / 10
    later = volume.rows_later if volume.rows_later is not None else now + rate * _DAYS
    return Rows(now=max(now, 1.0), later=max(later, now, 1.0), said=True)


def _assumed(table: Table, found: Mapping[str, Rows]) -> Rows:
    """By what the table hangs on: many for each row of which somebody said how many there are, few for each of what is
    itself assumed, and for one tenth of the rows where the reference need not be there."""
    counts: list[tuple[float, float]] = []
    for one in table.foreigns:
        parent = found.get(one.target)
        if parent is None or one.target == table.name:
            continue
        columns = [table.column(name) for name in one.columns]
        required = all(column is not None and column.not_null for column in columns)
        factor = (1.0 if one.one else _CHILDREN if parent.said else _FEW) * (1.0 if required else 0.1)
        counts.append((parent.now * factor, parent.later * factor))
    if not counts:
        return Rows(now=_UNSAID, later=_UNSAID, said=False)
    now, later = max(counts, key=lambda one: one[1])
    told = any(found[one.target].said for one in table.foreigns if one.target in found and one.target != table.name)
    fewest = 1.0 if told else _UNSAID
    return Rows(now=max(now, fewest), later=max(later, fewest), said=False)
