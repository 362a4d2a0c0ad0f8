"""Trees in tables: the row above alone (adjacency), beside it all pairs above and below (closure), or a path (ltree).

The row above is the truth in each form, so that an application and its mapper write one column; pairs and paths follow
by triggers. A move waits for the moves and, where something is kept beside, for the rows that are being added: under
READ COMMITTED what is read after the wait is what the others have committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dbarchitect.errors import InputError
from dbarchitect.model.names import quote_identifier as q
from dbarchitect.model.names import quote_literal

from .draft import Check, Column, Draft, Foreign, Form, Index, Table
from .naming import plain
from .spec import Access, Relation, Spec

BELOW, ABOVE = "ancestor", "descendant"  # what rows are asked by: all below a given one, all above it
PATH = "path"  # the column of an ltree
LEVELS = 4  # of a tree of which nobody said how deep it is
# What a pair costs to write, in steps of a recursion that reads save, and the rows up to which reads save any: beyond,
# WITH RECURSIVE reads a branch by an index as fast as pairs or paths do. Measured: python -m benchmarks.trees, at 2,000
# rows (5 to 66 steps a pair, median 12) and from 20,000 on, where nothing is saved; SMALL lies between, by proportion.
WEIGHT = 12.0
SMALL = 6_300.0
_DAY_S, _TWO_YEARS_S = 86400.0, 730 * 86400.0
_LABELS = ("bigint", "integer", "uuid")  # keys that are labels of a path as they are, but for the hyphens of a uuid
_LABEL_BYTES = {"bigint": 8.0, "integer": 8.0, "uuid": 40.0}  # with its length, aligned (ltree.h)
_PATH_HEADER = 8.0


def decide(draft: Draft, spec: Spec, table: Table, foreign: Foreign, relation: Relation) -> None:
    """Refuse rows that are their own parent, and choose the form of a tree.

    As the brief says, else by what is asked: pairs or a path are kept where the reads of whole branches that they save
    outweigh what each row added and each branch moved writes for them. Raises `InputError` for a form that the key of
    the table does not allow.
    """
    own = [name for name in foreign.columns if name != table.tenant]
    key = [name for name in table.key if name != table.tenant]
    same = " AND ".join(f"{one} = {other}" for one, other in zip(own, key, strict=True))
    table.checks.append(
        Check(
            name=plain(table.name, foreign.role or "parent", "other"),
            sql=f"NOT ({same})",
            bad=tuple((a, f"={b}") for a, b in zip(own, key, strict=True)),
            why="no row is its own parent",
        )
    )
    said = relation.hierarchy
    if len(own) > 1 and said in ("closure", "ltree"):
        raise InputError(
            f"line {relation.line}: the tree of {table.entity} cannot be kept as {said}: its key is {', '.join(key)}",
            hint="a key of its own for it, or the row above alone: adjacency",
        )
    if len(own) == 1 and not table.guard:
        table.guard = own[0]
        table.levels = float(relation.depth or LEVELS)
    asking = _Asking.of(spec, table, foreign)
    column = table.column(key[0])
    device = spec.surroundings.runs in ("edge", "device")
    short = column is not None and column.type in ("bigint", "integer") and not device
    form, why = (said, "as was said") if said else asking.form(short=short, single=len(own) == 1)
    if table.guard == own[0]:
        table.hierarchy = form
    draft.decide(
        "hierarchy",
        table.name,
        _WHAT[form].format(own=", ".join(own), table=table.name),
        f"{why}; {_WHY[form]}",
        instead="; ".join(text for other, text in _INSTEAD.items() if other != form),
        unless=asking.flip(form, short=short),
        line=relation.line,
    )


_WHAT: dict[Form, str] = {
    "adjacency": "{own} points at the row above; a trigger refuses circles",
    "closure": "{own} points at the row above, and {table}_closure holds each row with all above it, and how far; "
    "triggers keep it and refuse circles",
    "ltree": "{own} points at the row above, and path holds the keys from the top down (ltree); triggers keep it and "
    "refuse circles",
}
_WHY: dict[Form, str] = {
    "adjacency": "moving a branch changes one row, and WITH RECURSIVE reads a branch by the index on it",
    "closure": "a branch is one range of an index, whatever its depth; a move writes a pair for each row of the branch "
    "and each above it, and no other column",
    "ltree": "a branch is one search of an index, and what is above a row stands in the row; a move writes each row of "
    "the branch anew",
}
_INSTEAD: dict[Form, str] = {
    "adjacency": "the row above alone, read by WITH RECURSIVE",
    "closure": "a table of all pairs above and below (closure)",
    "ltree": "ltree paths",
}


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked of a tree a second: reads of branches, moves and rows added, and how deep it is."""

    reads: float
    moves: float
    added: float
    levels: float
    rows: float  # in two years, 0 where nobody said
    asked: bool  # at all, though nobody may have said how often

    @classmethod
    def of(cls, spec: Spec, table: Table, foreign: Foreign) -> _Asking:
        mine = [one for one in spec.access if one.entity == table.entity]
        branches = [
            one
            for one in spec.access
            if {BELOW, ABOVE} & set(one.by) and (one.entity == table.entity or table.entity in one.by)
        ]
        moves = [one for one in mine if moved(one, foreign)]
        volume = next((one for one in spec.volumes if one.entity == table.entity), None)
        added = [one.per_second or 0.0 for one in mine if one.verb == "add"]
        if volume is not None:
            added += [(volume.a_day or 0.0) / _DAY_S, volume.writes_a_second or 0.0]
            added.append(max((volume.rows_later or 0.0) - (volume.rows or 0.0), 0.0) / _TWO_YEARS_S)
        return cls(
            reads=sum(one.per_second or 0.0 for one in branches),
            moves=sum(1.0 if one.per_second is None else one.per_second for one in moves),
            added=max(added, default=0.0),
            levels=table.levels or LEVELS,
            rows=max(volume.rows or 0.0, volume.rows_later or 0.0) if volume is not None else 0.0,
            asked=bool(branches),
        )

    @property
    def most(self) -> float:
        """Reads of branches a second up to which the row above alone is cheaper.

        A branch has on average as many rows as its rows have above them and themselves, so `levels`: a read saves
        `levels` steps; a row that is added writes `levels` pairs; a move removes and writes those with what is above,
        for each row of the branch.
        """
        return WEIGHT * (self.moves * self._rewritten + self.added)

    @property
    def _rewritten(self) -> float:
        """Pairs that a move writes, for each row of the branch."""
        return 2 * max(self.levels - 1, 1.0)

    def form(self, *, short: bool, single: bool) -> tuple[Form, str]:
        """(the form, why). `short`: keys are numbers, and extensions are there; `single`: the key is one column."""
        if not single:
            return "adjacency", "the key has several columns"
        if not self.asked:
            return "adjacency", "no access reads a whole branch"
        if not self.reads:
            return "adjacency", "nobody said how often whole branches are read"
        figures = (
            f"{self.reads:g} reads of branches a second beside {self.moves:g} moves and {self.added:.3g} new rows, "
            f"{self.levels:g} levels"
        )
        if self.rows > SMALL:
            return (
                "adjacency",
                f"{figures}: beyond {SMALL:,.0f} rows WITH RECURSIVE reads a branch as fast as what is kept",
            )
        if self.reads <= self.most:
            return "adjacency", f"{figures}: up to {self.most:.3g} reads a second what is kept beside costs more"
        if self.moves or not short:
            held = "branches move" if self.moves else "keys are too long for a path, or the extension is not there"
            return "closure", f"{figures}: reads outweigh; {held}, so pairs rather than paths"
        return "ltree", f"{figures}: reads outweigh, and nothing moves"

    def flip(self, form: Form, *, short: bool) -> str:
        """What would change the form."""
        if form == "adjacency" and self.rows > SMALL:
            return (
                "queries join whole branches with much else, where a plan must know how many rows come: say that it is "
                "kept as a closure table"
            )
        if form == "adjacency":
            other = "ltree, or the closure where branches move" if short else "the closure"
            often = "once" if self.most <= 1.0 else f"{self.most:.3g} times"
            return f"whole branches are read more than {often} a second: {other}"
        per = self.reads / WEIGHT
        if form == "ltree":
            return f"branches move (the closure), or more than {per:.3g} rows are added a second (adjacency)"
        often = max((per - self.added) / self._rewritten, 0.0)
        return f"branches move more than {often:.3g} times a second: adjacency" + (
            "; they never move: ltree" if short else ""
        )


def parent_of(table: Table) -> Foreign:
    """The reference of a tree to the row above."""
    return next(one for one in table.foreigns if one.target == table.name and table.guard in one.columns)


def moved(access: Access, foreign: Foreign) -> bool:
    """Whether an access gives rows of a tree another parent."""
    role = foreign.role or "parent"
    return access.verb == "change" and foreign.entity == access.entity and role in access.fields


def keep(draft: Draft, table: Table) -> None:
    """Add the triggers of a tree, and what its form keeps beside."""
    tree = _Tree(draft, table)
    tree.guard()
    if table.hierarchy == "closure":
        tree.closure()
    elif table.hierarchy == "ltree":
        tree.path()
    draft.fills += tree.fills()


def strays(draft: Draft, table: Table) -> str:
    """A query that counts the pairs or paths of a tree that are not as its rows say; it gives 0 where all are."""
    return _Tree(draft, table).strays()


class _Tree:
    def __init__(self, draft: Draft, table: Table) -> None:
        self.draft = draft
        self.table = table
        self.foreign = parent_of(table)
        self.above = q(table.guard)
        self.key_name = next(name for name in table.key if name != table.tenant)
        self.key = q(self.key_name)
        self.name = q(table.name)
        self.full = f"public.{self.name}"
        self.tenant = q(table.tenant) if table.tenant else ""
        self.guard_name = plain(table.name, table.guard, "guard")
        self.lock = f"pg_catalog.hashtext({quote_literal(self.guard_name)})"

    def _same(self, one: str, other: str) -> str:
        """The condition that both are of one tenant."""
        return f" AND {one}.{self.tenant} = {other}.{self.tenant}" if self.tenant else ""

    def _function(self, name: str, body: str) -> None:
        self.draft.functions[name] = (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$\n{body}\n$$"
        )

    def _locked(self) -> str:
        """One move at a time; where something is kept beside, nothing is added below what moves."""
        exclusive = f"PERFORM pg_catalog.pg_advisory_xact_lock({self.lock});  -- one move at a time"
        text = f"    IF TG_OP = 'UPDATE' THEN\n        {exclusive}\n"
        if self.table.hierarchy != "adjacency":
            shared = f"PERFORM pg_catalog.pg_advisory_xact_lock_shared({self.lock});  -- and no new row below"
            text += f"    ELSE\n        {shared}\n"
        return text + "    END IF;\n"

    def guard(self) -> None:
        """No row is above itself, however many rows lie between."""
        where = self._same("t", "NEW")
        self._function(
            self.guard_name,
            f"BEGIN\n{self._locked()}"
            "    IF EXISTS (\n        WITH RECURSIVE above AS (\n"
            f"            SELECT NEW.{self.above} AS node\n            UNION\n"
            f"            SELECT t.{self.above} FROM {self.full} t JOIN above a ON t.{self.key} = a.node{where}\n"
            f"        )\n        SELECT FROM above WHERE node = NEW.{self.key}\n    ) THEN\n"
            "        RAISE EXCEPTION 'this would be above itself'\n"
            f"            USING ERRCODE = 'check_violation', CONSTRAINT = '{self.guard_name}', TABLE = "
            f"{quote_literal(self.table.name)};\n"
            "    END IF;\n    RETURN NEW;\nEND",
        )
        self.table.triggers.append(
            f"CREATE TRIGGER {self.guard_name} BEFORE INSERT OR UPDATE OF {self.above} ON {self.name}\n"
            f"    FOR EACH ROW WHEN (NEW.{self.above} IS NOT NULL) EXECUTE FUNCTION {self.guard_name}()"
        )

    # Closure

    def closure(self) -> None:
        """The table of pairs, and the triggers that keep it."""
        table, draft = self.table, self.draft
        pairs = Table(
            name=plain(table.name, "closure"), entity="", what="closure", tenant=table.tenant,
            comment=f"Each row of {table.name} with itself and all rows above it; kept by triggers",
        )  # fmt: skip
        own = table.column(self.key_name)
        assert own is not None
        if table.tenant:
            same = table.column(table.tenant)
            assert same is not None
            pairs.add(Column(name=table.tenant, type=same.type, sample=same.sample, width=16, comment=same.comment))
        for role, what in ((BELOW, "The row above"), (ABOVE, "The row below, or the same")):
            name = plain(role, "id")
            pairs.add(Column(name=name, type=own.type, sample=own.sample, width=own.width, comment=what))
            pairs.foreigns.append(
                Foreign(
                    name=plain(pairs.name, role, "fkey"),
                    columns=(*((table.tenant,) if table.tenant else ()), name),
                    target=table.name, target_columns=table.key, on_delete="CASCADE", role=role, entity=table.entity,
                )
            )  # fmt: skip
        pairs.add(Column(name="depth", type="integer", sample="1", width=4, comment="Levels from the one to the other"))
        pairs.checks.append(
            Check(
                name=plain(pairs.name, "depth_minimum"), sql="depth >= 0", bad=(("depth", "-1"),), why="levels count up"
            )
        )
        first = (table.tenant,) if table.tenant else ()
        pairs.key = (*first, "ancestor_id", "descendant_id")
        pairs.indexes.append(
            Index(
                name=plain(pairs.name, "above_idx"), keys=(*first, "descendant_id", "depth"),
                why="all above a row, the nearest first; deleting a row looks for its pairs",
            )
        )  # fmt: skip
        draft.tables[pairs.name] = pairs
        table.closure = pairs.name
        full = f"public.{q(pairs.name)}"
        into = ", ".join((*((self.tenant,) if self.tenant else ()), "ancestor_id", "descendant_id", "depth"))
        new = f"NEW.{self.tenant}, " if self.tenant else ""
        function = plain(pairs.name, "keep")
        self._function(
            function,
            f"BEGIN\n{self._locked()}"
            "    IF TG_OP = 'INSERT' THEN\n"
            f"        INSERT INTO {full} ({into}) VALUES ({new}NEW.{self.key}, NEW.{self.key}, 0);\n"
            "        -- Rows below that the same statement has added before it.\n"
            f"        INSERT INTO {full} ({into})\n"
            f"        SELECT {new}NEW.{self.key}, below.descendant_id, below.depth + 1\n"
            f"        FROM {self.full} child JOIN {full} below ON below.ancestor_id = child.{self.key}"
            f"{self._same('below', 'child')}\n"
            f"        WHERE child.{self.above} = NEW.{self.key}{self._same('child', 'NEW')};\n"
            "    ELSE\n"
            f"        DELETE FROM {full} pair USING {full} above, {full} below\n"
            f"        WHERE above.descendant_id = NEW.{self.key} AND above.depth > 0 "
            f"AND below.ancestor_id = NEW.{self.key}\n"
            "            AND pair.ancestor_id = above.ancestor_id AND pair.descendant_id = below.descendant_id"
            f"{self._same('above', 'NEW')}{self._same('below', 'NEW')}{self._same('pair', 'NEW')};\n"
            "    END IF;\n"
            f"    INSERT INTO {full} ({into})\n"
            f"    SELECT {new}above.ancestor_id, below.descendant_id, above.depth + below.depth + 1\n"
            f"    FROM {full} above CROSS JOIN {full} below\n"
            f"    WHERE above.descendant_id = NEW.{self.above} AND below.ancestor_id = NEW.{self.key}"
            f"{self._same('above', 'NEW')}{self._same('below', 'NEW')};\n"
            "    RETURN NULL;\nEND",
        )
        table.triggers += [
            f"CREATE TRIGGER {plain(pairs.name, 'adds')} AFTER INSERT ON {self.name}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION {function}()",
            f"CREATE TRIGGER {plain(pairs.name, 'moves')} AFTER UPDATE ON {self.name}\n"
            f"    FOR EACH ROW WHEN (OLD.{self.above} IS DISTINCT FROM NEW.{self.above}) EXECUTE FUNCTION {function}()",
        ]
        kept = plain(pairs.name, "by_triggers")
        self._function(
            kept,
            f"BEGIN\n    RAISE EXCEPTION 'triggers of % keep %', {quote_literal(table.name)}, "
            f"{quote_literal(pairs.name)}\n"
            f"        USING ERRCODE = 'check_violation', CONSTRAINT = '{kept}', TABLE = "
            f"{quote_literal(pairs.name)};\nEND",
        )
        pairs.triggers.append(
            f"CREATE TRIGGER {kept} BEFORE INSERT OR UPDATE OR DELETE ON {q(pairs.name)}\n"
            f"    FOR EACH ROW WHEN (pg_catalog.pg_trigger_depth() = 0) EXECUTE FUNCTION {kept}()"
        )

    # Paths

    def path(self) -> None:
        """The path of each row, and the triggers that keep it."""
        table = self.table
        own = table.column(self.key_name)
        assert own is not None and own.type in _LABELS
        self.draft.extensions.add("ltree")
        table.columns.append(
            Column(
                name=PATH, type="ltree", sample="''", default="''", kept=True, comment="The keys from the top down",
                width=_PATH_HEADER + table.levels * _LABEL_BYTES[own.type],
            )
        )  # fmt: skip
        table.indexes.append(
            Index(name=plain(table.name, "path_idx"), keys=(PATH,), method="gist", why="all below a row")
        )
        label = self._label(f"NEW.{self.key}")
        function = plain(table.name, "path_set")
        self._function(
            function,
            f"BEGIN\n{self._locked()}"
            f"    NEW.{PATH} := public.text2ltree({label});\n"
            f"    IF NEW.{self.above} IS NOT NULL THEN\n"
            f"        SELECT public.text2ltree(public.ltree2text(t.{PATH}) || '.' || {label}) INTO NEW.{PATH}\n"
            f"        FROM {self.full} t WHERE t.{self.key} = NEW.{self.above}{self._same('t', 'NEW')};\n"
            "        IF NOT FOUND THEN\n"
            "            RAISE EXCEPTION 'the row above is not there: it comes before those below it'\n"
            f"                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = '{self.foreign.name}', TABLE = "
            f"{quote_literal(table.name)};\n"
            "        END IF;\n    END IF;\n    RETURN NEW;\nEND",
        )
        below = plain(table.name, "path_below")
        self._function(
            below,
            f"BEGIN\n    UPDATE {self.full} t SET {PATH} = t.{PATH}\n"
            f"    WHERE t.{self.above} = NEW.{self.key}{self._same('t', 'NEW')};\n    RETURN NULL;\nEND",
        )
        table.triggers += [
            f"CREATE TRIGGER {function} BEFORE INSERT OR UPDATE OF {self.key}, {self.above}, {PATH} ON {self.name}\n"
            f"    FOR EACH ROW EXECUTE FUNCTION {function}()",
            f"CREATE TRIGGER {below} AFTER UPDATE ON {self.name}\n"
            f"    FOR EACH ROW WHEN (ltree2text(OLD.{PATH}) <> ltree2text(NEW.{PATH})) EXECUTE FUNCTION {below}()",
        ]
        self.draft.decide(
            "not enforced",
            table.name,
            "one statement that adds rows before the row above them is refused",
            "a path begins with that of the row above",
            instead="the closure, which takes rows in any order",
        )

    def _label(self, key: str) -> str:
        own = self.table.column(self.key_name)
        text = f"{key}::pg_catalog.text"
        return f"pg_catalog.replace({text}, '-', '_')" if own is not None and own.type == "uuid" else text

    # Rows that were made with triggers off

    def fills(self) -> Iterator[str]:
        """Statements that give made-up rows a tree of as many levels as there are to be, where no key of the table
        forbids that, and set anew what is kept beside."""
        table = self.table
        yield from self._shaped()
        if table.hierarchy == "closure":
            full = f"public.{q(table.closure)}"
            into = f"{self.tenant}, " if self.tenant else ""
            yield f"TRUNCATE {full}"
            yield (
                f"INSERT INTO {full} ({into}ancestor_id, descendant_id, depth)\n{self._pairs()}\n"
                f"SELECT {into}one, other, depth FROM pairs ORDER BY {into}one, other"
            )
        elif table.hierarchy == "ltree":
            yield (
                f"{self._paths()}\n"
                f"UPDATE {self.full} t SET {PATH} = public.text2ltree(p.path) FROM paths p WHERE t.{self.key} = p.node"
            )
            yield f"VACUUM FULL {self.full}"

    def strays(self) -> str:
        """A query that counts what is kept beside and does not follow from the rows above; 0 where all is right."""
        if self.table.hierarchy == "closure":
            full = f"public.{q(self.table.closure)}"
            return (
                f"{self._pairs()}, kept AS (SELECT ancestor_id, descendant_id, depth FROM {full}),\n"
                "wanted AS (SELECT one, other, depth FROM pairs)\n"
                "SELECT (SELECT count(*) FROM (TABLE kept EXCEPT TABLE wanted) a) + "
                "(SELECT count(*) FROM (TABLE wanted EXCEPT TABLE kept) b)"
            )
        if self.table.hierarchy == "ltree":
            return (
                f"{self._paths()}\nSELECT count(*) FROM {self.full} t LEFT JOIN paths p ON p.node = t.{self.key} "
                f"WHERE p.path IS DISTINCT FROM public.ltree2text(t.{PATH})"
            )
        return "SELECT 0"

    def _pairs(self) -> str:
        tenant = f"t.{self.tenant}, " if self.tenant else ""
        return (
            "WITH RECURSIVE pairs AS (\n"
            f"    SELECT {tenant}t.{self.key} AS one, t.{self.key} AS other, 0 AS depth, t.{self.above} AS above "
            f"FROM {self.full} t\n    UNION ALL\n"
            f"    SELECT {tenant}t.{self.key}, p.other, p.depth + 1, t.{self.above} FROM pairs p "
            f"JOIN {self.full} t ON t.{self.key} = p.above{self._same('t', 'p')}\n)"
        )

    def _paths(self) -> str:
        label = self._label(f"t.{self.key}")
        return (
            "WITH RECURSIVE paths AS (\n"
            f"    SELECT t.{self.key} AS node, {label} AS path FROM {self.full} t "
            f"WHERE t.{self.above} IS NULL\n    UNION ALL\n"
            f"    SELECT t.{self.key}, p.path || '.' || {label} FROM paths p "
            f"JOIN {self.full} t ON t.{self.above} = p.node\n)"
        )

    def _shaped(self) -> Iterator[str]:
        table = self.table
        if table.hierarchy == "adjacency" or any(table.guard in one.columns for one in table.uniques):
            return
        by = f"PARTITION BY {self.tenant} " if self.tenant else ""
        same = " AND above.whose = below.whose" if self.tenant else ""
        whose = f", {self.tenant} AS whose" if self.tenant else ""
        # Row i hangs below row (i - 1) / f, so that there are as many levels as f to that power makes up all rows.
        yield (
            f"WITH numbered AS (SELECT {self.key} AS node{whose}, "
            f"row_number() OVER ({by}ORDER BY {self.key}) - 1 AS i, count(*) OVER ({by.strip()}) AS n "
            f"FROM {self.full}),\n"
            f"placed AS (SELECT *, greatest(2, ceil(n ^ (1.0 / {table.levels:g})))::bigint AS f FROM numbered)\n"
            f"UPDATE {self.full} t SET {self.above} = above.node\n"
            "FROM placed below LEFT JOIN placed above "
            f"ON above.i = (below.i - below.f) / below.f AND below.i >= below.f{same}\n"
            f"WHERE t.{self.key} = below.node"
        )
        yield f"VACUUM FULL {self.full}"
