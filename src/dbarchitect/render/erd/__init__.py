"""The entity-relationship diagram of a schema, as SVG, Mermaid and DBML.

`diagram` is steps: `content` (what is drawn), `grouped` (what stands together), `shortened` (which links are stubs),
`overview` (the map), `layout` (where), `draw` (how).

What a page may rely on in the SVG:

    svg.erd                          the picture; `viewBox` fits all of it, there is no width and no height
    g.erd-frames > g.erd-group       a group of tables with its rectangle (`rect.erd-frame`) and title: [data-group]
    g.erd-tables > g.erd-table       one for each table: [id] PREFIX-tN, [data-table], [data-schema], [data-group];
                                     `.erd-unknown` where the schema does not hold it; `title` in words
    g.erd-table > g[data-column]     one for each column that is shown
    g.erd-edges > g.erd-edge         one for each foreign key: [data-from] child, [data-to] parent, [data-columns] of
                                     the child, with commas; `.erd-implied` where only names say so, `.erd-stub`
                                     where it does not reach its parent; path.erd-line
                                     with path.erd-mark and path.erd-ring at its ends; `title` in words
    g.erd-map                        of a large schema, above its tables: g.erd-groups > g.erd-node[data-node], the
                                     number of a group, and g.erd-bundles > g.erd-bundle[data-nodes], those of two
    g.erd-legend                     what the marks mean

[data-table], [data-from] and [data-to] have the same form: the qualified SQL name (`public.orders`, `public."Order"`).
Colours follow `prefers-color-scheme` by the classes above (all rules begin with `.erd`), so a page may overrule them.
"""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.schema import Relational

from .boxes import Columns, Implied, content, fitting
from .dbml import dbml
from .groups import grouped
from .layout import layout
from .mermaid import mermaid
from .overview import ABOVE, ALONE, overview
from .stubs import shortened
from .svg import draw, draw_map

__all__ = ["Columns", "Implied", "dbml", "diagram", "diagram_map", "fitting", "mermaid"]


def diagram(
    schema: Relational,
    *,
    implied: Sequence[Implied] = (),
    columns: Columns = "all",
    title: str = "Entity-relationship diagram",
    prefix: str = "erd",
    mapped: bool = True,
) -> str:
    """The diagram of a schema as one SVG element. The same schema always gives the same text.

    `implied` are references without a foreign key, drawn as such. `columns`: all, those of keys, or none. `prefix`
    begins its ids. `mapped`: a large one has its map (`diagram_map`) above the tables.
    """
    shown = content(schema, implied=implied, columns=columns)
    groups = grouped(shown)
    shown = shortened(shown, groups)
    return draw(
        shown,
        layout(shown, groups),
        groups,
        title=title,
        prefix=prefix,
        map_=overview(shown, groups, aspect=ABOVE) if mapped else None,
    )


def diagram_map(
    schema: Relational,
    *,
    implied: Sequence[Implied] = (),
    title: str = "Map of the entity-relationship diagram",
    prefix: str = "erd-map",
) -> str | None:
    """The map of a large schema's groups as one SVG element; None for a small one. `diagram` has the same groups."""
    shown = content(schema, implied=implied, columns="none")
    groups = grouped(shown)
    found = overview(shown, groups, aspect=ALONE)
    return None if found is None else draw_map(shown, groups, found, title=title, prefix=prefix)
