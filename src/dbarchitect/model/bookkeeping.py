"""Tables in which migration tools and frameworks keep books of their own: their shape is not the user's to mend."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from .names import Name, ObjectRef
from .schema import Relational, Table

# Where tools keep which migrations were run. Matched whole, in lower case.
HISTORIES = frozenset(
    """
    __diesel_schema_migrations __drizzle_migrations __efmigrationshistory __migrations _prisma_migrations
    _sqlx_migrations aerich alembic_version ar_internal_metadata atlas_schema_revisions databasechangelog
    databasechangeloglock django_migrations doctrine_migration_versions effect_sql_migrations flyway_schema_history
    goose_db_version gorp_migrations knex_migrations knex_migrations_lock kysely_migration kysely_migration_lock
    mikro_orm_migrations migration_versions phinxlog pgmigrations refinery_schema_history schema_migrations
    schema_migrations_lock schema_update_history schema_version schemaversion seaql_migrations sequelizemeta
    tortoise_migrations yoyo_lock _yoyo_log _yoyo_migration _yoyo_version
    """.split()  # noqa: SIM905
)
# What frameworks and extensions keep beside them.
_OTHERS = frozenset({"django_content_type", "django_session", "spatial_ref_sys", "typeorm_metadata"})

_MIGRATION_COLUMNS = frozenset({"name", "migration", "version", "hash", "batch", "executed_at", "run_on", "timestamp"})
_PLAIN = 5  # columns of a table that is called `migrations` and is one


def is_history(table: Table) -> bool:
    """Whether a migration tool keeps its history in it, by its name or, for the plain `migrations` of TypeORM and
    Laravel, also by its columns."""
    name = table.name.name.lower()
    if name not in ("migrations", "migration"):
        return name in HISTORIES
    return len(table.columns) <= _PLAIN and any(column.name in _MIGRATION_COLUMNS for column in table.columns)


def is_bookkeeping(table: Table) -> bool:
    """Whether it is a history, or another table whose shape a framework or an extension decides."""
    return is_history(table) or table.name.name.lower() in _OTHERS


def without_histories(schema: Relational, *, but: Collection[Name] = ()) -> tuple[Relational, tuple[Name, ...]]:
    """`schema` without histories, and their names. A history in `but` stays, as does one that something else leans on.
    A schema that only held histories (`drizzle`) goes with them, `public` never."""
    histories = {table.name for table in schema.tables if is_history(table) and table.name not in but}
    sequences = {
        one.name: one.owned_by[0]
        for one in schema.sequences
        if one.owned_by is not None and one.owned_by[0] in histories
    }
    # Read before anything is taken out: who leans on a history, itself and its sequence apart.
    leant = {key.target for table in schema.tables if table.name not in histories for key in table.foreign_keys}
    for one in schema.dependencies:
        of = _relation(one.of)
        if sequences.get(of, of) not in histories:
            on = _relation(one.on)
            leant.add(sequences.get(on, on))
    gone = histories - leant
    if not gone:
        return schema, ()
    owned = {sequence for sequence, table in sequences.items() if table in gone}
    emptied = {one.schema for one in gone} - _schemas_in_use(schema, gone | owned)
    return replace(
        schema,
        schemas=tuple(one for one in schema.schemas if one.name not in emptied),
        tables=tuple(one for one in schema.tables if one.name not in gone),
        sequences=tuple(one for one in schema.sequences if one.name not in owned),
        publications=tuple(
            replace(one, tables=tuple(each for each in one.tables if each.table not in gone))
            for one in schema.publications
        ),
        dependencies=tuple(
            one for one in schema.dependencies if not {_relation(one.of), _relation(one.on)} & (gone | owned)
        ),
    ), tuple(sorted(gone))


def _schemas_in_use(schema: Relational, gone: Collection[Name]) -> set[str]:
    """The schemas that hold more than what is gone."""
    relations = (*schema.tables, *schema.views, *schema.sequences)
    others = (*schema.types, *schema.functions, *schema.collations, *schema.statistics)
    return {
        "public",
        *(one.name.schema for one in relations if one.name not in gone),
        *(one.name.schema for one in others),
        *(one.schema for one in schema.extensions),
        *(one.ref.schema for one in schema.unmodelled),
    }


def _relation(ref: ObjectRef) -> Name:
    return Name(schema=ref.schema, name=ref.name)
