"""What types for Kysely say of a database, column by column, as the TypeScript compiler understands them.

Each question is a line of TypeScript that compiles where the types agree with the catalogue, so that the lines with
errors are the wrong answers.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from dbarchitect.model.schema import Column, Relational, Table, View

_CONFIG = {
    "compilerOptions": {
        "strict": True, "noEmit": True, "target": "ES2022", "module": "ESNext", "moduleResolution": "bundler",
        "skipLibCheck": True, "types": [], "allowImportingTsExtensions": True,
    },
    "files": ["questions.ts"],
}  # fmt: skip
_HEAD = """import type { Insertable, Selectable, Updateable } from "kysely";
import type { %(root)s as DB } from %(file)s;
type Has<T, K> = K extends keyof T ? true : false;
type Takes<T, K> = K extends keyof T ? ([Exclude<T[K], undefined>] extends [never] ? false : true) : false;
type Optional<T, K extends string> = K extends keyof T ? ({} extends Pick<T, K> ? true : false) : "absent";
type Null<T, K> = K extends keyof T ? (null extends T[K] ? true : false) : "absent";
"""
QUESTIONS = (
    "column is there under its name",
    "ALWAYS identity or generated column takes no value in an insert",
    "ALWAYS identity or generated column takes no value in an update",
    "column may be left out of an insert, or not",
    "column may be null, or not",
    "column of a view takes no value in an insert",
)


def _questions(schema: Relational) -> Iterator[tuple[str, str, str]]:
    """The question, whose, and the TypeScript."""
    tables = [one for one in schema.tables if one.partition_of is None]
    for table in (*tables, *schema.views):
        name = table.name.name if table.name.schema == "public" else str(table.name)
        of = f"DB[{json.dumps(name)}]"
        for column in table.columns:
            for question, text, expected in _of_column(table, column, of):
                literal = json.dumps(expected)
                yield question, f"{table.name}.{column.name}", f"({literal} satisfies {text});"


def _of_column(table: Table | View, column: Column, of: str) -> Iterator[tuple[str, str, bool]]:
    key = json.dumps(column.name)
    yield QUESTIONS[0], f"Has<Selectable<{of}>, {key}>", True
    if isinstance(table, View):
        yield QUESTIONS[5], f"Takes<Insertable<{of}>, {key}>", False
        return  # whether a view's column can be null, the catalogue does not say
    if column.type.name not in ("json", "jsonb"):  # JSON has a null of its own
        yield QUESTIONS[4], f"Null<Selectable<{of}>, {key}>", not column.not_null
    if column.generated or (column.identity and column.identity.always):
        yield QUESTIONS[1], f"Takes<Insertable<{of}>, {key}>", False
        yield QUESTIONS[2], f"Takes<Updateable<{of}>, {key}>", False
        return
    optional = not column.not_null or column.default is not None or column.identity is not None
    yield QUESTIONS[3], f"Optional<Insertable<{of}>, {key}>", optional


def wrong(schema: Relational, file: Path, root: str, modules: Path) -> dict[str, tuple[int, list[str]]]:
    """By question: how often it was asked, and of which columns the types in `file` answer otherwise.

    `root` is the interface of all tables; `modules` a node_modules folder with Kysely and TypeScript.
    """
    folder = file.parent / "asked"
    folder.mkdir()
    asked = list(_questions(schema))
    head = _HEAD % {"root": root, "file": json.dumps(f"../{file.name}")}
    (folder / "questions.ts").write_text(head + "\n".join(text for *_, text in asked))
    (folder / "tsconfig.json").write_text(json.dumps(_CONFIG))
    if not any((one / "node_modules").exists() for one in (folder, *folder.parents)):
        (folder / "node_modules").symlink_to(modules)
    compiler = [str(modules / ".bin" / "tsc"), "-p", str(folder), "--pretty", "false"]
    ran = subprocess.run(compiler, capture_output=True, text=True, check=False)
    first = head.count("\n") + 1
    numbers = {int(one) - first for one in re.findall(r"questions\.ts\((\d+),", ran.stdout)}
    if min(numbers, default=0) < 0 or (ran.returncode and not numbers) or "Cannot find module" in ran.stdout:
        raise RuntimeError(f"tsc: {ran.stdout[:1500]}")
    shutil.rmtree(folder)
    return {
        question: (
            sum(one[0] == question for one in asked),
            [key for number, (of, key, _) in enumerate(asked) if of == question and number in numbers],
        )
        for question in QUESTIONS
    }
