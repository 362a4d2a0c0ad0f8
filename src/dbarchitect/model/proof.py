"""How sure we are: the level of proof that every statement carries, and the experiments that raise it."""

from __future__ import annotations

from typing import Literal

from .change import Change
from .value import Value

Level = Literal["asserted", "planned", "rehearsed", "measured"]
LEVELS: tuple[Level, ...] = ("asserted", "planned", "rehearsed", "measured")

Scalar = str | int | float | bool | None


class Proof(Value, frozen=True, kw_only=True):
    """What was run for a statement.

    level        asserted: a rule matched, nothing was run; planned: the real planner on the twin; rehearsed: executed
                 on a private copy; measured: executed on data
    method       one sentence: what was done
    holds        None: nothing was run; True: the experiment confirmed the statement; False: it did not
    before/after figures by name, units in the name ("delete_ms", "cost")
    environment  versions ("server": "PostgreSQL 18.6", "source": "PostgreSQL 15.18") and settings that matter
    script       runnable SQL that shows it
    rerun        the command that repeats it
    """

    level: Level = "asserted"
    method: str = ""
    holds: bool | None = None
    before: dict[str, Scalar] = {}
    after: dict[str, Scalar] = {}
    environment: dict[str, str] = {}
    script: str = ""
    rerun: str = ""


ASSERTED = Proof()


class TimedWithout(Value, tag_field="kind", tag="timed_without", frozen=True, kw_only=True):
    """Time `sql` in the lab without and with `change` (both rolled back); the finding holds if it gets faster.

    `sql` may hold `{key}` placeholders for the values of `keys`: one row of that query is taken as the example.
    `setup` runs first, in the same transaction, and is not timed.
    """

    sql: str
    change: tuple[Change, ...]
    keys: str = ""
    setup: tuple[str, ...] = ()


class SamePlans(Value, tag_field="kind", tag="same_plans", frozen=True, kw_only=True):
    """Apply `change` on the twin: no query of the workload (else of `sql`) may get a dearer plan."""

    change: tuple[Change, ...]
    sql: tuple[str, ...] = ()


class Accepted(Value, tag_field="kind", tag="accepted", frozen=True, kw_only=True):
    """Run `script` on an empty private copy of the schema: the finding holds if the database accepts it all, where
    good design would refuse. The last statement's result is the evidence."""

    script: tuple[str, ...]
    shows: str  # what the acceptance means, one sentence


class Refused(Value, tag_field="kind", tag="refused", frozen=True, kw_only=True):
    """Run `script` on an empty private copy of the schema: the finding holds if all is accepted but the last statement,
    and that one is refused, where good design would accept it. The server's message is the evidence."""

    script: tuple[str, ...]
    shows: str  # what the refusal means, one sentence


class Shown(Value, tag_field="kind", tag="shown", frozen=True, kw_only=True):
    """Run `query` (one row, one boolean column first, then evidence columns) on an empty private copy of the schema:
    the finding holds if it is true. `setup` runs first, in the same transaction."""

    query: str
    shows: str
    setup: tuple[str, ...] = ()


Experiment = TimedWithout | SamePlans | Accepted | Refused | Shown
