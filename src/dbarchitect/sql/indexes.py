"""CREATE INDEX statements, changed by their tree."""

from __future__ import annotations

import postgast

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name

from . import tree


def index_on(sql: str, table: Name) -> str:
    """The CREATE INDEX `sql` for another table with the same columns: not concurrently, under a name that the server
    chooses. Raises `InputError` for what is no CREATE INDEX."""
    from google.protobuf.json_format import ParseDict

    try:
        ((kind, fields),) = tree.parse(sql)
    except (tree.ParserError, ValueError) as err:
        raise InputError("not one CREATE INDEX statement", hint="correct the statement") from err
    if kind != "IndexStmt":
        raise InputError("not a CREATE INDEX statement", hint="correct the statement")
    kept = {key: value for key, value in fields.items() if key not in ("idxname", "concurrent", "if_not_exists")}
    kept["relation"] = fields["relation"] | {"schemaname": table.schema, "relname": table.name}
    message = postgast.ParseResult()
    ParseDict({"stmts": [{"stmt": {"IndexStmt": kept}}]}, message, max_recursion_depth=1000)
    return tree.call_parser(lambda: postgast.deparse(message), len(sql))
