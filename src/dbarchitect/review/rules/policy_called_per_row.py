"""Policy that asks anew for every row

## What it says

A policy of a table with row-level security calls something whose answer is the same for the whole query, once per row:
`current_setting()`, Supabase's `auth.uid()`, `auth.jwt()`, `auth.role()` and `auth.email()`, or a stable function of
this schema that takes no argument. A call that is a sub-select of its own is asked once and is left out. Where most
policies are like that it is one finding.

## Why it matters

A query that looks at a million rows makes the call a million times; as `(SELECT auth.uid())` it is made once, before
the first row (an InitPlan).

Where an index answers the condition it is made once anyway. Supabase measured up to a hundred times the speed; its
linter has this as `auth_rls_initplan`. The finding's proof times it.

## What would make it false

Every query of the table finds its rows by an index that begins with the column of the policy.

## How to mend it

Put the call into a scalar sub-select: `owner = (SELECT auth.uid())`. Its meaning stays the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from dbarchitect.model.change import Alter, Change
from dbarchitect.model.finding import Finding, Severity
from dbarchitect.model.names import quote_literal
from dbarchitect.model.proof import TimedWithout
from dbarchitect.model.schema import Function, Policy, Table
from dbarchitect.review.context import Context
from dbarchitect.review.platforms import policed
from dbarchitect.review.reach import applies, as_role, policy_ref
from dbarchitect.review.rule import Rule
from dbarchitect.review.systemic import roll_up

RULE = Rule(__name__, __doc__, area="security", severity=Severity.WARNING, harms_by="rows")

_SUPABASE = frozenset({"auth.uid", "auth.jwt", "auth.role", "auth.email"})
_CALL = re.compile(r'((?:"(?:[^"]|"")+"|[a-z_][\w$]*)(?:\.(?:"(?:[^"]|"")+"|[a-z_][\w$]*))?)\(')
_CONSTANT = re.compile(r"\s*(?:E?'(?:[^']|'')*'(?:::text)?|true|false)\s*(?:,|\Z)")
_SETTING = re.compile(r"\bcurrent_setting\('((?:[^']|'')+)'::text(?:, true)?\)\)?(?:::(\w+))?")
_VALUES = {"uuid": "00000000-0000-4000-8000-000000000001", "json": "{}", "jsonb": "{}"}


def check(review: Context) -> Iterator[Finding]:
    """Policies with calls that a query needs once and makes for every row."""
    same = {str(one.name) for one in review.schema.functions if _is_steady(one)}
    of = 0
    found: list[Finding] = []
    for table in policed(review.tables, review.schema, review.platform):
        for policy in table.policies if table.row_security else ():
            using, asked = _wrapped(policy.using or "", same)
            checked, also = _wrapped(policy.check or "", same)
            of += 1
            if not asked and not also:
                continue
            after = msgspec.structs.replace(
                policy,
                using=using if policy.using is not None else None,
                check=checked if policy.check is not None else None,
            )
            fix = Alter(before=policy, after=after, on=table.name)
            calls = ", ".join(dict.fromkeys([*asked, *also]))
            found.append(
                RULE.finding(
                    policy_ref(table, policy),
                    f"policy {policy.name} of {table.name.short} calls {calls} for every row",
                    severity=RULE.severity if asked else Severity.INFO,  # only on rows that are written
                    facts={"calls": calls},
                    fix=(fix,),
                    experiment=_timed(review, table, policy, fix) if asked else None,
                )
            )
    message = f"{len(found)} of {of} policies make calls for every row that a query needs once"
    yield from roll_up(found, message, of=of)


def _is_steady(function: Function) -> bool:
    """Whether it gives the same answer for all rows of a query."""
    plain = function.kind == "function" and not function.inputs and not function.returns.startswith(("SETOF", "TABLE"))
    return plain and function.volatility == "stable"


def _wrapped(text: str, same: set[str]) -> tuple[str, list[str]]:
    """An expression as the server printed it with each such call in a sub-select of its own, and the calls."""
    calls: list[str] = []
    parts: list[str] = []
    done = 0
    for start, end in _calls(text, same):
        before = text[:start].rstrip()
        if before.upper().endswith("SELECT") and not _has_from(text, end):
            continue
        parts += [text[done:start], f"( SELECT {text[start:end]})"]
        calls.append(text[start:end])
        done = end
    return "".join([*parts, text[done:]]), calls


def _calls(text: str, same: set[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of every call whose answer does not depend on the row, outside constants."""
    constants = [match.span() for match in re.finditer(r"'(?:[^']|'')*'", text)]
    for match in _CALL.finditer(text):
        if any(low < match.start() < high for low, high in constants):
            continue
        name = match[1]
        if name in _SUPABASE or name in same:
            if text.startswith(")", match.end()):
                yield match.start(), match.end() + 1
        elif name == "current_setting":
            end = _closing(text, match.end())
            if _is_constant(text[match.end() : end]):
                yield match.start(), end + 1


def _closing(text: str, start: int) -> int:
    depth, quoted = 1, False
    for position in range(start, len(text)):
        character = text[position]
        if character == "'":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if not depth:
                return position
    return len(text)


def _is_constant(arguments: str) -> bool:
    rest = arguments
    while rest:
        match = _CONSTANT.match(rest)
        if match is None:
            return False
        rest = rest[match.end() :]
    return True


def _has_from(text: str, start: int) -> bool:
    """Whether the sub-select that begins before `start` reads a table: then it is asked for each row of that."""
    end = _closing(text, start)
    return re.search(r"\bFROM\b", text[start:end]) is not None


def _timed(review: Context, table: Table, policy: Policy, fix: Change) -> TimedWithout | None:
    """Read the table as a role that the policy is for."""
    held = review.reach.of(table)
    role = next((one for one in held if "SELECT" in held[one] and applies(policy, one, "SELECT")), None)
    if role is None:
        return None
    settings = {match[1]: _VALUES.get(match[2] or "", "1") for match in _SETTING.finditer(policy.using or "")}
    settings.setdefault("request.jwt.claims", "{}")
    setup = [
        f"SELECT pg_catalog.set_config({quote_literal(name.replace(chr(39) * 2, chr(39)))}, '{value}', true)"
        for name, value in settings.items()
    ]
    return TimedWithout(setup=(*setup, as_role(role)), sql=f"SELECT count(*) FROM {table.name}", change=(fix,))
