"""From one SQLite schema to another: what ALTER TABLE can do, and rebuilds that lose nothing for the rest.

Plain texts in, statements out. Whether an ALTER arrives is asked of the engine, through a function that is passed in:
a table that is not what is wanted after its ALTERs is rebuilt. A rebuild follows sqlite.org/lang_altertable.html,
"Making Other Kinds Of Table Schema Changes": foreign keys off, a new table, the rows copied, the old one dropped, the
new one renamed; its indexes, and the triggers and views that speak of it, made again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dbarchitect.errors import InputError
from dbarchitect.migrate.renames import Answers, Question
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.plan import Step
from dbarchitect.sql.sqlite import ColumnText, TableText, normal, quoted, read_table, with_name, words_of

_NEW = "dba_new_"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the catalogue: kind (table, index, view, trigger), name, the table it is on, its statement."""

    kind: str
    name: str
    on: str
    sql: str

    @property
    def said(self) -> object:
        """What it says, apart from its spelling and the order of a table's constraints."""
        return signature(self.sql) if self.kind == "table" else normal(self.sql)


Catalogue = tuple[Entry, ...]
Run = Callable[[Sequence[str]], Catalogue]  # runs statements on an empty copy and gives the catalogue after them


def signature(sql: str) -> object:
    """What a CREATE TABLE says: its columns in their order, its constraints in any, its options."""
    table = read_table(sql)
    if table.module:
        return normal(sql)
    columns = tuple((one.name.lower(), normal(one.text)) for one in table.columns)
    constraints = tuple(sorted(normal(one.text) for one in table.constraints))
    return (columns, constraints, table.strict, table.without_rowid)


@dataclass(slots=True)
class Differences:
    """What a plan comes to: `steps` in their order, `demands`: queries that must give no row, `renames` in words, and
    questions that only a person can answer."""

    steps: list[Step] = field(default_factory=list[Step])
    demands: list[str] = field(default_factory=list[str])
    renames: list[str] = field(default_factory=list[str])
    questions: list[Question] = field(default_factory=list[Question])
    rebuilt: list[str] = field(default_factory=list[str])


def differences(
    before: Catalogue, after: Catalogue, run: Run, answers: Answers, using: Mapping[str, str] | None = None
) -> Differences:
    """The steps from one catalogue to the other. `run` plays statements on an empty copy of the first."""
    return _Differ(before, after, run, answers, using or {}).plan()


class _Differ:
    def __init__(
        self, before: Catalogue, after: Catalogue, run: Run, answers: Answers, using: Mapping[str, str]
    ) -> None:
        self._before, self._after, self._run = before, after, run
        self._answers = answers
        self._using = {name.lower(): text for name, text in using.items()}
        self._found = Differences()
        self._done: list[str] = []

    def plan(self) -> Differences:
        old = {one.name.lower(): one for one in self._before if one.kind == "table"}
        new = {one.name.lower(): one for one in self._after if one.kind == "table"}
        renamed = self._renamed_tables(old, new)
        columns = {
            name: self._renamed_columns(old[name], new[renamed.get(name, name)])
            for name in old
            if renamed.get(name, name) in new
        }
        if self._found.questions:
            return self._found
        changed = {name for name in columns if old[name].said != new[renamed.get(name, name)].said or name in renamed}
        gone = [name for name in old if renamed.get(name, name) not in new]
        self._set_aside({*changed, *gone})
        for name, to in renamed.items():
            self._step(
                [f"ALTER TABLE {quoted(old[name].name)} RENAME TO {quoted(new[to].name)}"],
                f"rename table {old[name].name} to {new[to].name}",
            )
        for name in gone:
            self._step(
                [f"DROP TABLE {quoted(old[name].name)}"],
                f"drop table {old[name].name}",
                loses=(f"all rows of {old[name].name}",),
            )
        for name in sorted(changed):
            target = new[renamed.get(name, name)]
            self._change(read_table(old[name].sql), target, columns[name])
        for name, one in new.items():
            if name not in old and name not in renamed.values():
                self._step([one.sql], f"create table {one.name}")
        self._settle()
        return self._found

    # ---- renames

    def _renamed_tables(self, old: Mapping[str, Entry], new: Mapping[str, Entry]) -> dict[str, str]:
        found: dict[str, str] = {}
        gone, made = [one for one in old if one not in new], [one for one in new if one not in old]
        for name in gone:
            ref = ObjectRef(kind="table", name=old[name].name)
            said = self._answers.of(ref)
            if said:
                if said.lower() not in made:
                    raise InputError(f"--rename {name}={said}: there is no new table {said}", hint="OLD=NEW, once each")
                found[name] = said.lower()
                continue
            alike = [one for one in made if _alike(old[name].sql, new[one].sql)]
            if alike and said is None:
                candidates = tuple(ObjectRef(kind="table", name=new[one].name) for one in alike)
                self._found.questions.append(Question(old=ref, candidates=candidates))
        self._found.renames += [f"table {old[name].name} is {new[to].name}" for name, to in found.items()]
        return found

    def _renamed_columns(self, old: Entry, new: Entry) -> dict[str, str]:
        """New name by old name, both as they are written, of columns whose name changed."""
        before, after = read_table(old.sql), read_table(new.sql)
        gone = [one for one in before.columns if after.column(one.name) is None]
        made = [one for one in after.columns if before.column(one.name) is None]
        found: dict[str, str] = {}
        for one in gone:
            ref = ObjectRef(kind="column", name=old.name, sub=one.name)
            said = self._answers.of(ref)
            if said:
                wanted = said.rpartition(".")[2]
                column = next((each for each in made if each.name.lower() == wanted.lower()), None)
                if column is None:
                    raise InputError(f"--rename {ref}={said}: {new.name} has no new column {wanted}", hint="OLD=NEW")
                found[one.name] = column.name
                continue
            alike = [each for each in made if _rest(each) == _rest(one)]
            if alike and said is None:
                candidates = tuple(ObjectRef(kind="column", name=new.name, sub=each.name) for each in alike)
                self._found.questions.append(Question(old=ref, candidates=candidates))
        self._found.renames += [f"column {old.name}.{a} is {b}" for a, b in found.items()]
        return found

    # ---- steps

    def _step(self, sql: Sequence[str], does: str, *, why: str = "", loses: tuple[str, ...] = ()) -> None:
        self._done += sql
        self._found.steps.append(Step(sql=tuple(sql), does=does, why=why, loses=loses))

    def _now(self) -> Catalogue:
        return self._run(self._done)

    def _set_aside(self, touched: Collection[str]) -> None:
        """Drop triggers and views that speak of tables that change, and what is not wanted any more."""
        wanted = {(one.kind, one.name.lower()): one.said for one in self._after}
        views = [one for one in self._before if one.kind == "view"]
        names = set(touched)
        while True:  # views of views
            more = {one.name.lower() for one in views if words_of(one.sql) & names} - names
            if not more:
                break
            names |= more
        sql: list[str] = []
        for kind in ("trigger", "view", "index"):
            for one in self._before:
                if one.kind != kind:
                    continue
                other = wanted.get((kind, one.name.lower())) != one.said
                speaks = kind != "index" and bool((words_of(one.sql) | {one.on.lower()}) & names)
                if other or speaks:
                    sql.append(f"DROP {kind.upper()} {quoted(one.name)}")
        if sql:
            self._step(sql, "set aside what speaks of tables that change", why="it is made again at the end")

    def _settle(self) -> None:
        """Make what is wanted and not there: indexes that a rebuild lost, views, triggers."""
        there = {(one.kind, one.name.lower()) for one in self._now()}
        for kind in ("index", "view", "trigger"):
            sql = [one.sql for one in self._after if one.kind == kind and (kind, one.name.lower()) not in there]
            names = [one.name for one in self._after if one.kind == kind and (kind, one.name.lower()) not in there]
            if sql:
                plural = {"index": "indexes"}.get(kind, f"{kind}s")
                self._step(sql, f"create {plural if len(sql) > 1 else kind} {', '.join(names)}")

    def _change(self, old: TableText, target: Entry, columns: Mapping[str, str]) -> None:
        new = read_table(target.sql)
        current = next(one for one in self._now() if one.kind == "table" and one.name.lower() == target.name.lower())
        if current.said == target.said:
            return
        if old.module or new.module:
            self._step(
                [f"DROP TABLE {quoted(target.name)}", target.sql],
                f"make virtual table {target.name} anew",
                why="SQLite cannot alter one",
                loses=(f"what {target.name} holds itself",),
            )
            return
        altered = list(self._alters(old, new, target.name, columns))
        if altered and self._arrives([sql for sql, _, _ in altered], target):
            for sql, does, loses in altered:
                self._step([sql], does, loses=loses)
            return
        self._rebuild(old, new, target, columns)

    def _arrives(self, sql: Sequence[str], target: Entry) -> bool:
        try:
            now = self._run([*self._done, *sql])
        except InputError:
            return False
        return any(one.kind == "table" and one.name == target.name and one.said == target.said for one in now)

    def _alters(
        self, old: TableText, new: TableText, name: str, columns: Mapping[str, str]
    ) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """ALTERs that may do: whether they do is asked of the engine."""
        table = quoted(name)
        for a, b in columns.items():
            yield (
                f"ALTER TABLE {table} RENAME COLUMN {quoted(a)} TO {quoted(b)}",
                f"rename column {name}.{a} to {b}",
                (),
            )
        kept = {columns.get(one.name, one.name).lower() for one in old.columns}
        for one in old.columns:
            if one.name not in columns and new.column(one.name) is None:
                loses = (f"the values of {name}.{one.name}",) if one.generated is None else ()
                yield f"ALTER TABLE {table} DROP COLUMN {quoted(one.name)}", f"drop column {name}.{one.name}", loses
        for one in new.columns:
            if one.name.lower() not in kept and f"{name}.{one.name}".lower() not in self._using and _addable(one):
                yield f"ALTER TABLE {table} ADD COLUMN {one.text}", f"add column {name}.{one.name}", ()

    def _rebuild(self, old: TableText, new: TableText, target: Entry, columns: Mapping[str, str]) -> None:
        name, made = target.name, f"{_NEW}{target.name}"
        back = {b.lower(): a for a, b in columns.items()}
        into: list[str] = []
        values: list[str] = []
        if all(not one.without_rowid and not _has_alias(one) and one.column("rowid") is None for one in (old, new)):
            into.append("rowid")  # what refers to rows by number (full-text search) finds them again
            values.append("rowid")
        for one in new.columns:
            if one.generated is not None:
                continue
            stated = self._using.get(f"{name}.{one.name}".lower())
            source = old.column(back.get(one.name.lower(), one.name))
            if stated is None and source is None:
                continue  # its default
            into.append(quoted(one.name))
            values.append(stated if stated is not None else quoted(source.name if source is not None else ""))
            if stated is None and source is not None:
                self._demand(name, source, one, new)
        lost = [
            one.name
            for one in old.columns
            if one.generated is None and one.name not in columns and new.column(one.name) is None
        ]
        sql = [
            with_name(target.sql, made),
            f"INSERT INTO {quoted(made)} ({', '.join(into)}) SELECT {', '.join(values)} FROM {quoted(name)}",
        ]
        if _counts(old) and _counts(new):  # a number that was deleted must not come back
            was, now = (one.replace("'", "''") for one in (name, made))
            sql += [
                f"DELETE FROM sqlite_sequence WHERE name = '{now}'",
                "INSERT INTO sqlite_sequence (name, seq) "
                f"SELECT '{now}', seq FROM sqlite_sequence WHERE name = '{was}'",
            ]
        sql += [f"DROP TABLE {quoted(name)}", f"ALTER TABLE {quoted(made)} RENAME TO {quoted(name)}"]
        self._found.rebuilt.append(name)
        self._step(
            sql,
            f"rebuild table {name}",
            why="ALTER TABLE cannot do it; foreign keys are off meanwhile, or the drop would empty its children",
            loses=tuple(f"the values of {name}.{one}" for one in lost),
        )

    def _demand(self, name: str, old: ColumnText, new: ColumnText, table: TableText) -> None:
        column = quoted(old.name)
        if new.not_null and not old.not_null:
            self._found.demands.append(f"SELECT * FROM {quoted(name)} WHERE {column} IS NULL")
        if table.strict and (kind := new.type.upper()) in _STRICT:
            kinds = ", ".join(f"'{one}'" for one in (*_STRICT[kind], "null"))
            self._found.demands.append(f"SELECT * FROM {quoted(name)} WHERE typeof({column}) NOT IN ({kinds})")


# What a STRICT column takes as it is; texts that are numbers it converts.
_STRICT = {
    "INT": ("integer",),
    "INTEGER": ("integer",),
    "REAL": ("real", "integer"),
    "TEXT": ("text", "integer", "real"),
    "BLOB": ("blob",),
}


def _addable(column: ColumnText) -> bool:
    """Whether ALTER TABLE adds the column to a table that has rows, which an empty copy does not tell
    (sqlite.org/lang_altertable.html, "ALTER TABLE ADD COLUMN")."""
    default = (column.default or "NULL").upper()
    refers = any(one.kind == "FOREIGN KEY" for one in column.constraints)
    if column.stored or default.startswith(("(", "CURRENT_")):
        return False
    return not (column.not_null and default == "NULL") and not (refers and default != "NULL")


def _rest(column: ColumnText) -> str:
    """A column definition without its name."""
    return normal(column.text).partition(" ")[2]


def _alike(one: str, other: str) -> bool:
    first, second = read_table(one), read_table(other)
    return [normal(c.text) for c in first.columns] == [normal(c.text) for c in second.columns]


def _has_alias(table: TableText) -> bool:
    """Whether a column may be the rowid by another name."""
    keys = [one for one in table.every if one.kind == "PRIMARY KEY"]
    column = table.column(keys[0].columns[0]) if len(keys) == 1 and len(keys[0].columns) == 1 else None
    return column is not None and column.type.upper() == "INTEGER"


def _counts(table: TableText) -> bool:
    return any(one.autoincrement for one in table.every)
