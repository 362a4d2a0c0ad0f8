"""Write docs/engines.md (sources x verbs) and docs/orm-targets.md (targets x constructs) from what the code declares.

    python docs/capability_pages.py

The test suite compares what is there with what would be written; `tests/test_verbs.py` runs the pairs of the first
page, the tests of the targets prove the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from dbarchitect.api.kinds import KINDS, VERBS, Kind
from dbarchitect.orm.project import CONSTRUCTS, Level
from dbarchitect.orm.sqlite import SQLITE_CONSTRUCTS
from dbarchitect.orm.targets import targets

DOCS = Path(__file__).resolve().parent
_MADE = "<!-- Written by docs/capability_pages.py from {}. -->"
_LEVELS: dict[Level, str] = {
    "native": "in the models, as it is",
    "approximate": "in the models, near to it",
    "raw": "only in the DDL of the migration, which the project has too",
    "impossible": "neither",
}


def engines() -> str:
    """docs/engines.md."""
    lines = [
        *(_MADE.format("src/dbarchitect/api/kinds.py"), "", "# Sources and verbs", ""),
        "What a SOURCE can be, and which verb takes which. Where one does not, it says so in one message, with what to",
        "use instead (below). The tests run all refusals, and of what works every verb on a script and on what is no",
        "schema of PostgreSQL, with a sample of the rest; with `DBA_ALL_PAIRS=1` every pair.",
        "",
        "| | " + " | ".join(kind.title for kind in KINDS) + " |",
        "|---" * (len(KINDS) + 1) + "|",
        "| written as | " + " | ".join(f"`{kind.example}`" for kind in KINDS) + " |",
    ]
    for verb in VERBS:
        cells = ("yes" if verb in kind.takes else "-" for kind in KINDS)
        lines.append(f"| `dba {verb}` | " + " | ".join(cells) + " |")
    lines += ["", "## What the verbs do with a source", ""]
    lines += [f"- `dba {verb}` {does}" for verb, does in VERBS.items()]
    lines += ["", "## Instead", ""]
    for kind in KINDS:
        lines += [f"### {kind.title}", "", *_instead(kind), ""]
    return "\n".join(lines).rstrip() + "\n"


def _instead(kind: Kind) -> Iterator[str]:
    """What a kind of source is told, each line once, with the verbs that say it."""
    told: dict[str, list[str]] = {}
    for verb in VERBS:
        if verb not in kind.takes:
            told.setdefault(kind.hint(verb, kind.example), []).append(f"`{verb}`")
    for hint, verbs in told.items():
        named = "every other verb" if len(verbs) > len(VERBS) // 2 else ", ".join(verbs)
        yield f"- {named}: {hint}"


def orm_targets() -> str:
    """docs/orm-targets.md."""
    known = targets()
    rows = list(dict.fromkeys([*CONSTRUCTS, *(row for one in known.values() for row in one.capabilities)]))
    lines = [
        *(_MADE.format("the capability tables of src/dbarchitect/orm"), "", "# What the ORMs' models tell", ""),
        "The database of a project has all of its schema: the migration makes it. How much of that the models say is",
        "another matter; `dba orm SOURCE --to NAME` lists what they do not say of a schema of yours.",
        "",
        *(f"- **{level}**: {_LEVELS[level]}" for level in get_args(Level)),
        "",
        "| | " + " | ".join(one.title for one in known.values()) + " |",
        "|---" * (len(known) + 1) + "|",
    ]
    for row in rows:
        cells = (one.capabilities[row][0] if row in one.capabilities else "" for one in known.values())
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    totals = (_counted(one.capabilities) for one in known.values())
    lines += [f"| of the first {len(CONSTRUCTS)} | " + " | ".join(totals) + " |", ""]
    offered = [one for one in known.values() if one.sqlite]
    lines += ["## SQLite and Turso", "", "The same for schemas of [SQLite](orm-sqlite.md).", ""]
    lines += ["| | " + " | ".join(one.title for one in offered) + " |", "|---" * (len(offered) + 1) + "|"]
    lines += [f"| {row} | " + " | ".join(one.sqlite[row][0] for one in offered) + " |" for row in SQLITE_CONSTRUCTS]
    lines.append("")
    for one in known.values():
        hosts, variants = ", ".join(one.hosts), ", ".join(one.variants)
        lines += [f"## {one.title}", "", f"Hosts: {hosts}." + (f" Variants: {variants}." if variants else ""), ""]
        lines += ["| construct | | how |", "|---|---|---|"]
        lines += [
            f"| {row} | {level} | {how.replace('|', chr(92) + '|')} |" for row, (level, how) in one.capabilities.items()
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _counted(capabilities: Mapping[str, tuple[Level, str]]) -> str:
    """How many of the constructs that every target has a row for stand at each level."""
    found = Counter(capabilities[row][0] for row in CONSTRUCTS)
    return ", ".join(f"{found[level]} {level}" for level in get_args(Level) if found[level])


PAGES = {"engines.md": engines, "orm-targets.md": orm_targets}


def main() -> None:
    """Write both."""
    for name, text in PAGES.items():
        (DOCS / name).write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
