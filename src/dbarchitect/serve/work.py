"""The process that works for the server: it reads what to do from its input and tells its output how it goes.

It ends, and its private servers with it, when its input ends or on SIGTERM: that is how work is cancelled.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any

from dbarchitect.api.erd import implied
from dbarchitect.api.query import QueryOptions, query_plan
from dbarchitect.api.rehearse import RehearseOptions, rehearse
from dbarchitect.api.report import ReportOptions, report_opened, report_sqlite
from dbarchitect.api.schema import CheckOptions
from dbarchitect.api.sqlite import SqliteOptions, workload_of_sqlite
from dbarchitect.api.sqlite_trials import SqliteTrials, sqlite_trials
from dbarchitect.api.surroundings import open_workshop, workload_of
from dbarchitect.api.trials import Trials, trials
from dbarchitect.config import read_configuration
from dbarchitect.engines.postgres.server import version_name
from dbarchitect.engines.postgres.twin import snapshot as snapshots
from dbarchitect.engines.sqlite.source import SqliteSource, open_sqlite
from dbarchitect.errors import DbaError, InputError
from dbarchitect.model.rehearsal import Rehearsal
from dbarchitect.model.value import from_json, to_json
from dbarchitect.sources import open_source

from .messages import (
    Ask,
    AskIndex,
    AskPlan,
    AskQuery,
    AskRehearsal,
    AskReport,
    AskRows,
    Done,
    Failed,
    Opened,
    Progress,
    Rows,
    Surroundings,
    Told,
    framed,
    read_frame,
)

OPENED = "source.twin"  # in the folder of `Surroundings`


class Work:
    """What is done in this process; what was opened for a question stays for the next one."""

    def __init__(self, given: Surroundings, tell: Any, stack: ExitStack) -> None:
        self._given = given
        self._tell = tell
        self._stack = stack
        self._trials: Trials | SqliteTrials | None = None
        self._desk: Any = None
        self._now = datetime.fromisoformat(given.now)
        self._common: dict[str, Any] = {
            "rows": given.rows,
            "seed": given.seed,
            "pg_bin": None if given.pg_bin is None else Path(given.pg_bin),
            "cache": None if given.cache is None else Path(given.cache),
            "now": self._now,
            "progress": self._progress,
        }

    def _progress(self, text: str) -> None:
        self._tell(Progress(text=text))

    def do(self, asked: Ask) -> Done:
        """Raises `DbaError`."""
        match asked:
            case AskReport():
                return self._report()
            case AskQuery():
                return Done(query=self._on_twin().query(asked.sql))
            case AskIndex():
                return Done(index=self._on_twin().index(asked.sql, asked.queries))
            case AskRows():
                return Done(rows=self._rows(asked.sql))
            case AskPlan():
                return Done(plan=query_plan(asked.text.encode(errors="replace"), "-"))
            case AskRehearsal():
                return Done(rehearsal=self._rehearsal(asked))

    @property
    def _kept(self) -> Path:
        return Path(self._given.folder) / OPENED

    def _report(self) -> Done:
        """Open the source, tell what is there, keep it for trials, and then look at all of it."""
        given = self._given
        settings = read_configuration(Path(given.configuration))
        workload = None if given.workload is None else Path(given.workload)
        asked = CheckOptions(
            **self._common,
            select=given.select,
            extend=given.extend,
            ignore=given.ignore,
            ignores=settings.ignores,
            exposed_roles=settings.exposed_roles,
            dependencies=settings.dependencies,
            baseline=settings.baseline,
            workload=workload,
            prove=given.prove,
            data=given.data,
            engine=given.engine,
        )
        options = ReportOptions(check=asked, words=given.words)
        if given.sqlite:
            file = self._sqlite()
            seen = implied(file.schema)
            self._tell(Opened(name=file.name, engine=file.engine, relations=file.schema, implied=seen))
            return Done(report=report_sqlite(file, options))
        with open_workshop(asked.pg_bin, asked.cache, asked.progress) as workshop:
            opened = open_source(given.source, workshop, data=given.data)
            schema = opened.schema
            asks = workload_of(workload)
            try:
                asks = asks or opened.counted()
            except InputError:
                asks = None  # the report says so
            snapshots.write(opened.snapshot(now=self._now, workload=asks), self._kept)
            self._tell(
                Opened(
                    name=opened.name,
                    engine=version_name(schema.version),
                    relations=schema,
                    implied=implied(schema),
                )
            )
            return Done(report=report_opened(opened, options))

    def _sqlite(self) -> SqliteSource:
        given = self._given
        return open_sqlite(given.source, engine=given.engine, data=given.data, now=self._now, progress=self._progress)

    def _on_twin(self) -> Trials | SqliteTrials:
        if self._trials is None and self._given.sqlite:
            # The file is read again: it has the rows that an index is built on.
            given = self._given
            how = SqliteOptions(engine=given.engine, data=given.data, now=self._now, progress=self._progress)
            asks = None if given.workload is None else workload_of_sqlite(Path(given.workload))
            self._trials = self._stack.enter_context(sqlite_trials(self._sqlite(), how, asks))
        if self._trials is None:
            options = QueryOptions(**self._common)
            workshop = self._stack.enter_context(open_workshop(options.pg_bin, options.cache, self._progress))
            stored = open_source(str(self._kept), workshop)
            opened = replace(stored, name=snapshots.read(self._kept).manifest.source)
            self._trials = self._stack.enter_context(trials(opened, options))
        return self._trials

    def _rows(self, sql: str) -> Rows:
        """The agent's sandbox: a role that may change the rows of a private copy and nothing else."""
        from dbarchitect.agent.desk import Desk

        if self._desk is None:
            folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="dba-serve-")))
            desk = Desk(
                {"source": str(self._kept)},
                folder,
                clock=lambda: datetime.now(UTC),
                pg_bin=self._common["pg_bin"],
                cache=self._common["cache"],
            )
            self._desk = self._stack.enter_context(closing(desk))
        self._progress("running the statement on a private copy with made-up rows")
        return Rows(sql=sql, text=self._desk.sandbox("source", sql).report)

    def _rehearsal(self, asked: AskRehearsal) -> Rehearsal:
        options = replace(RehearseOptions(**self._common), data=asked.data, rows=None)
        if asked.folder:
            return rehearse([Path(asked.folder)], self._given.source, options)
        if not asked.up.strip():
            raise InputError("there is no migration", hint="write its statements, or choose a folder")
        with tempfile.TemporaryDirectory(prefix="dba-serve-") as folder:
            path = Path(folder) / "0001_change.up.sql"
            path.write_text(asked.up, errors="replace")
            if asked.down.strip():
                (Path(folder) / "0001_change.down.sql").write_text(asked.down, errors="replace")
            try:
                found = rehearse([path], self._given.source, options)
            except DbaError as err:
                raise type(err)(err.message.replace(f"{folder}/", ""), hint=err.hint.replace(f"{folder}/", "")) from err
            # Where it lay for a moment says nothing to anybody.
            return from_json(Rehearsal, to_json(found).replace(f"{folder}/".encode(), b""))


def main() -> None:
    """Work until the input ends."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which then ends this
    # Without buffers, whose locks a thread that waits would hold at the end.
    questions, answers = FileIO(os.dup(0), "rb"), FileIO(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # what a library prints is no frame
    given = read_frame(questions, Surroundings)
    if not isinstance(given, Surroundings):
        return
    lock = threading.Lock()

    def tell(told: Told) -> None:
        frame = memoryview(framed(told))
        with lock:
            while frame:
                frame = frame[answers.write(frame) :]

    asked: SimpleQueue[object | None] = SimpleQueue()

    def listen() -> None:
        while (one := read_frame(questions, Ask)) is not None:
            asked.put(one)
        os.kill(os.getpid(), signal.SIGTERM)  # whoever asked is gone, also in the midst of work

    threading.Thread(target=listen, daemon=True).start()
    with ExitStack() as stack:
        work = Work(given, tell, stack)
        while True:
            one: Any = asked.get()
            tell(_done(work, one))


def _leave(number: int, _: FrameType | None) -> None:
    """Unwind, so that no private server is left behind."""
    raise SystemExit(128 + number)


def _done(work: Work, asked: Ask) -> Told:
    try:
        return work.do(asked)
    except DbaError as err:
        return Failed(message=err.message, hint=err.hint)
    except OSError as err:
        return Failed(message=f"{err.filename or 'the system'}: {err.strerror or err}")
    except Exception as err:  # noqa: BLE001 - a bug in one answer must not end what the others stand on
        import traceback

        traceback.print_exc()
        return Failed(
            message=f"this is a bug in dba ({type(err).__name__}); its traceback is on the terminal", bug=True
        )


if __name__ == "__main__":
    main()
