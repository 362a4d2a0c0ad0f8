"""Keyset pagination: the pages of a query by the keys of its order, which read a page's rows and no others.

A page begins after the last row of the one before. That is exact only if the order leaves no two rows equal (a key is
added to it), if NULL has its place in the condition, and if a parameter has its column's own type. See Winand,
"We need tool support for keyset pagination"; the branches for mixed directions are his, with one more for NULL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.keyset import CursorColumn, Keyset, PageParameter, PageQuery
from dbarchitect.model.names import Name, quote_identifier
from dbarchitect.model.schema import Relational
from dbarchitect.query.keyset_conditions import CURSOR, branches, condition_of, runs_of
from dbarchitect.query.keyset_index import Served, supporting_index
from dbarchitect.sql import tree
from dbarchitect.sql.answers import Output, Reader
from dbarchitect.sql.paging import Paged, parameters_of, read_paged, renumbered
from dbarchitect.sql.relations import Reference, Scope, output_name, own_nodes_named
from dbarchitect.sql.tree import Node

Form = Literal["row", "or", "union"]

_PAGE_SIZE, _SKIPPED = 200_000, 300_000  # numbers of new parameters until all are numbered anew
_BRANCHES = 8  # more than these make a text that nobody reads: terms with OR stand in their place

# Types that have no order, or one that `<` and `>` are not the operators of (hstore: #<#).
_UNORDERED = frozenset("json xml point line lseg path polygon box circle xid cid aclitem hstore".split())  # noqa: SIM905
# Functions whose value is another one on the next page.
_CHANGING = frozenset(
    """
    random random_normal clock_timestamp statement_timestamp transaction_timestamp timeofday now gen_random_uuid
    uuidv4 uuidv7 uuid_generate_v1 uuid_generate_v4 nextval currval lastval txid_current pg_current_xact_id age
    """.split()  # noqa: SIM905
)


_CHANGING_LITE = frozenset(("randomblob", "changes", "total_changes", "last_insert_rowid"))
_CLOCKS = frozenset(("date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff"))  # SQLite's


class _RefusedError(Exception):
    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.why, self.hint = why, hint


@dataclass(frozen=True, slots=True)
class _Key:
    """A key. `text`: over the relations; `written`: as ORDER BY has it; `column`: what CursorColumn says."""

    text: str
    written: str
    column: CursorColumn


def pages(sql: str, schema: Relational, types: Mapping[str, str] | None = None) -> Keyset:
    """First, next and previous page of a query by the keys of its order.

    `types`: SQL types of output columns by name, for those that the schema does not say (expressions). Raises
    `InputError` for what is not one SELECT over the schema's tables; a query that has no such pages comes back with the
    reason in `refused`.
    """
    paged = read_paged(sql)
    try:
        return _Pages(paged, sql, schema, types or {}).made()
    except _RefusedError as err:
        return Keyset(sql=sql, refused=err.why, hint=err.hint, offset=paged.offset, skipped=paged.offset_count)


class _Pages:
    def __init__(self, paged: Paged, sql: str, schema: Relational, types: Mapping[str, str]) -> None:
        self.paged = paged
        self.sql = sql
        self.schema = schema
        self.types = types
        self.lite = schema.family == "sqlite"
        self.reader = Reader(schema)
        self.notes: list[str] = []
        self._nodes: list[Node] = []
        self._same: list[object] = []
        self._hidden_names: set[str] = set()
        select = paged.select
        self.united = select.get("op", "SETOP_NONE") != "SETOP_NONE" or "valuesLists" in select
        self.outputs: list[Output]
        if self.united:
            answer = self.reader.answer(select)
            self.scope = Scope()
            self.outputs, self.complete, self.unique, self.why = (
                list(answer.outputs), answer.complete, answer.keys, answer.why,
            )  # fmt: skip
        else:
            self.scope = self.reader.scope(select)
            self.outputs, self.complete = self.reader.outputs(select, self.scope)
            self.unique, self.why = (), ""
        self.grouped = not self.united and self.reader.aggregated(select)
        self.distinct = "distinctClause" in select

    def made(self) -> Keyset:
        paged = self.paged
        self._refuse_what_has_no_pages()
        keys = self._keys()
        wrapped = self._wrapped()
        form = self._form([one.column for one in keys], wrapped)
        self._say(keys)
        served = (
            Served()
            if wrapped or self.united
            else supporting_index(self.scope, self._nodes, keys_of(keys), self.schema)
        )
        if wrapped:
            served = Served(why="the query is computed whole before it is paged: no index gives its order")
        if paged.locks and form == "or" and not wrapped:
            self.notes.append("FOR UPDATE cannot stand in UNION: the condition is joined with OR")
        return Keyset(
            sql=self.sql,
            form=form,
            wrapped=wrapped,
            keys=tuple(one.column for one in keys),
            first=self._query(self._first(keys, wrapped), keys, "after"),
            next=self._query(self._beyond(keys, wrapped, form), keys, "after"),
            previous=self._query(self._previous(keys, wrapped, form), keys, "before"),
            skipping=self._query(self._first(keys, wrapped, f" OFFSET ${_SKIPPED}"), keys, "after"),
            total=self._query(self._counted(keys), keys, "after"),
            page_size=paged.limit_count,
            offset=paged.offset,
            skipped=paged.offset_count,
            index=served.index,
            index_why=served.why,
            existing=served.existing,
            notes=tuple(dict.fromkeys(self.notes)),
        )

    # What has no pages

    def _refuse_what_has_no_pages(self) -> None:
        select = self.paged.select
        if self.paged.with_ties:
            raise _RefusedError("FETCH ... WITH TIES gives pages of any length", "FETCH FIRST n ROWS ONLY, or LIMIT n")
        if "intoClause" in select:
            raise _RefusedError("SELECT INTO makes a table", "page a query that reads")
        if self.lite and self.united:
            raise _RefusedError(
                "the branches of a UNION each bring their own affinity and collation, of which the first one counts",
                "page the branches, or a table that they fill",
            )
        if self.grouped and "groupClause" not in select:
            raise _RefusedError("an aggregate without GROUP BY gives one row", "there is nothing to page")
        if not self.united and self.reader.several_rows(select):
            raise _RefusedError(
                "a function in its SELECT list gives several rows for one, and nothing tells those apart",
                "move it to FROM ... WITH ORDINALITY in a subquery that has a key",
            )
        using = next((one for one in self.paged.sorts if one.using), None)
        if using is not None:
            raise _RefusedError(
                f"ORDER BY {using.text} USING an operator: what comes before and after it is not known from its name",
                "ORDER BY ... ASC or DESC",
            )

    def _wrapped(self) -> bool:
        """Whether the keys do not exist where the query's own WHERE is evaluated, or a condition there would change
        what it computes (windows)."""
        looked_at = (self.paged.select.get("targetList", ()), self.paged.select.get("sortClause", ()))
        return (
            not self.paged.spliceable
            or self.grouped
            or self.distinct
            or "windowClause" in self.paged.select
            or any("over" in fields for fields in own_nodes_named(looked_at, "FuncCall"))
            or any(True for node in self._nodes for _ in own_nodes_named(node, "SubLink"))
        )

    # Keys

    def _keys(self) -> list[_Key]:
        found: list[_Key] = []
        for sort in self.paged.sorts:
            output = self._output(sort.node)
            node = (output.node if output is not None else sort.node) or {}
            if self.united and output is None:
                raise _RefusedError(f"ORDER BY {sort.text} is no column of the result", "order by an output column")
            same = output.name if self.united and output is not None else self.reader.same(node, self.scope)
            if same in self._same:
                continue
            self._refuse_changing(node, sort.text)
            text = sort.text if output is None else self._text_of(output, sort.text)
            nullable = output.nullable if output is not None else self.scope.nullable(node)
            nullable = nullable or self._may_fail(node)
            found.append(
                self._key(
                    node, same, text, sort.text, output, nullable=nullable, descending=sort.descending,
                    nulls_first=sort.nulls_first if sort.nulls_said else sort.descending != self.lite,
                    tie_break=False, number=len(found) + 1,
                )
            )  # fmt: skip
        if not found:
            self.notes.append("there is no ORDER BY: pages have one, so rows are ordered by their key")
        descending = bool(found) and found[-1].column.descending
        for node, text, output, nullable in self._tie_break():
            same = output.name if self.united and output is not None else self.reader.same(node, self.scope)
            nullable = nullable or self._may_fail(node)
            if same in self._same:
                continue
            found.append(
                self._key(
                    node, same, text, text, output, nullable=nullable, descending=descending,
                    nulls_first=descending != self.lite, tie_break=True, number=len(found) + 1,
                )
            )  # fmt: skip
        if not found:
            raise _RefusedError("it gives one row", "there is nothing to page")
        return found

    def _may_fail(self, node: Node) -> bool:
        """Whether SQLite computes a value, which is NULL where PostgreSQL raises an error (a division by 0)."""
        reference = self.scope.reference(node) if self.lite and node else None
        return self.lite and (reference is None or self.scope.table(reference[0]) is None)

    def _key(
        self,
        node: Node,
        same: object,
        text: str,
        written: str,
        output: Output | None,
        *,
        nullable: bool,
        descending: bool,
        nulls_first: bool,
        tie_break: bool,
        number: int,
    ) -> _Key:
        self._nodes.append(node)
        self._same.append(same)
        shown = output if output is not None and self._usable(output) else self._showing(same)
        reference = self.scope.reference(node) if node else None
        if shown is None and (self.distinct or self.united) and "DISTINCT ON" not in self._kind():
            raise _RefusedError(
                f"the key {text} has no output column with a name of its own", "give each column an alias"
            )
        name = (
            shown.name
            if shown is not None
            else self._fresh(*(reference[::-1] if reference else (output_name(node) or f"{number}", "")))
        )
        column = self.scope.column(reference) if reference else None
        kind = (column.type if column else "") or (shown.type if shown else "") or _whole(self.types.get(name, ""))
        if self.lite:  # a cast would convert what the column keeps as it is
            kind = ""
        base = kind.partition("(")[0].rpartition(".")[2].strip('" ')
        if base in _UNORDERED:
            raise _RefusedError(f"{text} is {base}, which has no order that < and > know", "order by another column")
        return _Key(
            text,
            written,
            CursorColumn(
                name=name,
                expression=text,
                type=kind,
                descending=descending,
                nulls_first=nulls_first,
                nullable=nullable,
                hidden=shown is None,
                tie_break=tie_break,
                table=self._table(reference) if reference else None,
                column=reference[1] if reference else "",
            ),
        )

    def _table(self, reference: Reference) -> Name | None:
        """The table whose column a reference is, where the query has that table once."""
        table = self.scope.table(reference[0])
        return table if sum(one.table == table for one in self.scope.relations) == 1 else None

    def _kind(self) -> str:
        clause = self.paged.select.get("distinctClause")
        return "" if clause is None else "DISTINCT" if clause == [{}] else "DISTINCT ON"

    def _output(self, node: Node) -> Output | None:
        """The output column that an item of ORDER BY names."""
        constant = node.get("A_Const")
        if isinstance(constant, dict) and "ival" in constant:
            place = int(constant["ival"].get("ival", 0)) - 1  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            if not 0 <= place < len(self.outputs):
                raise InputError(f"ORDER BY {place + 1}: the query has {len(self.outputs)} columns", hint="correct it")
            return self.outputs[place]
        names = self.scope.bare_name(node)
        return next((one for one in self.outputs if names and one.name == names), None)

    def _text_of(self, output: Output, otherwise: str) -> str:
        if output.text:
            return output.text
        if self.united or not 0 <= output.item < len(self.paged.columns):
            return otherwise
        return self.paged.columns[output.item].text

    def _usable(self, output: Output) -> bool:
        return bool(output.name) and self.complete and sum(one.name == output.name for one in self.outputs) == 1

    def _showing(self, same: object) -> Output | None:
        for one in self.outputs:
            if one.node is not None and self._usable(one) and self.reader.same(one.node, self.scope) == same:
                return one
        return None

    def _fresh(self, name: str, alias: str) -> str:
        taken = {one.name for one in self.outputs}
        found = f"keyset_{name}"
        if found in taken | self._hidden_names and alias:
            found = f"keyset_{alias}_{name}"
        while found in taken | self._hidden_names:
            found += "_"
        self._hidden_names.add(found)
        return found

    def _refuse_changing(self, node: Node, text: str) -> None:
        volatile = {one.name.name for one in self.schema.functions if one.volatility == "volatile"}
        for fields in own_nodes_named(node, "FuncCall"):
            called = self.reader.called(fields)
            if called in volatile or (
                called in _CHANGING and not (called == "age" and len(fields.get("args", ())) == 2)
            ):
                raise _RefusedError(
                    f"ORDER BY {text}: {called}() has another value on the next page", "order by a value that stays"
                )
            if self.lite and (called in _CHANGING_LITE or (called in _CLOCKS and _says_now(fields))):
                raise _RefusedError(
                    f"ORDER BY {text}: {called}() has another value on the next page", "order by a value that stays"
                )
        if any(True for _ in own_nodes_named(node, "SQLValueFunction")):
            raise _RefusedError(f"ORDER BY {text}: the time is another one on the next page", "order by what is stored")

    def _tie_break(self) -> Iterator[tuple[Node, str, Output | None, bool]]:
        """(tree, text, output, nullable) of what tells rows apart, beside the keys that there are."""
        if self.united:
            if not self.unique:
                raise _RefusedError(
                    self.why, "UNION without ALL, or a column that tells the branches apart with their keys"
                )
            names = {str(one) for one in self._same}
            key = min(self.unique, key=lambda one: len(set(one) - names))
            for name in key:
                output = next(one for one in self.outputs if one.name == name)
                yield output.node or {}, quote_identifier(name), output, output.nullable
            return
        select = self.paged.select
        kind = self._kind()
        if kind == "DISTINCT":
            for one in self.outputs:
                if not self._usable(one):
                    raise _RefusedError("columns of DISTINCT have no names of their own", "give each column an alias")
                yield one.node or {}, self._text_of(one, quote_identifier(one.name)), one, one.nullable
            return
        if kind == "DISTINCT ON" or self.grouped:
            clause = select["distinctClause"] if kind else select["groupClause"]
            if any("GroupingSet" in one for one in clause):
                raise _RefusedError(
                    "GROUPING SETS, ROLLUP and CUBE: NULL stands for a group and for all, so no key tells rows apart",
                    "page GROUP BY alone",
                )
            for item in clause:
                node = self.reader.meant(item, self.scope, self.outputs, grouping=not kind)
                yield node, self.reader.printed(node), None, self.scope.nullable(node)
            return
        references, why = self.scope.keys([one for one in map(self.scope.reference, self._nodes) if one is not None])
        if references is None:
            raise _RefusedError(
                f"no unique key tells its rows apart: {why}",
                "add a primary key, or a unique key over columns without NULLs",
            )
        for alias, name in references:
            node = self.reader.column_node(alias, name)
            yield node, f"{quote_identifier(alias)}.{quote_identifier(name)}", None, self.scope.nullable(node)

    # Texts

    def _form(self, keys: Sequence[CursorColumn], wrapped: bool) -> Form:
        if len(runs_of(keys)) == 1 and not keys[0].nullable:
            return "row"
        if self.lite:  # no ORDER BY and LIMIT in a branch of its UNION
            return "or"
        once = wrapped or self.paged.locks or "withClause" in self.paged.select
        return "or" if once or sum(1 for _ in branches(list(keys), [""] * len(keys))) > _BRANCHES else "union"

    def _sorted(self, text: str, key: CursorColumn) -> str:
        # Where nothing is said NULL is the greatest value; to SQLite it is the least (sqlite.org/lang_select.html).
        usual = key.descending != self.lite
        nulls = "" if key.nulls_first == usual else " NULLS FIRST" if key.nulls_first else " NULLS LAST"
        return f"{text}{' DESC' if key.descending else ''}{nulls}"

    def _limit(self) -> str:
        return self.paged.limit or f"LIMIT ${_PAGE_SIZE}"

    def _hidden(self, keys: Sequence[_Key]) -> list[str]:
        return [f"{one.text} AS {quote_identifier(one.column.name)}" for one in keys if one.column.hidden]

    def _order(self, keys: Sequence[_Key], *, backward: bool) -> str:
        if not backward and self.paged.sorts:
            place = self.paged.places["ORDER"]
            own = self.paged.text[place[0] : place[1]].decode()
            own = own[len("ORDER") :].lstrip()[len("BY") :].lstrip()
            return ", ".join((own, *(self._sorted(one.written, one.column) for one in keys if one.column.tie_break)))
        return ", ".join(self._sorted(one.written, _turned(one.column) if backward else one.column) for one in keys)

    def _first(self, keys: Sequence[_Key], wrapped: bool, offset: str = "") -> str:
        if wrapped:
            return self._around(keys, "", backward=False) + offset
        return self.paged.written(
            added=self._hidden(keys), order=self._order(keys, backward=False), limit=self._limit() + offset
        )

    def _beyond(self, keys: Sequence[_Key], wrapped: bool, form: Form, *, backward: bool = False) -> str:
        columns = [_turned(one.column) if backward else one.column for one in keys]
        if wrapped:
            texts = [f"page.{quote_identifier(one.name)}" for one in columns]
            return self._around(keys, condition_of(columns, texts), backward=backward)
        texts = [one.text for one in keys]

        def one_query(condition: str) -> str:
            return self.paged.written(
                added=self._hidden(keys),
                where=condition,
                order=self._order(keys, backward=backward),
                limit=self._limit(),
            )

        if form != "union":
            return one_query(condition_of(columns, texts))
        parts = [one_query(one) for one in branches(columns, texts)]
        order = ", ".join(self._sorted(quote_identifier(one.name), one) for one in columns)
        return "(" + "\n) UNION ALL (\n".join(parts) + f"\n)\nORDER BY {order}\n{self._limit()}"

    def _previous(self, keys: Sequence[_Key], wrapped: bool, form: Form) -> str:
        inner = self._beyond(keys, wrapped, form, backward=True)
        order = ", ".join(self._sorted(f"page.{quote_identifier(one.column.name)}", one.column) for one in keys)
        return f"SELECT * FROM (\n{inner}\n) AS page\nORDER BY {order}"

    def _counted(self, keys: Sequence[_Key]) -> str:
        return f"SELECT count(*) FROM (\n{self._inner(keys)}\n) AS counted"

    def _inner(self, keys: Sequence[_Key]) -> str:
        """The query without order and limit. DISTINCT ON keeps its order, which says what row of several it takes."""
        kept = self._order([one for one in keys if not one.column.tie_break], backward=False)
        return self.paged.written(
            added=self._hidden(keys), order=kept if self._kind() == "DISTINCT ON" and self.paged.sorts else None
        )

    def _around(self, keys: Sequence[_Key], condition: str, *, backward: bool) -> str:
        """The query in FROM."""
        inner = self._inner(keys)
        columns = [_turned(one.column) if backward else one.column for one in keys]
        order = ", ".join(self._sorted(f"page.{quote_identifier(one.name)}", one) for one in columns)
        where = f"WHERE {condition}\n" if condition else ""
        return f"SELECT * FROM (\n{inner}\n) AS page\n{where}ORDER BY {order}\n{self._limit()}"

    def _query(self, sql: str, keys: Sequence[_Key], side: str) -> PageQuery:
        names: dict[int, str] = {}
        roles: dict[int, PageParameter] = {}
        taken: set[str] = set()

        def named(number: int, wanted: str, parameter: PageParameter) -> None:
            name = parameter_name(wanted)
            while name in taken:
                name += "_"
            taken.add(name)
            names[number] = name
            roles[number] = replace(parameter, name=name)

        for number in parameters_of(sql):
            if number == _PAGE_SIZE or number == self.paged.limit_parameter:
                wanted = self.paged.names.get(number, "page_size")
                named(number, wanted, PageParameter(name="", type="bigint", role="page size"))
            elif number == _SKIPPED:
                named(number, "skipped_rows", PageParameter(name="", type="bigint", role="skipped rows"))
            elif number >= CURSOR:
                column = keys[number - CURSOR].column
                role = PageParameter(name="", type=column.type, role="cursor", cursor=column.name)
                named(number, f"{side}_{column.name}", role)
            else:
                named(number, self.paged.names.get(number, f"p{number}"), PageParameter(name="", role="given"))
        numbered, with_names, old = renumbered(sql, names)
        return PageQuery(sql=numbered, named=with_names, parameters=tuple(roles[one] for one in old))

    def _say(self, keys: Sequence[_Key]) -> None:
        columns = [one.column for one in keys]
        calls = [fields for node in self._nodes for fields in own_nodes_named(node, "FuncCall")]
        if any("over" in fields or self.reader.aggregates(fields) for fields in calls):
            self.notes.append(
                "a key is computed from many rows: what is written between two pages can move rows in the order"
            )
        if any(one.type.startswith(("timestamp", "time")) for one in columns):
            self.notes.append(
                "carry times as the server prints them: a JavaScript Date drops the microseconds, and rows with them"
            )
        if any(one.type.startswith(("bigint", "numeric")) for one in columns):
            self.notes.append("carry bigint and numeric as text where numbers are floating point (JSON, JavaScript)")
        if any(one.type in ("real", "double precision") for one in columns):
            self.notes.append(
                "carry floats with all digits; NaN is the greatest value, and JSON has none: carry it as text"
            )
        if any(one.type.startswith("jsonb") for one in columns):
            self.notes.append("a jsonb key that is longer than some 2,700 bytes fits no B-tree")
        if self.lite:
            self.notes.append("carry each value in the type that SQLite gave it: '5' is no 5, and a blob no text")
        elif any(not one.type for one in columns):
            self.notes.append("the type of a key is not known from the schema: its parameter has no cast")


def _says_now(fields: Node) -> bool:
    """Whether a function of SQLite's asks the clock: by the word now, or because no moment is given."""
    texts = [one["A_Const"].get("sval", {}).get("sval", "") for one in fields.get("args", ()) if "A_Const" in one]
    given = len(fields.get("args", ())) - (tree.strings(fields.get("funcname"))[-1:] == ["strftime"])
    return given <= 0 or any(str(one).lower() == "now" for one in texts)


def parameter_name(text: str) -> str:
    """A name that programs and `:name` can have."""
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in text)


def keys_of(keys: Sequence[_Key]) -> tuple[CursorColumn, ...]:
    """The columns of keys."""
    return tuple(one.column for one in keys)


def _whole(kind: str) -> str:
    """A type without a modifier as a cast takes it whole: `character` is one character, `bit` one bit."""
    return {"character": "bpchar", "bit": "bit varying"}.get(kind, kind)


def _turned(key: CursorColumn) -> CursorColumn:
    return replace(key, descending=not key.descending, nulls_first=not key.nulls_first)
