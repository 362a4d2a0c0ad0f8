"""The record of decisions of a design of documents: how each relation is kept, and what documents do not enforce."""

from __future__ import annotations

from collections.abc import Iterator

from dbarchitect.design.decision import Decision, Topic
from dbarchitect.design.naming import an
from dbarchitect.design.ownership import reference
from dbarchitect.design.spec import Spec
from dbarchitect.model.documents_design import Alternative, Placement
from dbarchitect.model.english import plural

from .logical import Ref, Thing, named
from .placing import BUCKET, LIMIT, Layout


def record(layout: Layout, spec: Spec) -> tuple[Decision, ...]:
    """All decisions, those on relations first."""
    return (
        *_relations(layout),
        *_copies(layout),
        *_kept(layout, spec),
        *_not_enforced(layout, spec),
        *_volumes(layout),
    )


def _relations(layout: Layout) -> Iterator[Decision]:
    for one in layout.placements:
        if one.chosen == "extended reference":
            continue
        found = {each.form: each for each in one.alternatives}
        chosen = found[one.chosen]
        rest = [each for each in one.alternatives if each.form != one.chosen]
        child = layout.logical.things[one.child]
        ref = next(each for each in child.refs if each.role == one.role)
        yield Decision(
            topic="relation",
            about=f"{child.plural}.{ref.role}" if not layout.embedded(child.name) else f"{one.parent}.{child.name}",
            what=_what(layout, one, child, ref),
            why=_figures(chosen) + _asked(one),
            instead="; ".join(
                f"{each.form}: {each.refused + '; ' if each.refused else ''}{_figures(each)}" for each in rest
            ),
            unless=_unless(one, child, ref, found),
            line=one.line,
        )


def _what(layout: Layout, one: Placement, child: Thing, ref: Ref) -> str:
    if one.chosen == "bucket":
        return f"{child.plural} in buckets of at most {BUCKET} of one {one.parent}"
    if (child.name, ref.role) in layout.held:
        return f"the {one.parent} is embedded in each {child.name} as {ref.role}"
    if one.chosen == "embed":
        most = f", at most {one.most:,} (maxItems)" if one.most and one.most > 1 else ""
        return f"{_several(child.name)} are embedded in their {one.parent} as {layout.array(child)}{most}"
    return f"{an(child.name)} refers to its {one.parent} by {ref.name}"


def _figures(one: Alternative) -> str:
    size = f"a document of {one.bytes:,.0f} bytes"
    if one.elements > 1:
        size += f" with {one.elements:,.0f} of them"
    if one.most_bytes is None:
        size += f", growing without a bound towards the limit of {LIMIT // 1024 // 1024} MB"
    elif one.most_bytes > one.bytes * 1.01:
        size += f", at most {one.most_bytes:,.0f}"
    atomic = "changed together, in one document" if one.atomic else "changed together only in a transaction"
    copies = f", each value kept {one.copies:,.0f} times" if one.copies else ""
    rates = f"{one.queries:,.1f} queries and {one.documents:,.0f} documents a second, {one.pages:,.0f} pages"
    return (
        f"{size}; {rates if one.documents else 'no access of the brief goes there'}; "
        f"one more writes {one.rewritten:,.0f} bytes; {atomic}{copies}"
    )


def _asked(one: Placement) -> str:
    said = [
        f"{text!r}: {' or '.join(f'{count} ({form})' for form, count in forms)}"
        for text, forms in one.asked
        if len({count for _, count in forms}) > 1
    ]
    return f". Queries and searches that it takes: {'; '.join(said)}" if said else ""


def _unless(one: Placement, child: Thing, ref: Ref, found: dict[str, Alternative]) -> str:
    embed = found.get("embed")
    if one.chosen == "bucket":
        return (
            "all servers are MongoDB 5.0 or later: a time-series collection keeps "
            "columns compressed by itself, without unique indexes and with updates by its metaField alone"
        )
    if one.chosen == "embed":
        few = (
            "" if ref.most is not None or not one.most or one.most == 1 else f"there can be more than {one.most:,}, or "
        )
        return f"{few}{an(child.name)} is asked for without its {one.parent}, or changed far more often than it is read"
    if embed is not None and embed.refused.startswith("unbounded"):
        bound = f"'{an(one.parent)} has at most 20 {_several(child.name)}'"
        return f"the brief bounds them ({bound}), and they are read together"
    if embed is not None and embed.refused:
        return f"this no longer holds: {embed.refused}"
    return f"they are read with their {one.parent} more often than by themselves"


def _several(name: str) -> str:
    *rest, last = name.split()
    return " ".join((*rest, plural(last)))


def _copies(layout: Layout) -> Iterator[Decision]:
    for one in layout.placements:
        extended = next((each for each in one.alternatives if each.form == "extended reference"), None)
        if extended is None:
            continue
        fields = layout.copied.get((one.child, one.role), ())
        names = ", ".join(named(each.name) for each in fields)
        taken = one.chosen == "extended reference"
        yield Decision(
            topic="relation",
            about=f"{layout.logical.things[one.child].plural}.{one.role}",
            what=f"{one.role}Id with a copy of {names}" if taken else f"{one.role}Id alone, fetched with $lookup",
            why=(
                f"reads spare a search each; {_figures(extended)}. A copy is as old as the last updateMany that went "
                "after the change: other readers see both for a moment"
                if taken
                else extended.refused
            ),
            instead=(
                f"reference with $lookup: {_figures(one.alternatives[0])}" if taken else f"copies: {_figures(extended)}"
            ),
            unless=f"the copied fields of a {one.parent} change often, or must never be seen old: then $lookup",
            line=one.line,
        )


def _kept(layout: Layout, spec: Spec) -> Iterator[Decision]:
    for one in layout.logical.things.values():
        if one.kinds:
            yield Decision(
                topic="inheritance",
                about=one.plural,
                what=f"{', '.join(one.kinds)} are documents of one collection with kind",
                why="they are asked for together; documents of one collection may differ",
                instead="a collection for each kind",
                unless="they are never listed together",
                line=one.line,
            )
        if one.name in layout.ancestors:
            yield Decision(
                topic="hierarchy",
                about=one.plural,
                what="each document has its parent and the ids of all above it",
                why="a branch is one search of an index on ancestorIds",
                instead="$graphLookup over the parent: a search for each level, and 100 MB of memory at most",
                unless="branches are moved often: each move rewrites all below",
                line=one.line,
            )
        if one.entity is not None and one.entity.queue:
            yield Decision(
                topic="queue",
                about=one.plural,
                what="findAndModify sets takenAt of the first that waits",
                why="one document is changed atomically: no two workers get it",
                instead="change streams, or a broker",
                unless="work is lost with its worker: free what was taken long ago",
                line=one.line,
            )


def _not_enforced(layout: Layout, spec: Spec) -> Iterator[Decision]:
    for one in layout.logical.things.values():
        for ref in one.refs:
            inside = layout.inside.get(one.name) is ref or (one.name, ref.role) in layout.held
            if not inside and not ref.tenancy:
                where = layout.inside.get(one.name)
                at = (
                    one.plural if where is None else f"{layout.logical.things[where.target].plural}.{layout.array(one)}"
                )
                at += "" if layout.ids_only(one) and where is not None else f".{ref.name}"
                yield _gap(
                    at,
                    f"nobody keeps {ref.name} from naming a {ref.target} that is not there",
                    "MongoDB has no foreign keys",
                    "integrity.js counts what refers to nothing; removing goes through the "
                    "commands of this design, in a transaction",
                    "it must hold at every moment: PostgreSQL",
                    ref.line,
                )
        for field in one.fields:
            if field.transitions:
                yield _gap(
                    f"{one.plural}.{named(field.name)}",
                    "the order of its states is not enforced",
                    "a validator sees the new document, never the old one",
                    "each change names the states that it may come from in its filter: it then changes nothing",
                    "clients write past the commands of this design: a service of its own, or PostgreSQL",
                    field.line,
                    topic="state",
                )
            if (field.unique or field.within) and one.name in layout.inside:
                holder = layout.inside[one.name]
                yield _gap(
                    f"{one.plural}.{named(field.name)}",
                    f"may occur twice in one {holder.target}"
                    if any(holder.called(name) for name in field.within)
                    else "unique across documents, not within one document's array",
                    "a unique index compares documents",
                    "the filter of $push asks that the value is not there",
                    "it must be: documents of their own",
                    field.line,
                )
            if field.kind == "secret" or field.personal:
                copies = [role for (_, role), fields in layout.copied.items() if field in fields]
                if copies:
                    yield _gap(
                        f"{one.plural}.{named(field.name)}",
                        "is kept in several places",
                        "it is copied",
                        "erase all copies",
                        "",
                        field.line,
                    )
        entity = one.entity
        if entity is not None and entity.weak and one.name in layout.inside:
            yield _gap(
                f"{one.plural}",
                f"{', '.join(map(named, entity.weak))} may occur twice in one {entity.parent}",
                "uniqueItems compares whole elements, and an index whole documents",
                "the filter of $push asks that no element has it",
                "it must hold: documents of their own with a unique index",
                entity.line,
            )
        if entity is not None and (entity.history or entity.audit):
            yield _gap(
                one.plural,
                "what was changed, and by whom, is not kept by the server",
                "MongoDB has no triggers of its own",
                "the application writes the old document to a second collection in the same transaction, or a worker "
                "follows the change stream",
                "it must be complete whoever writes: PostgreSQL",
                entity.line,
                topic="history",
            )
    for rule in spec.rules:
        thing = layout.logical.of(rule.entity)
        about = thing.plural if thing is not None else rule.entity
        if rule.kind == "exclusive":
            yield _gap(
                about,
                f"two may overlap in {', '.join(rule.fields)}",
                "a validator sees one document, an index equal values",
                "a transaction that looks for one that overlaps and writes the owner's document, so that "
                "two of them collide",
                "it must hold: an exclusion constraint of PostgreSQL",
                rule.line,
            )
        elif rule.kind == "check":
            yield _gap(
                about,
                f"the condition {rule.sql!r} is not enforced",
                "SQL is not translated to an expression of MongoDB",
                "write it as $expr beside the validator",
                "",
                rule.line,
            )
        elif (
            rule.kind in ("order", "either")
            and thing is not None
            and thing.name not in {t.name for t in layout.roots()}
        ):
            yield _gap(
                about,
                f"a rule over {', '.join(rule.fields)} is not enforced",
                "$expr in a validator sees no single element of an array by its path",
                "the application checks it",
                "it must hold: documents of their own",
                rule.line,
            )
    tenant = spec.surroundings.tenant
    if spec.surroundings.tenancy == "shared" and tenant:
        yield _gap(
            "",
            f"no row security: a query without {named(tenant)}Id sees every {tenant}",
            "MongoDB grants rights on "
            f"collections, not on documents; each query and each index of this design begins with {named(tenant)}Id",
            "a view for each tenant with a role; a database for each",
            "a contract asks that the server keeps them apart: a database for each, or row security of PostgreSQL",
            0,
            topic="tenancy",
        )
    for relation in spec.relations:
        found = reference(relation)
        if found is not None and found.child.least > 0:
            child = layout.logical.of(found.child.entity)
            if child is not None and child.name not in layout.inside:
                yield _gap(
                    child.plural,
                    f"a {found.parent.entity} may be without any {found.child.entity}",
                    "a validator sees one document",
                    "both are written in one transaction",
                    "they are embedded: minItems",
                    relation.line,
                )


def _gap(
    about: str, what: str, why: str, instead: str, unless: str, line: int, *, topic: Topic = "not enforced"
) -> Decision:
    return Decision(topic=topic, about=about, what=what, why=why, instead=instead, unless=unless, line=line)


def _volumes(layout: Layout) -> Iterator[Decision]:
    unsaid = [one.plural for one in layout.logical.things.values() if not one.said]
    if unsaid:
        shown = ", ".join(unsaid[:8]) + (f" and {len(unsaid) - 8} more" if len(unsaid) > 8 else "")
        yield Decision(
            topic="volume",
            about="",
            what=f"how many {shown} there are is assumed",
            why="the brief does not say; they are reckoned from what they hang on, as for tables",
            unless="a volume is said: sizes and what is embedded may change",
        )
