"""The texts that `dba init` writes, by part. Every command in them is one that runs."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .detect import Candidate, Found
from .edits import How
from .skill import NAME

Part = Literal["config", "hook", "action", "skill", "agents", "mcp"]
PARTS: tuple[Part, ...] = get_args(Part)
WORDS: Mapping[Part, str] = {
    "config": "the configuration",
    "hook": "a hook of pre-commit",
    "action": "a GitHub Action for pull requests",
    "skill": "the skill for coding agents",
    "agents": "a section of AGENTS.md",
    "mcp": "the server of tools for coding agents",
}

CONFIGURATION = "dbarchitect.toml"
_HASH, _MARKUP = ("# ", ""), ("<!-- ", " -->")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What shall stand in a file.

    how      file: all of it is ours; section: between marks; key: the member `name` of the object `outer`
    content  the file, or the section without marks; of a key its value as JSON
    comment  what a comment begins and ends with, of a section
    under    the top-level list of YAML that a section belongs into; "": the end of the file
    start    what the file begins with where it is not there yet
    """

    part: Part
    path: str
    how: How
    content: str
    comment: tuple[str, str] = _HASH
    under: str = ""
    start: str = ""
    outer: str = ""
    name: str = NAME

    @property
    def value(self) -> dict[str, Any]:
        """The value of a key."""
        return json.loads(self.content)


def wishes(found: Found, source: Candidate | None, skill: Mapping[str, str], *, configured: bool) -> list[Wish]:
    """What is wanted of each part. `source`: what hook, action and server are about; None where there is nothing.
    `skill`: its files by path. `configured`: there is a configuration already."""
    made: list[Wish] = []
    if not configured:
        made.append(_configuration(found))
    if source is not None:
        made += [_hook(source), _action(source)]
    for home in (".claude/skills", ".agents/skills"):  # Claude's own, and the one that other agents share
        made += [
            Wish(part="skill", path=f"{home}/{NAME}/{path}", how="file", content=text) for path, text in skill.items()
        ]
    made.append(Wish(part="agents", path="AGENTS.md", how="section", content=_agents(source), comment=_MARKUP))
    made += _servers(found, source)
    return made


def _configuration(found: Found) -> Wish:
    table = "[tool.dbarchitect]\n" if found.pyproject else ""
    content = (
        f"# What `dba check` and `dba migrate lint` go by; `dba answer` appends what findings asked.\n"
        f'{table}fail-on = "warning"  # error, warning, info or never'
    )
    if found.pyproject:
        return Wish(part="config", path="pyproject.toml", how="section", content=content)
    return Wish(part="config", path=CONFIGURATION, how="section", content=content)


def _check(source: Candidate, against: str) -> str:
    return f"dba check {shlex.quote(source.source)} --new-only --against {against}"


def _hook(source: Candidate) -> Wish:
    """Local hooks run the `dba` that is installed, so that they are of the version that the project has."""
    lines = [
        "- repo: local",
        "  hooks:",
        "    - id: dba-check",
        "      name: dba check (what HEAD does not have yet)",
        f"      entry: {_scalar(_check(source, 'HEAD'))}",
        "      language: system",
        "      pass_filenames: false",
        "      require_serial: true",
        f"      files: {_scalar(_pattern(source))}",
    ]
    if source.migrations:
        lines += [
            "    - id: dba-migrate-lint",
            "      name: dba migrate lint",
            f"      entry: {_scalar(f'dba migrate lint {shlex.quote(source.source)}')}",
            "      language: system",
            "      pass_filenames: false",
            "      require_serial: true",
            f"      files: {_scalar(_pattern(source))}",
        ]
    return Wish(
        part="hook",
        path=".pre-commit-config.yaml",
        how="section",
        content="\n".join(lines),
        under="repos",
        start="repos:\n",
    )


def _pattern(source: Candidate) -> str:
    """Which changed files run the hook: those of the source."""
    import re

    return f"^{re.escape(source.path)}/" if source.migrations else f"^{re.escape(source.path)}$"


def _action(source: Candidate) -> Wish:
    check = f'dba check {shlex.quote(source.source)} --new-only --against "origin/$GITHUB_BASE_REF"'
    lint = (
        f"      - name: Lint the migrations\n        run: {_scalar(f'dba migrate lint {shlex.quote(source.source)}')}\n"
        if source.migrations
        else ""
    )
    return Wish(
        part="action",
        path=".github/workflows/dba.yml",
        how="file",
        content=(
            "# Written by `dba init`; `dba init --remove` takes it away.\n"
            "name: dba\n"
            "on: pull_request\n"
            "permissions:\n"
            "  contents: read\n"
            "jobs:\n"
            "  schema:\n"
            "    runs-on: ubuntu-latest\n"
            "    steps:\n"
            "      - uses: actions/checkout@v4\n"
            "        with:\n"
            "          fetch-depth: 0\n"
            "      - uses: actions/setup-python@v5\n"
            "        with:\n"
            '          python-version: "3.12"\n'
            "      - run: pip install --quiet dbarchitect\n"
            "      - name: What the change adds\n"
            f"        run: {_scalar(f'{check} --format github')}\n"
            f"{lint}"
        ),
    )


def _agents(source: Candidate | None) -> str:
    about = f" This project's schema: `{source.source}` ({source.what})." if source is not None else ""
    check = f"dba check {shlex.quote(source.source)}" if source is not None else "dba check SOURCE"
    return (
        "## Database work\n\n"
        f"Use the command `dba` (dbarchitect) for schemas, SQL, migrations, indexes and ORMs.{about}\n"
        f"The skill stands in `.agents/skills/{NAME}/SKILL.md`; read it before\n"
        "you change a table, a query or a migration.\n\n"
        f"- Before you hand over a change to the schema: `{check} --new-only --against HEAD`.\n"
        "- Before you propose a migration: `dba migrate lint`, then `dba migrate rehearse`.\n"
        "- Never run `dba migrate apply` or `rollback`: give the command to the user.\n"
        "- Say of each claim whether it is asserted, planned, rehearsed or measured."
    )


def _servers(found: Found, source: Candidate | None) -> list[Wish]:
    arguments = ["mcp"] if source is None else ["mcp", "--source", f"app={source.source}"]
    value = json.dumps({"command": "dba", "args": arguments})
    places = [(".mcp.json", "mcpServers")]
    places += [(".cursor/mcp.json", "mcpServers")] if found.cursor else []
    places += [(".vscode/mcp.json", "servers")] if found.vscode else []
    return [Wish(part="mcp", path=path, how="key", content=value, outer=outer, start="{}\n") for path, outer in places]


def _scalar(text: str) -> str:
    """A string of YAML, in single quotes."""
    return "'" + text.replace("'", "''") + "'"
