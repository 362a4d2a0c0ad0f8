"""What the queries of the workload ask of columns: the operators that stand beside each, as far as the text tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name
from dbarchitect.model.query import Query, Workload
from dbarchitect.model.schema import Relational, Table
from dbarchitect.sql.asked import asked_columns


class Asked:
    """The conditions of a workload, each query read once. Everything is empty without a workload."""

    def __init__(self, schema: Relational, workload: Workload | None) -> None:
        self._read: dict[Name, list[tuple[Query, dict[str, frozenset[str]]]]] = defaultdict(list)
        for query in workload.queries if workload else ():
            try:
                for table, columns in asked_columns(query.sql, schema):
                    self._read[table].append((query, columns))
            except InputError:
                continue  # what is no single query of this schema

    def of(self, table: Table) -> Mapping[str, frozenset[str]]:
        """The operators beside each column of `table`, over all queries: "=", "in", "<", "between", "@>", "->>",
        "is null", "is not null", "order" (it is sorted by), "set" (an UPDATE writes it)..."""
        found: dict[str, set[str]] = defaultdict(set)
        for _, columns in self._read.get(table.name, ()):
            for column, operators in columns.items():
                found[column] |= operators
        return {column: frozenset(operators) for column, operators in found.items()}

    def queries(self, table: Table) -> list[tuple[Query, dict[str, frozenset[str]]]]:
        """Each query's level that reads `table`, with the operators beside each of its columns."""
        return self._read.get(table.name, [])
