"""`dba erd`: the entity-relationship diagram of a source."""

from __future__ import annotations

from dbarchitect.engines.sqlite.source import open_sqlite, sqlite_given
from dbarchitect.model.schema import Relational
from dbarchitect.render.erd import Implied
from dbarchitect.review.context import Context
from dbarchitect.review.implied import undeclared
from dbarchitect.sources import open_source

from .kinds import admit
from .surroundings import WorkOptions, open_workshop


def erd(source: str, options: WorkOptions) -> tuple[Relational, tuple[Implied, ...]]:
    """A source's schema, and the references in it that only names imply: what a diagram is drawn of."""
    admit("erd", source)
    if sqlite_given(source, options.engine):
        found = open_sqlite(source, engine=options.engine, facts=False, now=options.now, progress=options.progress)
        return found.schema, implied(found.schema)
    with open_workshop(options.pg_bin, options.cache, options.progress, scratch=options.server) as workshop:
        schema = open_source(source, workshop).schema
    return schema, implied(schema)


def implied(schema: Relational) -> tuple[Implied, ...]:
    """The references that `missing-foreign-key` finds."""
    return tuple(
        Implied(
            table=one.table.name,
            columns=(one.column.name,),
            target=one.meant.table.name,
            target_columns=(one.meant.column,),
        )
        for one in undeclared(Context(schema))
    )
