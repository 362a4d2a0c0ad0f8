"""Which index a scan could use: its columns in the order equality, then range or sort."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dbarchitect.model.explain import PlanNode
from dbarchitect.model.names import quote_identifier
from dbarchitect.sql.conditions import Operand, SortKey, Term, sort_keys_of, terms_of

from .reading import PASSING, Reading, Spot

_RANGES = frozenset(("<", ">", "<=", ">="))
_CONTAINMENT = frozenset(("@>", "<@", "&&", "?", "?|", "?&", "@@", "@?"))
_VOLATILE = re.compile(r"\b(?:random|clock_timestamp|nextval|setval|currval|gen_random_uuid|timeofday)\s*\(")
_SUBPLAN = re.compile(r"\b(?:hashed )?SubPlan \d")
# What a function depends on beyond its arguments makes it unfit for an index: time zone, locale, the clock.
_UNSTABLE = re.compile(
    r"\b(?:now|current_\w+|to_char|to_timestamp|timezone|age|date_trunc|date_part|extract)\s*\(", re.I
)


@dataclass(slots=True)
class Design:
    """An index that would serve a scan. `keys` as SQL; `where`: of a partial one; `equal`: how many keys are compared
    with `=`."""

    table: str
    keys: list[str] = field(default_factory=list[str])
    where: list[str] = field(default_factory=list[str])
    method: str = ""
    equal: int = 0
    ordered: bool = False
    columns: list[str] = field(default_factory=list[str])

    @property
    def sql(self) -> str:
        """The statement that makes it."""
        method = f"USING {self.method} " if self.method else ""
        where = f" WHERE {' AND '.join(self.where)}" if self.where else ""
        return f"CREATE INDEX CONCURRENTLY ON {self.table} {method}({', '.join(self.keys)}){where}"

    @property
    def words(self) -> str:
        """Its keys for people."""
        where = f" where {' and '.join(self.where)}" if self.where else ""
        return f"({', '.join(self.keys)}){where}"


def terms_on(reading: Reading, node: PlanNode, text: str) -> list[Term]:
    """The terms of a condition that name a column of this node's relation."""
    own = reading.own_columns(node)
    return [one for one in terms_of(text) if not one.aliases or own & set(one.aliases)]


def designs(
    reading: Reading, spot: Spot, *, extra: str = "", sort: bool = True, order: tuple[str, ...] = ()
) -> list[Design]:
    """The index for a scan's conditions, or one for each arm of an OR; none where its conditions are none that an index
    answers. `extra`: those of its join; `order`: keys of a sort above."""
    node = spot.node
    text = " AND ".join(f"({part})" for part in (node.index_condition, node.filter, extra) if part)
    if node.type == "Bitmap Heap Scan":
        text = " AND ".join(f"({part})" for part in (node.condition, node.filter, extra) if part)
    if not text:
        return []
    terms = terms_on(reading, node, text)
    design = _design(reading, spot, terms)
    keys = sort_keys_of(order) if order else _sort(reading, spot) if sort else ()
    if design is not None:
        _order(design, keys, ranged=_range_of(reading, node, terms))
        return [design] if design.keys else []
    for one in terms:
        if one.operator == "or" and one.arms:
            arms = [_design(reading, spot, list(arm)) for arm in one.arms]
            made = [arm for arm in arms if arm is not None]
            for arm, chosen in zip(one.arms, arms, strict=True):
                if chosen is not None:
                    _order(chosen, (), ranged=_range_of(reading, node, list(arm)))
            if len(made) == len(arms) and all(one.keys for one in made):
                return made
    return []


def _design(reading: Reading, spot: Spot, terms: list[Term]) -> Design | None:
    """The part of equality and of predicates; None where nothing of it can be looked up."""
    node = spot.node
    own = reading.own_columns(node)
    design = Design(table=reading.name(node))
    partial: list[str] = []
    usable = False
    for term in terms:
        mine = _mine(term, own)
        if _VOLATILE.search(term.text) or _SUBPLAN.search(term.text):
            continue
        if term.operator in _CONTAINMENT and term.left is not None and not design.keys:
            design.method = "gin"
            design.keys, design.columns = [_key(term.left)], [term.left.column]
            return design
        if term.operator in ("=", "in") and mine is not None:
            key = _key(mine)
            if key and key not in design.keys:
                design.keys.append(key)
                design.columns.append(mine.column)
            usable = usable or bool(key)
        elif term.operator in _RANGES and mine is not None:
            usable = usable or bool(_key(mine))
        elif (
            term.operator in ("is null", "is not null", "true", "false", "<>")
            and term.left is not None
            and term.left.column
            and _constant(term)
        ):
            partial.append(term.text)
            usable = True
    if not usable:
        return None
    design.equal = len(design.keys)
    design.where = list(dict.fromkeys(partial))
    return design


def _range_of(reading: Reading, node: PlanNode, terms: list[Term]) -> str:
    own = reading.own_columns(node)
    for term in terms:
        mine = _mine(term, own)
        if term.operator in _RANGES and mine is not None and _key(mine):
            return _key(mine)
    return ""


def _order(design: Design, keys: tuple[SortKey, ...], *, ranged: str) -> None:
    """Behind the keys of equality: the range, or the order where there is no range on something else."""
    if design.method:
        return
    sort = [_sorted(one) for one in keys if _key(one.key) and _key(one.key) not in design.keys]
    if sort and (not ranged or ranged == _key(keys[0].key)):
        design.keys += sort
        design.ordered = True
    elif ranged and ranged not in design.keys:
        design.keys.append(ranged)
    if not design.keys and design.where:
        first = re.match(r"^(?:NOT \()?\"?(\w+)\"?", design.where[0])
        if first:
            design.keys.append(quote_identifier(first[1]))


def _sorted(one: SortKey) -> str:
    text = _key(one.key)
    if one.descending:
        return f"{text} DESC" if one.nulls_first else f"{text} DESC NULLS LAST"
    return f"{text} NULLS FIRST" if one.nulls_first else text


def _sort(reading: Reading, spot: Spot) -> tuple[SortKey, ...]:
    """The order that what stands above wants of this scan alone, and only of its first rows."""
    sort: tuple[SortKey, ...] = ()
    for one in spot.above():
        if one.node.type in ("Sort", "Incremental Sort") and not sort:
            sort = sort_keys_of(one.node.sort_key)
            if len(sort) != len(one.node.sort_key):
                return ()
        elif one.node.type == "Limit":
            own = reading.own_columns(spot.node)
            return sort if all(key.key.alias in own and not key.key.constant for key in sort) else ()
        elif one.node.type not in PASSING:
            return ()
    return ()


def _mine(term: Term, own: frozenset[str]) -> Operand | None:
    """The side of a comparison that is of this relation, where the other is not."""
    left, right = term.left, term.right
    if left is None or right is None:
        return None
    if _of(left, own) and not _of(right, own):
        return left
    if _of(right, own) and not _of(left, own) and term.operator in ("=", "in"):
        return right
    return None


def _of(operand: Operand, own: frozenset[str]) -> bool:
    return bool(operand.aliases) and set(operand.aliases) <= own


def _key(operand: Operand) -> str:
    if operand.column:
        return quote_identifier(operand.column)
    if not operand.aliases or _UNSTABLE.search(operand.text) or _VOLATILE.search(operand.text):
        return ""
    return f"({operand.text})"


def _constant(term: Term) -> bool:
    """Whether the term compares with a literal: only such a condition can be an index's."""
    if term.right is None:
        return True
    return term.right.constant and "$" not in term.right.text and not _UNSTABLE.search(term.right.text)


def served(reading: Reading, node: PlanNode, design: Design) -> bool:
    """Whether the catalogue has an index that begins with the keys of this one."""
    table = reading.table(node)
    if table is None or design.method:
        return False
    wanted = [one.removesuffix(" DESC") for one in design.keys]
    for index in table.indexes:
        have = [quote_identifier(one.column) if one.column else f"({one.expression})" for one in index.keys]
        head = set(wanted[: design.equal])
        if index.predicate is None and index.valid and set(have[: len(head)]) == head:
            rest = wanted[len(head) :]
            if have[len(head) : len(head) + len(rest)] == rest:
                return True
    return False
