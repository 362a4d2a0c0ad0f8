"""Makes a dump create indexes in the order in which its source did.

Of two indexes of equal cost the planner takes the newer one (the higher OID), and pg_dump sorts by name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dbarchitect.model.schema import Relational
from dbarchitect.sql.script import Statement

_MAKES_INDEX = re.compile(
    r"CREATE (?:UNIQUE )?INDEX (?P<index>.+?) ON "
    r"|ALTER TABLE (?:ONLY )?(?:.+?)\s+ADD CONSTRAINT (?P<constraint>.+?) (?:PRIMARY KEY|UNIQUE|EXCLUDE)"
)


def in_order_of_creation(statements: Sequence[Statement], schema: Relational) -> list[Statement]:
    """The same statements; those that make indexes of one table have changed places among themselves.

    Where a view stands between them (it may need a primary key), they stay on their side of it.
    """
    facts = schema.facts.indexes if schema.facts else {}
    ranks: dict[str, tuple[str, int]] = {}
    for table in schema.tables:
        for index in table.indexes:
            known = facts.get(str(index.name))
            if known is not None and known.rank is not None:
                ranks[index.constraint or index.name.name] = (str(table.name), known.rank)
    places: dict[tuple[str, int], list[tuple[int, int]]] = {}
    views = 0
    for number, statement in enumerate(statements):
        views += statement.kind.endswith("VIEW")
        found = _MAKES_INDEX.match(statement.sql)
        if found is None:
            continue
        name = (found["index"] or found["constraint"]).strip('"').replace('""', '"')
        if name in ranks:
            table, rank = ranks[name]
            places.setdefault((table, views), []).append((number, rank))
    ordered = list(statements)
    for made in places.values():
        for (place, _), (number, _) in zip(made, sorted(made, key=lambda one: one[1]), strict=True):
            ordered[place] = statements[number]
    return ordered
