"""What a SELECT gives, by the schema: its columns, and the sets of them that no two of its rows share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Any, cast

from dbarchitect.errors import InputError
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import DomainType, PrimaryKey, Relational, Table, Unique, View

from . import parse, tree
from .relations import (
    Reference,
    Relation,
    RelationColumn,
    Scope,
    column_node,
    is_constant,
    output_name,
    own_nodes,
    typed,
)
from .tree import Node

AGGREGATES = frozenset(
    """
    count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or
    every bit_and bit_or bit_xor xmlagg any_value range_agg range_intersect_agg stddev stddev_pop stddev_samp
    variance var_pop var_samp corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept regr_r2
    regr_slope regr_sxx regr_sxy regr_syy mode percentile_cont percentile_disc
    """.split()  # noqa: SIM905
)
# Those of pg_catalog that give several rows for one.
_SETS = frozenset(
    """
    unnest generate_series generate_subscripts regexp_matches regexp_split_to_table string_to_table
    json_array_elements json_array_elements_text jsonb_array_elements jsonb_array_elements_text json_each
    json_each_text jsonb_each jsonb_each_text json_object_keys jsonb_object_keys jsonb_path_query
    json_populate_recordset jsonb_populate_recordset json_to_recordset jsonb_to_recordset ts_stat ts_parse
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Output:
    """A column that a query gives. `name` is "" where it is not known; `node` None in a set operation; `text` stands
    for it where it came of `*`; `item` is its place in the SELECT list as it is written."""

    name: str
    node: Node | None
    type: str = ""
    nullable: bool = True
    text: str = ""
    item: int = -1


@dataclass(frozen=True, slots=True)
class Answer:
    """What a SELECT gives: columns, keys among them as sets of names, why there are none; `complete`: no column is
    unknown."""

    outputs: tuple[Output, ...]
    keys: tuple[tuple[str, ...], ...] = ()
    why: str = ""
    complete: bool = True


class Reader:
    """Reads SELECTs by one schema. An unqualified name is `public`, else the only relation of that name."""

    def __init__(self, schema: Relational) -> None:
        self._schema = schema
        self._parents = {parent for one in schema.tables if one.partition_of is None for parent in one.inherits}
        self._sets = {one.name.name for one in schema.functions if one.returns.upper().startswith(("SETOF", "TABLE"))}
        self._aggregates = AGGREGATES | {one.name.name for one in schema.functions if one.kind == "aggregate"}

    def scope(self, select: Node, common: Mapping[str, Answer] | None = None) -> Scope:
        """The relations of a SELECT that is no set operation. Raises `InputError` for one that is not there."""
        named = self._common(select, common or {})
        scope = Scope()
        for one in select.get("fromClause", ()):
            self._add(scope, one, named, inner=True)
        if "whereClause" in select:
            for term in parse.terms_of_tree(select["whereClause"]):
                scope.tests.append(term)
                self._equal(scope, term)
        return scope

    def outputs(self, select: Node, scope: Scope) -> tuple[list[Output], bool]:
        """The columns of a SELECT, `*` expanded, and whether all of them are known."""
        found: list[Output] = []
        complete = True
        for item, target in enumerate(select.get("targetList", ())):
            fields = cast(Node, target["ResTarget"])
            node = cast(Node, fields.get("val", {}))
            names = node.get("ColumnRef", {}).get("fields", ())
            if names and "A_Star" in names[-1]:
                expanded, known = self._star(scope, tree.strings(names), item)
                found += expanded
                complete = complete and known
                continue
            reference = scope.reference(node)
            column = scope.column(reference) if reference else None
            name = str(fields.get("name", "")) or output_name(node)
            found.append(Output(name, node, column.type if column else "", scope.nullable(node), item=item))
        return found, complete

    def answer(self, select: Node, common: Mapping[str, Answer] | None = None) -> Answer:
        """What a SELECT gives as a relation."""
        if select.get("op", "SETOP_NONE") != "SETOP_NONE":
            return self._set_operation(select, common or {})
        if "valuesLists" in select:
            row = select["valuesLists"][0].get("List", {}).get("items", ())
            columns = tuple(Output(f"column{place}", None) for place, _ in enumerate(row, 1))
            return Answer(columns, why="the rows of VALUES have no key")
        scope = self.scope(select, common)
        outputs, complete = self.outputs(select, scope)
        keys, why = self.unique(select, scope, outputs)
        return Answer(tuple(outputs), keys, why, complete)

    def unique(self, select: Node, scope: Scope, outputs: Sequence[Output]) -> tuple[tuple[tuple[str, ...], ...], str]:
        """Sets of output columns (by name) that no two rows of a SELECT share; why there are none."""
        names = [one.name for one in outputs]
        if self.several_rows(select):
            return (), "a function in its SELECT list gives several rows for one"
        if "distinctClause" in select and select["distinctClause"] == [{}]:
            usable = all(names) and len(set(names)) == len(names)
            return ((tuple(names),), "") if usable else ((), "columns of DISTINCT have no name of their own")
        of_rows: list[Node] = []
        if "distinctClause" in select:
            of_rows = [self.meant(one, scope, outputs, grouping=False) for one in select["distinctClause"]]
        elif "groupClause" in select or self.aggregated(select):
            if any("GroupingSet" in one for one in select.get("groupClause", ())):
                return (), "rows of GROUPING SETS have no key: NULL stands for all groups and for a group"
            of_rows = [self.meant(one, scope, outputs, grouping=True) for one in select.get("groupClause", ())]
        else:
            return self._mapped(scope, outputs)
        found = [self._named(one, scope, outputs) for one in of_rows]
        if all(found):
            return (tuple(dict.fromkeys(found)),), ""
        return (), "the columns that tell its rows apart are not in its SELECT list"

    def meant(self, node: Node, scope: Scope, outputs: Sequence[Output], *, grouping: bool) -> Node:
        """What an item of ORDER BY, GROUP BY or DISTINCT ON stands for: an ordinal, a name of the SELECT list, or
        itself. GROUP BY asks the relations for a bare name first, the others the list."""
        constant = node.get("A_Const", {})
        if "ival" in constant:
            place = int(constant["ival"].get("ival", 0)) - 1
            return (outputs[place].node or node) if 0 <= place < len(outputs) else node
        names = tree.strings(node.get("ColumnRef", {}).get("fields"))
        if len(names) == 1 and not (grouping and scope.find(names)):
            named = [one for one in outputs if one.name == names[0] and one.node is not None]
            if named and named[0].node is not None:
                return named[0].node
        return node

    def aggregated(self, select: Node) -> bool:
        """Whether a SELECT aggregates: by GROUP BY, HAVING or a function in its list."""
        if "groupClause" in select or "havingClause" in select:
            return True
        looked_at = [select.get("targetList", ()), select.get("sortClause", ())]
        return any(self.aggregates(fields) for kind, fields in own_nodes(looked_at) if kind == "FuncCall")

    def aggregates(self, fields: Node) -> bool:
        """Whether a call is one of an aggregate, and not as a window function."""
        called = self.called(fields)
        if called in ("min", "max") and len(fields.get("args", ())) > 1:  # SQLite's, of the values of one row
            return False
        return called in self._aggregates and "over" not in fields

    def several_rows(self, select: Node) -> bool:
        """Whether a function in the SELECT list gives several rows."""
        return any(
            (tree.strings(fields.get("funcname"))[-1:] or [""])[0] in (_SETS | self._sets)
            for kind, fields in own_nodes(select.get("targetList", ()))
            if kind == "FuncCall"
        )

    @staticmethod
    def called(fields: Node) -> str:
        """The name of the function that a call names."""
        return (tree.strings(fields.get("funcname"))[-1:] or [""])[0]

    @staticmethod
    def printed(node: Node, *, qualified: bool = True) -> str:
        """The SQL of an expression; not `qualified`: with its columns' names alone."""
        return parse.printed_tree(node if qualified else _unqualified(node))

    @staticmethod
    def column_node(alias: str, name: str) -> Node:
        """The tree of `alias.name`."""
        return column_node(alias, name)

    # Relations

    def _common(self, select: Node, outer: Mapping[str, Answer]) -> dict[str, Answer]:
        named = dict(outer)
        clause = select.get("withClause", {})
        for one in clause.get("ctes", ()):
            fields = cast(Node, one["CommonTableExpr"])
            name, query = str(fields.get("ctename", "")), fields.get("ctequery", {}).get("SelectStmt")
            if query is None:
                raise InputError(
                    f"WITH {name} changes rows: there are no pages of that", hint="page a query that reads"
                )
            inside = dict(named)
            if clause.get("recursive") and query.get("op", "SETOP_NONE") != "SETOP_NONE":
                first = self.answer(query.get("larg", {}), named)
                why = f"the rows of the recursive {name} have no key"
                inside[name] = replace(first, keys=(), why=why)
            answer = self.answer(query, inside)
            aliases = tree.strings(fields.get("aliascolnames"))
            named[name] = _renamed(answer, aliases)
        return named

    def _add(self, scope: Scope, node: Node, common: Mapping[str, Answer], *, inner: bool) -> None:
        kind, fields = typed(node)
        if kind == "JoinExpr":
            self._join(scope, fields, common, inner=inner)
            return
        scope.relations.append(self._nullable(self._relation(kind, fields, common), not inner))

    @staticmethod
    def _nullable(relation: Relation, nullable: bool) -> Relation:
        if not nullable:
            return relation
        return replace(relation, columns=tuple(replace(one, nullable=True) for one in relation.columns))

    def _relation(self, kind: str, fields: Node, common: Mapping[str, Answer]) -> Relation:
        alias = fields.get("alias", {})
        name, columns = str(alias.get("aliasname", "")), tree.strings(alias.get("colnames"))
        if kind == "RangeVar":
            relname, schema = str(fields.get("relname", "")), str(fields.get("schemaname", ""))
            if not schema and relname in common:
                answer = common[relname]
                return _as_relation(name or relname, _renamed(answer, columns))
            found = self._found(Name(schema=schema, name=relname))
            if isinstance(found, Table):
                return self._table(found, name or relname, columns, inherited=bool(fields.get("inh")))
            return _as_relation(name or relname, _renamed(self._view(found), columns))
        if kind == "RangeSubselect":
            answer = self.answer(fields.get("subquery", {}).get("SelectStmt", {}), common)
            if fields.get("lateral"):
                answer = replace(answer, why=answer.why or "")
            return _as_relation(name, _renamed(answer, columns))
        if kind == "RangeTableSample":
            inner, own = typed(fields["relation"])
            sampled = self._relation(inner, own, common)
            return replace(sampled, keys=(), why=f"TABLESAMPLE of {sampled.alias} is another sample for each page")
        why = f"the rows of {name or 'a function in FROM'} have no key"
        return Relation(name, tuple(RelationColumn(one) for one in columns), why=why, complete=False)

    def _found(self, name: Name) -> Table | View:
        every: list[Table | View] = [*self._schema.tables, *self._schema.views]
        if name.schema:
            found = [one for one in every if one.name == name]
        else:
            found = [one for one in every if one.name.name == name.name]
            found = [one for one in found if one.name.schema == "public"] or found
        if not found:
            raise InputError(f"the schema has no table {name}", hint="correct the name, or give the source that has it")
        if len(found) > 1:
            places = ", ".join(sorted(str(one.name) for one in found))
            raise InputError(f"table {name.name} is in several schemas: {places}", hint="write the schema's name")
        return found[0]

    def _table(self, table: Table, alias: str, renamed: Sequence[str], *, inherited: bool) -> Relation:
        new = {column.name: to for column, to in zip(table.columns, renamed, strict=False)}
        columns = tuple(
            RelationColumn(
                new.get(one.name, one.name), self._type(one.type.schema, one.type.name, one.type.sql), not one.not_null
            )
            for one in table.columns
        )
        if inherited and table.name in self._parents:
            why = f"rows of the tables that inherit from {table.name.short} may share its keys"
            return Relation(alias, columns, why=why, table=table.name)
        keys = tuple(tuple(new.get(name, name) for name in key) for key in unique_keys(table))
        why = "" if keys else f"{table.name.short} has no primary key and no unique key without NULLs"
        return Relation(alias, columns, keys, why, table.name)

    def _type(self, schema: str, name: str, sql: str) -> str:
        """A type as a parameter has it: of a domain what it is over, because NULL must be able to stand there."""
        domain = next(
            (
                one
                for one in self._schema.types
                if isinstance(one, DomainType) and one.name == Name(schema=schema, name=name)
            ),
            None,
        )
        return sql if domain is None else self._type(domain.type.schema, domain.type.name, domain.type.sql)

    def _view(self, view: View) -> Answer:
        columns = tuple(Output(one.name, None, one.type.sql) for one in view.columns)
        unique = tuple(
            tuple(key.column or "" for key in one.keys)
            for one in view.indexes
            if one.unique and one.predicate is None and one.valid and one.nulls_not_distinct
        )
        try:
            (_, fields), *_ = tree.parse(view.definition)
            answer = _renamed(self.answer(fields), [one.name for one in view.columns])
        except (InputError, tree.ParserError, ValueError, KeyError):
            return Answer(columns, why=f"the view {view.name.short} cannot be read for a key")
        known = {one.name: one for one in answer.outputs}
        outputs = tuple(
            replace(one, nullable=known[one.name].nullable) if one.name in known else one for one in columns
        )
        why = answer.why and f"the view {view.name.short}: {answer.why}"
        return Answer(outputs, (*answer.keys, *unique), why)

    def _join(self, scope: Scope, fields: Node, common: Mapping[str, Answer], *, inner: bool) -> None:
        kind = fields.get("jointype", "JOIN_INNER")
        before = len(scope.relations)
        self._add(scope, fields["larg"], common, inner=inner and kind in ("JOIN_INNER", "JOIN_LEFT"))
        middle = len(scope.relations)
        self._add(scope, fields["rarg"], common, inner=inner and kind in ("JOIN_INNER", "JOIN_RIGHT"))
        left = {one.alias for one in scope.relations[before:middle]}
        right = {one.alias for one in scope.relations[middle:]}
        shared = tree.strings(fields.get("usingClause"))
        if fields.get("isNatural"):
            names = {one.name for r in scope.relations[before:middle] for one in r.columns}
            shared = [one.name for r in scope.relations[middle:] for one in r.columns if one.name in names]
        pairs: list[tuple[Reference, Reference | None]] = []
        for name in shared:
            sides = [
                next((r.alias for r in some if r.column(name)), "")
                for some in (scope.relations[before:middle], scope.relations[middle:])
            ]
            whose = {"JOIN_RIGHT": sides[1], "JOIN_FULL": None}.get(kind, sides[0])
            known = scope.merged.get(name, "")
            scope.merged[name] = None if known is None else (known if known and kind != "JOIN_RIGHT" else whose)
            if scope.compared_alike((sides[0], name), (sides[1], name)):
                pairs += [((sides[0], name), (sides[1], name)), ((sides[1], name), (sides[0], name))]
        own = Scope(scope.relations[before:], merged=scope.merged)
        for term in parse.terms_of_tree(fields["quals"]) if "quals" in fields else ():
            self._equal(own, term)
            if kind == "JOIN_INNER" and inner:
                scope.tests.append(term)
        pairs += own.equal
        if kind == "JOIN_LEFT":  # the kept side's row leaves one of the other, not the other way round
            pairs = [(to, by) for to, by in pairs if to[0] in right and (by is None or by[0] in left | right)]
        elif kind == "JOIN_RIGHT":
            pairs = [(to, by) for to, by in pairs if to[0] in left and (by is None or by[0] in left | right)]
        elif kind == "JOIN_FULL":
            pairs = []
        scope.equal += pairs

    @staticmethod
    def _equal(scope: Scope, term: Node) -> None:
        fields = term.get("A_Expr", {})
        if fields.get("kind") != "AEXPR_OP" or tree.strings(fields.get("name")) != ["="]:
            return
        sides = [cast(Node, fields.get(one, {})) for one in ("lexpr", "rexpr")]
        references = [scope.reference(one) for one in sides]
        for (to, by), other in zip((references, references[::-1]), reversed(sides), strict=True):
            if to is not None and by is not None and to[0] != by[0]:
                # Of other types the operator is not the key's: two bigint values are one as double precision.
                if scope.compared_alike(to, by):
                    scope.equal.append((to, by))
            elif to is not None and is_constant(other):
                scope.equal.append((to, None))

    # Keys

    def _mapped(self, scope: Scope, outputs: Sequence[Output]) -> tuple[tuple[tuple[str, ...], ...], str]:
        listed: dict[Reference, str] = {}
        for one in outputs:
            reference = scope.reference(one.node) if one.node else None
            if reference and sum(other.name == one.name for other in outputs) == 1:
                listed.setdefault(reference, one.name)
        without = [one for one in scope.relations if not one.keys]
        found: list[tuple[str, ...]] = []
        for number in range(len(scope.relations) + 1):
            for chosen in combinations(scope.relations, number):
                if any(one in without for one in chosen) or not scope.determine(chosen):
                    continue
                for keys in product(*(one.keys for one in chosen)):
                    wanted = [(one.alias, name) for one, key in zip(chosen, keys, strict=True) for name in key]
                    if all(one in listed for one in wanted):
                        found.append(tuple(listed[one] for one in wanted))
            if found:
                return tuple(dict.fromkeys(found)), ""
        keys, why = scope.keys(())
        return (), why if keys is None else "the columns that tell its rows apart are not in its SELECT list"

    def _named(self, node: Node, scope: Scope, outputs: Sequence[Output]) -> str:
        wanted = self.same(node, scope)
        for one in outputs:
            if one.node is not None and self.same(one.node, scope) == wanted and one.name:
                return one.name
        return ""

    @staticmethod
    def same(node: Node, scope: Scope) -> object:
        """What two expressions share that are the same in a scope."""
        return scope.reference(node) or parse.canonical_tree(node)

    def _set_operation(self, select: Node, common: Mapping[str, Answer]) -> Answer:
        named = self._common(select, common)
        left, right = self.answer(select.get("larg", {}), named), self.answer(select.get("rarg", {}), named)
        outputs = tuple(
            replace(
                one,
                node=None,
                nullable=one.nullable or other.nullable,
                type=one.type if one.type == other.type else "",
            )
            for one, other in zip(left.outputs, right.outputs, strict=False)
        )
        names = tuple(one.name for one in outputs)
        complete = left.complete and right.complete
        if select.get("all"):
            if select.get("op") == "SETOP_EXCEPT":
                return Answer(outputs, left.keys, left.why, complete)
            return Answer(outputs, (), "UNION ALL keeps equal rows: nothing tells them apart", complete)
        if not complete or not all(names) or len(set(names)) < len(names):
            return Answer(outputs, (), "its columns have no names of their own", complete)
        return Answer(outputs, (names,), "", complete)

    def _star(self, scope: Scope, qualifier: Sequence[str], item: int) -> tuple[list[Output], bool]:
        found: list[Output] = []
        complete = True
        seen: set[str] = set()
        for relation in scope.relations:
            if qualifier and relation.alias != qualifier[-1]:
                continue
            complete = complete and relation.complete
            for column in relation.columns:
                if not qualifier and column.name in scope.merged:
                    if column.name in seen:
                        continue
                    seen.add(column.name)
                    node: Node = {"ColumnRef": {"fields": [{"String": {"sval": column.name}}]}}
                    nullable = scope.nullable(node)
                    found.append(Output(column.name, node, column.type, nullable, quote_identifier(column.name), item))
                    continue
                node = column_node(relation.alias, column.name)
                text = f"{quote_identifier(relation.alias)}.{quote_identifier(column.name)}"
                found.append(Output(column.name, node, column.type, scope.nullable(node), text, item))
        return found, complete


def unique_keys(table: Table) -> Iterator[tuple[str, ...]]:
    """The columns of each key of a table that no two rows share, NULL counted as a value; the primary key first."""

    def sure(columns: Sequence[str], *, nulls_not_distinct: bool) -> bool:
        found = [table.column(one) for one in columns]
        return all(one is not None and (one.not_null or nulls_not_distinct) for one in found)

    seen: set[tuple[str, ...]] = set()
    for one in sorted(table.constraints, key=lambda one: not isinstance(one, PrimaryKey)):
        if isinstance(one, PrimaryKey | Unique) and not one.without_overlaps and one.columns not in seen:
            nulls = isinstance(one, Unique) and one.nulls_not_distinct
            if sure(one.columns, nulls_not_distinct=nulls):
                seen.add(one.columns)
                yield one.columns
    for index in table.indexes:
        columns = tuple(key.column or "" for key in index.keys)
        plain = all(key.column and key.collation is None and key.opclass_default for key in index.keys)
        own = index.unique and index.valid and index.constraint is None and index.predicate is None
        if own and plain and columns not in seen and sure(columns, nulls_not_distinct=index.nulls_not_distinct):
            seen.add(columns)
            yield columns


def _unqualified(node: Any) -> Any:
    if isinstance(node, list):
        return [_unqualified(one) for one in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    fields = cast(Node, node)
    if "ColumnRef" in fields:
        return {"ColumnRef": {"fields": fields["ColumnRef"].get("fields", [])[-1:]}}
    return {key: _unqualified(value) for key, value in fields.items()}


def _as_relation(alias: str, answer: Answer) -> Relation:
    columns = tuple(RelationColumn(one.name, one.type, one.nullable) for one in answer.outputs if one.name)
    return Relation(alias, columns, answer.keys, answer.why, complete=answer.complete)


def _renamed(answer: Answer, names: Sequence[str]) -> Answer:
    if not names:
        return answer
    new = [replace(one, name=name) for one, name in zip(answer.outputs, names, strict=False)]
    to = {one.name: name for one, name in zip(answer.outputs, names, strict=False)}
    outputs = (*new, *answer.outputs[len(new) :])
    return replace(answer, outputs=outputs, keys=tuple(tuple(to.get(one, one) for one in key) for key in answer.keys))
