"""How long a diagram takes to draw, how large it is, and how well it is laid out, for schemas of 50 to 1,000 tables.

The schema is that of `generated`, whose references lead anywhere: few real ones are as entangled. It is made real and
read back first, which is not measured. Time is that of the processor, from the schema's value to the text. Crossings
are counted between wires, where links that end at the same columns share one.

    python -m benchmarks.erd
"""

from __future__ import annotations

import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks import report
from benchmarks.generated import statements
from dbarchitect.api.surroundings import WorkOptions, open_workshop
from dbarchitect.model.schema import Relational
from dbarchitect.render.erd import diagram, fitting
from dbarchitect.render.erd.boxes import content
from dbarchitect.render.erd.groups import grouped
from dbarchitect.render.erd.layout import Layout, layout
from dbarchitect.render.erd.stubs import shortened
from dbarchitect.sources import open_source


def schema(tables: int) -> Relational:
    """The made-up schema of so many tables, partitions among them."""
    options = WorkOptions()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_workshop(options.pg_bin, options.cache, options.progress) as workshop,
    ):
        path = Path(folder) / "schema.sql"
        path.write_text("\n".join(statements(tables)))
        return open_source(str(path), workshop).schema


def crossings(found: Layout) -> int:
    """How often a level line crosses an upright one."""
    level: set[tuple[float, float, float]] = set()
    upright: set[tuple[float, float, float]] = set()
    for way in found.ways:
        for (x, y), (to_x, to_y) in pairwise(way.points):
            if y == to_y:
                level.add((min(x, to_x), max(x, to_x), y))
            else:
                upright.add((min(y, to_y), max(y, to_y), x))
    lines = np.array(sorted(level)).reshape(-1, 3)
    return sum(
        int(((lines[:, 0] < x) & (lines[:, 1] > x) & (lines[:, 2] > low) & (lines[:, 2] < high)).sum())
        for low, high, x in upright
    )


def drawn(found: Layout) -> float:
    """How long all lines are, where those that share their way count once for each."""
    return sum(abs(to_x - x) + abs(to_y - y) for way in found.ways for (x, y), (to_x, to_y) in pairwise(way.points))


def main() -> None:
    """Draw, measure, publish."""
    parser = report.parser("erd", __doc__)
    parser.add_argument("--tables", type=int, nargs="*", default=[50, 300, 1000])
    options = parser.parse_args()
    rows: list[tuple[object, ...]] = []
    for tables in options.tables:
        made = schema(tables)
        begun = time.process_time()
        text = diagram(made, columns=fitting(made))
        seconds = time.process_time() - begun
        shown = content(made, columns=fitting(made))
        groups = grouped(shown)
        shown = shortened(shown, groups)
        found = layout(shown, groups)
        size = f"{found.width:,.0f} x {found.height:,.0f}"
        boxes, links, stubs = len(shown.boxes), len(shown.links), sum(link.stub for link in shown.links)
        kib, length = len(text.encode()) // 1024, f"{drawn(found) / 1000:,.0f}"
        rows.append((tables, boxes, links, stubs, seconds, kib, size, length, crossings(found)))
    columns = ["tables", "boxes", "foreign keys", "stubs", "CPU s", "KiB", "pixels", "lines, 1,000 pixels", "crossings"]
    report.publish(
        "Diagrams",
        "`diagram` of made-up schemas, the columns of keys alone from 60 tables on.\n\n" + report.table(columns, rows),
        options,
    )


if __name__ == "__main__":
    main()
