"""A schema without what its platform has made there, so that a folder of migrations can be held beside a server."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.model.platform import SCHEMAS, PlatformName
from dbarchitect.model.schema import Relational

_PUBLICATIONS = frozenset({"supabase_realtime", "supabase_realtime_messages_publication"})


def without_platform(schema: Relational, platform: PlatformName) -> Relational:
    """`schema` without the platform's own schemas and all that is in them, and without what it makes of those that
    belong to no schema: extensions, event triggers, publications of its services, default privileges."""
    gone = SCHEMAS[platform] | {"extensions"}
    return replace(
        schema,
        schemas=tuple(one for one in schema.schemas if one.name not in gone),
        extensions=(),
        types=tuple(one for one in schema.types if one.name.schema not in gone),
        collations=tuple(one for one in schema.collations if one.name.schema not in gone),
        sequences=tuple(one for one in schema.sequences if one.name.schema not in gone),
        tables=tuple(one for one in schema.tables if one.name.schema not in gone),
        views=tuple(one for one in schema.views if one.name.schema not in gone),
        functions=tuple(one for one in schema.functions if one.name.schema not in gone),
        event_triggers=(),
        statistics=tuple(one for one in schema.statistics if one.name.schema not in gone),
        publications=tuple(one for one in schema.publications if one.name not in _PUBLICATIONS),
        default_privileges=(),
        dependencies=tuple(one for one in schema.dependencies if not {one.of.schema, one.on.schema} & gone),
    )
