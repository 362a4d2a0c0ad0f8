"""Which design: what was measured, weighed in a fixed order, with what would change it."""

from __future__ import annotations

from dbarchitect.model.documents_move import Move, MoveDesign, Slot, Verdict
from dbarchitect.model.figures import size_text

# Blocks are pages of 8 kB that were looked at, the same on each machine; times are not. Half as many again is more than
# the page that statistics or a split move it by. Our own choice.
_MORE = 1.5


def verdict(move: Move) -> Verdict:
    """The verdict. First what a design gets wrong or cannot take, then what the workload costs, then what the shapes
    say: tables where documents have one form, JSONB where they have not."""
    wrong = {name: sum(one.of(name).equal is False for one in move.queries) for name in ("tables", "jsonb")}
    refused = {
        name: sum(n for one in move.loaded.get(name, ()) for _, _, n in one.refused) for name in ("tables", "jsonb")
    }
    because: list[str] = []
    unless: list[str] = []
    both = [one for one in move.queries if one.tables.ms is not None and one.jsonb.ms is not None]
    cost = {name: sum(one.of(name).blocks * one.calls for one in both) for name in ("tables", "jsonb")}
    size = {name: sum(one.bytes + one.index_bytes for one in move.loaded.get(name, ())) for name in ("tables", "jsonb")}
    mixed = sum(
        choice.kind == "mixed" for design in move.designs if design.name == "tables" for choice in design.choices
    )
    columns = [kind for design in move.designs if design.name == "tables" for kind in _kinds(design)]
    as_json = sum(kind == "json" for kind in columns)
    if both:
        because.append(f"{len(both)} queries by calls: {cost['tables']:,} blocks in tables, {cost['jsonb']:,} in jsonb")
    for name, other in (("tables", "jsonb"), ("jsonb", "tables")):
        alone = sum(bool(one.of(name).refused) and not one.of(other).refused for one in move.queries)
        if alone:
            because.append(f"{alone} queries are translated in {other} alone")
    if any(size.values()):
        because.append(f"sizes with indexes: tables {size_text(size['tables'])}, jsonb {size_text(size['jsonb'])}")
    because.append(
        f"{as_json} of {len(columns)} fields have no type but jsonb, {mixed} of them because their values are mixed"
    )
    for name, other in (("tables", "jsonb"), ("jsonb", "tables")):
        if wrong[name] > wrong[other] or refused[name] > refused[other]:
            what = [f"{wrong[name]} queries give another answer"] if wrong[name] > wrong[other] else []
            what += [f"{refused[name]} documents do not fit"] if refused[name] > refused[other] else []
            because.insert(0, f"{name}: {' and '.join(what)}")
            return Verdict(
                design=other, because=tuple(because), unless=(f"what is wrong in {name} is mended, then compare again",)
            )
    if both and max(cost.values()) > _MORE * max(1, min(cost.values())):
        design = min(cost, key=lambda name: cost[name])
        times = max(cost.values()) / max(1, min(cost.values()))
        because.insert(0, f"{design} looks at {times:,.1f} times fewer blocks")
        unless.append("calls of the queries differ from those of the file: they weigh the blocks")
    elif as_json * 2 > len(columns):
        design = "jsonb"
        because.insert(0, "most fields would be jsonb columns anyway")
        unless.append("the documents get one form: a validator in MongoDB first (dba documents validators)")
    else:
        design = "tables"
        because.insert(
            0, "documents have one form, and types, NOT NULL and foreign keys then hold what code holds today"
        )
        unless.append("new fields come often without a release of the schema: jsonb takes them as they come")
    if not move.queries:
        unless.append("there is a workload: no query was given (a file) or kept (the profiler), so none weighs here")
    if design == "tables":
        unless.append("documents are mostly read and written whole by their id: one row of jsonb is then one read")
    else:
        unless.append("single fields change often: jsonb writes the document anew for each")
        unless.append("queries need few fields: what takes whole documents reads several tables, a projection fewer")
    if any(not one.whole for one in move.sizes):
        unless.append("documents that were not sampled have other forms: the loader counts what does not fit")
    return Verdict(design=design, because=tuple(because), unless=tuple(unless))


def _kinds(design: MoveDesign) -> list[str]:
    found: list[str] = []

    def walk(slot: Slot) -> None:
        if slot.column:
            found.append(slot.type)
        if slot.value is not None:
            found.append(slot.value.type)
        for one in slot.fields.values():
            walk(one)

    for mapping in design.mappings:
        for one in mapping.fields.values():
            walk(one)
    return found
