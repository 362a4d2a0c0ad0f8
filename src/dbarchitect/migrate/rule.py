"""The mechanism of lint's rules: a rule is one file in `rules/`, found by listing the folder.

The file `rules/set_not_null_scan.py` is the rule `set-not-null-scan`. It holds

- a docstring, which is its documentation page: a title line, then `model.page.SECTIONS`. The first paragraphs of
  "Why it matters" and of "What would make it false" travel with every finding, so they are short;
- `RULE = Rule(__name__, __doc__, on=(...), severity=...)`;
- `def check(site: Site) -> Iterator[Finding]`, asked for each statement, or command of an ALTER TABLE, of a type in
  `on`; and, or instead, `def finish(end: ScriptSite) -> Iterator[Finding]`, asked once a script;
- where it can be mended in the text, `def fix(site: Site) -> Fix | None`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import ObjectRef, Position
from dbarchitect.model.page import Page
from dbarchitect.model.proof import Scalar
from dbarchitect.model.rulebook import modules

from .site import ScriptSite, Site


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement without its semicolon. `apart`: it may not share the transaction of its neighbours."""

    sql: str
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Fix:
    """What takes the place of a statement. `statement`: its number in the script, -1: the one that was looked at."""

    pieces: tuple[Piece, ...]
    statement: int = -1


Check = Callable[[Site], Iterator[Finding]]
Finish = Callable[[ScriptSite], Iterator[Finding]]
Fixer = Callable[[Site], Fix | None]


@dataclass(frozen=True)
class Rule(Page):
    """One rule.

    on        types of statements and of commands that it looks at
    severity  what a finding has unless sizes say otherwise
    default   False: a matter of taste or of policy, which runs only where it is selected
    since     the oldest server major it speaks about
    """

    on: tuple[type, ...] = ()
    severity: Severity = Severity.WARNING
    default: bool = True
    since: int = 0
    check: Check | None = None
    finish: Finish | None = None
    fix: Fixer | None = None

    def finding(
        self,
        at: ObjectRef,
        message: str,
        position: Position | None,
        *,
        severity: Severity | None = None,
        facts: Mapping[str, Scalar] | None = None,
        also: tuple[ObjectRef, ...] = (),
    ) -> Finding:
        """A finding of this rule; its page says why it matters and what would make it false."""
        return Finding(
            rule=self.id,
            severity=severity or self.severity,
            at=at,
            message=message,
            why=self.why,
            unless=self.unless,
            also=also,
            facts=dict(facts or {}),
            position=position,
        )


@cache
def rule_ids() -> tuple[str, ...]:
    """The ids of all rules, without importing them."""
    folder = Path(__file__).parent / "rules"
    return tuple(sorted(one.name.replace("_", "-") for one in pkgutil.iter_modules([str(folder)])))


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in order of id: each module of `rules/` is one."""
    found = [
        replace(
            module.RULE,
            check=getattr(module, "check", None),
            finish=getattr(module, "finish", None),
            fix=getattr(module, "fix", None),
        )
        for module in modules(f"{__package__}.rules")
    ]
    return tuple(sorted(found, key=lambda rule: rule.id))
