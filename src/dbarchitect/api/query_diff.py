"""`dba query diff`: what becomes of a workload's plans on another schema, other statistics or another PostgreSQL."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from dbarchitect.engines.postgres.twin import Twin
from dbarchitect.engines.postgres.twin.scale import scale
from dbarchitect.engines.postgres.twin.snapshot import Snapshot
from dbarchitect.errors import InputError
from dbarchitect.files import write_whole
from dbarchitect.model.facts import Facts
from dbarchitect.model.plan_diff import ComparedQuery, PlanDiff
from dbarchitect.model.proof import Proof
from dbarchitect.model.query import Workload
from dbarchitect.prove.carried import carried, twin_with
from dbarchitect.prove.parameters import said_of
from dbarchitect.prove.plan_diff import badness, compared, left_out, planned
from dbarchitect.prove.workbench import Workbench
from dbarchitect.sources import Source, open_source

from .kinds import admit
from .surroundings import WorkOptions, open_workshop, words_of_rows, words_of_server, workload_of

__all__ = ["PlanDiffOptions", "query_diff", "write_accepted"]

_FORMAT = "dbarchitect.accepted-plans/1"
_ACCEPTED = 1.1  # of the cost that was accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDiffOptions(WorkOptions):
    """Options of `query_diff`. `scale`: factors by table, of the second side. `pg_bin_after`: binaries for it, None:
    the same as `pg_bin`. `baseline`: a file of changes that were accepted."""

    workload: Path | None = None
    scale: Mapping[str, float] | None = None
    pg_bin_after: Path | None = None
    baseline: Path | None = None


def query_diff(before: str, after: str | None, options: PlanDiffOptions) -> PlanDiff:
    """Plan a workload on two twins. Without `after` the second side is the first, scaled or on other binaries.

    A second side without statistics gets those of the first. Raises `InputError` where there is no workload or nothing
    that differs.
    """
    for given in (before, after):
        if given is not None:
            admit("query diff", given)
    if after is None and not options.scale and options.pg_bin_after is None:
        raise InputError(
            "both sides are the same", hint="name a second SOURCE, --scale TABLE=FACTOR or --pg-bin-after DIR"
        )
    accepted = _accepted(options.baseline)
    given = workload_of(options.workload)
    later = options.pg_bin_after or options.pg_bin
    with ExitStack() as stack:
        first = stack.enter_context(open_workshop(options.pg_bin, options.cache, options.progress))
        second = stack.enter_context(open_workshop(later, options.cache, options.progress))
        old = open_source(before, first, data=options.data)
        new = old if after is None else open_source(after, second, data=options.data and after.endswith(".sql"))
        workload = given or _counted(old, new)
        bench = Workbench(
            first.server,
            old.snapshot(now=options.now, workload=workload),
            rows=options.rows,
            seed=options.seed,
            progress=options.progress,
        )
        stack.enter_context(closing(bench))
        twin = bench.twin()
        taken = bench.with_facts()
        target, notes = _second(taken, new, after is None, options)
        other = twin_with(
            second.server, target, target.schema.facts or Facts(), database="after", progress=options.progress
        )
        stack.callback(other.close)
        options.progress(f"planning {len(workload.queries):,} queries twice")
        found, refused = planned(twin, workload.queries)
        working, others = left_out(refused, other)
        queries = sorted((compared(one, other) for one in found), key=badness)
        if not queries and not working:
            raise InputError(
                f"no query of the workload can be planned: {others[0].effect if others else 'it is empty'}",
                hint="see that its tables are those of the source, and that parameters are $1, $2",
            )
        forms = [(one.query, form) for one in found for form in one.forms]
        whole = [one for one in queries if one.after is not None]
        gaps = dict.fromkeys((*old.gaps, *new.gaps, *others, *twin.gaps, *other.gaps))
        return PlanDiff(
            before=_side(old.name, twin),
            after=_side(new.name, other),
            queries=tuple(replace(one, accepted=True) if _is_accepted(one, accepted) else one for one in queries),
            only_after=tuple(working),
            total_before=sum(one.calls * one.before for one in whole),
            total_after=sum(one.calls * (one.after or 0.0) for one in whole),
            left_out=tuple(gaps),
            notes=(*notes, *said_of([query for query, _ in forms], [form for _, form in forms])),
            proof=Proof(
                level="planned",
                method="each query planned on a twin of either side, with the same values",
                holds=True,
                environment=_environment(twin, other),
                rerun=shlex.join(_command(old.name, None if after is None else new.name, options)),
            ),
        )


def _counted(old: Source, new: Source) -> Workload:
    workload = old.counted() if old.is_live or old.workload is not None else new.counted()
    if workload is None:
        raise InputError(
            "there is no workload whose plans could be compared",
            hint="--workload FILE: SQL with `-- calls: N` above each query, or a CSV of pg_stat_statements",
        )
    return workload


def _second(taken: Snapshot, new: Source, same: bool, options: PlanDiffOptions) -> tuple[Snapshot, list[str]]:
    """The snapshot of the second side, and what there is to say of it."""
    notes: list[str] = []
    if same:
        target = taken
    else:
        target = new.snapshot(now=options.now)
        facts, known = target.schema.facts, taken.schema.facts
        if (facts is None or not facts.columns) and known is not None:
            target = replace(target, schema=replace(target.schema, facts=carried(known, taken.schema, target.schema)))
            notes.append("the second side has no statistics: it has those of the first, by name")
    if options.scale:
        target = scale(target, options.scale)
        notes.append("scaled: " + ", ".join(f"{table} {factor:g}x" for table, factor in options.scale.items()))
    return target, notes


def _side(name: str, twin: Twin) -> str:
    scaled = twin.snapshot.manifest.scale
    words = f"{name} on {twin.environment['twin']}"
    return f"{words}, scaled" if scaled else words


def _environment(before: Twin, after: Twin) -> dict[str, str]:
    found = dict(before.environment)
    other = after.environment
    if other != found:
        found |= {f"{key} after": value for key, value in other.items() if found.get(key) != value}
    return found


def _command(before: str, after: str | None, options: PlanDiffOptions) -> Sequence[str]:
    words = ["dba", "query", "diff", before]
    if after is not None:
        words.append(after)
    if options.workload is not None:
        words += ["--workload", str(options.workload)]
    for table, factor in (options.scale or {}).items():
        words += ["--scale", f"{table}={factor:g}x"]
    if options.data:
        words.append("--data")
    words += words_of_rows(options.rows, options.seed) + words_of_server(options.pg_bin, None)
    if options.pg_bin_after is not None:
        words += ["--pg-bin-after", str(options.pg_bin_after)]
    return words


# --- accepted changes -------------------------------------------------------------------------------------------------


def write_accepted(path: Path, found: PlanDiff) -> int:
    """Write the queries that are dearer or broken as accepted; how many those are."""
    costs = {one.id: one.after for one in reversed(found.queries) if one.change in ("worse", "broken")}
    write_whole(path, msgspec.json.format(msgspec.json.encode({"format": _FORMAT, "accepted": costs})) + b"\n")
    return len(costs)


def _accepted(path: Path | None) -> dict[str, float | None]:
    if path is None:
        return {}
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Accepted)
    except OSError as err:
        raise InputError(f"cannot read {path}: {err.strerror}", hint="--write-baseline makes one") from err
    except msgspec.DecodeError as err:
        raise InputError(f"{path} is no list of accepted plans: {err}", hint="--write-baseline makes one") from err
    if document.format != _FORMAT:
        raise InputError(f"{path} is of format {document.format}", hint=f"this version reads {_FORMAT}")
    return document.accepted


class _Accepted(msgspec.Struct):
    format: str
    accepted: dict[str, float | None]


def _is_accepted(one: ComparedQuery, accepted: Mapping[str, float | None]) -> bool:
    """Whether a baseline has it: broken as it was, or at a cost that is not above the accepted one."""
    if one.id not in accepted or one.change not in ("worse", "broken"):
        return False
    cost = accepted[one.id]
    return one.after is None if cost is None else one.after is not None and one.after <= cost * _ACCEPTED
