"""The properties in EXPLAIN's text, by the names that they have in its JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_NUMBER = r"[\d.]+(?:e[+-]?\d+)?"
_PAIR = re.compile(rf"(\w+)=({_NUMBER})")
_AMOUNT = re.compile(r"([A-Z][A-Za-z -]*?): ([^:]*?)(?=  [A-Z]|$)")
_SPACE = re.compile(r"(Memory|Disk): (\d+)kB")
_ORIGINALLY = re.compile(r"(\d+)(?: \(originally (\d+)\))?")
_WORKER = re.compile(r"^\s*Worker (?P<number>\d+):\s*(?P<rest>.*)$")
_TIMES = re.compile(rf"actual (?:time=({_NUMBER})\.\.({_NUMBER}) )?rows=({_NUMBER}) loops=({_NUMBER})")
_MS = re.compile(rf"({_NUMBER})\s*ms")
_TRIGGER = re.compile(  # VERBOSE names both the trigger and its constraint
    r"^Trigger (?:(?:(?P<also>\S+) )?for constraint (?P<constraint>\S+)|(?P<name>\S+))(?: on (?P<relation>\S+))?$"
)
_LISTS = frozenset(("Output", "Sort Key", "Presorted Key", "Group Key", "Partition Key"))
_NUMBERS = frozenset(
    (
        "Rows Removed by Filter", "Rows Removed by Join Filter", "Rows Removed by Index Recheck",
        "Rows Removed by Conflict Filter", "Heap Fetches", "Index Searches", "Workers Planned", "Workers Launched",
        "Subplans Removed", "Disk Usage",
    )
)  # fmt: skip
_CACHE = {"Hits": "Cache Hits", "Misses": "Cache Misses", "Evictions": "Cache Evictions"}


@dataclass(slots=True)
class Worker:
    """A worker's line."""

    raw: dict[str, Any]

    def add_to(self, node: dict[str, Any]) -> None:
        """Put it with the others of its node; one worker may have several lines."""
        workers = node.setdefault("Workers", [])
        for one in workers:
            if one["Worker Number"] == self.raw["Worker Number"]:
                one.update(self.raw)
                return
        workers.append(self.raw)


def worker_of(line: str) -> Worker | None:
    """The worker that a line tells of; None for any other line."""
    match = _WORKER.match(line)
    if match is None:
        return None
    raw: dict[str, Any] = {"Worker Number": int(match["number"][:9])}
    if (times := _TIMES.search(match["rest"])) is not None:
        if times[1] is not None:
            raw |= {"Actual Startup Time": times[1], "Actual Total Time": times[2]}
        raw |= {"Actual Rows": times[3], "Actual Loops": times[4]}
    return Worker(raw)


class Properties:
    """Where properties are read into."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw

    def node(self, key: str, value: str) -> None:
        """A property of a node."""
        raw = self.raw
        if key == "Group Key" and (key in raw or "Grouping Sets" in raw or value == "()"):
            raw["Grouping Sets"] = [*raw.get("Grouping Sets", ()), raw.pop(key, None), listed(value)]
        elif key in _LISTS:
            raw[key] = listed(value)
        elif key in _NUMBERS:
            raw[key] = value.removesuffix("kB")
        elif key == "Buffers":
            self.buffers(value)
        elif key == "I/O Timings":
            self._timings(value)
        elif key == "Heap Blocks":
            for name, number in _PAIR.findall(value):
                raw[f"{name.capitalize()} Heap Blocks"] = number
        elif key == "Sort Method":
            raw[key] = value.split("  ")[0]
            if (space := _SPACE.search(value)) is not None:
                raw |= {"Sort Space Type": space[1], "Sort Space Used": space[2]}
        elif key == "Storage":
            raw[key] = value.split("  ")[0]
            if (most := re.search(r"Maximum Storage: (\d+)kB", value)) is not None:
                raw["Maximum Storage"] = most[1]
        elif key in ("Full-sort Groups", "Pre-sorted Groups"):
            raw[key] = {"Group Count": (value.split() or [""])[0]}
        elif key in ("Buckets", "Batches", "Planned Partitions", "Hits"):
            self._amounts(f"{key}: {value}")
        else:
            raw[key] = value

    def _amounts(self, text: str) -> None:
        """A line of several properties, two blanks between them."""
        raw = self.raw
        hashed = raw.get("Node Type") == "Aggregate"
        for name, value in _AMOUNT.findall(text):
            value = value.strip()
            if name in ("Batches", "Buckets"):
                counted = _ORIGINALLY.match(value)
                if counted is None:
                    continue
                own = f"HashAgg {name}" if hashed else f"Hash {name}"
                raw[own] = counted[1]
                if not hashed:
                    raw[f"Original Hash {name}"] = counted[2] or counted[1]
            elif name in _CACHE:
                raw[_CACHE[name]] = value
            elif name == "Memory Usage":
                raw["Peak Memory Usage"] = value.removesuffix("kB")
            elif name == "Disk Usage":
                raw[name] = value.removesuffix("kB")
            else:
                raw[name] = value

    def buffers(self, value: str) -> None:
        """`shared hit=1 read=2, temp read=3`."""
        for group in value.split(", "):
            kind = group.strip().split(" ")[0].capitalize()
            if kind in ("Shared", "Local", "Temp"):
                for name, number in _PAIR.findall(group):
                    self.raw[f"{kind} {name.capitalize()} Blocks"] = number

    def _timings(self, value: str) -> None:
        for group in value.split(", "):
            first = group.strip().split(" ")[0]
            # shared and local were added up under one name until 16.
            prefix = f"{first.capitalize()} " if first in ("shared", "local", "temp") else ""
            for name, number in _PAIR.findall(group):
                self.raw[f"{prefix}I/O {name.capitalize()} Time"] = number

    def whole(self, key: str, value: str) -> None:
        """A property of the whole plan."""
        raw = self.raw
        names = {
            "planning time": "Planning Time", "execution time": "Execution Time", "total runtime": "Total Runtime",
        }  # fmt: skip
        spent = _MS.search(value)
        if (name := names.get(key.lower())) is not None:
            if spent:
                raw[name] = spent[1]
        elif key == "Serialization":
            if (time := re.search(rf"time=({_NUMBER})", value)) is not None:
                raw[key] = {"Time": time[1]}
        elif key == "Settings":
            raw[key] = dict(re.findall(r"([\w.]+) = '((?:[^']|'')*)'", value))
        elif key.startswith("Trigger ") and (trigger := _TRIGGER.match(key)) is not None:
            told = dict(_PAIR.findall(value))
            raw.setdefault("Triggers", []).append(
                {
                    "Trigger Name": trigger["name"] or trigger["also"] or "",
                    "Constraint Name": trigger["constraint"] or "",
                    "Relation": trigger["relation"] or "",
                    "Time": told.get("time", 0),
                    "Calls": told.get("calls", 0),
                }
            )
        elif key in ("JIT", "Planning"):
            raw.setdefault(key, {})

    def grouped(self, group: str, key: str, value: str) -> None:
        """A property in a group of the whole plan."""
        inner: dict[str, Any] = self.raw.setdefault(group, {})
        if group == "Planning" and key == "Buffers":
            Properties(inner).buffers(value)
        elif group == "JIT" and key == "Functions":
            inner[key] = value
        elif group == "JIT" and key == "Timing":
            inner[key] = dict(re.findall(rf"(\w+) ({_NUMBER}) ms", value))
            # 17 tells in parentheses what deforming took of the generation.
            if "Total" not in inner[key] and (total := re.search(rf"Total ({_NUMBER})", value)) is not None:
                inner[key]["Total"] = total[1]


def listed(text: str) -> list[str]:
    """The parts of a list of expressions, split at the commas outside parentheses and quotes."""
    found: list[str] = []
    depth, quote, start = 0, "", 0
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth <= 0:
            found.append(text[start:place].strip())
            start = place + 1
    return [part for part in (*found, text[start:].strip()) if part]
