"""The skill for coding agents, as the wheel has it: `SKILL.md` and its references."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

NAME = "dbarchitect"  # of the skill, and of the folder that it lies in: the format wants them equal


def skill_files() -> dict[str, str]:
    """The skill's hand-written files by their path in its folder."""
    return dict(_texts(files("dbarchitect") / "skill", ""))


def _texts(folder: Traversable, above: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in sorted(folder.iterdir(), key=lambda each: each.name):
        if one.is_dir():
            found += _texts(one, f"{above}{one.name}/")
        elif one.name.endswith(".md"):
            found.append((f"{above}{one.name}", one.read_text("utf-8")))
    return found
