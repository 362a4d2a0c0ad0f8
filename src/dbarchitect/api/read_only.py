"""`dba check` of a server that is only read: what its check has in common with every other one's."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.finding import Gap, Review
from dbarchitect.model.rulebook import Rulebook
from dbarchitect.suppression import read_baseline, suppress

from .schema import CheckOptions

Read = TypeVar("Read")


def refuse(options: CheckOptions, noun: str, *, workload: bool) -> None:
    """Raise `InputError` for an option that has no meaning where nothing is written. `noun`: "a Redis server"."""
    wrong = {
        "--prove": options.prove, "--fix": options.fix is not None, "--against": options.against is not None,
        "--data": options.data, "--rows": bool(options.rows), "--read-rows": options.read_rows is not None,
        "--server": options.server is not None, "--workload": options.workload is not None and not workload,
    }  # fmt: skip
    given = next((name for name, is_given in wrong.items() if is_given), None)
    if given is not None:
        raise InputError(f"{given} is for relational sources: {noun} is only read", hint=f"leave {given} out")


@dataclass(frozen=True)
class Plan:
    """What a check will do, settled before a server is asked.

    run       the ids of the rules that run
    not_run   the others
    baseline  findings that are known, by key
    """

    run: frozenset[str]
    not_run: frozenset[str]
    baseline: dict[str, int] | None


def planned(book: Rulebook[Read], options: CheckOptions) -> Plan:
    """The rules of the book that the options ask for. Raises `InputError` for a baseline that cannot be read."""
    known = frozenset(rule.id for rule in book.rules)
    asked = known & frozenset(options.select) if options.select else known
    run = asked - frozenset(options.ignore)
    baseline = read_baseline(options.baseline) if options.baseline else None
    return Plan(run=run, not_run=known - run, baseline=baseline)


def reviewed(
    book: Rulebook[Read],
    read: Read,
    plan: Plan,
    options: CheckOptions,
    *,
    source: str,
    engine: str,
    sample: str,
    gaps: Sequence[Gap],
    command: Sequence[str],
) -> Review:
    """What the rules say of what was read. `command`: the words that repeat it, which every finding carries."""
    findings, silent = book.look(read, plan.run)
    findings = tuple(
        replace(
            one,
            proof=replace(
                one.proof, rerun=shlex.join([*command, "--select", one.rule]), environment={"server": engine}
            ),
        )
        for one in findings
    )
    findings, suppressed, stale = suppress(
        findings,
        ignores=options.ignores,
        baseline=plan.baseline,
        not_run=plan.not_run | {one.rule for one in silent},
        today=options.now.date(),
    )
    return Review(
        source=source,
        engine=engine,
        findings=findings,
        silent=silent,
        suppressed=suppressed,
        gaps=(*gaps, *stale),
        rules_run=len(plan.run),
        environment={"source": engine, "sample": sample},
        command=tuple(command),
    )
