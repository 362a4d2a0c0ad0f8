"""The rule mechanism for Redis, as that of `review`: a rule is one file in `rules/`, found by listing the folder.

It holds a docstring, which is its page (`model.page.SECTIONS`), `RULE = Rule(__name__, __doc__, ...)` and
`def check(space: Keyspace) -> Iterator[Finding]`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from dbarchitect.model.finding import Certainty, Finding, Severity, Silence
from dbarchitect.model.keyspace import Keyspace
from dbarchitect.model.names import ObjectRef
from dbarchitect.model.page import Page
from dbarchitect.model.proof import Proof, Scalar

Needs = Literal["info", "config", "keys", "commands", "access"]
Check = Callable[[Keyspace], Iterator[Finding]]

SERVER = ObjectRef(kind="database")

_NEEDS: dict[Needs, str] = {
    "info": "INFO may not be read",
    "config": "settings may not be read (CONFIG GET)",
    "keys": "there are no keys to look at",
    "commands": "INFO commandstats may not be read",
    "access": "who is let in may not be read (ACL GETUSER, CONFIG GET)",
}


def keys_ref(pattern: str) -> ObjectRef:
    """Where a finding about keys of one form points."""
    return ObjectRef(kind="keys", name=pattern)


def _unbound(_: Keyspace) -> Iterator[Finding]:
    raise NotImplementedError("a rule gets its check when `rules()` finds its file")


@dataclass(frozen=True)
class Rule(Page):
    """One rule. `needs`: what must have been read, else it is silent and says so. `ask`: the commands of redis-cli that
    show what it says."""

    severity: Severity = Severity.WARNING
    certainty: Certainty = "certain"
    needs: tuple[Needs, ...] = ("info",)
    ask: tuple[str, ...] = ()
    check: Check = _unbound

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
    ) -> Finding:
        """A finding of this rule. `fix`: commands that mend it; `ask`: those that show it, where not the rule's own."""
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
                method=f"read from the server: {'; '.join(ask or self.ask)}",
                holds=True,
                script="\n".join(ask or self.ask),
            ),
        )


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in order of id."""
    folder = Path(__file__).parent / "rules"
    found: list[Rule] = []
    for entry in pkgutil.iter_modules([str(folder)], f"{__package__}.rules."):
        module = importlib.import_module(entry.name)
        found.append(replace(module.RULE, check=module.check))
    return tuple(sorted(found, key=lambda rule: rule.id))


def look(space: Keyspace, run: Collection[str]) -> tuple[tuple[Finding, ...], tuple[Silence, ...]]:
    """What the rules with these ids say, worst first, and which of them stayed silent."""
    findings: list[Finding] = []
    silent: list[Silence] = []
    for rule in rules():
        if rule.id not in run:
            continue
        unmet: Needs | None = next((one for one in rule.needs if not _met(space, one)), None)
        if unmet is not None:
            silent.append(Silence(rule=rule.id, reason=_NEEDS[unmet]))
        else:
            findings += rule.check(space)
    findings.sort(key=lambda one: -one.severity.rank)
    return tuple(findings), tuple(silent)


def _met(space: Keyspace, needs: Needs) -> bool:
    match needs:
        case "info":
            return bool(space.info)
        case "config":
            return bool(space.config)
        case "keys":
            return space.sampled > 0
        case "commands":
            return "INFO" not in space.refused and bool(space.info)
        case "access":
            return space.open is not None
