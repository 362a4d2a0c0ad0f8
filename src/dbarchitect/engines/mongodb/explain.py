"""What `explain` says of a query as the server runs it now. Only the form of MongoDB itself is read; a server that
answers otherwise says nothing here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from dbarchitect.model.documents_advice import Explained

from .commands import Command
from .connection import Client

_READ = {"find", "aggregate", "count", "distinct"}
_WRITING = {"$out", "$merge"}


def explain(client: Client, database: str, command: Command, *, seconds: float = 10.0) -> tuple[Explained | None, str]:
    """(what the server says, why it says nothing). The query is run on the server, which stops it after `seconds`."""
    from pymongo import errors

    asked = {key: value for key, value in command.command.items() if key in (*_READ, "filter", "query", "sort", "limit",
             "skip", "projection", "hint", "collation", "pipeline", "key", "cursor")}  # fmt: skip
    if command.asked.operation not in _READ or _WRITING & set(command.asked.stages):
        return None, "it writes: it is not run"
    if command.asked.operation == "aggregate":
        asked.setdefault("cursor", {})
    try:
        answer = client[database].command("explain", asked, verbosity="executionStats", maxTimeMS=int(seconds * 1000))
    except errors.OperationFailure as err:
        return None, " ".join(str(err).partition(", full error:")[0].split())[:160]
    found = explained(answer)
    return found, "" if found else "its explain gives no executionStats as MongoDB does"


def explained(answer: Mapping[str, Any]) -> Explained | None:
    """The figures of an answer, None where it has none. An aggregation has them in its first stage or at the top."""
    stats: Any = answer.get("executionStats")
    planner: Any = answer.get("queryPlanner")
    for stage in answer.get("stages") or ():
        if isinstance(stage, Mapping) and "$cursor" in stage:
            held = cast("Mapping[str, Any]", stage["$cursor"])
            stats, planner = stats or held.get("executionStats"), planner or held.get("queryPlanner")
    if not isinstance(stats, Mapping) or "totalDocsExamined" not in stats or not isinstance(planner, Mapping):
        return None
    plan = cast("Mapping[str, Any]", planner).get("winningPlan")
    if not isinstance(plan, Mapping):
        return None
    plan = cast("Mapping[str, Any]", plan)
    stages = list(_stages(plan.get("queryPlan") or plan))
    figures = cast("Mapping[str, Any]", stats)
    return Explained(
        stages=tuple(name for name, _ in stages),
        index=next((index for _, index in stages if index), ""),
        keys=int(figures.get("totalKeysExamined", 0)),
        documents=int(figures["totalDocsExamined"]),
        returned=int(figures.get("nReturned", 0)),
        millis=int(figures.get("executionTimeMillis", 0)),
    )


def _stages(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "stage" in plan:
        yield str(plan["stage"]), str(plan.get("indexName", ""))
    below: list[Any] = [plan.get("inputStage"), *cast("Sequence[Any]", plan.get("inputStages") or ())]
    for shard in plan.get("shards") or ():
        below.append(shard.get("winningPlan"))  # noqa: PERF401
    for one in below:
        if isinstance(one, Mapping):
            yield from _stages(cast("Mapping[str, Any]", one))
