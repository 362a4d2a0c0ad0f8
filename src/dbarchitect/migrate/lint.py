"""The linter: scripts in the order in which they run, rule by rule, with the schema that each statement meets.

A table that a script makes is new and empty for the rest of the script (and, where the schema before all of them is
known, for the scripts after it: none of them has run yet). Without that, scripts of a folder tell what tables look
like, but a table of an earlier script may have rows by now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed

from msgspec.structs import replace

from dbarchitect.model.finding import Finding
from dbarchitect.model.names import Name, Position
from dbarchitect.model.plan import LOCKS
from dbarchitect.model.schema import Relational
from dbarchitect.sql import statements as s

from .effects import claims
from .follow import follow
from .picture import Picture, from_schema
from .rule import Fix, Rule, rules
from .script import Script, Unit, read_units
from .site import Held, Passage, ScriptSite, Site


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with how the text mends it, where it can."""

    finding: Finding
    fix: Fix | None = None
    statement: int = -1  # number in the script; -1: the script as a whole


@dataclass(frozen=True, slots=True)
class Linted:
    """One script and what was found in it. `units` are its statements, `before` is the schema that it met."""

    script: Script
    units: tuple[Unit, ...]
    found: tuple[Found, ...]
    before: Picture


def chosen(select: Collection[str], ignore: Collection[str]) -> tuple[Rule, ...]:
    """The rules named by `select` (those of the default set where empty) without those named by `ignore`."""
    return tuple(rule for rule in rules() if (rule.id in select if select else rule.default) and rule.id not in ignore)


def lint(
    scripts: Sequence[Script],
    *,
    schema: Relational | None = None,
    version: int = 18,
    run: Sequence[Rule] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Linted, ...]:
    """Look at `scripts` in their order. `schema` is what they meet; `version` the server's major.

    Raises `InputError` with the place of text that PostgreSQL's grammar refuses.
    """
    picture = from_schema(schema) if schema is not None else Picture()
    book = _Book(chosen((), ()) if run is None else run, version)
    results: list[Linted] = []
    for number, script in enumerate(scripts, 1):
        if number % 100 == 0:
            progress(f"linting {number:,} of {len(scripts):,} scripts")
        linted, picture = _script(script, picture, book)
        picture = _settled(picture, known=schema is not None)
        results.append(linted)
    return tuple(results)


def again(linted: Linted, script: Script, *, version: int, run: Sequence[Rule]) -> Linted:
    """Look at a script of which the text was changed, where it met the same schema."""
    return _script(script, linted.before, _Book(run, version))[0]


class _Book:
    """The rules by what they look at."""

    def __init__(self, run: Sequence[Rule], version: int) -> None:
        self.version = version
        spoken = [rule for rule in run if rule.since <= version]
        self.finishing = [rule for rule in spoken if rule.finish is not None]
        self.by_type: dict[type, list[Rule]] = defaultdict(list)
        for rule in spoken:
            if rule.check is not None:
                for kind in rule.on:
                    self.by_type[kind].append(rule)


def _script(script: Script, picture: Picture, book: _Book) -> tuple[Linted, Picture]:
    units = read_units(script)
    passage = Passage()
    before = picture
    found: list[Found] = []
    pictures: list[Picture] = []
    for number, unit in enumerate(units):
        if unit.block != passage.block:
            picture = _begin(picture, passage, unit.block)
        pictures.append(picture)
        site = Site(
            script=script,
            units=units,
            number=number,
            picture=picture,
            claims=claims(unit.action, picture, book.version),
            passage=passage,
            version=book.version,
        )
        found += (
            changed(one, finding=_placed(one.finding, script)) if script.lines else one for one in _look(site, book)
        )
        _note(site, passage)
        picture = follow(picture, unit.action)
    end = ScriptSite(
        script=script, units=units, before=before, picture=picture, version=book.version, pictures=tuple(pictures)
    )
    for rule in book.finishing:
        assert rule.finish is not None
        found += (Found(_placed(one, script)) for one in rule.finish(end))
    return Linted(script, units, tuple(found), before), picture


def _look(site: Site, book: _Book) -> Iterator[Found]:
    action = site.action
    for rule in book.by_type.get(type(action), ()):
        yield from _asked(rule, site)
    if isinstance(action, s.AlterTable):
        for number, command in enumerate(action.commands):
            asked = book.by_type.get(type(command))
            if asked:
                here = changed(site, command=command, command_number=number)
                for rule in asked:
                    yield from _asked(rule, here)


def _asked(rule: Rule, site: Site) -> Iterator[Found]:
    assert rule.check is not None
    for finding in rule.check(site):
        fix = rule.fix(site) if rule.fix is not None else None
        if fix is not None:
            finding = replace(finding, ddl=tuple(piece.sql for piece in fix.pieces))
        yield Found(finding, fix, site.number)


def _begin(picture: Picture, passage: Passage, block: int) -> Picture:
    passage.block = block
    passage.lock_timeout = passage.session_lock_timeout
    passage.held = {}
    passage.done = []
    return replace(picture, transaction=picture.transaction + 1, added=frozenset())


def _note(site: Site, passage: Passage) -> None:
    """What the statement leaves behind for those after it."""
    action = site.action
    if isinstance(action, s.SetVariable | s.Select):
        settings = [(action.name, action.value)] if isinstance(action, s.SetVariable) else list(action.settings)
        for name, value in settings:
            if name == "lock_timeout":
                passage.lock_timeout = value
                if not getattr(action, "local", False):
                    passage.session_lock_timeout = value
            elif name in ("statement_timeout", "transaction_timeout"):
                passage.statement_timeout = value
        return
    passage.done.append(site.number)
    for cause in site.claims.causes:
        if cause.lock is None or site.unused(site.picture.relation(cause.table)):
            continue
        held = passage.held.get(cause.table)
        if held is None or LOCKS.index(cause.lock) > LOCKS.index(held.lock):
            passage.held[cause.table] = Held(cause.lock, site.number)
        if LOCKS.index(cause.lock) >= LOCKS.index("SHARE"):
            passage.exclusive = True


def _placed(finding: Finding, script: Script) -> Finding:
    """The finding with its line in the file, where the text was taken out of one."""
    at = finding.position
    if at is None or not script.lines:
        return finding
    line = script.lines[min(at.line, len(script.lines)) - 1]
    return replace(finding, position=Position(file=script.file, line=line))


def _settled(picture: Picture, *, known: bool) -> Picture:
    """The picture between two scripts: each has a session and transactions of its own."""
    relations, made = picture.relations, picture.made
    if made:
        relations = dict(relations)
        for name in made:
            one = relations.get(name)
            if one is not None and one.persistence == "temporary":
                del relations[name]
            elif one is not None and not known:
                relations[name] = replace(one, fresh=False)
        made = made if known else frozenset[Name]()
    return replace(
        picture,
        relations=relations,
        made=made,
        path=("public",),
        time_zone=picture.time_zone if known else "",
        transaction=picture.transaction + 1,
        added=frozenset(),
    )
