"""A query of the application, and all of them as a workload."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.model.value import Value

A_SECOND = 1.0  # how often something is asked where nobody said


class Asked(Value, frozen=True, kw_only=True):
    """A query of the application. `parameters` names what `$1`, `$2`, ... are; `per_second` is how often it is asked,
    `said` whether the brief says so; `note` tells what the query cannot do as it was asked."""

    text: str
    sql: str
    parameters: tuple[str, ...] = ()
    per_second: float = A_SECOND
    said: bool = False
    latency_ms: float | None = None
    note: str = ""
    examples: dict[str, str] = {}  # SQL for parameters of which no column tells a value, by `$n`
    triggers: bool = False  # what it costs is what triggers do
    values: tuple[tuple[tuple[str, ...], str], ...] = ()  # `$n`s, and a query for values that belong together in rows


def both(one: Asked, other: Asked) -> Asked:
    """Two accesses that are one query: as often as both, and as fast as the more impatient one."""
    waits = [each for each in (one.latency_ms, other.latency_ms) if each is not None]
    said = [each.per_second for each in (one, other) if each.said]
    return replace(
        one,
        text=one.text if one.text == other.text else f"{one.text}; {other.text}",
        per_second=sum(said) if said else one.per_second + other.per_second,
        said=bool(said),
        latency_ms=min(waits, default=None),
    )


def workload(queries: list[Asked]) -> str:
    """The queries as a workload of one day, in the form that `--workload` takes."""
    parts = ["-- What the application asks in a day.\n-- window: 86400\n"]
    for one in queries:
        lines = [f"-- {' '.join(one.text.split())}"]
        if one.parameters:
            lines.append(f"-- {', '.join(f'${number}: {name}' for number, name in enumerate(one.parameters, 1))}")
        if one.note:
            lines.append(f"-- {one.note}")
        if not one.said:
            lines.append("-- how often is assumed")
        parts.append("\n".join([*lines, f"-- calls: {one.per_second * 86400:.0f}", f"{one.sql};"]) + "\n")
    return "\n".join(parts)
