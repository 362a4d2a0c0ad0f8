"""What a review says: findings, how bad they are, and what mends them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from .change import Change
from .names import ObjectRef, Position
from .proof import ASSERTED, Experiment, Proof, Scalar
from .value import Value


class Severity(StrEnum):
    """How bad: `error` breaks or will break; `warning` costs or risks; `info` is worth knowing."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


# How sure a statement is before anything is run: `certain` follows from the catalogue; `likely` rests on a convention
# (a name, a shape, a sample); `possible` only a person can confirm.
Certainty = Literal["certain", "likely", "possible"]


class Finding(Value, frozen=True, kw_only=True):
    """One statement about a schema.

    rule        the rule's id, its file name with dashes
    certainty   how sure it is before anything is run
    at          the object it is about; `also` names the others (the deviations of a systemic finding, the twin of a
                duplicate)
    message     one sentence with the numbers; `why` says what it costs; `unless` says what would make it false
    facts       the figures the message used, machine-readable
    fix         changes that mend it, in order; `ddl` is the same as SQL, printed for the source's version
    offenders   a query that lists the rows which the fix's constraint would refuse; "" where it has none
    asks        true where only a person can know: the message is a question
    lowered     why the severity is lower than the rule's own, in words: there is next to nothing that it could harm
    experiment  how it can be shown; `proof` what was shown
    position    where the object is written, if the source is text
    """

    rule: str
    severity: Severity
    certainty: Certainty = "certain"
    at: ObjectRef
    message: str
    why: str = ""
    unless: str = ""
    also: tuple[ObjectRef, ...] = ()
    facts: dict[str, Scalar] = {}
    fix: tuple[Change, ...] = ()
    ddl: tuple[str, ...] = ()
    offenders: str = ""
    asks: bool = False
    lowered: str = ""
    experiment: Experiment | None = None
    proof: Proof = ASSERTED
    position: Position | None = None

    @property
    def key(self) -> str:
        """What a baseline keeps: rule and object, not line or wording."""
        return f"{self.rule} {self.at.key}"


class Silence(Value, frozen=True, kw_only=True):
    """A rule that did not speak, and why (counters too young, no statistics): never counted as a pass."""

    rule: str
    reason: str


class Suppressed(Value, frozen=True, kw_only=True):
    """A finding that an inline comment, the configuration or a baseline took out, with the reason given."""

    finding: Finding
    by: str
    reason: str = ""


class Mend(Value, frozen=True, kw_only=True):
    """What came of mending one finding.

    outcome    written: as a migration that was run up and down on a private copy, where the finding was gone and none
               of warning or above was new; left: no migration, for the `reason`; none: there is no mechanical fix
    migration  the migration's id, and its files
    remarks    what is to be known of what was written
    offenders  a query that lists the rows on which it fails
    """

    rule: str
    at: ObjectRef
    outcome: Literal["written", "left", "none"]
    reason: str = ""
    migration: str = ""
    files: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    offenders: str = ""


class Gap(Value, frozen=True, kw_only=True):
    """Something of the source that could not be carried over (an extension, a locale), and what follows."""

    kind: str
    name: str
    effect: str


class Review(Value, frozen=True, kw_only=True):
    """The result of `check`: findings in order of severity, what was silent, what was suppressed, what is missing.

    `files`: how many migrations were looked at, where it is about such.
    `keys`, `documents`: how many a server of such has, None for what has tables.
    `file`: the one that stands for what has no place of its own: the script, the last of several; "" for a database.
    `mends`: what came of mending each finding, where that was asked for.
    `command`: the words of the command that repeats it, without its choice of rules and formats and without passwords.
    """

    source: str
    engine: str
    findings: tuple[Finding, ...] = ()
    silent: tuple[Silence, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    gaps: tuple[Gap, ...] = ()
    mends: tuple[Mend, ...] = ()
    tables: int = 0
    files: int = 0
    keys: int | None = None
    documents: int | None = None
    file: str = ""
    indexes: int = 0
    rules_run: int = 0
    environment: dict[str, str] = {}
    command: tuple[str, ...] = ()
