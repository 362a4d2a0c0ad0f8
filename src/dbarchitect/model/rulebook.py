"""Rules as files of a folder; and the rules about a server that is only read (the keys of Redis, MongoDB's documents).

A rule is one file in `rules/`, found by listing the folder. It holds a docstring, which is its page (`page.SECTIONS`),
`RULE = ...(__name__, __doc__, ...)` and a function `check`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import ModuleType
from typing import Generic, TypeVar

from .finding import Certainty, Finding, Severity, Silence
from .names import ObjectRef
from .page import Page
from .proof import Proof, Scalar

Read = TypeVar("Read")

SERVER = ObjectRef(kind="database")  # where a finding about the whole server points
_ONE_LINE = 80  # characters of commands that stand beside the words of how something was read


def modules(package: str) -> Iterator[ModuleType]:
    """Every module of a package, such as `dbarchitect.review.rules`: a file more in the folder is a rule more."""
    for entry in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        yield importlib.import_module(entry.name)


def unbound(_: object) -> Iterator[Finding]:
    """The check of a rule whose file was not found yet."""
    raise NotImplementedError("a rule gets its check when its file is found")


@dataclass(frozen=True)
class ReadRule(Page, Generic[Read]):
    """One rule. `needs`: what must have been read, else it is silent and says so. `ask`: the commands that show what it
    says, where a finding names none of its own."""

    severity: Severity = Severity.WARNING
    certainty: Certainty = "certain"
    needs: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    check: Callable[[Read], Iterator[Finding]] = unbound

    def finding(
        self,
        at: ObjectRef,
        message: str,
        *,
        severity: Severity | None = None,
        facts: dict[str, Scalar] | None = None,
        fix: Sequence[str] = (),
        ask: Sequence[str] = (),
        asks: bool = False,
        read: str = "read from the server",
    ) -> Finding:
        """A finding of this rule. `fix`: commands that mend it; `ask`: those that show it; `read`: how it is known."""
        commands = tuple(ask) or self.ask
        beside = "; ".join(commands)
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            certainty="possible" if asks else self.certainty,
            at=at,
            message=message,
            why=self.why,
            unless=self.unless,
            facts=facts or {},
            ddl=tuple(fix),
            asks=asks,
            proof=Proof(
                level="measured",
                method=f"{read}: {beside}" if 0 < len(beside) <= _ONE_LINE else read,
                holds=True,
                script="\n".join(commands),
            ),
        )


class Rulebook(Generic[Read]):
    """The rules of one kind of server.

    package  the package that has them, one module each
    met      whether what a need names was read
    lacks    the words for a need that was not met; its keys are all needs that there are
    """

    def __init__(self, package: str, met: Callable[[Read, str], bool], lacks: Mapping[str, str]) -> None:
        self._package = package
        self._met = met
        self._lacks = lacks

    @cached_property
    def rules(self) -> tuple[ReadRule[Read], ...]:
        """Every rule, in order of id."""
        found = [replace(module.RULE, check=module.check) for module in modules(self._package)]
        return tuple(sorted(found, key=lambda rule: rule.id))

    def look(self, read: Read, run: Collection[str]) -> tuple[tuple[Finding, ...], tuple[Silence, ...]]:
        """What the rules with these ids say, worst first, and which of them stayed silent."""
        findings: list[Finding] = []
        silent: list[Silence] = []
        for rule in self.rules:
            if rule.id not in run:
                continue
            unmet = next((one for one in rule.needs if not self._met(read, one)), None)
            if unmet is not None:
                silent.append(Silence(rule=rule.id, reason=self._lacks[unmet]))
            else:
                findings += rule.check(read)
        findings.sort(key=lambda one: -one.severity.rank)
        return tuple(findings), tuple(silent)
