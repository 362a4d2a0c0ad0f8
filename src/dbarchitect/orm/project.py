"""What a target gives: files, and how much of the schema its code view tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from dbarchitect.model import english
from dbarchitect.model.finding import Gap
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.plan import Step
from dbarchitect.model.schema import Relational
from dbarchitect.model.value import Value

from .blueprint import Blueprint

TARGETS = ("sqlalchemy", "tortoise", "prisma", "drizzle", "kysely")
TargetName = Literal["sqlalchemy", "tortoise", "prisma", "drizzle", "kysely"]
_WORDS = 6  # of the first step, in the name of a file
Host = Literal["server", "neon", "supabase", "turso"]

# How a construct of PostgreSQL stands in a target. native: in its models, as it is; approximate: in its models, near to
# it; raw: only in the DDL of the migration; impossible: neither.
Level = Literal["native", "approximate", "raw", "impossible"]


class Loss(Value, frozen=True, kw_only=True):
    """Something of the schema that the models do not tell as it is. The database has it nevertheless where `level` is
    not `impossible`: the migration makes it."""

    at: ObjectRef
    construct: str  # a key of the target's capability table: "check constraint", "expression index"
    level: Level
    note: str = ""


class File(Value, frozen=True, kw_only=True):
    """A file of a project. `owned`: generated whole, and again at every run; else a start that is written once and then
    its author's."""

    path: str
    text: str
    owned: bool = True


class Project(Value, frozen=True, kw_only=True):
    """What a target made of a schema. `next` are the commands that a newcomer runs, in order."""

    target: str
    files: tuple[File, ...]
    losses: tuple[Loss, ...] = ()
    next: tuple[str, ...] = ()


class Generated(Value, frozen=True, kw_only=True):
    """What was written into `folder`. `kept` are files that are their author's now; `unchanged` counts those that are
    as they were."""

    source: str
    target: str
    folder: str
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    unchanged: int = 0
    entities: int = 0
    losses: tuple[Loss, ...] = ()
    next: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Settings:
    """How a project is wanted.

    host     where the database runs: how it is connected to
    variant  of the target: `sqlmodel` of SQLAlchemy, `1.0` of Drizzle; "" its own default
    package  the name of the code's package or of the package.json
    scaffold the project around the models (connection, migrations, seed, repository, test); False: models alone
    """

    host: Host = "server"
    variant: str = ""
    package: str = "app"
    scaffold: bool = True


@dataclass(frozen=True)
class Since:
    """What has changed since the last run, as steps that were proved like the rest.

    number       of the migration, after those that are there
    no_way_back  why `down` is empty; "" where it is the way back
    """

    number: int
    up: tuple[Step, ...]
    down: tuple[Step, ...]
    no_way_back: str = ""

    @property
    def slug(self) -> str:
        """The words of the first step, for the name of a file."""
        does = [step.does for step in self.up if not step.sql[0].startswith(("SET ", "RESET "))]
        words = [one for one in english.split(does[0]) if one.isascii()][:_WORDS]
        return english.snake(words or ["change"]) + (f"_and_{len(does) - 1}_more" if len(does) > 1 else "")

    @property
    def loses(self) -> tuple[str, ...]:
        """What of the data is gone afterwards."""
        return tuple(dict.fromkeys(loss for step in self.up for loss in step.loses))


@dataclass(frozen=True)
class Ddl:
    """The whole schema as steps from nothing, proved on a private copy, and the way back. `since`: None where nothing
    has changed, or where the mapper's own tool finds that out. `of`: the schema as it was read where mappers have it
    otherwise, as of SQLite (`sqlite.as_mapped`)."""

    up: tuple[Step, ...]
    down: tuple[Step, ...]
    since: Since | None = None
    of: Relational | None = None


class Target(Protocol):
    """An object-relational mapper. `sqlite` are its capabilities for SQLite; empty where that is not offered.

    snapshot  the file of the project that keeps the schema of its migrations, beside them, so that the next one can be
              written; "" where the mapper's own tool does that. `sqlite_snapshot`: the same for SQLite
    """

    name: TargetName
    snapshot: str
    sqlite_snapshot: str
    title: str
    variants: tuple[str, ...]
    hosts: tuple[Host, ...]
    capabilities: Mapping[str, tuple[Level, str]]  # construct: level, how or why
    sqlite: Mapping[str, tuple[Level, str]]

    def generate(self, blueprint: Blueprint, ddl: Ddl, settings: Settings) -> Project:
        """The project. Raises `InputError` for what cannot be named, and for a host or variant that it has not."""
        ...


# The constructs that every target's capability table has a row for.
CONSTRUCTS = (
    "schema", "extension", "enum", "domain", "composite type", "range type", "array", "jsonb", "vector", "money type",
    "identity", "serial", "sequence", "default", "generated column", "virtual generated column", "collation",
    "primary key", "composite primary key", "no primary key", "foreign key", "composite foreign key",
    "deferrable foreign key", "on delete", "unique", "nulls not distinct", "check constraint", "exclusion constraint",
    "temporal key", "constraint not valid", "index", "descending index", "partial index", "expression index",
    "include columns", "index method", "operator class", "view", "materialised view", "partitioned table",
    "inheritance", "trigger", "rule", "function", "row level security", "comment", "grant", "self reference",
    "many to many", "reserved word", "mixed case name", "second schema", "storage parameter", "statistics object",
)  # fmt: skip


@dataclass
class Report:
    """Collects losses while a target writes."""

    capabilities: Mapping[str, tuple[Level, str]]
    losses: list[Loss] = field(default_factory=list[Loss])

    def lose(self, at: ObjectRef, construct: str, note: str = "", level: Level | None = None) -> None:
        """Note that the models do not tell `construct` as it is; `level` where it is another here than in general."""
        general, how = self.capabilities[construct]
        self.losses.append(Loss(at=at, construct=construct, level=level or general, note=note or how))
