"""What trees cost as adjacency, closure and ltree, of several sizes and depths, and what weights a design needs.

    python -m benchmarks.trees [--rows 2000 20000 100000] [--levels 3 5 10] [--rounds 9]

The tables, triggers and queries are those of `dba design`. In each round the three forms take turns at the same work,
and the time is that of the server's processor, so that other load of the machine does not count. Branches of rows drawn
at random are read downwards and upwards, and inner ones downwards; rows are added below rows drawn at random, branches
are moved below one of the top; what writes is rolled back. Plans are made once. Figures are the medians of the rounds.

A branch that is read saves a step of recursion for each of its rows; a row that is added and a branch that is moved
write pairs (closure) or rows (ltree). The weight is what one of those costs, in steps: `design.hierarchies.WEIGHT`.
"""

from __future__ import annotations

import random
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from benchmarks import report
from dbarchitect.design.draft import Draft
from dbarchitect.design.hierarchies import strays
from dbarchitect.design.queries import asked
from dbarchitect.design.spec import Access, End, Entity, Field, Relation, Spec
from dbarchitect.design.statements import script
from dbarchitect.design.tables import designed
from dbarchitect.engines.postgres.load import load
from dbarchitect.engines.postgres.server import private_server
from dbarchitect.sql.script import split_script

FORMS = ("adjacency", "closure", "ltree")
WORK = ("below", "inner", "above", "add", "move")
_INNER = range(20, 1001)  # rows of the branches of `inner`
_OPERATIONS = 150
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def spec_of(form: str, levels: int) -> Spec:
    """A tree of pages with the reads that the design answers."""
    return Spec(
        entities=(Entity(name="page", fields=(Field(name="title"),)),),
        relations=(
            Relation(
                first=End(entity="page", least=0, most=1, role="parent"),
                second=End(entity="page"),
                hierarchy=form,  # pyright: ignore[reportArgumentType]
                depth=levels,
            ),
        ),
        access=tuple(Access(text=f"pages by {one}", entity="page", by=(one,)) for one in ("ancestor", "descendant")),
    )


class Tree:
    """One form in a database of its own, with `rows` rows."""

    def __init__(self, connection: psycopg.Connection[Any], draft: Draft, spec: Spec, rows: int) -> None:
        self.connection = connection
        connection.prepare_threshold = None  # else a rollback drops what is prepared here
        run = connection.execute
        run("SET search_path = public; SET session_replication_role = replica")
        run("INSERT INTO pages (title) SELECT 'page ' || n FROM generate_series(1, %d) AS n" % rows)  # noqa: UP031
        for statement in _fills(draft):
            run(statement.encode())
        run("SET session_replication_role = origin; SET plan_cache_mode = force_generic_plan")
        run("VACUUM ANALYZE")
        left = run(strays(draft, draft.tables["pages"]).encode()).fetchone()
        assert left == (0,), left
        below, above = asked(draft, spec)
        run(f"PREPARE below AS {below.sql}".encode())
        run(f"PREPARE above AS {above.sql}".encode())
        run("PREPARE add AS INSERT INTO pages (title, parent_id) VALUES ('new', $1)")
        run("PREPARE move AS UPDATE pages SET parent_id = $2 WHERE id = $1")

    def seconds(self, work: str, given: list[tuple[int, ...]]) -> float:
        """Seconds of a processor an operation; what it wrote is rolled back."""
        asked_for = "below" if work == "inner" else work
        texts = [f"EXECUTE {asked_for}({', '.join(map(str, one))})".encode() for one in given]
        with self.connection.transaction(force_rollback=True):
            begun = self._used()
            for text in texts:
                self.connection.execute(text)
            return (self._used() - begun) / len(texts)

    def _used(self) -> float:
        """Seconds that the server's process of this connection has had a processor, which other load does not change:
        https://docs.kernel.org/scheduler/sched-stats.html"""
        return int(Path(f"/proc/{self.connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


def _fills(draft: Draft) -> list[str]:
    """All forms get the tree that only those with something kept beside are made."""
    table = draft.tables["pages"]
    if table.hierarchy != "adjacency":
        return draft.fills
    shaped = designed(spec_of("closure", int(table.levels)), now=_NOW)[0].fills
    return [one for one in shaped if "pages_closure" not in one]


def shape(connection: psycopg.Connection[Any]) -> tuple[dict[int, int], dict[int, int]]:
    """(levels above each row and itself, rows of its branch)."""
    found = (
        connection.execute("SELECT descendant_id, count(*) FROM pages_closure GROUP BY 1").fetchall(),
        connection.execute("SELECT ancestor_id, count(*) FROM pages_closure GROUP BY 1").fetchall(),
    )
    return dict(found[0]), dict(found[1])


def measured(server: Any, rows: int, levels: int, rounds: int) -> dict[str, Any]:
    """Medians of microseconds by form and work; pairs that were written; the weights."""
    trees: dict[str, Tree] = {}
    for form in FORMS:
        spec = spec_of(form, levels)
        draft, _ = designed(spec, now=_NOW)
        name = f"{form}_{rows}_{levels}"
        server.create_database(name)
        load(server, name, split_script(script(draft, "trees"), "schema.sql"))
        trees[form] = Tree(server.connect(name), draft, spec, rows)
    above, below = shape(trees["closure"].connection)
    dice = random.Random(7)
    ids = sorted(above)
    tops = [one for one in ids if above[one] == 1]
    deep = [one for one in ids if above[one] > 1]
    inner = [one for one in ids if below[one] in _INNER]
    times: dict[tuple[str, str], list[float]] = {}
    steps, added, moved, branch = [], [], [], []
    for _ in range(rounds):
        chosen = [dice.choice(ids) for _ in range(_OPERATIONS)]
        branches = [(dice.choice(deep), dice.choice(tops)) for _ in range(_OPERATIONS)]
        inside = [dice.choice(inner) for _ in range(_OPERATIONS)]
        singly = [(one,) for one in chosen]
        given = {"below": singly, "inner": [(one,) for one in inside], "above": singly, "add": singly, "move": branches}
        steps.append(statistics.mean(below[one] for one in inside))
        added.append(statistics.mean(above[one] + 1 for one in chosen))
        branch.append(statistics.mean(below[one] for one, _ in branches))
        moved.append(statistics.mean(below[one] * above[one] for one, _ in branches))
        for work in WORK:
            for form in FORMS:
                times.setdefault((form, work), []).append(trees[form].seconds(work, given[work]))
        for one in trees.values():
            one.connection.execute("VACUUM")
    for one in trees.values():
        one.connection.close()
    return {"rows": rows, "levels": levels, "steps": statistics.mean(steps), "added": statistics.mean(added),
            "moved": statistics.mean(moved), "branch": statistics.mean(branch), "times": times}  # fmt: skip


def micro(found: dict[str, Any], form: str, work: str) -> float:
    """The median of the rounds."""
    return statistics.median(found["times"][form, work]) * 1e6


def weights(found: dict[str, Any], form: str) -> tuple[float, float, float]:
    """(microseconds that a step of a read saves, what a pair or row added and one moved cost, in steps)."""
    times = found["times"]

    def more(work: str) -> float:
        pairs = zip(times[form, work], times["adjacency", work], strict=True)
        return statistics.median(one - other for one, other in pairs) * 1e6

    saved = -more("inner") / found["steps"]
    per_add = more("add") / (found["added"] if form == "closure" else 1)
    per_move = more("move") / found["moved" if form == "closure" else "branch"]
    return saved, per_add / saved, per_move / saved


def main() -> None:
    """Measure, and print or keep the section of the results."""
    parser = report.parser("trees", __doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[2000, 20_000, 100_000])
    parser.add_argument("--levels", type=int, nargs="+", default=[3, 5, 10])
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    taken: list[list[object]] = []
    weighed: list[list[object]] = []
    all_of: dict[str, list[tuple[float, float]]] = {}
    with private_server() as server:
        for rows in options.rows:
            for levels in options.levels:
                found = measured(server, rows, levels, options.rounds)
                taken += [[rows, levels, one, *(round(micro(found, one, work)) for work in WORK)] for one in FORMS]
                for form in FORMS[1:]:
                    saved, add, move = weights(found, form)
                    if saved > 0:
                        all_of.setdefault(form, []).append((add, move))
                    costs = (f"{add:.1f}", f"{move:.1f}") if saved > 0 else ("none is saved", "")
                    weighed.append([rows, levels, form, f"{saved:.2f}", *costs])
                    print(*weighed[-1], file=sys.stderr, flush=True)
    text = (
        f"Microseconds of the server's processor an operation: medians of {options.rounds} rounds of {_OPERATIONS}, in "
        "which the forms take turns. A branch is that of a row drawn at random; an inner one has 20 to 1,000 rows.\n\n"
        + report.table(["rows", "levels", "form", "read below", "an inner one", "read above", "add", "move"], taken)
        + "\n\nWhat a read of an inner branch saves for each of its rows beside the row above alone, and what a pair "
        "(closure) or a row (ltree) costs that is written, in such steps:\n\n"
        + report.table(["rows", "levels", "form", "saved, µs", "added", "moved"], weighed)
        + "\n"
    )
    for form, both in all_of.items():
        add, move = (statistics.median(one[at] for one in both) for at in (0, 1))
        text += f"\n**{form}**: medians {add:.1f} steps for one added, {move:.1f} for one moved.\n"
    report.publish("Trees: adjacency, closure and ltree", text, options)


if __name__ == "__main__":
    main()
