"""A query as rules of rewriting see it: its SELECTs with their clauses in the text, the tables behind its names, and
what the schema says of a column: whether it can be NULL, whether it is a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from dbarchitect.model.names import quote_identifier
from dbarchitect.model.schema import Column, NotNull, Relational, Table

from . import parse, tree
from .layout import Clause, Edit, Span, Token, closing, edited, parts
from .nodes import call, equality, fields_of, has_aggregate, has_window, makes_rows, output_name, printed, replaced
from .tree import Node

_JOINING = frozenset(("left", "right", "full", "inner", "cross", "natural", "join"))


@dataclass(frozen=True, slots=True)
class Relation:
    """An item of FROM. `table`: of the schema, None for what is none (a subquery, a function, a view). `columns`: its
    names where they are known. `nullable`: an outer join may put NULLs in its place."""

    alias: str
    table: Table | None
    columns: tuple[str, ...] | None
    nullable: bool
    node: Node
    lateral: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that an expression names: of `relation` in the FROM of `select`."""

    select: Select
    relation: Relation
    name: str
    qualified: bool = True

    @property
    def written(self) -> str:
        """The column as the query has it, for where it stands."""
        return self.sql if self.qualified else quote_identifier(self.name)

    @property
    def column(self) -> Column | None:
        """The schema's column."""
        return self.relation.table.column(self.name) if self.relation.table else None

    @property
    def nullable(self) -> bool:
        """Whether it can be NULL."""
        column = self.column
        table = self.relation.table
        return column is None or table is None or self.relation.nullable or not never_null(table, column)

    @property
    def type(self) -> str:
        """The type's name under all domains ("int4"); "" where it is not known, or an array."""
        column = self.column
        if column is None or column.type.is_array:
            return ""
        return column.type.base or column.type.name

    @property
    def sql(self) -> str:
        """The column with its relation."""
        return f"{quote_identifier(self.relation.alias)}.{quote_identifier(self.name)}"

    @property
    def key(self) -> tuple[str, str]:
        """(alias, column)."""
        return self.relation.alias, self.name


@dataclass(frozen=True, slots=True)
class Piece:
    """A term of a condition, or a target, with its place in the text."""

    node: Node
    span: Span
    name: str = ""


@dataclass(slots=True, eq=False)
class Select:
    """One SELECT that is no set operation. `role`: "top", "arm" (of a set operation), "sublink", "from" or "cte"."""

    statement: Statement
    fields: Node
    outer: Select | None
    role: str
    token: int
    clauses: dict[str, Clause]
    relations: dict[str, Relation] = field(default_factory=dict[str, Relation])
    conditions: list[Node] = field(default_factory=list[Node])  # of inner joins

    # Its parts

    @property
    def plain(self) -> bool:
        """Whether it gives one row for each row of its FROM that its WHERE lets pass."""
        others = ("limitCount", "limitOffset", "windowClause")
        return (
            self.plain_but_limit
            and not any(self.fields.get(one) for one in others)
            and not (self.looks_around or self.makes_rows)
        )

    @property
    def plain_but_limit(self) -> bool:
        """Whether each of its rows is one row of its FROM, of which a LIMIT may take a part."""
        others = ("groupClause", "havingClause", "distinctClause", "lockingClause", "valuesLists", "intoClause")
        targets = self.fields.get("targetList", ())
        return not any(self.fields.get(one) for one in others) and not any(has_aggregate(one) for one in targets)

    @property
    def looks_around(self) -> bool:
        """Whether a window function in its targets looks at other rows."""
        return any(has_window(one) for one in self.fields.get("targetList", ()))

    @property
    def makes_rows(self) -> bool:
        """Whether a function in its targets gives several rows."""
        return any(makes_rows(one) for one in self.fields.get("targetList", ()))

    @property
    def condition(self) -> str:
        """The text of its WHERE, "" without one."""
        return self.statement.slice(self.clauses["where"].body) if "where" in self.clauses else ""

    @property
    def counts(self) -> str | None:
        """Of a SELECT that gives only a count of all its rows: "" for `count(*)`, the column that is counted and never
        NULL; None for others."""
        targets = self.fields.get("targetList", ())
        others = ("groupClause", "havingClause", "distinctClause", "limitCount", "limitOffset", "lockingClause",
                  "windowClause", "valuesLists")  # fmt: skip
        if len(targets) != 1 or any(self.fields.get(one) for one in others):
            return None
        node = targets[0]["ResTarget"]["val"]
        name, arguments = call(node)
        if name != "count":
            return None
        if node["FuncCall"].get("agg_star"):
            return ""
        return None if self.nullable(arguments[0]) else printed(arguments[0])

    @property
    def text(self) -> str:
        """As it is written, from SELECT on."""
        return self.statement.slice(self.span)

    @property
    def span(self) -> Span:
        """From SELECT to its last clause."""
        return Span(self.clauses["select"].whole.start, max(one.whole.end for one in self.clauses.values()))

    @property
    def terms(self) -> tuple[Piece, ...]:
        """The terms that its WHERE joins with AND, where the text has them one beside the other; else the whole of it
        as one."""
        return self._split("where", self.fields.get("whereClause"))

    @property
    def having(self) -> tuple[Piece, ...]:
        """The same of HAVING."""
        return self._split("having", self.fields.get("havingClause"))

    def _split(self, clause: str, node: Node | None) -> tuple[Piece, ...]:
        if node is None or clause not in self.clauses:
            return ()
        nodes = parse.terms_of_tree(node)
        spans = parts(self.statement.tokens, self.clauses[clause].tokens, "and")
        if len(nodes) != len(spans):
            return (Piece(node, self.clauses[clause].body),)
        return tuple(Piece(one, span) for one, span in zip(nodes, spans, strict=True))

    @property
    def targets(self) -> tuple[Piece, ...]:
        """What it gives, with the names of the columns."""
        nodes = [one["ResTarget"] for one in self.fields.get("targetList", ())]
        spans = parts(self.statement.tokens, self.clauses["select"].tokens, ",")
        if len(nodes) != len(spans):
            return ()
        return tuple(Piece(one["val"], span, output_name(one)) for one, span in zip(nodes, spans, strict=True))

    @property
    def stars(self) -> frozenset[str]:
        """The aliases of `alias.*` in its targets; "" for a bare `*`."""
        found: set[str] = set()
        for one in self.fields.get("targetList", ()):
            names = one["ResTarget"].get("val", {}).get("ColumnRef", {}).get("fields", ())
            if any("A_Star" in name for name in names):
                found.add((tree.strings(names) or [""])[-1])
        return frozenset(found)

    # Names

    def find(self, node: Any) -> Reference | None:
        """The column that a node is; None for another expression, or where it cannot be told."""
        names = tree.strings(fields_of(node, "ColumnRef").get("fields"))
        if not names or len(names) != len(cast(Node, node)["ColumnRef"]["fields"]) or len(names) > 2:
            return None
        return self.named(names[-1], names[0] if len(names) == 2 else "")

    def named(self, column: str, alias: str = "") -> Reference | None:
        """The column of that name, of this SELECT or of one around it."""
        if alias:
            relation = self.relations.get(alias)
            if relation is not None:
                return Reference(self, relation, column) if _has(relation, column) is not False else None
        else:
            sure = [one for one in self.relations.values() if _has(one, column)]
            unsure = [one for one in self.relations.values() if _has(one, column) is None]
            if len(sure) == 1:
                return Reference(self, sure[0], column, qualified=False)
            if sure or unsure:
                return None
        return self.outer.named(column, alias) if self.outer else None

    def references(self, node: Any) -> tuple[Reference, ...] | None:
        """The columns in an expression, those of subqueries in it that belong to this SELECT or one around it among
        them; None where one cannot be told."""
        found: dict[tuple[int, tuple[str, str]], Reference] = {}
        for select, inner in self.statement.columns_below(node, self):
            reference = select.find({"ColumnRef": inner})
            if reference is None:
                return None
            if reference.select is self or reference.select in self.around:
                found[id(reference.select), reference.key] = reference
        return tuple(found.values())

    @property
    def around(self) -> tuple[Select, ...]:
        """The SELECTs around it."""
        found: list[Select] = []
        one = self.outer
        while one is not None:
            found.append(one)
            one = one.outer
        return tuple(found)

    def qualified(self, node: Node) -> Node | None:
        """An expression without subqueries whose columns name their relations; None where one cannot be told."""
        if any(kind == "SubLink" for kind, _ in tree.walk([node])):
            return None

        def visit(one: Any) -> Any:
            if isinstance(one, list):
                return [visit(part) for part in cast("list[Any]", one)]
            if not isinstance(one, dict):
                return one
            fields = cast(Node, one)
            if "ColumnRef" in fields:
                reference = self.find(fields)
                if reference is None:
                    raise LookupError
                names = [{"String": {"sval": text}} for text in reference.key]
                return {"ColumnRef": {"fields": names}}
            return {key: visit(value) for key, value in fields.items()}

        try:
            return cast(Node, visit(node))
        except LookupError:
            return None

    def nullable(self, node: Any) -> bool:
        """Whether an expression can be NULL, as far as it is known."""
        if "A_Const" in node:
            return bool(node["A_Const"].get("isnull"))
        if "TypeCast" in node:
            return self.nullable(node["TypeCast"].get("arg", {}))
        reference = self.find(node)
        return reference is None or reference.nullable

    def uses(self, relation: Relation, *, besides: Sequence[Span] = ()) -> bool:
        """Whether anything of this SELECT names a relation, outside of some places in the text; True where it cannot be
        told."""
        if "" in self.stars or relation.alias in self.stars:
            return True
        for select, inner in self.statement.columns_below({"SelectStmt": self.fields}, self):
            at = inner.get("location", 0)
            if any(one.start <= at < one.end for one in besides):
                continue
            reference = select.find({"ColumnRef": inner})
            if reference is None:
                if len(inner.get("fields", ())) == 1 and _is_output(self, inner):
                    continue
                return True
            if reference.select is self and reference.relation.alias == relation.alias:
                return True
        return False

    # What holds for its rows

    @property
    def equalities(self) -> Iterator[tuple[Node, Node]]:
        """Both sides of each `a = b` that every row satisfies."""
        for node in (*self.conditions, *(one.node for one in self.terms)):
            for term in parse.terms_of_tree(node):
                sides = equality(term)
                if sides:
                    yield sides

    def join_span(self, relation: Relation) -> Span | None:
        """The text of the JOIN that adds a relation to what stands before it; None where it has none of its own."""
        tokens = self.statement.tokens
        clause = self.clauses.get("from")
        if clause is None:
            return None
        at = relation.node.get("location", 0)
        start = next((n for n in clause.tokens if tokens[n].start >= at), None)
        if start is None:
            return None
        depth = tokens[start].depth
        first = start
        while (
            first > clause.tokens.start and tokens[first - 1].keyword and tokens[first - 1].word in (*_JOINING, "outer")
        ):
            first -= 1
        if first == start:
            return None
        last = start
        for number in range(start, clause.tokens.stop):
            one = tokens[number]
            if number > start and (
                one.depth < depth
                or (one.depth == depth and (one.word == "," or (one.keyword and one.word in _JOINING)))
            ):
                break
            last = number
        begin = tokens[first - 1].end  # with the white space before it
        return Span(begin, tokens[last].end)

    def on_text(self, relation: Relation) -> str:
        """The condition of the join that adds a relation, as it is written; "" where it has none."""
        join, place = self.join_of(relation), self.join_span(relation)
        if not join or not place or not join.get("quals"):
            return ""
        tokens = self.statement.tokens
        inside = [n for n, one in enumerate(tokens) if place.start <= one.start < place.end]
        depth = tokens[inside[0]].depth
        on = next(
            (n for n in inside if tokens[n].word == "on" and tokens[n].keyword and tokens[n].depth == depth), None
        )
        return self.statement.slice(Span(tokens[on + 1].start, place.end)) if on is not None else ""

    def span_of_item(self, relation: Relation) -> Span:
        """A table in FROM with its alias."""
        tokens = self.statement.tokens
        at = next(n for n, one in enumerate(tokens) if one.start == relation.node.get("location"))
        depth, last = tokens[at].depth, at
        for number in range(at + 1, len(tokens)):
            one = tokens[number]
            words = (*_JOINING, "on", "using", "where", "group", "order", "limit", "having", "offset", "fetch", "for",
                     "window", "union", "intersect", "except", "tablesample")  # fmt: skip
            if one.depth < depth or one.word in (",", ";") or (one.keyword and one.word in words):
                break
            last = number
        return Span(tokens[at].start, tokens[last].end)

    def added_term(self, text: str) -> Edit:
        """One more condition that its rows must satisfy."""
        if "where" in self.clauses:
            body = self.clauses["where"].body
            whole = self.statement.slice(body)
            alone = self.fields["whereClause"].get("BoolExpr", {}).get("boolop") != "OR_EXPR"
            return Edit(body, f"{whole} AND {text}" if alone else f"({whole}) AND {text}")
        end = self.clauses["from"].whole.end
        return Edit(Span(end, end), f" WHERE {text}")

    def without_term(self, term: Piece) -> Edit:
        """One condition less."""
        tokens, where = self.statement.tokens, self.clauses["where"]
        first = next(n for n, one in enumerate(tokens) if one.start == term.span.start)
        last = next(n for n, one in enumerate(tokens) if one.end == term.span.end)
        if term.span == where.body:
            return Edit(Span(tokens[first - 2].end, term.span.end), "")
        if term.span.start > where.body.start:  # with the AND before it
            return Edit(Span(tokens[first - 2].end, term.span.end), "")
        return Edit(Span(term.span.start, tokens[last + 2].start), "")

    def rewritten_terms(self, change: Callable[[Node], str | None]) -> Iterator[Edit]:
        """Edits for the terms of its WHERE, and those within their ORs, for which `change` has another text."""
        for term in self.terms:
            text = change(term.node)
            if text is not None:
                yield Edit(term.span, text)
                continue
            made = replaced(term.node, change)
            if made is not None:
                shown = printed(made)
                alone = "BoolExpr" not in made or len(self.terms) == 1
                yield Edit(term.span, shown if alone else f"({shown})")

    def join_of(self, relation: Relation) -> Node | None:
        """The JoinExpr whose right side a relation is."""
        for kind, fields in tree.walk(self.fields.get("fromClause")):
            if kind == "JoinExpr" and fields.get("rarg", {}).get("RangeVar") is relation.node:
                return fields
        return None


@dataclass(slots=True, eq=False)
class Statement:
    """A query over a schema."""

    text: bytes
    schema: Relational
    root: Node
    tokens: list[Token]
    selects: list[Select]
    ctes: dict[str, Node]

    def slice(self, span: Span) -> str:
        """The text there."""
        return self.text[span.start : span.end].decode()

    def edited(self, *edits: Edit) -> str:
        """The text with some places replaced."""
        return edited(self.text, edits)

    def select_of(self, fields: Node) -> Select | None:
        """The SELECT that a node is."""
        return next((one for one in self.selects if one.fields is fields), None)

    def columns_below(self, node: Any, select: Select) -> Iterator[tuple[Select, Node]]:
        """The ColumnRefs below a node, each with the SELECT in which it stands."""
        stack: list[tuple[Any, Select]] = [(node, select)]
        while stack:
            one, inside = stack.pop()
            if isinstance(one, list):
                stack.extend((part, inside) for part in cast("list[Any]", one))
            elif isinstance(one, dict):
                for key, value in cast(Node, one).items():
                    inner = cast(Node, value) if isinstance(value, dict) else {}
                    if key == "ColumnRef":
                        yield inside, inner
                    elif key in ("SelectStmt", "larg", "rarg") and "targetList" in inner:
                        stack.append((inner, self.select_of(inner) or inside))
                    else:
                        stack.append((cast(Any, value), inside))

    def fresh(self, name: str) -> str:
        """A name like this that nothing in the text has."""
        words = {one.word for one in self.tokens}
        number, found = 1, name
        while found in words:
            number += 1
            found = f"{name}_{number}"
        return found

    def token_at(self, at: int) -> Token | None:
        """The token that starts at a byte."""
        return next((one for one in self.tokens if one.start == at), None)

    def span_of_parenthesis(self, at: int) -> Span | None:
        """The text of the parenthesis that opens at a byte."""
        number = next((n for n, one in enumerate(self.tokens) if one.start == at), None)
        if number is None:
            return None
        while number < len(self.tokens) and self.tokens[number].word != "(":
            number += 1
        return Span(self.tokens[number].start, self.tokens[closing(self.tokens, number)].end)


def never_null(table: Table, column: Column) -> bool:
    """Whether no row has a NULL there: a NOT NULL that was never validated says it of new rows alone."""
    marks = (one for one in table.constraints if isinstance(one, NotNull) and column.name in one.columns)
    return column.not_null and all(one.validated for one in marks)


def _has(relation: Relation, column: str) -> bool | None:
    return None if relation.columns is None else column in relation.columns


def _is_output(select: Select, inner: Node) -> bool:
    """Whether a bare name in ORDER BY or GROUP BY is an output's."""
    name = (tree.strings(inner.get("fields")) or [""])[-1]
    at = inner.get("location", 0)
    spans = [select.clauses[one].whole for one in ("order", "group") if one in select.clauses]
    return any(one.start <= at < one.end for one in spans) and any(one.name == name for one in select.targets)
