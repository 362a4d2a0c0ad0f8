"""What may be asked on a page: each form with its fields, its limits, and the work that it starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dbarchitect.errors import InputError
from dbarchitect.render.html.site import Area

from .jobs import Lane
from .messages import Ask, AskIndex, AskPlan, AskQuery, AskRehearsal, AskRows

MOST_SQL = 200_000  # characters, as `agent/` admits
MOST_PLAN = 4_000_000

Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form. `asked`: what its values ask for; `values_of`: the values that asked for something; `works`: what is done
    then; `needs_source`: whether the source has to be open."""

    address: str
    name: str
    heading: str
    verdict: str
    asks: str
    works: str
    said: tuple[str, ...]
    areas: tuple[Area, ...]
    buttons: tuple[tuple[str, str], ...]
    checks: tuple[tuple[str, str], ...] = ()
    folders: bool = False
    limits: tuple[tuple[str, int], ...]
    lane: Lane
    needs_source: bool = True
    kinds: tuple[type, ...]
    asked: Callable[[Values, Sequence[Path]], Ask]
    values_of: Callable[[Ask, Sequence[Path]], dict[str, str]]

    def read(self, values: Values, folders: Sequence[Path]) -> Ask:
        """What is asked. Raises `InputError` for what is missing, wrong or too long."""
        for name, most in self.limits:
            if len(values.get(name, "")) > most:
                raise InputError(f"{len(values[name]):,} characters are too many", hint=f"at most {most:,}")
        return self.asked(values, folders)


def _query(values: Values, _: Sequence[Path]) -> Ask:
    sql = _needed(values, "sql", "the query is empty", "SELECT ...")
    return AskRows(sql=sql) if values.get("how") == "rows" else AskQuery(sql=sql)


def _index(values: Values, _: Sequence[Path]) -> Ask:
    sql = _needed(values, "sql", "the index is empty", "CREATE INDEX ON orders (customer_id)")
    return AskIndex(sql=sql, queries=values.get("queries", ""))


def _plan(values: Values, _: Sequence[Path]) -> Ask:
    return AskPlan(text=_needed(values, "text", "the plan is empty", "what EXPLAIN (ANALYZE, BUFFERS) printed"))


def _rehearsal(values: Values, folders: Sequence[Path]) -> Ask:
    chosen = values.get("folder", "")
    data = bool(values.get("data"))
    if not chosen:
        up = _needed(values, "up", "there is no migration", "write its statements, or choose a folder")
        return AskRehearsal(up=up, down=values.get("down", ""), data=data)
    # Only what the command line named: a page names no folder.
    if not (chosen.isascii() and chosen.isdigit() and 1 <= int(chosen) <= len(folders)):
        raise InputError("there is no such folder here", hint="start the server with --migrations FOLDER")
    return AskRehearsal(folder=str(folders[int(chosen) - 1]), data=data)


def _needed(values: Values, name: str, message: str, hint: str) -> str:
    if not values.get(name, "").strip():
        raise InputError(message, hint=hint)
    return values[name]


def _of_sql(asked: Ask, _: Sequence[Path]) -> dict[str, str]:
    return {"sql": asked.sql} if isinstance(asked, AskQuery | AskRows) else {}


def _of_index(asked: Ask, _: Sequence[Path]) -> dict[str, str]:
    return {"sql": asked.sql, "queries": asked.queries} if isinstance(asked, AskIndex) else {}


def _of_plan(asked: Ask, _: Sequence[Path]) -> dict[str, str]:
    return {"text": asked.text} if isinstance(asked, AskPlan) else {}


def _of_rehearsal(asked: Ask, folders: Sequence[Path]) -> dict[str, str]:
    if not isinstance(asked, AskRehearsal):
        return {}
    number = next((str(place) for place, one in enumerate(folders, 1) if str(one) == asked.folder), "")
    return {"up": asked.up, "down": asked.down, "folder": number, "data": "yes" if asked.data else ""}


_FORMS = (
    Form(
        address="/query",
        name="Query",
        heading="Query",
        verdict="Try a query. Nothing of it reaches your database.",
        asks="A query on the twin",
        works="The query is planned, and other forms of it are tried.",
        said=(
            "The twin has the schema, the statistics and the sizes of the source, and no rows: its planner chooses as "
            "that of the source does. You see the plan, what is wrong with it, other forms that were tested to give "
            "the same rows, and the indexes that it wants.",
            "Or run it on a private copy with made-up rows; the copy is thrown away.",
        ),
        areas=(("sql", "SQL", "One statement. Ctrl and Enter send it.", 10, True),),
        buttons=(("plan", "Plan it"), ("rows", "Run it on made-up rows")),
        limits=(("sql", MOST_SQL),),
        lane="twin",
        kinds=(AskQuery, AskRows),
        asked=_query,
        values_of=_of_sql,
    ),
    Form(
        address="/index",
        name="Index",
        heading="Index",
        verdict="Try an index that nobody built.",
        asks="An index on the twin",
        works="The index is supposed, and queries are planned without it and with it.",
        said=("It is not built anywhere: a model says how large it is, the planner whether it would use it.",),
        areas=(
            ("sql", "CREATE INDEX", "Of any access method. Ctrl and Enter send it.", 4, True),
            (
                "queries",
                "Queries",
                "Each ended by a semicolon, with `-- calls: N` above where its frequency is known. None: those of the "
                "source's workload.",
                8,
                False,
            ),
        ),
        buttons=(("", "Try it"),),
        limits=(("sql", MOST_SQL), ("queries", MOST_SQL)),
        lane="twin",
        kinds=(AskIndex,),
        asked=_index,
        values_of=_of_index,
    ),
    Form(
        address="/plan",
        name="Plan",
        heading="Plan",
        verdict="Read a plan that was explained elsewhere.",
        asks="A plan",
        works="The plan is read.",
        said=("What `EXPLAIN (ANALYZE, BUFFERS)` printed, as text, JSON, XML or YAML. Nothing is run.",),
        areas=(("text", "The plan", "Ctrl and Enter send it.", 18, True),),
        buttons=(("", "Read it"),),
        limits=(("text", MOST_PLAN),),
        lane="plan",
        needs_source=False,
        kinds=(AskPlan,),
        asked=_plan,
        values_of=_of_plan,
    ),
    Form(
        address="/rehearse",
        name="Migration",
        heading="Migration",
        verdict="Rehearse a migration. Nothing of it reaches your database.",
        asks="A migration",
        works="The migration runs up, down and up on private copies.",
        said=(
            "It runs up, down and up again on private copies of the source: what it locks and for how long, who has to "
            "wait, what fails, and whether it leads back.",
        ),
        areas=(
            ("up", "Up", "Statements, as in a file of a migration.", 8, False),
            ("down", "Down", "The way back, if there is one.", 4, False),
        ),
        checks=(("data", "On many made-up rows, so that times are measured (takes minutes)"),),
        folders=True,
        buttons=(("", "Rehearse it"),),
        limits=(("up", MOST_SQL), ("down", MOST_SQL)),
        lane="rehearse",
        needs_source=False,
        kinds=(AskRehearsal,),
        asked=_rehearsal,
        values_of=_of_rehearsal,
    ),
)


def forms_of(*, sqlite: bool) -> tuple[Form, ...]:
    """What may be asked of a source. SQLite has no plans with figures to read and no locks to rehearse, and its query
    needs no made-up rows."""
    if not sqlite:
        return _FORMS
    query, index = _FORMS[:2]
    return (
        replace(
            query,
            works="The query is planned, and indexes are tried on a private copy.",
            said=(
                "The twin has the schema and the statistics of the source, and no rows: SQLite's planner chooses on it "
                "as on the source. You see the plan, what is wrong with it, and the indexes that it wants.",
            ),
            buttons=(("", "Plan it"),),
            kinds=(AskQuery,),
        ),
        replace(
            index,
            said=(
                "It is built on a private copy with the rows, if there are any, for its size and its statistics; the "
                "twin says whether the planner would use it.",
            ),
            areas=(
                ("sql", "CREATE INDEX", "With a name of its own. Ctrl and Enter send it.", 4, True),
                *index.areas[1:],
            ),
        ),
    )
