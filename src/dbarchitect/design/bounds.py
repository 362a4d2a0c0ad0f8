"""How many rows belong to one row: `at least one` and `at most seven` as constraint triggers that count at COMMIT.

A transaction that adds the one and the others in any order passes. Sessions that change the number of one row wait for
each other, so that two cannot each add the last one: under READ COMMITTED the count after the wait sees what the other
has committed.
"""

from __future__ import annotations

from dbarchitect.model.names import quote_identifier, quote_literal

from .draft import Bound, Draft, Foreign, Table
from .naming import an, plain


def bound(
    draft: Draft, table: Table, foreign: Foreign, *, least: int, most: int | None, one: str, other: str, line: int
) -> None:
    """Ask that each row that `foreign` of `table` refers to has so many rows there; for the record it is called `one`,
    and they `other`."""
    most = most if most is not None and most > 1 else None
    if least < 1 and most is None:
        return
    said = f"at least {least}" if least else ""
    said += f"{' and ' if said else ''}at most {most}" if most else ""
    table.bounds.append(
        Bound(
            foreign=foreign.name,
            least=least,
            most=most,
            lacking=plain(foreign.target, foreign.role or foreign.entity, table.name, "at_least") if least else "",
            leaving=plain(table.name, foreign.role or foreign.entity, "at_least") if least else "",
            exceeding=plain(table.name, foreign.role or foreign.entity, "at_most") if most else "",
            said=f"{an(one)} has {said} {other}",
            line=line,
        )
    )


def enforce(draft: Draft, table: Table) -> None:
    """Add the triggers of the bounds of a table, once all of its columns are there."""
    for one in list(table.bounds):
        foreign = next(other for other in table.foreigns if other.name == one.foreign)
        parent = draft.tables[foreign.target]
        if table.partitioned or parent.partitioned:
            table.bounds.remove(one)
            draft.decide(
                "not enforced",
                table.name,
                f"that {one.said}",
                "a partitioned table has no triggers that wait for COMMIT",
                instead="a count that the application keeps",
                line=one.line,
            )
            continue
        _Triggers(draft, table, parent, foreign, one).add()
        draft.decide(
            "constraint",
            table.name,
            f"{one.said}, counted at COMMIT",
            "no constraint of one row sees the others; a trigger that waits for COMMIT lets both be written in any "
            "order, and sessions that change the number for the same row wait for each other",
            instead="the application's care, which two sessions at once get past",
            unless="rows come so fast that waiting for each other costs more than a wrong number",
            line=one.line,
        )


class _Triggers:
    def __init__(self, draft: Draft, table: Table, parent: Table, foreign: Foreign, one: Bound) -> None:
        self.draft = draft
        self.table = table
        self.parent = parent
        self.foreign = foreign
        self.one = one
        self.pairs = list(zip(foreign.columns, foreign.target_columns, strict=True))

    def add(self) -> None:
        one, own = self.one, ", ".join(map(quote_identifier, self.foreign.columns))
        own += ", deleted_at" if self.table.soft_delete else ""
        if one.least:
            lacks = f"{self._count('NEW', parent=True)} < {one.least}"
            self._function(one.lacking, f"{self._there('NEW', parent=True)} AND {lacks}")
            self._trigger(self.parent, one.lacking, "INSERT")
            lacks = f"{self._count('OLD', parent=False)} < {one.least}"
            self._function(one.leaving, f"{self._there('OLD', parent=False)} AND {lacks}", lock="OLD")
            self._trigger(self.table, one.leaving, f"DELETE OR UPDATE OF {own}")
        if one.most is not None:
            self._function(one.exceeding, f"{self._count('NEW', parent=False)} > {one.most}", lock="NEW")
            self._trigger(self.table, one.exceeding, f"INSERT OR UPDATE OF {own}")

    def _count(self, row: str, *, parent: bool) -> str:
        same = " AND ".join(
            f"c.{quote_identifier(ours)} = {row}.{quote_identifier(theirs if parent else ours)}"
            for ours, theirs in self.pairs
        )
        alive = " AND c.deleted_at IS NULL" if self.table.soft_delete else ""
        return f"(SELECT count(*) FROM public.{quote_identifier(self.table.name)} c WHERE {same}{alive})"

    def _there(self, row: str, *, parent: bool) -> str:
        """Whether the one that is counted for is still there when the transaction ends."""
        same = " AND ".join(
            f"p.{quote_identifier(theirs)} = {row}.{quote_identifier(theirs if parent else ours)}"
            for ours, theirs in self.pairs
        )
        alive = " AND p.deleted_at IS NULL" if self.parent.soft_delete else ""
        return f"EXISTS (SELECT FROM public.{quote_identifier(self.parent.name)} p WHERE {same}{alive})"

    def _function(self, name: str, condition: str, *, lock: str = "") -> None:
        key = " || ' ' || ".join(f"{lock}.{quote_identifier(ours)}::text" for ours, _ in self.pairs)
        waits = (
            "    PERFORM pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended("
            f"{quote_literal(self.foreign.name)} || ' ' || {key}, 0));  -- who counts for the same row waits\n"
            if lock
            else ""
        )
        self.draft.functions[name] = (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n"
            f"BEGIN\n{waits}    IF {condition} THEN\n"
            f"        RAISE EXCEPTION {quote_literal(self.one.said.replace('%', '%%'))}\n"
            "            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;\n"
            "    END IF;\n    RETURN NULL;\nEND\n$$"
        )

    def _trigger(self, on: Table, name: str, events: str) -> None:
        on.triggers.append(
            f"CREATE CONSTRAINT TRIGGER {name} AFTER {events} ON {quote_identifier(on.name)}\n"
            f"    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
