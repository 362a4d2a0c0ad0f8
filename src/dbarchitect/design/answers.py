"""What a design answers to questions that a review asks of it: rules that only a person can answer were answered when
it was drawn."""

from __future__ import annotations

from .draft import Draft

_RECORDED = "see the record of decisions"


def answer(rule: str, table: str, draft: Draft) -> str:
    """The answer to a finding of `rule` about `table`; "" where the design has none."""
    found = draft.tables.get(table)
    if rule == "extension-in-public":
        return "the default place; it matters only where public is served to strangers"
    if rule == "trigger-on-every-table":
        return "it keeps updated_at, whoever writes"
    if found is None:
        return ""
    if found.what == "history" and rule in ("missing-foreign-key", "no-natural-key", "change-time-by-hand"):
        return "rows of a history are only added, and outlive what they tell of"
    if rule == "half-null-foreign-key":
        return (
            "the column that is always there is the tenant's; without the rest it refers to nothing, as optional means"
        )
    if rule == "nullable-in-unique":
        return "it is optional, and rows without it are not the same row"
    if rule == "no-natural-key":
        return "nobody said that two cannot be equal in all that people know of them: say `unique` where they cannot"
    if rule == "cascade-beside-soft-delete":
        return "deletions are marks; the cascade is for the day when marked rows are purged, with their parts"
    if rule == "huge-table-not-partitioned" and not found.partitioned:
        return f"{_RECORDED}: partitioning"
    if rule in ("one-to-one-split", "one-column-table") and any(one.fixed for one in found.foreigns):
        return "it is a kind of what it shares its key with"
    if rule == "circular-foreign-keys":
        if any(one.deferred for one in found.foreigns):
            return "the circle is checked at COMMIT"
        return "one of the references is optional: rows are added one after the other"
    if rule == "deep-cascade":
        return "parts go with their whole: ON DELETE of each reference is in the record of decisions, with its reason"
    if rule in ("bare-id-key", "hub-table"):
        return f"{_RECORDED}: it is what was asked for"
    return ""
