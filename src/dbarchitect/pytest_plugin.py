"""Tests that fail on N+1 queries: the marker and fixture `no_n_plus_one`, or `--n-plus-one` for every test.

What the test itself executes (not its fixtures) through SQLAlchemy or psycopg is recorded; a test that would pass fails
where a statement was repeated, with the line that did it and what to write instead. Until one of them is asked for, the
plugin does nothing but register its names: nothing of dbarchitect is imported.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from .model.nplusone import NPlusOne
    from .query.nplusone import Ignored
    from .recorder import Recording

_MARKER = "no_n_plus_one"
_KINDS = ("n+1", "duplicate", "row-by-row")
_recording = pytest.StashKey["Recording"]()
_seen = pytest.StashKey["dict[str, str]"]()
_rules = pytest.StashKey["_Rules"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options and settings."""
    group = parser.getgroup("dbarchitect", "N+1 queries (dbarchitect)")
    group.addoption(
        "--n-plus-one",
        action="store_true",
        default=None,
        help="fail every test whose statements repeat where one would do",
    )
    group.addoption(
        "--n-plus-one-kinds",
        metavar="KINDS",
        help=f"what fails, separated by commas: {', '.join(_KINDS)} (default: n+1)",
    )
    group.addoption("--n-plus-one-baseline", metavar="FILE", help="accepted ones; only others fail")
    group.addoption(
        "--n-plus-one-write-baseline",
        action="store_true",
        help="accept what is found: write it to the baseline, and fail no test for it",
    )
    parser.addini("n_plus_one", "fail every test with N+1 queries", type="bool", default=False)
    parser.addini("n_plus_one_kinds", f"what fails: {', '.join(_KINDS)}", type="args", default=["n+1"])
    parser.addini("n_plus_one_count", "executions of a statement from which on it counts", default="5")
    parser.addini("n_plus_one_ignore", "globs of call sites that are accepted", type="linelist", default=[])
    parser.addini("n_plus_one_baseline", "file of accepted ones", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(ignore=(), kinds=('n+1',), count=5): fail the test if its statements repeat where one would do; "
        "ignore: globs of call sites or fingerprints",
    )
    config.stash[_seen] = {}


@pytest.fixture
def no_n_plus_one(request: pytest.FixtureRequest) -> Recording:
    """Fail the test on N+1 queries; the value is the recording of what the test executes (`dbarchitect.record()`)."""
    from .recorder import record

    recording = record()
    cast("pytest.Item", request.node).stash[_recording] = recording
    return recording


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Record the test itself, and fail it where it would pass."""
    recording = item.stash.get(_recording, None)
    marker = item.get_closest_marker(_MARKER)
    config = item.config
    if recording is None and marker is None and not _wanted_everywhere(config):
        return (yield)
    if recording is None:
        from .recorder import record

        recording = record()
    with recording:
        result = yield
    rules = config.stash.get(_rules, None)
    if rules is None:
        rules = config.stash[_rules] = _Rules(config)
    found = rules.found(recording, marker)
    if config.getoption("n_plus_one_write_baseline"):
        from .query.baseline import about

        config.stash[_seen].update({one.key: about(one) for one in found})
        return result
    from .query.baseline import new_ones

    found = new_ones(found, rules.accepted)
    if not found:
        return result
    pytest.fail(rules.message(found, len(recording)), pytrace=False)


def _wanted_everywhere(config: pytest.Config) -> bool:
    return bool(
        config.getoption("n_plus_one") or config.getini("n_plus_one") or config.getoption("n_plus_one_write_baseline")
    )


class _Rules:
    """What counts, from options, settings and the configuration of dbarchitect."""

    def __init__(self, config: pytest.Config) -> None:
        from .config import read_configuration
        from .errors import DbaError
        from .query.baseline import accepted_in

        self.count = self._number(config.getini("n_plus_one_count"))
        named = config.getoption("n_plus_one_kinds")
        self.kinds = self._known(named.split(",") if named else config.getini("n_plus_one_kinds"))
        self.sites = tuple(cast("list[str]", config.getini("n_plus_one_ignore")))
        try:
            own = read_configuration(config.rootpath)
            self.baseline = _baseline_file(config) or own.repeated_baseline
            self.ignored = own.repeated_ignores
            self.accepted: frozenset[str] = frozenset()
            if self.baseline is not None and self.baseline.exists():
                self.accepted = accepted_in(self.baseline.read_bytes(), str(self.baseline))
        except DbaError as err:
            raise pytest.UsageError(str(err)) from err

    def found(self, recording: Recording, marker: pytest.Mark | None) -> tuple[NPlusOne, ...]:
        from .query.nplusone import Ignored, Limits

        said = dict(marker.kwargs) if marker else {}
        ignore = said.pop("ignore", ())
        globs = [*self.sites, *([ignore] if isinstance(ignore, str) else ignore)]
        kinds = self._known(said.pop("kinds", self.kinds))
        count = self._number(said.pop("count", self.count))
        unknown = [*said, *(marker.args if marker else ())]
        if unknown:
            raise pytest.UsageError(f"{_MARKER} takes ignore=, kinds= and count=, not {unknown[0]!r}")
        ignored: list[Ignored] = list(self.ignored)
        for glob in globs:
            ignored += [Ignored(site=f"*{glob}*"), Ignored(fingerprint=glob)]
        every = recording.findings(limits=Limits(count=count), ignored=ignored)
        return tuple(one for one in every if one.kind in kinds)

    def message(self, found: Sequence[NPlusOne], statements: int) -> str:
        from .render.nplusone import lines_of, verdict

        parts = [verdict(found, statements)]
        for one in found:
            parts += ["", *lines_of(one)]
            parts.append(f"  accept: @pytest.mark.{_MARKER}(ignore={one.child.fingerprint!r}), or a baseline")
        return "\n".join(parts)

    @staticmethod
    def _known(kinds: str | Sequence[str]) -> tuple[str, ...]:
        listed = (kinds,) if isinstance(kinds, str) else tuple(one.strip() for one in kinds)
        for one in listed:
            if one not in _KINDS:
                raise pytest.UsageError(f"n_plus_one_kinds: {one!r} is not one of {', '.join(_KINDS)}")
        return listed

    @staticmethod
    def _number(text: object) -> int:
        try:
            number = int(str(text))
        except ValueError:
            number = 0
        if number < 2:
            raise pytest.UsageError(f"n_plus_one_count: {text!r} is no number from 2 on")
        return number


def _baseline_file(config: pytest.Config) -> Path | None:
    named = config.getoption("n_plus_one_baseline")
    if named:
        return config.invocation_params.dir / named
    return config.rootpath / set_ if (set_ := config.getini("n_plus_one_baseline")) else None


# --- the baseline, also of a run with xdist, whose workers send what they saw -----------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take what a worker of xdist saw."""
    node.config.stash[_seen].update(getattr(node, "workeroutput", {}).get("n_plus_one", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the baseline where that was asked for."""
    config = session.config
    if not config.getoption("n_plus_one_write_baseline"):
        return
    if hasattr(config, "workeroutput"):
        cast("Any", config).workeroutput["n_plus_one"] = config.stash[_seen]
        return
    from .config import read_configuration
    from .errors import DbaError
    from .files import write_whole
    from .query.baseline import baseline_of

    try:
        file = _baseline_file(config) or read_configuration(config.rootpath).repeated_baseline
        if file is None:
            raise pytest.UsageError("--n-plus-one-write-baseline needs --n-plus-one-baseline FILE")
        write_whole(file, baseline_of(config.stash[_seen]))
    except DbaError as err:
        raise pytest.UsageError(str(err)) from err
