"""A task in words served by a language model: it works with the tools of `desk`, as an agent over the protocol does.

What goes to the provider: the task, and what the tools answer (schemas, plans, findings; only made-up rows). Nothing
that the model can call writes to a database of the user's, and it names sources only by the names given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dbarchitect.api.providers import provider
from dbarchitect.errors import DbaError, InputError
from dbarchitect.progress import nothing

from .desk import Answer, Desk
from .prompts import COMMON, PROMPTS, way

_REQUESTS = 30  # to the model: a task with a design, its rehearsal and a few corrections takes ten
_INSTRUCTIONS = "\n".join(
    (
        COMMON,
        "Begin with get_context. Ways of working:",
        *(f"- {title}: {way(name)}" for name, (title, _) in PROMPTS.items()),
        "Where a source, a query or a brief is missing, say what to name; never take one that was not named. Answer in "
        "plain sentences, the result first, each claim with its level of proof and its evidence:// address.",
    )
)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a model said, and what it called on the way. `again`: the commands that repeat what it was told."""

    text: str
    calls: tuple[str, ...] = ()
    again: tuple[str, ...] = ()


def assist(task: str, desk: Desk, model: Any, *, progress: Callable[[str], None] = nothing) -> Reply:
    """Serve a task. `model`: a name as pydantic-ai takes it (`openai:gpt-5`), or one of its models.

    Raises `InputError` where the model is none or refuses, `SurroundingsError` where library, key or provider is
    missing.
    """
    label = model if isinstance(model, str) else str(getattr(model, "model_name", model))
    calls: list[str] = []
    again: list[str] = []

    def done(name: str, work: Callable[..., Answer | str], *given: Any) -> str:
        progress(f"{label} calls {name}")
        calls.append(name)
        try:
            answer = work(*given)
        except DbaError as refusal:
            err = desk.told(refusal)
            return f"refused: {err.message}" + (f" (try: {err.hint})" if err.hint else "")
        if isinstance(answer, str):
            return answer
        again.extend([answer.again] if answer.again else [])
        return "\n".join(part for part in (answer.untrusted, answer.report, answer.evidence, answer.again) if part)

    with provider(label):
        from pydantic_ai import Agent
        from pydantic_ai.exceptions import ContentFilterError
        from pydantic_ai.usage import UsageLimits

        agent = Agent(model, instructions=_INSTRUCTIONS, retries=2)
        for tool in _tools(desk, done):
            agent.tool_plain(tool)
        try:
            said = agent.run_sync(task, usage_limits=UsageLimits(request_limit=_REQUESTS)).output
        except ContentFilterError as err:
            raise InputError(f"{label} refuses the task: {err}", hint="another model, or the verb itself") from err
    return Reply(text=said, calls=tuple(calls), again=tuple(dict.fromkeys(again)))


def _tools(desk: Desk, done: Callable[..., str]) -> list[Callable[..., str]]:
    """The tools, with the descriptions that a model reads."""

    def get_context(source: str = "", tables: str = "") -> str:
        """The sources there are; with one, its tables, columns, keys and rows; `tables` names some to see in full."""
        return done("get_context", desk.context, source, tables)

    def check_schema(source: str = "", sql: str = "", prove: bool = False) -> str:
        """Review a source, or DDL in `sql`; `prove` shows each finding on a private copy."""
        return done("check_schema", desk.check, source, sql, prove)

    def design_schema(brief: str) -> str:
        """Design a database from a brief in plain Markdown sentences, and prove it."""
        return done("design_schema", desk.design, brief)

    def choose(brief: str) -> str:
        """Choose database and ORM for a brief."""
        return done("choose", desk.choose, brief)

    def advise_indexes(source: str, workload: str = "", budget_mb: int = 0) -> str:
        """Indexes for a workload: SQL, each statement after a line `-- calls: N`; empty: what the source has
        counted."""
        return done("advise_indexes", desk.indexes, source, workload, budget_mb)

    def tune_query(source: str, sql: str) -> str:
        """Plan one query: where its cost goes, anti-patterns, forms that were tested to be equal."""
        return done("tune_query", desk.query, source, sql)

    def rehearse_migration(source: str, up_sql: str, down_sql: str = "") -> str:
        """Run a migration up, down and up on private copies: locks, waits, failures."""
        return done("rehearse_migration", desk.rehearse, source, up_sql, down_sql)

    def sandbox_sql(source: str, sql: str) -> str:
        """One SQL statement on a private copy with made-up rows."""
        return done("sandbox_sql", desk.sandbox, source, sql)

    def get_evidence(number: str, part: str = "") -> str:
        """The result behind an answer as JSON, by its evidence:// address; `part`: a JSON pointer, `/findings/0:20`."""
        return done("get_evidence", desk.evidence, number, part)

    return [
        *(get_context, check_schema, design_schema, choose, advise_indexes),
        *(tune_query, rehearse_migration, sandbox_sql, get_evidence),
    ]
