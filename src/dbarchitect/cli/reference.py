"""Every verb with its options, as Markdown: written from the command line that is there, for the skill of agents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cyclopts import App

from .commands import app


def reference() -> str:
    """The page of all verbs."""
    parts = [
        "# Every verb, every option",
        "`SOURCE` is a postgresql:// URL, an SQLite file, a .sql file or pg_dump, a folder of migrations, a .twin "
        "file, or models (package.module:Base, schema.prisma, schema.ts). A `*` marks what must be given.",
    ]
    for words, verb in verbs():
        if verb.default_command is None:
            continue
        options = [_option(one) for one in verb.assemble_argument_collection() if one.show]
        positional = " ".join(one for one, is_option, _ in options if not is_option)
        parts += [f"## {' '.join(words)}{f' {positional}' if positional else ''}", " ".join(verb.help.split())]
        parts.append("\n".join(text for _, _, text in options))
    return "\n\n".join(part for part in parts if part) + "\n"


def verbs() -> Iterator[tuple[tuple[str, ...], App]]:
    """Every verb with its words, groups too."""
    yield from _below(app, ("dba",))


def _below(above: App, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], App]]:
    for name in above:
        if name.startswith("-"):
            continue
        verb = above[name]
        yield (*words, name), verb
        yield from _below(verb, (*words, name))


def _option(argument: Any) -> tuple[str, bool, str]:
    """(name, whether it is an option, its line)."""
    names = [one for one in argument.names if not one.startswith(("--no-", "--empty-")) or one == argument.names[0]]
    is_option = names[0].startswith("-")
    choices = argument.get_choices()
    value = argument.parameter.metavar or ("|".join(choices) if choices else "")
    if is_option and not value and argument.hint is not bool:
        value = "TEXT"
    shown = ", ".join(names) + (f" {value}" if is_option and value else "")
    help_ = " ".join((argument.parameter.help or "").split())
    line = f"- `{shown}`{'*' if argument.required else ''}{f': {help_}' if help_ else ''}"
    if choices and argument.parameter.metavar:
        line += f" ({', '.join(choices)})"
    return names[0], is_option, line
