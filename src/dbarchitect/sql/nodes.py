"""Questions about nodes of a query's tree, and nodes printed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from dbarchitect.model.schema import Relational

from . import parse, tree
from .tree import Node


def printed(node: Node) -> str:
    """The SQL of an expression. Raises `InputError` where it cannot be printed."""
    return parse.printed_tree(node)


def fields_of(node: Any, kind: str) -> Node:
    """The fields of a node of a kind; none of another."""
    found = cast(Node, node).get(kind) if isinstance(node, dict) else None
    return cast(Node, found) if isinstance(found, dict) else {}


def terms(condition: Node | None) -> list[Node]:
    """The terms that a condition joins with AND; none of no condition."""
    return parse.terms_of_tree(condition) if condition else []


def same(one: Node, other: Node) -> bool:
    """Whether two expressions say the same, whatever their spelling."""
    return parse.canonical_tree(one) == parse.canonical_tree(other)


def walked(node: Any, kind: str) -> Iterator[Node]:
    """The nodes of a kind below a node, each as `{kind: fields}`."""
    for name, fields in tree.walk([node]):
        if name == kind:
            yield {name: fields}


def negated(node: Node) -> Node | None:
    """What a NOT negates."""
    fields = node.get("BoolExpr", {})
    return fields["args"][0] if fields.get("boolop") == "NOT_EXPR" else None


def null_test(node: Node) -> Node | None:
    """The x of `x IS NULL`."""
    fields = node.get("NullTest", {})
    return fields["arg"] if fields.get("nulltesttype") == "IS_NULL" else None


def replaced(node: Node, change: Callable[[Node], str | None]) -> Node | None:
    """A condition with the terms within its ANDs and ORs replaced for which `change` has another text; None where
    it has none."""
    text = change(node)
    if text is not None:
        return parse.expression_tree(text)
    fields = node.get("BoolExpr", {})
    if fields.get("boolop") not in ("AND_EXPR", "OR_EXPR"):
        return None
    made = [replaced(one, change) for one in fields["args"]]
    if not any(made):
        return None
    return {"BoolExpr": {**fields, "args": [new or old for new, old in zip(made, fields["args"], strict=True)]}}


def output_name(target: Node) -> str:
    """The name of an output column; "" where only the server knows it."""
    if target.get("name"):
        return str(target["name"])
    node = target.get("val", {})
    names = tree.strings(node.get("ColumnRef", {}).get("fields"))
    if names and len(names) == len(node["ColumnRef"]["fields"]):
        return names[-1]
    if "FuncCall" in node:
        return tree.strings(node["FuncCall"].get("funcname"))[-1]
    if "SubLink" in node and node["SubLink"].get("subLinkType") == "EXPR_SUBLINK":
        inner = node["SubLink"].get("subselect", {}).get("SelectStmt", {}).get("targetList", ())
        return output_name(inner[0]["ResTarget"]) if len(inner) == 1 else ""
    return ""


def equality(node: Node) -> tuple[Node, Node] | None:
    """Both sides of `a = b`."""
    sides = comparison(node)
    return (sides[1], sides[2]) if sides and sides[0] == "=" else None


def comparison(node: Any) -> tuple[str, Node, Node] | None:
    """(operator, left, right) of a comparison with a plain operator."""
    fields = fields_of(node, "A_Expr")
    names = tree.strings(fields.get("name"))
    if fields.get("kind") != "AEXPR_OP" or len(names) != 1 or "lexpr" not in fields or "rexpr" not in fields:
        return None
    return names[0], fields["lexpr"], fields["rexpr"]


COMMUTED = {"=": "=", "<>": "<>", "!=": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def compared(node: Any) -> Iterator[tuple[str, Node, Node]]:
    """A comparison both ways round."""
    found = comparison(node)
    if found and found[0] in COMMUTED:
        operator, left, right = found
        yield operator, left, right
        yield COMMUTED[operator], right, left


def call(node: Any) -> tuple[str, list[Node]]:
    """(name, arguments) of a plain call of a function of the catalogue; ("", []) for others."""
    fields = fields_of(node, "FuncCall")
    names = tree.strings(fields.get("funcname"))
    plain = not any(fields.get(one) for one in ("agg_order", "agg_filter", "agg_distinct", "over", "agg_within_group",
                                                "func_variadic"))  # fmt: skip
    if not plain or not names or names[:-1] not in ([], ["pg_catalog"]):
        return "", []
    return names[-1], list(fields.get("args", ()))


def constant(node: Any) -> str | int | bool | None:
    """The value of a text, integer or boolean constant without a cast; None for others. Other numbers are `fval`."""
    fields = fields_of(node, "A_Const")
    if "sval" in fields:
        return str(fields["sval"].get("sval", ""))
    if "ival" in fields:
        return int(fields["ival"].get("ival", 0))
    if "boolval" in fields:
        return bool(fields["boolval"].get("boolval"))
    if "fval" in fields and str(fields["fval"].get("fval", "")).isdigit():
        return int(fields["fval"]["fval"])
    return None


def cast_of(node: Any) -> tuple[str, Node] | None:
    """(type, what is cast) of a cast to a type without a modifier."""
    fields = fields_of(node, "TypeCast")
    kind = fields_of(fields, "typeName")
    names = tree.strings(kind.get("names"))
    if not names or kind.get("typmods") or kind.get("arrayBounds"):
        return None
    return names[-1], fields["arg"]


def sublink(node: Any, kind: str) -> Node | None:
    """The SelectStmt of a subquery of that kind ("EXISTS_SUBLINK", ...)."""
    link = fields_of(node, "SubLink")
    if link.get("subLinkType") != kind:
        return None
    return fields_of(link.get("subselect"), "SelectStmt") or None


_AGGREGATES = frozenset(
    """count sum avg min max array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or
    every bit_and bit_or bit_xor stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp
    regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy mode percentile_cont
    percentile_disc rank dense_rank range_agg range_intersect_agg xmlagg any_value grouping""".split()  # noqa: SIM905
)
_ROW_MAKERS = frozenset(
    """unnest generate_series generate_subscripts jsonb_array_elements json_array_elements jsonb_array_elements_text
    json_array_elements_text jsonb_each json_each jsonb_each_text json_each_text jsonb_object_keys json_object_keys
    regexp_matches regexp_split_to_table string_to_table jsonb_path_query json_populate_recordset
    jsonb_populate_recordset""".split()  # noqa: SIM905
)
# Of pg_catalog and not volatile (pg_proc.provolatile), as far as queries of applications use them.
_STEADY = frozenset(
    """abs ceil ceiling floor round trunc mod power sqrt sign div exp ln log greatest least width_bucket lower upper
    initcap length char_length octet_length substr substring left right trim btrim ltrim rtrim lpad rpad replace
    translate repeat reverse split_part strpos position concat concat_ws format md5 encode decode ascii chr to_char
    to_date to_timestamp to_number regexp_replace regexp_match regexp_like regexp_count regexp_substr starts_with
    date_trunc date_part extract age now transaction_timestamp statement_timestamp make_date make_timestamp
    make_timestamptz make_interval justify_days justify_hours date timezone coalesce nullif isfinite
    array_length cardinality array_position array_append array_cat array_to_string string_to_array array_remove
    jsonb_build_object json_build_object jsonb_build_array to_json to_jsonb jsonb_typeof json_typeof jsonb_set
    jsonb_array_length jsonb_extract_path jsonb_extract_path_text jsonb_path_exists jsonb_strip_nulls
    jsonb_path_query_first
    row_number lag lead first_value last_value nth_value ntile cume_dist percent_rank to_tsvector to_tsquery
    plainto_tsquery websearch_to_tsquery phraseto_tsquery ts_rank ts_rank_cd ts_headline lower_inc upper_inc isempty
    range_merge num_nulls num_nonnulls overlay like_escape bit_length factorial gcd lcm uuid_extract_timestamp
    host network family inet_same_family crc32 sha256 unistr normalize quote_ident quote_literal hashtext""".split()  # noqa: SIM905
)


def has_aggregate(node: Any) -> bool:
    """Whether an expression holds an aggregate that is not one of a subquery."""
    return any(
        (tree.strings(one.get("funcname")) or [""])[-1] in _AGGREGATES and not one.get("over")
        for one in _calls(node)
    ) or any(one.get("agg_star") or one.get("agg_within_group") for one in _calls(node))  # fmt: skip


def has_window(node: Any) -> bool:
    """Whether an expression holds a window function that is not one of a subquery."""
    return any(one.get("over") for one in _calls(node))


def makes_rows(node: Any) -> bool:
    """Whether an expression holds a function that gives several rows."""
    return any((tree.strings(one.get("funcname")) or [""])[-1] in _ROW_MAKERS for one in _calls(node))


def _calls(node: Any) -> Iterator[Node]:
    """The function calls of an expression, but those of its subqueries."""
    for one in tree.mappings(node, besides=("SelectStmt", "subselect")):
        if "FuncCall" in one:
            yield one["FuncCall"]


def steady(node: Any, schema: Relational) -> bool:
    """Whether all that a tree calls is known to give the same each time within a statement, and to do nothing else."""
    for kind, fields in tree.walk([node]):
        if kind == "FuncCall":
            names = tree.strings(fields.get("funcname"))
            own = [one for one in schema.functions if one.name.name == names[-1]]
            known = names[-1] in _STEADY | _AGGREGATES | _ROW_MAKERS
            if own and any(one.volatility == "volatile" for one in own if one.kind == "function"):
                return False
            if not own and not known:
                return False
        if kind in ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "LockingClause"):
            return False
    return True
