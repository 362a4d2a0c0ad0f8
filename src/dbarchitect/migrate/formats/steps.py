r"""Steps as text and back: the grammar of our migration scripts.

A script that this writes can be run as it is with `psql -v ON_ERROR_STOP=1 -f`: what says where a step begins, and how
it runs, stands in comments.

    -- dba: step 1: add column orders.note
    --   why: the table is empty
    ALTER TABLE public.orders ADD COLUMN note text;
    -- dba: step 2 outside a transaction lock_timeout=0: index orders_note_idx
    CREATE INDEX CONCURRENTLY orders_note_idx ON public.orders (note);
    -- dba: step 3 backfill {"table":{"schema":"public","name":"orders"},"key":["id"],...}: fill orders.note
    DO $backfill$ ... $backfill$;

In a way back a step says what it undoes: `-- dba: undoes step 1: drop column orders.note`, `-- dba: undoes all`.
Steps are numbered from 1. Several statements of one step stand between BEGIN and COMMIT, which are no part of the
step. The lines below a marker, `--   why:`, `loses:`, `hazard:` and `offenders:`, are the fields of `Step` with these
names; a line break or backslash in any of these texts is written `\n`, `\\`. Of a `backfill` the JSON is what our
runner uses; the block below is for people and psql. What a step changes and its claimed effects are not written: both
follow from its SQL.

A script without markers is somebody else's:

- All its statements are one step, transactional, if all of them may run in one transaction and the script has no
  BEGIN and COMMIT of its own (or only a pair around everything).
- Else each statement is a step, and so is each block from BEGIN to COMMIT.
- `SET lock_timeout = ...` above everything else becomes the steps' `lock_timeout_ms`. Another SET of the session
  (search_path, statement_timeout) stays the statement that it is: inside the one step, or as a step of its own, for
  whose rest of the session it holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.migrate.backfill import loop
from dbarchitect.model.names import Position
from dbarchitect.model.plan import Backfill, Step
from dbarchitect.model.value import from_json, to_json
from dbarchitect.sql.script import Statement, comments, split_script
from dbarchitect.sql.transactions import begins_with_modes, control_of, is_setting, lock_timeout_set, stands_outside

from .folder import terminated

_MARKER = re.compile(r"\s*dba:\s*(?:step\s+(?P<step>\d+)|undoes\s+(?:step\s+(?P<undoes>\d+)|all))(?=[\s:]|$)")
_OPTION = re.compile(r"\s+(?:(?P<outside>outside a transaction)|lock_timeout=(?P<lock>\d+)|(?P<backfill>backfill)\s+)")
_DETAIL = re.compile(r"\s{2,}(why|loses|hazard|offenders):[ ]?(.*)")


# --- writing --------------------------------------------------------------------------------------------------------


def normal(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Steps as a script keeps them: without changes, effects and places, texts and statements without space around."""
    return tuple(
        Step(
            sql=tuple(_bare(one) for one in step.sql) if step.sql or step.backfill is None else (loop(step.backfill),),
            does=step.does.strip(),
            why=step.why.strip(),
            transactional=step.transactional and step.backfill is None,
            backfill=step.backfill,
            lock_timeout_ms=step.lock_timeout_ms,
            loses=tuple(one.strip() for one in step.loses),
            hazards=tuple(one.strip() for one in step.hazards),
            offenders=step.offenders.strip(),
            undoes=step.undoes,
        )
        for step in steps
    )


Blocks = Literal["several", "all", "none"]


def write_steps(steps: Sequence[Step], *, down: bool = False, blocks: Blocks = "several", between: str = "") -> str:
    """The script of normal `steps`; of a way back with `down`.

    blocks   which transactional steps stand between BEGIN and COMMIT: those of several statements, all, or none
    between  a line to put between any two statements
    """
    divider = f"\n{between}\n" if between else "\n"
    return divider.join(_written(number, step, down, blocks, between) for number, step in enumerate(steps, 1))


def heading(number: int, step: Step, *, down: bool = False) -> str:
    """The comment lines above a step."""
    details = [("why", step.why), *(("loses", one) for one in step.loses), *(("hazard", one) for one in step.hazards)]
    lines = [f"--   {key}: {_escaped(text)}" for key, text in (*details, ("offenders", step.offenders)) if text]
    return "\n".join([_marker(number, step, down), *lines])


def _bare(statement: str) -> str:
    return statement.strip().removesuffix(";").rstrip()


def _written(number: int, step: Step, down: bool, blocks: Blocks, between: str) -> str:
    block = step.transactional and bool(step.sql) and (blocks == "all" or (blocks == "several" and len(step.sql) > 1))
    statements = [terminated(one) for one in step.sql]
    if between:
        statements = [f"\n{between}\n".join(statements)] if statements else []
    return (
        "\n".join([heading(number, step, down=down), *(["BEGIN;", *statements, "COMMIT;"] if block else statements)])
        + "\n"
    )


def _marker(number: int, step: Step, down: bool) -> str:
    words = "undoes all" if down and not step.undoes else f"{'undoes ' if down else ''}step {step.undoes or number}"
    if not step.transactional and step.backfill is None:
        words += " outside a transaction"
    if step.lock_timeout_ms is not None:
        words += f" lock_timeout={step.lock_timeout_ms}"
    if step.backfill is not None:
        words += f" backfill {to_json(step.backfill).decode()}"
    return f"-- dba: {words}" + (f": {_escaped(step.does)}" if step.does else "")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "r": "\r"}.get(found[1], found[1]), text)


# --- reading --------------------------------------------------------------------------------------------------------


def read_steps(text: str, file: str, *, down: bool = False) -> tuple[Step, ...]:
    """The steps of a script. Raises `InputError` with `file:line:column` for what the grammar refuses, and for what a
    migration cannot hold: psql's own commands and rows of COPY."""
    statements = split_script(text, file, allow_empty=True)
    for one in statements:
        if one.kind == "META":
            raise InputError(
                f"{one.position}: {one.sql.split()[0]} is psql's own command, which a migration cannot run",
                hint="write it as SQL",
            )
        if one.copy_data is not None:
            raise InputError(f"{one.position}: a migration cannot hold rows of COPY", hint="write them as INSERT")
    markers = _markers(text, file, down) if "dba:" in text else []
    if not markers:
        return _unmarked(statements)
    if statements and statements[0].position < markers[0][1]:
        raise InputError(
            f"{statements[0].position}: this statement stands before the first step",
            hint="move it below a line `-- dba: step 1: ...`",
        )
    ends = [place for _, place in markers[1:]]
    steps: list[Step] = []
    at = 0
    for number, (step, place) in enumerate(markers):
        begun = at
        while at < len(statements) and (number == len(ends) or statements[at].position < ends[number]):
            at += 1
        steps.append(_step(step, place, list(statements[begun:at])))
    return tuple(steps)


def _markers(text: str, file: str, down: bool) -> list[tuple[Step, Position]]:
    found: list[tuple[Step, Position]] = []
    last_line = -1  # of the marker's own lines, which its details follow at once
    for comment in comments(text, file):
        here = comment.position
        detail = _DETAIL.fullmatch(comment.text.rstrip())
        if detail and here.line == last_line + 1:
            found[-1] = (_with_detail(found[-1][0], detail[1], _unescaped(detail[2])), found[-1][1])
            last_line = here.line
            continue
        marker = _MARKER.match(comment.text)
        if marker is None:
            continue
        if bool(marker["step"]) == down:
            wanted = "`-- dba: undoes step N`" if down else "`-- dba: step N`"
            raise InputError(
                f"{here}: this script needs {wanted} here", hint="ways up and down are scripts of their own"
            )
        if not down and int(marker["step"]) != len(found) + 1:
            raise InputError(
                f"{here}: this is step {len(found) + 1}, and it says {marker['step']}",
                hint="number the steps from 1 in their order",
            )
        found.append((_marked(comment.text, marker, here), here))
        last_line = comment.last_line
    return found


def _marked(text: str, marker: re.Match[str], here: Position) -> Step:
    step = Step(sql=(), undoes=int(marker["undoes"] or 0), position=here)
    at = marker.end()
    while option := _OPTION.match(text, at):
        at = option.end()
        if option["outside"]:
            step = replace(step, transactional=False)
        elif option["lock"]:
            step = replace(step, lock_timeout_ms=int(option["lock"]))
        else:
            backfill, at = _backfill(text, at, here)
            step = replace(step, backfill=backfill, transactional=False)
    rest = text[at:].strip()
    if rest and not rest.startswith(":"):
        raise InputError(
            f"{here}: {rest.split(':')[0].split()[0]!r} is no option of a step",
            hint="`outside a transaction`, `lock_timeout=MS`, `backfill {...}`, then `: what it does`",
        )
    return replace(step, does=_unescaped(rest[1:].strip()))


def _backfill(text: str, at: int, here: Position) -> tuple[Backfill, int]:
    try:
        _, end = json.JSONDecoder().raw_decode(text, at)
        return from_json(Backfill, text[at:end]), end
    except ValueError as err:
        raise InputError(
            f"{here}: the backfill cannot be read: {err}", hint='{"table": {...}, "key": [...], "assignments": {...}}'
        ) from err


def _with_detail(step: Step, key: str, text: str) -> Step:
    if key == "loses":
        return replace(step, loses=(*step.loses, text))
    if key == "hazard":
        return replace(step, hazards=(*step.hazards, text))
    return replace(step, why=text) if key == "why" else replace(step, offenders=text)


def _step(step: Step, place: Position, statements: Sequence[Statement]) -> Step:
    kinds = [control_of(one.sql) for one in statements]
    if len(kinds) > 1 and kinds[0] == "begin" and kinds[-1] == "commit":
        statements, kinds = statements[1:-1], kinds[1:-1]
    inner = next((one for one, kind in zip(statements, kinds, strict=True) if kind and kind != "other"), None)
    if inner is not None:
        raise InputError(f"{inner.position}: a step is one transaction", hint="make two steps of it")
    if not step.transactional and step.backfill is None and len(statements) != 1:
        raise InputError(
            f"{place}: a step outside a transaction is one statement, and this one has {len(statements)}",
            hint="make a step of each",
        )
    return replace(step, sql=tuple(one.sql for one in statements))


def _unmarked(statements: Sequence[Statement]) -> tuple[Step, ...]:
    lock_timeout: int | None = None
    rest = list(statements)
    while rest and (wanted := lock_timeout_set(rest[0].sql)) is not None:
        lock_timeout = wanted
        rest = rest[1:]
    if not rest:
        return ()
    kinds = [control_of(one.sql) for one in rest]
    whole = kinds[0] == "begin" and kinds[-1] == "commit" and not {"begin", "commit", "rollback"} & {*kinds[1:-1]}
    if whole:
        _plain_begin(rest[0])
        inner = rest[1:-1]
        return (_together(inner, lock_timeout),) if inner else ()
    if not {"begin", "commit", "rollback"} & {*kinds} and not any(stands_outside(one.sql) for one in rest):
        return (_together(rest, lock_timeout),)
    return tuple(_one_by_one(rest, lock_timeout))


def _one_by_one(statements: Sequence[Statement], lock_timeout: int | None) -> list[Step]:
    steps: list[Step] = []
    block: list[Statement] | None = None
    for one in statements:
        kind = control_of(one.sql)
        if kind == "begin" and block is None:
            _plain_begin(one)
            block = []
        elif kind == "commit" and block is not None:
            if block:
                steps.append(_together(block, lock_timeout))
            block = None
        elif kind in ("begin", "commit", "rollback"):
            raise InputError(
                f"{one.position}: {one.sql.split()[0].upper()} here leaves open what is a transaction of its own",
                hint="write each transaction as BEGIN; ... COMMIT;",
            )
        elif block is not None:
            block.append(one)
        elif (wanted := lock_timeout_set(one.sql)) is not None and is_setting(one.sql):
            lock_timeout = wanted
        else:
            outside = stands_outside(one.sql)
            steps.append(replace(_together([one], lock_timeout), transactional=not outside))
    if block is not None:
        raise InputError(f"{statements[-1].position}: a BEGIN before it has no COMMIT", hint="end it with COMMIT")
    return steps


def _plain_begin(statement: Statement) -> None:
    if begins_with_modes(statement.sql):
        raise InputError(
            f"{statement.position}: a migration's transaction has the mode that its runner gives it",
            hint="write BEGIN without an isolation level",
        )


def _together(statements: Sequence[Statement], lock_timeout: int | None) -> Step:
    """One step of statements; a lock_timeout above them is its own."""
    rest = list(statements)
    while len(rest) > 1 and (wanted := lock_timeout_set(rest[0].sql)) is not None:
        lock_timeout = wanted
        rest = rest[1:]
    return Step(sql=tuple(one.sql for one in rest), lock_timeout_ms=lock_timeout, position=rest[0].position)
