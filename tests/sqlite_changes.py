"""Random changes of an SQLite schema with rows and dependants: for tests, and for `benchmarks/sqlite_rebuild.py`.

What must be there afterwards is worked out here, apart from the product: rows of every table, the values of columns
that stay, indexes, triggers that fire, views that answer, references that hold.
"""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from dbarchitect.engines.sqlite.source import open_sqlite
from dbarchitect.migrate.renames import answers_of
from dbarchitect.prove.sqlite_arrive import SqliteJourney, apply

NOW = datetime(2026, 11, 26, tzinfo=UTC)


@dataclass(frozen=True)
class Shape:
    """The parent table as it is; `columns`: name to definition."""

    columns: dict[str, str] = field(default_factory=dict[str, str])
    checks: tuple[str, ...] = ()
    strict: bool = False
    auto: bool = True
    indexed: tuple[str, ...] = ("name",)
    child: str = "ON DELETE CASCADE"
    child_note: bool = False

    def script(self) -> str:
        key = f"id INTEGER PRIMARY KEY{' AUTOINCREMENT' if self.auto else ''}"
        parts = [key, *(f"{name} {text}" for name, text in self.columns.items()), *self.checks]
        watched = next(iter(self.columns))
        lines = [
            f"CREATE TABLE parent ({', '.join(parts)}){' STRICT' if self.strict else ''};",
            "CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL "
            f"REFERENCES parent (id) {self.child}, note TEXT{', extra INT DEFAULT 7' if self.child_note else ''});",
            "CREATE TABLE grandchild (id INTEGER PRIMARY KEY, child_id INTEGER "
            "REFERENCES child (id) ON DELETE SET NULL);",
            "CREATE TABLE log (what TEXT);",
            "CREATE INDEX child_parent ON child (parent_id);",
            *(f"CREATE INDEX parent_{name} ON parent ({name});" for name in self.indexed if name in self.columns),
            f"CREATE VIEW names AS SELECT id, {watched} AS seen FROM parent;",
            "CREATE VIEW of_children AS SELECT n.id, count(*) AS many FROM names n JOIN child c ON c.parent_id = n.id "
            "GROUP BY n.id;",
            "CREATE TRIGGER parent_gone AFTER DELETE ON parent BEGIN INSERT INTO log VALUES ('gone ' || old.id); END;",
            "CREATE TRIGGER child_made AFTER INSERT ON child BEGIN INSERT INTO log "
            "SELECT 'child of ' || p.id FROM parent p WHERE p.id = new.parent_id; END;",
        ]
        return "\n".join(lines)


START = Shape(columns={"name": "TEXT NOT NULL", "email": "TEXT", "age": "INTEGER", "score": "REAL", "state": "TEXT"})


def fill(path: Path) -> None:
    """The schema that all begins with, with rows, and a number that was used and deleted."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(START.script())
        connection.executemany(
            "INSERT INTO parent (id, name, email, age, score, state) VALUES (?, ?, ?, ?, ?, ?)",
            ((n, f"name {n}", f"{n}@x.y" if n % 3 else None, n % 90, n / 7, "new") for n in range(1, 61)),
        )
        connection.execute("INSERT INTO parent (id, name) VALUES (1000, 'last')")
        connection.execute("DELETE FROM parent WHERE id = 1000")
        connection.executemany("INSERT INTO child VALUES (?, ?, 'n')", ((n, 1 + n % 60) for n in range(1, 181)))
        connection.executemany("INSERT INTO grandchild VALUES (?, ?)", ((n, 1 + n % 180) for n in range(1, 91)))
        connection.execute("DELETE FROM log")
        connection.commit()


def changed(dice: random.Random) -> tuple[Shape, dict[str, str], set[str]]:
    """One to three changes: the schema that is wanted, renames (new by old), and columns that are dropped."""
    shape, renames, dropped = START, dict[str, str](), set[str]()
    for _ in range(dice.randint(1, 3)):
        columns = dict(shape.columns)
        free = [one for one in columns if one in START.columns and one not in renames.values()]
        match dice.randrange(12):
            case 0:
                columns[f"added{len(columns)}"] = dice.choice(
                    ["TEXT", "INTEGER DEFAULT 5", "TEXT NOT NULL DEFAULT 'x'"]
                )
            case 1:
                items = list(columns.items())
                place = dice.randint(0, len(items))
                items.insert(place, (f"mid{len(columns)}", dice.choice(["TEXT", "REAL NOT NULL DEFAULT 0.5"])))
                columns = dict(items)
                if next(iter(columns)).startswith("mid"):
                    columns = dict(items[1:] + items[:1])
            case 2 if len(free) > 2:
                name = dice.choice(free[1:])
                dropped.add(name)
                columns.pop(name)
            case 3 if free:
                old = dice.choice(free)
                new = f"{old}_new"
                renames[old] = new
                columns = {new if name == old else name: text for name, text in columns.items()}
                shape = replace(shape, checks=tuple(one for one in shape.checks if old not in one))
            case 4 if "age" in columns:
                shape = replace(shape, checks=(*shape.checks, "CONSTRAINT grown CHECK (age >= 0)"))
            case 5:
                shape = replace(shape, strict=not shape.strict)
            case 6:
                shape = replace(shape, auto=not shape.auto)
            case 7 if "age" in columns:
                columns["age"] = dice.choice(["INTEGER NOT NULL", "INTEGER DEFAULT 3", "INT"])
            case 8:
                shape = replace(shape, indexed=dice.choice([(), ("name", "age"), ("state",), ("email", "score")]))
            case 9:
                shape = replace(shape, child=dice.choice(["ON DELETE RESTRICT", "ON DELETE CASCADE ON UPDATE CASCADE"]))
            case 10:
                shape = replace(shape, child_note=True)
            case _:
                items = list(columns.items())
                dice.shuffle(items)
                columns = dict(items)
        shape = replace(shape, columns=columns)
    shape = replace(shape, checks=tuple(dict.fromkeys(one for one in shape.checks if "age" in shape.columns)))
    return shape, renames, dropped


def lost(path: Path, before: Path, shape: Shape, renames: dict[str, str], *, foreign_keys: bool = True) -> list[str]:
    """What is not as it must be: "" for nothing."""
    found: list[str] = []
    with closing(sqlite3.connect(path, isolation_level=None)) as now, closing(sqlite3.connect(before)) as old:
        for table in ("parent", "child", "grandchild"):
            (a,), (b,) = (one.execute(f"SELECT count(*) FROM {table}").fetchone() for one in (old, now))
            if a != b:
                found.append(f"{table} has {b} of {a} rows")
        for name in START.columns:
            to = renames.get(name, name)
            if to in shape.columns:
                a, b = (
                    one.execute(f"SELECT id, {column} FROM parent ORDER BY id").fetchall()
                    for one, column in ((old, name), (now, to))
                )
                if a != b:
                    found.append(f"values of {name}")
        a, b = (one.execute("SELECT id, parent_id, note FROM child ORDER BY id").fetchall() for one in (old, now))
        if a != b:
            found.append("values of child")
        names = {row[0] for row in now.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")}
        with closing(sqlite3.connect(":memory:")) as wanted:
            wanted.executescript(shape.script())
            missing = {row[0] for row in wanted.execute("SELECT name FROM sqlite_master WHERE sql IS NOT NULL")} - names
        found += [f"{name} is gone" for name in sorted(missing) if not name.startswith("sqlite_")]
        if now.execute("PRAGMA foreign_key_check").fetchall():
            found.append("references are broken")
        if any(row[2] != "parent" for row in now.execute("PRAGMA foreign_key_list(child)")):
            found.append("child refers to another table")
        if missing:
            return found
        now.execute("PRAGMA foreign_keys = ON")
        (many,) = now.execute("SELECT count(*) FROM of_children").fetchone()
        if many != 60:
            found.append("a view answers otherwise")
        now.execute("BEGIN")
        if shape.auto and START.auto:
            now.execute("SAVEPOINT s")
            columns = [n for n, text in shape.columns.items() if "NOT NULL" in text and "DEFAULT" not in text]
            values = ", ".join("5" if "INT" in shape.columns[n] else "'v'" for n in columns)
            now.execute(
                f"INSERT INTO parent ({', '.join(columns)}) VALUES ({values})"
                if columns
                else "INSERT INTO parent DEFAULT VALUES"
            )
            (made,) = now.execute("SELECT max(id) FROM parent").fetchone()
            if made != 1001:
                found.append(f"the next number is {made}, not 1001")
            now.execute("ROLLBACK TO s")
        now.execute("INSERT INTO child (id, parent_id) VALUES (999, 5)")
        if now.execute("SELECT count(*) FROM log").fetchone() != (1,):
            found.append("a trigger of the child does not fire")
        now.execute("DELETE FROM child WHERE parent_id = 7")
        now.execute("DELETE FROM parent WHERE id = 7")
        if now.execute("SELECT count(*) FROM log WHERE what = 'gone 7'").fetchone() != (1,):
            found.append("a trigger of the parent does not fire")
        now.execute("ROLLBACK")
    return found


def planned(folder: Path, number: int) -> tuple[list[str], bool, str]:
    """One random change by the product: what was lost, whether a table was rebuilt, and what went wrong."""
    dice = random.Random(number)
    shape, renames, dropped = changed(dice)
    before, path, script = folder / "before.db", folder / "app.db", folder / "wanted.sql"
    for one in folder.iterdir():
        one.unlink()
    fill(before)
    path.write_bytes(before.read_bytes())
    script.write_text(shape.script())
    source = open_sqlite(str(path), facts=False, now=NOW)
    target = open_sqlite(str(script), engine="sqlite", facts=False, now=NOW)
    answers = answers_of([f"parent.{old}={new}" for old, new in renames.items()], ["*"])
    plan = SqliteJourney(source, target).plan(answers)
    apply(source, plan, now=NOW, backup=folder / "backup.db")
    rebuilt = any(step.does.startswith("rebuild") for step in plan.steps)
    wrong = lost(path, before, shape, renames)
    if not plan.down and plan.steps and not dropped:
        wrong.append(f"no way back: {plan.no_way_back}")
    return wrong, rebuilt, ""


def careless(folder: Path, number: int) -> list[str]:
    """The same change as it is often written: foreign keys on, create, copy, drop, rename."""
    shape, renames, _ = changed(random.Random(number))
    before, path = folder / "before.db", folder / "careless.db"
    for one in folder.iterdir():
        one.unlink()
    fill(before)
    path.write_bytes(before.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA legacy_alter_table = ON")
        statements = shape.script().split(";\n")
        create = next(one for one in statements if one.startswith("CREATE TABLE parent"))
        back = {new: old for old, new in renames.items()}
        kept = [name for name in shape.columns if back.get(name, name) in START.columns]
        into = ", ".join(["id", *kept])
        values = ", ".join(["id", *(back.get(name, name) for name in kept)])
        try:
            connection.execute(create.replace("CREATE TABLE parent", "CREATE TABLE parent_new"))
            connection.execute(f"INSERT INTO parent_new ({into}) SELECT {values} FROM parent")
            connection.execute("DROP TABLE parent")
            connection.execute("ALTER TABLE parent_new RENAME TO parent")
        except sqlite3.Error as err:
            return [f"it stops half-way: {err}"]
    return lost(path, before, shape, renames)
