"""A migration of a document database: collections, validators and indexes from one state to another, step by step."""

from __future__ import annotations

from typing import Literal

from .value import Value


class CollectionState(Value, frozen=True, kw_only=True):
    """What of a collection a migration changes. `validator` in extended JSON, "" for none, as `level` and `action` are
    then; `indexes`: by name, what makes each, in extended JSON, without `_id_`."""

    name: str
    exists: bool = True
    validator: str = ""
    level: str = ""
    action: str = ""
    indexes: dict[str, str] = {}


class WantedState(Value, frozen=True, kw_only=True):
    """What files ask for. `validators`: by collection (validator, level, action); `indexes`: (collection, what makes
    it); `drop`: (collection, name). All in extended JSON."""

    validators: dict[str, tuple[str, str, str]] = {}
    indexes: tuple[tuple[str, str], ...] = ()
    drop: tuple[tuple[str, str], ...] = ()

    @property
    def collections(self) -> tuple[str, ...]:
        """Those that are named, each once."""
        named = [*self.validators, *(one for one, _ in self.indexes), *(one for one, _ in self.drop)]
        return tuple(dict.fromkeys(named))


class DocumentStep(Value, frozen=True, kw_only=True):
    """One logical change. `up` and `down` are commands in extended JSON; of a `count` the documents that `up` counts
    must be none. `down` of a new collection holds only while it is empty. `offenders`: counted with the plan, None
    where that took too long; `some` of their ids."""

    number: int
    kind: Literal["create", "index", "warn", "count", "enforce", "hide", "unhide", "drop"]
    collection: str
    title: str
    up: str
    down: str = ""
    offenders: int | None = None
    some: tuple[str, ...] = ()


class DocumentMigration(Value, frozen=True, kw_only=True):
    """Steps in order, and the state before. `notes`: what is not done, and why. `rehearsed`: the scratch server where
    it ran up and down with equal states, "" for none."""

    id: str
    source: str
    server: str
    database: str
    before: tuple[CollectionState, ...] = ()
    steps: tuple[DocumentStep, ...] = ()
    notes: tuple[str, ...] = ()
    rehearsed: str = ""


class DocumentProspect(Value, frozen=True, kw_only=True):
    """What of a journal is about to be run, for whoever has to agree. `opened`: the run was not at its end; `steps`:
    those that are left, in the order in which they are run."""

    migration: DocumentMigration
    direction: Literal["up", "down"]
    opened: bool
    steps: tuple[DocumentStep, ...] = ()


class DocumentRun(Value, frozen=True, kw_only=True):
    """What a run did. `stopped`: why before the end, "" where it reached it; `equal`: whether the state is the one that
    was to be reached, None where it was not."""

    id: str
    direction: Literal["up", "down"]
    done: tuple[str, ...] = ()
    stopped: str = ""
    equal: bool | None = None
