"""The line that begins a node in EXPLAIN's text: what it is, of what, its costs and its times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NUMBER = r"[\d.]+(?:e[+-]?\d+)?"
_COST = re.compile(rf"\s*\(cost=({_NUMBER})\.\.({_NUMBER}) rows=({_NUMBER}) width=(\d+)\)")
_ACTUAL = re.compile(rf"\s*\(actual (?:time=({_NUMBER})\.\.({_NUMBER}) )?rows=({_NUMBER}) loops=({_NUMBER})\)")
_NEVER = re.compile(r"\s*\(never executed\)")
_JOIN = re.compile(
    r"^(?P<kind>Hash|Merge|Nested Loop)(?: (?P<join>Left|Right|Full|Semi|Anti|Right Semi|Right Anti|Inner))?"
    r"(?P<word> Join)?$"
)
_AGGREGATE = {"Aggregate": "Plain", "HashAggregate": "Hashed", "GroupAggregate": "Sorted", "MixedAggregate": "Mixed"}
_MODIFY = re.compile(r"^(?P<operation>Insert|Update|Delete|Merge) on (?P<of>.+)$")
_SETOP = re.compile(r"^(?P<hash>Hash)?SetOp (?P<command>.+)$")
_OF = re.compile(r"^(?P<kind>[A-Z].*?(?:Scan|Scan \(.*\)|Task))(?: (?P<way>Backward|Parameterized))?"
                 r"(?: using (?P<index>\"(?:[^\"]|\"\")*\"|\S+))?(?: on (?P<of>.+))?$")  # fmt: skip
_NAME = r'(?:"(?:[^"]|"")*"|[^\s".]+)'
_RELATION = re.compile(rf"^(?:(?P<schema>{_NAME})\.)?(?P<name>{_NAME})(?: (?P<alias>{_NAME}))?$")
# Where no costs are printed, a line is a node only if it is one that we know.
_KNOWN = re.compile(
    r"^(?:Parallel |Finalize |Partial |Async )?(?:Result|ProjectSet|Append|Merge Append|Recursive Union|"
    r"Bitmap(?:And|Or)|"
    r"Nested Loop|Merge (?:\w+ )*Join|Hash (?:\w+ )*Join|Hash|Seq Scan|Sample Scan|Gather|Gather Merge|"
    r"Index(?: Only)? Scan|Bitmap (?:Index|Heap) Scan|Tid (?:Range )?Scan|Subquery Scan|Function Scan|"
    r"Table Function Scan|Values Scan|CTE Scan|Named Tuplestore Scan|WorkTable Scan|Foreign Scan|Custom Scan|"
    r"Foreign (?:Insert|Update|Delete)|Insert on|Update on|Delete on|Merge on|Materialize|Memoize|Sort|"
    r"Incremental Sort|Group|(?:Hash|Group|Mixed)?Aggregate|WindowAgg|Unique|(?:Hash)?SetOp|LockRows|Limit)\b"
)
_SQL = re.compile(r"[;]|^\s*(?:select|explain|with|insert into|delete from)\b", re.IGNORECASE)


@dataclass(slots=True)
class Header:
    """A node as far as its line tells. `measured`: costs or times stand in it; `known`: it is one of PostgreSQL's."""

    raw: dict[str, Any]
    measured: bool
    known: bool


def header_of(text: str) -> Header | None:
    """The node that a line begins; None for one that begins none."""
    raw: dict[str, Any] = {}
    measured = False
    rest = text
    if (cost := _COST.search(rest)) is not None:
        raw |= {
            "Startup Cost": _number(cost[1]), "Total Cost": _number(cost[2]), "Plan Rows": _number(cost[3]),
            "Plan Width": int(cost[4][:18]),
        }  # fmt: skip
        rest, measured = rest[: cost.start()] + rest[cost.end() :], True
    if (actual := _ACTUAL.search(rest)) is not None:
        if actual[1] is not None:
            raw |= {"Actual Startup Time": _number(actual[1]), "Actual Total Time": _number(actual[2])}
        raw |= {"Actual Rows": _number(actual[3]), "Actual Loops": _number(actual[4])}
        rest, measured = rest[: actual.start()] + rest[actual.end() :], True
    elif (never := _NEVER.search(rest)) is not None:
        raw |= {"Actual Startup Time": 0.0, "Actual Total Time": 0.0, "Actual Rows": 0.0, "Actual Loops": 0.0}
        rest, measured = rest[: never.start()] + rest[never.end() :], True
    name = rest.strip()
    if not name or len(name) > 2000 or "(cost=" in name or "(actual " in name:
        return None
    known = _KNOWN.match(name) is not None and _SQL.search(name) is None and not name.endswith(":")
    if not measured and not known and (_SQL.search(name) or not re.match(r"^[A-Z][\w ().-]*$", name)):
        return None
    raw |= _named(name)
    return Header(raw=raw, measured=measured, known=known)


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text  # told with its property's name when the plan is made


def _named(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for word, key, value in (
        ("Async ", "Async Capable", True),
        ("Parallel ", "Parallel Aware", True),
        ("Partial ", "Partial Mode", "Partial"),
        ("Finalize ", "Partial Mode", "Finalize"),
    ):
        if name.startswith(word):
            raw[key] = value
            name = name[len(word) :]
    if name in _AGGREGATE:
        return raw | {"Node Type": "Aggregate", "Strategy": _AGGREGATE[name]}
    join = _JOIN.match(name)
    if join and (join["word"] or join["kind"] == "Nested Loop"):
        kind = join["kind"] if join["kind"] == "Nested Loop" else f"{join['kind']} Join"
        return raw | {"Node Type": kind, "Join Type": join["join"] or "Inner"}
    if (modify := _MODIFY.match(name)) is not None:
        return raw | {"Node Type": "ModifyTable", "Operation": modify["operation"]} | _relation(modify["of"])
    if (setop := _SETOP.match(name)) is not None:
        strategy = "Hashed" if setop["hash"] else "Sorted"
        return raw | {"Node Type": "SetOp", "Strategy": strategy, "Command": setop["command"]}
    of = _OF.match(name)
    if (provider := re.match(r"^Custom Scan \((.*?)\)$", name)) is not None:
        return raw | {"Node Type": "Custom Scan", "Custom Plan Provider": provider[1]}
    if of is None or (of["index"] is None and of["of"] is None):
        return raw | {"Node Type": name}
    kind = of["kind"]
    if (provider := re.match(r"^Custom Scan \((.*)\)$", kind)) is not None:
        raw["Custom Plan Provider"] = provider[1]
        kind = "Custom Scan"
    raw["Node Type"] = kind
    if of["way"] == "Backward":
        raw["Scan Direction"] = "Backward"
    if of["index"]:
        raw["Index Name"] = _bare(of["index"])
    if not of["of"]:
        return raw
    if kind == "Bitmap Index Scan":
        return raw | {"Index Name": _bare(of["of"])}
    found = _relation(of["of"])
    if kind in ("CTE Scan", "WorkTable Scan"):
        found = {"CTE Name": found["Relation Name"], "Alias": found["Alias"]}
    elif kind in ("Function Scan", "Table Function Scan"):
        found = {"Function Name": found["Relation Name"], "Alias": found["Alias"]}
    elif kind in ("Subquery Scan", "Values Scan", "Named Tuplestore Scan"):
        found = {"Alias": found["Alias"]}
    return raw | found


def _relation(text: str) -> dict[str, Any]:
    match = _RELATION.match(text.strip())
    if match is None:
        return {"Relation Name": text.strip(), "Alias": text.strip()}
    name = _bare(match["name"])
    found = {"Relation Name": name, "Alias": _bare(match["alias"]) if match["alias"] else name}
    if match["schema"]:
        found["Schema"] = _bare(match["schema"])
    return found


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if len(name) > 1 and name[0] == name[-1] == '"' else name
