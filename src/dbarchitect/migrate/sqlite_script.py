"""Steps as scripts for the sqlite3 shell, and back."""

from __future__ import annotations

from collections.abc import Sequence

from dbarchitect.model.plan import Step
from dbarchitect.sql.sqlite import split_sqlite, tokens

_FIRST = ".bail on"
_OPENS, _CLOSES = ("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"), ("PRAGMA foreign_key_check", "COMMIT")


def script_of(steps: Sequence[Step]) -> str:
    """Steps as a script for the sqlite3 shell."""
    if not steps:
        return ""
    lines = [_FIRST]
    within = all(step.transactional for step in steps)
    if within:
        lines += [f"{sql};" for sql in _OPENS]
    for step in steps:
        details = [("why", step.why), *(("hazard", one) for one in step.hazards), ("offenders", step.offenders)]
        lines += [f"-- {' '.join(step.does.split())}"]
        lines += [f"--   {key}: {' '.join(text.split())}" for key, text in details if text]
        lines += [f"{sql};" for sql in step.sql]
    if within:
        check, commit = _CLOSES
        lines += [f"{check};  -- must print no row that was not there before", f"{commit};"]
    return "\n".join([*lines, ""])


def is_script(text: str) -> bool:
    """Whether a script is one that `script_of` wrote."""
    return any(line == _FIRST for line in text.splitlines()[:5])


def steps_of(text: str, file: str) -> tuple[Step, ...]:
    """The statements of a script for that shell, as one step or, outside of transactions, as one each."""
    found = [one.sql for one in split_sqlite(text, file)] if tokens(text) else []
    sql = tuple(one for one in found if one not in (*_OPENS, *_CLOSES))
    if len(sql) == len(found):
        return tuple(Step(sql=(one,), transactional=False) for one in sql)
    return (Step(sql=sql),)
