"""`dba check` of a MongoDB database."""

from __future__ import annotations

from msgspec.structs import replace

from dbarchitect.documents.rule import BOOK
from dbarchitect.engines.mongodb.commands import read_commands
from dbarchitect.engines.mongodb.connection import connect, shown
from dbarchitect.engines.mongodb.inspect import LookOptions, inspect
from dbarchitect.errors import InputError
from dbarchitect.model.documents import Documents
from dbarchitect.model.finding import Gap, Review

from .read_only import planned, refuse, reviewed
from .schema import CheckOptions

__all__ = ["check_documents", "gaps_of", "looked_at"]


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
    refuse(options, "a MongoDB server", workload=True)
    plan = planned(BOOK, options)
    queries = tuple(one.asked for one in read_commands(options.workload)) if options.workload else ()
    documents = looked_at(url, LookOptions(now=options.now, progress=options.progress))
    documents = replace(documents, queries=(*queries, *documents.queries))
    command = ["dba", "check", documents.source]
    if options.workload:
        command += ["--workload", str(options.workload)]
    review = reviewed(
        BOOK,
        documents,
        plan,
        options,
        source=documents.source,
        engine=f"{documents.server} {documents.version}".strip(),
        sample=_sample(documents),
        gaps=gaps_of(documents),
        command=command,
    )
    return replace(review, documents=documents.documents)


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


def _sample(documents: Documents) -> str:
    sampled = sum(one.sampled for one in documents.collections)
    if all(one.whole for one in documents.collections if one.kind != "view"):
        return f"all {sampled:,} documents"
    return f"{sampled:,} of {documents.documents:,} documents in {documents.seconds:.0f} s"
