"""Rewrites of queries, and the test that both forms give the same."""

from __future__ import annotations

from .keyset import Idiom
from .names import Name
from .proof import ASSERTED, Proof
from .value import Value

Row = tuple[str | None, ...]


class TableRows(Value, frozen=True, kw_only=True):
    """Rows of a table in a counterexample, as texts; None is NULL. What is not named has its default."""

    table: Name
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = ()


class Outcome(Value, frozen=True, kw_only=True):
    """What a query gave: `rows`, in its order, or the server's message where it failed."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    error: str = ""


class Counterexample(Value, frozen=True, kw_only=True):
    """A small database on which two queries differ. `parameters` are SQL literals; `script` is SQL that shows it on an
    empty copy of the schema and leaves nothing behind."""

    tables: tuple[TableRows, ...]
    original: Outcome
    candidate: Outcome
    parameters: tuple[str, ...] = ()
    time_zone: str = ""
    script: str = ""


class Equivalence(Value, frozen=True, kw_only=True):
    """Two queries on many small databases made for them.

    holds           True: they agreed on all; False: they differ; None: it could not be tested, see `why`
    databases       how many they were compared on; `telling` of them gave the original a row at least
    void            databases on which the original failed: they say nothing
    seed            of the databases
    counterexample  the smallest that was found, where they differ
    """

    holds: bool | None
    databases: int = 0
    telling: int = 0
    void: int = 0
    seed: int = 0
    seconds: float = 0.0
    why: str = ""
    counterexample: Counterexample | None = None
    proof: Proof = ASSERTED


class Cost(Value, frozen=True, kw_only=True):
    """What a query costs: `planned` in the planner's units on the twin; on rows the fastest of some runs, and the
    blocks that it touched."""

    planned: float | None = None
    milliseconds: float | None = None
    blocks: int | None = None


class Rewritten(Value, frozen=True, kw_only=True):
    """A query in another form.

    rule        of `query/rewrites/`
    title       what it does, in a few words
    because     why the forms are equal here: what the schema says
    caution     for one that changes the meaning: what; "" for the others
    equivalence None only where the meaning changes
    indexes     statements that make the indexes which this form can use and the original cannot; the costs of both are
                with them
    idioms      what the form says new in the words of ORMs, where they have any for it
    """

    rule: str
    title: str
    original: str
    sql: str
    because: str
    caution: str = ""
    equivalence: Equivalence | None = None
    indexes: tuple[str, ...] = ()
    idioms: tuple[Idiom, ...] = ()
    before: Cost = Cost()
    after: Cost = Cost()
    proof: Proof = ASSERTED

    @property
    def gain(self) -> float | None:
        """Times cheaper than the original, by time where it was measured, else by the plan's cost; None: unknown."""
        if self.before.milliseconds is not None and self.after.milliseconds is not None:
            return self.before.milliseconds / max(self.after.milliseconds, 0.001)
        if self.before.planned is not None and self.after.planned is not None:
            return self.before.planned / max(self.after.planned, 0.01)
        return None
