"""Plans as people paste them: EXPLAIN's four formats, psql's frames, lines of a log."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import replace

from dbarchitect.errors import InputError
from dbarchitect.model.explain import QueryPlan

from .paste import unframed
from .properties import plan_from_json, plans_from_json
from .text import plans_from_text
from .xml import documents_from_xml
from .yaml import documents_from_yaml

__all__ = ["plan_from_json", "read_plan", "read_plans"]

_MOST = 50_000_000  # characters: a plan of a thousand partitions in JSON has some millions
_HINT = "paste all that EXPLAIN (ANALYZE, BUFFERS) printed; any format does"
_JSON_START = re.compile(r"^[ \t]*(?:[\[{])", re.MULTILINE)
_JSON_SIGN = re.compile(r'"(?:Plan|Node Type)"\s*:')
_YAML_SIGN = re.compile(r"^\s*(?:- )?Plan:\s*$", re.MULTILINE)


def read_plan(text: str) -> QueryPlan:
    """The first plan in a text; its `others` says how many follow. Raises `InputError` where there is none."""
    plans = read_plans(text)
    return replace(plans[0], others=len(plans) - 1)


def read_plans(text: str) -> tuple[QueryPlan, ...]:
    """All plans in a text, in whatever of its formats EXPLAIN printed them. Raises `InputError` where there is none."""
    if len(text) > _MOST:
        raise InputError(f"this plan has more than {_MOST:,} characters")
    cleaned = unframed(text)
    if not cleaned.strip():
        raise InputError("there is no plan: the text is empty", hint=_HINT)
    try:
        if "<explain" in cleaned or "<Node-Type>" in cleaned:
            return _known(documents_from_xml(cleaned))
        if _JSON_SIGN.search(cleaned):
            return _known(_documents_from_json(cleaned))
        if _YAML_SIGN.search(cleaned) and "Node Type:" in cleaned:
            return _known(documents_from_yaml(cleaned))
        return plans_from_text(cleaned)
    except RecursionError:
        raise InputError("this plan is nested too deeply to be one", hint=_HINT) from None
    except InputError as err:
        raise err if err.hint else InputError(err.message, hint=_HINT) from None


def _known(documents: list[Any]) -> tuple[QueryPlan, ...]:
    return tuple(plan for one in documents for plan in plans_from_json(one))


def _documents_from_json(text: str) -> list[Any]:
    """Each JSON value in the text that holds a plan: a log has other lines around it."""
    decoder = json.JSONDecoder()
    found: list[Any] = []
    place = 0
    wrong: json.JSONDecodeError | None = None
    tries = 0
    while (start := _JSON_START.search(text, place)) is not None and tries < 1000:
        tries += 1
        try:
            value, place = decoder.raw_decode(text, start.end() - 1)
        except json.JSONDecodeError as err:
            # Where the outermost one breaks off, its parts are no plans of their own.
            wrong = wrong or err
            if found:
                break
            place = start.end()
            if _holds_plan_after(text, place):
                break
            continue
        except ValueError as err:  # an integer of more digits than Python reads
            raise InputError("this plan is broken: a number has thousands of digits") from err
        if _is_plan(value):
            found.append(value)
    if not found and wrong is not None:
        raise InputError(f"this JSON breaks at line {wrong.lineno}, column {wrong.colno}: {wrong.msg}")
    if not found:
        raise InputError("this is JSON without a plan")
    return found


def _holds_plan_after(text: str, place: int) -> bool:
    return re.match(r'\s*(?:\{\s*)?"(?:Query Text|Plan)"', text[place : place + 200]) is not None


def _is_plan(value: object) -> bool:
    while isinstance(value, list) and value:
        value = value[0]  # pyright: ignore[reportUnknownVariableType]
    return isinstance(value, dict) and "Plan" in value
