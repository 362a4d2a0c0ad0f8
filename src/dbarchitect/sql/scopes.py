"""A query read into its SELECTs, each with the tables behind its names."""

from __future__ import annotations

from typing import Any, cast

from dbarchitect.model.names import Name
from dbarchitect.model.schema import Relational, Table

from . import tree
from .layout import clauses, select_token, tokens_of
from .nodes import fields_of, output_name
from .parse import one_query
from .selects import Relation, Select, Statement
from .tree import Node


def read(sql: str, schema: Relational) -> Statement:
    """A query over a schema. Raises `InputError` for what is not one statement that the grammar takes."""
    text = sql.encode()
    kind, fields = one_query(sql)
    statement = Statement(text, schema, {kind: fields}, tokens_of(text), [], {})
    for name, found in tree.walk([{kind: fields}]):
        if name == "CommonTableExpr":
            statement.ctes[found.get("ctename", "")] = found
    if kind == "SelectStmt":
        _Reader(statement).query(fields, None, "top")
    return statement


class _Reader:
    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def query(self, fields: Node, outer: Select | None, role: str) -> None:
        """Add a query and those within it."""
        for one in fields.get("withClause", {}).get("ctes", ()):
            inner = one.get("CommonTableExpr", {}).get("ctequery", {}).get("SelectStmt")
            if inner:
                self.query(inner, outer, "cte")
        if fields.get("op", "SETOP_NONE") != "SETOP_NONE":
            for arm in ("larg", "rarg"):
                self.query(fields[arm], outer, "arm" if role in ("top", "arm") else role)
            return
        starts = [f["location"] for k, f in tree.walk([fields.get("targetList"), fields.get("fromClause")])
                  if f.get("location", -1) > 0 and k in ("ResTarget", "RangeVar")]  # fmt: skip
        token = select_token(self._statement.tokens, min(starts)) if starts else None
        if token is None:
            return
        select = Select(self._statement, fields, outer, role, token, clauses(self._statement.tokens, token))
        self._statement.selects.append(select)
        for item in fields.get("fromClause", ()):
            self._item(select, item, nullable=False)
        for key, value in fields.items():
            if key not in ("fromClause", "withClause"):
                self._sublinks(select, value)

    def _sublinks(self, select: Select, node: Any) -> None:
        stack: list[Any] = [node]
        while stack:
            one = stack.pop(0)
            if isinstance(one, list):
                stack = [*cast("list[Any]", one), *stack]
            elif isinstance(one, dict):
                fields = cast(Node, one)
                link = fields.get("SubLink")
                if link:
                    inner = link.get("subselect", {}).get("SelectStmt")
                    if inner:
                        self.query(inner, select, "sublink")
                    stack = [link.get("testexpr"), *stack]
                else:
                    stack = [*fields.values(), *stack]

    def _item(self, select: Select, item: Node, *, nullable: bool) -> None:
        kind = next(iter(item))
        fields = fields_of(item, kind)
        alias = fields.get("alias", {}).get("aliasname", "")
        if kind == "RangeVar":
            table, columns = self._table(fields)
            renamed = tree.strings(fields.get("alias", {}).get("colnames"))
            name = alias or fields.get("relname", "")
            select.relations[name] = Relation(
                name, None if renamed else table, None if renamed else columns, nullable, fields
            )
        elif kind == "JoinExpr":
            how = fields.get("jointype", "JOIN_INNER")
            self._item(select, fields["larg"], nullable=nullable or how in ("JOIN_RIGHT", "JOIN_FULL"))
            self._item(select, fields["rarg"], nullable=nullable or how in ("JOIN_LEFT", "JOIN_FULL"))
            if fields.get("quals"):
                if how == "JOIN_INNER" and not nullable:
                    select.conditions.append(fields["quals"])
                self._sublinks(select, fields["quals"])
        elif kind == "RangeSubselect":
            inner = fields.get("subquery", {}).get("SelectStmt")
            lateral = bool(fields.get("lateral"))
            if inner:
                self.query(inner, select if lateral else select.outer, "from")
            select.relations[alias] = Relation(alias, None, self._outputs(inner), nullable, fields, lateral)
        else:
            name = alias or f"?{len(select.relations)}"
            select.relations[name] = Relation(name, None, None, nullable, fields)

    def _outputs(self, fields: Node | None) -> tuple[str, ...] | None:
        while fields and fields.get("op", "SETOP_NONE") != "SETOP_NONE":
            fields = cast(Node, fields["larg"])
        names = [output_name(one["ResTarget"]) for one in (fields or {}).get("targetList", ())]
        return tuple(names) if names and all(names) else None

    def _table(self, fields: Node) -> tuple[Table | None, tuple[str, ...] | None]:
        schema, name = fields.get("schemaname", ""), fields.get("relname", "")
        known = self._statement.schema
        if not schema and name in self._statement.ctes:
            cte = self._statement.ctes[name]
            if cte.get("aliascolnames"):
                return None, tuple(tree.strings(cte["aliascolnames"]))
            return None, self._outputs(cte.get("ctequery", {}).get("SelectStmt"))
        if schema:
            table = known.table(Name(schema=schema, name=name))
        else:
            named = [one for one in known.tables if one.name.name == name]
            table = named[0] if len(named) == 1 else None  # of several the search path decides, which is not known
        if table is None:
            view = next((v for v in known.views if v.name.name == name and v.name.schema == (schema or "public")), None)
            return None, tuple(column.name for column in view.columns) if view and view.columns else None
        if table.row_security or any(one.inherits == (table.name,) for one in known.tables):
            return None, tuple(column.name for column in table.columns)  # its constraints do not tell of all its rows
        return table, tuple(column.name for column in table.columns)
