"""`dba erd`: the entity-relationship diagram of a source."""

from __future__ import annotations

from dbarchitect.model.schema import Relational
from dbarchitect.render.erd import Implied
from dbarchitect.review.context import Context
from dbarchitect.review.implied import undeclared
from dbarchitect.sources import open_source

from .surroundings import WorkOptions, open_workshop


def erd(source: str, options: WorkOptions) -> tuple[Relational, tuple[Implied, ...]]:
    """A source's schema, and the references in it that only names imply: what a diagram is drawn of."""
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
