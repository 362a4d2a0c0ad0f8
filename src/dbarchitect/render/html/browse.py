"""The pages of `dba serve` on which a source is browsed: its diagram, its tables, its findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markupsafe import Markup
from msgspec.structs import replace

from dbarchitect.model.figures import size_text
from dbarchitect.model.finding import Finding, Review, Severity
from dbarchitect.model.names import Name
from dbarchitect.model.schema import Column, ForeignKey, NotNull, PrimaryKey, Relational, Table, Unique
from dbarchitect.render.digest import by_object, counts, owner, plural, standing, verdict
from dbarchitect.render.erd import Implied

from . import Site, page
from .drawing import drawn
from .report import numbers_of
from .site import site_head


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    name: str
    kind: str
    columns: int
    rows: str
    size: str
    indexes: int
    refers: tuple[str, ...]
    findings: int
    words: str


def diagram_page(site: Site, subject: str, schema: Relational, implied: Sequence[Implied], *, version: str) -> str:
    """The diagram of a whole schema. `implied`: references that only names imply."""
    return page(
        "site_diagram.html",
        site=site,
        drawing=drawn(schema, implied),
        implied=len(implied),
        **site_head(subject, "Diagram", "good", "Every table and every foreign key.", version),
    )


def tables_page(site: Site, subject: str, schema: Relational, review: Review | None, *, version: str) -> str:
    """All tables; their findings where a review is there already."""
    found = _found(review)
    facts = schema.facts.tables if schema.facts is not None else {}
    rows: list[_Row] = []
    for number, table in enumerate(schema.tables, 1):
        known = facts.get(str(table.name))
        names = (table.name.short, *(column.name for column in table.columns))
        rows.append(
            _Row(
                number=number,
                name=table.name.short,
                kind=_kind(table),
                columns=len(table.columns),
                rows=f"{known.rows:,.0f}" if known is not None and known.rows is not None else "",
                size=size_text(known.total_bytes) if known is not None and known.total_bytes else "",
                indexes=len(table.indexes),
                refers=tuple(dict.fromkeys(key.target.short for key in table.foreign_keys)),
                findings=found[table.name.short],
                words=" ".join(names),
            )
        )
    keys = sum(len(one.foreign_keys) for one in schema.tables)
    said = f"{plural(len(rows), 'table')}, {plural(keys, 'foreign key')}."
    return page("site_tables.html", site=site, rows=rows, **site_head(subject, "Tables", "good", said, version))


def table_page(
    site: Site,
    subject: str,
    schema: Relational,
    table: Table,
    implied: Sequence[Implied],
    review: Review | None,
    *,
    version: str,
) -> str:
    """A table with all that belongs to it; `review`: None where there is none yet."""
    numbers = {one.name: number for number, one in enumerate(schema.tables, 1)}
    facts = schema.facts
    known = facts.tables.get(str(table.name)) if facts is not None else None
    back = [
        (one.name.short, key, numbers[one.name])
        for one in schema.tables
        for key in one.foreign_keys
        if key.target == table.name and one.partition_of is None
    ]
    indexes: list[tuple[object, str, str]] = []
    for index in table.indexes:
        of = facts.indexes.get(str(index.name)) if facts is not None else None
        size = size_text(of.bytes) if of is not None and of.bytes is not None else ""
        indexes.append((index, size, f"{of.scans:,}" if of is not None and of.scans is not None else ""))
    shown = [("Columns", f"{len(table.columns):,}", "")]
    if known is not None and known.rows is not None:
        shown.append(("Rows", f"{known.rows:,.0f}", "by the statistics"))
    if known is not None and known.total_bytes:
        shown.append(("Size", size_text(known.total_bytes), "with indexes and TOAST"))
    findings = None if review is None else _of_table(review, table)
    rules = [
        (one.name, one.definition)
        for one in table.constraints
        if not isinstance(one, PrimaryKey | ForeignKey | NotNull) and one.definition
    ]
    rules += [(one.name, one.definition) for one in table.triggers]
    rules += [(one.name, f"policy for {one.command}: {one.using or one.check or ''}") for one in table.policies]
    said = "It is being looked at." if findings is None else _said(findings)
    return page(
        "site_table.html",
        site=site,
        table=table,
        columns=[(one, _default(one), _keys(table, one.name)) for one in table.columns],
        indexes=indexes,
        out=[(key, numbers.get(key.target)) for key in table.foreign_keys],
        back=back,
        rules=rules,
        findings=findings,
        numbers=None if review is None else numbers_of(review),
        drawing=drawn(_around(schema, table, {name for name, _, _ in back}), _near(implied, table)),
        **site_head(subject, table.name.short, "warn" if findings is None else _mark(findings), said, version, shown),
    )


def findings_page(site: Site, subject: str, review: Review, *, version: str) -> str:
    """All findings, by object."""
    said = verdict(review)
    return page(
        "site_findings.html",
        site=site,
        review=review,
        groups=by_object(review.findings),
        numbers=numbers_of(review),
        standing=standing(review),
        **site_head(subject, "Findings", _mark(review.findings), f"{said[:1].upper()}{said[1:]}.", version),
    )


def finding_page(
    site: Site, subject: str, schema: Relational, review: Review, number: int, *, rule: str, again: str, version: str
) -> str:
    """The finding of a number, from 1, with its evidence. `rule`: what its page says, in Markdown of ours; `again`: the
    command that repeats it."""
    one = review.findings[number - 1]
    tables = {(table.name.schema, table.name.name): place for place, table in enumerate(schema.tables, 1)}
    return page(
        "site_finding.html",
        site=site,
        one=one,
        figures=[
            (name.replace("_", " "), int(value) if isinstance(value, float) and value.is_integer() else value)
            for name, value in one.facts.items()
        ],
        table=tables.get((one.at.schema, one.at.name)),
        again=one.proof.rerun or again,
        rule=Markup(_markdown().render(rule)) if rule else "",
        **site_head(subject, one.rule, _mark((one,)), one.message, version),
    )


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _found(review: Review | None) -> Counter[str]:
    return Counter(owner(one) for one in review.findings) if review is not None else Counter()


def _of_table(review: Review, table: Table) -> list[Finding]:
    found = [one for one in review.findings if (one.at.schema, one.at.name) == (table.name.schema, table.name.name)]
    return sorted(found, key=lambda one: -one.severity.rank)


def _said(findings: Sequence[Finding]) -> str:
    return f"{plural(len(findings), 'finding')}." if findings else "Nothing was found."


def _mark(findings: Sequence[Finding]) -> str:
    found = counts(findings)
    return "bad" if found[Severity.ERROR] else "warn" if found[Severity.WARNING] else "good"


def _kind(table: Table) -> str:
    if table.partition_of is not None:
        return f"partition of {table.partition_of.parent.short}"
    return "" if table.kind == "ordinary" else table.kind


def _default(column: Column) -> str:
    if column.identity is not None:
        return f"GENERATED {'ALWAYS' if column.identity.always else 'BY DEFAULT'} AS IDENTITY"
    if column.generated is not None:
        return f"GENERATED ALWAYS AS ({column.generated.expression})"
    return column.default or ""


def _keys(table: Table, column: str) -> tuple[str, ...]:
    found: list[str] = []
    for one in table.constraints:
        if column not in one.columns:
            continue
        if isinstance(one, PrimaryKey):
            found.append("primary key")
        elif isinstance(one, Unique):
            found.append("unique" if len(one.columns) == 1 else f"unique ({', '.join(one.columns)})")
        elif isinstance(one, ForeignKey):
            found.append(f"to {one.target.short}")
    return tuple(found)


def _around(schema: Relational, table: Table, referring: set[str]) -> Relational:
    """The part of a schema that a table and its neighbours are."""
    targets = {key.target for key in table.foreign_keys}
    kept = tuple(
        one for one in schema.tables if one.name == table.name or one.name in targets or one.name.short in referring
    )
    names: set[Name] = {one.name for one in kept}
    return replace(
        schema,
        tables=tuple(
            replace(
                one,
                partition_of=None if one.name == table.name else one.partition_of,
                constraints=tuple(
                    key
                    for key in one.constraints
                    if not isinstance(key, ForeignKey) or (key.target in names and table.name in (one.name, key.target))
                ),
            )
            for one in kept
        ),
    )


def _near(implied: Sequence[Implied], table: Table) -> list[Implied]:
    return [one for one in implied if one.table == table.name == one.target]
