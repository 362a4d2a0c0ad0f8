"""The first revision: exactly the statements that were proved, up and down; and what Alembic's comparison is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dbarchitect.model.names import Name
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Check, Relational, Table
from dbarchitect.orm.project import Ddl

from .names import Named
from .python import block, call, lines, sequence, string

_HEAD = '''"""The schema as it was when the project was set up: exactly its statements.

Revision ID: 0001
Revises:
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def run(sql: str) -> None:
    """Exactly this statement: nothing in it is a parameter."""
    op.execute(sa.DDL(sql.replace("%", "%%")))  # type: ignore[no-untyped-call, unused-ignore]
'''


def first_revision(ddl: Ddl) -> str:
    """The file of revision 0001."""
    parts = [
        _HEAD,
        "\n".join(["def upgrade() -> None:", '    """From nothing to the whole schema."""', *_body(ddl.up)]),
        "\n".join(["", "def downgrade() -> None:", '    """Back to nothing: all rows are lost."""', *_body(ddl.down)]),
    ]
    return "\n\n".join(parts) + "\n"


def _body(steps: Sequence[Step]) -> list[str]:
    found: list[str] = []
    for step in steps:
        if step.does:
            found.append(f"    # {' '.join(step.does.split())}")
        indent = 4
        if not step.transactional:
            found.append("    with op.get_context().autocommit_block():")
            indent = 8
        for one in step.sql:
            found += _run(one, indent)
    return found or ["    pass"]


def _run(sql: str, indent: int) -> list[str]:
    text = block(sql) if any(one in sql for one in '\n"\\') else string(sql)
    # A text over several lines stands as it is; one that only escapes can say is on one line.
    return [f"{' ' * indent}run({text})"] if "\n" in text else lines(call("run", text), indent=indent)


def compared(
    schema: Relational, known: Mapping[Name, Named], raw: Iterable[str], vectors: Iterable[str]
) -> dict[str, str]:
    """The parts of `db/autogenerate.py`: which schemas are compared, and exactly what is left out, with the reason."""
    tables: list[tuple[str, Table]] = []
    for table in schema.tables:
        if table.partition_of is not None:
            tables.append((f"a partition of {table.partition_of.parent}", table))
        elif table.name not in known:
            tables.append(("internal", table))
    parts: list[tuple[str, str, str]] = []
    for one in known.values():
        table = one.entity.table
        if table is None:
            continue
        parts += [(*_place(table.name), key.name) for key in table.foreign_keys if key.target not in known]
    body = lines(
        sequence((f"({_or_none(table.name.schema)}, {string(table.name.name)})" for _, table in tables), "{}")
        if tables
        else "set()",
        before="NOT_COMPARED_TABLES: set[tuple[str | None, str | None]] = ",
    )
    text = ["# Tables that have no model: partitions, which follow their table."] if tables else []
    text += body
    if parts:
        text.append("# Foreign keys to what has no model.")
    text += lines(
        sequence((f"({a}, {b}, {string(c)})" for a, b, c in parts), "{}") if parts else "set()",
        before="NOT_COMPARED_PARTS: set[tuple[str | None, str | None, str | None]] = ",
    )
    schemas = sorted({one.entity.name.schema for one in known.values()} - {"public"})
    text += lines(sequence(["None", *(string(one) for one in schemas)], "{}"), before="SCHEMAS: set[str | None] = ")
    texts = sorted(one for one in raw if "(" not in one and "[" not in one)
    vectors = sorted(vectors)
    if any(isinstance(c, Check) and not c.validated for table in schema.tables for c in table.constraints):
        text.append("# SQLAlchemy 2.1 warns of arguments of its own where it reads a check that is NOT VALID.")
        text.append('warnings.filterwarnings("ignore", "Can\'t validate argument \'(dialect_options|not_valid)\'")')
    titles = {"Vector": "vector", "HalfVector": "halfvec"}
    text += [f"ischema_names[{string(titles[one])}] = {one}" for one in vectors]
    for one in texts:
        # The dictionary's type says classes; SQLAlchemy calls what it finds.
        text.append(f"cast(dict[str, Any], ischema_names)[{string(one)}] = lambda *_, **__: PgType({string(one)})")
    return {"lists": "\n".join(text) + "\n", "custom": ", ".join(sorted([*vectors, *(["PgType"] if texts else [])]))}


def _place(name: Name) -> tuple[str, str]:
    return _or_none(name.schema), string(name.name)


def _or_none(schema: str) -> str:
    return "None" if schema == "public" else string(schema)
