"""JSON documents that all have the same keys

## What it says

Rows were read, and the documents of a JSON column are alike: at least 100 objects, in at least 95 % of which the same
two to twenty keys stand, each with a number, a text or a truth value of one type, and hardly any other key. Columns
that keep what somebody else sent (payloads, requests, events, snapshots, settings) are left out.

## Why it matters

A key in a document has no type, no NOT NULL, no CHECK and no foreign key: a misspelt key and a text for a number are
accepted, and every row stores the names of its keys again.

ANALYZE gathers no statistics inside documents, so the planner guesses how many rows a condition on a key leaves
(PostgreSQL documentation, "Planner Statistics").

## What would make it false

The shape is somebody else's and may change tomorrow, or the document is only ever stored and returned whole.

## How to mend it

Add a column for each key, fill them from the documents, and let the application write the columns; keep the document
only for what really varies. A generated column is a first step that leaves the application as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.model.english import split as words
from dbarchitect.model.facts import Documents
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_identifier, quote_literal
from dbarchitect.model.proof import Accepted
from dbarchitect.model.schema import Column, Table
from dbarchitect.model.value import to_json
from dbarchitect.review.context import Context, base_type, column_ref
from dbarchitect.review.rows import Rows
from dbarchitect.review.rule import Rule
from dbarchitect.review.vocabulary import is_event_like

RULE = Rule(__name__, __doc__, area="normal forms", severity=Severity.INFO, needs="rows", certainty="likely")

_FEWEST = 100  # documents
_ALWAYS = 0.95  # of the documents
_FEWEST_KEYS, _MOST_KEYS = 2, 20
_SCALARS = frozenset({"string", "number", "boolean"})
_AS_RECEIVED = frozenset(
    """
    payload raw body request response event webhook message snapshot before after old new changes diff audit meta
    metadata headers header context config configuration settings options preferences params parameters args schema
    definition template state cache result error log trace claims geojson geometry
    """.split()  # noqa: SIM905
)


def check(review: Context) -> Iterator[Finding]:
    """JSON columns whose documents have one shape."""
    if review.facts is None:
        return
    for table, column in review.columns():
        if base_type(column) not in ("json", "jsonb") or not _AS_RECEIVED.isdisjoint(words(column.name)):
            continue
        read = review.facts.read.get(str(table.name))
        documents = read.documents.get(column.name) if read else None
        if documents is None or is_event_like(table.name.name):
            continue
        keys = _fixed(documents)
        if keys:
            yield _found(review, table, column, documents, keys)


def _fixed(documents: Documents) -> tuple[str, ...]:
    """The keys that (nearly) all documents have, in order; none where the shape varies."""
    all_of_them = documents.objects + documents.others
    if documents.objects < _FEWEST or documents.objects < _ALWAYS * all_of_them or documents.keys_left_out:
        return ()
    fixed = [name for name, key in documents.keys.items() if key.count >= _ALWAYS * documents.objects]
    others = sum(key.count for name, key in documents.keys.items() if name not in fixed)
    alike = all(
        documents.keys[name].type in _SCALARS and documents.keys[name].of_type >= _ALWAYS * documents.objects
        for name in fixed
    )
    if not alike or not _FEWEST_KEYS <= len(fixed) <= _MOST_KEYS or others > (1 - _ALWAYS) * documents.objects:
        return ()
    return tuple(sorted(fixed))


def _found(review: Context, table: Table, column: Column, documents: Documents, keys: tuple[str, ...]) -> Finding:
    types = ", ".join(f"{to_json(key).decode()} ({documents.keys[key].type})" for key in keys)
    return RULE.finding(
        column_ref(table, column),
        f"the {documents.objects:,} documents that were read of {table.name.short}.{quote_identifier(column.name)} have"
        f" the same {len(keys)} keys: {types}; are these columns?",
        facts={"documents": documents.objects, "keys": len(keys)},
        asks=True,
        experiment=_anything(review, table, column, keys),
    )


def _anything(review: Context, table: Table, column: Column, keys: tuple[str, ...]) -> Accepted | None:
    """A document whose keys are all misspelt."""
    document = to_json({f"{key}_misspelt": None for key in keys}).decode()
    rows = Rows(review)
    if rows.add(table, {column.name: quote_literal(document)}) is None:
        return None
    return Accepted(
        script=(*rows.statements, f"SELECT {quote_identifier(column.name)} FROM {table.name} LIMIT 1"),
        shows="a document without any of the keys is accepted",
    )
