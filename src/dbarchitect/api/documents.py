"""`dba check` of a MongoDB database."""

from __future__ import annotations

import shlex

from msgspec.structs import replace

from dbarchitect.documents.rule import look, rules
from dbarchitect.engines.mongodb.commands import read_commands
from dbarchitect.engines.mongodb.connection import connect, is_mongodb, shown
from dbarchitect.engines.mongodb.inspect import LookOptions, inspect
from dbarchitect.errors import InputError
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Gap, Review
from dbarchitect.suppression import read_baseline, suppress

from .schema import CheckOptions, RulePage

__all__ = ["check_documents", "document_pages", "gaps_of", "is_mongodb", "looked_at"]


def document_pages() -> tuple[RulePage, ...]:
    """The pages of the rules for MongoDB, by id."""
    return tuple(
        RulePage(id=rule.id, severity=rule.severity.value, needs=", ".join(rule.needs), text=rule.page or "")
        for rule in rules()
    )


def looked_at(url: str, options: LookOptions) -> Documents:
    """What the database that the URL names has. Raises `InputError` where it names none."""
    client, database = connect(url)
    try:
        if not database:
            raise InputError(f"{shown(url)} names no database", hint="mongodb://HOST:PORT/DATABASE")
        return inspect(client, url, database, options)
    finally:
        client.close()


def check_documents(url: str, options: CheckOptions) -> Review:
    """Review a MongoDB database: indexes, queries of the profiler or of a file, and a sample of its documents.

    Raises `InputError` for options that have no meaning there, `SurroundingsError` where it cannot be reached.
    """
    _refuse(options)
    known = [rule.id for rule in rules()]
    asked = [one for one in options.select if one in known]
    run = {one for one in (asked if options.select else known) if one not in options.ignore}
    baseline = read_baseline(options.baseline) if options.baseline else None
    queries = tuple(one.asked for one in read_commands(options.workload)) if options.workload else ()
    documents = looked_at(url, LookOptions(now=options.now, progress=options.progress))
    documents = replace(documents, queries=(*queries, *documents.queries))
    findings, silent = look(documents, run)
    engine = f"{documents.server} {documents.version}".strip()
    rerun = ["dba", "check", documents.source]
    if options.workload:
        rerun += ["--workload", str(options.workload)]
    findings = tuple(
        replace(
            one,
            proof=replace(
                one.proof,
                rerun=shlex.join([*rerun, "--select", one.rule]),
                environment={"server": engine},
            ),
        )
        for one in findings
    )
    findings, suppressed, stale = suppress(
        findings,
        ignores=options.ignores,
        baseline=baseline,
        not_run=set(known) - run,
        today=options.now.date(),
    )
    return Review(
        source=documents.source,
        engine=engine,
        findings=findings,
        silent=silent,
        suppressed=suppressed,
        gaps=(*gaps_of(documents), *stale),
        documents=documents.documents,
        rules_run=len(run),
        environment={"source": engine, "sample": _sample(documents)},
        command=tuple(rerun),
    )


def gaps_of(documents: Documents) -> tuple[Gap, ...]:
    """What could not be read, and what was not looked for."""
    found = [Gap(kind="command", name=name, effect=lacks) for name, lacks in documents.refused.items()]
    if documents.profiler == 0:
        found.append(
            Gap(
                kind="profiler",
                name=documents.database,
                effect="it is off: only queries that it had kept, or of --workload, are known",
            )
        )
    views = [one.name for one in documents.collections if one.kind == "view"]
    if views:
        found.append(Gap(kind="views", name=", ".join(views[:8]), effect="not looked at: they have no documents"))
    return tuple(found)


def _refuse(options: CheckOptions) -> None:
    wrong = {
        "--prove": options.prove, "--fix": options.fix is not None, "--against": options.against is not None,
        "--data": options.data, "--rows": bool(options.rows), "--read-rows": options.read_rows is not None,
        "--server": options.server is not None,
    }  # fmt: skip
    given = next((name for name, is_given in wrong.items() if is_given), None)
    if given is not None:
        raise InputError(f"{given} is for relational sources: a MongoDB server is only read", hint=f"leave {given} out")


def _sample(documents: Documents) -> str:
    sampled = sum(one.sampled for one in documents.collections)
    if all(one.whole for one in documents.collections if one.kind != "view"):
        return f"all {sampled:,} documents"
    return f"{sampled:,} of {documents.documents:,} documents in {documents.seconds:.0f} s"
