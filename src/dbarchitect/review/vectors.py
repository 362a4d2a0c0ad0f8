"""What pgvector's types and indexes are, by their names: https://github.com/pgvector/pgvector."""

from __future__ import annotations

from dbarchitect.model.change import AddIndex
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.proof import TimedWithout
from dbarchitect.model.schema import Column, Index, IndexKey, Table
from dbarchitect.review.context import Context, mentions
from dbarchitect.review.mending import free_name

# The longest vectors that HNSW and IVFFlat take, in dimensions (pgvector's README, "Indexing").
LONGEST = {"vector": 2000, "halfvec": 4000}

# Access methods that find neighbours: pgvector's, pgvectorscale's, VectorChord's and others'.
METHODS = frozenset({"hnsw", "ivfflat", "diskann", "vchordrq", "vchordg", "vectors", "scann", "lantern_hnsw"})

# The operator of each distance, by the middle of the operator class's name.
OPERATORS = {"l2": "<->", "ip": "<#>", "cosine": "<=>", "l1": "<+>"}


def is_vector(column: Column) -> bool:
    """Whether a column is of pgvector's `vector` or `halfvec`."""
    return column.type.name in LONGEST and not column.type.is_array


def vector_indexes(table: Table, column: Column) -> list[Index]:
    """The indexes that find neighbours by the column, or by an expression over it."""
    return [
        index
        for index in table.indexes
        if index.method in METHODS
        and any(key.column == column.name or mentions(key.expression or "", column.name) for key in index.keys)
    ]


def is_indexed(table: Table, column: Column) -> bool:
    """Whether some vector index holds the column."""
    return bool(vector_indexes(table, column))


def distance_of(index: Index) -> str:
    """Which of `OPERATORS` an index serves, by its operator class; "" for one that is not known."""
    opclass = index.keys[0].opclass if index.keys else None
    name = opclass.name if opclass else ""
    return next((distance for distance in OPERATORS if name.endswith(f"_{distance}_ops")), "")


def distances(review: Context, table: Table, column: Column) -> set[str]:
    """The distances that queries of the workload sort this column by, as far as their texts name table and column."""
    found: set[str] = set()
    for query in review.workload.queries if review.workload else ():
        sorted_by = {distance for distance, one in OPERATORS.items() if one in query.sql}
        if sorted_by - found and mentions(query.sql, table.name.name) and mentions(query.sql, column.name):
            found |= sorted_by
    return found


def operator(column: Column, distance: str) -> str:
    """The operator of a distance, in the schema of the extension, which need not be in the search path."""
    return f"OPERATOR({quote_identifier(column.type.schema)}.{OPERATORS[distance]})"


def vector_index(review: Context, table: Table, column: Column, distance: str, *, half: bool = False) -> Index:
    """An HNSW index for a distance; `half`: over the column cast to half precision."""
    kind = "halfvec" if half else column.type.name
    opclass = Name(schema=column.type.schema, name=f"{kind}_{distance}_ops")
    quoted = quote_identifier(column.name)
    cast = f"({quoted})::{quote_identifier(column.type.schema)}.halfvec({column.type.modifier})"
    return Index(
        name=Name(schema=table.name.schema, name=free_name(review, table, (column.name, distance, "idx"))),
        table=table.name,
        method="hnsw",
        keys=(
            IndexKey(
                column=None if half else column.name,
                expression=cast if half else None,
                opclass=opclass,
                opclass_default=False,
            ),
        ),
    )


def timed_neighbours(table: Table, column: Column, distance: str, index: AddIndex) -> TimedWithout | None:
    """The experiment that a search for neighbours gets faster with `index`; None for names that cannot stand in it."""
    if not {"{", "}"}.isdisjoint(f"{table.name}{column.name}"):
        return None  # braces stand for values there
    quoted = quote_identifier(column.name)
    return TimedWithout(
        sql=f"SELECT {quoted} FROM {table.name} ORDER BY {quoted} {operator(column, distance)} {{probe}} LIMIT 10",
        keys=f"SELECT pg_catalog.quote_literal({quoted}::text) AS probe FROM {table.name} "
        f"WHERE {quoted} IS NOT NULL LIMIT 1",
        change=(index,),
    )
