"""Queries as they are put to a twin: normalised ones with values for their `$n`, which statistics know, where they can.

Which column a parameter is compared with, the plan for any values says: the planner has resolved every name by then.
A query gets values only if all its parameters do: else it is planned for any values, as it came.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from dbarchitect.engines.postgres.parameters import Plannable
from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.errors import InputError
from dbarchitect.model.explain import PlanNode, QueryPlan
from dbarchitect.model.facts import ColumnStatistics, Facts
from dbarchitect.model.names import Name, quote_literal
from dbarchitect.model.query import Query
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value
from dbarchitect.sql.conditions import Operand, Term, terms_of
from dbarchitect.sql.parameters import Compared, compared, has_parameters, limits_of, settings_of

from . import typical
from .typical import Choice

_PAGE_OF_RESULTS = 20  # rows that LIMIT takes where the query's own count does not say it
_RANGES = {">": True, ">=": True, "<": False, "<=": False}
_LIKES = frozenset(("~~", "~~*", "~", "~*", "^@"))
# What stands in a plan's output or is written: any value does, and none that is NULL, which would be computed away.
_ANY = {
    "boolean": "true", "smallint": "1", "integer": "1", "bigint": "1", "numeric": "1", "real": "1",
    "double precision": "1", "text": "x", "character varying": "x", "character": "x", "name": "x", "date": "2000-01-01",
    "timestamp with time zone": "2000-01-01", "timestamp without time zone": "2000-01-01", "time without time zone":
    "12:00", "interval": "1 day", "json": "{}", "jsonb": "{}", "uuid": "00000000-0000-0000-0000-000000000000",
    "bytea": "", "jsonpath": "$", "regconfig": "simple", "bit": "0", "inet": "127.0.0.1",
}  # fmt: skip


class Filled(Value, frozen=True, kw_only=True):
    """A query as a twin plans it.

    parameters  SQL literals; none: it has no parameters, or is planned for any values
    weight      the share of the query's calls that these values stand for
    how         where the values come from, in words; "" where nothing was filled in
    repairs     what of the text had to be changed
    own         the conditions that are the same for all values, as the plan for any values has them; None: all, the
                query has no parameters
    """

    sql: str
    parameters: tuple[str, ...] = ()
    weight: float = 1.0
    how: str = ""
    repairs: tuple[str, ...] = ()
    own: frozenset[str] | None = None

    def is_own(self, term: Term) -> bool:
        """Whether a condition in its plan is the same for all values: `flag = $1` becomes `flag` by its value, and
        `state = $1` looks as `state = 'open'` does."""
        return self.own is None or term.text in self.own


def filled(twin: Twin, query: Query) -> tuple[Filled, ...]:
    """`query` in the form, or the up to three forms, in which it is planned. Raises `InputError` where the server does
    not plan it."""
    if not has_parameters(query.sql):
        return (Filled(sql=query.sql, parameters=query.parameters),)
    text = twin.plannable(query.sql)
    if query.parameters:
        if max(text.numbers, default=0) > len(query.parameters):
            raise InputError(
                f"it has ${max(text.numbers)} and {len(query.parameters)} values for parameters",
                hint="--parameter VALUE once for each",
            )
        given = tuple(query.parameters[number - 1] for number in text.numbers)
        return (Filled(sql=text.sql, parameters=given, repairs=text.repairs, own=_own(_for_any(twin, text.sql))),)
    found: list[Filled] = []
    plan = _for_any(twin, text.sql)
    if plan is None:
        return (Filled(sql=text.sql, repairs=text.repairs, own=frozenset()),)
    try:
        for one in _Filler(twin.schema, text, plan, query).forms():
            twin.explain(one.sql, one.parameters)
            found.append(one)
    except InputError:  # a value that its type or a function does not take
        found = []
    return tuple(found) or (Filled(sql=text.sql, repairs=text.repairs, own=_own(plan)),)


def _for_any(twin: Twin, sql: str) -> QueryPlan | None:
    """The plan for any values; None where the server makes none."""
    try:
        return twin.explain(sql, verbose=True)
    except InputError:
        return None


def _own(plan: QueryPlan | None) -> frozenset[str]:
    """The conditions of a plan for any values that name no parameter."""
    if plan is None:
        return frozenset()
    texts = (text for node in plan.root.walk() for text in (node.condition, node.filter) if text)
    return frozenset(term.text for text in texts for term in terms_of(text) if "$" not in term.text)


def said_of(queries: Sequence[Query], forms: Sequence[Filled]) -> list[str]:
    """What there is to say of how normalised queries of a workload were planned."""
    normalised = [(query, form) for query, form in zip(queries, forms, strict=True) if not query.parameters]
    given = {query.sql for query, form in normalised if form.parameters}
    blind = {query.sql for query, form in normalised if not form.parameters and has_parameters(form.sql)}
    mended = {query.sql for query, form in normalised if form.repairs}
    found: list[str] = []
    if given or blind:
        found.append(
            f"queries that have $n without values: {len(given):,} planned "
            f"with values that the statistics make likely, {len(blind):,} for any values"
        )
    if mended:
        found.append(f"{len(mended):,} queries could not be planned as they were counted, and were mended for it")
    return found


class _Use(Value, frozen=True, kw_only=True):
    """A comparison of a parameter with a column. `known`: the statistics of that; `rows`: of its table. `plain`: with
    the column itself, not with what is computed from it."""

    operator: str
    compared: Compared
    known: ColumnStatistics
    rows: float
    where: str
    plain: bool


class _Filler:
    def __init__(self, schema: Relational, text: Plannable, plan: QueryPlan, query: Query) -> None:
        self._facts = schema.facts or Facts()
        self._text = text
        self._plan = plan
        self._nodes = list(plan.root.walk())
        self._tables = {
            node.alias or node.relation: str(Name(schema=node.schema or "public", name=node.relation))
            for node in self._nodes
            if node.relation and node.type != "ModifyTable"
        }
        if len(self._tables) == 1:  # whose conditions may be printed without it
            self._tables[""] = next(iter(self._tables.values()))
        self._query = query
        self._limits, self._offsets = limits_of(text.sql)
        self._settings = settings_of(text.sql)
        self._free: set[int] = set()
        self._terms = [
            term for node in self._nodes for text in (node.condition, node.filter) if text for term in terms_of(text)
        ]

    def forms(self) -> Iterator[Filled]:
        """The query with values; nothing where a parameter that matters has none."""
        uses: dict[int, list[_Use]] = {}
        for use in self._uses():
            uses.setdefault(use.compared.number, []).append(use)
        if self._confused():
            return
        choices: dict[int, list[Choice]] = {}
        share = self._share(uses)
        pairs = self._pairs(uses, share)
        lists = self._lists(uses)
        for number, kind in enumerate(self._text.types, 1):
            found = self._choices(number, kind, uses.get(number, ()), {**pairs, **lists}, share)
            if not found:
                return
            choices[number] = found
        yield from self._combined(choices)

    def _combined(self, choices: Mapping[int, Sequence[Choice]]) -> Iterator[Filled]:
        """One form, or one for each value of the parameter whose values differ most in number."""
        varied = max(choices, key=lambda number: len(choices[number]), default=0)
        for one in choices.get(varied, ()):
            picked = {number: one if number == varied else found[len(found) // 2] for number, found in choices.items()}
            said = [f"${self._text.numbers[number - 1]} {value.how}" for number, value in picked.items() if value.how]
            yield Filled(
                sql=self._text.sql,
                parameters=tuple(picked[number].value for number in sorted(picked)),
                weight=one.weight,
                how="; ".join(dict.fromkeys(said)),
                repairs=self._text.repairs,
                own=_own(self._plan),
            )

    # Where parameters stand in the plan

    def _uses(self) -> Iterator[_Use]:
        for term in self._terms:
            yield from self._of_term(term)

    def _of_term(self, term: Term) -> Iterator[_Use]:
        for arm in term.arms:
            for inner in arm:
                yield from self._of_term(inner)
        for side, other in ((term.left, term.right), (term.right, term.left)):
            if side is None or other is None or "$" not in other.text or "$" in side.text:
                continue
            found = self._statistics(side)
            if found is None:
                # Of what has no statistics the planner assumes the same share for all values.
                free = term.operator in ("=", "<>", *_RANGES)
                self._free.update(one.number for one in compared(other.text) if free and one.alone)
                continue
            known, rows, where = found
            plain = bool(side.column)
            for one in compared(other.text):
                yield _Use(operator=term.operator, compared=one, known=known, rows=rows, where=where, plain=plain)

    def _statistics(self, side: Operand) -> tuple[ColumnStatistics, float, str] | None:
        """Of the column that one side is, or is made of; None where that is more than one."""
        table = self._tables.get(side.alias)
        if table is None or len(side.aliases) != 1:
            return None
        column = side.column
        if not column:
            words = re.findall(r"[a-z_][a-z0-9_]*", side.text)
            named = [one.column for one in self._facts.columns.get(table, ()) if one.column in words]
            if len(set(named)) != 1:
                return None
            column = named[0]
        known = self._facts.column(table, column)
        facts = self._facts.tables.get(table)
        if known is None or facts is None or not facts.rows:
            return None
        return known, facts.rows, f"{table.removeprefix('public.')}.{column}"

    def _confused(self) -> bool:
        """Whether `$n` in this plan may be what a subplan gives: before PostgreSQL 17 both are printed alike."""
        return any("(returns $" in node.detail.get("Subplan Name", "") for node in self._nodes)

    def _in_conditions(self, number: int) -> bool:
        wanted = re.compile(rf"\${number}(?!\d)")
        return any(wanted.search(text) for node in self._nodes for text in _conditions(node))

    # Values

    def _choices(
        self, number: int, kind: str, uses: Sequence[_Use], set_already: Mapping[int, Choice], share: float | None
    ) -> list[Choice]:
        if number in self._limits:
            return [self._limit()]
        if number in self._offsets:
            return [Choice("'0'", 1.0, "from the first row on")]
        if number in set_already:
            return [set_already[number]]
        for use in uses:
            found = self._of_use(use, kind, share)
            if found:
                return [Choice(_typed(one.value, kind), one.weight, f"{one.how} of {use.where}") for one in found]
        if self._in_conditions(number) and number not in self._free:
            return []  # nor a made-up constant that an index on an expression would be made with
        if number in self._settings:
            return [Choice(quote_literal(self._settings[number]), 1.0, "")]
        return [Choice(quote_literal(_ANY[kind]), 1.0, "")] if kind in _ANY else [Choice("NULL", 1.0, "")]

    def _of_use(self, use: _Use, kind: str, share: float | None) -> list[Choice]:
        known = typical.spread(use.known, use.rows)
        one, operator = use.compared, use.operator
        if operator in ("@>", "<@", "&&") or (operator == "in" and use.known.most_common_elements):
            found = typical.element(use.known)
            if found is None or operator == "<@":
                return []
            value = found if operator == "in" or one.listed else "{" + f'"{found}"' + "}"
            return [Choice(value, 1.0, "an element of middle frequency")]
        if operator in _LIKES:
            if not (one.alone or one.joined):
                return []
            letters = typical.part(known, start=one.joined and one.first)
            if letters is None:
                return []
            bare = one.joined or operator in ("^@", "~", "~*")
            return [Choice(letters if bare else f"%{letters}%", 1.0, "letters out of a value")]
        if operator in _RANGES:
            above = _RANGES[operator]
            wanted = typical.bound(known, typical.OPEN_RANGE if share is None else share, above=above)
            if wanted is None:
                return []
            how = f"a bound that {typical.OPEN_RANGE if share is None else share:.2g} of the rows lie beyond"
            if one.before:
                moment = quote_literal(wanted) + ("::timestamp" if kind == "interval" else "")
                return [Choice(f"\0({one.before}) - {moment}", 1.0, how)]
            return [Choice(wanted, 1.0, how)] if one.alone else []
        if operator in ("=", "<>") and one.alone:
            return typical.looked_up(known, share=share if operator == "=" and use.plain else None)
        return []

    def _limit(self) -> Choice:
        rows, calls = self._query.rows, self._query.calls
        if rows and calls:
            count = max(round(rows / calls), 1)
            return Choice(f"'{count}'", 1.0, f"as many rows as a call gives: {count}")
        return Choice(f"'{_PAGE_OF_RESULTS}'", 1.0, f"{_PAGE_OF_RESULTS} rows")

    def _share(self, uses: Mapping[int, Sequence[_Use]]) -> float | None:
        """What share of its table's rows a query gives, where that is what its only condition lets through."""
        if not self._query.rows or not self._query.calls or len(set(self._tables.values())) != 1 or self._limits:
            return None
        if any(node.type in ("Aggregate", "Limit", "ModifyTable", "Unique", "Group") for node in self._nodes):
            return None
        columns = {use.where for found in uses.values() for use in found}
        if len(columns) != 1 or any(len(term.aliases) > 1 or term.arms or "$" not in term.text for term in self._terms):
            return None
        (rows,) = {use.rows for found in uses.values() for use in found}
        return min(self._query.rows / self._query.calls / rows, 1.0)

    def _pairs(self, uses: Mapping[int, Sequence[_Use]], share: float | None) -> dict[int, Choice]:
        """The two ends of ranges."""
        ends: dict[str, dict[bool, tuple[int, _Use]]] = {}
        for number, found in uses.items():
            for use in found:
                if use.operator in _RANGES and use.compared.alone:
                    ends.setdefault(use.where, {})[_RANGES[use.operator]] = (number, use)
        chosen: dict[int, Choice] = {}
        kinds = self._text.types
        for where, sides in ends.items():
            if len(sides) < 2 or sides[True][0] == sides[False][0]:
                continue
            use = sides[True][1]
            found = typical.between(typical.spread(use.known, use.rows), share)
            if found is not None:
                for above, value in ((True, found[0]), (False, found[1])):
                    chosen[sides[above][0]] = Choice(
                        _typed(value, kinds[sides[above][0] - 1]), 1.0, f"an end of a short range of {where}"
                    )
        return chosen

    def _lists(self, uses: Mapping[int, Sequence[_Use]]) -> dict[int, Choice]:
        lists: dict[str, dict[int, _Use]] = {}
        for number, found in uses.items():
            for use in found:
                if use.compared.listed and use.operator in ("in", "<> array"):
                    lists.setdefault(use.where, {})[number] = use
        chosen: dict[int, Choice] = {}
        for where, members in lists.items():
            use = next(iter(members.values()))
            values = typical.several(typical.spread(use.known, use.rows), len(members))
            for number, value in zip(sorted(members), values, strict=False):
                chosen[number] = Choice(quote_literal(value).strip(), 1.0, f"one of several values of {where}")
        return chosen


def _typed(value: str, kind: str) -> str:
    """A literal for a parameter of that type. After a NUL character `value` is SQL already."""
    if value.startswith("\0"):
        return value[1:]
    if kind in ("integer", "bigint", "smallint") and re.fullmatch(r"-?\d+\.\d+", value):
        value = str(round(float(value)))
    return quote_literal(value).strip()


def _conditions(node: PlanNode) -> Iterator[str]:
    yield node.condition
    yield node.filter
    yield from node.detail.values()
