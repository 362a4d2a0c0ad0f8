"""What the application asks, as SQL: joins along references, keyset pages, queues, searches, neighbours."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.names import quote_identifier as q
from dbarchitect.model.names import quote_literal

from .asked import A_SECOND, Asked, both
from .draft import Column, Draft, Foreign, Table
from .hierarchies import ABOVE, BELOW, PATH, moved, parent_of
from .spec import Access, Spec, State
from .states import condition, instant

_NEXT_PAGES = 0.25  # next pages for each first page where nobody said; a guess, and named as one
_LIMIT = 50  # rows of a list whose length nobody said
_DEEP = 3  # references to follow at most
# Where a page may begin, for planning: somewhere among the rows.
_MIDDLE = {
    "timestamptz": "now()", "date": "CURRENT_DATE", "bigint": "500", "integer": "500", "numeric": "10", "text": "'m'",
    "uuid": "'7fffffff-ffff-7fff-bfff-ffffffffffff'",
}  # fmt: skip
_BRANCH = {BELOW, ABOVE}


_SPANS = ("minute", "hour", "day", "week", "month", "quarter", "year")  # of date_trunc


def asked(draft: Draft, spec: Spec) -> list[Asked]:
    """The queries of all accesses, what two of them ask once. Raises `InputError` where one asks by what its entity
    does not have."""
    found: dict[str, Asked] = {}
    lost = {one.line: one.text for one in spec.unread if one.overlooked}
    for access in spec.access:
        for one in _Writer(draft, spec, access).queries():
            if access.line in lost:
                one = replace(one, note="; ".join(filter(None, (one.note, f"not in it: {lost[access.line]}"))))
            same = " ".join(one.sql.split())
            found[same] = both(found[same], one) if same in found else one
    return list(found.values())


@dataclass(slots=True)
class _Writer:
    draft: Draft
    spec: Spec
    access: Access
    joins: list[str] = field(default_factory=list[str])
    where: list[str] = field(default_factory=list[str])
    parameters: list[str] = field(default_factory=list[str])
    note: str = ""
    examples: dict[str, str] = field(default_factory=dict[str, str])
    triggers: bool = False
    values: list[tuple[tuple[str, ...], str]] = field(default_factory=list[tuple[tuple[str, ...], str]])
    _compared: dict[str, str] = field(default_factory=dict[str, str])  # columns that `$n`s are compared with
    _names: dict[str, str] = field(default_factory=dict[str, str])

    def queries(self) -> Iterator[Asked]:
        """The query, and for a list its next page."""
        access = self.access
        if access.sql:
            yield self._asked(access.sql.strip().rstrip(";"))
            return
        table = self.draft.table_of(access.entity)
        verb = access.verb
        if verb == "get" and not access.by and access.since is None and access.limit is None:
            # `show an order`: which one, its key says.
            self.access = access = replace(access, by=tuple(name for name in table.key if name != table.tenant))
        if verb == "add":
            yield self._asked(self._add(table))
        elif verb == "change" and table.guard and moved(access, parent_of(table)):
            yield self._asked(self._move(table))
        elif verb == "change":
            yield self._asked(self._change(table))
        elif verb == "remove":
            yield self._asked(self._remove(table))
        elif verb == "take":
            yield self._asked(self._take(table))
        elif verb in ("count", "sum"):
            yield self._asked(self._grouped(table))
        elif table.guard and _BRANCH & set(access.by):
            yield self._asked(self._branch(table))
        else:
            yield from self._select(table)

    def _asked(self, sql: str, *, text: str = "", share: float = 1.0) -> Asked:
        rate = self.access.per_second
        return Asked(
            text=text or self.access.text, sql=sql, parameters=tuple(self.parameters),
            per_second=(A_SECOND if rate is None else rate) * share, said=rate is not None and share == 1.0,
            latency_ms=self.access.latency_ms, note=self.note,
            examples=dict(self.examples), triggers=self.triggers, values=tuple(self.values),
        )  # fmt: skip

    def _parameter(self, name: str, example: str = "") -> str:
        self.parameters.append(name)
        number = f"${len(self.parameters)}"
        if example:
            self.examples[number] = example
        return number

    def _compare(self, column: str, name: str) -> str:
        """A parameter that a column is compared with: its value is one that rows have."""
        number = self._parameter(name)
        self._compared[number] = column
        return number

    def _from_rows(self, source: str) -> None:
        """Where values come from that belong together: of those that most rows have in common."""
        if not self._compared:
            return
        columns = list(dict.fromkeys(self._compared.values()))
        fixed = [one for one in self.where if "$" not in one]
        parts = [
            f"SELECT {', '.join(f'({one})::text' for one in self._compared.values())}",
            f"FROM {source}",
            *self.joins,
        ]
        parts += [f"WHERE {' AND '.join((*fixed, *(f'{one} IS NOT NULL' for one in columns)))}"]
        parts += [f"GROUP BY {', '.join(columns)}", "ORDER BY count(*) DESC, 1", "LIMIT 1"]
        self.values.append((tuple(self._compared), "\n".join(parts)))
        self._compared = {}

    # Conditions

    def _conditions(self, table: Table, alias: str) -> None:
        if table.tenant and self.draft.tenant_setting:
            own = f"{alias}{q(table.tenant)}"
            self.where.append(f"{own} = {self._compare(own, self.spec.surroundings.tenant)}")
        if _BRANCH & set(self.access.by):
            self._within(table, alias)
        for name in self.access.by:
            if not (table.tenant and name == self.spec.surroundings.tenant):
                self._by(table, alias, name)
        self._fixed(table, alias)

    def _fixed(self, table: Table, alias: str) -> None:
        """What the query itself says: bounds in time, states, and that a row is not marked as deleted."""
        for bound, sign, what in ((self.access.since, ">=", "since"), (self.access.until, "<", "until")):
            if bound is not None:
                name, span = bound
                end = instant(span, end=what == "until") or self._parameter(f"{what} {name}")
                self.where.append(f"{alias}{q(self._column(table, name).name)} {sign} {end}")
        for state in self.access.states:
            self.where += [condition(column, state, alias) for column in self._stated(table, state)]
        if table.soft_delete and all(one.field != "deleted at" for one in self.access.states):
            self.where.append(f"{alias}deleted_at IS NULL")

    def _stated(self, table: Table, state: State) -> list[Column]:
        """The column of a state: of a field, or of a reference that need not be there."""
        if table.of(state.field) is None:
            for one in table.foreigns:
                if state.field in (one.role, one.entity) and state.how in ("missing", "there"):
                    own = [name for name in one.columns if name != table.tenant and name not in dict(one.fixed)]
                    return [column for name in own[:1] if (column := table.column(name)) is not None]
        return [self._column(table, state.field)]

    def _by(self, table: Table, alias: str, name: str) -> None:
        column = table.of(name) or table.column(name)
        if column is not None:
            self.where.append(self._equal(column, alias, name))
            return
        for one in table.foreigns:
            if name in (one.role, one.entity):
                self._refers(table, alias, one, name)
                return
            if name == one.carried:
                self.where.append(
                    f"{alias}{q(one.columns[-1])} = {self._compare(f'{alias}{q(one.columns[-1])}', name)}"
                )
                return
        field, of, entity = name.rpartition(" of ")
        target = self.draft.tables.get(self.draft.by_entity.get(entity, "")) if of else None
        path = self._path(table.name, target.name) if target is not None else None
        if target is not None and path and target.of(field) is not None:  # `city of venue`
            there = self._name(target.name)
            column = self._column(target, field)
            given = self._equal(column, f"{there}.", field)
            (foreign, outward), *further = path
            if not further and not outward:  # one of the several values of it
                pairs = zip(foreign.columns, foreign.target_columns, strict=True)
                same = [f"{there}.{q(a)} = {alias}{q(b)}" for a, b in pairs]
                self.where.append(f"EXISTS (SELECT FROM {q(target.name)} {there} WHERE {' AND '.join((*same, given))})")
                return
            ids = f"SELECT {there}.{q(_own_key(target))} FROM {q(target.name)} {there} WHERE {given}"
            self.where.append(self._led(table, alias, path, ids, target))
            return
        self._along(table, alias, name)

    def _within(self, table: Table, alias: str) -> None:
        """Rows of a tree below (or above) a given one, without it; of another table, those that lead into the branch of
        a row of a tree, that row's own among them."""
        tables = {name: self.draft.tables.get(self.draft.by_entity.get(name, "")) for name in self.access.by}
        entity, tree = next(((name, one) for name, one in tables.items() if one is not None and one.guard), ("", table))
        path = self._path(table.name, tree.name) if entity else []
        if not tree.guard or path is None:
            where = f"line {self.access.line}: " if self.access.line else ""
            raise InputError(
                f"{where}{self.access.text!r} asks for a branch, and {self.access.entity} leads to no tree",
                hint="a tree, or an entity that relations lead to one from",
            )
        end = next(name for name in self.access.by if name in _BRANCH)
        self.access = _without(self.access, {entity, *_BRANCH})
        given = self._parameter(entity or end)
        self.where.append(self._led(table, alias, path, self._ids(tree, given, upward=end == ABOVE), tree))
        if not entity:
            self.where.append(f"{alias}{q(_own_key(table))} <> {given}")

    def _led(self, here: Table, alias: str, path: list[tuple[Foreign, bool]], ids: str, tree: Table) -> str:
        """The condition that references lead from a row to one of `ids`: a row counts once, however many do."""
        if not path:
            return f"{alias}{q(_own_key(here))} IN ({ids})"
        (foreign, outward), *rest = path
        pairs = [
            (a, b)
            for a, b in zip(foreign.columns, foreign.target_columns, strict=True)
            if a != (here if outward else self.draft.tables[self._owner(foreign)]).tenant
            and a not in dict(foreign.fixed)
            and not (foreign.carried and a == foreign.columns[-1])
        ]
        if len(pairs) != 1:
            raise InputError(f"{self.access.text!r}: {foreign.name} has several columns", hint="a key of its own")
        mine, theirs = pairs[0] if outward else pairs[0][::-1]
        if outward and not rest and theirs == _own_key(tree):
            return f"{alias}{q(mine)} IN ({ids})"
        other = self.draft.tables[foreign.target if outward else self._owner(foreign)]
        there = self._name(other.name)
        inside = self._led(other, f"{there}.", rest, ids, tree)
        same = f" AND {there}.{q(other.tenant)} = {alias}{q(here.tenant)}" if here.tenant and other.tenant else ""
        return f"{alias}{q(mine)} IN (SELECT {there}.{q(theirs)} FROM {q(other.name)} {there} WHERE {inside}{same})"

    def _ids(self, tree: Table, given: str, *, upward: bool) -> str:
        """The keys of a branch of a tree, its own row among them."""
        key, name = q(_own_key(tree)), q(tree.name)
        tenant = ""
        if tree.tenant and self.draft.tenant_setting:
            tenant = f" AND t.{q(tree.tenant)} = {self._parameter(self.spec.surroundings.tenant)}"
        if tree.hierarchy == "closure":
            mine, other = ("ancestor_id", "descendant_id") if upward else ("descendant_id", "ancestor_id")
            return f"SELECT t.{mine} FROM {q(tree.closure)} t WHERE t.{other} = {given}{tenant}"
        if tree.hierarchy == "ltree":
            sign = "@>" if upward else "<@"
            top = f"SELECT s.{PATH} FROM {name} s WHERE s.{key} = {given}"
            return f"SELECT t.{key} FROM {name} t WHERE t.{PATH} {sign} ({top}){tenant}"
        step = f"t.{key} = b.above" if upward else f"t.{q(tree.guard)} = b.{key}"
        shown = f"t.{key}, t.{q(tree.guard)} AS above" if upward else f"t.{key}"
        return (
            f"WITH RECURSIVE branch AS (SELECT {shown} FROM {name} t WHERE t.{key} = {given}{tenant} UNION ALL "
            f"SELECT {shown} FROM {name} t JOIN branch b ON {step}{tenant}) SELECT b.{key} FROM branch b"
        )

    def _equal(self, column: Column, alias: str, name: str) -> str:
        at = f"{alias}{q(column.name)}"
        if any(one.kind == "email" and one.name == name for entity in self.spec.entities for one in entity.fields):
            return f"lower({at}) = lower({self._compare(at, name)})"
        if column.type == "text[]":
            return f"{at} @> ARRAY[{self._parameter(name)}::text]"
        if column.type == "tstzrange":
            return f"{at} @> {self._parameter(name)}::timestamptz"
        return f"{at} = {self._compare(at, name)}"

    def _refers(self, table: Table, alias: str, foreign: Foreign, name: str) -> None:
        columns = foreign.columns[:-1] if foreign.carried else foreign.columns
        own = [one for one in columns if one != table.tenant and one not in dict(foreign.fixed)]
        for one in own:
            at = f"{alias}{q(one)}"
            self.where.append(f"{at} = {self._compare(at, name if len(own) == 1 else f'{name}: {one}')}")

    def _along(self, table: Table, alias: str, name: str) -> None:
        """A condition on what is further away: the references that lead there are joined."""
        target = self.draft.by_entity.get(name)
        path = self._path(table.name, target) if target is not None else None
        if path is None:
            where = f"line {self.access.line}: " if self.access.line else ""
            raise InputError(
                f"{where}{self.access.text!r} asks for {self.access.entity} by {name!r}, which it has not and "
                f"does not lead to",
                hint="a field, a role, or an entity that relations lead to",
            )
        here, at = table, alias
        for number, (foreign, outward) in enumerate(path):
            last = number == len(path) - 1
            if outward and last:
                self._refers(here, at, foreign, name)
                return
            other = self.draft.tables[foreign.target if outward else self._owner(foreign)]
            there = self._name(other.name)
            pairs = zip(foreign.columns, foreign.target_columns, strict=True)
            on = [f"{at}{q(a)} = {there}.{q(b)}" if outward else f"{there}.{q(a)} = {at}{q(b)}" for a, b in pairs]
            self.joins.append(f"JOIN {q(other.name)} {there} ON {' AND '.join(on)}")
            if not outward and other.what != "junction" and not foreign.one:
                self.note = f"a row comes once for each of its {other.name}"
            here, at = other, f"{there}."
        own = [one for one in here.key if one != here.tenant]
        for one in own:
            key = f"{at}{q(one)}"
            self.where.append(f"{key} = {self._compare(key, name if len(own) == 1 else f'{name}: {one}')}")

    def _owner(self, foreign: Foreign) -> str:
        return next(table.name for table in self.draft.tables.values() if any(one is foreign for one in table.foreigns))

    def _path(self, start: str, target: str) -> list[tuple[Foreign, bool]] | None:
        """The shortest way along references, outward (to what is referred to) or back, not through the tenant."""
        barred = self.draft.by_entity.get(self.spec.surroundings.tenant, "") if self.draft.tenant_setting else ""
        waiting: deque[tuple[str, list[tuple[Foreign, bool]]]] = deque([(start, [])])
        seen = {start}
        while waiting:
            at, way = waiting.popleft()
            if at == target:
                return way
            if len(way) == _DEEP or (at == barred and way):
                continue
            # Junctions first: of two ways of one length the one that is there to link is meant.
            linking = (one for one in self.draft.tables.values() if one.what != "closure")
            for table in sorted(linking, key=lambda one: one.what != "junction"):
                for one in table.foreigns:
                    step = one.target if table.name == at else table.name if one.target == at else ""
                    if step and step not in seen:
                        seen.add(step)
                        waiting.append((step, [*way, (one, table.name == at)]))
        return None

    def _name(self, table: str) -> str:
        """An alias: the initials, with a number where they are taken."""
        stem = "".join(word[0] for word in table.split("_") if word) or "t"
        if (
            not stem.isascii()
            or not stem[0].isalpha()
            or stem in ("as", "at", "by", "do", "if", "in", "is", "no", "of", "on", "or", "to")
        ):
            stem = "t"
        name, number = stem, 2
        while name in self._names:
            name, number = f"{stem}{number}", number + 1
        self._names[name] = table
        return name

    def _column(self, table: Table, name: str) -> Column:
        column = table.of(name) or table.column("_".join(name.split()))
        if column is None:
            where = f"line {self.access.line}: " if self.access.line else ""
            raise InputError(f"{where}{self.access.text!r} names {name!r}, which {self.access.entity} does not have")
        return column

    # Reading

    def _select(self, table: Table) -> Iterator[Asked]:
        access = self.access
        alias = self._name(table.name)
        chosen = [self._column(table, name) for name in access.fields] or [
            one
            for one in table.columns
            if one.type != "tsvector"
            and not one.type.startswith(("vector", "halfvec"))
            and not one.name.endswith(("_hash", "_digest"))
        ]
        shown = [f"{alias}.{q(one.name)}" for one in chosen]
        order, searched = self._order(table, alias)
        if access.verb == "search":
            self._rest(table, alias)
            document = table.column("search_document")
            if document is None:
                self.note = "there is no text to search"
            else:
                self._from_rows(f"{q(table.name)} {alias}")
                given = self._parameter("words", "'new name'")
                self.values.append(((given,), self._word(table, alias)))
                words = f"websearch_to_tsquery('english', {given})"
                self.where.append(f"{alias}.search_document @@ {words}")
                order, searched = [f"ts_rank({alias}.search_document, {words}) DESC", *order[-1:]], True
        elif access.verb == "nearest":
            self._rest(table, alias)
            order, searched = [self._nearest(table, alias)], True
        else:
            self._conditions(table, f"{alias}.")
        shown += [self._along_with(table, alias, name) for name in access.with_]
        limit = access.limit if access.limit is not None else None if access.verb == "get" else _LIMIT
        if access.verb == "get":
            order = []
        self._from_rows(f"{q(table.name)} {alias}")
        yield self._asked(self._sql(table, alias, shown, order, limit))
        if access.verb != "list" or searched or limit is None:
            return
        known = self._sql(table, alias, [f"({one.removesuffix(' DESC')})::text" for one in order], order, None)
        given = len(self.parameters)
        after = self._after(table, alias)
        if after:
            last = tuple(f"${number}" for number in range(given + 1, len(self.parameters) + 1))
            self.values.append((last, f"{known}\nOFFSET {limit - 1} LIMIT 1"))
            self.where.append(after)
            sql = self._sql(table, alias, shown, order, limit)
            yield self._asked(sql, text=f"{access.text}: the next page", share=_NEXT_PAGES)

    def _word(self, table: Table, alias: str) -> str:
        """A word that some rows have, if not many: of those in at most a twentieth, the most frequent one."""
        rows = f"FROM {q(table.name)} {alias}"
        of = " AND ".join(one for one in self.where if "search_document" not in one)
        conditions = re.sub(r"\$\d+", "%L", of.replace("%", "%%"))
        numbers = [f", {one}" for one in re.findall(r"\$\d+", of)]
        text = quote_literal(f"SELECT {alias}.search_document {rows}{f' WHERE {conditions}' if of else ''}")
        return (
            f"SELECT word FROM ts_stat(format({text}{''.join(numbers)}))\n"
            f"ORDER BY ndoc > (SELECT count(*) {rows}{f' WHERE {of}' if of else ''}) / 20, ndoc DESC, word\nLIMIT 1"
        )

    def _rest(self, table: Table, alias: str) -> None:
        """Conditions beside what is searched by."""
        texts = {
            one.source
            for one in table.columns
            if one.type in ("text", "double precision") or one.type.startswith(("vector", "halfvec"))
        }
        self.access = _without(self.access, texts)
        self._conditions(table, f"{alias}.")

    def _sql(self, table: Table, alias: str, shown: list[str], order: list[str], limit: int | None) -> str:
        parts = [f"SELECT {', '.join(shown)}", f"FROM {q(table.name)} {alias}", *self.joins]
        if self.where:
            parts.append("WHERE " + " AND ".join(self.where))
        if order:
            parts.append("ORDER BY " + ", ".join(order))
        if limit is not None:
            parts.append(f"LIMIT {limit}")
        return "\n".join(parts)

    def _order(self, table: Table, alias: str) -> tuple[list[str], bool]:
        """The order, made total by the key."""
        found = [
            f"{alias}.{q(self._column(table, one.field).name)}{' DESC' if one.descending else ''}"
            for one in self.access.order
        ]
        down = bool(self.access.order) and self.access.order[-1].descending
        used = {self._column(table, one.field).name for one in self.access.order}
        key = [name for name in table.key if name != table.tenant and name not in used]
        return [*found, *(f"{alias}.{q(name)}{' DESC' if down else ''}" for name in key)], False

    def _after(self, table: Table, alias: str) -> str:
        """The rows after the last one of a page; "" where one comparison cannot say it."""
        directions = {one.descending for one in self.access.order}
        columns = [self._column(table, one.field) for one in self.access.order]
        if len(directions) > 1:
            self.note = "its order goes up and down: a page after the first takes an OR for each field"
            return ""
        if any(not one.not_null for one in columns):
            self.note = "what it is ordered by can be NULL: pages after the first have to say where these rows stand"
            return ""
        names = [one.name for one in columns]
        names += [name for name in table.key if name != table.tenant and name not in names]
        sign = "<" if True in directions else ">"
        left = ", ".join(f"{alias}.{q(name)}" for name in names)
        numbers: list[str] = []
        for name in names:
            column = table.column(name)
            kind = column.type.partition("(")[0] if column is not None else ""
            numbers.append(self._parameter(f"last {name}", _MIDDLE.get(kind, "")))
        right = ", ".join(numbers)
        page = f"({left}) {sign} ({right})" if len(names) > 1 else f"{left} {sign} {right}"
        if table.partitioned == names[0] and len(names) > 1:  # by this alone partitions are left out
            page += f" AND {alias}.{q(names[0])} {sign}= {numbers[0]}"
        return page

    def _along_with(self, table: Table, alias: str, name: str) -> str:
        """What comes along: one row as an object, several as an array."""
        for one in table.foreigns:
            if name in (one.role, one.entity):
                other = self._name(one.target)
                pairs = zip(one.columns, one.target_columns, strict=True)
                on = " AND ".join(f"{other}.{q(there)} = {alias}.{q(here)}" for here, there in pairs)
                return f"(SELECT to_jsonb({other}) FROM {q(one.target)} {other} WHERE {on}) AS {q(plain_name(name))}"
        child = self.draft.tables.get(self.draft.by_entity.get(name, ""))
        link = None if child is None else next((one for one in child.foreigns if one.target == table.name), None)
        if child is None or link is None:
            where = f"line {self.access.line}: " if self.access.line else ""
            raise InputError(f"{where}{self.access.text!r} wants {name!r} along, to which no relation leads")
        other = self._name(child.name)
        pairs = zip(link.columns, link.target_columns, strict=True)
        on = " AND ".join(f"{other}.{q(here)} = {alias}.{q(there)}" for here, there in pairs)
        order = ", ".join(f"{other}.{q(one)}" for one in child.key)
        return (
            f"(SELECT jsonb_agg(to_jsonb({other}) ORDER BY {order}) FROM {q(child.name)} {other} WHERE {on}) "
            f"AS {q(child.name)}"
        )

    def _nearest(self, table: Table, alias: str) -> str:
        vector = next((one for one in table.columns if one.type.startswith(("vector", "halfvec"))), None)
        places = [one for one in table.columns if one.name.endswith(("latitude", "longitude"))]
        if vector is not None and not any(one.source in self.access.by for one in places):
            return (
                f"{alias}.{q(vector.name)} <=> "
                f"{self._parameter(vector.source or vector.name, vector.sample.format(n=7))}"
            )
        if len(places) >= 2:
            latitude = next(one for one in places if one.name.endswith("latitude"))
            longitude = next(one for one in places if one.name.endswith("longitude"))
            here = f"point({self._parameter('longitude', '13.4')}, {self._parameter('latitude', '52.5')})"
            return f"point({alias}.{q(longitude.name)}, {alias}.{q(latitude.name)}) <-> {here}"
        raise InputError(
            f"{self.access.text!r} asks for the nearest {self.access.entity}, which has neither vector nor place"
        )

    def _grouped(self, table: Table) -> str:
        alias = self._name(table.name)
        by: list[str] = []
        for name in self.access.grouped:
            column = table.of(name)
            if column is not None:
                by.append(f"{alias}.{q(column.name)}")
                continue
            if name in _SPANS:
                by.append(f"date_trunc('{name}', {alias}.{q(self._moment(table).name)})")
                continue
            link = next((one for one in table.foreigns if name in (one.role, one.entity)), None)
            by += [f"{alias}.{q(one)}" for one in (link.columns if link else (self._column(table, name).name,))]
        if self.access.verb == "sum":
            what = [f"sum({alias}.{q(self._column(table, name).name)})" for name in self.access.fields] or ["count(*)"]
        else:
            what = ["count(*)"]
        self._conditions(table, f"{alias}.")
        self._from_rows(f"{q(table.name)} {alias}")
        sql = self._sql(table, alias, [*by, *what], [], None)
        return sql + (f"\nGROUP BY {', '.join(by)}" if by else "")

    def _moment(self, table: Table) -> Column:
        """The column that says when: what a bound is asked of, else the first point in time."""
        if self.access.since is not None:
            return self._column(table, self.access.since[0])
        moments = [one for one in table.columns if one.type in ("timestamp with time zone", "timestamptz", "date")]
        return moments[0] if moments else self._column(table, "created at")

    def _branch(self, table: Table) -> str:
        """A row of a tree with all below it (by `ancestor`), or all above it (by `descendant`). The guard of the tree
        sees to it that this ends."""
        if table.hierarchy != "adjacency":
            return self._kept_branch(table)
        key = next(name for name in table.key if name != table.tenant)
        upward = "descendant" in self.access.by
        given = next(name for name in self.access.by if name in _BRANCH)
        self.access = _without(self.access, _BRANCH)
        first = [f"t.{q(key)} = {self._parameter(given)}"]
        same = ""
        if table.tenant and self.draft.tenant_setting:
            first.append(f"t.{q(table.tenant)} = {self._parameter(self.spec.surroundings.tenant)}")
            same = f" AND t.{q(table.tenant)} = b.{q(table.tenant)}"
            self.access = _without(self.access, {self.spec.surroundings.tenant})
        step = f"t.{q(key)} = b.{q(table.guard)}" if upward else f"t.{q(table.guard)} = b.{q(key)}"
        for name in self.access.by:
            self._by(table, "b.", name)
        self._fixed(table, "b.")
        chosen = [self._column(table, name) for name in self.access.fields] or [
            one for one in table.columns if one.type != "tsvector"
        ]
        shown = ", ".join(f"b.{q(one.name)}" for one in chosen)
        order, _ = self._order(table, "b")
        parts = [
            "WITH RECURSIVE branch AS (",
            f"    SELECT t.* FROM {q(table.name)} t WHERE {' AND '.join(first)}",
            "    UNION ALL",
            f"    SELECT t.* FROM {q(table.name)} t JOIN branch b ON {step}{same}",
            ")",
            f"SELECT {shown}",
            "FROM branch b",
            *self.joins,
        ]
        if self.where:
            parts.append("WHERE " + " AND ".join(self.where))
        if self.access.order:
            parts.append("ORDER BY " + ", ".join(order))
        if self.access.limit is not None:
            parts.append(f"LIMIT {self.access.limit}")
        return "\n".join(parts)

    def _kept_branch(self, table: Table) -> str:
        """The same by what is kept beside: the nearest rows first where nobody said an order."""
        upward = ABOVE in self.access.by
        given = next(name for name in self.access.by if name in _BRANCH)
        self.access = _without(self.access, _BRANCH)
        key = next(name for name in table.key if name != table.tenant)
        alias = self._name(table.name)
        order = self._order(table, alias)[0] if self.access.order else []
        if table.hierarchy == "closure":
            pairs = self._name(table.closure)
            mine, other = ("ancestor_id", "descendant_id") if upward else ("descendant_id", "ancestor_id")
            same = f" AND {alias}.{q(table.tenant)} = {pairs}.{q(table.tenant)}" if table.tenant else ""
            source = (
                f"{q(table.closure)} {pairs} JOIN {q(table.name)} {alias} ON {alias}.{q(key)} = {pairs}.{mine}{same}"
            )
            self.where.append(f"{pairs}.{other} = {self._parameter(given)}")
            if table.tenant and self.draft.tenant_setting:
                tenant = self._parameter(self.spec.surroundings.tenant)
                self.where.append(f"{pairs}.{q(table.tenant)} = {tenant}")
                self.access = _without(self.access, {self.spec.surroundings.tenant})
            order = order or [f"{pairs}.depth"]
        else:
            source = f"{q(table.name)} {alias}"
            start = f"FROM {q(table.name)} t WHERE t.{q(key)} = {self._parameter(given)}"
            column = table.column(key)
            kind = column.type if column is not None else "bigint"
            labels = f"unnest(string_to_array(ltree2text(t.{PATH}), '.'))"
            label = f"replace({labels}, '_', '-')" if kind == "uuid" else labels
            self.where.append(
                f"{alias}.{q(key)} IN (SELECT {label}::{kind} {start})"
                if upward
                else f"{alias}.{PATH} <@ (SELECT t.{PATH} {start})"
            )
            order = order or [f"nlevel({alias}.{PATH}){' DESC' if upward else ''}"]
        self._conditions(table, f"{alias}.")
        chosen = [self._column(table, name) for name in self.access.fields] or [
            one for one in table.columns if one.type != "tsvector"
        ]
        shown = ", ".join(f"{alias}.{q(one.name)}" for one in chosen)
        parts = [f"SELECT {shown}", f"FROM {source}", *self.joins, "WHERE " + " AND ".join(self.where)]
        parts.append("ORDER BY " + ", ".join(order))
        if self.access.limit is not None:
            parts.append(f"LIMIT {self.access.limit}")
        return "\n".join(parts)

    # Writing

    def _move(self, table: Table) -> str:
        """A branch below another row. The example moves it one level up, which is never a circle."""
        name = q(table.name)
        key = next(one for one in table.key if one != table.tenant)
        at = self._parameter(key)
        self.where.append(f"{q(key)} = {at}")
        self._conditions(table, "")
        above = (
            f"SELECT p.{q(table.guard)} FROM {name} c JOIN {name} p ON p.{q(key)} = c.{q(table.guard)} "
            f"WHERE c.{q(key)} = {at}"
        )
        new = self._parameter(f"the {parent_of(table).role or 'row'} above", above)
        self.triggers = True
        return f"UPDATE {name}\nSET {q(table.guard)} = {new}\nWHERE {' AND '.join(self.where)}"

    def _add(self, table: Table) -> str:
        """A row, and with it those of other tables that refer to it: one statement, so all of them or none."""
        columns = _written(table)
        if self.access.fields:
            wanted = {self._column(table, name).name for name in self.access.fields}
            columns = [one for one in columns if one.name in wanted or (one.not_null and not one.default)]
        names = ", ".join(q(one.name) for one in columns)
        values = ", ".join(self._parameter(one.source or one.name) for one in columns)
        key = ", ".join(map(q, table.key))
        added = f"INSERT INTO {q(table.name)} ({names})\nVALUES ({values})\nRETURNING {key}"
        children = [pair for name in self.access.with_ if (pair := self._hanging(table, name)) is not None]
        if not children:
            return added
        parts = [f"WITH added AS (\n    {added.replace(chr(10), f'{chr(10)}    ')}\n)"]
        for number, (child, link) in enumerate(children, 1):
            own = [one for one in _written(child) if one.name not in link.columns]
            into = ", ".join(q(name) for name in (*link.columns, *(one.name for one in own)))
            given = ", ".join(q(one.name) for one in own)
            arrays = ", ".join(
                f"{self._parameter(f'{one.source or one.name} of each of the {child.name}')}::{one.type}[]"
                for one in own
            )
            taken = ", ".join(
                [*(f"added.{q(name)}" for name in link.target_columns), *(f"g.{q(one.name)}" for one in own)]
            )
            parts.append(
                f", added_{number} AS (\n    INSERT INTO {q(child.name)} ({into})\n    SELECT {taken}\n"
                f"    FROM added, unnest({arrays}) AS g ({given})\n)"
            )
        return "".join(parts) + f"\nSELECT {key} FROM added"

    def _hanging(self, table: Table, name: str) -> tuple[Table, Foreign] | None:
        """The table that rows of `table` come with, and its reference; None for one that `table` itself refers to."""
        child = self.draft.tables.get(self.draft.by_entity.get(name, ""))
        link = None if child is None else next((one for one in child.foreigns if one.target == table.name), None)
        return None if child is None or link is None or not _written(child) else (child, link)

    def _change(self, table: Table) -> str:
        columns = [self._column(table, name) for name in self.access.fields] or [
            one for one in table.columns if one.source and one.name not in table.key and not one.generated
        ][:1]
        if not columns:
            raise InputError(f"{self.access.text!r} changes a {self.access.entity}, which has nothing to change")
        values = ", ".join(f"{q(one.name)} = {self._parameter(one.source or one.name)}" for one in columns)
        self._which(table)
        return f"UPDATE {q(table.name)}\nSET {values}\nWHERE {' AND '.join(self.where)}"

    def _remove(self, table: Table) -> str:
        self._which(table)
        if table.soft_delete:
            return f"UPDATE {q(table.name)}\nSET deleted_at = now()\nWHERE {' AND '.join(self.where)}"
        return f"DELETE FROM {q(table.name)}\nWHERE {' AND '.join(self.where)}"

    def _which(self, table: Table) -> None:
        """Which rows: by what was said, else by the key of one."""
        access = self.access
        several = access.limit != 1 and (access.states or access.until is not None)
        if not access.by and not several:
            for name in table.key:
                if name != table.tenant or not self.draft.tenant_setting:
                    self.where.append(f"{q(name)} = {self._compare(q(name), name)}")
        self._conditions(table, "")
        self._from_rows(q(table.name))
        if self.joins:
            raise InputError(
                f"{self.access.text!r} changes rows by what other tables hold", hint="by fields of its own"
            )

    def _take(self, table: Table) -> str:
        if table.column("available_at") is None:
            raise InputError(f"{self.access.text!r} takes from {self.access.entity}, which is no queue")
        self._conditions(table, "")
        key = ", ".join(map(q, table.key))
        inside = ["taken_at IS NULL", "done_at IS NULL", "available_at <= now()", *self.where]
        return (
            f"UPDATE {q(table.name)}\nSET taken_at = now(), attempts = attempts + 1\nWHERE ({key}) IN (\n"
            f"    SELECT {key} FROM {q(table.name)}\n    WHERE {' AND '.join(inside)}\n"
            f"    ORDER BY available_at, {q(table.key[-1])}\n    LIMIT {self.access.limit or 1}\n    FOR UPDATE "
            f"SKIP LOCKED\n)\nRETURNING *"
        )


def _written(table: Table) -> list[Column]:
    """The columns that an application gives values to when it adds a row."""
    return [
        one
        for one in table.columns
        if not one.generated
        and not one.identity
        and (not one.default or one.source)
        and not (one.type == "timestamptz" and (one.default or not one.not_null))
    ]


def plain_name(name: str) -> str:
    """What comes along, as it is called in the result."""
    return "_".join(name.split())


def _own_key(table: Table) -> str:
    """The column of its key that is not the tenant's."""
    return next(name for name in table.key if name != table.tenant)


def _without(access: Access, fields: set[str]) -> Access:
    return replace(access, by=tuple(name for name in access.by if name not in fields))
