"""`dba init`: what a project gets so that `dba` runs in it by itself, and how it is taken away again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbarchitect import __version__
from dbarchitect.config import read_configuration
from dbarchitect.errors import InputError
from dbarchitect.migrate.formats import format_of
from dbarchitect.setup.detect import Candidate, Found, look
from dbarchitect.setup.parts import CONFIGURATION, PARTS, WORDS, Part, wishes
from dbarchitect.setup.record import Change, Record, carry_out, planned, read_record, undone
from dbarchitect.setup.skill import skill_files

__all__ = [
    "PARTS",
    "WORDS",
    "Change",
    "Part",
    "Setup",
    "candidates",
    "plan_init",
    "plan_removal",
    "skill_files",
    "write",
]


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What `dba init` would do. `source`: what hook, action and server are about; `notes`: what to know."""

    root: Path
    found: Found
    source: Candidate | None
    changes: tuple[Change, ...]
    record: Record
    notes: tuple[str, ...] = ()
    removing: bool = False


def plan_init(root: Path, *, parts: Sequence[Part], source: str | None, skill: Mapping[str, str]) -> Setup:
    """What the folder `root` lacks of these parts. `source`: None takes the likeliest that lies there. `skill`: its
    files by path. Raises `InputError`; nothing is written."""
    if not root.is_dir():
        raise InputError(f"there is no folder {root}", hint="make it first, or name another")
    found = look(root, format_of)
    chosen = _named(source, root, found) if source is not None else next(iter(found.candidates), None)
    record = read_record(root) or Record(version=__version__)
    ours = any(one.part == "config" for one in record.entries)
    configured = not ours and read_configuration(root).path in (root / CONFIGURATION, root / "pyproject.toml")
    wanted = [one for one in wishes(found, chosen, skill, configured=configured) if one.part in parts]
    notes: list[str] = []
    if configured and "config" in parts:
        notes.append("the configuration that is there is kept")
    if chosen is None and {"hook", "action"} & {*parts}:
        notes.append("there is no schema and no migration here yet: no hook and no action (--source PATH names one)")
    elif source is None and len(found.candidates) > 1:
        assert chosen is not None
        others = ", ".join(one.source for one in found.candidates if one is not chosen)
        notes.append(f"hook, action and server are about {chosen.source}; --source takes another: {others}")
    if not found.git and "hook" in parts:
        notes.append("this is no git repository: the hook and --against need one")
    return Setup(
        root=root,
        found=found,
        source=chosen,
        changes=tuple(planned(root, wanted, record)),
        record=record,
        notes=tuple(notes),
    )


def candidates(root: Path) -> tuple[Candidate, ...]:
    """What lies in a folder that can be a source, the likeliest first."""
    return look(root, format_of).candidates


def _named(source: str, root: Path, found: Found) -> Candidate:
    if "://" in source:
        raise InputError(
            "--source of dba init is written into files that others read, and a URL may hold a password",
            hint="a script, a folder of migrations or models of the project",
        )
    known = next((one for one in found.candidates if one.source == source.rstrip("/")), None)
    if known is not None:
        return known
    path = root / source
    if ":" not in source and not path.exists():
        raise InputError(f"--source {source}: there is no such file", hint="a path of the project's")
    return Candidate(source=source, what="a schema", path=source.rstrip("/"), migrations=path.is_dir())


def plan_removal(root: Path) -> Setup:
    """What takes everything of ours out of the folder again. Raises `InputError` where there is nothing."""
    record = read_record(root)
    if record is None:
        raise InputError(f"dba init has written nothing in {root}", hint="dba init")
    return Setup(
        root=root, found=Found(), source=None, changes=tuple(undone(root, record)), record=record, removing=True
    )


def write(setup: Setup, agreed: Callable[[Change], bool]) -> tuple[Change, ...]:
    """Make those changes that are agreed to, all or none of them; which were made."""
    chosen = tuple(one for one in setup.changes if one.is_one and agreed(one))
    if setup.removing:
        # What was changed since, or is not agreed to, stays known; what is gone already does not.
        stays = {one.path for one in setup.changes if one not in chosen and (one.note or one.is_one)}
        entries = [one for one in setup.record.entries if one.path in stays]
    else:
        new = {one.path: one.entry for one in chosen if one.entry is not None}
        entries = [one for one in setup.record.entries if one.path not in new] + list(new.values())
    if chosen or len(entries) != len(setup.record.entries):
        left = Record(version=__version__, entries=tuple(entries), folders=setup.record.folders)
        carry_out(setup.root, chosen, left)
    return chosen
